//! Days, instants, durations and zones.

use std::{fmt, str::FromStr};

use chrono::{Datelike, NaiveDate, NaiveDateTime, Offset, TimeZone, Timelike};

const MICROS: i64 = 1_000_000;
const DAY: i64 = 86_400 * MICROS;
/// Days from 0001-01-01 to 1970-01-01.
const EPOCH_FROM_CE: i32 = 719_163;

/// A calendar day, in years 0001 to 9999.
///
/// ```
/// # use audience::Date;
/// let leap: Date = "2028-02-29".parse()?;
/// assert_eq!(leap.to_string(), "2028-02-29");
/// assert!("2027-02-29".parse::<Date>().is_err());
/// # Ok::<(), audience::TimeError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Date(i32);

/// An instant, to the microsecond, in years 0001 to 9999 of UTC.
///
/// ```
/// # use audience::DateTime;
/// let at: DateTime = "2026-06-01T02:00:00+02:00".parse()?;
/// assert_eq!(at.to_string(), "2026-06-01T00:00:00Z");
/// # Ok::<(), audience::TimeError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DateTime(i64);

/// An exact number of microseconds.
///
/// ```
/// # use audience::Duration;
/// assert_eq!(Duration::from_micros(1_500_000).to_string(), "PT1.5S");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Duration(i64);

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

/// A text that is no date or datetime, or one outside the years 0001 to 9999.
///
/// ```
/// # use audience::DateTime;
/// assert!("2026-06-01".parse::<DateTime>().is_err());
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TimeError {
    /// Not of the form asked for.
    #[error("expected {expected}")]
    Syntax {
        /// The form that was asked for, with an example.
        expected: &'static str,
    },
    /// Of the right form, but no such day or time exists.
    #[error("no such day or time")]
    Absent,
    /// Outside the years 0001 to 9999.
    #[error("outside the years 0001 to 9999")]
    Range,
}

/// A name that is no time zone.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown time zone `{name}`; use an IANA name such as `Europe/Madrid`, or `UTC`")]
pub struct ZoneError {
    /// The name as given.
    pub name: String,
}

impl Date {
    /// 0001-01-01.
    pub const MIN: Self = Self(1 - EPOCH_FROM_CE);
    /// 9999-12-31.
    pub const MAX: Self = Self(2_932_896);

    /// The day, unless it does not exist or lies outside the years 0001 to 9999.
    #[must_use]
    pub fn from_ymd(year: i32, month: u32, day: u32) -> Option<Self> {
        if !(1..=9999).contains(&year) {
            return None;
        }
        Some(Self(
            NaiveDate::from_ymd_opt(year, month, day)?.num_days_from_ce() - EPOCH_FROM_CE,
        ))
    }

    /// The day so many days after 1970-01-01, unless out of range.
    #[must_use]
    pub fn from_days(days: i64) -> Option<Self> {
        let date = Self(i32::try_from(days).ok()?);
        (Self::MIN..=Self::MAX).contains(&date).then_some(date)
    }

    /// Days since 1970-01-01.
    #[must_use]
    pub const fn days(self) -> i32 {
        self.0
    }

    /// The calendar year.
    #[must_use]
    pub fn year(self) -> i32 {
        self.naive().year()
    }

    /// The month, 1 to 12.
    #[must_use]
    pub fn month(self) -> u32 {
        self.naive().month()
    }

    /// The day of the month, from 1.
    #[must_use]
    pub fn day(self) -> u32 {
        self.naive().day()
    }

    /// Days since Monday.
    #[must_use]
    pub fn days_from_monday(self) -> u32 {
        self.naive().weekday().num_days_from_monday()
    }

    /// So many days later, unless out of range.
    #[must_use]
    pub fn checked_add_days(self, days: i64) -> Option<Self> {
        Self::from_days(i64::from(self.0).checked_add(days)?)
    }

    /// The full years from this day to another: the largest number that added to this day's year does not lead beyond
    /// the other day, where 29 February returns on 28 February. Negative when the other day comes first.
    #[must_use]
    pub(crate) fn full_years_until(self, other: Self) -> i32 {
        let years = other.year() - self.year();
        let leap_day = (self.month(), self.day()) == (2, 29);
        let returns = match Self::from_ymd(other.year(), self.month(), self.day()) {
            None if leap_day => Self::from_ymd(other.year(), 2, 28),
            day => day,
        };
        years - i32::from(returns.is_some_and(|day| day > other))
    }

    fn naive(self) -> NaiveDate {
        NaiveDate::from_num_days_from_ce_opt(self.0 + EPOCH_FROM_CE).unwrap_or_default()
    }
}

impl DateTime {
    /// The first instant of 0001-01-01 in UTC.
    pub const MIN: Self = Self(Date::MIN.0 as i64 * DAY);
    /// The last microsecond of 9999-12-31 in UTC.
    pub const MAX: Self = Self((Date::MAX.0 as i64 + 1) * DAY - 1);

    /// The instant so many microseconds after 1970-01-01T00:00:00Z, unless out of range.
    #[must_use]
    pub fn from_micros(micros: i64) -> Option<Self> {
        let at = Self(micros);
        (Self::MIN..=Self::MAX).contains(&at).then_some(at)
    }

    /// Microseconds since 1970-01-01T00:00:00Z.
    #[must_use]
    pub const fn micros(self) -> i64 {
        self.0
    }

    /// So many microseconds later, unless out of range.
    #[must_use]
    pub fn checked_add(self, duration: Duration) -> Option<Self> {
        Self::from_micros(self.0.checked_add(duration.0)?)
    }

    /// Reads RFC 3339, or the same without an offset: then the time is on the zone's own clock and `local` is true.
    pub(crate) fn parse_literal(text: &str) -> Result<(i64, bool), TimeError> {
        const EXPECTED: TimeError = TimeError::Syntax {
            expected: "a datetime such as 2026-01-31T09:00:00Z (RFC 3339)",
        };
        let bytes = text.as_bytes();
        let number = |from: usize, len: usize| -> Result<u32, TimeError> {
            let digits = bytes.get(from..from + len).ok_or(EXPECTED)?;
            digits.iter().try_fold(0, |sum, b| {
                b.is_ascii_digit()
                    .then(|| sum * 10 + u32::from(b - b'0'))
                    .ok_or(EXPECTED)
            })
        };
        let mark = |at: usize, mark: &[u8]| {
            bytes
                .get(at)
                .filter(|b| mark.contains(b))
                .map(|_| ())
                .ok_or(EXPECTED)
        };
        let (year, month, day) = (number(0, 4)?, number(5, 2)?, number(8, 2)?);
        let (hour, minute, second) = (number(11, 2)?, number(14, 2)?, number(17, 2)?);
        mark(4, b"-")
            .and(mark(7, b"-"))
            .and(mark(10, b"Tt "))
            .and(mark(13, b":"))
            .and(mark(16, b":"))?;
        let mut rest = &bytes[19..];
        let mut micros = 0;
        if let Some((b'.', fraction)) = rest.split_first() {
            let len = fraction.iter().take_while(|b| b.is_ascii_digit()).count();
            if len == 0 || len > 9 || fraction[..len].iter().skip(6).any(|b| *b != b'0') {
                return Err(TimeError::Syntax {
                    expected: "at most six digits of a second",
                });
            }
            for index in 0..6 {
                micros = micros * 10 + fraction[..len].get(index).map_or(0, |b| i64::from(b - b'0'));
            }
            rest = &fraction[len..];
        }
        let offset = match rest {
            [] => None,
            [b'Z' | b'z'] => Some(0),
            [sign @ (b'+' | b'-'), _, _, b':', _, _] => {
                let at = bytes.len() - 5;
                let (hours, minutes) = (number(at, 2)?, number(at + 3, 2)?);
                if hours > 23 || minutes > 59 {
                    return Err(TimeError::Absent);
                }
                let seconds = i64::from(hours * 3600 + minutes * 60);
                Some(if *sign == b'-' { -seconds } else { seconds })
            }
            _ => return Err(EXPECTED),
        };
        if year == 0 {
            return Err(TimeError::Range);
        }
        let date = Date::from_ymd(year.cast_signed(), month, day).ok_or(TimeError::Absent)?;
        if hour > 23 || minute > 59 || second > 59 {
            return Err(TimeError::Absent);
        }
        let clock = i64::from(hour * 3600 + minute * 60 + second) * MICROS + micros;
        let wall = i64::from(date.0) * DAY + clock;
        let utc = wall - offset.unwrap_or(0) * MICROS;
        Self::from_micros(utc).ok_or(TimeError::Range)?;
        Ok((utc, offset.is_none()))
    }
}

impl Duration {
    /// So many microseconds.
    #[must_use]
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// Its length in microseconds.
    #[must_use]
    pub const fn micros(self) -> i64 {
        self.0
    }
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

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let date = self.naive();
        write!(f, "{:04}-{:02}-{:02}", date.year(), date.month(), date.day())
    }
}

/// RFC 3339 in UTC, with as many digits of a second as needed.
impl fmt::Display for DateTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = naive(self.0);
        write!(
            f,
            "{}T{:02}:{:02}:{:02}",
            Date::from_days(self.0.div_euclid(DAY)).unwrap_or(Date::MAX),
            at.hour(),
            at.minute(),
            at.second()
        )?;
        write_fraction(f, self.0.rem_euclid(MICROS).unsigned_abs())?;
        f.write_str("Z")
    }
}

/// ISO 8601 in seconds, `PT90S`.
impl fmt::Display for Duration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let magnitude = self.0.unsigned_abs();
        let (seconds, micros) = (magnitude / 1_000_000, magnitude % 1_000_000);
        write!(f, "{}PT{seconds}", if self.0 < 0 { "-" } else { "" })?;
        write_fraction(f, micros)?;
        f.write_str("S")
    }
}

/// Writes a point and the digits of so many microseconds below a second, as many as needed.
fn write_fraction(f: &mut fmt::Formatter<'_>, micros: u64) -> fmt::Result {
    let (mut digits, mut width) = (micros, 6);
    if micros == 0 {
        return Ok(());
    }
    while digits % 10 == 0 {
        digits /= 10;
        width -= 1;
    }
    write!(f, ".{digits:0width$}")
}

impl FromStr for Date {
    type Err = TimeError;

    fn from_str(text: &str) -> Result<Self, TimeError> {
        let bytes = text.as_bytes();
        let digits = |from: usize, to: usize| bytes[from..to].iter().all(u8::is_ascii_digit);
        if bytes.len() != 10
            || bytes[4] != b'-'
            || bytes[7] != b'-'
            || !(digits(0, 4) && digits(5, 7) && digits(8, 10))
        {
            return Err(TimeError::Syntax {
                expected: "a date such as 2026-01-31",
            });
        }
        let number = |from: usize, to: usize| {
            bytes[from..to]
                .iter()
                .fold(0, |sum, b| sum * 10 + u32::from(b - b'0'))
        };
        if number(0, 4) == 0 {
            return Err(TimeError::Range);
        }
        Self::from_ymd(number(0, 4).cast_signed(), number(5, 7), number(8, 10)).ok_or(TimeError::Absent)
    }
}

impl FromStr for DateTime {
    type Err = TimeError;

    /// Reads RFC 3339; the offset or `Z` is required.
    fn from_str(text: &str) -> Result<Self, TimeError> {
        match Self::parse_literal(text)? {
            (micros, false) => Ok(Self(micros)),
            (_, true) => Err(TimeError::Syntax {
                expected: "an offset or Z at the end",
            }),
        }
    }
}

macro_rules! serde_as_text {
    ($($name:ty),*) => {$(
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    )*};
}

serde_as_text!(Date, DateTime);

impl serde::Serialize for Duration {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_read_and_shown() {
        assert_eq!("1970-01-01".parse::<Date>().map(Date::days), Ok(0));
        assert_eq!("9999-12-31".parse(), Ok(Date::MAX));
        assert_eq!("0001-01-01".parse(), Ok(Date::MIN));
        assert_eq!("0000-12-31".parse::<Date>(), Err(TimeError::Range));
        assert_eq!("2100-02-29".parse::<Date>(), Err(TimeError::Absent));
        assert!("2026-1-1".parse::<Date>().is_err());
        assert!("2026é01-1".parse::<Date>().is_err());
    }

    #[test]
    fn instants_are_read_and_shown() {
        for (text, shown) in [
            ("2026-01-31T09:00:00Z", "2026-01-31T09:00:00Z"),
            ("2026-01-31T09:00:00.5+01:30", "2026-01-31T07:30:00.5Z"),
            ("1969-12-31T23:59:59.999999Z", "1969-12-31T23:59:59.999999Z"),
            ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z"),
        ] {
            assert_eq!(
                text.parse::<DateTime>().map(|at| at.to_string()),
                Ok(shown.to_owned()),
                "{text}"
            );
        }
        assert_eq!(DateTime::MAX.to_string(), "9999-12-31T23:59:59.999999Z");
        for text in ["0001-01-01T00:00:00+01:00", "9999-12-31T23:59:59-01:00"] {
            assert_eq!(text.parse::<DateTime>(), Err(TimeError::Range), "{text}");
        }
        for text in [
            "2026-02-29T00:00:00Z",
            "2026-01-01T24:00:00Z",
            "2026-01-01T00:00:60Z",
        ] {
            assert_eq!(text.parse::<DateTime>(), Err(TimeError::Absent), "{text}");
        }
        for text in [
            "2026-01-01T00:00:00",
            "2026-01-01",
            "",
            "2026-01-01T00:00:00.1234567Z",
            "2026-01-01T00:00:00é",
        ] {
            assert!(text.parse::<DateTime>().is_err(), "{text}");
        }
    }

    #[test]
    fn years_are_counted_by_their_returns() -> Result<(), TimeError> {
        for (from, to, years) in [
            ("1990-05-17", "2026-05-16", 35),
            ("1990-05-17", "2026-05-17", 36),
            ("2000-02-29", "2001-02-27", 0),
            ("2000-02-29", "2001-02-28", 1),
            ("2000-02-29", "2004-02-28", 3),
            ("2000-02-29", "2004-02-29", 4),
            ("2026-01-01", "2025-12-31", -1),
            ("2026-01-01", "2025-01-01", -1),
            ("2026-01-01", "2024-12-31", -2),
            ("2026-01-01", "2026-01-01", 0),
            ("0001-01-01", "9999-12-31", 9998),
        ] {
            let (start, end): (Date, Date) = (from.parse()?, to.parse()?);
            assert_eq!(start.full_years_until(end), years, "{from} to {to}");
        }
        Ok(())
    }

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
