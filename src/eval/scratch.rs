//! Memory that is used again and again, so that nothing is allocated per customer once it is warm.

use std::{cell::Cell, ops::Range, sync::Arc};

use super::{
    At,
    distinct::Seen,
    sequence::{Ending, Memo, Ways},
};
use crate::{
    plan::Moments,
    value::{DateTime, ValueRef, Zone},
};

/// What a [`Machine`](super::Machine) works with beyond its own few words. Each part is a stack: who pushes something
/// takes it away again.
#[derive(Debug, Default)]
pub(super) struct Scratch {
    /// Text that was made: `lower(x)`, `string(x)`.
    pub(super) text: String,
    /// Text while it is being made.
    pub(super) draft: String,
    /// Text of shared values, kept as long as the machine lives.
    pub(super) kept: String,
    /// The shared conditions and values, valid when they bear the number of the machine.
    pub(super) shared: Vec<(u64, Option<Kept>)>,
    /// Counts the machines that used it.
    pub(super) machine: u64,
    /// Positions of items.
    pub(super) order: Vec<u32>,
    pub(super) numbers: Vec<i64>,
    pub(super) spans: Vec<(usize, usize)>,
    pub(super) seen: Vec<Seen>,
    /// Which events a sequence has not given up, and what is remembered of each.
    pub(super) alive: Vec<u32>,
    pub(super) rests: Vec<Memo>,
    pub(super) endings: Vec<Ending>,
    pub(super) ways: Ways,
    /// The moments of programs that the evaluation was not made for, and those that count now.
    resolved: Vec<Resolved>,
    current: usize,
    /// Another one of this thread, for whoever asks while this one is out.
    next: Option<Box<Scratch>>,
}

/// The moments of a program at one time and place.
#[derive(Debug)]
struct Resolved {
    of: Arc<Moments>,
    now: DateTime,
    zone: Zone,
    moments: Vec<i64>,
}

/// So many programs are asked in turn without being resolved again: the parts of a message.
const MOST_RESOLVED: usize = 16;

/// A shared value between one use and the next.
#[derive(Clone, Copy, Debug)]
pub(super) enum Kept {
    Plain(ValueRef<'static>),
    /// A stretch of [`Scratch::kept`].
    Text(usize, usize),
}

thread_local! {
    static IDLE: Cell<Option<Box<Scratch>>> = const { Cell::new(None) };
}

impl Scratch {
    /// Takes this thread's scratch. Whoever asks while it is out gets another one: a record's own code may evaluate too.
    pub(super) fn take() -> Box<Self> {
        let idle = IDLE.try_with(|idle| {
            let mut scratch = idle.take()?;
            idle.set(scratch.next.take());
            Some(scratch)
        });
        let mut scratch = idle.ok().flatten().unwrap_or_default();
        scratch.machine += 1;
        scratch
    }

    /// Takes this thread's scratch with a program's moments for an evaluation that was made for another one.
    #[cold]
    pub(super) fn resolved(moments: &Arc<Moments>, at: &At) -> Box<Self> {
        let mut scratch = Self::take();
        scratch.resolve(moments, at.now(), at.zone());
        scratch
    }

    pub(super) fn give_back(mut self: Box<Self>) {
        self.text.clear();
        self.kept.clear();
        self.order.clear();
        self.numbers.clear();
        self.spans.clear();
        self.seen.clear();
        self.alive.clear();
        self.rests.clear();
        self.endings.clear();
        // When the thread is ending there is nobody to give it to.
        let _ = IDLE.try_with(|idle| {
            self.next = idle.take();
            idle.set(Some(self));
        });
    }

    /// Resolves a program's moments, unless that was done for the same evaluation before.
    fn resolve(&mut self, moments: &Arc<Moments>, now: DateTime, zone: Zone) {
        let is_same = |it: &Resolved| Arc::ptr_eq(&it.of, moments) && (it.now, it.zone) == (now, zone);
        if let Some(known) = self.resolved.iter().position(is_same) {
            self.current = known;
            return;
        }
        self.current = (self.current + 1) % MOST_RESOLVED;
        if self.resolved.len() <= self.current {
            self.current = self.resolved.len();
            self.resolved.push(Resolved {
                of: Arc::clone(moments),
                now,
                zone,
                moments: Vec::new(),
            });
        }
        let place = &mut self.resolved[self.current];
        (place.of, place.now, place.zone) = (Arc::clone(moments), now, zone);
        place.moments.clear();
        moments.resolve(now, zone, &mut place.moments);
    }

    /// The moments of the program that it was taken for, where the evaluation was made for another one.
    #[inline]
    pub(super) fn moments(&self) -> &[i64] {
        self.resolved.get(self.current).map_or(&[], |it| &it.moments)
    }

    /// Appends the draft to the text that was made and says where it lies.
    pub(super) fn commit(&mut self) -> Range<usize> {
        let start = self.text.len();
        self.text.push_str(&self.draft);
        start..self.text.len()
    }
}
