//! Values that go one way, up or down, also when they are added up.

use std::cmp::Ordering;

use super::{
    memory::Counting,
    motion::{Motion, Shape},
    until::Until,
    walker::Walker,
};
use crate::{
    hir::{AggregateKind, ArithmeticOp, Expr, Items},
    record::Row,
    value::Value,
};

impl Motion {
    /// What goes up goes down.
    pub(super) fn turned_round(self) -> Self {
        let shape = match self.shape {
            Shape::Days { up } => Shape::Days { up: !up },
            Shape::Ticks { next, up } => Shape::Ticks { next, up: !up },
            shape => shape,
        };
        Self { shape, ..self }
    }

    /// How the sum of such values, and their average, least and greatest, goes, if all of them go the same way and some do.
    pub(super) fn one_way(motions: &[Self]) -> Option<Self> {
        let mut shape = Shape::Still;
        let mut until = Until::Never;
        for motion in motions {
            shape = match (shape, motion.shape) {
                (shape, Shape::Still)
                | (Shape::Still, shape @ (Shape::Days { .. } | Shape::Ticks { .. })) => shape,
                (Shape::Days { up }, Shape::Days { up: other }) if up == other => shape,
                (
                    Shape::Ticks { next, up },
                    Shape::Ticks {
                        next: second,
                        up: other,
                    },
                ) if up == other => {
                    let next = next.min(second);
                    Shape::Ticks { next, up }
                }
                _ => return None,
            };
            until = until.min(motion.until);
        }
        Some(Self { shape, until })
    }
}

impl<'a, R: Row<'a>> Walker<'_, 'a, R> {
    /// How a calculation with values that change in steps goes, if it goes one way.
    pub(super) fn way(
        &mut self,
        op: ArithmeticOp,
        (lhs, left): (&Expr, Motion),
        (rhs, right): (&Expr, Motion),
    ) -> Option<Motion> {
        let (motion, fixed) = match op {
            ArithmeticOp::Add => return Motion::one_way(&[left, right]),
            ArithmeticOp::Subtract => return Motion::one_way(&[left, right.turned_round()]),
            ArithmeticOp::Multiply if left.shape == Shape::Still => (right, (lhs, left)),
            ArithmeticOp::Multiply | ArithmeticOp::Divide => (left, (rhs, right)),
        };
        let (Shape::Days { .. } | Shape::Ticks { .. }, Shape::Still) = (motion.shape, fixed.1.shape) else {
            return None;
        };
        let motion = motion.before(fixed.1.until);
        Some(match self.sign(fixed.0) {
            Some(Ordering::Greater) => motion,
            Some(Ordering::Less) => motion.turned_round(),
            Some(Ordering::Equal) | None => Motion::still(motion.until),
        })
    }

    fn sign(&mut self, expr: &Expr) -> Option<Ordering> {
        match self.asked.value(expr)? {
            Value::Int(it) => Some(it.cmp(&0)),
            Value::Decimal(it) => Some(it.units().cmp(&0)),
            Value::Float(it) => it.partial_cmp(&0.0),
            _ => None,
        }
    }

    pub(super) fn aggregate(
        &mut self,
        expr: &Expr,
        kind: AggregateKind,
        value: Option<&Expr>,
        items: &Items,
    ) -> Motion {
        self.members(items, Counting::Meeting, |this, members| {
            let until = members.until();
            let Some(value) = value.filter(|it| !this.asked.plan.timeless(*it)) else {
                return Motion::still(until);
            };
            let mut counted = members.counted();
            let one = match kind {
                AggregateKind::First => counted.next(),
                AggregateKind::Last => counted.next_back(),
                _ => {
                    let each = counted.map(|item| this.inside(items, item, |this| this.remembered(value)));
                    let each: Vec<Motion> = each.collect();
                    let keeps = matches!(
                        kind,
                        AggregateKind::Sum | AggregateKind::Avg | AggregateKind::Min | AggregateKind::Max
                    );
                    let motion = match (this.turning_of(each.iter().copied()), Motion::one_way(&each)) {
                        (Some(turning), _) => Motion::turning(turning),
                        (None, Some(motion)) if keeps => motion,
                        _ => {
                            let stay = each.iter().map(|it| this.still_or(*it, expr.span)).min();
                            Motion::still(stay.unwrap_or(Until::Never))
                        }
                    };
                    return motion.before(until);
                }
            };
            let motion = one.map(|item| this.inside(items, item, |this| this.remembered(value)));
            motion.unwrap_or(Motion::still(Until::Never)).before(until)
        })
    }
}
