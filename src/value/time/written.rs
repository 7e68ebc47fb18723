//! How days, instants and durations are written and read.

use std::{fmt, str::FromStr};

use super::{DAY, Date, DateTime, Duration, MICROS, TimeError, calendar::Civil};

impl DateTime {
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

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Civil { year, month, day } = Civil::of(self.0.into());
        write!(f, "{year:04}-{month:02}-{day:02}")
    }
}

/// RFC 3339 in UTC, with as many digits of a second as needed.
impl fmt::Display for DateTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let day = Date::from_days(self.0.div_euclid(DAY)).unwrap_or(Date::MAX);
        let second = self.0.rem_euclid(DAY) / MICROS;
        let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
        write!(f, "{day}T{hour:02}:{minute:02}:{second:02}")?;
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
}
