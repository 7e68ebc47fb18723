//! What a recommender learns from.

use std::{fmt, sync::Arc};

use indexmap::{IndexMap, IndexSet};

use crate::value::DateTime;

/// What somebody did with an item.
///
/// ```
/// # use audience::Action;
/// assert_eq!(Action::default(), Action::Purchase);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Action {
    /// Took it: bought, ordered, booked.
    #[default]
    Purchase,
    /// Marked it to come back to.
    Favorite,
    /// Looked for it, or came to it by a search.
    Search,
    /// Looked at it.
    View,
}

/// Who did what with which item, when, and how much it counts.
///
/// ```
/// # use audience::{Action, Interaction, Interactions};
/// let viewed = Interaction { action: Action::View, weight: 0.5, ..Interaction::new("ana", "tea", "2026-06-01T09:00:00Z".parse()?) };
/// let mut taken = Interactions::new();
/// taken.add(viewed)?;
/// let error = taken.add(Interaction { weight: f64::NAN, ..viewed }).unwrap_err();
/// assert_eq!(error.to_string(), "the weight of a view of `tea` is NaN; a weight is a number above 0 and not infinite");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, PartialEq)]
pub struct Interaction<'a> {
    /// The customer's key.
    pub customer: &'a str,
    /// The item's key.
    pub item: &'a str,
    /// What was done.
    pub action: Action,
    /// When.
    pub at: DateTime,
    /// How much it counts among those of its kind, 1 for most: the share of a page that was read, the stars of a rating.
    pub weight: f64,
}

impl<'a> Interaction<'a> {
    /// A purchase that counts 1.
    #[must_use]
    pub fn new(customer: &'a str, item: &'a str, at: DateTime) -> Self {
        Self {
            customer,
            item,
            action: Action::Purchase,
            at,
            weight: 1.0,
        }
    }
}

/// What was done, not by whom.
impl fmt::Debug for Interaction<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Interaction")
            .field("item", &self.item)
            .field("action", &self.action)
            .field("weight", &self.weight)
            .finish_non_exhaustive()
    }
}

/// A weight that is no weight: not a number, infinite, or not above 0.
///
/// ```
/// # use audience::{Interaction, Interactions};
/// let free = Interaction { weight: 0.0, ..Interaction::new("ana", "tea", "2026-06-01T09:00:00Z".parse()?) };
/// let error = Interactions::new().add(free).unwrap_err();
/// assert!(error.to_string().starts_with("the weight of a purchase of `tea` is 0"));
/// # Ok::<(), audience::TimeError>(())
/// ```
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("the weight of a {} of `{item}` is {weight}; a weight is a number above 0 and not infinite", action.name())]
pub struct WeightError {
    item: String,
    action: Action,
    weight: f64,
}

impl Action {
    /// Every one, in the order in which they count.
    pub(super) const ALL: [Self; 4] = [Self::Purchase, Self::Favorite, Self::Search, Self::View];

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Purchase => "purchase",
            Self::Favorite => "favorite",
            Self::Search => "search",
            Self::View => "view",
        }
    }
}

/// Who did what with which item, and when.
///
/// Keys are kept once and compared as text. The order in which interactions are added does not matter, and neither does
/// adding one twice, so that events which are delivered again do no harm: of the same action of the same customer with the
/// same item at the same instant, the largest weight counts. What one customer took at the same instant is one occasion: an
/// invoice, a visit.
///
/// # Example
///
/// ```
/// # use audience::{DateTime, Interactions};
/// let monday: DateTime = "2026-06-01T09:00:00Z".parse()?;
/// let mut bought = Interactions::from_iter([("ana", "tea", monday), ("ana", "mug", monday)]);
/// bought.add_purchase("eva", "tea", monday);
/// assert_eq!((bought.len(), bought.customers(), bought.items()), (3, 2, 2));
/// # Ok::<(), audience::TimeError>(())
/// ```
#[derive(Clone, Default)]
pub struct Interactions {
    customers: IndexSet<Arc<str>>,
    items: IndexSet<Arc<str>>,
    rows: Vec<Row>,
    groups: IndexMap<Arc<str>, Arc<str>>,
}

#[derive(Clone, Copy)]
pub(super) struct Row {
    /// Position among the customers, in the order in which they first appeared.
    pub(super) customer: usize,
    /// Position among the items, in the order in which they first appeared.
    pub(super) item: usize,
    pub(super) action: Action,
    pub(super) at: DateTime,
    pub(super) weight: f64,
}

/// How many there are, not whose.
impl fmt::Debug for Interactions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Interactions")
            .field("customers", &self.customers.len())
            .field("items", &self.items.len())
            .field("rows", &self.rows.len())
            .finish_non_exhaustive()
    }
}

impl Interactions {
    /// None yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds one, unless its weight is none.
    pub fn add(&mut self, interaction: Interaction<'_>) -> Result<(), WeightError> {
        let Interaction {
            customer,
            item,
            action,
            at,
            weight,
        } = interaction;
        if !(weight > 0.0 && weight.is_finite()) {
            let item = item.to_owned();
            return Err(WeightError { item, action, weight });
        }
        self.push(customer, item, action, at, weight);
        Ok(())
    }

    /// Adds that `customer` bought `item`.
    pub fn add_purchase(&mut self, customer: &str, item: &str, at: DateTime) {
        self.push(customer, item, Action::Purchase, at, 1.0);
    }

    pub(super) fn push(&mut self, customer: &str, item: &str, action: Action, at: DateTime, weight: f64) {
        let customer = position(&mut self.customers, customer);
        let item = position(&mut self.items, item);
        self.rows.push(Row {
            customer,
            item,
            action,
            at,
            weight,
        });
    }

    /// Says to which group a customer belongs, such as a country or a segment, so that models can tell what is popular
    /// there. A customer is in one group; the last one said counts.
    ///
    /// ```
    /// # use audience::Interactions;
    /// let mut bought = Interactions::new();
    /// bought.set_group("ana", "Spain");
    /// assert_eq!(bought.group_of("ana"), Some("Spain"));
    /// ```
    pub fn set_group(&mut self, customer: &str, group: &str) {
        self.groups.insert(customer.into(), group.into());
    }

    /// The group of a customer, where one was said.
    #[must_use]
    pub fn group_of(&self, customer: &str) -> Option<&str> {
        self.groups.get(customer).map(|group| &**group)
    }

    /// How many were added.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Tells whether none was added.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// How many different customers did something.
    #[must_use]
    pub fn customers(&self) -> usize {
        self.customers.len()
    }

    /// How many different items something was done with.
    #[must_use]
    pub fn items(&self) -> usize {
        self.items.len()
    }

    /// Tells whether something was done with an item.
    ///
    /// ```
    /// # use audience::Interactions;
    /// let bought = Interactions::from_iter([("ana", "tea", "2026-06-01T09:00:00Z".parse()?)]);
    /// assert!(bought.has_item("tea") && !bought.has_item("mug"));
    /// # Ok::<(), audience::TimeError>(())
    /// ```
    #[must_use]
    pub fn has_item(&self, item: &str) -> bool {
        self.items.contains(item)
    }

    /// All of them, in the order in which they were added.
    ///
    /// ```
    /// # use audience::Interactions;
    /// let bought = Interactions::from_iter([("ana", "tea", "2026-06-01T09:00:00Z".parse()?)]);
    /// assert_eq!(bought.iter().map(|it| it.item).collect::<Vec<_>>(), ["tea"]);
    /// # Ok::<(), audience::TimeError>(())
    /// ```
    #[must_use]
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Interaction<'_>> {
        self.rows.iter().map(|row| Interaction {
            customer: self.customer_key(row.customer),
            item: self.item_key(row.item),
            action: row.action,
            at: row.at,
            weight: row.weight,
        })
    }

    /// Those with one of these actions, with the groups of all customers.
    ///
    /// ```
    /// # use audience::{Action, Interactions};
    /// let bought = Interactions::from_iter([("ana", "tea", "2026-06-01T09:00:00Z".parse()?)]);
    /// assert_eq!((bought.only(&[Action::Purchase]).len(), bought.only(&[Action::View]).len()), (1, 0));
    /// # Ok::<(), audience::TimeError>(())
    /// ```
    #[must_use]
    pub fn only(&self, actions: &[Action]) -> Self {
        self.filtered(|row| actions.contains(&row.action))
    }

    /// Those before an instant, with the groups of all customers.
    ///
    /// ```
    /// # use audience::{DateTime, Interactions};
    /// let (may, june): (DateTime, DateTime) = ("2026-05-01T09:00:00Z".parse()?, "2026-06-01T09:00:00Z".parse()?);
    /// let bought = Interactions::from_iter([("ana", "tea", may), ("ana", "mug", june)]);
    /// assert_eq!(bought.before(june).len(), 1);
    /// # Ok::<(), audience::TimeError>(())
    /// ```
    #[must_use]
    pub fn before(&self, instant: DateTime) -> Self {
        self.filtered(|row| row.at < instant)
    }

    pub(super) fn filtered(&self, wanted: impl Fn(&Row) -> bool) -> Self {
        let mut kept = Self {
            groups: self.groups.clone(),
            ..Self::default()
        };
        for row in self.rows.iter().filter(|row| wanted(row)) {
            let customer = self.customer_key(row.customer);
            let item = self.item_key(row.item);
            kept.push(customer, item, row.action, row.at, row.weight);
        }
        kept
    }

    pub(super) fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// The rows by customer, item, action and time, each once, with the largest weight.
    pub(super) fn distinct(&self) -> Vec<Row> {
        let mut rows = self.rows.clone();
        let order = |row: &Row| (row.customer, row.item, row.action, row.at);
        rows.sort_unstable_by(|a, b| order(a).cmp(&order(b)).then(b.weight.total_cmp(&a.weight)));
        rows.dedup_by_key(|row| order(row));
        rows
    }

    pub(super) fn item_keys(&self) -> impl Iterator<Item = &str> {
        self.items.iter().map(|key| &**key)
    }

    pub(super) fn shared_customer(&self, customer: usize) -> &Arc<str> {
        &self.customers[customer]
    }

    pub(super) fn shared_item(&self, item: usize) -> &Arc<str> {
        &self.items[item]
    }

    pub(super) fn customer_key(&self, customer: usize) -> &str {
        &self.customers[customer]
    }

    pub(super) fn item_key(&self, item: usize) -> &str {
        &self.items[item]
    }
}

fn position(keys: &mut IndexSet<Arc<str>>, key: &str) -> usize {
    match keys.get_index_of(key) {
        Some(position) => position,
        None => keys.insert_full(key.into()).0,
    }
}

/// Purchases.
impl<C: AsRef<str>, I: AsRef<str>> Extend<(C, I, DateTime)> for Interactions {
    fn extend<T: IntoIterator<Item = (C, I, DateTime)>>(&mut self, purchases: T) {
        for (customer, item, at) in purchases {
            self.add_purchase(customer.as_ref(), item.as_ref(), at);
        }
    }
}

/// Purchases.
impl<C: AsRef<str>, I: AsRef<str>> FromIterator<(C, I, DateTime)> for Interactions {
    fn from_iter<T: IntoIterator<Item = (C, I, DateTime)>>(purchases: T) -> Self {
        let mut all = Self::new();
        all.extend(purchases);
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_that_are_none_are_refused() {
        let at = "2026-06-01T09:00:00Z".parse().expect("a datetime");
        let mut taken = Interactions::new();
        for weight in [
            f64::NAN,
            f64::INFINITY,
            f64::NEG_INFINITY,
            -1.0,
            0.0,
            -0.0,
            -f64::MIN_POSITIVE,
        ] {
            let one = Interaction {
                weight,
                ..Interaction::new("ana", "tea", at)
            };
            assert!(taken.add(one).is_err(), "{weight}");
        }
        assert!(taken.is_empty());
        for weight in [f64::MIN_POSITIVE, 1.0, f64::MAX] {
            let one = Interaction {
                weight,
                ..Interaction::new("ana", "tea", at)
            };
            assert!(taken.add(one).is_ok(), "{weight}");
        }
        assert_eq!(taken.len(), 3);
    }

    #[test]
    fn of_one_that_comes_twice_the_largest_weight_counts() {
        let at = "2026-06-01T09:00:00Z".parse().expect("a datetime");
        let mut taken = Interactions::new();
        for weight in [1.0, 3.0, 2.0] {
            let one = Interaction {
                weight,
                ..Interaction::new("ana", "tea", at)
            };
            taken.add(one).expect("a weight");
        }
        let rows = taken.distinct();
        assert_eq!(rows.len(), 1);
        assert!((rows[0].weight - 3.0).abs() < f64::EPSILON);
    }
}
