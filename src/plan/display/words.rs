//! Numbers, values and operators as they would be written.

use std::fmt::{self, Write};

use crate::{
    hir::{AggregateKind, Order, Pattern},
    plan::{Kind, Near, program::float_of_key},
    value::{Date, DateTime, Decimal, Duration, Value, fold::Folding, sample},
};

/// ` in 1..5`; an end is left out where the range is open.
pub(super) fn range(kind: Kind, low: i64, high: i64, out: &mut String) -> fmt::Result {
    if low == high {
        out.write_str(" is ")?;
        return number(kind, low, out);
    }
    out.write_str(" in ")?;
    if low != i64::MIN {
        number(kind, low, out)?;
    }
    out.write_str("..")?;
    if high != i64::MAX {
        number(kind, high, out)?;
    }
    Ok(())
}

pub(super) fn number(kind: Kind, it: i64, out: &mut String) -> fmt::Result {
    match kind {
        Kind::Decimal => write!(out, "{}", Decimal::from_units(it)),
        Kind::Float => write!(out, "{}", float_of_key(it)),
        Kind::Duration => write!(out, "{}", Duration::from_micros(it)),
        Kind::Date => match Date::from_days(it) {
            Some(date) => write!(out, "{date}"),
            None => write!(out, "day {it}"),
        },
        Kind::DateTime => match DateTime::from_micros(it) {
            Some(at) => write!(out, "{at}"),
            None => write!(out, "microsecond {it}"),
        },
        Kind::Bool | Kind::Int | Kind::Text | Kind::Geo => write!(out, "{it}"),
    }
}

pub(super) fn value(value: &Value, out: &mut String) -> fmt::Result {
    match value {
        Value::Text(text) => write!(out, "{text:?}"),
        other => write!(out, "{other}"),
    }
}

pub(super) fn values(values: &[Value], out: &mut String) -> fmt::Result {
    for (index, it) in values.iter().enumerate() {
        out.write_str(if index == 0 { "[" } else { ", " })?;
        value(it, out)?;
    }
    out.write_str("]")
}

pub(super) fn around(near: &Near, out: &mut String) -> fmt::Result {
    let (x, y, z) = near.centre.coordinates();
    write!(out, " within chord² {} of [{x}, {y}, {z}]", near.within)
}

/// ` in 10%..30%`
pub(super) fn shares(low: i64, high: i64, out: &mut String) -> fmt::Result {
    let (from, to) = sample::shares(low, high);
    let [from, to] = [from, to].map(|share| Decimal::from_units(share.into()));
    write!(out, " in {from}%..{to}%")
}

pub(super) fn folded(folding: &Folding, out: &mut String) -> fmt::Result {
    match folding {
        Folding::Is(text) => write!(out, " is {text:?}")?,
        Folding::In(texts) => write!(out, " in {texts:?}")?,
        Folding::Starts(text) => write!(out, " starts with {text:?}")?,
        Folding::Ends(text) => write!(out, " ends with {text:?}")?,
        Folding::Contains(needle) => write!(out, " contains {:?}", needle.text())?,
    }
    out.write_str(" ignoring case")
}

pub(super) fn matches(pattern: &Pattern, out: &mut String) -> fmt::Result {
    let case = if pattern.ignoring_case {
        " ignoring case"
    } else {
        ""
    };
    write!(out, " matches {:?}{case}", pattern.source)
}

pub(super) fn sign(op: Order) -> &'static str {
    match op {
        Order::Eq => "=",
        Order::Lt => "<",
        Order::Le => "<=",
        Order::Gt => ">",
        Order::Ge => ">=",
    }
}

pub(super) fn aggregate(kind: AggregateKind) -> &'static str {
    match kind {
        AggregateKind::Count => "count",
        AggregateKind::Sum => "sum",
        AggregateKind::Avg => "avg",
        AggregateKind::Min => "min",
        AggregateKind::Max => "max",
        AggregateKind::First => "first",
        AggregateKind::Last => "last",
        AggregateKind::Distinct => "distinct",
        AggregateKind::Mode => "mode",
    }
}
