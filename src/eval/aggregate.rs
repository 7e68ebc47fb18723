//! Counting, summing and choosing among events and the items of lists.

use std::cmp::Ordering;

use super::{
    frame::{Frame, FrameRows},
    machine::{Datum, Machine, count, key, read},
};
use crate::{
    hir::{AggregateKind, Place, Source},
    plan::{Collection, CollectionId, Kind, Node, NodeId},
    record::{Row, Rows},
    value::{Decimal, ValueRef, compare, number},
};

/// Which positions of the rows to look at.
#[derive(Clone, Copy, Debug)]
struct Reach {
    from: usize,
    to: usize,
    /// For events that do not stand in the order of time: each has to be asked whether it lies in here.
    times: Option<(i64, i64)>,
}

/// The items of a collection that a template's loop goes through.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Walk {
    items: CollectionId,
    start: usize,
    len: usize,
}

/// Does something with the rows of a collection, of whatever type they are; `$wrap` makes a row an item in scope.
macro_rules! with_rows {
    ($machine:ident, $source:expr, |$rows:ident, $wrap:ident| $work:expr, $none:expr) => {
        match $source {
            Source::Events(event) => {
                let ($rows, $wrap) = ($machine.customer.events(event), Frame::<'a, R>::Item);
                $work
            }
            Source::List(Place { row: 0, slot }) => match $machine.customer.list(slot) {
                Some($rows) => {
                    let $wrap = Frame::<'a, R>::Item;
                    $work
                }
                None => $none,
            },
            Source::List(place) => match $machine.item_list(place) {
                Some($rows) => {
                    let $wrap = |frame: Frame<'a, R>| frame;
                    $work
                }
                None => $none,
            },
        }
    };
}

impl<'a, R: Row<'a>> Machine<'a, '_, R> {
    /// Tells whether the number of items lies in a range; stops as soon as that is clear.
    #[inline]
    pub(super) fn count_within(&mut self, items: CollectionId, low: i64, high: i64) -> bool {
        let collection = self.program.collections[items.0 as usize];
        let enough = if high == i64::MAX {
            low
        } else {
            high.saturating_add(1)
        };
        let enough = usize::try_from(enough).unwrap_or(usize::MAX);
        let found = with_rows!(
            self,
            collection.source,
            |rows, wrap| self.count_up_to(collection, rows, wrap, enough),
            0
        );
        let found = i64::try_from(found).unwrap_or(i64::MAX);
        low <= found && found <= high
    }

    pub(super) fn count(&mut self, items: CollectionId) -> usize {
        let collection = self.program.collections[items.0 as usize];
        with_rows!(
            self,
            collection.source,
            |rows, wrap| self.count_up_to(collection, rows, wrap, usize::MAX),
            0
        )
    }

    /// The number of items, or `enough` when there are at least so many.
    #[inline]
    fn count_up_to<C: Rows<'a>>(
        &mut self,
        collection: Collection,
        rows: C,
        wrap: impl Fn(C::Row) -> Frame<'a, R>,
        enough: usize,
    ) -> usize {
        let reach = self.reach(collection, rows, false);
        if collection.filter.is_none() && reach.times.is_none() {
            return reach.to.saturating_sub(reach.from).min(enough);
        }
        let mut found = 0;
        self.scoped(collection.row, |this| {
            // Windows mostly ask for what is recent, and what is recent mostly stands last.
            for index in (reach.from..reach.to).rev() {
                if found == enough {
                    break;
                }
                found += usize::from(this.accepts(collection, reach, rows, index, &wrap));
            }
        });
        found
    }

    /// The value of an aggregate of something of each item.
    pub(super) fn aggregate(
        &mut self,
        kind: AggregateKind,
        of: Kind,
        value: NodeId,
        items: CollectionId,
    ) -> Option<Datum<'a>> {
        let collection = self.program.collections[items.0 as usize];
        let over = Over {
            kind,
            of,
            value,
            collection,
        };
        with_rows!(
            self,
            collection.source,
            |rows, wrap| self.aggregate_over(over, rows, wrap),
            { Tally::default().result(kind, of).map(Datum::Plain) }
        )
    }

    fn aggregate_over<C: Rows<'a>>(
        &mut self,
        over: Over,
        rows: C,
        wrap: impl Fn(C::Row) -> Frame<'a, R>,
    ) -> Option<Datum<'a>> {
        let Over {
            kind,
            of,
            value,
            collection,
        } = over;
        let slot = match self.program.nodes[value.0 as usize] {
            Node::Slot { place, .. } if place.row == collection.row => Some(place.slot),
            _ => None,
        };
        let exact = matches!(of, Kind::Int | Kind::Decimal);
        let sums = matches!(kind, AggregateKind::Sum | AggregateKind::Avg);
        let ordered = matches!(kind, AggregateKind::First | AggregateKind::Last) || sums && of == Kind::Float;
        let reach = self.reach(collection, rows, ordered);
        if let (true, true, None, None, Some(slot)) = (exact, sums, collection.filter, reach.times, slot)
            && let Some((total, known)) = rows.running_sum(slot, reach.from..reach.to.max(reach.from))
        {
            let tally = Tally {
                total,
                known,
                ..Tally::default()
            };
            return tally.result(kind, of).map(Datum::Plain);
        }
        let sorted = (ordered && reach.times.is_some()).then(|| self.sort(reach, rows));
        let result = self.scoped(collection.row, |this| {
            let len = match sorted {
                Some(start) => this.scratch().order.len() - start,
                None => reach.to.saturating_sub(reach.from),
            };
            let mut tally = Tally::default();
            let mut best = None;
            let (numbers, spans) = (this.numbers(), this.spans());
            for step in 0..len {
                let step = if kind == AggregateKind::Last {
                    len - 1 - step
                } else {
                    step
                };
                let index = match sorted {
                    Some(start) => this.scratch().order[start + step] as usize,
                    None => reach.from + step,
                };
                if !this.accepts(collection, reach, rows, index, &wrap) {
                    continue;
                }
                let mark = this.mark();
                let datum = if let Some(slot) = slot {
                    read(rows.get(index), slot, of).map(Datum::Plain)
                } else {
                    this.frames.set(collection.row, Some(wrap(rows.get(index))));
                    this.eval(value)
                };
                match kind {
                    AggregateKind::First | AggregateKind::Last => {
                        best = datum;
                        break;
                    }
                    AggregateKind::Min | AggregateKind::Max => {
                        let side = if kind == AggregateKind::Min {
                            Ordering::Less
                        } else {
                            Ordering::Greater
                        };
                        best = match (best, datum) {
                            (Some(best), Some(next)) => Some(this.better(best, next, side)),
                            (best, next) => best.or(next),
                        };
                    }
                    AggregateKind::Distinct => {
                        if let Some(datum) = datum {
                            this.remember(datum);
                            tally.known += 1;
                        }
                    }
                    AggregateKind::Count | AggregateKind::Sum | AggregateKind::Avg | AggregateKind::Mode => {
                        if let Some(datum) = datum {
                            tally.add(this.resolve(datum));
                        }
                        this.release(mark);
                    }
                }
            }
            match kind {
                AggregateKind::First | AggregateKind::Last | AggregateKind::Min | AggregateKind::Max => best,
                AggregateKind::Distinct => Some(Datum::Plain(count(this.different(
                    of,
                    tally.known,
                    numbers,
                    spans,
                )))),
                _ => tally.result(kind, of).map(Datum::Plain),
            }
        });
        if let Some(start) = sorted {
            self.scratch().order.truncate(start);
        }
        result
    }

    /// Goes through the items in order, events by time: as many as `limit`.
    pub(crate) fn open(&mut self, items: CollectionId, limit: usize) -> Walk {
        let collection = self.program.collections[items.0 as usize];
        let start = self.scratch().order.len();
        with_rows!(
            self,
            collection.source,
            |rows, wrap| self.collect(collection, rows, wrap, limit),
            ()
        );
        let len = self.scratch().order.len() - start;
        Walk { items, start, len }
    }

    /// Puts an item of a walk in scope, the first being 0; `false` when there are not so many.
    pub(crate) fn enter(&mut self, walk: Walk, index: usize) -> bool {
        if index >= walk.len {
            return false;
        }
        let collection = self.program.collections[walk.items.0 as usize];
        let Some(position) = self.scratch().order.get(walk.start + index).copied() else {
            return false;
        };
        let position = position as usize;
        let frame = with_rows!(
            self,
            collection.source,
            |rows, wrap| Some(wrap(rows.get(position))),
            None
        );
        self.frames.set(collection.row, frame);
        true
    }

    /// Ends a walk; those opened later must have ended before.
    pub(crate) fn leave(&mut self, walk: Walk) {
        let collection = self.program.collections[walk.items.0 as usize];
        self.frames.set(collection.row, None);
        self.scratch().order.truncate(walk.start);
    }

    /// Puts an item in scope, or takes it out: for rows that are not of the customer.
    pub(crate) fn place(&mut self, row: u8, frame: Option<Frame<'a, R>>) {
        self.frames.set(row, frame);
    }

    /// Looks at the values of a list of plain values until `work` has seen enough; `false` when the list is missing.
    pub(crate) fn each_in_list(
        &self,
        list: Place,
        kind: Kind,
        mut work: impl FnMut(ValueRef<'a>) -> bool,
    ) -> bool {
        with_rows!(
            self,
            Source::List(list),
            |rows, _wrap| {
                let mut values = (0..rows.len()).filter_map(|index| read(rows.get(index), 0, kind));
                let _ = values.all(&mut work);
                true
            },
            false
        )
    }

    fn collect<C: Rows<'a>>(
        &mut self,
        collection: Collection,
        rows: C,
        wrap: impl Fn(C::Row) -> Frame<'a, R>,
        limit: usize,
    ) {
        let reach = self.reach(collection, rows, true);
        if reach.times.is_none() {
            self.scoped(collection.row, |this| {
                let mut left = limit;
                for index in reach.from..reach.to {
                    if left == 0 {
                        break;
                    }
                    if this.accepts(collection, reach, rows, index, &wrap) {
                        this.scratch().order.push(narrow(index));
                        left -= 1;
                    }
                }
            });
            return;
        }
        let start = self.sort(reach, rows);
        self.scoped(collection.row, |this| {
            let mut kept = start;
            for place in start..this.scratch().order.len() {
                let index = this.scratch().order[place];
                if kept - start == limit {
                    break;
                }
                if this.accepts(collection, reach, rows, index as usize, &wrap) {
                    this.scratch().order[kept] = index;
                    kept += 1;
                }
            }
            this.scratch().order.truncate(kept);
        });
    }

    /// Where the events of the collection's stretch of time lie; all rows of a list.
    ///
    /// Events that stand in no known order are asked one by one, unless who asks needs them `in_order`: then it is worth
    /// finding out whether they are sorted.
    #[inline]
    fn reach<C: Rows<'a>>(&mut self, collection: Collection, rows: C, in_order: bool) -> Reach {
        let len = rows.len();
        let Some(stretch) = collection.stretch else {
            return Reach {
                from: 0,
                to: len,
                times: None,
            };
        };
        let Some((from, to)) = self.stretch(stretch).filter(|(from, to)| len > 0 && from < to) else {
            return Reach {
                from: 0,
                to: 0,
                times: None,
            };
        };
        let sorted = if in_order {
            rows.sorted()
        } else {
            rows.searchable()
        };
        if !sorted {
            return Reach {
                from: 0,
                to: len,
                times: Some((from, to)),
            };
        }
        let end = if rows.at(len - 1) < to {
            len
        } else {
            first(rows, len, to)
        };
        let start = if from == i64::MIN {
            0
        } else {
            first(rows, end, from)
        };
        Reach {
            from: start,
            to: end,
            times: None,
        }
    }

    #[inline]
    fn accepts<C: Rows<'a>>(
        &mut self,
        collection: Collection,
        reach: Reach,
        rows: C,
        index: usize,
        wrap: &impl Fn(C::Row) -> Frame<'a, R>,
    ) -> bool {
        if let Some((from, to)) = reach.times
            && !(from..to).contains(&rows.at(index))
        {
            return false;
        }
        let Some(filter) = collection.filter else {
            return true;
        };
        let block = self.program.blocks[filter.0 as usize];
        let row = rows.get(index);
        if !block.closed {
            self.frames.set(collection.row, Some(wrap(row)));
        }
        self.run(block.start, row)
    }

    /// Works with items in scope as row number `row`, and puts back what was in scope there.
    #[inline]
    fn scoped<T>(&mut self, row: u8, work: impl FnOnce(&mut Self) -> T) -> T {
        let outer = self.frames.get(row);
        let result = work(self);
        self.frames.set(row, outer);
        result
    }

    /// Pushes the positions of the events in reach, in the order of time, those of one time as they stand.
    fn sort<C: Rows<'a>>(&mut self, reach: Reach, rows: C) -> usize {
        let order = &mut self.scratch().order;
        let start = order.len();
        let (from, to) = reach.times.unwrap_or((i64::MIN, i64::MAX));
        let inside = (reach.from..reach.to).filter(|index| (from..to).contains(&rows.at(*index)));
        order.extend(inside.map(narrow));
        // Sorted in place: a stable sort would ask for memory.
        order[start..].sort_unstable_by_key(|index| (rows.at(*index as usize), *index));
        start
    }

    /// Remembers a value for counting the different ones.
    fn remember(&mut self, datum: Datum<'a>) {
        if let Some(key) = key(self.resolve(datum)) {
            self.scratch().numbers.push(key);
            return;
        }
        match (datum, self.resolve(datum)) {
            (Datum::Made(start, end), _) => self.scratch().spans.push((start, end)),
            (_, ValueRef::Text(_)) => {
                self.draft(|this, draft| {
                    if let ValueRef::Text(text) = this.resolve(datum) {
                        draft.push_str(text);
                    }
                });
                let scratch = self.scratch();
                let made = scratch.commit();
                scratch.spans.push((made.start, made.end));
            }
            (_, ValueRef::Bool(it)) => self.scratch().numbers.push(it.into()),
            _ => {}
        }
    }

    /// How many different values were remembered since; forgets them.
    fn different(&mut self, of: Kind, known: usize, numbers: usize, spans: usize) -> usize {
        let scratch = self.scratch();
        match of {
            // Places are not compared: each counts.
            Kind::Geo => known,
            Kind::Text => {
                let text = &scratch.text;
                let of = |span: &(usize, usize)| text.get(span.0..span.1).unwrap_or_default();
                let found = &mut scratch.spans[spans..];
                found.sort_unstable_by(|a, b| of(a).cmp(of(b)));
                let different = found.chunk_by(|a, b| of(a) == of(b)).count();
                scratch.spans.truncate(spans);
                different
            }
            _ => {
                let found = &mut scratch.numbers[numbers..];
                found.sort_unstable();
                let different = found.chunk_by(|a, b| a == b).count();
                scratch.numbers.truncate(numbers);
                different
            }
        }
    }

    fn numbers(&mut self) -> usize {
        self.scratch().numbers.len()
    }

    fn spans(&mut self) -> usize {
        self.scratch().spans.len()
    }

    /// How many items a list has, unless it is missing.
    pub(crate) fn list_size(&self, list: Place) -> Option<usize> {
        with_rows!(self, Source::List(list), |rows, _wrap| Some(rows.len()), None)
    }

    pub(super) fn any_in_list(&self, list: Place, kind: Kind, wanted: ValueRef<'_>) -> bool {
        with_rows!(
            self,
            Source::List(list),
            |rows, _wrap| has(rows, kind, wanted),
            false
        )
    }

    fn item_list(&self, place: Place) -> Option<FrameRows<'a, R>> {
        self.frames.get(place.row)?.list(place.slot)
    }
}

/// What is asked of an aggregate.
#[derive(Clone, Copy)]
struct Over {
    kind: AggregateKind,
    of: Kind,
    value: NodeId,
    collection: Collection,
}

/// Sums, exact and in the order given.
#[derive(Clone, Copy, Debug, Default)]
struct Tally {
    total: i128,
    float: f64,
    known: usize,
}

impl Tally {
    fn add(&mut self, value: ValueRef<'_>) {
        self.known += 1;
        match value {
            ValueRef::Int(it) => self.total += i128::from(it),
            ValueRef::Decimal(it) => self.total += i128::from(it.units()),
            ValueRef::Float(it) => self.float += it,
            _ => {}
        }
    }

    /// The value of `count`, `sum`, `avg` or `distinct`; nothing for the others, as over no items.
    fn result(self, kind: AggregateKind, of: Kind) -> Option<ValueRef<'static>> {
        match (kind, of) {
            (AggregateKind::Count | AggregateKind::Distinct, _) => Some(count(self.known)),
            (AggregateKind::Sum, Kind::Int) => i64::try_from(self.total).ok().map(ValueRef::Int),
            (AggregateKind::Sum, Kind::Decimal) => i64::try_from(self.total)
                .ok()
                .map(|units| ValueRef::Decimal(Decimal::from_units(units))),
            (AggregateKind::Sum, Kind::Float) => number::finite(self.float),
            (AggregateKind::Avg, _) if self.known == 0 => None,
            (AggregateKind::Avg, Kind::Int | Kind::Decimal) => {
                let scale = if of == Kind::Int {
                    i128::from(Decimal::SCALE)
                } else {
                    1
                };
                let known = i128::try_from(self.known).ok()?;
                Decimal::from_ratio(self.total * scale, known).map(ValueRef::Decimal)
            }
            #[expect(clippy::cast_precision_loss, reason = "no collection has 2^53 items")]
            (AggregateKind::Avg, Kind::Float) => number::finite(self.float / self.known as f64),
            _ => None,
        }
    }
}

fn has<'a, C: Rows<'a>>(rows: C, kind: Kind, wanted: ValueRef<'_>) -> bool {
    (0..rows.len()).any(|index| read(rows.get(index), 0, kind).is_some_and(|it| compare::equal(it, wanted)))
}

/// The first of the first `len` events that is not before a time.
#[inline]
fn first<'a, C: Rows<'a>>(rows: C, len: usize, time: i64) -> usize {
    let (mut low, mut high) = (0, len);
    while low < high {
        let middle = low + (high - low) / 2;
        if rows.at(middle) < time {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    low
}

/// A position among the events of one customer.
fn narrow(index: usize) -> u32 {
    u32::try_from(index).expect("a customer has fewer than 2^32 events")
}
