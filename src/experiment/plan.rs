//! How many customers an experiment takes, before it begins.

use super::{
    confidence::Confidence,
    enough::whole,
    special::{normal_above, normal_quantile},
    sums::float,
};

/// No experiment is planned for more.
const MOST_CUSTOMERS: u64 = 1 << 50;

/// How sure an experiment is to be, to find how many customers that takes, or what so many customers can tell.
///
/// The test is the one of the analysis, on both sides: of two rates, with the pooled error when there is no difference and with
/// the errors of both rates when there is one (Fleiss, Levin and Paik, "Statistical Methods for Rates and Proportions", 3rd
/// edition, 2003); of two means whose values spread alike, with the normal distribution.
///
/// # Example
///
/// How many customers tell whether 5 % who order become 6 %, nine times in ten?
///
/// ```
/// # use audience::experiment::Plan;
/// let customers = Plan::new(0.95, 0.9)?.customers_for_rate(0.05, 0.01)?;
/// assert_eq!((customers.baseline, customers.other), (10_921, 10_921));
/// # Ok::<(), audience::experiment::PlanError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Plan {
    level: f64,
    power: f64,
    per_baseline: f64,
    anytime: bool,
}

/// The customers of two arms.
///
/// ```
/// # use audience::experiment::{Plan, PlanCustomers};
/// let customers = PlanCustomers { baseline: 1_000, other: 1_000 };
/// assert!(Plan::default().power_for_rate(0.05, 0.01, customers)? < 0.2);
/// # Ok::<(), audience::experiment::PlanError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlanCustomers {
    /// Of the arm that is compared with.
    pub baseline: u64,
    /// Of the arm that is compared.
    pub other: u64,
}

/// Why nothing can be planned.
///
/// ```
/// # use audience::experiment::Plan;
/// let error = Plan::default().customers_for_rate(0.95, 0.1).unwrap_err();
/// assert_eq!(error.to_string(), "a rate of 0.95 cannot change by 0.1: it would be outside of 0 to 1");
/// ```
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum PlanError {
    /// A level or a power that is no probability that a plan can have.
    #[error("{what} is between 0 and 1, and not {given}")]
    NoProbability {
        /// Which.
        what: &'static str,
        /// What it was.
        given: f64,
    },
    /// A deviation, or a number of customers for each of the baseline, that is not above zero.
    #[error("{what} is above 0, and not {given}")]
    NotPositive {
        /// Which.
        what: &'static str,
        /// What it was.
        given: f64,
    },
    /// No difference is never found.
    #[error("a difference of {given} is never found: name the smallest one that matters")]
    NoDifference {
        /// What it was.
        given: f64,
    },
    /// A rate that would be outside of 0 to 1.
    #[error("a rate of {base} cannot change by {difference}: it would be outside of 0 to 1")]
    NoRate {
        /// The rate of the baseline.
        base: f64,
        /// By how much it would change.
        difference: f64,
    },
    /// More customers than there can be.
    #[error("this takes more than {MOST_CUSTOMERS} customers")]
    TooMany,
    /// So few customers that no difference is found as surely as that.
    #[error("with {} and {} customers, no difference is found as surely as that", .customers.baseline, .customers.other)]
    TooFew {
        /// The customers.
        customers: PlanCustomers,
    },
}

/// Level 0.95, power 0.8, arms of one size, one comparison, one look.
impl Default for Plan {
    fn default() -> Self {
        Self {
            level: 0.95,
            power: 0.8,
            per_baseline: 1.0,
            anytime: false,
        }
    }
}

impl Plan {
    /// With that level, and that probability to find a difference that is there.
    pub fn new(level: f64, power: f64) -> Result<Self, PlanError> {
        for (what, given) in [("the level", level), ("the power", power)] {
            if !(given > 0.0 && given < 1.0) {
                return Err(PlanError::NoProbability { what, given });
            }
        }
        Ok(Self {
            level,
            power,
            ..Self::default()
        })
    }

    /// With so many customers of the other arm for each one of the baseline.
    ///
    /// ```
    /// # use audience::experiment::Plan;
    /// let nine_to_one = Plan::default().with_shares(9.0)?.customers_for_mean(40.0, 2.0)?;
    /// assert_eq!((nine_to_one.baseline, nine_to_one.other), (3_489, 31_401));
    /// # Ok::<(), audience::experiment::PlanError>(())
    /// ```
    pub fn with_shares(self, per_baseline: f64) -> Result<Self, PlanError> {
        if per_baseline > 0.0 && per_baseline.is_finite() {
            Ok(Self { per_baseline, ..self })
        } else {
            Err(PlanError::NotPositive {
                what: "the number of customers for each one of the baseline",
                given: per_baseline,
            })
        }
    }

    /// With so many comparisons, each held to its part of what is left of the level, so that the corrected p values find the
    /// difference too.
    ///
    /// ```
    /// # use audience::experiment::Plan;
    /// let one = Plan::default().customers_for_rate(0.05, 0.01)?;
    /// let three = Plan::default().with_comparisons(3).customers_for_rate(0.05, 0.01)?;
    /// assert_eq!((one.baseline, three.baseline), (8_158, 10_882));
    /// # Ok::<(), audience::experiment::PlanError>(())
    /// ```
    #[must_use]
    pub fn with_comparisons(self, comparisons: u32) -> Self {
        Self {
            level: 1.0 - (1.0 - self.level) / f64::from(comparisons.max(1)),
            ..self
        }
    }

    /// With intervals that hold at any time: the difference is found by the time that all these customers are there, and often
    /// before.
    ///
    /// ```
    /// # use audience::experiment::Plan;
    /// let once = Plan::default().customers_for_rate(0.05, 0.01)?;
    /// let anytime = Plan::default().at_any_time().customers_for_rate(0.05, 0.01)?;
    /// assert!(anytime.baseline > once.baseline && anytime.baseline < 2 * once.baseline);
    /// # Ok::<(), audience::experiment::PlanError>(())
    /// ```
    #[must_use]
    pub const fn at_any_time(self) -> Self {
        Self {
            anytime: true,
            ..self
        }
    }

    /// How many customers tell that a rate changes from `base` by `difference`.
    pub fn customers_for_rate(&self, base: f64, difference: f64) -> Result<PlanCustomers, PlanError> {
        self.customers(&rates(base, difference)?)
    }

    /// How many customers tell that a mean changes by `difference`, when the values have that standard deviation.
    ///
    /// ```
    /// # use audience::experiment::Plan;
    /// let customers = Plan::default().customers_for_mean(40.0, 2.0)?;
    /// assert_eq!(customers.baseline, 6_280);
    /// # Ok::<(), audience::experiment::PlanError>(())
    /// ```
    pub fn customers_for_mean(&self, deviation: f64, difference: f64) -> Result<PlanCustomers, PlanError> {
        self.customers(&means(deviation, difference)?)
    }

    /// How probable it is that so many customers tell the change of a rate.
    pub fn power_for_rate(
        &self,
        base: f64,
        difference: f64,
        customers: PlanCustomers,
    ) -> Result<f64, PlanError> {
        Ok(self.power(&rates(base, difference)?, customers))
    }

    /// How probable it is that so many customers tell the change of a mean.
    ///
    /// ```
    /// # use audience::experiment::{Plan, PlanCustomers};
    /// let customers = PlanCustomers { baseline: 6_280, other: 6_280 };
    /// let power = Plan::default().power_for_mean(40.0, 2.0, customers)?;
    /// assert!((power - 0.8).abs() < 0.001);
    /// # Ok::<(), audience::experiment::PlanError>(())
    /// ```
    pub fn power_for_mean(
        &self,
        deviation: f64,
        difference: f64,
        customers: PlanCustomers,
    ) -> Result<f64, PlanError> {
        Ok(self.power(&means(deviation, difference)?, customers))
    }

    /// The smallest rise of a rate that so many customers tell.
    ///
    /// ```
    /// # use audience::experiment::{Plan, PlanCustomers};
    /// let customers = PlanCustomers { baseline: 8_158, other: 8_158 };
    /// let rise = Plan::default().smallest_rise_of_rate(0.05, customers)?;
    /// assert!((rise - 0.01).abs() < 1e-5);
    /// # Ok::<(), audience::experiment::PlanError>(())
    /// ```
    pub fn smallest_rise_of_rate(&self, base: f64, customers: PlanCustomers) -> Result<f64, PlanError> {
        rates(base, (1.0 - base) / 2.0)?;
        let greatest = (1.0 - base) * (1.0 - f64::EPSILON);
        self.smallest(customers, greatest, |rise| {
            self.power_for_rate(base, rise, customers)
        })
    }

    /// The smallest difference of means that so many customers tell, when the values have that standard deviation.
    ///
    /// ```
    /// # use audience::experiment::{Plan, PlanCustomers};
    /// let customers = PlanCustomers { baseline: 6_280, other: 6_280 };
    /// let difference = Plan::default().smallest_difference_of_means(40.0, customers)?;
    /// assert!((difference - 2.0).abs() < 1e-3);
    /// # Ok::<(), audience::experiment::PlanError>(())
    /// ```
    pub fn smallest_difference_of_means(
        &self,
        deviation: f64,
        customers: PlanCustomers,
    ) -> Result<f64, PlanError> {
        means(deviation, 1.0)?;
        // With one customer each, and more, this is found for certain.
        let great = deviation * 1e3;
        self.smallest(customers, great, |difference| {
            self.power_for_mean(deviation, difference, customers)
        })
    }

    /// Where a power that grows reaches that of the plan, by halving.
    fn smallest(
        &self,
        customers: PlanCustomers,
        greatest: f64,
        power: impl Fn(f64) -> Result<f64, PlanError>,
    ) -> Result<f64, PlanError> {
        let (mut low, mut high) = (0.0, greatest);
        if power(high)? < self.power {
            return Err(PlanError::TooFew { customers });
        }
        loop {
            let middle = low + (high - low) / 2.0;
            if middle <= low || middle >= high {
                return Ok(high);
            }
            if power(middle)? < self.power {
                low = middle;
            } else {
                high = middle;
            }
        }
    }

    fn customers(&self, change: &Change) -> Result<PlanCustomers, PlanError> {
        let arms = |baseline: u64| PlanCustomers {
            baseline,
            other: whole((float(baseline) * self.per_baseline).ceil()).max(1),
        };
        let enough = |baseline: u64| self.power(change, arms(baseline)) >= self.power;
        let mut high = 1;
        while !enough(high) {
            high *= 2;
            if high > MOST_CUSTOMERS {
                return Err(PlanError::TooMany);
            }
        }
        let mut low = high / 2;
        while high - low > 1 {
            let middle = low + (high - low) / 2;
            if enough(middle) {
                high = middle;
            } else {
                low = middle;
            }
        }
        Ok(arms(high))
    }

    fn power(&self, change: &Change, customers: PlanCustomers) -> f64 {
        if customers.baseline == 0 || customers.other == 0 {
            return 0.0;
        }
        let (baseline, other) = (float(customers.baseline), float(customers.other));
        let [without, with] = change.errors(baseline, other);
        let reach = if self.anytime {
            Confidence::anytime(self.level, 1.0).reach(None)
        } else {
            normal_quantile(1.0 - self.level)
        };
        let (reach, difference) = (reach * without, change.difference().abs());
        normal_above((reach - difference) / with) + normal_above((reach + difference) / with)
    }
}

/// What is to be found.
enum Change {
    Rate { base: f64, difference: f64 },
    Mean { deviation: f64, difference: f64 },
}

impl Change {
    const fn difference(&self) -> f64 {
        match self {
            Self::Rate { difference, .. } | Self::Mean { difference, .. } => *difference,
        }
    }

    /// The standard error of the difference, when there is none and when there is this one.
    fn errors(&self, baseline: f64, other: f64) -> [f64; 2] {
        match self {
            Self::Rate { base, difference } => {
                let variance = |rate: f64| rate * (1.0 - rate);
                let pooled = base + difference * (other / (baseline + other));
                let without = variance(pooled) * (1.0 / baseline + 1.0 / other);
                let with = variance(*base) / baseline + variance(base + difference) / other;
                [without.sqrt(), with.sqrt()]
            }
            Self::Mean { deviation, .. } => [deviation * (1.0 / baseline + 1.0 / other).sqrt(); 2],
        }
    }
}

fn rates(base: f64, difference: f64) -> Result<Change, PlanError> {
    if !(base > 0.0 && base < 1.0) {
        return Err(PlanError::NoProbability {
            what: "the rate of the baseline",
            given: base,
        });
    }
    let changed = base + difference;
    if !(changed > 0.0 && changed < 1.0) {
        return Err(PlanError::NoRate { base, difference });
    }
    some(difference)?;
    Ok(Change::Rate { base, difference })
}

fn means(deviation: f64, difference: f64) -> Result<Change, PlanError> {
    if !(deviation > 0.0 && deviation.is_finite()) {
        return Err(PlanError::NotPositive {
            what: "the standard deviation",
            given: deviation,
        });
    }
    some(difference)?;
    Ok(Change::Mean {
        deviation,
        difference,
    })
}

fn some(difference: f64) -> Result<(), PlanError> {
    if difference.is_finite() && difference != 0.0 {
        Ok(())
    } else {
        Err(PlanError::NoDifference { given: difference })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_planned_says_why() {
        let plan = Plan::default();
        let told = |result: Result<PlanCustomers, PlanError>| result.expect_err("refused").to_string();
        assert_eq!(
            told(plan.customers_for_rate(0.0, 0.1)),
            "the rate of the baseline is between 0 and 1, and not 0"
        );
        assert_eq!(
            told(plan.customers_for_rate(0.1, 0.0)),
            "a difference of 0 is never found: name the smallest one that matters"
        );
        assert_eq!(
            told(plan.customers_for_rate(0.1, f64::NAN)),
            "a rate of 0.1 cannot change by NaN: it would be outside of 0 to 1"
        );
        assert_eq!(
            told(plan.customers_for_mean(-1.0, 1.0)),
            "the standard deviation is above 0, and not -1"
        );
        assert_eq!(
            told(plan.customers_for_mean(1e9, 1e-9)),
            "this takes more than 1125899906842624 customers"
        );
        assert_eq!(
            Plan::new(1.0, 0.8).expect_err("certain").to_string(),
            "the level is between 0 and 1, and not 1"
        );
        assert_eq!(
            plan.with_shares(0.0).expect_err("nobody").to_string(),
            "the number of customers for each one of the baseline is above 0, and not 0"
        );
        let nobody = PlanCustomers {
            baseline: 0,
            other: 9,
        };
        assert_eq!(
            plan.smallest_rise_of_rate(0.5, nobody)
                .expect_err("nobody")
                .to_string(),
            "with 0 and 9 customers, no difference is found as surely as that"
        );
    }

    #[test]
    fn one_customer_less_is_too_few() {
        for (level, power) in [(0.95, 0.8), (0.99, 0.95), (0.8, 0.5)] {
            let plan = Plan::new(level, power).expect("probabilities");
            for difference in [-0.04, 0.001, 0.02, 0.9] {
                let needed = plan.customers_for_rate(0.05, difference).expect("in range");
                let power_of = |less| {
                    let customers = PlanCustomers {
                        baseline: needed.baseline - less,
                        other: needed.other - less,
                    };
                    plan.power_for_rate(0.05, difference, customers)
                        .expect("in range")
                };
                assert!(
                    power_of(0) >= power && power_of(1) < power,
                    "{difference}: {needed:?}"
                );
            }
        }
    }
}
