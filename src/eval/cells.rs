//! The beginning of a condition, a few tests side by side.
//!
//! There is no jump on the answer of the last ones: where they are the whole condition, the processor begins with the next customer
//! while the cells of this one are still on their way.

use super::{At, events, machine};
use crate::{
    plan::{Accepts, CellRange, CellTest, Cells, EventTest, Program, RANGES_AT_ONCE, Target},
    record::{self, Customer, Row},
};

/// So many tests are worked out before it is decided whether to go on.
const AT_ONCE: usize = 4;

/// Tells whether a condition holds that begins with these tests, and at this leaf where they cannot be asked.
#[inline]
pub(crate) fn test_cells<'a>(
    program: &'a Program,
    cells: &'a Cells,
    start: Target,
    customer: &'a Customer,
    at: &'a At,
) -> bool {
    let row = customer.cells();
    if cells.only_ranges {
        in_ranges(cells, row)
    } else if in_ranges(cells, row) {
        go_on(program, cells, start, customer, at)
    } else {
        false
    }
}

/// Most customers are out by their ranges; what comes after is no part of that loop.
#[inline(never)]
fn go_on<'a>(
    program: &'a Program,
    cells: &'a Cells,
    start: Target,
    customer: &'a Customer,
    at: &'a At,
) -> bool {
    test_beginning(program, cells, start, customer, at, |moments| {
        all_hold(&cells.tests, customer.cells(), cells, moments)
    })
}

/// Tells whether the beginning of a condition holds, which is given the moments, and then the rest.
#[inline]
pub(super) fn test_beginning<'a, R: Row<'a>>(
    program: &'a Program,
    cells: &'a Cells,
    start: Target,
    customer: R,
    at: &'a At,
    begins: impl FnOnce(&[i64]) -> bool,
) -> bool {
    let moments = if cells.in_time {
        at.resolved(&program.moments)
    } else {
        Some(&[][..])
    };
    let Some(moments) = moments else {
        return machine::test_from(program, customer, at, start);
    };
    let begins = begins(moments);
    if cells.events.is_empty() && cells.rest == Target::TRUE {
        return begins;
    }
    let go_on =
        |(test, negated): &(EventTest, bool)| events::holds(program, test, customer, moments) != *negated;
    begins
        && cells.events.iter().all(go_on)
        && (cells.rest == Target::TRUE || machine::test_from(program, customer, at, cells.rest))
}

#[inline]
fn in_ranges(cells: &Cells, row: record::Cells<'_>) -> bool {
    let known = row.known() & cells.known == cells.known;
    let mut all = known & in_each(&cells.ranges, row);
    for ranges in &cells.more_ranges {
        if !all {
            return false;
        }
        all = in_each(ranges, row);
    }
    all
}

#[inline]
fn in_each(ranges: &[CellRange; RANGES_AT_ONCE], row: record::Cells<'_>) -> bool {
    let mut all = true;
    for range in ranges {
        let cell = row.near(range.cell as usize);
        all &= cell.is_some_and(|cell| cell.wrapping_sub(range.low) <= range.span);
    }
    all
}

/// Tells whether of each part one test holds.
#[inline]
fn all_hold(tests: &[CellTest], row: record::Cells<'_>, cells: &Cells, moments: &[i64]) -> bool {
    let (mut all, mut any) = (true, false);
    for tests in tests.chunks(AT_ONCE) {
        for test in tests {
            any |= of_cell(cells, test, row, moments) ^ test.negated;
            all &= any | test.more;
            any &= test.more;
        }
        if !all {
            return false;
        }
    }
    true
}

#[inline(always)]
#[expect(
    clippy::inline_always,
    reason = "the loop over tests is where conditions spend their time"
)]
fn of_cell(cells: &Cells, test: &CellTest, row: record::Cells<'_>, moments: &[i64]) -> bool {
    let (Some(bits), Some(cell)) = (row.get(test.known as usize >> 6), row.get(test.cell as usize)) else {
        return false;
    };
    let known = bits >> (test.known & 63) & 1 == 1;
    let accepted = match test.accepts {
        Accepts::Range { low, span } => cell.wrapping_sub(low) <= span,
        Accepts::Window { from, to } => {
            let (from, to) = (moments[from as usize], moments[to as usize]);
            (from <= cell.cast_signed()) & (cell.cast_signed() < to)
        }
        Accepts::Words { mask } => {
            let word = u32::try_from(cell & u64::from(u32::MAX)).unwrap_or(u32::MAX);
            mask.checked_shr(word).unwrap_or(0) & 1 == 1
        }
        Accepts::Among { set } => cells.hashed[set as usize].has(cell),
    };
    known & accepted
}
