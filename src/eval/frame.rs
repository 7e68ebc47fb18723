//! The rows in scope besides the customer.

use crate::record::{PlacedRow, Row, Rows, TableRow, TableRows};

/// An item in scope: of the customer's own events and lists, or of a catalogue.
pub(crate) enum Frame<'a, R: Row<'a>> {
    Item(R::Item),
    Placed(PlacedRow<'a>),
    /// Of a list of a catalogue's item.
    Part(TableRow<'a>),
}

/// The rows of a list of an item in scope.
pub(crate) enum FrameRows<'a, R: Row<'a>> {
    Items(<R::Item as Row<'a>>::Rows),
    Parts(TableRows<'a>),
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
    ($($name:ident($argument:ident: $from:ty) -> $to:ty;)*) => {$(
        #[inline]
        fn $name(self, $argument: $from) -> $to {
            match self {
                Self::Item(row) => row.$name($argument),
                Self::Placed(row) => row.$name($argument),
                Self::Part(row) => row.$name($argument),
            }
        }
    )*};
}

impl<'a, R: Row<'a>> Row<'a> for Frame<'a, R> {
    type Item = Self;
    type Rows = FrameRows<'a, R>;

    of_each! {
        known(slot: u32) -> bool;
        bool(slot: u32) -> Option<bool>;
        int(slot: u32) -> Option<i64>;
        float(slot: u32) -> Option<f64>;
        decimal(slot: u32) -> Option<i64>;
        text(slot: u32) -> Option<&'a str>;
        word(slot: u32) -> Option<u32>;
        date(slot: u32) -> Option<i32>;
        datetime(slot: u32) -> Option<i64>;
        geo(slot: u32) -> Option<crate::value::Geo>;
    }

    fn list(self, slot: u32) -> Option<FrameRows<'a, R>> {
        match self {
            Self::Item(row) => row.list(slot).map(FrameRows::Items),
            Self::Placed(row) => row.list(slot).map(FrameRows::Parts),
            Self::Part(row) => row.list(slot).map(FrameRows::Parts),
        }
    }

    fn events(self, event: usize) -> FrameRows<'a, R> {
        match self {
            Self::Item(row) => FrameRows::Items(row.events(event)),
            Self::Placed(row) => FrameRows::Parts(row.events(event)),
            Self::Part(row) => FrameRows::Parts(row.events(event)),
        }
    }
}

impl<'a, R: Row<'a>> Rows<'a> for FrameRows<'a, R> {
    type Row = Frame<'a, R>;

    fn len(self) -> usize {
        match self {
            Self::Items(rows) => rows.len(),
            Self::Parts(rows) => rows.len(),
        }
    }

    fn get(self, index: usize) -> Frame<'a, R> {
        match self {
            Self::Items(rows) => Frame::Item(rows.get(index)),
            Self::Parts(rows) => Frame::Part(rows.get(index)),
        }
    }

    fn at(self, index: usize) -> i64 {
        match self {
            Self::Items(rows) => rows.at(index),
            Self::Parts(rows) => rows.at(index),
        }
    }

    fn sorted(self) -> bool {
        match self {
            Self::Items(rows) => rows.sorted(),
            Self::Parts(rows) => rows.sorted(),
        }
    }

    fn searchable(self) -> bool {
        match self {
            Self::Items(rows) => rows.searchable(),
            Self::Parts(rows) => rows.searchable(),
        }
    }

    fn running_sum(self, slot: u32, range: std::ops::Range<usize>) -> Option<(i128, usize)> {
        match self {
            Self::Items(rows) => rows.running_sum(slot, range),
            Self::Parts(rows) => rows.running_sum(slot, range),
        }
    }
}

/// The items in scope by their row number; the first few need no memory of their own.
pub(crate) struct Frames<'a, R: Row<'a>> {
    few: [Option<Frame<'a, R>>; 4],
    more: Vec<Option<Frame<'a, R>>>,
}

impl<'a, R: Row<'a>> Default for Frames<'a, R> {
    #[inline]
    fn default() -> Self {
        Self {
            few: [None; 4],
            more: Vec::new(),
        }
    }
}

impl<'a, R: Row<'a>> Frames<'a, R> {
    /// The item that is row number `row`, counted from 1.
    #[inline]
    pub(crate) fn get(&self, row: u8) -> Option<Frame<'a, R>> {
        let index = usize::from(row).checked_sub(1)?;
        match self.few.get(index) {
            Some(frame) => *frame,
            None => self.more.get(index - self.few.len()).copied().flatten(),
        }
    }

    #[inline]
    pub(crate) fn set(&mut self, row: u8, frame: Option<Frame<'a, R>>) {
        let Some(index) = usize::from(row).checked_sub(1) else {
            return;
        };
        if let Some(place) = self.few.get_mut(index) {
            *place = frame;
            return;
        }
        let index = index - self.few.len();
        if self.more.len() <= index {
            self.more.resize(index + 1, None);
        }
        self.more[index] = frame;
    }
}
