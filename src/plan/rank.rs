//! What compares a customer with the others: cut points become constants, so it costs what a comparison with a constant
//! does.

use super::{
    planner::Planner,
    program::{Kind, Node, NodeId},
    range,
    tree::Tree,
};
use crate::{
    hir::{Expr, Order},
    population::Cut,
};

impl Planner<'_> {
    pub(super) fn rank(&mut self, operand: &Expr, top: bool, share: u32, rank: usize) -> Tree {
        let (cut, op) = if top {
            (Cut::Top(share), Order::Ge)
        } else {
            (Cut::Bottom(share), Order::Le)
        };
        match self.module.cut_points(rank, cut) {
            [] => Tree::FALSE,
            [point, ..] => self.compare_constant(op, operand, point),
        }
    }

    /// The parts of the population from one to another, both included.
    pub(super) fn in_quantiles(
        &mut self,
        operand: &Expr,
        parts: u32,
        rank: usize,
        (low, high): (i64, i64),
    ) -> Tree {
        let points = self.module.cut_points(rank, Cut::Quantile(parts));
        if points.is_empty() || low > i64::from(parts) || high < 1 {
            return Tree::FALSE;
        }
        // Between two parts lies one point, and those beyond the first and the last have none.
        let below = |part: i64| part.checked_sub(2).and_then(|it| usize::try_from(it).ok());
        let lower = below(low).and_then(|it| points.get(it));
        let upper = below(high.saturating_add(1)).and_then(|it| points.get(it));
        let mut trees = vec![self.known(operand)];
        trees.extend(lower.map(|it| self.compare_constant(Order::Gt, operand, it)));
        trees.extend(upper.map(|it| self.compare_constant(Order::Le, operand, it)));
        if trees.len() > 1 {
            // A comparison fails without a value.
            trees.remove(0);
        }
        Tree::And(trees)
    }

    pub(super) fn quantile(&mut self, operand: &Expr, parts: u32, rank: usize) -> NodeId {
        let points = self.module.cut_points(rank, Cut::Quantile(parts));
        let kind = Kind::of(&operand.ty).filter(|_| !points.is_empty());
        let Some(kind) = kind else {
            return self.add_node(Node::Missing);
        };
        let keys = points.iter().filter_map(|it| range::exactly(kind, it)).collect();
        let (value, cuts) = (self.node(operand), self.add_cut_points(keys));
        self.add_node(Node::Quantile { value, cuts })
    }
}
