//! Messages on the sheet for people, and what changed of them.

use audience::{Defined, Definitions, Effect};

use super::{builder, shop};

const MAIL: &str = r#"
message mail for win_back "Come back" {
  channel    push
  transactional
  languages  ["en", "es"] by language
  title.en   "{{ first_name }}, hello {{ country | default: 'you' }}"
  title.es   "{{ first_name }}, hola"
  body       from "body.txt"
}
"#;

fn mail(text: &str, body: &str) -> Definitions {
    let built = builder(text).message_file("body.txt", body).build();
    built.unwrap_or_else(|error| panic!("{error}"))
}

/// [message-25]
#[test]
fn messages_are_on_the_sheet() {
    let shop = mail(MAIL, "See you");
    let sheet = shop.describe().only("mail").expect("a message");
    assert_eq!(
        sheet.to_string(),
        "## Message mail

Come back

- Sent by push to segment win_back, transactional
- Languages: en, es
- title in en, line 1 shows `first_name`
- title in en, line 1 shows `country`, or else “you”
- title in es, line 1 shows `first_name`
- body is the same for everyone
- Needs attributes: id (string, key), first_name (string?), language (string?), country (string?), orders (int)
"
    );
    assert!(
        shop.requirements()
            .attributes
            .iter()
            .any(|it| it.path == "language")
    );
}

/// [message-26]
#[test]
fn a_comparison_tells_of_each_clause() {
    let old = mail(MAIL, "See you");
    let changes = |new: &Definitions| {
        let diff = Definitions::diff(&old, new);
        let each = diff.changes().iter();
        each.map(|it| {
            (
                it.kind,
                it.name.clone(),
                it.effect,
                it.old.clone(),
                it.new.clone(),
            )
        })
        .collect::<Vec<_>>()
    };
    assert_eq!(changes(&mail(MAIL, "See you")), []);
    let one = |name: &str, effect, old: Option<&str>, new: Option<&str>| {
        vec![(
            Defined::Message,
            name.to_owned(),
            effect,
            old.map(str::to_owned),
            new.map(str::to_owned),
        )]
    };
    for (from, to, expected) in [
        (
            "\"Come back\"",
            "\"Come again\"",
            one(
                "mail",
                Effect::Described,
                Some("\"Come back\""),
                Some("\"Come again\""),
            ),
        ),
        (
            "for win_back",
            "for named",
            one("mail", Effect::Meaning, Some("for win_back"), Some("for named")),
        ),
        (
            "  transactional\n",
            "",
            one("mail.transactional", Effect::Removed, Some("transactional"), None),
        ),
        (
            "hola\"\n",
            "hola\"\n inputs { code: int }\n",
            one("mail.inputs", Effect::Added, None, Some("{ code: int }")),
        ),
        (
            ", hola",
            ",  hola",
            one(
                "mail.title.es",
                Effect::Meaning,
                Some("\"{{ first_name }}, hola\""),
                Some("\"{{ first_name }},  hola\""),
            ),
        ),
        ("message mail", "message post", {
            let mut both = one("post", Effect::Added, None, None);
            both.extend(one("mail", Effect::Removed, None, None));
            both
        }),
    ] {
        let text = MAIL.replace(from, to);
        assert_ne!(text, MAIL, "{from}");
        assert_eq!(changes(&mail(&text, "See you")), expected, "{to}");
    }
    assert_eq!(
        changes(&mail(MAIL, "See you soon")),
        one("mail.body", Effect::Meaning, None, Some("in body.txt"))
    );
}

#[test]
fn a_sheet_of_one_message_needs_no_summary() {
    let shop = shop("message m { channel sms, text \"Hi\" }");
    let sheet = shop.describe().only("m").expect("a message").to_string();
    assert_eq!(
        sheet,
        "## Message m\n\n- Sent by sms to everyone\n- text is the same for everyone\n- Needs attributes: id (string, key)\n"
    );
}
