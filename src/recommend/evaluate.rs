//! Whether recommendations are better than showing everyone the same.

use std::sync::Arc;

use super::{CoPurchase, CoPurchaseOptions, Interactions, Recommendation};
use crate::value::DateTime;

/// How often a list of recommendations held something that the customer bought next, see [`leave_last_out`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Evaluation {
    /// The length of the lists.
    pub length: usize,
    /// Customers with two occasions or more: those asked about.
    pub customers: usize,
    /// Those of them whose last occasion has an item of the catalogue that they had not bought before, so that a list
    /// without own purchases can hit at all.
    pub possible: usize,
    /// Customers whose list held an item of their last occasion.
    pub hits: usize,
    /// The same for the list of what is popular.
    pub popularity_hits: usize,
    /// Customers whose list is not the list of what is popular.
    pub different: usize,
}

impl Evaluation {
    /// Hits as a share of the customers; 0 without customers.
    #[must_use]
    pub fn hit_rate(&self) -> f64 {
        self.share(self.hits)
    }

    /// Popularity's hits as a share of the customers; 0 without customers.
    #[must_use]
    pub fn popularity_hit_rate(&self) -> f64 {
        self.share(self.popularity_hits)
    }

    /// The share of customers whose list is their own, not that of what is popular; 0 without customers.
    #[must_use]
    pub fn share_different(&self) -> f64 {
        self.share(self.different)
    }

    fn share(&self, part: usize) -> f64 {
        let float = |count: usize| f64::from(u32::try_from(count).unwrap_or(u32::MAX));
        float(part) / float(self.customers.max(1))
    }
}

/// Holds back every customer's last occasion, fits a [`CoPurchase`] on all the rest, and looks whether lists of `length`
/// items hit what was held back.
///
/// The last occasion is all that the customer took at the latest instant. It is held back for every customer before the
/// one fit, also for those with a single occasion, who are then not asked about: nothing that is to be guessed has been
/// learned from. What one customer bought before the last time may still be later than the last time of another; the
/// fit knows everyone's past, not one day's. Lists of the model and of popularity come from the same fit and the same
/// catalogue, and both leave out what the customer had bought before. A list hits when one of its items at least was taken on
/// the last occasion; the hit rate of lists of ten is known as HR@10.
///
/// # Example
///
/// ```
/// # use audience::{CoPurchaseOptions, DateTime, Interactions, leave_last_out};
/// let (may, june): (DateTime, DateTime) = ("2026-05-01T09:00:00Z".parse()?, "2026-06-01T09:00:00Z".parse()?);
/// let mut bought = Interactions::new();
/// for name in ["ana", "eva", "leo"] {
///     bought.extend([(name, "tea", may), (name, "sieve", may), (name, "pot", june)]);
/// }
/// let catalog = ["pot", "sieve", "tea"].map(|key| (key, key));
/// let evaluation = leave_last_out(&CoPurchaseOptions::default(), &bought, catalog, 1);
/// assert_eq!((evaluation.customers, evaluation.hit_rate()), (3, 1.0));
/// # Ok::<(), audience::TimeError>(())
/// ```
pub fn leave_last_out<K, N>(
    options: &CoPurchaseOptions,
    interactions: &Interactions,
    catalog: impl IntoIterator<Item = (K, N)>,
    length: usize,
) -> Evaluation
where
    K: Into<Arc<str>>,
    N: Into<Arc<str>>,
{
    let split = Split::new(interactions);
    let catalog: Vec<(Arc<str>, Arc<str>)> = catalog
        .into_iter()
        .map(|(key, name)| (key.into(), name.into()))
        .collect();
    let keys: std::collections::HashSet<Arc<str>> = catalog.iter().map(|(key, _)| key.clone()).collect();
    let model = CoPurchase::fit(options, &split.before, catalog);
    let mut evaluation = Evaluation {
        length,
        customers: 0,
        possible: 0,
        hits: 0,
        popularity_hits: 0,
        different: 0,
    };
    for (past, last) in split.past.iter().zip(&split.last) {
        if past.is_empty() {
            continue;
        }
        let held_back = |list: &[Recommendation]| list.iter().any(|it| last.contains(&&*it.item));
        let list = model.recommend_to(past.iter().copied(), length);
        let popular = model.popular_for(past.iter().copied(), length);
        evaluation.customers += 1;
        evaluation.possible += usize::from(last.iter().any(|it| keys.contains(*it) && !past.contains(it)));
        evaluation.hits += usize::from(held_back(&list));
        evaluation.popularity_hits += usize::from(held_back(&popular));
        evaluation.different += usize::from(
            !list
                .iter()
                .map(|it| &it.item)
                .eq(popular.iter().map(|it| &it.item)),
        );
    }
    evaluation
}

/// What came before each customer's last occasion, and what was taken on it.
struct Split<'a> {
    before: Interactions,
    /// The items before, for each customer in the order in which they first appeared.
    past: Vec<Vec<&'a str>>,
    last: Vec<Vec<&'a str>>,
}

impl<'a> Split<'a> {
    fn new(interactions: &'a Interactions) -> Self {
        let mut latest = vec![DateTime::MIN; interactions.customers()];
        for row in interactions.rows() {
            latest[row.customer] = latest[row.customer].max(row.at);
        }
        let mut split = Self {
            before: Interactions::new(),
            past: vec![Vec::new(); interactions.customers()],
            last: vec![Vec::new(); interactions.customers()],
        };
        for row in interactions.rows() {
            let item = interactions.item_key(row.item);
            if row.at == latest[row.customer] {
                split.last[row.customer].push(item);
            } else {
                split.past[row.customer].push(item);
                split
                    .before
                    .add(interactions.customer_key(row.customer), item, row.at);
            }
        }
        split
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Customer, item, day of June.
    fn evaluate(rows: &[(&str, &str, u32)], length: usize) -> Evaluation {
        let rows = rows.iter().map(|(customer, item, day)| {
            let at: DateTime = format!("2026-06-{day:02}T09:00:00Z").parse().expect("a datetime");
            (*customer, *item, at)
        });
        let catalog = ["jam", "mug", "pot", "tea"].map(|key| (key, key));
        let options = CoPurchaseOptions {
            support: 1,
            history: 1,
            ..CoPurchaseOptions::default()
        };
        leave_last_out(&options, &rows.collect(), catalog, length)
    }

    #[test]
    fn what_is_held_back_is_not_learned_from() {
        // Only the last occasions connect tea with pot: a model that saw them would hit.
        let evaluation = evaluate(
            &[
                ("ana", "tea", 1),
                ("ana", "pot", 9),
                ("eva", "tea", 1),
                ("eva", "pot", 9),
                ("leo", "mug", 1),
                ("leo", "jam", 9),
            ],
            1,
        );
        assert_eq!(
            (evaluation.customers, evaluation.possible, evaluation.hits),
            (3, 3, 0)
        );
    }

    #[test]
    fn a_single_occasion_is_held_back_and_not_asked_about() {
        let evaluation = evaluate(
            &[
                ("ana", "tea", 1),
                ("ana", "pot", 1),
                ("eva", "tea", 2),
                ("eva", "pot", 3),
            ],
            4,
        );
        // Eva's list is only popularity's: Ana's one visit, which would connect tea with pot, is not in the fit.
        assert_eq!((evaluation.customers, evaluation.different), (1, 0));
        assert_eq!((evaluation.hits, evaluation.popularity_hits), (1, 1));
    }

    #[test]
    fn only_new_items_can_be_hit() {
        let evaluation = evaluate(
            &[
                ("ana", "tea", 1),
                ("ana", "tea", 2),
                ("eva", "tea", 1),
                ("eva", "gone", 2),
            ],
            4,
        );
        assert_eq!(
            (evaluation.customers, evaluation.possible, evaluation.hits),
            (2, 0, 0)
        );
    }

    #[test]
    fn nobody_is_no_division() {
        assert!(evaluate(&[], 10).hit_rate().abs() < f64::EPSILON);
    }
}
