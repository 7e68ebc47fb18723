//! Windows of time in words.

use super::{Wording, value};
use crate::{
    hir::{Bound, Edge, Period, Window},
    value::DateTime,
};

const DAY: i64 = 86_400_000_000;

impl Wording<'_> {
    /// A window after a value or a collection: "in the last 30 days", "on or after 1 May 2026"; with a blank before it, and
    /// nothing for a window without ends.
    pub(super) fn after(&mut self, window: Option<&Window>) -> String {
        match window.map(|it| self.window(it)) {
            Some(said) if !said.is_empty() => format!(" {said}"),
            _ => String::new(),
        }
    }

    pub(super) fn window(&mut self, window: &Window) -> String {
        match (&window.from, &window.to) {
            (None, None) => String::new(),
            (Some(from), None) => self.edge(from, true),
            (None, Some(to)) => self.edge(to, false),
            (Some(from), Some(to)) => {
                if let Some(said) = around_now(from, to) {
                    return said;
                }
                if let (Some(first), Some(last)) = (whole(from, true), whole(to, false)) {
                    return format!("between {} and {}", self.bound(first), self.bound(last));
                }
                let (from, to) = (self.edge(from, true), self.edge(to, false));
                format!("{from} and {to}")
            }
        }
    }

    /// A window that a value is in: "on or after 1 May 2026", "in this month".
    pub(super) fn within(&mut self, window: &Window) -> String {
        let said = self.window(window);
        let starts = [
            ("since ", "on or after "),
            ("until the end of ", "on or before "),
            ("until ", "on or before "),
            ("this ", "in this "),
        ];
        for (start, instead) in starts {
            if let Some(rest) = said.strip_prefix(start) {
                return format!("{instead}{rest}");
            }
        }
        said
    }

    /// One end: "after 1 May 2026", "since 90 days ago".
    fn edge(&mut self, edge: &Edge, from: bool) -> String {
        // The day is named, not its first or last moment.
        if let Bound::DayStart { day, plus } = &edge.bound {
            let said = self.bound(day);
            return match (from, edge.inclusive, *plus) {
                (true, true, 0) => format!("since {said}"),
                (true, true, 1) => format!("after {said}"),
                (false, false, 0) => format!("before {said}"),
                (false, false, 1) => format!("until the end of {said}"),
                (true, _, plus) => format!(
                    "since the day {} after {said}",
                    value::duration(plus.saturating_mul(DAY))
                ),
                (false, _, plus) => {
                    format!(
                        "before the day {} after {said}",
                        value::duration(plus.saturating_mul(DAY))
                    )
                }
            };
        }
        let said = match &edge.bound {
            Bound::Expr(expr) => self.bounding(expr),
            bound => self.bound(bound),
        };
        match (from, edge.inclusive) {
            (true, true) => format!("since {said}"),
            (true, false) => format!("after {said}"),
            (false, true) => format!("until {said}"),
            (false, false) => format!("before {said}"),
        }
    }

    fn bound(&mut self, bound: &Bound) -> String {
        match bound {
            Bound::Instant(at) => value::instant(*at, self.zone),
            Bound::FromNow(micros) => from_now(*micros, "now", value::duration),
            Bound::MonthsFromNow(months) => from_now(i64::from(*months), "now", month_count),
            Bound::Local(wall) => match DateTime::from_micros(self.zone.instant(*wall)) {
                Some(at) => value::instant(at, self.zone),
                None => "a time out of range".to_owned(),
            },
            Bound::DayStart { day, plus } => match plus {
                0 => format!("the start of {}", self.bound(day)),
                1 => format!("the end of {}", self.bound(day)),
                plus => format!(
                    "{} after {}",
                    value::duration(plus.saturating_mul(DAY)),
                    self.bound(day)
                ),
            },
            Bound::Day(day) => value::date(*day),
            Bound::FromToday(days) => match days {
                -1 => "yesterday".to_owned(),
                1 => "tomorrow".to_owned(),
                days => from_now(days.saturating_mul(DAY), "today", value::duration),
            },
            Bound::MonthsFromToday(months) => from_now(i64::from(*months), "today", month_count),
            Bound::PeriodFromToday { period, plus } => {
                format!("the start of {}", relative(*period, *plus))
            }
            Bound::Expr(expr) => self.phrase(expr),
        }
    }
}

/// The bound of an end that belongs to the window: of an end that is a whole day, the day.
fn whole(edge: &Edge, from: bool) -> Option<&Bound> {
    match (&edge.bound, edge.inclusive) {
        (Bound::DayStart { day, plus: 0 }, true) if from => Some(day),
        (Bound::DayStart { day, plus: 1 }, false) if !from => Some(day),
        (Bound::DayStart { .. }, _) | (_, false) => None,
        (bound, true) => Some(bound),
    }
}

/// A window that is known by its two ends: the last and next so and so long, and periods of the calendar.
fn around_now(from: &Edge, to: &Edge) -> Option<String> {
    let day = |bound: &Bound| match bound {
        Bound::FromToday(days) => Some(*days),
        _ => None,
    };
    let start = |bound: &Bound| match bound {
        Bound::DayStart { day, plus } => match &**day {
            Bound::FromToday(days) => days.checked_add(*plus),
            _ => None,
        },
        _ => None,
    };
    let period = |bound: &Bound| match bound {
        Bound::PeriodFromToday { period, plus } => Some((*period, *plus)),
        Bound::DayStart { day, plus: 0 } => match &**day {
            Bound::PeriodFromToday { period, plus } => Some((*period, *plus)),
            _ => None,
        },
        _ => None,
    };
    let inclusive = (from.inclusive, to.inclusive);
    match (&from.bound, &to.bound) {
        (Bound::FromNow(micros), Bound::FromNow(0)) if *micros < 0 && inclusive == (false, true) => {
            return Some(format!(
                "in the last {}",
                value::span(value::duration(micros.saturating_neg()))
            ));
        }
        (Bound::FromNow(0), Bound::FromNow(micros)) if *micros > 0 && inclusive == (false, true) => {
            return Some(format!("in the next {}", value::span(value::duration(*micros))));
        }
        (Bound::MonthsFromNow(months), Bound::FromNow(0))
        | (Bound::MonthsFromToday(months), Bound::FromToday(0))
            if *months < 0 && inclusive == (false, true) =>
        {
            return Some(format!(
                "in the last {}",
                value::span(value::months(months.unsigned_abs().into()))
            ));
        }
        (Bound::FromNow(0), Bound::MonthsFromNow(months))
        | (Bound::FromToday(0), Bound::MonthsFromToday(months))
            if *months > 0 && inclusive == (false, true) =>
        {
            return Some(format!(
                "in the next {}",
                value::span(value::months(months.unsigned_abs().into()))
            ));
        }
        _ => {}
    }
    if let (Some((first, this)), Some((second, next))) = (period(&from.bound), period(&to.bound))
        && first == second
        && inclusive == (true, false)
        && Some(next) == this.checked_add(1)
    {
        let said = relative(first, this);
        return Some(if this == 0 { said } else { format!("in {said}") });
    }
    // Of days: which is the first that belongs to it, and which the last.
    let (first, last) = match (
        day(&from.bound),
        day(&to.bound),
        start(&from.bound),
        start(&to.bound),
    ) {
        (Some(first), Some(last), ..) => (
            first.saturating_add(i64::from(!from.inclusive)),
            last.saturating_sub(i64::from(!to.inclusive)),
        ),
        (.., Some(first), Some(end)) if inclusive == (true, false) => (first, end.saturating_sub(1)),
        _ => return None,
    };
    let days = |count: i64| super::noun::counted(count.unsigned_abs(), "day");
    match (first, last) {
        (0, 0) => Some("today".to_owned()),
        (-1, -1) => Some("yesterday".to_owned()),
        (1, 1) => Some("tomorrow".to_owned()),
        (first, 0) if first < 0 && !from.inclusive => Some(format!(
            "in the last {}",
            value::span(days(1_i64.saturating_sub(first)))
        )),
        (first, 0) if first < 0 => Some(format!(
            "in the last {} (today included)",
            days(1_i64.saturating_sub(first))
        )),
        (1, last) if last > 1 && !from.inclusive => Some(format!("in the next {}", value::span(days(last)))),
        (0, last) if last > 0 => Some(format!(
            "in the next {} (today included)",
            days(last.saturating_add(1))
        )),
        _ => None,
    }
}

/// "this month", "the previous quarter", "3 years ago".
fn relative(period: Period, plus: i64) -> String {
    let name = match period {
        Period::Week => "week",
        Period::Month => "month",
        Period::Quarter => "quarter",
        Period::Year => "year",
    };
    match plus {
        0 => format!("this {name}"),
        -1 => format!("the previous {name}"),
        1 => format!("the next {name}"),
        _ if plus < 0 => format!(
            "the {name} {} ago",
            super::noun::counted(plus.unsigned_abs(), name)
        ),
        _ => format!(
            "the {name} {} from now",
            super::noun::counted(plus.unsigned_abs(), name)
        ),
    }
}

/// "90 days ago", "30 days from now".
fn from_now(distance: i64, now: &str, say: impl Fn(i64) -> String) -> String {
    match distance {
        0 => now.to_owned(),
        _ if distance < 0 => format!("{} ago", say(distance.saturating_neg())),
        _ => format!("{} from now", say(distance)),
    }
}

fn month_count(months: i64) -> String {
    value::months(months.unsigned_abs())
}
