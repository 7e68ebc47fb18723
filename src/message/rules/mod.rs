//! What a message is held to beyond what its templates are.

mod languages;
mod length;
mod line;
mod link;

use super::{Part, place::Place};
use crate::{
    diagnostic::Diagnostic,
    hir::{self, Form, Module, template::Node},
    span::Span,
};

/// A part that compiled, with where it came from.
pub(super) struct Written<'s> {
    pub(super) part: &'s Part,
    pub(super) place: Place<'s>,
    /// Where its name stands.
    pub(super) name: Span,
}

impl Written<'_> {
    fn nodes(&self) -> &[Node] {
        &self.part.template.checked().nodes
    }

    /// What stands there, in the part or in one of its partials.
    fn text(&self, span: Span) -> &str {
        let source = self.part.template.sources().get(span.source as usize);
        let written = source.and_then(|it| it.text.get(span.start as usize..span.end as usize));
        written.unwrap_or_default()
    }

    /// What stands before it in the same text.
    fn before(&self, span: Span) -> &str {
        self.text(Span {
            start: 0,
            end: span.start,
            ..span
        })
    }
}

/// All that is wrong with the parts of a message.
pub(super) fn check(module: &Module, message: &hir::Message, parts: &[Written<'_>]) -> Vec<Diagnostic> {
    let mut problems = Vec::from_iter(length::check(module, message, parts));
    problems.extend(languages::check(module, message, parts));
    for part in parts {
        if part.part.rule.form == Form::Line {
            problems.extend(line::check(part));
        }
        if let (Some(link), Form::Html | Form::Text) = (&message.unsubscribe, part.part.rule.form) {
            problems.extend(link::check(link, part));
        }
    }
    problems
}

/// Visits every node, also those inside of others.
fn each_node(nodes: &[Node], visit: &mut dyn FnMut(&Node)) {
    for node in nodes {
        visit(node);
        node.inside(&mut |nodes| each_node(nodes, visit));
    }
}
