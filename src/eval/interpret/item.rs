//! A row in scope besides the customer.

use super::read;
use crate::{
    record::{Row, Rows, TableRow},
    value::{Type, Value},
};

/// An item of the customer's own events and lists, or one of a list that a catalogue's item has.
#[derive(Clone, Copy)]
pub(in crate::eval) enum Item<'m, T> {
    Own(T),
    Catalog(TableRow<'m>),
}

impl<'a, T: Row<'a, Item = T>> Item<'_, T> {
    /// The customer's own.
    pub(in crate::eval) fn own(self) -> Option<T> {
        match self {
            Self::Own(row) => Some(row),
            Self::Catalog(_) => None,
        }
    }

    /// When an event happened.
    pub(in crate::eval) fn at(self) -> Option<i64> {
        self.own()?.datetime(0)
    }

    pub(super) fn read(self, slot: u32, ty: &Type) -> Option<Value> {
        match self {
            Self::Own(row) => read(row, slot, ty),
            Self::Catalog(row) => read(row, slot, ty),
        }
    }

    pub(super) fn known(self, slot: u32) -> bool {
        match self {
            Self::Own(row) => row.known(slot),
            Self::Catalog(row) => row.known(slot),
        }
    }

    /// The rows of a list, or nothing when it is missing.
    pub(super) fn list(self, slot: u32) -> Option<Vec<Self>> {
        match self {
            Self::Own(row) => row.list(slot).map(|rows| collect(rows, Self::Own)),
            Self::Catalog(row) => row.list(slot).map(|rows| collect(rows, Self::Catalog)),
        }
    }
}

/// All rows, each as what `wrap` makes of it.
pub(super) fn collect<'a, C: Rows<'a>, T>(rows: C, wrap: impl Fn(C::Row) -> T) -> Vec<T> {
    (0..rows.len()).map(|index| wrap(rows.get(index))).collect()
}
