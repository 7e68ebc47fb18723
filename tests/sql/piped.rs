//! Engines that come as Python wheels: a session answers JSON lines.

use std::{
    env,
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    sync::Arc,
};

use serde_json::{Value, json};

use super::{
    engine::Rows,
    store::{Cell, Kind, Stored},
};

#[derive(Debug)]
pub(super) struct Session {
    child: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
}

#[derive(serde::Deserialize)]
#[serde(rename_all = "snake_case")]
enum Answer {
    Rows(Vec<Vec<Value>>),
    Error(String),
}

impl Session {
    /// Starts `tests/engines/<engine>_session.py` with the Python that `AUDIENCE_<ENGINE>` names.
    pub(super) fn start(engine: &str) -> Self {
        let variable = format!("AUDIENCE_{}", engine.to_uppercase());
        let python = env::var_os(variable).unwrap_or_else(|| panic!("run it by tests/engines/{engine}"));
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/engines");
        let mut child = Command::new(python)
            .arg(folder.join(format!("{engine}_session.py")))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("Python starts");
        let input = child.stdin.take();
        let output = BufReader::new(child.stdout.take().expect("piped"));
        Self { child, input, output }
    }

    pub(super) fn ask(&mut self, request: &Value) -> Result<Rows, String> {
        let input = self.input.as_mut().ok_or("the engine has ended")?;
        writeln!(input, "{request}").map_err(|error| error.to_string())?;
        let mut line = String::new();
        self.output
            .read_line(&mut line)
            .map_err(|error| error.to_string())?;
        let answer: Answer = serde_json::from_str(&line).map_err(|error| format!("{error}: {line}"))?;
        match answer {
            Answer::Error(error) => Err(error),
            Answer::Rows(rows) => Ok(rows
                .into_iter()
                .map(|row| row.into_iter().map(cell).collect())
                .collect()),
        }
    }

    /// Has these tables and no others.
    pub(super) fn load(&mut self, stored: &[Stored]) -> Result<(), String> {
        self.ask(&json!({ "tables": tables(stored) })).map(drop)
    }

    pub(super) fn query(&mut self, sql: &str) -> Result<Rows, String> {
        self.ask(&json!({ "sql": sql }))
    }

    /// The same with values beside the text.
    pub(super) fn query_with(&mut self, sql: &str, values: &[Arc<str>]) -> Result<Rows, String> {
        let values: Vec<&str> = values.iter().map(|it| &**it).collect();
        self.ask(&json!({ "sql": sql, "values": values }))
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        drop(self.input.take());
        let _ = self.child.wait();
    }
}

/// Tables as `arrow` in `tests/engines/session.py` reads them.
pub(super) fn tables(tables: &[Stored]) -> Value {
    let tables = tables.iter().map(|table| {
        let columns: Vec<Value> = table
            .columns
            .iter()
            .map(|(name, kind)| json!([name, word(*kind)]))
            .collect();
        let rows: Vec<Vec<Value>> = table
            .rows
            .iter()
            .map(|row| row.iter().map(plain).collect())
            .collect();
        json!({ "name": table.name.parts(), "columns": columns, "rows": rows })
    });
    tables.collect()
}

fn word(kind: Kind) -> &'static str {
    match kind {
        Kind::Bool => "bool",
        Kind::Int => "int",
        Kind::Float => "float",
        Kind::Decimal => "decimal",
        Kind::Text => "text",
        Kind::Date => "date",
        Kind::DateTime => "datetime",
    }
}

fn plain(cell: &Cell) -> Value {
    match cell {
        Cell::Null => Value::Null,
        Cell::Bool(it) => json!(it),
        Cell::Int(it) => json!(it),
        Cell::Float(it) => json!(format!("{it:e}")),
        Cell::Decimal(it) => json!(it.units()),
        Cell::Text(it) => json!(it),
        Cell::Date(it) => json!(it.days()),
        Cell::DateTime(it) => json!(it.micros()),
    }
}

fn cell(value: Value) -> Cell {
    match value {
        Value::Null => Cell::Null,
        Value::Bool(it) => Cell::Bool(it),
        Value::String(it) => Cell::Text(it),
        Value::Number(it) => match it.as_i64() {
            Some(it) => Cell::Int(it),
            // Digits beyond 64 bits are no value of the language.
            None => it
                .to_string()
                .parse()
                .map_or(Cell::Text(it.to_string()), Cell::Float),
        },
        other => Cell::Text(other.to_string()),
    }
}
