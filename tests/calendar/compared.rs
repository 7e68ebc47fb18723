//! Windows, steps, anniversaries and the parts of a time, as jiff counts them.
//!
//! The two share no code: the crate goes by chrono and its own calendar. Where jiff settles a local time that a zone skips
//! by another rule than the language, the change of the clock is looked up in its list of changes.

use std::{fmt::Write, sync::LazyLock};

use audience::{Computed, Definitions, Segment, Zone};
use jiff::{
    Span, Timestamp, ToSpan,
    civil::{Date, DateTime, Weekday},
    tz::{AmbiguousOffset, TimeZone},
};
use proptest::{prelude::*, sample::select};

/// Changes of an hour and of half an hour, at midnight and in the night, a day that was left out, and a day that came twice.
/// Only zones whose rules both databases give alike, for times to come as well.
const ZONES: &[&str] = &[
    "UTC",
    "Europe/Madrid",
    "Europe/London",
    "Europe/Moscow",
    "America/New_York",
    "America/Sao_Paulo",
    "America/Caracas",
    "America/St_Johns",
    "Australia/Lord_Howe",
    "Australia/Sydney",
    "Pacific/Apia",
    "Pacific/Kwajalein",
    "Pacific/Chatham",
    "Asia/Kathmandu",
    "Asia/Tehran",
    "Africa/Cairo",
    "Antarctica/Troll",
];

/// What is asked, with what jiff answers.
type Question<T> = (&'static str, fn(&Case) -> T);

const CONDITIONS: &[Question<bool>] = &[
    ("at in last 3 months", |it| {
        it.later(-3) < it.at && it.at <= it.now
    }),
    ("at in next 1 month", |it| it.now < it.at && it.at <= it.later(1)),
    ("at in last 2 quarters", |it| {
        it.later(-6) < it.at && it.at <= it.now
    }),
    ("at in next 1 year", |it| it.now < it.at && it.at <= it.later(12)),
    ("at before 2 months ago", |it| it.at < it.later(-2)),
    ("at since 1 quarter from now", |it| it.at >= it.later(3)),
    ("any e in last 1 month", |it| {
        it.later(-1) < it.at && it.at <= it.now
    }),
    ("at in last 36 hours", |it| {
        it.now - 36.hours() < it.at && it.at <= it.now
    }),
    ("day in last 1 month", |it| {
        months(it.today, -1) < it.day && it.day <= it.today
    }),
    ("day in next 2 years", |it| {
        it.today < it.day && it.day <= months(it.today, 24)
    }),
    ("day after 1 year ago", |it| it.day > months(it.today, -12)),
    ("at is today", |it| it.within(it.today, days(it.today, 1))),
    ("at is yesterday", |it| it.within(days(it.today, -1), it.today)),
    ("day is tomorrow", |it| it.day == days(it.today, 1)),
    ("any e today", |it| {
        it.within(it.today, days(it.today, 1)) && it.at <= it.now
    }),
    ("at in this week", |it| {
        it.within(monday(it.today), days(monday(it.today), 7))
    }),
    ("day in previous week", |it| {
        days(monday(it.today), -7) <= it.day && it.day < monday(it.today)
    }),
    ("at in the previous month", |it| {
        let first = it.today.first_of_month();
        it.within(months(first, -1), first)
    }),
    ("day in next month", |it| {
        let first = months(it.today.first_of_month(), 1);
        first <= it.day && it.day < months(first, 1)
    }),
    ("at in this quarter", |it| {
        it.within(quarter(it.today), months(quarter(it.today), 3))
    }),
    ("any e in previous quarter", |it| {
        it.within(months(quarter(it.today), -3), quarter(it.today)) && it.at <= it.now
    }),
    ("day in next year", |it| it.day.year() == it.today.year() + 1),
    ("at in previous year", |it| {
        let first = it.today.first_of_year();
        it.within(months(first, -12), first)
    }),
    ("at in last 3 calendar days", |it| {
        it.within(days(it.today, -2), days(it.today, 1))
    }),
    ("at in next 2 calendar days", |it| {
        it.within(it.today, days(it.today, 2))
    }),
    ("day in last 5 calendar days", |it| {
        days(it.today, -4) <= it.day && it.day <= it.today
    }),
    ("at since today - 1 month", |it| {
        it.at >= it.instant(months(it.today, -1).at(0, 0, 0, 0))
    }),
    ("day anniversary today", |it| returns(it.day, it.today, it.today)),
    ("day anniversary in next 7 days", |it| {
        returns(it.day, days(it.today, 1), days(it.today, 7))
    }),
    ("at anniversary in last 2 months", |it| {
        let day = it.zone.to_datetime(it.at).date();
        returns(day, days(months(it.today, -2), 1), it.today)
    }),
    ("day anniversary in this month", |it| {
        returns(it.day, it.today.first_of_month(), it.today.last_of_month())
    }),
    ("day anniversary between 3 days ago and 10 days from now", |it| {
        returns(it.day, days(it.today, -3), days(it.today, 10))
    }),
];

const VALUES: &[Question<String>] = &[
    ("at + 1 month", |it| moment(it.months_later(it.at, 1))),
    ("at - 1 quarter", |it| moment(it.months_later(it.at, -3))),
    ("1 year + at", |it| moment(it.months_later(it.at, 12))),
    ("day + 1 month", |it| months(it.day, 1).to_string()),
    ("day - 1 year", |it| months(it.day, -12).to_string()),
    ("day + 10 days", |it| days(it.day, 10).to_string()),
    ("date(at)", |it| it.zone.to_datetime(it.at).date().to_string()),
    ("today", |it| it.today.to_string()),
    ("year(at)", |it| it.zone.to_datetime(it.at).year().to_string()),
    ("month(at)", |it| it.zone.to_datetime(it.at).month().to_string()),
    ("day(at)", |it| it.zone.to_datetime(it.at).day().to_string()),
    ("hour(at)", |it| it.zone.to_datetime(it.at).hour().to_string()),
    ("weekday(at)", |it| {
        weekday(it.zone.to_datetime(it.at).date()).to_owned()
    }),
    ("weekday(day)", |it| weekday(it.day).to_owned()),
    ("days_since(day)", |it| {
        it.today.since(it.day).expect("near").get_days().to_string()
    }),
    ("days_since(at)", |it| {
        let micros = it.now.as_microsecond() - it.at.as_microsecond();
        micros.div_euclid(86_400_000_000).to_string()
    }),
];

/// One customer at one moment in one zone.
#[derive(Debug)]
struct Case {
    zone: TimeZone,
    now: Timestamp,
    today: Date,
    at: Timestamp,
    day: Date,
}

impl Case {
    /// The instant of a local time: the first after a gap, the earlier of two.
    fn instant(&self, local: DateTime) -> Timestamp {
        let found = self.zone.to_ambiguous_timestamp(local);
        match found.offset() {
            AmbiguousOffset::Gap { before, .. } => {
                let after = before.to_timestamp(local).expect("in range");
                let mut changes = self.zone.preceding(after + 1.nanosecond());
                changes.next().expect("the change that skips it").timestamp()
            }
            _ => found.earlier().expect("in range"),
        }
    }

    fn months_later(&self, at: Timestamp, count: i32) -> Timestamp {
        let local = self.zone.to_datetime(at);
        self.instant(local.checked_add(count.months()).expect("in range"))
    }

    fn later(&self, months: i32) -> Timestamp {
        self.months_later(self.now, months)
    }

    /// Whether `at` lies from the start of a day up to the start of another.
    fn within(&self, from: Date, to: Date) -> bool {
        let start = |day: Date| self.instant(day.at(0, 0, 0, 0));
        start(from) <= self.at && self.at < start(to)
    }
}

/// Whether a day returns from one day to another, both included.
fn returns(day: Date, from: Date, to: Date) -> bool {
    let mut each = from;
    while each <= to {
        let years = each.year() - day.year();
        // jiff puts 29 February on the 28th in other years.
        if years > 0 && months(day, i32::from(years) * 12) == each {
            return true;
        }
        each = days(each, 1);
    }
    false
}

fn months(day: Date, count: i32) -> Date {
    day.checked_add(count.months()).expect("in range")
}

fn days(day: Date, count: i32) -> Date {
    day.checked_add(count.days()).expect("in range")
}

fn monday(day: Date) -> Date {
    days(day, -i32::from(day.weekday().to_monday_zero_offset()))
}

fn quarter(day: Date) -> Date {
    months(day.first_of_month(), -i32::from((day.month() - 1) % 3))
}

fn moment(at: Timestamp) -> String {
    at.to_string()
}

fn weekday(day: Date) -> &'static str {
    match day.weekday() {
        Weekday::Monday => "monday",
        Weekday::Tuesday => "tuesday",
        Weekday::Wednesday => "wednesday",
        Weekday::Thursday => "thursday",
        Weekday::Friday => "friday",
        Weekday::Saturday => "saturday",
        Weekday::Sunday => "sunday",
    }
}

struct Asked {
    shop: Definitions,
    conditions: Vec<Segment>,
    values: Vec<Computed>,
}

static ASKED: LazyLock<Asked> = LazyLock::new(|| {
    let mut text = "customer { id: string key, at: datetime, day: date }  event e {}\n".to_owned();
    for (index, (condition, _)) in CONDITIONS.iter().enumerate() {
        let _ = writeln!(text, "segment s{index} = {condition}");
    }
    for (index, (value, _)) in VALUES.iter().enumerate() {
        let _ = writeln!(text, "trait t{index} = {value}");
    }
    let shop = Definitions::parse(&text).unwrap_or_else(|error| panic!("{error}"));
    let conditions = (0..CONDITIONS.len()).map(|it| shop.segment(&format!("s{it}")).expect("defined"));
    let values = (0..VALUES.len()).map(|it| shop.computed(&format!("t{it}")).expect("defined"));
    Asked {
        conditions: conditions.collect(),
        values: values.collect(),
        shop,
    }
});

/// A zone, and an instant that is often near a change of its clock or the start of a day, a month or a year.
fn now_in_a_zone() -> impl Strategy<Value = (&'static str, Timestamp)> {
    // From 1982 to 2096: older changes are corrected from time to time, and chrono-tz lists the changes of clocks until the end of 2099.
    let instant = 400_000_000..4_000_000_000_i64;
    let offset = prop_oneof![Just(0), -1..=1_i64, -90_000_000_000..90_000_000_000_i64];
    (select(ZONES), instant, 0..4_u8, offset).prop_map(|(name, second, near, offset)| {
        let zone = TimeZone::get(name).expect("in the database");
        let at = Timestamp::from_second(second).expect("in range");
        let local = zone.to_datetime(at);
        let near = match near {
            0 => zone.following(at).next().map_or(at, |it| it.timestamp()),
            1 => start(&zone, local.date()),
            2 => start(&zone, local.date().first_of_month()),
            _ => start(&zone, local.date().last_of_year()),
        };
        (name, near + Span::new().microseconds(offset))
    })
}

fn start(zone: &TimeZone, day: Date) -> Timestamp {
    zone.to_ambiguous_timestamp(day.at(0, 0, 0, 0))
        .compatible()
        .expect("in range")
}

fn case() -> impl Strategy<Value = (&'static str, Case)> {
    let near = select(&[0_i64, 1, -1, 3_600_000_000, -3_600_000_000, 1_800_000_000][..]);
    let shape = (
        select(&[-12, -6, -3, -2, -1, 0, 1, 3, 12][..]),
        -10..10_i32,
        0..40_i32,
    );
    (now_in_a_zone(), shape, near, 0..5_u8).prop_map(
        |((name, now), (months_off, days_off, years), near, kind)| {
            let zone = TimeZone::get(name).expect("in the database");
            let today = zone.to_datetime(now).date();
            let mut case = Case {
                at: now,
                day: today,
                zone,
                now,
                today,
            };
            let at = match kind {
                0 => now,
                1 => case.later(months_off),
                2 => case.instant(months(today, months_off).at(0, 0, 0, 0)),
                3 => case.instant(quarter(months(today, months_off)).at(0, 0, 0, 0)),
                _ => case.instant(days(monday(today), days_off).at(0, 0, 0, 0)),
            };
            case.at = at + Span::new().microseconds(near);
            case.day = match kind {
                0 => days(months(today, months_off), days_off.signum()),
                1 | 2 => months(days(today, days_off), -12 * years),
                3 => days(quarter(today), days_off.signum()),
                _ => days(monday(today), days_off),
            };
            (name, case)
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4_000, failure_persistence: None, ..ProptestConfig::default() })]

    /// [time-4] [time-7] [time-16] [time-19] [time-21] [time-35]
    #[test]
    fn windows_and_steps_are_those_of_another_calendar((name, case) in case()) {
        let Asked { shop, conditions, values } = &*ASKED;
        let json = format!(
            r#"{{"id": "ana", "at": "{at}", "day": "{}", "e": [{{"at": "{at}"}}]}}"#,
            case.day, at = case.at
        );
        let customer = shop.customer_from_json(&json).expect("a customer");
        let zone = Zone::named(name).expect("in the database");
        let at = shop.at(case.now.to_string().parse().expect("an instant"), &zone);
        for (segment, (condition, expected)) in conditions.iter().zip(CONDITIONS) {
            prop_assert_eq!(segment.matches(&customer, &at), expected(&case), "{} in {} at {} of {}", condition, name, case.now, json);
        }
        for (computed, (value, expected)) in values.iter().zip(VALUES) {
            let found = computed.value(&customer, &at).map(|it| it.to_string());
            prop_assert_eq!(found, Some(expected(&case)), "{} in {} at {} of {}", value, name, case.now, json);
        }
    }

    /// Local times, two days around each change of the clock. [time-27] [time-28]
    #[test]
    fn local_times_are_those_of_another_calendar((name, at) in now_in_a_zone(), minutes in -2_880..2_880_i64) {
        let tz = TimeZone::get(name).expect("in the database");
        let change = tz.following(at).next().map_or(at, |it| it.timestamp());
        let local = tz.to_datetime(change) + Span::new().minutes(minutes);
        let case = Case { now: at, at, today: local.date(), day: local.date(), zone: tz };
        let found = Zone::named(name).expect("in the database").parse(&local.to_string());
        prop_assert_eq!(found.map(|it| it.to_string()).ok(), Some(moment(case.instant(local))), "{} in {}", local, name);
    }
}
