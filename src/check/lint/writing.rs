//! The user's own words.

use std::borrow::Cow;

use crate::{
    hir::{Condition, ConditionKind},
    span::Span,
};

/// The texts that spans point into.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Writing<'w>(pub(crate) &'w [&'w str]);

/// No more letters than these are quoted.
const LONGEST: usize = 100;

impl<'w> Writing<'w> {
    /// What was written, if it is short and on one line.
    pub(super) fn quote(self, span: Span) -> Option<&'w str> {
        let text = self.0.get(span.source as usize)?;
        let quoted = text.get(span.start as usize..span.end as usize)?.trim();
        let fits = !quoted.is_empty() && quoted.len() <= LONGEST && !quoted.contains(['\n', '#']);
        fits.then_some(quoted)
    }

    /// A condition as a part of another: in parentheses where it might be read otherwise.
    pub(super) fn quote_part(self, condition: &Condition) -> Option<Cow<'w, str>> {
        let quoted = self.quote(condition.span)?;
        let is_loose = matches!(condition.kind, ConditionKind::And(_) | ConditionKind::Or(_));
        if is_loose || quoted.contains(" where ") {
            return Some(format!("({quoted})").into());
        }
        Some(quoted.into())
    }
}
