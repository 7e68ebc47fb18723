//! What differs between engines: how each writes names, values and calculations.

mod clickhouse;
mod datafusion;
mod duckdb;
mod encoding;
mod postgresql;
mod spark;
mod sqlite;

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

pub(super) use encoding::{Apart, Bind, DatePart, Encoding, Member, Nearly, integer};

/// An engine whose SQL can be written.
///
/// ```
/// # use audience::sql::Dialect;
/// assert_eq!("postgresql".parse(), Ok(Dialect::PostgreSql));
/// assert_eq!(Dialect::DuckDb.to_string(), "duckdb");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Dialect {
    /// SQLite, from 3.39 on.
    Sqlite,
    /// DuckDB, from 1.5 on, in a session that has run the [`setup`](Self::setup).
    DuckDb,
    /// PostgreSQL, from 14 on.
    PostgreSql,
    /// ClickHouse, from 26.9 on.
    ClickHouse,
    /// DataFusion, in version 55.
    DataFusion,
    /// Spark, from 4.0 on.
    Spark,
}

/// A word that is no dialect.
///
/// ```
/// # use audience::sql::Dialect;
/// let error = "oracle".parse::<Dialect>().unwrap_err();
/// assert_eq!(error.to_string(), "unknown dialect `oracle`; the dialects are sqlite, duckdb, postgresql, clickhouse, datafusion and spark");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "unknown dialect `{0}`; the dialects are sqlite, duckdb, postgresql, clickhouse, datafusion and spark"
)]
pub struct UnknownDialect(pub String);

impl Dialect {
    /// All of them.
    pub const ALL: &'static [Self] = &[
        Self::Sqlite,
        Self::DuckDb,
        Self::PostgreSql,
        Self::ClickHouse,
        Self::DataFusion,
        Self::Spark,
    ];

    /// Its name, in lower case.
    ///
    /// ```
    /// # use audience::sql::Dialect;
    /// assert_eq!(Dialect::Sqlite.name(), "sqlite");
    /// ```
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "sqlite",
            Self::DuckDb => "duckdb",
            Self::PostgreSql => "postgresql",
            Self::ClickHouse => "clickhouse",
            Self::DataFusion => "datafusion",
            Self::Spark => "spark",
        }
    }

    /// A statement that each session has to run before its first query for the answers to be right, where the engine has no way to say so in a query.
    ///
    /// DuckDB, at least in 1.5 and 2.0, takes two parts of some long queries for the same that are not; the statement leaves out the step of its
    /// planning that does so.
    ///
    /// ```
    /// # use audience::sql::Dialect;
    /// assert_eq!(Dialect::DuckDb.setup(), Some("SET disabled_optimizers = 'common_subplan'"));
    /// assert_eq!(Dialect::PostgreSql.setup(), None);
    /// ```
    #[must_use]
    pub const fn setup(self) -> Option<&'static str> {
        match self {
            Self::DuckDb => Some("SET disabled_optimizers = 'common_subplan'"),
            Self::Sqlite | Self::PostgreSql | Self::ClickHouse | Self::DataFusion | Self::Spark => None,
        }
    }

    pub(super) fn encoding(self) -> &'static dyn Encoding {
        match self {
            Self::Sqlite => &sqlite::Sqlite,
            Self::DuckDb => &duckdb::DuckDb,
            Self::PostgreSql => &postgresql::PostgreSql,
            Self::ClickHouse => &clickhouse::ClickHouse,
            Self::DataFusion => &datafusion::DataFusion,
            Self::Spark => &spark::Spark,
        }
    }
}

impl fmt::Display for Dialect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Dialect {
    type Err = UnknownDialect;

    fn from_str(text: &str) -> Result<Self, UnknownDialect> {
        let found = Self::ALL.iter().find(|it| it.name().eq_ignore_ascii_case(text));
        found.copied().ok_or_else(|| UnknownDialect(text.to_owned()))
    }
}
