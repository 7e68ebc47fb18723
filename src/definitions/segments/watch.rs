//! Which segments have to be asked again when something changes, or when time passes.

use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

use foldhash::fast::RandomState;
use indexmap::IndexMap;

use super::{Selection, What};
use crate::{
    bits,
    definitions::Inner,
    diagnostic::suggest,
    error::UnknownName,
    plan::{self, Clock, Planner, Reads},
    schema::CatalogId,
};

/// What the segments of a selection read, by name, and the clocks that they go by.
#[derive(Debug)]
pub(crate) struct Watch {
    /// By their path, and the records that they are in.
    attributes: ByName,
    events: ByName,
    catalogs: ByName,
    pub(super) clocks: Vec<Timed>,
    /// The segments that time alone may turn.
    pub(super) timed: Box<[u64]>,
    /// Of these, those of which no clock tells when.
    pub(super) lost: Box<[u64]>,
    /// What the segments are, by their content.
    pub(super) content: Arc<str>,
}

type ByName = HashMap<String, Affected, RandomState>;

/// Who has to be asked again: segments, and clocks that may tell another time.
#[derive(Clone, Debug, Default)]
pub(super) struct Affected {
    pub(super) segments: Vec<u64>,
    pub(super) clocks: Vec<u64>,
}

/// A clock, and the segments that go by it.
#[derive(Debug)]
pub(super) struct Timed {
    pub(super) clock: Clock,
    pub(super) segments: Box<[u64]>,
}

impl Watch {
    pub(super) fn of(selection: &Selection, inner: &Inner) -> Self {
        let (program, schema) = (&inner.planned.program, &inner.module.schema);
        let blocks: Vec<_> = selection
            .order
            .iter()
            .map(|it| inner.planned.segments[*it])
            .collect();
        let reads = plan::reads(program, &blocks);
        let words = blocks.len().div_ceil(64);
        let mut clocks: IndexMap<Clock, Vec<u64>> = IndexMap::new();
        for (position, it) in reads.iter().enumerate() {
            for clock in &it.clocks {
                let segments = clocks.entry(*clock).or_insert_with(|| vec![0; words]);
                bits::insert(segments, position);
            }
        }
        let told: Vec<Reads> = clocks
            .keys()
            .map(|it| plan::reads_of_clock(program, *it))
            .collect();
        let affected = |such: &dyn Fn(&Reads) -> bool| Affected {
            segments: mask(&reads, such),
            clocks: mask(&told, such),
        };
        let events = schema.events.keys().enumerate();
        let events =
            events.map(|(event, name)| (name.to_string(), affected(&|it| it.events.contains(&event))));
        let catalogs = schema.catalogs.iter().map(|(name, catalog)| {
            let id = CatalogId::of(name, catalog);
            let followed = program.catalogs.iter().zip(0_u32..);
            let numbers: BTreeSet<u32> = followed.filter(|(it, _)| it.id == id).map(|(_, it)| it).collect();
            (
                name.to_string(),
                affected(&|it| !it.catalogs.is_disjoint(&numbers)),
            )
        });
        let mut attributes: IndexMap<String, Affected> = IndexMap::new();
        let (segments_by_slot, clocks_by_slot) = (by_slot(&reads), by_slot(&told));
        for (slot, it) in (0_u32..).zip(&program.customer.slots) {
            for depth in 1..=it.path.len() {
                let entry = attributes.entry(it.path[..depth].join("."));
                let affected = entry.or_insert_with(|| affected(&|_| false));
                for position in segments_by_slot.get(&slot).into_iter().flatten() {
                    bits::insert(&mut affected.segments, *position);
                }
                for position in clocks_by_slot.get(&slot).into_iter().flatten() {
                    bits::insert(&mut affected.clocks, *position);
                }
            }
        }
        Self {
            attributes: attributes.into_iter().collect(),
            events: events.collect(),
            catalogs: catalogs.collect(),
            timed: mask(&reads, &|it| it.lost || !it.clocks.is_empty()).into(),
            lost: mask(&reads, &|it| it.lost).into(),
            clocks: (clocks.into_iter())
                .map(|(clock, segments)| Timed {
                    clock,
                    segments: segments.into(),
                })
                .collect(),
            content: content(selection, inner).into(),
        }
    }

    /// Finds who is affected by what has changed; nobody when one of the names is unknown.
    pub(super) fn tell(&self, what: &What, affected: &mut Affected) -> Result<(), UnknownName> {
        affected.segments.clear();
        affected.segments.resize(self.timed.len(), 0);
        affected.clocks.clear();
        affected.clocks.resize(self.clocks.len().div_ceil(64), 0);
        for (kind, names, known) in [
            ("attribute", &what.attributes, &self.attributes),
            ("event", &what.events, &self.events),
            ("catalog", &what.catalogs, &self.catalogs),
        ] {
            for name in names {
                let more = known.get(name).ok_or_else(|| unknown(kind, name, known))?;
                bits::unite(&mut affected.segments, &more.segments);
                bits::unite(&mut affected.clocks, &more.clocks);
            }
        }
        Ok(())
    }
}

/// A bit for each that reads such things.
fn mask(reads: &[Reads], such: &dyn Fn(&Reads) -> bool) -> Vec<u64> {
    let mut mask = vec![0; reads.len().div_ceil(64)];
    for (position, _) in reads.iter().enumerate().filter(|(_, it)| such(it)) {
        bits::insert(&mut mask, position);
    }
    mask
}

/// The positions of those that read a slot.
fn by_slot(reads: &[Reads]) -> HashMap<u32, Vec<usize>> {
    let mut by_slot: HashMap<u32, Vec<usize>> = HashMap::new();
    for (position, it) in reads.iter().enumerate() {
        for slot in &it.slots {
            by_slot.entry(*slot).or_default().push(position);
        }
    }
    by_slot
}

fn unknown(kind: &'static str, name: &str, known: &ByName) -> UnknownName {
    // Sorted, so that the same one is offered on every run.
    let mut names: Vec<&str> = known.keys().map(String::as_str).collect();
    names.sort_unstable();
    UnknownName {
        kind,
        name: name.to_owned(),
        help: suggest::did_you_mean(name, names),
    }
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
