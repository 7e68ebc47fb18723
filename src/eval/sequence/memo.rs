//! What is remembered of an event: rests of a chain, each found when those before it were in the way.
//!
//! A tree. Its root has any rest at all. Below a rest there is one for each of its events that stood in the way: the rest
//! found when this event has to be avoided, with those on the way from the root. Whoever must avoid a set of events goes from
//! the root down, at each rest by one of its events that is in the set, and arrives at a rest without any of them, or where
//! there is none. Each step down adds an event of the set to those avoided, so the way is no longer than the set, and no
//! rest is sought with more to avoid than was in the way (Monien, *How to find long paths efficiently*, 1985).

use super::LONGEST;

/// A few events, by type and rank.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::eval) struct Set {
    events: [(u32, u32); LONGEST],
    len: u8,
}

/// Nothing is remembered yet. Others are one more than a position in the memo.
pub(super) const NONE: u32 = 0;

/// What has no rest is remembered as such.
#[derive(Clone, Copy, Debug)]
pub(in crate::eval) struct Memo {
    rest: Option<Set>,
    /// The event to be avoided here besides those above.
    avoided: (u32, u32),
    /// Below it the first, and beside it the next.
    below: u32,
    beside: u32,
}

impl Set {
    pub(super) const EMPTY: Self = Self {
        events: [(0, 0); LONGEST],
        len: 0,
    };

    pub(super) fn iter(&self) -> impl Iterator<Item = (u32, u32)> + '_ {
        self.events[..usize::from(self.len)].iter().copied()
    }

    pub(super) fn len(&self) -> usize {
        self.len.into()
    }

    pub(super) fn contains(&self, event: (u32, u32)) -> bool {
        self.iter().any(|it| it == event)
    }

    /// The position of an event among them.
    pub(super) fn position(&self, event: (u32, u32)) -> Option<usize> {
        self.iter().position(|it| it == event)
    }

    /// With one more; a chain has no more places than there is room.
    pub(super) fn with(mut self, event: (u32, u32)) -> Self {
        if !self.contains(event) {
            self.events[usize::from(self.len)] = event;
            self.len += 1;
        }
        self
    }

    /// One of them that is in another set, too.
    pub(super) fn shared_with(&self, other: &Self) -> Option<(u32, u32)> {
        self.iter().find(|it| other.contains(*it))
    }
}

/// The memo of that number.
pub(super) fn get(memos: &[Memo], number: u32) -> Option<&Memo> {
    memos.get(number.checked_sub(1)? as usize)
}

/// Remembers something; gives its number.
pub(super) fn push(memos: &mut Vec<Memo>, rest: Option<Set>, avoided: (u32, u32)) -> u32 {
    memos.push(Memo {
        rest,
        avoided,
        below: NONE,
        beside: NONE,
    });
    super::narrow(memos.len())
}

/// The rest at a place of the tree.
pub(super) fn rest(memos: &[Memo], number: u32) -> Option<Set> {
    get(memos, number).and_then(|it| it.rest)
}

/// The place below another at which one more event is avoided, if it was asked for before.
pub(super) fn below(memos: &[Memo], number: u32, avoided: (u32, u32)) -> Option<u32> {
    let mut next = get(memos, number)?.below;
    while let Some(memo) = get(memos, next) {
        if memo.avoided == avoided {
            return Some(next);
        }
        next = memo.beside;
    }
    None
}

/// Puts one below another.
pub(super) fn attach(memos: &mut [Memo], above: u32, number: u32) {
    let Some(first) = get(memos, above).map(|it| it.below) else {
        return;
    };
    memos[number as usize - 1].beside = first;
    memos[above as usize - 1].below = number;
}
