//! Customers with the same numbers, counted once.

use super::{Summary, TimeUnit};
use crate::analytics::count::real;

/// All that a likelihood needs, with what several customers share in tables: counts, times, and pairs of both.
#[expect(unnameable_types, reason = "nobody else implements a model")]
#[derive(Clone, Debug)]
pub struct Grouped {
    /// Different numbers of repeats, with how many customers have them.
    pub(super) repeats: Vec<(f64, f64)>,
    /// Different times: of a last purchase, or of an end.
    pub(super) times: Vec<f64>,
    /// Different pairs of a number of repeats and a time, as places in the tables.
    pub(super) pairs: Vec<(usize, usize)>,
    pub(super) groups: Vec<Group>,
    pub(super) customers: f64,
}

/// Customers with the same numbers; pairs are places in [`Grouped::pairs`], which have the same number of repeats.
#[derive(Clone, Debug)]
pub(super) struct Group {
    pub(super) last: usize,
    pub(super) end: usize,
    pub(super) customers: f64,
}

impl Grouped {
    pub(super) fn of<U: TimeUnit>(summaries: &[Summary<U>]) -> Self {
        let key = |it: &Summary<U>| (it.repeats(), it.last().get().to_bits(), it.age().get().to_bits());
        let mut keys: Vec<_> = summaries.iter().map(key).collect();
        keys.sort_unstable();
        let repeats = distinct(keys.iter().map(|it| it.0));
        let times = distinct(keys.iter().flat_map(|it| [it.1, it.2]));
        let pairs = distinct(keys.iter().flat_map(|it| [(it.0, it.1), (it.0, it.2)]));
        let place = |pair: (u32, u64)| pairs.binary_search(&pair).expect("all pairs are there");
        let groups = keys
            .chunk_by(|one, other| one == other)
            .map(|group| Group {
                last: place((group[0].0, group[0].1)),
                end: place((group[0].0, group[0].2)),
                customers: real(group.len()),
            })
            .collect();
        let places = pairs
            .iter()
            .map(|(count, time)| {
                let count = repeats.binary_search(count);
                let time = times.binary_search(time);
                (count.expect("all are there"), time.expect("all are there"))
            })
            .collect();
        Self {
            groups,
            pairs: places,
            customers: real(keys.len()),
            times: times.into_iter().map(f64::from_bits).collect(),
            repeats: keys
                .chunk_by(|one, other| one.0 == other.0)
                .map(|those| (f64::from(those[0].0), real(those.len())))
                .collect(),
        }
    }

    /// With all times divided by `unit`.
    pub(super) fn in_units_of(&self, unit: f64) -> Self {
        Self {
            times: self.times.iter().map(|it| it / unit).collect(),
            ..self.clone()
        }
    }
}

fn distinct<T: Ord>(all: impl Iterator<Item = T>) -> Vec<T> {
    let mut all: Vec<_> = all.collect();
    all.sort_unstable();
    all.dedup();
    all
}
