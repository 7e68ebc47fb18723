//! One arm, and one arm beside another: figures, intervals and p values out of sums.
//!
//! - A rate: Wilson's interval; the difference after Newcombe's method 10; p by the test of two proportions with the pooled
//!   rate; as a share, the interval of the logarithm.
//! - A mean: Student's t, and Welch's for the difference.
//! - A ratio of two sums, and a mean or ratio as a share of another: the delta method.

use super::{
    Estimate, NotEnoughData,
    confidence::Confidence,
    enough,
    sums::{Pair, Sums, float},
};

/// Customers of an arm, and the sums of one metric over them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Group<'a> {
    pub(super) arm: &'a str,
    pub(super) customers: u64,
    pub(super) sums: &'a Sums,
}

/// An arm beside the baseline.
#[derive(Clone, Debug)]
pub(super) struct Compared {
    /// What the arm has, less what the baseline has.
    pub(super) difference: Result<Estimate, NotEnoughData>,
    /// The difference as a share of the baseline.
    pub(super) lift: Result<Estimate, NotEnoughData>,
    /// How often chance alone would make a difference at least so great.
    pub(super) p: Result<f64, NotEnoughData>,
}

/// A figure whose error is normal, or nearly so.
#[derive(Clone, Copy, Debug)]
pub(super) struct Figure {
    pub(super) value: f64,
    /// The square of its standard error.
    pub(super) variance: f64,
    /// Of a mean, how many numbers the variance was free to come from.
    df: Option<f64>,
}

impl Group<'_> {
    /// The rate, mean or ratio as it was seen; none of nobody, or where there is nothing to divide by.
    pub(super) fn observed(self) -> Option<f64> {
        let value = match self.sums {
            Sums::Rate(hits) => float(*hits) / float(self.customers),
            Sums::Mean(moments) => moments.mean,
            Sums::Ratio(pair) => pair.above.mean / pair.below.mean,
        };
        (self.customers > 0 && value.is_finite()).then_some(value)
    }

    /// The same with its error, where there is enough to tell a difference from another.
    pub(super) fn figure(self) -> Result<Figure, NotEnoughData> {
        enough::for_part_of_difference(self)?;
        let count = float(self.customers);
        match self.sums {
            Sums::Rate(hits) => {
                let rate = float(*hits) / count;
                Ok(Figure::new(rate, rate * (1.0 - rate) / count, None))
            }
            Sums::Mean(moments) => {
                let variance = moments.variance(count) / count;
                Ok(Figure::new(moments.mean, variance, Some(count - 1.0)))
            }
            Sums::Ratio(pair) => {
                let ratio = ratio(pair, count);
                // Numbers so far apart that a double does not hold what one makes of the other.
                if ratio.value.is_finite() && ratio.variance.is_finite() {
                    Ok(ratio)
                } else {
                    Err(enough::unclear_divisor(self))
                }
            }
        }
    }
}

impl Figure {
    const fn new(value: f64, variance: f64, df: Option<f64>) -> Self {
        Self { value, variance, df }
    }

    /// What is left without another figure, of other customers. The degrees of freedom are those of Welch, "The generalization
    /// of 'Student's' problem when several different population variances are involved", Biometrika 34 (1947).
    pub(super) fn less(self, other: Self) -> Self {
        let variance = self.variance + other.variance;
        let df = self.df.zip(other.df).map(|(ours, theirs)| {
            let part = self.variance / variance;
            1.0 / (part * part / ours + (1.0 - part) * (1.0 - part) / theirs)
        });
        Self::new(self.value - other.value, variance, df)
    }

    /// By how much it exceeds another as a share of that, by the delta method.
    fn beyond(self, base: Self) -> Self {
        let times = self.value / base.value;
        let variance = (self.variance + times * times * base.variance) / base.value / base.value;
        Self::new(times - 1.0, variance, None)
    }

    pub(super) fn estimate(self, confidence: Confidence) -> Estimate {
        Estimate::around(self.value, confidence.reach(self.df) * self.variance.sqrt())
    }

    pub(super) fn p(self, confidence: Confidence) -> f64 {
        confidence.p(self.value / self.variance.sqrt(), self.df)
    }
}

/// The ratio of two sums over the same customers, with the variance of the delta method: Deng, Knoblich and Lu, "Applying the
/// delta method in metric analytics", KDD 2018.
fn ratio(pair: &Pair, count: f64) -> Figure {
    let ratio = pair.above.mean / pair.below.mean;
    // The spread of what each customer has above what the ratio would give.
    let spread = pair.above.second - 2.0 * ratio * pair.cross + ratio * ratio * pair.below.second;
    let variance = spread.max(0.0) / (count - 1.0) / count / pair.below.mean / pair.below.mean;
    Figure::new(ratio, variance, None)
}

/// The figure of one arm with its interval.
pub(super) fn estimate(group: Group<'_>, confidence: Confidence) -> Result<Estimate, NotEnoughData> {
    if let Sums::Rate(hits) = group.sums
        && confidence.is_once()
    {
        enough::anybody(group)?;
        return Ok(wilson(*hits, group.customers, confidence.reach(None)));
    }
    enough::for_interval(group)?;
    let estimate = group.figure()?.estimate(confidence);
    Ok(match group.sums {
        Sums::Rate(_) => Estimate::new(estimate.value, estimate.low.max(0.0), estimate.high.min(1.0)),
        Sums::Mean(_) | Sums::Ratio(_) => estimate,
    })
}

/// The difference of two figures, where there is enough to tell it and its error is above 0: ratios whose parts go together without
/// fail know nothing of how far others lie apart.
pub(super) fn difference(group: Group<'_>, base: Group<'_>) -> Result<Figure, NotEnoughData> {
    let difference = group.figure()?.less(base.figure()?);
    if difference.variance <= 0.0 {
        return Err(NotEnoughData::NoSpread {
            arm: group.arm.to_owned(),
            customers: group.customers,
        });
    }
    enough::for_difference([group, base], difference.variance)?;
    Ok(difference)
}

/// An arm beside the baseline.
pub(super) fn compare(group: Group<'_>, base: Group<'_>, confidence: Confidence) -> Compared {
    if let (Sums::Rate(hits), Sums::Rate(base_hits)) = (group.sums, base.sums) {
        return compare_rates((group, *hits), (base, *base_hits), confidence);
    }
    let figures = group.figure().and_then(|ours| Ok((ours, base.figure()?)));
    let difference = difference(group, base);
    Compared {
        p: difference.clone().map(|it| it.p(confidence)),
        difference: difference.map(|it| it.estimate(confidence)),
        lift: figures.and_then(|(ours, theirs)| {
            let lift = ours.beyond(theirs);
            let is_clear = theirs.value > enough::ERRORS_ABOVE_ZERO * theirs.variance.sqrt();
            if is_clear && lift.variance.is_finite() {
                Ok(lift.estimate(confidence))
            } else {
                Err(NotEnoughData::UnclearBaseline {
                    arm: base.arm.to_owned(),
                })
            }
        }),
    }
}

fn compare_rates(
    (group, hits): (Group<'_>, u64),
    (base, base_hits): (Group<'_>, u64),
    confidence: Confidence,
) -> Compared {
    let arms = [(hits, group.customers), (base_hits, base.customers)];
    let reach = confidence.reach(None);
    let (difference, p) = if confidence.is_once() {
        let both = enough::anybody(group).and_then(|()| enough::anybody(base));
        let p = both.clone().and_then(|()| expected([group, base], arms));
        (
            both.map(|()| newcombe(arms, reach)),
            p.map(|()| confidence.p(pooled(arms), None)),
        )
    } else {
        let figures = group.figure().and_then(|ours| Ok(ours.less(base.figure()?)));
        (
            figures.clone().map(|it| it.estimate(confidence)),
            figures.map(|it| it.p(confidence)),
        )
    };
    let lift = difference
        .clone()
        .and_then(|_| enough::for_hits(group, hits, enough::HITS, false))
        .and_then(|()| enough::for_hits(base, base_hits, enough::HITS, false))
        .map(|()| times(arms, reach));
    Compared { difference, lift, p }
}

/// Whether without a difference enough customers would be expected to have it, and not to: Cochran, "Some methods for
/// strengthening the common χ² tests", Biometrics 10 (1954).
fn expected(groups: [Group<'_>; 2], arms: [(u64, u64); 2]) -> Result<(), NotEnoughData> {
    let rate = pooled_rate(arms);
    let few = |it: &&Group<'_>| float(it.customers) * rate.min(1.0 - rate) < enough::EXPECTED;
    match groups.iter().find(few) {
        Some(few) => Err(NotEnoughData::FewExpected {
            arm: few.arm.to_owned(),
        }),
        None => Ok(()),
    }
}

fn pooled_rate([(hits, customers), (base_hits, base_customers)]: [(u64, u64); 2]) -> f64 {
    (float(hits) + float(base_hits)) / (float(customers) + float(base_customers))
}

/// Wilson, "Probable inference, the law of succession, and statistical inference", Journal of the American Statistical
/// Association 22 (1927).
fn wilson(hits: u64, customers: u64, reach: f64) -> Estimate {
    let count = float(customers);
    let rate = float(hits) / count;
    let square = reach * reach / count;
    let centre = (rate + square / 2.0) / (1.0 + square);
    let half = (square * rate * (1.0 - rate) + square * square / 4.0).sqrt() / (1.0 + square);
    // At either end the interval reaches it exactly, but for rounding.
    let low = if hits == 0 { 0.0 } else { centre - half };
    let high = if hits == customers { 1.0 } else { centre + half };
    Estimate::new(rate, low, high)
}

/// Method 10 of Newcombe, "Interval estimation for the difference between independent proportions: comparison of eleven
/// methods", Statistics in Medicine 17 (1998).
fn newcombe(arms: [(u64, u64); 2], reach: f64) -> Estimate {
    let [ours, theirs] = arms.map(|(hits, customers)| wilson(hits, customers, reach));
    let value = ours.value - theirs.value;
    let down = (ours.value - ours.low).hypot(theirs.high - theirs.value);
    let up = (ours.high - ours.value).hypot(theirs.value - theirs.low);
    Estimate::new(value, value - down, value + up)
}

/// How many standard errors two rates lie apart, with the error that they would have if they were one. Its square is Pearson's
/// chi-square of the table of four.
fn pooled(arms: [(u64, u64); 2]) -> f64 {
    let [(hits, customers), (base_hits, base_customers)] = arms.map(|(hits, all)| (float(hits), float(all)));
    let rate = pooled_rate(arms);
    let variance = rate * (1.0 - rate) * (1.0 / customers + 1.0 / base_customers);
    (hits / customers - base_hits / base_customers) / variance.sqrt()
}

/// One rate beyond another as a share of that, with the interval of the logarithm: Katz, Baptista, Azen and Pike, "Obtaining
/// confidence intervals for the risk ratio in cohort studies", Biometrics 34 (1978).
fn times(arms: [(u64, u64); 2], reach: f64) -> Estimate {
    let [(hits, customers), (base_hits, base_customers)] = arms.map(|(hits, all)| (float(hits), float(all)));
    let times = hits / customers * (base_customers / base_hits);
    let variance =
        (customers - hits) / customers / hits + (base_customers - base_hits) / base_customers / base_hits;
    let reach = (reach * variance.sqrt()).exp();
    Estimate::new(times - 1.0, times / reach - 1.0, times * reach - 1.0)
}
