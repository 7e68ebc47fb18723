//! What a plan is made of: flat conditions, an arena of values, and the collections and constants they read.

use std::sync::Arc;

use memchr::memmem::Finder;

use super::Moments;
use crate::{
    hir::{AggregateKind, ArithmeticOp, Distance, Function, HostFunction, Order, Pattern, Place, TextTest},
    schema::{CatalogId, Layout},
    value::{Type, Value, fold::Folding, geo::Direction},
};

/// Conditions, values and collections of items, ready to be answered for one row after the other.
///
/// A condition is a *block*: a run of [`Leaf`]s, each of which tests one thing and says where to go on when it holds and
/// when it does not, always further down. It needs no stack and ends by construction. Everything else lies in tables and
/// is named by its number.
#[derive(Debug, Default)]
pub(crate) struct Program {
    pub(crate) leaves: Vec<Leaf>,
    pub(crate) blocks: Vec<Block>,
    pub(crate) nodes: Vec<Node>,
    pub(crate) tests: Vec<Test>,
    pub(crate) collections: Vec<Collection>,
    pub(crate) sequences: Vec<Sequence>,
    pub(crate) catalogs: Vec<Followed>,
    pub(crate) stretches: Vec<Stretch>,
    /// What several places read, worked out at most once for a customer.
    pub(crate) shared: Vec<Shared>,
    pub(crate) moments: Arc<Moments>,
    pub(crate) constants: Vec<Value>,
    pub(crate) texts: Vec<Box<str>>,
    pub(crate) finders: Vec<Finder<'static>>,
    pub(crate) foldings: Vec<Folding>,
    pub(crate) patterns: Vec<Pattern>,
    pub(crate) nears: Vec<Near>,
    /// Sorted by [`set_order`].
    pub(crate) text_sets: Vec<Box<[Box<str>]>>,
    /// Sorted; numbers as [`Kind`] describes. Only cut points may repeat.
    pub(crate) number_sets: Vec<Box<[i64]>>,
    pub(crate) value_sets: Vec<Box<[Value]>>,
    pub(crate) args: Vec<Box<[NodeId]>>,
    pub(crate) arms: Vec<Box<[(BlockId, NodeId)]>>,
    pub(crate) functions: Vec<HostFunction>,
    /// For `Display`: the layout of the rows of each block.
    pub(crate) layouts: Vec<Option<Arc<Layout>>>,
    /// For `Display`: the layout of the customer, and the name and the layout of each event type.
    pub(crate) customer: Arc<Layout>,
    pub(crate) events: Vec<(Arc<str>, Arc<Layout>)>,
}

/// The number of a condition of a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct BlockId(pub(crate) u32);

/// The number of a value of a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct NodeId(pub(crate) u32);

/// The number of a collection of a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct CollectionId(pub(crate) u32);

/// A condition: where it begins, and which row its leaves read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Block {
    pub(crate) start: Target,
    /// The row that its slots are of, see [`Place`].
    pub(crate) row: u8,
    /// Whether its leaves read that row alone, so that the row need not be put in scope for others to find.
    pub(crate) closed: bool,
    /// Whether they read slots of that row and nothing else.
    pub(crate) of_slots: bool,
}

/// Where to go on: a leaf further down, or the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Target(pub(crate) u32);

impl Target {
    pub(crate) const TRUE: Self = Self(u32::MAX);
    pub(crate) const FALSE: Self = Self(u32::MAX - 1);
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Leaf {
    pub(crate) op: Op,
    pub(crate) then: Target,
    pub(crate) otherwise: Target,
}

/// What a leaf tests. A missing value fails every test. `slot` is one of the block's own row.
///
/// Ranges include both ends; numbers, dates and times are whole numbers as [`Kind`] describes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Op {
    Known {
        slot: u32,
    },
    Bool {
        slot: u32,
    },
    Int {
        slot: u32,
        low: i64,
        high: i64,
    },
    Decimal {
        slot: u32,
        low: i64,
        high: i64,
    },
    Float {
        slot: u32,
        low: i64,
        high: i64,
    },
    Date {
        slot: u32,
        low: i64,
        high: i64,
    },
    DateTime {
        slot: u32,
        low: i64,
        high: i64,
    },
    /// A date from one moment up to, but not including, another.
    DateWindow {
        slot: u32,
        from: u32,
        to: u32,
    },
    DateTimeWindow {
        slot: u32,
        from: u32,
        to: u32,
    },
    /// A date that returns, in a year after its own, from one moment up to, but not including, another.
    AnniversaryWindow {
        slot: u32,
        from: u32,
        to: u32,
    },
    /// A word of an enumeration whose bit is set.
    Words {
        slot: u32,
        mask: u64,
    },
    TextIs {
        slot: u32,
        text: u32,
    },
    TextIn {
        slot: u32,
        set: u32,
    },
    TextStarts {
        slot: u32,
        text: u32,
    },
    TextEnds {
        slot: u32,
        text: u32,
    },
    TextContains {
        slot: u32,
        finder: u32,
    },
    /// Any test of text where case is ignored.
    TextFolded {
        slot: u32,
        folding: u32,
    },
    TextMatches {
        slot: u32,
        pattern: u32,
    },
    /// A place around another.
    Near {
        slot: u32,
        near: u32,
    },
    TextEmpty {
        slot: u32,
    },
    TextFilled {
        slot: u32,
    },
    NumberIn {
        slot: u32,
        kind: Kind,
        set: u32,
    },
    /// How many items there are.
    Count {
        items: CollectionId,
        low: i64,
        high: i64,
    },
    /// The value of a node, a number or a time.
    Value {
        node: NodeId,
        low: i64,
        high: i64,
    },
    /// A condition that several places read.
    Shared {
        shared: u32,
    },
    /// Anything else, see [`Test`].
    Test {
        test: u32,
    },
}

/// Tests over values of any origin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Test {
    /// A bool that is true.
    Holds(NodeId),
    Known(NodeId),
    TextEmpty(NodeId),
    TextFilled(NodeId),
    Compare {
        op: Order,
        lhs: NodeId,
        rhs: NodeId,
    },
    Between {
        operand: NodeId,
        low: NodeId,
        high: NodeId,
    },
    TextIn {
        operand: NodeId,
        set: u32,
    },
    ValueIn {
        operand: NodeId,
        set: u32,
    },
    Text {
        test: TextTest,
        operand: NodeId,
        pattern: NodeId,
    },
    Folded {
        operand: NodeId,
        folding: u32,
    },
    Matches {
        operand: NodeId,
        pattern: u32,
    },
    Around {
        operand: NodeId,
        near: u32,
    },
    Near {
        operand: NodeId,
        of: NodeId,
        within: u64,
    },
    Window {
        operand: NodeId,
        stretch: u32,
    },
    /// A date that returns in it, in a year after its own.
    Anniversary {
        operand: NodeId,
        stretch: u32,
    },
    /// One of the slots from the first to the last is known.
    AnyKnown {
        first: Spot,
        last: u32,
    },
    /// A present list of so many items.
    ListSize {
        list: Spot,
        low: u32,
        high: u32,
    },
    /// A list of plain values of that kind that has this one.
    Contains {
        list: Spot,
        kind: Kind,
        item: NodeId,
    },
    /// A chain of events, see [`Sequence`].
    Sequence(u32),
    /// A list of texts that has one of a set of many, see [`Program::text_sets`].
    ContainsText {
        list: Spot,
        set: u32,
    },
    /// A list of plain values of that kind that has one, or all, of the values of a set.
    ContainsEach {
        list: Spot,
        kind: Kind,
        all: bool,
        set: u32,
    },
}

/// How a slot is read. Numbers and times are compared as whole numbers: ints as they are, decimals in units, dates in
/// days, times in microseconds, floats by [`float_key`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Kind {
    Bool,
    Int,
    Float,
    Decimal,
    Text,
    Date,
    DateTime,
    Duration,
    Geo,
}

/// A value, made of others by their numbers, which are all smaller than its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Node {
    Constant(u32),
    /// Always missing.
    Missing,
    Clock(i64),
    Slot {
        place: Place,
        kind: Kind,
    },
    Local(u32),
    Now,
    Today,
    Shared(u32),
    Condition(BlockId),
    Arithmetic {
        op: ArithmeticOp,
        lhs: NodeId,
        rhs: NodeId,
    },
    Negate(NodeId),
    /// So many calendar months later.
    Shift {
        operand: NodeId,
        months: i32,
    },
    /// Text after simple case folding.
    Folded(NodeId),
    /// The customer's point in a sample, by [`sample::signed`](crate::value::sample::signed).
    Point {
        salt: u32,
        /// The customer's key.
        slot: u32,
        kind: Kind,
    },
    Call {
        function: Function,
        args: u32,
    },
    /// A function of the host.
    Host {
        function: u32,
        args: u32,
    },
    Size(Spot),
    /// A field of the item that has this key.
    Follow {
        key: NodeId,
        /// Index into [`Program::catalogs`].
        catalog: u32,
        slot: u32,
        kind: Kind,
    },
    /// In which part of the population a value lies: one more than the numbers of a set that are lower.
    Quantile {
        value: NodeId,
        cuts: u32,
    },
    Case {
        arms: u32,
        otherwise: Option<NodeId>,
    },
    Count(CollectionId),
    Aggregate {
        kind: AggregateKind,
        of: Kind,
        value: NodeId,
        items: CollectionId,
    },
}

/// Where a list, or the first slot of a nested record, lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Spot {
    /// In a row in scope.
    Row(Place),
    /// In the item that has this key.
    Item {
        key: NodeId,
        /// Index into [`Program::catalogs`].
        catalog: u32,
        slot: u32,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Source {
    /// By its position in the schema.
    Events(usize),
    List(Spot),
}

/// Items of events or of a list that lie in a stretch of time and meet a filter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Collection {
    pub(crate) source: Source,
    /// Given for events, never for lists.
    pub(crate) stretch: Option<u32>,
    pub(crate) filter: Option<BlockId>,
    /// The number that an item has while it is in scope.
    pub(crate) row: u8,
}

/// A catalogue whose items are looked up.
#[derive(Clone, Debug)]
pub(crate) struct Followed {
    pub(crate) id: CatalogId,
    /// For `Display`.
    pub(crate) layout: Arc<Layout>,
}

/// A chain of different events, each following the one before: one of `first`, then one of each step.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Sequence {
    /// Of events.
    pub(crate) first: CollectionId,
    pub(crate) steps: Box<[Step]>,
    /// Whether a chain might come back to an event: when a type of event occurs again behind another one.
    pub(crate) repeats: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Step {
    pub(crate) event: usize,
    /// That there is no such event; only in the last step.
    pub(crate) none: bool,
    /// Sees the event as row `row`, and the one of the step before as the row before that.
    pub(crate) filter: Option<BlockId>,
    pub(crate) row: u8,
    /// Whether the filter looks at the event of the step before.
    pub(crate) correlated: bool,
    pub(crate) within: Distance,
}

/// The surroundings of a place: as far as the squared chord goes, in units of 10⁻¹⁶.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Near {
    pub(crate) centre: Direction,
    pub(crate) within: u64,
}

/// From one end up to, but not including, the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Stretch {
    pub(crate) from: End,
    pub(crate) to: End,
    /// Not beyond now, as for all events.
    pub(crate) until_now: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum End {
    /// A moment by its number.
    Moment(u32),
    /// A date or a datetime, or the first moment of the day so many days after it; `after`: one step later than that.
    Value {
        node: NodeId,
        start_of_day: Option<i64>,
        after: bool,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shared {
    /// With its index in the module.
    Segment {
        segment: u32,
        block: BlockId,
    },
    Value(NodeId),
}

impl Op {
    /// The slot that a test looks at and nothing else; nothing where it is about more.
    pub(crate) fn slot(&self) -> Option<u32> {
        match self {
            Self::Known { slot }
            | Self::Bool { slot }
            | Self::Int { slot, .. }
            | Self::Decimal { slot, .. }
            | Self::Float { slot, .. }
            | Self::Date { slot, .. }
            | Self::DateTime { slot, .. }
            | Self::DateWindow { slot, .. }
            | Self::DateTimeWindow { slot, .. }
            | Self::AnniversaryWindow { slot, .. }
            | Self::Words { slot, .. }
            | Self::TextIs { slot, .. }
            | Self::TextIn { slot, .. }
            | Self::TextStarts { slot, .. }
            | Self::TextEnds { slot, .. }
            | Self::TextContains { slot, .. }
            | Self::TextFolded { slot, .. }
            | Self::TextMatches { slot, .. }
            | Self::Near { slot, .. }
            | Self::TextEmpty { slot }
            | Self::TextFilled { slot }
            | Self::NumberIn { slot, .. } => Some(*slot),
            Self::Count { .. } | Self::Value { .. } | Self::Shared { .. } | Self::Test { .. } => None,
        }
    }

    /// From which number to which one it holds, both included; nothing for tests that are not about one range of numbers.
    pub(crate) fn range(&self) -> Option<(i64, i64)> {
        match self {
            Self::Int { low, high, .. }
            | Self::Decimal { low, high, .. }
            | Self::Float { low, high, .. }
            | Self::Date { low, high, .. }
            | Self::DateTime { low, high, .. }
            | Self::Count { low, high, .. }
            | Self::Value { low, high, .. } => Some((*low, *high)),
            _ => None,
        }
    }
}

impl Spot {
    /// Another slot of the same row.
    pub(crate) fn with_slot(self, slot: u32) -> Self {
        match self {
            Self::Row(place) => Self::Row(Place { slot, ..place }),
            Self::Item { key, catalog, .. } => Self::Item { key, catalog, slot },
        }
    }
}

impl Kind {
    /// How values of that type are read; `None` for lists and records.
    pub(crate) fn of(ty: &Type) -> Option<Self> {
        Some(match ty {
            Type::Bool => Self::Bool,
            Type::Int => Self::Int,
            Type::Float => Self::Float,
            Type::Decimal => Self::Decimal,
            Type::String | Type::Words(_) | Type::Url | Type::Ref(_) => Self::Text,
            Type::Date => Self::Date,
            Type::DateTime => Self::DateTime,
            Type::Duration => Self::Duration,
            Type::Geo => Self::Geo,
            Type::List(_) | Type::Record(_) => return None,
        })
    }

    /// Tells whether its values are compared as whole numbers.
    pub(crate) fn is_ordered_number(self) -> bool {
        !matches!(self, Self::Bool | Self::Text | Self::Geo)
    }
}

/// A whole number that orders finite floats, with both zeros as one.
pub(crate) fn float_key(float: f64) -> i64 {
    let bits = float.to_bits().cast_signed();
    // A negative float is a sign bit and a magnitude; its key is the magnitude's negative.
    if bits < 0 { i64::MIN - bits } else { bits }
}

/// The float of a key.
pub(crate) fn float_of_key(key: i64) -> f64 {
    f64::from_bits(if key < 0 { i64::MIN - key } else { key }.cast_unsigned())
}

/// The order of the texts in a set: shorter first, which is cheap to compare.
pub(crate) fn set_order(lhs: &str, rhs: &str) -> std::cmp::Ordering {
    lhs.len().cmp(&rhs.len()).then_with(|| lhs.cmp(rhs))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_order_floats() {
        let floats = [
            f64::MIN,
            -2.5,
            -1.0,
            -f64::MIN_POSITIVE,
            -5e-324,
            0.0,
            5e-324,
            1.0,
            1.0_f64.next_up(),
            f64::MAX,
        ];
        assert!(floats.is_sorted_by(|a, b| float_key(*a) < float_key(*b)));
        assert!(floats.map(|it| float_of_key(float_key(it)).to_bits()) == floats.map(f64::to_bits));
        assert_eq!(float_key(-0.0), float_key(0.0));
        assert_eq!(float_key(1.0) + 1, float_key(1.0_f64.next_up()));
        assert_eq!(float_key(-5e-324) + 1, float_key(0.0));
    }

    #[test]
    fn leaves_stay_small() {
        assert_eq!(size_of::<Leaf>(), 32);
    }
}
