//! Brings batches into the order of a key, and cuts them between customers.

use std::{cmp::Ordering, fmt, ops::Range, sync::Arc};

use arrow_array::{ArrayRef, RecordBatch, UInt32Array, UInt64Array};
use arrow_ord::sort::{SortColumn, lexsort_to_indices};
use arrow_schema::ArrowError;
use arrow_select::{concat::concat_batches, take::take_record_batch};

use super::{super::check, keys::Keys};

/// Customers and events in the order of the customers' keys, cut into parts none of which shares a customer with another.
///
/// All is copied once or twice, and takes time n log n.
///
/// # Example
///
/// ```
/// use std::sync::Arc;
/// use arrow_array::{RecordBatch, StringArray, TimestampMicrosecondArray};
/// use audience::{Definitions, batch::{Customers, arrow::Sorted}};
///
/// let shop = Definitions::parse("customer { id: string key }  event visits { }")?;
/// let ids = |ids: Vec<&str>| Arc::new(StringArray::from(ids)) as _;
/// let customers = RecordBatch::try_from_iter([("id", ids(vec!["eva", "ana", "ben"]))])?;
/// let times = Arc::new(TimestampMicrosecondArray::from(vec![3, 2, 1])) as _;
/// let visits = RecordBatch::try_from_iter([("id", ids(vec!["eva", "ana", "eva"])), ("at", times)])?;
///
/// let sorted = Sorted::new("id", &[customers], 2)?.events("visits", "id", &[visits])?;
/// let mut sizes = Vec::new();
/// for part in sorted.parts() {
///     let mut people = Customers::from_arrow(&shop, part.customers())?;
///     for (name, events) in part.events() {
///         people = people.events(name, events)?;
///         sizes.push((people.len(), events.num_rows()));
///     }
/// }
/// assert_eq!(sizes, [(2, 1), (1, 2)]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// `Debug` shows how many parts there are, as everything else may be personal.
#[derive(Clone)]
pub struct Sorted {
    key: String,
    parts: Vec<Part>,
}

/// Some customers with all their events, see [`Sorted`]. `Debug` shows how many there are.
///
/// ```
/// use std::sync::Arc;
/// use arrow_array::{RecordBatch, StringArray};
/// use audience::batch::arrow::Sorted;
///
/// let ids = Arc::new(StringArray::from(vec!["eva", "ana", "ben"])) as _;
/// let sorted = Sorted::new("id", &[RecordBatch::try_from_iter([("id", ids)])?], 2)?;
/// let sizes: Vec<_> = sorted.parts().iter().map(|part| (part.customers().num_rows(), part.events().count())).collect();
/// assert_eq!(sizes, [(2, 0), (1, 0)]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Part {
    customers: RecordBatch,
    events: Vec<(String, RecordBatch)>,
}

impl fmt::Debug for Sorted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sorted")
            .field("key", &self.key)
            .field("parts", &self.parts.len())
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut part = f.debug_struct("Part");
        part.field("customers", &self.customers.num_rows());
        for (name, events) in &self.events {
            part.field(name, &events.num_rows());
        }
        part.finish_non_exhaustive()
    }
}

/// Why batches cannot be sorted by a key: which column and row where it is about one, and what is wrong.
///
/// Rows count from 0 over all batches, one after the other as they were given. Keys are not shown, as they may be personal.
///
/// ```
/// use std::sync::Arc;
/// use arrow_array::{RecordBatch, StringArray};
/// use audience::batch::arrow::Sorted;
///
/// let ids = |ids: [&str; 2]| RecordBatch::try_from_iter([("id", Arc::new(StringArray::from_iter_values(ids)) as _)]);
/// let customers = [ids(["eva", "ana"])?, ids(["ben", "eva"])?];
/// let error = Sorted::new("id", &customers, 1_000).unwrap_err();
/// assert_eq!((error.column(), error.row()), (Some("id"), Some(3)));
/// assert_eq!(error.to_string(), "column `id`, row 3: the customer of row 0 has the same key; leave one of them out");
///
/// let error = Sorted::new("ids", &customers, 1_000).unwrap_err();
/// assert_eq!(error.to_string(), "column `ids`: there is no such column; did you mean `id`?");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SortError {
    column: Option<String>,
    row: Option<usize>,
    message: String,
}

impl SortError {
    fn of_column(column: &str, row: Option<usize>, message: impl Into<String>) -> Self {
        Self {
            column: Some(column.to_owned()),
            row,
            message: message.into(),
        }
    }

    fn of_all(message: impl Into<String>) -> Self {
        Self {
            column: None,
            row: None,
            message: message.into(),
        }
    }

    /// The name of the column; nothing where it is about all of them.
    #[must_use]
    pub fn column(&self) -> Option<&str> {
        self.column.as_deref()
    }

    /// The row, counted over all batches in the order in which they were given.
    #[must_use]
    pub fn row(&self) -> Option<usize> {
        self.row
    }

    /// What is wrong, and how it is mended.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }
}

impl fmt::Display for SortError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(column) = &self.column {
            write!(f, "column `{column}`")?;
            if let Some(row) = self.row {
                write!(f, ", row {row}")?;
            }
            f.write_str(": ")?;
        }
        f.write_str(&self.message)
    }
}

impl std::error::Error for SortError {}

impl From<ArrowError> for SortError {
    fn from(error: ArrowError) -> Self {
        Self::of_all(error.to_string())
    }
}

impl Part {
    /// The customers, by their key.
    #[must_use]
    pub fn customers(&self) -> &RecordBatch {
        &self.customers
    }

    /// The events of each type that was added, by the key of their customers and then by `at`.
    pub fn events(&self) -> impl Iterator<Item = (&str, &RecordBatch)> {
        self.events.iter().map(|(name, events)| (&**name, events))
    }
}

impl Sorted {
    /// Sorts customers by the column of their key, and cuts them into parts of at most so many.
    ///
    /// # Errors
    ///
    /// Batches of different columns, a key that is missing or of which there are no columns, and customers with the same key.
    pub fn new(key: &str, customers: &[RecordBatch], rows: usize) -> Result<Self, SortError> {
        let sorted = InOrder::of(customers, &[key])?;
        let keys = sorted.keys(key)?;
        let keys = sorted.keys_of(&keys, key)?;
        let rows = rows.max(1);
        let count = sorted.order.len();
        if let Some(row) = (1..count).find(|row| keys.get(row - 1) == keys.get(*row)) {
            let first = sorted.given(row - 1);
            let message = format!("the customer of row {first} has the same key; leave one of them out");
            return Err(SortError::of_column(key, Some(sorted.given(row)), message));
        }
        let starts = (0..count).step_by(rows);
        let parts = starts.map(|start| {
            Ok(Part {
                customers: sorted.rows(start..count.min(start + rows))?,
                events: Vec::new(),
            })
        });
        Ok(Self {
            key: key.to_owned(),
            parts: parts.collect::<Result<_, SortError>>()?,
        })
    }

    /// Sorts events by the column `key`, which has the key of their customer, and by `at`; gives each part its own. Events that come
    /// at the same time keep their order.
    ///
    /// # Errors
    ///
    /// As for [`new`](Self::new), and an event whose customer is not there.
    pub fn events(mut self, name: &str, key: &str, events: &[RecordBatch]) -> Result<Self, SortError> {
        let sorted = InOrder::of(events, &[key, "at"])?;
        let keys = sorted.keys(key)?;
        let keys = sorted.keys_of(&keys, key)?;
        let mut end = 0;
        for part in &mut self.parts {
            let (start, mut customer) = (end, 0);
            let customers = Keys::of(&part.customers, &self.key)
                .map_err(|error| SortError::of_column(&self.key, None, error.message()))?;
            // Both ascend: a customer is gone past when a later key comes.
            while let (Some(event), Some(this)) = (keys.get(end), customers.get(customer)) {
                match Keys::order(event, this) {
                    Some(Ordering::Equal) => end += 1,
                    Some(Ordering::Greater) => customer += 1,
                    Some(Ordering::Less) => return Err(sorted.stray(key, end)),
                    None => {
                        let message = "the keys of customers and of events are of different types";
                        return Err(SortError::of_column(key, None, message));
                    }
                }
            }
            part.events.push((name.to_owned(), sorted.rows(start..end)?));
        }
        if end < sorted.order.len() {
            return Err(sorted.stray(key, end));
        }
        Ok(self)
    }

    /// The parts, in the order of the key.
    #[must_use]
    pub fn parts(&self) -> &[Part] {
        &self.parts
    }
}

/// Rows and the order in which they are wanted.
struct InOrder {
    all: RecordBatch,
    order: UInt32Array,
}

impl InOrder {
    /// All rows by those columns, and where they are equal as they came.
    fn of(batches: &[RecordBatch], columns: &[&str]) -> Result<Self, SortError> {
        let Some(first) = batches.first() else {
            let message = "there is no batch; give an empty one with the columns where there are no rows";
            return Err(SortError::of_all(message));
        };
        let all = concat_batches(first.schema_ref(), batches)?;
        let mut by = Vec::new();
        for name in columns {
            let column = all.column_by_name(name);
            let column = column.ok_or_else(|| {
                let names = all.schema_ref().fields().iter().map(|it| it.name().as_str());
                SortError::of_column(name, None, check::unknown("column", name, names))
            })?;
            by.push(column.clone());
        }
        let count = u64::try_from(all.num_rows()).unwrap_or(u64::MAX);
        by.push(Arc::new(UInt64Array::from_iter_values(0..count)) as ArrayRef);
        let by: Vec<_> = by
            .into_iter()
            .map(|values| SortColumn {
                values,
                options: None,
            })
            .collect();
        let order = lexsort_to_indices(&by, None)?;
        Ok(Self { all, order })
    }

    /// The column of that name alone, in order.
    fn keys(&self, name: &str) -> Result<RecordBatch, SortError> {
        let column = self.all.project(&[self.all.schema_ref().index_of(name)?])?;
        Ok(take_record_batch(&column, &self.order)?)
    }

    /// What stands in that column, whose rows are in order.
    fn keys_of<'a>(&self, keys: &'a RecordBatch, name: &str) -> Result<Keys<'a>, SortError> {
        Keys::of(keys, name).map_err(|error| {
            SortError::of_column(name, error.row().map(|row| self.given(row)), error.message())
        })
    }

    /// Where a row in order stood among those given.
    fn given(&self, row: usize) -> usize {
        self.order.values()[row] as usize
    }

    fn stray(&self, key: &str, row: usize) -> SortError {
        let message = "no customer has this key; leave the event out, or add the customer";
        SortError::of_column(key, Some(self.given(row)), message)
    }

    /// Some of the rows in order, with no more of their lists than they have.
    fn rows(&self, rows: Range<usize>) -> Result<RecordBatch, SortError> {
        let order = self.order.slice(rows.start, rows.len());
        Ok(take_record_batch(&self.all, &order)?)
    }
}
