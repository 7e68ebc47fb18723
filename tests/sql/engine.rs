//! What the tests ask of an engine.

use std::sync::Arc;

use audience::{Value, sql::Dialect};

use super::store::{Cell, Kind, Stored};

/// The rows of an answer.
pub(super) type Rows = Vec<Vec<Cell>>;

pub(super) trait Engine {
    fn dialect(&self) -> Dialect;

    /// Has these tables and no others.
    fn load(&mut self, tables: &[Stored]) -> Result<(), String>;

    /// The rows of an answer that has so many columns.
    fn query(&mut self, sql: &str, columns: usize) -> Result<Rows, String>;

    /// The same with the values beside the text.
    fn query_with(&mut self, sql: &str, values: &[Arc<str>], columns: usize) -> Result<Rows, String>;

    /// Whether it says that a statement reads more than it can, as `docs/sql.md` says of it.
    fn is_too_much(&self, _fault: &str) -> bool {
        false
    }

    /// A name in quotes.
    fn quoted(&self, name: &str) -> String {
        quoted(name)
    }

    /// How the text of a stored value is asked for.
    fn shown(&self, column: &str, kind: Kind) -> String;
}

/// The text of an `INSERT` with many rows.
pub(super) fn insert(table: &str, rows: &[Vec<Cell>], literal: impl Fn(&Cell) -> String) -> String {
    let rows: Vec<String> = rows
        .iter()
        .map(|row| format!("({})", row.iter().map(&literal).collect::<Vec<_>>().join(", ")))
        .collect();
    format!("INSERT INTO {table} VALUES {}", rows.join(",\n"))
}

pub(super) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

impl Stored {
    /// Its name in quotes.
    pub(super) fn quoted(&self) -> String {
        let parts: Vec<String> = self.name.parts().iter().map(|it| quoted(it)).collect();
        parts.join(".")
    }

    /// `CREATE TABLE`.
    pub(super) fn create(&self, ty: impl Fn(Kind) -> &'static str) -> String {
        let columns: Vec<String> = self
            .columns
            .iter()
            .map(|(name, kind)| format!("{} {}", quoted(name), ty(*kind)))
            .collect();
        format!("CREATE TABLE {} ({})", self.quoted(), columns.join(", "))
    }
}

/// Tells whether what came back is what the language says: numbers in their logical form.
pub(super) fn is(found: &Cell, expected: Option<&Value>) -> bool {
    let Some(expected) = expected else {
        return *found == Cell::Null;
    };
    match expected {
        Value::Bool(expected) => match found {
            Cell::Bool(it) => it == expected,
            Cell::Int(it) => *it == i64::from(*expected),
            Cell::Text(it) => *it == if *expected { "t" } else { "f" },
            _ => false,
        },
        Value::Float(expected) => {
            let found = match found {
                Cell::Float(it) => *it,
                Cell::Text(it) => it.parse().unwrap_or(f64::NAN),
                _ => return false,
            };
            found.to_bits() == expected.to_bits() || (found == 0.0 && *expected == 0.0)
        }
        Value::Text(expected) => matches!(found, Cell::Text(it) if **it == **expected),
        Value::Int(it) => is_int(found, *it),
        Value::Decimal(it) => is_int(found, it.units()),
        Value::Date(it) => is_int(found, it.days().into()),
        Value::DateTime(it) => is_int(found, it.micros()),
        Value::Duration(it) => is_int(found, it.micros()),
        other => panic!("no engine gives {other:?}"),
    }
}

fn is_int(found: &Cell, expected: i64) -> bool {
    match found {
        Cell::Int(it) => *it == expected,
        Cell::Text(it) => *it == expected.to_string(),
        _ => false,
    }
}
