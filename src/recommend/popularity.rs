//! What many customers take.

use std::{collections::BTreeMap, fmt, sync::Arc};

use super::{
    ActionWeights, Assortment, FitError, Interactions, Profile, Reason, Recommender,
    decay::{Decay, count, narrow},
    scores::Scores,
};
use crate::value::{DateTime, Duration};

/// Recommends what many customers took, of late or ever, in the customer's group and elsewhere.
///
/// Each customer counts once for an item, by the strongest thing that she did with it: by the
/// [weight](PopularityOptions::weights) of the action, times its own, halved with every
/// [half-life](PopularityOptions::half_life) between it and the latest interaction of the data. One customer who buys an item
/// a hundred times so weighs no more than one who bought it lately, and who can be heard of a hundred times does not move
/// the list.
///
/// In a group, such as a country, an item's score is its sum there plus what so many customers of everywhere as
/// [`smallest_group`](PopularityOptions::smallest_group) would make of it: small groups lean on the rest. A group with fewer
/// customers than that is not told apart at all, and "popular in Malta" is only said of what [five customers](Self::FEWEST) of Malta
/// took, so that it does not say what one person there bought.
///
/// # Example
///
/// ```
/// # use audience::{Assortment, Interactions, Popularity, PopularityOptions, Profile, Shelf, Wish};
/// # let now = "2026-06-01T09:00:00Z".parse()?;
/// let carts = [("ana", "tea"), ("eva", "tea"), ("ivo", "mug"), ("leo", "mug"), ("kim", "mug")];
/// let mut bought = Interactions::from_iter(carts.map(|(customer, item)| (customer, item, now)));
/// for name in ["ana", "eva"] {
///     bought.set_group(name, "Spain");
/// }
/// let assortment = Assortment::from_iter([("mug", "Mug"), ("tea", "Green tea")]);
/// let options = PopularityOptions { smallest_group: 2, ..PopularityOptions::default() };
/// let popular = Popularity::fit(&options, &bought, &assortment)?;
///
/// let shelf = Shelf::new(&assortment);
/// let first = |profile| shelf.choose(&popular, &profile, &Wish::new(1))[0].reason.to_string();
/// assert_eq!(first(Profile::new(now)), "popular with our customers"); // the mug
/// assert_eq!(first(Profile::new(now).in_group("Spain")), "popular in Spain"); // tea
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, PartialEq)]
pub struct Popularity {
    pub(super) assortment: Assortment,
    pub(super) everywhere: Arc<Table>,
    /// In the order of their names.
    pub(super) groups: Vec<Arc<Table>>,
    pub(super) trending: bool,
}

/// What is popular everywhere or in a group.
#[derive(Clone, PartialEq)]
pub(super) struct Table {
    /// The group.
    pub(super) name: Option<Arc<str>>,
    /// By position, from 0 to 1.
    pub(super) scores: Vec<f32>,
    /// By position: whether enough customers of the group took it to say so. Blank without a group.
    pub(super) taken: Vec<bool>,
}

impl Table {
    pub(super) fn reason(&self, position: u32, trending: bool) -> Reason {
        let group = self.name.as_ref().filter(|_| self.taken[position as usize]);
        match (group.cloned(), trending) {
            (Some(group), true) => Reason::TrendingIn { group },
            (Some(group), false) => Reason::PopularIn { group },
            (None, true) => Reason::Trending,
            (None, false) => Reason::Popular,
        }
    }
}

/// How a [`Popularity`] is fitted. Written with `..PopularityOptions::default()`, as fields may be added.
///
/// ```
/// # use audience::PopularityOptions;
/// let options = PopularityOptions { smallest_group: 20, ..PopularityOptions::trending() };
/// assert!(options.half_life.is_some());
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct PopularityOptions {
    /// After how long a purchase counts half. Default none: everything counts the same.
    pub half_life: Option<Duration>,
    /// What each action counts.
    pub weights: ActionWeights,
    /// How many customers a group must have to be told apart, and how much everywhere counts in it. Default 50.
    pub smallest_group: usize,
}

impl Default for PopularityOptions {
    fn default() -> Self {
        Self {
            half_life: None,
            weights: ActionWeights::default(),
            smallest_group: 50,
        }
    }
}

impl PopularityOptions {
    /// What is popular right now: a half-life of a week.
    #[must_use]
    pub fn trending() -> Self {
        Self {
            half_life: Some(Duration::from_micros(7 * 86_400_000_000)),
            ..Self::default()
        }
    }
}

impl Popularity {
    /// How many customers of a group must have taken an item for a reason that names the group; fewer where
    /// [`smallest_group`](PopularityOptions::smallest_group) is smaller.
    pub const FEWEST: usize = 5;

    /// Counts what is popular among the items of an assortment.
    ///
    /// Takes time proportional to the interactions. To follow new ones, fit again. How long ago something was is counted from the
    /// latest interaction: leave out what a wrong clock dated into the future, with [`Interactions::before`].
    pub fn fit(
        options: &PopularityOptions,
        interactions: &Interactions,
        assortment: &Assortment,
    ) -> Result<Self, FitError> {
        let decay = Decay::new(options.half_life)?;
        options.weights.check()?;
        let latest = interactions.rows().iter().map(|row| row.at).max();
        let latest = latest.unwrap_or(DateTime::MIN);
        let positions: Vec<Option<u32>> = interactions
            .item_keys()
            .map(|key| assortment.position(key))
            .collect();
        let members = members(interactions, options.smallest_group.max(1));
        let group_of: Vec<Option<usize>> = (0..interactions.customers())
            .map(|it| interactions.group_of(interactions.customer_key(it)))
            .map(|group| members.keys().position(|name| Some(*name) == group))
            .collect();
        let mut everywhere = vec![0.0_f64; assortment.len()];
        let mut inside = vec![vec![0.0_f64; assortment.len()]; members.len()];
        let mut takers = vec![vec![0_usize; assortment.len()]; members.len()];
        let mut rows: Vec<_> = interactions.distinct();
        // By customer key, so that sums do not depend on the order in which customers came.
        rows.sort_by(|a, b| {
            let key = |customer| interactions.customer_key(customer);
            key(a.customer).cmp(key(b.customer)).then(a.item.cmp(&b.item))
        });
        for same in rows.chunk_by(|a, b| (a.customer, a.item) == (b.customer, b.item)) {
            let Some(position) = positions[same[0].item] else {
                continue;
            };
            let weight = same.iter().map(|row| {
                let weight = options.weights.of(row.action) * row.weight;
                // Far below the smallest number there is, long ago is still more than never.
                (weight * decay.at(row.at.micros(), latest)).max(if weight > 0.0 {
                    f64::MIN_POSITIVE
                } else {
                    0.0
                })
            });
            // A weight may be as large as floats go; sums of them shall stay finite.
            let weight = weight.fold(0.0, f64::max).min(1e300);
            everywhere[position as usize] += weight / 1e9;
            if let Some(group) = group_of[same[0].customer] {
                inside[group][position as usize] += weight / 1e9;
                takers[group][position as usize] += usize::from(weight > 0.0);
            }
        }
        let customers = count(interactions.customers().max(1));
        let prior = count(options.smallest_group.max(1)) / customers;
        let fewest = Self::FEWEST.min(options.smallest_group.max(1));
        let groups = members.keys().zip(inside.iter().zip(&takers));
        let groups = groups.map(|(name, (inside, takers))| {
            let sums: Vec<f64> = inside
                .iter()
                .zip(&everywhere)
                .map(|(own, all)| own + prior * all)
                .collect();
            Arc::new(Table {
                name: Some((*name).into()),
                scores: scaled(&sums),
                taken: takers.iter().map(|count| *count >= fewest).collect(),
            })
        });
        Ok(Self {
            groups: groups.collect(),
            everywhere: Arc::new(Table {
                name: None,
                scores: scaled(&everywhere),
                taken: Vec::new(),
            }),
            assortment: assortment.clone(),
            trending: options.half_life.is_some(),
        })
    }

    /// The groups that are told apart.
    pub fn groups(&self) -> impl Iterator<Item = &str> {
        self.groups.iter().filter_map(|group| group.name.as_deref())
    }
}

impl Recommender for Popularity {
    fn score(&self, profile: &Profile<'_>, scores: &mut Scores) {
        let mut groups = self.groups.iter();
        let group = groups.find(|it| it.name.as_deref() == profile.group());
        scores.over(&self.assortment, profile, |scores| {
            scores.favour(group.unwrap_or(&self.everywhere), self.trending);
        });
    }
}

/// How much it knows.
impl fmt::Debug for Popularity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Popularity")
            .field("items", &self.assortment.len())
            .field("groups", &self.groups.len())
            .finish_non_exhaustive()
    }
}

/// How many customers with interactions each group has, where they are enough.
fn members(interactions: &Interactions, least: usize) -> BTreeMap<&str, usize> {
    let mut members = BTreeMap::new();
    for customer in 0..interactions.customers() {
        if let Some(group) = interactions.group_of(interactions.customer_key(customer)) {
            *members.entry(group).or_default() += 1;
        }
    }
    members.retain(|_, count| *count >= least);
    members
}

/// From 0 to 1, and nothing that was taken at 0.
fn scaled(sums: &[f64]) -> Vec<f32> {
    let largest = sums.iter().copied().fold(0.0, f64::max);
    let scale = |sum: &f64| {
        if *sum > 0.0 {
            narrow(sum / largest).max(f32::MIN_POSITIVE)
        } else {
            0.0
        }
    };
    sums.iter().map(scale).collect()
}
