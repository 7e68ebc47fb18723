//! Two integrals of positive functions, in which nothing cancels.

/// The mean of `g(u)` where u = ln(p / (1 − p)) and p has a beta distribution, for a smooth `g` that varies where the density is large. `g` may ask for p or
/// 1 − p, which is [`logistic`] of u or of −u, and has all digits of either.
///
/// The density of u is smooth and falls exponentially on both sides, however near to 0 the parameters are. With u = centre +
/// width · sinh v it falls doubly exponentially, and the trapezoidal rule has all the digits that matter.
pub(super) fn mean_over_beta(a: f64, b: f64, g: impl Fn(f64) -> f64) -> f64 {
    const STEP: f64 = 1.0 / 16.0;
    // Near the mode, and where the density bends when a parameter is near to 0.
    let centre = ((a + 1.0) / (b + 1.0)).ln();
    let width = (1.0 / a + 1.0 / b).sqrt().min(1.0);
    // ln of p and of 1 − p, without losing small ones.
    let peak = -a * (b / a).ln_1p() - b * (a / b).ln_1p();
    let (mut weights, mut sum) = (0.0, 0.0);
    let mut add = |v: f64| {
        let u = centre + width * v.sinh();
        let ln_density = -a * softplus(-u) - b * softplus(u) - peak;
        let weight = ln_density.exp() * v.cosh();
        weights += weight;
        sum += weight * g(u);
        weight > weights * 1e-17
    };
    add(0.0);
    for side in [-STEP, STEP] {
        let mut v = side;
        // At the bounds of parameters, v is near 22 when the density ends.
        while v.abs() < 40.0 && add(v) {
            v += side;
        }
    }
    sum / weights
}

/// ln (1 + eˣ).
fn softplus(x: f64) -> f64 {
    if x > 40.0 { x } else { x.exp().ln_1p() }
}

/// The integral of e^−f(τ) from 0 to `end`, where f(0) = 0, f rises by 1 at most within `scale`, and bends nowhere more sharply than
/// ln (1 + τ / scale) does.
///
/// Gauss's rule with ten points, panel by panel on the scale of ln(1 + τ / scale).
pub(super) fn decaying(scale: f64, end: f64, f: impl Fn(f64) -> f64) -> f64 {
    const NODES: [(f64, f64); 5] = [
        (0.148_874_338_981_631_2, 0.295_524_224_714_752_9),
        (0.433_395_394_129_247_2, 0.269_266_719_309_996_35),
        (0.679_409_568_299_024_4, 0.219_086_362_515_982_04),
        (0.865_063_366_688_984_5, 0.149_451_349_150_580_6),
        (0.973_906_528_517_171_7, 0.066_671_344_308_688_14),
    ];
    let length = (end / scale).ln_1p();
    let panels = length.ceil().max(1.0);
    let half = 0.5 * length / panels;
    let (mut sum, mut panel) = (0.0, 0.0);
    while panel < panels {
        let middle = (2.0 * panel + 1.0) * half;
        let mut part = 0.0;
        for (node, weight) in NODES {
            for z in [middle - half * node, middle + half * node] {
                part += weight * (z - f(scale * z.exp_m1())).exp();
            }
        }
        sum += part;
        if part < sum * 1e-17 {
            break;
        }
        panel += 1.0;
    }
    sum * half * scale
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analytics::lifetime::special::logistic;

    #[test]
    fn moments_of_the_beta_distribution() {
        for a in [1e-8, 1e-3, 0.5, 1.0, 3.0, 5e3, 1e8] {
            for b in [1e-8, 1e-3, 0.5, 1.0, 3.0, 5e3, 1e8] {
                let mean = mean_over_beta(a, b, logistic);
                let expected = a / (a + b);
                assert!(
                    (mean / expected - 1.0).abs() < 1e-8,
                    "{a}, {b}: {mean}, not {expected}"
                );
                let square = mean_over_beta(a, b, |u| logistic(u).powi(2));
                let expected = expected * (a + 1.0) / (a + b + 1.0);
                assert!((square / expected - 1.0).abs() < 1e-8, "{a}, {b}: {square}");
            }
        }
    }

    #[test]
    fn exponential_and_power_laws() {
        for end in [1e-9, 0.3, 5.0, 1e6] {
            for rate in [1e-4, 1.0, 1e4] {
                let found = decaying(1.0 / rate, end, |t| rate * t);
                let expected = -(-rate * end).exp_m1() / rate;
                assert!((found / expected - 1.0).abs() < 1e-12, "{end}, {rate}: {found}");
                // (1 + t)^−(rate + 1)
                let found = decaying(1.0 / (rate + 1.0), end, |t| (rate + 1.0) * t.ln_1p());
                let expected = -(-rate * end.ln_1p()).exp_m1() / rate;
                assert!((found / expected - 1.0).abs() < 1e-12, "{end}, {rate}: {found}");
            }
        }
    }
}
