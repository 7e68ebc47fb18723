//! A condition over many rows: which of them reach each leaf, and which come through.

use std::collections::BTreeSet;

use crate::plan::{BlockId, Leaf, Op, Program, Target};

/// The leaves of a condition in order, each with the number of what it tests.
#[derive(Debug)]
pub(super) struct Sieve {
    steps: Vec<Step>,
    /// Where rows enter: a step, or the answer.
    start: Way,
}

#[derive(Clone, Copy, Debug)]
struct Step {
    test: usize,
    then: Way,
    otherwise: Way,
}

/// Where rows go on.
#[derive(Clone, Copy, Debug)]
enum Way {
    /// Nowhere: they are not what is looked for.
    Out,
    /// To a step; as many as there are steps stand for the answer.
    To(usize),
}

impl Sieve {
    /// The condition that begins at a block. What it tests is numbered by `number`.
    pub(super) fn new(program: &Program, block: BlockId, mut number: impl FnMut(Op) -> usize) -> Self {
        let start = program.blocks[block.0 as usize].start;
        let leaf = |target: Target| program.leaves.get(target.0 as usize);
        // Targets only lead forward, so that the smallest that is left has been reached from everywhere.
        let mut ahead = BTreeSet::from([start.0]);
        let mut order: Vec<(Target, Leaf)> = Vec::new();
        while let Some(next) = ahead.pop_first().map(Target) {
            if let Some(leaf) = leaf(next) {
                order.push((next, *leaf));
                ahead.extend([leaf.then.0, leaf.otherwise.0]);
            }
        }
        let way = |target: Target| match target {
            Target::FALSE => Way::Out,
            Target::TRUE => Way::To(order.len()),
            target => Way::To(order.partition_point(|(it, _)| it.0 < target.0)),
        };
        let start = way(start);
        let steps = order.iter().map(|(_, leaf)| Step {
            test: number(leaf.op),
            then: way(leaf.then),
            otherwise: way(leaf.otherwise),
        });
        Self {
            steps: steps.collect(),
            start,
        }
    }

    /// Which of the rows in `out` come through, left there. `holds` is asked of each step, with the rows that reach it, and
    /// writes those for which the test holds.
    pub(super) fn run(
        &self,
        out: &mut [u64],
        reach: &mut Vec<u64>,
        mut holds: impl FnMut(usize, &[u64], &mut [u64]),
    ) {
        let (words, steps) = (out.len(), self.steps.len());
        let Way::To(start) = self.start else {
            out.fill(0);
            return;
        };
        // Of each step and of the answer; then what holds.
        reach.clear();
        reach.resize((steps + 2) * words, 0);
        let (reach, passing) = reach.split_at_mut((steps + 1) * words);
        reach[start * words..][..words].copy_from_slice(out);
        for (index, step) in self.steps.iter().enumerate() {
            let (here, later) = reach.split_at_mut((index + 1) * words);
            let here = &here[index * words..];
            if here.iter().all(|word| *word == 0) {
                continue;
            }
            holds(step.test, here, passing);
            if let Way::To(step) = step.then {
                let to = &mut later[(step - index - 1) * words..][..words];
                for ((word, here), holds) in to.iter_mut().zip(here).zip(&*passing) {
                    *word |= here & holds;
                }
            }
            if let Way::To(step) = step.otherwise {
                let to = &mut later[(step - index - 1) * words..][..words];
                for ((word, here), holds) in to.iter_mut().zip(here).zip(&*passing) {
                    *word |= here & !holds;
                }
            }
        }
        out.copy_from_slice(&reach[steps * words..]);
    }
}
