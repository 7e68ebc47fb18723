//! When time alone may turn something at the earliest, found without a look at the rules: fast, and perhaps too early.

use super::{
    Asked, Memory, Walker,
    clock::{self, DAY},
    memory::Instants,
    plan::ChangePlan,
    until::Until,
};
use crate::{
    eval::{At, machine::Machine, machine::key},
    hir::{Condition, Module},
    plan::{Clock, Motion, NodeId, Program},
    record::{Row, Rows},
    value::Duration,
};

/// Never, as far as is known.
pub(crate) const NEVER: i64 = i64::MAX;

/// Calendar months may be so much longer or shorter than others.
const MONTHS: i64 = 4 * DAY;
/// The first moment of a day may lie so much earlier after clocks were set.
const STEP: i64 = 2 * DAY;

/// When clocks tell of one customer after some instant: now, or one before since which what they read has not changed.
pub(crate) struct Dues<'a, R: Row<'a>> {
    program: &'a Program,
    customer: R,
    at: &'a At,
    from: i64,
    /// Made when a value is asked for.
    machine: Option<Machine<'a, 'a, R>>,
    midnight: Option<i64>,
    steps_back: Option<bool>,
}

impl<'a, R: Row<'a>> Dues<'a, R> {
    pub(crate) fn new(program: &'a Program, customer: R, at: &'a At, from: i64) -> Self {
        Self {
            program,
            customer,
            at,
            from,
            machine: None,
            midnight: None,
            steps_back: None,
        }
    }

    /// The first instant after that one at which a clock may tell.
    pub(crate) fn of(&mut self, clock: Clock) -> i64 {
        let (customer, from) = (self.customer, self.from);
        let (place, motion) = match clock {
            Clock::Today => return self.midnight(),
            Clock::Arrival { event } => return earliest(customer.events(event), from.saturating_add(1)),
            Clock::Days { node } => {
                return self.value(node).map_or(NEVER, |since| {
                    let into = (i128::from(from) - i128::from(since)).rem_euclid(i128::from(DAY));
                    from + DAY - i64::try_from(into).unwrap_or(0)
                });
            }
            Clock::Event { event, motion } => {
                let events = customer.events(event);
                // Events that are far ahead come after those that are near.
                let near = earliest(events, self.passed(motion));
                let first = self.passes(motion, near);
                let Motion::Months(months) = motion else {
                    return first;
                };
                // One that is behind may stand before others that are met sooner than it could be met again.
                let ahead = earliest(events, clock::months_later(self.at.zone(), from, months));
                return first.min(self.passes(motion, ahead));
            }
            Clock::Value { node, motion } => (self.value(node), motion),
            Clock::Instant { slot, motion } => (customer.datetime(slot), motion),
        };
        match place {
            Some(place) if place >= self.passed(motion) => self.passes(motion, place),
            _ => NEVER,
        }
    }

    fn value(&mut self, node: NodeId) -> Option<i64> {
        let (program, customer, at) = (self.program, self.customer, self.at);
        let machine = self
            .machine
            .get_or_insert_with(|| Machine::new(program, customer, at));
        machine.value(node).and_then(key)
    }

    fn midnight(&mut self) -> i64 {
        let (zone, from) = (self.at.zone(), self.from);
        *self
            .midnight
            .get_or_insert_with(|| clock::next_step(zone, from, DAY))
    }

    /// What lies before this was passed for good.
    fn passed(&mut self, motion: Motion) -> i64 {
        let (zone, from) = (self.at.zone(), self.from);
        match motion {
            Motion::Along(by) => from.saturating_add(by),
            Motion::Months(months) => clock::months_later(zone, from, months).saturating_sub(MONTHS),
            Motion::Daily(moment) => {
                let soon = from..from + 2 * DAY;
                // Where the calendar is about to step back, it may do so over the start of a month or year.
                let is_back = *self
                    .steps_back
                    .get_or_insert_with(|| clock::steps_back(zone, soon));
                // Moments are resolved for now.
                let moments = self.at.resolved(&self.program.moments);
                match moments.filter(|_| !is_back && from == self.at.now().micros()) {
                    Some(moments) => moments[moment as usize].saturating_sub(STEP),
                    None => i64::MIN,
                }
            }
        }
    }

    /// When the end of a window passes a place at the earliest.
    fn passes(&mut self, motion: Motion, place: i64) -> i64 {
        let (zone, from) = (self.at.zone(), self.from);
        if place == NEVER {
            return NEVER;
        }
        match motion {
            Motion::Along(by) => place.saturating_sub(by).saturating_add(1).max(from + 1),
            Motion::Daily(_) => self.midnight(),
            Motion::Months(months) => {
                let moved = |at| clock::months_later(zone, at, months);
                let ahead = place.saturating_sub(moved(from));
                if ahead > MONTHS + DAY {
                    return from.saturating_add(ahead - MONTHS);
                }
                // Until then the moved clock only goes on: so what it has passed, it meets again no sooner.
                let end = clock::change_of_offset(zone, from, self.midnight());
                let goal = place.max(moved(from).saturating_add(1));
                if ahead >= 0 && moved(end - 1) >= goal {
                    clock::first(from..end - 1, |at| moved(at) >= goal)
                } else {
                    end
                }
            }
        }
    }
}

/// The first of the events that is not before a time.
fn earliest<'a, C: Rows<'a>>(events: C, time: i64) -> i64 {
    let len = events.len();
    if events.searchable() {
        if len == 0 || events.at(len - 1) < time {
            return NEVER;
        }
        return events.at(events.before(len, time));
    }
    let later = (0..len).map(|index| events.at(index)).filter(|at| *at >= time);
    later.min().unwrap_or(NEVER)
}

/// Until when the answer of a condition is certain, as far as one look tells: for what no clock tells of.
pub(crate) fn certain_until<'a, R: Row<'a>>(
    (module, plan, condition): (&'a Module, &'a ChangePlan, &Condition),
    customer: R,
    at: &At,
    instants: &'a Instants,
    edges: usize,
) -> i64 {
    /// It is asked again after that.
    const HORIZON: Duration = Duration::from_micros(31 * DAY);
    let now = at.now().micros();
    let end = now.saturating_add(HORIZON.micros());
    let mut memory = Memory::new(now..end, edges, instants);
    let at = instants.keep(at.moved(at.now()));
    let held = Walker::new(Asked::new(module, plan, customer, at), &mut memory).condition(condition);
    match held.until {
        Until::At(until) => until.min(end),
        Until::Never => end,
        Until::Unclear(_) => now + 1,
    }
}
