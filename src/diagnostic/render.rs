//! Draws diagnostics with the lines they are about.

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

use super::{Diagnostic, Severity, Source};

/// Draws diagnostics as text, in the order given, with a blank line between them.
///
/// Takes time proportional to the sources times the number of diagnostics.
#[must_use]
pub fn render(diagnostics: &[Diagnostic], sources: &[Source]) -> String {
    let mut out = String::new();
    for diagnostic in diagnostics {
        if !out.is_empty() {
            out.push('\n');
        }
        out.push_str(&draw(diagnostic, sources));
        out.push('\n');
    }
    out
}

fn draw(diagnostic: &Diagnostic, sources: &[Source]) -> String {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let mut group = Group::with_title(
        level
            .primary_title(&diagnostic.message)
            .id(diagnostic.code.as_str()),
    );
    let mut drawn: Vec<u32> = Vec::new();
    for label in &diagnostic.labels {
        let source = label.span.source;
        let Some(text) = sources.get(source as usize).filter(|_| !drawn.contains(&source)) else {
            continue;
        };
        drawn.push(source);
        let marks = diagnostic
            .labels
            .iter()
            .enumerate()
            .filter(|(_, other)| other.span.source == source);
        let annotations = marks.map(|(index, other)| {
            let kind = if index == 0 {
                AnnotationKind::Primary
            } else {
                AnnotationKind::Context
            };
            let end = (other.span.end as usize).min(text.text.len());
            kind.span((other.span.start as usize).min(end)..end)
                .label(&other.text)
        });
        group = group.element(
            Snippet::source(&*text.text)
                .path(&*text.name)
                .annotations(annotations),
        );
    }
    for help in &diagnostic.help {
        group = group.element(Level::HELP.message(help));
    }
    Renderer::plain().render(&[group])
}
