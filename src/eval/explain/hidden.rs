//! What must not be shown: whatever reads a personal or sensitive value, directly or through definitions.

use super::{ExplainOptions, names::Names};
use crate::hir::{Condition, ConditionKind, Expr, ExprKind, Items, Module, Part, Place, Source, Spot, Step};

/// Tells what reads personal or sensitive values; what it found out about definitions is kept.
#[derive(Clone, Debug)]
pub(crate) struct Hidden<'q> {
    module: &'q Module,
    names: Names<'q>,
    /// Whether nothing is hidden.
    show: bool,
    segments: Vec<Option<bool>>,
    traits: Vec<Option<bool>>,
}

impl<'q> Hidden<'q> {
    /// Nothing is hidden where personal values are to be shown.
    pub(crate) fn new(module: &'q Module, options: &ExplainOptions) -> Self {
        Self {
            module,
            names: Names::new(module),
            show: options.show_personal,
            segments: vec![None; module.segments.len()],
            traits: vec![None; module.traits.len()],
        }
    }

    pub(crate) fn condition(&mut self, condition: &Condition) -> bool {
        !self.show && self.part(Part::Condition(condition))
    }

    pub(crate) fn expr(&mut self, expr: &Expr) -> bool {
        !self.show && self.part(Part::Expr(expr))
    }

    /// Whether a part reads what is hidden. The rows of the collections around it are known from before.
    fn part(&mut self, part: Part<'_>) -> bool {
        let itself = match part {
            Part::Condition(condition) => match &condition.kind {
                ConditionKind::Segment(index) => self.segment(*index),
                // A sample is drawn by the key.
                ConditionKind::Sample { .. } => {
                    let mut fields = self.module.schema.customer.iter();
                    fields.any(|it| it.roles.key && (it.roles.personal || it.roles.sensitive))
                }
                ConditionKind::Sequence { first, steps } => return self.sequence(first, steps),
                _ => false,
            },
            Part::Expr(expr) => match &expr.kind {
                ExprKind::Trait(index) => self.computed(*index),
                ExprKind::Slot(place) => self.names.slot(*place).is_some_and(|it| it.hidden()),
                ExprKind::Size(list) => self.names.spot(list).is_some_and(|it| it.hidden()),
                ExprKind::Follow { catalog, slot, .. } => {
                    self.names.field(*catalog, *slot).is_some_and(|it| it.hidden())
                }
                _ => false,
            },
            Part::Items(items) => {
                self.names.enter(items);
                match &items.source {
                    Source::List(list) => self.names.spot(list).is_some_and(|it| it.hidden()),
                    Source::Events(_) => false,
                }
            }
            Part::List(list) => self.names.spot(list).is_some_and(|it| it.hidden()),
            Part::Slots { first, last } => (first.slot()..=last).any(|slot| {
                let slot = match first {
                    Spot::Row(place) => self.names.slot(Place { slot, ..*place }),
                    Spot::Item { catalog, .. } => self.names.field(*catalog, slot),
                };
                slot.is_some_and(|it| it.hidden())
            }),
            Part::Window(_) => false,
        };
        if itself {
            return true;
        }
        let mut found = false;
        part.parts(&mut |inner| found = found || self.part(inner));
        found
    }

    /// Each step sees the one before it as the row before its own.
    fn sequence(&mut self, first: &Items, steps: &[Step]) -> bool {
        let mut before = &first.source;
        let mut found = self.part(Part::Items(first));
        for step in steps {
            self.names.enter_as(step.items.row.saturating_sub(1), before);
            found = found || self.part(Part::Items(&step.items));
            before = &step.items.source;
        }
        found
    }

    fn segment(&mut self, index: usize) -> bool {
        if let Some(known) = self.segments[index] {
            return known;
        }
        let names = self.names.clone();
        let found = self.part(Part::Condition(&self.module.segments[index].condition));
        self.names = names;
        self.segments[index] = Some(found);
        found
    }

    fn computed(&mut self, index: usize) -> bool {
        if let Some(known) = self.traits[index] {
            return known;
        }
        let definition = &self.module.traits[index];
        let names = self.names.clone();
        let found = definition.roles.personal
            || definition.roles.sensitive
            || self.part(Part::Expr(&definition.value));
        self.names = names;
        self.traits[index] = Some(found);
        found
    }
}
