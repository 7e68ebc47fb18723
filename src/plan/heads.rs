//! What a test of a text says of its head alone, see [`text::head`].

use std::ops::RangeInclusive;

use super::program::{Op, Program};
use crate::value::text;

/// The slot that a test is about, and in which ranges the head of its text lies where it holds, and nowhere else: no text that counts
/// as known has U+0000. Nothing for tests that look beyond the head.
pub(super) fn of(op: Op, program: &Program) -> Option<(u32, Vec<RangeInclusive<u64>>)> {
    Some(match op {
        Op::TextEmpty { slot } => (slot, vec![0..=0]),
        Op::TextIs { slot, text } => (slot, vec![whole(&program.texts[text as usize])?]),
        Op::TextIn { slot, set } => {
            let texts = program.text_sets[set as usize].iter();
            (slot, texts.map(|it| whole(it)).collect::<Option<_>>()?)
        }
        Op::TextStarts { slot, text } => {
            let begin = &program.texts[text as usize];
            if begin.contains('\0') || !(1..=8).contains(&begin.len()) {
                return None;
            }
            let head = text::head(begin);
            let beyond = u64::MAX.checked_shr(8 * u32::try_from(begin.len()).ok()?);
            (slot, vec![head..=head | beyond.unwrap_or(0)])
        }
        _ => return None,
    })
}

/// The head of a text that has no more than a head.
fn whole(text: &str) -> Option<RangeInclusive<u64>> {
    let head = text::head(text);
    (text.len() < 8 && !text.contains('\0')).then_some(head..=head)
}
