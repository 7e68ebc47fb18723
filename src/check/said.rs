//! What tests expect of messages, and what they give them.

use std::sync::Arc;

use super::{definitions::Definitions, report::Report, scope::Names};
use crate::{
    diagnostic::{Code, Diagnostic},
    hir::{Message, Said},
    span::Span,
    syntax::ast::{self, Json, JsonKind, Name, Outcome},
};

/// The messages that tests can name.
pub(super) struct Messages<'m, 'd> {
    pub(super) definitions: &'m Definitions<'d>,
    pub(super) checked: &'m [Arc<Message>],
}

impl Messages<'_, '_> {
    /// What a message must say. `None` where the message has an error, which is told already, or is not there.
    pub(super) fn said(
        &self,
        span: Span,
        said: &ast::Said,
        names: &Names,
        report: &mut Report,
    ) -> Option<Said> {
        let name = &said.message;
        if !self.definitions.messages.contains_key(&name.text) {
            if names.is_silent(&name.text) {
                return None;
            }
            let known = self.definitions.messages.keys().map(|it| &**it);
            let help = report.suggest(&name.text, known);
            let error = Diagnostic::new(Code::UnknownMessage, format!("unknown message `{}`", name.text))
                .label(name.span, "not defined")
                .help(help);
            return report.fail(error);
        }
        let index = self.checked.iter().position(|it| it.name == name.text)?;
        if let Outcome::Says { part: Some(part), .. } = &said.outcome {
            has_part(&self.checked[index], part, report)?;
        }
        Some(Said {
            span,
            message: index,
            outcome: said.outcome.clone(),
        })
    }

    /// Whether each input is one value that one of the messages of the test takes.
    pub(super) fn inputs(&self, json: &Json, said: &[Said], report: &mut Report) -> bool {
        let JsonKind::Record(members) = &json.kind else {
            let error = Diagnostic::new(Code::InvalidTest, "inputs are one object of JSON")
                .label(json.span, "no object")
                .help("write `inputs { \"coupon\": \"SPRING\" }`".to_owned());
            report.push(error);
            return false;
        };
        let mut right = true;
        for member in members {
            let taken = said.iter().flat_map(|it| &self.checked[it.message].inputs);
            let problem = if !matches!(member.value.kind, JsonKind::Plain(_)) {
                "an input is one value"
            } else if taken.into_iter().all(|it| it.name != member.name) {
                "no message of this test takes it"
            } else {
                continue;
            };
            right = false;
            let known = said.iter().flat_map(|it| &self.checked[it.message].inputs);
            let help = report.suggest(&member.name, known.map(|it| &*it.name));
            let error = Diagnostic::new(
                Code::InvalidTest,
                format!("the input `{}` has no use", member.name),
            )
            .label(member.span, problem)
            .help(help);
            report.push(error);
        }
        right
    }
}

fn has_part(message: &Message, part: &Name, report: &mut Report) -> Option<()> {
    if message.parts.iter().any(|it| *it.rule.name == *part.text) {
        return Some(());
    }
    let help = report.suggest(&part.text, message.parts.iter().map(|it| it.rule.name));
    let error = Diagnostic::new(
        Code::UnknownMessage,
        format!("the message `{}` has no part `{}`", message.name, part.text),
    )
    .label(part.span, "no such part")
    .help(help);
    report.fail(error)
}

/// The position of a placement.
pub(super) fn placement(name: &Name, names: &Names, report: &mut Report) -> Option<usize> {
    let placements = &names.schema.placements;
    if let Some(index) = placements.get_index_of(&name.text) {
        return Some(index);
    }
    if names.is_silent(&name.text) {
        return None;
    }
    let help = report.suggest(&name.text, placements.keys().map(|it| &**it));
    let error = Diagnostic::new(
        Code::UnknownCollection,
        format!("unknown placement `{}`", name.text),
    )
    .label(name.span, "not defined")
    .help(help);
    report.fail(error)
}
