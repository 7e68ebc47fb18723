//! What paths lead to in templates alone: names that the template gave, `forloop`, and single items of lists.

use super::{
    Checker, Held, HeldKind,
    held::Item,
    path::{Found, List, Record, display, span_of},
    scope::Entry,
};
use crate::{
    diagnostic::{Code, Diagnostic},
    hir::{AggregateKind, ArithmeticOp, Condition, ConditionKind, Expr, ExprKind, Items, Order, Source},
    span::Span,
    syntax::ast::Name,
    value::{Type, Value},
};

/// What a loop says of itself.
const FORLOOP: [&str; 8] = [
    "index",
    "index0",
    "rindex",
    "rindex0",
    "first",
    "last",
    "length",
    "parentloop",
];

impl Checker<'_> {
    /// What a path stands for whose first step is a name that the template gave.
    pub(super) fn held(&mut self, held: &Held, path: &[Name]) -> Option<Found> {
        let span = path[0].span;
        match &held.kind {
            HeldKind::Value(value) => {
                let value = Expr {
                    span,
                    optional: held.optional,
                    ..value.clone()
                };
                self.whole(value, path, 0)
            }
            HeldKind::List { spot, item, shape } => {
                self.scope.places.note(spot);
                if let (Some(step), true) = (path.get(1), shape.is_range) {
                    self.of_range(step, held.blank)?;
                }
                let list = List {
                    span,
                    spot: spot.clone(),
                    item: item.clone(),
                    optional: held.optional,
                    shape: shape.clone(),
                };
                if path.len() > 1 {
                    self.of_list(&list, path, 1)
                } else {
                    Some(Found::List(list))
                }
            }
            HeldKind::Item(item) => self.held_item(item, held.optional, path),
            HeldKind::Nothing => self.whole(nothing(span), path, 0),
            HeldKind::Broken => None,
            HeldKind::Conflict { here, there, other } => {
                let name = &held.name;
                let error = Diagnostic::new(
                    Code::IncompatibleTypes,
                    format!("`{name}` may hold things of different kinds here"),
                )
                .label(span, "used here")
                .label(held.span, format!("{here} on one way"))
                .label(*other, format!("{there} on another"))
                .help("give another name to one of them".to_owned());
                self.report.fail(error)
            }
        }
    }

    fn held_item(&mut self, item: &Item, optional: bool, path: &[Name]) -> Option<Found> {
        let known = !optional || self.is_there(item);
        let mut found = self.loop_variable(item.row, &item.shape, path)?;
        match &mut found {
            Found::Value(value) => value.optional |= !known,
            Found::List(list) => list.optional |= !known,
            Found::Record(record) => {
                record.optional |= !known;
                if path.len() == 1 {
                    record.present = item.present.filter(|_| optional);
                }
            }
        }
        Some(found)
    }

    /// Whether a record is there where the next expression stands, because it was asked for or one of its fields was.
    pub(super) fn is_there(&self, item: &Item) -> bool {
        self.given.known.iter().any(|fact| match &fact.kind {
            ExprKind::Local(local) => Some(*local) == item.present,
            ExprKind::Slot(place) => place.row == item.row,
            _ => false,
        })
    }

    /// What a loop says of itself: `forloop.index`.
    pub(super) fn forloop(&mut self, number: usize, path: &[Name], at: usize) -> Option<Found> {
        let span = span_of(path);
        let Some(step) = path.get(at) else {
            return Some(Found::Record(Record {
                span,
                optional: false,
                present: None,
                slots: None,
                fields: FORLOOP.map(Into::into).to_vec(),
            }));
        };
        let value = match &*step.text {
            "parentloop" => {
                if let Some(parent) = self.scope.counters[number].parent {
                    return self.forloop(parent, path, at + 1);
                }
                let error = Diagnostic::new(Code::UnknownProperty, "this loop stands in no other")
                    .label(step.span, "there is no loop around it");
                return self.report.fail(error);
            }
            "index0" => self.index_of(number, span),
            "index" => self.next_of(number, span),
            "length" => self.length_of(number, span),
            "first" => equal(
                self.index_of(number, span),
                int(span, ExprKind::Constant(Value::Int(0))),
            ),
            "last" => equal(self.next_of(number, span), self.length_of(number, span)),
            "rindex" => difference(self.length_of(number, span), self.index_of(number, span)),
            "rindex0" => difference(self.length_of(number, span), self.next_of(number, span)),
            other => {
                let help = self.report.suggest(other, FORLOOP);
                let error =
                    Diagnostic::new(Code::UnknownProperty, format!("`forloop` has no field `{other}`"))
                        .label(step.span, "not one of its fields")
                        .help(help);
                return self.report.fail(error);
            }
        };
        self.whole(value, path, at)
    }

    /// How many rounds of a loop came before.
    fn index_of(&mut self, number: usize, span: Span) -> Expr {
        let places = &mut self.scope.places;
        let counters = &mut self.scope.counters[number];
        let local = counters.index.get_or_insert_with(|| places.local());
        int(span, ExprKind::Local(*local))
    }

    /// The round of a loop, from 1.
    fn next_of(&mut self, number: usize, span: Span) -> Expr {
        let kind = ExprKind::Arithmetic {
            op: ArithmeticOp::Add,
            lhs: Box::new(self.index_of(number, span)),
            rhs: Box::new(int(span, ExprKind::Constant(Value::Int(1)))),
        };
        int(span, kind)
    }

    /// How many rounds a loop has.
    fn length_of(&mut self, number: usize, span: Span) -> Expr {
        let places = &mut self.scope.places;
        let counters = &mut self.scope.counters[number];
        let local = counters.length.get_or_insert_with(|| places.local());
        int(span, ExprKind::Local(*local))
    }

    /// Step `at` of a path that has led to a list: how many items it has, or a field of one of them.
    pub(super) fn of_list(&mut self, list: &List, path: &[Name], at: usize) -> Option<Found> {
        let (step, shown) = (&path[at], display(&path[..at]));
        let span = span_of(path);
        if &*step.text == "size" && path.len() == at + 1 {
            return Some(Found::Value(Expr {
                span,
                ty: Type::Int,
                optional: list.optional,
                kind: ExprKind::Size(list.spot.clone()),
            }));
        }
        let kind = match position(step) {
            Some(0) => AggregateKind::First,
            Some(-1) => AggregateKind::Last,
            Some(_) => {
                let message = "only the first and the last item are reached in here";
                let error = Diagnostic::new(Code::Unsupported, message)
                    .label(step.span, "an item in between")
                    .help(format!(
                        "give it a name before: `{{% assign item = {shown}{} %}}`",
                        step.text
                    ));
                return self.report.fail(error);
            }
            None => {
                let error = Diagnostic::new(Code::UnknownProperty, format!("`{shown}` is a list"))
                    .label(
                        step.span,
                        format!("its items may have `{}`, it has not", step.text),
                    )
                    .help(format!(
                        "write `{{% for item in {shown} %}}`, `{shown}.first` or `{shown}.size`"
                    ));
                return self.report.fail(error);
            }
        };
        let row = self.next_row(span)?;
        // Its row is in scope for what stands behind it.
        self.scope.entries.push(Entry::Previous {
            row,
            shape: list.shape.clone(),
        });
        let found = self.loop_variable(row, &list.shape, &path[at..]);
        self.scope.entries.pop();
        let value = self.single(found?, path)?;
        Some(Found::Value(Expr {
            span,
            ty: value.ty.clone(),
            optional: list.optional || value.optional || !self.has_items(&list.spot, &self.given),
            kind: ExprKind::Aggregate {
                kind,
                value: Some(Box::new(value)),
                items: Box::new(Items {
                    source: Source::List(list.spot.clone()),
                    window: None,
                    filter: None,
                    row,
                }),
            },
        }))
    }

    /// Whether a step behind a range leads to what it leads to in Liquid, which knows no positions in ranges, and both ends of
    /// one without numbers.
    pub(super) fn of_range(&mut self, step: &Name, may_be_empty: bool) -> Option<()> {
        let is_end = matches!(&*step.text, "first" | "last");
        if &*step.text == "size" || is_end && !may_be_empty {
            return Some(());
        }
        let message = if is_end {
            "a range that may have no numbers has no first and last one"
        } else {
            "the numbers of a range have no positions"
        };
        let error = Diagnostic::new(Code::Unsupported, message)
            .label(step.span, "of a range")
            .help("go through it, `{% for i in … %}`, or write the number itself".to_owned());
        self.report.fail(error)
    }

    /// A name that is out of sight of a partial, or nowhere.
    pub(super) fn unknown_argument(&mut self, name: &Name) -> Option<Found> {
        if self.names.is_silent(&name.text) {
            return None;
        }
        let text = &name.text;
        let outside = self.names.customer.members.contains_key(text)
            || self.names.traits.contains_key(text)
            || self.scope.entries.iter().any(|entry| match entry {
                Entry::Loop { name, .. } => name == text,
                Entry::Local(local) => local.name == *text,
                Entry::Item { .. } | Entry::Previous { .. } => false,
            })
            || self
                .scope
                .hidden
                .iter()
                .any(|it| it.held.iter().any(|it| it.name == *text));
        let help = if outside {
            Some(format!(
                "give it to the partial: `{{% render \"…\", {text}: {text} %}}`"
            ))
        } else {
            let known = self.scope.held.iter().map(|it| &*it.name);
            self.report.suggest(text, known)
        };
        let error = Diagnostic::new(
            Code::UnknownAttribute,
            format!("`{text}` is not among the arguments of this partial"),
        )
        .label(name.span, "a partial sees nothing else")
        .help(help);
        self.report.fail(error)
    }
}

/// The position of an item that a step names: from the end when negative.
pub(super) fn position(step: &Name) -> Option<i64> {
    match &*step.text {
        "first" => Some(0),
        "last" => Some(-1),
        _ => step.position(),
    }
}

/// A value that is always missing.
pub(super) fn nothing(span: Span) -> Expr {
    Expr {
        span,
        ty: Type::String,
        optional: true,
        kind: ExprKind::Case {
            arms: Vec::new(),
            otherwise: None,
        },
    }
}

fn int(span: Span, kind: ExprKind) -> Expr {
    Expr {
        span,
        ty: Type::Int,
        optional: false,
        kind,
    }
}

fn difference(lhs: Expr, rhs: Expr) -> Expr {
    let span = lhs.span;
    int(
        span,
        ExprKind::Arithmetic {
            op: ArithmeticOp::Subtract,
            lhs: Box::new(lhs),
            rhs: Box::new(rhs),
        },
    )
}

fn equal(lhs: Expr, rhs: Expr) -> Expr {
    let span = lhs.span;
    let kind = ConditionKind::Compare {
        op: Order::Eq,
        lhs: Box::new(lhs),
        rhs: Box::new(rhs),
    };
    Expr {
        ty: Type::Bool,
        kind: ExprKind::Condition(Box::new(Condition::new(span, kind))),
        ..int(span, ExprKind::Now)
    }
}
