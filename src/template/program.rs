//! A compiled template: one flat list of instructions, with jumps for branches and loops.

use std::sync::Arc;

use super::{
    context::Escape,
    filter::{date::DateFormat, money::Currency},
    pieces::Literal,
};
use crate::{
    filter::locale::Locale,
    hir::{
        Place,
        template::{CodeFilter, ListFilter, NumberFilter, Target, TextFilter},
    },
    plan::{self, BlockId, CollectionId, Kind, NodeId, Spot},
    record::PassageKey,
    schema::CatalogId,
};

#[derive(Debug)]
pub(super) struct Program {
    pub(super) steps: Vec<Step>,
    /// Where the text and the instruction of each step stand in the template, for the messages of limits.
    pub(super) positions: Vec<[Position; 2]>,
    /// The length of all text between placeholders.
    pub(super) length: usize,
    /// What stands where a value is missing, escaped for its place.
    pub(super) fallbacks: Vec<Box<str>>,
    pub(super) outputs: Vec<Output>,
    pub(super) loops: Vec<Loop>,
    pub(super) passages: Vec<Passage>,
    pub(super) reasons: Vec<Arc<str>>,
    /// Why there is no message when a placeholder without a fallback has no value.
    pub(super) no_value: Arc<str>,
    /// Answers the conditions and values.
    pub(super) plan: plan::Program,
    /// How a datetime without a filter is written.
    pub(super) instants: DateFormat,
    /// How many values it has of its own, the inputs first.
    pub(super) locals: usize,
    /// How many lists it makes, and those that are filled from placements when a message begins.
    pub(super) lists: usize,
    pub(super) placed: Vec<(u32, Stock)>,
    /// Loops inside each other at most.
    pub(super) deepest_loop: usize,
    /// The rows that are in scope at most.
    pub(super) rows: u8,
}

/// A place in the template, or in one of its partials.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Position {
    pub(super) source: u32,
    pub(super) at: u32,
}

/// Text between placeholders, written as it is, and what comes after it.
#[derive(Debug)]
pub(super) struct Step {
    pub(super) text: Literal,
    pub(super) op: Op,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Op {
    /// Goes on.
    Nothing,
    /// A passage begins, an index into [`Program::passages`].
    Passage(u32),
    /// The text at a slot.
    Text {
        place: Place,
        escape: Escape,
        fallback: Fallback,
        /// Whether it is never blank, by its role.
        is_filled: bool,
    },
    /// The number at a slot, a whole one or a decimal, where its digits mean nothing else.
    Number {
        place: Place,
        is_decimal: bool,
        fallback: Fallback,
    },
    /// An input that the template does not change, by its number.
    Input {
        index: u32,
        escape: Escape,
        fallback: Fallback,
    },
    /// Any other value that needs no filter but a fallback.
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
    /// Ends the innermost loop before its last round.
    Leave,
    /// Gives a place of the template the value of an output, an index into [`Program::outputs`].
    Assign {
        number: u32,
        target: Target,
    },
    /// From here on, what is written is captured.
    Capture,
    /// What was written since becomes a local.
    Captured {
        local: u32,
    },
    /// Ends without a message; an index into [`Program::reasons`].
    Skip(u32),
}

/// What is shown where a value is missing or blank: an index into [`Program::fallbacks`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Fallback(pub(super) u32);

impl Fallback {
    pub(super) const NONE: Self = Self(u32::MAX);
}

/// Some steps that write the same whenever they are about the same item: they read an item of a placement and nothing else. What
/// they have written is copied the next time.
#[derive(Debug)]
pub(super) struct Passage {
    /// The row that the item has in scope.
    pub(super) row: u8,
    /// The step behind the last.
    pub(super) until: u32,
    pub(super) key: PassageKey,
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
    /// Whole numbers, both included.
    Range {
        from: NodeId,
        to: NodeId,
    },
    /// The record in scope as this row.
    Item(u8),
}

/// Arguments are the values of these nodes.
#[derive(Debug)]
pub(super) enum Filter {
    Default {
        fallback: NodeId,
        allow_false: bool,
    },
    Size,
    Text(TextFilter, Box<[NodeId]>),
    Code(CodeFilter, Box<[NodeId]>),
    Number(NumberFilter, Box<[NodeId]>),
    Money(Currency),
    Date(DateFormat),
    DaysUntil,
    Json,
    /// With the number of digits.
    Grouped(&'static Locale, NodeId),
    /// One text for each category.
    Plural(&'static Locale, Box<[NodeId]>),
    List(Box<OfList>),
}

#[derive(Debug)]
pub(super) struct OfList {
    pub(super) kind: ListFilter,
    pub(super) arguments: Box<[NodeId]>,
    /// What is asked of each item, which is in scope as that row.
    pub(super) each: Option<(u8, Ask)>,
    /// Another list; of plain values with their kind.
    pub(super) more: Option<(Spot, Option<Kind>)>,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Ask {
    Value(NodeId),
    Condition(BlockId),
}

#[derive(Debug)]
pub(super) struct Loop {
    pub(super) over: Over,
    pub(super) limit: Option<NodeId>,
    pub(super) offset: Option<NodeId>,
    pub(super) reversed: bool,
    /// Where each round is a passage and nothing else: an index into [`Program::passages`], whose steps the end of the round follows.
    pub(super) passage: Option<u32>,
    /// The locals in which it counts its rounds from 0, and has their number.
    pub(super) index: Option<usize>,
    pub(super) length: Option<usize>,
}

#[derive(Debug)]
pub(super) enum Over {
    Items(CollectionId),
    Placement {
        stock: Stock,
        /// The number of the row that an item has in scope.
        row: u8,
        filter: Option<BlockId>,
    },
    Range {
        from: NodeId,
        to: NodeId,
        row: u8,
    },
}

/// A placement and where its items are found.
#[derive(Debug)]
pub(super) struct Stock {
    pub(super) name: Arc<str>,
    pub(super) catalog: Arc<str>,
    /// What its items look like.
    pub(super) id: CatalogId,
    /// The slot of the reason; that of no field when the catalogue has a reason of its own.
    pub(super) reason: u32,
}
