//! Where the clock and the calendar of a zone step, and where a moving bound passes a fixed place.

use std::ops::Range;

use crate::value::{Date, DateTime, Zone};

pub(super) const DAY: i64 = 86_400_000_000;
pub(super) const HOUR: i64 = 3_600_000_000;
/// Offsets are compared at such a distance to find where they change. No zone changed its offset twice within it.
const STRIDE: i64 = 6 * HOUR;

/// The instants in a stretch at which the zone's calendar or the course of its clock steps: midnights on its clock and changes of its
/// offset, ascending. Between two of them the clock runs on within one day.
pub(super) fn breaks(zone: Zone, stretch: Range<i64>) -> Vec<i64> {
    let mut found = Vec::new();
    let mut piece = stretch.start;
    while piece < stretch.end {
        let ahead = offset(zone, piece);
        let next = change_of_offset(zone, piece, stretch.end);
        let mut midnight = next_multiple(piece + ahead, DAY) - ahead;
        while midnight < next {
            found.push(midnight);
            midnight += DAY;
        }
        if next < stretch.end {
            found.push(next);
        }
        piece = next;
    }
    found
}

/// The first instant after `from` at which the zone's clock shows another multiple of `unit` (a day, an hour).
pub(super) fn next_step(zone: Zone, from: i64, unit: i64) -> i64 {
    let shown = |at: i64| (at + offset(zone, at)).div_euclid(unit);
    let now = shown(from);
    let mut piece = from;
    loop {
        let ahead = offset(zone, piece);
        let end = piece.saturating_add(2 * DAY);
        let next = change_of_offset(zone, piece, end);
        let step = next_multiple(piece + ahead, unit) - ahead;
        if step < next {
            // Within a piece the clock runs on, so that the first multiple differs unless a jump back came before it.
            if shown(step) != now {
                return step;
            }
            piece = step;
        } else if shown(next) == now || next == end {
            piece = next;
        } else {
            return next;
        }
    }
}

/// Whether the calendar steps back to an earlier day in a stretch.
pub(super) fn steps_back(zone: Zone, stretch: Range<i64>) -> bool {
    let mut breaks = breaks(zone, stretch).into_iter();
    breaks.any(|it| day_of(zone, it) < day_of(zone, it - 1))
}

/// The first instant after `from` at which the offset differs, or `end`.
pub(super) fn change_of_offset(zone: Zone, from: i64, end: i64) -> i64 {
    let now = offset(zone, from);
    let mut same = from;
    while same < end {
        let probe = same.saturating_add(STRIDE).min(end);
        if offset(zone, probe) != now {
            return first(same..probe, |at| offset(zone, at) != now);
        }
        same = probe;
    }
    end
}

/// The first place in `(start, end]` that passes, when those from some place on do and the end does.
pub(super) fn first(stretch: Range<i64>, mut passes: impl FnMut(i64) -> bool) -> i64 {
    let (mut before, mut after) = (stretch.start, stretch.end);
    while after - before > 1 {
        let middle = before + (after - before) / 2;
        if passes(middle) {
            after = middle;
        } else {
            before = middle;
        }
    }
    after
}

/// An instant moved by calendar months; before, or after, all others where the calendar ends.
pub(super) fn months_later(zone: Zone, at: i64, months: i32) -> i64 {
    match zone.months_later(instant(at), months) {
        Some(at) => at.micros(),
        None if months < 0 => i64::MIN,
        None => i64::MAX,
    }
}

/// The first moment of a day, for days near the calendar's ends too.
pub(super) fn start_of(zone: Zone, day: i64) -> i64 {
    match Date::from_days(day) {
        Some(date) => zone.start_of(date),
        None if day < 0 => DateTime::MIN.micros(),
        None => DateTime::MAX.micros(),
    }
}

/// The first moment of a day; before, or after, all instants for one beyond the calendar.
pub(super) fn start_or_end(zone: Zone, day: i64) -> i64 {
    match Date::from_days(day) {
        Some(date) => zone.start_of(date),
        None if day < 0 => i64::MIN,
        None => i64::MAX,
    }
}

/// The day of an instant.
pub(super) fn day_of(zone: Zone, at: i64) -> i64 {
    zone.date_of(instant(at)).days().into()
}

/// The instant, or the nearest that there is.
pub(super) fn instant(micros: i64) -> DateTime {
    let nearest = if micros < 0 { DateTime::MIN } else { DateTime::MAX };
    DateTime::from_micros(micros).unwrap_or(nearest)
}

/// The instants of a stretch at which `passes` gives another answer than just before, when it depends on the day alone and, where the
/// calendar does not step back, changes at most once.
pub(super) fn day_flips(zone: Zone, stretch: Range<i64>, mut passes: impl FnMut(i64) -> bool) -> Vec<i64> {
    let days = day_of(zone, stretch.start) - 2..day_of(zone, stretch.end) + 2;
    let before = passes(start_of(zone, days.start));
    if passes(start_of(zone, days.end)) == before {
        return Vec::new();
    }
    let day = first(days, |day| passes(start_of(zone, day)) != before);
    let start = start_of(zone, day);
    flips(&breaks(zone, start - 2 * DAY..start + 2 * DAY), &mut passes)
}

/// Those of the instants given at which `passes` gives another answer than a microsecond before.
fn flips(instants: &[i64], passes: &mut impl FnMut(i64) -> bool) -> Vec<i64> {
    instants
        .iter()
        .copied()
        .filter(|it| passes(*it) != passes(*it - 1))
        .collect()
}

/// The instants of a stretch at which `passes` gives another answer than just before, when it compares `now` moved by so
/// many calendar months with the instant `target`.
///
/// Clamping to the end of a month makes the moved clock run over the same day more than once (from 28 to 31 January on 28 February), and a
/// change of offset sets it back: so each piece between two breaks is looked at by itself, and within it the moved clock only goes on.
pub(super) fn month_flips(
    zone: Zone,
    stretch: Range<i64>,
    months: i32,
    target: i64,
    mut passes: impl FnMut(i64) -> bool,
) -> Vec<i64> {
    /// Further than clamping moves a day, back and forth.
    const MARGIN: i64 = 12;
    let Some(day) = months_before(zone.date_of(instant(target)), months) else {
        return Vec::new();
    };
    let from = start_of(zone, day - MARGIN).max(stretch.start);
    let to = start_of(zone, day + MARGIN).min(stretch.end.saturating_add(1));
    if from >= to {
        return Vec::new();
    }
    let mut found = Vec::new();
    let mut pieces = breaks(zone, from..to);
    pieces.push(to);
    let (mut piece, mut last) = (from, passes(from));
    for next in pieces {
        if next > piece && passes(next - 1) != last {
            found.push(first(piece..next - 1, |at| passes(at) != last));
            last = !last;
        }
        if next < to && passes(next) != last {
            found.push(next);
            last = !last;
        }
        piece = next;
    }
    found
}

/// About the day so many calendar months earlier: at most three days off.
fn months_before(date: Date, months: i32) -> Option<i64> {
    let month = date.year() * 12 + i32::try_from(date.month()).unwrap_or(1) - 1 - months;
    let day = Date::from_ymd(month.div_euclid(12), month.rem_euclid(12).unsigned_abs() + 1, 1)?;
    Some(i64::from(day.days()) + i64::from(date.day().min(28)) - 1)
}

fn offset(zone: Zone, at: i64) -> i64 {
    i64::from(zone.offset(instant(at))) * 1_000_000
}

/// The first multiple after `it`.
fn next_multiple(it: i64, unit: i64) -> i64 {
    (it.div_euclid(unit) + 1) * unit
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(instants: Vec<i64>) -> Vec<String> {
        instants.into_iter().map(|it| instant(it).to_string()).collect()
    }

    fn micros(text: &str) -> i64 {
        text.parse::<DateTime>().expect("an instant").micros()
    }

    #[test]
    fn the_clock_steps_at_midnights_and_where_the_offset_changes() -> Result<(), Box<dyn std::error::Error>> {
        for (zone, from, to, steps) in [
            (
                "Europe/Madrid",
                "2026-10-24T12:00:00Z",
                "2026-10-26T12:00:00Z",
                &[
                    "2026-10-24T22:00:00Z",
                    "2026-10-25T01:00:00Z",
                    "2026-10-25T23:00:00Z",
                ][..],
            ),
            (
                "Australia/Lord_Howe",
                "2026-04-04T00:00:00Z",
                "2026-04-05T00:00:00Z",
                &["2026-04-04T13:00:00Z", "2026-04-04T15:00:00Z"],
            ),
            // The last hour of 29 December is followed by the first of the 31st.
            (
                "Pacific/Apia",
                "2011-12-29T12:00:00Z",
                "2011-12-31T00:00:00Z",
                &["2011-12-30T10:00:00Z"],
            ),
            // At one minute past midnight the clock went back to the day before.
            (
                "America/St_Johns",
                "2009-10-31T12:00:00Z",
                "2009-11-01T12:00:00Z",
                &[
                    "2009-11-01T02:30:00Z",
                    "2009-11-01T02:31:00Z",
                    "2009-11-01T03:30:00Z",
                ],
            ),
        ] {
            let zone = Zone::named(zone)?;
            assert_eq!(
                shown(breaks(zone, micros(from)..micros(to))),
                steps,
                "{}",
                zone.name()
            );
            let mut walked = Vec::new();
            let mut at = micros(from);
            while walked.len() < steps.len() {
                at = next_step(zone, at, DAY);
                walked.push(at);
            }
            let by_day: Vec<_> = breaks(zone, micros(from)..walked[walked.len() - 1] + 1)
                .into_iter()
                .filter(|it| day_of(zone, *it) != day_of(zone, *it - 1))
                .collect();
            walked.truncate(by_day.len());
            assert_eq!(by_day, walked, "{}", zone.name());
        }
        Ok(())
    }
}
