//! Where customers keep what they took.

use crate::{
    diagnostic::suggest::did_you_mean,
    error::UnknownName,
    record::{Customer, Row, Rows},
    schema::{Layout, Schema, SchemaId},
    value::{DateTime, Type, ValueRef},
};

use super::{CoPurchase, Interactions, Recommender};

/// The property of an event that holds the key of what was taken, such as `items.sku` of `purchases`.
///
/// # Example
///
/// ```
/// # use audience::{Definitions, History, Interactions};
/// let shop = Definitions::parse("customer { id: string key }  event purchases { items: [{ sku: string }] }")?;
/// let ana = shop.customer_from_json(
///     r#"{"id": "ana", "purchases": [{"at": "2026-06-01T09:00:00Z", "items": [{"sku": "tea"}, {"sku": "mug"}]}]}"#,
/// )?;
/// let history = History::new(shop.schema(), "purchases", "items.sku")?;
/// let mut bought = Interactions::new();
/// bought.add_events(&ana, &history);
/// assert_eq!(bought.items(), 2);
/// assert!(History::new(shop.schema(), "purchases", "items.name").is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct History {
    schema: SchemaId,
    event: usize,
    /// A slot of the event; where it is a list, a slot of the list's items follows; the last holds the key.
    slots: Vec<u32>,
    until: DateTime,
}

impl History {
    /// The property `path` of `event`, which may lie in lists and nested records, and must be text or a reference.
    pub fn new(schema: &Schema, event: &str, path: &str) -> Result<Self, UnknownName> {
        let Some((index, _, declared)) = schema.events.get_full(event) else {
            let names = schema.events.keys().map(|name| &**name);
            return Err(unknown("event", event, did_you_mean(event, names)));
        };
        let steps: Vec<&str> = path.split('.').collect();
        let mut slots = Vec::new();
        if !find(&Layout::of_event(&declared.fields), &steps, &mut slots) {
            let help = format!("it must be text or a reference among the properties of `{event}`");
            return Err(unknown("property", path, Some(help)));
        }
        Ok(Self {
            schema: schema.id(),
            event: index,
            slots,
            until: DateTime::MAX,
        })
    }

    /// Leaves out what happened after `now`, as segments do.
    #[must_use]
    pub fn until(mut self, now: DateTime) -> Self {
        self.until = now;
        self
    }

    /// Hands over each key with its time, in the order of time.
    ///
    /// # Panics
    ///
    /// If the customer is of another schema, see [`SchemaId`].
    pub fn each(&self, customer: &Customer, mut seen: impl FnMut(&str, DateTime)) {
        assert!(
            customer.schema_id() == self.schema,
            "a customer of another schema: load customers by the definitions that the history was made for"
        );
        let events = customer.events(self.event);
        for index in 0..events.len() {
            if let Some(at) = DateTime::from_micros(events.at(index)).filter(|at| *at <= self.until) {
                visit(events.get(index), &self.slots, &mut |key| seen(key, at));
            }
        }
    }
}

impl Interactions {
    /// Adds what a customer's events tell.
    ///
    /// # Panics
    ///
    /// If the customer is of another schema than the history, see [`SchemaId`].
    pub fn add_events(&mut self, customer: &Customer, history: &History) {
        let number;
        let key = match customer.key() {
            ValueRef::Text(text) => text,
            other => {
                number = other.to_string();
                &number
            }
        };
        history.each(customer, |item, at| self.add(key, item, at));
    }
}

impl CoPurchase {
    /// A [`Recommender`] for [`Customer`]s, who are served from their events. It panics as [`History::each`] does.
    #[must_use]
    pub fn serving_events(&self, history: &History) -> impl Recommender<Customer> {
        self.serving(|customer: &Customer, seen| history.each(customer, |key, _| seen(key)))
    }
}

/// Finds the slots that lead to a key: the longest prefix that is a slot, then the rest among the items of that list.
fn find(layout: &Layout, path: &[&str], slots: &mut Vec<u32>) -> bool {
    let Some((slot, rest)) = (0..=path.len())
        .rev()
        .find_map(|len| layout.find(&path[..len]).map(|slot| (slot, &path[len..])))
    else {
        return false;
    };
    slots.extend(u32::try_from(slot));
    match &layout.slots[slot].items {
        Some(items) => find(items, rest, slots),
        None => rest.is_empty() && matches!(layout.slots[slot].ty, Type::String | Type::Ref(_) | Type::Url),
    }
}

fn visit<'a, R: Row<'a>>(row: R, slots: &[u32], seen: &mut dyn FnMut(&str)) {
    match slots {
        [] => {}
        [key] => row.text(*key).into_iter().for_each(seen),
        [list, rest @ ..] => {
            if let Some(rows) = row.list(*list) {
                (0..rows.len()).for_each(|index| visit(rows.get(index), rest, seen));
            }
        }
    }
}

fn unknown(kind: &'static str, name: &str, help: Option<String>) -> UnknownName {
    UnknownName {
        kind,
        name: name.to_owned(),
        help,
    }
}
