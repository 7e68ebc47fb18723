//! What was meant: typed trees with every name resolved.
//!
//! A [`Condition`] is true or false for every customer; an [`Expr`] has a value or is missing. Evaluation of either
//! cannot fail.

mod campaign;
mod constants;
mod message;
mod parts;
mod rank;
pub(crate) mod template;
mod test;
mod translations;

use std::{cmp::Ordering, sync::Arc};

use crate::{
    population::Cuts,
    schema::Schema,
    span::Span,
    syntax::ast,
    value::{Date, DateTime, Roles, Type, Value, Zone},
};

pub(crate) use crate::{
    function::{Function, HostFunction},
    value::Period,
};
pub(crate) use ast::{AggregateKind, ArithmeticOp, Quantifier};
pub(crate) use campaign::{
    Campaign, Campaigns, Cap, ChannelRules, MOST_SENDS, Offer, Offered, Preferred, Quiet, Send, Term,
    Variant, Within,
};
pub(crate) use constants::{Constants, Entry, List};
pub use message::Channel;
pub(crate) use message::{
    Content, Form, Languages, Message, Most, Need, Part as MessagePart, Rule as PartRule, Unit as MostUnit,
};
pub(crate) use parts::Part;
pub(crate) use rank::Rank;
pub(crate) use test::{Expectation, Said, Test};
pub(crate) use translations::{Texts, Translations};

/// All definitions after checking. References between them are indices and form no cycle.
#[derive(Clone, Debug)]
pub(crate) struct Module {
    pub(crate) schema: Arc<Schema>,
    /// Those that have a name, then the rules of channels, offers and campaigns.
    pub(crate) segments: Vec<Segment>,
    /// How many of `segments` have a name.
    pub(crate) named: usize,
    pub(crate) traits: Vec<Trait>,
    /// Those of the sources, then those that the host gave.
    pub(crate) lists: Vec<Arc<List>>,
    /// Those that the host gave, in the order given.
    pub(crate) functions: Vec<HostFunction>,
    /// What is compared with a population, each expression once.
    pub(crate) ranks: Vec<Rank>,
    /// The cut points of each of `ranks`, once a population was given.
    pub(crate) cuts: Option<Vec<Cuts>>,
    pub(crate) messages: Vec<Arc<Message>>,
    pub(crate) campaigns: Campaigns,
    pub(crate) tests: Vec<Arc<Test>>,
    /// For the filter `t`.
    pub(crate) translations: Arc<Translations>,
}

#[derive(Clone, Debug)]
pub(crate) struct Segment {
    pub(crate) name: Arc<str>,
    /// Where the name stands at its definition.
    pub(crate) span: Span,
    pub(crate) description: Option<Arc<str>>,
    pub(crate) owner: Option<Arc<str>>,
    pub(crate) condition: Arc<Condition>,
    /// `personal` and `sensitive` from what it reads.
    pub(crate) roles: Roles,
    /// Whether it needs a population, itself or through what it refers to.
    pub(crate) ranked: bool,
}

#[derive(Clone, Debug)]
pub(crate) struct Trait {
    pub(crate) name: Arc<str>,
    pub(crate) description: Option<Arc<str>>,
    pub(crate) value: Expr,
    /// `personal` and `sensitive` from what it is computed of; `filled` when its text is never blank.
    pub(crate) roles: Roles,
    /// Whether it needs a population, itself or through what it refers to.
    pub(crate) ranked: bool,
}

/// Something true or false. Spans stay out of equality.
#[derive(Clone, Debug)]
pub(crate) struct Condition {
    pub(crate) span: Span,
    pub(crate) kind: ConditionKind,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum ConditionKind {
    Constant(bool),
    Not(Box<Condition>),
    And(Vec<Condition>),
    Or(Vec<Condition>),
    /// A bool expression that is known and true.
    Holds(Box<Expr>),
    /// Both of one type, except that numbers of different types may meet (never decimal and float), and texts:
    /// strings, words and URLs. `!=` is `Not` of `Eq`.
    Compare {
        op: Order,
        lhs: Box<Expr>,
        rhs: Box<Expr>,
    },
    Between {
        operand: Box<Expr>,
        low: Box<Expr>,
        high: Box<Expr>,
    },
    /// Membership in constants of the operand's type (numbers may mix as in `Compare`).
    In {
        operand: Box<Expr>,
        set: Constants,
    },
    /// Text in which the pattern is found.
    Matches {
        operand: Box<Expr>,
        pattern: Pattern,
    },
    /// Both text.
    Text {
        test: TextTest,
        operand: Box<Expr>,
        pattern: Box<Expr>,
    },
    /// A list of plain values has this item.
    Contains {
        list: Spot,
        item: Box<Expr>,
    },
    /// A list of plain values has one of them, or all of them.
    ContainsEach {
        list: Spot,
        all: bool,
        set: Constants,
    },
    Known(Box<Expr>),
    /// One of the slots of a nested record that may be missing is known: they are the one at `first` to `last`, included.
    AnyKnown {
        first: Spot,
        last: u32,
    },
    /// A list that is present, of any length.
    ListKnown(Spot),
    /// Text that is present and of length 0.
    TextEmpty(Box<Expr>),
    /// A list that is present and of length 0.
    ListEmpty(Spot),
    /// Text that is known and not only white space.
    TextFilled(Box<Expr>),
    /// A list that is present and has items.
    ListFilled(Spot),
    /// A datetime or date in a window; false when either is missing.
    InWindow {
        operand: Box<Expr>,
        window: Window,
    },
    /// A day on which a date returns each year, from the year after it on, lies in the window, which is one of days.
    /// False when the date, or an end of the window, is missing.
    Anniversary {
        operand: Box<Expr>,
        window: Window,
    },
    /// Two places at most so far apart, see [`Chord`].
    Near {
        operand: Box<Expr>,
        of: Box<Expr>,
        within: Chord,
    },
    /// The customer's point for `salt` lies in `[from, to)`, in millionths of the whole.
    Sample {
        from: u32,
        to: u32,
        salt: Arc<str>,
    },
    /// The value is among the top, or the bottom, `share` millionths of the population's; false when it is missing.
    Rank {
        operand: Box<Expr>,
        top: bool,
        share: u32,
        /// Index into [`Module::ranks`].
        rank: usize,
    },
    /// Some chain of different events exists: one of `first`, then one of each step in turn.
    Sequence {
        first: Box<Items>,
        steps: Vec<Step>,
    },
    /// `any no all at least at most exactly`; for `All` the filter of `items` is what all must meet.
    Quantified {
        quantifier: Quantifier,
        items: Box<Items>,
    },
    /// Index into [`Module::segments`].
    Segment(usize),
}

/// A regular expression, equal to another when it is written the same.
#[derive(Clone, Debug)]
pub(crate) struct Pattern {
    pub(crate) source: Arc<str>,
    pub(crate) ignoring_case: bool,
    pub(crate) regex: regex::Regex,
}

/// The greatest squared chord between two unit vectors that is still within a distance, in units of 10⁻¹⁶.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Chord(pub(crate) u64);

/// So many steps may follow the first event of a sequence.
pub(crate) const MOST_STEPS: usize = 8;

/// One `followed by` of a sequence.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Step {
    /// `followed by no`, only as the last step.
    pub(crate) none: bool,
    /// Events, without a window. The filter sees the event as row `items.row` and the one of the step before as the row
    /// before that: all steps have the same two rows, the lower one being that of the first event.
    pub(crate) items: Items,
    pub(crate) within: Distance,
}

/// A stretch of time from one instant to a later one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Distance {
    Micros(i64),
    /// Calendar months in the zone, clamped to the end of the month.
    Months(i32),
}

impl Distance {
    /// The last instant that is no farther from this one, in microseconds; the end of time where the calendar ends before.
    pub(crate) fn after(self, at: i64, zone: Zone) -> i64 {
        match self {
            Self::Micros(micros) => at.saturating_add(micros),
            Self::Months(months) => DateTime::from_micros(at)
                .and_then(|at| zone.months_later(at, months))
                .map_or(i64::MAX, DateTime::micros),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Order {
    Eq,
    Lt,
    Le,
    Gt,
    Ge,
}

impl Order {
    /// Tells whether an ordering of the left side to the right one is what is asked for.
    pub(crate) fn accepts(self, order: Ordering) -> bool {
        match self {
            Self::Eq => order.is_eq(),
            Self::Lt => order.is_lt(),
            Self::Le => order.is_le(),
            Self::Gt => order.is_gt(),
            Self::Ge => order.is_ge(),
        }
    }

    /// The same with the sides exchanged.
    pub(crate) fn mirrored(self) -> Self {
        match self {
            Self::Eq => Self::Eq,
            Self::Lt => Self::Gt,
            Self::Le => Self::Ge,
            Self::Gt => Self::Lt,
            Self::Ge => Self::Le,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum TextTest {
    Contains,
    StartsWith,
    EndsWith,
}

/// Something that has a value of `ty`, or is missing. Never a list or a record (those are [`Place`]s), never of type
/// [`Type::Ref`]: the slot of a reference has the type of the catalogue's key.
///
/// `optional` says whether it may be missing for lack of data or by a division. Overflow, floats that are not finite and
/// dates out of range also give missing wherever arithmetic, a conversion or a sum stands, but do not make it optional:
/// every sum would be, and every message would need a fallback for it.
#[derive(Clone, Debug)]
pub(crate) struct Expr {
    pub(crate) span: Span,
    pub(crate) ty: Type,
    pub(crate) optional: bool,
    pub(crate) kind: ExprKind,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum ExprKind {
    Constant(Value),
    /// The instant at which the zone's clock shows this many microseconds since 1970.
    Clock(i64),
    /// A slot of the customer or of an item in scope.
    Slot(Place),
    /// A value of a template: an input, an `assign`, a loop's item. Index into the template's locals.
    Local(usize),
    Now,
    /// The day of `now` in the zone.
    Today,
    /// Index into [`Module::traits`].
    Trait(usize),
    /// A condition as a value, never missing.
    Condition(Box<Condition>),
    /// Operands brought to one type by [`ExprKind::Call`] of `decimal` beforehand where int meets decimal, of `float`
    /// where it meets float (so also the arguments of `min max default` and the results of `case`); ints divided by
    /// ints give a decimal;
    /// times: `datetime ± duration`, `date ± duration of whole days`, `datetime - datetime`, `date - date`;
    /// `duration ± duration`.
    Arithmetic {
        op: ArithmeticOp,
        lhs: Box<Expr>,
        rhs: Box<Expr>,
    },
    Negate(Box<Expr>),
    /// A date or datetime so many calendar months later (earlier, when negative) in the zone, clamped to the end of the
    /// month.
    Shift {
        operand: Box<Expr>,
        months: i32,
    },
    /// Text after simple case folding.
    Folded(Box<Expr>),
    /// A field of the catalogue's item that has this key; missing when there is no such item.
    Follow {
        key: Box<Expr>,
        /// Index into [`Schema::catalogs`].
        catalog: usize,
        slot: u32,
        /// Whether each item of the catalogue has it, so that it is missing only when the item is.
        required: bool,
    },
    /// A function of the host. Index into [`Module::functions`]. Arguments that may be missing are the function's own
    /// business only when it says so; else a missing one gives missing.
    Host {
        function: usize,
        args: Vec<Expr>,
    },
    /// In which of so many equal parts of the population the value lies, 1 being the lowest.
    Quantile {
        operand: Box<Expr>,
        parts: u32,
        /// Index into [`Module::ranks`].
        rank: usize,
    },
    /// A function of the language, argument count and types checked.
    Call {
        function: Function,
        args: Vec<Expr>,
    },
    /// The number of items of a list; missing when the list is.
    Size(Spot),
    Case {
        arms: Vec<(Condition, Expr)>,
        otherwise: Option<Box<Expr>>,
    },
    Aggregate {
        kind: AggregateKind,
        value: Option<Box<Expr>>,
        items: Box<Items>,
    },
}

/// The number of the row whose slots are the lists that a template makes.
pub(crate) const MADE_LISTS: u8 = u8::MAX;

/// A slot of a row in scope: row 0 is the customer, 1 the item of the outermost collection or loop, and so on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Place {
    pub(crate) row: u8,
    pub(crate) slot: u32,
}

/// Where a list, or the first slot of a nested record, lies.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Spot {
    /// In a row in scope.
    Row(Place),
    /// In the catalogue's item that has this key; what lies there is missing when there is no such item.
    Item {
        key: Box<Expr>,
        /// Index into [`Schema::catalogs`].
        catalog: usize,
        slot: u32,
        /// Whether each item of the catalogue has it, as in [`ExprKind::Follow`].
        required: bool,
    },
}

/// `<collection> [window] [where condition]`.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Items {
    pub(crate) source: Source,
    /// Events only. Its bounds see only the rows outside.
    pub(crate) window: Option<Window>,
    /// Sees the item as row `row`.
    pub(crate) filter: Option<Box<Condition>>,
    /// The number that the item has in `Place::row`.
    pub(crate) row: u8,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Source {
    /// Index into [`Schema::events`]. Events after `now` do not exist.
    Events(usize),
    /// A list of records, or of plain values, whose items have no names.
    List(Spot),
}

/// A stretch of time, open where an edge is absent; empty when an edge is missing for the customer.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Window {
    pub(crate) from: Option<Edge>,
    pub(crate) to: Option<Edge>,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Edge {
    pub(crate) bound: Bound,
    pub(crate) inclusive: bool,
}

/// An end of a window. The first five are for instants, the others for days: the checker has turned a day that bounds
/// instants into `DayStart` or `DayEnd`.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Bound {
    /// An instant that is the same at every evaluation.
    Instant(DateTime),
    /// So many microseconds after `now` (before, when negative).
    FromNow(i64),
    /// So many calendar months after `now` in the zone, clamped to the end of the month.
    MonthsFromNow(i32),
    /// The instant at which the zone's clock shows this many microseconds since 1970.
    Local(i64),
    /// The first moment of a day in the zone, so many days after the day that the inner bound gives.
    DayStart { day: Box<Bound>, plus: i64 },
    /// A day that is the same at every evaluation.
    Day(Date),
    /// So many days after today in the zone.
    FromToday(i64),
    /// So many calendar months after today, clamped to the end of the month.
    MonthsFromToday(i32),
    /// The first day of a period of the calendar, so many periods after the one that has today.
    PeriodFromToday { period: Period, plus: i64 },
    /// A datetime, or a date, that differs from customer to customer.
    Expr(Box<Expr>),
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.source == other.source && self.ignoring_case == other.ignoring_case
    }
}

impl PartialEq for Condition {
    fn eq(&self, other: &Self) -> bool {
        self.kind == other.kind
    }
}

impl PartialEq for Expr {
    fn eq(&self, other: &Self) -> bool {
        self.kind == other.kind && self.ty == other.ty
    }
}

impl From<Place> for Spot {
    fn from(place: Place) -> Self {
        Self::Row(place)
    }
}

impl Spot {
    pub(crate) fn slot(&self) -> u32 {
        match self {
            Self::Row(place) => place.slot,
            Self::Item { slot, .. } => *slot,
        }
    }

    /// The key of the item that it lies in, unless it lies in a row in scope.
    pub(crate) fn key(&self) -> Option<&Expr> {
        match self {
            Self::Row(_) => None,
            Self::Item { key, .. } => Some(key),
        }
    }
}

impl Expr {
    pub(crate) fn constant(span: Span, ty: Type, value: impl Into<Value>) -> Self {
        Self {
            span,
            ty,
            optional: false,
            kind: ExprKind::Constant(value.into()),
        }
    }
}

impl Condition {
    pub(crate) fn new(span: Span, kind: ConditionKind) -> Self {
        Self { span, kind }
    }

    /// The exact complement.
    pub(crate) fn not(self) -> Self {
        Self {
            span: self.span,
            kind: ConditionKind::Not(Box::new(self)),
        }
    }
}
