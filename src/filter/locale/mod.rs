//! How languages write numbers, amounts and dates, and the forms that their nouns have beside a number.
//!
//! The data follows CLDR. English is always there, the other languages with the feature `locale`.

mod plural;
mod table;

use std::fmt;

pub(crate) use plural::{Category, Quantity};

/// A language, or that of a country.
pub(crate) struct Locale {
    /// As in BCP 47.
    pub(crate) tag: &'static str,
    decimal: &'static str,
    group: &'static str,
    /// A whole part with fewer digits before its last three has no group.
    least_group: usize,
    /// Where the sign of a currency stands.
    money: Money,
    /// The currencies that have a sign of their own here, with it.
    symbols: &'static [(&'static str, &'static str)],
    pub(crate) months: &'static [&'static str; 12],
    /// Those without a day beside them, where they differ.
    pub(crate) months_alone: &'static [&'static str; 12],
    pub(crate) short_months: &'static [&'static str; 12],
    /// From Monday on.
    pub(crate) weekdays: &'static [&'static str; 7],
    pub(crate) short_weekdays: &'static [&'static str; 7],
    /// Before and after noon.
    pub(crate) halves: [&'static str; 2],
    /// The forms of dates that are called `short`, `medium`, `long` and `full`.
    forms: [&'static str; 4],
    plural: fn(Quantity) -> Category,
    /// The categories that a whole number may have, but for those of millions alone.
    categories: &'static [Category],
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Money {
    /// `-€5.00`; a code with a blank.
    Before,
    /// `-R$ 5,00`.
    BeforeBlank,
    /// `€ -5,00`.
    BeforeMinus,
    /// `-5,00 €`.
    After,
}

/// Why there is no such locale.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NoLocale {
    /// It is there, but the crate was built without the others.
    Feature,
    Unknown,
}

/// The names of dates in all forms.
pub(crate) const FORMS: [&str; 4] = ["short", "medium", "long", "full"];

const BLANK: &str = "\u{a0}";

/// Its name, which says all.
impl fmt::Debug for Locale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.tag)
    }
}

impl Locale {
    pub(crate) const ENGLISH: &'static Self = &table::ENGLISH;

    /// The locale of a tag such as `es` or `es-MX`; that of the language where the country has none of its own.
    pub(crate) fn of(tag: &str) -> Result<&'static Self, NoLocale> {
        let is_of = |it: &&&Self, tag: &str| it.tag.eq_ignore_ascii_case(tag);
        let mut tag = tag;
        let found = loop {
            let tags = table::OTHERS.iter().chain([&Self::ENGLISH]);
            if let Some(found) = tags.into_iter().find(|it| is_of(it, tag)) {
                break *found;
            }
            match tag.rfind(['-', '_']) {
                Some(end) => tag = &tag[..end],
                None => return Err(NoLocale::Unknown),
            }
        };
        if found == Self::ENGLISH || cfg!(feature = "locale") {
            Ok(found)
        } else {
            Err(NoLocale::Feature)
        }
    }

    /// The tags of all, English first.
    pub(crate) fn tags() -> impl Iterator<Item = &'static str> {
        [Self::ENGLISH]
            .into_iter()
            .chain(table::OTHERS.iter().copied())
            .map(|it| it.tag)
    }

    /// The form of dates of that name.
    pub(crate) fn form(&self, name: &str) -> Option<&'static str> {
        let index = FORMS.iter().position(|it| *it == name)?;
        self.forms.get(index).copied()
    }

    /// The form of a noun beside a number.
    pub(crate) fn category(&self, number: Quantity) -> Category {
        (self.plural)(number)
    }

    /// The forms that a noun needs beside whole numbers.
    pub(crate) fn categories(&self) -> &'static [Category] {
        self.categories
    }

    /// Whether no number has that form here.
    pub(crate) fn lacks(&self, category: Category) -> bool {
        category != Category::Other
            && !self.categories.contains(&category)
            && !(category == Category::Many && (self.plural)(Quantity::of_int(1_000_000)) == Category::Many)
    }

    /// Writes digits that stand from `start` on, such as `1234.50`, as they are written here.
    pub(crate) fn write_digits(&self, out: &mut String, start: usize) {
        let mut end = out.len();
        if let Some(point) = out[start..].find('.').map(|at| start + at) {
            out.replace_range(point..=point, self.decimal);
            end = point;
        }
        if end - start < 3 + self.least_group {
            return;
        }
        let mut at = end;
        while at > start + 3 {
            at -= 3;
            out.insert_str(at, self.group);
        }
    }

    /// Writes what stands before the digits of an amount.
    pub(crate) fn write_before(&self, code: &str, negative: bool, out: &mut String) {
        let symbol = self.symbol(code);
        let minus = if negative { "-" } else { "" };
        let (first, blank, last) = match self.money {
            Money::Before => (minus, if symbol.is_some() { "" } else { BLANK }, ""),
            Money::BeforeBlank => (minus, BLANK, ""),
            Money::BeforeMinus => ("", BLANK, minus),
            Money::After => return out.push_str(minus),
        };
        for part in [first, symbol.unwrap_or(code), blank, last] {
            out.push_str(part);
        }
    }

    /// Writes what stands behind them.
    pub(crate) fn write_behind(&self, code: &str, out: &mut String) {
        if self.money == Money::After {
            out.push_str(BLANK);
            out.push_str(self.symbol(code).unwrap_or(code));
        }
    }

    fn symbol(&self, code: &str) -> Option<&'static str> {
        let known = self.symbols.iter().find(|(of, _)| *of == code);
        known.map(|(_, symbol)| *symbol)
    }
}

/// By its tag: there is one of each.
impl PartialEq for Locale {
    fn eq(&self, other: &Self) -> bool {
        self.tag == other.tag
    }
}

impl Eq for Locale {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_lead_to_languages() {
        assert_eq!(Locale::of("en").map(|it| it.tag), Ok("en"));
        assert_eq!(Locale::of("en-GB").map(|it| it.tag), Ok("en"));
        assert_eq!(Locale::of("xx").map(|it| it.tag), Err(NoLocale::Unknown));
        assert_eq!(Locale::of("").map(|it| it.tag), Err(NoLocale::Unknown));
        let spanish = Locale::of("es_MX").map(|it| it.tag);
        assert_eq!(
            spanish,
            if cfg!(feature = "locale") {
                Ok("es")
            } else {
                Err(NoLocale::Feature)
            }
        );
    }

    #[test]
    fn digits_are_grouped_as_a_language_does() {
        for (tag, digits, expected) in [
            ("en", "1234.50", "1,234.50"),
            ("en", "123", "123"),
            ("en", "1234567", "1,234,567"),
            ("es", "1234.50", "1234,50"),
            ("es", "12345.50", "12.345,50"),
            ("pl", "1234567.5", "1\u{a0}234\u{a0}567,5"),
            ("fr", "1234.5", "1\u{202f}234,5"),
            ("de", "1234.5", "1.234,5"),
            ("ro", "0.5", "0,5"),
        ] {
            let locale = table::OTHERS
                .iter()
                .chain([&Locale::ENGLISH])
                .find(|it| it.tag == tag);
            let mut out = format!("-{digits}");
            locale.unwrap_or(&Locale::ENGLISH).write_digits(&mut out, 1);
            assert_eq!(out, format!("-{expected}"), "{tag}");
        }
    }
}
