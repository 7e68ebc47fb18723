//! What experiments say: whether it paid, with intervals.

use std::path::Path;

use audience::experiment::{
    Analysis, ArmFigure, Comparison, Estimate, Finding, GoalReport, GuardrailReport, Metric, MetricKind,
    NotEnoughData, Tally,
};

use super::{
    chart::{self, Interval},
    page::{Cell, Page, count},
};
use crate::{failure::Failure, input};

/// Reads what was counted.
pub(super) fn read(path: &Path) -> Result<Analysis, Failure> {
    let json = input::text(path).map_err(|error| Failure::data(path.display(), error))?;
    let tally: Tally =
        serde_json::from_str(input::unmarked(&json)).map_err(|error| Failure::data(path.display(), error))?;
    Ok(tally.analyze())
}

/// The section of an experiment.
pub(super) fn write(page: &mut Page, analysis: &Analysis) {
    page.heading(&format!("Experiment {}", analysis.experiment.name()));
    for sentence in analysis.sentences() {
        page.text(&sentence);
    }
    for goal in &analysis.goals {
        write_goal(page, goal);
    }
    for guardrail in &analysis.guardrails {
        write_guardrail(page, guardrail);
    }
    let percent = 100.0 * analysis.experiment.level();
    page.quiet(&format!(
        "Intervals hold with {percent:.0}% confidence; p is corrected for the number of comparisons."
    ));
}

fn write_goal(page: &mut Page, goal: &GoalReport) {
    let metric = &goal.metric;
    page.subheading(metric.name());
    arms(page, metric, &goal.arms, &goal.comparisons);
    let differences = goal.comparisons.iter().map(|it| (it.arm.clone(), &it.difference));
    picture(
        page,
        metric,
        &format!("Difference to the first arm in {}", metric.name()),
        differences,
    );
    if let Some(steps) = goal.steps.as_ref().filter(|it| it.steps.len() > 1) {
        let each = steps
            .steps
            .iter()
            .map(|it| (format!("{} → {}", it.from, it.to), &it.difference));
        let whole = [("altogether".to_owned(), &steps.whole.difference)];
        picture(
            page,
            metric,
            "What each step added, and all of them together",
            each.chain(whole),
        );
    }
    for segment in &goal.segments {
        page.quiet(&format!("Segment {}", segment.segment));
        arms(page, metric, &segment.arms, &segment.comparisons);
    }
}

fn write_guardrail(page: &mut Page, guardrail: &GuardrailReport) {
    let metric = &guardrail.metric;
    page.subheading(&format!("Guardrail {}", metric.name()));
    let rows: Vec<_> = guardrail
        .arms
        .iter()
        .map(|arm| {
            let guarded = guardrail.guarded.iter().find(|it| it.arm == arm.arm);
            vec![
                Cell::Text(arm.arm.clone()),
                Cell::Number(count(arm.customers)),
                Cell::Number(arm.observed.map_or_else(dash, |it| figure(metric, it))),
                Cell::Number(guarded.map_or_else(dash, |it| told(&it.difference, |it| between(metric, it)))),
                Cell::Text(guarded.map_or_else(String::new, |it| it.guard.to_string())),
            ]
        })
        .collect();
    page.table(
        &["arm", "customers", metric.name(), "difference", "guardrail"],
        &rows,
    );
    let margin = figure(metric, guardrail.margin);
    page.quiet(&format!(
        "It holds where the whole interval is no worse than {margin}."
    ));
}

fn arms(page: &mut Page, metric: &Metric, arms: &[ArmFigure], comparisons: &[Comparison]) {
    let rows: Vec<_> = arms
        .iter()
        .map(|arm| {
            let compared = comparisons.iter().find(|it| it.arm == arm.arm);
            vec![
                Cell::Text(arm.arm.clone()),
                Cell::Number(count(arm.customers)),
                Cell::Number(arm.observed.map_or_else(dash, |it| figure(metric, it))),
                Cell::Number(told(&arm.estimate, |it| between(metric, it))),
                Cell::Number(compared.map_or_else(dash, |it| told(&it.difference, |it| between(metric, it)))),
                Cell::Number(compared.map_or_else(dash, |it| told(&it.lift, lift))),
                Cell::Number(compared.map_or_else(dash, |it| told(&it.corrected_p, |p| p_value(*p)))),
                Cell::Text(compared.map_or_else(String::new, |it| it.finding.to_string())),
            ]
        })
        .collect();
    let heads = [
        "arm",
        "customers",
        metric.name(),
        "interval",
        "difference",
        "lift",
        "p",
        "finding",
    ];
    page.table(&heads, &rows);
    for compared in comparisons
        .iter()
        .filter(|it| it.finding == Finding::NotEnoughData)
    {
        if let Err(why) = &compared.difference {
            page.quiet(&format!("{}: {why}.", compared.arm));
        }
    }
}

/// Differences with their intervals; those that are not known are left out.
fn picture<'a>(
    page: &mut Page,
    metric: &Metric,
    caption: &str,
    rows: impl Iterator<Item = (String, &'a Result<Estimate, NotEnoughData>)>,
) {
    let known = rows.filter_map(|(name, difference)| {
        let it = difference.as_ref().ok()?;
        Some(Interval {
            name,
            low: it.low,
            value: it.value,
            high: it.high,
            words: signed(metric, it.value),
        })
    });
    let known: Vec<_> = known.collect();
    if !known.is_empty() {
        page.picture(caption, &chart::intervals(caption, &known));
    }
}

fn dash() -> String {
    "–".to_owned()
}

fn told<T>(result: &Result<T, NotEnoughData>, write: impl FnOnce(&T) -> String) -> String {
    result.as_ref().map_or_else(|_| dash(), write)
}

/// A rate in percent, anything else as it is.
fn figure(metric: &Metric, value: f64) -> String {
    match metric.kind() {
        MetricKind::Rate => format!("{:.2}%", 100.0 * value),
        _ => format!("{value:.3}"),
    }
}

fn signed(metric: &Metric, value: f64) -> String {
    let plus = if value > 0.0 { "+" } else { "" };
    format!("{plus}{}", figure(metric, value))
}

fn between(metric: &Metric, it: &Estimate) -> String {
    format!("{} to {}", figure(metric, it.low), figure(metric, it.high))
}

fn lift(it: &Estimate) -> String {
    format!("{:+.1}%", 100.0 * it.value)
}

fn p_value(p: f64) -> String {
    if p < 0.0001 {
        "< 0.0001".to_owned()
    } else {
        format!("{p:.4}")
    }
}
