//! All campaigns together, in the order of their priority, with caps shared.

use std::{fmt, marker::PhantomData, sync::Arc};

use super::{Choice, Decision, Summary};
use crate::{
    campaign::{Decider, Outcome, Scratch, Sent},
    definitions::{Inner, SchemaMismatch},
    error::NameError,
    eval::At,
    record::{Binding, BoundRow, Customer, Record, Row},
};

/// All campaigns, decided together: by priority, the greatest first, and those of one priority in the order written.
///
/// What an earlier campaign sends to a customer counts against the caps of the later ones as if it had been delivered. Made by
/// [`Definitions::campaigns`](crate::Definitions::campaigns) and [`Bound::campaigns`](crate::Bound::campaigns); cheap to clone.
///
/// # Example
///
/// ```
/// # use audience::{Definitions, Zone};
/// let shop = Definitions::parse(r#"
///     customer { id: string key, phone: string, agreed: bool }
///     event deliveries { channel: string, message: string, kind: ("sent" | "opened") }
///     channel sms { address phone  consent agreed  at most 1 in 1 day }
///     message hi { channel sms, text "Hi!" }
///     message sale { channel sms, text "Sale!" }
///     campaign greeting { send hi }
///     campaign season { priority 5  send sale }
/// "#)?;
/// let at = shop.at("2026-06-01T09:00:00Z".parse()?, &Zone::UTC);
/// let ana = shop.customer_from_json(r#"{"id": "ana", "phone": "+34 600 000 000", "agreed": true}"#)?;
/// let campaigns = shop.campaigns();
/// let decided: Vec<_> = campaigns.decide(&ana, &at).iter().map(|it| it.to_string()).collect();
/// assert_eq!(decided, ["season: sale by sms", "greeting: cap reached"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Campaigns<R = Customer> {
    pub(super) inner: Arc<Inner>,
    pub(super) binding: Option<Arc<Binding>>,
    /// Their positions among the definitions.
    pub(super) order: Arc<[usize]>,
    record: PhantomData<fn(&R)>,
}

/// What all campaigns do about one customer.
///
/// ```
/// # use audience::{Definitions, Zone};
/// # let shop = Definitions::parse(r#"
/// #     customer { id: string key, agreed: bool }
/// #     channel web { consent agreed }
/// #     message hi { channel web, body "Hi!" }
/// #     campaign greeting { send hi }
/// # "#)?;
/// # let at = shop.at("2026-06-01T09:00:00Z".parse()?, &Zone::UTC);
/// # let ana = shop.customer_from_json(r#"{"id": "ana", "agreed": true}"#)?;
/// let campaigns = shop.campaigns();
/// let decisions = campaigns.decide(&ana, &at);
/// let decided = decisions.iter().next().expect("there is one campaign");
/// assert_eq!(decided.campaign, "greeting");
/// assert!(decided.decision.sends());
/// assert_eq!(decided.to_string(), "greeting: hi by web");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Decisions<'a, R = Customer> {
    campaigns: &'a Campaigns<R>,
    customer: &'a R,
    at: &'a At,
    pub(super) outcomes: Vec<Outcome>,
}

/// What one campaign of several does. `Display` says it in a few words.
#[non_exhaustive]
pub struct Decided<'a, R = Customer> {
    /// The name of the campaign.
    pub campaign: &'a str,
    /// What it does.
    pub decision: Decision<'a, R>,
}

impl<R> Clone for Decided<'_, R> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<R> Copy for Decided<'_, R> {}

/// What was decided, not for whom.
impl<R> fmt::Debug for Decided<'_, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Decided")
            .field("campaign", &self.campaign)
            .field("decision", &self.decision)
            .finish()
    }
}

/// `season: sale by sms`, `greeting: cap reached`.
impl<R> fmt::Display for Decided<'_, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.campaign)?;
        match &self.decision {
            Decision::Hold(hold) => write!(f, "{hold}"),
            Decision::Send(choice) => {
                write!(f, "{} by {}", choice.message(), choice.channel())?;
                match choice.variant() {
                    Some(variant) if variant != choice.message() => write!(f, " ({variant})"),
                    _ => Ok(()),
                }
            }
        }
    }
}

impl<'a, R> Decisions<'a, R> {
    /// The customer.
    #[must_use]
    pub fn customer(&self) -> &'a R {
        self.customer
    }

    /// In the order in which they were decided.
    pub fn iter(&self) -> impl Iterator<Item = Decided<'a, R>> {
        let campaigns = self.campaigns;
        let order = campaigns.order.iter().zip(&self.outcomes);
        order.map(move |(&index, outcome)| {
            let inner = &campaigns.inner;
            let decision = match *outcome {
                Outcome::Hold(hold) => Decision::Hold(hold),
                Outcome::Send(send, variant) => Decision::Send(Choice::new(
                    inner,
                    campaigns.binding.as_deref(),
                    self.customer,
                    self.at,
                    [index, send, variant],
                )),
            };
            Decided {
                campaign: &inner.module.campaigns.all[index].name,
                decision,
            }
        })
    }
}

/// What was decided, not for whom.
impl<R> fmt::Debug for Decisions<'_, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list()
            .entries(self.iter().map(|it| it.to_string()))
            .finish()
    }
}

/// Memory that serves one customer after the other.
#[derive(Debug, Default)]
pub(super) struct Memory {
    answers: Scratch,
    sent: Vec<Sent>,
    outcomes: Vec<Outcome>,
}

impl<R> Campaigns<R> {
    pub(in crate::definitions) fn new(inner: Arc<Inner>, binding: Option<Arc<Binding>>) -> Self {
        let campaigns = &inner.module.campaigns.all;
        let mut order: Vec<_> = inner.campaigns().collect();
        order.sort_by_key(|index| std::cmp::Reverse(campaigns[*index].priority));
        Self {
            order: order.into(),
            inner,
            binding,
            record: PhantomData,
        }
    }

    /// One of them by itself.
    ///
    /// # Errors
    ///
    /// No such campaign, or one that needs a population that was not given.
    ///
    /// ```
    /// # use audience::Definitions;
    /// let shop = Definitions::parse(r#"
    ///     customer { id: string key, agreed: bool }
    ///     channel web { consent agreed }
    ///     message hi { channel web, body "Hi!" }
    ///     campaign a { send hi }
    ///     campaign b { priority 2  send hi }
    /// "#)?;
    /// let campaigns = shop.campaigns();
    /// assert_eq!(campaigns.names().collect::<Vec<_>>(), ["b", "a"]);
    /// assert_eq!(campaigns.only("a")?.names().collect::<Vec<_>>(), ["a"]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn only(&self, name: &str) -> Result<Self, NameError> {
        let index = self.inner.find_campaign(name)?;
        Ok(Self {
            order: [index].into(),
            ..self.clone()
        })
    }

    /// The names of the campaigns in the order in which they are decided.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        let campaigns = &self.inner.module.campaigns.all;
        self.order.iter().map(|index| &*campaigns[*index].name)
    }

    fn outcomes<'a>(&'a self, row: impl Row<'a>, at: &'a At, memory: &mut Memory) {
        let inner = &*self.inner;
        let (module, planned) = (&inner.module, &inner.planned);
        memory.sent.clear();
        memory.outcomes.clear();
        let mut locals = [None];
        let answers = Some(&mut memory.answers);
        let mut decider = Decider::new(module, planned, row, at, &mut locals, answers);
        for &index in &*self.order {
            let outcome = decider.decide(index, &memory.sent);
            memory.outcomes.push(outcome);
            if let Outcome::Send(send, variant) = outcome {
                let variant = &module.campaigns.all[index].sends[send].variants[variant];
                memory.sent.push(Sent {
                    channel: module.messages[variant.message].channel,
                    message: variant.message,
                    offer: variant.offer.as_ref().map(|it| it.offer),
                });
            }
        }
    }

    /// Decides about one customer of many, and gives the memory back.
    pub(super) fn one<'a>(
        &'a self,
        (customer, row): (&'a R, impl Row<'a>),
        at: &'a At,
        memory: &mut Memory,
        summary: &mut Summary,
        sink: impl FnOnce(&Decisions<'a, R>),
    ) {
        self.outcomes(row, at, memory);
        summary.count(&memory.outcomes);
        let decisions = Decisions {
            campaigns: self,
            customer,
            at,
            outcomes: std::mem::take(&mut memory.outcomes),
        };
        sink(&decisions);
        memory.outcomes = decisions.outcomes;
    }

    pub(super) fn summary(&self) -> Summary {
        Summary::of(&self.inner.module, &self.order)
    }
}

impl Campaigns {
    /// Decides all campaigns for a customer.
    ///
    /// # Panics
    ///
    /// When the customer was loaded for another schema.
    #[must_use]
    pub fn decide<'a>(&'a self, customer: &'a Customer, at: &'a At) -> Decisions<'a> {
        assert!(customer.fits(&self.inner.shape), "{SchemaMismatch}");
        let mut memory = Memory::default();
        self.outcomes(customer, at, &mut memory);
        Decisions {
            campaigns: self,
            customer,
            at,
            outcomes: memory.outcomes,
        }
    }

    /// Decides all campaigns for each customer, in the order given, hands what was decided to `sink` and counts it.
    ///
    /// Nothing is written anywhere: what becomes of it is the sink's business, and a sink that does nothing makes it a dry run.
    /// Nothing is allocated per customer.
    ///
    /// # Panics
    ///
    /// When a customer was loaded for another schema.
    ///
    /// ```
    /// # use audience::{Definitions, Zone};
    /// let shop = Definitions::parse(r#"
    ///     customer { id: string key, phone: string, agreed: bool }
    ///     channel sms { address phone  consent agreed }
    ///     message hi { channel sms, text "Hi!" }
    ///     campaign greeting { send hi }
    /// "#)?;
    /// let at = shop.at("2026-06-01T09:00:00Z".parse()?, &Zone::UTC);
    /// let ana = shop.customer_from_json(r#"{"id": "ana", "phone": "+34 600 000 000", "agreed": true}"#)?;
    /// let ben = shop.customer_from_json(r#"{"id": "ben", "phone": "+34 600 000 001", "agreed": false}"#)?;
    /// let dry_run = shop.campaigns().decide_many([&ana, &ben], &at, |_| {});
    /// assert_eq!(dry_run.to_string(), "2 customers\ngreeting: sent hi by sms 1\ngreeting: held, no consent 1\n");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn decide_many<'a>(
        &'a self,
        customers: impl IntoIterator<Item = &'a Customer>,
        at: &'a At,
        mut sink: impl FnMut(&Decisions<'a>),
    ) -> Summary {
        let mut memory = Memory::default();
        let mut summary = self.summary();
        for customer in customers {
            assert!(customer.fits(&self.inner.shape), "{SchemaMismatch}");
            self.one((customer, customer), at, &mut memory, &mut summary, &mut sink);
        }
        summary
    }
}

impl<R: Record> Campaigns<R> {
    /// Decides all campaigns for the customer that this record is.
    #[must_use]
    pub fn decide<'a>(&'a self, record: &'a R, at: &'a At) -> Decisions<'a, R> {
        let mut memory = Memory::default();
        self.outcomes(BoundRow::new(record, self.bound()), at, &mut memory);
        Decisions {
            campaigns: self,
            customer: record,
            at,
            outcomes: memory.outcomes,
        }
    }

    /// Decides all campaigns for each record, as for loaded customers.
    pub fn decide_many<'a>(
        &'a self,
        records: impl IntoIterator<Item = &'a R>,
        at: &'a At,
        mut sink: impl FnMut(&Decisions<'a, R>),
    ) -> Summary {
        let mut memory = Memory::default();
        let mut summary = self.summary();
        for record in records {
            let row = BoundRow::new(record, self.bound());
            self.one((record, row), at, &mut memory, &mut summary, &mut sink);
        }
        summary
    }

    pub(super) fn bound(&self) -> &Binding {
        self.binding
            .as_deref()
            .expect("campaigns of records are made by a bound set of definitions")
    }
}

impl<R> Clone for Campaigns<R> {
    fn clone(&self) -> Self {
        Self {
            inner: Arc::clone(&self.inner),
            binding: self.binding.clone(),
            order: Arc::clone(&self.order),
            record: PhantomData,
        }
    }
}

impl<R> fmt::Debug for Campaigns<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.names()).finish()
    }
}
