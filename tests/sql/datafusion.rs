//! DataFusion, by its Python module: `tests/engines/datafusion` installs it.

use std::sync::Arc;

use audience::sql::Dialect;

use super::{
    engine::{Engine, Rows},
    piped::Session,
    store::{Kind, Stored},
};

pub(super) struct DataFusion(Session);

impl DataFusion {
    /// A session in which nothing is as one may expect; its settings are in `tests/engines/datafusion_session.py`.
    pub(super) fn start() -> Self {
        Self(Session::start("datafusion"))
    }
}

impl Engine for DataFusion {
    fn dialect(&self) -> Dialect {
        Dialect::DataFusion
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

    fn shown(&self, column: &str, kind: Kind) -> String {
        match kind {
            Kind::DateTime => format!("CAST(CAST({column} AS TIMESTAMP(6)) AS BIGINT)"),
            Kind::Date => format!("CAST({column} AS INT)"),
            Kind::Decimal => format!("CAST({column} * 10000 AS BIGINT)"),
            _ => column.to_owned(),
        }
    }
}
