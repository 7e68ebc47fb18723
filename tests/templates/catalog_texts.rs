//! Texts of catalogues are made once for their places and then copied: they show what those of a customer's own list show,
//! which are made anew for each message.

use std::sync::LazyLock;

use audience::{At, Customer, Definitions, Format, Inputs, Items, Placements, Rendered, Template, Zone};
use proptest::{collection::vec, prelude::*, sample::select};
use serde_json::{Value, json};

use super::Result;

const SHOP: &str = r#"
customer {
  id:   string key
  own:  [{ sku: string filled, name: string filled, page: string filled, note: string?, kind: ("a&b" | "c"), link: url? }]
  refs: [{ sku: ref products }]
}
catalog products {
  sku: string key filled, name: string filled, page: string filled, note: string?, kind: ("a&b" | "c"), link: url?
}
placement shown of products
"#;

/// Where the items come from, and what stands before the names of their fields.
const ROUTES: [(&str, &str); 4] = [
    ("{% for it in own %}", "it."),
    ("{% for it in shown %}", "it."),
    (
        "{% assign some = shown | reverse | reverse %}{% for it in some %}",
        "it.",
    ),
    ("{% for it in refs %}", "it.sku."),
];

/// Every kind of place.
const PAGE: &str = r#"
<p title="{{ name }}">{{ sku }}, {{ name }}, {{ note }} {{ kind }}</p><!-- {{ name }} --><i>{{ name | escape_once }}</i>
<a href="{{ page }}">{{ page }}</a><a href="{{ link }}" title="{{ link }}">{{ name | upcase }}</a>
<a href="https://shop.example/{{ page }}?q={{ name }}&amp;n={{ note }}">{{ page }}</a>"#;
const TEXT: &str = "{{ name }} {{ page }} {{ note }} {{ kind }} {{ link }}\n";
const JSON: &str = r#"{"name": {{ name }}, "text": "{{ name }} at {{ page }}", "note": {{ note }}}, "#;

fn template(shop: &Definitions, format: Format, (each, prefix): (&str, &str)) -> Result<Template> {
    let (before, item, after) = match format {
        Format::Html => ("", PAGE, ""),
        Format::Json => ("[", JSON, "0]"),
        _ => ("", TEXT, ""),
    };
    let mut item = item.to_owned();
    for field in ["sku", "name", "page", "note", "kind", "link"] {
        // What a reference points to may be gone, so all of that takes a fallback.
        let fallback = match field {
            "link" => r#" | default: "https://shop.example/""#,
            "note" => r#" | default: "-""#,
            _ if prefix == "it.sku." => r#" | default: "gone""#,
            _ => "",
        };
        item = item.replace(
            &format!("{{{{ {field} "),
            &format!("{{{{ {prefix}{field}{fallback} "),
        );
    }
    let source = format!("{before}{each}{item}{{% endfor %}}{after}");
    Ok(shop.template(format, &source)?)
}

fn said(template: &Template, customer: &Customer, placements: &Placements, at: &At) -> Result<String> {
    let mut out = String::new();
    match template.render_into(customer, &Inputs::default(), placements, at, &mut out)? {
        Rendered::Sent => Ok(out),
        Rendered::Skipped(reason) => Err(format!("skipped: {reason}").into()),
    }
}

/// Texts that would leave their place if they were written as they are, and others.
fn hostile() -> impl Strategy<Value = String> {
    let begin = select(vec![
        "",
        "javascript:",
        "https://a.example/",
        "//b.example",
        "&lt;",
        "-->",
        " ",
    ]);
    let letters = select("&<>\"'%/?#:;-\\\n\t é😀ab{}=".chars().collect::<Vec<_>>());
    (begin, vec(letters, 0..12)).prop_map(|(begin, letters)| {
        let text = begin.to_owned() + &letters.into_iter().collect::<String>();
        if text.trim().is_empty() { text + "x" } else { text }
    })
}

/// The items of a catalogue, known by `k0`, `k1`, ….
fn catalog() -> impl Strategy<Value = Vec<Value>> {
    let links = select(vec!["https://a.example/?a=1&b='2'", "mailto:ana@a.example"]);
    let note = prop_oneof![Just(None), Just(Some(" ".to_owned())), hostile().prop_map(Some)];
    let fields = (
        hostile(),
        hostile(),
        note,
        any::<bool>(),
        proptest::option::of(links),
    );
    vec(fields, 1..5).prop_map(|items| {
        let items = items.into_iter().enumerate();
        let item = |(index, (name, page, note, kind, link))| {
            let kind = if kind { "a&b" } else { "c" };
            json!({"sku": format!("k{index}"), "name": name, "page": page, "note": note, "kind": kind, "link": link})
        };
        items.map(item).collect()
    })
}

/// Templates of each format, by every route.
fn templates(shop: &Definitions) -> Result<Vec<[Template; ROUTES.len()]>> {
    let formats = [Format::Html, Format::Text, Format::Json];
    let of = |format| -> Result<[Template; ROUTES.len()]> {
        let [a, b, c, d] = ROUTES.map(|route| template(shop, format, route));
        Ok([a?, b?, c?, d?])
    };
    formats.into_iter().map(of).collect()
}

fn loaded(shop: &Definitions, items: &[Value]) -> Result<(Customer, Placements, Items)> {
    let refs: Vec<Value> = items.iter().map(|it| json!({"sku": it["sku"]})).collect();
    let customer = shop.customer_from(&json!({"id": "ana", "own": items, "refs": refs}))?;
    let mut placements = Placements::new();
    let keys = items.iter().filter_map(|it| it["sku"].as_str());
    placements.set("shown", keys.map(|key| (key, "new")));
    Ok((customer, placements, shop.loader().items_from("products", items)?))
}

/// Those of two sets of definitions, which show the items of the same catalogues.
static TEMPLATES: LazyLock<(Definitions, Vec<[Template; ROUTES.len()]>)> = LazyLock::new(|| {
    let made = || -> Result<_> {
        let shop = Definitions::parse(SHOP)?;
        let other = Definitions::parse(&format!("{SHOP} segment everyone = id is known"))?;
        let templates = [templates(&shop)?, templates(&other)?].concat();
        Ok((shop, templates))
    };
    made().unwrap_or_else(|error| panic!("{error}"))
});

proptest! {
    #[test]
    fn a_catalogue_shows_what_the_same_list_of_a_customer_shows(
        catalogs in vec(catalog(), 1..4),
        turns in vec(any::<prop::sample::Index>(), 1..8),
    ) {
        let check = || -> Result {
            let (shop, templates) = &*TEMPLATES;
            let loaded: Vec<_> = catalogs.iter().map(|items| loaded(shop, items)).collect::<Result<_>>()?;
            let mut at = shop.at("2026-06-01T00:00:00Z".parse()?, &Zone::UTC);
            for turn in &turns {
                let (customer, placements, items) = turn.get(&loaded);
                at = at.with_items(items.clone());
                for [own, others @ ..] in templates {
                    let expected = said(own, customer, placements, &at)?;
                    for other in others {
                        let shown = said(other, customer, placements, &at)?;
                        assert_eq!(shown, expected, "{}", other.source().text);
                    }
                }
            }
            Ok(())
        };
        check().unwrap_or_else(|error| panic!("{error}"));
    }
}

#[test]
fn a_changed_catalogue_is_shown_at_once() -> Result {
    let shop = Definitions::parse(SHOP)?;
    let [_, placed, ..] = &templates(&shop)?[0];
    let at = shop.at("2026-06-01T00:00:00Z".parse()?, &Zone::UTC);
    for name in ["Tea & <b>", "Lamp"] {
        let item = json!({"sku": "k0", "name": name, "page": "/p", "kind": "c"});
        let (customer, placements, items) = loaded(&shop, &[item])?;
        let shown = said(placed, &customer, &placements, &at.clone().with_items(items))?;
        let escaped = name
            .replace('&', "&amp;")
            .replace('<', "&lt;")
            .replace('>', "&gt;");
        assert!(
            shown.contains(&format!("<p title=\"{escaped}\">k0, {escaped}")),
            "{shown}"
        );
    }
    Ok(())
}

/// Addresses of the application's own schemes are taken on loading, and no page links to them.
#[test]
fn addresses_of_other_schemes_are_shown_and_not_linked() -> Result {
    let shop = Definitions::parse(
        "customer { id: string key, link: url }  catalog products { sku: string key, page: url }  placement shown of products",
    )?;
    let loader = shop.loader().url_schemes(["myapp"]);
    let ana = loader.customer_from_json(r#"{"id": "ana", "link": "myapp:a"}"#)?;
    let lines = r#"{"sku": "a", "page": "myapp:b"}"#;
    let items = loader.items_from_json_lines("products", lines.as_bytes())?;
    let at = shop
        .at("2026-06-01T00:00:00Z".parse()?, &Zone::UTC)
        .with_items(items);
    let mut placements = Placements::new();
    placements.set("shown", [("a", "new")]);
    let each = |shown: &str| {
        format!(
            "{shown}{{% for p in shown %}}{}{{% endfor %}}",
            shown.replace("link", "p.page")
        )
    };
    for (format, source, expected) in [
        (
            Format::Html,
            each("<a href=\"{{ link }}\">{{ link }}</a>"),
            "<a href=\"#\">myapp:a</a><a href=\"#\">myapp:b</a>",
        ),
        (Format::Text, each("{{ link }} "), "myapp:a myapp:b "),
    ] {
        let template = shop.template(format, &source)?;
        for _ in 0..2 {
            assert_eq!(said(&template, &ana, &placements, &at)?, expected);
        }
    }
    Ok(())
}
