//! Alerts as placements, and filters over a catalogue.

use audience::{
    Action, Assortment, Definitions, Format, Inputs, Items, LowStock, Placements, PriceDrop, Profile, Shelf,
    Wish, Zone,
};

use super::{day, told};

fn shop() -> Definitions {
    Definitions::parse(
        r#"customer { id: string key, likes: [ref products] }
           catalog makers { name: string key, country: string }
           catalog products {
             sku: string key, name: string filled, price: decimal, stock: int, tags: [string], maker: ref makers?,
             added: date
           }
           list secret = ["attic"]
           placement alerts of products
           event purchases { sku: ref products }"#,
    )
    .expect("valid definitions")
}

fn products(shop: &Definitions, prices: [f64; 4]) -> Items {
    let line = |(sku, stock, price): (&str, i64, f64)| {
        format!(
            r#"{{"sku": "{sku}", "name": "{sku}", "price": {price}, "stock": {stock}, "tags": ["gift"], "added": "2026-05-01"}}"#
        )
    };
    let lines = [("attic", 9), ("mug", 0), ("pot", 1), ("tea", 3)];
    let lines = lines
        .into_iter()
        .zip(prices)
        .map(|((sku, stock), price)| line((sku, stock, price)));
    let lines: Vec<String> = lines.collect();
    let loader = shop.loader();
    loader
        .items_from_json_lines("products", lines.join("\n").as_bytes())
        .expect("valid items")
}

#[test]
fn alerts_speak_of_favourites_only_and_never_fill() -> Result<(), Box<dyn std::error::Error>> {
    let shop = shop();
    let (before, now) = (
        products(&shop, [5.0, 5.0, 20.0, 4.0]),
        products(&shop, [1.0, 1.0, 15.5, 4.5]),
    );
    let shelf = Shelf::new(&Assortment::from_items(&now, "name", None)?);
    let likes = ["mug", "pot", "tea"].into_iter();
    let ana = likes.fold(Profile::new(day(9)), |it, key| {
        it.did(Action::Favorite, key, day(8))
    });
    let low = LowStock::new(&now, "stock", 3)?;
    let list = |alerts: &dyn audience::Recommender| told(&shelf.choose(alerts, &ana, &Wish::alerts(9)));
    assert_eq!(list(&low), ["pot: only one left", "tea: only 3 left"]); // the mug is sold out
    let fell = PriceDrop::new(&before, &now, "price", 0.1)?;
    assert_eq!(list(&fell), ["mug: now 1, was 5", "pot: now 15.5, was 20"]); // tea is dearer
    let much = PriceDrop::new(&before, &now, "price", 0.5)?;
    assert_eq!(list(&much), ["mug: now 1, was 5"]);
    assert_eq!(shelf.choose(&low, &Profile::new(day(9)), &Wish::alerts(9)), []);
    let error = LowStock::new(&now, "price", 3).expect_err("no int");
    assert_eq!(
        error.to_string(),
        "unknown field `price`; it must be `int` among the fields of the catalogue"
    );
    let error = PriceDrop::new(&before, &now, "prise", 0.1).expect_err("no field");
    assert_eq!(error.to_string(), "unknown field `prise`; did you mean `price`?");
    Ok(())
}

/// From a customer's favourites to the text of a message.
#[test]
fn an_alert_is_a_placement_with_its_reason() -> Result<(), Box<dyn std::error::Error>> {
    let shop = shop();
    let now = products(&shop, [1.0, 1.0, 15.5, 4.5]);
    let history = audience::History::new(shop.schema(), "purchases", "sku")?.favorites("likes")?;
    let ana = shop.customer_from_json(r#"{"id": "ana", "likes": ["tea"]}"#)?;
    let shelf = Shelf::new(&Assortment::from_items(&now, "name", Some("tags"))?);
    let list = shelf.choose(
        &LowStock::new(&now, "stock", 3)?,
        &history.profile(&ana, day(9)),
        &Wish::alerts(2),
    );
    let mut placements = Placements::new();
    placements.set("alerts", &list);
    let mail = shop.template(
        Format::Text,
        "{% for p in alerts limit: 2 %}{{ p.name }}: {{ p.reason }}.{% endfor %}",
    )?;
    let mut out = String::new();
    let at = shop.at(day(9), &Zone::UTC).with_items(now);
    let _ = mail.render_into(&ana, &Inputs::default(), &placements, &at, &mut out)?;
    assert_eq!(out, "tea: only 3 left.");
    Ok(())
}

#[test]
fn filters_see_lists_windows_and_other_catalogues() -> Result<(), Box<dyn std::error::Error>> {
    let shop = shop();
    let products = shop.loader().items_from_json_lines(
        "products",
        r#"{"sku": "attic", "name": "a", "price": 3, "stock": 1, "tags": [], "added": "2026-05-01", "maker": "Kyoto"}
           {"sku": "tea", "name": "t", "price": 4, "stock": 80, "tags": ["gift"], "added": "2026-04-30", "maker": "Kyoto"}"#
            .as_bytes(),
    )?;
    let makers = r#"{"name": "Kyoto", "country": "JP"}"#;
    let makers = shop.loader().items_from_json_lines("makers", makers.as_bytes())?;
    let at = shop
        .at("2026-05-10T00:00:00Z".parse()?, &Zone::UTC)
        .with_items(makers);
    for (condition, attic, tea) in [
        ("price < 50", true, true),
        ("stock > 1", false, true),
        ("sku not in secret", false, true),
        ("tags contains \"gift\"", false, true),
        ("maker.country = \"JP\"", true, true),
        ("added in last 10 days", true, false),
        ("years_since(added) >= 0 and name = \"t\"", false, true),
    ] {
        let filter = shop.item_filter("products", condition)?;
        let accepts = |key| filter.accepts(&products, key, &at);
        assert_eq!(
            (accepts("attic"), accepts("tea"), accepts("gone")),
            (attic, tea, false),
            "{condition}"
        );
        assert_eq!(filter.condition(), condition);
    }
    Ok(())
}

#[test]
fn a_filter_refuses_what_is_no_condition_of_its_items() {
    let shop = shop();
    for condition in [
        "",
        "price",
        "likes contains \"tea\"", // of the customer
        "any purchases",
        "price < 5 segment other = true",
        "price < 5 trait other = 1",
        "price in top 10% or",
    ] {
        assert!(shop.item_filter("products", condition).is_err(), "{condition}");
    }
    let error = shop
        .item_filter("products", "price < \"dear\"")
        .expect_err("a text")
        .to_string();
    assert!(error.contains("segment wanted = price < \"dear\""), "{error}");
}

#[test]
fn items_of_another_catalogue_are_not_let_through() -> Result<(), Box<dyn std::error::Error>> {
    let shop = shop();
    let makers = r#"{"name": "tea", "country": "JP"}"#;
    let makers = shop.loader().items_from_json_lines("makers", makers.as_bytes())?;
    let at = shop.at(day(9), &Zone::UTC);
    assert!(!shop.item_filter("products", "true")?.accepts(&makers, "tea", &at));
    Ok(())
}
