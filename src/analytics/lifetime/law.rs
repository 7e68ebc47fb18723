//! What the models of purchases have in common: pure functions of numbers.

use std::fmt;

use super::grouped::Grouped;

/// The parameters of a model of purchases: [`BgNbdParameters`](super::BgNbdParameters),
/// [`MbgNbdParameters`](super::MbgNbdParameters) or [`ParetoNbdParameters`](super::ParetoNbdParameters).
///
/// ```
/// # use audience::analytics::lifetime::{Law, MbgNbdParameters, ParetoNbdParameters};
/// assert_eq!((MbgNbdParameters::NAME, ParetoNbdParameters::NAME), ("mbg_nbd", "pareto_nbd"));
/// ```
pub trait Law: Numbers {
    /// The name under which a model is kept, such as `bg_nbd`.
    const NAME: &'static str;
}

/// A model that says of everybody how likely it is that she is no customer any more, also of those who bought once.
///
/// BG/NBD is none: it takes for granted that everyone who bought once is still there.
///
/// ```compile_fail
/// # use audience::analytics::lifetime::{BgNbd, Summary, Time, Weeks};
/// fn churn(model: &BgNbd<Weeks>, ana: &Summary<Weeks>) -> f64 {
///     model.p_no_purchase(ana, Time::new(13))
/// }
/// ```
pub trait ChurnLaw: Law {}

/// The numbers of a customer in the unit of the model.
#[expect(unnameable_types, reason = "nobody else implements a model")]
#[derive(Clone, Copy, Debug)]
pub struct Seen {
    pub(super) repeats: f64,
    pub(super) last: f64,
    pub(super) age: f64,
}

/// Times in the unit of the model; `end` is counted from the customer's age.
#[expect(unnameable_types, reason = "nobody else implements a model")]
pub trait Numbers: Copy + fmt::Debug + PartialEq + Send + Sync + 'static {
    /// The names of the parameters, in the order of [`Numbers::values`].
    const NAMES: [&'static str; 4];
    /// Which of them are times.
    const TIMES: [bool; 4];

    fn of(values: [f64; 4]) -> Self;
    fn values(&self) -> [f64; 4];
    /// Where to look for parameters when the mean age is 1, given the mean time between two purchases.
    fn starts(between: f64) -> [[f64; 4]; 3];
    fn ln_likelihood(&self, customers: &Grouped) -> f64;
    fn p_alive(&self, seen: Seen) -> f64;

    // The rest is of a customer who is alive.

    /// The mean number of purchases up to `end`.
    fn purchases(&self, seen: Seen, end: f64) -> f64;
    /// The same, each purchase discounted at the continuous rate.
    fn discounted(&self, seen: Seen, end: f64, rate: f64) -> f64;
    /// The probability of a purchase up to `end`.
    fn p_purchase(&self, seen: Seen, end: f64) -> f64;
    /// The probability that there is another purchase at all.
    fn p_ever(&self, seen: Seen) -> f64;
    /// Half of the next purchases that are ever made are made by then.
    fn half_next(&self, seen: Seen, limit: f64) -> Option<f64>;
}
