//! The customers of an experiment, counted and added up.

use super::{
    Experiment, MetricKind,
    compare::Group,
    sums::{GREATEST, Moments, Pair, Sums, float},
};
use crate::diagnostic::suggest;

/// What an experiment brought so far: for each arm, and each segment of it, counts and sums.
///
/// A tally is fed once with every customer of an arm, whether she got her message or not, in any order; tallies of different
/// customers can be merged. It keeps no customer: serde saves counts, means and sums of squares. Those of a group of one customer
/// are hers, so keep the tally as you keep such data until there are more.
///
/// It does not remember who was counted. [`Counted`](super::Counted) does.
///
/// # Example
///
/// ```
/// # use audience::experiment::{Experiment, Metric, Tally, Treatment};
/// let experiment = Experiment::builder("spring")
///     .arm("none", 0.5, Treatment::Nothing)
///     .arm("letter", 0.5, Treatment::SameForAll)
///     .goal(Metric::mean("spent"))
///     .segments(["loyal"])
///     .build()?;
/// let mut tally = Tally::new(&experiment);
/// tally.add("letter", ["loyal"], [("spent", 12.5.into())])?;
/// tally.add("none", [], [("spent", 0.into())])?;
/// assert_eq!((tally.customers(), tally.customers_of("letter")), (2, Some(1)));
///
/// let saved = serde_json::to_string(&tally)?;
/// let mut read: Tally = serde_json::from_str(&saved)?;
/// assert_eq!(read, tally);
/// read.merge(&tally)?;
/// assert_eq!(read.customers(), 4);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Tally {
    pub(super) experiment: Experiment,
    /// One for each arm.
    pub(super) arms: Vec<Cells>,
    /// Customers in two segments or more.
    pub(super) overlapping: u64,
}

/// An arm: all of it, and each segment.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Cells {
    pub(super) all: Cell,
    pub(super) segments: Vec<Cell>,
}

/// Customers, and the sums of each metric over them.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Cell {
    pub(super) customers: u64,
    pub(super) sums: Vec<Sums>,
}

/// What was measured of one customer.
///
/// ```
/// # use audience::experiment::Measured;
/// let ordered: Measured = true.into();
/// let spent: Measured = 12.5.into();
/// let spent_and_orders: Measured = (37.5, 3).into();
/// assert_eq!(spent_and_orders, Measured::Parts(37.5, 3.0));
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Measured {
    /// Whether she has it, for a [rate](MetricKind::Rate).
    Had(bool),
    /// How much, for a [mean](MetricKind::Mean).
    Number(f64),
    /// What is added up above and below the line, for a [ratio](MetricKind::Ratio).
    Parts(f64, f64),
}

/// Why a customer is not counted, or tallies are not merged. Nothing was counted then.
///
/// ```
/// # use audience::experiment::{Experiment, Metric, Tally, Treatment};
/// let experiment = Experiment::builder("spring")
///     .arm("none", 0.5, Treatment::Nothing)
///     .arm("letter", 0.5, Treatment::SameForAll)
///     .goal(Metric::mean("spent"))
///     .build()?;
/// let mut tally = Tally::new(&experiment);
/// let error = tally.add("leter", [], [("spent", 1.into())]).unwrap_err();
/// assert_eq!(error.to_string(), "`spring` has no arm `leter`; did you mean `letter`?");
/// let error = tally.add("letter", [], [("spent", f64::NAN.into())]).unwrap_err();
/// assert_eq!(error.to_string(), "`spent` is NaN, which is no number that can be added up");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum CountError {
    /// A name that the experiment does not have.
    #[error("`{experiment}` has no {what} `{name}`{}", .near.as_ref().map(|it| format!("; {it}")).unwrap_or_default())]
    Unknown {
        /// The name of the experiment.
        experiment: String,
        /// What it is the name of: an arm, a metric or a segment.
        what: &'static str,
        /// The name.
        name: String,
        /// What may be meant.
        near: Option<String>,
    },
    /// A metric, or a segment, that is given twice.
    #[error("`{0}` is given twice")]
    Twice(String),
    /// A metric that is not given.
    #[error("`{0}` is missing: say `false` or 0 where there is none")]
    Missing(String),
    /// A value that a metric cannot have.
    #[error("`{metric}` takes {takes}, and not {given}")]
    Kind {
        /// The name of the metric.
        metric: String,
        /// What it takes.
        takes: &'static str,
        /// What was given.
        given: &'static str,
    },
    /// Infinite, or no number.
    #[error("`{metric}` is {value}, which is no number that can be added up")]
    NotFinite {
        /// The name of the metric.
        metric: String,
        /// NaN, or infinite.
        value: f64,
    },
    /// A number so great that its powers cannot be added up.
    #[error("`{metric}` is beyond {GREATEST:e} on either side")]
    TooGreat {
        /// The name of the metric.
        metric: String,
    },
    /// The customer was counted before.
    #[error("this customer was counted in `{before}` before{}", if .before == .now { String::new() } else { format!(", and cannot be in `{}`, too", .now) })]
    Again {
        /// The arm that she was counted in.
        before: String,
        /// The arm that she comes in now.
        now: String,
    },
    /// Customers that both have.
    #[error("{customers} {} counted in both", if *.customers == 1 { "customer was" } else { "customers were" })]
    Both {
        /// How many.
        customers: u64,
    },
    /// Tallies of experiments that are not the same in everything.
    #[error(
        "`{ours}` and `{theirs}` are not the same experiment: their arms, measures, segments and settings must be the same"
    )]
    OtherExperiment {
        /// The name of the one.
        ours: String,
        /// The name of the other.
        theirs: String,
    },
    /// More customers than can be counted.
    #[error("more customers than can be counted")]
    TooMany,
}

impl From<bool> for Measured {
    fn from(had: bool) -> Self {
        Self::Had(had)
    }
}

impl From<f64> for Measured {
    fn from(number: f64) -> Self {
        Self::Number(number)
    }
}

impl From<i32> for Measured {
    fn from(number: i32) -> Self {
        Self::Number(number.into())
    }
}

impl From<u32> for Measured {
    fn from(number: u32) -> Self {
        Self::Number(number.into())
    }
}

impl<A: Into<f64>, B: Into<f64>> From<(A, B)> for Measured {
    fn from((above, below): (A, B)) -> Self {
        Self::Parts(above.into(), below.into())
    }
}

/// A customer who may be counted: the positions of her arm and segments, and the value of each metric.
pub(super) struct Ready {
    pub(super) arm: usize,
    segments: Vec<usize>,
    values: Vec<Measured>,
}

impl Tally {
    /// Of an experiment in which nobody is yet.
    #[must_use]
    pub fn new(experiment: &Experiment) -> Self {
        let design = experiment.design();
        let cell = Cell {
            customers: 0,
            sums: experiment.metrics().map(|it| Sums::new(it.kind)).collect(),
        };
        let cells = Cells {
            all: cell.clone(),
            segments: vec![cell; design.segments.len()],
        };
        Self {
            experiment: experiment.clone(),
            arms: vec![cells; design.arms.len()],
            overlapping: 0,
        }
    }

    /// The experiment.
    #[must_use]
    pub fn experiment(&self) -> &Experiment {
        &self.experiment
    }

    /// How many customers were counted.
    #[must_use]
    pub fn customers(&self) -> u64 {
        let arms = self.arms.iter().map(|it| it.all.customers);
        arms.fold(0, u64::saturating_add)
    }

    /// How many customers were counted in an arm; none when there is no such arm.
    #[must_use]
    pub fn customers_of(&self, arm: &str) -> Option<u64> {
        let arms = &self.experiment.design().arms;
        let index = arms.iter().position(|it| it.name == arm)?;
        Some(self.arms[index].all.customers)
    }

    /// Counts a customer: her arm, the segments that she is in, and the value of every metric, those of guardrails too.
    ///
    /// Segments are those that she was in when she was assigned, not what she became.
    pub fn add<'a>(
        &mut self,
        arm: &str,
        segments: impl IntoIterator<Item = &'a str>,
        values: impl IntoIterator<Item = (&'a str, Measured)>,
    ) -> Result<(), CountError> {
        let ready = self.ready(arm, segments, values)?;
        self.count(&ready);
        Ok(())
    }

    /// Looks whether a customer may be counted.
    pub(super) fn ready<'a>(
        &self,
        arm: &str,
        segments: impl IntoIterator<Item = &'a str>,
        values: impl IntoIterator<Item = (&'a str, Measured)>,
    ) -> Result<Ready, CountError> {
        let design = self.experiment.design();
        let Some(arm) = design.arms.iter().position(|it| it.name == arm) else {
            let names = design.arms.iter().map(|it| &*it.name);
            return Err(self.unknown("arm", arm, names));
        };
        let mut inside: Vec<usize> = Vec::new();
        for segment in segments {
            let Some(index) = design.segments.iter().position(|it| it == segment) else {
                return Err(self.unknown("segment", segment, self.experiment.segments()));
            };
            if inside.contains(&index) {
                return Err(CountError::Twice(segment.to_owned()));
            }
            inside.push(index);
        }
        let metrics = || self.experiment.metrics();
        let mut given: Vec<Option<Measured>> = vec![None; metrics().count()];
        for (name, value) in values {
            let Some((index, metric)) = metrics().enumerate().find(|(_, it)| it.name == name) else {
                return Err(self.unknown("metric", name, metrics().map(|it| &*it.name)));
            };
            if given[index].is_some() {
                return Err(CountError::Twice(name.to_owned()));
            }
            value.check(name, metric.kind)?;
            given[index] = Some(value);
        }
        let missing = |(metric, value): (&super::Metric, Option<Measured>)| {
            value.ok_or_else(|| CountError::Missing(metric.name.clone()))
        };
        let values = metrics().zip(given).map(missing).collect::<Result<_, _>>()?;
        if self.arms[arm].all.customers == u64::MAX {
            return Err(CountError::TooMany);
        }
        Ok(Ready {
            arm,
            segments: inside,
            values,
        })
    }

    pub(super) fn count(&mut self, ready: &Ready) {
        let arm = &mut self.arms[ready.arm];
        arm.all.add(&ready.values);
        for segment in &ready.segments {
            arm.segments[*segment].add(&ready.values);
        }
        // No more than all customers together, of whom there may be more than one number holds.
        self.overlapping = self
            .overlapping
            .saturating_add(u64::from(ready.segments.len() > 1));
    }

    /// Adds the customers of another tally, none of whom is in this one.
    pub fn merge(&mut self, other: &Self) -> Result<(), CountError> {
        if self.experiment != other.experiment {
            return Err(CountError::OtherExperiment {
                ours: self.experiment.name().to_owned(),
                theirs: other.experiment.name().to_owned(),
            });
        }
        let mut pairs = self.arms.iter().zip(&other.arms);
        if pairs.any(|(ours, theirs)| ours.all.customers.checked_add(theirs.all.customers).is_none()) {
            return Err(CountError::TooMany);
        }
        for (ours, theirs) in self.arms.iter_mut().zip(&other.arms) {
            ours.all.merge(&theirs.all);
            for (ours, theirs) in ours.segments.iter_mut().zip(&theirs.segments) {
                ours.merge(theirs);
            }
        }
        self.overlapping = self.overlapping.saturating_add(other.overlapping);
        Ok(())
    }

    fn unknown<'a>(
        &self,
        what: &'static str,
        name: &str,
        names: impl Iterator<Item = &'a str>,
    ) -> CountError {
        CountError::Unknown {
            experiment: self.experiment.name().to_owned(),
            what,
            name: name.to_owned(),
            near: suggest::did_you_mean(name, names),
        }
    }
}

impl Cell {
    fn add(&mut self, values: &[Measured]) {
        self.customers += 1;
        let count = float(self.customers);
        for (sums, value) in self.sums.iter_mut().zip(values) {
            match (sums, *value) {
                (Sums::Rate(hits), Measured::Had(had)) => *hits += u64::from(had),
                (Sums::Mean(moments), Measured::Number(number)) => moments.add(number, count),
                (Sums::Ratio(pair), Measured::Parts(above, below)) => pair.add((above, below), count),
                (sums, value) => debug_assert!(false, "checked before: {value:?} for {sums:?}"),
            }
        }
    }

    pub(super) fn merge(&mut self, other: &Self) {
        let [count, others] = [self.customers, other.customers].map(float);
        for (ours, theirs) in self.sums.iter_mut().zip(&other.sums) {
            ours.merge(count, theirs, others);
        }
        self.customers = self.customers.saturating_add(other.customers);
    }

    pub(super) fn group<'a>(&'a self, arm: &'a str, metric: usize) -> Group<'a> {
        Group {
            arm,
            customers: self.customers,
            sums: &self.sums[metric],
        }
    }
}

impl Sums {
    fn new(kind: MetricKind) -> Self {
        match kind {
            MetricKind::Rate => Self::Rate(0),
            MetricKind::Mean => Self::Mean(Moments::default()),
            MetricKind::Ratio => Self::Ratio(Pair::default()),
        }
    }

    pub(super) fn kind(&self) -> MetricKind {
        match self {
            Self::Rate(_) => MetricKind::Rate,
            Self::Mean(_) => MetricKind::Mean,
            Self::Ratio(_) => MetricKind::Ratio,
        }
    }
}

impl Measured {
    fn check(self, metric: &str, kind: MetricKind) -> Result<(), CountError> {
        let (given, numbers) = match self {
            Self::Had(_) => (MetricKind::Rate, [0.0; 2]),
            Self::Number(number) => (MetricKind::Mean, [number, 0.0]),
            Self::Parts(above, below) => (MetricKind::Ratio, [above, below]),
        };
        let metric = || metric.to_owned();
        if given != kind {
            let words = |kind: MetricKind| match kind {
                MetricKind::Rate => "`true` or `false`",
                MetricKind::Mean => "a number",
                MetricKind::Ratio => "two numbers",
            };
            return Err(CountError::Kind {
                metric: metric(),
                takes: words(kind),
                given: words(given),
            });
        }
        if let Some(value) = numbers.into_iter().find(|it| !it.is_finite()) {
            return Err(CountError::NotFinite {
                metric: metric(),
                value,
            });
        }
        if numbers.iter().any(|it| it.abs() > GREATEST) {
            return Err(CountError::TooGreat { metric: metric() });
        }
        Ok(())
    }
}
