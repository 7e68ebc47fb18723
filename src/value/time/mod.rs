//! Days, instants, durations and zones.

mod calendar;
mod written;
mod zone;

use chrono::{Datelike, NaiveDate};

pub(crate) use calendar::{Period, months_later, start_of_period};
pub use zone::{Zone, ZoneError};

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
