//! The ends of windows.

use std::fmt::{self, Write};

use super::words::number;
use crate::{
    hir::Period,
    plan::{Anchor, Day, Kind, Moment, Moments, Origin},
};

pub(super) fn moment_after(
    words: [&str; 2],
    moment: Moment,
    moments: &Moments,
    out: &mut String,
) -> fmt::Result {
    let Moment {
        anchor,
        after,
        until_now,
    } = moment;
    // That events later than now do not exist goes without saying.
    if matches!(anchor, Anchor::Beginning | Anchor::End) {
        return Ok(());
    }
    out.write_str(words[usize::from(after)])?;
    match anchor {
        Anchor::Beginning | Anchor::End => {}
        Anchor::Instant(at) => number(Kind::DateTime, at, out)?,
        Anchor::Local(wall) => {
            out.write_str("clock ")?;
            number(Kind::DateTime, wall, out)?;
        }
        Anchor::FromNow(micros) if micros % 1_000_000 == 0 => relative("now", micros / 1_000_000, "s", out)?,
        Anchor::FromNow(micros) => relative("now", micros, "µs", out)?,
        Anchor::MonthsFromNow(months) => relative("now", months.into(), " months", out)?,
        Anchor::Day(it) => day(it, out)?,
        Anchor::Time { time, role } => {
            if let Some(plus) = role.start_of_day {
                write!(out, "the start of {plus} days after ")?;
            }
            if let Some(time) = moments.time_at(time) {
                write!(out, "{time}")?;
            }
        }
        Anchor::StartOf(it) => {
            out.write_str("the start of ")?;
            day(it, out)?;
        }
    }
    let past = matches!(anchor, Anchor::FromNow(it) if it <= 0)
        || matches!(anchor, Anchor::MonthsFromNow(it) if it <= 0);
    if until_now && !past {
        out.write_str(" or now")?;
    }
    Ok(())
}

fn day(day: Day, out: &mut String) -> fmt::Result {
    match day.from {
        Origin::Epoch => return number(Kind::Date, day.plus, out),
        Origin::Today => return relative("today", day.plus, " days", out),
        Origin::Months(months) => relative("today", months.into(), " months", out)?,
        Origin::Period(period, plus) => {
            let (this, unit) = match period {
                Period::Week => ("this week", " weeks"),
                Period::Month => ("this month", " months"),
                Period::Quarter => ("this quarter", " quarters"),
                Period::Year => ("this year", " years"),
            };
            relative(this, plus, unit, out)?;
        }
    }
    match day.plus {
        0 => Ok(()),
        plus => write!(out, " {plus:+} days"),
    }
}

fn relative(anchor: &str, shift: i64, unit: &str, out: &mut String) -> fmt::Result {
    match shift {
        0 => out.write_str(anchor),
        _ => write!(out, "{anchor}{shift:+}{unit}"),
    }
}
