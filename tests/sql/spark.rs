//! Spark, by its Python module beside a cluster: `tests/engines/spark_cluster` starts it.

use std::sync::Arc;

use audience::sql::Dialect;

use super::{
    engine::{Engine, Rows},
    piped::Session,
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
        self.0.load(tables)
    }

    fn query(&mut self, sql: &str, _columns: usize) -> Result<Rows, String> {
        self.0.query(sql)
    }

    fn query_with(&mut self, sql: &str, values: &[Arc<str>], _columns: usize) -> Result<Rows, String> {
        self.0.query_with(sql, values)
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
