//! Recency, frequency and monetary value, each as a score from 1 to 5.
//!
//! 5 is the fifth that bought last, most often, or for most. Scores are those of `quantile(x, 5)` in the language: cut points
//! of the nearest rank, so that equal values have equal scores. [`Rfm`] keeps the cut points, and gives scores to a customer who
//! was not there when it was fitted; a [`GroupTable`] names groups of scores.
//!
//! ```
//! use audience::{Decimal, analytics::rfm::{GroupTable, Rfm, RfmValues}};
//!
//! let at = "2026-06-01T00:00:00Z".parse()?;
//! let customer = |days, orders: u32| RfmValues::of_days(days, orders.into(), Decimal::from_units(i64::from(orders) * 250_000));
//! let customers = (1..=20).map(|it| customer(it * 10, it));
//! let rfm = Rfm::fit(at, customers)?;
//!
//! let ana = rfm.scores(&customer(3, 18));
//! assert_eq!((ana.recency(), ana.frequency(), ana.monetary()), (5, 5, 5));
//! let groups = GroupTable::default();
//! assert_eq!(groups.group_of(Some(ana)), "champions");
//! assert_eq!(groups.group_of(None), "no order");
//!
//! let saved = serde_json::to_string(&rfm)?;
//! assert_eq!(serde_json::from_str::<Rfm>(&saved)?, rfm);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod groups;
mod thresholds;
mod wire;

pub use groups::{Cells, Group, GroupProblem, GroupTable, GroupTableError};
pub use thresholds::{ThresholdError, Thresholds};

use std::fmt;

use super::{NotEnoughData, Shortage};
use crate::{
    population::{Cut, cut_points},
    value::{DateTime, Decimal, Duration},
};

const SCORES: u32 = 5;

/// What a customer with at least one order has done.
///
/// Values are exact, as in the language: the time since the last order, the number of orders, and what was spent. `Debug` shows none.
///
/// ```
/// # use audience::{Duration, analytics::rfm::RfmValues};
/// let ana = RfmValues {
///     recency: Duration::from_micros(3 * 86_400_000_000),
///     frequency: 18,
///     monetary: "700.50".parse()?,
/// };
/// assert_eq!(ana, RfmValues::of_days(3, 18, "700.50".parse()?));
/// # Ok::<(), audience::DecimalError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct RfmValues {
    /// The time since the last order.
    pub recency: Duration,
    /// The number of orders.
    pub frequency: u64,
    /// What was spent.
    pub monetary: Decimal,
}

impl RfmValues {
    /// With a recency in whole days. More than 292 thousand years count as the longest duration.
    #[must_use]
    pub fn of_days(recency: u32, frequency: u64, monetary: Decimal) -> Self {
        Self {
            recency: Duration::from_micros(i64::from(recency).saturating_mul(86_400_000_000)),
            frequency,
            monetary,
        }
    }

    /// Whole numbers that are the greater the better.
    fn keys(&self) -> [i64; 3] {
        [
            self.recency.micros().saturating_neg(),
            i64::try_from(self.frequency).unwrap_or(i64::MAX),
            self.monetary.units(),
        ]
    }
}

/// What somebody spent, and when, is not for logs.
impl fmt::Debug for RfmValues {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RfmValues").finish_non_exhaustive()
    }
}

/// Three scores from 1 to 5, the best. `Display` writes them as `5-4-3`.
///
/// ```
/// # use audience::analytics::rfm::RfmScores;
/// let scores = RfmScores::new(5, 4, 3).expect("from 1 to 5");
/// assert_eq!(scores.to_string(), "5-4-3");
/// assert!(RfmScores::new(5, 4, 0).is_none());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RfmScores {
    recency: u8,
    frequency: u8,
    monetary: u8,
}

impl RfmScores {
    /// These scores, if each is from 1 to 5.
    #[must_use]
    pub fn new(recency: u8, frequency: u8, monetary: u8) -> Option<Self> {
        let valid = [recency, frequency, monetary]
            .iter()
            .all(|it| (1..=5).contains(it));
        valid.then_some(Self {
            recency,
            frequency,
            monetary,
        })
    }

    /// How recently: 5 is last.
    #[must_use]
    pub fn recency(self) -> u8 {
        self.recency
    }

    /// How often: 5 is most.
    #[must_use]
    pub fn frequency(self) -> u8 {
        self.frequency
    }

    /// For how much: 5 is most.
    #[must_use]
    pub fn monetary(self) -> u8 {
        self.monetary
    }

    /// All 125, the lowest first.
    pub fn all() -> impl Iterator<Item = Self> {
        (1..=5).flat_map(|recency| {
            (1..=5).flat_map(move |frequency| {
                (1..=5).map(move |monetary| Self {
                    recency,
                    frequency,
                    monetary,
                })
            })
        })
    }

    fn of([recency, frequency, monetary]: [u8; 3]) -> Self {
        Self {
            recency,
            frequency,
            monetary,
        }
    }
}

impl fmt::Display for RfmScores {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}-{}", self.recency, self.frequency, self.monetary)
    }
}

/// Cut points that give each customer three scores: see the [module](self).
///
/// Fitted from at least [`Rfm::LEAST_CUSTOMERS`] customers with an order, or made of fixed [`Thresholds`]. It is saved with
/// serde and holds cut points, how many customers there were and when; no key and no more than a value of somebody, as a
/// [`Population`](crate::Population) does.
///
/// ```
/// # use audience::analytics::rfm::{Rfm, RfmValues};
/// let customer = |number: u32| RfmValues::of_days(number, number.into(), "20".parse().expect("a decimal"));
/// let rfm = Rfm::fit("2026-06-01T00:00:00Z".parse()?, (1..=10).map(customer))?;
/// assert_eq!(rfm.frequency_cuts(), [2, 4, 6, 8]);
/// assert_eq!(rfm.scores(&customer(9)).to_string(), "1-5-1"); // long ago, often, and for as much as all others
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rfm {
    at: DateTime,
    origin: Origin,
    /// By key (see [`RfmValues::keys`]): the highest value of each score below the best.
    cuts: [[i64; 4]; 3],
}

/// Where cut points come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Origin {
    Quantiles { customers: u64 },
    Thresholds,
}

impl Rfm {
    /// As many customers as there are scores.
    pub const LEAST_CUSTOMERS: u64 = 5;

    /// Cuts these customers into fifths, each value by itself.
    ///
    /// Recency is the time up to `at`, so that the scores of a later day, with recency up to that day, are fair. At `at`
    /// itself, scores are those of `quantile(last(at of purchases), 5)`, `quantile(count(purchases), 5)` and
    /// `quantile(sum(amount of purchases), 5)`.
    pub fn fit(at: DateTime, customers: impl IntoIterator<Item = RfmValues>) -> Result<Self, NotEnoughData> {
        let mut columns: [Vec<i64>; 3] = Default::default();
        for customer in customers {
            for (column, key) in columns.iter_mut().zip(customer.keys()) {
                column.push(key);
            }
        }
        let count = columns[0].len();
        NotEnoughData::unless(Shortage::Customers, count as u64, Self::LEAST_CUSTOMERS)?;
        let mut cuts = [[0; 4]; 3];
        for (column, cuts) in columns.iter_mut().zip(&mut cuts) {
            column.sort_unstable();
            for (cut, position) in cuts.iter_mut().zip(positions(count)) {
                *cut = column[position];
            }
        }
        Ok(Self {
            at,
            origin: Origin::Quantiles {
                customers: count as u64,
            },
            cuts,
        })
    }

    /// Scores by thresholds that are given instead of fitted.
    ///
    /// ```
    /// # use audience::{DateTime, Decimal, analytics::rfm::{Rfm, RfmValues, Thresholds}};
    /// let euros = |euros: i64| Decimal::from_units(euros * Decimal::SCALE);
    /// let rfm = Rfm::of_thresholds(DateTime::MAX, &Thresholds {
    ///     days: [365, 180, 90, 30],
    ///     orders: [2, 4, 8, 16],
    ///     spent: [50, 100, 250, 1_000].map(euros),
    /// })?;
    /// let scores = |days, orders, spent| rfm.scores(&RfmValues::of_days(days, orders, euros(spent))).to_string();
    /// assert_eq!(scores(30, 16, 1_000), "5-5-5");
    /// assert_eq!(scores(31, 15, 999), "4-4-4");
    /// assert_eq!(scores(366, 1, 49), "1-1-1");
    /// # Ok::<(), audience::analytics::rfm::ThresholdError>(())
    /// ```
    pub fn of_thresholds(at: DateTime, thresholds: &Thresholds) -> Result<Self, ThresholdError> {
        Ok(Self {
            at,
            origin: Origin::Thresholds,
            cuts: thresholds.cuts()?,
        })
    }

    /// The scores of a customer, also of one who was not there when it was fitted.
    #[must_use]
    pub fn scores(&self, customer: &RfmValues) -> RfmScores {
        let mut scores = [1; 3];
        for ((score, key), cuts) in scores.iter_mut().zip(customer.keys()).zip(&self.cuts) {
            *score += cuts.iter().map(|cut| u8::from(*cut < key)).sum::<u8>();
        }
        RfmScores::of(scores)
    }

    /// The instant that counted as now.
    #[must_use]
    pub fn at(&self) -> DateTime {
        self.at
    }

    /// How many customers it was fitted from; `None` for fixed thresholds.
    #[must_use]
    pub fn customers(&self) -> Option<u64> {
        match self.origin {
            Origin::Quantiles { customers } => Some(customers),
            Origin::Thresholds => None,
        }
    }

    /// The shortest time since the last order with the scores 1, 2, 3 and 4.
    ///
    /// ```
    /// # use audience::{DateTime, Decimal, analytics::rfm::{Rfm, RfmValues}};
    /// let customers = [1, 1, 2, 3, 5, 8, 13, 21, 34, 55].map(|days| RfmValues::of_days(days, 1, Decimal::ZERO));
    /// let rfm = Rfm::fit(DateTime::MAX, customers)?;
    /// let days = rfm.recency_cuts().map(|it| it.micros() / 86_400_000_000);
    /// assert_eq!(days, [34, 13, 5, 2]);
    /// # Ok::<(), audience::analytics::NotEnoughData>(())
    /// ```
    #[must_use]
    pub fn recency_cuts(&self) -> [Duration; 4] {
        self.cuts[0].map(|cut| Duration::from_micros(cut.saturating_neg()))
    }

    /// The greatest number of orders with the scores 1, 2, 3 and 4.
    #[must_use]
    pub fn frequency_cuts(&self) -> [i64; 4] {
        self.cuts[1]
    }

    /// The most that was spent with the scores 1, 2, 3 and 4.
    #[must_use]
    pub fn monetary_cuts(&self) -> [Decimal; 4] {
        self.cuts[2].map(Decimal::from_units)
    }
}

/// Scores of five groups of the same size, up to one customer, however many values are equal.
///
/// Of equal values, those that stand first in `customers` have the lower score: sort by key for the same answer on every run.
/// Two customers who did the same may so have different scores, which is why [`Rfm::fit`] cuts by value; and there is nothing to
/// save, because a cut through equal values says nothing about one more customer.
///
/// ```
/// # use audience::{DateTime, Decimal, analytics::rfm::{Rfm, RfmValues, equal_sizes}};
/// let once = [RfmValues::of_days(10, 1, Decimal::ZERO); 10];
/// let by_size = equal_sizes(&once);
/// assert_eq!([0, 1, 2, 8, 9].map(|it| by_size[it].frequency()), [1, 1, 2, 5, 5]);
/// let by_value = Rfm::fit(DateTime::MAX, once)?;
/// assert!(once.iter().all(|it| by_value.scores(it).frequency() == 1));
/// # Ok::<(), audience::analytics::NotEnoughData>(())
/// ```
#[must_use]
pub fn equal_sizes(customers: &[RfmValues]) -> Vec<RfmScores> {
    let keys: Vec<_> = customers.iter().map(RfmValues::keys).collect();
    let mut scores = vec![[0; 3]; customers.len()];
    let mut order: Vec<usize> = (0..customers.len()).collect();
    for value in 0..3 {
        order.sort_by_key(|customer| (keys[*customer][value], *customer));
        for (rank, customer) in order.iter().enumerate() {
            let below = positions(customers.len()).filter(|cut| *cut < rank).count();
            scores[*customer][value] = u8::try_from(1 + below).unwrap_or(u8::MAX);
        }
    }
    scores.into_iter().map(RfmScores::of).collect()
}

/// Where the cut points of fifths lie in so many sorted values.
fn positions(count: usize) -> impl Iterator<Item = usize> {
    cut_points(Cut::Quantile(SCORES), count).into_iter()
}
