//! Schemas written in Rust.

use std::{fmt, sync::Arc};

use indexmap::IndexMap;

use super::{
    Catalog, Event, Placement, Schema,
    validate::{self, Definition},
};
use crate::{diagnostic::Code, value::Field, value::Type};

/// Builds a [`Schema`] in Rust; [`Schema::builder`] starts one.
///
/// ```
/// # use audience::{Field, Schema, Type};
/// let schema = Schema::builder()
///     .attribute(Field::new("id", Type::String).key())
///     .event("visits", [Field::new("page", Type::String)])
///     .build()?;
/// assert_eq!((schema.customer.len(), schema.events.len()), (1, 1));
/// # Ok::<(), audience::SchemaError>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct SchemaBuilder {
    customer: Vec<Field>,
    open: bool,
    catalogs: Vec<(Arc<str>, Catalog)>,
    events: Vec<(Arc<str>, Event)>,
    placements: Vec<(Arc<str>, Placement)>,
}

impl Schema {
    /// Starts a schema.
    ///
    /// # Example
    ///
    /// ```
    /// use audience::{Event, Field, Schema, Type};
    ///
    /// let schema = Schema::builder()
    ///     .attribute(Field::new("id", Type::String).key())
    ///     .attribute(Field::new("birth_date", Type::Date).optional().personal())
    ///     .attribute(Field::new("gender", Type::words(["female", "male", "other"])).optional())
    ///     .attribute(Field::new("consent", Type::record([Field::new("email", Type::Bool)])))
    ///     .event("purchases", [Field::new("sku", Type::reference("products")), Field::new("amount", Type::Decimal)])
    ///     .event("visits", Event::default().described("a look at the shop"))
    ///     .catalog("products", [Field::new("sku", Type::String).key(), Field::new("price", Type::Decimal)])
    ///     .placement("recommendations", "products")
    ///     .build()?;
    /// assert_eq!(schema.events["purchases"].fields[1].name.as_ref(), "amount");
    /// # Ok::<(), audience::SchemaError>(())
    /// ```
    #[must_use]
    pub fn builder() -> SchemaBuilder {
        SchemaBuilder::default()
    }

    /// Tells which rules the schema breaks, if any.
    ///
    /// Those from a builder or a deserialiser are valid; one whose fields were changed since may not be.
    pub fn validate(&self) -> Result<(), SchemaError> {
        SchemaError::of(self, Vec::new())
    }
}

impl SchemaBuilder {
    /// Adds an attribute of the customer.
    #[must_use]
    pub fn attribute(mut self, attribute: Field) -> Self {
        self.customer.push(attribute);
        self
    }

    /// Lets customers and events have members that the schema does not name: they are passed over on loading, as
    /// `customer open { … }` says it. Items of catalogues may have none all the same.
    ///
    /// # Example
    ///
    /// ```
    /// use audience::{Field, Loader, Schema, Type};
    ///
    /// let schema = Schema::builder().attribute(Field::new("id", Type::String).key()).open().build()?;
    /// assert!(Loader::new(&schema)?.customer_from_json(r#"{"id": "ana", "grid": [[1]]}"#).is_ok());
    /// # Ok::<(), audience::SchemaError>(())
    /// ```
    #[must_use]
    pub fn open(mut self) -> Self {
        self.open = true;
        self
    }

    /// Adds an event type with the properties it has besides `at`.
    #[must_use]
    pub fn event(mut self, name: impl AsRef<str>, event: impl Into<Event>) -> Self {
        self.events.push((name.as_ref().into(), event.into()));
        self
    }

    /// Adds a catalogue with the fields of its items, one of which is the key.
    #[must_use]
    pub fn catalog(mut self, name: impl AsRef<str>, catalog: impl Into<Catalog>) -> Self {
        self.catalogs.push((name.as_ref().into(), catalog.into()));
        self
    }

    /// Adds a placement: a list of a catalogue's items that a recommender fills.
    #[must_use]
    pub fn placement(mut self, name: impl AsRef<str>, catalog: impl AsRef<str>) -> Self {
        let placement = Placement {
            description: None,
            catalog: catalog.as_ref().into(),
        };
        self.placements.push((name.as_ref().into(), placement));
        self
    }

    /// The schema, or every rule that it breaks.
    pub fn build(self) -> Result<Schema, SchemaError> {
        let mut problems = Vec::new();
        let schema = Schema {
            customer: self.customer,
            open: self.open,
            catalogs: by_name("catalogue", self.catalogs, &mut problems),
            events: by_name("event", self.events, &mut problems),
            placements: by_name("placement", self.placements, &mut problems),
        };
        SchemaError::of(&schema, problems)?;
        Ok(schema)
    }
}

fn by_name<T>(
    kind: &str,
    definitions: Vec<(Arc<str>, T)>,
    problems: &mut Vec<SchemaProblem>,
) -> IndexMap<Arc<str>, T> {
    let mut by_name = IndexMap::new();
    for (name, definition) in definitions {
        let again = by_name.insert(name.clone(), definition).is_some();
        if again {
            problems.push(SchemaProblem {
                code: Code::DuplicateName,
                path: name.to_string(),
                message: format!("the {kind} `{name}` is defined twice"),
            });
        }
    }
    by_name
}

/// Which rules a schema breaks; `Display` gives one line for each.
///
/// ```
/// # use audience::{Field, Schema, Type};
/// let error = Schema::builder()
///     .attribute(Field::new("id", Type::Float).key())
///     .attribute(Field::new("age", Type::Int).filled())
///     .build()
///     .unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "customer.id: the key of the customer is string or int, not float\n\
///      customer.age: `filled` is for text and lists, not for int"
/// );
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SchemaError {
    problems: Vec<SchemaProblem>,
}

/// One rule that a schema breaks.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SchemaProblem {
    /// The stable code, the same as for definitions written as text.
    pub code: Code,
    /// Where: `customer.favorites.sku`.
    pub path: String,
    /// One sentence.
    pub message: String,
}

impl SchemaError {
    fn of(schema: &Schema, mut problems: Vec<SchemaProblem>) -> Result<(), Self> {
        problems.extend(validate::validate(schema).into_iter().map(|fault| SchemaProblem {
            code: fault.code,
            path: path(schema, &fault.place),
            message: match fault.help {
                Some(help) => format!("{}; {help}", fault.message),
                None => fault.message,
            },
        }));
        if problems.is_empty() {
            Ok(())
        } else {
            Err(Self { problems })
        }
    }

    /// The rules that are broken, in the order of the schema.
    #[must_use]
    pub fn problems(&self) -> &[SchemaProblem] {
        &self.problems
    }
}

impl fmt::Display for SchemaError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, SchemaProblem { path, message, .. }) in self.problems.iter().enumerate() {
            write!(f, "{}{path}: {message}", if index == 0 { "" } else { "\n" })?;
        }
        Ok(())
    }
}

impl std::error::Error for SchemaError {}

/// The names on the way to a place.
fn path(schema: &Schema, place: &validate::Place) -> String {
    let (name, mut fields): (&str, &[Field]) = match place.definition {
        Definition::Customer => ("customer", &schema.customer),
        Definition::Catalog(index) => schema
            .catalogs
            .get_index(index)
            .map_or(("", &[]), |(name, it)| (name, &it.fields)),
        Definition::Event(index) => schema
            .events
            .get_index(index)
            .map_or(("", &[]), |(name, it)| (name, &it.fields)),
        Definition::Placement(index) => schema
            .placements
            .get_index(index)
            .map_or(("", &[]), |(name, _)| (name, &[])),
    };
    let mut path = name.to_owned();
    for index in &place.fields {
        let Some(field) = fields.get(*index) else { break };
        path.push('.');
        path.push_str(&field.name);
        let mut ty = &field.ty;
        while let Type::List(item) = ty {
            ty = item;
        }
        fields = if let Type::Record(fields) = ty {
            fields
        } else {
            &[]
        };
    }
    path
}

macro_rules! of_fields {
    ($($name:ident),*) => {$(
        impl $name {
            /// Says what it is, for people.
            #[must_use]
            pub fn described(mut self, description: impl AsRef<str>) -> Self {
                self.description = Some(description.as_ref().into());
                self
            }
        }

        impl From<Vec<Field>> for $name {
            fn from(fields: Vec<Field>) -> Self {
                Self { description: None, fields }
            }
        }

        impl<const N: usize> From<[Field; N]> for $name {
            fn from(fields: [Field; N]) -> Self {
                Vec::from(fields).into()
            }
        }
    )*};
}

of_fields!(Catalog, Event);

/// What a deserialiser reads before the rules are checked.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Unchecked {
    customer: Vec<Field>,
    #[serde(default)]
    open: bool,
    #[serde(default)]
    catalogs: IndexMap<Arc<str>, Catalog>,
    #[serde(default)]
    events: IndexMap<Arc<str>, Event>,
    #[serde(default)]
    placements: IndexMap<Arc<str>, Placement>,
}

impl TryFrom<Unchecked> for Schema {
    type Error = SchemaError;

    fn try_from(unchecked: Unchecked) -> Result<Self, SchemaError> {
        let schema = Self {
            customer: unchecked.customer,
            open: unchecked.open,
            catalogs: unchecked.catalogs,
            events: unchecked.events,
            placements: unchecked.placements,
        };
        schema.validate()?;
        Ok(schema)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id() -> SchemaBuilder {
        Schema::builder().attribute(Field::new("id", Type::String).key())
    }

    fn field(ty: Type) -> SchemaBuilder {
        id().attribute(Field::new("x", ty))
    }

    #[test]
    fn each_rule_has_its_own_message() {
        let deep = (0..70).fold(Type::Int, |ty, _| Type::record([Field::new("x", ty)]));
        for (builder, code, message) in [
            (
                Schema::builder(),
                Code::MissingCustomer,
                "customer: the customer has no attributes",
            ),
            (
                Schema::builder().attribute(Field::new("x", Type::Int)),
                Code::InvalidKey,
                "customer: the customer has no key; write the role `key` after the string or int that identifies it",
            ),
            (
                Schema::builder().attribute(Field::new("id", Type::Date).key()),
                Code::InvalidKey,
                "customer.id: the key of the customer is string or int, not date",
            ),
            (
                Schema::builder().attribute(Field::new("id", Type::Int).key().optional()),
                Code::InvalidKey,
                "customer.id: the key of the customer may be missing; leave out the `?`",
            ),
            (
                id().attribute(Field::new("n", Type::Int).key()),
                Code::InvalidKey,
                "customer.n: the customer has two keys",
            ),
            (
                id().attribute(Field::new("id", Type::Int)),
                Code::DuplicateName,
                "customer.id: `id` is defined twice",
            ),
            (
                id().attribute(Field::new("", Type::Int)),
                Code::Syntax,
                "customer.: a name has letters, and no backtick, line break or other control character",
            ),
            (
                field(Type::list(Type::record([Field::new("a", Type::Int).key()]))),
                Code::InvalidRole,
                "customer.x.a: only an attribute of the customer or a field of a catalogue can be the key",
            ),
            (
                id().attribute(Field::new("x", Type::Bool).filled()),
                Code::InvalidRole,
                "customer.x: `filled` is for text and lists, not for bool",
            ),
            (
                field(Type::Duration),
                Code::InvalidType,
                "customer.x: a duration cannot be stored, only computed; store an int, such as seconds",
            ),
            (
                field(Type::list(Type::list(Type::Int))),
                Code::InvalidType,
                "customer.x: a list of lists is not supported; make the items records with a list in them: [{ items: [int] }]",
            ),
            (
                field(Type::record([])),
                Code::InvalidType,
                "customer.x: a record without fields holds nothing",
            ),
            (
                field(Type::words::<&str>([])),
                Code::InvalidType,
                "customer.x: an enumeration has at least one word",
            ),
            (
                field(Type::words(["a", "a"])),
                Code::InvalidType,
                "customer.x: the word \"a\" is listed twice",
            ),
            (
                field(Type::words(["a\0"])),
                Code::InvalidType,
                "customer.x: a word with the character U+0000",
            ),
            (
                field(Type::reference("products")),
                Code::UnknownCatalog,
                "customer.x: unknown catalogue `products`",
            ),
            (
                id().catalog("products", [Field::new("sku", Type::String).key()])
                    .placement("p", "product"),
                Code::UnknownCatalog,
                "p: unknown catalogue `product`; did you mean `products`?",
            ),
            (
                id().catalog("products", [Field::new("sku", Type::Bool).key()]),
                Code::InvalidKey,
                "products.sku: the key of the catalogue `products` is string or int, not bool",
            ),
            (
                id().event("id", []),
                Code::DuplicateName,
                "id: `id` is both an attribute and an event; a customer's attributes and events stand side by side in its record",
            ),
            (
                id().event("e", [Field::new("at", Type::Date)]),
                Code::DuplicateName,
                "e.at: every event has `at` already, the time when it happened",
            ),
            (
                id().event("e", [Field::new("sku", Type::String).key()]),
                Code::InvalidRole,
                "e.sku: only an attribute of the customer or a field of a catalogue can be the key",
            ),
            (
                id().event("e", []).event("e", []),
                Code::DuplicateName,
                "e: the event `e` is defined twice",
            ),
        ] {
            let error = builder.build().expect_err(message);
            assert_eq!(error.to_string(), message);
            assert_eq!(error.problems()[0].code, code, "{message}");
        }
        assert_eq!(
            field(deep).build().expect_err("deep").problems()[0].code,
            Code::Limit
        );
    }

    #[test]
    fn schemas_go_to_json_and_back_and_are_checked() -> Result<(), Box<dyn std::error::Error>> {
        let schema = field(Type::list(Type::record([Field::new(
            "w",
            Type::words(["a", "b"]),
        )
        .optional()])))
        .attribute(
            Field::new("name", Type::String)
                .optional()
                .personal()
                .sensitive()
                .filled_except(["N/A"]),
        )
        .attribute(Field::new("sku", Type::reference("products")).described("the last one seen"))
        .event("e", Event::default().described("something"))
        .catalog("products", [Field::new("sku", Type::String).key()])
        .placement("p", "products")
        .build()?;
        let json = serde_json::to_string(&schema)?;
        assert_eq!(serde_json::from_str::<Schema>(&json)?, schema);
        let wrong = json.replace("\"sku\",\"type\":\"string\"", "\"sku\",\"type\":\"bool\"");
        let error = serde_json::from_str::<Schema>(&wrong)
            .expect_err("the key is no text")
            .to_string();
        assert!(
            error.contains("the key of the catalogue `products` is string or int, not bool"),
            "{error}"
        );
        assert!(serde_json::from_str::<Schema>(r#"{"customer":[],"more":1}"#).is_err());
        Ok(())
    }
}
