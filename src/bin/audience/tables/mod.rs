//! Customers batch by batch, as the columns that segments are asked of at once: out of JSON lines, CSV or Parquet.

mod cells;
mod csv;
mod events;
mod parquet;
mod source;

use std::{
    cell::Cell,
    cmp::Ordering::{Equal, Less},
    ops::ControlFlow,
    path::Path,
    sync::Arc,
};

use arrow_array::{ArrayRef, RecordBatch};
use arrow_schema::{Field, Schema};
use audience::{
    Customer, Definitions, Loader, ValueRef,
    batch::{ColumnError, Customers, arrow::Keys},
};
use indicatif::ProgressBar;

use self::{cells::Column, csv::Csv, events::Events, parquet::Parquet, source::Source};
use crate::{
    args::{self, Form},
    failure::Failure,
    input,
    lines::OnBad,
};

/// How many rows are read at once, unless they are large.
const ROWS: usize = 8192;

/// How many bytes the rows that are read at once have, about.
const BYTES: usize = 16 << 20;

/// The files that `each_batch` reads.
pub(crate) fn files<'f>(customers: &'f args::Customers, tables: &'f args::Tables) -> Vec<&'f Path> {
    let events = tables.events.iter().map(|(_, file)| &**file);
    [&*customers.file].into_iter().chain(events).collect()
}

/// Gives all customers to `visit`, some thousand at a time, in order.
pub(crate) fn each_batch(
    shop: &Definitions,
    customers: &args::Customers,
    tables: &args::Tables,
    on_bad: OnBad,
    progress: &ProgressBar,
    mut visit: impl FnMut(&Customers<'_>) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let form = tables.form.unwrap_or_else(|| Form::of(&customers.file));
    if form == Form::Json {
        if let Some((name, _)) = tables.events.first() {
            let message = format!(
                "JSON lines have the {name} of each customer inside; --events goes with customers in CSV or Parquet"
            );
            return Err(Failure::Data(message));
        }
        return each_loaded(shop, customers, on_bad, progress, visit);
    }
    let reading = Reading::new(shop, customers, on_bad, progress);
    let mut source = reading.customers(&customers.file, form)?;
    let mut events = reading.events(&source, &customers.file, form, tables)?;
    while let Some(batch) = source.next()? {
        let batch = with_events(batch, &reading, &mut events)?;
        let people = reading.loader.customers_from_arrow(&batch);
        visit(&people.map_err(|error| Failure::data(customers.file.display(), told(&error)))?)?;
    }
    progress.finish_and_clear();
    events.into_iter().try_for_each(Events::finish)
}

/// The same of JSON lines.
fn each_loaded(
    shop: &Definitions,
    arguments: &args::Customers,
    on_bad: OnBad,
    progress: &ProgressBar,
    mut visit: impl FnMut(&Customers<'_>) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let mut loaded: Vec<Customer> = Vec::new();
    let bytes = Cell::new(0);
    let mut gathered = |loaded: &mut Vec<Customer>| {
        let people = Customers::from_customers(shop, &*loaded);
        loaded.clear();
        visit(&people.map_err(|error| Failure::data(arguments.file.display(), error))?)
    };
    let read = input::each_loaded(shop, arguments, on_bad, progress, |customer, length| {
        bytes.set(bytes.get() + length);
        loaded.push(customer);
        if loaded.len() >= ROWS || bytes.get() >= BYTES {
            bytes.set(0);
            gathered(&mut loaded)?;
        }
        Ok(ControlFlow::Continue(()))
    });
    // Those before a line that cannot be read have their answers.
    gathered(&mut loaded)?;
    read
}

/// What is the same for all files of a command.
struct Reading<'r> {
    shop: &'r Definitions,
    loader: Loader,
    on_bad: OnBad,
    /// Whether columns that the definitions do not name are passed over.
    open: bool,
    progress: &'r ProgressBar,
    /// The column of the customers' key.
    key: Column,
}

impl<'r> Reading<'r> {
    fn new(
        shop: &'r Definitions,
        arguments: &args::Customers,
        on_bad: OnBad,
        progress: &'r ProgressBar,
    ) -> Self {
        let open = arguments.ignore_unknown || shop.schema().open;
        let mut keys = shop.schema().customer.iter().filter(|it| it.roles.key);
        let key = keys.next().expect("a customer has a key");
        Self {
            shop,
            loader: shop.loader().ignore_unknown(open),
            on_bad,
            open,
            progress,
            key: Column::new(&key.name, &key.ty, key.roles.personal || key.roles.sensitive),
        }
    }

    /// The customers of a file.
    fn customers(&self, file: &Path, form: Form) -> Result<Source<'_>, Failure> {
        let columns = Column::of_fields(&self.shop.schema().customer);
        let events: Vec<&str> = self.shop.schema().events.keys().map(|it| &**it).collect();
        let table = self.open(file, form, &columns, &events)?;
        let check = |rows: &RecordBatch| self.loader.customers_from_arrow(rows).map(|_| ());
        Ok(Source::new(
            self,
            file,
            "customers",
            self.on_bad.clone(),
            table,
            check,
        ))
    }

    /// The events of each type that has a file of its own.
    fn events(
        &self,
        source: &Source<'_>,
        customers: &Path,
        form: Form,
        tables: &args::Tables,
    ) -> Result<Vec<Events<'_>>, Failure> {
        let key = tables.events_key.as_deref().unwrap_or(&self.key.name);
        let are_sorted = !tables.events.is_empty() && self.ascends(customers, form, &self.key.name, true);
        let mut all = Vec::new();
        for (index, (name, file)) in tables.events.iter().enumerate() {
            if tables.events[..index].iter().any(|(before, _)| before == name) {
                let message = format!("{name} are given twice; put all of them into one file");
                return Err(Failure::data("--events", message));
            }
            if source.has(name) {
                let message = format!(
                    "the customers of {} have {name} already; leave one of the two out",
                    source.file()
                );
                return Err(Failure::data(file.display(), message));
            }
            let Some(event) = self.shop.schema().events.get(&**name) else {
                let known: Vec<_> = self
                    .shop
                    .schema()
                    .events
                    .keys()
                    .map(|it| format!("`{it}`"))
                    .collect();
                let message = format!(
                    "there are no events `{name}`; the definitions have {}",
                    known.join(", ")
                );
                return Err(Failure::data("--events", message));
            };
            let form = Form::of(file);
            if form == Form::Json {
                let message = "events of their own are read from a file that ends in .csv or .parquet";
                return Err(Failure::data(file.display(), message));
            }
            let mut columns = Column::of_event(&event.fields);
            columns.retain(|it| it.name != key);
            columns.push(self.key.named(key));
            let table = self.open(file, form, &columns, &[])?;
            if !table.has(key) {
                let message = format!(
                    "there is no column `{key}` with the keys of the customers; say which one has them with --events-key"
                );
                return Err(Failure::data(file.display(), message));
            }
            let (loader, of, by) = (&self.loader, name.clone(), key.to_owned());
            let check = move |rows: &RecordBatch| loader.check_events(&of, &by, rows);
            let source = Source::new(self, file, name, self.on_bad.of_events(name), table, check);
            let in_order = are_sorted && self.ascends(file, form, key, false);
            let key = events::Key {
                name: key.to_owned(),
                is_hidden: self.key.hidden,
                is_property: event.fields.iter().any(|it| *it.name == *key),
            };
            all.push(Events::new(name, key, source, in_order)?);
        }
        Ok(all)
    }

    fn open(
        &self,
        file: &Path,
        form: Form,
        columns: &[Column],
        events: &[&str],
    ) -> Result<Box<dyn Table>, Failure> {
        let is_read = |name: &str| {
            let has = |it: &Column| it.name.split('.').next() == Some(name) || it.name == name;
            !self.open || columns.iter().any(has) || events.contains(&name)
        };
        let table = match form {
            Form::Parquet => Parquet::open(file, is_read, events).map(|it| Box::new(it) as Box<dyn Table>),
            _ => Csv::open(file, columns, is_read, events).map(|it| Box::new(it) as Box<dyn Table>),
        };
        table.map_err(|problem| Failure::data(file.display(), problem))
    }

    /// Whether the keys in that column ascend, or at least do not descend. A file that cannot be read twice is not looked at,
    /// and one that cannot be read at all does not, of which reading it will tell.
    fn ascends(&self, file: &Path, form: Form, key: &str, strictly: bool) -> bool {
        let is_file = file.metadata().is_ok_and(|it| it.is_file());
        let columns = [self.key.named(key)];
        let is_key = |name: &str| name == key;
        let table: Result<Box<dyn Table>, String> = match form {
            _ if !is_file => return false,
            Form::Parquet => Parquet::open(file, is_key, &[]).map(|it| Box::new(it) as _),
            _ => Csv::open(file, &columns, is_key, &[]).map(|it| Box::new(it) as _),
        };
        let Ok(mut table) = table else { return false };
        let mut last: Option<audience::Value> = None;
        while let Ok(Some(Rows { batch, bad, .. })) = table.next() {
            let Ok(keys) = Keys::of(&batch, key) else {
                return false;
            };
            let mut before = last.as_ref().map(audience::Value::as_ref);
            for now in (0..batch.num_rows()).filter_map(|row| keys.get(row)) {
                let order = before.map(|before| Keys::order(before, now));
                if order.is_some_and(|it| it != Some(Less) && (strictly || it != Some(Equal))) {
                    return false;
                }
                before = Some(now);
            }
            if !bad.is_empty() {
                return false;
            }
            last = before.map(ValueRef::to_owned);
        }
        true
    }
}

/// The customers with their events from files of their own.
fn with_events(
    batch: RecordBatch,
    reading: &Reading<'_>,
    events: &mut [Events<'_>],
) -> Result<RecordBatch, Failure> {
    if events.is_empty() {
        return Ok(batch);
    }
    let mut fields: Vec<Arc<Field>> = batch.schema_ref().fields().to_vec();
    let mut arrays: Vec<ArrayRef> = batch.columns().to_vec();
    let keys = Keys::of(&batch, &reading.key.name).map_err(|error| Failure::Data(told(&error)))?;
    for events in events {
        if let Some(lists) = events.lists(&keys, batch.num_rows())? {
            fields.push(Field::new(events.name(), lists.data_type().clone(), true).into());
            arrays.push(lists);
        }
    }
    RecordBatch::try_new(Schema::new(fields).into(), arrays).map_err(|error| Failure::Data(error.to_string()))
}

/// A file of rows.
trait Table {
    /// The next of them.
    fn next(&mut self) -> Result<Option<Rows>, String>;

    /// Whether it has a column of that name.
    fn has(&self, column: &str) -> bool;

    /// How many bytes of the file have been read.
    fn consumed(&self) -> u64;

    /// What a row is in the file: a line, or a row.
    fn unit(&self) -> &'static str;
}

/// Some rows of a file.
struct Rows {
    batch: RecordBatch,
    /// Where each stands in the file.
    places: Vec<u64>,
    /// Those that are not to be looked at, because their cells cannot be read, and why.
    bad: Vec<(usize, String)>,
}

/// What is wrong with columns, in the words of what is wrong with JSON.
fn told(error: &ColumnError) -> String {
    format!("{}: {}", error.column(), error.message())
}

impl Form {
    /// What the ending of its name says of a file.
    fn of(file: &Path) -> Self {
        let ending = file.extension().and_then(|it| it.to_str());
        match ending.map(str::to_ascii_lowercase).as_deref() {
            Some("csv") => Self::Csv,
            Some("parquet") => Self::Parquet,
            _ => Self::Json,
        }
    }
}

/// Tells that a command reads JSON lines alone, for a file that looks like a table.
pub(crate) fn refused(file: &Path) -> Result<(), Failure> {
    match Form::of(file) {
        Form::Json => Ok(()),
        _ => Err(Failure::data(
            file.display(),
            "this command reads JSON lines; `eval` and `fit` read CSV and Parquet, too",
        )),
    }
}
