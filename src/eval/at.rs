//! The moment and the zone of an evaluation.

use std::{fmt, sync::Arc};

use crate::{
    plan::Moments,
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

    /// The values of a program's moments, when they are the ones resolved here.
    pub(crate) fn resolved(&self, moments: &Arc<Moments>) -> Option<&[i64]> {
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
