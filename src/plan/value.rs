//! From expressions to nodes.

use super::{
    Moment, constant, optimize,
    planner::Planner,
    program::{BlockId, Collection, CollectionId, End, Kind, Node, NodeId, Source},
    tree::Tree,
};
use crate::{
    hir::{self, AggregateKind, Bound, Condition, Edge, Expr, ExprKind, Items, Window},
    value::{Decimal, Value},
};

impl Planner<'_> {
    pub(super) fn node(&mut self, expr: &Expr) -> NodeId {
        if let Some(constant) = constant::fold(expr) {
            return match constant {
                Some(value) => self.add_constant(value),
                None => self.add_node(Node::Missing),
            };
        }
        let node = match &expr.kind {
            ExprKind::Constant(value) => return self.add_constant(value.clone()),
            ExprKind::Clock(wall) => Node::Clock(*wall),
            ExprKind::Slot(place) => match Kind::of(&expr.ty) {
                Some(kind) => Node::Slot { place: *place, kind },
                None => Node::Missing,
            },
            ExprKind::Local(index) => Node::Local(u32::try_from(*index).unwrap_or(u32::MAX)),
            ExprKind::Now => Node::Now,
            ExprKind::Today => Node::Today,
            ExprKind::Trait(index) => {
                if self.focus == 0 && self.weights.inlines_trait(self.module, *index) {
                    return self.add_trait(*index);
                }
                Node::Shared(self.shared_trait(*index))
            }
            ExprKind::Condition(condition) => match self.optimized(condition) {
                Tree::Constant(it) => return self.add_constant(Value::Bool(it)),
                tree => Node::Condition(self.block(tree)),
            },
            ExprKind::Arithmetic { op, lhs, rhs } => Node::Arithmetic {
                op: *op,
                lhs: self.node(lhs),
                rhs: self.node(rhs),
            },
            ExprKind::Negate(inner) => Node::Negate(self.node(inner)),
            ExprKind::Folded(inner) => Node::Folded(self.node(inner)),
            ExprKind::Call { function, args } => {
                let args = args.iter().map(|arg| self.node(arg)).collect();
                Node::Call {
                    function: *function,
                    args: self.add_args(args),
                }
            }
            ExprKind::Host { function, args } => {
                let args = args.iter().map(|arg| self.node(arg)).collect();
                Node::Host {
                    function: u32::try_from(*function).unwrap_or(u32::MAX),
                    args: self.add_args(args),
                }
            }
            ExprKind::Size(list) => match self.spot(list) {
                Some(list) => Node::Size(list),
                None => Node::Missing,
            },
            ExprKind::Quantile { operand, parts, rank } => return self.quantile(operand, *parts, *rank),
            ExprKind::Case { arms, otherwise } => return self.case(arms, otherwise.as_deref()),
            ExprKind::Aggregate { kind, value, items } => {
                return self.aggregate(*kind, value.as_deref(), items);
            }
            ExprKind::Shift { operand, months } => Node::Shift {
                operand: self.node(operand),
                months: *months,
            },
            ExprKind::Follow {
                key, catalog, slot, ..
            } => {
                let (key, catalog) = (self.node(key), self.add_catalog(*catalog));
                match catalog.zip(Kind::of(&expr.ty)) {
                    Some((catalog, kind)) => Node::Follow {
                        key,
                        catalog,
                        slot: *slot,
                        kind,
                    },
                    None => Node::Missing,
                }
            }
        };
        self.add_node(node)
    }

    /// Arms that never hold are left out, and so is everything behind one that always does.
    fn case(&mut self, arms: &[(Condition, Expr)], otherwise: Option<&Expr>) -> NodeId {
        let mut planned: Vec<(BlockId, NodeId)> = Vec::new();
        let mut last = None;
        for (condition, value) in arms {
            match self.optimized(condition) {
                Tree::Constant(false) => {}
                Tree::Constant(true) => {
                    last = Some(self.node(value));
                    break;
                }
                tree => planned.push((self.block(tree), self.node(value))),
            }
        }
        let otherwise = last.or_else(|| otherwise.map(|it| self.node(it)));
        match (planned.is_empty(), otherwise) {
            (true, Some(value)) => value,
            (true, None) => self.add_node(Node::Missing),
            (false, otherwise) => {
                let arms = self.add_arms(planned);
                self.add_node(Node::Case { arms, otherwise })
            }
        }
    }

    fn aggregate(&mut self, kind: AggregateKind, value: Option<&Expr>, items: &Items) -> NodeId {
        let collection = self.collection(items, false);
        let Some(value) = value else {
            return match collection {
                Some(items) => self.add_node(Node::Count(items)),
                None => self.add_constant(Value::Int(0)),
            };
        };
        let of = Kind::of(&value.ty);
        let (Some(items_id), Some(of)) = (collection, of) else {
            return match nothing(kind, of) {
                Some(value) => self.add_constant(value),
                None => self.add_node(Node::Missing),
            };
        };
        let value = self.at_an_item(items, |this| this.node(value));
        self.add_node(Node::Aggregate {
            kind,
            of,
            value,
            items: items_id,
        })
    }

    /// A collection of items; with its filter turned to the opposite when `unless`. `None` when no item ever meets it.
    pub(super) fn collection(&mut self, items: &Items, unless: bool) -> Option<CollectionId> {
        let (source, stretch) = match &items.source {
            hir::Source::Events(event) => {
                let open = Window { from: None, to: None };
                let stretch = self.stretch(items.window.as_ref().unwrap_or(&open), true);
                (Source::Events(*event), Some(stretch))
            }
            hir::Source::List(list) => (Source::List(self.spot(list)?), None),
        };
        let filter = match &items.filter {
            None if unless => return None,
            None => None,
            Some(filter) => {
                let block = self.at_an_item(items, |this| {
                    let tree = this.condition(filter, unless);
                    match optimize(tree) {
                        Tree::Constant(false) => None,
                        Tree::Constant(true) => Some(None),
                        tree => Some(Some(this.block(tree))),
                    }
                });
                block?
            }
        };
        Some(self.add_collection(Collection {
            source,
            stretch,
            filter,
            row: items.row,
        }))
    }

    pub(super) fn stretch(&mut self, window: &Window, until_now: bool) -> u32 {
        let from = match Moment::lower(window.from.as_ref(), self) {
            Some(moment) => End::Moment(self.add_moment(moment)),
            None => self.end(window.from.as_ref(), false),
        };
        let to = match Moment::upper(window.to.as_ref(), self) {
            Some(moment) if until_now => End::Moment(self.add_moment(moment.until_now())),
            Some(moment) => End::Moment(self.add_moment(moment)),
            None => self.end(window.to.as_ref(), true),
        };
        self.add_stretch(from, to, until_now)
    }

    /// An end that differs from customer to customer.
    fn end(&mut self, edge: Option<&Edge>, upper: bool) -> End {
        let (node, start_of_day) = match edge.map(|edge| &edge.bound) {
            Some(Bound::Expr(expr)) => (self.node(expr), None),
            Some(Bound::DayStart { day, plus }) => match &**day {
                Bound::Expr(expr) => (self.node(expr), Some(*plus)),
                _ => (self.add_node(Node::Missing), None),
            },
            _ => (self.add_node(Node::Missing), None),
        };
        End::Value {
            node,
            start_of_day,
            after: edge.is_some_and(|edge| edge.inclusive == upper),
        }
    }

    fn optimized(&mut self, condition: &Condition) -> Tree {
        optimize(self.condition(condition, false))
    }
}

/// The value of an aggregate over nothing.
fn nothing(kind: AggregateKind, of: Option<Kind>) -> Option<Value> {
    match (kind, of) {
        (AggregateKind::Sum, Some(Kind::Decimal)) => Some(Value::Decimal(Decimal::ZERO)),
        (AggregateKind::Sum, Some(Kind::Float)) => Some(Value::Float(0.0)),
        (AggregateKind::Sum | AggregateKind::Count | AggregateKind::Distinct, _) => Some(Value::Int(0)),
        _ => None,
    }
}
