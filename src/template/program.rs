//! A compiled template: one flat list of instructions, with jumps for branches and loops.

use std::sync::Arc;

use super::{
    context::Escape,
    filter::{date::DateFormat, money::Currency},
};
use crate::{
    hir::template::{ListFilter, TextFilter, UrlFilter},
    plan::{self, BlockId, CollectionId, Kind, NodeId, Spot},
    schema::Catalog,
};

#[derive(Debug)]
pub(super) struct Program {
    pub(super) ops: Vec<Op>,
    /// Where each instruction stands in the template, for the messages of limits.
    pub(super) positions: Vec<u32>,
    /// The text between placeholders, written as it is.
    pub(super) text: Box<str>,
    pub(super) outputs: Vec<Output>,
    pub(super) loops: Vec<Loop>,
    pub(super) reasons: Vec<Arc<str>>,
    /// Why there is no message when a placeholder without a fallback has no value.
    pub(super) no_value: Arc<str>,
    /// Answers the conditions and values.
    pub(super) plan: plan::Program,
    /// How a datetime without a filter is written.
    pub(super) instants: DateFormat,
    /// How many values it has of its own, the inputs first.
    pub(super) locals: usize,
    /// The rows that are in scope at most.
    pub(super) rows: u8,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Op {
    /// Text from one position of [`Program::text`] to another.
    Literal {
        start: u32,
        end: u32,
    },
    /// A value that needs no filter but a fallback.
    Value {
        node: NodeId,
        fallback: Option<NodeId>,
        escape: Escape,
    },
    /// An index into [`Program::outputs`].
    Output(u32),
    /// Goes on at `to` when the condition does not hold.
    Unless {
        condition: BlockId,
        to: u32,
    },
    Jump(u32),
    /// Starts a loop, an index into [`Program::loops`]; goes on at `none` when there is no item.
    Open {
        number: u32,
        none: u32,
    },
    /// Takes the innermost loop to its next item and goes on at `body`, or ends it.
    Next {
        body: u32,
    },
    /// Ends without a message; an index into [`Program::reasons`].
    Skip(u32),
}

#[derive(Debug)]
pub(super) struct Output {
    pub(super) source: Source,
    pub(super) filters: Vec<Filter>,
    pub(super) escape: Escape,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Source {
    Value(NodeId),
    /// A list; of plain values with their kind.
    List(Spot, Option<Kind>),
}

/// Arguments are the values of these nodes.
#[derive(Debug)]
pub(super) enum Filter {
    Default { fallback: NodeId, allow_false: bool },
    Size,
    Text(TextFilter, Box<[NodeId]>),
    Url(UrlFilter),
    Money(Currency),
    Date(DateFormat),
    List(ListFilter, Box<[NodeId]>),
}

#[derive(Debug)]
pub(super) struct Loop {
    pub(super) over: Over,
    pub(super) limit: Option<NodeId>,
}

#[derive(Debug)]
pub(super) enum Over {
    Items(CollectionId),
    Placement {
        name: Arc<str>,
        catalog: Arc<str>,
        /// What its items look like.
        fields: Catalog,
        /// The number of the row that an item has in scope.
        row: u8,
        /// The slot of the reason; that of no field when the catalogue has a reason of its own.
        reason: u32,
        filter: Option<BlockId>,
    },
}
