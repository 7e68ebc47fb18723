//! What is counted and computed over the items of a collection.

use std::cmp::Ordering;

use super::{Interpreter, int};
use crate::{
    hir::{AggregateKind, Expr, Items, Quantifier, Source},
    record::Row,
    value::{Decimal, Type, Value, ValueRef, compare, number},
};

impl<'a, R: Row<'a>> Interpreter<'_, 'a, R> {
    pub(super) fn quantified(&mut self, quantifier: Quantifier, items: &Items) -> bool {
        if quantifier == Quantifier::All {
            let unfiltered = Items {
                filter: None,
                ..items.clone()
            };
            let all = self.items(&unfiltered);
            return all.len() == self.items(items).len();
        }
        let count = self.items(items).len() as u64;
        match quantifier {
            Quantifier::Any | Quantifier::All => count > 0,
            Quantifier::No => count == 0,
            Quantifier::AtLeast(least) => count >= least,
            Quantifier::AtMost(most) => count <= most,
            Quantifier::Exactly(exactly) => count == exactly,
        }
    }

    pub(super) fn aggregate(
        &mut self,
        kind: AggregateKind,
        value: Option<&Expr>,
        items: &Items,
    ) -> Option<Value> {
        let found = self.items(items);
        let Some(expr) = value else {
            return Some(int(found.len()));
        };
        if kind == AggregateKind::Mode {
            return self.mode(expr, items);
        }
        let mut each = Vec::new();
        for item in found {
            each.push(self.with_item(items, item, |this| this.value(expr)));
        }
        match kind {
            AggregateKind::First => return each.into_iter().next()?,
            AggregateKind::Last => return each.into_iter().next_back()?,
            _ => {}
        }
        let known: Vec<Value> = each.into_iter().flatten().collect();
        let extreme = |side| {
            let mut values = known.iter().map(Value::as_ref);
            let first = values.next()?;
            Some(values.fold(first, |a, b| compare::extreme(a, b, side)).to_owned())
        };
        match kind {
            AggregateKind::Count => Some(int(known.len())),
            AggregateKind::Sum => total(&known, &expr.ty),
            AggregateKind::Avg => average(&known, &expr.ty),
            AggregateKind::Min => extreme(Ordering::Less),
            AggregateKind::Max => extreme(Ordering::Greater),
            AggregateKind::Distinct => {
                let mut different: Vec<&Value> = Vec::new();
                for value in &known {
                    if !different
                        .iter()
                        .any(|it| compare::equal(it.as_ref(), value.as_ref()))
                    {
                        different.push(value);
                    }
                }
                Some(int(different.len()))
            }
            AggregateKind::First | AggregateKind::Last | AggregateKind::Mode => None,
        }
    }

    /// The value that occurs most often; of several, the one seen latest, then the smaller. An event is seen at its time,
    /// an item of a list at its place.
    fn mode(&mut self, expr: &Expr, items: &Items) -> Option<Value> {
        let mut found: Vec<(Value, usize, i64)> = Vec::new();
        for (index, item) in (0..).zip(self.items(items)) {
            let Some(value) = self.with_item(items, item, |this| this.value(expr)) else {
                continue;
            };
            // Both zeros are one value.
            let value = match value {
                Value::Float(it) => Value::Float(it + 0.0),
                value => value,
            };
            let seen = match items.source {
                Source::Events(_) => item.at()?,
                Source::List(_) => index,
            };
            match found
                .iter_mut()
                .find(|(it, ..)| compare::equal(it.as_ref(), value.as_ref()))
            {
                Some((_, count, latest)) => {
                    *count += 1;
                    *latest = seen.max(*latest);
                }
                None => found.push((value, 1, seen)),
            }
        }
        let better = |(a, a_count, a_seen): &(Value, usize, i64),
                      (b, b_count, b_seen): &(Value, usize, i64)| {
            let smaller = compare::compare(b.as_ref(), a.as_ref()).unwrap_or(Ordering::Equal);
            a_count.cmp(b_count).then(a_seen.cmp(b_seen)).then(smaller)
        };
        found.into_iter().max_by(better).map(|(value, ..)| value)
    }
}

/// The exact sum of ints or of a decimal's units.
fn exact_total(values: &[Value]) -> i128 {
    let exact = values.iter().map(|value| match value {
        Value::Int(it) => i128::from(*it),
        Value::Decimal(it) => i128::from(it.units()),
        _ => 0,
    });
    exact.sum()
}

/// The sum of floats in the order given.
fn float_total(values: &[Value]) -> f64 {
    values.iter().fold(0.0, |sum, value| match value {
        Value::Float(it) => sum + it,
        _ => sum,
    })
}

fn total(values: &[Value], ty: &Type) -> Option<Value> {
    match ty {
        Type::Int => i64::try_from(exact_total(values)).ok().map(Value::Int),
        Type::Decimal => {
            let units = i64::try_from(exact_total(values)).ok()?;
            Some(Value::Decimal(Decimal::from_units(units)))
        }
        Type::Float => number::finite(float_total(values)).map(ValueRef::to_owned),
        _ => None,
    }
}

fn average(values: &[Value], ty: &Type) -> Option<Value> {
    let count = i32::try_from(values.len()).ok().filter(|count| *count > 0)?;
    match ty {
        Type::Int => {
            let units = exact_total(values) * i128::from(Decimal::SCALE);
            Decimal::from_ratio(units, count.into()).map(Value::Decimal)
        }
        Type::Decimal => Decimal::from_ratio(exact_total(values), count.into()).map(Value::Decimal),
        Type::Float => number::finite(float_total(values) / f64::from(count)).map(ValueRef::to_owned),
        _ => None,
    }
}
