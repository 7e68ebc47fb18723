//! Makes customers from JSON.

use std::sync::Arc;

use serde::Serialize;

use super::{
    Customer, LoadError, LoadErrorKind, Shape,
    cell::Strictness,
    fill::Context,
    form::{Form, Node},
    json, serialize,
    table::TableBuilder,
};
use crate::{
    limits::Limits,
    schema::{Schema, SchemaError},
};

/// Loads customers: checks each record against the schema and brings it into our compact form.
///
/// A loader is cheap to clone, and the same one may be used from many threads.
///
/// # Example
///
/// ```
/// use audience::{Field, Loader, Schema, Type, ValueRef};
///
/// let schema = Schema::builder()
///     .attribute(Field::new("id", Type::String).key())
///     .attribute(Field::new("nps", Type::Int).optional())
///     .build()?;
/// let loader = Loader::new(&schema)?;
/// let ana = loader.customer_from_json(r#"{"id": "ana", "nps": 9}"#)?;
/// assert_eq!(ana.get("nps"), Some(ValueRef::Int(9)));
///
/// let error = loader.customer_from_json(r#"{"id": "bob", "nps": "lots"}"#).unwrap_err();
/// assert_eq!(error.to_string(), "nps: expected int, found text \"lots\"");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Loader {
    pub(super) shape: Arc<Shape>,
    form: Arc<Node>,
    strictness: Strictness,
    /// Whether members that the schema does not have are left out, where somebody said so.
    ignore_unknown: Option<bool>,
    pub(super) record_bytes: usize,
}

impl Loader {
    /// A loader of customers of that schema. Customers of equal schemas are interchangeable, see
    /// [`SchemaId`](crate::SchemaId).
    pub fn new(schema: &Schema) -> Result<Self, SchemaError> {
        schema.validate()?;
        Ok(Self::of(Shape::new(schema.clone().into()).into()))
    }

    /// What its customers are like.
    pub(crate) fn shape(&self) -> &Arc<Shape> {
        &self.shape
    }

    /// Whether members that the schema does not have are left out of customers and of events.
    pub(crate) fn passes_unknown(&self) -> bool {
        self.ignore_unknown.unwrap_or(self.shape.schema.open)
    }

    /// The schemes that a `url` may have.
    #[cfg(feature = "batch")]
    pub(crate) fn schemes(&self) -> &crate::value::Schemes {
        &self.strictness.schemes
    }

    pub(crate) fn of(shape: Arc<Shape>) -> Self {
        let form = Form::of_customer(&shape.schema, &shape.customer);
        Self {
            shape,
            form: Node::Record(form).into(),
            strictness: Strictness::default(),
            ignore_unknown: None,
            record_bytes: Limits::default().record_bytes,
        }
    }

    /// Whether members that the schema does not have are left out, of customers and of items, instead of refused. They
    /// are refused unless asked; of customers and their events also unless the schema is [`open`](Schema::open).
    #[must_use]
    pub fn ignore_unknown(mut self, ignore: bool) -> Self {
        self.ignore_unknown = Some(ignore);
        self
    }

    /// Whether decimals with more than four digits after the point are rounded, half away from zero, instead of
    /// refused. They are refused unless asked.
    #[must_use]
    pub fn round_decimals(mut self, round: bool) -> Self {
        self.strictness.round_decimals = round;
        self
    }

    /// Adds schemes that a `url` may have besides http, https, mailto and tel. A page links to addresses of these four alone:
    /// others become `#` there, while texts and JSON show them.
    #[must_use]
    pub fn url_schemes<S: AsRef<str>>(mut self, schemes: impl IntoIterator<Item = S>) -> Self {
        self.strictness.schemes = self.strictness.schemes.with(schemes);
        self
    }

    /// Takes over the limit on the size of a record, [`Limits::record_bytes`].
    #[must_use]
    pub fn limits(mut self, limits: &Limits) -> Self {
        self.record_bytes = limits.record_bytes;
        self
    }

    /// Loads a customer from one JSON object.
    ///
    /// Attributes stand under their names, nested as in the schema; events are arrays under the event's name, each with
    /// `at`. Dates are `"2026-01-31"`, datetimes RFC 3339, decimals numbers (read from their digits, never through a
    /// float) or text, places `{"lat": …, "lon": …}` or `[lat, lon]`. Null means missing.
    pub fn customer_from_json(&self, json: impl AsRef<[u8]>) -> Result<Customer, LoadError> {
        let json = json.as_ref();
        if json.len() > self.record_bytes {
            let message = format!(
                "{} bytes, more than the limit of {}",
                json.len(),
                self.record_bytes
            );
            return Err(LoadError::new(LoadErrorKind::TooLarge, "", message));
        }
        let mut context = self.context();
        let mut table = self.table();
        json::read(json, &self.form, &mut table, &mut context)?;
        Ok(self.finish(table, context))
    }

    /// Loads a customer from anything that implements `Serialize`: a struct of yours, or a `serde_json::Value`.
    ///
    /// What is said of JSON holds here too. A float for a decimal counts by its shortest digits: `19.99_f64` is 19.99.
    ///
    /// # Example
    ///
    /// ```
    /// # use audience::{Field, Loader, Schema, Type, ValueRef};
    /// #[derive(serde::Serialize)]
    /// struct Client { id: &'static str, total: f64 }
    ///
    /// let schema = Schema::builder()
    ///     .attribute(Field::new("id", Type::String).key())
    ///     .attribute(Field::new("total", Type::Decimal))
    ///     .build()?;
    /// let ana = Loader::new(&schema)?.customer_from(&Client { id: "ana", total: 19.99 })?;
    /// assert_eq!(ana.get("total").map(|it| it.to_string()).as_deref(), Some("19.99"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn customer_from<T: Serialize + ?Sized>(&self, value: &T) -> Result<Customer, LoadError> {
        let mut context = self.context();
        let mut table = self.table();
        serialize::read(value, &self.form, &mut table, &mut context)?;
        Ok(self.finish(table, context))
    }

    /// What a customer has to look like.
    pub(super) fn record(&self) -> &Form {
        match &*self.form {
            Node::Record(form) => form,
            Node::Value { .. } | Node::List(_) => unreachable!("a customer is a record"),
        }
    }

    pub(super) fn context(&self) -> Context<'_> {
        Context::new(&self.strictness, self.passes_unknown(), self.record_bytes)
    }

    /// The same for items, of which an open schema says nothing.
    pub(super) fn context_of_items(&self) -> Context<'_> {
        let ignore_unknown = self.ignore_unknown.unwrap_or(false);
        Context::new(&self.strictness, ignore_unknown, self.record_bytes)
    }

    /// An empty table, whose last lists are the events.
    fn table(&self) -> TableBuilder {
        let mut table = TableBuilder::new(&self.shape.customer);
        table
            .lists
            .extend(self.shape.events.iter().map(TableBuilder::new));
        table
    }

    fn finish(&self, mut table: TableBuilder, context: Context<'_>) -> Customer {
        let events = table.lists.split_off(table.lists.len() - self.shape.events.len());
        let root = table.finish_customer(context.store.texts());
        let events = events.into_iter().map(TableBuilder::finish_events).collect();
        Customer::new(self.shape.clone(), root, events, context.store.finish())
    }
}
