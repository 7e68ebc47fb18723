//! Messages: what is said to whom, on which channel.

use std::{fmt, marker::PhantomData, sync::Arc};

use super::{Inner, Parts, SchemaMismatch};
use crate::{
    campaign::{self, Decider},
    diagnostic::Diagnostic,
    error::LimitError,
    eval::{At, Machine, Members},
    hir::{Channel, Form, Languages, Need},
    message::Compiled,
    record::{Binding, BoundRow, Customer, Record, Row},
    requirements::Requirements,
    template::{Given, InputError, Inputs, Lent, Placeholder, Placements, Rendered},
    value::{Value, ValueRef},
};

/// A compiled message: parts such as a subject and a page, for an audience, on a channel.
///
/// `Message` is rendered for our own [`Customer`] and made by [`Definitions::message`](crate::Definitions::message);
/// `Message<R>` reads the application's struct `R` in place and is made by [`Bound::message`](crate::Bound::message).
/// Cheap to clone; it may be used from many threads.
///
/// # Example
///
/// ```
/// # use audience::{Definitions, Parts, Placements, Rendered, Zone};
/// let shop = Definitions::parse(r#"
///     customer { id: string key, first_name: string? filled, orders: int }
///     segment lapsed = orders > 0 and first_name is known
///     message come_back for lapsed "Come back" {
///       channel  email
///       inputs   { coupon: string, unsubscribe: url }
///       subject  "{{ first_name }}, a present is waiting"
///       html     '<p>Use {{ coupon }}.</p><a href="{{ unsubscribe }}">No more of this</a>'
///     }
/// "#)?;
/// let mail = shop.message("come_back")?;
/// let inputs = mail.inputs([("coupon", "TEA"), ("unsubscribe", "https://shop.example/u/1")])?;
/// let at = shop.at("2026-06-01T00:00:00Z".parse()?, &Zone::UTC);
/// let mut parts = Parts::new();
///
/// let ana = shop.customer_from_json(r#"{"id": "ana", "first_name": "Ana", "orders": 3}"#)?;
/// assert_eq!(mail.render_into(&ana, &inputs, &Placements::new(), &at, &mut parts)?, Rendered::Sent);
/// assert_eq!(parts.part("subject"), Some("Ana, a present is waiting"));
///
/// let ben = shop.customer_from_json(r#"{"id": "ben", "orders": 0}"#)?;
/// let rendered = mail.render_into(&ben, &inputs, &Placements::new(), &at, &mut parts)?;
/// assert_eq!(rendered, Rendered::Skipped("not in the audience".into()));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Message<R = Customer> {
    pub(super) inner: Arc<Inner>,
    pub(super) binding: Option<Arc<Binding>>,
    index: usize,
    record: PhantomData<fn(&R)>,
}

impl<R> Message<R> {
    pub(in crate::definitions) fn new(
        inner: Arc<Inner>,
        binding: Option<Arc<Binding>>,
        index: usize,
    ) -> Self {
        Self {
            inner,
            binding,
            index,
            record: PhantomData,
        }
    }

    pub(super) fn compiled(&self) -> &Compiled {
        &self.inner.messages[self.index]
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.compiled().message.name
    }

    /// What it is, for people.
    #[must_use]
    pub fn description(&self) -> Option<&str> {
        self.compiled().message.description.as_deref()
    }

    /// The way it takes.
    #[must_use]
    pub fn channel(&self) -> Channel {
        self.compiled().message.channel
    }

    /// The name of the segment that it is for. Without one it is for everyone.
    #[must_use]
    pub fn audience(&self) -> Option<&str> {
        let audience = self.compiled().message.audience?;
        Some(&self.inner.module.segments[audience].name)
    }

    /// Whether nobody has to have agreed to it, as to a receipt.
    #[must_use]
    pub fn is_transactional(&self) -> bool {
        self.compiled().message.transactional
    }

    /// The languages that it is written in, the one of everyone else first; none when it is written in one only.
    pub fn languages(&self) -> impl Iterator<Item = &str> {
        let languages = self.compiled().message.languages.iter();
        languages.flat_map(|it| &it.tags).map(|tag| &**tag)
    }

    /// What compiles but probably does not say what was meant; spans are those of
    /// [`Definitions::sources`](crate::Definitions::sources).
    #[must_use]
    pub fn warnings(&self) -> &[Diagnostic] {
        &self.compiled().warnings
    }

    /// What it reads: to know whom it is for, in which language, and what it says in all of them.
    ///
    /// ```
    /// # use audience::Definitions;
    /// let shop = Definitions::parse(
    ///     r#"customer { id: string key, born: date?, city: string? filled }
    ///        segment adults = years_since(born) >= 18
    ///        message hi for adults { channel sms, text "Hello {{ city | default: 'you' }}" }"#,
    /// )?;
    /// let needed = shop.message("hi")?.requirements().clone();
    /// assert_eq!(needed.to_string(), "attributes: id (string, key), born (date?), city (string?)\nsegments: adults\ntime: now, zone\n");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn requirements(&self) -> &Requirements {
        &self.compiled().requirements
    }

    /// The places where it differs from customer to customer: of each part its name, its language when it is written in
    /// several, and its places in the order of the text.
    pub fn placeholders(&self) -> impl Iterator<Item = (&str, Option<&str>, &[Placeholder])> {
        let compiled = self.compiled();
        compiled.parts.iter().map(|part| {
            let tag = part
                .language
                .and_then(|it| compiled.message.languages.as_ref()?.tags.get(it));
            (part.rule.name, tag.map(|it| &**it), part.template.placeholders())
        })
    }

    /// Checks values against the inputs that the message declares.
    ///
    /// A text must not be blank. A whole number serves where a decimal or a float is asked for, and text in the form of the
    /// schema's JSON where a date, a datetime or a decimal is.
    ///
    /// # Errors
    ///
    /// Everything that is missing, unknown or of another type, at once.
    pub fn inputs<N: AsRef<str>, V: Into<Value>>(
        &self,
        values: impl IntoIterator<Item = (N, V)>,
    ) -> Result<Inputs, InputError> {
        Inputs::new(&self.compiled().inputs, values)
    }

    /// Whether it compares a customer with others, and there is no population.
    pub(super) fn needs_population(&self) -> bool {
        !self.compiled().ranks().is_empty() && self.inner.module.cuts.is_none()
    }

    pub(in crate::definitions) fn takes(&self, inputs: &Inputs) -> bool {
        inputs.fit(&self.compiled().inputs)
    }

    /// Memory for what all parts make on their way, to be had before the row of the customer.
    pub(in crate::definitions) fn arena(&self) -> Lent {
        let first = self.compiled().parts.first();
        Lent::new(first.map_or(0, |part| part.template.scratch_bytes()))
    }

    /// Renders for a customer who may have it, and skips the others.
    pub(in crate::definitions) fn render<'a, Q: Row<'a>>(
        &'a self,
        customer: Q,
        given: Given<'a>,
        out: &mut Parts,
    ) -> Result<Rendered, LimitError> {
        out.clear();
        let members = self.members(customer, given.at);
        if let Some(reason) = self.forbidden(customer, &members, given.at) {
            return Ok(Rendered::Skipped(reason));
        }
        self.render_parts(customer, &members, given, out)
    }

    /// What all that is asked of one customer finds out about segments.
    fn members<'a, Q: Row<'a>>(&'a self, customer: Q, at: &'a At) -> Members<'a, Q> {
        let planned = &self.inner.planned;
        Members::new(&planned.program, &planned.segments, customer, at)
    }

    /// Why the customer must not get it, whatever it says. What was decided has been asked all that.
    fn forbidden<'a, Q: Row<'a>>(
        &'a self,
        customer: Q,
        members: &Members<'a, Q>,
        at: &'a At,
    ) -> Option<Arc<str>> {
        let compiled = self.compiled();
        let audience = compiled.message.audience;
        if !audience.is_none_or(|it| members.has(u32::try_from(it).unwrap_or(u32::MAX))) {
            return Some(Arc::clone(&compiled.not_in_audience));
        }
        let inner = &*self.inner;
        if inner.module.campaigns.channels.is_empty() {
            return None;
        }
        let mut locals = [None];
        let mut decider = Decider::new(&inner.module, &inner.planned, customer, at, &mut locals, None);
        let reason = decider.forbidden(compiled.message.channel, compiled.message.transactional)?;
        Some(campaign::words_of(reason))
    }

    /// Renders what a campaign has decided to send.
    pub(in crate::definitions) fn render_decided<'a, Q: Row<'a>>(
        &'a self,
        customer: Q,
        given: Given<'a>,
        out: &mut Parts,
    ) -> Result<Rendered, LimitError> {
        out.clear();
        let members = self.members(customer, given.at);
        self.render_parts(customer, &members, given, out)
    }

    /// Renders all parts into what is empty, and leaves it empty where the message is not there.
    fn render_parts<'a, Q: Row<'a>>(
        &'a self,
        customer: Q,
        members: &Members<'a, Q>,
        given: Given<'a>,
        out: &mut Parts,
    ) -> Result<Rendered, LimitError> {
        let rendered = self.parts(customer, members, given, out);
        if !matches!(rendered, Ok(Rendered::Sent)) {
            out.clear();
        }
        rendered
    }

    fn parts<'a, Q: Row<'a>>(
        &'a self,
        customer: Q,
        members: &Members<'a, Q>,
        given: Given<'a>,
        out: &mut Parts,
    ) -> Result<Rendered, LimitError> {
        let compiled = self.compiled();
        let languages = compiled.message.languages.as_ref();
        let language = languages.map(|languages| {
            let chosen = self.language(languages, customer, given);
            out.set_language(Arc::clone(&languages.tags[chosen]));
            chosen
        });
        for part in &compiled.parts {
            if part.language.is_some() && part.language != language {
                continue;
            }
            let buffer = out.buffer();
            let rendered = part.template.render(customer, Some(members), given, buffer)?;
            if let Rendered::Skipped(reason) = rendered {
                return Ok(Rendered::Skipped(reason));
            }
            if part.rule.form == Form::Line {
                out.make_one_line();
            }
            if part.rule.need == Need::Always && out.unended().trim().is_empty() {
                return Ok(Rendered::Skipped(Arc::clone(&part.blank)));
            }
            out.end(part.rule.name);
        }
        #[cfg(feature = "plain-text")]
        if compiled.message.channel == Channel::Email {
            out.add_plain_text();
        }
        Ok(Rendered::Sent)
    }

    /// The language of a customer, or the first.
    fn language<'a, Q: Row<'a>>(&'a self, languages: &Languages, customer: Q, given: Given<'a>) -> usize {
        let planned = &self.inner.planned;
        let Some(node) = planned.languages[self.index] else {
            return 0;
        };
        given.inputs.with_locals(|locals| {
            let mut machine = Machine::with_locals(&planned.program, customer, given.at, locals);
            match machine.value(node) {
                Some(ValueRef::Text(wanted)) => languages.choose(wanted),
                _ => 0,
            }
        })
    }
}

impl Message {
    /// Renders all parts for a customer into `out`, whose old content is dropped and whose memory is used again.
    ///
    /// The message is skipped when the customer is not in its audience, when any of its parts skips, and when a part that its
    /// channel needs comes out blank; `out` is empty then. It is skipped also when the definitions say what its channel asks, and
    /// the channel is suppressed for the customer or she has not agreed to it: to send it, ask a
    /// [`Campaign`](crate::Campaign), which knows of caps and quiet hours too. Nothing is allocated once the buffer has grown to the length of
    /// the messages and a thread has rendered one, but for what is said of an item of a catalogue that is shown for the first time, and
    /// for an e-mail whose text is made from its page (feature `plain-text`).
    ///
    /// # Errors
    ///
    /// A limit was reached in a part, by its own length or its own loops: [`Limits::output_bytes`](crate::Limits::output_bytes)
    /// or [`Limits::iterations`](crate::Limits::iterations); or by all parts together:
    /// [`Limits::scratch_bytes`](crate::Limits::scratch_bytes).
    ///
    /// # Panics
    ///
    /// When the customer or the items of a catalogue were loaded for another schema, or the inputs were made for another
    /// message.
    pub fn render_into(
        &self,
        customer: &Customer,
        inputs: &Inputs,
        placements: &Placements,
        at: &At,
        out: &mut Parts,
    ) -> Result<Rendered, LimitError> {
        assert!(customer.fits(&self.inner.shape), "{SchemaMismatch}");
        assert!(self.takes(inputs), "these inputs were made for another message");
        let arena = self.arena();
        let given = Given {
            inputs,
            placements,
            at,
            arena: &arena,
        };
        self.render(customer, given, out)
    }
}

impl<R: Record> Message<R> {
    /// Renders all parts for a record, read in place; otherwise as for a [`Customer`].
    ///
    /// # Errors
    ///
    /// A limit was reached in a part.
    ///
    /// # Panics
    ///
    /// When the items of a catalogue were loaded for another schema, or the inputs were made for another message.
    ///
    /// # Example
    ///
    /// ```
    /// # use audience::{Definitions, Inputs, Parts, Placements, Zone};
    /// struct Client { name: String }
    /// audience::record! { impl Record for Client { name: |c| c.name.as_str() } }
    ///
    /// let shop = Definitions::parse(
    ///     r#"customer { name: string key }  message hi { channel sms, text "Hi {{ name | default: 'you' }}!" }"#,
    /// )?;
    /// let at = shop.at("2026-06-01T00:00:00Z".parse()?, &Zone::UTC);
    /// let hi = shop.bind::<Client>()?.message("hi")?;
    /// let mut parts = Parts::new();
    /// hi.render_into(&Client { name: "Ana".into() }, &Inputs::default(), &Placements::new(), &at, &mut parts)?;
    /// assert_eq!(parts.part("text"), Some("Hi Ana!"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn render_into(
        &self,
        record: &R,
        inputs: &Inputs,
        placements: &Placements,
        at: &At,
        out: &mut Parts,
    ) -> Result<Rendered, LimitError> {
        assert!(self.takes(inputs), "these inputs were made for another message");
        let arena = self.arena();
        let row = BoundRow::new(record, self.bound());
        let given = Given {
            inputs,
            placements,
            at,
            arena: &arena,
        };
        self.render(row, given, out)
    }

    pub(super) fn bound(&self) -> &Binding {
        self.binding
            .as_deref()
            .expect("a message of records is made by a bound set of definitions")
    }
}

impl<R> Clone for Message<R> {
    fn clone(&self) -> Self {
        Self::new(Arc::clone(&self.inner), self.binding.clone(), self.index)
    }
}

impl<R> fmt::Debug for Message<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Message").field(&self.name()).finish()
    }
}
