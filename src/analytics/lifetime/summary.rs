//! What the models know of a customer.

use std::fmt;

use super::{Time, TimeUnit};
use crate::value::Date;

/// A customer's purchases in four numbers: how many came after the first, when the last one was, how long ago the first one was,
/// and what an order is worth.
///
/// Purchases of one day count as one. Time begins with the first purchase, which is in no number but the age. `Debug` shows none of them.
///
/// # Example
///
/// ```
/// use audience::analytics::lifetime::{Days, Summary};
///
/// let order = |day: &str, value| Ok::<_, audience::TimeError>((day.parse()?, value));
/// let orders = [order("2026-01-05", 40.0)?, order("2026-03-01", 15.0)?, order("2026-03-01", 10.0)?];
/// let ana = Summary::<Days>::of_orders(orders, "2026-06-01".parse()?).expect("bought before that day");
/// assert_eq!((ana.repeats(), ana.last().days(), ana.age().days()), (1, 55.0, 147.0));
/// assert_eq!(ana.mean_value(), Some(25.0));
/// # Ok::<(), audience::TimeError>(())
/// ```
#[derive(Clone, Copy, PartialEq)]
pub struct Summary<U> {
    repeats: u32,
    last: Time<U>,
    age: Time<U>,
    mean_value: Option<f64>,
}

/// What somebody spent, and when, is not for logs.
impl<U> fmt::Debug for Summary<U> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Summary").finish_non_exhaustive()
    }
}

/// Numbers that no purchases can have.
///
/// ```
/// # use audience::analytics::lifetime::{Summary, Time, Weeks};
/// let error = Summary::<Weeks>::new(2, Time::new(40), Time::new(39)).unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "the last purchase, at 40 weeks, is after the end, at 39 weeks: leave out what came after the end, or name a later one"
/// );
/// ```
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum SummaryError {
    /// The last purchase is after the end.
    #[error(
        "the last purchase, at {last}, is after the end, at {age}: leave out what came after the end, or name a later one"
    )]
    LastAfterEnd {
        /// When it was, with its unit.
        last: String,
        /// The end, with its unit.
        age: String,
    },
    /// There are later purchases, and yet the last one is the first.
    #[error(
        "there {} after the first, and the last one is at 0: say when it was, or count purchases of one moment as one",
        if *.repeats == 1 { "is 1 purchase".to_owned() } else { format!("are {repeats} purchases") }
    )]
    LastAtStart {
        /// How many.
        repeats: u32,
    },
    /// There are no later purchases, and yet the last one is not the first.
    #[error(
        "there are no purchases after the first, and the last one is at {last}, not at 0: count it, or say 0"
    )]
    LastWithoutRepeat {
        /// When it was, with its unit.
        last: String,
    },
}

impl<U: TimeUnit> Summary<U> {
    /// So many purchases after the first, the last of them at `last`, both seen up to `age`; time begins with the first purchase.
    pub fn new(repeats: u32, last: Time<U>, age: Time<U>) -> Result<Self, SummaryError> {
        if last > age {
            return Err(SummaryError::LastAfterEnd {
                last: last.to_string(),
                age: age.to_string(),
            });
        }
        if repeats > 0 && last == Time::ZERO {
            return Err(SummaryError::LastAtStart { repeats });
        }
        if repeats == 0 && last != Time::ZERO {
            return Err(SummaryError::LastWithoutRepeat {
                last: last.to_string(),
            });
        }
        Ok(Self {
            repeats,
            last,
            age,
            mean_value: None,
        })
    }

    /// With the mean value of the purchases after the first. It is kept if there are such purchases and it is above zero and
    /// at most 10¹⁵: models of value know no others.
    ///
    /// ```
    /// # use audience::analytics::lifetime::{Summary, Time, Weeks};
    /// let ana = Summary::<Weeks>::new(2, Time::new(30), Time::new(39))?;
    /// assert_eq!(ana.with_mean_value(22.35).mean_value(), Some(22.35));
    /// assert_eq!(ana.with_mean_value(-3.0).mean_value(), None);
    /// # Ok::<(), audience::analytics::lifetime::SummaryError>(())
    /// ```
    #[must_use]
    pub fn with_mean_value(mut self, value: f64) -> Self {
        let valid = self.repeats > 0 && value > 0.0 && value <= 1e15;
        self.mean_value = valid.then_some(value);
        self
    }

    /// Sums up days of purchase, in any order, with what was paid. What happened after `until` is left out.
    ///
    /// `None` when there was no purchase up to then. Purchases of one day are added up to one.
    #[must_use]
    pub fn of_orders(orders: impl IntoIterator<Item = (Date, f64)>, until: Date) -> Option<Self> {
        let mut orders: Vec<_> = orders.into_iter().filter(|(day, _)| *day <= until).collect();
        orders.sort_by_key(|(day, _)| *day);
        let (first, last) = (orders.first()?.0, orders.last()?.0);
        let since = |day: Date| day.days().abs_diff(first.days());
        let days = orders.chunk_by(|one, other| one.0 == other.0).count();
        let repeats = u32::try_from(days - 1).unwrap_or(u32::MAX);
        let value: f64 = orders
            .iter()
            .filter(|(day, _)| *day > first)
            .map(|(_, value)| value)
            .sum();
        let summary = Self {
            repeats,
            last: Time::from_days(since(last)),
            age: Time::from_days(since(until)),
            mean_value: None,
        };
        Some(summary.with_mean_value(value / f64::from(repeats.max(1))))
    }

    /// How many purchases came after the first.
    #[must_use]
    pub fn repeats(&self) -> u32 {
        self.repeats
    }

    /// When the last purchase was, after the first.
    #[must_use]
    pub fn last(&self) -> Time<U> {
        self.last
    }

    /// How long ago the first purchase was.
    #[must_use]
    pub fn age(&self) -> Time<U> {
        self.age
    }

    /// How long ago the last purchase was.
    #[must_use]
    pub fn recency(&self) -> Time<U> {
        Time::exactly((self.age.get() - self.last.get()).max(0.0)).unwrap_or(Time::ZERO)
    }

    /// The mean value of the purchases after the first, where there are some and it is above zero.
    #[must_use]
    pub fn mean_value(&self) -> Option<f64> {
        self.mean_value
    }
}
