//! Chains of events: `any … followed by …`.
//!
//! The search goes from event to event in depth, and an event behind which the rest of a chain cannot follow is passed over
//! from then on. Without a type of event that occurs again behind another one it takes steps × events × (events within reach
//! of one) at most; where a step does not look at the one before, about steps × events.
//!
//! With such a type a chain might come back to an event, when several happened at one instant. Whether the rest can follow
//! then depends on the events before, of which the rest must have none. So an event is asked for a rest that *avoids* some
//! events, and not all those before it, but only those that stood in the way of the rests found so far: see [`memo`]. A rest
//! has at most [`MOST_STEPS`] events, of which each may stand in the way, so that what is remembered for one event is bounded
//! by the number of steps alone, and the search takes that × steps × events × (events within reach of one).
//!
//! An event in the chain does not count for a closing `no`. This only matters where all that would count happened at the
//! instant of the last event, and all of it can be in the chain, which are few events: then a chain is sought through these,
//! backwards from the last event, see [`closing`].

mod closing;
mod forward;
mod memo;

use super::{frame::Frame, machine::Machine};
use crate::{
    hir::MOST_STEPS,
    plan::{Collection, Sequence, Source, Step},
    record::{Row, Rows},
};

use memo::Set;
pub(super) use {closing::Ways, memo::Memo};

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
    /// Where in the same it is said what is remembered of each.
    rests: usize,
}

/// A search for a chain.
struct Search<'s, C> {
    sequence: &'s Sequence,
    /// The first event's collection, and its stretch of time.
    first: Collection,
    from: i64,
    to: i64,
    lanes: [Option<Lane<C>>; LONGEST],
    /// The place of the last event of the chain.
    last: usize,
    /// The `no` behind it.
    closing: Option<Step>,
}

/// The end of a chain that holds when all of these are in it, which happened at the same instant.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ending {
    rank: u32,
    wanted: Set,
}

impl<C> Search<'_, C> {
    fn lane(&self, place: usize) -> &Lane<C> {
        self.lanes[place]
            .as_ref()
            .expect("each place up to the step has a lane")
    }

    /// The event of that rank at a place, by its type.
    fn named(&self, place: usize, rank: usize) -> (u32, u32) {
        (narrow(self.lane(place).event), narrow(rank))
    }

    /// How many of the places up to one, not included, have events of a type.
    fn places_before(&self, place: usize, event: usize) -> usize {
        (0..place).filter(|it| self.lane(*it).event == event).count()
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
        let before = (
            scratch.order.len(),
            scratch.alive.len(),
            scratch.rests.len(),
            scratch.endings.len(),
        );
        let outer = [first.row, first.row + 1].map(|row| self.frames.get(row));
        let closing = sequence.steps.last().copied().filter(|it| it.none);
        let search = Search {
            sequence,
            first,
            from,
            to,
            lanes: [None; LONGEST],
            last: sequence.steps.len() - usize::from(closing.is_some()),
            closing,
        };
        let found = self.search(search, event, before.3);
        for (row, frame) in [first.row, first.row + 1].into_iter().zip(outer) {
            self.frames.set(row, frame);
        }
        let scratch = self.scratch();
        scratch.order.truncate(before.0);
        scratch.alive.truncate(before.1);
        scratch.rests.truncate(before.2);
        scratch.endings.truncate(before.3);
        found
    }

    fn search(&mut self, mut search: Search<'a, R::Rows>, event: usize, endings: usize) -> bool {
        let lane = self.lane(event, None);
        let start = self.not_before(&lane, search.from);
        let mut prepared = false;
        search.lanes[0] = Some(lane);
        for rank in start..lane.len {
            if self.time(&lane, rank) >= search.to {
                break;
            }
            if !self.begins(&search, rank) {
                continue;
            }
            if !prepared {
                self.prepare(&mut search);
                prepared = true;
            }
            if self.has_rest(&search, rank) {
                return true;
            }
        }
        let count = self.scratch().endings.len() - endings;
        count > 0 && self.closes(&search, endings..endings + count)
    }

    /// Tells whether an event of the first type is one of those asked for; it lies in the window.
    fn begins(&mut self, search: &Search<'a, R::Rows>, rank: usize) -> bool {
        let Some(filter) = search.first.filter else {
            return true;
        };
        let lane = *search.lane(0);
        let row = lane.rows.get(self.position(&lane, rank));
        let block = self.program.blocks[filter.0 as usize];
        if !block.closed {
            self.frames.set(search.first.row, Some(Frame::Item(row)));
        }
        self.run(block.start, row)
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
                lane.rests = alive.len();
                alive.resize(alive.len() + lane.len, memo::NONE);
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
            rests: 0,
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

    /// The rank of the first event of a lane that may follow one of another, in which it has this rank and time.
    fn behind(&mut self, from: &Lane<R::Rows>, rank: usize, at: i64, lane: &Lane<R::Rows>) -> usize {
        if from.event == lane.event {
            rank + 1
        } else {
            self.not_before(lane, at)
        }
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
}

/// A number of events of one customer, or of what is remembered of them.
fn narrow(index: usize) -> u32 {
    u32::try_from(index).expect("a customer has fewer than 2^32 events")
}
