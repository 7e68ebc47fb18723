//! What a condition or a value is made of, for walks that do not care which kind each is.

use super::{Bound, Condition, ConditionKind, Expr, ExprKind, Items, Source, Spot, Window};
use crate::value::{Date, DateTime, Zone, months_later, start_of_period};

/// Something directly inside a condition, an expression, a window or a collection.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Part<'h> {
    Condition(&'h Condition),
    Expr(&'h Expr),
    Window(&'h Window),
    /// With what it is filtered by and, beside it as an `Expr`, what is taken of each item.
    Items(&'h Items),
    /// A list that is read as a whole.
    List(&'h Spot),
    /// The slots of a nested record.
    Slots {
        first: &'h Spot,
        last: u32,
    },
}

impl Condition {
    /// What stands directly inside, in the order written.
    pub(crate) fn parts<'h>(&'h self, each: &mut dyn FnMut(Part<'h>)) {
        match &self.kind {
            ConditionKind::Constant(_) | ConditionKind::Sample { .. } | ConditionKind::Segment(_) => {}
            ConditionKind::Not(inner) => each(Part::Condition(inner)),
            ConditionKind::And(parts) | ConditionKind::Or(parts) => {
                for part in parts {
                    each(Part::Condition(part));
                }
            }
            ConditionKind::Holds(operand)
            | ConditionKind::In { operand, .. }
            | ConditionKind::Matches { operand, .. }
            | ConditionKind::Known(operand)
            | ConditionKind::TextEmpty(operand)
            | ConditionKind::TextFilled(operand)
            | ConditionKind::Rank { operand, .. } => each(Part::Expr(operand)),
            ConditionKind::Compare { lhs, rhs, .. } => {
                each(Part::Expr(lhs));
                each(Part::Expr(rhs));
            }
            ConditionKind::Between { operand, low, high } => {
                each(Part::Expr(operand));
                each(Part::Expr(low));
                each(Part::Expr(high));
            }
            ConditionKind::Text { operand, pattern, .. } => {
                each(Part::Expr(operand));
                each(Part::Expr(pattern));
            }
            ConditionKind::Near { operand, of, .. } => {
                each(Part::Expr(operand));
                each(Part::Expr(of));
            }
            ConditionKind::Contains { list, item } => {
                each(Part::List(list));
                each(Part::Expr(item));
            }
            ConditionKind::ContainsEach { list, .. }
            | ConditionKind::ListKnown(list)
            | ConditionKind::ListEmpty(list)
            | ConditionKind::ListFilled(list) => each(Part::List(list)),
            ConditionKind::AnyKnown { first, last } => each(Part::Slots { first, last: *last }),
            ConditionKind::InWindow { operand, window } | ConditionKind::Anniversary { operand, window } => {
                each(Part::Expr(operand));
                each(Part::Window(window));
            }
            ConditionKind::Sequence { first, steps } => {
                each(Part::Items(first));
                for step in steps {
                    each(Part::Items(&step.items));
                }
            }
            ConditionKind::Quantified { items, .. } => each(Part::Items(items)),
        }
    }
}

impl Expr {
    /// What stands directly inside, in the order written.
    pub(crate) fn parts<'h>(&'h self, each: &mut dyn FnMut(Part<'h>)) {
        match &self.kind {
            ExprKind::Constant(_)
            | ExprKind::Clock(_)
            | ExprKind::Slot(_)
            | ExprKind::Local(_)
            | ExprKind::Now
            | ExprKind::Today
            | ExprKind::Trait(_) => {}
            ExprKind::Condition(condition) => each(Part::Condition(condition)),
            ExprKind::Arithmetic { lhs, rhs, .. } => {
                each(Part::Expr(lhs));
                each(Part::Expr(rhs));
            }
            ExprKind::Negate(inner)
            | ExprKind::Folded(inner)
            | ExprKind::Shift { operand: inner, .. }
            | ExprKind::Follow { key: inner, .. }
            | ExprKind::Quantile { operand: inner, .. } => each(Part::Expr(inner)),
            ExprKind::Call { args, .. } | ExprKind::Host { args, .. } => {
                for arg in args {
                    each(Part::Expr(arg));
                }
            }
            ExprKind::Size(list) => each(Part::List(list)),
            ExprKind::Case { arms, otherwise } => {
                for (condition, value) in arms {
                    each(Part::Condition(condition));
                    each(Part::Expr(value));
                }
                if let Some(value) = otherwise {
                    each(Part::Expr(value));
                }
            }
            ExprKind::Aggregate { value, items, .. } => {
                each(Part::Items(items));
                if let Some(value) = value {
                    each(Part::Expr(value));
                }
            }
        }
    }
}

impl Items {
    /// The key of the item whose list it is, its window and its filter.
    pub(crate) fn parts<'h>(&'h self, each: &mut dyn FnMut(Part<'h>)) {
        if let Source::List(spot) = &self.source
            && let Some(key) = spot.key()
        {
            each(Part::Expr(key));
        }
        if let Some(window) = &self.window {
            each(Part::Window(window));
        }
        if let Some(filter) = &self.filter {
            each(Part::Condition(filter));
        }
    }
}

impl Window {
    /// The bounds that differ from customer to customer.
    pub(crate) fn parts<'h>(&'h self, each: &mut dyn FnMut(Part<'h>)) {
        for edge in [&self.from, &self.to].into_iter().flatten() {
            if let Some(expr) = edge.bound.moving() {
                each(Part::Expr(expr));
            }
        }
    }
}

impl Bound {
    /// Where it lies on the line of time: in microseconds, or in days. `value` says it of an expression.
    pub(crate) fn resolve(
        &self,
        now: DateTime,
        zone: Zone,
        value: &mut dyn FnMut(&Expr) -> Option<i64>,
    ) -> Option<i64> {
        let today = || i64::from(zone.date_of(now).days());
        Some(match self {
            Self::Instant(at) => at.micros(),
            Self::FromNow(micros) => now.micros().saturating_add(*micros),
            Self::Local(wall) => zone.instant(*wall),
            Self::Day(day) => i64::from(day.days()),
            Self::FromToday(days) => today().saturating_add(*days),
            Self::MonthsFromNow(months) => match zone.months_later(now, *months) {
                Some(at) => at.micros(),
                // No instant of the calendar: before, or after, all of them.
                None if *months < 0 => i64::MIN,
                None => i64::MAX,
            },
            Self::MonthsFromToday(months) => months_later(today(), *months),
            Self::PeriodFromToday { period, plus } => start_of_period(today(), *period, *plus),
            Self::Expr(expr) => value(expr)?,
            Self::DayStart { day, plus } => {
                let day = day.resolve(now, zone, value)?.saturating_add(*plus);
                match Date::from_days(day) {
                    Some(date) => zone.start_of(date),
                    // No day of the calendar: before, or after, all of them.
                    None if day < 0 => i64::MIN,
                    None => i64::MAX,
                }
            }
        })
    }

    /// The expression of a bound that differs from customer to customer.
    pub(crate) fn moving(&self) -> Option<&Expr> {
        match self {
            Self::Expr(expr) => Some(expr),
            Self::DayStart { day, .. } => day.moving(),
            _ => None,
        }
    }
}

impl<'h> Part<'h> {
    /// What stands directly inside.
    pub(crate) fn parts(self, each: &mut dyn FnMut(Part<'h>)) {
        match self {
            Self::Condition(condition) => condition.parts(each),
            Self::Expr(expr) => expr.parts(each),
            Self::Window(window) => window.parts(each),
            Self::Items(items) => items.parts(each),
            Self::List(spot) | Self::Slots { first: spot, .. } => {
                if let Some(key) = spot.key() {
                    each(Self::Expr(key));
                }
            }
        }
    }

    /// Everything inside, this part first.
    pub(crate) fn walk(self, each: &mut dyn FnMut(Part<'h>)) {
        each(self);
        self.parts(&mut |part| part.walk(each));
    }
}
