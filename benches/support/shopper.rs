//! The customers that benches ask, made up from a seed.

use audience::{DateTime, Decimal, record};
use serde::Serialize;

use super::random::Random;

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
event purchases { amount: decimal, sku: string }
event returns { amount: decimal }
"#;

pub(crate) const DAY: i64 = 86_400_000_000;

/// The instant at which rules are asked.
pub(crate) fn now() -> DateTime {
    "2026-06-01T00:00:00Z".parse().expect("an instant")
}

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
    pub(crate) purchases: Vec<Purchase>,
    pub(crate) returns: Vec<Return>,
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

#[derive(Clone, Debug, Serialize)]
pub(crate) struct Purchase {
    pub(crate) at: DateTime,
    pub(crate) amount: Decimal,
    pub(crate) sku: String,
}

#[derive(Clone, Debug, Serialize)]
pub(crate) struct Return {
    pub(crate) at: DateTime,
    pub(crate) amount: Decimal,
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
        purchases: |it| &it.purchases,
        returns: |it| &it.returns,
    }
}

record! {
    impl Record for Purchase {
        at: |it| it.at,
        amount: |it| it.amount,
        sku: |it| &it.sku,
    }
}

record! {
    impl Record for Return {
        at: |it| it.at,
        amount: |it| it.amount,
    }
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

/// The first so many customers, each with less than so many purchases, and a twentieth of them sent back.
pub(crate) fn shoppers(count: usize, countries: &[&str], purchases: usize) -> Vec<Shopper> {
    let (mut random, mut events) = (Random(7), Random(11));
    let now = now();
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
                .then(|| DateTime::from_micros(now.micros() - random.int(0, 60 * DAY)))
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
            purchases: times(&mut events, purchases)
                .map(|at| Purchase {
                    at,
                    amount: Decimal::from_units(events.int(1, 200) * 10_000),
                    sku: format!("p{}", events.below(500)),
                })
                .collect(),
            returns: times(&mut events, purchases.div_ceil(20))
                .map(|at| Return {
                    at,
                    amount: Decimal::from_units(events.int(1, 100) * 10_000),
                })
                .collect(),
        })
        .collect()
}

/// Less than so many instants within 700 days, in their order.
fn times(random: &mut Random, count: usize) -> impl Iterator<Item = DateTime> + use<> {
    let count = if count == 0 { 0 } else { random.below(count) };
    let now = now().micros();
    let mut times: Vec<i64> = (0..count).map(|_| now - random.int(0, 700 * DAY)).collect();
    times.sort_unstable();
    times
        .into_iter()
        .map(|it| DateTime::from_micros(it).expect("in range"))
}
