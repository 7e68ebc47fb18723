//! Filters on lists.

use std::cmp::Ordering;

use super::{
    super::{
        held::Held,
        program::{Ask, OfList},
    },
    Renderer,
    value::{MOST_ARGUMENTS, show},
};
use crate::{
    eval::Frame,
    filter,
    hir::template::{ListFilter, NumberFilter},
    record::Row,
    value::{
        ValueRef,
        compare::{compare, equal},
        text::lower,
    },
};

/// An item with what it is compared by, and its position before.
type Keyed<'a, R> = (Frame<'a, R>, Option<ValueRef<'a>>, usize);

impl<'a, R: Row<'a>> Renderer<'a, '_, '_, R> {
    /// What a filter makes of a list.
    pub(super) fn of_list(&mut self, filter: &'a OfList, items: &'a [Frame<'a, R>]) -> Held<'a, R> {
        let arena = self.job.arena.get();
        let mut values = [ValueRef::Int(0); MOST_ARGUMENTS];
        let Some(arguments) = self.arguments(&filter.arguments, &mut values) else {
            return Held::Missing;
        };
        match (filter.kind, arguments) {
            (ListFilter::Or, _) => return Held::List(items),
            (ListFilter::First, _) => return items.first().copied().map_or(Held::Missing, Held::of_item),
            (ListFilter::Last, _) => return items.last().copied().map_or(Held::Missing, Held::of_item),
            (ListFilter::At, [ValueRef::Int(at)]) => return item_at(items, *at),
            (ListFilter::Slice, [ValueRef::Int(offset), ValueRef::Int(length)]) => {
                let range = filter::range(items.len(), *offset, *length);
                let part = range.and_then(|(start, end)| items.get(start..end));
                return Held::List(part.unwrap_or_default());
            }
            (ListFilter::Join, [glue]) => {
                let glue = show(*glue, self.job);
                return self.join(items, glue);
            }
            _ => {}
        }
        // What looks at every item counts as a round of a loop for each.
        self.rounds = self.rounds.saturating_add(items.len());
        match filter.kind {
            ListFilter::Reverse => Held::List(arena.list(items.iter().rev().copied())),
            ListFilter::Sort => self.sort(filter, items, |one, other| {
                compare(one, other).unwrap_or(Ordering::Equal)
            }),
            ListFilter::SortNatural => self.sort_natural(filter, items),
            ListFilter::Uniq => self.uniq(filter, items),
            ListFilter::Compact | ListFilter::Where => self.chosen(filter, items, true),
            ListFilter::Reject => self.chosen(filter, items, false),
            ListFilter::Find => {
                let found = items.iter().copied().find(|item| self.holds(filter, *item));
                found.map_or(Held::Missing, Held::of_item)
            }
            ListFilter::FindIndex => {
                let found = items.iter().position(|item| self.holds(filter, *item));
                let index = found.and_then(|it| i64::try_from(it).ok());
                index.map_or(Held::Missing, |it| Held::Plain(ValueRef::Int(it)))
            }
            ListFilter::Has => {
                Held::Plain(ValueRef::Bool(items.iter().any(|item| self.holds(filter, *item))))
            }
            ListFilter::Map => {
                let values = items.iter().map(|item| match self.key(filter, *item) {
                    Some(value) => Frame::Value(value),
                    None => Frame::Nothing,
                });
                Held::List(arena.list(values))
            }
            ListFilter::Concat => {
                let more = filter.more.and_then(|(list, kind)| self.list(list, kind));
                let more = more.unwrap_or_default();
                Held::List(arena.list(items.iter().chain(more).copied()))
            }
            ListFilter::Sum => {
                let zero = arguments.first().copied().unwrap_or(ValueRef::Int(0));
                let values = items.iter().filter_map(|item| self.key(filter, *item));
                sum(zero, values)
            }
            // Seen to before; the checker has seen to their arguments.
            ListFilter::First
            | ListFilter::Last
            | ListFilter::At
            | ListFilter::Slice
            | ListFilter::Join
            | ListFilter::Or => Held::Missing,
        }
    }

    /// The value that is asked of an item; of a plain one itself.
    fn key(&mut self, filter: &OfList, item: Frame<'a, R>) -> Option<ValueRef<'a>> {
        match (filter.each, item) {
            (Some((row, Ask::Value(node))), item) => {
                let arena = self.job.arena;
                self.machine.place(row, Some(item));
                let value = self.machine.lasting(node, |text| arena.get().text(text));
                self.machine.place(row, None);
                value
            }
            (_, Frame::Value(value)) => Some(value),
            _ => None,
        }
    }

    /// Whether an item is what is asked for.
    fn holds(&mut self, filter: &OfList, item: Frame<'a, R>) -> bool {
        match filter.each {
            Some((row, Ask::Condition(condition))) => {
                self.machine.place(row, Some(item));
                let holds = self.machine.test(condition);
                self.machine.place(row, None);
                holds
            }
            Some((_, Ask::Value(_))) => self.key(filter, item).is_some(),
            None => !matches!(item, Frame::Nothing),
        }
    }

    fn chosen(&mut self, filter: &OfList, items: &'a [Frame<'a, R>], wanted: bool) -> Held<'a, R> {
        let arena = self.job.arena.get();
        let chosen = items
            .iter()
            .copied()
            .filter(|item| self.holds(filter, *item) == wanted);
        Held::List(arena.list(chosen))
    }

    fn join(&self, items: &[Frame<'a, R>], glue: &str) -> Held<'a, R> {
        let job = self.job;
        Held::text(job.arena.get().write(|draft| {
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    draft.push_str(glue);
                }
                if let Frame::Value(value) = item {
                    draft.push_str(show(*value, job));
                }
                if draft.is_full() {
                    break;
                }
            }
        }))
    }

    fn keyed(&mut self, filter: &OfList, items: &[Frame<'a, R>]) -> &'a mut [Keyed<'a, R>] {
        let arena = self.job.arena.get();
        let keyed = items
            .iter()
            .enumerate()
            .map(|(index, item)| (*item, self.key(filter, *item), index));
        arena.list(keyed)
    }

    /// In order; what is missing comes last, and equals stay as they were.
    fn sort(
        &mut self,
        filter: &OfList,
        items: &[Frame<'a, R>],
        order: impl Fn(ValueRef<'_>, ValueRef<'_>) -> Ordering,
    ) -> Held<'a, R> {
        let keyed = self.keyed(filter, items);
        sort(keyed, order);
        Held::List(self.job.arena.get().list(keyed.iter().map(|it| it.0)))
    }

    fn sort_natural(&mut self, filter: &OfList, items: &[Frame<'a, R>]) -> Held<'a, R> {
        let job = self.job;
        let keyed = self.keyed(filter, items);
        for (_, key, _) in keyed.iter_mut() {
            *key = key.map(|value| {
                let text = show(value, job);
                ValueRef::Text(job.arena.get().write(|draft| lower(text, draft.buffer())))
            });
        }
        sort(keyed, |one, other| compare(one, other).unwrap_or(Ordering::Equal));
        Held::List(job.arena.get().list(keyed.iter().map(|it| it.0)))
    }

    /// The first of equal ones.
    fn uniq(&mut self, filter: &OfList, items: &[Frame<'a, R>]) -> Held<'a, R> {
        let keyed = self.keyed(filter, items);
        sort(keyed, |one, other| compare(one, other).unwrap_or(Ordering::Equal));
        let mut last = None;
        // Equal ones stand side by side now; of each, the first stays at its old place.
        let kept = keyed.iter().filter(|(_, key, _)| {
            let again = last.is_some_and(|last: Option<ValueRef<'_>>| match (last, *key) {
                (None, None) => true,
                (Some(last), Some(key)) => equal(last, key),
                _ => false,
            });
            last = Some(*key);
            !again
        });
        let arena = self.job.arena.get();
        let kept = arena.list(kept.copied());
        kept.sort_unstable_by_key(|it| it.2);
        Held::List(arena.list(kept.iter().map(|it| it.0)))
    }
}

fn item_at<'a, R: Row<'a>>(items: &[Frame<'a, R>], at: i64) -> Held<'a, R> {
    let from_end = |at: i64| items.len().checked_sub(usize::try_from(at.unsigned_abs()).ok()?);
    let at = if at < 0 {
        from_end(at)
    } else {
        usize::try_from(at).ok()
    };
    let item = at.and_then(|at| items.get(at)).copied();
    item.map_or(Held::Missing, Held::of_item)
}

fn sort<'a, R: Row<'a>>(keyed: &mut [Keyed<'a, R>], order: impl Fn(ValueRef<'_>, ValueRef<'_>) -> Ordering) {
    keyed.sort_unstable_by(|one, other| {
        let keys = match (one.1, other.1) {
            (Some(one), Some(other)) => order(one, other),
            (one, other) => one.is_none().cmp(&other.is_none()),
        };
        keys.then(one.2.cmp(&other.2))
    });
}

/// Of no numbers, zero; nothing where it goes beyond the type.
fn sum<'a, R: Row<'a>>(zero: ValueRef<'a>, values: impl Iterator<Item = ValueRef<'a>>) -> Held<'a, R> {
    let mut total = zero;
    for value in values {
        match filter::number(NumberFilter::Plus, total, &[value]) {
            Some(sum) => total = sum,
            None => return Held::Missing,
        }
    }
    Held::Plain(total)
}
