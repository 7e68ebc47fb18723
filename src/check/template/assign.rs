//! `assign` and `capture`.

use std::sync::Arc;

use super::{
    Entry, Held, HeldKind, Placed, Shape, TemplateChecker,
    filter::{Items, State, StateKind},
    held::{self, MOST_NAMES},
    meet::{brought, conversion, is_about, target_of},
    placed_fields, tags,
};
use crate::{
    diagnostic::{Code, Diagnostic},
    hir::{
        Expr, ExprKind, MADE_LISTS, Place, Spot,
        template::{Assign, FilterKind, Node, NodeKind, Output, Target, TextFilter},
    },
    span::Span,
    syntax::ast::{self, Literal, Name},
    value::Type,
};

/// So many captures may be open; each needs its place while rendering.
pub(crate) const DEEPEST_CAPTURE: usize = 8;

/// Names that mean something else in Liquid.
const RESERVED: [&str; 6] = ["forloop", "blank", "empty", "nil", "null", "customer"];

impl TemplateChecker<'_, '_> {
    /// Every placement is a list of the template too, for all but loops through the placement itself.
    pub(super) fn hold_placements(&mut self) {
        let schema = self.checker.names.schema.clone();
        let names = self.checker.names;
        for (placement, (name, it)) in schema.placements.iter().enumerate() {
            let is_input = |entry: &Entry| matches!(entry, Entry::Local(local) if local.name == *name);
            let taken = names.customer.members.contains_key(name)
                || names.traits.contains_key(name)
                || self.checker.scope.entries.iter().any(is_input);
            if taken || placement >= MOST_NAMES {
                continue;
            }
            let fields = schema.catalogs.get(&it.catalog);
            let fields = placed_fields(fields.map(|it| &*it.fields).unwrap_or_default());
            let shape = Arc::new(Shape::of_fields(&fields));
            let item = Type::Record(fields.into());
            let places = &mut self.checker.scope.places;
            let spot = places.list(usize::MAX, name, &item, &shape);
            let own = held::made_slot(&spot).map(|slot| Placed { placement, slot });
            self.placed.extend(own);
            self.hold(Held {
                name: name.clone(),
                span: Span::default(),
                kind: HeldKind::List { spot, item, shape },
                optional: false,
                blank: true,
                markup: false,
            });
        }
    }

    /// Gives a name something else to hold.
    pub(super) fn hold(&mut self, held: Held) {
        let names = Arc::make_mut(&mut self.checker.scope.held);
        match names.iter_mut().find(|it| it.name == held.name) {
            Some(known) => *known = held,
            None => names.push(held),
        }
    }

    /// Forgets what is known of what a name holds, which is about to change.
    pub(super) fn forget_held(&mut self, held: &Held) {
        self.checker.given.forget(&|part| is_about(held, part));
    }

    pub(super) fn assign(&mut self, name: &Name, piped: &tags::Piped, span: Span) -> Option<NodeKind> {
        let is_nil = piped.filters.is_empty()
            && piped.to.is_none()
            && matches!(piped.value.kind, ast::ExprKind::Literal(Literal::Null));
        if is_nil {
            self.check_name(name)?;
            return self.assign_nothing(name);
        }
        let result = self.piped(piped);
        self.check_name(name)?;
        let Some((output, state)) = result else {
            self.hold_broken(name);
            return None;
        };
        let markup = output.markup || self.written.is_page && is_escaped(&output);
        let held = self.held_state(name, &state, markup);
        let held = self.widen(held);
        let Some(target) = target(&held) else {
            let error = Diagnostic::new(Code::Limit, "too many records have names of their own")
                .label(span, "one too many");
            return self.checker.report.fail(error);
        };
        self.forget_held(&held);
        let mut value = output;
        if let (StateKind::Value(from), HeldKind::Value(to)) = (&state.kind, &held.kind) {
            value.filters.extend(conversion(from, &to.ty, span));
        }
        self.hold(held);
        Some(NodeKind::Assign(Assign { target, value }))
    }

    /// The state of a value as what a name holds, in its place.
    pub(super) fn held_state(&mut self, name: &Name, state: &State, markup: bool) -> Held {
        let kind = match &state.kind {
            StateKind::Value(ty) => {
                let ty = self.checker.names.value_type(ty);
                HeldKind::Value(Expr {
                    span: name.span,
                    ty,
                    optional: state.optional,
                    kind: ExprKind::Now,
                })
            }
            StateKind::List(Items { ty, shape }) => match ty {
                // An item is no word of an enumeration any more, but the text of one.
                Type::Words(words) => HeldKind::List {
                    spot: nowhere(),
                    item: Type::String,
                    shape: Arc::new(Shape::of_values(
                        &Type::String,
                        shape.layout.slots.iter().any(|it| it.optional),
                        words.iter().all(|it| !it.trim().is_empty()),
                    )),
                },
                ty => HeldKind::List {
                    spot: nowhere(),
                    item: ty.clone(),
                    shape: shape.clone(),
                },
            },
            StateKind::Item(Items { ty, shape }) => HeldKind::Item(held::Item {
                row: 0,
                ty: ty.clone(),
                shape: shape.clone(),
                present: None,
            }),
        };
        self.placed_at(Held {
            name: name.text.clone(),
            span: name.span,
            kind,
            optional: state.optional,
            blank: state.blank,
            markup,
        })
    }

    /// Where a loop needs a name to hold numbers of another type, makes it one.
    pub(super) fn widen(&self, held: Held) -> Held {
        let wanted = self
            .widened
            .iter()
            .find(|(text, name, _)| *text == self.text && *name == held.name);
        match (&held.kind, wanted) {
            (HeldKind::Value(value), Some((.., ty))) if conversion(&value.ty, ty, held.span).is_some() => {
                Held {
                    kind: HeldKind::Value(Expr {
                        ty: ty.clone(),
                        ..value.clone()
                    }),
                    ..held
                }
            }
            _ => held,
        }
    }

    fn assign_nothing(&mut self, name: &Name) -> Option<NodeKind> {
        let nothing = Held {
            name: name.text.clone(),
            span: name.span,
            kind: HeldKind::Nothing,
            optional: true,
            blank: true,
            markup: false,
        };
        let before = self.checker.scope.held(&name.text).cloned();
        let node = before.as_ref().and_then(|before| {
            self.forget_held(before);
            brought(&nothing, before)
        });
        self.hold(nothing);
        node.map(|node| node.kind)
    }

    /// After an error: uses of the name are no second one.
    fn hold_broken(&mut self, name: &Name) {
        self.hold(Held {
            name: name.text.clone(),
            span: name.span,
            kind: HeldKind::Broken,
            optional: false,
            blank: false,
            markup: false,
        });
    }

    /// Whether a name may be given something.
    fn check_name(&mut self, name: &Name) -> Option<()> {
        let text = &*name.text;
        let error = if self.is_loop_variable(text) {
            Diagnostic::new(
                Code::InvalidName,
                format!("`{text}` is the variable of a loop around"),
            )
            .label(name.span, "would not be seen before the loop ends")
        } else if RESERVED.contains(&text) && !name.quoted {
            Diagnostic::new(Code::InvalidName, format!("`{text}` has a meaning of its own"))
                .label(name.span, "cannot be given another")
        } else if self.checker.scope.held.len() >= MOST_NAMES && self.checker.scope.held(text).is_none() {
            Diagnostic::new(Code::Limit, format!("more than {MOST_NAMES} names"))
                .label(name.span, "one too many")
        } else {
            return Some(());
        };
        self.checker
            .report
            .fail(error.help("give it another name".to_owned()))
    }

    /// Also says whether what follows is never reached.
    pub(super) fn capture(
        &mut self,
        name: &Name,
        body: &[tags::Node],
        span: Span,
    ) -> (Option<NodeKind>, bool) {
        let fine = self.check_name(name).is_some();
        self.captures += 1;
        if self.captures > DEEPEST_CAPTURE {
            let error = Diagnostic::new(
                Code::Limit,
                format!("`capture` nested more than {DEEPEST_CAPTURE} deep"),
            )
            .label(span, "one too deep");
            self.checker.report.push(error);
        }
        let (body, ends) = self.nodes(body);
        self.captures -= 1;
        if !fine {
            return (None, ends);
        }
        let markup = self.written.is_page && self.is_markup(&body);
        let state = State {
            kind: StateKind::Value(Type::String),
            optional: false,
            blank: !self.shows_something(&body),
            markup,
            present: None,
            constant: None,
        };
        let held = self.held_state(name, &state, markup);
        self.forget_held(&held);
        let Some(Target::Local(local)) = target(&held) else {
            return (None, ends);
        };
        self.hold(held);
        (Some(NodeKind::Capture { local, markup, body }), ends)
    }

    /// Whether some of what is captured is more than text.
    fn is_markup(&self, nodes: &[Node]) -> bool {
        nodes.iter().any(|node| match &node.kind {
            NodeKind::Text => self.written(node.span).contains(['<', '&']),
            NodeKind::Output(output) => {
                output.markup
                    || is_escaped(output)
                    || output.filters.iter().any(|it| it.kind == FilterKind::Raw)
            }
            NodeKind::Capture { .. } => false,
            _ => {
                let mut found = false;
                node.inside(&mut |nodes| found |= self.is_markup(nodes));
                found
            }
        })
    }

    /// Whether what is captured is never blank.
    fn shows_something(&self, nodes: &[Node]) -> bool {
        nodes.iter().any(|node| match &node.kind {
            NodeKind::Text => !self.written(node.span).trim().is_empty(),
            NodeKind::Output(_) => true,
            NodeKind::If { branches, otherwise } => {
                self.shows_something(otherwise) && branches.iter().all(|it| self.shows_something(&it.body))
            }
            NodeKind::Partial(body) => self.shows_something(body),
            _ => false,
        })
    }
}

/// Whether the last thing that was done to a text was to make it one of a page.
fn is_escaped(output: &Output) -> bool {
    let last = output.filters.last().map(|it| it.kind);
    matches!(
        last,
        Some(FilterKind::Text(TextFilter::Escape | TextFilter::EscapeOnce))
    )
}

/// Before it has its place.
fn nowhere() -> Spot {
    Spot::Row(Place {
        row: MADE_LISTS,
        slot: u32::MAX,
    })
}

pub(super) fn target(held: &Held) -> Option<Target> {
    match &held.kind {
        HeldKind::Value(Expr {
            kind: ExprKind::Local(local),
            ..
        }) => Some(Target::Local(*local)),
        HeldKind::List { spot, .. } => Some(Target::List(held::made_slot(spot)?)),
        HeldKind::Item(item) => target_of(item),
        _ => None,
    }
}
