//! The door: definitions compiled and ready to answer.

mod bound;
mod builder;
mod computed;
mod explain;
mod segment;

pub use bound::Bound;
pub use builder::Builder;
pub use computed::Computed;
pub use segment::{SchemaMismatch, Segment};

use std::{fmt, sync::Arc};

use serde::Serialize;

use crate::{
    diagnostic::{Diagnostic, Source, suggest},
    error::{CompileError, UnknownName},
    eval::At,
    hir,
    limits::Limits,
    plan::{self, Planned},
    record::{BindError, Binding, Customer, LoadError, Loader, Record, Shape},
    schema::Schema,
    template::{Format, Template, TemplateBuilder},
    value::{DateTime, Schemes, Zone},
};

/// The data contract, traits and segments of a shop, compiled.
///
/// Everything that can fail fails while building; what is asked of it afterwards always has an answer. It is immutable,
/// cheap to clone, and may be used from many threads.
///
/// # Example
///
/// ```
/// # use audience::{Definitions, Zone};
/// let shop = Definitions::parse("customer { id: string key, orders: int }  segment loyal = orders >= 10")?;
/// let ana = shop.customer_from_json(r#"{"id": "ana", "orders": 12}"#)?;
/// let at = shop.at("2026-06-01T00:00:00Z".parse()?, &Zone::UTC);
/// let names: Vec<_> = shop.segments().filter(|it| it.matches(&ana, &at)).map(|it| it.name().to_owned()).collect();
/// assert_eq!(names, ["loyal"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Definitions {
    inner: Arc<Inner>,
}

/// What all handles of one set of definitions share.
pub(crate) struct Inner {
    pub(crate) module: Arc<hir::Module>,
    pub(crate) shape: Arc<Shape>,
    pub(crate) planned: Planned,
    loader: Loader,
    sources: Vec<Source>,
    warnings: Vec<Diagnostic>,
    limits: Limits,
}

impl Inner {
    fn new(module: hir::Module, sources: Vec<Source>, warnings: Vec<Diagnostic>, limits: &Limits) -> Self {
        let shape = Arc::new(Shape::new(Arc::clone(&module.schema)));
        let loader = Loader::of(Arc::clone(&shape)).limits(limits);
        Self {
            planned: plan::plan(&module),
            module: Arc::new(module),
            shape,
            loader,
            sources,
            warnings,
            limits: limits.clone(),
        }
    }

    fn template_builder<R>(&self, format: Format, binding: Option<Arc<Binding>>) -> TemplateBuilder<R> {
        let (module, shape) = (Arc::clone(&self.module), Arc::clone(&self.shape));
        TemplateBuilder::new(module, shape, binding, format).limits(self.limits.clone())
    }
}

impl Inner {
    fn find_segment(&self, name: &str) -> Result<usize, UnknownName> {
        find("segment", name, || {
            self.module.segments.iter().map(|it| &*it.name)
        })
    }

    fn find_trait(&self, name: &str) -> Result<usize, UnknownName> {
        find("trait", name, || self.module.traits.iter().map(|it| &*it.name))
    }
}

impl Definitions {
    /// Compiles one text.
    ///
    /// # Errors
    ///
    /// All that is wrong with it, at once; `Display` draws it.
    pub fn parse(text: &str) -> Result<Self, CompileError> {
        Self::builder().source("definitions", text).build()
    }

    /// Starts gathering sources.
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// The canonical text of a source: one way to write everything, comments kept.
    ///
    /// Formatting what was formatted changes nothing. Takes time proportional to the length of the text.
    ///
    /// # Errors
    ///
    /// All that keeps the text from being read, at once. Names and types are not looked at.
    ///
    /// ```
    /// # use audience::Definitions;
    /// let text = Definitions::format("loyal.audience", "segment loyal=orders>=10 AND country==\"ES\"")?;
    /// assert_eq!(text, "segment loyal = orders >= 10 and country = \"ES\"\n");
    /// # Ok::<(), audience::CompileError>(())
    /// ```
    pub fn format(name: &str, text: &str) -> Result<String, CompileError> {
        builder::format(Source::new(name, text))
    }

    /// The data contract.
    #[must_use]
    pub fn schema(&self) -> &Schema {
        &self.inner.module.schema
    }

    /// What compiles but probably does not say what was meant, in the order of the text.
    ///
    /// [`render`](crate::render) draws them together with [`sources`](Self::sources).
    ///
    /// ```
    /// # use audience::{Code, Definitions};
    /// let shop = Definitions::parse("customer { id: string key, country: string? }  segment abroad = country != \"ES\"")?;
    /// assert_eq!(shop.warnings()[0].code, Code::NegationOverMissing);
    /// # Ok::<(), audience::CompileError>(())
    /// ```
    #[must_use]
    pub fn warnings(&self) -> &[Diagnostic] {
        &self.inner.warnings
    }

    /// The texts it was built from.
    #[must_use]
    pub fn sources(&self) -> &[Source] {
        &self.inner.sources
    }

    /// Fixes when and where an evaluation takes place, and resolves every window.
    ///
    /// Make one per request or per batch and use it for every customer.
    #[must_use]
    pub fn at(&self, now: DateTime, zone: &Zone) -> At {
        At::new(now, *zone, &self.inner.planned.program.moments)
    }

    /// The segment of that name.
    ///
    /// # Errors
    ///
    /// No such segment; the message offers the nearest name.
    pub fn segment(&self, name: &str) -> Result<Segment, UnknownName> {
        let index = self.inner.find_segment(name)?;
        Ok(Segment::new(Arc::clone(&self.inner), None, index))
    }

    /// All segments, in the order of definition.
    pub fn segments(&self) -> impl Iterator<Item = Segment> {
        (0..self.inner.module.segments.len()).map(|index| Segment::new(Arc::clone(&self.inner), None, index))
    }

    /// The trait of that name: a computed attribute.
    ///
    /// # Errors
    ///
    /// No such trait; the message offers the nearest name.
    pub fn computed(&self, name: &str) -> Result<Computed, UnknownName> {
        let index = self.inner.find_trait(name)?;
        Ok(Computed::new(Arc::clone(&self.inner), None, index))
    }

    /// All traits, in the order of definition.
    pub fn computed_all(&self) -> impl Iterator<Item = Computed> {
        (0..self.inner.module.traits.len()).map(|index| Computed::new(Arc::clone(&self.inner), None, index))
    }

    /// Prepares to read the application's own struct `R` in place, see [`record!`](crate::record).
    ///
    /// # Errors
    ///
    /// Every attribute that the struct lacks, or has with another type.
    ///
    /// ```
    /// # use audience::Definitions;
    /// struct Client { name: String }
    /// audience::record! { impl Record for Client { id: |c| c.name.as_str() } }
    ///
    /// let shop = Definitions::parse("customer { id: string key, orders: int }")?;
    /// let error = shop.bind::<Client>().unwrap_err();
    /// assert_eq!(error.problems()[0].path, "orders");
    /// # Ok::<(), audience::CompileError>(())
    /// ```
    pub fn bind<R: Record>(&self) -> Result<Bound<R>, BindError> {
        let binding = Binding::new::<R>(&self.inner.shape, &Schemes::default())?;
        Ok(Bound::new(Arc::clone(&self.inner), Arc::new(binding)))
    }

    /// Compiles a template that needs no inputs, to be rendered for our own [`Customer`]s.
    ///
    /// # Errors
    ///
    /// All that is wrong with it, at once.
    ///
    /// ```
    /// # use audience::{Code, Definitions, Format};
    /// let shop = Definitions::parse("customer { id: string key, city: string filled }")?;
    /// assert!(shop.template(Format::Html, "<p>Greetings to {{ city }}!</p>").is_ok());
    /// let error = shop.template(Format::Html, "<p>Greetings to {{ cty }}!</p>").unwrap_err();
    /// assert_eq!(error.diagnostics()[0].code, Code::UnknownAttribute);
    /// # Ok::<(), audience::CompileError>(())
    /// ```
    pub fn template(&self, format: Format, text: &str) -> Result<Template, CompileError> {
        self.template_builder(format).source("template", text).build()
    }

    /// Starts a template with a name, inputs or limits of its own, see [`TemplateBuilder`].
    pub fn template_builder(&self, format: Format) -> TemplateBuilder {
        self.inner.template_builder(format, None)
    }

    /// A loader of customers whose strictness can be set.
    #[must_use]
    pub fn loader(&self) -> Loader {
        self.inner.loader.clone()
    }

    /// Loads a customer from one JSON object, as strictly as a [`Loader`] does unless told otherwise.
    ///
    /// # Errors
    ///
    /// The first value that does not fit the schema, with its path.
    ///
    /// ```
    /// # use audience::Definitions;
    /// let shop = Definitions::parse("customer { id: string key, scores: [int] }")?;
    /// let error = shop.customer_from_json(r#"{"id": "ana", "scores": [1, "lots"]}"#).unwrap_err();
    /// assert_eq!(error.to_string(), "scores[1]: expected int, found text \"lots\"");
    /// # Ok::<(), audience::CompileError>(())
    /// ```
    pub fn customer_from_json(&self, json: impl AsRef<[u8]>) -> Result<Customer, LoadError> {
        self.inner.loader.customer_from_json(json)
    }

    /// Loads a customer from anything that implements `Serialize`, as strictly as a [`Loader`] does unless told otherwise.
    ///
    /// # Errors
    ///
    /// The first value that does not fit the schema, with its path.
    ///
    /// ```
    /// # use audience::Definitions;
    /// #[derive(serde::Serialize)]
    /// struct Client { id: String, orders: u32 }
    ///
    /// let shop = Definitions::parse("customer { id: string key, orders: int }")?;
    /// let ana = shop.customer_from(&Client { id: "ana".into(), orders: 12 })?;
    /// assert_eq!(ana.get("orders").map(|it| it.to_string()), Some("12".to_owned()));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn customer_from(&self, value: &impl Serialize) -> Result<Customer, LoadError> {
        self.inner.loader.customer_from(value)
    }
}

/// The names of what is defined.
impl fmt::Debug for Definitions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let segments: Vec<_> = self.inner.module.segments.iter().map(|it| &*it.name).collect();
        let traits: Vec<_> = self.inner.module.traits.iter().map(|it| &*it.name).collect();
        f.debug_struct("Definitions")
            .field("traits", &traits)
            .field("segments", &segments)
            .finish_non_exhaustive()
    }
}

/// The position of a name, or an error that offers the nearest.
fn find<'a, I: Iterator<Item = &'a str>>(
    kind: &'static str,
    name: &str,
    names: impl Fn() -> I,
) -> Result<usize, UnknownName> {
    names().position(|it| it == name).ok_or_else(|| UnknownName {
        kind,
        name: name.to_owned(),
        help: suggest::did_you_mean(name, names()),
    })
}
