//! Answers for all customers of a batch.

use super::{Customers, Members, TraitValues, gather::Gathered};
use crate::{
    eval::{At, Machine, test},
    plan::{BlockId, NodeId, Program},
    value::Type,
};

/// What is asked about a batch: some segments of one program.
pub(crate) struct Question<'q> {
    pub(crate) program: &'q Program,
    pub(crate) at: &'q At,
    /// The name and the condition of each.
    pub(crate) segments: &'q [(&'q str, BlockId)],
}

impl Question<'_> {
    /// Who belongs to each segment.
    pub(crate) fn members(&self, people: &Customers<'_>) -> Vec<Members> {
        let rows = people.len();
        let answer = |(name, block): &(&str, BlockId)| {
            let mut words = vec![0; rows.div_ceil(64)];
            for row in 0..rows {
                let holds = test(self.program, people.row(row), self.at, *block);
                words[row / 64] |= u64::from(holds) << (row % 64);
            }
            Members::new(name, rows, words)
        };
        self.segments.iter().map(answer).collect()
    }
}

/// The values of a trait.
pub(crate) fn values(
    (name, ty, node): (&str, &Type, NodeId),
    program: &Program,
    people: &Customers<'_>,
    at: &At,
) -> TraitValues {
    let mut gathered = Gathered::new(ty);
    for row in 0..people.len() {
        gathered.push(Machine::new(program, people.row(row), at).value(node));
    }
    TraitValues::new(name, ty, people.len(), gathered.finish())
}
