//! Reads definitions, JSON lines and customers.

use std::{
    fmt::Display,
    fs::{self, File},
    io::{self, BufRead, BufReader, Read},
    ops::ControlFlow,
    path::Path,
};

use audience::{At, Customer, Definitions, Limits, Population, Requirements};
use indicatif::ProgressBar;

use crate::{args, failure::Failure};

/// The definitions of a command and the moment it answers for. Warnings go to standard error.
pub(crate) fn setting(arguments: &args::Setting) -> Result<(Definitions, At), Failure> {
    let mut builder = Definitions::builder().file(&arguments.definitions);
    for file in &arguments.more_definitions {
        builder = builder.file(file);
    }
    let mut shop = builder.build()?;
    eprint!("{}", audience::render(shop.warnings(), shop.sources()));
    if let Some(path) = &arguments.population {
        let population = population(path).map_err(|error| Failure::data(path.display(), error))?;
        let fitted = shop.with_population(&population);
        shop = fitted.map_err(|error| Failure::data(path.display(), error))?;
    }
    let mut at = shop.at(arguments.at, &arguments.zone);
    for (name, path) in &arguments.catalogs {
        let file = File::open(path).map_err(|error| Failure::data(path.display(), error))?;
        let items = shop
            .loader()
            .items_from_json_lines(name, BufReader::new(file))
            .map_err(|error| {
                let line = error.line().map(|line| format!(":{line}")).unwrap_or_default();
                let dot = if error.path().is_empty() { "" } else { ": " };
                Failure::Data(format!(
                    "{}{line}{dot}{}: {}",
                    path.display(),
                    error.path(),
                    error.message()
                ))
            })?;
        at = at.with_items(items);
    }
    Ok((shop, at))
}

fn population(path: &Path) -> Result<Population, String> {
    let json = fs::read(path).map_err(|error| error.to_string())?;
    serde_json::from_slice(&json).map_err(|error| error.to_string())
}

/// What to say when something needs a population that was not given.
pub(crate) fn needs_population(names: &[String]) -> Failure {
    let verb = if names.len() == 1 { "compares" } else { "compare" };
    let names: Vec<_> = names.iter().map(|it| format!("`{it}`")).collect();
    Failure::Data(format!(
        "{} {verb} customers with each other: run `audience fit`, and give what it writes with --population",
        names.join(", "),
    ))
}

/// Refuses to answer for rules that look into a catalogue whose items were not given: all they read would be missing.
pub(crate) fn needs_catalogs(at: &At, rules: impl IntoIterator<Item = Requirements>) -> Result<(), Failure> {
    let mut missing: Vec<String> = Vec::new();
    for catalog in rules.into_iter().flat_map(|it| it.catalogs) {
        let name = catalog.name.to_string();
        if at.items(&name).is_none() && !missing.contains(&name) {
            missing.push(name);
        }
    }
    if missing.is_empty() {
        return Ok(());
    }
    let options: Vec<_> = missing.iter().map(|it| format!("--catalog {it}=FILE")).collect();
    let names: Vec<_> = missing.iter().map(|it| format!("`{it}`")).collect();
    Err(Failure::Data(format!(
        "the rules look into the catalogue {}: give its items with {}",
        names.join(" and "),
        options.join(" ")
    )))
}

/// Gives each customer of the file to `visit`, in order, until it breaks.
///
/// A line that cannot be read stops with its number, or is told and left out with `--skip-bad`.
pub(crate) fn each_customer(
    shop: &Definitions,
    arguments: &args::Customers,
    progress: &ProgressBar,
    mut visit: impl FnMut(&Customer) -> Result<ControlFlow<()>, Failure>,
) -> Result<(), Failure> {
    let name = arguments.file.display();
    let unreadable = |error: io::Error| Failure::data(&name, error);
    let loader = shop.loader().ignore_unknown(arguments.ignore_unknown);
    let limit = Limits::default().record_bytes;
    let mut lines = Lines::open(&arguments.file, limit).map_err(unreadable)?;
    let mut seen: u64 = 0;
    let mut bad: Vec<u64> = Vec::new();
    while let Some(Line { number, json }) = lines.next().map_err(unreadable)? {
        seen += 1;
        let outcome = match json {
            Ok(json) => loader.customer_from_json(json).map_err(|error| error.to_string()),
            Err(TooLong) => Err(format!("the line has more than {limit} bytes")),
        };
        match outcome {
            Ok(customer) => {
                if visit(&customer)?.is_break() {
                    break;
                }
            }
            Err(problem) if arguments.skip_bad => {
                progress.suspend(|| eprintln!("warning: {name}:{number}: {problem}"));
                bad.push(number);
            }
            Err(problem) => {
                progress.finish_and_clear();
                return Err(Failure::Data(format!("{name}:{number}: {problem}")));
            }
        }
        progress.set_position(lines.consumed());
    }
    progress.finish_and_clear();
    if !bad.is_empty() {
        eprintln!(
            "warning: {name}: left out {} of {seen} customers: {}",
            bad.len(),
            numbered("line", &bad)
        );
    }
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
pub(crate) struct Lines {
    reader: Box<dyn BufRead>,
    limit: usize,
    number: u64,
    consumed: u64,
    buffer: Vec<u8>,
}

/// A line that is there to be read.
pub(crate) struct Line<'a> {
    /// Counted from 1, blank lines too.
    pub(crate) number: u64,
    /// Without what ends it. `Err` when it is longer than the limit; the next call goes on after it.
    pub(crate) json: Result<&'a [u8], TooLong>,
}

/// A line that has more bytes than one record may have.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct TooLong;

/// What some editors put before the text.
pub(crate) const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

impl Lines {
    /// Opens a file, or standard input for `-`.
    pub(crate) fn open(path: &Path, limit: usize) -> io::Result<Self> {
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
            limit,
            number: 0,
            consumed: 0,
            buffer: Vec::new(),
        }
    }

    /// How many bytes have been read.
    pub(crate) fn consumed(&self) -> u64 {
        self.consumed
    }

    /// The next line that is not blank.
    pub(crate) fn next(&mut self) -> io::Result<Option<Line<'_>>> {
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
                return Ok(Some(Line {
                    number: self.number,
                    json: Ok(&self.buffer[start..end]),
                }));
            }
        }
    }
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
