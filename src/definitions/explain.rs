//! Segments that say why.

use super::{SchemaMismatch, Segment};
use crate::{
    eval::{
        At,
        explain::{self, ExplainOptions, Explanation, Question},
    },
    record::{BoundRow, Customer, Record, Row},
};

impl Segment {
    /// Tells why `customer` is in this segment at `at`, or why not, and what would turn that. Personal values are hidden.
    ///
    /// Takes its time: the customer is copied, the interpreter answers, and for the smallest change it is asked over again,
    /// at most some hundreds of times.
    ///
    /// # Panics
    ///
    /// When the customer was loaded for another schema, as [`matches`](Self::matches) does.
    ///
    /// # Example
    ///
    /// ```
    /// # use audience::{Definitions, Zone};
    /// let shop = Definitions::parse(
    ///     "customer { id: string key }
    ///      event purchases { amount: decimal }
    ///      segment regular = at least 3 purchases in last 365 days",
    /// )?;
    /// let ana = shop.customer_from_json(
    ///     r#"{"id": "ana", "purchases": [{"at": "2026-03-01T00:00:00Z", "amount": 9}, {"at": "2026-05-01T00:00:00Z", "amount": 5}]}"#,
    /// )?;
    /// let at = shop.at("2026-06-01T00:00:00Z".parse()?, &Zone::UTC);
    /// let explanation = shop.segment("regular")?.explain(&ana, &at);
    /// assert_eq!(
    ///     explanation.reason(),
    ///     "Not in regular because there are 2 purchases in the last 365 days, which is fewer than 3.",
    /// );
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn explain(&self, customer: &Customer, at: &At) -> Explanation {
        self.explain_with(customer, at, &ExplainOptions::default())
    }

    /// Explains as [`explain`](Self::explain) does, with options.
    ///
    /// # Panics
    ///
    /// When the customer was loaded for another schema.
    ///
    /// ```
    /// # use audience::{Definitions, ExplainOptions, Zone};
    /// let shop = Definitions::parse("customer { id: string key, age: int personal }  segment adult = age >= 18")?;
    /// let ana = shop.customer_from_json(r#"{"id": "ana", "age": 17}"#)?;
    /// let at = shop.at("2026-06-01T00:00:00Z".parse()?, &Zone::UTC);
    /// let adult = shop.segment("adult")?;
    /// assert!(!adult.explain(&ana, &at).reason().contains("17"));
    /// let shown = adult.explain_with(&ana, &at, &ExplainOptions::default().show_personal(true));
    /// assert_eq!(shown.reason(), "Not in adult because age is 17, which is less than 18.");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn explain_with(&self, customer: &Customer, at: &At, options: &ExplainOptions) -> Explanation {
        assert!(customer.fits(&self.inner.shape), "{SchemaMismatch}");
        self.explained(customer, at, options)
    }
}

impl<R: Record> Segment<R> {
    /// Tells why `record` is in this segment at `at`, or why not, and what would turn that. Personal values are hidden.
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
    /// let explanation = loyal.explain(&Client { name: "ana".into(), orders: 12 }, &at);
    /// assert_eq!(explanation.reason(), "In loyal because there are 12 orders, which is at least 10.");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn explain(&self, record: &R, at: &At) -> Explanation {
        self.explain_with(record, at, &ExplainOptions::default())
    }

    /// Explains as [`explain`](Self::explain) does, with options.
    #[must_use]
    pub fn explain_with(&self, record: &R, at: &At, options: &ExplainOptions) -> Explanation {
        self.explained(BoundRow::new(record, self.bound()), at, options)
    }
}

impl<R> Segment<R> {
    fn explained<'a>(&self, row: impl Row<'a>, at: &At, options: &ExplainOptions) -> Explanation {
        let question = Question {
            module: &self.inner.module,
            sources: &self.inner.sources,
            segment: self.index,
            at,
            options,
        };
        explain::explain(&question, row)
    }
}
