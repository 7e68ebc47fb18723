//! From conditions to trees: negation is pushed to the leaves, and each leaf becomes the most special test there is.

use super::{
    Anchor, Day, Moment, Origin, constant,
    planner::Planner,
    program::{self, Kind, NodeId, Op, Test},
    range,
    steady::Steady,
    tree::Tree,
};
use crate::{
    function::Function,
    hir::{
        AggregateKind, Bound, Condition, ConditionKind, Constants, Edge, Expr, ExprKind, Items, Order,
        Quantifier, Spot, Window,
    },
    value::{Type, Value, compare, fold::Folding, text},
};

impl<'m> Planner<'m> {
    /// The tree of a condition, or of its complement.
    pub(super) fn condition(&mut self, condition: &Condition, negated: bool) -> Tree {
        match &condition.kind {
            ConditionKind::Constant(it) => Tree::Constant(*it != negated),
            ConditionKind::Not(inner) => self.condition(inner, !negated),
            ConditionKind::And(parts) | ConditionKind::Or(parts) => {
                let parts = parts.iter().map(|part| self.condition(part, negated)).collect();
                // The complement of all is any complement.
                if matches!(condition.kind, ConditionKind::And(_)) == negated {
                    Tree::Or(parts)
                } else {
                    Tree::And(parts)
                }
            }
            ConditionKind::Segment(index) => self.segment(*index, negated),
            ConditionKind::Holds(expr) => self.holds(expr).complement_if(negated),
            kind => self.leaf(kind).complement_if(negated),
        }
    }

    fn leaf(&mut self, kind: &ConditionKind) -> Tree {
        match kind {
            ConditionKind::Compare { op, lhs, rhs } => self.compare(*op, lhs, rhs),
            ConditionKind::Between { operand, low, high } => self.between(operand, low, high),
            ConditionKind::In { operand, set } => self.is_in(operand, set),
            ConditionKind::Text {
                test,
                operand,
                pattern,
            } => self.text(*test, operand, pattern),
            ConditionKind::Contains { list, item } => match self.plain_list(list) {
                Some((list, kind)) => {
                    let item = self.node(item);
                    self.add_test(Test::Contains { list, kind, item })
                }
                None => Tree::FALSE,
            },
            ConditionKind::ContainsEach { list, all, set } => match self.plain_list(list) {
                // Each item is looked up; few values are gone through.
                Some((list, Kind::Text)) if !*all && set.len() > 8 => {
                    let set = self.add_texts_of(set);
                    self.add_test(Test::ContainsText { list, set })
                }
                Some((list, kind)) => {
                    let (all, set) = (*all, self.add_value_set(set));
                    self.add_test(Test::ContainsEach { list, kind, all, set })
                }
                None => Tree::FALSE,
            },
            ConditionKind::Known(expr) => self.known(expr),
            ConditionKind::AnyKnown { first, last } => self.any_known(first, *last),
            ConditionKind::ListKnown(list) => self.list_size(list, 0, u32::MAX),
            ConditionKind::ListEmpty(list) => self.list_size(list, 0, 0),
            ConditionKind::ListFilled(list) => self.list_size(list, 1, u32::MAX),
            ConditionKind::TextEmpty(expr) => {
                let empty = |slot| Op::TextEmpty { slot };
                self.of_text(expr, str::is_empty, empty, Test::TextEmpty)
            }
            ConditionKind::TextFilled(expr) => {
                let filled = |slot| Op::TextFilled { slot };
                self.of_text(expr, text::filled, filled, Test::TextFilled)
            }
            ConditionKind::InWindow { operand, window } => self.in_window(operand, window),
            ConditionKind::Quantified { quantifier, items } => self.quantified(*quantifier, items),
            ConditionKind::Anniversary { operand, window } => self.anniversary(operand, window),
            ConditionKind::Rank {
                operand,
                top,
                share,
                rank,
            } => self.rank(operand, *top, *share, *rank),
            ConditionKind::Matches { operand, pattern } => self.matches(operand, pattern),
            ConditionKind::Sequence { first, steps } => self.sequence(first, steps),
            ConditionKind::Near { operand, of, within } => self.near(operand, of, *within),
            ConditionKind::Sample { from, to, salt } => self.sample(*from, *to, salt),
            ConditionKind::Constant(_)
            | ConditionKind::Not(_)
            | ConditionKind::And(_)
            | ConditionKind::Or(_)
            | ConditionKind::Holds(_)
            | ConditionKind::Segment(_) => unreachable!("handled by `condition`"),
        }
    }

    fn segment(&mut self, index: usize, negated: bool) -> Tree {
        if self.focus == 0 && self.weights.inlines_segment(self.module, index) {
            return self.condition(&self.module.segments[index].condition, negated);
        }
        let shared = self.shared_segment(index);
        Tree::from(Op::Shared { shared }).complement_if(negated)
    }

    /// What a name stands for, where it may be written out.
    pub(super) fn written_out<'e>(&mut self, mut expr: &'e Expr) -> &'e Expr
    where
        'm: 'e,
    {
        while let ExprKind::Trait(index) = expr.kind
            && self.focus == 0
            && self.weights.inlines_trait(self.module, index)
        {
            expr = &self.module.traits[index].value;
        }
        expr
    }

    /// The slot of the row in focus that an expression reads.
    pub(super) fn slot<'e>(&self, expr: &'e Expr) -> Option<(u32, &'e Type)> {
        match expr.kind {
            ExprKind::Slot(place) if place.row == self.focus => Some((place.slot, &expr.ty)),
            _ => None,
        }
    }

    /// The slot of an enumeration whose words fit into a mask.
    pub(super) fn words<'e>(&self, expr: &'e Expr) -> Option<(u32, &'e [std::sync::Arc<str>])> {
        match self.slot(expr) {
            Some((slot, Type::Words(words))) if words.len() <= 64 => Some((slot, words)),
            _ => None,
        }
    }

    /// The words that a test accepts.
    pub(super) fn mask(slot: u32, words: &[std::sync::Arc<str>], accepts: impl Fn(&str) -> bool) -> Tree {
        let bits = words.iter().enumerate().filter(|(_, word)| accepts(word));
        range::words(slot, bits.fold(0, |mask, (index, _)| mask | 1 << index))
    }

    fn holds(&mut self, expr: &Expr) -> Tree {
        let expr = self.written_out(expr);
        if let Some((slot, _)) = self.slot(expr) {
            return Op::Bool { slot }.into();
        }
        match &expr.kind {
            ExprKind::Constant(value) => Tree::Constant(*value == Value::Bool(true)),
            ExprKind::Condition(condition) => self.condition(condition, false),
            ExprKind::Case { arms, otherwise } => self.each_arm(arms, otherwise.as_deref(), Self::holds),
            ExprKind::Call {
                function: Function::Default,
                args,
            } => match (self.slot(&args[0]), constant::fold(&args[1])) {
                (Some((slot, _)), Some(Some(Value::Bool(true)))) => Tree::Or(vec![
                    Op::Bool { slot }.into(),
                    Tree::from(Op::Known { slot }).complement(),
                ]),
                (Some((slot, _)), Some(_)) => Op::Bool { slot }.into(),
                _ => self.general(expr, Test::Holds),
            },
            _ => self.general(expr, Test::Holds),
        }
    }

    pub(super) fn general(&mut self, expr: &Expr, test: impl FnOnce(NodeId) -> Test) -> Tree {
        let node = self.node(expr);
        self.add_test(test(node))
    }

    /// A test of a `case` is the test of the arm that is chosen; nothing is chosen when no arm is and there is no `else`.
    pub(super) fn each_arm(
        &mut self,
        arms: &[(Condition, Expr)],
        otherwise: Option<&Expr>,
        mut test: impl FnMut(&mut Self, &Expr) -> Tree,
    ) -> Tree {
        let last = otherwise.map_or(Tree::FALSE, |value| test(self, value));
        arms.iter().rev().fold(last, |rest, (condition, value)| {
            let condition = self.condition(condition, false);
            let then = test(self, value);
            Tree::either(condition, then, rest)
        })
    }

    pub(super) fn known(&mut self, expr: &Expr) -> Tree {
        let expr = self.written_out(expr);
        if let Some(constant) = constant::fold(expr) {
            return Tree::Constant(constant.is_some());
        }
        if let Some((slot, _)) = self.slot(expr) {
            return Op::Known { slot }.into();
        }
        match &expr.kind {
            ExprKind::Now | ExprKind::Today | ExprKind::Condition(_) => Tree::TRUE,
            ExprKind::Case { arms, otherwise } => self.each_arm(arms, otherwise.as_deref(), Self::known),
            ExprKind::Quantile { operand, parts, rank } => {
                self.in_quantiles(operand, *parts, *rank, (i64::MIN, i64::MAX))
            }
            _ => self.general(expr, Test::Known),
        }
    }

    fn compare(&mut self, op: Order, lhs: &Expr, rhs: &Expr) -> Tree {
        let (lhs, rhs) = (self.written_out(lhs), self.written_out(rhs));
        match (constant::fold(lhs), constant::fold(rhs)) {
            (Some(None), _) | (_, Some(None)) => Tree::FALSE,
            (Some(Some(lhs)), Some(Some(rhs))) => {
                let order = compare::compare(lhs.as_ref(), rhs.as_ref());
                Tree::Constant(order.is_some_and(|order| op.accepts(order)))
            }
            (None, Some(Some(constant))) => self.compare_constant(op, lhs, &constant),
            (Some(Some(constant)), None) => self.compare_constant(op.mirrored(), rhs, &constant),
            (None, None) => {
                let steady = self.compare_steady(op, lhs, rhs);
                steady
                    .or_else(|| self.compare_steady(op.mirrored(), rhs, lhs))
                    .unwrap_or_else(|| {
                        let (lhs, rhs) = (self.node(lhs), self.node(rhs));
                        self.add_test(Test::Compare { op, lhs, rhs })
                    })
            }
        }
    }

    /// A date or datetime of the row compared with a time that is the same for everybody: a window, which is resolved once.
    fn compare_steady(&mut self, op: Order, operand: &Expr, time: &Expr) -> Option<Tree> {
        let (_, ty) = self.slot(operand)?;
        if !matches!(ty, Type::Date | Type::DateTime) || Steady::of(time, self.module).is_none() {
            return None;
        }
        let edge = |inclusive| {
            Some(Edge {
                bound: Bound::Expr(Box::new(time.clone())),
                inclusive,
            })
        };
        let (from, to) = match op {
            Order::Eq => (edge(true), edge(true)),
            Order::Lt => (None, edge(false)),
            Order::Le => (None, edge(true)),
            Order::Gt => (edge(false), None),
            Order::Ge => (edge(true), None),
        };
        Some(self.in_window(operand, &Window { from, to }))
    }

    pub(super) fn compare_constant(&mut self, op: Order, expr: &Expr, constant: &Value) -> Tree {
        let expr = self.written_out(expr);
        match &expr.kind {
            ExprKind::Folded(inner) if op == Order::Eq => {
                return self.folded_is(inner, constant);
            }
            ExprKind::Case { arms, otherwise } => {
                return self.each_arm(arms, otherwise.as_deref(), |this, value| {
                    match constant::fold(value) {
                        Some(value) => Tree::Constant(value.is_some_and(|value| {
                            compare::compare(value.as_ref(), constant.as_ref())
                                .is_some_and(|it| op.accepts(it))
                        })),
                        None => this.compare_constant(op, value, constant),
                    }
                });
            }
            ExprKind::Call {
                function: Function::Default,
                args,
            } => {
                if let (Some((slot, _)), Some(otherwise)) = (self.slot(&args[0]), constant::fold(&args[1])) {
                    let known = self.compare_constant(op, &args[0], constant);
                    let order = otherwise.and_then(|it| compare::compare(it.as_ref(), constant.as_ref()));
                    if order.is_some_and(|order| op.accepts(order)) {
                        return Tree::Or(vec![known, Tree::from(Op::Known { slot }).complement()]);
                    }
                    return known;
                }
            }
            ExprKind::Condition(condition) if op == Order::Eq => {
                return match constant {
                    Value::Bool(it) => self.condition(condition, !it),
                    _ => Tree::FALSE,
                };
            }
            _ => {}
        }
        let Some(kind) = Kind::of(&expr.ty) else {
            return Tree::FALSE;
        };
        if kind.is_ordered_number() {
            return self.in_range(expr, kind, range::of(kind, op, constant));
        }
        if op == Order::Eq {
            match (constant, self.slot(expr), self.words(expr)) {
                (Value::Text(text), _, Some((slot, words))) => {
                    return Self::mask(slot, words, |word| word == &**text);
                }
                (Value::Text(text), Some((slot, _)), None) => {
                    let text = self.add_text(text);
                    return Op::TextIs { slot, text }.into();
                }
                (Value::Bool(true), Some((slot, _)), _) => return Op::Bool { slot }.into(),
                (Value::Bool(false), Some((slot, _)), _) => {
                    return Tree::And(vec![
                        Op::Known { slot }.into(),
                        Tree::from(Op::Bool { slot }).complement(),
                    ]);
                }
                _ => {}
            }
        }
        let (lhs, rhs) = (self.node(expr), self.add_constant(constant.clone()));
        self.add_test(Test::Compare { op, lhs, rhs })
    }

    /// A number or a time in a range.
    fn in_range(&mut self, expr: &Expr, kind: Kind, (low, high): (i64, i64)) -> Tree {
        if low > high {
            return Tree::FALSE;
        }
        if let Some((slot, _)) = self.slot(expr) {
            return range::within(slot_range(kind, slot), (low, high));
        }
        if let ExprKind::Aggregate {
            kind: AggregateKind::Count,
            value: None,
            items,
        } = &expr.kind
        {
            return self.count(items, false, (low, high));
        }
        if let ExprKind::Quantile { operand, parts, rank } = &expr.kind {
            return self.in_quantiles(operand, *parts, *rank, (low, high));
        }
        let node = self.node(expr);
        range::within(Op::Value { node, low, high }, (low, high))
    }

    fn between(&mut self, operand: &Expr, low: &Expr, high: &Expr) -> Tree {
        let operand = self.written_out(operand);
        if self.slot(operand).is_some() {
            // Merged into one range again where both ends are constants.
            let low = self.compare(Order::Ge, operand, low);
            let high = self.compare(Order::Le, operand, high);
            return Tree::And(vec![low, high]);
        }
        let ends = constant::fold(low).zip(constant::fold(high));
        if let (Some((low, high)), Some(kind)) = (ends, Kind::of(&operand.ty))
            && kind.is_ordered_number()
        {
            let (Some(low), Some(high)) = (low, high) else {
                return Tree::FALSE;
            };
            let above = range::of(kind, Order::Ge, &low);
            let below = range::of(kind, Order::Le, &high);
            return self.in_range(operand, kind, (above.0.max(below.0), above.1.min(below.1)));
        }
        let (operand, low, high) = (self.node(operand), self.node(low), self.node(high));
        self.add_test(Test::Between { operand, low, high })
    }

    fn is_in(&mut self, expr: &Expr, set: &Constants) -> Tree {
        let expr = self.written_out(expr);
        if let Some(constant) = constant::fold(expr) {
            let found = constant.is_some_and(|it| {
                set.iter()
                    .any(|value| compare::equal(it.as_ref(), value.as_ref()))
            });
            return Tree::Constant(found);
        }
        if let ExprKind::Case { arms, otherwise } = &expr.kind {
            return self.each_arm(arms, otherwise.as_deref(), |this, value| this.is_in(value, set));
        }
        let Some(kind) = Kind::of(&expr.ty) else {
            return Tree::FALSE;
        };
        let texts = || {
            set.iter().filter_map(|value| match value {
                Value::Text(it) => Some(&**it),
                _ => None,
            })
        };
        if let ExprKind::Folded(inner) = &expr.kind {
            return self.folded(inner, Folding::among(texts().map(Box::from).collect()));
        }
        if let Some((slot, words)) = self.words(expr) {
            return Self::mask(slot, words, |word| texts().any(|it| it == word));
        }
        if kind == Kind::Text {
            let mut few = texts();
            return match (self.slot(expr), few.next(), few.next()) {
                (_, None, _) => Tree::FALSE,
                (Some((slot, _)), Some(one), None) => Op::TextIs {
                    slot,
                    text: self.add_text(one),
                }
                .into(),
                (Some((slot, _)), ..) => Op::TextIn {
                    slot,
                    set: self.add_texts_of(set),
                }
                .into(),
                (None, ..) => {
                    let (operand, set) = (self.node(expr), self.add_texts_of(set));
                    self.add_test(Test::TextIn { operand, set })
                }
            };
        }
        if kind.is_ordered_number() {
            let mut numbers: Vec<i64> = set
                .iter()
                .filter_map(|value| range::exactly(kind, value))
                .collect();
            numbers.sort_unstable();
            numbers.dedup();
            if let Some((slot, _)) = self.slot(expr) {
                return match numbers[..] {
                    [] => Tree::FALSE,
                    [low, .., high] if high.abs_diff(low) == numbers.len() as u64 - 1 => {
                        range::within(slot_range(kind, slot), (low, high))
                    }
                    [only] => range::within(slot_range(kind, slot), (only, only)),
                    _ => Op::NumberIn {
                        slot,
                        kind,
                        set: self.add_number_set(numbers),
                    }
                    .into(),
                };
            }
        }
        let (operand, set) = (self.node(expr), self.add_value_set(set));
        self.add_test(Test::ValueIn { operand, set })
    }

    fn in_window(&mut self, operand: &Expr, window: &Window) -> Tree {
        let operand = self.written_out(operand);
        let lower = Moment::lower(window.from.as_ref(), self);
        let upper = Moment::upper(window.to.as_ref(), self);
        if let (Some((slot, ty)), Some(lower), Some(upper)) = (self.slot(operand), lower, upper) {
            let date = *ty == Type::Date;
            if let (Some(low), Some(end)) = (lower.fixed(), upper.fixed()) {
                let kind = if date { Kind::Date } else { Kind::DateTime };
                // What ends after everything has no last step before its end.
                let high = if end == i64::MAX {
                    end
                } else {
                    end.saturating_sub(1)
                };
                return range::within(slot_range(kind, slot), (low, high));
            }
            let (from, to) = (self.add_moment(lower), self.add_moment(upper));
            return if date {
                Op::DateWindow { slot, from, to }
            } else {
                Op::DateTimeWindow { slot, from, to }
            }
            .into();
        }
        let (operand, stretch) = (self.node(operand), self.stretch(window, false));
        self.add_test(Test::Window { operand, stretch })
    }

    fn anniversary(&mut self, operand: &Expr, window: &Window) -> Tree {
        let operand = self.written_out(operand);
        let lower = Moment::lower(window.from.as_ref(), self);
        let upper = Moment::upper(window.to.as_ref(), self);
        if let (Some((slot, _)), Some(lower), Some(upper)) = (self.slot(operand), lower, upper) {
            let (from, to) = (self.add_moment(lower), self.add_moment(upper));
            return Op::AnniversaryWindow { slot, from, to }.into();
        }
        let (operand, stretch) = (self.node(operand), self.stretch(window, false));
        self.add_test(Test::Anniversary { operand, stretch })
    }

    fn quantified(&mut self, quantifier: Quantifier, items: &Items) -> Tree {
        let from = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
        match quantifier {
            Quantifier::Any => self.count(items, false, (1, i64::MAX)),
            Quantifier::No => self.count(items, false, (0, 0)),
            // No item that does not meet it.
            Quantifier::All => self.count(items, true, (0, 0)),
            Quantifier::AtLeast(least) => self.count(items, false, (from(least), i64::MAX)),
            Quantifier::AtMost(most) => self.count(items, false, (0, from(most))),
            Quantifier::Exactly(count) => self.count(items, false, (from(count), from(count))),
        }
    }

    /// The number of items that meet the filter (that do not, when `unless`) in a range.
    fn count(&mut self, items: &Items, unless: bool, range: (i64, i64)) -> Tree {
        match self.collection(items, unless) {
            None => Tree::Constant(range.0 <= 0 && 0 <= range.1),
            Some(items) => {
                let op = Op::Count {
                    items,
                    low: range.0,
                    high: range.1,
                };
                range::within(op, range)
            }
        }
    }

    fn any_known(&mut self, first: &Spot, last: u32) -> Tree {
        match first {
            Spot::Row(first) if first.row == self.focus => Tree::Or(
                (first.slot..=last)
                    .map(|slot| Op::Known { slot }.into())
                    .collect(),
            ),
            _ => match self.spot(first) {
                Some(first) => self.add_test(Test::AnyKnown { first, last }),
                None => Tree::FALSE,
            },
        }
    }

    fn list_size(&mut self, list: &Spot, low: u32, high: u32) -> Tree {
        match self.spot(list) {
            Some(list) => self.add_test(Test::ListSize { list, low, high }),
            None => Tree::FALSE,
        }
    }

    /// A list of plain values, and how they are read.
    fn plain_list(&mut self, list: &Spot) -> Option<(program::Spot, Kind)> {
        let kind = self.kind_of_items(list)?;
        Some((self.spot(list)?, kind))
    }
}

/// A range test of a slot, the range still open.
fn slot_range(kind: Kind, slot: u32) -> Op {
    let (low, high) = (i64::MIN, i64::MAX);
    match kind {
        Kind::Float => Op::Float { slot, low, high },
        Kind::Decimal => Op::Decimal { slot, low, high },
        Kind::Date => Op::Date { slot, low, high },
        Kind::DateTime => Op::DateTime { slot, low, high },
        Kind::Int | Kind::Bool | Kind::Text | Kind::Duration | Kind::Geo => Op::Int { slot, low, high },
    }
}

impl Moment {
    /// Its value, when it is the same at every evaluation.
    fn fixed(self) -> Option<i64> {
        match self.anchor {
            Anchor::Beginning => Some(i64::MIN),
            Anchor::End => Some(i64::MAX),
            Anchor::Instant(it) => it.checked_add(self.after.into()),
            Anchor::Day(Day {
                from: Origin::Epoch,
                plus,
            }) => plus.checked_add(self.after.into()),
            _ => None,
        }
    }
}
