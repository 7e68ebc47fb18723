//! The customers that benches ask, made up from a seed.

use audience::{DateTime, Decimal, record};
use serde::Serialize;

use crate::random::Random;

/// The data contract of a [`Shopper`].
pub(crate) const SCHEMA: &str = r#"
customer {
  id:            string key
  country:       string
  age:           int
  gender:        ("female" | "male" | "other")?
  device:        ("mobile" | "tablet" | "desktop")?
  city:          string?
  orders:        int
  total_spent:   decimal
  last_order_at: datetime?
  tags:          [string]
  consent:       { email: bool }
  cart:          { value: decimal }
}
"#;

pub(crate) const NOW: &str = "2026-06-01T00:00:00Z";

#[derive(Clone, Debug, Serialize)]
pub(crate) struct Shopper {
    pub(crate) id: String,
    pub(crate) country: String,
    pub(crate) age: i64,
    pub(crate) gender: Option<Gender>,
    pub(crate) device: Option<Device>,
    pub(crate) city: Option<String>,
    pub(crate) orders: i64,
    pub(crate) total_spent: Decimal,
    pub(crate) last_order_at: Option<DateTime>,
    pub(crate) tags: Vec<String>,
    pub(crate) consent: Consent,
    pub(crate) cart: Cart,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Gender {
    Female,
    Male,
    Other,
}

impl Gender {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Female => "female",
            Self::Male => "male",
            Self::Other => "other",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Device {
    Mobile,
    Tablet,
    Desktop,
}

impl Device {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Mobile => "mobile",
            Self::Tablet => "tablet",
            Self::Desktop => "desktop",
        }
    }
}

#[derive(Clone, Debug, Serialize)]
pub(crate) struct Consent {
    pub(crate) email: bool,
}

#[derive(Clone, Debug, Serialize)]
pub(crate) struct Cart {
    pub(crate) value: Decimal,
}

pub(crate) const CITIES: [&str; 7] = [
    "Madrid",
    "Málaga",
    "Marbella",
    "Barcelona",
    "Paris",
    "Berlin",
    "Mataró",
];

pub(crate) const TAGS: [&str; 5] = ["vip", "newsletter", "churned", "wholesale", "student"];

/// A few countries, one of which most come from.
pub(crate) const COUNTRIES: [&str; 10] = ["ES", "ES", "ES", "FR", "DE", "IT", "US", "GB", "BR", "MX"];

pub(crate) fn shoppers(count: usize, countries: &[&str]) -> Vec<Shopper> {
    let mut random = Random(7);
    let now: DateTime = NOW.parse().expect("an instant");
    let maybe = |random: &mut Random| !random.one_in(6);
    (0..count)
        .map(|index| Shopper {
            id: format!("c{index}"),
            country: (*random.pick(countries)).to_owned(),
            age: random.int(12, 90),
            gender: maybe(&mut random).then(|| *random.pick(&[Gender::Female, Gender::Male, Gender::Other])),
            device: maybe(&mut random)
                .then(|| *random.pick(&[Device::Mobile, Device::Tablet, Device::Desktop])),
            city: maybe(&mut random).then(|| (*random.pick(&CITIES)).to_owned()),
            orders: random.int(0, 20),
            total_spent: Decimal::from_units(random.int(0, 10_000_000)),
            last_order_at: maybe(&mut random)
                .then(|| DateTime::from_micros(now.micros() - random.int(0, 60 * 86_400_000_000)))
                .flatten(),
            tags: (0..random.below(4))
                .map(|_| (*random.pick(&TAGS)).to_owned())
                .collect(),
            consent: Consent {
                email: !random.one_in(4),
            },
            cart: Cart {
                value: Decimal::from_units(random.int(0, 3) * 199_900),
            },
        })
        .collect()
}

record! {
    impl Record for Shopper {
        id: |it| &it.id,
        country: |it| &it.country,
        age: |it| it.age,
        gender: |it| it.gender.map(Gender::word),
        device: |it| it.device.map(Device::word),
        city: |it| it.city.as_deref(),
        orders: |it| it.orders,
        total_spent: |it| it.total_spent,
        last_order_at: |it| it.last_order_at,
        tags: |it| &it.tags,
        consent.email: |it| it.consent.email,
        cart.value: |it| it.cart.value,
    }
}
