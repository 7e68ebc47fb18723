//! The search: what can still happen, then waiting, then what undoes the past. What is changed is one core at a time, the smallest
//! change first; then several along `and` and `or`.

use std::cell::Cell;

use super::{
    edit::{self, Step},
    item::Maker,
    leaf::{Leaf, Leaves, same, size},
    plan::{Goal, Plans},
};
use crate::{
    eval::{
        ChangePlan, Instants, NextChange,
        explain::{Question, hidden::Hidden, names::Names, picture::Picture},
        interpret::Interpreter,
        next_change,
    },
    hir::{AggregateKind, Condition, ConditionKind, Expr, ExprKind, Module, Source},
    limits::Limits,
    value::{DateTime, Value},
};

/// How often the interpreter is asked for the answer, one core at a time and then several at once.
const TRIES: [usize; 2] = [300, 200];

/// How often a test is asked alone what it would answer.
const ALONE: usize = 4_000;

/// What is searched: one customer and one segment.
pub(super) struct Search<'q> {
    pub(super) question: Question<'q>,
    pub(super) picture: &'q Picture,
    pub(super) names: Names<'q>,
    pub(super) leaves: Leaves<'q>,
    pub(super) root: &'q Condition,
    pub(super) holds: bool,
    /// Whether there is something that must not be shown.
    pub(super) hides: bool,
    /// How many more tests may be asked alone.
    alone: Cell<usize>,
}

/// What is left as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Past {
    /// What has happened, has happened.
    Stays,
    /// Nothing.
    Undone,
}

/// A change that was found to turn the answer.
pub(super) enum Found<'q> {
    Changed(Changed<'q>),
    /// Nothing but time.
    Waited(DateTime),
}

/// A change of one or more cores.
pub(super) struct Changed<'q> {
    pub(super) parts: Vec<FoundPart<'q>>,
    pub(super) past: Past,
}

/// What changes for one core, and the test that it turns.
pub(super) struct FoundPart<'q> {
    pub(super) leaf: Leaf<'q>,
    pub(super) core: Expr,
    pub(super) from: Option<Value>,
    pub(super) to: Option<Value>,
    pub(super) steps: Vec<Step>,
    /// Whether the test is one that turns.
    turns: bool,
}

impl Changed<'_> {
    /// All steps, in their order.
    pub(super) fn steps(&self) -> impl Iterator<Item = &Step> {
        self.parts.iter().flat_map(|it| &it.steps)
    }

    /// Whether items are added to a collection.
    pub(super) fn adds_to(&self, to: &Source) -> bool {
        self.steps()
            .any(|it| matches!(it, Step::Add { source, .. } if source == to))
    }

    /// Whether its first core came to the value of the goal, and turned one of its own tests by it.
    fn reaches(&self, goal: &Goal) -> bool {
        let part = self.parts.first();
        part.is_some_and(|part| part.turns && same(part.to.as_ref(), Some(&goal.to)))
    }
}

impl<'q> Search<'q> {
    pub(super) fn new(question: &Question<'q>, picture: &'q Picture) -> Self {
        let module = question.module;
        let root = &module.segments[question.segment].condition;
        let mut ask = Interpreter::new(module, picture, question.at, &[]);
        let holds = ask.test(root);
        let hides = Hidden::new(module, question.options).condition(root);
        Self {
            question: *question,
            picture,
            names: Names::new(module),
            leaves: Leaves::of(module, question.segment, &mut ask),
            root,
            holds,
            hides,
            alone: Cell::new(ALONE),
        }
    }

    pub(super) fn smallest(&self) -> Option<Found<'q>> {
        let changed = |past| {
            self.alone.set(ALONE);
            let found = self.single(past).or_else(|| self.several(past));
            found.map(Found::Changed)
        };
        changed(Past::Stays)
            .or_else(|| self.waiting())
            .or_else(|| changed(Past::Undone))
    }

    /// When the answer turns by itself. That would tell something of what is hidden, such as a birthday.
    fn waiting(&self) -> Option<Found<'q>> {
        if self.hides {
            return None;
        }
        let (module, at) = (self.question.module, self.question.at);
        let edges = Limits::default().edges;
        // A picture is for the interpreter: it knows no numbers of words.
        let (plan, instants) = (ChangePlan::default(), Instants::new());
        let within = (NextChange::HORIZON, edges);
        match next_change((module, &plan, self.root), self.picture, at, &instants, within) {
            NextChange::At(until) => Some(Found::Waited(until)),
            NextChange::NotWithin(_) | NextChange::Unknown(_) => None,
        }
    }

    /// One core, at one of its values. It should come to that value, and one of its own tests should turn by it; what turns the
    /// answer in other ways is second choice.
    fn single(&self, past: Past) -> Option<Changed<'q>> {
        let mut goals: Vec<(f64, Goal)> = Vec::new();
        for (core, it) in self.leaves.cores.iter().enumerate() {
            for to in &it.values {
                goals.push((size(it.now.as_ref(), to), Goal { core, to: to.clone() }));
            }
        }
        goals.sort_by(|(one, _), (other, _)| one.total_cmp(other));
        let mut tries = TRIES[0];
        let mut second = None;
        for (_, goal) in goals {
            for way in 0.. {
                if tries == 0 {
                    return second;
                }
                match self.attempt(std::slice::from_ref(&goal), way, past) {
                    Attempt::NoWay => break,
                    Attempt::InVain => tries -= 1,
                    Attempt::Turned(found) if found.reaches(&goal) => return Some(found),
                    Attempt::Turned(found) => {
                        tries -= 1;
                        second = second.or(Some(found));
                    }
                }
            }
        }
        second
    }

    /// Several cores, as many as the structure of the rule asks for.
    fn several(&self, past: Past) -> Option<Changed<'q>> {
        let mut tries = TRIES[1];
        let plans = Plans::new(self, past).of(self.root, !self.holds);
        // One core at a time was tried before.
        for goals in plans.into_iter().filter(|it| it.len() > 1) {
            for way in 0..3 {
                if tries == 0 {
                    return None;
                }
                match self.attempt(&goals, way, past) {
                    Attempt::NoWay => break,
                    Attempt::InVain => tries -= 1,
                    Attempt::Turned(found) => return Some(self.reduced(&goals, way, past).unwrap_or(found)),
                }
            }
        }
        None
    }

    /// The same without the goals that are not needed.
    fn reduced(&self, goals: &[Goal], way: usize, past: Past) -> Option<Changed<'q>> {
        let mut needed = goals.to_vec();
        let mut best = None;
        let mut index = 0;
        while index < needed.len() && needed.len() > 1 {
            let mut fewer = needed.clone();
            fewer.remove(index);
            match self.attempt(&fewer, way, past) {
                Attempt::Turned(found) => {
                    best = Some(found);
                    needed = fewer;
                }
                Attempt::NoWay | Attempt::InVain => index += 1,
            }
        }
        best
    }

    /// Reaches the goals in turn, each in its `way`-th way or its last, and asks whether the answer has turned.
    fn attempt(&self, goals: &[Goal], way: usize, past: Past) -> Attempt<'q> {
        let module = self.question.module;
        let mut changed = self.picture.clone();
        let mut parts = Vec::new();
        let mut more = false;
        // What is added for a sum counts too, so the numbers of items come last.
        let (counts, others): (Vec<_>, Vec<_>) = goals.iter().partition(|it| self.counts(it.core));
        for goal in others.into_iter().chain(counts) {
            let core = &self.leaves.cores[goal.core];
            let now = Interpreter::new(module, &changed, self.question.at, &[]).value(&core.expr);
            if same(now.as_ref(), Some(&goal.to)) {
                continue;
            }
            let maker = Maker {
                module,
                names: &self.names,
                at: self.question.at,
                picture: &changed,
            };
            let mut ways = maker.ways(&core.expr, now.as_ref(), &goal.to, past);
            if ways.is_empty() {
                return Attempt::NoWay;
            }
            more |= way < ways.len();
            let steps = ways.swap_remove(way.min(ways.len() - 1));
            for step in &steps {
                step.apply(&mut changed);
            }
            let to = Interpreter::new(module, &changed, self.question.at, &[]).value(&core.expr);
            parts.push((goal.core, steps, to));
        }
        if !more || parts.iter().all(|(_, steps, _)| steps.is_empty()) {
            return Attempt::NoWay;
        }
        let mut ask = Interpreter::new(module, &changed, self.question.at, &[]);
        if ask.test(self.root) == self.holds {
            return Attempt::InVain;
        }
        let parts = parts.into_iter().filter_map(|(index, steps, to)| {
            let core = &self.leaves.cores[index];
            let (leaf, turns) = self.turned(index, &changed)?;
            Some(FoundPart {
                leaf,
                turns,
                core: core.expr.clone(),
                from: core.now.clone(),
                to,
                steps,
            })
        });
        let parts: Vec<_> = parts.collect();
        if parts.is_empty() {
            return Attempt::InVain;
        }
        Attempt::Turned(Changed { parts, past })
    }

    /// All tests that turn with a change.
    pub(super) fn turned_by(&self, change: &Changed<'q>) -> Vec<Leaf<'q>> {
        let mut changed = self.picture.clone();
        change.steps().for_each(|step| step.apply(&mut changed));
        let module = self.question.module;
        let mut before = Interpreter::new(module, self.picture, self.question.at, &[]);
        let mut after = Interpreter::new(module, &changed, self.question.at, &[]);
        let tests = self.leaves.tests.iter();
        tests
            .filter(|it| before.test(it.condition) != after.test(it.condition))
            .copied()
            .collect()
    }

    /// The first test that turns by nothing but time.
    pub(super) fn turned_until(&self, until: DateTime) -> &'q Condition {
        let module = self.question.module;
        let then = self.question.at.moved(until);
        let mut before = Interpreter::new(module, self.picture, self.question.at, &[]);
        let mut after = Interpreter::new(module, self.picture, &then, &[]);
        let turns = |it: &Condition| before.test(it) != after.test(it);
        inmost(module, self.root, &mut { turns }).unwrap_or(self.root)
    }

    fn counts(&self, core: usize) -> bool {
        let kind = &self.leaves.cores[core].expr.kind;
        matches!(
            kind,
            ExprKind::Aggregate {
                kind: AggregateKind::Count,
                ..
            }
        )
    }

    /// The first test of a core that turns with the change; the first of all when it turns none by itself.
    fn turned(&self, core: usize, changed: &Picture) -> Option<(Leaf<'q>, bool)> {
        let module = self.question.module;
        let mut before = Interpreter::new(module, self.picture, self.question.at, &[]);
        let mut after = Interpreter::new(module, changed, self.question.at, &[]);
        let leaves = || self.leaves.tests.iter().filter(|it| it.core == core);
        let turned = leaves().find(|it| before.test(it.condition) != after.test(it.condition));
        match turned {
            Some(leaf) => Some((*leaf, true)),
            None => leaves().next().map(|leaf| (*leaf, false)),
        }
    }
}

/// The first part that turns and is made of no others.
fn inmost<'q>(
    module: &'q Module,
    condition: &'q Condition,
    turns: &mut impl FnMut(&Condition) -> bool,
) -> Option<&'q Condition> {
    if !turns(condition) {
        return None;
    }
    let inside = match &condition.kind {
        ConditionKind::Not(inner) => inmost(module, inner, turns),
        ConditionKind::And(parts) | ConditionKind::Or(parts) => {
            parts.iter().find_map(|it| inmost(module, it, turns))
        }
        ConditionKind::Segment(index) => inmost(module, &module.segments[*index].condition, turns),
        ConditionKind::Holds(operand) => {
            condition_of(module, operand).and_then(|it| inmost(module, it, turns))
        }
        _ => None,
    };
    inside.or(Some(condition))
}

/// The condition that a trait or an expression is.
pub(super) fn condition_of<'q>(module: &'q Module, operand: &'q Expr) -> Option<&'q Condition> {
    match &operand.kind {
        ExprKind::Condition(inner) => Some(inner),
        ExprKind::Trait(index) => condition_of(module, &module.traits[*index].value),
        _ => None,
    }
}

/// What came of an attempt.
enum Attempt<'q> {
    /// There are no more ways to reach the goals.
    NoWay,
    InVain,
    Turned(Changed<'q>),
}

impl Search<'_> {
    /// Whether the customer has nothing in a collection.
    pub(super) fn is_empty(&self, source: &Source) -> bool {
        let now = self.question.at.now().micros();
        let rows = edit::rows(self.picture, source);
        match source {
            Source::Events(_) => rows.iter().all(|it| it.at() > now),
            Source::List(_) => rows.is_empty(),
        }
    }

    /// Whether a condition reads what must not be shown.
    pub(super) fn hidden(&self, condition: &Condition) -> bool {
        Hidden::new(self.question.module, self.question.options).condition(condition)
    }

    /// What a test alone would answer, if its core had the value of the goal.
    pub(super) fn would(&self, condition: &Condition, goal: &Goal, past: Past) -> Option<bool> {
        self.alone.set(self.alone.get().checked_sub(1)?);
        let module = self.question.module;
        let core = &self.leaves.cores[goal.core];
        let maker = Maker {
            module,
            names: &self.names,
            at: self.question.at,
            picture: self.picture,
        };
        let steps = maker
            .ways(&core.expr, core.now.as_ref(), &goal.to, past)
            .into_iter()
            .next()?;
        let mut changed = self.picture.clone();
        for step in &steps {
            step.apply(&mut changed);
        }
        Some(Interpreter::new(module, &changed, self.question.at, &[]).test(condition))
    }
}
