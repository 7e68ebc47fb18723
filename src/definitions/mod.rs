//! The door: definitions compiled and ready to answer.

mod batch;
mod bound;
mod builder;
mod campaign;
#[cfg(feature = "batch")]
mod columnar;
mod computed;
mod describe;
mod diff;
mod explain;
mod files;
mod fitter;
mod host;
mod inner;
mod inspect;
mod item_filter;
mod library;
mod message;
mod parts;
mod processing;
mod said;
mod segment;
mod segments;
#[cfg(feature = "sql")]
mod sql;
mod test_case;
mod warnings;

pub use batch::{Batch, Prepared, Recipient, RenderError};
pub use bound::Bound;
pub use builder::Builder;
pub use campaign::{
    Campaign, Campaigns, Choice, ChoiceError, Decided, Decision, DecisionExplanation, DecisionStep,
    Decisions, StepKind, Summary, SummaryHeld, SummarySent,
};
pub use computed::Computed;
pub use describe::{
    DescribedCampaign, DescribedChannel, DescribedMessage, DescribedOffer, DescribedPart, DescribedSegment,
    DescribedTrait, Description,
};
pub use diff::{Defined, Diff, Difference, Effect, Move, Moves};
pub use fitter::Fitter;
pub use item_filter::{ItemFilter, ItemFilterError};
pub use message::Message;
pub use parts::Parts;
pub use processing::{DataUse, Processing};
pub use segment::{SchemaMismatch, Segment};
pub use segments::{ChangedError, Changes, Membership, SegmentSet, Segments, SegmentsIter, What};
pub use test_case::{TestCase, TestFailure, TestOutcome};

pub(crate) use self::inner::Inner;

use std::{fmt, sync::Arc};

use serde::Serialize;

use crate::{
    diagnostic::{Diagnostic, Source},
    error::{CompileError, JsonError, NameError},
    eval::At,
    limits::Limits,
    population::{Population, PopulationError},
    record::{BindError, Binding, Customer, LoadError, Loader, Record},
    schema::Schema,
    syntax,
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
/// let names: Vec<_> = shop.segments().iter().filter(|it| it.matches(&ana, &at)).map(|it| it.name().to_owned()).collect();
/// assert_eq!(names, ["loyal"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Definitions {
    inner: Arc<Inner>,
}

impl Definitions {
    /// Compiles one text.
    ///
    /// # Errors
    ///
    /// All that is wrong with it, at once; `Display` draws it.
    ///
    /// ```
    /// # use audience::Definitions;
    /// assert!(Definitions::parse("customer { id: string key, orders: int }  segment loyal = orders >= 10").is_ok());
    /// let error = Definitions::parse("customer { id: string key }  segment a = x > 1  segment b = y > 1").unwrap_err();
    /// assert_eq!(error.diagnostics().len(), 2);
    /// ```
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

    /// A source as JSON: every definition, comment and blank line, in version 1 of the form that `docs/json.md` describes.
    ///
    /// [`from_json`](Self::from_json) gives the canonical text back.
    ///
    /// # Errors
    ///
    /// All that keeps the text from being read, at once. Names and types are not looked at.
    ///
    /// ```
    /// # use audience::Definitions;
    /// let json = Definitions::to_json("loyal.audience", "segment loyal=orders>=10 # ours")?;
    /// assert!(json.starts_with(r#"{"version":1,"items":[{"kind":"segment","name":"loyal","condition":{"kind":"compare","op":">=""#));
    /// assert_eq!(Definitions::from_json(&json)?, "segment loyal = orders >= 10  # ours\n");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn to_json(name: &str, text: &str) -> Result<String, CompileError> {
        builder::json(Source::new(name, text))
    }

    /// The canonical text of a source in JSON.
    ///
    /// JSON from anyone may be given: its size and nesting are bounded, and what could not have been written as text is
    /// refused. Add what comes back with [`Builder::source`], or the JSON itself with [`Builder::json`].
    ///
    /// # Errors
    ///
    /// Where it is not of the form, with the path of the place.
    ///
    /// ```
    /// # use audience::Definitions;
    /// let error = Definitions::from_json(r#"{"version": 1, "items": [{"kind": "segment", "nam": "a"}]}"#).unwrap_err();
    /// assert_eq!(error.to_string(), "items[0].nam: unknown member");
    /// ```
    pub fn from_json(json: &str) -> Result<String, JsonError> {
        syntax::from_json(json, &Limits::default())
    }

    /// The JSON Schema of what [`to_json`](Self::to_json) gives, for editors and other programs.
    ///
    /// ```
    /// # use audience::Definitions;
    /// assert!(Definitions::json_schema().contains("https://json-schema.org/draft/2020-12/schema"));
    /// ```
    #[must_use]
    pub fn json_schema() -> String {
        syntax::json_schema()
    }

    /// The data contract.
    ///
    /// ```
    /// # use audience::Definitions;
    /// let shop = Definitions::parse("customer { id: string key, orders: int }  event visits { page: string }")?;
    /// assert_eq!(&*shop.schema().customer[1].name, "orders");
    /// assert!(shop.schema().events.contains_key("visits"));
    /// # Ok::<(), audience::CompileError>(())
    /// ```
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
    ///
    /// Those that take reasoning, such as contradictions, are looked for when this is asked for the first time, unless one of
    /// them is denied: then building has done so. Takes time proportional to the length of the sources.
    #[must_use]
    pub fn warnings(&self) -> &[Diagnostic] {
        let inner = &self.inner;
        let warnings = &inner.warnings;
        warnings.all(&inner.module, &inner.sources, &inner.lints, &inner.limits)
    }

    /// The texts it was built from.
    #[must_use]
    pub fn sources(&self) -> &[Source] {
        &self.inner.sources
    }

    /// Fixes when and where an evaluation takes place, and resolves every window.
    ///
    /// Make one per request or per batch and use it for every customer.
    ///
    /// ```
    /// # use audience::{Definitions, Zone};
    /// let shop = Definitions::parse("customer { id: string key, born: date }  segment birthday = born anniversary today")?;
    /// let ana = shop.customer_from_json(r#"{"id": "ana", "born": "1990-06-02"}"#)?;
    /// let now = "2026-06-01T22:30:00Z".parse()?; // in Madrid it is the 2nd already
    /// let birthday = shop.segment("birthday")?;
    /// assert!(!birthday.matches(&ana, &shop.at(now, &Zone::UTC)));
    /// assert!(birthday.matches(&ana, &shop.at(now, &Zone::named("Europe/Madrid")?)));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn at(&self, now: DateTime, zone: &Zone) -> At {
        At::new(now, *zone, &self.inner.planned.program.moments)
    }

    /// The segment of that name.
    ///
    /// # Errors
    ///
    /// No such segment, and the message offers the nearest name; or one that compares a customer with the others, and the
    /// message names what must be fitted, see [`with_population`](Self::with_population).
    pub fn segment(&self, name: &str) -> Result<Segment, NameError> {
        let index = self.inner.find_segment(name)?;
        Ok(Segment::new(Arc::clone(&self.inner), None, index))
    }

    /// All segments together, in the order of definition, but those that need a population when none was given:
    /// [`unfitted`](Self::unfitted) names them.
    #[must_use]
    pub fn segments(&self) -> Segments {
        Segments::new(Arc::clone(&self.inner), None)
    }

    /// The trait of that name: a computed attribute.
    ///
    /// # Errors
    ///
    /// No such trait, and the message offers the nearest name; or one that compares a customer with the others, and the
    /// message names what must be fitted, see [`with_population`](Self::with_population).
    pub fn computed(&self, name: &str) -> Result<Computed, NameError> {
        let index = self.inner.find_trait(name)?;
        Ok(Computed::new(Arc::clone(&self.inner), None, index))
    }

    /// All traits, in the order of definition, but those that need a population when none was given:
    /// [`unfitted`](Self::unfitted) names them.
    pub fn computed_all(&self) -> impl Iterator<Item = Computed> {
        let traits = self.inner.traits();
        traits.map(|index| Computed::new(Arc::clone(&self.inner), None, index))
    }

    /// The names of the segments, then of the traits, the messages and the campaigns, that cannot be asked: they compare a customer with the others, and no
    /// population was given.
    ///
    /// ```
    /// # use audience::{Definitions, Zone};
    /// let shop = Definitions::parse(
    ///     "customer { id: string key, spent: decimal }  trait fifth = quantile(spent, 5)  segment best = fifth = 5",
    /// )?;
    /// assert_eq!(shop.unfitted().collect::<Vec<_>>(), ["best", "fifth"]);
    /// assert_eq!(shop.segments().len(), 0);
    ///
    /// let at = shop.at("2026-06-01T00:00:00Z".parse()?, &Zone::UTC);
    /// let ana = shop.customer_from_json(r#"{"id": "ana", "spent": 12}"#)?;
    /// let shop = shop.with_population(&shop.fit([&ana], &at))?;
    /// assert_eq!(shop.unfitted().count(), 0);
    /// assert_eq!(shop.segments().len(), 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn unfitted(&self) -> impl Iterator<Item = &str> {
        let inner = &self.inner;
        let segments = inner.module.named_segments().iter();
        let segments = segments
            .filter(|it| !inner.answers(it.ranked))
            .map(|it| &*it.name);
        let traits = inner.module.traits.iter();
        let traits = traits.filter(|it| !inner.answers(it.ranked)).map(|it| &*it.name);
        let messages = inner.messages.iter();
        let messages = messages
            .filter(|it| !inner.answers(!it.ranks().is_empty()))
            .map(|it| &*it.message.name);
        let campaigns = inner.module.campaigns.all.iter();
        let campaigns = campaigns.filter(|it| !inner.decides(it)).map(|it| &*it.name);
        segments.chain(traits).chain(messages).chain(campaigns)
    }

    /// Compares customers with each other: finds the cut points of all that stands before `in top` and `in bottom` and in
    /// `quantile`, in one pass.
    ///
    /// What needs days or windows is worked out at `at`, and the population remembers when that was; it does not age by
    /// itself, so fit a new one as often as the customers change. Takes memory and time as a [`Fitter`] does.
    ///
    /// # Panics
    ///
    /// When a customer was loaded for another schema.
    #[must_use]
    pub fn fit<'c>(&self, customers: impl IntoIterator<Item = &'c Customer>, at: &At) -> Population {
        let mut fitter = self.fitter(at);
        customers.into_iter().for_each(|customer| fitter.add(customer));
        fitter.finish()
    }

    /// Starts to fit a population from customers that come one after the other.
    ///
    /// ```
    /// # use audience::{Definitions, Zone};
    /// let shop = Definitions::parse("customer { id: string key, orders: int }  segment best = orders in top 10%")?;
    /// let at = shop.at("2026-06-01T00:00:00Z".parse()?, &Zone::UTC);
    /// let mut fitter = shop.fitter(&at);
    /// for orders in 1..=10 {
    ///     fitter.add(&shop.customer_from_json(format!(r#"{{"id": "c{orders}", "orders": {orders}}}"#))?);
    /// }
    /// assert_eq!(fitter.finish().customers(), 10);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn fitter(&self, at: &At) -> Fitter {
        Fitter::new(Arc::clone(&self.inner), None, at)
    }

    /// The same definitions, ready to compare a customer with those of a population.
    ///
    /// Its cut points become constants of the rules, which then cost what a comparison does. Customers that were loaded
    /// stay valid; make a new [`At`].
    ///
    /// # Errors
    ///
    /// It was fitted for other definitions: it lacks an expression, or one refers to something that has been changed since.
    ///
    /// ```
    /// # use audience::{Definitions, Zone};
    /// let shop = Definitions::parse("customer { id: string key, orders: int }  segment best = orders in top 50%")?;
    /// let at = shop.at("2026-06-01T00:00:00Z".parse()?, &Zone::UTC);
    /// let ana = shop.customer_from_json(r#"{"id": "ana", "orders": 3}"#)?;
    /// let ben = shop.customer_from_json(r#"{"id": "ben", "orders": 2}"#)?;
    /// let shop = shop.with_population(&shop.fit([&ana, &ben], &at))?;
    /// let (best, at) = (shop.segment("best")?, shop.at(at.now(), &at.zone()));
    /// assert!(best.matches(&ana, &at) && !best.matches(&ben, &at));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn with_population(&self, population: &Population) -> Result<Self, PopulationError> {
        let inner = &self.inner;
        let mut module = (*inner.module).clone();
        module.cuts = Some(population.cuts(module.ranks.iter().map(|it| &it.wanted))?);
        let (sources, warnings) = (inner.sources.clone(), Arc::clone(&inner.warnings));
        let messages = inner.messages.iter().map(|it| it.planned(&module)).collect();
        Ok(Self {
            inner: Arc::new(Inner::new(
                Arc::new(module),
                inner.loader.clone(),
                (messages, Arc::clone(&inner.tests)),
                (sources, inner.definitions, warnings),
                (&inner.limits, inner.lints.clone(), inner.partials.clone()),
            )),
        })
    }

    /// The `test` blocks of the sources, in the order written.
    ///
    /// Those of the standard library are not among them.
    ///
    /// ```
    /// # use audience::Definitions;
    /// let shop = Definitions::parse(
    ///     r#"customer { id: string key, orders: int }
    ///        segment loyal = orders >= 10
    ///        test "ten are enough" at 2026-06-01 { customer { "id": "ana", "orders": 10 } in loyal }"#,
    /// )?;
    /// assert!(shop.tests().all(|test| test.run().passed()));
    /// # Ok::<(), audience::CompileError>(())
    /// ```
    pub fn tests(&self) -> impl Iterator<Item = TestCase> {
        (0..self.inner.tests.len()).map(|index| TestCase::new(Arc::clone(&self.inner), index))
    }

    /// The message of that name.
    ///
    /// # Errors
    ///
    /// No such message, and the message offers the nearest name; or one that compares a customer with the others, see
    /// [`with_population`](Self::with_population).
    pub fn message(&self, name: &str) -> Result<Message, NameError> {
        let index = self.inner.find_message(name)?;
        Ok(Message::new(Arc::clone(&self.inner), None, index))
    }

    /// All messages, in the order of definition, but those that need a population when none was given:
    /// [`unfitted`](Self::unfitted) names them.
    pub fn messages(&self) -> impl Iterator<Item = Message> {
        let messages = self.inner.messages();
        messages.map(|index| Message::new(Arc::clone(&self.inner), None, index))
    }

    /// The campaign of that name.
    ///
    /// # Errors
    ///
    /// No such campaign, and the message offers the nearest name; or one that compares a customer with the others, see
    /// [`with_population`](Self::with_population).
    pub fn campaign(&self, name: &str) -> Result<Campaign, NameError> {
        let index = self.inner.find_campaign(name)?;
        Ok(Campaign::new(Arc::clone(&self.inner), None, index))
    }

    /// All campaigns together, by priority, but those that need a population when none was given:
    /// [`unfitted`](Self::unfitted) names them.
    #[must_use]
    pub fn campaigns(&self) -> Campaigns {
        Campaigns::new(Arc::clone(&self.inner), None)
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
    ///
    /// ```
    /// # use audience::{Definitions, Format, Placements, Type, Zone};
    /// let shop = Definitions::parse("customer { id: string key filled }")?;
    /// let mail = shop
    ///     .template_builder(Format::Text)
    ///     .source("mail.txt", "{{ id }}: {{ coupon | default: 'no coupon' }}")
    ///     .input("coupon", Type::String)
    ///     .build()?;
    /// let inputs = mail.inputs([("coupon", "MAY")])?;
    /// let ana = shop.customer_from_json(r#"{"id": "ana"}"#)?;
    /// let at = shop.at("2026-06-01T00:00:00Z".parse()?, &Zone::UTC);
    /// let mut out = String::new();
    /// mail.render_into(&ana, &inputs, &Placements::new(), &at, &mut out)?;
    /// assert_eq!(out, "ana: MAY");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn template_builder(&self, format: Format) -> TemplateBuilder {
        self.inner.template_builder(format, None)
    }

    /// A loader of customers whose strictness can be set.
    ///
    /// ```
    /// # use audience::Definitions;
    /// let shop = Definitions::parse("customer { id: string key, spent: decimal }")?;
    /// let json = r#"{"id": "ana", "spent": 1.00005, "shoe_size": 38}"#;
    /// assert!(shop.customer_from_json(json).is_err());
    /// let ana = shop.loader().ignore_unknown(true).round_decimals(true).customer_from_json(json)?;
    /// assert_eq!(ana.get("spent").map(|it| it.to_string()), Some("1.0001".to_owned()));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
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

#[cfg(feature = "proptest")]
impl Definitions {
    pub(crate) fn module(&self) -> &crate::hir::Module {
        &self.inner.module
    }
}

/// The names of what is defined.
impl fmt::Debug for Definitions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let segments: Vec<_> = self
            .inner
            .module
            .named_segments()
            .iter()
            .map(|it| &*it.name)
            .collect();
        let traits: Vec<_> = self.inner.module.traits.iter().map(|it| &*it.name).collect();
        f.debug_struct("Definitions")
            .field("traits", &traits)
            .field("segments", &segments)
            .finish_non_exhaustive()
    }
}
