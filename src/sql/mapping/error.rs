//! What is wrong with a mapping.

use std::fmt;

/// Why a mapping does not fit a schema: all problems at once, a line for each in its `Display`.
///
/// ```
/// # use audience::{Definitions, Zone, sql::{Column, Dialect, Form, SqlError}};
/// let shop = Definitions::parse("customer { id: string key, orders: int }  segment loyal = orders >= 10")?;
/// let mut mapping = shop.mapping(Dialect::Sqlite);
/// mapping.customers.columns.insert("order".into(), Column::new("orders", Form::Native));
/// let at = shop.at("2026-06-01T00:00:00Z".parse()?, &Zone::UTC);
/// let Err(SqlError::Mapping(error)) = shop.segment("loyal")?.to_sql(Dialect::Sqlite, &mapping, &at) else { panic!() };
/// assert_eq!(error.to_string(), "customers.columns.order: the contract has no `order` here; did you mean `orders`?");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MappingError {
    pub(super) problems: Vec<MappingProblem>,
}

/// One way in which a mapping does not fit a schema.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct MappingProblem {
    /// Where in the mapping: `events.purchases.columns.amount`; names with points stand in quotes.
    pub path: String,
    /// One sentence.
    pub message: String,
    /// How to mend it.
    pub help: Option<String>,
}

impl MappingError {
    /// What is wrong, in the order of the mapping.
    #[must_use]
    pub fn problems(&self) -> &[MappingProblem] {
        &self.problems
    }
}

impl fmt::Display for MappingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.problems.iter().enumerate() {
            write!(f, "{}{problem}", if index == 0 { "" } else { "\n" })?;
        }
        Ok(())
    }
}

impl fmt::Display for MappingProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path, self.message)?;
        self.help.iter().try_for_each(|help| write!(f, "; {help}"))
    }
}

impl std::error::Error for MappingError {}
