//! When a campaign decides otherwise by itself, and what turns it.

use super::Campaign;
use crate::{
    campaign::{Decider, Outcome},
    eval::{self, At, ChangePlan, Instants, NextChange, explain::Hidden},
    hir::{Campaigns, Module},
    record::Row,
    value::{DateTime, Duration},
};

/// What turns a decision by itself.
#[derive(Debug, Default)]
pub(super) struct Turn {
    rules: Vec<usize>,
    /// Whether a cap or quiet hours do.
    edge: bool,
}

impl Turn {
    /// Whether its moment tells something that must not be shown.
    pub(super) fn is_hidden(&self, module: &Module, hidden: &mut Hidden<'_>) -> bool {
        let mut rules = self.rules.iter();
        rules.any(|it| hidden.condition(&module.segments[*it].condition))
            || self.edge && hides_edges(&module.campaigns, hidden)
    }
}

/// Whether when a cap has room, or quiet hours end, tells something that must not be shown.
fn hides_edges(campaigns: &Campaigns, hidden: &mut Hidden<'_>) -> bool {
    let of_channels = campaigns.channels.iter().flat_map(|it| &it.caps);
    let of_campaigns = campaigns.all.iter().flat_map(|it| &it.caps);
    let of_offers = campaigns.offers.iter().filter_map(|it| it.cap.as_ref());
    let mut caps = of_channels.chain(of_campaigns).chain(of_offers);
    caps.any(|it| hidden.expr(&it.counted)) || campaigns.zone.as_ref().is_some_and(|it| hidden.expr(it))
}

impl<R> Campaign<R> {
    /// The earliest instant at which another outcome comes out, and what turns it.
    pub(super) fn changes<'a>(
        &'a self,
        row: impl Row<'a>,
        at: &'a At,
        horizon: Duration,
        instants: &'a Instants,
    ) -> (NextChange, Turn) {
        let inner = &*self.inner;
        let first = self.outcome(row, at);
        let start = at.now().micros();
        let end = start.saturating_add(horizon.micros()).min(DateTime::MAX.micros());
        let rules = inner.module.campaigns.rules_of(self.definition(), &inner.module);
        let mut now: &'a At = at;
        // Of each rule, the next instant at which its answer changes.
        let mut next: Vec<Option<i64>> = vec![Some(start); rules.len()];
        for _ in 0..inner.limits.edges {
            for (rule, next) in rules.iter().zip(&mut next) {
                if next.is_none_or(|it| it > now.now().micros()) {
                    continue;
                }
                let condition = &inner.module.segments[*rule].condition;
                let plan = inner.change_plans[*rule].get_or_init(|| ChangePlan::of(&inner.module, condition));
                let left = Duration::from_micros(end - now.now().micros());
                let question = (&*inner.module, plan, &**condition);
                *next = match eval::next_change(question, row, now, instants, (left, inner.limits.edges)) {
                    NextChange::At(it) => Some(it.micros()),
                    NextChange::NotWithin(_) => None,
                    unknown @ NextChange::Unknown(_) => return (unknown, Turn::default()),
                };
            }
            let mut locals = [None];
            let mut decider = Decider::new(&inner.module, &inner.planned, row, now, &mut locals, None);
            let of_rules = next.iter().flatten().copied().min();
            let edge = decider.edge(self.index);
            let soonest = of_rules.into_iter().chain(edge).min();
            let Some(soonest) = soonest.filter(|it| *it <= end) else {
                return (NextChange::NotWithin(horizon), Turn::default());
            };
            let instant = DateTime::from_micros(soonest).unwrap_or(DateTime::MAX);
            now = instants.keep(at.moved(instant));
            if !self.alike(self.outcome(row, now), first) {
                let turned = rules
                    .iter()
                    .zip(&next)
                    .filter(|(_, next)| **next == Some(soonest));
                let turn = Turn {
                    rules: turned.map(|(rule, _)| *rule).collect(),
                    edge: edge == Some(soonest),
                };
                return (NextChange::At(instant), turn);
            }
        }
        (NextChange::Unknown(self.definition().span), Turn::default())
    }

    /// Whether two outcomes are the same to see: the same message, variant and offer, of whichever send, or the same reason,
    /// until whenever.
    fn alike(&self, one: Outcome, other: Outcome) -> bool {
        match (one, other) {
            (Outcome::Send(send, variant), Outcome::Send(other_send, other_variant)) => {
                let sends = &self.definition().sends;
                let seen = |send: usize, variant: usize| {
                    let variant = &sends[send].variants[variant];
                    (
                        variant.message,
                        &variant.name,
                        variant.offer.as_ref().map(|it| it.offer),
                    )
                };
                seen(send, variant) == seen(other_send, other_variant)
            }
            _ => one.apart_from_time() == other.apart_from_time(),
        }
    }
}
