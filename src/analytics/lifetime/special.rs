//! Logarithms of gamma functions that keep their digits for large arguments, too.
//!
//! A difference of two values of ln Γ loses what they have in common: ln Γ(10⁸ + 2) and ln Γ(10⁸) are near 1.7 · 10⁹, and
//! their difference is 37. So differences have functions of their own, by Stirling's series with the common part left out.

/// From here on seven terms of Stirling's series have all digits of an `f64`.
const LARGE: f64 = 10.0;

/// ln Γ(x) for x > 0.
pub(super) fn ln_gamma(x: f64) -> f64 {
    libm::lgamma(x)
}

/// ln (Γ(x + n) / Γ(x)) for x > 0 and n ≥ 0.
pub(super) fn ln_rising(x: f64, n: f64) -> f64 {
    if x < LARGE {
        ln_gamma(x + n) - ln_gamma(x)
    } else {
        (x - 0.5) * (n / x).ln_1p() + n * ((x + n).ln() - 1.0) + stirling_rest(x + n) - stirling_rest(x)
    }
}

/// ln (eˣ + eʸ).
pub(super) fn ln_add_exp(x: f64, y: f64) -> f64 {
    let (low, high) = if x < y { (x, y) } else { (y, x) };
    if high == f64::NEG_INFINITY {
        return high;
    }
    high + (low - high).exp().ln_1p()
}

/// 1 / (1 + e⁻ˣ).
pub(super) fn logistic(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

/// ₂F₁(1, b; c; z) for 0 < b < c and 0 ≤ z < 1, by its series, whose terms are positive and fall faster than powers of z.
pub(super) fn hypergeometric_of_one(b: f64, c: f64, z: f64) -> f64 {
    let (mut sum, mut term, mut n) = (1.0, 1.0, 0.0);
    while term > sum * (f64::EPSILON / 4.0) * (1.0 - z) {
        term *= (b + n) / (c + n) * z;
        sum += term;
        n += 1.0;
    }
    sum
}

/// What ln Γ(x) has beyond (x − ½) ln x − x + ½ ln 2π.
fn stirling_rest(x: f64) -> f64 {
    const TERMS: [f64; 7] = [
        1.0 / 12.0,
        -1.0 / 360.0,
        1.0 / 1_260.0,
        -1.0 / 1_680.0,
        1.0 / 1_188.0,
        -691.0 / 360_360.0,
        1.0 / 156.0,
    ];
    let square = 1.0 / (x * x);
    TERMS.iter().rev().fold(0.0, |sum, term| sum * square + term) / x
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(found: f64, expected: f64) {
        let error = (found - expected).abs();
        assert!(
            error <= 4e-14 * expected.abs().max(1.0),
            "{found} is not {expected}"
        );
    }

    /// Expected values by mpmath 1.4 with 40 digits.
    #[test]
    fn differences_keep_their_digits() {
        close(ln_rising(0.25, 1.0), 0.25_f64.ln());
        close(ln_rising(1e8, 2.0), 36.841_361_497_904_73);
        close(ln_rising(12.5, 0.001), 0.002_485_237_292_731_852);
        close(ln_rising(0.5, 5_000.0), 37_586.312_522_338_134);
    }

    #[test]
    fn the_series_meets_what_is_known() {
        // ₂F₁(1, 1; 2; z) = −ln(1 − z) / z, ₂F₁(1, b; c; 0) = 1.
        for z in [1e-9, 0.1, 0.5, 0.9, 0.95] {
            close(hypergeometric_of_one(1.0, 2.0, z), -(-z).ln_1p() / z);
        }
        close(hypergeometric_of_one(3.0, 7.0, 0.0), 1.0);
        close(hypergeometric_of_one(5_000.5, 5_001.1, 0.9), 9.989_233_315_130_83);
    }

    #[test]
    fn sums_of_logarithms_meet_their_limits() {
        close(ln_add_exp(0.0, 0.0), 2.0_f64.ln());
        close(ln_add_exp(-1e300, 3.0), 3.0);
        assert!(ln_add_exp(f64::NEG_INFINITY, f64::NEG_INFINITY).is_infinite());
        close(logistic(-800.0), 0.0);
        close(logistic(800.0), 1.0);
    }
}
