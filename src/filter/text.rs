//! Filters on text, with the meaning that Liquid gives them.

use super::{Draft, Made, html};
use crate::{
    hir::template::TextFilter,
    value::{
        ValueRef,
        text::{lower, upper},
    },
};

pub(super) fn apply<'a>(
    filter: TextFilter,
    text: &'a str,
    arguments: &[ValueRef<'a>],
    draft: &mut Draft,
) -> Made<'a> {
    use ValueRef::{Int, Text};
    match (filter, arguments) {
        (TextFilter::Upcase, _) => upper(text, draft.buffer()),
        (TextFilter::Downcase, _) => lower(text, draft.buffer()),
        (TextFilter::Capitalize, _) => capitalize(text, draft.buffer()),
        (TextFilter::Escape, _) => html::escape(text, draft.buffer()),
        (TextFilter::EscapeOnce, _) => html::escape_once(text, draft.buffer()),
        (TextFilter::StripHtml, _) => html::strip(text, draft.buffer()),
        (TextFilter::StripNewlines, _) => {
            let mut lines = text.split('\n').peekable();
            while let Some(line) = lines.next() {
                let ends = lines.peek().is_some();
                draft.push_str(if ends {
                    line.strip_suffix('\r').unwrap_or(line)
                } else {
                    line
                });
            }
        }
        (TextFilter::NewlineToBr, _) => html::line_breaks(text, |part| draft.push_str(part)),
        (TextFilter::LineBreaks, _) => {
            html::line_breaks(text, |part| match part {
                "<br />\n" => draft.push_str(part),
                line => html::escape(line, draft.buffer()),
            });
        }
        (TextFilter::Strip, _) => return Made::Text(text.trim()),
        (TextFilter::StripLeft, _) => return Made::Text(text.trim_start()),
        (TextFilter::StripRight, _) => return Made::Text(text.trim_end()),
        (TextFilter::Append, [Text(more)]) => {
            draft.push_str(text);
            draft.push_str(more);
        }
        (TextFilter::Prepend, [Text(more)]) => {
            draft.push_str(more);
            draft.push_str(text);
        }
        (TextFilter::Replace, [Text(from), Text(to)]) => replace(text, from, to, draft),
        (TextFilter::ReplaceFirst, [Text(from), Text(to)]) => {
            return replace_at(text, text.find(from), from, to, draft);
        }
        (TextFilter::ReplaceLast, [Text(from), Text(to)]) => {
            return replace_at(text, text.rfind(from), from, to, draft);
        }
        (TextFilter::Fill, named) => fill(text, named, draft),
        (TextFilter::Slice, [Int(offset), Int(length)]) => return Made::Text(slice(text, *offset, *length)),
        (TextFilter::Truncate, [Int(length), Text(mark)]) => match kept(text, *length, mark) {
            None => return Made::Text(text),
            Some(kept) => {
                draft.push_str(kept);
                draft.push_str(mark);
            }
        },
        (TextFilter::TruncateWords, [Int(words), Text(mark)]) => {
            if !has_more_words(text, *words) {
                return Made::Text(text);
            }
            let count = usize::try_from(*words).unwrap_or(0).max(1);
            for (index, word) in text.split_ascii_whitespace().take(count).enumerate() {
                draft.push_str(if index > 0 { " " } else { "" });
                draft.push_str(word);
            }
            draft.push_str(mark);
        }
        // The checker has seen to the arguments, and `split` gives a list.
        (
            TextFilter::Append
            | TextFilter::Prepend
            | TextFilter::Replace
            | TextFilter::ReplaceFirst
            | TextFilter::ReplaceLast
            | TextFilter::Slice
            | TextFilter::Truncate
            | TextFilter::TruncateWords
            | TextFilter::Split,
            _,
        ) => return Made::Missing,
    }
    Made::Written
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

/// Where a slice of something with so many parts begins and ends; nothing when it lies outside. A negative offset counts
/// from the end.
pub(crate) fn range(count: usize, offset: i64, length: i64) -> Option<(usize, usize)> {
    let start = if offset < 0 {
        count.checked_sub(usize::try_from(offset.unsigned_abs()).ok()?)?
    } else {
        usize::try_from(offset).ok().filter(|it| *it <= count)?
    };
    let length = usize::try_from(length).ok()?;
    Some((start, start.saturating_add(length).min(count)))
}

fn slice(text: &str, offset: i64, length: i64) -> &str {
    // From the start, the number of letters need not be known.
    let count = if offset < 0 {
        text.chars().count()
    } else {
        text.len()
    };
    let Some((start, end)) = range(count, offset, length) else {
        return "";
    };
    let mut places = text.char_indices().map(|(at, _)| at);
    let Some(from) = places.nth(start) else {
        return "";
    };
    let to = match (end - start).checked_sub(1) {
        Some(more) => places.nth(more).unwrap_or(text.len()),
        None => from,
    };
    text.get(from..to).unwrap_or_default()
}

/// What is left of a text that has more than `length` letters, when `ellipsis` is the last of them.
fn kept<'t>(text: &'t str, length: i64, ellipsis: &str) -> Option<&'t str> {
    let length = usize::try_from(length.max(0)).unwrap_or(usize::MAX);
    // No text of at most `length` bytes has more letters than that.
    if text.len() <= length || text.chars().nth(length).is_none() {
        return None;
    }
    let kept = length.saturating_sub(ellipsis.chars().count());
    let end = text.char_indices().nth(kept).map_or(text.len(), |(at, _)| at);
    Some(&text[..end])
}

/// Whether something stands behind so many words and the white space after them.
fn has_more_words(text: &str, words: i64) -> bool {
    let mut rest = text.trim_ascii_start();
    for _ in 0..words.max(1) {
        match rest.find(|it: char| it.is_ascii_whitespace()) {
            Some(end) => rest = rest[end..].trim_ascii_start(),
            None => return false,
        }
    }
    true
}

/// Puts values in the places of a text, `{name}`: after each name comes its value.
fn fill(text: &str, named: &[ValueRef<'_>], draft: &mut Draft) {
    let mut rest = text;
    while let Some((before, place)) = rest.split_once('{') {
        draft.push_str(before);
        let found = place.split_once('}').and_then(|(name, after)| {
            let value = named.chunks_exact(2).find_map(|pair| match pair {
                [ValueRef::Text(known), ValueRef::Text(value)] if *known == name => Some(*value),
                _ => None,
            });
            Some((value?, after))
        });
        let (value, after) = found.unwrap_or(("{", place));
        draft.push_str(value);
        rest = after;
    }
    draft.push_str(rest);
}

/// Every `from` becomes `to`; an empty one stands before every letter and at the end.
fn replace(text: &str, from: &str, to: &str, draft: &mut Draft) {
    let mut done = 0;
    for (at, found) in text.match_indices(from) {
        draft.push_str(&text[done..at]);
        draft.push_str(to);
        done = at + found.len();
        if draft.is_full() {
            return;
        }
    }
    draft.push_str(&text[done..]);
}

fn replace_at<'a>(text: &'a str, at: Option<usize>, from: &str, to: &str, draft: &mut Draft) -> Made<'a> {
    let Some(at) = at else {
        return Made::Text(text);
    };
    draft.push_str(&text[..at]);
    draft.push_str(to);
    draft.push_str(&text[at + from.len()..]);
    Made::Written
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(filter: impl Fn(&str, &mut String), text: &str) -> String {
        let mut out = String::new();
        filter(text, &mut out);
        out
    }

    fn made(filter: TextFilter, text: &str, arguments: &[ValueRef<'_>]) -> String {
        let mut draft = Draft::new(String::new(), 1000);
        match apply(filter, text, arguments, &mut draft) {
            Made::Missing => "missing".to_owned(),
            Made::Text(text) => text.to_owned(),
            Made::Written => draft.into_buffer(),
        }
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
        let cut = |length, mark| {
            made(
                TextFilter::Truncate,
                text,
                &[ValueRef::Int(length), ValueRef::Text(mark)],
            )
        };
        assert_eq!(cut(20, "..."), "Ground control to...");
        assert_eq!(cut(25, ", and so on"), "Ground control, and so on");
        assert_eq!(cut(20, ""), "Ground control to Ma");
        assert_eq!(cut(28, "..."), text);
        assert_eq!(cut(27, "..."), "Ground control to Major ...");
        assert_eq!(cut(2, "..."), "...");
        assert_eq!(cut(0, "..."), "...");
        assert_eq!(cut(-5, "…"), "…");
        assert_eq!(kept("ñññññ", 4, "…"), Some("ñññ"));
    }

    #[test]
    fn words_are_counted_as_in_ruby() {
        let cut = |text, words| {
            made(
                TextFilter::TruncateWords,
                text,
                &[ValueRef::Int(words), ValueRef::Text("...")],
            )
        };
        let text = "Ground control to Major Tom.";
        assert_eq!(cut(text, 3), "Ground control to...");
        assert_eq!(cut(text, 5), text);
        assert_eq!(cut(text, 0), "Ground...");
        assert_eq!(cut(text, -3), "Ground...");
        assert_eq!(cut("  one\n two  three ", 2), "one two...");
        assert_eq!(cut(" one two", 2), " one two");
        assert_eq!(cut("one two ", 2), "one two...");
        assert_eq!(cut("", 2), "");
    }

    #[test]
    fn slices_count_letters() {
        for (offset, length, expected) in [
            (0, 1, "L"),
            (2, 1, "q"),
            (2, 5, "quid"),
            (-3, 2, "ui"),
            (-3, 9, "uid"),
            (5, 1, "d"),
            (6, 1, ""),
            (7, 1, ""),
            (-7, 3, ""),
            (0, 0, ""),
            (0, -1, ""),
            (i64::MIN, 1, ""),
            (i64::MAX, i64::MAX, ""),
        ] {
            assert_eq!(slice("Liquid", offset, length), expected, "{offset} {length}");
        }
        assert_eq!(slice("ñandú", 0, 2), "ña");
        assert_eq!(slice("ñandú", -1, 1), "ú");
        assert_eq!(slice("ñ", 1, 1), "");
        assert_eq!(slice("", 0, 1), "");
    }

    #[test]
    fn parts_of_texts_are_replaced() {
        let of = |filter, text, from, to| made(filter, text, &[ValueRef::Text(from), ValueRef::Text(to)]);
        let text = "Take my protein pills and put my helmet on";
        assert_eq!(
            of(TextFilter::Replace, text, "my", "your"),
            "Take your protein pills and put your helmet on"
        );
        assert_eq!(
            of(TextFilter::ReplaceFirst, text, "my", "your"),
            "Take your protein pills and put my helmet on"
        );
        assert_eq!(
            of(TextFilter::ReplaceLast, text, "my", "your"),
            "Take my protein pills and put your helmet on"
        );
        assert_eq!(of(TextFilter::ReplaceLast, text, "nobody", "x"), text);
        assert_eq!(of(TextFilter::Replace, "ab", "", "-"), "-a-b-");
        assert_eq!(of(TextFilter::ReplaceFirst, "ab", "", "-"), "-ab");
        assert_eq!(of(TextFilter::ReplaceLast, "ab", "", "-"), "ab-");
        assert_eq!(made(TextFilter::StripNewlines, "\r\na\r\nb\rc\n", &[]), "ab\rc");
        assert_eq!(
            made(TextFilter::NewlineToBr, "a\r\n<b>\n", &[]),
            "a<br />\n<b><br />\n"
        );
        assert_eq!(
            made(TextFilter::LineBreaks, "a\r\n<b>\n", &[]),
            "a<br />\n&lt;b&gt;<br />\n"
        );
    }

    #[test]
    fn values_stand_in_their_places() {
        let named = ["name", "{b}", "b", "B"].map(ValueRef::Text);
        let of = |text| made(TextFilter::Fill, text, &named);
        assert_eq!(of("Hi {name}, {b}{b}!"), "Hi {b}, BB!");
        assert_eq!(of("{ {c} {name {{b}"), "{ {c} {name {B");
    }

    #[test]
    fn what_grows_too_long_is_cut_off() {
        let text = "a".repeat(900);
        let long = "b".repeat(900);
        let mut draft = Draft::new(String::new(), 1000);
        let arguments = [ValueRef::Text("a"), ValueRef::Text(&long)];
        apply(TextFilter::Replace, &text, &arguments, &mut draft);
        assert!(draft.is_full() && draft.as_str().len() == 900);
    }
}
