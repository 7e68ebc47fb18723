//! The segments that a message asks for, in all its parts.

use std::cell::Cell;

use super::{At, test};
use crate::{
    plan::{BlockId, Program},
    record::Row,
};

/// Tells which segments a customer is in, and remembers it: each is worked out once, whichever parts of a message ask.
pub(crate) struct Members<'a, R> {
    /// That of the definitions, whose windows the evaluation has resolved.
    program: &'a Program,
    segments: &'a [BlockId],
    customer: R,
    at: &'a At,
    known: [Cell<Option<(u32, bool)>>; REMEMBERED],
}

/// Two segments that share a place are worked out more than once; nothing else comes of it.
const REMEMBERED: usize = 8;

impl<'a, R: Row<'a>> Members<'a, R> {
    /// The segments of a program, by their index in the module.
    #[inline]
    pub(crate) fn new(program: &'a Program, segments: &'a [BlockId], customer: R, at: &'a At) -> Self {
        Self {
            program,
            segments,
            customer,
            at,
            known: [const { Cell::new(None) }; REMEMBERED],
        }
    }

    /// Whether the customer is in a segment; in none that there is not.
    pub(crate) fn has(&self, segment: u32) -> bool {
        let place = &self.known[segment as usize % REMEMBERED];
        if let Some((known, holds)) = place.get()
            && known == segment
        {
            return holds;
        }
        let block = self.segments.get(segment as usize);
        let holds = block.is_some_and(|block| test(self.program, self.customer, self.at, *block));
        place.set(Some((segment, holds)));
        holds
    }
}
