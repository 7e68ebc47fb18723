//! Tests: customers of the imagination, and what must hold for them.

use std::sync::Arc;

use super::Condition;
use crate::{
    span::Span,
    syntax::ast::{Json, Outcome},
    value::{DateTime, Zone},
};

/// `test "a lapsed VIP" at 2026-06-01T00:00:00Z { … }`, its names resolved; its JSON is read where customers are.
#[derive(Clone, Debug)]
pub(crate) struct Test {
    pub(crate) name: Arc<str>,
    /// The name in quotes.
    pub(crate) span: Span,
    pub(crate) now: DateTime,
    pub(crate) zone: Zone,
    pub(crate) customer: Json,
    /// Index into [`Schema::catalogs`](crate::schema::Schema::catalogs), and the list of its items.
    pub(crate) catalogs: Vec<(usize, Json)>,
    /// The customers that hers is compared with.
    pub(crate) population: Option<Json>,
    pub(crate) expectations: Vec<Expectation>,
    /// What messages are given: an object of single values.
    pub(crate) inputs: Option<Json>,
    /// Index into [`Schema::placements`](crate::schema::Schema::placements), and its items.
    pub(crate) placements: Vec<(usize, Json)>,
    pub(crate) said: Vec<Said>,
}

/// What a message must say.
#[derive(Clone, Debug)]
pub(crate) struct Said {
    pub(crate) span: Span,
    /// Index into [`Module::messages`](super::Module::messages).
    pub(crate) message: usize,
    pub(crate) outcome: Outcome,
}

/// A condition that must hold.
#[derive(Clone, Debug)]
pub(crate) struct Expectation {
    pub(crate) span: Span,
    pub(crate) condition: Condition,
    /// Whether it needs a population.
    pub(crate) ranked: bool,
}
