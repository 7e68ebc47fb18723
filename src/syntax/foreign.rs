//! Habits from other languages: what to write instead.

use super::{
    ast::{CompareOp, Expr, ExprKind, Literal, State, TextTest},
    expression::short,
};
use crate::{
    diagnostic::{Code, Diagnostic},
    span::Span,
};

/// An operator of another language.
pub(super) fn operator(span: Span, written: &str, instead: &str) -> Diagnostic {
    Diagnostic::new(
        Code::ForeignSyntax,
        format!("`{written}` is written `{instead}` here"),
    )
    .label(span, format!("write `{instead}`"))
}

/// What to write instead of a comment of another language that begins here.
pub(super) fn comment(text: &str) -> Option<&'static str> {
    let is_comment = ["//", "/*", "--", "<!--"]
        .iter()
        .any(|mark| text.starts_with(mark));
    is_comment.then_some("a comment begins with `#` and runs to the end of its line")
}

/// What to write instead of a symbol that the language does not have.
pub(super) fn symbol(symbol: &str) -> Option<&'static str> {
    Some(match symbol {
        "?" => "write `case when … then … else … end`",
        "%" => "there is no remainder; a percentage stands directly after its number, as in `10%`",
        "&" => "write `and`",
        "|" => "write `or`",
        "×" | "·" => "write `*`",
        "÷" => "write `/`",
        "−" | "–" | "—" => "write `-`",
        ";" => "definitions end without `;`, and fields end at a comma or a new line",
        _ => return None,
    })
}

/// Tells whether a token is a quotation mark that word processors put in the place of `"` and `'`.
pub(super) fn is_curly_quote(token: &str) -> bool {
    ["“", "”", "„", "‘", "’", "‚", "«", "»"].contains(&token)
}

/// A text in quotation marks of a word processor.
pub(super) fn curly_quotes(span: Span) -> Diagnostic {
    Diagnostic::new(Code::ForeignSyntax, "texts stand in straight quotes here")
        .label(span, "write `\"…\"` or `'…'`")
}

/// A comparison with `null`.
pub(super) fn null(span: Span, written: &str, operand: &str, negated: bool) -> Diagnostic {
    let state = if negated { "known" } else { "unknown" };
    Diagnostic::new(
        Code::ForeignSyntax,
        format!("`{}` is written with `is {state}` here", short(written)),
    )
    .label(span, format!("write `{} is {state}`", short(operand)))
}

/// What a comparison with `null` stands for.
pub(super) fn presence(operand: Expr, negated: bool) -> ExprKind {
    ExprKind::Is {
        operand: Box::new(operand),
        state: if negated { State::Known } else { State::Unknown },
        negated: false,
    }
}

/// `LIKE`, and the test it stands for where its pattern is a plain one.
pub(super) fn like(
    span: Span,
    subject: &str,
    word: &str,
    operand: Expr,
    pattern: &Expr,
    negated: bool,
) -> (Diagnostic, Option<ExprKind>) {
    let ignoring_case = word.eq_ignore_ascii_case("ilike");
    let diagnostic = Diagnostic::new(
        Code::ForeignSyntax,
        format!("`{}` is not of this language", word.to_ascii_lowercase()),
    );
    let plain = match &pattern.kind {
        ExprKind::Literal(Literal::Text(text)) => plain_pattern(text),
        _ => None,
    };
    let Some((stands_for, wanted)) = plain else {
        let diagnostic = diagnostic.label(span, "a pattern of SQL").help(
            "write `contains`, `starts with` or `ends with`, or `matches` with a regular expression"
                .to_owned(),
        );
        return (diagnostic, None);
    };
    let words = match stands_for {
        Some(TextTest::StartsWith) => "starts with",
        Some(TextTest::EndsWith) => "ends with",
        Some(_) => "contains",
        None => "=",
    };
    let not = if negated { "not " } else { "" };
    let instead = match stands_for {
        None if negated => format!("{} != {wanted:?}", short(subject)),
        _ => format!("{} {not}{words} {wanted:?}", short(subject)),
    };
    let suffix = if ignoring_case { " ignoring case" } else { "" };
    let diagnostic = diagnostic.label(span, format!("write `{instead}{suffix}`"));
    let pattern = Box::new(Expr {
        span: pattern.span,
        kind: ExprKind::Literal(Literal::Text(wanted.into())),
    });
    let operand = Box::new(operand);
    let kind = match stands_for {
        Some(test) => ExprKind::TextTest {
            test,
            operand,
            pattern,
            negated,
            ignoring_case,
        },
        None => ExprKind::Compare {
            op: if negated { CompareOp::Ne } else { CompareOp::Eq },
            lhs: operand,
            rhs: pattern,
            ignoring_case,
        },
    };
    (diagnostic, Some(kind))
}

/// The test that a pattern with `%` only at its ends stands for; none at all is equality.
fn plain_pattern(pattern: &str) -> Option<(Option<TextTest>, &str)> {
    let (before, rest) = pattern
        .strip_prefix('%')
        .map_or((false, pattern), |rest| (true, rest));
    let (after, text) = rest.strip_suffix('%').map_or((false, rest), |text| (true, text));
    if text.is_empty() || text.contains(['%', '_', '\\']) {
        return None;
    }
    Some(match (before, after) {
        (true, true) => (Some(TextTest::Contains), text),
        (true, false) => (Some(TextTest::EndsWith), text),
        (false, true) => (Some(TextTest::StartsWith), text),
        (false, false) => (None, text),
    })
}
