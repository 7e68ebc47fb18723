//! Cut points that somebody chose.

use crate::value::Decimal;

use super::RfmValues;

/// From where each score counts: the scores 2, 3, 4 and 5 in this order.
///
/// See [`Rfm::of_thresholds`](super::Rfm::of_thresholds).
///
/// ```
/// # use audience::{DateTime, Decimal, analytics::rfm::{Rfm, RfmValues, Thresholds}};
/// let spent = [50, 100, 200, 500].map(|euros| Decimal::from_units(euros * Decimal::SCALE));
/// let fixed = Thresholds { days: [365, 180, 90, 30], orders: [2, 3, 5, 10], spent };
/// let rfm = Rfm::of_thresholds(DateTime::MAX, &fixed)?;
/// assert_eq!(rfm.scores(&RfmValues::of_days(90, 1, "199.99".parse()?)).to_string(), "4-1-3");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Thresholds {
    /// The last order is at most so many days ago: falling.
    pub days: [u32; 4],
    /// At least so many orders: rising.
    pub orders: [u64; 4],
    /// At least so much spent: rising.
    pub spent: [Decimal; 4],
}

/// A value whose thresholds are out of order.
///
/// ```
/// # use audience::{DateTime, Decimal, analytics::rfm::{Rfm, Thresholds}};
/// let spent = [10, 20, 20, 30].map(|euros| Decimal::from_units(euros * Decimal::SCALE));
/// let error = Rfm::of_thresholds(DateTime::MAX, &Thresholds { days: [90, 60, 30, 7], orders: [2, 3, 4, 5], spent });
/// assert_eq!(error.unwrap_err().to_string(), "the thresholds of `spent` must rise: the one of score 4 is not above that of score 3");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the thresholds of `{value}` must {direction}: the one of score {score} is not {beyond} that of score {}", .score - 1)]
pub struct ThresholdError {
    value: &'static str,
    direction: &'static str,
    beyond: &'static str,
    score: usize,
}

impl ThresholdError {
    /// `days`, `orders` or `spent`.
    #[must_use]
    pub fn value(&self) -> &'static str {
        self.value
    }
}

impl Thresholds {
    /// The highest key that is below each threshold; keys are whole numbers.
    pub(super) fn cuts(&self) -> Result<[[i64; 4]; 3], ThresholdError> {
        let mut cuts = [[0; 4]; 3];
        for place in 0..4 {
            let edge = RfmValues::of_days(self.days[place], self.orders[place], self.spent[place]);
            for (cuts, key) in cuts.iter_mut().zip(edge.keys()) {
                cuts[place] = key.saturating_sub(1);
            }
        }
        let names = [
            ("days", "fall", "below"),
            ("orders", "rise", "above"),
            ("spent", "rise", "above"),
        ];
        for ((value, direction, beyond), cuts) in names.into_iter().zip(&cuts) {
            if let Some(at) = cuts.windows(2).position(|pair| pair[0] >= pair[1]) {
                return Err(ThresholdError {
                    value,
                    direction,
                    beyond,
                    score: at + 3,
                });
            }
        }
        Ok(cuts)
    }
}
