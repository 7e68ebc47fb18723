//! The events of a type that stand in a file of their own, brought to their customers.

use std::{cmp::Ordering, collections::HashMap, mem, sync::Arc};

use arrow_array::{
    Array, ArrayRef, LargeListArray, RecordBatch, StructArray, UInt64Array,
    builder::OffsetBufferBuilder,
    cast::AsArray,
    types::{
        TimestampMicrosecondType, TimestampMillisecondType, TimestampNanosecondType, TimestampSecondType,
    },
};
use arrow_schema::{ArrowError, DataType, Field, TimeUnit};
use arrow_select::{interleave::interleave_record_batch, take::take};
use audience::{ValueRef, batch::arrow::Keys};

use super::source::Source;
use crate::failure::Failure;

/// The events of a type.
pub(super) struct Events<'r> {
    name: String,
    key: Key,
    source: Source<'r>,
    /// Whether they and the customers are in the order of the keys, so that they are read as their customers come.
    in_order: bool,
    /// What has been read of the events of customers who have not come yet, when they are in order.
    read: Vec<RecordBatch>,
    /// Those that are at hand: all, or when they are in order those of the customers that came last.
    held: Held,
    /// How many belong to no customer, and the key of the first of them.
    strays: u64,
    stray: Option<String>,
}

/// The column that has the key of the customer.
#[derive(Clone)]
pub(super) struct Key {
    pub(super) name: String,
    /// Whether it is a property of the event, too.
    pub(super) is_property: bool,
    /// Whether it must not be shown.
    pub(super) is_hidden: bool,
}

impl<'r> Events<'r> {
    /// Those that `source` reads: all of them at once, unless they and the customers are in the order of the keys.
    pub(super) fn new(name: &str, key: Key, source: Source<'r>, in_order: bool) -> Result<Self, Failure> {
        let mut events = Self {
            name: name.to_owned(),
            key,
            source,
            in_order,
            read: Vec::new(),
            held: Held::default(),
            strays: 0,
            stray: None,
        };
        if !in_order {
            while let Some(batch) = events.source.next()? {
                events.hold(&batch)?;
            }
            events.held.arrange();
        }
        Ok(events)
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// The events of the customers with those keys, a list for each in the order of time; nothing when there are none to read.
    pub(super) fn lists(&mut self, customers: &Keys<'_>, rows: usize) -> Result<Option<ArrayRef>, Failure> {
        if self.in_order
            && let Some(last) = rows.checked_sub(1).and_then(|last| customers.get(last))
        {
            self.held = Held::default();
            for batch in self.up_to(last)? {
                self.hold(&batch)?;
            }
            self.held.arrange();
        }
        let lists = self.held.lists(customers, rows);
        let lists = lists.map_err(|problem| Failure::data(self.source.file(), problem))?;
        if self.in_order {
            // Of whom no customer has come until now, none will.
            self.count_strays();
        }
        Ok(lists)
    }

    /// Tells of events whose customers have not come.
    pub(super) fn finish(mut self) -> Result<(), Failure> {
        if self.in_order {
            let mut left = mem::take(&mut self.read).into_iter();
            while let Some(batch) = left
                .next()
                .map_or_else(|| self.source.next(), |it| Ok(Some(it)))?
            {
                self.strays += batch.num_rows() as u64;
                if let Ok(keys) = Keys::of(&batch, &self.key.name) {
                    self.stray = self.stray.take().or_else(|| Some(keys.get(0)?.to_string()));
                }
            }
        } else {
            self.count_strays();
        }
        let Some(first) = &self.stray else {
            return Ok(());
        };
        let (count, name) = (self.strays, &self.name);
        let first = if self.key.is_hidden {
            String::new()
        } else {
            format!(", the first to `{first}`")
        };
        self.source.stray(&format!(
            "{count} of the {name} belong to customers that are not there{first}"
        ))
    }

    fn hold(&mut self, batch: &RecordBatch) -> Result<(), Failure> {
        let held = self.held.add(batch, &self.key);
        held.map_err(|problem| Failure::data(self.source.file(), problem))
    }

    fn count_strays(&mut self) {
        if let Some((count, first)) = self.held.strays() {
            self.strays += count;
            self.stray.get_or_insert(first);
        }
    }

    /// The events up to those of the customer with that key.
    fn up_to(&mut self, last: ValueRef<'_>) -> Result<Vec<RecordBatch>, Failure> {
        let key = self.key.name.clone();
        // How many rows of a batch come before those of later customers.
        let count = |batch: &RecordBatch| {
            let rows = batch.num_rows();
            Keys::of(batch, &key).map_or(rows, |keys| {
                let is_later = |row: &usize| {
                    keys.get(*row).and_then(|it| Keys::order(it, last)) == Some(Ordering::Greater)
                };
                (0..rows).find(is_later).unwrap_or(rows)
            })
        };
        let mut ready = Vec::new();
        let mut left = mem::take(&mut self.read).into_iter();
        while let Some(batch) = left
            .next()
            .map_or_else(|| self.source.next(), |it| Ok(Some(it)))?
        {
            let (count, rows) = (count(&batch), batch.num_rows());
            ready.push(batch.slice(0, count));
            if count < rows {
                self.read.push(batch.slice(count, rows - count));
                self.read.extend(left);
                break;
            }
        }
        Ok(ready)
    }
}

/// Events by the keys of their customers.
#[derive(Default)]
struct Held {
    /// As they were read, and the number of the first of each.
    batches: Vec<RecordBatch>,
    firsts: Vec<u32>,
    /// The number of the customer of each event, until they are arranged.
    customers: Vec<u32>,
    numbers: Numbers,
    /// The events of customer `n` are those from `starts[n]` to `starts[n + 1]` of `order`, as they came.
    starts: Vec<u32>,
    order: Vec<u32>,
    /// Which customers have come.
    came: Vec<bool>,
}

/// The numbers of customers by their keys.
#[derive(Default)]
enum Numbers {
    #[default]
    None,
    Ints(HashMap<i64, u32>),
    Texts(HashMap<Box<str>, u32>),
}

impl Held {
    fn add(&mut self, batch: &RecordBatch, key: &Key) -> Result<(), String> {
        let keys = Keys::of(batch, &key.name).map_err(|error| error.to_string())?;
        let first = self.customers.len();
        if u32::try_from(first + batch.num_rows()).is_err() {
            return Err(
                "more events than can be sorted; sort customers and events by their keys before".to_owned(),
            );
        }
        for key in (0..batch.num_rows()).filter_map(|row| keys.get(row)) {
            let number = self.numbers.add(key)?;
            self.customers.push(number);
        }
        let mut batch = batch.clone();
        if !key.is_property
            && let Ok(index) = batch.schema_ref().index_of(&key.name)
        {
            batch.remove_column(index);
        }
        self.batches.push(batch);
        self.firsts.push(narrow(first));
        Ok(())
    }

    /// Sorts the events by customers, in time proportional to both.
    fn arrange(&mut self) {
        let customers = mem::take(&mut self.customers);
        let count = self.numbers.count();
        self.starts = vec![0; count + 1];
        for customer in &customers {
            self.starts[*customer as usize + 1] += 1;
        }
        for customer in 0..count {
            self.starts[customer + 1] += self.starts[customer];
        }
        let mut next = self.starts.clone();
        self.order = vec![0; customers.len()];
        for (event, customer) in customers.iter().enumerate() {
            let place = &mut next[*customer as usize];
            self.order[*place as usize] = narrow(event);
            *place += 1;
        }
        self.came = vec![false; count];
    }

    /// The events of the customers with those keys, see [`Events::lists`].
    fn lists(&mut self, customers: &Keys<'_>, rows: usize) -> Result<Option<ArrayRef>, String> {
        let times = self.batches.iter().map(|it| instants(it.column_by_name("at")?));
        let Some(times) = times.collect::<Option<Vec<_>>>().filter(|it| !it.is_empty()) else {
            return Ok(None);
        };
        let place = |event: u32| {
            let batch = self.firsts.partition_point(|first| *first <= event) - 1;
            (batch, (event - self.firsts[batch]) as usize)
        };
        let mut events: Vec<(usize, usize)> = Vec::new();
        let mut offsets = OffsetBufferBuilder::<i64>::new(rows);
        for key in (0..rows).filter_map(|row| customers.get(row)) {
            let first = events.len();
            if let Some(customer) = self.numbers.find(key)? {
                let (start, end) = (self.starts[customer], self.starts[customer + 1]);
                events.extend(
                    self.order[start as usize..end as usize]
                        .iter()
                        .map(|it| place(*it)),
                );
                events[first..].sort_by_key(|(batch, row)| times[*batch][*row]);
                self.came[customer] = true;
            }
            offsets.push_length(events.len() - first);
        }
        let batches: Vec<_> = self.batches.iter().collect();
        let events = interleave_record_batch(&batches, &events).map_err(|error| error.to_string())?;
        let events: ArrayRef = Arc::new(StructArray::from(events));
        let item = Field::new_list_field(events.data_type().clone(), true).into();
        let lists = LargeListArray::try_new(item, offsets.finish(), events, None);
        Ok(Some(Arc::new(lists.map_err(|error| error.to_string())?)))
    }

    /// How many events there are whose customers have not come, and the key of the first.
    fn strays(&self) -> Option<(u64, String)> {
        let strays = (0..self.came.len()).filter(|customer| !self.came[*customer]);
        let count = strays
            .clone()
            .map(|it| u64::from(self.starts[it + 1] - self.starts[it]))
            .sum();
        let first = strays.min_by_key(|it| self.order[self.starts[*it] as usize])?;
        Some((count, self.numbers.key(narrow(first))?))
    }
}

impl Numbers {
    /// The number of the customer with that key, who gets the next one when she has none.
    fn add(&mut self, key: ValueRef<'_>) -> Result<u32, String> {
        let next = narrow(self.count());
        match (&mut *self, key) {
            (Self::Ints(numbers), ValueRef::Int(key)) => Ok(*numbers.entry(key).or_insert(next)),
            (Self::Texts(numbers), ValueRef::Text(key)) => Ok(match numbers.get(key) {
                Some(number) => *number,
                None => *numbers.entry(key.into()).or_insert(next),
            }),
            (Self::None, key) => {
                *self = match key {
                    ValueRef::Int(_) => Self::Ints(HashMap::new()),
                    _ => Self::Texts(HashMap::new()),
                };
                self.add(key)
            }
            _ => Err(DIFFERENT.to_owned()),
        }
    }

    fn find(&self, key: ValueRef<'_>) -> Result<Option<usize>, String> {
        let number = match (self, key) {
            (Self::None, _) => None,
            (Self::Ints(numbers), ValueRef::Int(key)) => numbers.get(&key),
            (Self::Texts(numbers), ValueRef::Text(key)) => numbers.get(key),
            _ => return Err(DIFFERENT.to_owned()),
        };
        Ok(number.map(|it| *it as usize))
    }

    fn key(&self, number: u32) -> Option<String> {
        match self {
            Self::None => None,
            Self::Ints(numbers) => numbers
                .iter()
                .find(|it| *it.1 == number)
                .map(|it| it.0.to_string()),
            Self::Texts(numbers) => numbers
                .iter()
                .find(|it| *it.1 == number)
                .map(|it| it.0.to_string()),
        }
    }

    fn count(&self) -> usize {
        match self {
            Self::None => 0,
            Self::Ints(numbers) => numbers.len(),
            Self::Texts(numbers) => numbers.len(),
        }
    }
}

const DIFFERENT: &str = "the keys of customers and of events are of different types: texts and whole numbers";

/// Numbers of events are known to be small enough.
fn narrow(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// The instants of an array in whatever unit it has.
fn instants(array: &ArrayRef) -> Option<&[i64]> {
    let DataType::Timestamp(unit, _) = array.data_type() else {
        return None;
    };
    Some(match unit {
        TimeUnit::Second => array.as_primitive_opt::<TimestampSecondType>()?.values(),
        TimeUnit::Millisecond => array.as_primitive_opt::<TimestampMillisecondType>()?.values(),
        TimeUnit::Microsecond => array.as_primitive_opt::<TimestampMicrosecondType>()?.values(),
        TimeUnit::Nanosecond => array.as_primitive_opt::<TimestampNanosecondType>()?.values(),
    })
}

/// Lists of events in the order of their times; nothing when they are, or when it is no such list.
pub(super) fn by_time(lists: &ArrayRef) -> Option<Result<ArrayRef, ArrowError>> {
    let (offsets, events): (Vec<usize>, &ArrayRef) = match lists.data_type() {
        DataType::List(_) => {
            let lists = lists.as_list_opt::<i32>()?;
            let offsets = lists
                .value_offsets()
                .iter()
                .map(|it| usize::try_from(*it).unwrap_or(0));
            (offsets.collect(), lists.values())
        }
        DataType::LargeList(_) => {
            let lists = lists.as_list_opt::<i64>()?;
            let offsets = lists
                .value_offsets()
                .iter()
                .map(|it| usize::try_from(*it).unwrap_or(0));
            (offsets.collect(), lists.values())
        }
        _ => return None,
    };
    let times = instants(events.as_struct_opt()?.column_by_name("at")?)?;
    let is_sorted = |bounds: &[usize]| times[bounds[0]..bounds[1]].is_sorted();
    if offsets.windows(2).all(is_sorted) {
        return None;
    }
    let mut order: Vec<u64> = Vec::with_capacity(events.len());
    let mut lengths = OffsetBufferBuilder::<i64>::new(lists.len());
    for (row, bounds) in offsets.windows(2).enumerate() {
        let mut list: Vec<usize> = (bounds[0]..bounds[1]).filter(|_| lists.is_valid(row)).collect();
        list.sort_by_key(|event| times[*event]);
        lengths.push_length(list.len());
        order.extend(list.iter().map(|event| *event as u64));
    }
    let sorted = take(events, &UInt64Array::from(order), None).and_then(|events| {
        let item = Field::new_list_field(events.data_type().clone(), true).into();
        let lists = LargeListArray::try_new(item, lengths.finish(), events, lists.nulls().cloned())?;
        Ok(Arc::new(lists) as ArrayRef)
    });
    Some(sorted)
}
