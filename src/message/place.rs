//! Where the text of a part comes from, so that what is said of it points there.

use super::Setting;
use crate::{
    diagnostic::Diagnostic,
    hir::{Content, Form, MessagePart},
    span::Span,
    syntax,
};

/// The text of a part with its place in a source.
#[derive(Clone, Copy)]
pub(super) enum Place<'s> {
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
        match &part.content {
            Content::Text { text, span } => {
                let written = source(span.source)?
                    .text
                    .get(span.start as usize..span.end as usize)?;
                Some(Self::Literal {
                    written,
                    text,
                    span: *span,
                })
            }
            Content::File { name, span } => {
                let index = (setting.file)(*span, name)?;
                let file = source(index)?;
                Some(Self::File {
                    name: &file.name,
                    text: &file.text,
                    source: index,
                })
            }
        }
    }

    /// The name of the file.
    pub(super) fn name(&self) -> Option<&'s str> {
        match self {
            Self::Literal { .. } => None,
            Self::File { name, .. } => Some(name),
        }
    }

    /// What the part says. The line break at the end of a file is none of a part of one line.
    pub(super) fn text(&self, form: Form) -> &'s str {
        match self {
            Self::File { text, .. } if form == Form::Line => {
                let text = text.strip_suffix('\n').unwrap_or(text);
                text.strip_suffix('\r').unwrap_or(text)
            }
            Self::Literal { text, .. } | Self::File { text, .. } => text,
        }
    }

    /// A place in the text of the part as one of its source.
    pub(super) fn span(&self, inside: Span) -> Span {
        match self {
            Self::Literal { written, span, .. } => {
                let at = |offset| span.start + syntax::offset_in_literal(written, offset);
                Span::new(span.source, at(inside.start), at(inside.end))
            }
            Self::File { source, .. } => Span {
                source: *source,
                ..inside
            },
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
