//! Which traits and segments refer to which: the order to check them in, circles, and how deep they nest all together.

use super::{
    definitions::{Definitions, Formula, FormulaKind},
    path::{Reserved, reserved},
    report::Report,
    scope::{Member, Names, Shape},
};
use crate::{
    diagnostic::{Code, Diagnostic},
    limits::Limits,
    span::Span,
    syntax::ast::{Expr, ExprKind, Items, Name, Place, Set, Window},
    value::Type,
};

/// A use of a trait or segment in another.
#[derive(Clone, Copy, Debug)]
struct Reference {
    /// Position in [`Definitions::formulas`].
    target: usize,
    span: Span,
    /// How deep it stands in the tree.
    depth: usize,
}

/// How many steps of a circle are shown; a hostile source may have circles of thousands.
const STEPS: usize = 16;

/// The positions of all traits and segments, each after those it refers to. Circles and chains that nest too deeply are
/// reported.
pub(crate) fn order(
    definitions: &Definitions<'_>,
    names: &Names,
    limits: &Limits,
    report: &mut Report,
) -> Vec<usize> {
    let formulas = &definitions.formulas;
    let references: Vec<_> = formulas
        .iter()
        .map(|formula| Walk::of(formula, definitions, names))
        .collect();
    let mut search = Search {
        formulas,
        references: &references,
        state: vec![State::New; formulas.len()],
        order: Vec::with_capacity(formulas.len()),
    };
    for start in 0..formulas.len() {
        search.from(start, report);
    }
    let order = search.order;
    limit_nesting(formulas, &references, &order, limits, report);
    order
}

/// The depth of a formula counts its own nesting and that of what it refers to, at the place of the reference.
fn limit_nesting(
    formulas: &[Formula<'_>],
    references: &[Vec<Reference>],
    order: &[usize],
    limits: &Limits,
    report: &mut Report,
) {
    let mut depths = vec![0; formulas.len()];
    for &index in order {
        let deepest = references[index]
            .iter()
            .map(|it| (it.depth + 1 + depths[it.target], it))
            .max_by_key(|(depth, _)| *depth);
        let Some((depth, reference)) = deepest else {
            continue;
        };
        if depth <= limits.nesting {
            depths[index] = depth;
            continue;
        }
        // The depth stays 0, so that what refers to this one is not reported too.
        let formula = &formulas[index];
        let message = format!(
            "{} `{}` nests deeper than {} levels",
            formula.kind.word(),
            formula.name.text,
            limits.nesting
        );
        let label = format!(
            "counted with what `{}` refers to",
            formulas[reference.target].name.text
        );
        report.push(Diagnostic::new(Code::Limit, message).label(reference.span, label));
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    New,
    Open,
    Done,
}

/// A depth-first search with a stack of its own, as a chain of references may be as long as the source.
struct Search<'a> {
    formulas: &'a [Formula<'a>],
    references: &'a [Vec<Reference>],
    state: Vec<State>,
    order: Vec<usize>,
}

impl Search<'_> {
    fn from(&mut self, start: usize, report: &mut Report) {
        if self.state[start] != State::New {
            return;
        }
        self.state[start] = State::Open;
        // Each entry: a formula, and how many of its references were followed.
        let mut path = vec![(start, 0)];
        while let Some((index, followed)) = path.last_mut() {
            let Some(reference) = self.references[*index].get(*followed) else {
                self.state[*index] = State::Done;
                self.order.push(*index);
                path.pop();
                continue;
            };
            *followed += 1;
            match self.state[reference.target] {
                State::New => {
                    self.state[reference.target] = State::Open;
                    path.push((reference.target, 0));
                }
                State::Open if !report.is_full() => {
                    let error = self.circle(&path, reference.target);
                    report.push(error);
                }
                State::Open | State::Done => {}
            }
        }
    }

    /// The circle from `target` along the path back to it.
    fn circle(&self, path: &[(usize, usize)], target: usize) -> Diagnostic {
        let start = path.iter().position(|(index, _)| *index == target).unwrap_or(0);
        let steps = &path[start..];
        let name = |index: usize| &*self.formulas[index].name.text;
        let first = &self.formulas[target];
        let message = format!("{} `{}` refers to itself", first.kind.word(), name(target));
        let mut error = Diagnostic::new(Code::Cycle, message);
        for (index, followed) in steps.iter().take(STEPS) {
            let reference = self.references[*index][followed - 1];
            let label = format!("`{}` refers to `{}`", name(*index), name(reference.target));
            error = error.label(reference.span, label);
        }
        if steps.len() > 1 {
            let mut names: Vec<_> = steps
                .iter()
                .take(STEPS)
                .map(|(index, _)| format!("`{}`", name(*index)))
                .collect();
            if steps.len() > STEPS {
                names.push(format!("{} more", steps.len() - STEPS));
            }
            names.push(format!("`{}`", name(target)));
            error = error.help(format!("the circle is {}", names.join(" → ")));
        }
        error
    }
}

/// Goes through an expression and notes the references, leaving out names that an item's property shadows.
struct Walk<'a> {
    definitions: &'a Definitions<'a>,
    names: &'a Names,
    shadows: Vec<&'a Shape>,
    depth: usize,
    found: Vec<Reference>,
}

impl<'a> Walk<'a> {
    fn of(formula: &Formula<'a>, definitions: &'a Definitions<'a>, names: &'a Names) -> Vec<Reference> {
        let mut walk = Walk {
            definitions,
            names,
            shadows: Vec::new(),
            depth: 0,
            found: Vec::new(),
        };
        walk.expr(formula.body);
        walk.found
    }

    fn note(&mut self, kind: FormulaKind, name: &Name) {
        let known = match kind {
            FormulaKind::Trait => &self.definitions.traits,
            FormulaKind::Segment => &self.definitions.segments,
        };
        if let Some(target) = known.get(&name.text) {
            self.found.push(Reference {
                target: *target,
                span: name.span,
                depth: self.depth,
            });
        }
    }

    fn exprs<'e>(&mut self, exprs: impl IntoIterator<Item = &'e Expr>) {
        for expr in exprs {
            self.expr(expr);
        }
    }

    fn expr(&mut self, expr: &Expr) {
        let nests = matches!(
            expr.kind,
            ExprKind::Paren(_)
                | ExprKind::Point(..)
                | ExprKind::Call { .. }
                | ExprKind::Case { .. }
                | ExprKind::Not(_)
                | ExprKind::Negate(_)
                | ExprKind::Arithmetic { .. }
                | ExprKind::Quantified { .. }
                | ExprKind::Aggregate { .. }
        );
        self.depth += usize::from(nests);
        self.children(expr);
        self.depth -= usize::from(nests);
    }

    fn children(&mut self, expr: &Expr) {
        match &expr.kind {
            ExprKind::Literal(_)
            | ExprKind::Now
            | ExprKind::Today
            | ExprKind::FromNow { .. }
            | ExprKind::InSample { .. } => {}
            ExprKind::Path(path) => self.path(path),
            ExprKind::Call { args, .. } => self.exprs(args),
            ExprKind::Case { arms, otherwise } => {
                for (condition, value) in arms {
                    self.exprs([condition, value]);
                }
                self.exprs(otherwise.as_deref());
            }
            ExprKind::Point(lat, lon) => self.exprs([&**lat, &**lon]),
            ExprKind::Not(inner) | ExprKind::Negate(inner) | ExprKind::Paren(inner) => self.expr(inner),
            ExprKind::Arithmetic { lhs, rhs, .. } | ExprKind::Compare { lhs, rhs, .. } => {
                self.exprs([&**lhs, &**rhs]);
            }
            ExprKind::And(parts) | ExprKind::Or(parts) => self.exprs(parts),
            ExprKind::Between {
                operand, low, high, ..
            } => self.exprs([&**operand, &**low, &**high]),
            ExprKind::In { operand, set, .. } | ExprKind::ContainsEach { operand, set, .. } => {
                self.expr(operand);
                if let Set::Literals(items) = set {
                    self.exprs(items);
                }
            }
            ExprKind::TextTest { operand, pattern, .. } => self.exprs([&**operand, &**pattern]),
            ExprKind::Is { operand, .. } | ExprKind::Rank { operand, .. } => self.expr(operand),
            ExprKind::InWindow { operand, window, .. } | ExprKind::Anniversary { operand, window, .. } => {
                self.expr(operand);
                self.window(window);
            }
            ExprKind::Near {
                operand, radius, of, ..
            } => {
                self.exprs([&**operand, &**radius]);
                match of {
                    Place::Point(lat, lon) => self.exprs([&**lat, &**lon]),
                    Place::Of(place) => self.expr(place),
                }
            }
            ExprKind::InSegment { name, .. } => self.note(FormulaKind::Segment, name),
            ExprKind::Quantified { items, steps, .. } => {
                self.items(items, None);
                for step in steps {
                    self.items(&step.items, None);
                }
            }
            ExprKind::Aggregate { value, items, .. } => self.items(items, value.as_deref()),
        }
    }

    fn path(&mut self, path: &[Name]) {
        let own = match reserved(path) {
            Some(Reserved::Customer) => path.get(1),
            Some(Reserved::Previous) => None,
            None => path.first().filter(|it| self.around(it).is_none()),
        };
        if let Some(name) = own
            && !self.names.customer.members.contains_key(&name.text)
        {
            self.note(FormulaKind::Trait, name);
        }
    }

    /// The innermost of the items around that has something of that name.
    fn around(&self, name: &Name) -> Option<&'a Shape> {
        let mut shadows = self.shadows.iter().rev();
        shadows.find(|it| it.members.contains_key(&name.text)).copied()
    }

    fn window(&mut self, window: &Window) {
        match window {
            Window::Between(low, high) => self.exprs([&**low, &**high]),
            Window::Before(bound) | Window::After(bound) | Window::Since(bound) => self.expr(bound),
            Window::InLast(_)
            | Window::InNext(_)
            | Window::Today
            | Window::Yesterday
            | Window::Tomorrow
            | Window::Period { .. } => {}
        }
    }

    fn items(&mut self, items: &Items, value: Option<&Expr>) {
        if let Some(window) = &items.window {
            self.window(window);
        }
        let item = self.item(&items.collection);
        self.shadows.extend(item);
        self.exprs(items.filter.as_ref());
        self.exprs(value);
        self.shadows
            .truncate(self.shadows.len() - usize::from(item.is_some()));
    }

    /// What an item of the collection has; of a list of references, what they point to.
    fn item(&self, path: &[Name]) -> Option<&'a Shape> {
        let names = self.names;
        let (mut shape, path) = match (reserved(path), path) {
            (Some(Reserved::Previous), _) | (_, []) => return None,
            (Some(Reserved::Customer), path) => (&*names.customer, &path[1..]),
            (None, [first, ..]) => match self.around(first) {
                Some(shape) => (shape, path),
                None => (&*names.customer, path),
            },
        };
        if let ([only], true) = (path, std::ptr::eq(shape, &raw const *names.customer))
            && let Some(event) = names.schema.events.get_index_of(&only.text)
        {
            return Some(&names.events[event]);
        }
        let mut members = &shape.members;
        let mut items = None;
        for step in path {
            match members.get(&step.text)? {
                Member::Record { members: inner, .. } => members = inner,
                Member::Slot { slot, items: of_list } => {
                    items = of_list.as_deref();
                    if let Type::Ref(catalog) = &shape.layout.slots[*slot as usize].ty {
                        shape = names.fields_of(catalog)?;
                        members = &shape.members;
                    }
                }
            }
        }
        let item = items?;
        match item.references() {
            Some(catalog) => names.fields_of(catalog),
            None => Some(item),
        }
    }
}
