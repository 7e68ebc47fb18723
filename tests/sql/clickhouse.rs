//! ClickHouse, by the Python module that has it inside: `tests/engines/clickhouse` installs it.

use std::{fmt::Write, sync::Arc};

use audience::sql::Dialect;
use serde_json::json;

use super::{
    engine::{Engine, Rows},
    piped::Session,
    store::{Cell, Kind, Stored},
};

pub(super) struct ClickHouse {
    session: Session,
    /// Whether columns may be null that have no null in them.
    lenient: bool,
}

/// A session in which nothing is as one may expect.
const SESSION: &[&str] = &[
    "SET session_timezone = 'Asia/Kathmandu'",
    "SET join_use_nulls = 0",
    "SET join_default_strictness = 'ANY'",
    "SET count_distinct_implementation = 'uniqHLL12'",
    "SET aggregate_functions_null_for_empty = 1",
    "SET transform_null_in = 1",
    "SET prefer_column_name_to_alias = 1",
    "SET short_circuit_function_evaluation = 'disable'",
    "SET cast_keep_nullable = 1",
    "SET date_time_overflow_behavior = 'throw'",
    "SET max_threads = 2",
    "SET mutations_sync = 2",
    // What several long rules together have more of than it reads else.
    "SET max_query_size = 16777216",
    "SET allow_suspicious_low_cardinality_types = 1",
];

impl ClickHouse {
    pub(super) fn start() -> Self {
        let mut engine = Self {
            session: Session::start("clickhouse"),
            lenient: false,
        };
        engine.all(SESSION).expect("the session is set up");
        engine
    }

    /// One whose columns take nulls.
    pub(super) fn lenient() -> Self {
        Self {
            lenient: true,
            ..Self::start()
        }
    }

    /// Statements that give nothing.
    fn all(&mut self, statements: &[impl AsRef<str>]) -> Result<(), String> {
        let statements: Vec<&str> = statements.iter().map(AsRef::as_ref).collect();
        self.session.ask(&json!({ "statements": statements })).map(drop)
    }
}

impl Engine for ClickHouse {
    fn dialect(&self) -> Dialect {
        Dialect::ClickHouse
    }

    fn load(&mut self, tables: &[Stored]) -> Result<(), String> {
        let mut statements = vec![
            "DROP DATABASE IF EXISTS \"the case\" SYNC".to_owned(),
            "CREATE DATABASE \"the case\"".to_owned(),
            "USE \"the case\"".to_owned(),
        ];
        for table in tables {
            let name = match table.name.parts() {
                [.., name] => self.quoted(name),
                [] => return Err("a table without a name".to_owned()),
            };
            let mut columns = String::new();
            for (index, (column, kind)) in table.columns.iter().enumerate() {
                let nullable = self.lenient || table.rows.iter().any(|row| row[index] == Cell::Null);
                let ty = ty(*kind, nullable, column.len());
                let comma = if index == 0 { "" } else { ", " };
                write!(columns, "{comma}{} {ty}", self.quoted(column)).map_err(|it| it.to_string())?;
            }
            statements.push(format!(
                "CREATE TABLE {name} ({columns}) ENGINE = MergeTree ORDER BY ()"
            ));
            if !table.rows.is_empty() {
                let rows = table.rows.iter().map(|row| {
                    let cells: Vec<String> = row.iter().map(literal).collect();
                    format!("({})", cells.join(", "))
                });
                let rows: Vec<String> = rows.collect();
                statements.push(format!("INSERT INTO {name} VALUES {}", rows.join(",\n")));
            }
        }
        self.all(&statements)
    }

    fn query(&mut self, sql: &str, _columns: usize) -> Result<Rows, String> {
        // Rows are changed as the columns that they are kept in.
        let changed = if let Some((table, change)) =
            sql.strip_prefix("UPDATE ").and_then(|it| it.split_once(" SET "))
        {
            Some(format!("ALTER TABLE {table} UPDATE {change} WHERE TRUE"))
        } else {
            sql.strip_prefix("DELETE FROM ")
                .and_then(|it| it.split_once(" WHERE "))
                .map(|(table, which)| format!("ALTER TABLE {table} DELETE WHERE {which}"))
        };
        self.session.query(changed.as_deref().unwrap_or(sql))
    }

    fn query_with(&mut self, sql: &str, values: &[Arc<str>], _columns: usize) -> Result<Rows, String> {
        self.session.query_with(sql, values)
    }

    fn quoted(&self, name: &str) -> String {
        format!("\"{}\"", name.replace('\\', "\\\\").replace('"', "\\\""))
    }

    fn shown(&self, column: &str, kind: Kind) -> String {
        match kind {
            Kind::DateTime => format!("toUnixTimestamp64Micro({column})"),
            Kind::Date => format!("toInt32({column})"),
            Kind::Decimal => format!("toInt128({column} * 10000)"),
            _ => column.to_owned(),
        }
    }
}

/// The type of a column, one of those that values are kept in.
fn ty(kind: Kind, nullable: bool, length: usize) -> String {
    let ty = match kind {
        Kind::Bool => "Bool",
        Kind::Int => "Int64",
        Kind::Float => "Float64",
        Kind::Decimal => "Decimal(19, 4)",
        Kind::Text => "String",
        Kind::Date => "Date32",
        Kind::DateTime => "DateTime64(6, 'America/St_Johns')",
    };
    let ty = if nullable {
        format!("Nullable({ty})")
    } else {
        ty.to_owned()
    };
    if kind == Kind::Text && length.is_multiple_of(2) {
        format!("LowCardinality({ty})")
    } else {
        ty
    }
}

fn literal(cell: &Cell) -> String {
    match cell {
        Cell::Null => "NULL".to_owned(),
        Cell::Bool(it) => it.to_string(),
        Cell::Int(it) => it.to_string(),
        Cell::Float(it) => format!("reinterpretAsFloat64(toUInt64({}))", it.to_bits()),
        Cell::Decimal(it) => format!("'{it}'"),
        Cell::Text(it) => format!("'{}'", it.replace('\\', "\\\\").replace('\'', "\\'")),
        Cell::Date(it) => format!("'{it}'"),
        Cell::DateTime(it) => format!("fromUnixTimestamp64Micro(toInt64({}))", it.micros()),
    }
}
