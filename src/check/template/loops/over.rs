//! What a loop goes through: items, those of a placement, whole numbers; and how many of them.

use std::sync::Arc;

use super::{
    super::{
        Entry, Facts, Held, HeldKind, Shape, TemplateChecker, held, known_given, placed_fields, proves,
        type_name,
    },
    Through,
};
use crate::{
    check::Member,
    diagnostic::{Code, Diagnostic},
    hir::{self, Expr, ExprKind, template::Over},
    span::Span,
    syntax::ast,
    value::{Decimal, Type, Value},
};

impl TemplateChecker<'_, '_> {
    /// Whether a loop has a round for everyone.
    pub(super) fn has_rounds(&self, over: &Over) -> bool {
        match over {
            Over::Items(hir::Items {
                source: hir::Source::List(list),
                window: None,
                filter: None,
                ..
            }) => {
                let mut names = self.checker.scope.held.iter();
                let is_held = |it: &Held| {
                    let is_it = matches!(&it.kind, HeldKind::List { spot, .. } if spot == list);
                    is_it && !it.blank && !it.optional
                };
                names.any(is_held) || self.checker.always_has_items(list, &self.checker.given)
            }
            Over::Range { from, to, .. } => match (&from.kind, &to.kind) {
                (ExprKind::Constant(Value::Int(from)), ExprKind::Constant(Value::Int(to))) => from <= to,
                _ => false,
            },
            Over::Items(_) | Over::Placement { .. } => false,
        }
    }

    /// What is known of the items of a loop, and of what they are items of.
    pub(super) fn learn_of(&mut self, over: &Over) {
        let filter = match over {
            Over::Items(items) => items.filter.as_deref(),
            Over::Placement { filter, .. } => filter.as_ref(),
            Over::Range { .. } => None,
        };
        if let Some(filter) = filter {
            self.learn(proves(filter, true, &self.checker.names.conditions));
        }
        if let Over::Items(hir::Items {
            source: hir::Source::List(list),
            ..
        }) = over
        {
            let mut facts = Facts::default();
            facts.list(list, true);
            self.learn(facts);
        }
    }

    pub(in crate::check::template) fn over(&mut self, items: &ast::Items) -> Option<Through> {
        if let [name] = &*items.collection
            && !self.is_loop_variable(&name.text)
        {
            if let Some(placement) = self.placement_of(&name.text) {
                return self.placement(placement, items);
            }
            let names = self.checker.names;
            let known = self.checker.scope.is_isolated()
                || self.checker.scope.held(&name.text).is_some()
                || self.is_input(&name.text)
                || names.schema.events.contains_key(&name.text)
                || names.customer.members.contains_key(&name.text)
                || names.traits.contains_key(&name.text);
            if !known && !names.is_silent(&name.text) {
                return self.unknown_collection(name);
            }
        }
        let (items, shape) = self.checker.check_items(items)?;
        Some((Over::Items(items), shape))
    }

    /// The placement that a name stands for, unless it was given something else.
    pub(in crate::check::template) fn placement_of(&self, name: &str) -> Option<usize> {
        if self.checker.scope.is_isolated() || self.is_input(name) {
            return None;
        }
        let placements = &self.checker.names.schema.placements;
        let placement = placements.get_index_of(name)?;
        let Some(held) = self.checker.scope.held(name) else {
            return Some(placement);
        };
        let own = self.placed.iter().find(|it| it.placement == placement)?;
        let is_own =
            matches!(&held.kind, HeldKind::List { spot, .. } if held::made_slot(spot) == Some(own.slot));
        is_own.then_some(placement)
    }

    pub(in crate::check::template) fn is_input(&self, name: &str) -> bool {
        let entries = self.checker.scope.entries.iter();
        entries
            .filter(|entry| matches!(entry, Entry::Local(local) if *local.name == *name))
            .count()
            > 0
    }

    fn placement(&mut self, index: usize, items: &ast::Items) -> Option<Through> {
        let schema = self.checker.names.schema.clone();
        let (name, placement) = schema.placements.get_index(index)?;
        let fields = schema
            .catalogs
            .get(&placement.catalog)
            .map(|it| placed_fields(&it.fields));
        let shape = Arc::new(Shape::of_fields(&fields.unwrap_or_default()));
        if items.window.is_some() {
            let error = Diagnostic::new(Code::TypeMismatch, "only events happen in a window of time")
                .label(items.span, "the items of a placement");
            return self.checker.report.fail(error);
        }
        let row = self.row(items.span)?;
        let filter = match &items.filter {
            None => None,
            Some(filter) => {
                let entry = Entry::Item {
                    of: name.clone(),
                    row,
                    shape: shape.clone(),
                };
                self.checker.scope.entries.push(entry);
                let filter = self.checker.check_condition(filter);
                self.checker.scope.entries.pop();
                Some(filter?)
            }
        };
        let over = Over::Placement {
            placement: index,
            row,
            filter,
        };
        Some((over, shape))
    }

    pub(super) fn range(&mut self, from: &ast::Expr, to: &ast::Expr) -> Option<Through> {
        let (from, to) = self.ends(from, to)?;
        let row = self.row(from.span.to(to.span))?;
        Some((
            Over::Range { from, to, row },
            Arc::new(Shape::of_plain(&Type::Int)),
        ))
    }

    /// Both ends of a range.
    pub(in crate::check::template) fn ends(
        &mut self,
        from: &ast::Expr,
        to: &ast::Expr,
    ) -> Option<(Expr, Expr)> {
        let from = self.count(from, "a range");
        let to = self.count(to, "a range");
        Some((from?, to?))
    }

    /// The number of the next row.
    pub(in crate::check::template) fn row(&mut self, span: Span) -> Option<u8> {
        if let Some(row) = self.checker.scope.next_row() {
            return Some(row);
        }
        let error =
            Diagnostic::new(Code::Limit, "too many loops inside each other").label(span, "one too many");
        self.checker.report.fail(error)
    }

    /// A whole number that is there: a limit, an offset, an end of a range.
    pub(super) fn count(&mut self, written: &ast::Expr, word: &str) -> Option<Expr> {
        let value = whole(self.checker.check_value(written)?, word == "a range");
        let named = if word == "a range" {
            word.to_owned()
        } else {
            format!("`{word}`")
        };
        let error = if value.ty != Type::Int {
            Diagnostic::new(Code::TypeMismatch, format!("{named} takes a whole number"))
                .label(value.span, format!("of type {}", type_name(&value.ty)))
        } else if !known_given(&value, &self.checker.given) {
            let message = match word {
                "limit" => "the limit may be missing".to_owned(),
                "offset" => "the offset may be missing".to_owned(),
                _ => "an end of the range may be missing".to_owned(),
            };
            Diagnostic::new(Code::MayBeMissing, message).label(value.span, "how many items?")
        } else if word == "limit" && matches!(&value.kind, ExprKind::Constant(Value::Int(..1))) {
            Diagnostic::new(Code::InvalidLiteral, "a `limit` below 1")
                .label(value.span, "no item would be shown")
        } else {
            return Some(value);
        };
        self.checker.report.fail(error)
    }

    fn unknown_collection<T>(&mut self, name: &ast::Name) -> Option<T> {
        let names = self.checker.names;
        let lists = names
            .customer
            .members
            .iter()
            .filter_map(|(name, member)| match member {
                Member::Slot { items: Some(_), .. } => Some(name),
                _ => None,
            });
        let known = names
            .schema
            .placements
            .keys()
            .chain(names.schema.events.keys())
            .chain(lists)
            .map(|it| &**it);
        let own = self.checker.scope.held.clone();
        let known = known.chain(own.iter().map(|it| &*it.name));
        let help = self.checker.report.suggest(&name.text, known);
        let error = Diagnostic::new(
            Code::UnknownCollection,
            format!("unknown placement, list or event `{}`", name.text),
        )
        .label(name.span, "not defined")
        .help(help);
        self.checker.report.fail(error)
    }
}

/// A number that is written as a text, or with a point at the end of a range, as a whole one; that is cut toward zero, as in Liquid.
fn whole(value: Expr, of_range: bool) -> Expr {
    let number = match &value.kind {
        ExprKind::Constant(Value::Text(text)) => text.parse().ok(),
        ExprKind::Constant(Value::Decimal(it)) if of_range => Some(it.units() / Decimal::SCALE),
        _ => None,
    };
    match number {
        Some(number) => Expr::constant(value.span, Type::Int, Value::Int(number)),
        None => value,
    }
}
