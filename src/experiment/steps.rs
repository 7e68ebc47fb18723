//! Which part of a gain came from which step: writing at all, writing to segments, writing to persons.

use serde::Serialize;

use super::{
    Arm, Estimate, Finding, Metric, NotEnoughData, Tally, Treatment,
    compare::{Compared, Figure, compare},
    confidence::Confidence,
    tally::Cell,
};

/// Which part of the gain came from which step, on the way from nothing to a message for each person.
///
/// Arms that are treated alike count together. Each step is the difference between the customers of one treatment and those of
/// the one before, and the steps add up to the whole, the difference between the last and the first. The share of a step has the
/// interval of a quotient of two normal figures that belong together: Fieller, "Some problems in interval estimation", Journal of
/// the Royal Statistical Society B 16 (1954).
///
/// # Example
///
/// ```
/// # use audience::experiment::{Experiment, Finding, Metric, Tally, Treatment};
/// let experiment = Experiment::builder("spring")
///     .arm("none", 0.25, Treatment::Nothing)
///     .arm("same", 0.25, Treatment::SameForAll)
///     .arm("segment", 0.25, Treatment::PerSegment)
///     .arm("person", 0.25, Treatment::PerPerson)
///     .goal(Metric::rate("ordered"))
///     .build()?;
/// let mut tally = Tally::new(&experiment);
/// for customer in 0..40_000 {
///     let (arm, of_hundred) = [("none", 10), ("same", 12), ("segment", 15), ("person", 15)][customer % 4];
///     tally.add(arm, [], [("ordered", (customer / 4 % 100 < of_hundred).into())])?;
/// }
/// let analysis = tally.analyze();
/// let steps = analysis.goals[0].steps.as_ref().expect("four treatments");
/// let findings: Vec<_> = steps.steps.iter().map(|it| (it.to.as_str(), it.finding)).collect();
/// assert_eq!(findings, [
///     ("one message for all", Finding::Better),
///     ("a message per segment", Finding::Better),
///     ("a message per person", Finding::Unclear),
/// ]);
/// let sum: f64 = steps.steps.iter().flat_map(|it| &it.difference).map(|it| it.value).sum();
/// assert!((sum - steps.whole.difference.clone()?.value).abs() < 1e-12);
/// assert_eq!(
///     analysis.sentence(),
///     "In `ordered`, a message per person makes 5.00 percentage points more than nothing (between 4.09 and 5.91 with 95% \
///      confidence): 2.00 more (40%) from one message for all instead of nothing, 3.00 more (60%) from a message per segment \
///      instead of one message for all, and 0.00 (0%), which may be chance, from a message per person instead of a message \
///      per segment."
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Steps {
    /// From each treatment to the next that the experiment has. Their p values and that of the whole are corrected together.
    pub steps: Vec<Step>,
    /// From the first treatment to the last: one question more, unless there is one step, which it is then.
    pub whole: Step,
}

/// From one treatment to another.
///
/// ```
/// # use audience::experiment::{Experiment, Metric, Tally, Treatment};
/// # let experiment = Experiment::builder("spring")
/// #     .arm("none", 0.5, Treatment::Nothing)
/// #     .arm("segment", 0.5, Treatment::PerSegment)
/// #     .goal(Metric::rate("ordered"))
/// #     .build()?;
/// let analysis = Tally::new(&experiment).analyze();
/// let step = &analysis.goals[0].steps.as_ref().expect("two treatments").steps[0];
/// assert_eq!((step.from, step.to), (Treatment::Nothing, Treatment::PerSegment));
/// # Ok::<(), audience::experiment::DesignError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Step {
    /// The treatment before.
    pub from: Treatment,
    /// The treatment after.
    pub to: Treatment,
    /// How many customers were treated in either way.
    pub customers: u64,
    /// What the step adds.
    pub difference: Result<Estimate, NotEnoughData>,
    /// What it adds as a share of the whole: 1 for all of it, negative for a step back.
    pub share: Result<Estimate, NotEnoughData>,
    /// How often chance alone would make a difference at least so great.
    pub p: Result<f64, NotEnoughData>,
    /// The same, corrected for the number of steps, and the whole.
    pub corrected_p: Result<f64, NotEnoughData>,
    /// What follows, by the corrected p.
    pub finding: Finding,
}

/// The customers of all arms with one treatment.
struct Stage {
    treatment: Treatment,
    arms: String,
    cell: Cell,
    /// The share of customers that they were meant to have.
    share: f64,
}

impl Steps {
    /// None when the arms have one treatment.
    pub(super) fn of(tally: &Tally, index: usize, metric: &Metric) -> Option<Self> {
        let stages: Vec<Stage> = Treatment::ALL
            .iter()
            .filter_map(|it| Stage::of(tally, *it))
            .collect();
        let [first, .., last] = &stages[..] else {
            return None;
        };
        let step = |from: &Stage, to: &Stage| Step::new(tally, (index, metric), from, to);
        let mut steps: Vec<Step> = stages.windows(2).map(|it| step(&it[0], &it[1])).collect();
        let mut whole = step(first, last);
        let level = tally.experiment.level();
        let more = (steps.len() > 1).then_some(&mut whole);
        let asked: Vec<_> = steps.iter_mut().chain(more).collect();
        let known: Vec<_> = asked.iter().map(|it| it.p.clone().ok()).collect();
        let corrected = tally.experiment.correction().correct(&known);
        for (step, corrected) in asked.into_iter().zip(corrected) {
            if let Some(p) = corrected {
                step.corrected_p = Ok(p);
                step.finding = Finding::of(&step.difference, &step.corrected_p, metric, level);
            }
        }
        let confidence = first.confidence(last, tally);
        let figures: Vec<_> = stages
            .iter()
            .map(|it| it.cell.group(&it.arms, index).figure())
            .collect();
        for (number, step) in steps.iter_mut().enumerate() {
            step.share = share(&figures, number, confidence);
        }
        Some(Self { steps, whole })
    }
}

impl Step {
    fn new(tally: &Tally, (index, metric): (usize, &Metric), from: &Stage, to: &Stage) -> Self {
        let [before, after] = [from, to].map(|it| it.cell.group(&it.arms, index));
        let Compared { difference, p, .. } = compare(after, before, from.confidence(to, tally));
        Self {
            from: from.treatment,
            to: to.treatment,
            customers: before.customers.saturating_add(after.customers),
            share: difference.clone().map(|_| Estimate::around(1.0, 0.0)),
            finding: Finding::of(&difference, &p, metric, tally.experiment.level()),
            corrected_p: p.clone(),
            difference,
            p,
        }
    }
}

impl Stage {
    fn of(tally: &Tally, treatment: Treatment) -> Option<Self> {
        let treated = |it: &(&Arm, &super::tally::Cells)| it.0.treatment == treatment;
        let mut arms = tally.experiment.arms().iter().zip(&tally.arms).filter(treated);
        let (arm, cells) = arms.next()?;
        let mut stage = Self {
            treatment,
            arms: arm.name.clone(),
            cell: cells.all.clone(),
            share: arm.share,
        };
        for (arm, cells) in arms {
            stage.arms.push_str("` and `");
            stage.arms.push_str(&arm.name);
            stage.cell.merge(&cells.all);
            stage.share += arm.share;
        }
        Some(stage)
    }

    /// Of the figures of this and another.
    fn confidence(&self, other: &Self, tally: &Tally) -> Confidence {
        let customers = self.cell.customers.saturating_add(other.cell.customers);
        tally.experiment.confidence(customers, self.share + other.share)
    }
}

/// The share of the step to the figure behind a position in the whole, from the first figure to the last.
fn share(
    figures: &[Result<Figure, NotEnoughData>],
    step: usize,
    confidence: Confidence,
) -> Result<Estimate, NotEnoughData> {
    let (first, last) = (0, figures.len() - 1);
    let all = figures.iter().cloned().collect::<Result<Vec<Figure>, _>>()?;
    let [from, to, first_figure, last_figure] = [step, step + 1, first, last].map(|it| all[it]);
    let (part, whole) = (to.less(from), last_figure.less(first_figure));
    // The customers that both have in common make them go together.
    let common = |same: bool, figure: Figure| if same { figure.variance } else { 0.0 };
    let together = common(step == first, from) + common(step + 1 == last, to);
    let square = confidence.reach(None).powi(2);
    // In units of the whole, so that no square is too great or too small.
    let unit = whole.value * whole.value;
    let rest = 1.0 - square * (whole.variance / unit);
    if rest <= 0.0 || rest.is_nan() {
        return Err(NotEnoughData::UnclearWhole);
    }
    let share = part.value / whole.value;
    let middle = share - square * (together / unit);
    let outer = share * share - square * (part.variance / unit);
    let reach = (middle * middle - rest * outer).max(0.0).sqrt();
    let (low, high) = ((middle - reach) / rest, (middle + reach) / rest);
    if low.is_finite() && high.is_finite() {
        Ok(Estimate::new(share, low, high))
    } else {
        Err(NotEnoughData::UnclearWhole)
    }
}
