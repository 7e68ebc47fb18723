//! How far back events are read.

use std::fmt;

use serde::Serialize;

use crate::{
    hir::{Bound, Distance, Window, Within},
    value::{Date, DateTime, Duration, Period, Zone},
};

/// How far back events of a type are needed: as far as the furthest of these, or all of them.
///
/// As JSON it is `"all"`, or an object with what is there: `{"duration": "PT2592000S", "days": 1, "months": 3, "since_day":
/// "2026-01-01", "since": "2026-01-01T00:00:00Z"}`; an empty one where only events at `now` itself matter.
///
/// # Example
///
/// ```
/// # use audience::{Definitions, LookBack, Zone};
/// let shop = Definitions::parse(
///     "customer { id: string key }  event visits { seconds: int }  event orders { amount: decimal }
///      segment keen = at least 3 visits in last 30 days and any orders",
/// )?;
/// let needed = shop.requirements();
/// let (visits, orders) = (&needed.events[0].look_back, &needed.events[1].look_back);
/// assert_eq!((visits.to_string().as_str(), orders), ("the last 30 days", &LookBack::All));
/// let now = "2026-06-01T00:00:00Z".parse()?;
/// assert_eq!(visits.start(now, Zone::UTC), Some("2026-05-02T00:00:00Z".parse()?));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum LookBack {
    /// All history.
    All,
    /// Not further than the furthest of these.
    #[serde(untagged)]
    #[non_exhaustive]
    Since {
        /// So long before `now`.
        #[serde(skip_serializing_if = "Option::is_none")]
        duration: Option<Duration>,
        /// From the start of the day so many days before today, in the zone.
        #[serde(skip_serializing_if = "Option::is_none")]
        days: Option<i64>,
        /// From the start of the day so many calendar months before today, in the zone.
        #[serde(skip_serializing_if = "Option::is_none")]
        months: Option<i64>,
        /// From the start of this day, in the zone.
        #[serde(skip_serializing_if = "Option::is_none")]
        since_day: Option<Date>,
        /// From this instant.
        #[serde(skip_serializing_if = "Option::is_none")]
        since: Option<DateTime>,
    },
}

impl LookBack {
    /// What is needed at least: nothing from before `now`.
    pub(super) const NONE: Self = Self::Since {
        duration: None,
        days: None,
        months: None,
        since_day: None,
        since: None,
    };

    /// The instant from which events are needed, for an evaluation at `now` in `zone`; `None` when all of them are.
    #[must_use]
    pub fn start(&self, now: DateTime, zone: Zone) -> Option<DateTime> {
        let Self::Since {
            duration,
            days,
            months,
            since_day,
            since,
        } = self
        else {
            return None;
        };
        let today = zone.date_of(now);
        let start_of = |day: Option<Date>| zone.start_of(day.unwrap_or(Date::MIN));
        let starts = [
            duration.map(|it| now.micros().saturating_sub(it.micros())),
            days.map(|it| start_of(today.checked_add_days(-it))),
            months.map(|it| {
                let months = i32::try_from(-it).ok();
                start_of(months.and_then(|it| today.checked_add_months(it)))
            }),
            since_day.map(|it| zone.start_of(it)),
            since.map(DateTime::micros),
        ];
        let earliest = starts.into_iter().flatten().fold(now.micros(), i64::min);
        Some(DateTime::from_micros(earliest).unwrap_or(DateTime::MIN))
    }

    /// How far back a window reaches.
    pub(super) fn of(window: Option<&Window>) -> Self {
        match window.and_then(|it| it.from.as_ref()) {
            Some(edge) => Self::of_bound(&edge.bound),
            None => Self::All,
        }
    }

    /// How far back a cap reaches; `elsewhere` when its days and months are those of the customer's own zone.
    pub(super) fn of_cap(within: Within, elsewhere: bool) -> Self {
        const DAY: i64 = 86_400_000_000;
        let long = |micros| Self::with(Some(Duration::from_micros(micros)), None, None);
        match within {
            Within::Distance(Distance::Micros(micros)) => long(micros),
            // No month is longer, and no zone further away.
            Within::Distance(Distance::Months(months)) if elsewhere => {
                long((31 * i64::from(months) + 2) * DAY)
            }
            Within::Distance(Distance::Months(months)) => Self::of_months(months.into()),
            Within::Days(days) => Self::of_days(days - 1 + i64::from(elsewhere)),
        }
    }

    fn of_bound(bound: &Bound) -> Self {
        match bound {
            Bound::Instant(at) => Self::since(*at),
            Bound::FromNow(micros) if *micros < 0 => Self::with(Some(Duration::from_micros(-*micros)), None, None),
            Bound::MonthsFromNow(months) => Self::of_months(-i64::from(*months)),
            Bound::Local(wall) => Self::since_day(wall.div_euclid(86_400_000_000)),
            Bound::DayStart { day, plus } => match &**day {
                Bound::Day(date) => Self::since_day(i64::from(date.days()) + plus),
                Bound::FromToday(days) => Self::of_days(-days - plus),
                Bound::MonthsFromToday(months) => Self::of_months(-i64::from(*months)),
                Bound::PeriodFromToday { period, plus } => Self::of_periods(*period, -plus),
                _ => Self::All,
            },
            Bound::FromNow(_) => Self::NONE,
            // Days do not bound events.
            Bound::Day(_)
            | Bound::FromToday(_)
            | Bound::MonthsFromToday(_)
            | Bound::PeriodFromToday { .. }
            // It differs from customer to customer.
            | Bound::Expr(_) => Self::All,
        }
    }

    /// The first day of the period so many before the present one is at most so far away.
    fn of_periods(period: Period, before: i64) -> Self {
        let months = match period {
            Period::Week => return Self::of_days(6 + 7 * before),
            Period::Month => 1,
            Period::Quarter => 3,
            Period::Year => 12,
        };
        Self::of_months(months * (before + 1))
    }

    fn of_days(days: i64) -> Self {
        Self::with(None, Some(days).filter(|it| *it >= 0), None)
    }

    fn of_months(months: i64) -> Self {
        Self::with(None, None, Some(months).filter(|it| *it > 0))
    }

    fn with(duration: Option<Duration>, days: Option<i64>, months: Option<i64>) -> Self {
        Self::Since {
            duration,
            days,
            months,
            since_day: None,
            since: None,
        }
    }

    fn since(at: DateTime) -> Self {
        Self::Since {
            duration: None,
            days: None,
            months: None,
            since_day: None,
            since: Some(at),
        }
    }

    fn since_day(day: i64) -> Self {
        Self::Since {
            duration: None,
            days: None,
            months: None,
            since_day: Some(Date::from_days(day).unwrap_or(Date::MIN)),
            since: None,
        }
    }

    /// As far as either.
    pub(super) fn or(self, other: Self) -> Self {
        let (
            Self::Since {
                duration,
                days,
                months,
                since_day,
                since,
            },
            Self::Since {
                duration: other_duration,
                days: other_days,
                months: other_months,
                since_day: other_day,
                since: other_since,
            },
        ) = (self, other)
        else {
            return Self::All;
        };
        Self::Since {
            duration: duration.max(other_duration),
            days: days.max(other_days),
            months: months.max(other_months),
            since_day: earlier(since_day, other_day),
            since: earlier(since, other_since),
        }
    }
}

fn earlier<T: Ord>(one: Option<T>, other: Option<T>) -> Option<T> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}

/// `all history`, `the last 30 days`, `the last 3 calendar months and since 2026-01-01`.
impl fmt::Display for LookBack {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self::Since {
            duration,
            days,
            months,
            since_day,
            since,
        } = self
        else {
            return f.write_str("all history");
        };
        let parts: Vec<String> = [
            duration.map(|it| format!("the last {}", exact(it))),
            days.map(|it| match it {
                0 => "today".to_owned(),
                it => format!("the last {} calendar days", it + 1),
            }),
            months.map(|it| match it {
                1 => "the last calendar month".to_owned(),
                it => format!("the last {it} calendar months"),
            }),
            since_day.map(|it| format!("since {it}")),
            since.map(|it| format!("since {it}")),
        ]
        .into_iter()
        .flatten()
        .collect();
        if parts.is_empty() {
            return f.write_str("this moment");
        }
        f.write_str(&parts.join(" and "))
    }
}

/// In the largest unit that it is a whole number of.
fn exact(duration: Duration) -> String {
    let micros = duration.micros();
    let (unit, name) = [
        (86_400_000_000, "day"),
        (3_600_000_000, "hour"),
        (60_000_000, "minute"),
        (1_000_000, "second"),
    ]
    .into_iter()
    .find(|(unit, _)| micros % unit == 0)
    .unwrap_or((1, "microsecond"));
    let number = micros / unit;
    format!("{number} {name}{}", if number == 1 { "" } else { "s" })
}
