//! The rest of a chain behind an event.

use super::{
    Ending, Lane, Search,
    memo::{self, Set},
    narrow,
};
use crate::{
    eval::machine::Machine,
    record::{Row, Rows},
};

impl<'a, R: Row<'a>> Machine<'a, '_, R> {
    /// Tells whether the rest follows an event of the first place.
    pub(super) fn has_rest(&mut self, search: &Search<'a, R::Rows>, rank: usize) -> bool {
        self.rest(search, 0, rank, &Set::EMPTY).is_some()
    }

    /// A rest behind an event that has none of the events to be avoided, from what is remembered as far as possible.
    fn rest_avoiding(
        &mut self,
        search: &Search<'a, R::Rows>,
        place: usize,
        rank: usize,
        avoid: &Set,
    ) -> Option<Set> {
        if !search.sequence.repeats {
            return self.rest(search, place, rank, avoid);
        }
        let root = search.lane(place).rests + rank;
        let mut number = self.scratch().alive[root];
        if number == memo::NONE {
            let rest = self.rest(search, place, rank, &Set::EMPTY)?;
            number = memo::push(&mut self.scratch().rests, Some(rest), (0, 0));
            self.scratch().alive[root] = number;
        }
        let mut avoided = Set::EMPTY;
        loop {
            let rest = memo::rest(&self.scratch().rests, number)?;
            let Some(shared) = rest.shared_with(avoid) else {
                return Some(rest);
            };
            avoided = avoided.with(shared);
            number = if let Some(known) = memo::below(&self.scratch().rests, number, shared) {
                known
            } else {
                let rest = self.rest(search, place, rank, &avoided);
                let rests = &mut self.scratch().rests;
                let new = memo::push(rests, rest, shared);
                memo::attach(rests, number, new);
                new
            };
        }
    }

    /// A rest behind an event that has none of the events to be avoided.
    fn rest(&mut self, search: &Search<'a, R::Rows>, place: usize, rank: usize, avoid: &Set) -> Option<Set> {
        let from = *search.lane(place);
        let at = self.time(&from, rank);
        if place == search.last {
            return self.ends(search, rank, at).then_some(Set::EMPTY);
        }
        let (step, lane) = (search.sequence.steps[place], *search.lane(place + 1));
        let until = step.within.after(at, self.at.zone());
        let previous = from.rows.get(self.position(&from, rank));
        let behind = if search.sequence.repeats {
            avoid.with(search.named(place, rank))
        } else {
            Set::EMPTY
        };
        let start = self.behind(&from, rank, at, &lane);
        let mut next = self.next_alive(&lane, start);
        while next < lane.len {
            let rank = next;
            if self.time(&lane, rank) > until {
                break;
            }
            next = self.next_alive(&lane, rank + 1);
            if !self.follows(&step, &lane, rank, previous) {
                if !step.correlated {
                    self.give_up(&lane, rank);
                }
                continue;
            }
            let named = search.named(place + 1, rank);
            if avoid.contains(named) {
                continue;
            }
            if let Some(rest) = self.rest_avoiding(search, place + 1, rank, &behind) {
                // Without repetition nobody asks which events they are.
                return Some(if search.sequence.repeats {
                    rest.with(named)
                } else {
                    rest
                });
            }
            let lost = !search.sequence.repeats || {
                let root = lane.rests + rank;
                self.scratch().alive[root] == memo::NONE
            };
            if lost {
                self.give_up(&lane, rank);
            }
        }
        None
    }

    /// The first event from this rank on that was not given up.
    fn next_alive(&mut self, lane: &Lane<R::Rows>, rank: usize) -> usize {
        let alive = &mut self.scratch().alive[lane.alive..];
        let mut rank = rank;
        while alive[rank] as usize != rank {
            // Halves the way for whoever comes after.
            alive[rank] = alive[alive[rank] as usize];
            rank = alive[rank] as usize;
        }
        rank
    }

    fn give_up(&mut self, lane: &Lane<R::Rows>, rank: usize) {
        self.scratch().alive[lane.alive + rank] = narrow(rank + 1);
    }

    /// Tells whether a chain may end with an event, whatever is before it. Where it may when others are in the chain, this is
    /// noted.
    fn ends(&mut self, search: &Search<'a, R::Rows>, rank: usize, at: i64) -> bool {
        let Some(step) = search.closing else {
            return true;
        };
        let until = step.within.after(at, self.at.zone());
        if until > self.at.now().micros() {
            return false;
        }
        let (from, lane) = (*search.lane(search.last), *search.lane(search.last + 1));
        // Only so many of them can be in the chain.
        let most = if search.sequence.repeats {
            search.places_before(search.last, lane.event)
        } else {
            0
        };
        let previous = from.rows.get(self.position(&from, rank));
        let mut wanted = Set::EMPTY;
        let start = self.behind(&from, rank, at, &lane);
        let mut next = self.next_alive(&lane, start);
        while next < lane.len {
            let against = next;
            let time = self.time(&lane, against);
            if time > until {
                break;
            }
            next = self.next_alive(&lane, against + 1);
            if !self.follows(&step, &lane, against, previous) {
                if !step.correlated {
                    self.give_up(&lane, against);
                }
                continue;
            }
            // What is in the chain is not later than its end.
            if time > at || wanted.len() == most {
                return false;
            }
            wanted = wanted.with(search.named(search.last + 1, against));
        }
        if wanted.len() == 0 {
            return true;
        }
        let rank = narrow(rank);
        self.scratch().endings.push(Ending { rank, wanted });
        false
    }
}
