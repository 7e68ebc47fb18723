//! A fitted model of purchases.

use std::marker::PhantomData;

use super::{
    ChurnLaw, Convergence, Discount, Fit, GammaGamma, Law, ParameterError, Summary, Time, TimeUnit,
    fit::{self, rounded},
    grouped::Grouped,
    law::Seen,
    minimum::minimize,
};
use crate::{
    analytics::{NotEnoughData, Shortage},
    value::{Date, DateTime},
};

/// A model of purchases with its parameters, in the unit of time `U`: [`BgNbd`](super::BgNbd), [`MbgNbd`](super::MbgNbd) or
/// [`ParetoNbd`](super::ParetoNbd).
///
/// It is fitted from at least [`PurchaseModel::LEAST_CUSTOMERS`] customers, [`PurchaseModel::LEAST_REPEATING`] of them with a second
/// purchase, or made of parameters that are known. It is saved with serde, with the model, the unit and the date that it is of; the
/// saved form has parameters, and nothing of a single customer.
///
/// # Example
///
/// ```
/// use audience::analytics::lifetime::{MbgNbd, MbgNbdParameters, Summary, Time, Weeks};
///
/// let at = "1997-09-30T00:00:00Z".parse()?;
/// let known = MbgNbdParameters { r: 0.525, alpha: 6.183, a: 0.891, b: 1.614 };
/// let model = MbgNbd::<Weeks>::of_parameters(at, known)?;
/// let ana = Summary::new(2, Time::exactly(30.43).expect("a time"), Time::exactly(38.86).expect("a time"))?;
/// assert_eq!(format!("{:.3}", model.p_alive(&ana)), "0.706");
/// assert_eq!(format!("{:.2}", model.expected_purchases(&ana, Time::from_days(365))), "1.60");
///
/// let saved = serde_json::to_string(&model)?;
/// assert_eq!(serde_json::from_str::<MbgNbd<Weeks>>(&saved)?, model);
/// assert!(serde_json::from_str::<MbgNbd<audience::analytics::lifetime::Days>>(&saved).is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct PurchaseModel<L, U> {
    pub(super) at: DateTime,
    pub(super) parameters: L,
    pub(super) fit: Option<Fit>,
    unit: PhantomData<U>,
}

/// When the next purchase comes, see [`PurchaseModel::next_purchase`].
///
/// ```
/// # use audience::{DateTime, analytics::lifetime::{ParetoNbd, ParetoNbdParameters, Summary, Time, Weeks}};
/// # let of_cdnow = ParetoNbdParameters { r: 0.553, alpha: 10.578, s: 0.606, beta: 11.669 };
/// # let model = ParetoNbd::<Weeks>::of_parameters(DateTime::MAX, of_cdnow)?;
/// let next = model.next_purchase(&Summary::new(5, Time::new(38), Time::new(39))?);
/// assert!(next.probability > 0.8);
/// assert!(next.half_by.is_some_and(|weeks| weeks < Time::new(10)));
/// let today = "2026-06-01".parse()?;
/// assert!(next.date(today).is_some_and(|day| day > today));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NextPurchase<U> {
    /// How likely it is that there is another purchase at all.
    pub probability: f64,
    /// If there is one, it comes by then as likely as later; `None` for more than a hundred years.
    pub half_by: Option<Time<U>>,
}

impl<L: Law, U: TimeUnit> PurchaseModel<L, U> {
    /// How many customers a fit needs.
    pub const LEAST_CUSTOMERS: u64 = 100;
    /// How many of them must have purchases after the first.
    pub const LEAST_REPEATING: u64 = 30;

    /// The parameters under which these customers are most likely.
    ///
    /// The search is that of Nelder and Mead for the logarithms of the parameters, from three starts, and begins anew where it ended
    /// until it finds nothing better; [`Fit::convergence`] tells how it ended. Times are measured by the mean age meanwhile, so that it
    /// does not matter in which unit they are. Parameters are rounded to twelve digits, so that they come back from any format as
    /// they are.
    pub fn fit(at: DateTime, customers: &[Summary<U>]) -> Result<Self, NotEnoughData> {
        let repeating = customers.iter().filter(|it| it.repeats() > 0).count() as u64;
        NotEnoughData::unless(Shortage::Customers, customers.len() as u64, Self::LEAST_CUSTOMERS)?;
        NotEnoughData::unless(Shortage::RepeatCustomers, repeating, Self::LEAST_REPEATING)?;
        let grouped = Grouped::of(customers);
        let repeats: f64 = customers.iter().map(|it| f64::from(it.repeats())).sum();
        let mean_age = customers.iter().map(|it| it.age().get()).sum::<f64>() / grouped.customers;
        let scaled = grouped.in_units_of(mean_age);
        let found = minimize(
            |logarithms: &[f64; 4]| match fit::parameters(logarithms) {
                Some(values) => -L::of(values).ln_likelihood(&scaled) / scaled.customers,
                None => f64::INFINITY,
            },
            &L::starts(grouped.customers / repeats).map(|start| start.map(f64::ln)),
        );
        let parameters = L::of(fit::found(&found, L::TIMES, mean_age)?);
        Ok(Self {
            at,
            parameters,
            fit: Some(Fit {
                customers: customers.len() as u64,
                log_likelihood: rounded(parameters.ln_likelihood(&grouped)),
                convergence: Convergence::of(&found),
                evaluations: found.evaluations,
            }),
            unit: PhantomData,
        })
    }

    /// A model of parameters that are known, such as those that another program found.
    pub fn of_parameters(at: DateTime, parameters: L) -> Result<Self, ParameterError> {
        Self::read(at, parameters, None)
    }

    pub(super) fn read(at: DateTime, parameters: L, fit: Option<Fit>) -> Result<Self, ParameterError> {
        fit::check(L::NAMES, L::TIMES, parameters.values())?;
        Ok(Self {
            at,
            parameters,
            fit,
            unit: PhantomData,
        })
    }

    /// The name under which it is kept, such as `mbg_nbd`.
    #[must_use]
    pub fn name(&self) -> &'static str {
        L::NAME
    }

    /// The date that it is of.
    #[must_use]
    pub fn at(&self) -> DateTime {
        self.at
    }

    /// Its parameters.
    #[must_use]
    pub fn parameters(&self) -> &L {
        &self.parameters
    }

    /// How well it fits; `None` when its parameters were given.
    #[must_use]
    pub fn fit_report(&self) -> Option<&Fit> {
        self.fit.as_ref()
    }

    /// The logarithm of the likelihood of these customers.
    #[must_use]
    pub fn log_likelihood(&self, customers: &[Summary<U>]) -> f64 {
        self.parameters.ln_likelihood(&Grouped::of(customers))
    }

    /// How likely it is that she is still a customer.
    #[must_use]
    pub fn p_alive(&self, customer: &Summary<U>) -> f64 {
        self.parameters.p_alive(seen(customer))
    }

    /// How many purchases to expect in the time to come. A customer of age 0 is one who just bought for the first time.
    #[must_use]
    pub fn expected_purchases(&self, customer: &Summary<U>, horizon: Time<U>) -> f64 {
        let seen = seen(customer);
        self.parameters.p_alive(seen) * self.parameters.purchases(seen, horizon.get())
    }

    /// How many purchases to expect, a later one counting for less: what they are worth today in units of one purchase.
    #[must_use]
    pub fn discounted_purchases(&self, customer: &Summary<U>, horizon: Time<U>, discount: Discount) -> f64 {
        let (seen, rate) = (seen(customer), discount.continuous::<U>());
        self.parameters.p_alive(seen) * self.parameters.discounted(seen, horizon.get(), rate)
    }

    /// What the purchases in the time to come are worth today.
    ///
    /// `None` where `values` has no mean, see [`GammaGamma::expected_value`].
    #[must_use]
    pub fn lifetime_value(
        &self,
        customer: &Summary<U>,
        values: &GammaGamma,
        horizon: Time<U>,
        discount: Discount,
    ) -> Option<f64> {
        Some(values.expected_value(customer)? * self.discounted_purchases(customer, horizon, discount))
    }

    /// How likely another purchase is, and by when half of those who buy again have bought.
    ///
    /// ```
    /// # use audience::analytics::lifetime::{ParetoNbd, ParetoNbdParameters, Summary, Time, Weeks};
    /// # let at = "1997-09-30T00:00:00Z".parse()?;
    /// let known = ParetoNbdParameters { r: 0.553, alpha: 10.578, s: 0.606, beta: 11.669 };
    /// let model = ParetoNbd::<Weeks>::of_parameters(at, known)?;
    /// let ana = Summary::new(5, Time::new(35), Time::new(39))?;
    /// let next = model.next_purchase(&ana);
    /// assert_eq!(format!("{:.2}", next.probability), "0.85");
    /// assert_eq!(next.half_by.map(|it| it.days().round()), Some(41.0));
    /// assert_eq!(next.date("1997-09-30".parse()?).map(|it| it.to_string()).as_deref(), Some("1997-11-11"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn next_purchase(&self, customer: &Summary<U>) -> NextPurchase<U> {
        let seen = seen(customer);
        let century = 36_525.0 / U::DAYS;
        NextPurchase {
            probability: self.parameters.p_alive(seen) * self.parameters.p_ever(seen),
            half_by: self.parameters.half_next(seen, century).and_then(Time::exactly),
        }
    }
}

impl<L: ChurnLaw, U: TimeUnit> PurchaseModel<L, U> {
    /// How likely it is that she buys nothing in the time to come: she has left, or waits.
    #[must_use]
    pub fn p_no_purchase(&self, customer: &Summary<U>, horizon: Time<U>) -> f64 {
        let seen = seen(customer);
        1.0 - self.parameters.p_alive(seen) * self.parameters.p_purchase(seen, horizon.get())
    }
}

impl<U: TimeUnit> NextPurchase<U> {
    /// The day of [`NextPurchase::half_by`], counted from the end of what the customer's summary has seen.
    #[must_use]
    pub fn date(&self, until: Date) -> Option<Date> {
        #[expect(clippy::cast_possible_truncation, reason = "at most a hundred years")]
        let days = self.half_by?.days().ceil() as i64;
        until.checked_add_days(days)
    }
}

fn seen<U: TimeUnit>(customer: &Summary<U>) -> Seen {
    Seen {
        repeats: customer.repeats().into(),
        last: customer.last().get(),
        age: customer.age().get(),
    }
}
