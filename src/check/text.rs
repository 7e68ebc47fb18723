//! Tests of text: `contains`, `starts with`, `ends with`, and `ignoring case` wherever it may stand.

use std::sync::Arc;

use super::{Checker, expression::bare, literal::Operand, path::Found, report::type_name};
use crate::{
    diagnostic::{Code, Diagnostic},
    hir::{Condition, ConditionKind, Constants, Expr, ExprKind, Order, TextTest},
    span::Span,
    syntax::ast::{self, CompareOp},
    value::{Type, Value, fold},
};

impl Checker<'_> {
    pub(crate) fn text_test(
        &mut self,
        expr: &ast::Expr,
        test: ast::TextTest,
        [operand_written, pattern_written]: [&ast::Expr; 2],
        negated: bool,
        ignoring_case: bool,
    ) -> Option<Condition> {
        let test = match test {
            ast::TextTest::Contains => TextTest::Contains,
            ast::TextTest::StartsWith => TextTest::StartsWith,
            ast::TextTest::EndsWith => TextTest::EndsWith,
            ast::TextTest::Matches => {
                return self.matches(expr, operand_written, pattern_written, negated, ignoring_case);
            }
        };
        let operand = match self.found(operand_written) {
            Some(Found::List(list)) if test == TextTest::Contains => {
                if ignoring_case {
                    return self.case_of_a_list(list.span);
                }
                return self.contains(expr, operand_written, &list, pattern_written, negated);
            }
            found => self.text(operand_written, found),
        };
        let pattern = self.found(pattern_written);
        let operand = operand?;
        let pattern = self.text(pattern_written, pattern)?;
        let [lhs, rhs] = [&operand, &pattern].map(|it| {
            if ignoring_case {
                folded(it.clone())
            } else {
                it.clone()
            }
        });
        let kind = ConditionKind::Text {
            test,
            operand: Box::new(lhs),
            pattern: Box::new(rhs),
        };
        let condition = Condition::new(expr.span, kind);
        let operands = [(operand_written, &operand), (pattern_written, &pattern)];
        Some(self.test(expr, negated, condition, &operands))
    }

    /// What was found, where it must be text.
    pub(crate) fn text(&mut self, expr: &ast::Expr, found: Option<Found>) -> Option<Expr> {
        let value = match &bare(expr).kind {
            ast::ExprKind::Path(path) => self.single(found?, path)?,
            _ => match found? {
                Found::Value(value) => value,
                _ => return None,
            },
        };
        if !value.ty.is_text() {
            let error = Diagnostic::new(
                Code::TypeMismatch,
                format!("{} is not text", type_name(&value.ty)),
            )
            .label(value.span, "a text is needed here")
            .help(
                value
                    .ty
                    .is_number()
                    .then(|| "numbers are compared with `=`, `<` and `>`".to_owned()),
            );
            return self.report.fail(error);
        }
        Some(value)
    }

    /// `=` and `!=` of texts whose letters may differ in case.
    pub(crate) fn compare_ignoring_case(
        &mut self,
        expr: &ast::Expr,
        op: CompareOp,
        [lhs_written, rhs_written]: [&ast::Expr; 2],
    ) -> Option<Condition> {
        let lhs = self.operand(lhs_written);
        let rhs = self.operand_beside(lhs.as_ref(), rhs_written);
        let (lhs, rhs) = (lhs?, rhs?);
        if !matches!(op, CompareOp::Eq | CompareOp::Ne) {
            let error = Diagnostic::new(
                Code::TypeMismatch,
                "`ignoring case` tells whether texts are equal",
            )
            .label(expr.span, "which comes first is asked here")
            .help("compare `lower(x)` with `lower(y)`".to_owned());
            return self.report.fail(error);
        }
        let (lhs, rhs) = match (lhs, rhs) {
            (Operand::Text(span, text), Operand::Typed(rhs)) => (self.literal_beside(span, text, &rhs)?, rhs),
            (Operand::Typed(lhs), Operand::Text(span, text)) => {
                let rhs = self.literal_beside(span, text, &lhs)?;
                (lhs, rhs)
            }
            (lhs, rhs) => (self.settle(lhs)?, self.settle(rhs)?),
        };
        self.has_case(&lhs)?;
        self.has_case(&rhs)?;
        let (one, other) = (folded(lhs.clone()), folded(rhs.clone()));
        let negated = op == CompareOp::Ne;
        let kind = ConditionKind::Compare {
            op: Order::Eq,
            lhs: Box::new(one),
            rhs: Box::new(other),
        };
        let condition = Condition::new(expr.span, kind);
        let operands = [(lhs_written, &lhs), (rhs_written, &rhs)];
        Some(self.test(expr, negated, condition, &operands))
    }

    /// `in [ … ]` of texts whose letters may differ in case.
    pub(crate) fn in_texts_ignoring_case(
        &mut self,
        expr: &ast::Expr,
        (operand_written, operand): (&ast::Expr, &Expr),
        set: &ast::Set,
        negated: bool,
    ) -> Option<Condition> {
        self.has_case(operand)?;
        let as_text = Expr {
            ty: Type::String,
            ..operand.clone()
        };
        let (values, _) = self.set(&as_text, set)?;
        let spans: Vec<Span> = match set {
            ast::Set::Literals(items) => items.iter().map(|item| item.span).collect(),
            ast::Set::Named(name) => {
                let entries = &self.list_named(name)?.entries;
                entries
                    .iter()
                    .map(|(span, _)| span.unwrap_or(name.span))
                    .collect()
            }
        };
        for (span, value) in spans.into_iter().zip(&*values) {
            if let Value::Text(text) = value {
                self.literal_beside(span, text.clone(), operand)?;
            }
        }
        let condition = in_folded(expr.span, operand, &values);
        Some(self.test(expr, negated, condition, &[(operand_written, operand)]))
    }

    /// A text literal where case is ignored; beside an enumeration it must be one of the words.
    fn literal_beside(&mut self, span: Span, text: Arc<str>, other: &Expr) -> Option<Expr> {
        if let Type::Words(words) = &other.ty {
            let wanted = fold::folded(&text);
            if words.iter().all(|word| fold::folded(word) != wanted) {
                return self.unknown_word(span, &text, words, other.span);
            }
        }
        Some(Expr::constant(span, Type::String, text))
    }

    /// Refuses to ignore the case of what has none.
    fn has_case(&mut self, expr: &Expr) -> Option<()> {
        if expr.ty.is_text() {
            return Some(());
        }
        let error = Diagnostic::new(Code::TypeMismatch, "only text has upper and lower case")
            .label(expr.span, type_name(&expr.ty))
            .help("leave out `ignoring case`".to_owned());
        self.report.fail(error)
    }

    fn case_of_a_list<T>(&mut self, span: Span) -> Option<T> {
        let error = Diagnostic::new(Code::TypeMismatch, "`ignoring case` is for text")
            .label(span, "a list, whose items are compared as they are");
        self.report.fail(error)
    }
}

/// Membership in texts, whatever their case.
pub(crate) fn in_folded(span: Span, operand: &Expr, set: &Constants) -> Condition {
    let fold = |value: &Value| match value {
        Value::Text(text) => fold::folded(text).into(),
        other => other.clone(),
    };
    let kind = ConditionKind::In {
        operand: Box::new(folded(operand.clone())),
        set: Constants {
            values: set.iter().map(fold).collect(),
            list: set.list.clone(),
        },
    };
    Condition::new(span, kind)
}

/// The text without its differences of case; of a constant, worked out.
fn folded(expr: Expr) -> Expr {
    let (span, optional) = (expr.span, expr.optional);
    let kind = match expr.kind {
        ExprKind::Constant(Value::Text(text)) => ExprKind::Constant(fold::folded(&text).into()),
        _ => ExprKind::Folded(Box::new(expr)),
    };
    Expr {
        span,
        ty: Type::String,
        optional,
        kind,
    }
}
