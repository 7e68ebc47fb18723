//! The ends of windows that are the same for every customer, resolved once per evaluation.

use indexmap::IndexSet;

use crate::{
    hir::{Bound, Edge},
    value::{Date, DateTime, Zone},
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
    /// When the zone's clock shows so many microseconds since 1970.
    Local(i64),
    /// The first moment of a day.
    StartOf(i64),
    /// The first moment of the day that comes so many days after today.
    StartFromToday(i64),
    /// A day, as days since 1970.
    Day(i64),
    /// So many days after today.
    FromToday(i64),
}

/// The moments that a program reads, each once, by number.
#[derive(Clone, Debug, Default)]
pub(crate) struct Moments {
    list: IndexSet<Moment>,
}

impl Moment {
    /// The lower end of a window with this edge; `None` when it differs from customer to customer.
    pub(crate) fn lower(edge: Option<&Edge>) -> Option<Self> {
        Self::of(edge, Anchor::Beginning, |edge| !edge.inclusive)
    }

    /// The upper end of a window with this edge; `None` when it differs from customer to customer.
    pub(crate) fn upper(edge: Option<&Edge>) -> Option<Self> {
        Self::of(edge, Anchor::End, |edge| edge.inclusive)
    }

    fn of(edge: Option<&Edge>, open: Anchor, after: impl FnOnce(&Edge) -> bool) -> Option<Self> {
        let (anchor, after) = match edge {
            Some(edge) => (Anchor::of(&edge.bound)?, after(edge)),
            None => (open, false),
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

impl Anchor {
    fn of(bound: &Bound) -> Option<Self> {
        Some(match bound {
            Bound::Instant(at) => Self::Instant(at.micros()),
            Bound::FromNow(micros) => Self::FromNow(*micros),
            Bound::Local(wall) => Self::Local(*wall),
            Bound::Day(day) => Self::Day(day.days().into()),
            Bound::FromToday(days) => Self::FromToday(*days),
            Bound::DayStart { day, plus } => match Self::of(day)? {
                Self::Day(days) => Self::StartOf(days.saturating_add(*plus)),
                Self::FromToday(days) => Self::StartFromToday(days.saturating_add(*plus)),
                _ => return None,
            },
            Bound::MonthsFromNow(_) | Bound::MonthsFromToday(_) | Bound::PeriodFromToday { .. } => {
                unreachable!("the checker makes none of it yet")
            }
            Bound::Expr(_) => return None,
        })
    }
}

impl Moments {
    /// The number of a moment, added when it is new.
    pub(crate) fn number(&mut self, moment: Moment) -> u32 {
        u32::try_from(self.list.insert_full(moment).0).expect("limits keep the number of windows below 2^32")
    }

    pub(crate) fn get(&self, number: u32) -> Option<Moment> {
        self.list.get_index(number as usize).copied()
    }

    /// Appends the value of each moment in order.
    pub(crate) fn resolve(&self, now: DateTime, zone: Zone, out: &mut Vec<i64>) {
        let today = i64::from(zone.date_of(now).days());
        out.extend(self.list.iter().map(|moment| {
            let anchor = match moment.anchor {
                Anchor::Beginning => i64::MIN,
                Anchor::End => i64::MAX,
                Anchor::Instant(micros) => micros,
                Anchor::FromNow(micros) => now.micros().saturating_add(micros),
                Anchor::Local(wall) => zone.instant(wall),
                Anchor::StartOf(day) => start_of(day, zone),
                Anchor::StartFromToday(days) => start_of(today.saturating_add(days), zone),
                Anchor::Day(day) => day,
                Anchor::FromToday(days) => today.saturating_add(days),
            };
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

    fn shown(anchor: Anchor, now: &str) -> Result<String, Box<dyn std::error::Error>> {
        let micros = resolved(anchor, now, "Europe/Madrid")?;
        Ok(DateTime::from_micros(micros).ok_or("out of range")?.to_string())
    }

    #[test]
    fn days_begin_when_the_zone_says() -> Result<(), Box<dyn std::error::Error>> {
        let day = |text: &str| text.parse::<Date>().map(|it| i64::from(it.days()));
        for (date, start) in [
            ("2026-03-29", "2026-03-28T23:00:00Z"),
            ("2026-03-30", "2026-03-29T22:00:00Z"),
            ("2026-10-25", "2026-10-24T22:00:00Z"),
            ("2026-10-26", "2026-10-25T23:00:00Z"),
        ] {
            assert_eq!(
                shown(Anchor::StartOf(day(date)?), "2026-06-01T00:00:00Z")?,
                start,
                "{date}"
            );
        }
        // 23:30 in UTC is tomorrow in Madrid.
        let late = "2026-03-28T23:30:00Z";
        assert_eq!(shown(Anchor::StartFromToday(0), late)?, "2026-03-28T23:00:00Z");
        assert_eq!(shown(Anchor::StartFromToday(1), late)?, "2026-03-29T22:00:00Z");
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
        assert_eq!(resolved(Anchor::StartFromToday(1), now, "UTC")?, i64::MAX);
        assert_eq!(resolved(Anchor::StartOf(i64::MIN), now, "UTC")?, i64::MIN);
        assert_eq!(resolved(Anchor::FromNow(i64::MAX), now, "UTC")?, i64::MAX);
        assert_eq!(resolved(Anchor::FromToday(i64::MAX), now, "UTC")?, i64::MAX);
        Ok(())
    }
}
