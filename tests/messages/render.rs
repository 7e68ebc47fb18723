//! What messages say, and to whom.

use audience::{Channel, Inputs, Limits, Parts, Placements, Rendered, Value, Zone};

use super::{Result, builder, says, shop, shown};

const ANA: &str =
    r#"{"id": "ana", "first_name": "Ana", "orders": 1, "language": "es-MX", "consent": {"email": true}}"#;
const NOBODY: &str = r#"{"id": "n", "orders": 0, "consent": {"email": false}}"#;

const MAIL: &str = r#"
message mail for win_back "Come back" {
  channel    email
  inputs     { coupon: string, unsubscribe: url, price: decimal?, until: date? }
  languages  ["en", "es"] by language
  sender     "The shop"
  subject.en "{{ first_name }}, a present"
  subject.es "{{ first_name }}, un regalo"
  html.en    '<a href="{{ unsubscribe }}">Stop</a> {{ coupon }}'
  html.es    '<a href="{{ unsubscribe }}">Basta</a> {{ coupon }}{% if until is known %} {{ until | date: "%d" }}{% endif %}'
}
"#;

fn inputs() -> [(&'static str, Value); 3] {
    [
        ("coupon", "T&A".into()),
        ("unsubscribe", "https://shop.example/u?a=1".into()),
        ("until", "2026-07-04".into()),
    ]
}

/// What a message says, but for the text that may have been made from its page.
fn without_text(said: &str) -> &str {
    said.split_once("\ntext: ").map_or(said, |(before, _)| before)
}

/// [message-1] [message-10] [message-12]
#[test]
fn a_message_has_parts_in_the_language_of_the_customer() {
    let shop = shop(MAIL);
    assert_eq!(
        without_text(&says(&shop, "mail", ANA, &inputs())),
        "sender: The shop\nsubject: Ana, un regalo\nhtml: <a href=\"https://shop.example/u?a=1\">Basta</a> T&amp;A 04"
    );
    let unknown = ANA.replace("es-MX", "de");
    assert_eq!(
        without_text(&says(&shop, "mail", &unknown, &inputs()[..2])),
        "sender: The shop\nsubject: Ana, a present\nhtml: <a href=\"https://shop.example/u?a=1\">Stop</a> T&amp;A"
    );
    let mail = shop.message("mail").expect("defined");
    assert_eq!(
        (mail.channel(), mail.audience()),
        (Channel::Email, Some("win_back"))
    );
    assert_eq!(mail.description(), Some("Come back"));
    assert_eq!(mail.languages().collect::<Vec<_>>(), ["en", "es"]);
    assert!(!mail.is_transactional());
    let places: Vec<_> = mail
        .placeholders()
        .map(|(part, language, places)| (part.to_owned(), language.map(str::to_owned), places.len()))
        .collect();
    let place =
        |part: &str, language: Option<&str>, count| (part.to_owned(), language.map(str::to_owned), count);
    assert_eq!(
        places,
        [
            place("sender", None, 0),
            place("subject", Some("en"), 1),
            place("subject", Some("es"), 1),
            place("html", Some("en"), 2),
            place("html", Some("es"), 3),
        ]
    );
    assert_eq!(
        mail.requirements().to_string(),
        "attributes: id (string, key), first_name (string?), language (string?), orders (int)\n\
         segments: named, win_back\ninputs: coupon: string, unsubscribe: url, price: decimal?, until: date?\ntime: zone\n"
    );
}

/// [message-9]
#[test]
fn whoever_is_not_in_the_audience_is_skipped() {
    let shop = shop(MAIL);
    assert_eq!(
        says(&shop, "mail", NOBODY, &inputs()),
        "skipped: not in the audience"
    );
}

/// [message-9]
#[test]
fn what_the_audience_proves_is_known_in_all_parts() {
    let text = |audience: &str| {
        format!(
            "message m {audience} {{ channel push, title \"Hi {{{{ first_name }}}}\", body \"Bye {{{{ first_name }}}}\" }}"
        )
    };
    let named = shop(&text("for named"));
    assert_eq!(says(&named, "m", ANA, &[]), "title: Hi Ana\nbody: Bye Ana");
    assert_eq!(
        super::problems(&text("")),
        [
            "may-be-missing: `first_name` may be missing",
            "may-be-missing: `first_name` may be missing"
        ]
    );
}

/// [message-11]
#[test]
fn a_skip_in_any_part_skips_the_message() {
    let shop = shop(
        "message m { channel push, title \"Hi\", body \"{% if orders = 0 %}{% skip 'no orders' %}{% endif %}x\" }",
    );
    assert_eq!(says(&shop, "m", NOBODY, &[]), "skipped: no orders");
    assert_eq!(says(&shop, "m", ANA, &[]), "title: Hi\nbody: x");
}

/// [message-11]
#[test]
fn a_needed_part_that_is_blank_skips_the_message() {
    let shop = shop(
        "message m { channel sms, sender \" \", text \"{% if orders > 0 %}Hello{% endif %}\n\" }"
            .replace('\n', "\\n")
            .as_str(),
    );
    assert_eq!(says(&shop, "m", NOBODY, &[]), "skipped: the text is blank");
    assert_eq!(says(&shop, "m", ANA, &[]), "sender:  \ntext: Hello\n");
}

/// [message-14]
#[test]
fn no_value_begins_another_line_of_a_head() {
    let shop = shop(
        "message m { channel email, transactional, inputs { name: string, after: string }, sender \"{{ name }}\", subject \"Hi {{ name }}{{ after }}\", text \"{{ name }}\" }",
    );
    for evil in [
        "a\r\nBcc: b@x.example",
        "a\nBcc: b@x.example",
        "a\u{2028}Bcc: b@x.example",
        "a\u{85}\u{b}Bcc: b@x.example",
    ] {
        let said = says(&shop, "m", ANA, &[("name", evil.into()), ("after", "\n.".into())]);
        let clean = "a Bcc: b@x.example";
        assert_eq!(
            said,
            format!("sender: {clean}\nsubject: Hi {clean} .\ntext: {evil}")
        );
    }
}

#[test]
fn one_buffer_serves_many_messages() -> Result {
    let shop = shop(
        "message m { channel push, title \"{{ id | default: 'x' }}\", body \"{% if orders > 0 %}{% skip 'no' %}{% endif %}b\" }",
    );
    let at = shop.at("2026-06-01T00:00:00Z".parse()?, &Zone::UTC);
    let (none, inputs) = (Placements::new(), Inputs::default());
    let mut parts = Parts::new();
    let m = shop.message("m")?;
    let nobody = shop.customer_from_json(NOBODY)?;
    assert_eq!(
        m.render_into(&nobody, &inputs, &none, &at, &mut parts)?,
        Rendered::Sent
    );
    assert_eq!(shown(&parts), "title: n\nbody: b");
    let ana = shop.customer_from_json(ANA)?;
    assert_eq!(
        m.render_into(&ana, &inputs, &none, &at, &mut parts)?,
        Rendered::Skipped("no".into())
    );
    assert_eq!((parts.iter().count(), parts.part("title")), (0, None));
    Ok(())
}

#[test]
fn a_limit_names_the_part() -> Result {
    let limits = Limits {
        output_bytes: 4,
        ..Limits::default()
    };
    let shop = builder("message m { channel push, title \"ab\", body \"Hello\" }")
        .limits(limits)
        .build()?;
    let at = shop.at("2026-06-01T00:00:00Z".parse()?, &Zone::UTC);
    let nobody = shop.customer_from_json(NOBODY)?;
    let mut parts = Parts::new();
    let error = shop
        .message("m")?
        .render_into(&nobody, &Inputs::default(), &Placements::new(), &at, &mut parts)
        .unwrap_err();
    assert_eq!(error.to_string(), "m.body:1:1: the message has more than 4 bytes");
    assert_eq!(parts.iter().count(), 0);
    Ok(())
}

#[test]
fn a_message_that_compares_customers_waits_for_its_population() -> Result {
    let shop = shop(
        "segment best = orders in top 50%
         message audience for best { channel sms, text \"Hi\" }
         message part { channel sms, text \"{% if in segment best %}Best{% else %}Hi{% endif %}\" }
         message plain { channel sms, text \"Hi\" }",
    );
    assert_eq!(shop.unfitted().collect::<Vec<_>>(), ["best", "audience", "part"]);
    assert_eq!(
        shop.messages().map(|it| it.name().to_owned()).collect::<Vec<_>>(),
        ["plain"]
    );
    assert_eq!(
        shop.message("part").unwrap_err().to_string(),
        "message `part` needs a population fitted for `orders`, and none was given"
    );
    let at = shop.at("2026-06-01T00:00:00Z".parse()?, &Zone::UTC);
    let customers = [shop.customer_from_json(ANA)?, shop.customer_from_json(NOBODY)?];
    let fitted = shop.with_population(&shop.fit(&customers, &at))?;
    assert_eq!(says(&fitted, "part", ANA, &[]), "text: Best");
    assert_eq!(says(&fitted, "part", NOBODY, &[]), "text: Hi");
    assert_eq!(
        says(&fitted, "audience", NOBODY, &[]),
        "skipped: not in the audience"
    );
    Ok(())
}

/// The language may be what the host says.
#[test]
fn an_input_may_say_the_language() {
    let shop = shop(
        "message m { channel sms, inputs { lang: string? }, languages [\"en\", \"es\"] by default(lang, language), text.en \"Hi\", text.es \"Hola\" }",
    );
    assert_eq!(says(&shop, "m", ANA, &[]), "text: Hola");
    assert_eq!(says(&shop, "m", ANA, &[("lang", "en".into())]), "text: Hi");
    assert_eq!(says(&shop, "m", NOBODY, &[]), "text: Hi");
}

/// [filter-14] [filter-19]
#[test]
fn a_part_of_all_languages_is_written_in_each() {
    let definitions = r#"
customer { id: string key, language: string? }
message m {
  channel sms, languages ["en", "es"] by language
  text "{{ 'title' | t }} {{ 2026-07-05 | date: '%B' }} {{ 2026-07-05 | date: '%d' }}"
}
message same { channel sms, languages ["en", "es"] by language, text "{{ 2026-07-05 | date: '%d' }}" }
"#;
    let builder = |es: &str| {
        audience::Definitions::builder()
            .source("shop.audience", definitions)
            .translations("en", r#"{"title": "Basket"}"#)
            .translations("es", es)
            .build()
    };
    let shop = builder(r#"{"title": "Cesta"}"#).unwrap_or_else(|error| panic!("{error}"));
    for (language, expected) in [
        ("\"es\"", "text: Cesta julio 05"),
        ("\"en\"", "text: Basket July 05"),
        ("null", "text: Basket July 05"),
    ] {
        let customer = format!(r#"{{"id": "a", "language": {language}}}"#);
        assert_eq!(says(&shop, "m", &customer, &[]), expected);
        assert_eq!(says(&shop, "same", &customer, &[]), "text: 05");
    }
    let same = shop.message("same").unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(same.placeholders().count(), 1);
    // What is missing in one language is said, with the language.
    let error = builder(r#"{"titulo": "Cesta"}"#).map_or_else(|error| error.to_string(), |_| String::new());
    assert!(error.contains("no translation of `title`"), "{error}");
    assert!(error.contains("not a key of `es`"), "{error}");
    assert_eq!(error.matches("error[").count(), 1, "{error}");
}
