//! The moment and the zone of an evaluation.

use std::{fmt, sync::Arc};

use crate::{
    plan::Moments,
    record::Items,
    schema::CatalogId,
    value::{Date, DateTime, Zone},
};

/// When and where an evaluation takes place: the instant that counts as now, and the time zone of its days.
///
/// Made by [`Definitions::at`](crate::Definitions::at), which works out every window of the definitions once; make one
/// per request or per batch and use it for every customer. Cheap to clone.
///
/// # Example
///
/// ```
/// # use audience::{Definitions, Zone};
/// let shop = Definitions::parse("customer { id: string key }")?;
/// let at = shop.at("2026-06-01T22:30:00Z".parse()?, &Zone::named("Europe/Madrid")?);
/// assert_eq!(at.now().to_string(), "2026-06-01T22:30:00Z");
/// assert_eq!(at.today().to_string(), "2026-06-02");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct At {
    inner: Arc<Inner>,
}

#[derive(Clone)]
struct Inner {
    now: DateTime,
    zone: Zone,
    today: Date,
    moments: Arc<Moments>,
    resolved: Vec<i64>,
    items: Vec<Items>,
}

impl At {
    /// Resolves a program's moments.
    pub(crate) fn new(now: DateTime, zone: Zone, moments: &Arc<Moments>) -> Self {
        let mut resolved = Vec::new();
        moments.resolve(now, zone, &mut resolved);
        let inner = Inner {
            now,
            zone,
            today: zone.date_of(now),
            moments: Arc::clone(moments),
            resolved,
            items: Vec::new(),
        };
        Self {
            inner: Arc::new(inner),
        }
    }

    /// The instant that counts as now.
    #[must_use]
    pub fn now(&self) -> DateTime {
        self.inner.now
    }

    /// The time zone of its days.
    #[must_use]
    pub fn zone(&self) -> Zone {
        self.inner.zone
    }

    /// The calendar day of now in the zone.
    #[must_use]
    pub fn today(&self) -> Date {
        self.inner.today
    }

    /// Adds the items of a catalogue, for rules that ask for what a `ref` points to and for messages that show them;
    /// those added before for the same catalogue are replaced.
    ///
    /// Without the items of a catalogue, or with items that were loaded for a catalogue with other fields, whatever is
    /// reached through a `ref` to it is missing.
    ///
    /// # Example
    ///
    /// ```
    /// # use audience::{Definitions, Zone};
    /// let shop = Definitions::parse("customer { id: string key }  catalog products { sku: string key }")?;
    /// let products = shop.loader().items_from_json_lines("products", r#"{"sku": "A1"}"#.as_bytes())?;
    /// let at = shop.at("2026-06-01T00:00:00Z".parse()?, &Zone::UTC).with_items(products);
    /// assert_eq!(at.items("products").map(|items| items.len()), Some(1));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn with_items(mut self, items: Items) -> Self {
        let inner = Arc::make_mut(&mut self.inner);
        inner.items.retain(|known| known.catalog() != items.catalog());
        inner.items.push(items);
        self
    }

    /// The items of a catalogue, if they were added.
    #[must_use]
    pub fn items(&self, catalog: &str) -> Option<&Items> {
        self.inner.items.iter().find(|items| items.catalog() == catalog)
    }

    /// The same with another instant as now, for whoever asks the interpreter: no window is resolved.
    pub(crate) fn moved(&self, now: DateTime) -> Self {
        let mut inner = Inner::clone(&self.inner);
        inner.now = now;
        inner.today = inner.zone.date_of(now);
        inner.moments = Arc::default();
        inner.resolved.clear();
        Self {
            inner: Arc::new(inner),
        }
    }

    /// The items of a catalogue of that name with the same fields, if they were added.
    #[inline]
    pub(crate) fn items_of(&self, catalog: CatalogId) -> Option<&Items> {
        self.inner.items.iter().find(|items| items.id() == catalog)
    }

    /// The same with the moments of that program resolved.
    #[cfg(feature = "batch")]
    pub(crate) fn resolving(&self, moments: &Arc<Moments>) -> Self {
        if self.resolved(moments).is_some() {
            return self.clone();
        }
        let mut at = Self::new(self.now(), self.zone(), moments);
        Arc::make_mut(&mut at.inner).items.clone_from(&self.inner.items);
        at
    }

    /// The values of a program's moments, when they are the ones resolved here or there are none.
    #[inline]
    pub(crate) fn resolved(&self, moments: &Arc<Moments>) -> Option<&[i64]> {
        if moments.is_empty() {
            return Some(&[]);
        }
        Arc::ptr_eq(&self.inner.moments, moments).then_some(&self.inner.resolved)
    }
}

impl fmt::Debug for At {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("At")
            .field("now", &self.inner.now.to_string())
            .field("zone", &self.inner.zone.name())
            .finish()
    }
}
