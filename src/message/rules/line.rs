//! Parts of one line have no line break of their own. Those of values are taken out while rendering.

use super::{Written, each_node};
use crate::{
    diagnostic::{Code, Diagnostic},
    hir::template::NodeKind,
    span::Span,
    value::text::breaks_line,
};

/// The first line break that is written in the part.
pub(super) fn check(part: &Written<'_>) -> Option<Diagnostic> {
    let mut found = None;
    each_node(part.nodes(), &mut |node| {
        let written = match node.kind {
            NodeKind::Text => Some(part.text(node.span)),
            _ => None,
        };
        let Some((at, letter)) = written.and_then(|it| it.char_indices().find(|(_, it)| breaks_line(*it)))
        else {
            return;
        };
        let place = |offset: usize| node.span.start + u32::try_from(offset).unwrap_or(u32::MAX);
        found.get_or_insert(Span::new(
            node.span.source,
            place(at),
            place(at + letter.len_utf8()),
        ));
    });
    let span = found?;
    let name = part.part.rule.name;
    Some(
        Diagnostic::new(Code::LineBreak, format!("the `{name}` is one line"))
            .label(part.place.span(span), "a line break or another control character")
            .help("`{%-` and `-%}` leave out the white space beside a tag".to_owned()),
    )
}
