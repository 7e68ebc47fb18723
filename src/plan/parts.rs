//! The structure of a condition, seen from the jumps of its leaves.

use std::ops::Range;

use super::program::{Leaf, Program, Target};

/// Whether something holds, as far as it is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Truth {
    No,
    Yes,
    Perhaps,
}

impl Truth {
    fn complement(self) -> Self {
        match self {
            Self::No => Self::Yes,
            Self::Yes => Self::No,
            Self::Perhaps => Self::Perhaps,
        }
    }
}

/// The parts of the condition that begins there, all of which must hold, in order. Each is a stretch of leaves that comes out
/// behind its end, or at `true`, when it holds.
pub(super) fn conjuncts(program: &Program, start: Target) -> Vec<Range<u32>> {
    let mut parts = Vec::new();
    let (mut begin, mut far, mut decides) = (start.0, start.0, false);
    let mut leaf = start.0;
    while let Some(found) = program.leaves.get(leaf as usize) {
        for target in [found.then, found.otherwise] {
            match target {
                Target::FALSE => {}
                Target::TRUE => decides = true,
                Target(target) => far = far.max(target),
            }
        }
        leaf += 1;
        if far < leaf {
            parts.push(begin..leaf);
            break;
        }
        if far == leaf && !decides {
            parts.push(begin..leaf);
            begin = leaf;
        }
    }
    parts
}

/// The parts of a conjunct one of which must hold, in order.
pub(super) fn disjuncts(program: &Program, part: &Range<u32>) -> Vec<Range<u32>> {
    let mut parts = Vec::new();
    let (mut begin, mut far, mut fails) = (part.start, part.start, false);
    for (number, leaf) in (part.start..).zip(leaves(program, part)) {
        for target in [leaf.then, leaf.otherwise] {
            match target {
                Target::FALSE => fails = true,
                // Out of the conjunct: it holds.
                Target(target) if target >= part.end => {}
                Target(target) => far = far.max(target),
            }
        }
        if far == number + 1 && !fails && far < part.end {
            parts.push(begin..far);
            begin = far;
        }
    }
    parts.push(begin..part.end);
    parts
}

/// What is known of a disjunct when so much is known of each of its leaves, by their positions in it.
pub(super) fn truth(
    program: &Program,
    part: &Range<u32>,
    conjunct_end: u32,
    of: impl Fn(usize) -> Truth,
) -> Truth {
    let leaves = leaves(program, part);
    if let [leaf] = leaves {
        let holds = leaf.then != Target::FALSE && leaf.then.0 >= conjunct_end;
        return if holds { of(0) } else { of(0).complement() };
    }
    let mut reached = vec![false; leaves.len()];
    let (mut holds, mut fails) = (false, false);
    if let Some(first) = reached.first_mut() {
        *first = true;
    }
    for (index, leaf) in leaves.iter().enumerate() {
        if !reached[index] {
            continue;
        }
        let truth = of(index);
        for (possible, target) in [
            (truth != Truth::No, leaf.then),
            (truth != Truth::Yes, leaf.otherwise),
        ] {
            match target {
                _ if !possible => {}
                Target::FALSE => fails = true,
                Target(target) if target >= conjunct_end => holds = true,
                // The next disjunct.
                Target(target) if target >= part.end => fails = true,
                Target(target) => reached[(target - part.start) as usize] = true,
            }
        }
    }
    match (holds, fails) {
        (true, false) => Truth::Yes,
        (false, _) => Truth::No,
        (true, true) => Truth::Perhaps,
    }
}

pub(super) fn leaves<'p>(program: &'p Program, part: &Range<u32>) -> &'p [Leaf] {
    let range = part.start as usize..part.end as usize;
    program.leaves.get(range).unwrap_or_default()
}
