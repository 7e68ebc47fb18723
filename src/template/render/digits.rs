//! The digits of numbers, which formatting takes longer for.

use std::fmt::Write;

use crate::value::Decimal;

/// Each number below a hundred in two digits.
const PAIRS: &str = "\
    0001020304050607080910111213141516171819\
    2021222324252627282930313233343536373839\
    4041424344454647484950515253545556575859\
    6061626364656667686970717273747576777879\
    8081828384858687888990919293949596979899";

#[inline]
pub(super) fn write_int(number: i64, out: &mut String) {
    if number < 0 {
        out.push('-');
    }
    write_whole(number.unsigned_abs(), out);
}

/// A decimal, given in its units: as many digits as needed behind the point.
pub(super) fn write_decimal(units: i64, out: &mut String) {
    const UNITS: u64 = Decimal::SCALE.unsigned_abs();
    if units < 0 {
        out.push('-');
    }
    let magnitude = units.unsigned_abs();
    write_whole(magnitude / UNITS, out);
    let part = magnitude % UNITS;
    if part == 0 {
        return;
    }
    out.push('.');
    let (first, last) = (part / 100, part % 100);
    if last == 0 {
        return write_rest(first, out);
    }
    write_pair(first, out);
    write_rest(last, out);
}

/// As Liquid shows one: `3.0`, and `1.0e+20` where it is far from 1.
pub(super) fn write_float(number: f64, out: &mut String) {
    let start = out.len();
    let size = number.abs();
    if size == 0.0 || (1e-4..1e15).contains(&size) {
        let _ = write!(out, "{number:?}");
        return;
    }
    let _ = write!(out, "{number:e}");
    if let Some(at) = out[start..].find('e') {
        let exponent: i32 = out[start + at + 1..].parse().unwrap_or_default();
        out.truncate(start + at);
        let point = if out[start..].contains('.') { "" } else { ".0" };
        let _ = write!(out, "{point}e{exponent:+03}");
    }
}

#[inline]
fn write_whole(number: u64, out: &mut String) {
    if number >= 1000 {
        write_thousands(number, out);
    } else if number >= 100 {
        write_digit(number / 100, out);
        write_pair(number % 100, out);
    } else if number >= 10 {
        write_pair(number, out);
    } else {
        write_digit(number, out);
    }
}

#[inline(never)]
fn write_thousands(number: u64, out: &mut String) {
    write_whole(number / 1000, out);
    write_digit(number / 100 % 10, out);
    write_pair(number % 100, out);
}

/// Two digits, without a zero at the end.
fn write_rest(pair: u64, out: &mut String) {
    if pair.is_multiple_of(10) {
        write_digit(pair / 10, out);
    } else {
        write_pair(pair, out);
    }
}

#[inline]
fn write_pair(number: u64, out: &mut String) {
    let at = usize::try_from(number).unwrap_or(0) * 2;
    out.push_str(PAIRS.get(at..at + 2).unwrap_or_default());
}

#[inline]
fn write_digit(number: u64, out: &mut String) {
    let at = usize::try_from(number).unwrap_or(0) * 2 + 1;
    out.push_str(PAIRS.get(at..at + 1).unwrap_or_default());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floats_are_written_as_in_liquid() {
        for (number, expected) in [
            (0.0, "0.0"),
            (3.0, "3.0"),
            (-2.5, "-2.5"),
            (0.0001, "0.0001"),
            (0.000_05, "5.0e-05"),
            (1.25e-7, "1.25e-07"),
            (1e14, "100000000000000.0"),
            (1e15, "1.0e+15"),
            (1e16, "1.0e+16"),
            (-1e20, "-1.0e+20"),
            (1.5e100, "1.5e+100"),
            (5e-324, "5.0e-324"),
        ] {
            let mut out = "x".to_owned();
            write_float(number, &mut out);
            assert_eq!(out, format!("x{expected}"));
        }
    }

    #[test]
    fn numbers_are_written_as_they_display() {
        let powers = (0..19).map(|power| 10_i64.pow(power));
        let around = powers.flat_map(|it| [it - 1, it, it + 1, -it]);
        for number in around.chain([i64::MIN, i64::MAX, 1_234_567]) {
            let mut out = String::new();
            write_int(number, &mut out);
            assert_eq!(out, number.to_string());
        }
        let parts = (0..20_000).chain([i64::MIN, i64::MAX]);
        for units in parts.flat_map(|it: i64| [it, it.wrapping_neg()]) {
            let mut out = String::new();
            write_decimal(units, &mut out);
            assert_eq!(out, Decimal::from_units(units).to_string());
        }
    }
}
