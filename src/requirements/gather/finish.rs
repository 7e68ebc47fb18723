//! What was read, as it is told.

use std::collections::BTreeSet;

use super::{Gather, Read, Root};
use crate::{
    requirements::{RequiredCatalog, RequiredEvent, RequiredField, RequiredPlacement, Requirements},
    schema::Layout,
    value::Field,
};

impl Gather<'_> {
    /// The values of the template's own that are read, inputs first, and the placements.
    pub(crate) fn given(self) -> (BTreeSet<usize>, BTreeSet<usize>) {
        (self.locals, self.placements.into_keys().collect())
    }

    /// All of it, in the order of the schema.
    pub(crate) fn finish(self) -> Requirements {
        let schema = &self.module.schema;
        let none = Read::default();
        let read = |root| self.read.get(&root).unwrap_or(&none);
        let events = schema
            .events
            .iter()
            .enumerate()
            .filter_map(|(index, (name, event))| {
                let properties = fields(&Layout::of_event(&event.fields), read(Root::Event(index)), None);
                Some(RequiredEvent {
                    name: name.clone(),
                    look_back: self.look_back.get(&index)?.clone(),
                    properties: properties.into_iter().filter(|it| it.path != "at").collect(),
                })
            });
        let catalogs = schema
            .catalogs
            .iter()
            .enumerate()
            .filter_map(|(index, (name, catalog))| {
                let read = self.read.get(&Root::Catalog(index))?;
                Some(RequiredCatalog {
                    name: name.clone(),
                    fields: fields(&Layout::of_fields(&catalog.fields), read, key(&catalog.fields)),
                })
            });
        let placements = self.placements.iter().filter_map(|(index, most)| {
            let (name, placement) = schema.placements.get_index(*index)?;
            Some(RequiredPlacement {
                name: name.clone(),
                catalog: placement.catalog.clone(),
                most: *most,
            })
        });
        let segments = self
            .named_segments
            .iter()
            .map(|it| &self.module.segments[*it].name);
        let traits = self.named_traits.iter().map(|it| &self.module.traits[*it].name);
        let functions = self
            .functions
            .iter()
            .filter_map(|index| self.module.functions.get(*index));
        let ranks = self
            .ranks
            .iter()
            .filter_map(|index| self.module.ranks.get(*index));
        Requirements {
            attributes: fields(
                &Layout::of_fields(&schema.customer),
                read(Root::Customer),
                key(&schema.customer),
            ),
            events: events.collect(),
            catalogs: catalogs.collect(),
            traits: traits.cloned().collect(),
            segments: segments.cloned().collect(),
            lists: self.lists.iter().cloned().collect(),
            functions: functions.map(|it| it.name.clone()).collect(),
            population: ranks.map(|it| it.wanted.written.clone()).collect(),
            placements: placements.collect(),
            inputs: Vec::new(),
            now: self.now,
            zone: self.zone,
        }
    }
}

fn key(fields: &[Field]) -> Option<&str> {
    fields.iter().find(|it| it.roles.key).map(|it| &*it.name)
}

/// The slots that are read, and the key, in the order of the layout.
fn fields(layout: &Layout, read: &Read, key: Option<&str>) -> Vec<RequiredField> {
    let mut found = Vec::new();
    for (index, slot) in (0_u32..).zip(&layout.slots) {
        let path = slot.name();
        let inside = read.0.get(&index);
        if inside.is_none() && key != Some(path.as_str()) {
            continue;
        }
        let items = slot.items.as_deref().zip(inside);
        let items = items.filter(|(items, _)| items.slots.iter().all(|it| !it.path.is_empty()));
        found.push(RequiredField {
            path,
            ty: slot.ty.clone(),
            optional: slot.optional,
            roles: slot.roles.clone(),
            fields: items.map_or_else(Vec::new, |(items, inside)| fields(items, inside, None)),
        });
    }
    found
}
