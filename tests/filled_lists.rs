//! Lists with the role `filled`: they have items whenever they are there, and their texts are not blank.

use audience::{Definitions, Format, Inputs, Placements, Rendered, Template, Zone};

type Result<T = ()> = std::result::Result<T, Box<dyn std::error::Error>>;

const SHOP: &str = "
customer { id: int key, tags: [string] filled, notes: [string]? filled, scores: [int] filled, parts: [{ name: string filled }] filled }
segment noted = notes is known
";

fn said(template: &Template, shop: &Definitions, customer: &str) -> Result<String> {
    let at = shop.at("2026-06-01T00:00:00Z".parse()?, &Zone::UTC);
    let customer = shop.customer_from_json(customer)?;
    let mut out = String::new();
    let rendered = template.render_into(&customer, &Inputs::default(), &Placements::new(), &at, &mut out)?;
    assert_eq!(rendered, Rendered::Sent);
    Ok(out)
}

/// [type-16]
#[test]
fn without_items_they_count_as_missing_and_blank_items_are_refused() -> Result {
    let shop = Definitions::parse(SHOP)?;
    let load = |tags: &str, notes: &str| {
        let json = format!(
            r#"{{"id": 1, "tags": {tags}, "notes": {notes}, "scores": [1], "parts": [{{"name": "a"}}]}}"#
        );
        shop.customer_from_json(json)
    };
    let at = shop.at("2026-06-01T00:00:00Z".parse()?, &Zone::UTC);
    let noted = shop.segment("noted")?;
    assert!(noted.matches(&load(r#"["a"]"#, r#"["b"]"#)?, &at));
    assert!(!noted.matches(&load(r#"["a"]"#, "[]")?, &at));
    assert!(!noted.matches(&load(r#"["a"]"#, "null")?, &at));
    for (tags, notes, message) in [
        ("[]", "[]", "tags: required, but without items"),
        (r#"["a", " "]"#, "[]", "tags[1]: required, but blank"),
        (r#"["a"]"#, r#"[""]"#, "notes[0]: required, but blank"),
    ] {
        let told = load(tags, notes).map_err(|error| error.to_string());
        assert_eq!(told.err().as_deref(), Some(message));
    }
    let refused = Definitions::parse("customer { id: int key filled }").map_err(|error| error.to_string());
    assert!(refused.is_err_and(|it| it.contains("`filled` is for text and lists, not for int")));
    Ok(())
}

/// [type-16]
#[test]
fn what_is_shown_of_them_needs_no_fallback() -> Result {
    let shop = Definitions::parse(SHOP)?;
    let ana = r#"{"id": 1, "tags": ["a", "b"], "scores": [3, 4], "parts": [{"name": "x"}, {"name": "y"}]}"#;
    for (text, expected) in [
        ("{{ tags | join: '-' }} {{ scores | join }}", "a-b 3 4"),
        (
            "{{ tags.first }}{{ tags.last }}{{ tags[0] }}{{ tags[-1] }}",
            "abab",
        ),
        (
            "{{ scores | first }}{{ parts.first.name }}{{ parts.last.name }}",
            "3xy",
        ),
        ("{% for t in tags %}{{ t }};{% endfor %}", "a;b;"),
        (
            "{% for t in tags %}{% assign last = t %}{% endfor %}{{ last }}",
            "b",
        ),
        (
            "{% for p in parts %}{% assign last = p.name %}{% else %}{% skip 'x' %}{% endfor %}{{ last }}",
            "y",
        ),
        ("{% if notes %}{{ notes | join: ' ' }}{% else %}-{% endif %}", "-"),
    ] {
        let template = shop
            .template(Format::Text, text)
            .map_err(|error| format!("{text}\n{error}"))?;
        assert_eq!(said(&template, &shop, ana)?, expected, "{text}");
    }
    for text in [
        "{{ tags[1] }}",
        "{{ notes.first }}",
        "{{ notes | join: ' ' }}",
        "{% for t in tags limit: 1 %}{% assign last = t %}{% endfor %}{{ last }}",
        "{% for t in tags where id > 1 %}{% assign last = t %}{% endfor %}{{ last }}",
        "{% for t in notes %}{% assign last = t %}{% endfor %}{{ last }}",
        "{% for t in tags %}{% if t = 'a' %}{% break %}{% endif %}{% assign last = t %}{% endfor %}{{ last }}",
        "{% for t in tags %}{% if t = 'a' %}{% continue %}{% endif %}{% assign last = t %}{% endfor %}{{ last }}",
    ] {
        let error = shop.template(Format::Text, text).map(|_| ()).unwrap_err();
        let codes: Vec<_> = error.diagnostics().iter().map(|it| it.code.as_str()).collect();
        assert_eq!(codes, ["may-be-missing"], "{text}\n{error}");
    }
    Ok(())
}

struct Client {
    tags: Vec<String>,
}

audience::record! {
    impl Record for Client { id: |_| 1_i64, tags: |c| &c.tags }
}

/// A struct that is read in place may have what loading refuses: then nothing is sent.
#[test]
fn a_struct_with_a_list_without_items_sends_nothing() -> Result {
    let shop = Definitions::parse("customer { id: int key, tags: [string] filled }")?;
    let at = shop.at("2026-06-01T00:00:00Z".parse()?, &Zone::UTC);
    let clients = shop.bind::<Client>()?;
    for source in [
        "{{ tags | join: '-' }}",
        "{% for t in tags %}{% assign x = t %}{% endfor %}{{ x }}",
    ] {
        let template = clients.template(Format::Text, source)?;
        let render = |tags: &[&str]| -> Result<Rendered> {
            let tags = tags.iter().map(|it| (*it).to_owned()).collect();
            let mut out = String::new();
            Ok(template.render_into(
                &Client { tags },
                &Inputs::default(),
                &Placements::new(),
                &at,
                &mut out,
            )?)
        };
        assert_eq!(render(&["a"])?, Rendered::Sent, "{source}");
        for tags in [&[][..], &[" "]] {
            let skipped = Rendered::Skipped("a value of the message is missing".into());
            assert_eq!(render(tags)?, skipped, "{source} {tags:?}");
        }
    }
    Ok(())
}
