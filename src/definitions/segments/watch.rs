//! Which segments have to be asked again when something changes.

use std::collections::{BTreeSet, HashMap};

use indexmap::IndexSet;

use super::Selection;
use crate::{
    definitions::Inner,
    plan::{self, Clock, Planner, Program, Reads},
};

/// What the segments of a selection read, by name.
#[derive(Debug)]
pub(crate) struct Watch {
    /// By their path, and the records that they are in.
    pub(super) attributes: HashMap<String, Box<[u64]>>,
    pub(super) events: HashMap<String, (usize, Box<[u64]>)>,
    pub(super) catalogs: HashMap<String, Box<[u64]>>,
    pub(super) clocks: Vec<Clock>,
    /// The segments that time alone may turn.
    pub(super) timed: Box<[u64]>,
    /// Of these, those of which no clock tells when.
    pub(super) lost: Box<[u64]>,
    /// What the segments are, by their content.
    pub(super) content: String,
}

impl Watch {
    pub(super) fn of(selection: &Selection, inner: &Inner) -> Self {
        let planned = &inner.planned;
        let blocks: Vec<_> = selection.order.iter().map(|it| planned.segments[*it]).collect();
        let reads = plan::reads(&planned.program, &blocks);
        let words = blocks.len().div_ceil(64);
        let mask = |such: &dyn Fn(&Reads) -> bool| -> Box<[u64]> {
            let mut mask = vec![0; words];
            for (position, _) in reads.iter().enumerate().filter(|(_, it)| such(it)) {
                mask[position / 64] |= 1 << (position % 64);
            }
            mask.into()
        };
        let schema = &inner.module.schema;
        let mut clocks = IndexSet::new();
        for it in &reads {
            clocks.extend(it.clocks.iter().copied());
        }
        Self {
            attributes: attributes(&planned.program, &reads, words),
            events: (schema.events.keys().enumerate())
                .map(|(event, name)| {
                    let asked_by = mask(&|it| it.events.contains(&event));
                    (name.to_string(), (event, asked_by))
                })
                .collect(),
            catalogs: (schema.catalogs.iter())
                .map(|(name, catalog)| {
                    let id = crate::schema::CatalogId::of(name, catalog);
                    let followed = planned.program.catalogs.iter().zip(0_u32..);
                    let numbers: BTreeSet<u32> =
                        followed.filter(|(it, _)| it.id == id).map(|(_, it)| it).collect();
                    (name.to_string(), mask(&|it| !it.catalogs.is_disjoint(&numbers)))
                })
                .collect(),
            clocks: clocks.into_iter().collect(),
            timed: mask(&|it| it.lost || !it.clocks.is_empty()),
            lost: mask(&|it| it.lost),
            content: content(selection, inner),
        }
    }
}

fn attributes(program: &Program, reads: &[Reads], words: usize) -> HashMap<String, Box<[u64]>> {
    let mut masks: HashMap<String, Box<[u64]>> = HashMap::new();
    let mut by_slot: HashMap<u32, Vec<usize>> = HashMap::new();
    for (position, it) in reads.iter().enumerate() {
        for slot in &it.slots {
            by_slot.entry(*slot).or_default().push(position);
        }
    }
    for (slot, it) in (0_u32..).zip(&program.customer.slots) {
        for depth in 1..=it.path.len() {
            let path = it.path[..depth].join(".");
            let mask = masks.entry(path).or_insert_with(|| vec![0; words].into());
            for position in by_slot.get(&slot).into_iter().flatten() {
                mask[position / 64] |= 1 << (position % 64);
            }
        }
    }
    masks
}

/// The segments planned by themselves, so that nothing else that is defined has a part in it.
fn content(selection: &Selection, inner: &Inner) -> String {
    let mut planner = Planner::new(&inner.module);
    let blocks: Vec<_> = selection
        .order
        .iter()
        .map(|it| planner.add_segment(*it))
        .collect();
    let names = selection.order.iter().map(|it| &*inner.module.segments[*it].name);
    let names: Vec<&str> = names.collect();
    let schema = inner.shape.id.to_string();
    plan::content(
        &planner.finish(),
        &blocks,
        &[&[schema.as_str()], &names[..]].concat(),
    )
}
