//! What a definition or a message reads: the data that somebody has to deliver.

mod display;
mod gather;
mod look_back;

pub(crate) use gather::Gather;
pub use look_back::LookBack;

use std::sync::Arc;

use serde::Serialize;

use crate::value::{Roles, Type};

/// What a segment, a trait, a message or a whole set of definitions reads, through everything that it refers to.
///
/// Given by [`Segment::requirements`](crate::Segment::requirements), [`Computed::requirements`](crate::Computed::requirements),
/// [`Template::requirements`](crate::Template::requirements) and
/// [`Definitions::requirements`](crate::Definitions::requirements). A record that has no more than this gives the same answers:
/// other attributes may be missing, other events and properties too, and events from before the
/// [look-back](LookBack).
///
/// `Display` writes a line for each kind of thing. As JSON it has this shape, in which what is empty or false is left out:
///
/// ```text
/// { "attributes": [{ "path": "id", "type": "string", "roles": { "key": true } },
///                  { "path": "cart", "type": { "list": … }, "optional": true, "fields": [{ "path": "price", … }] }],
///   "events":     [{ "name": "purchases", "look_back": { "duration": "PT2592000S" }, "properties": [{ "path": "amount", … }] }],
///   "catalogs":   [{ "name": "products", "fields": [{ "path": "sku", … }, { "path": "price", … }] }],
///   "traits":     ["average_order"], "segments": ["lapsed"],
///   "lists": ["eu"], "functions": ["loyalty_score"], "population": ["balance"],
///   "placements": [{ "name": "recommendations", "catalog": "products", "most": 4 }],
///   "inputs":     [{ "path": "coupon", "type": "string" }],
///   "now": true, "zone": true }
/// ```
///
/// Types are written as in the JSON of a [`Schema`](crate::Schema).
///
/// # Example
///
/// ```
/// # use audience::Definitions;
/// let shop = Definitions::parse(
///     "customer { id: string key, country: string?, email: string? personal }
///      event purchases { amount: decimal, category: string }
///      segment loyal = country = \"ES\" and sum(amount of purchases in last 365 days) >= 500",
/// )?;
/// let needed = shop.segment("loyal")?.requirements();
/// assert_eq!(
///     needed.to_string(),
///     "attributes: id (string, key), country (string?)\n\
///      events: purchases of the last 365 days (amount: decimal)\n\
///      time: now\n"
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Requirements {
    /// Attributes of the customer, in the order declared. The key is always among them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub attributes: Vec<RequiredField>,
    /// Event types.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub events: Vec<RequiredEvent>,
    /// Catalogues whose items are looked into.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub catalogs: Vec<RequiredCatalog>,
    /// Traits that it refers to, itself or through others, in the order of definition.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub traits: Vec<Arc<str>>,
    /// Segments that it refers to, itself or through others, in the order of definition.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub segments: Vec<Arc<str>>,
    /// Named lists, which the definitions hold themselves or the host gives.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub lists: Vec<Arc<str>>,
    /// Functions of the host.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub functions: Vec<Arc<str>>,
    /// What has to be fitted from a population, in canonical form.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub population: Vec<Arc<str>>,
    /// Placements that a recommender fills.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub placements: Vec<RequiredPlacement>,
    /// Values that the host passes with each message.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub inputs: Vec<RequiredField>,
    /// Whether the answer depends on the instant of the evaluation. It does wherever events are read, as those to come do not
    /// exist.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub now: bool,
    /// Whether the answer depends on the time zone.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub zone: bool,
}

/// An attribute, a property, a field or an input that is read.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct RequiredField {
    /// The names that lead to it: `consent.email`.
    pub path: String,
    /// Its type.
    #[serde(rename = "type")]
    pub ty: Type,
    /// Whether it may be missing, itself or with a record around it.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub optional: bool,
    /// What else is said of it.
    #[serde(skip_serializing_if = "Roles::is_empty")]
    pub roles: Roles,
    /// Of a list of records: what is read of its items.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<RequiredField>,
}

/// An event type that is read.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct RequiredEvent {
    /// Its name.
    pub name: Arc<str>,
    /// How far back.
    pub look_back: LookBack,
    /// The properties that are read, besides `at`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub properties: Vec<RequiredField>,
}

/// A catalogue that is looked into.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct RequiredCatalog {
    /// Its name.
    pub name: Arc<str>,
    /// The fields that are read; the key is always among them.
    pub fields: Vec<RequiredField>,
}

/// A placement that is shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct RequiredPlacement {
    /// Its name.
    pub name: Arc<str>,
    /// The catalogue of its items.
    pub catalog: Arc<str>,
    /// How many items are shown at most; without a number, as many as the placement has.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub most: Option<u64>,
}
