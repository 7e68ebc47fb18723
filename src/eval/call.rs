//! The functions of the language over values that are not owned.

use std::cmp::Ordering;

use super::machine::{Datum, Machine};
use crate::{
    function::{Function, HostFunction},
    plan::NodeId,
    record::Row,
    value::{Date, Value, ValueRef, compare, number, text},
};

const DAY: i64 = 86_400_000_000;

impl<'a, R: Row<'a>> Machine<'a, '_, R> {
    pub(super) fn call(&mut self, function: Function, args: &[NodeId]) -> Option<Datum<'a>> {
        let first = self.eval(*args.first()?);
        if function == Function::Default {
            return match first {
                Some(first) => Some(first),
                None => self.eval(*args.get(1)?),
            };
        }
        let first = first?;
        let int = |it: i64| Some(Datum::Plain(ValueRef::Int(it)));
        let plain = |value: Option<ValueRef<'static>>| value.map(Datum::Plain);
        match function {
            Function::Lower => self.make(first, text::lower),
            Function::Upper => self.make(first, text::upper),
            Function::String => {
                if matches!(self.resolve(first), ValueRef::Text(_)) {
                    return Some(first);
                }
                self.draft(|this, draft| text::show(this.resolve(first), draft));
                let made = self.scratch().commit();
                Some(Datum::Made(made.start, made.end))
            }
            Function::Trim => self.part(first, |text| Some(text.trim())),
            Function::Domain => self.part(first, text::domain),
            Function::Length => match self.resolve(first) {
                ValueRef::Text(it) => int(text::length(it)),
                _ => None,
            },
            Function::Distance => {
                let other = self.eval(*args.get(1)?)?;
                match (self.resolve(first), self.resolve(other)) {
                    (ValueRef::Geo(one), ValueRef::Geo(other)) => {
                        Some(Datum::Plain(ValueRef::Float(one.distance_to(other))))
                    }
                    _ => None,
                }
            }
            Function::Abs => plain(number::absolute(self.resolve(first))),
            Function::Round => plain(number::round(self.resolve(first))),
            Function::Floor => plain(number::floor(self.resolve(first))),
            Function::Ceil => plain(number::ceil(self.resolve(first))),
            Function::Int => plain(number::to_int(self.resolve(first))),
            Function::Float => plain(number::to_float(self.resolve(first))),
            Function::Decimal => plain(number::to_decimal(self.resolve(first))),
            Function::Min => self.extreme(first, &args[1..], Ordering::Less),
            Function::Max => self.extreme(first, &args[1..], Ordering::Greater),
            Function::Date => Some(Datum::Plain(ValueRef::Date(self.date(first)?))),
            Function::Year => int(self.date(first)?.year().into()),
            Function::Month => int(self.date(first)?.month().into()),
            Function::Day => int(self.date(first)?.day().into()),
            Function::Weekday => {
                let day = text::weekday(self.date(first)?.days_from_monday());
                Some(Datum::Plain(ValueRef::Text(day)))
            }
            Function::Hour => match self.resolve(first) {
                ValueRef::DateTime(it) => int(self.at.zone().hour_of(it)),
                _ => None,
            },
            Function::YearsSince => int(self.date(first)?.full_years_until(self.at.today()).into()),
            Function::DaysSince => match self.resolve(first) {
                ValueRef::DateTime(it) => int((self.at.now().micros() - it.micros()).div_euclid(DAY)),
                ValueRef::Date(it) => int(i64::from(self.at.today().days()) - i64::from(it.days())),
                _ => None,
            },
            Function::Default => None,
        }
    }

    /// What a function of the host gives. Text is copied, so that it lasts as long as other text that was made.
    pub(super) fn host(&mut self, function: u32, args: &[NodeId]) -> Option<Datum<'a>> {
        let function = self.program.functions.get(function as usize)?;
        let mut data = [None; HostFunction::MOST_ARGUMENTS];
        let data = data.get_mut(..args.len())?;
        for (datum, node) in data.iter_mut().zip(args) {
            *datum = self.eval(*node);
        }
        let mut values = [None; HostFunction::MOST_ARGUMENTS];
        for (value, datum) in values.iter_mut().zip(&*data) {
            *value = datum.map(|datum| self.resolve(datum));
        }
        match function.value(&values[..args.len()])? {
            Value::Text(text) => {
                self.draft(|_, draft| draft.push_str(&text));
                let made = self.scratch().commit();
                Some(Datum::Made(made.start, made.end))
            }
            Value::Bool(it) => Some(Datum::Plain(ValueRef::Bool(it))),
            Value::Int(it) => Some(Datum::Plain(ValueRef::Int(it))),
            Value::Float(it) => Some(Datum::Plain(ValueRef::Float(it))),
            Value::Decimal(it) => Some(Datum::Plain(ValueRef::Decimal(it))),
            Value::Date(it) => Some(Datum::Plain(ValueRef::Date(it))),
            Value::DateTime(it) => Some(Datum::Plain(ValueRef::DateTime(it))),
            Value::Duration(it) => Some(Datum::Plain(ValueRef::Duration(it))),
            Value::Geo(it) => Some(Datum::Plain(ValueRef::Geo(it))),
        }
    }

    fn extreme(&mut self, first: Datum<'a>, rest: &[NodeId], side: Ordering) -> Option<Datum<'a>> {
        let mut best = first;
        for node in rest {
            let next = self.eval(*node)?;
            best = self.better(best, next, side);
        }
        Some(best)
    }

    /// The smaller, or the larger, of two values.
    pub(super) fn better(&self, best: Datum<'a>, next: Datum<'a>, side: Ordering) -> Datum<'a> {
        let order = match (self.resolve(best), self.resolve(next)) {
            (ValueRef::Float(a), ValueRef::Float(b)) => Some(a.total_cmp(&b)),
            (a, b) => compare::compare(a, b),
        };
        if order == Some(side.reverse()) { next } else { best }
    }

    /// The calendar day of a date, or of a datetime in the zone.
    fn date(&self, datum: Datum<'a>) -> Option<Date> {
        match self.resolve(datum) {
            ValueRef::Date(it) => Some(it),
            ValueRef::DateTime(it) => self.at.zone().checked_date_of(it),
            _ => None,
        }
    }

    /// Text that a function writes.
    pub(super) fn make(&mut self, datum: Datum<'a>, write: fn(&str, &mut String)) -> Option<Datum<'a>> {
        if !matches!(self.resolve(datum), ValueRef::Text(_)) {
            return None;
        }
        self.draft(|this, draft| {
            if let ValueRef::Text(text) = this.resolve(datum) {
                write(text, draft);
            }
        });
        let made = self.scratch().commit();
        Some(Datum::Made(made.start, made.end))
    }

    /// A part of a text, in place.
    fn part(&self, datum: Datum<'a>, part: fn(&str) -> Option<&str>) -> Option<Datum<'a>> {
        if let Datum::Plain(ValueRef::Text(text)) = datum {
            return part(text).map(|it| Datum::Plain(ValueRef::Text(it)));
        }
        let ValueRef::Text(whole) = self.resolve(datum) else {
            return None;
        };
        let part = part(whole)?;
        let offset = part.as_ptr().addr() - whole.as_ptr().addr();
        match datum {
            Datum::Made(start, _) => Some(Datum::Made(start + offset, start + offset + part.len())),
            Datum::Kept(start, _) => Some(Datum::Kept(start + offset, start + offset + part.len())),
            Datum::Plain(_) => None,
        }
    }
}
