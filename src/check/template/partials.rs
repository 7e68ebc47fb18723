//! `render`: each use of a partial is checked with what it is given.

use std::sync::Arc;

use super::{
    Declared, Held, HeldKind, NodeKind, TemplateChecker,
    declared::Wanted,
    filter::{Items, State, StateKind},
    held,
    loops::{Through, given_in},
    meet::brought,
    tags,
};
use crate::{
    check::scope::Hidden,
    diagnostic::{Code, Diagnostic, suggest},
    hir::template::{Assign, Filter, Node, Output, Source},
    span::Span,
    syntax::ast,
};

/// Checks the body of a partial; also says whether what follows is never reached.
type Check<'f, C> = dyn FnMut(&mut C, &[tags::Node]) -> (Vec<Node>, bool) + 'f;

/// So many partials may be open, each rendered by the one before.
const DEEPEST: usize = 16;

impl TemplateChecker<'_, '_> {
    /// Also says whether what follows is never reached.
    pub(super) fn render(&mut self, it: &tags::Render, span: Span) -> (Option<NodeKind>, bool) {
        let Some(partial) = self.partial(&it.partial, span) else {
            return (None, false);
        };
        let wanted = match self.declared(partial, span) {
            Declared::Anything => None,
            Declared::Inputs(wanted) => Some(wanted),
            Declared::Broken => return (None, false),
        };
        let mut nodes = Vec::new();
        let given = self.arguments(it, wanted.as_deref(), span, &mut nodes);
        let looped = match &it.given {
            Some(given) if given.each => match self.each(&given.value) {
                Some(through) => Some((alias(given, &it.partial), through)),
                None => return (None, false),
            },
            _ => None,
        };
        let Some(given) = given else { return (None, false) };
        let ends = match looped {
            None => {
                // What a round before left in its names is none of this one's business.
                let again = !self.around.is_empty();
                let (body, ends) = self.inside(partial, given, span, &mut |this, body| {
                    if again { this.fresh(body) } else { this.nodes(body) }
                });
                nodes.extend(body);
                ends
            }
            Some((name, through)) => {
                let item = wanted.iter().flat_map(|it| it.iter()).find(|it| it.name == name);
                let list = it.given.as_ref().map_or(span, |it| it.value.span);
                let (body, _) = self.inside(partial, given, span, &mut |this, body| {
                    let mut round = |this: &mut Self| {
                        let fine = item.is_none_or(|item| this.item_fits(item, list));
                        this.fresh(if fine { body } else { &[] })
                    };
                    let whole = this.round(through.clone(), &name, [false, false], &mut round, &mut |_| {
                        (Vec::new(), false)
                    });
                    let nodes = whole.map(|it| Node {
                        span,
                        kind: NodeKind::For(Box::new(it)),
                    });
                    (nodes.into_iter().collect(), false)
                });
                nodes.extend(body);
                false
            }
        };
        (Some(NodeKind::Partial(nodes)), ends)
    }

    /// The partial of a name, which must not be open already.
    fn partial(&mut self, name: &ast::Text, span: Span) -> Option<usize> {
        let partials = self.written.partials;
        let error = match partials.iter().position(|(known, _)| *known == name.text) {
            None => {
                let known = self.written.known.iter().map(|name| &**name);
                Diagnostic::new(Code::UnknownPartial, format!("unknown partial `{}`", name.text))
                    .label(name.span, "not given to this template")
                    .help(suggest::did_you_mean(&name.text, known))
            }
            Some(index) => {
                let open = self.partials.iter().find(|(open, _)| *open == index);
                if let Some((_, first)) = open {
                    Diagnostic::new(Code::Cycle, format!("the partial `{}` renders itself", name.text))
                        .label(span, "rendered again here")
                        .label(*first, "rendered here first")
                } else if self.partials.len() == DEEPEST {
                    Diagnostic::new(Code::Limit, format!("partials nested more than {DEEPEST} deep"))
                        .label(span, "one too deep")
                } else {
                    return Some(index);
                }
            }
        };
        self.checker.report.fail(error)
    }

    /// What a partial is given, by the names that it knows.
    fn arguments(
        &mut self,
        it: &tags::Render,
        wanted: Option<&[Wanted]>,
        span: Span,
        nodes: &mut Vec<Node>,
    ) -> Option<Vec<Held>> {
        let mut given: Vec<Held> = Vec::new();
        let mut fine = true;
        for argument in &it.arguments {
            let Some(name) = &argument.name else { continue };
            if let Some(first) = given.iter().find(|it| it.name == name.text) {
                let error = Diagnostic::new(Code::DuplicateName, format!("`{}` is given twice", name.text))
                    .label(name.span, "once is enough")
                    .label(first.span, "the first is here");
                self.checker.report.push(error);
                fine = false;
                continue;
            }
            let held = self.argument_as(it, wanted, (&name.text, name.span), &argument.value, nodes);
            fine &= held.is_some();
            given.extend(held);
        }
        let mut each = None;
        if let Some(with) = &it.given {
            let name = alias(with, &it.partial);
            let at = with.name.as_ref().map_or(with.value.span, |it| it.span);
            if with.each {
                let known = wanted.map(|wanted| self.wanted(wanted, (&name, at), &it.partial).is_some());
                fine &= known != Some(false);
                each = Some(name);
            } else {
                let held = self.argument_as(it, wanted, (&name, at), &with.value, nodes);
                fine &= held.is_some();
                given.extend(held);
            }
        }
        if let Some(wanted) = wanted {
            // After an error of an argument it is not known what that was to be.
            fine = fine && self.is_complete(it, wanted, &mut given, each.as_deref(), span);
        }
        fine.then_some(given)
    }

    /// A value under the name that an argument gives it, which must be an input of a partial that declares some.
    fn argument_as(
        &mut self,
        it: &tags::Render,
        wanted: Option<&[Wanted]>,
        (name, span): (&Arc<str>, Span),
        value: &ast::Expr,
        nodes: &mut Vec<Node>,
    ) -> Option<Held> {
        let Some(wanted) = wanted else {
            return self.given_as(name.clone(), value, nodes);
        };
        let wanted = self.wanted(wanted, (name, span), &it.partial)?;
        if let Some(held) = self.literal(wanted, value).ok()? {
            return Some(held);
        }
        let is_literal = matches!(value.kind, ast::ExprKind::Literal(_));
        let (source, mut filters, mut state) = self.source(value, None)?;
        if let Some(change) = self.fits(wanted, (value.span, is_literal), &state).ok()? {
            filters.extend(change.filter);
            state.kind = StateKind::Value(change.to);
        } else if let (true, Source::Value(value)) = (filters.is_empty(), &source) {
            let markup = state.markup;
            return Some(Held {
                markup,
                ..wanted.held(value.span, value.clone())
            });
        }
        self.given_item(name.clone(), value.span, (source, filters, state), nodes)
    }

    /// A value under a name of the partial. Nothing is copied, but for an item that has no name yet.
    fn given_as(&mut self, name: Arc<str>, value: &ast::Expr, nodes: &mut Vec<Node>) -> Option<Held> {
        let span = value.span;
        let (source, filters, state) = self.source(value, None)?;
        if !filters.is_empty() {
            return self.given_item(name, span, (source, filters, state), nodes);
        }
        let kind = match (source, &state.kind) {
            (Source::Value(value), _) => HeldKind::Value(value),
            (Source::List(spot), StateKind::List(Items { ty, shape })) => HeldKind::List {
                spot,
                item: ty.clone(),
                shape: shape.clone(),
            },
            (Source::Item(row), StateKind::Item(Items { ty, shape })) => HeldKind::Item(held::Item {
                row,
                ty: ty.clone(),
                shape: shape.clone(),
                present: state.present,
            }),
            _ => return None,
        };
        Some(Held {
            name,
            span,
            kind,
            optional: state.optional,
            blank: state.blank,
            markup: state.markup,
        })
    }

    /// An item of a list, put where the partial finds it.
    fn given_item(
        &mut self,
        name: Arc<str>,
        span: Span,
        (value, filters, state): (Source, Vec<Filter>, State),
        nodes: &mut Vec<Node>,
    ) -> Option<Held> {
        // Under a name that nobody can write.
        let hidden: Arc<str> = format!("[{} {name}]", self.texts).into();
        let written = ast::Name {
            span,
            text: hidden,
            quoted: true,
        };
        let held = self.held_state(&written, &state, false);
        let target = super::assign::target(&held)?;
        self.forget_held(&held);
        nodes.push(Node {
            span,
            kind: NodeKind::Assign(Assign {
                target,
                value: Output {
                    value,
                    filters,
                    markup: false,
                },
            }),
        });
        Some(Held { name, ..held })
    }

    /// The list that a partial is rendered for each item of.
    fn each(&mut self, value: &ast::Expr) -> Option<Through> {
        if let ast::ExprKind::Path(path) = &value.kind
            && !path.iter().any(|step| step.position().is_some())
        {
            let items = ast::Items {
                span: value.span,
                collection: path.clone(),
                window: None,
                filter: None,
            };
            return self.over(&items);
        }
        let error = Diagnostic::new(Code::TypeMismatch, "a list is needed here")
            .label(value.span, "not the name of a list")
            .help("write `{% for item in … %}` around `{% render %}` for anything else".to_owned());
        self.checker.report.fail(error)
    }

    /// Checks something inside a partial, which sees what it is given and nothing else.
    pub(super) fn inside(
        &mut self,
        partial: usize,
        given: Vec<Held>,
        span: Span,
        check: &mut Check<'_, Self>,
    ) -> (Vec<Node>, bool) {
        let written = self.written.partials;
        let body: &[tags::Node] = &written[partial].1.nodes;
        self.texts += 1;
        let text = std::mem::replace(&mut self.text, self.texts);
        let outer = std::mem::replace(&mut self.checker.scope.held, Arc::new(given));
        let entries = self.checker.scope.entries.len();
        self.checker.scope.hidden.push(Hidden { entries, held: outer });
        self.partials.push((partial, span));
        let reported = self.checker.report.len();
        let result = check(self, body);
        self.checker
            .report
            .label_since(reported, span, "rendered from here");
        self.partials.pop();
        if let Some(hidden) = self.checker.scope.hidden.pop() {
            self.checker.scope.held = hidden.held;
        }
        self.text = text;
        result
    }

    /// Checks the body of a partial whose names hold nothing at first, though it may have been rendered before.
    pub(super) fn fresh(&mut self, body: &[tags::Node]) -> (Vec<Node>, bool) {
        let start = self.names();
        let (mut nodes, ends) = self.nodes(body);
        let mut names = Vec::new();
        given_in(body, &mut names);
        let behind = self.names();
        let cleared = behind.iter().filter(|it| names.contains(&it.name));
        let cleared = cleared.filter_map(|it| {
            let nothing = Held {
                kind: HeldKind::Nothing,
                ..it.clone()
            };
            brought(&nothing, it)
        });
        let cleared: Vec<Node> = cleared.collect();
        nodes.splice(0..0, cleared);
        self.set_names(start);
        (nodes, ends)
    }
}

/// Under which name a partial knows what it is rendered with, or for.
fn alias(given: &tags::Given, partial: &ast::Text) -> Arc<str> {
    match &given.name {
        Some(name) => name.text.clone(),
        None => partial.text.rsplit('/').next().unwrap_or(&partial.text).into(),
    }
}
