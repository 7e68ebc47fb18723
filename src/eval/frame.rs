//! The rows in scope besides the customer.

use std::cell::Cell;

use crate::{
    hir::MADE_LISTS,
    record::{PlacedRow, Row, Rows, TableRow, TableRows},
    value::{Geo, ValueRef},
};

/// An item in scope: of the customer's own events and lists, or of a catalogue, or made by a template.
pub(crate) enum Frame<'a, R: Row<'a>> {
    Item(R::Item),
    Placed(PlacedRow<'a>),
    /// Of a list of a catalogue's item.
    Part(TableRow<'a>),
    /// An item of a list of plain values: slot 0 has the value.
    Value(ValueRef<'a>),
    /// One that is missing.
    Nothing,
    /// The row whose slots are the lists of a template.
    Lists(MadeLists<'a, R>),
}

/// The lists that a template made, by their number; those that are missing, or not made yet, are `None`.
pub(crate) type MadeLists<'a, R> = &'a [Cell<Option<&'a [Frame<'a, R>]>>];

/// The rows of a list of an item in scope.
pub(crate) enum FrameRows<'a, R: Row<'a>> {
    Items(<R::Item as Row<'a>>::Rows),
    Parts(TableRows<'a>),
    Made(&'a [Frame<'a, R>]),
}

#[expect(
    clippy::expl_impl_clone_on_copy,
    reason = "a derived `Clone` has other bounds"
)]
impl<'a, R: Row<'a>> Clone for Frame<'a, R> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<'a, R: Row<'a>> Copy for Frame<'a, R> {}

#[expect(
    clippy::expl_impl_clone_on_copy,
    reason = "a derived `Clone` has other bounds"
)]
impl<'a, R: Row<'a>> Clone for FrameRows<'a, R> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<'a, R: Row<'a>> Copy for FrameRows<'a, R> {}

macro_rules! of_each {
    ($($name:ident -> $to:ty, $value:pat => $plain:expr;)*) => {$(
        #[inline]
        fn $name(self, slot: u32) -> Option<$to> {
            match self {
                Self::Item(row) => row.$name(slot),
                Self::Placed(row) => row.$name(slot),
                Self::Part(row) => row.$name(slot),
                Self::Value($value) if slot == 0 => Some($plain),
                Self::Value(_) | Self::Nothing | Self::Lists(_) => None,
            }
        }
    )*};
}

impl<'a, R: Row<'a>> Row<'a> for Frame<'a, R> {
    type Item = Self;
    type Rows = FrameRows<'a, R>;

    #[inline]
    fn known(self, slot: u32) -> bool {
        match self {
            Self::Item(row) => row.known(slot),
            Self::Placed(row) => row.known(slot),
            Self::Part(row) => row.known(slot),
            Self::Value(_) => slot == 0,
            Self::Nothing => false,
            Self::Lists(_) => self.list(slot).is_some(),
        }
    }

    of_each! {
        bool -> bool, ValueRef::Bool(it) => it;
        int -> i64, ValueRef::Int(it) => it;
        float -> f64, ValueRef::Float(it) => it;
        decimal -> i64, ValueRef::Decimal(it) => it.units();
        text -> &'a str, ValueRef::Text(it) => it;
        date -> i32, ValueRef::Date(it) => it.days();
        datetime -> i64, ValueRef::DateTime(it) => it.micros();
        geo -> Geo, ValueRef::Geo(it) => it;
    }

    /// A value that was made is text, also where it was the word of an enumeration.
    #[inline]
    fn word(self, slot: u32) -> Option<u32> {
        match self {
            Self::Item(row) => row.word(slot),
            Self::Placed(row) => row.word(slot),
            Self::Part(row) => row.word(slot),
            Self::Value(_) | Self::Nothing | Self::Lists(_) => None,
        }
    }

    fn list(self, slot: u32) -> Option<FrameRows<'a, R>> {
        match self {
            Self::Item(row) => row.list(slot).map(FrameRows::Items),
            Self::Placed(row) => row.list(slot).map(FrameRows::Parts),
            Self::Part(row) => row.list(slot).map(FrameRows::Parts),
            Self::Value(_) | Self::Nothing => None,
            Self::Lists(lists) => lists.get(slot as usize)?.get().map(FrameRows::Made),
        }
    }

    fn events(self, event: usize) -> FrameRows<'a, R> {
        match self {
            Self::Item(row) => FrameRows::Items(row.events(event)),
            Self::Placed(row) => FrameRows::Parts(row.events(event)),
            Self::Part(row) => FrameRows::Parts(row.events(event)),
            Self::Value(_) | Self::Nothing | Self::Lists(_) => FrameRows::Made(&[]),
        }
    }
}

impl<'a, R: Row<'a>> Rows<'a> for FrameRows<'a, R> {
    type Row = Frame<'a, R>;

    fn len(self) -> usize {
        match self {
            Self::Items(rows) => rows.len(),
            Self::Parts(rows) => rows.len(),
            Self::Made(rows) => rows.len(),
        }
    }

    fn get(self, index: usize) -> Frame<'a, R> {
        match self {
            Self::Items(rows) => Frame::Item(rows.get(index)),
            Self::Parts(rows) => Frame::Part(rows.get(index)),
            Self::Made(rows) => rows[index],
        }
    }

    fn at(self, index: usize) -> i64 {
        match self {
            Self::Items(rows) => rows.at(index),
            Self::Parts(rows) => rows.at(index),
            Self::Made(rows) => rows[index].datetime(0).unwrap_or(0),
        }
    }

    fn sorted(self) -> bool {
        match self {
            Self::Items(rows) => rows.sorted(),
            Self::Parts(rows) => rows.sorted(),
            Self::Made(_) => false,
        }
    }

    fn searchable(self) -> bool {
        match self {
            Self::Items(rows) => rows.searchable(),
            Self::Parts(rows) => rows.searchable(),
            Self::Made(_) => false,
        }
    }

    fn running_sum(self, slot: u32, range: std::ops::Range<usize>) -> Option<(i128, usize)> {
        match self {
            Self::Items(rows) => rows.running_sum(slot, range),
            Self::Parts(rows) => rows.running_sum(slot, range),
            Self::Made(_) => None,
        }
    }
}

macro_rules! at_slot {
    ($($name:ident -> $to:ty;)*) => {$(
        /// What stands at a slot of the item that is row number `row`.
        #[inline]
        pub(crate) fn $name(&self, row: u8, slot: u32) -> Option<$to> {
            match self.near(row) {
                Some(Frame::Item(item)) => item.$name(slot),
                Some(Frame::Placed(item)) => item.$name(slot),
                _ => self.get(row)?.$name(slot),
            }
        }
    )*};
}

/// The items in scope by their row number; the first few need no memory of their own.
pub(crate) struct Frames<'a, R: Row<'a>> {
    few: [Option<Frame<'a, R>>; FEW],
    /// The next ones, where somebody lent a place for them.
    lent: Places<'a, R>,
    more: Vec<Option<Frame<'a, R>>>,
    lists: MadeLists<'a, R>,
}

const FEW: usize = 4;

/// Memory for items in scope.
pub(crate) type Places<'a, R> = &'a [Cell<Option<Frame<'a, R>>>];

impl<'a, R: Row<'a>> Default for Frames<'a, R> {
    #[inline]
    fn default() -> Self {
        Self {
            few: [None; FEW],
            lent: &[],
            more: Vec::new(),
            lists: &[],
        }
    }
}

impl<'a, R: Row<'a>> Frames<'a, R> {
    at_slot! {
        text -> &'a str;
        int -> i64;
        decimal -> i64;
    }

    /// How many places have to be lent so that this many rows need no memory of their own.
    pub(crate) fn wanted(rows: u8) -> usize {
        usize::from(rows).saturating_sub(FEW)
    }

    /// Lends places for rows, and gives the lists that a template makes theirs.
    pub(crate) fn lend(&mut self, places: Places<'a, R>, lists: MadeLists<'a, R>) {
        self.lent = places;
        self.lists = lists;
    }

    /// The item that is row number `row`, counted from 1.
    #[inline]
    pub(crate) fn get(&self, row: u8) -> Option<Frame<'a, R>> {
        let index = usize::from(row).checked_sub(1)?;
        match self.few.get(index) {
            Some(frame) => *frame,
            None => self.beyond(row, index - FEW),
        }
    }

    /// The item in the first few places: looked at where it is, because copying it takes longer than what is asked of it.
    #[inline]
    fn near(&self, row: u8) -> Option<&Frame<'a, R>> {
        self.few.get(usize::from(row).wrapping_sub(1))?.as_ref()
    }

    /// The item of a catalogue that is row number `row`, when it is one.
    #[inline]
    pub(crate) fn of_catalog(&self, row: u8) -> Option<PlacedRow<'a>> {
        match self.near(row) {
            Some(Frame::Placed(item)) => Some(*item),
            Some(_) => None,
            None => match self.get(row)? {
                Frame::Placed(item) => Some(item),
                _ => None,
            },
        }
    }

    fn beyond(&self, row: u8, index: usize) -> Option<Frame<'a, R>> {
        if row == MADE_LISTS {
            return Some(Frame::Lists(self.lists));
        }
        match self.lent.get(index) {
            Some(place) => place.get(),
            None => self.more.get(index - self.lent.len()).copied().flatten(),
        }
    }

    #[inline]
    pub(crate) fn set(&mut self, row: u8, frame: Option<Frame<'a, R>>) {
        let Some(index) = usize::from(row).checked_sub(1) else {
            return;
        };
        match self.few.get_mut(index) {
            Some(place) => *place = frame,
            None => self.set_beyond(index - FEW, frame),
        }
    }

    fn set_beyond(&mut self, index: usize, frame: Option<Frame<'a, R>>) {
        if let Some(place) = self.lent.get(index) {
            return place.set(frame);
        }
        let index = index - self.lent.len();
        if self.more.len() <= index {
            self.more.resize(index + 1, None);
        }
        self.more[index] = frame;
    }
}
