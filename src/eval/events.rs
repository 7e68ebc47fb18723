//! Counts and sums over the customer's events in a window, where no [`Machine`](super::Machine) is needed.

use super::machine::of_slot;
use crate::{
    hir::AggregateKind,
    plan::{CollectionId, End, Kind, Node, Op, Program, Source, Target},
    record::{Row, Rows},
};

/// Tells whether a count or a sum of events lies in a range; nothing for tests that are about anything else.
#[inline(never)]
pub(super) fn of_events<'a, R: Row<'a>>(
    program: &'a Program,
    op: &Op,
    customer: R,
    moments: &[i64],
) -> Option<bool> {
    match *op {
        Op::Count { items, low, high } => {
            let events = Events::of(program, items, customer, moments)?;
            Some(events.counts(low, high))
        }
        Op::Value { node, low, high } => {
            let Node::Aggregate {
                kind: AggregateKind::Sum,
                of: of @ (Kind::Int | Kind::Decimal),
                value,
                items,
            } = program.nodes[node.0 as usize]
            else {
                return None;
            };
            let Node::Slot { place, .. } = program.nodes[value.0 as usize] else {
                return None;
            };
            if place.row != program.collections[items.0 as usize].row {
                return None;
            }
            let events = Events::of(program, items, customer, moments)?;
            let total = i64::try_from(events.sum(place.slot, of));
            Some(total.is_ok_and(|it| low <= it && it <= high))
        }
        _ => None,
    }
}

/// The events of a type from one instant up to, but not including, another.
struct Events<'e, 'a, C> {
    program: &'a Program,
    rows: C,
    from: i64,
    to: i64,
    /// A condition about slots of the event and nothing else.
    filter: Option<Target>,
    moments: &'e [i64],
}

impl<'e, 'a, C: Rows<'a>> Events<'e, 'a, C> {
    /// Nothing for a collection whose ends are not the same for everyone, or whose filter looks at more than the event.
    #[inline]
    fn of<R: Row<'a, Rows = C>>(
        program: &'a Program,
        items: CollectionId,
        customer: R,
        moments: &'e [i64],
    ) -> Option<Self> {
        let collection = program.collections[items.0 as usize];
        let stretch = program.stretches[collection.stretch? as usize];
        let (Source::Events(event), End::Moment(from), End::Moment(to)) =
            (collection.source, stretch.from, stretch.to)
        else {
            return None;
        };
        let filter = match collection.filter {
            None => None,
            Some(filter) => {
                let block = program.blocks[filter.0 as usize];
                Some(block.of_slots.then_some(block.start)?)
            }
        };
        Some(Self {
            program,
            rows: customer.events(event),
            from: moments[from as usize],
            to: moments[to as usize],
            filter,
            moments,
        })
    }

    /// Whether there are so many. Without a filter one event tells whether there are as many as that: the one that stands as many
    /// places from the end.
    #[inline]
    fn counts(&self, low: i64, high: i64) -> bool {
        let rows = self.rows;
        if rows.end_before(self.from) {
            return low <= 0 && 0 <= high;
        }
        let number = |it: i64| usize::try_from(it.max(0)).unwrap_or(usize::MAX);
        // As soon as there are so many, it is clear.
        let enough = number(if high == i64::MAX { low } else { high + 1 });
        if self.filter.is_none() && rows.searchable() {
            let end = self.end();
            let at_least = |least: usize| least == 0 || least <= end && rows.at(end - least) >= self.from;
            return at_least(number(low)) && (high == i64::MAX || !at_least(enough));
        }
        let mut found = 0;
        self.each(|_| {
            found += 1;
            found < enough
        });
        let found = i64::try_from(found).unwrap_or(i64::MAX);
        low <= found && found <= high
    }

    /// The exact sum of an int or decimal property, of those that have it.
    #[inline]
    fn sum(&self, slot: u32, of: Kind) -> i128 {
        let rows = self.rows;
        if rows.end_before(self.from) {
            return 0;
        }
        if self.filter.is_none() && rows.searchable() {
            let end = self.end();
            let start = if self.from == i64::MIN {
                0
            } else {
                rows.before(end, self.from)
            };
            if let Some((total, _)) = rows.running_sum(slot, start..end) {
                return total;
            }
        }
        let mut total = 0_i128;
        self.each(|row| {
            let number = if of == Kind::Int {
                row.int(slot)
            } else {
                row.decimal(slot)
            };
            total += i128::from(number.unwrap_or(0));
            true
        });
        total
    }

    /// How many of the events, which stand in the order of time, come before the end of the window: mostly all.
    #[inline]
    fn end(&self) -> usize {
        let len = self.rows.len();
        if len == 0 || self.rows.at(len - 1) < self.to {
            len
        } else {
            self.rows.before(len, self.to)
        }
    }

    /// Goes through the events of the window that pass the filter, from the last to the first, as long as there is a wish to.
    /// Windows mostly ask for what is recent, and what is recent mostly stands last.
    #[inline]
    fn each(&self, mut visit: impl FnMut(C::Row) -> bool) {
        let rows = self.rows;
        let searchable = rows.searchable();
        let end = if searchable { self.end() } else { rows.len() };
        for index in (0..end).rev() {
            let at = rows.at(index);
            if at < self.from && searchable {
                break;
            }
            if at < self.from || at >= self.to {
                continue;
            }
            let row = rows.get(index);
            if self.accepts(row) && !visit(row) {
                break;
            }
        }
    }

    #[inline]
    fn accepts(&self, row: C::Row) -> bool {
        let Some(mut target) = self.filter else {
            return true;
        };
        while let Some(leaf) = self.program.leaves.get(target.0 as usize) {
            let holds = of_slot(self.program, &leaf.op, row, |number| {
                self.moments[number as usize]
            });
            target = if holds == Some(true) {
                leaf.then
            } else {
                leaf.otherwise
            };
        }
        target == Target::TRUE
    }
}
