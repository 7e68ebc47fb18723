//! Which arm a customer is in: by the very samples that campaigns draw their holdouts and variants by.

use std::sync::Arc;

use super::{ExperimentBuilder, Treatment};
use crate::value::sample::{self, Key, WHOLE, first_beyond};

/// Draws customers into arms by their keys, as the holdouts and variants of campaigns do.
///
/// `Campaign::assignment` makes the one of a campaign, so that the arm that a customer is counted in and what she was sent cannot
/// differ. Where no campaign is at hand, the names of the samples and the shares make the same.
///
/// # Example
///
/// ```
/// # use audience::Definitions;
/// # use audience::experiment::Assignment;
/// let shop = Definitions::parse(r#"
///     customer { id: string key, agreed: bool }
///     channel web { consent agreed }
///     message short { channel web, body "Hello!" }
///     message long  { channel web, body "Hello, and welcome back!" }
///     campaign greetings {
///       holdout 10% of "greetings-2026"
///       send    50% short, 50% long of "copy"
///     }
/// "#)?;
/// let assignment = shop.campaign("greetings")?.assignment()?;
/// let arms: Vec<_> = assignment.arms().map(|(name, share)| format!("{name} {share:.2}")).collect();
/// assert_eq!(arms, ["holdout 0.10", "short 0.45", "long 0.45"]);
/// assert_eq!([assignment.arm("ana"), assignment.arm("oto")], [Some("short"), Some("holdout")]);
///
/// let by_hand = Assignment::of_variants("copy", [("short", 0.5), ("long", 0.5)])?.with_holdout("greetings-2026", 0.1)?;
/// assert_eq!(by_hand, assignment);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assignment {
    /// Whoever is in one of them is held out.
    holdouts: Vec<Slice>,
    /// Whoever is not in all of them is in no arm.
    reached: Vec<Slice>,
    /// They make up all points of one sample.
    variants: Vec<(Arc<str>, Slice)>,
}

/// A slice of a sample, in millionths.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Slice {
    pub(crate) salt: Arc<str>,
    pub(crate) from: u32,
    pub(crate) to: u32,
}

/// Why customers cannot be drawn so.
///
/// ```
/// # use audience::experiment::Assignment;
/// let error = Assignment::of_variants("copy", [("short", 0.5), ("long", 0.4)]).unwrap_err();
/// assert_eq!(error.to_string(), "the shares of the variants make 90% together, and not 100%");
/// ```
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum AssignmentError {
    /// Not a share that a sample has.
    #[error(
        "the share of `{name}` is above 0 and at most 1, with up to six digits after the point, and not {share}"
    )]
    Share {
        /// Of which arm.
        name: String,
        /// The share.
        share: f64,
    },
    /// Shares that do not make up all customers.
    #[error("the shares of the variants make {}% together, and not 100%", f64::from(*.millionths) / 10_000.0)]
    Shares {
        /// What they make up.
        millionths: u32,
    },
    /// Two arms with one name.
    #[error("two arms are called `{0}`")]
    SameName(String),
    /// A campaign that draws in more than one of its sends, or draws in one of several.
    #[error(
        "`{0}` has several sends, and what one of them draws is only for those whom it concerns: give each its own campaign, or name the samples yourself"
    )]
    SeveralSends(String),
}

impl Slice {
    fn has(&self, point: u64) -> bool {
        let point = u128::from(point);
        point >= first_beyond(self.from) && point < first_beyond(self.to)
    }
}

impl Assignment {
    /// What the arm of those who are held out is called.
    pub const HOLDOUT: &'static str = "holdout";

    /// Draws variants by a sample, in this order, with shares that make 1 together: `of "copy"` in a campaign.
    pub fn of_variants<'a>(
        sample: &str,
        variants: impl IntoIterator<Item = (&'a str, f64)>,
    ) -> Result<Self, AssignmentError> {
        let salt: Arc<str> = sample.into();
        let mut drawn = Vec::new();
        let mut from = 0_u32;
        for (name, share) in variants {
            let to = from.saturating_add(millionths(name, share)?);
            let salt = Arc::clone(&salt);
            drawn.push((name.into(), Slice { salt, from, to }));
            from = to;
        }
        if from != WHOLE {
            return Err(AssignmentError::Shares { millionths: from });
        }
        Self::new(Vec::new(), Vec::new(), drawn)
    }

    /// Holds out a share of a sample: `holdout 10% of "greetings-2026"` in a campaign, or for all campaigns. Of several holdouts,
    /// each holds out.
    pub fn with_holdout(mut self, sample: &str, share: f64) -> Result<Self, AssignmentError> {
        let (salt, to) = (sample.into(), millionths(Self::HOLDOUT, share)?);
        self.holdouts.push(Slice { salt, from: 0, to });
        Self::new(self.holdouts, self.reached, self.variants)
    }

    /// Reaches a share of customers so far, as `of "copy" to 20%` in a campaign. The others are in no arm.
    ///
    /// ```
    /// # use audience::experiment::Assignment;
    /// let all = Assignment::of_variants("copy", [("short", 0.5), ("long", 0.5)])?;
    /// let some = all.clone().reaching("copy", 0.2)?;
    /// let keys: Vec<String> = (0..1_000).map(|it| it.to_string()).collect();
    /// assert!(keys.iter().all(|key| some.arm(key).is_none() || some.arm(key) == all.arm(key)));
    /// # Ok::<(), audience::experiment::AssignmentError>(())
    /// ```
    pub fn reaching(mut self, sample: &str, share: f64) -> Result<Self, AssignmentError> {
        let to = millionths("those who are reached", share)?;
        let salt = format!("{sample}/exposure").into();
        self.reached.push(Slice { salt, from: 0, to });
        Ok(self)
    }

    /// The variants make up one sample.
    pub(crate) fn new(
        holdouts: Vec<Slice>,
        reached: Vec<Slice>,
        variants: Vec<(Arc<str>, Slice)>,
    ) -> Result<Self, AssignmentError> {
        let mut names: Vec<&str> = variants.iter().map(|(name, _)| &**name).collect();
        if !holdouts.is_empty() {
            names.push(Self::HOLDOUT);
        }
        names.sort_unstable();
        if let Some(same) = names.windows(2).find(|it| it[0] == it[1]) {
            return Err(AssignmentError::SameName(same[0].to_owned()));
        }
        Ok(Self {
            holdouts,
            reached,
            variants,
        })
    }

    /// The arm of the customer with that key, an int in decimal digits; none when she is not reached yet.
    #[must_use]
    pub fn arm(&self, key: &str) -> Option<&str> {
        self.arm_at(|salt| sample::point(salt, Key::Text(key)))
    }

    fn arm_at(&self, point: impl Fn(&str) -> u64) -> Option<&str> {
        if self.holdouts.iter().any(|it| it.has(point(&it.salt))) {
            return Some(Self::HOLDOUT);
        }
        if !self.reached.iter().all(|it| it.has(point(&it.salt))) {
            return None;
        }
        let (_, first) = self.variants.first()?;
        let point = point(&first.salt);
        let (name, _) = self.variants.iter().find(|(_, it)| it.has(point))?;
        Some(name)
    }

    /// The arms, with their shares of the customers who are in one: the holdout first, then the variants in order.
    pub fn arms(&self) -> impl Iterator<Item = (&str, f64)> {
        let slices = || {
            self.holdouts
                .iter()
                .chain(&self.reached)
                .chain(self.variants.iter().map(|(_, it)| it))
        };
        let mut salts: Vec<&str> = slices().map(|it| &*it.salt).collect();
        salts.sort_unstable();
        salts.dedup();
        // Where the arm may change along each sample.
        let cuts = salts.iter().map(|salt| {
            let ends = slices()
                .filter(|it| &*it.salt == *salt)
                .flat_map(|it| [it.from, it.to]);
            let mut cuts: Vec<u32> = ends.chain([0, WHOLE]).collect();
            cuts.sort_unstable();
            cuts.dedup();
            cuts
        });
        let cuts: Vec<Vec<u32>> = cuts.collect();
        let holdout = (!self.holdouts.is_empty()).then_some(Self::HOLDOUT);
        let names = holdout
            .into_iter()
            .chain(self.variants.iter().map(|(name, _)| &**name));
        let mut arms: Vec<(&str, f64)> = names.map(|it| (it, 0.0)).collect();
        let mut add = |points: &[(&str, u64)], share: f64| {
            let point = |salt: &str| points.iter().find(|it| it.0 == salt).map_or(0, |it| it.1);
            let arm = self.arm_at(point);
            if let Some((_, sum)) = arms.iter_mut().find(|(name, _)| Some(*name) == arm) {
                *sum += share;
            }
        };
        each_cell(&salts, &cuts, &mut Vec::new(), 1.0, &mut add);
        let all: f64 = arms.iter().map(|(_, share)| share).sum();
        arms.into_iter().map(move |(name, share)| (name, share / all))
    }
}

/// Goes through all combinations of the parts that samples, which have nothing to do with each other, are cut into: a point of
/// each sample, and how many customers have points like these.
fn each_cell<'a>(
    salts: &[&'a str],
    cuts: &[Vec<u32>],
    points: &mut Vec<(&'a str, u64)>,
    share: f64,
    add: &mut impl FnMut(&[(&'a str, u64)], f64),
) {
    let (Some((salt, salts)), Some((ends, cuts))) = (salts.split_first(), cuts.split_first()) else {
        return add(points, share);
    };
    for part in ends.windows(2) {
        let first = u64::try_from(first_beyond(part[0])).unwrap_or(u64::MAX);
        points.push((salt, first));
        let inside = f64::from(part[1] - part[0]) / f64::from(WHOLE);
        each_cell(salts, cuts, points, share * inside, add);
        points.pop();
    }
}

impl ExperimentBuilder {
    /// Adds the arms of an assignment with their shares, the holdout first. `treatment` says what each is.
    ///
    /// ```
    /// # use audience::experiment::{Assignment, Experiment, Metric, Treatment};
    /// let assignment = Assignment::of_variants("copy", [("short", 0.5), ("long", 0.5)])?.with_holdout("2026", 0.1)?;
    /// let experiment = Experiment::builder("greetings")
    ///     .arms_of(&assignment, |arm| if arm == "holdout" { Treatment::Nothing } else { Treatment::SameForAll })
    ///     .goal(Metric::rate("ordered"))
    ///     .build()?;
    /// assert_eq!((experiment.baseline().name(), experiment.baseline().share()), ("holdout", 0.1));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn arms_of(self, assignment: &Assignment, treatment: impl Fn(&str) -> Treatment) -> Self {
        let arms = assignment.arms();
        arms.fold(self, |builder, (name, share)| {
            builder.arm(name, share, treatment(name))
        })
    }
}

/// A share of a sample, exactly.
fn millionths(name: &str, share: f64) -> Result<u32, AssignmentError> {
    let whole = f64::from(WHOLE);
    let found = format!("{:.0}", share * whole).parse().ok();
    found
        .filter(|it: &u32| (1..=WHOLE).contains(it) && (f64::from(*it) / whole - share).abs() < 1e-12)
        .ok_or_else(|| AssignmentError::Share {
            name: name.to_owned(),
            share,
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shares(assignment: &Assignment) -> Vec<String> {
        assignment
            .arms()
            .map(|(name, share)| format!("{name} {share:.6}"))
            .collect()
    }

    #[test]
    fn shares_are_those_of_the_keys() {
        let draw =
            |sample| Assignment::of_variants(sample, [("a", 0.2), ("b", 0.3), ("c", 0.5)]).expect("shares");
        let simple = draw("x").with_holdout("y", 0.1).expect("a share");
        assert_eq!(
            shares(&simple),
            ["holdout 0.100000", "a 0.180000", "b 0.270000", "c 0.450000"]
        );
        // A holdout of the same sample takes all from the first variant.
        let same = draw("x").with_holdout("x", 0.1).expect("a share");
        assert_eq!(
            shares(&same),
            ["holdout 0.100000", "a 0.100000", "b 0.300000", "c 0.500000"]
        );
        let two = draw("x")
            .with_holdout("y", 0.1)
            .and_then(|it| it.with_holdout("z", 0.2));
        let two = two.and_then(|it| it.reaching("x", 0.5)).expect("shares");
        // 28 % are held out, half of the others are reached, and so 36 % of all.
        assert_eq!(shares(&two)[..2], ["holdout 0.437500", "a 0.112500"]);
        for assignment in [simple, same, two] {
            let keys = 20_000_u32;
            let arms: Vec<_> = (0..keys)
                .map(|it| it.to_string())
                .filter_map(|it| assignment.arm(&it).map(str::to_owned))
                .collect();
            let all = super::super::sums::float(arms.len() as u64);
            for (name, share) in assignment.arms() {
                let found = super::super::sums::float(arms.iter().filter(|it| *it == name).count() as u64);
                let chance = (all * share * (1.0 - share)).sqrt();
                assert!(
                    (found - all * share).abs() < 4.0 * chance,
                    "{name}: {found} of {all} for {share}"
                );
            }
        }
    }

    #[test]
    fn what_cannot_be_drawn_says_why() {
        let told = |variants: &[(&'static str, f64)]| {
            Assignment::of_variants("x", variants.iter().copied())
                .expect_err("refused")
                .to_string()
        };
        assert_eq!(
            told(&[]),
            "the shares of the variants make 0% together, and not 100%"
        );
        assert_eq!(told(&[("a", 0.5), ("a", 0.5)]), "two arms are called `a`");
        for share in [0.0, -0.1, 1.1, f64::NAN, f64::INFINITY, 1.0 / 3.0] {
            assert_eq!(
                told(&[("a", share)]),
                format!(
                    "the share of `a` is above 0 and at most 1, with up to six digits after the point, and not {share}"
                )
            );
        }
        let whole = Assignment::of_variants("x", [("holdout", 1.0)]).expect("one variant");
        assert_eq!(
            whole.with_holdout("y", 0.1),
            Err(AssignmentError::SameName("holdout".into()))
        );
    }
}
