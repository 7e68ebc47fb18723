//! SQLite, inside of the process.

use std::sync::Arc;

use audience::sql::Dialect;
use rusqlite::{
    Connection, ToSql, params_from_iter,
    types::{ToSqlOutput, ValueRef},
};

use super::{
    engine::{Engine, Rows},
    store::{Cell, Kind, Stored},
};

pub(super) struct Sqlite {
    connection: Connection,
}

impl Sqlite {
    pub(super) fn start() -> Self {
        // As the scripts of the other engines do, for the table of `tests/engines/all`.
        eprintln!("sqlite {}", rusqlite::version());
        Self {
            connection: Connection::open_in_memory().expect("a database in memory"),
        }
    }

    pub(super) fn connection(&self) -> &Connection {
        &self.connection
    }

    fn rows(&self, sql: &str, values: impl IntoIterator<Item = Cell>) -> Result<Rows, rusqlite::Error> {
        let mut statement = self.connection.prepare(sql)?;
        let columns = statement.column_count();
        let mut rows = statement.query(params_from_iter(values))?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            let cells = (0..columns).map(|index| {
                Ok(match row.get_ref(index)? {
                    ValueRef::Null => Cell::Null,
                    ValueRef::Integer(it) => Cell::Int(it),
                    ValueRef::Real(it) => Cell::Float(it),
                    ValueRef::Text(it) => Cell::Text(String::from_utf8_lossy(it).into_owned()),
                    ValueRef::Blob(it) => panic!("{it:?} is no value of the language"),
                })
            });
            found.push(cells.collect::<Result<_, rusqlite::Error>>()?);
        }
        Ok(found)
    }
}

impl Engine for Sqlite {
    fn dialect(&self) -> Dialect {
        Dialect::Sqlite
    }

    fn is_too_much(&self, fault: &str) -> bool {
        fault.starts_with("VIEWs and/or subqueries nested too deep")
    }

    fn load(&mut self, tables: &[Stored]) -> Result<(), String> {
        *self = Self::start();
        let load = || {
            for table in tables {
                // A collation that takes capitals for small letters, and blanks at the end for nothing, must not matter.
                self.connection.execute_batch(&table.create(|kind| match kind {
                    Kind::Bool | Kind::Int => "INTEGER",
                    Kind::Float => "REAL",
                    Kind::Text => "TEXT COLLATE NOCASE",
                    Kind::Date => "TEXT COLLATE RTRIM",
                    Kind::Decimal | Kind::DateTime => panic!("SQLite has no {kind:?}"),
                }))?;
                let places = vec!["?"; table.columns.len()].join(", ");
                let insert = format!("INSERT INTO {} VALUES ({places})", table.quoted());
                let mut insert = self.connection.prepare(&insert)?;
                for row in &table.rows {
                    insert.execute(params_from_iter(row))?;
                }
            }
            Ok(())
        };
        load().map_err(|error: rusqlite::Error| error.to_string())
    }

    fn query(&mut self, sql: &str, _columns: usize) -> Result<Rows, String> {
        self.rows(sql, []).map_err(|error| error.to_string())
    }

    fn query_with(&mut self, sql: &str, values: &[Arc<str>], _columns: usize) -> Result<Rows, String> {
        let values = values.iter().map(|it| Cell::Text(it.to_string()));
        self.rows(sql, values).map_err(|error| error.to_string())
    }

    fn shown(&self, column: &str, kind: Kind) -> String {
        match kind {
            Kind::Date => format!("CAST(JULIANDAY({column}) - 2440587.5 AS INTEGER)"),
            _ => column.to_owned(),
        }
    }
}

impl ToSql for Cell {
    fn to_sql(&self) -> Result<ToSqlOutput<'_>, rusqlite::Error> {
        Ok(match self {
            Self::Null => ToSqlOutput::Borrowed(ValueRef::Null),
            Self::Bool(it) => ToSqlOutput::from(i64::from(*it)),
            Self::Int(it) => ToSqlOutput::from(*it),
            Self::Float(it) => ToSqlOutput::from(*it),
            Self::Text(it) => ToSqlOutput::from(it.as_str()),
            Self::Date(it) => ToSqlOutput::from(it.to_string()),
            Self::Decimal(_) | Self::DateTime(_) => panic!("SQLite has no {self:?}"),
        })
    }
}
