//! Segments and traits as SQL: the same answers inside of a database.
//!
//! [`Segment::to_sql`](crate::Segment::to_sql) gives a whole `SELECT` of the keys of those who belong, in the [`Dialect`] of the engine that has the
//! data; a [`Mapping`] says in which tables and columns they are.

mod contract;
mod dialect;
mod error;
mod mapping;
mod names;
mod query;
mod translate;

pub(crate) use contract::contract;
pub use dialect::{Dialect, UnknownDialect};
pub use error::SqlError;
pub use mapping::{
    Column, Form, Mapping, MappingError, MappingProblem, PlaceColumns, StoredColumn, Table, TableName,
};
pub use query::{Query, Strictness};
pub(crate) use translate::{Asked, Target, translate};
