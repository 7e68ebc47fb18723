//! Values at one instant: how they move as `now` goes on, and until when that is certain.

use super::{
    clock::{self, DAY},
    cycle::{Cycle, Turning},
    until::Until,
    walker::Walker,
};
use crate::{
    hir::{ArithmeticOp, Condition, Expr, ExprKind, Function},
    record::Row,
    span::Span,
    value::{DateTime, Duration, Type, Value},
};

/// How a value moves, before `until`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Motion {
    pub(super) shape: Shape,
    pub(super) until: Until,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Shape {
    /// It stays as it is.
    Still,
    /// It depends on the day alone, and goes one way.
    Days { up: bool },
    /// It depends on `now` in steps, the next of which is at `next`, and goes one way.
    Ticks { next: i64, up: bool },
    /// It is worked out from the hour, the weekday and the like, and from nothing else that moves.
    Cycle(Cycle),
    /// An instant or a duration: `now` times `sign`, and so many microseconds more.
    Line { sign: i64, offset: i64 },
    /// An instant: `now` moved by so many calendar months, and then by so many microseconds.
    Curve { months: i32, plus: i64 },
    /// In a way that is not followed.
    Lost(Span),
}

impl Shape {
    /// Whether the value stays the same for some time.
    pub(super) fn steps(self) -> bool {
        matches!(
            self,
            Self::Still | Self::Days { .. } | Self::Ticks { .. } | Self::Cycle(_)
        )
    }
}

impl Motion {
    pub(super) fn still(until: Until) -> Self {
        Self {
            shape: Shape::Still,
            until,
        }
    }

    pub(super) fn line(sign: i64, offset: i64, until: Until) -> Self {
        Self {
            shape: Shape::Line { sign, offset },
            until,
        }
    }

    pub(super) fn turning(turning: Turning) -> Self {
        Self {
            shape: Shape::Cycle(turning.cycle),
            until: turning.rest,
        }
    }

    /// The same, and not beyond an instant.
    pub(super) fn before(self, until: Until) -> Self {
        Self {
            until: self.until.min(until),
            ..self
        }
    }

    /// Until when it moves so.
    pub(super) fn kept(self) -> Until {
        match self.shape {
            Shape::Ticks { next, .. } => self.until.min(Until::At(next)),
            Shape::Lost(span) => Until::Unclear(span),
            _ => self.until,
        }
    }

    fn lost(span: Span) -> Self {
        Self {
            shape: Shape::Lost(span),
            until: Until::Never,
        }
    }
}

impl<'a, R: Row<'a>> Walker<'_, 'a, R> {
    /// How the value moves.
    pub(super) fn motion(&mut self, expr: &Expr) -> Motion {
        match &expr.kind {
            ExprKind::Now => Motion::line(1, 0, Until::Never),
            ExprKind::Today => Motion {
                shape: Shape::Days { up: true },
                until: Until::Never,
            },
            ExprKind::Trait(index) => self.computed(*index),
            ExprKind::Condition(condition) => Motion::still(self.condition(condition).until),
            ExprKind::Arithmetic { op, lhs, rhs } => self.arithmetic(expr, *op, lhs, rhs),
            ExprKind::Negate(inner) => {
                let motion = self.motion(inner);
                match motion.shape {
                    Shape::Line { sign, offset } => Motion::line(-sign, -offset, motion.until),
                    Shape::Curve { .. } => Motion::lost(expr.span),
                    _ => motion.turned_round(),
                }
            }
            ExprKind::Shift { operand, months } => self.shift(expr, operand, *months),
            ExprKind::Call { function, args } => self.call(expr, *function, args),
            ExprKind::Case { arms, otherwise } => self.case(arms, otherwise.as_deref()),
            ExprKind::Aggregate { kind, value, items } => {
                self.aggregate(expr, *kind, value.as_deref(), items)
            }
            ExprKind::Host { function, args } => {
                let pure = self
                    .asked
                    .interpreter
                    .module
                    .functions
                    .get(*function)
                    .is_some_and(|it| it.pure);
                if pure {
                    self.of_still(expr, args)
                } else {
                    Motion::lost(expr.span)
                }
            }
            ExprKind::Constant(_) | ExprKind::Clock(_) | ExprKind::Slot(_) | ExprKind::Local(_) => {
                Motion::still(Until::Never)
            }
            ExprKind::Size(list) => match list.key() {
                Some(key) => self.of_still(expr, std::slice::from_ref(key)),
                None => Motion::still(Until::Never),
            },
            ExprKind::Folded(inner)
            | ExprKind::Follow { key: inner, .. }
            | ExprKind::Quantile { operand: inner, .. } => self.of_still(expr, std::slice::from_ref(inner)),
        }
    }

    /// Until when a value that moves so is the same as now; `span` is to blame when it goes on with `now`.
    pub(super) fn still_or(&self, motion: Motion, span: Span) -> Until {
        match motion.shape {
            Shape::Line { .. } | Shape::Curve { .. } => Until::Unclear(span),
            _ => self.still_until(motion),
        }
    }

    /// Until when a value that moves so is the same as now.
    pub(super) fn still_until(&self, motion: Motion) -> Until {
        let step = match motion.shape {
            Shape::Still => Until::Never,
            Shape::Days { .. } => Until::At(clock::next_step(self.zone(), self.now(), DAY)),
            Shape::Ticks { next, .. } => Until::At(next),
            Shape::Cycle(cycle) => Until::At(cycle.step(self.zone(), self.now())),
            Shape::Line { .. } | Shape::Curve { .. } => Until::Unclear(Span::default()),
            Shape::Lost(span) => Until::Unclear(span),
        };
        step.min(motion.until)
    }

    /// A value that is worked out from others, each of which stays as it is for a while.
    fn of_still(&mut self, expr: &Expr, args: &[Expr]) -> Motion {
        let motions: Vec<Motion> = args.iter().map(|arg| self.motion(arg)).collect();
        self.of_still_motions(expr, &motions)
    }

    /// What is unclear in a condition inside stays so for that reason.
    fn of_still_motions(&self, expr: &Expr, motions: &[Motion]) -> Motion {
        if let Some(turning) = self.turning_of(motions.iter().copied()) {
            return Motion::turning(turning);
        }
        if motions.iter().all(|it| it.shape.steps()) {
            let until = motions.iter().map(|it| self.still_until(*it)).min();
            Motion::still(until.unwrap_or(Until::Never))
        } else {
            Motion::lost(expr.span)
        }
    }

    fn computed(&mut self, index: usize) -> Motion {
        let value = &self.asked.interpreter.module.traits[index].value;
        self.outside(|this| this.remembered(value))
    }

    /// How the value moves, as it was found before if that is still certain.
    pub(super) fn remembered(&mut self, value: &Expr) -> Motion {
        let (key, now) = (self.key(value), self.now());
        if let Some(known) = self.memory.motion(key, now) {
            return known;
        }
        let motion = self.motion(value);
        self.memory.remember_motion(key, now, motion);
        motion
    }

    fn arithmetic(&mut self, expr: &Expr, op: ArithmeticOp, lhs: &Expr, rhs: &Expr) -> Motion {
        let (left, right) = (self.motion(lhs), self.motion(rhs));
        let until = left.until.min(right.until);
        let with = |shape| Motion { shape, until };
        let sum = matches!(op, ArithmeticOp::Add | ArithmeticOp::Subtract);
        match (left.shape, right.shape) {
            (Shape::Lost(_), _) => left,
            (_, Shape::Lost(_)) => right,
            (Shape::Still, Shape::Still) => with(Shape::Still),
            (one, other) if one.steps() && other.steps() => {
                let way = self.way(op, (lhs, left), (rhs, right));
                way.unwrap_or_else(|| self.of_still_motions(expr, &[left, right]))
            }
            // `now` goes out.
            (Shape::Line { sign, .. }, Shape::Line { sign: other, .. })
                if sum && sign == -signed(op, other) =>
            {
                with(Shape::Still)
            }
            (Shape::Line { sign, offset }, other) if sum && other.steps() => {
                let until = left.until.min(self.still_until(right));
                match self.micros(rhs) {
                    Some(by) => self.line(expr, sign, offset.checked_add(signed(op, by)), until),
                    None => Motion::still(until),
                }
            }
            (one, Shape::Line { sign, offset }) if sum && one.steps() => {
                let until = right.until.min(self.still_until(left));
                match self.micros(lhs) {
                    Some(by) => {
                        let offset = by.checked_add(signed(op, offset));
                        self.line(expr, signed(op, sign), offset, until)
                    }
                    None => Motion::still(until),
                }
            }
            (Shape::Curve { months, plus }, other) if sum && other.steps() => {
                let until = left.until.min(self.still_until(right));
                match self.micros(rhs).map(|by| plus.checked_add(signed(op, by))) {
                    Some(Some(plus)) if expr.ty == Type::DateTime => Motion {
                        shape: Shape::Curve { months, plus },
                        until,
                    },
                    Some(_) => Motion::lost(expr.span),
                    None => Motion::still(until),
                }
            }
            _ => Motion::lost(expr.span),
        }
    }

    /// A line, until it leaves the calendar.
    fn line(&self, expr: &Expr, sign: i64, offset: Option<i64>, until: Until) -> Motion {
        let Some(offset) = offset else {
            return Motion::lost(expr.span);
        };
        let leaves = if expr.ty == Type::DateTime {
            let ends = [DateTime::MIN, DateTime::MAX].map(|end| end.micros().saturating_sub(offset));
            Until::first_after(self.now(), [ends[0], ends[1].saturating_add(1)])
        } else {
            Until::Never
        };
        Motion::line(sign, offset, until.min(leaves))
    }

    /// The microseconds of an instant or a duration.
    fn micros(&mut self, expr: &Expr) -> Option<i64> {
        match self.asked.value(expr)? {
            Value::DateTime(at) => Some(at.micros()),
            Value::Duration(it) => Some(Duration::micros(it)),
            _ => None,
        }
    }

    fn shift(&mut self, expr: &Expr, operand: &Expr, months: i32) -> Motion {
        let motion = self.motion(operand);
        match motion.shape {
            Shape::Line { sign: 1, offset: 0 } => Motion {
                shape: Shape::Curve { months, plus: 0 },
                until: motion.until,
            },
            Shape::Line { .. } | Shape::Curve { .. } => Motion::lost(expr.span),
            // Clamping keeps the order of days.
            _ => motion,
        }
    }

    fn call(&mut self, expr: &Expr, function: Function, args: &[Expr]) -> Motion {
        let Some(first) = args.first() else {
            return Motion::still(Until::Never);
        };
        match function {
            Function::Date
            | Function::Year
            | Function::Month
            | Function::Day
            | Function::Weekday
            | Function::Hour => {
                let motion = self.motion(first);
                let turning = |cycle| {
                    Motion::turning(Turning {
                        cycle,
                        rest: motion.until,
                    })
                };
                match (motion.shape, Cycle::of(function)) {
                    (Shape::Line { sign: 1, offset }, Some(cycle)) => turning(cycle.of_later(offset)),
                    (Shape::Days { .. }, Some(cycle)) if function != Function::Hour => {
                        // A day that leaves the calendar does not come back.
                        let known = |at: i64| self.at(at, |asked| asked.value(first)).is_some();
                        let comes_back = known(self.now()) == known(self.memory.stretch.end);
                        turning(if comes_back { cycle } else { cycle.endless() })
                    }
                    (Shape::Line { sign: 1, offset: 0 }, None) => Motion {
                        shape: Shape::Days { up: true },
                        until: motion.until,
                    },
                    (Shape::Days { .. }, None) => motion,
                    (Shape::Line { sign: 1, offset }, None) => {
                        let moved = self.now().saturating_add(offset);
                        let step = clock::next_step(self.zone(), moved, DAY).saturating_sub(offset);
                        Motion::still(motion.until.min(Until::At(step)))
                    }
                    // Days shift as days, whatever the time of day.
                    (Shape::Curve { plus: 0, .. }, _) if function != Function::Hour => {
                        let today = Until::At(clock::next_step(self.zone(), self.now(), DAY));
                        Motion::still(motion.until.min(today))
                    }
                    _ => self.of_still_motions(expr, &[motion]),
                }
            }
            Function::YearsSince | Function::DaysSince => {
                let motion = self.motion(first);
                match motion.shape {
                    Shape::Still if first.ty == Type::Date => Motion {
                        shape: Shape::Days { up: true },
                        until: motion.until,
                    },
                    Shape::Still => match self.micros(first) {
                        Some(since) => {
                            let now = self.now();
                            let next = now + DAY - (now - since).rem_euclid(DAY);
                            Motion {
                                shape: Shape::Ticks { next, up: true },
                                until: motion.until,
                            }
                        }
                        None => motion,
                    },
                    // Both go on with `now`, at one distance.
                    Shape::Line { sign: 1, .. } => Motion::still(motion.until),
                    Shape::Ticks { .. } | Shape::Days { .. } | Shape::Cycle(_) => {
                        let today = Until::At(clock::next_step(self.zone(), self.now(), DAY));
                        Motion::still(self.still_until(motion).min(today))
                    }
                    _ => Motion::lost(expr.span),
                }
            }
            Function::Min | Function::Max => self.extreme(expr, args),
            // They keep the way that numbers go.
            Function::Int
            | Function::Float
            | Function::Decimal
            | Function::Round
            | Function::Floor
            | Function::Ceil => self.motion(first),
            Function::Default => {
                let motion = self.motion(first);
                match (self.asked.value(first), args.get(1)) {
                    (None, Some(other)) => {
                        let until = match motion.shape {
                            Shape::Line { .. } => motion.until,
                            _ => self.still_or(motion, expr.span),
                        };
                        let other = self.motion(other);
                        Motion {
                            until: other.until.min(until),
                            ..other
                        }
                    }
                    _ => motion,
                }
            }
            _ => self.of_still(expr, args),
        }
    }

    /// The greater or smaller of two is one of them, until they change places.
    fn extreme(&mut self, expr: &Expr, args: &[Expr]) -> Motion {
        let [one, other] = args else {
            return self.of_still(expr, args);
        };
        let motions = [self.motion(one), self.motion(other)];
        if motions.iter().all(|it| it.shape == Shape::Still) || self.turning_of(motions).is_some() {
            return self.of_still_motions(expr, &motions);
        }
        let change = self.pair_of((one, motions[0]), (other, motions[1]), expr.span);
        if let Until::Unclear(span) = change {
            return Motion::lost(span);
        }
        let value = self.asked.value(expr);
        let chosen = [(one, motions[0]), (other, motions[1])]
            .into_iter()
            .find(|(arg, _)| value.is_some() && self.asked.value(arg) == value);
        if let Some((_, motion)) = chosen {
            return Motion {
                shape: motion.shape,
                until: motion.until.min(change),
            };
        }
        let [one, other] = motions.map(|it| match it.shape {
            Shape::Line { .. } | Shape::Curve { .. } => it.until,
            _ => self.still_until(it),
        });
        Motion::still(one.min(other))
    }

    /// The value of the arm that is chosen now, until another may be.
    fn case(&mut self, arms: &[(Condition, Expr)], otherwise: Option<&Expr>) -> Motion {
        let mut until = Until::Never;
        let mut chosen = otherwise;
        for (condition, value) in arms {
            let held = self.condition(condition);
            until = until.min(held.until);
            if held.holds {
                chosen = Some(value);
                break;
            }
        }
        let motion = chosen.map_or(Motion::still(Until::Never), |it| self.motion(it));
        Motion {
            until: motion.until.min(until),
            ..motion
        }
    }

    /// Until when two values that move so stand to each other as they do now.
    pub(super) fn pair_of(&mut self, lhs: (&Expr, Motion), rhs: (&Expr, Motion), span: Span) -> Until {
        let until = self.until_differ(lhs, rhs, span);
        // As long as one is missing, the other does not matter.
        [lhs, rhs].into_iter().fold(until, |until, (expr, motion)| {
            let stays = motion.shape == Shape::Still && motion.until > until;
            if stays && self.asked.value(expr).is_none() {
                motion.until
            } else {
                until
            }
        })
    }

    fn until_differ(
        &mut self,
        (lhs, left): (&Expr, Motion),
        (rhs, right): (&Expr, Motion),
        span: Span,
    ) -> Until {
        let until = left.until.min(right.until);
        match (left.shape, right.shape) {
            (Shape::Lost(span), _) | (_, Shape::Lost(span)) => Until::Unclear(span),
            (Shape::Still, Shape::Still) => until,
            (Shape::Days { .. }, Shape::Still) | (Shape::Still, Shape::Days { .. }) => {
                self.until_days_differ(until, |asked| asked.order(lhs, rhs))
            }
            (Shape::Ticks { .. }, Shape::Still) | (Shape::Still, Shape::Ticks { .. }) => {
                self.until_instants_differ(until, |asked| asked.order(lhs, rhs))
            }
            // Both go on with `now`, at one distance.
            (Shape::Line { sign, .. }, Shape::Line { sign: other, .. }) if sign == other => until,
            (Shape::Line { .. } | Shape::Curve { .. }, other)
            | (other, Shape::Line { .. } | Shape::Curve { .. })
                if !other.steps() =>
            {
                Until::Unclear(span)
            }
            (Shape::Line { sign, offset }, _) => self.crossing(sign, offset, left.until, (rhs, right)),
            (_, Shape::Line { sign, offset }) => self.crossing(sign, offset, right.until, (lhs, left)),
            (Shape::Curve { months, plus }, _) => self.turning(months, plus, lhs, left.until, (rhs, right)),
            (_, Shape::Curve { months, plus }) => self.turning(months, plus, rhs, right.until, (lhs, left)),
            _ => self.still_until(left).min(self.still_until(right)),
        }
    }

    /// When a line meets a value, or is past it.
    fn crossing(&mut self, sign: i64, offset: i64, until: Until, (expr, motion): (&Expr, Motion)) -> Until {
        let until = match self.still_until(motion) {
            unclear @ Until::Unclear(_) => return unclear,
            still => still.min(until),
        };
        let Some(place) = self.micros(expr) else {
            return until;
        };
        let meeting = place.checked_sub(offset).and_then(|it| it.checked_mul(sign));
        let Some(meeting) = meeting else {
            return until;
        };
        Until::first_after(self.now(), [meeting, meeting.saturating_add(1)]).min(until)
    }

    /// When `now` moved by calendar months meets a value, or is past it.
    fn turning(
        &mut self,
        months: i32,
        plus: i64,
        curve: &Expr,
        until: Until,
        (expr, motion): (&Expr, Motion),
    ) -> Until {
        let until = match self.still_until(motion) {
            unclear @ Until::Unclear(_) => return unclear,
            still => still.min(until),
        };
        let Some(place) = self.micros(expr) else {
            return until;
        };
        let Some(target) = place.checked_sub(plus) else {
            return until;
        };
        let stretch = self.now()..self.memory.stretch.end;
        let mut first = until;
        for past in [false, true] {
            let passes = |at: i64| {
                let moved = self.at(at, |asked| asked.steps(curve));
                moved.is_some_and(|moved| if past { moved > place } else { moved >= place })
            };
            let flips = clock::month_flips(self.zone(), stretch.clone(), months, target, passes);
            first = first.min(Until::first_after(self.now(), flips));
        }
        first
    }
}

pub(super) fn signed(op: ArithmeticOp, by: i64) -> i64 {
    if op == ArithmeticOp::Subtract { -by } else { by }
}
