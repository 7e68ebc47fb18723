//! What is kept of the values of many customers: enough for every figure of the analysis, and nothing of anybody.
//!
//! The moments are centred and go on from one value, or one group, to the next without great numbers that cancel: Welford,
//! "Note on a method for calculating corrected sums of squares and products", Technometrics 4 (1962); for groups and the
//! third moment Pébay, "Formulas for robust, one-pass parallel computation of covariances and arbitrary-order statistical
//! moments", Sandia report SAND2008-6212 (2008).

/// The greatest number that is taken, so that third powers of it, added up for all customers there can be, are finite.
pub(super) const GREATEST: f64 = 1e90;

/// The sums of one metric over a group of customers, whose number is kept beside.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Sums {
    /// How many customers had it.
    Rate(u64),
    Mean(Moments),
    /// The sum of the one, the sum of the other, and how they go together.
    Ratio(Pair),
}

/// The mean of some numbers, and the sums of the second and third powers of their distances from it.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Moments {
    pub(super) mean: f64,
    pub(super) second: f64,
    pub(super) third: f64,
}

#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Pair {
    pub(super) above: Moments,
    pub(super) below: Moments,
    /// The sum of the products of both distances.
    pub(super) cross: f64,
}

/// A count as a number. Beyond 2⁵³ it is rounded.
pub(super) fn float(count: u64) -> f64 {
    let [high, low] = [count >> 32, count & 0xffff_ffff].map(|it| u32::try_from(it).unwrap_or(u32::MAX));
    f64::from(high) * 4_294_967_296.0 + f64::from(low)
}

impl Moments {
    /// Takes in the `count`-th number.
    pub(super) fn add(&mut self, value: f64, count: f64) {
        let distance = value - self.mean;
        let step = distance / count;
        let square = distance * step * (count - 1.0);
        self.mean += step;
        self.third += square * step * (count - 2.0) - 3.0 * step * self.second;
        self.second += square;
    }

    /// Of `count` numbers and `others` more.
    pub(super) fn merge(&mut self, count: f64, other: &Self, others: f64) {
        if others == 0.0 {
            return;
        }
        if count == 0.0 {
            *self = *other;
            return;
        }
        let all = count + others;
        let (ours, theirs) = (count / all, others / all);
        let distance = other.mean - self.mean;
        let square = distance * distance * ours * others;
        self.third += other.third
            + square * distance * (ours - theirs)
            + 3.0 * distance * (ours * other.second - theirs * self.second);
        self.second += other.second + square;
        self.mean += distance * theirs;
    }

    /// The variance of the numbers, of which there are at least two.
    pub(super) fn variance(&self, count: f64) -> f64 {
        self.second / (count - 1.0)
    }

    /// How lopsided the numbers are: 0 when they lie evenly around the mean, or are all the same.
    pub(super) fn skewness(&self, count: f64) -> f64 {
        if self.second > 0.0 {
            self.third / self.second * (count / self.second).sqrt()
        } else {
            0.0
        }
    }
}

impl Pair {
    pub(super) fn add(&mut self, (above, below): (f64, f64), count: f64) {
        let distance = above - self.above.mean;
        self.above.add(above, count);
        self.below.add(below, count);
        // The distance of the one from its old mean, of the other from its new one.
        self.cross += distance * (below - self.below.mean);
    }

    pub(super) fn merge(&mut self, count: f64, other: &Self, others: f64) {
        if others > 0.0 && count > 0.0 {
            let [above, below] = [
                other.above.mean - self.above.mean,
                other.below.mean - self.below.mean,
            ];
            self.cross += above * below * (count / (count + others)) * others;
        }
        self.cross += other.cross;
        self.above.merge(count, &other.above, others);
        self.below.merge(count, &other.below, others);
    }
}

impl Sums {
    /// Of `count` customers and `others` more. The sums are of one kind; nothing happens to those of another.
    pub(super) fn merge(&mut self, count: f64, other: &Self, others: f64) {
        match (self, other) {
            (Self::Rate(hits), Self::Rate(more)) => *hits += more,
            (Self::Mean(moments), Self::Mean(more)) => moments.merge(count, more, others),
            (Self::Ratio(pair), Self::Ratio(more)) => pair.merge(count, more, others),
            (ours, _) => debug_assert!(false, "a metric keeps its kind: {ours:?}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn near(left: f64, right: f64, scale: f64) -> bool {
        (left - right).abs() <= 1e-9 * scale.max(1.0)
    }

    fn pair(values: &[(f64, f64)]) -> Pair {
        let mut pair = Pair::default();
        for (values, count) in values.iter().zip(1_u64..) {
            pair.add(*values, float(count));
        }
        pair
    }

    #[test]
    fn a_far_away_mean_costs_no_digits() {
        let values: Vec<_> = [4.0, 7.0, 13.0, 16.0].map(|it| (1e9 + it, 1e9 - it)).to_vec();
        let pair = pair(&values);
        assert_eq!((pair.above.variance(4.0), pair.cross), (30.0, -90.0));
        assert_eq!((pair.above.third, pair.below.third), (0.0, 0.0));
    }

    #[test]
    fn the_greatest_numbers_stay_finite() {
        let mut all = pair(&[(GREATEST, -GREATEST), (-GREATEST, GREATEST), (GREATEST, GREATEST)]);
        let one = all;
        let half = float(u64::MAX / 2);
        all.merge(half, &one, half);
        assert!(
            [all.above.third, all.below.third, all.above.second, all.cross]
                .iter()
                .all(|it| it.is_finite())
        );
    }

    #[test]
    fn counts_become_numbers() {
        for (count, number) in [
            (0, "0"),
            (3, "3"),
            (1 << 40, "1099511627776"),
            (u64::MAX, "18446744073709552000"),
        ] {
            assert_eq!(float(count).to_string(), number);
        }
    }

    proptest! {
        /// In one pass, in parts, and by the definition.
        #[test]
        fn parts_make_the_whole(
            values in prop::collection::vec((-1e3..1e3, 0.0..1e2), 1..60),
            cut in any::<prop::sample::Index>(),
        ) {
            let cut = cut.index(values.len() + 1);
            let count = float(values.len() as u64);
            let whole = pair(&values);
            let mut parts = pair(&values[..cut]);
            parts.merge(float(cut as u64), &pair(&values[cut..]), float((values.len() - cut) as u64));
            let mean = |of: &dyn Fn((f64, f64)) -> f64| values.iter().map(|it| of(*it)).sum::<f64>() / count;
            let (x, y) = (mean(&|it| it.0), mean(&|it| it.1));
            let defined = [
                x,
                y,
                mean(&|it| (it.0 - x).powi(2)) * count,
                mean(&|it| (it.0 - x).powi(3)) * count,
                mean(&|it| (it.0 - x) * (it.1 - y)) * count,
            ];
            for found in [whole, parts] {
                let found = [found.above.mean, found.below.mean, found.above.second, found.above.third, found.cross];
                for ((found, defined), power) in found.iter().zip(defined).zip([1, 1, 2, 3, 2]) {
                    prop_assert!(near(*found, defined, 1e3_f64.powi(power) * count), "{found} {defined}");
                }
            }
        }
    }
}
