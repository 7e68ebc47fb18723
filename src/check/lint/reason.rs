//! Whether conditions can hold together.
//!
//! What is assumed goes leaf by leaf into a [`State`]: the domain of each value, the number of items of each collection,
//! and which opaque tests hold. When something is left without a value, the assumptions contradict each other. An `or`
//! that is assumed waits until all leaves are in; then each of its parts is tried in turn, and all must fail. This is the
//! method of analytic tableaux (Smullyan, *First-Order Logic*, 1968), with a domain for each value in the place of
//! equality rules.
//!
//! "No" is always right: a contradiction that is found is one for every customer at every moment. "Yes" may be wrong: work
//! is bounded by [`Fuel`], and what is not understood counts as possible.

use std::hash::{DefaultHasher, Hash, Hasher};

use super::{
    domain::{self, Domain},
    moment::{self, End},
    ranges::{Ranges, Scale},
    tally::{Tallies, Tally},
    texts::Test,
};
use crate::{
    hir::{
        AggregateKind, ArithmeticOp, Condition, ConditionKind, Expr, ExprKind, Function, Module, Order, Part,
        Place, Quantifier, Source, Window,
    },
    value::{Type, Value, compare},
};

/// How many steps may still be taken.
#[derive(Debug)]
struct Fuel(usize);

impl Fuel {
    fn new(steps: usize) -> Self {
        Self(steps)
    }

    fn spend(&mut self, steps: usize) -> bool {
        let enough = self.0 >= steps;
        self.0 = self.0.saturating_sub(steps);
        enough
    }
}

/// So many steps a single question may take.
const QUESTION: usize = 600;

/// So many parts of one `and` or `or` are looked at.
const PARTS: usize = 256;

/// So many `or`s may be tried inside each other.
const DEPTH: usize = 24;

/// Answers questions about conditions of one module.
#[derive(Debug)]
pub(super) struct Reasoner<'m> {
    module: Option<&'m Module>,
    /// For all questions together.
    fuel: Fuel,
}

/// Something assumed to hold, or not to.
#[derive(Clone, Copy, Debug)]
pub(super) struct Goal<'m> {
    pub(super) condition: &'m Condition,
    pub(super) holds: bool,
}

/// One of several that hold.
#[derive(Clone, Copy, Debug)]
enum Split<'m> {
    /// The parts of an `or` that hold, or of an `and` that do not.
    Parts(&'m [Condition], bool),
    /// Missing, or outside a window on either side.
    Outside(&'m Expr, &'m Window),
}

/// The contradiction was found.
#[derive(Debug)]
struct Contradiction;

type Outcome = Result<(), Contradiction>;

/// Everything assumed so far.
#[derive(Clone, Debug, Default)]
struct State<'m> {
    /// With a number that is the same for the same subject, as comparing expressions takes long.
    values: Vec<(u64, Subject<'m>, Domain<'m>)>,
    /// In which order two values may stand, a bit for each [`Stand`].
    pairs: Vec<(&'m Expr, &'m Expr, u8)>,
    atoms: Vec<(Atom<'m>, bool)>,
    tallies: Tallies<'m>,
}

/// What has a domain.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Subject<'m> {
    Expr(&'m Expr),
    /// The number of items of a list, missing when the list is.
    Size(Place),
    /// Where the customer stands for a salt, in millionths.
    Point(&'m str),
    /// The smallest share of a rank, from the top or the bottom, that takes the value in.
    Share {
        rank: usize,
        top: bool,
    },
    /// How far two places are apart.
    Chord(&'m Expr, &'m Expr),
}

/// A test that is true or false, and nothing more is known of it.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Atom<'m> {
    Kind(&'m ConditionKind),
    Segment(usize),
    Contains(Place, &'m Value),
}

/// How two values stand to each other.
mod stand {
    pub(super) const LESS: u8 = 1;
    pub(super) const EQUAL: u8 = 2;
    pub(super) const GREATER: u8 = 4;
    /// One of them is missing.
    pub(super) const NOT: u8 = 8;
}

impl<'m> Reasoner<'m> {
    pub(super) fn new(module: Option<&'m Module>, steps: usize) -> Self {
        Self {
            module,
            fuel: Fuel::new(steps),
        }
    }

    pub(super) fn module(&self) -> Option<&'m Module> {
        self.module
    }

    /// Sets how many steps may be taken from here on.
    pub(super) fn refuel(&mut self, steps: usize) {
        self.fuel = Fuel::new(steps);
    }

    /// Tells whether every answer would be "not sure".
    pub(super) fn is_exhausted(&self) -> bool {
        self.fuel.0 == 0
    }

    /// Tells whether the goals surely never hold together.
    pub(super) fn contradicts(&mut self, goals: &[Goal<'m>]) -> bool {
        let allowance = self.fuel.0.min(QUESTION);
        let rest = self.fuel.0 - allowance;
        self.fuel.0 = allowance;
        let contradicts = self.close(&State::default(), goals.to_vec(), Vec::new(), 0);
        self.fuel.0 += rest;
        contradicts
    }

    /// Tells whether `condition` surely holds wherever `given` does.
    pub(super) fn follows(&mut self, given: &'m Condition, condition: &'m Condition) -> bool {
        let given = Goal {
            condition: given,
            holds: true,
        };
        let not = Goal {
            condition,
            holds: false,
        };
        self.contradicts(&[given, not])
    }

    /// Tells whether every way to meet the goals and one part of each split ends in a contradiction.
    fn close(
        &mut self,
        state: &State<'m>,
        mut goals: Vec<Goal<'m>>,
        mut splits: Vec<Split<'m>>,
        depth: usize,
    ) -> bool {
        let mut state = state.clone();
        while let Some(goal) = goals.pop() {
            if !self.fuel.spend(1) {
                return false;
            }
            if self.assume(&mut state, goal, &mut goals, &mut splits).is_err() {
                return true;
            }
        }
        if !self.settle(&mut state) {
            return true;
        }
        // The fewest ways first: what fails early need not be tried again below others.
        let Some(index) = (0..splits.len()).min_by_key(|index| splits[*index].ways()) else {
            return false;
        };
        let split = splits.swap_remove(index);
        if depth == DEPTH {
            return false;
        }
        match split {
            Split::Parts(parts, holds) => parts.iter().all(|condition| {
                self.close(&state, vec![Goal { condition, holds }], splits.clone(), depth + 1)
            }),
            Split::Outside(operand, window) => {
                let (Some(from), Some(to)) = (&window.from, &window.to) else {
                    return false;
                };
                let (before, after) = (End::of(from).turned(), End::of(to).turned());
                [(None, Some(before)), (Some(after), None)]
                    .into_iter()
                    .all(|(from, to)| {
                        let mut state = state.clone();
                        // Missing is told once, with the first way.
                        let domain = state.domain(Subject::Expr(operand));
                        let possible = if to.is_some() {
                            domain.assume_ends(from, to)
                        } else {
                            domain.know() && domain.assume_window(from, to, true)
                        };
                        !possible || self.close(&state, Vec::new(), splits.clone(), depth + 1)
                    })
            }
        }
    }

    /// What a name stands for.
    fn plain(&self, mut expr: &'m Expr) -> &'m Expr {
        while let (ExprKind::Trait(index), Some(module)) = (&expr.kind, self.module) {
            expr = &module.traits[*index].value;
        }
        expr
    }

    fn assume(
        &mut self,
        state: &mut State<'m>,
        Goal { condition, holds }: Goal<'m>,
        goals: &mut Vec<Goal<'m>>,
        splits: &mut Vec<Split<'m>>,
    ) -> Outcome {
        match &condition.kind {
            ConditionKind::Constant(it) => possible(*it == holds),
            ConditionKind::Not(inner) => {
                goals.push(Goal {
                    condition: inner,
                    holds: !holds,
                });
                Ok(())
            }
            ConditionKind::And(parts) | ConditionKind::Or(parts) => {
                if parts.len() > PARTS {
                    return Ok(());
                }
                if matches!(condition.kind, ConditionKind::And(_)) == holds {
                    // The last is taken first.
                    goals.extend(parts.iter().rev().map(|condition| Goal { condition, holds }));
                } else {
                    splits.push(Split::Parts(parts, holds));
                }
                Ok(())
            }
            ConditionKind::Segment(index) => {
                state.atom(Atom::Segment(*index), holds)?;
                if let Some(module) = self.module {
                    goals.push(Goal {
                        condition: &module.segments[*index].condition,
                        holds,
                    });
                }
                Ok(())
            }
            ConditionKind::Holds(expr) => {
                let expr = self.plain(expr);
                if let ExprKind::Condition(condition) = &expr.kind {
                    goals.push(Goal { condition, holds });
                    return Ok(());
                }
                if holds {
                    self.know(state, expr)?;
                }
                let yes = Ranges::between(1, 1);
                possible(state.domain(Subject::Expr(expr)).assume_steps(&yes, holds))
            }
            kind => self.leaf(state, kind, holds, splits),
        }
    }

    fn leaf(
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
                let size = state.domain(Subject::Size(*list));
                possible(if holds { size.know() } else { size.miss() })
            }
            ConditionKind::ListEmpty(list) => state.size(*list, &Ranges::between(0, 0), holds),
            ConditionKind::ListFilled(list) => state.size(*list, &Ranges::at_least(1), holds),
            ConditionKind::Contains { list, item } => {
                let item = self.plain(item);
                if holds {
                    state.size(*list, &Ranges::at_least(1), true)?;
                    self.know(state, item)?;
                }
                match &item.kind {
                    ExprKind::Constant(value) => state.atom(Atom::Contains(*list, value), holds),
                    _ => state.atom(Atom::Kind(kind), holds),
                }
            }
            ConditionKind::ContainsEach { list, all, set } => {
                if holds {
                    let least = i128::from(!(*all && set.is_empty()));
                    state.size(*list, &Ranges::at_least(least), true)?;
                }
                state.atom(Atom::Kind(kind), holds)?;
                if *all == holds && set.len() <= PARTS {
                    // All of them, or none of any.
                    for value in set.iter() {
                        state.atom(Atom::Contains(*list, value), holds)?;
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
    fn opaque(&mut self, state: &mut State<'m>, kind: &'m ConditionKind, holds: bool) -> Outcome {
        state.atom(Atom::Kind(kind), holds)?;
        if holds {
            for operand in operands(kind) {
                self.know(state, operand)?;
            }
        }
        Ok(())
    }

    /// A value is there, and so is all without which it would be missing.
    fn know(&mut self, state: &mut State<'m>, expr: &'m Expr) -> Outcome {
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
    fn counted(&self, expr: &'m Expr) -> Option<Tally<'m>> {
        match &self.plain(expr).kind {
            ExprKind::Aggregate {
                kind: AggregateKind::Count,
                value: None,
                items,
            } => Some(Tally::of(items)),
            _ => None,
        }
    }

    fn compare(
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
            (ExprKind::Constant(value), _) => self.with_constant(state, turned(op), rhs, value, holds),
            _ => {
                let moved = |from: &Expr, to: &'m Expr| Some((to, after_now(from)?));
                if let Some((subject, (after, exact))) = moved(rhs, lhs).filter(|_| after_now(lhs).is_none())
                {
                    self.with_moment(state, op, subject, after, exact, holds)?;
                } else if let Some((subject, (after, exact))) =
                    moved(lhs, rhs).filter(|_| after_now(rhs).is_none())
                {
                    self.with_moment(state, turned(op), subject, after, exact, holds)?;
                }
                self.with_other(state, op, lhs, rhs, holds)
            }
        }
    }

    fn with_constant(
        &mut self,
        state: &mut State<'m>,
        op: Order,
        operand: &'m Expr,
        constant: &'m Value,
        holds: bool,
    ) -> Outcome {
        if let ExprKind::Constant(value) = &operand.kind {
            let order = compare::compare(value.as_ref(), constant.as_ref());
            return possible(order.is_some_and(|it| accepts(op, it)) == holds);
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
    fn with_moment(
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
    fn with_other(
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

    fn between(
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

    fn is_in(&mut self, state: &mut State<'m>, operand: &'m Expr, set: &'m [Value], holds: bool) -> Outcome {
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

    fn steps(&mut self, state: &mut State<'m>, operand: &'m Expr, accepted: &Ranges, holds: bool) -> Outcome {
        if let Some(tally) = self.counted(operand) {
            return state.tally(tally, accepted, holds);
        }
        if holds {
            self.know(state, operand)?;
        }
        possible(state.domain(Subject::of(operand)).assume_steps(accepted, holds))
    }

    fn text(&mut self, state: &mut State<'m>, operand: &'m Expr, test: Test<'m>, holds: bool) -> Outcome {
        let operand = self.plain(operand);
        if matches!(operand.kind, ExprKind::Constant(_)) {
            return Ok(());
        }
        if holds {
            self.know(state, operand)?;
        }
        possible(state.domain(Subject::of(operand)).assume_text(test, holds))
    }

    fn in_window(
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

    /// Holds what was counted against each other; `false` when it does not go together.
    fn settle(&mut self, state: &mut State<'m>) -> bool {
        let mut tallies = std::mem::take(&mut state.tallies);
        let possible = tallies.settle(&mut |inner, outer| {
            // Another customer's items are of no matter: what holds of an item follows from the filters alone.
            self.fuel.spend(1) && self.close(&State::default(), vec![inner, outer], Vec::new(), DEPTH / 2)
        });
        state.tallies = tallies;
        possible
    }
}

impl Split<'_> {
    fn ways(&self) -> usize {
        match self {
            Self::Parts(parts, _) => parts.len(),
            Self::Outside(..) => 2,
        }
    }
}

impl<'m> Subject<'m> {
    fn of(expr: &'m Expr) -> Self {
        match &expr.kind {
            ExprKind::Size(list) => Self::Size(*list),
            _ => Self::Expr(expr),
        }
    }

    /// A number that is the same for the same subject, and nearly always another one for others.
    fn hint(self) -> u64 {
        let mut hasher = DefaultHasher::new();
        match self {
            Self::Expr(expr) => hint(expr, 2, &mut hasher),
            Self::Size(list) => (list.row, list.slot).hash(&mut hasher),
            Self::Point(salt) => salt.hash(&mut hasher),
            Self::Share { rank, .. } => rank.hash(&mut hasher),
            Self::Chord(..) => {}
        }
        hasher.finish()
    }

    fn is(self, other: Self) -> bool {
        match (self, other) {
            (Self::Expr(a), Self::Expr(b)) => same(a, b),
            (Self::Chord(a, b), Self::Chord(c, d)) => same(a, c) && same(b, d),
            _ => self == other,
        }
    }
}

/// Takes in an expression and so many levels of what it is computed of.
fn hint(expr: &Expr, levels: u8, hasher: &mut DefaultHasher) {
    std::mem::discriminant(&expr.kind).hash(hasher);
    match &expr.kind {
        ExprKind::Trait(index) | ExprKind::Local(index) => index.hash(hasher),
        ExprKind::Slot(place) => (place.row, place.slot).hash(hasher),
        _ if levels > 0 => expr.parts(&mut |part| {
            if let Part::Expr(inner) = part {
                hint(inner, levels - 1, hasher);
            }
        }),
        _ => {}
    }
}

/// Tells whether two expressions are one, quickly where they are.
fn same(a: &Expr, b: &Expr) -> bool {
    std::ptr::eq(a, b) || a == b
}

impl<'m> State<'m> {
    fn domain(&mut self, subject: Subject<'m>) -> &mut Domain<'m> {
        let hint = subject.hint();
        let found = self
            .values
            .iter()
            .position(|(known, it, _)| *known == hint && it.is(subject));
        let index = found.unwrap_or_else(|| {
            let domain = match subject {
                Subject::Expr(expr) => Domain::of(expr),
                // Whether the list, or both places, are there for everyone is not known here.
                Subject::Size(_) | Subject::Chord(..) => Domain::steps(true, Ranges::at_least(0)),
                Subject::Point(_) => Domain::steps(false, Ranges::between(0, 999_999)),
                // More than all of them for a value beyond those of the population.
                Subject::Share { .. } => Domain::steps(true, Ranges::between(1, 1_000_001)),
            };
            self.values.push((hint, subject, domain));
            self.values.len() - 1
        });
        &mut self.values[index].2
    }

    /// The place of two values, whichever was first.
    fn pair(&mut self, lhs: &'m Expr, rhs: &'m Expr) -> usize {
        let found = self
            .pairs
            .iter()
            .position(|(a, b, _)| same(a, lhs) && same(b, rhs) || same(a, rhs) && same(b, lhs));
        found.unwrap_or_else(|| {
            let mut stands = stand::EQUAL;
            if !same(lhs, rhs) {
                stands |= stand::LESS | stand::GREATER;
            }
            if !(domain::is_total(lhs) && domain::is_total(rhs)) {
                stands |= stand::NOT;
            }
            self.pairs.push((lhs, rhs, stands));
            self.pairs.len() - 1
        })
    }

    fn atom(&mut self, atom: Atom<'m>, holds: bool) -> Outcome {
        if let Some((_, known)) = self.atoms.iter().find(|(it, _)| *it == atom) {
            return possible(*known == holds);
        }
        self.atoms.push((atom, holds));
        Ok(())
    }

    fn size(&mut self, list: Place, accepted: &Ranges, holds: bool) -> Outcome {
        possible(self.domain(Subject::Size(list)).assume_steps(accepted, holds))
    }

    /// So many items are in a collection, or so many are not.
    fn tally(&mut self, tally: Tally<'m>, accepted: &Ranges, holds: bool) -> Outcome {
        let count = if holds {
            accepted.clone()
        } else {
            accepted.complement()
        };
        let count = count.intersect(&Ranges::at_least(0));
        if let Some(list) = tally.whole_list() {
            // A missing list has no items.
            return if count.contains(0) {
                let others = count.complement().intersect(&Ranges::at_least(0));
                self.size(list, &others, false)
            } else {
                self.size(list, &count, true)
            };
        }
        if let (Source::List(list), false) = (tally.source(), count.contains(0)) {
            let least = count.first().unwrap_or(1);
            self.size(list, &Ranges::at_least(least), true)?;
        }
        possible(self.tallies.assume(tally, &count))
    }
}

fn possible(it: bool) -> Outcome {
    if it { Ok(()) } else { Err(Contradiction) }
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

/// The other way round.
fn turned(op: Order) -> Order {
    match op {
        Order::Eq => Order::Eq,
        Order::Lt => Order::Gt,
        Order::Le => Order::Ge,
        Order::Gt => Order::Lt,
        Order::Ge => Order::Le,
    }
}

fn accepts(op: Order, order: std::cmp::Ordering) -> bool {
    match op {
        Order::Eq => order.is_eq(),
        Order::Lt => order.is_lt(),
        Order::Le => order.is_le(),
        Order::Gt => order.is_gt(),
        Order::Ge => order.is_ge(),
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
