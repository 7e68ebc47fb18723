//! `money: "EUR"`: amounts as written in English, `€1,234.50`.

use std::fmt::Write;

use crate::value::{Decimal, ValueRef};

/// A currency of ISO 4217.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Currency {
    code: &'static str,
    /// What stands before the amount; without one the code and a no-break space.
    symbol: Option<&'static str>,
    /// Digits after the point.
    digits: u8,
}

impl Currency {
    /// The currency of that code, in capitals.
    pub(crate) fn of_code(code: &str) -> Option<Self> {
        let code = Self::codes().find(|known| *known == code)?;
        let symbol = SYMBOLS
            .iter()
            .find(|(of, _)| *of == code)
            .map(|(_, symbol)| *symbol);
        let listed = |list: &str| list.split(' ').any(|it| it == code);
        let digits = match () {
            () if listed(WITHOUT_DIGITS) => 0,
            () if listed(WITH_THREE_DIGITS) => 3,
            () => 2,
        };
        Some(Self { code, symbol, digits })
    }

    /// Every code, for suggestions.
    pub(crate) fn codes() -> impl Iterator<Item = &'static str> {
        CODES.split(' ')
    }

    /// Appends the amount, rounded half away from zero; `false` and nothing for a value that is no amount.
    pub(crate) fn write(self, amount: ValueRef<'_>, out: &mut String) -> bool {
        let scale = 10_i128.pow(u32::from(self.digits));
        let units = match amount {
            ValueRef::Int(it) => i128::from(it) * scale,
            ValueRef::Decimal(it) => {
                let units = i128::from(it.units()) * scale;
                let half = i128::from(Decimal::SCALE) / 2 * units.signum();
                (units + half) / i128::from(Decimal::SCALE)
            }
            ValueRef::Float(it) => return self.write_float(it, out),
            _ => return false,
        };
        self.write_sign(units < 0, out);
        let (units, scale) = (units.unsigned_abs(), scale.unsigned_abs());
        write_grouped(units / scale, out);
        if self.digits > 0 {
            let _ = write!(
                out,
                ".{:0width$}",
                units % scale,
                width = usize::from(self.digits)
            );
        }
        true
    }

    fn write_float(self, amount: f64, out: &mut String) -> bool {
        let scale = 10_f64.powi(i32::from(self.digits));
        // Rounded half away from zero where the digits asked for can be told apart at all.
        let scaled = amount * scale;
        let rounded = if scaled.abs() < 1e15 {
            scaled.round() / scale
        } else {
            amount
        };
        self.write_sign(rounded < 0.0, out);
        let start = out.len();
        let _ = write!(out, "{:.*}", usize::from(self.digits), rounded.abs());
        let point = out[start..].find('.').map_or(out.len(), |at| start + at);
        group(out, start, point);
        amount.is_finite()
    }

    fn write_sign(self, negative: bool, out: &mut String) {
        if negative {
            out.push('-');
        }
        if let Some(symbol) = self.symbol {
            out.push_str(symbol);
        } else {
            out.push_str(self.code);
            out.push('\u{a0}');
        }
    }
}

fn write_grouped(number: u128, out: &mut String) {
    let start = out.len();
    let _ = write!(out, "{number}");
    group(out, start, out.len());
}

/// Puts commas between each three of the digits that stand from `start` to `end`.
fn group(out: &mut String, start: usize, end: usize) {
    let mut at = end;
    while at > start + 3 {
        at -= 3;
        out.insert(at, ',');
    }
}

/// The signs that English texts use; `$` alone is the dollar of the United States.
const SYMBOLS: &[(&str, &str)] = &[
    ("AUD", "A$"),
    ("BRL", "R$"),
    ("CAD", "CA$"),
    ("CNY", "CN¥"),
    ("EUR", "€"),
    ("GBP", "£"),
    ("HKD", "HK$"),
    ("ILS", "₪"),
    ("INR", "₹"),
    ("JPY", "¥"),
    ("KRW", "₩"),
    ("MXN", "MX$"),
    ("NZD", "NZ$"),
    ("PHP", "₱"),
    ("TWD", "NT$"),
    ("USD", "$"),
    ("VND", "₫"),
];

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
        Currency::of_code(code)?.write(amount, &mut out).then_some(out)
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
    fn only_codes_of_the_standard_are_known() {
        assert_eq!(Currency::of_code("eur"), None);
        assert_eq!(Currency::of_code("EURO"), None);
        assert_eq!(Currency::of_code(""), None);
        assert!(Currency::codes().all(|code| code.len() == 3 && Currency::of_code(code).is_some()));
    }
}
