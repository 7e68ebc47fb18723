//! The placeholders of a message, for people.

use std::sync::Arc;

use serde::Serialize;

use crate::{
    hir::{
        ExprKind,
        template::{FilterKind, Node, NodeKind, Source, Template},
    },
    span::Span,
    value::Value,
};

/// A place of a message where something differs from customer to customer.
///
/// Given by [`Template::placeholders`](crate::Template::placeholders).
///
/// ```
/// # use audience::{Definitions, Format};
/// let shop = Definitions::parse("customer { id: string key, city: string? filled }")?;
/// let template = shop.template(Format::Text, "Hello\n{{ city | upcase | default: \"there\" }}")?;
/// let place = &template.placeholders()[0];
/// assert_eq!((place.shows.as_str(), place.fallback.as_deref(), place.line), ("city", Some("there"), 2));
/// # Ok::<(), audience::CompileError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Placeholder {
    /// What it shows, as written, without the filters.
    pub shows: String,
    /// What is said instead where that is missing or blank; an expression as written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fallback: Option<String>,
    /// The line of the template, or of the partial that has it, from 1.
    pub line: usize,
}

/// All placeholders of a template, in the order of the text.
pub(super) fn placeholders(template: &Template, texts: &[&str]) -> Arc<[Placeholder]> {
    let mut found = Vec::new();
    of_nodes(&template.nodes, texts, &mut found);
    found.into()
}

fn of_nodes(nodes: &[Node], texts: &[&str], found: &mut Vec<Placeholder>) {
    for node in nodes {
        let text = texts.get(node.span.source as usize).copied().unwrap_or_default();
        match &node.kind {
            NodeKind::Output(output) => {
                let shows = match &output.value {
                    Source::Value(value) => written(text, value.span),
                    // Up to its first filter, which every list has.
                    Source::List(_) | Source::Range { .. } | Source::Item(_) => {
                        let end = output.filters.first().map_or(node.span.end, |it| it.span.start);
                        let before = written(text, Span { end, ..node.span });
                        before
                            .trim_matches(|it: char| "{}-|".contains(it) || it.is_whitespace())
                            .to_owned()
                    }
                };
                let mut defaults = output.filters.iter().rev();
                let fallback = defaults.find(|it| it.kind == FilterKind::Default);
                let fallback = fallback.and_then(|it| it.arguments.first());
                let fallback = fallback.map(|value| match &value.kind {
                    ExprKind::Constant(Value::Text(text)) => text.to_string(),
                    _ => written(text, value.span),
                });
                let before = text.get(..node.span.start as usize).unwrap_or_default();
                found.push(Placeholder {
                    shows,
                    fallback,
                    line: before.matches('\n').count() + 1,
                });
            }
            _ => node.inside(&mut |nodes| of_nodes(nodes, texts, found)),
        }
    }
}

/// The text of a span in one line.
fn written(text: &str, span: Span) -> String {
    let text = text
        .get(span.start as usize..span.end as usize)
        .unwrap_or_default();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
