//! Which of many segments a customer is in.

use std::{fmt, sync::Arc};

use super::{Segments, Selection};
use crate::{
    bits,
    definitions::{Inner, SchemaMismatch},
    eval::{self, Asked, At},
    plan::Many,
    record::{BoundRow, Customer, Record, Row},
};

/// Which of several segments a customer is in: a set of their positions in [`Segments`].
///
/// It is meant to be used for one customer after the other: it keeps the memory that [`Segments::matching`] works with.
///
/// # Example
///
/// ```
/// # use audience::{Definitions, SegmentSet, Zone};
/// let shop = Definitions::parse(
///     "customer { id: string key, orders: int }
///      segment loyal = orders >= 10
///      segment new = orders = 1
///      segment active = orders > 0",
/// )?;
/// let at = shop.at("2026-06-01T00:00:00Z".parse()?, &Zone::UTC);
/// let segments = shop.segments();
/// let mut found = SegmentSet::new();
/// for (orders, names) in [(0, vec![]), (1, vec!["new", "active"]), (12, vec!["loyal", "active"])] {
///     let customer = shop.customer_from_json(format!(r#"{{"id": "ana", "orders": {orders}}}"#))?;
///     segments.matching(&customer, &at, &mut found);
///     assert_eq!(found.names(&segments).collect::<Vec<_>>(), names);
/// }
/// assert!(found.contains(0) && !found.contains(1));
/// assert_eq!(found.iter().collect::<Vec<_>>(), [0, 2]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Default)]
pub struct SegmentSet {
    pub(super) words: Vec<u64>,
    asked: Asked,
}

impl SegmentSet {
    /// No segments.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether the segment at that position is among them.
    #[must_use]
    pub fn contains(&self, position: usize) -> bool {
        bits::contains(&self.words, position)
    }

    /// How many they are.
    #[must_use]
    pub fn len(&self) -> usize {
        bits::count(&self.words)
    }

    /// Whether it is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.words.iter().all(|it| *it == 0)
    }

    /// Their positions, in order.
    pub fn iter(&self) -> impl Iterator<Item = usize> {
        bits::positions(&self.words)
    }

    /// Their names, in order, when they are of these segments.
    pub fn names<'s, R>(&self, segments: &'s Segments<R>) -> impl Iterator<Item = &'s str> {
        self.iter().filter_map(|position| segments.name(position))
    }
}

/// The positions.
impl fmt::Debug for SegmentSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

/// Two sets are equal when they have the same positions.
impl PartialEq for SegmentSet {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl Eq for SegmentSet {}

impl Selection {
    /// How its segments are asked together, planned when it is asked for the first time.
    pub(super) fn many(&self, inner: &Inner) -> &Many {
        self.many.get_or_init(|| {
            let blocks: Vec<_> = self.order.iter().map(|it| inner.planned.segments[*it]).collect();
            Many::of(&inner.planned.program, &blocks)
        })
    }
}

impl<R> Segments<R> {
    pub(super) fn find<'a>(&'a self, customer: impl Row<'a>, at: &'a At, found: &mut SegmentSet) {
        let inner = &self.inner;
        let many = self.selection.many(inner);
        let program = (&inner.planned.program, many);
        eval::matching(program, customer, at, &mut found.asked, &mut found.words);
    }

    /// The same among those that are in the set.
    pub(super) fn find_among<'a>(&'a self, customer: impl Row<'a>, at: &'a At, found: &mut SegmentSet) {
        let inner = &self.inner;
        let many = self.selection.many(inner);
        let program = (&inner.planned.program, many);
        eval::matching_among(program, customer, at, &mut found.asked, &mut found.words);
    }
}

impl Segments {
    /// Finds all segments that `customer` is in at `at`, at once.
    ///
    /// Gives what [`Segment::matches`](crate::Segment::matches) of each would, and much faster: what segments ask of the same
    /// attribute is looked up in one go, and what takes longer is worked out once. The first time, the segments are planned
    /// together, which takes time and memory proportional to them; after that nothing is allocated once `found` has been used
    /// for a customer.
    ///
    /// # Panics
    ///
    /// When the customer was loaded for another schema. [`try_matching`](Self::try_matching) returns it instead.
    ///
    /// # Example
    ///
    /// ```
    /// # use audience::{Definitions, SegmentSet, Zone};
    /// let shop = Definitions::parse(
    ///     "customer { id: string key, country: string }
    ///      segment spain = country = \"ES\"
    ///      segment iberia = country in [\"ES\", \"PT\"]",
    /// )?;
    /// let ana = shop.customer_from_json(r#"{"id": "ana", "country": "PT"}"#)?;
    /// let at = shop.at("2026-06-01T00:00:00Z".parse()?, &Zone::UTC);
    /// let (segments, mut found) = (shop.segments(), SegmentSet::new());
    /// segments.matching(&ana, &at, &mut found);
    /// assert_eq!(found.names(&segments).collect::<Vec<_>>(), ["iberia"]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn matching(&self, customer: &Customer, at: &At, found: &mut SegmentSet) {
        if let Err(mismatch) = self.try_matching(customer, at, found) {
            panic!("{mismatch}");
        }
    }

    /// Finds all segments that `customer` is in at `at`, as [`matching`](Self::matching) does.
    ///
    /// # Errors
    ///
    /// The customer was loaded for another schema; `found` is empty then.
    pub fn try_matching(
        &self,
        customer: &Customer,
        at: &At,
        found: &mut SegmentSet,
    ) -> Result<(), SchemaMismatch> {
        if !customer.fits(&self.inner.shape) {
            found.words.clear();
            return Err(SchemaMismatch);
        }
        self.find(customer, at, found);
        Ok(())
    }
}

impl<R: Record> Segments<R> {
    /// Finds all segments that `record` is in at `at`, reading the struct in place, as for a loaded customer.
    ///
    /// ```
    /// # use audience::{Definitions, SegmentSet, Zone};
    /// struct Client { name: String, orders: i64 }
    /// audience::record! { impl Record for Client { id: |c| c.name.as_str(), orders: |c| c.orders } }
    ///
    /// let shop = Definitions::parse("customer { id: string key, orders: int }  segment loyal = orders >= 10")?;
    /// let at = shop.at("2026-06-01T00:00:00Z".parse()?, &Zone::UTC);
    /// let (segments, mut found) = (shop.bind::<Client>()?.segments(), SegmentSet::new());
    /// segments.matching(&Client { name: "ana".into(), orders: 12 }, &at, &mut found);
    /// assert!(found.contains(0));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn matching(&self, record: &R, at: &At, found: &mut SegmentSet) {
        self.find(BoundRow::new(record, self.bound()), at, found);
    }

    pub(super) fn bound(&self) -> &crate::record::Binding {
        let binding: Option<&Arc<_>> = self.binding.as_ref();
        binding.expect("segments of records are made by a bound set of definitions")
    }
}
