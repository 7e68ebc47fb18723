//! Checks templates: their names, and that every output shows something to every customer.

mod filter;
mod signature;

use std::sync::Arc;

use super::{Checker, Entry, Facts, Local, Member, Names, Report, Shape, known_given, proves, type_name};
use crate::{
    diagnostic::{Code, Diagnostic},
    hir::{
        self, Condition, ConditionKind, Expr, ExprKind,
        template::{Branch, Loop, Node, NodeKind, Over, Template},
    },
    span::Span,
    syntax::{
        ast,
        template::ast::{self as written, NodeKind as Written},
    },
    value::{Field, Roles, Type, Value},
};

/// The field that every item of a placement has beside those of its catalogue, unless the catalogue has one of that name.
pub(crate) const REASON: &str = "reason";

/// Checks a template against names to which its inputs were added as `locals`, for customers of whom `given` is known.
pub(crate) fn check_template(
    template: &written::Template,
    text: &str,
    names: &Names,
    locals: Vec<Local>,
    given: &Facts,
    report: &mut Report,
) -> Template {
    let mut checker = Checker::new(names, report);
    let inputs = locals.len();
    checker.given = given.clone();
    checker.scope.entries = locals.into_iter().map(Entry::Local).collect();
    let mut templates = TemplateChecker { checker, text };
    let (nodes, _) = templates.nodes(&template.nodes);
    Template {
        nodes,
        locals: inputs,
    }
}

/// The shape of the items of a placement: those of its catalogue and the reason.
pub(crate) fn placed_fields(fields: &[Field]) -> Vec<Field> {
    let mut fields = fields.to_vec();
    if fields.iter().all(|field| &*field.name != REASON) {
        fields.push(Field {
            name: REASON.into(),
            ty: Type::String,
            optional: false,
            roles: Roles {
                filled: Some(crate::value::Filled::default()),
                ..Roles::default()
            },
            description: None,
        });
    }
    fields
}

struct TemplateChecker<'c, 'a> {
    checker: Checker<'a>,
    text: &'c str,
}

/// How many facts there were, to forget those that came later.
struct Mark([usize; 4]);

/// Facts beyond this number are not remembered: looking one up takes time in proportion.
const MOST_FACTS: usize = 500;

impl TemplateChecker<'_, '_> {
    /// Checks nodes in order; also says whether they always end in a `skip`.
    fn nodes(&mut self, nodes: &[written::Node]) -> (Vec<Node>, bool) {
        let mut checked = Vec::with_capacity(nodes.len());
        let mut skips = false;
        for node in nodes {
            let kind = match &node.kind {
                Written::Text => Some(NodeKind::Text),
                Written::Output { value, filters } => {
                    let output = self.output(value, filters);
                    Some(output.map_or(NodeKind::Hole, NodeKind::Output))
                }
                Written::If { branches, otherwise } => {
                    let (kind, ends) = self.branches(branches, otherwise);
                    skips |= ends;
                    Some(kind)
                }
                Written::For {
                    variable,
                    items,
                    limit,
                    body,
                    otherwise,
                } => self.r#loop(variable, items, limit.as_ref(), body, otherwise),
                Written::Skip { reason } => {
                    skips = true;
                    Some(NodeKind::Skip(reason.text.clone()))
                }
            };
            checked.extend(kind.map(|kind| Node {
                span: node.span,
                kind,
            }));
        }
        (checked, skips)
    }

    fn branches(&mut self, branches: &[written::Branch], otherwise: &[written::Node]) -> (NodeKind, bool) {
        let before = self.mark();
        let mut checked = Vec::with_capacity(branches.len());
        // What holds behind the whole, as long as every branch so far ended in a `skip`.
        let mut behind = Some(Facts::default());
        let mut all_skip = true;
        for branch in branches {
            let condition = branch.condition.as_ref().and_then(|it| {
                if branch.negated {
                    self.checker.check_negation(it)
                } else {
                    self.checker.check_condition(it)
                }
            });
            let here = self.mark();
            if let Some(condition) = &condition {
                self.learn(proves(condition, true, &self.checker.names.conditions));
            }
            let (body, skips) = self.nodes(&branch.body);
            self.forget(&here);
            all_skip &= skips;
            let Some(condition) = condition else {
                // The error is told; only where the branch leads in the page is still of interest.
                behind = None;
                let condition = Condition::new(branch.span, ConditionKind::Constant(true));
                checked.push(Branch { condition, body });
                continue;
            };
            let not = proves(&condition, false, &self.checker.names.conditions);
            behind = behind.filter(|_| skips).map(|mut facts| {
                facts.add(not.clone());
                facts
            });
            self.learn(not);
            checked.push(Branch { condition, body });
        }
        let (otherwise, else_skips) = self.nodes(otherwise);
        self.forget(&before);
        if let Some(facts) = behind {
            self.learn(facts);
        }
        (
            NodeKind::If {
                branches: checked,
                otherwise,
            },
            all_skip && else_skips,
        )
    }

    fn r#loop(
        &mut self,
        variable: &ast::Name,
        items: &ast::Items,
        limit: Option<&ast::Expr>,
        body: &[written::Node],
        otherwise: &[written::Node],
    ) -> Option<NodeKind> {
        let over = self.over(items);
        let limit = limit.map(|limit| self.limit(limit));
        let Some((over, shape)) = over else {
            // The items are unknown, so nothing can be said about what the body does with them.
            self.nodes(otherwise);
            return None;
        };
        let before = self.mark();
        let row = over.row();
        let filter = match &over {
            Over::Items(items) => items.filter.as_deref(),
            Over::Placement { filter, .. } => filter.as_ref(),
        };
        if let Some(filter) = filter {
            self.learn(proves(filter, true, &self.checker.names.conditions));
        }
        if let Over::Items(hir::Items {
            source: hir::Source::List(list),
            ..
        }) = &over
        {
            let mut facts = Facts::default();
            facts.list(list, true);
            self.learn(facts);
        }
        let name = variable.text.clone();
        self.checker.scope.entries.push(Entry::Loop { name, row, shape });
        let (body, _) = self.nodes(body);
        self.checker.scope.entries.pop();
        self.forget(&before);
        let (otherwise, _) = self.nodes(otherwise);
        // An outer `None` is an error that was reported.
        let limit = limit.map_or(Some(None), |limit| limit.map(Some))?;
        Some(NodeKind::For(Box::new(Loop {
            over,
            limit,
            body,
            otherwise,
        })))
    }

    fn over(&mut self, items: &ast::Items) -> Option<(Over, Arc<Shape>)> {
        if let [name] = &*items.collection
            && !self.is_local(&name.text)
        {
            let schema = self.checker.names.schema.clone();
            if let Some(placement) = schema.placements.get_index_of(&name.text) {
                return self.placement(placement, items);
            }
            let names = self.checker.names;
            let known = schema.events.contains_key(&name.text)
                || names.customer.members.contains_key(&name.text)
                || names.traits.contains_key(&name.text);
            if !known && !names.is_silent(&name.text) {
                return self.unknown_collection(name);
            }
        }
        let (items, shape) = self.checker.check_items(items)?;
        Some((Over::Items(items), shape))
    }

    fn placement(&mut self, index: usize, items: &ast::Items) -> Option<(Over, Arc<Shape>)> {
        let schema = self.checker.names.schema.clone();
        let (name, placement) = schema.placements.get_index(index)?;
        let fields = schema
            .catalogs
            .get(&placement.catalog)
            .map(|it| placed_fields(&it.fields));
        let shape = Arc::new(Shape::of_fields(&fields.unwrap_or_default()));
        if items.window.is_some() {
            let error = Diagnostic::new(Code::TypeMismatch, "only events happen in a window of time")
                .label(items.span, "the items of a placement");
            return self.checker.report.fail(error);
        }
        let Some(row) = self.checker.scope.next_row() else {
            let error = Diagnostic::new(Code::Limit, "too many loops inside each other")
                .label(items.span, "one too many");
            return self.checker.report.fail(error);
        };
        let filter = match &items.filter {
            None => None,
            Some(filter) => {
                let entry = Entry::Item {
                    of: name.clone(),
                    row,
                    shape: shape.clone(),
                };
                self.checker.scope.entries.push(entry);
                let filter = self.checker.check_condition(filter);
                self.checker.scope.entries.pop();
                Some(filter?)
            }
        };
        Some((
            Over::Placement {
                placement: index,
                row,
                filter,
            },
            shape,
        ))
    }

    fn limit(&mut self, limit: &ast::Expr) -> Option<Expr> {
        let value = self.checker.check_value(limit)?;
        let error = if value.ty != Type::Int {
            Diagnostic::new(Code::TypeMismatch, "`limit` takes a whole number")
                .label(value.span, format!("of type {}", type_name(&value.ty)))
        } else if !known_given(&value, &self.checker.given) {
            Diagnostic::new(Code::MayBeMissing, "the limit may be missing")
                .label(value.span, "how many items?")
        } else if matches!(&value.kind, ExprKind::Constant(Value::Int(..1))) {
            Diagnostic::new(Code::InvalidLiteral, "a `limit` below 1")
                .label(value.span, "no item would be shown")
        } else {
            return Some(value);
        };
        self.checker.report.fail(error)
    }

    fn unknown_collection<T>(&mut self, name: &ast::Name) -> Option<T> {
        let names = self.checker.names;
        let lists = names
            .customer
            .members
            .iter()
            .filter_map(|(name, member)| match member {
                Member::Slot { items: Some(_), .. } => Some(name),
                _ => None,
            });
        let known = names
            .schema
            .placements
            .keys()
            .chain(names.schema.events.keys())
            .chain(lists);
        let help = self.checker.report.suggest(&name.text, known.map(|it| &**it));
        let error = Diagnostic::new(
            Code::UnknownCollection,
            format!("unknown placement, list or event `{}`", name.text),
        )
        .label(name.span, "not defined")
        .help(help);
        self.checker.report.fail(error)
    }

    fn is_local(&self, name: &str) -> bool {
        self.checker.scope.entries.iter().any(|entry| match entry {
            Entry::Item { .. } | Entry::Previous { .. } => false,
            Entry::Loop { name: known, .. } => **known == *name,
            Entry::Local(local) => *local.name == *name,
        })
    }

    fn learn(&mut self, facts: Facts) {
        if self.mark().0.iter().sum::<usize>() < MOST_FACTS {
            self.checker.given.add(facts);
        }
    }

    fn mark(&self) -> Mark {
        let Facts {
            known,
            filled,
            lists,
            filled_lists,
        } = &self.checker.given;
        Mark([known.len(), filled.len(), lists.len(), filled_lists.len()])
    }

    fn forget(&mut self, mark: &Mark) {
        let [known, filled, lists, filled_lists] = mark.0;
        self.checker.given.known.truncate(known);
        self.checker.given.filled.truncate(filled);
        self.checker.given.lists.truncate(lists);
        self.checker.given.filled_lists.truncate(filled_lists);
    }

    /// What the template says there.
    fn written(&self, span: Span) -> &str {
        self.text
            .get(span.start as usize..span.end as usize)
            .unwrap_or_default()
    }

    /// The value of a literal or an expression; `display` of a path for messages is its text.
    fn value(&mut self, expr: &ast::Expr) -> Option<Expr> {
        self.checker.check_value(expr)
    }
}
