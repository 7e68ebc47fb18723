//! Counts and sums over the customer's events in a window, where no [`Machine`](super::Machine) is needed.

use super::machine::of_slot;
use crate::{
    plan::{EventNumber, EventTest, Op, Program, Target},
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
    let test = EventTest::of(program, op)?;
    Some(holds(program, &test, customer, moments))
}

/// Tells whether a count or a sum of events lies in a range. Mostly it is clear from the last event that there are none.
#[inline]
pub(super) fn holds<'a, R: Row<'a>>(
    program: &'a Program,
    test: &EventTest,
    customer: R,
    moments: &[i64],
) -> bool {
    let rows = customer.events(test.event);
    if rows.end_before(moments[test.from as usize]) {
        return test.low <= 0 && 0 <= test.high;
    }
    is_number_in_range(program, test, rows, moments)
}

#[inline(never)]
fn is_number_in_range<'a>(
    program: &'a Program,
    test: &EventTest,
    rows: impl Rows<'a>,
    moments: &[i64],
) -> bool {
    let events = Events {
        program,
        rows,
        from: moments[test.from as usize],
        to: moments[test.to as usize],
        filter: test.filter,
        moments,
    };
    let (low, high) = (test.low, test.high);
    let total = match test.number {
        EventNumber::Count => return events.counts(low, high),
        EventNumber::Ints(slot) => events.sum(slot, Row::int),
        EventNumber::Decimals(slot) => events.sum(slot, Row::decimal),
    };
    i64::try_from(total).is_ok_and(|it| low <= it && it <= high)
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

impl<'a, C: Rows<'a>> Events<'_, 'a, C> {
    /// Whether there are so many. Without a filter one event tells whether there are as many as that: the one that stands as many
    /// places from the end.
    #[inline]
    fn counts(&self, low: i64, high: i64) -> bool {
        let rows = self.rows;
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

    /// The exact sum of a property that is read so, of those that have it.
    #[inline]
    fn sum(&self, slot: u32, read: impl Fn(C::Row, u32) -> Option<i64>) -> i128 {
        let rows = self.rows;
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
            total += i128::from(read(row, slot).unwrap_or(0));
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
