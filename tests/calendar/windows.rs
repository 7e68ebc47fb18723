//! Windows of months, periods of the calendar, and the returns of a day.

use super::{APIA, LORD_HOWE, MADRID, NEW_YORK, windows};

/// [time-3] [time-7] [time-8] [time-11]
#[test]
fn windows_of_months_begin_and_end_on_the_clock_of_the_zone() {
    windows(&[
        // Two months before 02:30 on 29 May is a time that was skipped: its first moment after.
        (
            MADRID,
            "2026-05-29T00:30:00Z",
            "at in last 2 months",
            &["2026-03-29T01:00:00.000001Z", "2026-05-29T00:30:00Z"],
            &["2026-03-29T01:00:00Z", "2026-05-29T00:30:00.000001Z"],
        ),
        // One month before 02:30 on 25 November is a time that came twice: the earlier.
        (
            MADRID,
            "2026-11-25T01:30:00Z",
            "at in last 1 month",
            &["2026-10-25T00:30:00.000001Z"],
            &["2026-10-25T00:30:00Z"],
        ),
        (
            MADRID,
            "2026-05-31T10:00:00Z",
            "any e in last 1 quarter",
            &["2026-02-28T11:00:00.000001Z", "2026-05-31T10:00:00Z"],
            &["2026-02-28T11:00:00Z", "2026-05-31T10:00:00.000001Z"],
        ),
        (
            NEW_YORK,
            "2026-02-08T07:30:00Z",
            "at in next 1 month",
            &["2026-02-08T07:30:00.000001Z", "2026-03-08T07:00:00Z"],
            &["2026-02-08T07:30:00Z", "2026-03-08T07:00:00.000001Z"],
        ),
        (
            APIA,
            "2011-11-30T12:00:00Z",
            "at in next 1 month",
            &["2011-12-30T10:00:00Z"],
            &["2011-12-30T10:00:00.000001Z"],
        ),
        (
            MADRID,
            "2026-05-31T23:00:00Z",
            "day in last 3 months",
            &["2026-03-02", "2026-06-01"],
            &["2026-03-01", "2026-06-02"],
        ),
        (
            MADRID,
            "2026-05-31T12:00:00Z",
            "day in last 3 months",
            &["2026-03-01", "2026-05-31"],
            &["2026-02-28", "2026-06-01"],
        ),
        (
            MADRID,
            "2024-02-29T12:00:00Z",
            "day in next 1 year",
            &["2024-03-01", "2025-02-28"],
            &["2024-02-29", "2025-03-01"],
        ),
        (
            MADRID,
            "2026-03-31T12:00:00Z",
            "day between 1 month ago and 1 month from now",
            &["2026-02-28", "2026-04-30"],
            &["2026-02-27", "2026-05-01"],
        ),
        (
            MADRID,
            "2026-03-31T12:00:00Z",
            "at between 1 month ago and 1 month from now",
            &["2026-02-28T13:00:00Z", "2026-04-30T12:00:00Z"],
            &["2026-02-28T12:59:59Z", "2026-04-30T12:00:01Z"],
        ),
        // Ends that take several steps from now, which are worked out once for all customers.
        (
            MADRID,
            "2026-05-31T10:00:00Z",
            "any e since now - 3 months - 2 days",
            &["2026-02-26T11:00:00Z", "2026-05-31T10:00:00Z"],
            &["2026-02-26T10:59:59.999999Z"],
        ),
        (
            MADRID,
            "2026-05-31T10:00:00Z",
            "at before date(now + 1 month) - 1 week",
            &["2026-06-22T21:59:59.999999Z"],
            &["2026-06-22T22:00:00Z"],
        ),
        // 30 days are 720 hours, whatever the clock does.
        (
            MADRID,
            "2026-04-01T12:00:00Z",
            "at in last 30 days",
            &["2026-03-02T12:00:00.000001Z"],
            &["2026-03-02T12:00:00Z"],
        ),
    ]);
}

/// [time-1] [time-16] [time-17] [time-19] [time-29]
#[test]
fn periods_begin_with_their_first_day_in_the_zone() {
    windows(&[
        // 23:30 in UTC is tomorrow in Madrid, and the day has 23 hours.
        (
            MADRID,
            "2026-03-28T23:30:00Z",
            "at is today",
            &["2026-03-28T23:00:00Z", "2026-03-29T21:59:59.999999Z"],
            &["2026-03-28T22:59:59.999999Z", "2026-03-29T22:00:00Z"],
        ),
        (
            MADRID,
            "2026-10-25T12:00:00Z",
            "at is today",
            &["2026-10-24T22:00:00Z", "2026-10-25T22:59:59.999999Z"],
            &["2026-10-24T21:59:59.999999Z", "2026-10-25T23:00:00Z"],
        ),
        (
            LORD_HOWE,
            "2026-10-04T00:00:00Z",
            "any e yesterday",
            &["2026-10-02T13:30:00Z", "2026-10-03T13:29:59.999999Z"],
            &["2026-10-02T13:29:59.999999Z", "2026-10-03T13:30:00Z"],
        ),
        (
            LORD_HOWE,
            "2026-10-04T00:00:00Z",
            "at is today",
            &["2026-10-03T13:30:00Z", "2026-10-04T12:59:59.999999Z"],
            &["2026-10-04T13:00:00Z"],
        ),
        // The day before the 31st was left out: no instant is in it.
        (
            APIA,
            "2011-12-30T10:00:00Z",
            "at is today",
            &["2011-12-30T10:00:00Z", "2011-12-31T09:59:59.999999Z"],
            &["2011-12-30T09:59:59.999999Z", "2011-12-31T10:00:00Z"],
        ),
        (
            APIA,
            "2011-12-30T10:00:00Z",
            "at is yesterday",
            &[],
            &["2011-12-30T10:00:00Z", "2011-12-30T09:59:59.999999Z"],
        ),
        (
            APIA,
            "2011-12-30T10:00:00Z",
            "day is yesterday",
            &["2011-12-30"],
            &["2011-12-29"],
        ),
        (
            APIA,
            "2011-12-30T09:59:59Z",
            "at is tomorrow",
            &[],
            &["2011-12-30T10:00:00Z", "2011-12-30T09:59:59Z"],
        ),
        (
            APIA,
            "2011-12-30T10:00:00Z",
            "at in last 3 calendar days",
            &["2011-12-29T10:00:00Z"],
            &["2011-12-29T09:59:59.999999Z"],
        ),
        (
            APIA,
            "2012-01-01T00:00:00Z",
            "at in previous month",
            &["2011-12-01T10:00:00Z", "2011-12-31T09:59:59.999999Z"],
            &["2011-12-01T09:59:59.999999Z", "2011-12-31T10:00:00Z"],
        ),
        // 1 June 2026 is a Monday.
        (
            MADRID,
            "2026-05-31T21:59:59Z",
            "at in this week",
            &["2026-05-24T22:00:00Z", "2026-05-31T21:59:59Z"],
            &["2026-05-24T21:59:59Z", "2026-05-31T22:00:00Z"],
        ),
        (
            MADRID,
            "2026-05-31T22:00:00Z",
            "day in this week",
            &["2026-06-01", "2026-06-07"],
            &["2026-05-31", "2026-06-08"],
        ),
        (
            MADRID,
            "2026-05-31T22:00:00Z",
            "any e in previous week",
            &["2026-05-24T22:00:00Z", "2026-05-31T21:59:59.999999Z"],
            &["2026-05-24T21:59:59Z", "2026-05-31T22:00:00Z"],
        ),
        (
            MADRID,
            "2026-03-29T12:00:00Z",
            "at in this month",
            &["2026-02-28T23:00:00Z", "2026-03-31T21:59:59Z"],
            &["2026-02-28T22:59:59Z", "2026-03-31T22:00:00Z"],
        ),
        (
            NEW_YORK,
            "2026-01-01T04:00:00Z",
            "at in this year",
            &["2025-01-01T05:00:00Z", "2026-01-01T04:59:59Z"],
            &["2025-01-01T04:59:59Z", "2026-01-01T05:00:00Z"],
        ),
        (
            MADRID,
            "2026-01-15T12:00:00Z",
            "day in the previous quarter",
            &["2025-10-01", "2025-12-31"],
            &["2025-09-30", "2026-01-01"],
        ),
        (
            MADRID,
            "2026-11-15T12:00:00Z",
            "day in the next quarter",
            &["2027-01-01", "2027-03-31"],
            &["2026-12-31", "2027-04-01"],
        ),
        (
            MADRID,
            "2024-02-29T12:00:00Z",
            "day in next year",
            &["2025-01-01", "2025-12-31"],
            &["2024-12-31", "2026-01-01"],
        ),
        // This month's days to come are in it, but its events do not exist.
        (
            MADRID,
            "2026-06-15T12:00:00Z",
            "any e in this month",
            &["2026-06-15T12:00:00Z"],
            &["2026-06-15T12:00:00.000001Z", "2026-05-31T21:59:59Z"],
        ),
        (
            MADRID,
            "2026-06-15T12:00:00Z",
            "day in next 3 calendar days",
            &["2026-06-15", "2026-06-17"],
            &["2026-06-14", "2026-06-18"],
        ),
        (
            MADRID,
            "2026-06-15T12:00:00Z",
            "at in next 1 calendar day",
            &["2026-06-14T22:00:00Z", "2026-06-15T21:59:59Z"],
            &["2026-06-14T21:59:59Z", "2026-06-15T22:00:00Z"],
        ),
    ]);
}

/// [time-21] [time-22] [time-23] [time-24] [time-25] [time-26]
#[test]
fn days_return_each_year() {
    let birthday = "2026-06-01T12:00:00Z";
    windows(&[
        (
            MADRID,
            birthday,
            "day anniversary today",
            &["1990-06-01", "2025-06-01"],
            &["1990-06-02", "2026-06-01", "2027-06-01"],
        ),
        (
            MADRID,
            birthday,
            "day anniversary in next 7 days",
            &["1990-06-02", "1990-06-08"],
            &["1990-06-01", "1990-06-09"],
        ),
        (
            MADRID,
            birthday,
            "day not anniversary in last 1 month",
            &["1990-05-01", "1990-06-02"],
            &["1990-05-02", "1990-06-01"],
        ),
        (
            MADRID,
            birthday,
            "day anniversary between 2026-12-25 and 2027-01-05",
            &["1990-12-25", "1990-01-05", "2026-01-01"],
            &["1990-12-24", "1990-01-06", "2027-01-01"],
        ),
        (
            MADRID,
            birthday,
            "day anniversary in this quarter",
            &["1990-04-01", "1990-06-30"],
            &["1990-03-31", "2026-05-01"],
        ),
        // Open windows: a return before, or from, a day on.
        (
            MADRID,
            birthday,
            "day anniversary before 1 year ago",
            &["2024-05-31", "0001-01-01"],
            &["2024-06-01", "2025-06-01"],
        ),
        (
            MADRID,
            birthday,
            "day anniversary since today",
            &["2026-06-01", "9998-12-31"],
            &["9999-01-01"],
        ),
        (
            MADRID,
            birthday,
            "day anniversary after 9999-06-01",
            &["9998-06-02"],
            &["1990-06-01", "9999-06-02"],
        ),
        // 29 February.
        (
            MADRID,
            "2026-02-28T12:00:00Z",
            "day anniversary today",
            &["2000-02-29", "2024-02-29", "2001-02-28"],
            &["2000-03-01"],
        ),
        (
            MADRID,
            "2028-02-28T12:00:00Z",
            "day anniversary today",
            &["2001-02-28"],
            &["2000-02-29"],
        ),
        (
            MADRID,
            "2028-02-29T12:00:00Z",
            "day anniversary today",
            &["2000-02-29"],
            &["2001-02-28", "2001-03-01"],
        ),
        (
            MADRID,
            "2026-03-01T12:00:00Z",
            "day anniversary today",
            &["2000-03-01"],
            &["2000-02-29"],
        ),
        // Of a datetime its day in the zone.
        (
            MADRID,
            birthday,
            "at anniversary today",
            &["1990-05-31T22:30:00Z", "1990-06-01T21:59:59Z"],
            &["1990-05-31T21:59:59Z", "1990-06-01T22:00:00Z"],
        ),
        // The day that was left out returns on 30 December, like any other.
        (
            APIA,
            "2012-12-30T12:00:00Z",
            "day anniversary today",
            &["2011-12-31", "2010-12-31"],
            &["2011-12-30"],
        ),
    ]);
}
