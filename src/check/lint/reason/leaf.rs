//! What a single test says when it holds, or when it does not.

use super::{
    super::{
        domain,
        moment::{self, End},
        ranges::Ranges,
        tally::Tally,
        texts::Test,
    },
    PARTS, Reasoner, Split,
    state::{Atom, Contradiction, Outcome, State, Subject, possible},
};
use crate::{
    hir::{AggregateKind, ConditionKind, Expr, ExprKind, Function, Quantifier, Window},
    value::Value,
};

impl<'m> Reasoner<'m> {
    pub(super) fn leaf(
        &mut self,
        state: &mut State<'m>,
        kind: &'m ConditionKind,
        holds: bool,
        splits: &mut Vec<Split<'m>>,
    ) -> Outcome {
        match kind {
            ConditionKind::Compare { op, lhs, rhs } => self.compare(state, *op, lhs, rhs, holds),
            ConditionKind::Between { operand, low, high } => {
                self.between(state, kind, operand, [low, high], holds)
            }
            ConditionKind::In { operand, set } => self.is_in(state, operand, set, holds),
            ConditionKind::Text {
                test,
                operand,
                pattern,
            } => match &self.plain(pattern).kind {
                ExprKind::Constant(Value::Text(pattern)) => {
                    self.text(state, operand, Test::Is(*test, pattern), holds)
                }
                _ => self.opaque(state, kind, holds),
            },
            ConditionKind::TextEmpty(operand) => self.text(state, operand, Test::Equals(""), holds),
            ConditionKind::TextFilled(operand) => self.text(state, operand, Test::Filled, holds),
            ConditionKind::Known(operand) => {
                let operand = self.plain(operand);
                if holds {
                    return self.know(state, operand);
                }
                match self.counted(operand) {
                    Some(_) => Err(Contradiction),
                    None => possible(state.domain(Subject::of(operand)).miss()),
                }
            }
            ConditionKind::ListKnown(list) => {
                let size = state.domain(Subject::Size(list));
                possible(if holds { size.know() } else { size.miss() })
            }
            ConditionKind::ListEmpty(list) => state.size(list, &Ranges::between(0, 0), holds),
            ConditionKind::ListFilled(list) => state.size(list, &Ranges::at_least(1), holds),
            ConditionKind::Contains { list, item } => {
                let item = self.plain(item);
                if holds {
                    state.size(list, &Ranges::at_least(1), true)?;
                    self.know(state, item)?;
                }
                match &item.kind {
                    ExprKind::Constant(value) => state.atom(Atom::Contains(list, value), holds),
                    _ => state.atom(Atom::Kind(kind), holds),
                }
            }
            ConditionKind::ContainsEach { list, all, set } => {
                if holds {
                    let least = i128::from(!(*all && set.is_empty()));
                    state.size(list, &Ranges::at_least(least), true)?;
                }
                state.atom(Atom::Kind(kind), holds)?;
                if *all == holds && set.len() <= PARTS {
                    // All of them, or none of any.
                    for value in set.iter() {
                        state.atom(Atom::Contains(list, value), holds)?;
                    }
                }
                Ok(())
            }
            ConditionKind::InWindow { operand, window } => {
                self.in_window(state, kind, operand, window, holds, splits)
            }
            ConditionKind::Near { operand, of, within } => {
                if holds {
                    self.know(state, operand)?;
                    self.know(state, of)?;
                }
                let subject = Subject::Chord(self.plain(operand), self.plain(of));
                let near = Ranges::at_most(within.0.into());
                possible(state.domain(subject).assume_steps(&near, holds))
            }
            ConditionKind::Sample { from, to, salt } => {
                let slice = Ranges::between((*from).into(), i128::from(*to) - 1);
                possible(state.domain(Subject::Point(salt)).assume_steps(&slice, holds))
            }
            ConditionKind::Rank {
                operand,
                top,
                share,
                rank,
            } => {
                if holds {
                    self.know(state, operand)?;
                }
                let subject = Subject::Share {
                    rank: *rank,
                    top: *top,
                };
                let taken_in = Ranges::at_most((*share).into());
                possible(state.domain(subject).assume_steps(&taken_in, holds))
            }
            ConditionKind::Quantified { quantifier, items } => {
                let (tally, accepted) = match quantifier {
                    Quantifier::Any => (Tally::of(items), Ranges::at_least(1)),
                    Quantifier::No => (Tally::of(items), Ranges::between(0, 0)),
                    Quantifier::All => (Tally::of_others(items), Ranges::between(0, 0)),
                    Quantifier::AtLeast(least) => (Tally::of(items), Ranges::at_least((*least).into())),
                    Quantifier::AtMost(most) => (Tally::of(items), Ranges::between(0, (*most).into())),
                    Quantifier::Exactly(exactly) => (
                        Tally::of(items),
                        Ranges::between((*exactly).into(), (*exactly).into()),
                    ),
                };
                state.tally(tally, &accepted, holds)
            }
            ConditionKind::Sequence { first, .. } => {
                state.atom(Atom::Kind(kind), holds)?;
                if holds {
                    state.tally(Tally::of(first), &Ranges::at_least(1), true)?;
                }
                Ok(())
            }
            ConditionKind::Matches { .. } | ConditionKind::Anniversary { .. } => {
                self.opaque(state, kind, holds)
            }
            ConditionKind::AnyKnown { .. } => state.atom(Atom::Kind(kind), holds),
            ConditionKind::Constant(_)
            | ConditionKind::Not(_)
            | ConditionKind::And(_)
            | ConditionKind::Or(_)
            | ConditionKind::Holds(_)
            | ConditionKind::Segment(_) => Ok(()),
        }
    }

    /// A test of which nothing is known but that its operands are there when it holds.
    pub(super) fn opaque(&mut self, state: &mut State<'m>, kind: &'m ConditionKind, holds: bool) -> Outcome {
        state.atom(Atom::Kind(kind), holds)?;
        if holds {
            for operand in operands(kind) {
                self.know(state, operand)?;
            }
        }
        Ok(())
    }

    /// A value is there, and so is all without which it would be missing.
    pub(super) fn know(&mut self, state: &mut State<'m>, expr: &'m Expr) -> Outcome {
        let expr = self.plain(expr);
        if self.counted(expr).is_some() || matches!(expr.kind, ExprKind::Constant(_)) {
            return Ok(());
        }
        let domain = state.domain(Subject::of(expr));
        // What it is computed of was looked at before; traits that use each other twice would take forever otherwise.
        if domain.is_known() {
            return possible(domain.know());
        }
        possible(domain.know())?;
        let is_computed = matches!(expr.kind, ExprKind::Arithmetic { .. } | ExprKind::Call { .. });
        if is_computed && !self.fuel.spend(1) {
            return Ok(());
        }
        match &expr.kind {
            ExprKind::Arithmetic { lhs, rhs, .. } => {
                self.know(state, lhs)?;
                self.know(state, rhs)
            }
            ExprKind::Negate(inner)
            | ExprKind::Folded(inner)
            | ExprKind::Shift { operand: inner, .. }
            | ExprKind::Follow { key: inner, .. }
            | ExprKind::Quantile { operand: inner, .. } => self.know(state, inner),
            ExprKind::Call { function, args } if *function != Function::Default => {
                args.iter().try_for_each(|arg| self.know(state, arg))
            }
            _ => Ok(()),
        }
    }

    /// The collection that an expression counts.
    pub(super) fn counted(&self, expr: &'m Expr) -> Option<Tally<'m>> {
        match &self.plain(expr).kind {
            ExprKind::Aggregate {
                kind: AggregateKind::Count,
                value: None,
                items,
            } => Some(Tally::of(items)),
            _ => None,
        }
    }

    pub(super) fn text(
        &mut self,
        state: &mut State<'m>,
        operand: &'m Expr,
        test: Test<'m>,
        holds: bool,
    ) -> Outcome {
        let operand = self.plain(operand);
        if matches!(operand.kind, ExprKind::Constant(_)) {
            return Ok(());
        }
        if holds {
            self.know(state, operand)?;
        }
        possible(state.domain(Subject::of(operand)).assume_text(test, holds))
    }

    pub(super) fn in_window(
        &mut self,
        state: &mut State<'m>,
        kind: &'m ConditionKind,
        operand: &'m Expr,
        window: &'m Window,
        holds: bool,
        splits: &mut Vec<Split<'m>>,
    ) -> Outcome {
        let operand = self.plain(operand);
        let edges = [&window.from, &window.to];
        let moving = edges
            .into_iter()
            .flatten()
            .any(|edge| edge.bound.moving().is_some());
        let [from, to] = edges.map(|edge| edge.as_ref().map(End::of));
        if moving {
            self.opaque(state, kind, holds)?;
        }
        if holds {
            if moment::is_empty(window) {
                return Err(Contradiction);
            }
            self.know(state, operand)?;
        } else if moving {
            return Ok(());
        } else if from.is_some() && to.is_some() && !domain::has_complement(from, to) {
            // A window without an inside has nothing but an outside.
            if !moment::is_empty(window) {
                splits.push(Split::Outside(operand, window));
            }
            return state.atom(Atom::Kind(kind), false);
        }
        if !moving && !domain::has_complement(from, to) {
            state.atom(Atom::Kind(kind), holds)?;
        }
        possible(
            state
                .domain(Subject::Expr(operand))
                .assume_window(from, to, holds),
        )
    }
}

/// What must be there for a test to hold.
fn operands(kind: &ConditionKind) -> Vec<&Expr> {
    let mut found = Vec::new();
    match kind {
        ConditionKind::Compare { lhs, rhs, .. } => found.extend([&**lhs, &**rhs]),
        ConditionKind::Between { operand, low, high } => found.extend([&**operand, &**low, &**high]),
        ConditionKind::Text { operand, pattern, .. } => found.extend([&**operand, &**pattern]),
        ConditionKind::Matches { operand, .. } => found.push(&**operand),
        ConditionKind::InWindow { operand, window } | ConditionKind::Anniversary { operand, window } => {
            found.push(&**operand);
            let edges = [&window.from, &window.to];
            found.extend(edges.into_iter().flatten().filter_map(|edge| edge.bound.moving()));
        }
        _ => {}
    }
    found
}
