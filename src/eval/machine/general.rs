//! Tests over values of any origin.

use std::ops::RangeInclusive;

use super::{Datum, Machine, around, folded, is_among, key, matches};
use crate::{
    hir::Place,
    plan::{NodeId, Spot, Test},
    record::Row,
    value::{Geo, ValueRef, compare, text},
};

impl<'a, R: Row<'a>> Machine<'a, '_, R> {
    pub(super) fn general(&mut self, test: Test) -> bool {
        let program = self.program;
        match test {
            Test::Holds(node) => matches!(self.eval(node), Some(Datum::Plain(ValueRef::Bool(true)))),
            Test::Known(node) => self.eval(node).is_some(),
            Test::TextEmpty(node) => self.text(node).is_some_and(str::is_empty),
            Test::TextFilled(node) => self.text(node).is_some_and(text::filled),
            Test::Compare { op, lhs, rhs } => {
                let (Some(lhs), Some(rhs)) = (self.eval(lhs), self.eval(rhs)) else {
                    return false;
                };
                let order = compare::compare(self.resolve(lhs), self.resolve(rhs));
                order.is_some_and(|order| op.accepts(order))
            }
            Test::Between { operand, low, high } => {
                let (Some(operand), Some(low), Some(high)) =
                    (self.eval(operand), self.eval(low), self.eval(high))
                else {
                    return false;
                };
                let order = |end| compare::compare(self.resolve(operand), self.resolve(end));
                order(low).is_some_and(std::cmp::Ordering::is_ge)
                    && order(high).is_some_and(std::cmp::Ordering::is_le)
            }
            Test::TextIn { operand, set } => self
                .text(operand)
                .is_some_and(|it| is_among(it, &program.text_sets[set as usize])),
            Test::ValueIn { operand, set } => self.eval(operand).is_some_and(|operand| {
                let operand = self.resolve(operand);
                let mut values = program.value_sets[set as usize].iter();
                values.any(|it| compare::equal(operand, it.as_ref()))
            }),
            Test::Text {
                test,
                operand,
                pattern,
            } => {
                let (Some(operand), Some(pattern)) = (self.eval(operand), self.eval(pattern)) else {
                    return false;
                };
                match (self.resolve(operand), self.resolve(pattern)) {
                    (ValueRef::Text(operand), ValueRef::Text(pattern)) => test.accepts(operand, pattern),
                    _ => false,
                }
            }
            Test::Folded { operand, folding } => {
                self.text(operand).is_some_and(|it| folded(program, folding, it))
            }
            Test::Matches { operand, pattern } => {
                self.text(operand).is_some_and(|it| matches(program, pattern, it))
            }
            Test::Around { operand, near } => {
                let place = self.geo(operand);
                place.is_some_and(|it| around(program, near, it))
            }
            Test::Near { operand, of, within } => match (self.geo(operand), self.geo(of)) {
                (Some(place), Some(of)) => of.direction().reaches(place, within),
                _ => false,
            },
            Test::Window { operand, stretch } => {
                let operand = self.eval(operand).and_then(|it| key(self.resolve(it)));
                match (operand, self.stretch(stretch)) {
                    (Some(it), Some((from, to))) => from <= it && it < to,
                    _ => false,
                }
            }
            Test::Anniversary { operand, stretch } => {
                let Some(Datum::Plain(ValueRef::Date(day))) = self.eval(operand) else {
                    return false;
                };
                self.stretch(stretch)
                    .is_some_and(|(from, to)| day.returns_within(from, to))
            }
            Test::AnyKnown { first, last } => match first {
                Spot::Row(Place { row: 0, slot }) => any_known(self.customer, slot..=last),
                Spot::Row(Place { row, slot }) => self
                    .frames
                    .get(row)
                    .is_some_and(|frame| any_known(frame, slot..=last)),
                Spot::Item { key, catalog, slot } => self
                    .item(key, catalog)
                    .is_some_and(|item| any_known(item.fields(), slot..=last)),
            },
            Test::ListSize { list, low, high } => self
                .list_size(list)
                .is_some_and(|len| low as usize <= len && (high == u32::MAX || len <= high as usize)),
            Test::Contains { list, kind, item } => match self.eval(item) {
                Some(item) => self.any_in_list(list, kind, item),
                None => false,
            },
            Test::Sequence(number) => self.sequence(&program.sequences[number as usize]),
            Test::ContainsText { list, set } => self.any_text_in_list(list, &program.text_sets[set as usize]),
            Test::ContainsEach { list, kind, all, set } => {
                let mut values = program.value_sets[set as usize].iter();
                let mut found =
                    |it: &'a crate::value::Value| self.any_in_list(list, kind, Datum::Plain(it.as_ref()));
                if all {
                    values.all(&mut found) && self.list_size(list).is_some()
                } else {
                    values.any(&mut found)
                }
            }
        }
    }

    fn text(&mut self, node: NodeId) -> Option<&str> {
        let datum = self.eval(node)?;
        match self.resolve(datum) {
            ValueRef::Text(text) => Some(text),
            _ => None,
        }
    }

    fn geo(&mut self, node: NodeId) -> Option<Geo> {
        let datum = self.eval(node)?;
        match self.resolve(datum) {
            ValueRef::Geo(place) => Some(place),
            _ => None,
        }
    }
}

fn any_known<'a>(row: impl Row<'a>, mut slots: RangeInclusive<u32>) -> bool {
    slots.any(|slot| row.known(slot))
}
