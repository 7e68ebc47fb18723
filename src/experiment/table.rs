//! The analysis as tables of text.

use std::fmt::{self, Write};

use super::{
    Analysis, ArmFigure, Comparison, Correction, Estimate, NotEnoughData, Steps,
    english::{Words, count, level, p_value, percent, plus},
};

/// Lines of cells, the first of which stands to the left and the others to the right.
struct Table {
    lines: Vec<Vec<String>>,
}

impl Table {
    fn new(head: &[&str]) -> Self {
        Self {
            lines: vec![head.iter().map(|it| (*it).to_owned()).collect()],
        }
    }

    fn line(&mut self, cells: Vec<String>) {
        self.lines.push(cells);
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let columns = self.lines.iter().map(Vec::len).max().unwrap_or(0);
        let width = |column: usize| {
            let cells = self.lines.iter().filter_map(|it| it.get(column));
            cells.map(|it| it.chars().count()).max().unwrap_or(0)
        };
        let widths: Vec<usize> = (0..columns).map(width).collect();
        for line in &self.lines {
            let mut text = String::new();
            for (column, (cell, width)) in line.iter().zip(&widths).enumerate() {
                let width = *width;
                if column == 0 {
                    write!(text, "{cell:<width$}")?;
                } else {
                    write!(text, "  {cell:>width$}")?;
                }
            }
            writeln!(f, "{}", text.trim_end())?;
        }
        Ok(())
    }
}

fn or_dash<T>(told: &Result<T, NotEnoughData>, text: impl FnOnce(&T) -> String) -> String {
    told.as_ref().map_or_else(|_| "–".to_owned(), text)
}

fn interval(estimate: &Estimate, text: impl Fn(f64) -> String) -> String {
    format!("{} to {}", text(estimate.low), text(estimate.high))
}

/// The arms of a goal, of a segment of it, or of a guardrail, and what is compared.
fn arms(table: &mut Table, words: Words, arms: &[ArmFigure], comparisons: &[Comparison]) {
    for arm in arms {
        let mut line = vec![format!("  {}", arm.arm), count(arm.customers)];
        let decimals = arm.estimate.as_ref().map_or(2, |it| words.decimals(it));
        line.push(
            arm.observed
                .map_or_else(|| "–".to_owned(), |it| words.figure(it, decimals)),
        );
        line.push(or_dash(&arm.estimate, |it| {
            interval(it, |it| words.figure(it, decimals))
        }));
        if let Some(it) = comparisons.iter().find(|it| it.arm == arm.arm) {
            let decimals = it.difference.as_ref().map_or(2, |it| words.decimals(it));
            line.push(or_dash(&it.difference, |it| words.signed(it.value, decimals)));
            line.push(or_dash(&it.difference, |it| {
                interval(it, |it| words.signed(it, decimals))
            }));
            line.push(or_dash(&it.lift, |it| signed_percent(it.value)));
            line.push(or_dash(&it.lift, |it| interval(it, signed_percent)));
            line.push(or_dash(&it.corrected_p, |it| p_value(*it)));
            line.push(it.finding.to_string());
        }
        table.line(line);
    }
}

fn signed_percent(share: f64) -> String {
    plus(percent(share, 1))
}

const HEAD: [&str; 9] = [
    "customers",
    "",
    "interval",
    "difference",
    "interval",
    "relative",
    "interval",
    "p",
    "finding",
];

fn head(what: &str) -> Vec<&str> {
    [what].into_iter().chain(HEAD).collect()
}

fn steps(words: Words, steps: &Steps) -> Table {
    let mut table = Table::new(&[
        "  step",
        "customers",
        "difference",
        "interval",
        "share",
        "interval",
        "p",
        "finding",
    ]);
    let decimals = steps.whole.difference.as_ref().map_or(2, |it| words.decimals(it));
    for (step, name) in steps
        .steps
        .iter()
        .map(|it| (it, format!("  {} instead of {}", it.to, it.from)))
        .chain([(&steps.whole, "  altogether".to_owned())])
    {
        table.line(vec![
            name,
            count(step.customers),
            or_dash(&step.difference, |it| words.signed(it.value, decimals)),
            or_dash(&step.difference, |it| {
                interval(it, |it| words.signed(it, decimals))
            }),
            or_dash(&step.share, |it| percent(it.value, 0)),
            or_dash(&step.share, |it| interval(it, |it| percent(it, 0))),
            or_dash(&step.corrected_p, |it| p_value(*it)),
            step.finding.to_string(),
        ]);
    }
    table
}

/// Tables, and the sentences below.
impl fmt::Display for Analysis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let customers = self
            .customers
            .iter()
            .fold(0, |sum: u64, it| sum.saturating_add(*it));
        let holds = if self.experiment.planned().is_some() {
            "at any look"
        } else {
            "at the end"
        };
        let correction = match self.experiment.correction() {
            Correction::Holm => "Holm",
            Correction::BenjaminiHochberg => "Benjamini and Hochberg",
        };
        writeln!(
            f,
            "{}: {} {}, {} intervals that hold {holds}, p corrected after {correction}",
            self.experiment.name(),
            count(customers),
            if customers == 1 { "customer" } else { "customers" },
            level(self)
        )?;
        match &self.mismatch {
            Ok(it) if it.found => writeln!(
                f,
                "the arms do not have the customers that they were meant to have (p {})",
                p_value(it.p)
            )?,
            Ok(it) => writeln!(
                f,
                "the arms have the customers that they were meant to have (p {})",
                p_value(it.p)
            )?,
            Err(reason) => writeln!(
                f,
                "whether the arms have the customers that they were meant to have cannot be told: {reason}"
            )?,
        }
        for goal in &self.goals {
            let words = Words::of(&goal.metric);
            let mut table = Table::new(&head(goal.metric.name()));
            arms(&mut table, words, &goal.arms, &goal.comparisons);
            for segment in &goal.segments {
                let mut line = vec![format!("among {}", segment.segment)];
                line.push(String::new());
                table.line(line);
                arms(&mut table, words, &segment.arms, &segment.comparisons);
            }
            write!(f, "\n{table}")?;
            if let Some(told) = goal.steps.as_ref().filter(|it| it.steps.len() > 1) {
                write!(f, "\n{}", steps(words, told))?;
            }
        }
        for report in &self.guardrails {
            let words = Words::of(&report.metric);
            let mut table = Table::new(&[
                report.metric.name(),
                "customers",
                "",
                "interval",
                "difference",
                "interval",
                "guardrail",
            ]);
            for arm in &report.arms {
                let mut line = vec![format!("  {}", arm.arm), count(arm.customers)];
                let decimals = arm.estimate.as_ref().map_or(2, |it| words.decimals(it));
                line.push(
                    arm.observed
                        .map_or_else(|| "–".to_owned(), |it| words.figure(it, decimals)),
                );
                line.push(or_dash(&arm.estimate, |it| {
                    interval(it, |it| words.figure(it, decimals))
                }));
                if let Some(it) = report.guarded.iter().find(|it| it.arm == arm.arm) {
                    let decimals = it.difference.as_ref().map_or(2, |it| words.decimals(it));
                    line.push(or_dash(&it.difference, |it| words.signed(it.value, decimals)));
                    line.push(or_dash(&it.difference, |it| {
                        interval(it, |it| words.signed(it, decimals))
                    }));
                    line.push(it.guard.to_string());
                }
                table.line(line);
            }
            write!(f, "\n{table}")?;
        }
        let sentences = self.sentences();
        if !sentences.is_empty() {
            writeln!(f)?;
        }
        sentences.iter().try_for_each(|it| writeln!(f, "{it}"))
    }
}
