//! Which slot is meant where: the layouts of what is in scope.

use std::sync::Arc;

use crate::{
    hir::{Expr, ExprKind, Items, Module, Place, Source, Spot},
    schema::{Layout, Slot},
};

/// The layouts of a module's rows, and of which collection the items in scope are.
#[derive(Clone, Debug)]
pub(super) struct Names<'q> {
    pub(super) module: &'q Module,
    customer: Arc<Layout>,
    events: Vec<Arc<Layout>>,
    catalogs: Vec<Arc<Layout>>,
    /// The collection of row 1, 2 and so on.
    scope: Vec<Option<Source>>,
}

impl<'q> Names<'q> {
    pub(super) fn new(module: &'q Module) -> Self {
        let schema = &module.schema;
        Self {
            module,
            customer: Arc::new(Layout::of_fields(&schema.customer)),
            events: (schema.events.values())
                .map(|it| Arc::new(Layout::of_event(&it.fields)))
                .collect(),
            catalogs: (schema.catalogs.values())
                .map(|it| Arc::new(Layout::of_fields(&it.fields)))
                .collect(),
            scope: Vec::new(),
        }
    }

    /// From here on, row `items.row` is one of these.
    pub(super) fn enter(&mut self, items: &Items) {
        self.enter_as(items.row, &items.source);
    }

    pub(super) fn enter_as(&mut self, row: u8, source: &Source) {
        let index = usize::from(row.saturating_sub(1));
        if self.scope.len() <= index {
            self.scope.resize(index + 1, None);
        }
        self.scope[index] = Some(source.clone());
    }

    /// The collection that a row in scope is of.
    pub(super) fn source(&self, row: u8) -> Option<&Source> {
        self.scope.get(usize::from(row.checked_sub(1)?))?.as_ref()
    }

    /// The slots of the items of a collection.
    pub(super) fn layout_of(&self, source: &Source) -> Option<Arc<Layout>> {
        match source {
            Source::Events(event) => self.events.get(*event).cloned(),
            Source::List(list) => self.spot(list)?.items,
        }
    }

    /// The slots of a row in scope.
    pub(super) fn layout(&self, row: u8) -> Option<Arc<Layout>> {
        match row.checked_sub(1) {
            None => Some(Arc::clone(&self.customer)),
            Some(item) => self.layout_of(self.scope.get(usize::from(item))?.as_ref()?),
        }
    }

    pub(super) fn slot(&self, place: Place) -> Option<Slot> {
        self.layout(place.row)?.slots.get(place.slot as usize).cloned()
    }

    /// The slot of a list, or the first one of a record.
    pub(super) fn spot(&self, spot: &Spot) -> Option<Slot> {
        match spot {
            Spot::Row(place) => self.slot(*place),
            Spot::Item { catalog, slot, .. } => self.field(*catalog, *slot),
        }
    }

    /// A field of a catalogue.
    pub(super) fn field(&self, catalog: usize, slot: u32) -> Option<Slot> {
        self.catalogs.get(catalog)?.slots.get(slot as usize).cloned()
    }

    /// The name of a collection as written: `cart.items` for a list in a record, `sku.parts` for one of an item.
    pub(super) fn collection(&self, source: &Source) -> String {
        match source {
            Source::Events(event) => {
                let event = self.module.schema.events.get_index(*event);
                event.map(|(name, _)| name.to_string()).unwrap_or_default()
            }
            Source::List(list) => self.list(list),
        }
    }

    /// The name of a list as written.
    pub(super) fn list(&self, list: &Spot) -> String {
        let name = self.spot(list).map(|it| it.name()).unwrap_or_default();
        match list.key().map(|key| self.path(key)) {
            Some(key) if !key.is_empty() => format!("{key}.{name}"),
            _ => name,
        }
    }

    /// The name of a reference as written; empty for an item that is one.
    fn path(&self, key: &Expr) -> String {
        match &key.kind {
            ExprKind::Slot(place) => self.slot(*place).map(|it| it.name()).unwrap_or_default(),
            ExprKind::Follow {
                key, catalog, slot, ..
            } => {
                let field = self
                    .field(*catalog, *slot)
                    .map(|it| it.name())
                    .unwrap_or_default();
                match self.path(key) {
                    key if key.is_empty() => field,
                    key => format!("{key}.{field}"),
                }
            }
            _ => String::new(),
        }
    }
}
