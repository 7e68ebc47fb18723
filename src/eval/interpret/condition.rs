//! Whether a condition holds.

use std::cmp::Ordering;

use super::{Interpreter, steps, window::returns};
use crate::{
    hir::{Condition, ConditionKind, Expr, TextTest},
    population::Cut,
    record::Row,
    value::{Value, compare, text},
};

impl<'a, R: Row<'a>> Interpreter<'_, 'a, R> {
    /// Tells whether the condition holds.
    pub(crate) fn test(&mut self, condition: &Condition) -> bool {
        match &condition.kind {
            ConditionKind::Constant(it) => *it,
            ConditionKind::Not(inner) => !self.test(inner),
            ConditionKind::And(conditions) => conditions.iter().all(|it| self.test(it)),
            ConditionKind::Or(conditions) => conditions.iter().any(|it| self.test(it)),
            ConditionKind::Holds(expr) => self.value(expr) == Some(Value::Bool(true)),
            ConditionKind::Compare { op, lhs, rhs } => {
                self.order(lhs, rhs).is_some_and(|order| op.accepts(order))
            }
            ConditionKind::Between { operand, low, high } => {
                self.order(operand, low).is_some_and(Ordering::is_ge)
                    && self.order(operand, high).is_some_and(Ordering::is_le)
            }
            ConditionKind::In { operand, set } => {
                let operand = self.value(operand);
                operand.is_some_and(|it| is_among(&it, set))
            }
            ConditionKind::Text {
                test,
                operand,
                pattern,
            } => match (self.value(operand), self.value(pattern)) {
                (Some(Value::Text(operand)), Some(Value::Text(pattern))) => match test {
                    TextTest::Contains => operand.contains(&*pattern),
                    TextTest::StartsWith => operand.starts_with(&*pattern),
                    TextTest::EndsWith => operand.ends_with(&*pattern),
                },
                _ => false,
            },
            ConditionKind::Matches { operand, pattern } => {
                matches!(self.value(operand), Some(Value::Text(it)) if pattern.regex.is_match(&it))
            }
            ConditionKind::Contains { list, item } => {
                let Some(item) = self.value(item) else {
                    return false;
                };
                let values = self.plain_list(list);
                values.is_some_and(|values| is_among(&item, &values))
            }
            ConditionKind::ContainsEach { list, all, set } => {
                // A missing list contains nothing, not even all of nothing.
                self.plain_list(list).is_some_and(|values| {
                    let found = |wanted: &Value| is_among(wanted, &values);
                    if *all {
                        set.iter().all(found)
                    } else {
                        set.iter().any(found)
                    }
                })
            }
            ConditionKind::Known(expr) => self.value(expr).is_some(),
            ConditionKind::AnyKnown { first, last } => self.any_known(first, *last),
            ConditionKind::ListKnown(list) => self.rows(list).is_some(),
            ConditionKind::ListEmpty(list) => self.rows(list).is_some_and(|rows| rows.is_empty()),
            ConditionKind::ListFilled(list) => self.rows(list).is_some_and(|rows| !rows.is_empty()),
            ConditionKind::TextEmpty(expr) => {
                matches!(self.value(expr), Some(Value::Text(it)) if it.is_empty())
            }
            ConditionKind::TextFilled(expr) => {
                matches!(self.value(expr), Some(Value::Text(it)) if text::filled(&it))
            }
            ConditionKind::InWindow { operand, window } => {
                let stretch = self.stretch(window);
                let operand = self.value(operand).and_then(|it| steps(&it));
                operand
                    .zip(stretch)
                    .is_some_and(|(it, stretch)| stretch.contains(it))
            }
            ConditionKind::Quantified { quantifier, items } => self.quantified(*quantifier, items),
            ConditionKind::Anniversary { operand, window } => {
                let stretch = self.stretch(window);
                match (self.value(operand), stretch) {
                    (Some(Value::Date(day)), Some(stretch)) => returns(day, stretch),
                    _ => false,
                }
            }
            ConditionKind::Rank {
                operand,
                top,
                share,
                rank,
            } => {
                let cut = if *top {
                    Cut::Top(*share)
                } else {
                    Cut::Bottom(*share)
                };
                let point = self.module.cut_points(*rank, cut).first();
                let order = self
                    .value(operand)
                    .zip(point)
                    .and_then(|(value, point)| compare::compare(value.as_ref(), point.as_ref()));
                order.is_some_and(|order| if *top { order.is_ge() } else { order.is_le() })
            }
            ConditionKind::Sequence { first, steps } => self.sequence(first, steps),
            ConditionKind::Near { operand, of, within } => match (self.value(operand), self.value(of)) {
                (Some(Value::Geo(place)), Some(Value::Geo(of))) => {
                    place.direction().squared_chord(of.direction()) <= within.0
                }
                _ => false,
            },
            ConditionKind::Sample { from, to, salt } => {
                let share = |millionths: u32| u128::from(millionths) << 64;
                // The point and the shares, all of them times a million and 2⁶⁴.
                self.point(salt).is_some_and(|point| {
                    let point = u128::from(point) * 1_000_000;
                    share(*from) <= point && point < share(*to)
                })
            }
            ConditionKind::Segment(index) => self.segment(*index),
        }
    }

    pub(in crate::eval) fn order(&mut self, lhs: &Expr, rhs: &Expr) -> Option<Ordering> {
        let (lhs, rhs) = (self.value(lhs)?, self.value(rhs)?);
        compare::compare(lhs.as_ref(), rhs.as_ref())
    }
}

fn is_among(value: &Value, set: &[Value]) -> bool {
    set.iter().any(|it| compare::equal(it.as_ref(), value.as_ref()))
}
