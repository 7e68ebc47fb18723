//! What was written in a template.

use crate::{
    span::Span,
    syntax::ast::{Expr, Field, Items, Name, Text},
};

/// A template as a tree. Comments and the white space that `-` strips are gone.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Template {
    pub nodes: Vec<Node>,
    /// What a partial declares to be given.
    pub inputs: Option<Inputs>,
    /// Names that a tag was to define, but did not legibly, so that uses of them are no second error.
    pub broken: Vec<String>,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Inputs {
    /// Of the tag.
    pub span: Span,
    /// `None` where they were not legible; the error is told already.
    pub fields: Option<Vec<Field>>,
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
    Output(Piped),
    /// `if` with its `elsif`s and `else`; an `unless` has a negated first branch.
    If {
        branches: Vec<Branch>,
        otherwise: Vec<Node>,
    },
    Case {
        /// `None` where it was not legible; the error is told already.
        operand: Option<Expr>,
        arms: Vec<Arm>,
        /// Where it is written.
        otherwise: Option<Vec<Node>>,
    },
    For(Box<For>),
    Break,
    Continue,
    Assign {
        name: Name,
        value: Piped,
    },
    Capture {
        name: Name,
        body: Vec<Node>,
    },
    Render(Box<Render>),
    Skip {
        reason: Text,
    },
}

/// A value and the filters that it passes.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Piped {
    pub value: Expr,
    /// Of the value, or of the whole range with its parentheses.
    pub span: Span,
    /// Where it is a range of whole numbers, which begins with the value: its end.
    pub to: Option<Expr>,
    pub filters: Vec<Filter>,
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

/// `when` with its values.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Arm {
    /// Of the tag.
    pub span: Span,
    /// `None` where they were not legible; the error is told already.
    pub values: Option<Vec<Expr>>,
    pub body: Vec<Node>,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct For {
    pub variable: Name,
    pub over: Over,
    pub limit: Option<Expr>,
    pub offset: Option<Expr>,
    /// Whether it goes on where the last loop with its variable over its items has stopped: `offset: continue`.
    pub continues: bool,
    pub reversed: bool,
    pub body: Vec<Node>,
    pub otherwise: Vec<Node>,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Over {
    Items(Items),
    /// Whole numbers, both included.
    Range {
        from: Expr,
        to: Expr,
    },
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Render {
    pub partial: Text,
    /// What the partial is given beside its arguments, once or for each item.
    pub given: Option<Given>,
    pub arguments: Vec<Argument>,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Given {
    /// Under which the partial knows it; the partial's own where it is not written.
    pub name: Option<Name>,
    pub value: Expr,
    pub each: bool,
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

impl Template {
    /// The names of the partials that it renders.
    pub(crate) fn partials(&self, names: &mut Vec<std::sync::Arc<str>>) {
        partials(&self.nodes, names);
    }
}

fn partials(nodes: &[Node], names: &mut Vec<std::sync::Arc<str>>) {
    for node in nodes {
        if let NodeKind::Render(it) = &node.kind {
            names.push(it.partial.text.clone());
        }
        node.inside(&mut |nodes| partials(nodes, names));
    }
}

impl Node {
    /// The nodes directly inside.
    pub(crate) fn inside(&self, each: &mut dyn FnMut(&[Self])) {
        match &self.kind {
            NodeKind::If { branches, otherwise } => {
                for branch in branches {
                    each(&branch.body);
                }
                each(otherwise);
            }
            NodeKind::Case { arms, otherwise, .. } => {
                for arm in arms {
                    each(&arm.body);
                }
                each(otherwise.as_deref().unwrap_or_default());
            }
            NodeKind::For(it) => {
                each(&it.body);
                each(&it.otherwise);
            }
            NodeKind::Capture { body, .. } => each(body),
            NodeKind::Text
            | NodeKind::Output(_)
            | NodeKind::Break
            | NodeKind::Continue
            | NodeKind::Assign { .. }
            | NodeKind::Render(_)
            | NodeKind::Skip { .. } => {}
        }
    }
}
