//! Collections inside collections, what their names mean, and `mode`.

use super::ask::Shop;

const SCHEMA: &str = r"
customer {
  id: string key, city: string?, limit: int?, price: decimal?, tags: [string]?
  favorites: [{ sku: string, since: datetime?, labels: [string]? }]?
}
event purchases { city: string?, price: decimal?, items: [{ sku: string, price: decimal?, quantity: int, labels: [string]? }]? }
event views { sku: string, limit: int? }
trait city_of = city
";

const ANA: &str = r#"{
  "id": "ana", "city": "Madrid", "limit": 2, "price": 7, "tags": ["x", "y"],
  "favorites": [{"sku": "a", "since": "2026-03-15T00:00:00Z", "labels": ["x"]}, {"sku": "d", "labels": []}, {"sku": "e"}],
  "purchases": [
    {"at": "2026-01-01T00:00:00Z", "city": "Rome", "price": 10, "items": [{"sku": "a", "price": 5, "quantity": 2}, {"sku": "b", "price": 150, "quantity": 1, "labels": ["x", "z"]}]},
    {"at": "2026-03-01T00:00:00Z", "city": "Madrid", "items": []},
    {"at": "2026-04-01T00:00:00Z", "price": 1, "items": [{"sku": "c", "quantity": 3}]},
    {"at": "2026-05-01T00:00:00Z", "city": "Madrid", "price": 20}
  ],
  "views": [{"at": "2026-02-01T00:00:00Z", "sku": "a", "limit": 1}, {"at": "2026-04-01T00:00:00Z", "sku": "b"}, {"at": "2027-01-01T00:00:00Z", "sku": "d"}]
}"#;

#[test]
fn collections_nest() {
    Shop::new(SCHEMA).customer(ANA).all(&[
        ("any purchases where (any items where price > 100)", true),
        ("any purchases where any items where price > 150", false),
        ("any purchases where no items", true),
        ("exactly 2 purchases where any items", true),
        ("exactly 2 purchases where no items", true),
        // Nothing is an exception to `all`, and neither is a list that is missing.
        ("exactly 3 purchases where (all items where price > 100)", false),
        ("exactly 2 purchases where (all items where price > 100)", true),
        ("all purchases where all items where quantity > 0", true),
        ("any purchases where (exactly 2 items)", true),
        ("any purchases where (at least 3 items)", false),
        ("all purchases where (at most 2 items)", true),
        (
            "any purchases where (any items where labels contains \"z\")",
            true,
        ),
        ("any purchases where any items where any labels", true),
        ("any purchases where (any items where no labels)", true),
        ("any purchases where sum(price * quantity of items) = 160", true),
        ("any purchases where count(items where quantity > 1) = 1", true),
        (
            "any purchases where (any items where (sku = \"c\" and price is unknown))",
            true,
        ),
        ("all favorites where (any views where sku = \"a\")", true),
        (
            "any favorites where any purchases in last 40 days where city = \"Madrid\"",
            true,
        ),
    ]);
}

#[test]
fn aggregates_stand_inside_aggregates() {
    Shop::new(SCHEMA).customer(ANA).shown(&[
        ("sum(count(items) of purchases)", "3"),
        ("max(sum(price * quantity of items) of purchases)", "160"),
        ("min(count(items) of purchases)", "0"),
        ("avg(count(items where quantity > 1) of purchases)", "0.5"),
        ("first(max(price of items) of purchases)", "150"),
        ("last(max(price of items) of purchases)", "-"),
        ("last(sum(quantity of items) of purchases)", "0"),
        ("distinct(count(items) of purchases)", "3"),
        ("mode(count(items) of purchases)", "0"),
        ("sum(size(labels) of favorites)", "1"),
        (
            "count(purchases where count(items) > count(views where sku = \"a\"))",
            "1",
        ),
        ("max(first(sku of items) of purchases)", "c"),
        ("sum(sum(count(labels) of items) of purchases)", "2"),
        ("sum(distinct(sku of views) of purchases)", "8"),
    ]);
}

/// [coll-8], [coll-9] and [coll-12].
#[test]
fn the_innermost_name_comes_first() {
    Shop::new(SCHEMA).customer(ANA).all(&[
        // `price` is the item's, then the purchase's, and `limit` the customer's.
        ("any purchases where (any items where price = 150)", true),
        ("any purchases where (any items where price = 10)", false),
        ("any purchases where (any favorites where price = 20)", true),
        ("any purchases where (any favorites where price = 7)", false),
        ("any purchases where (any views where limit = 2)", false),
        ("any purchases where (any items where quantity > limit)", true),
        ("any purchases where (any views where city = \"Rome\")", true),
        // Past all of them to the customer.
        ("any purchases where (any items where customer.price = 7)", true),
        ("any purchases where city = customer.city", true),
        ("any purchases where city != customer.city", true),
        ("all purchases where city = customer.city", false),
        (
            "any purchases where (any views where limit < customer.limit)",
            true,
        ),
        ("any purchases where city = customer.city_of", true),
        ("any purchases where customer.tags contains \"x\"", true),
        (
            "any purchases where (city in [\"Rome\"] and (any customer.favorites where sku = \"a\"))",
            true,
        ),
        ("any purchases where any customer.views where sku = \"b\"", true),
        ("customer.city = \"Madrid\"", true),
        ("count(customer.purchases) = 4", true),
        ("any customer.favorites where customer.limit = 2", true),
        ("max(customer.price + price of purchases) = 27", true),
    ]);
}

/// [coll-11].
#[test]
fn bounds_of_an_inner_window_see_the_outer_item() {
    let shop = Shop::new(SCHEMA).customer(ANA);
    shop.all(&[
        ("any favorites where any purchases since since", true),
        ("exactly 1 favorites where any purchases since since", true),
        ("any views where any purchases between at and at", true),
        ("any views where any purchases before at where price = 10", true),
        ("any favorites where (no purchases before since)", true),
        ("all favorites where (no purchases after since)", false),
        // What has not happened yet does not exist for an inner collection either.
        ("any favorites where (any views where sku = \"d\")", false),
    ]);
    shop.shown(&[
        ("max(count(purchases since since) of favorites)", "2"),
        ("sum(count(purchases since since) of favorites)", "2"),
        ("sum(count(views before at) of purchases)", "4"),
    ]);
}

/// [coll-6].
#[test]
fn the_mode_of_several_is_the_one_seen_latest_then_the_smaller() {
    let shop = Shop::new(
        r#"customer { id: string key, xs: [{ w: ("b" | "a" | "c")?, f: float? }]? }
           event e { s: string?, n: int?, w: ("b" | "a" | "c")?, d: decimal?, f: float?, y: bool?, on: date? }"#,
    );
    for (events, mode, expected) in [
        ("", "s", "-"),
        (r#"1 "n": 4"#, "s", "-"),
        (r#"1 "s": "x""#, "s", "x"),
        (r#"1 "s": "x" 2 "s": "y" 3 "s": "x""#, "s", "x"),
        (r#"1 "s": "x" 2 "s": "y""#, "s", "y"),
        (r#"2 "s": "x" 1 "s": "y""#, "s", "x"),
        (r#"1 "s": "x" 3 "s": "y" 2 "s": "y" 4 "s": "x""#, "s", "x"),
        // At one instant neither is later.
        (r#"1 "s": "y" 1 "s": "x""#, "s", "x"),
        (r#"1 "s": "x" 1 "s": "y""#, "s", "x"),
        (r#"1 "s": "x" 2 "s": "y" 2 "s": "x" 1 "s": "y""#, "s", "x"),
        (r#"1 "n": -1 1 "n": -2 1 "n": 0"#, "n", "-2"),
        (r#"1 "n": 3 2 "n": 3 3 "n": 9 4 "n": 8"#, "n", "3"),
        // Words by their text, not by their place in the enumeration.
        (r#"1 "w": "b" 1 "w": "a" 1 "w": "c""#, "w", "a"),
        (r#"1 "d": 1.5 1 "d": 1.50 1 "d": 0.5 2 "d": 2"#, "d", "1.5"),
        (r#"1 "f": 0.0 2 "f": 1.5 3 "f": -0.0"#, "f", "0"),
        (r#"1 "y": true 1 "y": false"#, "y", "false"),
        (r#"1 "on": "2026-01-02" 1 "on": "2026-01-01""#, "on", "2026-01-01"),
        (r#"1 "s": "É" 1 "s": "É""#, "s", "É"),
        (r#"1 "s": "a" 2 "s": "B""#, "lower(s)", "b"),
        (r#"1 "n": 1 2 "n": 2 3"#, "default(n, 1)", "1"),
        // What is to come does not exist.
        (r#"1 "s": "x" 900 "s": "y""#, "s", "x"),
    ] {
        let customer = format!(r#"{{"id": "ana", "e": [{}]}}"#, timed(events));
        shop.customer(&customer)
            .shown(&[(&format!("mode({mode} of e)"), expected)]);
    }
    let lists =
        r#"{"id": "ana", "xs": [{"w": "a"}, {"w": "c"}, {"f": 1}, {"w": "b"}, {"w": "c"}, {"w": "b"}]}"#;
    shop.customer(lists).shown(&[
        ("mode(w of xs)", "b"),
        ("mode(w of xs where w != \"b\")", "c"),
        ("mode(f of xs)", "1"),
        ("mode(w of xs where f > 1)", "-"),
    ]);
}

/// `1 "s": "x" 2` as JSON: an event on the first of January, and one on the second.
fn timed(events: &str) -> String {
    let mut json = Vec::new();
    let mut rest = events;
    while let Some(start) = rest.find(|c: char| c.is_ascii_digit()) {
        let (day, fields) = rest[start..].split_at(rest[start..].find(' ').unwrap_or(rest.len() - start));
        let end = fields.match_indices(' ').find(|(at, _)| {
            let next = &fields[at + 1..];
            next.starts_with(|c: char| c.is_ascii_digit()) && !fields[..*at].ends_with(':')
        });
        let (fields, next) = fields.split_at(end.map_or(fields.len(), |(at, _)| at));
        let minutes: u64 = day.parse().expect("a number");
        let comma = if fields.is_empty() { "" } else { "," };
        let at = format!(
            "2026-{:02}-01T00:{minutes:02}:00Z",
            if minutes < 60 { 1 } else { 12 }
        )
        .replace("00:900:", "00:00:");
        json.push(format!(r#"{{"at": "{at}"{comma}{fields}}}"#));
        rest = next;
    }
    json.join(",")
}
