//! Conditions and values as written.

use std::sync::Arc;

use super::{Name, Text};
use crate::{
    span::Span,
    value::{Date, Decimal},
};

#[derive(Clone, Debug)]
pub(crate) struct Expr {
    pub span: Span,
    pub kind: ExprKind,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum ExprKind {
    Literal(Literal),
    /// `a.b.c`, at least one step. `customer.x` and `previous.x` are paths too.
    Path(Vec<Name>),
    Now,
    Today,
    /// `90 days ago` (`ago`) or `30 days from now`; legal only as a bound of a window.
    FromNow {
        amount: Amount,
        ago: bool,
    },
    Call {
        function: Name,
        args: Vec<Expr>,
    },
    Case {
        arms: Vec<(Expr, Expr)>,
        otherwise: Option<Box<Expr>>,
    },
    Not(Box<Expr>),
    Negate(Box<Expr>),
    Arithmetic {
        op: ArithmeticOp,
        lhs: Box<Expr>,
        rhs: Box<Expr>,
    },
    /// Two or more, `a and b and c` in one node.
    And(Vec<Expr>),
    /// Two or more.
    Or(Vec<Expr>),
    Compare {
        op: CompareOp,
        lhs: Box<Expr>,
        rhs: Box<Expr>,
        ignoring_case: bool,
    },
    Between {
        operand: Box<Expr>,
        low: Box<Expr>,
        high: Box<Expr>,
        negated: bool,
    },
    In {
        operand: Box<Expr>,
        set: Set,
        negated: bool,
        ignoring_case: bool,
    },
    /// `contains`, `starts with`, `ends with`, `matches`; `contains` is for lists too.
    TextTest {
        test: TextTest,
        operand: Box<Expr>,
        pattern: Box<Expr>,
        negated: bool,
        ignoring_case: bool,
    },
    /// `xs contains any [ … ]`, `xs contains all [ … ]`.
    ContainsEach {
        operand: Box<Expr>,
        all: bool,
        set: Set,
        negated: bool,
    },
    Is {
        operand: Box<Expr>,
        state: State,
        negated: bool,
    },
    /// `x in last 30 days`, `x before 2026-01-01`, `x is today` …
    InWindow {
        operand: Box<Expr>,
        window: Window,
        negated: bool,
    },
    Anniversary {
        operand: Box<Expr>,
        window: Window,
        negated: bool,
    },
    /// `place within 5 km of (lat, lon)` or of another place.
    Near {
        operand: Box<Expr>,
        radius: Box<Expr>,
        unit: DistanceUnit,
        of: Place,
        negated: bool,
    },
    InSegment {
        name: Name,
        negated: bool,
    },
    /// Percentages as written; `from` is zero unless a `slice` was written.
    InSample {
        from: Decimal,
        to: Decimal,
        slice: bool,
        salt: Text,
        negated: bool,
    },
    /// `x in top 10%`, `x in bottom 20%`.
    Rank {
        operand: Box<Expr>,
        top: bool,
        share: Decimal,
        negated: bool,
    },
    Quantified {
        quantifier: Quantifier,
        items: Box<Items>,
        steps: Vec<Step>,
    },
    Aggregate {
        kind: AggregateKind,
        value: Option<Box<Expr>>,
        items: Box<Items>,
    },
    /// `(latitude, longitude)`, but not right after `within … of`.
    Point(Box<Expr>, Box<Expr>),
    /// Parentheses as written; kept because mixing `and` and `or` without them is a warning.
    Paren(Box<Expr>),
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Literal {
    Bool(bool),
    Int(i64),
    /// Digits as written without `_`, because a float may take more of them than a decimal.
    Decimal(Arc<str>),
    /// `12.5%`: the number before the sign.
    Percent(Decimal),
    Text(Arc<str>),
    Date(Date),
    /// Microseconds since 1970 in UTC, or since 1970 on the zone's own clock when no offset was written.
    DateTime {
        micros: i64,
        local: bool,
    },
    Duration(Amount),
    /// `null`, `nil`: never legal, kept so that the checker can say what to write instead.
    Null,
}

/// `30 days`, `3 calendar days`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Amount {
    pub count: u32,
    pub unit: Unit,
    pub calendar: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Unit {
    Second,
    Minute,
    Hour,
    Day,
    Week,
    Month,
    Quarter,
    Year,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum DistanceUnit {
    Metre,
    Kilometre,
    Mile,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Place {
    Point(Box<Expr>, Box<Expr>),
    Of(Box<Expr>),
}

#[derive(Clone, Debug)]
pub(crate) enum Set {
    Literals(Vec<Expr>),
    Named(Name),
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Window {
    InLast(Amount),
    InNext(Amount),
    Between(Box<Expr>, Box<Expr>),
    Before(Box<Expr>),
    After(Box<Expr>),
    Since(Box<Expr>),
    Today,
    Yesterday,
    Tomorrow,
    /// `in this month` (0), `in previous month` (-1), `in next month` (1).
    Period {
        step: i8,
        unit: Unit,
    },
}

#[derive(Clone, Debug)]
pub(crate) struct Items {
    pub span: Span,
    /// The event type, or the path of a list.
    pub collection: Vec<Name>,
    pub window: Option<Window>,
    pub filter: Option<Expr>,
}

/// One `followed by` step of a sequence.
#[derive(Clone, Debug)]
pub(crate) struct Step {
    pub span: Span,
    pub none: bool,
    pub items: Items,
    pub within: Amount,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Quantifier {
    Any,
    No,
    All,
    AtLeast(u64),
    AtMost(u64),
    Exactly(u64),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum AggregateKind {
    Count,
    Sum,
    Avg,
    Min,
    Max,
    First,
    Last,
    Distinct,
    Mode,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum ArithmeticOp {
    Add,
    Subtract,
    Multiply,
    Divide,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum CompareOp {
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum TextTest {
    Contains,
    StartsWith,
    EndsWith,
    Matches,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum State {
    Known,
    Unknown,
    Empty,
    Filled,
}

// Spans stay out of equality.

impl PartialEq for Expr {
    fn eq(&self, other: &Self) -> bool {
        self.kind == other.kind
    }
}

impl PartialEq for Items {
    fn eq(&self, other: &Self) -> bool {
        self.collection == other.collection && self.window == other.window && self.filter == other.filter
    }
}

impl PartialEq for Set {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Literals(items), Self::Literals(others)) => items == others,
            (Self::Named(name), Self::Named(other)) => name == other,
            _ => false,
        }
    }
}

impl PartialEq for Step {
    fn eq(&self, other: &Self) -> bool {
        self.none == other.none && self.items == other.items && self.within == other.within
    }
}
