//! What must not become worse, whatever the goals do.

use std::fmt;

use serde::Serialize;

use super::{ArmFigure, Estimate, Metric, NotEnoughData};

/// What an experiment says of something that must not become worse.
///
/// ```
/// # use audience::experiment::{Experiment, Guard, Metric, Tally, Treatment};
/// let experiment = Experiment::builder("spring")
///     .arm("none", 0.5, Treatment::Nothing)
///     .arm("letter", 0.5, Treatment::SameForAll)
///     .goal(Metric::rate("ordered"))
///     .guardrail(Metric::rate("complained").less_is_better(), 0.005)
///     .build()?;
/// let mut tally = Tally::new(&experiment);
/// for customer in 0..8_000 {
///     let arm = if customer % 2 == 0 { "none" } else { "letter" };
///     tally.add(arm, [], [("ordered", false.into()), ("complained", (customer % 1_000 == 1).into())])?;
/// }
/// let complained = &tally.analyze().guardrails[0];
/// // 8 of 4,000 complained about the letter: at most 0.4 % do, with 95 % confidence.
/// assert_eq!((complained.margin, complained.arms[1].observed), (0.005, Some(0.002)));
/// assert_eq!(complained.guarded[0].guard, Guard::Held);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct GuardrailReport {
    /// The measure.
    pub metric: Metric,
    /// The worsening that is still harmless.
    pub margin: f64,
    /// Each arm, in order.
    pub arms: Vec<ArmFigure>,
    /// Each arm but the first, beside the first.
    pub guarded: Vec<Guarded>,
}

/// An arm beside a guardrail.
///
/// ```
/// # use audience::experiment::{Experiment, Guard, Metric, Tally, Treatment};
/// # let experiment = Experiment::builder("spring")
/// #     .arm("none", 0.5, Treatment::Nothing)
/// #     .arm("letter", 0.5, Treatment::SameForAll)
/// #     .goal(Metric::rate("ordered"))
/// #     .guardrail(Metric::rate("complained").less_is_better(), 0.005)
/// #     .build()?;
/// let guarded = &Tally::new(&experiment).analyze().guardrails[0].guarded[0];
/// assert_eq!((&*guarded.arm, guarded.guard), ("letter", Guard::NotEnoughData));
/// # Ok::<(), audience::experiment::DesignError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Guarded {
    /// The arm.
    pub arm: String,
    /// What the arm has, less what the baseline has.
    pub difference: Result<Estimate, NotEnoughData>,
    /// Whether the interval keeps to the margin.
    pub guard: Guard,
}

/// Whether a guardrail holds.
///
/// ```
/// # use audience::experiment::Guard;
/// assert_eq!(Guard::Held.to_string(), "held");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Guard {
    /// The whole interval is better than the margin.
    Held,
    /// The whole interval is worse than the margin.
    Broken,
    /// The margin lies in the interval.
    Unclear,
    /// There is too little to compare.
    NotEnoughData,
}

impl Guard {
    /// In plain words: `held`, `not enough data`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Held => "held",
            Self::Broken => "broken",
            Self::Unclear => "unclear",
            Self::NotEnoughData => "not enough data",
        }
    }
}

/// In plain words.
impl fmt::Display for Guard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Where the interval of a difference lies beside the margin.
pub(super) fn guard(difference: &Result<Estimate, NotEnoughData>, metric: &Metric, margin: f64) -> Guard {
    let Ok(difference) = difference else {
        return Guard::NotEnoughData;
    };
    // How much worse it is at best and at worst.
    let (best, worst) = if metric.is_more_better() {
        (-difference.high, -difference.low)
    } else {
        (difference.low, difference.high)
    };
    if worst < margin {
        Guard::Held
    } else if best > margin {
        Guard::Broken
    } else {
        Guard::Unclear
    }
}
