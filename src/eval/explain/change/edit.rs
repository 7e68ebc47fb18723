//! Single steps of a change, made on a copy of the customer.

use std::sync::Arc;

use crate::{
    eval::explain::picture::{Cell, Picture, PictureRow},
    hir::{Place, Source, Spot},
    value::Value,
};

/// A step, by slots; see [`Edit`](super::Edit), which has names.
#[derive(Clone, Debug)]
pub(super) enum Step {
    Set {
        slot: u32,
        value: Value,
    },
    Add {
        source: Source,
        count: usize,
        like: Option<usize>,
        row: PictureRow,
        /// The slots in which it differs from what it is like, or that it has.
        with: Vec<u32>,
    },
    Remove {
        source: Source,
        index: usize,
    },
    Alter {
        source: Source,
        index: usize,
        slot: u32,
        value: Value,
    },
}

impl Step {
    /// Makes the step.
    pub(super) fn apply(&self, picture: &mut Picture) {
        match self {
            Self::Set { slot, value } => put(&mut picture.customer, *slot, value),
            Self::Add {
                source, count, row, ..
            } => {
                let rows = rows_mut(picture, source);
                let index = match source {
                    Source::Events(_) => rows.partition_point(|it| it.at() <= row.at()),
                    Source::List(_) => rows.len(),
                };
                rows.splice(index..index, std::iter::repeat_n(row.clone(), *count));
            }
            Self::Remove { source, index } => {
                let rows = rows_mut(picture, source);
                if *index < rows.len() {
                    rows.remove(*index);
                }
            }
            Self::Alter {
                source,
                index,
                slot,
                value,
            } => {
                let rows = rows_mut(picture, source);
                if let Some(row) = rows.get_mut(*index) {
                    put(row, *slot, value);
                }
                // Its time may be what was changed.
                if matches!(source, Source::Events(_)) {
                    rows.sort_by_key(PictureRow::at);
                }
            }
        }
    }
}

/// Gives a slot a value.
pub(super) fn put(row: &mut PictureRow, slot: u32, value: &Value) {
    if let Some(cell) = row.cells.get_mut(slot as usize) {
        *cell = Cell::Value(value.clone());
    }
}

/// The items of a collection of the customer.
pub(super) fn rows<'p>(picture: &'p Picture, source: &Source) -> &'p [PictureRow] {
    match source {
        Source::Events(event) => picture.events.get(*event).map_or(&[], |it| it.as_slice()),
        Source::List(Spot::Row(Place { row: 0, slot })) => match picture.customer.cells.get(*slot as usize) {
            Some(Cell::List(rows)) => rows,
            _ => &[],
        },
        Source::List(_) => &[],
    }
}

fn rows_mut<'p>(picture: &'p mut Picture, source: &Source) -> &'p mut Vec<PictureRow> {
    match source {
        Source::Events(event) => {
            let event = *event;
            if picture.events.len() <= event {
                picture.events.resize_with(event + 1, Arc::default);
            }
            Arc::make_mut(&mut picture.events[event])
        }
        Source::List(list) => {
            let slot = list.slot() as usize;
            if picture.customer.cells.len() <= slot {
                picture.customer.cells.resize(slot + 1, Cell::Missing);
            }
            let cell = &mut picture.customer.cells[slot];
            if !matches!(cell, Cell::List(_)) {
                *cell = Cell::List(Arc::default());
            }
            match cell {
                Cell::List(rows) => Arc::make_mut(rows),
                Cell::Missing | Cell::Value(_) => unreachable!("it was made a list above"),
            }
        }
    }
}
