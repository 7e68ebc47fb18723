//! Ranks against a population: tables worked out by hand, SQLite's window functions, and what is refused.

use audience::{At, Customer, Definitions, Fitted, NameError, Population, PopulationProblem, Zone};
use proptest::prelude::*;
use rusqlite::Connection;

fn at(shop: &Definitions) -> At {
    shop.at("2026-06-01T12:00:00Z".parse().expect("a datetime"), &Zone::UTC)
}

/// Customers `c0`, `c1` … with these values of `x`.
fn customers(shop: &Definitions, values: &[Option<i64>]) -> Vec<Customer> {
    let customer = |(key, value): (usize, &Option<i64>)| {
        let json = match value {
            Some(value) => format!(r#"{{"id": "c{key}", "x": {value}}}"#),
            None => format!(r#"{{"id": "c{key}"}}"#),
        };
        shop.customer_from_json(json).expect("of the schema")
    };
    values.iter().enumerate().map(customer).collect()
}

fn known(values: &[i64]) -> Vec<Option<i64>> {
    values.iter().copied().map(Some).collect()
}

/// Who of `asked` is in, when the population has `fitted`.
#[track_caller]
fn members(rule: &str, fitted: &[Option<i64>], asked: &[Option<i64>]) -> Vec<Option<i64>> {
    let text = format!("customer {{ id: string key, x: int? }}  segment s = {rule}");
    let shop = Definitions::parse(&text).expect(rule);
    let population = shop.fit(&customers(&shop, fitted), &at(&shop));
    let shop = shop.with_population(&population).expect("fitted for it");
    let segment = shop.segment("s").expect("fitted");
    let at = at(&shop);
    let asked = customers(&shop, asked).into_iter().zip(asked);
    asked
        .filter(|(customer, _)| {
            let member = segment.matches(customer, &at);
            assert_eq!(segment.interpret(customer, &at), member, "{rule}");
            member
        })
        .map(|(_, value)| *value)
        .collect()
}

/// The parts of `asked`, when the population has `fitted`.
#[track_caller]
fn parts(parts: u32, fitted: &[i64], asked: &[i64]) -> Vec<Option<i64>> {
    let text = format!("customer {{ id: string key, x: int? }}  trait part = quantile(x, {parts})");
    let shop = Definitions::parse(&text).expect("a trait");
    let population = shop.fit(&customers(&shop, &known(fitted)), &at(&shop));
    let shop = shop.with_population(&population).expect("fitted for it");
    let part = shop.computed("part").expect("fitted");
    let at = at(&shop);
    let asked = customers(&shop, &known(asked));
    let value = |customer: &Customer| {
        let value = part.value(customer, &at);
        assert_eq!(part.interpret(customer, &at), value);
        value.map(|it| it.to_string().parse().expect("an int"))
    };
    asked.iter().map(value).collect()
}

/// [rank-1] [rank-2] [rank-3]
#[test]
fn shares_of_ten_customers_are_whole_customers() {
    let ten: Vec<Option<i64>> = (1..=10).map(Some).collect();
    for (rule, expected) in [
        ("x in top 10%", &[10][..]),
        ("x in top 20%", &[9, 10]),
        // A part of a customer is a customer: nearest rank rounds up.
        ("x in top 11%", &[9, 10]),
        ("x in top 0.0001%", &[10]),
        ("x in top 100%", &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10]),
        ("x in bottom 10%", &[1]),
        ("x in bottom 25%", &[1, 2, 3]),
        ("x not in bottom 25%", &[4, 5, 6, 7, 8, 9, 10]),
        ("x in top 0%", &[]),
    ] {
        assert_eq!(members(rule, &ten, &ten), known(expected), "{rule}");
    }
}

/// [rank-2] [rank-4]
#[test]
fn a_tied_block_that_touches_the_edge_is_wholly_in() {
    let tied = known(&[1, 2, 5, 5, 5, 5, 8, 9]);
    for (rule, expected) in [
        // Two of eight are above; the third is one of four equals.
        ("x in top 25%", &[8, 9][..]),
        ("x in top 26%", &[5, 5, 5, 5, 8, 9]),
        ("x in top 75%", &[5, 5, 5, 5, 8, 9]),
        ("x in top 76%", &[2, 5, 5, 5, 5, 8, 9]),
        ("x in bottom 25%", &[1, 2]),
        ("x in bottom 26%", &[1, 2, 5, 5, 5, 5]),
    ] {
        assert_eq!(members(rule, &tied, &tied), known(expected), "{rule}");
    }
    let equal = known(&[7, 7, 7]);
    assert_eq!(members("x in top 10%", &equal, &equal), equal);
    assert_eq!(members("x in bottom 10%", &equal, &equal), equal);
}

/// [rank-5] [rank-6]
#[test]
fn missing_values_are_no_part_of_it() {
    let some = [None, Some(1), None, Some(2), None, None];
    assert_eq!(members("x in top 50%", &some, &some), [Some(2)]);
    assert_eq!(members("x in bottom 50%", &some, &some), [Some(1)]);
    // The complement holds for who has none.
    assert_eq!(
        members("x not in top 50%", &some, &some),
        [None, Some(1), None, None, None]
    );
    // Nobody to compare with.
    for nobody in [&[][..], &[None]] {
        assert_eq!(members("x in top 100%", nobody, &[Some(1), None]), []);
        assert_eq!(members("x in bottom 100%", nobody, &[Some(1), None]), []);
    }
    assert_eq!(parts(5, &[], &[1, 2]), [None, None]);
}

/// [rank-7]
#[test]
fn who_is_not_of_the_population_is_compared_with_it() {
    let ten: Vec<Option<i64>> = (1..=10).map(Some).collect();
    assert_eq!(members("x in top 10%", &ten, &known(&[11, -3])), [Some(11)]);
    assert_eq!(members("x in top 100%", &ten, &known(&[11, -3])), [Some(11)]);
    assert_eq!(
        members("x in bottom 10%", &[Some(i64::MIN)], &known(&[i64::MIN, 0])),
        [Some(i64::MIN)]
    );
    assert_eq!(parts(2, &[i64::MAX], &[i64::MIN, i64::MAX]), [Some(1), Some(1)]);
    assert_eq!(parts(5, &[1, 2, 3, 4, 5], &[-9, 9]), [Some(1), Some(5)]);
}

/// [rank-8] [rank-9]
#[test]
fn quantiles_are_counted_from_the_lowest() {
    let some = |parts: &[i64]| parts.iter().copied().map(Some).collect::<Vec<_>>();
    let ten: Vec<i64> = (1..=10).collect();
    assert_eq!(parts(5, &ten, &ten), some(&[1, 1, 2, 2, 3, 3, 4, 4, 5, 5]));
    // 7 customers in fifths: 0, 1 … 6 of them are lower, and 1 + ⌊lower · 5 / 7⌋ is
    let seven: Vec<i64> = (1..=7).collect();
    assert_eq!(parts(5, &seven, &seven), some(&[1, 1, 2, 3, 3, 4, 5]));
    // Fewer customers than parts.
    assert_eq!(parts(4, &[1, 2], &[1, 2]), some(&[1, 3]));
    assert_eq!(parts(5, &[3], &[2, 3, 4]), some(&[1, 1, 5]));
    // Equal values lie in one part, and the block that touches an edge in the lower one.
    assert_eq!(parts(2, &[1, 5, 5, 5], &[1, 5, 6]), some(&[1, 1, 2]));
    assert_eq!(parts(2, &[5, 5, 5, 9], &[5, 9]), some(&[1, 2]));
    assert_eq!(parts(3, &[4, 4, 4], &[4]), some(&[1]));
}

/// Values of every type that has a rank are compared exactly. [rank-10]
#[test]
fn numbers_and_times_of_every_type_have_ranks() {
    for (ty, low, middle, high) in [
        (
            "int",
            "-9223372036854775808",
            "9223372036854775806",
            "9223372036854775807",
        ),
        ("decimal", "-0.0001", "0.0001", "0.0002"),
        ("float", "-1e300", "0.1", "0.30000000000000004"),
        ("date", "\"0001-01-01\"", "\"2024-02-29\"", "\"2024-03-01\""),
        (
            "datetime",
            "\"2026-01-01T00:00:00Z\"",
            "\"2026-05-01T00:00:00Z\"",
            "\"2026-05-01T00:00:00.000001Z\"",
        ),
    ] {
        let more = if ty == "datetime" {
            "segment recent = now - x in bottom 30%"
        } else {
            ""
        };
        let text = format!(
            "customer {{ id: string key, x: {ty} }} segment top = x in top 30% segment low = x in bottom 30%
             trait third = quantile(x, 3) {more}"
        );
        let shop = Definitions::parse(&text).expect("it compiles");
        let customers: Vec<_> = [low, middle, high]
            .iter()
            .map(|x| {
                shop.customer_from_json(format!(r#"{{"id": "c", "x": {x}}}"#))
                    .expect(ty)
            })
            .collect();
        let population = shop.fit(&customers, &at(&shop));
        let json = serde_json::to_string(&population).expect("JSON");
        let read: Population = serde_json::from_str(&json).expect(&json);
        assert_eq!(read, population, "{json}");
        let shop = shop.with_population(&read).expect("fitted for it");
        let at = at(&shop);
        let answers = |name: &str| {
            let segment = shop.segment(name).expect("fitted");
            customers
                .iter()
                .map(|it| segment.matches(it, &at))
                .collect::<Vec<_>>()
        };
        assert_eq!(answers("top"), [false, false, true], "{ty}");
        assert_eq!(answers("low"), [true, false, false], "{ty}");
        if ty == "datetime" {
            assert_eq!(answers("recent"), [false, false, true]);
        }
        let third = shop.computed("third").expect("fitted");
        let thirds: Vec<_> = customers.iter().filter_map(|it| third.value(it, &at)).collect();
        assert_eq!(thirds, [1.into(), 2.into(), 3.into()], "{ty}");
    }
}

/// What SQL says of a value: how many are lower, how many are higher, and how many there are.
fn ranks_in_sql(values: &[Option<i64>]) -> Vec<(i64, i64, i64, i64)> {
    let connection = Connection::open_in_memory().expect("SQLite");
    connection
        .execute("create table c (x integer)", [])
        .expect("a table");
    for value in values {
        connection
            .execute("insert into c values (?1)", [value])
            .expect("a row");
    }
    let mut statement = connection
        .prepare(
            "select x, rank() over (order by x) - 1, rank() over (order by x desc) - 1, count(*) over ()
             from c where x is not null order by x",
        )
        .expect("a query");
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)));
    rows.expect("rows").map(|row| row.expect("four ints")).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    /// By the number of lower and higher values, as SQL's window functions count them, customers have the place that our
    /// cut points give them. [rank-1] [rank-8]
    #[test]
    fn places_are_those_of_sql(
        values in prop::collection::vec(prop::option::weighted(0.9, -6_i64..7), 0..40),
        share in 1_u32..=1_000_000,
        parts in 2_u32..12,
    ) {
        let percent = format!("{}.{:04}", share / 10_000, share % 10_000);
        let shop = Definitions::parse(&format!(
            "customer {{ id: string key, x: int? }}
             segment top = x in top {percent}%  segment bottom = x in bottom {percent}%
             trait part = quantile(x, {parts})"
        )).expect("it compiles");
        let customers = customers(&shop, &values);
        let population = shop.fit(&customers, &at(&shop));
        let shop = shop.with_population(&population).expect("fitted for it");
        let (at, part) = (at(&shop), shop.computed("part").expect("fitted"));
        let (top, bottom) = (shop.segment("top").expect("fitted"), shop.segment("bottom").expect("fitted"));
        let mut ours: Vec<_> = values
            .iter()
            .zip(&customers)
            .filter_map(|(value, it)| {
                let part = part.value(it, &at).map(|it| it.to_string());
                Some(((*value)?, top.matches(it, &at), bottom.matches(it, &at), part))
            })
            .collect();
        ours.sort();
        let theirs: Vec<_> = ranks_in_sql(&values)
            .into_iter()
            .map(|(value, lower, higher, count)| {
                let within = |others: i64| others * 1_000_000 < i64::from(share) * count;
                let part = 1 + lower * i64::from(parts) / count;
                (value, within(higher), within(lower), Some(part.to_string()))
            })
            .collect();
        prop_assert_eq!(ours, theirs);
    }
}

const SHOP: &str = "customer { id: string key, spent: decimal, orders: int }
event purchases { amount: decimal, kind: string }
trait total = sum(amount of purchases where kind in [\"a\", \"b\"])
trait share = total / spent
segment best = share in top 10%
segment busy = orders in top 10% and quantile(orders, 5) = 5
trait fifth = quantile(ORDERS_OR_SPENT, 5)
segment friends = in segment busy and orders > 3
segment others = orders > 3
";

fn shop(text: &str) -> Definitions {
    Definitions::parse(text).unwrap_or_else(|error| panic!("{error}"))
}

/// [rank-11]
#[test]
fn what_needs_a_population_names_what_must_be_fitted() {
    let shop = shop(&SHOP.replace("ORDERS_OR_SPENT", "orders"));
    let needs = |name: &str| match shop.segment(name) {
        Err(NameError::NeedsPopulation(it)) => it.expressions().to_vec(),
        other => panic!("{other:?}"),
    };
    assert_eq!(needs("best"), ["share"]);
    assert_eq!(needs("busy"), ["orders"]);
    assert_eq!(needs("friends"), ["orders"]);
    assert_eq!(
        shop.computed("fifth").expect_err("unfitted").to_string(),
        "trait `fifth` needs a population fitted for `orders`, and none was given"
    );
    assert!(shop.segment("others").is_ok());
    assert_eq!(
        shop.segment("bst").expect_err("unknown").to_string(),
        "unknown segment `bst`; did you mean `best`?"
    );
    assert_eq!(
        shop.unfitted().collect::<Vec<_>>(),
        ["best", "busy", "friends", "fifth"]
    );
    let names: Vec<_> = shop.segments().iter().map(|it| it.name().to_owned()).collect();
    assert_eq!(names, ["others"]);
    assert_eq!(shop.computed_all().count(), 2);

    let fitted = shop
        .with_population(&shop.fit(&[], &at(&shop)))
        .expect("fitted for it");
    assert_eq!(fitted.segments().len(), 4);
    assert_eq!(fitted.computed_all().count(), 3);
    assert!(fitted.segment("friends").is_ok());
}

/// [rank-12]
#[test]
fn each_expression_is_fitted_once() {
    let shop = shop(&SHOP.replace("ORDERS_OR_SPENT", "( orders )"));
    let population = shop.fit(&[], &at(&shop));
    let expressions: Vec<_> = population.expressions().iter().map(Fitted::written).collect();
    assert_eq!(expressions, ["share", "orders"]);
    let cuts: Vec<_> = population.expressions()[1].cuts().map(|(cut, _)| cut).collect();
    assert_eq!(cuts, ["top 10%", "quantile 5"]);
}

/// [rank-13]
#[test]
fn a_population_of_other_definitions_is_refused() {
    let text = SHOP.replace("ORDERS_OR_SPENT", "orders");
    let old = shop(&text);
    let population = old.fit(&[], &at(&old));
    let problems = |text: &str| match shop(text).with_population(&population) {
        Ok(_) => Vec::new(),
        Err(error) => error.problems().to_vec(),
    };
    let other = |expression: &str| PopulationProblem::OtherDefinition {
        expression: expression.to_owned(),
    };
    assert_eq!(problems(&text), []);
    // How it is laid out and commented, and what it does not refer to, do not matter.
    let same = text
        .replace(
            "trait share = total / spent",
            "# what she spends with us\ntrait share \"…\" = total/spent",
        )
        .replace(
            "segment others = orders > 3",
            "segment others = orders > 4\nsegment new = orders = 0",
        );
    assert_eq!(problems(&same), []);
    // Through a trait, a list of constants, and the schema.
    assert_eq!(
        problems(&text.replace("total / spent", "spent / total")),
        [other("share")]
    );
    assert_eq!(problems(&text.replace("\"b\"", "\"c\"")), [other("share")]);
    assert_eq!(
        problems(&text.replace("orders: int", "orders: float")),
        [other("share"), other("orders")]
    );
    // Another expression, another share.
    assert_eq!(
        problems(&text.replace("quantile(orders, 5)", "quantile(orders + 1, 5)")),
        [PopulationProblem::NotFitted {
            expression: "orders + 1".to_owned()
        }]
    );
    assert_eq!(
        problems(&text.replace("share in top 10%", "share in top 11%")),
        [PopulationProblem::MissingCut {
            expression: "share".to_owned(),
            cut: "top 11%".to_owned()
        }]
    );
    // More than is needed does no harm.
    assert_eq!(problems(&text.replace("segment best = share in top 10%", "")), []);
}

/// [rank-14]
#[test]
fn a_population_holds_no_value_but_cut_points() {
    let shop = shop("customer { id: string key, name: string personal, x: int }  segment s = x in top 10%");
    let customers: Vec<_> = (1..=40)
        .map(|x| {
            shop.customer_from_json(format!(
                r#"{{"id": "key-{x}", "name": "Ana", "x": {}}}"#,
                1_000 + x
            ))
            .expect("of the schema")
        })
        .collect();
    let json = serde_json::to_value(shop.fit(&customers, &at(&shop))).expect("JSON");
    let fingerprint = json["expressions"][0]["fingerprint"].clone();
    assert_eq!(fingerprint.as_str().map(str::len), Some(64));
    assert_eq!(
        json,
        serde_json::json!({
            "version": 1,
            "fitted_at": "2026-06-01T12:00:00Z",
            "zone": "UTC",
            "customers": 40,
            "expressions": [{
                "expression": "x",
                "type": "int",
                "fingerprint": fingerprint,
                "known": 40,
                "cuts": [{ "cut": "top 10%", "points": ["1037"] }],
            }],
        })
    );
}

struct Client {
    orders: i64,
}

audience::record! { impl Record for Client { id: |_| "one", orders: |c| c.orders } }

#[test]
fn structs_are_fitted_and_asked_in_place() {
    let shop = shop("customer { id: string key, orders: int }  segment busy = orders in top 20%");
    let clients: Vec<Client> = (0..20).map(|orders| Client { orders }).collect();
    let bound = shop.bind::<Client>().expect("it has all");
    let population = bound.fit(&clients, &at(&shop));
    assert_eq!(population.customers(), 20);
    assert!(matches!(
        bound.segment("busy"),
        Err(NameError::NeedsPopulation(_))
    ));
    assert_eq!(bound.segments().len(), 0);
    let fitted = shop.with_population(&population).expect("fitted for it");
    let bound = fitted.bind::<Client>().expect("it has all");
    let (busy, at) = (bound.segment("busy").expect("fitted"), at(&fitted));
    let members: Vec<i64> = clients
        .iter()
        .filter(|it| busy.matches(it, &at))
        .map(|it| it.orders)
        .collect();
    assert_eq!(members, [16, 17, 18, 19]);
    assert!(
        clients
            .iter()
            .all(|it| busy.interpret(it, &at) == busy.matches(it, &at))
    );
}

/// A hostile source names one long trait in very many ranks: fingerprints look into each definition once.
#[test]
fn fingerprints_look_into_each_definition_once() {
    let mut text = String::from("customer { id: string key, n: int }\ntrait t0 = n + 1\n");
    text.extend((1..40).map(|index| format!("trait t{index} = t{0} * t{0} + t{0}\n", index - 1)));
    text.extend((0..2_000).map(|index| format!("segment s{index} = t39 + {index} in top 10%\n")));
    let limits = audience::Limits {
        nesting: 200,
        ..audience::Limits::default()
    };
    let shop = Definitions::builder()
        .source("hostile", text)
        .limits(limits)
        .build()
        .unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(shop.unfitted().count(), 2_000);
}
