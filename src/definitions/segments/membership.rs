//! Which segments a customer is in, kept up to date as things happen.

use std::{cell::Cell, fmt};

use serde::{Deserialize, Serialize, de};

use super::{SegmentSet, Segments, watch::Watch};
use crate::{
    definitions::SchemaMismatch,
    diagnostic::suggest,
    error::UnknownName,
    eval::{self, At, ChangePlan, Instants, NEVER},
    plan::Clock,
    record::{BoundRow, Customer, Record, Row},
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
/// let segments = shop.segments();
/// let at = |time: &str| time.parse().map(|now| shop.at(now, &Zone::UTC));
/// let loader = shop.loader();
///
/// let now = at("2026-06-01T00:00:00Z")?;
/// let ana = shop.customer_from_json(r#"{"id": "ana", "country": "ES"}"#)?;
/// let mut membership = segments.enter(&ana, &now);
/// assert_eq!(membership.names(&segments).collect::<Vec<_>>(), ["spain"]);
///
/// // She buys something.
/// let now = at("2026-06-02T10:00:00Z")?;
/// let ana = loader.with_event(&ana, "purchases", r#"{"at": "2026-06-02T10:00:00Z", "amount": 5}"#)?;
/// let changes = segments.changed(&ana, &What::event("purchases"), &now, &mut membership)?;
/// assert_eq!((changes.entered, changes.left), (vec![1], vec![]));
///
/// // Nothing else happens: she has to be looked at in thirty days.
/// assert_eq!(membership.next_change(), Some("2026-07-02T10:00:00Z".parse()?));
/// let changes = segments.changed(&ana, &What::time(), &at("2026-07-02T10:00:01Z")?, &mut membership)?;
/// assert_eq!((changes.entered, changes.left), (vec![], vec![1]));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Membership {
    content: Box<str>,
    zone: Zone,
    at: i64,
    /// Nothing changes before; [`NEVER`] for never.
    next: i64,
    words: Box<[u64]>,
}

/// What has changed of a customer, or of what customers refer to.
///
/// ```
/// # use audience::What;
/// let order = What::event("purchases").and(What::attribute("total_spent")).and(What::attribute("cart"));
/// assert_eq!(format!("{order:?}"), r#"What { attributes: ["total_spent", "cart"], events: ["purchases"], catalogs: [] }"#);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct What {
    attributes: Vec<String>,
    events: Vec<String>,
    catalogs: Vec<String>,
}

/// Which segments a customer entered and left, by their positions in [`Segments`], in order.
///
/// ```
/// # use audience::{Definitions, What, Zone};
/// let shop = Definitions::parse("customer { id: string key, vip: bool }  segment vips = vip  segment others = not vip")?;
/// let segments = shop.segments();
/// let at = shop.at("2026-06-01T00:00:00Z".parse()?, &Zone::UTC);
/// let ana = shop.customer_from_json(r#"{"id": "ana", "vip": false}"#)?;
/// let mut membership = segments.enter(&ana, &at);
/// let ana = shop.customer_from_json(r#"{"id": "ana", "vip": true}"#)?;
/// let changes = segments.changed(&ana, &What::attribute("vip"), &at, &mut membership)?;
/// assert!(!changes.is_empty());
/// assert_eq!((changes.entered, changes.left), (vec![0], vec![1]));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Changes {
    /// Those that she is in now, and was not.
    pub entered: Vec<usize>,
    /// Those that she was in, and is no more.
    pub left: Vec<usize>,
}

/// Why a membership cannot be brought up to date.
///
/// ```
/// # use audience::{ChangedError, Definitions, What, Zone};
/// let shop = |rule: &str| Definitions::parse(&format!("customer {{ id: string key, orders: int }}  segment loyal = orders > {rule}"));
/// let (old, new) = (shop("5")?, shop("6")?);
/// let at = old.at("2026-06-01T00:00:00Z".parse()?, &Zone::UTC);
/// let ana = old.customer_from_json(r#"{"id": "ana", "orders": 6}"#)?;
/// let mut membership = old.segments().enter(&ana, &at);
/// let error = old.segments().changed(&ana, &What::attribute("order"), &at, &mut membership).unwrap_err();
/// assert_eq!(error.to_string(), "unknown attribute `order`; did you mean `orders`?");
/// let error = new.segments().changed(&ana, &What::attribute("orders"), &at, &mut membership).unwrap_err();
/// assert!(matches!(error, ChangedError::OtherSegments));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ChangedError {
    /// The schema has no such attribute, event or catalogue.
    #[error(transparent)]
    Unknown(#[from] UnknownName),
    /// The segments are not those that the membership was made for.
    #[error("the membership was made for other segments; make it anew with `Segments::enter`")]
    OtherSegments,
}

impl What {
    /// Nothing but the time.
    #[must_use]
    pub fn time() -> Self {
        Self::default()
    }

    /// An attribute, such as `country` or `consent.email`, or a whole record or list of them.
    #[must_use]
    pub fn attribute(path: impl Into<String>) -> Self {
        Self {
            attributes: vec![path.into()],
            ..Self::default()
        }
    }

    /// The events of a type: some came, or went.
    #[must_use]
    pub fn event(name: impl Into<String>) -> Self {
        Self {
            events: vec![name.into()],
            ..Self::default()
        }
    }

    /// The items of a catalogue, which the evaluation carries.
    #[must_use]
    pub fn catalog(name: impl Into<String>) -> Self {
        Self {
            catalogs: vec![name.into()],
            ..Self::default()
        }
    }

    /// All of both.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.attributes.extend(other.attributes);
        self.events.extend(other.events);
        self.catalogs.extend(other.catalogs);
        self
    }
}

impl Changes {
    /// Whether she is in the same segments as before.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entered.is_empty() && self.left.is_empty()
    }
}

impl Membership {
    /// Whether she is in the segment at that position.
    #[must_use]
    pub fn contains(&self, position: usize) -> bool {
        let word = self.words.get(position / 64);
        word.is_some_and(|word| word >> (position % 64) & 1 == 1)
    }

    /// The positions of the segments that she is in, in order.
    pub fn iter(&self) -> impl Iterator<Item = usize> {
        positions(&self.words)
    }

    /// The names of the segments that she is in, in order.
    pub fn names<'s, R>(&self, segments: &'s Segments<R>) -> impl Iterator<Item = &'s str> {
        self.iter().filter_map(|position| segments.name(position))
    }

    /// The earliest instant at which time alone may change it; nothing before, and perhaps nothing then either. `None` for never.
    ///
    /// A service looks at the customer again at that time, with [`What::time`].
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
    definitions: Box<str>,
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
            definitions: self.content.clone(),
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
            words[*segment as usize / 64] |= 1 << (segment % 64);
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

thread_local! {
    /// Memory that serves one customer after the other.
    static IDLE: Cell<Option<Box<Work>>> = const { Cell::new(None) };
}

#[derive(Default)]
struct Work {
    asked: Vec<u64>,
    found: SegmentSet,
}

impl<R> Segments<R> {
    fn watch(&self) -> &Watch {
        let (selection, inner) = (&self.selection, &self.inner);
        selection.watch.get_or_init(|| Watch::of(selection, inner))
    }

    fn entered<'a>(&'a self, customer: impl Row<'a>, at: &'a At, instants: &'a Instants) -> Membership {
        let watch = self.watch();
        let mut found = SegmentSet::new();
        self.find(customer, at, &mut found);
        let mut next = eval::due(&self.inner.planned.program, &watch.clocks, customer, at);
        for segment in positions(&watch.lost) {
            next = next.min(self.certain_until(segment, customer, at, instants));
        }
        Membership {
            content: watch.content.as_str().into(),
            zone: at.zone(),
            at: at.now().micros(),
            next: instant_or_never(next),
            words: found.words.into(),
        }
    }

    fn certain_until<'a>(
        &'a self,
        position: usize,
        customer: impl Row<'a>,
        at: &At,
        instants: &'a Instants,
    ) -> i64 {
        let (module, index) = (&self.inner.module, self.selection.order[position]);
        let condition = &module.segments[index].condition;
        let plan = self.inner.change_plans[index].get_or_init(|| ChangePlan::of(module, condition));
        eval::certain_until(
            (module, plan, condition),
            customer,
            at,
            instants,
            self.inner.limits.edges,
        )
    }

    fn update<'a>(
        &'a self,
        customer: impl Row<'a>,
        what: &What,
        at: &'a At,
        instants: &'a Instants,
        membership: &mut Membership,
    ) -> Result<Changes, ChangedError> {
        let watch = self.watch();
        if *membership.content != *watch.content {
            return Err(ChangedError::OtherSegments);
        }
        let mut work = IDLE.with(Cell::take).unwrap_or_default();
        let changes = self.update_with(&mut work, customer, what, at, instants, membership);
        IDLE.with(|idle| idle.set(Some(work)));
        changes
    }

    fn update_with<'a>(
        &'a self,
        work: &mut Work,
        customer: impl Row<'a>,
        what: &What,
        at: &'a At,
        instants: &'a Instants,
        membership: &mut Membership,
    ) -> Result<Changes, ChangedError> {
        let (watch, inner) = (self.watch(), &self.inner);
        let now = at.now().micros();
        let words = watch.timed.len();
        work.asked.clear();
        work.asked.resize(words, 0);
        watch.asked_by(what, &mut work.asked)?;
        let is_elsewhere = at.zone() != membership.zone;
        let due = now >= membership.next || now < membership.at || is_elsewhere;
        if is_elsewhere {
            // Days and hours are others there, also of what no time can change.
            work.asked.fill(u64::MAX);
        } else if due {
            add(&mut work.asked, &watch.timed);
        }
        let (asked, found) = (&work.asked, &mut work.found);
        found.words.clear();
        found.words.extend_from_slice(asked);
        if asked.iter().any(|it| *it != 0) {
            self.find_among(customer, at, found);
        }
        if membership.words.len() != words {
            let mut longer = membership.words.to_vec();
            longer.resize(words, 0);
            membership.words = longer.into();
        }
        let mut changes = Changes::default();
        for (word, (old, (asked, found))) in membership
            .words
            .iter_mut()
            .zip(asked.iter().zip(&found.words))
            .enumerate()
        {
            let new = *old & !asked | found;
            if new != *old {
                let (entered, left) = ([new & !*old], [*old & !new]);
                changes
                    .entered
                    .extend(positions(&entered).map(|it| word * 64 + it));
                changes.left.extend(positions(&left).map(|it| word * 64 + it));
                *old = new;
            }
        }
        let program = &inner.planned.program;
        let next = if due {
            eval::due(program, &watch.clocks, customer, at)
        } else {
            // What did not change turns no earlier than was known before.
            let clocks = watch.clocks.iter().filter(|it| watch.may_be_other(**it, what));
            membership.next.min(eval::due(program, clocks, customer, at))
        };
        let lost = watch.lost.iter().zip(asked).map(|(lost, asked)| lost & asked);
        let lost = lost.enumerate().filter(|(_, bits)| *bits != 0);
        let next = lost.fold(next, |next, (word, bits)| {
            let bits = [bits];
            let each = positions(&bits).map(|it| self.certain_until(word * 64 + it, customer, at, instants));
            each.fold(next, i64::min)
        });
        membership.next = instant_or_never(next);
        (membership.at, membership.zone) = (now, at.zone());
        Ok(changes)
    }
}

impl Watch {
    /// Adds the segments that read what has changed.
    fn asked_by(&self, what: &What, asked: &mut [u64]) -> Result<(), UnknownName> {
        for name in &what.attributes {
            let found = self.attributes.get(name);
            add(
                asked,
                found.ok_or_else(|| unknown("attribute", name, self.attributes.keys()))?,
            );
        }
        for name in &what.events {
            let found = self.events.get(name);
            add(
                asked,
                &found.ok_or_else(|| unknown("event", name, self.events.keys()))?.1,
            );
        }
        for name in &what.catalogs {
            let found = self.catalogs.get(name);
            add(
                asked,
                found.ok_or_else(|| unknown("catalog", name, self.catalogs.keys()))?,
            );
        }
        Ok(())
    }

    /// Whether a clock may tell another time than before.
    fn may_be_other(&self, clock: Clock, what: &What) -> bool {
        match clock {
            Clock::Today => false,
            Clock::Arrival { event } | Clock::Event { event, .. } => {
                let mut events = what.events.iter().filter_map(|name| self.events.get(name));
                events.any(|(changed, _)| *changed == event)
            }
            Clock::Value { .. } | Clock::Instant { .. } | Clock::Days { .. } => *what != What::default(),
        }
    }
}

fn unknown<'a>(kind: &'static str, name: &str, names: impl Iterator<Item = &'a String>) -> UnknownName {
    // Sorted, so that the same one is offered on every run.
    let mut names: Vec<&str> = names.map(String::as_str).collect();
    names.sort_unstable();
    UnknownName {
        kind,
        name: name.to_owned(),
        help: suggest::did_you_mean(name, names),
    }
}

/// What lies behind the calendar never comes.
fn instant_or_never(micros: i64) -> i64 {
    DateTime::from_micros(micros).map_or(NEVER, DateTime::micros)
}

fn add(asked: &mut [u64], more: &[u64]) {
    for (asked, more) in asked.iter_mut().zip(more) {
        *asked |= more;
    }
}

fn positions(words: &[u64]) -> impl Iterator<Item = usize> {
    words.iter().enumerate().flat_map(|(word, bits)| {
        let mut left = *bits;
        std::iter::from_fn(move || {
            let bit = (left != 0).then(|| left.trailing_zeros() as usize)?;
            left &= left - 1;
            Some(word * 64 + bit)
        })
    })
}

impl Segments {
    /// Finds the segments that `customer` is in at `at`, and when time alone may change that: where a service begins.
    ///
    /// Takes the time that [`matching`](Self::matching) does, and for each window of the segments a search among her events.
    ///
    /// # Panics
    ///
    /// When the customer was loaded for another schema.
    #[must_use]
    pub fn enter(&self, customer: &Customer, at: &At) -> Membership {
        assert!(customer.fits(&self.inner.shape), "{SchemaMismatch}");
        self.entered(customer, at, &Instants::new())
    }

    /// Brings a membership up to date after something happened, or after some time: asks only the segments that read `what` has
    /// changed and, if [`Membership::next_change`] has come, those that time alone may turn. Tells which she entered and left.
    ///
    /// `customer` is how she is now. What has changed since the membership was brought up to date last has to be told, all of it: an attribute that changed without
    /// a word is noticed by the segments that are asked for another reason, and by no others. Time may pass without being told. Another
    /// zone, or an earlier instant than before, is answered as if the time had come.
    ///
    /// # Errors
    ///
    /// There is no such attribute, event or catalogue, or the membership was made for other segments. Then nothing has changed.
    ///
    /// # Panics
    ///
    /// When the customer was loaded for another schema.
    pub fn changed(
        &self,
        customer: &Customer,
        what: &What,
        at: &At,
        membership: &mut Membership,
    ) -> Result<Changes, ChangedError> {
        assert!(customer.fits(&self.inner.shape), "{SchemaMismatch}");
        self.update(customer, what, at, &Instants::new(), membership)
    }
}

impl<R: Record> Segments<R> {
    /// Finds the segments that `record` is in at `at`, and when time alone may change that, as for a loaded customer.
    #[must_use]
    pub fn enter(&self, record: &R, at: &At) -> Membership {
        self.entered(BoundRow::new(record, self.bound()), at, &Instants::new())
    }

    /// Brings a membership up to date after something happened, as for a loaded customer.
    ///
    /// # Errors
    ///
    /// There is no such attribute, event or catalogue, or the membership was made for other segments. Then nothing has changed.
    pub fn changed(
        &self,
        record: &R,
        what: &What,
        at: &At,
        membership: &mut Membership,
    ) -> Result<Changes, ChangedError> {
        let row = BoundRow::new(record, self.bound());
        self.update(row, what, at, &Instants::new(), membership)
    }
}
