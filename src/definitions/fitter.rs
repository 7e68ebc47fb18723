//! Fits a population: one pass over a batch of customers.

use std::{fmt, marker::PhantomData, sync::Arc};

use super::{Inner, SchemaMismatch};
#[cfg(feature = "batch")]
use crate::batch::Customers;
use crate::{
    eval::{At, Machine, key},
    plan::float_of_key,
    population::{Population, cut_points},
    record::{Binding, BoundRow, Customer, Record, Row},
    value::{Date, DateTime, Decimal, Duration, Type, Value},
};

/// Gathers what [`Population`]s are made of, one customer after the other.
///
/// `Fitter` takes our own [`Customer`]s and is made by [`Definitions::fitter`](crate::Definitions::fitter); `Fitter<R>`
/// takes the application's struct `R` and is made by [`Bound::fitter`](crate::Bound::fitter). It keeps 8 bytes for each
/// known value of each expression that is ranked, and nothing else of a customer; what comes out is exact.
///
/// # Example
///
/// ```
/// # use audience::{Definitions, Zone};
/// let shop = Definitions::parse("customer { id: string key, spent: decimal }  segment best = spent in top 50%")?;
/// let at = shop.at("2026-06-01T00:00:00Z".parse()?, &Zone::UTC);
/// let mut fitter = shop.fitter(&at);
/// for line in [r#"{"id": "ana", "spent": 10}"#, r#"{"id": "ben", "spent": 20}"#] {
///     fitter.add(&shop.customer_from_json(line)?);
/// }
/// let population = fitter.finish();
/// let cuts: Vec<_> = population.expressions()[0].cuts().collect();
/// assert_eq!(cuts, [("top 50%".to_owned(), &["20".parse::<audience::Decimal>()?.into()][..])]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub struct Fitter<R = Customer> {
    inner: Arc<Inner>,
    binding: Option<Arc<Binding>>,
    at: At,
    customers: u64,
    /// For each rank, the values as they are compared.
    known: Vec<Vec<i64>>,
    record: PhantomData<fn(&R)>,
}

impl<R> Fitter<R> {
    pub(super) fn new(inner: Arc<Inner>, binding: Option<Arc<Binding>>, at: &At) -> Self {
        Self {
            known: vec![Vec::new(); inner.module.ranks.len()],
            inner,
            binding,
            at: at.clone(),
            customers: 0,
            record: PhantomData,
        }
    }

    /// Finds the cut points.
    ///
    /// Takes time proportional to `n log n` for `n` customers, once for each expression.
    #[must_use]
    pub fn finish(self) -> Population {
        let found = self.inner.module.ranks.iter().zip(self.known);
        let found = found.map(|(rank, mut known)| {
            known.sort_unstable();
            let wanted = rank.wanted.clone();
            let points = wanted.cuts.iter().map(|cut| {
                let points = cut_points(*cut, known.len()).into_iter();
                points.filter_map(|at| value_of(&wanted.ty, known[at])).collect()
            });
            let points = points.collect();
            (wanted, known.len() as u64, points)
        });
        Population::new(self.at.now(), self.at.zone(), self.customers, found)
    }
}

impl Fitter {
    /// Adds a customer.
    ///
    /// # Panics
    ///
    /// When the customer was loaded for another schema. [`try_add`](Self::try_add) returns it instead.
    pub fn add(&mut self, customer: &Customer) {
        if let Err(mismatch) = self.try_add(customer) {
            panic!("{mismatch}");
        }
    }

    /// Adds a customer, unless it was loaded for another schema.
    pub fn try_add(&mut self, customer: &Customer) -> Result<(), SchemaMismatch> {
        if !customer.fits(&self.inner.shape) {
            return Err(SchemaMismatch);
        }
        self.customers += 1;
        take_values(&self.inner, customer, &self.at, &mut self.known);
        Ok(())
    }
}

#[cfg(feature = "batch")]
impl Fitter {
    /// Adds all customers of a batch: several batches one after the other are as good as all customers at once.
    ///
    /// # Panics
    ///
    /// When the batch was made for another schema. [`try_add_batch`](Self::try_add_batch) returns it instead.
    ///
    /// # Example
    ///
    /// ```
    /// # use audience::{Definitions, Zone, batch::{Column, Columns, Customers, Texts}};
    /// let shop = Definitions::parse("customer { id: string key, spent: decimal }  segment best = spent in top 50%")?;
    /// let at = shop.at("2026-06-01T00:00:00Z".parse()?, &Zone::UTC);
    /// let columns = Columns::new(2)
    ///     .column("id", Column::texts(Texts::from_iter(["ana", "ben"])))
    ///     .column("spent", Column::decimals(&[100_000, 200_000]));
    /// let people = Customers::new(&shop, columns)?;
    /// let mut fitter = shop.fitter(&at);
    /// fitter.add_batch(&people);
    /// let shop = shop.with_population(&fitter.finish())?;
    /// assert_eq!(shop.segment("best")?.evaluate(&people, &at).rows().collect::<Vec<_>>(), [1]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn add_batch(&mut self, people: &Customers<'_>) {
        if let Err(mismatch) = self.try_add_batch(people) {
            panic!("{mismatch}");
        }
    }

    /// Adds all customers of a batch, unless it was made for another schema.
    pub fn try_add_batch(&mut self, people: &Customers<'_>) -> Result<(), SchemaMismatch> {
        if !people.fits(&self.inner.shape) {
            return Err(SchemaMismatch);
        }
        let at = self.at.resolving(&self.inner.planned.program.moments);
        self.customers += people.len() as u64;
        for row in 0..people.len() {
            take_values(&self.inner, people.row(row), &at, &mut self.known);
        }
        Ok(())
    }
}

impl<R: Record> Fitter<R> {
    /// Adds a record, read in place.
    pub fn add(&mut self, record: &R) {
        self.customers += 1;
        let row = BoundRow::new(record, bound(self.binding.as_ref()));
        take_values(&self.inner, row, &self.at, &mut self.known);
    }
}

fn bound(binding: Option<&Arc<Binding>>) -> &Binding {
    binding.expect("a fitter of records is made by a bound set of definitions")
}

fn take_values<'a, T: Row<'a>>(inner: &'a Inner, customer: T, at: &'a At, known: &mut [Vec<i64>]) {
    let mut machine = Machine::new(&inner.planned.program, customer, at);
    for (node, known) in inner.planned.ranks.iter().zip(known) {
        known.extend(machine.value(*node).and_then(key));
    }
}

/// The value of that type which is compared as that number.
fn value_of(ty: &Type, key: i64) -> Option<Value> {
    match ty {
        Type::Float => Some(Value::Float(float_of_key(key))),
        Type::Decimal => Some(Value::Decimal(Decimal::from_units(key))),
        Type::Date => Date::from_days(key).map(Value::Date),
        Type::DateTime => DateTime::from_micros(key).map(Value::DateTime),
        Type::Duration => Some(Value::Duration(Duration::from_micros(key))),
        _ => Some(Value::Int(key)),
    }
}

impl<R> fmt::Debug for Fitter<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Fitter")
            .field("customers", &self.customers)
            .finish_non_exhaustive()
    }
}
