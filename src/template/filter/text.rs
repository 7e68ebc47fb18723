//! Filters on text, with the meaning that Liquid gives them.

use crate::value::text::lower;

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

/// At most `length` letters, the last of them `ellipsis` when something was cut off.
pub(crate) fn truncate(text: &str, length: usize, ellipsis: &str, out: &mut String) {
    // No text of at most `length` bytes has more letters than that.
    if text.len() <= length || text.chars().nth(length).is_none() {
        out.push_str(text);
        return;
    }
    let kept = length.saturating_sub(ellipsis.chars().count());
    let end = text.char_indices().nth(kept).map_or(text.len(), |(at, _)| at);
    out.push_str(&text[..end]);
    out.push_str(ellipsis);
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
        let cut = |length, ellipsis: &str| given(|text, out| truncate(text, length, ellipsis, out), text);
        assert_eq!(cut(20, "..."), "Ground control to...");
        assert_eq!(cut(25, ", and so on"), "Ground control, and so on");
        assert_eq!(cut(20, ""), "Ground control to Ma");
        assert_eq!(cut(28, "..."), text);
        assert_eq!(cut(27, "..."), "Ground control to Major ...");
        assert_eq!(cut(2, "..."), "...");
        let accents = given(|text, out| truncate(text, 4, "…", out), "ñññññ");
        assert_eq!(accents, "ñññ…");
    }
}
