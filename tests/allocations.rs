//! Matching allocates nothing, over either kind of record, once a first pass has made what is kept between matches.

use std::{collections::BTreeSet, fmt::Write};

#[expect(dead_code, reason = "shared with the property tests, which need more of it")]
#[path = "properties/choices.rs"]
mod choices;
#[path = "properties/client.rs"]
mod client;
#[path = "properties/constructs.rs"]
mod constructs;
#[expect(dead_code, reason = "shared with the property tests, which need more of it")]
#[path = "properties/customers.rs"]
mod customers;
#[expect(dead_code, reason = "shared with the property tests, which need more of it")]
#[path = "properties/palette.rs"]
mod palette;
mod serving;

use audience::{
    Customer, Definitions, Format, HostFunction, Parts, Placements, Rendered, SegmentSet, Type, Value,
    ValueRef, Zone,
};
use serde::Deserialize;

use choices::Choices;
use client::Client;
use customers::Decimals;
use palette::Palette;

const SHOP: &str = include_str!("properties/shop.audience");

/// One rule of each construct, under the name that the property tests know it by.
const GOLDEN: &[(&str, &str)] = &[
    ("=", "age = 1"),
    ("!=", "age != 1"),
    ("<", "age < 1"),
    ("<=", "age <= 1"),
    (">", "age > 1"),
    (">=", "age >= 1"),
    ("compare int with int", "age > orders"),
    ("compare decimal with decimal", "spent > credit"),
    ("compare int with decimal", "age > spent"),
    ("compare decimal with int", "spent > age"),
    ("compare float with float", "score > ratio"),
    ("compare int with float", "age > score"),
    ("compare float with int", "score > age"),
    ("compare text with text", "city >= nick"),
    ("compare url with text", "page = \"https://a.es\""),
    ("compare ref with text", "brand = \"a\""),
    ("compare bool with bool", "vip = active"),
    ("compare date with date", "born > joined_on"),
    ("compare datetime with datetime", "seen_at > signed_up_at"),
    ("compare duration with duration", "seen_at - signed_up_at > 1 day"),
    ("compare words with a word", "gender = \"female\""),
    ("compare words with words", "level != level"),
    ("compare words with text", "level = nick"),
    ("int between", "age between 1 and orders"),
    ("decimal between", "spent between 1 and credit"),
    ("float between", "score between 0.5 and ratio"),
    ("text between", "nick between \"a\" and \"f\""),
    (
        "duration between",
        "seen_at - signed_up_at between 1 day and 2 days",
    ),
    (
        "number between numbers of other types",
        "age between 0.5 and orders",
    ),
    ("not between", "age not between 1 and 2"),
    ("int in", "age in [1, 2, 3, 5, 8]"),
    ("decimal in", "spent in [1, 2.5]"),
    ("float in", "score in [0.5, 1.5]"),
    ("text in", "city in [\"a\", \"b\", \"Madrid\", \"É\"]"),
    ("date in", "born in [2026-01-01, 2024-02-29]"),
    ("datetime in", "seen_at in [2026-01-01T00:00:00Z]"),
    ("ref in", "brand in [\"a\", \"b\"]"),
    ("words in", "gender in [\"female\", \"other\"]"),
    ("in a named list", "city in few or nick in few"),
    (
        "function of the host",
        "double(age) > 4 and double(orders) is known",
    ),
    ("not in", "city not in [\"a\", \"b\"]"),
    ("contains", "nick contains \"a\""),
    ("starts with", "page starts with \"https\""),
    ("ends with", "nick ends with \"a\""),
    ("pattern of the customer", "city contains nick"),
    ("not before a text test", "nick not contains \"a\""),
    (
        "contains ignoring case",
        "nick contains \"É\" ignoring case or trim(nick) contains \"A\" ignoring case",
    ),
    (
        "starts with ignoring case",
        "page starts with \"HTTPS\" ignoring case",
    ),
    ("ends with ignoring case", "city ends with \"ß\" ignoring case"),
    (
        "pattern of the customer ignoring case",
        "city contains nick ignoring case",
    ),
    (
        "= ignoring case",
        "city = \"MADRID\" ignoring case or city = nick ignoring case",
    ),
    ("in ignoring case", "city in [\"MADRID\", \"É\"] ignoring case"),
    ("matches", "nick matches \"^\\\\w+$\""),
    (
        "matches ignoring case",
        "lower(city) matches \"A.*B|É\" ignoring case",
    ),
    ("list of int contains", "points contains 1"),
    ("list of numbers contains", "prices contains 1.5"),
    ("list of text contains", "tags contains nick"),
    ("list of words contains", "levels contains \"gold\""),
    ("list of refs contains", "wishes contains \"a\""),
    ("list of bool contains", "answers contains true"),
    (
        "list of times contains",
        "visits contains seen_at or holidays contains born",
    ),
    (
        "contains any",
        "tags contains any [\"a\", \"ab\"] or points contains any [1, 2]",
    ),
    (
        "contains all",
        "tags contains all [\"a\", \"ab\"] or points contains all [1, 2]",
    ),
    ("not before a list test", "tags not contains \"a\""),
    ("is known", "city is known"),
    ("is not known", "city is not known"),
    ("is unknown", "city is unknown"),
    ("is not unknown", "city is not unknown"),
    ("is empty", "nick is empty"),
    ("is not empty", "notes is not empty"),
    ("is filled", "nick is filled"),
    ("is not filled", "notes is not filled"),
    ("state of a list", "prices is empty"),
    ("state of a record", "address is known"),
    ("state of a value", "home is known"),
    ("state of a calculation", "age + orders is known"),
    (
        "within a distance of a point",
        "home within 5 km of (40.4168, -3.7038) or default(home, shop) within 1 mi of (0, 0)",
    ),
    ("within a distance of a place", "home within 5 km of shop"),
    ("not within a distance", "shop not within 500 m of (90, 180)"),
    ("distance", "distance(home, shop) > 5000.5"),
    ("in sample", "in sample 50% of \"salt\""),
    (
        "slice of a sample",
        "in sample 20%..50% of \"salt\" or in sample 60%..70% of \"salt\"",
    ),
    ("not in sample", "not in sample 12.3456% of \"other\""),
    ("and", "active and vip and age > 1"),
    ("or", "active or vip or age > 1"),
    ("not", "not (active and (vip or not (age > 1)))"),
    ("in segment", "in segment golden_0"),
    ("not in segment", "not in segment golden_0"),
    ("trait", "average > 1 and average < 100"),
    ("bool alone", "vip"),
    ("true false", "vip = true"),
    ("condition as a value", "(age > 1) = (orders > 1)"),
    ("nested record", "consent.more.kind = \"a\""),
    ("in top", "spent in top 30%"),
    ("in bottom", "sum(amount of purchases) in bottom 30%"),
    ("not before a rank", "score not in top 30%"),
    ("quantile", "quantile(orders + 1, 4) + 1 > 2"),
    ("quantile", "quantile(signed_up_at, 4) >= 3"),
    ("datetime in last", "seen_at in last 30 days"),
    ("datetime in next", "seen_at in next 30 days"),
    ("datetime between", "seen_at between 2026-01-01 and 2026-02-01"),
    ("datetime before", "seen_at before 2026-01-01"),
    ("datetime after", "seen_at after 2026-01-01"),
    ("datetime since", "seen_at since 2026-01-01T00:00:00"),
    ("date in last", "born in last 30 days"),
    ("date in next", "born in next 30 days"),
    ("date between", "born between 30 days ago and 2026-01-01"),
    ("date before", "born before 30 days ago"),
    ("date after", "born after joined_on"),
    ("date since", "born since 30 days ago"),
    ("not in a window", "seen_at not in last 30 days"),
    ("events in last", "any purchases in last 30 days"),
    (
        "events between",
        "any purchases between 90 days ago and 30 days ago",
    ),
    ("events before", "any purchases before 30 days ago"),
    ("events after", "any purchases after 2026-01-01"),
    ("events since", "any purchases since signed_up_at"),
    (
        "instant bound: datetime literal",
        "seen_at before 2026-01-01T00:00:00Z",
    ),
    ("instant bound: day literal", "seen_at after 2026-01-01"),
    ("instant bound: ago", "seen_at after 30 days ago"),
    ("instant bound: from now", "seen_at before 30 days from now"),
    (
        "instant bound: day of the customer",
        "any purchases since joined_on",
    ),
    (
        "instant bound: instant of the customer",
        "any purchases after signed_up_at",
    ),
    (
        "instant bound: calculation",
        "any purchases after signed_up_at + 30 days",
    ),
    ("day bound: literal", "born after 2000-01-01"),
    ("day bound: ago", "born after 30 days ago"),
    ("day bound: from now", "born before 30 days from now"),
    ("day bound: day of the customer", "born before joined_on + 1 day"),
    ("datetime in last months", "seen_at in last 3 months"),
    ("datetime in next months", "seen_at in next 1 year"),
    ("datetime in a period", "seen_at in previous quarter"),
    ("datetime in calendar days", "seen_at in last 3 calendar days"),
    ("datetime is today", "seen_at is today"),
    ("date in last months", "born in last 3 months"),
    ("date in next months", "born in next 1 quarter"),
    ("date in a period", "born in this week"),
    ("date in calendar days", "born in next 3 calendar days"),
    ("date is today", "born is tomorrow"),
    ("is not today", "seen_at is not yesterday"),
    ("events in last months", "any purchases in last 3 months"),
    ("events in a period", "any purchases in previous month"),
    ("events in calendar days", "any purchases in last 3 calendar days"),
    ("events today", "any purchases today"),
    ("anniversary of a date", "born anniversary in next 7 days"),
    (
        "anniversary of a datetime",
        "seen_at anniversary between joined_on and joined_on + 1 month",
    ),
    ("not before anniversary", "born not anniversary in this month"),
    ("instant bound: months", "seen_at after 3 months ago"),
    ("day bound: months", "born before 1 quarter from now"),
    ("now", "seen_at < now"),
    ("today as a value", "born < today"),
    ("any events", "any purchases where (gift and amount > 1)"),
    ("no events", "no purchases in last 90 days where gift"),
    ("all events", "all purchases in last 90 days where (quantity > 0)"),
    ("at least events", "at least 2 purchases in last 400 days"),
    ("at most events", "at most 2 purchases where (amount > spent)"),
    (
        "exactly events",
        "exactly 1 purchases where (category starts with \"a\")",
    ),
    ("any of a list", "any cart.items where (quantity > 1)"),
    ("no of a list", "no favorites where active"),
    ("all of a list", "all favorites where (rank > 1)"),
    ("at least of a list", "at least 2 cart.items"),
    ("at most of a list", "at most 1 favorites where (note = \"a\")"),
    ("exactly of a list", "exactly 1 favorites where (kind = \"gold\")"),
    ("bare where", "any purchases where amount > 1"),
    ("where in parentheses", "any purchases where (amount > 1 or gift)"),
    (
        "where in an aggregate",
        "count(purchases in last 90 days where amount > 1 and gift) > 1",
    ),
    (
        "collection inside another",
        "any purchases where (any views since at where (seconds > quantity or path = \"a\"))",
    ),
    (
        "collection inside another",
        "max(count(views before at) of purchases) > distinct(mode(lower(path) of views) of favorites)",
    ),
    (
        "list of an item",
        "any purchases where (any lines where (price > amount or any purchases where amount < price))",
    ),
    (
        "list of an item",
        "max(sum(price * count of lines) of purchases) > 1",
    ),
    (
        "customer.x",
        "any purchases where (level = customer.level or any customer.purchases where gift)",
    ),
    (
        "field of a reference",
        "brand.price > 1 and brand.next.name starts with \"a\"",
    ),
    (
        "field of a reference",
        "any favorites where (sku.stock > 1 or sku.kind = \"gold\") or sum(price of wishes) > 1",
    ),
    (
        "list of a catalogue's item",
        "any brand.parts where (count > 1 or any sku.parts where weight > 1.5) or sum(price of brand.next.parts) > 1",
    ),
    (
        "list of a catalogue's item",
        "any purchases where (any sku.like where stock > 1) or mode(note of brand.parts) = \"a\" or distinct(count of brand.parts) > 1",
    ),
    (
        "list of a catalogue's item contains",
        "brand.tags contains lower(nick) or any favorites where (sku.tags contains any few) or brand.ranks contains all [1, 2]",
    ),
    (
        "state of a catalogue's list or record",
        "brand.ranks is known or brand.tags is filled or any wishes where (pack is known or size is unknown or tags is empty)",
    ),
    (
        "size of a catalogue's list",
        "size(brand.tags) > 1 or any wishes where size(tags) > 1",
    ),
    (
        "followed by no",
        "any purchases followed by any views within 400 weeks followed by any purchases within 400 weeks followed by no views where seconds != 1 within 1 day",
    ),
    (
        "followed by",
        "any views where seconds > 1 followed by any purchases where (amount > 1 or gift) within 7 days",
    ),
    (
        "followed by",
        "any views followed by any purchases within 400 weeks followed by any views within 400 weeks followed by any purchases within 400 weeks",
    ),
    (
        "followed by no",
        "any purchases followed by any views within 30 days followed by no purchases within 1 day",
    ),
    (
        "previous.x",
        "any purchases followed by any purchases where (amount != previous.amount and lower(level) = previous.level) within 400 weeks",
    ),
    (
        "within months",
        "any purchases followed by any purchases where gift within 3 months",
    ),
    (
        "mode of events",
        "mode(category of purchases) = \"a\" or mode(quantity of purchases) > 1 or mode(rating of purchases) > 1",
    ),
    (
        "mode of events",
        "mode(upper(note) of purchases) starts with \"A\"",
    ),
    (
        "mode of a list",
        "mode(kind of favorites) = \"gold\" or mode(gift of cart.items)",
    ),
    ("count of events", "count(purchases in last 90 days) > 1"),
    (
        "distinct of events",
        "distinct(category of purchases) > 1 and distinct(amount of purchases) > 1",
    ),
    ("first of events", "first(category of purchases) = \"a\""),
    ("last of events", "last(amount of purchases) > 1"),
    (
        "sum of int of events",
        "sum(quantity of purchases in last 90 days) > 1",
    ),
    (
        "sum of decimal of events",
        "sum(amount of purchases in last 90 days) > 1",
    ),
    ("sum of float of events", "sum(rating of purchases) > 1"),
    ("avg of int of events", "avg(quantity of purchases) > 1"),
    (
        "avg of decimal of events",
        "avg(amount of purchases where gift) > 1",
    ),
    ("avg of float of events", "avg(rating of purchases) > 1"),
    ("min of numbers of events", "min(quantity of purchases) > 1"),
    ("min of numbers of events", "min(amount of purchases) > 1"),
    ("min of numbers of events", "min(rating of purchases) > 1"),
    ("min of text of events", "min(category of purchases) = \"a\""),
    (
        "min of times of events",
        "min(due of purchases) before 2026-01-01",
    ),
    ("max of numbers of events", "max(quantity * 2 of purchases) > 1"),
    ("max of numbers of events", "max(amount of purchases) > 1"),
    ("max of numbers of events", "max(rating of purchases) > 1"),
    (
        "max of text of events",
        "max(lower(category) of purchases) = \"a\"",
    ),
    ("max of times of events", "max(at of purchases) in last 30 days"),
    ("count of a list", "count(cart.items) > 1"),
    ("distinct of a list", "distinct(sku of cart.items) > 1"),
    ("first of a list", "first(sku of cart.items) = \"a\""),
    ("last of a list", "last(note of favorites) = \"a\""),
    ("sum of a list", "sum(quantity of cart.items) > 1"),
    ("sum of a list", "sum(price of cart.items) > 1"),
    ("sum of a list", "sum(weight of favorites) > 1"),
    ("avg of a list", "avg(rank of favorites) > 1"),
    ("avg of a list", "avg(price of cart.items) > 1"),
    ("avg of a list", "avg(weight of favorites) > 1"),
    ("min of a list", "min(rank of favorites) > 1"),
    ("min of a list", "min(price of cart.items) > 1"),
    ("min of a list", "min(weight of favorites) > 1"),
    ("min of a list", "min(note of favorites) > \"a\""),
    ("min of a list", "min(added_on of favorites) before 2026-01-01"),
    ("max of a list", "max(rank of favorites) > 1"),
    ("max of a list", "max(price of cart.items) > 1"),
    ("max of a list", "max(weight of favorites) > 1"),
    ("max of a list", "max(upper(note) of favorites) > \"a\""),
    ("max of a list", "max(added_at of favorites) in last 30 days"),
    ("int + int", "age + orders > 1"),
    ("int - int", "age - orders > 1"),
    ("int * int", "age * orders > 1"),
    ("int / int", "age / orders > 1"),
    ("- int", "-age < 1"),
    ("decimal + decimal", "spent + credit > 1"),
    ("decimal - decimal", "spent - credit > 1"),
    ("decimal * decimal", "spent * credit > 1"),
    ("decimal / decimal", "spent / credit > 1"),
    ("int with decimal", "age * spent > 1"),
    ("- decimal", "-spent < 1"),
    ("float + float", "score + ratio > 1"),
    ("float - float", "score - ratio > 1"),
    ("float * float", "score * ratio > 1"),
    ("float / float", "score / ratio > 1"),
    ("- float", "-score < 1"),
    ("datetime - datetime", "now - seen_at > 1 day"),
    ("date - date", "today - born > 1 day"),
    ("datetime ± duration", "seen_at + 1 day > now"),
    ("datetime ± months", "seen_at + 1 month > signed_up_at"),
    ("date ± months", "born + 18 years > joined_on - 1 quarter"),
    ("date ± days", "born + 2 weeks > today"),
    ("duration ± duration", "now - seen_at + 1 day > 2 days"),
    ("case with else", "case when vip then age else orders end > 1"),
    (
        "case without else",
        "case when vip then age when active then orders end > 1",
    ),
    (
        "case of words",
        "case when vip then \"low\" else \"high\" end = \"low\"",
    ),
    ("lower", "lower(city) = \"madrid\""),
    ("upper", "upper(city) starts with \"M\""),
    ("trim", "trim(nick) = \"a\""),
    ("domain", "domain(nick) = \"b.es\""),
    ("length", "length(nick) > 1"),
    ("size", "size(tags) > 1 and size(favorites) > 0"),
    ("default", "default(age, orders) > 1"),
    ("abs int", "abs(age) > 1"),
    ("abs decimal", "abs(spent) > 1"),
    ("abs float", "abs(score) > 1"),
    ("round", "round(age) > 1"),
    ("floor", "floor(age) > 1"),
    ("ceil", "ceil(age) > 1"),
    ("round", "round(spent) > 1"),
    ("floor", "floor(spent) > 1"),
    ("ceil", "ceil(spent) > 1"),
    ("round", "round(score) > 1"),
    ("floor", "floor(score) > 1"),
    ("ceil", "ceil(score) > 1"),
    ("min max int", "min(age, orders) > 1"),
    ("min max decimal", "max(spent, credit) > 1"),
    ("min max int with decimal", "min(age, spent) > 1"),
    ("min max float", "max(score, ratio) > 1"),
    ("min max text", "min(nick, city) > \"a\""),
    ("min max date", "max(born, joined_on) < today"),
    ("min max datetime", "min(seen_at, signed_up_at) < now"),
    ("min max duration", "max(now - seen_at, 1 day) > 2 days"),
    ("int(float)", "int(score) > 1"),
    ("int(decimal)", "int(spent) > 1"),
    ("float(int)", "float(age) > 1.5"),
    ("float(decimal)", "float(spent) > 1.5"),
    ("decimal(int)", "decimal(age) > 1.5"),
    ("decimal(float)", "decimal(score) > 1.5"),
    ("string(int)", "string(age) = \"1\""),
    ("string(decimal)", "string(spent) contains \".\""),
    (
        "string of others",
        "string(born) starts with \"20\" or string(score) = \"1\" or string(seen_at) ends with \"Z\"",
    ),
    ("date(datetime)", "date(seen_at) = today"),
    (
        "parts of a date",
        "year(born) > 1990 and month(born) < 7 and day(born) > 1",
    ),
    (
        "parts of a datetime",
        "year(seen_at) > 1990 and month(seen_at) < 7 and day(seen_at) > 1",
    ),
    (
        "weekday",
        "weekday(seen_at) = \"monday\" or weekday(born) = \"friday\"",
    ),
    ("hour", "hour(seen_at) < 12"),
    ("years_since", "years_since(born) >= 18"),
    ("days_since(date)", "days_since(born) > 1"),
    ("days_since(datetime)", "days_since(seen_at) > 1"),
];

/// Gives so many numbers, of which any will do as long as they differ.
fn numbers() -> impl FnMut(usize) -> Vec<u16> {
    let mut state = 1_u64;
    move |count| {
        let next = |_| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            u16::try_from(state >> 48).expect("sixteen bits")
        };
        (0..count).map(next).collect()
    }
}

#[test]
fn every_construct_has_a_golden_rule() {
    let missing: Vec<_> = constructs::ALL
        .iter()
        .filter(|name| GOLDEN.iter().all(|(construct, _)| construct != *name))
        .collect();
    assert!(missing.is_empty(), "without a golden rule: {missing:?}");
}

#[test]
fn matching_allocates_nothing_after_a_first_pass() {
    let mut text = format!("{SHOP}\ntrait average = avg(amount of purchases)\n");
    for (index, (_, rule)) in GOLDEN.iter().enumerate() {
        writeln!(text, "segment golden_{index} = {rule}").expect("a String takes all");
    }
    text += "list few = [\"a\", \"b\", \"Madrid\", \"É\", \"c\", \"d\", \"e\", \"f\", \"g\", \"h\"]\n";
    let double = HostFunction::new("double", [Type::Int], Type::Int, |args| match args {
        [ValueRef::Int(number)] => number.checked_mul(2).map(Value::Int),
        _ => None,
    });
    let shop = Definitions::builder()
        .function(double)
        .source("shop", text)
        .build();
    let shop = shop.unwrap_or_else(|error| panic!("{error}"));
    let mut numbers = numbers();
    let palette = Palette::draw(&mut Choices::new(&numbers(80)));
    let people: Vec<(Customer, Client)> = (0..1_000)
        .map(|key| {
            let numbers = numbers(500);
            let datum = customers::draw(shop.schema(), &palette, &mut Choices::new(&numbers), key);
            let customer = shop
                .customer_from_json(datum.json(Decimals::Numbers))
                .expect("a valid customer");
            (
                customer,
                Client::deserialize(datum).expect("the struct has the schema's fields"),
            )
        })
        .collect();
    let keys: BTreeSet<&String> = palette.texts.iter().collect();
    let products: Vec<_> = keys
        .iter()
        .map(|key| {
            let fields = &shop.schema().catalogs["products"].fields;
            customers::item(fields, &palette, &mut Choices::new(&numbers(40)), key)
        })
        .collect();
    let products = shop
        .loader()
        .items_from("products", &products)
        .unwrap_or_else(|error| panic!("{error}"));
    let fitting = shop.at(palette.now, &palette.zone).with_items(products.clone());
    let population = shop.fit(people.iter().map(|(customer, _)| customer), &fitting);
    let shop = shop
        .with_population(&population)
        .unwrap_or_else(|error| panic!("{error}"));
    let clients = shop.bind::<Client>().unwrap_or_else(|error| panic!("{error}"));
    let at = shop.at(palette.now, &palette.zone).with_items(products);

    let counted = allocation_counter::measure(|| drop(std::hint::black_box(vec![1])));
    assert_eq!(counted.count_total, 1, "allocations are counted");
    let mut wrong = Vec::new();
    for (index, (construct, rule)) in GOLDEN.iter().enumerate() {
        let name = format!("golden_{index}");
        let loaded = shop.segment(&name).expect("defined above");
        let in_place = clients.segment(&name).expect("defined above");
        let mut held = [0; 2];
        let mut pass = |which: usize| {
            for (customer, client) in &people {
                let answer = if which == 0 {
                    loaded.matches(customer, &at)
                } else {
                    in_place.matches(client, &at)
                };
                held[which] += usize::from(answer);
            }
        };
        for (which, record) in ["a customer", "a struct"].into_iter().enumerate() {
            pass(which);
            let allocations = allocation_counter::measure(|| pass(which)).count_total;
            if allocations > 0 {
                wrong.push(format!("{construct}: {allocations} over {record}: {rule}"));
            }
        }
        assert_eq!(held[0], held[1], "{construct}: {rule}");
    }
    assert!(
        wrong.is_empty(),
        "allocations in 1,000 matches:\n{}",
        wrong.join("\n")
    );
    let (loaded, in_place) = (shop.segments(), clients.segments());
    let (mut one, mut other) = (SegmentSet::new(), SegmentSet::new());
    let mut pass = || {
        for (customer, client) in &people {
            loaded.matching(customer, &at, &mut one);
            in_place.matching(client, &at, &mut other);
            assert_eq!(one, other, "all segments together");
        }
    };
    pass();
    let allocations = allocation_counter::measure(pass).count_total;
    assert_eq!(allocations, 0, "all segments together");
}

/// Every kind of value on its way to a page.
const MESSAGE: &str = r#"
Dear {{ nick | default: "friend" | upcase | truncate: 20, "…" | append: "!" }}, {{ orders | append: " orders" }},
{{ tags | join: ", " | split: "," | last | default: "nothing" }} {{ tags | size }} {{ seen_at | date: "%d %B" | default: "-" }}
{{ nick | default: " a-b\nc " | strip | replace: "-", "+" | strip_html | base64_encode | hmac_sha256: "key" }} {{ tags | sort_natural | uniq | reverse | slice: 0, 3 | join | default: "-" }}
{{ nick | default: "<i>" | slice: 0, 3 | url_encode | default: "-" }} {{ orders | plus: 1.5 | divided_by: 2 | round: 1 }} {{ favorites | where: "added_at" | sort: "added_at" | map: "added_at" | first | date: "%d" | default: "-" }}
{% for f in favorites limit: 4 %}<a href="/{{ orders }}">{{ f.added_at }}</a>{% for p in purchases %}{% for q in purchases limit: 2 %}{{ q.amount | money: "EUR" | default: "-" }}{% endfor %}{% endfor %}{% endfor %}
"#;

/// What languages, links and catalogues of translations add, and texts that are read as numbers and days.
#[cfg(feature = "locale")]
const OWN: &str = r#"
{{ orders | money: "EUR", locale: "es" | default: "-" }} {{ spent | money: "USD", locale: "nl" | default: "-" }} {{ spent | number: 2, locale: "fr" | default: "-" }}
{{ orders | default: 0 | plural: one: "zamówienie", few: "zamówienia", many: "zamówień", locale: "pl" }} {{ seen_at | date: "full", locale: "el" | default: "-" }}
{{ page | utm: "newsletter", "email", "spring" | default: "https://shop.example/" }} {{ seen_at | days_until | default: 0 }}
{{ "hi" | t: name: default(nick, "you"), locale: "es" }} {{ "orders" | t: count: default(orders, 0), locale: "es" }} {{ tags | json | default: "-" }} {{ nick | json | default: "-" }}
{{ nick | plus: 1 | default: 0 }} {{ "12.50" | times: 2 }} {{ nick | date: "%Y" | default: "-" }} {{ "March 14, 2016" | date: "%d" }} {{ score | default: 0.5 }}
{% for p in purchases limit: 1 %}{{ forloop.index }}{% endfor %}{% for p in purchases offset: continue %}{{ forloop.index }}{% endfor %} enough to be long on every page
"#;

#[cfg(feature = "locale")]
#[test]
fn what_languages_write_allocates_nothing_after_a_first_pass() -> Result<(), Box<dyn std::error::Error>> {
    nothing_is_allocated(OWN)
}

#[test]
fn rendering_allocates_nothing_after_a_first_pass() -> Result<(), Box<dyn std::error::Error>> {
    nothing_is_allocated(MESSAGE)
}

fn nothing_is_allocated(message: &str) -> Result<(), Box<dyn std::error::Error>> {
    let shop = Definitions::builder()
        .source("shop", SHOP)
        .translations(
            "es",
            r#"{"hi": "Hola {name}", "orders": {"one": "un pedido", "other": "{count} pedidos"}}"#,
        )
        .build()?;
    let template = shop.template(Format::Html, message)?;
    let mut numbers = numbers();
    let palette = Palette::draw(&mut Choices::new(&numbers(80)));
    let customers: Vec<Customer> = (0..50)
        .map(|key| {
            let numbers = numbers(500);
            let datum = customers::draw(shop.schema(), &palette, &mut Choices::new(&numbers), key);
            shop.customer_from_json(datum.json(Decimals::Numbers))
        })
        .collect::<Result<_, _>>()?;
    let at = shop.at(palette.now, &Zone::UTC);
    let inputs = template.inputs([] as [(&str, Value); 0])?;
    let placements = Placements::new();
    let mut out = String::new();
    let mut bytes = 0;
    let mut pass = || {
        for customer in &customers {
            out.clear();
            let rendered = template.render_into(customer, &inputs, &placements, &at, &mut out);
            assert_eq!(rendered, Ok(Rendered::Sent));
            bytes += out.len();
        }
    };
    pass();
    pass();
    let counted = allocation_counter::measure(&mut pass);
    assert_eq!(counted.count_total, 0);
    assert!(bytes > 3 * 50 * 100, "{bytes}");
    Ok(())
}

/// The first message makes the texts of a catalogue for their places, and the others copy them.
#[test]
fn texts_of_catalogues_allocate_nothing_after_a_first_pass() -> Result<(), Box<dyn std::error::Error>> {
    let shop = Definitions::parse(
        "customer { id: string key filled, sku: ref products }
         catalog products { sku: string key, name: string filled, page: url, note: string? }
         placement shown of products",
    )?;
    let template = shop.template(
        Format::Html,
        r#"{% for p in shown %}<a href="{{ p.page }}" title="{{ p.name }}">{{ p.name }}</a>{{ p.note | default: "-" }} {{ p.reason }}{% endfor %}
        <a href="/{{ sku.name | default: "x" }}">{{ id }}</a>"#,
    )?;
    let lines: String = (0..20).fold(String::new(), |lines, number| {
        lines + &format!("{{\"sku\": \"{number}\", \"name\": \"Tea & {number}\", \"page\": \"https://a.example/?a&b={number}\"}}\n")
    });
    let products = shop
        .loader()
        .items_from_json_lines("products", lines.as_bytes())?;
    let at = shop
        .at("2026-06-01T00:00:00Z".parse()?, &Zone::UTC)
        .with_items(products);
    let customers: Vec<(Customer, Placements)> = (0..20)
        .map(|number| {
            let mut placements = Placements::new();
            let keys = (number..number + 4).map(|key| (key.to_string(), "popular"));
            placements.set("shown", keys);
            let customer = shop.customer_from_json(format!(r#"{{"id": "c", "sku": "{number}"}}"#))?;
            Ok((customer, placements))
        })
        .collect::<Result<_, audience::LoadError>>()?;
    let inputs = template.inputs([] as [(&str, Value); 0])?;
    let (mut out, mut bytes) = (String::new(), 0);
    let mut pass = || {
        for (customer, placements) in &customers {
            out.clear();
            let rendered = template.render_into(customer, &inputs, placements, &at, &mut out);
            assert_eq!(rendered, Ok(Rendered::Sent));
            bytes += out.len();
        }
    };
    pass();
    pass();
    let counted = allocation_counter::measure(&mut pass);
    assert_eq!(counted.count_total, 0);
    assert!(bytes > 3 * 20 * 200, "{bytes}");
    Ok(())
}

const PARTS: &str = r#"
segment called = default(nick, "") != "" or orders > 5
message letter for called {
  channel    email
  inputs     { code: string, unsubscribe: url }
  languages  ["en", "es", "de"] by case when orders > 50 then "es-MX" when orders > 5 then "de" else nick end
  subject.en "{{ nick | default: 'friend' }}{{ code }}"
  subject.es "{{ code }} {{ nick | default: 'amigo' }}"
  subject.de "{{ orders | default: 0 }}{{ code }}"
  html       '<p>{{ nick | default: "friend" | upcase }} {{ code }}</p><a href="{{ unsubscribe }}">Stop</a>'
  text       "{% if orders > 80 %}{% skip 'many' %}{% endif %}{{ tags | join: ', ' | default: '-' }} {{ unsubscribe }}"
}
"#;

/// [message-27]
#[test]
fn a_message_of_parts_allocates_nothing_after_a_first_pass() -> Result<(), Box<dyn std::error::Error>> {
    let builder = Definitions::builder()
        .source("shop", SHOP)
        .source("messages", PARTS);
    let shop = builder.build()?;
    let letter = shop.message("letter")?;
    let mut numbers = numbers();
    let palette = Palette::draw(&mut Choices::new(&numbers(80)));
    let customers: Vec<Customer> = (0..50)
        .map(|key| {
            let numbers = numbers(500);
            let datum = customers::draw(shop.schema(), &palette, &mut Choices::new(&numbers), key);
            shop.customer_from_json(datum.json(Decimals::Numbers))
        })
        .collect::<Result<_, _>>()?;
    let at = shop.at(palette.now, &Zone::UTC);
    // A value that breaks the line of the subject is written anew, too.
    let values = [("code", "T\r\nEA"), ("unsubscribe", "https://shop.example/u")];
    let inputs = letter.inputs(values)?;
    let placements = Placements::new();
    let mut parts = Parts::new();
    let (mut sent, mut skipped) = (0, 0);
    let mut pass = || {
        for customer in &customers {
            match letter.render_into(customer, &inputs, &placements, &at, &mut parts) {
                Ok(Rendered::Sent) => sent += 1,
                Ok(Rendered::Skipped(_)) => skipped += 1,
                Err(error) => panic!("{error}"),
            }
        }
    };
    pass();
    pass();
    let counted = allocation_counter::measure(&mut pass);
    assert_eq!(counted.count_total, 0);
    assert!(sent > 0 && skipped > 0, "{sent} sent, {skipped} skipped");
    Ok(())
}

/// One campaign, and several together.
#[test]
fn deciding_allocates_nothing_after_a_first_pass() -> Result<(), Box<dyn std::error::Error>> {
    let shop = Definitions::parse(
        r#"
        customer {
          id: string key, phone: string personal, agreed: bool, home: string? zone, likes: string? channel, orders: int
        }
        event deliveries { channel: string, message: string, kind: ("sent" | "opened"), offer: string? }
        channel sms { address phone  consent agreed  at most 2 in 1 month  quiet 22:00 to 08:00  suppress if orders < 0 }
        channel web { consent agreed }
        offer gift for orders > 2 at most 1 in 30 days { percent: orders }
        message hi { channel sms, text "Hi" }
        message bye { channel web, inputs { percent: int }, body "{{ percent }}" }
        segment buyers = orders > 1
        holdout 5% of "2026"
        campaign a for buyers {
          holdout 10% of "a"
          prefer web when orders > 5, sms
          send 50% hi, 50% bye with gift of "a" to 80% when orders > 3
          send hi
        }
        campaign b { priority 2  at most 1 in 1 calendar day  send bye with gift  send hi }
        "#,
    )?;
    let at = shop.at("2026-06-01T20:30:00Z".parse()?, &Zone::UTC);
    let mut customers = Vec::new();
    for number in 0..200 {
        let sent = r#"{"at": "2026-05-20T10:00:00Z", "channel": "sms", "message": "hi", "kind": "sent"}"#;
        let sent = vec![sent; number % 4].join(", ");
        let home = ["Europe/Madrid", "Europe/Athens", "America/New_York"][number % 3];
        customers.push(shop.customer_from_json(format!(
            r#"{{"id": "c{number}", "phone": "+34", "agreed": {}, "home": "{home}", "likes": "web", "orders": {}, "deliveries": [{sent}]}}"#,
            number % 5 > 0,
            number % 9
        ))?);
    }
    let (one, all) = (shop.campaign("a")?, shop.campaigns());
    let decide = || customers.iter().filter(|it| one.decide(it, &at).sends()).count();
    let sends = decide();
    assert!(sends > 20, "{sends} of 200");
    let info = allocation_counter::measure(|| assert_eq!(decide(), sends));
    assert_eq!(info.count_total, 0, "one campaign");
    // Together they have a memory of their own, which does not grow with the customers.
    let many = |count: usize| {
        let info = allocation_counter::measure(|| {
            let mut sends = 0;
            all.decide_many(&customers[..count], &at, |it| {
                sends += it.iter().filter(|it| it.decision.sends()).count();
            });
            assert!(sends > 0);
        });
        info.count_total
    };
    assert_eq!(many(50), many(200));
    Ok(())
}
