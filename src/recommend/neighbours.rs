//! Item-to-item recommendations from what is taken by the same customers or on the same occasions.

use std::{fmt, sync::Arc};

use super::{
    ActionWeights, Assortment, FitError, Interactions, PairCounts, Profile, Recommender, Together,
    decay::{Decay, count, narrow},
    scores::{Scores, Term},
};
use crate::value::{DateTime, Duration};

/// Recommends what is taken together with what the customer took.
///
/// Two items are as alike as [`Likeness`] says, and for each item the most alike are kept. For a customer, an item scores the
/// sum of its likenesses to what she did something with, each counting by the action and by how long ago it was; the one that
/// adds most is the [`Reason`](crate::Reason).
///
/// The method is item-based collaborative filtering: Sarwar, Karypis, Konstan and Riedl, "Item-based collaborative
/// filtering recommendation algorithms", WWW 2001; Linden, Smith and York, "Amazon.com recommendations: item-to-item
/// collaborative filtering", IEEE Internet Computing 7(1), 2003.
///
/// Memory is proportional to the assortment times [`neighbours`](NeighbourOptions::neighbours), and serving takes time
/// proportional to the history times `neighbours`.
///
/// # Example
///
/// ```
/// # use audience::{Assortment, Interactions, NeighbourOptions, Neighbours, Profile, Shelf, Wish};
/// # let now = "2026-06-01T09:00:00Z".parse()?;
/// let carts = [("ana", "tea"), ("ana", "pot"), ("eva", "tea"), ("eva", "pot"), ("leo", "mug")];
/// let bought = Interactions::from_iter(carts.map(|(customer, item)| (customer, item, now)));
/// let assortment = Assortment::from_iter([("mug", "Mug"), ("pot", "Teapot"), ("tea", "Green tea")]);
/// let model = Neighbours::fit(&NeighbourOptions { support: 2, ..NeighbourOptions::default() }, &bought, &assortment)?;
/// assert_eq!(model.alike("tea").collect::<Vec<_>>(), [("pot", 1.0)]);
///
/// let list = Shelf::new(&assortment).choose(&model, &Profile::new(now).bought("tea"), &Wish::new(1));
/// assert_eq!(list[0].reason.to_string(), "because you bought Green tea");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, PartialEq)]
pub struct Neighbours {
    pub(super) assortment: Assortment,
    pub(super) together: Together,
    pub(super) serving: Serving,
    pub(super) links: Arc<Links>,
}

/// How a [`Neighbours`] is fitted and served. Written with `..NeighbourOptions::default()`, as fields may be added.
///
/// ```
/// # use audience::{Likeness, NeighbourOptions};
/// let options = NeighbourOptions { likeness: Likeness::LogLikelihood, ..NeighbourOptions::default() };
/// assert_eq!((options.neighbours, options.support), (50, 2));
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct NeighbourOptions {
    /// What counts as taken together. By default, by the same customer. [`Neighbours::from_pairs`] goes by the pairs instead.
    pub together: Together,
    /// How alike two items are. By default the cosine.
    pub likeness: Likeness,
    /// How many of the most alike are kept for each item. Default 50.
    pub neighbours: usize,
    /// How often two items must have been taken together to be alike. Default 2.
    pub support: u32,
    /// After how long something in a customer's history counts half. Default none: everything counts the same.
    pub half_life: Option<Duration>,
    /// What each action in a customer's history counts.
    pub weights: ActionWeights,
}

impl Default for NeighbourOptions {
    fn default() -> Self {
        Self {
            together: Together::Customer,
            likeness: Likeness::Cosine,
            neighbours: 50,
            support: 2,
            half_life: None,
            weights: ActionWeights::default(),
        }
    }
}

/// How alike two items are that were taken by `a` and by `b` customers, of them by `both`, of `all`.
///
/// ```
/// # use audience::Likeness;
/// assert_eq!(Likeness::default(), Likeness::Cosine);
/// assert_eq!(Likeness::bm25(), Likeness::Bm25 { k1: 1.2, b: 0.75 });
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[non_exhaustive]
pub enum Likeness {
    /// `both / √(a · b)`: the share that is in common.
    #[default]
    Cosine,
    /// The dot product of the items' columns weighted by BM25 (Robertson and Zaragoza, "The probabilistic relevance framework:
    /// BM25 and beyond", 2009), an item standing for a document and a customer for a word: customers who took much say
    /// little, and items taken by many count less the larger `b`.
    Bm25 {
        /// How soon repetition stops to count; with things that are taken or not, it only tempers `b`.
        k1: f64,
        /// How much is taken off for being taken by many, from 0 to 1.
        b: f64,
    },
    /// The logarithm of the likelihood ratio that taking one has nothing to do with taking the other (Dunning, "Accurate
    /// methods for the statistics of surprise and coincidence", Computational Linguistics 19(1), 1993), where they are taken
    /// together more often than by chance: twice the natural logarithm, as the paper has it. As it grows with the data, what it
    /// finds counts by its share in the likeness of an item's neighbours.
    LogLikelihood,
}

impl Likeness {
    /// BM25 with the parameters that are usual for texts.
    #[must_use]
    pub const fn bm25() -> Self {
        Self::Bm25 { k1: 1.2, b: 0.75 }
    }
}

impl Neighbours {
    /// Learns which items of an assortment are alike.
    ///
    /// Takes time proportional to the sum, over customers, of the squared number of items that each took.
    pub fn fit(
        options: &NeighbourOptions,
        interactions: &Interactions,
        assortment: &Assortment,
    ) -> Result<Self, FitError> {
        let mut pairs = PairCounts::new(options.together);
        pairs.add(interactions);
        Self::from_pairs(options, &pairs, assortment)
    }

    /// Learns from pairs that were counted.
    ///
    /// With cosine and log-likelihood, takes time proportional to the pairs; BM25 weighs every customer anew.
    pub fn from_pairs(
        options: &NeighbourOptions,
        pairs: &PairCounts,
        assortment: &Assortment,
    ) -> Result<Self, FitError> {
        let serving = Serving::new(options.half_life, options.weights)?;
        let here: Vec<Option<u32>> = pairs.item_keys().map(|key| assortment.position(key)).collect();
        let likenesses = Likenesses::new(options.likeness, pairs)?;
        let mut rows = vec![Vec::new(); assortment.len()];
        for (item, position) in here.iter().enumerate() {
            let Some(position) = *position else { continue };
            let mut row = Vec::new();
            likenesses.row(item, &mut |other, both, likeness| {
                if both >= options.support.max(1)
                    && likeness > 0.0
                    && let Some(other) = here[other as usize]
                {
                    row.push((other, likeness));
                }
            });
            keep_best(&mut row, options.neighbours);
            if options.likeness == Likeness::LogLikelihood {
                // Summed from the most alike to the least, whatever the order in which items came.
                let sum: f64 = row.iter().map(|(_, likeness)| likeness).sum();
                for (_, likeness) in &mut row {
                    *likeness /= sum;
                }
            }
            rows[position as usize] = row;
        }
        Ok(Self {
            assortment: assortment.clone(),
            together: pairs.together(),
            serving,
            links: Arc::new(Links::new(&rows)),
        })
    }

    /// The items most alike to one, the most alike first.
    pub fn alike(&self, item: &str) -> impl Iterator<Item = (&str, f64)> {
        let row = self.assortment.position(item).map(|it| self.links.row(it));
        let (items, likenesses) = row.unwrap_or_default();
        let key = |(item, likeness): (&u32, &f32)| (&**self.assortment.entry(*item).0, f64::from(*likeness));
        items.iter().zip(likenesses).map(key)
    }
}

impl Recommender for Neighbours {
    fn score(&self, profile: &Profile<'_>, scores: &mut Scores) {
        scores.over(&self.assortment, profile, |scores| {
            self.serving.add(&self.links, self.together, profile, scores);
        });
    }
}

/// How much it knows.
impl fmt::Debug for Neighbours {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Neighbours")
            .field("items", &self.assortment.len())
            .field("together", &self.together)
            .field("neighbours", &self.links.items.len())
            .finish_non_exhaustive()
    }
}

/// How a customer's history is weighed.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Serving {
    pub(super) half_life: Option<Duration>,
    decay: Decay,
    pub(super) weights: ActionWeights,
}

impl Serving {
    pub(super) fn new(half_life: Option<Duration>, weights: ActionWeights) -> Result<Self, FitError> {
        weights.check()?;
        Ok(Self {
            half_life,
            decay: Decay::new(half_life)?,
            weights,
        })
    }

    /// Adds the links of each item in the history, which counts by the strongest thing done with it.
    pub(super) fn add(
        &self,
        links: &Arc<Links>,
        together: Together,
        profile: &Profile<'_>,
        scores: &mut Scores,
    ) {
        let past = std::mem::take(&mut scores.past);
        // Of somebody who was away for very long, all would be nothing: only how it stands to each other counts then.
        let newest = past.iter().map(|it| it.at).max().unwrap_or_default();
        let newest = DateTime::from_micros(newest).unwrap_or(DateTime::MIN);
        let is_gone = self.decay.at(newest.micros(), profile.now()) < 1e-15;
        let now = if is_gone { newest } else { profile.now() };
        let terms = past.chunk_by(|a, b| a.item == b.item).filter_map(|same| {
            let weighed = same.iter().map(|it| {
                let weight = self.weights.of(it.action) * it.weight;
                (weight * self.decay.at(it.at, now), it.action)
            });
            let strongest = weighed.reduce(|a, b| if b.0 > a.0 { b } else { a });
            let (weight, action) = strongest.filter(|it| it.0 > 0.0)?;
            // With the largest links, sums of 100,000 are still finite.
            let weight = narrow(weight.min(1e18));
            let item = same[0].item;
            Some(Term { item, weight, action })
        });
        scores.link(links, together, terms);
        scores.past = past;
    }
}

/// For each item of an assortment, others with a number, row by row.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Links {
    /// Where each row begins; one more entry ends the last.
    pub(super) starts: Vec<u32>,
    pub(super) items: Vec<u32>,
    pub(super) likenesses: Vec<f32>,
}

impl Links {
    /// No number is larger, so that sums stay finite.
    pub(super) const MOST: f64 = 1e15;

    pub(super) fn new(rows: &[Vec<(u32, f64)>]) -> Self {
        let mut links = Self {
            starts: vec![0],
            items: Vec::new(),
            likenesses: Vec::new(),
        };
        let number = |(_, likeness): &(u32, f64)| narrow(likeness.clamp(-Self::MOST, Self::MOST));
        for row in rows {
            links.items.extend(row.iter().map(|(item, _)| *item));
            links.likenesses.extend(row.iter().map(number));
            let end = u32::try_from(links.items.len());
            links
                .starts
                .push(end.expect("2^32 links take more memory than is given to one model"));
        }
        links
    }

    #[inline]
    pub(super) fn row(&self, item: u32) -> (&[u32], &[f32]) {
        let item = item as usize;
        let range = self.starts[item] as usize..self.starts[item + 1] as usize;
        (&self.items[range.clone()], &self.likenesses[range])
    }
}

/// Keeps the largest, in their order; equal ones stand in the order of the keys.
pub(super) fn keep_best(row: &mut Vec<(u32, f64)>, most: usize) {
    let closer = |a: &(u32, f64), b: &(u32, f64)| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0));
    if most < row.len() {
        row.select_nth_unstable_by(most, closer);
        row.truncate(most);
    }
    row.sort_unstable_by(closer);
}

/// The likenesses of an item to all others.
struct Likenesses<'a> {
    pairs: &'a PairCounts,
    kind: Kind,
}

enum Kind {
    Cosine,
    LogLikelihood,
    Bm25 {
        baskets: Vec<super::pairs::Basket>,
        /// By item: the baskets that have it.
        having: Vec<Vec<u32>>,
        /// By item: what its size leaves of each of its entries.
        factors: Vec<f64>,
        /// How many different items there are, as a logarithm.
        items: f64,
    },
}

impl<'a> Likenesses<'a> {
    fn new(likeness: Likeness, pairs: &'a PairCounts) -> Result<Self, FitError> {
        let kind = match likeness {
            Likeness::Cosine => Kind::Cosine,
            Likeness::LogLikelihood => Kind::LogLikelihood,
            Likeness::Bm25 { k1, b } => {
                if !(k1 >= 0.0 && k1.is_finite()) {
                    return Err(FitError::new(
                        "`k1`".to_owned(),
                        k1,
                        "0 or more, and not infinite",
                    ));
                }
                if !(0.0..=1.0).contains(&b) {
                    return Err(FitError::new("`b`".to_owned(), b, "from 0 to 1"));
                }
                Self::bm25(pairs, k1, b)
            }
        };
        Ok(Self { pairs, kind })
    }

    fn bm25(pairs: &PairCounts, k1: f64, b: f64) -> Kind {
        let baskets = pairs.baskets();
        let items = pairs.item_keys().count();
        let mut having = vec![Vec::new(); items];
        for (index, basket) in (0..).zip(&baskets) {
            for item in &basket.items {
                having[*item as usize].push(index);
            }
        }
        let entries: f64 = (0..items).map(|it| f64::from(pairs.taken_at(it))).sum();
        let average = (entries / count(items.max(1))).max(f64::MIN_POSITIVE);
        let factor = |item| {
            let size = f64::from(pairs.taken_at(item)) / average;
            (k1 + 1.0) / (k1 * (1.0 - b + b * size) + 1.0)
        };
        Kind::Bm25 {
            factors: (0..items).map(factor).collect(),
            items: libm::log(count(items.max(1))),
            baskets,
            having,
        }
    }

    /// Hands over each item taken together with this one, how often, and how alike it is.
    fn row(&self, item: usize, seen: &mut dyn FnMut(u32, u32, f64)) {
        let a = self.pairs.taken_at(item);
        let row = self.pairs.row(item);
        match &self.kind {
            Kind::Cosine => {
                for (other, both) in row {
                    let b = self.pairs.taken_at(*other as usize);
                    let likeness = f64::from(*both) / (f64::from(a) * f64::from(b)).sqrt();
                    seen(*other, *both, likeness);
                }
            }
            Kind::LogLikelihood => {
                let all = count(self.pairs.total());
                for (other, both) in row {
                    let b = self.pairs.taken_at(*other as usize);
                    let ratio = log_likelihood((*both).into(), a.into(), b.into(), all);
                    seen(*other, *both, ratio);
                }
            }
            Kind::Bm25 {
                baskets,
                having,
                factors,
                items,
            } => {
                let mut sums = vec![0.0; factors.len()];
                let own = u32::try_from(item).expect("checked when added");
                for index in &having[item] {
                    baskets[*index as usize].with(own, &mut |other, size| {
                        let rarity = items - libm::log1p(count(size));
                        sums[other as usize] += rarity * rarity;
                    });
                }
                for (other, both) in row {
                    let other = *other as usize;
                    let likeness = factors[item] * factors[other] * sums[other];
                    seen(u32::try_from(other).expect("checked when added"), *both, likeness);
                }
            }
        }
    }
}

/// Dunning's `-2 log λ` of the table of two items, 0 where they are together no more often than by chance.
fn log_likelihood(both: f64, a: f64, b: f64, all: f64) -> f64 {
    if both * all <= a * b {
        return 0.0;
    }
    log_ratio([both, a - both, b - both, all - a - b + both])
}

/// `-2 log λ` of a table of two by two counts.
fn log_ratio([both, only_a, only_b, neither]: [f64; 4]) -> f64 {
    let of = |x: f64| if x > 0.0 { x * libm::log(x) } else { 0.0 };
    let cells = of(both) + of(only_a) + of(only_b) + of(neither);
    let rows = of(both + only_a) + of(only_b + neither);
    let columns = of(both + only_b) + of(only_a + neither);
    let all = of(both + only_a + only_b + neither);
    (2.0 * (cells + all - rows - columns)).max(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Dunning (1993), table 1: counts of A B, A ~B, ~A B and ~A ~B in 31,777 bigrams, and the score published for them.
    #[test]
    fn log_likelihood_is_that_of_the_paper() {
        for (table, published) in [
            ([110.0, 2442.0, 111.0, 29114.0], 270.72), // the swiss
            ([29.0, 13.0, 123.0, 31612.0], 263.90),    // can be
            ([31.0, 23.0, 139.0, 31584.0], 256.84),    // previous year
            ([10.0, 0.0, 3.0, 31764.0], 167.23),       // mineral water
        ] {
            let found = log_ratio(table);
            assert!(
                (found - published).abs() < 0.005,
                "{table:?}: {found}, published {published}"
            );
            let [both, only_a, only_b, neither] = table;
            let all = both + only_a + only_b + neither;
            let same = log_likelihood(both, both + only_a, both + only_b, all);
            assert!((found - same).abs() < 1e-9, "{table:?}: {found} {same}");
        }
    }

    #[test]
    fn fewer_together_than_by_chance_is_no_likeness() {
        for (both, a, b, all) in [
            (1.0, 50.0, 50.0, 100.0),
            (25.0, 50.0, 50.0, 100.0),
            (0.0, 0.0, 0.0, 0.0),
        ] {
            assert!(log_likelihood(both, a, b, all).abs() < f64::EPSILON);
        }
    }
}
