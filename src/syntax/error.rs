//! From pest's errors to diagnostics in the user's words.

use pest::error::{Error, ErrorVariant, InputLocation};

use super::{
    expression::short,
    foreign,
    grammar::{self, Rule, words},
    scan::{Token, TokenKind, is_reserved},
};
use crate::{
    diagnostic::{Code, Diagnostic, suggest},
    span::Span,
};

/// What the end of a field is called.
pub(super) const END_OF_FIELD: &str = "the end of the field";

/// What pest was given: some tokens of a text.
pub(super) struct Part<'t> {
    pub(super) source: u32,
    /// The whole text, in which tokens have their places.
    pub(super) text: &'t str,
    pub(super) tokens: &'t [Token],
    /// What the end of the part is called.
    pub(super) end: &'static str,
}

impl Part<'_> {
    fn is(&self, index: Option<usize>, word: &str) -> bool {
        index
            .and_then(|it| self.tokens.get(it))
            .is_some_and(|it| it.text(self.text).eq_ignore_ascii_case(word))
    }

    /// The span of a token, or of the end.
    fn span(&self, index: usize) -> Span {
        let end = self.tokens.last().map_or(0, |token| token.end);
        self.tokens
            .get(index)
            .map_or(Span::new(self.source, end, end), |token| token.span(self.source))
    }

    fn found(&self, index: usize) -> String {
        match self.tokens.get(index) {
            Some(token) => found(token.text(self.text)),
            None => self.end.to_owned(),
        }
    }
}

/// What pest met where no rule goes on, said with the token that stands there.
pub(super) fn from_pest(error: &Error<Rule>, part: &Part<'_>) -> Diagnostic {
    let base = part.tokens.first().map_or(0, |token| token.start);
    let (InputLocation::Pos(offset) | InputLocation::Span((offset, _))) = error.location;
    let at = base + u32::try_from(offset).unwrap_or(u32::MAX - base);
    // Tokens may be longer than what pest reads at once: the error then is inside of one.
    let mut index = part.tokens.partition_point(|token| token.end <= at);
    let ErrorVariant::ParsingError { positives, .. } = &error.variant else {
        // pest guards the stack of its thread; on common stacks the limit of nesting comes first.
        return Diagnostic::new(Code::Limit, "nested too deeply for the stack of this thread")
            .label(part.span(index), "the limit is reached here");
    };
    if index == part.tokens.len()
        && let Some(open) = last_open(part)
    {
        return unclosed_bracket(part.source, part.text, open, part.tokens[index - 1]);
    }
    let before = index.checked_sub(1);
    let mut expected = expected(positives, part.end);
    if part.is(before, "last") || part.is(before, "next") {
        let wants_amount = positives.contains(&Rule::amount) || positives.contains(&Rule::int);
        if wants_amount
            && part
                .tokens
                .get(index)
                .is_some_and(|it| it.kind == TokenKind::Number)
        {
            expected = vec!["a unit such as `days`"];
            index += 1;
        } else if wants_amount {
            expected = vec!["a duration such as `30 days`"];
        }
    }
    let message = if expected.is_empty() {
        format!("unexpected {}", part.found(index))
    } else {
        format!("expected {}, found {}", list(&expected), part.found(index))
    };
    let label = if index < part.tokens.len() {
        "unexpected"
    } else {
        "something is missing here"
    };
    Diagnostic::new(Code::Syntax, message)
        .label(part.span(index), label)
        .help(help(part, index, &expected))
}

/// A bracket that is still open where its definition ends.
pub(super) fn unclosed_bracket(source: u32, text: &str, open: Token, last: Token) -> Diagnostic {
    let bracket = open.text(text);
    let closing = match bracket {
        "(" => ")",
        "[" => "]",
        _ => "}",
    };
    Diagnostic::new(Code::Syntax, format!("this `{bracket}` is not closed"))
        .label(open.span(source), "opened here")
        .label(
            Span::new(source, last.end, last.end),
            format!("expected `{closing}` here"),
        )
}

/// The innermost bracket that the tokens leave open.
fn last_open(part: &Part<'_>) -> Option<Token> {
    let mut open = Vec::new();
    for token in part.tokens {
        match token.kind {
            TokenKind::Open => open.push(*token),
            TokenKind::Close => drop(open.pop()),
            _ => {}
        }
    }
    open.pop()
}

/// A token in a message.
pub(super) fn found(token: &str) -> String {
    let token = short(token);
    if token.contains('`') {
        format!("`` {token} ``")
    } else {
        format!("`{token}`")
    }
}

/// How to mend what stands at a token where something else was expected.
fn help(part: &Part<'_>, index: usize, expected: &[&str]) -> Option<String> {
    let token = *part.tokens.get(index)?;
    let written = token.text(part.text);
    let wants = |words: &str| expected.contains(&words);
    let before = index.checked_sub(1);
    if let Some(help) = comment_near(part, index) {
        return Some(help.to_owned());
    }
    if token.kind == TokenKind::Word && part.is(Some(index + 1), ":") && wants(END_OF_FIELD) {
        return Some("fields end at a comma or a new line".to_owned());
    }
    if token.kind == TokenKind::Word && is_reserved(written) {
        if wants(grammar::NAME) || (wants(grammar::VALUE) && part.is(Some(index), "end")) {
            return Some(format!(
                "`{written}` is a reserved word; a name like it stands in backticks: `` `{written}` ``"
            ));
        }
        if wants(grammar::VALUE) && part.is(Some(index), "not") {
            return Some("put what is negated in parentheses, as in `(not …)`".to_owned());
        }
        return None;
    }
    if token.kind == TokenKind::Word && part.is(before, "segment") && part.is(index.checked_sub(2), "in") {
        return Some(format!(
            "`in segment {written}` is a condition of its own, without a value before it"
        ));
    }
    if token.kind == TokenKind::Number {
        return number(written);
    }
    if token.kind == TokenKind::Symbol && written == "." && part.is_digit_after(index) {
        return Some(format!("write `0.{}`", part.tokens[index + 1].text(part.text)));
    }
    if token.kind != TokenKind::Word {
        return foreign::symbol(written).map(str::to_owned);
    }
    let was = before
        .and_then(|it| part.tokens.get(it))
        .map_or("", |it| it.text(part.text));
    if (was.eq_ignore_ascii_case("if") || part.is(Some(index), "if")) && !wants(grammar::VALUE) {
        return Some("write `case when … then … else … end`".to_owned());
    }
    if wants(grammar::OPERATOR) || wants("`where`") {
        return suggest::did_you_mean(written, OPERATORS);
    }
    None
}

impl Part<'_> {
    fn is_digit_after(&self, index: usize) -> bool {
        self.tokens
            .get(index + 1)
            .is_some_and(|next| next.kind == TokenKind::Number && next.start == self.tokens[index].end)
    }
}

/// The mark of a comment of another language, on the line of a token and not after it.
fn comment_near(part: &Part<'_>, index: usize) -> Option<&'static str> {
    let mut at = index;
    loop {
        let token = part.tokens.get(at)?;
        if token.kind == TokenKind::Symbol
            && let Some(help) = foreign::comment(&part.text[token.start as usize..])
        {
            return Some(help);
        }
        if token.first_on_line || index - at > 20 {
            return None;
        }
        at = at.checked_sub(1)?;
    }
}

/// A number with letters after it.
fn number(written: &str) -> Option<String> {
    let digits = written.bytes().take_while(u8::is_ascii_digit).count();
    let (number, letters) = written.split_at(digits);
    super::literal::unit(letters).map(|_| format!("write `{number} {letters}`"))
}

/// Words with which an expression goes on after a value.
const OPERATORS: [&str; 22] = [
    "and",
    "or",
    "not",
    "is",
    "in",
    "where",
    "between",
    "contains",
    "starts",
    "ends",
    "matches",
    "before",
    "after",
    "since",
    "within",
    "anniversary",
    "today",
    "yesterday",
    "tomorrow",
    "ignoring",
    "followed",
    "then",
];

/// The words for the rules that could go on, the general ones in place of the many that they cover.
fn expected(rules: &[Rule], end: &'static str) -> Vec<&'static str> {
    let mut all: Vec<&'static str> = Vec::new();
    for rule in rules {
        let word = if *rule == Rule::EOI {
            Some(end)
        } else {
            words(*rule)
        };
        all.extend(word.filter(|it| !all.contains(it)));
    }
    if all.contains(&"`]`") {
        all.push("`,`");
    }
    if all.contains(&"`}`") && all.contains(&grammar::TEXT) {
        all.push("a comma");
    }
    let has = |word: &'static str| all.contains(&word);
    let mut dropped: Vec<&'static str> = Vec::new();
    if has(grammar::VALUE) {
        dropped.extend([
            grammar::TEXT,
            grammar::NAME,
            "a whole number",
            "a duration such as `30 days`",
        ]);
    }
    if has(grammar::OPERATOR) {
        dropped.extend(["`and`", "`or`", "a unit such as `days`", "`?`"]);
    }
    if has(grammar::TEST) {
        dropped.extend(["`within`", "a window such as `in last 30 days`"]);
    }
    all.retain(|it| !dropped.contains(it));
    // A name could also begin a call, and a number a duration: true, but hardly what is missing.
    if all.len() > 1 {
        all.retain(|it| !["`(`", "a unit such as `days`"].contains(it));
    }
    let rank = |word: &&str| match *word {
        grammar::VALUE => 0,
        grammar::OPERATOR => 1,
        "`)`" | "`]`" => 8,
        word if word == end => 9,
        _ => 4,
    };
    all.sort_by_key(rank);
    all
}

/// `a`, `a or b`, `a, b or c`.
fn list(words: &[&str]) -> String {
    match words {
        [] => String::new(),
        [only] => (*only).to_owned(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    }
}
