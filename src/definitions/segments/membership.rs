//! Which segments a customer is in, as a service keeps it.

use std::{fmt, sync::Arc};

use serde::{Deserialize, Serialize, de};

use super::Segments;
use crate::{
    bits,
    eval::NEVER,
    value::{DateTime, Zone},
};

/// Which segments a customer is in, and when time alone may change that: what a service keeps of each customer between events.
///
/// Made by [`Segments::enter`] and kept up to date by [`Segments::changed`]. It is small, and can be stored with serde; it knows the
/// segments that it was made for by their content, so that it is refused once they are others.
///
/// As JSON it is
/// `{"definitions": "…", "at": "2026-06-01T00:00:00Z", "zone": "UTC", "next": "2026-06-30T10:00:00Z", "segments": [0, 2]}`.
///
/// # Example
///
/// ```
/// # use audience::{Definitions, What, Zone};
/// let shop = Definitions::parse(
///     "customer { id: string key, country: string }  event purchases { amount: decimal }
///      segment spain  = country = \"ES\"
///      segment recent = any purchases in last 30 days",
/// )?;
/// let (segments, loader) = (shop.segments(), shop.loader());
///
/// let now = shop.at("2026-06-01T00:00:00Z".parse()?, &Zone::UTC);
/// let ana = shop.customer_from_json(r#"{"id": "ana", "country": "ES"}"#)?;
/// let mut membership = segments.enter(&ana, &now);
/// assert_eq!(membership.names(&segments).collect::<Vec<_>>(), ["spain"]);
/// assert_eq!(membership.next_change(), None);
///
/// // She buys something.
/// let now = shop.at("2026-06-02T10:00:00Z".parse()?, &Zone::UTC);
/// let ana = loader.with_event(&ana, "purchases", r#"{"at": "2026-06-02T10:00:00Z", "amount": 5}"#)?;
/// let changes = segments.changed(&ana, &What::event("purchases"), &now, &mut membership)?;
/// assert_eq!((changes.entered, changes.left), (vec![1], vec![]));
///
/// // If nothing else happens, she has to be looked at in thirty days.
/// let due = membership.next_change().ok_or("a window ends")?;
/// assert_eq!(due, "2026-07-02T10:00:00Z".parse()?);
/// let changes = segments.changed(&ana, &What::time(), &shop.at(due, &Zone::UTC), &mut membership)?;
/// assert_eq!((changes.entered, changes.left), (vec![], vec![1]));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Membership {
    /// What the segments are.
    pub(super) content: Arc<str>,
    pub(super) zone: Zone,
    pub(super) at: i64,
    /// Nothing changes before; [`NEVER`] for never.
    pub(super) next: i64,
    pub(super) words: Box<[u64]>,
}

impl Membership {
    /// Whether she is in the segment at that position.
    #[must_use]
    pub fn contains(&self, position: usize) -> bool {
        bits::contains(&self.words, position)
    }

    /// The positions of the segments that she is in, in order.
    pub fn iter(&self) -> impl Iterator<Item = usize> {
        bits::positions(&self.words)
    }

    /// The names of the segments that she is in, in order.
    pub fn names<'s, R>(&self, segments: &'s Segments<R>) -> impl Iterator<Item = &'s str> {
        self.iter().filter_map(|position| segments.name(position))
    }

    /// Until when she is in these segments and no others, if nothing happens to her: the first instant at which time alone may
    /// change that. `None` for never.
    ///
    /// It holds in the zone and with the items of catalogues of the [`At`](crate::At) that the membership was brought up to date with
    /// last, as long as nothing happens that [`Segments::changed`] has to be told. A service looks at the customer again at that
    /// time, with [`What::time`](crate::What::time).
    ///
    /// It is the first instant at which a window that a segment asks for passes an event or a value of hers, an event that is dated
    /// later comes about, or a day ends where a segment asks for days. Where windows are of months it may be a few days sooner. As
    /// segments ask for other things, too, nothing need change then: [`Segment::next_change`](crate::Segment::next_change) of each
    /// finds when it does, and takes far longer. Of a segment in which no window tells, such as one that does sums with `now` or waits
    /// for what does not happen, it is known for 31 days at most: then it is no later than that, though nothing may ever change.
    /// Where time has a part that cannot be followed, such as in a host function that is not pure, it is the next microsecond.
    #[must_use]
    pub fn next_change(&self) -> Option<DateTime> {
        DateTime::from_micros(self.next)
    }
}

/// Two are equal when they are of the same segments, at the same time.
impl PartialEq for Membership {
    fn eq(&self, other: &Self) -> bool {
        let of = |it: &Self| (it.zone, it.at, it.next);
        self.content == other.content && of(self) == of(other) && self.iter().eq(other.iter())
    }
}

impl Eq for Membership {}

/// The positions of the segments, and when that may change.
impl fmt::Debug for Membership {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Membership")
            .field("segments", &self.iter().collect::<Vec<_>>())
            .field("next_change", &self.next_change().map(|it| it.to_string()))
            .finish_non_exhaustive()
    }
}

/// How it is stored.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    definitions: Arc<str>,
    at: DateTime,
    zone: String,
    next: Option<DateTime>,
    segments: Vec<u32>,
}

/// More segments than that are none that anybody compiled.
const MOST: u32 = 1 << 24;

impl Serialize for Membership {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let instant = |micros| DateTime::from_micros(micros);
        let stored = Stored {
            definitions: Arc::clone(&self.content),
            at: instant(self.at).ok_or_else(|| serde::ser::Error::custom("no instant"))?,
            zone: self.zone.name().to_owned(),
            next: instant(self.next),
            segments: self.iter().filter_map(|it| u32::try_from(it).ok()).collect(),
        };
        stored.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Membership {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let stored = Stored::deserialize(deserializer)?;
        let zone = Zone::named(&stored.zone).map_err(de::Error::custom)?;
        let last = stored.segments.iter().copied().max();
        if last.is_some_and(|it| it >= MOST) {
            return Err(de::Error::custom("there are not so many segments"));
        }
        let mut words = vec![0; last.map_or(0, |it| it as usize / 64 + 1)];
        for segment in &stored.segments {
            bits::insert(&mut words, *segment as usize);
        }
        Ok(Self {
            content: stored.definitions,
            zone,
            at: stored.at.micros(),
            next: stored.next.map_or(NEVER, DateTime::micros),
            words: words.into(),
        })
    }
}
