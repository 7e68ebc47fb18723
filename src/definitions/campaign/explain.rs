//! Why a campaign decides as it does, step by step, and when it would decide otherwise.

use std::{fmt, sync::Arc};

use serde::{Serialize, Serializer};

use super::{Campaign, Decision};
use crate::{
    campaign::{Decider, HoldReason, Outcome},
    definitions::SchemaMismatch,
    eval::{
        At, Instants, NextChange,
        explain::{self, ExplainOptions, Explanation, Hidden, Question},
    },
    hir::{Cap, Channel, Distance, Within},
    plan::NodeId,
    record::{BoundRow, Customer, Record, Row},
    value::DateTime,
};

/// Why a campaign decides so about a customer: what was asked, in the order in which it was asked, and what each answer came
/// from.
///
/// Made by [`Campaign::explain`]. It owns all it says; `Display` writes it line by line.
///
/// # Example
///
/// ```
/// # use audience::{Definitions, Zone};
/// let shop = Definitions::parse(r#"
///     customer { id: string key, phone: string, agreed: bool }
///     event deliveries { channel: string, message: string, kind: ("sent" | "opened") }
///     channel sms { address phone  consent agreed  at most 1 in 7 days }
///     message hi { channel sms, text "Hi!" }
///     campaign greeting { send hi }
/// "#)?;
/// let ana = shop.customer_from_json(
///     r#"{"id": "ana", "phone": "+34 600 000 000", "agreed": true,
///         "deliveries": [{"at": "2026-05-30T10:00:00Z", "channel": "sms", "message": "sale", "kind": "sent"}]}"#,
/// )?;
/// let at = shop.at("2026-06-01T09:00:00Z".parse()?, &Zone::UTC);
/// let explanation = shop.campaign("greeting")?.explain(&ana, &at);
/// assert_eq!(explanation.to_string(), "\
/// greeting: cap reached, until 2026-06-06T10:00:00Z
///   the sending of hi: for everyone
///   consent to sms: agreed is true
///   address for sms: there is one
/// ✗ at most 1 in 7 days by sms: 1 since 2026-05-25T09:00:00Z
/// ");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DecisionExplanation {
    campaign: Arc<str>,
    decision: String,
    sends: bool,
    now: DateTime,
    zone: &'static str,
    #[serde(serialize_with = "shown_or_hidden")]
    changes: Option<NextChange>,
    steps: Vec<DecisionStep>,
}

/// One question of a decision.
///
/// ```
/// # use audience::{Definitions, StepKind, Zone};
/// # let shop = Definitions::parse(r#"
/// #     customer { id: string key, agreed: bool }
/// #     channel web { consent agreed }
/// #     message hi { channel web, body "Hi!" }
/// #     campaign greeting { send hi }
/// # "#)?;
/// # let at = shop.at("2026-06-01T09:00:00Z".parse()?, &Zone::UTC);
/// # let ana = shop.customer_from_json(r#"{"id": "ana", "agreed": true}"#)?;
/// let explanation = shop.campaign("greeting")?.explain(&ana, &at);
/// let consent = explanation.steps().iter().find(|it| it.kind == StepKind::Consent).expect("it was asked");
/// assert_eq!((consent.asks.as_str(), consent.because.as_str()), ("consent to web", "agreed is true"));
/// assert!(consent.passed && consent.rule.is_some());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct DecisionStep {
    /// What kind of question it is.
    pub kind: StepKind,
    /// The channel that it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channel: Option<Channel>,
    /// What is asked: `consent to sms`.
    pub asks: String,
    /// Whether the answer lets the message through.
    pub passed: bool,
    /// What the answer comes from: `agreed is true`. Personal values are hidden.
    pub because: String,
    /// The rule in full, where it is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rule: Option<Explanation>,
}

/// What kind of question a [`DecisionStep`] is.
///
/// ```
/// # use audience::StepKind;
/// assert_eq!(format!("{:?}", StepKind::Consent), "Consent");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum StepKind {
    /// Whether a channel is suppressed.
    Suppression,
    /// Whether the customer is in the audience.
    Audience,
    /// Whether the customer is held out.
    Holdout,
    /// Whether as much was sent as may be.
    Cap,
    /// Whether a message concerns the customer.
    Send,
    /// Whether the customer agreed to a channel.
    Consent,
    /// Whether the customer can be reached by a channel.
    Address,
    /// Whether it is late where the customer is.
    Quiet,
}

impl DecisionExplanation {
    /// The name of the campaign.
    #[must_use]
    pub fn campaign(&self) -> &str {
        &self.campaign
    }

    /// What is decided, in a few words: `cap reached`, `hi by sms`.
    #[must_use]
    pub fn decision(&self) -> &str {
        &self.decision
    }

    /// Whether something is sent.
    #[must_use]
    pub fn sends(&self) -> bool {
        self.sends
    }

    /// When it would decide otherwise, see [`Campaign::next_change`]; nothing where that moment tells something personal that was
    /// not to be shown, such as a birthday.
    #[must_use]
    pub fn changes(&self) -> Option<NextChange> {
        self.changes
    }

    /// What was asked, in order.
    #[must_use]
    pub fn steps(&self) -> &[DecisionStep] {
        &self.steps
    }
}

/// What is decided and until when, then a line for each question; a cross stands before what says no.
impl fmt::Display for DecisionExplanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.campaign, self.decision)?;
        match self.changes {
            // The end of the quiet hours is part of the decision.
            Some(NextChange::At(at)) if !self.decision.starts_with("quiet") => writeln!(f, ", until {at}")?,
            None if !self.decision.starts_with("quiet") => writeln!(f, ", until (hidden)")?,
            _ => writeln!(f)?,
        }
        for step in &self.steps {
            let mark = if step.passed { ' ' } else { '✗' };
            writeln!(f, "{mark} {}: {}", step.asks, step.because)?;
        }
        Ok(())
    }
}

/// `"hidden"` for a moment that is not shown.
#[expect(clippy::ref_option, reason = "serde hands over fields so")]
fn shown_or_hidden<S: Serializer>(changes: &Option<NextChange>, serializer: S) -> Result<S::Ok, S::Error> {
    match changes {
        Some(changes) => changes.serialize(serializer),
        None => serializer.serialize_str("hidden"),
    }
}

/// Gathers the steps of one decision.
struct Steps<'s, 'a, R> {
    campaign: &'a Campaign<R>,
    question: Question<'s>,
    hidden: Hidden<'s>,
    /// Whether the customer's zone must not be shown.
    hides_zone: bool,
    gathered: Vec<DecisionStep>,
}

impl<R> Steps<'_, '_, R> {
    fn add(&mut self, kind: StepKind, channel: Option<Channel>, asks: String, passed: bool, because: String) {
        self.gathered.push(DecisionStep {
            kind,
            channel,
            asks,
            passed,
            because,
            rule: None,
        });
    }

    /// A question that is a rule; `wanted` is the answer that lets the message through.
    fn rule<'r>(
        &mut self,
        (kind, channel): (StepKind, Option<Channel>),
        rule: usize,
        row: impl Row<'r>,
        (holds, wanted): (bool, bool),
    ) {
        let question = Question {
            segment: rule,
            ..self.question
        };
        let explanation = explain::explain(&question, row);
        debug_assert_eq!(
            explanation.holds(),
            holds,
            "the interpreter answers as the program does"
        );
        let because = explanation.facts().to_owned();
        let name = &self.campaign.inner.module.segments[rule].name;
        let asks = match kind {
            StepKind::Audience => format!("in {name}"),
            _ => name.to_string(),
        };
        self.gathered.push(DecisionStep {
            kind,
            channel,
            asks,
            passed: holds == wanted,
            because,
            rule: Some(explanation),
        });
    }
}

impl<R> Campaign<R> {
    fn explained<'a>(
        &'a self,
        row: impl Row<'a>,
        at: &'a At,
        options: &ExplainOptions,
        instants: &'a Instants,
    ) -> DecisionExplanation {
        let (changes, turn) = self.changes(row, at, NextChange::HORIZON, instants);
        let outcome = self.outcome(row, at);
        let inner = &*self.inner;
        let mut locals = [None];
        let mut decider = Decider::new(&inner.module, &inner.planned, row, at, &mut locals, None);
        let mut hidden = Hidden::new(&inner.module, options);
        let changes = (!turn.is_hidden(&inner.module, &mut hidden)).then_some(changes);
        let zone = inner.module.campaigns.zone.as_ref();
        let mut steps = Steps {
            campaign: self,
            question: Question {
                module: &inner.module,
                sources: &inner.sources,
                segment: 0,
                at,
                options,
            },
            hides_zone: zone.is_some_and(|it| hidden.expr(it)),
            hidden,
            gathered: Vec::new(),
        };
        self.steps(&mut decider, row, outcome, &mut steps);
        DecisionExplanation {
            campaign: Arc::clone(&self.definition().name),
            decision: match outcome {
                Outcome::Hold(hold) => hold.to_string(),
                Outcome::Send(send, variant) => {
                    let variant = &self.definition().sends[send].variants[variant];
                    let message = &inner.module.messages[variant.message];
                    format!("{} by {}", message.name, message.channel)
                }
            },
            sends: matches!(outcome, Outcome::Send(..)),
            now: at.now(),
            zone: at.zone().name(),
            changes,
            steps: steps.gathered,
        }
    }

    /// The questions in the order of the decision, up to the one that decides.
    fn steps<'a, Q: Row<'a>>(
        &'a self,
        decider: &mut Decider<'a, '_, '_, Q>,
        row: Q,
        outcome: Outcome,
        steps: &mut Steps<'_, 'a, R>,
    ) {
        let module = &self.inner.module;
        let definition = self.definition();
        let reason = match outcome {
            Outcome::Hold(hold) => Some(hold.reason()),
            Outcome::Send(..) => None,
        };
        for channel in self.channels() {
            let Some(rules) = module.campaigns.channels.iter().find(|it| it.channel == channel) else {
                continue;
            };
            for rule in &rules.suppress {
                let holds = decider.holds(*rule);
                if holds {
                    steps.rule((StepKind::Suppression, Some(channel)), *rule, row, (holds, false));
                }
            }
        }
        if reason == Some(HoldReason::Suppressed) {
            return;
        }
        if let Some(audience) = definition.audience {
            let holds = decider.holds(audience);
            steps.rule((StepKind::Audience, None), audience, row, (holds, true));
        }
        if reason == Some(HoldReason::NotInAudience) {
            return;
        }
        for rule in [module.campaigns.holdout, definition.holdout]
            .into_iter()
            .flatten()
        {
            let holds = decider.holds(rule);
            steps.rule((StepKind::Holdout, None), rule, row, (holds, false));
            if holds {
                return;
            }
        }
        let nodes = &self.inner.planned.campaigns.campaigns[self.index];
        for (cap, node) in definition.caps.iter().zip(nodes) {
            let of = format!("of {}", definition.name);
            if !cap_step(steps, decider, cap, *node, &of, None) {
                return;
            }
        }
        for (position, send) in definition.sends.iter().enumerate() {
            let names: Vec<_> = send
                .variants
                .iter()
                .map(|it| &*module.messages[it.message].name)
                .collect();
            let names = names.join(" or ");
            let mut concerns = true;
            for rule in &send.when {
                let holds = decider.holds(*rule);
                steps.rule((StepKind::Send, None), *rule, row, (holds, true));
                concerns &= holds;
                if !holds {
                    break;
                }
            }
            for offered in send.variants.iter().filter_map(|it| it.offer.as_ref()) {
                let offer = &module.campaigns.offers[offered.offer];
                let node = self.inner.planned.campaigns.offers[offered.offer].cap;
                if let (true, Some(cap), Some(node)) = (concerns, &offer.cap, node) {
                    let of = format!("of the offer {}", offer.name);
                    concerns &= cap_step(steps, decider, cap, node, &of, None);
                }
            }
            if !concerns {
                continue;
            }
            if send.when.is_empty() {
                let asks = format!("the sending of {names}");
                steps.add(StepKind::Send, None, asks, true, "for everyone".to_owned());
            }
            let hers = send
                .variants
                .iter()
                .position(|it| it.slice.is_none_or(|slice| decider.holds(slice)));
            let Some(variant) = hers else {
                continue;
            };
            self.channel_steps(decider, row, send.variants[variant].message, steps);
            if outcome == Outcome::Send(position, variant) {
                return;
            }
        }
    }

    /// What is asked of the channel of a message, up to what says no.
    fn channel_steps<'a, Q: Row<'a>>(
        &'a self,
        decider: &mut Decider<'a, '_, '_, Q>,
        row: Q,
        message: usize,
        steps: &mut Steps<'_, 'a, R>,
    ) {
        let module = &self.inner.module;
        let message = &module.messages[message];
        let channel = message.channel;
        let channels = module.campaigns.channels.iter();
        let Some(index) = channels.into_iter().position(|it| it.channel == channel) else {
            return;
        };
        let rules = &module.campaigns.channels[index];
        if rules.suppress.iter().any(|it| decider.holds(*it)) {
            // Told at the beginning.
            return;
        }
        if message.transactional {
            let asks = format!("consent to {channel}");
            let because = "the message is transactional".to_owned();
            steps.add(StepKind::Consent, Some(channel), asks, true, because);
        } else {
            let holds = decider.holds(rules.consent);
            steps.rule(
                (StepKind::Consent, Some(channel)),
                rules.consent,
                row,
                (holds, true),
            );
            if !holds {
                return;
            }
        }
        if let Some((_, rule)) = &rules.address {
            let holds = decider.holds(*rule);
            // Where somebody is reached is personal, whatever the schema says of it.
            let because = if holds { "there is one" } else { "there is none" };
            let asks = format!("address for {channel}");
            steps.add(StepKind::Address, Some(channel), asks, holds, because.to_owned());
            if !holds {
                return;
            }
        }
        if message.transactional {
            return;
        }
        let nodes = &self.inner.planned.campaigns.channels[index].caps;
        for (cap, node) in rules.caps.iter().zip(nodes) {
            if !cap_step(
                steps,
                decider,
                cap,
                *node,
                &format!("by {channel}"),
                Some(channel),
            ) {
                return;
            }
        }
        if let Some(quiet) = rules.quiet {
            let until = decider.quiet_until(quiet);
            let clock = |minutes: u32| format!("{:02}:{:02}", minutes / 60, minutes % 60);
            let asks = format!(
                "quiet hours of {channel} {} to {}",
                clock(quiet.from),
                clock(quiet.to)
            );
            let zone = decider.zone();
            let because = if steps.hides_zone {
                "it is (hidden)".to_owned()
            } else {
                let clock = clock_of(steps.question.at.now(), zone);
                format!("it is {clock} in {}", zone.name())
            };
            steps.add(StepKind::Quiet, Some(channel), asks, until.is_none(), because);
        }
    }
}

/// A cap as a step; gives whether there is room.
fn cap_step<'a, Q: Row<'a>, R>(
    steps: &mut Steps<'_, '_, R>,
    decider: &mut Decider<'a, '_, '_, Q>,
    cap: &Cap,
    node: NodeId,
    of: &str,
    channel: Option<Channel>,
) -> bool {
    let (count, since) = decider.count_of(cap, node);
    let passed = count < cap.most;
    let asks = format!("at most {} in {} {of}", cap.most, cap.written);
    let by_zone = !matches!(cap.within, Within::Distance(Distance::Micros(_)));
    let because = if steps.hidden.expr(&cap.counted) {
        "(hidden)".to_owned()
    } else if by_zone && steps.hides_zone {
        format!("{count} since (hidden)")
    } else {
        format!("{count} since {since}")
    };
    steps.add(StepKind::Cap, channel, asks, passed, because);
    passed
}

/// What the clock of a zone shows, in hours and minutes.
fn clock_of(at: DateTime, zone: crate::value::Zone) -> String {
    let minutes = zone.wall(at).rem_euclid(86_400_000_000) / 60_000_000;
    format!("{:02}:{:02}", minutes / 60, minutes % 60)
}

impl Campaign {
    /// Tells why the customer gets what she gets at that moment, or nothing. Personal values are hidden.
    ///
    /// Takes its time, as [`Segment::explain`](crate::Segment::explain) does for each rule.
    ///
    /// # Panics
    ///
    /// When the customer was loaded for another schema.
    #[must_use]
    pub fn explain(&self, customer: &Customer, at: &At) -> DecisionExplanation {
        self.explain_with(customer, at, &ExplainOptions::default())
    }

    /// Explains as [`explain`](Self::explain) does, with options.
    ///
    /// # Panics
    ///
    /// When the customer was loaded for another schema.
    #[must_use]
    pub fn explain_with(
        &self,
        customer: &Customer,
        at: &At,
        options: &ExplainOptions,
    ) -> DecisionExplanation {
        assert!(customer.fits(&self.inner.shape), "{SchemaMismatch}");
        self.explained(customer, at, options, &Instants::new())
    }

    /// Tells when the decision becomes another one if nothing new becomes known: another message, or another reason to hold.
    ///
    /// It looks as far as [`NextChange::HORIZON`], and at most at [`Limits::edges`](crate::Limits::edges) instants. A service can
    /// wait until then instead of deciding about everyone every hour. Caps and answered channels go by the deliveries that have
    /// taken place: one dated later than `at` is not waited for.
    ///
    /// # Panics
    ///
    /// When the customer was loaded for another schema.
    ///
    /// ```
    /// # use audience::{Definitions, NextChange, Zone};
    /// let shop = Definitions::parse(r#"
    ///     customer { id: string key, agreed: bool }
    ///     channel web { consent agreed  quiet 22:00 to 08:00 }
    ///     message hi { channel web, body "Hi!" }
    ///     campaign greeting { send hi }
    /// "#)?;
    /// let ana = shop.customer_from_json(r#"{"id": "ana", "agreed": true}"#)?;
    /// let at = shop.at("2026-06-01T09:00:00Z".parse()?, &Zone::UTC);
    /// let change = shop.campaign("greeting")?.next_change(&ana, &at);
    /// assert_eq!(change, NextChange::At("2026-06-01T22:00:00Z".parse()?));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn next_change(&self, customer: &Customer, at: &At) -> NextChange {
        assert!(customer.fits(&self.inner.shape), "{SchemaMismatch}");
        self.changes(customer, at, NextChange::HORIZON, &Instants::new())
            .0
    }
}

impl<R: Record> Campaign<R> {
    /// Tells why the customer that this record is gets what she gets, or nothing. Personal values are hidden.
    #[must_use]
    pub fn explain(&self, record: &R, at: &At) -> DecisionExplanation {
        self.explain_with(record, at, &ExplainOptions::default())
    }

    /// Explains as [`explain`](Self::explain) does, with options.
    #[must_use]
    pub fn explain_with(&self, record: &R, at: &At, options: &ExplainOptions) -> DecisionExplanation {
        let row = BoundRow::new(record, self.bound());
        self.explained(row, at, options, &Instants::new())
    }

    /// Tells when the decision becomes another one if nothing new becomes known.
    #[must_use]
    pub fn next_change(&self, record: &R, at: &At) -> NextChange {
        let row = BoundRow::new(record, self.bound());
        self.changes(row, at, NextChange::HORIZON, &Instants::new()).0
    }
}

impl<R> Decision<'_, R> {
    /// Whether a message is sent.
    #[must_use]
    pub fn sends(&self) -> bool {
        matches!(self, Self::Send(_))
    }
}
