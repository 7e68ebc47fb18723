//! Where the text of a part comes from, so that what is said of it points there.

use super::Setting;
use crate::{
    diagnostic::{Diagnostic, Source},
    hir::{Content, Form, MessagePart},
    span::Span,
    syntax,
};

/// The text of a part with its place in a source, and the partials that it renders.
pub(super) struct Place<'s> {
    part: PartPlace<'s>,
    /// Among all sources, in the order of the template's own.
    partials: Vec<u32>,
}

#[derive(Clone, Copy)]
enum PartPlace<'s> {
    /// A literal of the definitions, as written and as it reads.
    Literal {
        written: &'s str,
        text: &'s str,
        span: Span,
    },
    /// A whole file.
    File {
        name: &'s str,
        text: &'s str,
        source: u32,
    },
}

impl<'s> Place<'s> {
    /// `None` for a file that is not among the sources.
    pub(super) fn of(setting: &Setting<'s>, part: &'s MessagePart) -> Option<Self> {
        let source = |index: u32| setting.sources.get(index as usize);
        let part = match &part.content {
            Content::Text { text, span } => {
                let written = source(span.source)?
                    .text
                    .get(span.start as usize..span.end as usize)?;
                PartPlace::Literal {
                    written,
                    text,
                    span: *span,
                }
            }
            Content::File { name, span } => {
                let index = (setting.file)(*span, name)?;
                let file = source(index)?;
                PartPlace::File {
                    name: &file.name,
                    text: &file.text,
                    source: index,
                }
            }
        };
        Some(Self {
            part,
            partials: Vec::new(),
        })
    }

    /// Takes the sources of the template of the part: its own, then those of partials, which are added once to what messages
    /// have rendered so far, behind the `first` sources.
    pub(super) fn found_in(&mut self, sources: &[Source], first: usize, rendered: &mut Vec<Source>) {
        let partials = sources.iter().skip(1).map(|source| {
            let known = rendered.iter().position(|it| it.name == source.name);
            let index = known.unwrap_or_else(|| {
                rendered.push(source.clone());
                rendered.len() - 1
            });
            u32::try_from(first + index).unwrap_or(u32::MAX)
        });
        self.partials = partials.collect();
    }

    /// The name of the file.
    pub(super) fn name(&self) -> Option<&'s str> {
        match self.part {
            PartPlace::Literal { .. } => None,
            PartPlace::File { name, .. } => Some(name),
        }
    }

    /// What the part says. The line break at the end of a file is none of a part of one line.
    pub(super) fn text(&self, form: Form) -> &'s str {
        match self.part {
            PartPlace::File { text, .. } if form == Form::Line => {
                let text = text.strip_suffix('\n').unwrap_or(text);
                text.strip_suffix('\r').unwrap_or(text)
            }
            PartPlace::Literal { text, .. } | PartPlace::File { text, .. } => text,
        }
    }

    /// A place in the text of the part as one of its source.
    pub(super) fn span(&self, inside: Span) -> Span {
        if let Some(partial) = (inside.source as usize).checked_sub(1) {
            let source = self.partials.get(partial).copied();
            return Span {
                source: source.unwrap_or(u32::MAX),
                ..inside
            };
        }
        match self.part {
            PartPlace::Literal { written, span, .. } => {
                let at = |offset| span.start + syntax::offset_in_literal(written, offset);
                Span::new(span.source, at(inside.start), at(inside.end))
            }
            PartPlace::File { source, .. } => Span { source, ..inside },
        }
    }

    /// What was said of the text of the part alone.
    pub(super) fn moved(&self, diagnostic: &Diagnostic) -> Diagnostic {
        let mut moved = diagnostic.clone();
        for label in &mut moved.labels {
            label.span = self.span(label.span);
        }
        moved
    }
}
