//! What a recommender chose for one customer.

use std::sync::Arc;

use crate::value::text;

/// An item of a catalogue that a placement shows, and why.
///
/// ```
/// # use audience::PlacedItem;
/// let item = PlacedItem::new("A1", "because you liked tea");
/// assert_eq!((item.key(), item.reason()), ("A1", "because you liked tea"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlacedItem {
    key: Arc<str>,
    reason: Arc<str>,
    /// Whether the reason says something.
    is_shown: bool,
}

impl PlacedItem {
    /// An item by its key in the catalogue, and what to tell the customer as the reason.
    pub fn new(key: impl Into<Arc<str>>, reason: impl Into<Arc<str>>) -> Self {
        let reason = reason.into();
        Self {
            key: key.into(),
            is_shown: text::filled(&reason),
            reason,
        }
    }

    /// The key of the item in its catalogue.
    #[must_use]
    pub fn key(&self) -> &str {
        &self.key
    }

    /// What the customer is told.
    #[must_use]
    pub fn reason(&self) -> &str {
        &self.reason
    }
}

impl<K: Into<Arc<str>>, R: Into<Arc<str>>> From<(K, R)> for PlacedItem {
    fn from((key, reason): (K, R)) -> Self {
        Self::new(key, reason)
    }
}

/// The lists that recommenders filled for one customer, by the names of the placements.
///
/// A template shows their items in the order given. What it cannot show is left out: a key that the catalogue does not
/// have (or whose catalogue was not added to [`At`](crate::At)), and an item whose reason is blank.
///
/// # Example
///
/// ```
/// # use audience::Placements;
/// let mut placements = Placements::new();
/// placements.set("recommendations", [("A1", "new in"), ("B2", "because you liked tea")]);
/// assert_eq!(placements.get("recommendations").len(), 2);
/// assert!(placements.get("others").is_empty());
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Placements {
    /// Few, so that looking through them is the fastest way to find one.
    lists: Vec<(Arc<str>, Vec<PlacedItem>)>,
}

impl Placements {
    /// No list at all.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Fills a placement; what it had before is gone. The memory of the old list is used again.
    pub fn set<I>(&mut self, placement: &str, items: I)
    where
        I: IntoIterator,
        I::Item: Into<PlacedItem>,
    {
        let items = items.into_iter().map(Into::into);
        if let Some((_, list)) = self.lists.iter_mut().find(|(name, _)| **name == *placement) {
            list.clear();
            list.extend(items);
        } else {
            self.lists.push((placement.into(), items.collect()));
        }
    }

    /// The items of a placement, none when it was not filled.
    #[must_use]
    pub fn get(&self, placement: &str) -> &[PlacedItem] {
        let list = self.lists.iter().find(|(name, _)| **name == *placement);
        list.map(|(_, items)| &**items).unwrap_or_default()
    }
}

impl PlacedItem {
    pub(super) fn is_shown(&self) -> bool {
        self.is_shown
    }
}
