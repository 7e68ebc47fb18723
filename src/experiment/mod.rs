//! Experiments: whether it pays to write, to write to segments, to write to persons.
//!
//! An [`Experiment`] says beforehand which arms there are, what is measured and how sure the answers are to be; a [`Plan`] how
//! many customers that takes. The holdouts and variants of a campaign
//! draw the arms, see [`Assignment`]. A [`Tally`] is fed with
//! every customer of an arm once, and its [`Analysis`] has every figure with its interval, or the reason why it would be made
//! up. What each method takes for granted, where it comes from and when not to use it is told in `docs/experiments.md`.
//!
//! ```
//! use audience::experiment::{Experiment, Finding, Metric, Tally, Treatment};
//!
//! let experiment = Experiment::builder("spring")
//!     .arm("none", 0.5, Treatment::Nothing)
//!     .arm("letter", 0.5, Treatment::SameForAll)
//!     .goal(Metric::rate("ordered"))
//!     .guardrail(Metric::rate("complained").less_is_better(), 0.002)
//!     .build()?;
//! let mut tally = Tally::new(&experiment);
//! for customer in 0..4_000 {
//!     let (arm, of_hundred) = if customer % 2 == 0 { ("none", 10) } else { ("letter", 15) };
//!     let ordered = customer / 2 % 100 < of_hundred;
//!     tally.add(arm, [], [("ordered", ordered.into()), ("complained", false.into())])?;
//! }
//! let analysis = tally.analyze();
//! assert_eq!(analysis.goals[0].comparisons[0].finding, Finding::Better);
//! println!("{analysis}");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod adjust;
mod analysis;
mod assignment;
mod compare;
mod confidence;
mod counted;
mod design;
mod english;
mod enough;
mod guardrail;
mod mismatch;
mod plan;
mod special;
mod steps;
mod sums;
mod table;
mod tally;
mod wire;

pub use adjust::Correction;
pub use analysis::{Analysis, ArmFigure, BetweenSegments, Comparison, Finding, GoalReport, SegmentReport};
pub(crate) use assignment::Slice;
pub use assignment::{Assignment, AssignmentError};
pub use confidence::Estimate;
pub use counted::Counted;
pub use design::{Arm, DesignError, Experiment, ExperimentBuilder, Metric, MetricKind, Treatment};
pub use enough::NotEnoughData;
pub use guardrail::{Guard, Guarded, GuardrailReport};
pub use mismatch::Mismatch;
pub use plan::{Plan, PlanCustomers, PlanError};
pub use steps::{Step, Steps};
pub use tally::{CountError, Measured, Tally};
