//! Columns out of Arrow arrays, where they can be borrowed without a copy (feature `arrow`).
//!
//! [`Customers::from_arrow`] reads a `RecordBatch` of customers, and [`Customers::events`] one of the events of a type, which
//! are sorted by the same key. [`Sorted`] sorts batches so, and cuts them.
//!
//! | type | arrays |
//! |---|---|
//! | `bool` | `Boolean` |
//! | `int` | `Int64`; `Int8` to `Int32` and `UInt8` to `UInt64` by a copy |
//! | `decimal` | `Decimal64` with four digits; `Decimal32`, `Decimal128`, other digits and whole numbers by a copy; `Float64` and `Float32` by their shortest digits |
//! | `float` | `Float64`; `Float32` and whole numbers by a copy |
//! | `string`, `url`, `ref`, words | `Utf8`, `LargeUtf8` and dictionaries of them; `Utf8View` by a copy |
//! | `date` | `Date32` |
//! | `datetime` | `Timestamp` in microseconds; in seconds, milliseconds and nanoseconds by a copy. One without a zone is in UTC |
//! | `geo` | `Struct` of `lat` and `lon` in `Float64`; `FixedSizeList` of both, in that order, by a copy |
//! | lists | `List` and `LargeList` of one of these, or of `Struct` for records |
//! | records | `Struct`; or a column per field, named with dots |
//!
//! Events stand with their customers, as a `List` of `Struct` under the name of their type, in the order of `at`; or in a batch of
//! their own for each type.
//!
//! A null is a missing value. A column that the schema does not name is refused, unless it says `customer open` or the
//! [`Loader`] ignores what is unknown.

mod array;
mod keys;
mod sort;

use arrow_array::{Array, RecordBatch, StructArray, cast::AsArray};
use arrow_schema::{DataType, Field};

use super::{
    Bits, ColumnError, Customers, check,
    column::{Column, Columns},
};
use crate::{
    record::Loader,
    schema::{Layout, Slot},
};

pub use keys::Keys;
pub use sort::{Part, SortError, Sorted};

/// What batches hold beside values of the layout.
#[derive(Clone, Copy)]
struct Beside<'n> {
    /// Of events: the key of their customer.
    key: Option<&'n str>,
    /// Whether columns that have no name in the schema are passed over.
    open: bool,
    /// What stands before names in errors.
    of: &'n str,
}

impl<'a> Customers<'a> {
    pub(crate) fn of_arrow(batch: &'a RecordBatch, loader: &Loader) -> Result<Self, ColumnError> {
        let shape = loader.shape();
        let beside = Beside {
            key: None,
            open: loader.passes_unknown(),
            of: "",
        };
        let index = |field: &Field| shape.schema.events.get_index_of(field.name().as_str());
        let (events, attributes): (Vec<_>, Vec<_>) =
            fields_of_batch(batch).partition(|(field, _)| index(field).is_some());
        let mut columns = columns(attributes, batch.num_rows(), &shape.customer, beside)?;
        for (field, array) in events {
            if let Some(index) = index(field)
                && *array.data_type() != DataType::Null
            {
                let beside = Beside {
                    of: field.name(),
                    ..beside
                };
                let (offsets, events) = array::events(array, &shape.events[index], beside)?;
                columns = columns.events(field.name(), offsets, events);
            }
        }
        Self::checked(columns, loader)
    }

    /// Adds the events of a type, sorted by the key of their customers and then by `at`. The key is in the column of the same
    /// name as the customers' key; see [`events_by`](Self::events_by) for another name.
    ///
    /// # Errors
    ///
    /// What is not as the schema says; customers whose keys do not ascend, events that are not in the order of these keys, or
    /// that belong to none of these customers: with the column and the row. [`Sorted`] brings batches into that order.
    ///
    /// # Example
    ///
    /// ```
    /// use std::sync::Arc;
    /// use arrow_array::{Int64Array, RecordBatch, StringArray, TimestampMicrosecondArray};
    /// use audience::{Definitions, Zone, batch::Customers};
    ///
    /// let shop = Definitions::parse(
    ///     "customer { id: string key }  event visits { pages: int }
    ///      segment readers = sum(pages of visits) >= 10",
    /// )?;
    /// let customers = RecordBatch::try_from_iter([("id", Arc::new(StringArray::from(vec!["ana", "ben"])) as _)])?;
    /// let visits = RecordBatch::try_from_iter([
    ///     ("id", Arc::new(StringArray::from(vec!["ana", "ana", "ben"])) as _),
    ///     ("at", Arc::new(TimestampMicrosecondArray::from(vec![1, 2, 1]).with_timezone("UTC")) as _),
    ///     ("pages", Arc::new(Int64Array::from(vec![4, 6, 3])) as _),
    /// ])?;
    /// let people = Customers::from_arrow(&shop, &customers)?.events("visits", &visits)?;
    /// let at = shop.at("2026-06-01T00:00:00Z".parse()?, &Zone::UTC);
    /// assert_eq!(shop.segment("readers")?.evaluate(&people, &at).rows().collect::<Vec<_>>(), [0]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn events(self, name: &str, events: &'a RecordBatch) -> Result<Self, ColumnError> {
        let key = self.key_name();
        self.events_by(name, &key, events)
    }

    /// Adds the events of a type whose column `key` has the key of their customer; otherwise as [`events`](Self::events).
    ///
    /// # Errors
    ///
    /// As for [`events`](Self::events).
    ///
    /// ```
    /// use std::sync::Arc;
    /// use arrow_array::{RecordBatch, StringArray, TimestampMicrosecondArray};
    /// # use audience::{Definitions, Zone, batch::Customers};
    ///
    /// let shop = Definitions::parse(
    ///     "customer { id: string key }  event visits {}  segment regulars = at least 2 visits",
    /// )?;
    /// let ids = |ids: Vec<&str>| Arc::new(StringArray::from(ids)) as _;
    /// let customers = RecordBatch::try_from_iter([("id", ids(vec!["ana", "ben"]))])?;
    /// let times = Arc::new(TimestampMicrosecondArray::from(vec![1, 1, 2])) as _;
    /// let visits = RecordBatch::try_from_iter([("visitor", ids(vec!["ana", "ben", "ben"])), ("at", times)])?;
    /// let people = Customers::from_arrow(&shop, &customers)?.events_by("visits", "visitor", &visits)?;
    /// let at = shop.at("2026-06-01T00:00:00Z".parse()?, &Zone::UTC);
    /// assert_eq!(shop.segment("regulars")?.evaluate(&people, &at).rows().collect::<Vec<_>>(), [1]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn events_by(mut self, name: &str, key: &str, events: &'a RecordBatch) -> Result<Self, ColumnError> {
        let Some(index) = self.shape.schema.events.get_index_of(name) else {
            let names = self.shape.schema.events.keys().map(|it| &**it);
            return Err(ColumnError::new(name, None, check::unknown("event", name, names)));
        };
        let layout = &self.shape.events[index];
        let beside = Beside {
            key: Some(key),
            open: self.open,
            of: name,
        };
        let offsets = keys::offsets(&self, (name, key), events)?;
        let columns = columns(fields_of_batch(events), events.num_rows(), layout, beside)?;
        check::events(
            &mut self.table,
            &self.shape,
            &self.schemes,
            (name, offsets, columns),
        )?;
        Ok(self)
    }
}

/// Checks events of a type by themselves: the keys of their customers, and all that the schema says of one event.
pub(crate) fn check_events(
    loader: &Loader,
    (name, key): (&str, &str),
    events: &RecordBatch,
) -> Result<(), ColumnError> {
    let shape = loader.shape();
    let Some(index) = shape.schema.events.get_index_of(name) else {
        let names = shape.schema.events.keys().map(|it| &**it);
        return Err(ColumnError::new(name, None, check::unknown("event", name, names)));
    };
    let layout = &shape.events[index];
    Keys::of(events, key).map_err(|error| error.of(name))?;
    let beside = Beside {
        key: Some(key),
        open: loader.passes_unknown(),
        of: name,
    };
    let columns = columns(fields_of_batch(events), events.num_rows(), layout, beside)?;
    check::rows(columns, layout, loader.schemes(), name)
}

fn fields_of_batch(batch: &RecordBatch) -> impl Iterator<Item = (&Field, &dyn Array)> {
    let fields = batch.schema_ref().fields().iter().map(|it| &**it);
    fields.zip(batch.columns().iter().map(|it| &**it))
}

/// So many rows of the arrays of fields as columns.
fn columns<'f, 'a>(
    fields: impl IntoIterator<Item = (&'f Field, &'a dyn Array)>,
    rows: usize,
    layout: &Layout,
    beside: Beside<'_>,
) -> Result<Columns<'a>, ColumnError> {
    let mut reader = Reader {
        layout,
        beside,
        columns: Columns::new(rows),
    };
    reader.add("", fields.into_iter(), None)?;
    Ok(reader.columns)
}

struct Reader<'l, 'a> {
    layout: &'l Layout,
    beside: Beside<'l>,
    columns: Columns<'a>,
}

impl<'a> Reader<'_, 'a> {
    /// Adds fields of the record at that path, which may itself be missing.
    fn add<'f>(
        &mut self,
        path: &str,
        fields: impl Iterator<Item = (&'f Field, &'a dyn Array)>,
        around: Option<&Bits<'a>>,
    ) -> Result<(), ColumnError> {
        for (field, array) in fields {
            let name = match path {
                "" => field.name().clone(),
                path => format!("{path}.{}", field.name()),
            };
            let shown = match self.beside.of {
                "" => name.clone(),
                of => format!("{of}.{name}"),
            };
            let known = both(known(array), around);
            if let Some(slot) = self.layout.slots.iter().find(|slot| slot.name() == name) {
                if *array.data_type() == DataType::Null {
                    continue;
                }
                let column = array::column(array, slot, known, self.beside.open)
                    .map_err(|fault| ColumnError::new(shown, fault.row, fault.message))?;
                let columns = std::mem::replace(&mut self.columns, Columns::new(0));
                self.columns = columns.column(name, column);
            } else if let (Some(record), true) = (array.as_struct_opt(), self.has_inside(&name)) {
                self.add(&name, fields_of(record), known.as_ref())?;
            } else if !self.beside.open && self.beside.key != Some(&*name) {
                let names: Vec<_> = self.layout.slots.iter().map(Slot::name).collect();
                let message = check::unknown("attribute", &name, names.iter().map(|it| &**it));
                return Err(ColumnError::new(shown, None, message));
            }
        }
        Ok(())
    }

    fn has_inside(&self, name: &str) -> bool {
        let mut names = self.layout.slots.iter().map(Slot::name);
        names.any(|slot| slot.strip_prefix(name).is_some_and(|rest| rest.starts_with('.')))
    }
}

fn fields_of(record: &StructArray) -> impl Iterator<Item = (&Field, &dyn Array)> {
    let fields = record.fields().iter().map(|it| &**it);
    fields.zip(record.columns().iter().map(|it| &**it))
}

/// Where the values of an array are known; everywhere when this is nothing.
fn known(array: &dyn Array) -> Option<Bits<'_>> {
    if let Some(dictionary) = array.as_any_dictionary_opt()
        && dictionary.values().null_count() > 0
    {
        let nulls = array.logical_nulls()?;
        return Some(nulls.iter().collect());
    }
    let nulls = array.nulls().filter(|nulls| nulls.null_count() > 0)?;
    Bits::packed(nulls.validity(), nulls.offset(), nulls.len())
}

/// Says in which rows the values of a column are known, beside what it says itself.
fn with_known<'a>(mut column: Column<'a>, known: Option<Bits<'a>>) -> Column<'a> {
    column.known = both(known, column.known.as_ref());
    column
}

fn both<'a>(one: Option<Bits<'a>>, two: Option<&Bits<'a>>) -> Option<Bits<'a>> {
    match (one, two) {
        (Some(one), Some(two)) => Some((0..one.len()).map(|row| one.get(row) && two.get(row)).collect()),
        (one, two) => one.or_else(|| two.cloned()),
    }
}
