//! What definitions say that they read is enough, and no more.

mod strip;

use audience::{Definitions, Format, HostFunction, LookBack, Type, Value, ValueRef, Zone};

use crate::next_change::rules::{self, Random};
pub(crate) use strip::strip;

const SHOP: &str = r#"
customer {
  id: string key, country: string?, email: string? personal, health: string? sensitive, nps: int?
  consent: { email: bool, sms: bool }?
  cart: [{ sku: ref products, quantity: int, price: decimal, note: string? }]?
  signed_up_at: datetime?, birth_date: date?, interests: [string]?, balance: decimal?
}
catalog products { sku: string key, name: string filled, price: decimal, category: string, url: url }
event purchases  { amount: decimal, category: string, gift: bool? }
event page_views { path: string }
placement recommendations of products
trait spent = sum(amount of purchases in last 90 days)
trait age = years_since(birth_date)
segment spain = country = "ES"
"#;

#[track_caller]
fn needs(rule: &str, expected: &str) {
    let shop =
        Definitions::parse(&format!("{SHOP}\nsegment s = {rule}")).unwrap_or_else(|error| panic!("{error}"));
    let needed = shop.segment("s").expect("it is there").requirements().to_string();
    let needed = needed
        .strip_prefix("attributes: id (string, key)")
        .expect("the key");
    assert_eq!(needed.trim_start_matches(", ").trim(), expected.trim(), "{rule}");
}

/// [need-1] [need-2] [need-3] [need-4] [need-5] [need-12]
#[test]
fn each_construct_tells_what_it_reads() {
    needs("true", "");
    needs(
        "in segment spain and consent.email",
        "country (string?), consent.email (bool?)\nsegments: spain",
    );
    needs(
        "email is known or health is known",
        "email (string?, personal), health (string?, sensitive)",
    );
    needs("consent is known", "consent.email (bool?), consent.sms (bool?)");
    needs("interests contains \"music\"", "interests ([string]?)");
    needs("any cart where price > 100", "cart ([{ price: decimal }]?)");
    needs("any cart", "cart (list?)");
    needs(
        "spent > 5",
        "events: purchases of the last 90 days (amount: decimal)\ntraits: spent\ntime: now",
    );
    needs("age > 5", "birth_date (date?)\ntraits: age\ntime: now, zone");
    needs(
        "any purchases in last 30 days where (category = \"x\") or sum(amount of purchases in last 365 days) > 5",
        "events: purchases of the last 365 days (amount: decimal, category: string)\ntime: now",
    );
    needs(
        "last(category of purchases) = \"x\"",
        "events: purchases of all history (category: string)\ntime: now",
    );
    needs(
        "any page_views since 2026-01-01",
        "events: page_views since 2026-01-01\ntime: now, zone",
    );
    needs(
        "any page_views since 2026-01-01T00:00:00Z or any page_views in last 36 hours",
        "events: page_views of the last 36 hours and since 2026-01-01T00:00:00Z\ntime: now",
    );
    needs(
        "any page_views since signed_up_at",
        "signed_up_at (datetime?)\nevents: page_views of all history\ntime: now",
    );
    needs(
        "any page_views before 2026-01-01",
        "events: page_views of all history\ntime: now, zone",
    );
    needs(
        "any page_views in last 7 days followed by any purchases where (amount > 5) within 3 days followed by no page_views within 1 day",
        "events: purchases of the last 7 days (amount: decimal), page_views of the last 7 days\ntime: now",
    );
    needs(
        "any page_views followed by no purchases within 24 hours",
        "events: purchases of all history, page_views of all history\ntime: now",
    );
    needs(
        "any page_views today",
        "events: page_views of today\ntime: now, zone",
    );
    needs(
        "any page_views in last 3 calendar days",
        "events: page_views of the last 3 calendar days\ntime: now, zone",
    );
    needs(
        "any page_views in last 3 months",
        "events: page_views of the last 3 calendar months\ntime: now, zone",
    );
    needs(
        "any page_views in previous week",
        "events: page_views of the last 14 calendar days\ntime: now, zone",
    );
    needs(
        "any page_views in previous month",
        "events: page_views of the last 2 calendar months\ntime: now, zone",
    );
    needs(
        "signed_up_at in last 30 days",
        "signed_up_at (datetime?)\ntime: now",
    );
    needs(
        "birth_date anniversary today",
        "birth_date (date?)\ntime: now, zone",
    );
    needs(
        "any cart where sku.price > 100",
        "cart ([{ sku: ref products }]?)\ncatalogues: products (sku: string, price: decimal)",
    );
    needs("in sample 10% of \"salt\"", "");
    // What needs a population has no handle before there is one.
    let ranked = Definitions::parse(&format!("{SHOP}\nsegment s = balance in top 10%")).expect("compiles");
    assert_eq!(ranked.requirements().population, ["balance".into()]);
    needs(
        "any purchases where (any cart where price > amount)",
        "cart ([{ price: decimal }]?)\nevents: purchases of all history (amount: decimal)\ntime: now",
    );
}

/// [need-4]
#[test]
fn lists_and_functions_are_named() -> Result<(), Box<dyn std::error::Error>> {
    let loyalty = HostFunction::new("loyalty", [Type::Int], Type::Int, |args| match args {
        [ValueRef::Int(nps)] => Some(Value::Int(nps.checked_mul(10)?)),
        _ => None,
    });
    let text = format!("{SHOP}\nlist eu = [\"ES\", \"FR\"]\nsegment s = country in eu and loyalty(nps) > 50");
    let shop = Definitions::builder()
        .function(loyalty)
        .source("shop", text)
        .build()?;
    let needed = shop.segment("s")?.requirements();
    assert_eq!(
        (needed.lists, needed.functions),
        (vec!["eu".into()], vec!["loyalty".into()])
    );
    let paths: Vec<_> = needed.attributes.iter().map(|it| it.path.as_str()).collect();
    assert_eq!(paths, ["id", "country", "nps"]);
    Ok(())
}

/// [need-6]
#[test]
fn a_message_reads_its_inputs_and_placements_too() -> Result<(), Box<dyn std::error::Error>> {
    let shop = Definitions::parse(SHOP)?;
    let text =
        "{% if in segment spain %}Hola{% else %}Hi{% endif %} {{ spent | money: \"EUR\" }} {{ coupon }}
        {% for p in recommendations limit: 3 %}{{ p.name }} {{ p.reason }}{% endfor %}
        {% for c in cart %}{{ c.quantity }}{% endfor %}
        {% for p in purchases in last 7 days %}{{ p.at | date: \"%d\" }}{% endfor %}";
    let template = shop
        .template_builder(Format::Text)
        .source("mail", text)
        .input("coupon", Type::String)
        .optional_input("until", Type::Date)
        .build()?;
    assert_eq!(
        template.requirements().to_string(),
        "attributes: id (string, key), country (string?), cart ([{ quantity: int }]?)
events: purchases of the last 90 days (amount: decimal)
catalogues: products (sku: string, name: string)
traits: spent
segments: spain
placements: recommendations of products, 3 at most
inputs: coupon: string, until: date?
time: now, zone
"
    );
    Ok(())
}

/// [need-6]
#[test]
fn the_number_of_items_that_a_placement_is_asked_for_is_that_of_its_longest_loop()
-> Result<(), Box<dyn std::error::Error>> {
    let shop = Definitions::parse(SHOP)?;
    let loop_of = |how: &str| format!("{{% for p in recommendations {how} %}}{{{{ p.name }}}}{{% endfor %}}");
    let cases = [
        (loop_of("limit: 3"), Some(3)),
        (
            loop_of("limit: 3") + &loop_of("limit: 2 offset: 4") + &loop_of("limit: 1"),
            Some(6),
        ),
        (loop_of(""), None),
        (loop_of("limit: 3") + &loop_of(""), None),
        // Whether it is shown is only known when it is looked at.
        (loop_of("where price > 3 limit: 2"), None),
        (
            "{% assign first = recommendations | first %}{% if first %}{{ first.name }}{% endif %}"
                .to_owned(),
            None,
        ),
    ];
    for (text, most) in cases {
        let template = shop.template(Format::Text, &text)?;
        let placement = &template.requirements().placements[0];
        assert_eq!(
            (&*placement.name, placement.most),
            ("recommendations", most),
            "{text}"
        );
    }
    Ok(())
}

/// [need-13]
#[test]
fn traits_and_segments_are_named_through_all_that_is_between() -> Result<(), Box<dyn std::error::Error>> {
    let shop = Definitions::parse(
        r#"
        customer { id: string key, orders: int, email: string?, agreed: bool }
        trait doubled = orders * 2
        trait many = doubled > 10
        segment loyal = many
        segment others = not in segment loyal
        segment complained = orders < 0
        channel email { address email  consent agreed  suppress if in segment complained }
        message hi for others { channel email, inputs { unsubscribe: url }, subject "Hi", text "{{ doubled }} {{ unsubscribe }}" }
        campaign greeting for others { send hi when in segment loyal }
        "#,
    )?;
    let names = |needed: &audience::Requirements| {
        let join = |names: &[std::sync::Arc<str>]| names.join(" ");
        (join(&needed.traits), join(&needed.segments))
    };
    let pair = |traits: &str, segments: &str| (traits.to_owned(), segments.to_owned());
    assert_eq!(
        names(&shop.segment("loyal")?.requirements()),
        pair("doubled many", "")
    );
    assert_eq!(
        names(&shop.segment("others")?.requirements()),
        pair("doubled many", "loyal")
    );
    assert_eq!(names(&shop.computed("many")?.requirements()), pair("doubled", ""));
    assert_eq!(
        names(shop.message("hi")?.requirements()),
        pair("doubled many", "loyal others")
    );
    let greeting = shop.campaign("greeting")?.requirements();
    assert_eq!(names(&greeting), pair("doubled many", "loyal others complained"));
    Ok(())
}

/// [need-7]
#[test]
fn requirements_are_json_of_a_documented_shape() -> Result<(), Box<dyn std::error::Error>> {
    let shop = Definitions::parse(&format!(
        "{SHOP}\nsegment s = consent.email and (any cart where price > 3) and any page_views in last 30 days and any purchases"
    ))?;
    let json = serde_json::to_value(shop.segment("s")?.requirements())?;
    assert_eq!(
        json,
        serde_json::json!({
            "attributes": [
                { "path": "id", "type": "string", "roles": { "key": true } },
                { "path": "consent.email", "type": "bool", "optional": true },
                { "path": "cart", "type": shop.schema().customer[6].ty, "optional": true, "fields": [
                    { "path": "price", "type": "decimal" },
                ] },
            ],
            "events": [
                { "name": "purchases", "look_back": "all" },
                { "name": "page_views", "look_back": { "duration": "PT2592000S" } },
            ],
            "now": true,
        })
    );
    let whole = shop.requirements();
    assert_eq!(whole.events[0].look_back, LookBack::All);
    assert!(whole.attributes.iter().all(|it| it.path != "nps"), "{whole}");
    Ok(())
}

/// [need-1] [need-8]
#[test]
fn records_with_nothing_else_get_the_same_answers() {
    let zones = [
        "UTC",
        "Europe/Madrid",
        "America/New_York",
        "Australia/Lord_Howe",
        "Pacific/Apia",
    ];
    let nows = [
        "2026-03-29T01:30:00Z",
        "2026-06-15T12:34:56.789012Z",
        "2011-12-31T00:30:00Z",
        "2024-02-29T23:59:59Z",
    ];
    let mut stripped = 0;
    for case in 0..1500 {
        let mut random = Random(case * 7_919 + 20_261_122);
        let zone = Zone::named(random.pick(&zones)).expect("a zone");
        let now = random.pick(&nows).parse().expect("an instant");
        let rule = rules::rule(&mut random);
        let shop = Definitions::parse(&format!("{}\nsegment s = {rule}", rules::CONTRACT)).expect("compiles");
        let segment = shop.segment("s").expect("it is there");
        let needed = segment.requirements();
        let at = shop.at(now, &zone);
        let json = rules::customer(&mut random, now, zone);
        let less = strip(shop.schema(), &needed, &json, now, zone);
        stripped += usize::from(less.len() < json.len() - 20);
        let load = |json: &str| {
            shop.customer_from_json(json)
                .unwrap_or_else(|error| panic!("{error}\n{json}"))
        };
        assert_eq!(
            segment.matches(&load(&json), &at),
            segment.matches(&load(&less), &at),
            "{rule}\nat {now} in {}\nfor {json}\nand {less}\nwhich needs {needed}",
            zone.name()
        );
    }
    assert!(stripped > 1000, "{stripped}");
}
