//! Passages of messages that show one item of a catalogue: written once for each item, and copied from then on.

use std::sync::OnceLock;

use super::written::{OF_ROW, Room};

/// A passage is known by what it says and shows, so that templates which have the same one share what is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PassageKey(pub(crate) [u8; 32]);

/// The passages of a catalogue's items.
#[derive(Debug)]
pub(super) struct Passages {
    /// By the first byte of the key, or shortly behind it.
    kept: Box<[OnceLock<Kept>]>,
}

#[derive(Debug)]
struct Kept {
    key: PassageKey,
    /// By row, [`PAGE`] of them together once one is shown. None where there was no room for them.
    pages: Box<[OnceLock<Page>]>,
}

type Page = Box<[OnceLock<Text>]>;

/// What a passage says of an item.
#[derive(Debug)]
pub(crate) struct Text {
    pub(crate) text: Box<str>,
    /// The bytes of scratch that it took to write it.
    pub(crate) scratch: usize,
}

/// A passage for one item.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Passage<'a> {
    text: &'a OnceLock<Text>,
    room: &'a Room,
}

/// So many passages are kept at most; others are written anew for each message.
const MOST: usize = 1 << u8::BITS;
/// So many places are tried for each.
const TRIES: u8 = 16;
const PAGE: usize = 64;

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
        let kept = (0..TRIES).find_map(|further| {
            let place = usize::from(key.0[0].wrapping_add(further));
            let kept = self.kept[place].get_or_init(|| Kept::new(*key, rows, room));
            (kept.key == *key).then_some(kept)
        })?;
        let page = kept.pages.get(row / PAGE)?.get_or_init(|| page(room));
        let text = page.get(row % PAGE)?;
        Some(Passage { text, room })
    }
}

impl Kept {
    #[cold]
    fn new(key: PassageKey, rows: usize, room: &Room) -> Self {
        let pages = rows.div_ceil(PAGE);
        let bytes = pages.saturating_mul(size_of::<OnceLock<Page>>());
        let pages = if room.take(bytes) { pages } else { 0 };
        Self {
            key,
            pages: (0..pages).map(|_| OnceLock::new()).collect(),
        }
    }
}

/// The places of as many rows, or none where there was no room for them.
#[cold]
fn page(room: &Room) -> Page {
    let rows = if room.take(PAGE * size_of::<OnceLock<Text>>()) {
        PAGE
    } else {
        0
    };
    (0..rows).map(|_| OnceLock::new()).collect()
}

impl<'a> Passage<'a> {
    /// The text, when it was written before.
    #[inline]
    pub(crate) fn text(self) -> Option<&'a Text> {
        self.text.get()
    }

    /// Keeps the text, if there is room.
    #[cold]
    pub(crate) fn keep(self, text: &str, scratch: usize) {
        let bytes = text.len().saturating_add(OF_ROW);
        if self.text.get().is_some() || !self.room.take(bytes) {
            return;
        }
        let text = text.into();
        if self.text.set(Text { text, scratch }).is_err() {
            // Somebody on another thread was first and has written the same.
            self.room.give_back(bytes);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(first: u8, last: u8) -> PassageKey {
        let mut key = [7; 32];
        key[0] = first;
        key[31] = last;
        PassageKey(key)
    }

    fn text(passage: Passage<'_>) -> Option<&str> {
        passage.text().map(|it| &*it.text)
    }

    #[test]
    fn each_item_has_its_text_in_each_passage() {
        let (passages, room) = (Passages::new(), Room::new(0));
        let rows = PAGE + 3;
        let find = |last, row| {
            passages
                .find(&key(250, last), (row, rows), &room)
                .expect("there is room")
        };
        for (number, row, said) in [(1, 0, "a"), (1, rows - 1, "b"), (2, 0, "c")] {
            assert_eq!(text(find(number, row)), None);
            find(number, row).keep(said, 0);
            find(number, row).keep("another", 0);
        }
        assert_eq!(text(find(1, 0)), Some("a"));
        assert_eq!(text(find(1, 1)), None);
        assert_eq!(text(find(1, rows - 1)), Some("b"));
        assert_eq!(text(find(2, 0)), Some("c"));
        assert!(passages.find(&key(1, 1), (2 * PAGE, rows), &room).is_none());
    }

    #[test]
    fn no_more_passages_are_kept_than_there_is_room_for() {
        let (passages, room) = (Passages::new(), Room::new(0));
        let long = "x".repeat(room.left() / 2);
        for row in 0..3 {
            let passage = passages.find(&key(7, 7), (row, 3), &room);
            passage.expect("a list of three").keep(&long, 0);
        }
        let kept = [0, 1, 2].map(|row| {
            passages
                .find(&key(7, 7), (row, 3), &room)
                .and_then(text)
                .is_some()
        });
        assert_eq!(kept, [true, false, false]);
        let rows = room.left() * PAGE;
        assert!(
            passages.find(&key(8, 8), (0, rows), &room).is_none(),
            "not even the list of pages"
        );
        room.take(room.left() - 100);
        assert!(
            passages.find(&key(9, 9), (0, 3), &room).is_none(),
            "not even a page"
        );
    }

    #[test]
    fn passages_beyond_the_most_are_not_kept() {
        let (passages, room) = (Passages::new(), Room::new(1 << 20));
        let alike = (0..=TRIES).map(|last| key(3, last));
        let kept: Vec<_> = alike
            .map(|key| passages.find(&key, (0, 1), &room).is_some())
            .collect();
        assert_eq!(kept.iter().filter(|it| **it).count(), usize::from(TRIES));
        assert!(!kept[usize::from(TRIES)]);
    }
}
