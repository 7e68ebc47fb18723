//! Which of two values is larger, exactly.

use std::cmp::Ordering;

use super::{Decimal, ValueRef};

/// Compares two values of one type, or two numbers: int with decimal and int with float by mathematical value.
///
/// `None` for values that have no order between them, such as a decimal and a float, or two places.
pub(crate) fn compare(lhs: ValueRef<'_>, rhs: ValueRef<'_>) -> Option<Ordering> {
    use ValueRef as V;
    Some(match (lhs, rhs) {
        (V::Int(a), V::Int(b)) => a.cmp(&b),
        (V::Decimal(a), V::Decimal(b)) => a.cmp(&b),
        (V::Float(a), V::Float(b)) => a.partial_cmp(&b)?,
        (V::Int(a), V::Decimal(b)) => int_with_decimal(a, b.units()),
        (V::Decimal(a), V::Int(b)) => int_with_decimal(b, a.units()).reverse(),
        (V::Int(a), V::Float(b)) => int_with_float(a, b)?,
        (V::Float(a), V::Int(b)) => int_with_float(b, a)?.reverse(),
        (V::Text(a), V::Text(b)) => a.cmp(b),
        (V::Bool(a), V::Bool(b)) => a.cmp(&b),
        (V::Date(a), V::Date(b)) => a.cmp(&b),
        (V::DateTime(a), V::DateTime(b)) => a.cmp(&b),
        (V::Duration(a), V::Duration(b)) => a.cmp(&b),
        _ => return None,
    })
}

/// Tells whether two values are the same: one type, or numbers of equal mathematical value.
pub(crate) fn equal(lhs: ValueRef<'_>, rhs: ValueRef<'_>) -> bool {
    compare(lhs, rhs) == Some(Ordering::Equal)
}

/// The smaller (`Less`) or larger (`Greater`) of two values of one type, the first of two equal ones.
///
/// Negative zero counts as smaller than zero here, so that the answer does not depend on which comes first.
pub(crate) fn extreme<'a>(lhs: ValueRef<'a>, rhs: ValueRef<'a>, side: Ordering) -> ValueRef<'a> {
    let order = match (lhs, rhs) {
        (ValueRef::Float(a), ValueRef::Float(b)) => Some(a.total_cmp(&b)),
        _ => compare(lhs, rhs),
    };
    if order == Some(side.reverse()) { rhs } else { lhs }
}

/// Compares a whole number with a decimal of so many units.
pub(crate) fn int_with_decimal(int: i64, units: i64) -> Ordering {
    (i128::from(int) * i128::from(Decimal::SCALE)).cmp(&i128::from(units))
}

/// Compares a whole number with a binary one by mathematical value; `None` for NaN.
pub(crate) fn int_with_float(int: i64, float: f64) -> Option<Ordering> {
    const TWO_TO_63: f64 = 9_223_372_036_854_775_808.0;
    if float.is_nan() {
        return None;
    }
    if float >= TWO_TO_63 {
        return Some(Ordering::Less);
    }
    if float < -TWO_TO_63 {
        return Some(Ordering::Greater);
    }
    #[expect(
        clippy::cast_possible_truncation,
        reason = "cutting off the fraction is what is wanted, and it fits"
    )]
    let whole = float as i64;
    Some(int.cmp(&whole).then(0.0_f64.partial_cmp(&float.fract())?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use Ordering::{Equal, Greater, Less};

    #[test]
    fn whole_numbers_meet_binary_ones_by_value() {
        let two_to_53 = 1_i64 << 53;
        for (int, float, order) in [
            (0, -0.0, Equal),
            (1, 1.0, Equal),
            (1, 1.5, Less),
            (-1, -1.5, Greater),
            (-2, -1.5, Less),
            (-1, -0.5, Less),
            (0, -0.5, Greater),
            (two_to_53, 9_007_199_254_740_992.0, Equal),
            (two_to_53 + 1, 9_007_199_254_740_992.0, Greater),
            (two_to_53 + 1, 9_007_199_254_740_994.0, Less),
            (-two_to_53 - 1, -9_007_199_254_740_992.0, Less),
            (i64::MAX, 9_223_372_036_854_775_808.0, Less),
            (i64::MAX, 9_223_372_036_854_774_784.0, Greater),
            (i64::MIN, -9_223_372_036_854_775_808.0, Equal),
            (i64::MIN, -9_223_372_036_854_777_856.0, Greater),
            (i64::MAX, f64::MAX, Less),
            (i64::MIN, f64::MIN, Greater),
            (0, f64::MIN_POSITIVE, Less),
        ] {
            assert_eq!(int_with_float(int, float), Some(order), "{int} {float}");
            let (int, float) = (ValueRef::Int(int), ValueRef::Float(float));
            assert_eq!(compare(float, int), Some(order.reverse()), "{float} {int}");
        }
        assert_eq!(int_with_float(0, f64::NAN), None);
    }

    #[test]
    fn whole_numbers_meet_decimals_by_value() {
        for (int, units, order) in [
            (1, 10_000, Equal),
            (1, 10_001, Less),
            (-1, -10_001, Greater),
            (i64::MAX, i64::MAX, Greater),
            (i64::MIN, i64::MIN, Less),
            (1 << 53, i64::MAX, Greater),
            (922_337_203_685_477, i64::MAX, Less),
            (922_337_203_685_478, i64::MAX, Greater),
        ] {
            assert_eq!(int_with_decimal(int, units), order, "{int} {units}");
        }
    }

    #[test]
    fn what_does_not_meet_is_neither_equal_nor_ordered() {
        let (text, one) = (ValueRef::Text("1"), ValueRef::Int(1));
        assert_eq!(compare(text, one), None);
        assert!(!equal(text, one));
        assert_eq!(
            compare(ValueRef::Decimal(Decimal::ZERO), ValueRef::Float(0.0)),
            None
        );
        // Code points, not UTF-16 units nor an alphabet.
        assert_eq!(
            compare(ValueRef::Text("\u{ffff}"), ValueRef::Text("\u{10000}")),
            Some(Less)
        );
        assert_eq!(compare(ValueRef::Text("é"), ValueRef::Text("z")), Some(Greater));
    }

    #[test]
    fn the_smaller_zero_is_the_negative_one() {
        for (a, b) in [(0.0, -0.0), (-0.0, 0.0)] {
            let smaller = extreme(ValueRef::Float(a), ValueRef::Float(b), Less);
            assert!(
                matches!(smaller, ValueRef::Float(it) if it.is_sign_negative()),
                "{a} {b}"
            );
        }
    }
}
