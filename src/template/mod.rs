//! What a message says to one customer.
//!
//! A template passes through these steps: `syntax::template` reads it, `check::template` looks its names up and proves that
//! every output shows something, [`compile`] decides from [`context`] how each value is written, and [`render`] runs the
//! flat [`program`].

mod arena;
mod builder;
mod compile;
mod context;
mod escape;
mod filter;
mod held;
mod inputs;
mod partials;
mod pieces;
mod placeholder;
mod placements;
mod program;
mod render;
#[cfg(test)]
mod tests;

pub use crate::syntax::template::Delimiters;
pub(crate) use arena::Lent;
pub(crate) use builder::PartOf;
pub use builder::TemplateBuilder;
pub(crate) use inputs::Input;
pub use inputs::{InputError, Inputs};
pub(crate) use partials::Partials;
pub use placeholder::Placeholder;
pub use placements::{PlacedItem, Placements};

use std::{fmt, marker::PhantomData, sync::Arc};

use self::{program::Program, render::Job};
use crate::{
    diagnostic::{Diagnostic, Source},
    error::LimitError,
    eval::{At, Members},
    hir,
    limits::Limits,
    record::{Binding, BoundRow, Customer, Record, Row, Shape},
    requirements::Requirements,
    value::Value,
};

/// What a message is written in, which decides how values are escaped.
///
/// ```
/// # use audience::{Definitions, Format};
/// let shop = Definitions::parse("customer { id: string key filled }")?;
/// assert!(shop.template(Format::Text, "id={{ id }}").is_ok());
/// assert!(shop.template(Format::Html, "<p id={{ id }}>").is_err()); // an attribute without quotes
/// # Ok::<(), audience::CompileError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Format {
    /// A page or an e-mail: values are escaped for the place where they stand.
    Html,
    /// Plain text, a subject or a text message: values are written as they are.
    Text,
    /// A JSON text, such as the payload of a push message: what is rendered is valid JSON for every customer.
    ///
    /// ```
    /// # use audience::{Definitions, Format, Inputs, Placements, Zone};
    /// let shop = Definitions::parse("customer { id: string key, orders: int }")?;
    /// let template = shop.template(Format::Json, r#"{"who": {{ id | default: "-" }}, "text": "{{ orders }} orders"}"#)?;
    /// let ana = shop.customer_from_json(r#"{"id": "a\"na", "orders": 3}"#)?;
    /// let at = shop.at("2026-06-01T00:00:00Z".parse()?, &Zone::UTC);
    /// let mut out = String::new();
    /// let _ = template.render_into(&ana, &Inputs::default(), &Placements::new(), &at, &mut out)?;
    /// assert_eq!(out, r#"{"who": "a\"na", "text": "3 orders"}"#);
    ///
    /// assert!(shop.template(Format::Json, r#"{"who": "{{ orders }}}"#).is_err()); // a quote is missing
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    Json,
}

/// What has come of rendering.
///
/// ```
/// # use audience::{Definitions, Format, Inputs, Placements, Rendered, Zone};
/// let shop = Definitions::parse("customer { id: string key, city: string? filled }")?;
/// let template = shop.template(Format::Text, "{% if city is unknown %}{% skip \"no city\" %}{% endif %}Hi from {{ city }}")?;
/// let ana = shop.customer_from_json(r#"{"id": "ana"}"#)?;
/// let at = shop.at("2026-06-01T00:00:00Z".parse()?, &Zone::UTC);
/// let rendered = template.render_into(&ana, &Inputs::default(), &Placements::new(), &at, &mut String::new())?;
/// assert_eq!(rendered, Rendered::Skipped("no city".into()));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub enum Rendered {
    /// The message is there.
    Sent,
    /// The template declined to send to this customer, for this reason; nothing was written.
    Skipped(Arc<str>),
}

/// What a message is given, beside the customer.
#[derive(Clone, Copy)]
pub(crate) struct Given<'a> {
    pub(crate) inputs: &'a Inputs,
    pub(crate) placements: &'a Placements,
    pub(crate) at: &'a At,
    /// Memory for what is made on the way.
    pub(crate) arena: &'a Lent,
}

/// A compiled template: a message that differs from customer to customer.
///
/// `Template` is rendered for our own [`Customer`] and made by [`Definitions::template`](crate::Definitions::template);
/// `Template<R>` reads the application's struct `R` in place and is made by [`Bound::template`](crate::Bound::template).
/// Immutable and cheap to clone; it may be used from many threads.
///
/// What compiles shows something in every placeholder for every customer of the schema, and no value can leave its place
/// in the page.
///
/// # Example
///
/// ```
/// # use audience::{Definitions, Format, Inputs, Placements, Zone};
/// let shop = Definitions::parse("customer { id: string key, name: string? }")?;
/// let template = shop.template(Format::Html, "<p>Hi {{ name | default: \"there\" }}!</p>")?;
/// let at = shop.at("2026-06-01T00:00:00Z".parse()?, &Zone::UTC);
/// let mut out = String::new();
/// for json in [r#"{"id": "a", "name": "Ana & Co"}"#, r#"{"id": "b", "name": " "}"#] {
///     let customer = shop.customer_from_json(json)?;
///     template.render_into(&customer, &Inputs::default(), &Placements::new(), &at, &mut out)?;
/// }
/// assert_eq!(out, "<p>Hi Ana &amp; Co!</p><p>Hi there!</p>");
///
/// let error = shop.template(Format::Html, "<p>Hi {{ name }}!</p>").unwrap_err();
/// assert!(error.to_string().starts_with("error[may-be-missing]: `name` may be missing or blank"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Template<R = Customer> {
    inner: Arc<Inner>,
    binding: Option<Arc<Binding>>,
    record: PhantomData<fn(&R)>,
}

/// What all handles of a template share.
struct Inner {
    program: Program,
    /// Whether it is a part of a message.
    is_part: bool,
    format: Format,
    inputs: Arc<[Input]>,
    checked: Arc<hir::template::Template>,
    shape: Arc<Shape>,
    /// The template's own, then those of its partials.
    sources: Arc<[Source]>,
    warnings: Vec<Diagnostic>,
    requirements: Requirements,
    placeholders: Arc<[Placeholder]>,
    limits: Limits,
}

impl<R> Template<R> {
    /// What it is written in.
    #[must_use]
    pub fn format(&self) -> Format {
        self.inner.format
    }

    /// Its name, as diagnostics show it.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.source().name
    }

    /// What compiles but probably does not say what was meant, in the order of the text.
    #[must_use]
    pub fn warnings(&self) -> &[Diagnostic] {
        &self.inner.warnings
    }

    /// What the message reads: attributes, events and fields of catalogues, its placements and its inputs.
    ///
    /// ```
    /// # use audience::{Definitions, Format, Type};
    /// let shop = Definitions::parse("customer { id: string key, city: string? filled, email: string? }")?;
    /// let template = shop
    ///     .template_builder(Format::Text)
    ///     .source("mail.txt", "Hello {{ city | default: \"there\" }}, use {{ coupon }}")
    ///     .input("coupon", Type::String)
    ///     .build()?;
    /// let needed = template.requirements();
    /// assert_eq!(needed.to_string(), "attributes: id (string, key), city (string?)\ninputs: coupon: string\n");
    /// # Ok::<(), audience::CompileError>(())
    /// ```
    #[must_use]
    pub fn requirements(&self) -> &Requirements {
        &self.inner.requirements
    }

    /// The places where something differs from customer to customer, in the order of the text.
    #[must_use]
    pub fn placeholders(&self) -> &[Placeholder] {
        &self.inner.placeholders
    }

    /// The texts that the spans of its [`warnings`](Self::warnings) point into: its own, then those of the partials that it
    /// renders.
    #[must_use]
    pub fn sources(&self) -> &[Source] {
        &self.inner.sources
    }

    /// The text it was compiled from.
    #[must_use]
    pub fn source(&self) -> &Source {
        &self.inner.sources[0]
    }

    /// Checks values against the inputs that the template declares.
    ///
    /// A text must not be blank. A whole number serves where a decimal or a float is asked for, and text in the form of the
    /// schema's JSON where a date, a datetime or a decimal is.
    ///
    /// # Errors
    ///
    /// Everything that is missing, unknown or of another type, at once.
    pub fn inputs<N: AsRef<str>, V: Into<Value>>(
        &self,
        values: impl IntoIterator<Item = (N, V)>,
    ) -> Result<Inputs, InputError> {
        Inputs::new(&self.inner.inputs, values)
    }

    /// What it says, with every name resolved.
    pub(crate) fn checked(&self) -> &hir::template::Template {
        &self.inner.checked
    }

    /// The same for definitions to which a population was given.
    pub(crate) fn planned(&self, module: &hir::Module) -> Self {
        let inner = &self.inner;
        let texts: Vec<&str> = inner.sources.iter().map(|it| &*it.text).collect();
        let (program, problems) =
            compile::compile(&inner.checked, &texts, inner.format, module, inner.is_part);
        debug_assert!(problems.is_empty(), "it was compiled before: {problems:?}");
        let inner = Inner {
            program,
            is_part: inner.is_part,
            format: inner.format,
            inputs: Arc::clone(&inner.inputs),
            checked: Arc::clone(&inner.checked),
            shape: Arc::clone(&inner.shape),
            sources: Arc::clone(&inner.sources),
            warnings: inner.warnings.clone(),
            requirements: inner.requirements.clone(),
            placeholders: Arc::clone(&inner.placeholders),
            limits: inner.limits.clone(),
        };
        Self {
            inner: Arc::new(inner),
            binding: self.binding.clone(),
            record: PhantomData,
        }
    }

    /// What a message may ask of its arena.
    pub(crate) fn scratch_bytes(&self) -> usize {
        self.inner.limits.scratch_bytes
    }

    pub(crate) fn render<'a, Q: Row<'a>>(
        &'a self,
        customer: Q,
        members: Option<&Members<'a, Q>>,
        given: Given<'a>,
        out: &mut String,
    ) -> Result<Rendered, LimitError> {
        let Given {
            inputs,
            placements,
            at,
            arena,
        } = given;
        assert!(
            inputs.fit(&self.inner.inputs),
            "these inputs were made for another template"
        );
        let Inner { program, limits, .. } = &*self.inner;
        let job = Job {
            program,
            placements,
            at,
            arena,
            limits,
        };
        job.run(customer, members, inputs, out)
            .map_err(|reached| self.limit_error(&reached))
    }

    fn limit_error(&self, reached: &render::Reached) -> LimitError {
        let sources = &self.inner.sources;
        let source = sources
            .get(reached.position.source as usize)
            .unwrap_or(&sources[0]);
        let text = &source.text;
        let before = text.get(..reached.position.at as usize).unwrap_or(text);
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        LimitError {
            template: source.name.clone(),
            line: before.matches('\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
            kind: reached.kind,
        }
    }
}

impl Template {
    /// Appends the message for a customer to `out`, which callers use again from message to message.
    ///
    /// When the template skips the customer or a limit is reached, `out` is left as it was. Nothing is allocated once the
    /// buffer has grown to the length of the messages and a thread has rendered one, but for what is said of an item that is
    /// shown for the first time, which is kept with the [`Items`](crate::Items). Items of placements come from the catalogues
    /// added to `at`, see [`At::with_items`].
    ///
    /// # Errors
    ///
    /// A limit was reached: [`Limits::output_bytes`], [`Limits::scratch_bytes`], or [`Limits::iterations`] of all loops
    /// together.
    ///
    /// # Panics
    ///
    /// When the customer or the items of a catalogue were loaded for another schema, or the inputs were made for another
    /// template.
    ///
    /// # Example
    ///
    /// ```
    /// # use audience::{Definitions, Format, Placements, Rendered, Type, Zone};
    /// let shop = Definitions::parse(
    ///     "customer { id: string key }
    ///      catalog products { sku: string key, name: string filled, price: decimal }
    ///      placement recommendations of products",
    /// )?;
    /// let template = shop
    ///     .template_builder(Format::Text)
    ///     .source("mail.txt", "{% for p in recommendations limit: 1 %}{{ p.name }}: {{ p.price | money: \"EUR\" }}{% endfor %}, code {{ coupon }}")
    ///     .input("coupon", Type::String)
    ///     .build()?;
    ///
    /// let products = r#"{"sku": "A1", "name": "Tea", "price": 1234.5}"#;
    /// let products = shop.loader().items_from_json_lines("products", products.as_bytes())?;
    /// let at = shop.at("2026-06-01T00:00:00Z".parse()?, &Zone::UTC).with_items(products);
    /// let ana = shop.customer_from_json(r#"{"id": "ana"}"#)?;
    /// let inputs = template.inputs([("coupon", "SPRING")])?;
    /// let mut placements = Placements::new();
    /// placements.set("recommendations", [("gone", "popular"), ("A1", "popular")]);
    ///
    /// let mut out = String::new();
    /// let rendered = template.render_into(&ana, &inputs, &placements, &at, &mut out)?;
    /// assert_eq!(rendered, Rendered::Sent);
    /// assert_eq!(out, "Tea: €1,234.50, code SPRING");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn render_into(
        &self,
        customer: &Customer,
        inputs: &Inputs,
        placements: &Placements,
        at: &At,
        out: &mut String,
    ) -> Result<Rendered, LimitError> {
        assert!(
            customer.fits(&self.inner.shape),
            "the customer was loaded for another schema"
        );
        let arena = Lent::new(self.scratch_bytes());
        let given = Given {
            inputs,
            placements,
            at,
            arena: &arena,
        };
        self.render(customer, None, given, out)
    }
}

impl<R: Record> Template<R> {
    /// Appends the message for a record, read in place; otherwise as for a [`Customer`].
    ///
    /// # Errors
    ///
    /// A limit was reached: [`Limits::output_bytes`], [`Limits::scratch_bytes`], or [`Limits::iterations`] of all loops
    /// together.
    ///
    /// # Panics
    ///
    /// When the items of a catalogue were loaded for another schema, or the inputs were made for another template.
    ///
    /// # Example
    ///
    /// ```
    /// # use audience::{Definitions, Format, Inputs, Placements, Zone};
    /// struct Client { name: String }
    /// audience::record! { impl Record for Client { name: |c| c.name.as_str() } }
    ///
    /// let shop = Definitions::parse("customer { name: string key }")?;
    /// let template = shop.bind::<Client>()?.template(Format::Text, "Hi {{ name | default: \"there\" }}!")?;
    /// let at = shop.at("2026-06-01T00:00:00Z".parse()?, &Zone::UTC);
    /// let mut out = String::new();
    /// template.render_into(&Client { name: "Ana".into() }, &Inputs::default(), &Placements::new(), &at, &mut out)?;
    /// assert_eq!(out, "Hi Ana!");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn render_into(
        &self,
        record: &R,
        inputs: &Inputs,
        placements: &Placements,
        at: &At,
        out: &mut String,
    ) -> Result<Rendered, LimitError> {
        let binding = self
            .binding
            .as_deref()
            .expect("a template of records is made by a bound set of definitions");
        let arena = Lent::new(self.scratch_bytes());
        let row = BoundRow::new(record, binding);
        let given = Given {
            inputs,
            placements,
            at,
            arena: &arena,
        };
        self.render(row, None, given, out)
    }
}

impl<R> Clone for Template<R> {
    fn clone(&self) -> Self {
        Self {
            inner: Arc::clone(&self.inner),
            binding: self.binding.clone(),
            record: PhantomData,
        }
    }
}

impl<R> fmt::Debug for Template<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Template")
            .field("name", &self.name())
            .field("format", &self.inner.format)
            .finish_non_exhaustive()
    }
}
