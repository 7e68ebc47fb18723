//! From scores to the list that fills a placement.

use std::fmt;

use super::{Action, Assortment, Profile, Recommendation, Recommender, scores::Scores};

/// What of an [`Assortment`] may be shown now, and how a list is put together from scores.
///
/// A list holds no item twice, none that is hidden, and none that lies in the cart. It is as long as wished for while there
/// are such items, but for what she bought where she is to discover others, for [similar items](Self::similar_to), which are of the
/// same categories, and for [alerts](Wish::alerts) and what is [bought with](Self::bought_with) something. After those with a score
/// come the others in the order of their keys, so give a [`Blend`](crate::Blend) that falls back on something popular. Equal
/// scores stand in the order of the keys.
///
/// Hiding and showing items costs nothing but a flag, so a shelf may follow the stock from minute to minute. Choosing takes
/// time proportional to the assortment besides what the recommender takes, and allocates nothing but the answer once each
/// thread has served a first customer.
///
/// # Example
///
/// ```
/// # use audience::{Action, Assortment, Interactions, NeighbourOptions, Neighbours, Profile, Shelf, Wish};
/// # let now = "2026-06-01T09:00:00Z".parse()?;
/// let carts = [("ana", "tea"), ("ana", "pot"), ("eva", "tea"), ("eva", "pot"), ("eva", "mug"), ("leo", "mug")];
/// let bought = Interactions::from_iter(carts.map(|(customer, item)| (customer, item, now)));
/// let assortment = Assortment::from_iter([("mug", "Mug"), ("pot", "Teapot"), ("tea", "Green tea"), ("tray", "Tray")]);
/// let options = NeighbourOptions { support: 1, ..NeighbourOptions::default() };
/// let model = Neighbours::fit(&options, &bought, &assortment)?;
///
/// let mut shelf = Shelf::new(&assortment);
/// let lea = Profile::new(now).bought("tea");
/// let shown = |shelf: &Shelf| -> Vec<String> {
///     let list = shelf.choose(&model, &lea, &Wish::new(3));
///     list.iter().map(|it| format!("{}, {}", it.item, it.reason)).collect()
/// };
/// assert_eq!(shown(&shelf), ["pot, because you bought Green tea", "mug, because you bought Green tea", "tray, new to you"]);
/// shelf.show("pot", false); // sold out
/// assert_eq!(shown(&shelf), ["mug, because you bought Green tea", "tray, new to you"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Shelf {
    assortment: Assortment,
    shown: Vec<bool>,
}

/// What a placement wants.
///
/// ```
/// # use audience::{Mode, Wish};
/// let wish = Wish { per_category: Some(1), ..Wish::new(4) };
/// assert_eq!((wish.count, wish.mode, wish.fill), (4, Mode::Discover, true));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wish {
    /// How many items there is room for.
    pub count: usize,
    /// What of her own purchases is shown. By default none.
    pub mode: Mode,
    /// How many of one category, as long as there are others. By default as many as come.
    pub per_category: Option<usize>,
    /// Whether items without a score fill the list. By default they do; without, a list holds only what the recommender
    /// speaks for, as alerts want it.
    pub fill: bool,
}

impl Wish {
    /// So many items, not yet bought, of any category.
    #[must_use]
    pub const fn new(count: usize) -> Self {
        Self {
            count,
            mode: Mode::Discover,
            per_category: None,
            fill: true,
        }
    }

    /// So many items, those bought before first.
    ///
    /// ```
    /// # use audience::{Mode, Wish};
    /// assert_eq!(Wish::rebuy(2), Wish { mode: Mode::Rebuy, ..Wish::new(2) });
    /// ```
    #[must_use]
    pub const fn rebuy(count: usize) -> Self {
        Self {
            mode: Mode::Rebuy,
            ..Self::new(count)
        }
    }

    /// At most so many items, only those that the recommender speaks for, bought before or not.
    ///
    /// ```
    /// # use audience::{Mode, Wish};
    /// assert_eq!(Wish::alerts(2), Wish { mode: Mode::Any, fill: false, ..Wish::new(2) });
    /// ```
    #[must_use]
    pub const fn alerts(count: usize) -> Self {
        Self {
            mode: Mode::Any,
            fill: false,
            ..Self::new(count)
        }
    }
}

/// What a list does with what the customer bought before.
///
/// ```
/// # use audience::Mode;
/// assert_eq!(Mode::default(), Mode::Discover);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// Leaves it out.
    #[default]
    Discover,
    /// Shows it first: what has a score, by the score, then the rest of it. Other items only fill the list.
    Rebuy,
    /// Takes it as any other item.
    Any,
}

impl Shelf {
    /// A shelf that shows all.
    #[must_use]
    pub fn new(assortment: &Assortment) -> Self {
        Self {
            assortment: assortment.clone(),
            shown: vec![true; assortment.len()],
        }
    }

    /// What it shows of.
    #[must_use]
    pub fn assortment(&self) -> &Assortment {
        &self.assortment
    }

    /// Shows an item or hides it. Tells whether there is such an item.
    pub fn show(&mut self, item: &str, shown: bool) -> bool {
        let Some(position) = self.assortment.position(item) else {
            return false;
        };
        self.shown[position as usize] = shown;
        true
    }

    /// Hides all items but those wanted, of those shown so far.
    ///
    /// ```
    /// # use audience::{Assortment, Shelf};
    /// let shelf = Shelf::new(&Assortment::from_iter([("mug", "Mug"), ("tea", "Green tea")])).keep(|key| key != "mug");
    /// assert!(shelf.shows("tea") && !shelf.shows("mug"));
    /// ```
    #[must_use]
    pub fn keep(mut self, mut wanted: impl FnMut(&str) -> bool) -> Self {
        for (key, shown) in self.assortment.keys().zip(&mut self.shown) {
            *shown = *shown && wanted(key);
        }
        self
    }

    /// Tells whether an item is shown.
    #[must_use]
    pub fn shows(&self, item: &str) -> bool {
        let position = self.assortment.position(item);
        position.is_some_and(|position| self.shown[position as usize])
    }

    /// How many items are shown.
    #[must_use]
    pub fn available(&self) -> usize {
        self.shown.iter().filter(|shown| **shown).count()
    }

    /// The best items for a customer, best first.
    #[must_use]
    pub fn choose(
        &self,
        recommender: &(impl Recommender + ?Sized),
        profile: &Profile<'_>,
        wish: &Wish,
    ) -> Vec<Recommendation> {
        Scores::with(&self.assortment, profile, |scores| {
            recommender.score(profile, scores);
            self.list(scores, profile, wish, |_| true)
        })
    }

    /// Items that are taken in place of one: those of a category of its that `recommender` finds most alike, and if there are
    /// too few, others of these categories; of an assortment without categories, any. Let `recommender` be
    /// [`Neighbours`](crate::Neighbours) of what is taken [apart](crate::Together::Apart), and keep what costs less off a
    /// shelf of its own where a dearer item is to be sold.
    ///
    /// ```
    /// # use audience::{Assortment, AssortmentItem, Interactions, NeighbourOptions, Neighbours, Shelf, Together};
    /// # let (may, june) = ("2026-05-01T09:00:00Z".parse()?, "2026-06-01T09:00:00Z".parse()?);
    /// let mut bought = Interactions::new();
    /// for name in ["ana", "eva", "leo"] {
    ///     bought.extend([(name, "green", may), (name, "pot", may), (name, "black", june)]);
    /// }
    /// let assortment = Assortment::new([
    ///     AssortmentItem::new("black", "Black tea").category("teas"),
    ///     AssortmentItem::new("green", "Green tea").category("teas"),
    ///     AssortmentItem::new("pot", "Teapot").category("kitchen"),
    /// ]);
    /// let shelf = Shelf::new(&assortment);
    /// let model = |together| Neighbours::fit(&NeighbourOptions { together, ..NeighbourOptions::default() }, &bought, &assortment);
    /// let similar = shelf.similar_to("green", &model(Together::Apart)?, 1);
    /// assert_eq!((&*similar[0].item, similar[0].reason.to_string()), ("black", "similar to Green tea".to_owned()));
    /// let together = shelf.bought_with(["green"], &model(Together::Occasion)?, 1);
    /// assert_eq!((&*together[0].item, together[0].reason.to_string()), ("pot", "goes with Green tea".to_owned()));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn similar_to(
        &self,
        item: &str,
        recommender: &(impl Recommender + ?Sized),
        count: usize,
    ) -> Vec<Recommendation> {
        let profile = Profile::new(crate::value::DateTime::MIN).bought(item);
        let own = self.assortment.position(item);
        let own = own
            .map(|it| self.assortment.categories_at(it))
            .unwrap_or_default();
        let sorted = self.assortment.category_count() > 0;
        Scores::with(&self.assortment, &profile, |scores| {
            recommender.score(&profile, scores);
            self.list(scores, &profile, &Wish::new(count), |position| {
                let categories = self.assortment.categories_at(position);
                !sorted || categories.iter().any(|it| own.contains(it))
            })
        })
    }

    /// Items that go with some others, such as those in a cart: those that `recommender` finds, and no more, as nothing that is
    /// merely popular goes with anything. Let `recommender` be [`Neighbours`](crate::Neighbours) of what is taken on one
    /// [occasion](crate::Together::Occasion).
    #[must_use]
    pub fn bought_with<'a>(
        &self,
        items: impl IntoIterator<Item = &'a str>,
        recommender: &(impl Recommender + ?Sized),
        count: usize,
    ) -> Vec<Recommendation> {
        let now = crate::value::DateTime::MIN;
        let profile = items.into_iter().fold(Profile::new(now), Profile::bought);
        let wish = Wish {
            fill: false,
            ..Wish::new(count)
        };
        self.choose(recommender, &profile, &wish)
    }

    fn list(
        &self,
        scores: &mut Scores,
        profile: &Profile<'_>,
        wish: &Wish,
        wanted: impl Fn(u32) -> bool,
    ) -> Vec<Recommendation> {
        Drawn::with(|drawn| {
            self.draw(drawn, scores, profile, wish, wanted);
            scores.explain(&drawn.chosen);
            let recommendation = |(place, position): (usize, &u32)| Recommendation {
                item: self.assortment.entry(*position).0.clone(),
                reason: scores.reason(place),
            };
            drawn.chosen.iter().enumerate().map(recommendation).collect()
        })
    }

    /// Takes from one rank of candidates after the other.
    fn draw(
        &self,
        drawn: &mut Drawn,
        scores: &Scores,
        profile: &Profile<'_>,
        wish: &Wish,
        wanted: impl Fn(u32) -> bool,
    ) {
        drawn.begin(self.assortment.len(), self.assortment.category_count());
        for past in scores.past.iter().filter(|it| it.action == Action::Purchase) {
            drawn.own[past.item as usize] = true;
        }
        for item in &profile.cart {
            if let Some(position) = self.assortment.position(item) {
                drawn.barred[position as usize] = true;
            }
        }
        for rank in Rank::of(wish) {
            // Each page holds the best of those that were not looked at yet; a first one mostly does.
            let mut size = wish
                .count
                .saturating_mul(if wish.per_category.is_some() { 8 } else { 1 });
            let mut after = None;
            while drawn.chosen.len() < wish.count {
                let mut page = std::mem::take(&mut drawn.page);
                let whole = self.page(&mut page, drawn, &scores.sums, (rank, size, after), &wanted);
                for position in &page {
                    if drawn.chosen.len() == wish.count {
                        break;
                    }
                    let categories = self.assortment.categories_at(*position);
                    drawn.take(*position, categories, wish.per_category);
                }
                after = page.last().copied();
                drawn.page = page;
                if whole {
                    break;
                }
                size = size.saturating_mul(4);
            }
        }
        // Of categories that had their share, where nothing else is left.
        let missing = wish.count - drawn.chosen.len();
        let passed = drawn.passed.len().min(missing);
        let (passed_over, chosen) = (&drawn.passed, &mut drawn.chosen);
        chosen.extend_from_slice(&passed_over[..passed]);
    }

    /// Fills a page with the best candidates of a rank that come after one, in their order. Tells whether these are all.
    fn page(
        &self,
        page: &mut Vec<u32>,
        drawn: &Drawn,
        sums: &[f32],
        (rank, size, after): (Rank, usize, Option<u32>),
        wanted: &impl Fn(u32) -> bool,
    ) -> bool {
        let better = |a: &u32, b: &u32| {
            let order = sums[*b as usize].total_cmp(&sums[*a as usize]);
            order.then(a.cmp(b))
        };
        let may = |position: u32| {
            let index = position as usize;
            self.shown[index]
                && !drawn.barred[index]
                && rank.own.is_none_or(|own| own == drawn.own[index])
                && wanted(position)
        };
        page.clear();
        let mut is_whole = true;
        let scored = self.assortment.positions().zip(sums);
        if !rank.scored {
            // What nobody speaks for comes in the order of the keys, also what somebody speaks against.
            let rest = scored.filter(|(position, sum)| {
                **sum <= 0.0 && after.is_none_or(|after| after < *position) && may(*position)
            });
            page.extend(rest.map(|(position, _)| position).take(size));
            return page.len() < size;
        }
        // What is not above it has no place among the best so far, as positions only grow.
        let mut threshold = 0.0;
        for (position, sum) in scored {
            if *sum <= threshold
                || after.is_some_and(|after| better(&after, &position).is_ge())
                || !may(position)
            {
                continue;
            }
            page.push(position);
            if page.len() > size.saturating_mul(2) {
                page.select_nth_unstable_by(size, better);
                page.truncate(size);
                is_whole = false;
                threshold = page
                    .iter()
                    .map(|it| sums[*it as usize])
                    .fold(f32::INFINITY, f32::min);
            }
        }
        page.sort_unstable_by(better);
        if page.len() > size {
            page.truncate(size);
            is_whole = false;
        }
        is_whole
    }
}

/// Candidates that come before others or after them.
#[derive(Clone, Copy)]
struct Rank {
    /// What she bought, or what she did not; either without.
    own: Option<bool>,
    /// Whether a recommender speaks for it.
    scored: bool,
}

impl Rank {
    fn of(wish: &Wish) -> impl Iterator<Item = Self> {
        let rank =
            |own: Option<bool>, scored, fills: bool| (!fills || wish.fill).then_some(Self { own, scored });
        let ranks = match wish.mode {
            Mode::Discover => [
                rank(Some(false), true, false),
                rank(Some(false), false, true),
                None,
                None,
            ],
            Mode::Any => [rank(None, true, false), rank(None, false, true), None, None],
            Mode::Rebuy => [
                rank(Some(true), true, false),
                rank(Some(true), false, false),
                rank(Some(false), true, true),
                rank(Some(false), false, true),
            ],
        };
        ranks.into_iter().flatten()
    }
}

/// How much it shows.
impl fmt::Debug for Shelf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shelf")
            .field("items", &self.assortment.len())
            .field("available", &self.available())
            .finish_non_exhaustive()
    }
}

/// What putting one list together needs, kept for the next one.
#[derive(Default)]
struct Drawn {
    own: Vec<bool>,
    barred: Vec<bool>,
    page: Vec<u32>,
    /// How many of each category are on the list.
    shares: Vec<usize>,
    chosen: Vec<u32>,
    /// Those whose category had its share.
    passed: Vec<u32>,
}

thread_local! {
    static DRAWN: std::cell::Cell<Option<Box<Drawn>>> = const { std::cell::Cell::new(None) };
}

impl Drawn {
    fn with<T>(work: impl FnOnce(&mut Self) -> T) -> T {
        let mut drawn = DRAWN.take().unwrap_or_default();
        let result = work(&mut drawn);
        DRAWN.set(Some(drawn));
        result
    }

    fn begin(&mut self, items: usize, categories: usize) {
        for flags in [&mut self.own, &mut self.barred] {
            flags.clear();
            flags.resize(items, false);
        }
        self.shares.clear();
        self.shares.resize(categories, 0);
        self.chosen.clear();
        self.passed.clear();
    }

    fn take(&mut self, position: u32, categories: &[u32], most: Option<usize>) {
        if let Some(most) = most
            && categories.iter().any(|it| self.shares[*it as usize] >= most)
        {
            self.passed.push(position);
            return;
        }
        for category in categories {
            self.shares[*category as usize] += 1;
        }
        self.chosen.push(position);
    }
}
