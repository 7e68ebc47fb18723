//! Who enters and who leaves.

use std::fmt;

use indexmap::IndexMap;
use serde::Serialize;

use crate::{
    definitions::{Definitions, SchemaMismatch, Segment},
    eval::At,
    record::Customer,
};

/// Asks customers which segments they enter and leave with new definitions, one after the other.
///
/// ```
/// # use audience::{Definitions, Moves, Zone};
/// let shop = "customer { id: string key, orders: int }";
/// let old = Definitions::parse(&format!("{shop} segment loyal = orders >= 10"))?;
/// let new = Definitions::parse(&format!("{shop} segment loyal = orders >= 5"))?;
/// let now = "2026-06-01T00:00:00Z".parse()?;
/// let mut moves = Moves::between(&old, old.at(now, &Zone::UTC), &new, new.at(now, &Zone::UTC));
/// for json in [r#"{"id": "ana", "orders": 7}"#, r#"{"id": "ben", "orders": 12}"#] {
///     moves.add(&old.customer_from_json(json)?, &new.customer_from_json(json)?)?;
/// }
/// let loyal = &moves.segments()[0];
/// assert_eq!((&*loyal.entering, loyal.leaving.len(), loyal.staying), (&["ana".to_owned()][..], 0, 1));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Moves {
    old: At,
    new: At,
    segments: Vec<(Option<Segment>, Option<Segment>)>,
    found: Vec<Move>,
}

/// Who enters and who leaves one segment, by their keys.
#[derive(Clone, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Move {
    /// Its name.
    pub segment: String,
    /// Out before, in now; all of a segment that is new.
    pub entering: Vec<String>,
    /// In before, out now; all of a segment that is gone.
    pub leaving: Vec<String>,
    /// How many were in and are.
    pub staying: u64,
}

impl Moves {
    /// Starts to compare two sets of definitions, each at its moment: the same instant in the same zone, with the items of
    /// their catalogues.
    ///
    /// Segments that compare a customer with the others need definitions with a population; else they are left out.
    #[must_use]
    pub fn between(old: &Definitions, before: At, new: &Definitions, after: At) -> Self {
        let mut both: IndexMap<String, (Option<Segment>, Option<Segment>)> = IndexMap::new();
        for segment in new.segments() {
            let name = segment.name().to_owned();
            both.entry(name).or_default().1 = Some(segment);
        }
        for segment in old.segments() {
            let name = segment.name().to_owned();
            both.entry(name).or_default().0 = Some(segment);
        }
        let (names, segments): (Vec<_>, Vec<_>) = both.into_iter().unzip();
        let found = names.into_iter().map(|segment| Move {
            segment,
            ..Move::default()
        });
        Self {
            old: before,
            new: after,
            segments,
            found: found.collect(),
        }
    }

    /// Asks one customer, who was loaded with the old definitions and with the new ones.
    ///
    /// # Errors
    ///
    /// When the customer was loaded for another schema.
    pub fn add(&mut self, before: &Customer, after: &Customer) -> Result<(), SchemaMismatch> {
        for ((old, new), found) in self.segments.iter().zip(&mut self.found) {
            let was = old
                .as_ref()
                .map_or(Ok(false), |it| it.try_matches(before, &self.old))?;
            let is = new
                .as_ref()
                .map_or(Ok(false), |it| it.try_matches(after, &self.new))?;
            match (was, is) {
                (false, true) => found.entering.push(after.key().to_string()),
                (true, false) => found.leaving.push(before.key().to_string()),
                (true, true) => found.staying += 1,
                (false, false) => {}
            }
        }
        Ok(())
    }

    /// What was found so far, for each segment of the new definitions and then for those that are gone.
    #[must_use]
    pub fn segments(&self) -> &[Move] {
        &self.found
    }
}

/// How many, not who: keys may be personal.
impl fmt::Debug for Move {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Move")
            .field("segment", &self.segment)
            .field("entering", &self.entering.len())
            .field("leaving", &self.leaving.len())
            .field("staying", &self.staying)
            .finish()
    }
}

impl fmt::Debug for Moves {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(&self.found).finish()
    }
}

/// In one line: `loyal: 2 enter, 1 leaves, 10 stay`.
impl fmt::Display for Move {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (entering, leaving) = (self.entering.len(), self.leaving.len());
        write!(
            f,
            "{}: {entering} {}, {leaving} {}, {} {}",
            self.segment,
            if entering == 1 { "enters" } else { "enter" },
            if leaving == 1 { "leaves" } else { "leave" },
            self.staying,
            if self.staying == 1 { "stays" } else { "stay" },
        )
    }
}
