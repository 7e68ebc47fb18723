//! When there is too little to tell, and why.

use serde::{Serialize, Serializer};

use super::{
    compare::Group,
    sums::{Moments, Sums, float},
};

/// The mean of fewer customers is not told.
pub(super) const CUSTOMERS: u64 = 30;
/// Of each arm so many customers must be expected to have it, and so many not, for a p value of rates.
pub(super) const EXPECTED: f64 = 5.0;
/// So many customers of each arm must have it, for one rate as a share of another.
pub(super) const HITS: u64 = 5;
/// So many customers of each arm must have it, and so many not, where a rate counts as normal: for intervals that hold at any time,
/// for shares of steps, and between segments.
const HITS_OF_NORMAL: u64 = 10;
/// For the interval of a mean there must be so many customers for each unit of the squared skewness: those of a rare rate then
/// have it ten times.
pub(super) const PER_SKEWNESS: f64 = 10.0;
/// For that of a difference, in each arm. What is lopsided in both arms goes out of a difference, so that it may be less, as
/// long as the difference itself is no more lopsided than a mean may be.
const PER_SKEWNESS_OF_DIFFERENCE: f64 = 5.0;
/// What something is divided by lies so many standard errors above zero.
pub(super) const ERRORS_ABOVE_ZERO: f64 = 5.0;

/// Why a figure is not told: it would be made up.
///
/// ```
/// # use audience::experiment::{Experiment, Metric, NotEnoughData, Tally, Treatment};
/// let experiment = Experiment::builder("spring")
///     .arm("none", 0.5, Treatment::Nothing)
///     .arm("letter", 0.5, Treatment::SameForAll)
///     .goal(Metric::mean("spent"))
///     .build()?;
/// let mut tally = Tally::new(&experiment);
/// tally.add("none", [], [("spent", 12.5.into())])?;
/// let analysis = tally.analyze();
/// let none = analysis.goals[0].arms[0].estimate.as_ref().unwrap_err();
/// assert_eq!(none.to_string(), "`none` has 1 customer, and this takes 30");
/// let letter = analysis.goals[0].arms[1].estimate.as_ref().unwrap_err();
/// assert_eq!(*letter, NotEnoughData::NoCustomers { arm: "letter".into() });
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NotEnoughData {
    /// Nobody is in the arm.
    #[error("nobody is in `{arm}`")]
    NoCustomers {
        /// The name of the arm.
        arm: String,
    },
    /// The arm has too few customers.
    #[error("`{arm}` has {has} {}, and this takes {needs}", if *.has == 1 { "customer" } else { "customers" })]
    FewCustomers {
        /// The name of the arm.
        arm: String,
        /// How many there are.
        has: u64,
        /// How many it takes.
        needs: u64,
    },
    /// In the arm too few customers have it, or too few do not.
    #[error("in `{arm}` it is {has} of {customers} customers, and this takes {needs}{}", if *.both { " who have it, and as many who do not" } else { "" })]
    FewHits {
        /// The name of the arm.
        arm: String,
        /// How many have it.
        has: u64,
        /// Of how many.
        customers: u64,
        /// How many it takes.
        needs: u64,
        /// Whether as many must not have it.
        both: bool,
    },
    /// If there was no difference, too few customers of the arm would be expected to have it, or not to.
    #[error(
        "without a difference, fewer than 5 customers of `{arm}` would be expected to have it, or fewer than 5 not to"
    )]
    FewExpected {
        /// The name of the arm.
        arm: String,
    },
    /// All values of the arm are the same, so that nothing is known of how they differ.
    #[error(
        "all {customers} customers of `{arm}` have the same value, so nothing is known of how far values differ"
    )]
    NoSpread {
        /// The name of the arm.
        arm: String,
        /// How many there are.
        customers: u64,
    },
    /// A few great values make up so much of the mean that its interval could not be trusted.
    #[error(
        "a few great values outweigh all others in `{arm}`: with values like these it takes {needs} customers, and there are {has}"
    )]
    FewGreatValues {
        /// The name of the arm.
        arm: String,
        /// How many customers there are.
        has: u64,
        /// How many it takes.
        needs: u64,
    },
    /// What is to be divided by lies too near zero, or below.
    #[error("what `{arm}` has is not clearly above zero, so nothing can be told as a share of it")]
    UnclearBaseline {
        /// The name of the arm.
        arm: String,
    },
    /// The sum that a ratio divides by lies too near zero, or below.
    #[error("what the ratio divides by is not clearly above zero in `{arm}`")]
    UnclearDivisor {
        /// The name of the arm.
        arm: String,
    },
    /// The whole gain may as well be none, so that it has no parts.
    #[error("the whole difference may as well be none, so it has no shares")]
    UnclearWhole,
    /// The arms have so few customers that their sizes tell nothing.
    #[error("fewer than 5 customers would be expected in `{arm}`")]
    FewForShares {
        /// The name of the arm.
        arm: String,
    },
    /// Fewer than two segments tell a difference, so that they cannot be compared.
    #[error("this takes two segments that tell a difference")]
    FewSegments,
    /// Customers are in several segments, which then do not stand beside each other.
    #[error("{customers} {} in several segments, so the segments cannot be compared", if *.customers == 1 { "customer is" } else { "customers are" })]
    OverlappingSegments {
        /// How many.
        customers: u64,
    },
    /// It is told when the experiment is over, and this one is looked at any time.
    #[error("this is told at the end only, and the experiment is one to be looked at any time")]
    NotAtAnyTime,
}

/// As `Display` says it.
impl Serialize for NotEnoughData {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Anybody at all.
pub(super) fn anybody(group: Group<'_>) -> Result<(), NotEnoughData> {
    let arm = || group.arm.to_owned();
    match group.customers {
        0 => Err(NotEnoughData::NoCustomers { arm: arm() }),
        _ => Ok(()),
    }
}

/// Enough for the normal distribution to say something of the mean, the ratio or the rate of an arm alone.
pub(super) fn for_interval(group: Group<'_>) -> Result<(), NotEnoughData> {
    normal(group, PER_SKEWNESS)
}

/// Enough for it to say something of the difference from another arm, which is looked at by itself.
pub(super) fn for_part_of_difference(group: Group<'_>) -> Result<(), NotEnoughData> {
    normal(group, PER_SKEWNESS_OF_DIFFERENCE)
}

fn normal(group: Group<'_>, per_skewness: f64) -> Result<(), NotEnoughData> {
    anybody(group)?;
    match group.sums {
        Sums::Rate(hits) => for_hits(group, *hits, HITS_OF_NORMAL, true),
        Sums::Mean(moments) => for_mean(group, moments, per_skewness),
        Sums::Ratio(pair) => {
            for_mean(group, &pair.above, per_skewness)?;
            // All may be divided by the same, which is then known well enough.
            if pair.below.second > 0.0 {
                for_mean(group, &pair.below, per_skewness)?;
            }
            let count = float(group.customers);
            let deviation = pair.below.variance(count).sqrt();
            if count.sqrt() * pair.below.mean > ERRORS_ABOVE_ZERO * deviation {
                Ok(())
            } else {
                Err(unclear_divisor(group))
            }
        }
    }
}

/// Whether the difference of two means is even enough. `variance` is the square of its standard error, and above zero.
pub(super) fn for_difference([group, base]: [Group<'_>; 2], variance: f64) -> Result<(), NotEnoughData> {
    let (Sums::Mean(ours), Sums::Mean(theirs)) = (group.sums, base.sums) else {
        return Ok(());
    };
    let third = |moments: &Moments, group: Group<'_>| {
        let count = float(group.customers);
        moments.third / count / count / count
    };
    let (ours, theirs) = (third(ours, group), third(theirs, base));
    let skewness = (ours - theirs) / variance / variance.sqrt();
    let more = PER_SKEWNESS * skewness * skewness;
    if more <= 1.0 {
        return Ok(());
    }
    let group = if ours.abs() > theirs.abs() { group } else { base };
    Err(NotEnoughData::FewGreatValues {
        arm: group.arm.to_owned(),
        has: group.customers,
        needs: whole(float(group.customers) * more),
    })
}

/// A whole number that is not negative. What does not fit is as good as without end.
pub(super) fn whole(count: f64) -> u64 {
    format!("{count:.0}").parse().unwrap_or(u64::MAX)
}

pub(super) fn unclear_divisor(group: Group<'_>) -> NotEnoughData {
    NotEnoughData::UnclearDivisor {
        arm: group.arm.to_owned(),
    }
}

pub(super) fn for_hits(group: Group<'_>, hits: u64, needs: u64, both: bool) -> Result<(), NotEnoughData> {
    let misses = group.customers.saturating_sub(hits);
    if hits >= needs && (!both || misses >= needs) {
        return Ok(());
    }
    Err(NotEnoughData::FewHits {
        arm: group.arm.to_owned(),
        has: hits,
        customers: group.customers,
        needs,
        both,
    })
}

fn for_mean(group: Group<'_>, moments: &Moments, per_skewness: f64) -> Result<(), NotEnoughData> {
    let (arm, has) = (group.arm.to_owned(), group.customers);
    if has < CUSTOMERS {
        let needs = CUSTOMERS;
        return Err(NotEnoughData::FewCustomers { arm, has, needs });
    }
    // Differences so small that their squares are no numbers are none.
    if moments.second / float(has) / float(has) <= 0.0 {
        return Err(NotEnoughData::NoSpread { arm, customers: has });
    }
    let needs = per_skewness * moments.skewness(float(has)).powi(2);
    if float(has) < needs {
        let needs = whole(needs.ceil());
        return Err(NotEnoughData::FewGreatValues { arm, has, needs });
    }
    Ok(())
}
