//! Random channels, offers and campaigns.

use proptest::{collection::vec, option, prelude::*};

use super::strategies::{amount, expr, name, text};
use crate::{
    span::Span,
    syntax::ast::{
        Campaign, CampaignClause, CampaignClauseKind, Cap, Channel, ChannelClause, ChannelClauseKind, Clock,
        Exposure, Expr, ItemKind, Offer, Preferred, Send, Share, Term, Variant,
    },
    value::Decimal,
};

pub(super) fn item() -> impl Strategy<Value = ItemKind> {
    prop_oneof![
        channel().prop_map(ItemKind::Channel),
        campaign().prop_map(ItemKind::Campaign),
        offer().prop_map(ItemKind::Offer),
        (share(), option::of(text()))
            .prop_map(|(share, description)| ItemKind::Holdout { share, description }),
    ]
}

/// Every expression directly inside, changed.
pub(super) fn map(kind: ItemKind, change: impl Fn(Expr) -> Expr) -> ItemKind {
    match kind {
        ItemKind::Channel(mut channel) => {
            for clause in &mut channel.clauses {
                if let ChannelClauseKind::Address(it)
                | ChannelClauseKind::Consent(it)
                | ChannelClauseKind::Suppress(it) = &mut clause.kind
                {
                    *it = change(it.clone());
                }
            }
            ItemKind::Channel(channel)
        }
        ItemKind::Campaign(mut campaign) => {
            for clause in &mut campaign.clauses {
                match &mut clause.kind {
                    CampaignClauseKind::Prefer(choices) => {
                        for choice in choices {
                            choice.when = choice.when.take().map(&change);
                        }
                    }
                    CampaignClauseKind::Send(send) => send.when = send.when.take().map(&change),
                    _ => {}
                }
            }
            ItemKind::Campaign(campaign)
        }
        ItemKind::Offer(mut offer) => {
            offer.eligible = offer.eligible.map(&change);
            for term in &mut offer.terms {
                term.value = term.value.take().map(&change);
            }
            ItemKind::Offer(offer)
        }
        kind => kind,
    }
}

fn percent() -> impl Strategy<Value = Decimal> {
    (0..=1_000_000_i64).prop_map(Decimal::from_units)
}

fn share() -> impl Strategy<Value = Share> {
    (percent(), text()).prop_map(|(percent, salt)| Share {
        span: Span::default(),
        percent,
        salt,
    })
}

fn cap() -> impl Strategy<Value = Cap> {
    (0..5000_u64, amount()).prop_map(|(count, within)| Cap {
        span: Span::default(),
        count,
        within,
    })
}

fn clock() -> impl Strategy<Value = Clock> {
    (0..1440_u32).prop_map(|minutes| Clock {
        span: Span::default(),
        minutes,
    })
}

fn channel() -> impl Strategy<Value = Channel> {
    let clause = prop_oneof![
        expr().prop_map(ChannelClauseKind::Address),
        expr().prop_map(ChannelClauseKind::Consent),
        cap().prop_map(ChannelClauseKind::AtMost),
        (clock(), clock()).prop_map(|(from, to)| ChannelClauseKind::Quiet { from, to }),
        expr().prop_map(ChannelClauseKind::Suppress),
    ];
    let clause = clause.prop_map(|kind| ChannelClause {
        span: Span::default(),
        kind,
    });
    (name(), option::of(text()), vec(clause, 0..6)).prop_map(|(name, description, clauses)| Channel {
        name,
        description,
        clauses,
    })
}

fn campaign() -> impl Strategy<Value = Campaign> {
    let preferred = (name(), option::of(expr())).prop_map(|(channel, when)| Preferred { channel, when });
    let clause = prop_oneof![
        any::<u32>().prop_map(|it| CampaignClauseKind::Priority(it.into())),
        share().prop_map(CampaignClauseKind::Holdout),
        cap().prop_map(CampaignClauseKind::AtMost),
        vec(preferred, 1..4).prop_map(CampaignClauseKind::Prefer),
        send().prop_map(CampaignClauseKind::Send),
    ];
    let clause = clause.prop_map(|kind| CampaignClause {
        span: Span::default(),
        kind,
    });
    let head = (name(), option::of(name()), option::of(text()), option::of(text()));
    (head, vec(clause, 0..6)).prop_map(|((name, audience, description, owner), clauses)| Campaign {
        name,
        audience,
        description,
        owner,
        clauses,
    })
}

fn send() -> impl Strategy<Value = Send> {
    let variant = (
        option::of(percent()),
        name(),
        option::of(name()),
        option::of(name()),
    );
    let variant = variant.prop_map(|(percent, message, offer, label)| Variant {
        span: Span::default(),
        percent,
        message,
        offer,
        label,
    });
    let exposure = percent().prop_map(|percent| Exposure {
        span: Span::default(),
        percent,
    });
    let rest = (option::of(text()), option::of(exposure), option::of(expr()));
    (vec(variant, 1..4), rest).prop_map(|(variants, (salt, exposure, when))| Send {
        variants,
        salt,
        exposure,
        when,
    })
}

fn offer() -> impl Strategy<Value = Offer> {
    let term = (name(), option::of(expr())).prop_map(|(name, value)| Term { name, value });
    let head = (name(), option::of(text()), option::of(expr()), option::of(cap()));
    (head, vec(term, 0..4)).prop_map(|((name, description, eligible, cap), terms)| Offer {
        name,
        description,
        eligible,
        cap,
        terms,
    })
}
