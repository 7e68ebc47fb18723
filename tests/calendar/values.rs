//! Steps, local times, parts of times, and the ends of the calendar.

use audience::{Value, Zone};

use super::{APIA, LORD_HOWE, MADRID, NEW_YORK, value, values, windows};

/// [time-4] [time-6]
#[test]
fn months_step_on_the_clock_of_the_zone() {
    let now = "2026-06-01T12:00:00Z";
    values(&[
        (
            MADRID,
            now,
            "2026-01-31T09:00:00Z",
            "at + 1 month",
            "2026-02-28T09:00:00Z",
        ),
        (
            MADRID,
            now,
            "2028-01-31T09:00:00Z",
            "at + 1 month",
            "2028-02-29T09:00:00Z",
        ),
        // Summer time begins in between: the clock shows the same, and UTC does not.
        (
            MADRID,
            now,
            "2026-01-31T09:00:00Z",
            "at + 1 quarter",
            "2026-04-30T08:00:00Z",
        ),
        (
            MADRID,
            now,
            "2026-05-31T23:30:00Z",
            "at - 1 month",
            "2026-04-30T23:30:00Z",
        ),
        (
            MADRID,
            now,
            "2024-02-29T12:00:00Z",
            "at + 1 year",
            "2025-02-28T12:00:00Z",
        ),
        // One step of two months is not two of one.
        (
            MADRID,
            now,
            "2026-01-31T12:00:00Z",
            "at + 2 months",
            "2026-03-31T11:00:00Z",
        ),
        (
            MADRID,
            now,
            "2026-01-31T12:00:00Z",
            "at + 1 month + 1 month",
            "2026-03-28T12:00:00Z",
        ),
        // Into the hour that is skipped, and into the one that comes twice.
        (
            MADRID,
            now,
            "2026-01-29T01:30:00Z",
            "at + 2 months",
            "2026-03-29T01:00:00Z",
        ),
        (
            MADRID,
            now,
            "2026-09-25T00:30:00Z",
            "at + 1 month",
            "2026-10-25T00:30:00Z",
        ),
        (
            MADRID,
            now,
            "2026-11-25T01:30:00Z",
            "at - 1 month",
            "2026-10-25T00:30:00Z",
        ),
        (
            NEW_YORK,
            now,
            "2026-02-08T07:30:00Z",
            "at + 1 month",
            "2026-03-08T07:00:00Z",
        ),
        (
            NEW_YORK,
            now,
            "2026-10-01T05:30:00Z",
            "at + 1 month",
            "2026-11-01T05:30:00Z",
        ),
        (
            LORD_HOWE,
            now,
            "2026-09-03T15:45:00Z",
            "at + 1 month",
            "2026-10-03T15:30:00Z",
        ),
        (
            LORD_HOWE,
            now,
            "2026-03-04T14:45:00Z",
            "at + 1 month",
            "2026-04-04T14:45:00Z",
        ),
        (
            APIA,
            now,
            "2011-11-30T12:00:00Z",
            "at + 1 month",
            "2011-12-30T10:00:00Z",
        ),
        (
            APIA,
            now,
            "2012-01-30T06:00:00Z",
            "at - 1 month",
            "2011-12-30T10:00:00Z",
        ),
        (MADRID, now, "2026-01-31", "day + 1 month", "2026-02-28"),
        (MADRID, now, "2026-01-31", "1 quarter + day", "2026-04-30"),
        (MADRID, now, "2024-02-29", "day - 4 years", "2020-02-29"),
        (MADRID, now, "2024-02-29", "day - 1 year", "2023-02-28"),
        (MADRID, now, "2026-01-31", "day + 1 month + 2 days", "2026-03-02"),
        (MADRID, now, "2026-01-31", "day + 2 weeks", "2026-02-14"),
    ]);
}

/// [time-27] [time-28] [time-29]
#[test]
fn local_times_that_are_skipped_or_come_twice() -> Result<(), Box<dyn std::error::Error>> {
    for (zone, local, instant) in [
        (
            MADRID,
            "2026-03-29T01:59:59.999999",
            "2026-03-29T00:59:59.999999Z",
        ),
        (MADRID, "2026-03-29T02:00:00", "2026-03-29T01:00:00Z"),
        (MADRID, "2026-03-29T02:59:59.999999", "2026-03-29T01:00:00Z"),
        (MADRID, "2026-03-29T03:00:00", "2026-03-29T01:00:00Z"),
        (MADRID, "2026-10-25T01:59:59", "2026-10-24T23:59:59Z"),
        (MADRID, "2026-10-25T02:00:00", "2026-10-25T00:00:00Z"),
        (MADRID, "2026-10-25T02:59:59", "2026-10-25T00:59:59Z"),
        (MADRID, "2026-10-25T03:00:00", "2026-10-25T02:00:00Z"),
        (NEW_YORK, "2026-03-08T02:30:00", "2026-03-08T07:00:00Z"),
        (NEW_YORK, "2026-11-01T01:30:00", "2026-11-01T05:30:00Z"),
        (LORD_HOWE, "2026-10-04T02:00:00", "2026-10-03T15:30:00Z"),
        (LORD_HOWE, "2026-10-04T02:29:59", "2026-10-03T15:30:00Z"),
        (LORD_HOWE, "2026-10-04T02:30:00", "2026-10-03T15:30:00Z"),
        (LORD_HOWE, "2026-04-05T01:45:00", "2026-04-04T14:45:00Z"),
        (LORD_HOWE, "2026-04-05T01:29:59", "2026-04-04T14:29:59Z"),
        (LORD_HOWE, "2026-04-05T02:00:00", "2026-04-04T15:30:00Z"),
        (APIA, "2011-12-29T23:59:59", "2011-12-30T09:59:59Z"),
        (APIA, "2011-12-30T00:00:00", "2011-12-30T10:00:00Z"),
        (APIA, "2011-12-30T18:00:00", "2011-12-30T10:00:00Z"),
        (APIA, "2011-12-31T00:00:00", "2011-12-30T10:00:00Z"),
        // Havana goes back from 01:00 to 00:00, and São Paulo went forward from 00:00 to 01:00: where a day begins.
        ("America/Havana", "2025-11-02T00:00:00", "2025-11-02T04:00:00Z"),
        ("America/Sao_Paulo", "2018-11-04T00:00:00", "2018-11-04T03:00:00Z"),
    ] {
        assert_eq!(
            Zone::named(zone)?.parse(local)?.to_string(),
            instant,
            "{local} in {zone}"
        );
        let now = "2026-06-01T00:00:00Z";
        let condition = format!("(at since {local} and not (at after {local}))");
        assert_eq!(
            value(zone, now, instant, &condition),
            Some(Value::Bool(true)),
            "{local} in {zone}"
        );
        if let Some(day) = local.strip_suffix("T00:00:00") {
            assert_eq!(
                Zone::named(zone)?.start_of(day.parse()?),
                instant.parse::<audience::DateTime>()?.micros()
            );
        }
    }
    Ok(())
}

/// [time-30]
#[test]
fn zones_keep_their_clock_after_2099() {
    let now = "2026-06-01T12:00:00Z";
    values(&[
        (MADRID, now, "2099-07-01T00:00:00Z", "hour(at)", "2"),
        (MADRID, now, "2100-07-01T00:00:00Z", "hour(at)", "1"),
        (LORD_HOWE, now, "2099-06-01T00:00:00Z", "hour(at)", "10"),
        (LORD_HOWE, now, "2100-06-01T00:00:00Z", "hour(at)", "11"),
    ]);
}

/// [time-31] [time-32] [time-33]
#[test]
fn the_calendar_ends_with_the_year_9999() {
    let (first, last) = ("0001-01-15T12:00:00Z", "9999-12-15T12:00:00Z");
    values(&[
        ("UTC", last, "9999-12-15T12:00:00Z", "at + 1 month", "-"),
        (
            "UTC",
            last,
            "9999-11-30T12:00:00Z",
            "at + 1 month",
            "9999-12-30T12:00:00Z",
        ),
        ("UTC", first, "0001-01-15T12:00:00Z", "at - 1 month", "-"),
        (
            "UTC",
            first,
            "0001-12-31T12:00:00Z",
            "at - 1 quarter",
            "0001-09-30T12:00:00Z",
        ),
        ("UTC", last, "9999-01-31", "day + 1 year", "-"),
        ("UTC", last, "0001-01-31", "day - 1 month", "-"),
        ("UTC", last, "2026-01-31", "day + 4000000 years", "-"),
        ("UTC", last, "2026-01-31", "day - 100000000 quarters", "-"),
        ("UTC", last, "2026-01-31T00:00:00Z", "at - 2147483647 months", "-"),
        // An instant whose day in the zone is in the year 10000, or in the year 0.
        (MADRID, last, "9999-12-31T23:30:00Z", "date(at)", "-"),
        (MADRID, last, "9999-12-31T23:30:00Z", "year(at)", "-"),
        (MADRID, last, "9999-12-31T23:30:00Z", "hour(at)", "0"),
        (
            MADRID,
            last,
            "9999-12-31T23:30:00Z",
            "at - 1 month",
            "9999-11-30T23:30:00Z",
        ),
        (NEW_YORK, first, "0001-01-01T00:00:00Z", "date(at)", "-"),
        (NEW_YORK, first, "0001-01-01T00:00:00Z", "weekday(at)", "-"),
        (
            NEW_YORK,
            first,
            "0001-01-01T00:00:00Z",
            "at + 1 month",
            "0001-02-01T00:00:00Z",
        ),
    ]);
    windows(&[
        // A bound beyond the calendar is open, and a time that is calculated there is missing.
        ("UTC", last, "at before 1 month from now", &[first, last], &[]),
        (
            "UTC",
            last,
            "at before now + 1 month - 1 day",
            &[],
            &[first, last],
        ),
        ("UTC", last, "at < now + 1 month", &[], &[first, last]),
        ("UTC", first, "day >= today - 1 year", &[], &["0001-01-01"]),
        // Beyond the calendar there is nothing that could be left out.
        (
            "UTC",
            last,
            "at in next 1 month",
            &["9999-12-31T23:59:59.999999Z"],
            &[last],
        ),
        (
            "UTC",
            first,
            "at in last 1 month",
            &["0001-01-01T00:00:00Z", first],
            &[],
        ),
        (
            "UTC",
            last,
            "day in this year",
            &["9999-01-01", "9999-12-31"],
            &["9998-12-31"],
        ),
        (
            "UTC",
            last,
            "day in next month",
            &[],
            &["9999-12-31", "0001-01-01"],
        ),
        (
            "UTC",
            first,
            "at in previous quarter",
            &[],
            &["0001-01-01T00:00:00Z", first],
        ),
        (
            "UTC",
            last,
            "at in this quarter",
            &["9999-12-31T23:59:59.999999Z"],
            &["9999-09-30T23:59:59Z"],
        ),
        (
            "UTC",
            last,
            "day in next 2147483647 months",
            &["9999-12-31"],
            &["9999-12-15"],
        ),
        (
            "UTC",
            last,
            "day anniversary in next 1 month",
            &["1990-12-31"],
            &["1990-01-01"],
        ),
        (
            "UTC",
            first,
            "day anniversary in last 1 month",
            &[],
            &["0001-01-15", "0001-01-01"],
        ),
    ]);
}

/// [time-1] [time-34] [time-35]
#[test]
fn parts_and_distances_of_times() {
    let now = "2026-06-01T12:00:00Z";
    values(&[
        // One instant has different days.
        (MADRID, now, "2026-05-31T22:30:00Z", "date(at)", "2026-06-01"),
        (NEW_YORK, now, "2026-05-31T22:30:00Z", "date(at)", "2026-05-31"),
        (MADRID, now, "2026-05-31T22:30:00Z", "hour(at)", "0"),
        (LORD_HOWE, now, "2026-05-31T13:29:59Z", "hour(at)", "23"),
        (APIA, now, "2011-12-30T09:59:59Z", "day(at)", "29"),
        (APIA, now, "2011-12-30T10:00:00Z", "day(at)", "31"),
        (MADRID, now, "2026-05-31T22:30:00Z", "weekday(at)", "monday"),
        (MADRID, now, "2024-02-29", "weekday(day)", "thursday"),
        (
            MADRID,
            now,
            "2024-02-29",
            "year(day) * 10000 + month(day) * 100 + day(day)",
            "20240229",
        ),
        (MADRID, now, "0001-01-01", "weekday(day)", "monday"),
        (MADRID, now, "9999-12-31", "weekday(day)", "friday"),
        // The birthday itself counts, and 29 February is on 28 February in other years.
        (MADRID, now, "1990-06-01", "years_since(day)", "36"),
        (MADRID, now, "1990-06-02", "years_since(day)", "35"),
        (
            MADRID,
            "2026-02-28T12:00:00Z",
            "2000-02-29",
            "years_since(day)",
            "26",
        ),
        (
            MADRID,
            "2026-02-27T12:00:00Z",
            "2000-02-29",
            "years_since(day)",
            "25",
        ),
        (
            MADRID,
            "2028-02-28T12:00:00Z",
            "2000-02-29",
            "years_since(day)",
            "27",
        ),
        (MADRID, now, "2026-06-02", "years_since(day)", "-1"),
        (MADRID, now, "2027-06-01", "years_since(day)", "-1"),
        (MADRID, now, "2027-06-02", "years_since(day)", "-2"),
        (MADRID, now, "0001-01-01", "years_since(day)", "2025"),
        (MADRID, now, "9999-12-31", "years_since(day)", "-7974"),
        // Today by the zone.
        (
            MADRID,
            "2026-05-31T22:00:00Z",
            "1990-06-01",
            "years_since(day)",
            "36",
        ),
        (
            NEW_YORK,
            "2026-05-31T22:00:00Z",
            "1990-06-01",
            "years_since(day)",
            "35",
        ),
        (
            MADRID,
            "2026-05-31T22:00:00Z",
            "2026-05-31",
            "days_since(day)",
            "1",
        ),
        (
            NEW_YORK,
            "2026-05-31T22:00:00Z",
            "2026-05-31",
            "days_since(day)",
            "0",
        ),
        (MADRID, now, "2026-06-03", "days_since(day)", "-2"),
        (MADRID, now, "0001-01-01", "days_since(day)", "739767"),
        // Of an instant, spans of 24 hours, rounded down.
        (MADRID, now, "2026-05-31T12:00:00Z", "days_since(at)", "1"),
        (MADRID, now, "2026-05-31T12:00:00.000001Z", "days_since(at)", "0"),
        (MADRID, now, "2026-06-01T12:00:00.000001Z", "days_since(at)", "-1"),
        (MADRID, now, "2026-06-02T12:00:00Z", "days_since(at)", "-1"),
        (
            MADRID,
            "2026-03-29T22:00:00Z",
            "2026-03-28T23:00:00Z",
            "days_since(at)",
            "0",
        ),
        (MADRID, now, "2026-05-31", "today - day", "PT86400S"),
        (APIA, "2011-12-30T10:00:00Z", "2011-12-29", "days_since(day)", "2"),
    ]);
}
