//! Filters on text, with the meaning that Liquid gives them.

use super::super::{
    arena::{Arena, Draft},
    escape,
    held::Held,
};
use crate::{
    hir::template::TextFilter,
    record::Row,
    value::{
        ValueRef,
        text::{lower, upper},
    },
};

/// Applies a filter; `show` writes an argument as text.
pub(in crate::template) fn apply<'a, R: Row<'a>>(
    filter: TextFilter,
    text: &'a str,
    arguments: &[ValueRef<'a>],
    show: impl Fn(ValueRef<'a>) -> &'a str,
    arena: &'a Arena,
) -> Held<'a, R> {
    let write = |write: &dyn Fn(&mut Draft)| Held::text(arena.write(write));
    match (filter, arguments) {
        (TextFilter::Upcase, _) => write(&|out| upper(text, out.buffer())),
        (TextFilter::Downcase, _) => write(&|out| lower(text, out.buffer())),
        (TextFilter::Capitalize, _) => write(&|out| capitalize(text, out.buffer())),
        (TextFilter::Escape, _) => write(&|out| escape::html(text, out.buffer())),
        (TextFilter::Truncate, [ValueRef::Int(length), ValueRef::Text(ellipsis)]) => {
            let length = usize::try_from(*length).unwrap_or(0);
            match kept(text, length, ellipsis) {
                None => Held::text(text),
                Some(kept) => write(&|out| {
                    out.push_str(kept);
                    out.push_str(ellipsis);
                }),
            }
        }
        (TextFilter::Append, [more]) => {
            let more = show(*more);
            write(&|out| {
                out.push_str(text);
                out.push_str(more);
            })
        }
        (TextFilter::Split, [separator]) => split(text, show(*separator), arena),
        // The checker has seen to the arguments.
        (TextFilter::Truncate | TextFilter::Append | TextFilter::Split, _) => Held::Missing,
    }
}

/// The first letter as at the start of a sentence, the others small.
pub(crate) fn capitalize(text: &str, out: &mut String) {
    let mut letters = text.chars();
    if let Some(first) = letters.next() {
        // `ß` is `SS` in capitals and `Ss` at the start of a word.
        let mut capital = first.to_uppercase();
        out.extend(capital.next());
        out.extend(capital.flat_map(char::to_lowercase));
        lower(letters.as_str(), out);
    }
}

/// What is left of a text that has more than `length` letters, when `ellipsis` is the last of them.
fn kept<'t>(text: &'t str, length: usize, ellipsis: &str) -> Option<&'t str> {
    // No text of at most `length` bytes has more letters than that.
    if text.len() <= length || text.chars().nth(length).is_none() {
        return None;
    }
    let kept = length.saturating_sub(ellipsis.chars().count());
    let end = text.char_indices().nth(kept).map_or(text.len(), |(at, _)| at);
    Some(&text[..end])
}

/// The parts between separators, without the empty ones at the end. A blank as separator stands for white space of any
/// length; no separator at all gives the letters.
fn split<'a, R: Row<'a>>(text: &'a str, separator: &str, arena: &'a Arena) -> Held<'a, R> {
    match separator {
        "" => Held::texts(
            text.char_indices().map(|(at, it)| &text[at..at + it.len_utf8()]),
            arena,
        ),
        " " => Held::texts(text.split_ascii_whitespace(), arena),
        separator => match text.trim_end_matches(separator) {
            "" => Held::List(&[]),
            text => Held::texts(text.split(separator), arena),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::text::upper;

    fn given(filter: impl Fn(&str, &mut String), text: &str) -> String {
        let mut out = String::new();
        filter(text, &mut out);
        out
    }

    #[test]
    fn letters_change_as_liquid_documents() {
        assert_eq!(given(upper, "Parker Moore"), "PARKER MOORE");
        assert_eq!(given(upper, "straße ñ"), "STRASSE Ñ");
        assert_eq!(given(lower, "Parker Moore"), "parker moore");
        assert_eq!(given(lower, "ΟΔΟΣ ΣΑΣ"), "οδος σας");
        assert_eq!(given(capitalize, "title"), "Title");
        assert_eq!(given(capitalize, "MY GREAT TITLE"), "My great title");
        assert_eq!(given(capitalize, "ßa ÉB"), "Ssa éb");
        assert_eq!(given(capitalize, ""), "");
    }

    #[test]
    fn long_text_is_cut_as_liquid_documents() {
        let text = "Ground control to Major Tom.";
        let cut = |length, ellipsis: &str| match kept(text, length, ellipsis) {
            Some(kept) => format!("{kept}{ellipsis}"),
            None => text.to_owned(),
        };
        assert_eq!(cut(20, "..."), "Ground control to...");
        assert_eq!(cut(25, ", and so on"), "Ground control, and so on");
        assert_eq!(cut(20, ""), "Ground control to Ma");
        assert_eq!(cut(28, "..."), text);
        assert_eq!(cut(27, "..."), "Ground control to Major ...");
        assert_eq!(cut(2, "..."), "...");
        assert_eq!(kept("ñññññ", 4, "…"), Some("ñññ"));
    }
}
