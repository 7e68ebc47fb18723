//! Where customers' values come from: our own compact [`Customer`], or any struct that implements [`Record`].

mod adapter;
mod binding;
mod bound;
mod cell;
mod customer;
mod error;
mod events;
mod field_test;
mod fill;
mod form;
mod items;
mod json;
mod load;
mod passages;
mod placed;
mod serialize;
mod table;
mod update;
mod written;

pub use adapter::{FieldType, FieldValue, Item, Record, RecordField, field_name};
pub(crate) use binding::Binding;
pub use binding::{BindError, BindProblem};
pub(crate) use bound::BoundRow;
#[cfg(feature = "batch")]
pub(crate) use cell::{Examined, Fault, examine};
pub use customer::Customer;
pub(crate) use customer::{Cells, Shape};
pub use error::{LoadError, LoadErrorKind};
pub use field_test::FieldTest;
pub(crate) use items::ItemRow;
pub use items::Items;
pub use load::Loader;
pub(crate) use passages::{Passage, PassageKey};
pub(crate) use placed::PlacedRow;
pub(crate) use table::{TableRow, TableRows};
pub(crate) use written::{WAYS, Way};

/// A row whose values are reached by slot, see [`Layout`](crate::schema::Layout).
///
/// Every method gives `None` when the value is missing. The compiler asks a slot only for the type it has; what any other
/// question gives is not specified (it does not panic).
pub(crate) trait Row<'a>: Copy + 'a {
    type Item: Row<'a, Item = Self::Item>;
    type Rows: Rows<'a, Row = Self::Item>;

    fn known(self, slot: u32) -> bool;
    fn bool(self, slot: u32) -> Option<bool>;
    fn int(self, slot: u32) -> Option<i64>;
    fn float(self, slot: u32) -> Option<f64>;
    /// In units of 1/10000.
    fn decimal(self, slot: u32) -> Option<i64>;
    /// Text, URLs, references, and enumerations as their word.
    fn text(self, slot: u32) -> Option<&'a str>;
    /// Whether the text is known and is this one, in which there is no U+0000.
    #[inline]
    fn text_is(self, slot: u32, text: &str) -> bool {
        self.text(slot) == Some(text)
    }
    /// The head of the text in the customer's own row, whose heads stand in their cells, see [`text::head`](crate::value::text::head).
    #[inline]
    fn head(self, slot: u32, _cell: u32) -> Option<u64> {
        self.text(slot).map(crate::value::text::head)
    }
    /// The position of an enumeration's word among its words; `None` too for text that is none of them.
    fn word(self, slot: u32) -> Option<u32>;
    /// Days since 1970.
    fn date(self, slot: u32) -> Option<i32>;
    /// Microseconds since 1970.
    fn datetime(self, slot: u32) -> Option<i64>;
    fn geo(self, slot: u32) -> Option<crate::value::Geo>;
    fn list(self, slot: u32) -> Option<Self::Rows>;
    /// The events of that type; empty for rows other than a customer.
    fn events(self, event: usize) -> Self::Rows;
}

/// The rows of a list, in the order given, or the events of a type.
pub(crate) trait Rows<'a>: Copy {
    type Row: Row<'a>;

    fn len(self) -> usize;
    fn get(self, index: usize) -> Self::Row;
    /// When an event happened, in microseconds since 1970.
    fn at(self, index: usize) -> i64;
    /// Tells whether the events stand in the order of time. A loaded customer's always do; those of a struct read in
    /// place may not, and what depends on their order then goes through an index sorted stably by time.
    fn sorted(self) -> bool;
    /// Tells whether they are known to be sorted without looking at them, so that searching beats asking each event.
    fn searchable(self) -> bool;
    /// Whether it is clear without a look at the events that all of them are before an instant.
    #[inline]
    fn end_before(self, _time: i64) -> bool {
        false
    }
    /// How many of the first so many events, which stand in the order of time, are before an instant.
    #[inline]
    fn before(self, len: usize, time: i64) -> usize {
        let (mut low, mut high) = (0, len);
        while low < high {
            let middle = low + (high - low) / 2;
            if self.at(middle) < time {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low
    }
    /// The exact sum of an int or decimal property over a range of sorted events, with the number of known values, where
    /// running sums are kept.
    fn running_sum(self, slot: u32, range: std::ops::Range<usize>) -> Option<(i128, usize)>;
}

#[cfg(test)]
mod equivalence;
#[cfg(test)]
mod tests;
