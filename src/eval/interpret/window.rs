//! Windows of time, and what lies in them.

use super::Interpreter;
use crate::{
    hir::{Bound, Edge, Window},
    record::Row,
    value::{Date, Value},
};

impl<'a, R: Row<'a>> Interpreter<'_, 'a, R> {
    /// The window's ends, or nothing when one of them is missing for the customer.
    pub(in crate::eval) fn stretch(&mut self, window: &Window) -> Option<Stretch> {
        let mut end = |edge: &Option<Edge>| match edge {
            None => Some(None),
            Some(edge) => self.bound(&edge.bound).map(|bound| Some((bound, edge.inclusive))),
        };
        Some(Stretch {
            from: end(&window.from)?,
            to: end(&window.to)?,
        })
    }

    pub(in crate::eval) fn bound(&mut self, bound: &Bound) -> Option<i64> {
        let (now, zone) = (self.at.now(), self.at.zone());
        bound.resolve(now, zone, &mut |expr| steps(&self.value(expr)?))
    }
}

/// The ends of a window, each with whether it belongs to it.
#[derive(Clone, Copy, Default)]
pub(in crate::eval) struct Stretch {
    pub(in crate::eval) from: Option<(i64, bool)>,
    pub(in crate::eval) to: Option<(i64, bool)>,
}

impl Stretch {
    pub(in crate::eval) fn contains(self, it: i64) -> bool {
        let after_from = self
            .from
            .is_none_or(|(from, inclusive)| it > from || inclusive && it == from);
        let before_to = self
            .to
            .is_none_or(|(to, inclusive)| it < to || inclusive && it == to);
        after_from && before_to
    }
}

/// Whether a day returns in a stretch of days, in one of the years after its own.
pub(super) fn returns(day: Date, stretch: Stretch) -> bool {
    // No later year has a return before the stretch ends.
    let end = stretch.to.and_then(|(to, _)| Date::from_days(to));
    let last = end.map_or(9999, Date::year);
    let mut days = (day.year() + 1..=last).filter_map(|year| match (day.month(), day.day()) {
        (2, 29) => Date::from_ymd(year, 2, 29).or_else(|| Date::from_ymd(year, 2, 28)),
        (month, day) => Date::from_ymd(year, month, day),
    });
    days.any(|day| stretch.contains(day.days().into()))
}

/// A place on the line of time: microseconds of a datetime, days of a date.
pub(in crate::eval) fn steps(value: &Value) -> Option<i64> {
    match value {
        Value::DateTime(it) => Some(it.micros()),
        Value::Date(it) => Some(i64::from(it.days())),
        _ => None,
    }
}
