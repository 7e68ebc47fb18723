//! What was decided: the only way to a message that is sent.

use std::{fmt, sync::Arc};

use crate::{
    campaign::{CodeError, CodeRequest, Codes},
    definitions::{Inner, Message, Parts},
    error::LimitError,
    eval::{At, Machine},
    hir::{self, Channel},
    message::Compiled,
    record::{Binding, BoundRow, Customer, Record, Row},
    template::{Given, InputError, Inputs, Placements, Rendered},
    value::{Type, Value, ValueRef, text},
};

/// A message for a customer, by a channel that she has agreed to and may be used now.
///
/// Only [`Campaign::decide`](crate::Campaign::decide) makes one, and it is good for that customer at that moment: so nothing
/// can be rendered for sending without a decision.
///
/// # Example
///
/// ```
/// # use audience::{Decision, Definitions, Zone};
/// # let shop = Definitions::parse(r#"
/// #     customer { id: string key, phone: string personal, agreed: bool }
/// #     channel sms { address phone  consent agreed }
/// #     message hi { channel sms, text "Hi!" }
/// #     campaign greeting { send hi }
/// # "#)?;
/// # let at = shop.at("2026-06-01T09:00:00Z".parse()?, &Zone::UTC);
/// # let ana = shop.customer_from_json(r#"{"id": "ana", "phone": "+34 600 000 000", "agreed": true}"#)?;
/// let greeting = shop.campaign("greeting")?;
/// let Decision::Send(choice) = greeting.decide(&ana, &at) else { panic!("she agreed") };
/// assert_eq!((choice.campaign(), choice.message(), choice.channel().as_str()), ("greeting", "hi", "sms"));
/// assert_eq!(choice.address().as_deref(), Some("+34 600 000 000"));
/// assert_eq!((choice.variant(), choice.offer()), (None, None));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Choice<'a, R = Customer> {
    inner: &'a Arc<Inner>,
    binding: Option<&'a Binding>,
    customer: &'a R,
    at: &'a At,
    /// The positions of the campaign, of the send in it and of the variant in that.
    path: [usize; 3],
}

/// Why the inputs of a chosen message cannot be gathered.
///
/// ```
/// # use audience::{CodePool, Decision, Definitions, Zone};
/// # let shop = Definitions::parse(r#"
/// #     customer { id: string key, agreed: bool }
/// #     channel web { consent agreed }
/// #     offer birthday { code: unique code }
/// #     message wishes { channel web, inputs { code: string, name: string }, body "{{ name }}: {{ code }}" }
/// #     campaign birthdays { send wishes with birthday }
/// # "#)?;
/// # let at = shop.at("2026-06-01T09:00:00Z".parse()?, &Zone::UTC);
/// # let ana = shop.customer_from_json(r#"{"id": "ana", "agreed": true}"#)?;
/// let birthdays = shop.campaign("birthdays")?;
/// let Decision::Send(choice) = birthdays.decide(&ana, &at) else { panic!("she agreed") };
/// let error = choice.inputs([("name", "Ana")]).unwrap_err();
/// assert_eq!(error.to_string(), "the offer `birthday` has a unique code, and there is nothing to take it from");
/// let codes = CodePool::new([("birthday", ["B-1"])]);
/// let error = choice.inputs_with_codes([("nam", "Ana")], "2026", &codes).unwrap_err();
/// assert!(error.to_string().starts_with("unknown input `nam`; did you mean `name`?"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ChoiceError {
    /// What the host passes does not serve.
    #[error(transparent)]
    Inputs(#[from] InputError),
    /// The offer has a code, and no code could be had.
    #[error(transparent)]
    Code(#[from] CodeError),
    /// The offer has a unique code: ask with [`Choice::inputs_with_codes`].
    #[error("the offer `{0}` has a unique code, and there is nothing to take it from")]
    NeedsCode(String),
}

impl<'a, R> Choice<'a, R> {
    pub(super) fn new(
        inner: &'a Arc<Inner>,
        binding: Option<&'a Binding>,
        customer: &'a R,
        at: &'a At,
        path: [usize; 3],
    ) -> Self {
        Self {
            inner,
            binding,
            customer,
            at,
            path,
        }
    }

    pub(super) fn definition(&self) -> &'a hir::Campaign {
        &self.inner.module.campaigns.all[self.path[0]]
    }

    pub(super) fn variant_definition(&self) -> &'a hir::Variant {
        &self.definition().sends[self.path[1]].variants[self.path[2]]
    }

    fn compiled(&self) -> &'a Compiled {
        &self.inner.messages[self.variant_definition().message]
    }

    /// The name of the campaign.
    #[must_use]
    pub fn campaign(&self) -> &'a str {
        &self.definition().name
    }

    /// The name of the message.
    #[must_use]
    pub fn message(&self) -> &'a str {
        &self.compiled().message.name
    }

    /// The channel that it takes.
    #[must_use]
    pub fn channel(&self) -> Channel {
        self.compiled().message.channel
    }

    /// The name of the variant, where there are several: the message's, unless it has one of its own.
    #[must_use]
    pub fn variant(&self) -> Option<&'a str> {
        self.variant_definition().name.as_deref()
    }

    /// The name of the offer that comes with it.
    #[must_use]
    pub fn offer(&self) -> Option<&'a str> {
        Some(&self.offer_definition()?.name)
    }

    /// The customer.
    #[must_use]
    pub fn customer(&self) -> &'a R {
        self.customer
    }

    /// The moment that it was decided for.
    #[must_use]
    pub fn at(&self) -> &'a At {
        self.at
    }

    fn offer_definition(&self) -> Option<&'a hir::Offer> {
        let offered = self.variant_definition().offer.as_ref()?;
        Some(&self.inner.module.campaigns.offers[offered.offer])
    }

    /// The value of a planned node, as text of its own.
    fn address_of(&self, row: impl Row<'a>) -> Option<String> {
        let channel = self.channel();
        let rules = self.inner.module.campaigns.channels.iter();
        let index = rules.into_iter().position(|it| it.channel == channel)?;
        let node = self.inner.planned.campaigns.channels[index].address?;
        match Machine::new(&self.inner.planned.program, row, self.at).value(node)? {
            ValueRef::Text(address) => Some(address.to_owned()),
            _ => None,
        }
    }

    /// The customer's key, as text.
    fn key(&self, row: impl Row<'a>) -> String {
        let shape = &self.inner.shape;
        match shape.customer.slots[shape.key as usize].ty {
            Type::Int => row.int(shape.key).map(|it| it.to_string()),
            _ => row.text(shape.key).map(str::to_owned),
        }
        .unwrap_or_default()
    }

    /// The terms of the offer that the message shows, with the names of its inputs.
    fn terms(
        &self,
        row: impl Row<'a>,
        codes: Option<(&dyn Codes, &str)>,
    ) -> Result<Vec<(Arc<str>, Value)>, ChoiceError> {
        let (Some(offered), Some(offer)) = (&self.variant_definition().offer, self.offer_definition()) else {
            return Ok(Vec::new());
        };
        let nodes = &self.inner.planned.campaigns.offers[offered.offer].terms;
        let mut machine = Machine::new(&self.inner.planned.program, row, self.at);
        let mut terms = Vec::with_capacity(offered.inputs.len());
        for (input, term) in &offered.inputs {
            let name = &self.compiled().message.inputs[*input].name;
            let value = if let Some(node) = nodes[*term] {
                let value = machine.value(node);
                // A text that is blank is as good as none, and the message asks for none where there may be such.
                let is_blank = |it: &ValueRef<'_>| matches!(it, ValueRef::Text(text) if !text::filled(text));
                value.filter(|it| !is_blank(it)).map(ValueRef::to_owned)
            } else {
                let Some((codes, occasion)) = codes else {
                    return Err(ChoiceError::NeedsCode(offer.name.to_string()));
                };
                let request = CodeRequest {
                    offer: &offer.name,
                    customer: &self.key(row),
                    occasion,
                };
                Some(Value::Text(codes.code(request)?))
            };
            terms.extend(value.map(|it| (Arc::clone(name), it)));
        }
        Ok(terms)
    }

    fn gather<N: AsRef<str>, V: Into<Value>>(
        &self,
        row: impl Row<'a>,
        values: impl IntoIterator<Item = (N, V)>,
        codes: Option<(&dyn Codes, &str)>,
    ) -> Result<Inputs, ChoiceError> {
        let given = values
            .into_iter()
            .map(|(name, value)| (Arc::<str>::from(name.as_ref()), value.into()));
        let mut all: Vec<_> = given.collect();
        all.extend(self.terms(row, codes)?);
        Ok(Inputs::new(&self.compiled().inputs, all)?)
    }
}

impl Choice<'_> {
    /// Where the message goes: the channel's address for this customer.
    #[must_use]
    pub fn address(&self) -> Option<String> {
        self.address_of(self.customer)
    }

    /// The inputs of the message: what the host passes, and the terms of the offer under the names that the message has for
    /// them.
    ///
    /// # Errors
    ///
    /// A value that is missing, unknown or of another type; an offer with a unique code.
    ///
    /// ```
    /// # use audience::{Decision, Definitions, Parts, Placements, Zone};
    /// let shop = Definitions::parse(r#"
    ///     customer { id: string key, agreed: bool, orders: int }
    ///     channel web { consent agreed }
    ///     offer loyalty for orders > 0 { percent: case when orders >= 10 then 15 else 5 end }
    ///     message thanks { channel web, inputs { percent: int }, body "{{ percent }} % for you" }
    ///     campaign thank_you { send thanks with loyalty }
    /// "#)?;
    /// let at = shop.at("2026-06-01T09:00:00Z".parse()?, &Zone::UTC);
    /// let ana = shop.customer_from_json(r#"{"id": "ana", "agreed": true, "orders": 12}"#)?;
    /// let campaign = shop.campaign("thank_you")?;
    /// let Decision::Send(choice) = campaign.decide(&ana, &at) else { panic!("she agreed") };
    /// let mut parts = Parts::new();
    /// choice.render_into(&choice.inputs([("", ""); 0])?, &Placements::new(), &mut parts)?;
    /// assert_eq!(parts.part("body"), Some("15 % for you"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn inputs<N: AsRef<str>, V: Into<Value>>(
        &self,
        values: impl IntoIterator<Item = (N, V)>,
    ) -> Result<Inputs, ChoiceError> {
        self.gather(self.customer, values, None)
    }

    /// The inputs of the message, with the unique code of its offer. `occasion` is what the host calls this very message: asked
    /// for it again, [`Codes`] gives the same code.
    ///
    /// # Errors
    ///
    /// A value that is missing, unknown or of another type; no code is left.
    ///
    /// ```
    /// # use audience::{CodePool, Decision, Definitions, Zone};
    /// let shop = Definitions::parse(r#"
    ///     customer { id: string key, agreed: bool }
    ///     channel web { consent agreed }
    ///     offer birthday { code: unique code }
    ///     message wishes { channel web, inputs { code: string }, body "A present: {{ code }}" }
    ///     campaign birthdays { send wishes with birthday }
    /// "#)?;
    /// let at = shop.at("2026-06-01T09:00:00Z".parse()?, &Zone::UTC);
    /// let ana = shop.customer_from_json(r#"{"id": "ana", "agreed": true}"#)?;
    /// let campaign = shop.campaign("birthdays")?;
    /// let Decision::Send(choice) = campaign.decide(&ana, &at) else { panic!("she agreed") };
    /// let codes = CodePool::new([("birthday", ["B-1"])]);
    /// let inputs = choice.inputs_with_codes([("", ""); 0], "birthdays/2026", &codes)?;
    /// assert_eq!(inputs.get("code").map(|it| it.to_string()), Some("B-1".to_owned()));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn inputs_with_codes<N: AsRef<str>, V: Into<Value>>(
        &self,
        values: impl IntoIterator<Item = (N, V)>,
        occasion: &str,
        codes: &dyn Codes,
    ) -> Result<Inputs, ChoiceError> {
        self.gather(self.customer, values, Some((codes, occasion)))
    }

    /// Renders all parts of the message for sending, as [`Message::render_into`](crate::Message::render_into) does.
    ///
    /// The message may still skip this customer, with a `skip` of its own.
    ///
    /// # Errors
    ///
    /// A limit was reached in a part.
    ///
    /// # Panics
    ///
    /// When the items of a catalogue were loaded for another schema, or the inputs were made for another message.
    pub fn render_into(
        &self,
        inputs: &Inputs,
        placements: &Placements,
        out: &mut Parts,
    ) -> Result<Rendered, LimitError> {
        let message: Message = Message::new(Arc::clone(self.inner), None, self.variant_definition().message);
        assert!(
            message.takes(inputs),
            "these inputs were made for another message"
        );
        let arena = message.arena();
        let given = Given {
            inputs,
            placements,
            at: self.at,
            arena: &arena,
        };
        message.render_decided(self.customer, given, out)
    }
}

impl<'a, R: Record> Choice<'a, R> {
    fn row(&self) -> BoundRow<'a, R> {
        let binding = self
            .binding
            .expect("a choice of records is made by a bound campaign");
        BoundRow::new(self.customer, binding)
    }

    /// Where the message goes: the channel's address for this customer.
    #[must_use]
    pub fn address(&self) -> Option<String> {
        self.address_of(self.row())
    }

    /// The inputs of the message: what the host passes, and the terms of the offer.
    ///
    /// # Errors
    ///
    /// A value that is missing, unknown or of another type; an offer with a unique code.
    pub fn inputs<N: AsRef<str>, V: Into<Value>>(
        &self,
        values: impl IntoIterator<Item = (N, V)>,
    ) -> Result<Inputs, ChoiceError> {
        self.gather(self.row(), values, None)
    }

    /// The inputs of the message, with the unique code of its offer.
    ///
    /// # Errors
    ///
    /// A value that is missing, unknown or of another type; no code is left.
    pub fn inputs_with_codes<N: AsRef<str>, V: Into<Value>>(
        &self,
        values: impl IntoIterator<Item = (N, V)>,
        occasion: &str,
        codes: &dyn Codes,
    ) -> Result<Inputs, ChoiceError> {
        self.gather(self.row(), values, Some((codes, occasion)))
    }

    /// Renders all parts of the message for sending.
    ///
    /// # Errors
    ///
    /// A limit was reached in a part.
    ///
    /// # Panics
    ///
    /// When the items of a catalogue were loaded for another schema, or the inputs were made for another message.
    pub fn render_into(
        &self,
        inputs: &Inputs,
        placements: &Placements,
        out: &mut Parts,
    ) -> Result<Rendered, LimitError> {
        let message: Message<R> =
            Message::new(Arc::clone(self.inner), None, self.variant_definition().message);
        assert!(
            message.takes(inputs),
            "these inputs were made for another message"
        );
        let arena = message.arena();
        let given = Given {
            inputs,
            placements,
            at: self.at,
            arena: &arena,
        };
        message.render_decided(self.row(), given, out)
    }
}

impl<R> Clone for Choice<'_, R> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<R> Copy for Choice<'_, R> {}

/// What was decided, not for whom.
impl<R> fmt::Debug for Choice<'_, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Choice")
            .field("campaign", &self.campaign())
            .field("message", &self.message())
            .field("channel", &self.channel())
            .field("variant", &self.variant())
            .finish_non_exhaustive()
    }
}
