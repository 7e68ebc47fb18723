//! What is wrong with columns.

use std::fmt;

/// Columns that are not what the schema says: which column, which row where it is about one, and why.
///
/// Rows count from 0. Personal and sensitive values are not shown.
///
/// ```
/// # use audience::{Definitions, batch::{Column, Columns, Customers, Texts}};
/// let shop = Definitions::parse(r#"customer { id: string key, plan: ("free" | "paid") }"#)?;
/// let columns = Columns::new(2)
///     .column("id", Column::texts(Texts::from_iter(["ana", "ben"])))
///     .column("plan", Column::texts(Texts::from_iter(["free", "payd"])));
/// let error = Customers::new(&shop, columns).unwrap_err();
/// assert_eq!((error.column(), error.row()), ("plan", Some(1)));
/// assert_eq!(
///     error.to_string(),
///     r#"column `plan`, row 1: "payd" is none of ("free" | "paid"); did you mean "paid"?"#
/// );
/// # Ok::<(), audience::CompileError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ColumnError {
    column: String,
    row: Option<usize>,
    message: String,
}

impl ColumnError {
    pub(super) fn new(column: impl Into<String>, row: Option<usize>, message: impl Into<String>) -> Self {
        Self {
            column: column.into(),
            row,
            message: message.into(),
        }
    }

    /// The same of a column of the events of that type.
    #[cfg(feature = "arrow")]
    pub(super) fn of(mut self, events: &str) -> Self {
        self.column = format!("{events}.{}", self.column);
        self
    }

    /// The name of the column, with that of the events or the list before it: `purchases.amount`.
    #[must_use]
    pub fn column(&self) -> &str {
        &self.column
    }

    /// The row of the column's own table, which for events and items of lists is not the customer's.
    #[must_use]
    pub fn row(&self) -> Option<usize> {
        self.row
    }

    /// What is wrong with it.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }
}

impl fmt::Display for ColumnError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "column `{}`", self.column)?;
        if let Some(row) = self.row {
            write!(f, ", row {row}")?;
        }
        write!(f, ": {}", self.message)
    }
}

impl std::error::Error for ColumnError {}
