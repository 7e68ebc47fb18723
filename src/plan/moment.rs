//! The ends of windows that are the same for every customer, resolved once per evaluation.

use indexmap::IndexSet;

use super::{planner::Planner, steady::Steady};
use crate::{
    hir::{Bound, Edge, Period},
    value::{Date, DateTime, Zone, months_later, start_of_period},
};

/// A number that stands for an edge of a window: microseconds for instants, days for dates. A window runs from its
/// lower moment up to, but not including, its upper one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Moment {
    pub(crate) anchor: Anchor,
    /// One step (a microsecond, or a day) later than the anchor.
    pub(crate) after: bool,
    /// Not later than the first instant after now: events later than now do not exist.
    pub(crate) until_now: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Anchor {
    /// Before everything.
    Beginning,
    /// After everything.
    End,
    Instant(i64),
    /// So many microseconds after now.
    FromNow(i64),
    /// So many calendar months after now.
    MonthsFromNow(i32),
    /// When the zone's clock shows so many microseconds since 1970.
    Local(i64),
    /// A day, as days since 1970.
    Day(Day),
    /// The first moment of a day.
    StartOf(Day),
    /// A time of [`Moments::times`] by its number.
    Time {
        time: u32,
        role: Role,
    },
}

/// What a time is to a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Role {
    /// The first moment of the day that comes so many days after it, instead of the time itself.
    pub(crate) start_of_day: Option<i64>,
    /// Whether the window ends there; it is empty when the time lies beyond the calendar.
    pub(crate) upper: bool,
}

/// So many days after a day that does not differ from customer to customer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Day {
    pub(crate) from: Origin,
    pub(crate) plus: i64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Origin {
    /// 1970-01-01.
    Epoch,
    Today,
    /// So many calendar months after today.
    Months(i32),
    /// The first day of a period, so many periods after the one that has today.
    Period(Period, i64),
}

/// The moments that a program reads, each once, by number.
#[derive(Clone, Debug, Default)]
pub(crate) struct Moments {
    list: IndexSet<Moment>,
    times: IndexSet<Steady>,
}

impl Moment {
    /// The lower end of a window with this edge; `None` when it differs from customer to customer.
    pub(super) fn lower(edge: Option<&Edge>, planner: &mut Planner<'_>) -> Option<Self> {
        Self::of(edge, false, planner)
    }

    /// The upper end of a window with this edge; `None` when it differs from customer to customer.
    pub(super) fn upper(edge: Option<&Edge>, planner: &mut Planner<'_>) -> Option<Self> {
        Self::of(edge, true, planner)
    }

    fn of(edge: Option<&Edge>, upper: bool, planner: &mut Planner<'_>) -> Option<Self> {
        let (anchor, after) = match edge {
            Some(edge) => {
                let anchor = Anchor::of(&edge.bound).or_else(|| planner.time_of(&edge.bound, upper));
                (anchor?, edge.inclusive == upper)
            }
            None if upper => (Anchor::End, false),
            None => (Anchor::Beginning, false),
        };
        Some(Self {
            anchor,
            after,
            until_now: false,
        })
    }

    /// The same, for events.
    pub(crate) fn until_now(self) -> Self {
        Self {
            until_now: true,
            ..self
        }
    }
}

/// The first number of a window that ends or begins at that edge, or the first one behind it, when `upper`; `None` when the
/// edge is an expression.
#[cfg(feature = "proptest")]
pub(crate) fn end_of(edge: &Edge, upper: bool, now: DateTime, zone: Zone) -> Option<i64> {
    let at = Anchor::of(&edge.bound)?.at(&IndexSet::new(), now, zone);
    Some(at.saturating_add((edge.inclusive == upper).into()))
}

impl Planner<'_> {
    /// A bound that is an expression, when it is the same for every customer all the same.
    fn time_of(&mut self, bound: &Bound, upper: bool) -> Option<Anchor> {
        let (expr, start_of_day) = match bound {
            Bound::Expr(expr) => (expr, None),
            Bound::DayStart { day, plus } => match &**day {
                Bound::Expr(expr) => (expr, Some(*plus)),
                _ => return None,
            },
            _ => return None,
        };
        let time = self.add_time(Steady::of(expr, self.module)?);
        let role = Role { start_of_day, upper };
        Some(Anchor::Time { time, role })
    }
}

impl Anchor {
    fn of(bound: &Bound) -> Option<Self> {
        Some(match bound {
            Bound::Instant(at) => Self::Instant(at.micros()),
            Bound::FromNow(micros) => Self::FromNow(*micros),
            Bound::MonthsFromNow(months) => Self::MonthsFromNow(*months),
            Bound::Local(wall) => Self::Local(*wall),
            Bound::DayStart { day, plus } => {
                let Self::Day(day) = Self::of(day)? else {
                    return None;
                };
                let plus = day.plus.saturating_add(*plus);
                Self::StartOf(Day { plus, ..day })
            }
            Bound::Day(date) => Self::day(Origin::Epoch, date.days().into()),
            Bound::FromToday(days) => Self::day(Origin::Today, *days),
            Bound::MonthsFromToday(months) => Self::day(Origin::Months(*months), 0),
            Bound::PeriodFromToday { period, plus } => Self::day(Origin::Period(*period, *plus), 0),
            Bound::Expr(_) => return None,
        })
    }

    fn day(from: Origin, plus: i64) -> Self {
        Self::Day(Day { from, plus })
    }

    /// Its value at a moment that counts as now.
    fn at(self, times: &IndexSet<Steady>, now: DateTime, zone: Zone) -> i64 {
        match self {
            Self::Beginning => i64::MIN,
            Self::End => i64::MAX,
            Self::Instant(micros) => micros,
            Self::FromNow(micros) => now.micros().saturating_add(micros),
            Self::MonthsFromNow(months) => match zone.months_later(now, months) {
                Some(at) => at.micros(),
                // Before, or after, all of the calendar.
                None if months < 0 => i64::MIN,
                None => i64::MAX,
            },
            Self::Local(wall) => zone.instant(wall),
            Self::Day(day) => day.of(zone.date_of(now)),
            Self::StartOf(day) => start_of(day.of(zone.date_of(now)), zone),
            Self::Time { time, role } => {
                let time = times.get_index(time as usize).and_then(|it| it.steps(now, zone));
                match (time, role.start_of_day) {
                    (Some(time), None) => time,
                    (Some(day), Some(plus)) => start_of(day.saturating_add(plus), zone),
                    (None, _) if role.upper => i64::MIN,
                    (None, _) => i64::MAX,
                }
            }
        }
    }
}

impl Day {
    /// Which day it is, counted from 1970, when it is today that day.
    fn of(self, today: Date) -> i64 {
        let today = i64::from(today.days());
        let day = match self.from {
            Origin::Epoch => 0,
            Origin::Today => today,
            Origin::Months(months) => months_later(today, months),
            Origin::Period(period, plus) => start_of_period(today, period, plus),
        };
        day.saturating_add(self.plus)
    }
}

impl Moments {
    #[inline]
    pub(crate) fn is_empty(&self) -> bool {
        self.list.is_empty() && self.times.is_empty()
    }

    /// The number of a moment, added when it is new.
    pub(crate) fn number(&mut self, moment: Moment) -> u32 {
        u32::try_from(self.list.insert_full(moment).0).expect("limits keep the number of windows below 2^32")
    }

    /// The number of a time, added when it is new.
    pub(super) fn time(&mut self, time: Steady) -> u32 {
        u32::try_from(self.times.insert_full(time).0).expect("limits keep the number of windows below 2^32")
    }

    /// The time of that number.
    pub(super) fn time_at(&self, number: u32) -> Option<&Steady> {
        self.times.get_index(number as usize)
    }

    pub(crate) fn get(&self, number: u32) -> Option<Moment> {
        self.list.get_index(number as usize).copied()
    }

    /// Appends the value of each moment in order.
    pub(crate) fn resolve(&self, now: DateTime, zone: Zone, out: &mut Vec<i64>) {
        out.extend(self.list.iter().map(|moment| {
            let anchor = moment.anchor.at(&self.times, now, zone);
            let value = anchor.saturating_add(i64::from(moment.after));
            if moment.until_now {
                value.min(now.micros() + 1)
            } else {
                value
            }
        }));
    }
}

/// The first moment of a day in a zone; before everything, or after everything, for a day outside the calendar.
pub(crate) fn start_of(day: i64, zone: Zone) -> i64 {
    match Date::from_days(day) {
        Some(date) => zone.start_of(date),
        None if day < 0 => i64::MIN,
        None => i64::MAX,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resolved(anchor: Anchor, now: &str, zone: &str) -> Result<i64, Box<dyn std::error::Error>> {
        let mut moments = Moments::default();
        moments.number(Moment {
            anchor,
            after: false,
            until_now: false,
        });
        let mut out = Vec::new();
        moments.resolve(now.parse()?, Zone::named(zone)?, &mut out);
        Ok(out[0])
    }

    fn start(from: Origin, plus: i64) -> Anchor {
        Anchor::StartOf(Day { from, plus })
    }

    fn shown(anchor: Anchor, now: &str) -> Result<String, Box<dyn std::error::Error>> {
        let micros = resolved(anchor, now, "Europe/Madrid")?;
        Ok(DateTime::from_micros(micros).ok_or("out of range")?.to_string())
    }

    #[test]
    fn days_begin_when_the_zone_says() -> Result<(), Box<dyn std::error::Error>> {
        let day = |text: &str| text.parse::<Date>().map(|it| i64::from(it.days()));
        for (date, begins) in [
            ("2026-03-29", "2026-03-28T23:00:00Z"),
            ("2026-03-30", "2026-03-29T22:00:00Z"),
            ("2026-10-25", "2026-10-24T22:00:00Z"),
            ("2026-10-26", "2026-10-25T23:00:00Z"),
        ] {
            assert_eq!(
                shown(start(Origin::Epoch, day(date)?), "2026-06-01T00:00:00Z")?,
                begins,
                "{date}"
            );
        }
        // 23:30 in UTC is tomorrow in Madrid.
        let late = "2026-03-28T23:30:00Z";
        assert_eq!(shown(start(Origin::Today, 0), late)?, "2026-03-28T23:00:00Z");
        assert_eq!(shown(start(Origin::Today, 1), late)?, "2026-03-29T22:00:00Z");
        assert_eq!(shown(Anchor::FromNow(-1_000_000), late)?, "2026-03-28T23:29:59Z");
        Ok(())
    }

    #[test]
    fn clock_times_in_a_gap_and_twice() -> Result<(), Box<dyn std::error::Error>> {
        let wall = |text: &str| DateTime::parse_literal(text).map(|(micros, _)| Anchor::Local(micros));
        let now = "2026-06-01T00:00:00Z";
        assert_eq!(shown(wall("2026-03-29T02:30:00")?, now)?, "2026-03-29T01:00:00Z");
        assert_eq!(shown(wall("2026-10-25T02:30:00")?, now)?, "2026-10-25T00:30:00Z");
        assert_eq!(shown(wall("2026-07-01T00:00:00")?, now)?, "2026-06-30T22:00:00Z");
        Ok(())
    }

    #[test]
    fn what_lies_beyond_the_calendar_is_open() -> Result<(), Box<dyn std::error::Error>> {
        let now = "9999-12-31T12:00:00Z";
        assert_eq!(resolved(start(Origin::Today, 1), now, "UTC")?, i64::MAX);
        assert_eq!(resolved(start(Origin::Epoch, i64::MIN), now, "UTC")?, i64::MIN);
        assert_eq!(resolved(Anchor::FromNow(i64::MAX), now, "UTC")?, i64::MAX);
        assert_eq!(
            resolved(Anchor::day(Origin::Today, i64::MAX), now, "UTC")?,
            i64::MAX
        );
        Ok(())
    }
}
