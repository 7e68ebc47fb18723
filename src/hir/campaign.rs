//! Channels, campaigns and offers, their names resolved. What they ask of a customer are rules: segments without a public
//! name, which stand behind the named ones in [`Module::segments`](super::Module::segments).

use std::sync::Arc;

use super::{Channel, Distance, Expr, Module, Segment};
use crate::{
    span::Span,
    value::{DateTime, Zone},
};

/// Everything that decides who gets what, and how.
#[derive(Clone, Debug, Default)]
pub(crate) struct Campaigns {
    /// At most one of each kind, in the order written.
    pub(crate) channels: Vec<Arc<ChannelRules>>,
    pub(crate) offers: Vec<Arc<Offer>>,
    /// In the order written.
    pub(crate) all: Vec<Arc<Campaign>>,
    /// A rule: those whom no campaign writes to.
    pub(crate) holdout: Option<usize>,
    /// A text: the customer's time zone.
    pub(crate) zone: Option<Expr>,
    /// A text: the channel that the customer declared.
    pub(crate) declared: Option<Expr>,
    /// Of each of [`Channel::ALL`], how many deliveries the customer answered; empty without the event.
    pub(crate) answered: Vec<Expr>,
}

/// When a way to customers may be used.
#[derive(Clone, Debug)]
pub(crate) struct ChannelRules {
    pub(crate) channel: Channel,
    pub(crate) description: Option<Arc<str>>,
    /// A text: where she is reached, and the rule that it is there.
    pub(crate) address: Option<(Expr, usize)>,
    /// A rule.
    pub(crate) consent: usize,
    pub(crate) caps: Vec<Cap>,
    pub(crate) quiet: Option<Quiet>,
    /// Rules.
    pub(crate) suppress: Vec<usize>,
}

/// `at most 3 in 7 days`.
#[derive(Clone, Debug)]
pub(crate) struct Cap {
    pub(crate) most: u64,
    pub(crate) within: Within,
    /// As written, for people: `7 days`.
    pub(crate) written: Arc<str>,
    /// A whole number: how many there were since local 0, an instant.
    pub(crate) counted: Expr,
}

/// How far a cap looks back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Within {
    /// Exactly so long.
    Distance(Distance),
    /// So many days of the calendar, today being one.
    Days(i64),
}

impl Within {
    /// The instant after which deliveries count.
    pub(crate) fn start(self, now: DateTime, zone: Zone) -> DateTime {
        let micros = match self {
            Self::Distance(Distance::Micros(micros)) => now.micros().checked_sub(micros),
            Self::Distance(Distance::Months(months)) => zone.months_later(now, -months).map(DateTime::micros),
            Self::Days(days) => {
                let first = zone.date_of(now).checked_add_days(1 - days);
                first.and_then(|it| zone.start_of(it).checked_sub(1))
            }
        };
        micros.and_then(DateTime::from_micros).unwrap_or(DateTime::MIN)
    }
}

/// `quiet 22:00 to 08:00`, in minutes after midnight; never equal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Quiet {
    pub(crate) from: u32,
    pub(crate) to: u32,
}

/// Who gets which of some messages.
#[derive(Clone, Debug)]
pub(crate) struct Campaign {
    pub(crate) name: Arc<str>,
    /// Where its name stands.
    pub(crate) span: Span,
    pub(crate) description: Option<Arc<str>>,
    pub(crate) owner: Option<Arc<str>>,
    /// Index into [`Module::segments`](super::Module::segments).
    pub(crate) audience: Option<usize>,
    /// The greater is decided first.
    pub(crate) priority: u64,
    /// A rule.
    pub(crate) holdout: Option<usize>,
    /// Of the messages of the campaign.
    pub(crate) caps: Vec<Cap>,
    pub(crate) prefer: Vec<Preferred>,
    /// At least one.
    pub(crate) sends: Vec<Send>,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Preferred {
    pub(crate) channel: Channel,
    /// A rule; none for everyone.
    pub(crate) when: Option<usize>,
}

#[derive(Clone, Debug)]
pub(crate) struct Send {
    /// Rules that must all hold: its condition, the audiences of its messages, who may have its offers, how far it is
    /// ramped up.
    pub(crate) when: Vec<usize>,
    /// At least one.
    pub(crate) variants: Vec<Variant>,
}

#[derive(Clone, Debug)]
pub(crate) struct Variant {
    /// What it is called where there are several.
    pub(crate) name: Option<Arc<str>>,
    /// A rule: its slice of the sample; none where there is one variant.
    pub(crate) slice: Option<usize>,
    /// Index into [`Module::messages`](super::Module::messages).
    pub(crate) message: usize,
    pub(crate) offer: Option<Offered>,
}

/// An offer, and what of it the message shows.
#[derive(Clone, Debug)]
pub(crate) struct Offered {
    /// Index into [`Campaigns::offers`].
    pub(crate) offer: usize,
    /// An input of the message, and a term of the offer.
    pub(crate) inputs: Vec<(usize, usize)>,
}

/// Something that is given to who may have it.
#[derive(Clone, Debug)]
pub(crate) struct Offer {
    pub(crate) name: Arc<str>,
    pub(crate) description: Option<Arc<str>>,
    /// A rule.
    pub(crate) eligible: Option<usize>,
    pub(crate) cap: Option<Cap>,
    pub(crate) terms: Vec<Term>,
}

#[derive(Clone, Debug)]
pub(crate) struct Term {
    pub(crate) name: Arc<str>,
    /// None for a code that the host hands out once.
    pub(crate) value: Option<Expr>,
    /// Whether a text is never blank.
    pub(crate) filled: bool,
}

/// So many sends may stand in one campaign, and so many variants in a send.
pub(crate) const MOST_SENDS: usize = 64;

impl Campaign {
    /// The messages that it may send, in the order written; one may come more than once.
    pub(crate) fn messages(&self) -> impl Iterator<Item = usize> {
        let variants = self.sends.iter().flat_map(|it| &it.variants);
        variants.map(|it| it.message)
    }
}

impl Campaigns {
    /// The rules, and the segment, that a campaign asks, each once.
    pub(crate) fn rules_of(&self, campaign: &Campaign, module: &Module) -> Vec<usize> {
        let mut rules: Vec<usize> = Vec::new();
        rules.extend(campaign.audience);
        rules.extend(self.holdout);
        rules.extend(campaign.holdout);
        rules.extend(campaign.prefer.iter().filter_map(|it| it.when));
        for send in &campaign.sends {
            rules.extend(&send.when);
            rules.extend(send.variants.iter().filter_map(|it| it.slice));
        }
        for channel in self.channels_of(campaign, module) {
            rules.extend(&channel.suppress);
            rules.push(channel.consent);
            rules.extend(channel.address.as_ref().map(|(_, rule)| *rule));
        }
        rules.sort_unstable();
        rules.dedup();
        rules
    }

    /// The channels that a campaign may use.
    pub(crate) fn channels_of<'m>(
        &'m self,
        campaign: &Campaign,
        module: &Module,
    ) -> impl Iterator<Item = &'m Arc<ChannelRules>> {
        let used: Vec<_> = campaign
            .messages()
            .map(|it| module.messages[it].channel)
            .collect();
        self.channels.iter().filter(move |it| used.contains(&it.channel))
    }

    /// The offers that a campaign may make, each once.
    pub(crate) fn offers_of(&self, campaign: &Campaign) -> Vec<&Arc<Offer>> {
        let variants = campaign.sends.iter().flat_map(|it| &it.variants);
        let mut offers: Vec<_> = variants.filter_map(|it| Some(it.offer.as_ref()?.offer)).collect();
        offers.sort_unstable();
        offers.dedup();
        offers.into_iter().map(|it| &self.offers[it]).collect()
    }
}

impl Module {
    /// Those segments that have a name.
    pub(crate) fn named_segments(&self) -> &[Segment] {
        &self.segments[..self.named.min(self.segments.len())]
    }
}
