//! Long texts are copied piece by piece: from some kilobytes on, C libraries copy in a way that takes long to begin.

const LONGEST: usize = 1024;

/// The first piece of a text and the rest, which is empty when the text is short.
pub(super) fn split_piece(text: &str) -> (&str, &str) {
    let mut end = LONGEST.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.split_at(end)
}

/// Copies a text of any length.
#[inline]
pub(super) fn push_pieces(text: &str, out: &mut String) {
    let mut rest = text;
    while rest.len() > LONGEST {
        let (piece, after) = split_piece(rest);
        out.push_str(piece);
        rest = after;
    }
    out.push_str(rest);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_end_between_letters() {
        for text in [
            String::new(),
            "a".repeat(LONGEST),
            "é".repeat(3 * LONGEST) + "a",
            "a".to_owned() + &"é".repeat(LONGEST),
        ] {
            let mut out = String::new();
            push_pieces(&text, &mut out);
            assert_eq!(out, text);
            assert!(split_piece(&text).0.len() <= LONGEST);
        }
    }
}
