//! The rows in scope, and the items of a collection that count.

use std::sync::Arc;

use super::{
    Interpreter,
    item::{self, Item},
    read,
    window::Stretch,
};
use crate::{
    hir::{Expr, Items, Place, Source, Spot},
    record::{Row, Rows, TableRow},
    schema::{CatalogId, Layout},
    value::{Type, Value},
};

impl<'m, 'a, R: Row<'a>> Interpreter<'m, 'a, R> {
    /// The items of a collection that exist, lie in the window and meet the filter: events in the order of time, items
    /// of a list in their own.
    pub(in crate::eval) fn items(&mut self, items: &Items) -> Vec<Item<'m, R::Item>> {
        let stretch = match &items.window {
            None => Some(Stretch::default()),
            Some(window) => self.stretch(window),
        };
        let Some(stretch) = stretch else {
            return Vec::new();
        };
        let mut found = match &items.source {
            Source::List(list) => self.rows(list).unwrap_or_default(),
            &Source::Events(event) => {
                let events = self.customer.events(event);
                let mut timed: Vec<_> = (0..events.len())
                    .map(|index| (events.at(index), events.get(index)))
                    .collect();
                timed.retain(|(at, _)| *at <= self.at.now().micros() && stretch.contains(*at));
                timed.sort_by_key(|(at, _)| *at);
                timed.into_iter().map(|(_, item)| Item::Own(item)).collect()
            }
        };
        if let Some(filter) = &items.filter {
            found.retain(|item| self.with_item(items, *item, |this| this.test(filter)));
        }
        found
    }

    /// Does something while `item` of `items` is in scope.
    pub(in crate::eval) fn with_item<T>(
        &mut self,
        items: &Items,
        item: Item<'m, R::Item>,
        work: impl FnOnce(&mut Self) -> T,
    ) -> T {
        let outer = self.items.clone();
        self.items.truncate(usize::from(items.row).saturating_sub(1));
        self.items.push((items.source.clone(), item));
        let result = work(self);
        self.items = outer;
        result
    }

    pub(super) fn slot(&self, place: Place, ty: &Type) -> Option<Value> {
        match place.row.checked_sub(1) {
            None => read(self.customer, place.slot, ty),
            Some(item) => self.items.get(usize::from(item))?.1.read(place.slot, ty),
        }
    }

    /// The rows of a list, or nothing when it is missing.
    pub(in crate::eval) fn rows(&mut self, list: &Spot) -> Option<Vec<Item<'m, R::Item>>> {
        match list {
            Spot::Row(place) => match place.row.checked_sub(1) {
                None => self
                    .customer
                    .list(place.slot)
                    .map(|rows| item::collect(rows, Item::Own)),
                Some(item) => self.items.get(usize::from(item))?.1.list(place.slot),
            },
            Spot::Item {
                key, catalog, slot, ..
            } => Item::Catalog(self.item(key, *catalog)?).list(*slot),
        }
    }

    /// Whether one of the slots of a record is known: they are the one at `first` to `last`.
    pub(super) fn any_known(&mut self, first: &Spot, last: u32) -> bool {
        let mut slots = first.slot()..=last;
        match first {
            Spot::Row(place) => match place.row.checked_sub(1) {
                None => slots.any(|slot| self.customer.known(slot)),
                Some(item) => match self.items.get(usize::from(item)) {
                    Some((_, row)) => slots.any(|slot| row.known(slot)),
                    None => false,
                },
            },
            Spot::Item { key, catalog, .. } => match self.item(key, *catalog) {
                Some(row) => slots.any(|slot| row.known(slot)),
                None => false,
            },
        }
    }

    /// The item of a catalogue that has this key.
    pub(super) fn item(&mut self, key: &Expr, catalog: usize) -> Option<TableRow<'m>> {
        let key = self.value(key)?;
        let (module, at) = (self.module, self.at);
        let items = *self.catalogs.entry(catalog).or_insert_with(|| {
            let (name, fields) = module.schema.catalogs.get_index(catalog)?;
            at.items_of(CatalogId::of(name, fields))
        });
        let items = items?;
        items.row(items.find(&key.to_string())?)
    }

    /// The values of a list of plain values, or nothing when it is missing.
    pub(in crate::eval) fn plain_list(&mut self, list: &Spot) -> Option<Vec<Value>> {
        let rows = self.rows(list)?;
        let layout = self.layout_of(list)?;
        let ty = &layout.slots.first()?.ty;
        Some(rows.iter().filter_map(|row| row.read(0, ty)).collect())
    }

    /// The slots of the items of a list.
    fn layout_of(&self, list: &Spot) -> Option<Arc<Layout>> {
        let layout = match list {
            Spot::Row(place) => self.layout(place.row)?,
            Spot::Item { catalog, .. } => {
                let (_, catalog) = self.module.schema.catalogs.get_index(*catalog)?;
                Arc::new(Layout::of_fields(&catalog.fields))
            }
        };
        layout.slots.get(list.slot() as usize)?.items.clone()
    }

    /// The slots of a row in scope.
    fn layout(&self, row: u8) -> Option<Arc<Layout>> {
        let schema = &self.module.schema;
        let Some(item) = row.checked_sub(1) else {
            return Some(Arc::new(Layout::of_fields(&schema.customer)));
        };
        match &self.items.get(usize::from(item))?.0 {
            Source::Events(event) => {
                let (_, event) = schema.events.get_index(*event)?;
                Some(Arc::new(Layout::of_event(&event.fields)))
            }
            Source::List(list) => self.layout_of(list),
        }
    }
}
