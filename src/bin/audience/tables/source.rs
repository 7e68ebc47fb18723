//! The good rows of a table, and what becomes of the bad ones.

use std::{collections::VecDeque, path::Path};

use arrow_array::{RecordBatch, UInt64Array};
use arrow_select::take::take_record_batch;
use audience::batch::ColumnError;

use super::{Reading, Rows, Table, told};
use crate::{
    failure::Failure,
    lines::{LeftOut, OnBad},
};

/// Looks whether rows are good.
type Check<'r> = dyn Fn(&RecordBatch) -> Result<(), ColumnError> + 'r;

/// Reads a table, whose rows are checked by themselves.
pub(super) struct Source<'r> {
    table: Box<dyn Table>,
    check: Box<Check<'r>>,
    left_out: LeftOut<'r>,
    /// What has been read and not been given yet: rows, or where one stands that is bad, and why.
    waiting: VecDeque<Result<RecordBatch, (u64, String)>>,
    /// How many bytes of progress have been told.
    consumed: u64,
    /// Whether all has been read, and what was left out has been told.
    has_ended: bool,
}

impl<'r> Source<'r> {
    /// `what` is what the rows are, such as customers.
    pub(super) fn new(
        reading: &'r Reading<'_>,
        file: &Path,
        what: &str,
        on_bad: OnBad,
        table: Box<dyn Table>,
        check: impl Fn(&RecordBatch) -> Result<(), ColumnError> + 'r,
    ) -> Self {
        let left_out = LeftOut::new(file, what, table.unit(), on_bad, reading.progress);
        Self {
            table,
            check: Box::new(check),
            left_out,
            waiting: VecDeque::new(),
            consumed: 0,
            has_ended: false,
        }
    }

    /// Whether there is a column of that name.
    pub(super) fn has(&self, column: &str) -> bool {
        self.table.has(column)
    }

    /// The next rows, all of them good.
    pub(super) fn next(&mut self) -> Result<Option<RecordBatch>, Failure> {
        loop {
            match self.waiting.pop_front() {
                Some(Ok(rows)) => return Ok(Some(rows)),
                Some(Err((place, problem))) => {
                    self.left_out.add(place, &problem)?;
                    continue;
                }
                None if self.has_ended => return Ok(None),
                None => {}
            }
            let read = self.table.next();
            let Some(rows) = read.map_err(|problem| self.left_out.fail(problem))? else {
                self.left_out.tell();
                self.has_ended = true;
                return Ok(None);
            };
            self.sort_out(&rows)?;
        }
    }

    /// The name of the file.
    pub(super) fn file(&self) -> &str {
        self.left_out.file()
    }

    /// Tells of rows that belong nowhere, and fails unless bad ones are left out.
    pub(super) fn stray(&self, problem: &str) -> Result<(), Failure> {
        self.left_out.stray(problem)
    }

    /// Parts good rows from bad ones.
    fn sort_out(&mut self, rows: &Rows) -> Result<(), Failure> {
        let count = rows.batch.num_rows();
        self.left_out.seen(count as u64);
        let consumed = self.table.consumed();
        self.left_out.progress().inc(consumed - self.consumed);
        self.consumed = consumed;
        let mut start = 0;
        for (bad, problem) in &rows.bad {
            self.check_rows(rows, start, *bad)?;
            self.waiting.push_back(Err((rows.places[*bad], problem.clone())));
            start = bad + 1;
        }
        self.check_rows(rows, start, count)
    }

    /// Looks at the rows from one to another: at all of them, and at halves where one of them is bad.
    fn check_rows(&mut self, rows: &Rows, start: usize, end: usize) -> Result<(), Failure> {
        if start == end {
            return Ok(());
        }
        let some = cut(&rows.batch, start, end).map_err(|problem| self.left_out.fail(problem))?;
        match (self.check)(&some) {
            Ok(()) => self.waiting.push_back(Ok(some)),
            // What is wrong with a column as a whole is wrong with each row.
            Err(error) if error.row().is_none() => return Err(self.left_out.fail(told(&error))),
            Err(error) if end - start == 1 => {
                self.waiting
                    .push_back(Err((rows.places[start], told_of_one(&error))));
            }
            Err(_) => {
                let middle = usize::midpoint(start, end);
                self.check_rows(rows, start, middle)?;
                self.check_rows(rows, middle, end)?;
            }
        }
        Ok(())
    }
}

/// Some rows, with no more of their lists than they have.
fn cut(batch: &RecordBatch, start: usize, end: usize) -> Result<RecordBatch, String> {
    if start == 0 && end == batch.num_rows() {
        return Ok(batch.clone());
    }
    let rows = UInt64Array::from_iter_values(start as u64..end as u64);
    take_record_batch(batch, &rows).map_err(|error| error.to_string())
}

/// What is wrong with a single row, whose events and items are told by their numbers: `purchases[2].amount: …`.
fn told_of_one(error: &ColumnError) -> String {
    let (column, message) = (error.column(), error.message());
    match (error.row(), column.split_once("[]")) {
        (Some(row), Some((list, inside))) if !inside.contains("[]") => {
            format!("{list}[{row}]{inside}: {message}")
        }
        _ => format!("{column}: {message}"),
    }
}
