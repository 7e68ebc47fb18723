//! Events, and items of lists.

use std::ops::Range;

use super::{
    super::{
        Item, Record, Row, Rows,
        binding::{Kind, Place},
    },
    known,
};
use crate::value::{Date, DateTime, Decimal, Geo};

/// An event, or an item of a list.
#[derive(Clone, Copy)]
pub(crate) struct BoundItem<'a> {
    /// None is beyond the end of the list.
    item: Option<Item<'a>>,
    slots: &'a [Place],
}

/// The events of a type, or the items of a list.
#[derive(Clone, Copy)]
pub(crate) struct BoundRows<'a> {
    /// None for no rows.
    parent: Option<(&'a dyn Record, usize)>,
    slots: &'a [Place],
    len: usize,
}

impl<'a> BoundItem<'a> {
    #[inline]
    fn place(self, slot: u32) -> Option<&'a Place> {
        self.slots.get(slot as usize)
    }

    /// What stands at a slot: a field of the record, or the item itself in a list of plain values.
    #[inline]
    fn at(self, slot: u32) -> Option<(Item<'a>, &'a Place)> {
        Some((self.item?, self.place(slot)?))
    }
}

impl<'a> Row<'a> for BoundItem<'a> {
    type Item = Self;
    type Rows = BoundRows<'a>;

    fn known(self, slot: u32) -> bool {
        known(self, slot, self.place(slot).map(|place| place.kind))
    }

    #[inline]
    fn bool(self, slot: u32) -> Option<bool> {
        match self.at(slot)? {
            (Item::Record(record), place) => record.bool(place.field),
            (Item::Bool(it), _) => Some(it),
            _ => None,
        }
    }

    #[inline]
    fn int(self, slot: u32) -> Option<i64> {
        match self.at(slot)? {
            (Item::Record(record), place) => record.int(place.field),
            (Item::Int(it), _) => Some(it),
            _ => None,
        }
    }

    #[inline]
    fn float(self, slot: u32) -> Option<f64> {
        let float = match self.at(slot)? {
            (Item::Record(record), place) => record.float(place.field)?,
            (Item::Float(it), _) => it,
            _ => return None,
        };
        Some(float).filter(|it| it.is_finite())
    }

    #[inline]
    fn decimal(self, slot: u32) -> Option<i64> {
        match self.at(slot)? {
            (Item::Record(record), place) => record.decimal(place.field).map(Decimal::units),
            (Item::Decimal(it), _) => Some(it.units()),
            _ => None,
        }
    }

    #[inline]
    fn text(self, slot: u32) -> Option<&'a str> {
        match self.at(slot)? {
            (Item::Record(record), place) => place.checked(record.text(place.field)?),
            (Item::Text(text), place) => place.checked(text),
            _ => None,
        }
    }

    #[inline]
    fn word(self, slot: u32) -> Option<u32> {
        let (text, place) = match self.at(slot)? {
            (Item::Record(record), place) => (record.text(place.field)?, place),
            (Item::Text(text), place) => (text, place),
            _ => return None,
        };
        place.check.as_ref()?.word(text)
    }

    #[inline]
    fn date(self, slot: u32) -> Option<i32> {
        match self.at(slot)? {
            (Item::Record(record), place) => record.date(place.field).map(Date::days),
            (Item::Date(it), _) => Some(it.days()),
            _ => None,
        }
    }

    #[inline]
    fn datetime(self, slot: u32) -> Option<i64> {
        match self.at(slot)? {
            (Item::Record(record), place) => record.datetime(place.field).map(DateTime::micros),
            (Item::DateTime(it), _) => Some(it.micros()),
            _ => None,
        }
    }

    #[inline]
    fn geo(self, slot: u32) -> Option<Geo> {
        match self.at(slot)? {
            (Item::Record(record), place) => record.geo(place.field),
            (Item::Geo(it), _) => Some(it),
            _ => None,
        }
    }

    #[inline]
    fn list(self, slot: u32) -> Option<BoundRows<'a>> {
        match self.at(slot)? {
            (Item::Record(record), place) => place.rows(record),
            _ => None,
        }
    }

    #[inline]
    fn events(self, _event: usize) -> BoundRows<'a> {
        BoundRows::NONE
    }
}

impl BoundRows<'_> {
    pub(super) const NONE: Self = Self {
        parent: None,
        slots: &[],
        len: 0,
    };

    /// Whether there are items, none of them blank text.
    fn are_filled(self) -> bool {
        let is_text = matches!(self.slots, [only] if only.kind == Kind::Text && only.check.is_some());
        self.len > 0 && (!is_text || (0..self.len).all(|index| self.get(index).text(0).is_some()))
    }
}

impl Place {
    /// The items that a record has here.
    #[inline]
    pub(super) fn rows<'a>(&'a self, record: &'a dyn Record) -> Option<BoundRows<'a>> {
        let len = record.item_count(self.field)?;
        let rows = BoundRows {
            parent: Some((record, self.field)),
            slots: &self.items.0,
            len,
        };
        let filled = self.check.as_ref().is_some_and(|check| check.filled.is_some());
        (!filled || rows.are_filled()).then_some(rows)
    }
}

impl<'a> Rows<'a> for BoundRows<'a> {
    type Row = BoundItem<'a>;

    #[inline]
    fn len(self) -> usize {
        self.len
    }

    #[inline]
    fn get(self, index: usize) -> BoundItem<'a> {
        BoundItem {
            item: self.parent.and_then(|(record, field)| record.item(field, index)),
            slots: self.slots,
        }
    }

    #[inline]
    fn at(self, index: usize) -> i64 {
        self.get(index).datetime(0).unwrap_or(0)
    }

    /// Looks at every event.
    fn sorted(self) -> bool {
        (1..self.len).all(|index| self.at(index - 1) <= self.at(index))
    }

    /// Nobody knows the order of a struct's events before looking.
    #[inline]
    fn searchable(self) -> bool {
        false
    }

    /// A struct keeps no running sums.
    #[inline]
    fn running_sum(self, _slot: u32, _range: Range<usize>) -> Option<(i128, usize)> {
        None
    }
}
