//! Which values occur, and how often.

use std::cmp::Ordering;

use super::machine::{Datum, Machine, key};
use crate::{
    plan::{Kind, float_of_key},
    record::Row,
    value::{Date, DateTime, Decimal, Duration, ValueRef},
};

/// One occurrence of a value, among which the most frequent one is looked for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Seen {
    value: Occurring,
    /// When, or in which place of a list.
    at: i64,
}

#[derive(Clone, Copy, Debug)]
enum Occurring {
    /// As values are compared, see [`key`]; a bool as 0 or 1.
    Number(i64),
    /// A stretch of the text in the scratch.
    Text(usize, usize),
}

impl<'a, R: Row<'a>> Machine<'a, '_, R> {
    /// Remembers a value for counting the different ones.
    pub(super) fn remember(&mut self, datum: Datum<'a>) {
        if let Some(key) = key(self.resolve(datum)) {
            self.scratch().numbers.push(key);
            return;
        }
        match (datum, self.resolve(datum)) {
            (_, ValueRef::Text(_)) => {
                let span = self.copy(datum);
                self.scratch().spans.push(span);
            }
            (_, ValueRef::Bool(it)) => self.scratch().numbers.push(it.into()),
            _ => {}
        }
    }

    /// How many different values were remembered since; forgets them.
    pub(super) fn different(&mut self, of: Kind, known: usize, numbers: usize, spans: usize) -> usize {
        let scratch = self.scratch();
        match of {
            // Places are not compared: each counts.
            Kind::Geo => known,
            Kind::Text => {
                let text = &scratch.text;
                let of = |span: &(usize, usize)| text.get(span.0..span.1).unwrap_or_default();
                let found = &mut scratch.spans[spans..];
                found.sort_unstable_by(|a, b| of(a).cmp(of(b)));
                let different = found.chunk_by(|a, b| of(a) == of(b)).count();
                scratch.spans.truncate(spans);
                different
            }
            _ => {
                let found = &mut scratch.numbers[numbers..];
                found.sort_unstable();
                let different = found.chunk_by(|a, b| a == b).count();
                scratch.numbers.truncate(numbers);
                different
            }
        }
    }

    /// Where a text lies in the scratch, after copying it there unless it was made there.
    fn copy(&mut self, datum: Datum<'a>) -> (usize, usize) {
        if let Datum::Made(start, end) = datum {
            return (start, end);
        }
        self.draft(|this, draft| {
            if let ValueRef::Text(text) = this.resolve(datum) {
                draft.push_str(text);
            }
        });
        let made = self.scratch().commit();
        (made.start, made.end)
    }

    /// Remembers a value for finding the most frequent one.
    pub(super) fn see(&mut self, datum: Datum<'a>, at: i64) {
        let value = match self.resolve(datum) {
            ValueRef::Text(_) => {
                let (start, end) = self.copy(datum);
                Occurring::Text(start, end)
            }
            ValueRef::Bool(it) => Occurring::Number(it.into()),
            value => match key(value) {
                Some(key) => Occurring::Number(key),
                None => return,
            },
        };
        self.scratch().seen.push(Seen { value, at });
    }

    /// How many values were seen so far.
    pub(super) fn seen(&mut self) -> usize {
        self.scratch().seen.len()
    }

    /// The most frequent of the values seen from the `from`th on; of several the one seen latest, then the smallest.
    /// Forgets them.
    ///
    /// They are sorted, so that equal ones stand side by side: O(n log n) comparisons.
    pub(super) fn most_frequent(&mut self, of: Kind, from: usize) -> Option<Datum<'a>> {
        let scratch = self.scratch();
        let text = &scratch.text;
        let order = |a: &Seen, b: &Seen| match (a.value, b.value) {
            (Occurring::Number(a), Occurring::Number(b)) => a.cmp(&b),
            (Occurring::Text(from, to), Occurring::Text(other_from, other_to)) => {
                text.get(from..to).cmp(&text.get(other_from..other_to))
            }
            // All are of one type.
            (Occurring::Number(_), _) => Ordering::Less,
            (Occurring::Text(..), _) => Ordering::Greater,
        };
        let seen = &mut scratch.seen[from..];
        seen.sort_unstable_by(|a, b| order(a, b).then(a.at.cmp(&b.at)));
        let mut best: Option<((usize, i64), Occurring)> = None;
        for same in seen.chunk_by(|a, b| order(a, b).is_eq()) {
            let Some(latest) = same.last() else { continue };
            let rank = (same.len(), latest.at);
            // The smaller values come first, so a later one has to be better.
            if best.is_none_or(|(best, _)| rank > best) {
                best = Some((rank, latest.value));
            }
        }
        scratch.seen.truncate(from);
        match best?.1 {
            Occurring::Text(start, end) => Some(Datum::Made(start, end)),
            Occurring::Number(key) => of_key(of, key).map(Datum::Plain),
        }
    }

    pub(super) fn numbers(&mut self) -> usize {
        self.scratch().numbers.len()
    }

    pub(super) fn spans(&mut self) -> usize {
        self.scratch().spans.len()
    }
}

/// The value that is compared by this whole number.
fn of_key(of: Kind, key: i64) -> Option<ValueRef<'static>> {
    Some(match of {
        Kind::Bool => ValueRef::Bool(key != 0),
        Kind::Int => ValueRef::Int(key),
        Kind::Float => ValueRef::Float(float_of_key(key)),
        Kind::Decimal => ValueRef::Decimal(Decimal::from_units(key)),
        Kind::Date => ValueRef::Date(Date::from_days(key)?),
        Kind::DateTime => ValueRef::DateTime(DateTime::from_micros(key)?),
        Kind::Duration => ValueRef::Duration(Duration::from_micros(key)),
        Kind::Text | Kind::Geo => return None,
    })
}
