//! Single values as people write them.

use crate::value::{Date, DateTime, Geo, Type, Value, Zone};

const SECOND: i64 = 1_000_000;

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// A value: text in quotation marks, words of an enumeration too, days as "3 December 2026".
pub(crate) fn value(value: &Value, ty: &Type, zone: Zone) -> String {
    match value {
        Value::Bool(it) => if *it { "true" } else { "false" }.to_owned(),
        Value::Int(it) => it.to_string(),
        Value::Float(it) => float(*it),
        Value::Decimal(it) => it.to_string(),
        // A word of an enumeration is a name that somebody gave.
        Value::Text(it) if matches!(ty, Type::Words(_)) => quoted(&super::noun::words(it)),
        Value::Text(it) => quoted(it),
        Value::Date(it) => date(*it),
        Value::DateTime(it) => instant(*it, zone),
        Value::Duration(it) => duration(it.micros()),
        Value::Geo(it) => place(*it),
    }
}

/// "40.4168° N 3.7038° W".
fn place(place: Geo) -> String {
    let degrees = |it: f64, [positive, negative]: [&str; 2]| {
        let side = if it < 0.0 { negative } else { positive };
        format!("{}° {side}", it.abs())
    };
    let (lat, lon) = (place.lat(), place.lon());
    format!("{} {}", degrees(lat, ["N", "S"]), degrees(lon, ["E", "W"]))
}

/// "5 km", "250 m".
pub(crate) fn distance(metres: f64) -> String {
    if metres >= 1_000.0 {
        format!("{} km", (metres / 10.0).round() / 100.0)
    } else {
        format!("{} m", metres.round())
    }
}

/// Text as it is, in quotation marks; control characters and line breaks as blanks, and at most 80 letters.
pub(crate) fn quoted(text: &str) -> String {
    quoted_up_to(text, 80)
}

pub(super) fn quoted_up_to(text: &str, most: usize) -> String {
    let mut letters = text.chars().map(|it| if it.is_control() { ' ' } else { it });
    let mut quoted: String = letters.by_ref().take(most).collect();
    if letters.next().is_some() {
        quoted.push('…');
    }
    format!("“{quoted}”")
}

/// "3 December 2026".
pub(crate) fn date(date: Date) -> String {
    format!("{} {} {}", date.day(), month(date), date.year())
}

/// "3 December", and the year when it is not that of `today`.
pub(crate) fn near_date(day: Date, today: Date) -> String {
    if day.year() == today.year() {
        format!("{} {}", day.day(), month(day))
    } else {
        date(day)
    }
}

fn month(date: Date) -> &'static str {
    MONTHS.get(date.month() as usize - 1).copied().unwrap_or_default()
}

/// "3 December 2026 at 14:05", with seconds when there are some.
pub(crate) fn instant(at: DateTime, zone: Zone) -> String {
    format!("{} at {}", date(zone.date_of(at)), clock(at, zone))
}

/// "14:05", "14:05:30", "14:05:30.25".
pub(crate) fn clock(at: DateTime, zone: Zone) -> String {
    let micros = zone.wall(at).rem_euclid(86_400 * SECOND);
    let (seconds, fraction) = (micros / SECOND, micros % SECOND);
    let mut clock = format!("{:02}:{:02}", seconds / 3600, seconds / 60 % 60);
    if micros % (60 * SECOND) != 0 {
        clock = format!("{clock}:{:02}", seconds % 60);
    }
    if fraction != 0 {
        clock += format!(".{fraction:06}").trim_end_matches('0');
    }
    clock
}

/// "30 days", "1 hour 30 minutes", "no time".
pub(crate) fn duration(micros: i64) -> String {
    if micros == 0 {
        return "no time".to_owned();
    }
    let mut rest = micros.unsigned_abs();
    let mut parts: Vec<String> = Vec::new();
    for (unit, length) in [
        ("day", 86_400_000_000),
        ("hour", 3_600_000_000),
        ("minute", 60_000_000),
    ] {
        if rest >= length {
            parts.push(super::noun::counted(rest / length, unit));
            rest %= length;
        }
    }
    if rest > 0 {
        let (seconds, fraction) = (rest / 1_000_000, rest % 1_000_000);
        parts.push(match fraction {
            0 => super::noun::counted(seconds, "second"),
            _ => format!(
                "{}{} seconds",
                seconds,
                format!(".{fraction:06}").trim_end_matches('0')
            ),
        });
    }
    let minus = if micros < 0 { "minus " } else { "" };
    format!("{minus}{}", parts.join(" "))
}

/// "30 days", and "day" for one: what stands after "the last".
pub(crate) fn span(length: String) -> String {
    match length.strip_prefix("1 ") {
        Some(unit) if !unit.contains(' ') => unit.to_owned(),
        _ => length,
    }
}

/// "3 months", "2 years".
pub(crate) fn months(months: u64) -> String {
    if months > 0 && months.is_multiple_of(12) {
        super::noun::counted(months / 12, "year")
    } else {
        super::noun::counted(months, "month")
    }
}

/// "10%", "12.5%", from millionths.
pub(crate) fn share(millionths: u32) -> String {
    let (whole, fraction) = (millionths / 10_000, millionths % 10_000);
    if fraction == 0 {
        format!("{whole}%")
    } else {
        format!("{whole}{}%", format!(".{fraction:04}").trim_end_matches('0'))
    }
}

/// With as many digits as needed; very large and very small ones by their power of ten.
fn float(float: f64) -> String {
    let size = float.abs();
    if size != 0.0 && !(1e-6..1e15).contains(&size) {
        format!("{float:e}").replacen('e', " × 10^", 1)
    } else if float == 0.0 {
        "0".to_owned()
    } else {
        float.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::{Decimal, Duration};

    #[test]
    fn values_read_as_people_write_them() {
        let madrid = Zone::named("Europe/Madrid").expect("in the time zone database");
        let say = |it: Value| value(&it, &Type::String, madrid);
        for (given, expected) in [
            (Value::Int(-3), "-3"),
            (Value::Decimal(Decimal::from_units(199_900)), "19.99"),
            (Value::Decimal(Decimal::from_units(5_000_000)), "500"),
            (Value::Float(0.5), "0.5"),
            (Value::Float(-0.0), "0"),
            (
                Value::Geo(Geo::new(40.4168, -3.7038).expect("a place")),
                "40.4168° N 3.7038° W",
            ),
            (Value::Float(1e300), "1 × 10^300"),
            (Value::Bool(true), "true"),
            (Value::from("a\nb"), "“a b”"),
            (
                Value::Date(Date::from_ymd(2026, 12, 3).expect("a day")),
                "3 December 2026",
            ),
            (
                Value::Duration(Duration::from_micros(5_400 * SECOND)),
                "1 hour 30 minutes",
            ),
            (
                Value::Duration(Duration::from_micros(-SECOND / 2)),
                "minus 0.5 seconds",
            ),
            (Value::Duration(Duration::from_micros(0)), "no time"),
        ] {
            assert_eq!(say(given), expected);
        }
        let at: DateTime = "2026-12-02T23:30:00Z".parse().expect("a datetime");
        assert_eq!(instant(at, madrid), "3 December 2026 at 00:30");
        let at: DateTime = "2026-12-02T23:30:01.5Z".parse().expect("a datetime");
        assert_eq!(instant(at, madrid), "3 December 2026 at 00:30:01.5");
        assert_eq!(
            (share(100_000), share(125_000), share(1)),
            ("10%".into(), "12.5%".into(), "0.0001%".into())
        );
        assert_eq!(
            (months(1), months(24), months(18)),
            ("1 month".into(), "2 years".into(), "18 months".into())
        );
    }

    #[test]
    fn words_of_an_enumeration_lose_their_underscores() {
        let ty = Type::words(["first_time"]);
        assert_eq!(value(&Value::from("first_time"), &ty, Zone::UTC), "“first time”");
        assert_eq!(
            value(&Value::from("first_time"), &Type::String, Zone::UTC),
            "“first_time”"
        );
    }
}
