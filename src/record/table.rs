//! Rows of one layout as columns of 8-byte cells: what a customer, its lists and its events are kept in.

use std::{num::NonZeroUsize, ops::Range, sync::Arc};

use super::{Row, Rows};
use crate::{
    schema::Layout,
    value::{Geo, Type, text},
};

/// The values that do not fit into a cell. All tables of a customer share one.
#[derive(Clone, Debug, Default)]
pub(crate) struct Store {
    /// Every text, one after the other.
    pub(super) text: Box<str>,
    pub(super) places: Box<[Geo]>,
}

/// Some rows of one layout.
///
/// The cells begin with one bit per value, set where it is known, and go on with the values, column by column. A cell
/// holds a number, the place of a text in the [`Store`], a word's number, or the range of a list in the table of its
/// items, which all rows share. In a customer's own row the heads of its texts stand before the values, in the order of
/// [`Layout::heads`], and that of her key behind them.
// In this order, so that what every question begins with lies together.
#[derive(Clone, Debug)]
#[repr(C)]
pub(crate) struct Table {
    pub(super) cells: Box<[u64]>,
    /// Where the values begin.
    base: usize,
    pub(super) rows: usize,
    /// When the last event happened; the beginning of time where there is none, and of rows that are no events.
    last: i64,
    pub(super) layout: Arc<Layout>,
    /// The items of each list of the layout.
    pub(super) lists: Box<[Table]>,
    /// Where the running sums of events' numbers stand among the cells, behind the values: one more per number than there are rows,
    /// in the order of [`Slot::number`](crate::schema::Slot). Nothing when a value is missing or a sum on the way leaves 64 bits.
    totals: Option<NonZeroUsize>,
    /// Where the cells have no sums.
    sums: Option<Box<SumsBySlot>>,
}

type SumsBySlot = Box<[Option<RunningSums>]>;

/// The exact sums of a column's first 0, 1, 2 … values.
#[derive(Clone, Debug)]
struct RunningSums {
    totals: Totals,
    /// How many of those values are known, where some are missing.
    known: Option<Box<[u32]>>,
}

#[derive(Clone, Debug)]
enum Totals {
    Narrow(Box<[i64]>),
    /// Where a sum on the way leaves 64 bits.
    Wide(Box<[i128]>),
}

/// A row of a table.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TableRow<'a> {
    table: &'a Table,
    store: &'a Store,
    row: usize,
}

/// Consecutive rows of a table.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TableRows<'a> {
    table: &'a Table,
    store: &'a Store,
    start: usize,
    len: usize,
}

/// The cell of a text, or the range of a list: the start in the low half, the length in the high half.
pub(super) const fn span_cell(start: u32, len: u32) -> u64 {
    start as u64 | (len as u64) << 32
}

/// The mark of a word's number among cells of text: no text is that long.
const WORD: u64 = 1 << 63;

/// The cell of a word of an enumeration.
pub(super) const fn word_cell(word: u32) -> u64 {
    word as u64 | WORD
}

/// The longest text, and the largest number of rows in a table.
pub(super) const LARGEST: usize = (1 << 31) - 1;

#[expect(
    clippy::cast_possible_truncation,
    reason = "both halves of a cell have 32 bits"
)]
pub(super) const fn span_of(cell: u64) -> (usize, usize) {
    (cell as u32 as usize, (cell >> 32) as u32 as usize)
}

impl Store {
    /// The text of a cell; none for one that holds a word's number.
    pub(super) fn text_of(&self, cell: u64) -> Option<&str> {
        if cell & WORD == 0 { self.text(cell) } else { None }
    }

    #[inline]
    fn text(&self, cell: u64) -> Option<&str> {
        let (start, len) = span_of(cell);
        self.text.get(start..start + len)
    }
}

impl Table {
    /// What is known at that position, counting column by column.
    #[inline]
    pub(super) fn cell(&self, index: usize) -> Option<u64> {
        let bits = *self.cells.get(index >> 6)?;
        if bits >> (index & 63) & 1 == 0 {
            return None;
        }
        self.cells.get(self.base + index).copied()
    }

    /// How much room the cells of its rows, and of the items of its lists, take while they are loaded.
    pub(super) fn bytes(&self) -> usize {
        let own = self.rows * self.layout.slots.len() * size_of::<u64>();
        own + self.lists.iter().map(Self::bytes).sum::<usize>()
    }

    /// All rows.
    #[inline]
    pub(crate) fn rows<'a>(&'a self, store: &'a Store) -> TableRows<'a> {
        TableRows {
            table: self,
            store,
            start: 0,
            len: self.rows,
        }
    }

    /// The row at that position.
    #[inline]
    pub(crate) fn row<'a>(&'a self, store: &'a Store, row: usize) -> Option<TableRow<'a>> {
        (row < self.rows).then_some(TableRow {
            table: self,
            store,
            row,
        })
    }

    /// The row at that position, which is less than their number; there is nothing in any other.
    #[inline]
    pub(super) fn at<'a>(&'a self, store: &'a Store, row: usize) -> TableRow<'a> {
        debug_assert!(row < self.rows, "there are {} rows, not {row}", self.rows);
        TableRow {
            table: self,
            store,
            row,
        }
    }

    /// The only row of a customer's table, whose cells are numbered as the slots are.
    #[inline]
    pub(super) fn single<'a>(&'a self, store: &'a Store) -> TableRow<'a> {
        debug_assert_eq!(self.rows, 1, "a customer is one row");
        TableRow {
            table: self,
            store,
            row: 0,
        }
    }

    #[inline]
    pub(super) fn text<'a>(&'a self, store: &'a Store, slot: usize, cell: u64) -> Option<&'a str> {
        if cell & WORD == 0 {
            store.text(cell)
        } else {
            self.word_text(slot, cell)
        }
    }

    /// Compares without looking for the ends of characters, as equal bytes are equal text.
    #[inline]
    pub(super) fn text_is(&self, store: &Store, slot: usize, cell: u64, text: &str) -> bool {
        if cell & WORD != 0 {
            return self.word_text(slot, cell) == Some(text);
        }
        let (start, len) = span_of(cell);
        store.text.as_bytes().get(start..start + len) == Some(text.as_bytes())
    }

    #[cold]
    fn word_text(&self, slot: usize, cell: u64) -> Option<&str> {
        let (word, _) = span_of(cell);
        match &self.layout.slots.get(slot)?.ty {
            Type::Words(words) => words.get(word).map(|word| &**word),
            _ => None,
        }
    }

    #[inline]
    pub(super) fn list<'a>(&'a self, store: &'a Store, slot: usize, cell: u64) -> Option<TableRows<'a>> {
        let table = self.lists.get(self.layout.slots.get(slot)?.list)?;
        let (start, len) = span_of(cell);
        Some(TableRows {
            table,
            store,
            start,
            len,
        })
    }
}

#[inline]
#[expect(
    clippy::cast_possible_truncation,
    reason = "the low half is the word's number"
)]
pub(super) const fn word_of(cell: u64) -> u32 {
    cell as u32
}

#[inline]
#[expect(clippy::cast_possible_truncation, reason = "cells of dates hold 32-bit days")]
pub(super) const fn days_of(cell: u64) -> i32 {
    cell.cast_signed() as i32
}

impl<'a> TableRow<'a> {
    #[inline]
    fn cell(self, slot: u32) -> Option<u64> {
        self.table.cell(slot as usize * self.table.rows + self.row)
    }

    /// The table that the row is of.
    pub(super) fn layout(self) -> &'a Layout {
        &self.table.layout
    }
}

impl<'a> Row<'a> for TableRow<'a> {
    type Item = Self;
    type Rows = TableRows<'a>;

    #[inline]
    fn known(self, slot: u32) -> bool {
        self.cell(slot).is_some()
    }

    #[inline]
    fn bool(self, slot: u32) -> Option<bool> {
        self.cell(slot).map(|cell| cell != 0)
    }

    #[inline]
    fn int(self, slot: u32) -> Option<i64> {
        self.cell(slot).map(u64::cast_signed)
    }

    #[inline]
    fn float(self, slot: u32) -> Option<f64> {
        self.cell(slot).map(f64::from_bits)
    }

    #[inline]
    fn decimal(self, slot: u32) -> Option<i64> {
        self.cell(slot).map(u64::cast_signed)
    }

    #[inline]
    fn text(self, slot: u32) -> Option<&'a str> {
        self.table.text(self.store, slot as usize, self.cell(slot)?)
    }

    #[inline]
    fn text_is(self, slot: u32, text: &str) -> bool {
        let cell = self.cell(slot);
        cell.is_some_and(|cell| self.table.text_is(self.store, slot as usize, cell, text))
    }

    #[inline]
    fn word(self, slot: u32) -> Option<u32> {
        self.cell(slot).map(word_of)
    }

    #[inline]
    fn date(self, slot: u32) -> Option<i32> {
        self.cell(slot).map(days_of)
    }

    #[inline]
    fn datetime(self, slot: u32) -> Option<i64> {
        self.cell(slot).map(u64::cast_signed)
    }

    #[inline]
    fn geo(self, slot: u32) -> Option<Geo> {
        let (place, _) = span_of(self.cell(slot)?);
        self.store.places.get(place).copied()
    }

    #[inline]
    fn list(self, slot: u32) -> Option<TableRows<'a>> {
        self.table.list(self.store, slot as usize, self.cell(slot)?)
    }

    /// Items have no events: no rows of the same table.
    #[inline]
    fn events(self, _event: usize) -> TableRows<'a> {
        TableRows {
            table: self.table,
            store: self.store,
            start: 0,
            len: 0,
        }
    }
}

impl<'a> Rows<'a> for TableRows<'a> {
    type Row = TableRow<'a>;

    #[inline]
    fn len(self) -> usize {
        self.len
    }

    #[inline]
    fn get(self, index: usize) -> TableRow<'a> {
        TableRow {
            table: self.table,
            store: self.store,
            row: self.start + index,
        }
    }

    /// The cell of slot 0, which every event has.
    #[inline]
    fn at(self, index: usize) -> i64 {
        let cells = &self.table.cells;
        cells
            .get(self.table.base + self.start + index)
            .map_or(0, |cell| cell.cast_signed())
    }

    #[inline]
    fn end_before(self, time: i64) -> bool {
        self.table.last < time
    }

    #[inline]
    fn before(self, len: usize, time: i64) -> usize {
        let start = self.table.base + self.start;
        match self.table.cells.get(start..start + len) {
            Some(times) => before(times, time),
            None => 0,
        }
    }

    #[inline]
    fn sorted(self) -> bool {
        true
    }

    #[inline]
    fn searchable(self) -> bool {
        true
    }

    #[inline]
    fn running_sum(self, slot: u32, range: Range<usize>) -> Option<(i128, usize)> {
        let (start, end) = (self.start + range.start, self.start + range.end);
        if let Some(totals) = self.table.totals {
            let number = self.table.layout.slots.get(slot as usize)?.number;
            let first = totals.get() + number * (self.table.rows + 1);
            let total = |rows: usize| {
                let total = self.table.cells.get(first + rows)?;
                Some(i128::from(total.cast_signed()))
            };
            return Some((total(end)? - total(start)?, end - start));
        }
        let sums = self.table.sums.as_ref()?.get(slot as usize)?.as_ref()?;
        let total = match &sums.totals {
            Totals::Narrow(totals) => i128::from(*totals.get(end)?) - i128::from(*totals.get(start)?),
            Totals::Wide(totals) => totals.get(end)?.checked_sub(*totals.get(start)?)?,
        };
        let known = match &sums.known {
            None => end - start,
            Some(known) => (*known.get(end)? - *known.get(start)?) as usize,
        };
        Some((total, known))
    }
}

/// How many of these ascending times are before an instant.
///
/// Each round asks seven times at once and leaves an eighth: no jump depends on an answer, and a wrong guess would take as long
/// as a round.
fn before(times: &[u64], time: i64) -> usize {
    let is_before = |it: &u64| usize::from(it.cast_signed() < time);
    let (mut start, mut rest) = (0, times);
    while rest.len() > 8 {
        let step = rest.len() / 8;
        let parts = rest.chunks_exact(step).take(7);
        let skipped = step * parts.map(|part| is_before(&part[step - 1])).sum::<usize>();
        let left = if skipped == 7 * step {
            rest.len() - skipped
        } else {
            step
        };
        start += skipped;
        rest = &rest[skipped..skipped + left];
    }
    start + rest.iter().map(is_before).sum::<usize>()
}

impl RunningSums {
    fn new(values: impl Iterator<Item = Option<i64>>) -> Self {
        let (mut total, mut count) = (0_i128, 0_u32);
        let (mut totals, mut known, mut missing) = (vec![0], vec![0], false);
        for value in values {
            // At most 2^31 values of 64 bits: far from leaving 128 bits.
            total += i128::from(value.unwrap_or(0));
            count += u32::from(value.is_some());
            missing |= value.is_none();
            totals.push(total);
            known.push(count);
        }
        let narrow: Option<Box<[i64]>> = totals.iter().map(|total| i64::try_from(*total).ok()).collect();
        Self {
            totals: narrow.map_or_else(|| Totals::Wide(totals.into()), Totals::Narrow),
            known: missing.then(|| known.into()),
        }
    }

    /// The sums, where all values are known and all sums fit into a cell.
    fn plain(&self) -> Option<&[i64]> {
        match (&self.totals, &self.known) {
            (Totals::Narrow(totals), None) => Some(totals),
            _ => None,
        }
    }
}

/// A table that grows row by row.
#[derive(Debug)]
pub(super) struct TableBuilder {
    pub(super) layout: Arc<Layout>,
    pub(super) rows: usize,
    /// Row by row.
    cells: Vec<u64>,
    known: Vec<bool>,
    pub(super) lists: Vec<TableBuilder>,
}

impl TableBuilder {
    pub(super) fn new(layout: &Arc<Layout>) -> Self {
        Self {
            layout: layout.clone(),
            rows: 0,
            cells: Vec::new(),
            known: Vec::new(),
            lists: layout.lists().map(Self::new).collect(),
        }
    }

    /// Begins a row whose values are all missing.
    pub(super) fn push(&mut self) {
        self.rows += 1;
        let cells = self.rows * self.layout.slots.len();
        self.cells.resize(cells, 0);
        self.known.resize(cells, false);
    }

    /// Sets a value of the last row.
    pub(super) fn set(&mut self, slot: usize, cell: u64) {
        let index = (self.rows - 1) * self.layout.slots.len() + slot;
        self.cells[index] = cell;
        self.known[index] = true;
    }

    /// Takes a value of the last row away.
    pub(super) fn unset(&mut self, slot: usize) {
        let index = (self.rows - 1) * self.layout.slots.len() + slot;
        self.known[index] = false;
    }

    /// Changes each known value of all rows, given by its slot.
    pub(super) fn each_known(&mut self, mut change: impl FnMut(usize, u64) -> u64) {
        let width = self.layout.slots.len();
        let cells = self.cells.iter_mut().zip(&self.known).enumerate();
        for (index, (cell, _)) in cells.filter(|(_, (_, known))| **known) {
            *cell = change(index % width, *cell);
        }
    }

    /// A value of the last row, known to be there.
    pub(super) fn last(&self, slot: usize) -> u64 {
        self.cells[(self.rows - 1) * self.layout.slots.len() + slot]
    }

    /// Sets a list of the last row: so many rows of its items' table.
    pub(super) fn set_span(&mut self, slot: usize, start: usize, len: usize) {
        let narrow = |number: usize| u32::try_from(number).expect("tables have at most 2^31 rows");
        self.set(slot, span_cell(narrow(start), narrow(len)));
    }

    /// The finished table, in the order given.
    pub(super) fn finish(self) -> Table {
        self.finish_in(None)
    }

    /// The finished table of a customer's own row, with the heads of its texts, which lie in there.
    pub(super) fn finish_customer(self, texts: &str) -> Table {
        let mut table = self.finish();
        let layout = Arc::clone(&table.layout);
        let head = |slot: usize| {
            let text = table.cell(slot).map_or("", |cell| {
                let (start, len) = span_of(cell);
                texts.get(start..start + len).unwrap_or_default()
            });
            text::head(text)
        };
        let (known, values) = table.cells.split_at(table.base);
        let heads: Vec<u64> = layout.heads().map(head).collect();
        let (known, values) = (known.iter().copied(), values.iter().copied());
        let cells = known.chain(heads.iter().copied()).chain(values);
        let cells = cells.chain(layout.key_text().map(head)).collect();
        table.base += heads.len();
        table.cells = cells;
        table
    }

    /// The finished table of events, in the order of time, with running sums.
    pub(super) fn finish_events(self) -> Table {
        let width = self.layout.slots.len();
        let at = |row: usize| self.cells[row * width].cast_signed();
        let sorted = (1..self.rows).all(|row| at(row - 1) <= at(row));
        let order = (!sorted).then(|| {
            let mut order: Vec<usize> = (0..self.rows).collect();
            order.sort_by_key(|row| at(*row));
            order
        });
        let mut table = self.finish_in(order.as_deref());
        if let Some(last) = table.rows.checked_sub(1) {
            table.last = table.cells[table.base + last].cast_signed();
            let sums = table.running_sums();
            let plain: Option<Vec<&[i64]>> = sums.iter().flatten().map(RunningSums::plain).collect();
            if let Some(plain) = plain {
                table.totals = NonZeroUsize::new(table.cells.len());
                let totals = plain.into_iter().flatten().map(|it| it.cast_unsigned());
                table.cells = table.cells.iter().copied().chain(totals).collect();
            } else {
                table.sums = Some(sums.into());
            }
        }
        table
    }

    fn finish_in(self, order: Option<&[usize]>) -> Table {
        let (width, rows) = (self.layout.slots.len(), self.rows);
        let base = (width * rows).div_ceil(64);
        let mut cells = vec![0; base + width * rows];
        for row in 0..rows {
            let from = order.map_or(row, |order| order[row]) * width;
            for slot in 0..width {
                if self.known[from + slot] {
                    let index = slot * rows + row;
                    cells[index >> 6] |= 1 << (index & 63);
                    cells[base + index] = self.cells[from + slot];
                }
            }
        }
        Table {
            layout: self.layout,
            rows,
            base,
            last: i64::MIN,
            cells: cells.into(),
            lists: self.lists.into_iter().map(Self::finish).collect(),
            totals: None,
            sums: None,
        }
    }
}

impl Table {
    fn running_sums(&self) -> SumsBySlot {
        let slots = self.layout.slots.iter().enumerate();
        let sums = slots.map(|(slot, it)| {
            let column = slot * self.rows;
            it.is_number().then(|| {
                RunningSums::new((0..self.rows).map(|row| self.cell(column + row).map(u64::cast_signed)))
            })
        });
        sums.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sums(values: &[Option<i64>]) -> RunningSums {
        RunningSums::new(values.iter().copied())
    }

    #[test]
    fn searching_finds_what_counting_does() {
        for len in 0..300_i64 {
            // Each time twice, around zero.
            let times: Vec<u64> = (0..len).map(|it| (it / 2 * 2 - 150).cast_unsigned()).collect();
            for time in -155..155 {
                let expected = times.iter().filter(|it| it.cast_signed() < time).count();
                assert_eq!(before(&times, time), expected, "{time} among {len}");
            }
        }
    }

    #[test]
    fn sums_stay_exact_beyond_64_bits() {
        assert!(matches!(
            sums(&[Some(i64::MAX), Some(-1)]).totals,
            Totals::Narrow(_)
        ));
        let wide = sums(&[Some(i64::MAX), Some(i64::MAX), None, Some(i64::MIN)]);
        let Totals::Wide(totals) = wide.totals else {
            panic!("left 64 bits on the way")
        };
        assert_eq!(totals[4], i128::from(i64::MAX) - 1);
        assert_eq!(wide.known.as_deref(), Some(&[0, 1, 2, 2, 3][..]));
    }
}
