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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn zone(name: &str) -> Zone {
        Zone::named(name).expect("a zone")
    }

    fn at(text: &str) -> DateTime {
        text.parse().expect("an instant")
    }

    #[test]
    fn quiet_hours_follow_the_clock_of_the_zone() {
        let quiet = |from, to| Quiet { from, to };
        let night = quiet(22 * 60, 8 * 60);
        let madrid = zone("Europe/Madrid");
        for (now, end) in [
            ("2026-06-01T21:30:00Z", Some("2026-06-02T06:00:00Z")),
            ("2026-06-01T20:00:00Z", Some("2026-06-02T06:00:00Z")),
            ("2026-06-02T05:59:59.999999Z", Some("2026-06-02T06:00:00Z")),
            ("2026-06-02T06:00:00Z", None),
            ("2026-06-01T19:59:59.999999Z", None),
            // The night on which the clock goes forward is an hour shorter, and longer on which it goes back.
            ("2026-03-28T21:00:00Z", Some("2026-03-29T06:00:00Z")),
            ("2026-10-24T20:00:00Z", Some("2026-10-25T07:00:00Z")),
        ] {
            let now = at(now);
            assert_eq!(night.holds(now, madrid), end.is_some(), "{now}");
            if let Some(end) = end {
                assert_eq!(night.end(now, madrid), at(end), "{now}");
            }
        }
        // The clock jumps over the end of the quiet hours, shows it twice, and leaves them backwards.
        assert_eq!(
            quiet(60, 150).end(at("2026-03-29T00:30:00Z"), madrid),
            at("2026-03-29T01:00:00Z")
        );
        assert_eq!(
            quiet(60, 150).end(at("2026-10-25T01:10:00Z"), madrid),
            at("2026-10-25T01:30:00Z")
        );
        assert_eq!(
            quiet(150, 210).end(at("2026-10-25T00:45:00Z"), madrid),
            at("2026-10-25T01:00:00Z")
        );
    }

    proptest! {
        /// Minute by minute, over the nights on which clocks are changed.
        #[test]
        fn quiet_hours_end_at_the_first_minute_that_is_not_quiet(
            name in prop::sample::select(vec![
                "UTC", "Europe/Madrid", "Europe/Athens", "Europe/Bucharest", "America/St_Johns", "Australia/Lord_Howe",
                "Asia/Kathmandu", "Pacific/Apia", "Africa/Casablanca",
            ]),
            day in prop::sample::select(vec![
                "2026-03-28T00:00:00Z", "2026-10-24T00:00:00Z", "2026-04-04T00:00:00Z", "2026-10-03T00:00:00Z",
                "2026-03-07T00:00:00Z", "2026-10-31T00:00:00Z", "2026-06-01T00:00:00Z", "2011-12-29T00:00:00Z",
                "2026-02-14T00:00:00Z", "2026-03-21T00:00:00Z",
            ]),
            minute in 0..2880_i64,
            micros in 0..60_000_000_i64,
            from in 0..1440_u32,
            to in 0..1440_u32,
        ) {
            prop_assume!(from != to);
            let (quiet, zone) = (Quiet { from, to }, zone(name));
            let start = at(day).micros() + minute * MINUTE;
            let now = DateTime::from_micros(start + micros).expect("in range");
            let is_quiet = quiet.holds(now, zone);
            let minutes = (1..).map(|it| DateTime::from_micros(start + it * MINUTE).expect("in range"));
            let turn = minutes.into_iter().find(|it| quiet.holds(*it, zone) != is_quiet).expect("it turns");
            prop_assert_eq!(quiet.turn(now, zone), turn);
            if is_quiet {
                prop_assert_eq!(quiet.end(now, zone), turn);
            }
        }
    }
}
