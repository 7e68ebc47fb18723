//! `date: "%d %B %Y"`: days and instants in the forms of strftime, as Liquid documents them.

use std::{fmt::Write, sync::Arc};

use chrono::{DateTime as Clock, Datelike, NaiveDateTime, Timelike};

use crate::{
    filter::{
        locale::Locale,
        moment::{self, Written},
    },
    value::{Date, DateTime, ValueRef, Zone},
};

/// A form of dates, read once when the template is compiled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct DateFormat {
    parts: Vec<Part>,
    locale: &'static Locale,
    /// A month has another form beside a day in some languages.
    has_day: bool,
    /// Instead of the zone of the message.
    zone: Option<Zone>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Literal(Arc<str>),
    Field {
        field: Field,
        pad: Pad,
        width: Option<u8>,
        case: Case,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Field {
    Year,
    Century,
    ShortYear,
    Month,
    MonthName,
    ShortMonthName,
    Day,
    DayOfYear,
    Hour,
    HourOfTwelve,
    HalfOfDay,
    Minute,
    Second,
    Fraction,
    Offset { colons: u8 },
    ZoneName,
    WeekdayName,
    ShortWeekdayName,
    WeekdayFromMonday,
    WeekdayFromSunday,
    IsoYear,
    ShortIsoYear,
    IsoWeek,
    WeekFromSunday,
    WeekFromMonday,
    Epoch,
}

/// What fills a number up: the field's own choice, nothing, a blank or zeros.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Pad {
    Own,
    None,
    Blank,
    Zero,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Case {
    Own,
    Upper,
    Swapped,
    Lower,
}

/// An instant and what a clock shows then.
#[derive(Clone, Copy)]
struct Moment {
    at: DateTime,
    clock: NaiveDateTime,
    place: Place,
}

/// Where the clock stands.
#[derive(Clone, Copy)]
enum Place {
    Zone(Zone),
    /// So many seconds ahead of UTC.
    Ahead(i32),
}

impl Moment {
    fn of(at: DateTime, zone: Zone) -> Self {
        Self {
            at,
            clock: clock(zone.wall(at)),
            place: Place::Zone(zone),
        }
    }

    /// When the clock of a zone shows this.
    fn on_wall(wall: i64, zone: Zone) -> Self {
        Self {
            at: instant(zone.instant(wall)),
            clock: clock(wall),
            place: Place::Zone(zone),
        }
    }

    /// How far the clock is ahead of UTC, in seconds.
    fn offset(self) -> i32 {
        match self.place {
            Place::Zone(zone) => zone.offset(self.at),
            Place::Ahead(seconds) => seconds,
        }
    }
}

/// The nearest instant of the calendar.
fn instant(micros: i64) -> DateTime {
    let end = if micros < 0 { DateTime::MIN } else { DateTime::MAX };
    DateTime::from_micros(micros).unwrap_or(end)
}

fn clock(wall: i64) -> NaiveDateTime {
    Clock::from_timestamp_micros(wall).unwrap_or_default().naive_utc()
}

/// A `%` with what follows it that is no field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct UnknownField {
    pub(crate) text: String,
}

impl DateFormat {
    /// Reads a form such as `%d %B %Y`, or the name of one of the language's own.
    pub(crate) fn parse(text: &str, locale: &'static Locale) -> Result<Self, UnknownField> {
        let mut format = Self {
            parts: Vec::new(),
            locale,
            has_day: false,
            zone: None,
        };
        format.add(locale.form(text).unwrap_or(text))?;
        let is_day = |part: &Part| {
            matches!(
                part,
                Part::Field {
                    field: Field::Day,
                    ..
                }
            )
        };
        format.has_day = format.parts.iter().any(is_day);
        Ok(format)
    }

    /// The same on the clock of a zone of its own.
    pub(crate) fn in_zone(self, zone: Option<Zone>) -> Self {
        Self { zone, ..self }
    }

    /// How a datetime looks without a filter, as in Liquid: `2026-01-31 09:00:00 +0100`.
    pub(crate) fn of_instants() -> Self {
        Self::parse("%Y-%m-%d %H:%M:%S %z", Locale::ENGLISH).expect("every field of it is known")
    }

    /// Appends a day, an instant on the zone's clock, or what a text names, see [`moment::written`]: one that names none stays as it
    /// is. Numbers are seconds since 1970. `false` and nothing for any other value.
    pub(crate) fn write(&self, value: ValueRef<'_>, zone: Zone, today: Date, out: &mut String) -> bool {
        let zone = self.zone.unwrap_or(zone);
        let moment = match value {
            ValueRef::DateTime(at) => Moment::of(at, zone),
            ValueRef::Date(date) => Moment::on_wall(i64::from(date.days()) * 86_400_000_000, zone),
            ValueRef::Text(text) => {
                let Some(written) = moment::written(text, today) else {
                    out.push_str(text);
                    return true;
                };
                self.written(written, zone)
            }
            ValueRef::Int(seconds) => match moment::at(seconds) {
                Some(written) => self.written(written, zone),
                None => return false,
            },
            _ => return false,
        };
        for part in &self.parts {
            match part {
                Part::Literal(text) => out.push_str(text),
                Part::Field {
                    field,
                    pad,
                    width,
                    case,
                } => {
                    let start = out.len();
                    self.write_field(*field, moment, (*pad, *width), out);
                    case.apply(out, start);
                }
            }
        }
        true
    }

    /// What a text names is shown on the clock that it was written for, unless the form has a zone.
    fn written(&self, written: Written, zone: Zone) -> Moment {
        let Some(seconds) = written.offset else {
            return Moment::on_wall(written.wall, zone);
        };
        let at = instant(written.wall - i64::from(seconds) * 1_000_000);
        if self.zone.is_some() {
            return Moment::of(at, zone);
        }
        Moment {
            at,
            clock: clock(written.wall),
            place: Place::Ahead(seconds),
        }
    }

    fn add(&mut self, text: &str) -> Result<(), UnknownField> {
        let mut rest = text;
        while let Some(at) = rest.find('%') {
            self.literal(&rest[..at]);
            let field = &rest[at..];
            let length = self.field(field)?;
            rest = &field[length..];
        }
        self.literal(rest);
        Ok(())
    }

    /// Reads one `%` field, gives its length.
    fn field(&mut self, text: &str) -> Result<usize, UnknownField> {
        let (mut pad, mut case, mut width, mut colons) = (Pad::Own, Case::Own, None, 0);
        for (at, letter) in text.char_indices().skip(1) {
            let length = at + letter.len_utf8();
            match letter {
                '-' => pad = Pad::None,
                '_' => pad = Pad::Blank,
                '0' if width.is_none() => pad = Pad::Zero,
                '^' => case = Case::Upper,
                '#' => case = Case::Swapped,
                ':' if colons < 2 => colons += 1,
                '0'..='9' if width.unwrap_or(0) < 10 => {
                    let digit = letter as u8 - b'0';
                    width = Some(width.unwrap_or(0_u8) * 10 + digit);
                }
                _ => {
                    return if self.letter(letter, pad, case, width, colons)? {
                        Ok(length)
                    } else {
                        Err(UnknownField {
                            text: text[..length].to_owned(),
                        })
                    };
                }
            }
        }
        Err(UnknownField {
            text: text.to_owned(),
        })
    }

    fn letter(
        &mut self,
        letter: char,
        pad: Pad,
        case: Case,
        width: Option<u8>,
        colons: u8,
    ) -> Result<bool, UnknownField> {
        let mut case = case;
        let field = match letter {
            'Y' => Field::Year,
            'C' => Field::Century,
            'y' => Field::ShortYear,
            'm' => Field::Month,
            'B' => Field::MonthName,
            'b' | 'h' => Field::ShortMonthName,
            'd' => Field::Day,
            'e' => return Ok(self.push(Field::Day, or(pad, Pad::Blank), case, width)),
            'j' => Field::DayOfYear,
            'H' => Field::Hour,
            'k' => return Ok(self.push(Field::Hour, or(pad, Pad::Blank), case, width)),
            'I' => Field::HourOfTwelve,
            'l' => return Ok(self.push(Field::HourOfTwelve, or(pad, Pad::Blank), case, width)),
            'P' => {
                case = Case::Lower;
                Field::HalfOfDay
            }
            'p' => Field::HalfOfDay,
            'M' => Field::Minute,
            'S' => Field::Second,
            'L' => return Ok(self.push(Field::Fraction, pad, case, width.or(Some(3)))),
            'N' => Field::Fraction,
            'z' => Field::Offset { colons },
            'Z' => Field::ZoneName,
            'A' => Field::WeekdayName,
            'a' => Field::ShortWeekdayName,
            'u' => Field::WeekdayFromMonday,
            'w' => Field::WeekdayFromSunday,
            'G' => Field::IsoYear,
            'g' => Field::ShortIsoYear,
            'V' => Field::IsoWeek,
            'U' => Field::WeekFromSunday,
            'W' => Field::WeekFromMonday,
            's' => Field::Epoch,
            'n' => return Ok(self.literal("\n")),
            't' => return Ok(self.literal("\t")),
            '%' => return Ok(self.literal("%")),
            _ => {
                let composed = match letter {
                    'c' => "%a %b %e %H:%M:%S %Y",
                    'D' | 'x' => "%m/%d/%y",
                    'F' => "%Y-%m-%d",
                    'v' => "%e-%^b-%Y",
                    'X' | 'T' => "%H:%M:%S",
                    'r' => "%I:%M:%S %p",
                    'R' => "%H:%M",
                    _ => return Ok(false),
                };
                self.add(composed)?;
                return Ok(true);
            }
        };
        Ok(self.push(field, pad, case, width))
    }

    fn push(&mut self, field: Field, pad: Pad, case: Case, width: Option<u8>) -> bool {
        self.parts.push(Part::Field {
            field,
            pad,
            width,
            case,
        });
        true
    }

    fn literal(&mut self, text: &str) -> bool {
        if !text.is_empty() {
            self.parts.push(Part::Literal(text.into()));
        }
        true
    }
}

fn or(written: Pad, own: Pad) -> Pad {
    if written == Pad::Own { own } else { written }
}

impl DateFormat {
    fn write_field(&self, field: Field, moment: Moment, (pad, width): (Pad, Option<u8>), out: &mut String) {
        let Moment { at, clock, .. } = moment;
        let twelve = clock.hour12().1;
        let week = |days_since_start: u32| (clock.ordinal0() + 7 - days_since_start) / 7;
        let (number, digits) = match field {
            Field::Year => (i64::from(clock.year()), 4),
            Field::Century => (i64::from(clock.year().div_euclid(100)), 2),
            Field::ShortYear => (i64::from(clock.year().rem_euclid(100)), 2),
            Field::Month => (clock.month().into(), 2),
            Field::Day => (clock.day().into(), 2),
            Field::DayOfYear => (clock.ordinal().into(), 3),
            Field::Hour => (clock.hour().into(), 2),
            Field::HourOfTwelve => (twelve.into(), 2),
            Field::Minute => (clock.minute().into(), 2),
            Field::Second => (clock.second().into(), 2),
            Field::WeekdayFromMonday => (clock.weekday().number_from_monday().into(), 1),
            Field::WeekdayFromSunday => (clock.weekday().num_days_from_sunday().into(), 1),
            Field::IsoYear => (i64::from(clock.iso_week().year()), 4),
            Field::ShortIsoYear => (i64::from(clock.iso_week().year().rem_euclid(100)), 2),
            Field::IsoWeek => (clock.iso_week().week().into(), 2),
            Field::WeekFromSunday => (week(clock.weekday().num_days_from_sunday()).into(), 2),
            Field::WeekFromMonday => (week(clock.weekday().num_days_from_monday()).into(), 2),
            Field::Epoch => (at.micros().div_euclid(1_000_000), 1),
            Field::Fraction => return write_fraction(at, width, out),
            Field::Offset { colons } => return write_offset(moment.offset(), colons, out),
            _ => {
                let start = out.len();
                self.write_name(field, moment, out);
                let missing = usize::from(width.unwrap_or(0)).saturating_sub(out[start..].chars().count());
                let filler = if pad == Pad::Zero { '0' } else { ' ' };
                return (0..missing).for_each(|_| out.insert(start, filler));
            }
        };
        let width = usize::from(width.unwrap_or(digits));
        let _ = match pad {
            Pad::None => write!(out, "{number}"),
            Pad::Blank => write!(out, "{number:width$}"),
            Pad::Own | Pad::Zero => write!(out, "{number:0width$}"),
        };
    }

    fn write_name(&self, field: Field, moment: Moment, out: &mut String) {
        let clock = moment.clock;
        let locale = self.locale;
        let months = match field {
            Field::ShortMonthName => locale.short_months,
            _ if self.has_day => locale.months,
            _ => locale.months_alone,
        };
        let weekdays = match field {
            Field::ShortWeekdayName => locale.short_weekdays,
            _ => locale.weekdays,
        };
        let weekday = clock.weekday().num_days_from_monday();
        let name = match field {
            Field::MonthName | Field::ShortMonthName => months.get(clock.month0() as usize),
            Field::WeekdayName | Field::ShortWeekdayName => weekdays.get(weekday as usize),
            Field::HalfOfDay => locale.halves.get(usize::from(clock.hour() >= 12)),
            Field::ZoneName => {
                match moment.place {
                    Place::Zone(zone) => zone.write_abbreviation(moment.at, out),
                    Place::Ahead(0) => out.push_str("UTC"),
                    Place::Ahead(_) => {}
                }
                return;
            }
            _ => None,
        };
        out.push_str(name.copied().unwrap_or_default());
    }
}

/// The digits after the second's point, cut off and not rounded.
fn write_fraction(at: DateTime, width: Option<u8>, out: &mut String) {
    let micros = at.micros().rem_euclid(1_000_000);
    let width = usize::from(width.unwrap_or(9));
    let start = out.len();
    let _ = write!(out, "{micros:06}");
    out.truncate(start + width.min(6));
    out.extend((6..width).map(|_| '0'));
}

/// With as many colons as are written: `+0200`, `+02:00`, `+02:00:00`.
fn write_offset(seconds: i32, colons: u8, out: &mut String) {
    let sign = if seconds < 0 { '-' } else { '+' };
    let (minutes, rest) = (seconds.abs() / 60, seconds.abs() % 60);
    let colon = if colons > 0 { ":" } else { "" };
    let _ = write!(out, "{sign}{:02}{colon}{:02}", minutes / 60, minutes % 60);
    if colons > 1 {
        let _ = write!(out, ":{rest:02}");
    }
}

impl Case {
    /// Changes what was written from `start` on.
    fn apply(self, out: &mut String, start: usize) {
        let is_capital = |letter: char| !letter.is_lowercase();
        let to_capitals = match self {
            Self::Own => return,
            Self::Lower => false,
            Self::Upper => true,
            // As in Ruby: names in capitals become small, others become capitals.
            Self::Swapped => !out[start..].chars().all(is_capital),
        };
        let end = out.len();
        let mut at = start;
        while let Some(letter) = out[at..end].chars().next() {
            at += letter.len_utf8();
            if to_capitals {
                out.extend(letter.to_uppercase());
            } else {
                out.extend(letter.to_lowercase());
            }
        }
        out.drain(start..end);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::Date;

    const TODAY: Date = Date::MIN;

    fn shown(format: &str, at: &str, zone: &str) -> Result<String, Box<dyn std::error::Error>> {
        let format = DateFormat::parse(format, Locale::ENGLISH).map_err(|unknown| unknown.text)?;
        let value = match at.parse() {
            Ok(at) => ValueRef::DateTime(at),
            Err(_) => ValueRef::Date(at.parse::<Date>()?),
        };
        let mut out = String::new();
        assert!(format.write(value, Zone::named(zone)?, TODAY, &mut out));
        Ok(out)
    }

    #[test]
    fn every_field_reads_as_in_ruby() -> Result<(), Box<dyn std::error::Error>> {
        for (format, expected) in [
            ("%Y %C %y", "2026 20 26"),
            ("%m %-m %B %b %h %^B %^b", "07 7 July Jul Jul JULY JUL"),
            ("%d %-d %e %j", "05 5  5 186"),
            ("%H %k %I %l %-I %p %P %#p", "14 14 02  2 2 PM pm pm"),
            ("%M %S %L %N %3N %6N", "03 09 120 120000000 120 120000"),
            ("%z %:z %::z %Z", "+0200 +02:00 +02:00:00 CEST"),
            ("%A %a %^a %u %w", "Sunday Sun SUN 7 0"),
            ("%G %g %V %U %W", "2026 26 27 27 26"),
            ("%s", "1783252989"),
            ("%D|%F|%T|%R|%r", "07/05/26|2026-07-05|14:03:09|14:03|02:03:09 PM"),
            (
                "%c|%x|%X|%v",
                "Sun Jul  5 14:03:09 2026|07/05/26|14:03:09| 5-JUL-2026",
            ),
            ("100%% %n%t|", "100% \n\t|"),
            ("%3d %_m %03e %10A|%-y", "005  7 005     Sunday|26"),
            ("día %d", "día 05"),
            ("", ""),
        ] {
            assert_eq!(
                shown(format, "2026-07-05T12:03:09.12Z", "Europe/Madrid")?,
                expected,
                "{format}"
            );
        }
        Ok(())
    }

    #[test]
    fn instants_are_shown_in_the_zone_and_days_as_they_are() -> Result<(), Box<dyn std::error::Error>> {
        let form = "%Y-%m-%d %H:%M %z";
        assert_eq!(
            shown(form, "2026-12-31T23:30:00Z", "Europe/Madrid")?,
            "2027-01-01 00:30 +0100"
        );
        assert_eq!(
            shown(form, "2026-12-31T23:30:00Z", "America/New_York")?,
            "2026-12-31 18:30 -0500"
        );
        assert_eq!(
            shown(form, "2026-12-31", "America/New_York")?,
            "2026-12-31 00:00 -0500"
        );
        assert_eq!(shown("%j %U %W %V %G", "2027-01-01", "UTC")?, "001 00 00 53 2026");
        assert_eq!(shown(form, "0001-01-01", "Asia/Tokyo")?, "0001-01-01 00:00 +0918");
        assert_eq!(shown(form, "9999-12-31", "UTC")?, "9999-12-31 00:00 +0000");
        Ok(())
    }

    #[test]
    fn texts_are_shown_on_the_clock_that_they_were_written_for() -> Result<(), Box<dyn std::error::Error>> {
        let form = |zone: Option<Zone>| {
            DateFormat::parse("%Y-%m-%d %H:%M %z|%Z", Locale::ENGLISH)
                .map(|it| it.in_zone(zone))
                .map_err(|unknown| unknown.text)
        };
        let (madrid, tokyo) = (Zone::named("Europe/Madrid")?, Zone::named("Asia/Tokyo")?);
        for (value, zone, expected) in [
            (ValueRef::Text("2020-01-31"), None, "2020-01-31 00:00 +0100|CET"),
            (
                ValueRef::Text("2020-01-31 10:20 -0500"),
                None,
                "2020-01-31 10:20 -0500|",
            ),
            (
                ValueRef::Text("2020-01-31 10:20 -0500"),
                Some(tokyo),
                "2020-02-01 00:20 +0900|JST",
            ),
            (
                ValueRef::Text("31 Jan 2020 10:20"),
                Some(tokyo),
                "2020-01-31 10:20 +0900|JST",
            ),
            (ValueRef::Text("Jan 5"), None, "0001-01-05 00:00 -0014|LMT"),
            (ValueRef::Text("soon"), None, "soon"),
            (ValueRef::Int(0), None, "1970-01-01 00:00 +0000|UTC"),
            (ValueRef::Int(0), Some(tokyo), "1970-01-01 09:00 +0900|JST"),
        ] {
            let mut out = String::new();
            assert!(form(zone)?.write(value, madrid, TODAY, &mut out));
            assert_eq!(out, expected, "{value}");
        }
        for value in [ValueRef::Int(i64::MAX), ValueRef::Bool(true)] {
            assert!(!form(None)?.write(value, madrid, TODAY, &mut String::new()));
        }
        Ok(())
    }

    #[test]
    fn unknown_fields_are_named() {
        let unknown = |format: &str| {
            DateFormat::parse(format, Locale::ENGLISH)
                .err()
                .map(|unknown| unknown.text)
        };
        assert_eq!(unknown("%d %Q"), Some("%Q".to_owned()));
        // Of dates alone in Ruby, which Liquid has none of.
        assert_eq!(unknown("%+"), Some("%+".to_owned()));
        assert_eq!(unknown("%d %"), Some("%".to_owned()));
        assert_eq!(unknown("%-é"), Some("%-é".to_owned()));
        assert_eq!(unknown("%d"), None);
    }
}
