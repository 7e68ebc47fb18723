//! One typed language for who a message is for and what it says to each person.
#![forbid(unsafe_code)]

// The parser that pest writes names it so, as its guard of the stack is left out: see `syntax/grammar.rs`.
extern crate alloc;

mod check;
mod definitions;
mod diagnostic;
mod error;
mod eval;
mod function;
mod hir;
mod limits;
mod plan;
mod recommend;
mod record;
mod schema;
mod span;
mod syntax;
mod template;
mod value;

pub use definitions::{Bound, Builder, Computed, Definitions, SchemaMismatch, Segment};
pub use diagnostic::{Code, Diagnostic, Label, Severity, Source, render};
pub use error::{CompileError, LimitError, LimitKind, UnknownName};
pub use eval::At;
pub use limits::Limits;
pub use recommend::{
    CoPurchase, CoPurchaseOptions, Evaluation, History, Interactions, Reason, Recommendation, Recommender,
    Serving, leave_last_out,
};
pub use record::{
    BindError, BindProblem, Customer, FieldType, FieldValue, Item, Items, LoadError, LoadErrorKind, Loader,
    Record, RecordField, field_name,
};
pub use schema::{Catalog, Event, Placement, Schema, SchemaBuilder, SchemaError, SchemaId, SchemaProblem};
pub use span::Span;
pub use template::{Format, InputError, Inputs, PlacedItem, Placements, Rendered, Template, TemplateBuilder};
pub use value::{
    Date, DateTime, Decimal, DecimalError, Duration, Field, Filled, Geo, Roles, TimeError, Type, Value,
    ValueRef, Zone, ZoneError,
};

/// The manual of the language: everything that can be written, what it means, and what it answers at the edges.
#[cfg(doc)]
#[doc = include_str!("../docs/language.md")]
pub mod language {}

/// Compiles and runs the example of the README.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}
