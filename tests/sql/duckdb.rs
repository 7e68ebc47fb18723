//! DuckDB, by its Python module: `tests/engines/duckdb` installs it.

use std::sync::Arc;

use audience::sql::Dialect;

use super::{
    engine::{Engine, Rows, insert},
    piped::Session,
    store::{Cell, Kind, Stored},
};

pub(super) struct DuckDb(Session);

/// A session in which nothing is as one may expect.
const SESSION: &str = "SET TimeZone = 'Asia/Kathmandu'; SET default_collation = 'NOCASE'; SET default_null_order = 'NULLS FIRST'; \
                       SET default_order = 'DESC'; SET integer_division = true; SET threads = 1";

impl DuckDb {
    pub(super) fn start() -> Self {
        let mut engine = Self(Session::start("duckdb"));
        let setup = Dialect::DuckDb.setup().expect("a statement");
        for statement in [SESSION, setup] {
            engine.query(statement, 0).expect("the session is set up");
        }
        engine
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
        self.0.query(sql)
    }

    fn query_with(&mut self, sql: &str, values: &[Arc<str>], _columns: usize) -> Result<Rows, String> {
        self.0.query_with(sql, values)
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
