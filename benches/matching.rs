//! How fast is one segment, simple and of ten conditions, against a hand-written closure over the same struct?

#[path = "support/random.rs"]
mod random;
mod support;

use std::hint::black_box;

use audience::{At, Customer, DateTime, Decimal, Definitions, Zone, record};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use serde::Serialize;

use random::Random;
use support::{Contender, compare, contender};

const DEFINITIONS: &str = r#"
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

segment simple = country = "ES" and age >= 18

segment ten =
    country in ["ES", "FR", "DE", "IT", "PT", "NL", "BE", "AT"]
    and age between 18 and 65
    and consent.email
    and (total_spent > 250 or orders >= 5)
    and last_order_at in last 30 days
    and not (tags contains "churned")
    and device in ["mobile", "desktop"]
    and city starts with "Ma"
    and (gender = "female" or gender is unknown)
    and cart.value > 0
"#;

const NOW: &str = "2026-06-01T00:00:00Z";

#[derive(Clone, Debug, Serialize)]
struct Shopper {
    id: String,
    country: String,
    age: i64,
    gender: Option<Gender>,
    device: Option<Device>,
    city: Option<String>,
    orders: i64,
    total_spent: Decimal,
    last_order_at: Option<DateTime>,
    tags: Vec<String>,
    consent: Consent,
    cart: Cart,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Gender {
    Female,
    Male,
    Other,
}

impl Gender {
    fn word(self) -> &'static str {
        match self {
            Self::Female => "female",
            Self::Male => "male",
            Self::Other => "other",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Device {
    Mobile,
    Tablet,
    Desktop,
}

impl Device {
    fn word(self) -> &'static str {
        match self {
            Self::Mobile => "mobile",
            Self::Tablet => "tablet",
            Self::Desktop => "desktop",
        }
    }
}

#[derive(Clone, Debug, Serialize)]
struct Consent {
    email: bool,
}

#[derive(Clone, Debug, Serialize)]
struct Cart {
    value: Decimal,
}

fn shoppers(count: usize) -> Vec<Shopper> {
    let mut random = Random(7);
    let now: DateTime = NOW.parse().expect("an instant");
    let countries = ["ES", "ES", "ES", "FR", "DE", "IT", "US", "GB", "BR", "MX"];
    let cities = [
        "Madrid",
        "Málaga",
        "Marbella",
        "Barcelona",
        "Paris",
        "Berlin",
        "Mataró",
    ];
    let tags = ["vip", "newsletter", "churned", "wholesale", "student"];
    let maybe = |random: &mut Random| !random.one_in(6);
    (0..count)
        .map(|index| Shopper {
            id: format!("c{index}"),
            country: (*random.pick(&countries)).to_owned(),
            age: random.int(12, 90),
            gender: maybe(&mut random).then(|| *random.pick(&[Gender::Female, Gender::Male, Gender::Other])),
            device: maybe(&mut random)
                .then(|| *random.pick(&[Device::Mobile, Device::Tablet, Device::Desktop])),
            city: maybe(&mut random).then(|| (*random.pick(&cities)).to_owned()),
            orders: random.int(0, 20),
            total_spent: Decimal::from_units(random.int(0, 10_000_000)),
            last_order_at: maybe(&mut random)
                .then(|| DateTime::from_micros(now.micros() - random.int(0, 60 * 86_400_000_000)))
                .flatten(),
            tags: (0..random.below(4))
                .map(|_| (*random.pick(&tags)).to_owned())
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

fn simple_by_hand(it: &Shopper) -> bool {
    it.country == "ES" && it.age >= 18
}

fn ten_by_hand(it: &Shopper, from: DateTime, now: DateTime) -> bool {
    matches!(
        it.country.as_str(),
        "ES" | "FR" | "DE" | "IT" | "PT" | "NL" | "BE" | "AT"
    ) && (18..=65).contains(&it.age)
        && it.consent.email
        && (it.total_spent.units() > 2_500_000 || it.orders >= 5)
        && it.last_order_at.is_some_and(|at| from < at && at <= now)
        && !it.tags.iter().any(|tag| tag == "churned")
        && matches!(it.device, Some(Device::Mobile | Device::Desktop))
        && it.city.as_ref().is_some_and(|city| city.starts_with("Ma"))
        && (it.gender == Some(Gender::Female) || it.gender.is_none())
        && it.cart.value.units() > 0
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

/// The shoppers in the order in which they are asked: as they lie in memory, or shuffled.
struct Crowd {
    shop: Definitions,
    at: At,
    shoppers: Vec<Shopper>,
    customers: Vec<Customer>,
    order: Vec<usize>,
}

impl Crowd {
    fn new(count: usize, shuffled: bool) -> Self {
        let shop = Definitions::parse(DEFINITIONS).unwrap_or_else(|error| panic!("{error}"));
        let shoppers = shoppers(count);
        let load = |it: &Shopper| shop.customer_from(it).unwrap_or_else(|error| panic!("{error}"));
        let customers = shoppers.iter().map(load).collect();
        let mut order: Vec<usize> = (0..count).collect();
        if shuffled {
            Random(3).shuffle(&mut order);
        }
        let at = shop.at(NOW.parse().expect("an instant"), &Zone::UTC);
        Self {
            shop,
            at,
            shoppers,
            customers,
            order,
        }
    }

    /// How many match, by hand, through the struct and through the customer.
    fn contenders<'a>(&'a self, name: &str, by_hand: impl Fn(&Shopper) -> bool + 'a) -> [Contender<'a>; 3] {
        let loaded = self.shop.segment(name).expect("defined above");
        let bound = self
            .shop
            .bind::<Shopper>()
            .unwrap_or_else(|error| panic!("{error}"));
        let in_place = bound.segment(name).expect("defined above");
        [
            contender("closure over the struct", move || {
                self.order
                    .iter()
                    .map(|&index| u64::from(by_hand(black_box(&self.shoppers[index]))))
                    .sum()
            }),
            contender("Record over the struct", move || {
                let matches = |index: usize| in_place.matches(black_box(&self.shoppers[index]), &self.at);
                self.order.iter().map(|&index| u64::from(matches(index))).sum()
            }),
            contender("Customer", move || {
                let matches = |index: usize| loaded.matches(black_box(&self.customers[index]), &self.at);
                self.order.iter().map(|&index| u64::from(matches(index))).sum()
            }),
        ]
    }
}

fn matching(criterion: &mut Criterion) {
    let now: DateTime = NOW.parse().expect("an instant");
    let from = DateTime::from_micros(now.micros() - 30 * 86_400_000_000).expect("in range");
    for (temperature, count, shuffled) in [("hot", 5_000, false), ("cold", 100_000, true)] {
        let crowd = Crowd::new(count, shuffled);
        let simple = crowd.contenders("simple", simple_by_hand);
        let ten = crowd.contenders("ten", move |it| ten_by_hand(it, from, now));
        for (question, mut contenders) in [("simple", simple), ("ten conditions", ten)] {
            compare(&format!("{question}, {temperature}"), count, &mut contenders);
            let mut group = criterion.benchmark_group(format!("{question}, {temperature}"));
            group
                .throughput(Throughput::Elements(count as u64))
                .sample_size(20);
            for contender in &mut contenders {
                group.bench_function(contender.name, |it| it.iter(|| (contender.run)()));
            }
            group.finish();
        }
    }
}

criterion_group!(benches, matching);
criterion_main!(benches);
