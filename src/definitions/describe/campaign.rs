//! Channels, offers and campaigns on the sheet, line by line in plain English.

use std::{
    fmt::{self, Write as _},
    sync::Arc,
};

use serde::Serialize;

use super::{described, needs};
use crate::{
    definitions::Definitions,
    eval::explain::in_words,
    hir::{Cap, Channel, Module, Send},
    requirements::{Gather, Requirements},
};

/// A channel on the sheet.
///
/// ```
/// # use audience::Definitions;
/// let shop = Definitions::parse(
///     "customer { id: string key, phone: string, agreed: bool }  channel sms { address phone  consent agreed  quiet 22:00 to 08:00 }",
/// )?;
/// let rules = &shop.describe().channels[0].rules;
/// assert_eq!(rules, &["Goes to phone", "Consent: agreed is true", "Quiet from 22:00 to 08:00"]);
/// # Ok::<(), audience::CompileError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct DescribedChannel {
    /// Which one.
    pub channel: Channel,
    /// What it is, for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<Arc<str>>,
    /// When it may be used, a sentence each.
    pub rules: Vec<String>,
    /// What those read.
    pub needs: Requirements,
}

/// An offer on the sheet.
///
/// ```
/// # use audience::Definitions;
/// let shop = Definitions::parse("customer { id: string key, orders: int }  offer gift for orders > 5 { percent: 10 }")?;
/// assert_eq!(shop.describe().offers[0].rules, ["For whom orders are more than 5", "percent: 10"]);
/// # Ok::<(), audience::CompileError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct DescribedOffer {
    /// Its name.
    pub name: Arc<str>,
    /// What it is, for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<Arc<str>>,
    /// Who may have it, and on which terms, a sentence each.
    pub rules: Vec<String>,
    /// What those read.
    pub needs: Requirements,
}

/// A campaign on the sheet.
///
/// ```
/// # use audience::Definitions;
/// let shop = Definitions::parse(r#"
///     customer { id: string key, agreed: bool, orders: int }
///     channel web { consent agreed }
///     segment loyal = orders >= 10
///     message thanks { channel web, body "Thank you!" }
///     campaign thank_you for loyal { holdout 10% of "2026"  send thanks when orders >= 20 }
/// "#)?;
/// assert_eq!(shop.describe().campaigns[0].rules, [
///     "For segment loyal",
///     "Holds out 10% of “2026”",
///     "Sends thanks by web when orders are at least 20",
/// ]);
/// # Ok::<(), audience::CompileError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct DescribedCampaign {
    /// Its name.
    pub name: Arc<str>,
    /// What it is, for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<Arc<str>>,
    /// Who looks after it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner: Option<Arc<str>>,
    /// Whom it is for, whom it holds out, what it prefers and sends, a sentence each.
    pub rules: Vec<String>,
    /// What it reads to decide.
    pub needs: Requirements,
}

impl Definitions {
    pub(super) fn described_channels(&self) -> Vec<DescribedChannel> {
        let module = &*self.inner.module;
        let channels = module.campaigns.channels.iter().map(|channel| {
            let mut gather = Gather::new(module);
            gather.channel(channel);
            let mut rules = Vec::new();
            if let Some((address, _)) = &channel.address {
                rules.push(format!("Goes to {}", self.written(address.span)));
            }
            rules.push(format!("Consent: {}", says(module, channel.consent)));
            rules.extend(channel.caps.iter().map(|it| format!("Sends {}", cap(it))));
            if let Some(quiet) = channel.quiet {
                let [from, to] = [quiet.from, quiet.to].map(|it| format!("{:02}:{:02}", it / 60, it % 60));
                rules.push(format!("Quiet from {from} to {to}"));
            }
            let suppress = channel.suppress.iter();
            rules.extend(suppress.map(|it| format!("Suppressed if {}", says(module, *it))));
            DescribedChannel {
                channel: channel.channel,
                description: channel.description.clone(),
                rules,
                needs: gather.finish(),
            }
        });
        channels.collect()
    }

    pub(super) fn described_offers(&self) -> Vec<DescribedOffer> {
        let module = &*self.inner.module;
        let offers = module.campaigns.offers.iter().map(|offer| {
            let mut gather = Gather::new(module);
            gather.offer(offer);
            let mut rules = Vec::new();
            if let Some(eligible) = offer.eligible {
                rules.push(format!("For whom {}", says(module, eligible)));
            }
            rules.extend(offer.cap.iter().map(|it| format!("Given {}", cap(it))));
            rules.extend(offer.terms.iter().map(|term| match &term.value {
                Some(value) => format!("{}: {}", term.name, self.written(value.span)),
                None => format!("{}: a code that nobody else gets", term.name),
            }));
            DescribedOffer {
                name: offer.name.clone(),
                description: offer.description.clone(),
                rules,
                needs: gather.finish(),
            }
        });
        offers.collect()
    }

    pub(super) fn described_campaigns(&self) -> Vec<DescribedCampaign> {
        let module = &*self.inner.module;
        let campaigns = module.campaigns.all.iter().enumerate().map(|(index, campaign)| {
            let mut gather = Gather::new(module);
            gather.campaign(index);
            let audience = campaign
                .audience
                .map(|it| format!("segment {}", module.segments[it].name));
            let mut rules = vec![format!("For {}", audience.as_deref().unwrap_or("everyone"))];
            if campaign.priority > 0 {
                rules.push(format!("Priority {}", campaign.priority));
            }
            let holdout = campaign.holdout.map(|it| self.written(module.segments[it].span));
            rules.extend(holdout.map(|it| {
                let (share, salt) = it
                    .strip_prefix("holdout ")
                    .unwrap_or(&it)
                    .split_once(" of ")
                    .unwrap_or_default();
                format!("Holds out {share} of “{}”", salt.trim_matches(['"', '\'']))
            }));
            rules.extend(campaign.caps.iter().map(|it| format!("Sends {}", cap(it))));
            let choices = campaign.prefer.iter().map(|it| match it.when {
                Some(rule) => format!("{} when {}", it.channel, says(module, rule)),
                None => it.channel.to_string(),
            });
            let choices: Vec<_> = choices.collect();
            if !choices.is_empty() {
                rules.push(format!("Prefers {}", choices.join(", then ")));
            }
            rules.extend(campaign.sends.iter().map(|it| self.sends(it)));
            DescribedCampaign {
                name: campaign.name.clone(),
                description: campaign.description.clone(),
                owner: campaign.owner.clone(),
                rules,
                needs: gather.finish(),
            }
        });
        campaigns.collect()
    }

    fn sends(&self, send: &Send) -> String {
        let module = &*self.inner.module;
        let variants = send.variants.iter().map(|variant| {
            let message = &module.messages[variant.message];
            let mut said = String::new();
            if let Some(slice) = variant.slice {
                // The span of a variant begins with its share.
                let written = self.written(module.segments[slice].span);
                said.extend(written.split_inclusive('%').next().map(|it| format!("{it} ")));
            }
            let _ = write!(said, "{} by {}", message.name, message.channel);
            if let Some(offer) = &variant.offer {
                let _ = write!(said, " with {}", module.campaigns.offers[offer.offer].name);
            }
            match &variant.name {
                Some(name) if *name != message.name => format!("{said} as {name}"),
                _ => said,
            }
        });
        let variants: Vec<_> = variants.collect();
        let when: Vec<_> = send.when.iter().map(|it| says(module, *it)).collect();
        let when = if when.is_empty() {
            String::new()
        } else {
            format!(" when {}", when.join(" and "))
        };
        format!("Sends {}{when}", variants.join(" or "))
    }
}

/// A rule in plain English, or the name of a segment.
fn says(module: &Module, rule: usize) -> String {
    if rule < module.named {
        return format!("in {}", module.segments[rule].name);
    }
    in_words(module, &module.segments[rule].condition)
}

fn cap(cap: &Cap) -> String {
    format!("at most {} in {}", cap.most, cap.written)
}

impl DescribedChannel {
    pub(super) fn write(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "## Channel {}\n", self.channel)?;
        sheet(f, self.description.as_deref(), &self.rules, &self.needs)
    }
}

impl DescribedOffer {
    pub(super) fn write(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "## Offer {}\n", self.name)?;
        sheet(f, self.description.as_deref(), &self.rules, &self.needs)
    }
}

impl DescribedCampaign {
    pub(super) fn write(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "## Campaign {}\n", self.name)?;
        let owner = self.owner.iter().map(|it| format!("Owner: {it}"));
        let rules: Vec<_> = owner.chain(self.rules.iter().cloned()).collect();
        sheet(f, self.description.as_deref(), &rules, &self.needs)
    }
}

fn sheet(
    f: &mut fmt::Formatter<'_>,
    description: Option<&str>,
    rules: &[String],
    read: &Requirements,
) -> fmt::Result {
    described(f, description)?;
    for rule in rules {
        writeln!(f, "- {rule}")?;
    }
    needs(f, read)
}
