//! Analyses as people read them.

use audience::experiment::{Experiment, ExperimentBuilder, Metric, Tally, Treatment};

#[track_caller]
fn told(name: &str, tally: &Tally) {
    let analysis = tally.analyze();
    let text = format!("{}\n\n{analysis}", analysis.sentence());
    insta::with_settings!({ snapshot_path => "../golden/experiment", prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!(name, text);
    });
}

fn stages() -> ExperimentBuilder {
    Experiment::builder("spring")
        .arm("none", 0.1, Treatment::Nothing)
        .arm("same", 0.3, Treatment::SameForAll)
        .arm("segment", 0.3, Treatment::PerSegment)
        .arm("person", 0.3, Treatment::PerPerson)
}

/// So many customers of an arm: of a hundred, so many order, each for some of ten amounts around a mean; of a thousand, so many
/// leave.
fn fill(tally: &mut Tally, arm: &str, customers: u32, [order, amount, leave]: [u32; 3]) {
    for customer in 0..customers {
        let ordered = customer % 100 < order;
        let spent = if ordered {
            f64::from(amount) * (0.55 + f64::from(customer / 100 % 10) / 10.0)
        } else {
            0.0
        };
        let given = [
            ("ordered", ordered.into()),
            ("spent", spent.into()),
            ("order_value", (spent, u32::from(ordered)).into()),
            ("left", (customer % 1_000 < leave).into()),
        ];
        let metrics: Vec<_> = tally
            .experiment()
            .goals()
            .iter()
            .map(|it| it.name().to_owned())
            .collect();
        let guards: Vec<_> = tally
            .experiment()
            .guardrails()
            .map(|(it, _)| it.name().to_owned())
            .collect();
        let has = |name: &str| metrics.iter().chain(&guards).any(|it| it == name);
        let names: Vec<_> = tally.experiment().segments().map(str::to_owned).collect();
        let inside = names.get(customer as usize / 100 % 2).map(String::as_str);
        tally
            .add(arm, inside, given.into_iter().filter(|(name, _)| has(name)))
            .expect("counted");
    }
}

/// Segmenting pays, and what persons get adds too little to tell.
#[test]
fn stages_of_maturity() {
    let design = stages()
        .goal(Metric::mean("spent"))
        .goal(Metric::rate("ordered"))
        .goal(Metric::ratio("order_value"));
    let design = design.guardrail(Metric::rate("left").less_is_better(), 0.004);
    let mut tally = Tally::new(&design.build().expect("an experiment"));
    fill(&mut tally, "none", 4_000, [10, 40, 2]);
    fill(&mut tally, "same", 12_000, [12, 40, 3]);
    fill(&mut tally, "segment", 12_000, [14, 44, 3]);
    fill(&mut tally, "person", 12_000, [14, 45, 9]);
    told("stages", &tally);
}

/// The whole may as well be nothing.
#[test]
fn no_gain_has_no_shares() {
    let mut tally = Tally::new(
        &stages()
            .goal(Metric::rate("ordered"))
            .build()
            .expect("an experiment"),
    );
    fill(&mut tally, "none", 400, [12, 40, 0]);
    fill(&mut tally, "same", 1_200, [13, 40, 0]);
    fill(&mut tally, "segment", 1_200, [11, 40, 0]);
    fill(&mut tally, "person", 1_200, [13, 40, 0]);
    told("no_gain", &tally);
}

/// Who left was forgotten in one arm.
#[test]
fn lost_customers_are_told_before_anything_else() {
    let mut tally = Tally::new(
        &stages()
            .goal(Metric::rate("ordered"))
            .build()
            .expect("an experiment"),
    );
    fill(&mut tally, "none", 1_000, [10, 40, 0]);
    fill(&mut tally, "same", 3_000, [12, 40, 0]);
    fill(&mut tally, "segment", 3_000, [12, 40, 0]);
    fill(&mut tally, "person", 2_500, [18, 40, 0]);
    told("lost_customers", &tally);
}

#[test]
fn too_few_customers_are_told_with_the_reason() {
    let design = stages()
        .goal(Metric::mean("spent"))
        .guardrail(Metric::rate("left").less_is_better(), 0.004);
    let mut tally = Tally::new(&design.build().expect("an experiment"));
    fill(&mut tally, "none", 10, [10, 40, 0]);
    fill(&mut tally, "same", 30, [12, 40, 0]);
    fill(&mut tally, "segment", 30, [100, 40, 0]);
    fill(&mut tally, "person", 31, [12, 40, 5]);
    told("too_few", &tally);
}

/// Less is better, one segment reacts, and the experiment is looked at while it runs.
#[test]
fn segments_at_any_time() {
    let design = Experiment::builder("reminders")
        .arm("weekly", 0.5, Treatment::SameForAll)
        .arm("monthly", 0.5, Treatment::SameForAll)
        .goal(Metric::rate("left").less_is_better())
        .segments(["new", "loyal"])
        .at_any_time(20_000);
    let mut tally = Tally::new(&design.build().expect("an experiment"));
    fill(&mut tally, "weekly", 6_000, [0, 0, 90]);
    fill(&mut tally, "monthly", 6_000, [0, 0, 40]);
    told("at_any_time", &tally);
}

#[test]
fn segments_at_the_end() {
    let design = Experiment::builder("letters")
        .arm("none", 0.5, Treatment::Nothing)
        .arm("letter", 0.5, Treatment::SameForAll)
        .goal(Metric::rate("left").less_is_better())
        .segments(["new", "loyal"]);
    let mut tally = Tally::new(&design.build().expect("an experiment"));
    fill(&mut tally, "none", 6_000, [0, 0, 50]);
    fill(&mut tally, "letter", 6_000, [0, 0, 130]);
    told("segments", &tally);
}
