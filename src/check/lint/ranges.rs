//! Sets of whole numbers, and values of every ordered type as such numbers.
//!
//! Every ordered type has a first and a last value, and each value but the last has a next one. So a test against a
//! constant accepts a set of steps, which is exact: `x > 2.5` and `x >= 3` are one set for an int, and `x > 2 and x < 3`
//! is empty.

use crate::{
    hir::Order,
    value::{Date, DateTime, Decimal, Type, Value, compare},
};

/// A set of whole numbers: stretches in order, both ends included, with a gap between each two.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Ranges(Vec<(i128, i128)>);

/// Beyond every step of every type, and far enough from overflow.
const FARTHEST: i128 = 1 << 120;

impl Ranges {
    pub(super) fn all() -> Self {
        Self(vec![(-FARTHEST, FARTHEST)])
    }

    pub(super) fn nothing() -> Self {
        Self(Vec::new())
    }

    /// Both ends included; nothing when they are the wrong way round.
    pub(super) fn between(low: i128, high: i128) -> Self {
        let (low, high) = (low.max(-FARTHEST), high.min(FARTHEST));
        Self(if low <= high {
            vec![(low, high)]
        } else {
            Vec::new()
        })
    }

    pub(super) fn at_least(low: i128) -> Self {
        Self::between(low, FARTHEST)
    }

    pub(super) fn at_most(high: i128) -> Self {
        Self::between(-FARTHEST, high)
    }

    /// The stretches given, in any order.
    fn of(mut stretches: Vec<(i128, i128)>) -> Self {
        stretches.sort_unstable();
        let mut merged: Vec<(i128, i128)> = Vec::with_capacity(stretches.len());
        for (low, high) in stretches {
            match merged.last_mut() {
                Some(last) if low <= last.1 + 1 => last.1 = last.1.max(high),
                _ => merged.push((low, high)),
            }
        }
        Self(merged)
    }

    pub(super) fn union(sets: impl IntoIterator<Item = Self>) -> Self {
        Self::of(sets.into_iter().flat_map(|it| it.0).collect())
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn contains(&self, it: i128) -> bool {
        self.0.iter().any(|(low, high)| (*low..=*high).contains(&it))
    }

    /// The smallest number in it, unless it is unbounded or empty.
    pub(super) fn first(&self) -> Option<i128> {
        let first = self.0.first()?.0;
        (first > -FARTHEST).then_some(first)
    }

    /// The largest number in it, unless it is unbounded or empty.
    pub(super) fn last(&self) -> Option<i128> {
        let last = self.0.last()?.1;
        (last < FARTHEST).then_some(last)
    }

    /// What both have; time and size are the sum of theirs.
    pub(super) fn intersect(&self, other: &Self) -> Self {
        let mut both = Vec::new();
        let (mut ours, mut theirs) = (self.0.iter().peekable(), other.0.iter().peekable());
        while let (Some(a), Some(b)) = (ours.peek(), theirs.peek()) {
            let (low, high) = (a.0.max(b.0), a.1.min(b.1));
            if low <= high {
                both.push((low, high));
            }
            if a.1 < b.1 {
                ours.next();
            } else {
                theirs.next();
            }
        }
        Self(both)
    }

    pub(super) fn complement(&self) -> Self {
        let mut gaps = Vec::with_capacity(self.0.len() + 1);
        let mut next = -FARTHEST;
        for (low, high) in &self.0 {
            if next < *low {
                gaps.push((next, low - 1));
            }
            next = high + 1;
        }
        if next <= FARTHEST {
            gaps.push((next, FARTHEST));
        }
        Self(gaps)
    }
}

/// The order in which the values of a type stand, each with a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scale {
    Bool,
    Int,
    /// In ten-thousandths.
    Decimal,
    /// So many floats above zero, or below it.
    Float,
    /// In days.
    Date,
    /// In microseconds.
    DateTime,
    /// In microseconds.
    Duration,
}

impl Scale {
    pub(super) fn of(ty: &Type) -> Option<Self> {
        Some(match ty {
            Type::Bool => Self::Bool,
            Type::Int => Self::Int,
            Type::Decimal => Self::Decimal,
            Type::Float => Self::Float,
            Type::Date => Self::Date,
            Type::DateTime => Self::DateTime,
            Type::Duration => Self::Duration,
            _ => return None,
        })
    }

    /// All values of the type.
    pub(super) fn universe(self) -> Ranges {
        let (low, high) = match self {
            Self::Bool => (0, 1),
            Self::Int | Self::Decimal | Self::Duration => (i64::MIN.into(), i64::MAX.into()),
            Self::Float => (float_step(f64::MIN), float_step(f64::MAX)),
            Self::Date => (Date::MIN.days().into(), Date::MAX.days().into()),
            Self::DateTime => (DateTime::MIN.micros().into(), DateTime::MAX.micros().into()),
        };
        Ranges::between(low, high)
    }

    /// The values that stand so to a constant, which may be a number of another type.
    pub(super) fn accepted(self, op: Order, constant: &Value) -> Option<Ranges> {
        let (below, exact) = self.step_below(constant)?;
        Some(match op {
            Order::Eq if exact => Ranges::between(below, below),
            Order::Eq => Ranges::nothing(),
            Order::Lt => Ranges::at_most(below - i128::from(exact)),
            Order::Le => Ranges::at_most(below),
            Order::Gt => Ranges::at_least(below + 1),
            Order::Ge => Ranges::at_least(below + i128::from(!exact)),
        })
    }

    /// The step of the largest value that is not above the constant, and whether it is the constant.
    fn step_below(self, constant: &Value) -> Option<(i128, bool)> {
        let scale = i128::from(Decimal::SCALE);
        Some(match (self, constant) {
            (Self::Bool, Value::Bool(it)) => (i128::from(*it), true),
            (Self::Int, Value::Int(it)) => (i128::from(*it), true),
            (Self::Int, Value::Decimal(it)) => {
                let units = i128::from(it.units());
                (units.div_euclid(scale), units.rem_euclid(scale) == 0)
            }
            (Self::Int, Value::Float(it)) => (whole(it.floor()), it.fract() == 0.0),
            (Self::Decimal, Value::Decimal(it)) => (i128::from(it.units()), true),
            (Self::Decimal, Value::Int(it)) => (i128::from(*it) * scale, true),
            (Self::Float, Value::Float(it)) => (float_step(*it), true),
            (Self::Float, Value::Int(it)) => {
                #[expect(
                    clippy::cast_precision_loss,
                    reason = "the nearest float is wanted, and then judged"
                )]
                let nearest = *it as f64;
                let order = compare::int_with_float(*it, nearest)?;
                (float_step(nearest) - i128::from(order.is_lt()), order.is_eq())
            }
            (Self::Date, Value::Date(it)) => (it.days().into(), true),
            (Self::DateTime, Value::DateTime(it)) => (it.micros().into(), true),
            (Self::Duration, Value::Duration(it)) => (it.micros().into(), true),
            _ => return None,
        })
    }
}

/// A whole float as a number, cut off far outside of every type.
fn whole(float: f64) -> i128 {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the cast stops at the ends, which are cut off anyway"
    )]
    let whole = float as i128;
    whole.clamp(-FARTHEST, FARTHEST)
}

/// How many floats lie between zero and this one, negative below zero; both zeros are one.
fn float_step(float: f64) -> i128 {
    let distance = i128::from(float.abs().to_bits());
    if float < 0.0 { -distance } else { distance }
}

#[cfg(test)]
mod tests {
    use std::cmp::Ordering;

    use super::*;

    #[test]
    fn steps_agree_with_comparison() {
        let ints = [i64::MIN, -3, -1, 0, 1, 2, (1 << 53) + 1, i64::MAX];
        let floats = [
            f64::MIN,
            -2.5,
            -1.0,
            -0.0,
            0.0,
            1e-300,
            0.5,
            1.0,
            9_007_199_254_740_992.0,
            9.3e18,
        ];
        let units = [
            i64::MIN,
            -25_000,
            -10_000,
            -1,
            0,
            1,
            9_999,
            10_000,
            25_000,
            i64::MAX,
        ];
        let decimals = units.map(|it| Value::Decimal(Decimal::from_units(it)));
        let values: Vec<Value> = (ints.map(Value::Int).into_iter())
            .chain(floats.map(Value::Float))
            .chain(decimals)
            .collect();
        for value in &values {
            let scale = match value {
                Value::Int(_) => Scale::Int,
                Value::Float(_) => Scale::Float,
                _ => Scale::Decimal,
            };
            let (step, _) = scale.step_below(value).expect("its own scale");
            for constant in &values {
                let order = compare::compare(value.as_ref(), constant.as_ref());
                for (op, expected) in [
                    (Order::Eq, order.map(Ordering::is_eq)),
                    (Order::Lt, order.map(Ordering::is_lt)),
                    (Order::Le, order.map(Ordering::is_le)),
                    (Order::Gt, order.map(Ordering::is_gt)),
                    (Order::Ge, order.map(Ordering::is_ge)),
                ] {
                    let found = scale.accepted(op, constant).map(|it| it.contains(step));
                    assert_eq!(found, expected, "{value:?} {op:?} {constant:?}");
                }
            }
        }
    }

    #[test]
    fn sets_behave_as_sets() {
        let some = Ranges::union([
            Ranges::between(5, 9),
            Ranges::between(1, 2),
            Ranges::between(3, 3),
        ]);
        assert_eq!(some, Ranges(vec![(1, 3), (5, 9)]));
        for number in -1..=11 {
            assert_eq!(
                some.contains(number),
                !some.complement().contains(number),
                "{number}"
            );
            let cut = some.intersect(&Ranges::between(3, 6));
            assert_eq!(cut.contains(number), [3, 5, 6].contains(&number), "{number}");
        }
        assert_eq!(some.complement().complement(), some);
        assert!(some.intersect(&some.complement()).is_empty());
        assert!(Ranges::all().complement().is_empty());
        assert_eq!(Ranges::nothing().complement(), Ranges::all());
    }
}
