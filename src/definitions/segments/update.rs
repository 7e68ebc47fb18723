//! Memberships are made, and kept up to date as things happen.

use std::{
    cell::{Cell, OnceCell},
    sync::Arc,
};

use super::{
    ChangedError, Changes, Membership, SegmentSet, Segments, What,
    watch::{Affected, Watch},
};
use crate::{
    bits,
    definitions::SchemaMismatch,
    eval::{self, At, ChangePlan, Dues, Instants, NEVER},
    record::{BoundRow, Customer, Record, Row},
    value::DateTime,
};

thread_local! {
    /// Memory that serves one customer after the other.
    static IDLE: Cell<Option<Box<Work>>> = const { Cell::new(None) };
}

#[derive(Default)]
struct Work {
    affected: Affected,
    found: SegmentSet,
}

impl<R> Segments<R> {
    fn watch(&self) -> &Watch {
        let (selection, inner) = (&self.selection, &self.inner);
        selection.watch.get_or_init(|| Watch::of(selection, inner))
    }

    fn entered<'a>(
        &'a self,
        customer: impl Row<'a>,
        at: &'a At,
        instants: &'a OnceCell<Instants>,
    ) -> Membership {
        let (watch, now) = (self.watch(), at.now().micros());
        let mut found = SegmentSet::new();
        self.find(customer, at, &mut found);
        let mut dues = Dues::new(&self.inner.planned.program, customer, at, now);
        let next = watch.clocks.iter().map(|timed| dues.of(timed.clock)).min();
        let each = bits::positions(&watch.lost).map(|it| self.certain_until(it, customer, at, instants));
        Membership {
            content: Arc::clone(&watch.content),
            zone: at.zone(),
            at: now,
            next: instant_or_never(each.fold(next.unwrap_or(NEVER), i64::min)),
            words: found.words.into(),
        }
    }

    /// Until when it is certain whether a segment holds of which no clock tells.
    fn certain_until<'a>(
        &'a self,
        position: usize,
        customer: impl Row<'a>,
        at: &At,
        instants: &'a OnceCell<Instants>,
    ) -> i64 {
        let (module, index) = (&self.inner.module, self.selection.order[position]);
        let condition = &module.segments[index].condition;
        let plan = self.inner.change_plans[index].get_or_init(|| ChangePlan::of(module, condition));
        let edges = self.inner.limits.edges;
        let instants = instants.get_or_init(Instants::new);
        eval::certain_until((module, plan, condition), customer, at, instants, edges)
    }

    fn update<'a>(
        &'a self,
        customer: impl Row<'a>,
        what: &What,
        at: &'a At,
        instants: &'a OnceCell<Instants>,
        membership: &mut Membership,
    ) -> Result<Changes, ChangedError> {
        let watch = self.watch();
        // One that was made here has the same text, and not only an equal one: it need not be read.
        if !Arc::ptr_eq(&membership.content, &watch.content) {
            if membership.content != watch.content || !membership.fits(self.len()) {
                return Err(ChangedError::OtherSegments);
            }
            membership.content = Arc::clone(&watch.content);
        }
        let mut work = IDLE.with(Cell::take).unwrap_or_default();
        let told = watch.tell(what, &mut work.affected);
        let changes = told.map(|()| self.update_with(&mut work, customer, at, instants, membership));
        IDLE.with(|idle| idle.set(Some(work)));
        Ok(changes?)
    }

    /// Asks the segments that were affected, and those that time may have turned since the membership was brought up to date.
    fn update_with<'a>(
        &'a self,
        work: &mut Work,
        customer: impl Row<'a>,
        at: &'a At,
        instants: &'a OnceCell<Instants>,
        membership: &mut Membership,
    ) -> Changes {
        let (watch, program) = (self.watch(), &self.inner.planned.program);
        let (then, now) = (membership.at, at.now().micros());
        let Work { affected, found } = work;
        let Affected {
            segments: asked,
            clocks,
        } = affected;
        let mut dues = Dues::new(program, customer, at, now);
        let mut next;
        if at.zone() != membership.zone || now < then {
            if at.zone() == membership.zone {
                bits::unite(asked, &watch.timed);
            } else {
                // Days and hours are others there, also of what no time can change.
                asked.fill(u64::MAX);
            }
            let each = watch.clocks.iter().map(|timed| dues.of(timed.clock));
            next = each.fold(NEVER, i64::min);
        } else if now < membership.next {
            // What did not change turns no earlier than was known before.
            let each = bits::positions(clocks).map(|index| dues.of(watch.clocks[index].clock));
            next = each.fold(membership.next, i64::min);
        } else {
            bits::unite(asked, &watch.lost);
            next = NEVER;
            let mut since = Dues::new(program, customer, at, then);
            for (index, timed) in watch.clocks.iter().enumerate() {
                // Whoever goes by a clock that was affected is asked already.
                let is_affected = bits::contains(clocks, index);
                let due = if is_affected { now } else { since.of(timed.clock) };
                if due <= now {
                    bits::unite(asked, &timed.segments);
                    next = next.min(dues.of(timed.clock));
                } else {
                    next = next.min(due);
                }
            }
        }
        found.words.clear();
        found.words.extend_from_slice(asked);
        if asked.iter().any(|it| *it != 0) {
            self.find_among(customer, at, found);
        }
        for position in bits::positions(&watch.lost).filter(|it| bits::contains(asked, *it)) {
            next = next.min(self.certain_until(position, customer, at, instants));
        }
        membership.next = instant_or_never(next);
        (membership.at, membership.zone) = (now, at.zone());
        membership.take(asked, &found.words)
    }
}

impl Membership {
    /// Whether it has no more segments than there are.
    fn fits(&self, segments: usize) -> bool {
        let last = self.words.iter().rposition(|word| *word != 0);
        last.is_none_or(|last| last * 64 + 64 - self.words[last].leading_zeros() as usize <= segments)
    }

    /// Takes what was found for those that were asked.
    fn take(&mut self, asked: &[u64], found: &[u64]) -> Changes {
        if self.words.len() != asked.len() {
            let mut words = self.words.to_vec();
            words.resize(asked.len(), 0);
            self.words = words.into();
        }
        let mut changes = Changes::default();
        let words = self.words.iter_mut().zip(asked.iter().zip(found));
        for (index, (word, (asked, found))) in words.enumerate() {
            let (old, new) = (*word, *word & !asked | found);
            if new != old {
                let positions = |word| bits::ones(word).map(|bit| index * 64 + bit);
                changes.entered.extend(positions(new & !old));
                changes.left.extend(positions(old & !new));
                *word = new;
            }
        }
        changes
    }
}

/// What lies behind the calendar never comes.
fn instant_or_never(micros: i64) -> i64 {
    DateTime::from_micros(micros).map_or(NEVER, DateTime::micros)
}

impl Segments {
    /// Finds the segments that `customer` is in at `at`, and when time alone may change that: where a service begins.
    ///
    /// Takes the time that [`matching`](Self::matching) does, and for each window of the segments a search among her events.
    ///
    /// # Panics
    ///
    /// When the customer was loaded for another schema.
    ///
    /// # Example
    ///
    /// ```
    /// # use audience::{Definitions, Zone};
    /// let shop = Definitions::parse(
    ///     "customer { id: string key, member_until: date }
    ///      segment members = member_until >= today",
    /// )?;
    /// let ana = shop.customer_from_json(r#"{"id": "ana", "member_until": "2026-06-30"}"#)?;
    /// let at = shop.at("2026-06-01T12:00:00Z".parse()?, &Zone::UTC);
    /// let membership = shop.segments().enter(&ana, &at);
    /// assert!(membership.contains(0));
    /// // Where days count, she is looked at when the day is over.
    /// assert_eq!(membership.next_change(), Some("2026-06-02T00:00:00Z".parse()?));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn enter(&self, customer: &Customer, at: &At) -> Membership {
        assert!(customer.fits(&self.inner.shape), "{SchemaMismatch}");
        self.entered(customer, at, &OnceCell::new())
    }

    /// Brings a membership up to date after something happened, or after some time: asks only the segments that read `what` has
    /// changed, and those that time may have turned since. Tells which she entered and left.
    ///
    /// `customer` is how she is now. What has changed since the membership was brought up to date last has to be told, all of it: an
    /// attribute that changed without a word is noticed by the segments that are asked for another reason, and by no others. Time may
    /// pass without being told. In another zone all segments are asked, and at an earlier instant than before all that time may turn.
    ///
    /// Takes time proportional to the segments that are asked, and for each window that has to be looked at a search among her events.
    ///
    /// # Errors
    ///
    /// There is no such attribute, event or catalogue, or the membership was made for other segments. Then nothing has changed.
    ///
    /// # Panics
    ///
    /// When the customer was loaded for another schema.
    ///
    /// # Example
    ///
    /// ```
    /// # use audience::{Definitions, What, Zone};
    /// let shop = Definitions::parse(
    ///     "customer { id: string key, orders: int, total_spent: decimal }
    ///      segment loyal = orders >= 10
    ///      segment big   = total_spent > 1000",
    /// )?;
    /// let (segments, loader) = (shop.segments(), shop.loader());
    /// let at = shop.at("2026-06-01T12:00:00Z".parse()?, &Zone::UTC);
    /// let ana = shop.customer_from_json(r#"{"id": "ana", "orders": 9, "total_spent": 950}"#)?;
    /// let mut membership = segments.enter(&ana, &at);
    ///
    /// let ana = loader.with_attribute(&ana, "orders", "10")?;
    /// let ana = loader.with_attribute(&ana, "total_spent", "975.5")?;
    /// let what = What::attribute("orders").and(What::attribute("total_spent"));
    /// let changes = segments.changed(&ana, &what, &at, &mut membership)?;
    /// assert_eq!((changes.entered, changes.left), (vec![0], vec![]));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn changed(
        &self,
        customer: &Customer,
        what: &What,
        at: &At,
        membership: &mut Membership,
    ) -> Result<Changes, ChangedError> {
        assert!(customer.fits(&self.inner.shape), "{SchemaMismatch}");
        self.update(customer, what, at, &OnceCell::new(), membership)
    }
}

impl<R: Record> Segments<R> {
    /// Finds the segments that `record` is in at `at`, and when time alone may change that, as for a loaded customer.
    ///
    /// ```
    /// # use audience::{Definitions, What, Zone};
    /// struct Client { name: String, orders: i64 }
    /// audience::record! { impl Record for Client { id: |c| c.name.as_str(), orders: |c| c.orders } }
    ///
    /// let shop = Definitions::parse("customer { id: string key, orders: int }  segment loyal = orders >= 10")?;
    /// let at = shop.at("2026-06-01T00:00:00Z".parse()?, &Zone::UTC);
    /// let segments = shop.bind::<Client>()?.segments();
    /// let mut ana = Client { name: "ana".into(), orders: 9 };
    /// let mut membership = segments.enter(&ana, &at);
    /// ana.orders += 1;
    /// let changes = segments.changed(&ana, &What::attribute("orders"), &at, &mut membership)?;
    /// assert_eq!(changes.entered, [0]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn enter(&self, record: &R, at: &At) -> Membership {
        self.entered(BoundRow::new(record, self.bound()), at, &OnceCell::new())
    }

    /// Brings a membership up to date after something happened, as for a loaded customer; [`enter`](Self::enter) has an example.
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
        self.update(row, what, at, &OnceCell::new(), membership)
    }
}
