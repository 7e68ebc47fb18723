//! Segments: who a message is for.

use std::{fmt, sync::Arc};

use super::Inner;
use crate::{
    eval::{At, interpret},
    hir,
    record::Customer,
};

/// A compiled segment: a group of customers given by a rule.
///
/// Cheap to clone; made by [`Definitions::segment`](crate::Definitions::segment).
#[derive(Clone)]
pub struct Segment {
    inner: Arc<Inner>,
    index: usize,
}

/// A customer that was loaded for another schema.
///
/// ```
/// # use audience::{Definitions, Zone};
/// let shop = Definitions::parse("customer { id: string key }  segment everyone = true")?;
/// let other = Definitions::parse("customer { id: string key, age: int }")?;
/// let ana = other.customer_from_json(r#"{"id": "ana", "age": 30}"#)?;
/// let at = shop.at("2026-06-01T00:00:00Z".parse()?, &Zone::UTC);
/// assert!(shop.segment("everyone")?.try_matches(&ana, &at).is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the customer was loaded for another schema; load it with the definitions it is used with")]
pub struct SchemaMismatch;

impl Segment {
    pub(super) fn new(inner: Arc<Inner>, index: usize) -> Self {
        Self { inner, index }
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.definition().name
    }

    /// What it is, for people.
    #[must_use]
    pub fn description(&self) -> Option<&str> {
        self.definition().description.as_deref()
    }

    /// Who looks after it.
    #[must_use]
    pub fn owner(&self) -> Option<&str> {
        self.definition().owner.as_deref()
    }

    /// Tells whether `customer` belongs to this segment at `at`.
    ///
    /// Never fails and never allocates: a missing value makes a condition false, see the language manual.
    /// Takes time proportional to the conditions read, plus a binary search per time window.
    ///
    /// # Panics
    ///
    /// When the customer was loaded for another schema. [`try_matches`](Self::try_matches) returns it instead.
    ///
    /// # Example
    ///
    /// ```
    /// # use audience::{Definitions, Zone};
    /// let shop = Definitions::parse("customer { id: string key, orders: int }  segment loyal = orders >= 10")?;
    /// let ana = shop.customer_from_json(r#"{"id": "ana", "orders": 12}"#)?;
    /// let at = shop.at("2026-06-01T00:00:00Z".parse()?, &Zone::UTC);
    /// assert!(shop.segment("loyal")?.matches(&ana, &at));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn matches(&self, customer: &Customer, at: &At) -> bool {
        match self.try_matches(customer, at) {
            Ok(matches) => matches,
            Err(mismatch) => panic!("{mismatch}"),
        }
    }

    /// Tells whether `customer` belongs to this segment at `at`, unless it was loaded for another schema.
    pub fn try_matches(&self, customer: &Customer, at: &At) -> Result<bool, SchemaMismatch> {
        if !customer.fits(&self.inner.shape) {
            return Err(SchemaMismatch);
        }
        Ok(interpret::test(
            &self.inner.module,
            &self.definition().condition,
            customer,
            at,
        ))
    }

    /// Answers as [`matches`](Self::matches) does, by the plain interpreter that defines the language.
    ///
    /// Slow; it is there to be compared with.
    ///
    /// # Panics
    ///
    /// When the customer was loaded for another schema.
    #[must_use]
    pub fn interpret(&self, customer: &Customer, at: &At) -> bool {
        assert!(customer.fits(&self.inner.shape), "{SchemaMismatch}");
        interpret::test(&self.inner.module, &self.definition().condition, customer, at)
    }

    fn definition(&self) -> &hir::Segment {
        &self.inner.module.segments[self.index]
    }
}

impl fmt::Debug for Segment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Segment").field(&self.name()).finish()
    }
}
