//! The order in which a decision is made, once and for all.

use super::{Hold, HoldReason, remember::Scratch};
use crate::{
    eval::{At, Machine},
    hir::{
        Campaign, Campaigns, Cap, Channel, ChannelRules, MOST_SENDS, Message, Module, Offered, Quiet, Send,
        Variant,
    },
    plan::{NodeId, Planned},
    record::Row,
    value::{DateTime, ValueRef, Zone},
};

/// In the place of a variant where the send does not concern the customer.
const NOT_HERS: u8 = u8::MAX;

const CHANNELS: usize = Channel::ALL.len();

/// What a campaign does about a customer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// The position of the send in the campaign, and of the variant in it.
    Send(usize, usize),
    Hold(Hold),
}

/// What was decided to be sent to a customer before, in the same run: it counts as if it were a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Sent {
    pub(crate) channel: Channel,
    /// Index into [`Module::messages`].
    pub(crate) message: usize,
    /// Index into [`Campaigns::offers`].
    pub(crate) offer: Option<usize>,
}

/// Decides campaigns for one customer at one moment.
pub(crate) struct Decider<'a, 'l, 's, R: Row<'a>> {
    module: &'a Module,
    planned: &'a Planned,
    at: &'a At,
    machine: Machine<'a, 'l, R>,
    answers: Option<&'s mut Scratch>,
    zone: Option<Zone>,
    ways: [Way; CHANNELS],
    /// How often each channel was answered.
    answered: Option<[i64; CHANNELS]>,
}

/// Sends and their variants, in the order in which they are tried.
struct Candidates {
    places: [(u8, u8); MOST_SENDS],
    count: usize,
}

impl Default for Candidates {
    fn default() -> Self {
        Self {
            places: [(0, 0); MOST_SENDS],
            count: 0,
        }
    }
}

impl Candidates {
    fn push(&mut self, send: usize, variant: usize) {
        // Both are less than `MOST_SENDS`, as the checker refuses more.
        let [send, variant] = [send, variant].map(|it| u8::try_from(it).unwrap_or(u8::MAX));
        if let Some(place) = self.places.get_mut(self.count) {
            *place = (send, variant);
            self.count += 1;
        }
    }

    fn iter(&self) -> impl Iterator<Item = (usize, usize)> + use<> {
        let places = self.places.into_iter().take(self.count);
        places.map(|(send, variant)| (send.into(), variant.into()))
    }
}

/// The soonest of some instants.
#[derive(Default)]
struct Edges {
    soonest: Option<i64>,
}

impl Edges {
    fn note(&mut self, edge: Option<DateTime>) {
        let edges = self.soonest.into_iter().chain(edge.map(DateTime::micros));
        self.soonest = edges.min();
    }
}

/// What was found out about a channel.
#[derive(Clone, Copy, Debug, Default)]
struct Way {
    suppressed: Option<bool>,
    consent: Option<bool>,
    address: Option<bool>,
    /// How many more may be sent, before what this run sends.
    room: Option<u64>,
    quiet: Option<Loudness>,
}

/// Whether it is quiet where the customer is.
#[derive(Clone, Copy, Debug)]
enum Loudness {
    Loud,
    QuietUntil(DateTime),
}

impl Outcome {
    /// The same without what goes on with time, such as when the quiet hours end.
    pub(crate) fn apart_from_time(self) -> Self {
        match self {
            Self::Hold(hold) => Self::Hold(Hold { until: None, ..hold }),
            sent @ Self::Send(..) => sent,
        }
    }
}

impl<'a, 'l, 's, R: Row<'a>> Decider<'a, 'l, 's, R> {
    /// `locals` is where the caps say since when they count. The answers of rules are remembered in `answers`, if given.
    pub(crate) fn new(
        module: &'a Module,
        planned: &'a Planned,
        customer: R,
        at: &'a At,
        locals: &'l mut [Option<ValueRef<'a>>; 1],
        mut answers: Option<&'s mut Scratch>,
    ) -> Self {
        if let Some(answers) = &mut answers {
            answers.begin(module.segments.len());
        }
        Self {
            module,
            planned,
            at,
            machine: Machine::with_locals(&planned.program, customer, at, locals),
            answers,
            zone: None,
            ways: [Way::default(); CHANNELS],
            answered: None,
        }
    }

    fn all(&self) -> &'a Campaigns {
        &self.module.campaigns
    }

    /// Tells whether a rule holds.
    pub(crate) fn holds(&mut self, rule: usize) -> bool {
        if let Some(known) = self.answers.as_ref().and_then(|it| it.known(rule)) {
            return known;
        }
        let holds = self.machine.test(self.planned.segments[rule]);
        if let Some(answers) = &mut self.answers {
            answers.note(rule, holds);
        }
        holds
    }

    /// Decides the campaign at a position. `before` is what was decided to be sent already.
    pub(crate) fn decide(&mut self, index: usize, before: &[Sent]) -> Outcome {
        let candidates = match self.candidates(index, before) {
            Ok(candidates) => candidates,
            Err(hold) => return Outcome::Hold(hold),
        };
        let mut nearest = Hold::new(HoldReason::NothingToSend);
        for (send, variant) in candidates.iter() {
            let message = self.message_at(index, send, variant);
            match self.obstacle(message.channel, message.transactional, before) {
                None => return Outcome::Send(send, variant),
                // Of two that came equally near, the one that comes first.
                Some(hold) if hold.reason.is_nearer(nearest.reason) => nearest = hold,
                Some(_) => {}
            }
        }
        Outcome::Hold(nearest)
    }

    /// The messages that concern the customer, those first whose channel comes first; or why she gets none at all.
    fn candidates(&mut self, index: usize, before: &[Sent]) -> Result<Candidates, Hold> {
        self.concern(index)?;
        let campaign = &*self.all().all[index];
        let holdouts = [self.all().holdout, campaign.holdout];
        if holdouts.into_iter().flatten().any(|it| self.holds(it)) {
            return Err(Hold::new(HoldReason::Holdout));
        }
        let nodes = &self.planned.campaigns.campaigns[index];
        let of_campaign = |it: &&Sent| campaign.messages().any(|message| message == it.message);
        let already = before.iter().filter(of_campaign).count() as u64;
        if already >= self.room(&campaign.caps, nodes) {
            return Err(Hold::new(HoldReason::CapReached));
        }
        // Of each send the variant that is this customer's, where it concerns her.
        let mut chosen = [NOT_HERS; MOST_SENDS];
        let mut channels = [false; CHANNELS];
        for (send, chosen) in campaign.sends.iter().zip(&mut chosen) {
            if let Some(variant) = self.variant(send, before) {
                // Less than `MOST_SENDS`, as the checker refuses more.
                *chosen = u8::try_from(variant).unwrap_or(NOT_HERS);
                channels[self.channel_of(&send.variants[variant]) as usize] = true;
            }
        }
        let several = channels.iter().filter(|it| **it).count() > 1;
        let ranks = if several {
            self.ranks(campaign)
        } else {
            [0; CHANNELS]
        };
        let mut candidates = Candidates::default();
        for rank in 0..=CHANNELS {
            for (position, (send, chosen)) in campaign.sends.iter().zip(&chosen).enumerate() {
                if *chosen == NOT_HERS {
                    continue;
                }
                let variant = usize::from(*chosen);
                let channel = self.channel_of(&send.variants[variant]);
                if usize::from(ranks[channel as usize]) == rank {
                    candidates.push(position, variant);
                }
            }
            if !several {
                break;
            }
        }
        Ok(candidates)
    }

    /// What is asked before anything is drawn: whether the campaign at a position is for the customer at all.
    pub(crate) fn concern(&mut self, index: usize) -> Result<(), Hold> {
        let campaign = &*self.all().all[index];
        if let Some(hold) = self.suppressed_everywhere(campaign) {
            return Err(hold);
        }
        if campaign.audience.is_some_and(|it| !self.holds(it)) {
            return Err(Hold::new(HoldReason::NotInAudience));
        }
        Ok(())
    }

    fn message_at(&self, index: usize, send: usize, variant: usize) -> &'a Message {
        let variant = &self.all().all[index].sends[send].variants[variant];
        &self.module.messages[variant.message]
    }

    fn channel_of(&self, variant: &Variant) -> Channel {
        self.module.messages[variant.message].channel
    }

    fn suppressed_everywhere(&mut self, campaign: &Campaign) -> Option<Hold> {
        let mut found: Option<Hold> = None;
        for message in campaign.messages() {
            let channel = self.module.messages[message].channel;
            if !self.is_suppressed(channel) {
                return None;
            }
            found = Some(match found {
                None => Hold::by(HoldReason::Suppressed, channel),
                Some(hold) if hold.channel == Some(channel) => hold,
                Some(_) => Hold::new(HoldReason::Suppressed),
            });
        }
        found
    }

    /// The variant of a send that is this customer's, if the send concerns her.
    fn variant(&mut self, send: &Send, before: &[Sent]) -> Option<usize> {
        if !send.when.iter().all(|it| self.holds(*it)) {
            return None;
        }
        let offers = send.variants.iter().filter_map(|it| it.offer.as_ref());
        for offered in offers {
            if !self.may_offer(offered, before) {
                return None;
            }
        }
        let is_hers = |it: &Variant| it.slice.is_none_or(|slice| self.holds(slice));
        send.variants.iter().position(is_hers)
    }

    fn may_offer(&mut self, offered: &Offered, before: &[Sent]) -> bool {
        let offer = &self.all().offers[offered.offer];
        let Some(cap) = &offer.cap else {
            return true;
        };
        let already = before.iter().filter(|it| it.offer == Some(offered.offer)).count() as u64;
        let node = self.planned.campaigns.offers[offered.offer].cap;
        let nodes = node.as_slice();
        already < self.room(std::slice::from_ref(cap), nodes)
    }

    /// How many more may be sent.
    fn room(&mut self, caps: &[Cap], nodes: &[NodeId]) -> u64 {
        let mut room = u64::MAX;
        for (cap, node) in caps.iter().zip(nodes) {
            let counted = self.counted(cap, *node, self.at.now());
            room = room.min(cap.most.saturating_sub(counted));
        }
        room
    }

    /// How many deliveries count at an instant, of those until now.
    fn counted(&mut self, cap: &Cap, node: NodeId, now: DateTime) -> u64 {
        let zone = self.zone();
        let start = cap.within.start(now, zone);
        self.machine.set_local(0, Some(ValueRef::DateTime(start)));
        match self.machine.value(node) {
            Some(ValueRef::Int(count)) => u64::try_from(count).unwrap_or(0),
            _ => 0,
        }
    }

    /// The zone of the customer, or of the evaluation.
    pub(crate) fn zone(&mut self) -> Zone {
        if let Some(zone) = self.zone {
            return zone;
        }
        let of_evaluation = self.at.zone();
        let zone = self
            .planned
            .campaigns
            .zone
            .and_then(|node| match self.machine.value(node) {
                Some(ValueRef::Text(name)) => Zone::named(name).ok(),
                _ => None,
            });
        *self.zone.insert(zone.unwrap_or(of_evaluation))
    }

    /// What a channel has rules for, with its position among them.
    fn rules(&self, channel: Channel) -> Option<(usize, &'a ChannelRules)> {
        let mut channels = self.all().channels.iter().enumerate();
        channels
            .find(|(_, it)| it.channel == channel)
            .map(|(index, it)| (index, &**it))
    }

    fn is_suppressed(&mut self, channel: Channel) -> bool {
        if let Some(known) = self.ways[channel as usize].suppressed {
            return known;
        }
        let rules = self.rules(channel);
        let suppressed = rules.is_some_and(|(_, it)| it.suppress.iter().any(|rule| self.holds(*rule)));
        self.ways[channel as usize].suppressed = Some(suppressed);
        suppressed
    }

    /// What keeps a message from being rendered without a decision: nobody is written to who did not agree.
    pub(crate) fn forbidden(&mut self, channel: Channel, transactional: bool) -> Option<HoldReason> {
        let (_, rules) = self.rules(channel)?;
        if self.is_suppressed(channel) {
            return Some(HoldReason::Suppressed);
        }
        let agreed = transactional || self.holds(rules.consent);
        (!agreed).then_some(HoldReason::NoConsent)
    }

    /// What keeps a message from being sent by its channel.
    pub(crate) fn obstacle(
        &mut self,
        channel: Channel,
        transactional: bool,
        before: &[Sent],
    ) -> Option<Hold> {
        let hold = |reason| Some(Hold::by(reason, channel));
        let (index, rules) = self.rules(channel)?;
        if self.is_suppressed(channel) {
            return hold(HoldReason::Suppressed);
        }
        if !transactional {
            let known = self.ways[channel as usize].consent;
            let consent = known.unwrap_or_else(|| self.holds(rules.consent));
            self.ways[channel as usize].consent = Some(consent);
            if !consent {
                return hold(HoldReason::NoConsent);
            }
        }
        let known = self.ways[channel as usize].address;
        let address = known.unwrap_or_else(|| {
            let rule = rules.address.as_ref().map(|(_, rule)| *rule);
            rule.is_none_or(|rule| self.holds(rule))
        });
        self.ways[channel as usize].address = Some(address);
        if !address {
            return hold(HoldReason::NoAddress);
        }
        if transactional {
            return None;
        }
        let known = self.ways[channel as usize].room;
        let nodes = &self.planned.campaigns.channels[index].caps;
        let room = known.unwrap_or_else(|| self.room(&rules.caps, nodes));
        self.ways[channel as usize].room = Some(room);
        let already = before.iter().filter(|it| it.channel == channel).count() as u64;
        if already >= room {
            return hold(HoldReason::CapReached);
        }
        let known = self.ways[channel as usize].quiet;
        let loudness = known.unwrap_or_else(|| {
            let until = rules.quiet.and_then(|it| self.quiet_until(it));
            until.map_or(Loudness::Loud, Loudness::QuietUntil)
        });
        self.ways[channel as usize].quiet = Some(loudness);
        match loudness {
            Loudness::Loud => None,
            Loudness::QuietUntil(until) => Some(Hold {
                until: Some((until, self.zone())),
                ..Hold::by(HoldReason::Quiet, channel)
            }),
        }
    }

    /// The rank of each channel: what the campaign prefers, what the customer declared, what she answered most; the others
    /// come last, together.
    fn ranks(&mut self, campaign: &Campaign) -> [u8; CHANNELS] {
        #[expect(clippy::cast_possible_truncation, reason = "there are five")]
        const LAST: u8 = CHANNELS as u8;
        let mut ranks = [LAST; CHANNELS];
        let mut next = 0;
        let mut rank = |channel: Channel, ranks: &mut [u8; CHANNELS]| {
            let place = &mut ranks[channel as usize];
            if *place == LAST {
                *place = next;
                next += 1;
            }
        };
        for choice in &campaign.prefer {
            if choice.when.is_none_or(|it| self.holds(it)) {
                rank(choice.channel, &mut ranks);
            }
        }
        let declared = self.planned.campaigns.declared;
        if let Some(ValueRef::Text(name)) = declared.and_then(|it| self.machine.value(it)) {
            let channel = Channel::ALL.iter().find(|it| it.as_str() == name);
            if let Some(channel) = channel {
                rank(*channel, &mut ranks);
            }
        }
        let answered = self.answered();
        let most = answered.iter().copied().max().filter(|it| *it > 0);
        for (channel, count) in Channel::ALL.iter().zip(answered) {
            if Some(count) == most {
                let place = &mut ranks[*channel as usize];
                // Those answered equally often stay as they are written.
                *place = (*place).min(LAST - 1);
            }
        }
        ranks
    }

    fn answered(&mut self) -> [i64; CHANNELS] {
        if let Some(known) = self.answered {
            return known;
        }
        let mut counts = [0; CHANNELS];
        for (count, node) in counts.iter_mut().zip(&self.planned.campaigns.answered) {
            if let Some(ValueRef::Int(it)) = self.machine.value(*node) {
                *count = it;
            }
        }
        self.answered = Some(counts);
        counts
    }

    /// How many deliveries a cap counts, and since when.
    pub(crate) fn count_of(&mut self, cap: &Cap, node: NodeId) -> (u64, DateTime) {
        let (now, zone) = (self.at.now(), self.zone());
        (self.counted(cap, node, now), cap.within.start(now, zone))
    }

    /// When the quiet hours end, if it is quiet.
    pub(crate) fn quiet_until(&mut self, quiet: Quiet) -> Option<DateTime> {
        let (now, zone) = (self.at.now(), self.zone());
        quiet.holds(now, zone).then(|| quiet.end(now, zone))
    }

    /// The next instant at which a campaign may decide otherwise though every rule answers as now: a cap counts less, or quiet
    /// hours begin or end, of a message that comes before the one that is sent.
    pub(crate) fn edge(&mut self, index: usize) -> Option<i64> {
        let planned = self.planned;
        let all = self.all();
        let campaign = &all.all[index];
        let mut edges = Edges::default();
        for (cap, node) in campaign.caps.iter().zip(&planned.campaigns.campaigns[index]) {
            edges.note(self.fewer(cap, *node));
        }
        let variants = campaign.sends.iter().flat_map(|it| &it.variants);
        for offered in variants.filter_map(|it| it.offer.as_ref()) {
            if let Some(cap) = &all.offers[offered.offer].cap
                && let Some(node) = planned.campaigns.offers[offered.offer].cap
            {
                edges.note(self.fewer(cap, node));
            }
        }
        let candidates = self.candidates(index, &[]).unwrap_or_default();
        for (send, variant) in candidates.iter() {
            let message = self.message_at(index, send, variant);
            let obstacle = self.obstacle(message.channel, message.transactional, &[]);
            let reason = obstacle.map(|it| it.reason);
            let waits = [None, Some(HoldReason::CapReached), Some(HoldReason::Quiet)].contains(&reason);
            if waits && !message.transactional {
                self.edges_of(message.channel, reason, &mut edges);
            }
            if reason.is_none() {
                break;
            }
        }
        edges.soonest
    }

    /// The edges of a channel that may be used, but for what waits.
    fn edges_of(&mut self, channel: Channel, reason: Option<HoldReason>, edges: &mut Edges) {
        let Some((number, rules)) = self.rules(channel) else {
            return;
        };
        let planned = self.planned;
        if reason == Some(HoldReason::CapReached) {
            for (cap, node) in rules.caps.iter().zip(&planned.campaigns.channels[number].caps) {
                edges.note(self.fewer(cap, *node));
            }
        } else if let Some(quiet) = rules.quiet {
            let (now, zone) = (self.at.now(), self.zone());
            edges.note(Some(quiet.turn(now, zone)));
        }
    }

    /// The first instant at which a cap counts less than now, found by halving: the count only becomes less.
    fn fewer(&mut self, cap: &Cap, node: NodeId) -> Option<DateTime> {
        let now = self.at.now();
        let count = self.counted(cap, node, now);
        if count == 0 {
            return None;
        }
        let mut same = now.micros();
        let mut step = 86_400_000_000_i64;
        let mut less = loop {
            let later = same.checked_add(step).and_then(DateTime::from_micros)?;
            if self.counted(cap, node, later) < count {
                break later.micros();
            }
            same = later.micros();
            step = step.saturating_mul(2);
        };
        while less - same > 1 {
            let middle = same + (less - same) / 2;
            let at = DateTime::from_micros(middle)?;
            if self.counted(cap, node, at) < count {
                less = middle;
            } else {
                same = middle;
            }
        }
        DateTime::from_micros(less)
    }
}
