//! How much less counts what is longer ago.

use super::{Action, FitError};
use crate::value::{DateTime, Duration};

/// How much one action counts beside another, in histories and for what is popular.
///
/// ```
/// # use audience::ActionWeights;
/// let only_bought = ActionWeights { view: 0.0, search: 0.0, favorite: 0.0, ..ActionWeights::default() };
/// assert_eq!(only_bought.purchase, 1.0);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ActionWeights {
    /// Default 1.
    pub purchase: f64,
    /// Default 0.5.
    pub favorite: f64,
    /// Default 0.2.
    pub search: f64,
    /// Default 0.1.
    pub view: f64,
}

impl Default for ActionWeights {
    fn default() -> Self {
        Self {
            purchase: 1.0,
            favorite: 0.5,
            search: 0.2,
            view: 0.1,
        }
    }
}

impl ActionWeights {
    pub(super) const fn of(&self, action: Action) -> f64 {
        match action {
            Action::Purchase => self.purchase,
            Action::Favorite => self.favorite,
            Action::Search => self.search,
            Action::View => self.view,
        }
    }

    pub(super) fn check(&self) -> Result<(), FitError> {
        for action in Action::ALL {
            let weight = self.of(action);
            if !(weight >= 0.0 && weight.is_finite()) {
                return Err(FitError::new(
                    format!("the weight of a {}", action.name()),
                    weight,
                    "0 or more, and not infinite",
                ));
            }
        }
        Ok(())
    }
}

/// Halves what something counts with every half-life that has passed; no half-life, no decay.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Decay {
    /// In microseconds; infinite without decay.
    half_life: f64,
}

impl Decay {
    pub(super) fn new(half_life: Option<Duration>) -> Result<Self, FitError> {
        let Some(half_life) = half_life else {
            return Ok(Self {
                half_life: f64::INFINITY,
            });
        };
        let micros = float(half_life.micros());
        if micros <= 0.0 {
            return Err(FitError::new(
                "`half_life` in days".to_owned(),
                micros / DAY,
                "longer than nothing",
            ));
        }
        Ok(Self { half_life: micros })
    }

    /// What something at `at` counts at `now`, from 0 to 1; what lies ahead counts as now.
    pub(super) fn at(self, at: i64, now: DateTime) -> f64 {
        let age = (float(now.micros()) - float(at)).max(0.0);
        libm::exp2(-age / self.half_life)
    }
}

pub(super) const DAY: f64 = 86_400e6;

/// Microseconds as a float, exact for some three centuries around 1970.
#[expect(
    clippy::cast_precision_loss,
    reason = "an age need not be exact to the microsecond"
)]
pub(super) const fn float(micros: i64) -> f64 {
    micros as f64
}

/// A count as a float, exact far beyond what memory holds.
#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
pub(super) const fn count(of: usize) -> f64 {
    of as f64
}

#[expect(clippy::cast_possible_truncation, reason = "scores need no more than 24 bits")]
pub(super) const fn narrow(score: f64) -> f32 {
    score as f32
}
