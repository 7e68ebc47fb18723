//! A message for many customers, one after the other or on all processors.

use std::sync::Arc;

use super::{Message, Parts, SchemaMismatch};
use crate::{
    error::LimitError,
    eval::At,
    record::{BoundRow, Customer, Record},
    template::{Given, Inputs, Placements, Rendered},
};

/// One customer of a batch, with what her message is given.
#[derive(Debug)]
pub struct Recipient<'a, C = Customer> {
    /// Whom the message is for; a record of the application, of a message that reads those.
    pub customer: &'a C,
    /// What the host passes with it.
    pub inputs: &'a Inputs,
    /// What recommenders chose for her.
    pub placements: &'a Placements,
}

impl<C> Clone for Recipient<'_, C> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<C> Copy for Recipient<'_, C> {}

/// What came of one message of a batch.
#[derive(Clone, Debug)]
pub enum Prepared<'p> {
    /// It is there; the buffer is used again for the next one.
    Sent(&'p Parts),
    /// Nothing is sent to this customer, for this reason.
    Skipped(Arc<str>),
}

/// Why one message of a batch could not be rendered. The others are not concerned.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RenderError {
    /// A part went beyond a limit.
    #[error(transparent)]
    Limit(#[from] LimitError),
    /// The customer was loaded for another schema.
    #[error(transparent)]
    Customer(#[from] SchemaMismatch),
    /// The inputs were made for another message.
    #[error("the inputs were made for another message")]
    Inputs,
}

/// How many messages of a batch were rendered.
///
/// ```
/// # use audience::Batch;
/// let batch = Batch::default();
/// assert_eq!(batch.sent + batch.skipped + batch.failed, 0);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Batch {
    /// Messages that are there.
    pub sent: u64,
    /// Customers to whom nothing is sent.
    pub skipped: u64,
    /// Messages that could not be rendered.
    pub failed: u64,
}

impl Batch {
    fn count(&mut self, result: &Result<Prepared<'_>, RenderError>) {
        match result {
            Ok(Prepared::Sent(_)) => self.sent += 1,
            Ok(Prepared::Skipped(_)) => self.skipped += 1,
            Err(_) => self.failed += 1,
        }
    }
}

impl Message {
    /// Renders the message of each recipient, in the order given, and hands it to `sink` at once, on the thread of the caller.
    ///
    /// A recipient whose message cannot be rendered, also because something was made for other definitions, is handed to
    /// `sink` with the error and stops nobody else. One buffer serves all.
    ///
    /// # Panics
    ///
    /// When the items of a catalogue in `at` were loaded for another schema.
    ///
    /// # Example
    ///
    /// ```
    /// # use audience::{Definitions, Inputs, Placements, Prepared, Recipient, Zone};
    /// let shop = Definitions::parse(
    ///     r#"customer { id: string key filled, orders: int }
    ///        segment buyers = orders > 0
    ///        message hi for buyers { channel sms, text "Hi {{ id }}" }"#,
    /// )?;
    /// let at = shop.at("2026-06-01T00:00:00Z".parse()?, &Zone::UTC);
    /// let ana = shop.customer_from_json(r#"{"id": "ana", "orders": 1}"#)?;
    /// let ben = shop.customer_from_json(r#"{"id": "ben", "orders": 0}"#)?;
    /// let (inputs, placements) = (Inputs::default(), Placements::new());
    /// let recipients = [&ana, &ben].map(|customer| Recipient { customer, inputs: &inputs, placements: &placements });
    /// let mut out = Vec::new();
    /// let batch = shop.message("hi")?.render_many(recipients, &at, |recipient, result| {
    ///     let said = match result {
    ///         Ok(Prepared::Sent(parts)) => parts.part("text").unwrap_or_default().to_owned(),
    ///         Ok(Prepared::Skipped(reason)) => format!("skipped: {reason}"),
    ///         Err(error) => error.to_string(),
    ///     };
    ///     out.push((recipient.customer.key().to_string(), said));
    /// });
    /// assert_eq!((batch.sent, batch.skipped, batch.failed), (1, 1, 0));
    /// assert_eq!(out[0], ("ana".to_owned(), "Hi ana".to_owned()));
    /// assert_eq!(out[1].1, "skipped: not in the audience");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn render_many<'c>(
        &self,
        recipients: impl IntoIterator<Item = Recipient<'c>>,
        at: &At,
        mut sink: impl FnMut(&Recipient<'c>, Result<Prepared<'_>, RenderError>),
    ) -> Batch {
        let mut parts = Parts::new();
        let mut batch = Batch::default();
        for recipient in recipients {
            let result = self.prepare(&recipient, at, &mut parts);
            batch.count(&result);
            sink(&recipient, result);
        }
        batch
    }

    fn prepare<'p>(
        &self,
        recipient: &Recipient<'_>,
        at: &At,
        parts: &'p mut Parts,
    ) -> Result<Prepared<'p>, RenderError> {
        if !recipient.customer.fits(&self.inner.shape) {
            return Err(SchemaMismatch.into());
        }
        if !self.takes(recipient.inputs) {
            return Err(RenderError::Inputs);
        }
        let arena = self.arena();
        let given = Given {
            inputs: recipient.inputs,
            placements: recipient.placements,
            at,
            arena: &arena,
        };
        let rendered = self.render(recipient.customer, given, parts)?;
        Ok(prepared(rendered, parts))
    }
}

impl<R: Record> Message<R> {
    /// Renders the message of each record, read in place, as for loaded customers: in the order given, on the thread of the
    /// caller.
    ///
    /// # Panics
    ///
    /// When the items of a catalogue in `at` were loaded for another schema.
    pub fn render_many<'c>(
        &self,
        recipients: impl IntoIterator<Item = Recipient<'c, R>>,
        at: &At,
        mut sink: impl FnMut(&Recipient<'c, R>, Result<Prepared<'_>, RenderError>),
    ) -> Batch
    where
        R: 'c,
    {
        let mut parts = Parts::new();
        let mut batch = Batch::default();
        for recipient in recipients {
            let result = self.prepare(&recipient, at, &mut parts);
            batch.count(&result);
            sink(&recipient, result);
        }
        batch
    }

    fn prepare<'p>(
        &self,
        recipient: &Recipient<'_, R>,
        at: &At,
        parts: &'p mut Parts,
    ) -> Result<Prepared<'p>, RenderError> {
        if !self.takes(recipient.inputs) {
            return Err(RenderError::Inputs);
        }
        let row = BoundRow::new(recipient.customer, self.bound());
        let arena = self.arena();
        let given = Given {
            inputs: recipient.inputs,
            placements: recipient.placements,
            at,
            arena: &arena,
        };
        let rendered = self.render(row, given, parts)?;
        Ok(prepared(rendered, parts))
    }
}

fn prepared(rendered: Rendered, parts: &Parts) -> Prepared<'_> {
    match rendered {
        Rendered::Sent => Prepared::Sent(parts),
        Rendered::Skipped(reason) => Prepared::Skipped(reason),
    }
}

#[cfg(feature = "parallel")]
mod parallel {
    use std::cell::Cell;

    use rayon::prelude::*;

    use super::{At, Batch, Message, Parts, Prepared, Recipient, Record, RenderError};

    thread_local! {
        static IDLE: Cell<Option<Parts>> = const { Cell::new(None) };
    }

    /// Does something with the buffer of this thread, or with a new one where a sink renders in turn.
    fn with_parts(done: impl FnOnce(&mut Parts)) {
        let mut parts = IDLE.try_with(Cell::take).ok().flatten().unwrap_or_default();
        done(&mut parts);
        // When the thread is ending there is nobody to give it to.
        let _ = IDLE.try_with(|idle| idle.set(Some(parts)));
    }

    fn many<C: Sync>(
        recipients: &[Recipient<'_, C>],
        one: impl Fn(&Recipient<'_, C>, &mut Parts, &mut Batch) + Sync,
    ) -> Batch {
        let each = recipients.par_iter().map(|recipient| {
            let mut batch = Batch::default();
            with_parts(|parts| one(recipient, parts, &mut batch));
            batch
        });
        each.reduce(Batch::default, |a, b| Batch {
            sent: a.sent + b.sent,
            skipped: a.skipped + b.skipped,
            failed: a.failed + b.failed,
        })
    }

    impl Message {
        /// Renders the message of each recipient on all processors, with one buffer for each thread, and hands it to `sink`
        /// on the thread that rendered it: in no particular order, and several at a time.
        ///
        /// Otherwise as [`render_many`](Self::render_many). Needs the feature `parallel`.
        ///
        /// # Panics
        ///
        /// When the items of a catalogue in `at` were loaded for another schema.
        pub fn render_many_parallel<S>(&self, recipients: &[Recipient<'_>], at: &At, sink: S) -> Batch
        where
            S: Fn(&Recipient<'_>, Result<Prepared<'_>, RenderError>) + Sync,
        {
            many(recipients, |recipient, parts, batch| {
                let result = self.prepare(recipient, at, parts);
                batch.count(&result);
                sink(recipient, result);
            })
        }
    }

    impl<R: Record + Sync> Message<R> {
        /// Renders the message of each record on all processors, as for loaded customers. Needs the feature `parallel`.
        ///
        /// # Panics
        ///
        /// When the items of a catalogue in `at` were loaded for another schema.
        pub fn render_many_parallel<S>(&self, recipients: &[Recipient<'_, R>], at: &At, sink: S) -> Batch
        where
            S: Fn(&Recipient<'_, R>, Result<Prepared<'_>, RenderError>) + Sync,
        {
            many(recipients, |recipient, parts, batch| {
                let result = self.prepare(recipient, at, parts);
                batch.count(&result);
                sink(recipient, result);
            })
        }
    }
}
