//! Where customers keep what they did.

use super::{
    Action, Interactions, Profile,
    assortment::{slots_of, visit},
};
use crate::{
    diagnostic::suggest::did_you_mean,
    error::UnknownName,
    record::{Customer, Row as _, Rows as _},
    schema::{Layout, Schema, SchemaId},
    value::{DateTime, ValueRef},
};

/// The properties of events that hold the keys of what customers did something with, such as `items.sku` of `purchases`.
///
/// # Example
///
/// ```
/// # use audience::{Action, Definitions, History, Interactions};
/// let shop = Definitions::parse(
///     "customer { id: string key }  event purchases { items: [{ sku: string }] }  event views { sku: string }",
/// )?;
/// let ana = shop.customer_from_json(
///     r#"{"id": "ana", "purchases": [{"at": "2026-06-01T09:00:00Z", "items": [{"sku": "tea"}, {"sku": "mug"}]}],
///         "views": [{"at": "2026-06-01T08:00:00Z", "sku": "pot"}]}"#,
/// )?;
/// let history = History::new(shop.schema(), "purchases", "items.sku")?.and(Action::View, "views", "sku")?;
/// let mut taken = Interactions::new();
/// taken.add_events(&ana, &history);
/// assert_eq!(taken.items(), 3);
/// assert_eq!(history.profile(&ana, "2026-06-01T08:30:00Z".parse()?).len(), 1); // so far, she only looked
/// assert!(History::new(shop.schema(), "purchases", "items.name").is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct History {
    schema: Schema,
    id: SchemaId,
    sources: Vec<Source>,
    favourites: Vec<Vec<u32>>,
    until: DateTime,
}

#[derive(Clone, Debug)]
struct Source {
    action: Action,
    event: usize,
    /// A slot of the event; where it is a list, a slot of the list's items follows; the last holds the key.
    slots: Vec<u32>,
}

impl History {
    /// Purchases: the property `path` of `event`, which may lie in lists and nested records, and must be text or a reference.
    pub fn new(schema: &Schema, event: &str, path: &str) -> Result<Self, UnknownName> {
        let nothing = Self {
            schema: schema.clone(),
            id: schema.id(),
            sources: Vec::new(),
            favourites: Vec::new(),
            until: DateTime::MAX,
        };
        nothing.and(Action::Purchase, event, path)
    }

    /// Adds events in which something else is done, such as views and searches.
    pub fn and(mut self, action: Action, event: &str, path: &str) -> Result<Self, UnknownName> {
        let Some((index, _, declared)) = self.schema.events.get_full(event) else {
            let names = self.schema.events.keys().map(|name| &**name);
            return Err(unknown("event", event, did_you_mean(event, names)));
        };
        let help = format!("it must be text or a reference among the properties of `{event}`");
        let slots = slots(&Layout::of_event(&declared.fields), "property", path, help)?;
        self.sources.push(Source {
            action,
            event: index,
            slots,
        });
        Ok(self)
    }

    /// Adds an attribute with the keys of what customers marked as favourites, such as `favorites` or `favorites.sku`.
    ///
    /// ```
    /// # use audience::{Definitions, History};
    /// let shop = Definitions::parse("customer { id: string key, likes: [string] }  event purchases { sku: string }")?;
    /// let ana = shop.customer_from_json(r#"{"id": "ana", "likes": ["tea", "pot"]}"#)?;
    /// let history = History::new(shop.schema(), "purchases", "sku")?.favorites("likes")?;
    /// assert_eq!(history.profile(&ana, "2026-06-01T08:30:00Z".parse()?).len(), 2);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn favorites(mut self, path: &str) -> Result<Self, UnknownName> {
        let help = "it must be text or a reference among the attributes of a customer".to_owned();
        let layout = Layout::of_fields(&self.schema.customer);
        self.favourites.push(slots(&layout, "attribute", path, help)?);
        Ok(self)
    }

    /// Leaves out what happened after `now`, as segments do.
    #[must_use]
    pub fn until(mut self, now: DateTime) -> Self {
        self.until = now;
        self
    }

    /// Hands over what was done with each key and when, type of event by type of event in the order of time. Favourites have
    /// no time and are not among them.
    ///
    /// # Panics
    ///
    /// If the customer is of another schema, see [`SchemaId`].
    pub fn each<'c>(&self, customer: &'c Customer, mut seen: impl FnMut(Action, &'c str, DateTime)) {
        self.check(customer);
        for source in &self.sources {
            let events = customer.events(source.event);
            for index in 0..events.len() {
                if let Some(at) = DateTime::from_micros(events.at(index)).filter(|at| *at <= self.until) {
                    visit(events.get(index), &source.slots, &mut |key| {
                        seen(source.action, key, at);
                    });
                }
            }
        }
    }

    /// What is known of a customer now: what she did until then, and her favourites as they are.
    ///
    /// # Panics
    ///
    /// If the customer is of another schema, see [`SchemaId`].
    pub fn profile<'c>(&self, customer: &'c Customer, now: DateTime) -> Profile<'c> {
        let mut profile = Profile::new(now);
        self.each(customer, |action, item, at| {
            if at <= now {
                profile.add(action, item, at);
            }
        });
        for slots in &self.favourites {
            visit(customer, slots, &mut |item| {
                profile.add(Action::Favorite, item, now);
            });
        }
        profile
    }

    fn check(&self, customer: &Customer) {
        assert!(
            customer.schema_id() == self.id,
            "a customer of another schema: load customers by the definitions that the history was made for"
        );
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
        history.each(customer, |action, item, at| self.push(key, item, action, at, 1.0));
    }
}

fn slots(layout: &Layout, kind: &'static str, path: &str, help: String) -> Result<Vec<u32>, UnknownName> {
    let steps: Vec<&str> = path.split('.').collect();
    let mut slots = Vec::new();
    if slots_of(layout, &steps, &mut slots) {
        Ok(slots)
    } else {
        Err(unknown(kind, path, Some(help)))
    }
}

fn unknown(kind: &'static str, name: &str, help: Option<String>) -> UnknownName {
    UnknownName {
        kind,
        name: name.to_owned(),
        help,
    }
}
