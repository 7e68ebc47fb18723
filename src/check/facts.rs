//! What is known of values where a condition holds, or where it does not.

use std::sync::Arc;

use crate::{
    hir::{
        AggregateKind, ArithmeticOp, Condition, ConditionKind, Expr, ExprKind, Function, Items, MADE_LISTS,
        Order, Part, Place, Source, Spot, Window,
    },
    value::{Type, Value},
};

/// Values that are there.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Facts {
    /// Known, and so is all that they are computed from where that follows.
    pub(crate) known: Vec<Expr>,
    /// Text that is known and not blank.
    pub(crate) filled: Vec<Expr>,
    /// Lists that are present.
    pub(crate) lists: Vec<Spot>,
    /// Lists that have items.
    pub(crate) filled_lists: Vec<Spot>,
}

/// So many facts of a kind are kept: a hostile condition may prove very many, and each is compared with others.
const MOST: usize = 1000;

impl Facts {
    /// Adds what others say.
    pub(crate) fn add(&mut self, other: Self) {
        extend(&mut self.known, other.known);
        extend(&mut self.filled, other.filled);
        extend(&mut self.lists, other.lists);
        extend(&mut self.filled_lists, other.filled_lists);
    }

    /// Leaves only what both say.
    fn meet(mut self, other: &Self) -> Self {
        self.known.retain(|it| other.known.contains(it));
        self.filled.retain(|it| other.filled.contains(it));
        self.lists.retain(|it| other.lists.contains(it));
        self.filled_lists.retain(|it| other.filled_lists.contains(it));
        self
    }

    /// Leaves nothing that is about what a template gives another value.
    pub(crate) fn forget(&mut self, is_about: &dyn Fn(Part<'_>) -> bool) {
        for fact in self.known.iter_mut().chain(&mut self.filled) {
            let mut found = false;
            Part::Expr(fact).walk(&mut |part| found |= is_about(part));
            if found {
                // Others have counted how many there are, so that what is forgotten leaves its place.
                *fact = Expr::constant(fact.span, Type::Bool, true);
            }
        }
        for list in self.lists.iter_mut().chain(&mut self.filled_lists) {
            let mut found = false;
            Part::List(list).walk(&mut |part| found |= is_about(part));
            if found {
                *list = Spot::Row(Place {
                    row: MADE_LISTS,
                    slot: u32::MAX,
                });
            }
        }
    }

    fn is_empty(&self) -> bool {
        self.known.is_empty()
            && self.filled.is_empty()
            && self.lists.is_empty()
            && self.filled_lists.is_empty()
    }

    fn know(&mut self, expr: &Expr) {
        if let ExprKind::Constant(_) | ExprKind::Clock(_) | ExprKind::Now | ExprKind::Today = expr.kind {
            return;
        }
        self.known.push(expr.clone());
        for part in needed(expr) {
            self.know(part);
        }
    }

    fn fill(&mut self, expr: &Expr) {
        self.filled.push(expr.clone());
        if let ExprKind::Folded(text) = &expr.kind {
            self.fill(text);
        }
        if let ExprKind::Call {
            function: Function::Lower | Function::Upper | Function::Trim | Function::Domain,
            args,
        } = &expr.kind
        {
            for arg in args {
                self.fill(arg);
            }
        }
    }

    fn know_edges(&mut self, window: &Window) {
        for edge in window.from.iter().chain(&window.to) {
            if let Some(bound) = edge.bound.moving() {
                self.know(bound);
            }
        }
    }

    pub(crate) fn list(&mut self, list: &Spot, filled: bool) {
        if let Some(key) = list.key() {
            self.know(key);
        }
        self.lists.push(list.clone());
        if filled {
            self.filled_lists.push(list.clone());
        }
    }
}

fn extend<T>(facts: &mut Vec<T>, more: Vec<T>) {
    let room = MOST.saturating_sub(facts.len());
    facts.extend(more.into_iter().take(room));
}

/// The parts without which an expression would be missing.
fn needed(expr: &Expr) -> Vec<&Expr> {
    match &expr.kind {
        ExprKind::Arithmetic { lhs, rhs, .. } => vec![&**lhs, &**rhs],
        ExprKind::Negate(inner)
        | ExprKind::Folded(inner)
        | ExprKind::Shift { operand: inner, .. }
        | ExprKind::Follow { key: inner, .. } => vec![&**inner],
        ExprKind::Call { function, args } if *function != Function::Default => args.iter().collect(),
        _ => Vec::new(),
    }
}

/// The conditions of segments by their number, where they are known already.
pub(crate) type Segments = [Option<Arc<Condition>>];

/// What follows from `condition` being true (`holds`) or false. Looks into the segments that it names.
pub(crate) fn proves(condition: &Condition, holds: bool, segments: &Segments) -> Facts {
    Proof { segments, opened: 0 }.of(condition, holds)
}

/// So many segments are looked into: each may name others twice.
const OPENED: usize = 64;

struct Proof<'a> {
    segments: &'a Segments,
    opened: usize,
}

impl Proof<'_> {
    fn of(&mut self, condition: &Condition, holds: bool) -> Facts {
        let mut facts = Facts::default();
        match (&condition.kind, holds) {
            (ConditionKind::Not(inner), holds) => return self.of(inner, !holds),
            (ConditionKind::Segment(index), holds) => {
                if let Some(Some(condition)) = self.segments.get(*index)
                    && self.opened < OPENED
                {
                    self.opened += 1;
                    let condition = Arc::clone(condition);
                    return self.of(&condition, holds);
                }
            }
            (ConditionKind::And(parts), true) | (ConditionKind::Or(parts), false) => {
                for part in parts {
                    facts.add(self.of(part, holds));
                }
            }
            (ConditionKind::And(parts), false) | (ConditionKind::Or(parts), true) => {
                let mut parts = parts.iter();
                let Some(first) = parts.next() else { return facts };
                facts = self.of(first, holds);
                for part in parts {
                    if facts.is_empty() {
                        break;
                    }
                    facts = facts.meet(&self.of(part, holds));
                }
            }
            (ConditionKind::Holds(value), holds) => match &value.kind {
                ExprKind::Condition(inner) => return self.of(inner, holds),
                _ if holds => facts.know(value),
                _ => {}
            },
            (ConditionKind::Compare { op, lhs, rhs }, true) => {
                facts.know(lhs);
                facts.know(rhs);
                if *op == Order::Eq {
                    fill_equal(&mut facts, lhs, rhs);
                    fill_equal(&mut facts, rhs, lhs);
                }
            }
            (ConditionKind::Between { operand, low, high }, true) => {
                for value in [operand, low, high] {
                    facts.know(value);
                }
            }
            (ConditionKind::In { operand, set }, true) => {
                facts.know(operand);
                if operand.ty.is_text() && set.iter().all(is_filled_text) {
                    facts.fill(operand);
                }
            }
            (ConditionKind::Text { operand, pattern, .. }, true) => {
                facts.know(operand);
                facts.know(pattern);
                if matches!(&pattern.kind, ExprKind::Constant(value) if is_filled_text(value)) {
                    facts.fill(operand);
                }
            }
            (ConditionKind::Near { operand, of, .. }, true) => {
                facts.know(operand);
                facts.know(of);
            }
            (ConditionKind::Matches { operand, .. } | ConditionKind::Rank { operand, .. }, true) => {
                facts.know(operand);
            }
            (ConditionKind::Known(value) | ConditionKind::TextEmpty(value), true) => facts.know(value),
            (ConditionKind::TextFilled(value), true) => {
                facts.know(value);
                facts.fill(value);
            }
            (ConditionKind::ListKnown(list) | ConditionKind::ListEmpty(list), true) => {
                facts.list(list, false);
            }
            (ConditionKind::ListFilled(list), true) => facts.list(list, true),
            (ConditionKind::Contains { list, item }, true) => {
                facts.list(list, true);
                facts.know(item);
            }
            (ConditionKind::ContainsEach { list, all, set }, true) => {
                facts.list(list, !(*all && set.is_empty()));
            }
            (
                ConditionKind::InWindow { operand, window } | ConditionKind::Anniversary { operand, window },
                true,
            ) => {
                facts.know(operand);
                facts.know_edges(window);
            }
            (ConditionKind::Quantified { quantifier, items }, true) => {
                use crate::hir::Quantifier::{Any, AtLeast, Exactly};
                if let (Any | AtLeast(1..) | Exactly(1..), Source::List(list)) = (quantifier, &items.source) {
                    facts.list(list, true);
                }
            }
            (
                ConditionKind::Constant(_)
                | ConditionKind::AnyKnown { .. }
                | ConditionKind::Sample { .. }
                | ConditionKind::Sequence { .. },
                true,
            )
            | (_, false) => {}
        }
        facts
    }
}

/// A text that equals another is filled when that is.
fn fill_equal(facts: &mut Facts, one: &Expr, other: &Expr) {
    if one.ty.is_text() && matches!(&other.kind, ExprKind::Constant(value) if is_filled_text(value)) {
        facts.fill(one);
    }
}

fn is_filled_text(value: &Value) -> bool {
    matches!(value, Value::Text(text) if !text.chars().all(char::is_whitespace))
}

/// Tells whether the value is there (overflow aside) where `facts` hold.
pub(crate) fn known_given(expr: &Expr, facts: &Facts) -> bool {
    if !expr.optional || facts.known.contains(expr) {
        return true;
    }
    match &expr.kind {
        ExprKind::Arithmetic { op, lhs, rhs } => {
            let may_divide_by_zero = *op == ArithmeticOp::Divide
                && !matches!(&rhs.kind, ExprKind::Constant(value) if !is_zero(value));
            !may_divide_by_zero && known_given(lhs, facts) && known_given(rhs, facts)
        }
        ExprKind::Negate(inner) | ExprKind::Folded(inner) | ExprKind::Shift { operand: inner, .. } => {
            known_given(inner, facts)
        }
        ExprKind::Call { function, args } => match function {
            Function::Domain => false,
            Function::Default => args.iter().any(|arg| known_given(arg, facts)),
            _ => args.iter().all(|arg| known_given(arg, facts)),
        },
        ExprKind::Size(list) => is_list_there(list, facts),
        ExprKind::Aggregate {
            kind: AggregateKind::First | AggregateKind::Last,
            value: Some(value),
            items,
        } => match &**items {
            Items {
                source: Source::List(list),
                window: None,
                filter: None,
                ..
            } => facts.filled_lists.contains(list) && known_given(value, facts),
            _ => false,
        },
        ExprKind::Follow {
            key,
            catalog,
            required: true,
            ..
        } => is_item_there(key, *catalog, facts),
        _ => false,
    }
}

/// Tells whether the list is present where `facts` hold.
pub(crate) fn is_list_there(list: &Spot, facts: &Facts) -> bool {
    let with_the_item = match list {
        Spot::Item {
            key,
            catalog,
            required: true,
            ..
        } => is_item_there(key, *catalog, facts),
        _ => false,
    };
    with_the_item || facts.lists.contains(list)
}

/// A known field of an item proves the item there, and with it all that its catalogue requires.
fn is_item_there(key: &Expr, catalog: usize, facts: &Facts) -> bool {
    let field = facts.known.iter().any(|known| match &known.kind {
        ExprKind::Follow {
            key: of,
            catalog: from,
            ..
        } => *from == catalog && **of == *key,
        _ => false,
    });
    field
        || facts.lists.iter().any(|list| match list {
            Spot::Item {
                key: of,
                catalog: from,
                ..
            } => *from == catalog && **of == *key,
            Spot::Row(_) => false,
        })
}

fn is_zero(value: &Value) -> bool {
    match value {
        Value::Int(int) => *int == 0,
        Value::Decimal(decimal) => decimal.units() == 0,
        Value::Float(float) => *float == 0.0,
        _ => true,
    }
}
