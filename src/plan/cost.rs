//! Pass: what is cheap and decides often comes first.
//!
//! Evaluation has no errors, so any order gives the same answer. Costs and pass rates are fixed guesses: the order does
//! not depend on data, and the same definitions always give the same program.

use super::{
    planner::Estimates,
    program::{Op, Test},
    tree::Tree,
};

/// What testing costs, about in nanoseconds, and how often the test holds.
#[derive(Clone, Copy, Debug)]
pub(super) struct Estimate {
    pub(super) cost: f64,
    pub(super) pass: f64,
}

/// - in an `and`, parts in the order of cost ÷ (1 − pass rate);
/// - in an `or`, in the order of cost ÷ pass rate;
/// - parts that weigh the same stay as written.
pub(super) fn order(tree: Tree, estimates: &Estimates<'_>) -> (Tree, Estimate) {
    match tree {
        Tree::Constant(it) => (
            tree,
            Estimate {
                cost: 0.0,
                pass: f64::from(u8::from(it)),
            },
        ),
        Tree::Leaf { op, negated } => {
            let mut estimate = leaf(op, estimates);
            if negated {
                estimate.pass = 1.0 - estimate.pass;
            }
            (tree, estimate)
        }
        Tree::And(trees) => {
            let (trees, estimate) = ordered(trees, estimates, |it| it.pass);
            (Tree::And(trees), estimate)
        }
        Tree::Or(trees) => {
            // An `or` goes on where an `and` stops.
            let (trees, estimate) = ordered(trees, estimates, |it| 1.0 - it.pass);
            let pass = 1.0 - estimate.pass;
            (Tree::Or(trees), Estimate { pass, ..estimate })
        }
        Tree::If(parts) => {
            let [(condition, c), (then, t), (otherwise, o)] = parts.map(|part| order(part, estimates));
            let estimate = Estimate {
                cost: c.cost + c.pass * t.cost + (1.0 - c.pass) * o.cost,
                pass: c.pass * t.pass + (1.0 - c.pass) * o.pass,
            };
            (Tree::either(condition, then, otherwise), estimate)
        }
    }
}

/// The parts in order, what they cost together, and how often none of them stops the run.
fn ordered(
    trees: Vec<Tree>,
    estimates: &Estimates<'_>,
    goes_on: impl Fn(&Estimate) -> f64,
) -> (Vec<Tree>, Estimate) {
    let mut parts: Vec<_> = trees.into_iter().map(|tree| order(tree, estimates)).collect();
    let weight = |estimate: &Estimate| estimate.cost / (1.0 - goes_on(estimate)).max(1e-6);
    parts.sort_by(|(_, a), (_, b)| weight(a).total_cmp(&weight(b)));
    let mut all = Estimate { cost: 0.0, pass: 1.0 };
    for (_, part) in &parts {
        all.cost += all.pass * part.cost;
        all.pass *= goes_on(part);
    }
    (parts.into_iter().map(|(tree, _)| tree).collect(), all)
}

fn leaf(op: Op, estimates: &Estimates<'_>) -> Estimate {
    let width = |low: i64, high: i64| match (low, high) {
        (low, high) if low == high => 0.1,
        (i64::MIN, _) | (_, i64::MAX) => 0.4,
        _ => 0.25,
    };
    let (cost, pass) = match op {
        Op::Known { .. } => (1.0, 0.8),
        Op::Bool { .. } => (1.0, 0.5),
        Op::Int { low, high, .. }
        | Op::Decimal { low, high, .. }
        | Op::Float { low, high, .. }
        | Op::Date { low, high, .. }
        | Op::DateTime { low, high, .. } => (1.0, width(low, high)),
        Op::DateWindow { .. } | Op::DateTimeWindow { .. } => (1.5, 0.3),
        Op::AnniversaryWindow { .. } => (8.0, 0.1),
        Op::Words { mask, .. } => (1.0, (f64::from(mask.count_ones()) * 0.3).min(0.9)),
        Op::TextIs { .. } => (2.0, 0.1),
        Op::TextIn { .. } => (6.0, 0.3),
        Op::TextStarts { .. } | Op::TextEnds { .. } => (2.0, 0.2),
        Op::TextContains { .. } => (12.0, 0.2),
        Op::TextFolded { .. } => (15.0, 0.2),
        Op::TextMatches { .. } => (40.0, 0.2),
        Op::Near { .. } => (50.0, 0.1),
        Op::TextEmpty { .. } => (1.5, 0.05),
        Op::TextFilled { .. } => (2.0, 0.8),
        Op::NumberIn { .. } => (4.0, 0.2),
        Op::Count { items, low, high } => (
            estimates.collection(items),
            // Most have none of what is asked for, and few have many.
            match (low, high) {
                (_, 0) => 0.75,
                (1, i64::MAX) => 0.4,
                (2.., _) => 0.2,
                _ => 0.3,
            },
        ),
        Op::Value { node, low, high } => (estimates.node(node), width(low, high)),
        Op::Shared { shared } => (estimates.shared(shared), 0.3),
        Op::Test { test } => test_of(estimates.test(test), estimates),
    };
    Estimate { cost, pass }
}

fn test_of(test: Test, estimates: &Estimates<'_>) -> (f64, f64) {
    let node = |id| estimates.node(id);
    match test {
        Test::Holds(operand) => (node(operand), 0.5),
        Test::Known(operand) | Test::TextFilled(operand) => (node(operand), 0.8),
        Test::TextEmpty(operand) => (node(operand), 0.05),
        Test::Compare { lhs, rhs, .. } => (node(lhs) + node(rhs) + 2.0, 0.3),
        Test::Between { operand, low, high } => (node(operand) + node(low) + node(high) + 2.0, 0.25),
        Test::TextIn { operand, .. } | Test::ValueIn { operand, .. } => (node(operand) + 8.0, 0.2),
        Test::Text { operand, pattern, .. } => (node(operand) + node(pattern) + 10.0, 0.2),
        Test::Folded { operand, .. } => (node(operand) + 15.0, 0.2),
        Test::Matches { operand, .. } => (node(operand) + 40.0, 0.2),
        Test::Around { operand, .. } => (node(operand) + 50.0, 0.1),
        Test::Near { operand, of, .. } => (node(operand) + node(of) + 150.0, 0.1),
        Test::Window { operand, .. } => (node(operand) + 5.0, 0.3),
        Test::Anniversary { operand, .. } => (node(operand) + 12.0, 0.1),
        Test::AnyKnown { .. } => (4.0, 0.8),
        Test::ListSize { .. } => (3.0, 0.4),
        Test::Contains { item, .. } => (node(item) + 20.0, 0.2),
        Test::ContainsText { .. } => (30.0, 0.2),
        Test::ContainsEach { .. } => (40.0, 0.2),
        Test::Sequence(_) => (2000.0, 0.2),
    }
}
