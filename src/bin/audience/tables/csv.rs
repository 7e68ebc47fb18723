//! CSV as a table, whose columns have the types of the definitions.

use std::{
    cell::{Cell, RefCell},
    fs::File,
    io::{self, Read},
    path::Path,
    rc::Rc,
    sync::Arc,
};

use arrow_array::{ArrayRef, NullArray, RecordBatch, RecordBatchOptions};
use arrow_schema::{Field, Schema};
use audience::Limits;
use csv::{ByteRecord, Reader, ReaderBuilder};
use memchr::memchr_iter;

use super::{
    BYTES, ROWS, Rows, Table,
    cells::{Cells, Column},
};

/// Reads a file whose first line names its columns.
pub(super) struct Csv {
    reader: Reader<Input>,
    seen: Rc<Seen>,
    record: ByteRecord,
    columns: Vec<(String, Reading)>,
}

/// The bytes on their way to the reader.
struct Input {
    bytes: Box<dyn Read>,
    seen: Rc<Seen>,
}

/// What is to be known of the bytes of a file beyond its cells.
#[derive(Default)]
struct Seen {
    /// Those that were read last, and how many there were before them.
    last: RefCell<Vec<u8>>,
    before: Cell<u64>,
    /// Where the record begins that is being read.
    record: Cell<u64>,
}

impl Seen {
    /// The byte at that place, which is one of those that were read last.
    fn at(&self, place: u64) -> Option<u8> {
        let index = usize::try_from(place.checked_sub(self.before.get())?).ok()?;
        self.last.borrow().get(index).copied()
    }
}

impl Read for Input {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let mut last = self.seen.last.borrow_mut();
        let before = self.seen.before.get() + last.len() as u64;
        let limit = Limits::default().record_bytes;
        if before.saturating_sub(self.seen.record.get()) > limit as u64 {
            return Err(io::Error::other(format!(
                "a record has more than {limit} bytes; perhaps a quote is not closed"
            )));
        }
        let count = self.bytes.read(into)?;
        if count > 0 {
            self.seen.before.set(before);
            last.clear();
            last.extend_from_slice(&into[..count]);
        }
        Ok(count)
    }
}

/// What becomes of the cells of a column.
enum Reading {
    Cells(Box<Cells>),
    /// The definitions do not name it: it has a place in the batch, so that it is refused there.
    Unknown,
    Passed,
}

impl Csv {
    /// Opens a file, or standard input for `-`. Columns are read that `is_read` says. Events of these names have no place in it.
    pub(super) fn open(
        file: &Path,
        columns: &[Column],
        is_read: impl Fn(&str) -> bool,
        events: &[&str],
    ) -> Result<Self, String> {
        let seen = Rc::new(Seen::default());
        let bytes: Box<dyn Read> = if file.as_os_str() == "-" {
            Box::new(io::stdin())
        } else {
            Box::new(File::open(file).map_err(|error| error.to_string())?)
        };
        let mut reader = ReaderBuilder::new()
            .flexible(true)
            .buffer_capacity(1 << 16)
            .from_reader(Input {
                bytes,
                seen: Rc::clone(&seen),
            });
        let heads = reader.byte_headers().map_err(|error| error.to_string())?.clone();
        let mut read = Vec::new();
        for head in &heads {
            let name = std::str::from_utf8(head).map_err(|_| "the names of the columns are not UTF-8")?;
            if events.contains(&name) {
                return Err(format!(
                    "{name}: CSV has no place for events; give them a file of their own, --events {name}=FILE"
                ));
            }
            let inside = |it: &&Column| it.name.split_once('.').is_some_and(|(record, _)| record == name);
            if let Some(field) = columns.iter().find(inside) {
                return Err(format!(
                    "{name}: a record has a column for each of its fields, such as `{}`",
                    field.name
                ));
            }
            if is_read(name) && read.iter().any(|(before, _)| before == name) {
                return Err(format!("{name}: the first line names this column twice"));
            }
            let known = columns.iter().find(|it| it.name == name);
            let reading = match known {
                Some(column) if is_read(name) => Reading::Cells(Box::new(Cells::new(column)?)),
                None if is_read(name) => Reading::Unknown,
                _ => Reading::Passed,
            };
            read.push((name.to_owned(), reading));
        }
        Ok(Self {
            reader,
            seen,
            record: ByteRecord::new(),
            columns: read,
        })
    }

    /// Adds the cells of the record, or a row without any and says why.
    fn add(&mut self) -> Result<(), String> {
        let (found, heads) = (self.record.len(), self.columns.len());
        let mut problem =
            (found != heads).then(|| format!("{found} cells, but the first line names {heads} columns"));
        for (index, (name, reading)) in self.columns.iter_mut().enumerate() {
            if let Reading::Cells(cells) = reading {
                let cell = self
                    .record
                    .get(index)
                    .filter(|it| problem.is_none() && !it.is_empty());
                if let Err(fault) = cells.add(cell) {
                    problem = Some(fault.of(name));
                }
            }
        }
        problem.map_or(Ok(()), Err)
    }

    /// The line in which the record begins. Its own position is where the reader stood before, which is behind the `\r` of a
    /// line that ends in `\r\n`, and before blank lines.
    fn line(&self) -> u64 {
        let inside: usize = self
            .record
            .iter()
            .map(|cell| memchr_iter(b'\n', cell).count())
            .sum();
        let end = self.reader.position();
        let last = end.byte().checked_sub(1).and_then(|it| self.seen.at(it));
        end.line() - inside as u64 - u64::from(last == Some(b'\n'))
    }

    /// The rows that were added.
    fn batch(&mut self, rows: usize) -> Result<RecordBatch, String> {
        let mut fields = Vec::new();
        let mut arrays: Vec<ArrayRef> = Vec::new();
        for (name, reading) in &mut self.columns {
            let array: ArrayRef = match reading {
                Reading::Cells(cells) => cells.finish().map_err(|error| error.to_string())?,
                Reading::Unknown => Arc::new(NullArray::new(rows)),
                Reading::Passed => continue,
            };
            fields.push(Field::new(&*name, array.data_type().clone(), true));
            arrays.push(array);
        }
        let options = RecordBatchOptions::new().with_row_count(Some(rows));
        let batch = RecordBatch::try_new_with_options(Schema::new(fields).into(), arrays, &options);
        batch.map_err(|error| error.to_string())
    }
}

impl Table for Csv {
    fn next(&mut self) -> Result<Option<Rows>, String> {
        let (mut places, mut bad) = (Vec::new(), Vec::new());
        let start = self.consumed();
        while places.len() < ROWS && self.consumed() - start < BYTES as u64 {
            self.seen.record.set(self.consumed());
            let read = self.reader.read_byte_record(&mut self.record);
            if !read.map_err(|error| format!("after line {}: {error}", self.line()))? {
                break;
            }
            if let Err(problem) = self.add() {
                bad.push((places.len(), problem));
            }
            places.push(self.line());
        }
        if places.is_empty() {
            return Ok(None);
        }
        let batch = self.batch(places.len())?;
        Ok(Some(Rows { batch, places, bad }))
    }

    fn has(&self, column: &str) -> bool {
        self.columns.iter().any(|(name, _)| name == column)
    }

    fn consumed(&self) -> u64 {
        self.reader.position().byte()
    }

    fn unit(&self) -> &'static str {
        "line"
    }
}
