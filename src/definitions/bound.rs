//! Definitions that read an application's own struct.

use std::{fmt, marker::PhantomData, sync::Arc};

use super::{Computed, Inner, Segment};
use crate::{
    error::{CompileError, UnknownName},
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
/// assert_eq!(clients.segments().filter(|it| it.matches(&ana, &at)).count(), 1);
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
    /// No such segment; the message offers the nearest name.
    pub fn segment(&self, name: &str) -> Result<Segment<R>, UnknownName> {
        self.inner.find_segment(name).map(|index| self.segment_at(index))
    }

    /// All segments, in the order of definition.
    pub fn segments(&self) -> impl Iterator<Item = Segment<R>> {
        (0..self.inner.module.segments.len()).map(|index| self.segment_at(index))
    }

    /// The trait of that name.
    ///
    /// # Errors
    ///
    /// No such trait; the message offers the nearest name.
    pub fn computed(&self, name: &str) -> Result<Computed<R>, UnknownName> {
        self.inner.find_trait(name).map(|index| self.computed_at(index))
    }

    /// All traits, in the order of definition.
    pub fn computed_all(&self) -> impl Iterator<Item = Computed<R>> {
        (0..self.inner.module.traits.len()).map(|index| self.computed_at(index))
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
