//! Sequences: chains of events, each after the one before.

use std::collections::HashSet;

use super::{Interpreter, item::Item, window::Stretch};
use crate::{
    hir::{Items, Source, Step},
    record::{Row, Rows},
};

impl<'a, R: Row<'a>> Interpreter<'_, 'a, R> {
    /// Tries every chain of events, but no end of one twice.
    pub(super) fn sequence(&mut self, first: &Items, steps: &[Step]) -> bool {
        let &Source::Events(event) = &first.source else {
            return false;
        };
        let stretch = match &first.window {
            None => Some(Stretch::default()),
            Some(window) => self.stretch(window),
        };
        let Some(stretch) = stretch else {
            return false;
        };
        let mut failed = HashSet::new();
        self.happened(event).into_iter().any(|it| {
            stretch.contains(it.at)
                && self.meets(first, it.item)
                && self.goes_on(&mut vec![it], steps, &mut failed)
        })
    }

    /// Tells whether the steps can follow the last event of the chain.
    fn goes_on(
        &mut self,
        chain: &mut Vec<Happened<R::Item>>,
        steps: &[Step],
        failed: &mut HashSet<End>,
    ) -> bool {
        let ([step, rest @ ..], Some(last)) = (steps, chain.last().copied()) else {
            return true;
        };
        let &Source::Events(event) = &step.items.source else {
            return false;
        };
        let mut before: Vec<_> = chain
            .iter()
            .filter(|it| it.at == last.at)
            .map(Happened::name)
            .collect();
        before.sort_unstable();
        let end = (steps.len(), last.name(), before);
        if failed.contains(&end) {
            return false;
        }
        let until = step.within.after(last.at, self.at.zone());
        let mut following = self.happened(event);
        following.retain(|it| {
            let later = it.at > last.at || it.at == last.at && (event != last.event || it.index > last.index);
            let in_chain = chain.iter().any(|known| known.name() == it.name());
            later && it.at <= until && !in_chain
        });
        following.retain(|it| {
            let previous = Items {
                row: step.items.row - 1,
                source: Source::Events(last.event),
                ..step.items.clone()
            };
            self.with_item(&previous, Item::Own(last.item), |this| {
                this.meets(&step.items, it.item)
            })
        });
        if step.none {
            return until <= self.at.now().micros() && following.is_empty();
        }
        let found = following.into_iter().any(|it| {
            chain.push(it);
            let found = self.goes_on(chain, rest, failed);
            chain.pop();
            found
        });
        if !found {
            failed.insert(end);
        }
        found
    }

    /// The events of a type that exist, in the order given.
    fn happened(&self, event: usize) -> Vec<Happened<R::Item>> {
        let events = self.customer.events(event);
        let all = (0..events.len()).map(|index| Happened {
            event,
            index,
            at: events.at(index),
            item: events.get(index),
        });
        all.filter(|it| it.at <= self.at.now().micros()).collect()
    }
    /// Tells whether an item meets the filter of its collection.
    fn meets(&mut self, items: &Items, item: R::Item) -> bool {
        match &items.filter {
            None => true,
            Some(filter) => self.with_item(items, Item::Own(item), |this| this.test(filter)),
        }
    }
}

/// How many steps are left behind which event, and those of its instant in the chain. What happened before is not met again.
type End = (usize, (usize, usize), Vec<(usize, usize)>);

/// An event of the customer: of which type, and at which place in the list as given.
#[derive(Clone, Copy)]
struct Happened<T> {
    event: usize,
    index: usize,
    at: i64,
    item: T,
}

impl<T> Happened<T> {
    fn name(&self) -> (usize, usize) {
        (self.event, self.index)
    }
}
