//! What a recommender learns from.

use std::{fmt, sync::Arc};

use indexmap::IndexSet;

use crate::value::DateTime;

/// Who took which item, and when.
///
/// Keys are kept once and compared as text. The order in which interactions are added does not matter, and neither does
/// adding one twice. Items taken by one customer at the same instant are one occasion: an invoice, a visit.
///
/// # Example
///
/// ```
/// # use audience::{DateTime, Interactions};
/// let monday: DateTime = "2026-06-01T09:00:00Z".parse()?;
/// let mut bought = Interactions::from_iter([("ana", "tea", monday), ("ana", "mug", monday)]);
/// bought.add("eva", "tea", monday);
/// assert_eq!((bought.len(), bought.customers(), bought.items()), (3, 2, 2));
/// # Ok::<(), audience::TimeError>(())
/// ```
#[derive(Clone, Default)]
pub struct Interactions {
    customers: IndexSet<Arc<str>>,
    items: IndexSet<Arc<str>>,
    rows: Vec<Row>,
}

#[derive(Clone, Copy)]
pub(super) struct Row {
    /// Position among the customers, in the order in which they first appeared.
    pub(super) customer: usize,
    /// Position among the items, in the order in which they first appeared.
    pub(super) item: usize,
    pub(super) at: DateTime,
}

/// How many there are, not whose.
impl fmt::Debug for Interactions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Interactions")
            .field("customers", &self.customers.len())
            .field("items", &self.items.len())
            .field("rows", &self.rows.len())
            .finish()
    }
}

impl Interactions {
    /// None yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds that `customer` took `item`.
    pub fn add(&mut self, customer: &str, item: &str, at: DateTime) {
        let customer = position(&mut self.customers, customer);
        let item = position(&mut self.items, item);
        self.rows.push(Row { customer, item, at });
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

    /// How many different customers took something.
    #[must_use]
    pub fn customers(&self) -> usize {
        self.customers.len()
    }

    /// How many different items were taken.
    #[must_use]
    pub fn items(&self) -> usize {
        self.items.len()
    }

    pub(super) fn rows(&self) -> &[Row] {
        &self.rows
    }

    pub(super) fn item_keys(&self) -> impl Iterator<Item = &str> {
        self.items.iter().map(|key| &**key)
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

impl<C: AsRef<str>, I: AsRef<str>> Extend<(C, I, DateTime)> for Interactions {
    fn extend<T: IntoIterator<Item = (C, I, DateTime)>>(&mut self, interactions: T) {
        for (customer, item, at) in interactions {
            self.add(customer.as_ref(), item.as_ref(), at);
        }
    }
}

impl<C: AsRef<str>, I: AsRef<str>> FromIterator<(C, I, DateTime)> for Interactions {
    fn from_iter<T: IntoIterator<Item = (C, I, DateTime)>>(interactions: T) -> Self {
        let mut all = Self::new();
        all.extend(interactions);
        all
    }
}
