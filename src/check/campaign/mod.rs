//! Channels, offers and campaigns: what they ask becomes rules, which are segments without a public name.

mod channel;
mod delivery;
mod offer;
mod send;

use std::{collections::HashMap, sync::Arc};

use super::{
    Checker,
    definitions::{Definitions, duplicate},
    named,
    rank::Ranks,
    report::Report,
    schema,
    scope::Names,
};
use crate::{
    diagnostic::{Code, Diagnostic},
    hir::{
        Campaign, Campaigns, Cap, Channel, Condition, ConditionKind, Expr, MOST_SENDS, Message, Offer,
        Preferred, Segment, Within,
    },
    span::Span,
    syntax::ast::{self, CampaignClauseKind, ExprKind, Name},
    value::{Decimal, Field, Roles, Type, sample::WHOLE},
};

/// What all definitions of campaigns come to, and the rules that they ask. With an error anywhere it may lack something.
pub(super) fn check(
    definitions: &Definitions<'_>,
    names: &Names,
    messages: &[Arc<Message>],
    ranks: &mut Ranks,
    report: &mut Report,
) -> (Campaigns, Vec<Segment>) {
    let by_name = messages.iter().enumerate();
    let mut checker = CampaignChecker {
        definitions,
        names,
        messages,
        by_name: by_name.map(|(index, it)| (it.name.clone(), index)).collect(),
        ranks,
        report,
        first_rule: definitions.segments.len(),
        rules: Vec::new(),
        channels: HashMap::new(),
        offers: Vec::new(),
    };
    let mut all = Campaigns {
        zone: checker.with_role(|it| it.zone),
        declared: checker.with_role(|it| it.channel),
        answered: checker.answered(),
        ..Campaigns::default()
    };
    for channel in definitions.channels.values() {
        all.channels.extend(checker.channel(channel).map(Arc::new));
    }
    for offer in definitions.offers.values() {
        let offer = checker.offer(offer).map(Arc::new);
        checker.offers.push(offer);
    }
    all.offers = checker.offers.iter().flatten().cloned().collect();
    if let Some((share, _)) = definitions.holdout {
        all.holdout = checker.holdout("the holdout of all campaigns", share);
    }
    for campaign in definitions.campaigns.values() {
        all.all.extend(checker.campaign(campaign).map(Arc::new));
    }
    (all, checker.rules)
}

struct CampaignChecker<'c, 'd> {
    definitions: &'c Definitions<'d>,
    names: &'c Names,
    messages: &'c [Arc<Message>],
    by_name: HashMap<Arc<str>, usize>,
    ranks: &'c mut Ranks,
    report: &'c mut Report,
    /// The position of the first of `rules` among the segments.
    first_rule: usize,
    rules: Vec<Segment>,
    /// The channels that may be used, and where they are defined.
    channels: HashMap<Channel, Span>,
    /// In the order written; none where one has an error.
    offers: Vec<Option<Arc<Offer>>>,
}

impl CampaignChecker<'_, '_> {
    fn checker(&mut self) -> Checker<'_> {
        let mut checker = Checker::new(self.names, self.report);
        checker.ranking.ranks = Some(self.ranks);
        checker
    }

    /// Adds a rule of that name.
    fn rule(&mut self, name: String, written: &ast::Expr) -> Option<usize> {
        let mut checker = self.checker();
        let condition = checker.check_condition(written)?;
        let (roles, ranked) = (checker.used.clone(), checker.is_ranked());
        Some(self.add(name, condition, roles, ranked))
    }

    fn add(&mut self, name: String, condition: Condition, roles: Roles, ranked: bool) -> usize {
        self.rules.push(Segment {
            name: name.into(),
            span: condition.span,
            description: None,
            owner: None,
            condition: condition.into(),
            roles,
            ranked,
        });
        self.first_rule + self.rules.len() - 1
    }

    /// A rule that draws a slice of a sample.
    fn slice(&mut self, name: String, span: Span, (from, to): (u32, u32), salt: &str) -> usize {
        let kind = ConditionKind::Sample {
            from,
            to,
            salt: salt.into(),
        };
        self.add(name, Condition::new(span, kind), Roles::default(), false)
    }

    /// A share in millionths.
    fn share(&mut self, span: Span, percent: Decimal) -> Option<u32> {
        let share = u32::try_from(percent.units()).ok().filter(|it| *it <= WHOLE);
        if share.is_none() {
            let error = Diagnostic::new(Code::InvalidLiteral, "a share is at most 100%")
                .label(span, "more than all customers");
            self.report.push(error);
        }
        share
    }

    fn holdout(&mut self, name: &str, share: &ast::Share) -> Option<usize> {
        let to = self.share(share.span, share.percent)?;
        Some(self.slice(name.to_owned(), share.span, (0, to), &share.salt.text))
    }

    fn cap(&mut self, cap: &ast::Cap, counted: Option<Expr>) -> Option<Cap> {
        if cap.count == 0 {
            let error = Diagnostic::new(Code::InvalidLiteral, "at most 0 is nothing at all")
                .label(cap.span, "expected a number from 1");
            return self.report.fail(error);
        }
        let mut checker = self.checker();
        let within = if cap.within.calendar {
            checker.calendar_days(cap.span, cap.within).map(Within::Days)
        } else {
            checker.distance(cap.span, cap.within).map(Within::Distance)
        };
        Some(Cap {
            most: cap.count,
            within: within?,
            written: cap.within.to_string().into(),
            counted: counted?,
        })
    }

    /// The attribute of the customer that has a role, as a value.
    fn with_role(&mut self, has: impl Fn(&Roles) -> bool) -> Option<Expr> {
        fn find(fields: &[Field], has: &impl Fn(&Roles) -> bool, path: &mut Vec<Arc<str>>) -> bool {
            fields.iter().any(|field| {
                path.push(field.name.clone());
                let found =
                    has(&field.roles) || matches!(&field.ty, Type::Record(fields) if find(fields, has, path));
                if !found {
                    path.pop();
                }
                found
            })
        }
        let mut path = vec!["customer".into()];
        if !find(&self.names.schema.customer, &has, &mut path) {
            return None;
        }
        let name = |(index, text): (usize, Arc<str>)| Name {
            span: Span::default(),
            text,
            quoted: index > 0,
        };
        let path = path.into_iter().enumerate().map(name).collect();
        let mut checker = self.checker();
        checker.flags_sensitive = false;
        checker.check_value(&ast::Expr {
            span: Span::default(),
            kind: ExprKind::Path(path),
        })
    }

    fn campaign(&mut self, written: &ast::Campaign) -> Option<Campaign> {
        let before = self.report.error_count();
        let name = &written.name.text;
        let audience = written
            .audience
            .as_ref()
            .map(|it| named::segment(it, self.names, self.report));
        let mut campaign = Campaign {
            name: name.clone(),
            span: written.name.span,
            description: schema::text_of(written.description.as_ref()),
            owner: schema::text_of(written.owner.as_ref()),
            audience: audience.flatten(),
            priority: 0,
            holdout: None,
            caps: Vec::new(),
            prefer: Vec::new(),
            sends: Vec::new(),
        };
        let mut once: HashMap<&str, Span> = HashMap::new();
        let mut caps = Vec::new();
        let mut prefer = None;
        for clause in &written.clauses {
            let word = match &clause.kind {
                CampaignClauseKind::Priority(_) => "priority",
                CampaignClauseKind::Holdout(_) => "holdout",
                CampaignClauseKind::Prefer(_) => "prefer",
                CampaignClauseKind::AtMost(_) | CampaignClauseKind::Send(_) => "",
            };
            if !word.is_empty()
                && let Some(first) = once.insert(word, clause.span)
            {
                let error = duplicate(format!("`{word}` is given twice"), clause.span, first);
                self.report.push(error);
                continue;
            }
            match &clause.kind {
                CampaignClauseKind::Priority(it) => campaign.priority = *it,
                CampaignClauseKind::Holdout(it) => {
                    campaign.holdout = self.holdout(&format!("the holdout of {name}"), it);
                }
                CampaignClauseKind::Prefer(it) => prefer = Some(it),
                CampaignClauseKind::AtMost(it) => caps.push(it),
                CampaignClauseKind::Send(it) => {
                    let send = self.send(name, campaign.audience, it, clause.span);
                    campaign.sends.extend(send);
                }
            }
        }
        let is_send = |it: &&ast::CampaignClause| matches!(it.kind, CampaignClauseKind::Send(_));
        let sends = || written.clauses.iter().filter(is_send);
        if let Some(send) = sends().nth(MOST_SENDS) {
            let message = format!("more than {MOST_SENDS} sends");
            let error = Diagnostic::new(Code::Limit, message).label(send.span, "one too many");
            self.report.push(error);
        }
        if sends().next().is_none() {
            let error = Diagnostic::new(Code::InvalidCampaign, "the campaign sends nothing")
                .label(written.name.span, "which message?")
                .help("write `send` and the name of a message".to_owned());
            self.report.push(error);
        }
        for cap in caps {
            let counted = self.deliveries_of(&campaign, cap.span);
            campaign.caps.extend(self.cap(cap, counted));
        }
        for choice in prefer.into_iter().flatten() {
            campaign.prefer.extend(self.preferred(&campaign, choice));
        }
        // Names whose own definition has an error are `None` without a word.
        let whole =
            self.report.error_count() == before && written.audience.is_some() == campaign.audience.is_some();
        whole.then_some(campaign)
    }

    fn preferred(&mut self, campaign: &Campaign, written: &ast::Preferred) -> Option<Preferred> {
        let channel = named::channel(&written.channel, Code::UnknownChannel, self.report)?;
        let mut sent = campaign.sends.iter().flat_map(|it| &it.variants);
        if !sent.any(|it| self.messages[it.message].channel == channel) && !campaign.sends.is_empty() {
            let message = format!("no message of the campaign is sent by {channel}");
            let warning = Diagnostic::new(Code::UnusedPreference, message)
                .label(written.channel.span, "preferred for nothing")
                .help(format!("leave it out, or send a message by {channel}"));
            self.report.push(warning);
        }
        let name = format!("preference for {channel} in {}", campaign.name);
        let when = match &written.when {
            None => None,
            Some(condition) => Some(self.rule(name, condition)?),
        };
        Some(Preferred { channel, when })
    }
}
