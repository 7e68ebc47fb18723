//! Memory for the values that a message makes on its way: text out of filters, lists, what was captured.
//!
//! All of it lives until the message is done, so that every value between two filters is a copy of a few words. A thread
//! keeps its arena from message to message: once the largest message was rendered, nothing more is allocated.

use std::{
    cell::{Cell, OnceCell},
    fmt,
};

use bumpalo::{Bump, collections::Vec};

use crate::filter::{Draft, Made};

/// The memory of one message.
#[derive(Default)]
pub(super) struct Arena {
    bump: Bump,
    /// Where text is written before its length is known.
    draft: Cell<String>,
    /// Bytes that the message may still ask for.
    left: Cell<usize>,
    full: Cell<bool>,
}

/// The arena of this thread, taken when the message first needs it. Made before the row that a message is about, whose
/// lifetime then is that of the texts in here too.
pub(crate) struct Lent {
    arena: OnceCell<Box<Arena>>,
    limit: usize,
}

thread_local! {
    static IDLE: Cell<Option<Box<Arena>>> = const { Cell::new(None) };
}

impl Lent {
    /// An arena that gives at most so many bytes.
    pub(crate) fn new(limit: usize) -> Self {
        Self {
            arena: OnceCell::new(),
            limit,
        }
    }

    /// Whoever asks while the thread's own is out, such as a record that renders a message itself, gets a new one.
    #[inline]
    pub(super) fn get(&self) -> &Arena {
        self.arena.get_or_init(|| {
            let arena = IDLE.try_with(Cell::take).ok().flatten().unwrap_or_default();
            arena.left.set(self.limit);
            arena.full.set(false);
            arena
        })
    }

    /// Bytes that the message may still ask for, for all that it has asked for by now.
    pub(super) fn left(&self) -> usize {
        self.arena.get().map_or(self.limit, |arena| arena.left())
    }

    /// Whether the message asked for more than it may have.
    #[inline]
    pub(super) fn is_full(&self) -> bool {
        self.arena.get().is_some_and(|arena| arena.full.get())
    }
}

impl Drop for Lent {
    #[inline]
    fn drop(&mut self) {
        if let Some(mut arena) = self.arena.take() {
            arena.bump.reset();
            // When the thread is ending there is nobody to give it to.
            let _ = IDLE.try_with(|idle| idle.set(Some(arena)));
        }
    }
}

impl Arena {
    /// A copy of a text that lasts as long as the message. Of a text for which there is no room, nothing.
    pub(super) fn text(&self, text: &str) -> &str {
        if self.charge(text.len()) {
            self.bump.alloc_str(text)
        } else {
            ""
        }
    }

    /// The text that `write` writes.
    pub(super) fn write(&self, write: impl FnOnce(&mut Draft)) -> &str {
        self.made(|draft| {
            write(draft);
            Made::Written
        })
        .unwrap_or_default()
    }

    /// What a filter makes of a text.
    pub(super) fn made<'a>(&'a self, make: impl FnOnce(&mut Draft) -> Made<'a>) -> Option<&'a str> {
        let mut draft = Draft::new(self.draft.take(), self.left.get());
        let text = match make(&mut draft) {
            Made::Missing => None,
            Made::Text(text) => Some(text),
            Made::Written => Some(self.text(draft.as_str())),
        };
        if draft.is_full() {
            self.full.set(true);
        }
        self.draft.set(draft.into_buffer());
        text
    }

    /// A list of these items, as many as there is room for.
    pub(super) fn list<T: Copy>(&self, items: impl IntoIterator<Item = T>) -> &mut [T] {
        let items = items.into_iter();
        let mut list = Vec::new_in(&self.bump);
        list.reserve(items.size_hint().0.min(self.left.get() / size_of::<T>().max(1)));
        for item in items {
            if !self.charge(size_of::<T>()) {
                break;
            }
            list.push(item);
        }
        list.into_bump_slice_mut()
    }

    /// So many places for values; the program knows how many, so they are not counted.
    pub(super) fn places<T: Copy>(&self, count: usize, value: T) -> &mut [T] {
        self.bump.alloc_slice_fill_copy(count, value)
    }

    /// As [`places`](Self::places), to be changed through shared references.
    pub(super) fn cells<T: Copy>(&self, count: usize, value: T) -> &[Cell<T>] {
        self.bump.alloc_slice_fill_with(count, |_| Cell::new(value))
    }

    /// Bytes that the message may still ask for.
    pub(super) fn left(&self) -> usize {
        self.left.get()
    }

    /// Counts bytes as asked for.
    pub(super) fn charge(&self, bytes: usize) -> bool {
        match self.left.get().checked_sub(bytes) {
            Some(left) => self.left.set(left),
            None => self.full.set(true),
        }
        !self.full.get()
    }
}

impl fmt::Debug for Arena {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Arena")
            .field("left", &self.left)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_arena_gives_no_more_than_its_limit() {
        let lent = Lent::new(10);
        let arena = lent.get();
        assert_eq!(arena.text("12345"), "12345");
        assert_eq!(arena.write(|draft| draft.push_str("678")), "678");
        assert!(!lent.is_full());
        assert_eq!(
            arena.write(|draft| (0..1_000_000).for_each(|_| draft.push_str("x"))),
            "xx"
        );
        assert!(lent.is_full());
        assert_eq!(arena.text("1"), "");
        assert_eq!(arena.list([1_u64, 2]), [0_u64; 0]);
    }

    #[test]
    fn the_next_message_begins_afresh() {
        for _ in 0..2 {
            let lent = Lent::new(10);
            assert_eq!(lent.get().text("1234567"), "1234567");
            assert!(!lent.is_full());
        }
    }

    #[test]
    fn one_arena_may_be_out_while_another_is_asked_for() {
        let (outer, inner) = (Lent::new(10), Lent::new(10));
        let one = outer.get().text("one");
        assert_eq!((one, inner.get().text("other")), ("one", "other"));
    }
}
