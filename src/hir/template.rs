//! What a template says, with every name resolved and every output proven to show something.

use std::sync::Arc;

use super::{Condition, Expr, Items, Spot};
use crate::{schema::Layout, span::Span};

/// A template after checking.
#[derive(Clone, Debug, Default)]
pub(crate) struct Template {
    pub(crate) nodes: Vec<Node>,
    /// How many values of its own it has, see [`ExprKind::Local`](super::ExprKind::Local); the inputs come first.
    pub(crate) locals: usize,
    /// The lists of its own, the slots of the row [`MADE_LISTS`](super::MADE_LISTS).
    pub(crate) lists: Arc<Layout>,
    /// The placements that are lists of its own: index into [`Schema::placements`](crate::schema::Schema::placements), and
    /// the slot.
    pub(crate) placed: Vec<(usize, u32)>,
    /// The highest number of a row that is in scope somewhere.
    pub(crate) rows: u8,
    /// The records of its own: the row of each, and what it looks like.
    pub(crate) items: Vec<(u8, Arc<Layout>)>,
    /// Whether the language that it is written in makes a difference.
    pub(crate) asks_language: bool,
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
    /// Ends the innermost loop, or goes on with its next round.
    Break,
    Continue,
    Assign(Assign),
    /// What the body writes becomes the text of a local.
    Capture {
        local: usize,
        /// Whether it is part of a page, so that values in it are escaped here and the text no more.
        markup: bool,
        body: Vec<Node>,
    },
    /// The content of a partial.
    Partial(Vec<Node>),
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
    /// Whether it is part of a page already.
    pub(crate) markup: bool,
}

/// Gives a place of the template a value, also when that is missing.
#[derive(Clone, Debug)]
pub(crate) struct Assign {
    pub(crate) target: Target,
    pub(crate) value: Output,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    Local(usize),
    /// A slot of the row of lists.
    List(u32),
    /// A row, and the local that is true when there is something in it.
    Item {
        row: u8,
        present: usize,
    },
}

/// What a placeholder begins with. What is written in the end is one value.
#[derive(Clone, Debug)]
pub(crate) enum Source {
    Value(Expr),
    List(Spot),
    /// Whole numbers that are never missing, from one to another.
    Range {
        from: Expr,
        to: Expr,
    },
    /// The record in scope as this row.
    Item(u8),
}

#[derive(Clone, Debug)]
pub(crate) struct Filter {
    pub(crate) span: Span,
    pub(crate) kind: FilterKind,
    /// In the order of the filter's parameters, as many as were given. Constants where the filter says so.
    pub(crate) arguments: Vec<Expr>,
    /// Of a filter on a list of records: what it asks of each.
    pub(crate) each: Option<Each>,
    /// The list that is the argument of `concat`.
    pub(crate) list: Option<Spot>,
}

impl Filter {
    /// One that is given nothing but values.
    pub(crate) fn new(span: Span, kind: FilterKind, arguments: Vec<Expr>) -> Self {
        Self {
            span,
            kind,
            arguments,
            each: None,
            list: None,
        }
    }
}

/// What is asked of each item of a list, which is in scope as a row.
#[derive(Clone, Debug)]
pub(crate) struct Each {
    pub(crate) row: u8,
    pub(crate) layout: Arc<Layout>,
    pub(crate) kind: EachKind,
}

#[derive(Clone, Debug)]
pub(crate) enum EachKind {
    Value(Expr),
    Condition(Condition),
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
    Code(CodeFilter),
    Number(NumberFilter),
    Date(DateFilter),
    /// A value or a list of plain ones, as JSON.
    Json,
    /// One text for each category of nouns, and the locale: a constant.
    Plural,
    List(ListFilter),
}

/// Filters on anything that shows itself as text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TextFilter {
    Upcase,
    Downcase,
    Capitalize,
    /// To a number of letters or words, with a mark.
    Truncate,
    TruncateWords,
    Escape,
    /// Entities stay as they are.
    EscapeOnce,
    StripHtml,
    StripNewlines,
    NewlineToBr,
    /// The same as part of a page: the lines are escaped.
    LineBreaks,
    Strip,
    StripLeft,
    StripRight,
    Append,
    Prepend,
    /// With a text and what comes in its place, as `remove` has too.
    Replace,
    ReplaceFirst,
    ReplaceLast,
    /// With an offset and a number of letters.
    Slice,
    /// Puts values in the places of a text: the name and the value of each.
    Fill,
    /// Gives a list.
    Split,
}

impl TextFilter {
    /// How many of its arguments, from the first on, are whole numbers; the others are texts.
    pub(crate) fn counts(self) -> usize {
        match self {
            Self::Slice => 2,
            Self::Truncate | Self::TruncateWords => 1,
            _ => 0,
        }
    }
}

/// Filters that write a text in another code, or read it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CodeFilter {
    UrlEncode,
    UrlDecode,
    Base64Encode,
    Base64Decode,
    Base64UrlSafeEncode,
    Base64UrlSafeDecode,
    Sha256,
    /// With a key.
    HmacSha256,
    /// With what is said of the visit.
    Utm,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NumberFilter {
    /// In a currency and a locale, both constants.
    Money,
    /// With so many digits behind the point, or as many as there are when negative, and in a locale: a constant.
    Grouped,
    Abs,
    Ceil,
    Floor,
    /// To a number of digits.
    Round,
    /// With another number.
    Plus,
    Minus,
    Times,
    DividedBy,
    Modulo,
    AtLeast,
    AtMost,
    /// As numbers of another type; nobody writes them.
    ToDecimal,
    ToFloat,
}

/// Filters on dates and datetimes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DateFilter {
    /// In a form, a locale and a zone: all constants.
    Format,
    DaysUntil,
}

/// Filters on lists. Those on records have an [`Each`]: a condition for those that choose, a value for the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ListFilter {
    Join,
    First,
    Last,
    /// The item at a position, a constant; from the end when negative. Written `xs[2]`.
    At,
    /// With an offset and a number of items.
    Slice,
    Reverse,
    Sort,
    /// Whatever the case of letters.
    SortNatural,
    Uniq,
    /// Without what is missing.
    Compact,
    /// With another list.
    Concat,
    /// Or another list, where it has no items; nobody writes it.
    Or,
    Sum,
    Map,
    Where,
    Reject,
    Find,
    FindIndex,
    Has,
}

#[derive(Clone, Debug)]
pub(crate) struct Loop {
    pub(crate) over: Over,
    /// Whole numbers that are never missing: how many items to take, and how many to leave out before them.
    pub(crate) limit: Option<Expr>,
    pub(crate) offset: Option<Expr>,
    /// The last of those taken comes first.
    pub(crate) reversed: bool,
    /// The locals in which it counts its rounds from 0, and has their number.
    pub(crate) index: Option<usize>,
    pub(crate) length: Option<usize>,
    pub(crate) body: Vec<Node>,
    /// After the last round, if there was one.
    pub(crate) behind: Vec<Node>,
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
    /// Whole numbers from one to another, both included.
    Range {
        from: Expr,
        to: Expr,
        row: u8,
    },
}

impl Over {
    /// The number of the row.
    pub(crate) fn row(&self) -> u8 {
        match self {
            Self::Items(items) => items.row,
            Self::Placement { row, .. } | Self::Range { row, .. } => *row,
        }
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
            NodeKind::For(it) => {
                each(&it.body);
                each(&it.behind);
                each(&it.otherwise);
            }
            NodeKind::Capture { body, .. } | NodeKind::Partial(body) => each(body),
            NodeKind::Text
            | NodeKind::Output(_)
            | NodeKind::Hole
            | NodeKind::Break
            | NodeKind::Continue
            | NodeKind::Assign(_)
            | NodeKind::Skip(_) => {}
        }
    }
}
