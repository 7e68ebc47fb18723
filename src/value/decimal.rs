//! Exact numbers with four fractional digits.

use std::{fmt, str::FromStr};

/// An exact number with four fractional digits: a count of 1/10000 in 64 bits.
///
/// Money is the main use. The largest value is 922 337 203 685 477.5807.
///
/// # Example
///
/// ```
/// # use audience::Decimal;
/// let price: Decimal = "19.99".parse()?;
/// assert_eq!(price.units(), 199_900);
/// assert_eq!(price.to_string(), "19.99");
/// # Ok::<(), audience::DecimalError>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Decimal(i64);

/// Why a text is no [`Decimal`].
///
/// ```
/// # use audience::{Decimal, DecimalError};
/// assert_eq!("0.12345".parse::<Decimal>(), Err(DecimalError::Digits));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DecimalError {
    /// Not a decimal number.
    #[error("not a decimal number")]
    Syntax,
    /// A fifth fractional digit other than zero.
    #[error("more than four digits after the point")]
    Digits,
    /// Too large for 64 bits.
    #[error("outside the range of a decimal, ±922337203685477.5807")]
    Range,
}

impl Decimal {
    /// Units in one.
    pub const SCALE: i64 = 10_000;
    /// Zero.
    pub const ZERO: Self = Self(0);

    /// The decimal of so many 1/10000.
    #[must_use]
    pub const fn from_units(units: i64) -> Self {
        Self(units)
    }

    /// How many 1/10000 it is.
    #[must_use]
    pub const fn units(self) -> i64 {
        self.0
    }

    /// The decimal of a whole number, unless it is too large.
    #[must_use]
    pub const fn from_int(int: i64) -> Option<Self> {
        match int.checked_mul(Self::SCALE) {
            Some(units) => Some(Self(units)),
            None => None,
        }
    }

    /// The nearest binary number.
    #[must_use]
    pub fn to_f64(self) -> f64 {
        // The quotient of two exactly held integers is rounded once. Above 2^53 the quotient is taken in integers with
        // 60 more bits, the last of which tells whether something was cut off, and rounded once by the conversion.
        #[expect(
            clippy::cast_precision_loss,
            reason = "one branch is below 2^53, the other rounds to the nearest"
        )]
        if self.0.unsigned_abs() < 1 << 53 {
            self.0 as f64 / 10_000.0
        } else {
            let shifted = u128::from(self.0.unsigned_abs()) << 60;
            let quotient = (shifted / 10_000) | u128::from(shifted % 10_000 != 0);
            let magnitude = quotient as f64 / (1_u64 << 60) as f64;
            if self.0 < 0 { -magnitude } else { magnitude }
        }
    }

    /// `units / divisor`, rounded half away from zero, unless it does not fit.
    #[must_use]
    pub(crate) fn from_ratio(units: i128, divisor: i128) -> Option<Self> {
        if divisor == 0 {
            return None;
        }
        let quotient = units / divisor;
        let remainder = units % divisor;
        let away = i128::from(remainder.unsigned_abs() >= divisor.unsigned_abs() - remainder.unsigned_abs());
        let sign = if (units < 0) == (divisor < 0) { 1 } else { -1 };
        i64::try_from(quotient + sign * away * i128::from(remainder != 0))
            .ok()
            .map(Self)
    }

    /// The sum, unless it does not fit.
    #[must_use]
    pub const fn checked_add(self, other: Self) -> Option<Self> {
        match self.0.checked_add(other.0) {
            Some(units) => Some(Self(units)),
            None => None,
        }
    }

    /// The difference, unless it does not fit.
    #[must_use]
    pub const fn checked_sub(self, other: Self) -> Option<Self> {
        match self.0.checked_sub(other.0) {
            Some(units) => Some(Self(units)),
            None => None,
        }
    }

    /// The product, rounded half away from zero at the fourth digit, unless it does not fit.
    #[must_use]
    pub fn checked_mul(self, other: Self) -> Option<Self> {
        Self::from_ratio(i128::from(self.0) * i128::from(other.0), i128::from(Self::SCALE))
    }

    /// The quotient, rounded half away from zero at the fourth digit, unless it does not fit or `other` is zero.
    ///
    /// ```
    /// # use audience::Decimal;
    /// let third = Decimal::from_int(2).unwrap().checked_div(Decimal::from_int(3).unwrap());
    /// assert_eq!(third.unwrap().to_string(), "0.6667");
    /// ```
    #[must_use]
    pub fn checked_div(self, other: Self) -> Option<Self> {
        Self::from_ratio(i128::from(self.0) * i128::from(Self::SCALE), i128::from(other.0))
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let magnitude = self.0.unsigned_abs();
        // Digits from the last to the first; fifteen before the point, the point, and four behind it are the most.
        let mut digits = [b'0'; 20];
        let (mut start, mut rest) = (digits.len(), magnitude);
        let mut fraction = 4;
        while fraction > 0 && rest % 10 == 0 {
            rest /= 10;
            fraction -= 1;
        }
        let mut put = |digit: u8| {
            start -= 1;
            digits[start] = digit;
        };
        if fraction > 0 {
            for _ in 0..fraction {
                put(b'0' + (rest % 10) as u8);
                rest /= 10;
            }
            put(b'.');
        }
        loop {
            put(b'0' + (rest % 10) as u8);
            rest /= 10;
            if rest == 0 {
                break;
            }
        }
        let digits = str::from_utf8(&digits[start..]).expect("only ASCII was written");
        f.pad_integral(self.0 >= 0, "", digits)
    }
}

/// Reads `-12.5`, `1e3`, `19.9900`; white space and signs other than one leading `-` or `+` are refused.
impl FromStr for Decimal {
    type Err = DecimalError;

    fn from_str(text: &str) -> Result<Self, DecimalError> {
        Self::read(text, false)
    }
}

impl Decimal {
    /// Reads as `from_str` does, but rounds digits after the fourth half away from zero.
    pub(crate) fn parse_rounded(text: &str) -> Result<Self, DecimalError> {
        Self::read(text, true)
    }

    fn read(text: &str, round: bool) -> Result<Self, DecimalError> {
        let (negative, body) = match text.as_bytes().first() {
            Some(b'-') => (true, &text[1..]),
            Some(b'+') => (false, &text[1..]),
            _ => (false, text),
        };
        let (mantissa, exponent) = match body.find(['e', 'E']) {
            Some(at) => (
                &body[..at],
                body[at + 1..].parse::<i32>().map_err(|_| DecimalError::Syntax)?,
            ),
            None => (body, 0),
        };
        let (whole, part) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        if whole.is_empty() && part.is_empty()
            || !whole.bytes().chain(part.bytes()).all(|b| b.is_ascii_digit())
        {
            return Err(DecimalError::Syntax);
        }
        let digits = || whole.bytes().chain(part.bytes()).map(|b| b - b'0');
        // Digit number `i` stands for 10^(whole.len() - 1 - i + exponent); units add four.
        let last = i64::try_from(whole.len())
            .unwrap_or(i64::MAX)
            .saturating_add(i64::from(exponent) + 4);
        let mut units: i128 = 0;
        let mut away = false;
        for (index, digit) in digits().enumerate() {
            let index = i64::try_from(index).unwrap_or(i64::MAX);
            if index < last {
                units = units * 10 + i128::from(digit);
                if units > 1 << 64 {
                    return Err(DecimalError::Range);
                }
            } else if digit != 0 && !round {
                return Err(DecimalError::Digits);
            } else if index == last {
                away = digit >= 5;
            }
        }
        let missing = last - i64::try_from(whole.len() + part.len()).unwrap_or(i64::MAX);
        for _ in 0..missing.clamp(0, 40) {
            units *= 10;
            if units > 1 << 64 {
                return Err(DecimalError::Range);
            }
        }
        units += i128::from(away);
        let signed = if negative { -units } else { units };
        i64::try_from(signed).map(Self).map_err(|_| DecimalError::Range)
    }
}

impl serde::Serialize for Decimal {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for Decimal {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_digits_and_refuses_the_rest() {
        for (text, units) in [
            ("0", 0),
            ("-0.0001", -1),
            ("19.99", 199_900),
            ("1e3", 10_000_000),
            ("1.50000", 15_000),
            ("12e-4", 12),
        ] {
            assert_eq!(text.parse::<Decimal>().map(Decimal::units), Ok(units), "{text}");
        }
        assert_eq!("922337203685477.5807".parse(), Ok(Decimal(i64::MAX)));
        assert_eq!("-922337203685477.5808".parse(), Ok(Decimal(i64::MIN)));
        assert_eq!(
            "922337203685477.5808".parse::<Decimal>(),
            Err(DecimalError::Range)
        );
        assert_eq!("1e400000000".parse::<Decimal>(), Err(DecimalError::Range));
        assert_eq!("0e400000000".parse::<Decimal>(), Ok(Decimal::ZERO));
        assert_eq!("1e-400000000".parse::<Decimal>(), Err(DecimalError::Digits));
        for text in ["", ".", "-", "1,5", " 1", "1.2.3", "1e", "٣", "--1", "+-1"] {
            assert_eq!(text.parse::<Decimal>(), Err(DecimalError::Syntax), "{text}");
        }
    }

    #[test]
    fn rounds_when_asked() {
        for (text, units) in [
            ("0.00005", 1),
            ("-0.00005", -1),
            ("0.00004999", 0),
            ("2.00015", 20_002),
            ("9e-5", 1),
            ("9e-6", 0),
            ("9e-400000000", 0),
            ("12.5", 125_000),
        ] {
            assert_eq!(
                Decimal::parse_rounded(text).map(Decimal::units),
                Ok(units),
                "{text}"
            );
        }
        assert_eq!(
            Decimal::parse_rounded("922337203685477.58075"),
            Err(DecimalError::Range)
        );
        assert_eq!(Decimal::parse_rounded("1.x"), Err(DecimalError::Syntax));
    }

    #[test]
    fn shows_as_many_digits_as_needed() {
        assert_eq!(Decimal(i64::MIN).to_string(), "-922337203685477.5808");
        assert_eq!(Decimal(-5).to_string(), "-0.0005");
        assert_eq!(Decimal(20_000).to_string(), "2");
        assert_eq!(Decimal(0).to_string(), "0");
        assert_eq!(Decimal(1_000_000).to_string(), "100");
        assert_eq!(Decimal(199_900).to_string(), "19.99");
        assert_eq!(format!("{:>8}", Decimal(-15_000)), "    -1.5");
    }

    #[test]
    fn becomes_the_nearest_binary_number() {
        for units in [
            0,
            1,
            -1,
            199_900,
            (1 << 53) - 1,
            1 << 53,
            (1 << 53) + 1,
            i64::MAX,
            i64::MIN,
            9_007_199_254_750_001,
        ] {
            let decimal = Decimal(units);
            assert_eq!(
                Ok(decimal.to_f64()),
                decimal.to_string().parse::<f64>(),
                "{decimal}"
            );
        }
    }

    #[test]
    fn rounds_half_away_from_zero() {
        let half = Decimal(5_000);
        assert_eq!(Decimal(1).checked_mul(half), Some(Decimal(1)));
        assert_eq!(Decimal(-1).checked_mul(half), Some(Decimal(-1)));
        assert_eq!(Decimal(3).checked_mul(Decimal(1_000)), Some(Decimal(0)));
        assert_eq!(
            Decimal(-20_000).checked_div(Decimal(30_000)),
            Some(Decimal(-6_667))
        );
        assert_eq!(Decimal(1).checked_div(Decimal(0)), None);
        assert_eq!(Decimal(i64::MIN).checked_div(Decimal(-10_000)), None);
    }
}
