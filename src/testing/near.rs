//! Values one step from a constant, and further away.

use crate::value::{Date, DateTime, Decimal, Duration, Geo, Value};

const SECOND: i64 = 1_000_000;
const DAY: i64 = 86_400 * SECOND;

/// A constant and its neighbours, the nearest first.
pub(super) fn near(constant: &Value) -> Vec<Value> {
    let mut found = vec![constant.clone()];
    match constant {
        Value::Bool(it) => found.push(Value::Bool(!it)),
        Value::Int(it) => found.extend(around(*it, &[1, 10, 100]).map(Value::Int)),
        Value::Decimal(it) => {
            let steps = [1, 100, Decimal::SCALE, 100 * Decimal::SCALE];
            found.extend(around(it.units(), &steps).map(|units| Value::Decimal(Decimal::from_units(units))));
        }
        Value::Float(it) => {
            let floats = [
                it.next_up(),
                it.next_down(),
                it + 1.0,
                it - 1.0,
                it * 2.0,
                it / 2.0,
            ];
            found.extend(floats.into_iter().filter(|it| it.is_finite()).map(Value::Float));
        }
        Value::Text(it) => {
            let shorter: String = it.chars().take(it.chars().count().saturating_sub(1)).collect();
            found.extend([format!("{it}a"), shorter].map(Value::from));
        }
        Value::Date(it) => {
            let days = around(it.days().into(), &[1, 31, 366]);
            found.extend(days.filter_map(Date::from_days).map(Value::Date));
        }
        Value::DateTime(it) => {
            let micros = around(it.micros(), &[1, SECOND, DAY, 40 * DAY]);
            found.extend(micros.filter_map(DateTime::from_micros).map(Value::DateTime));
        }
        Value::Duration(it) => {
            let micros = around(it.micros(), &[1, SECOND, DAY, 40 * DAY]);
            found.extend(micros.map(|it| Value::Duration(Duration::from_micros(it))));
        }
        Value::Geo(it) => {
            let far = if it.lon() > 0.0 { -180.0 } else { 180.0 };
            found.extend(Geo::new(-it.lat(), it.lon() + far).map(Value::Geo));
        }
    }
    found
}

/// The places at a distance of so many degrees to the north or south, and a step to either side.
pub(super) fn on_circle(center: Geo, degrees: f64) -> Vec<Value> {
    let step = 1e-6;
    let angles = [
        degrees - step,
        degrees,
        degrees + step,
        -degrees - step,
        -degrees + step,
    ];
    let places = angles
        .into_iter()
        .filter_map(|angle| Geo::new(center.lat() + angle, center.lon()));
    places.map(Value::Geo).collect()
}

/// Both ends of a stretch with their neighbours, and its middle. An open end is taken to be some time from `now`.
pub(super) fn ends((from, to): (i64, i64), now: i64, day: i64) -> Vec<i64> {
    let start = if from == i64::MIN {
        now.min(to).saturating_sub(400 * day)
    } else {
        from
    };
    let end = if to == i64::MAX {
        now.max(start).saturating_add(400 * day)
    } else {
        to
    };
    let middle = start.midpoint(end);
    let mut found: Vec<i64> = [start, end]
        .into_iter()
        .flat_map(|it| [it, it.saturating_sub(1), it.saturating_add(1)])
        .collect();
    found.extend([middle, end.saturating_sub(2)]);
    found
}

fn around(number: i64, steps: &[i64]) -> impl Iterator<Item = i64> {
    steps
        .iter()
        .flat_map(move |step| [number.checked_add(*step), number.checked_sub(*step)])
        .flatten()
}
