//! Writes answers: JSON with every digit, tables, and standard output that may be closed early.

use std::{
    cell::RefCell,
    io::{self, BufWriter, StdoutLock, Write},
    rc::Rc,
};

use audience::ValueRef;

/// Standard output behind a buffer that all clones share. To be flushed before the end: what a drop writes may fail unseen.
#[derive(Clone, Debug)]
pub(crate) struct Out(Rc<RefCell<BufWriter<StdoutLock<'static>>>>);

pub(crate) fn stdout() -> Out {
    let out = BufWriter::with_capacity(1 << 16, io::stdout().lock());
    Out(Rc::new(RefCell::new(out)))
}

impl Write for Out {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().write(bytes)
    }

    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.0.borrow_mut().write_all(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.borrow_mut().flush()
    }
}

/// Writes `text` as a JSON string.
pub(crate) fn write_text(out: &mut impl Write, text: &str) -> io::Result<()> {
    serde_json::to_writer(out, text).map_err(io::Error::from)
}

/// Writes a value as JSON: numbers with all their digits, times in ISO 8601, a point as `[lat, lon]`, a missing value as
/// `null`.
pub(crate) fn write_value(out: &mut impl Write, value: Option<ValueRef<'_>>) -> io::Result<()> {
    let Some(value) = value else {
        return out.write_all(b"null");
    };
    match value {
        ValueRef::Bool(_) | ValueRef::Int(_) | ValueRef::Decimal(_) => write!(out, "{value}"),
        // As short as reads back to the same number.
        ValueRef::Float(number) => Ok(serde_json::to_writer(out, &number)?),
        ValueRef::Geo(point) => Ok(serde_json::to_writer(out, &[point.lat(), point.lon()])?),
        ValueRef::Text(text) => write_text(out, text),
        _ => write!(out, "\"{value}\""),
    }
}

/// Text that stays on its line and leaves the terminal alone: line breaks and other control characters become blanks.
pub(crate) fn one_line(text: &str) -> String {
    text.replace(char::is_control, " ")
}

/// A table with as many columns as its heads, numbers to the right, the last column as it comes.
pub(crate) struct Table {
    rows: Vec<Vec<String>>,
}

impl Table {
    pub(crate) fn new(heads: &[&str]) -> Self {
        Self {
            rows: vec![heads.iter().map(|&it| it.to_owned()).collect()],
        }
    }

    pub(crate) fn row(&mut self, cells: &[String]) {
        debug_assert_eq!(cells.len(), self.rows[0].len(), "a row of another table");
        self.rows.push(cells.iter().map(|it| one_line(it)).collect());
    }

    /// The first column to the left, the others to the right, the last one unpadded.
    pub(crate) fn write(&self, out: &mut impl Write) -> io::Result<()> {
        let width = |column: usize| {
            self.rows
                .iter()
                .map(|row| row[column].chars().count())
                .max()
                .unwrap_or(0)
        };
        let widths: Vec<usize> = (0..self.rows[0].len()).map(width).collect();
        for row in &self.rows {
            let mut line = String::new();
            for (column, (cell, &width)) in row.iter().zip(&widths).enumerate() {
                let padding = " ".repeat(width - cell.chars().count());
                if column == 0 {
                    line.push_str(cell);
                    line.push_str(&padding);
                } else if column + 1 == row.len() {
                    line.push_str("  ");
                    line.push_str(cell);
                } else {
                    line.push_str("  ");
                    line.push_str(&padding);
                    line.push_str(cell);
                }
            }
            writeln!(out, "{}", line.trim_end())?;
        }
        Ok(())
    }
}

/// `count` of `whole` in percent with one digit, rounded half up; of nothing, zero.
pub(crate) fn share(count: u64, whole: u64) -> String {
    let (count, whole) = (u128::from(count), u128::from(whole.max(1)));
    let tenths = (count * 2000 + whole) / (2 * whole);
    format!("{}.{}%", tenths / 10, tenths % 10)
}

#[cfg(test)]
mod tests {
    use audience::Value;

    use super::*;

    fn json(value: Option<&Value>) -> String {
        let mut out = Vec::new();
        write_value(&mut out, value.map(Value::as_ref)).expect("writing to memory");
        String::from_utf8(out).expect("JSON is UTF-8")
    }

    #[test]
    fn values_keep_their_digits() {
        let point = audience::Geo::new(40.4168, -3.7038).expect("in range");
        let cases: [(Option<Value>, &str); 11] = [
            (None, "null"),
            (Some(true.into()), "true"),
            (Some(Value::Int(i64::MIN)), "-9223372036854775808"),
            (
                Some(Value::Decimal("922337203685477.5807".parse().unwrap())),
                "922337203685477.5807",
            ),
            (Some(Value::Float(0.1 + 0.2)), "0.30000000000000004"),
            (Some(Value::Float(1e300)), "1e+300"),
            (Some("a \"b\"\n\u{1}é".into()), r#""a \"b\"\n\u0001é""#),
            (Some(Value::Date("2026-01-31".parse().unwrap())), "\"2026-01-31\""),
            (
                Some(Value::DateTime("2026-01-31T09:00:00.5+02:00".parse().unwrap())),
                "\"2026-01-31T07:00:00.5Z\"",
            ),
            (
                Some(Value::Duration(audience::Duration::from_micros(-90_500_000))),
                "\"-PT90.5S\"",
            ),
            (Some(Value::Geo(point)), "[40.4168,-3.7038]"),
        ];
        for (value, expected) in cases {
            assert_eq!(json(value.as_ref()), expected);
        }
    }

    #[test]
    fn shares_are_rounded_half_up() {
        assert_eq!(share(0, 0), "0.0%");
        assert_eq!(share(1, 3), "33.3%");
        assert_eq!(share(2, 3), "66.7%");
        assert_eq!(share(1, 2000), "0.1%");
        assert_eq!(share(u64::MAX, u64::MAX), "100.0%");
    }
}
