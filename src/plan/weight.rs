//! How large a definition is with everything it refers to written out in its place.

use crate::hir::{Condition, ConditionKind, Expr, ExprKind, Module, Part};

/// Up to this weight a definition is copied into the one that names it; a larger one is worked out once and its result
/// read by all. So a chain of definitions that each name the one before twice stays linear.
const INLINED: u32 = 48;

/// The same for segments that others may have worked out before.
const ASKED: u32 = 2;

#[derive(Debug)]
pub(super) struct Weights {
    /// Up to which weight segments are copied.
    inlined: u32,
    segments: Vec<Option<u32>>,
    traits: Vec<Option<u32>>,
}

impl Weights {
    pub(super) fn new(module: &Module) -> Self {
        Self {
            inlined: INLINED,
            segments: vec![None; module.segments.len()],
            traits: vec![None; module.traits.len()],
        }
    }

    pub(super) fn inlines_segment(&mut self, module: &Module, index: usize) -> bool {
        self.segment(module, index) <= self.inlined
    }

    pub(super) fn share_segments(&mut self) {
        self.inlined = ASKED;
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
        let own = match &condition.kind {
            ConditionKind::Segment(index) => return self.segment(module, *index),
            ConditionKind::AnyKnown { first, last } => last.saturating_sub(first.slot()).saturating_add(1),
            ConditionKind::Not(_)
            | ConditionKind::And(_)
            | ConditionKind::Or(_)
            | ConditionKind::Quantified { .. }
            | ConditionKind::Sequence { .. } => 0,
            _ => 1,
        };
        self.inside(module, own, Part::Condition(condition))
    }

    fn expr(&mut self, module: &Module, expr: &Expr) -> u32 {
        let own = match &expr.kind {
            ExprKind::Trait(index) => return self.computed(module, *index),
            // What the host works out may be much.
            ExprKind::Host { .. } => 16,
            ExprKind::Condition(_) | ExprKind::Case { .. } | ExprKind::Aggregate { .. } => 0,
            _ => 1,
        };
        self.inside(module, own, Part::Expr(expr))
    }

    /// The weight of what has so much of its own, and of all that stands inside.
    fn inside(&mut self, module: &Module, own: u32, part: Part<'_>) -> u32 {
        let mut sum = own;
        part.parts(&mut |inner| sum = sum.saturating_add(self.part(module, inner)));
        sum
    }

    fn part(&mut self, module: &Module, part: Part<'_>) -> u32 {
        match part {
            Part::Condition(condition) => self.condition(module, condition),
            Part::Expr(expr) => self.expr(module, expr),
            Part::Window(_) => self.inside(module, 0, part),
            Part::Items(items) => {
                let window = items
                    .window
                    .as_ref()
                    .map_or(0, |it| self.part(module, Part::Window(it)));
                // A filter runs for every item.
                let filter = items
                    .filter
                    .as_ref()
                    .map_or(0, |it| self.condition(module, it).saturating_mul(4));
                window.saturating_add(filter).saturating_add(1)
            }
            Part::List(_) | Part::Slots { .. } => 0,
        }
    }
}
