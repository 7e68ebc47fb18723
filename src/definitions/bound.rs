//! Definitions that read an application's own struct.

use std::{fmt, marker::PhantomData, sync::Arc};

use super::{Campaign, Campaigns, Computed, Fitter, Inner, Message, Segment, Segments};
use crate::{
    error::{CompileError, NameError},
    eval::At,
    population::Population,
    record::{Binding, Record},
    template::{Format, Template, TemplateBuilder},
};

/// Definitions bound to an application's struct `R`, whose values are read in place.
///
/// Made by [`Definitions::bind`](crate::Definitions::bind). Cheap to clone.
///
/// A struct cannot be refused as a record that is loaded can: blank text where the schema says `filled`, a word that an
/// enumeration lacks, and a float that is not finite count as missing.
///
/// # Example
///
/// ```
/// # use audience::{Definitions, Zone};
/// struct Client { name: String, country: Option<String> }
/// audience::record! {
///     impl Record for Client { id: |c| c.name.as_str(), country: |c| c.country.as_deref() }
/// }
///
/// let shop = Definitions::parse("customer { id: string key, country: string? }  segment spain = country = \"ES\"")?;
/// let clients = shop.bind::<Client>()?;
/// let at = shop.at("2026-06-01T00:00:00Z".parse()?, &Zone::UTC);
/// let ana = Client { name: "ana".into(), country: Some("ES".into()) };
/// assert_eq!(clients.segments().iter().filter(|it| it.matches(&ana, &at)).count(), 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Bound<R> {
    inner: Arc<Inner>,
    binding: Arc<Binding>,
    record: PhantomData<fn(&R)>,
}

impl<R: Record> Bound<R> {
    pub(super) fn new(inner: Arc<Inner>, binding: Arc<Binding>) -> Self {
        Self {
            inner,
            binding,
            record: PhantomData,
        }
    }

    /// The segment of that name.
    ///
    /// # Errors
    ///
    /// No such segment, or one that needs a population, as for [`Definitions::segment`](crate::Definitions::segment).
    pub fn segment(&self, name: &str) -> Result<Segment<R>, NameError> {
        self.inner.find_segment(name).map(|index| self.segment_at(index))
    }

    /// All segments together, in the order of definition, but those that need a population when none was given, see
    /// [`Definitions::unfitted`](crate::Definitions::unfitted).
    #[must_use]
    pub fn segments(&self) -> Segments<R> {
        Segments::new(Arc::clone(&self.inner), Some(Arc::clone(&self.binding)))
    }

    /// The trait of that name.
    ///
    /// # Errors
    ///
    /// No such trait, or one that needs a population, as for [`Definitions::computed`](crate::Definitions::computed).
    pub fn computed(&self, name: &str) -> Result<Computed<R>, NameError> {
        self.inner.find_trait(name).map(|index| self.computed_at(index))
    }

    /// All traits, in the order of definition, but those that need a population when none was given, see
    /// [`Definitions::unfitted`](crate::Definitions::unfitted).
    pub fn computed_all(&self) -> impl Iterator<Item = Computed<R>> {
        self.inner.traits().map(|index| self.computed_at(index))
    }

    /// Compares records with each other, as [`Definitions::fit`](crate::Definitions::fit) does with customers.
    #[must_use]
    pub fn fit<'c>(&self, records: impl IntoIterator<Item = &'c R>, at: &At) -> Population
    where
        R: 'c,
    {
        let mut fitter = self.fitter(at);
        records.into_iter().for_each(|record| fitter.add(record));
        fitter.finish()
    }

    /// Starts to fit a population from records that come one after the other.
    pub fn fitter(&self, at: &At) -> Fitter<R> {
        Fitter::new(Arc::clone(&self.inner), Some(Arc::clone(&self.binding)), at)
    }

    /// The message of that name.
    ///
    /// # Errors
    ///
    /// No such message, or one that needs a population, as for [`Definitions::message`](crate::Definitions::message).
    pub fn message(&self, name: &str) -> Result<Message<R>, NameError> {
        let index = self.inner.find_message(name)?;
        Ok(Message::new(
            Arc::clone(&self.inner),
            Some(Arc::clone(&self.binding)),
            index,
        ))
    }

    /// All messages, in the order of definition, but those that need a population when none was given.
    pub fn messages(&self) -> impl Iterator<Item = Message<R>> {
        let messages = self.inner.messages();
        messages.map(|index| Message::new(Arc::clone(&self.inner), Some(Arc::clone(&self.binding)), index))
    }

    /// The campaign of that name.
    ///
    /// # Errors
    ///
    /// No such campaign, or one that needs a population, as for [`Definitions::campaign`](crate::Definitions::campaign).
    pub fn campaign(&self, name: &str) -> Result<Campaign<R>, NameError> {
        let index = self.inner.find_campaign(name)?;
        let (inner, binding) = (Arc::clone(&self.inner), Arc::clone(&self.binding));
        Ok(Campaign::new(inner, Some(binding), index))
    }

    /// All campaigns together, by priority, but those that need a population when none was given.
    #[must_use]
    pub fn campaigns(&self) -> Campaigns<R> {
        Campaigns::new(Arc::clone(&self.inner), Some(Arc::clone(&self.binding)))
    }

    /// Compiles a template that needs no inputs, to be rendered for records of this type.
    ///
    /// # Errors
    ///
    /// All that is wrong with it, at once.
    pub fn template(&self, format: Format, text: &str) -> Result<Template<R>, CompileError> {
        self.template_builder(format).source("template", text).build()
    }

    /// Starts a template with a name, inputs or limits of its own, see [`TemplateBuilder`].
    pub fn template_builder(&self, format: Format) -> TemplateBuilder<R> {
        self.inner
            .template_builder(format, Some(Arc::clone(&self.binding)))
    }

    fn segment_at(&self, index: usize) -> Segment<R> {
        Segment::new(Arc::clone(&self.inner), Some(Arc::clone(&self.binding)), index)
    }

    fn computed_at(&self, index: usize) -> Computed<R> {
        Computed::new(Arc::clone(&self.inner), Some(Arc::clone(&self.binding)), index)
    }
}

impl<R> Clone for Bound<R> {
    fn clone(&self) -> Self {
        Self {
            inner: Arc::clone(&self.inner),
            binding: Arc::clone(&self.binding),
            record: PhantomData,
        }
    }
}

impl<R> fmt::Debug for Bound<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Bound")
            .field("record", &std::any::type_name::<R>())
            .finish_non_exhaustive()
    }
}
