//! Campaigns: who gets which message, by which channel, or why not.

mod all;
#[cfg(feature = "experiment")]
mod assignment;
mod change;
mod choice;
mod explain;
#[cfg(feature = "parallel")]
mod parallel;
mod summary;

pub use all::{Campaigns, Decided, Decisions};
pub use choice::{Choice, ChoiceError};
pub use explain::{DecisionExplanation, DecisionStep, StepKind};
pub use summary::{Summary, SummaryHeld, SummarySent};

use std::{fmt, marker::PhantomData, sync::Arc};

use super::{Inner, SchemaMismatch};
use crate::{
    campaign::{Decider, Hold, Outcome},
    eval::At,
    hir::{self, Channel},
    record::{Binding, BoundRow, Customer, Record, Row},
    requirements::{Gather, Requirements},
};

/// A compiled campaign: for an audience, messages in the order in which they are tried.
///
/// `Campaign` decides for our own [`Customer`] and is made by [`Definitions::campaign`](crate::Definitions::campaign);
/// `Campaign<R>` reads the application's struct `R` in place and is made by [`Bound::campaign`](crate::Bound::campaign).
/// Cheap to clone; it may be used from many threads.
///
/// # Example
///
/// ```
/// # use audience::{Decision, Definitions, Parts, Placements, Zone};
/// let shop = Definitions::parse(r#"
///     customer { id: string key filled, email: string? personal, agreed: bool, orders: int }
///     channel email { address email  consent agreed }
///     segment lapsed = orders > 0
///     message come_back { channel email, inputs { unsubscribe: url }, subject "We miss you", text "{{ id }}: {{ unsubscribe }}" }
///     campaign spring for lapsed { send come_back }
/// "#)?;
/// let spring = shop.campaign("spring")?;
/// let at = shop.at("2026-06-01T09:00:00Z".parse()?, &Zone::UTC);
///
/// let ana = shop.customer_from_json(r#"{"id": "ana", "email": "ana@example.com", "agreed": true, "orders": 3}"#)?;
/// let Decision::Send(choice) = spring.decide(&ana, &at) else { panic!("she agreed") };
/// assert_eq!((choice.message(), choice.channel().as_str()), ("come_back", "email"));
/// let inputs = choice.inputs([("unsubscribe", "https://shop.example/u/1")])?;
/// let mut parts = Parts::new();
/// choice.render_into(&inputs, &Placements::new(), &mut parts)?;
/// assert_eq!(parts.part("subject"), Some("We miss you"));
///
/// let ben = shop.customer_from_json(r#"{"id": "ben", "email": "ben@example.com", "agreed": false, "orders": 3}"#)?;
/// let Decision::Hold(hold) = spring.decide(&ben, &at) else { panic!("he did not") };
/// assert_eq!(hold.to_string(), "no consent");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Campaign<R = Customer> {
    inner: Arc<Inner>,
    binding: Option<Arc<Binding>>,
    index: usize,
    record: PhantomData<fn(&R)>,
}

/// What a campaign does about a customer: it sends her a message, or holds it for a reason.
///
/// ```
/// # use audience::{Decision, Definitions, Zone};
/// # let shop = Definitions::parse(r#"
/// #     customer { id: string key, agreed: bool }
/// #     channel web { consent agreed }
/// #     message hi { channel web, body "Hi!" }
/// #     campaign greeting { send hi }
/// # "#)?;
/// # let at = shop.at("2026-06-01T09:00:00Z".parse()?, &Zone::UTC);
/// # let ana = shop.customer_from_json(r#"{"id": "ana", "agreed": true}"#)?;
/// let greeting = shop.campaign("greeting")?;
/// match greeting.decide(&ana, &at) {
///     Decision::Send(choice) => assert_eq!(choice.message(), "hi"),
///     Decision::Hold(hold) => println!("{hold}"),
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub enum Decision<'a, R = Customer> {
    /// This message, by this channel.
    Send(Choice<'a, R>),
    /// Nothing, for this reason.
    Hold(Hold),
}

impl<R> Clone for Decision<'_, R> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<R> Copy for Decision<'_, R> {}

/// What was decided, not for whom.
impl<R> fmt::Debug for Decision<'_, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Send(choice) => f.debug_tuple("Send").field(choice).finish(),
            Self::Hold(hold) => f.debug_tuple("Hold").field(hold).finish(),
        }
    }
}

impl<R> Campaign<R> {
    pub(super) fn new(inner: Arc<Inner>, binding: Option<Arc<Binding>>, index: usize) -> Self {
        Self {
            inner,
            binding,
            index,
            record: PhantomData,
        }
    }

    pub(super) fn definition(&self) -> &hir::Campaign {
        &self.inner.module.campaigns.all[self.index]
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

    /// The name of the segment that it is for. Without one it is for everyone.
    #[must_use]
    pub fn audience(&self) -> Option<&str> {
        let audience = self.definition().audience?;
        Some(&self.inner.module.segments[audience].name)
    }

    /// Campaigns of a greater priority are decided first.
    #[must_use]
    pub fn priority(&self) -> u64 {
        self.definition().priority
    }

    /// The names of the messages that it may send, in the order written, each once.
    pub fn messages(&self) -> impl Iterator<Item = &str> {
        let all = self.definition().messages();
        let mut names: Vec<&str> = Vec::new();
        for message in all {
            let name = &*self.inner.module.messages[message].name;
            if !names.contains(&name) {
                names.push(name);
            }
        }
        names.into_iter()
    }

    /// The channels that it may use, in the order of the manual.
    pub fn channels(&self) -> impl Iterator<Item = Channel> {
        let messages: Vec<_> = self.definition().messages().collect();
        let channels = Channel::ALL.iter().copied();
        channels.filter(move |channel| {
            let mut messages = messages.iter();
            messages.any(|it| self.inner.module.messages[*it].channel == *channel)
        })
    }

    /// What it reads to decide: its rules, those of its channels and offers. What its messages show is told by
    /// [`Message::requirements`](crate::Message::requirements).
    ///
    /// ```
    /// # use audience::Definitions;
    /// let shop = Definitions::parse(r#"
    ///     customer { id: string key, phone: string, agreed: bool, city: string filled }
    ///     channel sms { address phone  consent agreed }
    ///     message hi { channel sms, text "Hi from {{ city }}!" }
    ///     campaign greeting { send hi }
    /// "#)?;
    /// let needed = shop.campaign("greeting")?.requirements();
    /// assert_eq!(needed.to_string(), "attributes: id (string, key), phone (string), agreed (bool)\n");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn requirements(&self) -> Requirements {
        let mut gather = Gather::new(&self.inner.module);
        gather.campaign(self.index);
        gather.finish()
    }

    fn outcome<'a>(&'a self, row: impl Row<'a>, at: &'a At) -> Outcome {
        let mut locals = [None];
        let inner = &self.inner;
        Decider::new(&inner.module, &inner.planned, row, at, &mut locals, None).decide(self.index, &[])
    }

    /// Whether the campaign is for the customer, whatever is drawn: not suppressed on all of its channels, and in its audience.
    #[cfg(feature = "experiment")]
    fn concerns<'a>(&'a self, row: impl Row<'a>, at: &'a At) -> bool {
        let mut locals = [None];
        let inner = &self.inner;
        let mut decider = Decider::new(&inner.module, &inner.planned, row, at, &mut locals, None);
        decider.concern(self.index).is_ok()
    }

    fn decision<'a>(&'a self, customer: &'a R, at: &'a At, outcome: Outcome) -> Decision<'a, R> {
        match outcome {
            Outcome::Hold(hold) => Decision::Hold(hold),
            Outcome::Send(send, variant) => Decision::Send(Choice::new(
                &self.inner,
                self.binding.as_deref(),
                customer,
                at,
                [self.index, send, variant],
            )),
        }
    }

    fn bound(&self) -> &Binding {
        self.binding
            .as_deref()
            .expect("a campaign of records is made by a bound set of definitions")
    }
}

impl Campaign {
    /// Decides what the customer gets at that moment.
    ///
    /// Never fails and never allocates. It asks in this order, and what says no first is the reason: suppression; the
    /// audience; holdouts; caps of the campaign; which sends concern her; then, of these, the one whose channel comes first,
    /// and as long as one may not be used, the next: consent, address, caps, quiet hours.
    ///
    /// # Panics
    ///
    /// When the customer was loaded for another schema. [`try_decide`](Self::try_decide) returns it instead.
    #[must_use]
    pub fn decide<'a>(&'a self, customer: &'a Customer, at: &'a At) -> Decision<'a> {
        match self.try_decide(customer, at) {
            Ok(decision) => decision,
            Err(mismatch) => panic!("{mismatch}"),
        }
    }

    /// Decides what the customer gets, unless it was loaded for another schema.
    pub fn try_decide<'a>(
        &'a self,
        customer: &'a Customer,
        at: &'a At,
    ) -> Result<Decision<'a>, SchemaMismatch> {
        if !customer.fits(&self.inner.shape) {
            return Err(SchemaMismatch);
        }
        let outcome = self.outcome(customer, at);
        Ok(self.decision(customer, at, outcome))
    }
}

impl<R: Record> Campaign<R> {
    /// Decides what the customer that this record is gets at that moment, as for a [`Customer`].
    ///
    /// ```
    /// # use audience::{Decision, Definitions, Zone};
    /// struct Client { name: String, agreed: bool }
    /// audience::record! { impl Record for Client { id: |c| c.name.as_str(), agreed: |c| c.agreed } }
    ///
    /// let shop = Definitions::parse(r#"
    ///     customer { id: string key, agreed: bool }
    ///     channel web { consent agreed }
    ///     message hi { channel web, body "Hi!" }
    ///     campaign greeting { send hi }
    /// "#)?;
    /// let greeting = shop.bind::<Client>()?.campaign("greeting")?;
    /// let at = shop.at("2026-06-01T09:00:00Z".parse()?, &Zone::UTC);
    /// let ana = Client { name: "ana".into(), agreed: true };
    /// assert!(matches!(greeting.decide(&ana, &at), Decision::Send(choice) if choice.message() == "hi"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn decide<'a>(&'a self, record: &'a R, at: &'a At) -> Decision<'a, R> {
        let outcome = self.outcome(BoundRow::new(record, self.bound()), at);
        self.decision(record, at, outcome)
    }
}

impl<R> Clone for Campaign<R> {
    fn clone(&self) -> Self {
        Self::new(Arc::clone(&self.inner), self.binding.clone(), self.index)
    }
}

impl<R> fmt::Debug for Campaign<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Campaign").field(&self.name()).finish()
    }
}
