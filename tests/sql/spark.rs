//! Spark, by its Python module beside a cluster: `tests/engines/spark_cluster` starts it.

use std::sync::Arc;

use audience::sql::Dialect;
use serde_json::json;

use super::{
    engine::{Engine, Rows},
    piped::{self, Session},
    store::{Kind, Stored},
};

pub(super) struct Spark(Session);

impl Spark {
    /// A session in which nothing is as one may expect; its settings are in `tests/engines/spark_session.py`.
    pub(super) fn start() -> Self {
        Self(Session::start("spark"))
    }
}

impl Engine for Spark {
    fn dialect(&self) -> Dialect {
        Dialect::Spark
    }

    fn load(&mut self, tables: &[Stored]) -> Result<(), String> {
        self.0.ask(&json!({ "tables": piped::tables(tables) })).map(drop)
    }

    fn query(&mut self, sql: &str, _columns: usize) -> Result<Rows, String> {
        self.0.ask(&json!({ "sql": sql }))
    }

    fn query_with(&mut self, sql: &str, values: &[Arc<str>], _columns: usize) -> Result<Rows, String> {
        let values: Vec<&str> = values.iter().map(|it| &**it).collect();
        self.0.ask(&json!({ "sql": sql, "values": values }))
    }

    fn quoted(&self, name: &str) -> String {
        format!("`{}`", name.replace('`', "``"))
    }

    fn shown(&self, column: &str, kind: Kind) -> String {
        match kind {
            Kind::DateTime => format!("UNIX_MICROS({column})"),
            Kind::Date => format!("UNIX_DATE({column})"),
            Kind::Decimal => format!("CAST({column} * 10000 AS BIGINT)"),
            _ => column.to_owned(),
        }
    }
}
