//! Calculating: every result is exact or rounded as the manual says, and missing (`None`) when it does not fit.

use super::{Date, DateTime, Decimal, Duration, ValueRef};

const DAY: i64 = 86_400_000_000;

/// `lhs + rhs`.
pub(crate) fn add(lhs: ValueRef<'_>, rhs: ValueRef<'_>) -> Option<ValueRef<'static>> {
    use ValueRef as V;
    match (lhs, rhs) {
        (V::Int(a), V::Int(b)) => a.checked_add(b).map(V::Int),
        (V::Float(a), V::Float(b)) => finite(a + b),
        (V::DateTime(a), V::Duration(b)) | (V::Duration(b), V::DateTime(a)) => {
            a.checked_add(b).map(V::DateTime)
        }
        (V::Date(a), V::Duration(b)) | (V::Duration(b), V::Date(a)) => add_days(a, b.micros()),
        (V::Duration(a), V::Duration(b)) => a.micros().checked_add(b.micros()).map(duration),
        _ => decimal_units(units(lhs)? + units(rhs)?),
    }
}

/// `lhs - rhs`.
pub(crate) fn subtract(lhs: ValueRef<'_>, rhs: ValueRef<'_>) -> Option<ValueRef<'static>> {
    use ValueRef as V;
    match (lhs, rhs) {
        (V::Int(a), V::Int(b)) => a.checked_sub(b).map(V::Int),
        (V::Float(a), V::Float(b)) => finite(a - b),
        (V::DateTime(a), V::Duration(b)) => {
            DateTime::from_micros(a.micros().checked_sub(b.micros())?).map(V::DateTime)
        }
        (V::DateTime(a), V::DateTime(b)) => a.micros().checked_sub(b.micros()).map(duration),
        (V::Date(a), V::Duration(b)) => add_days(a, b.micros().checked_neg()?),
        (V::Date(a), V::Date(b)) => Some(duration((i64::from(a.days()) - i64::from(b.days())) * DAY)),
        (V::Duration(a), V::Duration(b)) => a.micros().checked_sub(b.micros()).map(duration),
        _ => decimal_units(units(lhs)? - units(rhs)?),
    }
}

/// `lhs * rhs`; with decimals rounded half away from zero at the fourth digit.
pub(crate) fn multiply(lhs: ValueRef<'_>, rhs: ValueRef<'_>) -> Option<ValueRef<'static>> {
    use ValueRef as V;
    match (lhs, rhs) {
        (V::Int(a), V::Int(b)) => a.checked_mul(b).map(V::Int),
        (V::Float(a), V::Float(b)) => finite(a * b),
        (V::Decimal(a), V::Decimal(b)) => a.checked_mul(b).map(V::Decimal),
        (V::Int(a), V::Decimal(b)) | (V::Decimal(b), V::Int(a)) => {
            decimal_units(i128::from(a) * i128::from(b.units()))
        }
        _ => None,
    }
}

/// `lhs / rhs`: a decimal, rounded half away from zero at the fourth digit, or a float.
pub(crate) fn divide(lhs: ValueRef<'_>, rhs: ValueRef<'_>) -> Option<ValueRef<'static>> {
    if let (ValueRef::Float(a), ValueRef::Float(b)) = (lhs, rhs) {
        return finite(a / b);
    }
    Decimal::from_ratio(units(lhs)? * i128::from(Decimal::SCALE), units(rhs)?).map(ValueRef::Decimal)
}

/// `-value`.
pub(crate) fn negate(value: ValueRef<'_>) -> Option<ValueRef<'static>> {
    use ValueRef as V;
    match value {
        V::Int(it) => it.checked_neg().map(V::Int),
        V::Float(it) => Some(V::Float(-it)),
        V::Decimal(it) => it.units().checked_neg().map(decimal),
        V::Duration(it) => it.micros().checked_neg().map(duration),
        _ => None,
    }
}

/// `abs(value)`.
pub(crate) fn absolute(value: ValueRef<'_>) -> Option<ValueRef<'static>> {
    use ValueRef as V;
    match value {
        V::Int(it) => it.checked_abs().map(V::Int),
        V::Float(it) => Some(V::Float(it.abs())),
        V::Decimal(it) => it.units().checked_abs().map(decimal),
        V::Duration(it) => it.micros().checked_abs().map(duration),
        _ => None,
    }
}

/// `round(value)`: half away from zero.
pub(crate) fn round(value: ValueRef<'_>) -> Option<ValueRef<'static>> {
    match value {
        ValueRef::Float(it) => Some(ValueRef::Float(it.round())),
        // The whole part first: what is added before might not fit where the result does.
        _ => to_whole(value, |units| {
            let (whole, rest) = (units / Decimal::SCALE, units % Decimal::SCALE);
            let away = i64::from(2 * rest.abs() >= Decimal::SCALE);
            Some(whole + rest.signum() * away)
        }),
    }
}

/// `floor(value)`.
pub(crate) fn floor(value: ValueRef<'_>) -> Option<ValueRef<'static>> {
    match value {
        ValueRef::Float(it) => Some(ValueRef::Float(it.floor())),
        _ => to_whole(value, |units| Some(units.div_euclid(Decimal::SCALE))),
    }
}

/// `ceil(value)`.
pub(crate) fn ceil(value: ValueRef<'_>) -> Option<ValueRef<'static>> {
    match value {
        ValueRef::Float(it) => Some(ValueRef::Float(it.ceil())),
        _ => to_whole(value, |units| {
            Some(units.div_euclid(Decimal::SCALE) + i64::from(units.rem_euclid(Decimal::SCALE) != 0))
        }),
    }
}

/// `int(value)`: cut toward zero. Of a text, which is the key of an item that is known by a number, its digits.
pub(crate) fn to_int(value: ValueRef<'_>) -> Option<ValueRef<'static>> {
    use ValueRef as V;
    match value {
        V::Int(it) => Some(V::Int(it)),
        V::Decimal(it) => Some(V::Int(it.units() / Decimal::SCALE)),
        V::Float(it) => exact_units(it.trunc(), 1).map(V::Int),
        V::Text(it) => it.parse().ok().map(V::Int),
        _ => None,
    }
}

/// `float(value)`: the nearest one.
pub(crate) fn to_float(value: ValueRef<'_>) -> Option<ValueRef<'static>> {
    use ValueRef as V;
    match value {
        #[expect(
            clippy::cast_precision_loss,
            reason = "the nearest float is what is asked for"
        )]
        V::Int(it) => Some(V::Float(it as f64)),
        V::Decimal(it) => Some(V::Float(it.to_f64())),
        V::Float(it) => Some(V::Float(it)),
        _ => None,
    }
}

/// `decimal(value)`: of a float, its exact value rounded half away from zero at the fourth digit.
pub(crate) fn to_decimal(value: ValueRef<'_>) -> Option<ValueRef<'static>> {
    use ValueRef as V;
    match value {
        V::Int(it) => Decimal::from_int(it).map(V::Decimal),
        V::Decimal(it) => Some(V::Decimal(it)),
        V::Float(it) => exact_units(it, i128::from(Decimal::SCALE)).map(decimal),
        _ => None,
    }
}

/// An int or a decimal as a count of 1/10000.
pub(crate) fn units(value: ValueRef<'_>) -> Option<i128> {
    match value {
        ValueRef::Int(it) => Some(i128::from(it) * i128::from(Decimal::SCALE)),
        ValueRef::Decimal(it) => Some(i128::from(it.units())),
        _ => None,
    }
}

/// A float that is a number.
pub(crate) fn finite(float: f64) -> Option<ValueRef<'static>> {
    float.is_finite().then_some(ValueRef::Float(float))
}

/// The exact value of `float` times `scale`, rounded half away from zero, unless it does not fit.
fn exact_units(float: f64, scale: i128) -> Option<i64> {
    const FRACTION_BITS: u32 = 52;
    if !float.is_finite() {
        return None;
    }
    let bits = float.to_bits();
    let biased = (bits >> FRACTION_BITS) & 0x7ff;
    let fraction = bits & ((1 << FRACTION_BITS) - 1);
    let mantissa = if biased == 0 {
        fraction
    } else {
        fraction | 1 << FRACTION_BITS
    };
    let scaled = i128::from(mantissa) * scale;
    // |float| * scale = scaled * 2^exponent, with scaled below 2^67.
    let exponent = i64::try_from(biased.max(1)).ok()? - 1075;
    let magnitude = match exponent {
        // Anything larger is beyond 64 bits, unless it is nothing at all.
        12.. => (scaled == 0).then_some(0)?,
        0..12 => scaled << exponent,
        -100..0 => {
            let shift = exponent.unsigned_abs();
            (scaled + (1 << (shift - 1))) >> shift
        }
        _ => 0,
    };
    i64::try_from(if float < 0.0 { -magnitude } else { magnitude }).ok()
}

/// Rounds a decimal's units to whole numbers; an int is whole already.
fn to_whole(value: ValueRef<'_>, whole: impl FnOnce(i64) -> Option<i64>) -> Option<ValueRef<'static>> {
    match value {
        ValueRef::Int(it) => Some(ValueRef::Int(it)),
        ValueRef::Decimal(it) => Decimal::from_int(whole(it.units())?).map(ValueRef::Decimal),
        _ => None,
    }
}

fn add_days(date: Date, micros: i64) -> Option<ValueRef<'static>> {
    date.checked_add_days(micros.div_euclid(DAY)).map(ValueRef::Date)
}

fn decimal_units(units: i128) -> Option<ValueRef<'static>> {
    i64::try_from(units).ok().map(decimal)
}

fn decimal(units: i64) -> ValueRef<'static> {
    ValueRef::Decimal(Decimal::from_units(units))
}

fn duration(micros: i64) -> ValueRef<'static> {
    ValueRef::Duration(Duration::from_micros(micros))
}

#[cfg(test)]
mod tests {
    use super::*;
    use ValueRef as V;

    fn dec(text: &str) -> V<'static> {
        V::Decimal(text.parse().unwrap_or_else(|error| panic!("{text}: {error}")))
    }

    fn date(text: &str) -> V<'static> {
        V::Date(text.parse().unwrap_or_else(|error| panic!("{text}: {error}")))
    }

    #[test]
    fn whole_numbers_and_decimals_combine_exactly() {
        assert_eq!(add(V::Int(1), dec("0.0001")), Some(dec("1.0001")));
        assert_eq!(subtract(dec("0.0001"), V::Int(1)), Some(dec("-0.9999")));
        assert_eq!(multiply(V::Int(3), dec("0.3333")), Some(dec("0.9999")));
        // The whole number alone is too large for a decimal; the result is not.
        assert_eq!(
            multiply(V::Int(10_000_000_000_000_000), dec("0.0001")),
            Some(dec("1000000000000"))
        );
        assert_eq!(subtract(V::Int(i64::MAX), dec("1")), None);
        assert_eq!(divide(V::Int(2), V::Int(3)), Some(dec("0.6667")));
        assert_eq!(divide(V::Int(-1), V::Int(20_000)), Some(dec("-0.0001")));
        assert_eq!(divide(V::Int(i64::MAX), V::Int(i64::MAX)), Some(dec("1")));
        assert_eq!(divide(V::Int(i64::MIN), V::Int(i64::MIN)), Some(dec("1")));
        assert_eq!(multiply(dec("0.01"), dec("0.005")), Some(dec("0.0001")));
    }

    #[test]
    fn what_does_not_fit_is_missing() {
        assert_eq!(add(V::Int(i64::MAX), V::Int(1)), None);
        assert_eq!(subtract(V::Int(i64::MIN), V::Int(1)), None);
        assert_eq!(multiply(V::Int(i64::MIN), V::Int(-1)), None);
        assert_eq!(negate(V::Int(i64::MIN)), None);
        assert_eq!(absolute(V::Int(i64::MIN)), None);
        assert_eq!(divide(V::Int(1), V::Int(0)), None);
        assert_eq!(divide(dec("1"), dec("0")), None);
        assert_eq!(divide(V::Float(1.0), V::Float(0.0)), None);
        assert_eq!(divide(V::Float(0.0), V::Float(0.0)), None);
        assert_eq!(multiply(V::Float(f64::MAX), V::Float(2.0)), None);
        assert_eq!(add(V::Float(f64::MAX), V::Float(f64::MAX)), None);
        assert_eq!(floor(V::Decimal(Decimal::from_units(i64::MIN))), None);
        assert_eq!(ceil(V::Decimal(Decimal::from_units(i64::MAX))), None);
        assert_eq!(round(V::Decimal(Decimal::from_units(i64::MAX))), None);
        assert_eq!(add(V::Text("a"), V::Int(1)), None);
    }

    #[test]
    fn rounding_keeps_the_type() {
        for (text, rounded, down, up) in [
            ("2.5", "3", "2", "3"),
            ("-2.5", "-3", "-3", "-2"),
            ("2.4999", "2", "2", "3"),
            ("-0.0001", "0", "-1", "0"),
            ("7", "7", "7", "7"),
        ] {
            assert_eq!(round(dec(text)), Some(dec(rounded)), "{text}");
            assert_eq!(floor(dec(text)), Some(dec(down)), "{text}");
            assert_eq!(ceil(dec(text)), Some(dec(up)), "{text}");
        }
        assert_eq!(round(V::Float(-2.5)), Some(V::Float(-3.0)));
        assert_eq!(round(V::Int(i64::MAX)), Some(V::Int(i64::MAX)));
        assert_eq!(round(dec("922337203685477.4999")), Some(dec("922337203685477")));
        assert_eq!(round(dec("-922337203685477.4999")), Some(dec("-922337203685477")));
        assert_eq!(round(dec("922337203685477.5")), None);
    }

    #[test]
    fn numbers_become_each_other() {
        assert_eq!(to_int(dec("-2.9999")), Some(V::Int(-2)));
        assert_eq!(to_int(V::Float(-2.9)), Some(V::Int(-2)));
        assert_eq!(to_int(V::Float(9_223_372_036_854_775_808.0)), None);
        assert_eq!(
            to_int(V::Float(-9_223_372_036_854_775_808.0)),
            Some(V::Int(i64::MIN))
        );
        assert_eq!(to_int(V::Float(f64::MAX)), None);
        assert_eq!(to_int(V::Float(1e-300)), Some(V::Int(0)));
        assert_eq!(
            to_float(V::Int((1 << 53) + 1)),
            Some(V::Float(9_007_199_254_740_992.0))
        );
        assert_eq!(to_float(dec("0.1")), Some(V::Float(0.1)));
        assert_eq!(to_decimal(V::Float(0.1)), Some(dec("0.1")));
        assert_eq!(to_decimal(V::Float(-0.5)), Some(dec("-0.5")));
        assert_eq!(to_decimal(V::Float(0.03125)), Some(dec("0.0313")));
        assert_eq!(to_decimal(V::Float(-0.03125)), Some(dec("-0.0313")));
        // The float nearest to 0.00015 lies below it.
        assert_eq!(to_decimal(V::Float(0.000_15)), Some(dec("0.0001")));
        assert_eq!(to_decimal(V::Float(1e15)), None);
        assert_eq!(to_decimal(V::Float(9e14)), Some(dec("900000000000000")));
        assert_eq!(to_decimal(V::Float(f64::MIN_POSITIVE)), Some(dec("0")));
        assert_eq!(to_decimal(V::Int(i64::MAX)), None);
    }

    #[test]
    fn days_and_durations() {
        let days = |count: i64| V::Duration(Duration::from_micros(count * DAY));
        assert_eq!(add(date("2028-02-28"), days(1)), Some(date("2028-02-29")));
        assert_eq!(subtract(date("2027-03-01"), days(1)), Some(date("2027-02-28")));
        assert_eq!(subtract(date("2028-03-01"), date("2028-02-01")), Some(days(29)));
        assert_eq!(add(date("9999-12-31"), days(1)), None);
        assert_eq!(subtract(date("0001-01-01"), days(1)), None);
        assert_eq!(
            add(V::DateTime(DateTime::MAX), V::Duration(Duration::from_micros(1))),
            None
        );
        assert_eq!(
            subtract(
                V::DateTime(DateTime::MIN),
                V::Duration(Duration::from_micros(i64::MIN))
            ),
            None
        );
        assert_eq!(
            subtract(V::DateTime(DateTime::MAX), V::DateTime(DateTime::MAX)),
            Some(days(0))
        );
    }
}
