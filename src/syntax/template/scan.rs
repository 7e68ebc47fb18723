//! A template as a row of pieces: text, placeholders and tags.
//!
//! Only `{{` and `{%` begin something, so `}}` and `%}` elsewhere are text, as in `max-width:100%}`. Splitting here keeps an
//! error in one tag from hiding those of the others.

use std::ops::Range;

use memchr::memchr2_iter;

use super::Delimiters;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Piece {
    pub(super) kind: PieceKind,
    /// With its delimiters.
    pub(super) range: Range<usize>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum PieceKind {
    /// The range is what `-` left of it.
    Text,
    /// Text between `{% raw %}` and its end.
    Raw,
    /// What stands between the delimiters.
    Output(Range<usize>),
    Tag {
        /// The first word.
        name: Range<usize>,
        /// What follows it.
        rest: Range<usize>,
    },
    /// A `{{` or `{%` that nothing closes. Where something on its line looks like its end, that is the `mark`, and what it
    /// would be follows if it is a tag; else the text goes on after it.
    Unclosed {
        close: String,
        mark: Option<Range<usize>>,
        is_tag: bool,
    },
    /// A `{% comment %}` or `{% raw %}` without its end.
    Endless { word: &'static str },
}

/// Splits a template.
pub(super) fn pieces(text: &str, delimiters: &Delimiters) -> Vec<Piece> {
    let mut scanner = Scanner {
        text,
        delimiters,
        at: 0,
        text_start: 0,
        strip_next: false,
        pieces: Vec::new(),
        quotes_end: [0; 2],
        endless: false,
        patience: 8 * text.len() + 1024,
    };
    let first = |marks: &[Box<str>; 2]| marks[0].bytes().next().unwrap_or(b'{');
    let (output, tag) = (first(&delimiters.output), first(&delimiters.tag));
    for start in memchr2_iter(output, tag, text.as_bytes()) {
        if start >= scanner.at {
            scanner.mark(start);
        }
    }
    scanner.push_text(text.len(), false);
    scanner.pieces
}

struct Scanner<'t> {
    text: &'t str,
    delimiters: &'t Delimiters,
    /// Where the next piece may begin.
    at: usize,
    /// Where the text in front of it begins.
    text_start: usize,
    /// The piece before ended with a `-`.
    strip_next: bool,
    pieces: Vec<Piece>,
    /// For `"` and `'`: up to where no closing one will be found, so that no line is searched twice.
    quotes_end: [usize; 2],
    /// No end of a block of plain text is left.
    endless: bool,
    /// How far texts in quotes are followed; less after each tag without an end, as one text could hide it from many.
    patience: usize,
}

impl Scanner<'_> {
    fn mark(&mut self, start: usize) {
        let bytes = self.text.as_bytes();
        let Some((open, close, is_tag)) = self.delimiters.at(&bytes[start..]) else {
            return;
        };
        let begin = start + open.len();
        let strip_before = self.byte(begin) == Some(b'-');
        let inner = begin + usize::from(strip_before);
        self.push_text(start, strip_before);
        let is_note = is_tag && self.text[inner..].trim_start().starts_with('#');
        let end = if is_note {
            self.end_of_note(inner)
        } else {
            self.end(inner, close)
        };
        let Some(end) = end else {
            return self.unclosed(start..begin, close, is_tag && !is_note, is_tag);
        };
        let strip_after = end > inner && self.byte(end - 1) == Some(b'-');
        let inner = inner..end - usize::from(strip_after);
        let range = start..end + close.len();
        if is_note {
            self.go_on(range.end, strip_after);
        } else if is_tag {
            self.tag(range, inner, strip_after);
        } else {
            self.push(PieceKind::Output(inner), range.clone());
            self.go_on(range.end, strip_after);
        }
    }

    /// Something that nothing closes, and how it goes on.
    fn unclosed(&mut self, open: Range<usize>, close: &str, is_read: bool, is_tag: bool) {
        let mark = self.nearly_closed(open.end, close);
        let kind = PieceKind::Unclosed {
            close: close.to_owned(),
            mark: mark.clone(),
            is_tag,
        };
        self.push(kind, open.clone());
        match mark {
            Some(mark) if is_read => self.tag(open.start..mark.end, open.end..mark.start, false),
            Some(mark) => self.go_on(mark.end, false),
            None => self.go_on(open.end, false),
        }
    }

    /// What stands on the line in the place of the closing mark: `}`, `} }` or `}}` for `%}`, and the like.
    fn nearly_closed(&self, from: usize, close: &str) -> Option<Range<usize>> {
        let bytes = self.text.as_bytes();
        let last = *close.as_bytes().last()?;
        let other = [&self.delimiters.output[1], &self.delimiters.tag[1]]
            .into_iter()
            .find(|it| &***it != close)?;
        let mut at = from;
        loop {
            match bytes.get(at)? {
                b'\n' => return None,
                byte if *byte == last => break,
                _ if self.delimiters.at(&bytes[at..]).is_some() => return None,
                _ => at += 1,
            }
        }
        let before = self.text[from..at].trim_end_matches(' ');
        let stem = &close[..close.len() - 1];
        let start = if before.ends_with(stem) {
            from + before.len() - stem.len()
        } else if self.text[from..=at].ends_with(&**other) {
            at + 1 - other.len()
        } else {
            at
        };
        let rest = &self.text[at + 1..];
        let blanks = rest.len() - rest.trim_start_matches(' ').len();
        let again = start == at && bytes.get(at + 1 + blanks) == Some(&last);
        Some(start..if again { at + 2 + blanks } else { at + 1 })
    }

    fn tag(&mut self, range: Range<usize>, inner: Range<usize>, strip_after: bool) {
        let written = &self.text[inner.clone()];
        let name_start = inner.start + (written.len() - written.trim_start().len());
        let name = &self.text[name_start..inner.end];
        let length = name
            .find(|letter: char| !letter.is_alphanumeric() && letter != '_')
            .unwrap_or(name.len());
        let name = name_start..name_start + length;
        let word = &self.text[name.clone()];
        match word {
            "comment" => return self.block("comment", "endcomment", range),
            "raw" => return self.block("raw", "endraw", range),
            _ => {}
        }
        let rest = name.end..inner.end;
        self.push(PieceKind::Tag { name, rest }, range.clone());
        self.go_on(range.end, strip_after);
    }

    /// A block whose content is no template; comments nest, and what is raw is text.
    fn block(&mut self, open: &'static str, close: &str, opening: Range<usize>) {
        let [mark, end_mark] = &self.delimiters.tag;
        let raw = open == "raw";
        let mut depth = 1;
        let mut at = opening.end;
        while let Some(found) = self.text[at..].find(&**mark).filter(|_| !self.endless) {
            let tag = at + found;
            let start = tag + mark.len();
            let rest = self.text[start..].trim_start_matches('-').trim_start();
            let word_end = rest
                .find(|letter: char| !letter.is_alphanumeric())
                .unwrap_or(rest.len());
            let word = &rest[..word_end];
            let is_end = word == close;
            if !is_end && (raw || word != open) {
                at = start;
                continue;
            }
            let Some(end) = rest.find(&**end_mark) else { break };
            let strip_after = end > 0 && rest.as_bytes()[end - 1] == b'-';
            at = self.text.len() - rest.len() + end + end_mark.len();
            depth = if is_end { depth - 1 } else { depth + 1 };
            if depth == 0 {
                if raw && opening.end < tag {
                    self.push(PieceKind::Raw, opening.end..tag);
                }
                return self.go_on(at, strip_after);
            }
        }
        self.endless = true;
        self.push(PieceKind::Endless { word: open }, opening.clone());
        self.go_on(opening.end, false);
    }

    fn end_of_note(&mut self, from: usize) -> Option<usize> {
        if self.endless {
            return None;
        }
        let end = self.text[from..].find(&*self.delimiters.tag[1]);
        self.endless = end.is_none();
        end.map(|at| from + at)
    }

    /// Where the closing delimiter stands; `None` when another tag begins before it. Texts in quotes are skipped, unless
    /// they are not closed as they should and nothing is found behind them.
    fn end(&mut self, from: usize, close: &str) -> Option<usize> {
        let found = self.end_outside(from, close, true);
        if let Some(end) = found {
            return Some(end);
        }
        let end = self.end_outside(from, close, false);
        self.patience = (self.patience / 2).max(512);
        end
    }

    fn end_outside(&mut self, from: usize, close: &str, skip_texts: bool) -> Option<usize> {
        let bytes = self.text.as_bytes();
        let mut at = from;
        while let Some(&byte) = bytes.get(at) {
            match byte {
                _ if skip_texts && at - from > self.patience => return None,
                b'"' | b'\'' if skip_texts => at = self.end_of_text(at, byte),
                _ if self.delimiters.at(&bytes[at..]).is_some() => return None,
                _ if bytes[at..].starts_with(close.as_bytes()) => return Some(at),
                _ => {}
            }
            at += 1;
        }
        None
    }

    /// The closing quote of a text on its line; the opening one when there is none.
    fn end_of_text(&mut self, start: usize, quote: u8) -> usize {
        let known = usize::from(quote == b'\'');
        if start < self.quotes_end[known] {
            return start;
        }
        let bytes = self.text.as_bytes();
        let mut at = start + 1;
        while let Some(&byte) = bytes.get(at) {
            match byte {
                b'\n' => break,
                b'\\' => at += 1,
                _ if byte == quote => return at,
                _ => {}
            }
            at += 1;
        }
        self.quotes_end[known] = at;
        start
    }

    fn push_text(&mut self, end: usize, strip_end: bool) {
        let mut range = self.text_start..end.max(self.text_start);
        if self.strip_next {
            range.start = range.end - self.text[range.clone()].trim_start_matches(is_blank).len();
        }
        if strip_end {
            range.end = range.start + self.text[range.clone()].trim_end_matches(is_blank).len();
        }
        if !range.is_empty() {
            self.push(PieceKind::Text, range);
        }
    }

    fn push(&mut self, kind: PieceKind, range: Range<usize>) {
        self.pieces.push(Piece { kind, range });
    }

    fn go_on(&mut self, at: usize, strip_next: bool) {
        self.at = at;
        self.text_start = at;
        self.strip_next = strip_next;
    }

    fn byte(&self, at: usize) -> Option<u8> {
        self.text.as_bytes().get(at).copied()
    }
}

/// What `-` strips, as Liquid does.
fn is_blank(letter: char) -> bool {
    matches!(letter, ' ' | '\t' | '\n' | '\r' | '\u{b}' | '\u{c}' | '\0')
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each piece as a letter and its text.
    fn shown(template: &str) -> Vec<String> {
        let piece = |piece: Piece| {
            let (letter, range) = match piece.kind {
                PieceKind::Text | PieceKind::Raw => ('t', piece.range),
                PieceKind::Output(inner) => ('o', inner),
                PieceKind::Tag { name, rest } => {
                    return format!("%{}|{}", &template[name], template[rest].trim());
                }
                PieceKind::Unclosed { .. } => ('!', piece.range),
                PieceKind::Endless { .. } => ('e', piece.range),
            };
            format!("{letter}{}", &template[range])
        };
        pieces(template, &Delimiters::default())
            .into_iter()
            .map(piece)
            .collect()
    }

    #[test]
    fn templates_are_split_where_something_begins() {
        for (template, expected) in [
            ("", &[][..]),
            ("a } }} %} { b", &["ta } }} %} { b"]),
            ("a{{ x }}b", &["ta", "o x ", "tb"]),
            ("{{x}}{% if y %}", &["ox", "%if|y"]),
            ("{%if y%}", &["%if|y"]),
            ("a \n {{- x -}} \t b", &["ta", "o x ", "tb"]),
            ("a {%- if x -%} b", &["ta", "%if|x", "tb"]),
            (" {{- x }} b", &["o x ", "t b"]),
            ("{{ \"}}\" }}", &["o \"}}\" "]),
            ("{{ '\\'}}' }}", &["o '\\'}}' "]),
            ("{{ it's }} 'b'", &["o it's ", "t 'b'"]),
            ("{{ a {{ b }}", &["!{{", "t a ", "o b "]),
            ("{% if a <p>", &["!{%", "t if a <p>"]),
            ("a{% # it's a note %}b", &["ta", "tb"]),
            ("a {%- # note -%} b", &["ta", "tb"]),
            (
                "a{% comment %} {{ x }} {% comment %}{% endcomment %} {% endcomment -%} b",
                &["ta", "tb"],
            ),
            ("a{% comment %} b", &["ta", "e{% comment %}", "t b"]),
            ("{% raw %}{{ x }}{% endraw %}b", &["t{{ x }}", "tb"]),
            (
                "a {%- raw -%} {{ x }} {%- endraw -%} b",
                &["ta", "t {{ x }} ", "tb"],
            ),
            ("{% raw %}{% endraw %}b", &["tb"]),
            ("{%%}", &["%|"]),
            ("{{}}", &["o"]),
            ("{{-}}", &["o"]),
            ("{", &["t{"]),
            ("{{", &["!{{"]),
            ("é{{ñ}}é", &["té", "oñ", "té"]),
        ] {
            assert_eq!(shown(template), expected, "{template}");
        }
    }

    #[test]
    fn hostile_texts_take_linear_time() {
        for template in [
            "{{ '\\' ".repeat(200_000),
            "{{".repeat(400_000),
            "{%comment%}".repeat(100_000),
            "{{'".repeat(300_000),
            "{%#".repeat(300_000),
            "{{\"{{'".repeat(200_000),
        ] {
            let start = std::time::Instant::now();
            assert!(!pieces(&template, &Delimiters::default()).is_empty());
            assert!(start.elapsed().as_secs() < 5, "{}", &template[..20]);
        }
    }
}
