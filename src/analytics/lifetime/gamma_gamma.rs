//! Gamma-Gamma: what an order is worth.

use std::collections::BTreeMap;

use super::{
    Convergence, Fit, ParameterError, Summary, TimeUnit,
    fit::{self, rounded},
    minimum::minimize,
    special::{ln_gamma, ln_rising},
};
use crate::{
    analytics::{NotEnoughData, Shortage, count::real},
    value::DateTime,
};

/// The parameters of [`GammaGamma`]: values of a customer's orders have a gamma distribution with the shape `p` and a rate that
/// differs among customers by another one with the shape `q` and the rate `gamma`.
///
/// ```
/// # use audience::{DateTime, analytics::lifetime::{GammaGamma, GammaGammaParameters}};
/// let of_paper = GammaGammaParameters { p: 6.25, q: 3.74, gamma: 15.44 };
/// let model = GammaGamma::of_parameters(DateTime::MAX, of_paper)?;
/// assert!(model.mean_value().is_some_and(|dollars| (dollars - 35.22).abs() < 0.01)); // p gamma / (q - 1)
/// # Ok::<(), audience::analytics::lifetime::ParameterError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GammaGammaParameters {
    /// Shape of the values of one customer.
    pub p: f64,
    /// Shape of the rates.
    pub q: f64,
    /// Rate of the rates, an amount of money.
    pub gamma: f64,
}

/// A model of what an order of a customer is worth, after Fader and Hardie (2013).
///
/// Few orders say little of a customer, so her expected value lies between the mean of her orders and that of all customers, the
/// nearer to hers the more orders she made. How often somebody buys must say nothing about what she pays: see
/// [`GammaGamma::correlation`].
///
/// # Example
///
/// ```
/// use audience::analytics::lifetime::{GammaGamma, GammaGammaParameters, Summary, Time, Weeks};
///
/// let at = "1997-09-30T00:00:00Z".parse()?;
/// let model = GammaGamma::of_parameters(at, GammaGammaParameters { p: 6.25, q: 3.74, gamma: 15.44 })?;
/// let customer = |repeats, mean| Some(Summary::<Weeks>::new(repeats, Time::new(20), Time::new(39)).ok()?.with_mean_value(mean));
/// let (once, often) = (customer(1, 75.0).expect("a summary"), customer(20, 75.0).expect("a summary"));
/// assert_eq!(model.expected_value(&once).map(f64::round), Some(63.0));
/// assert_eq!(model.expected_value(&often).map(f64::round), Some(74.0));
/// assert_eq!(model.mean_value().map(f64::round), Some(35.0));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct GammaGamma {
    pub(super) at: DateTime,
    pub(super) parameters: GammaGammaParameters,
    pub(super) fit: Option<Fit>,
}

impl GammaGamma {
    /// How many customers with a mean value of orders after the first a fit needs.
    pub const LEAST_CUSTOMERS: u64 = 30;
    pub(super) const NAME: &'static str = "gamma_gamma";
    pub(super) const NAMES: [&'static str; 3] = ["p", "q", "gamma"];
    /// Which of them are amounts of money.
    const AMOUNTS: [bool; 3] = [false, false, true];

    /// The parameters under which the mean values of these customers are most likely. Customers without such a value are left out.
    /// Values are measured by their mean meanwhile, so that it does not matter whether they are in cents or in thousands.
    pub fn fit<U: TimeUnit>(at: DateTime, customers: &[Summary<U>]) -> Result<Self, NotEnoughData> {
        let mut by_repeats: BTreeMap<u32, Vec<f64>> = BTreeMap::new();
        for (repeats, value) in customers.iter().filter_map(valued) {
            by_repeats.entry(repeats).or_default().push(value);
        }
        let count: usize = by_repeats.values().map(Vec::len).sum();
        NotEnoughData::unless(Shortage::ValuedCustomers, count as u64, Self::LEAST_CUSTOMERS)?;
        let values = || by_repeats.values().flatten();
        let different = values().any(|it| Some(it) != values().next());
        NotEnoughData::unless(Shortage::DifferentValues, 1 + u64::from(different), 2)?;
        let mean = values().sum::<f64>() / real(count);
        let scaled = Valued::of(&by_repeats, mean);
        let starts: [[f64; 3]; 3] = [[1.0, 2.0, 1.0], [6.0, 4.0, 0.5], [2.0, 10.0, 5.0]];
        let found = minimize(
            |logarithms: &[f64; 3]| match fit::parameters(logarithms) {
                Some(values) => -GammaGammaParameters::of(values).ln_likelihood(&scaled) / real(count),
                None => f64::INFINITY,
            },
            &starts.map(|start| start.map(f64::ln)),
        );
        let parameters = GammaGammaParameters::of(fit::found(&found, Self::AMOUNTS, mean)?);
        Ok(Self {
            at,
            parameters,
            fit: Some(Fit {
                customers: count as u64,
                log_likelihood: rounded(parameters.ln_likelihood(&Valued::of(&by_repeats, 1.0))),
                convergence: Convergence::of(&found),
                evaluations: found.evaluations,
            }),
        })
    }

    /// A model of parameters that are known.
    pub fn of_parameters(at: DateTime, parameters: GammaGammaParameters) -> Result<Self, ParameterError> {
        fit::check(Self::NAMES, Self::AMOUNTS, parameters.values())?;
        Ok(Self {
            at,
            parameters,
            fit: None,
        })
    }

    /// The date that it is of.
    #[must_use]
    pub fn at(&self) -> DateTime {
        self.at
    }

    /// Its parameters.
    #[must_use]
    pub fn parameters(&self) -> &GammaGammaParameters {
        &self.parameters
    }

    /// How well it fits; `None` when its parameters were given.
    #[must_use]
    pub fn fit_report(&self) -> Option<&Fit> {
        self.fit.as_ref()
    }

    /// What the next order of a customer is worth in the mean. Of a customer without a value of her own, that of all.
    ///
    /// `None` when there is no mean, because p·x + q is not above 1: values differ so much that a few outweigh all others.
    #[must_use]
    pub fn expected_value<U: TimeUnit>(&self, customer: &Summary<U>) -> Option<f64> {
        let (repeats, value) = valued(customer).unwrap_or((0, 0.0));
        self.mean_after(repeats.into(), value)
    }

    /// What an order is worth in the mean of all customers; `None` when q is not above 1.
    #[must_use]
    pub fn mean_value(&self) -> Option<f64> {
        self.mean_after(0.0, 0.0)
    }

    fn mean_after(&self, repeats: f64, value: f64) -> Option<f64> {
        let GammaGammaParameters { p, q, gamma } = self.parameters;
        let shape = p * repeats + q - 1.0;
        (shape > 0.0).then(|| p * (gamma + repeats * value) / shape)
    }

    /// How purchases and their mean value go together among customers with purchases after the first: Pearson's coefficient.
    ///
    /// The model takes for granted that they do not. Up to some 0.3 either way it is in common use; beyond, lifetime values are wrong
    /// for those who buy most. `None` when all have the same number or the same value.
    #[must_use]
    pub fn correlation<U: TimeUnit>(customers: &[Summary<U>]) -> Option<f64> {
        let pairs = || {
            let valued = customers.iter().filter_map(valued);
            valued.map(|(repeats, value)| (f64::from(repeats), value))
        };
        let count = real(pairs().count());
        let (x, y) = pairs().fold((0.0, 0.0), |(x, y), pair| {
            (x + pair.0 / count, y + pair.1 / count)
        });
        let (mut xx, mut yy, mut xy) = (0.0, 0.0, 0.0);
        for (one, other) in pairs() {
            xx += (one - x) * (one - x);
            yy += (other - y) * (other - y);
            xy += (one - x) * (other - y);
        }
        let coefficient = xy / (xx.sqrt() * yy.sqrt());
        coefficient.is_finite().then_some(coefficient)
    }
}

fn valued<U: TimeUnit>(customer: &Summary<U>) -> Option<(u32, f64)> {
    Some((customer.repeats(), customer.mean_value()?))
}

impl GammaGammaParameters {
    pub(super) fn of([p, q, gamma]: [f64; 3]) -> Self {
        Self { p, q, gamma }
    }

    pub(super) fn values(self) -> [f64; 3] {
        [self.p, self.q, self.gamma]
    }

    /// ln L = ln [Γ(px+q) / (Γ(px) Γ(q))] − ln z − q ln (1 + xz/γ) − px ln (1 + γ/(xz)). Of the last two logarithms, the greater
    /// is the other one and the logarithm of the quotient.
    fn ln_likelihood(self, customers: &[Valued]) -> f64 {
        let Self { p, q, gamma } = self;
        let (ln_gamma_q, ln_of_gamma) = (ln_gamma(q), gamma.ln());
        let mut sum = 0.0;
        for Valued {
            repeats,
            ln_values,
            spent,
        } in customers
        {
            let shape = p * repeats;
            sum += real(spent.len()) * (ln_rising(shape, q) - ln_gamma_q) - ln_values;
            for (spent, ln_spent) in spent {
                let (quotient, ln_quotient) = (spent / gamma, ln_spent - ln_of_gamma);
                let (above, below) = if quotient < 1.0 {
                    let above = quotient.ln_1p();
                    (above, above - ln_quotient)
                } else {
                    let below = quotient.recip().ln_1p();
                    (below + ln_quotient, below)
                };
                sum -= q * above + shape * below;
            }
        }
        sum
    }
}

/// Customers with the same number of purchases after the first, and what of their values is the same for all parameters.
struct Valued {
    repeats: f64,
    /// The sum of the logarithms of the mean values.
    ln_values: f64,
    /// What each spent after the first purchase, and its logarithm.
    spent: Vec<(f64, f64)>,
}

impl Valued {
    /// With values divided by `unit`.
    fn of(by_repeats: &BTreeMap<u32, Vec<f64>>, unit: f64) -> Vec<Self> {
        let group = |(repeats, values): (&u32, &Vec<f64>)| {
            let repeats = f64::from(*repeats);
            let values = || values.iter().map(|it| it / unit);
            Self {
                repeats,
                ln_values: values().map(f64::ln).sum(),
                spent: values().map(|it| (repeats * it, (repeats * it).ln())).collect(),
            }
        };
        by_repeats.iter().map(group).collect()
    }
}
