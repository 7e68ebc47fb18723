//! Pareto/NBD: customers leave at some time, whether they buy or not.

use super::{
    grouped::Grouped,
    integral::{decaying, mean_over_beta},
    law::{ChurnLaw, Law, Numbers, Seen},
    special::{hypergeometric_of_one, ln_add_exp, ln_rising, logistic},
};

/// The parameters of [`ParetoNbd`](super::ParetoNbd).
///
/// The rate of purchases differs among customers by a gamma distribution with the shape `r` and the rate `alpha`, the rate of
/// leaving by another with `s` and `beta`.
///
/// ```
/// # use audience::{DateTime, analytics::lifetime::{ParetoNbd, ParetoNbdParameters, Summary, Time, Weeks}};
/// let published = ParetoNbdParameters { r: 0.553, alpha: 10.578, s: 0.606, beta: 11.669 };
/// let model = ParetoNbd::<Weeks>::of_parameters(DateTime::MAX, published)?;
/// let silent = Summary::new(0, Time::ZERO, Time::new(39))?;
/// assert_eq!(format!("{:.3}", model.p_alive(&silent)), "0.294");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ParetoNbdParameters {
    /// Shape of the rate of purchases.
    pub r: f64,
    /// Rate of the rate of purchases, a time.
    pub alpha: f64,
    /// Shape of the rate of leaving.
    pub s: f64,
    /// Rate of the rate of leaving, a time.
    pub beta: f64,
}

impl Law for ParetoNbdParameters {
    const NAME: &'static str = "pareto_nbd";
}

impl ChurnLaw for ParetoNbdParameters {}

impl ParetoNbdParameters {
    /// The probability that somebody who is alive at `time`, after so many purchases, leaves before the next one, and that she
    /// does not.
    ///
    /// It is the mean of μ / (λ + μ), where both rates have gamma distributions. The likelihood of the papers, with a difference of
    /// two hypergeometric functions, is a sum of two positive parts in these terms: see `ln_likelihood`. Each may be all that counts,
    /// so a small one is never what the other leaves of 1. It has twelve digits where both shapes are 1 or more; with smaller shapes,
    /// four where it is 10⁻¹² of the other, and fewer below.
    fn leaves_before(&self, repeats: f64, time: f64) -> (f64, f64) {
        let buying = Rate(self.r + repeats, self.alpha + time);
        let leaving = Rate(self.s, self.beta + time);
        let by_leaving = || {
            let leaves = leaving.before(buying);
            (leaves, 1.0 - leaves)
        };
        let by_buying = || {
            let buys = buying.before(leaving);
            (1.0 - buys, buys)
        };
        // Which one is smaller is nearly always that of the smaller mean rate.
        if leaving.0 * buying.1 < buying.0 * leaving.1 {
            let (leaves, buys) = by_leaving();
            if buys < SMALL { by_buying() } else { (leaves, buys) }
        } else {
            let (leaves, buys) = by_buying();
            if leaves < SMALL {
                by_leaving()
            } else {
                (leaves, buys)
            }
        }
    }
}

/// What the other leaves of 1 is not taken, when it is less than this.
const SMALL: f64 = 0.1;

/// How often something happens, as a gamma distribution of rates: the shape, and the rate.
#[derive(Clone, Copy)]
struct Rate(f64, f64);

impl Rate {
    /// The probability that it happens before something else does. All terms are positive.
    fn before(self, other: Self) -> f64 {
        let (shape, all) = (self.0, self.0 + other.0);
        let ratio = other.1 / self.1;
        let z = (self.1 - other.1).abs() / self.1.max(other.1);
        let before = if z > 0.9 {
            let shift = ratio.ln();
            mean_over_beta(shape, other.0, |u| logistic(u + shift))
        } else if ratio >= 1.0 {
            shape / all * hypergeometric_of_one(other.0, all + 1.0, z)
        } else {
            shape / all * ratio * hypergeometric_of_one(shape + 1.0, all + 1.0, z)
        };
        before.min(1.0)
    }
}

impl Numbers for ParetoNbdParameters {
    const NAMES: [&'static str; 4] = ["r", "alpha", "s", "beta"];
    const TIMES: [bool; 4] = [false, true, false, true];

    fn of([r, alpha, s, beta]: [f64; 4]) -> Self {
        Self { r, alpha, s, beta }
    }

    fn values(&self) -> [f64; 4] {
        [self.r, self.alpha, self.s, self.beta]
    }

    fn starts(between: f64) -> [[f64; 4]; 3] {
        [
            [1.0, between, 1.0, 1.0],
            [0.5, 0.5 * between, 0.5, 0.3],
            [3.0, 3.0 * between, 2.0, 4.0],
        ]
    }

    /// Purchases up to the last one, and then either none although alive up to the end, or she left on the way. Who was alive after
    /// the last purchase and leaves before another one has left on the way, unless she was alive at the end and leaves later. So with
    /// A(t) for being alive at t and κ(t) for leaving before another purchase, L = A(T) + A(tₓ) κ(tₓ) − A(T) κ(T).
    fn ln_likelihood(&self, customers: &Grouped) -> f64 {
        let ln_alpha = self.alpha.ln();
        let bought: f64 = customers
            .repeats
            .iter()
            .map(|(repeats, count)| count * (ln_rising(self.r, *repeats) - repeats * ln_alpha))
            .sum();
        let times: Vec<_> = customers
            .times
            .iter()
            .map(|time| ((time / self.alpha).ln_1p(), (time / self.beta).ln_1p()))
            .collect();
        // Of each pair, being alive and leaving before another purchase, or not.
        let parts: Vec<_> = customers
            .pairs
            .iter()
            .map(|(repeats, time)| {
                let (repeats, (buying, leaving)) = (customers.repeats[*repeats].0, times[*time]);
                let alive = -(self.r + repeats) * buying - self.s * leaving;
                (alive, self.leaves_before(repeats, customers.times[*time]))
            })
            .collect();
        let seen: f64 = customers
            .groups
            .iter()
            .map(|group| {
                let (alive_last, (leaves, _)) = parts[group.last];
                let (alive, (_, buys)) = parts[group.end];
                group.customers * ln_add_exp(alive + buys.ln(), alive_last + leaves.ln())
            })
            .sum();
        bought + seen
    }

    fn p_alive(&self, seen: Seen) -> f64 {
        let (leaves, _) = self.leaves_before(seen.repeats, seen.last);
        let (_, buys) = self.leaves_before(seen.repeats, seen.age);
        let since = |rate: f64| ((seen.age - seen.last) / (rate + seen.last)).ln_1p();
        let since = (self.r + seen.repeats) * since(self.alpha) + self.s * since(self.beta);
        1.0 / (buys + leaves * since.exp()).max(1.0)
    }

    fn purchases(&self, seen: Seen, end: f64) -> f64 {
        let beta = self.beta + seen.age;
        let length = (end / beta).ln_1p();
        let y = (1.0 - self.s) * length;
        let ratio = if y.abs() < 1e-300 { 1.0 } else { y.exp_m1() / y };
        (self.r + seen.repeats) / (self.alpha + seen.age) * beta * length * ratio
    }

    fn discounted(&self, seen: Seen, end: f64, rate: f64) -> f64 {
        let beta = self.beta + seen.age;
        let scale = beta.min(1.0 / (self.s / beta + rate));
        let time_bought = decaying(scale, end, |time| self.s * (time / beta).ln_1p() + rate * time);
        (self.r + seen.repeats) / (self.alpha + seen.age) * time_bought
    }

    /// She buys at a rate as long as she has neither bought nor left.
    fn p_purchase(&self, seen: Seen, end: f64) -> f64 {
        let shape = self.r + seen.repeats;
        let (alpha, beta) = (self.alpha + seen.age, self.beta + seen.age);
        let scale = beta.min(1.0 / ((shape + 1.0) / alpha + self.s / beta));
        let time = decaying(scale, end, |time| {
            (shape + 1.0) * (time / alpha).ln_1p() + self.s * (time / beta).ln_1p()
        });
        (shape / alpha * time).min(1.0)
    }

    fn p_ever(&self, seen: Seen) -> f64 {
        self.leaves_before(seen.repeats, seen.age).1
    }

    fn half_next(&self, seen: Seen, limit: f64) -> Option<f64> {
        let half = 0.5 * self.p_ever(seen);
        if self.p_purchase(seen, limit) < half {
            return None;
        }
        let (mut low, mut high) = (-60.0, limit.ln());
        while high - low > 1e-10 {
            let middle = 0.5 * (low + high);
            if self.p_purchase(seen, middle.exp()) < half {
                low = middle;
            } else {
                high = middle;
            }
        }
        Some(high.exp())
    }
}
