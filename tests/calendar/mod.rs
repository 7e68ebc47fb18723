//! Time as the language counts it: by tables around the changes of clocks, the ends of months, leap days and the ends of the
//! calendar, and compared with the calendar of jiff.

mod compared;
mod values;
mod windows;

use audience::{Definitions, Value, Zone};

const MADRID: &str = "Europe/Madrid";
const NEW_YORK: &str = "America/New_York";
/// Its clock changes by half an hour.
const LORD_HOWE: &str = "Australia/Lord_Howe";
/// It went over the date line: 29 December 2011 was followed by the 31st.
const APIA: &str = "Pacific/Apia";

/// The value of an expression for a customer with a datetime `at`, a date `day` (each when it is one), and an event at `at`.
#[track_caller]
fn value(zone: &str, now: &str, time: &str, expr: &str) -> Option<Value> {
    let text =
        format!("customer {{ id: string key, at: datetime?, day: date? }}  event e {{}}  trait it = {expr}");
    let shop = Definitions::parse(&text).unwrap_or_else(|error| panic!("{error}"));
    let json = if time.contains('T') {
        format!(r#"{{"id": "ana", "at": "{time}", "e": [{{"at": "{time}"}}]}}"#)
    } else {
        format!(r#"{{"id": "ana", "day": "{time}"}}"#)
    };
    let customer = shop
        .customer_from_json(&json)
        .unwrap_or_else(|error| panic!("{error}"));
    let zone = Zone::named(zone).expect("in the database");
    let at = shop.at(now.parse().expect("an instant"), &zone);
    shop.computed("it").expect("defined").value(&customer, &at)
}

/// A condition at a moment, of times for which it holds and of times for which it does not.
type Window<'a> = (&'a str, &'a str, &'a str, &'a [&'a str], &'a [&'a str]);

#[track_caller]
fn windows(table: &[Window<'_>]) {
    for (zone, now, condition, inside, outside) in table {
        for (times, expected) in [(inside, true), (outside, false)] {
            for time in *times {
                assert_eq!(
                    value(zone, now, time, &format!("({condition})")),
                    Some(Value::Bool(expected)),
                    "{time} {condition} at {now} in {zone}"
                );
            }
        }
    }
}

/// Values as they are shown; `-` for a missing one.
#[track_caller]
fn values(table: &[(&str, &str, &str, &str, &str)]) {
    for (zone, now, time, expr, expected) in table {
        let found = value(zone, now, time, expr).map_or("-".to_owned(), |it| it.to_string());
        assert_eq!(found, *expected, "{expr} of {time} at {now} in {zone}");
    }
}
