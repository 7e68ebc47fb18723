//! Text that is copied into messages as it is, and how it is copied fast.
//!
//! From some kilobytes on, C libraries copy in a way that takes long to begin, so long texts are copied piece by piece. Short ones
//! are over before a library has found out how long they are, so as many bytes are copied as a compiler has instructions for, and
//! those too many are cut off again.

const LONGEST: usize = 1024;
const SHORTEST: usize = 32;

/// A text of a template.
#[derive(Debug, Default)]
pub(super) struct Literal {
    /// Filled up with blanks when it is short.
    text: Box<str>,
    blanks: usize,
}

impl Literal {
    pub(super) fn new(text: &str) -> Self {
        let blanks = match text.len() {
            0 => 0,
            length => SHORTEST.saturating_sub(length),
        };
        Self {
            text: [text, &" ".repeat(blanks)].concat().into(),
            blanks,
        }
    }

    pub(super) fn as_str(&self) -> &str {
        &self.text[..self.text.len() - self.blanks]
    }

    #[inline]
    pub(super) fn push_to(&self, out: &mut String) {
        if self.text.len() == SHORTEST {
            out.push_str(&self.text);
            out.truncate(out.len() - self.blanks);
        } else {
            out.push_str(&self.text);
        }
    }
}

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
    fn short_texts_are_copied_without_their_blanks() {
        let mut out = String::from("x");
        let texts = [
            "",
            "a",
            " é ",
            &"b".repeat(SHORTEST - 2),
            &"é".repeat(SHORTEST / 2),
            &"c".repeat(SHORTEST + 1),
        ];
        for text in texts {
            let literal = Literal::new(text);
            assert_eq!(literal.as_str(), text);
            let before = out.clone();
            literal.push_to(&mut out);
            assert_eq!(out, before + text);
        }
    }

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
