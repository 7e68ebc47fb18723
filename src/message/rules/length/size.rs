//! The least and the most that something takes: in bytes, and in the units of text messages.

use crate::{
    hir::Form,
    sms::{self, Alphabet},
};

/// The least and the most that is written; no most where there is none.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Size {
    least: Amount,
    most: Option<Amount>,
    /// Whether the most holds letters outside of the alphabet of text messages, and which or why.
    unicode: Option<Reason>,
    /// Whether some letters of the most count twice, so that up to one unit of each segment is left unused.
    pairs: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Amount {
    bytes: u64,
    /// Letters of the alphabet of text messages, those of its extension twice.
    septets: u64,
    utf16: u64,
}

/// What makes a text one of Unicode.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Reason {
    Letter(char),
    Value,
}

/// The letters of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Letters {
    /// Digits and such: one byte and one unit each.
    Digits,
    /// Letters, digits and signs of ASCII, some of which count twice.
    Ascii,
    Any,
}

impl Size {
    pub(super) const NOTHING: Self = Self {
        least: Amount {
            bytes: 0,
            septets: 0,
            utf16: 0,
        },
        most: Some(Amount {
            bytes: 0,
            septets: 0,
            utf16: 0,
        }),
        unicode: None,
        pairs: false,
    };

    /// What may be of any length.
    pub(super) const ENDLESS: Self = Self {
        most: None,
        unicode: Some(Reason::Value),
        pairs: true,
        ..Self::NOTHING
    };

    pub(super) fn of_literal(text: &str) -> Self {
        let amount = Amount {
            bytes: text.len() as u64,
            septets: sms::units_in(Alphabet::Gsm, text) as u64,
            utf16: sms::units_in(Alphabet::Utf16, text) as u64,
        };
        let letters = text.chars().count() as u64;
        Self {
            least: amount,
            most: Some(amount),
            unicode: sms::foreign(text).map(Reason::Letter),
            pairs: amount.septets > letters || amount.utf16 > letters,
        }
    }

    /// Up to so many letters of a value, escaped as the part may ask for.
    pub(super) fn up_to(count: u64, letters: Letters, form: Form) -> Self {
        let (bytes, septets, utf16) = match letters {
            Letters::Digits => (1, 1, 1),
            Letters::Ascii => (1, 2, 1),
            Letters::Any => (4, 2, 2),
        };
        // A quote becomes an entity of six bytes, and in a URL each byte `%` with two digits. As JSON, a control character is
        // six bytes, and a text stands in quotes.
        let (bytes, around) = match (form, letters) {
            (Form::Line | Form::Text, _) => (bytes, 0),
            (Form::Html, Letters::Digits) => (3, 0),
            (Form::Html, Letters::Ascii) => (6, 0),
            (Form::Html, Letters::Any) => (12, 0),
            (Form::Json, Letters::Digits) => (1, 2),
            (Form::Json, _) => (6, 2),
        };
        Self {
            most: Some(Amount {
                bytes: count.saturating_mul(bytes).saturating_add(around),
                septets: count.saturating_mul(septets),
                utf16: count.saturating_mul(utf16),
            }),
            unicode: (letters == Letters::Any).then_some(Reason::Value),
            pairs: letters != Letters::Digits,
            ..Self::NOTHING
        }
    }

    pub(super) fn is_endless(&self) -> bool {
        self.most.is_none()
    }

    /// This, and then that.
    pub(super) fn then(self, next: Self) -> Self {
        Self {
            least: self.least.each(next.least, u64::saturating_add),
            most: self
                .most
                .zip(next.most)
                .map(|(a, b)| a.each(b, u64::saturating_add)),
            unicode: self.unicode.or(next.unicode),
            pairs: self.pairs || next.pairs,
        }
    }

    /// One of both.
    pub(super) fn or(self, other: Self) -> Self {
        Self {
            least: self.least.each(other.least, u64::min),
            most: self.most.zip(other.most).map(|(a, b)| a.each(b, u64::max)),
            unicode: self.unicode.or(other.unicode),
            pairs: self.pairs || other.pairs,
        }
    }

    /// This again and again, up to so many times.
    pub(super) fn times(self, count: Option<u64>) -> Self {
        let most = match (self.most, count) {
            (Some(Amount { bytes: 0, .. }), _) => Some(Amount::default()),
            (Some(most), Some(count)) => Some(most.each(Amount::all(count), u64::saturating_mul)),
            _ => None,
        };
        Self { most, ..self }
    }

    pub(super) fn least_bytes(&self) -> u64 {
        self.least.bytes
    }

    pub(super) fn most_bytes(&self) -> Option<u64> {
        self.most.map(|it| it.bytes)
    }

    pub(super) fn most_segments(&self) -> Option<u64> {
        let most = self.most?;
        Some(match self.unicode {
            Some(_) => segments(Alphabet::Utf16, most.utf16, self.pairs),
            None => segments(Alphabet::Gsm, most.septets, self.pairs),
        })
    }

    /// Of what is written for everyone.
    pub(super) fn least_segments(&self) -> u64 {
        segments(Alphabet::Gsm, self.least.septets, false)
    }

    /// What does not fit the alphabet of text messages.
    pub(super) fn why_unicode(&self) -> Option<String> {
        Some(match self.unicode? {
            Reason::Letter(letter) => format!("`{letter}`"),
            Reason::Value => "any letter that a value may have".to_owned(),
        })
    }
}

impl Amount {
    fn all(count: u64) -> Self {
        Self {
            bytes: count,
            septets: count,
            utf16: count,
        }
    }

    fn each(self, other: Self, of: impl Fn(u64, u64) -> u64) -> Self {
        Self {
            bytes: of(self.bytes, other.bytes),
            septets: of(self.septets, other.septets),
            utf16: of(self.utf16, other.utf16),
        }
    }
}

fn segments(alphabet: Alphabet, units: u64, pairs: bool) -> u64 {
    if units <= alphabet.alone() as u64 {
        return 1;
    }
    units.div_ceil(alphabet.each() as u64 - u64::from(pairs))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The most is never less than what a text has, however it is put together.
    #[test]
    fn the_most_is_at_least_what_is_there() {
        let texts = [
            "",
            "a",
            "€",
            "я",
            "👋",
            "it’s",
            "[x]",
            &"a".repeat(153),
            &"€".repeat(80),
            &"👋".repeat(33),
        ];
        for first in texts {
            for second in texts {
                let whole = format!("{first}{second}");
                let size = Size::of_literal(first).then(Size::of_literal(second));
                assert_eq!(size.most_bytes(), Some(whole.len() as u64));
                assert!(
                    size.most_segments() >= Some(sms::segments(&whole) as u64),
                    "{whole}"
                );
                let either = Size::of_literal(first).or(Size::of_literal(second));
                assert!(either.most_segments() >= Some(sms::segments(first) as u64));
                assert!(either.least_bytes() <= first.len() as u64);
                let letters = whole.chars().count() as u64;
                let value = Size::up_to(letters, Letters::Any, Form::Text);
                assert!(value.most_bytes() >= Some(whole.len() as u64));
                assert!(value.most_segments() >= Some(sms::segments(&whole) as u64));
            }
        }
        assert_eq!(Size::ENDLESS.or(Size::NOTHING).most_bytes(), None);
        assert_eq!(Size::of_literal("ab").times(Some(3)).most_bytes(), Some(6));
        assert_eq!(Size::of_literal("").times(None).most_bytes(), Some(0));
    }
}
