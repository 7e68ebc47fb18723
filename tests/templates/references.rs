//! What a reference points to, in outputs, conditions and loops.

use audience::{Definitions, Format, Inputs, Placements, Rendered, Zone};

use super::Result;

const SHOP: &str = "
customer { id: string key, sku: (ref products)?, favorites: [{ sku: ref products }], wishes: [ref products], store: (ref shops)? }
catalog products { sku: string key, name: string filled, price: decimal, stock: int?, note: string?, brand: (ref brands)?, tags: [string]?, like: [ref products], parts: [{ sku: ref products, n: int, marks: [string] }]? }
catalog brands { name: string key, country: string filled, motto: string? filled }
catalog shops { number: int key, city: string filled }
event purchases { sku: ref products }
segment low = any favorites where sku.stock < 5
";

const PRODUCTS: &str = r#"
{"sku": "a", "name": "Tea <light>", "price": 1.5, "stock": 3, "brand": "Lux", "tags": ["<gift>", "wax"], "like": ["b", "gone"], "parts": [{"sku": "b", "n": 2, "marks": []}, {"sku": "gone", "n": 1, "marks": ["new", "red"]}]}
{"sku": "b", "name": "Lantern", "price": 20, "stock": 9, "brand": "Lux", "tags": ["iron"], "like": []}
{"sku": "c", "name": "Mug", "price": 7, "stock": 0, "note": " ", "brand": "gone", "like": ["a"]}
{"sku": "d", "name": "Pot", "price": 30, "stock": 4, "like": []}
"#;

const ANA: &str = r#"{
    "id": "ana", "sku": "a", "store": 7, "wishes": ["gone", "c"],
    "favorites": [{"sku": "gone"}, {"sku": "a"}, {"sku": "b"}, {"sku": "c"}, {"sku": "d"}],
    "purchases": [{"at": "2026-01-01T00:00:00Z", "sku": "b"}]
}"#;

fn rendered(template: &str, with_items: bool) -> Result<String> {
    let shop = Definitions::parse(SHOP)?;
    let template = shop.template(Format::Html, template)?;
    let mut at = shop.at("2026-06-01T00:00:00Z".parse()?, &Zone::UTC);
    if with_items {
        let brands = r#"{"name": "Lux", "country": "ES"}"#;
        for (catalog, lines) in [
            ("products", PRODUCTS),
            ("brands", brands),
            ("shops", r#"{"number": 7, "city": "Madrid"}"#),
        ] {
            at = at.with_items(shop.loader().items_from_json_lines(catalog, lines.as_bytes())?);
        }
    }
    let mut out = String::new();
    let ana = shop.customer_from_json(ANA)?;
    match template.render_into(&ana, &Inputs::default(), &Placements::new(), &at, &mut out)? {
        Rendered::Sent => Ok(out),
        skipped @ Rendered::Skipped(_) => Ok(format!("{skipped:?}")),
    }
}

fn refused(template: &str) -> Result<String> {
    match Definitions::parse(SHOP)?.template(Format::Html, template) {
        Ok(_) => Err(format!("accepted {template}").into()),
        Err(error) => {
            let messages: Vec<_> = error.diagnostics().iter().map(|it| it.message.as_str()).collect();
            Ok(messages.join("; "))
        }
    }
}

#[test]
fn the_loop_of_the_manual_shows_what_is_left() -> Result {
    let text = "{% for f in favorites where sku.stock < 5 limit: 3 %}Only {{ f.sku.stock }} left of {{ f.sku.name }}. {% endfor %}";
    assert_eq!(
        rendered(text, true)?,
        "Only 3 left of Tea &lt;light&gt;. Only 0 left of Mug. Only 4 left of Pot. "
    );
    // Without the items nothing is known of them, so that there is nothing to show.
    assert_eq!(rendered(text, false)?, "");
    Ok(())
}

#[test]
fn a_known_field_proves_the_item_there() -> Result {
    for (template, shown) in [
        (
            "{% if sku.price is known %}{{ sku.name }} for {{ sku.price | money: \"EUR\" }}{% endif %}",
            "Tea &lt;light&gt; for €1.50",
        ),
        (
            "{% if sku.stock < 5 and sku.brand.country = \"ES\" %}{{ sku.name }}, {{ sku.brand.country }}{% endif %}",
            "Tea &lt;light&gt;, ES",
        ),
        (
            "{% if sku.brand.country is known %}{{ sku.price }}{% endif %}",
            "1.5",
        ),
        (
            "{% if sku.name is unknown %}{% skip \"gone\" %}{% endif %}{{ sku.price }}",
            "1.5",
        ),
        ("{{ sku.name | default: \"nothing\" }}", "Tea &lt;light&gt;"),
        (
            "{% for w in wishes %}{{ w.name | default: \"?\" }} {% endfor %}",
            "? Mug ",
        ),
        (
            "{% for w in wishes where price > 1 %}{{ w | default: \"-\" }}: {{ w.name }}, {{ w.price }}{% endfor %}",
            "c: Mug, 7",
        ),
        (
            "{% for p in purchases where sku.price > 1 %}{{ p.sku.name }}{% endfor %}",
            "Lantern",
        ),
        (
            "{% if store.city is known %}{{ store.city }} {{ store | default: 0 }}{% endif %}",
            "Madrid 7",
        ),
        ("{% if in segment low %}low{% endif %}", "low"),
        (
            "{% for f in favorites where (any wishes where price > 100) %}x{% else %}none{% endfor %}",
            "none",
        ),
        (
            "{% for f in favorites where f_is_no_name is known %}{% endfor %}",
            "",
        ),
    ] {
        if template.contains("f_is_no_name") {
            assert_eq!(refused(template)?, "unknown property `f_is_no_name`");
        } else {
            assert_eq!(rendered(template, true)?, shown, "{template}");
        }
    }
    Ok(())
}

#[test]
fn what_may_be_gone_needs_a_fallback() -> Result {
    for template in [
        "{{ sku.name }}",
        "{% if sku is known %}{{ sku.name }}{% endif %}",
        "{% for f in favorites %}{{ f.sku.name }}{% endfor %}",
        "{% for w in wishes %}{{ w.price }}{% endfor %}",
        // Of another item, of another catalogue, and what the item need not have.
        "{% if sku.price is known %}{% for f in favorites %}{{ f.sku.price }}{% endfor %}{% endif %}",
        "{% if sku.price is known %}{{ sku.brand.country }}{% endif %}",
        "{% if sku.price is known %}{{ sku.stock }}{% endif %}",
        "{% if sku.stock > 1 or in segment low %}{{ sku.price }}{% endif %}",
        "{% unless sku.price > 5 %}{{ sku.price }}{% endunless %}",
    ] {
        let message = refused(template)?;
        assert!(message.contains("may be missing"), "{template}: {message}");
    }
    let blank = refused("{% if sku.note is known %}{{ sku.note }}{% endif %}")?;
    assert!(blank.contains("blank"), "{blank}");
    Ok(())
}

/// [coll-19]
#[test]
fn loops_go_through_the_lists_of_an_item() -> Result {
    for (template, shown) in [
        (
            "{% for part in sku.parts %}{{ part.n }} of {{ part.sku.name | default: \"?\" }}. {% endfor %}",
            "2 of Lantern. 1 of ?. ",
        ),
        (
            "{% for part in sku.parts where n > 1 limit: 1 %}{{ part.sku.name | default: \"?\" }}{% endfor %}",
            "Lantern",
        ),
        (
            "{% for tag in sku.tags %}[{{ tag | default: \"-\" }}]{% endfor %}",
            "[&lt;gift&gt;][wax]",
        ),
        (
            "{% for f in favorites %}{% for tag in f.sku.tags %}{{ tag | default: \"-\" }} {% else %}none {% endfor %}{% endfor %}",
            "none &lt;gift&gt; wax iron none none ",
        ),
        (
            "{% for part in sku.parts %}{% for mark in part.marks %}{{ mark | default: \"-\" }} {% endfor %}{% endfor %}",
            "new red ",
        ),
        (
            "{% for part in sku.parts %}{% for tag in part.sku.tags %}{{ tag | default: \"-\" }} {% endfor %}{% endfor %}",
            "iron ",
        ),
        (
            "{% for other in sku.like %}{{ other.name | default: \"gone\" }} {% endfor %}",
            "Lantern gone ",
        ),
        (
            "{% for w in wishes %}{% for other in w.like %}{{ other.price | default: 0 }} {% for tag in other.tags %}{{ tag | default: \"-\" }} {% endfor %}{% endfor %}{% endfor %}",
            "1.5 &lt;gift&gt; wax ",
        ),
        (
            "{{ sku.tags | join: \"+\" | default: \"none\" }} {{ sku.tags | size }}",
            "&lt;gift&gt;+wax 2",
        ),
        (
            "{% for f in favorites %}{{ f.sku.tags | join | default: \"none\" }}, {% endfor %}",
            "none, &lt;gift&gt; wax, iron, none, none, ",
        ),
        (
            "{% if sku.tags contains \"wax\" and any sku.parts where n = 2 %}wax{% endif %}",
            "wax",
        ),
        // Whoever has a list is there, and so is what the catalogue requires of it.
        (
            "{% if sku.tags is known %}{{ sku.name }}{% endif %}",
            "Tea &lt;light&gt;",
        ),
        (
            "{% if any sku.parts where n > 1 %}{{ sku.name }}, {{ size(sku.like) }}{% endif %}",
            "Tea &lt;light&gt;, 2",
        ),
        (
            "{% if sku.price > 1 %}{{ size(sku.like) }} {% for other in sku.like %}{{ sku.name }} {% endfor %}{% endif %}",
            "2 Tea &lt;light&gt; Tea &lt;light&gt; ",
        ),
        (
            "{% for part in sku.parts %}{{ sku.name }} {% endfor %}",
            "Tea &lt;light&gt; Tea &lt;light&gt; ",
        ),
    ] {
        assert_eq!(rendered(template, true)?, shown, "{template}");
    }
    // Without the items there is nothing to go through.
    let text = "{% for part in sku.parts %}{{ part.n }}{% else %}{{ sku.tags | join | default: \"none\" }}{% endfor %}";
    assert_eq!(rendered(text, false)?, "none");
    for template in [
        "{{ sku.tags | join }}",
        "{{ size(sku.tags) }}",
        "{% if sku.price > 1 %}{{ size(sku.tags) }}{% endif %}",
        "{% if sku is known %}{{ size(sku.like) }}{% endif %}",
        "{% for part in sku.parts %}{{ part.sku.name }}{% endfor %}",
    ] {
        let message = refused(template)?;
        assert!(message.contains("may be missing"), "{template}: {message}");
    }
    Ok(())
}
