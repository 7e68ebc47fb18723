//! Scores against the language's own `quantile`, and tables of groups that are none.

use audience::{
    DateTime, Decimal, Definitions, Duration, Zone,
    analytics::rfm::{
        Cells, Group, GroupProblem, GroupTable, Rfm, RfmScores, RfmValues, Thresholds, equal_sizes,
    },
};
use proptest::prelude::*;

const NOW: &str = "2026-06-01T12:00:00Z";

fn now() -> DateTime {
    NOW.parse().expect("a datetime")
}

/// Orders of a customer: how many microseconds ago, and for how many units of a decimal.
type Orders = Vec<(i64, i64)>;

fn values(orders: &Orders) -> Option<RfmValues> {
    let recency = orders.iter().map(|(ago, _)| *ago).min()?;
    Some(RfmValues {
        recency: Duration::from_micros(recency),
        frequency: orders.len() as u64,
        monetary: Decimal::from_units(orders.iter().map(|(_, units)| units).sum()),
    })
}

fn json(key: usize, orders: &Orders) -> String {
    let order = |(ago, units): &(i64, i64)| {
        let at = now().checked_add(Duration::from_micros(-ago)).expect("in range");
        format!(r#"{{"at": "{at}", "amount": "{}"}}"#, Decimal::from_units(*units))
    };
    let orders: Vec<_> = orders.iter().map(order).collect();
    format!(r#"{{"id": "c{key}", "orders": [{}]}}"#, orders.join(", "))
}

proptest! {
    /// Few different values, so that many are equal.
    #[test]
    fn scores_are_the_quantiles_of_the_language(
        customers in prop::collection::vec(prop::collection::vec((0_i64..8, 0_i64..5), 0..5), 5..40),
    ) {
        let shop = Definitions::parse(r"
            customer { id: string key }
            event orders { amount: decimal }
            trait recency   = quantile(last(at of orders), 5)
            trait frequency = quantile(case when any orders then count(orders) end, 5)
            trait monetary  = quantile(case when any orders then sum(amount of orders) end, 5)
        ").expect("definitions");
        let loaded: Vec<_> = customers
            .iter()
            .enumerate()
            .map(|(key, orders)| shop.customer_from_json(json(key, orders)).expect("of the schema"))
            .collect();
        let at = shop.at(now(), &Zone::UTC);
        let shop = shop.with_population(&shop.fit(&loaded, &at)).expect("fitted for it");
        let Ok(rfm) = Rfm::fit(now(), customers.iter().filter_map(values)) else {
            prop_assert!(customers.iter().filter(|it| !it.is_empty()).count() < 5);
            return Ok(());
        };
        for (customer, orders) in loaded.iter().zip(&customers) {
            let quantile = |name: &str| {
                let value = shop.computed(name).expect("fitted").value(customer, &at);
                value.map(|it| it.to_string().parse::<u8>().expect("from 1 to 5"))
            };
            let scores = values(orders).map(|it| rfm.scores(&it));
            prop_assert_eq!(scores.map(RfmScores::recency), quantile("recency"));
            prop_assert_eq!(scores.map(RfmScores::frequency), quantile("frequency"));
            prop_assert_eq!(scores.map(RfmScores::monetary), quantile("monetary"));
        }
    }

    #[test]
    fn groups_of_equal_size_differ_by_one_at_most_and_follow_the_values(
        customers in prop::collection::vec((0_u32..9, 0_u64..4, 0_i64..9), 0..60),
    ) {
        let customers: Vec<_> = customers
            .into_iter()
            .map(|(days, orders, units)| RfmValues::of_days(days, orders, Decimal::from_units(units)))
            .collect();
        let scores = equal_sizes(&customers);
        for score in [RfmScores::recency, RfmScores::frequency, RfmScores::monetary] {
            let sizes = (1..=5).map(|wanted| scores.iter().filter(|it| score(**it) == wanted).count());
            let sizes: Vec<_> = sizes.collect();
            prop_assert!(sizes.iter().max().unwrap() - sizes.iter().min().unwrap() <= 1, "{:?}", sizes);
        }
        for (one, its) in customers.iter().zip(&scores) {
            for (other, theirs) in customers.iter().zip(&scores) {
                if one.recency < other.recency {
                    prop_assert!(its.recency() >= theirs.recency());
                }
                if one.frequency > other.frequency {
                    prop_assert!(its.frequency() >= theirs.frequency());
                }
            }
        }
    }

    #[test]
    fn saved_cut_points_give_the_same_scores(
        customers in prop::collection::vec((any::<i64>(), any::<u64>(), any::<i64>()), 5..20),
    ) {
        let customers: Vec<_> = customers
            .into_iter()
            .map(|(recency, frequency, units)| RfmValues {
                recency: Duration::from_micros(recency),
                frequency,
                monetary: Decimal::from_units(units),
            })
            .collect();
        let rfm = Rfm::fit(now(), customers.iter().copied()).expect("enough customers");
        let saved = serde_json::to_string(&rfm).expect("writes");
        let read: Rfm = serde_json::from_str(&saved).expect("reads");
        for customer in &customers {
            prop_assert_eq!(read.scores(customer), rfm.scores(customer));
        }
    }
}

#[test]
fn what_is_saved_is_cut_points() {
    let customers = (1..=10_u32).map(|it| RfmValues::of_days(it, it.into(), Decimal::ZERO));
    let rfm = Rfm::fit(now(), customers).expect("enough customers");
    assert_eq!((rfm.at(), rfm.customers()), (now(), Some(10)));
    assert_eq!(rfm.frequency_cuts(), [2, 4, 6, 8]);
    assert_eq!(rfm.monetary_cuts(), [Decimal::ZERO; 4]);
    assert_eq!(
        serde_json::to_string(&rfm).expect("writes"),
        r#"{"version":1,"model":"rfm","at":"2026-06-01T12:00:00Z","customers":10,"#.to_owned()
            + r#""recency_micros":[777600000000,604800000000,432000000000,259200000000],"#
            + r#""frequency":[2,4,6,8],"monetary":["0","0","0","0"]}"#
    );
}

#[test]
fn a_form_that_is_not_ours_is_refused() {
    let good = r#"{"version":1,"model":"rfm","at":"2026-06-01T12:00:00Z","recency_micros":[4,3,2,1],"frequency":[1,2,3,4],"monetary":["1","2","3","4"]}"#;
    assert!(serde_json::from_str::<Rfm>(good).is_ok());
    for (from, to, says) in [
        (
            "\"version\":1",
            "\"version\":2",
            "saved in version 2, and only version 1 is known",
        ),
        ("\"model\":\"rfm\"", "\"model\":\"bg_nbd\"", "unknown variant"),
        (
            "[1,2,3,4]",
            "[1,3,2,4]",
            "the cut points of `frequency` are out of order",
        ),
        (
            "[4,3,2,1]",
            "[1,2,3,4]",
            "the cut points of `recency_micros` are out of order",
        ),
        (
            "\"monetary\"",
            "\"key\":\"ana\",\"monetary\"",
            "unknown field `key`",
        ),
    ] {
        let bad = good.replace(from, to);
        assert_ne!(bad, good);
        let error = serde_json::from_str::<Rfm>(&bad).unwrap_err().to_string();
        assert!(error.contains(says), "{error}");
    }
}

#[test]
fn the_common_table_has_eleven_groups_and_every_combination() {
    let table = GroupTable::default();
    assert_eq!(table.groups().len(), 11);
    let expected = [
        ([1, 1], "hibernating"),
        ([2, 3], "at risk"),
        ([1, 5], "cannot lose"),
        ([3, 2], "about to sleep"),
        ([3, 3], "need attention"),
        ([3, 5], "loyal"),
        ([4, 1], "promising"),
        ([4, 3], "potential loyalists"),
        ([4, 4], "loyal"),
        ([5, 1], "new customers"),
        ([5, 2], "potential loyalists"),
        ([5, 5], "champions"),
    ];
    for ([recency, frequency], group) in expected {
        for monetary in 1..=5 {
            let scores = RfmScores::new(recency, frequency, monetary);
            assert_eq!(table.group_of(scores), group, "{scores:?}");
        }
    }
    assert_eq!(table.group_of(None), "no order");
    let text = serde_json::to_string(&table).expect("writes");
    assert_eq!(serde_json::from_str::<GroupTable>(&text).expect("reads"), table);
}

#[test]
fn a_table_says_everything_that_is_wrong_with_it() {
    let group = |name: &str, recency, without_order| Group {
        name: name.to_owned(),
        cells: vec![Cells {
            recency,
            ..Cells::default()
        }],
        without_order,
    };
    let error = GroupTable::new(vec![
        group("low", [1, 3], true),
        group("high", [3, 4], true),
        group("low", [0, 0], false),
        group(" ", [5, 4], false),
    ])
    .unwrap_err();
    assert_eq!(
        error.to_string(),
        "two groups are called `low`; \
         `low` has a recency from 0 to 0, and scores go up from 1 to 5; \
         group 4 has no name; \
         ` ` has a recency from 5 to 4, and scores go up from 1 to 5; \
         no group has the scores 5-1-1, 5-1-2, 5-1-3, 5-1-4, 5-1-5, 5-2-1, 5-2-2, 5-2-3, 5-2-4, 5-2-5 and 15 more; \
         both `low` and `high` have the scores 3-1-1, 3-1-2, 3-1-3, 3-1-4, 3-1-5, 3-2-1, 3-2-2, 3-2-3, 3-2-4, 3-2-5 \
         and 15 more; \
         both `low` and `high` have customers without an order"
    );
    assert!(error.problems().iter().any(|it| match it {
        GroupProblem::Uncovered { scores } => scores.len() == 25 && scores.iter().all(|it| it.recency() == 5),
        _ => false,
    }));
    let nobody = GroupTable::new(vec![group("all", [1, 5], false)]).unwrap_err();
    assert_eq!(nobody.problems(), [GroupProblem::NobodyWithoutOrder]);
    let mut twice = group("all", [1, 5], true);
    twice.cells.push(Cells {
        recency: [5, 5],
        frequency: [5, 5],
        monetary: [4, 5],
    });
    let error = GroupTable::new(vec![twice]).unwrap_err();
    assert_eq!(error.to_string(), "`all` has the scores 5-5-4 and 5-5-5 twice");
}

#[test]
fn thresholds_of_any_value_are_ordered_or_refused() {
    let spent = [1, 2, 3, 4].map(Decimal::from_units);
    let fine = Thresholds {
        days: [4, 3, 2, 1],
        orders: [1, 2, 3, 4],
        spent,
    };
    assert!(Rfm::of_thresholds(now(), &fine).is_ok());
    for (bad, value) in [
        (
            Thresholds {
                days: [1, 2, 3, 4],
                ..fine
            },
            "days",
        ),
        (
            Thresholds {
                orders: [1, 1, 3, 4],
                ..fine
            },
            "orders",
        ),
        (
            Thresholds {
                spent: [4, 3, 2, 1].map(Decimal::from_units),
                ..fine
            },
            "spent",
        ),
        (
            Thresholds {
                orders: [1, 2, u64::MAX - 1, u64::MAX],
                ..fine
            },
            "orders",
        ),
    ] {
        assert_eq!(Rfm::of_thresholds(now(), &bad).unwrap_err().value(), value);
    }
}

#[test]
fn so_many_days_that_no_duration_holds_them_were_an_overflow() {
    let forever = RfmValues::of_days(u32::MAX, 1, Decimal::ZERO);
    assert_eq!(forever.recency, Duration::from_micros(i64::MAX));
    let rfm = Rfm::of_thresholds(
        now(),
        &Thresholds {
            days: [u32::MAX, 3, 2, 1],
            orders: [1, 2, 3, 4],
            spent: [1, 2, 3, 4].map(Decimal::from_units),
        },
    )
    .expect("they fall");
    assert_eq!(rfm.scores(&forever).recency(), 2);
}
