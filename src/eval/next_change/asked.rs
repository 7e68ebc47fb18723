//! One customer asked at one instant.

use std::cmp::Ordering;

use super::{clock, plan::ChangePlan};
use crate::{
    eval::{
        At, Frame, Machine, interpret,
        interpret::{Interpreter, Item},
    },
    hir::{Bound, Condition, Expr, Module},
    record::Row,
    value::{Value, ValueRef, compare},
};

/// What looks at collections is asked of the program, and everything else of the interpreter.
pub(super) struct Asked<'a, R: Row<'a>> {
    pub(super) interpreter: Interpreter<'a, 'a, R>,
    machine: Option<Machine<'a, 'a, R>>,
    pub(super) plan: &'a ChangePlan,
}

impl<'a, R: Row<'a>> Asked<'a, R> {
    pub(super) fn new(module: &'a Module, plan: &'a ChangePlan, customer: R, at: &'a At) -> Self {
        Self {
            interpreter: Interpreter::new(module, customer, at, &[]),
            machine: None,
            plan,
        }
    }

    /// The same customer at another instant, with the same items in scope.
    pub(super) fn at(&self, at: &'a At) -> Self {
        let (module, customer) = (self.interpreter.module, self.interpreter.customer);
        let mut other = Self::new(module, self.plan, customer, at);
        other.interpreter.items.clone_from(&self.interpreter.items);
        other
    }

    pub(super) fn test(&mut self, condition: &Condition) -> bool {
        match self.plan.block(condition) {
            Some(block) => self.machine().test(block),
            None => self.interpreter.test(condition),
        }
    }

    pub(super) fn value(&mut self, expr: &Expr) -> Option<Value> {
        match self.plan.node(expr) {
            Some(node) => self.machine().value(node).map(ValueRef::to_owned),
            None => self.interpreter.value(expr),
        }
    }

    /// The microseconds or days of a value that is a time.
    pub(super) fn steps(&mut self, expr: &Expr) -> Option<i64> {
        interpret::steps(&self.value(expr)?)
    }

    pub(super) fn order(&mut self, lhs: &Expr, rhs: &Expr) -> Option<Ordering> {
        let (lhs, rhs) = (self.value(lhs)?, self.value(rhs)?);
        compare::compare(lhs.as_ref(), rhs.as_ref())
    }

    pub(super) fn bound(&mut self, bound: &Bound) -> Option<i64> {
        match bound {
            Bound::Expr(expr) => self.steps(expr),
            Bound::DayStart { day, plus } => {
                let day = self.bound(day)?.saturating_add(*plus);
                Some(clock::start_or_end(self.interpreter.at.zone(), day))
            }
            _ => self.interpreter.bound(bound),
        }
    }

    /// The machine, with the items in scope before it.
    fn machine(&mut self) -> &mut Machine<'a, 'a, R> {
        let Interpreter {
            customer, at, items, ..
        } = &self.interpreter;
        let machine = self
            .machine
            .get_or_insert_with(|| Machine::new(&self.plan.program, *customer, at));
        for (row, (_, item)) in (1..).zip(items) {
            let frame = match *item {
                Item::Own(item) => Frame::Item(item),
                Item::Catalog(item) => Frame::Part(item),
            };
            machine.frames.set(row, Some(frame));
        }
        machine
    }
}
