//! Which events belong to which customer: both are in the order of the same key.

use std::cmp::Ordering;

use arrow_array::{Array, RecordBatch};

use super::{
    super::{
        ColumnError, Customers, check,
        column::{Codes, Given, Offsets, Texts},
    },
    array,
};
use crate::value::ValueRef;

/// The keys of customers in the rows of a batch, of customers or of events: texts or whole numbers.
///
/// # Example
///
/// ```
/// use std::sync::Arc;
/// use arrow_array::{RecordBatch, StringArray};
/// use audience::{ValueRef, batch::arrow::Keys};
///
/// let visits = RecordBatch::try_from_iter([("id", Arc::new(StringArray::from(vec!["ana", "ben"])) as _)])?;
/// let keys = Keys::of(&visits, "id")?;
/// assert_eq!((keys.get(1), keys.get(2)), (Some(ValueRef::Text("ben")), None));
/// assert!(Keys::of(&visits, "customer").is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Keys<'a>(Column<'a>);

#[derive(Clone, Debug)]
enum Column<'a> {
    Texts(Texts<'a>),
    Coded(Codes<'a>, Texts<'a>),
    Numbers(std::borrow::Cow<'a, [i64]>),
}

impl<'a> Keys<'a> {
    /// The keys in the column of that name. Signed numbers of 64 bits and texts with offsets are borrowed, and all others brought into that form.
    ///
    /// # Errors
    ///
    /// When there is no such column, when it has neither texts nor whole numbers, and when a key is missing: with its row.
    pub fn of(batch: &'a RecordBatch, name: &str) -> Result<Self, ColumnError> {
        let error = |row, message: String| ColumnError::new(name, row, message);
        let Some(array) = batch.column_by_name(name) else {
            let schema = batch.schema_ref();
            let names = schema.fields().iter().map(|it| it.name().as_str());
            let unknown = check::unknown("column", name, names);
            return Err(error(None, unknown));
        };
        let nulls = array.logical_nulls();
        if let Some(row) = nulls.and_then(|nulls| (0..nulls.len()).find(|row| nulls.is_null(*row))) {
            return Err(error(Some(row), "the key of the customer is missing".to_owned()));
        }
        match array::key(array) {
            Some(Ok(column)) => match column.values {
                Given::Texts(texts) => Ok(Self(Column::Texts(texts))),
                Given::Coded(codes, texts) => Ok(Self(Column::Coded(codes, texts))),
                Given::Ints(numbers) => Ok(Self(Column::Numbers(numbers))),
                _ => Err(error(None, "keys are texts or whole numbers".to_owned())),
            },
            Some(Err(fault)) => Err(error(fault.row, fault.message)),
            None => {
                let message = format!("keys are texts or whole numbers, found {}", array.data_type());
                Err(error(None, message))
            }
        }
    }

    /// The key in that row; nothing when there is no such row.
    #[inline]
    #[must_use]
    pub fn get(&self, row: usize) -> Option<ValueRef<'_>> {
        match &self.0 {
            Column::Texts(texts) => texts.get(row).map(ValueRef::Text),
            Column::Coded(codes, texts) => texts.get(codes.at(row)?).map(ValueRef::Text),
            Column::Numbers(numbers) => numbers.get(row).copied().map(ValueRef::Int),
        }
    }

    /// The order of two keys: texts by their bytes, numbers by size. There is none between the two.
    ///
    /// ```
    /// use audience::{ValueRef, batch::arrow::Keys};
    ///
    /// assert!(Keys::order(ValueRef::Text("ana"), ValueRef::Text("ben")).is_some_and(|it| it.is_lt()));
    /// assert_eq!(Keys::order(ValueRef::Text("1"), ValueRef::Int(1)), None);
    /// ```
    #[must_use]
    pub fn order(one: ValueRef<'_>, two: ValueRef<'_>) -> Option<Ordering> {
        match (one, two) {
            (ValueRef::Text(one), ValueRef::Text(two)) => Some(one.cmp(two)),
            (ValueRef::Int(one), ValueRef::Int(two)) => Some(one.cmp(&two)),
            _ => None,
        }
    }
}

/// Where the events of each customer begin and end. Takes time in proportion to both.
pub(super) fn offsets(
    people: &Customers<'_>,
    (name, key): (&str, &str),
    events: &RecordBatch,
) -> Result<Offsets<'static>, ColumnError> {
    let column = format!("{name}.{key}");
    let error = |row, message: String| ColumnError::new(column.clone(), row, message);
    if events.column_by_name(key).is_none() {
        let names = events.schema_ref().fields().iter().map(|it| it.name().as_str());
        let unknown = check::unknown("column", key, names);
        let message = format!("{unknown}; `events_by` takes the keys of customers from one of another name");
        return Err(error(None, message));
    }
    let keys = Keys::of(events, key).map_err(|error| error.of(name))?;
    ascending(people)?;
    let mut offsets = Vec::with_capacity(people.len() + 1);
    let mut next = 0;
    offsets.push(0);
    for customer in (0..people.len()).filter_map(|row| people.key(row)) {
        while let Some(event) = keys.get(next) {
            match Keys::order(event, customer) {
                Some(Ordering::Equal) => next += 1,
                Some(Ordering::Greater) => break,
                Some(Ordering::Less) => return Err(error(Some(next), stray(&keys, next).to_owned())),
                None => {
                    return Err(error(
                        None,
                        "the keys of customers and of events are of different types".to_owned(),
                    ));
                }
            }
        }
        offsets.push(next);
    }
    if next < events.num_rows() {
        return Err(error(Some(next), stray(&keys, next).to_owned()));
    }
    Ok(Offsets::of(&offsets))
}

fn ascending(people: &Customers<'_>) -> Result<(), ColumnError> {
    let mut before = None;
    for row in 0..people.len() {
        let key = people.key(row);
        if let (Some(before), Some(key)) = (before, key)
            && Keys::order(before, key) != Some(Ordering::Less)
        {
            let message = "the keys of customers must ascend where events are added; `Sorted` brings them into that order";
            return Err(ColumnError::new(people.key_name(), Some(row), message));
        }
        before = key;
    }
    Ok(())
}

/// Why an event belongs to no customer.
fn stray(keys: &Keys<'_>, row: usize) -> &'static str {
    let before = row.checked_sub(1).and_then(|before| keys.get(before));
    let is_back = before
        .is_some_and(|before| keys.get(row).and_then(|it| Keys::order(it, before)) == Some(Ordering::Less));
    if is_back {
        "the event comes after those of a later key; `Sorted` brings events into the order of their customers' keys"
    } else {
        "no customer has this key; leave the event out, or add the customer"
    }
}
