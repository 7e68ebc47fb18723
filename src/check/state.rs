//! `is known`, `is empty`, `is filled`.

use super::{
    Checker,
    membership::list_as_value,
    path::{Found, Record},
    report::type_name,
};
use crate::{
    diagnostic::{Code, Diagnostic},
    hir::{Condition, ConditionKind, Expr, ExprKind},
    span::Span,
    syntax::ast::{self, State},
    value::Type,
};

impl Checker<'_> {
    pub(crate) fn state(
        &mut self,
        expr: &ast::Expr,
        operand_written: &ast::Expr,
        state: State,
        negated: bool,
    ) -> Option<Condition> {
        // `is not unknown` is `is known`.
        let (state, negated) = match state {
            State::Unknown => (State::Known, !negated),
            state => (state, negated),
        };
        let operand = self.found(operand_written)?;
        let (kind, value) = match (state, operand) {
            (State::Known | State::Unknown, Found::Value(value)) => {
                (ConditionKind::Known(Box::new(value.clone())), value)
            }
            (State::Empty | State::Filled, Found::List(list)) if list.shape.is_range => {
                let error = Diagnostic::new(Code::Unsupported, "nobody asks whether a range is empty")
                    .label(list.span, "a range of numbers")
                    .help("ask for its `size`, or compare its ends".to_owned());
                return self.report.fail(error);
            }
            (State::Known | State::Unknown, Found::List(list)) => {
                (ConditionKind::ListKnown(list.spot.clone()), list_as_value(&list))
            }
            (State::Known | State::Unknown, Found::Record(record)) => {
                let condition = record_known(expr.span, &record);
                return Some(if negated { condition.not() } else { condition });
            }
            (State::Empty, Found::Value(value)) if value.ty.is_text() => {
                (ConditionKind::TextEmpty(Box::new(value.clone())), value)
            }
            (State::Empty, Found::List(list)) => {
                (ConditionKind::ListEmpty(list.spot.clone()), list_as_value(&list))
            }
            (State::Filled, Found::Value(value)) if value.ty.is_text() => {
                (ConditionKind::TextFilled(Box::new(value.clone())), value)
            }
            (State::Filled, Found::List(list)) => {
                (ConditionKind::ListFilled(list.spot.clone()), list_as_value(&list))
            }
            // In a template, what is no text and there is not blank, but for `false`.
            (State::Filled, Found::Value(value)) if self.scope.liquid => {
                let operand = Box::new(value.clone());
                let kind = if value.ty == Type::Bool {
                    ConditionKind::Holds(operand)
                } else {
                    ConditionKind::Known(operand)
                };
                (kind, value)
            }
            (State::Filled, Found::Record(record)) if self.scope.liquid => {
                let condition = record_known(expr.span, &record);
                return Some(if negated { condition.not() } else { condition });
            }
            (state, found) => return self.wrong_state(state, &found),
        };
        let condition = Condition::new(expr.span, kind);
        if state == State::Empty {
            return Some(self.test(expr, negated, condition, &[(operand_written, &value)]));
        }
        // Presence and `is filled` say themselves what happens to missing values.
        Some(if negated { condition.not() } else { condition })
    }

    fn wrong_state<T>(&mut self, state: State, found: &Found) -> Option<T> {
        let word = if state == State::Empty { "empty" } else { "filled" };
        let (span, what) = match found {
            Found::Value(value) => (value.span, type_name(&value.ty)),
            Found::Record(record) => (record.span, "a record".to_owned()),
            Found::List(list) => (list.span, "a list".to_owned()),
        };
        let error = Diagnostic::new(Code::TypeMismatch, format!("`is {word}` is for text and lists"))
            .label(span, what)
            .help("write `is known` or `is unknown`".to_owned());
        self.report.fail(error)
    }
}

/// Whether a record is there.
pub(super) fn record_known(span: Span, record: &Record) -> Condition {
    let kind = match (record.present, record.slots.clone()) {
        _ if !record.optional => ConditionKind::Constant(true),
        (Some(local), _) => ConditionKind::Known(Box::new(Expr {
            span,
            ty: Type::Bool,
            optional: true,
            kind: ExprKind::Local(local),
        })),
        (None, Some((first, last))) => ConditionKind::AnyKnown { first, last },
        (None, None) => ConditionKind::Constant(true),
    };
    Condition::new(span, kind)
}
