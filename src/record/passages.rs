//! Passages of messages that show one item of a catalogue: written once for each item, and copied from then on.

use std::sync::OnceLock;

use super::written::{OF_ROW, Room};

/// A passage is known by what it says and shows, so that templates which have the same one share what is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PassageKey(pub(crate) [u64; 4]);

impl PassageKey {
    #[inline]
    fn first_place(&self) -> u8 {
        self.0[0].to_le_bytes()[0]
    }
}

/// The passages of a catalogue's items.
#[derive(Debug)]
pub(super) struct Passages {
    /// By a part of the key, or shortly behind it.
    kept: Box<[OnceLock<Kept>]>,
}

#[derive(Debug)]
struct Kept {
    key: PassageKey,
    /// By row, once it was shown. None where there was no room for them.
    texts: Box<[OnceLock<Box<str>>]>,
}

/// A passage for one item.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Passage<'a> {
    text: &'a OnceLock<Box<str>>,
    room: &'a Room,
}

/// So many passages are kept at most; others are written anew for each message.
const MOST: usize = 1 << u8::BITS;
/// So many places are tried for each.
const TRIES: u8 = 16;

impl Passages {
    pub(super) fn new() -> Self {
        Self {
            kept: (0..MOST).map(|_| OnceLock::new()).collect(),
        }
    }

    /// The passage for the item of that row, of so many; nothing where there is no room for it.
    #[inline]
    pub(super) fn find<'a>(
        &'a self,
        key: &PassageKey,
        (row, rows): (usize, usize),
        room: &'a Room,
    ) -> Option<Passage<'a>> {
        let first = key.first_place();
        let kept = (0..TRIES).find_map(|further| {
            let place = usize::from(first.wrapping_add(further));
            let kept = self.kept[place].get_or_init(|| Kept::new(*key, rows, room));
            (kept.key == *key).then_some(kept)
        })?;
        let text = kept.texts.get(row)?;
        Some(Passage { text, room })
    }
}

impl Kept {
    #[cold]
    fn new(key: PassageKey, rows: usize, room: &Room) -> Self {
        let bytes = rows.saturating_mul(size_of::<OnceLock<Box<str>>>());
        let rows = if room.take(bytes) { rows } else { 0 };
        Self {
            key,
            texts: (0..rows).map(|_| OnceLock::new()).collect(),
        }
    }
}

impl<'a> Passage<'a> {
    /// The text, when it was written before.
    #[inline]
    pub(crate) fn text(self) -> Option<&'a str> {
        self.text.get().map(|it| &**it)
    }

    /// Keeps the text, if there is room.
    #[cold]
    pub(crate) fn keep(self, text: &str) {
        if self.text.get().is_none() && self.room.take(text.len().saturating_add(OF_ROW)) {
            // Whoever was first on another thread has written the same.
            let _ = self.text.set(text.into());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(number: u64) -> PassageKey {
        PassageKey([number, 1, 2, 3])
    }

    #[test]
    fn each_item_has_its_text_in_each_passage() {
        let (passages, room) = (Passages::new(), Room::new(0));
        let find = |number, row| {
            passages
                .find(&key(number), (row, 3), &room)
                .expect("there is room")
        };
        for (number, row, text) in [(1, 0, "a"), (1, 2, "b"), (1 + MOST as u64, 0, "c")] {
            assert_eq!(find(number, row).text(), None);
            find(number, row).keep(text);
            find(number, row).keep("another");
        }
        assert_eq!(find(1, 0).text(), Some("a"));
        assert_eq!(find(1, 1).text(), None);
        assert_eq!(find(1, 2).text(), Some("b"));
        assert_eq!(find(1 + MOST as u64, 0).text(), Some("c"));
        assert!(passages.find(&key(1), (3, 3), &room).is_none());
    }

    #[test]
    fn no_more_passages_are_kept_than_there_is_room_for() {
        let (passages, room) = (Passages::new(), Room::new(0));
        let long = "x".repeat(room.left() / 2);
        for row in 0..3 {
            passages
                .find(&key(7), (row, 3), &room)
                .expect("a list of three")
                .keep(&long);
        }
        let kept = [0, 1, 2].map(|row| {
            passages
                .find(&key(7), (row, 3), &room)
                .and_then(Passage::text)
                .is_some()
        });
        assert_eq!(kept, [true, false, false]);
        assert!(
            passages.find(&key(8), (0, room.left()), &room).is_none(),
            "not even the list"
        );
    }

    #[test]
    fn passages_beyond_the_most_are_not_kept() {
        let (passages, room) = (Passages::new(), Room::new(1 << 20));
        let alike = (0..=u64::from(TRIES)).map(|number| key(number * MOST as u64));
        let kept: Vec<_> = alike
            .map(|key| passages.find(&key, (0, 1), &room).is_some())
            .collect();
        assert_eq!(kept.iter().filter(|it| **it).count(), usize::from(TRIES));
        assert!(!kept[usize::from(TRIES)]);
    }
}
