//! A condition over many rows: which of them reach each leaf, and which come through.

use std::ops::Range;

use crate::plan::{BlockId, Leaf, Op, Program, Target};

/// What a sieve asks.
pub(super) trait Asks {
    /// A bit for each row for which a test holds; those of rows that do not reach it may be any.
    fn ask(&mut self, test: usize, reached: &[u64]) -> &[u64];
}

/// The leaves of a condition in order, each with the number of what it tests.
#[derive(Clone, Debug)]
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
    /// Whether no step before leads where these do.
    is_first: (bool, bool),
}

/// Where rows go on.
#[derive(Clone, Copy, Debug, PartialEq)]
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
        // Targets only lead forward, so that the smallest that is left has been reached from everywhere. It stands last.
        let mut ahead = vec![start.0];
        let mut order: Vec<(Target, Leaf)> = Vec::new();
        while let Some(next) = ahead.pop().map(Target) {
            if let Some(leaf) = leaf(next) {
                order.push((next, *leaf));
                for target in [leaf.then.0, leaf.otherwise.0] {
                    let place = ahead.partition_point(|it| *it > target);
                    if ahead.get(place) != Some(&target) {
                        ahead.insert(place, target);
                    }
                }
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
            is_first: (false, false),
        });
        let mut sieve = Self {
            steps: steps.collect(),
            start,
        };
        sieve.find_first();
        sieve
    }

    /// Finds out which steps are the first to lead to another one.
    fn find_first(&mut self) {
        let mut is_known = vec![false; self.steps.len()];
        if let Way::To(start) = self.start
            && let Some(is_known) = is_known.get_mut(start)
        {
            *is_known = true;
        }
        let mut is_first = |way| match way {
            Way::To(step) => is_known
                .get_mut(step)
                .is_some_and(|is_known| !std::mem::replace(is_known, true)),
            Way::Out => false,
        };
        for step in &mut self.steps {
            step.is_first = (is_first(step.then), is_first(step.otherwise));
        }
    }

    /// The numbers of what it tests.
    pub(super) fn tests(&self) -> impl Iterator<Item = usize> {
        self.steps.iter().map(|step| step.test)
    }

    /// Brings the parts that all have to hold into the order of what they cost; equals stay as they are.
    pub(super) fn cheapest_first(&mut self, cost: impl Fn(usize) -> usize) {
        if self.start != Way::To(0) {
            return;
        }
        let mut parts = Vec::new();
        let (mut begin, mut end) = (0, 0);
        for (index, step) in self.steps.iter().enumerate() {
            for way in [step.then, step.otherwise] {
                if let Way::To(next) = way {
                    end = end.max(next);
                }
            }
            // Nothing leads further than to the next step: what comes there has passed this part.
            if end == index + 1 {
                parts.push(begin..end);
                begin = end;
            }
        }
        let cost = |part: &Range<usize>| {
            let steps = &self.steps[part.clone()];
            steps.iter().map(|step| cost(step.test)).sum::<usize>()
        };
        if parts.is_sorted_by_key(cost) {
            return;
        }
        parts.sort_by_cached_key(cost);
        let mut steps = Vec::with_capacity(self.steps.len());
        for part in parts {
            let begin = steps.len();
            let moved = |way| match way {
                Way::To(next) => Way::To(next - part.start + begin),
                Way::Out => Way::Out,
            };
            steps.extend(self.steps[part.clone()].iter().map(|step| Step {
                then: moved(step.then),
                otherwise: moved(step.otherwise),
                ..*step
            }));
        }
        // Steps that lead to no answer are in no part, and nothing is brought into another order.
        if steps.len() == self.steps.len() {
            self.steps = steps;
            self.find_first();
        }
    }

    /// Which of the rows in `out` come through, left there.
    pub(super) fn run(&self, out: &mut [u64], reach: &mut Vec<u64>, asked: &mut impl Asks) {
        let (words, steps) = (out.len(), self.steps.len());
        let Way::To(start) = self.start else {
            out.fill(0);
            return;
        };
        // Of each step and of the answer. Whoever leads to a step first writes all of it, and the answer begins with nobody.
        let len = (steps + 1) * words;
        if reach.len() < len {
            reach.resize(len, 0);
        }
        reach[steps * words..len].fill(0);
        reach[start * words..][..words].copy_from_slice(out);
        for (index, step) in self.steps.iter().enumerate() {
            let (here, later) = reach[..len].split_at_mut((index + 1) * words);
            let here = &here[index * words..];
            let ways = [(step.then, step.is_first.0), (step.otherwise, step.is_first.1)];
            let to = ways.map(|(way, is_first)| match way {
                Way::To(step) => Some(((step - index - 1) * words, is_first)),
                Way::Out => None,
            });
            if here.iter().fold(0, |all, word| all | word) == 0 {
                for (place, _) in to.into_iter().flatten().filter(|(_, is_first)| *is_first) {
                    later[place..][..words].fill(0);
                }
                continue;
            }
            let holds = asked.ask(step.test, here);
            debug_assert!(holds.len() >= words, "an answer for each row");
            let lines = here.iter().zip(holds);
            if let Some((place, is_first)) = to[0] {
                add(
                    &mut later[place..][..words],
                    is_first,
                    lines.clone().map(|(here, holds)| here & holds),
                );
            }
            if let Some((place, is_first)) = to[1] {
                add(
                    &mut later[place..][..words],
                    is_first,
                    lines.map(|(here, holds)| here & !holds),
                );
            }
        }
        out.copy_from_slice(&reach[steps * words..len]);
    }
}

/// Adds rows to those that a step has, or begins with them.
#[inline]
fn add(to: &mut [u64], is_first: bool, rows: impl Iterator<Item = u64>) {
    if is_first {
        to.iter_mut().zip(rows).for_each(|(to, rows)| *to = rows);
    } else {
        to.iter_mut().zip(rows).for_each(|(to, rows)| *to |= rows);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Bits([u64; 4]);

    impl Asks for Bits {
        fn ask(&mut self, test: usize, _: &[u64]) -> &[u64] {
            std::slice::from_ref(&self.0[test])
        }
    }

    #[test]
    fn another_order_of_parts_lets_the_same_through() {
        let step = |test, then, otherwise| Step {
            test,
            then,
            otherwise,
            is_first: (false, false),
        };
        // One and (two or three) and not four.
        let mut sieve = Sieve {
            steps: vec![
                step(0, Way::To(1), Way::Out),
                step(1, Way::To(3), Way::To(2)),
                step(2, Way::To(3), Way::Out),
                step(3, Way::Out, Way::To(4)),
            ],
            start: Way::To(0),
        };
        let mut bits = Bits([
            0b1111_1111_0000_0000,
            0b1111_0000_1111_0000,
            0b1100_1100_1100_1100,
            0xaaaa,
        ]);
        sieve.find_first();
        let mut reach = vec![0; 9];
        for costs in [[1, 1, 1, 1], [9, 1, 1, 3], [2, 8, 1, 1], [3, 0, 4, 1]] {
            sieve.cheapest_first(|test| costs[test]);
            for (rows, left) in [
                (u64::MAX, 0b0101_0100_0000_0000),
                (0xff, 0),
                (0x5fff, 0b0101_0100_0000_0000),
            ] {
                // What others left there.
                reach.fill(u64::MAX);
                let mut out = [rows];
                sieve.run(&mut out, &mut reach, &mut bits);
                assert_eq!(out, [left], "{costs:?} {rows:x}");
            }
        }
        assert_eq!(sieve.tests().collect::<Vec<_>>(), [3, 0, 1, 2]);
    }
}
