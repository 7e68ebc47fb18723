//! What comes out of filters, as far as it is known without a customer.

use std::sync::Arc;

use super::super::{
    Shape,
    signature::{Gives, Signature},
};
use crate::{
    filter::{joined, of_text, split},
    hir::{
        Expr, ExprKind,
        template::{FilterKind, ListFilter, NumberFilter},
    },
    value::{Type, Value, ValueRef},
};

/// What has come out of the filters so far.
#[derive(Clone, Debug)]
pub(in crate::check::template) struct State {
    pub(in crate::check::template) kind: StateKind,
    /// It may be missing.
    pub(in crate::check::template) optional: bool,
    /// It may be blank text, or a list without items.
    pub(in crate::check::template) blank: bool,
    /// It is part of a page already.
    pub(in crate::check::template) markup: bool,
    /// For one record that may be missing: the local that is true when it is there.
    pub(in crate::check::template) present: Option<usize>,
    /// The value itself, where it is the same for every customer.
    pub(in crate::check::template) constant: Option<Value>,
}

#[derive(Clone, Debug)]
pub(in crate::check::template) enum StateKind {
    /// A value of a type; of any type that shows itself as text where `default` brought two together.
    Value(Type),
    List(Items),
    /// One item of a list of records.
    Item(Items),
}

/// The items of a list.
#[derive(Clone, Debug)]
pub(in crate::check::template) struct Items {
    /// No list; perhaps a record.
    pub(in crate::check::template) ty: Type,
    pub(in crate::check::template) shape: Arc<Shape>,
}

impl Items {
    /// Plain values.
    pub(super) fn plain(ty: Type, optional: bool, filled: bool) -> Self {
        let shape = Arc::new(Shape::of_values(&ty, optional, filled));
        Self { ty, shape }
    }

    pub(super) fn are_records(&self) -> bool {
        matches!(self.ty, Type::Record(_))
    }

    /// Whether its items are records, or lead to such.
    pub(super) fn have_fields(&self) -> bool {
        self.are_records() || self.shape.references().is_some()
    }

    /// The name of a field.
    pub(super) fn field(&self) -> Option<&str> {
        self.shape.members.keys().next().map(|it| &**it)
    }

    /// Whether an item may be missing.
    pub(super) fn may_be_missing(&self) -> bool {
        !self.are_records() && self.shape.layout.slots.iter().any(|slot| slot.optional)
    }

    /// Whether one that is there may be blank text.
    pub(super) fn may_be_blank(&self) -> bool {
        let filled = match &*self.shape.layout.slots {
            [slot] => slot.roles.filled.is_some(),
            _ => false,
        };
        self.ty.is_text() && !matches!(self.ty, Type::Words(_) | Type::Url) && !filled
    }

    /// What to write where an item is no value.
    pub(super) fn example(&self) -> Option<String> {
        let field = self.field()?;
        Some(format!("name one of its fields, such as `{field}`"))
    }
}

impl State {
    /// A value that is there and says something.
    pub(super) fn there(ty: Type) -> Self {
        Self::of(StateKind::Value(ty), false, false)
    }

    pub(super) fn of(kind: StateKind, optional: bool, blank: bool) -> Self {
        Self {
            kind,
            optional,
            blank,
            markup: false,
            present: None,
            constant: None,
        }
    }

    fn text(self, blank: bool) -> Self {
        Self {
            kind: StateKind::Value(Type::String),
            blank,
            constant: None,
            ..self
        }
    }
}

/// What comes out of a filter other than `default`, `map` and those that choose among records. `given` are the arguments,
/// and what is known of each.
pub(super) fn given_by(
    signature: &Signature,
    state: State,
    arguments: &[Expr],
    given: &[State],
) -> Option<State> {
    let blanks: Vec<bool> = given.iter().map(|it| it.blank).collect();
    Some(match (signature.gives, &state.kind) {
        (Gives::Same, _) => state,
        (Gives::Text(blank), _) => {
            let blank = blank(state.blank, &blanks);
            state.text(blank)
        }
        (Gives::Part, StateKind::List(_)) => State {
            blank: true,
            constant: None,
            ..state
        },
        (Gives::Part, _) => state.text(true),
        (Gives::Decoded, _) => State {
            optional: true,
            ..state.text(true)
        },
        (Gives::Count, _) => State::there(Type::Int),
        (Gives::Days, _) => State {
            optional: state.optional,
            ..State::there(Type::Int)
        },
        (Gives::Url, StateKind::Value(ty)) => {
            State::of(StateKind::Value(ty.clone()), state.optional, state.blank)
        }
        (Gives::Number, StateKind::Value(ty)) => {
            let FilterKind::Number(kind) = signature.kind else {
                return None;
            };
            let other = arguments.first();
            let ty = &calculated(ty, state.constant.as_ref());
            let other_type = other.map_or(Type::Int, |it| calculated(&it.ty, None));
            let ty = match kind {
                NumberFilter::Ceil | NumberFilter::Floor => Type::Int,
                NumberFilter::Round if is_zero(other) => Type::Int,
                NumberFilter::Abs | NumberFilter::Round => ty.clone(),
                _ => joined(ty, &other_type),
            };
            let divides = matches!(kind, NumberFilter::DividedBy | NumberFilter::Modulo);
            let sure = matches!(other.map(|it| &it.kind), Some(ExprKind::Constant(_))) && !is_zero(other);
            State::of(StateKind::Value(ty), state.optional || divides && !sure, false)
        }
        (Gives::Texts, _) => State::of(
            StateKind::List(Items::plain(Type::String, false, false)),
            state.optional,
            true,
        ),
        (Gives::OfList, StateKind::List(items)) => {
            let FilterKind::List(kind) = signature.kind else {
                return None;
            };
            return of_list(kind, &state, items);
        }
        // Seen to before.
        (Gives::Number | Gives::OfList | Gives::Url | Gives::Form | Gives::Fallback, _) => return None,
    })
}

/// The type of the number that a text says: it is known where it is written out.
fn calculated(ty: &Type, constant: Option<&Value>) -> Type {
    match constant {
        Some(Value::Text(text)) if matches!(of_text(text), Some(ValueRef::Int(_))) => Type::Int,
        _ if *ty == Type::String => Type::Decimal,
        _ => ty.clone(),
    }
}

/// What comes out of a filter on a list that needs no look at its fields.
fn of_list(kind: ListFilter, list: &State, items: &Items) -> Option<State> {
    Some(match kind {
        ListFilter::First | ListFilter::Last => item_of(list, items),
        // The list may be shorter, or have none that is looked for.
        ListFilter::At | ListFilter::Find => State {
            optional: true,
            ..item_of(list, items)
        },
        ListFilter::Join => {
            let blank = list.blank || items.may_be_missing() || items.may_be_blank();
            State::of(StateKind::Value(Type::String), list.optional, blank)
        }
        ListFilter::Compact if items.may_be_missing() => {
            let items = Items::plain(items.ty.clone(), false, !items.may_be_blank());
            State::of(StateKind::List(items), list.optional, true)
        }
        ListFilter::Reverse
        | ListFilter::Sort
        | ListFilter::SortNatural
        | ListFilter::Uniq
        | ListFilter::Compact => list.clone(),
        ListFilter::Slice | ListFilter::Where | ListFilter::Reject => State {
            blank: true,
            ..list.clone()
        },
        ListFilter::Sum => State {
            optional: list.optional,
            ..State::there(items.ty.clone())
        },
        ListFilter::Has => State {
            optional: list.optional,
            ..State::there(Type::Bool)
        },
        ListFilter::FindIndex => State {
            optional: true,
            ..State::there(Type::Int)
        },
        ListFilter::Concat | ListFilter::Or | ListFilter::Map => return None,
    })
}

/// One item of a list.
pub(super) fn item_of(list: &State, items: &Items) -> State {
    let optional = list.optional || list.blank || items.may_be_missing();
    if items.are_records() {
        return State::of(StateKind::Item(items.clone()), optional, false);
    }
    State::of(StateKind::Value(items.ty.clone()), optional, items.may_be_blank())
}

/// The parts of a text that is the same for every customer.
pub(super) fn parts_of(text: &str, separator: &str) -> State {
    let mut parts = split(text, separator).peekable();
    let blank = parts.peek().is_none();
    let filled = parts.all(|it| !it.trim().is_empty());
    State::of(
        StateKind::List(Items::plain(Type::String, false, filled)),
        false,
        blank,
    )
}

fn is_zero(number: Option<&Expr>) -> bool {
    match number.map(|it| &it.kind) {
        Some(ExprKind::Constant(Value::Int(it))) => *it == 0,
        Some(ExprKind::Constant(Value::Decimal(it))) => it.units() == 0,
        Some(ExprKind::Constant(Value::Float(it))) => *it == 0.0,
        _ => false,
    }
}
