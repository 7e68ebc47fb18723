//! Item-to-item recommendations from what was bought by the same customers.

use std::{cell::Cell, fmt, sync::Arc};

use indexmap::IndexMap;

use super::{Interactions, Reason, Recommendation, Recommender};

/// Recommends what customers with the same purchases bought.
///
/// Two items are alike by the cosine of their columns in the table customers × items: with `a` customers who bought the
/// one, `b` the other and `both` both, `both / √(a · b)`. For a customer, each item not yet bought scores the sum of its
/// likenesses to those bought, and the one that adds most is the [`Reason`]. Where the history is short, or has nothing
/// alike, the items bought by most customers fill the list, then the rest of the catalogue: the list is as long as asked
/// for while the catalogue has items that the customer did not buy. Equal scores stand in the order of the keys.
///
/// The method is item-based collaborative filtering: Sarwar, Karypis, Konstan and Riedl, "Item-based collaborative
/// filtering recommendation algorithms", WWW 2001; Linden, Smith and York, "Amazon.com recommendations: item-to-item
/// collaborative filtering", IEEE Internet Computing 7(1), 2003.
///
/// Fitting takes time proportional to the sum, over customers, of the squared number of items each bought, and memory
/// proportional to the catalogue times [`neighbours`](CoPurchaseOptions::neighbours). Serving takes time proportional to
/// the history times `neighbours`, and allocates nothing but its answer once each thread has served a first customer.
///
/// # Example
///
/// ```
/// # use audience::{CoPurchase, CoPurchaseOptions, Interactions};
/// # let at = "2026-06-01T09:00:00Z".parse()?;
/// let carts = [("ana", "tea"), ("ana", "pot"), ("eva", "tea"), ("eva", "pot"), ("eva", "mug"), ("leo", "mug")];
/// let bought = Interactions::from_iter(carts.map(|(customer, item)| (customer, item, at)));
/// let catalog = [("mug", "Mug"), ("pot", "Teapot"), ("tea", "Green tea"), ("tray", "Tray")];
/// let options = CoPurchaseOptions { support: 2, history: 1, ..CoPurchaseOptions::default() };
/// let model = CoPurchase::fit(&options, &bought, catalog);
///
/// let list = model.recommend_to(["tea"], 3);
/// let shown: Vec<_> = list.iter().map(|it| format!("{}, {}", it.item, it.reason)).collect();
/// assert_eq!(shown, ["pot, because you bought Green tea", "mug, popular with our customers", "tray, new to you"]);
/// # Ok::<(), audience::TimeError>(())
/// ```
#[derive(Clone)]
pub struct CoPurchase {
    /// The catalogue's keys and names, sorted by key: positions compare as keys do.
    items: IndexMap<Arc<str>, Arc<str>>,
    /// For each item, where its neighbours begin; one more entry ends the last.
    starts: Vec<usize>,
    neighbours: Vec<Neighbour>,
    /// Every item, those bought by most customers first.
    popular: Vec<u32>,
    /// How many of `popular` were bought at all.
    sold: usize,
    history: usize,
}

/// How a [`CoPurchase`] is fitted and served. Written with `..CoPurchaseOptions::default()`, as fields may be added.
///
/// ```
/// # use audience::CoPurchaseOptions;
/// let options = CoPurchaseOptions { support: 1, ..CoPurchaseOptions::default() };
/// assert_eq!((options.neighbours, options.support, options.history), (50, 1, 2));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CoPurchaseOptions {
    /// How many of the most alike are kept for each item. Default 50.
    pub neighbours: usize,
    /// How many customers must have bought both for two items to be alike. Default 3.
    pub support: u32,
    /// Customers who bought fewer different items of the catalogue are shown what is popular. Default 2.
    pub history: usize,
}

impl Default for CoPurchaseOptions {
    fn default() -> Self {
        Self {
            neighbours: 50,
            support: 3,
            history: 2,
        }
    }
}

#[derive(Clone, Copy)]
struct Neighbour {
    item: u32,
    likeness: f64,
}

impl CoPurchase {
    /// Learns which items of the catalogue, given as keys with names, are bought by the same customers.
    ///
    /// Interactions with other items are left aside. Of a key given twice the last name counts.
    pub fn fit<K, N>(
        options: &CoPurchaseOptions,
        interactions: &Interactions,
        catalog: impl IntoIterator<Item = (K, N)>,
    ) -> Self
    where
        K: Into<Arc<str>>,
        N: Into<Arc<str>>,
    {
        let mut items: IndexMap<Arc<str>, Arc<str>> = catalog
            .into_iter()
            .map(|(key, name)| (key.into(), name.into()))
            .collect();
        items.sort_unstable_keys();
        let baskets = baskets(interactions, &items);
        let mut buyers = vec![Vec::new(); items.len()];
        for (customer, basket) in baskets.iter().enumerate() {
            for item in basket {
                buyers[*item as usize].push(customer);
            }
        }
        let (starts, neighbours) = all_neighbours(options, &baskets, &buyers);
        let mut popular: Vec<u32> = positions(items.len()).collect();
        popular.sort_by_key(|item| std::cmp::Reverse(buyers[*item as usize].len()));
        let sold = popular.partition_point(|item| !buyers[*item as usize].is_empty());
        Self {
            items,
            starts,
            neighbours,
            popular,
            sold,
            history: options.history,
        }
    }

    /// The best items for someone who bought `history`, in any order.
    #[must_use]
    pub fn recommend_to<'a>(
        &self,
        history: impl IntoIterator<Item = &'a str>,
        count: usize,
    ) -> Vec<Recommendation> {
        self.list(|seen| history.into_iter().for_each(seen), count, true)
    }

    /// The items bought by most customers, without those in `history`.
    #[must_use]
    pub fn popular_for<'a>(
        &self,
        history: impl IntoIterator<Item = &'a str>,
        count: usize,
    ) -> Vec<Recommendation> {
        self.list(|seen| history.into_iter().for_each(seen), count, false)
    }

    /// A [`Recommender`] for customers of the host's own type: `history` hands it the key of each item bought.
    ///
    /// # Example
    ///
    /// ```
    /// # use audience::{CoPurchase, CoPurchaseOptions, Interactions, Recommender};
    /// struct Client { basket: Vec<String> }
    ///
    /// # let at = "2026-06-01T09:00:00Z".parse()?;
    /// let bought = Interactions::from_iter([("ana", "tea", at), ("eva", "tea", at), ("eva", "pot", at)]);
    /// let model = CoPurchase::fit(&CoPurchaseOptions::default(), &bought, [("pot", "Teapot"), ("tea", "Green tea")]);
    /// let recommender = model.serving(|client: &Client, seen| client.basket.iter().for_each(|key| seen(key)));
    /// let list = recommender.recommend(&Client { basket: vec!["tea".into()] }, "recommendations", 4);
    /// assert_eq!(list[0].item.as_ref(), "pot");
    /// # Ok::<(), audience::TimeError>(())
    /// ```
    pub fn serving<C: ?Sized, H: Fn(&C, &mut dyn FnMut(&str))>(&self, history: H) -> Serving<'_, H> {
        Serving { model: self, history }
    }

    /// Where there is room, what is like the history comes first (if `alike`), then what is popular, then the rest.
    fn list(
        &self,
        history: impl FnOnce(&mut dyn FnMut(&str)),
        count: usize,
        alike: bool,
    ) -> Vec<Recommendation> {
        // Taken out, not borrowed: a history that asks for another recommendation finds an empty scratch, not a lock.
        let mut scratch = SCRATCH.take();
        scratch.own.clear();
        history(&mut |key| {
            let position = self.items.get_index_of(key).and_then(|it| u32::try_from(it).ok());
            scratch.own.extend(position);
        });
        // Sorted, so that the same purchases in another order add up to the same sums.
        scratch.own.sort_unstable();
        scratch.own.dedup();
        let mut list = Vec::with_capacity(count.min(self.items.len() - scratch.own.len()));
        scratch.begin(self.items.len());
        if alike && scratch.own.len() >= self.history {
            self.add_alike(&mut scratch, &mut list, count);
        }
        self.add_popular(&mut scratch, &mut list, count);
        scratch.end();
        SCRATCH.set(scratch);
        list
    }

    fn add_alike(&self, scratch: &mut Scratch, list: &mut Vec<Recommendation>, count: usize) {
        for own in &scratch.own {
            let range = self.starts[*own as usize]..self.starts[*own as usize + 1];
            for neighbour in &self.neighbours[range] {
                let score = &mut scratch.scores[neighbour.item as usize];
                if score.barred {
                    continue;
                }
                if score.sum == 0.0 {
                    scratch.touched.push(neighbour.item);
                }
                score.sum += neighbour.likeness;
                if neighbour.likeness > score.most {
                    score.most = neighbour.likeness;
                    score.because = *own;
                }
            }
        }
        let scores = &mut scratch.scores;
        let better = |a: &u32, b: &u32| {
            let order = scores[*b as usize].sum.total_cmp(&scores[*a as usize].sum);
            order.then(a.cmp(b))
        };
        if count < scratch.touched.len() {
            scratch.touched.select_nth_unstable_by(count, better);
        }
        let best = count.min(scratch.touched.len());
        scratch.touched[..best].sort_unstable_by(better);
        for item in &scratch.touched[..best] {
            let score = &mut scores[*item as usize];
            score.barred = true;
            let (because, name) = self.entry(score.because);
            let reason = Reason::Bought {
                item: because.clone(),
                name: name.clone(),
            };
            list.push(self.recommendation(*item, reason));
        }
    }

    fn add_popular(&self, scratch: &mut Scratch, list: &mut Vec<Recommendation>, count: usize) {
        for (rank, item) in self.popular.iter().enumerate() {
            if list.len() == count {
                return;
            }
            if !scratch.scores[*item as usize].barred {
                let reason = if rank < self.sold {
                    Reason::Popular
                } else {
                    Reason::NewToYou
                };
                list.push(self.recommendation(*item, reason));
            }
        }
    }

    fn recommendation(&self, item: u32, reason: Reason) -> Recommendation {
        Recommendation {
            item: self.entry(item).0.clone(),
            reason,
        }
    }

    fn entry(&self, item: u32) -> (&Arc<str>, &Arc<str>) {
        self.items
            .get_index(item as usize)
            .expect("positions come from this catalogue")
    }
}

impl fmt::Debug for CoPurchase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CoPurchase")
            .field("items", &self.items.len())
            .field("neighbours", &self.neighbours.len())
            .field("sold", &self.sold)
            .finish_non_exhaustive()
    }
}

/// A [`CoPurchase`] that knows where customers keep their history, see [`CoPurchase::serving`].
#[derive(Clone, Copy, Debug)]
pub struct Serving<'a, H> {
    model: &'a CoPurchase,
    history: H,
}

impl<C: ?Sized, H: Fn(&C, &mut dyn FnMut(&str))> Recommender<C> for Serving<'_, H> {
    /// The same for every placement.
    fn recommend(&self, customer: &C, _placement: &str, count: usize) -> Vec<Recommendation> {
        self.model
            .list(|seen| (self.history)(customer, seen), count, true)
    }
}

/// The different items of the catalogue that each customer bought, sorted.
fn baskets(interactions: &Interactions, items: &IndexMap<Arc<str>, Arc<str>>) -> Vec<Vec<u32>> {
    let known: Vec<Option<u32>> = interactions
        .item_keys()
        .map(|key| items.get_index_of(key).and_then(|it| u32::try_from(it).ok()))
        .collect();
    let mut baskets = vec![Vec::new(); interactions.customers()];
    for row in interactions.rows() {
        baskets[row.customer].extend(known[row.item]);
    }
    for basket in &mut baskets {
        basket.sort_unstable();
        basket.dedup();
    }
    baskets
}

/// One item's row of the table at a time: the customers who bought it, and what else they bought.
fn all_neighbours(
    options: &CoPurchaseOptions,
    baskets: &[Vec<u32>],
    buyers: &[Vec<usize>],
) -> (Vec<usize>, Vec<Neighbour>) {
    let buyers_of = |item: u32| f64::from(u32::try_from(buyers[item as usize].len()).unwrap_or(u32::MAX));
    let mut starts = Vec::with_capacity(buyers.len() + 1);
    let mut all = Vec::new();
    let mut both = vec![0_u32; buyers.len()];
    let mut row = Vec::new();
    for item in positions(buyers.len()) {
        starts.push(all.len());
        for other in buyers[item as usize]
            .iter()
            .flat_map(|customer| &baskets[*customer])
        {
            both[*other as usize] += 1;
        }
        for other in buyers[item as usize]
            .iter()
            .flat_map(|customer| &baskets[*customer])
        {
            let both = std::mem::take(&mut both[*other as usize]);
            if both >= options.support.max(1) && *other != item {
                let likeness = f64::from(both) / (buyers_of(item) * buyers_of(*other)).sqrt();
                row.push(Neighbour {
                    item: *other,
                    likeness,
                });
            }
        }
        let closer =
            |a: &Neighbour, b: &Neighbour| b.likeness.total_cmp(&a.likeness).then(a.item.cmp(&b.item));
        if options.neighbours < row.len() {
            row.select_nth_unstable_by(options.neighbours, closer);
            row.truncate(options.neighbours);
        }
        row.sort_unstable_by(closer);
        all.append(&mut row);
    }
    starts.push(all.len());
    (starts, all)
}

fn positions(count: usize) -> impl Iterator<Item = u32> {
    0..u32::try_from(count).unwrap_or(u32::MAX)
}

thread_local! {
    static SCRATCH: Cell<Scratch> = const { Cell::new(Scratch::new()) };
}

/// What serving one customer needs besides the answer, kept for the next customer.
#[derive(Default)]
struct Scratch {
    /// What the customer bought, sorted.
    own: Vec<u32>,
    /// One for each item of the largest catalogue served on this thread; all blank between two customers.
    scores: Vec<Score>,
    /// The items whose sum is not zero.
    touched: Vec<u32>,
}

#[derive(Clone, Copy, Default)]
struct Score {
    sum: f64,
    most: f64,
    because: u32,
    /// Bought, or on the list already.
    barred: bool,
}

impl Scratch {
    const fn new() -> Self {
        Self {
            own: Vec::new(),
            scores: Vec::new(),
            touched: Vec::new(),
        }
    }

    fn begin(&mut self, items: usize) {
        if self.scores.len() < items {
            self.scores.resize(items, Score::default());
        }
        for own in &self.own {
            self.scores[*own as usize].barred = true;
        }
    }

    fn end(&mut self) {
        for item in self.own.iter().chain(&self.touched) {
            self.scores[*item as usize] = Score::default();
        }
        self.touched.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ITEMS: [(&str, &str); 6] = [
        ("cake", "Cake"),
        ("jam", "Jam"),
        ("mug", "Mug"),
        ("pot", "Teapot"),
        ("tea", "Green tea"),
        ("tray", "Tray"),
    ];

    /// Each customer a letter, each item bought a word.
    fn model(options: &CoPurchaseOptions, baskets: &[&str]) -> CoPurchase {
        let at = "2026-06-01T09:00:00Z".parse().expect("a datetime");
        let rows = baskets.iter().enumerate().flat_map(|(customer, basket)| {
            let items = basket.split_whitespace();
            items.map(move |item| (format!("{customer}"), item, at))
        });
        CoPurchase::fit(options, &rows.collect(), ITEMS)
    }

    fn any_support() -> CoPurchaseOptions {
        CoPurchaseOptions {
            support: 1,
            history: 1,
            ..CoPurchaseOptions::default()
        }
    }

    #[track_caller]
    fn check(model: &CoPurchase, history: &str, count: usize, expected: &[&str]) {
        let list = model.recommend_to(history.split_whitespace(), count);
        let shown: Vec<_> = list
            .iter()
            .map(|it| format!("{}: {}", it.item, it.reason))
            .collect();
        assert_eq!(shown, expected, "{history}");
    }

    #[test]
    fn likeness_is_the_cosine_of_customers() {
        // tea was bought by 4, pot by 2, mug by 1; tea and pot by 2: 2/√8 = 0.707; tea and mug by 1: 1/√4 = 0.5.
        let model = model(&any_support(), &["tea pot", "tea pot", "tea mug", "tea"]);
        let tea = model.items.get_index_of("tea").expect("in the catalogue");
        let row = &model.neighbours[model.starts[tea]..model.starts[tea + 1]];
        let row: Vec<_> = row
            .iter()
            .map(|it| (model.entry(it.item).0.to_string(), it.likeness))
            .map(|(key, likeness)| (key, (likeness * 1e6).round()))
            .collect();
        assert_eq!(
            row,
            [("pot".to_owned(), 707_107.0), ("mug".to_owned(), 500_000.0)]
        );
    }

    #[test]
    fn likenesses_add_up_and_the_strongest_gives_the_reason() {
        // To jam: tea 1/√2, pot 1/√3. To mug: pot 2/√6. Jam's sum 1.28 beats mug's 0.82.
        let model = model(&any_support(), &["tea jam pot", "pot mug", "pot mug", "tea"]);
        check(
            &model,
            "tea pot",
            2,
            &[
                "jam: because you bought Green tea",
                "mug: because you bought Teapot",
            ],
        );
    }

    #[test]
    fn lists_are_filled_by_what_is_popular_and_then_the_rest() {
        let model = model(&any_support(), &["tea pot", "mug", "mug", "jam"]);
        check(
            &model,
            "tea",
            9,
            &[
                "pot: because you bought Green tea",
                "mug: popular with our customers",
                "jam: popular with our customers",
                "cake: new to you",
                "tray: new to you",
            ],
        );
    }

    #[test]
    fn a_short_history_is_shown_what_is_popular() {
        let model = model(
            &CoPurchaseOptions {
                history: 2,
                ..any_support()
            },
            &["tea pot jam", "mug", "mug"],
        );
        for history in ["", "tea", "tea tea", "tea unknown"] {
            check(&model, history, 1, &["mug: popular with our customers"]);
        }
        check(&model, "tea pot", 1, &["jam: because you bought Teapot"]);
    }

    #[test]
    fn neither_order_nor_repetition_of_the_history_matters() {
        let baskets = ["tea jam pot", "pot mug cake", "pot mug tray", "tea tray"];
        let model = model(&any_support(), &baskets);
        let list = model.recommend_to(["tea", "pot", "cake"], 3);
        assert_eq!(list, model.recommend_to(["cake", "pot", "tea", "pot"], 3));
    }

    #[test]
    fn ties_stand_in_the_order_of_the_keys() {
        let model = model(&any_support(), &["tea pot mug cake jam"]);
        let keys: Vec<_> = model
            .recommend_to(["tea"], 4)
            .into_iter()
            .map(|it| it.item)
            .collect();
        assert_eq!(
            keys.iter().map(|it| &**it).collect::<Vec<_>>(),
            ["cake", "jam", "mug", "pot"]
        );
    }

    #[test]
    fn what_was_bought_is_never_shown() {
        let model = model(&any_support(), &["tea pot mug cake jam tray"]);
        check(&model, "tea pot mug cake jam tray", 4, &[]);
        check(
            &model,
            "tea pot mug cake jam",
            4,
            &["tray: because you bought Cake"],
        );
        check(&model, "tea", 0, &[]);
    }

    #[test]
    fn nothing_stays_behind_from_the_customer_before() {
        let model = model(&any_support(), &["tea pot mug", "cake jam", "jam tray"]);
        let fresh = model.recommend_to(["cake"], 9);
        for count in 0..9 {
            let _ = model.recommend_to(["tea", "pot"], count);
            assert_eq!(fresh, model.recommend_to(["cake"], 9));
        }
    }

    #[test]
    fn a_history_may_ask_for_recommendations_itself() {
        let model = model(&any_support(), &["tea pot", "pot jam"]);
        let curious = model.serving(|_: &str, seen| {
            for it in model.recommend_to(["tea"], 1) {
                seen(&it.item);
            }
        });
        assert_eq!(&*curious.recommend("", "", 1)[0].item, "jam");
    }

    #[test]
    fn support_and_neighbours_bound_what_is_kept() {
        let baskets = ["tea pot mug", "tea pot", "tea jam"];
        let supported = model(
            &CoPurchaseOptions {
                support: 2,
                ..any_support()
            },
            &baskets,
        );
        check(
            &supported,
            "tea",
            2,
            &[
                "pot: because you bought Green tea",
                "jam: popular with our customers",
            ],
        );
        let one = model(
            &CoPurchaseOptions {
                neighbours: 1,
                ..any_support()
            },
            &baskets,
        );
        assert!(one.starts.windows(2).all(|it| it[1] - it[0] <= 1));
    }

    #[test]
    fn an_empty_catalogue_has_nothing_to_show() {
        let none: [(&str, &str); 0] = [];
        let model = CoPurchase::fit(&CoPurchaseOptions::default(), &Interactions::new(), none);
        assert_eq!(model.recommend_to(["tea"], 4), []);
    }
}
