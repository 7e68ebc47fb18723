//! The sheet that marketers, copywriters, developers of messages and engineers share.

mod campaign;

pub use campaign::{DescribedCampaign, DescribedChannel, DescribedOffer};

use std::{fmt, sync::Arc};

use serde::Serialize;

use super::Definitions;
use crate::{
    eval::explain,
    hir::{Channel, Condition, ConditionKind, Expr, ExprKind, Module, Part},
    message::Compiled,
    requirements::{Gather, Requirements},
    span::Span,
    template::{Placeholder, Template},
    value::{Roles, Type},
};

/// What there is in a set of definitions, for people.
///
/// Given by [`Definitions::describe`]. `Display` writes Markdown; as JSON it has the shape
///
/// ```text
/// { "segments": [{ "name": "loyal", "description": "…", "owner": "CRM", "says": "there are at least 3 purchases", "written": "at least 3 purchases",
///                  "uses": ["spent"], "needs": { … } }],
///   "traits":   [{ "name": "spent", "description": "…", "type": "decimal", "optional": true, "roles": { … }, "written": "…", "uses": [], "needs": { … } }],
///   "messages": [{ "name": "mail", "description": "…", "channel": "email", "audience": "loyal", "languages": ["en"],
///                  "parts": [{ "name": "subject", "placeholders": [{ "shows": "first_name", "fallback": "there", "line": 1 }] }], "needs": { … } },
///                { "name": "mail.html", "placeholders": [ … ], "needs": { … } }],
///   "needs":    { … } }
/// ```
///
/// where `needs` are [`Requirements`], those at the end of everything together.
///
/// # Example
///
/// ```
/// # use audience::Definitions;
/// let shop = Definitions::parse(
///     "customer { id: string key, orders: int? }
///      segment loyal \"Worth a phone call\" owner \"CRM\" = orders >= 10",
/// )?;
/// assert_eq!(
///     shop.describe().only("loyal").ok_or("no such name")?.to_string(),
///     "## Segment loyal\n\n\
///      Worth a phone call\n\n\
///      - In it: orders are at least 10.\n\
///      - Owner: CRM\n\
///      - Written: `orders >= 10`\n\
///      - Needs attributes: id (string, key), orders (int?)\n"
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Description {
    /// The segments, in the order defined.
    pub segments: Vec<DescribedSegment>,
    /// The traits, in the order defined.
    pub traits: Vec<DescribedTrait>,
    /// The messages, in the order defined, and then the templates that were [added](Self::with_message).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub messages: Vec<DescribedMessage>,
    /// The channels, in the order defined.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub channels: Vec<DescribedChannel>,
    /// The offers, in the order defined.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub offers: Vec<DescribedOffer>,
    /// The campaigns, in the order defined.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub campaigns: Vec<DescribedCampaign>,
    /// What all of them read.
    pub needs: Requirements,
}

/// A message on the sheet.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct DescribedMessage {
    /// Its name.
    pub name: Arc<str>,
    /// What it is, for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<Arc<str>>,
    /// The way it takes; none of a template that was added.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channel: Option<Channel>,
    /// The segment that it is for; none when it is for everyone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub audience: Option<Arc<str>>,
    /// Whether nobody has to have agreed to it.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub transactional: bool,
    /// The languages that it is written in, the one of everyone else first; none when there is only one.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub languages: Vec<Arc<str>>,
    /// Its parts, in the order of the channel's table.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<DescribedPart>,
    /// Of a template that was added: where it differs from customer to customer, and what it says instead.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub placeholders: Vec<Placeholder>,
    /// What it reads.
    pub needs: Requirements,
}

/// A part of a message on the sheet.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct DescribedPart {
    /// Its name.
    pub name: &'static str,
    /// Its language, when it is written in several.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<Arc<str>>,
    /// Where it differs from customer to customer, and what it says instead.
    pub placeholders: Vec<Placeholder>,
}

/// A segment on the sheet.
///
/// ```
/// # use audience::Definitions;
/// let shop = Definitions::parse(
///     "customer { id: string key }  event orders { amount: decimal }
///      trait spent = sum(amount of orders)  segment rich = spent > 100",
/// )?;
/// let rich = &shop.describe().segments[0];
/// assert_eq!((rich.says.as_str(), rich.written.as_str()), ("spent is more than 100", "spent > 100"));
/// assert_eq!((&*rich.uses[0], &*rich.needs.events[0].name), ("spent", "orders"));
/// # Ok::<(), audience::CompileError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct DescribedSegment {
    /// Its name.
    pub name: Arc<str>,
    /// What it is, for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<Arc<str>>,
    /// Who answers for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner: Option<Arc<str>>,
    /// The rule in plain English.
    pub says: String,
    /// The rule as written, in one line.
    pub written: String,
    /// Segments and traits that it refers to itself.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub uses: Vec<Arc<str>>,
    /// What it reads.
    pub needs: Requirements,
}

/// A trait on the sheet.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct DescribedTrait {
    /// Its name.
    pub name: Arc<str>,
    /// What it is, for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<Arc<str>>,
    /// The type of its values.
    #[serde(rename = "type")]
    pub ty: Type,
    /// Whether it may be missing, so that a message needs a fallback.
    pub optional: bool,
    /// Whether it is personal or sensitive.
    #[serde(skip_serializing_if = "Roles::is_empty")]
    pub roles: Roles,
    /// The expression as written, in one line.
    pub written: String,
    /// Segments and traits that it refers to itself.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub uses: Vec<Arc<str>>,
    /// What it reads.
    pub needs: Requirements,
}

impl Definitions {
    /// Describes all segments and traits: what each is, who answers for it, its rule in plain English, and what data it needs.
    ///
    /// Works before a population is given. Takes time proportional to the length of the definitions times how deep they refer to each
    /// other.
    ///
    /// ```
    /// # use audience::Definitions;
    /// let shop = Definitions::parse("customer { id: string key, orders: int? }  segment loyal = orders >= 10")?;
    /// assert_eq!(shop.describe().segments[0].says, "orders are at least 10");
    /// # Ok::<(), audience::CompileError>(())
    /// ```
    #[must_use]
    pub fn describe(&self) -> Description {
        let module = &self.inner.module;
        let segments = module
            .named_segments()
            .iter()
            .enumerate()
            .map(|(index, segment)| {
                let mut gather = Gather::new(module);
                gather.segment(index);
                DescribedSegment {
                    name: segment.name.clone(),
                    description: segment.description.clone(),
                    owner: segment.owner.clone(),
                    says: explain::in_words(module, &segment.condition),
                    written: self.written(segment.condition.span),
                    uses: self.uses(Part::Condition(&segment.condition)),
                    needs: gather.finish(),
                }
            });
        let traits = module.traits.iter().enumerate().map(|(index, computed)| {
            let mut gather = Gather::new(module);
            gather.computed(index);
            DescribedTrait {
                name: computed.name.clone(),
                description: computed.description.clone(),
                ty: computed.value.ty.clone(),
                optional: computed.value.optional,
                roles: computed.roles.clone(),
                written: self.written(computed.value.span),
                uses: self.uses(Part::Expr(&computed.value)),
                needs: gather.finish(),
            }
        });
        Description {
            segments: segments.collect(),
            traits: traits.collect(),
            messages: self
                .inner
                .messages
                .iter()
                .map(|it| described_message(module, it))
                .collect(),
            channels: self.described_channels(),
            offers: self.described_offers(),
            campaigns: self.described_campaigns(),
            needs: self.requirements(),
        }
    }

    /// The text of a span in one line, without its comments.
    pub(super) fn written(&self, span: Span) -> String {
        let source = self.inner.sources.get(span.source as usize);
        let text = source.and_then(|it| it.text.get(span.start as usize..span.end as usize));
        let lines = text.unwrap_or_default().lines().map(without_comment);
        let words: Vec<&str> = lines.flat_map(str::split_whitespace).collect();
        words.join(" ")
    }

    /// What a part refers to by name, each once, in the order written.
    fn uses(&self, part: Part<'_>) -> Vec<Arc<str>> {
        let module = &self.inner.module;
        let mut found: Vec<Arc<str>> = Vec::new();
        part.walk(&mut |part| {
            let name = match part {
                Part::Condition(Condition {
                    kind: ConditionKind::Segment(index),
                    ..
                }) => &module.segments[*index].name,
                Part::Expr(Expr {
                    kind: ExprKind::Trait(index),
                    ..
                }) => &module.traits[*index].name,
                _ => return,
            };
            if !found.contains(name) {
                found.push(name.clone());
            }
        });
        found
    }
}

fn described_message(module: &Module, compiled: &Compiled) -> DescribedMessage {
    let message = &compiled.message;
    let languages = message.languages.as_ref().map_or(&[][..], |it| &it.tags);
    let parts = compiled.parts.iter().map(|part| DescribedPart {
        name: part.rule.name,
        language: part.language.and_then(|it| languages.get(it)).cloned(),
        placeholders: part.template.placeholders().to_vec(),
    });
    DescribedMessage {
        name: message.name.clone(),
        description: message.description.clone(),
        channel: Some(message.channel),
        audience: message.audience.map(|it| module.segments[it].name.clone()),
        transactional: message.transactional,
        languages: languages.to_vec(),
        parts: parts.collect(),
        placeholders: Vec::new(),
        needs: compiled.requirements.clone(),
    }
}

/// A line up to the comment that ends it. Quotes may hold a `#`.
fn without_comment(line: &str) -> &str {
    let mut quote = None;
    let mut escaped = false;
    for (at, letter) in line.char_indices() {
        match (quote, letter) {
            _ if escaped => escaped = false,
            (Some('"' | '\''), '\\') => escaped = true,
            (Some(open), _) if open == letter => quote = None,
            (None, '"' | '\'' | '`') => quote = Some(letter),
            (None, '#') => return &line[..at],
            _ => {}
        }
    }
    line
}

impl Description {
    /// Adds a message to the sheet.
    ///
    /// ```
    /// # use audience::{Definitions, Format};
    /// let shop = Definitions::parse("customer { id: string key, city: string? filled }")?;
    /// let mail = shop.template(Format::Text, "Hello {{ city | default: \"there\" }}")?;
    /// assert_eq!(
    ///     shop.describe().with_message(&mail).to_string(),
    ///     "## Message template\n\n- Line 1 shows `city`, or else “there”\n- Needs attributes: id (string, key), city (string?)\n"
    /// );
    /// # Ok::<(), audience::CompileError>(())
    /// ```
    #[must_use]
    pub fn with_message<R>(mut self, template: &Template<R>) -> Self {
        self.messages.push(DescribedMessage {
            name: template.name().into(),
            placeholders: template.placeholders().to_vec(),
            needs: template.requirements().clone(),
            ..DescribedMessage::default()
        });
        self
    }

    /// The part that is about the segment, the trait, the message, the channel, the offer or the campaign of that name, if there is one.
    #[must_use]
    pub fn only(&self, name: &str) -> Option<Self> {
        let segments: Vec<_> = self
            .segments
            .iter()
            .filter(|it| &*it.name == name)
            .cloned()
            .collect();
        let traits: Vec<_> = self
            .traits
            .iter()
            .filter(|it| &*it.name == name)
            .cloned()
            .collect();
        let messages: Vec<_> = self
            .messages
            .iter()
            .filter(|it| &*it.name == name)
            .cloned()
            .collect();
        let channels = self.channels.iter().filter(|it| it.channel.as_str() == name);
        let channels: Vec<_> = channels.cloned().collect();
        let offers: Vec<_> = self
            .offers
            .iter()
            .filter(|it| &*it.name == name)
            .cloned()
            .collect();
        let campaigns = self.campaigns.iter().filter(|it| &*it.name == name);
        let campaigns: Vec<_> = campaigns.cloned().collect();
        let segment = segments.first().map(|it| &it.needs);
        let computed = traits.first().map(|it| &it.needs);
        let message = messages.first().map(|it| &it.needs);
        let channel = channels.first().map(|it| &it.needs);
        let offer = offers.first().map(|it| &it.needs);
        let campaign = campaigns.first().map(|it| &it.needs);
        let first = segment.or(computed).or(message).or(channel).or(offer);
        let needs = first.or(campaign)?.clone();
        Some(Self {
            segments,
            traits,
            messages,
            channels,
            offers,
            campaigns,
            needs,
        })
    }
}

/// Markdown: a heading for each segment and trait, and the data that all of them need at the end.
impl fmt::Display for Description {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut blank = "";
        for segment in &self.segments {
            writeln!(f, "{blank}## Segment {}\n", segment.name)?;
            described(f, segment.description.as_deref())?;
            writeln!(f, "- In it: {}.", segment.says)?;
            if let Some(owner) = &segment.owner {
                writeln!(f, "- Owner: {owner}")?;
            }
            writeln!(f, "- Written: {}", code(&segment.written))?;
            uses(f, &segment.uses)?;
            needs(f, &segment.needs)?;
            blank = "\n";
        }
        for computed in &self.traits {
            writeln!(f, "{blank}## Trait {}\n", computed.name)?;
            described(f, computed.description.as_deref())?;
            let missing = if computed.optional { ", may be missing" } else { "" };
            let hidden = if computed.roles.sensitive {
                ", sensitive"
            } else if computed.roles.personal {
                ", personal"
            } else {
                ""
            };
            writeln!(f, "- Type: {}{missing}{hidden}", computed.ty)?;
            writeln!(f, "- Written: {}", code(&computed.written))?;
            uses(f, &computed.uses)?;
            needs(f, &computed.needs)?;
            blank = "\n";
        }
        for message in &self.messages {
            writeln!(f, "{blank}## Message {}\n", message.name)?;
            described(f, message.description.as_deref())?;
            if let Some(channel) = message.channel {
                let audience = message.audience.as_deref();
                let audience = audience.map_or("everyone".to_owned(), |it| format!("segment {it}"));
                let transactional = if message.transactional {
                    ", transactional"
                } else {
                    ""
                };
                writeln!(f, "- Sent by {channel} to {audience}{transactional}")?;
            }
            if !message.languages.is_empty() {
                writeln!(f, "- Languages: {}", message.languages.join(", "))?;
            }
            for part in &message.parts {
                let language = part
                    .language
                    .as_deref()
                    .map(|it| format!(" in {it}"))
                    .unwrap_or_default();
                let of = format!("{}{language}, ", part.name);
                places(f, &of, &part.placeholders)?;
                if part.placeholders.is_empty() {
                    writeln!(f, "- {}{language} is the same for everyone", part.name)?;
                }
            }
            places(f, "", &message.placeholders)?;
            needs(f, &message.needs)?;
            blank = "\n";
        }
        for channel in &self.channels {
            f.write_str(blank)?;
            channel.write(f)?;
            blank = "\n";
        }
        for offer in &self.offers {
            f.write_str(blank)?;
            offer.write(f)?;
            blank = "\n";
        }
        for campaign in &self.campaigns {
            f.write_str(blank)?;
            campaign.write(f)?;
            blank = "\n";
        }
        if self.segments.len()
            + self.traits.len()
            + self.channels.len()
            + self.offers.len()
            + self.campaigns.len()
            + self.messages.iter().filter(|it| it.channel.is_some()).count()
            > 1
        {
            writeln!(f, "{blank}## Data needed\n")?;
            for line in data(&self.needs).lines() {
                writeln!(f, "- {line}")?;
            }
        }
        Ok(())
    }
}

/// A line for each placeholder.
fn places(f: &mut fmt::Formatter<'_>, of: &str, placeholders: &[Placeholder]) -> fmt::Result {
    for place in placeholders {
        let line = if of.is_empty() { "Line" } else { "line" };
        write!(f, "- {of}{line} {} shows {}", place.line, code(&place.shows))?;
        match &place.fallback {
            Some(fallback) => writeln!(f, ", or else “{fallback}”")?,
            None => writeln!(f)?,
        }
    }
    Ok(())
}

fn described(f: &mut fmt::Formatter<'_>, description: Option<&str>) -> fmt::Result {
    description.map_or(Ok(()), |it| writeln!(f, "{it}\n"))
}

fn uses(f: &mut fmt::Formatter<'_>, names: &[Arc<str>]) -> fmt::Result {
    if names.is_empty() {
        return Ok(());
    }
    writeln!(f, "- Uses: {}", names.join(", "))
}

/// What somebody has to deliver. Traits and segments are made here; the sheet has them where they are used.
fn data(needs: &Requirements) -> String {
    let delivered = Requirements {
        traits: Vec::new(),
        segments: Vec::new(),
        ..needs.clone()
    };
    delivered.to_string()
}

fn needs(f: &mut fmt::Formatter<'_>, needs: &Requirements) -> fmt::Result {
    for line in data(needs).lines() {
        writeln!(f, "- Needs {line}")?;
    }
    Ok(())
}

/// Text as code, also when it holds backticks.
fn code(text: &str) -> String {
    if text.contains('`') {
        format!("`` {text} ``")
    } else {
        format!("`{text}`")
    }
}
