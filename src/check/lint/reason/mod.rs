//! Whether conditions can hold together.
//!
//! What is assumed goes leaf by leaf into a [`State`]: the domain of each value, the number of items of each collection,
//! and which opaque tests hold. When something is left without a value, the assumptions contradict each other. An `or`
//! that is assumed waits until all leaves are in; then each of its parts is tried in turn, and all must fail. This is the
//! method of analytic tableaux (Smullyan, *First-Order Logic*, 1968), with a domain for each value in the place of
//! equality rules.
//!
//! "No" is always right: a contradiction that is found is one for every customer at every moment. "Yes" may be wrong: work
//! is bounded by [`Fuel`], and what is not understood counts as possible.

mod compare;
mod leaf;
mod state;

use self::state::{Atom, Outcome, State, Subject, possible};
use super::{moment::End, ranges::Ranges};
use crate::hir::{Condition, ConditionKind, Expr, ExprKind, Module, Window};

/// How many steps may still be taken.
#[derive(Debug)]
struct Fuel(usize);

impl Fuel {
    fn new(steps: usize) -> Self {
        Self(steps)
    }

    fn spend(&mut self, steps: usize) -> bool {
        let enough = self.0 >= steps;
        self.0 = self.0.saturating_sub(steps);
        enough
    }
}

/// So many steps a single question may take.
const QUESTION: usize = 600;

/// So many parts of one `and` or `or` are looked at.
const PARTS: usize = 256;

/// So many `or`s may be tried inside each other.
const DEPTH: usize = 24;

/// Answers questions about conditions of one module.
#[derive(Debug)]
pub(super) struct Reasoner<'m> {
    module: Option<&'m Module>,
    /// For all questions together.
    fuel: Fuel,
}

/// Something assumed to hold, or not to.
#[derive(Clone, Copy, Debug)]
pub(super) struct Goal<'m> {
    pub(super) condition: &'m Condition,
    pub(super) holds: bool,
}

/// One of several that hold.
#[derive(Clone, Copy, Debug)]
enum Split<'m> {
    /// The parts of an `or` that hold, or of an `and` that do not.
    Parts(&'m [Condition], bool),
    /// Missing, or outside a window on either side.
    Outside(&'m Expr, &'m Window),
}

impl<'m> Reasoner<'m> {
    pub(super) fn new(module: Option<&'m Module>, steps: usize) -> Self {
        Self {
            module,
            fuel: Fuel::new(steps),
        }
    }

    pub(super) fn module(&self) -> Option<&'m Module> {
        self.module
    }

    /// Sets how many steps may be taken from here on.
    pub(super) fn refuel(&mut self, steps: usize) {
        self.fuel = Fuel::new(steps);
    }

    /// Tells whether every answer would be "not sure".
    pub(super) fn is_exhausted(&self) -> bool {
        self.fuel.0 == 0
    }

    /// Tells whether the goals surely never hold together.
    pub(super) fn contradicts(&mut self, goals: &[Goal<'m>]) -> bool {
        let allowance = self.fuel.0.min(QUESTION);
        let rest = self.fuel.0 - allowance;
        self.fuel.0 = allowance;
        let contradicts = self.close(&State::default(), goals.to_vec(), Vec::new(), 0);
        self.fuel.0 += rest;
        contradicts
    }

    /// Tells whether `condition` surely holds wherever `given` does.
    pub(super) fn follows(&mut self, given: &'m Condition, condition: &'m Condition) -> bool {
        if given == condition {
            return true;
        }
        let given = Goal {
            condition: given,
            holds: true,
        };
        let not = Goal {
            condition,
            holds: false,
        };
        self.contradicts(&[given, not])
    }

    /// Tells whether every way to meet the goals and one part of each split ends in a contradiction.
    fn close(
        &mut self,
        state: &State<'m>,
        mut goals: Vec<Goal<'m>>,
        mut splits: Vec<Split<'m>>,
        depth: usize,
    ) -> bool {
        let mut state = state.clone();
        while let Some(goal) = goals.pop() {
            if !self.fuel.spend(1) {
                return false;
            }
            if self.assume(&mut state, goal, &mut goals, &mut splits).is_err() {
                return true;
            }
        }
        if !self.settle(&mut state) {
            return true;
        }
        // The fewest ways first: what fails early need not be tried again below others.
        let Some(index) = (0..splits.len()).min_by_key(|index| splits[*index].ways()) else {
            return false;
        };
        let split = splits.swap_remove(index);
        if depth == DEPTH {
            return false;
        }
        match split {
            Split::Parts(parts, holds) => parts.iter().all(|condition| {
                self.close(&state, vec![Goal { condition, holds }], splits.clone(), depth + 1)
            }),
            Split::Outside(operand, window) => {
                let (Some(from), Some(to)) = (&window.from, &window.to) else {
                    return false;
                };
                let (before, after) = (End::of(from).turned(), End::of(to).turned());
                [(None, Some(before)), (Some(after), None)]
                    .into_iter()
                    .all(|(from, to)| {
                        let mut state = state.clone();
                        // Missing is told once, with the first way.
                        let domain = state.domain(Subject::Expr(operand));
                        let possible = if to.is_some() {
                            domain.assume_ends(from, to)
                        } else {
                            domain.know() && domain.assume_window(from, to, true)
                        };
                        !possible || self.close(&state, Vec::new(), splits.clone(), depth + 1)
                    })
            }
        }
    }

    /// What a name stands for.
    fn plain(&self, mut expr: &'m Expr) -> &'m Expr {
        while let (ExprKind::Trait(index), Some(module)) = (&expr.kind, self.module) {
            expr = &module.traits[*index].value;
        }
        expr
    }

    fn assume(
        &mut self,
        state: &mut State<'m>,
        Goal { condition, holds }: Goal<'m>,
        goals: &mut Vec<Goal<'m>>,
        splits: &mut Vec<Split<'m>>,
    ) -> Outcome {
        match &condition.kind {
            ConditionKind::Constant(it) => possible(*it == holds),
            ConditionKind::Not(inner) => {
                goals.push(Goal {
                    condition: inner,
                    holds: !holds,
                });
                Ok(())
            }
            ConditionKind::And(parts) | ConditionKind::Or(parts) => {
                if parts.len() > PARTS {
                    return Ok(());
                }
                if matches!(condition.kind, ConditionKind::And(_)) == holds {
                    // The last is taken first.
                    goals.extend(parts.iter().rev().map(|condition| Goal { condition, holds }));
                } else {
                    splits.push(Split::Parts(parts, holds));
                }
                Ok(())
            }
            ConditionKind::Segment(index) => {
                state.atom(Atom::Segment(*index), holds)?;
                if let Some(module) = self.module {
                    goals.push(Goal {
                        condition: &module.segments[*index].condition,
                        holds,
                    });
                }
                Ok(())
            }
            ConditionKind::Holds(expr) => {
                let expr = self.plain(expr);
                if let ExprKind::Condition(condition) = &expr.kind {
                    goals.push(Goal { condition, holds });
                    return Ok(());
                }
                if holds {
                    self.know(state, expr)?;
                }
                let yes = Ranges::between(1, 1);
                possible(state.domain(Subject::Expr(expr)).assume_steps(&yes, holds))
            }
            kind => self.leaf(state, kind, holds, splits),
        }
    }

    /// Holds what was counted against each other; `false` when it does not go together.
    fn settle(&mut self, state: &mut State<'m>) -> bool {
        let mut tallies = std::mem::take(&mut state.tallies);
        let possible = tallies.settle(&mut |inner, outer| {
            // Another customer's items are of no matter: what holds of an item follows from the filters alone.
            self.fuel.spend(1) && self.close(&State::default(), vec![inner, outer], Vec::new(), DEPTH / 2)
        });
        state.tallies = tallies;
        possible
    }
}

impl Split<'_> {
    fn ways(&self) -> usize {
        match self {
            Self::Parts(parts, _) => parts.len(),
            Self::Outside(..) => 2,
        }
    }
}
