//! An expression on one line, with the parentheses that it needs.

use std::fmt::{self, Write as _};

use super::{
    ast::{
        AggregateKind, Amount, ArithmeticOp, CompareOp, DistanceUnit, Expr, ExprKind, Items, Json, JsonKind,
        Literal, Name, Place, Quantifier, Set, State, Step, TextTest, Unit, Window,
    },
    expression::last_bare_filter,
    scan::is_reserved,
};
use crate::value::DateTime;

/// How tightly an expression holds together; a looser one stands in parentheses where a tighter one is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Level {
    Or,
    And,
    Not,
    Test,
    Sum,
    Product,
    Sign,
    Primary,
}

pub(super) fn level(expr: &Expr) -> Level {
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
pub(super) fn needs_parentheses(expr: &Expr, least: Level) -> bool {
    level(expr) < least
}

/// What a part of an `and` or `or` must hold together at least.
///
/// A bare `where` before a further part would be ambiguous, so that such a part stands in parentheses.
pub(super) fn level_of_part(part: &Expr, is_and: bool, is_last: bool) -> Level {
    if !is_last && last_bare_filter(part).is_some() {
        Level::Primary
    } else if is_and {
        Level::Not
    } else {
        Level::And
    }
}

/// What follows `not` must hold together at least: `not (in segment x)` is not `not in segment x`.
pub(super) fn level_after_not(operand: &Expr) -> Level {
    match operand.kind {
        ExprKind::InSegment { negated: false, .. } | ExprKind::InSample { negated: false, .. } => {
            Level::Primary
        }
        _ => Level::Not,
    }
}

/// What the `where` of a sequence must hold together at least: a second collection would take the steps that follow.
pub(super) fn level_of_filter(filter: &Expr, has_steps: bool) -> Level {
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

/// JSON on one line, its values as they were written.
pub(crate) fn json_text(it: &Json) -> String {
    let mut out = String::new();
    json(&mut out, it);
    out
}

/// JSON on one line, its values as they were written.
pub(super) fn json(out: &mut String, it: &Json) {
    match &it.kind {
        JsonKind::Plain(written) => out.push_str(written),
        JsonKind::List(items) => {
            out.push('[');
            separated(out, items, json);
            out.push(']');
        }
        JsonKind::Record(members) if members.is_empty() => out.push_str("{}"),
        JsonKind::Record(members) => {
            out.push_str("{ ");
            separated(out, members, |out, member| {
                out.push_str(&member.written);
                out.push_str(": ");
                json(out, &member.value);
            });
            out.push_str(" }");
        }
    }
}

fn window(out: &mut String, window: &Window) {
    let bound = |out: &mut String, word: &str, bound: &Expr| {
        out.push_str(word);
        expr(out, bound, Level::Sum);
    };
    match window {
        Window::InLast(it) => {
            out.push_str("in last ");
            amount(out, *it);
        }
        Window::InNext(it) => {
            out.push_str("in next ");
            amount(out, *it);
        }
        Window::Between(low, high) => between(out, low, high),
        Window::Before(it) => bound(out, "before ", it),
        Window::After(it) => bound(out, "after ", it),
        Window::Since(it) => bound(out, "since ", it),
        Window::Today => out.push_str("today"),
        Window::Yesterday => out.push_str("yesterday"),
        Window::Tomorrow => out.push_str("tomorrow"),
        Window::Period { step, unit } => {
            out.push_str(match step {
                0 => "in this ",
                ..0 => "in previous ",
                _ => "in next ",
            });
            out.push_str(unit_word(*unit));
        }
    }
}

pub(super) fn quantifier(out: &mut String, quantifier: Quantifier) {
    let _ = match quantifier {
        Quantifier::Any => write!(out, "any "),
        Quantifier::No => write!(out, "no "),
        Quantifier::All => write!(out, "all "),
        Quantifier::AtLeast(count) => write!(out, "at least {count} "),
        Quantifier::AtMost(count) => write!(out, "at most {count} "),
        Quantifier::Exactly(count) => write!(out, "exactly {count} "),
    };
}

/// The name of the aggregate, its bracket and its value, up to the collection.
pub(super) fn aggregate_head(out: &mut String, kind: AggregateKind, value: Option<&Expr>) {
    out.push_str(match kind {
        AggregateKind::Count => "count(",
        AggregateKind::Sum => "sum(",
        AggregateKind::Avg => "avg(",
        AggregateKind::Min => "min(",
        AggregateKind::Max => "max(",
        AggregateKind::First => "first(",
        AggregateKind::Last => "last(",
        AggregateKind::Distinct => "distinct(",
        AggregateKind::Mode => "mode(",
    });
    if let Some(value) = value {
        expr(out, value, Level::Or);
        out.push_str(" of ");
    }
}

fn items(out: &mut String, items: &Items, filter_level: impl FnOnce(&Expr) -> Level) {
    collection(out, items);
    if let Some(it) = &items.filter {
        out.push_str(" where ");
        expr(out, it, filter_level(it));
    }
}

/// The collection and its window.
pub(super) fn collection(out: &mut String, items: &Items) {
    path(out, &items.collection);
    if let Some(it) = &items.window {
        out.push(' ');
        window(out, it);
    }
}

pub(super) fn step(out: &mut String, step: &Step) {
    out.push_str(if step.none {
        "followed by no "
    } else {
        "followed by any "
    });
    items(out, &step.items, |filter| level_of_filter(filter, true));
    out.push_str(" within ");
    amount(out, step.within);
}

fn amount(out: &mut String, amount: Amount) {
    let _ = write!(out, "{amount}");
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let calendar = if self.calendar { "calendar " } else { "" };
        let plural = if self.count == 1 { "" } else { "s" };
        write!(f, "{} {calendar}{}{plural}", self.count, unit_word(self.unit))
    }
}

fn unit_word(unit: Unit) -> &'static str {
    match unit {
        Unit::Second => "second",
        Unit::Minute => "minute",
        Unit::Hour => "hour",
        Unit::Day => "day",
        Unit::Week => "week",
        Unit::Month => "month",
        Unit::Quarter => "quarter",
        Unit::Year => "year",
    }
}

fn literal(out: &mut String, literal: &Literal) {
    let _ = match literal {
        Literal::Bool(it) => write!(out, "{it}"),
        Literal::Int(it) => write!(out, "{it}"),
        Literal::Decimal(digits) => write!(out, "{digits}"),
        Literal::Percent(it) => write!(out, "{it}%"),
        Literal::Date(it) => write!(out, "{it}"),
        Literal::DateTime { micros, local } => {
            let at = DateTime::from_micros(*micros)
                .unwrap_or(DateTime::MIN)
                .to_string();
            let shown = if *local { at.trim_end_matches('Z') } else { &at };
            write!(out, "{shown}")
        }
        Literal::Text(it) => {
            text(out, it);
            Ok(())
        }
        Literal::Duration(it) => {
            amount(out, *it);
            Ok(())
        }
        Literal::Null => write!(out, "null"),
    };
}

fn path(out: &mut String, steps: &[Name]) {
    for (index, step) in steps.iter().enumerate() {
        if index > 0 {
            out.push('.');
        }
        name(out, step);
    }
}

/// Words that mean something else outside of backticks where a name may stand.
const SPECIAL: [&str; 15] = [
    "null", "nil", "customer", "previous", "count", "sum", "avg", "min", "max", "first", "last", "distinct",
    "mode", "segment", "filled",
];

/// A name as definitions write it.
#[cfg(feature = "proptest")]
pub(crate) fn quote_name(text: &str) -> String {
    let mut out = String::new();
    let quoted = Name {
        text: text.into(),
        span: crate::span::Span::default(),
        quoted: true,
    };
    name(&mut out, &quoted);
    out
}

/// A name, in backticks where it needs them.
pub(super) fn name(out: &mut String, name: &Name) {
    let mut letters = name.text.chars();
    let is_plain = letters
        .next()
        .is_some_and(|c| c == '_' || pest::unicode::XID_START(c))
        && letters.all(pest::unicode::XID_CONTINUE);
    let is_special = || SPECIAL.iter().any(|it| it.eq_ignore_ascii_case(&name.text));
    if !is_plain || is_reserved(&name.text) || (name.quoted && is_special()) {
        let _ = write!(out, "`{}`", name.text);
    } else {
        out.push_str(&name.text);
    }
}

/// A text in double quotes, with the escapes that it needs.
pub(super) fn text(out: &mut String, text: &str) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            c if c.is_control() => {
                let _ = write!(out, "\\u{{{:X}}}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
}
