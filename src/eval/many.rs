//! Answers for many segments and one customer.

use std::ops::Range;

use super::{
    At,
    machine::{self, Machine, key},
};
use crate::{
    bits::{self, ones},
    plan::{Buckets, Kind, Leaf, MISSING, Many, Op, Program, Reading, Target, Term, head_number},
    record::Row,
};

/// Memory that serves one customer after the other.
#[derive(Clone, Debug, Default)]
pub(crate) struct Asked {
    /// The terms, valid when they bear the number of the customer.
    terms: Vec<(u64, Option<i64>)>,
    customer: u64,
    /// The buckets of the dimensions, where they are known.
    buckets: Vec<u32>,
}

/// Stands for a bucket that nobody has asked for.
const UNKNOWN: u32 = u32::MAX;

/// Finds the segments that a customer is in, one bit for each.
///
/// Allocates nothing once the memory has grown to what the plan needs.
pub(crate) fn matching<'a, R: Row<'a>>(
    (program, many): (&'a Program, &Many),
    customer: R,
    at: &'a At,
    asked: &mut Asked,
    bits: &mut Vec<u64>,
) {
    bits.clear();
    bits.extend_from_slice(&many.start);
    find::<R, false>((program, many), customer, at, asked, bits);
}

/// The same, but only among those whose bits are set, which are better few: what none of them asks is not looked at.
pub(crate) fn matching_among<'a, R: Row<'a>>(
    (program, many): (&'a Program, &Many),
    customer: R,
    at: &'a At,
    asked: &mut Asked,
    bits: &mut [u64],
) {
    narrow(bits, many.start.iter().copied());
    find::<R, true>((program, many), customer, at, asked, bits);
}

fn find<'a, R: Row<'a>, const FEW: bool>(
    (program, many): (&'a Program, &Many),
    customer: R,
    at: &'a At,
    asked: &mut Asked,
    bits: &mut [u64],
) {
    asked.begin(many);
    let mut asking = Asking {
        program,
        many,
        customer,
        at,
        moments: at.resolved(&program.moments),
        machine: None,
        asked,
    };
    for factor in &many.factors {
        if (FEW || factor.is_expensive) && !bits::meet(bits, &factor.asked_by) {
            continue;
        }
        let left = match &*factor.tables {
            [table] => {
                let row = table.row(asking.bucket(table.dimension), many.words);
                narrow(bits, row.iter().copied())
            }
            [one, other] => {
                let one = one.row(asking.bucket(one.dimension), many.words);
                let other = other.row(asking.bucket(other.dimension), many.words);
                narrow(bits, one.iter().zip(other).map(|(one, other)| one | other))
            }
            tables => {
                let mut left = 0;
                for (word, bits) in bits.iter_mut().enumerate() {
                    let rows = tables.iter().map(|it| {
                        let row = it.row(asking.bucket(it.dimension), many.words);
                        row.get(word).copied().unwrap_or(0)
                    });
                    *bits &= rows.fold(0, |all, row| all | row);
                    left |= *bits;
                }
                left
            }
        };
        if left == 0 {
            return;
        }
    }
    for (word, bits) in bits.iter_mut().enumerate() {
        for bit in ones(*bits) {
            let rest = many.rest(word * 64 + bit);
            if !rest.iter().all(|stretch| asking.run(stretch)) {
                *bits &= !(1 << bit);
            }
        }
    }
}

/// Keeps the segments that are in a row, too; gives what is left, all words joined.
#[inline]
fn narrow(bits: &mut [u64], row: impl Iterator<Item = u64>) -> u64 {
    let mut left = 0;
    for (bits, row) in bits.iter_mut().zip(row) {
        *bits &= row;
        left |= *bits;
    }
    left
}

impl Asked {
    fn begin(&mut self, many: &Many) {
        self.customer += 1;
        if self.terms.len() < many.term_count {
            self.terms.resize(many.term_count, (0, None));
        }
        self.buckets.clear();
        self.buckets.resize(many.dimensions.len(), UNKNOWN);
    }
}

/// One customer being asked.
struct Asking<'a, 'm, R: Row<'a>> {
    program: &'a Program,
    many: &'m Many,
    customer: R,
    at: &'a At,
    moments: Option<&'a [i64]>,
    /// Made when something is asked that takes more than a slot: it is not small.
    machine: Option<Machine<'a, 'm, R>>,
    asked: &'m mut Asked,
}

impl<'a, 'm, R: Row<'a>> Asking<'a, 'm, R> {
    #[inline]
    fn bucket(&mut self, dimension: usize) -> u32 {
        let known = self.asked.buckets[dimension];
        if known != UNKNOWN {
            return known;
        }
        let bucket = self.find(dimension);
        self.asked.buckets[dimension] = bucket;
        bucket
    }

    #[inline]
    fn find(&mut self, dimension: usize) -> u32 {
        let many = self.many;
        let dimension = &many.dimensions[dimension];
        let customer = self.customer;
        let number = match dimension.reading {
            Reading::Known { slot } => return u32::from(customer.known(slot)),
            Reading::Bool { slot } => return customer.bool(slot).map_or(MISSING, |it| 1 + u32::from(it)),
            Reading::Word { slot } => return customer.word(slot).map_or(MISSING, |it| 1 + it.min(64)),
            Reading::Text { slot } => {
                return match (&dimension.buckets, customer.text(slot)) {
                    (Buckets::Texts(texts), Some(text)) => texts.bucket(text),
                    _ => MISSING,
                };
            }
            Reading::Head { slot, cell } => customer.head(slot, cell).map(head_number),
            Reading::Number { slot, kind } => number(customer, slot, kind),
            Reading::Node(node) => self.term(dimension.term, Term::Node(node)),
            Reading::Count(items) => self.term(dimension.term, Term::Count(items)),
        };
        match (&dimension.buckets, number) {
            (Buckets::Numbers(firsts), Some(number)) => 1 + rank(firsts, number),
            _ => MISSING,
        }
    }

    /// The number of a term, worked out once for a customer.
    fn term(&mut self, index: usize, term: Term) -> Option<i64> {
        let (customer, known) = self.asked.terms[index];
        if customer == self.asked.customer {
            return known;
        }
        let machine = self.machine();
        let found = match term {
            Term::Node(node) => machine.value(node).and_then(key),
            Term::Count(items) => i64::try_from(machine.count(items)).ok(),
            Term::Holds(op) => machine.holds(op).then_some(1),
        };
        self.asked.terms[index] = (self.asked.customer, found);
        found
    }

    /// Tells whether all of a stretch of leaves hold.
    fn run(&mut self, stretch: &Range<u32>) -> bool {
        let mut target = stretch.start;
        while target < stretch.end {
            let leaf = self.program.leaves[target as usize];
            let next = if self.leaf(target, &leaf) {
                leaf.then
            } else {
                leaf.otherwise
            };
            if next == Target::FALSE {
                return false;
            }
            target = next.0;
        }
        true
    }

    #[inline]
    fn leaf(&mut self, number: u32, leaf: &Leaf) -> bool {
        if let Some(index) = self.many.term(number)
            && let Some((term, low, high)) = Term::of(leaf.op)
        {
            return self.term(index, term).is_some_and(|it| low <= it && it <= high);
        }
        self.holds(leaf.op)
    }

    #[inline]
    fn holds(&mut self, op: Op) -> bool {
        let known = self.moments.and_then(|moments| {
            machine::of_slot(self.program, &op, self.customer, |it| moments[it as usize])
        });
        known.unwrap_or_else(|| self.machine().holds(op))
    }

    fn machine(&mut self) -> &mut Machine<'a, 'm, R> {
        let (program, customer, at) = (self.program, self.customer, self.at);
        self.machine
            .get_or_insert_with(|| Machine::new(program, customer, at))
    }
}

/// The number of a slot, see [`Kind`].
#[inline]
fn number<'a>(row: impl Row<'a>, slot: u32, kind: Kind) -> Option<i64> {
    match kind {
        Kind::Int => row.int(slot),
        Kind::Decimal => row.decimal(slot),
        Kind::Date => row.date(slot).map(i64::from),
        Kind::DateTime => row.datetime(slot),
        _ => machine::read(row, slot, kind).and_then(key),
    }
}

/// How many of ascending numbers are not larger.
#[inline]
#[expect(
    clippy::cast_possible_truncation,
    reason = "a dimension has no more than a few hundred buckets"
)]
fn rank(firsts: &[i64], number: i64) -> u32 {
    firsts.partition_point(|first| *first <= number) as u32
}
