//! What a later purchase is worth today.

use super::TimeUnit;

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
