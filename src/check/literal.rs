//! Literals: a number or a text alone takes its type from what it meets.

use std::sync::Arc;

use super::{Checker, report::type_name};
use crate::{
    diagnostic::{Code, Diagnostic},
    hir::{Expr, ExprKind},
    span::Span,
    syntax::ast::{self, Literal},
    value::{DateTime, Decimal, DecimalError, Duration, Type, Value},
};

/// One side of an operator, before it has met the other.
#[derive(Clone, Debug)]
pub(crate) enum Operand {
    Number(Number),
    Text(Span, Arc<str>),
    Typed(Expr),
}

/// A number as written, with its sign.
#[derive(Clone, Debug)]
pub(crate) struct Number {
    span: Span,
    digits: Digits,
}

#[derive(Clone, Debug)]
enum Digits {
    Int(i64),
    /// With a point.
    Point(String),
}

impl Number {
    pub(crate) fn int(span: Span, int: i64) -> Self {
        let digits = Digits::Int(int);
        Self { span, digits }
    }

    /// With a point.
    pub(crate) fn point(span: Span, digits: &str) -> Self {
        let digits = Digits::Point(digits.to_owned());
        Self { span, digits }
    }

    /// A thousand times the number: its digits moved by three places.
    pub(crate) fn thousandfold(self) -> Self {
        let digits = match self.digits {
            Digits::Int(int) => format!("{int}e3"),
            Digits::Point(digits) => format!("{digits}e3"),
        };
        Self {
            digits: Digits::Point(digits),
            ..self
        }
    }

    pub(crate) fn has_point(&self) -> bool {
        matches!(self.digits, Digits::Point(_))
    }
}

impl Operand {
    pub(crate) fn span(&self) -> Span {
        match self {
            Self::Number(number) => number.span,
            Self::Text(span, _) => *span,
            Self::Typed(expr) => expr.span,
        }
    }

    /// What it would be alone, for messages.
    pub(crate) fn type_name(&self) -> String {
        match self {
            Self::Number(_) => "a number".to_owned(),
            Self::Text(..) => "`string`".to_owned(),
            Self::Typed(expr) => type_name(&expr.ty),
        }
    }
}

/// The number or text that `expr` is, when it is nothing but that. The sign of a negative number is part of it; `-(1)` is a
/// calculation.
fn alone(expr: &ast::Expr) -> Option<Operand> {
    match &expr.kind {
        ast::ExprKind::Paren(inner) => alone(inner),
        ast::ExprKind::Literal(Literal::Int(int)) => Some(Operand::Number(Number {
            span: expr.span,
            digits: Digits::Int(*int),
        })),
        ast::ExprKind::Literal(Literal::Decimal(digits)) => Some(Operand::Number(Number {
            span: expr.span,
            digits: Digits::Point(digits.to_string()),
        })),
        ast::ExprKind::Literal(Literal::Text(text)) => Some(Operand::Text(expr.span, text.clone())),
        _ => None,
    }
}

impl Checker<'_> {
    /// Checks one side of an operator.
    pub(crate) fn operand(&mut self, expr: &ast::Expr) -> Option<Operand> {
        alone(expr).or_else(|| self.value(expr).map(Operand::Typed))
    }

    /// Checks the other side of an operator; an unknown name beside a text may be a text without quotes.
    pub(crate) fn operand_beside(&mut self, first: Option<&Operand>, expr: &ast::Expr) -> Option<Operand> {
        self.beside_text = matches!(first, Some(Operand::Typed(it)) if it.ty.is_text());
        let operand = self.operand(expr);
        self.beside_text = false;
        operand
    }

    /// The type of an operand that met nothing.
    pub(crate) fn settle(&mut self, operand: Operand) -> Option<Expr> {
        match operand {
            Operand::Number(number) if number.has_point() => self.number(number, &Type::Decimal),
            Operand::Number(number) => self.number(number, &Type::Int),
            Operand::Text(span, text) => Some(Expr::constant(span, Type::String, text)),
            Operand::Typed(expr) => Some(expr),
        }
    }

    /// The number as a value of the number type `ty`; with a point it is a decimal where it meets an int.
    pub(crate) fn number(&mut self, number: Number, ty: &Type) -> Option<Expr> {
        let span = number.span;
        let decimal = |decimal: Decimal| Expr::constant(span, Type::Decimal, decimal);
        match (number.digits, ty) {
            (Digits::Int(int), Type::Float) => self.float(span, &int.to_string()),
            (Digits::Point(digits), Type::Float) => self.float(span, &digits),
            (Digits::Int(int), Type::Decimal) => match Decimal::from_int(int) {
                Some(it) => Some(decimal(it)),
                None => self.bad_number(span, &DecimalError::Range.to_string(), None),
            },
            (Digits::Int(int), _) => Some(Expr::constant(span, Type::Int, int)),
            (Digits::Point(digits), _) => match digits.parse() {
                Ok(it) => Some(decimal(it)),
                Err(error) => {
                    let help = (error == DecimalError::Digits)
                        .then(|| "a decimal counts in 1/10000; a float may have more digits".to_owned());
                    self.bad_number(span, &error.to_string(), help)
                }
            },
        }
    }

    fn float(&mut self, span: Span, digits: &str) -> Option<Expr> {
        match digits.parse::<f64>() {
            Ok(float) if float.is_finite() => Some(Expr::constant(span, Type::Float, Value::Float(float))),
            _ => self.bad_number(span, "outside the range of a float", None),
        }
    }

    fn bad_number<T>(&mut self, span: Span, reason: &str, help: Option<String>) -> Option<T> {
        let error = Diagnostic::new(Code::InvalidLiteral, "not a number that can be held exactly")
            .label(span, reason)
            .help(help);
        self.report.fail(error)
    }

    /// The value of a literal that stands where any type may.
    pub(crate) fn literal(&mut self, span: Span, literal: &Literal) -> Option<Expr> {
        Some(match literal {
            Literal::Bool(bool) => Expr::constant(span, Type::Bool, *bool),
            Literal::Date(date) => Expr::constant(span, Type::Date, *date),
            Literal::DateTime { micros, local: true } => Expr {
                span,
                ty: Type::DateTime,
                optional: false,
                kind: ExprKind::Clock(*micros),
            },
            Literal::DateTime { micros, local: false } => {
                let at = DateTime::from_micros(*micros)?;
                Expr::constant(span, Type::DateTime, at)
            }
            Literal::Duration(amount) => {
                let micros = self.duration(span, *amount)?;
                Expr::constant(span, Type::Duration, Duration::from_micros(micros))
            }
            Literal::Percent(_) => {
                let error = Diagnostic::new(Code::TypeMismatch, "a percentage is not a value")
                    .label(
                        span,
                        "a share can stand only after `in sample`, `in top` and `in bottom`",
                    )
                    .help("write a number, such as `0.1` for 10%".to_owned());
                return self.report.fail(error);
            }
            Literal::Null => {
                let error = Diagnostic::new(Code::ForeignSyntax, "there is no `null`")
                    .label(span, "not a value")
                    .help(
                        "test with `x is known` or `x is unknown`; leave out `else` for a missing result"
                            .to_owned(),
                    );
                return self.report.fail(error);
            }
            Literal::Int(_) | Literal::Decimal(_) | Literal::Text(_) => {
                let expr = ast::Expr {
                    span,
                    kind: ast::ExprKind::Literal(literal.clone()),
                };
                let operand = self.operand(&expr)?;
                return self.settle(operand);
            }
        })
    }
}
