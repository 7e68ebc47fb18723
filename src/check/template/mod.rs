//! Checks templates: their names, and that every output shows something to every customer.
//!
//! `branches`, `loops` and `partials` check the tags of those kinds, `filter` placeholders. What a name holds that a template
//! gave itself depends on the way that was taken: `assign` keeps it, `meet` brings it together where ways meet.

mod assign;
mod branches;
mod declared;
mod filter;
mod lint;
mod loops;
mod meet;
mod partials;
mod signature;

pub(crate) use assign::DEEPEST_CAPTURE;

use std::sync::Arc;

use self::{
    declared::Declared,
    loops::{Around, Stop},
};
use super::{
    Checker, Entry, Facts, Held, HeldKind, Local, Names, Report, Shape, held, known_given, proves, type_name,
};
use crate::{
    diagnostic::{Code, Diagnostic},
    hir::{
        Expr,
        template::{Node, NodeKind, Template},
    },
    span::Span,
    syntax::{
        ast,
        template::ast::{self as tags, NodeKind as Tag},
    },
    value::{Field, Roles, Type},
};

/// The field that every item of a placement has beside those of its catalogue, unless the catalogue has one of that name.
pub(crate) const REASON: &str = "reason";

/// What there is to check: a template, and the partials that it may render.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Written<'t> {
    pub(crate) template: &'t tags::Template,
    /// By their names; the first has the spans of source 1.
    pub(crate) partials: &'t [(Arc<str>, tags::Template)],
    /// The names of all that could be rendered.
    pub(crate) known: &'t [Arc<str>],
    /// Of all, the template's first.
    pub(crate) texts: &'t [&'t str],
    /// The language that it is written in, where that is known.
    pub(crate) language: Option<&'t str>,
    /// Whether it is a page, in which text has to be escaped.
    pub(crate) is_page: bool,
}

/// Checks a template against names to which its inputs were added as `locals`, for customers of whom `given` is known.
pub(crate) fn check_template(
    written: Written<'_>,
    names: &Names,
    locals: Vec<Local>,
    given: &Facts,
    report: &mut Report,
) -> Template {
    let most_work = written
        .texts
        .len()
        .saturating_add(4)
        .saturating_mul(report.limits.nodes);
    let mut checker = Checker::new(names, report);
    checker.given = given.clone();
    checker.scope.liquid = true;
    checker.scope.places.locals = locals.len();
    checker.scope.entries = locals.into_iter().map(Entry::Local).collect();
    let mut templates = TemplateChecker {
        checker,
        written,
        asks_language: false,
        text: 0,
        texts: 0,
        partials: Vec::new(),
        declared: Vec::new(),
        apart: Vec::new(),
        never: None,
        around: Vec::new(),
        captures: 0,
        placed: Vec::new(),
        stops: loops::continued(&written.template.nodes, written.texts),
        widened: Vec::new(),
        work: most_work,
    };
    templates.hold_placements();
    let mut nodes = templates.begun();
    nodes.extend(templates.nodes(&written.template.nodes).0);
    if !templates.checker.report.has_errors() {
        templates.look();
    }
    templates.finish(nodes)
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
    written: Written<'c>,
    /// Whether the language made a difference somewhere.
    asks_language: bool,
    /// Which use of a partial is checked; 0 for the template itself. Names belong to it.
    text: usize,
    /// How many uses of partials there were.
    texts: usize,
    /// The partials that are open, with where each is rendered.
    partials: Vec<(usize, Span)>,
    /// What is known of the partials that declare what they take, and what is wrong with these.
    declared: Vec<(usize, Declared)>,
    apart: Vec<Diagnostic>,
    /// A local to which nothing is ever given.
    never: Option<usize>,
    /// The loops around, of all texts.
    around: Vec<Around>,
    /// How many captures are open.
    captures: usize,
    /// The placements as lists of the template.
    placed: Vec<Placed>,
    /// Where loops have stopped that others may continue, see [`loops`].
    stops: Vec<Stop>,
    /// Names that are given numbers of several types in a loop, with the type that holds all.
    widened: Vec<(usize, Arc<str>, Type)>,
    /// How many more nodes are looked at: partials unfold, and loops may be looked at more than once.
    work: usize,
}

/// A placement as a list.
struct Placed {
    placement: usize,
    slot: u32,
}

/// How many facts there were, to forget those that came later.
struct Mark([usize; 4]);

/// Facts beyond this number are not remembered: looking one up takes time in proportion.
const MOST_FACTS: usize = 500;

impl TemplateChecker<'_, '_> {
    /// Checks nodes in order; also says whether what follows them is never reached.
    fn nodes(&mut self, nodes: &[tags::Node]) -> (Vec<Node>, bool) {
        let mut checked = Vec::with_capacity(nodes.len());
        let mut ends = false;
        for node in nodes {
            if self.is_exhausted(node.span) {
                return (checked, true);
            }
            let span = node.span;
            let kind = match &node.kind {
                Tag::Text => Some(NodeKind::Text),
                Tag::Output(piped) => {
                    let output = self.output(piped);
                    Some(output.map_or(NodeKind::Hole, NodeKind::Output))
                }
                Tag::If { branches, otherwise } => {
                    let (kind, always) = self.branches(branches, otherwise);
                    ends |= always;
                    Some(kind)
                }
                Tag::Case {
                    operand,
                    arms,
                    otherwise,
                } => {
                    let (kind, always) = self.case(span, operand.as_ref(), arms, otherwise.as_deref());
                    ends |= always;
                    Some(kind)
                }
                Tag::For(it) => {
                    checked.extend(self.r#loop(it, span));
                    None
                }
                Tag::Break | Tag::Continue => {
                    let kind = self.leave(&node.kind, span);
                    ends |= kind.is_some();
                    kind
                }
                Tag::Assign { name, value } => self.assign(name, value, span),
                Tag::Capture { name, body } => {
                    let (kind, always) = self.capture(name, body, span);
                    ends |= always;
                    kind
                }
                Tag::Render(it) => {
                    let (kind, always) = self.render(it, span);
                    ends |= always;
                    kind
                }
                Tag::Skip { reason } => {
                    ends = true;
                    Some(NodeKind::Skip(reason.text.clone()))
                }
            };
            checked.extend(kind.map(|kind| Node { span, kind }));
        }
        (checked, ends)
    }

    /// Counts a node; tells, and says once, when there was too much to look at.
    fn is_exhausted(&mut self, span: Span) -> bool {
        match self.work.checked_sub(1) {
            Some(left) => self.work = left,
            None => return true,
        }
        if self.work == 0 {
            let error = Diagnostic::new(Code::Limit, "the template and its partials unfold into too much")
                .label(span, "no more is looked at");
            self.checker.report.push(error);
        }
        false
    }

    /// What the names hold, to go back to it.
    fn names(&self) -> held::Names {
        Arc::clone(&self.checker.scope.held)
    }

    fn set_names(&mut self, names: held::Names) {
        self.checker.scope.held = names;
    }

    fn finish(self, nodes: Vec<Node>) -> Template {
        for told in self.apart {
            self.checker.report.push(told);
        }
        let places = self.checker.scope.places;
        let items = places
            .items()
            .map(|it| (it.row, it.shape.layout.clone()))
            .collect();
        let used = self.placed.iter().filter(|it| places.is_used(it.slot));
        Template {
            nodes,
            locals: places.locals,
            placed: used.map(|it| (it.placement, it.slot)).collect(),
            items,
            rows: places.highest.get(),
            lists: Arc::new(places.layout),
            asks_language: self.asks_language,
        }
    }

    /// Whether a name is a loop variable here.
    fn is_loop_variable(&self, name: &str) -> bool {
        let seen = self.checker.scope.first_seen();
        let entries = self.checker.scope.entries.get(seen..).unwrap_or_default();
        entries
            .iter()
            .any(|entry| matches!(entry, Entry::Loop { name: known, .. } if **known == *name))
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
        let text = self.written.texts.get(span.source as usize).copied();
        text.unwrap_or_default()
            .get(span.start as usize..span.end as usize)
            .unwrap_or_default()
    }

    /// The value of a literal or an expression.
    fn value(&mut self, expr: &ast::Expr) -> Option<Expr> {
        self.checker.check_value(expr)
    }
}
