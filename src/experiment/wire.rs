//! Experiments and tallies as they are saved.
//!
//! Numbers are written as text in all their digits, so that what is read is what was saved.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

use super::{
    Experiment, Tally,
    design::Design,
    sums::{GREATEST, Moments, Pair, Sums, float},
    tally::{Cell, Cells},
};

/// What is written, and read.
const VERSION: u32 = 1;

/// For `#[serde(with = "exact")]`: a number as text.
pub(super) mod exact {
    use super::{Deserialize, Deserializer, Error, Serializer};

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
    pub(in super::super) fn serialize<S: Serializer>(number: &f64, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(number)
    }

    pub(in super::super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
        let text = String::deserialize(deserializer)?;
        let number = text.parse().ok().filter(|it: &f64| it.is_finite());
        number.ok_or_else(|| D::Error::custom(format_args!("`{text}` is no finite number")))
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SavedTally {
    experiment: Design,
    arms: Vec<SavedCells>,
    overlapping: u64,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SavedCells {
    all: SavedCell,
    segments: Vec<SavedCell>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SavedCell {
    customers: u64,
    metrics: Vec<SavedSums>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum SavedSums {
    Rate {
        had: u64,
    },
    Mean(SavedMoments),
    Ratio {
        above: SavedMoments,
        below: SavedMoments,
        #[serde(with = "exact")]
        cross: f64,
    },
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SavedMoments {
    #[serde(with = "exact")]
    mean: f64,
    #[serde(with = "exact")]
    second: f64,
    #[serde(with = "exact")]
    third: f64,
}

/// With the version beside it, which is looked at before anything else.
#[derive(Serialize, Deserialize)]
struct Versioned<T> {
    version: u32,
    content: T,
}

fn version<E: Error>(what: &str, version: u32) -> Result<(), E> {
    if version == VERSION {
        return Ok(());
    }
    Err(E::custom(format_args!(
        "{what} of version {version}, and only version {VERSION} is known"
    )))
}

impl Serialize for Experiment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let content = self.design();
        Versioned {
            version: VERSION,
            content,
        }
        .serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Experiment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let saved: Versioned<Design> = Versioned::deserialize(deserializer)?;
        version("an experiment", saved.version)?;
        Self::try_from(saved.content).map_err(D::Error::custom)
    }
}

impl Serialize for Tally {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let content = SavedTally {
            experiment: self.experiment.design().clone(),
            arms: self.arms.iter().map(SavedCells::from).collect(),
            overlapping: self.overlapping,
        };
        Versioned {
            version: VERSION,
            content,
        }
        .serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Tally {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let saved: Versioned<SavedTally> = Versioned::deserialize(deserializer)?;
        version("a tally", saved.version)?;
        let saved = saved.content;
        let experiment = Experiment::try_from(saved.experiment).map_err(D::Error::custom)?;
        let arms = saved.arms.into_iter().map(Cells::from).collect();
        let tally = Self {
            arms,
            overlapping: saved.overlapping,
            ..Self::new(&experiment)
        };
        match tally.fault() {
            None => Ok(tally),
            Some(fault) => Err(D::Error::custom(format_args!(
                "this is no tally of `{}`: {fault}",
                experiment.name()
            ))),
        }
    }
}

impl From<&Cells> for SavedCells {
    fn from(cells: &Cells) -> Self {
        Self {
            all: (&cells.all).into(),
            segments: cells.segments.iter().map(SavedCell::from).collect(),
        }
    }
}

impl From<SavedCells> for Cells {
    fn from(saved: SavedCells) -> Self {
        Self {
            all: saved.all.into(),
            segments: saved.segments.into_iter().map(Cell::from).collect(),
        }
    }
}

impl From<&Cell> for SavedCell {
    fn from(cell: &Cell) -> Self {
        let metrics = cell.sums.iter().map(|sums| match sums {
            Sums::Rate(had) => SavedSums::Rate { had: *had },
            Sums::Mean(moments) => SavedSums::Mean((*moments).into()),
            Sums::Ratio(pair) => SavedSums::Ratio {
                above: pair.above.into(),
                below: pair.below.into(),
                cross: pair.cross,
            },
        });
        Self {
            customers: cell.customers,
            metrics: metrics.collect(),
        }
    }
}

impl From<SavedCell> for Cell {
    fn from(saved: SavedCell) -> Self {
        let sums = saved.metrics.into_iter().map(|sums| match sums {
            SavedSums::Rate { had } => Sums::Rate(had),
            SavedSums::Mean(moments) => Sums::Mean(moments.into()),
            SavedSums::Ratio { above, below, cross } => Sums::Ratio(Pair {
                above: above.into(),
                below: below.into(),
                cross,
            }),
        });
        Self {
            customers: saved.customers,
            sums: sums.collect(),
        }
    }
}

impl From<Moments> for SavedMoments {
    fn from(Moments { mean, second, third }: Moments) -> Self {
        Self { mean, second, third }
    }
}

impl From<SavedMoments> for Moments {
    fn from(SavedMoments { mean, second, third }: SavedMoments) -> Self {
        Self { mean, second, third }
    }
}

impl Tally {
    /// Why no customers could have made this, if so.
    fn fault(&self) -> Option<&'static str> {
        let empty = Self::new(&self.experiment);
        if self.arms.len() != empty.arms.len() {
            return Some("it has another number of arms");
        }
        if self.overlapping > self.customers() {
            return Some("more customers are in several segments than there are");
        }
        self.arms.iter().zip(&empty.arms).find_map(|(cells, like)| {
            if cells.segments.len() != like.segments.len() {
                return Some("it has another number of segments");
            }
            let all = cells.segments.iter().chain([&cells.all]);
            let fault = all.zip(like.segments.iter().chain([&like.all]));
            let larger = |it: &Cell| it.customers > cells.all.customers;
            fault
                .into_iter()
                .find_map(|(cell, like)| cell.fault(like))
                .or_else(|| {
                    let any = cells.segments.iter().any(larger);
                    any.then_some("a segment has more customers than its arm")
                })
        })
    }
}

impl Cell {
    fn fault(&self, like: &Self) -> Option<&'static str> {
        let kinds = |it: &Self| it.sums.iter().map(Sums::kind).collect::<Vec<_>>();
        if kinds(self) != kinds(like) {
            return Some("it has other metrics");
        }
        if self.customers == 0 {
            return (self.sums != like.sums).then_some("it has sums of nobody");
        }
        let count = float(self.customers);
        self.sums.iter().find_map(|sums| match sums {
            Sums::Rate(hits) => (*hits > self.customers).then_some("more customers have it than there are"),
            Sums::Mean(moments) => moments.fault(count),
            Sums::Ratio(pair) => pair
                .above
                .fault(count)
                .or_else(|| pair.below.fault(count))
                .or_else(|| {
                    // But for rounding.
                    let most = pair.above.second.sqrt() * pair.below.second.sqrt() * (1.0 + 1e-6);
                    (pair.cross.abs() > most).then_some("its sums do not go together")
                }),
        })
    }
}

impl Moments {
    fn fault(&self, count: f64) -> Option<&'static str> {
        let most = 2.0 * GREATEST;
        let possible = self.mean.abs() <= most
            && (0.0..=most * most * count).contains(&self.second)
            && self.third.abs() <= most * most * most * count;
        (!possible).then_some("its sums are those of no numbers")
    }
}
