//! Tails and quantiles of the normal, Student's t and chi-square distributions.

use libm::erfc;
use statrs::function::{beta::beta_reg, gamma::gamma_ur};

/// From so many degrees of freedom on, a t is turned into a z: the logarithms of gamma that its tail is made of have lost as
/// many digits by then as they have before the point.
const MANY: f64 = 1000.0;

/// The probability that a standard normal variable lies at least so far from zero, on either side.
pub(super) fn normal_tails(z: f64) -> f64 {
    erfc(z.abs() * std::f64::consts::FRAC_1_SQRT_2)
}

/// The probability that a standard normal variable is above `z`.
pub(super) fn normal_above(z: f64) -> f64 {
    0.5 * erfc(z * std::f64::consts::FRAC_1_SQRT_2)
}

/// The probability that a t variable lies at least so far from zero, on either side.
pub(super) fn t_tails(t: f64, df: f64) -> f64 {
    let t = t.abs();
    if t > 1e100 {
        // Nothing is left there, and no square of it is a number.
        return 0.0;
    }
    if df >= MANY {
        return normal_tails(t_as_z(t, df));
    }
    beta_reg(df / 2.0, 0.5, df / (df + t * t))
}

/// The z with the same tails as a t: Hill, "Algorithm 395: Student's t-distribution", Communications of the ACM 13 (1970).
fn t_as_z(t: f64, df: f64) -> f64 {
    let a = df - 0.5;
    let b = 48.0 * a * a;
    let y = (a * (t * t / df).ln_1p()).sqrt();
    let square = y * y;
    let above = (((4.0 * square + 33.0) * square + 240.0) * square + 855.0) * y;
    let below = 10.0 * b * (b + 0.8 * square * square + 100.0);
    y + (square + 3.0) * y / b - above / below
}

/// The z with so much probability outside of `-z..z`.
pub(super) fn normal_quantile(tails: f64) -> f64 {
    outward(tails, normal_tails)
}

/// The t with so much probability outside of `-t..t`.
pub(super) fn t_quantile(tails: f64, df: f64) -> f64 {
    outward(tails, |t| t_tails(t, df))
}

/// The probability that a chi-square variable is at least so large.
pub(super) fn chi_square_above(value: f64, df: f64) -> f64 {
    if value <= 0.0 {
        1.0
    } else if value.is_finite() {
        gamma_ur(df / 2.0, value / 2.0)
    } else {
        0.0
    }
}

/// Where a function that falls from 1 at zero has fallen to `tails`, by halving until no number lies between.
fn outward(tails: f64, outside: impl Fn(f64) -> f64) -> f64 {
    let (mut low, mut high) = (0.0, 1.0);
    while outside(high) > tails && high < f64::MAX / 4.0 {
        (low, high) = (high, high * 2.0);
    }
    loop {
        let middle = low + (high - low) / 2.0;
        if middle <= low || middle >= high {
            return middle;
        }
        if outside(middle) > tails {
            low = middle;
        } else {
            high = middle;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of mpmath with forty digits, and of `scipy`: see `tests/experiment/hillstrom.py`.
    #[test]
    fn tails_and_quantiles_are_those_of_other_libraries() {
        let all: serde_json::Value =
            serde_json::from_str(include_str!("../../tests/experiment/hillstrom.json")).expect("JSON");
        let rows = |name: &str| -> Vec<Vec<f64>> {
            serde_json::from_value(all["tails"][name].clone()).expect("rows of numbers")
        };
        let mut compared = 0;
        let mut near = |found: f64, row: &[f64], expected: f64| {
            compared += 1;
            assert!((found / expected - 1.0).abs() < 1e-10, "{row:?}: {found}");
        };
        for row in rows("normal") {
            near(normal_tails(row[0]), &row, row[1]);
            near(2.0 * normal_above(row[0]), &row, row[1]);
        }
        for row in rows("t") {
            near(t_tails(-row[0], row[1]), &row, row[2]);
        }
        for row in rows("chi_square") {
            near(chi_square_above(row[0], row[1]), &row, row[2]);
        }
        for row in rows("t_quantile") {
            near(t_quantile(row[0], row[1]), &row, row[2]);
            near(normal_tails(normal_quantile(row[0])), &row, row[0]);
        }
        assert_eq!(compared, 2 * 9 + 45 + 25 + 2 * 9);
    }

    #[test]
    fn the_ends_are_no_surprise() {
        for (found, expected) in [
            (normal_tails(0.0), 1.0),
            (normal_tails(f64::INFINITY), 0.0),
            (t_tails(0.0, 3.0), 1.0),
            (t_tails(f64::INFINITY, 3.0), 0.0),
            (t_tails(f64::INFINITY, 1e300), 0.0),
            (chi_square_above(0.0, 2.0), 1.0),
            (chi_square_above(f64::INFINITY, 2.0), 0.0),
        ] {
            assert!((found - expected).abs() < 1e-15, "{found} {expected}");
        }
        assert!(t_quantile(1e-300, 1.0).is_finite());
    }
}
