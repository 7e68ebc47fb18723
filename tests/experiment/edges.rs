//! What is refused, what is told of next to nothing, and what huge numbers do.

use audience::experiment::{
    Analysis, CountError, Counted, DesignError, Experiment, ExperimentBuilder, Finding, Guard, Measured,
    Metric, MetricKind, NotEnoughData, Tally, Treatment,
};
use proptest::prelude::*;
use serde_json::{Value, json};

fn design() -> ExperimentBuilder {
    Experiment::builder("spring")
        .arm("none", 0.5, Treatment::Nothing)
        .arm("letter", 0.5, Treatment::SameForAll)
}

/// An experiment with every kind of metric, two segments and a guardrail.
fn all() -> Experiment {
    let design = design()
        .goal(Metric::rate("ordered"))
        .goal(Metric::mean("spent"))
        .goal(Metric::ratio("value"));
    let design = design
        .guardrail(Metric::rate("left").less_is_better(), 0.01)
        .segments(["new", "loyal"]);
    design.build().expect("an experiment")
}

type Row = (bool, f64, (f64, f64), bool);

fn values((ordered, spent, value, left): Row) -> [(&'static str, Measured); 4] {
    [
        ("ordered", ordered.into()),
        ("spent", spent.into()),
        ("value", value.into()),
        ("left", left.into()),
    ]
}

/// Every number of an analysis is a number, and every interval has its figure in it.
fn check(value: &Value) {
    match value {
        Value::Array(all) => all.iter().for_each(check),
        Value::Object(members) => {
            if let (Some(figure), Some(low), Some(high)) =
                (members.get("value"), members.get("low"), members.get("high"))
            {
                let [figure, low, high] = [figure, low, high].map(|it| it.as_f64().unwrap_or(f64::NAN));
                let room = 1e-9 * low.abs().max(high.abs());
                assert!(low <= figure + room && figure <= high + room, "{value}");
                assert!(low.is_finite() && high.is_finite(), "{value}");
            }
            for (name, member) in members {
                if ["p", "corrected_p"].contains(&&**name)
                    && let Some(p) = member.get("Ok")
                {
                    assert!(p.as_f64().is_some_and(|p| (0.0..=1.0).contains(&p)), "{value}");
                }
                check(member);
            }
        }
        _ => {}
    }
}

fn checked(tally: &Tally) -> Analysis {
    let analysis = tally.analyze();
    check(&serde_json::to_value(&analysis).expect("JSON"));
    let text = analysis.to_string();
    assert!(!text.contains("NaN") && !text.contains("inf "), "{text}");
    analysis
}

#[test]
fn what_is_no_experiment_says_why() {
    let goal = || design().goal(Metric::rate("ordered"));
    let one = Experiment::builder("x")
        .arm("a", 1.0, Treatment::Nothing)
        .goal(Metric::rate("y"));
    let told = |builder: ExperimentBuilder| builder.build().expect_err("refused").to_string();
    assert_eq!(told(one), "an experiment has two arms or more, and this has 1");
    assert_eq!(told(design()), "an experiment has a goal: add one with `goal`");
    assert_eq!(
        told(goal().arm("letter", 0.5, Treatment::Nothing)),
        "two arms are called `letter`"
    );
    assert_eq!(
        told(goal().guardrail(Metric::mean("ordered"), 1.0)),
        "two metrics are called `ordered`"
    );
    assert_eq!(
        told(goal().segments(["a", "b", "a"])),
        "two segments are called `a`"
    );
    assert_eq!(told(goal().segments([" "])), "a segment has a name that is blank");
    assert_eq!(
        told(goal().arm("x", 0.0, Treatment::Nothing)),
        "the share of `x` is between 0 and 1, and not 0"
    );
    assert_eq!(
        told(goal().arm("x", f64::NAN, Treatment::Nothing)),
        "the share of `x` is between 0 and 1, and not NaN"
    );
    assert_eq!(
        told(goal().arm("x", 0.2, Treatment::Nothing)),
        "the shares of the arms make 1.2 together, and not 1"
    );
    assert_eq!(
        told(goal().guardrail(Metric::rate("left"), -0.1)),
        "the margin of `left` is 0 or more, and not -0.1: it is the worsening that is still harmless"
    );
    assert_eq!(
        told(goal().level(95.0)),
        "the level is between 0.5 and 1, such as 0.95, and not 95"
    );
    assert_eq!(
        told(goal().at_any_time(0)),
        "an experiment that is looked at any time plans for some customers, and not for 0"
    );
}

#[test]
fn what_cannot_be_counted_says_why_and_leaves_no_trace() {
    let experiment = all();
    let mut counted = Counted::new(&experiment);
    let good = (true, 2.5, (2.5, 1.0), false);
    counted.add("ana", "none", ["new"], values(good)).expect("good");
    let before = counted.tally().clone();
    let mut refused =
        |key: &str, arm, segments: &[&'static str], given: &[(&'static str, Measured)], message: &str| {
            let result = counted.add(key, arm, segments.iter().copied(), given.iter().copied());
            assert_eq!(result.expect_err("refused").to_string(), message);
            assert_eq!(counted.tally(), &before);
        };
    let row = values(good);
    refused("ben", "nobody", &[], &row, "`spring` has no arm `nobody`");
    refused(
        "ben",
        "none",
        &["loyl"],
        &row,
        "`spring` has no segment `loyl`; did you mean `loyal`?",
    );
    refused("ben", "none", &["new", "new"], &row, "`new` is given twice");
    refused(
        "ben",
        "none",
        &[],
        &row[..3],
        "`left` is missing: say `false` or 0 where there is none",
    );
    refused("ben", "none", &[], &[row[0], row[0]], "`ordered` is given twice");
    refused(
        "ben",
        "none",
        &[],
        &[("orderd", true.into())],
        "`spring` has no metric `orderd`; did you mean `ordered`?",
    );
    refused(
        "ben",
        "none",
        &[],
        &[("ordered", 1.into())],
        "`ordered` takes `true` or `false`, and not a number",
    );
    refused(
        "ben",
        "none",
        &[],
        &[("spent", (1, 2).into())],
        "`spent` takes a number, and not two numbers",
    );
    refused(
        "ben",
        "none",
        &[],
        &[("value", true.into())],
        "`value` takes two numbers, and not `true` or `false`",
    );
    let infinite = [("value", (1.0, f64::NEG_INFINITY).into())];
    refused(
        "ben",
        "none",
        &[],
        &infinite,
        "`value` is -inf, which is no number that can be added up",
    );
    refused(
        "ben",
        "none",
        &[],
        &[("spent", (-1e91).into())],
        "`spent` is beyond 1e90 on either side",
    );
    refused(
        "ana",
        "none",
        &[],
        &row,
        "this customer was counted in `none` before",
    );
    refused(
        "ana",
        "letter",
        &[],
        &row,
        "this customer was counted in `none` before, and cannot be in `letter`, too",
    );

    let other = Tally::new(
        &design()
            .goal(Metric::rate("ordered"))
            .build()
            .expect("an experiment"),
    );
    let error = counted
        .into_tally()
        .merge(&other)
        .expect_err("another experiment");
    assert!(matches!(&error, CountError::OtherExperiment { .. }), "{error}");
}

#[test]
fn nobody_and_one_customer_tell_nothing_but_what_they_are() {
    let experiment = all();
    let mut tally = Tally::new(&experiment);
    let analysis = checked(&tally);
    for goal in &analysis.goals {
        let nobody = NotEnoughData::NoCustomers { arm: "none".into() };
        assert_eq!(goal.arms[0].estimate, Err(nobody));
        assert_eq!(
            (goal.arms[0].observed, goal.comparisons[0].finding),
            (None, Finding::NotEnoughData)
        );
        assert!(goal.between_segments[0].p.is_err());
    }
    assert_eq!(analysis.guardrails[0].guarded[0].guard, Guard::NotEnoughData);
    assert!(analysis.mismatch.is_err());

    tally
        .add("none", ["new"], values((true, 2.5, (2.5, 0.0), false)))
        .expect("counted");
    let analysis = checked(&tally);
    let rate = analysis.goals[0].arms[0]
        .estimate
        .as_ref()
        .expect("Wilson's interval of one");
    assert!(rate.low > 0.2 && (rate.high - 1.0).abs() < 1e-12, "{rate:?}");
    assert_eq!(analysis.goals[1].arms[0].observed, Some(2.5));
    // Nothing was divided by.
    assert_eq!(analysis.goals[2].arms[0].observed, None);
}

fn fill(tally: &mut Tally, arm: &str, customers: u32, row: impl Fn(u32) -> Row) {
    for customer in 0..customers {
        tally.add(arm, [], values(row(customer))).expect("counted");
    }
}

#[test]
fn none_and_all_who_order_have_intervals_and_no_share_of_nothing() {
    let mut tally = Tally::new(&all());
    fill(&mut tally, "none", 100, |_| (false, 0.0, (0.0, 1.0), false));
    fill(&mut tally, "letter", 100, |_| (true, 1.0, (1.0, 1.0), true));
    let analysis = checked(&tally);
    let ordered = &analysis.goals[0];
    let [none, letter] = [0, 1].map(|it| ordered.arms[it].estimate.clone().expect("enough"));
    assert!(
        none.low.abs() < 1e-12 && none.high > 0.03 && letter.low < 0.97 && (letter.high - 1.0).abs() < 1e-12
    );
    assert_eq!(ordered.comparisons[0].finding, Finding::Better);
    let reason = ordered.comparisons[0]
        .lift
        .as_ref()
        .expect_err("of nothing")
        .to_string();
    assert_eq!(reason, "in `none` it is 0 of 100 customers, and this takes 5");
    // Everybody spent the same: nothing is known of others.
    let reason = analysis.goals[1].comparisons[0]
        .difference
        .as_ref()
        .expect_err("no spread")
        .to_string();
    assert_eq!(
        reason,
        "all 100 customers of `letter` have the same value, so nothing is known of how far values differ"
    );
    assert_eq!(analysis.guardrails[0].guarded[0].guard, Guard::Broken);

    let mut tally = Tally::new(&all());
    for arm in ["none", "letter"] {
        fill(&mut tally, arm, 100, |_| (false, 0.0, (0.0, 1.0), false));
    }
    let ordered = &checked(&tally).goals[0].comparisons[0];
    assert!(ordered.difference.is_ok() && ordered.finding == Finding::NotEnoughData);
    assert_eq!(
        ordered.p.as_ref().expect_err("nobody").to_string(),
        "without a difference, fewer than 5 customers of `letter` would be expected to have it, or fewer than 5 not to"
    );
}

#[test]
fn a_baseline_below_zero_or_near_it_has_no_shares() {
    for base in [-10.0, 0.0, 0.02] {
        let mut tally = Tally::new(&all());
        let spent = |customer: u32, mean: f64| mean + f64::from(customer % 11) - 5.0;
        fill(&mut tally, "none", 1_100, |it| {
            (true, spent(it, base), (1.0, 1.0), false)
        });
        fill(&mut tally, "letter", 1_100, |it| {
            (true, spent(it, base + 3.0), (1.0, 1.0), false)
        });
        let analysis = checked(&tally);
        let spent = &analysis.goals[1].comparisons[0];
        assert_eq!(spent.finding, Finding::Better);
        assert!((spent.difference.as_ref().expect("enough").value - 3.0).abs() < 1e-9);
        let reason = spent.lift.as_ref().expect_err("no share").to_string();
        assert_eq!(
            reason,
            "what `none` has is not clearly above zero, so nothing can be told as a share of it"
        );
    }
}

/// One order of a fortune among a thousand customers who bought nothing is no mean.
#[test]
fn a_single_great_order_is_not_averaged() {
    let mut tally = Tally::new(&all());
    for arm in ["none", "letter"] {
        fill(&mut tally, arm, 1_000, |it| {
            let spent = if it == 500 { 9_000.0 } else { 0.0 };
            (it == 500, spent, (spent, 1.0), false)
        });
    }
    let analysis = checked(&tally);
    let reason = analysis.goals[1].comparisons[0]
        .difference
        .as_ref()
        .expect_err("one order")
        .to_string();
    assert!(
        reason.starts_with("a few great values outweigh all others in `letter`"),
        "{reason}"
    );
    assert!(
        analysis.goals[1].arms[0]
            .observed
            .is_some_and(|it| (it - 9.0).abs() < 1e-9)
    );
}

#[test]
fn overlapping_segments_are_not_compared() {
    let mut tally = Tally::new(&all());
    let row = values((true, 1.0, (1.0, 1.0), false));
    tally.add("none", ["new", "loyal"], row).expect("counted");
    let told = tally.analyze().goals[0].between_segments[0]
        .p
        .as_ref()
        .expect_err("overlapping")
        .to_string();
    assert_eq!(
        told,
        "1 customer is in several segments, so the segments cannot be compared"
    );
}

/// An order has one price, whoever orders: a ratio without spread in each segment.
#[test]
fn segments_that_all_have_one_value_were_too_few_segments() {
    let design = Experiment::builder("prices")
        .arm("none", 0.5, Treatment::Nothing)
        .arm("letter", 0.5, Treatment::SameForAll)
        .goal(Metric::ratio("price"))
        .segments(["new", "loyal"]);
    let mut tally = Tally::new(&design.build().expect("an experiment"));
    for customer in 0..800_u32 {
        let (arm, segment) = (
            ["none", "letter"][customer as usize % 2],
            ["new", "loyal"][customer as usize / 2 % 2],
        );
        let orders = customer / 4 % 2;
        let price: Measured = (f64::from(8 * orders), orders).into();
        tally.add(arm, [segment], [("price", price)]).expect("counted");
    }
    let between = &checked(&tally).goals[0].between_segments[0];
    let expected = NotEnoughData::NoSpread {
        arm: "letter".into(),
        customers: 200,
    };
    assert_eq!(
        (&between.p, &between.corrected_p),
        (&Err(expected.clone()), &Err(expected))
    );
}

#[test]
fn an_analysis_without_its_goals_had_no_sentence() {
    let mut tally = Tally::new(&all());
    fill(&mut tally, "none", 1, |_| (true, 1.0, (1.0, 1.0), false));
    let mut analysis = checked(&tally);
    assert!(
        analysis.to_string().contains(": 1 customer, 95% intervals"),
        "{analysis}"
    );
    analysis.goals.clear();
    assert!(
        analysis.sentence().starts_with("Whether `"),
        "{}",
        analysis.sentence()
    );
    analysis.guardrails.clear();
    assert_eq!(
        analysis.sentence(),
        format!("`{}` compares nothing.", analysis.experiment.name())
    );
}

/// A tally of huge counts, as only a file has them.
#[test]
fn huge_counts_stay_finite() {
    for (customers, had) in [
        (u64::MAX, u64::MAX / 3),
        (1 << 53, 1),
        (u64::MAX, 0),
        (u64::MAX, u64::MAX),
    ] {
        let mut saved = serde_json::to_value(Tally::new(&all())).expect("JSON");
        for arm in saved["content"]["arms"].as_array_mut().expect("arms") {
            arm["all"]["customers"] = json!(customers);
            for metric in arm["all"]["metrics"].as_array_mut().expect("metrics") {
                if metric.get("rate").is_some() {
                    metric["rate"]["had"] = json!(had);
                }
            }
        }
        let mut tally: Tally = serde_json::from_value(saved).expect("a tally");
        let analysis = checked(&tally);
        assert!(!analysis.mismatch.expect("enough").found);
        let row = values((true, 1.0, (1.0, 1.0), false));
        if customers == u64::MAX {
            assert_eq!(tally.add("none", [], row), Err(CountError::TooMany));
            assert_eq!(tally.clone().merge(&tally), Err(CountError::TooMany));
            assert_eq!(tally.customers(), u64::MAX);
        }
    }
}

#[test]
fn what_is_no_tally_is_refused() {
    let mut tally = Tally::new(&all());
    fill(&mut tally, "none", 3, |it| {
        (true, f64::from(it), (1.0, 2.0), false)
    });
    let good = serde_json::to_value(&tally).expect("JSON");
    let refused = |path: &str, value: Value, message: &str| {
        let mut saved = good.clone();
        *saved.pointer_mut(path).unwrap_or_else(|| panic!("{path}")) = value;
        let error = serde_json::from_value::<Tally>(saved)
            .expect_err(path)
            .to_string();
        assert!(error.contains(message), "{path}: {error}");
    };
    let cell = "/content/arms/0/all";
    refused(
        "/version",
        json!(2),
        "a tally of version 2, and only version 1 is known",
    );
    refused(
        "/content/experiment/arms/0/share",
        json!("0.4"),
        "the shares of the arms make 0.9 together",
    );
    refused(
        "/content/experiment/level",
        json!("NaN"),
        "`NaN` is no finite number",
    );
    refused(
        "/content/arms",
        json!([]),
        "this is no tally of `spring`: it has another number of arms",
    );
    refused(
        "/content/arms/0/segments",
        json!([]),
        "it has another number of segments",
    );
    refused(
        "/content/overlapping",
        json!(4),
        "more customers are in several segments than there are",
    );
    refused(&format!("{cell}/metrics"), json!([]), "it has other metrics");
    refused(
        &format!("{cell}/metrics/0/rate/had"),
        json!(4),
        "more customers have it than there are",
    );
    refused(
        &format!("{cell}/metrics/1/mean/second"),
        json!("-1"),
        "its sums are those of no numbers",
    );
    refused(
        &format!("{cell}/metrics/1/mean/mean"),
        json!("1e300"),
        "its sums are those of no numbers",
    );
    refused(
        &format!("{cell}/metrics/2/ratio/cross"),
        json!("5"),
        "its sums do not go together",
    );
    refused(&format!("{cell}/customers"), json!(0), "it has sums of nobody");
    refused(
        "/content/arms/0/segments/0/customers",
        json!(9),
        "a segment has more customers than its arm",
    );
    assert_eq!(
        serde_json::from_value::<Tally>(good.clone()).expect("a tally"),
        tally
    );
}

/// The order of goals and what they are called are part of what is saved, and nobody's values are.
#[test]
fn a_saved_tally_names_no_customer() {
    let mut counted = Counted::new(&all());
    for customer in 0..50 {
        let row = values((customer % 2 == 0, f64::from(customer), (1.0, 1.0), false));
        let arm = if customer % 2 == 0 { "none" } else { "letter" };
        counted
            .add(&format!("canary-{customer}"), arm, [], row)
            .expect("counted");
    }
    let saved = serde_json::to_string(counted.tally()).expect("JSON");
    assert!(saved.contains("spring") && !saved.contains("canary"), "{saved}");
    assert!(!format!("{counted:?}").contains("canary"));
    let read: Experiment =
        serde_json::from_value(serde_json::to_value(all()).expect("JSON")).expect("an experiment");
    assert_eq!(read, all());
    assert_eq!(read.goals()[2].kind(), MetricKind::Ratio);
    assert_eq!(
        read.guardrails()
            .map(|(metric, margin)| (metric.name(), margin))
            .collect::<Vec<_>>(),
        [("left", 0.01)]
    );
    assert!(matches!(design().build(), Err(DesignError::NoGoal)));
}

fn row() -> impl Strategy<Value = Row> {
    let number = || {
        prop_oneof![
            Just(0.0),
            -1e3..1e3_f64,
            -1e90..1e90_f64,
            -1e-80..1e-80_f64,
            Just(7.0)
        ]
    };
    (
        any::<bool>(),
        number(),
        (number(), number()),
        prop::bool::weighted(0.1),
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    /// Whatever is counted, all that is told are numbers, at one look and at any time; saved and read, in parts or as one, it
    /// tells the same.
    #[test]
    fn whatever_is_counted_is_told_in_numbers(
        rows in prop::collection::vec((any::<bool>(), 0..4_usize, row()), 0..150),
        repeated in 1..20_usize,
        is_anytime in any::<bool>(),
        cut in any::<prop::sample::Index>(),
    ) {
        let mut design = design().goal(Metric::rate("ordered")).goal(Metric::mean("spent")).goal(Metric::ratio("value"));
        design = design.guardrail(Metric::rate("left"), 0.01).segments(["new", "loyal"]);
        if is_anytime {
            design = design.at_any_time(100);
        }
        let experiment = design.build().expect("an experiment");
        let segments: [&[&str]; 4] = [&[], &["new"], &["loyal"], &["new", "loyal"]];
        let count = |rows: &[(bool, usize, Row)]| {
            let mut tally = Tally::new(&experiment);
            for (treated, inside, row) in rows {
                let arm = if *treated { "letter" } else { "none" };
                tally.add(arm, segments[*inside].iter().copied(), values(*row)).expect("counted");
            }
            tally
        };
        let rows = rows.repeat(repeated);
        let whole = count(&rows);
        let analysis = checked(&whole);
        let cut = cut.index(rows.len() + 1);
        let mut parts = count(&rows[..cut]);
        parts.merge(&count(&rows[cut..])).expect("the same experiment");
        checked(&parts);
        prop_assert_eq!(parts.customers(), whole.customers());
        let read: Tally = serde_json::from_str(&serde_json::to_string(&whole).expect("JSON")).expect("a tally");
        prop_assert_eq!(read.analyze(), analysis);
    }
}

/// An interval of the whole gain without 0, beside a p that cannot be told, was laid to the many comparisons.
#[test]
fn what_is_too_rare_for_p_was_laid_to_many_comparisons() {
    let design = Experiment::builder("rare")
        .arm("none", 0.25, Treatment::Nothing)
        .arm("one", 0.25, Treatment::SameForAll)
        .arm("two", 0.25, Treatment::PerSegment)
        .arm("three", 0.25, Treatment::PerPerson)
        .goal(Metric::rate("visited"))
        .build()
        .expect("an experiment");
    let mut tally = Tally::new(&design);
    for (arm, hits) in [("none", 0), ("one", 6), ("two", 6), ("three", 6)] {
        for customer in 0..1_000 {
            tally
                .add(arm, [], [("visited", (customer < hits).into())])
                .expect("counted");
        }
    }
    let analysis = tally.analyze();
    let whole = &analysis.goals[0].steps.as_ref().expect("steps").whole;
    let difference = whole.difference.as_ref();
    assert!(
        whole.p.is_err() && difference.is_ok_and(|it| it.low > 0.0),
        "{whole:?}"
    );
    let told = analysis.sentences().join(" ");
    assert!(
        told.contains("cannot be told (") && !told.contains("many comparisons"),
        "{told}"
    );
}
