//! Whether the arms have the customers that they were meant to have.

use serde::Serialize;
use statrs::function::gamma::ln_gamma;

use super::{NotEnoughData, enough, special, sums::float};

/// Below this p, the arms are not as they were meant. It is asked of every experiment, and should not cry wolf.
const SUSPICIOUS: f64 = 0.001;

/// What the sizes of the arms say of how customers got into them.
///
/// Pearson's chi-square of the sizes against the intended shares; for an experiment that is looked at any time, the mixture of
/// Lindon and Malek, "Anytime-valid inference for multinomial count data", Advances in Neural Information Processing Systems 35 (2022). When the arms are not as they were
/// meant, something else than chance decides who is counted, and no other figure of the experiment can be trusted: Fabijan and
/// others, "Diagnosing sample ratio mismatch in online controlled experiments", KDD 2019.
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
///     // Whoever could not be reached was forgotten, but only here.
///     let arm = if customer % 2 == 0 { "none" } else { "letter" };
///     if arm == "none" || customer % 5 > 0 {
///         tally.add(arm, [], [("ordered", false.into())])?;
///     }
/// }
/// let mismatch = tally.analyze().mismatch?;
/// assert!(mismatch.found && mismatch.p < 0.001);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Mismatch {
    /// How often chance alone makes sizes at least so far from what was meant.
    pub p: f64,
    /// Whether that is below 0.001, so that something must be wrong.
    pub found: bool,
}

/// The names, intended shares and sizes of all arms.
pub(super) fn mismatch(arms: &[(&str, f64, u64)], is_once: bool) -> Result<Mismatch, NotEnoughData> {
    let all: f64 = arms.iter().map(|(.., customers)| float(*customers)).sum();
    if let Some((arm, ..)) = arms.iter().find(|(_, share, _)| all * share < enough::EXPECTED) {
        return Err(NotEnoughData::FewForShares {
            arm: (*arm).to_owned(),
        });
    }
    let p = if is_once {
        let apart = |(_, share, customers): &(&str, f64, u64)| {
            let expected = all * share;
            (float(*customers) - expected).powi(2) / expected
        };
        let others = float(arms.len() as u64) - 1.0;
        special::chi_square_above(arms.iter().map(apart).sum(), others)
    } else {
        anytime(arms, all)
    };
    Ok(Mismatch {
        p,
        found: p < SUSPICIOUS,
    })
}

/// How likely the sizes are with the shares that were meant, beside shares that are spread around them as if a hundred times as
/// many customers as there are arms had been seen.
///
/// The logarithm of a quotient of gamma functions. Their great parts are cancelled beforehand, by Stirling's formula, and what
/// it leaves out is `beyond_stirling`.
fn anytime(arms: &[(&str, f64, u64)], all: f64) -> f64 {
    let weight = 100.0 * float(arms.len() as u64);
    let total = weight + all;
    let mut log = 0.5 * (total / weight).ln() - beyond_stirling(total) + beyond_stirling(weight);
    for (_, share, customers) in arms {
        let (prior, seen) = (weight * share, weight * share + float(*customers));
        let expected = total * share;
        let off = (float(*customers) - all * share) / expected;
        // As nobody may be there, the logarithm is not taken where it has none.
        let logarithm = if off > -1.0 { off.ln_1p() } else { 0.0 };
        log += expected * ((1.0 + off) * logarithm - off);
        log += beyond_stirling(seen) - beyond_stirling(prior) - 0.5 * (seen / prior).ln();
    }
    (-log).exp().min(1.0)
}

/// What the logarithm of the gamma function has beyond Stirling's formula.
fn beyond_stirling(x: f64) -> f64 {
    if x < 100.0 {
        ln_gamma(x) - (x - 0.5) * x.ln() + x - 0.5 * std::f64::consts::TAU.ln()
    } else {
        1.0 / (12.0 * x) - 1.0 / (360.0 * x.powi(3)) + 1.0 / (1260.0 * x.powi(5))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_as_they_were_meant_are_no_finding() {
        let arms = [("a", 0.5, 5_000), ("b", 0.3, 3_010), ("c", 0.2, 1_990)];
        for is_once in [true, false] {
            let told = mismatch(&arms, is_once).expect("enough");
            assert!(told.p > 0.9 && !told.found, "{told:?}");
            let off = [("a", 0.5, 5_200), ("b", 0.3, 3_000), ("c", 0.2, 1_800)];
            let told = mismatch(&off, is_once).expect("enough");
            assert!(told.p < 1e-4 && told.found, "{told:?}");
        }
    }

    #[test]
    fn huge_and_empty_arms_have_a_p() {
        for is_once in [true, false] {
            let told = mismatch(&[("a", 0.5, u64::MAX), ("b", 0.5, 0)], is_once).expect("enough");
            assert_eq!((told.p.to_bits(), told.found), (0, true));
            let told = mismatch(&[("a", 0.5, u64::MAX), ("b", 0.5, u64::MAX)], is_once).expect("enough");
            assert!(!told.found);
        }
        let few = mismatch(&[("a", 0.99, 400), ("b", 0.01, 4)], true).expect_err("four are expected");
        assert_eq!(few.to_string(), "fewer than 5 customers would be expected in `b`");
    }
}
