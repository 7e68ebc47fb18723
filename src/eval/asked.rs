//! The beginning of a condition, asked of a struct: the same tests as of a loaded customer's cells, with the getters of the fields found
//! beforehand.

use std::sync::Arc;

use super::{At, cells::test_beginning, machine};
use crate::{
    plan::{Cells, Op, Program, SlotTest, Target},
    record::{Binding, BoundRow, Record},
    value::text,
};

/// So many tests are worked out before it is decided whether to go on.
const AT_ONCE: usize = 2;

/// What a condition begins with, for structs of one type.
#[derive(Debug)]
pub(crate) enum AskedOf<R> {
    /// It is nothing but these, all of which must hold.
    Whole(Arc<[Simple<R>]>),
    /// Tests of its first parts.
    Beginning(Arc<[Ask<R>]>),
}

/// A comparison of one field with constants. A missing value fails it.
#[derive(Debug)]
pub(crate) enum Simple<R> {
    Within {
        number: fn(&R) -> Option<i64>,
        low: i64,
        high: i64,
    },
    Is {
        text: for<'a> fn(&'a R) -> Option<&'a str>,
        other: Box<str>,
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
        number: fn(&R) -> Option<i64>,
        from: u32,
        to: u32,
    },
    /// Anything else.
    Op(Op),
}

// A derived `Clone` has other bounds.
impl<R> Clone for AskedOf<R> {
    fn clone(&self) -> Self {
        match self {
            Self::Whole(tests) => Self::Whole(Arc::clone(tests)),
            Self::Beginning(asks) => Self::Beginning(Arc::clone(asks)),
        }
    }
}

impl<R> Simple<R> {
    #[inline]
    fn holds(&self, record: &R) -> bool {
        match self {
            Self::Within { number, low, high } => number(record).is_some_and(|it| *low <= it && it <= *high),
            Self::Is { text, other } => text(record).is_some_and(|it| text::same(it, other)),
        }
    }
}

impl<R: Record> AskedOf<R> {
    pub(crate) fn new(program: &Program, cells: &Cells, binding: &Binding) -> Self {
        let asked = cells.asked.iter();
        let alone = |it: &SlotTest| {
            let simple = Simple::of(program, &it.op, binding);
            simple.filter(|_| !it.negated && !it.more)
        };
        if cells.rest == Target::TRUE
            && let Some(tests) = asked.clone().map(alone).collect()
        {
            return Self::Whole(tests);
        }
        let asks = asked.map(|SlotTest { op, negated, more }| Ask {
            test: Test::of(program, op, binding),
            negated: *negated,
            more: *more,
        });
        Self::Beginning(asks.collect())
    }

    /// Tells whether a condition holds that begins with these tests, and at this leaf where they cannot be asked.
    #[inline]
    pub(crate) fn test<'a>(
        &'a self,
        program: &'a Program,
        cells: &'a Cells,
        start: Target,
        customer: BoundRow<'a, R>,
        at: &'a At,
    ) -> bool {
        match self {
            Self::Whole(tests) => {
                let record = customer.record();
                let (pairs, last) = tests.as_chunks::<AT_ONCE>();
                pairs
                    .iter()
                    .all(|[one, other]| one.holds(record) & other.holds(record))
                    && last.iter().all(|it| it.holds(record))
            }
            Self::Beginning(asks) => begin(asks, program, cells, start, customer, at),
        }
    }
}

/// Apart from conditions that are answered at once.
#[inline(never)]
fn begin<'a, R: Record>(
    asks: &'a [Ask<R>],
    program: &'a Program,
    cells: &'a Cells,
    start: Target,
    customer: BoundRow<'a, R>,
    at: &'a At,
) -> bool {
    test_beginning(program, cells, start, customer, at, |moments| {
        all_hold(asks, program, customer, moments)
    })
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
            Test::Window { number, from, to } => {
                let (from, to) = (moments[*from as usize], moments[*to as usize]);
                number(customer.record()).is_some_and(|it| from <= it && it < to)
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
    /// The comparison that a leaf is; nothing where it is another test, or no getter does for it.
    fn of(program: &Program, op: &Op, binding: &Binding) -> Option<Self> {
        let within = |slot, low, high| {
            let number = binding.number(slot)?;
            Some(Self::Within { number, low, high })
        };
        match *op {
            Op::Bool { slot } => within(slot, 1, 1),
            Op::Int { slot, low, high }
            | Op::Decimal { slot, low, high }
            | Op::Date { slot, low, high }
            | Op::DateTime { slot, low, high } => within(slot, low, high),
            Op::TextIs { slot, text } => Some(Self::Is {
                text: binding.text(slot)?,
                other: program.texts[text as usize].clone(),
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
                let number = binding.number(slot);
                number.map_or(Self::Op(*op), |number| Self::Window { number, from, to })
            }
            _ => Self::Op(*op),
        }
    }
}
