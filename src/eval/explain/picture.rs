//! A customer copied value by value, so that changed copies of it can be asked.

use std::{ops::Range, sync::Arc};

use crate::{
    record::{Row, Rows},
    schema::{Layout, Schema},
    value::{Date, DateTime, Decimal, Geo, Type, Value},
};

/// A customer with all attributes and events. A copy shares what is not changed.
#[derive(Clone, Debug)]
pub(crate) struct Picture {
    pub(super) customer: PictureRow,
    /// The events of each type, in the order of time.
    pub(super) events: Vec<Arc<Vec<PictureRow>>>,
}

/// A customer's attributes, an event or an item of a list, by slot.
#[derive(Clone, Debug)]
pub(crate) struct PictureRow {
    pub(super) cells: Vec<Cell>,
}

#[derive(Clone, Debug)]
pub(crate) enum Cell {
    Missing,
    Value(Value),
    List(Arc<Vec<PictureRow>>),
}

impl Picture {
    /// Copies a customer.
    pub(super) fn of<'a, R: Row<'a>>(schema: &Schema, customer: R) -> Self {
        let layout = Layout::of_fields(&schema.customer);
        let events = (0..).zip(schema.events.values()).map(|(index, event)| {
            let layout = Layout::of_event(&event.fields);
            let rows = customer.events(index);
            let mut copies: Vec<PictureRow> = (0..rows.len())
                .map(|index| PictureRow::of(&layout, rows.get(index)))
                .collect();
            copies.sort_by_key(PictureRow::at);
            Arc::new(copies)
        });
        Self {
            customer: PictureRow::of(&layout, customer),
            events: events.collect(),
        }
    }
}

impl PictureRow {
    pub(super) fn of<'a>(layout: &Layout, row: impl Row<'a>) -> Self {
        let cells = (0..).zip(&layout.slots).map(|(slot, it)| match &it.items {
            Some(items) => row.list(slot).map_or(Cell::Missing, |rows| {
                let copies = (0..rows.len()).map(|index| PictureRow::of(items, rows.get(index)));
                Cell::List(Arc::new(copies.collect()))
            }),
            None => read(row, slot, &it.ty).map_or(Cell::Missing, Cell::Value),
        });
        Self {
            cells: cells.collect(),
        }
    }

    /// When an event took place.
    pub(super) fn at(&self) -> i64 {
        match self.cells.first() {
            Some(Cell::Value(Value::DateTime(at))) => at.micros(),
            _ => i64::MIN,
        }
    }

    fn value(&self, slot: u32) -> Option<&Value> {
        match self.cells.get(slot as usize)? {
            Cell::Value(value) => Some(value),
            Cell::Missing | Cell::List(_) => None,
        }
    }
}

/// A single value of any row.
fn read<'a>(row: impl Row<'a>, slot: u32, ty: &Type) -> Option<Value> {
    Some(match ty {
        Type::Bool => Value::Bool(row.bool(slot)?),
        Type::Int => Value::Int(row.int(slot)?),
        Type::Float => Value::Float(row.float(slot)?),
        Type::Decimal => Value::Decimal(Decimal::from_units(row.decimal(slot)?)),
        Type::String | Type::Words(_) | Type::Url | Type::Ref(_) => Value::Text(row.text(slot)?.into()),
        Type::Date => Value::Date(Date::from_days(row.date(slot)?.into())?),
        Type::DateTime => Value::DateTime(DateTime::from_micros(row.datetime(slot)?)?),
        Type::Geo => Value::Geo(row.geo(slot)?),
        Type::Duration | Type::List(_) | Type::Record(_) => return None,
    })
}

macro_rules! cells {
    ($($method:ident -> $ty:ty = $variant:ident($it:ident) $given:expr;)*) => {$(
        fn $method(self, slot: u32) -> Option<$ty> {
            match self.row().value(slot)? {
                Value::$variant($it) => Some($given),
                _ => None,
            }
        }
    )*};
}

macro_rules! row {
    () => {
        type Item = &'p PictureRow;
        type Rows = &'p [PictureRow];

        fn known(self, slot: u32) -> bool {
            !matches!(
                self.row().cells.get(slot as usize),
                None | Some(Cell::Missing)
            )
        }

        cells! {
            bool -> bool = Bool(it) *it;
            int -> i64 = Int(it) *it;
            float -> f64 = Float(it) *it;
            decimal -> i64 = Decimal(it) it.units();
            text -> &'p str = Text(it) it;
            date -> i32 = Date(it) it.days();
            datetime -> i64 = DateTime(it) it.micros();
            geo -> Geo = Geo(it) *it;
        }

        /// The program asks for words by number; the interpreter, which alone is given a picture, by text.
        fn word(self, _slot: u32) -> Option<u32> {
            None
        }

        fn list(self, slot: u32) -> Option<&'p [PictureRow]> {
            match self.row().cells.get(slot as usize)? {
                Cell::List(rows) => Some(rows),
                Cell::Missing | Cell::Value(_) => None,
            }
        }
    };
}

impl Picture {
    fn row(&self) -> &PictureRow {
        &self.customer
    }
}

impl PictureRow {
    fn row(&self) -> &Self {
        self
    }
}

impl<'p> Row<'p> for &'p Picture {
    row!();

    fn events(self, event: usize) -> &'p [PictureRow] {
        self.events.get(event).map_or(&[], |it| it.as_slice())
    }
}

impl<'p> Row<'p> for &'p PictureRow {
    row!();

    fn events(self, _event: usize) -> &'p [PictureRow] {
        &[]
    }
}

impl<'p> Rows<'p> for &'p [PictureRow] {
    type Row = &'p PictureRow;

    fn len(self) -> usize {
        <[PictureRow]>::len(self)
    }

    fn get(self, index: usize) -> &'p PictureRow {
        &self[index]
    }

    fn at(self, index: usize) -> i64 {
        self[index].at()
    }

    fn sorted(self) -> bool {
        true
    }

    fn searchable(self) -> bool {
        true
    }

    fn running_sum(self, _slot: u32, _range: Range<usize>) -> Option<(i128, usize)> {
        None
    }
}
