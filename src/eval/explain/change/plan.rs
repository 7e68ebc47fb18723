//! Which cores have to change together: `and` adds up, `or` takes the cheapest.

use std::collections::HashMap;

use super::{
    leaf::{same, size},
    search::{Past, Search, condition_of},
};
use crate::{
    eval::{explain::picture::Picture, interpret::Interpreter},
    hir::{Condition, ConditionKind, Expr, ExprKind},
    value::Value,
};

/// How many plans are kept for each condition.
const KEPT: usize = 64;
/// How many values of a core are considered for one test.
const VALUES: usize = 40;

/// A value that a core is to have.
#[derive(Clone, Debug)]
pub(super) struct Goal {
    pub(super) core: usize,
    pub(super) to: Value,
}

#[derive(Clone, Debug, Default)]
struct Plan {
    /// Each with the size of its change.
    goals: Vec<(Goal, f64)>,
}

/// Works out plans, those of a definition once.
pub(super) struct Plans<'s, 'q> {
    search: &'s Search<'q>,
    past: Past,
    ask: Interpreter<'q, 'q, &'q Picture>,
    /// By the place of the condition: traits and segments may be named over and over again.
    known: HashMap<(*const Condition, bool), Vec<Plan>>,
}

impl<'s, 'q> Plans<'s, 'q> {
    pub(super) fn new(search: &'s Search<'q>, past: Past) -> Self {
        let question = &search.question;
        Self {
            search,
            past,
            ask: Interpreter::new(question.module, search.picture, question.at, &[]),
            known: HashMap::new(),
        }
    }

    /// The plans that may give the condition the answer wanted, the fewest and smallest changes first.
    pub(super) fn of(mut self, condition: &'q Condition, want: bool) -> Vec<Vec<Goal>> {
        let plans = self.plans(condition, want);
        let goals = |it: Plan| it.goals.into_iter().map(|(goal, _)| goal).collect();
        plans.into_iter().map(goals).collect()
    }

    fn plans(&mut self, condition: &'q Condition, want: bool) -> Vec<Plan> {
        let key = (std::ptr::from_ref(condition), want);
        if let Some(known) = self.known.get(&key) {
            return known.clone();
        }
        // What is as wanted may not stay so when something else changes: then it needs another plan.
        let already = self.ask.test(condition) == want;
        let mut plans = self.turning(condition, want, already);
        if already {
            plans.push(Plan::default());
        }
        let plans = kept(plans);
        self.known.insert(key, plans.clone());
        plans
    }

    fn turning(&mut self, condition: &'q Condition, want: bool, already: bool) -> Vec<Plan> {
        match &condition.kind {
            ConditionKind::Not(inner) => self.plans(inner, !want),
            ConditionKind::And(parts) | ConditionKind::Or(parts) => {
                if matches!(condition.kind, ConditionKind::And(_)) == want {
                    self.all(parts, want)
                } else {
                    let plans = parts.iter().flat_map(|part| self.plans(part, want)).collect();
                    kept(plans)
                }
            }
            ConditionKind::Segment(index) => {
                self.plans(&self.search.question.module.segments[*index].condition, want)
            }
            ConditionKind::Holds(operand)
                if !already || condition_of(self.search.question.module, operand).is_some() =>
            {
                match condition_of(self.search.question.module, operand) {
                    Some(inner) => self.plans(inner, want),
                    None => Vec::new(),
                }
            }
            _ if already => Vec::new(),
            ConditionKind::Compare { lhs, rhs, .. } => {
                let mut plans = self.leaf(condition, want);
                plans.extend(self.case(condition, lhs, want));
                plans.extend(self.case(condition, rhs, want));
                kept(plans)
            }
            _ => self.leaf(condition, want),
        }
    }

    /// All parts, each by one of its plans.
    fn all(&mut self, parts: &'q [Condition], want: bool) -> Vec<Plan> {
        let mut plans = vec![Plan::default()];
        for part in parts {
            let own = self.plans(part, want);
            let both = plans
                .iter()
                .flat_map(|plan| own.iter().filter_map(|own| plan.with(own)));
            plans = kept(both.collect());
            if plans.is_empty() {
                break;
            }
        }
        plans
    }

    /// The values of its core at which a test turns.
    fn leaf(&mut self, condition: &'q Condition, want: bool) -> Vec<Plan> {
        let search = self.search;
        let leaf = search
            .leaves
            .tests
            .iter()
            .find(|it| std::ptr::eq(it.condition, condition));
        let Some(leaf) = leaf else {
            return Vec::new();
        };
        let core = &search.leaves.cores[leaf.core];
        let mut plans = Vec::new();
        for to in &core.values {
            let goal = Goal {
                core: leaf.core,
                to: to.clone(),
            };
            if search.would(condition, &goal, self.past) == Some(want) {
                let goals = vec![(goal, size(core.now.as_ref(), to))];
                plans.push(Plan { goals });
                if plans.len() == VALUES {
                    break;
                }
            }
        }
        plans
    }

    /// A comparison with a `case` turns by another arm.
    fn case(&mut self, condition: &'q Condition, operand: &'q Expr, want: bool) -> Vec<Plan> {
        let module = self.search.question.module;
        let mut operand = operand;
        while let ExprKind::Trait(index) = &operand.kind {
            operand = &module.traits[*index].value;
        }
        let ExprKind::Case { arms, otherwise } = &operand.kind else {
            return Vec::new();
        };
        let ConditionKind::Compare { op, lhs, rhs } = &condition.kind else {
            return Vec::new();
        };
        // With the value of an arm in the place of the case, does the comparison give what is wanted?
        let in_lhs = !super::core::is_fixed(lhs, 0);
        let mut gives = |value: &Expr| {
            let (lhs, rhs) = if in_lhs { (value, &**rhs) } else { (&**lhs, value) };
            let (Some(lhs), Some(rhs)) = (self.ask.value(lhs), self.ask.value(rhs)) else {
                return !want;
            };
            let order = crate::value::compare::compare(lhs.as_ref(), rhs.as_ref());
            order.is_some_and(|order| op.accepts(order)) == want
        };
        let arms_wanted: Vec<bool> = arms.iter().map(|(_, value)| gives(value)).collect();
        let else_wanted = otherwise.as_ref().map_or(!want, |value| gives(value));
        let mut plans = Vec::new();
        // An arm is taken when its condition holds and none before it.
        let mut before = vec![Plan::default()];
        for ((arm, _), wanted) in arms.iter().zip(arms_wanted) {
            if wanted {
                let own = self.plans(arm, true);
                plans.extend(
                    before
                        .iter()
                        .flat_map(|plan| own.iter().filter_map(|own| plan.with(own))),
                );
            }
            let not = self.plans(arm, false);
            before = kept(
                before
                    .iter()
                    .flat_map(|plan| not.iter().filter_map(|not| plan.with(not)))
                    .collect(),
            );
        }
        if else_wanted {
            plans.extend(before);
        }
        kept(plans)
    }
}

impl Plan {
    /// Both plans; a goal that both have once. Nothing when they want two things of one core.
    fn with(&self, other: &Self) -> Option<Self> {
        let mut both = self.clone();
        for (goal, size) in &other.goals {
            match both.goals.iter().find(|(it, _)| it.core == goal.core) {
                Some((known, _)) if same(Some(&known.to), Some(&goal.to)) => {}
                Some(_) => return None,
                None => both.goals.push((goal.clone(), *size)),
            }
        }
        Some(both)
    }

    fn size(&self) -> f64 {
        self.goals.iter().map(|(_, size)| size).sum()
    }
}

/// The best plans: those with the fewest goals, then the smallest.
fn kept(mut plans: Vec<Plan>) -> Vec<Plan> {
    plans.sort_by(|a, b| {
        a.goals
            .len()
            .cmp(&b.goals.len())
            .then(a.size().total_cmp(&b.size()))
    });
    plans.truncate(KEPT);
    plans
}
