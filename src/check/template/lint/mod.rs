//! Looks at templates without errors for what is hardly meant: it works, and says or sends something else than it seems.
//!
//! `gap` finds values between two conditions, `text` what is shown otherwise than it looks.

mod gap;
mod text;

use std::sync::Arc;

use super::{
    TemplateChecker, Written,
    loops::given_in,
    tags::{self, Node, NodeKind},
};
use crate::{
    diagnostic::{Code, Diagnostic},
    span::Span,
    syntax::ast::{Expr, ExprKind, Literal},
};

impl TemplateChecker<'_, '_> {
    /// Adds the warnings about the template and the partials that it renders.
    pub(super) fn look(&mut self) {
        let written = self.written;
        let mut bodies = vec![&written.template.nodes];
        let mut names = Vec::new();
        written.template.partials(&mut names);
        let mut next = 0;
        while let Some(name) = names.get(next).cloned() {
            next += 1;
            if names[..next - 1].contains(&name) {
                continue;
            }
            if let Some((_, partial)) = written.partials.iter().find(|it| it.0 == name) {
                partial.partials(&mut names);
                bodies.push(&partial.nodes);
            }
        }
        let mut look = Look {
            written,
            found: Vec::new(),
            has_day: false,
        };
        for nodes in &bodies {
            look.nodes(nodes, None);
        }
        let (mut found, suspects) = (look.found, text::broken_placeholders(&written, &bodies));
        if !suspects.is_empty() {
            let mut given = Vec::new();
            for nodes in &bodies {
                given_in(nodes, &mut given);
                variables_in(nodes, &mut given);
            }
            let is_known = |name: &str| {
                let names = self.checker.names;
                given.iter().any(|it| **it == *name)
                    || self.is_input(name)
                    || names.customer.members.contains_key(name)
                    || names.traits.contains_key(name)
            };
            found.extend(
                suspects
                    .into_iter()
                    .filter(|it| is_known(it.name))
                    .map(text::Suspect::told),
            );
        }
        for warning in found {
            self.checker.report.push(warning);
        }
    }
}

impl TemplateChecker<'_, '_> {
    /// Refuses `x or "there"` in a placeholder, which says `true` or `false`.
    pub(super) fn is_no_fallback(&mut self, value: &Expr) -> Option<()> {
        let ExprKind::Or(parts) = &value.kind else {
            return Some(());
        };
        let Some(fallback) = parts.iter().find(|it| literal(it).is_some()) else {
            return Some(());
        };
        let [shown, fallback_shown] = [&parts[0], fallback].map(|it| self.written(it.span).to_owned());
        let error = Diagnostic::new(
            Code::ForeignSyntax,
            "`or` is no fallback: it tells whether one side holds",
        )
        .label(value.span, "either `true` or `false`")
        .help(format!("write `{{{{ {shown} | default: {fallback_shown} }}}}`"));
        self.checker.report.fail(error)
    }
}

/// The variables of loops.
fn variables_in(nodes: &[Node], names: &mut Vec<Arc<str>>) {
    for node in nodes {
        if let NodeKind::For(it) = &node.kind
            && !names.contains(&it.variable.text)
        {
            names.push(it.variable.text.clone());
        }
        node.inside(&mut |nodes| variables_in(nodes, names));
    }
}

/// Of which part of a loop something is.
#[derive(Clone, Copy)]
enum Within {
    Body(Span),
    Otherwise(Span),
}

struct Look<'t> {
    written: Written<'t>,
    found: Vec<Diagnostic>,
    /// A day of the year was told; one of two that are subtracted is enough.
    has_day: bool,
}

impl Look<'_> {
    fn nodes(&mut self, nodes: &[Node], within: Option<Within>) {
        self.gaps(nodes);
        for node in nodes {
            match &node.kind {
                NodeKind::Skip { .. } => self.skip(node.span, within),
                NodeKind::Output(piped) => {
                    self.shown(piped);
                    self.piped(piped, false);
                }
                NodeKind::Assign { value, .. } => self.piped(value, true),
                NodeKind::If { branches, .. } => {
                    for condition in branches.iter().filter_map(|it| it.condition.as_ref()) {
                        self.compared(condition);
                    }
                }
                _ => {}
            }
            if let NodeKind::For(it) = &node.kind {
                let head = Span {
                    end: it.variable.span.end,
                    ..node.span
                };
                self.nodes(&it.body, Some(Within::Body(head)));
                self.nodes(&it.otherwise, Some(Within::Otherwise(head)));
            } else {
                node.inside(&mut |nodes| self.nodes(nodes, within));
            }
        }
    }

    /// A `skip` that one item decides on, or that there is none.
    fn skip(&mut self, span: Span, within: Option<Within>) {
        let (told, head, help) = match within {
            None => return,
            Some(Within::Body(head)) => (
                "the first item that gets here stops the whole message",
                head,
                "choose the items with `where`, leave the loop with `{% break %}`, or put the `skip` before it",
            ),
            Some(Within::Otherwise(head)) => (
                "a list without items stops the whole message, also what is shown before",
                head,
                "if that is meant, ask before the loop: `{% if items.size = 0 %}{% skip \"…\" %}{% endif %}`",
            ),
        };
        let warning = Diagnostic::new(Code::SkipInLoop, "a `skip` inside of a loop")
            .label(span, told)
            .label(head, "the loop begins here")
            .help(help.to_owned());
        self.found.push(warning);
    }
}

/// The text that an expression is.
fn literal(expr: &Expr) -> Option<&str> {
    match &expr.kind {
        ExprKind::Literal(Literal::Text(text)) => Some(text),
        _ => None,
    }
}
