//! An expression on one line, with the parentheses that it needs.

mod collection;
mod level;
mod word;

use std::fmt::Write as _;

pub(super) use collection::{aggregate_head, collection, quantifier, step};
use collection::{items, window};
pub(super) use level::{Level, level, level_after_not, level_of_filter, level_of_part, needs_parentheses};
pub(crate) use word::json_text;
#[cfg(feature = "proptest")]
pub(crate) use word::quote_name;
use word::{amount, literal};
pub(super) use word::{json, name, path, text};

use super::ast::{
    ArithmeticOp, CompareOp, DistanceUnit, Expr, ExprKind, Literal, Place, Set, State, TextTest, Window,
};

/// An expression as diagnostics quote it.
pub(crate) fn quote(it: &Expr) -> String {
    let mut out = String::new();
    expr(&mut out, it, Level::Or);
    out
}

/// An expression as diagnostics quote it where a test such as `is known` follows.
pub(crate) fn quote_operand(it: &Expr) -> String {
    let mut out = String::new();
    expr(&mut out, it, Level::Sum);
    out
}

/// Appends `expr` on one line.
pub(super) fn expr(out: &mut String, it: &Expr, least: Level) {
    if needs_parentheses(it, least) {
        return parenthesised(out, it);
    }
    match &it.kind {
        ExprKind::Literal(it) => literal(out, it),
        ExprKind::Path(steps) => path(out, steps),
        ExprKind::Now => out.push_str("now"),
        ExprKind::Today => out.push_str("today"),
        ExprKind::FromNow { amount: it, ago } => {
            amount(out, *it);
            out.push_str(if *ago { " ago" } else { " from now" });
        }
        ExprKind::Call { function, args } => {
            name(out, function);
            out.push('(');
            separated(out, args, |out, arg| expr(out, arg, Level::Or));
            out.push(')');
        }
        ExprKind::Case { arms, otherwise } => {
            out.push_str("case");
            for (condition, value) in arms {
                out.push_str(" when ");
                expr(out, condition, Level::Or);
                out.push_str(" then ");
                expr(out, value, Level::Or);
            }
            if let Some(value) = otherwise {
                out.push_str(" else ");
                expr(out, value, Level::Or);
            }
            out.push_str(" end");
        }
        ExprKind::Not(operand) => {
            out.push_str("not ");
            expr(out, operand, level_after_not(operand));
        }
        ExprKind::Negate(operand) => {
            out.push('-');
            // A sign before a bare number would become part of it.
            let is_number = matches!(
                operand.kind,
                ExprKind::Literal(Literal::Int(_) | Literal::Decimal(_))
            );
            match level(operand) {
                Level::Primary if is_number => parenthesised(out, operand),
                Level::Sign => {
                    out.push(' ');
                    expr(out, operand, Level::Sign);
                }
                _ => expr(out, operand, Level::Sign),
            }
        }
        ExprKind::Arithmetic { op, lhs, rhs } => {
            let (sign, own, tighter) = match op {
                ArithmeticOp::Add => ("+", Level::Sum, Level::Product),
                ArithmeticOp::Subtract => ("-", Level::Sum, Level::Product),
                ArithmeticOp::Multiply => ("*", Level::Product, Level::Sign),
                ArithmeticOp::Divide => ("/", Level::Product, Level::Sign),
            };
            expr(out, lhs, own);
            let _ = write!(out, " {sign} ");
            expr(out, rhs, tighter);
        }
        ExprKind::And(parts) => chain(out, parts, true),
        ExprKind::Or(parts) => chain(out, parts, false),
        ExprKind::Compare {
            op,
            lhs,
            rhs,
            ignoring_case,
        } => {
            expr(out, lhs, Level::Sum);
            compare_op(out, *op);
            expr(out, rhs, Level::Sum);
            ignoring(out, *ignoring_case);
        }
        ExprKind::Between {
            operand,
            low,
            high,
            negated,
        } => {
            tested(out, operand, *negated);
            between(out, low, high);
        }
        ExprKind::In {
            operand,
            set: it,
            negated,
            ignoring_case,
        } => {
            tested(out, operand, *negated);
            out.push_str("in ");
            set(out, it);
            ignoring(out, *ignoring_case);
        }
        ExprKind::TextTest {
            test,
            operand,
            pattern,
            negated,
            ignoring_case,
        } => {
            tested(out, operand, *negated);
            out.push_str(match test {
                TextTest::Contains => "contains ",
                TextTest::StartsWith => "starts with ",
                TextTest::EndsWith => "ends with ",
                TextTest::Matches => "matches ",
            });
            expr(out, pattern, Level::Sum);
            ignoring(out, *ignoring_case);
        }
        ExprKind::ContainsEach {
            operand,
            all,
            set: it,
            negated,
        } => {
            tested(out, operand, *negated);
            out.push_str(if *all { "contains all " } else { "contains any " });
            set(out, it);
        }
        ExprKind::Is {
            operand,
            state,
            negated,
        } => {
            is(out, operand, *negated);
            out.push_str(match state {
                State::Known => "known",
                State::Unknown => "unknown",
                State::Empty => "empty",
                State::Filled => "filled",
            });
        }
        ExprKind::InWindow {
            operand,
            window: it @ (Window::Today | Window::Yesterday | Window::Tomorrow),
            negated,
        } => {
            is(out, operand, *negated);
            window(out, it);
        }
        ExprKind::InWindow {
            operand,
            window: it,
            negated,
        } => {
            tested(out, operand, *negated);
            window(out, it);
        }
        ExprKind::Anniversary {
            operand,
            window: it,
            negated,
        } => {
            tested(out, operand, *negated);
            out.push_str("anniversary ");
            window(out, it);
        }
        ExprKind::Near {
            operand,
            radius,
            unit,
            of,
            negated,
        } => {
            tested(out, operand, *negated);
            out.push_str("within ");
            expr(out, radius, Level::Primary);
            out.push_str(match unit {
                DistanceUnit::Metre => " m of ",
                DistanceUnit::Kilometre => " km of ",
                DistanceUnit::Mile => " mi of ",
            });
            match of {
                Place::Point(latitude, longitude) => point(out, latitude, longitude),
                Place::Of(place) => expr(out, place, Level::Sum),
            }
        }
        ExprKind::InSegment { name: it, negated } => {
            out.push_str(if *negated {
                "not in segment "
            } else {
                "in segment "
            });
            name(out, it);
        }
        ExprKind::InSample {
            from,
            to,
            slice,
            salt,
            negated,
        } => {
            out.push_str(if *negated { "not in sample " } else { "in sample " });
            if *slice {
                let _ = write!(out, "{from}%..");
            }
            let _ = write!(out, "{to}% of ");
            text(out, &salt.text);
        }
        ExprKind::Rank {
            operand,
            top,
            share,
            negated,
        } => {
            tested(out, operand, *negated);
            let _ = write!(out, "in {} {share}%", if *top { "top" } else { "bottom" });
        }
        ExprKind::Quantified {
            quantifier: it,
            items: collection,
            steps,
        } => {
            quantifier(out, *it);
            items(out, collection, |filter| {
                level_of_filter(filter, !steps.is_empty())
            });
            for it in steps {
                out.push(' ');
                step(out, it);
            }
        }
        ExprKind::Aggregate {
            kind,
            value,
            items: it,
        } => {
            aggregate_head(out, *kind, value.as_deref());
            items(out, it, |_| Level::Or);
            out.push(')');
        }
        ExprKind::Point(latitude, longitude) => point(out, latitude, longitude),
        ExprKind::Paren(inner) => parenthesised(out, inner),
    }
}

fn point(out: &mut String, latitude: &Expr, longitude: &Expr) {
    out.push('(');
    expr(out, latitude, Level::Or);
    out.push_str(", ");
    expr(out, longitude, Level::Or);
    out.push(')');
}

fn parenthesised(out: &mut String, inner: &Expr) {
    out.push('(');
    expr(out, inner, Level::Or);
    out.push(')');
}

fn chain(out: &mut String, parts: &[Expr], is_and: bool) {
    for (index, part) in parts.iter().enumerate() {
        if index > 0 {
            out.push_str(if is_and { " and " } else { " or " });
        }
        let is_last = index + 1 == parts.len();
        expr(out, part, level_of_part(part, is_and, is_last));
    }
}

fn separated<T>(out: &mut String, items: &[T], mut one: impl FnMut(&mut String, &T)) {
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            out.push_str(", ");
        }
        one(out, item);
    }
}

pub(super) fn compare_op(out: &mut String, op: CompareOp) {
    out.push_str(match op {
        CompareOp::Eq => " = ",
        CompareOp::Ne => " != ",
        CompareOp::Lt => " < ",
        CompareOp::Le => " <= ",
        CompareOp::Gt => " > ",
        CompareOp::Ge => " >= ",
    });
}

pub(super) fn ignoring(out: &mut String, ignoring_case: bool) {
    if ignoring_case {
        out.push_str(" ignoring case");
    }
}

/// The operand of a test and the blank after it, with `not` where the test is negated.
fn tested(out: &mut String, operand: &Expr, negated: bool) {
    expr(out, operand, Level::Sum);
    out.push_str(if negated { " not " } else { " " });
}

fn is(out: &mut String, operand: &Expr, negated: bool) {
    expr(out, operand, Level::Sum);
    out.push_str(if negated { " is not " } else { " is " });
}

fn between(out: &mut String, low: &Expr, high: &Expr) {
    out.push_str("between ");
    expr(out, low, Level::Sum);
    out.push_str(" and ");
    expr(out, high, Level::Sum);
}

pub(super) fn set(out: &mut String, set: &Set) {
    match set {
        Set::Literals(items) => literals(out, items),
        Set::Named(it) => name(out, it),
    }
}

pub(super) fn literals(out: &mut String, items: &[Expr]) {
    out.push('[');
    separated(out, items, |out, item| expr(out, item, Level::Sum));
    out.push(']');
}
