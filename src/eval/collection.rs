//! The items of a collection: which there are, how many, and each in its turn.

use super::{
    frame::{Frame, FrameRows, MadeLists, Places},
    machine::{Datum, Machine, is_among, read},
};
use crate::{
    hir::Place,
    plan::{Collection, CollectionId, Kind, Source, Spot},
    record::{Row, Rows},
    value::{ValueRef, compare},
};

/// Which positions of the rows to look at.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reach {
    pub(super) from: usize,
    pub(super) to: usize,
    /// For events that do not stand in the order of time: each has to be asked whether it lies in here.
    pub(super) times: Option<(i64, i64)>,
}

/// The items of a collection that a template's loop goes through.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Walk {
    items: CollectionId,
    /// Where their positions begin in the scratch; where nothing is asked of the items, they are those of the rows.
    start: Option<usize>,
    len: usize,
}

impl Walk {
    /// How many items there are.
    pub(crate) fn len(self) -> usize {
        self.len
    }
}

/// Does something with the rows of a collection, of whatever type they are; `$wrap` makes a row an item in scope.
macro_rules! with_rows {
    ($machine:ident, $source:expr, |$rows:ident, $wrap:ident| $work:expr, $none:expr) => {
        match $source {
            Source::Events(event) => {
                let ($rows, $wrap) = ($machine.customer.events(event), Frame::<'a, R>::Item);
                $work
            }
            Source::List(Spot::Row(Place { row: 0, slot })) => match $machine.customer.list(slot) {
                Some($rows) => {
                    let $wrap = Frame::<'a, R>::Item;
                    $work
                }
                None => $none,
            },
            Source::List(list) => match $machine.item_list(list) {
                Some($rows) => {
                    let $wrap = |frame: Frame<'a, R>| frame;
                    $work
                }
                None => $none,
            },
        }
    };
}

pub(super) use with_rows;

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

    /// Goes through the items in order, events by time: as many as `limit`.
    pub(crate) fn open(&mut self, items: CollectionId, limit: usize) -> Walk {
        let collection = self.program.collections[items.0 as usize];
        if collection.filter.is_none() && collection.stretch.is_none() {
            let len = with_rows!(self, collection.source, |rows, _wrap| rows.len(), 0);
            return Walk {
                items,
                start: None,
                len: len.min(limit),
            };
        }
        let start = self.scratch().order.len();
        with_rows!(
            self,
            collection.source,
            |rows, wrap| self.collect(collection, rows, wrap, limit),
            ()
        );
        let len = self.scratch().order.len() - start;
        Walk {
            items,
            start: Some(start),
            len,
        }
    }

    /// Puts an item of a walk in scope, the first being 0; `false` when there are not so many.
    pub(crate) fn enter(&mut self, walk: Walk, index: usize) -> bool {
        if index >= walk.len {
            return false;
        }
        let collection = self.program.collections[walk.items.0 as usize];
        let position = match walk.start {
            None => index,
            Some(start) => match self.scratch().order.get(start + index) {
                Some(position) => *position as usize,
                None => return false,
            },
        };
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
        if let Some(start) = walk.start {
            self.scratch().order.truncate(start);
        }
    }

    /// Puts an item in scope, or takes it out: for rows that are not of the customer.
    pub(crate) fn place(&mut self, row: u8, frame: Option<Frame<'a, R>>) {
        self.frames.set(row, frame);
    }

    /// The item that is in scope as this row.
    pub(crate) fn placed(&self, row: u8) -> Option<Frame<'a, R>> {
        self.frames.get(row)
    }

    /// Lends places for the rows of a template, see [`Frames::wanted`], and gives the lists that it makes theirs.
    pub(crate) fn lend(&mut self, places: Places<'a, R>, lists: MadeLists<'a, R>) {
        self.frames.lend(places, lists);
    }

    /// A list that a template made.
    pub(crate) fn made_list(&self, list: Spot) -> Option<&'a [Frame<'a, R>]> {
        let Spot::Row(list) = list else { return None };
        match self.frames.get(list.row)? {
            Frame::Lists(lists) => lists.get(list.slot as usize)?.get(),
            _ => None,
        }
    }

    /// Hands over the items of a list, one after the other; those of a list of plain values, whose kind is given, as
    /// values. `None` when the list is missing.
    pub(crate) fn items_of<T>(
        &mut self,
        list: Spot,
        kind: Option<Kind>,
        take: impl FnOnce(&mut dyn ExactSizeIterator<Item = Option<Frame<'a, R>>>) -> T,
    ) -> Option<T> {
        with_rows!(
            self,
            Source::List(list),
            |rows, wrap| {
                let mut items = (0..rows.len()).map(|index| match kind {
                    None => Some(wrap(rows.get(index))),
                    Some(kind) => read(rows.get(index), 0, kind).map(Frame::Value),
                });
                Some(take(&mut items))
            },
            None
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
    pub(super) fn reach<C: Rows<'a>>(&mut self, collection: Collection, rows: C, in_order: bool) -> Reach {
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
            rows.before(len, to)
        };
        let start = if from == i64::MIN {
            0
        } else {
            rows.before(end, from)
        };
        Reach {
            from: start,
            to: end,
            times: None,
        }
    }

    #[inline]
    pub(super) fn accepts<C: Rows<'a>>(
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
    pub(super) fn scoped<T>(&mut self, row: u8, work: impl FnOnce(&mut Self) -> T) -> T {
        let outer = self.frames.get(row);
        let result = work(self);
        self.frames.set(row, outer);
        result
    }

    /// Pushes the positions of the events in reach, in the order of time, those of one time as they stand.
    pub(super) fn sort<C: Rows<'a>>(&mut self, reach: Reach, rows: C) -> usize {
        let order = &mut self.scratch().order;
        let start = order.len();
        let (from, to) = reach.times.unwrap_or((i64::MIN, i64::MAX));
        let inside = (reach.from..reach.to).filter(|index| (from..to).contains(&rows.at(*index)));
        order.extend(inside.map(narrow));
        // Sorted in place: a stable sort would ask for memory.
        order[start..].sort_unstable_by_key(|index| (rows.at(*index as usize), *index));
        start
    }

    /// How many items a list has, unless it is missing.
    pub(crate) fn list_size(&mut self, list: Spot) -> Option<usize> {
        with_rows!(self, Source::List(list), |rows, _wrap| Some(rows.len()), None)
    }

    pub(super) fn any_in_list(&mut self, list: Spot, kind: Kind, wanted: Datum<'a>) -> bool {
        with_rows!(
            self,
            Source::List(list),
            |rows, _wrap| has(rows, kind, self.resolve(wanted)),
            false
        )
    }

    /// Whether a list of texts has one of a sorted set.
    pub(super) fn any_text_in_list(&mut self, list: Spot, set: &[Box<str>]) -> bool {
        with_rows!(
            self,
            Source::List(list),
            |rows, _wrap| (0..rows.len())
                .any(|index| rows.get(index).text(0).is_some_and(|it| is_among(it, set))),
            false
        )
    }

    /// The rows of a list that is not the customer's own.
    pub(super) fn item_list(&mut self, list: Spot) -> Option<FrameRows<'a, R>> {
        match list {
            Spot::Row(place) => self.frames.get(place.row)?.list(place.slot),
            Spot::Item { key, catalog, slot } => {
                let rows = self.item(key, catalog)?.fields().list(slot);
                rows.map(FrameRows::Parts)
            }
        }
    }
}

fn has<'a, C: Rows<'a>>(rows: C, kind: Kind, wanted: ValueRef<'_>) -> bool {
    (0..rows.len()).any(|index| read(rows.get(index), 0, kind).is_some_and(|it| compare::equal(it, wanted)))
}

/// A position among the events of one customer.
fn narrow(index: usize) -> u32 {
    u32::try_from(index).expect("a customer has fewer than 2^32 events")
}
