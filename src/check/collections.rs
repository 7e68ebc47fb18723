//! Events and lists: `any`, `count`, `sum of …`.

use std::sync::Arc;

use super::{
    Checker,
    path::{Found, List, Reserved, display, span_of},
    report::type_name,
    scope::{Entry, Member, Shape},
};
use crate::{
    diagnostic::{Code, Diagnostic},
    hir::{AggregateKind, Condition, ConditionKind, Expr, ExprKind, Items, Quantifier, Source},
    span::Span,
    syntax::ast::{self, Name, Step},
    value::Type,
};

/// So many collections may stand inside each other: the innermost is looked through once for every item of all around it.
const DEEPEST: usize = 4;

/// A collection that was looked up.
pub(crate) struct Collection {
    pub(crate) source: Source,
    pub(crate) shape: Arc<Shape>,
    pub(crate) name: Arc<str>,
}

impl Checker<'_> {
    pub(crate) fn quantified(
        &mut self,
        span: Span,
        quantifier: Quantifier,
        items: &ast::Items,
        steps: &[Step],
    ) -> Option<Condition> {
        if !steps.is_empty() {
            return self.sequence(span, items, steps);
        }
        if quantifier == Quantifier::All && items.filter.is_none() {
            let shown = display(&items.collection);
            let error = Diagnostic::new(Code::MissingWhere, "`all` without `where`")
                .label(items.span, "all of them, but what about them?")
                .help(format!(
                    "write `all {shown} where …`, or `any {shown}` for at least one"
                ));
            self.report.push(error);
        }
        let (items, ..) = self.items(items, None)?;
        let items = Box::new(items);
        Some(Condition::new(
            span,
            ConditionKind::Quantified { quantifier, items },
        ))
    }

    pub(crate) fn aggregate(
        &mut self,
        span: Span,
        kind: AggregateKind,
        value_written: Option<&ast::Expr>,
        items: &ast::Items,
    ) -> Option<Expr> {
        let (items, value, _) = self.items(items, value_written)?;
        let (ty, optional) = match (kind, &value) {
            (AggregateKind::Count, _) => (Type::Int, false),
            // The parser asks for a value of each but `count`.
            (_, None) => return None,
            (kind, Some(value)) => self.aggregate_type(kind, value)?,
        };
        let float = value.as_ref().is_some_and(|it| it.ty == Type::Float);
        if float && matches!(kind, AggregateKind::Sum | AggregateKind::Avg) {
            let warning = Diagnostic::new(Code::FloatSum, "floats are added inexactly")
                .label(span, "the last digits depend on the order of the items")
                .help("money and other exact amounts are `decimal`s".to_owned());
            self.report.push(warning);
        }
        Some(Expr {
            span,
            ty,
            optional,
            kind: ExprKind::Aggregate {
                kind,
                value: value.map(Box::new),
                items: Box::new(items),
            },
        })
    }

    /// The type of an aggregate over values of a type, and whether it may be missing.
    fn aggregate_type(&mut self, kind: AggregateKind, value: &Expr) -> Option<(Type, bool)> {
        let ty = &value.ty;
        let (accepted, needed) = match kind {
            AggregateKind::Sum | AggregateKind::Avg => (ty.is_number(), "a number"),
            AggregateKind::Min | AggregateKind::Max => (
                ty.is_number() || matches!(ty, Type::String | Type::Url | Type::Date | Type::DateTime),
                "a number, a text, a date or a datetime",
            ),
            AggregateKind::Distinct | AggregateKind::Mode => {
                (*ty != Type::Geo, "a value that can be compared")
            }
            AggregateKind::Count | AggregateKind::First | AggregateKind::Last => (true, "a value"),
        };
        if !accepted {
            let name = aggregate_name(kind);
            let error = Diagnostic::new(Code::TypeMismatch, format!("`{name}` takes {needed}"))
                .label(value.span, type_name(ty));
            return self.report.fail(error);
        }
        Some(match (kind, ty) {
            (AggregateKind::Count | AggregateKind::Distinct, _) => (Type::Int, false),
            (AggregateKind::Sum, ty) => (ty.clone(), false),
            (AggregateKind::Avg, Type::Int) => (Type::Decimal, true),
            (_, ty) => (ty.clone(), true),
        })
    }

    /// Checks a collection with its window and filter, and a value that sees the item.
    pub(crate) fn items(
        &mut self,
        items: &ast::Items,
        value: Option<&ast::Expr>,
    ) -> Option<(Items, Option<Expr>, Arc<Shape>)> {
        let collection = self.collection(&items.collection);
        let is_list = matches!(&collection, Some(it) if matches!(it.source, Source::List(_)));
        let window = match &items.window {
            None => Some(None),
            Some(_) if is_list => {
                let error = Diagnostic::new(Code::TypeMismatch, "only events happen in a window of time")
                    .label(items.span, "a list")
                    .help("compare a time of its items: `where added_at in last 30 days`".to_owned());
                self.report.fail(error)
            }
            Some(window) => self.window(window, &Type::DateTime, items.span).map(Some),
        };
        let collection = collection?;
        let row = self.next_row(items.span)?;
        self.scope.entries.push(Entry::Item {
            of: collection.name,
            row,
            shape: collection.shape.clone(),
        });
        let filter = items
            .filter
            .as_ref()
            .map(|filter| self.apart(|it| it.condition(filter)));
        let value = value.map(|value| {
            let operand = self.operand(value)?;
            self.settle(operand)
        });
        self.scope.entries.pop();
        // An outer `None` is an error that was reported.
        let filter = filter.map_or(Some(None), |it| it.map(Some))?;
        let value = value.map_or(Some(None), |it| it.map(Some))?;
        let items = Items {
            source: collection.source,
            window: window?,
            filter: filter.map(Box::new),
            row,
        };
        Some((items, value, collection.shape))
    }

    /// The number of the row that an item of one more collection has.
    pub(crate) fn next_row(&mut self, span: Span) -> Option<u8> {
        if self.scope.depth() < DEEPEST
            && let Some(row) = self.scope.next_row()
        {
            return Some(row);
        }
        let error = Diagnostic::new(Code::Limit, "too many collections inside each other")
            .label(span, "one too many")
            .help(format!(
                "at most {DEEPEST} are looked through, each for every item of the one around it"
            ));
        self.report.fail(error)
    }

    /// The names of items in scope come first, the innermost first of all, then events and the customer's lists.
    pub(crate) fn collection(&mut self, path: &[Name]) -> Option<Collection> {
        let own = match self.reserved(path) {
            Some(Reserved::Customer) => &path[1..],
            Some(Reserved::Previous) => &[],
            None => path,
        };
        let shadowed = own.len() == path.len() && self.is_nearer(&path.first()?.text);
        if let ([name], false, false) = (own, shadowed, self.scope.is_isolated()) {
            if let Some(event) = self.names.schema.events.get_index_of(&name.text) {
                return Some(Collection {
                    source: Source::Events(event),
                    shape: self.names.events[event].clone(),
                    name: name.text.clone(),
                });
            }
            if !self.names.customer.members.contains_key(&name.text) {
                // A trait has one value. It may not have been checked yet, as nothing here depends on it.
                return if self.names.traits.contains_key(&name.text) {
                    self.no_collection(path, false)
                } else {
                    self.unknown_collection(name)
                };
            }
        }
        match self.resolve(path)? {
            Found::List(List { spot, shape, .. }) => Some(Collection {
                source: Source::List(spot),
                shape,
                name: display(path).into(),
            }),
            Found::Value(_) | Found::Record(_) => {
                let past = shadowed && path.len() == 1 && self.is_of_customer(&path[0].text);
                self.no_collection(path, past)
            }
        }
    }

    /// Reports a name of something else; `past` tells whether the customer has a collection of that name.
    fn no_collection<T>(&mut self, path: &[Name], past: bool) -> Option<T> {
        let shown = display(path);
        let error = Diagnostic::new(Code::UnknownCollection, format!("`{shown}` is no collection"))
            .label(span_of(path), "neither an event nor a list")
            .help(past.then(|| format!("the customer's is reached as `customer.{shown}`")));
        self.report.fail(error)
    }

    /// Whether something of that name comes before what the customer has.
    fn is_nearer(&self, name: &str) -> bool {
        let seen = self.scope.entries.get(self.scope.first_seen()..);
        let held = self.scope.held(name).is_some();
        held || seen.unwrap_or_default().iter().any(|entry| match entry {
            Entry::Item { shape, .. } => {
                shape.members.contains_key(name) || self.names.item_of(shape, name).is_some()
            }
            Entry::Loop { name: variable, .. } => **variable == *name,
            Entry::Local(local) => *local.name == *name,
            Entry::Previous { .. } => false,
        })
    }

    /// Whether the customer has events or a list of that name.
    fn is_of_customer(&self, name: &str) -> bool {
        let member = self.names.customer.members.get(name);
        self.names.schema.events.contains_key(name)
            || matches!(member, Some(Member::Slot { items: Some(_), .. }))
    }

    fn unknown_collection<T>(&mut self, name: &Name) -> Option<T> {
        if self.names.is_silent(&name.text) {
            return None;
        }
        let text = &name.text;
        let help = if self.names.schema.placements.contains_key(text) {
            Some(format!(
                "the placement `{text}` is filled for messages: only templates go through it"
            ))
        } else if self.names.schema.catalogs.contains_key(text) {
            Some(format!("`{text}` is a catalogue, not a part of the customer"))
        } else if self.report.is_full() {
            None
        } else {
            let lists = self
                .names
                .customer
                .members
                .iter()
                .filter(|(_, member)| matches!(member, Member::Slot { items: Some(_), .. }));
            let events = self.names.schema.events.keys();
            let names = events.chain(lists.map(|(name, _)| name)).map(|it| &**it);
            self.report.suggest(&name.text, names)
        };
        let error = Diagnostic::new(
            Code::UnknownCollection,
            format!("unknown event or list `{}`", name.text),
        )
        .label(name.span, "not defined")
        .help(help);
        self.report.fail(error)
    }
}

/// As definitions write it.
fn aggregate_name(kind: AggregateKind) -> &'static str {
    match kind {
        AggregateKind::Count => "count",
        AggregateKind::Sum => "sum",
        AggregateKind::Avg => "avg",
        AggregateKind::Min => "min",
        AggregateKind::Max => "max",
        AggregateKind::First => "first",
        AggregateKind::Last => "last",
        AggregateKind::Distinct => "distinct",
        AggregateKind::Mode => "mode",
    }
}
