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
pub(crate) struct AskedOf<R>(Arc<[Ask<R>]>);

#[derive(Debug)]
struct Ask<R> {
    test: Test<R>,
    negated: bool,
    /// Whether the next one is of the same part.
    more: bool,
}

#[derive(Debug)]
enum Test<R> {
    Within {
        number: fn(&R) -> Option<i64>,
        low: i64,
        high: i64,
    },
    Window {
        number: fn(&R) -> Option<i64>,
        from: u32,
        to: u32,
    },
    Is {
        text: for<'a> fn(&'a R) -> Option<&'a str>,
        other: Box<str>,
    },
    /// Anything else.
    Op(Op),
}

// A derived `Clone` has other bounds.
impl<R> Clone for AskedOf<R> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<R: Record> AskedOf<R> {
    pub(crate) fn new(program: &Program, cells: &Cells, binding: &Binding) -> Self {
        let asks = cells.asked.iter().map(|SlotTest { op, negated, more }| Ask {
            test: Test::of(program, op, binding).unwrap_or(Test::Op(*op)),
            negated: *negated,
            more: *more,
        });
        Self(asks.collect())
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
        test_beginning(program, cells, start, customer, at, |moments| {
            self.all_hold(program, customer, moments)
        })
    }

    /// Tells whether of each part one test holds.
    #[inline]
    fn all_hold<'a>(&'a self, program: &'a Program, customer: BoundRow<'a, R>, moments: &[i64]) -> bool {
        let (mut all, mut any) = (true, false);
        for (index, ask) in self.0.iter().enumerate() {
            if index > 0 && index % AT_ONCE == 0 && !all {
                return false;
            }
            let holds = match &ask.test {
                Test::Within { number, low, high } => {
                    number(customer.record()).is_some_and(|it| *low <= it && it <= *high)
                }
                Test::Window { number, from, to } => {
                    let (from, to) = (moments[*from as usize], moments[*to as usize]);
                    number(customer.record()).is_some_and(|it| from <= it && it < to)
                }
                Test::Is { text, other } => text(customer.record()).is_some_and(|it| text::same(it, other)),
                Test::Op(op) => other(program, op, customer, moments),
            };
            any |= holds ^ ask.negated;
            all &= any | ask.more;
            any &= ask.more;
        }
        all
    }
}

/// Apart from the loop, which would keep at hand what it needs.
#[inline(never)]
fn other<'a, R: Record>(program: &'a Program, op: &Op, customer: BoundRow<'a, R>, moments: &[i64]) -> bool {
    machine::of_customer(program, op, customer, moments) == Some(true)
}

impl<R: Record> Test<R> {
    /// The test of a leaf; nothing where no getter does for it.
    fn of(program: &Program, op: &Op, binding: &Binding) -> Option<Self> {
        Some(match *op {
            Op::Bool { slot } => Self::Within {
                number: binding.number(slot)?,
                low: 1,
                high: 1,
            },
            Op::Int { slot, low, high }
            | Op::Decimal { slot, low, high }
            | Op::Date { slot, low, high }
            | Op::DateTime { slot, low, high } => Self::Within {
                number: binding.number(slot)?,
                low,
                high,
            },
            Op::DateWindow { slot, from, to } | Op::DateTimeWindow { slot, from, to } => Self::Window {
                number: binding.number(slot)?,
                from,
                to,
            },
            Op::TextIs { slot, text } => Self::Is {
                text: binding.text(slot)?,
                other: program.texts[text as usize].clone(),
            },
            _ => return None,
        })
    }
}
