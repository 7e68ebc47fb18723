//! The Hillstrom e-mail experiment, against what `scipy` and `statsmodels` find: `hillstrom.py` beside this file computes
//! `hillstrom.json`.

use std::{error::Error, fs::File};

use audience::experiment::{
    Analysis, Comparison, Correction, Counted, Estimate, Experiment, ExperimentBuilder, Finding, GoalReport,
    Metric, Plan, PlanCustomers, Tally, Treatment,
};
use flate2::read::GzDecoder;
use serde_json::Value;

const DATA: &str = "examples/data/hillstrom_email.csv.gz";

/// Sums go customer by customer here and over whole columns there, and tails end where their series do.
const RELATIVE: f64 = 1e-9;

fn expected() -> Value {
    serde_json::from_str(include_str!("hillstrom.json")).expect("JSON")
}

fn design() -> ExperimentBuilder {
    Experiment::builder("hillstrom")
        .arm("none", 1.0 / 3.0, Treatment::Nothing)
        .arm("mens", 1.0 / 3.0, Treatment::PerPerson)
        .arm("womens", 1.0 / 3.0, Treatment::SameForAll)
        .goal(Metric::rate("visit"))
        .goal(Metric::rate("conversion"))
        .goal(Metric::mean("spend"))
        .goal(Metric::ratio("spend_per_visit"))
        .segments(["new", "old"])
}

fn read(experiment: &Experiment) -> Result<Tally, Box<dyn Error>> {
    let mut counted = Counted::new(experiment);
    let mut reader = csv::Reader::from_reader(GzDecoder::new(File::open(DATA)?));
    let columns = reader.headers()?.clone();
    let column = |name: &str| columns.iter().position(|it| it == name).expect("a column");
    let [arm, newbie, visit, conversion, spend] =
        ["segment", "newbie", "visit", "conversion", "spend"].map(column);
    for (row, line) in reader.records().enumerate() {
        let line = line?;
        let arm = match &line[arm] {
            "No E-Mail" => "none",
            "Mens E-Mail" => "mens",
            "Womens E-Mail" => "womens",
            other => return Err(format!("no arm: {other}").into()),
        };
        let (dollars, visited): (f64, f64) = (line[spend].parse()?, line[visit].parse()?);
        counted.add(
            &row.to_string(),
            arm,
            [if &line[newbie] == "1" { "new" } else { "old" }],
            [
                ("visit", (&line[visit] == "1").into()),
                ("conversion", (&line[conversion] == "1").into()),
                ("spend", dollars.into()),
                ("spend_per_visit", (dollars, visited).into()),
            ],
        )?;
    }
    Ok(counted.into_tally())
}

#[track_caller]
fn near(found: f64, expected: &Value, what: &str) {
    let expected = expected.as_f64().unwrap_or_else(|| panic!("{what}: {expected}"));
    let off = (found - expected).abs();
    assert!(
        off <= RELATIVE * expected.abs().max(1e-300),
        "{what}: {found} is not {expected}"
    );
}

/// An end of an interval may lie by zero, so what it may be off by goes by the interval.
#[track_caller]
fn same(found: &Estimate, expected: &Value, what: &str) {
    near(found.value, &expected[0], what);
    for (found, expected) in [(found.low, &expected[1]), (found.high, &expected[2])] {
        let expected = expected.as_f64().unwrap_or_else(|| panic!("{what}: {expected}"));
        let size = expected.abs().max(found.abs()).max(f64::MIN_POSITIVE);
        assert!(
            (found - expected).abs() <= RELATIVE * size,
            "{what}: {found} is not {expected}"
        );
    }
}

/// What is refused is added to the last.
fn compare(comparisons: &[Comparison], expected: &Value, what: &str, refused: &mut Vec<String>) {
    assert_eq!(comparisons.len(), 2);
    for it in comparisons {
        let what = format!("{what} {}", it.arm);
        let expected = &expected["compared"][&it.arm];
        same(
            it.difference.as_ref().expect("enough"),
            &expected["difference"],
            &what,
        );
        match &it.lift {
            Ok(lift) => same(lift, &expected["lift"], &what),
            Err(reason) => refused.push(format!("{what}: {reason}")),
        }
        near(*it.p.as_ref().expect("enough"), &expected["p"], &what);
        near(
            *it.corrected_p.as_ref().expect("enough"),
            &expected["holm"],
            &what,
        );
    }
}

fn goal<'a>(analysis: &'a Analysis, name: &str) -> &'a GoalReport {
    let found = analysis.goals.iter().find(|it| it.metric.name() == name);
    found.unwrap_or_else(|| panic!("no {name}"))
}

#[test]
fn every_figure_is_that_of_scipy_and_statsmodels() -> Result<(), Box<dyn Error>> {
    let expected = expected();
    let analysis = read(&design().build()?)?.analyze();
    assert_eq!(analysis.customers, [21_306, 21_307, 21_387]);
    near(
        analysis.mismatch.as_ref().expect("enough").p,
        &expected["mismatch"],
        "mismatch",
    );
    let mut refused = Vec::new();
    for report in &analysis.goals {
        let name = report.metric.name();
        let expected_goal = &expected["goals"][name];
        for arm in &report.arms {
            let what = format!("{name} {}", arm.arm);
            same(
                arm.estimate.as_ref().expect("enough"),
                &expected_goal["arms"][&arm.arm],
                &what,
            );
        }
        compare(&report.comparisons, expected_goal, name, &mut refused);
        assert_eq!(report.segments.len(), 2);
        for segment in &report.segments {
            let what = format!("{name} {}", segment.segment);
            let expected = &expected["segments"][&segment.segment][name];
            for arm in &segment.arms {
                match &arm.estimate {
                    Ok(estimate) => same(estimate, &expected["arms"][&arm.arm], &what),
                    Err(reason) => refused.push(format!("{what} {}: {reason}", arm.arm)),
                }
            }
            compare(&segment.comparisons, expected, &what, &mut refused);
        }
    }
    // New customers bought so little without a letter that some figures would be made up, and all others are told.
    let new = |goal: &str| {
        let great = "a few great values outweigh all others in `none`: with values like these it takes 15134 customers, and there \
                     are 10695";
        let base = "what `none` has is not clearly above zero, so nothing can be told as a share of it";
        [("none", great), ("mens", base), ("womens", base)]
            .map(|(arm, reason)| format!("{goal} new {arm}: {reason}"))
    };
    assert_eq!(refused, [new("spend"), new("spend_per_visit")].concat());
    for name in ["visit", "spend"] {
        let report = goal(&analysis, name);
        for between in &report.between_segments {
            near(
                *between.p.as_ref().expect("enough"),
                &expected["between"][name][&between.arm],
                name,
            );
        }
        let steps = report.steps.as_ref().expect("three treatments");
        assert_eq!(steps.steps.len(), 2);
        for (step, expected) in steps
            .steps
            .iter()
            .zip(expected["steps"][name].as_array().expect("steps"))
        {
            same(step.share.as_ref().expect("a clear whole"), expected, name);
        }
    }
    Ok(())
}

#[test]
fn false_discoveries_are_corrected_as_by_statsmodels() -> Result<(), Box<dyn Error>> {
    let expected = expected();
    let experiment = design().correction(Correction::BenjaminiHochberg).build()?;
    let analysis = read(&experiment)?.analyze();
    let mut compared = 0;
    for report in &analysis.goals {
        for it in &report.comparisons {
            let expected =
                &expected["goals"][report.metric.name()]["compared"][&it.arm]["benjamini_hochberg"];
            near(
                *it.corrected_p.as_ref().expect("enough"),
                expected,
                report.metric.name(),
            );
            compared += 1;
        }
    }
    assert_eq!(compared, 8);
    Ok(())
}

#[test]
fn intervals_at_any_time_are_those_of_the_mixture() -> Result<(), Box<dyn Error>> {
    let expected = expected();
    let analysis = read(&design().at_any_time(80_000).build()?)?.analyze();
    near(
        analysis.mismatch.as_ref().expect("enough").p,
        &expected["mismatch_anytime"],
        "mismatch",
    );
    for name in ["visit", "spend"] {
        for it in &goal(&analysis, name).comparisons {
            let expected = &expected["anytime"][name][&it.arm];
            same(
                it.difference.as_ref().expect("enough"),
                &expected["difference"],
                name,
            );
            near(*it.p.as_ref().expect("enough"), &expected["p"], name);
        }
    }
    Ok(())
}

/// The finding of the data's author: both e-mails bring visits and sales, the one for men more of both.
#[test]
fn both_letters_pay() -> Result<(), Box<dyn Error>> {
    let analysis = read(&design().build()?)?.analyze();
    for report in &analysis.goals[..3] {
        let findings: Vec<_> = report.comparisons.iter().map(|it| it.finding).collect();
        assert_eq!(
            findings,
            [Finding::Better, Finding::Better],
            "{}",
            report.metric.name()
        );
    }
    Ok(())
}

#[test]
fn plans_have_the_power_of_statsmodels() {
    let expected = expected();
    let number = |it: &Value| it.as_f64().expect("a number");
    let customers = |it: &Value| PlanCustomers {
        baseline: it["baseline"].as_u64().expect("a count"),
        other: it["other"].as_u64().expect("a count"),
    };
    let plan = |it: &Value| Plan::new(number(&it["level"]), 0.8).expect("probabilities");
    let rates = expected["plans"].as_array().expect("plans");
    let means = expected["mean_plans"].as_array().expect("plans");
    assert_eq!((rates.len(), means.len()), (5, 3));
    for it in rates {
        let power = plan(it).power_for_rate(number(&it["base"]), number(&it["difference"]), customers(it));
        near(power.expect("rates"), &it["power"], &it.to_string());
    }
    for it in means {
        let power =
            plan(it).power_for_mean(number(&it["deviation"]), number(&it["difference"]), customers(it));
        near(power.expect("means"), &it["power"], &it.to_string());
    }
}
