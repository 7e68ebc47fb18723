//! Which end of a window comes first, whenever and wherever it is asked.
//!
//! Some ends stand still, others move with `now`, and between the two nothing is sure. Within each kind, an end that
//! depends on the calendar or the zone lies in a stretch that is known.

use crate::hir::{Bound, Edge, Period, Window};

/// An end of a window, whether it was written or is the complement of one.
#[derive(Clone, Copy, Debug)]
pub(super) struct End<'m> {
    pub(super) bound: &'m Bound,
    pub(super) inclusive: bool,
}

impl<'m> End<'m> {
    pub(super) fn of(edge: &'m Edge) -> Self {
        Self {
            bound: &edge.bound,
            inclusive: edge.inclusive,
        }
    }

    /// The other side of it: what ends where this begins.
    pub(super) fn turned(self) -> Self {
        Self {
            inclusive: !self.inclusive,
            ..self
        }
    }
}

/// The latest moment at which something has happened.
static NOW: Bound = Bound::FromNow(0);

/// A day, in microseconds.
const DAY: i128 = 86_400_000_000;

/// Clocks are never further from UTC than this, and days and jumps of the clock never longer.
const SLACK: i128 = 2 * DAY;

/// What a moment is measured from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    /// 1970 in UTC, or day 0.
    Fixed,
    /// `now`, or today.
    Now,
}

/// Where a bound lies: from one step to another, after its origin. Steps are microseconds, or days for a bound of days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stretch {
    pub(super) origin: Origin,
    pub(super) low: i128,
    pub(super) high: i128,
}

impl Stretch {
    fn new(origin: Origin, low: i128, high: i128) -> Self {
        Self { origin, low, high }
    }

    fn exact(origin: Origin, step: i128) -> Self {
        Self::new(origin, step, step)
    }

    pub(super) fn is_exact(self) -> bool {
        self.low == self.high
    }

    /// Days as the instants at which they start, somewhere.
    fn starts(self, plus: i64) -> Self {
        let (low, high) = (self.low + i128::from(plus), self.high + i128::from(plus));
        match self.origin {
            Origin::Fixed => Self::new(Origin::Fixed, low * DAY - SLACK, high * DAY + SLACK),
            // Today has begun by now, and tomorrow has not.
            Origin::Now => Self::new(
                Origin::Now,
                ((low - 1) * DAY - SLACK).max(if low > 0 { 1 } else { i128::MIN / 2 }),
                (high * DAY + SLACK).min(if high <= 0 { 0 } else { i128::MAX / 2 }),
            ),
        }
    }
}

/// Where a bound lies, unless it differs from customer to customer.
pub(super) fn stretch(bound: &Bound) -> Option<Stretch> {
    Some(match bound {
        Bound::Instant(at) => Stretch::exact(Origin::Fixed, at.micros().into()),
        Bound::FromNow(micros) => Stretch::exact(Origin::Now, (*micros).into()),
        Bound::MonthsFromNow(months) => {
            let (low, high) = months_in_days(*months);
            Stretch::new(Origin::Now, low * DAY - SLACK, high * DAY + SLACK)
        }
        Bound::Local(wall) => {
            let wall = i128::from(*wall);
            Stretch::new(Origin::Fixed, wall - SLACK, wall + SLACK)
        }
        Bound::DayStart { day, plus } => stretch(day)?.starts(*plus),
        Bound::Day(day) => Stretch::exact(Origin::Fixed, day.days().into()),
        Bound::FromToday(days) => Stretch::exact(Origin::Now, (*days).into()),
        Bound::MonthsFromToday(months) => {
            let (low, high) = months_in_days(*months);
            Stretch::new(Origin::Now, low, high)
        }
        Bound::PeriodFromToday { period, plus } => {
            let (shortest, longest) = lengths(*period);
            let plus = i128::from(*plus);
            let (low, high) = if plus > 0 {
                (plus * shortest - (longest - 1), plus * longest)
            } else {
                (plus * longest - (longest - 1), plus * shortest)
            };
            // The period of today has begun, and the next has not.
            let low = if plus > 0 { low.max(1) } else { low };
            Stretch::new(Origin::Now, low, high)
        }
        Bound::Expr(_) => return None,
    })
}

/// The least and the most days in so many months.
fn months_in_days(months: i32) -> (i128, i128) {
    let count = i128::from(months.unsigned_abs());
    let (shortest, longest) = if count == 0 {
        (0, 0)
    } else {
        // A step that is clamped to the end of a month loses at most three days.
        (count * 30 - count / 2 - 3, count * 31)
    };
    let (shortest, longest) = (shortest.max(count * 28), longest);
    if months < 0 {
        (-longest, -shortest)
    } else {
        (shortest, longest)
    }
}

/// The least and the most days of a period.
fn lengths(period: Period) -> (i128, i128) {
    match period {
        Period::Week => (7, 7),
        Period::Month => (28, 31),
        Period::Quarter => (90, 92),
        Period::Year => (365, 366),
    }
}

/// What is sure of two bounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Sure {
    /// The first is earlier, or they are the same.
    NotAfter,
    /// The first is earlier.
    Before,
}

/// What is sure of `first` coming before `second`, at every moment and in every zone.
pub(super) fn compare(first: &Bound, second: &Bound) -> Option<Sure> {
    if let (Some(a), Some(b)) = (stretch(first), stretch(second))
        && a.origin == b.origin
    {
        if a.high < b.low {
            return Some(Sure::Before);
        }
        if a.high <= b.low {
            return Some(Sure::NotAfter);
        }
    }
    let not_after = match (first, second) {
        (Bound::MonthsFromNow(a), Bound::MonthsFromNow(b))
        | (Bound::MonthsFromToday(a), Bound::MonthsFromToday(b)) => a <= b,
        (Bound::Local(a), Bound::Local(b)) => a <= b,
        (Bound::PeriodFromToday { period: a, plus: x }, Bound::PeriodFromToday { period: b, plus: y })
            if a == b =>
        {
            if x < y {
                return Some(Sure::Before);
            }
            x == y
        }
        (Bound::DayStart { day: a, plus: x }, Bound::DayStart { day: b, plus: y }) => {
            // Days that follow each other may begin at one moment, where a zone skipped one.
            compare_days(a, *x, b, *y)
        }
        _ => first == second,
    };
    not_after.then_some(Sure::NotAfter)
}

/// Tells whether the day `x` after the first is not after the day `y` after the second.
fn compare_days(first: &Bound, x: i64, second: &Bound, y: i64) -> bool {
    let sure = compare(first, second);
    match (stretch(first), stretch(second)) {
        (Some(a), Some(b)) if a.origin == b.origin => {
            a.high + i128::from(x) <= b.low + i128::from(y)
                || sure.is_some() && x <= y
                || sure == Some(Sure::Before) && x - 1 <= y
        }
        _ => sure.is_some() && x <= y,
    }
}

/// Tells whether a window surely has nothing in it.
pub(super) fn is_empty(window: &Window) -> bool {
    match (&window.from, &window.to) {
        (Some(from), Some(to)) => are_apart(End::of(from), End::of(to)),
        _ => false,
    }
}

/// Tells whether a window surely has no event in it, none of which is after now.
pub(super) fn has_no_event(window: &Window) -> bool {
    let now = End {
        bound: &NOW,
        inclusive: true,
    };
    is_empty(window)
        || window
            .from
            .as_ref()
            .is_some_and(|from| are_apart(End::of(from), now))
}

/// Tells whether nothing is both after `from` and before `to`.
pub(super) fn are_apart(from: End<'_>, to: End<'_>) -> bool {
    match compare(to.bound, from.bound) {
        Some(Sure::Before) => true,
        Some(Sure::NotAfter) => !(from.inclusive && to.inclusive),
        None => false,
    }
}

/// Tells whether every event in `inner` is in `outer`.
pub(super) fn is_within(inner: Option<&Window>, outer: Option<&Window>) -> bool {
    let Some(outer) = outer else {
        return true;
    };
    let now = End {
        bound: &NOW,
        inclusive: true,
    };
    let start = inner.and_then(|it| it.from.as_ref()).map(End::of);
    let end = inner.and_then(|it| it.to.as_ref()).map(End::of);
    let starts = outer.from.as_ref().is_none_or(|outer| {
        let outer = End::of(outer);
        start.is_some_and(|inner| lets_in(outer.bound, inner.bound, outer, inner))
    });
    let ends = outer.to.as_ref().is_none_or(|outer| {
        let outer = End::of(outer);
        let lets = |inner: End<'_>| lets_in(inner.bound, outer.bound, outer, inner);
        lets(now) || end.is_some_and(lets)
    });
    starts && ends
}

/// Tells whether `outer` lets in all that `inner` does, where that is so when `earlier` comes before `later`.
fn lets_in(earlier: &Bound, later: &Bound, outer: End<'_>, inner: End<'_>) -> bool {
    match compare(earlier, later) {
        Some(Sure::Before) => true,
        Some(Sure::NotAfter) => outer.inclusive || !inner.inclusive,
        None => false,
    }
}
