//! Whether one recommender is better than another, on data that was held back.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use super::{Action, Interactions, Mode, Profile, Recommender, Shelf, Wish, decay::count};
use crate::value::DateTime;

/// Interactions cut in two by time: what models learn from, and what customers bought afterwards.
///
/// Everything before the cut is known and nothing after it, as on the day of the cut, so that no model learns from the future of
/// anybody. Asked about are customers who did something before the cut and bought something after it. Choose the options of
/// models on an earlier cut than the one that is reported, or the report praises the choosing.
///
/// # Example
///
/// ```
/// # use audience::{Assortment, DateTime, Interactions, NeighbourOptions, Neighbours, Shelf, Split, Target};
/// let (may, june): (DateTime, DateTime) = ("2026-05-01T09:00:00Z".parse()?, "2026-06-01T09:00:00Z".parse()?);
/// let mut bought = Interactions::new();
/// for name in ["ana", "eva"] {
///     bought.extend([(name, "tea", may), (name, "pot", may)]);
/// }
/// bought.extend([("leo", "tea", may), ("leo", "pot", june)]);
///
/// let split = Split::new(&bought, june, "2026-06-29T09:00:00Z".parse()?);
/// let assortment = Assortment::from_iter([("mug", "Mug"), ("pot", "Teapot"), ("tea", "Green tea")]);
/// let model = Neighbours::fit(&NeighbourOptions::default(), split.train(), &assortment)?;
/// let report = split.evaluate(&model, &Shelf::new(&assortment), 1, Target::New);
/// assert_eq!((report.customers, report.hit_rate, report.ndcg), (1, 1.0, 1.0)); // Leo's teapot
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Split {
    train: Interactions,
    cut: DateTime,
    /// By customer of the training data: what was bought after the cut, sorted.
    later: BTreeMap<usize, BTreeSet<String>>,
}

/// What counts as a hit.
///
/// ```
/// # use audience::Target;
/// assert_ne!(Target::New, Target::All);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// Items that the customer had not bought before the cut. Lists hold no other.
    New,
    /// All that she bought, repeats with it. Lists may hold anything.
    All,
    /// Items that she had bought before. Lists are those of rebuying.
    Repeats,
}

/// How good lists were, see [`Split::evaluate`].
///
/// ```
/// # use audience::{Assortment, Evaluation, Interactions, Shelf, Split, Target};
/// let split = Split::new(&Interactions::new(), "2026-06-01T00:00:00Z".parse()?, "2026-06-29T00:00:00Z".parse()?);
/// let none: [(&str, &str); 0] = [];
/// let report: Evaluation = split.evaluate_lists(|_| Vec::new(), &Shelf::new(&Assortment::from_iter(none)), 10, Target::All);
/// assert_eq!((report.customers, report.hit_rate, report.coverage), (0, 0.0, 0.0)); // nobody is no division
/// # Ok::<(), audience::TimeError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Evaluation {
    /// The length of the lists.
    pub length: usize,
    /// Customers asked about: those who later bought something that counts.
    pub customers: usize,
    /// HR@k: the share of customers whose list has an item that they bought.
    pub hit_rate: f64,
    /// NDCG@k: hits count by 1 / log₂(place + 1), as a share of what the best list would have (Järvelin and Kekäläinen, 2002, with the
    /// discount of Burges et al., 2005).
    pub ndcg: f64,
    /// MAP@k: at each hit, the share of hits so far; the sum by the number of hits that were possible.
    pub map: f64,
    /// The share of the items shown that are on at least one list.
    pub coverage: f64,
    /// How little known what lists show is: the mean of log₂(customers / customers who took it), an item and a customer more
    /// counted for each (Zhou et al., "Solving the apparent diversity–accuracy dilemma of recommender systems", 2010).
    pub novelty: f64,
}

impl Split {
    /// Learns from what is before `cut`, and asks about purchases from then on and before `end`.
    #[must_use]
    pub fn new(interactions: &Interactions, cut: DateTime, end: DateTime) -> Self {
        let train = interactions.before(cut);
        let customers: BTreeMap<&str, usize> = (0..train.customers())
            .map(|customer| (train.customer_key(customer), customer))
            .collect();
        let mut later: BTreeMap<usize, BTreeSet<String>> = BTreeMap::new();
        for row in interactions.rows() {
            if row.action == Action::Purchase
                && cut <= row.at
                && row.at < end
                && let Some(customer) = customers.get(interactions.customer_key(row.customer))
            {
                let item = interactions.item_key(row.item).to_owned();
                later.entry(*customer).or_default().insert(item);
            }
        }
        Self { train, cut, later }
    }

    /// What models may learn from.
    #[must_use]
    pub fn train(&self) -> &Interactions {
        &self.train
    }

    /// What each customer bought after the cut, so that lists can be made elsewhere, see
    /// [`evaluate_lists`](Self::evaluate_lists).
    pub fn later(&self) -> impl Iterator<Item = (&str, impl Iterator<Item = &str>)> {
        let all = self.later.iter();
        all.map(|(customer, items)| {
            (
                self.train.customer_key(*customer),
                items.iter().map(String::as_str),
            )
        })
    }

    /// Asks a recommender for the lists of all customers, each with her history until the cut and her group.
    #[must_use]
    pub fn evaluate(
        &self,
        recommender: &(impl Recommender + ?Sized),
        on: &Shelf,
        length: usize,
        target: Target,
    ) -> Evaluation {
        let profiles = self.profiles();
        let mode = match target {
            Target::New => Mode::Discover,
            Target::All => Mode::Any,
            Target::Repeats => Mode::Rebuy,
        };
        let wish = Wish {
            mode,
            ..Wish::new(length)
        };
        self.report(on, length, target, |customer| {
            let list = on.choose(recommender, &profiles[&customer], &wish);
            list.into_iter().map(|it| it.item.to_string()).collect()
        })
    }

    /// Evaluates lists that were made elsewhere, given by the customer's key, in the same way.
    #[must_use]
    pub fn evaluate_lists(
        &self,
        mut lists: impl FnMut(&str) -> Vec<String>,
        on: &Shelf,
        length: usize,
        target: Target,
    ) -> Evaluation {
        self.report(on, length, target, |customer| {
            lists(self.train.customer_key(customer))
        })
    }

    fn profiles(&self) -> BTreeMap<usize, Profile<'_>> {
        let mut profiles: BTreeMap<usize, Profile<'_>> = BTreeMap::new();
        for customer in self.later.keys() {
            let mut profile = Profile::new(self.cut);
            profile.group = self.train.group_of(self.train.customer_key(*customer));
            profiles.insert(*customer, profile);
        }
        for row in self.train.rows() {
            if let Some(profile) = profiles.get_mut(&row.customer) {
                profile.done.push(super::profile::Done {
                    item: self.train.item_key(row.item),
                    action: row.action,
                    at: row.at,
                    weight: row.weight,
                });
            }
        }
        profiles
    }

    fn report(
        &self,
        on: &Shelf,
        length: usize,
        target: Target,
        mut list: impl FnMut(usize) -> Vec<String>,
    ) -> Evaluation {
        let mut bought: BTreeMap<usize, BTreeSet<&str>> = BTreeMap::new();
        let mut taken_by: BTreeMap<&str, BTreeSet<usize>> = BTreeMap::new();
        for row in self.train.rows() {
            let item = self.train.item_key(row.item);
            taken_by.entry(item).or_default().insert(row.customer);
            if row.action == Action::Purchase {
                bought.entry(row.customer).or_default().insert(item);
            }
        }
        let everybody = count(self.train.customers() + 1);
        let (mut sums, mut shown, mut surprise) = ([0.0; 3], BTreeSet::new(), (0.0, 0_usize));
        let mut customers = 0;
        for (customer, later) in &self.later {
            let before = bought.get(customer);
            let counts = |item: &&String| {
                let had = before.is_some_and(|it| it.contains(item.as_str()));
                on.shows(item)
                    && match target {
                        Target::New => !had,
                        Target::All => true,
                        Target::Repeats => had,
                    }
            };
            let wanted: BTreeSet<&str> = later.iter().filter(counts).map(String::as_str).collect();
            if wanted.is_empty() {
                continue;
            }
            customers += 1;
            let mut list = list(*customer);
            list.truncate(length);
            let mut seen = BTreeSet::new();
            let hits: Vec<bool> = list
                .iter()
                .map(|item| seen.insert(item.as_str()) && wanted.contains(item.as_str()))
                .collect();
            let of_one = graded(&hits, wanted.len().min(length));
            for (sum, value) in sums.iter_mut().zip(of_one) {
                *sum += value;
            }
            for item in list {
                let known = taken_by.get(item.as_str()).map_or(0, BTreeSet::len);
                surprise.0 += libm::log2(everybody / count(known + 1));
                surprise.1 += 1;
                if on.shows(&item) {
                    shown.insert(item);
                }
            }
        }
        let [hit_rate, ndcg, map] = sums.map(|sum| sum / count(customers.max(1)));
        Evaluation {
            length,
            customers,
            hit_rate,
            ndcg,
            map,
            coverage: count(shown.len()) / count(on.available().max(1)),
            novelty: surprise.0 / count(surprise.1.max(1)),
        }
    }
}

/// Whether a list hits, its NDCG, and its average precision, where so many hits were possible.
fn graded(hits: &[bool], possible: usize) -> [f64; 3] {
    let gain = |place: usize| 1.0 / libm::log2(count(place + 2));
    let ideal: f64 = (0..possible).map(gain).sum();
    let (mut gained, mut precision, mut found) = (0.0, 0.0, 0_usize);
    for (place, _) in hits.iter().enumerate().filter(|(_, hit)| **hit) {
        found += 1;
        gained += gain(place);
        precision += count(found) / count(place + 1);
    }
    [
        if found > 0 { 1.0 } else { 0.0 },
        if possible > 0 { gained / ideal } else { 0.0 },
        precision / count(possible.max(1)),
    ]
}

/// How many there are, not who.
impl fmt::Debug for Split {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Split")
            .field("train", &self.train)
            .field("customers", &self.later.len())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(found: [f64; 3], expected: [f64; 3]) {
        for (a, b) in found.iter().zip(expected) {
            assert!((a - b).abs() < 1e-12, "{found:?} {expected:?}");
        }
    }

    #[test]
    fn measures_are_those_of_the_papers() {
        close(graded(&[], 2), [0.0, 0.0, 0.0]);
        close(graded(&[true, true], 2), [1.0, 1.0, 1.0]);
        // 1/log2(3) of 1; one hit at the second place of one possible: 1/2.
        close(graded(&[false, true], 1), [1.0, 0.630_929_753_571_457_4, 0.5]);
        // (1 + 1/2) of (1 + 1/log2(3)); (1/1 + 2/3) / 2.
        close(
            graded(&[true, false, true], 2),
            [1.0, 1.5 / 1.630_929_753_571_457_4, 5.0 / 6.0],
        );
    }
}
