//! A first, cheap look at a text: its tokens and its comments.
//!
//! It knows texts, backticks, comments and brackets, and little else. `heads` finds with it where each definition
//! begins, and `limit` refuses what would be too deep or too long before pest sees it.

use std::borrow::Cow;

use crate::{
    diagnostic::{Code, Diagnostic},
    span::Span,
    syntax::ast::Comment,
};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TokenKind {
    Word,
    /// A name in backticks.
    QuotedName,
    Text,
    /// A text or quoted name that is not closed on its line.
    Unclosed,
    Number,
    Open,
    Close,
    /// Any other character; operators of two characters are two symbols.
    Symbol,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Token {
    pub(super) kind: TokenKind,
    pub(super) start: u32,
    pub(super) end: u32,
    /// Whether nothing but blanks stands before it on its line.
    pub(super) first_on_line: bool,
}

impl Token {
    pub(super) fn text(self, source: &str) -> &str {
        &source[self.start as usize..self.end as usize]
    }

    pub(super) fn span(self, source: u32) -> Span {
        Span::new(source, self.start, self.end)
    }

    /// Tells whether the token is that keyword, in any case.
    #[inline]
    pub(super) fn is(self, source: &str, word: &str) -> bool {
        self.kind == TokenKind::Word
            && (self.end - self.start) as usize == word.len()
            && self.text(source).eq_ignore_ascii_case(word)
    }
}

/// What a text consists of.
#[derive(Debug, Default)]
pub(super) struct Scan {
    pub(super) tokens: Vec<Token>,
    pub(super) comments: Vec<Comment>,
    /// Where a token or comment begins after a blank line.
    pub(super) blanks: Vec<u32>,
}

/// Reads the tokens and comments of `text`.
pub(super) fn scan(source: u32, text: &str) -> Scan {
    let mut scan = Scan::default();
    let mut newlines = 1;
    let mut at = 0;
    while let Some(first) = char_at(text, at) {
        if first.is_whitespace() || first == '\u{feff}' {
            newlines += usize::from(first == '\n');
            at += first.len_utf8();
            continue;
        }
        if newlines > 1 {
            scan.blanks.push(offset(at));
        }
        let rest = &text[at..];
        let (kind, len) = match first {
            '#' => {
                let line = rest.split('\n').next().unwrap_or(rest).trim_end();
                scan.comments.push(Comment {
                    span: Span::new(source, offset(at), offset(at + line.len())),
                    text: line[1..].to_owned(),
                    own_line: newlines > 0,
                });
                newlines = 0;
                at += line.len();
                continue;
            }
            '"' | '\'' => quoted_length(rest, TokenKind::Text),
            '`' => quoted_length(rest, TokenKind::QuotedName),
            '(' | '[' | '{' => (TokenKind::Open, 1),
            ')' | ']' | '}' => (TokenKind::Close, 1),
            '0'..='9' => (TokenKind::Number, number_length(rest.as_bytes())),
            _ if is_word(first) => (TokenKind::Word, word_length(rest)),
            _ => (TokenKind::Symbol, first.len_utf8()),
        };
        scan.tokens.push(Token {
            kind,
            start: offset(at),
            end: offset(at + len),
            first_on_line: newlines > 0,
        });
        newlines = 0;
        at += len;
    }
    scan
}

/// A part of a text that begins at `start`, with blanks in the place of its comments.
pub(super) fn without_comments<'t>(part: &'t str, start: u32, comments: &[Comment]) -> Cow<'t, str> {
    let end = start + offset(part.len());
    let first = comments.partition_point(|it| it.span.start < start);
    let inside = comments[first..].iter().take_while(|it| it.span.end <= end);
    let mut shown = String::new();
    for comment in inside {
        let [from, to] = [comment.span.start, comment.span.end].map(|at| (at - start) as usize);
        shown.push_str(&part[shown.len()..from]);
        shown.extend(std::iter::repeat_n(' ', to - from));
    }
    if shown.is_empty() {
        return Cow::Borrowed(part);
    }
    shown.push_str(&part[shown.len()..]);
    Cow::Owned(shown)
}

/// Offsets fit, as `limit` refuses longer sources first.
fn offset(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

/// The character that begins there.
fn char_at(text: &str, at: usize) -> Option<char> {
    match text.as_bytes().get(at) {
        Some(byte) if byte.is_ascii() => Some(char::from(*byte)),
        Some(_) => text[at..].chars().next(),
        None => None,
    }
}

fn is_word(c: char) -> bool {
    c == '_' || c.is_alphanumeric() || (!c.is_ascii() && pest::unicode::XID_CONTINUE(c))
}

fn word_length(rest: &str) -> usize {
    let mut at = 0;
    loop {
        let ascii = rest.as_bytes()[at..].iter();
        at += ascii
            .take_while(|byte| **byte == b'_' || byte.is_ascii_alphanumeric())
            .count();
        match char_at(rest, at) {
            Some(c) if !c.is_ascii() && is_word(c) => at += c.len_utf8(),
            _ => return at,
        }
    }
}

fn quoted_length(rest: &str, kind: TokenKind) -> (TokenKind, usize) {
    let bytes = rest.as_bytes();
    let quote = bytes[0];
    let mut at = 1;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            _ if byte == quote => return (kind, at + 1),
            b'\n' | b'\r' => break,
            b'\\' if quote != b'`' && !matches!(bytes.get(at + 1), None | Some(b'\n' | b'\r')) => at += 2,
            _ => at += 1,
        }
    }
    (TokenKind::Unclosed, at.min(bytes.len()))
}

/// The length of a number with what sticks to it, and of a whole date or datetime.
fn number_length(bytes: &[u8]) -> usize {
    let digits = |from: usize, count: usize| {
        bytes
            .get(from..from + count)
            .is_some_and(|it| it.iter().all(u8::is_ascii_digit))
    };
    let run = |from: usize, part: fn(u8) -> bool| {
        from + bytes[from..].iter().take_while(|byte| part(**byte)).count()
    };
    let is_date = digits(0, 4)
        && bytes.get(4) == Some(&b'-')
        && digits(5, 2)
        && bytes.get(7) == Some(&b'-')
        && digits(8, 2);
    if !is_date {
        return run(0, |byte| byte == b'_' || byte.is_ascii_alphanumeric());
    }
    if !matches!(bytes.get(10), Some(b'T' | b't')) {
        return 10;
    }
    let clock = run(11, |byte| byte.is_ascii_digit() || matches!(byte, b':' | b'.'));
    match bytes.get(clock) {
        Some(b'Z' | b'z') => clock + 1,
        Some(b'+' | b'-')
            if digits(clock + 1, 2) && bytes.get(clock + 3) == Some(&b':') && digits(clock + 4, 2) =>
        {
            clock + 6
        }
        _ => clock,
    }
}

const RESERVED: [&str; 20] = [
    "and", "or", "not", "in", "is", "where", "of", "any", "no", "all", "between", "case", "when", "then",
    "else", "end", "true", "false", "now", "today",
];

/// Tells whether the word needs backticks to be a name.
pub(super) fn is_reserved(word: &str) -> bool {
    RESERVED.iter().any(|it| it.eq_ignore_ascii_case(word))
}

/// Tells whether a name is written without backticks.
pub(crate) fn is_plain_name(name: &str) -> bool {
    let begins = |first: char| first == '_' || pest::unicode::XID_START(first);
    name.chars().next().is_some_and(begins)
        && name.chars().all(|c| c == '_' || pest::unicode::XID_CONTINUE(c))
        && !is_reserved(name)
}

/// A text or name that is not closed on its line.
pub(super) fn unclosed(source: u32, text: &str, token: Token) -> Diagnostic {
    let (what, mark) = match text.as_bytes()[token.start as usize] {
        b'`' => ("this name", "`` ` ``".to_owned()),
        quote => ("this text", format!("`{}`", char::from(quote))),
    };
    Diagnostic::new(Code::Syntax, format!("{what} is not closed")).label(
        token.span(source),
        format!("expected {mark} before the end of the line"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blanks_take_the_place_of_comments() {
        let text = "# before\na # one\n and # zwö\nb # after";
        let comments = scan(0, text).comments;
        let part = &text[9..text.len() - 8];
        assert_eq!(without_comments(part, 9, &comments), "a      \n and       \nb");
        assert!(matches!(without_comments("a", 9, &comments), Cow::Borrowed("a")));
    }
}
