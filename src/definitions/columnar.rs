//! Doors to batches: columns made for definitions, and what is asked of them.

use super::{Computed, Definitions, Inner, SchemaMismatch, Segment, Segments, segments::Selection};
use crate::{
    batch::{self, ColumnError, Columns, Conditions, Customers, Members, Question, TraitValues},
    eval::At,
    record::Customer,
};

impl<'a> Customers<'a> {
    /// Checks columns against the schema of definitions, once: lengths, offsets and codes, what must not be missing, words,
    /// ranges, and that the events of each customer are sorted. Slices are not copied.
    ///
    /// Blank text counts as missing where the role `filled` says so. Keys are not compared with each other. Takes time
    /// proportional to the size of the columns.
    ///
    /// # Errors
    ///
    /// The first thing that is not as the schema says, with its column and row.
    ///
    /// ```
    /// # use audience::{Definitions, batch::{Column, Columns, Customers, Texts}};
    /// let shop = Definitions::parse("customer { id: string key }  event visits { page: string? }")?;
    /// let visits = Columns::new(2).column("at", Column::datetimes(&[2, 1]));
    /// let ana = Columns::new(1).column("id", Column::texts(Texts::from_iter(["ana"])));
    /// let error = Customers::new(&shop, ana.events("visits", &[0, 2][..], visits)).unwrap_err();
    /// assert_eq!(
    ///     error.to_string(),
    ///     "column `visits.at`, row 1: the event is earlier than the one before it; sort the events of each customer by `at`"
    /// );
    /// # Ok::<(), audience::CompileError>(())
    /// ```
    pub fn new(shop: &Definitions, columns: Columns<'a>) -> Result<Self, ColumnError> {
        Self::checked(columns, &shop.inner.loader)
    }

    /// Checks a `RecordBatch` of customers, a row each, against the schema of definitions. What Arrow has in the same form is not
    /// copied, see [`arrow`](crate::batch::arrow).
    ///
    /// Events are lists of records under the name of their type; or they are added by [`events`](Self::events), a batch for
    /// each type.
    ///
    /// # Errors
    ///
    /// The first thing that is not as the schema says, with its column and row.
    ///
    /// ```
    /// use std::sync::Arc;
    /// use arrow_array::{Int64Array, RecordBatch, StringArray};
    /// # use audience::{Definitions, batch::Customers};
    ///
    /// let shop = Definitions::parse("customer { id: string key, orders: int? }")?;
    /// let customers = RecordBatch::try_from_iter([
    ///     ("id", Arc::new(StringArray::from(vec!["ana", "ben"])) as _),
    ///     ("orders", Arc::new(Int64Array::from(vec![Some(12), None])) as _),
    /// ])?;
    /// assert_eq!(Customers::from_arrow(&shop, &customers)?.len(), 2);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[cfg(feature = "arrow")]
    pub fn from_arrow(
        shop: &Definitions,
        customers: &'a arrow_array::RecordBatch,
    ) -> Result<Self, ColumnError> {
        Self::of_arrow(customers, &shop.inner.loader)
    }
}

#[cfg(feature = "arrow")]
impl crate::record::Loader {
    /// Checks a `RecordBatch` of customers as [`Customers::from_arrow`] does, but passes over columns that the schema does not name
    /// where this loader [ignores them](Self::ignore_unknown), and lets the addresses in that it allows.
    ///
    /// ```
    /// use std::sync::Arc;
    /// use arrow_array::{Int64Array, RecordBatch, StringArray};
    /// # use audience::Definitions;
    ///
    /// let shop = Definitions::parse("customer { id: string key }")?;
    /// let customers = RecordBatch::try_from_iter([
    ///     ("id", Arc::new(StringArray::from(vec!["ana", "ben"])) as _),
    ///     ("shoe_size", Arc::new(Int64Array::from(vec![38, 43])) as _),
    /// ])?;
    /// assert!(shop.loader().customers_from_arrow(&customers).is_err());
    /// assert_eq!(shop.loader().ignore_unknown(true).customers_from_arrow(&customers)?.len(), 2);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn customers_from_arrow<'a>(
        &self,
        customers: &'a arrow_array::RecordBatch,
    ) -> Result<Customers<'a>, ColumnError> {
        Customers::of_arrow(customers, self)
    }

    /// Checks a `RecordBatch` of events by themselves, whosever they are and in whatever order: what the schema says of one event of
    /// that type, and the keys of their customers, which are in the column `key`.
    ///
    /// # Errors
    ///
    /// The first thing that is not as the schema says, with its column and the row of the batch.
    ///
    /// ```
    /// use std::sync::Arc;
    /// use arrow_array::{RecordBatch, StringArray, TimestampMicrosecondArray};
    /// # use audience::Definitions;
    ///
    /// let shop = Definitions::parse("customer { id: string key }  event visits { page: url }")?;
    /// let visits = RecordBatch::try_from_iter([
    ///     ("customer", Arc::new(StringArray::from(vec!["ben", "ana"])) as _),
    ///     ("at", Arc::new(TimestampMicrosecondArray::from(vec![2, 1])) as _),
    ///     ("page", Arc::new(StringArray::from(vec!["https://example.com", "gopher:x"])) as _),
    /// ])?;
    /// let error = shop.loader().check_events("visits", "customer", &visits).unwrap_err();
    /// assert_eq!((error.column(), error.row()), ("visits.page", Some(1)));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn check_events(
        &self,
        name: &str,
        key: &str,
        events: &arrow_array::RecordBatch,
    ) -> Result<(), ColumnError> {
        batch::arrow::check_events(self, (name, key), events)
    }
}

impl Customers<'static> {
    /// The columns of loaded customers with all their events, in the order given. Texts that repeat are kept once.
    ///
    /// Takes time and memory proportional to the size of the customers.
    ///
    /// # Errors
    ///
    /// When one was loaded for another schema.
    ///
    /// ```
    /// # use audience::{Definitions, ValueRef, Zone, batch::Customers};
    /// let shop = Definitions::parse(
    ///     "customer { id: string key }  event visits {}  segment regulars = at least 2 visits",
    /// )?;
    /// let loaded = [
    ///     r#"{"id": "ana", "visits": [{"at": "2026-05-01T00:00:00Z"}]}"#,
    ///     r#"{"id": "ben", "visits": [{"at": "2026-05-01T00:00:00Z"}, {"at": "2026-05-02T00:00:00Z"}]}"#,
    /// ];
    /// let loaded = loaded.into_iter().map(|it| shop.customer_from_json(it)).collect::<Result<Vec<_>, _>>()?;
    /// let people = Customers::from_customers(&shop, &loaded)?;
    /// let at = shop.at("2026-06-01T00:00:00Z".parse()?, &Zone::UTC);
    /// let regulars = shop.segment("regulars")?.evaluate(&people, &at);
    /// assert_eq!(regulars.keys(&people).collect::<Vec<_>>(), [ValueRef::Text("ben")]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn from_customers<'c>(
        shop: &Definitions,
        customers: impl IntoIterator<Item = &'c Customer>,
    ) -> Result<Self, SchemaMismatch> {
        Self::gathered(&shop.inner.shape, customers).ok_or(SchemaMismatch)
    }
}

impl Segment {
    /// Who of a batch belongs to this segment at `at`: what [`matches`](Self::matches) says of each customer.
    ///
    /// # Panics
    ///
    /// When the batch was made for another schema. [`try_evaluate`](Self::try_evaluate) returns it instead.
    ///
    /// # Example
    ///
    /// ```
    /// # use audience::{Definitions, Zone, batch::{Column, Columns, Customers, Texts}};
    /// let shop = Definitions::parse("customer { id: string key, orders: int }  segment loyal = orders >= 10")?;
    /// let columns = Columns::new(2)
    ///     .column("id", Column::texts(Texts::from_iter(["ana", "ben"])))
    ///     .column("orders", Column::ints(&[12, 3]));
    /// let people = Customers::new(&shop, columns)?;
    /// let at = shop.at("2026-06-01T00:00:00Z".parse()?, &Zone::UTC);
    /// assert_eq!(shop.segment("loyal")?.evaluate(&people, &at).rows().collect::<Vec<_>>(), [0]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn evaluate(&self, people: &Customers<'_>, at: &At) -> Members {
        match self.try_evaluate(people, at) {
            Ok(members) => members,
            Err(mismatch) => panic!("{mismatch}"),
        }
    }

    /// Who of a batch belongs to this segment at `at`, as [`evaluate`](Self::evaluate) says it.
    ///
    /// # Errors
    ///
    /// The batch was made for another schema.
    pub fn try_evaluate(&self, people: &Customers<'_>, at: &At) -> Result<Members, SchemaMismatch> {
        if !people.fits(&self.inner.shape) {
            return Err(SchemaMismatch);
        }
        let planned = &self.inner.planned;
        let conditions = Conditions::of(&planned.program, [planned.segments[self.index]]);
        let question = Question {
            program: &planned.program,
            at,
            segments: vec![self.name()],
            conditions: &conditions,
        };
        Ok(question.members(people).swap_remove(0))
    }
}

impl Selection {
    /// What its segments ask of a batch, found when one is asked for the first time.
    fn conditions(&self, inner: &Inner) -> &Conditions {
        self.conditions.get_or_init(|| {
            let blocks = self.order.iter().map(|index| inner.planned.segments[*index]);
            Conditions::of(&inner.planned.program, blocks)
        })
    }
}

impl Segments {
    /// Who of a batch belongs to each of these segments at `at`, in their order.
    ///
    /// A condition that several of them ask is asked once for each block of customers, and all that is asked of one attribute in one
    /// pass over its column.
    ///
    /// # Panics
    ///
    /// When the batch was made for another schema. [`try_evaluate`](Self::try_evaluate) returns it instead.
    ///
    /// # Example
    ///
    /// ```
    /// # use audience::{Definitions, Zone, batch::{Column, Columns, Customers, Texts}};
    /// let shop = Definitions::parse(
    ///     "customer { id: string key, orders: int }
    ///      segment buyers = orders > 0
    ///      segment loyal = orders >= 10",
    /// )?;
    /// let columns = Columns::new(3)
    ///     .column("id", Column::texts(Texts::from_iter(["ana", "ben", "eva"])))
    ///     .column("orders", Column::ints(&[12, 0, 3]));
    /// let people = Customers::new(&shop, columns)?;
    /// let at = shop.at("2026-06-01T00:00:00Z".parse()?, &Zone::UTC);
    /// let all = shop.segments().evaluate(&people, &at);
    /// assert_eq!(all.iter().map(|it| (it.name(), it.count())).collect::<Vec<_>>(), [("buyers", 2), ("loyal", 1)]);
    /// assert_eq!(shop.segments().counts(&people, &at), [2, 1]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn evaluate(&self, people: &Customers<'_>, at: &At) -> Vec<Members> {
        match self.try_evaluate(people, at) {
            Ok(members) => members,
            Err(mismatch) => panic!("{mismatch}"),
        }
    }

    /// Who of a batch belongs to each of these segments at `at`, as [`evaluate`](Self::evaluate) says it.
    ///
    /// # Errors
    ///
    /// The batch was made for another schema.
    pub fn try_evaluate(&self, people: &Customers<'_>, at: &At) -> Result<Vec<Members>, SchemaMismatch> {
        Ok(self.question(people, at)?.members(people))
    }

    /// How many of a batch belong to each of these segments at `at`, in their order, without keeping who.
    ///
    /// # Panics
    ///
    /// When the batch was made for another schema.
    ///
    /// ```
    /// # use audience::{Definitions, Zone, batch::{Column, Columns, Customers, Texts}};
    /// # let shop = Definitions::parse(
    /// #     "customer { id: string key, orders: int }  segment buyers = orders > 0  segment loyal = orders >= 10",
    /// # )?;
    /// # let columns = Columns::new(3)
    /// #     .column("id", Column::texts(Texts::from_iter(["ana", "ben", "eva"])))
    /// #     .column("orders", Column::ints(&[12, 0, 3]));
    /// # let people = Customers::new(&shop, columns)?;
    /// let at = shop.at("2026-06-01T00:00:00Z".parse()?, &Zone::UTC);
    /// let segments = shop.segments();
    /// assert_eq!(segments.names().zip(segments.counts(&people, &at)).collect::<Vec<_>>(), [("buyers", 2), ("loyal", 1)]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn counts(&self, people: &Customers<'_>, at: &At) -> Vec<usize> {
        match self.question(people, at) {
            Ok(question) => question.counts(people),
            Err(mismatch) => panic!("{mismatch}"),
        }
    }

    /// Who of a batch belongs to each of these segments, as [`evaluate`](Self::evaluate) says it, found on all processors.
    ///
    /// # Panics
    ///
    /// When the batch was made for another schema.
    ///
    /// ```
    /// # use audience::{Definitions, Zone, batch::{Column, Columns, Customers, Texts}};
    /// # let shop = Definitions::parse(
    /// #     "customer { id: string key, orders: int }  segment buyers = orders > 0  segment loyal = orders >= 10",
    /// # )?;
    /// # let columns = Columns::new(3)
    /// #     .column("id", Column::texts(Texts::from_iter(["ana", "ben", "eva"])))
    /// #     .column("orders", Column::ints(&[12, 0, 3]));
    /// # let people = Customers::new(&shop, columns)?;
    /// let at = shop.at("2026-06-01T00:00:00Z".parse()?, &Zone::UTC);
    /// let segments = shop.segments();
    /// assert_eq!(segments.evaluate_parallel(&people, &at), segments.evaluate(&people, &at));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[cfg(feature = "parallel")]
    #[must_use]
    pub fn evaluate_parallel(&self, people: &Customers<'_>, at: &At) -> Vec<Members> {
        match self.question(people, at) {
            Ok(question) => question.members_parallel(people),
            Err(mismatch) => panic!("{mismatch}"),
        }
    }

    /// How many of a batch belong to each of these segments, as [`counts`](Self::counts) says it, counted on all processors.
    ///
    /// # Panics
    ///
    /// When the batch was made for another schema.
    ///
    /// ```
    /// # use audience::{Definitions, Zone, batch::{Column, Columns, Customers, Texts}};
    /// # let shop = Definitions::parse(
    /// #     "customer { id: string key, orders: int }  segment buyers = orders > 0  segment loyal = orders >= 10",
    /// # )?;
    /// # let columns = Columns::new(3)
    /// #     .column("id", Column::texts(Texts::from_iter(["ana", "ben", "eva"])))
    /// #     .column("orders", Column::ints(&[12, 0, 3]));
    /// # let people = Customers::new(&shop, columns)?;
    /// let at = shop.at("2026-06-01T00:00:00Z".parse()?, &Zone::UTC);
    /// let segments = shop.segments();
    /// assert_eq!(segments.counts_parallel(&people, &at), [2, 1]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[cfg(feature = "parallel")]
    #[must_use]
    pub fn counts_parallel(&self, people: &Customers<'_>, at: &At) -> Vec<usize> {
        match self.question(people, at) {
            Ok(question) => question.counts_parallel(people),
            Err(mismatch) => panic!("{mismatch}"),
        }
    }

    fn question<'q>(&'q self, people: &Customers<'_>, at: &'q At) -> Result<Question<'q>, SchemaMismatch> {
        if !people.fits(&self.inner.shape) {
            return Err(SchemaMismatch);
        }
        let planned = &self.inner.planned;
        Ok(Question {
            program: &planned.program,
            at,
            segments: self.names().collect(),
            conditions: self.selection.conditions(&self.inner),
        })
    }
}

impl Computed {
    /// The values for the customers of a batch at `at`: what [`value`](Self::value) says of each.
    ///
    /// # Panics
    ///
    /// When the batch was made for another schema. [`try_evaluate`](Self::try_evaluate) returns it instead.
    ///
    /// # Example
    ///
    /// ```
    /// # use audience::{Definitions, ValueRef, Zone, batch::{Column, Columns, Customers, Texts}};
    /// let shop = Definitions::parse("customer { id: string key, orders: int }  trait left = 10 - orders")?;
    /// let columns = Columns::new(2)
    ///     .column("id", Column::texts(Texts::from_iter(["ana", "ben"])))
    ///     .column("orders", Column::ints(&[12, 3]));
    /// let people = Customers::new(&shop, columns)?;
    /// let at = shop.at("2026-06-01T00:00:00Z".parse()?, &Zone::UTC);
    /// let left = shop.computed("left")?.evaluate(&people, &at);
    /// assert_eq!(left.iter().collect::<Vec<_>>(), [Some(ValueRef::Int(-2)), Some(ValueRef::Int(7))]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn evaluate(&self, people: &Customers<'_>, at: &At) -> TraitValues {
        match self.try_evaluate(people, at) {
            Ok(values) => values,
            Err(mismatch) => panic!("{mismatch}"),
        }
    }

    /// The values for the customers of a batch at `at`, as [`evaluate`](Self::evaluate) gives them.
    ///
    /// # Errors
    ///
    /// The batch was made for another schema.
    pub fn try_evaluate(&self, people: &Customers<'_>, at: &At) -> Result<TraitValues, SchemaMismatch> {
        if !people.fits(&self.inner.shape) {
            return Err(SchemaMismatch);
        }
        let planned = &self.inner.planned;
        let asked = (self.name(), self.ty(), planned.traits[self.index]);
        Ok(batch::values(asked, &planned.program, people, at))
    }
}
