//! What filters make of one value, when a message is rendered and, of constants, when it is checked.

mod code;
mod draft;
pub(crate) mod html;
pub(crate) mod locale;
pub(crate) mod moment;
mod number;
mod split;
mod text;
mod utm;

pub(crate) use draft::Draft;
pub(crate) use number::{is_number, joined, number, of_text};
pub(crate) use split::split;
pub(crate) use text::range;

use crate::{
    hir::template::{CodeFilter, TextFilter},
    value::ValueRef,
};

/// What came out of a filter.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Made<'a> {
    Missing,
    /// A part of what went in, too.
    Text(&'a str),
    /// The text was written into the draft.
    Written,
}

/// Applies a filter to a text. Arguments are texts and whole numbers, as the filter's signature says.
pub(crate) fn text<'a>(
    filter: TextFilter,
    text: &'a str,
    arguments: &[ValueRef<'a>],
    draft: &mut Draft,
) -> Made<'a> {
    text::apply(filter, text, arguments, draft)
}

/// Applies a filter that writes a text in another code, or reads it.
pub(crate) fn code<'a>(
    filter: CodeFilter,
    text: &str,
    arguments: &[ValueRef<'a>],
    draft: &mut Draft,
) -> Made<'a> {
    code::apply(filter, text, arguments, draft)
}
