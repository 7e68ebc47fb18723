//! How a fit went, and what parameters may be.

use serde::{Deserialize, Serialize};

use super::{TimeUnit, minimum::Found};

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
    /// A parameter ran to the edge of what is searched, below 10⁻⁶ or above 10⁶. The data know no best value: customers differ too
    /// little in that respect. Predictions are still those of the best parameters found; look at them before using them.
    AtEdge,
    /// There was still something better to be found when the search gave up.
    GaveUp,
}

/// Parameters that are no positive numbers from 10⁻⁸ to 10⁸.
///
/// ```
/// # use audience::{DateTime, analytics::lifetime::{BgNbd, BgNbdParameters, Weeks}};
/// let parameters = BgNbdParameters { r: 0.243, alpha: 4.414, a: -0.793, b: 2.426 };
/// let error = BgNbd::<Weeks>::of_parameters(DateTime::MAX, parameters).unwrap_err();
/// assert_eq!(error.to_string(), "the parameter `a` is -0.793, and must lie between 1e-8 and 1e8");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
#[error("the parameter `{name}` is {value}, and must lie between 1e-8 and 1e8")]
pub struct ParameterError {
    name: &'static str,
    value: f64,
}

/// How much less a purchase is worth that comes a year later.
///
/// ```
/// # use audience::analytics::lifetime::Discount;
/// assert!(Discount::per_year(0.15).is_some());
/// assert!(Discount::per_year(-0.15).is_none());
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Discount {
    /// Of e, in a day.
    daily: f64,
}

const LEAST: f64 = 1e-8;
const MOST: f64 = 1e8;

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

impl Discount {
    /// A purchase is worth the same, whenever it comes.
    pub const NONE: Self = Self { daily: 0.0 };

    /// Such as 0.15 for 15 %, unless it is negative or above 100 (10,000 %).
    #[must_use]
    pub fn per_year(rate: f64) -> Option<Self> {
        let daily = rate.ln_1p() / 365.25;
        (0.0..=100.0).contains(&rate).then_some(Self { daily })
    }

    pub(super) fn continuous<U: TimeUnit>(self) -> f64 {
        self.daily * U::DAYS
    }
}

/// The parameters with these logarithms, if they are in bounds.
pub(super) fn parameters<const N: usize>(logarithms: &[f64; N]) -> Option<[f64; N]> {
    let values = logarithms.map(f64::exp);
    values
        .iter()
        .all(|it| (LEAST..=MOST).contains(it))
        .then_some(values)
}

pub(super) fn check(values: impl IntoIterator<Item = (&'static str, f64)>) -> Result<(), ParameterError> {
    let mut values = values.into_iter();
    match values.find(|(_, value)| !(LEAST..=MOST).contains(value)) {
        Some((name, value)) => Err(ParameterError { name, value }),
        None => Ok(()),
    }
}

/// With twelve digits, which every format and reader of numbers keeps.
pub(super) fn rounded(value: f64) -> f64 {
    format!("{value:.11e}").parse().unwrap_or(value)
}
