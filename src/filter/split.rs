//! The parts of a text.

use std::str;

/// The parts between separators, without the empty ones at the end. A blank as separator stands for white space of any
/// length; no separator at all gives the letters.
pub(crate) fn split<'t>(text: &'t str, separator: &'t str) -> Parts<'t> {
    match separator {
        "" => Parts::Letters(text, text.char_indices()),
        " " => Parts::Words(text.split_ascii_whitespace()),
        separator => match text.trim_end_matches(separator) {
            "" => Parts::None,
            text => Parts::Between(text.split(separator)),
        },
    }
}

#[derive(Clone, Debug)]
pub(crate) enum Parts<'t> {
    Letters(&'t str, str::CharIndices<'t>),
    Words(str::SplitAsciiWhitespace<'t>),
    Between(str::Split<'t, &'t str>),
    None,
}

impl<'t> Iterator for Parts<'t> {
    type Item = &'t str;

    fn next(&mut self) -> Option<&'t str> {
        match self {
            Self::Letters(text, letters) => {
                let (at, letter) = letters.next()?;
                text.get(at..at + letter.len_utf8())
            }
            Self::Words(words) => words.next(),
            Self::Between(parts) => parts.next(),
            Self::None => None,
        }
    }
}
