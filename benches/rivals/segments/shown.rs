//! What other engines are shown of a customer, and the rules in languages with infix operators.
//!
//! Each gets the values that it compares fastest: amounts and times as whole numbers (ten-thousandths of an euro, and
//! microseconds since 1970), an empty text or a 0 for what is missing, and only what the rules of the question read.

use super::{
    rules::{EURO, Rule},
    shopper::{DAY, Device, Gender, Purchase, Return, Shopper, now},
};

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Field {
    Country,
    Age,
    Consent,
    Spent,
    Orders,
    OrderedAt,
    Tags,
    Device,
    City,
    Gender,
    Cart,
    Purchases,
    Returns,
}

pub(crate) enum Shown<'a> {
    Text(&'a str),
    Int(i64),
    Bool(bool),
    Texts(&'a [String]),
    Purchases(&'a [Purchase]),
    Returns(&'a [Return]),
}

impl Field {
    /// What these rules read.
    pub(crate) fn of_rules(rules: &[Rule]) -> &'static [Field] {
        match rules {
            [Rule::Simple] => &[Self::Country, Self::Age],
            [Rule::Filtered] => &[Self::Purchases],
            [Rule::AllThree] => &[Self::Purchases, Self::Returns],
            _ => &[
                Self::Country,
                Self::Age,
                Self::Consent,
                Self::Spent,
                Self::Orders,
                Self::OrderedAt,
                Self::Tags,
                Self::Device,
                Self::City,
                Self::Gender,
                Self::Cart,
            ],
        }
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Country => "country",
            Self::Age => "age",
            Self::Consent => "consent",
            Self::Spent => "spent",
            Self::Orders => "orders",
            Self::OrderedAt => "ordered_at",
            Self::Tags => "tags",
            Self::Device => "device",
            Self::City => "city",
            Self::Gender => "gender",
            Self::Cart => "cart",
            Self::Purchases => "purchases",
            Self::Returns => "returns",
        }
    }

    pub(crate) fn named(name: &str) -> Option<Self> {
        Some(match name {
            "country" => Self::Country,
            "age" => Self::Age,
            "consent" => Self::Consent,
            "spent" => Self::Spent,
            "orders" => Self::Orders,
            "ordered_at" => Self::OrderedAt,
            "tags" => Self::Tags,
            "device" => Self::Device,
            "city" => Self::City,
            "gender" => Self::Gender,
            "cart" => Self::Cart,
            "purchases" => Self::Purchases,
            "returns" => Self::Returns,
            _ => return None,
        })
    }

    #[inline]
    pub(crate) fn of(self, it: &Shopper) -> Shown<'_> {
        match self {
            Self::Country => Shown::Text(&it.country),
            Self::Age => Shown::Int(it.age),
            Self::Consent => Shown::Bool(it.consent.email),
            Self::Spent => Shown::Int(it.total_spent.units()),
            Self::Orders => Shown::Int(it.orders),
            Self::OrderedAt => Shown::Int(it.last_order_at.map_or(0, |at| at.micros())),
            Self::Tags => Shown::Texts(&it.tags),
            Self::Device => Shown::Text(it.device.map_or("", Device::word)),
            Self::City => Shown::Text(it.city.as_deref().unwrap_or_default()),
            Self::Gender => Shown::Text(it.gender.map_or("", Gender::word)),
            Self::Cart => Shown::Int(it.cart.value.units()),
            Self::Purchases => Shown::Purchases(&it.purchases),
            Self::Returns => Shown::Returns(&it.returns),
        }
    }
}

/// How a language with infix operators writes what the rules need.
pub(crate) trait Dialect {
    const AND: &'static str = " && ";
    const OR: &'static str = " || ";

    fn one_of(&self, name: &str, words: &[&str]) -> String;
    fn starts_with(&self, name: &str, prefix: &str) -> String;
    /// That no tag is that word.
    fn untagged(&self, tag: &str) -> String;
    fn instant(&self, micros: i64) -> i64 {
        micros
    }
    /// At least two purchases with the amount in the window.
    fn filtered(&self, _window: &Window) -> Option<String> {
        None
    }
    /// A sum of amounts in the window.
    fn sum(&self, _window: &Window) -> Option<String> {
        None
    }
    fn no_returns(&self, _window: &Window) -> Option<String> {
        None
    }
}

/// Bounds of a window, and what an amount or a sum is compared with.
pub(crate) struct Window {
    pub(crate) from: i64,
    pub(crate) now: i64,
    pub(crate) above: i64,
}

impl Window {
    fn last(days: i64, above: i64) -> Self {
        let now = now().micros();
        Self {
            from: now - days * DAY,
            now,
            above: above * EURO,
        }
    }

    pub(crate) fn of_filtered() -> Self {
        Self::last(30, 50)
    }

    pub(crate) fn of_sum() -> Self {
        Self::last(365, 500)
    }

    pub(crate) fn of_returns() -> Self {
        Self::last(90, 0)
    }
}

/// The rules in a language, or nothing where it cannot express one.
pub(crate) fn written<D: Dialect>(rules: &[Rule], dialect: &D) -> Option<Vec<String>> {
    rules.iter().map(|rule| write(rule, dialect)).collect()
}

fn write<D: Dialect>(rule: &Rule, dialect: &D) -> Option<String> {
    let conditions = match rule {
        Rule::Simple => vec!["country == \"ES\"".to_owned(), "age >= 18".to_owned()],
        Rule::Ten(ten) => {
            let devices = ten.devices.map(Device::word);
            let or = D::OR;
            vec![
                dialect.one_of("country", &ten.countries),
                format!("age >= {}", ten.ages.0),
                format!("age <= {}", ten.ages.1),
                "consent".to_owned(),
                format!("(spent > {}{or}orders >= {})", ten.spent * EURO, ten.orders),
                format!("ordered_at > {}", dialect.instant(ten.from())),
                format!("ordered_at <= {}", dialect.instant(now().micros())),
                dialect.untagged(ten.tag),
                dialect.one_of("device", &devices),
                dialect.starts_with("city", ten.prefix),
                format!("(gender == {:?}{or}gender == \"\")", ten.gender.word()),
                format!("cart > {}", ten.cart * EURO),
            ]
        }
        Rule::Filtered => vec![dialect.filtered(&Window::of_filtered())?],
        Rule::AllThree => vec![
            dialect.filtered(&Window::of_filtered())?,
            dialect.sum(&Window::of_sum())?,
            dialect.no_returns(&Window::of_returns())?,
        ],
    };
    Some(conditions.join(D::AND))
}
