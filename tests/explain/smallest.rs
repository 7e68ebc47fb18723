//! The smallest change, against trying everything.

use audience::{Customer, DateTime, Definitions, Duration, Edit, Segment, Shown, Value, Zone};
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

    /// Events that come are told before a moment to wait for, and that before events that go. [explain-6] [explain-12]
    #[test]
    fn events_come_and_go_by_as_few_as_can_be(
        op in prop::sample::select(&["=", "!=", "<", "<=", ">", ">="][..]),
        wanted in 0..5_i64,
        days in prop::collection::vec(1..60_i64, 0..6),
        window in prop::sample::select(&["", " in last 30 days", " where n > 1", " in last 30 days where n > 1"][..]),
    ) {
        let shop = shop(&format!("count(visits{window}) {op} {wanted}"));
        let at = shop.at(now(), &Zone::UTC);
        let segment = shop.segment("s").expect("defined");
        let customer = visitor(&shop, (None, None), &days, 0);
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
        let turns = |to: &i64| holds(*to) != holds(count);
        let change = explanation.change();
        let to = change.map(|it| it.leaves[0].to.clone());
        let edits = change.map_or(&[][..], |it| &it.leaves[0].edits);
        if let Some(more) = (count + 1..20).find(turns) {
            prop_assert_eq!(to, Some(Shown::Known(Value::Int(more))), "{}", explanation);
            let only_new = edits.iter().all(|it| matches!(it, Edit::Add { with, .. } if with["at"] == Shown::Known(Value::DateTime(now()))));
            prop_assert!(only_new, "{change:?}");
        } else if let Some(until) = left(&segment, &shop, &customer, &days) {
            prop_assert_eq!(edits, [Edit::Wait { until }], "{}", explanation);
        } else {
            let fewer = (0..count).rev().find(turns).map(|it| Shown::Known(Value::Int(it)));
            prop_assert_eq!(to, fewer, "{}", explanation);
            prop_assert!(edits.iter().all(|it| matches!(it, Edit::Remove { .. })), "{change:?}");
        }
    }

}

proptest! {
    // Each tries hundreds of customers.
    #![proptest_config(ProptestConfig::with_cases(100))]

    /// [explain-7] [explain-8] [explain-12]
    #[test]
    fn what_can_still_happen_comes_before_time_and_that_before_the_past(
        rule in condition(&["x", "y", "count(visits in last 30 days)"]),
        x in prop::option::of(0..6_i64),
        y in prop::option::of(0..6_i64),
        days in prop::collection::vec(1..40_i64, 0..4),
    ) {
        let shop = shop(&rule);
        let at = shop.at(now(), &Zone::UTC);
        let segment = shop.segment("s").expect("defined");
        let customer = visitor(&shop, (x, y), &days, 0);
        let explanation = segment.explain(&customer, &at);
        let count = i64::try_from(days.iter().filter(|it| **it < 30).count()).expect("few");
        let turns = |x: Option<i64>, y: Option<i64>, visits: i64| {
            segment.matches(&visitor(&shop, (x, y), &days, visits), &at) != explanation.holds()
        };
        // The fewest changes, then the smallest, with so many visits more.
        let best = |more: std::ops::RangeInclusive<i64>| {
            let values = |now: Option<i64>| std::iter::once(now).chain((-2..13).map(Some).filter(move |it| *it != now));
            let all = || values(x).flat_map(|x| values(y).map(move |y| (x, y)));
            (1..=3).find_map(|wanted| {
                let mut best: Option<(usize, f64)> = None;
                for ((to_x, to_y), visits) in all().flat_map(|to| more.clone().map(move |visits| (to, visits))) {
                    let sizes = [(x, to_x), (y, to_y), (Some(count), Some(count + visits))];
                    let changed = || sizes.iter().filter(|(from, to)| from != to);
                    let size: f64 = changed().map(|(from, to)| size(*from, to.expect("set"))).sum();
                    let smaller = best.is_none_or(|(_, best)| size < best);
                    if changed().count() == wanted && smaller && turns(to_x, to_y, visits) {
                        best = Some((wanted, size));
                    }
                }
                best
            })
        };
        let found = explanation.change().map(|change| {
            let sizes = change.leaves.iter().map(|it| match (&it.from, &it.to) {
                (Shown::Known(Value::Int(from)), Shown::Known(Value::Int(to))) => size(Some(*from), *to),
                _ => 1.0,
            });
            (change.leaves.len(), sizes.sum::<f64>())
        });
        let edits = || explanation.change().into_iter().flat_map(|it| it.leaves.iter().flat_map(|it| &it.edits));
        let is_past = |it: &Edit| matches!(it, Edit::Remove { .. } | Edit::Alter { .. });
        if let Some(best) = best(0..=10) {
            prop_assert!(!edits().any(is_past), "{explanation}");
            prop_assert!(same(found, Some(best)), "{found:?} is not {best:?}\n{explanation}");
        } else if let Some(until) = left(&segment, &shop, &customer, &days) {
            prop_assert_eq!(edits().collect::<Vec<_>>(), [&Edit::Wait { until }], "{}", explanation);
        } else {
            let best = best(-count..=0);
            prop_assert!(same(found, best), "{found:?} is not {best:?}\n{explanation}");
        }
    }
}

fn same(one: Option<(usize, f64)>, other: Option<(usize, f64)>) -> bool {
    match (one, other) {
        (Some((leaves, size)), Some(best)) => leaves == best.0 && (size - best.1).abs() < 1e-9,
        (None, None) => true,
        _ => false,
    }
}

fn now() -> DateTime {
    "2026-06-01T00:00:00Z".parse().expect("a datetime")
}

fn days_later(days: i64) -> DateTime {
    let later = now().checked_add(Duration::from_micros(days * 86_400_000_000));
    later.expect("in range")
}

/// A customer with visits so many days ago, and some more now; or the latest of the last 30 days gone.
fn visitor(shop: &Definitions, (x, y): (Option<i64>, Option<i64>), days: &[i64], more: i64) -> Customer {
    let mut days = days.to_vec();
    days.sort_unstable();
    let gone = usize::try_from(-more).unwrap_or(0).min(days.len());
    days.drain(..gone);
    let visits: Vec<_> = (days.iter().copied())
        .chain((0..more).map(|_| 0))
        .map(|days| serde_json::json!({ "at": days_later(-days).to_string(), "n": days % 4 }))
        .collect();
    let json = serde_json::json!({ "id": "ana", "x": x, "y": y, "visits": visits });
    shop.customer_from_json(json.to_string())
        .expect("a customer of the schema")
}

/// When the answer turns because a visit has been 30 days ago.
fn left(segment: &Segment, shop: &Definitions, customer: &Customer, days: &[i64]) -> Option<DateTime> {
    let answer = segment.matches(customer, &shop.at(now(), &Zone::UTC));
    let mut moments: Vec<DateTime> = (days.iter().filter(|it| **it < 30))
        .map(|days| days_later(30 - days))
        .collect();
    moments.sort();
    moments
        .into_iter()
        .find(|it| segment.matches(customer, &shop.at(*it, &Zone::UTC)) != answer)
}
