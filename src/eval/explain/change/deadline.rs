//! Until when something has to happen to count.

use std::sync::Arc;

use crate::{
    eval::{At, NextChange, explain::picture::Picture, interpret::Interpreter, next_change},
    hir::{Condition, ConditionKind, Expr, ExprKind, Items, Module, Quantifier, Source},
    limits::Limits,
    span::Span,
    value::{DateTime, Type},
};

/// The first moment after now at which the window has lost one of the events that count now, or would not take in an event of
/// that moment.
///
/// It is the next change of "there are as many events in the window, and now lies in it" for a customer with just those events.
/// Nothing when there is no such moment within ten years, when there is no window, or when it takes in no events of now to begin
/// with.
pub(super) fn of(module: &Module, picture: &Picture, at: &At, items: &Items) -> Option<DateTime> {
    let Source::Events(event) = items.source else {
        return None;
    };
    let window = items.window.clone()?;
    let counted: Vec<_> = {
        let mut ask = Interpreter::new(module, picture, at, &[]);
        ask.items(items).into_iter().cloned().collect()
    };
    let span = Span::default();
    let all_there = ConditionKind::Quantified {
        quantifier: Quantifier::AtLeast(counted.len() as u64),
        items: Items {
            filter: None,
            ..items.clone()
        },
    };
    let takes_new = ConditionKind::InWindow {
        operand: Box::new(Expr {
            span,
            ty: Type::DateTime,
            optional: false,
            kind: ExprKind::Now,
        }),
        window,
    };
    let both = [all_there, takes_new].map(|kind| Condition::new(span, kind));
    let counts = Condition::new(span, ConditionKind::And(both.into()));
    let mut only = picture.clone();
    *only.events.get_mut(event)? = Arc::new(counted);
    if !Interpreter::new(module, &only, at, &[]).test(&counts) {
        return None;
    }
    let edges = Limits::default().edges;
    match next_change(module, &counts, &only, at, NextChange::HORIZON, edges) {
        NextChange::At(before) => Some(before),
        NextChange::NotWithin(_) | NextChange::Unknown(_) => None,
    }
}
