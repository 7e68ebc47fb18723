//! How far an interval reaches, and how surprising a distance from zero is: looked at once at the end, or at any time.
//!
//! At any time, the interval is that of Robbins' normal mixture with the variance found so far: Robbins, "Statistical methods
//! related to the law of the iterated logarithm", Annals of Mathematical Statistics 41 (1970); Johari, Koomen, Pekelis and
//! Walsh, "Always valid inference: continuous monitoring of A/B tests", Operations Research 70 (2022); that it holds in large
//! samples whatever the values are distributed like is shown by Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas,
//! "Time-uniform central limit theory and asymptotic confidence sequences", Annals of Statistics 52 (2024).

use serde::Serialize;

use super::special::{normal_quantile, normal_tails, t_quantile, t_tails};

/// A figure, and the interval around it.
///
/// ```
/// # use audience::experiment::{Experiment, Metric, Tally, Treatment};
/// let experiment = Experiment::builder("spring")
///     .arm("none", 0.5, Treatment::Nothing)
///     .arm("letter", 0.5, Treatment::SameForAll)
///     .goal(Metric::rate("ordered"))
///     .build()?;
/// let mut tally = Tally::new(&experiment);
/// for customer in 0..1_000 {
///     let arm = if customer % 2 == 0 { "none" } else { "letter" };
///     tally.add(arm, [], [("ordered", (customer % 10 < 3).into())])?;
/// }
/// let rate = tally.analyze().goals[0].arms[0].estimate.clone()?;
/// assert_eq!(rate.value, 0.4);
/// assert!(rate.low > 0.35 && rate.high < 0.45);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Estimate {
    /// The figure itself.
    pub value: f64,
    /// The lower end of the interval.
    pub low: f64,
    /// The upper end of the interval.
    pub high: f64,
}

impl Estimate {
    pub(super) const fn new(value: f64, low: f64, high: f64) -> Self {
        Self { value, low, high }
    }

    pub(super) fn around(value: f64, reach: f64) -> Self {
        Self::new(value, value - reach, value + reach)
    }
}

/// How sure intervals are to be, and for how many looks.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Confidence {
    level: f64,
    /// How much of what is planned is there, weighed so that intervals are shortest once all of it is; none when there is one
    /// look, at the end.
    weight: Option<f64>,
}

impl Confidence {
    pub(super) const fn once(level: f64) -> Self {
        Self { level, weight: None }
    }

    /// After so much of what was planned.
    pub(super) fn anytime(level: f64, share: f64) -> Self {
        let log = -2.0 * (1.0 - level).ln();
        Self {
            level,
            weight: Some((log + log.ln_1p()) * share),
        }
    }

    pub(super) const fn is_once(self) -> bool {
        self.weight.is_none()
    }

    /// How many standard errors an interval reaches to each side. Without degrees of freedom, they are without number.
    pub(super) fn reach(self, df: Option<f64>) -> f64 {
        let alpha = 1.0 - self.level;
        match (self.weight, df) {
            (Some(weight), _) => ((1.0 + 1.0 / weight) * (weight.ln_1p() - 2.0 * alpha.ln())).sqrt(),
            (None, Some(df)) => t_quantile(alpha, df),
            (None, None) => normal_quantile(alpha),
        }
    }

    /// How often chance alone leads so many standard errors away from zero.
    pub(super) fn p(self, errors: f64, df: Option<f64>) -> f64 {
        match (self.weight, df) {
            (Some(weight), _) => {
                let exponent = 0.5 * (weight.ln_1p() - errors * errors * weight / (1.0 + weight));
                exponent.exp().min(1.0)
            }
            (None, Some(df)) => t_tails(errors, df),
            (None, None) => normal_tails(errors),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interval_ends_where_p_is_what_is_left_of_the_level() {
        for level in [0.8, 0.95, 0.999] {
            for confidence in [
                Confidence::once(level),
                Confidence::anytime(level, 0.01),
                Confidence::anytime(level, 1.0),
                Confidence::anytime(level, 30.0),
            ] {
                for df in [None, Some(3.7), Some(2e4)] {
                    let p = confidence.p(confidence.reach(df), df);
                    assert!(
                        (p / (1.0 - level) - 1.0).abs() < 1e-9,
                        "{confidence:?} {df:?}: {p}"
                    );
                }
            }
        }
    }

    #[test]
    fn looking_at_any_time_costs_least_when_all_is_there() {
        let reach = |share| Confidence::anytime(0.95, share).reach(None);
        let once = Confidence::once(0.95).reach(None);
        // Compared by how long the interval is, which shrinks with the root of the customers too.
        let length = |share: f64| reach(share) / share.sqrt();
        assert!(reach(1.0) > once && reach(1.0) < 1.6 * once, "{}", reach(1.0));
        assert!(length(0.1) > length(0.5) && length(0.5) > length(1.0));
        // Near the plan nobody's reach is much smaller, and far from it it grows slowly.
        assert!(reach(0.01) > reach(1.0) && reach(1e6) > reach(1.0) && reach(1e6) < 3.0 * reach(1.0));
        assert!(reach(1e-300).is_finite());
    }
}
