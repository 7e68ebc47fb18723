//! Pass: ranges over the same value become one; and the ranges that comparisons with constants stand for.

use std::cmp::Ordering;

use super::{
    numbered::Numbered,
    program::{Kind, Op, float_key},
    tree::Tree,
};
use crate::{
    hir::Order,
    value::{Decimal, Value, compare},
};

/// - `x >= 1 and x < 5` is one test of a range; `x < 1 and x > 5` is `false`;
/// - `x = 1 or x = 2 or x = 3` is `x` from 1 to 3;
/// - `not (count(c) = 0)` is `count(c)` from 1, as a count is never missing;
/// - words: `x = "a" or x = "b"` is one mask, `x != "a" and x != "b"` its complement.
pub(super) fn merge(tree: Tree) -> Tree {
    match tree {
        Tree::Constant(_) | Tree::Leaf { .. } => tree.counted(),
        Tree::And(trees) => Tree::And(merge_leaves(trees, true)),
        Tree::Or(trees) => Tree::Or(merge_leaves(trees, false)),
        Tree::If(parts) => Tree::If(Box::new(parts.map(merge))),
    }
}

/// Merges what can be: in an `and`, positive ranges intersect and negated ones unite; in an `or` the other way round.
fn merge_leaves(trees: Vec<Tree>, and: bool) -> Vec<Tree> {
    /// What stands at a place of the result: a tree, or what becomes of a group.
    enum Part {
        Tree(Tree),
        Group(Group),
    }
    let mut subjects = Numbered::new();
    let mut groups = Vec::new();
    let mut parts = Vec::with_capacity(trees.len());
    for tree in trees {
        match tree.counted() {
            Tree::Leaf { op, negated } if op.range().is_some() || op.mask() != 0 => {
                let (number, new) = subjects.add((op.subject(), negated));
                if new {
                    groups.push(parts.len());
                    let (first, more) = (op, Vec::new());
                    parts.push(Part::Group(Group { first, more, negated }));
                } else if let Part::Group(group) = &mut parts[groups[number]] {
                    group.more.push(op);
                }
            }
            other => parts.push(Part::Tree(merge(other))),
        }
    }
    let mut result = Vec::with_capacity(parts.len());
    for part in parts {
        match part {
            Part::Tree(tree) => result.push(tree),
            Part::Group(group) if and == group.negated => group.unite(&mut result),
            Part::Group(group) => group.intersect(&mut result),
        }
    }
    result
}

/// Tests of the same value, all negated or none.
struct Group {
    first: Op,
    more: Vec<Op>,
    negated: bool,
}

impl Group {
    fn ops(&self) -> impl Iterator<Item = &Op> {
        std::iter::once(&self.first).chain(&self.more)
    }

    fn intersect(&self, result: &mut Vec<Tree>) {
        let tree = if let Op::Words { slot, .. } = self.first {
            words(slot, self.ops().fold(u64::MAX, |mask, op| mask & op.mask()))
        } else {
            let ranges = self.ops().filter_map(Op::range);
            let range = ranges.fold((i64::MIN, i64::MAX), |(low, high), range| {
                (low.max(range.0), high.min(range.1))
            });
            within(self.first, range)
        };
        result.push(tree.complement_if(self.negated));
    }

    /// The parts are alternatives: together they hold when one of them does. None of them empty.
    fn unite(&self, result: &mut Vec<Tree>) {
        if let Op::Words { slot, .. } = self.first {
            let mask = self.ops().fold(0, |mask, op| mask | op.mask());
            return result.push(words(slot, mask).complement_if(self.negated));
        }
        let mut ranges: Vec<_> = self.ops().filter_map(Op::range).collect();
        ranges.sort_unstable();
        let mut united: Vec<(i64, i64)> = Vec::new();
        for (low, high) in ranges {
            match united.last_mut() {
                Some(last) if low <= last.1.saturating_add(1) => last.1 = last.1.max(high),
                _ => united.push((low, high)),
            }
        }
        let parts = united.into_iter().map(|range| within(self.first, range));
        result.extend(parts.map(|part| part.complement_if(self.negated)));
    }
}

/// A test of the same value as `op` for another range.
pub(super) fn within(op: Op, (low, high): (i64, i64)) -> Tree {
    if low > high {
        return Tree::FALSE;
    }
    let open = (low, high) == (i64::MIN, i64::MAX);
    Tree::from(match op {
        Op::Int { slot, .. }
        | Op::Decimal { slot, .. }
        | Op::Float { slot, .. }
        | Op::Date { slot, .. }
        | Op::DateTime { slot, .. }
            if open =>
        {
            Op::Known { slot }
        }
        Op::Int { slot, .. } => Op::Int { slot, low, high },
        Op::Decimal { slot, .. } => Op::Decimal { slot, low, high },
        Op::Float { slot, .. } => Op::Float { slot, low, high },
        Op::Date { slot, .. } => Op::Date { slot, low, high },
        Op::DateTime { slot, .. } => Op::DateTime { slot, low, high },
        Op::Count { .. } if low <= 0 && high == i64::MAX => return Tree::TRUE,
        Op::Count { .. } if high < 0 => return Tree::FALSE,
        Op::Count { items, .. } => Op::Count {
            items,
            low: low.max(0),
            high,
        },
        Op::Value { node, .. } => Op::Value { node, low, high },
        other => other,
    })
}

/// A test of a word for a mask.
pub(super) fn words(slot: u32, mask: u64) -> Tree {
    match mask {
        0 => Tree::FALSE,
        mask => Op::Words { slot, mask }.into(),
    }
}

impl Tree {
    /// A negated range of a count as a range, where the rest is one.
    fn counted(self) -> Self {
        match self {
            Self::Leaf {
                op: op @ Op::Count { low, high, .. },
                negated: true,
            } => match (low <= 0, high == i64::MAX) {
                (true, _) => within(op, (high.saturating_add(1), i64::MAX)),
                (false, true) => within(op, (0, low - 1)),
                (false, false) => Self::Leaf { op, negated: true },
            },
            other => other,
        }
    }
}

impl Op {
    /// The same test without its range or mask: what it is a test of.
    fn subject(self) -> Self {
        let (low, high) = (0, 0);
        match self {
            Self::Int { slot, .. } => Self::Int { slot, low, high },
            Self::Decimal { slot, .. } => Self::Decimal { slot, low, high },
            Self::Float { slot, .. } => Self::Float { slot, low, high },
            Self::Date { slot, .. } => Self::Date { slot, low, high },
            Self::DateTime { slot, .. } => Self::DateTime { slot, low, high },
            Self::Count { items, .. } => Self::Count { items, low, high },
            Self::Value { node, .. } => Self::Value { node, low, high },
            Self::Words { slot, .. } => Self::Words { slot, mask: 0 },
            other => other,
        }
    }

    fn mask(&self) -> u64 {
        match self {
            Self::Words { mask, .. } => *mask,
            _ => 0,
        }
    }
}

/// The values of a kind that compare so with a constant; empty (the low end above the high one) when none does.
pub(super) fn of(kind: Kind, op: Order, constant: &Value) -> (i64, i64) {
    const EMPTY: (i64, i64) = (1, 0);
    // The largest value not above the constant and the smallest not below it, where values end beyond all of them.
    let Some((floor, ceil)) = edges(kind, constant) else {
        return EMPTY;
    };
    let above = |floor: Edge| match floor {
        Edge::At(it) => it.checked_add(1).map_or(EMPTY, |low| (low, i64::MAX)),
        Edge::Below => (i64::MIN, i64::MAX),
        Edge::Above => EMPTY,
    };
    let below = |ceil: Edge| match ceil {
        Edge::At(it) => it.checked_sub(1).map_or(EMPTY, |high| (i64::MIN, high)),
        Edge::Below => EMPTY,
        Edge::Above => (i64::MIN, i64::MAX),
    };
    match op {
        Order::Eq => match (floor, ceil) {
            (Edge::At(floor), Edge::At(ceil)) if floor == ceil => (floor, floor),
            _ => EMPTY,
        },
        Order::Gt => above(floor),
        Order::Lt => below(ceil),
        Order::Ge => match ceil {
            Edge::At(it) => (it, i64::MAX),
            edge => above(edge),
        },
        Order::Le => match floor {
            Edge::At(it) => (i64::MIN, it),
            edge => below(edge),
        },
    }
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Edge {
    /// Below all values.
    Below,
    At(i64),
    /// Above all values.
    Above,
}

/// The values of a kind next to a constant: the largest not above it and the smallest not below it.
fn edges(kind: Kind, constant: &Value) -> Option<(Edge, Edge)> {
    let at = |it: i64| Some((Edge::At(it), Edge::At(it)));
    match (kind, constant) {
        (Kind::Int, Value::Int(it)) => at(*it),
        (Kind::Int, Value::Decimal(it)) => {
            let (floor, rest) = (
                it.units().div_euclid(Decimal::SCALE),
                it.units().rem_euclid(Decimal::SCALE),
            );
            Some((Edge::At(floor), Edge::At(floor + i64::from(rest != 0))))
        }
        (Kind::Int, Value::Float(it)) => Some((int_edge(it.floor()), int_edge(it.ceil()))),
        (Kind::Decimal, Value::Decimal(it)) => at(it.units()),
        (Kind::Decimal, Value::Int(it)) => match it.checked_mul(Decimal::SCALE) {
            Some(units) => at(units),
            None if *it < 0 => Some((Edge::Below, Edge::Below)),
            None => Some((Edge::Above, Edge::Above)),
        },
        (Kind::Float, Value::Float(it)) => at(float_key(*it)),
        (Kind::Float, Value::Int(it)) => {
            #[expect(
                clippy::cast_precision_loss,
                reason = "the nearest float is a neighbour of the number"
            )]
            let near = *it as f64;
            let key = float_key(near);
            match compare::int_with_float(*it, near)? {
                Ordering::Equal => at(key),
                Ordering::Less => Some((Edge::At(key - 1), Edge::At(key))),
                Ordering::Greater => Some((Edge::At(key), Edge::At(key + 1))),
            }
        }
        (Kind::Date, Value::Date(it)) => at(it.days().into()),
        (Kind::DateTime, Value::DateTime(it)) => at(it.micros()),
        (Kind::Duration, Value::Duration(it)) => at(it.micros()),
        _ => None,
    }
}

/// A whole float among the ints.
fn int_edge(whole: f64) -> Edge {
    const TWO_TO_63: f64 = 9_223_372_036_854_775_808.0;
    if whole >= TWO_TO_63 {
        Edge::Above
    } else if whole < -TWO_TO_63 {
        Edge::Below
    } else {
        #[expect(clippy::cast_possible_truncation, reason = "whole and within the range")]
        Edge::At(whole as i64)
    }
}

/// The one value of a kind that equals a constant, if there is one.
pub(super) fn exactly(kind: Kind, constant: &Value) -> Option<i64> {
    let (low, high) = of(kind, Order::Eq, constant);
    (low == high).then_some(low)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{plan::CollectionId, value::ValueRef};

    const ALL: [Order; 5] = [Order::Eq, Order::Lt, Order::Le, Order::Gt, Order::Ge];

    fn accepts(op: Order, order: Ordering) -> bool {
        match op {
            Order::Eq => order.is_eq(),
            Order::Lt => order.is_lt(),
            Order::Le => order.is_le(),
            Order::Gt => order.is_gt(),
            Order::Ge => order.is_ge(),
        }
    }

    /// Every value against every constant, by range and by comparing.
    fn ranges_agree<'a>(
        kind: Kind,
        values: &[ValueRef<'a>],
        key: impl Fn(ValueRef<'a>) -> i64,
        constants: &[Value],
    ) {
        for constant in constants {
            for op in ALL {
                let (low, high) = of(kind, op, constant);
                for value in values {
                    let expected =
                        compare::compare(*value, constant.as_ref()).is_some_and(|order| accepts(op, order));
                    let key = key(*value);
                    assert_eq!(
                        low <= key && key <= high,
                        expected,
                        "{value:?} {op:?} {constant:?}"
                    );
                }
            }
        }
    }

    fn constants() -> Vec<Value> {
        let ints = [
            i64::MIN,
            i64::MIN + 1,
            -(1 << 53) - 1,
            -1,
            0,
            1,
            2,
            (1 << 53) + 1,
            i64::MAX - 1,
            i64::MAX,
        ];
        let floats = [
            f64::MIN,
            -9_223_372_036_854_775_808.0,
            -1.5,
            -0.0,
            0.0,
            5e-324,
            0.5,
            1.0,
            9_007_199_254_740_993.0,
            9_223_372_036_854_774_784.0,
            9_223_372_036_854_775_808.0,
            f64::MAX,
        ];
        let decimals = ints.iter().flat_map(|it| [*it, it.wrapping_mul(10_000)]);
        let decimals = decimals.map(|units| Value::Decimal(Decimal::from_units(units)));
        let numbers = ints.iter().map(|it| Value::Int(*it));
        numbers.chain(floats.map(Value::Float)).chain(decimals).collect()
    }

    #[test]
    fn ranges_are_what_comparing_says() {
        let constants = constants();
        let of = |wanted: fn(&Value) -> bool| constants.iter().filter(|it| wanted(it)).collect::<Vec<_>>();
        let ints: Vec<_> = of(|it| matches!(it, Value::Int(_)))
            .iter()
            .map(|it| it.as_ref())
            .collect();
        let floats: Vec<_> = of(|it| matches!(it, Value::Float(_)))
            .iter()
            .map(|it| it.as_ref())
            .collect();
        let decimals: Vec<_> = of(|it| matches!(it, Value::Decimal(_)))
            .iter()
            .map(|it| it.as_ref())
            .collect();
        let key = |value: ValueRef<'_>| match value {
            ValueRef::Int(it) => it,
            ValueRef::Decimal(it) => it.units(),
            ValueRef::Float(it) => float_key(it),
            _ => 0,
        };
        ranges_agree(Kind::Int, &ints, key, &constants);
        ranges_agree(Kind::Float, &floats, key, &constants);
        ranges_agree(Kind::Decimal, &decimals, key, &constants);
    }

    #[test]
    fn ranges_over_one_value_become_one() {
        let int = |low, high| Tree::from(Op::Int { slot: 3, low, high });
        let word = |mask| Tree::from(Op::Words { slot: 4, mask });
        let count = |low, high| {
            Tree::from(Op::Count {
                items: CollectionId(0),
                low,
                high,
            })
        };
        for (tree, merged) in [
            (
                Tree::And(vec![int(1, i64::MAX), int(i64::MIN, 5)]),
                Tree::And(vec![int(1, 5)]),
            ),
            (
                Tree::And(vec![int(6, 7), int(1, 5)]),
                Tree::And(vec![Tree::FALSE]),
            ),
            (
                Tree::Or(vec![int(3, 3), int(1, 1), int(2, 2), int(9, 9)]),
                Tree::Or(vec![int(1, 3), int(9, 9)]),
            ),
            (Tree::Or(vec![word(1), word(4)]), Tree::Or(vec![word(5)])),
            (
                Tree::And(vec![word(1).complement(), word(4).complement()]),
                Tree::And(vec![word(5).complement()]),
            ),
            (Tree::And(vec![word(1), word(4)]), Tree::And(vec![Tree::FALSE])),
            (
                Tree::And(vec![int(1, 1).complement(), int(2, 2).complement()]),
                Tree::And(vec![int(1, 2).complement()]),
            ),
            (
                Tree::And(vec![count(1, 1), count(0, 0).complement()]),
                Tree::And(vec![count(1, 1)]),
            ),
            (count(3, i64::MAX).complement(), count(0, 2)),
            (count(1, 2).complement(), count(1, 2).complement()),
            (
                Tree::Or(vec![int(i64::MIN, 1), int(2, i64::MAX)]),
                Tree::Or(vec![Op::Known { slot: 3 }.into()]),
            ),
        ] {
            assert_eq!(merge(tree.clone()), merged, "{tree:?}");
        }
    }
}
