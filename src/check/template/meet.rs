//! What names hold where ways meet: behind an `if`, in the next round of a loop, and behind it.

use std::sync::Arc;

use super::{Held, HeldKind, Shape, TemplateChecker, held, known_given};
use crate::check::is_list_there;
use crate::{
    check::Found,
    hir::{
        Expr, ExprKind, Part, Source as Collection, Spot,
        template::{Assign, Filter, FilterKind, Node, NodeKind, NumberFilter, Output, Source, Target},
    },
    span::Span,
    syntax::ast::Name,
    value::Type,
};

/// One of the ways that meet.
pub(super) struct Way {
    /// What is shown on it.
    pub(super) body: Vec<Node>,
    /// What the names hold at its end.
    pub(super) names: held::Names,
    /// It leads elsewhere.
    pub(super) ends: bool,
}

/// What the names held before and hold behind something that gave them something else.
pub(super) fn changes<'n>(before: &'n held::Names, behind: &'n held::Names) -> Vec<&'n Held> {
    if Arc::ptr_eq(before, behind) {
        return Vec::new();
    }
    let mut changed = Vec::new();
    for it in behind.iter() {
        let old = before.iter().find(|old| old.name == it.name);
        if old.is_none_or(|old| old.span != it.span || !old.is_like(it)) {
            changed.push(it);
            changed.extend(old);
        }
    }
    changed
}

/// Whether a part of an expression reads what a name holds.
pub(super) fn is_about(held: &Held, part: Part<'_>) -> bool {
    match (&held.kind, part) {
        (HeldKind::Value(value), Part::Expr(expr)) => {
            matches!((&value.kind, &expr.kind), (ExprKind::Local(one), ExprKind::Local(two)) if one == two)
        }
        (HeldKind::List { spot, .. }, Part::List(list)) => spot == list,
        (HeldKind::List { spot, .. }, Part::Items(items)) => {
            matches!(&items.source, Collection::List(list) if list == spot)
        }
        (HeldKind::Item(item), Part::Expr(expr)) => match &expr.kind {
            ExprKind::Slot(place) => place.row == item.row,
            ExprKind::Local(local) => Some(*local) == item.present,
            _ => false,
        },
        (HeldKind::Item(item), Part::List(list) | Part::Slots { first: list, .. }) => is_in(list, item.row),
        (HeldKind::Item(item), Part::Items(items)) => {
            matches!(&items.source, Collection::List(list) if is_in(list, item.row))
        }
        _ => false,
    }
}

fn is_in(spot: &Spot, row: u8) -> bool {
    matches!(spot, Spot::Row(place) if place.row == row)
}

impl TemplateChecker<'_, '_> {
    /// Notes in what these names hold what is known of it here, before that is forgotten where ways meet.
    pub(super) fn settle(&mut self, names: &[Arc<str>]) {
        for name in names {
            let known = self.checker.scope.held(name).cloned();
            let Some(held) = known.clone().or_else(|| self.outer(name, Span::default())) else {
                continue;
            };
            let given = &self.checker.given;
            let (optional, blank) = match &held.kind {
                HeldKind::Value(value) => (
                    held.optional && !known_given(value, given),
                    held.blank && !self.checker.is_filled(value, given),
                ),
                HeldKind::List { spot, .. } => (
                    held.optional && !is_list_there(spot, given),
                    held.blank && !self.checker.has_items(spot, given),
                ),
                HeldKind::Item(item) => (held.optional && !self.checker.is_there(item), held.blank),
                HeldKind::Nothing | HeldKind::Broken | HeldKind::Conflict { .. } => {
                    (held.optional, held.blank)
                }
            };
            let is_new = known.is_none_or(|it| (it.optional, it.blank) != (optional, blank));
            if is_new {
                self.hold(Held {
                    optional,
                    blank,
                    ..held
                });
            }
        }
    }

    /// What the names hold behind ways that meet. Where they held it in different places, the ways are extended by what
    /// brings it to one.
    pub(super) fn meet(&mut self, start: &held::Names, ways: &mut [Way]) -> held::Names {
        let falls: Vec<usize> = (0..ways.len()).filter(|index| !ways[*index].ends).collect();
        let Some(first) = falls.first().map(|index| ways[*index].names.clone()) else {
            return start.clone();
        };
        if falls.iter().all(|index| Arc::ptr_eq(&ways[*index].names, &first)) {
            return first;
        }
        let mut names: Vec<Arc<str>> = Vec::new();
        for index in &falls {
            for it in ways[*index].names.iter() {
                if !names.contains(&it.name) {
                    names.push(it.name.clone());
                }
            }
        }
        let mut met = Vec::with_capacity(names.len());
        for name in names {
            let states: Vec<Option<Held>> = falls
                .iter()
                .map(|index| ways[*index].names.iter().find(|it| it.name == name).cloned())
                .collect();
            let joined = self.join(&name, &states);
            for (index, state) in falls.iter().zip(&states) {
                if let Some(state) = state
                    && let Some(node) = brought(state, &joined)
                {
                    ways[*index].body.push(node);
                }
            }
            met.push(joined);
        }
        Arc::new(met)
    }

    /// One state for several of a name, of which those that are `None` hold nothing.
    pub(super) fn join(&mut self, name: &Arc<str>, states: &[Option<Held>]) -> Held {
        let mut known = states.iter().flatten();
        let first = known.next().cloned().unwrap_or_else(|| Held {
            name: name.clone(),
            span: Span::default(),
            kind: HeldKind::Nothing,
            optional: true,
            blank: true,
            markup: false,
        });
        let absent = states.iter().any(Option::is_none);
        if !absent && known.clone().all(|it| it.is_like(&first)) {
            return first;
        }
        let mut joined = first;
        for next in known {
            joined = join_two(&joined, next);
        }
        joined.optional |= absent;
        self.placed_at(joined)
    }

    /// The same in the place that the name has for it.
    pub(super) fn placed_at(&mut self, held: Held) -> Held {
        let text = self.text;
        let own = match &held.kind {
            HeldKind::Item(item) if !self.checker.scope.places.has_item(text, &held.name, item) => {
                self.checker.scope.own_row()
            }
            _ => None,
        };
        let places = &mut self.checker.scope.places;
        let kind = match held.kind {
            HeldKind::Value(value) => HeldKind::Value(Expr {
                kind: ExprKind::Local(places.value(text, &held.name)),
                optional: held.optional,
                ..value
            }),
            HeldKind::List { item, shape, .. } => HeldKind::List {
                spot: places.list(text, &held.name, &item, &shape),
                item,
                shape,
            },
            HeldKind::Item(item) => match places.item(text, &held.name, &item.ty, &item.shape, own) {
                Some(item) => HeldKind::Item(item),
                None => HeldKind::Nothing,
            },
            kind => kind,
        };
        Held { kind, ..held }
    }

    /// What a name stands for that the template has not given anything yet: an input, an attribute or a trait.
    pub(super) fn outer(&mut self, name: &Arc<str>, span: Span) -> Option<Held> {
        let scope = &self.checker.scope;
        if scope.is_isolated() {
            return None;
        }
        let names = self.checker.names;
        let is_input = scope
            .entries
            .iter()
            .any(|it| matches!(it, super::Entry::Local(local) if local.name == *name));
        let is_trait = names.traits.get(name).is_some_and(Option::is_some);
        if !is_input && !is_trait && !names.customer.members.contains_key(name) {
            return None;
        }
        let path = [Name {
            span,
            text: name.clone(),
            quoted: false,
        }];
        let found = self.checker.outside(&path)?;
        let given = &self.checker.given;
        Some(match found {
            Found::Value(value) => Held {
                name: name.clone(),
                span,
                optional: !known_given(&value, given),
                blank: !self.checker.is_filled(&value, given),
                markup: false,
                kind: HeldKind::Value(value),
            },
            Found::List(list) => Held {
                name: name.clone(),
                span,
                optional: list.optional && !is_list_there(&list.spot, given),
                blank: !self.checker.has_items(&list.spot, given),
                markup: false,
                kind: HeldKind::List {
                    spot: list.spot,
                    item: list.item,
                    shape: list.shape,
                },
            },
            Found::Record(_) => Held {
                name: name.clone(),
                span,
                optional: false,
                blank: false,
                markup: false,
                kind: HeldKind::Conflict {
                    here: "a record of the customer".to_owned(),
                    there: "what is given here".to_owned(),
                    other: span,
                },
            },
        })
    }
}

/// What a name holds behind two ways.
fn join_two(one: &Held, other: &Held) -> Held {
    let conflict = || HeldKind::Conflict {
        here: one.describe(),
        there: other.describe(),
        other: other.span,
    };
    let kind = match (&one.kind, &other.kind) {
        (HeldKind::Conflict { .. }, _) => one.kind.clone(),
        (_, HeldKind::Conflict { here, there, other }) => HeldKind::Conflict {
            here: here.clone(),
            there: there.clone(),
            other: *other,
        },
        (HeldKind::Broken, _) | (_, HeldKind::Broken) => HeldKind::Broken,
        (HeldKind::Nothing, other) => other.clone(),
        (kind, HeldKind::Nothing) => kind.clone(),
        (HeldKind::Value(a), HeldKind::Value(b)) if one.markup == other.markup => {
            match joined_type(&a.ty, &b.ty) {
                Some(ty) => HeldKind::Value(Expr { ty, ..a.clone() }),
                None => conflict(),
            }
        }
        (
            HeldKind::List { item: a, shape, .. },
            HeldKind::List {
                item: b,
                shape: other,
                ..
            },
        ) if a == b && shape.layout == other.layout => one.kind.clone(),
        (
            HeldKind::List { spot, item: a, shape },
            HeldKind::List {
                item: b,
                shape: other,
                ..
            },
        ) if a == b && !matches!(a, Type::Record(_)) => HeldKind::List {
            spot: spot.clone(),
            item: a.clone(),
            shape: Arc::new(weaker(a, shape, other)),
        },
        (HeldKind::Item(a), HeldKind::Item(b)) if a.ty == b.ty && a.shape.layout == b.shape.layout => {
            one.kind.clone()
        }
        _ => conflict(),
    };
    let nothing = |it: &Held| matches!(it.kind, HeldKind::Nothing);
    Held {
        kind,
        name: one.name.clone(),
        span: if nothing(one) { other.span } else { one.span },
        optional: one.optional || other.optional,
        blank: (one.blank && !nothing(one)) || (other.blank && !nothing(other)),
        markup: if nothing(one) { other.markup } else { one.markup },
    }
}

/// The shape of a list of plain values that may be either of two.
fn weaker(item: &Type, one: &Shape, other: &Shape) -> Shape {
    let slots = || one.layout.slots.iter().chain(&other.layout.slots);
    let optional = slots().any(|it| it.optional);
    let filled = slots().all(|it| it.roles.filled.is_some());
    Shape {
        is_range: one.is_range || other.is_range,
        ..Shape::of_values(item, optional, filled)
    }
}

/// The type that holds values of both.
pub(super) fn joined_type(one: &Type, other: &Type) -> Option<Type> {
    match (one, other) {
        (one, other) if one == other => Some(one.clone()),
        (Type::Int, Type::Decimal) | (Type::Decimal, Type::Int) => Some(Type::Decimal),
        (Type::Int, Type::Float) | (Type::Float, Type::Int) => Some(Type::Float),
        (one, other) if one.is_text() && other.is_text() => Some(Type::String),
        _ => None,
    }
}

/// What makes a number one of another type.
pub(super) fn conversion(from: &Type, to: &Type, span: Span) -> Option<Filter> {
    let kind = match (from, to) {
        (Type::Int, Type::Decimal) => NumberFilter::ToDecimal,
        (Type::Int, Type::Float) => NumberFilter::ToFloat,
        _ => return None,
    };
    Some(Filter::new(span, FilterKind::Number(kind), Vec::new()))
}

/// Brings what a name holds to where and what it is to be; `None` where it is so already.
pub(super) fn brought(from: &Held, to: &Held) -> Option<Node> {
    let span = from.span;
    let mut filters = Vec::new();
    let (value, target) = match (&from.kind, &to.kind) {
        (HeldKind::Value(from), HeldKind::Value(to)) => {
            let ExprKind::Local(local) = to.kind else {
                return None;
            };
            let conversion = conversion(&from.ty, &to.ty, span);
            if from.kind == to.kind && conversion.is_none() {
                return None;
            }
            filters.extend(conversion);
            (Source::Value(from.clone()), Target::Local(local))
        }
        (HeldKind::List { spot: from, .. }, HeldKind::List { spot: to, .. }) if from != to => {
            (Source::List(from.clone()), Target::List(held::made_slot(to)?))
        }
        (HeldKind::Item(from), HeldKind::Item(to)) if from.row != to.row => {
            (Source::Item(from.row), target_of(to)?)
        }
        (HeldKind::Nothing, to) => {
            let target = match to {
                HeldKind::Value(Expr {
                    kind: ExprKind::Local(local),
                    ..
                }) => Target::Local(*local),
                HeldKind::List { spot, .. } => Target::List(held::made_slot(spot)?),
                HeldKind::Item(item) => target_of(item)?,
                _ => return None,
            };
            (Source::Value(crate::check::liquid::nothing(span)), target)
        }
        _ => return None,
    };
    let value = Output {
        value,
        filters,
        markup: from.markup,
    };
    Some(Node {
        span,
        kind: NodeKind::Assign(Assign { target, value }),
    })
}

pub(super) fn target_of(item: &held::Item) -> Option<Target> {
    Some(Target::Item {
        row: item.row,
        present: item.present?,
    })
}
