//! Brings operands to one type, or says why they have none.

use std::sync::Arc;

use super::{Checker, literal::Operand, report::type_name};
use crate::{
    diagnostic::{Code, Diagnostic},
    hir::{Expr, ExprKind, Function},
    span::Span,
    value::{Type, Value},
};

/// What is done with two sides of a comparison, in messages.
pub(crate) const COMPARED: &str = "compared";

/// What the common type of texts that are all literals is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LiteralTexts {
    Words,
    String,
}

impl Checker<'_> {
    /// Two operands that are to be compared. Numbers keep their types, as they compare exactly; a number literal
    /// takes the type of the other side, a text literal must be one of the other side's words.
    pub(crate) fn meet(&mut self, lhs: Operand, rhs: Operand) -> Option<(Expr, Expr)> {
        match (lhs, rhs) {
            (lhs, Operand::Typed(rhs)) if !matches!(lhs, Operand::Typed(_)) => {
                let lhs = self.fit(lhs, &rhs)?;
                if comparable(&lhs.ty, &rhs.ty) {
                    return Some((lhs, rhs));
                }
                self.incompatible(Code::IncompatibleTypes, &lhs, &rhs, COMPARED)
            }
            (lhs, rhs) => {
                let lhs = self.settle(lhs)?;
                let rhs = self.meet_value(&lhs, rhs)?;
                Some((lhs, rhs))
            }
        }
    }

    /// An operand that is to be compared with `other`.
    pub(crate) fn meet_value(&mut self, other: &Expr, operand: Operand) -> Option<Expr> {
        let value = self.fit(operand, other)?;
        if comparable(&other.ty, &value.ty) {
            return Some(value);
        }
        self.incompatible(Code::IncompatibleTypes, other, &value, COMPARED)
    }

    /// A literal as a value that `other` can be compared with; another operand as it is.
    pub(crate) fn fit(&mut self, operand: Operand, other: &Expr) -> Option<Expr> {
        match operand {
            Operand::Number(number) if other.ty.is_number() => {
                if other.ty == Type::Decimal && !number.has_point() {
                    // A whole number too large for a decimal still compares exactly.
                    return self.settle(Operand::Number(number)).map(widened);
                }
                self.number(number, &other.ty)
            }
            Operand::Text(span, text) => {
                let Type::Words(words) = &other.ty else {
                    return Some(Expr::constant(span, Type::String, text));
                };
                if words.contains(&text) {
                    return Some(Expr::constant(span, other.ty.clone(), text));
                }
                self.unknown_word(span, &text, words, other.span)
            }
            operand => self.settle(operand),
        }
    }

    pub(crate) fn unknown_word<T>(
        &mut self,
        span: Span,
        text: &str,
        words: &[Arc<str>],
        other: Span,
    ) -> Option<T> {
        let near = self.report.suggest(text, words.iter().map(|it| &**it));
        let help = near.map(|it| it.replace('`', "\"")).or_else(|| {
            let shown: Vec<_> = words.iter().take(10).map(|it| format!("{it:?}")).collect();
            let more = if words.len() > 10 { ", …" } else { "" };
            Some(format!("the words are {}{more}", shown.join(", ")))
        });
        let error = Diagnostic::new(Code::UnknownWord, format!("{text:?} is not one of the words"))
            .label(span, "never equal")
            .help(help);
        self.report.fail(if other == span {
            error
        } else {
            error.label(other, "of an enumeration without this word")
        })
    }

    /// Operands brought to one type: the branches of a `case`, the arguments of `min`, `max` and `default`, the sides of
    /// an arithmetic operator. `None` for an operand that had an error.
    pub(crate) fn agree(
        &mut self,
        operands: Vec<Option<Operand>>,
        texts: LiteralTexts,
        verb: &str,
    ) -> Option<(Type, Vec<Expr>)> {
        let mut typed: Option<Expr> = None;
        let mut broken = false;
        for operand in &operands {
            match operand {
                None => broken = true,
                Some(Operand::Typed(expr)) => match &typed {
                    None => typed = Some(expr.clone()),
                    Some(before) => match joined(&before.ty, &expr.ty) {
                        Some(ty) => {
                            typed = Some(Expr { ty, ..before.clone() });
                        }
                        None => {
                            return self.incompatible(Code::IncompatibleTypes, before, expr, verb);
                        }
                    },
                },
                Some(_) => {}
            }
        }
        if broken {
            return None;
        }
        let operands: Vec<Operand> = operands.into_iter().flatten().collect();
        let ty = match typed {
            Some(typed) => self.with_literals(typed, &operands, verb)?,
            None => self.literals_alone(&operands, texts, verb)?,
        };
        let mut values = Vec::with_capacity(operands.len());
        for operand in operands {
            let value = match operand {
                Operand::Number(number) => self.number(number, &ty),
                operand => self.settle(operand).map(|it| converted(it, &ty)),
            };
            values.push(value?);
        }
        Some((ty, values))
    }

    /// The type of values that have one, after literals joined them.
    fn with_literals(&mut self, typed: Expr, operands: &[Operand], verb: &str) -> Option<Type> {
        let mut ty = typed.ty.clone();
        for operand in operands {
            match operand {
                Operand::Number(number) if ty.is_number() => {
                    if ty == Type::Int && number.has_point() {
                        ty = Type::Decimal;
                    }
                }
                Operand::Text(_, text) if ty.is_text() => {
                    // A text that is none of the words makes the result a string.
                    if !matches!(&ty, Type::Words(words) if words.contains(text)) {
                        ty = Type::String;
                    }
                }
                Operand::Typed(_) => {}
                literal => return self.disagree(&Operand::Typed(typed), literal, verb),
            }
        }
        Some(ty)
    }

    fn literals_alone(&mut self, operands: &[Operand], texts: LiteralTexts, verb: &str) -> Option<Type> {
        let first = operands.first()?;
        let is_text = |operand: &Operand| matches!(operand, Operand::Text(..));
        if let Some(other) = operands.iter().find(|it| is_text(it) != is_text(first)) {
            return self.disagree(first, other, verb);
        }
        if !is_text(first) {
            let point = operands
                .iter()
                .any(|it| matches!(it, Operand::Number(number) if number.has_point()));
            return Some(if point { Type::Decimal } else { Type::Int });
        }
        if texts == LiteralTexts::String {
            return Some(Type::String);
        }
        let mut words = indexmap::IndexSet::new();
        for operand in operands {
            if let Operand::Text(_, text) = operand {
                words.insert(text.clone());
            }
        }
        self.report.check_words(words.len(), first.span())?;
        Some(Type::Words(words.into_iter().collect()))
    }

    fn disagree<T>(&mut self, lhs: &Operand, rhs: &Operand, verb: &str) -> Option<T> {
        let (left, right) = (lhs.type_name(), rhs.type_name());
        let error = Diagnostic::new(
            Code::IncompatibleTypes,
            format!("{left} and {right} cannot be {verb}"),
        )
        .label(rhs.span(), right)
        .label(lhs.span(), left);
        self.report.fail(error)
    }

    /// Two values that cannot be compared, added and so on.
    pub(crate) fn incompatible<T>(&mut self, code: Code, lhs: &Expr, rhs: &Expr, verb: &str) -> Option<T> {
        let (left, right) = (type_name(&lhs.ty), type_name(&rhs.ty));
        let message = match (&lhs.ty, &rhs.ty) {
            (Type::Words(_), Type::Words(_)) => "these enumerations have no word in common".to_owned(),
            (lhs, rhs) if lhs == rhs => format!("values of type {left} cannot be {verb}"),
            _ => format!("{left} and {right} cannot be {verb}"),
        };
        let mut error = Diagnostic::new(code, message)
            .label(rhs.span, right)
            .label(lhs.span, left);
        let compared = verb == COMPARED;
        let lines = help_for(lhs, &rhs.ty, compared);
        for line in lines.into_iter().chain(help_for(rhs, &lhs.ty, compared)) {
            error = error.help(line.to_owned());
        }
        self.report.fail(error)
    }
}

/// How to bring a value and one of another type together.
fn help_for(one: &Expr, other: &Type, compared: bool) -> Vec<&'static str> {
    let literal = matches!(one.kind, ExprKind::Constant(_));
    match (&one.ty, other) {
        (Type::Decimal, Type::Float) => {
            vec!["write `float(x)` around the decimal or `decimal(x)` around the float"]
        }
        (Type::DateTime, Type::Date) if compared => vec![
            "take the day of the datetime with `date(x)`",
            "or use a window: `x between 2026-01-01 and 2026-01-31`, `x since 2026-01-01`, `x before 2026-01-01`",
        ],
        (Type::DateTime, Type::Date) => vec!["take the day of the datetime with `date(x)`"],
        (Type::String, Type::Date) if literal => vec!["a date is written without quotes: `2026-01-31`"],
        (Type::String, Type::DateTime) if literal => {
            vec!["a datetime is written without quotes: `2026-01-31T09:00:00Z`"]
        }
        (Type::String, Type::Int | Type::Decimal | Type::Float) if literal => {
            vec!["a number is written without quotes"]
        }
        (Type::String, Type::Bool) if literal => vec!["`true` and `false` are written without quotes"],
        (Type::Duration, Type::Int | Type::Decimal | Type::Float) => {
            vec!["write the amount with its unit, as in `30 days`"]
        }
        _ => Vec::new(),
    }
}

/// Tells whether values of these types can be equal.
fn comparable(lhs: &Type, rhs: &Type) -> bool {
    match (lhs, rhs) {
        (Type::Decimal, Type::Float) | (Type::Float, Type::Decimal) | (Type::Geo, Type::Geo) => false,
        (Type::Words(lhs), Type::Words(rhs)) => lhs.iter().any(|word| rhs.contains(word)),
        (lhs, rhs) => lhs == rhs || lhs.is_number() && rhs.is_number() || lhs.is_text() && rhs.is_text(),
    }
}

/// The type that holds the values of both exactly, when there is one.
fn joined(lhs: &Type, rhs: &Type) -> Option<Type> {
    match (lhs, rhs) {
        (lhs, rhs) if lhs == rhs => Some(lhs.clone()),
        (Type::Int, Type::Decimal) | (Type::Decimal, Type::Int) => Some(Type::Decimal),
        (Type::Int, Type::Float) | (Type::Float, Type::Int) => Some(Type::Float),
        (lhs, rhs) if lhs.is_text() && rhs.is_text() => Some(Type::String),
        _ => None,
    }
}

/// An int as a decimal or float, where that is what the operands agreed on.
fn converted(expr: Expr, ty: &Type) -> Expr {
    let function = match (&expr.ty, ty) {
        (Type::Int, Type::Decimal) => Function::Decimal,
        (Type::Int, Type::Float) => Function::Float,
        _ => return expr,
    };
    Expr {
        span: expr.span,
        ty: ty.clone(),
        optional: expr.optional,
        kind: ExprKind::Call {
            function,
            args: vec![expr],
        },
    }
}

/// A whole number as a decimal where it fits.
fn widened(expr: Expr) -> Expr {
    match expr.kind {
        ExprKind::Constant(Value::Int(int)) => match crate::value::Decimal::from_int(int) {
            Some(decimal) => Expr::constant(expr.span, Type::Decimal, decimal),
            None => expr,
        },
        _ => expr,
    }
}
