//! Segments and traits as queries.

use super::{Computed, Definitions, Inner, Segment, Segments};
use crate::{
    eval::At,
    sql::{Asked, Dialect, Mapping, Query, SqlError, Strictness, Target, contract, translate},
    value::DateTime,
};

impl Definitions {
    /// A mapping of the schema to start from: tables and columns named as the attributes, events and catalogues are.
    ///
    /// ```
    /// # use audience::{Definitions, sql::Dialect};
    /// let shop = Definitions::parse("customer { id: string key }  event purchases { amount: decimal }")?;
    /// let mapping = shop.mapping(Dialect::Sqlite);
    /// assert_eq!(mapping.events["purchases"].key, ["customer_id"]);
    /// # Ok::<(), audience::CompileError>(())
    /// ```
    #[must_use]
    pub fn mapping(&self, dialect: Dialect) -> Mapping {
        Mapping::draft(self.schema(), dialect)
    }

    /// The query that lists the rows of a database that break the data contract: `table`, `key`, `column` and `problem` of each.
    ///
    /// It is the check that loading makes in process, and segments as SQL answer faithfully on data that pass it. It looks at all columns of the mapping: for
    /// nulls in what is required, words that an enumeration does not have, keys or sequences that are there twice, numbers that are not finite, decimals with more
    /// digits than four, days and instants outside of the years 0001 to 9999, blank text where the role is `filled`, text that is too long or has
    /// U+0000, URLs of another scheme than http, https, mailto and tel, which may be one of the application's own, and items of lists that are not there; in SQLite also at how values are stored. A row without its
    /// customer is in itself no breach: nobody asks for it. Columns of folded text and of points in samples are not looked at, nor is the table of [`Mapping::changed`].
    ///
    /// # Errors
    ///
    /// When the mapping is not of the schema.
    ///
    /// ```
    /// # use audience::{Definitions, sql::Dialect};
    /// let shop = Definitions::parse(r#"customer { id: string key, level: ("gold" | "silver") }"#)?;
    /// let query = shop.contract_sql(Dialect::PostgreSql, &shop.mapping(Dialect::PostgreSql))?;
    /// assert_eq!(query.columns(), ["table", "key", "column", "problem"]);
    /// assert!(query.to_string().contains("NOT IN ('gold', 'silver')"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn contract_sql(&self, dialect: Dialect, mapping: &Mapping) -> Result<Query, SqlError> {
        contract(&self.inner.module, dialect, mapping)
    }
}

impl Inner {
    fn query(&self, asked: Asked<'_>, target: Target<'_>, at: &At) -> Result<Query, SqlError> {
        translate(&self.module, &self.sources, asked, target, at)
    }
}

impl Segment {
    /// The query that gives the keys of the customers who belong to this segment at `at`.
    ///
    /// `now`, windows, periods and the zone are worked out here, so that the query has constants in their place; the clock, the zone and the collation of
    /// the session do not matter. Who belongs is the same as [`matches`](Self::matches) tells.
    ///
    /// # Errors
    ///
    /// When the mapping is not of the schema, or with a diagnostic for each part of the rule that the engine cannot answer faithfully.
    ///
    /// ```
    /// # use audience::{Definitions, Zone, sql::Dialect};
    /// let shop = Definitions::parse("customer { id: string key, orders: int }  segment loyal = orders >= 10")?;
    /// let at = shop.at("2026-06-01T00:00:00Z".parse()?, &Zone::UTC);
    /// let query = shop.segment("loyal")?.to_sql(Dialect::DuckDb, &shop.mapping(Dialect::DuckDb), &at)?;
    /// assert!(query.to_string().contains(r#""orders" >= 10"#));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn to_sql(&self, dialect: Dialect, mapping: &Mapping, at: &At) -> Result<Query, SqlError> {
        self.to_sql_with(dialect, mapping, at, Strictness::Exact)
    }

    /// The same query; with [`Strictness::Approximate`] also where the engine has only what is nearly the same: [`Query::approximate`] tells what that is, and
    /// how it may differ.
    ///
    /// # Errors
    ///
    /// As [`to_sql`](Self::to_sql), but for what is allowed.
    ///
    /// ```
    /// # use audience::{Definitions, Zone, sql::{Dialect, Strictness}};
    /// let shop = Definitions::parse(r#"customer { id: string key, sku: string }  segment odd = sku matches "^x\\d+$""#)?;
    /// let at = shop.at("2026-06-01T00:00:00Z".parse()?, &Zone::UTC);
    /// let mapping = shop.mapping(Dialect::DuckDb);
    /// let query = shop.segment("odd")?.to_sql_with(Dialect::DuckDb, &mapping, &at, Strictness::Approximate)?;
    /// assert!(query.to_string().contains("REGEXP_MATCHES("));
    /// assert_eq!(query.approximate().len(), 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn to_sql_with(
        &self,
        dialect: Dialect,
        mapping: &Mapping,
        at: &At,
        strictness: Strictness,
    ) -> Result<Query, SqlError> {
        let target = Target {
            dialect,
            mapping,
            strictness,
        };
        self.inner.query(Asked::Segment(self.index), target, at)
    }
}

impl Segments {
    /// The query that gives for each customer the key and a column of bools for each of these segments.
    ///
    /// What is counted or summed up of the events of a type is worked out in one pass for all of them; the first, the last and the most frequent
    /// value, and sequences, in one of their own.
    ///
    /// # Errors
    ///
    /// As [`Segment::to_sql`], with what is refused in any of them.
    ///
    /// ```
    /// # use audience::{Definitions, Zone, sql::Dialect};
    /// let shop = Definitions::parse(
    ///     "customer { id: string key, orders: int }  segment loyal = orders >= 10  segment new = orders = 1",
    /// )?;
    /// let at = shop.at("2026-06-01T00:00:00Z".parse()?, &Zone::UTC);
    /// let query = shop.segments().to_sql(Dialect::Sqlite, &shop.mapping(Dialect::Sqlite), &at)?;
    /// assert_eq!(query.columns(), ["id", "loyal", "new"]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn to_sql(&self, dialect: Dialect, mapping: &Mapping, at: &At) -> Result<Query, SqlError> {
        self.to_sql_with(dialect, mapping, at, Strictness::Exact)
    }

    /// The same query; with [`Strictness::Approximate`] also where the engine has only what is nearly the same: [`Query::approximate`] tells what that is, and
    /// how it may differ.
    ///
    /// # Errors
    ///
    /// As [`to_sql`](Self::to_sql), but for what is allowed.
    ///
    /// ```
    /// # use audience::{Definitions, Zone, sql::{Dialect, Strictness}};
    /// let shop = Definitions::parse(
    ///     r#"customer { id: string key, sku: string }  segment odd = lower(sku) = "x1"  segment even = sku = "x2""#,
    /// )?;
    /// let at = shop.at("2026-06-01T00:00:00Z".parse()?, &Zone::UTC);
    /// let query = shop.segments().to_sql_with(Dialect::Sqlite, &shop.mapping(Dialect::Sqlite), &at, Strictness::Approximate)?;
    /// assert_eq!(query.approximate()[0].labels[0].text, "letters beyond ASCII stay as they are");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn to_sql_with(
        &self,
        dialect: Dialect,
        mapping: &Mapping,
        at: &At,
        strictness: Strictness,
    ) -> Result<Query, SqlError> {
        let target = Target {
            dialect,
            mapping,
            strictness,
        };
        self.inner
            .query(Asked::Segments(&self.selection.order, None), target, at)
    }

    /// The same of those customers alone for whom an answer may be another one than at `since`: the rest belongs where it belonged then.
    ///
    /// Those are whose data have changed, as the table says that [`Mapping::changed`] names, and for whom a moment has passed that a rule compares with the
    /// clock: an event that left its window, a date that has come. The query finds them by such moments between the two instants, in the columns that have
    /// them, and reads of other tables only what is theirs. A rule that reads the clock in another way, such as `years_since(born) >= 18` or an anniversary, or a function that is not
    /// [pure](crate::HostFunction::is_pure), may give another answer for anyone, so that everyone is asked: [`Query::everyone`] tells where. Who is new since then has to be among those whose data have changed.
    /// Definitions, population, zone and catalogues have to be the same as they were at `since`. Answers are exact: there is no [`Strictness`] here.
    ///
    /// # Errors
    ///
    /// As [`Segment::to_sql`].
    ///
    /// ```
    /// # use audience::{Definitions, Zone, sql::{Dialect, Table}};
    /// let shop = Definitions::parse(
    ///     "customer { id: string key }  event purchases { amount: decimal }  segment recent = any purchases in last 30 days",
    /// )?;
    /// let mut mapping = shop.mapping(Dialect::PostgreSql);
    /// mapping.changed = Some(serde_json::from_str::<Table>(r#"{"table": "changed_customers", "key": ["customer_id"]}"#)?);
    /// let at = shop.at("2026-06-01T00:00:00Z".parse()?, &Zone::UTC);
    /// let query = shop.segments().to_sql_since(Dialect::PostgreSql, &mapping, "2026-05-31T00:00:00Z".parse()?, &at)?;
    /// assert!(query.everyone().is_empty() && query.to_string().contains("changed_customers"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn to_sql_since(
        &self,
        dialect: Dialect,
        mapping: &Mapping,
        since: DateTime,
        at: &At,
    ) -> Result<Query, SqlError> {
        let asked = Asked::Segments(&self.selection.order, Some(since));
        let target = Target {
            dialect,
            mapping,
            strictness: Strictness::Exact,
        };
        self.inner.query(asked, target, at)
    }
}

impl Computed {
    /// The query that gives for each customer the key and the value of this trait, null where it is missing.
    ///
    /// Decimals come as counts of 1/10000, datetimes as microseconds since 1970, durations in microseconds, dates as days since 1970-01-01. A trait that is a place is
    /// refused.
    ///
    /// # Errors
    ///
    /// As [`Segment::to_sql`].
    ///
    /// ```
    /// # use audience::{Definitions, Zone, sql::Dialect};
    /// let shop = Definitions::parse("customer { id: string key, spent: decimal, orders: int }  trait basket = spent / orders")?;
    /// let at = shop.at("2026-06-01T00:00:00Z".parse()?, &Zone::UTC);
    /// let query = shop.computed("basket")?.to_sql(Dialect::PostgreSql, &shop.mapping(Dialect::PostgreSql), &at)?;
    /// assert_eq!(query.columns(), ["id", "basket"]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn to_sql(&self, dialect: Dialect, mapping: &Mapping, at: &At) -> Result<Query, SqlError> {
        self.to_sql_with(dialect, mapping, at, Strictness::Exact)
    }

    /// The same query; with [`Strictness::Approximate`] also where the engine has only what is nearly the same: [`Query::approximate`] tells what that is, and
    /// how it may differ.
    ///
    /// # Errors
    ///
    /// As [`to_sql`](Self::to_sql), but for what is allowed.
    ///
    /// ```
    /// # use audience::{Definitions, Zone, sql::{Dialect, Strictness}};
    /// let shop = Definitions::parse("customer { id: string key }  event visits { minutes: float }  trait spent = sum(minutes of visits)")?;
    /// let at = shop.at("2026-06-01T00:00:00Z".parse()?, &Zone::UTC);
    /// let (spent, mapping) = (shop.computed("spent")?, shop.mapping(Dialect::Sqlite));
    /// assert!(spent.to_sql(Dialect::Sqlite, &mapping, &at).is_err());
    /// assert!(spent.to_sql_with(Dialect::Sqlite, &mapping, &at, Strictness::Approximate).is_ok());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn to_sql_with(
        &self,
        dialect: Dialect,
        mapping: &Mapping,
        at: &At,
        strictness: Strictness,
    ) -> Result<Query, SqlError> {
        let target = Target {
            dialect,
            mapping,
            strictness,
        };
        self.inner.query(Asked::Trait(self.index), target, at)
    }
}
