//! What is wrong with segments and messages as a set: too narrow, the same twice, nobody's.

use std::collections::BTreeSet;

use audience::{Campaign, Definitions, Message, Segment};

use super::overview::{Overview, Relation};

/// At most this many pairs of segments are told.
const MOST_PAIRS: usize = 50;

/// A fault, and the segments or messages that have it.
#[derive(Debug, PartialEq)]
pub(super) struct Finding {
    pub(super) kind: &'static str,
    pub(super) names: Vec<String>,
    pub(super) words: String,
}

impl Finding {
    fn new(kind: &'static str, name: impl Into<String>, words: impl Into<String>) -> Self {
        Self {
            kind,
            names: vec![name.into()],
            words: words.into(),
        }
    }
}

/// All findings: of segments in the order of definition, of pairs, then of messages. `least` is how many customers a segment should have.
pub(super) fn findings(
    shop: &Definitions,
    segments: &[Segment],
    overview: &Overview,
    least: u64,
) -> Vec<Finding> {
    let campaigns = campaigns(shop);
    let messages: Vec<Message> = shop.messages().collect();
    let served = served(&campaigns, &messages);
    let mut found = Vec::new();
    for (segment, group) in segments.iter().zip(&overview.segments) {
        let name = segment.name();
        if group.size == 0 {
            found.push(Finding::new("empty", name, "nobody is in it"));
        } else if group.size < least {
            let words = format!(
                "{} of the {least} customers that it should have at least",
                group.size
            );
            found.push(Finding::new("too narrow", name, words));
        } else if group.size == overview.all.size {
            found.push(Finding::new("everyone", name, "parts nobody from the others"));
        }
        if segment.owner().is_none() {
            found.push(Finding::new(
                "no owner",
                name,
                "nobody answers for it: `owner \"…\"`",
            ));
        }
        if !served.contains(name) {
            let words = "no message or campaign is for it, or asks whether somebody is in it";
            found.push(Finding::new("no message", name, words));
        }
    }
    pairs(segments, overview, &mut found);
    for message in &messages {
        let is_sent_to =
            |it: &Campaign| it.audience().is_some() && it.messages().any(|name| name == message.name());
        match message.audience() {
            None if !campaigns.iter().any(is_sent_to) => {
                let words = "is for everyone who may have it, and no campaign narrows that";
                found.push(Finding::new("no audience", message.name(), words));
            }
            Some(audience) => {
                let size = segments.iter().position(|it| it.name() == audience);
                if size.is_some_and(|index| overview.segments[index].size == 0) {
                    let words = format!("nobody is in its audience {audience}");
                    found.push(Finding::new("empty audience", message.name(), words));
                }
            }
            None => {}
        }
    }
    together(found)
}

/// What is said of several in the same words is said once.
fn together(found: Vec<Finding>) -> Vec<Finding> {
    let mut all: Vec<Finding> = Vec::new();
    for finding in found {
        match all
            .iter_mut()
            .find(|it| it.kind == finding.kind && it.words == finding.words)
        {
            Some(same) => same.names.extend(finding.names),
            None => all.push(finding),
        }
    }
    all
}

/// Segments with the same customers, and those that lie within another one.
fn pairs(segments: &[Segment], overview: &Overview, found: &mut Vec<Finding>) {
    let related = overview.overlaps().into_iter().filter_map(|overlap| {
        let (first, second) = (segments[overlap.pair.0].name(), segments[overlap.pair.1].name());
        let is_everyone = |index: usize| overview.segments[index].size == overview.all.size;
        match overlap.relation {
            Relation::Same => Some(Finding::new(
                "redundant",
                second,
                format!("has the same customers as {first}"),
            )),
            Relation::FirstInSecond if !is_everyone(overlap.pair.1) => Some(Finding::new(
                "subset",
                first,
                format!("all of it lies within {second}"),
            )),
            Relation::SecondInFirst if !is_everyone(overlap.pair.0) => Some(Finding::new(
                "subset",
                second,
                format!("all of it lies within {first}"),
            )),
            _ => None,
        }
    });
    let all: Vec<_> = related.collect();
    let more = all.len().saturating_sub(MOST_PAIRS);
    found.extend(all.into_iter().take(MOST_PAIRS));
    if more > 0 {
        found.push(Finding::new(
            "more",
            "",
            format!("{more} more pairs of which one lies within the other"),
        ));
    }
}

fn campaigns(shop: &Definitions) -> Vec<Campaign> {
    let all = shop.campaigns();
    all.names().filter_map(|name| shop.campaign(name).ok()).collect()
}

/// The segments that some message or campaign is for or asks for.
fn served(campaigns: &[Campaign], messages: &[Message]) -> BTreeSet<String> {
    let of_messages = messages.iter().flat_map(|it| it.requirements().segments.clone());
    let of_campaigns = campaigns.iter().flat_map(|it| it.requirements().segments);
    of_messages.chain(of_campaigns).map(|it| it.to_string()).collect()
}
