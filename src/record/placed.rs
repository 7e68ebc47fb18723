//! An item of a catalogue that a placement shows.

use super::{
    ItemRow, Passage, PassageKey, Row,
    table::{TableRow, TableRows},
};
use crate::value::Geo;

/// The fields of an item, and why it is shown as one more text.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PlacedRow<'a> {
    item: ItemRow<'a>,
    reason: &'a str,
    /// The slot of the reason.
    slot: u32,
}

impl<'a> PlacedRow<'a> {
    pub(crate) fn new(item: ItemRow<'a>, reason: &'a str, slot: u32) -> Self {
        Self { item, reason, slot }
    }

    /// A passage about the item, which does not show the reason; nothing when it is not kept.
    #[inline]
    pub(crate) fn passage(self, key: &PassageKey) -> Option<Passage<'a>> {
        self.item.passage(key)
    }
}

macro_rules! of_the_item {
    ($($name:ident -> $to:ty;)*) => {$(
        #[inline]
        fn $name(self, slot: u32) -> $to {
            self.item.fields().$name(slot)
        }
    )*};
}

impl<'a> Row<'a> for PlacedRow<'a> {
    type Item = TableRow<'a>;
    type Rows = TableRows<'a>;

    #[inline]
    fn known(self, slot: u32) -> bool {
        slot == self.slot || self.item.fields().known(slot)
    }

    #[inline]
    fn text(self, slot: u32) -> Option<&'a str> {
        if slot == self.slot {
            Some(self.reason)
        } else {
            self.item.fields().text(slot)
        }
    }

    of_the_item! {
        bool -> Option<bool>;
        int -> Option<i64>;
        float -> Option<f64>;
        decimal -> Option<i64>;
        word -> Option<u32>;
        date -> Option<i32>;
        datetime -> Option<i64>;
        geo -> Option<Geo>;
        list -> Option<TableRows<'a>>;
    }

    fn events(self, event: usize) -> TableRows<'a> {
        self.item.fields().events(event)
    }
}
