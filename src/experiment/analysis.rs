//! What an experiment says: every figure with its interval, every comparison with its p, or the reason why not.

use serde::Serialize;

use super::{
    Estimate, Experiment, Guarded, GuardrailReport, Metric, Mismatch, NotEnoughData, Steps, Tally,
    compare::{Compared, Figure, Group, compare, difference, estimate},
    confidence::Confidence,
    guardrail::guard,
    mismatch::mismatch,
    special,
    sums::float,
    tally::Cell,
};

/// What an experiment says.
///
/// `Display` writes it as tables for people, with a sentence for each comparison below; serde as JSON.
///
/// # Example
///
/// ```
/// # use audience::experiment::{Experiment, Finding, Metric, Tally, Treatment};
/// let experiment = Experiment::builder("spring")
///     .arm("none", 0.5, Treatment::Nothing)
///     .arm("letter", 0.5, Treatment::SameForAll)
///     .goal(Metric::rate("ordered"))
///     .build()?;
/// let mut tally = Tally::new(&experiment);
/// for customer in 0..2_000 {
///     let (arm, of_ten) = if customer % 2 == 0 { ("none", 3) } else { ("letter", 6) };
///     tally.add(arm, [], [("ordered", (customer % 10 < of_ten).into())])?;
/// }
/// let analysis = tally.analyze();
/// let letter = &analysis.goals[0].comparisons[0];
/// assert_eq!(letter.finding, Finding::Better);
/// assert_eq!(
///     analysis.sentence(),
///     "`letter` is better than `none` in `ordered`: 60.0% instead of 40.0%, that is 20.0 percentage points more (between 15.7 \
///      and 24.2 with 95% confidence), a rise of 50%; chance alone would make such a difference in fewer than 1 of 10,000 experiments."
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Analysis {
    /// The experiment.
    pub experiment: Experiment,
    /// How many customers were counted, in the order of the arms.
    pub customers: Vec<u64>,
    /// Whether the arms have the customers that they were meant to have. If not, nothing else can be trusted.
    pub mismatch: Result<Mismatch, NotEnoughData>,
    /// What it was to bring, in the order in which it was added.
    pub goals: Vec<GoalReport>,
    /// What was not to become worse, in the order in which it was added.
    pub guardrails: Vec<GuardrailReport>,
}

/// What an experiment says of one goal.
///
/// ```
/// # use audience::experiment::{Experiment, Metric, Tally, Treatment};
/// # let experiment = Experiment::builder("spring")
/// #     .arm("none", 0.5, Treatment::Nothing)
/// #     .arm("letter", 0.5, Treatment::SameForAll)
/// #     .goal(Metric::rate("ordered"))
/// #     .segments(["loyal"])
/// #     .build()?;
/// let ordered = &Tally::new(&experiment).analyze().goals[0];
/// assert_eq!((ordered.metric.name(), ordered.arms.len(), ordered.comparisons.len()), ("ordered", 2, 1));
/// assert_eq!(ordered.segments[0].segment, "loyal");
/// # Ok::<(), audience::experiment::DesignError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct GoalReport {
    /// The measure.
    pub metric: Metric,
    /// Each arm, in order.
    pub arms: Vec<ArmFigure>,
    /// Each arm but the first, beside the first. Their p values are corrected together with those of the other goals.
    pub comparisons: Vec<Comparison>,
    /// Which part of the gain came from which step, from nothing to a message for each person; none when all arms are of one
    /// step.
    pub steps: Option<Steps>,
    /// Each segment. Their p values are corrected together.
    pub segments: Vec<SegmentReport>,
    /// For each arm but the first, whether its difference is another in one segment than in another.
    pub between_segments: Vec<BetweenSegments>,
}

/// One segment of an experiment.
///
/// ```
/// # use audience::experiment::{Experiment, Metric, Tally, Treatment};
/// # let experiment = Experiment::builder("spring")
/// #     .arm("none", 0.5, Treatment::Nothing)
/// #     .arm("letter", 0.5, Treatment::SameForAll)
/// #     .goal(Metric::rate("ordered"))
/// #     .segments(["loyal"])
/// #     .build()?;
/// let loyal = &Tally::new(&experiment).analyze().goals[0].segments[0];
/// assert_eq!((&*loyal.segment, loyal.arms[1].customers), ("loyal", 0));
/// # Ok::<(), audience::experiment::DesignError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct SegmentReport {
    /// Its name.
    pub segment: String,
    /// Its customers in each arm.
    pub arms: Vec<ArmFigure>,
    /// Each arm but the first, beside the first.
    pub comparisons: Vec<Comparison>,
}

/// Whether the difference that an arm makes is another in one segment than in another.
///
/// Cochran's Q of the differences: "The combination of estimates from different experiments", Biometrics 10 (1954).
///
/// ```
/// # use audience::experiment::{Experiment, Metric, Tally, Treatment};
/// let experiment = Experiment::builder("spring")
///     .arm("none", 0.5, Treatment::Nothing)
///     .arm("letter", 0.5, Treatment::SameForAll)
///     .goal(Metric::rate("ordered"))
///     .segments(["loyal", "new"])
///     .build()?;
/// let mut tally = Tally::new(&experiment);
/// for customer in 0..2_000 {
///     // A letter makes only loyal customers order more.
///     let segment = if customer % 4 < 2 { "loyal" } else { "new" };
///     let (arm, of_ten) = if customer % 2 == 0 { ("none", 4) } else { ("letter", if segment == "loyal" { 7 } else { 4 }) };
///     tally.add(arm, [segment], [("ordered", (customer / 4 % 10 < of_ten).into())])?;
/// }
/// let between = &tally.analyze().goals[0].between_segments[0];
/// assert!(between.corrected_p.clone()? < 0.001);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct BetweenSegments {
    /// The arm.
    pub arm: String,
    /// How often chance alone would make the segments differ at least as much.
    pub p: Result<f64, NotEnoughData>,
    /// The same, corrected for the number of arms.
    pub corrected_p: Result<f64, NotEnoughData>,
}

/// What an arm has.
///
/// ```
/// # use audience::experiment::{Experiment, Metric, Tally, Treatment};
/// # let experiment = Experiment::builder("spring")
/// #     .arm("none", 0.5, Treatment::Nothing)
/// #     .arm("letter", 0.5, Treatment::SameForAll)
/// #     .goal(Metric::mean("spent"))
/// #     .build()?;
/// let mut tally = Tally::new(&experiment);
/// tally.add("none", [], [("spent", 3.into())])?;
/// let none = &tally.analyze().goals[0].arms[0];
/// assert_eq!((none.customers, none.observed), (1, Some(3.0)));
/// assert!(none.estimate.is_err()); // nothing is known of others
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ArmFigure {
    /// Its name.
    pub arm: String,
    /// How many customers were counted.
    pub customers: u64,
    /// The rate, mean or ratio of those customers; none of nobody.
    pub observed: Option<f64>,
    /// What that says of all customers like them.
    pub estimate: Result<Estimate, NotEnoughData>,
}

/// An arm beside the baseline.
///
/// ```
/// # use audience::experiment::{Experiment, Finding, Metric, Tally, Treatment};
/// # let experiment = Experiment::builder("spring")
/// #     .arm("none", 0.5, Treatment::Nothing)
/// #     .arm("letter", 0.5, Treatment::SameForAll)
/// #     .goal(Metric::rate("ordered"))
/// #     .build()?;
/// let mut tally = Tally::new(&experiment);
/// for customer in 0..200 {
///     let arm = if customer % 2 == 0 { "none" } else { "letter" };
///     tally.add(arm, [], [("ordered", (customer % 10 < 5).into())])?;
/// }
/// let letter = &tally.analyze().goals[0].comparisons[0];
/// // 40 of 100, beside 60 of 100.
/// assert_eq!(letter.arm, "letter");
/// assert!((letter.difference.clone()?.value + 0.2).abs() < 1e-12);
/// assert!((letter.lift.clone()?.value + 1.0 / 3.0).abs() < 1e-12);
/// assert!(letter.p.clone()? < 0.01 && letter.finding == Finding::Worse);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Comparison {
    /// The arm.
    pub arm: String,
    /// What the arm has, less what the baseline has.
    pub difference: Result<Estimate, NotEnoughData>,
    /// The difference as a share of what the baseline has: 0.1 for a tenth more.
    pub lift: Result<Estimate, NotEnoughData>,
    /// How often chance alone would make a difference at least so great.
    pub p: Result<f64, NotEnoughData>,
    /// The same, corrected for the number of comparisons.
    pub corrected_p: Result<f64, NotEnoughData>,
    /// What follows, by the corrected p.
    pub finding: Finding,
}

/// What follows from a comparison.
///
/// ```
/// # use audience::experiment::Finding;
/// assert_eq!(Finding::Unclear.to_string(), "unclear");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Finding {
    /// It is better, and that is hardly chance.
    Better,
    /// It is worse, and that is hardly chance.
    Worse,
    /// It may be better, worse, or the same.
    Unclear,
    /// There is too little to compare.
    NotEnoughData,
}

impl Tally {
    /// Says what the experiment says so far.
    ///
    /// An experiment without [`at_any_time`](super::ExperimentBuilder::at_any_time) is to be asked once, at its end: who looks
    /// again and again and stops when something shows is misled.
    #[must_use]
    pub fn analyze(&self) -> Analysis {
        let experiment = &self.experiment;
        let design = experiment.design();
        let sizes: Vec<u64> = self.arms.iter().map(|it| it.all.customers).collect();
        let arms = design.arms.iter().zip(&sizes);
        let arms: Vec<_> = arms
            .map(|(arm, customers)| (&*arm.name, arm.share, *customers))
            .collect();
        let mut goals: Vec<_> = design
            .goals
            .iter()
            .enumerate()
            .map(|(index, it)| self.goal(index, it))
            .collect();
        correct(
            experiment,
            goals.iter_mut().flat_map(|it| it.comparisons.iter_mut()),
        );
        let guardrails = design.guardrails.iter().enumerate().map(|(index, guardrail)| {
            let index = design.goals.len() + index;
            let compared = self.compared(index, None);
            let guarded = compared.into_iter().map(|(arm, compared)| {
                let difference = compared.difference;
                Guarded {
                    guard: guard(&difference, &guardrail.metric, guardrail.margin),
                    difference,
                    arm,
                }
            });
            GuardrailReport {
                guarded: guarded.collect(),
                arms: self.figures(index, None),
                metric: guardrail.metric.clone(),
                margin: guardrail.margin,
            }
        });
        Analysis {
            mismatch: mismatch(&arms, experiment.planned().is_none()),
            guardrails: guardrails.collect(),
            goals,
            customers: sizes,
            experiment: experiment.clone(),
        }
    }

    fn goal(&self, index: usize, metric: &Metric) -> GoalReport {
        let names = self.experiment.segments().enumerate();
        let mut segments: Vec<_> = names
            .map(|(segment, name)| SegmentReport {
                segment: name.to_owned(),
                arms: self.figures(index, Some(segment)),
                comparisons: self.comparisons(index, metric, Some(segment)),
            })
            .collect();
        correct(
            &self.experiment,
            segments.iter_mut().flat_map(|it| it.comparisons.iter_mut()),
        );
        GoalReport {
            metric: metric.clone(),
            arms: self.figures(index, None),
            comparisons: self.comparisons(index, metric, None),
            steps: Steps::of(self, index, metric),
            between_segments: self.between_segments(index),
            segments,
        }
    }

    /// The customers of an arm, all or those of a segment.
    fn cell(&self, arm: usize, segment: Option<usize>) -> &Cell {
        let cells = &self.arms[arm];
        segment.map_or(&cells.all, |it| &cells.segments[it])
    }

    fn group(&self, arm: usize, segment: Option<usize>, metric: usize) -> Group<'_> {
        self.cell(arm, segment)
            .group(&self.experiment.arms()[arm].name, metric)
    }

    /// Of arms together. Of the customers that are planned, each segment is taken to have the same part.
    fn confidence(&self, arms: &[usize], segment: Option<usize>) -> Confidence {
        let design = self.experiment.design();
        let customers = arms.iter().map(|it| self.cell(*it, segment).customers);
        let share: f64 = arms.iter().map(|it| design.arms[*it].share).sum();
        let parts = segment.map_or(1.0, |_| float(design.segments.len() as u64));
        self.experiment
            .confidence(customers.fold(0, u64::saturating_add), share / parts)
    }

    fn figures(&self, metric: usize, segment: Option<usize>) -> Vec<ArmFigure> {
        let arms = self.experiment.arms().iter().enumerate();
        let figure = |(index, arm): (usize, &super::Arm)| {
            let group = self.group(index, segment, metric);
            ArmFigure {
                arm: arm.name.clone(),
                customers: group.customers,
                observed: group.observed(),
                estimate: estimate(group, self.confidence(&[index], segment)),
            }
        };
        arms.map(figure).collect()
    }

    /// Each arm but the first, with its name.
    fn compared(&self, metric: usize, segment: Option<usize>) -> Vec<(String, Compared)> {
        let base = self.group(0, segment, metric);
        let arms = 1..self.arms.len();
        arms.map(|arm| {
            let group = self.group(arm, segment, metric);
            (
                group.arm.to_owned(),
                compare(group, base, self.confidence(&[0, arm], segment)),
            )
        })
        .collect()
    }

    fn comparisons(&self, index: usize, metric: &Metric, segment: Option<usize>) -> Vec<Comparison> {
        let compared = self.compared(index, segment).into_iter();
        compared
            .map(|(arm, compared)| Comparison::new(arm, compared, metric, self.experiment.level()))
            .collect()
    }

    fn between_segments(&self, metric: usize) -> Vec<BetweenSegments> {
        let segments = self.experiment.segments().count();
        if segments < 2 {
            return Vec::new();
        }
        let p = |arm: usize| {
            if self.experiment.planned().is_some() {
                return Err(NotEnoughData::NotAtAnyTime);
            }
            if self.overlapping > 0 {
                let customers = self.overlapping;
                return Err(NotEnoughData::OverlappingSegments { customers });
            }
            // Segments that tell no difference are left out; why, where all do for want of spread.
            let (mut told, mut exact) = (Vec::new(), None);
            for segment in 0..segments {
                let [base, ours] = [0, arm].map(|it| self.group(it, Some(segment), metric));
                match difference(ours, base) {
                    Ok(figure) => told.push(figure),
                    Err(error @ NotEnoughData::NoSpread { .. }) => exact = Some(error),
                    Err(_) => {}
                }
            }
            match exact.filter(|_| told.is_empty()) {
                Some(error) => Err(error),
                None => between(&told),
            }
        };
        let values: Vec<_> = (1..self.arms.len()).map(p).collect();
        let known: Vec<_> = values.iter().map(|it| it.clone().ok()).collect();
        let corrected = self.experiment.correction().correct(&known);
        let arms = self.experiment.arms().iter().skip(1);
        arms.zip(values.into_iter().zip(corrected))
            .map(|(arm, (p, corrected))| BetweenSegments {
                arm: arm.name.clone(),
                corrected_p: p.clone().map(|p| corrected.unwrap_or(p)),
                p,
            })
            .collect()
    }
}

/// How often chance makes differences, none of which is exact, lie at least so far apart.
fn between(differences: &[Figure]) -> Result<f64, NotEnoughData> {
    if differences.len() < 2 {
        return Err(NotEnoughData::FewSegments);
    }
    // Weights as shares of the greatest, which no tiny variance makes infinite.
    let least = differences
        .iter()
        .map(|it| it.variance)
        .fold(f64::INFINITY, f64::min);
    let weights: f64 = differences.iter().map(|it| least / it.variance).sum();
    let mean = differences
        .iter()
        .map(|it| least / it.variance * it.value)
        .sum::<f64>()
        / weights;
    let apart = differences
        .iter()
        .map(|it| ((it.value - mean) / it.variance.sqrt()).powi(2));
    let others = float(differences.len() as u64) - 1.0;
    Ok(special::chi_square_above(apart.sum(), others))
}

impl Comparison {
    fn new(arm: String, compared: Compared, metric: &Metric, level: f64) -> Self {
        let Compared { difference, lift, p } = compared;
        Self {
            finding: Finding::of(&difference, &p, metric, level),
            corrected_p: p.clone(),
            arm,
            difference,
            lift,
            p,
        }
    }
}

impl Finding {
    pub(super) fn of(
        difference: &Result<Estimate, NotEnoughData>,
        p: &Result<f64, NotEnoughData>,
        metric: &Metric,
        level: f64,
    ) -> Self {
        match (difference, p) {
            (Ok(difference), Ok(p)) if *p < 1.0 - level => {
                if (difference.value > 0.0) == metric.is_more_better() {
                    Self::Better
                } else {
                    Self::Worse
                }
            }
            (Ok(_), Ok(_)) => Self::Unclear,
            _ => Self::NotEnoughData,
        }
    }

    /// In plain words: `better`, `not enough data`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Better => "better",
            Self::Worse => "worse",
            Self::Unclear => "unclear",
            Self::NotEnoughData => "not enough data",
        }
    }
}

/// In plain words.
impl std::fmt::Display for Finding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Corrects the p values of comparisons for their number. A finding that does not outlast it is none.
fn correct<'a>(experiment: &Experiment, comparisons: impl Iterator<Item = &'a mut Comparison>) {
    let comparisons: Vec<_> = comparisons.collect();
    let values: Vec<_> = comparisons.iter().map(|it| it.p.clone().ok()).collect();
    let corrected = experiment.correction().correct(&values);
    for (comparison, corrected) in comparisons.into_iter().zip(corrected) {
        let Some(p) = corrected else { continue };
        comparison.corrected_p = Ok(p);
        if p >= 1.0 - experiment.level() && comparison.finding != Finding::NotEnoughData {
            comparison.finding = Finding::Unclear;
        }
    }
}
