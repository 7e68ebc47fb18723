//! What filters make of values that are the same for every customer: nobody needs a fallback for what is known.

use super::state::{State, StateKind, parts_of};
use crate::{
    filter::{self, Draft, Made},
    hir::template::{FilterKind, NumberFilter, TextFilter},
    value::{Type, Value, ValueRef},
};

/// No longer text is looked at.
const MOST: usize = 10_000;

/// Replaces what may come out of a filter by what does; `state` where that is not known.
pub(super) fn fold(kind: FilterKind, before: Option<&Value>, arguments: &[State], state: State) -> State {
    let Some(value) = before.and_then(|value| made(kind, value, arguments)) else {
        return state;
    };
    let value = match value {
        Folded::List(list) => return list,
        Folded::Missing => {
            return State {
                optional: true,
                constant: None,
                ..state
            };
        }
        Folded::Value(value) => value,
    };
    let (ty, blank) = match &value {
        Value::Text(text) => (Type::String, text.trim().is_empty()),
        _ => match &state.kind {
            StateKind::Value(ty) => (ty.clone(), false),
            _ => return state,
        },
    };
    State {
        constant: Some(value),
        ..State::of(StateKind::Value(ty), false, blank)
    }
}

enum Folded {
    Missing,
    Value(Value),
    List(State),
}

fn made(kind: FilterKind, value: &Value, arguments: &[State]) -> Option<Folded> {
    let given: Vec<Value> = arguments
        .iter()
        .map(|it| it.constant.clone())
        .collect::<Option<_>>()?;
    if let FilterKind::Number(kind) = kind {
        let numbers: Vec<ValueRef<'_>> = given.iter().map(Value::as_ref).collect();
        // What these give is text, and never blank.
        if matches!(kind, NumberFilter::Money | NumberFilter::Grouped) {
            return None;
        }
        let made = filter::number(kind, value.as_ref(), &numbers);
        return Some(made.map_or(Folded::Missing, |it| Folded::Value(it.to_owned())));
    }
    let text = shown(value)?;
    let counts = match kind {
        FilterKind::Text(kind) => kind.counts(),
        _ => 0,
    };
    let texts: Vec<Value> = given
        .iter()
        .enumerate()
        .map(|(index, it)| match it {
            it if index < counts => Some(it.clone()),
            it => shown(it).map(|it| Value::from(&*it)),
        })
        .collect::<Option<_>>()?;
    let texts: Vec<ValueRef<'_>> = texts.iter().map(Value::as_ref).collect();
    let mut draft = Draft::new(String::new(), MOST);
    let made = match (kind, &*texts) {
        (FilterKind::Text(TextFilter::Split), [ValueRef::Text(separator)]) => {
            return Some(Folded::List(parts_of(&text, separator)));
        }
        (FilterKind::Text(kind), texts) => filter::text(kind, &text, texts, &mut draft),
        (FilterKind::Code(kind), texts) => filter::code(kind, &text, texts, &mut draft),
        _ => return None,
    };
    Some(match made {
        _ if draft.is_full() => return None,
        Made::Missing => Folded::Missing,
        Made::Text(text) => Folded::Value(Value::from(text)),
        Made::Written => Folded::Value(Value::from(draft.as_str())),
    })
}

/// A value as text, unless that depends on the zone.
fn shown(value: &Value) -> Option<String> {
    match value {
        Value::Text(text) if text.len() <= MOST => Some(text.to_string()),
        Value::Text(_) | Value::DateTime(_) => None,
        value => Some(value.to_string()),
    }
}
