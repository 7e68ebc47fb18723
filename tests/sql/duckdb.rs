//! DuckDB, by its Python module: `tests/engines/duckdb` installs it.

use std::{
    env,
    io::{BufRead, BufReader, Write},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    sync::Arc,
};

use audience::sql::Dialect;
use serde_json::json;

use super::{
    engine::{Engine, Rows, insert},
    store::{Cell, Kind, Stored},
};

pub(super) struct DuckDb {
    child: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
}

#[derive(serde::Deserialize)]
#[serde(rename_all = "snake_case")]
enum Answer {
    Rows(Vec<Vec<serde_json::Value>>),
    Error(String),
}

/// A session in which nothing is as one may expect.
const SESSION: &str = "SET TimeZone = 'Asia/Kathmandu'; SET default_collation = 'NOCASE'; SET default_null_order = 'NULLS FIRST'; \
                       SET default_order = 'DESC'; SET integer_division = true; SET threads = 1";

impl DuckDb {
    pub(super) fn start() -> Self {
        let python = env::var_os("AUDIENCE_DUCKDB").expect("run it by tests/engines/duckdb");
        let mut child = Command::new(python)
            .arg(concat!(
                env!("CARGO_MANIFEST_DIR"),
                "/tests/engines/duckdb_session.py"
            ))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("Python starts");
        let input = child.stdin.take();
        let output = BufReader::new(child.stdout.take().expect("piped"));
        let mut engine = Self { child, input, output };
        engine.query(SESSION, 0).expect("the session is set up");
        engine
    }

    fn ask(&mut self, request: &serde_json::Value) -> Result<Rows, String> {
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
}

impl Drop for DuckDb {
    fn drop(&mut self) {
        drop(self.input.take());
        let _ = self.child.wait();
    }
}

impl Engine for DuckDb {
    fn dialect(&self) -> Dialect {
        Dialect::DuckDb
    }

    fn load(&mut self, tables: &[Stored]) -> Result<(), String> {
        let mut statements = vec![
            "DROP SCHEMA IF EXISTS \"the case\" CASCADE".to_owned(),
            "CREATE SCHEMA \"the case\"".to_owned(),
            "SET schema = 'the case'".to_owned(),
        ];
        for table in tables {
            statements.push(table.create(|kind| match kind {
                Kind::Bool => "BOOLEAN",
                Kind::Int => "BIGINT",
                Kind::Float => "DOUBLE",
                Kind::Decimal => "DECIMAL(19, 4)",
                Kind::Text => "VARCHAR",
                Kind::Date => "DATE",
                Kind::DateTime => "TIMESTAMPTZ",
            }));
            if !table.rows.is_empty() {
                statements.push(insert(&table.quoted(), &table.rows, literal));
            }
        }
        self.query(&statements.join(";\n"), 0).map(drop)
    }

    fn query(&mut self, sql: &str, _columns: usize) -> Result<Rows, String> {
        self.ask(&json!({ "sql": sql }))
    }

    fn query_with(&mut self, sql: &str, values: &[Arc<str>], _columns: usize) -> Result<Rows, String> {
        let values: Vec<&str> = values.iter().map(|it| &**it).collect();
        self.ask(&json!({ "sql": sql, "values": values }))
    }

    fn shown(&self, column: &str, kind: Kind) -> String {
        match kind {
            Kind::DateTime => format!("EPOCH_US({column})"),
            Kind::Date => format!("DATE_DIFF('day', DATE '1970-01-01', {column})"),
            Kind::Decimal => format!("CAST(CAST({column} AS DECIMAL(30, 4)) * 10000 AS BIGINT)"),
            _ => column.to_owned(),
        }
    }
}

fn cell(value: serde_json::Value) -> Cell {
    match value {
        serde_json::Value::Null => Cell::Null,
        serde_json::Value::Bool(it) => Cell::Bool(it),
        serde_json::Value::String(it) => Cell::Text(it),
        serde_json::Value::Number(it) => match it.as_i64() {
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

fn literal(cell: &Cell) -> String {
    match cell {
        Cell::Null => "NULL".to_owned(),
        Cell::Bool(it) => it.to_string(),
        Cell::Int(it) => it.to_string(),
        Cell::Float(it) => format!("CAST('{it:e}' AS DOUBLE)"),
        Cell::Decimal(it) => format!("CAST('{it}' AS DECIMAL(19, 4))"),
        Cell::Text(it) => format!("'{}'", it.replace('\'', "''")),
        Cell::Date(it) => format!("DATE '{it}'"),
        Cell::DateTime(it) => format!("TIMESTAMPTZ '{it}'"),
    }
}
