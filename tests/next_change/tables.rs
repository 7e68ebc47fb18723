//! The next change by tables.

use std::time::Instant;

use audience::{Code, DateTime, Definitions, Duration, Limits, NextChange, Zone};

use super::rules::CONTRACT;

/// The next change of a rule, for a customer with these members.
#[track_caller]
fn next(rule: &str, members: &str, (zone, now): (&str, &str)) -> NextChange {
    let shop = Definitions::parse(&format!("{CONTRACT}\nsegment s = {rule}"))
        .unwrap_or_else(|error| panic!("{error}"));
    let json = format!(
        "{{\"id\": \"ana\"{}{members}}}",
        if members.is_empty() { "" } else { ", " }
    );
    let customer = shop
        .customer_from_json(&json)
        .unwrap_or_else(|error| panic!("{error}"));
    let zone = Zone::named(zone).expect("a zone");
    let at = shop.at(now.parse().expect("an instant"), &zone);
    shop.segment("s")
        .expect("it is there")
        .next_change(&customer, &at)
}

#[track_caller]
fn at(rule: &str, members: &str, moment: (&str, &str), expected: &str) {
    assert_eq!(next(rule, members, moment).to_string(), expected, "{rule}");
}

const MADRID: (&str, &str) = ("Europe/Madrid", "2026-06-01T12:00:00Z");

#[test]
fn windows_ages_and_deadlines_have_their_instants() {
    for (rule, members, expected) in [
        (
            "joined in last 30 days",
            r#""joined": "2026-05-20T08:00:00.5Z""#,
            "at 2026-06-19T08:00:00.5Z",
        ),
        (
            "joined in last 30 days",
            r#""joined": "2026-05-01T08:00:00Z""#,
            "not within 3652 days",
        ),
        (
            "joined in next 1 day",
            r#""joined": "2026-06-20T08:00:00Z""#,
            "at 2026-06-19T08:00:00Z",
        ),
        (
            "joined before 30 days ago",
            r#""joined": "2026-05-20T08:00:00Z""#,
            "at 2026-06-19T08:00:00.000001Z",
        ),
        ("joined before 30 days ago", "", "not within 3652 days"),
        (
            "born in next 7 days",
            r#""born": "2026-06-30""#,
            "at 2026-06-22T22:00:00Z",
        ),
        ("age >= 18", r#""born": "2010-03-29""#, "at 2028-03-28T22:00:00Z"),
        ("age >= 18", r#""born": "2008-02-29""#, "not within 3652 days"),
        ("age = 20", r#""born": "2008-02-29""#, "at 2028-02-28T23:00:00Z"),
        ("age >= 18", r#""born": "2020-01-01""#, "not within 3652 days"),
        (
            "days_since(joined) >= 3",
            r#""joined": "2026-05-31T11:00:00Z""#,
            "at 2026-06-03T11:00:00Z",
        ),
        (
            "now > until",
            r#""until": "2026-06-05T00:00:00Z""#,
            "at 2026-06-05T00:00:00.000001Z",
        ),
        (
            "now - joined > 2 days",
            r#""joined": "2026-05-31T11:00:00Z""#,
            "at 2026-06-02T11:00:00.000001Z",
        ),
        (
            "no buys in last 1 day",
            r#""buys": [{"at": "2026-06-01T02:00:00Z", "n": 1}]"#,
            "at 2026-06-02T02:00:00Z",
        ),
        // Events of a later date come into being.
        (
            "any buys",
            r#""buys": [{"at": "2026-08-01T02:00:00Z", "n": 1}]"#,
            "at 2026-08-01T02:00:00Z",
        ),
        ("weekday(today) = \"sunday\"", "", "at 2026-06-06T22:00:00Z"),
    ] {
        at(rule, members, MADRID, expected);
    }
}

/// [next-8] While the last days of March look back on 28 February, each of them runs over it again.
#[test]
fn a_clamped_month_passes_a_day_more_than_once() {
    let bought = r#""buys": [{"at": "2026-02-28T12:00:00Z", "n": 1}]"#;
    let rule = "any buys in last 1 month";
    for (now, next) in [
        ("2026-03-01T00:00:00Z", "at 2026-03-28T12:00:00Z"),
        ("2026-03-28T12:00:00Z", "at 2026-03-29T00:00:00Z"),
        ("2026-03-29T00:00:00Z", "at 2026-03-29T12:00:00Z"),
        ("2026-03-31T00:00:00Z", "at 2026-03-31T12:00:00Z"),
        ("2026-03-31T12:00:00Z", "not within 3652 days"),
    ] {
        at(rule, bought, ("UTC", now), next);
    }
    // The clock goes back an hour on 25 October, and so does what is a month earlier.
    let bought = r#""buys": [{"at": "2026-09-25T00:30:00Z", "n": 1}]"#;
    for (now, next) in [
        ("2026-10-25T00:00:00Z", "at 2026-10-25T00:30:00Z"),
        ("2026-10-25T00:30:00Z", "at 2026-10-25T01:00:00Z"),
        ("2026-10-25T01:00:00Z", "at 2026-10-25T01:30:00Z"),
        ("2026-10-25T01:30:00Z", "not within 3652 days"),
    ] {
        at(rule, bought, ("Europe/Madrid", now), next);
    }
}

/// [next-6]
#[test]
fn what_cannot_be_followed_is_told_with_its_place() {
    let text = format!("{CONTRACT}\nsegment s = flag and string(now) = \"x\"");
    let shop = Definitions::parse(&text).expect("compiles");
    let part = text.find("string(now)").expect("it is there");
    let at = shop.at("2026-06-01T12:00:00Z".parse().expect("an instant"), &Zone::UTC);
    let ask = |json: &str| {
        let customer = shop.customer_from_json(json).expect("fits");
        shop.segment("s")
            .expect("it is there")
            .next_change(&customer, &at)
    };
    match ask(r#"{"id": "ana", "flag": true}"#) {
        NextChange::Unknown(span) => assert_eq!(span.start as usize, part),
        other => panic!("{other}"),
    }
    // Where another part decides, nothing is unknown.
    assert_eq!(
        ask(r#"{"id": "ben", "flag": false}"#),
        NextChange::NotWithin(NextChange::HORIZON)
    );
}

/// What is told is where the definitions were warned of, however much is built around it.
#[test]
fn what_cannot_be_followed_is_told_where_it_was_warned_of() {
    for (rule, part) in [
        ("count(buys where string(now) = \"x\") > 1", "string(now)"),
        ("sum(n of buys where string(now) = \"x\") > 1", "string(now)"),
        (
            "abs(case when string(now) = \"x\" then 1 else 2 end) > 1",
            "string(now)",
        ),
        (
            "now > case when string(now) = \"x\" then joined else until end",
            "string(now)",
        ),
        (
            "case when flag then string(now) else string(now + 1 day) end = \"x\"",
            "string(now + 1 day)",
        ),
    ] {
        let text = format!("{CONTRACT}\nsegment s = {rule}");
        let shop = Definitions::parse(&text).unwrap_or_else(|error| panic!("{error}"));
        let ana = shop
            .customer_from_json(
                r#"{"id": "ana", "joined": "2026-05-20T08:00:00Z", "until": "2026-07-20T08:00:00Z",
                    "buys": [{"at": "2026-05-20T08:00:00Z", "n": 1}]}"#,
            )
            .expect("fits");
        let at = shop.at("2026-06-01T12:00:00Z".parse().expect("an instant"), &Zone::UTC);
        let NextChange::Unknown(span) = shop.segment("s").expect("it is there").next_change(&ana, &at) else {
            panic!("known: {rule}");
        };
        assert_eq!(&text[span.start as usize..span.end as usize], part, "{rule}");
        let warned = |it: &audience::Diagnostic| it.code == Code::NextChangeUnknown && it.span() == span;
        assert!(shop.warnings().iter().any(warned), "{rule}");
    }
}

/// Each part is looked at once: twice would be 2⁴⁰ times here.
#[test]
fn calls_inside_each_other_are_followed_in_no_time() {
    let nested = |call: &str, inner: &str, rest: &str| {
        format!("{}{inner}{}", call.repeat(40), format!("{rest})").repeat(40))
    };
    for rule in [
        format!("n = {}", nested("abs(", "n", "")),
        format!("joined < {}", nested("min(", "now", ", until")),
        format!("until > {}", nested("max(", "now", ", joined")),
    ] {
        next(&rule, r#""joined": "2026-05-20T08:00:00Z", "n": 1"#, MADRID);
    }
}

/// [next-9] Hours and days of the week come back: what has not turned until then never does, however many hours there are in ten years.
#[test]
fn hours_that_never_come_are_not_waited_for() {
    for (rule, members, expected) in [
        ("hour(now) >= 24", "", "not within 3652 days"),
        ("hour(now) = n", r#""n": 50"#, "not within 3652 days"),
        ("hour(now) = n", r#""n": 9"#, "at 2026-06-02T07:00:00Z"),
        ("hour(now) between 9 and 17", "", "at 2026-06-01T16:00:00Z"),
        ("hour(now + 90 minutes) in [3, 4]", "", "at 2026-06-01T23:30:00Z"),
        ("hour(now) * 2 + n = 7", r#""n": 2"#, "not within 3652 days"),
        (
            "hour(now) >= n or hour(now) < n",
            r#""n": 9"#,
            "not within 3652 days",
        ),
        (
            "(hour(now) >= n or hour(now) < n) and (hour(now) > n or hour(now) <= n) and not (hour(now) = 3 and hour(now) + n = 13)",
            r#""n": 9"#,
            "not within 3652 days",
        ),
        ("hour(now) + day(now) > 53", "", "at 2026-07-31T21:00:00Z"),
        ("hour(now) + day(now) > 54", "", "not within 3652 days"),
        ("day(now) > 31", "", "not within 3652 days"),
        ("day(today) = 31 and month(today) = 2", "", "not within 3652 days"),
        (
            "day(now) = 29 and month(now) = 2 and hour(now) = 2",
            "",
            "at 2028-02-29T01:00:00Z",
        ),
        ("day(now) + month(now) * 100 = 229", "", "at 2028-02-28T23:00:00Z"),
        (
            "weekday(now) = \"monday\" and hour(now) = 9",
            "",
            "at 2026-06-08T07:00:00Z",
        ),
        ("string(hour(now)) = \"7\"", "", "at 2026-06-02T05:00:00Z"),
        // Two o'clock does not come on the day that the clock is set ahead.
        (
            "hour(now) = 2 and date(now) = 2027-03-28",
            "",
            "not within 3652 days",
        ),
        // Until an event comes into being, and from then on.
        (
            "hour(now) = 9 and any buys",
            r#""buys": [{"at": "2026-08-01T02:00:00Z", "n": 1}]"#,
            "at 2026-08-01T07:00:00Z",
        ),
        (
            "sum(n + hour(now) of buys) > 30",
            r#""buys": [{"at": "2026-05-01T02:00:00Z", "n": 1}, {"at": "2026-08-01T02:00:00Z", "n": 2}]"#,
            "at 2026-08-01T12:00:00Z",
        ),
        // The months that passed, as they are often counted.
        (
            "year(now) * 12 + month(now) - year(joined) * 12 - month(joined) >= 3",
            r#""joined": "2026-04-30T10:00:00Z""#,
            "at 2026-06-30T22:00:00Z",
        ),
        (
            "weekday(today + 1 month) = \"monday\"",
            "",
            "at 2026-06-05T22:00:00Z",
        ),
    ] {
        at(rule, members, MADRID, expected);
    }
    // Beyond the end of the calendar there are no days, and none come back.
    let last = ("UTC", "9990-06-01T00:00:00Z");
    at(
        "weekday(today + 5 years) is known",
        "",
        last,
        "at 9995-01-01T00:00:00Z",
    );
}

/// [next-7]
#[test]
fn a_question_looks_at_so_many_instants_and_no_more() {
    let text = format!(
        "{CONTRACT}\nsegment s = weekday(today) = \"monday\" and day(today) = 29 and month(today) = 2"
    );
    let ask = |edges| {
        let limits = Limits {
            edges,
            ..Limits::default()
        };
        let shop = Definitions::builder()
            .limits(limits)
            .source("s", &text)
            .build()
            .expect("compiles");
        let ana = shop.customer_from_json(r#"{"id": "ana"}"#).expect("fits");
        let at = shop.at("2026-06-01T12:00:00Z".parse().expect("an instant"), &Zone::UTC);
        let century = Duration::from_micros(36_525 * 86_400_000_000);
        shop.segment("s")
            .expect("it is there")
            .next_change_within(&ana, &at, century)
    };
    // 29 February 2044 is a Monday.
    assert_eq!(ask(10_000).to_string(), "at 2044-02-29T00:00:00Z");
    assert!(matches!(ask(100), NextChange::Unknown(_)));
}

/// Each event was looked at anew wherever another one came or went: a thousand took seconds, and a chain minutes.
#[test]
fn many_events_are_looked_at_where_they_change_and_nowhere_else() {
    let buys: Vec<String> = (0..1000)
        .map(|it| {
            let at = DateTime::from_micros(1_780_000_000_000_000 - it * 30_000_000_000).expect("an instant");
            format!("{{\"at\": \"{at}\", \"n\": {}, \"due\": \"{at}\"}}", it % 50)
        })
        .collect();
    let members = format!("\"buys\": [{}]", buys.join(", "));
    let started = Instant::now();
    for rule in [
        "sum(n of buys in last 1 year) > 1000000",
        "count(buys in last 1 year) > 1000000",
        "any buys in last 1 year followed by any buys where n > previous.n + 100 within 10 days",
        "any buys in last 1 year where (due in last 1 month and n > 100)",
        "sum(days_since(at) of buys) > 100000000",
    ] {
        at(rule, &members, MADRID, "not within 3652 days");
    }
    assert!(started.elapsed().as_secs() < 30, "{:?}", started.elapsed());
}
