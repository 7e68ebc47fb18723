//! What models say of the items of an assortment, for one customer.

use std::{cell::RefCell, fmt, sync::Arc};

use super::{
    Action, Assortment, Profile, Reason, Together, decay::narrow, neighbours::Links, popularity::Table,
    profile::Past,
};

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
    /// What the customer did with items of the assortment.
    pub(super) past: Vec<Past>,
    /// What adds up to the sums. It is read again for the few items that are chosen, so that nothing has to be remembered for all.
    sources: Vec<Source>,
    terms: Vec<Term>,
    said: Vec<Said>,
    children: Vec<Self>,
    because: Because,
}

enum Source {
    /// Of each link from an item of the past, its number by the term's weight.
    Linked {
        links: Arc<Links>,
        together: Together,
        /// Where its terms begin and end.
        terms: (usize, usize),
    },
    Popular {
        table: Arc<Table>,
        trending: bool,
    },
    /// One number for one item.
    Said(usize),
    /// Scores of another recommender.
    Child(usize, Share),
}

/// Something in the past, and what its links count.
#[derive(Clone, Copy)]
pub(super) struct Term {
    pub(super) item: u32,
    pub(super) weight: f32,
    pub(super) action: Action,
}

struct Said {
    item: u32,
    score: f32,
    reason: Reason,
}

/// What scores of one recommender are in those of another.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Share {
    /// The same.
    Whole,
    /// So many times as much.
    Part { scale: f32 },
    /// So many times as much above a base, for what nothing is said of before.
    Else { base: f32, scale: f32 },
    /// The same for the item of the same key.
    Elsewhere,
}

impl Share {
    /// What is added to `sum` by a score.
    #[inline]
    fn of(self, score: f32, sum: f32) -> f32 {
        let (share, is_free) = match self {
            Self::Whole | Self::Elsewhere => (score, true),
            Self::Part { scale } => (scale * score, true),
            Self::Else { base, scale } => (base + scale * score, sum <= 0.0),
        };
        if (score > 0.0) & is_free { share } else { 0.0 }
    }
}

/// Which source gave an item most.
#[derive(Default)]
struct Because {
    chosen: Vec<Option<u32>>,
    /// By position: the place on the list, from 1; 0 of others.
    places: Vec<u32>,
    /// By place.
    most: Vec<(f32, Cause)>,
}

#[derive(Clone, Copy, PartialEq)]
enum Cause {
    Nothing,
    /// A source and its term.
    Linked(usize, usize),
    /// A source.
    Source(usize),
}

thread_local! {
    /// Scores that are not in use; several where blends lie inside each other.
    static SPARE: RefCell<Vec<Scores>> = const { RefCell::new(Vec::new()) };
}

/// The most that a thread keeps.
const MOST_SPARE: usize = 64;

impl Scores {
    /// Adds to the score of an item, with the reason. Of several the largest tells the reason. What is no number or no item
    /// of the assortment is left aside.
    pub fn add(&mut self, item: &str, score: f64, reason: Reason) {
        let position = self.assortment.position(item);
        if let Some(position) = position.filter(|_| score.is_finite()) {
            // Sums and shares of the largest numbers shall stay finite.
            self.say(position, narrow(score.clamp(-1e30, 1e30)), reason);
        }
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

    /// Adds to the score of the item at a position.
    pub(super) fn say(&mut self, item: u32, score: f32, reason: Reason) {
        self.sums[item as usize] += score;
        self.sources.push(Source::Said(self.said.len()));
        self.said.push(Said { item, score, reason });
    }

    /// Adds the links of items of the past.
    pub(super) fn link(&mut self, links: &Arc<Links>, together: Together, terms: impl Iterator<Item = Term>) {
        let begin = self.terms.len();
        self.terms.extend(terms);
        let sums = &mut self.sums[..];
        for term in &self.terms[begin..] {
            let (items, numbers) = links.row(term.item);
            for (item, number) in items.iter().zip(numbers) {
                sums[*item as usize] += term.weight * number;
            }
        }
        self.sources.push(Source::Linked {
            links: Arc::clone(links),
            together,
            terms: (begin, self.terms.len()),
        });
    }

    /// Adds what is popular.
    pub(super) fn favour(&mut self, table: &Arc<Table>, trending: bool) {
        for (sum, score) in self.sums.iter_mut().zip(&table.scores) {
            *sum += score;
        }
        let table = Arc::clone(table);
        self.sources.push(Source::Popular { table, trending });
    }

    /// Adds the scores of another recommender, of the same assortment unless it is [elsewhere](Share::Elsewhere).
    pub(super) fn take(&mut self, child: Self, share: Share) {
        if share == Share::Elsewhere {
            for (position, score) in child.assortment.positions().zip(&child.sums) {
                if *score > 0.0
                    && let Some(here) = self.assortment.position(child.assortment.entry(position).0)
                {
                    self.sums[here as usize] += score;
                }
            }
        } else {
            for (sum, score) in self.sums.iter_mut().zip(&child.sums) {
                *sum += share.of(*score, *sum);
            }
        }
        self.sources.push(Source::Child(self.children.len(), share));
        self.children.push(child);
    }

    /// Lets `work` use blank scores for a profile, kept from customers before.
    pub(super) fn with<T>(
        assortment: &Assortment,
        profile: &Profile<'_>,
        work: impl FnOnce(&mut Self) -> T,
    ) -> T {
        let mut scores = Self::of(assortment, profile);
        let result = work(&mut scores);
        scores.give_back();
        result
    }

    fn of(assortment: &Assortment, profile: &Profile<'_>) -> Self {
        let mut scores = Self::blank(assortment);
        profile.past(assortment, &mut scores.past);
        scores
    }

    /// Whether nothing was said yet.
    pub(super) fn is_blank(&self) -> bool {
        self.sources.is_empty()
    }

    /// Blank scores of the same customer.
    pub(super) fn another(&self) -> Self {
        let mut scores = Self::blank(&self.assortment);
        scores.past.extend_from_slice(&self.past);
        scores
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
        let mut child = Self::of(assortment, profile);
        work(&mut child);
        self.take(child, Share::Elsewhere);
    }

    fn blank(assortment: &Assortment) -> Self {
        // Taken out, not borrowed: a recommender that asks another one finds a spare or makes one.
        let spare = SPARE.with_borrow_mut(Vec::pop);
        let mut scores = spare.unwrap_or_else(|| Self {
            assortment: assortment.clone(),
            sums: Vec::new(),
            past: Vec::new(),
            sources: Vec::new(),
            terms: Vec::new(),
            said: Vec::new(),
            children: Vec::new(),
            because: Because::default(),
        });
        scores.assortment = assortment.clone();
        scores.sums.clear();
        scores.sums.resize(assortment.len(), 0.0);
        scores
    }

    /// Keeps the memory for customers to come.
    fn give_back(mut self) {
        self.past.clear();
        self.sources.clear();
        self.terms.clear();
        self.said.clear();
        for child in self.children.drain(..) {
            child.give_back();
        }
        SPARE.with_borrow_mut(|spare| {
            if spare.len() < MOST_SPARE {
                spare.push(self);
            }
        });
    }

    /// The largest score, or 0.
    pub(super) fn largest(&self) -> f32 {
        // Floats above 0 are in the order of their bits, and those below are integers below 0.
        let bits = self.sums.iter().map(|sum| sum.to_bits().cast_signed());
        f32::from_bits(bits.fold(0, i32::max).cast_unsigned())
    }

    /// Works out why the items at these positions have their scores.
    pub(super) fn explain(&mut self, chosen: &[u32]) {
        self.because.chosen.clear();
        self.because.chosen.extend(chosen.iter().copied().map(Some));
        self.find_causes();
    }

    fn find_causes(&mut self) {
        let Self {
            because,
            children,
            assortment,
            ..
        } = self;
        because.begin(assortment.len());
        if because.chosen.iter().all(Option::is_none) {
            return;
        }
        for (index, source) in self.sources.iter().enumerate() {
            match source {
                Source::Linked { links, terms, .. } => {
                    for (number, term) in self.terms[..terms.1].iter().enumerate().skip(terms.0) {
                        let (items, numbers) = links.row(term.item);
                        for (item, link) in items.iter().zip(numbers) {
                            because.offer(*item, term.weight * link, Cause::Linked(index, number));
                        }
                    }
                }
                Source::Popular { table, .. } => because.offer_all(Cause::Source(index), |position, _| {
                    table.scores[position as usize]
                }),
                Source::Said(number) => {
                    let said = &self.said[*number];
                    because.offer(said.item, said.score, Cause::Source(index));
                }
                Source::Child(number, share) => {
                    let child = &children[*number];
                    because.offer_all(Cause::Source(index), |position, sum| {
                        let position = there(assortment, position, child, *share);
                        position.map_or(0.0, |it| share.of(child.sums[it as usize], sum))
                    });
                }
            }
        }
        for (index, source) in self.sources.iter().enumerate() {
            let Source::Child(number, share) = source else {
                continue;
            };
            let child = &mut children[*number];
            let mut chosen = std::mem::take(&mut child.because.chosen);
            chosen.clear();
            chosen.extend(
                because
                    .chosen
                    .iter()
                    .zip(&because.most)
                    .map(|(position, (_, cause))| {
                        let position = position.filter(|_| *cause == Cause::Source(index))?;
                        there(assortment, position, child, *share)
                    }),
            );
            child.because.chosen = chosen;
            child.find_causes();
        }
        because.end();
    }

    /// The reason of the item at a place of the list that was [explained](Self::explain).
    pub(super) fn reason(&self, place: usize) -> Reason {
        let (Some(position), (_, cause)) = (self.because.chosen[place], self.because.most[place]) else {
            return Reason::NewToYou;
        };
        // Where as much speaks against it, what speaks for it is no reason.
        let is_spoken_for = self.sums[position as usize] > 0.0;
        match if is_spoken_for { cause } else { Cause::Nothing } {
            Cause::Nothing => {
                let mut past = self.past.iter();
                if past.any(|it| it.item == position && it.action == Action::Purchase) {
                    Reason::BoughtBefore
                } else {
                    Reason::NewToYou
                }
            }
            Cause::Linked(source, term) => {
                let Term { item, action, .. } = self.terms[term];
                let (key, name) = self.assortment.entry(item);
                let (item, name) = (key.clone(), name.clone());
                match &self.sources[source] {
                    Source::Linked {
                        together: Together::Occasion,
                        ..
                    } => Reason::GoesWith { item, name },
                    Source::Linked {
                        together: Together::Apart,
                        ..
                    } => Reason::Like { item, name },
                    _ => Reason::Did { action, item, name },
                }
            }
            Cause::Source(source) => match &self.sources[source] {
                Source::Popular { table, trending } => table.reason(position, *trending),
                Source::Said(number) => self.said[*number].reason.clone(),
                Source::Child(number, _) => self.children[*number].reason(place),
                Source::Linked { .. } => Reason::NewToYou,
            },
        }
    }
}

/// Where a child has the item at a position.
fn there(assortment: &Assortment, position: u32, child: &Scores, share: Share) -> Option<u32> {
    if share == Share::Elsewhere {
        child.assortment.position(assortment.entry(position).0)
    } else {
        Some(position)
    }
}

impl Because {
    fn begin(&mut self, items: usize) {
        self.places.resize(items, 0);
        for (place, position) in (1..).zip(&self.chosen) {
            if let Some(position) = position {
                self.places[*position as usize] = place;
            }
        }
        self.most.clear();
        self.most.resize(self.chosen.len(), (0.0, Cause::Nothing));
    }

    /// Of several that give the same, the first is the cause.
    #[inline]
    fn offer(&mut self, position: u32, score: f32, cause: Cause) {
        let place = self.places[position as usize];
        if place > 0 {
            let most = &mut self.most[place as usize - 1];
            if score > most.0 {
                *most = (score, cause);
            }
        }
    }

    fn offer_all(&mut self, cause: Cause, score: impl Fn(u32, f32) -> f32) {
        for (position, most) in self.chosen.iter().zip(&mut self.most) {
            let score = position.map_or(0.0, |it| score(it, most.0));
            if score > most.0 {
                *most = (score, cause);
            }
        }
    }

    fn end(&mut self) {
        for position in self.chosen.iter().flatten() {
            self.places[*position as usize] = 0;
        }
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
