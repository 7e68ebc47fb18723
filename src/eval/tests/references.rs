//! `ref`: the fields of the item that a key points to.

use super::ask::Shop;
use crate::Definitions;

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

const KITS: &str = r"
customer {
  id: string key, kit: (ref kits)?, n: int?, kits: [ref kits], store: (ref stores)?
  cart: [{ kit: ref kits, n: int }]?
}
catalog kits {
  code: string key, name: string, tags: [string], sizes: [int]?, box: { w: int, h: decimal? }, lid: { w: int?, marks: [string]? }?
  parts: [{ kit: ref kits, n: int, price: decimal?, made_at: datetime?, notes: [string] }]?, near: [ref stores]
}
catalog stores { number: int key, city: string, shelves: [{ row: int, holds: [ref kits] }]? }
event purchases { kit: ref kits, n: int }
trait n_of_parts = count(kit.parts)
segment many = size(kit.tags) >= 2
";

const LINES: &str = r#"
{"code": "a", "name": "A", "tags": ["x", "y"], "sizes": [1, 2, 2], "box": {"w": 4}, "lid": {"marks": []}, "near": [7, 8], "parts": [{"kit": "b", "n": 2, "price": 1.5, "made_at": "2026-05-01T00:00:00Z", "notes": ["old"]}, {"kit": "c", "n": 1, "notes": []}, {"kit": "gone", "n": 2, "price": 4, "notes": ["old", "new"]}]}
{"code": "b", "name": "B", "tags": [], "sizes": [], "box": {"w": 1, "h": 2}, "near": [], "parts": []}
{"code": "c", "name": "C", "tags": ["x"], "box": {"w": 9}, "near": [9]}
"#;

const STORES: &str = r#"
{"number": 7, "city": "Madrid", "shelves": [{"row": 1, "holds": ["a", "c"]}, {"row": 2, "holds": []}]}
{"number": 8, "city": "Rome"}
"#;

fn kits() -> Shop {
    Shop::new(KITS)
        .items("kits", LINES)
        .items("stores", STORES)
        .customer(
            r#"{
                "id": "ana", "kit": "a", "n": 2, "kits": ["b", "gone", "a"], "store": 7,
                "cart": [{"kit": "a", "n": 2}, {"kit": "b", "n": 1}, {"kit": "gone", "n": 9}],
                "purchases": [{"at": "2026-01-01T00:00:00Z", "kit": "c", "n": 1}, {"at": "2026-01-02T00:00:00Z", "kit": "a", "n": 1}]
            }"#,
        )
}

/// [coll-20] and [coll-19].
#[test]
fn lists_of_an_item_are_asked_like_those_of_the_customer() {
    kits().all(&[
        ("kit.tags contains \"x\"", true),
        ("kit.tags contains \"z\"", false),
        ("kit.tags contains any [\"z\", \"y\"]", true),
        ("kit.tags contains any [\"z\", \"q\"]", false),
        (
            "kit.tags contains any [\"1\", \"2\", \"3\", \"4\", \"5\", \"6\", \"7\", \"8\", \"y\"]",
            true,
        ),
        ("kit.tags contains all [\"x\", \"y\"]", true),
        ("kit.tags contains all [\"x\", \"z\"]", false),
        ("kit.sizes contains n", true),
        ("kit.sizes contains 3", false),
        ("kit.near contains 7", true),
        ("kit.near contains all [7, 8]", true),
        ("kit.near contains store", true),
        ("kit.tags is known", true),
        ("kit.tags is filled", true),
        ("kit.tags is empty", false),
        ("size(kit.tags) = 2", true),
        ("in segment many", true),
        ("any kit.parts", true),
        ("any kit.parts where n > 1", true),
        ("exactly 2 kit.parts where n > 1", true),
        ("all kit.parts where n > 0", true),
        ("all kit.parts where price > 0", false),
        ("no kit.parts where price > 5", true),
        ("at most 1 kit.parts where made_at in last 60 days", true),
        // What an item of the list refers to, and what it has.
        ("any kit.parts where kit.tags contains \"x\"", true),
        ("any kit.parts where kit.box.w = 1", true),
        ("any kit.parts where (notes contains \"new\" and price = 4)", true),
        ("any kit.parts where n = customer.n", true),
        ("any kit.parts where n = n_of_parts - 1", true),
        // From the items of collections.
        ("any cart where kit.tags contains \"y\"", true),
        ("all cart where kit.tags contains \"x\"", false),
        ("any cart where (any kit.parts where n > 1)", true),
        ("any cart where size(kit.tags) = n", true),
        ("any cart where kit.tags is empty", true),
        ("any cart where kit.tags is unknown", true),
        ("any purchases where (any kit.parts where kit = \"c\")", true),
        ("exactly 1 purchases where count(kit.parts) = 0", true),
        ("any purchases where sum(price * n of kit.parts) = 11", true),
        // The items of a list of references are those that they point to, and so are their lists.
        ("any kits where tags contains \"y\"", true),
        ("any kits where (any parts where n = 2)", true),
        ("any kits where (any near where city = \"Rome\")", true),
        ("any kit.near where city = \"Rome\"", true),
        (
            "any kit.near where (any shelves where (any holds where name = \"C\"))",
            true,
        ),
        ("any store.shelves where holds contains \"a\"", true),
        (
            "any store.shelves where (any holds where tags contains \"y\")",
            true,
        ),
    ]);
    kits().shown(&[
        ("size(kit.parts)", "3"),
        ("size(kit.sizes)", "3"),
        ("count(kit.parts where price is known)", "2"),
        ("sum(n of kit.parts)", "5"),
        ("sum(price of kit.parts)", "5.5"),
        ("avg(n of kit.parts)", "1.6667"),
        ("min(price of kit.parts)", "1.5"),
        ("max(kit.name of kit.parts)", "C"),
        ("first(price of kit.parts)", "1.5"),
        ("last(kit.name of kit.parts)", "-"),
        ("last(price of kit.parts)", "4"),
        ("distinct(n of kit.parts)", "2"),
        ("mode(n of kit.parts)", "2"),
        ("mode(kit.name of kit.parts)", "C"),
        ("max(size(kit.tags) of cart)", "2"),
        ("sum(count(kit.parts) of cart)", "3"),
        ("sum(sum(n of kit.parts) of purchases)", "5"),
        ("max(size(notes) of kit.parts)", "2"),
        ("n_of_parts", "3"),
    ]);
}

/// [coll-21].
#[test]
fn lists_of_an_item_that_is_gone_are_missing() {
    let gone = kits().customer(r#"{"id": "ana", "kit": "gone", "kits": []}"#);
    let unknown = kits().customer(r#"{"id": "ana", "kits": []}"#);
    let without = Shop::new(KITS).customer(r#"{"id": "ana", "kit": "a", "kits": []}"#);
    for shop in [gone, unknown, without] {
        shop.all(&[
            ("kit.tags contains \"x\"", false),
            ("kit.tags contains any []", false),
            ("kit.tags contains all []", false),
            ("kit.tags is known", false),
            ("kit.tags is empty", false),
            ("kit.tags is filled", false),
            ("kit.box is known", false),
            ("kit.lid is unknown", true),
            ("any kit.parts", false),
            ("no kit.parts", true),
            ("all kit.parts where n > 100", true),
            ("exactly 0 kit.parts", true),
        ]);
        shop.shown(&[
            ("size(kit.tags)", "-"),
            ("count(kit.parts)", "0"),
            ("sum(n of kit.parts)", "0"),
            ("sum(price of kit.parts)", "0"),
            ("distinct(n of kit.parts)", "0"),
            ("avg(n of kit.parts)", "-"),
            ("min(n of kit.parts)", "-"),
            ("first(n of kit.parts)", "-"),
            ("mode(n of kit.parts)", "-"),
        ]);
    }
}

/// [coll-22]: a record that its catalogue requires is there when the item is, another one when something of it is.
#[test]
fn records_of_an_item_are_known_like_those_of_the_customer() {
    kits().all(&[
        ("kit.box is known", true),
        ("kit.lid is known", true),
        ("any kits where box is known", true),
        ("any cart where kit.box is unknown", true),
        ("exactly 1 cart where kit.lid is known", true),
    ]);
    kits()
        .customer(r#"{"id": "ana", "kit": "b", "kits": []}"#)
        .all(&[("kit.box is known", true), ("kit.lid is known", false)]);
}

#[test]
fn the_key_of_a_list_is_of_the_row_in_which_it_stands() {
    // Two rows have a `kit`: that of the part is nearer than that of the line of the cart.
    kits().all(&[
        (
            "any cart where (any kit.parts where (any kit.parts where true))",
            false,
        ),
        (
            "any cart where (any kit.parts where (any customer.kit.parts where n = 1))",
            true,
        ),
        (
            "exactly 1 cart where (any kit.parts where (kit.tags contains \"x\" and kit = \"c\"))",
            true,
        ),
    ]);
}

/// A property of an item was taken for the trait of its name, which then seemed to refer to itself, where the item was one of
/// a list in an item or of one that a reference points to; and `customer.t` was not seen to name the trait.
#[test]
fn a_property_of_an_item_is_not_the_trait_of_its_name() {
    let schema = format!(
        "{KITS}
        trait n = sum(n of kit.parts)
        trait price = sum(sum(price of kit.parts) of cart)
        trait tags = count(kits where tags is filled)
        trait row = max(max(row of shelves) of kit.near)
        trait later = count(purchases where n < customer.earlier)
        trait earlier = 1 + count(purchases)"
    );
    // The attribute of that name is another one.
    let schema = schema.replace("kit: (ref kits)?, n: int?, kits", "kit: (ref kits)?, kits");
    let shop = Shop::new(&schema)
        .items("kits", LINES)
        .items("stores", STORES)
        .customer(r#"{"id": "ana", "kit": "a", "kits": ["a", "b"], "cart": [{"kit": "a", "n": 1}], "purchases": [{"at": "2026-01-01T00:00:00Z", "kit": "a", "n": 1}]}"#);
    shop.shown(&[
        ("n", "5"),
        ("price", "5.5"),
        ("tags", "1"),
        ("row", "2"),
        ("later", "1"),
    ]);
    let circle = Definitions::parse(&format!("{KITS}\ntrait t = sum(customer.t of purchases)"));
    let circle = circle.expect_err("it refers to itself");
    assert_eq!(circle.diagnostics()[0].code, crate::Code::Cycle);
}
