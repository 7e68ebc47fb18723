//! What cannot be seen from outside: that what is kept for messages is used.

use crate::{Definitions, Format, Inputs, Items, Placements, Rendered, Zone};

const SHOP: &str = "customer { id: string key, refs: [{ sku: ref products }] }
    catalog products { sku: string key filled, name: string filled, page: string filled }
    placement shown of products";

type Result<T = ()> = std::result::Result<T, Box<dyn std::error::Error>>;

fn items(shop: &Definitions) -> Result<Items> {
    let lines = r#"
        {"sku": "a", "name": "A & B", "page": "<1>"}
        {"sku": "b", "name": "\"C\"", "page": "2?"}
    "#;
    Ok(shop
        .loader()
        .items_from_json_lines("products", lines.as_bytes())?)
}

/// What a template shows, and how much room of the items it has taken.
fn shown(shop: &Definitions, items: &Items, format: Format, template: &str) -> Result<(String, usize)> {
    let before = items.room_for_texts();
    let at = shop
        .at("2026-06-01T00:00:00Z".parse()?, &Zone::UTC)
        .with_items(items.clone());
    let ana = shop.customer_from_json(r#"{"id": "ana", "refs": [{"sku": "a"}, {"sku": "b"}]}"#)?;
    let mut placements = Placements::new();
    placements.set("shown", [("a", "new"), ("b", "liked")]);
    let mut out = String::new();
    let sent =
        shop.template(format, template)?
            .render_into(&ana, &Inputs::default(), &placements, &at, &mut out)?;
    assert_eq!(sent, Rendered::Sent);
    Ok((out, before - items.room_for_texts()))
}

#[test]
fn texts_of_catalogues_could_be_made_anew_for_each_message_without_a_test_to_tell() -> Result {
    let shop = Definitions::parse(SHOP)?;
    let name = "{% for p in shown %}{{ p.name }},{% endfor %}";
    let of_reference = "{% for r in refs %}{{ r.sku.name | default: \"-\" }},{% endfor %}";
    let page =
        "{% for p in shown %}<a href=\"https://a.example/{{ p.page }}\">{{ p.reason }}</a>{% endfor %}";
    let json = "[{% for p in shown %}{{ p.name }},{% endfor %}0]";
    // By itself, each makes the texts of one field in one way, and no more when it is rendered again.
    for (format, template) in [
        (Format::Html, name),
        (Format::Html, of_reference),
        (Format::Html, page),
        (Format::Json, json),
    ] {
        let items = items(&shop)?;
        let (first, taken) = shown(&shop, &items, format, template)?;
        assert!(taken > 0, "{template}");
        assert_eq!(shown(&shop, &items, format, template)?, (first, 0), "{template}");
    }
    // The same place in another template takes nothing more, and another kind of place does.
    let items = items(&shop)?;
    let (text, taken) = shown(&shop, &items, Format::Html, name)?;
    assert_eq!((&*text, taken > 0), ("A &amp; B,&quot;C&quot;,", true));
    assert_eq!(
        shown(&shop, &items, Format::Html, of_reference)?,
        ("A &amp; B,&quot;C&quot;,".to_owned(), 0)
    );
    assert!(shown(&shop, &items, Format::Html, page)?.1 > 0);
    assert!(shown(&shop, &items, Format::Json, json)?.1 > 0);
    // Where texts stand as they are, none is made.
    assert_eq!(
        shown(&shop, &items, Format::Text, name)?,
        ("A & B,\"C\",".to_owned(), 0)
    );
    Ok(())
}
