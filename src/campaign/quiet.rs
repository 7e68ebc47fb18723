//! Quiet hours on the customer's clock, over the nights on which it is changed too.

use crate::{
    hir::Quiet,
    value::{DateTime, Zone},
};

const MICROS: i64 = 1_000_000;
const MINUTE: i64 = 60 * MICROS;
const DAY: i64 = 24 * 60 * MINUTE;

impl Quiet {
    /// Whether the clock shows a time from the first to before the last.
    pub(super) fn holds(self, at: DateTime, zone: Zone) -> bool {
        let minute = zone.wall(at).rem_euclid(DAY) / MINUTE;
        let (from, to) = (i64::from(self.from), i64::from(self.to));
        if from < to {
            from <= minute && minute < to
        } else {
            minute >= from || minute < to
        }
    }

    /// The first instant after `at`, which is quiet, that is not.
    ///
    /// Where the clock is not changed on the way it is a subtraction; else the minutes are looked at one by one, and the last
    /// of them is halved until the instant is found.
    pub(super) fn end(self, at: DateTime, zone: Zone) -> DateTime {
        let wall = zone.wall(at);
        let mut end = wall.div_euclid(DAY) * DAY + i64::from(self.to) * MINUTE;
        if end <= wall {
            end += DAY;
        }
        let offset = zone.offset(at);
        let plain = DateTime::from_micros(end - i64::from(offset) * MICROS);
        match plain {
            // No clock is changed and changed back within a day.
            Some(plain) if zone.offset(plain) == offset => plain,
            Some(_) => self.search(at, zone),
            None => DateTime::MAX,
        }
    }

    /// The first instant after `at` at which it begins or ends.
    pub(super) fn turn(self, at: DateTime, zone: Zone) -> DateTime {
        if self.holds(at, zone) {
            return self.end(at, zone);
        }
        // The hours that are not quiet end when the quiet ones begin.
        let loud = Self {
            from: self.to,
            to: self.from,
        };
        loud.end(at, zone)
    }

    fn search(self, at: DateTime, zone: Zone) -> DateTime {
        let is_quiet = |micros: i64| DateTime::from_micros(micros).is_some_and(|it| self.holds(it, zone));
        let mut quiet = at.micros();
        // Two days hold every change of a clock and the hours around it.
        let last = quiet.saturating_add(2 * DAY);
        while quiet < last && is_quiet(quiet + MINUTE) {
            quiet += MINUTE;
        }
        let mut loud = quiet + MINUTE;
        while loud - quiet > 1 {
            let middle = quiet + (loud - quiet) / 2;
            if is_quiet(middle) {
                quiet = middle;
            } else {
                loud = middle;
            }
        }
        DateTime::from_micros(loud).unwrap_or(DateTime::MAX)
    }
}
