//! What comparisons say of numbers, times and texts.

use super::{
    super::{
        ranges::{Ranges, Scale},
        texts::Test,
    },
    PARTS, Reasoner,
    state::{Atom, Outcome, State, Subject, possible, same, stand},
};
use crate::{
    hir::{ArithmeticOp, ConditionKind, Expr, ExprKind, Order},
    value::{Type, Value, compare},
};

impl<'m> Reasoner<'m> {
    pub(super) fn compare(
        &mut self,
        state: &mut State<'m>,
        op: Order,
        lhs: &'m Expr,
        rhs: &'m Expr,
        holds: bool,
    ) -> Outcome {
        let (lhs, rhs) = (self.plain(lhs), self.plain(rhs));
        match (&lhs.kind, &rhs.kind) {
            (_, ExprKind::Constant(value)) => self.with_constant(state, op, lhs, value, holds),
            (ExprKind::Constant(value), _) => self.with_constant(state, op.mirrored(), rhs, value, holds),
            _ => {
                let moved = |from: &Expr, to: &'m Expr| Some((to, after_now(from)?));
                if let Some((subject, (after, exact))) = moved(rhs, lhs).filter(|_| after_now(lhs).is_none())
                {
                    self.with_moment(state, op, subject, after, exact, holds)?;
                } else if let Some((subject, (after, exact))) =
                    moved(lhs, rhs).filter(|_| after_now(rhs).is_none())
                {
                    self.with_moment(state, op.mirrored(), subject, after, exact, holds)?;
                }
                self.with_other(state, op, lhs, rhs, holds)
            }
        }
    }

    pub(super) fn with_constant(
        &mut self,
        state: &mut State<'m>,
        op: Order,
        operand: &'m Expr,
        constant: &'m Value,
        holds: bool,
    ) -> Outcome {
        if let ExprKind::Constant(value) = &operand.kind {
            let order = compare::compare(value.as_ref(), constant.as_ref());
            return possible(order.is_some_and(|it| op.accepts(it)) == holds);
        }
        if let Value::Text(text) = constant {
            return self.text(state, operand, Test::Order(op, text), holds);
        }
        match Scale::of(&operand.ty).and_then(|scale| scale.accepted(op, constant)) {
            Some(accepted) => self.steps(state, operand, &accepted, holds),
            None if holds => self.know(state, operand),
            None => Ok(()),
        }
    }

    /// Compares a time with one that is so long after now, `exact` when that one is never missing.
    pub(super) fn with_moment(
        &mut self,
        state: &mut State<'m>,
        op: Order,
        operand: &'m Expr,
        after: i128,
        exact: bool,
        holds: bool,
    ) -> Outcome {
        let accepted = match op {
            Order::Eq => Ranges::between(after, after),
            Order::Lt => Ranges::at_most(after - 1),
            Order::Le => Ranges::at_most(after),
            Order::Gt => Ranges::at_least(after + 1),
            Order::Ge => Ranges::at_least(after),
        };
        if holds {
            self.know(state, operand)?;
        }
        if !holds && !exact {
            return Ok(());
        }
        possible(
            state
                .domain(Subject::of(operand))
                .assume_relative(&accepted, holds),
        )
    }

    /// Compares two values, of which neither is known.
    pub(super) fn with_other(
        &mut self,
        state: &mut State<'m>,
        op: Order,
        lhs: &'m Expr,
        rhs: &'m Expr,
        holds: bool,
    ) -> Outcome {
        let accepted = match op {
            Order::Eq => stand::EQUAL,
            Order::Lt => stand::LESS,
            Order::Le => stand::LESS | stand::EQUAL,
            Order::Gt => stand::GREATER,
            Order::Ge => stand::GREATER | stand::EQUAL,
        };
        if holds {
            self.know(state, lhs)?;
            self.know(state, rhs)?;
        }
        let index = state.pair(lhs, rhs);
        let pair = &mut state.pairs[index];
        // Kept the other way round.
        let accepted = if same(pair.0, lhs) && same(pair.1, rhs) {
            accepted
        } else {
            let swap = |from: u8, to: u8| if accepted & from == 0 { 0 } else { to };
            swap(stand::LESS, stand::GREATER) | swap(stand::GREATER, stand::LESS) | accepted & stand::EQUAL
        };
        pair.2 &= if holds { accepted } else { !accepted };
        possible(pair.2 != 0)
    }

    pub(super) fn between(
        &mut self,
        state: &mut State<'m>,
        kind: &'m ConditionKind,
        operand: &'m Expr,
        [low, high]: [&'m Expr; 2],
        holds: bool,
    ) -> Outcome {
        let (operand, low, high) = (self.plain(operand), self.plain(low), self.plain(high));
        if let (ExprKind::Constant(from), ExprKind::Constant(to), Some(scale)) =
            (&low.kind, &high.kind, Scale::of(&operand.ty))
            && let (Some(from), Some(to)) = (scale.accepted(Order::Ge, from), scale.accepted(Order::Le, to))
            && !matches!(operand.kind, ExprKind::Constant(_))
        {
            return self.steps(state, operand, &from.intersect(&to), holds);
        }
        if !holds {
            return state.atom(Atom::Kind(kind), false);
        }
        state.atom(Atom::Kind(kind), true)?;
        self.compare(state, Order::Ge, operand, low, true)?;
        self.compare(state, Order::Le, operand, high, true)
    }

    pub(super) fn is_in(
        &mut self,
        state: &mut State<'m>,
        operand: &'m Expr,
        set: &'m [Value],
        holds: bool,
    ) -> Outcome {
        let operand = self.plain(operand);
        if let ExprKind::Constant(value) = &operand.kind {
            let is_among = set.iter().any(|it| compare::equal(it.as_ref(), value.as_ref()));
            return possible(is_among == holds);
        }
        if operand.ty.is_text() {
            return self.text(state, operand, Test::Among(set), holds);
        }
        if let Some(scale) = Scale::of(&operand.ty)
            && set.len() <= PARTS
        {
            let each: Option<Vec<_>> = set.iter().map(|it| scale.accepted(Order::Eq, it)).collect();
            if let Some(each) = each {
                return self.steps(state, operand, &Ranges::union(each), holds);
            }
        }
        if holds { self.know(state, operand) } else { Ok(()) }
    }

    pub(super) fn steps(
        &mut self,
        state: &mut State<'m>,
        operand: &'m Expr,
        accepted: &Ranges,
        holds: bool,
    ) -> Outcome {
        if let Some(tally) = self.counted(operand) {
            return state.tally(tally, accepted, holds);
        }
        if holds {
            self.know(state, operand)?;
        }
        possible(state.domain(Subject::of(operand)).assume_steps(accepted, holds))
    }
}

/// How long after `now`, or today, a time is; and whether it is there at every moment, which a sum is not.
fn after_now(expr: &Expr) -> Option<(i128, bool)> {
    match &expr.kind {
        ExprKind::Now | ExprKind::Today => Some((0, true)),
        ExprKind::Arithmetic {
            op: op @ (ArithmeticOp::Add | ArithmeticOp::Subtract),
            lhs,
            rhs,
        } => match (&lhs.kind, &rhs.kind) {
            (ExprKind::Now | ExprKind::Today, ExprKind::Constant(Value::Duration(by))) => {
                let unit = if lhs.ty == Type::Date { 86_400_000_000 } else { 1 };
                let by = i128::from(by.micros() / unit);
                Some((if *op == ArithmeticOp::Add { by } else { -by }, false))
            }
            _ => None,
        },
        _ => None,
    }
}
