//! `money: "EUR"` and `number: 2`: amounts as a language writes them, `€1,234.50` in English.

use std::fmt::Write;

use crate::{
    filter::locale::Locale,
    value::{Decimal, ValueRef},
};

/// A currency of ISO 4217, as it is written in a language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Currency {
    code: &'static str,
    /// Digits after the point.
    digits: u8,
    locale: &'static Locale,
}

impl Currency {
    /// The currency of that code, in capitals.
    pub(crate) fn of_code(code: &str, locale: &'static Locale) -> Option<Self> {
        let code = Self::codes().find(|known| *known == code)?;
        let listed = |list: &str| list.split(' ').any(|it| it == code);
        let digits = match () {
            () if listed(WITHOUT_DIGITS) => 0,
            () if listed(WITH_THREE_DIGITS) => 3,
            () => 2,
        };
        Some(Self { code, digits, locale })
    }

    /// Every code, for suggestions.
    pub(crate) fn codes() -> impl Iterator<Item = &'static str> {
        CODES.split(' ')
    }

    /// Appends the amount, rounded half away from zero; `false` and nothing for a value that is no amount.
    pub(crate) fn write(self, amount: ValueRef<'_>, out: &mut String) -> bool {
        let Some(rounded) = Rounded::of(amount, self.digits) else {
            return false;
        };
        self.locale.write_before(self.code, rounded.is_negative(), out);
        rounded.write(self.locale, out);
        self.locale.write_behind(self.code, out);
        true
    }
}

/// Appends a number with so many digits behind the point, or as many as there are when negative, in groups of three;
/// `false` and nothing for a value that is no number.
pub(crate) fn write_number(number: ValueRef<'_>, digits: i64, locale: &Locale, out: &mut String) -> bool {
    // More zeros say nothing, and with so many all numbers have room.
    const MOST: i64 = 18;
    if let Ok(digits) = u8::try_from(digits.min(MOST)) {
        let Some(rounded) = Rounded::of(number, digits) else {
            return false;
        };
        if rounded.is_negative() {
            out.push('-');
        }
        rounded.write(locale, out);
        return true;
    }
    if !matches!(
        number,
        ValueRef::Int(_) | ValueRef::Decimal(_) | ValueRef::Float(_)
    ) {
        return false;
    }
    let start = out.len();
    let _ = write!(out, "{number}");
    let sign = usize::from(out[start..].starts_with('-'));
    locale.write_digits(out, start + sign);
    true
}

/// A number with so many digits behind the point.
enum Rounded {
    /// So many units of the last digit.
    Exact(i128, u8),
    Float(f64, u8),
}

impl Rounded {
    /// Half away from zero.
    fn of(number: ValueRef<'_>, digits: u8) -> Option<Self> {
        let scale = 10_i128.pow(digits.into());
        Some(match number {
            ValueRef::Int(it) => Self::Exact(i128::from(it) * scale, digits),
            ValueRef::Decimal(it) => {
                let units = i128::from(it.units()) * scale;
                let half = i128::from(Decimal::SCALE) / 2 * units.signum();
                Self::Exact((units + half) / i128::from(Decimal::SCALE), digits)
            }
            ValueRef::Float(it) if it.is_finite() => {
                let scale = 10_f64.powi(digits.into());
                // Where the digits asked for can be told apart at all.
                let scaled = it * scale;
                let rounded = if scaled.abs() < 1e15 {
                    scaled.round() / scale
                } else {
                    it
                };
                Self::Float(rounded, digits)
            }
            _ => return None,
        })
    }

    fn is_negative(&self) -> bool {
        match self {
            Self::Exact(units, _) => *units < 0,
            Self::Float(float, _) => *float < 0.0,
        }
    }

    /// Without its sign.
    fn write(&self, locale: &Locale, out: &mut String) {
        let start = out.len();
        let _ = match *self {
            Self::Exact(units, 0) => write!(out, "{}", units.unsigned_abs()),
            Self::Exact(units, digits) => {
                let (units, scale) = (units.unsigned_abs(), 10_u128.pow(digits.into()));
                let width = usize::from(digits);
                write!(out, "{}.{:0width$}", units / scale, units % scale)
            }
            Self::Float(float, digits) => write!(out, "{:.*}", usize::from(digits), float.abs()),
        };
        locale.write_digits(out, start);
    }
}

const WITHOUT_DIGITS: &str = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF";
const WITH_THREE_DIGITS: &str = "BHD IQD JOD KWD LYD OMR TND";

const CODES: &str = "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF \
    CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG \
    HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA \
    MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD \
    RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX \
    USD UYI UYU UZS VED VES VND VUV WST XAF XCD XOF XPF YER ZAR ZMW ZWG";

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(code: &str, amount: ValueRef<'_>) -> Option<String> {
        let mut out = String::new();
        let currency = Currency::of_code(code, Locale::ENGLISH)?;
        currency.write(amount, &mut out).then_some(out)
    }

    fn decimal(text: &str) -> ValueRef<'static> {
        ValueRef::Decimal(text.parse().unwrap_or_default())
    }

    #[test]
    fn amounts_are_written_in_english() {
        for (code, amount, expected) in [
            ("EUR", "1234.5", "€1,234.50"),
            ("GBP", "12.3", "£12.30"),
            ("USD", "1234567.891", "$1,234,567.89"),
            ("EUR", "0", "€0.00"),
            ("EUR", "-5", "-€5.00"),
            ("EUR", "0.005", "€0.01"),
            ("EUR", "-0.005", "-€0.01"),
            ("EUR", "-0.0049", "€0.00"),
            ("EUR", "999.995", "€1,000.00"),
            ("JPY", "1234.5", "¥1,235"),
            ("KWD", "1.2345", "KWD\u{a0}1.235"),
            ("CHF", "12.3", "CHF\u{a0}12.30"),
        ] {
            assert_eq!(shown(code, decimal(amount)).as_deref(), Some(expected));
        }
        assert_eq!(
            shown("EUR", ValueRef::Int(i64::MIN)).as_deref(),
            Some("-€9,223,372,036,854,775,808.00")
        );
        assert_eq!(
            shown("EUR", ValueRef::Decimal(Decimal::from_units(i64::MAX))).as_deref(),
            Some("€922,337,203,685,477.58")
        );
        assert_eq!(shown("EUR", ValueRef::Float(0.125)).as_deref(), Some("€0.13"));
        assert_eq!(
            shown("EUR", ValueRef::Float(-1234.5)).as_deref(),
            Some("-€1,234.50")
        );
        assert_eq!(shown("EUR", ValueRef::Float(-0.001)).as_deref(), Some("€0.00"));
        assert_eq!(
            shown("JPY", ValueRef::Float(1e21)).as_deref(),
            Some("¥1,000,000,000,000,000,000,000")
        );
        assert_eq!(shown("EUR", ValueRef::Bool(true)), None);
    }

    #[test]
    fn numbers_have_the_digits_asked_for() {
        for (number, digits, expected) in [
            (decimal("1234567.891"), -1, "1,234,567.891"),
            (decimal("-1234.5"), 0, "-1,235"),
            (decimal("-0.0004"), 2, "0.00"),
            (decimal("0.5"), i64::MAX, "0.500000000000000000"),
            (
                ValueRef::Int(i64::MIN),
                20,
                "-9,223,372,036,854,775,808.000000000000000000",
            ),
            (ValueRef::Int(999), -1, "999"),
            (ValueRef::Float(-1234.5), -1, "-1,234.5"),
            (ValueRef::Float(0.125), 2, "0.13"),
        ] {
            let mut out = String::from("-");
            assert!(write_number(number, digits, Locale::ENGLISH, &mut out));
            assert_eq!(out, format!("-{expected}"));
        }
        assert!(!write_number(
            ValueRef::Bool(true),
            2,
            Locale::ENGLISH,
            &mut String::new()
        ));
        assert!(!write_number(
            ValueRef::Text("1"),
            -1,
            Locale::ENGLISH,
            &mut String::new()
        ));
    }

    #[test]
    fn only_codes_of_the_standard_are_known() {
        let of = |code| Currency::of_code(code, Locale::ENGLISH);
        assert_eq!(of("eur"), None);
        assert_eq!(of("EURO"), None);
        assert_eq!(of(""), None);
        assert!(Currency::codes().all(|code| code.len() == 3 && of(code).is_some()));
    }
}
