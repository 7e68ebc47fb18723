//! Counting by the calendar: months, periods, and the yearly returns of a day.
//!
//! Days are numbers here, counted from 1970-01-01 and not bounded by the years 0001 to 9999: a window may begin before
//! the first day that there is, or end after the last.

use super::Date;

/// A period of the calendar that is no single day. Weeks begin on Monday.
///
/// ```ignore
/// // Monday, 1 June 2026, is the first day of this week.
/// assert_eq!(start_of_period(20_605, Period::Week, 0), 20_605);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Period {
    Week,
    Month,
    Quarter,
    Year,
}

/// A day by its year, its month from 1 and its day from 1, in the Gregorian calendar extended to all years.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Civil {
    pub(super) year: i64,
    pub(super) month: i64,
    pub(super) day: i64,
}

/// Days from 0000-03-01, with which the years of the algorithms begin, to 1970-01-01.
const FROM_MARCH_OF_YEAR_0: i64 = 719_468;
const DAYS_OF_400_YEARS: i64 = 146_097;

impl Civil {
    /// The day of that number; `civil_from_days` of Howard Hinnant's "chrono-Compatible Low-Level Date Algorithms".
    pub(super) fn of(days: i64) -> Self {
        let days = days + FROM_MARCH_OF_YEAR_0;
        let (era, day_of_era) = (
            days.div_euclid(DAYS_OF_400_YEARS),
            days.rem_euclid(DAYS_OF_400_YEARS),
        );
        let leaps = day_of_era / 36_524 - day_of_era / 1_460 - day_of_era / 146_096;
        let year_of_era = (day_of_era + leaps) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let from_march = (5 * day_of_year + 2) / 153;
        let month = if from_march < 10 {
            from_march + 3
        } else {
            from_march - 9
        };
        Self {
            year: era * 400 + year_of_era + i64::from(month <= 2),
            month,
            day: day_of_year - (153 * from_march + 2) / 5 + 1,
        }
    }

    /// Its number; `days_from_civil` of the same.
    fn days(self) -> i64 {
        let year = self.year - i64::from(self.month <= 2);
        let from_march = (self.month + 9) % 12;
        let (era, year_of_era) = (year.div_euclid(400), year.rem_euclid(400));
        let day_of_year = (153 * from_march + 2) / 5 + self.day - 1;
        let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
        era * DAYS_OF_400_YEARS + day_of_era - FROM_MARCH_OF_YEAR_0
    }

    /// The first of the month that comes so many months after this day's.
    fn first_of_month(self, plus: i64) -> Self {
        let months = self.year * 12 + self.month - 1 + plus;
        Self {
            year: months.div_euclid(12),
            month: months.rem_euclid(12) + 1,
            day: 1,
        }
    }

    /// The same day of the month, or the month's last where it has no such day.
    fn clamped(self) -> Self {
        let last = match self.month {
            2 if self.year % 4 == 0 && (self.year % 100 != 0 || self.year % 400 == 0) => 29,
            2 => 28,
            4 | 6 | 9 | 11 => 30,
            _ => 31,
        };
        Self {
            day: self.day.min(last),
            ..self
        }
    }
}

/// The day so many months after another (before it, when negative), clamped to the end of the month.
pub(crate) fn months_later(days: i64, months: i32) -> i64 {
    let day = Civil::of(days);
    let shifted = Civil {
        day: day.day,
        ..day.first_of_month(months.into())
    };
    shifted.clamped().days()
}

/// The first day of the period that comes so many periods after the one of a day. More than 2³¹ periods count as 2³¹:
/// the calendar ends long before.
pub(crate) fn start_of_period(days: i64, period: Period, plus: i64) -> i64 {
    let plus = plus.clamp(i32::MIN.into(), i32::MAX.into());
    let day = Civil::of(days);
    match period {
        // 1970-01-01 was a Thursday.
        Period::Week => days - (days + 3).rem_euclid(7) + 7 * plus,
        Period::Month => day.first_of_month(plus).days(),
        Period::Quarter => day.first_of_month(3 * plus - (day.month - 1) % 3).days(),
        Period::Year => day.first_of_month(12 * plus - (day.month - 1)).days(),
    }
}

impl Date {
    /// So many calendar months later, clamped to the end of the month, unless out of range.
    #[must_use]
    pub(crate) fn checked_add_months(self, months: i32) -> Option<Self> {
        Self::from_days(months_later(self.days().into(), months))
    }

    /// The full years from this day to another: the largest number that added to this day's year does not lead beyond
    /// the other day, where 29 February returns on 28 February. Negative when the other day comes first.
    #[must_use]
    pub(crate) fn full_years_until(self, other: Self) -> i32 {
        let years = other.year() - self.year();
        let returns = self.return_in(other.year().into());
        years - i32::from(returns > other.days().into())
    }

    /// Tells whether one of the days on which this day returns each year, from the next year on, lies from one day up
    /// to, but not including, another. 29 February returns on 28 February in other years.
    ///
    /// Takes the same time for every window: only two returns can be the first in it.
    #[must_use]
    pub(crate) fn returns_within(self, from: i64, to: i64) -> bool {
        let end = i64::from(Self::MAX.days()) + 1;
        let from = from.clamp(Self::MIN.days().into(), end);
        let year = Civil::of(from).year.max(i64::from(self.year()) + 1);
        let first = match self.return_in(year) {
            day if day < from => self.return_in(year + 1),
            day => day,
        };
        first < to.min(end)
    }

    /// The day on which this day returns in a year, or returned.
    fn return_in(self, year: i64) -> i64 {
        let day = Civil::of(self.days().into());
        Civil { year, ..day }.clamped().days()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::TimeError;

    fn number(text: &str) -> Result<i64, TimeError> {
        text.parse::<Date>().map(|it| it.days().into())
    }

    /// The calendar of chrono counts the same days.
    #[test]
    fn every_day_of_the_calendar_has_its_number() {
        use chrono::Datelike;
        let mut day = chrono::NaiveDate::from_ymd_opt(1, 1, 1).expect("a day");
        for days in i64::from(Date::MIN.days())..=Date::MAX.days().into() {
            let civil = Civil::of(days);
            let expected = (
                i64::from(day.year()),
                i64::from(day.month()),
                i64::from(day.day()),
            );
            assert_eq!((civil.year, civil.month, civil.day), expected);
            assert_eq!(civil.days(), days);
            let monday = start_of_period(days, Period::Week, 0);
            assert_eq!(days - monday, i64::from(day.weekday().num_days_from_monday()));
            day = day.succ_opt().expect("chrono's calendar is longer");
        }
    }

    #[test]
    fn months_end_where_they_end() -> Result<(), TimeError> {
        for (day, months, later) in [
            ("2026-01-31", 1, "2026-02-28"),
            ("2028-01-31", 1, "2028-02-29"),
            ("2026-05-31", -3, "2026-02-28"),
            ("2026-03-31", 1, "2026-04-30"),
            ("2026-02-28", 1, "2026-03-28"),
            ("2024-02-29", 12, "2025-02-28"),
            ("2024-02-29", 48, "2028-02-29"),
            ("2024-02-29", -12 * 124, "1900-02-28"),
            ("2026-12-15", 1, "2027-01-15"),
            ("2026-01-15", -1, "2025-12-15"),
            ("2026-06-15", 0, "2026-06-15"),
        ] {
            assert_eq!(
                months_later(number(day)?, months),
                number(later)?,
                "{day} {months:+}"
            );
        }
        let beyond: [(&str, i32); 4] = [
            ("9999-12-01", 1),
            ("0001-01-31", -1),
            ("2026-01-01", i32::MAX),
            ("2026-01-01", i32::MIN),
        ];
        for (day, months) in beyond {
            assert_eq!(day.parse::<Date>()?.checked_add_months(months), None, "{day}");
        }
        Ok(())
    }

    #[test]
    fn periods_begin_on_their_first_day() -> Result<(), TimeError> {
        use Period::{Month, Quarter, Week, Year};
        for (day, period, plus, first) in [
            ("2026-06-01", Week, 0, "2026-06-01"),
            ("2026-05-31", Week, 0, "2026-05-25"),
            ("2026-01-01", Week, 0, "2025-12-29"),
            ("2026-01-01", Week, 1, "2026-01-05"),
            ("2026-03-31", Month, -1, "2026-02-01"),
            ("2026-01-31", Month, -1, "2025-12-01"),
            ("2026-12-31", Month, 1, "2027-01-01"),
            ("2026-03-31", Quarter, 0, "2026-01-01"),
            ("2026-04-01", Quarter, 0, "2026-04-01"),
            ("2026-02-01", Quarter, -1, "2025-10-01"),
            ("2026-11-01", Quarter, 1, "2027-01-01"),
            ("2024-02-29", Year, 0, "2024-01-01"),
            ("2024-02-29", Year, -1, "2023-01-01"),
        ] {
            assert_eq!(
                start_of_period(number(day)?, period, plus),
                number(first)?,
                "{day} {period:?} {plus:+}"
            );
        }
        // Also where the calendar ends, and far beyond it.
        let end = i64::from(Date::MAX.days());
        assert_eq!(start_of_period(end, Year, 1), end + 1);
        assert_eq!(start_of_period(end, Month, 1), end + 1);
        assert!(start_of_period(end, Year, i64::MAX) > end);
        assert!(start_of_period(end, Week, i64::MIN) < Date::MIN.days().into());
        Ok(())
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
            ("9999-12-31", "0001-01-01", -9999),
        ] {
            let (start, end): (Date, Date) = (from.parse()?, to.parse()?);
            assert_eq!(start.full_years_until(end), years, "{from} to {to}");
        }
        Ok(())
    }

    #[test]
    fn a_day_returns_each_year() -> Result<(), TimeError> {
        for (day, from, to, returns) in [
            ("1990-05-17", "2026-05-17", "2026-05-17", true),
            ("1990-05-17", "2026-05-18", "2027-05-16", false),
            ("1990-05-17", "2026-05-18", "2027-05-17", true),
            // Over the year's end.
            ("1990-01-02", "2026-12-28", "2027-01-03", true),
            ("1990-12-30", "2026-12-28", "2027-01-03", true),
            ("1990-01-04", "2026-12-28", "2027-01-03", false),
            // 29 February, in other years and in its own.
            ("2000-02-29", "2026-02-28", "2026-02-28", true),
            ("2000-02-29", "2026-03-01", "2026-03-01", false),
            ("2000-02-29", "2028-02-28", "2028-02-28", false),
            ("2000-02-29", "2028-02-29", "2028-02-29", true),
            ("2000-02-29", "2100-02-28", "2100-02-28", true),
            // 28 February does not return on the 29th.
            ("2001-02-28", "2028-02-29", "2028-02-29", false),
            // The day itself is no return, nor is a day before it.
            ("2026-06-01", "2026-06-01", "2026-06-01", false),
            ("2026-06-01", "2026-01-01", "2027-05-31", false),
            ("2026-06-01", "2026-01-01", "2027-06-01", true),
            ("2026-06-01", "2020-01-01", "2025-12-31", false),
            // An empty window, and the ends of the calendar.
            ("1990-05-17", "2026-06-01", "2026-05-01", false),
            ("0001-01-01", "0001-01-01", "0001-12-31", false),
            ("0001-01-01", "9999-01-01", "9999-12-31", true),
            ("9999-05-17", "0001-01-01", "9999-12-31", false),
        ] {
            let found = day
                .parse::<Date>()?
                .returns_within(number(from)?, number(to)? + 1);
            assert_eq!(found, returns, "{day} from {from} to {to}");
        }
        let day: Date = "1990-05-17".parse()?;
        assert!(day.returns_within(i64::MIN, i64::MAX));
        assert!(!day.returns_within(i64::MAX, i64::MAX));
        assert!(!day.returns_within(i64::MIN, i64::MIN));
        assert!(!day.returns_within(Date::MAX.days().into(), i64::MAX));
        assert!(!Date::MAX.returns_within(i64::MIN, i64::MAX));
        Ok(())
    }
}
