//! CSV as a table, whose columns have the types of the definitions.

use std::{
    fs::File,
    io::{self, Read},
    path::Path,
    sync::Arc,
};

use arrow_array::{ArrayRef, NullArray, RecordBatch, RecordBatchOptions};
use arrow_schema::{Field, Schema};
use csv::{ByteRecord, Reader, ReaderBuilder};

use super::{
    BYTES, ROWS, Rows, Table,
    cells::{Cells, Column},
};

/// Reads a file whose first line names its columns.
pub(super) struct Csv {
    reader: Reader<Box<dyn Read>>,
    record: ByteRecord,
    columns: Vec<(String, Reading)>,
}

/// What becomes of the cells of a column.
enum Reading {
    Cells(Box<Cells>),
    /// The definitions do not name it: it has a place in the batch, so that it is refused there.
    Unknown,
    Passed,
}

impl Csv {
    /// Opens a file, or standard input for `-`. Columns are read that `is_read` says.
    pub(super) fn open(
        file: &Path,
        columns: &[Column],
        is_read: impl Fn(&str) -> bool,
    ) -> Result<Self, String> {
        let input: Box<dyn Read> = if file.as_os_str() == "-" {
            Box::new(io::stdin())
        } else {
            Box::new(File::open(file).map_err(|error| error.to_string())?)
        };
        let mut reader = ReaderBuilder::new()
            .flexible(true)
            .buffer_capacity(1 << 16)
            .from_reader(input);
        let heads = reader.byte_headers().map_err(|error| error.to_string())?.clone();
        let mut read = Vec::new();
        for head in &heads {
            let name = std::str::from_utf8(head).map_err(|_| "the names of the columns are not UTF-8")?;
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
                if let Err(message) = cells.add(cell) {
                    problem = Some(format!("{name}: {message}"));
                }
            }
        }
        problem.map_or(Ok(()), Err)
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
            if !self
                .reader
                .read_byte_record(&mut self.record)
                .map_err(|error| error.to_string())?
            {
                break;
            }
            if let Err(problem) = self.add() {
                bad.push((places.len(), problem));
            }
            places.push(self.record.position().map_or(0, csv::Position::line));
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
