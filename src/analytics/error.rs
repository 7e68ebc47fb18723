//! When data do not suffice.

use std::fmt;

/// Why there is no answer: what the data lack. A model never answers from fewer data than it documents.
///
/// # Example
///
/// ```
/// # use audience::{DateTime, analytics::{Shortage, rfm::Rfm}};
/// let error = Rfm::fit(DateTime::MAX, []).unwrap_err();
/// assert_eq!(error.to_string(), "not enough data: 0 customers with an order, and at least 5 are needed");
/// assert_eq!(error.shortage(), Shortage::Customers);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotEnoughData {
    shortage: Shortage,
    have: u64,
    need: u64,
}

/// What there is too little of.
///
/// ```
/// # use audience::{DateTime, analytics::{Shortage, lifetime::{Days, GammaGamma}}};
/// let error = GammaGamma::fit::<Days>(DateTime::MAX, &[]).unwrap_err();
/// assert_eq!((error.shortage(), error.have(), error.need()), (Shortage::ValuedCustomers, 0, 30));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Shortage {
    /// Customers with an order.
    Customers,
    /// Customers with a second order, on another day than the first.
    RepeatCustomers,
    /// Customers with a second order of a value above zero.
    ValuedCustomers,
    /// Different mean values of an order: where all are equal, there is nothing to learn about differences.
    DifferentValues,
    /// Parameters under which these customers are possible: their numbers lie so far apart that no likelihood is a number.
    Parameters,
    /// Customers who ordered again in the period that was held out.
    Returned,
    /// Customers who did not order again in the period that was held out.
    NotReturned,
}

impl NotEnoughData {
    pub(super) fn unless(shortage: Shortage, have: u64, need: u64) -> Result<(), Self> {
        if have < need {
            Err(Self { shortage, have, need })
        } else {
            Ok(())
        }
    }

    /// What there is too little of.
    #[must_use]
    pub fn shortage(&self) -> Shortage {
        self.shortage
    }

    /// How many there are.
    #[must_use]
    pub fn have(&self) -> u64 {
        self.have
    }

    /// How many are needed.
    #[must_use]
    pub fn need(&self) -> u64 {
        self.need
    }
}

impl Shortage {
    /// What there is one or several of, and which ones.
    fn words(self) -> [&'static str; 3] {
        match self {
            Self::Customers => ["customer", "customers", "with an order"],
            Self::RepeatCustomers => ["customer", "customers", "with a second order"],
            Self::ValuedCustomers => [
                "customer",
                "customers",
                "with a second order of a value above zero",
            ],
            Self::DifferentValues => ["mean value", "different mean values", "of an order"],
            Self::Parameters => [
                "set",
                "sets",
                "of parameters under which these customers are possible",
            ],
            Self::Returned => ["customer", "customers", "who ordered again afterwards"],
            Self::NotReturned => ["customer", "customers", "who did not order again afterwards"],
        }
    }
}

impl fmt::Display for Shortage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [_, several, which] = self.words();
        write!(f, "{several} {which}")
    }
}

impl fmt::Display for NotEnoughData {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { shortage, have, need } = self;
        let [one, several, which] = shortage.words();
        let what = if *have == 1 { one } else { several };
        let are = if *need == 1 { "is" } else { "are" };
        write!(
            f,
            "not enough data: {have} {what} {which}, and at least {need} {are} needed"
        )
    }
}

impl std::error::Error for NotEnoughData {}
