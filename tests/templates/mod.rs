//! Templates: the pictures of their errors, what they show, and what no customer can make of them.

mod catalog_texts;
mod choices;
#[cfg(feature = "locale")]
mod cldr;
mod errors;
mod faults;
mod filters;
mod hostile;
mod json_loops;
mod liquid;
mod no_value;
mod own_filters;
mod references;
mod standard_filters;
mod structure;
mod tags;

use audience::{
    CompileError, Customer, Definitions, Format, Inputs, Items, Placements, Rendered, Template, Type, Zone,
};

type Result<T = (), E = Box<dyn std::error::Error>> = std::result::Result<T, E>;

fn shop() -> Result<Definitions> {
    Ok(Definitions::builder()
        .source("shop.audience", include_str!("../golden/template/shop.audience"))
        .build()?)
}

fn compile(
    shop: &Definitions,
    format: Format,
    name: &str,
    text: &str,
) -> std::result::Result<Template, CompileError> {
    let builder = shop.template_builder(format).source(name, text);
    builder
        .input("shop_url", Type::Url)
        .optional_input("coupon", Type::String)
        .build()
}

fn products(shop: &Definitions) -> Result<Items> {
    let lines = r#"
        {"sku": "A1", "name": "Tea light", "price": 1.25, "url": "https://shop.example/a1?x=1&y=2", "stock": 3, "category": "candles"}
        {"sku": "B2", "name": "Lamp <b>\"Luna\"</b>", "price": 1234.5, "url": "https://shop.example/b2", "image": "https://shop.example/b2.png", "stock": 0, "category": "lamps"}
        {"sku": "C3", "name": "Mug", "price": 7, "url": "https://shop.example/c3", "stock": 12, "category": "kitchen"}
    "#;
    Ok(shop
        .loader()
        .items_from_json_lines("products", lines.as_bytes())?)
}

/// The customer that most tests are about.
const ANA: &str = r#"{
    "id": "ana", "first_name": "Ana", "city": "Madrid", "country": "ES", "nps": 9, "total_spent": 1234.5, "ratio": 0.25,
    "gender": "female", "subscribed": false, "interests": ["tea", "books"], "scores": [3, 4], "birth_date": "1990-07-05",
    "signed_up_at": "2024-12-31T23:30:00Z", "website": "https://ana.example/?a=1&b=2",
    "favorites": [
        {"sku": "A1", "note": "for Eva", "added_at": "2026-05-01T10:00:00Z"},
        {"sku": "B2", "added_at": "2026-05-02T10:00:00Z"},
        {"sku": "C3", "note": "me", "added_at": "2026-05-03T10:00:00Z"}
    ],
    "consent": {"email": true, "sms": null},
    "purchases": [
        {"at": "2026-05-20T12:00:00Z", "sku": "A1", "amount": 20.5, "gift": true},
        {"at": "2026-04-20T12:00:00Z", "sku": "B2", "amount": 10},
        {"at": "2025-01-01T12:00:00Z", "sku": "C3", "amount": 99.99},
        {"at": "2027-01-01T12:00:00Z", "sku": "C3", "amount": 1}
    ]
}"#;

/// A customer of whom only what must be known is known.
const NOBODY: &str = r#"{
    "id": "n", "country": "", "total_spent": 0, "interests": [], "signed_up_at": "2026-01-01T00:00:00Z", "favorites": [],
    "consent": {"email": false}
}"#;

fn render_with(
    template: &Template,
    shop: &Definitions,
    customer: &Customer,
    placements: &Placements,
) -> Result<String> {
    let at = shop
        .at("2026-06-01T00:00:00Z".parse()?, &Zone::named("Europe/Madrid")?)
        .with_items(products(shop)?);
    let inputs = template.inputs([("shop_url", "https://shop.example/")])?;
    let mut out = String::from("before:");
    Ok(
        match template.render_into(customer, &inputs, placements, &at, &mut out)? {
            Rendered::Sent => out
                .strip_prefix("before:")
                .unwrap_or("the buffer was overwritten")
                .to_owned(),
            Rendered::Skipped(reason) => {
                assert_eq!(out, "before:", "a skipped message leaves something behind");
                format!("skipped: {reason}")
            }
        },
    )
}

/// What a template says to a customer.
#[track_caller]
fn says(format: Format, customer: &str, text: &str) -> String {
    let render = || -> Result<String> {
        let shop = shop()?;
        let template = compile(&shop, format, "template", text)?;
        let customer = shop.customer_from_json(customer)?;
        let mut placements = Placements::new();
        placements.set(
            "recommendations",
            [
                ("gone", "not in the catalogue"),
                ("B2", "because of \"Luna\" & more"),
                ("A1", "popular"),
                ("C3", " "),
            ],
        );
        render_with(&template, &shop, &customer, &placements)
    };
    render().unwrap_or_else(|error| panic!("{text}\n{error}"))
}

#[test]
fn handles_may_be_shared_between_threads() {
    fn is_shared<T: Send + Sync + Clone + 'static>() {}
    is_shared::<Template>();
    is_shared::<Inputs>();
    is_shared::<Placements>();
}
