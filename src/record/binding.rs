//! Which field of a struct is which slot, worked out once.

use std::{fmt, sync::Arc};

use super::{FieldType, Record, RecordField, Shape};
use crate::{
    diagnostic::suggest,
    schema::{Layout, Slot},
    value::{Filled, Roles, Schemes, Type},
};

/// Where a struct has the attributes and events of a schema.
#[derive(Debug)]
pub(crate) struct Binding {
    pub(super) customer: Slots,
    /// In the order of the schema's events.
    pub(super) events: Vec<Place>,
}

/// Where a record has the slots of a layout.
#[derive(Debug, Default)]
pub(super) struct Slots(pub(super) Box<[Place]>);

/// Where a record has a value, and what has to hold for it to count as known.
#[derive(Debug)]
pub(super) struct Place {
    pub(super) field: usize,
    pub(super) kind: Kind,
    /// Beyond what the Rust type ensures.
    pub(super) check: Option<Box<Check>>,
    /// Of a list's items.
    pub(super) items: Slots,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Bool,
    Int,
    Float,
    Decimal,
    Text,
    Date,
    DateTime,
    Geo,
    List,
}

/// What a text has to be; one that is not counts as missing.
#[derive(Debug, Default)]
pub(super) struct Check {
    pub(super) filled: Option<Filled>,
    /// Roles with a most of letters.
    pub(super) short: Option<Roles>,
    pub(super) words: Option<Arc<[Arc<str>]>>,
    pub(super) schemes: Option<Schemes>,
    /// Whether it names a time zone.
    pub(super) zone: bool,
}

impl Binding {
    /// Looks up every attribute and event of the schema among the fields of `R`.
    pub(crate) fn new<R: Record>(shape: &Shape, schemes: &Schemes) -> Result<Self, BindError> {
        let mut search = Search {
            schemes,
            problems: Vec::new(),
        };
        let fields = R::fields();
        search.twice(fields, "");
        let names: Vec<&str> = shape.schema.events.keys().map(|name| &**name).collect();
        let events = shape.schema.events.keys().zip(&shape.events);
        let binding = Self {
            customer: search.slots(&shape.customer, fields, "", &names),
            events: events
                .map(|(name, layout)| search.event(name, layout, fields))
                .collect(),
        };
        if search.problems.is_empty() {
            return Ok(binding);
        }
        Err(BindError {
            record: short_name(std::any::type_name::<R>()),
            problems: search.problems,
        })
    }
}

struct Search<'s> {
    schemes: &'s Schemes,
    problems: Vec<BindProblem>,
}

impl Search<'_> {
    fn problem(&mut self, path: String, message: impl Into<String>) {
        let message = message.into();
        self.problems.push(BindProblem { path, message });
    }

    /// Finds each slot of a layout; `within` is the path of the list or event around it, `others` are names that the
    /// fields may have besides.
    fn slots(&mut self, layout: &Layout, fields: &[RecordField], within: &str, others: &[&str]) -> Slots {
        let slots = layout.slots.iter().map(|slot| {
            let path = joined(within, &slot.name());
            let found = fields
                .iter()
                .position(|field| field.path.iter().copied().eq(slot.path.iter().map(|it| &**it)));
            let Some(field) = found else {
                let known = |name: &str| {
                    layout.slots.iter().any(|slot| slot.name() == name) || others.contains(&name)
                };
                let spare: Vec<String> = fields
                    .iter()
                    .map(RecordField::name)
                    .filter(|name| !known(name))
                    .collect();
                let near = suggest::nearest(&slot.name(), spare.iter().map(String::as_str));
                let near = near.map(|near| format!("; the record has `{near}`"));
                self.problem(
                    path,
                    format!("missing, expected {}{}", expected(slot), near.unwrap_or_default()),
                );
                return Place::nowhere();
            };
            self.place(slot, field, &fields[field], &path)
        });
        Slots(slots.collect())
    }

    fn place(&mut self, slot: &Slot, number: usize, field: &RecordField, path: &str) -> Place {
        if field.optional && !slot.optional {
            self.problem(path.to_owned(), "an `Option`, but the schema requires it");
        }
        let (kind, items) = match (&slot.ty, field.ty) {
            (Type::Bool, FieldType::Bool) => (Kind::Bool, None),
            (Type::Int, FieldType::Int) => (Kind::Int, None),
            (Type::Float, FieldType::Float) => (Kind::Float, None),
            (Type::Decimal, FieldType::Decimal) => (Kind::Decimal, None),
            (Type::String | Type::Words(_) | Type::Url | Type::Ref(_), FieldType::Text) => (Kind::Text, None),
            (Type::Date, FieldType::Date) => (Kind::Date, None),
            (Type::DateTime, FieldType::DateTime) => (Kind::DateTime, None),
            (Type::Geo, FieldType::Geo) => (Kind::Geo, None),
            (Type::List(_), FieldType::List(item)) => {
                let layout = slot.items.as_deref();
                match layout.map(|layout| &layout.slots[..]) {
                    Some([only]) if only.path.is_empty() && fits(&only.ty, *item) => {
                        let field = RecordField {
                            path: &[],
                            ty: *item,
                            optional: false,
                        };
                        (
                            Kind::List,
                            Some(Slots([self.place(only, 0, &field, path)].into())),
                        )
                    }
                    _ => (Kind::List, None),
                }
            }
            (Type::List(_), FieldType::Records(fields)) => {
                let layout = slot.items.as_deref();
                let records = layout.filter(|layout| layout.slots.iter().all(|slot| !slot.path.is_empty()));
                let items = records.map(|layout| {
                    let fields = fields();
                    self.twice(fields, path);
                    self.slots(layout, fields, &format!("{path}[]"), &[])
                });
                (Kind::List, items)
            }
            _ => (Kind::List, None),
        };
        if kind == Kind::List && items.is_none() {
            self.problem(
                path.to_owned(),
                format!("expected {}, the record has {}", expected(slot), field.ty),
            );
        }
        Place {
            field: number,
            kind,
            check: self.check(slot),
            items: items.unwrap_or_default(),
        }
    }

    fn event(&mut self, name: &str, layout: &Layout, fields: &[RecordField]) -> Place {
        let Some(number) = fields.iter().position(|field| field.path == [name]) else {
            self.problem(name.to_owned(), "missing, expected a slice of records with `at`");
            return Place::nowhere();
        };
        let FieldType::Records(items) = fields[number].ty else {
            let message = format!(
                "expected a slice of records with `at`, the record has {}",
                fields[number].ty
            );
            self.problem(name.to_owned(), message);
            return Place::nowhere();
        };
        self.twice(items(), name);
        Place {
            field: number,
            kind: Kind::List,
            check: None,
            items: self.slots(layout, items(), &format!("{name}[]"), &[]),
        }
    }

    fn check(&self, slot: &Slot) -> Option<Box<Check>> {
        let check = Check {
            filled: slot.roles.filled.clone(),
            short: slot.roles.letters.is_some().then(|| slot.roles.clone()),
            words: if let Type::Words(words) = &slot.ty {
                Some(words.clone())
            } else {
                None
            },
            schemes: (slot.ty == Type::Url).then(|| self.schemes.clone()),
            zone: slot.roles.zone,
        };
        let Check {
            filled,
            short,
            words,
            schemes,
            zone,
        } = &check;
        (*zone || filled.is_some() || short.is_some() || words.is_some() || schemes.is_some())
            .then(|| check.into())
    }

    /// Refuses a record that lists a field twice.
    fn twice(&mut self, fields: &[RecordField], within: &str) {
        for (index, field) in fields.iter().enumerate() {
            if fields[..index].iter().any(|other| other.path == field.path) {
                self.problem(joined(within, &field.name()), "listed twice in the record");
            }
        }
    }
}

impl Place {
    /// Stands for what was not found, while the search goes on.
    fn nowhere() -> Self {
        Self {
            field: 0,
            kind: Kind::List,
            check: None,
            items: Slots::default(),
        }
    }
}

/// Whether the items of a list are of that type.
fn fits(ty: &Type, field: FieldType) -> bool {
    match field {
        FieldType::Bool => *ty == Type::Bool,
        FieldType::Int => *ty == Type::Int,
        FieldType::Float => *ty == Type::Float,
        FieldType::Decimal => *ty == Type::Decimal,
        FieldType::Text => matches!(ty, Type::String | Type::Words(_) | Type::Url | Type::Ref(_)),
        FieldType::Date => *ty == Type::Date,
        FieldType::DateTime => *ty == Type::DateTime,
        FieldType::Geo => *ty == Type::Geo,
        FieldType::List(_) | FieldType::Records(_) => false,
    }
}

fn expected(slot: &Slot) -> String {
    format!("{}{}", slot.ty, if slot.optional { "?" } else { "" })
}

fn joined(within: &str, name: &str) -> String {
    if within.is_empty() {
        name.to_owned()
    } else {
        format!("{within}.{name}")
    }
}

/// `shop::Client<shop::Tag>` without the modules: `Client<Tag>`.
fn short_name(name: &str) -> String {
    let mut short = String::new();
    for part in name.split_inclusive(['<', '>', ',', ' ', '&', '(', ')', '[', ']']) {
        short.push_str(part.rsplit("::").next().unwrap_or(part));
    }
    short
}

impl RecordField {
    fn name(&self) -> String {
        self.path.join(".")
    }
}

/// As the schema would call it: `int`, `[string]`, `[{ sku, amount }]`.
impl fmt::Display for FieldType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bool => f.write_str("bool"),
            Self::Int => f.write_str("int"),
            Self::Float => f.write_str("float"),
            Self::Decimal => f.write_str("decimal"),
            Self::Text => f.write_str("text"),
            Self::Date => f.write_str("date"),
            Self::DateTime => f.write_str("datetime"),
            Self::Geo => f.write_str("geo"),
            Self::List(item) => write!(f, "[{item}]"),
            Self::Records(fields) => {
                let names: Vec<String> = fields().iter().map(RecordField::name).collect();
                write!(f, "[{{ {} }}]", names.join(", "))
            }
        }
    }
}

/// Why a struct cannot be read as a customer of the schema: every attribute that is missing or of another type.
///
/// ```
/// # use audience::Definitions;
/// struct Client {
///     id: u64,
///     contry: Option<String>,
/// }
///
/// audience::record! {
///     impl Record for Client {
///         id: |client| client.id,
///         contry: |client| client.contry.as_deref(),
///     }
/// }
///
/// let shop = Definitions::parse("customer { id: string key, country: string? }")?;
/// let error = shop.bind::<Client>().unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "the record `Client` does not fit the schema:\n  \
///      id: expected string, the record has int\n  \
///      country: missing, expected string?; the record has `contry`"
/// );
/// assert_eq!(error.problems()[1].path, "country");
/// # Ok::<(), audience::CompileError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BindError {
    record: String,
    problems: Vec<BindProblem>,
}

/// One attribute that a struct lacks or has otherwise.
///
/// ```
/// # use audience::Definitions;
/// struct Client { name: String, age: String }
/// audience::record! { impl Record for Client { id: |c| c.name.as_str(), age: |c| c.age.as_str() } }
///
/// let shop = Definitions::parse("customer { id: string key, age: int }")?;
/// let error = shop.bind::<Client>().unwrap_err();
/// assert_eq!(error.problems()[0].path, "age");
/// # Ok::<(), audience::CompileError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct BindProblem {
    /// The attribute: `consent.email`, or `purchases[].amount`.
    pub path: String,
    /// What is wrong with it.
    pub message: String,
}

impl BindError {
    /// Everything that is wrong, in the order of the schema.
    #[must_use]
    pub fn problems(&self) -> &[BindProblem] {
        &self.problems
    }
}

impl fmt::Display for BindError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the record `{}` does not fit the schema:", self.record)?;
        self.problems
            .iter()
            .try_for_each(|BindProblem { path, message }| write!(f, "\n  {path}: {message}"))
    }
}

impl std::error::Error for BindError {}
