//! Values that come back: the hour, the day of the week or of the month, and the month of `now`.
//!
//! What is worked out from them is looked at hour by hour, or day by day, until it differs. When it has not after as long as it
//! takes for each of their values to come back, it never does.

use super::{
    asked::Asked,
    clock::{self, DAY, HOUR},
    motion::{Motion, Shape},
    until::{Held, Until},
    walker::Walker,
};
use crate::{
    hir::{Condition, ConditionKind, Function},
    record::Row,
    value::Zone,
};

/// Which of them a value is worked out from, of `now` and so many microseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Cycle {
    offset: i64,
    /// One bit for each: the hour first, then weekday, day and month, and for what need not come back.
    parts: u8,
}

impl Cycle {
    /// Nothing for a function that gives none of them.
    pub(super) fn of(function: Function) -> Option<Self> {
        let parts = match function {
            Function::Hour => 1,
            Function::Weekday => 2,
            Function::Day => 4,
            Function::Month => 8,
            _ => return None,
        };
        Some(Self { offset: 0, parts })
    }

    /// The same, of `now` so many microseconds later.
    pub(super) fn of_later(self, offset: i64) -> Self {
        Self { offset, ..self }
    }

    /// The same, of what does not come back.
    pub(super) fn endless(self) -> Self {
        Self {
            parts: self.parts | 0b11_0000,
            ..self
        }
    }

    /// What is worked out from both, unless they are not of the same instant.
    pub(super) fn with(self, other: Self) -> Option<Self> {
        (self.offset == other.offset).then_some(Self {
            parts: self.parts | other.parts,
            ..self
        })
    }

    fn unit(self) -> i64 {
        if self.parts & 1 == 0 { DAY } else { HOUR }
    }

    /// Within it each combination of values that there is comes back, also where a clock is changed; of other combinations there
    /// are such as 29 February.
    fn period(self) -> Option<i64> {
        match (self.parts & 1, (self.parts >> 1).count_ones()) {
            (_, 0) => Some(3 * DAY),
            // A day that moved by months is cut off at the end of a month, and so the 31st may come back once in a year.
            (_, 1) => Some(800 * DAY),
            _ => None,
        }
    }

    /// When it may be another one.
    pub(super) fn step(self, zone: Zone, now: i64) -> i64 {
        let moved = now.saturating_add(self.offset);
        clock::next_step(zone, moved, self.unit()).saturating_sub(self.offset)
    }
}

/// What follows a cycle, and else stays the same before `rest`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Turning {
    pub(super) cycle: Cycle,
    pub(super) rest: Until,
}

impl<'a, R: Row<'a>> Walker<'_, 'a, R> {
    /// What is worked out from values that move so, if they follow one cycle and nothing else goes on with `now`.
    pub(super) fn turning_of(&self, motions: impl IntoIterator<Item = Motion>) -> Option<Turning> {
        let (mut cycle, mut rest) = (None::<Cycle>, Until::Never);
        for motion in motions {
            match motion.shape {
                Shape::Cycle(other) => {
                    cycle = Some(cycle.map_or(Some(other), |it| it.with(other))?);
                    rest = rest.min(motion.until);
                }
                shape if shape.steps() => rest = rest.min(self.still_until(motion)),
                _ => return None,
            }
        }
        Some(Turning { cycle: cycle?, rest })
    }

    /// Until when an answer that turns so is the same as now.
    pub(super) fn until_turned<T: PartialEq>(
        &mut self,
        Turning { cycle, rest }: Turning,
        answer: impl Fn(&mut Asked<'a, R>) -> T,
    ) -> Until {
        if let Until::Unclear(_) = rest {
            return rest;
        }
        let (zone, now) = (self.zone(), self.now());
        let horizon = self.memory.stretch.end;
        let end = cycle
            .period()
            .map_or(horizon, |it| now.saturating_add(it).min(horizon));
        let present = self.at(now, &answer);
        let mut step = cycle.step(zone, now);
        while step <= end && rest.is_after(step) {
            // Beyond what may be tried, it is certain until here.
            let left = self.memory.tries.checked_sub(1);
            if left.is_none() || self.at(step, &answer) != present {
                return Until::At(step);
            }
            self.memory.tries = left.unwrap_or_default();
            step = cycle.step(zone, step);
        }
        rest
    }

    /// Parts of one condition that follow one cycle may turn in ways that never turn the whole: it is looked at, too.
    pub(super) fn together(&mut self, held: Held, condition: &Condition, each: &[Held]) -> Held {
        let turning = each.iter().filter_map(|it| it.turning);
        let cycle = turning
            .map(|it| Some(it.cycle))
            .reduce(|one, other| one?.with(other?));
        let Some(Some(cycle)) = cycle else {
            return held;
        };
        let rest = each
            .iter()
            .map(|it| it.turning.map_or(it.until, |it| it.rest))
            .min();
        let turning = Turning {
            cycle,
            rest: rest.unwrap_or(Until::Never),
        };
        let mut until = held.until;
        if each.iter().filter(|it| it.turning.is_some()).count() > 1 && turning.rest > until {
            let whole = match &condition.kind {
                ConditionKind::And(parts) => Turned::All(self.each_turned(parts)),
                ConditionKind::Or(parts) => Turned::Any(self.each_turned(parts)),
                _ => return held,
            };
            until = until.max(self.until_turned(turning, |asked| whole.holds(asked)));
        }
        Held {
            turning: Some(turning),
            until,
            ..held
        }
    }

    fn each_turned<'h>(&mut self, parts: &'h [Condition]) -> Vec<Turned<'h>>
    where
        'a: 'h,
    {
        parts.iter().map(|it| self.turned(it)).collect()
    }

    fn turned<'h>(&mut self, condition: &'h Condition) -> Turned<'h>
    where
        'a: 'h,
    {
        let held = self.condition(condition);
        if held.turning.is_none() {
            return Turned::Fixed(held.holds);
        }
        match &condition.kind {
            ConditionKind::Not(inner) => Turned::Not(Box::new(self.turned(inner))),
            ConditionKind::And(parts) => Turned::All(self.each_turned(parts)),
            ConditionKind::Or(parts) => Turned::Any(self.each_turned(parts)),
            ConditionKind::Segment(index) => {
                let module = self.asked.interpreter.module;
                self.outside(|this| this.turned(&module.segments[*index].condition))
            }
            _ => Turned::Leaf(condition),
        }
    }
}

/// A condition in which all is fixed but what follows a cycle.
enum Turned<'h> {
    Fixed(bool),
    Leaf(&'h Condition),
    Not(Box<Self>),
    All(Vec<Self>),
    Any(Vec<Self>),
}

impl Turned<'_> {
    fn holds<'a, R: Row<'a>>(&self, asked: &mut Asked<'a, R>) -> bool {
        match self {
            Self::Fixed(holds) => *holds,
            Self::Leaf(condition) => asked.test(condition),
            Self::Not(inner) => !inner.holds(asked),
            Self::All(parts) => parts.iter().all(|it| it.holds(asked)),
            Self::Any(parts) => parts.iter().any(|it| it.holds(asked)),
        }
    }
}
