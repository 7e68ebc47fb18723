//! One leaf by itself, for whoever goes through leaves in another order.

use super::{Machine, folded, is_among, matches, of_slot};
use crate::{
    eval::At,
    plan::{Op, Program},
    record::Row,
    value::text,
};

/// Tells whether what a leaf of a condition of the customer tests holds.
pub(crate) fn test_op<'a, R: Row<'a>>(program: &'a Program, op: Op, customer: R, at: &'a At) -> bool {
    let slot = at.resolved(&program.moments).and_then(|moments| {
        let moment = |number: u32| moments[number as usize];
        of_slot(program, &op, customer, moment)
    });
    slot.unwrap_or_else(|| Machine::new(program, customer, at).leaf(op, customer))
}

/// Tells whether a text that is known passes a test of text; nothing when the test is another one.
pub(crate) fn accepts_text(program: &Program, op: Op, it: &str) -> Option<bool> {
    Some(match op {
        Op::TextIs { text, .. } => *it == *program.texts[text as usize],
        Op::TextIn { set, .. } => is_among(it, &program.text_sets[set as usize]),
        Op::TextStarts { text, .. } => it.starts_with(&*program.texts[text as usize]),
        Op::TextEnds { text, .. } => it.ends_with(&*program.texts[text as usize]),
        Op::TextContains { finder, .. } => program.finders[finder as usize].find(it.as_bytes()).is_some(),
        Op::TextFolded { folding, .. } => folded(program, folding, it),
        Op::TextMatches { pattern, .. } => matches(program, pattern, it),
        Op::TextEmpty { .. } => it.is_empty(),
        Op::TextFilled { .. } => text::filled(it),
        _ => return None,
    })
}

/// Tests a slot of a row, with the values of the program's moments; nothing when the test is about more than a slot.
pub(crate) fn test_slot<'a, R: Row<'a>>(
    program: &'a Program,
    op: Op,
    row: R,
    moments: &[i64],
) -> Option<bool> {
    of_slot(program, &op, row, |number| moments[number as usize])
}
