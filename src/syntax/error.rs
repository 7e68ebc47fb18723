//! From pest's errors to diagnostics in the user's words.

use pest::error::{Error, ErrorVariant, InputLocation};

use super::{
    grammar::{OPERATOR, Rule, VALUE, words},
    scan::{Token, is_reserved},
};
use crate::{
    diagnostic::{Code, Diagnostic},
    span::Span,
};

/// What pest met where no rule goes on, said with the token that stands there.
///
/// `base` is where the parsed part begins in `text`, and `tokens` are those of the part.
pub(super) fn from_pest(
    error: &Error<Rule>,
    source: u32,
    text: &str,
    base: u32,
    tokens: &[Token],
) -> Diagnostic {
    let at = base
        + match error.location {
            InputLocation::Pos(at) | InputLocation::Span((at, _)) => {
                u32::try_from(at).unwrap_or(u32::MAX - base)
            }
        };
    // The scanner's tokens may be longer than pest's: the error then is inside of one.
    let token = tokens.iter().find(|token| token.end > at);
    let end = tokens.last().map_or(base, |token| token.end);
    let (span, found) = match token {
        Some(token) => (token.span(source), found(token.text(text))),
        None => (
            Span::new(source, end, end),
            "the end of the definition".to_owned(),
        ),
    };
    let expected = match &error.variant {
        ErrorVariant::ParsingError { positives, .. } => expected(positives),
        // pest's own guard of the stack; the limits of this crate come first on common stacks.
        ErrorVariant::CustomError { .. } => {
            return Diagnostic::new(Code::Limit, "nested too deeply for the stack of this thread")
                .label(span, "the limit is reached here");
        }
    };
    let expected = if expected.is_empty() {
        "something else".to_owned()
    } else {
        list(&expected)
    };
    let reserved = token
        .map(|token| token.text(text))
        .filter(|word| is_reserved(word) && expected.contains("a name"));
    Diagnostic::new(Code::Syntax, format!("expected {expected}, found {found}"))
        .label(span, "unexpected")
        .help(reserved.map(|word| {
            format!("`{word}` is a reserved word; a name like it stands in backticks: `` `{word}` ``")
        }))
}

/// A token in a message.
pub(super) fn found(token: &str) -> String {
    if token.contains('`') {
        format!("`` {token} ``")
    } else {
        format!("`{token}`")
    }
}

/// The words for the rules that could go on, the general ones in place of the many that they cover.
fn expected(rules: &[Rule]) -> Vec<&'static str> {
    let mut all: Vec<&'static str> = Vec::new();
    for word in rules.iter().filter_map(|rule| words(*rule)) {
        if !all.contains(&word) {
            all.push(word);
        }
    }
    if all.contains(&VALUE) {
        all.retain(|it| {
            ![
                "a text in quotes",
                "a name",
                "a whole number",
                "a duration such as `30 days`",
            ]
            .contains(it)
        });
    }
    let rank = |word: &&str| match *word {
        VALUE => 0,
        "`and`" => 1,
        "`or`" => 2,
        OPERATOR => 3,
        "the end of the definition" => 9,
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
