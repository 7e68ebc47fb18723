//! Answers for all customers of a batch, block by block.
//!
//! The tests of all segments are numbered, each once ([`prepared`]). For each block of rows a [`worker`] goes through the
//! leaves of each condition with the rows that reach them ([`sieve`]), and works out the tests that it meets, at most once: of one
//! slot by a loop made for its column ([`direct`]), or together with others of the same column ([`group`]); of events and
//! lists by a bit for each item ([`items`]); whatever else is asked, row by row, by the program that also answers for one
//! customer, and only for rows that are reached.
#![expect(
    clippy::needless_bitwise_bool,
    reason = "loops without branches are made into some that compare many values at a time"
)]

mod direct;
mod group;
mod items;
mod kernel;
mod masks;
mod planes;
mod prepared;
mod sieve;
mod worker;

pub(crate) use self::prepared::Conditions;
use self::{direct::Asked, prepared::Prepared, worker::Worker};
use super::{Customers, Members, TraitValues, gather::Gathered};
use crate::{
    bits,
    eval::{At, Machine},
    plan::{NodeId, Program},
    value::Type,
};

/// What is asked about a batch: some segments of one program.
pub(crate) struct Question<'q> {
    pub(crate) program: &'q Program,
    pub(crate) at: &'q At,
    /// The names, and the conditions in the same order.
    pub(crate) segments: Vec<&'q str>,
    pub(crate) conditions: &'q Conditions,
}

impl Question<'_> {
    /// Who belongs to each segment.
    pub(crate) fn members(&self, people: &Customers<'_>) -> Vec<Members> {
        let rows = people.len();
        let mut words = vec![Vec::with_capacity(rows.div_ceil(64)); self.segments.len()];
        self.blocks(people, |segment, mask| {
            words[segment].extend_from_slice(mask);
        });
        let members = self.segments.iter().zip(words);
        members
            .map(|(name, words)| Members::new(name, rows, words))
            .collect()
    }

    /// How many belong to each segment.
    pub(crate) fn counts(&self, people: &Customers<'_>) -> Vec<usize> {
        let mut counts = vec![0; self.segments.len()];
        self.blocks(people, |segment, mask| {
            counts[segment] += bits::count(mask);
        });
        counts
    }

    /// Gives the answer of each segment for each block, in the order of rows.
    fn blocks(&self, people: &Customers<'_>, mut take: impl FnMut(usize, &[u64])) {
        self.prepare(people, 1, |prepared, at| {
            let mut worker = Worker::new(prepared, people.table(), at);
            for block in blocks_of(people.len(), prepared.words) {
                worker.enter(block);
                for segment in 0..self.segments.len() {
                    worker.answer(segment, |mask| take(segment, mask));
                }
            }
        });
    }

    fn prepare<T>(
        &self,
        people: &Customers<'_>,
        workers: usize,
        work: impl FnOnce(&Prepared<'_>, &At) -> T,
    ) -> T {
        let at = self.at.resolving(&self.program.moments);
        let asked = Asked {
            program: self.program,
            moments: at.resolved(&self.program.moments).unwrap_or_default(),
        };
        let prepared = Prepared::new(asked, self.conditions, people.table(), workers);
        work(&prepared, &at)
    }
}

/// The first row of each block of so many words, and how many rows there are.
fn blocks_of(
    rows: usize,
    words: usize,
) -> impl DoubleEndedIterator<Item = (usize, usize)> + ExactSizeIterator {
    (0..rows.div_ceil(words * 64)).map(move |block| {
        let first = block * words * 64;
        (first, (rows - first).min(words * 64))
    })
}

#[cfg(feature = "parallel")]
mod parallel {
    use rayon::prelude::*;

    use super::{Customers, Members, Question, Worker, blocks_of};
    use crate::bits;

    impl Question<'_> {
        /// Who belongs to each segment, found on all processors.
        pub(crate) fn members_parallel(&self, people: &Customers<'_>) -> Vec<Members> {
            let masks = self.on_all_processors(people, |worker| {
                (0..self.segments.len())
                    .map(|it| worker.answer(it, <[u64]>::to_vec))
                    .collect::<Vec<_>>()
            });
            let rows = people.len();
            let of_segment = |(index, name): (usize, &&str)| {
                let words = masks.iter().flat_map(|masks| &masks[index]);
                Members::new(name, rows, words.copied().collect())
            };
            self.segments.iter().enumerate().map(of_segment).collect()
        }

        /// How many belong to each segment, counted on all processors.
        pub(crate) fn counts_parallel(&self, people: &Customers<'_>) -> Vec<usize> {
            let counts = self.on_all_processors(people, |worker| {
                let answers = (0..self.segments.len()).map(|it| worker.answer(it, bits::count));
                answers.collect::<Vec<usize>>()
            });
            (0..self.segments.len())
                .map(|segment| counts.iter().map(|counts| counts[segment]).sum())
                .collect()
        }

        /// What comes of each block, in order.
        fn on_all_processors<T: Send>(
            &self,
            people: &Customers<'_>,
            work: impl Fn(&mut Worker<'_, '_>) -> T + Sync,
        ) -> Vec<T> {
            self.prepare(people, rayon::current_num_threads(), |prepared, at| {
                let worker = || Worker::new(prepared, people.table(), at);
                let blocks: Vec<_> = blocks_of(people.len(), prepared.words).collect();
                let blocks = blocks.into_par_iter().map_init(worker, |worker, block| {
                    worker.enter(block);
                    work(worker)
                });
                blocks.collect()
            })
        }
    }
}

/// The values of a trait.
pub(crate) fn values(
    (name, ty, node): (&str, &Type, NodeId),
    program: &Program,
    people: &Customers<'_>,
    at: &At,
) -> TraitValues {
    let at = at.resolving(&program.moments);
    let mut gathered = Gathered::new(ty);
    for row in 0..people.len() {
        gathered.push(Machine::new(program, people.row(row), &at).value(node));
    }
    TraitValues::new(name, ty, people.len(), gathered.finish())
}
