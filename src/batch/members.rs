//! Who belongs to a segment, as a set of rows.

use std::{fmt, sync::Arc};

/// The customers of a batch who belong to a segment: one bit per row.
///
/// ```
/// # use audience::{Definitions, Zone, batch::{Column, Columns, Customers, Texts}};
/// let shop = Definitions::parse("customer { id: string key, orders: int }  segment loyal = orders >= 10")?;
/// let columns = Columns::new(3)
///     .column("id", Column::texts(Texts::from_iter(["ana", "ben", "eva"])))
///     .column("orders", Column::ints(&[12, 3, 10]));
/// let people = Customers::new(&shop, columns)?;
/// let at = shop.at("2026-06-01T00:00:00Z".parse()?, &Zone::UTC);
/// let loyal = shop.segment("loyal")?.evaluate(&people, &at);
/// assert_eq!((loyal.name(), loyal.count()), ("loyal", 2));
/// assert_eq!(loyal.rows().collect::<Vec<_>>(), [0, 2]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Members {
    name: Arc<str>,
    rows: usize,
    /// The lowest bit of the first is row 0; none is set beyond the last row.
    words: Vec<u64>,
}

impl Members {
    pub(super) fn new(name: &str, rows: usize, words: Vec<u64>) -> Self {
        debug_assert_eq!(words.len(), rows.div_ceil(64), "a bit per row");
        Self {
            name: name.into(),
            rows,
            words,
        }
    }

    /// The name of the segment.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How many there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.words.iter().map(|it| it.count_ones() as usize).sum()
    }

    /// Whether the customer in that row is one.
    #[must_use]
    pub fn contains(&self, row: usize) -> bool {
        self.words
            .get(row / 64)
            .is_some_and(|it| it >> (row % 64) & 1 == 1)
    }

    /// Their rows, ascending.
    pub fn rows(&self) -> impl Iterator<Item = usize> {
        let words = self.words.iter().enumerate();
        words.flat_map(|(index, word)| ones(*word).map(move |bit| index * 64 + bit))
    }
}

/// The positions of the bits that are set, ascending.
pub(super) fn ones(mut word: u64) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let bit = (word != 0).then(|| word.trailing_zeros() as usize)?;
        word &= word - 1;
        Some(bit)
    })
}

impl fmt::Debug for Members {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Members")
            .field("name", &self.name)
            .field("count", &self.count())
            .field("of", &self.rows)
            .finish_non_exhaustive()
    }
}
