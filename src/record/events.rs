//! The tables of a customer's events, by type.

use std::ops::{Index, IndexMut};

use super::table::Table;

/// So many types have their tables in the customer itself, as reaching another place in memory takes longer than to look for
/// what happened in a window.
const NEAR: usize = 2;

/// A table for each type of event, in the order of [`Schema::events`](crate::Schema::events).
#[derive(Clone, Debug)]
#[repr(C)]
pub(super) struct Events {
    near: [Option<Table>; NEAR],
    rest: Box<[Table]>,
}

impl Events {
    #[inline]
    pub(super) fn get(&self, event: usize) -> Option<&Table> {
        match self.near.get(event) {
            Some(table) => table.as_ref(),
            None => self.rest.get(event - NEAR),
        }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Table> {
        self.near.iter().flatten().chain(&self.rest)
    }
}

impl Index<usize> for Events {
    type Output = Table;

    fn index(&self, event: usize) -> &Table {
        self.get(event).expect("there is a table for each type")
    }
}

impl IndexMut<usize> for Events {
    fn index_mut(&mut self, event: usize) -> &mut Table {
        let table = match self.near.get_mut(event) {
            Some(table) => table.as_mut(),
            None => self.rest.get_mut(event - NEAR),
        };
        table.expect("there is a table for each type")
    }
}

impl FromIterator<Table> for Events {
    fn from_iter<I: IntoIterator<Item = Table>>(tables: I) -> Self {
        let mut tables = tables.into_iter().fuse();
        Self {
            near: std::array::from_fn(|_| tables.next()),
            rest: tables.collect(),
        }
    }
}
