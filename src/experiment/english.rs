//! The analysis in plain English.

use super::{
    Analysis, ArmFigure, Comparison, Estimate, Finding, GoalReport, Guard, Guarded, GuardrailReport, Metric,
    MetricKind, NotEnoughData, Steps,
};

/// Figures of one metric in words: rates in percent, and as many digits as their intervals warrant.
#[derive(Clone, Copy)]
pub(super) struct Words {
    is_rate: bool,
}

impl Words {
    pub(super) fn of(metric: &Metric) -> Self {
        Self {
            is_rate: metric.kind() == MetricKind::Rate,
        }
    }

    fn scaled(self, value: f64) -> f64 {
        if self.is_rate { value * 100.0 } else { value }
    }

    fn number(self, value: f64, decimals: usize) -> String {
        number(self.scaled(value), decimals)
    }

    /// A figure of an arm: `10.6%`, `1.42`.
    pub(super) fn figure(self, value: f64, decimals: usize) -> String {
        let sign = if self.is_rate { "%" } else { "" };
        format!("{}{sign}", self.number(value, decimals))
    }

    /// A difference with its sign, for tables: `+7.66`.
    pub(super) fn signed(self, value: f64, decimals: usize) -> String {
        plus(self.number(value, decimals))
    }

    fn unit(self) -> &'static str {
        if self.is_rate { " percentage points" } else { "" }
    }

    /// `7.66 percentage points more`, `0.77 less`.
    fn difference(self, value: f64, decimals: usize) -> String {
        format!(
            "{}{} {}",
            self.number(value.abs(), decimals),
            self.unit(),
            way(value)
        )
    }

    /// `1.20 less`, without the unit; `0.00` where no digit shows either.
    fn short(self, value: f64, decimals: usize) -> String {
        let number = self.number(value.abs(), decimals);
        if shows(&number) {
            format!("{number} {}", way(value))
        } else {
            number
        }
    }

    /// Where a difference lies: `between 0.40 percentage points less and 0.80 more`.
    fn range(self, estimate: &Estimate, decimals: usize) -> String {
        let (low, high, unit) = (estimate.low, estimate.high, self.unit());
        let [smaller, greater] = [low, high].map(|it| self.number(it.abs(), decimals));
        if low < 0.0 && high > 0.0 {
            format!("between {smaller}{unit} less and {greater} more")
        } else if low < 0.0 {
            format!("between {greater} and {smaller}{unit} less")
        } else {
            format!("between {smaller} and {greater}{unit} more")
        }
    }

    /// The ends of an interval behind its figure: `between 6.99 and 8.32`, `between 1.20 less and 3.40 more`.
    fn around(self, estimate: &Estimate, decimals: usize) -> String {
        let (low, high) = (estimate.low, estimate.high);
        let [smaller, greater] = [low, high].map(|it| self.number(it.abs(), decimals));
        if low < 0.0 && high > 0.0 {
            format!("between {smaller} less and {greater} more")
        } else if low < 0.0 {
            format!("between {greater} and {smaller}")
        } else {
            format!("between {smaller} and {greater}")
        }
    }

    /// As many decimals as show two digits of half an interval.
    pub(super) fn decimals(self, estimate: &Estimate) -> usize {
        decimals(self.scaled((estimate.high - estimate.low) / 2.0))
    }
}

/// As many decimals as show two digits of a number that is not negative.
fn decimals(size: f64) -> usize {
    let mut decimals = 0;
    let mut size = size;
    while size < 9.95 && decimals < 6 {
        size *= 10.0;
        decimals += 1;
    }
    decimals
}

/// A number with so many decimals, in groups of three, and without a sign where all digits are zero. Numbers that nobody would
/// read digit by digit have an exponent.
fn number(value: f64, decimals: usize) -> String {
    if value.abs() >= 1e15 {
        return format!("{value:.2e}");
    }
    let text = format!("{:.decimals$}", value.abs());
    let (whole, part) = text
        .split_once('.')
        .map_or((&*text, None), |(whole, part)| (whole, Some(part)));
    let mut out = String::new();
    if value < 0.0 && shows(&text) {
        out.push('-');
    }
    out.push_str(&grouped(whole));
    if let Some(part) = part {
        out.push('.');
        out.push_str(part);
    }
    out
}

pub(super) fn count(customers: u64) -> String {
    grouped(&customers.to_string())
}

/// Digits in groups of three.
fn grouped(digits: &str) -> String {
    let mut out = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// `+72%`.
pub(super) fn percent(share: f64, decimals: usize) -> String {
    format!("{}%", number(share * 100.0, decimals))
}

/// Whether any digit of a number is not zero.
fn shows(number: &str) -> bool {
    number.contains(|it: char| ('1'..='9').contains(&it))
}

/// With a sign in front, unless it is zero.
pub(super) fn plus(number: String) -> String {
    if number.starts_with('-') || !shows(&number) {
        number
    } else {
        format!("+{number}")
    }
}

const fn way(value: f64) -> &'static str {
    if value < 0.0 { "less" } else { "more" }
}

/// `< 0.0001`, `0.0123`.
pub(super) fn p_value(p: f64) -> String {
    if p < 1e-4 {
        "< 0.0001".to_owned()
    } else {
        format!("{p:.4}")
    }
}

fn odds(p: f64) -> String {
    if p < 1e-4 {
        "fewer than 1 of 10,000 experiments".to_owned()
    } else {
        format!("1 of {} experiments", number(1.0 / p, 0))
    }
}

pub(super) fn level(analysis: &Analysis) -> String {
    let percent = format!("{:.4}", analysis.experiment.level() * 100.0);
    format!("{}%", percent.trim_end_matches('0').trim_end_matches('.'))
}

/// `a`, `a and b`, `a, b, and c`.
fn list(parts: &[String]) -> String {
    match parts {
        [] => String::new(),
        [one] => one.clone(),
        [one, other] => format!("{one} and {other}"),
        [most @ .., last] => format!("{}, and {last}", most.join(", ")),
    }
}

impl Analysis {
    /// What it says in one sentence: about the first goal, and the guardrails; or why nothing of it can be trusted.
    ///
    /// ```
    /// # use audience::experiment::{Experiment, Metric, Tally, Treatment};
    /// # let experiment = Experiment::builder("spring")
    /// #     .arm("none", 0.5, Treatment::Nothing)
    /// #     .arm("letter", 0.5, Treatment::SameForAll)
    /// #     .goal(Metric::rate("ordered"))
    /// #     .build()?;
    /// assert_eq!(
    ///     Tally::new(&experiment).analyze().sentence(),
    ///     "`letter` cannot be compared with `none` in `ordered`: nobody is in `letter`."
    /// );
    /// # Ok::<(), audience::experiment::DesignError>(())
    /// ```
    #[must_use]
    pub fn sentence(&self) -> String {
        if let Some(sentence) = self.distrust() {
            return sentence;
        }
        let of_goal = |goal: &GoalReport| match &goal.steps {
            Some(steps) if steps.steps.len() > 1 => vec![self.steps(goal, steps)],
            _ => self.comparisons(goal),
        };
        let mut clauses = self.goals.first().map(of_goal).unwrap_or_default();
        clauses.extend(self.guardrails.iter().flat_map(|it| self.guarded_shortly(it)));
        if clauses.is_empty() {
            clauses.push(format!("`{}` compares nothing", self.experiment.name()));
        }
        sentence(&clauses.join("; "))
    }

    /// What it says in sentences, one for each comparison, of all goals, steps, segments and guardrails.
    ///
    /// ```
    /// # use audience::experiment::{Experiment, Metric, Tally, Treatment};
    /// # let experiment = Experiment::builder("spring")
    /// #     .arm("none", 0.5, Treatment::Nothing)
    /// #     .arm("letter", 0.5, Treatment::SameForAll)
    /// #     .goal(Metric::rate("ordered"))
    /// #     .guardrail(Metric::rate("complained").less_is_better(), 0.001)
    /// #     .build()?;
    /// assert_eq!(Tally::new(&experiment).analyze().sentences().len(), 2);
    /// # Ok::<(), audience::experiment::DesignError>(())
    /// ```
    #[must_use]
    pub fn sentences(&self) -> Vec<String> {
        let mut clauses = Vec::new();
        for goal in &self.goals {
            clauses.extend(self.comparisons(goal));
            if let Some(steps) = goal.steps.as_ref().filter(|it| it.steps.len() > 1) {
                clauses.push(self.steps(goal, steps));
            }
            for report in &goal.segments {
                let inside = report.comparisons.iter();
                clauses.extend(inside.map(|it| {
                    let clause = self.comparison(&goal.metric, &report.arms, it);
                    format!("among `{}`, {clause}", report.segment)
                }));
            }
            for between in &goal.between_segments {
                let Ok(p) = between.corrected_p else { continue };
                let what = format!(
                    "the difference that `{}` makes in `{}`",
                    between.arm,
                    goal.metric.name()
                );
                clauses.push(if p < 1.0 - self.experiment.level() {
                    format!("{what} is not the same in all segments: chance alone would make it vary so much in {}", odds(p))
                } else {
                    format!("whether {what} varies from segment to segment cannot be told")
                });
            }
        }
        clauses.extend(self.guardrails.iter().flat_map(|it| self.guarded(it)));
        let clauses = clauses.iter().map(|it| sentence(it));
        self.distrust().into_iter().chain(clauses).collect()
    }

    fn comparisons(&self, goal: &GoalReport) -> Vec<String> {
        let comparisons = goal.comparisons.iter();
        comparisons
            .map(|it| self.comparison(&goal.metric, &goal.arms, it))
            .collect()
    }

    /// That the arms are not as they were meant.
    fn distrust(&self) -> Option<String> {
        let mismatch = self.mismatch.as_ref().ok().filter(|it| it.found)?;
        let arms = self.experiment.arms().iter();
        let meant: Vec<_> = arms
            .map(|it| percent(it.share(), 1).replace(".0%", "%"))
            .collect();
        let found: Vec<_> = self.customers.iter().map(|it| count(*it)).collect();
        Some(format!(
            "No figure of `{}` can be trusted: its arms have {} customers where {} were meant, which chance alone would make in \
             {}, so something else decides who is counted.",
            self.experiment.name(),
            list(&found),
            list(&meant),
            odds(mismatch.p)
        ))
    }

    fn comparison(&self, metric: &Metric, arms: &[ArmFigure], comparison: &Comparison) -> String {
        let words = Words::of(metric);
        let (ours, base, goal) = (&*comparison.arm, self.experiment.baseline().name(), metric.name());
        let (difference, p) = match (&comparison.difference, &comparison.corrected_p) {
            (Ok(difference), Ok(p)) => (difference, *p),
            (Err(reason), _) | (_, Err(reason)) => {
                return format!("`{ours}` cannot be compared with `{base}` in `{goal}`: {reason}");
            }
        };
        let decimals = words.decimals(difference);
        let observed = |arm: &str| {
            let arm = arms.iter().find(|it| it.arm == arm);
            let figure = arm
                .and_then(|it| it.observed)
                .map(|it| words.figure(it, decimals));
            figure.unwrap_or_default()
        };
        let (has, instead, level) = (observed(ours), observed(base), level(self));
        let (Finding::Better | Finding::Worse) = comparison.finding else {
            return format!(
                "whether `{ours}` is better or worse than `{base}` in `{goal}` cannot be told: {has} instead of {instead} leaves \
                 the difference {} with {level} confidence{}",
                words.range(difference, decimals),
                among_many(&comparison.p, self.experiment.level())
            );
        };
        let lift = comparison.lift.as_ref().map_or_else(
            |_| String::new(),
            |lift| {
                let what = if lift.value < 0.0 { "fall" } else { "rise" };
                format!(", a {what} of {}", percent(lift.value.abs(), 0))
            },
        );
        format!(
            "`{ours}` is {} than `{base}` in `{goal}`: {has} instead of {instead}, that is {} ({} with {level} confidence){lift}; \
             chance alone would make such a difference in {}",
            comparison.finding,
            words.difference(difference.value, decimals),
            words.around(difference, decimals),
            odds(p)
        )
    }

    fn steps(&self, goal: &GoalReport, steps: &Steps) -> String {
        let words = Words::of(&goal.metric);
        let (metric, whole) = (goal.metric.name(), &steps.whole);
        let difference = match &whole.difference {
            Ok(difference) => difference,
            Err(reason) => {
                return format!(
                    "What leads from {} to {} in `{metric}` cannot be told: {reason}",
                    whole.from, whole.to
                );
            }
        };
        let (decimals, level) = (words.decimals(difference), level(self));
        let parts: Vec<String> = steps
            .steps
            .iter()
            .map(|step| {
                let Ok(difference) = &step.difference else {
                    return format!("what cannot be told from {} instead of {}", step.to, step.from);
                };
                let share = step
                    .share
                    .as_ref()
                    .map(|it| format!(" ({})", percent(it.value, 0)))
                    .unwrap_or_default();
                let chance = match step.finding {
                    Finding::Better | Finding::Worse => "",
                    Finding::Unclear | Finding::NotEnoughData => ", which may be chance,",
                };
                let amount = words.short(difference.value, decimals);
                format!(
                    "{amount}{share}{chance} from {} instead of {}",
                    step.to, step.from
                )
            })
            .collect();
        let parts = list(&parts);
        match whole.finding {
            Finding::Better | Finding::Worse => format!(
                "In `{metric}`, {} makes {} than {} ({} with {level} confidence): {parts}",
                whole.to,
                words.difference(difference.value, decimals),
                whole.from,
                words.around(difference, decimals),
            ),
            Finding::Unclear | Finding::NotEnoughData => format!(
                "Whether {} makes a difference beside {} in `{metric}` cannot be told ({} with {level} confidence{}): {parts}",
                whole.to,
                whole.from,
                words.range(difference, decimals),
                among_many(&whole.p, self.experiment.level()),
            ),
        }
    }

    /// What to say of a guardrail in a sentence about something else: what is broken, and of whom nothing can be told.
    fn guarded_shortly(&self, report: &GuardrailReport) -> Vec<String> {
        let is_told = |it: &Guarded| matches!(it.guard, Guard::Held | Guard::Broken);
        let untold = report.guarded.iter().filter(|it| !is_told(it));
        let names: Vec<String> = untold.map(|it| format!("`{}`", it.arm)).collect();
        let all = self.guarded(report);
        // One clause for each arm, or one for all that hold.
        if report.guarded.iter().all(|it| it.guard == Guard::Held) {
            return all;
        }
        let broken = report
            .guarded
            .iter()
            .zip(all)
            .filter(|(it, _)| it.guard == Guard::Broken);
        let mut clauses: Vec<String> = broken.map(|(_, clause)| clause).collect();
        if !names.is_empty() {
            let keep = if names.len() == 1 { "keeps" } else { "keep" };
            let metric = report.metric.name();
            clauses.push(format!(
                "whether {} {keep} to the guardrail `{metric}` cannot be told",
                list(&names)
            ));
        }
        clauses
    }

    /// What to say of each arm beside a guardrail, or of all arms at once where all keep to it.
    fn guarded(&self, report: &GuardrailReport) -> Vec<String> {
        let (metric, words) = (report.metric.name(), Words::of(&report.metric));
        let margin = format!(
            "{}{}",
            words.number(report.margin, decimals(words.scaled(report.margin))),
            words.unit()
        );
        if report.guarded.iter().all(|it| it.guard == Guard::Held) {
            return vec![format!(
                "the guardrail `{metric}` holds, with a margin of {margin}"
            )];
        }
        let clauses = report.guarded.iter().map(|it| {
            let difference = match &it.difference {
                Ok(difference) => difference,
                Err(reason) => return format!("whether `{}` keeps to the guardrail `{metric}` cannot be told: {reason}", it.arm),
            };
            let decimals = words.decimals(difference);
            let lies = format!("the difference lies {} with {} confidence", words.range(difference, decimals), level(self));
            match it.guard {
                Guard::Held => format!("`{}` keeps to the guardrail `{metric}`, with a margin of {margin}", it.arm),
                Guard::Broken => format!("`{}` breaks the guardrail `{metric}`: {lies}, and {margin} would be harmless", it.arm),
                Guard::Unclear | Guard::NotEnoughData => format!(
                    "whether `{}` keeps to the guardrail `{metric}` cannot be told: {lies}, and {margin} would be harmless",
                    it.arm
                ),
            }
        });
        clauses.collect()
    }
}

/// What to say of a difference that is no finding only because p is corrected for others.
fn among_many(p: &Result<f64, NotEnoughData>, level: f64) -> &'static str {
    if p.as_ref().is_ok_and(|p| *p < 1.0 - level) {
        ", which may be chance among so many comparisons"
    } else {
        ""
    }
}

/// A clause with a great letter and a full stop.
fn sentence(clause: &str) -> String {
    let mut letters = clause.chars();
    let first = letters.next().map(|it| it.to_ascii_uppercase());
    first.into_iter().chain(letters).chain(['.']).collect()
}
