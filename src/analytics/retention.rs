//! Who comes back, month by month, and how many days lie between two orders.

use std::{collections::BTreeMap, fmt, sync::Arc};

use serde::{Serialize, Serializer};

use super::count::real;
use crate::value::Date;

/// Counts customers by the month of their first order, and in which months after it they ordered again, for each segment.
///
/// Only months that are over by the last day count, so that the current one does not look like a bad one.
///
/// # Example
///
/// ```
/// use audience::analytics::retention::Retention;
///
/// let day = |text: &str| text.parse::<audience::Date>();
/// let mut retention = Retention::new(day("2026-04-15")?);
/// retention.add("spain", [day("2026-01-05")?, day("2026-01-25")?, day("2026-03-06")?]);
/// retention.add("spain", [day("2026-01-31")?]);
/// retention.add("spain", [day("2026-03-01")?, day("2026-04-01")?]);
///
/// let january = retention.cohorts("spain").next().expect("two customers");
/// assert_eq!((january.month().to_string().as_str(), january.customers()), ("2026-01", 2));
/// assert_eq!(january.active(), [2, 0, 1]);
/// assert_eq!((january.share(2), january.share(3)), (Some(0.5), None));
/// let spain = retention.gaps("spain").expect("a customer");
/// assert_eq!((spain.count(), spain.mean_days()), (3, Some(91.0 / 3.0)));
/// # Ok::<(), audience::TimeError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Retention {
    until: Date,
    segments: BTreeMap<Arc<str>, Counted>,
}

#[derive(Clone, Debug, Default)]
struct Counted {
    cohorts: BTreeMap<Month, Cohort>,
    gaps: Gaps,
}

/// A calendar month. `Display` writes `2026-01`.
///
/// ```
/// # use audience::analytics::retention::Month;
/// let month = Month::of("2026-01-31".parse()?);
/// assert_eq!((month.year(), month.month(), month.to_string().as_str()), (2026, 1, "2026-01"));
/// # Ok::<(), audience::TimeError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Month {
    year: i32,
    month: u32,
}

/// Customers whose first order was in the same month. It is written with serde.
///
/// ```
/// # use audience::analytics::retention::Retention;
/// let mut retention = Retention::new("2026-03-31".parse()?);
/// retention.add("all", ["2026-01-05".parse()?, "2026-03-06".parse()?]);
/// let january = retention.cohorts("all").next().expect("a customer");
/// assert_eq!(serde_json::to_string(january)?, r#"{"month":"2026-01","customers":1,"active":[1,0,1]}"#);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Cohort {
    month: Month,
    customers: u64,
    active: Vec<u64>,
}

/// The days between one order and the next.
///
/// ```
/// # use audience::analytics::retention::Retention;
/// let mut retention = Retention::new("2026-03-31".parse()?);
/// retention.add("all", ["2026-01-05".parse()?]);
/// assert_eq!(retention.gaps("all").and_then(|it| it.mean_days()), None);
/// retention.add("all", ["2026-01-05".parse()?, "2026-01-15".parse()?]);
/// assert_eq!(retention.gaps("all").and_then(|it| it.mean_days()), Some(10.0));
/// # Ok::<(), audience::TimeError>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Gaps {
    count: u64,
    days: u64,
}

impl Retention {
    /// Of orders up to this day.
    #[must_use]
    pub fn new(until: Date) -> Self {
        Self {
            until,
            segments: BTreeMap::new(),
        }
    }

    /// Adds a customer of a segment by the days of her orders, in any order. Several on one day count as one, and those after the
    /// last day are left out. A customer of several segments is added to each.
    pub fn add(&mut self, segment: &str, orders: impl IntoIterator<Item = Date>) {
        let mut days: Vec<_> = orders.into_iter().filter(|day| *day <= self.until).collect();
        days.sort_unstable();
        days.dedup();
        let (Some(first), Some(last)) = (days.first(), days.last()) else {
            return;
        };
        if !self.segments.contains_key(segment) {
            self.segments.insert(segment.into(), Counted::default());
        }
        let Some(counted) = self.segments.get_mut(segment) else {
            return;
        };
        counted.gaps.count += days.len() as u64 - 1;
        counted.gaps.days += u64::from(last.days().abs_diff(first.days()));
        let month = Month::of(*first);
        // The month of the last day is over only if the next day is in another one.
        let next = self.until.checked_add_days(1).unwrap_or(self.until);
        let over = Month::of(next).since(month);
        let cohort = counted.cohorts.entry(month).or_insert_with(|| Cohort {
            month,
            customers: 0,
            active: vec![0; over],
        });
        cohort.customers += 1;
        days.dedup_by_key(|day| Month::of(*day));
        for day in days {
            if let Some(active) = cohort.active.get_mut(Month::of(day).since(month)) {
                *active += 1;
            }
        }
    }

    /// The segments that have customers, in the order of their names.
    pub fn segments(&self) -> impl Iterator<Item = &str> {
        self.segments.keys().map(|it| &**it)
    }

    /// The cohorts of a segment, the earliest first.
    pub fn cohorts(&self, segment: &str) -> impl Iterator<Item = &Cohort> {
        let counted = self.segments.get(segment);
        counted.into_iter().flat_map(|it| it.cohorts.values())
    }

    /// The time between orders of a segment; `None` when nobody in it has an order.
    #[must_use]
    pub fn gaps(&self, segment: &str) -> Option<Gaps> {
        self.segments.get(segment).map(|it| it.gaps)
    }
}

impl Month {
    /// The month of a day.
    #[must_use]
    pub fn of(day: Date) -> Self {
        Self {
            year: day.year(),
            month: day.month(),
        }
    }

    /// The year.
    #[must_use]
    pub fn year(self) -> i32 {
        self.year
    }

    /// The month of the year, from 1.
    #[must_use]
    pub fn month(self) -> u32 {
        self.month
    }

    /// How many months after another one; 0 where it is not after it.
    fn since(self, earlier: Self) -> usize {
        let number = |it: Self| i64::from(it.year) * 12 + i64::from(it.month);
        usize::try_from(number(self) - number(earlier)).unwrap_or(0)
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.year, self.month)
    }
}

impl Serialize for Month {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl Cohort {
    /// The month of the first order.
    #[must_use]
    pub fn month(&self) -> Month {
        self.month
    }

    /// How many customers.
    #[must_use]
    pub fn customers(&self) -> u64 {
        self.customers
    }

    /// How many of them ordered in that month, which are all, in the one after it, and so on to the last month that is over.
    #[must_use]
    pub fn active(&self) -> &[u64] {
        &self.active
    }

    /// The share that ordered so many months later; `None` where that month is not over.
    #[must_use]
    pub fn share(&self, months: usize) -> Option<f64> {
        let active = usize::try_from(*self.active.get(months)?).ok()?;
        Some(real(active) / real(usize::try_from(self.customers).ok()?))
    }
}

impl Gaps {
    /// How many there are: orders on another day than the one before.
    #[must_use]
    pub fn count(self) -> u64 {
        self.count
    }

    /// Their mean; `None` when nobody ordered twice.
    ///
    /// Those who order often have more gaps than others, and those who have not come back yet have none: it tells the rhythm of those
    /// who come back, and nothing about whether somebody will.
    #[must_use]
    pub fn mean_days(self) -> Option<f64> {
        let (days, count) = (
            usize::try_from(self.days).ok()?,
            usize::try_from(self.count).ok()?,
        );
        (count > 0).then(|| real(days) / real(count))
    }
}
