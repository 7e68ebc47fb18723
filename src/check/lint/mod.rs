//! Warnings: what compiles but probably does not say what was meant.
//!
//! Some are given while a condition is checked (`negation`). The others look at what was checked: [`definitions`] and
//! [`template`] go through all conditions (`conditions`) and compare segments with each other (`segments`). Both ask a
//! [`Reasoner`](reason::Reasoner), which knows what one value may be (`domain`: `ranges` for all that has an order, `texts`,
//! and `moment` for windows of time) and how many items a collection has (`tally`).

mod conditions;
mod domain;
mod moment;
mod negation;
mod ranges;
mod reason;
mod segments;
mod tally;
mod texts;
mod writing;

pub(crate) use negation::{Negation, mixed, refuse_mixed, settle};
pub(crate) use segments::{Relation, relation};
pub(crate) use writing::Writing;

use self::{conditions::Look, reason::Reasoner};
use crate::{
    diagnostic::{Code, Diagnostic, Lints},
    hir::{Module, Part, template},
    limits::Limits,
};

/// What [`definitions`] may tell.
pub(crate) const REASONED: [Code; 6] = [
    Code::ConstantCondition,
    Code::Contradiction,
    Code::RepeatedCondition,
    Code::SegmentEqual,
    Code::SegmentInside,
    Code::SegmentDisjoint,
];

/// Steps for each definition, and for a set of definitions however small.
const STEPS: usize = 400;
const FIRST_STEPS: usize = 20_000;

/// What there is to say about definitions that are right.
pub(crate) fn definitions(
    module: &Module,
    texts: &[&str],
    lints: &Lints,
    limits: &Limits,
) -> Vec<Diagnostic> {
    let count = module.segments.len() + module.traits.len();
    let mut reasoner = Reasoner::new(Some(module), FIRST_STEPS + STEPS * count);
    let mut look = Look {
        reasoner: &mut reasoner,
        writing: Writing(texts),
        found: Vec::new(),
    };
    for it in &module.traits {
        if look.found.len() < limits.diagnostics {
            look.expr(&it.value);
        }
    }
    let mut constant = vec![false; module.segments.len()];
    for (it, constant) in module.segments.iter().zip(&mut constant) {
        if look.found.len() < limits.diagnostics {
            *constant = look.condition(&it.condition).is_some();
        }
    }
    let mut found = look.found;
    reasoner.refuel(FIRST_STEPS + STEPS * count);
    segments::compare(module, &constant, lints, &mut reasoner, &mut found);
    debug_assert!(
        found.iter().all(|it| REASONED.contains(&it.code)),
        "a warning that nobody would wait for: {found:?}"
    );
    found
}

/// What there is to say about the conditions of a template that is right.
pub(crate) fn template(
    module: &Module,
    template: &template::Template,
    texts: &[&str],
    limits: &Limits,
) -> Vec<Diagnostic> {
    let mut reasoner = Reasoner::new(Some(module), FIRST_STEPS);
    let mut look = Look {
        reasoner: &mut reasoner,
        writing: Writing(texts),
        found: Vec::new(),
    };
    nodes(&template.nodes, &mut look, limits);
    look.found
}

fn nodes<'m>(all: &'m [template::Node], look: &mut Look<'_, 'm, '_>, limits: &Limits) {
    for node in all {
        if look.found.len() >= limits.diagnostics {
            return;
        }
        match &node.kind {
            template::NodeKind::Output(output)
            | template::NodeKind::Assign(template::Assign { value: output, .. }) => {
                if let template::Source::Value(value) = &output.value {
                    look.expr(value);
                }
                for argument in output.filters.iter().flat_map(|it| &it.arguments) {
                    look.expr(argument);
                }
            }
            template::NodeKind::If { branches, otherwise } => {
                for branch in branches {
                    look.condition(&branch.condition);
                    nodes(&branch.body, look, limits);
                }
                nodes(otherwise, look, limits);
            }
            template::NodeKind::For(it) => {
                match &it.over {
                    template::Over::Items(items) => items.parts(&mut |part| look.part(part)),
                    template::Over::Placement {
                        filter: Some(filter), ..
                    } => look.part(Part::Condition(filter)),
                    template::Over::Placement { filter: None, .. } => {}
                    template::Over::Range { from, to, .. } => {
                        look.expr(from);
                        look.expr(to);
                    }
                }
                nodes(&it.body, look, limits);
                nodes(&it.behind, look, limits);
                nodes(&it.otherwise, look, limits);
            }
            template::NodeKind::Capture { body, .. } => nodes(body, look, limits),
            template::NodeKind::Partial(body) => {
                // It is written for whatever it may be given; here it is given something.
                let before = look.found.len();
                nodes(body, look, limits);
                let found = look.found.split_off(before);
                let holds = |code| {
                    !matches!(
                        code,
                        Code::ConstantCondition | Code::Contradiction | Code::RepeatedCondition
                    )
                };
                look.found.extend(found.into_iter().filter(|it| holds(it.code)));
            }
            template::NodeKind::Text
            | template::NodeKind::Hole
            | template::NodeKind::Break
            | template::NodeKind::Continue
            | template::NodeKind::Skip(_) => {}
        }
    }
}
