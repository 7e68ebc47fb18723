//! What changed of messages: clause by clause, and in their files.

use super::{Defined, Difference, Effect, schema::described};
use crate::{
    definitions::Definitions,
    syntax::{
        ast::{File, ItemKind, Message},
        written_clause,
    },
};

pub(super) fn compare(
    old: (&Definitions, &[File]),
    new: (&Definitions, &[File]),
    changes: &mut Vec<Difference>,
) {
    let (before, after) = (messages(old.1), messages(new.1));
    for &message in &after {
        let name = &*message.name.text;
        match before.iter().find(|it| *it.name.text == *name) {
            None => changes.push(Difference::new(Defined::Message, name, Effect::Added)),
            Some(earlier) => {
                clauses(earlier, message, changes);
                files(old.0, new.0, name, changes);
            }
        }
    }
    for message in before {
        if !after.iter().any(|it| it.name == message.name) {
            changes.push(Difference::new(
                Defined::Message,
                &*message.name.text,
                Effect::Removed,
            ));
        }
    }
}

fn messages(files: &[File]) -> Vec<&Message> {
    let items = files.iter().flat_map(|file| &file.items);
    items
        .filter_map(|item| match &item.kind {
            ItemKind::Message(message) => Some(message),
            _ => None,
        })
        .collect()
}

fn clauses(old: &Message, new: &Message, changes: &mut Vec<Difference>) {
    let name = &*new.name.text;
    if old.audience != new.audience {
        let shown = |message: &Message| message.audience.as_ref().map(|it| format!("for {}", it.text));
        let change = Difference::new(Defined::Message, name, Effect::Meaning);
        changes.push(change.from(shown(old)).to(shown(new)));
    }
    if old.description != new.description {
        let text = |message: &Message| message.description.as_ref().map(|it| it.text.clone());
        let (old, new) = (text(old), text(new));
        changes.push(described(Defined::Message, name, old.as_deref(), new.as_deref()));
    }
    let written = |message: &Message| message.clauses.iter().map(written_clause).collect::<Vec<_>>();
    let (before, after) = (written(old), written(new));
    for (head, body) in &after {
        let of = format!("{name}.{head}");
        match before.iter().find(|(it, _)| it == head) {
            None => changes.push(Difference::new(Defined::Message, of, Effect::Added).to(body.clone())),
            Some((_, earlier)) if earlier != body => {
                let change = Difference::new(Defined::Message, of, Effect::Meaning);
                changes.push(change.from(earlier.clone()).to(body.clone()));
            }
            Some(_) => {}
        }
    }
    for (head, body) in before {
        if !after.iter().any(|(it, _)| *it == head) {
            let of = format!("{name}.{head}");
            changes.push(Difference::new(Defined::Message, of, Effect::Removed).from(body));
        }
    }
}

/// Parts whose files, or whose partials, have the same names and say something else.
fn files(old: &Definitions, new: &Definitions, name: &str, changes: &mut Vec<Difference>) {
    let compiled = |shop: &Definitions| {
        let messages = &shop.inner.messages;
        messages.iter().find(|it| *it.message.name == *name).cloned()
    };
    let (Some(before), Some(after)) = (compiled(old), compiled(new)) else {
        return;
    };
    for (part, later) in after.message.parts.iter().zip(&after.parts) {
        let mut written = before.message.parts.iter().zip(&before.parts);
        let earlier = written.find(|(it, _)| it.rule == part.rule && it.language == part.language);
        let Some((it, earlier)) = earlier else { continue };
        let mut add = |file: &str| {
            let of = format!("{name}.{}", part.rule.name);
            changes.push(Difference::new(Defined::Message, of, Effect::Meaning).to(format!("in {file}")));
        };
        let (earlier, later) = (earlier.template.sources(), later.template.sources());
        let file = part.content.file();
        if let Some(file) = file
            && it.content.file() == Some(file)
            && earlier[0].text != later[0].text
        {
            add(file);
        }
        for partial in &later[1..] {
            let known = earlier[1..].iter().find(|it| it.name == partial.name);
            if known.is_some_and(|it| it.text != partial.text) {
                add(&partial.name);
            }
        }
    }
}
