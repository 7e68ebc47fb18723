//! Which items are taken together, and how often.

use std::{fmt, sync::Arc};

use indexmap::{IndexMap, IndexSet};

use super::Interactions;

/// What it means that two items are taken together.
///
/// ```
/// # use audience::Together;
/// assert_eq!(Together::default(), Together::Customer);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Together {
    /// By the same customer, whenever: what suits the same people. For lists of her own.
    #[default]
    Customer,
    /// By the same customer at the same instant: what goes with each other, such as tea and a teapot. For carts.
    Occasion,
    /// By the same customer, but never at the same instant: what stands in for each other, such as two kinds of tea. For
    /// lists of similar items.
    Apart,
}

/// How often each two items were taken together, kept up to date as interactions come in.
///
/// To add interactions takes time proportional to the squared histories of the customers that they are of, and gives
/// exactly what counting all of them at once gives. It knows who took what, so it is never saved; the models fitted from it do
/// not, and are.
///
/// Of one customer at most the [2,000](Self::MOST_ITEMS) items that she took last are paired: a machine that looks at a whole
/// catalogue says nothing of what belongs together, and would take time and memory by its square.
///
/// # Example
///
/// ```
/// # use audience::{Assortment, Interactions, NeighbourOptions, Neighbours, PairCounts, Together};
/// # let now = "2026-06-01T09:00:00Z".parse()?;
/// let assortment = Assortment::from_iter([("pot", "Teapot"), ("tea", "Green tea")]);
/// let mut pairs = PairCounts::new(Together::Customer);
/// pairs.add(&Interactions::from_iter([("ana", "tea", now), ("eva", "tea", now)]));
/// pairs.add(&Interactions::from_iter([("ana", "pot", now)])); // later
/// assert_eq!((pairs.both("tea", "pot"), pairs.taken("tea")), (1, 2));
///
/// let options = NeighbourOptions { support: 1, ..NeighbourOptions::default() };
/// let model = Neighbours::from_pairs(&options, &pairs, &assortment)?;
/// let all = Interactions::from_iter([("ana", "tea", now), ("eva", "tea", now), ("ana", "pot", now)]);
/// assert_eq!(model, Neighbours::fit(&options, &all, &assortment)?);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Default)]
pub struct PairCounts {
    together: Together,
    /// By customer: when she took which item, sorted, each once.
    baskets: IndexMap<Arc<str>, Vec<Taken>>,
    items: IndexSet<Arc<str>>,
    /// By item: how many customers or occasions have it.
    taken: Vec<u32>,
    /// By item: the others that were taken together with it, sorted, and how often.
    rows: Vec<Vec<(u32, u32)>>,
    /// How many customers or occasions there are.
    total: usize,
}

/// When, and which item.
type Taken = (i64, u32);

impl PairCounts {
    /// So many different items of one customer are paired at most, those that she took last.
    pub const MOST_ITEMS: usize = 2_000;

    /// None yet.
    #[must_use]
    pub fn new(together: Together) -> Self {
        Self {
            together,
            ..Self::default()
        }
    }

    /// What counts as together.
    #[must_use]
    pub fn together(&self) -> Together {
        self.together
    }

    /// How often two different items were taken together: by how many customers, or on how many occasions.
    #[must_use]
    pub fn both(&self, item: &str, other: &str) -> u32 {
        let (Some(item), Some(other)) = (self.items.get_index_of(item), self.items.get_index_of(other))
        else {
            return 0;
        };
        let row = &self.rows[item];
        let found = row.binary_search_by_key(&other, |(it, _)| *it as usize);
        found.map_or(0, |index| row[index].1)
    }

    /// By how many customers, or on how many occasions, an item was taken.
    #[must_use]
    pub fn taken(&self, item: &str) -> u32 {
        let position = self.items.get_index_of(item);
        position.map_or(0, |position| self.taken[position])
    }

    /// How many customers, or occasions, there are.
    #[must_use]
    pub fn total(&self) -> usize {
        self.total
    }

    /// Adds interactions of any action, with the items as they are: see [`Interactions::only`] to choose among them. What was
    /// added before changes nothing.
    ///
    /// # Panics
    ///
    /// With more than 2³² items, which no memory holds.
    pub fn add(&mut self, interactions: &Interactions) {
        let mut new: IndexMap<usize, Vec<Taken>> = IndexMap::new();
        for row in interactions.rows() {
            let (item, _) = self.items.insert_full(interactions.shared_item(row.item).clone());
            let item = u32::try_from(item).expect("an item takes more than a byte of memory");
            new.entry(row.customer).or_default().push((row.at.micros(), item));
        }
        self.taken.resize(self.items.len(), 0);
        self.rows.resize(self.items.len(), Vec::new());
        let mut changes = Vec::new();
        for (customer, more) in new {
            let key = interactions.shared_customer(customer).clone();
            let basket = self.baskets.entry(key).or_default();
            let before = basket.clone();
            basket.extend(more);
            basket.sort_unstable();
            basket.dedup();
            if before.len() < basket.len() {
                let after = basket.clone();
                changes.push((self.basket(before), self.basket(after)));
            }
        }
        self.apply(&changes);
    }

    /// Takes out what the baskets were and puts in what they are, one item's row at a time.
    fn apply(&mut self, changes: &[(Basket, Basket)]) {
        let mut changed_with = vec![Vec::new(); self.items.len()];
        for (index, (before, after)) in changes.iter().enumerate() {
            for (basket, step) in [(before, -1), (after, 1)] {
                for item in &basket.items {
                    changed_with[*item as usize].push((index, step));
                    let taken = i64::from(self.taken[*item as usize]) + step * basket.units_with(*item);
                    self.taken[*item as usize] = u32::try_from(taken).unwrap_or(u32::MAX);
                }
            }
            self.total = self.total - before.units() + after.units();
        }
        let mut by = vec![0_i64; self.items.len()];
        let mut touched = Vec::new();
        for (item, changed) in changed_with.iter().enumerate() {
            let item = u32::try_from(item).expect("checked when added");
            for (index, step) in changed {
                let (before, after) = &changes[*index];
                let basket = if *step < 0 { before } else { after };
                basket.with(item, &mut |other, _| {
                    let sum = &mut by[other as usize];
                    if *sum == 0 {
                        touched.push(other);
                    }
                    *sum += step;
                });
            }
            touched.sort_unstable();
            touched.dedup();
            merge(&mut self.rows[item as usize], &touched, &mut by);
            touched.clear();
        }
    }

    pub(super) fn item_keys(&self) -> impl Iterator<Item = &str> {
        self.items.iter().map(|key| &**key)
    }

    pub(super) fn row(&self, item: usize) -> &[(u32, u32)] {
        &self.rows[item]
    }

    pub(super) fn taken_at(&self, item: usize) -> u32 {
        self.taken[item]
    }

    /// The baskets of all customers, in the order of their keys.
    pub(super) fn baskets(&self) -> Vec<Basket> {
        let mut all: Vec<_> = self.baskets.iter().collect();
        all.sort_unstable_by_key(|(key, _)| *key);
        all.into_iter()
            .map(|(_, taken)| self.basket(taken.clone()))
            .collect()
    }

    /// What of a customer's history is paired.
    fn basket(&self, mut taken: Vec<Taken>) -> Basket {
        let mut items = different(&taken);
        if items.len() > Self::MOST_ITEMS {
            let mut latest = vec![i64::MIN; self.items.len()];
            for (at, item) in &taken {
                latest[*item as usize] = (*at).max(latest[*item as usize]);
            }
            let key = |item: u32| &self.items[item as usize];
            items.sort_unstable_by(|a, b| {
                let order = latest[*b as usize].cmp(&latest[*a as usize]);
                order.then_with(|| key(*a).cmp(key(*b)))
            });
            items.truncate(Self::MOST_ITEMS);
            items.sort_unstable();
            taken.retain(|(_, item)| items.binary_search(item).is_ok());
        }
        Basket {
            together: self.together,
            occasions: taken.chunk_by(|a, b| a.0 == b.0).count(),
            taken,
            items,
        }
    }
}

fn different(taken: &[Taken]) -> Vec<u32> {
    let mut items: Vec<u32> = taken.iter().map(|(_, item)| *item).collect();
    items.sort_unstable();
    items.dedup();
    items
}

/// Adds sums to a row, and leaves them all 0.
fn merge(row: &mut Vec<(u32, u32)>, touched: &[u32], by: &mut [i64]) {
    let mut merged = Vec::with_capacity(row.len() + touched.len());
    let mut old = row.iter().copied().peekable();
    for other in touched {
        while let Some(next) = old.next_if(|(it, _)| it < other) {
            merged.push(next);
        }
        let had = old.next_if(|(it, _)| it == other).map_or(0, |(_, times)| times);
        let sum = i64::from(had) + std::mem::take(&mut by[*other as usize]);
        if sum > 0 {
            merged.push((*other, u32::try_from(sum).unwrap_or(u32::MAX)));
        }
    }
    merged.extend(old);
    merged.shrink_to_fit();
    *row = merged;
}

/// What one customer took.
pub(super) struct Basket {
    together: Together,
    /// Sorted by time and item.
    taken: Vec<Taken>,
    /// The different items, sorted.
    pub(super) items: Vec<u32>,
    occasions: usize,
}

impl Basket {
    fn units(&self) -> usize {
        match self.together {
            Together::Occasion => self.occasions,
            Together::Customer | Together::Apart => usize::from(!self.items.is_empty()),
        }
    }

    fn units_with(&self, item: u32) -> i64 {
        let units = match self.together {
            Together::Occasion => self.taken.iter().filter(|(_, it)| *it == item).count(),
            Together::Customer | Together::Apart => usize::from(self.items.binary_search(&item).is_ok()),
        };
        i64::try_from(units).unwrap_or(i64::MAX)
    }

    /// Hands over each other item once for every time that it was taken together with `item`, and the number of different items
    /// that were taken that time.
    pub(super) fn with(&self, item: u32, seen: &mut dyn FnMut(u32, usize)) {
        if self.items.binary_search(&item).is_err() {
            return;
        }
        let others = self.items.iter().filter(|it| **it != item);
        match self.together {
            Together::Customer => others.for_each(|other| seen(*other, self.items.len())),
            Together::Occasion => {
                for occasion in self.taken.chunk_by(|a, b| a.0 == b.0) {
                    if occasion.binary_search_by_key(&item, |(_, it)| *it).is_ok() {
                        let others = occasion.iter().filter(|(_, it)| *it != item);
                        others.for_each(|(_, other)| seen(*other, occasion.len()));
                    }
                }
            }
            Together::Apart => {
                let mut together: Vec<u32> = Vec::new();
                for occasion in self.taken.chunk_by(|a, b| a.0 == b.0) {
                    if occasion.binary_search_by_key(&item, |(_, it)| *it).is_ok() {
                        together.extend(occasion.iter().map(|(_, it)| *it));
                    }
                }
                together.sort_unstable();
                for other in others.filter(|it| together.binary_search(it).is_err()) {
                    seen(*other, self.items.len());
                }
            }
        }
    }
}

/// How many there are, not whose.
impl fmt::Debug for PairCounts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PairCounts")
            .field("together", &self.together)
            .field("customers", &self.baskets.len())
            .field("items", &self.items.len())
            .field("pairs", &(self.rows.iter().map(Vec::len).sum::<usize>() / 2))
            .finish_non_exhaustive()
    }
}
