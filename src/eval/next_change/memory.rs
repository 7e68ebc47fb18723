//! What is worked out once for all instants that are visited, or until it may be another.

use std::{
    cell::{Cell, OnceCell},
    cmp::Reverse,
    collections::{BinaryHeap, HashMap},
    ops::Range,
    rc::Rc,
};

use super::{
    motion::Motion,
    until::{Held, Until},
};
use crate::eval::At;

/// A part of a rule by its address, with the items in scope by their number.
pub(super) type Key = (usize, u32);

/// What is remembered of one customer.
pub(super) struct Memory<'a, I> {
    /// From the first instant to the horizon.
    pub(super) stretch: Range<i64>,
    /// When a moving bound (by its address) reaches, or passes, a place in time.
    pub(super) flips: HashMap<(usize, i64, bool), Rc<[i64]>>,
    /// When the waits of a step (by its address) are over, ascending.
    pub(super) deadlines: HashMap<usize, Rc<[i64]>>,
    pub(super) members: HashMap<(Key, Counting), Members<I>>,
    pub(super) instants: &'a Instants,
    /// How many more hours or days may be tried, see `cycle`.
    pub(super) tries: usize,
    held: HashMap<Key, (Held, i64)>,
    motions: HashMap<Key, (Motion, i64)>,
    scopes: HashMap<(u32, u32), u32>,
    /// How many items were numbered.
    numbered: u32,
}

/// Which items of a collection are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Counting {
    /// Those that are there.
    There,
    /// Those that meet the filter.
    Meeting,
    /// Those that do not.
    Failing,
}

/// The items of a collection, events in the order of time, each with whether it counts and until when that is certain.
pub(super) struct Members<I> {
    pub(super) items: Vec<Member<I>>,
    pub(super) held: Vec<Held>,
    /// Until when they are the items.
    pub(super) stay: Until,
    queue: BinaryHeap<Reverse<(Until, usize)>>,
}

#[derive(Clone, Copy)]
pub(super) struct Member<I> {
    pub(super) row: I,
    number: u32,
    /// When it happened, if it is an event.
    pub(super) at: i64,
}

impl<'a, I> Memory<'a, I> {
    pub(super) fn new(stretch: Range<i64>, tries: usize, instants: &'a Instants) -> Self {
        Self {
            instants,
            stretch,
            flips: HashMap::new(),
            deadlines: HashMap::new(),
            members: HashMap::new(),
            tries,
            held: HashMap::new(),
            motions: HashMap::new(),
            scopes: HashMap::new(),
            numbered: 0,
        }
    }

    /// What was found of a condition, if it is still certain.
    pub(super) fn held(&self, key: Key, now: i64) -> Option<Held> {
        let (held, at) = self.held.get(&key)?;
        (*at == now || held.until.is_after(now)).then_some(*held)
    }

    pub(super) fn remember_held(&mut self, key: Key, now: i64, held: Held) {
        self.held.insert(key, (held, now));
    }

    pub(super) fn motion(&self, key: Key, now: i64) -> Option<Motion> {
        let (motion, at) = self.motions.get(&key)?;
        (*at == now || motion.kept().is_after(now)).then_some(*motion)
    }

    pub(super) fn remember_motion(&mut self, key: Key, now: i64, motion: Motion) {
        self.motions.insert(key, (motion, now));
    }

    /// An item of a collection, with a number that no other has.
    pub(super) fn member(&mut self, row: I, at: i64) -> Member<I> {
        self.numbered += 1;
        let number = self.numbered;
        Member { row, number, at }
    }

    /// The number of a scope: an item in another scope.
    pub(super) fn scope(&mut self, outer: u32, item: u32) -> u32 {
        // The customer's own is number 0.
        let next = u32::try_from(self.scopes.len() + 1).unwrap_or(u32::MAX);
        *self.scopes.entry((outer, item)).or_insert(next)
    }
}

impl<I> Member<I> {
    pub(super) fn number(&self) -> u32 {
        self.number
    }
}

impl<I> Members<I> {
    /// All of them have to be looked at.
    pub(super) fn new(items: Vec<Member<I>>, stay: Until) -> Self {
        let unknown = Held::new(false, Until::At(i64::MIN));
        Self {
            held: vec![unknown; items.len()],
            queue: (0..items.len())
                .map(|index| Reverse((unknown.until, index)))
                .collect(),
            items,
            stay,
        }
    }

    /// Those that count now.
    pub(super) fn counted(&self) -> impl DoubleEndedIterator<Item = Member<I>> + '_
    where
        I: Copy,
    {
        let each = self.items.iter().zip(&self.held);
        each.filter(|(_, held)| held.holds).map(|(item, _)| *item)
    }

    /// Takes those out that may have changed.
    pub(super) fn due(&mut self, now: i64) -> Vec<usize> {
        let mut due = Vec::new();
        while let Some(Reverse((until, index))) = self.queue.peek()
            && !until.is_after(now)
        {
            due.push(*index);
            self.queue.pop();
        }
        due
    }

    /// Puts one back.
    pub(super) fn put(&mut self, index: usize, held: Held) {
        self.held[index] = held;
        self.queue.push(Reverse((held.until, index)));
    }

    /// Until when it is certain that of those that count, or of those that do not, none does otherwise.
    pub(super) fn until_some(&self, counts: bool) -> Until {
        let each = self.held.iter().filter(|it| it.holds == counts);
        each.map(|it| it.until).fold(self.stay, Until::min)
    }

    /// Until when all of them are certain.
    pub(super) fn until(&self) -> Until {
        self.queue
            .peek()
            .map_or(Until::Never, |Reverse((until, _))| *until)
    }
}

/// The instants that are visited, which are there for as long as the customer is looked at.
pub(crate) struct Instants {
    /// Each as long as those before it together, and one.
    pieces: [OnceCell<Box<[OnceCell<At>]>>; usize::BITS as usize],
    count: Cell<usize>,
}

impl Instants {
    pub(crate) fn new() -> Self {
        Self {
            pieces: [const { OnceCell::new() }; usize::BITS as usize],
            count: Cell::new(0),
        }
    }

    pub(crate) fn keep(&self, at: At) -> &At {
        let number = self.count.get() + 1;
        self.count.set(number);
        let piece = number.ilog2();
        let cells = self.pieces[piece as usize].get_or_init(|| {
            let cells = std::iter::repeat_with(OnceCell::new);
            cells.take(1 << piece).collect()
        });
        cells[number - (1 << piece)].get_or_init(|| at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::{DateTime, Zone};

    #[test]
    fn instants_stay_where_they_are() {
        let instants = Instants::new();
        let start = At::new(DateTime::MIN, Zone::UTC, &std::sync::Arc::default());
        let kept: Vec<&At> = (0..20)
            .map(|micros| instants.keep(start.moved(DateTime::from_micros(micros).expect("an instant"))))
            .collect();
        let micros: Vec<i64> = kept.iter().map(|it| it.now().micros()).collect();
        assert_eq!(micros, (0..20).collect::<Vec<i64>>());
    }
}
