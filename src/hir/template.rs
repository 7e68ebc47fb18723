//! What a template says, with every name resolved and every output proven to show something.

use std::sync::Arc;

use super::{Condition, Expr, Items, Spot};
use crate::span::Span;

/// A template after checking.
#[derive(Clone, Debug, Default)]
pub(crate) struct Template {
    pub(crate) nodes: Vec<Node>,
    /// How many values of its own it has, see [`ExprKind::Local`](super::ExprKind::Local); the inputs come first.
    pub(crate) locals: usize,
}

#[derive(Clone, Debug)]
pub(crate) struct Node {
    pub(crate) span: Span,
    pub(crate) kind: NodeKind,
}

#[derive(Clone, Debug)]
pub(crate) enum NodeKind {
    /// The text of the span.
    Text,
    Output(Output),
    /// A placeholder with an error, of which only its place is left to look at.
    Hole,
    /// The first branch whose condition holds.
    If {
        branches: Vec<Branch>,
        otherwise: Vec<Node>,
    },
    For(Box<Loop>),
    /// Nothing is sent to this customer.
    Skip(Arc<str>),
}

#[derive(Clone, Debug)]
pub(crate) struct Branch {
    pub(crate) condition: Condition,
    pub(crate) body: Vec<Node>,
}

/// A value and the filters that it passes.
#[derive(Clone, Debug)]
pub(crate) struct Output {
    pub(crate) value: Source,
    pub(crate) filters: Vec<Filter>,
}

/// What a placeholder begins with. What is written in the end is one value.
#[derive(Clone, Debug)]
pub(crate) enum Source {
    Value(Expr),
    List(Spot),
}

#[derive(Clone, Debug)]
pub(crate) struct Filter {
    pub(crate) span: Span,
    pub(crate) kind: FilterKind,
    /// In the order of the filter's parameters, as many as were given. Constants where the filter says so.
    pub(crate) arguments: Vec<Expr>,
}

/// The filters, by what they take. A missing value passes through all but `Default` and `Size`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FilterKind {
    /// In place of what is missing, blank or false.
    Default,
    /// How many items a list has, or letters a text.
    Size,
    /// Says how the result is written.
    Raw,
    Text(TextFilter),
    Url(UrlFilter),
    Number(NumberFilter),
    Date(DateFilter),
    List(ListFilter),
}

/// Filters on anything that shows itself as text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TextFilter {
    Upcase,
    Downcase,
    Capitalize,
    /// To a number of letters, with a mark: both constants.
    Truncate,
    Escape,
    Append,
    /// Gives a list.
    Split,
}

/// Filters on text that give parts of URLs, or read them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum UrlFilter {
    Encode,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NumberFilter {
    /// In a currency, a constant.
    Money,
}

/// Filters on dates and datetimes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DateFilter {
    /// In a form, a constant.
    Format,
}

/// Filters on lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ListFilter {
    Join,
    First,
    Last,
}

#[derive(Clone, Debug)]
pub(crate) struct Loop {
    pub(crate) over: Over,
    /// A whole number that is never missing.
    pub(crate) limit: Option<Expr>,
    pub(crate) body: Vec<Node>,
    /// When there is no item.
    pub(crate) otherwise: Vec<Node>,
}

/// The items of a loop, each of which its body sees as a row.
#[derive(Clone, Debug)]
pub(crate) enum Over {
    Items(Items),
    Placement {
        /// Index into [`Schema::placements`](crate::schema::Schema::placements).
        placement: usize,
        row: u8,
        filter: Option<Condition>,
    },
}

impl Over {
    /// The number of the row.
    pub(crate) fn row(&self) -> u8 {
        match self {
            Self::Items(items) => items.row,
            Self::Placement { row, .. } => *row,
        }
    }
}
