//! The forms that nouns have beside numbers: the cardinal rules of CLDR.

use crate::value::{Decimal, ValueRef};

/// A form of a noun.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Category {
    Zero,
    One,
    Two,
    Few,
    Many,
    Other,
}

impl Category {
    pub(crate) const ALL: [Self; 6] = [
        Self::Zero,
        Self::One,
        Self::Two,
        Self::Few,
        Self::Many,
        Self::Other,
    ];

    /// As templates name it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Zero => "zero",
            Self::One => "one",
            Self::Two => "two",
            Self::Few => "few",
            Self::Many => "many",
            Self::Other => "other",
        }
    }
}

/// A number as the rules see it, without its sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Quantity {
    pub(super) whole: u64,
    /// Whether there is something behind the point.
    pub(super) fraction: bool,
}

impl Quantity {
    pub(crate) fn of_int(int: i64) -> Self {
        Self {
            whole: int.unsigned_abs(),
            fraction: false,
        }
    }

    pub(crate) fn of(number: ValueRef<'_>) -> Option<Self> {
        Some(match number {
            ValueRef::Int(int) => Self::of_int(int),
            ValueRef::Decimal(decimal) => {
                let (units, scale) = (decimal.units().unsigned_abs(), Decimal::SCALE.unsigned_abs());
                Self {
                    whole: units / scale,
                    fraction: units % scale != 0,
                }
            }
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "it is not negative, and the largest number has the form of all large ones"
            )]
            ValueRef::Float(float) => Self {
                whole: float.abs().trunc() as u64,
                fraction: float.fract() != 0.0,
            },
            _ => return None,
        })
    }

    fn is(self, whole: u64) -> bool {
        self.whole == whole && !self.fraction
    }

    /// `1 000 000` and its multiples, beside which some languages say "of".
    fn is_millions(self) -> bool {
        self.whole != 0 && self.whole.is_multiple_of(1_000_000) && !self.fraction
    }
}

/// English, German, Dutch, Greek.
pub(super) fn one(number: Quantity) -> Category {
    if number.is(1) {
        Category::One
    } else {
        Category::Other
    }
}

/// Spanish, Italian.
pub(super) fn one_or_millions(number: Quantity) -> Category {
    match number {
        it if it.is(1) => Category::One,
        it if it.is_millions() => Category::Many,
        _ => Category::Other,
    }
}

/// French, Portuguese: all below two.
pub(super) fn below_two(number: Quantity) -> Category {
    match number {
        it if it.whole < 2 => Category::One,
        it if it.is_millions() => Category::Many,
        _ => Category::Other,
    }
}

pub(super) fn romanian(number: Quantity) -> Category {
    match number {
        it if it.is(1) => Category::One,
        it if it.fraction || it.whole == 0 || (1..=19).contains(&(it.whole % 100)) => Category::Few,
        _ => Category::Other,
    }
}

pub(super) fn polish(number: Quantity) -> Category {
    let (tens, ones) = (number.whole % 100, number.whole % 10);
    match number {
        it if it.is(1) => Category::One,
        it if it.fraction => Category::Other,
        _ if (2..=4).contains(&ones) && !(12..=14).contains(&tens) => Category::Few,
        _ => Category::Many,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(rule: fn(Quantity) -> Category, numbers: &[&str]) -> Vec<&'static str> {
        let quantity = |text: &&str| Quantity::of(ValueRef::Decimal(text.parse().unwrap_or_default()));
        numbers
            .iter()
            .filter_map(quantity)
            .map(|it| rule(it).name())
            .collect()
    }

    #[test]
    fn numbers_have_the_forms_of_cldr() {
        assert_eq!(
            all(one, &["0", "1", "-1", "1.5", "2"]),
            ["other", "one", "one", "other", "other"]
        );
        assert_eq!(
            all(
                one_or_millions,
                &["0", "1", "1.5", "1000", "1000000", "1000000.5"]
            ),
            ["other", "one", "other", "other", "many", "other"]
        );
        assert_eq!(
            all(below_two, &["0", "1", "1.9", "2", "2000000"]),
            ["one", "one", "one", "other", "many"]
        );
        assert_eq!(
            all(romanian, &["0", "1", "2", "19", "20", "100", "101", "119", "1.5"]),
            ["few", "one", "few", "few", "other", "other", "few", "few", "few"]
        );
        assert_eq!(
            all(
                polish,
                &[
                    "0", "1", "2", "4", "5", "12", "14", "21", "22", "112", "122", "1.5"
                ]
            ),
            [
                "many", "one", "few", "few", "many", "many", "many", "many", "few", "many", "few", "other"
            ]
        );
        assert_eq!(
            Quantity::of(ValueRef::Float(-1e300)).map(|it| it.whole),
            Some(u64::MAX)
        );
        assert_eq!(
            Quantity::of(ValueRef::Float(1.5)),
            Some(Quantity {
                whole: 1,
                fraction: true
            })
        );
        assert_eq!(Quantity::of(ValueRef::Bool(true)), None);
    }
}
