//! The values that campaigns ask for, beside their rules.

use super::{NodeId, Planner};
use crate::hir::{Cap, Module};

/// In the order of [`Campaigns`](crate::hir::Campaigns).
#[derive(Debug, Default)]
pub(crate) struct CampaignNodes {
    pub(crate) channels: Vec<ChannelNodes>,
    pub(crate) offers: Vec<OfferNodes>,
    /// Of each campaign, what its caps count.
    pub(crate) campaigns: Vec<Vec<NodeId>>,
    pub(crate) zone: Option<NodeId>,
    pub(crate) declared: Option<NodeId>,
    pub(crate) answered: Vec<NodeId>,
}

#[derive(Debug)]
pub(crate) struct ChannelNodes {
    pub(crate) address: Option<NodeId>,
    /// What its caps count.
    pub(crate) caps: Vec<NodeId>,
}

#[derive(Debug)]
pub(crate) struct OfferNodes {
    /// What its cap counts.
    pub(crate) cap: Option<NodeId>,
    pub(crate) terms: Vec<Option<NodeId>>,
}

pub(super) fn plan(module: &Module, planner: &mut Planner<'_>) -> CampaignNodes {
    let all = &module.campaigns;
    let mut caps = |caps: &[Cap]| {
        caps.iter()
            .map(|it| planner.add_value(&it.counted))
            .collect::<Vec<_>>()
    };
    let of_campaigns = all.all.iter().map(|it| caps(&it.caps)).collect();
    let of_channels: Vec<_> = all.channels.iter().map(|it| caps(&it.caps)).collect();
    let channels = all
        .channels
        .iter()
        .zip(of_channels)
        .map(|(channel, caps)| ChannelNodes {
            address: channel.address.as_ref().map(|(it, _)| planner.add_value(it)),
            caps,
        });
    let channels = channels.collect();
    let offers = all.offers.iter().map(|offer| OfferNodes {
        cap: offer.cap.as_ref().map(|it| planner.add_value(&it.counted)),
        terms: offer
            .terms
            .iter()
            .map(|it| it.value.as_ref().map(|it| planner.add_value(it)))
            .collect(),
    });
    CampaignNodes {
        channels,
        offers: offers.collect(),
        campaigns: of_campaigns,
        zone: all.zone.as_ref().map(|it| planner.add_value(it)),
        declared: all.declared.as_ref().map(|it| planner.add_value(it)),
        answered: all.answered.iter().map(|it| planner.add_value(it)).collect(),
    }
}
