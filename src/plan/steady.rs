//! Times that are worked out from now and the zone alone, so that one answer serves every customer.

use std::fmt::{self, Display, Formatter};

use crate::{
    function::Function,
    hir::{ArithmeticOp, Expr, ExprKind, Module},
    value::{Date, DateTime, Duration, Value, Zone, number},
};

/// A date or datetime that reads nothing of a customer: `now - 3 months + 2 days`, `date(2026-01-31T23:30:00)`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Steady {
    Now,
    Today,
    Instant(DateTime),
    Day(Date),
    /// When the zone's clock shows so many microseconds since 1970.
    Clock(i64),
    /// The day of an instant.
    DayOf(Box<Self>),
    /// So much later.
    Later(Box<Self>, Duration),
    /// So many calendar months later.
    Months(Box<Self>, i32),
}

impl Steady {
    /// The expression as such a time; nothing when it reads a customer, or does more than step from one time to another.
    pub(crate) fn of(expr: &Expr, module: &Module) -> Option<Self> {
        let inner = |expr| Self::of(expr, module).map(Box::new);
        Some(match &expr.kind {
            ExprKind::Now => Self::Now,
            ExprKind::Today => Self::Today,
            ExprKind::Constant(Value::DateTime(at)) => Self::Instant(*at),
            ExprKind::Constant(Value::Date(day)) => Self::Day(*day),
            ExprKind::Clock(wall) => Self::Clock(*wall),
            ExprKind::Trait(index) => Self::of(&module.traits[*index].value, module)?,
            ExprKind::Call {
                function: Function::Date,
                args,
            } => Self::DayOf(inner(args.first()?)?),
            ExprKind::Shift { operand, months } => Self::Months(inner(operand)?, *months),
            ExprKind::Arithmetic { op, lhs, rhs } => {
                let ExprKind::Constant(Value::Duration(by)) = rhs.kind else {
                    return None;
                };
                let by = match op {
                    ArithmeticOp::Add => by,
                    ArithmeticOp::Subtract => Duration::from_micros(by.micros().checked_neg()?),
                    ArithmeticOp::Multiply | ArithmeticOp::Divide => return None,
                };
                Self::Later(inner(lhs)?, by)
            }
            _ => return None,
        })
    }

    /// Which time it is at a moment that counts as now; nothing when it leads beyond the calendar.
    fn at(&self, now: DateTime, zone: Zone) -> Option<Value> {
        Some(match self {
            Self::Now => now.into(),
            Self::Today => zone.date_of(now).into(),
            Self::Instant(at) => (*at).into(),
            Self::Day(day) => (*day).into(),
            Self::Clock(wall) => DateTime::from_micros(zone.instant(*wall))?.into(),
            Self::DayOf(time) => match time.at(now, zone)? {
                Value::DateTime(at) => zone.checked_date_of(at)?.into(),
                day => day,
            },
            Self::Later(time, by) => {
                let by = Value::Duration(*by);
                number::add(time.at(now, zone)?.as_ref(), by.as_ref())?.to_owned()
            }
            Self::Months(time, months) => match time.at(now, zone)? {
                Value::Date(day) => day.checked_add_months(*months)?.into(),
                Value::DateTime(at) => zone.months_later(at, *months)?.into(),
                _ => return None,
            },
        })
    }

    /// Its microseconds, or its days.
    pub(crate) fn steps(&self, now: DateTime, zone: Zone) -> Option<i64> {
        match self.at(now, zone)? {
            Value::DateTime(at) => Some(at.micros()),
            Value::Date(day) => Some(day.days().into()),
            _ => None,
        }
    }
}

impl Display for Steady {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Now => f.write_str("now"),
            Self::Today => f.write_str("today"),
            Self::Instant(at) => write!(f, "{at}"),
            Self::Day(day) => write!(f, "{day}"),
            Self::Clock(wall) => match DateTime::from_micros(*wall) {
                Some(at) => write!(f, "clock {at}"),
                None => write!(f, "clock {wall}"),
            },
            Self::DayOf(time) => write!(f, "date({time})"),
            Self::Later(time, by) if by.micros() < 0 => write!(f, "{time}{by}"),
            Self::Later(time, by) => write!(f, "{time}+{by}"),
            Self::Months(time, months) => write!(f, "{time}{months:+} months"),
        }
    }
}
