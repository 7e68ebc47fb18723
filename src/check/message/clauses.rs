//! The clauses of a message by what they say.

use super::twice;
use crate::{
    check::report::Report,
    span::Span,
    syntax::ast::{self, ClauseKind, Content, Expr, Field, Message, Name, Text},
};

/// The clauses of a message; what may stand once and stands again is reported.
#[derive(Debug, Default)]
pub(super) struct Clauses<'m> {
    pub(super) channel: Option<&'m Name>,
    pub(super) transactional: Option<Span>,
    pub(super) inputs: Option<&'m [Field]>,
    pub(super) languages: Option<(&'m [Text], &'m Expr)>,
    pub(super) unsubscribe: Option<(&'m [Name], Span)>,
    pub(super) limits: Vec<(u64, &'m Name, Span)>,
    pub(super) parts: Vec<Part<'m>>,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Part<'m> {
    pub(super) name: &'m Name,
    pub(super) language: Option<&'m Text>,
    pub(super) content: &'m Content,
}

impl<'m> Clauses<'m> {
    pub(super) fn sort(message: &'m Message, report: &mut Report) -> Self {
        let mut all = Self::default();
        let mut seen: Vec<(&str, Span)> = Vec::new();
        for ast::Clause { span, kind } in &message.clauses {
            let word = match kind {
                ClauseKind::Channel(_) => "`channel`",
                ClauseKind::Transactional => "`transactional`",
                ClauseKind::Inputs(_) => "`inputs`",
                ClauseKind::Languages { .. } => "`languages`",
                ClauseKind::Unsubscribe(_) => "`unsubscribe`",
                ClauseKind::AtMost { .. } | ClauseKind::Part { .. } => "",
            };
            if let Some((_, first)) = seen.iter().find(|(it, _)| !it.is_empty() && *it == word) {
                report.push(twice(word, *span, *first));
                continue;
            }
            seen.push((word, *span));
            match kind {
                ClauseKind::Channel(name) => all.channel = Some(name),
                ClauseKind::Transactional => all.transactional = Some(*span),
                ClauseKind::Inputs(fields) => all.inputs = Some(fields),
                ClauseKind::Languages { tags, by } => all.languages = Some((tags, by)),
                ClauseKind::Unsubscribe(path) => all.unsubscribe = Some((path, *span)),
                ClauseKind::AtMost { count, unit } => all.limits.push((*count, unit, *span)),
                ClauseKind::Part {
                    name,
                    language,
                    content,
                } => all.parts.push(Part {
                    name,
                    language: language.as_ref(),
                    content,
                }),
            }
        }
        all
    }
}
