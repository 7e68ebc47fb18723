//! What no customer can do to a page.

use audience::{Format, Placements};
use html5gum::{Token, Tokenizer};
use proptest::prelude::*;

use super::{Result, compile, render_with, shop};

/// Every place that takes a value, with values from every source.
const PAGE: &str = r##"<!DOCTYPE html>
<html><head><title>{{ first_name | default: "there" }}</title></head>
<!-- for {{ city | default: "-" }} -->
<body class="{{ country | downcase | default: "x" }}" title='{{ city | upcase | default: "none" }}'>
<p>Hi {{ first_name | default: "there" }}, {{ country | truncate: 5 | default: "there" }}{% if city is filled %} from {{ city }}{% endif %}!</p>
<a href="{{ website | default: shop_url }}">1</a> <a href="{{ country | default: "/x" }}">2</a>
<a href='https://shop.example/{{ city | default: "x" }}?c={{ country | url_encode | default: "x" }}#{{ country | default: "x" }}'>3</a>
<a href="/{{ city | default: "x" }}"{% if nps > 5 %} data-n="{{ nps }}"{% endif %}>4</a>
<textarea>{{ country | capitalize | default: "x" }}</textarea>
{% for i in interests %}<b>{{ i | default: "-" }}</b>{% endfor %}{{ interests | join: ", " | default: "nothing" }}
{% for f in favorites %}<i title="{{ f.note | default: "-" }}">{{ f.added_at }}</i>{% endfor %}
{% for v in visits %}<a href="{{ v.page }}">{{ v.page | escape }}</a>{% endfor %}
{% for p in recommendations %}<u>{{ p.name }} {{ p.reason }}</u>{% endfor %}
<p style="width: {{ nps | default: 0 }}%; color: {{ gender | default: "#222" }}">5</p>
<!--[if mso]><table title="{{ city | default: "-" }}"><tr><td><a href='https://shop.example/{{ country | default: "x" }}'>{{ country | default: "x" }} -</a><a href="{{ city | default: "x" }}">-</a></td></tr></table><![endif]-->
{{ ratio | default: 0 }} {{ average_order | money: "EUR" | default: "-" }} {{ birth_date | date: "%d %B" | default: "-" }}
</body></html>"##;

/// The same as JSON.
const PAYLOAD: &str = r#"{"title": "Hi {{ first_name | default: "you" }}!", "country": {{ country | upcase | default: "-" }},
"n": [{{ nps | default: 0 }}, {{ ratio | default: 0 }}, {{ consent.email }}, {{ birth_date | default: "never" }}],
{% if city is filled %}"city": {{ city }},{% endif %}
"list": [true{% for f in favorites %}, {"note": {{ f.note | default: "-" }}, "at": "{{ f.added_at }}"}{% endfor %}]}"#;

/// Text that would like to be more than text.
fn text() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "<script>",
        "</title>",
        "</textarea>",
        "-->",
        "--!>",
        "\"",
        "'",
        "=",
        "<",
        ">",
        "&",
        "&lt;",
        "javascript:",
        "data:",
        "java\tscript:",
        "//evil.example",
        "/",
        "\\",
        ":",
        "?",
        "#",
        "%22",
        "%",
        "\n",
        " ",
        "\u{a0}",
        "null",
        "on",
        "é",
        "名",
        "{{ id }}",
        "{% if %}",
        "]]>",
        "`",
        "a",
        "\u{202e}",
        "None",
        "x=y ",
        "\u{7f}",
        "\r",
    ]);
    prop::collection::vec(piece, 0..6).prop_map(|pieces| pieces.concat())
}

/// The same shape of customer with the texts given: what is known and how long lists are does not depend on them.
fn customer(texts: &[String], reason: &str) -> (String, Placements) {
    let text = |index: usize| serde_json::Value::from(texts[index % texts.len()].as_str());
    let json = serde_json::json!({
        "id": "x",
        "first_name": text(0),
        "city": text(1),
        "country": text(2),
        "nps": 7,
        "total_spent": 1,
        "interests": [text(3), text(4)],
        "signed_up_at": "2026-01-01T00:00:00Z",
        "website": format!("https://{}", texts[5 % texts.len()]),
        "favorites": [{"sku": "A1", "note": text(6), "added_at": "2026-01-01T00:00:00Z"}],
        "consent": {"email": true},
        "visits": [{"at": "2026-01-01T00:00:00Z", "page": format!("p{}", texts[7 % texts.len()])}],
    });
    let mut placements = Placements::new();
    placements.set(
        "recommendations",
        [("A1", format!("r{reason}")), ("B2", "popular".to_owned())],
    );
    (json.to_string(), placements)
}

/// Tags with the names of their attributes, and where texts and comments stand.
fn structure(page: &str) -> Vec<String> {
    let mut emitter = html5gum::DefaultEmitter::default();
    emitter.naively_switch_states(true);
    let mut kinds = Vec::new();
    for token in Tokenizer::new_with_emitter(page, emitter).flatten() {
        let kind = match token {
            Token::StartTag(tag) => {
                format!("<{:?} {:?}>", tag.name, tag.attributes.keys().collect::<Vec<_>>())
            }
            Token::EndTag(tag) => format!("</{:?}>", tag.name),
            // What some readers of mail take for a part of the page.
            Token::Comment(text) if text.starts_with(b"[if") => {
                let text = String::from_utf8_lossy(&text).into_owned();
                let inside = text.split_once("]>").map_or("", |(_, inside)| inside);
                format!("comment of {:?}", structure(inside))
            }
            Token::Comment(_) => "comment".to_owned(),
            Token::Doctype(_) => "doctype".to_owned(),
            Token::String(_) => "text".to_owned(),
            Token::Error(_) => continue,
        };
        if kinds.last().is_none_or(|last| *last != kind || kind != "text") {
            kinds.push(kind);
        }
    }
    kinds
}

/// The addresses of all links.
fn links(page: &str) -> Vec<String> {
    let mut emitter = html5gum::DefaultEmitter::default();
    emitter.naively_switch_states(true);
    let tags = Tokenizer::new_with_emitter(page, emitter)
        .flatten()
        .filter_map(|token| match token {
            Token::StartTag(tag) => tag
                .attributes
                .get(&b"href"[..])
                .map(|value| String::from_utf8_lossy(&value.value).into_owned()),
            _ => None,
        });
    tags.collect()
}

fn rendered(texts: &[String], reason: &str) -> Result<String> {
    let shop = shop()?;
    let template = compile(&shop, Format::Html, "page", PAGE)?;
    let (json, placements) = customer(texts, reason);
    render_with(&template, &shop, &shop.customer_from_json(json)?, &placements)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_value_changes_the_structure_of_a_page(texts in prop::collection::vec(text(), 8), reason in text()) {
        let harmless = rendered(&vec!["word".to_owned(); 8], "word").expect("it compiles");
        let page = rendered(&texts, &reason).expect("it compiles");
        prop_assert_eq!(structure(&page), structure(&harmless), "{}", page);
        // What follows a literal `/` stays on the same host.
        prop_assert!(links(&page).get(3).is_some_and(|link| link.starts_with('/') && !link.starts_with("//")), "{}", page);
        for link in links(&page) {
            let scheme = link.split(['/', '?', '#']).next().and_then(|head| head.split_once(':')).map(|(scheme, _)| scheme);
            prop_assert!(scheme.is_none_or(|it| ["http", "https", "mailto", "tel"].contains(&it.to_ascii_lowercase().as_str())), "{}", link);
            prop_assert!(!link.bytes().any(|byte| byte < b' '), "{}", link);
        }
    }

    #[test]
    fn what_is_rendered_as_json_is_json(texts in prop::collection::vec(text(), 8), reason in text()) {
        let render = || -> Result<String> {
            let shop = shop()?;
            let template = compile(&shop, Format::Json, "payload", PAYLOAD)?;
            let (json, placements) = customer(&texts, &reason);
            render_with(&template, &shop, &shop.customer_from_json(json)?, &placements)
        };
        let payload = render().expect("it compiles");
        let read: serde_json::Value = serde_json::from_str(&payload).expect(&payload);
        let or = |text: &str, fallback: &str| if text.trim().is_empty() { fallback.to_owned() } else { text.to_owned() };
        prop_assert_eq!(&read["title"], &format!("Hi {}!", or(&texts[0], "you")), "{}", payload);
        prop_assert_eq!(&read["country"], &or(&texts[2], "-").to_uppercase(), "{}", payload);
        prop_assert_eq!(&read["list"][1]["note"], &or(&texts[6], "-"), "{}", payload);
    }

    #[test]
    fn nobody_is_greeted_with_nothing(known in prop::collection::vec(prop::option::of(prop::sample::select(vec!["", " ", "\t\u{a0}", "Ana"])), 3)) {
        let shop = shop().expect("it compiles");
        let text = "Hi {{ first_name | default: \"there\" }}, {{ city | default: \"you\" }}, {{ country | default: \"all\" }}! {{ nps | default: 0 }} {{ ratio | default: 0 }}";
        let template = compile(&shop, Format::Text, "greeting", text).expect("it compiles");
        let json = serde_json::json!({
            "id": "", "first_name": known[0], "city": known[1], "country": known[2].unwrap_or_default(), "total_spent": 0, "interests": [],
            "signed_up_at": "2026-01-01T00:00:00Z", "favorites": [], "consent": {"email": true},
        });
        let customer = shop.customer_from_json(json.to_string()).expect("it fits");
        let message = render_with(&template, &shop, &customer, &Placements::new()).expect("no limit");
        for bad in ["null", "None", "NaN", "undefined", "Hi ,", "Hi  ", ", ,", ", !", "  "] {
            prop_assert!(!message.contains(bad), "{message}");
        }
    }
}
