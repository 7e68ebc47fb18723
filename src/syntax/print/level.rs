//! Where parentheses stand.

use crate::syntax::{
    ast::{ArithmeticOp, Expr, ExprKind, Literal},
    expression::last_bare_filter,
};

/// How tightly an expression holds together; a looser one stands in parentheses where a tighter one is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::syntax) enum Level {
    Or,
    And,
    Not,
    Test,
    Sum,
    Product,
    Sign,
    Primary,
}

pub(in crate::syntax) fn level(expr: &Expr) -> Level {
    match &expr.kind {
        ExprKind::Or(_) => Level::Or,
        ExprKind::And(_) => Level::And,
        ExprKind::Not(_)
        | ExprKind::InSegment { negated: true, .. }
        | ExprKind::InSample { negated: true, .. } => Level::Not,
        ExprKind::Arithmetic { op, .. } => match op {
            ArithmeticOp::Add | ArithmeticOp::Subtract => Level::Sum,
            ArithmeticOp::Multiply | ArithmeticOp::Divide => Level::Product,
        },
        ExprKind::Negate(_) => Level::Sign,
        ExprKind::Literal(Literal::Int(number)) if *number < 0 => Level::Sign,
        ExprKind::Literal(Literal::Decimal(digits)) if digits.starts_with('-') => Level::Sign,
        ExprKind::Literal(_)
        | ExprKind::Path(_)
        | ExprKind::Now
        | ExprKind::Today
        | ExprKind::FromNow { .. }
        | ExprKind::Call { .. }
        | ExprKind::Case { .. }
        | ExprKind::Aggregate { .. }
        | ExprKind::Point(..)
        | ExprKind::Paren(_) => Level::Primary,
        // A bare `where` takes whole tests, so what is quantified stands in parentheses as an operand.
        _ => Level::Test,
    }
}

/// Tells whether `expr` needs parentheses where `least` is asked for.
pub(in crate::syntax) fn needs_parentheses(expr: &Expr, least: Level) -> bool {
    level(expr) < least
}

/// What a part of an `and` or `or` must hold together at least.
///
/// A bare `where` before a further part would be ambiguous, so that such a part stands in parentheses.
pub(in crate::syntax) fn level_of_part(part: &Expr, is_and: bool, is_last: bool) -> Level {
    if !is_last && last_bare_filter(part).is_some() {
        Level::Primary
    } else if is_and {
        Level::Not
    } else {
        Level::And
    }
}

/// What follows `not` must hold together at least: `not (in segment x)` is not `not in segment x`.
pub(in crate::syntax) fn level_after_not(operand: &Expr) -> Level {
    match operand.kind {
        ExprKind::InSegment { negated: false, .. } | ExprKind::InSample { negated: false, .. } => {
            Level::Primary
        }
        _ => Level::Not,
    }
}

/// What the `where` of a sequence must hold together at least: a second collection would take the steps that follow.
pub(in crate::syntax) fn level_of_filter(filter: &Expr, has_steps: bool) -> Level {
    if has_steps && ends_with_collection(filter) {
        Level::Primary
    } else {
        Level::Not
    }
}

fn ends_with_collection(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Quantified { .. } => true,
        ExprKind::Not(inner) => ends_with_collection(inner),
        _ => false,
    }
}
