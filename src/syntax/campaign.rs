//! Channels and campaigns, read line by line, so that an error in one clause does not hide those of the others; and offers.

use pest::iterators::Pair;

use super::{
    ast::{
        Campaign, CampaignClause, CampaignClauseKind, Cap, Channel, ChannelClause, ChannelClauseKind, Clock,
        Exposure, Item, ItemKind, Name, Offer, Preferred, Send, Share, Term, Text, Variant,
    },
    definitions::Reader,
    expression::{Builder, next},
    grammar::Rule,
    literal,
    scan::{Token, TokenKind},
};
use crate::{
    diagnostic::{Code, Diagnostic, suggest},
    span::Span,
};

/// What the end of a clause is called.
const END: &str = "the end of the clause";

const CHANNEL_WORDS: [&str; 5] = ["address", "consent", "at", "quiet", "suppress"];
const CAMPAIGN_WORDS: [&str; 5] = ["priority", "holdout", "at", "prefer", "send"];

/// Words with which a line goes on, though they may also be names.
const GOING_ON: [&str; 4] = ["with", "as", "to", "if"];

impl<'t> Reader<'t> {
    /// The channel that these tokens are. All that is wrong with its clauses is reported.
    pub(super) fn channel(&mut self, tokens: &[Token]) -> Option<Item> {
        let head = (Rule::channel_head, "an address and a consent");
        let body = self.braces(tokens, head, Builder::named_head);
        let clauses = self.clauses(
            (Rule::lone_channel_clauses, &CHANNEL_WORDS),
            body.inner,
            Builder::channel_clauses,
        );
        let (name, description) = body.head?;
        let clauses = clauses.filter(|_| body.right)?;
        self.item(tokens, |_| {
            ItemKind::Channel(Channel {
                name,
                description,
                clauses,
            })
        })
    }

    /// The campaign that these tokens are. All that is wrong with its clauses is reported.
    pub(super) fn campaign(&mut self, tokens: &[Token]) -> Option<Item> {
        let head = (Rule::campaign_head, "what it sends");
        let body = self.braces(tokens, head, Builder::campaign_head);
        let clauses = self.clauses(
            (Rule::lone_campaign_clauses, &CAMPAIGN_WORDS),
            body.inner,
            Builder::campaign_clauses,
        );
        let campaign = body.head?;
        let clauses = clauses.filter(|_| body.right)?;
        self.item(tokens, |_| ItemKind::Campaign(Campaign { clauses, ..campaign }))
    }

    fn item(&self, tokens: &[Token], kind: impl FnOnce(Span) -> ItemKind) -> Option<Item> {
        let [first, last] = [tokens.first()?, tokens.last()?].map(|it| it.span(self.source));
        let span = first.to(last);
        Some(Item {
            span,
            kind: kind(span),
        })
    }

    /// The clauses between the braces; `None` when one of them is not legible.
    fn clauses<T>(
        &mut self,
        (rule, words): (Rule, &[&'static str]),
        mut rest: &[Token],
        build: impl Fn(&Builder<'t>, Pair<'_, Rule>) -> Vec<T>,
    ) -> Option<Vec<T>> {
        let mut right = true;
        let mut clauses = Vec::new();
        while !rest.is_empty() {
            let piece;
            (piece, rest) = rest.split_at(self.line_length(rest, words));
            let Some((last, all_but_last)) = piece.split_last() else {
                break;
            };
            let ends_with_comma = words == CHANNEL_WORDS && last.text(self.text) == ",";
            let piece = if ends_with_comma { all_but_last } else { piece };
            if piece.is_empty() {
                continue;
            }
            let before = self.diagnostics.len();
            match self.parse(rule, piece, END, &build) {
                Some(found) => clauses.extend(found),
                None => right = false,
            }
            if let Some(error) = self.diagnostics.get_mut(before)
                && error.help.is_empty()
                && error.span().start == piece[0].start
            {
                let first = piece[0].text(self.text);
                error.help.extend(suggest::did_you_mean(
                    first,
                    words.iter().copied().filter(|it| *it != "at"),
                ));
            }
        }
        right.then_some(clauses)
    }

    /// How many tokens the first line of clauses has. It ends where a line begins that does not go on with it.
    fn line_length(&self, tokens: &[Token], words: &[&str]) -> usize {
        let mut depth = 0_usize;
        for (index, token) in tokens.iter().enumerate() {
            if index > 0 && depth == 0 && token.first_on_line && self.begins_line(tokens, index, words) {
                return index;
            }
            match token.kind {
                TokenKind::Open => depth += 1,
                TokenKind::Close => depth = depth.saturating_sub(1),
                _ => {}
            }
        }
        tokens.len()
    }

    fn begins_line(&self, tokens: &[Token], index: usize, words: &[&str]) -> bool {
        let (before, line) = tokens.split_at(index);
        let is = |words: &[&str]| words.iter().any(|word| line[0].is(self.text, word));
        let comma = before.last().is_some_and(|it| it.text(self.text) == ",");
        let asks = self.asks_for_more(before) && !(comma && words == CHANNEL_WORDS);
        if asks || self.goes_on(line) || is(&GOING_ON) {
            return false;
        }
        is(words) || matches!(line[0].kind, TokenKind::Word | TokenKind::QuotedName)
    }
}

impl Builder<'_> {
    fn named_head(&self, pair: Pair<'_, Rule>) -> (Name, Option<Text>) {
        let mut name = None;
        let mut description = None;
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::name => name = Some(self.name(&part)),
                Rule::description => description = Some(self.only_text(part)),
                _ => {}
            }
        }
        (name.expect("a definition has a name"), description)
    }

    fn campaign_head(&self, pair: Pair<'_, Rule>) -> Campaign {
        let mut names = Vec::new();
        let mut description = None;
        let mut owner = None;
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::name => names.push(self.name(&part)),
                Rule::description => description = Some(self.only_text(part)),
                Rule::owner => owner = Some(self.only_text(part)),
                _ => {}
            }
        }
        let mut names = names.into_iter();
        Campaign {
            name: names.next().expect("a campaign has a name"),
            audience: names.next(),
            description,
            owner,
            clauses: Vec::new(),
        }
    }

    fn channel_clauses(&self, pair: Pair<'_, Rule>) -> Vec<ChannelClause> {
        let clauses = pair
            .into_inner()
            .filter(|it| it.as_rule() == Rule::channel_clause);
        clauses.map(|it| self.channel_clause(it)).collect()
    }

    fn channel_clause(&self, pair: Pair<'_, Rule>) -> ChannelClause {
        let pair = next(&mut pair.into_inner());
        let span = self.span(&pair);
        let rule = pair.as_rule();
        if rule == Rule::cap {
            let cap = self.cap(pair);
            let kind = ChannelClauseKind::AtMost(cap);
            return ChannelClause { span, kind };
        }
        let mut parts = pair.into_inner().filter(|it| !is_word(it.as_rule()));
        let first = next(&mut parts);
        let kind = match rule {
            Rule::address => ChannelClauseKind::Address(self.expr(first)),
            Rule::consent => ChannelClauseKind::Consent(self.expr(first)),
            Rule::quiet => ChannelClauseKind::Quiet {
                from: self.clock(&first),
                to: self.clock(&next(&mut parts)),
            },
            _ => ChannelClauseKind::Suppress(self.expr(first)),
        };
        // Blanks after the last token belong to nothing.
        let span = match &kind {
            ChannelClauseKind::Address(it)
            | ChannelClauseKind::Consent(it)
            | ChannelClauseKind::Suppress(it) => span.to(it.span),
            _ => span,
        };
        ChannelClause { span, kind }
    }

    pub(super) fn cap(&self, pair: Pair<'_, Rule>) -> Cap {
        let span = self.span(&pair);
        let mut parts = pair.into_inner();
        let number = next(&mut next(&mut parts).into_inner());
        let count = literal::amount(number.as_str()).unwrap_or_else(|flaw| {
            self.flaw(&number, flaw);
            1
        });
        let within = self.amount(parts.nth(1).expect("a cap has a time"));
        Cap { span, count, within }
    }

    fn clock(&self, pair: &Pair<'_, Rule>) -> Clock {
        let span = self.span(pair);
        let written = pair.as_str();
        let (hours, minutes) = written.split_once(':').expect("the grammar asks for a colon");
        let [hours, minutes] = [hours, minutes].map(|it| it.parse::<u32>().unwrap_or(u32::MAX));
        if hours > 23 || minutes > 59 {
            let error = Diagnostic::new(Code::InvalidLiteral, format!("`{written}` is no time of day"))
                .label(span, "from `00:00` to `23:59`");
            self.break_off(error);
            return Clock { span, minutes: 0 };
        }
        Clock {
            span,
            minutes: hours * 60 + minutes,
        }
    }

    fn campaign_clauses(&self, pair: Pair<'_, Rule>) -> Vec<CampaignClause> {
        pair.into_inner().map(|it| self.campaign_clause(it)).collect()
    }

    fn campaign_clause(&self, pair: Pair<'_, Rule>) -> CampaignClause {
        let pair = next(&mut pair.into_inner());
        let span = self.span(&pair);
        let kind = match pair.as_rule() {
            Rule::priority => {
                let number = pair.into_inner().nth(1).expect("a priority has a number");
                let priority = literal::int(number.as_str()).unwrap_or_else(|flaw| {
                    self.flaw(&number, flaw);
                    0
                });
                CampaignClauseKind::Priority(priority)
            }
            Rule::holdout => CampaignClauseKind::Holdout(self.share(pair)),
            Rule::cap => CampaignClauseKind::AtMost(self.cap(pair)),
            Rule::prefer => {
                let choices = pair.into_inner().filter(|it| it.as_rule() == Rule::preferred);
                CampaignClauseKind::Prefer(choices.map(|it| self.preferred(it)).collect())
            }
            _ => CampaignClauseKind::Send(self.send(pair)),
        };
        CampaignClause { span, kind }
    }

    pub(super) fn share(&self, pair: Pair<'_, Rule>) -> Share {
        let span = self.span(&pair);
        let mut parts = pair.into_inner().filter(|it| !is_word(it.as_rule()));
        Share {
            span,
            percent: self.percent(&next(&mut parts)),
            salt: self.text(&next(&mut parts)),
        }
    }

    fn preferred(&self, pair: Pair<'_, Rule>) -> Preferred {
        let mut parts = pair.into_inner().filter(|it| !is_word(it.as_rule()));
        Preferred {
            channel: self.name(&next(&mut parts)),
            when: parts.next().map(|it| self.expr(it)),
        }
    }

    fn send(&self, pair: Pair<'_, Rule>) -> Send {
        let mut send = Send {
            variants: Vec::new(),
            salt: None,
            exposure: None,
            when: None,
        };
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::variant => send.variants.push(self.variant(part)),
                Rule::text => send.salt = Some(self.text(&part)),
                Rule::exposure => {
                    let percent = part.into_inner().nth(1).expect("an exposure has a share");
                    send.exposure = Some(Exposure {
                        span: self.span(&percent),
                        percent: self.percent(&percent),
                    });
                }
                Rule::expr => send.when = Some(self.expr(part)),
                _ => {}
            }
        }
        send
    }

    fn variant(&self, pair: Pair<'_, Rule>) -> Variant {
        let named = |pair: Pair<'_, Rule>| self.name(&pair.into_inner().nth(1).expect("a word and a name"));
        let mut span = None;
        let mut percent = None;
        let mut message = None;
        let mut offer = None;
        let mut label = None;
        for part in pair.into_inner() {
            let its = self.span(&part);
            let whole = span.map_or(its, |it: Span| it.to(its));
            span = Some(whole);
            match part.as_rule() {
                Rule::percent => percent = Some(self.percent(&part)),
                Rule::offered => offer = Some(named(part)),
                Rule::label => label = Some(named(part)),
                _ => message = Some(self.name(&part)),
            }
        }
        Variant {
            span: span.unwrap_or_default(),
            percent,
            message: message.expect("a variant has a message"),
            offer,
            label,
        }
    }

    pub(super) fn offer(&self, pair: Pair<'_, Rule>) -> Offer {
        let mut name = None;
        let mut offer = Offer {
            name: Name {
                span: Span::default(),
                text: "".into(),
                quoted: false,
            },
            description: None,
            eligible: None,
            cap: None,
            terms: Vec::new(),
        };
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::name => name = Some(self.name(&part)),
                Rule::description => offer.description = Some(self.only_text(part)),
                Rule::expr => offer.eligible = Some(self.expr(part)),
                Rule::cap => offer.cap = Some(self.cap(part)),
                Rule::terms => {
                    let terms = part.into_inner().filter(|it| it.as_rule() == Rule::offer_term);
                    offer.terms = terms.map(|it| self.term(it)).collect();
                }
                _ => {}
            }
        }
        offer.name = name.expect("an offer has a name");
        offer
    }

    fn term(&self, pair: Pair<'_, Rule>) -> Term {
        let mut parts = pair.into_inner().filter(|it| it.as_rule() != Rule::colon);
        let name = self.name(&next(&mut parts));
        let value = next(&mut parts);
        Term {
            name,
            value: (value.as_rule() == Rule::expr).then(|| self.expr(value)),
        }
    }
}

/// The marks of a clause, which say nothing once it is known which one it is.
fn is_word(rule: Rule) -> bool {
    matches!(
        rule,
        Rule::address_word
            | Rule::consent_word
            | Rule::quiet_word
            | Rule::to_word
            | Rule::suppress_word
            | Rule::if_word
            | Rule::holdout_word
            | Rule::of_word
            | Rule::when_word
    )
}
