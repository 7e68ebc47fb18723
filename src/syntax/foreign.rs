//! Habits from other languages: what to write instead.

use super::{
    ast::{Expr, ExprKind, Literal, TextTest},
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

/// A comparison with `null`.
pub(super) fn null(span: Span, written: &str, operand: &str, negated: bool) -> Diagnostic {
    let state = if negated { "known" } else { "unknown" };
    Diagnostic::new(
        Code::ForeignSyntax,
        format!("`{}` is written with `is {state}` here", short(written)),
    )
    .label(span, format!("write `{} is {state}`", short(operand)))
}

/// `LIKE`, and the test it stands for where its pattern is a plain one.
pub(super) fn like(
    span: Span,
    subject: &str,
    word: &str,
    operand: Expr,
    pattern: Expr,
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
    let Some((test, text)) = plain else {
        let diagnostic = diagnostic.label(span, "a pattern of SQL").help(
            "write `contains`, `starts with` or `ends with`, or `matches` with a regular expression"
                .to_owned(),
        );
        return (diagnostic, None);
    };
    let words = match test {
        Some(TextTest::StartsWith) => "starts with",
        Some(TextTest::EndsWith) => "ends with",
        Some(_) => "contains",
        None => "=",
    };
    let not = if negated { "not " } else { "" };
    let instead = match test {
        None if negated => format!("{} != {text:?}", short(subject)),
        _ => format!("{} {not}{words} {text:?}", short(subject)),
    };
    let suffix = if ignoring_case { " ignoring case" } else { "" };
    let diagnostic = diagnostic.label(span, format!("write `{instead}{suffix}`"));
    let pattern = Box::new(Expr {
        span: pattern.span,
        kind: ExprKind::Literal(Literal::Text(text.into())),
    });
    let operand = Box::new(operand);
    let kind = match test {
        Some(test) => ExprKind::TextTest {
            test,
            operand,
            pattern,
            negated,
            ignoring_case,
        },
        None => ExprKind::Compare {
            op: if negated {
                super::ast::CompareOp::Ne
            } else {
                super::ast::CompareOp::Eq
            },
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
