//! Ways to give a core a value: an attribute is set, items are added, removed or changed.

use super::{
    core,
    edit::{self, Step},
    item::{Maker, slots},
    leaf::same,
    search::Past,
};
use crate::{
    eval::explain::picture::{Cell, PictureRow},
    hir::{AggregateKind, Condition, ConditionKind, Expr, ExprKind, Items, Part, Source, Spot},
    value::{Decimal, Field, Type, Value, ValueRef, compare, number},
};

/// The most items that a change adds.
const MOST: usize = 1_000;
/// How many ways there are to bring one value about.
const WAYS: usize = 8;

impl Maker<'_> {
    /// Ways in which the core may become `target`, the most natural first. Whether they do is for the caller to find out.
    pub(super) fn ways(
        &self,
        expr: &Expr,
        now: Option<&Value>,
        target: &Value,
        past: Past,
    ) -> Vec<Vec<Step>> {
        let mut ways = match &expr.kind {
            ExprKind::Slot(place) => self.set(place.slot, target).into_iter().collect(),
            ExprKind::Aggregate { kind, value, items } if reachable(&items.source) => match (kind, value) {
                (AggregateKind::Count, _) => self.number_of(items, target),
                (_, None) => Vec::new(),
                (AggregateKind::Sum, Some(value)) => self.sum(items, value, now, target),
                (AggregateKind::Avg, Some(value)) => self.average(items, value, target),
                (AggregateKind::Min | AggregateKind::Max, Some(value)) => {
                    self.extreme(items, value, *kind == AggregateKind::Min, target)
                }
                (AggregateKind::First | AggregateKind::Last, Some(value)) => {
                    self.end(items, value, *kind == AggregateKind::Last, target)
                }
                (AggregateKind::Distinct, Some(value)) => self.different(items, value, target),
                (AggregateKind::Mode, Some(value)) => self.frequent(items, value, target),
            },
            _ => Vec::new(),
        };
        if past == Past::Stays {
            ways.retain(|steps| steps.iter().all(|it| self.can_happen(it)));
        }
        ways.truncate(WAYS);
        ways
    }

    /// Whether a step can still be taken: it leaves the events that there are, adds none of the past, and a day or time that is
    /// known becomes now, or, if it is to come, another one to come.
    fn can_happen(&self, step: &Step) -> bool {
        match step {
            Step::Set { slot, value } => {
                let Some(Cell::Value(known)) = self.picture.customer.cells.get(*slot as usize) else {
                    return true;
                };
                match (known, value) {
                    (Value::Date(from), Value::Date(to)) => {
                        let today = self.at.today();
                        *to == today || from.min(to) > &today
                    }
                    (Value::DateTime(from), Value::DateTime(to)) => {
                        let now = self.at.now();
                        *to == now || from.min(to) > &now
                    }
                    _ => true,
                }
            }
            Step::Add { source, row, .. } => match source {
                Source::Events(_) => row.at() >= self.at.now().micros(),
                Source::List(_) => true,
            },
            Step::Remove { source, .. } | Step::Alter { source, .. } => matches!(source, Source::List(_)),
        }
    }

    fn set(&self, slot: u32, target: &Value) -> Option<Vec<Step>> {
        let place = crate::hir::Place { row: 0, slot };
        let known = self.names.slot(place)?;
        // Nobody becomes somebody else, and a record that is missing would need more than this.
        if known.roles.key {
            return None;
        }
        let mut row = self.picture.customer.clone();
        edit::put(&mut row, slot, target);
        let whole = complete(&self.module.schema.customer, &mut 0, &row, true);
        whole.then(|| {
            vec![Step::Set {
                slot,
                value: target.clone(),
            }]
        })
    }

    /// More items, or fewer: the latest or the earliest are removed.
    fn number_of(&self, items: &Items, target: &Value) -> Vec<Vec<Step>> {
        let counted = self.counted(items);
        let Value::Int(target) = target else {
            return Vec::new();
        };
        let Ok(target) = usize::try_from(*target) else {
            return Vec::new();
        };
        if let Some(more) = target.checked_sub(counted.len()) {
            return self.add_any(items, more, None, 4);
        }
        let fewer = counted.len() - target;
        vec![
            remove(items, &counted[target..]),
            remove(items, &counted[..fewer]),
        ]
    }

    fn add(&self, items: &Items, count: usize, target: Option<(&Expr, &Value)>) -> Option<Vec<Step>> {
        self.add_any(items, count, target, 1).pop()
    }

    /// Adds items of one kind or another, which may matter to other tests of the rule.
    fn add_any(
        &self,
        items: &Items,
        count: usize,
        target: Option<(&Expr, &Value)>,
        kinds: usize,
    ) -> Vec<Vec<Step>> {
        if count > MOST {
            return Vec::new();
        }
        let source = items.source.clone();
        let made = self.make(items, target, kinds).into_iter();
        made.map(|(like, row, with)| {
            vec![Step::Add {
                source: source.clone(),
                count,
                like,
                row,
                with,
            }]
        })
        .collect()
    }

    /// Gives one item a value, where it still counts then.
    fn alter(&self, items: &Items, index: usize, value: &Expr, target: &Value) -> Option<Step> {
        let row = edit::rows(self.picture, &items.source).get(index)?;
        let counts = |it: &PictureRow| {
            items
                .filter
                .as_ref()
                .is_none_or(|filter| self.test(items, it, filter))
        };
        let aimed = self.aimed(items, row, value, target).into_iter().find(counts)?;
        let changed = aimed
            .cells
            .iter()
            .zip(&row.cells)
            .position(|(now, before)| match (now, before) {
                (Cell::Value(now), Cell::Value(before)) => now != before,
                (Cell::Value(_), _) => true,
                _ => false,
            })?;
        let Some(Cell::Value(given)) = aimed.cells.get(changed) else {
            return None;
        };
        Some(Step::Alter {
            source: items.source.clone(),
            index,
            slot: u32::try_from(changed).ok()?,
            value: given.clone(),
        })
    }

    /// The items that count, with their values.
    fn values(&self, items: &Items, value: &Expr) -> Vec<(usize, Option<Value>)> {
        let all = edit::rows(self.picture, &items.source);
        let counted = self.counted(items).into_iter();
        counted
            .map(|index| (index, self.value(items, &all[index], value)))
            .collect()
    }

    /// Some of the latest items gone: one, two, three, or all.
    fn fewer(&self, items: &Items) -> Vec<Vec<Step>> {
        let counted = self.counted(items);
        let numbers = [1, 2, 3, counted.len()]
            .into_iter()
            .filter(|it| (1..=counted.len()).contains(it));
        numbers
            .map(|it| remove(items, &counted[counted.len() - it..]))
            .collect()
    }

    fn sum(&self, items: &Items, value: &Expr, now: Option<&Value>, target: &Value) -> Vec<Vec<Step>> {
        let zero = Value::Int(0);
        let Some(difference) = difference(now.unwrap_or(&zero), target, &value.ty) else {
            return Vec::new();
        };
        let up =
            compare::compare(difference.as_ref(), ValueRef::Int(0)).is_some_and(std::cmp::Ordering::is_gt);
        let mut ways = Vec::new();
        if up {
            ways.extend(self.add(items, 1, Some((value, &difference))));
        }
        let known = self.values(items, value);
        for (index, old) in known.iter().rev().take(3) {
            let new = total(old.as_ref().unwrap_or(&zero), &difference, &value.ty);
            ways.extend(new.and_then(|new| Some(vec![self.alter(items, *index, value, &new)?])));
        }
        if !up {
            ways.extend(self.fewer(items));
        }
        ways
    }

    /// The average is turned by one item that makes up for all of them, or by several where that would have to be less than
    /// nothing.
    fn average(&self, items: &Items, value: &Expr, target: &Value) -> Vec<Vec<Step>> {
        let known: Vec<(usize, Value)> = self
            .values(items, value)
            .into_iter()
            .filter_map(|(index, it)| Some((index, it?)))
            .collect();
        let wide = if value.ty == Type::Float {
            Type::Float
        } else {
            Type::Decimal
        };
        let sum = known
            .iter()
            .try_fold(Value::Int(0), |sum, (_, it)| total(&sum, it, &wide));
        // How much is missing for so many items to have the average.
        let makes_up = |count: usize| {
            let count = core::as_type(&Value::Int(i64::try_from(count).ok()?), &wide).pop()?;
            let target = core::as_type(target, &wide).pop()?;
            let needed = number::multiply(target.as_ref(), count.as_ref())?.to_owned();
            difference(sum.as_ref()?, &needed, &wide)
        };
        let is_natural = |new: &Value| is_positive(new) || !known.iter().all(|(_, it)| is_positive(it));
        let mut ways = Vec::new();
        if let Some(new) = makes_up(known.len() + 1).filter(is_natural) {
            ways.extend(self.add(items, 1, Some((value, &new))));
        } else {
            // As few as do not have to be negative, and so many that each is near the average.
            let fewest = (2..=MOST).find(|it| makes_up(known.len() + it).is_some_and(|it| is_positive(&it)));
            for count in fewest.into_iter().flat_map(|it| [it, it * 10]) {
                let count_value = i64::try_from(count).ok().map(Value::Int);
                let each = makes_up(known.len() + count).and_then(|all| {
                    let count = core::as_type(&count_value?, &wide).pop()?;
                    number::divide(all.as_ref(), count.as_ref()).map(ValueRef::to_owned)
                });
                ways.extend(each.and_then(|each| self.add(items, count, Some((value, &each)))));
            }
        }
        for (index, old) in known.iter().rev().take(3) {
            let new = makes_up(known.len()).and_then(|it| total(old, &it, &wide));
            ways.extend(new.and_then(|new| Some(vec![self.alter(items, *index, value, &new)?])));
        }
        ways.extend(self.fewer(items));
        ways
    }

    /// One item reaches the value, or all that are beyond it come to it.
    fn extreme(&self, items: &Items, value: &Expr, min: bool, target: &Value) -> Vec<Vec<Step>> {
        let beyond = |it: &Value| {
            compare::compare(it.as_ref(), target.as_ref())
                .is_some_and(|order| if min { order.is_lt() } else { order.is_gt() })
        };
        let known = self.values(items, value);
        let outside: Vec<usize> = known
            .iter()
            .filter(|(_, it)| it.as_ref().is_some_and(beyond))
            .map(|(index, _)| *index)
            .collect();
        let mut ways = Vec::new();
        if outside.is_empty() {
            ways.extend(self.add(items, 1, Some((value, target))));
            for (index, _) in known.iter().rev().take(3) {
                ways.extend(self.alter(items, *index, value, target).map(|it| vec![it]));
            }
        } else {
            let altered: Option<Vec<Step>> = outside
                .iter()
                .map(|index| self.alter(items, *index, value, target))
                .collect();
            ways.extend(altered);
            ways.push(remove(items, &outside));
        }
        ways
    }

    /// The first or the last item has the value.
    fn end(&self, items: &Items, value: &Expr, last: bool, target: &Value) -> Vec<Vec<Step>> {
        // The time of the last event is the latest time.
        if matches!((&value.kind, &items.source), (ExprKind::Slot(crate::hir::Place { slot: 0, row }), Source::Events(_)) if *row == items.row)
        {
            return self.extreme(items, value, !last, target);
        }
        let counted = self.counted(items);
        let mut ways = Vec::new();
        if last || counted.is_empty() {
            ways.extend(self.add(items, 1, Some((value, target))));
        }
        let end = if last { counted.last() } else { counted.first() };
        if let Some(index) = end {
            ways.extend(self.alter(items, *index, value, target).map(|it| vec![it]));
        }
        if last {
            ways.extend(self.fewer(items));
        } else if let Some((_, rest)) = counted.split_first() {
            ways.push(remove(items, &counted[..counted.len() - rest.len()]));
        }
        ways
    }

    /// New values, one item for each; or the latest values made like the first.
    fn different(&self, items: &Items, value: &Expr, target: &Value) -> Vec<Vec<Step>> {
        let Value::Int(target) = target else {
            return Vec::new();
        };
        let (Ok(target), known) = (usize::try_from(*target), self.values(items, value)) else {
            return Vec::new();
        };
        let mut seen: Vec<Value> = Vec::new();
        for (_, it) in &known {
            if let Some(it) = it
                .as_ref()
                .filter(|it| !seen.iter().any(|known| same(Some(known), Some(it))))
            {
                seen.push(it.clone());
            }
        }
        if let Some(more) = target.checked_sub(seen.len()) {
            // Those that the filter names may be the only ones that it takes.
            let mut candidates = named(items);
            candidates.retain(|it| !seen.iter().any(|seen| same(Some(seen), Some(it))));
            candidates.extend(fresh(&seen, &value.ty, more.min(MOST)));
            let mut steps = Vec::new();
            let mut reached: Vec<Value> = Vec::new();
            for new in candidates {
                if reached.len() == more {
                    break;
                }
                for step in self.add(items, 1, Some((value, &new))).unwrap_or_default() {
                    let Step::Add { row, .. } = &step else { continue };
                    let Some(made) = self.value(items, row, value) else {
                        continue;
                    };
                    if seen.iter().chain(&reached).all(|it| !same(Some(it), Some(&made))) {
                        reached.push(made);
                        steps.push(step);
                    }
                }
            }
            return vec![steps];
        }
        let gone = |it: &Value| seen[target..].iter().any(|gone| same(Some(gone), Some(it)));
        let late: Vec<usize> = known
            .iter()
            .filter(|(_, it)| it.as_ref().is_some_and(gone))
            .map(|(index, _)| *index)
            .collect();
        let mut ways = Vec::new();
        if let Some(first) = seen.first().filter(|_| target > 0) {
            let altered: Option<Vec<Step>> = late
                .iter()
                .map(|index| self.alter(items, *index, value, first))
                .collect();
            ways.extend(altered);
        }
        ways.push(remove(items, &late));
        ways
    }

    /// As many items with the value as the most frequent one has: the latest of equals decides.
    fn frequent(&self, items: &Items, value: &Expr, target: &Value) -> Vec<Vec<Step>> {
        let known = self.values(items, value);
        let times = |wanted: &Value| {
            known
                .iter()
                .filter(|(_, it)| same(it.as_ref(), Some(wanted)))
                .count()
        };
        let most = known
            .iter()
            .filter_map(|(_, it)| it.as_ref())
            .map(times)
            .max()
            .unwrap_or(0);
        let missing = most.saturating_sub(times(target)).max(1);
        let mut ways: Vec<Vec<Step>> = self
            .add(items, missing, Some((value, target)))
            .into_iter()
            .collect();
        ways.extend(self.add(items, missing + 1, Some((value, target))));
        ways
    }
}

/// Whether items can be added to and removed from it: events, and lists of the customer.
fn reachable(source: &Source) -> bool {
    match source {
        Source::Events(_) => true,
        Source::List(list) => matches!(list, Spot::Row(place) if place.row == 0),
    }
}

/// Removes items by their positions, the last first so that the others keep theirs.
fn remove(items: &Items, positions: &[usize]) -> Vec<Step> {
    let source = &items.source;
    let steps = positions.iter().rev();
    steps
        .map(|&index| Step::Remove {
            source: source.clone(),
            index,
        })
        .collect()
}

/// Whether nothing is missing of the records that are there.
fn complete(fields: &[Field], next: &mut usize, row: &PictureRow, wanted: bool) -> bool {
    let mut whole = true;
    for field in fields {
        if let Type::Record(inner) = &field.ty {
            let end = (*next + slots(inner)).min(row.cells.len());
            let present = row.cells[*next..end]
                .iter()
                .any(|it| !matches!(it, Cell::Missing));
            whole &= complete(inner, next, row, present || wanted && !field.optional);
            continue;
        }
        let missing = matches!(row.cells.get(*next), None | Some(Cell::Missing));
        let needed = wanted && !field.optional && !field.roles.key;
        whole &= !(needed && missing);
        *next += 1;
    }
    whole
}

fn difference(from: &Value, to: &Value, ty: &Type) -> Option<Value> {
    let (from, to) = (core::as_type(from, ty).pop()?, core::as_type(to, ty).pop()?);
    number::subtract(to.as_ref(), from.as_ref()).map(ValueRef::to_owned)
}

fn total(one: &Value, other: &Value, ty: &Type) -> Option<Value> {
    let (one, other) = (core::as_type(one, ty).pop()?, core::as_type(other, ty).pop()?);
    number::add(one.as_ref(), other.as_ref()).map(ValueRef::to_owned)
}

fn is_positive(value: &Value) -> bool {
    compare::compare(value.as_ref(), ValueRef::Int(0)).is_some_and(std::cmp::Ordering::is_ge)
        || matches!(value, Value::Decimal(it) if *it >= Decimal::ZERO)
}

/// The constants in the filter of a collection.
fn named(items: &Items) -> Vec<Value> {
    let mut values: Vec<Value> = Vec::new();
    if let Some(filter) = &items.filter {
        Part::Condition(filter).walk(&mut |part| match part {
            Part::Condition(Condition {
                kind: ConditionKind::In { set, .. },
                ..
            }) => values.extend(set.iter().take(MOST).cloned()),
            Part::Expr(Expr {
                kind: ExprKind::Constant(value),
                ..
            }) => values.push(value.clone()),
            _ => {}
        });
    }
    values
}

/// Values of a type that are not among those seen.
fn fresh(seen: &[Value], ty: &Type, count: usize) -> Vec<Value> {
    let known = |it: &Value| seen.iter().any(|seen| same(Some(seen), Some(it)));
    let candidates: Box<dyn Iterator<Item = Value>> = match ty {
        Type::Bool => Box::new([true, false].into_iter().map(Value::Bool)),
        Type::Words(words) => Box::new(words.iter().cloned().map(Value::Text)),
        Type::Int => Box::new((1..).map(Value::Int)),
        Type::Decimal => Box::new((1..).filter_map(Decimal::from_int).map(Value::Decimal)),
        Type::Float => Box::new((1_u32..).map(|it| Value::Float(f64::from(it)))),
        Type::Date => Box::new((1..).filter_map(crate::value::Date::from_days).map(Value::Date)),
        Type::DateTime => Box::new(
            (1..)
                .filter_map(crate::value::DateTime::from_micros)
                .map(Value::DateTime),
        ),
        Type::Url => Box::new((1..).map(|it: i64| format!("https://example.com/{it}").into())),
        _ => Box::new((1..).map(|it: i64| format!("other {it}").into())),
    };
    candidates.filter(|it| !known(it)).take(count).collect()
}
