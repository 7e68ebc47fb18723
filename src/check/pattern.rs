//! `matches "…"`: regular expressions, compiled once and within bounds.

use std::{collections::HashMap, sync::Arc};

use regex::{Regex, RegexBuilder};
use regex_syntax::ParserBuilder;

use super::{Checker, Report, expression::bare};
use crate::{
    diagnostic::{Code, Diagnostic},
    hir::{Condition, ConditionKind, Pattern},
    span::Span,
    syntax::ast::{self, Literal},
};

/// All patterns together may take so many times as many bytes as one may.
const TOGETHER: usize = 64;

/// The regular expressions of one check: each is compiled once, however often it is written.
#[derive(Debug, Default)]
pub(crate) struct Patterns {
    /// `None` for one that was refused, which is told once.
    known: HashMap<(Arc<str>, bool), Option<Regex>>,
    bytes: usize,
}

impl Checker<'_> {
    pub(crate) fn matches(
        &mut self,
        expr: &ast::Expr,
        operand_written: &ast::Expr,
        pattern_written: &ast::Expr,
        negated: bool,
        ignoring_case: bool,
    ) -> Option<Condition> {
        let operand = self.found(operand_written);
        let operand = self.text(operand_written, operand);
        let pattern = self.pattern(pattern_written, ignoring_case);
        let (operand, pattern) = (operand?, pattern?);
        let kind = ConditionKind::Matches {
            operand: Box::new(operand.clone()),
            pattern,
        };
        let condition = Condition::new(expr.span, kind);
        Some(self.test(expr, negated, condition, &[(operand_written, &operand)]))
    }

    fn pattern(&mut self, written: &ast::Expr, ignoring_case: bool) -> Option<Pattern> {
        let literal = bare(written);
        let ast::ExprKind::Literal(Literal::Text(source)) = &literal.kind else {
            self.operand(written)?;
            let error = Diagnostic::new(Code::TypeMismatch, "a regular expression is written out")
                .label(written.span, "a text in quotes is needed here")
                .help("to look for text of the customer, write `contains`".to_owned());
            return self.report.fail(error);
        };
        let key = (source.clone(), ignoring_case);
        let known = self.report.patterns.known.get(&key).cloned();
        let regex = known.unwrap_or_else(|| {
            let regex = self.report.compile(literal.span, source, ignoring_case);
            self.report.patterns.known.insert(key, regex.clone());
            regex
        });
        Some(Pattern {
            source: source.clone(),
            ignoring_case,
            regex: regex?,
        })
    }
}

impl Report {
    /// Compiles a regular expression, or says what is wrong with it, where.
    fn compile(&mut self, literal: Span, source: &str, ignoring_case: bool) -> Option<Regex> {
        if let Err(error) = ParserBuilder::new().build().parse(source) {
            let (kind, place) = match &error {
                regex_syntax::Error::Parse(it) => (it.kind().to_string(), Some(it.span())),
                regex_syntax::Error::Translate(it) => (it.kind().to_string(), Some(it.span())),
                other => (other.to_string(), None),
            };
            let span = place.map_or(literal, |it| {
                within(literal, source, it.start.offset, it.end.offset)
            });
            let error =
                Diagnostic::new(Code::InvalidPattern, "this is not a regular expression").label(span, kind);
            return self.fail(error);
        }
        let most = self.limits.regex_bytes;
        if self.patterns.bytes > most.saturating_mul(TOGETHER) {
            return self.too_large(literal, "too many large regular expressions");
        }
        // How much memory one takes is not told, only whether it is more than so much.
        for bytes in [most / 256, most / 16, most] {
            let built = RegexBuilder::new(source)
                .case_insensitive(ignoring_case)
                .size_limit(bytes)
                .dfa_size_limit(most)
                .build();
            if let Ok(regex) = built {
                self.patterns.bytes = self.patterns.bytes.saturating_add(bytes);
                return Some(regex);
            }
        }
        self.patterns.bytes = self.patterns.bytes.saturating_add(most);
        self.too_large(
            literal,
            &format!("a regular expression of more than {most} bytes"),
        )
    }

    fn too_large<T>(&mut self, span: Span, message: &str) -> Option<T> {
        self.fail(
            Diagnostic::new(Code::Limit, message)
                .label(span, "too large when compiled")
                .help(
                    "repetitions such as `{1000}` and classes such as `\\w` take room each time".to_owned(),
                ),
        )
    }
}

/// The place of a part of a pattern in the source: exact where each letter stands for itself, or only `\` was written with
/// an escape; else the whole literal.
fn within(literal: Span, pattern: &str, start: usize, end: usize) -> Span {
    let escapes = |text: &str| text.matches('\\').count();
    let written = pattern.len() + 2;
    let doubled = if literal.len() as usize == written {
        0
    } else if literal.len() as usize == written + escapes(pattern) {
        1
    } else {
        return literal;
    };
    let place = |offset: usize| {
        let before = pattern.get(..offset).unwrap_or(pattern);
        let offset = 1 + before.len() + doubled * escapes(before);
        u32::try_from(offset).map_or(literal.end, |offset| literal.start + offset)
    };
    let (start, end) = (place(start), place(end));
    // At the end of the pattern, the quotation mark is pointed at.
    Span::new(literal.source, start, end.max(start + 1))
}
