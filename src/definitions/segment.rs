//! Segments: who a message is for.

use std::{
    fmt,
    sync::{Arc, OnceLock},
};

use super::Inner;
use crate::{
    eval::{self, AskedOf, At, ChangePlan, Instants, NextChange, interpret},
    hir,
    plan::{Cells, Target},
    record::{Binding, BoundRow, Customer, Record, Row},
    value::Duration,
};

/// A compiled segment: a group of customers given by a rule.
///
/// `Segment` asks our own [`Customer`] and is made by [`Definitions::segment`](crate::Definitions::segment);
/// `Segment<R>` reads the application's struct `R` in place and is made by [`Bound::segment`](crate::Bound::segment).
/// Cheap to clone.
///
/// ```
/// # use audience::Definitions;
/// let shop = Definitions::parse(
///     "customer { id: string key, orders: int }
///      segment loyal \"Worth a phone call\" owner \"CRM\" = orders >= 10",
/// )?;
/// let loyal = shop.segment("loyal")?;
/// assert_eq!((loyal.name(), loyal.description(), loyal.owner()), ("loyal", Some("Worth a phone call"), Some("CRM")));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Segment<R = Customer> {
    pub(super) inner: Arc<Inner>,
    binding: Option<Arc<Binding>>,
    pub(super) index: usize,
    /// Where its condition begins, and what it asks of a loaded customer's cells.
    start: Target,
    cells: Arc<Cells>,
    /// The same of structs, once one was asked.
    asked: OnceLock<AskedOf<R>>,
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

impl<R> Segment<R> {
    pub(super) fn new(inner: Arc<Inner>, binding: Option<Arc<Binding>>, index: usize) -> Self {
        let program = &inner.planned.program;
        let block = inner.planned.segments[index];
        let cells = inner.cells[index].get_or_init(|| Cells::of(program, block).into());
        Self {
            start: program.blocks[block.0 as usize].start,
            cells: Arc::clone(cells),
            inner,
            binding,
            index,
            asked: OnceLock::new(),
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

    /// Who looks after it.
    #[must_use]
    pub fn owner(&self) -> Option<&str> {
        self.definition().owner.as_deref()
    }

    pub(crate) fn definition(&self) -> &hir::Segment {
        &self.inner.module.segments[self.index]
    }
}

#[cfg(feature = "proptest")]
impl Segment {
    pub(crate) fn module(&self) -> &hir::Module {
        &self.inner.module
    }

    pub(crate) fn loader(&self) -> crate::record::Loader {
        self.inner.loader.clone()
    }
}

impl Segment {
    /// Tells whether `customer` belongs to this segment at `at`.
    ///
    /// Never fails and never allocates: a missing value makes a condition false, see the language manual.
    /// Takes time proportional to the conditions read, plus a binary search or two per time window; where a condition asks
    /// something of the events, as many looks at them as the window has events at most.
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
    #[inline]
    pub fn matches(&self, customer: &Customer, at: &At) -> bool {
        match self.try_matches(customer, at) {
            Ok(matches) => matches,
            Err(mismatch) => panic!("{mismatch}"),
        }
    }

    /// Tells whether `customer` belongs to this segment at `at`, unless it was loaded for another schema.
    #[inline]
    pub fn try_matches(&self, customer: &Customer, at: &At) -> Result<bool, SchemaMismatch> {
        if !customer.fits(&self.inner.shape) {
            return Err(SchemaMismatch);
        }
        let program = &self.inner.planned.program;
        Ok(eval::test_cells(program, &self.cells, self.start, customer, at))
    }

    /// Answers as [`matches`](Self::matches) does, by the plain interpreter that defines the language.
    ///
    /// Slow; it is there to be compared with.
    ///
    /// # Panics
    ///
    /// When the customer was loaded for another schema.
    ///
    /// ```
    /// # use audience::{Definitions, Zone};
    /// let shop = Definitions::parse("customer { id: string key, orders: int }  segment loyal = orders >= 10")?;
    /// let at = shop.at("2026-06-01T00:00:00Z".parse()?, &Zone::UTC);
    /// let loyal = shop.segment("loyal")?;
    /// for orders in 8..12 {
    ///     let ana = shop.customer_from_json(format!(r#"{{"id": "ana", "orders": {orders}}}"#))?;
    ///     assert_eq!(loyal.interpret(&ana, &at), loyal.matches(&ana, &at));
    /// }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn interpret(&self, customer: &Customer, at: &At) -> bool {
        assert!(customer.fits(&self.inner.shape), "{SchemaMismatch}");
        interpret::test(&self.inner.module, &self.definition().condition, customer, at)
    }

    /// Tells when the answer for `customer` changes if nothing new becomes known: the earliest instant after `at`, and within ten
    /// years, at which it is another one.
    ///
    /// Events dated later than `at` come into being at their time. A service can so ask each customer once and then wait, instead
    /// of asking everyone every night. Takes time proportional to the instants that are looked at times the customer's events;
    /// most rules need one or two, and there are at most [`Limits::edges`](crate::Limits::edges).
    ///
    /// # Panics
    ///
    /// When the customer was loaded for another schema.
    ///
    /// # Example
    ///
    /// ```
    /// # use audience::{Definitions, NextChange, Zone};
    /// let shop = Definitions::parse("customer { id: string key, birth_date: date }  segment adults = years_since(birth_date) >= 18")?;
    /// let ana = shop.customer_from_json(r#"{"id": "ana", "birth_date": "2010-03-29"}"#)?;
    /// let at = shop.at("2026-06-01T00:00:00Z".parse()?, &Zone::named("Europe/Madrid")?);
    /// let change = shop.segment("adults")?.next_change(&ana, &at);
    /// assert_eq!(change, NextChange::At("2028-03-28T22:00:00Z".parse()?));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn next_change(&self, customer: &Customer, at: &At) -> NextChange {
        self.next_change_within(customer, at, NextChange::HORIZON)
    }

    /// Tells when the answer for `customer` changes within so long, as [`next_change`](Self::next_change) does.
    ///
    /// # Panics
    ///
    /// When the customer was loaded for another schema.
    ///
    /// # Example
    ///
    /// ```
    /// # use audience::{Definitions, Duration, NextChange, Zone};
    /// let shop = Definitions::parse("customer { id: string key, joined: datetime }  segment new = joined in last 30 days")?;
    /// let ana = shop.customer_from_json(r#"{"id": "ana", "joined": "2026-06-01T00:00:00Z"}"#)?;
    /// let at = shop.at("2026-06-01T00:00:00Z".parse()?, &Zone::UTC);
    /// let week = Duration::from_micros(7 * 86_400_000_000);
    /// assert_eq!(shop.segment("new")?.next_change_within(&ana, &at, week), NextChange::NotWithin(week));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn next_change_within(&self, customer: &Customer, at: &At, horizon: Duration) -> NextChange {
        assert!(customer.fits(&self.inner.shape), "{SchemaMismatch}");
        self.changes(customer, at, horizon, &Instants::new())
    }
}

impl<R> Segment<R> {
    fn changes<'a>(
        &'a self,
        customer: impl Row<'a>,
        at: &At,
        horizon: Duration,
        instants: &'a Instants,
    ) -> NextChange {
        let (module, condition) = (&self.inner.module, &self.definition().condition);
        let plan = self.inner.change_plans[self.index].get_or_init(|| ChangePlan::of(module, condition));
        let within = (horizon, self.inner.limits.edges);
        eval::next_change((module, plan, condition), customer, at, instants, within)
    }
}

impl<R: Record> Segment<R> {
    /// Tells whether `record` belongs to this segment at `at`, reading the struct in place.
    ///
    /// Never fails and never allocates, as for a loaded customer. Events are scanned; where their order matters, they
    /// need not be sorted.
    ///
    /// # Example
    ///
    /// ```
    /// # use audience::{Definitions, Zone};
    /// struct Client { name: String, orders: i64 }
    /// audience::record! { impl Record for Client { id: |c| c.name.as_str(), orders: |c| c.orders } }
    ///
    /// let shop = Definitions::parse("customer { id: string key, orders: int }  segment loyal = orders >= 10")?;
    /// let at = shop.at("2026-06-01T00:00:00Z".parse()?, &Zone::UTC);
    /// let loyal = shop.bind::<Client>()?.segment("loyal")?;
    /// assert!(loyal.matches(&Client { name: "ana".into(), orders: 12 }, &at));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn matches(&self, record: &R, at: &At) -> bool {
        let asked = match self.asked.get() {
            Some(asked) => asked,
            None => self.ask(),
        };
        let holds = asked.pairs_hold(record);
        if asked.only_pairs() {
            holds
        } else {
            holds && self.go_on(asked, record, at)
        }
    }

    /// Apart from what most structs are out by.
    #[inline(never)]
    fn go_on(&self, asked: &AskedOf<R>, record: &R, at: &At) -> bool {
        let (program, row) = (&self.inner.planned.program, BoundRow::new(record, self.bound()));
        asked.go_on(program, &self.cells, self.start, row, at)
    }

    /// Finds what to ask of its structs.
    #[cold]
    fn ask(&self) -> &AskedOf<R> {
        let program = &self.inner.planned.program;
        self.asked
            .get_or_init(|| AskedOf::new(program, &self.cells, self.bound()))
    }

    /// Answers as [`matches`](Self::matches) does, by the plain interpreter that defines the language.
    #[must_use]
    pub fn interpret(&self, record: &R, at: &At) -> bool {
        let row = BoundRow::new(record, self.bound());
        interpret::test(&self.inner.module, &self.definition().condition, row, at)
    }

    /// Tells when the answer for `record` changes if nothing new becomes known, as for a loaded customer.
    #[must_use]
    pub fn next_change(&self, record: &R, at: &At) -> NextChange {
        self.next_change_within(record, at, NextChange::HORIZON)
    }

    /// Tells when the answer for `record` changes within so long.
    #[must_use]
    pub fn next_change_within(&self, record: &R, at: &At, horizon: Duration) -> NextChange {
        let row = BoundRow::new(record, self.bound());
        self.changes(row, at, horizon, &Instants::new())
    }

    pub(super) fn bound(&self) -> &Binding {
        self.binding
            .as_deref()
            .expect("a segment of records is made by a bound set of definitions")
    }
}

impl<R> Clone for Segment<R> {
    fn clone(&self) -> Self {
        Self {
            inner: Arc::clone(&self.inner),
            binding: self.binding.clone(),
            cells: Arc::clone(&self.cells),
            asked: self.asked.clone(),
            ..*self
        }
    }
}

impl<R> fmt::Debug for Segment<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Segment").field(&self.name()).finish()
    }
}
