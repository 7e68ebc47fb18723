//! What was written in a template.

use crate::{
    span::Span,
    syntax::ast::{Expr, Items, Name, Text},
};

/// A template as a tree. Comments and the white space that `-` strips are gone.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Template {
    pub nodes: Vec<Node>,
    /// Names that a tag was to define, but did not legibly, so that uses of them are no second error.
    pub broken: Vec<String>,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Node {
    pub span: Span,
    pub kind: NodeKind,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum NodeKind {
    /// The text of the span.
    Text,
    Output {
        value: Expr,
        filters: Vec<Filter>,
    },
    /// `if` with its `elsif`s and `else`; an `unless` has a negated first branch.
    If {
        branches: Vec<Branch>,
        otherwise: Vec<Node>,
    },
    For {
        variable: Name,
        items: Items,
        limit: Option<Expr>,
        body: Vec<Node>,
        otherwise: Vec<Node>,
    },
    Skip {
        reason: Text,
    },
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Branch {
    /// Of the tag.
    pub span: Span,
    /// `None` where it was not legible; the error is told already.
    pub condition: Option<Expr>,
    pub negated: bool,
    pub body: Vec<Node>,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Filter {
    pub span: Span,
    pub name: Name,
    pub arguments: Vec<Argument>,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Argument {
    pub span: Span,
    pub name: Option<Name>,
    pub value: Expr,
}
