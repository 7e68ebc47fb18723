//! BG/NBD and MBG/NBD: whoever buys may leave right after it.

use super::{
    grouped::Grouped,
    integral::{decaying, mean_over_beta},
    law::{ChurnLaw, Law, Numbers, Seen},
    special::{ln_rising, logistic},
};

/// The parameters of [`BgNbd`](super::BgNbd).
///
/// The rate of purchases differs among customers by a gamma distribution with the shape `r` and the rate `alpha`, the probability
/// to leave after a purchase by a beta distribution with `a` and `b`.
///
/// ```
/// # use audience::{DateTime, analytics::lifetime::{BgNbd, BgNbdParameters, Summary, Time, Weeks}};
/// let published = BgNbdParameters { r: 0.243, alpha: 4.414, a: 0.793, b: 2.426 };
/// let model = BgNbd::<Weeks>::of_parameters(DateTime::MAX, published)?;
/// let ana = Summary::new(2, Time::exactly(30.43).expect("a time"), Time::exactly(38.86).expect("a time"))?;
/// assert_eq!(format!("{:.3}", model.expected_purchases(&ana, Time::new(39))), "1.226");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BgNbdParameters {
    /// Shape of the rate of purchases.
    pub r: f64,
    /// Rate of the rate of purchases, a time.
    pub alpha: f64,
    /// Towards leaving.
    pub a: f64,
    /// Towards staying.
    pub b: f64,
}

/// The parameters of [`MbgNbd`](super::MbgNbd), which mean what those of [`BgNbdParameters`] do.
///
/// ```
/// # use audience::{DateTime, analytics::lifetime::{MbgNbd, MbgNbdParameters, Summary, Time, Weeks}};
/// let model = MbgNbd::<Weeks>::of_parameters(DateTime::MAX, MbgNbdParameters { r: 0.525, alpha: 6.183, a: 0.891, b: 1.614 })?;
/// // Who bought once may have left since.
/// let silent = Summary::new(0, Time::ZERO, Time::new(39))?;
/// assert_eq!(format!("{:.3}", model.p_alive(&silent)), "0.389");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MbgNbdParameters {
    /// Shape of the rate of purchases.
    pub r: f64,
    /// Rate of the rate of purchases, a time.
    pub alpha: f64,
    /// Towards leaving.
    pub a: f64,
    /// Towards staying.
    pub b: f64,
}

impl Law for BgNbdParameters {
    const NAME: &'static str = "bg_nbd";
}

impl Law for MbgNbdParameters {
    const NAME: &'static str = "mbg_nbd";
}

impl ChurnLaw for MbgNbdParameters {}

/// Both models. They differ in one thing: whether one may leave after the first purchase, too.
struct BetaGeometric {
    r: f64,
    alpha: f64,
    a: f64,
    b: f64,
    /// How many times the first purchase has let a customer go: 0 or 1.
    first: f64,
}

impl BetaGeometric {
    /// How many times a customer who is alive has stayed.
    fn stayed(&self, repeats: f64) -> f64 {
        repeats + self.first
    }

    /// The logarithm of how many times more likely it is that she left after the last purchase than that she stayed, where nothing is
    /// known of the time since; never, when no purchase could let her go.
    fn ln_odds_left(&self, repeats: f64) -> f64 {
        let stayed = self.stayed(repeats);
        if stayed > 0.0 {
            (self.a / (self.b + stayed - 1.0)).ln()
        } else {
            f64::NEG_INFINITY
        }
    }

    /// With m for the times stayed, ln L = ln [Γ(r+x)/Γ(r) · αʳ/(α+T)ʳ⁺ˣ · B(a, b+m)/B(a, b)] + ln (1 + odds that she left).
    fn ln_likelihood(&self, customers: &Grouped) -> f64 {
        let ln_alpha = self.alpha.ln();
        let mut sum = 0.0;
        let odds: Vec<_> = customers
            .repeats
            .iter()
            .map(|(repeats, count)| {
                let stayed = self.stayed(*repeats);
                sum += count
                    * (ln_rising(self.r, *repeats) - repeats * ln_alpha + ln_rising(self.b, stayed)
                        - ln_rising(self.a + self.b, stayed));
                self.ln_odds_left(*repeats)
            })
            .collect();
        let times: Vec<_> = customers
            .times
            .iter()
            .map(|time| (time / self.alpha).ln_1p())
            .collect();
        for group in &customers.groups {
            let (repeats, last) = customers.pairs[group.last];
            let end = times[customers.pairs[group.end].1];
            let rate = self.r + customers.repeats[repeats].0;
            let left = odds[repeats] + rate * (end - times[last]);
            let alive_or_left = if left > 40.0 { left } else { left.exp().ln_1p() };
            sum += group.customers * (alive_or_left - rate * end);
        }
        sum
    }

    fn p_alive(&self, seen: Seen) -> f64 {
        let since = ((seen.age - seen.last) / (self.alpha + seen.last)).ln_1p();
        logistic(-self.ln_odds_left(seen.repeats) - (self.r + seen.repeats) * since)
    }

    /// Given the rate and the probability p to leave, purchases up to `end` are (1 − e^(−λ p end)) / p; the rate has a gamma
    /// distribution. Its mean over p is what the papers write with a hypergeometric function, which cancels where a is near to 1
    /// and overflows for many purchases; no sum here has terms of both signs.
    fn purchases(&self, seen: Seen, end: f64) -> f64 {
        let shape = self.r + seen.repeats;
        let scaled = end / (self.alpha + seen.age);
        let given = |u: f64| {
            let p = logistic(u);
            if p < 1e-280 {
                shape * scaled
            } else {
                -(-shape * (p * scaled).ln_1p()).exp_m1() / p
            }
        };
        mean_over_beta(self.a, self.b + self.stayed(seen.repeats), given)
    }

    /// The rate of purchases at a time is the derivative of the above.
    fn discounted(&self, seen: Seen, end: f64, rate: f64) -> f64 {
        let shape = self.r + seen.repeats;
        let age = self.alpha + seen.age;
        let given = |u: f64| {
            let p = logistic(u);
            let scale = 1.0 / ((shape + 1.0) * p / age + rate).max(1.0 / end);
            decaying(scale, end, |time| {
                (shape + 1.0) * (p * time / age).ln_1p() + rate * time
            })
        };
        if end == 0.0 {
            return 0.0;
        }
        shape / age * mean_over_beta(self.a, self.b + self.stayed(seen.repeats), given)
    }

    fn p_purchase(&self, seen: Seen, end: f64) -> f64 {
        let scaled = end / (self.alpha + seen.age);
        -(-(self.r + seen.repeats) * scaled.ln_1p()).exp_m1()
    }

    /// Who is alive can only leave after another purchase.
    fn half_next(&self, seen: Seen, limit: f64) -> Option<f64> {
        let half = (2.0_f64.ln() / (self.r + seen.repeats)).exp_m1() * (self.alpha + seen.age);
        (half <= limit).then_some(half)
    }
}

macro_rules! beta_geometric {
    ($parameters:ty, first: $first:literal, starts: $starts:expr) => {
        impl From<$parameters> for BetaGeometric {
            fn from(it: $parameters) -> Self {
                Self {
                    r: it.r,
                    alpha: it.alpha,
                    a: it.a,
                    b: it.b,
                    first: $first,
                }
            }
        }

        impl Numbers for $parameters {
            const NAMES: [&'static str; 4] = ["r", "alpha", "a", "b"];
            const TIMES: [bool; 4] = [false, true, false, false];

            fn of([r, alpha, a, b]: [f64; 4]) -> Self {
                Self { r, alpha, a, b }
            }

            fn values(&self) -> [f64; 4] {
                [self.r, self.alpha, self.a, self.b]
            }

            fn starts(between: f64) -> [[f64; 4]; 3] {
                let starts: [[f64; 3]; 3] = $starts;
                starts.map(|[r, a, b]| [r, r * between, a, b])
            }

            fn ln_likelihood(&self, customers: &Grouped) -> f64 {
                BetaGeometric::from(*self).ln_likelihood(customers)
            }

            fn p_alive(&self, seen: Seen) -> f64 {
                BetaGeometric::from(*self).p_alive(seen)
            }

            fn purchases(&self, seen: Seen, end: f64) -> f64 {
                BetaGeometric::from(*self).purchases(seen, end)
            }

            fn discounted(&self, seen: Seen, end: f64, rate: f64) -> f64 {
                BetaGeometric::from(*self).discounted(seen, end, rate)
            }

            fn p_purchase(&self, seen: Seen, end: f64) -> f64 {
                BetaGeometric::from(*self).p_purchase(seen, end)
            }

            fn p_ever(&self, _seen: Seen) -> f64 {
                1.0
            }

            fn half_next(&self, seen: Seen, limit: f64) -> Option<f64> {
                BetaGeometric::from(*self).half_next(seen, limit)
            }
        }
    };
}

beta_geometric!(BgNbdParameters, first: 0.0, starts: [[1.0, 1.0, 1.0], [0.3, 0.8, 3.0], [3.0, 1.0, 10.0]]);
beta_geometric!(MbgNbdParameters, first: 1.0, starts: [[1.0, 1.0, 1.0], [0.5, 0.8, 2.0], [3.0, 1.0, 10.0]]);
