//! The smallest change, against trying everything.

use audience::{Customer, Definitions, Edit, Shown, Value, Zone};
use proptest::prelude::*;

/// Conditions over ints that may be missing, of names given.
fn condition(names: &'static [&'static str]) -> impl Strategy<Value = String> {
    let name = || prop::sample::select(names);
    let leaf = prop_oneof![
        (
            name(),
            prop::sample::select(&["=", "!=", "<", "<=", ">", ">="][..]),
            0..10_i64
        )
            .prop_map(|(name, op, n)| format!("{name} {op} {n}")),
        (name(), 0..6_i64, 0..4_i64)
            .prop_map(|(name, low, more)| format!("{name} between {low} and {}", low + more)),
        (name(), prop::collection::vec(0..10_i64, 1..4)).prop_map(|(name, set)| format!("{name} in {set:?}")),
    ];
    leaf.prop_recursive(3, 8, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 2..4).prop_map(|parts| format!("({})", parts.join(" and "))),
            prop::collection::vec(inner.clone(), 2..4).prop_map(|parts| format!("({})", parts.join(" or "))),
            inner.prop_map(|it| format!("not ({it})")),
        ]
    })
}

fn shop(rule: &str) -> Definitions {
    let text = format!(
        "customer {{ id: string key, x: int?, y: int? }}  event visits {{ n: int }}  segment s = {rule}"
    );
    Definitions::parse(&text).unwrap_or_else(|error| panic!("{error}"))
}

fn customer(shop: &Definitions, x: Option<i64>, y: Option<i64>) -> Customer {
    let json = serde_json::json!({ "id": "ana", "x": x, "y": y });
    shop.customer_from_json(json.to_string())
        .expect("a customer of the schema")
}

/// The difference in relation to one more than what it is, as the manual says.
fn size(from: Option<i64>, to: i64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "the numbers are small")]
    from.map_or(1.0, |from| (to - from).abs() as f64 / (1 + from.abs()) as f64)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// [explain-6] [explain-7]
    #[test]
    fn one_attribute_changes_by_as_little_as_can_be(
        rule in condition(&["x"]),
        x in prop::option::of(-2..12_i64),
    ) {
        let shop = shop(&rule);
        let at = shop.at("2026-06-01T00:00:00Z".parse().expect("a datetime"), &Zone::UTC);
        let segment = shop.segment("s").expect("defined");
        let explanation = segment.explain(&customer(&shop, x, None), &at);
        let turns = |to: &i64| segment.matches(&customer(&shop, Some(*to), None), &at) != explanation.holds();
        let smallest = (-20..40).filter(turns).map(|to| size(x, to)).min_by(f64::total_cmp);
        match (explanation.change(), smallest) {
            (None, None) => {}
            (Some(change), Some(smallest)) => {
                prop_assert_eq!(change.leaves.len(), 1);
                let Shown::Known(Value::Int(to)) = change.leaves[0].to else {
                    return Err(TestCaseError::fail("it changes to an int"));
                };
                prop_assert!(turns(&to));
                prop_assert!((size(x, to) - smallest).abs() < 1e-9, "{to} is not the nearest:\n{explanation}");
            }
            (change, smallest) => prop_assert!(false, "{change:?} {smallest:?}\n{explanation}"),
        }
    }

    /// [explain-7] [explain-8]
    #[test]
    fn no_more_attributes_change_than_have_to(
        rule in condition(&["x", "y"]),
        x in prop::option::of(0..10_i64),
        y in prop::option::of(0..10_i64),
    ) {
        let shop = shop(&rule);
        let at = shop.at("2026-06-01T00:00:00Z".parse().expect("a datetime"), &Zone::UTC);
        let segment = shop.segment("s").expect("defined");
        let explanation = segment.explain(&customer(&shop, x, y), &at);
        let turns = |x: Option<i64>, y: Option<i64>| segment.matches(&customer(&shop, x, y), &at) != explanation.holds();
        let values = || (-2..13).map(Some);
        let needed = if values().any(|to| turns(to, y)) || values().any(|to| turns(x, to)) {
            Some(1)
        } else if values().any(|x| values().any(|y| turns(x, y))) {
            Some(2)
        } else {
            None
        };
        // Made, it turns the answer.
        if let Some(change) = explanation.change() {
            let (mut x, mut y) = (x, y);
            for edit in change.leaves.iter().flat_map(|it| &it.edits) {
                let Edit::Set { attribute, value: Shown::Known(Value::Int(to)) } = edit else {
                    return Err(TestCaseError::fail(format!("{edit:?}")));
                };
                *(if attribute == "x" { &mut x } else { &mut y }) = Some(*to);
            }
            prop_assert!(turns(x, y), "{}", explanation);
        }
        let found = explanation.change().map(|it| it.leaves.len());
        prop_assert_eq!(found, needed, "{}", explanation);
    }

    /// [explain-6]
    #[test]
    fn events_come_and_go_by_as_few_as_can_be(
        op in prop::sample::select(&["=", "!=", "<", "<=", ">", ">="][..]),
        wanted in 0..5_i64,
        days in prop::collection::vec(1..60_i64, 0..6),
        window in prop::sample::select(&["", " in last 30 days", " where n > 1", " in last 30 days where n > 1"][..]),
    ) {
        let shop = shop(&format!("count(visits{window}) {op} {wanted}"));
        let now: audience::DateTime = "2026-06-01T00:00:00Z".parse().expect("a datetime");
        let at = shop.at(now, &Zone::UTC);
        let segment = shop.segment("s").expect("defined");
        let visits: Vec<_> = days
            .iter()
            .map(|days| {
                let then = now.checked_add(audience::Duration::from_micros(-days * 86_400_000_000));
                serde_json::json!({ "at": then.expect("in range").to_string(), "n": days % 4 })
            })
            .collect();
        let json = serde_json::json!({ "id": "ana", "visits": visits });
        let customer = shop.customer_from_json(json.to_string()).expect("a customer of the schema");
        let explanation = segment.explain(&customer, &at);
        let count = i64::try_from(explanation.clause().counted[0].count.expect("shown")).expect("small");
        let holds = |count: i64| match op {
            "=" => count == wanted,
            "!=" => count != wanted,
            "<" => count < wanted,
            "<=" => count <= wanted,
            ">" => count > wanted,
            _ => count >= wanted,
        };
        prop_assert_eq!(holds(count), explanation.holds());
        let nearest = (0..20).filter(|to| holds(*to) != holds(count)).min_by_key(|to| (to - count).abs());
        let change = explanation.change().map(|it| it.leaves[0].to.clone());
        let distance = change.as_ref().map(|to| match to {
            Shown::Known(Value::Int(to)) => (to - count).abs(),
            _ => -1,
        });
        prop_assert_eq!(distance, nearest.map(|to| (to - count).abs()), "{}", explanation);
    }
}
