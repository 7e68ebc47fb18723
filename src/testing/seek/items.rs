//! What the items of collections should be like, and when events should be.

use super::{
    DAY, MOST_ITEMS, Seeker,
    value::{integer, is_zero},
};
use crate::{
    hir::{AggregateKind, Distance, Edge, Expr, Items, Order, Quantifier, Source, Spot, Step, Window},
    plan::end_of,
    testing::{
        aim::{Group, RowAims, Test},
        near::{ends, near},
    },
    value::{Date, DateTime, Type, Value},
};

impl Seeker<'_> {
    /// From one number up to another, not included; open where an end differs from customer to customer.
    pub(super) fn stretch(&self, window: Option<&Window>, events: bool) -> (i64, i64) {
        let end = |edge: Option<&Edge>, upper: bool| {
            let edge = edge?;
            end_of(edge, upper, self.at.now(), self.at.zone()).or_else(|| {
                let number = match self.settled(edge.bound.moving()?)? {
                    Value::DateTime(at) => at.micros(),
                    Value::Date(day) => day.days().into(),
                    _ => return None,
                };
                Some(number.saturating_add((edge.inclusive == upper).into()))
            })
        };
        let from = end(window.and_then(|it| it.from.as_ref()), false).unwrap_or(i64::MIN);
        let to = end(window.and_then(|it| it.to.as_ref()), true).unwrap_or(i64::MAX);
        let last = if events {
            self.at.now().micros().saturating_add(1)
        } else {
            i64::MAX
        };
        (from, to.min(last))
    }

    pub(super) fn window(&mut self, operand: &Expr, window: &Window, holds: bool) {
        let stretch = self.stretch(Some(window), false);
        let days = operand.ty == Type::Date;
        let (now, day) = if days {
            (self.at.today().days().into(), 1)
        } else {
            (self.at.now().micros(), DAY)
        };
        let values = ends(stretch, now, day).into_iter().filter_map(|it| {
            if days {
                Date::from_days(it).map(Value::Date)
            } else {
                DateTime::from_micros(it).map(Value::DateTime)
            }
        });
        let test = Test::Within(stretch.0, stretch.1, holds);
        let candidates: Vec<Value> = values.filter(|it| test.accepts(it)).collect();
        self.value(operand, &candidates, &test);
    }

    pub(super) fn anniversary(&mut self, operand: &Expr, window: &Window, holds: bool) {
        let (from, to) = self.stretch(Some(window), false);
        let today = i64::from(self.at.today().days());
        let edges: Vec<i64> = ends((from, to), today, 1);
        let days = edges.into_iter().filter(|it| (from <= *it && *it < to) == holds);
        let mut candidates = Vec::new();
        for day in days.filter_map(Date::from_days) {
            for years in [1, 30, 4] {
                candidates.extend(day.checked_add_months(-12 * years).map(Value::Date));
            }
        }
        self.value(operand, &candidates, &Test::Open);
    }

    /// Makes items that meet the filter; `more` says what else each should be like.
    pub(super) fn items(&mut self, items: &Items, count: usize, only: bool, more: impl FnOnce(&mut Self)) {
        let row = self.row_of(items, true, more);
        let stretch = self.stretch(items.window.as_ref(), matches!(items.source, Source::Events(_)));
        let groups = self.groups(&items.source);
        groups.only |= only;
        groups.add(Group { count, stretch, row });
    }

    /// Makes sure that no item meets the filter.
    pub(super) fn none(&mut self, items: &Items) {
        let row = self.row_of(items, false, |_| {});
        let stretch = self.stretch(items.window.as_ref(), matches!(items.source, Source::Events(_)));
        let groups = self.groups(&items.source);
        groups.only = true;
        groups.none.push(Group {
            count: 0,
            stretch,
            row,
        });
    }

    /// What an item is like that meets the filter, or does not.
    pub(super) fn row_of(&mut self, items: &Items, meets: bool, more: impl FnOnce(&mut Self)) -> RowAims {
        let depth = self.rows.len();
        self.rows
            .resize_with(usize::from(items.row).max(1), RowAims::default);
        self.rows.push(RowAims::default());
        if let Some(filter) = &items.filter {
            self.condition(filter, meets);
        }
        more(self);
        let row = self.rows.pop().unwrap_or_default();
        self.rows.truncate(depth);
        row
    }

    pub(super) fn quantified(&mut self, quantifier: Quantifier, items: &Items, holds: bool) {
        let some = |it: u64| it.min(MOST_ITEMS + 1);
        // A number of items, whether there should be no more, or none at all.
        let (count, only) = match (quantifier, holds) {
            (Quantifier::Any, true) | (Quantifier::No, false) => (1, false),
            (Quantifier::Any, false) | (Quantifier::No, true) => (0, true),
            (Quantifier::All, _) => return self.all(items, holds),
            (Quantifier::AtLeast(least), true) => (some(least), false),
            (Quantifier::AtLeast(least), false) => (some(least.saturating_sub(1)), true),
            (Quantifier::AtMost(most), true) => (some(most), true),
            (Quantifier::AtMost(most), false) => (some(most.saturating_add(1)), false),
            (Quantifier::Exactly(count), true) => (some(count), true),
            (Quantifier::Exactly(count), false) => {
                let fewer = count > 0 && self.below(2) == 0;
                (
                    some(if fewer { count - 1 } else { count.saturating_add(1) }),
                    true,
                )
            }
        };
        self.so_many(items, count, only);
    }

    pub(super) fn so_many(&mut self, items: &Items, count: u64, only: bool) {
        match usize::try_from(count) {
            Ok(0) if only => self.none(items),
            Ok(count) if (1..=MOST_ITEMS).contains(&(count as u64)) => self.items(items, count, only, |_| {}),
            _ => {}
        }
    }

    pub(super) fn all(&mut self, items: &Items, holds: bool) {
        let row = self.row_of(items, holds, |_| {});
        let stretch = self.stretch(items.window.as_ref(), matches!(items.source, Source::Events(_)));
        let groups = self.groups(&items.source);
        if holds {
            // Whatever else is there meets it too.
            groups.none.push(Group {
                count: 0,
                stretch,
                row: row.clone(),
            });
        }
        groups.add(Group {
            count: 1,
            stretch,
            row,
        });
    }

    pub(super) fn aggregate(
        &mut self,
        kind: AggregateKind,
        value: Option<&Expr>,
        items: &Items,
        candidates: &[Value],
    ) {
        match (kind, value) {
            (AggregateKind::Count, None) | (AggregateKind::Distinct, _) => {
                let chosen = self.below(candidates.len());
                let count = integer(&candidates[chosen]).unwrap_or(0).max(0);
                self.so_many(items, count.unsigned_abs(), true);
            }
            (AggregateKind::Sum, Some(_)) if candidates.iter().all(is_zero) => self.none(items),
            (_, Some(value)) => self.items(items, 1, true, |this| this.value(value, candidates, &Test::Open)),
            (_, None) => {}
        }
    }

    /// The first event as late as lets the others follow, each a moment after the one before.
    pub(super) fn sequence(&mut self, first: &Items, steps: &[Step], holds: bool) {
        if !holds && self.below(2) == 0 {
            return self.none(first);
        }
        let length = |within: &Distance| match within {
            Distance::Micros(micros) => *micros,
            Distance::Months(months) => i64::from(*months).saturating_mul(31 * DAY),
        };
        let whole = steps
            .iter()
            .fold(DAY, |sum, it| sum.saturating_add(length(&it.within)));
        let (from, to) = self.stretch(first.window.as_ref(), true);
        let start = self
            .at
            .now()
            .micros()
            .saturating_sub(whole)
            .clamp(from, to.saturating_sub(1).max(from));
        let depth = self.rows.len();
        self.rows
            .resize_with(usize::from(first.row).max(1), RowAims::default);
        self.row_that_meets(first);
        let mut placed = vec![(&first.source, start)];
        let mut rows = Vec::new();
        for (index, step) in steps.iter().enumerate() {
            // A step that is kept has its event, unless it is a `no`; the last one is broken the other way round.
            let kept = holds || index + 1 < steps.len();
            if step.none == kept {
                self.groups(&step.items.source).only = true;
                continue;
            }
            let before = placed.last().map_or(start, |(_, at)| *at);
            let at = if self.edge {
                step.within.after(before, self.at.zone())
            } else {
                before.saturating_add(1)
            };
            placed.push((&step.items.source, at));
            self.row_that_meets(&step.items);
            // The step may have asked something of the event before it, and is that of the next one.
            let own = self.rows.pop().unwrap_or_default();
            rows.extend(self.rows.last_mut().map(|before| std::mem::replace(before, own)));
        }
        rows.extend(self.rows.pop());
        self.rows.truncate(depth);
        for ((source, at), row) in placed.into_iter().zip(rows) {
            self.groups(source).add(Group {
                count: 1,
                stretch: (at, at.saturating_add(1)),
                row,
            });
        }
    }

    fn row_that_meets(&mut self, items: &Items) {
        self.rows.push(RowAims::default());
        if let Some(filter) = &items.filter {
            self.condition(filter, true);
        }
    }

    pub(super) fn plain_item(&mut self, list: &Spot, value: Option<(&Value, Test)>) {
        let mut row = RowAims::default();
        if let Some((value, test)) = value {
            row.slots
                .entry(0)
                .or_default()
                .add(std::slice::from_ref(value), test);
        }
        self.list(list).add(Group {
            count: 1,
            stretch: (i64::MIN, i64::MAX),
            row,
        });
    }

    /// So many items of a list of which nothing else is asked.
    pub(super) fn so_long(&mut self, list: &Spot, count: usize) {
        let groups = self.list(list);
        groups.only = true;
        groups.add(Group {
            count,
            stretch: (i64::MIN, i64::MAX),
            row: RowAims::default(),
        });
    }

    pub(super) fn list_has(&mut self, list: &Spot, item: &Value, holds: bool) {
        if holds {
            let test = Test::Compare(Order::Eq, item.clone(), true);
            return self.plain_item(list, Some((item, test)));
        }
        let test = Test::Among(vec![item.clone()], false);
        let mut row = RowAims::default();
        row.slots.entry(0).or_default().add(&near(item), test);
        self.list(list).none.push(Group {
            count: 0,
            stretch: (i64::MIN, i64::MAX),
            row,
        });
    }
}
