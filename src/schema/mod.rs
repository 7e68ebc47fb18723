//! The data contract: attributes, events, catalogues and placements.

mod builder;
mod fingerprint;
mod layout;
pub(crate) mod validate;

pub use builder::{SchemaBuilder, SchemaError, SchemaProblem};
pub(crate) use fingerprint::CatalogId;
pub use fingerprint::SchemaId;
pub(crate) use layout::{Layout, Slot};

use std::sync::Arc;

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use crate::value::{Field, Type};

/// Everything that may be known of a customer.
///
/// ```
/// # use audience::{Definitions, Schema};
/// let shop = Definitions::parse("customer { id: string key, age: int? personal }")?;
/// let json = serde_json::to_string(shop.schema())?;
/// let schema: Schema = serde_json::from_str(&json)?;
/// assert_eq!(&schema, shop.schema());
/// assert!(schema.customer[1].optional && schema.customer[1].roles.personal);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "builder::Unchecked")]
#[non_exhaustive]
pub struct Schema {
    /// The attributes, in the order declared.
    pub customer: Vec<Field>,
    /// Whether members of customers and events that it does not name are passed over on loading, instead of refused.
    /// Those of items are refused all the same.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub open: bool,
    /// What can be bought, shown or recommended.
    pub catalogs: IndexMap<Arc<str>, Catalog>,
    /// What can happen. Every event has `at: datetime` besides the properties listed.
    pub events: IndexMap<Arc<str>, Event>,
    /// The lists that a recommender fills.
    pub placements: IndexMap<Arc<str>, Placement>,
}

/// A catalogue: items known by their key.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Catalog {
    /// What it is, for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<Arc<str>>,
    /// The fields of an item; exactly one has the role `key`.
    pub fields: Vec<Field>,
}

/// An event type.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Event {
    /// What it is, for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<Arc<str>>,
    /// The properties besides `at`.
    pub fields: Vec<Field>,
}

/// A list of a catalogue's items that a recommender fills for each customer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Placement {
    /// What it is, for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<Arc<str>>,
    /// The catalogue its items come from.
    pub catalog: Arc<str>,
}

impl Catalog {
    /// Whether items are known by a number; references to them are kept as its digits.
    pub(crate) fn has_int_key(&self) -> bool {
        let key = self.fields.iter().find(|field| field.roles.key);
        key.is_some_and(|field| field.ty == Type::Int)
    }
}
