//! How large a definition is with everything it refers to written out in its place.

use crate::hir::{Bound, Condition, ConditionKind, Expr, ExprKind, Items, Module, Window};

/// Up to this weight a definition is copied into the one that names it; a larger one is worked out once and its result
/// read by all. So a chain of definitions that each name the one before twice stays linear.
const INLINED: u32 = 48;

#[derive(Debug)]
pub(super) struct Weights {
    segments: Vec<Option<u32>>,
    traits: Vec<Option<u32>>,
}

impl Weights {
    pub(super) fn new(module: &Module) -> Self {
        Self {
            segments: vec![None; module.segments.len()],
            traits: vec![None; module.traits.len()],
        }
    }

    pub(super) fn inlines_segment(&mut self, module: &Module, index: usize) -> bool {
        self.segment(module, index) <= INLINED
    }

    pub(super) fn inlines_trait(&mut self, module: &Module, index: usize) -> bool {
        self.computed(module, index) <= INLINED
    }

    fn segment(&mut self, module: &Module, index: usize) -> u32 {
        if let Some(weight) = self.segments[index] {
            return weight;
        }
        let weight = self.condition(module, &module.segments[index].condition);
        self.segments[index] = Some(weight);
        weight
    }

    fn computed(&mut self, module: &Module, index: usize) -> u32 {
        if let Some(weight) = self.traits[index] {
            return weight;
        }
        let weight = self.expr(module, &module.traits[index].value);
        self.traits[index] = Some(weight);
        weight
    }

    fn condition(&mut self, module: &Module, condition: &Condition) -> u32 {
        let mut each = |exprs: &[&Expr]| {
            exprs
                .iter()
                .fold(1, |sum, expr| self.expr(module, expr).saturating_add(sum))
        };
        match &condition.kind {
            ConditionKind::AnyKnown { first, last } => last.saturating_sub(first.slot).saturating_add(1),
            ConditionKind::Constant(_)
            | ConditionKind::ListKnown(_)
            | ConditionKind::ListEmpty(_)
            | ConditionKind::ListFilled(_)
            | ConditionKind::ContainsEach { .. } => 1,
            ConditionKind::Not(inner) => self.condition(module, inner),
            ConditionKind::And(parts) | ConditionKind::Or(parts) => parts
                .iter()
                .fold(0, |sum, part| self.condition(module, part).saturating_add(sum)),
            ConditionKind::Holds(expr)
            | ConditionKind::In { operand: expr, .. }
            | ConditionKind::Contains { item: expr, .. }
            | ConditionKind::Known(expr)
            | ConditionKind::TextEmpty(expr)
            | ConditionKind::TextFilled(expr) => each(&[expr]),
            ConditionKind::Compare { lhs, rhs, .. } => each(&[lhs, rhs]),
            ConditionKind::Between { operand, low, high } => each(&[operand, low, high]),
            ConditionKind::Text { operand, pattern, .. } => each(&[operand, pattern]),
            ConditionKind::InWindow { operand, window } => {
                each(&[operand]).saturating_add(self.window(module, window))
            }
            ConditionKind::Quantified { items, .. } => self.items(module, items),
            ConditionKind::Segment(index) => self.segment(module, *index),
        }
    }

    fn expr(&mut self, module: &Module, expr: &Expr) -> u32 {
        match &expr.kind {
            ExprKind::Constant(_)
            | ExprKind::Clock(_)
            | ExprKind::Slot(_)
            | ExprKind::Local(_)
            | ExprKind::Now
            | ExprKind::Today
            | ExprKind::Size(_) => 1,
            ExprKind::Trait(index) => self.computed(module, *index),
            ExprKind::Condition(condition) => self.condition(module, condition),
            ExprKind::Arithmetic { lhs, rhs, .. } => self
                .expr(module, lhs)
                .saturating_add(self.expr(module, rhs))
                .saturating_add(1),
            ExprKind::Negate(inner) => self.expr(module, inner).saturating_add(1),
            ExprKind::Call { args, .. } => args
                .iter()
                .fold(1, |sum, arg| self.expr(module, arg).saturating_add(sum)),
            ExprKind::Case { arms, otherwise } => {
                let last = otherwise.as_ref().map_or(1, |it| self.expr(module, it));
                arms.iter().fold(last, |sum, (condition, value)| {
                    let arm = self
                        .condition(module, condition)
                        .saturating_add(self.expr(module, value));
                    arm.saturating_add(sum)
                })
            }
            ExprKind::Aggregate { value, items, .. } => {
                let value = value.as_ref().map_or(0, |it| self.expr(module, it));
                self.items(module, items).saturating_add(value)
            }
        }
    }

    fn items(&mut self, module: &Module, items: &Items) -> u32 {
        let window = items.window.as_ref().map_or(0, |it| self.window(module, it));
        // A filter runs for every item.
        let filter = items
            .filter
            .as_ref()
            .map_or(0, |it| self.condition(module, it).saturating_mul(4));
        window.saturating_add(filter).saturating_add(1)
    }

    fn window(&mut self, module: &Module, window: &Window) -> u32 {
        [&window.from, &window.to]
            .into_iter()
            .flatten()
            .fold(0, |sum, edge| self.bound(module, &edge.bound).saturating_add(sum))
    }

    fn bound(&mut self, module: &Module, bound: &Bound) -> u32 {
        match bound {
            Bound::Expr(expr) => self.expr(module, expr),
            Bound::DayStart { day, .. } => self.bound(module, day),
            _ => 0,
        }
    }
}
