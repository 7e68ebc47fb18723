//! What explanations promise, on random rules: they agree with the answer, they are English, they hide what is personal, and the
//! change that they tell of turns the answer when it is made.

use audience::{Change, ChangedLeaf, DateTime, Duration, Edit, ExplainOptions, Explanation, Shown, Value};

use serde::Deserialize;

use super::{
    case::{Case, Compiled},
    client::Client,
    customers::Datum,
};
use crate::explain::english;

/// How many explanations there were, and how many had a change to tell of.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    pub(crate) explanations: usize,
    pub(crate) changes: usize,
    /// How many of these were to wait, and how many had to be made before a moment.
    pub(crate) waits: usize,
    pub(crate) deadlines: usize,
}

impl Compiled {
    /// A struct read in place is explained as the customer is that was loaded from the same data.
    pub(crate) fn explains_in_place(&self, case: &Case) -> Result<(), String> {
        let bound = self.definitions.bind::<Client>().map_err(|it| it.to_string())?;
        for rule in &case.rules.segments {
            let loaded = self
                .definitions
                .segment(&rule.name)
                .map_err(|it| it.to_string())?;
            let in_place = bound.segment(&rule.name).map_err(|it| it.to_string())?;
            for (index, customer) in self.customers.iter().enumerate() {
                let client =
                    Client::deserialize(case.customer(index).clone()).map_err(|it| it.to_string())?;
                let (one, other) = (
                    loaded.explain(customer, &self.at),
                    in_place.explain(&client, &self.at),
                );
                if one != other {
                    let asked = case.asked(index);
                    return Err(format!(
                        "not the same in place:\n{one}\n{other}\nof {}\nfor {asked}",
                        rule.text
                    ));
                }
            }
        }
        Ok(())
    }

    /// Explanations for each segment and customer are sound.
    pub(crate) fn explains(&self, case: &Case, tally: &mut Tally) -> Result<(), String> {
        let show = ExplainOptions::default().show_personal(true);
        for rule in &case.rules.segments {
            let segment = self
                .definitions
                .segment(&rule.name)
                .map_err(|it| it.to_string())?;
            for (index, customer) in self.customers.iter().enumerate() {
                let explanation = segment.explain(customer, &self.at);
                let shown = segment.explain_with(customer, &self.at, &show);
                let matches = segment.matches(customer, &self.at);
                let wrong = |what: &str| {
                    Err(format!(
                        "{what}\nof  {} = {}\nfor {}\n{shown}",
                        rule.name,
                        rule.text,
                        case.asked(index)
                    ))
                };
                if explanation.holds() != matches || shown.holds() != matches {
                    return wrong("the explanation says the opposite");
                }
                for it in [&explanation, &shown] {
                    if let Err(problem) = sound(it) {
                        return wrong(&problem);
                    }
                }
                // What is hidden does not change what is said to change, but that nobody is told to wait for it.
                let leaves = |it: &Explanation| {
                    it.change()
                        .map(|it| it.leaves.iter().map(|it| it.span).collect::<Vec<_>>())
                };
                let waits = |it: &Explanation| it.change().is_some_and(|it| until(it).is_some());
                if explanation.hides() && waits(&explanation) {
                    return wrong("it tells when something hidden changes");
                }
                if leaves(&explanation) != leaves(&shown) && !(explanation.hides() && waits(&shown)) {
                    return wrong("another change when personal values are shown");
                }
                tally.explanations += 1;
                let Some(change) = shown.change() else { continue };
                tally.changes += 1;
                let now = self.at.now();
                let until = until(change);
                tally.waits += usize::from(until.is_some());
                let before = change.before.inspect(|_| tally.deadlines += 1);
                let just_before = before.and_then(|it| it.checked_add(Duration::from_micros(-1)));
                // At its moment, and as late as can be, but no later.
                for (moment, turns) in [
                    (Some(until.unwrap_or(now)), true),
                    (just_before, true),
                    (before, false),
                ] {
                    let Some(moment) = moment else { continue };
                    let mut changed = case.customer(index).clone();
                    for leaf in &change.leaves {
                        apply(leaf, &mut changed, (now, moment))?;
                    }
                    let json = changed.json(super::customers::Decimals::Texts);
                    let changed = match self.definitions.customer_from_json(&json) {
                        Ok(changed) => changed,
                        Err(error) => {
                            return wrong(&format!("the changed customer does not load: {error}\n{json}"));
                        }
                    };
                    let at = case.at_moment(&self.definitions, moment)?;
                    if (segment.matches(&changed, &at) != matches) != turns {
                        let does = if turns { "does not turn" } else { "still turns" };
                        return wrong(&format!(
                            "the change {does} the answer at {moment}: {change:?}\nfor {json}"
                        ));
                    }
                }
            }
        }
        Ok(())
    }
}

fn sound(explanation: &Explanation) -> Result<(), String> {
    english::problem(explanation.reason())?;
    if let Some(change) = explanation.change() {
        english::problem(change.says())?;
    }
    serde_json::to_string(explanation).map_err(|it| it.to_string())?;
    Ok(())
}

/// The moment that a change is to wait for.
fn until(change: &Change) -> Option<DateTime> {
    let mut edits = change.leaves.iter().flat_map(|it| &it.edits);
    edits.find_map(|it| match it {
        Edit::Wait { until } => Some(*until),
        _ => None,
    })
}

/// Makes the steps of a change; events of now are added at a moment that may be later.
pub(crate) fn apply(
    leaf: &ChangedLeaf,
    customer: &mut Datum,
    (now, moment): (DateTime, DateTime),
) -> Result<(), String> {
    for edit in &leaf.edits {
        match edit {
            Edit::Set { attribute, value } => set(customer, attribute, datum(value)?),
            Edit::Add {
                collection,
                count,
                like,
                with,
                ..
            } => {
                let items = items(customer, collection);
                let mut item = match like {
                    Some(index) => items.get(*index).ok_or("like nothing")?.clone(),
                    None => Datum::Record(Vec::new()),
                };
                for (path, value) in with {
                    if path == "at" && *value == Shown::Known(Value::DateTime(now)) {
                        set(&mut item, path, Datum::DateTime(moment));
                    } else if path.is_empty() {
                        item = datum(value)?;
                    } else {
                        set(&mut item, path, datum(value)?);
                    }
                }
                for _ in 0..*count {
                    items.push(item.clone());
                }
            }
            Edit::Remove { collection, index } => {
                items(customer, collection).remove(*index);
            }
            Edit::Alter {
                collection,
                index,
                property,
                value,
            } => {
                let item = items(customer, collection)
                    .get_mut(*index)
                    .ok_or("alters nothing")?;
                if property.is_empty() {
                    *item = datum(value)?;
                } else {
                    set(item, property, datum(value)?);
                }
            }
            Edit::Wait { .. } => {}
            other => return Err(format!("unknown edit {other:?}")),
        }
    }
    Ok(())
}

fn datum(shown: &Shown) -> Result<Datum, String> {
    Ok(match shown {
        Shown::Known(Value::Bool(it)) => Datum::Bool(*it),
        Shown::Known(Value::Int(it)) => Datum::Int(*it),
        Shown::Known(Value::Float(it)) => Datum::Float(*it),
        Shown::Known(Value::Decimal(it)) => Datum::Decimal(*it),
        Shown::Known(Value::Text(it)) => Datum::Text(it.to_string()),
        Shown::Known(Value::Date(it)) => Datum::Date(*it),
        Shown::Known(Value::DateTime(it)) => Datum::DateTime(*it),
        Shown::Known(Value::Geo(it)) => Datum::Geo(it.lat(), it.lon()),
        other => return Err(format!("{other:?} cannot be set")),
    })
}

/// The member of a record, made when it is not there.
fn member<'d>(record: &'d mut Datum, name: &str) -> &'d mut Datum {
    if !matches!(record, Datum::Record(_)) {
        *record = Datum::Record(Vec::new());
    }
    let Datum::Record(fields) = record else {
        unreachable!("it was made one")
    };
    let index = fields.iter().position(|(it, _)| it == name).unwrap_or_else(|| {
        fields.push((name.to_owned(), Datum::Missing));
        fields.len() - 1
    });
    &mut fields[index].1
}

/// Paths are names joined by dots; no name of the schemas has a dot itself.
fn set(record: &mut Datum, path: &str, value: Datum) {
    let place = path.split('.').fold(record, |record, name| member(record, name));
    *place = value;
}

/// The items of a collection; events in the order of time, as edits count them.
fn items<'d>(customer: &'d mut Datum, path: &str) -> &'d mut Vec<Datum> {
    let place = path
        .split('.')
        .fold(customer, |record, name| member(record, name));
    if !matches!(place, Datum::List(_)) {
        *place = Datum::List(Vec::new());
    }
    let Datum::List(items) = place else {
        unreachable!("it was made one")
    };
    if items.iter().all(|it| at(it).is_some()) {
        items.sort_by_key(at);
    }
    items
}

/// When an event took place; nothing for the item of a list.
fn at(item: &Datum) -> Option<audience::DateTime> {
    match item {
        Datum::Record(fields) => fields.iter().find_map(|(name, it)| match it {
            Datum::DateTime(at) if name == "at" => Some(*at),
            _ => None,
        }),
        _ => None,
    }
}
