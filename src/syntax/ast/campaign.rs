//! Channels, offers and campaigns as written.

use super::{Amount, Expr, Name, Text};
use crate::{span::Span, value::Decimal};

/// `channel NAME "…" { … }`: when a way to customers may be used.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Channel {
    pub name: Name,
    pub description: Option<Text>,
    /// In the order written.
    pub clauses: Vec<ChannelClause>,
}

#[derive(Clone, Debug)]
pub(crate) struct ChannelClause {
    pub span: Span,
    pub kind: ChannelClauseKind,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum ChannelClauseKind {
    Address(Expr),
    Consent(Expr),
    AtMost(Cap),
    /// In minutes after midnight.
    Quiet {
        from: Clock,
        to: Clock,
    },
    Suppress(Expr),
}

/// `at most 3 in 7 days`.
#[derive(Clone, Debug)]
pub(crate) struct Cap {
    pub span: Span,
    pub count: u64,
    pub within: Amount,
}

/// A time of day, `22:00`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Clock {
    pub span: Span,
    /// After midnight.
    pub minutes: u32,
}

/// `10% of "salt"`.
#[derive(Clone, Debug)]
pub(crate) struct Share {
    pub span: Span,
    /// The number before the sign.
    pub percent: Decimal,
    pub salt: Text,
}

/// `campaign NAME for SEGMENT "…" owner "…" { … }`.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Campaign {
    pub name: Name,
    /// The segment that it is for.
    pub audience: Option<Name>,
    pub description: Option<Text>,
    pub owner: Option<Text>,
    /// In the order written.
    pub clauses: Vec<CampaignClause>,
}

#[derive(Clone, Debug)]
pub(crate) struct CampaignClause {
    pub span: Span,
    pub kind: CampaignClauseKind,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum CampaignClauseKind {
    Priority(u64),
    Holdout(Share),
    AtMost(Cap),
    Prefer(Vec<Preferred>),
    Send(Send),
}

/// `push when years_since(birth_date) < 30`.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Preferred {
    pub channel: Name,
    pub when: Option<Expr>,
}

/// `send a when …`, `send 50% a, 50% b of "salt" to 20% when …`.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Send {
    /// At least one.
    pub variants: Vec<Variant>,
    pub salt: Option<Text>,
    /// The percentage of those concerned that it reaches so far.
    pub exposure: Option<Exposure>,
    pub when: Option<Expr>,
}

/// `50% mail with offer as label`.
#[derive(Clone, Debug)]
pub(crate) struct Variant {
    pub span: Span,
    pub percent: Option<Decimal>,
    pub message: Name,
    pub offer: Option<Name>,
    pub label: Option<Name>,
}

/// `to 20%`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Exposure {
    pub span: Span,
    pub percent: Decimal,
}

/// `offer NAME "…" for … at most 1 in 30 days { … }`.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Offer {
    pub name: Name,
    pub description: Option<Text>,
    pub eligible: Option<Expr>,
    pub cap: Option<Cap>,
    /// In the order written.
    pub terms: Vec<Term>,
}

/// `percent: 20`.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Term {
    pub name: Name,
    /// `None` for a code that the host hands out once.
    pub value: Option<Expr>,
}

impl PartialEq for ChannelClause {
    fn eq(&self, other: &Self) -> bool {
        self.kind == other.kind
    }
}

impl PartialEq for CampaignClause {
    fn eq(&self, other: &Self) -> bool {
        self.kind == other.kind
    }
}

impl PartialEq for Cap {
    fn eq(&self, other: &Self) -> bool {
        (self.count, self.within) == (other.count, other.within)
    }
}

impl PartialEq for Clock {
    fn eq(&self, other: &Self) -> bool {
        self.minutes == other.minutes
    }
}

impl PartialEq for Share {
    fn eq(&self, other: &Self) -> bool {
        (self.percent, &self.salt) == (other.percent, &other.salt)
    }
}

impl PartialEq for Exposure {
    fn eq(&self, other: &Self) -> bool {
        self.percent == other.percent
    }
}

impl PartialEq for Variant {
    fn eq(&self, other: &Self) -> bool {
        self.percent == other.percent
            && self.message == other.message
            && self.offer == other.offer
            && self.label == other.label
    }
}
