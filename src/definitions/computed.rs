//! Traits: what is computed about a customer.

use std::{fmt, marker::PhantomData, sync::Arc};

use super::{Inner, SchemaMismatch};
use crate::{
    eval::{At, Machine, interpret},
    hir,
    record::{Binding, BoundRow, Customer, Record},
    value::{Roles, Type, Value, ValueRef},
};

/// A compiled trait: a value worked out for each customer.
///
/// `Computed` asks our own [`Customer`] and is made by [`Definitions::computed`](crate::Definitions::computed);
/// `Computed<R>` reads the application's struct `R` in place and is made by [`Bound::computed`](crate::Bound::computed).
/// Cheap to clone.
///
/// # Example
///
/// ```
/// # use audience::{Definitions, Value, Zone};
/// let shop = Definitions::parse("customer { id: string key, spent: decimal, orders: int }  trait basket = spent / orders")?;
/// let ana = shop.customer_from_json(r#"{"id": "ana", "spent": 10, "orders": 3}"#)?;
/// let new = shop.customer_from_json(r#"{"id": "eva", "spent": 0, "orders": 0}"#)?;
/// let at = shop.at("2026-06-01T00:00:00Z".parse()?, &Zone::UTC);
/// let basket = shop.computed("basket")?;
/// assert_eq!(basket.value(&ana, &at).map(|it| it.to_string()), Some("3.3333".to_owned()));
/// assert_eq!(basket.value(&new, &at), None); // a division by zero is missing
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Computed<R = Customer> {
    pub(super) inner: Arc<Inner>,
    binding: Option<Arc<Binding>>,
    pub(super) index: usize,
    record: PhantomData<fn(&R)>,
}

impl<R> Computed<R> {
    pub(super) fn new(inner: Arc<Inner>, binding: Option<Arc<Binding>>, index: usize) -> Self {
        Self {
            inner,
            binding,
            index,
            record: PhantomData,
        }
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

    /// The type of its values.
    #[must_use]
    pub fn ty(&self) -> &Type {
        &self.definition().value.ty
    }

    /// What it inherits from what it is computed of: whether it is personal, sensitive, or text that is never blank.
    ///
    /// ```
    /// # use audience::Definitions;
    /// let shop = Definitions::parse(
    ///     "customer { id: string key, birth_date: date personal }  trait age = years_since(birth_date)",
    /// )?;
    /// assert!(shop.computed("age")?.roles().personal);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn roles(&self) -> &Roles {
        &self.definition().roles
    }

    /// Whether it may be missing for a customer.
    #[must_use]
    pub fn optional(&self) -> bool {
        self.definition().value.optional
    }

    fn definition(&self) -> &hir::Trait {
        &self.inner.module.traits[self.index]
    }
}

impl Computed {
    /// The value for a customer, or nothing when it is missing.
    ///
    /// # Panics
    ///
    /// When the customer was loaded for another schema. [`try_value`](Self::try_value) returns it instead.
    #[must_use]
    pub fn value(&self, customer: &Customer, at: &At) -> Option<Value> {
        match self.try_value(customer, at) {
            Ok(value) => value,
            Err(mismatch) => panic!("{mismatch}"),
        }
    }

    /// The value for a customer, unless it was loaded for another schema.
    pub fn try_value(&self, customer: &Customer, at: &At) -> Result<Option<Value>, SchemaMismatch> {
        if !customer.fits(&self.inner.shape) {
            return Err(SchemaMismatch);
        }
        let node = self.inner.planned.traits[self.index];
        Ok(Machine::new(&self.inner.planned.program, customer, at)
            .value(node)
            .map(ValueRef::to_owned))
    }

    /// Answers as [`value`](Self::value) does, by the plain interpreter that defines the language.
    ///
    /// # Panics
    ///
    /// When the customer was loaded for another schema.
    #[must_use]
    pub fn interpret(&self, customer: &Customer, at: &At) -> Option<Value> {
        assert!(customer.fits(&self.inner.shape), "{SchemaMismatch}");
        interpret::value(&self.inner.module, &self.definition().value, customer, at)
    }
}

impl<R: Record> Computed<R> {
    /// The value for a record, read in place, or nothing when it is missing.
    #[must_use]
    pub fn value(&self, record: &R, at: &At) -> Option<Value> {
        let row = BoundRow::new(record, self.bound());
        let node = self.inner.planned.traits[self.index];
        Machine::new(&self.inner.planned.program, row, at)
            .value(node)
            .map(ValueRef::to_owned)
    }

    /// Answers as [`value`](Self::value) does, by the plain interpreter that defines the language.
    #[must_use]
    pub fn interpret(&self, record: &R, at: &At) -> Option<Value> {
        let row = BoundRow::new(record, self.bound());
        interpret::value(&self.inner.module, &self.definition().value, row, at)
    }

    fn bound(&self) -> &Binding {
        self.binding
            .as_deref()
            .expect("a trait of records is made by a bound set of definitions")
    }
}

impl<R> Clone for Computed<R> {
    fn clone(&self) -> Self {
        Self::new(Arc::clone(&self.inner), self.binding.clone(), self.index)
    }
}

impl<R> fmt::Debug for Computed<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Computed").field(&self.name()).finish()
    }
}
