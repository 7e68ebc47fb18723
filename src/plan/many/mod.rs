//! Many segments asked together about one customer.
//!
//! What segments ask is sorted by what it is about: a *dimension* is something that is read once per customer, such as her
//! country or what she spent in a year, and every constant that segments compare it with cuts it into buckets. For each bucket it
//! is known which segments it leaves in, as one row of bits, so that a dimension narrows all segments down by one `and`. Conditions
//! that are joined by `or` are rows of several dimensions, joined in the same way ([`Factor`]).
//!
//! What no factor decides is left to be run, leaf by leaf, for the segments that are still in ([`Many::rests`]); there, what is
//! expensive and asked by several is worked out once ([`Term`]).
//!
//! All that is found in the leaves of the program, whose conjunctions are seen from their jumps (`parts`).

mod dimension;
mod table;

use std::ops::Range;

pub(crate) use self::dimension::{Buckets, Dimension, MISSING, Reading, head_number};
use super::{BlockId, CollectionId, NodeId, Op, Program, parts};

/// How some segments of a program are asked together.
#[derive(Debug, Default)]
pub(crate) struct Many {
    /// So many words of 64 bits hold a bit for each segment.
    pub(crate) words: usize,
    /// All segments but those that hold for nobody.
    pub(crate) start: Box<[u64]>,
    pub(crate) dimensions: Box<[Dimension]>,
    /// In the order in which they narrow the segments down.
    pub(crate) factors: Box<[Factor]>,
    /// What is left to be asked of each segment: stretches of leaves, all of which must hold.
    rests: Box<[Range<u32>]>,
    stretches: Box<[Range<u32>]>,
    /// By leaf, one more than the number of the term that it asks, or 0.
    terms: Box<[u32]>,
    pub(crate) term_count: usize,
}

/// What is remembered of a customer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Term {
    /// The number that stands for the value of a node.
    Node(NodeId),
    Count(CollectionId),
    /// Whether a test holds, as 1 or nothing.
    Holds(Op),
}

/// Conditions of several segments over the same dimensions.
#[derive(Debug)]
pub(crate) struct Factor {
    /// The segments that stay in are those of the customer's row in any of the tables.
    pub(crate) tables: Box<[Table]>,
    /// The segments that it is about.
    pub(crate) asked_by: Box<[u64]>,
    /// Whether its dimensions are expensive to read, so that it is worth a look whether any of these segments is still in.
    pub(crate) is_expensive: bool,
}

/// A row of bits for each bucket of a dimension.
#[derive(Debug)]
pub(crate) struct Table {
    pub(crate) dimension: usize,
    pub(crate) rows: Box<[u64]>,
}

impl Table {
    #[inline]
    pub(crate) fn row(&self, bucket: u32, words: usize) -> &[u64] {
        let start = bucket as usize * words;
        self.rows.get(start..start + words).unwrap_or_default()
    }
}

impl Many {
    /// Plans the segments of these blocks, which are all about the customer.
    ///
    /// Takes time proportional to their number of leaves times the number of buckets of a dimension, which is bounded.
    pub(crate) fn of(program: &Program, blocks: &[BlockId]) -> Self {
        table::plan(program, blocks)
    }

    /// What has to be run for a segment that all factors left in.
    #[inline]
    pub(crate) fn rest(&self, segment: usize) -> &[Range<u32>] {
        match self.rests.get(segment) {
            Some(rest) => &self.stretches[rest.start as usize..rest.end as usize],
            None => &[],
        }
    }

    /// The number of the term that a leaf asks, when it is remembered.
    #[inline]
    pub(crate) fn term(&self, leaf: u32) -> Option<usize> {
        (self.terms[leaf as usize] as usize).checked_sub(1)
    }
}

impl Term {
    /// The term that a test asks, and the range in which its number has to lie; nothing for a test that costs less than it takes
    /// to remember.
    #[inline]
    pub(crate) fn of(op: Op) -> Option<(Self, i64, i64)> {
        Some(match op {
            Op::Value { node, low, high } => (Self::Node(node), low, high),
            Op::Count { items, low, high } => (Self::Count(items), low, high),
            Op::Test { .. }
            | Op::TextContains { .. }
            | Op::TextMatches { .. }
            | Op::TextFolded { .. }
            | Op::Near { .. } => (Self::Holds(op), 1, 1),
            _ => return None,
        })
    }
}
