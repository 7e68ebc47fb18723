//! Reads JSON lines.

use std::{
    fmt::{self, Display},
    fs::File,
    io::{self, BufRead, BufReader, Read, Write},
    ops::ControlFlow,
    path::Path,
    sync::Arc,
};

use audience::{Definitions, Limits};
use indicatif::ProgressBar;
use serde::{
    Deserialize, Deserializer,
    de::{IgnoredAny, MapAccess, Visitor},
};
use serde_json::Value;

use crate::{
    args,
    failure::Failure,
    output::{self, Out},
};

/// What to do with a line that cannot be read.
#[derive(Clone, Debug)]
pub(crate) enum OnBad {
    /// Stop with its number.
    Stop,
    /// Tell it and go on, and at the end how many and which were left out.
    Tell,
    /// Go on: it was told, or will be.
    Pass,
    /// Print it among the answers, and go on.
    Print(Failed),
}

impl OnBad {
    pub(crate) fn of(skip_bad: bool) -> Self {
        if skip_bad { Self::Tell } else { Self::Stop }
    }

    /// For commands that answer with a line for each customer.
    pub(crate) fn among(
        out: &Out,
        shop: &Definitions,
        customers: &args::Customers,
        print: &args::PrintBad,
    ) -> Self {
        if print.print_bad {
            Self::Print(Failed::of(out, shop))
        } else {
            Self::of(customers.skip_bad)
        }
    }

    /// The same for the rows of events that have a file of their own.
    pub(crate) fn of_events(&self, name: &str) -> Self {
        match self {
            Self::Print(failed) => Self::Print(Failed {
                events: Some(name.into()),
                ..failed.clone()
            }),
            other => other.clone(),
        }
    }
}

/// Writes `{"key":"ana","line":3,"failed":"…"}` for customers that have no answer.
#[derive(Clone, Debug)]
pub(crate) struct Failed {
    out: Out,
    /// The name of the customers' key.
    key: Arc<str>,
    /// What happens, where it is no customer that cannot be read.
    events: Option<Box<str>>,
}

impl Failed {
    fn of(out: &Out, shop: &Definitions) -> Self {
        let mut keys = shop.schema().customer.iter().filter(|it| it.roles.key);
        Self {
            out: out.clone(),
            key: keys.next().map(|it| it.name.clone()).unwrap_or_default(),
            events: None,
        }
    }

    fn write(&self, unit: &str, place: u64, json: Option<&[u8]>, problem: &str) -> io::Result<()> {
        let mut out = self.out.clone();
        out.write_all(b"{")?;
        if let Some(events) = &self.events {
            out.write_all(b"\"events\":")?;
            output::write_text(&mut out, events)?;
            out.write_all(b",")?;
        }
        if let Some(key) = json.and_then(|it| self.key_of(it)) {
            out.write_all(b"\"key\":")?;
            serde_json::to_writer(&mut out, &key)?;
            out.write_all(b",")?;
        }
        write!(out, "\"{unit}\":{place},\"failed\":")?;
        output::write_text(&mut out, problem)?;
        out.write_all(b"}\n")
    }

    /// The key, where so much can be read: once, and a text or a whole number.
    fn key_of(&self, json: &[u8]) -> Option<Value> {
        let Members(members) = serde_json::from_slice(json).ok()?;
        let mut keys = members.into_iter().filter(|(name, _)| **name == *self.key);
        match (keys.next(), keys.next()) {
            (Some((_, key)), None) if key.is_string() || key.is_i64() => Some(key),
            _ => None,
        }
    }
}

/// The members of a record, those that stand twice too.
struct Members(Vec<(String, Value)>);

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(MembersVisitor)
    }
}

struct MembersVisitor;

impl<'de> Visitor<'de> for MembersVisitor {
    type Value = Members;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a record")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members, A::Error> {
        let mut members = Vec::new();
        while let Some(member) = map.next_entry()? {
            members.push(member);
        }
        Ok(Members(members))
    }
}

/// What could not be read of a file, and what becomes of that.
#[derive(Debug)]
pub(crate) struct LeftOut<'p> {
    file: String,
    /// What is in the file, such as customers, and what each stands in: a line, or a row.
    what: String,
    unit: &'static str,
    on_bad: OnBad,
    progress: &'p ProgressBar,
    seen: u64,
    bad: Vec<u64>,
}

impl<'p> LeftOut<'p> {
    pub(crate) fn new(
        file: &Path,
        what: &str,
        unit: &'static str,
        on_bad: OnBad,
        progress: &'p ProgressBar,
    ) -> Self {
        Self {
            file: file.display().to_string(),
            what: what.to_owned(),
            unit,
            on_bad,
            progress,
            seen: 0,
            bad: Vec::new(),
        }
    }

    pub(crate) fn file(&self) -> &str {
        &self.file
    }

    pub(crate) fn progress(&self) -> &'p ProgressBar {
        self.progress
    }

    /// Counts what is there, bad or not.
    pub(crate) fn seen(&mut self, count: u64) {
        self.seen += count;
    }

    /// Stops, tells or goes on for what cannot be read at that place.
    pub(crate) fn add(&mut self, place: u64, problem: &str) -> Result<(), Failure> {
        self.add_line(place, None, problem)
    }

    /// The same of a line that is JSON, or nearly.
    fn add_line(&mut self, place: u64, json: Option<&[u8]>, problem: &str) -> Result<(), Failure> {
        if let OnBad::Print(failed) = &self.on_bad {
            return Ok(failed.write(self.unit, place, json, problem)?);
        }
        let file = &self.file;
        let told = match self.unit {
            "line" => format!("{file}:{place}: {problem}"),
            unit => format!("{file}, {unit} {place}: {problem}"),
        };
        if matches!(self.on_bad, OnBad::Tell) {
            self.bad.push(place);
        }
        self.go_on(told)
    }

    /// The same for what belongs nowhere, which is known at the end.
    pub(crate) fn stray(&self, problem: &str) -> Result<(), Failure> {
        let what = match self.on_bad {
            OnBad::Stop => "; add these, or leave such out with --skip-bad",
            OnBad::Tell | OnBad::Pass | OnBad::Print(_) => ", and are left out",
        };
        self.go_on(format!("{}: {problem}{what}", self.file))
    }

    fn go_on(&self, told: String) -> Result<(), Failure> {
        match self.on_bad {
            OnBad::Pass => Ok(()),
            OnBad::Tell | OnBad::Print(_) => {
                self.progress.suspend(|| eprintln!("warning: {told}"));
                Ok(())
            }
            OnBad::Stop => {
                self.progress.finish_and_clear();
                Err(Failure::Data(told))
            }
        }
    }

    /// What to say when the file cannot be read on, whatever becomes of bad lines.
    pub(crate) fn fail(&self, problem: impl Display) -> Failure {
        self.progress.finish_and_clear();
        Failure::data(&self.file, problem)
    }

    /// Tells at the end how many and which were left out.
    pub(crate) fn tell(&self) {
        if !self.bad.is_empty() {
            let (file, count, what) = (&self.file, self.bad.len(), &self.what);
            let told = format!(
                "left out {count} of {} {what}: {}",
                self.seen,
                numbered(self.unit, &self.bad)
            );
            self.progress.suspend(|| eprintln!("warning: {file}: {told}"));
        }
    }
}

/// Loads each line of the file, with its number, and gives it to `visit`, in order, until it breaks. `what` is what the lines are,
/// such as customers.
pub(crate) fn each<T>(
    file: &Path,
    what: &str,
    on_bad: OnBad,
    progress: &ProgressBar,
    mut load: impl FnMut(&[u8], u64) -> Result<T, String>,
    mut visit: impl FnMut(T) -> Result<ControlFlow<()>, Failure>,
) -> Result<(), Failure> {
    let unreadable = |error: io::Error| Failure::data(file.display(), error);
    let limit = Limits::default().record_bytes;
    let mut lines = Lines::open(file, limit).map_err(unreadable)?;
    let mut left_out = LeftOut::new(file, what, "line", on_bad, progress);
    while let Some(Line { number, json }) = lines.next().map_err(unreadable)? {
        left_out.seen(1);
        let outcome = match json {
            Ok(json) => load(json, number),
            Err(TooLong) => Err(format!("the line has more than {limit} bytes")),
        };
        match outcome {
            Ok(loaded) => {
                if visit(loaded)?.is_break() {
                    break;
                }
            }
            Err(problem) => left_out.add_line(number, json.ok(), &problem)?,
        }
        progress.set_position(lines.consumed());
    }
    progress.finish_and_clear();
    left_out.tell();
    Ok(())
}

/// `line 3`, `lines 3 and 17`, `lines 3, 17 and 20`.
fn numbered(what: &str, numbers: &[impl Display]) -> String {
    match numbers {
        [] => format!("no {what}"),
        [one] => format!("{what} {one}"),
        [first @ .., last] => {
            let first: Vec<String> = first.iter().map(ToString::to_string).collect();
            format!("{what}s {} and {last}", first.join(", "))
        }
    }
}

/// The lines of a file of JSON lines that are not blank, with their numbers. A byte order mark and carriage returns are
/// dropped.
struct Lines {
    reader: Box<dyn BufRead>,
    /// Whether no record was read yet, which alone may stand on several lines.
    is_first: bool,
    limit: usize,
    number: u64,
    consumed: u64,
    buffer: Vec<u8>,
}

/// A line that is there to be read.
struct Line<'a> {
    /// Counted from 1, blank lines too.
    number: u64,
    /// Without what ends it. `Err` when it is longer than the limit; the next call goes on after it.
    json: Result<&'a [u8], TooLong>,
}

/// A line that has more bytes than one record may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct TooLong;

/// What some editors put before the text.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

impl Lines {
    /// Opens a file, or standard input for `-`.
    fn open(path: &Path, limit: usize) -> io::Result<Self> {
        let reader: Box<dyn BufRead> = if path.as_os_str() == "-" {
            Box::new(BufReader::new(io::stdin()))
        } else {
            Box::new(BufReader::with_capacity(1 << 16, File::open(path)?))
        };
        Ok(Self::new(reader, limit))
    }

    fn new(reader: Box<dyn BufRead>, limit: usize) -> Self {
        Self {
            reader,
            is_first: true,
            limit,
            number: 0,
            consumed: 0,
            buffer: Vec::new(),
        }
    }

    /// How many bytes have been read.
    fn consumed(&self) -> u64 {
        self.consumed
    }

    /// Adds the lines to the buffer over which the record that it begins with goes on, from `start`; none where they make no record.
    fn join_lines(&mut self, start: usize) -> io::Result<()> {
        let length = self.buffer.len();
        let mut joined = self.buffer.clone();
        let (mut lines, mut tries) = (0, 0);
        loop {
            let line = joined.len();
            let most = (self.limit as u64 + 5).saturating_sub(line as u64);
            let read = self.reader.by_ref().take(most).read_until(b'\n', &mut joined)?;
            lines += 1;
            // The last line of a record most often begins with its bracket; others are tried while they are few.
            let last = joined.get(line..).unwrap_or_default();
            let may_end = last.starts_with(b"}") || (last.trim_ascii_end().ends_with(b"}") && tries < 100);
            tries += usize::from(may_end);
            let is_begun = read > 0 && (!may_end || is_begun(&joined[start..]));
            if is_begun {
                continue;
            }
            let fits = joined[start..].trim_ascii_end().len() <= self.limit;
            if read > 0 && fits && serde_json::from_slice::<IgnoredAny>(&joined[start..]).is_ok() {
                self.number += lines;
                self.consumed += (joined.len() - length) as u64;
                self.buffer = joined;
                return Ok(());
            }
            let rest = joined.split_off(length);
            let reader = std::mem::replace(&mut self.reader, Box::new(io::empty()));
            self.reader = Box::new(io::Cursor::new(rest).chain(reader));
            return Ok(());
        }
    }

    /// The next line that is not blank. A first record that is written over several lines is one.
    fn next(&mut self) -> io::Result<Option<Line<'_>>> {
        loop {
            self.buffer.clear();
            // A record of exactly the limit may be followed by CRLF and preceded by a byte order mark.
            let most = self.limit as u64 + 5;
            let read = self
                .reader
                .by_ref()
                .take(most)
                .read_until(b'\n', &mut self.buffer)?;
            if read == 0 {
                return Ok(None);
            }
            self.number += 1;
            self.consumed += read as u64;
            let complete = self.buffer.ends_with(b"\n") || (read as u64) < most;
            if !complete {
                self.consumed += self.reader.skip_until(b'\n')? as u64;
            }
            let first = self.number == 1;
            let (start, end) = content(&self.buffer, first);
            if !complete || end - start > self.limit {
                return Ok(Some(Line {
                    number: self.number,
                    json: Err(TooLong),
                }));
            }
            if !self.buffer[start..end].trim_ascii().is_empty() {
                let number = self.number;
                if std::mem::take(&mut self.is_first) && is_begun(&self.buffer[start..end]) {
                    self.join_lines(start)?;
                    let (start, end) = content(&self.buffer, first);
                    return Ok(Some(Line {
                        number,
                        json: Ok(&self.buffer[start..end]),
                    }));
                }
                return Ok(Some(Line {
                    number: self.number,
                    json: Ok(&self.buffer[start..end]),
                }));
            }
        }
    }
}

/// Whether it is the beginning of JSON that goes on.
fn is_begun(text: &[u8]) -> bool {
    serde_json::from_slice::<IgnoredAny>(text).is_err_and(|error| error.is_eof())
}

/// Where the content of a line starts and ends.
fn content(line: &[u8], first: bool) -> (usize, usize) {
    let start = if first && line.starts_with(BYTE_ORDER_MARK) {
        BYTE_ORDER_MARK.len()
    } else {
        0
    };
    let end = line
        .strip_suffix(b"\n")
        .map_or(line.len(), |line| line.strip_suffix(b"\r").unwrap_or(line).len());
    (start, end.max(start))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &'static [u8], limit: usize) -> Vec<(u64, Result<Vec<u8>, TooLong>)> {
        let mut lines = Lines::new(Box::new(text), limit);
        let mut found = Vec::new();
        while let Some(line) = lines.next().expect("reading from memory") {
            found.push((line.number, line.json.map(<[u8]>::to_vec)));
        }
        assert_eq!(lines.consumed(), text.len() as u64);
        found
    }

    #[test]
    fn blank_lines_marks_and_carriage_returns_are_dropped() {
        let found = read(b"\xef\xbb\xbf{}\r\n\r\n  \t\n{\"a\":1}\n\n[]", 100);
        assert_eq!(
            found,
            [
                (1, Ok(b"{}".to_vec())),
                (4, Ok(b"{\"a\":1}".to_vec())),
                (6, Ok(b"[]".to_vec()))
            ]
        );
        assert_eq!(read(b"\xef\xbb\xbf", 100), []);
        assert_eq!(read(b"\xef\xbb\xbf\r\n", 100), []);
        // Only the start of the file may have the mark.
        assert_eq!(
            read(b"\n\xef\xbb\xbf{}", 100),
            [(2, Ok(b"\xef\xbb\xbf{}".to_vec()))]
        );
    }

    #[test]
    fn a_first_record_may_stand_on_several_lines() {
        let whole = b"{\r\n  \"a\": [\r\n{\r\n}\r\n]\r\n}";
        assert_eq!(read(whole, 100), [(1, Ok(whole.to_vec()))]);
        let found = read(b"\n{\n\"a\": 1}\n{}\n", 100);
        assert_eq!(
            found,
            [(2, Ok(b"{\n\"a\": 1}".to_vec())), (4, Ok(b"{}".to_vec()))]
        );
        // What never becomes a record is one line, as ever.
        for text in [&b"{\"a\":\n{}\n{}\n"[..], b"{\n{}\n", b"{\n"] {
            let found = read(text, 100);
            assert_eq!(
                found.len(),
                text.split(|it| *it == b'\n').count() - 1,
                "{found:?}"
            );
        }
        assert_eq!(
            read(b"{\n\"a\": 1\n}", 5),
            [(1, Ok(b"{".to_vec())), (2, Err(TooLong)), (3, Ok(b"}".to_vec()))]
        );
    }

    #[test]
    fn a_line_of_the_limit_is_read_and_a_longer_one_is_passed_over() {
        assert_eq!(read(b"12345\r\n", 5), [(1, Ok(b"12345".to_vec()))]);
        assert_eq!(read(b"\xef\xbb\xbf12345\r\n", 5), [(1, Ok(b"12345".to_vec()))]);
        assert_eq!(
            read(b"123456\n1\n", 5),
            [(1, Err(TooLong)), (2, Ok(b"1".to_vec()))]
        );
        assert_eq!(
            read(b"12345678901234567890\n1", 5),
            [(1, Err(TooLong)), (2, Ok(b"1".to_vec()))]
        );
        assert_eq!(read(b"1234567890", 5), [(1, Err(TooLong))]);
    }
}
