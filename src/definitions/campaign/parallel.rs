//! All campaigns for many customers, on all processors.

use rayon::prelude::*;

use super::{Campaigns, Decisions, Summary, all::Memory};
use crate::{
    definitions::SchemaMismatch,
    eval::At,
    record::{BoundRow, Customer, Record},
};

impl Campaigns {
    /// Decides all campaigns for each customer on all processors, and hands what was decided to `sink` on the thread that
    /// decided it: in no particular order, and several at a time. The decisions and the summary are those of
    /// [`decide_many`](Self::decide_many). Needs the feature `parallel`.
    ///
    /// # Panics
    ///
    /// When a customer was loaded for another schema.
    pub fn decide_many_parallel<'a>(
        &'a self,
        customers: &'a [Customer],
        at: &'a At,
        sink: impl Fn(&Decisions<'a>) + Sync,
    ) -> Summary {
        many(
            customers,
            || self.summary(),
            |customer, memory, summary| {
                assert!(customer.fits(&self.inner.shape), "{SchemaMismatch}");
                self.one((customer, customer), at, memory, summary, &sink);
            },
        )
    }
}

impl<R: Record + Sync> Campaigns<R> {
    /// Decides all campaigns for each record on all processors, as for loaded customers. Needs the feature `parallel`.
    pub fn decide_many_parallel<'a>(
        &'a self,
        records: &'a [R],
        at: &'a At,
        sink: impl Fn(&Decisions<'a, R>) + Sync,
    ) -> Summary {
        many(
            records,
            || self.summary(),
            |record, memory, summary| {
                let row = BoundRow::new(record, self.bound());
                self.one((record, row), at, memory, summary, &sink);
            },
        )
    }
}

fn many<'a, C: Sync>(
    customers: &'a [C],
    empty: impl Fn() -> Summary + Sync + Send,
    one: impl Fn(&'a C, &mut Memory, &mut Summary) + Sync + Send,
) -> Summary {
    let folded = customers.par_iter().fold(
        || (Memory::default(), empty()),
        |(mut memory, mut summary), customer| {
            one(customer, &mut memory, &mut summary);
            (memory, summary)
        },
    );
    folded
        .map(|(_, summary)| summary)
        .reduce(&empty, |mut all, more| {
            all.add(&more);
            all
        })
}
