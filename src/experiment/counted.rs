//! A tally that knows whom it has counted.

use std::{collections::HashMap, fmt};

use sha2::{Digest, Sha256};

use super::{CountError, Experiment, Measured, Tally};

/// A [`Tally`] that counts each customer once.
///
/// It remembers half of the SHA-256 of each key, some 30 bytes for a customer, in memory only: what is saved is the tally.
///
/// # Example
///
/// ```
/// # use audience::experiment::{Counted, Experiment, Metric, Treatment};
/// let experiment = Experiment::builder("spring")
///     .arm("none", 0.5, Treatment::Nothing)
///     .arm("letter", 0.5, Treatment::SameForAll)
///     .goal(Metric::rate("ordered"))
///     .build()?;
/// let mut counted = Counted::new(&experiment);
/// counted.add("ana", "none", [], [("ordered", true.into())])?;
/// let error = counted.add("ana", "letter", [], [("ordered", true.into())]).unwrap_err();
/// assert_eq!(error.to_string(), "this customer was counted in `none` before, and cannot be in `letter`, too");
/// assert_eq!(counted.tally().customers(), 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Counted {
    tally: Tally,
    /// The arm of each.
    seen: HashMap<[u8; 16], usize>,
}

impl Counted {
    /// Of an experiment in which nobody is yet.
    #[must_use]
    pub fn new(experiment: &Experiment) -> Self {
        Self {
            tally: Tally::new(experiment),
            seen: HashMap::new(),
        }
    }

    /// Counts a customer by her key, as [`Tally::add`] does.
    pub fn add<'a>(
        &mut self,
        key: &str,
        arm: &str,
        segments: impl IntoIterator<Item = &'a str>,
        values: impl IntoIterator<Item = (&'a str, Measured)>,
    ) -> Result<(), CountError> {
        let ready = self.tally.ready(arm, segments, values)?;
        let mark = mark(key);
        if let Some(before) = self.seen.get(&mark) {
            let arms = self.tally.experiment().arms();
            return Err(CountError::Again {
                before: arms[*before].name().to_owned(),
                now: arm.to_owned(),
            });
        }
        self.seen.insert(mark, ready.arm);
        self.tally.count(&ready);
        Ok(())
    }

    /// Adds the customers of another, such as of another thread.
    ///
    /// ```
    /// # use audience::experiment::{Counted, Experiment, Metric, Treatment};
    /// # let experiment = Experiment::builder("spring")
    /// #     .arm("none", 0.5, Treatment::Nothing)
    /// #     .arm("letter", 0.5, Treatment::SameForAll)
    /// #     .goal(Metric::rate("ordered"))
    /// #     .build()?;
    /// let mut counted = Counted::new(&experiment);
    /// counted.add("ana", "none", [], [("ordered", true.into())])?;
    /// let mut others = Counted::new(&experiment);
    /// others.add("ben", "letter", [], [("ordered", true.into())])?;
    /// counted.merge(&others)?;
    /// assert_eq!(counted.merge(&others).unwrap_err().to_string(), "1 customer was counted in both");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn merge(&mut self, other: &Self) -> Result<(), CountError> {
        let (few, many) = if self.seen.len() < other.seen.len() {
            (&self.seen, &other.seen)
        } else {
            (&other.seen, &self.seen)
        };
        let customers = few.keys().filter(|it| many.contains_key(*it)).count() as u64;
        // Two experiments may well have the same customers.
        if customers > 0 && self.tally.experiment() == other.tally.experiment() {
            return Err(CountError::Both { customers });
        }
        self.tally.merge(&other.tally)?;
        self.seen.extend(&other.seen);
        Ok(())
    }

    /// What was counted.
    #[must_use]
    pub fn tally(&self) -> &Tally {
        &self.tally
    }

    /// What was counted, without the memory of whom.
    #[must_use]
    pub fn into_tally(self) -> Tally {
        self.tally
    }
}

fn mark(key: &str) -> [u8; 16] {
    let digest = Sha256::digest(key);
    let (mark, _) = digest.split_first_chunk().expect("SHA-256 has 32 bytes");
    *mark
}

/// How many, not who.
impl fmt::Debug for Counted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Counted")
            .field("experiment", &self.tally.experiment().name())
            .field("customers", &self.tally.customers())
            .finish_non_exhaustive()
    }
}
