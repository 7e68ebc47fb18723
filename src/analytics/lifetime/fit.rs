//! How a fit went, and what parameters may be.

use serde::{Deserialize, Serialize};

use super::minimum::Found;
use crate::analytics::{NotEnoughData, Shortage};

/// How a fit went. Also part of the saved form of a model.
///
/// ```
/// # use audience::{DateTime, analytics::lifetime::{Convergence, MbgNbd, Summary, Time, Weeks}};
/// // How customers differ cannot be learnt from customers who do not.
/// let alike = vec![Summary::<Weeks>::new(3, Time::new(30), Time::new(39))?; 200];
/// let model = MbgNbd::fit(DateTime::MAX, &alike)?;
/// let fit = model.fit_report().expect("was fitted");
/// assert_eq!((fit.customers(), fit.convergence()), (200, Convergence::AtEdge));
/// assert!((fit.log_likelihood() - model.log_likelihood(&alike)).abs() < 1e-6);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fit {
    pub(super) customers: u64,
    pub(super) log_likelihood: f64,
    pub(super) convergence: Convergence,
    pub(super) evaluations: u32,
}

/// How the search for the best parameters ended.
///
/// ```
/// # use audience::analytics::lifetime::{Convergence, Days, MbgNbd, Summary, Time};
/// let customer = |number: u32| Summary::<Days>::new(number % 7, Time::new(number % 7 * 10), Time::new(100 + number % 30));
/// let customers = (0..300).map(customer).collect::<Result<Vec<_>, _>>()?;
/// let model = MbgNbd::fit("2026-06-01T00:00:00Z".parse()?, &customers)?;
/// let fit = model.fit_report().expect("it was fitted");
/// assert_ne!(fit.convergence(), Convergence::GaveUp);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Convergence {
    /// A search that began anew found nothing better.
    Converged,
    /// A parameter ran to the edge of what is searched, below 10⁻⁶ or above 10⁶, where the mean age and the mean value are 1. The data
    /// know no best value: customers differ too little in that respect. Predictions are still those of the best parameters found;
    /// look at them before using them.
    AtEdge,
    /// There was still something better to be found when the search gave up.
    GaveUp,
}

/// Parameters that are no positive numbers from 10⁻⁸ to 10⁸; those that are a time or an amount of money, in whatever unit, from
/// 10⁻³⁰ to 10³⁰.
///
/// ```
/// # use audience::{DateTime, analytics::lifetime::{BgNbd, BgNbdParameters, Weeks}};
/// let parameters = BgNbdParameters { r: 0.243, alpha: 4.414, a: -0.793, b: 2.426 };
/// let error = BgNbd::<Weeks>::of_parameters(DateTime::MAX, parameters).unwrap_err();
/// assert_eq!(error.to_string(), "the parameter `a` is -0.793, and must lie between 1e-8 and 1e8");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
#[error("the parameter `{name}` is {value}, and must lie between {:e} and {:e}", .bounds.0, .bounds.1)]
pub struct ParameterError {
    name: &'static str,
    value: f64,
    bounds: (f64, f64),
}

/// Least and most of a pure number.
const OF_NUMBERS: (f64, f64) = (1e-8, 1e8);
/// Of a time, and of an amount of money.
const OF_UNITS: (f64, f64) = (1e-30, 1e30);

impl Fit {
    /// How many customers there were.
    #[must_use]
    pub fn customers(&self) -> u64 {
        self.customers
    }

    /// The logarithm of their likelihood.
    #[must_use]
    pub fn log_likelihood(&self) -> f64 {
        self.log_likelihood
    }

    /// How the search ended.
    #[must_use]
    pub fn convergence(&self) -> Convergence {
        self.convergence
    }

    /// How often the likelihood was worked out.
    #[must_use]
    pub fn evaluations(&self) -> u32 {
        self.evaluations
    }
}

impl Convergence {
    pub(super) fn of<const N: usize>(found: &Found<N>) -> Self {
        let edge = 1e6_f64.ln();
        if found.at.iter().any(|logarithm| logarithm.abs() > edge) {
            Self::AtEdge
        } else if found.converged {
            Self::Converged
        } else {
            Self::GaveUp
        }
    }
}

impl ParameterError {
    /// The parameter's name.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.name
    }
}

/// The parameters with these logarithms, if they are in the bounds of pure numbers.
pub(super) fn parameters<const N: usize>(logarithms: &[f64; N]) -> Option<[f64; N]> {
    let values = logarithms.map(f64::exp);
    values.iter().all(|it| lies(*it, OF_NUMBERS)).then_some(values)
}

/// What a search found where everything with a unit was divided by `unit`, in the unit of the data; if it found anything.
pub(super) fn found<const N: usize>(
    found: &Found<N>,
    has_unit: [bool; N],
    unit: f64,
) -> Result<[f64; N], NotEnoughData> {
    let mut values = found.at.map(f64::exp);
    for (value, has_unit) in values.iter_mut().zip(has_unit) {
        *value = rounded(if has_unit { *value * unit } else { *value });
    }
    let bounds = has_unit.map(bounds);
    let in_bounds = values
        .iter()
        .zip(bounds)
        .all(|(value, bounds)| lies(*value, bounds));
    NotEnoughData::unless(
        Shortage::Parameters,
        u64::from(found.lowest.is_finite() && in_bounds),
        1,
    )?;
    Ok(values)
}

pub(super) fn check<const N: usize>(
    names: [&'static str; N],
    has_unit: [bool; N],
    values: [f64; N],
) -> Result<(), ParameterError> {
    for ((name, has_unit), value) in names.into_iter().zip(has_unit).zip(values) {
        let bounds = bounds(has_unit);
        if !lies(value, bounds) {
            return Err(ParameterError { name, value, bounds });
        }
    }
    Ok(())
}

fn bounds(has_unit: bool) -> (f64, f64) {
    if has_unit { OF_UNITS } else { OF_NUMBERS }
}

fn lies(value: f64, (least, most): (f64, f64)) -> bool {
    (least..=most).contains(&value)
}

/// With twelve digits, which every format and reader of numbers keeps.
pub(super) fn rounded(value: f64) -> f64 {
    format!("{value:.11e}").parse().unwrap_or(value)
}
