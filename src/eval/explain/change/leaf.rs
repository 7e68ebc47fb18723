//! The tests of a rule that can be turned, and the cores that they read.

use std::{cmp::Ordering, collections::HashSet};

use super::core;
use crate::{
    eval::{explain::picture::Picture, interpret::Interpreter},
    hir::{Condition, ConditionKind, Expr, ExprKind, Module, Part},
    value::{Value, compare},
};

/// At how many values each core is tried: those nearest to what it is.
const VALUES: usize = 40;
/// How many tests are looked at.
const LEAVES: usize = 400;

/// Answers about the customer.
type Ask<'q> = Interpreter<'q, 'q, &'q Picture>;

/// A test with a core.
#[derive(Clone, Copy, Debug)]
pub(super) struct Leaf<'q> {
    pub(super) condition: &'q Condition,
    /// Position among the cores.
    pub(super) core: usize,
}

/// A value that may be changed.
#[derive(Clone, Debug)]
pub(super) struct Core {
    pub(super) expr: Expr,
    /// What it is.
    pub(super) now: Option<Value>,
    /// At which values tests may turn, the nearest first.
    pub(super) values: Vec<Value>,
}

/// All tests with a core that a condition leads to, in the order met, each definition once.
#[derive(Debug, Default)]
pub(super) struct Leaves<'q> {
    pub(super) tests: Vec<Leaf<'q>>,
    pub(super) cores: Vec<Core>,
    segments: HashSet<usize>,
    traits: HashSet<usize>,
}

impl<'q> Leaves<'q> {
    /// Finds them for the condition of a segment.
    pub(super) fn of(module: &'q Module, segment: usize, ask: &mut Ask<'q>) -> Self {
        let mut found = Self::default();
        found.segment(module, segment, ask);
        for core in &mut found.cores {
            core.now = ask.value(&core.expr);
            let now = core.now.clone();
            core.values.retain(|value| !same(Some(value), now.as_ref()));
            // Of two that are as near, more is more natural than less.
            core.values.sort_by(|a, b| {
                let nearer = size(now.as_ref(), a).total_cmp(&size(now.as_ref(), b));
                let more = || compare::compare(b.as_ref(), a.as_ref()).unwrap_or(Ordering::Equal);
                nearer.then_with(|| now.as_ref().map_or(Ordering::Equal, |_| more()))
            });
            core.values.truncate(VALUES);
        }
        found
    }

    fn segment(&mut self, module: &'q Module, index: usize, ask: &mut Ask<'q>) {
        if self.segments.insert(index) {
            self.condition(module, &module.segments[index].condition, ask);
        }
    }

    fn condition(&mut self, module: &'q Module, condition: &'q Condition, ask: &mut Ask<'q>) {
        if self.tests.len() >= LEAVES {
            return;
        }
        if let ConditionKind::Segment(index) = &condition.kind {
            return self.segment(module, *index, ask);
        }
        if let Some((expr, points)) = core::points(module, condition, 0, ask) {
            let known = self.cores.iter().position(|it| it.expr == expr);
            let core = known.unwrap_or_else(|| {
                self.cores.push(Core {
                    expr,
                    now: None,
                    values: Vec::new(),
                });
                self.cores.len() - 1
            });
            let values = &mut self.cores[core].values;
            for point in points {
                if !values.iter().any(|it| same(Some(it), Some(&point))) {
                    values.push(point);
                }
            }
            self.tests.push(Leaf { condition, core });
        }
        let mut parts = Vec::new();
        condition.parts(&mut |part| parts.push(part));
        self.parts(module, &parts, ask);
    }

    fn expr(&mut self, module: &'q Module, expr: &'q Expr, ask: &mut Ask<'q>) {
        match &expr.kind {
            ExprKind::Trait(index) => {
                if self.traits.insert(*index) {
                    self.expr(module, &module.traits[*index].value, ask);
                }
            }
            // What is asked of each item is not asked of the customer.
            ExprKind::Aggregate { .. } => {}
            _ => {
                let mut parts = Vec::new();
                expr.parts(&mut |part| parts.push(part));
                self.parts(module, &parts, ask);
            }
        }
    }

    fn parts(&mut self, module: &'q Module, parts: &[Part<'q>], ask: &mut Ask<'q>) {
        for part in parts {
            match part {
                Part::Condition(condition) => self.condition(module, condition, ask),
                Part::Expr(expr) => self.expr(module, expr, ask),
                _ => {}
            }
        }
    }
}

/// Whether both are missing, or are one value.
pub(super) fn same(one: Option<&Value>, other: Option<&Value>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => compare::equal(one.as_ref(), other.as_ref()),
        (None, None) => true,
        _ => false,
    }
}

/// How large a change is: a number changes by its difference in relation to one more than what it is, without its sign; a day
/// by years. What is unknown, and what is neither, changes by 1.
pub(super) fn size(from: Option<&Value>, to: &Value) -> f64 {
    const YEAR: f64 = 365.0;
    #[expect(clippy::cast_precision_loss, reason = "sizes are compared, not computed with")]
    match (from, to) {
        (Some(Value::Date(from)), Value::Date(to)) => f64::from(from.days().abs_diff(to.days())) / YEAR,
        (Some(Value::DateTime(from)), Value::DateTime(to)) => {
            from.micros().abs_diff(to.micros()) as f64 / 86_400e6 / YEAR
        }
        (Some(from), to) => match (as_float(from), as_float(to)) {
            (Some(from), Some(to)) => (to - from).abs() / (1.0 + from.abs()),
            _ => 1.0,
        },
        (None, _) => 1.0,
    }
}

fn as_float(value: &Value) -> Option<f64> {
    #[expect(clippy::cast_precision_loss, reason = "sizes are compared, not computed with")]
    match value {
        Value::Int(it) => Some(*it as f64),
        Value::Decimal(it) => Some(it.to_f64()),
        Value::Float(it) => Some(*it),
        _ => None,
    }
}
