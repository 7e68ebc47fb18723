//! Brings batches into the order of a key, and cuts them between customers.

use std::{cmp::Ordering, fmt, ops::Range, sync::Arc};

use arrow_array::{ArrayRef, RecordBatch, UInt32Array, UInt64Array};
use arrow_ord::sort::{SortColumn, lexsort_to_indices};
use arrow_schema::ArrowError;
use arrow_select::{concat::concat_batches, take::take_record_batch};

use super::keys::{Keys, order};

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
#[derive(Clone, Debug)]
pub struct Sorted {
    key: String,
    parts: Vec<Part>,
}

/// Some customers with all their events, see [`Sorted`].
#[derive(Clone, Debug)]
pub struct Part {
    customers: RecordBatch,
    events: Vec<(String, RecordBatch)>,
}

/// Why batches cannot be sorted by a key.
#[derive(Debug)]
pub struct SortError(String);

impl fmt::Display for SortError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for SortError {}

impl From<ArrowError> for SortError {
    fn from(error: ArrowError) -> Self {
        Self(error.to_string())
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
        let keys = keys_of(&keys, key)?;
        let rows = rows.max(1);
        let count = sorted.order.len();
        if let Some(row) = (1..count).find(|row| keys.at(row - 1) == keys.at(*row)) {
            return Err(SortError(format!(
                "column `{key}`: two customers have the same key, rows {} and {row} of those sorted",
                row - 1
            )));
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
    /// As for [`new`](Self::new), and events whose customer is not there.
    pub fn events(mut self, name: &str, key: &str, events: &[RecordBatch]) -> Result<Self, SortError> {
        let sorted = InOrder::of(events, &[key, "at"])?;
        let keys = sorted.keys(key)?;
        let keys = keys_of(&keys, key)?;
        let mut start = 0;
        for part in &mut self.parts {
            let customers = keys_of(&part.customers, &self.key)?;
            let last = part.customers.num_rows().checked_sub(1);
            let Some(last) = last.and_then(|last| customers.at(last)) else {
                continue;
            };
            let mut end = start;
            while keys
                .at(end)
                .is_some_and(|it| order(it, last) != Some(Ordering::Greater))
            {
                end += 1;
            }
            part.events.push((name.to_owned(), sorted.rows(start..end)?));
            start = end;
        }
        let left = sorted.order.len() - start;
        if left > 0 {
            return Err(SortError(format!(
                "{left} of the {name} belong to customers that are not there"
            )));
        }
        Ok(self)
    }

    /// The parts, in the order of the key.
    #[must_use]
    pub fn parts(&self) -> &[Part] {
        &self.parts
    }
}

fn keys_of<'a>(batch: &'a RecordBatch, key: &str) -> Result<Keys<'a>, SortError> {
    Keys::of(batch, key).map_err(|(row, message)| {
        let row = row.map(|row| format!(", row {row}")).unwrap_or_default();
        SortError(format!("column `{key}`{row}: {message}"))
    })
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
            return Err(SortError(
                "there is no batch, not even an empty one with the columns".to_owned(),
            ));
        };
        let all = concat_batches(first.schema_ref(), batches)?;
        let mut by = Vec::new();
        for name in columns {
            let column = all.column_by_name(name);
            let column = column.ok_or_else(|| SortError(format!("there is no column `{name}`")))?;
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

    /// Some of the rows in order, with no more of their lists than they have.
    fn rows(&self, rows: Range<usize>) -> Result<RecordBatch, SortError> {
        let order = self.order.slice(rows.start, rows.len());
        Ok(take_record_batch(&self.all, &order)?)
    }
}
