//! Draws diagnostics with the lines they are about.

use std::ops::Range;

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

use super::{Diagnostic, Severity, Source};
use crate::span::Span;

/// Draws diagnostics as text, in the order given, with a blank line between them.
///
/// Takes time proportional to the sources for each diagnostic, which counts its lines.
///
/// ```
/// # use audience::Definitions;
/// let shop = Definitions::parse("customer { id: string key, n: int }  segment nobody = n > 5 and n < 3")?;
/// let picture = audience::render(shop.warnings(), shop.sources());
/// assert!(picture.starts_with("warning[contradiction]: "));
/// # Ok::<(), audience::CompileError>(())
/// ```
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

/// The whole lines that the spans touch. The rest of a long source stays out of the drawing, which takes time for all it
/// is given.
fn lines_around(text: &str, spans: impl Iterator<Item = Span>) -> Range<usize> {
    let (mut start, mut end) = (text.len(), 0);
    for span in spans {
        start = start.min(span.start as usize);
        end = end.max(span.end as usize);
    }
    let bytes = text.as_bytes();
    let end = end.clamp(start, bytes.len());
    let from = bytes[..start]
        .iter()
        .rposition(|byte| *byte == b'\n')
        .map_or(0, |at| at + 1);
    let to = bytes[end..]
        .iter()
        .position(|byte| *byte == b'\n')
        .map_or(bytes.len(), |at| end + at);
    from..to
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
        let labels = diagnostic
            .labels
            .iter()
            .filter(|other| other.span.source == source);
        let lines = lines_around(&text.text, labels.clone().map(|other| other.span));
        let annotations = labels.map(|other| {
            let kind = if other == &diagnostic.labels[0] {
                AnnotationKind::Primary
            } else {
                AnnotationKind::Context
            };
            let place = |at: u32| (at as usize).clamp(lines.start, lines.end) - lines.start;
            kind.span(place(other.span.start)..place(other.span.end))
                .label(&other.text)
        });
        let line = 1 + text.text[..lines.start]
            .bytes()
            .filter(|byte| *byte == b'\n')
            .count();
        let snippet = Snippet::source(&text.text[lines.clone()])
            .line_start(line)
            .path(&*text.name);
        group = group.element(snippet.annotations(annotations));
    }
    for help in &diagnostic.help {
        group = group.element(Level::HELP.message(help));
    }
    Renderer::plain().render(&[group])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Code;

    #[test]
    fn draws_the_lines_concerned_with_their_numbers() {
        let text = "customer { id: string key }\n\nsegment vip = contry = \"DE\"\nsegment other = true\n";
        let diagnostic = Diagnostic::new(Code::UnknownAttribute, "unknown attribute `contry`")
            .label(Span::new(0, 43, 49), "not in the schema")
            .help(String::from("did you mean `country`?"));
        let drawn = render(&[diagnostic], &[Source::new("shop.audience", text)]);
        let expected = "\
error[unknown-attribute]: unknown attribute `contry`
 --> shop.audience:3:15
  |
3 | segment vip = contry = \"DE\"
  |               ^^^^^^ not in the schema
  |
  = help: did you mean `country`?
";
        assert_eq!(drawn, expected);
    }
}
