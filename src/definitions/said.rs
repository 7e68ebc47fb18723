//! Whether messages say what tests expect of them.

use serde_json::Value as JsonValue;

use super::{Message, Parts};
use crate::{
    eval::At,
    hir::{Message as Head, Said},
    record::Customer,
    schema::Schema,
    syntax::{
        self,
        ast::{Json, JsonKind, Outcome, SaidTest},
    },
    template::{Inputs, PlacedItem, Placements, Rendered},
    value::Value,
};

/// Letters of a part that a failure shows.
const SHOWN: usize = 200;

/// The inputs of a test that a message takes.
pub(super) fn inputs(head: &Head, given: Option<&Json>) -> Vec<(String, Value)> {
    let members = match given.map(|it| &it.kind) {
        Some(JsonKind::Record(members)) => &members[..],
        _ => &[],
    };
    let taken = members
        .iter()
        .filter(|it| head.inputs.iter().any(|input| input.name == it.name));
    taken
        .filter_map(|member| Some((member.name.to_string(), value(&syntax::json_text(&member.value))?)))
        .collect()
}

/// A value of JSON, numbers by their digits; `None` for `null`.
fn value(json: &str) -> Option<Value> {
    match serde_json::from_str(json).ok()? {
        JsonValue::Bool(it) => Some(it.into()),
        JsonValue::String(it) => Some(it.into()),
        JsonValue::Number(number) => match json.parse::<i64>() {
            Ok(int) => Some(int.into()),
            Err(_) => json
                .parse()
                .ok()
                .map(Value::Decimal)
                .or_else(|| number.as_f64().map(Value::Float)),
        },
        JsonValue::Null | JsonValue::Array(_) | JsonValue::Object(_) => None,
    }
}

/// The items of a placement, `{ "sku": "A1", "reason": "new" }`; or the item that is none, and what is wrong with it.
pub(super) fn placed<'j>(
    schema: &Schema,
    placement: usize,
    json: &'j Json,
) -> Result<Vec<PlacedItem>, (&'j Json, String)> {
    let catalog = schema
        .placements
        .get_index(placement)
        .and_then(|(_, it)| schema.catalogs.get(&it.catalog));
    let key = catalog.and_then(|it| it.fields.iter().find(|field| field.roles.key));
    let key = key.map_or("key", |it| &*it.name);
    let JsonKind::List(items) = &json.kind else {
        return Err((json, "a placement is a list of items".to_owned()));
    };
    items
        .iter()
        .map(|item| {
            let JsonKind::Record(members) = &item.kind else {
                return Err((item, "an item is an object".to_owned()));
            };
            if let Some(other) = members
                .iter()
                .find(|it| *it.name != *key && *it.name != *"reason")
            {
                return Err((
                    item,
                    format!("`{}`: what an item has stands in its catalogue", other.name),
                ));
            }
            let text = |name: &str| {
                let member = members.iter().find(|it| *it.name == *name);
                let found = member.and_then(|it| value(&syntax::json_text(&it.value)));
                found
                    .map(|it| it.to_string())
                    .ok_or((item, format!("`{name}` is missing")))
            };
            Ok(PlacedItem::new(text(key)?, text("reason")?))
        })
        .collect()
}

/// What a message does instead of what a test expects, if it does.
pub(super) fn differs(
    said: &Said,
    message: &Message,
    customer: &Customer,
    (inputs, placements): (&Inputs, &Placements),
    at: &At,
) -> Option<String> {
    let mut parts = Parts::new();
    let rendered = match message.render_into(customer, inputs, placements, at, &mut parts) {
        Ok(rendered) => rendered,
        Err(error) => return Some(error.to_string()),
    };
    let holds = match (&said.outcome, &rendered) {
        (Outcome::Sent, Rendered::Sent) => true,
        (Outcome::Skipped(reason), Rendered::Skipped(found)) => {
            reason.as_ref().is_none_or(|it| it.text == *found)
        }
        (
            Outcome::Says {
                part,
                negated,
                test,
                text,
            },
            Rendered::Sent,
        ) => {
            let wanted = |name: &str| part.as_ref().is_none_or(|it| *it.text == *name);
            let says = |said: &str| match test {
                SaidTest::Is => said == &*text.text,
                SaidTest::Contains => said.contains(&*text.text),
                SaidTest::StartsWith => said.starts_with(&*text.text),
                SaidTest::EndsWith => said.ends_with(&*text.text),
            };
            parts.iter().any(|(name, said)| wanted(name) && says(said)) != *negated
        }
        _ => false,
    };
    if holds {
        return None;
    }
    let part = match &said.outcome {
        Outcome::Says { part, .. } => part.as_ref().map(|it| &*it.text),
        _ => None,
    };
    Some(match rendered {
        Rendered::Skipped(reason) => format!("it is skipped: {reason}"),
        Rendered::Sent => {
            let shown = parts.iter().filter(|(name, _)| part.is_none_or(|it| it == *name));
            let each: Vec<_> = shown
                .map(|(name, text)| format!("`{name}` is {:?}", shortened(text)))
                .collect();
            each.join(", ")
        }
    })
}

fn shortened(text: &str) -> String {
    let mut short: String = text.chars().take(SHOWN).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}
