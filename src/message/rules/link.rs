//! An e-mail shows its link to unsubscribe on every path through each of its texts.

use super::{Written, each_node};
use crate::{
    diagnostic::{Code, Diagnostic},
    hir::{
        Condition, ConditionKind, Expr, Form,
        template::{FilterKind, Node, NodeKind, Output, Source, TextFilter},
    },
    span::Span,
};

/// A choice on the way through a template.
struct Turn {
    span: Span,
    label: &'static str,
}

/// The first path that does not show the link, with the turns that it takes.
pub(super) fn check(link: &Expr, part: &Written<'_>) -> Option<Diagnostic> {
    let is_page = part.part.rule.form == Form::Html;
    let shows = |node: &Node| match &node.kind {
        NodeKind::Output(output) => shows(output, link) && (!is_page || is_target(part.before(node.span))),
        _ => false,
    };
    let turns = path_without(part.nodes(), &shows)?;
    let name = part.part.rule.name;
    let mut diagnostic = Diagnostic::new(
        Code::MissingUnsubscribe,
        format!("the {name} does not show the link to unsubscribe to everyone"),
    );
    for turn in &turns {
        diagnostic = diagnostic.label(part.place.span(turn.span), turn.label);
    }
    if turns.is_empty() {
        diagnostic = diagnostic.label(part.name, "it is not shown here");
    }
    let mut elsewhere = Vec::new();
    each_node(part.nodes(), &mut |node| {
        if let NodeKind::Output(output) = &node.kind
            && self::shows(output, link)
            && !shows(node)
        {
            elsewhere.push(node.span);
        }
    });
    for span in elsewhere {
        diagnostic = diagnostic.label(part.place.span(span), "shown, but not as the target of a link");
    }
    let help = if is_page {
        "write `<a href=\"{{ … }}\">…</a>` where everyone gets to"
    } else {
        "write it where everyone gets to"
    };
    Some(diagnostic.help(help.to_owned()))
}

/// Whether a placeholder shows the link, and nothing made of it that leads elsewhere.
fn shows(output: &Output, link: &Expr) -> bool {
    let keeps = |filter: &FilterKind| {
        matches!(
            filter,
            FilterKind::Default | FilterKind::Text(TextFilter::Escape) | FilterKind::Raw
        )
    };
    matches!(&output.value, Source::Value(value) if value == link)
        && output.filters.iter().all(|it| keeps(&it.kind))
}

/// Whether a placeholder begins the target of a link: `href="{{ … }}"`.
fn is_target(before: &str) -> bool {
    let before = before.trim_end();
    let before = before.strip_suffix(['"', '\'']).unwrap_or_default().trim_end();
    let before = before.strip_suffix('=').unwrap_or_default().trim_end();
    let Some(at) = before.len().checked_sub("href".len()) else {
        return false;
    };
    let (Some(before), Some(name)) = (before.get(..at), before.get(at..)) else {
        return false;
    };
    name.eq_ignore_ascii_case("href") && before.ends_with(char::is_whitespace)
}

/// The turns of a path on which no node shows the link; `None` when every path to the end does.
fn path_without(nodes: &[Node], shows: &dyn Fn(&Node) -> bool) -> Option<Vec<Turn>> {
    let mut turns = Vec::new();
    for node in nodes {
        match &node.kind {
            NodeKind::Output(_) if shows(node) => return None,
            // Whoever gets here gets nothing.
            NodeKind::Skip(_) => return None,
            NodeKind::If { branches, otherwise } => {
                let always = branches.iter().position(|it| always_holds(&it.condition));
                let branches = match always {
                    Some(last) => &branches[..=last],
                    None => branches,
                };
                let last = branches.last().map_or(node.span, |it| it.condition.span);
                let bodies = branches.iter().map(|it| {
                    let label = "to those for whom this branch is taken";
                    (
                        &it.body,
                        Turn {
                            span: it.condition.span,
                            label,
                        },
                    )
                });
                let label = "to those for whom no branch is taken";
                let rest = always
                    .is_none()
                    .then_some((otherwise, Turn { span: last, label }));
                turns.extend(through(bodies.chain(rest), shows)?);
            }
            NodeKind::For(repeated) => {
                let head = Span {
                    end: node.span.start + 2,
                    ..node.span
                };
                let (none, some) = (
                    "to those who have no item of this",
                    "to those who have items of this",
                );
                // A round that is left may have shown nothing, whatever stands behind.
                if is_left(&repeated.body) {
                    turns.push(Turn {
                        span: head,
                        label: some,
                    });
                    continue;
                }
                let ways = [
                    (
                        &repeated.otherwise,
                        Turn {
                            span: head,
                            label: none,
                        },
                    ),
                    (
                        &repeated.body,
                        Turn {
                            span: head,
                            label: some,
                        },
                    ),
                ];
                turns.extend(through(ways, shows)?);
            }
            NodeKind::Partial(body) => turns.extend(path_without(body, shows)?),
            // What is captured is shown elsewhere, or not at all.
            NodeKind::Capture { .. }
            | NodeKind::Assign(_)
            | NodeKind::Text
            | NodeKind::Output(_)
            | NodeKind::Hole
            | NodeKind::Break
            | NodeKind::Continue => {}
        }
    }
    Some(turns)
}

/// Whether a branch is taken by everyone who gets to it, as where a partial asks for what this use of it always gives.
fn always_holds(condition: &Condition) -> bool {
    match &condition.kind {
        ConditionKind::Constant(holds) => *holds,
        ConditionKind::Known(value) => !value.optional,
        _ => false,
    }
}

/// Whether a loop may be left from its body before the end of a round.
fn is_left(body: &[Node]) -> bool {
    body.iter().any(|node| match &node.kind {
        NodeKind::Break | NodeKind::Continue => true,
        NodeKind::For(_) => false,
        _ => {
            let mut found = false;
            node.inside(&mut |nodes| found |= is_left(nodes));
            found
        }
    })
}

/// The turns through the first of some ways that does not show the link.
fn through<'n>(
    ways: impl IntoIterator<Item = (&'n Vec<Node>, Turn)>,
    shows: &dyn Fn(&Node) -> bool,
) -> Option<Vec<Turn>> {
    ways.into_iter().find_map(|(body, turn)| {
        let mut turns = vec![turn];
        turns.extend(path_without(body, shows)?);
        Some(turns)
    })
}
