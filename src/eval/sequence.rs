//! Chains of events: `any … followed by …`.
//!
//! The search goes from event to event in depth, and learns from what it does not find, so that nothing is looked for
//! twice: an event behind which the rest of a chain cannot follow is passed over from then on. Whether it can depends
//! on the events before only where a chain might come back to an event: when several happened at one instant, and a
//! type of event occurs again behind another one. There it is remembered which events were in the way.
//!
//! Without such repetition it takes steps × events × (events within reach of one) at most; where a step does not look
//! at the one before, about steps × events. With it, the events of one instant are tried in combinations, but never in
//! one that was seen to fail: what was in the way is a set of at most [`MOST_STEPS`] events, of which few have to be
//! remembered for each event. Only a closing `no` whose type of event stands in the chain as well asks for more: there
//! each combination of the events of that type counts, at one and the same instant.

use super::{frame::Frame, machine::Machine};
use crate::{
    hir::MOST_STEPS,
    plan::{Sequence, Source, Step},
    record::{Row, Rows},
};

/// The first event and all that follow it.
const LONGEST: usize = MOST_STEPS + 1;

/// The events of one place in the chain that exist, in the order of time, those of one instant as they stand. An event
/// is named by its rank among them.
#[derive(Clone, Copy)]
struct Lane<C> {
    rows: C,
    event: usize,
    len: usize,
    /// Where in [`Scratch::order`](super::scratch::Scratch::order) their positions stand, unless they are sorted.
    order: Option<usize>,
    /// Where in [`Scratch::alive`](super::scratch::Scratch::alive) it is said which come next.
    alive: usize,
    /// Where in the same the failures of each begin.
    failures: usize,
}

/// An event in the chain.
#[derive(Clone, Copy, Default)]
struct Link {
    rank: usize,
    at: i64,
}

/// A search for a chain.
struct Search<'s, C> {
    sequence: &'s Sequence,
    lanes: [Option<Lane<C>>; LONGEST],
    chain: [Link; LONGEST],
}

/// Why the rest of a chain was not found.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
struct Reason {
    /// The places of events in the chain that were wanted once more, one bit for each.
    taken: u16,
    /// An event of the last step was not in the chain, and so it counted.
    counted: bool,
}

/// A combination of events in the chain behind which the rest was not found.
#[derive(Clone, Copy, Debug)]
pub(super) struct Failure {
    /// Another one for the same event, plus 1.
    next: u32,
    /// Their types and ranks.
    events: [(u32, u32); LONGEST],
    count: u8,
    counted: bool,
}

/// No failure yet.
const NONE: u32 = 0;

impl<C> Search<'_, C> {
    fn lane(&self, place: usize) -> &Lane<C> {
        self.lanes[place]
            .as_ref()
            .expect("each place up to the step has a lane")
    }

    /// The type and rank of the event at a place.
    fn named(&self, place: usize) -> (u32, u32) {
        (narrow(self.lane(place).event), narrow(self.chain[place].rank))
    }

    /// The events of one instant in the chain up to `last` that are of the last step's type.
    fn of_last_step(&self, last: usize, at: i64) -> impl Iterator<Item = (u32, u32)> + '_ {
        let event = self.sequence.steps.last().map_or(usize::MAX, |step| step.event);
        (0..=last)
            .filter(move |place| self.chain[*place].at == at && self.lane(*place).event == event)
            .map(|place| self.named(place))
    }

    /// How many places of the chain up to `last` have events of that type, where it might come back to them.
    fn places(&self, event: usize, last: usize) -> usize {
        if !self.sequence.repeats {
            return 0;
        }
        (0..=last)
            .filter(|place| self.lane(*place).event == event)
            .count()
    }

    /// The place in the chain up to `last` that has this event.
    fn find(&self, event: usize, rank: usize, last: usize) -> Option<usize> {
        let mut places = 0..=last;
        if !self.sequence.repeats {
            return None;
        }
        places.find(|place| self.lane(*place).event == event && self.chain[*place].rank == rank)
    }
}

impl<'a, R: Row<'a>> Machine<'a, '_, R> {
    /// Tells whether there is such a chain.
    pub(super) fn sequence(&mut self, sequence: &'a Sequence) -> bool {
        let first = self.program.collections[sequence.first.0 as usize];
        let (Source::Events(event), Some(stretch)) = (first.source, first.stretch) else {
            return false;
        };
        let Some((from, to)) = self.stretch(stretch).filter(|(from, to)| from < to) else {
            return false;
        };
        let scratch = self.scratch();
        let (order, alive, failures) = (scratch.order.len(), scratch.alive.len(), scratch.failures.len());
        let outer = [first.row, first.row + 1].map(|row| self.frames.get(row));
        let mut search = Search {
            sequence,
            lanes: [None; LONGEST],
            chain: [Link::default(); LONGEST],
        };
        let lane = self.lane(event, None);
        let start = self.not_before(&lane, from);
        let mut prepared = false;
        let mut found = false;
        for rank in start..lane.len {
            let (row, at) = (lane.rows.get(self.position(&lane, rank)), self.time(&lane, rank));
            if at >= to {
                break;
            }
            if let Some(filter) = first.filter {
                let block = self.program.blocks[filter.0 as usize];
                if !block.closed {
                    self.frames.set(first.row, Some(Frame::Item(row)));
                }
                if !self.run(block.start, row) {
                    continue;
                }
            }
            if !prepared {
                search.lanes[0] = Some(lane);
                self.prepare(&mut search);
                prepared = true;
            }
            search.chain[0] = Link { rank, at };
            if self.rest(&mut search, 0).is_none() {
                found = true;
                break;
            }
        }
        for (row, frame) in [first.row, first.row + 1].into_iter().zip(outer) {
            self.frames.set(row, frame);
        }
        let scratch = self.scratch();
        scratch.order.truncate(order);
        scratch.alive.truncate(alive);
        scratch.failures.truncate(failures);
        found
    }

    /// Makes a lane for each step.
    fn prepare(&mut self, search: &mut Search<'a, R::Rows>) {
        for (index, step) in search.sequence.steps.iter().enumerate() {
            let known = search
                .lanes
                .iter()
                .flatten()
                .find(|it| it.event == step.event)
                .copied();
            let mut lane = self.lane(step.event, known);
            let alive = &mut self.scratch().alive;
            lane.alive = alive.len();
            // One more stands for the end.
            alive.extend(0..=narrow(lane.len));
            if search.sequence.repeats {
                lane.failures = alive.len();
                alive.resize(alive.len() + lane.len, NONE);
            }
            search.lanes[index + 1] = Some(lane);
        }
    }

    /// The events of a type, ordered as in `known` if they were ordered before.
    fn lane(&mut self, event: usize, known: Option<Lane<R::Rows>>) -> Lane<R::Rows> {
        if let Some(known) = known {
            return known;
        }
        let rows = self.customer.events(event);
        let until = self.at.now().micros();
        let sorted = rows.sorted();
        let mut lane = Lane {
            rows,
            event,
            len: rows.len(),
            order: None,
            alive: 0,
            failures: 0,
        };
        if !sorted {
            let order = &mut self.scratch().order;
            let start = order.len();
            let existing = (0..rows.len()).filter(|index| rows.at(*index) <= until);
            order.extend(existing.map(narrow));
            // Sorted in place: a stable sort would ask for memory.
            order[start..].sort_unstable_by_key(|index| (rows.at(*index as usize), *index));
            lane.len = order.len() - start;
            lane.order = Some(start);
            return lane;
        }
        lane.len = self.not_before(&lane, until.saturating_add(1));
        lane
    }

    /// Where an event stands among the customer's.
    #[inline]
    fn position(&mut self, lane: &Lane<R::Rows>, rank: usize) -> usize {
        match lane.order {
            Some(start) => self.scratch().order[start + rank] as usize,
            None => rank,
        }
    }

    #[inline]
    fn time(&mut self, lane: &Lane<R::Rows>, rank: usize) -> i64 {
        lane.rows.at(self.position(lane, rank))
    }

    /// The rank of the first event that is not before a time.
    fn not_before(&mut self, lane: &Lane<R::Rows>, time: i64) -> usize {
        let (mut low, mut high) = (0, lane.len);
        while low < high {
            let middle = low + (high - low) / 2;
            if self.time(lane, middle) < time {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low
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

    /// Looks for what follows the event at `place` of the chain; nothing when it was found, else why it was not.
    fn rest(&mut self, search: &mut Search<'a, R::Rows>, place: usize) -> Option<Reason> {
        let step = *search.sequence.steps.get(place)?;
        let (from, lane) = (*search.lane(place), *search.lane(place + 1));
        let last = search.chain[place];
        let until = step.within.after(last.at, self.at.zone());
        if step.none && until > self.at.now().micros() {
            return Some(Reason::default());
        }
        let previous = from.rows.get(self.position(&from, last.rank));
        let mut reason = Reason::default();
        let mut against = 0;
        let start = if from.event == lane.event {
            last.rank + 1
        } else {
            self.not_before(&lane, last.at)
        };
        let mut next = self.next_alive(&lane, start);
        while next < lane.len {
            let rank = next;
            let at = self.time(&lane, rank);
            if at > until {
                break;
            }
            next = self.next_alive(&lane, rank + 1);
            // An event that is no candidate is not in the way either, though it may be in the chain.
            if !self.follows(&step, &lane, rank, previous) {
                if !step.correlated {
                    self.give_up(&lane, rank);
                }
                continue;
            }
            // Said before anything about the chain: what fails anyway is not in the way.
            if search.sequence.repeats
                && !step.none
                && let Some(known) = self.known_failure(search, place, &lane, rank, at)
            {
                reason.taken |= known.taken;
                reason.counted |= known.counted;
                continue;
            }
            let taken = if at == last.at {
                search.find(lane.event, rank, place)
            } else {
                None
            };
            if step.none {
                // An event in the chain does not count. But a chain cannot come by more of them than it has places.
                against += 1;
                if at > last.at || against > search.places(lane.event, place) {
                    return Some(Reason::default());
                }
                reason.counted |= taken.is_none();
                continue;
            }
            if let Some(taken) = taken {
                reason.taken |= 1 << taken;
                continue;
            }
            search.chain[place + 1] = Link { rank, at };
            let mut inner = self.rest(search, place + 1)?;
            // What concerns the event itself, or later ones, is the same each time.
            inner.taken &= (1 << (place + 1)) - 1;
            if inner == Reason::default() {
                self.give_up(&lane, rank);
            } else {
                self.remember_failure(search, place, &lane, rank, inner);
                reason.taken |= inner.taken;
                // Before the event before, nothing happened at the instant of this one, unless it is the same.
                reason.counted |= inner.counted && at == last.at;
            }
        }
        (!step.none || reason.counted).then_some(reason)
    }

    /// Tells whether an event is one of the step's, behind the event of the step before.
    fn follows(&mut self, step: &Step, lane: &Lane<R::Rows>, rank: usize, previous: R::Item) -> bool {
        let Some(filter) = step.filter else {
            return true;
        };
        let block = self.program.blocks[filter.0 as usize];
        let row = lane.rows.get(self.position(lane, rank));
        if !block.closed {
            self.frames.set(step.row - 1, Some(Frame::Item(previous)));
            self.frames.set(step.row, Some(Frame::Item(row)));
        }
        self.run(block.start, row)
    }

    /// Why the rest is not found behind an event that would follow the one at `place`, if that was seen before behind the
    /// same events.
    fn known_failure(
        &mut self,
        search: &Search<'a, R::Rows>,
        place: usize,
        lane: &Lane<R::Rows>,
        rank: usize,
        at: i64,
    ) -> Option<Reason> {
        let scratch = self.scratch();
        let mut next = scratch.alive[lane.failures + rank];
        while let Some(failure) = next
            .checked_sub(1)
            .and_then(|it| scratch.failures.get(it as usize))
        {
            next = failure.next;
            let events = &failure.events[..usize::from(failure.count)];
            let mut taken = 0_u16;
            let all = events.iter().all(|(event, rank)| {
                let place = search.find(*event as usize, *rank as usize, place);
                taken |= place.map_or(0, |place| 1 << place);
                place.is_some()
            });
            let no_others = !failure.counted
                || search
                    .of_last_step(place, at)
                    .all(|other| events.contains(&other));
            if all && no_others {
                let counted = failure.counted && search.chain[place].at == at;
                return Some(Reason { taken, counted });
            }
        }
        None
    }

    fn remember_failure(
        &mut self,
        search: &Search<'a, R::Rows>,
        place: usize,
        lane: &Lane<R::Rows>,
        rank: usize,
        reason: Reason,
    ) {
        let at = search.chain[place + 1].at;
        let mut failure = Failure {
            next: 0,
            events: [(0, 0); LONGEST],
            count: 0,
            counted: reason.counted,
        };
        let taken = (0..=place).filter(|place| reason.taken >> place & 1 == 1);
        let taken = taken.map(|place| search.named(place));
        let counted = search.of_last_step(place, at).filter(|_| reason.counted);
        for event in taken.chain(counted) {
            let count = usize::from(failure.count);
            if !failure.events[..count].contains(&event) {
                failure.events[count] = event;
                failure.count += 1;
            }
        }
        let scratch = self.scratch();
        let head = lane.failures + rank;
        failure.next = scratch.alive[head];
        scratch.failures.push(failure);
        scratch.alive[head] = narrow(scratch.failures.len());
    }
}

/// A number of events of one customer, or of failures among them.
fn narrow(index: usize) -> u32 {
    u32::try_from(index).expect("a customer has fewer than 2^32 events")
}
