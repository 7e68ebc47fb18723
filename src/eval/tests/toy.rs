//! A record made by hand, so that evaluation is tested without loading and without the parser.

use std::ops::Range;

use crate::{
    record::{Row, Rows},
    value::{Date, DateTime, Decimal, Geo, Value},
};

/// A row with a cell per slot; as an event its slot 0 is `at`.
#[derive(Clone, Debug, Default)]
pub(crate) struct Toy {
    pub(crate) cells: Vec<Cell>,
    pub(crate) events: Vec<ToyEvents>,
}

#[derive(Clone, Debug)]
pub(crate) enum Cell {
    Missing,
    Value(Value),
    /// A word with its position among the words of its enumeration.
    Word(&'static str, u32),
    List(Vec<Toy>),
}

/// The events of one type, which may stand in any order.
#[derive(Clone, Debug, Default)]
pub(crate) struct ToyEvents {
    pub(crate) rows: Vec<Toy>,
    /// Whether they keep running sums, as only sorted ones can.
    pub(crate) sums: bool,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct ToyRows<'a> {
    rows: &'a [Toy],
    sums: bool,
}

impl Toy {
    pub(crate) fn of(cells: impl IntoIterator<Item = Cell>) -> Self {
        Self {
            cells: cells.into_iter().collect(),
            events: Vec::new(),
        }
    }

    fn value(&self, slot: u32) -> Option<&Value> {
        match self.cells.get(slot as usize)? {
            Cell::Value(value) => Some(value),
            _ => None,
        }
    }
}

impl<T: Into<Value>> From<T> for Cell {
    fn from(value: T) -> Self {
        Self::Value(value.into())
    }
}

macro_rules! read {
    ($($name:ident -> $ty:ty: $pattern:pat => $result:expr;)*) => {$(
        fn $name(self, slot: u32) -> Option<$ty> {
            match self.value(slot)? {
                $pattern => Some($result),
                _ => None,
            }
        }
    )*};
}

impl<'a> Row<'a> for &'a Toy {
    type Item = &'a Toy;
    type Rows = ToyRows<'a>;

    fn known(self, slot: u32) -> bool {
        !matches!(self.cells.get(slot as usize), None | Some(Cell::Missing))
    }

    read! {
        bool -> bool: Value::Bool(it) => *it;
        int -> i64: Value::Int(it) => *it;
        float -> f64: Value::Float(it) => *it;
        decimal -> i64: Value::Decimal(it) => Decimal::units(*it);
        date -> i32: Value::Date(it) => Date::days(*it);
        datetime -> i64: Value::DateTime(it) => DateTime::micros(*it);
        geo -> Geo: Value::Geo(it) => *it;
    }

    fn text(self, slot: u32) -> Option<&'a str> {
        match self.cells.get(slot as usize)? {
            Cell::Value(Value::Text(it)) => Some(it),
            Cell::Word(word, _) => Some(word),
            _ => None,
        }
    }

    fn word(self, slot: u32) -> Option<u32> {
        match self.cells.get(slot as usize)? {
            Cell::Word(_, position) => Some(*position),
            _ => None,
        }
    }

    fn list(self, slot: u32) -> Option<ToyRows<'a>> {
        match self.cells.get(slot as usize)? {
            Cell::List(rows) => Some(ToyRows { rows, sums: false }),
            _ => None,
        }
    }

    fn events(self, event: usize) -> ToyRows<'a> {
        let events = self.events.get(event);
        ToyRows {
            rows: events.map_or(&[], |it| &it.rows),
            sums: events.is_some_and(|it| it.sums),
        }
    }
}

impl<'a> Rows<'a> for ToyRows<'a> {
    type Row = &'a Toy;

    fn len(self) -> usize {
        self.rows.len()
    }

    fn get(self, index: usize) -> &'a Toy {
        &self.rows[index]
    }

    fn at(self, index: usize) -> i64 {
        self.rows[index].datetime(0).unwrap_or_default()
    }

    fn sorted(self) -> bool {
        self.rows.is_sorted_by_key(|row| row.datetime(0))
    }

    fn searchable(self) -> bool {
        self.sums
    }

    fn running_sum(self, slot: u32, range: Range<usize>) -> Option<(i128, usize)> {
        if !self.sums || !self.sorted() {
            return None;
        }
        let rows = &self.rows[range];
        let units = |row: &&Toy| row.int(slot).or(row.decimal(slot)).map(i128::from);
        // Only ints and decimals keep running sums.
        let summed = rows.iter().all(|row| !row.known(slot) || units(&row).is_some());
        summed.then(|| {
            let known = rows.iter().filter_map(|row| units(&row));
            known.fold((0, 0), |(sum, count), it| (sum + it, count + 1))
        })
    }
}
