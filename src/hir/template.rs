//! What a template says, with every name resolved and every output proven to show something.

use std::sync::Arc;

use super::{Condition, Expr, Items, Place};
use crate::span::Span;

/// A template after checking.
#[derive(Clone, Debug, Default)]
pub(crate) struct Template {
    pub(crate) nodes: Vec<Node>,
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

#[derive(Clone, Debug)]
pub(crate) struct Output {
    pub(crate) value: Source,
    pub(crate) filters: Vec<Filter>,
}

/// What a placeholder begins with. A list is followed by [`Filter::Join`] or [`Filter::Size`].
#[derive(Clone, Debug)]
pub(crate) enum Source {
    Value(Expr),
    List(Place),
}

#[derive(Clone, Debug)]
pub(crate) struct Filter {
    pub(crate) span: Span,
    pub(crate) kind: FilterKind,
}

/// The filters that are built. A missing value passes through all but `Default` and `Size`.
#[derive(Clone, Debug)]
pub(crate) enum FilterKind {
    /// In place of what is missing, blank or false.
    Default(Expr),
    Upcase,
    Downcase,
    Capitalize,
    Truncate {
        length: usize,
        ellipsis: Arc<str>,
    },
    Date(Arc<str>),
    Money(Arc<str>),
    Escape,
    Raw,
    Join(Arc<str>),
    Size,
    UrlEncode,
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
