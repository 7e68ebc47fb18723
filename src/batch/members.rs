//! Who belongs to a segment, as a set of rows.

use std::{collections::HashSet, fmt, sync::Arc};

use super::Customers;
use crate::{bits, value::ValueRef};

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
        bits::count(&self.words)
    }

    /// Whether the customer in that row is one.
    #[must_use]
    pub fn contains(&self, row: usize) -> bool {
        bits::contains(&self.words, row)
    }

    /// Their rows, ascending.
    pub fn rows(&self) -> impl Iterator<Item = usize> {
        bits::positions(&self.words)
    }

    /// Their keys in the order of rows, of the batch that they were found in.
    ///
    /// ```
    /// # use audience::{Definitions, ValueRef, Zone, batch::{Column, Columns, Customers, Texts}};
    /// # let shop = Definitions::parse("customer { id: string key, orders: int }  segment loyal = orders >= 10")?;
    /// # let columns = Columns::new(2)
    /// #     .column("id", Column::texts(Texts::from_iter(["ana", "ben"])))
    /// #     .column("orders", Column::ints(&[2, 11]));
    /// # let people = Customers::new(&shop, columns)?;
    /// # let at = shop.at("2026-06-01T00:00:00Z".parse()?, &Zone::UTC);
    /// let loyal = shop.segment("loyal")?.evaluate(&people, &at);
    /// assert_eq!(loyal.keys(&people).collect::<Vec<_>>(), [ValueRef::Text("ben")]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn keys<'p>(&self, people: &'p Customers<'_>) -> impl Iterator<Item = ValueRef<'p>> {
        self.rows().filter_map(|row| people.key(row))
    }

    /// Those who are in this or in the other, of the same batch.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        self.with(other, "or", |mine, others| mine | others)
    }

    /// Those who are in both, of the same batch.
    ///
    /// ```
    /// # use audience::{Definitions, Zone, batch::{Column, Columns, Customers, Texts}};
    /// # let shop = Definitions::parse(
    /// #     "customer { id: string key, orders: int }  segment buyers = orders > 0  segment loyal = orders >= 10",
    /// # )?;
    /// # let columns = Columns::new(3)
    /// #     .column("id", Column::texts(Texts::from_iter(["ana", "ben", "eva"])))
    /// #     .column("orders", Column::ints(&[2, 11, 0]));
    /// # let people = Customers::new(&shop, columns)?;
    /// # let at = shop.at("2026-06-01T00:00:00Z".parse()?, &Zone::UTC);
    /// let buyers = shop.segment("buyers")?.evaluate(&people, &at);
    /// let loyal = shop.segment("loyal")?.evaluate(&people, &at);
    /// assert_eq!(buyers.intersection(&loyal).count(), buyers.overlap(&loyal));
    /// assert_eq!(buyers.difference(&loyal).rows().collect::<Vec<_>>(), [0]);
    /// assert_eq!(buyers.difference(&loyal).name(), "buyers and not loyal");
    /// assert_eq!(loyal.union(&buyers).rows().collect::<Vec<_>>(), [0, 1]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn intersection(&self, other: &Self) -> Self {
        self.with(other, "and", |mine, others| mine & others)
    }

    /// Those who are in this and not in the other, of the same batch.
    #[must_use]
    pub fn difference(&self, other: &Self) -> Self {
        self.with(other, "and not", |mine, others| mine & !others)
    }

    /// How many are in both, of the same batch.
    #[must_use]
    pub fn overlap(&self, other: &Self) -> usize {
        let words = self.words.iter().zip(&other.words);
        words
            .map(|(mine, others)| (mine & others).count_ones() as usize)
            .sum()
    }

    /// Who entered and who left since `earlier`, which may be of another batch: customers are known by their keys.
    ///
    /// Who is a member now and was none then has entered, whether or not the batch of then had her; and likewise for who left.
    /// Batches need not be sorted. Takes time and memory proportional to the number of members.
    ///
    /// ```
    /// # use audience::{Definitions, ValueRef, Zone, batch::{Column, Columns, Customers, Texts}};
    /// let shop = Definitions::parse("customer { id: string key, orders: int }  segment loyal = orders >= 10")?;
    /// let at = shop.at("2026-06-01T00:00:00Z".parse()?, &Zone::UTC);
    /// let batch = |ids: [&str; 3], orders: [i64; 3]| {
    ///     let ids = Column::texts(Texts::from_iter(ids));
    ///     Customers::new(&shop, Columns::new(3).column("id", ids).column("orders", Column::ints(orders.to_vec())))
    /// };
    /// let (then, now) = (batch(["ana", "ben", "eva"], [12, 9, 10])?, batch(["ben", "eva", "zoe"], [10, 10, 1])?);
    /// let loyal = shop.segment("loyal")?;
    /// let changes = loyal.evaluate(&now, &at).diff(&now, &loyal.evaluate(&then, &at), &then);
    /// assert_eq!(changes.entered, [ValueRef::Text("ben")]);
    /// assert_eq!(changes.left, [ValueRef::Text("ana")]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn diff<'n, 'e>(
        &self,
        people: &'n Customers<'_>,
        earlier: &Self,
        earlier_people: &'e Customers<'_>,
    ) -> KeyChanges<'n, 'e> {
        let now: HashSet<Key<'_>> = self.keys(people).filter_map(Key::of).collect();
        let then: HashSet<Key<'_>> = earlier.keys(earlier_people).filter_map(Key::of).collect();
        let lacks =
            |keys: &HashSet<Key<'_>>, key: ValueRef<'_>| Key::of(key).is_some_and(|key| !keys.contains(&key));
        KeyChanges {
            entered: self.keys(people).filter(|key| lacks(&then, *key)).collect(),
            left: earlier
                .keys(earlier_people)
                .filter(|key| lacks(&now, *key))
                .collect(),
        }
    }

    fn with(&self, other: &Self, word: &str, join: impl Fn(u64, u64) -> u64) -> Self {
        let rows = self.rows.max(other.rows);
        let word_of = |words: &[u64], index: usize| words.get(index).copied().unwrap_or(0);
        let words =
            (0..rows.div_ceil(64)).map(|it| join(word_of(&self.words, it), word_of(&other.words, it)));
        Self {
            name: format!("{} {word} {}", self.name, other.name).into(),
            rows,
            words: words.collect(),
        }
    }
}

/// Who entered a segment and who left it, by key, each in the order of the batch; made by [`Members::diff`].
///
/// `Debug` shows how many, as keys may be personal.
#[derive(Clone, PartialEq)]
pub struct KeyChanges<'n, 'e> {
    /// Members now who were none before.
    pub entered: Vec<ValueRef<'n>>,
    /// Members before who are none now.
    pub left: Vec<ValueRef<'e>>,
}

/// How many entered and left.
impl fmt::Debug for KeyChanges<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyChanges")
            .field("entered", &self.entered.len())
            .field("left", &self.left.len())
            .finish_non_exhaustive()
    }
}

/// A key that can be looked up.
#[derive(PartialEq, Eq, Hash)]
enum Key<'a> {
    Int(i64),
    Text(&'a str),
}

impl<'a> Key<'a> {
    fn of(value: ValueRef<'a>) -> Option<Self> {
        match value {
            ValueRef::Int(it) => Some(Self::Int(it)),
            ValueRef::Text(it) => Some(Self::Text(it)),
            _ => None,
        }
    }
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
