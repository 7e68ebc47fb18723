//! Lists: whether they are there, how long they are, and what they contain.

use std::sync::Arc;

use super::{
    Maybe, Test, Translator, Val,
    fragment::{Sql, sql},
    rows::Row,
};
use crate::{
    hir::{
        Condition, ConditionKind, Constants, Expr, ExprKind, Items, Order, Place, Quantifier, Source, Spot,
    },
    span::Span,
    value::Type,
};

impl<'q> Translator<'q> {
    pub(super) fn list_known(&mut self, list: &Spot, span: Span) -> Maybe<Test> {
        let (row, absent) = self.row_of(list, span)?;
        self.present(&row, list.slot(), absent, span)
    }

    /// Whether a list of a row is there.
    pub(super) fn present(&mut self, row: &Row<'q>, slot: u32, absent: bool, span: Span) -> Maybe<Test> {
        let layout = Arc::clone(&row.layout);
        let slot = layout.slots.get(slot as usize)?;
        let name = slot.mapped();
        if slot.optional {
            let table = row.table;
            let Some(column) = table.lists.get(&name).and_then(|list| list.present.as_ref()) else {
                let place = format!("`{}.lists.{name}.present`", row.path);
                return self.unmapped(span, &format!("whether the list `{name}` is there"), &place);
            };
            let column = self.read_plain(row, column, &Type::Bool, absent);
            return Some(Test::Sql(column));
        }
        if !absent {
            return Some(Test::Always);
        }
        let key = row.table.key.first()?;
        let key = self.read_plain(row, key, &row.keys[0].clone(), true);
        Some(Test::of(sql![key, " IS NOT NULL"]))
    }

    /// The items of a list, with a filter.
    fn items_of(
        &self,
        list: &Spot,
        filter: impl FnOnce(Expr) -> Option<ConditionKind>,
        ty: Type,
        span: Span,
    ) -> Items {
        let row = u8::try_from(self.rows.len()).unwrap_or(u8::MAX);
        let item = Expr {
            span,
            ty,
            optional: false,
            kind: ExprKind::Slot(Place { row, slot: 0 }),
        };
        let filter = filter(item).map(|kind| Box::new(Condition::new(span, kind)));
        Items {
            source: Source::List(list.clone()),
            window: None,
            filter,
            row,
        }
    }

    pub(super) fn list_count(&mut self, list: &Spot, span: Span) -> Maybe<Sql> {
        let items = self.items_of(list, |_| None, Type::Int, span);
        self.count(&items, span)
    }

    /// The number of items; missing when the list is.
    pub(super) fn size(&mut self, list: &Spot, expr: &Expr) -> Maybe<Val> {
        let count = self.list_count(list, expr.span)?;
        let known = self.list_known(list, expr.span)?;
        let sql = match self.definite_or_always(known) {
            None => count,
            Some(known) => sql!["CASE WHEN ", known, " THEN ", count, " END"].maybe(),
        };
        Some(Val::new(sql, expr.ty.clone()))
    }

    /// The type of the items of a list of plain values.
    fn item_type(&mut self, list: &Spot, span: Span) -> Maybe<Type> {
        let (_, layout, ..) = self.parent_of(list, span)?;
        let items = layout.slots.get(list.slot() as usize)?.items.clone()?;
        Some(match &items.slots.first()?.ty {
            Type::Ref(_) => Type::String,
            ty => ty.clone(),
        })
    }

    pub(super) fn list_contains(&mut self, list: &Spot, item: &Expr, condition: &Condition) -> Maybe<Test> {
        let ty = self.item_type(list, condition.span)?;
        let equal = |slot: Expr| {
            Some(ConditionKind::Compare {
                op: Order::Eq,
                lhs: Box::new(slot),
                rhs: Box::new(item.clone()),
            })
        };
        let items = self.items_of(list, equal, ty, condition.span);
        self.quantified(Quantifier::Any, &items, condition)
    }

    pub(super) fn list_contains_each(
        &mut self,
        list: &Spot,
        all: bool,
        set: &Constants,
        condition: &Condition,
    ) -> Maybe<Test> {
        let ty = self.item_type(list, condition.span)?;
        if !all {
            let among = |slot: Expr| {
                Some(ConditionKind::In {
                    operand: Box::new(slot),
                    set: set.clone(),
                })
            };
            let items = self.items_of(list, among, ty, condition.span);
            return self.quantified(Quantifier::Any, &items, condition);
        }
        let mut tests = Vec::new();
        if set.is_empty() {
            tests.push(self.list_known(list, condition.span)?);
        }
        for value in set.iter() {
            let one = |slot: Expr| {
                let set = std::iter::once(value.clone()).collect();
                Some(ConditionKind::In {
                    operand: Box::new(slot),
                    set,
                })
            };
            let items = self.items_of(list, one, ty.clone(), condition.span);
            tests.push(self.quantified(Quantifier::Any, &items, condition)?);
        }
        Some(Self::all(tests))
    }
}
