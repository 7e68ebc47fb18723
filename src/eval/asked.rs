//! The beginning of a condition, asked of a struct: the same tests as of a loaded customer's cells, with a function for each field found
//! beforehand.

use std::sync::Arc;

use super::{At, cells::test_beginning, machine};
use crate::{
    plan::{Cells, Op, Program, SlotTest, Target},
    record::{Binding, BoundRow, Record},
};

/// So many tests are worked out before it is decided whether to go on.
const AT_ONCE: usize = 2;

/// What a condition begins with, for structs of one type.
#[derive(Debug)]
pub(crate) struct AskedOf<R> {
    /// All of these must hold, two at once, and there is no jump on the last ones' answer.
    pairs: Arc<[Pair<R>]>,
    /// And of these, a part after the other: one of its tests must hold.
    asks: Arc<[Ask<R>]>,
    /// Whether the pairs are the whole condition.
    only_pairs: bool,
}

#[derive(Debug)]
pub(crate) struct Pair<R>(Simple<R>, Option<Simple<R>>);

/// A comparison of one field with constants. A missing value fails it.
#[derive(Debug)]
pub(crate) enum Simple<R> {
    Within {
        within: fn(&R, i64, i64) -> bool,
        low: i64,
        high: i64,
    },
    Is {
        is: fn(&R, &str) -> bool,
        text: Box<str>,
    },
}

#[derive(Debug)]
pub(crate) struct Ask<R> {
    test: Test<R>,
    negated: bool,
    /// Whether the next one is of the same part.
    more: bool,
}

#[derive(Debug)]
enum Test<R> {
    Simple(Simple<R>),
    Window {
        within: fn(&R, i64, i64) -> bool,
        from: u32,
        to: u32,
    },
    /// Anything else.
    Op(Op),
}

// A derived `Clone` has other bounds.
impl<R> Clone for AskedOf<R> {
    fn clone(&self) -> Self {
        Self {
            pairs: Arc::clone(&self.pairs),
            asks: Arc::clone(&self.asks),
            only_pairs: self.only_pairs,
        }
    }
}

impl<R> Simple<R> {
    #[inline]
    fn holds(&self, record: &R) -> bool {
        match self {
            Self::Within { within, low, high } => within(record, *low, *high),
            Self::Is { is, text } => is(record, text),
        }
    }
}

impl<R> Pair<R> {
    #[inline]
    fn holds(&self, record: &R) -> bool {
        let Self(one, other) = self;
        one.holds(record) & other.as_ref().is_none_or(|other| other.holds(record))
    }
}

impl<R: Record> AskedOf<R> {
    pub(crate) fn new(program: &Program, cells: &Cells, binding: &Binding) -> Self {
        let (mut simple, mut asks) = (Vec::new(), Vec::new());
        let mut more_before = false;
        for SlotTest { op, negated, more } in &cells.asked {
            let is_alone = !more_before && !negated && !more;
            more_before = *more;
            match Test::of(program, op, binding) {
                Test::Simple(test) if is_alone => simple.push(test),
                test => asks.push(Ask {
                    test,
                    negated: *negated,
                    more: *more,
                }),
            }
        }
        let only_pairs = asks.is_empty() && cells.events.is_empty() && cells.rest == Target::TRUE;
        let mut simple = simple.into_iter();
        let pairs = std::iter::from_fn(|| Some(Pair(simple.next()?, simple.next())));
        Self {
            pairs: pairs.collect(),
            asks: asks.into(),
            only_pairs,
        }
    }

    /// Whether the pairs are the whole condition.
    #[inline]
    pub(crate) fn only_pairs(&self) -> bool {
        self.only_pairs
    }

    /// Tells whether the pairs hold.
    #[inline]
    pub(crate) fn pairs_hold(&self, record: &R) -> bool {
        match &*self.pairs {
            [] => true,
            [pair] => pair.holds(record),
            [pair, more @ ..] => pair.holds(record) && each_holds(more, record),
        }
    }

    /// Tells whether a condition holds whose pairs do, and at this leaf where the other tests cannot be asked.
    pub(crate) fn go_on<'a>(
        &'a self,
        program: &'a Program,
        cells: &'a Cells,
        start: Target,
        customer: BoundRow<'a, R>,
        at: &'a At,
    ) -> bool {
        test_beginning(program, cells, start, customer, at, |moments| {
            all_hold(&self.asks, program, customer, moments)
        })
    }
}

/// Apart from conditions that are answered by one pair.
#[inline(never)]
fn each_holds<R>(pairs: &[Pair<R>], record: &R) -> bool {
    pairs.iter().all(|pair| pair.holds(record))
}

/// Tells whether of each part one test holds.
#[inline]
fn all_hold<'a, R: Record>(
    asks: &'a [Ask<R>],
    program: &'a Program,
    customer: BoundRow<'a, R>,
    moments: &[i64],
) -> bool {
    let (mut all, mut any) = (true, false);
    for (index, ask) in asks.iter().enumerate() {
        if index > 0 && index % AT_ONCE == 0 && !all {
            return false;
        }
        let holds = match &ask.test {
            Test::Simple(test) => test.holds(customer.record()),
            Test::Window { within, from, to } => {
                let (from, to) = (moments[*from as usize], moments[*to as usize]);
                from < to && within(customer.record(), from, to - 1)
            }
            Test::Op(op) => other(program, op, customer, moments),
        };
        any |= holds ^ ask.negated;
        all &= any | ask.more;
        any &= ask.more;
    }
    all
}

/// Apart from the loop, which would keep at hand what it needs.
#[inline(never)]
fn other<'a, R: Record>(program: &'a Program, op: &Op, customer: BoundRow<'a, R>, moments: &[i64]) -> bool {
    machine::of_customer(program, op, customer, moments) == Some(true)
}

impl<R: Record> Simple<R> {
    /// The comparison that a leaf is; nothing where it is another test, or no function for the field does it.
    fn of(program: &Program, op: &Op, binding: &Binding) -> Option<Self> {
        let within = |slot, low, high| {
            let within = binding.within(slot)?;
            Some(Self::Within { within, low, high })
        };
        match *op {
            Op::Bool { slot } => within(slot, 1, 1),
            Op::Int { slot, low, high }
            | Op::Decimal { slot, low, high }
            | Op::Date { slot, low, high }
            | Op::DateTime { slot, low, high } => within(slot, low, high),
            Op::TextIs { slot, text } => Some(Self::Is {
                is: binding.is(slot)?,
                text: program.texts[text as usize].clone(),
            }),
            _ => None,
        }
    }
}

impl<R: Record> Test<R> {
    /// The test of a leaf.
    fn of(program: &Program, op: &Op, binding: &Binding) -> Self {
        if let Some(simple) = Simple::of(program, op, binding) {
            return Self::Simple(simple);
        }
        match *op {
            Op::DateWindow { slot, from, to } | Op::DateTimeWindow { slot, from, to } => {
                let within = binding.within(slot);
                within.map_or(Self::Op(*op), |within| Self::Window { within, from, to })
            }
            _ => Self::Op(*op),
        }
    }
}
