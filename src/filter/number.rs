//! Filters on numbers, with the meaning that Liquid gives them.

use std::cmp::Ordering;

use crate::{
    hir::template::NumberFilter,
    value::{
        Decimal, Type, ValueRef, compare,
        number::{
            absolute, add, ceil, divide, finite, floor, multiply, round, subtract, to_decimal, to_float,
            to_int, units,
        },
    },
};

/// The type of what is calculated from numbers of two.
pub(crate) fn joined(one: &Type, other: &Type) -> Type {
    match (one, other) {
        (Type::Float, _) | (_, Type::Float) => Type::Float,
        (Type::Int, Type::Int) => Type::Int,
        _ => Type::Decimal,
    }
}

/// What a text says as a number, as Liquid reads it: the digits that it begins with, and those behind a point where nothing else
/// stands in it; 0 where it begins with something else. `None` for one that goes beyond the types.
pub(crate) fn of_text(text: &str) -> Option<ValueRef<'static>> {
    let text = text.trim();
    let digits = text.trim_start_matches(['-', '+']);
    let sign = &text[..text.len() - digits.len()];
    let whole = digits.bytes().take_while(u8::is_ascii_digit).count();
    if sign.len() > 1 || whole == 0 {
        return Some(ValueRef::Int(0));
    }
    let fraction = digits[whole..].strip_prefix('.');
    if let Some(fraction) = fraction
        && sign != "+"
        && !fraction.is_empty()
        && fraction.bytes().all(|it| it.is_ascii_digit())
    {
        return Decimal::parse_rounded(text).ok().map(ValueRef::Decimal);
    }
    text[..sign.len() + whole].parse().ok().map(ValueRef::Int)
}

fn said(value: ValueRef<'_>) -> Option<ValueRef<'_>> {
    match value {
        ValueRef::Text(text) => of_text(text),
        value => Some(value),
    }
}

/// Whether a text is a number and nothing else.
pub(crate) fn is_number(text: &str) -> bool {
    let digits = text.trim().trim_start_matches('-');
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let are_digits = |it: &str| !it.is_empty() && it.bytes().all(|it| it.is_ascii_digit());
    are_digits(whole) && are_digits(fraction) && text.trim().len() - digits.len() < 2
}

/// Applies a filter; texts are the numbers that they say. Nothing comes out of a division by zero, and of what goes beyond the type.
pub(crate) fn number(
    filter: NumberFilter,
    value: ValueRef<'_>,
    arguments: &[ValueRef<'_>],
) -> Option<ValueRef<'static>> {
    let value = said(value)?;
    let both = |calculate: fn(ValueRef<'_>, ValueRef<'_>) -> Option<ValueRef<'static>>| {
        let other = said(*arguments.first()?)?;
        let is_float = |it: ValueRef<'_>| matches!(it, ValueRef::Float(_));
        if is_float(value) || is_float(other) {
            calculate(to_float(value)?, to_float(other)?)
        } else {
            calculate(value, other)
        }
    };
    match filter {
        NumberFilter::Abs => absolute(value),
        NumberFilter::Ceil => to_int(ceil(value)?),
        NumberFilter::Floor => to_int(floor(value)?),
        NumberFilter::Round => match arguments {
            [ValueRef::Int(0)] => to_int(round(value)?),
            [ValueRef::Int(digits)] => round_to(value, *digits),
            _ => None,
        },
        NumberFilter::Plus => both(add),
        NumberFilter::Minus => both(subtract),
        NumberFilter::Times => both(multiply),
        NumberFilter::DividedBy => both(divided_by),
        NumberFilter::Modulo => both(modulo),
        NumberFilter::AtLeast => both(|a, b| extreme(a, b, Ordering::Greater)),
        NumberFilter::AtMost => both(|a, b| extreme(a, b, Ordering::Less)),
        NumberFilter::ToDecimal => to_decimal(value),
        NumberFilter::ToFloat => to_float(value),
        NumberFilter::Money | NumberFilter::Grouped => None,
    }
}

/// The smaller or the larger of two numbers; a decimal where one of them is.
fn extreme(lhs: ValueRef<'_>, rhs: ValueRef<'_>, side: Ordering) -> Option<ValueRef<'static>> {
    Some(match compare::extreme(lhs, rhs, side) {
        ValueRef::Int(it) if matches!((lhs, rhs), (ValueRef::Int(_), ValueRef::Int(_))) => ValueRef::Int(it),
        ValueRef::Float(it) => ValueRef::Float(it),
        it => return to_decimal(it),
    })
}

/// Whole numbers give the next whole one below.
fn divided_by(lhs: ValueRef<'_>, rhs: ValueRef<'_>) -> Option<ValueRef<'static>> {
    match (lhs, rhs) {
        (ValueRef::Int(a), ValueRef::Int(b)) => {
            let quotient = a.checked_div(b)?;
            let below = a % b != 0 && (a < 0) != (b < 0);
            quotient.checked_sub(below.into()).map(ValueRef::Int)
        }
        _ => divide(lhs, rhs),
    }
}

/// What is left of a division to the next whole number below, so it has the sign of the divisor.
fn modulo(lhs: ValueRef<'_>, rhs: ValueRef<'_>) -> Option<ValueRef<'static>> {
    match (lhs, rhs) {
        (ValueRef::Int(a), ValueRef::Int(b)) => {
            // The smallest number by -1 leaves nothing, too.
            let left = if b == 0 { return None } else { a.wrapping_rem(b) };
            Some(ValueRef::Int(if left != 0 && (left < 0) != (b < 0) {
                left + b
            } else {
                left
            }))
        }
        (ValueRef::Float(a), ValueRef::Float(b)) => {
            let left = a % b;
            finite(if left != 0.0 && (left < 0.0) != (b < 0.0) {
                left + b
            } else {
                left
            })
        }
        _ => {
            let (a, b) = (units(lhs)?, units(rhs)?);
            let left = a.checked_rem(b)?;
            let left = if left != 0 && (left < 0) != (b < 0) {
                left + b
            } else {
                left
            };
            Some(ValueRef::Decimal(Decimal::from_units(i64::try_from(left).ok()?)))
        }
    }
}

/// Rounded half away from zero, to so many digits behind the point, or before it when negative.
fn round_to(value: ValueRef<'_>, digits: i64) -> Option<ValueRef<'static>> {
    let rounded = |units: i64, scale: i64| {
        // In units of the number, one of the last digit that stays.
        let last = match scale.saturating_sub(digits) {
            ..=0 => return Some(units),
            zeros @ 1..=19 => 10_i128.pow(u32::try_from(zeros).unwrap_or(0)),
            20.. => return Some(0),
        };
        let half = last / 2 * i128::from(units.signum());
        i64::try_from((i128::from(units) + half) / last * last).ok()
    };
    match value {
        ValueRef::Int(it) => rounded(it, 0).map(ValueRef::Int),
        ValueRef::Decimal(it) => Some(ValueRef::Decimal(Decimal::from_units(rounded(it.units(), 4)?))),
        ValueRef::Float(it) => {
            let power = 10_f64.powi(i32::try_from(digits).unwrap_or(i32::MAX));
            let scaled = it * power;
            // Where the digits asked for cannot be told apart, nothing is left to round.
            if !power.is_normal() {
                return Some(ValueRef::Float(if digits < 0 { 0.0 } else { it }));
            }
            if scaled.abs() >= 1e15 {
                return Some(ValueRef::Float(it));
            }
            finite(scaled.round() / power)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use ValueRef::{Float, Int};

    use super::*;

    fn dec(text: &str) -> ValueRef<'static> {
        ValueRef::Decimal(text.parse().unwrap_or_else(|error| panic!("{text}: {error}")))
    }

    fn of(filter: NumberFilter, value: ValueRef<'_>, argument: ValueRef<'_>) -> Option<ValueRef<'static>> {
        number(filter, value, &[argument])
    }

    #[test]
    fn whole_numbers_are_divided_to_the_one_below() {
        let divide = |a, b| of(NumberFilter::DividedBy, Int(a), Int(b));
        let rest = |a, b| of(NumberFilter::Modulo, Int(a), Int(b));
        for (a, b, quotient, left) in [
            (16, 4, 4, 0),
            (5, 3, 1, 2),
            (-5, 3, -2, 1),
            (5, -3, -2, -1),
            (-5, -3, 1, -2),
            (0, -3, 0, 0),
            (-6, 3, -2, 0),
        ] {
            assert_eq!(
                (divide(a, b), rest(a, b)),
                (Some(Int(quotient)), Some(Int(left))),
                "{a} {b}"
            );
        }
        assert_eq!((divide(1, 0), rest(1, 0)), (None, None));
        assert_eq!((divide(i64::MIN, -1), rest(i64::MIN, -1)), (None, Some(Int(0))));
        assert_eq!(rest(i64::MIN, i64::MAX), Some(Int(i64::MAX - 1)));
    }

    #[test]
    fn numbers_of_different_types_meet() {
        assert_eq!(
            of(NumberFilter::Times, dec("183.357"), Int(12)),
            Some(dec("2200.284"))
        );
        assert_eq!(of(NumberFilter::Plus, Float(0.5), dec("0.25")), Some(Float(0.75)));
        assert_eq!(
            of(NumberFilter::DividedBy, Int(20), dec("7")),
            Some(dec("2.8571"))
        );
        assert_eq!(of(NumberFilter::DividedBy, Float(1.0), Int(0)), None);
        assert_eq!(of(NumberFilter::Modulo, dec("-7.5"), Int(2)), Some(dec("0.5")));
        assert_eq!(of(NumberFilter::Modulo, dec("7.5"), Int(0)), None);
        assert_eq!(of(NumberFilter::Modulo, Float(-7.5), Int(2)), Some(Float(0.5)));
        assert_eq!(of(NumberFilter::Modulo, Float(7.5), Int(0)), None);
        assert_eq!(of(NumberFilter::AtLeast, Int(4), dec("4.5")), Some(dec("4.5")));
        assert_eq!(of(NumberFilter::AtMost, Int(4), Float(3.5)), Some(Float(3.5)));
        assert_eq!(of(NumberFilter::AtMost, Int(4), Int(5)), Some(Int(4)));
        assert_eq!(of(NumberFilter::AtMost, Int(4), dec("5")), Some(dec("4")));
        assert_eq!(of(NumberFilter::Plus, Int(i64::MAX), Int(1)), None);
    }

    #[test]
    fn texts_are_the_numbers_that_they_say() {
        for (text, expected, is_alone) in [
            ("3", Some(Int(3)), true),
            (" -12 ", Some(Int(-12)), true),
            ("+5", Some(Int(5)), false),
            ("4.50", Some(dec("4.5")), true),
            ("-0.00005", Some(dec("-0.0001")), true),
            ("3abc", Some(Int(3)), false),
            ("1e3", Some(Int(1)), false),
            ("4.5 kg", Some(Int(4)), false),
            ("1.2.3", Some(Int(1)), false),
            (".5", Some(Int(0)), false),
            ("5.", Some(Int(5)), false),
            ("--5", Some(Int(0)), false),
            ("", Some(Int(0)), false),
            ("many", Some(Int(0)), false),
            ("99999999999999999999", None, true),
            ("999999999999999.5", None, true),
        ] {
            assert_eq!((of_text(text), is_number(text)), (expected, is_alone), "{text}");
        }
        let text = ValueRef::Text;
        assert_eq!(of(NumberFilter::Plus, text("3"), Int(4)), Some(Int(7)));
        assert_eq!(of(NumberFilter::DividedBy, Int(10), text("3")), Some(Int(3)));
        assert_eq!(of(NumberFilter::Times, text("1.5"), text("3")), Some(dec("4.5")));
        assert_eq!(of(NumberFilter::Plus, text("x"), Float(0.5)), Some(Float(0.5)));
        assert_eq!(number(NumberFilter::Ceil, text("4.2"), &[]), Some(Int(5)));
        assert_eq!(number(NumberFilter::ToDecimal, text("4"), &[]), Some(dec("4")));
    }

    #[test]
    fn rounding_is_half_away_from_zero() {
        for (value, digits, expected) in [
            (dec("1.2"), 0, Int(1)),
            (dec("2.5"), 0, Int(3)),
            (dec("-2.5"), 0, Int(-3)),
            (dec("183.357"), 2, dec("183.36")),
            (dec("-0.005"), 2, dec("-0.01")),
            (dec("1.2345"), 9, dec("1.2345")),
            (dec("155"), -1, dec("160")),
            (dec("155"), -9, dec("0")),
            (Int(15), -1, Int(20)),
            (Int(-15), -1, Int(-20)),
            (Int(15), 3, Int(15)),
            (Int(15), i64::MIN, Int(0)),
            (Int(15), i64::MAX, Int(15)),
            (Float(2.675), 1, Float(2.7)),
            (Float(-155.0), -1, Float(-160.0)),
            (Float(1e300), 3, Float(1e300)),
            (Float(1e20), -1, Float(1e20)),
            (Float(1.5), 400, Float(1.5)),
            (Float(1.5), -400, Float(0.0)),
            (Float(1.5), 0, Int(2)),
        ] {
            assert_eq!(
                of(NumberFilter::Round, value, Int(digits)),
                Some(expected),
                "{value} {digits}"
            );
        }
        assert_eq!(number(NumberFilter::Ceil, dec("1.2"), &[]), Some(Int(2)));
        assert_eq!(number(NumberFilter::Floor, dec("-1.2"), &[]), Some(Int(-2)));
        assert_eq!(number(NumberFilter::Floor, Float(1e300), &[]), None);
        assert_eq!(number(NumberFilter::Abs, dec("-19.86"), &[]), Some(dec("19.86")));
        assert_eq!(
            number(NumberFilter::Round, dec("922337203685477.5807"), &[Int(-15)]),
            None
        );
    }
}
