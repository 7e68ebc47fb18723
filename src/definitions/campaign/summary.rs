//! How many got what, and how many nothing, and why.

use std::{fmt, sync::Arc};

use serde::Serialize;

use crate::{
    campaign::{HoldReason, Outcome},
    hir::{Channel, Module},
};

/// What was decided for many customers, counted.
///
/// ```
/// # use audience::{Definitions, Zone};
/// let shop = Definitions::parse(r#"
///     customer { id: string key, agreed: bool }
///     channel web { consent agreed }
///     message hi { channel web, body "Hi!" }
///     campaign greeting { send hi }
/// "#)?;
/// let at = shop.at("2026-06-01T09:00:00Z".parse()?, &Zone::UTC);
/// let ana = shop.customer_from_json(r#"{"id": "ana", "agreed": true}"#)?;
/// let summary = shop.campaigns().decide_many([&ana], &at, |_| {});
/// let sent = summary.sent().next().unwrap();
/// assert_eq!((sent.campaign, sent.message, sent.channel.as_str(), sent.count), ("greeting", "hi", "web", 1));
/// assert_eq!(summary.held().count(), 0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Summary {
    customers: u64,
    /// In the order in which they are decided.
    campaigns: Vec<Counts>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Counts {
    name: Arc<str>,
    sent: Vec<SentCount>,
    /// Where in `sent` the variants of each send begin.
    starts: Vec<usize>,
    /// By the order of [`HoldReason::ALL`].
    held: [u64; HoldReason::ALL.len()],
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct SentCount {
    message: Arc<str>,
    channel: Channel,
    variant: Option<Arc<str>>,
    count: u64,
}

/// How often a campaign sends a message. See [`Summary`] for an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct SummarySent<'s> {
    /// The name of the campaign.
    pub campaign: &'s str,
    /// The name of the message.
    pub message: &'s str,
    /// Its channel.
    pub channel: Channel,
    /// The name of the variant, where there are several.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub variant: Option<&'s str>,
    /// Customers.
    pub count: u64,
}

/// How often a campaign sends nothing for a reason.
///
/// ```
/// # use audience::{Definitions, HoldReason, Zone};
/// # let shop = Definitions::parse(r#"
/// #     customer { id: string key, agreed: bool }
/// #     channel web { consent agreed }
/// #     message hi { channel web, body "Hi!" }
/// #     campaign greeting { send hi }
/// # "#)?;
/// # let at = shop.at("2026-06-01T09:00:00Z".parse()?, &Zone::UTC);
/// # let ana = shop.customer_from_json(r#"{"id": "ana", "agreed": false}"#)?;
/// let summary = shop.campaigns().decide_many([&ana], &at, |_| {});
/// let held = summary.held().next().expect("she did not agree");
/// assert_eq!((held.campaign, held.reason, held.count), ("greeting", HoldReason::NoConsent, 1));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct SummaryHeld<'s> {
    /// The name of the campaign.
    pub campaign: &'s str,
    /// Why.
    pub reason: HoldReason,
    /// Customers.
    pub count: u64,
}

impl Summary {
    /// Nothing decided yet.
    pub(super) fn of(module: &Module, order: &[usize]) -> Self {
        let campaigns = order.iter().map(|index| {
            let campaign = &module.campaigns.all[*index];
            let mut sent = Vec::new();
            let mut starts = Vec::new();
            for send in &campaign.sends {
                starts.push(sent.len());
                sent.extend(send.variants.iter().map(|variant| {
                    let message = &module.messages[variant.message];
                    SentCount {
                        message: Arc::clone(&message.name),
                        channel: message.channel,
                        variant: variant.name.clone(),
                        count: 0,
                    }
                }));
            }
            Counts {
                name: Arc::clone(&campaign.name),
                sent,
                starts,
                held: [0; HoldReason::ALL.len()],
            }
        });
        Self {
            customers: 0,
            campaigns: campaigns.collect(),
        }
    }

    /// Counts what was decided for one more customer.
    pub(super) fn count(&mut self, outcomes: &[Outcome]) {
        self.customers += 1;
        for (counts, outcome) in self.campaigns.iter_mut().zip(outcomes) {
            match outcome {
                Outcome::Send(send, variant) => counts.sent[counts.starts[*send] + variant].count += 1,
                Outcome::Hold(hold) => counts.held[hold.reason() as usize] += 1,
            }
        }
    }

    /// Adds what was decided for other customers by the same campaigns.
    ///
    /// ```
    /// # use audience::{Definitions, Zone};
    /// let shop = Definitions::parse(r#"
    ///     customer { id: string key, agreed: bool }
    ///     channel web { consent agreed }
    ///     message hi { channel web, body "Hi!" }
    ///     campaign greeting { send hi }
    /// "#)?;
    /// let at = shop.at("2026-06-01T09:00:00Z".parse()?, &Zone::UTC);
    /// let [ana, ben] = [true, false].map(|agreed| shop.customer_from_json(format!(r#"{{"id": "x", "agreed": {agreed}}}"#)));
    /// let campaigns = shop.campaigns();
    /// let mut summary = campaigns.decide_many([&ana?], &at, |_| {});
    /// summary.add(&campaigns.decide_many([&ben?], &at, |_| {}));
    /// assert_eq!(summary.to_string(), "2 customers\ngreeting: sent hi by web 1\ngreeting: held, no consent 1\n");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Panics
    ///
    /// When it is about other campaigns.
    pub fn add(&mut self, other: &Self) {
        self.customers += other.customers;
        assert_eq!(self.campaigns.len(), other.campaigns.len(), "of other campaigns");
        for (counts, more) in self.campaigns.iter_mut().zip(&other.campaigns) {
            let same = counts.name == more.name
                && counts.starts == more.starts
                && counts.sent.len() == more.sent.len();
            assert!(same, "of other campaigns");
            for (sent, more) in counts.sent.iter_mut().zip(&more.sent) {
                sent.count += more.count;
            }
            for (held, more) in counts.held.iter_mut().zip(more.held) {
                *held += more;
            }
        }
    }

    /// How many customers there were.
    #[must_use]
    pub fn customers(&self) -> u64 {
        self.customers
    }

    /// What is sent and how often, without what nobody gets: in the order in which campaigns are decided, and as written.
    pub fn sent(&self) -> impl Iterator<Item = SummarySent<'_>> {
        let each = self.campaigns.iter().flat_map(|campaign| {
            campaign.sent.iter().map(|it| SummarySent {
                campaign: &campaign.name,
                message: &it.message,
                channel: it.channel,
                variant: it.variant.as_deref(),
                count: it.count,
            })
        });
        each.filter(|it| it.count > 0)
    }

    /// Why nothing is sent and how often, without reasons that nobody meets.
    pub fn held(&self) -> impl Iterator<Item = SummaryHeld<'_>> {
        let each = self.campaigns.iter().flat_map(|campaign| {
            let reasons = HoldReason::ALL.iter().zip(campaign.held);
            reasons.map(|(reason, count)| SummaryHeld {
                campaign: &campaign.name,
                reason: *reason,
                count,
            })
        });
        each.filter(|it| it.count > 0)
    }
}

/// A line for each message and each reason.
impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plural = if self.customers == 1 { "" } else { "s" };
        writeln!(f, "{} customer{plural}", self.customers)?;
        for counts in &self.campaigns {
            let name = &counts.name;
            for sent in self.sent().filter(|it| *it.campaign == **name) {
                write!(f, "{name}: sent {} by {}", sent.message, sent.channel)?;
                if let Some(variant) = sent.variant.filter(|it| *it != sent.message) {
                    write!(f, " ({variant})")?;
                }
                writeln!(f, " {}", sent.count)?;
            }
            for held in self.held().filter(|it| *it.campaign == **name) {
                writeln!(f, "{name}: held, {} {}", held.reason, held.count)?;
            }
        }
        Ok(())
    }
}

/// `{"customers": …, "sent": […], "held": […]}`.
impl Serialize for Summary {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Shown<'s> {
            customers: u64,
            sent: Vec<SummarySent<'s>>,
            held: Vec<SummaryHeld<'s>>,
        }
        let shown = Shown {
            customers: self.customers,
            sent: self.sent().collect(),
            held: self.held().collect(),
        };
        shown.serialize(serializer)
    }
}
