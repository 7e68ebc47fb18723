//! Columns that were looked at: rows of one layout.

use std::{borrow::Cow, ops::Range};

use super::{
    Bits,
    column::{Codes, Offsets, Texts},
};
use crate::{
    record::{Row, Rows},
    value::Geo,
};

/// Some rows of one layout, a column per slot.
#[derive(Clone, Debug)]
pub(crate) struct Table<'a> {
    pub(super) rows: usize,
    pub(super) columns: Vec<Held<'a>>,
    /// The items of each list of the layout, by [`Slot::list`](crate::schema::Slot); nothing where no row has any.
    pub(super) lists: Vec<Option<Child<'a>>>,
    /// Of customers, by the position of the type in the schema; nothing where nobody has any.
    pub(super) events: Vec<Option<Child<'a>>>,
}

/// The rows of another table that belong to each row of this one.
#[derive(Clone, Debug)]
pub(crate) struct Child<'a> {
    pub(super) offsets: Offsets<'a>,
    pub(super) table: Table<'a>,
}

/// The values of a slot.
#[derive(Clone, Debug)]
pub(crate) struct Held<'a> {
    /// Where they are known; everywhere when this is nothing.
    pub(super) known: Option<Bits<'a>>,
    pub(super) values: Values<'a>,
}

#[derive(Clone, Debug)]
pub(crate) enum Values<'a> {
    /// No row has one.
    Missing,
    Bools(Bits<'a>),
    /// Of ints, of decimals in units, and of times in microseconds.
    Numbers(Cow<'a, [i64]>),
    Floats(Cow<'a, [f64]>),
    Days(Cow<'a, [i32]>),
    Texts(Texts<'a>),
    Coded {
        codes: Codes<'a>,
        texts: Texts<'a>,
        /// Of an enumeration: the position of each text among its words; `u32::MAX` for what no row has.
        words: Vec<u32>,
    },
    /// Latitudes and longitudes.
    Places(Cow<'a, [f64]>, Cow<'a, [f64]>),
    /// A list by its position among those of the layout.
    List(usize),
}

/// A row of a table.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ColumnRow<'a> {
    table: &'a Table<'a>,
    row: usize,
}

/// Consecutive rows of a table.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ColumnRows<'a> {
    table: &'a Table<'a>,
    start: usize,
    len: usize,
}

impl Table<'_> {
    /// The row at that position, which is less than their number; there is nothing in any other.
    #[inline]
    pub(crate) fn row(&self, row: usize) -> ColumnRow<'_> {
        ColumnRow { table: self, row }
    }
}

impl Held<'_> {
    #[inline]
    pub(super) fn knows(&self, row: usize) -> bool {
        self.known.as_ref().is_none_or(|known| known.get(row)) && !matches!(self.values, Values::Missing)
    }
}

impl<'a> ColumnRow<'a> {
    #[inline]
    fn values(self, slot: u32) -> Option<&'a Values<'a>> {
        let held = self.table.columns.get(slot as usize)?;
        held.knows(self.row).then_some(&held.values)
    }

    #[inline]
    fn number(self, slot: u32) -> Option<i64> {
        match self.values(slot)? {
            Values::Numbers(numbers) => numbers.get(self.row).copied(),
            _ => None,
        }
    }

    #[inline]
    fn rows(self, child: Option<&'a Child<'a>>) -> Option<ColumnRows<'a>> {
        let child = child?;
        let (start, end) = child.offsets.range(self.row)?;
        Some(ColumnRows {
            table: &child.table,
            start,
            len: end - start,
        })
    }
}

impl<'a> Row<'a> for ColumnRow<'a> {
    type Item = Self;
    type Rows = ColumnRows<'a>;

    #[inline]
    fn known(self, slot: u32) -> bool {
        self.values(slot).is_some()
    }

    #[inline]
    fn bool(self, slot: u32) -> Option<bool> {
        match self.values(slot)? {
            Values::Bools(bits) => Some(bits.get(self.row)),
            _ => None,
        }
    }

    #[inline]
    fn int(self, slot: u32) -> Option<i64> {
        self.number(slot)
    }

    #[inline]
    fn float(self, slot: u32) -> Option<f64> {
        match self.values(slot)? {
            Values::Floats(floats) => floats.get(self.row).copied(),
            _ => None,
        }
    }

    #[inline]
    fn decimal(self, slot: u32) -> Option<i64> {
        self.number(slot)
    }

    #[inline]
    fn text(self, slot: u32) -> Option<&'a str> {
        match self.values(slot)? {
            Values::Texts(texts) => texts.get(self.row),
            Values::Coded { codes, texts, .. } => texts.get(codes.at(self.row)?),
            _ => None,
        }
    }

    #[inline]
    fn word(self, slot: u32) -> Option<u32> {
        match self.values(slot)? {
            Values::Coded { codes, words, .. } => words.get(codes.at(self.row)?).copied(),
            _ => None,
        }
    }

    #[inline]
    fn date(self, slot: u32) -> Option<i32> {
        match self.values(slot)? {
            Values::Days(days) => days.get(self.row).copied(),
            _ => None,
        }
    }

    #[inline]
    fn datetime(self, slot: u32) -> Option<i64> {
        self.number(slot)
    }

    #[inline]
    fn geo(self, slot: u32) -> Option<Geo> {
        match self.values(slot)? {
            Values::Places(lat, lon) => Geo::new(*lat.get(self.row)?, *lon.get(self.row)?),
            _ => None,
        }
    }

    #[inline]
    fn list(self, slot: u32) -> Option<ColumnRows<'a>> {
        match self.values(slot)? {
            Values::List(list) => self.rows(self.table.lists.get(*list)?.as_ref()),
            _ => None,
        }
    }

    #[inline]
    fn events(self, event: usize) -> ColumnRows<'a> {
        let child = self.table.events.get(event).and_then(Option::as_ref);
        self.rows(child).unwrap_or(ColumnRows {
            table: self.table,
            start: 0,
            len: 0,
        })
    }
}

impl<'a> Rows<'a> for ColumnRows<'a> {
    type Row = ColumnRow<'a>;

    #[inline]
    fn len(self) -> usize {
        self.len
    }

    #[inline]
    fn get(self, index: usize) -> ColumnRow<'a> {
        self.table.row(self.start + index)
    }

    /// The number in slot 0, which every event has.
    #[inline]
    fn at(self, index: usize) -> i64 {
        match self.table.columns.first().map(|it| &it.values) {
            Some(Values::Numbers(times)) => times.get(self.start + index).copied().unwrap_or(0),
            _ => 0,
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

    /// They are not kept: events of a window lie side by side, and adding few numbers takes no longer than reading the sums.
    #[inline]
    fn running_sum(self, _slot: u32, _range: Range<usize>) -> Option<(i128, usize)> {
        None
    }
}
