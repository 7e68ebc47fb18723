//! What models say of the items of an assortment, for one customer.

use std::{cell::RefCell, fmt, sync::Arc};

use super::{Action, Assortment, Profile, Reason, profile::Past};

/// What a [`Recommender`](crate::Recommender) says of each item of an assortment, for one customer: a score and a reason.
///
/// An item without a score above 0 is one that the recommender has nothing to say about.
///
/// # Example
///
/// ```
/// # use audience::{Assortment, Profile, Reason, Recommender, Scores, Shelf, Wish};
/// /// Prefers what begins like the name of the month.
/// struct Whim;
///
/// impl Recommender for Whim {
///     fn score(&self, _profile: &Profile<'_>, scores: &mut Scores) {
///         scores.add("jam", 2.0, Reason::Said("for June".into()));
///         scores.add("juice", f64::NAN, Reason::Popular); // no number, no score
///         scores.add("unknown", 9.0, Reason::Popular); // no item, no score
///     }
/// }
///
/// let shelf = Shelf::new(&Assortment::from_iter([("jam", "Jam"), ("juice", "Juice")]));
/// let list = shelf.choose(&Whim, &Profile::new("2026-06-01T09:00:00Z".parse()?), &Wish::new(2));
/// assert_eq!(list.iter().map(|it| it.reason.to_string()).collect::<Vec<_>>(), ["for June", "new to you"]);
/// # Ok::<(), audience::TimeError>(())
/// ```
pub struct Scores {
    pub(super) assortment: Assortment,
    /// By position; 0 where nothing is said.
    pub(super) sums: Vec<f32>,
    /// The largest part of each sum, which gives the reason.
    pub(super) most: Vec<f32>,
    pub(super) whys: Vec<Why>,
    /// What the customer did with items of the assortment.
    pub(super) past: Vec<Past>,
    /// Reasons that are not in the assortment.
    told: Vec<Reason>,
}

/// A reason in few bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Why {
    #[default]
    New,
    Did(Action, u32),
    GoesWith(u32),
    Like(u32),
    Popular,
    PopularInGroup,
    Trending,
    TrendingInGroup,
    Again,
    Before,
    Told(u32),
}

thread_local! {
    /// Scores that are not in use; several where blends lie inside each other.
    static SPARE: RefCell<Vec<Scores>> = const { RefCell::new(Vec::new()) };
}

/// The most that a thread keeps.
const MOST_SPARE: usize = 16;

impl Scores {
    /// Adds to the score of an item, with the reason. Of several the largest tells the reason. What is no number or no item
    /// of the assortment is left aside.
    pub fn add(&mut self, item: &str, score: f64, reason: Reason) {
        let Some(position) = self.assortment.position(item) else {
            return;
        };
        let (true, Ok(index)) = (score.is_finite(), u32::try_from(self.told.len())) else {
            return;
        };
        self.told.push(reason);
        // Sums and shares of the largest numbers shall stay finite.
        let score = super::decay::narrow(score.clamp(-1e30, 1e30));
        self.put(position, score, Why::Told(index));
    }

    /// What they are about.
    #[must_use]
    pub fn assortment(&self) -> &Assortment {
        &self.assortment
    }

    /// The score of an item so far.
    #[must_use]
    pub fn get(&self, item: &str) -> f64 {
        let position = self.assortment.position(item);
        position.map_or(0.0, |position| self.sums[position as usize].into())
    }

    #[inline]
    pub(super) fn put(&mut self, position: u32, score: f32, why: Why) {
        let position = position as usize;
        self.sums[position] += score;
        if score > self.most[position] {
            self.most[position] = score;
            self.whys[position] = why;
        }
    }

    /// Lets `work` use blank scores for a profile, kept from customers before.
    pub(super) fn with<T>(
        assortment: &Assortment,
        profile: &Profile<'_>,
        work: impl FnOnce(&mut Self) -> T,
    ) -> T {
        let mut scores = Self::blank(assortment);
        let mut past = std::mem::take(&mut scores.past);
        profile.past(assortment, &mut past);
        scores.past = past;
        let result = work(&mut scores);
        scores.give_back();
        result
    }

    /// Blank scores of the same customer, to be given back.
    pub(super) fn another(&self) -> Self {
        let mut scores = Self::blank(&self.assortment);
        scores.past.clear();
        scores.past.extend_from_slice(&self.past);
        scores
    }

    /// Makes all scores blank.
    pub(super) fn clear(&mut self) {
        let items = self.assortment.len();
        for numbers in [&mut self.sums, &mut self.most] {
            numbers.clear();
            numbers.resize(items, 0.0);
        }
        self.whys.clear();
        self.whys.resize(items, Why::New);
        self.told.clear();
    }

    /// The positions that have a score, with it.
    pub(super) fn scored(&self) -> impl Iterator<Item = (u32, f32)> {
        let all = (0_u32..).zip(self.sums.iter().copied());
        all.filter(|(_, score)| *score > 0.0)
    }

    /// Scores of `assortment`: these themselves where the keys are the same, and else others that are then brought over by
    /// key.
    pub(super) fn over(
        &mut self,
        assortment: &Assortment,
        profile: &Profile<'_>,
        work: impl FnOnce(&mut Self),
    ) {
        if self.assortment.same_keys(assortment) {
            return work(self);
        }
        Self::with(assortment, profile, |other| {
            work(other);
            for position in assortment.positions() {
                let index = position as usize;
                let score = other.sums[index];
                if score > 0.0
                    && let Some(here) = self.assortment.position(assortment.entry(position).0)
                {
                    let reason = other.reason(position, profile);
                    let why = Why::Told(u32::try_from(self.told.len()).expect("one for each item"));
                    self.told.push(reason);
                    self.put(here, score, why);
                }
            }
        });
    }

    fn blank(assortment: &Assortment) -> Self {
        // Taken out, not borrowed: a recommender that asks another one finds a spare or makes one.
        let spare = SPARE.with_borrow_mut(Vec::pop);
        let mut scores = spare.unwrap_or_else(|| Self {
            assortment: assortment.clone(),
            sums: Vec::new(),
            most: Vec::new(),
            whys: Vec::new(),
            past: Vec::new(),
            told: Vec::new(),
        });
        scores.assortment = assortment.clone();
        scores.clear();
        scores
    }

    /// Keeps the memory for customers to come.
    pub(super) fn give_back(mut self) {
        self.told.clear();
        self.past.clear();
        SPARE.with_borrow_mut(|spare| {
            if spare.len() < MOST_SPARE {
                spare.push(self);
            }
        });
    }

    /// The reason of an item, in full.
    pub(super) fn reason(&self, position: u32, profile: &Profile<'_>) -> Reason {
        let named = |item: u32| {
            let (key, name) = self.assortment.entry(item);
            (key.clone(), name.clone())
        };
        let group = || -> Arc<str> { profile.group().unwrap_or_default().into() };
        match self.whys[position as usize] {
            Why::New => Reason::NewToYou,
            Why::Did(action, item) => {
                let (item, name) = named(item);
                Reason::Did { action, item, name }
            }
            Why::GoesWith(item) => {
                let (item, name) = named(item);
                Reason::GoesWith { item, name }
            }
            Why::Like(item) => {
                let (item, name) = named(item);
                Reason::Like { item, name }
            }
            Why::Popular => Reason::Popular,
            Why::PopularInGroup => Reason::PopularIn { group: group() },
            Why::Trending => Reason::Trending,
            Why::TrendingInGroup => Reason::TrendingIn { group: group() },
            Why::Again => Reason::BuyAgain,
            Why::Before => Reason::BoughtBefore,
            Why::Told(index) => self.told[index as usize].clone(),
        }
    }

    /// The largest score.
    pub(super) fn largest(&self) -> f32 {
        self.sums.iter().copied().fold(0.0, f32::max)
    }

    /// Takes a reason from scores of the same customer.
    pub(super) fn bring(&mut self, why: Why, from: &Self) -> Why {
        let Why::Told(index) = why else { return why };
        let here = u32::try_from(self.told.len()).expect("a reason takes more than a byte of memory");
        self.told.push(from.told[index as usize].clone());
        Why::Told(here)
    }
}

/// How many items have a score, not whose.
impl fmt::Debug for Scores {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scores")
            .field("items", &self.sums.len())
            .field("scored", &self.sums.iter().filter(|it| **it > 0.0).count())
            .finish_non_exhaustive()
    }
}
