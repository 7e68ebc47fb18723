//! Collections with their windows and filters, and what is asked of them.

use std::fmt::Write as _;

use super::{
    Level, between, expr, level_of_filter,
    word::{amount, path, unit_word},
};
use crate::syntax::ast::{AggregateKind, Expr, Items, Quantifier, Step, Window};

pub(in crate::syntax) fn quantifier(out: &mut String, quantifier: Quantifier) {
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
pub(in crate::syntax) fn aggregate_head(out: &mut String, kind: AggregateKind, value: Option<&Expr>) {
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

pub(super) fn items(out: &mut String, items: &Items, filter_level: impl FnOnce(&Expr) -> Level) {
    collection(out, items);
    if let Some(it) = &items.filter {
        out.push_str(" where ");
        expr(out, it, filter_level(it));
    }
}

/// The collection and its window.
pub(in crate::syntax) fn collection(out: &mut String, items: &Items) {
    path(out, &items.collection);
    if let Some(it) = &items.window {
        out.push(' ');
        window(out, it);
    }
}

pub(in crate::syntax) fn step(out: &mut String, step: &Step) {
    out.push_str(if step.none {
        "followed by no "
    } else {
        "followed by any "
    });
    items(out, &step.items, |filter| level_of_filter(filter, true));
    out.push_str(" within ");
    amount(out, step.within);
}

pub(super) fn window(out: &mut String, window: &Window) {
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
