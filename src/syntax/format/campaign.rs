//! Channels, campaigns and offers: a line for each clause, what they say in a column.

use std::fmt::Write as _;

use super::{FIELD_STEP, Printer};
use crate::syntax::{
    ast::{
        Campaign, CampaignClause, CampaignClauseKind, Cap, Channel, ChannelClause, ChannelClauseKind, Clock,
        Expr, Name, Offer, Send, Share, Term, Variant,
    },
    print::{self, Level},
};

/// How far what goes on on another line is moved in.
const INNER: usize = 2 * FIELD_STEP;

impl Printer<'_> {
    pub(super) fn channel(&mut self, channel: &Channel, end: u32) {
        self.head("channel ", &channel.name, channel.description.as_ref());
        let head = |it: &ChannelClause| match it.kind {
            ChannelClauseKind::Address(_) => "address",
            ChannelClauseKind::Consent(_) => "consent",
            ChannelClauseKind::AtMost(_) => "at most",
            ChannelClauseKind::Quiet { .. } => "quiet",
            ChannelClauseKind::Suppress(_) => "suppress if",
        };
        let clauses = channel.clauses.iter().map(|it| (it.span.start, head(it), it));
        self.lines_of_clauses(&clauses.collect::<Vec<_>>(), end, Self::channel_clause);
    }

    pub(super) fn campaign(&mut self, campaign: &Campaign, end: u32) {
        self.out.push_str("campaign ");
        print::name(&mut self.out, &campaign.name);
        if let Some(audience) = &campaign.audience {
            self.out.push_str(" for ");
            print::name(&mut self.out, audience);
        }
        self.description(campaign.description.as_ref());
        if let Some(owner) = &campaign.owner {
            self.out.push_str(" owner ");
            print::text(&mut self.out, &owner.text);
        }
        let head = |it: &CampaignClause| match it.kind {
            CampaignClauseKind::Priority(_) => "priority",
            CampaignClauseKind::Holdout(_) => "holdout",
            CampaignClauseKind::AtMost(_) => "at most",
            CampaignClauseKind::Prefer(_) => "prefer",
            CampaignClauseKind::Send(_) => "send",
        };
        let clauses = campaign.clauses.iter().map(|it| (it.span.start, head(it), it));
        self.lines_of_clauses(&clauses.collect::<Vec<_>>(), end, Self::campaign_clause);
    }

    pub(super) fn offer(&mut self, offer: &Offer, end: u32) {
        self.head("offer ", &offer.name, offer.description.as_ref());
        if let Some(eligible) = &offer.eligible {
            self.out.push_str(" for ");
            self.expr(eligible, Level::Or, INNER);
        }
        if let Some(it) = &offer.cap {
            self.out.push_str(" at most ");
            cap(&mut self.out, it);
        }
        if offer.terms.is_empty() {
            return;
        }
        let mut line = String::from(" {");
        for (index, term) in offer.terms.iter().enumerate() {
            line.push_str(if index == 0 { " " } else { ", " });
            print::name(&mut line, &term.name);
            line.push_str(": ");
            match &term.value {
                Some(value) => print::expr(&mut line, value, Level::Or),
                None => line.push_str("unique code"),
            }
        }
        line.push_str(" }");
        self.on_one_line_or(&line, end, |printer| printer.terms(&offer.terms, end));
    }

    fn terms(&mut self, terms: &[Term], end: u32) {
        self.out.push_str(" {");
        let name = |term: &Term| {
            let mut name = String::new();
            print::name(&mut name, &term.name);
            name
        };
        let widest = terms.iter().map(|it| name(it).chars().count()).max();
        for term in terms {
            self.line(FIELD_STEP, term.name.span.start);
            let name = name(term);
            let padding = widest.unwrap_or(0) - name.chars().count() + 1;
            self.out.push_str(&name);
            self.out.push(':');
            self.out.extend(std::iter::repeat_n(' ', padding));
            match &term.value {
                Some(value) => self.expr(value, Level::Or, INNER),
                None => self.out.push_str("unique code"),
            }
        }
        self.comments_before(FIELD_STEP, end.saturating_sub(1));
        self.indent(0);
        self.out.push('}');
    }

    pub(super) fn share(&mut self, it: &Share) {
        let _ = write!(self.out, "{}% of ", it.percent);
        print::text(&mut self.out, &it.salt.text);
    }

    fn lines_of_clauses<T>(
        &mut self,
        clauses: &[(u32, &'static str, &T)],
        end: u32,
        write: impl Fn(&mut Self, &T),
    ) {
        self.out.push_str(" {");
        let widest = clauses.iter().map(|(_, head, _)| head.len()).max().unwrap_or(0);
        for (index, (start, head, clause)) in clauses.iter().enumerate() {
            if index > 0 && self.first_of_group(*start) {
                self.trailing_comment(*start);
                self.out.push('\n');
            }
            self.line(FIELD_STEP, *start);
            self.out.push_str(head);
            self.out.extend(std::iter::repeat_n(' ', widest + 2 - head.len()));
            write(self, clause);
        }
        self.comments_before(FIELD_STEP, end.saturating_sub(1));
        self.indent(0);
        self.out.push('}');
    }

    /// What follows the head.
    fn channel_clause(&mut self, clause: &ChannelClause) {
        match &clause.kind {
            ChannelClauseKind::Address(it) => self.expr(it, Level::Sum, INNER),
            ChannelClauseKind::Consent(it) | ChannelClauseKind::Suppress(it) => {
                self.expr(it, Level::Or, INNER);
            }
            ChannelClauseKind::AtMost(it) => cap(&mut self.out, it),
            ChannelClauseKind::Quiet { from, to } => {
                clock(&mut self.out, *from);
                self.out.push_str(" to ");
                clock(&mut self.out, *to);
            }
        }
    }

    fn campaign_clause(&mut self, clause: &CampaignClause) {
        match &clause.kind {
            CampaignClauseKind::Priority(it) => {
                let _ = write!(self.out, "{it}");
            }
            CampaignClauseKind::Holdout(it) => self.share(it),
            CampaignClauseKind::AtMost(it) => cap(&mut self.out, it),
            CampaignClauseKind::Prefer(choices) => {
                for (index, choice) in choices.iter().enumerate() {
                    if index > 0 {
                        self.out.push_str(", ");
                    }
                    print::name(&mut self.out, &choice.channel);
                    self.when(choice.when.as_ref());
                }
            }
            CampaignClauseKind::Send(it) => self.send(it),
        }
    }

    fn send(&mut self, send: &Send) {
        for (index, it) in send.variants.iter().enumerate() {
            if index > 0 {
                self.out.push_str(", ");
            }
            variant(&mut self.out, it);
        }
        if let Some(salt) = &send.salt {
            self.out.push_str(" of ");
            print::text(&mut self.out, &salt.text);
        }
        if let Some(exposure) = &send.exposure {
            let _ = write!(self.out, " to {}%", exposure.percent);
        }
        self.when(send.when.as_ref());
    }

    fn when(&mut self, condition: Option<&Expr>) {
        if let Some(condition) = condition {
            self.out.push_str(" when ");
            self.expr(condition, Level::Or, INNER);
        }
    }
}

/// What a clause is about, and what it says of that, on one line.
pub(crate) fn written_channel_clause(clause: &ChannelClause) -> (String, String) {
    let head = match &clause.kind {
        ChannelClauseKind::Address(_) => "address".to_owned(),
        ChannelClauseKind::Consent(_) => "consent".to_owned(),
        ChannelClauseKind::AtMost(it) => format!("at most in {}", it.within),
        ChannelClauseKind::Quiet { .. } => "quiet".to_owned(),
        ChannelClauseKind::Suppress(_) => "suppress".to_owned(),
    };
    (head, super::on_one_line(|printer| printer.channel_clause(clause)))
}

/// What a clause is about, and what it says of that, on one line. Sends are told apart by their messages.
pub(crate) fn written_campaign_clause(clause: &CampaignClause) -> (String, String) {
    let head = match &clause.kind {
        CampaignClauseKind::Priority(_) => "priority".to_owned(),
        CampaignClauseKind::Holdout(_) => "holdout".to_owned(),
        CampaignClauseKind::AtMost(it) => format!("at most in {}", it.within),
        CampaignClauseKind::Prefer(_) => "prefer".to_owned(),
        CampaignClauseKind::Send(it) => {
            let messages: Vec<_> = it.variants.iter().map(|it| &*it.message.text).collect();
            format!("send {}", messages.join(", "))
        }
    };
    (
        head,
        super::on_one_line(|printer| printer.campaign_clause(clause)),
    )
}

/// An offer without its head, on one line.
pub(crate) fn written_offer(offer: &Offer) -> String {
    super::on_one_line(|printer| printer.offer(offer, 0))
}

/// The share of a holdout.
pub(crate) fn written_share(share: &Share) -> String {
    super::on_one_line(|printer| printer.share(share))
}

fn cap(out: &mut String, cap: &Cap) {
    let _ = write!(out, "{} in {}", cap.count, cap.within);
}

fn clock(out: &mut String, clock: Clock) {
    let _ = write!(out, "{:02}:{:02}", clock.minutes / 60, clock.minutes % 60);
}

fn variant(out: &mut String, variant: &Variant) {
    let mut named = |word: &str, name: &Name| {
        out.push_str(word);
        print::name(out, name);
    };
    match variant.percent {
        Some(percent) => named(&format!("{percent}% "), &variant.message),
        None => named("", &variant.message),
    }
    if let Some(offer) = &variant.offer {
        named(" with ", offer);
    }
    if let Some(label) = &variant.label {
        named(" as ", label);
    }
}
