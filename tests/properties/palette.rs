//! The constants of one case: rules and customers are drawn from the same few, so that selective rules are met.

use audience::{Date, DateTime, Decimal, Zone};

use super::choices::Choices;

const SECOND: i64 = 1_000_000;
const DAY: i64 = 86_400 * SECOND;

const ZONES: &[&str] = &[
    "UTC",
    "Europe/Madrid",
    "America/New_York",
    "Australia/Lord_Howe",
    "Pacific/Apia",
];

/// Instants that are hard in at least one of the zones: changes of the clock, the ends of years, leap days, the day
/// that Apia skipped, and the ends of time.
const NOWS: &[&str] = &[
    "2026-06-01T00:00:00Z",
    "2026-06-15T12:34:56.789012Z",
    "2024-02-29T12:00:00Z",
    "2025-12-31T23:59:59.999999Z",
    "2026-01-01T00:00:00Z",
    "2026-03-29T01:00:00Z",
    "2026-10-25T00:30:00Z",
    "2026-03-08T07:00:00Z",
    "2026-11-01T05:30:00Z",
    "2026-04-04T15:00:00Z",
    "2026-10-03T15:30:00Z",
    "2011-12-30T10:00:00Z",
    "2011-12-30T09:59:59.999999Z",
    "2025-03-01T00:00:00Z",
    "0001-01-02T00:00:00Z",
    "9999-12-30T23:59:59.999999Z",
];

const INTS: &[i64] = &[
    0,
    1,
    2,
    3,
    -1,
    10,
    100,
    -7,
    1 << 53,
    (1 << 53) + 1,
    i64::MAX,
    i64::MIN,
    i64::MAX / 10_000,
    i64::MIN / 10_000,
    i64::MAX - 1,
];

/// In units of 1/10000.
const DECIMALS: &[i64] = &[
    0,
    10_000,
    500_000,
    199_900,
    1,
    -1,
    5_000,
    -5_000,
    33_333,
    -20_000,
    100_000_000,
    i64::MAX,
    i64::MIN,
    i64::MAX - 1,
];

const FLOATS: &[f64] = &[
    0.0,
    1.0,
    0.5,
    0.1,
    -1.5,
    100.25,
    2.5,
    -0.0,
    1e-7,
    9_007_199_254_740_992.0,
    9_223_372_036_854_775_807.0,
    922_337_203_685_477.6,
    1e300,
];

const TEXTS: &[&str] = &[
    "a",
    "",
    "ab",
    "Madrid",
    "ES",
    " ",
    "É",
    "é",
    "e\u{301}",
    "ẞ",
    "ß",
    "ſ",
    "s",
    "İ",
    "i",
    "😀",
    "😀😃",
    "it's",
    "a\\b",
    "100%",
    "a_b",
    "\u{a0}",
    "\u{2003}x ",
    "\"quoted\"",
    "tab\tand\nline",
    "ana@example.com",
    "@",
    "a@b@C.d",
    "ab@",
    "\u{10ffff}",
    "zz",
    "gold",
    "other",
    "É",
    "female",
];

const DATES: &[&str] = &[
    "2026-01-01",
    "2025-12-31",
    "2024-02-29",
    "2025-02-28",
    "2025-03-01",
    "2026-03-29",
    "2026-10-25",
    "2026-04-05",
    "2011-12-30",
    "2011-12-31",
    "1990-06-15",
    "2000-02-29",
    "0001-01-01",
    "9999-12-31",
];

/// Latitude and longitude: two towns and what is near them, the poles, and both sides of the day line.
const PLACES: &[(f64, f64)] = &[
    (40.4168, -3.7038),
    (40.42, -3.7),
    (0.0, 0.0),
    (90.0, 180.0),
    (-90.0, -180.0),
    (-13.83, -171.76),
    (-13.83, 179.9),
    (41.3874, 2.1686),
];

/// The words that text and enumerations share.
pub(crate) const WORDS: &[&str] = &["gold", "silver", "É", "a b", "monday", "other"];

/// A duration as written: so many of a unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) count: u32,
    pub(crate) unit: &'static str,
}

const SPANS: &[Span] = &[
    span(30, "day"),
    span(1, "day"),
    span(7, "day"),
    span(2, "week"),
    span(24, "hour"),
    span(36, "hour"),
    span(90, "minute"),
    span(1, "second"),
    span(365, "day"),
    span(400, "week"),
];

/// Steps of the calendar, which have no length of their own.
const STEPS: &[Span] = &[
    span(1, "month"),
    span(3, "month"),
    span(1, "quarter"),
    span(2, "quarter"),
    span(1, "year"),
    span(14, "month"),
    span(25, "year"),
];

const fn span(count: u32, unit: &'static str) -> Span {
    Span { count, unit }
}

impl Span {
    pub(crate) fn micros(self) -> i64 {
        let unit = match self.unit {
            "second" => SECOND,
            "minute" => 60 * SECOND,
            "hour" => 3600 * SECOND,
            "day" => DAY,
            "week" => 7 * DAY,
            other => unreachable!("no unit {other}"),
        };
        i64::from(self.count) * unit
    }

    /// Of a step of the calendar.
    pub(crate) fn months(self) -> i32 {
        let unit = match self.unit {
            "month" => 1,
            "quarter" => 3,
            "year" => 12,
            other => unreachable!("{other} is no step of the calendar"),
        };
        i32::try_from(self.count).expect("small") * unit
    }

    /// Whole days only.
    pub(crate) fn is_days(self) -> bool {
        matches!(self.unit, "day" | "week")
    }

    pub(crate) fn days(self) -> i64 {
        self.micros() / DAY
    }
}

impl std::fmt::Display for Span {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let plural = if self.count == 1 { "" } else { "s" };
        write!(f, "{} {}{plural}", self.count, self.unit)
    }
}

/// A few constants of each type, and the moment and zone of the evaluation.
#[derive(Clone, Debug)]
pub(crate) struct Palette {
    pub(crate) now: DateTime,
    pub(crate) zone: Zone,
    pub(crate) ints: Vec<i64>,
    pub(crate) decimals: Vec<Decimal>,
    pub(crate) floats: Vec<f64>,
    pub(crate) texts: Vec<String>,
    pub(crate) dates: Vec<Date>,
    pub(crate) places: Vec<(f64, f64)>,
    pub(crate) instants: Vec<DateTime>,
    pub(crate) spans: Vec<Span>,
    pub(crate) steps: Vec<Span>,
}

impl Palette {
    pub(crate) fn draw(choices: &mut Choices<'_>) -> Self {
        let zone = Zone::named(choices.pick::<&str>(ZONES)).expect("an IANA zone");
        let now: DateTime = choices.pick(NOWS).parse().expect("an instant");
        let spans: Vec<Span> = (0..3).map(|_| *choices.pick(SPANS)).collect();
        let days: Vec<Span> = SPANS.iter().copied().filter(|it| it.is_days()).collect();
        let spans = [spans, vec![*choices.pick(&days)]].concat();
        let today = zone.date_of(now);
        let steps: Vec<Span> = (0..2).map(|_| *choices.pick(STEPS)).collect();
        let dates: Vec<Date> = (0..4)
            .map(|_| match choices.below(5) {
                3 => stepped(today, -choices.pick(&steps).months()),
                4 => returning(choices, today),
                0 => choices.pick(DATES).parse().expect("a date"),
                1 => shifted(today, -i64::try_from(choices.below(3)).unwrap_or(0)),
                _ => {
                    let days = choices.pick(&spans).days();
                    shifted(today, if choices.one_in(3) { days } else { -days })
                }
            })
            .collect();
        let instants = (0..4)
            .map(|_| match choices.below(5) {
                0 => now,
                4 => stepped_moment(now, -choices.pick(&steps).months()),
                1 => moved(now, -choices.pick(&spans).micros()),
                2 => choices.pick(NOWS).parse().expect("an instant"),
                _ => DateTime::from_micros(zone.start_of(*choices.pick(&dates))).unwrap_or(now),
            })
            .collect();
        Self {
            now,
            zone,
            ints: (0..3).map(|_| small_or(choices, INTS)).collect(),
            decimals: (0..3)
                .map(|_| Decimal::from_units(small_or(choices, DECIMALS)))
                .collect(),
            floats: (0..3).map(|_| small_or(choices, FLOATS)).collect(),
            texts: (0..4).map(|_| (*choices.pick(TEXTS)).to_owned()).collect(),
            dates,
            places: (0..3).map(|_| *choices.pick(PLACES)).collect(),
            instants,
            spans,
            steps,
        }
    }
}

/// One of the first alternatives more often than one of the edges, so that calculations often have a result.
fn small_or<T: Copy>(choices: &mut Choices<'_>, alternatives: &[T]) -> T {
    let count = if choices.one_in(4) {
        alternatives.len()
    } else {
        alternatives.len() / 2
    };
    *choices.pick(&alternatives[..count])
}

/// So many days later, or the day itself where there is no such day.
pub(crate) fn shifted(date: Date, days: i64) -> Date {
    date.checked_add_days(days).unwrap_or(date)
}

/// So many months later, on the last day of the month where it has no such day, or the day itself beyond the calendar.
pub(crate) fn stepped(date: Date, months: i32) -> Date {
    let month = date.year() * 12 + i32::try_from(date.month()).expect("small") - 1 + months;
    let (year, month) = (month.div_euclid(12), month.rem_euclid(12).unsigned_abs() + 1);
    let mut days = (1..=date.day()).rev();
    days.find_map(|day| Date::from_ymd(year, month, day))
        .unwrap_or(date)
}

/// Some months later at the same time of the day in UTC, which is near the same time in any zone.
pub(crate) fn stepped_moment(at: DateTime, months: i32) -> DateTime {
    const DAYS: i64 = 86_400_000_000;
    let day = at.micros().div_euclid(DAYS);
    let later = Date::from_days(day).map(|it| i64::from(stepped(it, months).days()));
    moved(at, (later.unwrap_or(day) - day) * DAYS)
}

/// A day some years ago that returns about now.
pub(crate) fn returning(choices: &mut Choices<'_>, today: Date) -> Date {
    let years = i32::try_from(choices.below(40)).expect("small");
    let near = shifted(today, i64::try_from(choices.below(17)).expect("small") - 5);
    stepped(near, -12 * years)
}

/// So many microseconds later, or the instant itself where there is no such instant.
pub(crate) fn moved(at: DateTime, micros: i64) -> DateTime {
    at.micros()
        .checked_add(micros)
        .and_then(DateTime::from_micros)
        .unwrap_or(at)
}
