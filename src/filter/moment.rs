//! Days and instants that a text names, as people and programs write them.

use chrono::{Datelike, NaiveDate, NaiveDateTime, NaiveTime, Timelike};

use crate::value::Date;

/// A point on the clock that a text shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Written {
    /// Microseconds of that clock since 1970.
    pub(crate) wall: i64,
    /// How many seconds the clock is ahead of UTC, where the text says so.
    pub(crate) offset: Option<i32>,
}

const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];
const WEEKDAYS: [&str; 7] = [
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
];

/// The clocks that are known by their letters, in hours.
const CLOCKS: [(&str, i32); 11] = [
    ("z", 0),
    ("utc", 0),
    ("gmt", 0),
    ("est", -5),
    ("edt", -4),
    ("cst", -6),
    ("cdt", -5),
    ("mst", -7),
    ("mdt", -6),
    ("pst", -8),
    ("pdt", -7),
];

/// Reads a text such as `2020-01-31 10:20`, `March 14, 2016` or `Fri, 16 Jul 2004 01:00:00 +0200`; digits alone are seconds since
/// 1970. The year, or the day, is that of today where it names none; `None` for any other text.
pub(crate) fn written(text: &str, today: Date) -> Option<Written> {
    let text = text.trim();
    if !text.is_empty() && text.bytes().all(|it| it.is_ascii_digit()) {
        let seconds: i64 = text.parse().ok()?;
        return at(seconds);
    }
    Reader::default().read(text, today)
}

/// So many seconds after 1970 began.
pub(crate) fn at(seconds: i64) -> Option<Written> {
    let wall = seconds.checked_mul(1_000_000)?;
    chrono::DateTime::from_timestamp_micros(wall).filter(|it| (1..=9999).contains(&it.year()))?;
    Some(Written {
        wall,
        offset: Some(0),
    })
}

/// What was found so far.
#[derive(Default)]
struct Reader {
    date: Option<NaiveDate>,
    month: Option<u32>,
    /// Numbers that stand alone, beside the name of a month: no more than a year and a day. With how many digits each has.
    numbers: [(u32, usize); 2],
    count: usize,
    time: Option<NaiveTime>,
    /// After noon.
    is_late: Option<bool>,
    offset: Option<i32>,
}

impl Reader {
    fn read(mut self, text: &str, today: Date) -> Option<Written> {
        let mut rest = text;
        while let Some(first) = rest.chars().next() {
            let length = match first {
                ',' | ' ' | '\t' => 1,
                '-' if (self.month.is_some() || self.count > 0) && self.time.is_none() => 1,
                '0'..='9' => self.digits(rest)?,
                '+' | '-' if self.time.is_some() => self.offset(rest)?,
                'a'..='z' | 'A'..='Z' => self.word(rest)?,
                _ => return None,
            };
            rest = rest.get(length..)?;
        }
        let day = self.day(today)?;
        let time = match (self.time, self.is_late) {
            (Some(time), Some(late)) => {
                let hour = time.hour();
                if !(1..=12).contains(&hour) {
                    return None;
                }
                time.with_hour(hour % 12 + if late { 12 } else { 0 })?
            }
            (Some(time), None) => time,
            (None, Some(_)) => return None,
            (None, None) => NaiveTime::MIN,
        };
        let wall = NaiveDateTime::new(day, time).and_utc().timestamp_micros();
        Some(Written {
            wall,
            offset: self.offset,
        })
    }

    fn day(&self, today: Date) -> Option<NaiveDate> {
        let today = NaiveDate::from_epoch_days(today.days())?;
        let Some(month) = self.month else {
            let is_time = self.time.is_some();
            let date = self.date.or(Some(today).filter(|_| is_time));
            return date.filter(|_| self.count == 0);
        };
        if self.date.is_some() {
            return None;
        }
        let (year, day) = match self.numbers[..self.count] {
            [(year, 4)] => (year, 1),
            [] => (today.year().try_into().ok()?, 1),
            [(day, 1 | 2)] => (today.year().try_into().ok()?, day),
            [(year, 4), (day, 1 | 2)] | [(day, 1 | 2), (year, 4)] => (year, day),
            _ => return None,
        };
        NaiveDate::from_ymd_opt(year.try_into().ok()?, month, day).filter(|it| it.year() > 0)
    }

    /// A day in numbers, the time of a day, or a number beside the name of a month; gives its length.
    fn digits(&mut self, text: &str) -> Option<usize> {
        let (one, first) = number(text)?;
        let behind = &text[first..];
        if behind.starts_with(':') {
            return self.clock(text);
        }
        let mark = behind.chars().next().filter(|it| matches!(it, '-' | '/' | '.'));
        if let (Some(mark), None, None) = (mark, self.date, self.month)
            && let Some((two, second)) = number(&behind[1..])
            && let Some(behind) = behind[1 + second..].strip_prefix(mark)
        {
            let (three, third) = number(behind)?;
            let (year, month, day) = match (first, third) {
                (4, 1 | 2) if mark != '.' => (one, two, three),
                (1 | 2, 4) if mark != '-' => (three, two, one),
                _ => return None,
            };
            let date = NaiveDate::from_ymd_opt(year.try_into().ok()?, month, day);
            self.date = Some(date.filter(|it| it.year() > 0)?);
            let length = first + second + third + 2;
            let is_joined = text[length..].starts_with(['T', 't']);
            return Some(
                length
                    + usize::from(
                        is_joined && text[length + 1..].starts_with(|it: char| it.is_ascii_digit()),
                    ),
            );
        }
        if !matches!(first, 1 | 2 | 4) {
            return None;
        }
        *self.numbers.get_mut(self.count)? = (one, first);
        self.count += 1;
        let ending = text.get(first..first + 2).unwrap_or_default();
        let is_ordinal = |it: &&str| it.eq_ignore_ascii_case(ending);
        let is_ordinal = first < 3 && ["th", "st", "nd", "rd"].iter().any(is_ordinal);
        Some(if is_ordinal { first + 2 } else { first })
    }

    /// `10:20`, `10:20:30.5`.
    fn clock(&mut self, text: &str) -> Option<usize> {
        let (hour, mut length) = number(text)?;
        let part = |text: &str, length: &mut usize| {
            let (number, digits) = number(text.get(*length..)?.strip_prefix(':')?)?;
            *length += digits + 1;
            (digits == 2).then_some(number)
        };
        let minute = part(text, &mut length)?;
        let mut second = 0;
        let mut micros = 0;
        if text[length..].starts_with(':') {
            second = part(text, &mut length)?;
            if let Some(fraction) = text[length..].strip_prefix('.') {
                let digits = fraction.bytes().take_while(u8::is_ascii_digit).count();
                for place in 0..6 {
                    let digit = fraction.as_bytes()[..digits].get(place).map_or(0, |it| it - b'0');
                    micros = micros * 10 + u32::from(digit);
                }
                length += digits + 1;
            }
        }
        if self.time.is_some() {
            return None;
        }
        self.time = Some(NaiveTime::from_hms_micro_opt(hour, minute, second, micros)?);
        Some(length)
    }

    /// `+02:00`, `-0530`, `+02`.
    fn offset(&mut self, text: &str) -> Option<usize> {
        let (hours, digits) = number(&text[1..])?;
        let (hours, minutes, length) = match digits {
            4 => (hours / 100, hours % 100, 5),
            2 => match text[3..].strip_prefix(':').and_then(number) {
                Some((minutes, 2)) => (hours, minutes, 6),
                Some(_) => return None,
                None => (hours, 0, 3),
            },
            _ => return None,
        };
        if hours > 14 || minutes > 59 || self.offset.is_some() {
            return None;
        }
        let seconds = i32::try_from((hours * 60 + minutes) * 60).ok()?;
        self.offset = Some(if text.starts_with('-') { -seconds } else { seconds });
        Some(length)
    }

    /// A month, a day of the week, a half of the day, or the name of a clock.
    fn word(&mut self, text: &str) -> Option<usize> {
        let length = text.bytes().take_while(u8::is_ascii_alphabetic).count();
        let word = &text[..length];
        let is_word = |it: &str| it.eq_ignore_ascii_case(word);
        let is_short_for = |name: &&str| is_word(name) || length == 3 && is_word(&name[..3]);
        let is_month = |name: &&str| is_short_for(name) || *name == "september" && is_word("sept");
        let is_timed = self.time.is_some();
        let is_first = if let Some(month) = MONTHS.iter().position(is_month) {
            self.month.replace(u32::try_from(month + 1).ok()?).is_none()
        } else if is_timed && (is_word("am") || is_word("pm")) {
            self.is_late.replace(is_word("pm")).is_none()
        } else if let Some((_, hours)) = CLOCKS.iter().find(|it| is_timed && is_word(it.0)) {
            self.offset.replace(hours * 3600).is_none()
        } else {
            WEEKDAYS.iter().any(is_short_for)
        };
        if !is_first {
            return None;
        }
        Some(length)
    }
}

/// The number that a text begins with, and how many digits it has.
fn number(text: &str) -> Option<(u32, usize)> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    Some((text[..digits].parse().ok()?, digits))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<Written> {
        written(text, "2026-07-05".parse().unwrap_or(Date::MIN))
    }

    #[test]
    fn days_and_instants_are_read_as_they_are_written() {
        for (text, expected) in [
            ("2020-01-31", "2020-01-31 00:00:00 -"),
            (" 2020-1-5 ", "2020-01-05 00:00:00 -"),
            ("2020/01/31", "2020-01-31 00:00:00 -"),
            ("31/12/2020", "2020-12-31 00:00:00 -"),
            ("31.12.2020", "2020-12-31 00:00:00 -"),
            ("2020-01-31T10:20", "2020-01-31 10:20:00 -"),
            ("2020-01-31 10:20:30.5", "2020-01-31 10:20:30.500 -"),
            ("2020-01-31T10:20:30Z", "2020-01-31 10:20:30 0"),
            ("2020-01-31 10:20:30 +0200", "2020-01-31 10:20:30 7200"),
            ("2020-01-31 10:20:30 -05:30", "2020-01-31 10:20:30 -19800"),
            ("2020-01-31 10:20:30 +02", "2020-01-31 10:20:30 7200"),
            ("2006-05-05 10:00:00 EST", "2006-05-05 10:00:00 -18000"),
            ("2020-01-31 10:20 PM", "2020-01-31 22:20:00 -"),
            ("2020-01-31 12:20am", "2020-01-31 00:20:00 -"),
            ("March 14, 2016", "2016-03-14 00:00:00 -"),
            ("March 14th, 2016 5:30 am", "2016-03-14 05:30:00 -"),
            ("14 Mar 2016", "2016-03-14 00:00:00 -"),
            ("14-Mar-2016", "2016-03-14 00:00:00 -"),
            ("Sept 5 2020", "2020-09-05 00:00:00 -"),
            ("March 2016", "2016-03-01 00:00:00 -"),
            ("Jan 5", "2026-01-05 00:00:00 -"),
            ("January", "2026-01-01 00:00:00 -"),
            ("10:20", "2026-07-05 10:20:00 -"),
            ("Fri Jul 16 01:00:00 2004", "2004-07-16 01:00:00 -"),
            ("Fri Jul 16 01:00:00 UTC 2004", "2004-07-16 01:00:00 0"),
            ("Fri, 16 Jul 2004 01:00:00 +0000", "2004-07-16 01:00:00 0"),
            ("1152098955", "2006-07-05 11:29:15 0"),
            ("2020", "1970-01-01 00:33:40 0"),
        ] {
            let written = read(text).unwrap_or_else(|| panic!("{text}"));
            let wall = chrono::DateTime::from_timestamp_micros(written.wall)
                .unwrap_or_default()
                .naive_utc();
            let offset = written.offset.map_or("-".to_owned(), |it| it.to_string());
            assert_eq!(format!("{wall} {offset}"), expected, "{text}");
        }
    }

    #[test]
    fn other_texts_are_no_days() {
        for text in [
            "",
            " ",
            "-",
            "hello",
            "-5",
            "1152098955.5",
            "2020-13-01",
            "2020-02-30",
            "12/31/2020",
            "2020-01",
            "10:99",
            "2020-01-31 25:00",
            "2020-01-31 10:20 10:30",
            "2020-01-31 0:20 pm",
            "March 2016 2017",
            "31 31 May",
            "pm",
            "Z",
            "2020-01-31 +02",
            "2020-01-31T",
            "2020-01-31é",
            "99999999999999999999",
            "99999999999999",
            "0000-01-01",
            "2020-01-31 10:20 +99:00",
            "10:2é",
            "1:",
            "May May 5 2020",
            "2020-01-31 10:20:30.",
        ] {
            let found = read(text);
            let is_fine = text == "2020-01-31 10:20:30.";
            assert_eq!(found.is_some(), is_fine, "{text}: {found:?}");
        }
    }
}
