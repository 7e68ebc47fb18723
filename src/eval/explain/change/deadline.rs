//! Until when a change has to be made to turn the answer.

use std::sync::Arc;

use super::{
    edit::Step,
    search::{Changed, Past, Search},
};
use crate::{
    eval::{
        ChangePlan, Instants, NextChange,
        explain::picture::Picture,
        interpret::{Interpreter, Item},
        next_change,
    },
    hir::{Condition, ConditionKind, Expr, ExprKind, Items, Module, Quantifier, Source},
    limits::Limits,
    span::Span,
    value::{DateTime, Duration, Type, Value},
};

/// How often each condition is followed to its next change.
const FOLLOWED: usize = 6;

/// The first moment after now at which the change would not turn the answer any more, events that are added now being added at
/// that moment.
///
/// Moments are considered at which a window loses an event that counts or takes in no new ones, and at which the rest of the rule
/// changes. What is told was tried: a moment before, the change turns the answer, and then it does not.
pub(super) fn of(search: &Search<'_>, change: &Changed<'_>) -> Option<DateTime> {
    if change.past == Past::Undone {
        return None;
    }
    let module = search.question.module;
    let mut conditions = Vec::new();
    let mut turned = Vec::new();
    for test in search.turned_by(change) {
        if let ExprKind::Aggregate { items, .. } = &search.leaves.cores[test.core].expr.kind
            && change.adds_to(&items.source)
            && !search.hidden(test.condition)
        {
            conditions.extend(counts_on(search, items));
        }
        turned.push(test.condition);
    }
    if search.hides {
        // When the rest of the rule changes may be a birthday.
        let first = |(condition, picture): &(Condition, Picture)| {
            let edges = edges(search, module, condition, picture);
            edges.into_iter().next()
        };
        return conditions.iter().filter_map(first).min();
    }
    let mut moments: Vec<DateTime> = conditions
        .iter()
        .flat_map(|(condition, picture)| edges(search, module, condition, picture))
        .collect();
    let (rest, root) = assuming(search, &turned);
    let mut changed = search.picture.clone();
    for step in change.steps() {
        if !adds_event(step) {
            step.apply(&mut changed);
        }
    }
    moments.extend(edges(search, &rest, &rest.segments[root].condition, &changed));
    moments.sort();
    moments.dedup();
    let too_late = moments.into_iter().find(|at| !turns(search, change, *at))?;
    let just_before = too_late.checked_add(Duration::from_micros(-1))?;
    turns(search, change, just_before).then_some(too_late)
}

/// When the window of the items has lost one of those that count, or takes in no events of the moment; nothing when it takes in
/// none to begin with.
pub(super) fn of_window(search: &Search<'_>, items: &Items) -> Option<DateTime> {
    let (condition, picture) = counts_on(search, items)?;
    let module = search.question.module;
    edges(search, module, &condition, &picture).into_iter().next()
}

/// "There are as many events in the window, and now lies in it", and a customer with just those events.
fn counts_on(search: &Search<'_>, items: &Items) -> Option<(Condition, Picture)> {
    let Source::Events(event) = items.source else {
        return None;
    };
    let window = items.window.clone()?;
    let (module, at) = (search.question.module, search.question.at);
    let counted: Vec<_> = {
        let mut ask = Interpreter::new(module, search.picture, at, &[]);
        ask.items(items)
            .into_iter()
            .filter_map(Item::own)
            .cloned()
            .collect()
    };
    let span = Span::default();
    let all_there = ConditionKind::Quantified {
        quantifier: Quantifier::AtLeast(counted.len() as u64),
        items: Box::new(Items {
            filter: None,
            ..items.clone()
        }),
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
    let mut only = search.picture.clone();
    *only.events.get_mut(event)? = Arc::new(counted);
    let holds = Interpreter::new(module, &only, at, &[]).test(&counts);
    holds.then_some((counts, only))
}

/// The next moments at which a condition changes.
fn edges(search: &Search<'_>, module: &Module, condition: &Condition, picture: &Picture) -> Vec<DateTime> {
    let mut moments = Vec::new();
    let mut at = search.question.at.clone();
    let most = Limits::default().edges;
    while moments.len() < FOLLOWED
        && let NextChange::At(next) = next_change(
            (module, &ChangePlan::default(), condition),
            picture,
            &at,
            &Instants::new(),
            (NextChange::HORIZON, most),
        )
    {
        moments.push(next);
        at = at.moved(next);
    }
    moments
}

/// Whether the change would turn the answer at a moment.
fn turns(search: &Search<'_>, change: &Changed<'_>, moment: DateTime) -> bool {
    let now = search.question.at.now().micros();
    let mut changed = search.picture.clone();
    for step in change.steps() {
        match step {
            Step::Add {
                source,
                count,
                like,
                row,
                with,
            } if adds_event(step) && row.at() == now => {
                let mut row = row.clone();
                super::edit::put(&mut row, 0, &Value::DateTime(moment));
                let later = Step::Add {
                    source: source.clone(),
                    count: *count,
                    like: *like,
                    row,
                    with: with.clone(),
                };
                later.apply(&mut changed);
            }
            step => step.apply(&mut changed),
        }
    }
    let at = search.question.at.moved(moment);
    Interpreter::new(search.question.module, &changed, &at, &[]).test(search.root) != search.holds
}

fn adds_event(step: &Step) -> bool {
    matches!(
        step,
        Step::Add {
            source: Source::Events(_),
            ..
        }
    )
}

/// The definitions in which the tests that the change turns are turned, and the number of the segment that is asked about.
fn assuming(search: &Search<'_>, turned: &[&Condition]) -> (Module, usize) {
    let question = &search.question;
    let mut module = question.module.clone();
    let mut ask = Interpreter::new(question.module, search.picture, question.at, &[]);
    let turned: Vec<(&Condition, bool)> = turned.iter().map(|it| (*it, !ask.test(it))).collect();
    for segment in &mut module.segments {
        assume(Arc::make_mut(&mut segment.condition), &turned);
    }
    for computed in &mut module.traits {
        assume_in(&mut computed.value, &turned);
    }
    (module, question.segment)
}

fn assume(condition: &mut Condition, turned: &[(&Condition, bool)]) {
    if let Some((_, holds)) = turned.iter().find(|(it, _)| *it == condition) {
        condition.kind = ConditionKind::Constant(*holds);
        return;
    }
    match &mut condition.kind {
        ConditionKind::Not(inner) => assume(inner, turned),
        ConditionKind::And(parts) | ConditionKind::Or(parts) => {
            for part in parts {
                assume(part, turned);
            }
        }
        ConditionKind::Holds(operand) | ConditionKind::In { operand, .. } => assume_in(operand, turned),
        ConditionKind::Compare { lhs, rhs, .. } => {
            assume_in(lhs, turned);
            assume_in(rhs, turned);
        }
        _ => {}
    }
}

fn assume_in(expr: &mut Expr, turned: &[(&Condition, bool)]) {
    match &mut expr.kind {
        ExprKind::Condition(inner) => assume(inner, turned),
        ExprKind::Case { arms, otherwise } => {
            for (condition, value) in arms {
                assume(condition, turned);
                assume_in(value, turned);
            }
            if let Some(value) = otherwise {
                assume_in(value, turned);
            }
        }
        _ => {}
    }
}
