//! A first, cheap look at a text: its tokens, its comments, and where each definition begins.
//!
//! It knows texts, backticks, comments and brackets, and little else. Splitting the text here keeps an error in one
//! definition from hiding those of the others, and lets `limit` refuse what would be too deep or too long before pest
//! sees it.

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
}

impl Token {
    pub(super) fn text(self, source: &str) -> &str {
        &source[self.start as usize..self.end as usize]
    }

    pub(super) fn span(self, source: u32) -> Span {
        Span::new(source, self.start, self.end)
    }

    /// Tells whether the token is that keyword, in any case.
    pub(super) fn is(self, source: &str, word: &str) -> bool {
        self.kind == TokenKind::Word && self.text(source).eq_ignore_ascii_case(word)
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
    while let Some(first) = text[at..].chars().next() {
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
            _ if is_word(first) => (TokenKind::Word, rest.find(|c| !is_word(c)).unwrap_or(rest.len())),
            _ => (TokenKind::Symbol, first.len_utf8()),
        };
        newlines = 0;
        scan.tokens.push(Token {
            kind,
            start: offset(at),
            end: offset(at + len),
        });
        at += len;
    }
    scan
}

/// Offsets fit, as `limit` refuses longer sources first.
fn offset(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

fn is_word(c: char) -> bool {
    c == '_' || c.is_alphanumeric() || (!c.is_ascii() && pest::unicode::XID_CONTINUE(c))
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

/// What the keyword at the head of a definition announces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Head {
    Customer,
    Catalog,
    Event,
    Placement,
    Trait,
    Segment,
    /// Of the language, but not supported yet.
    Later(&'static str),
}

/// Keywords in the order of the manual; the rest of the table is [`Head::of`].
pub(super) const HEADS: [&str; 13] = [
    "customer",
    "catalog",
    "event",
    "placement",
    "trait",
    "segment",
    "message",
    "channel",
    "campaign",
    "offer",
    "list",
    "use",
    "test",
];

impl Head {
    fn of(word: &str) -> Option<Self> {
        let keyword = HEADS.iter().find(|it| it.eq_ignore_ascii_case(word))?;
        Some(match *keyword {
            "customer" => Self::Customer,
            "catalog" => Self::Catalog,
            "event" => Self::Event,
            "placement" => Self::Placement,
            "trait" => Self::Trait,
            "segment" => Self::Segment,
            later => Self::Later(later),
        })
    }
}

/// The tokens of one definition: those from its head up to the next.
#[derive(Debug)]
pub(super) struct Chunk<'t> {
    /// `None` for what stands before the first definition.
    pub(super) head: Option<Head>,
    pub(super) tokens: &'t [Token],
}

/// Splits the tokens where definitions begin.
pub(super) fn split<'t>(text: &str, tokens: &'t [Token]) -> Vec<Chunk<'t>> {
    let mut chunks = Vec::new();
    let mut current = (0, None);
    let mut depth = 0_usize;
    let mut at = 0;
    while at < tokens.len() {
        match tokens[at].kind {
            TokenKind::Open => depth += 1,
            TokenKind::Close => depth = depth.saturating_sub(1),
            _ => {}
        }
        if let Some(head) = head_at(text, tokens, at, depth) {
            if at > 0 {
                chunks.push(Chunk {
                    head: current.1,
                    tokens: &tokens[current.0..at],
                });
            }
            current = (at, Some(head));
            depth = 0;
            // What follows is the name, even where it is a keyword.
            at += usize::from(
                head != Head::Customer
                    && tokens
                        .get(at + 1)
                        .is_some_and(|next| next.kind == TokenKind::Word),
            );
        }
        at += 1;
    }
    if current.0 < tokens.len() {
        chunks.push(Chunk {
            head: current.1,
            tokens: &tokens[current.0..],
        });
    }
    chunks
}

/// Tells whether a definition begins at token `at`.
///
/// Keywords are free as names, so what surrounds the word decides. Surely a head is what reads `segment name =`, which
/// no expression contains; and between brackets, where an earlier bracket was left open, only that counts. Otherwise a
/// keyword before a name is a head where an expression could have ended.
fn head_at(text: &str, tokens: &[Token], at: usize, depth: usize) -> Option<Head> {
    let token = tokens[at];
    if token.kind != TokenKind::Word {
        return None;
    }
    let head = Head::of(token.text(text))?;
    let before = at.checked_sub(1).map(|index| tokens[index]);
    if before.is_some_and(|it| it.is(text, "in") || it.text(text) == ".") {
        return None;
    }
    let sure = is_sure(text, head, &tokens[at + 1..]);
    let next_is_name = tokens.get(at + 1).is_some_and(|next| match next.kind {
        TokenKind::QuotedName => true,
        TokenKind::Word => !is_reserved(next.text(text)),
        TokenKind::Text => head == Head::Later("test"),
        TokenKind::Open => head == Head::Customer && next.text(text) == "{",
        _ => false,
    });
    let likely = depth == 0 && next_is_name && may_end_expression(text, &tokens[..at]);
    (sure || likely).then_some(head)
}

fn is_sure(text: &str, head: Head, following: &[Token]) -> bool {
    let mut rest = following.iter().copied();
    let mut next = rest.next();
    let is = |token: Option<Token>, symbol: &str| token.is_some_and(|it| it.text(text) == symbol);
    if head == Head::Customer {
        return is(next, "{");
    }
    if !next.is_some_and(|it| match it.kind {
        TokenKind::QuotedName => true,
        TokenKind::Word => !is_reserved(it.text(text)),
        _ => false,
    }) {
        return false;
    }
    next = rest.next();
    if head == Head::Placement {
        return next.is_some_and(|it| it.is(text, "of"));
    }
    let is_text = |token: Option<Token>| token.is_some_and(|it| it.kind == TokenKind::Text);
    if is_text(next) {
        next = rest.next();
    }
    match head {
        Head::Catalog | Head::Event | Head::Later("channel") => is(next, "{"),
        Head::Segment | Head::Trait | Head::Later("list") => {
            if next.is_some_and(|it| it.is(text, "owner")) && is_text(rest.next()) {
                next = rest.next();
            }
            is(next, "=")
        }
        Head::Later("message" | "campaign" | "offer") => {
            is(next, "{") || next.is_some_and(|it| it.is(text, "for"))
        }
        _ => false,
    }
}

/// Tells whether an expression, a block or a description may end with these tokens.
fn may_end_expression(text: &str, tokens: &[Token]) -> bool {
    let Some((last, before)) = tokens.split_last() else {
        return true;
    };
    let is_one_of = |words: &[&str]| words.iter().any(|it| last.is(text, it));
    match last.kind {
        TokenKind::Word if is_one_of(&["case"]) => before.last().is_some_and(|it| it.is(text, "ignoring")),
        TokenKind::Word if is_reserved(last.text(text)) => {
            is_one_of(&["end", "true", "false", "now", "today"])
        }
        TokenKind::Word => !is_one_of(&OPERATORS),
        TokenKind::Symbol => last.text(text) == "%",
        TokenKind::Open => false,
        _ => true,
    }
}

/// Words after which an expression goes on, though they may also be names.
const OPERATORS: [&str; 9] = [
    "contains",
    "with",
    "matches",
    "before",
    "after",
    "since",
    "within",
    "anniversary",
    "segment",
];

const RESERVED: [&str; 20] = [
    "and", "or", "not", "in", "is", "where", "of", "any", "no", "all", "between", "case", "when", "then",
    "else", "end", "true", "false", "now", "today",
];

/// Tells whether the word needs backticks to be a name.
pub(super) fn is_reserved(word: &str) -> bool {
    RESERVED.iter().any(|it| it.eq_ignore_ascii_case(word))
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
