//! Time zones: what their clocks show, and when.

use chrono::{NaiveDateTime, Offset, TimeZone};

use super::{DAY, Date, DateTime, MICROS, TimeError, months_later};

/// A time zone of the IANA database.
///
/// ```
/// # use audience::Zone;
/// assert_eq!(Zone::named("Europe/Madrid")?.name(), "Europe/Madrid");
/// assert!(Zone::named("Europe/Madird").is_err());
/// # Ok::<(), audience::ZoneError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Zone(chrono_tz::Tz);

/// A name that is no time zone.
///
/// ```
/// # use audience::Zone;
/// let error = Zone::named("Europe/Madird").unwrap_err();
/// assert_eq!(error.name, "Europe/Madird");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown time zone `{name}`; use an IANA name such as `Europe/Madrid`, or `UTC`")]
pub struct ZoneError {
    /// The name as given.
    pub name: String,
}

impl Zone {
    /// Coordinated Universal Time.
    pub const UTC: Self = Self(chrono_tz::Tz::UTC);

    /// The zone of that IANA name.
    pub fn named(name: &str) -> Result<Self, ZoneError> {
        name.parse().map(Self).map_err(|_| ZoneError {
            name: name.to_owned(),
        })
    }

    /// Its IANA name.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.0.name()
    }

    /// Reads a datetime of RFC 3339, or one without an offset: then it is what this zone's clock shows.
    ///
    /// A local time that the zone skips is the first moment after the gap; one that occurs twice is the earlier.
    ///
    /// ```
    /// # use audience::Zone;
    /// let london = Zone::named("Europe/London")?;
    /// assert_eq!(london.parse("2011-06-01T09:41:00")?.to_string(), "2011-06-01T08:41:00Z");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn parse(self, text: &str) -> Result<DateTime, TimeError> {
        let (micros, local) = DateTime::parse_literal(text)?;
        let micros = if local { self.instant(micros) } else { micros };
        DateTime::from_micros(micros).ok_or(TimeError::Range)
    }

    /// The calendar day of an instant in this zone, clamped to the years 0001 to 9999.
    #[must_use]
    pub fn date_of(self, at: DateTime) -> Date {
        let days = self.wall(at).div_euclid(DAY);
        Date::from_days(days).unwrap_or(if days < 0 { Date::MIN } else { Date::MAX })
    }

    /// The calendar day of an instant in this zone, unless it lies outside the years 0001 to 9999.
    #[must_use]
    pub(crate) fn checked_date_of(self, at: DateTime) -> Option<Date> {
        Date::from_days(self.wall(at).div_euclid(DAY))
    }

    /// The hour that the zone's clock shows at an instant.
    #[must_use]
    pub(crate) fn hour_of(self, at: DateTime) -> i64 {
        self.wall(at).rem_euclid(DAY) / (3600 * MICROS)
    }

    /// What the zone's clock shows at an instant, as microseconds since 1970 on that clock.
    #[must_use]
    pub(crate) fn wall(self, at: DateTime) -> i64 {
        let utc = chrono::DateTime::from_timestamp_micros(at.0)
            .unwrap_or_default()
            .naive_utc();
        at.0 + i64::from(self.0.offset_from_utc_datetime(&utc).fix().local_minus_utc()) * MICROS
    }

    /// How far the zone's clock is ahead of UTC at an instant, in seconds.
    #[must_use]
    pub(crate) fn offset(self, at: DateTime) -> i32 {
        self.0
            .offset_from_utc_datetime(&naive(at.0))
            .fix()
            .local_minus_utc()
    }

    /// Appends the abbreviation that the zone uses at an instant (`CEST`), or the offset where it has none.
    pub(crate) fn write_abbreviation(self, at: DateTime, out: &mut String) {
        use chrono_tz::OffsetName;
        out.push_str(
            self.0
                .offset_from_utc_datetime(&naive(at.0))
                .abbreviation()
                .unwrap_or_default(),
        );
    }

    /// The first moment of a day in this zone, as microseconds since 1970 in UTC.
    ///
    /// Where the zone skips midnight, or the whole day, it is the first moment after the gap.
    #[must_use]
    pub fn start_of(self, date: Date) -> i64 {
        self.instant(i64::from(date.0) * DAY)
    }

    /// The instant at which the zone's clock shows `wall` (microseconds since 1970 on that clock).
    ///
    /// A local time that the zone skips is the first moment after the gap; one that occurs twice is the earlier.
    #[must_use]
    pub(crate) fn instant(self, wall: i64) -> i64 {
        let local = naive(wall);
        match self.0.offset_from_local_datetime(&local) {
            chrono::LocalResult::Single(offset) => wall - i64::from(offset.fix().local_minus_utc()) * MICROS,
            chrono::LocalResult::Ambiguous(a, b) => {
                let ahead = a.fix().local_minus_utc().max(b.fix().local_minus_utc());
                wall - i64::from(ahead) * MICROS
            }
            chrono::LocalResult::None => self.after_gap(wall),
        }
    }

    /// The instant so many calendar months after another (before it, when negative) on this zone's clock, clamped to the
    /// end of the month; nothing when it lies outside the years 0001 to 9999.
    #[must_use]
    pub(crate) fn months_later(self, at: DateTime, months: i32) -> Option<DateTime> {
        let wall = self.wall(at);
        let day = months_later(wall.div_euclid(DAY), months);
        // A day more on either side, as the clock may be ahead of UTC or behind it.
        let days = i64::from(Date::MIN.0) - 1..=i64::from(Date::MAX.0) + 1;
        if !days.contains(&day) {
            return None;
        }
        DateTime::from_micros(self.instant(day * DAY + wall.rem_euclid(DAY)))
    }

    /// The instant of the jump over `wall`: the first at which the clock shows a later time. Found by bisection, as
    /// every gap is shorter than the two days searched.
    fn after_gap(self, wall: i64) -> i64 {
        let shows = |utc: i64| {
            utc + i64::from(
                self.0
                    .offset_from_utc_datetime(&naive(utc))
                    .fix()
                    .local_minus_utc(),
            ) * MICROS
        };
        let (mut before, mut after) = (wall - 2 * DAY, wall + 2 * DAY);
        while after - before > 1 {
            let middle = before + (after - before) / 2;
            if shows(middle) < wall {
                before = middle;
            } else {
                after = middle;
            }
        }
        after
    }
}

/// The clock time of `micros` since 1970; every value that occurs here is within chrono's range.
fn naive(micros: i64) -> NaiveDateTime {
    chrono::DateTime::from_timestamp_micros(micros)
        .unwrap_or_default()
        .naive_utc()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_begin_after_a_gap_and_at_the_earlier_of_two() -> Result<(), Box<dyn std::error::Error>> {
        let start = |zone: &str, date: &str| -> Result<String, Box<dyn std::error::Error>> {
            let micros = Zone::named(zone)?.start_of(date.parse()?);
            Ok(DateTime::from_micros(micros).ok_or("range")?.to_string())
        };
        assert_eq!(start("Europe/Madrid", "2026-03-29")?, "2026-03-28T23:00:00Z");
        // Midnight was skipped in São Paulo, and the whole of 30 December 2011 in Apia.
        assert_eq!(start("America/Sao_Paulo", "2018-11-04")?, "2018-11-04T03:00:00Z");
        assert_eq!(start("Pacific/Apia", "2011-12-30")?, "2011-12-30T10:00:00Z");
        assert_eq!(start("Pacific/Apia", "2011-12-31")?, "2011-12-30T10:00:00Z");
        // Havana goes back from 01:00 to 00:00, so midnight occurs twice.
        assert_eq!(start("America/Havana", "2025-11-02")?, "2025-11-02T04:00:00Z");
        Ok(())
    }
}
