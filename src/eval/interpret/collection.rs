//! The rows in scope, and the items of a collection that count.

use std::sync::Arc;

use super::{Interpreter, read, window::Stretch};
use crate::{
    hir::{Items, Place, Source},
    record::{Row, Rows},
    schema::Layout,
    value::{Type, Value},
};

impl<'a, R: Row<'a>> Interpreter<'_, 'a, R> {
    /// The items of a collection that exist, lie in the window and meet the filter: events in the order of time, items
    /// of a list in their own.
    pub(in crate::eval) fn items(&mut self, items: &Items) -> Vec<R::Item> {
        let stretch = match &items.window {
            None => Some(Stretch::default()),
            Some(window) => self.stretch(window),
        };
        let Some(stretch) = stretch else {
            return Vec::new();
        };
        let mut found = match items.source {
            Source::List(place) => self.rows(place).unwrap_or_default(),
            Source::Events(event) => {
                let events = self.customer.events(event);
                let mut timed: Vec<_> = (0..events.len())
                    .map(|index| (events.at(index), events.get(index)))
                    .collect();
                timed.retain(|(at, _)| *at <= self.at.now().micros() && stretch.contains(*at));
                timed.sort_by_key(|(at, _)| *at);
                timed.into_iter().map(|(_, item)| item).collect()
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
        item: R::Item,
        work: impl FnOnce(&mut Self) -> T,
    ) -> T {
        let outer = self.items.clone();
        self.items.truncate(usize::from(items.row).saturating_sub(1));
        self.items.push((items.source, item));
        let result = work(self);
        self.items = outer;
        result
    }

    pub(super) fn slot(&self, place: Place, ty: &Type) -> Option<Value> {
        match place.row.checked_sub(1) {
            None => read(self.customer, place.slot, ty),
            Some(item) => read(self.items.get(usize::from(item))?.1, place.slot, ty),
        }
    }

    /// The rows of a list, or nothing when it is missing.
    pub(in crate::eval) fn rows(&self, place: Place) -> Option<Vec<R::Item>> {
        fn collect<'a, C: Rows<'a>>(rows: C) -> Vec<C::Row> {
            (0..rows.len()).map(|index| rows.get(index)).collect()
        }
        match place.row.checked_sub(1) {
            None => self.customer.list(place.slot).map(collect),
            Some(item) => self.items.get(usize::from(item))?.1.list(place.slot).map(collect),
        }
    }

    /// The values of a list of plain values, or nothing when it is missing.
    pub(in crate::eval) fn plain_list(&self, place: Place) -> Option<Vec<Value>> {
        let rows = self.rows(place)?;
        let layout = self.layout(place.row)?;
        let ty = &layout
            .slots
            .get(place.slot as usize)?
            .items
            .as_ref()?
            .slots
            .first()?
            .ty;
        Some(rows.iter().filter_map(|row| read(*row, 0, ty)).collect())
    }

    /// The slots of a row in scope.
    fn layout(&self, row: u8) -> Option<Arc<Layout>> {
        let schema = &self.module.schema;
        let Some(item) = row.checked_sub(1) else {
            return Some(Arc::new(Layout::of_fields(&schema.customer)));
        };
        match self.items.get(usize::from(item))?.0 {
            Source::Events(event) => {
                let (_, event) = schema.events.get_index(event)?;
                Some(Arc::new(Layout::of_event(&event.fields)))
            }
            Source::List(place) => self
                .layout(place.row)?
                .slots
                .get(place.slot as usize)?
                .items
                .clone(),
        }
    }
}
