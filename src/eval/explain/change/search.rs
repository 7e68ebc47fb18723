//! The search: one core at a time, the smallest change first; then several along `and` and `or`.

use std::cell::Cell;

use super::{
    edit::Step,
    item::Maker,
    leaf::{Leaf, Leaves, same, size},
    plan::{Goal, Plans},
};
use crate::{
    eval::{
        explain::{Question, names::Names, picture::Picture},
        interpret::Interpreter,
    },
    hir::{AggregateKind, Condition, Expr, ExprKind},
    value::Value,
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
    root: &'q Condition,
    pub(super) holds: bool,
    /// How many more tests may be asked alone.
    alone: Cell<usize>,
}

/// A change that was found to turn the answer.
pub(super) struct Found<'q> {
    pub(super) parts: Vec<FoundPart<'q>>,
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

impl Found<'_> {
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
        Self {
            question: *question,
            picture,
            names: Names::new(module),
            leaves: Leaves::of(module, question.segment, &mut ask),
            root,
            holds,
            alone: Cell::new(ALONE),
        }
    }

    pub(super) fn smallest(&self) -> Option<Found<'q>> {
        self.single().or_else(|| self.several())
    }

    /// One core, at one of its values. It should come to that value, and one of its own tests should turn by it; what turns the
    /// answer in other ways is second choice.
    fn single(&self) -> Option<Found<'q>> {
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
                match self.attempt(std::slice::from_ref(&goal), way) {
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
    fn several(&self) -> Option<Found<'q>> {
        let mut tries = TRIES[1];
        let plans = Plans::new(self).of(self.root, !self.holds);
        // One core at a time was tried before.
        for goals in plans.into_iter().filter(|it| it.len() > 1) {
            for way in 0..3 {
                if tries == 0 {
                    return None;
                }
                match self.attempt(&goals, way) {
                    Attempt::NoWay => break,
                    Attempt::InVain => tries -= 1,
                    Attempt::Turned(found) => return Some(self.reduced(&goals, way).unwrap_or(found)),
                }
            }
        }
        None
    }

    /// The same without the goals that are not needed.
    fn reduced(&self, goals: &[Goal], way: usize) -> Option<Found<'q>> {
        let mut needed = goals.to_vec();
        let mut best = None;
        let mut index = 0;
        while index < needed.len() && needed.len() > 1 {
            let mut fewer = needed.clone();
            fewer.remove(index);
            match self.attempt(&fewer, way) {
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
    fn attempt(&self, goals: &[Goal], way: usize) -> Attempt<'q> {
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
            let mut ways = maker.ways(&core.expr, now.as_ref(), &goal.to);
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
        Attempt::Turned(Found { parts })
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

/// What came of an attempt.
enum Attempt<'q> {
    /// There are no more ways to reach the goals.
    NoWay,
    InVain,
    Turned(Found<'q>),
}

impl Search<'_> {
    /// What a test alone would answer, if its core had the value of the goal.
    pub(super) fn would(&self, condition: &Condition, goal: &Goal) -> Option<bool> {
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
            .ways(&core.expr, core.now.as_ref(), &goal.to)
            .into_iter()
            .next()?;
        let mut changed = self.picture.clone();
        for step in &steps {
            step.apply(&mut changed);
        }
        Some(Interpreter::new(module, &changed, self.question.at, &[]).test(condition))
    }
}
