//! What changed of channels, offers and campaigns: clause by clause.

use std::collections::HashMap;

use super::{Defined, Difference, Effect, schema::described};
use crate::syntax::{
    ast::{File, ItemKind, Name, Text},
    written_campaign_clause, written_channel_clause, written_offer, written_share,
};

/// Something with clauses, as far as they can be compared.
struct Written<'a> {
    kind: Defined,
    name: &'a str,
    description: Option<&'a Text>,
    owner: Option<&'a Text>,
    audience: Option<&'a Name>,
    /// What each is about, and what it says of that.
    clauses: Vec<(String, String)>,
}

pub(super) fn compare(old: &[File], new: &[File], changes: &mut Vec<Difference>) {
    let (before, after) = (written(old), written(new));
    for it in &after {
        match before.iter().find(|other| other.is_same(it)) {
            None => changes.push(Difference::new(it.kind, it.name, Effect::Added)),
            Some(earlier) => earlier.compare(it, changes),
        }
    }
    for it in before {
        if !after.iter().any(|other| other.is_same(&it)) {
            changes.push(Difference::new(it.kind, it.name, Effect::Removed));
        }
    }
}

fn written(files: &[File]) -> Vec<Written<'_>> {
    let items = files.iter().flat_map(|file| &file.items);
    let each = items.filter_map(|item| {
        Some(match &item.kind {
            ItemKind::Channel(it) => Written {
                kind: Defined::Channel,
                name: &it.name.text,
                description: it.description.as_ref(),
                owner: None,
                audience: None,
                clauses: numbered(it.clauses.iter().map(written_channel_clause)),
            },
            ItemKind::Campaign(it) => Written {
                kind: Defined::Campaign,
                name: &it.name.text,
                description: it.description.as_ref(),
                owner: it.owner.as_ref(),
                audience: it.audience.as_ref(),
                clauses: numbered(it.clauses.iter().map(written_campaign_clause)),
            },
            ItemKind::Offer(it) => Written {
                kind: Defined::Offer,
                name: &it.name.text,
                description: it.description.as_ref(),
                owner: None,
                audience: None,
                clauses: vec![(String::new(), written_offer(it))],
            },
            ItemKind::Holdout { share, description } => Written {
                kind: Defined::Holdout,
                name: "of all campaigns",
                description: description.as_ref(),
                owner: None,
                audience: None,
                clauses: vec![(String::new(), written_share(share))],
            },
            _ => return None,
        })
    });
    each.collect()
}

/// Clauses with the same head are told apart by their number.
fn numbered(clauses: impl Iterator<Item = (String, String)>) -> Vec<(String, String)> {
    let mut all: Vec<(String, String)> = Vec::new();
    let mut counts: HashMap<String, usize> = HashMap::new();
    for (head, body) in clauses {
        let count = counts.entry(head.clone()).or_default();
        *count += 1;
        let head = match *count {
            1 => head,
            number => format!("{head} ({number})"),
        };
        all.push((head, body));
    }
    all
}

impl Written<'_> {
    fn is_same(&self, other: &Self) -> bool {
        (self.kind, self.name) == (other.kind, other.name)
    }

    fn compare(&self, new: &Self, changes: &mut Vec<Difference>) {
        let text = |it: Option<&Text>| it.map(|it| it.text.clone());
        for (old, new) in [(self.description, new.description), (self.owner, new.owner)] {
            if old != new {
                let (old, new) = (text(old), text(new));
                changes.push(described(self.kind, self.name, old.as_deref(), new.as_deref()));
            }
        }
        if self.audience != new.audience {
            let shown = |it: Option<&Name>| it.map(|it| format!("for {}", it.text));
            let change = Difference::new(self.kind, self.name, Effect::Meaning);
            changes.push(change.from(shown(self.audience)).to(shown(new.audience)));
        }
        let of = |head: &str| match head {
            "" => self.name.to_owned(),
            _ => format!("{}.{head}", self.name),
        };
        for (head, body) in &new.clauses {
            let change = |effect| Difference::new(self.kind, of(head), effect).to(body.clone());
            match self.clauses.iter().find(|(it, _)| it == head) {
                None => changes.push(change(Effect::Added)),
                Some((_, earlier)) if earlier != body => {
                    changes.push(change(Effect::Meaning).from(earlier.clone()));
                }
                Some(_) => {}
            }
        }
        for (head, body) in &self.clauses {
            if !new.clauses.iter().any(|(it, _)| it == head) {
                let change = Difference::new(self.kind, of(head), Effect::Removed);
                changes.push(change.from(body.clone()));
            }
        }
    }
}
