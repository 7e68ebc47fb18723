//! Lists and records of the items that references point to: what else is told of them than their answer.

use audience::{At, Customer, Definitions, ExplainOptions, Zone};

type Result<T = ()> = std::result::Result<T, Box<dyn std::error::Error>>;

const SHOP: &str = r"
customer { id: string key, sku: (ref products)?, secret: (ref products)? personal, cart: [{ sku: ref products, n: int }] }
catalog products {
  sku: string key, name: string filled, price: decimal, tags: [string], notes: [string]? sensitive
  box: { width: int, label: string? }?, parts: [{ sku: ref products, n: int, made_at: datetime }]?
}
event purchases { sku: ref products }
";

const PRODUCTS: &str = r#"
{"sku": "a", "name": "Kit", "price": 30, "tags": ["gift", "wood"], "notes": ["x"], "box": {"width": 4}, "parts": [{"sku": "b", "n": 2, "made_at": "2026-05-20T12:00:00Z"}, {"sku": "gone", "n": 1, "made_at": "2026-05-01T12:00:00Z"}]}
{"sku": "b", "name": "Leg", "price": 9, "tags": []}
"#;

const ANA: &str =
    r#"{"id": "ana", "sku": "a", "secret": "a", "cart": [{"sku": "a", "n": 2}, {"sku": "b", "n": 1}]}"#;

fn shop(rule: &str) -> Result<(Definitions, At)> {
    let shop = Definitions::parse(&format!("{SHOP}\nsegment s = {rule}"))?;
    let at = shop.at("2026-06-01T12:00:00Z".parse()?, &Zone::UTC);
    let at = at.with_items(
        shop.loader()
            .items_from_json_lines("products", PRODUCTS.as_bytes())?,
    );
    Ok((shop, at))
}

fn ana(shop: &Definitions) -> Result<Customer> {
    Ok(shop.customer_from_json(ANA)?)
}

#[test]
fn they_are_said_in_words() -> Result {
    for (rule, reason) in [
        (
            r#"sku.tags contains "gift""#,
            "In s because the tags of the product named by sku contain “gift”.",
        ),
        (
            r#"sku.tags contains all ["gift", "tea"]"#,
            "Not in s because the tags of the product named by sku do not contain both “gift” and “tea”.",
        ),
        (
            "sku.tags is empty",
            "Not in s because the tags of the product named by sku are not empty.",
        ),
        (
            "sku.box is unknown",
            "Not in s because the box of the product named by sku is known.",
        ),
        (
            "size(sku.tags) > 2",
            "Not in s because the number of tags of the product named by sku is 2, which is at most 2.",
        ),
        (
            "at least 3 sku.parts where n > 1",
            "Not in s because there is 1 part of the product named by sku where n is more than 1, which is fewer than 3.",
        ),
        (
            "sum(n of sku.parts) = 3",
            "In s because the total n of parts of the product named by sku is 3.",
        ),
        (
            "all sku.parts where n > 1",
            "Not in s because for 1 of 2 parts of the product named by sku, n is at most 1.",
        ),
        (
            r#"any cart where sku.tags contains "gift""#,
            "In s because there is 1 cart where the tags of the product named by sku contain “gift”.",
        ),
        // What is found by a personal key is personal, and so is what the catalogue says is sensitive.
        (
            r#"secret.tags contains "gift""#,
            "In s because the tags of the product named by secret contain “gift”.",
        ),
    ] {
        let (shop, at) = shop(rule)?;
        let explanation = shop.segment("s")?.explain(&ana(&shop)?, &at);
        assert_eq!(explanation.reason(), reason, "{rule}");
    }
    Ok(())
}

/// [explain-4]
#[test]
fn they_are_hidden_like_what_they_are_found_by() -> Result {
    for (rule, hidden) in [
        ("size(sku.tags) > 1", false),
        ("count(sku.parts) > 1", false),
        ("size(secret.tags) > 1", true),
        ("count(secret.parts) > 1", true),
        ("secret.box is known", true),
        ("size(sku.notes) > 1", true),
        (r#"sku.notes contains "x""#, true),
        ("any cart where sku.notes is filled", true),
        ("any cart where sku.tags is filled", false),
    ] {
        let (shop, at) = shop(rule)?;
        let explanation = shop.segment("s")?.explain(&ana(&shop)?, &at);
        assert_eq!(explanation.hides(), hidden, "{rule}: {explanation}");
        let options = ExplainOptions::default().show_personal(true);
        let shown = shop.segment("s")?.explain_with(&ana(&shop)?, &at, &options);
        assert!(!shown.hides(), "{rule}");
    }
    Ok(())
}

/// [next-3]
#[test]
fn their_times_have_a_next_change() -> Result {
    for (rule, expected) in [
        (
            "any sku.parts where made_at in last 30 days",
            "at 2026-06-19T12:00:00Z",
        ),
        (
            "exactly 2 sku.parts where made_at in last 1 year",
            "at 2027-05-01T12:00:00Z",
        ),
        (
            "any cart where (any sku.parts where days_since(made_at) >= 40)",
            "at 2026-06-10T12:00:00Z",
        ),
        ("sku.tags contains \"gift\"", "not within 3652 days"),
        ("size(sku.parts) = 2 and sku.box is known", "not within 3652 days"),
    ] {
        let (shop, at) = shop(rule)?;
        let next = shop.segment("s")?.next_change(&ana(&shop)?, &at);
        assert_eq!(next.to_string(), expected, "{rule}");
    }
    Ok(())
}

/// [need-4]
#[test]
fn they_are_among_what_a_rule_needs() -> Result {
    for (rule, expected) in [
        (
            "sku.tags is filled",
            "sku (ref products?)\ncatalogues: products (sku: string, tags: [string])",
        ),
        (
            "sku.box is known",
            "sku (ref products?)\ncatalogues: products (sku: string, box.width: int?, box.label: string?)",
        ),
        (
            "any cart where count(sku.parts where sku.price > n) > 1",
            "cart ([{ sku: ref products }])\ncatalogues: products (sku: string, price: decimal, parts: [{ sku: ref products, n: int }]?)",
        ),
        (
            "any purchases where size(sku.notes) > 1",
            "\nevents: purchases of all history (sku: ref products)\ncatalogues: products (sku: string, notes: [string]?)\ntime: now",
        ),
    ] {
        let (shop, _) = shop(rule)?;
        let needed = shop.segment("s")?.requirements().to_string();
        let needed = needed
            .trim_start_matches("attributes: id (string, key)")
            .trim_start_matches(", ");
        assert_eq!(needed.trim_end(), expected, "{rule}");
    }
    Ok(())
}
