//! `ref`: the fields of the item that a key points to.

use super::ask::Shop;

const SCHEMA: &str = r#"
customer {
  id: string key, sku: ref products, wanted: (ref products)?, store: (ref shops)?, price: decimal
  favorites: [{ sku: ref products, count: int }]?, wishes: [ref products]?, visited: [ref shops]?
}
catalog products {
  sku: string key, name: string filled, price: decimal, stock: int?, category: ("tea" | "light")?, brand: (ref brands)?
  size: { width: int, height: decimal? }?
}
catalog brands { name: string key, country: string?, home: (ref shops)? }
catalog shops { number: int key, city: string, next: (ref shops)? }
event purchases { sku: ref products, amount: decimal }
"#;

const PRODUCTS: &str = r#"
{"sku": "a", "name": "Tea light", "price": 1.5, "stock": 3, "category": "light", "brand": "Lux", "size": {"width": 4}}
{"sku": "b", "name": "Lantern", "price": 20, "stock": 9, "category": "light", "brand": "gone"}
{"sku": "c", "name": "Green tea", "price": 7, "category": "tea"}
"#;

const BRANDS: &str = r#"{"name": "Lux", "country": "ES", "home": 7}"#;

const SHOPS: &str = r#"
{"number": 7, "city": "Madrid", "next": -8}
{"number": -8, "city": "Rome", "next": 9}
"#;

const ANA: &str = r#"{
  "id": "ana", "sku": "a", "store": 7, "price": 5,
  "favorites": [{"sku": "a", "count": 1}, {"sku": "b", "count": 20}, {"sku": "gone", "count": 3}],
  "wishes": ["c", "gone", "b"], "visited": [-8, 1, 7],
  "purchases": [{"at": "2026-01-01T00:00:00Z", "sku": "b", "amount": 19}, {"at": "2026-01-02T00:00:00Z", "sku": "c", "amount": 7}]
}"#;

fn shop() -> Shop {
    Shop::new(SCHEMA)
        .items("products", PRODUCTS)
        .items("brands", BRANDS)
        .items("shops", SHOPS)
        .customer(ANA)
}

/// [coll-14] and [coll-15].
#[test]
fn fields_are_reached_through_a_reference() {
    shop().all(&[
        ("sku = \"a\"", true),
        ("sku.stock = 3", true),
        ("sku.price < price", true),
        ("sku.category = \"light\"", true),
        ("sku.category in [\"tea\"]", false),
        ("sku.name starts with \"Tea\"", true),
        ("sku.size.width between 4 and 5", true),
        ("sku.size.height is unknown", true),
        ("any favorites where sku.stock < 5", true),
        ("exactly 1 favorites where sku.stock > count", true),
        ("any favorites where (sku.stock > count and sku.price < 2)", true),
        ("count(favorites where sku.name is known) = 2", true),
        ("any purchases where amount < sku.price", true),
        (
            "any purchases where (sku.category = \"tea\" and amount = sku.price)",
            true,
        ),
        ("any purchases where customer.sku.price = 1.5", true),
        // Each item of a list of references is the one that it points to.
        ("any wishes where price > 10", true),
        ("any wishes where price > 20", false),
        (
            "any wishes where (category = \"tea\" and customer.price = 5)",
            true,
        ),
        ("count(wishes where name is known) = 2", true),
        ("any visited where city = \"Rome\"", true),
        ("any favorites where (any wishes where price > 10)", true),
        // A number is a key as well.
        ("store = 7", true),
        ("store in [1, 8]", false),
        ("store + 1 = 8", true),
        ("visited contains -8", true),
        ("visited contains store", true),
        ("visited contains 9", false),
        ("visited contains all [7, 1]", true),
        ("visited contains any [6, 9]", false),
    ]);
    shop().shown(&[
        ("sku.name", "Tea light"),
        ("sum(price of wishes)", "27"),
        ("max(sku.price of favorites)", "20"),
        ("avg(sku.price * count of favorites)", "200.75"),
        ("mode(sku.category of purchases)", "tea"),
        ("first(sku.name of purchases)", "Lantern"),
        ("lower(sku.name)", "tea light"),
    ]);
}

/// [coll-16].
#[test]
fn what_is_not_there_is_missing() {
    let missing = [
        ("wanted.price > 0", false),
        ("wanted.price is unknown", true),
        ("wanted.price != 1", true),
        ("any favorites where sku.price is unknown", true),
        ("any wishes where stock is unknown", true),
        ("store.next.next.city is unknown", true),
    ];
    shop().all(&missing);
    shop().shown(&[
        ("wanted.name", "-"),
        ("default(wanted.name, \"none\")", "none"),
        ("last(sku.name of favorites)", "-"),
        ("sum(stock of wishes)", "9"),
        ("wanted.brand.country", "-"),
    ]);
    // Without the catalogue all of it is missing; the keys are not.
    let without = Shop::new(SCHEMA).customer(ANA);
    without.all(&missing);
    without.all(&[
        ("sku.price > 0", false),
        ("any favorites where sku.stock < 5", false),
        ("any favorites where sku = \"a\"", true),
        ("count(wishes) = 3", true),
    ]);
}

#[test]
fn references_lead_on_and_numbers_are_keys_too() {
    shop().shown(&[
        ("sku.brand", "Lux"),
        ("sku.brand.country", "ES"),
        ("sku.brand.home", "7"),
        ("sku.brand.home.city", "Madrid"),
        ("sku.brand.home.next.city", "Rome"),
        ("sku.brand.home.next.next", "9"),
        ("sku.brand.home.next.next.city", "-"),
        ("store.city", "Madrid"),
        ("max(sku.brand.country of favorites)", "ES"),
        ("first(brand.country of wishes)", "-"),
    ]);
}
