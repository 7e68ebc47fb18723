//! A query: its text, and the values that stand in it.

use std::{fmt, sync::Arc};

use super::Dialect;
use crate::diagnostic::Diagnostic;

/// A query for a database: a whole `SELECT`, for a session that has run the [setup](Dialect::setup) of the dialect.
///
/// Its `Display` is the text with the values of the rules written into it as literals that are safe; [`bound`](Self::bound) gives a text with places for
/// the texts among them, and these beside it.
///
/// ```
/// # use audience::{Definitions, Zone, sql::Dialect};
/// let shop = Definitions::parse("customer { id: string key, country: string }  segment spain = country = \"ES\"")?;
/// let at = shop.at("2026-06-01T00:00:00Z".parse()?, &Zone::UTC);
/// let query = shop.segment("spain")?.to_sql(Dialect::PostgreSql, &shop.mapping(Dialect::PostgreSql), &at)?;
/// let (text, values) = query.bound();
/// assert!(text.contains("$1") && values == ["ES".into()]);
/// assert!(query.to_string().contains("'ES'"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Query {
    pub(super) dialect: Dialect,
    pub(super) pieces: Vec<Piece>,
    pub(super) columns: Vec<String>,
    pub(super) approximate: Vec<Diagnostic>,
    pub(super) everyone: Vec<Diagnostic>,
}

/// How near the answer of a query has to be to that of the language.
///
/// ```
/// # use audience::{Definitions, Zone, sql::{Dialect, Strictness}};
/// let shop = Definitions::parse("customer { id: string key, name: string }  segment anas = lower(name) = \"ana\"")?;
/// let at = shop.at("2026-06-01T00:00:00Z".parse()?, &Zone::UTC);
/// let (dialect, mapping, anas) = (Dialect::PostgreSql, shop.mapping(Dialect::PostgreSql), shop.segment("anas")?);
/// assert!(anas.to_sql(dialect, &mapping, &at).is_err());
/// let query = anas.to_sql_with(dialect, &mapping, &at, Strictness::Approximate)?;
/// assert_eq!(query.approximate()[0].message, "the function `lower` is approximate in the SQL of postgresql");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Strictness {
    /// The same answer, or none.
    #[default]
    Exact,
    /// What the engine cannot answer exactly it may answer by what it has that is nearest: its own regular expressions, sums of floats, small and
    /// capital letters, and sines. [`Query::approximate`] tells where, and how it may differ.
    Approximate,
}

/// A stretch of a query's text, or a value in it.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Piece {
    Text(String),
    Value(Arc<str>),
}

impl Query {
    /// The text with a place for each text of the rules, and these in the order of their places: `$1`, `$2` … for PostgreSQL and DataFusion,
    /// `{p1:String}`, `{p2:String}` … for ClickHouse and `?` for the others. Numbers, dates and bools stand in the text: their digits cannot be anything else.
    #[must_use]
    pub fn bound(&self) -> (String, Vec<Arc<str>>) {
        let (mut text, mut values) = (String::new(), Vec::new());
        for piece in &self.pieces {
            match piece {
                Piece::Text(it) => text.push_str(it),
                Piece::Value(value) => {
                    values.push(value.clone());
                    text.push_str(&self.dialect.encoding().place(values.len()));
                }
            }
        }
        (text, values)
    }

    /// Of a query by [`Segments::to_sql_since`](crate::Segments::to_sql_since): warnings with the parts of the rules because of which all customers are asked. There are
    /// none where only those are asked who are due.
    ///
    /// ```
    /// # use audience::{Code, Definitions, Zone, sql::Dialect};
    /// let shop = Definitions::parse("customer { id: string key, born: date }  segment adults = years_since(born) >= 18")?;
    /// let (at, mapping) = (shop.at("2026-06-01T00:00:00Z".parse()?, &Zone::UTC), shop.mapping(Dialect::Sqlite));
    /// let query = shop.segments().to_sql_since(Dialect::Sqlite, &mapping, "2026-05-31T00:00:00Z".parse()?, &at)?;
    /// assert_eq!(query.everyone()[0].code, Code::EveryoneDue);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn everyone(&self) -> &[Diagnostic] {
        &self.everyone
    }

    /// The names of the columns that it gives: the customer's key first, then a column for each segment or trait where several were asked for, or for the trait.
    #[must_use]
    pub fn columns(&self) -> &[String] {
        &self.columns
    }

    /// What the query answers only nearly as the language does: a warning for each such part of the rule, with how it may differ, in the order of the text.
    /// There are none unless [`Strictness::Approximate`] was asked for; [`render`](crate::render) draws them.
    #[must_use]
    pub fn approximate(&self) -> &[Diagnostic] {
        &self.approximate
    }
}

impl fmt::Display for Query {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for piece in &self.pieces {
            match piece {
                Piece::Text(it) => f.write_str(it)?,
                Piece::Value(value) => f.write_str(&self.dialect.encoding().text(value))?,
            }
        }
        Ok(())
    }
}
