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
    plan::{Clock, Motion, Program},
    record::{Row, Rows},
    value::{Duration, Zone},
};

/// Never, as far as is known.
pub(crate) const NEVER: i64 = i64::MAX;

/// Calendar months may be so much longer or shorter than others.
const MONTHS: i64 = 4 * DAY;
/// The first moment of a day may lie so much earlier after clocks were set.
const STEP: i64 = 2 * DAY;

/// The first instant after now at which one of the clocks may tell.
pub(crate) fn due<'a, R: Row<'a>>(
    program: &'a Program,
    clocks: impl IntoIterator<Item = &'a Clock>,
    customer: R,
    at: &'a At,
) -> i64 {
    let now = at.now().micros();
    let zone = at.zone();
    let mut machine: Option<Machine<'a, '_, R>> = None;
    let mut today = None;
    let mut midnight = || *today.get_or_insert_with(|| clock::next_step(zone, now, DAY));
    let mut back = None;
    // What lies before this was passed for good.
    let mut passed = |motion| match motion {
        Motion::Along(by) => now.saturating_add(by),
        Motion::Months(months) => clock::months_later(zone, now, months).saturating_sub(MONTHS),
        // Where the calendar is about to step back, it may do so over the start of a month or year.
        Motion::Daily(_) if *back.get_or_insert_with(|| clock::steps_back(zone, now..now + 2 * DAY)) => {
            i64::MIN
        }
        Motion::Daily(moment) => match at.resolved(&program.moments) {
            Some(moments) => moments[moment as usize].saturating_sub(STEP),
            None => i64::MIN,
        },
    };
    let mut first = NEVER;
    for clock in clocks {
        let mut value = |node| {
            let machine = machine.get_or_insert_with(|| Machine::new(program, customer, at));
            machine.value(node).and_then(key)
        };
        let place = match *clock {
            Clock::Today => {
                first = first.min(midnight());
                continue;
            }
            Clock::Arrival { event } => {
                first = first.min(earliest(customer.events(event), now + 1));
                continue;
            }
            Clock::Days { node } => {
                if let Some(since) = value(node) {
                    let into = (i128::from(now) - i128::from(since)).rem_euclid(i128::from(DAY));
                    first = first.min(now + DAY - i64::try_from(into).unwrap_or(0));
                }
                continue;
            }
            Clock::Event { event, motion } => {
                let events = customer.events(event);
                // Events that are far ahead come after those that are near.
                let near = earliest(events, passed(motion));
                first = first.min(passes(motion, near, (now, zone), &mut midnight));
                if let Motion::Months(months) = motion {
                    // One that is behind may stand before others that are met sooner than it could be met again.
                    let ahead = earliest(events, clock::months_later(zone, now, months));
                    first = first.min(passes(motion, ahead, (now, zone), &mut midnight));
                }
                continue;
            }
            Clock::Value { node, .. } => value(node),
            Clock::Instant { slot, .. } => customer.datetime(slot),
        };
        if let (Some(place), Clock::Value { motion, .. } | Clock::Instant { motion, .. }) = (place, *clock)
            && place >= passed(motion)
        {
            first = first.min(passes(motion, place, (now, zone), &mut midnight));
        }
    }
    first
}

/// When the end of a window passes a place at the earliest.
fn passes(motion: Motion, place: i64, (now, zone): (i64, Zone), midnight: &mut impl FnMut() -> i64) -> i64 {
    if place == NEVER {
        return NEVER;
    }
    match motion {
        Motion::Along(by) => place.saturating_sub(by).saturating_add(1).max(now + 1),
        Motion::Daily(_) => midnight(),
        Motion::Months(months) => {
            let moved = |at| clock::months_later(zone, at, months);
            let ahead = place.saturating_sub(moved(now));
            if ahead > MONTHS + DAY {
                return now.saturating_add(ahead - MONTHS);
            }
            // Until then the moved clock only goes on: so what it has passed, it meets again no sooner.
            let end = clock::change_of_offset(zone, now, midnight());
            let goal = place.max(moved(now).saturating_add(1));
            if ahead >= 0 && moved(end - 1) >= goal {
                clock::first(now..end - 1, |at| moved(at) >= goal)
            } else {
                end
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
        let (mut low, mut high) = (0, len);
        while low < high {
            let middle = low + (high - low) / 2;
            if events.at(middle) < time {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return events.at(low);
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
