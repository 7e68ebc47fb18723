//! Leaves that ask where a customer is, and which part of a sample.

use super::{
    constant,
    planner::Planner,
    program::{Kind, Near, Node, Op, Test},
    range,
    tree::Tree,
};
use crate::{
    hir::{Chord, Expr},
    value::{Geo, Value, sample},
};

impl Planner<'_> {
    /// A place near another; the direction of one that is the same for everyone is worked out here.
    pub(super) fn near(&mut self, operand: &Expr, of: &Expr, within: Chord) -> Tree {
        let (operand, of) = (self.written_out(operand), self.written_out(of));
        if within.0 == u64::MAX {
            // Everywhere, so that what is left is whether there is a place at all.
            return Tree::And(vec![self.known(operand), self.known(of)]);
        }
        match (constant::fold(operand), constant::fold(of)) {
            (Some(one), Some(other)) => {
                let places = place(&one).zip(place(&other));
                let holds = places.is_some_and(|(one, other)| one.direction().reaches(other, within.0));
                Tree::Constant(holds)
            }
            (None, Some(centre)) => self.around(operand, place(&centre), within),
            (Some(centre), None) => self.around(of, place(&centre), within),
            (None, None) => {
                let (operand, of) = (self.node(operand), self.node(of));
                self.add_test(Test::Near {
                    operand,
                    of,
                    within: within.0,
                })
            }
        }
    }

    fn around(&mut self, operand: &Expr, centre: Option<Geo>, within: Chord) -> Tree {
        let Some(centre) = centre else {
            return Tree::FALSE;
        };
        let near = self.add_near(Near {
            centre: centre.direction(),
            within: within.0,
        });
        match self.slot(operand) {
            Some((slot, _)) => Op::Near { slot, near }.into(),
            None => self.general(operand, |operand| Test::Around { operand, near }),
        }
    }

    /// A slice of a sample is a range of the customer's point, which is worked out once for all slices with one salt.
    pub(super) fn sample(&mut self, from: u32, to: u32, salt: &str) -> Tree {
        let key = self.scope[0].as_ref().and_then(|customer| {
            let slot = customer.slots.iter().position(|it| it.roles.key)?;
            Some((u32::try_from(slot).ok()?, Kind::of(&customer.slots[slot].ty)?))
        });
        let (Some((slot, kind)), Some(points)) = (key, sample::range(from, to)) else {
            return Tree::FALSE;
        };
        let salt = self.add_text(salt);
        let point = self.add_node(Node::Point { salt, slot, kind });
        let node = self.shared_node(point);
        range::within(
            Op::Value {
                node,
                low: points.0,
                high: points.1,
            },
            points,
        )
    }
}

fn place(constant: &constant::Constant) -> Option<Geo> {
    match constant {
        Some(Value::Geo(place)) => Some(*place),
        _ => None,
    }
}
