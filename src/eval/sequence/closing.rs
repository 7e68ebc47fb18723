//! Chains that end with `no`, and have all in them that would count against it.
//!
//! They are sought from the end, place by place backwards, through all that is wanted. As long as something is wanted, all is
//! at one instant. Of an event is remembered which chains lead to it, with what is wanted before it, just as forwards: what
//! they must not have are the events behind. Once nothing is wanted any more, that is the same for all ends; before, for
//! those that want the same.

use std::{collections::HashMap, ops::Range};

use super::{
    Search,
    memo::{self, Set},
};
use crate::{
    eval::machine::Machine,
    hir::Distance,
    plan::Step,
    record::{Row, Rows},
};

const DAY: i64 = 86_400_000_000;

/// What is remembered: by place, rank, and which of those wanted are still to come, a bit for each.
#[derive(Debug, Default)]
pub(in crate::eval) struct Ways {
    free: HashMap<(usize, usize), u32>,
    through: HashMap<(usize, usize, u16), u32>,
}

/// What is sought: a way to an event.
#[derive(Clone, Copy)]
struct Goal {
    place: usize,
    rank: usize,
    /// What has to be on it, a bit for each of the wanted.
    wanted: u16,
}

/// The ways to one end.
struct Way<'w> {
    ways: &'w mut Ways,
    wanted: Set,
    /// When all that is wanted happened.
    instant: i64,
}

impl<'a, R: Row<'a>> Machine<'a, '_, R> {
    /// Tells whether a chain leads to one of the ends that were noted.
    pub(super) fn closes(&mut self, search: &Search<'a, R::Rows>, endings: Range<usize>) -> bool {
        // Another sequence inside of this one has ways of its own.
        let mut ways = std::mem::take(&mut self.scratch().ways);
        ways.free.clear();
        let mut before = Set::EMPTY;
        let mut found = false;
        for index in endings {
            let ending = self.scratch().endings[index];
            if before != ending.wanted {
                ways.through.clear();
                before = ending.wanted;
            }
            let rank = ending.rank as usize;
            let mut way = Way {
                instant: self.time(search.lane(search.last), rank),
                wanted: ending.wanted,
                ways: &mut ways,
            };
            let goal = Goal {
                place: search.last,
                rank,
                wanted: (1 << ending.wanted.len()) - 1,
            };
            if self.way_avoiding(search, &mut way, goal, &Set::EMPTY).is_some() {
                found = true;
                break;
            }
        }
        self.scratch().ways = ways;
        found
    }

    /// A way that has none of the events to be avoided, from what is remembered as far as possible.
    fn way_avoiding(
        &mut self,
        search: &Search<'a, R::Rows>,
        way: &mut Way<'_>,
        goal: Goal,
        avoid: &Set,
    ) -> Option<Set> {
        let Goal { place, rank, wanted } = goal;
        let known = match wanted {
            0 => way.ways.free.get(&(place, rank)),
            _ => way.ways.through.get(&(place, rank, wanted)),
        };
        let mut number = if let Some(known) = known {
            *known
        } else {
            let found = self.way(search, way, goal, &Set::EMPTY);
            let number = memo::push(&mut self.scratch().rests, found, (0, 0));
            match wanted {
                0 => way.ways.free.insert((place, rank), number),
                _ => way.ways.through.insert((place, rank, wanted), number),
            };
            number
        };
        let mut avoided = Set::EMPTY;
        loop {
            let found = memo::rest(&self.scratch().rests, number)?;
            let Some(shared) = found.shared_with(avoid) else {
                return Some(found);
            };
            avoided = avoided.with(shared);
            number = if let Some(known) = memo::below(&self.scratch().rests, number, shared) {
                known
            } else {
                let found = self.way(search, way, goal, &avoided);
                let rests = &mut self.scratch().rests;
                let new = memo::push(rests, found, shared);
                memo::attach(rests, number, new);
                new
            };
        }
    }

    /// A way to an event that has none of the events to be avoided.
    fn way(
        &mut self,
        search: &Search<'a, R::Rows>,
        way: &mut Way<'_>,
        goal: Goal,
        avoid: &Set,
    ) -> Option<Set> {
        let lane = *search.lane(goal.place);
        let at = self.time(&lane, goal.rank);
        let Some(before) = goal.place.checked_sub(1) else {
            let begins = search.from <= at && at < search.to && self.begins(search, goal.rank);
            return (goal.wanted == 0 && begins).then_some(Set::EMPTY);
        };
        let closing = search.lane(search.last + 1).event;
        let (step, from) = (search.sequence.steps[before], *search.lane(before));
        let left = goal.wanted.count_ones() as usize;
        let room = search.places_before(goal.place, closing);
        if left > room {
            return None;
        }
        let mut end = if from.event == lane.event {
            goal.rank
        } else {
            self.not_before(&from, at.saturating_add(1))
        };
        // Each that is wanted needs its place, and where there are no more places, nothing else has one.
        if from.event == closing && left == room && left > 0 {
            let wanted = way.wanted;
            return wanted.iter().enumerate().find_map(|(index, (_, rank))| {
                let is_left = goal.wanted >> index & 1 == 1 && (rank as usize) < end;
                is_left
                    .then(|| self.way_through(search, way, goal, avoid, rank as usize))
                    .flatten()
            });
        }
        while let Some(rank) = end.checked_sub(1) {
            end = rank;
            let time = self.time(&from, rank);
            let early = if goal.wanted == 0 {
                match self.leads(&step, time, at) {
                    Leads::There => false,
                    Leads::Nowhere => true,
                    Leads::Short => continue,
                }
            } else {
                time < way.instant
            };
            if early {
                break;
            }
            if let Some(found) = self.way_through(search, way, goal, avoid, rank) {
                return Some(found);
            }
        }
        None
    }

    /// A way to an event by one of the place before, which the step reaches from.
    fn way_through(
        &mut self,
        search: &Search<'a, R::Rows>,
        way: &mut Way<'_>,
        goal: Goal,
        avoid: &Set,
        rank: usize,
    ) -> Option<Set> {
        let place = goal.place - 1;
        let named = search.named(place, rank);
        if avoid.contains(named) {
            return None;
        }
        let (step, from, lane) = (
            search.sequence.steps[place],
            *search.lane(place),
            *search.lane(goal.place),
        );
        let previous = from.rows.get(self.position(&from, rank));
        if !self.follows(&step, &lane, goal.rank, previous) {
            return None;
        }
        let behind = avoid.with(search.named(goal.place, goal.rank));
        let had = way.wanted.position(named).map_or(0, |it| 1 << it);
        let before = Goal {
            place,
            rank,
            wanted: goal.wanted & !had,
        };
        let found = self.way_avoiding(search, way, before, &behind)?;
        Some(found.with(named))
    }

    /// Whether a step leads from one time to a later one.
    fn leads(&self, step: &Step, from: i64, to: i64) -> Leads {
        if to <= step.within.after(from, self.at.zone()) {
            return Leads::There;
        }
        match step.within {
            // No earlier one gets there.
            Distance::Micros(_) => Leads::Nowhere,
            // Where clocks are changed, an earlier one may get further.
            Distance::Months(months) => {
                let most = i64::from(months).saturating_mul(31 * DAY).saturating_add(2 * DAY);
                if from.saturating_add(most) < to {
                    Leads::Nowhere
                } else {
                    Leads::Short
                }
            }
        }
    }
}

/// Whether a step is long enough.
enum Leads {
    There,
    /// Neither from this time nor from an earlier one.
    Nowhere,
    /// Not from this one.
    Short,
}
