//! Texts of a catalogue as they are written at the places of messages: made once for all customers.

use std::sync::{
    OnceLock,
    atomic::{AtomicUsize, Ordering},
};

use crate::{schema::Layout, value::Type};

/// How many ways there are of writing a text at its place, see [`Way`].
pub(crate) const WAYS: usize = 10;

/// A way of writing a text, known by a number below [`WAYS`].
#[derive(Clone, Copy, Debug)]
pub(crate) struct Way(pub(crate) usize);

/// The texts of a catalogue's items, of each field in each way: of all items when the first of them is written so.
///
/// They belong to the items: they are gone when those are, and all templates share them.
#[derive(Debug)]
pub(super) struct Written {
    /// By slot and way. Nothing where there was no room left, or nothing is gained.
    columns: Box<[OnceLock<Option<Column>>]>,
}

/// Bytes that may still be kept of what was made of items.
#[derive(Debug)]
pub(crate) struct Room {
    left: AtomicUsize,
}

/// By row, where the text is not missing.
type Column = Box<[Option<Box<str>>]>;

/// Escaped text may be six times as long as it was; most is hardly longer, and is written in one way or two.
const ROOM: usize = 4;
/// What the items have at least where room is counted.
const LEAST: usize = 1 << 14;
/// What a row takes beside its letters: where they lie, and what the allocator adds.
pub(super) const OF_ROW: usize = 32;

impl Room {
    /// For items with so many bytes: [`ROOM`] times as much.
    pub(super) fn new(bytes: usize) -> Self {
        Self {
            left: AtomicUsize::new(bytes.max(LEAST).saturating_mul(ROOM)),
        }
    }

    /// Takes so many bytes, if they are left.
    pub(super) fn take(&self, bytes: usize) -> bool {
        self.left
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| {
                left.checked_sub(bytes)
            })
            .is_ok()
    }

    pub(super) fn give_back(&self, bytes: usize) {
        self.left.fetch_add(bytes, Ordering::Relaxed);
    }

    pub(super) fn left(&self) -> usize {
        self.left.load(Ordering::Relaxed)
    }
}

impl Written {
    /// The words of an enumeration are few and short, and are written anew.
    pub(super) fn new(layout: &Layout) -> Self {
        let columns = layout.slots.iter().flat_map(|slot| {
            let is_text = matches!(slot.ty, Type::String | Type::Url | Type::Ref(_));
            (0..WAYS).map(move |_| {
                if is_text {
                    OnceLock::new()
                } else {
                    OnceLock::from(None)
                }
            })
        });
        Self {
            columns: columns.collect(),
        }
    }

    /// The text of a row as `write` writes it, of a slot whose `texts` are these; nothing when it is missing or not kept.
    #[inline]
    pub(super) fn get<'t, T>(
        &self,
        (row, slot): (usize, usize),
        way: Way,
        texts: impl FnOnce() -> T,
        write: impl Fn(&'t str, &mut String),
        room: &Room,
    ) -> Option<&str>
    where
        T: ExactSizeIterator<Item = Option<&'t str>>,
    {
        let column = self.columns.get(slot * WAYS + way.0)?;
        let column = column.get_or_init(|| column_of(texts(), write, room)).as_ref()?;
        column.get(row)?.as_deref()
    }
}

#[cold]
fn column_of<'t>(
    texts: impl ExactSizeIterator<Item = Option<&'t str>>,
    write: impl Fn(&'t str, &mut String),
    room: &Room,
) -> Option<Column> {
    let mut bytes = texts.len().checked_mul(OF_ROW)?;
    let left = room.left();
    if bytes > left {
        return None;
    }
    let (mut kept, mut out) = (Vec::with_capacity(texts.len()), String::new());
    for text in texts {
        out.clear();
        kept.push(text.map(|text| {
            write(text, &mut out);
            Box::from(out.as_str())
        }));
        bytes += out.len();
        if bytes > left {
            return None;
        }
    }
    // Somebody else may have taken the room in the meantime.
    room.take(bytes).then(|| kept.into())
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;
    use crate::value::Field;

    const FIELDS: [&str; 2] = ["a & b", ""];

    fn written() -> Written {
        let words = Type::Words([std::sync::Arc::from("a")].into());
        let fields = [Field::new("name", Type::String), Field::new("kind", words)];
        Written::new(&Layout::of_fields(&fields))
    }

    fn texts<'t>(texts: &'t [&'t str]) -> impl ExactSizeIterator<Item = Option<&'t str>> {
        texts.iter().map(|it| (*it != "missing").then_some(*it))
    }

    #[test]
    fn each_text_is_written_once_in_each_way() {
        let (written, room, calls) = (written(), Room::new(0), Cell::new(0));
        let items = [FIELDS[0], "missing", FIELDS[1]];
        let get = |row, number, mark: &str| {
            let write = |text: &str, out: &mut String| {
                calls.set(calls.get() + 1);
                *out += text;
                *out += mark;
            };
            written.get((row, 0), Way(number), || texts(&items), write, &room)
        };
        for _ in 0..2 {
            assert_eq!(
                [0, 1, 2, 3].map(|row| get(row, 0, "!")),
                [Some("a & b!"), None, Some("!"), None]
            );
            assert_eq!(
                [0, 1, 2, 3].map(|row| get(row, 7, "?")),
                [Some("a & b?"), None, Some("?"), None]
            );
        }
        assert_eq!(calls.get(), 2 * 2, "texts that are there, in two ways");
    }

    #[test]
    fn no_more_is_kept_than_there_is_room_for() {
        let (written, room) = (written(), Room::new(LEAST));
        let most = LEAST * ROOM;
        let copy = |text: &str, out: &mut String| *out += text;
        let third = "x".repeat(most / 3);
        let kept = |number, text: &str| {
            let items = [text];
            written
                .get((0, 0), Way(number), || texts(&items), copy, &room)
                .is_some()
        };
        let all = [0, 1, 2, 3].map(|number| kept(number, &third));
        assert_eq!(all, [true, true, false, false]);
        assert!(kept(4, "what still fits is kept"));
        assert!(!kept(5, &"x".repeat(most)));
    }

    #[test]
    fn words_are_not_kept() {
        let copy = |text: &str, out: &mut String| *out += text;
        let items = ["a"];
        let room = Room::new(0);
        assert_eq!(written().get((0, 1), Way(0), || texts(&items), copy, &room), None);
    }
}
