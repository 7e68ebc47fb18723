//! Which text is never blank.

use std::sync::Arc;

use super::{Checker, Facts, facts};
use crate::{
    hir::{AggregateKind, Expr, ExprKind, Function, Items, Place, Source, Spot},
    schema::{Layout, Slot},
    value::{Roles, Type, Value},
};

/// Rows of collections around an expression, the innermost last.
type Rows = Vec<(u8, Arc<Layout>)>;

impl Checker<'_> {
    /// Tells whether a text is never blank where `facts` hold: when it is there at all, it has something other than white
    /// space. Values that are not text always show something.
    pub(crate) fn is_filled(&self, expr: &Expr, facts: &Facts) -> bool {
        self.filled(expr, facts, &mut Rows::new())
    }

    /// Tells whether a list has items where `facts` hold, when it is there at all.
    pub(crate) fn has_items(&self, list: &Spot, facts: &Facts) -> bool {
        facts.filled_lists.contains(list) || self.slot_of(list).is_some_and(|it| it.roles.filled.is_some())
    }

    /// Tells whether a list is there and has items, for everyone of whom `facts` hold.
    pub(crate) fn always_has_items(&self, list: &Spot, facts: &Facts) -> bool {
        let is_there = facts.lists.contains(list)
            || matches!(list, Spot::Row(_)) && self.slot_of(list).is_some_and(|it| !it.optional);
        facts.filled_lists.contains(list) || is_there && self.has_items(list, facts)
    }

    fn slot_of(&self, list: &Spot) -> Option<&Slot> {
        let (layout, slot) = match list {
            Spot::Row(place) if place.row == 0 => (Some(&*self.names.customer.layout), place.slot),
            Spot::Row(place) => (self.scope.layout(place.row), place.slot),
            Spot::Item { catalog, slot, .. } => {
                let item = self.names.catalogs.get(*catalog);
                (item.map(|item| &*item.layout), *slot)
            }
        };
        layout.and_then(|it| it.slots.get(slot as usize))
    }

    fn filled(&self, expr: &Expr, facts: &Facts, rows: &mut Rows) -> bool {
        if !expr.ty.is_text() || expr.ty == Type::Url || facts.filled.contains(expr) {
            return true;
        }
        if let Type::Words(words) = &expr.ty
            && words.iter().all(|word| !is_blank(word))
        {
            return true;
        }
        match &expr.kind {
            ExprKind::Constant(Value::Text(text)) => !is_blank(text),
            // Blank text that it gives counts as missing.
            ExprKind::Host { .. } => true,
            ExprKind::Slot(place) => self
                .slot_roles(*place, rows)
                .is_some_and(|roles| roles.filled.is_some()),
            ExprKind::Follow { catalog, slot, .. } => {
                let item = self.names.catalogs.get(*catalog);
                let slot = item.and_then(|item| item.layout.slots.get(*slot as usize));
                slot.is_some_and(|slot| slot.roles.filled.is_some())
            }
            ExprKind::Local(index) => self.scope.is_filled(*index),
            ExprKind::Trait(index) => {
                let known = self.names.traits.get_index(*index);
                known.is_some_and(|(_, it)| it.as_ref().is_some_and(|it| it.roles.filled.is_some()))
            }
            ExprKind::Call {
                function:
                    Function::Lower
                    | Function::Upper
                    | Function::Trim
                    | Function::String
                    | Function::Min
                    | Function::Max
                    | Function::Default,
                args,
            } => args.iter().all(|arg| self.filled(arg, facts, rows)),
            ExprKind::Case { arms, otherwise } => {
                let arms = arms.iter().all(|(condition, value)| {
                    let mut inner = facts.clone();
                    inner.add(facts::proves(condition, true, &self.names.conditions));
                    self.filled(value, &inner, rows)
                });
                arms && otherwise
                    .as_ref()
                    .is_none_or(|value| self.filled(value, facts, rows))
            }
            ExprKind::Aggregate {
                kind: AggregateKind::First | AggregateKind::Last | AggregateKind::Min | AggregateKind::Max,
                value: Some(value),
                items,
            } => {
                let Some(layout) = self.item_layout(items, rows) else {
                    return false;
                };
                rows.push((items.row, layout));
                let filled = self.filled(value, facts, rows);
                rows.pop();
                filled
            }
            _ => false,
        }
    }

    fn slot_roles<'s>(&'s self, place: Place, rows: &'s Rows) -> Option<&'s Roles> {
        let layout = self.layout(place.row, rows)?;
        layout.slots.get(place.slot as usize).map(|slot| &slot.roles)
    }

    fn layout<'s>(&'s self, row: u8, rows: &'s Rows) -> Option<&'s Layout> {
        if row == 0 {
            return Some(&self.names.customer.layout);
        }
        let inner = rows.iter().rev().find(|(number, _)| *number == row);
        inner
            .map(|(_, layout)| &**layout)
            .or_else(|| self.scope.layout(row))
    }

    fn item_layout(&self, items: &Items, rows: &Rows) -> Option<Arc<Layout>> {
        let (layout, slot) = match &items.source {
            Source::Events(event) => return Some(self.names.events[*event].layout.clone()),
            Source::List(Spot::Row(place)) => (self.layout(place.row, rows)?, place.slot),
            Source::List(Spot::Item { catalog, slot, .. }) => (&*self.names.catalogs[*catalog].layout, *slot),
        };
        layout.slots.get(slot as usize)?.items.clone()
    }
}

fn is_blank(text: &str) -> bool {
    text.chars().all(char::is_whitespace)
}
