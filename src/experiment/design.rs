//! What an experiment compares, and what it measures: decided before it begins.

use std::{fmt, sync::Arc};

use serde::{Deserialize, Serialize};

use super::{Correction, confidence::Confidence, sums::float, wire::exact};

/// So far may the shares of the arms be from 1 together, for shares like a third.
const ROUNDING: f64 = 1e-6;

/// An experiment: its arms, what is measured, and how sure its answers are to be.
///
/// All of it is decided before the first customer is counted, so that nothing is chosen by how it turned out. Cheap to clone.
///
/// # Example
///
/// Does it pay to write at all, to write to each segment, to each person?
///
/// ```
/// # use audience::experiment::{Experiment, Metric, Treatment};
/// let experiment = Experiment::builder("spring")
///     .arm("none", 0.1, Treatment::Nothing)
///     .arm("same", 0.3, Treatment::SameForAll)
///     .arm("segment", 0.3, Treatment::PerSegment)
///     .arm("person", 0.3, Treatment::PerPerson)
///     .goal(Metric::rate("ordered"))
///     .goal(Metric::mean("spent"))
///     .goal(Metric::ratio("order_value"))
///     .guardrail(Metric::rate("complained").less_is_better(), 0.001)
///     .segments(["new", "loyal"])
///     .build()?;
/// assert_eq!(experiment.baseline().name(), "none");
/// # Ok::<(), audience::experiment::DesignError>(())
/// ```
#[derive(Clone, PartialEq)]
pub struct Experiment {
    design: Arc<Design>,
}

/// What an experiment is made of. It is checked when it becomes an [`Experiment`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Design {
    pub(super) name: String,
    pub(super) arms: Vec<Arm>,
    pub(super) goals: Vec<Metric>,
    pub(super) guardrails: Vec<Guardrail>,
    pub(super) segments: Vec<String>,
    #[serde(with = "exact")]
    pub(super) level: f64,
    pub(super) correction: Correction,
    pub(super) planned: Option<u64>,
}

/// One of the ways in which customers are treated.
///
/// ```
/// # use audience::experiment::{Experiment, Metric, Treatment};
/// let experiment = Experiment::builder("spring")
///     .arm("none", 0.2, Treatment::Nothing)
///     .arm("letter", 0.8, Treatment::SameForAll)
///     .goal(Metric::rate("ordered"))
///     .build()?;
/// let letter = &experiment.arms()[1];
/// assert_eq!((letter.name(), letter.share(), letter.treatment()), ("letter", 0.8, Treatment::SameForAll));
/// # Ok::<(), audience::experiment::DesignError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Arm {
    pub(super) name: String,
    #[serde(with = "exact")]
    pub(super) share: f64,
    pub(super) treatment: Treatment,
}

/// What the customers of an arm get, from nothing to a message of their own.
///
/// ```
/// # use audience::experiment::Treatment;
/// assert!(Treatment::Nothing < Treatment::PerPerson);
/// assert_eq!(Treatment::PerSegment.to_string(), "a message per segment");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Treatment {
    /// Nothing: the holdout.
    Nothing,
    /// One message, the same for all.
    SameForAll,
    /// One message for each segment.
    PerSegment,
    /// One message for each person: what it says or shows comes from what is known of her alone.
    PerPerson,
}

/// A measure: what is asked of each customer, and how the answers become one figure.
///
/// ```
/// # use audience::experiment::Metric;
/// let returned = Metric::rate("returned").less_is_better();
/// assert_eq!((returned.name(), returned.is_more_better()), ("returned", false));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Metric {
    pub(super) name: String,
    pub(super) kind: MetricKind,
    more_is_better: bool,
}

/// How the answers of customers become one figure.
///
/// ```
/// # use audience::experiment::{Metric, MetricKind};
/// assert_eq!(Metric::mean("spent").kind(), MetricKind::Mean);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MetricKind {
    /// Each customer has it or not: how many do, of all.
    Rate,
    /// Each customer has a number: the mean.
    Mean,
    /// Each customer has two numbers: the sum of the first, divided by the sum of the second.
    Ratio,
}

/// A measure that must not become much worse, whatever the goals do.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Guardrail {
    pub(super) metric: Metric,
    #[serde(with = "exact")]
    pub(super) margin: f64,
}

/// Builds an [`Experiment`].
///
/// ```
/// # use audience::experiment::{Experiment, Metric, Treatment};
/// let builder = Experiment::builder("spring")
///     .arm("none", 0.5, Treatment::Nothing)
///     .arm("none", 0.5, Treatment::SameForAll)
///     .goal(Metric::rate("ordered"));
/// assert_eq!(builder.build().unwrap_err().to_string(), "two arms are called `none`");
/// ```
#[derive(Clone, Debug)]
pub struct ExperimentBuilder {
    design: Design,
}

/// Why something is no experiment.
///
/// ```
/// # use audience::experiment::{Experiment, Metric, Treatment};
/// let builder = Experiment::builder("spring")
///     .arm("none", 0.5, Treatment::Nothing)
///     .arm("letter", 0.4, Treatment::SameForAll)
///     .goal(Metric::rate("ordered"));
/// assert_eq!(builder.build().unwrap_err().to_string(), "the shares of the arms make 0.9 together, and not 1");
/// ```
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum DesignError {
    /// One arm has nothing to be compared with.
    #[error("an experiment has two arms or more, and this has {0}")]
    FewArms(usize),
    /// Nothing is measured.
    #[error("an experiment has a goal: add one with `goal`")]
    NoGoal,
    /// Two of the same name.
    #[error("two {what} are called `{name}`")]
    SameName {
        /// What they are: arms, metrics or segments.
        what: &'static str,
        /// Their name.
        name: String,
    },
    /// A name that says nothing.
    #[error("{what} has a name that is blank")]
    BlankName {
        /// What it is: an arm, a metric or a segment.
        what: &'static str,
    },
    /// A share that is not between 0 and 1.
    #[error("the share of `{arm}` is between 0 and 1, and not {share}")]
    Share {
        /// The name of the arm.
        arm: String,
        /// Its share.
        share: f64,
    },
    /// Shares that are not 1 together.
    #[error("the shares of the arms make {} together, and not 1", rounded(*.0))]
    Shares(f64),
    /// A margin that is negative, or no number.
    #[error(
        "the margin of `{metric}` is 0 or more, and not {margin}: it is the worsening that is still harmless"
    )]
    Margin {
        /// The name of the metric.
        metric: String,
        /// Its margin.
        margin: f64,
    },
    /// A level that no interval has.
    #[error("the level is between 0.5 and 1, such as 0.95, and not {0}")]
    Level(f64),
    /// Nobody is planned.
    #[error("an experiment that is looked at any time plans for some customers, and not for 0")]
    NobodyPlanned,
}

/// Sums of shares as people write them.
fn rounded(sum: f64) -> f64 {
    (sum * 1e9).round() / 1e9
}

impl Experiment {
    /// Begins an experiment of that name.
    pub fn builder(name: impl Into<String>) -> ExperimentBuilder {
        ExperimentBuilder {
            design: Design {
                name: name.into(),
                arms: Vec::new(),
                goals: Vec::new(),
                guardrails: Vec::new(),
                segments: Vec::new(),
                level: 0.95,
                correction: Correction::default(),
                planned: None,
            },
        }
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.design.name
    }

    /// Its arms, as they were added.
    #[must_use]
    pub fn arms(&self) -> &[Arm] {
        &self.design.arms
    }

    /// The arm that the others are compared with: the first.
    #[must_use]
    pub fn baseline(&self) -> &Arm {
        &self.design.arms[0]
    }

    /// What it is to bring.
    #[must_use]
    pub fn goals(&self) -> &[Metric] {
        &self.design.goals
    }

    /// What must not become worse by more than the margin beside it.
    pub fn guardrails(&self) -> impl Iterator<Item = (&Metric, f64)> {
        self.design.guardrails.iter().map(|it| (&it.metric, it.margin))
    }

    /// The segments that are looked at one by one.
    pub fn segments(&self) -> impl Iterator<Item = &str> {
        self.design.segments.iter().map(String::as_str)
    }

    /// How sure its intervals are: 0.95 for those that miss the truth once in twenty times.
    #[must_use]
    pub fn level(&self) -> f64 {
        self.design.level
    }

    /// How p values are corrected for their number.
    #[must_use]
    pub fn correction(&self) -> Correction {
        self.design.correction
    }

    /// How many customers are planned for, when it is looked at any time.
    #[must_use]
    pub fn planned(&self) -> Option<u64> {
        self.design.planned
    }

    pub(super) fn design(&self) -> &Design {
        &self.design
    }

    /// Goals, then guardrails.
    pub(super) fn metrics(&self) -> impl Iterator<Item = &Metric> {
        let guardrails = self.design.guardrails.iter().map(|it| &it.metric);
        self.design.goals.iter().chain(guardrails)
    }

    /// For figures out of so many customers of arms with that share of all, and of that part of all segments.
    pub(super) fn confidence(&self, customers: u64, share: f64) -> Confidence {
        match self.design.planned {
            None => Confidence::once(self.level()),
            // Somebody is there, or nothing is told.
            Some(planned) => {
                let done = float(customers.max(1)) / (float(planned) * share);
                Confidence::anytime(self.level(), done)
            }
        }
    }
}

impl ExperimentBuilder {
    /// Adds an arm with the share of customers that it is meant to have, 0.1 for one in ten. The first arm is the one that
    /// the others are compared with.
    #[must_use]
    pub fn arm(mut self, name: impl Into<String>, share: f64, treatment: Treatment) -> Self {
        self.design.arms.push(Arm {
            name: name.into(),
            share,
            treatment,
        });
        self
    }

    /// Adds something that the experiment is to bring. The first goal is the one that its sentence is about.
    #[must_use]
    pub fn goal(mut self, metric: Metric) -> Self {
        self.design.goals.push(metric);
        self
    }

    /// Adds something that must not become worse by more than `margin`, in its own unit: 0.001 for a rate that may worsen by a
    /// tenth of a percentage point.
    ///
    /// An arm holds it when the whole interval is better than the margin, and breaks it when the whole interval is worse.
    #[must_use]
    pub fn guardrail(mut self, metric: Metric, margin: f64) -> Self {
        self.design.guardrails.push(Guardrail { metric, margin });
        self
    }

    /// Looks at these segments one by one, too.
    #[must_use]
    pub fn segments<S: Into<String>>(mut self, names: impl IntoIterator<Item = S>) -> Self {
        self.design.segments.extend(names.into_iter().map(Into::into));
        self
    }

    /// How sure intervals are, and what findings need: 0.95 if this is left out.
    #[must_use]
    pub fn level(mut self, level: f64) -> Self {
        self.design.level = level;
        self
    }

    /// How p values are corrected for their number: after Holm if this is left out.
    #[must_use]
    pub fn correction(mut self, correction: Correction) -> Self {
        self.design.correction = correction;
        self
    }

    /// Makes intervals and p values hold whenever they are looked at, and however often, so that the experiment may be ended
    /// as soon as it tells something. They are shortest when the customers that are planned are there. Without this, the experiment
    /// is to be looked at once, when all are.
    ///
    /// ```
    /// # use audience::experiment::{Experiment, Metric, Treatment};
    /// let experiment = Experiment::builder("spring")
    ///     .arm("none", 0.5, Treatment::Nothing)
    ///     .arm("letter", 0.5, Treatment::SameForAll)
    ///     .goal(Metric::rate("ordered"))
    ///     .at_any_time(20_000)
    ///     .build()?;
    /// assert_eq!(experiment.planned(), Some(20_000));
    /// # Ok::<(), audience::experiment::DesignError>(())
    /// ```
    #[must_use]
    pub fn at_any_time(mut self, planned: u64) -> Self {
        self.design.planned = Some(planned);
        self
    }

    /// Checks all of it.
    pub fn build(self) -> Result<Experiment, DesignError> {
        self.design.try_into()
    }
}

impl TryFrom<Design> for Experiment {
    type Error = DesignError;

    fn try_from(design: Design) -> Result<Self, DesignError> {
        if design.arms.len() < 2 {
            return Err(DesignError::FewArms(design.arms.len()));
        }
        if design.goals.is_empty() {
            return Err(DesignError::NoGoal);
        }
        let metrics = design
            .goals
            .iter()
            .chain(design.guardrails.iter().map(|it| &it.metric));
        names(["arms", "an arm"], design.arms.iter().map(|it| &it.name))?;
        names(["metrics", "a metric"], metrics.map(|it| &it.name))?;
        names(["segments", "a segment"], design.segments.iter())?;
        for Arm { name, share, .. } in &design.arms {
            if !(*share > 0.0 && *share < 1.0) {
                return Err(DesignError::Share {
                    arm: name.clone(),
                    share: *share,
                });
            }
        }
        let sum: f64 = design.arms.iter().map(|it| it.share).sum();
        if (sum - 1.0).abs() > ROUNDING {
            return Err(DesignError::Shares(sum));
        }
        for Guardrail { metric, margin } in &design.guardrails {
            if !(*margin >= 0.0 && margin.is_finite()) {
                return Err(DesignError::Margin {
                    metric: metric.name.clone(),
                    margin: *margin,
                });
            }
        }
        if !(design.level > 0.5 && design.level < 1.0) {
            return Err(DesignError::Level(design.level));
        }
        if design.planned == Some(0) {
            return Err(DesignError::NobodyPlanned);
        }
        Ok(Self {
            design: Arc::new(design),
        })
    }
}

/// Each says something, and none is there twice.
fn names<'a>(
    [all, one]: [&'static str; 2],
    names: impl Iterator<Item = &'a String>,
) -> Result<(), DesignError> {
    let mut seen: Vec<&String> = names.collect();
    if seen.iter().any(|it| it.trim().is_empty()) {
        return Err(DesignError::BlankName { what: one });
    }
    seen.sort_unstable();
    match seen.windows(2).find(|it| it[0] == it[1]) {
        Some(same) => Err(DesignError::SameName {
            what: all,
            name: same[0].clone(),
        }),
        None => Ok(()),
    }
}

impl fmt::Debug for Experiment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.design.fmt(f)
    }
}

impl Arm {
    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The share of customers that it is meant to have.
    #[must_use]
    pub fn share(&self) -> f64 {
        self.share
    }

    /// What its customers get.
    #[must_use]
    pub fn treatment(&self) -> Treatment {
        self.treatment
    }
}

impl Metric {
    /// The share of customers who have it: who ordered, opened, complained. More is better, unless
    /// [said otherwise](Self::less_is_better).
    ///
    /// ```
    /// # use audience::experiment::{Metric, MetricKind};
    /// assert_eq!(Metric::rate("ordered").kind(), MetricKind::Rate);
    /// ```
    pub fn rate(name: impl Into<String>) -> Self {
        Self::new(name.into(), MetricKind::Rate)
    }

    /// A number for each customer, and their mean: what each spent, with 0 for those who spent nothing.
    ///
    /// ```
    /// # use audience::experiment::{Metric, MetricKind};
    /// assert_eq!(Metric::mean("spent").kind(), MetricKind::Mean);
    /// ```
    pub fn mean(name: impl Into<String>) -> Self {
        Self::new(name.into(), MetricKind::Mean)
    }

    /// Two numbers for each customer, and the sum of the first by the sum of the second: what an order is worth is what all
    /// spent by how often all ordered.
    ///
    /// ```
    /// # use audience::experiment::{Metric, MetricKind};
    /// assert_eq!(Metric::ratio("order_value").kind(), MetricKind::Ratio);
    /// ```
    pub fn ratio(name: impl Into<String>) -> Self {
        Self::new(name.into(), MetricKind::Ratio)
    }

    fn new(name: String, kind: MetricKind) -> Self {
        Self {
            name,
            kind,
            more_is_better: true,
        }
    }

    /// Of which less is better.
    #[must_use]
    pub fn less_is_better(mut self) -> Self {
        self.more_is_better = false;
        self
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How the answers of customers become one figure.
    #[must_use]
    pub fn kind(&self) -> MetricKind {
        self.kind
    }

    /// Whether more of it is better.
    #[must_use]
    pub fn is_more_better(&self) -> bool {
        self.more_is_better
    }
}

impl Treatment {
    /// All of them, from nothing to a message for each person.
    pub const ALL: [Self; 4] = [Self::Nothing, Self::SameForAll, Self::PerSegment, Self::PerPerson];

    /// In plain words: `nothing`, `one message for all`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Nothing => "nothing",
            Self::SameForAll => "one message for all",
            Self::PerSegment => "a message per segment",
            Self::PerPerson => "a message per person",
        }
    }
}

/// In plain words.
impl fmt::Display for Treatment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
