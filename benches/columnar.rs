//! How fast are segments over columns: one against a loop over the same columns, a hundred against as many closures over structs,
//! and windows of events against a loop over the events?

#[path = "support/random.rs"]
mod random;
mod support;

use std::{fmt::Write as _, hint::black_box};

use audience::{
    At, Customer, DateTime, Decimal, Definitions, Zone,
    batch::{Bits, Codes, Column, Columns, Customers, Offsets, Texts},
};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use serde::Serialize;

use random::Random;
use support::{compare, contender};

const SCHEMA: &str = r#"
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
"#;

const COUNTRIES: [&str; 10] = ["ES", "FR", "DE", "IT", "PT", "NL", "BE", "AT", "US", "MX"];
const CITIES: [&str; 7] = [
    "Madrid",
    "Málaga",
    "Marbella",
    "Barcelona",
    "Paris",
    "Berlin",
    "Mataró",
];
const TAGS: [&str; 5] = ["vip", "newsletter", "churned", "wholesale", "student"];
const GENDERS: [&str; 3] = ["female", "male", "other"];
const DEVICES: [&str; 3] = ["mobile", "tablet", "desktop"];

const NOW: &str = "2026-06-01T00:00:00Z";
const DAY: i64 = 86_400_000_000;
const CUSTOMERS: usize = 100_000;

#[derive(Clone, Debug, Serialize)]
struct Shopper {
    id: String,
    country: String,
    age: i64,
    gender: Option<&'static str>,
    device: Option<&'static str>,
    city: Option<String>,
    orders: i64,
    total_spent: Decimal,
    last_order_at: Option<DateTime>,
    tags: Vec<&'static str>,
    consent: Consent,
    cart: Cart,
    purchases: Vec<Purchase>,
}

#[derive(Clone, Debug, Serialize)]
struct Consent {
    email: bool,
}

#[derive(Clone, Debug, Serialize)]
struct Cart {
    value: Decimal,
}

#[derive(Clone, Debug, Serialize)]
struct Purchase {
    at: DateTime,
    amount: Decimal,
    sku: &'static str,
}

fn shoppers(count: usize) -> Vec<Shopper> {
    let mut random = Random(7);
    let now: DateTime = NOW.parse().expect("an instant");
    let ago = |micros: i64| DateTime::from_micros(now.micros() - micros).expect("in range");
    let maybe = |random: &mut Random| !random.one_in(6);
    (0..count)
        .map(|index| {
            let mut times: Vec<i64> = (0..random.below(9)).map(|_| random.int(0, 500 * DAY)).collect();
            times.sort_unstable_by(|a, b| b.cmp(a));
            Shopper {
                id: format!("c{index}"),
                country: (*random.pick(&COUNTRIES)).to_owned(),
                age: random.int(12, 90),
                gender: maybe(&mut random).then(|| *random.pick(&GENDERS)),
                device: maybe(&mut random).then(|| *random.pick(&DEVICES)),
                city: maybe(&mut random).then(|| (*random.pick(&CITIES)).to_owned()),
                orders: random.int(0, 20),
                total_spent: Decimal::from_units(random.int(0, 10_000_000)),
                last_order_at: maybe(&mut random).then(|| ago(random.int(0, 60 * DAY))),
                tags: (0..random.below(4)).map(|_| *random.pick(&TAGS)).collect(),
                consent: Consent {
                    email: !random.one_in(4),
                },
                cart: Cart {
                    value: Decimal::from_units(random.int(0, 3) * 199_900),
                },
                purchases: times
                    .into_iter()
                    .map(|time| Purchase {
                        at: ago(time),
                        amount: Decimal::from_units(random.int(0, 2_000_000)),
                        sku: "a",
                    })
                    .collect(),
            }
        })
        .collect()
}

/// The constants of a segment of ten conditions.
#[derive(Clone, Debug)]
struct Ten {
    countries: Vec<&'static str>,
    age: (i64, i64),
    spent: i64,
    orders: i64,
    days: i64,
    tag: &'static str,
    devices: [&'static str; 2],
    city: &'static str,
    gender: &'static str,
    cart: i64,
}

impl Ten {
    fn first() -> Self {
        Self {
            countries: COUNTRIES[..8].to_vec(),
            age: (18, 65),
            spent: 250,
            orders: 5,
            days: 30,
            tag: "churned",
            devices: ["mobile", "desktop"],
            city: "Ma",
            gender: "female",
            cart: 0,
        }
    }

    fn drawn(random: &mut Random) -> Self {
        let mut countries = COUNTRIES.to_vec();
        random.shuffle(&mut countries);
        countries.truncate(2 + random.below(7));
        let mut devices = DEVICES;
        random.shuffle(&mut devices);
        let age = random.int(14, 40);
        Self {
            countries,
            age: (age, age + random.int(10, 45)),
            spent: random.int(0, 900),
            orders: random.int(1, 15),
            days: random.int(5, 60),
            tag: *random.pick(&TAGS),
            devices: [devices[0], devices[1]],
            city: *random.pick(&["Ma", "M", "B", "Mar", "P"]),
            gender: *random.pick(&GENDERS),
            cart: random.int(0, 39),
        }
    }

    fn text(&self, name: &str) -> String {
        let Self {
            countries,
            age: (low, high),
            spent,
            orders,
            days,
            tag,
            devices: [one, two],
            city,
            gender,
            cart,
        } = self;
        format!(
            "segment {name} = country in {countries:?} and age between {low} and {high} and consent.email
               and (total_spent > {spent} or orders >= {orders}) and last_order_at in last {days} days
               and not (tags contains {tag:?}) and device in [{one:?}, {two:?}] and city starts with {city:?}
               and (gender = {gender:?} or gender is unknown) and cart.value > {cart}\n"
        )
    }

    fn by_hand(&self, it: &Shopper, now: i64) -> bool {
        self.countries.iter().any(|country| *country == it.country)
            && (self.age.0..=self.age.1).contains(&it.age)
            && it.consent.email
            && (it.total_spent.units() > self.spent * 10_000 || it.orders >= self.orders)
            && it
                .last_order_at
                .is_some_and(|at| now - self.days * DAY < at.micros() && at.micros() <= now)
            && !it.tags.contains(&self.tag)
            && it.device.is_some_and(|device| self.devices.contains(&device))
            && it.city.as_ref().is_some_and(|city| city.starts_with(self.city))
            && it.gender.is_none_or(|gender| gender == self.gender)
            && it.cart.value.units() > self.cart * 10_000
    }
}

/// The shoppers by columns, as an engine would hand them over.
struct Held {
    ids: Vec<String>,
    country: Vec<u8>,
    age: Vec<i64>,
    gender: (Vec<u8>, Vec<bool>),
    device: (Vec<u8>, Vec<bool>),
    city: (Vec<u8>, Vec<bool>),
    orders: Vec<i64>,
    spent: Vec<i64>,
    last: (Vec<i64>, Vec<bool>),
    tags: (Vec<i32>, Vec<u8>),
    email: Vec<bool>,
    cart: Vec<i64>,
    purchases: (Vec<i32>, Vec<i64>, Vec<i64>),
}

fn code(words: &[&str], word: Option<&str>) -> u8 {
    let position = words.iter().position(|it| Some(*it) == word).unwrap_or(0);
    u8::try_from(position).expect("few words")
}

impl Held {
    fn new(shoppers: &[Shopper]) -> Self {
        let coded = |words: &[&str], get: &dyn Fn(&Shopper) -> Option<String>| {
            let of = |it: &Shopper| (code(words, get(it).as_deref()), get(it).is_some());
            shoppers.iter().map(of).unzip()
        };
        let end = |total: usize| i32::try_from(total).expect("few items");
        let mut held = Self {
            ids: shoppers.iter().map(|it| it.id.clone()).collect(),
            country: shoppers
                .iter()
                .map(|it| code(&COUNTRIES, Some(&it.country)))
                .collect(),
            age: shoppers.iter().map(|it| it.age).collect(),
            gender: coded(&GENDERS, &|it| it.gender.map(str::to_owned)),
            device: coded(&DEVICES, &|it| it.device.map(str::to_owned)),
            city: coded(&CITIES, &|it| it.city.clone()),
            orders: shoppers.iter().map(|it| it.orders).collect(),
            spent: shoppers.iter().map(|it| it.total_spent.units()).collect(),
            last: shoppers
                .iter()
                .map(|it| {
                    (
                        it.last_order_at.map_or(0, DateTime::micros),
                        it.last_order_at.is_some(),
                    )
                })
                .unzip(),
            tags: (vec![0], Vec::new()),
            email: shoppers.iter().map(|it| it.consent.email).collect(),
            cart: shoppers.iter().map(|it| it.cart.value.units()).collect(),
            purchases: (vec![0], Vec::new(), Vec::new()),
        };
        for shopper in shoppers {
            held.tags
                .1
                .extend(shopper.tags.iter().map(|it| code(&TAGS, Some(it))));
            held.tags.0.push(end(held.tags.1.len()));
            held.purchases
                .1
                .extend(shopper.purchases.iter().map(|it| it.at.micros()));
            held.purchases
                .2
                .extend(shopper.purchases.iter().map(|it| it.amount.units()));
            held.purchases.0.push(end(held.purchases.1.len()));
        }
        held
    }

    fn columns(&self) -> Columns<'_> {
        let bits = |bools: &[bool]| bools.iter().copied().collect::<Bits<'_>>();
        let coded = |(codes, known): &'_ (Vec<u8>, Vec<bool>), words: &[&str]| {
            let codes: Codes<'_> = codes.clone().into();
            Column::coded(codes, Texts::from_iter(words)).known(bits(known))
        };
        let (tag_offsets, tags) = &self.tags;
        let (purchase_offsets, times, amounts) = &self.purchases;
        let skus = vec![0_u8; times.len()];
        let purchases = Columns::new(times.len())
            .column("at", Column::datetimes(&times[..]))
            .column("amount", Column::decimals(&amounts[..]))
            .column("sku", Column::coded(skus, Texts::from_iter(["a"])));
        let tags = Column::list(
            Offsets::from(&tag_offsets[..]),
            tags.len(),
            Column::coded(&tags[..], Texts::from_iter(TAGS)),
        );
        Columns::new(self.age.len())
            .column("id", Column::texts(Texts::from_iter(&self.ids)))
            .column(
                "country",
                Column::coded(&self.country[..], Texts::from_iter(COUNTRIES)),
            )
            .column("age", Column::ints(&self.age[..]))
            .column("gender", coded(&self.gender, &GENDERS))
            .column("device", coded(&self.device, &DEVICES))
            .column("city", coded(&self.city, &CITIES))
            .column("orders", Column::ints(&self.orders[..]))
            .column("total_spent", Column::decimals(&self.spent[..]))
            .column(
                "last_order_at",
                Column::datetimes(&self.last.0[..]).known(bits(&self.last.1)),
            )
            .column("tags", tags)
            .column("consent.email", Column::bools(bits(&self.email)))
            .column("cart.value", Column::decimals(&self.cart[..]))
            .events("purchases", Offsets::from(&purchase_offsets[..]), purchases)
    }

    /// The first segment, as one would write it for these columns: codes looked up before, cheap columns first.
    fn ten_by_hand(&self, now: i64) -> usize {
        let from = now - 30 * DAY;
        let madrid = CITIES.map(|city| city.starts_with("Ma"));
        let (tag_offsets, tags) = &self.tags;
        let churned = code(&TAGS, Some("churned"));
        let of_row = |row: usize| {
            let at = |row: usize| usize::try_from(tag_offsets[row]).unwrap_or(0);
            let tags = &tags[at(row)..at(row + 1)];
            self.country[row] < 8
                && (18..=65).contains(&self.age[row])
                && self.email[row]
                && (self.spent[row] > 2_500_000 || self.orders[row] >= 5)
                && self.last.1[row]
                && from < self.last.0[row]
                && self.last.0[row] <= now
                && !tags.contains(&churned)
                && self.device.1[row]
                && self.device.0[row] != 1
                && self.city.1[row]
                && madrid[usize::from(self.city.0[row])]
                && (!self.gender.1[row] || self.gender.0[row] == 0)
                && self.cart[row] > 0
        };
        (0..self.age.len()).filter(|row| of_row(*row)).count()
    }
}

fn columnar(criterion: &mut Criterion) {
    let now: DateTime = NOW.parse().expect("an instant");
    let micros = now.micros();
    let mut random = Random(5);
    let many: Vec<Ten> = (0..100).map(|_| Ten::drawn(&mut random)).collect();
    let mut text = format!("{SCHEMA}{}", Ten::first().text("ten"));
    for (index, ten) in many.iter().enumerate() {
        text.push_str(&ten.text(&format!("many_{index}")));
    }
    for (name, rule) in [
        ("count", "count(purchases in last 90 days) >= 2"),
        ("sum", "sum(amount of purchases in last 365 days) > 300"),
        (
            "filtered",
            "at least 2 purchases in last 180 days where amount > 50",
        ),
    ] {
        _ = writeln!(text, "segment {name} = {rule}");
    }
    let shop = Definitions::parse(&text).unwrap_or_else(|error| panic!("{error}"));
    let at = shop.at(now, &Zone::UTC);
    let shoppers = shoppers(CUSTOMERS);
    let held = Held::new(&shoppers);
    let people = Customers::new(&shop, held.columns()).unwrap_or_else(|error| panic!("{error}"));

    one(criterion, &shop, &at, &people, &held, micros);
    hundred(criterion, &shop, &at, &people, (&shoppers, &many), micros);
    events(criterion, &shop, &at, &people, &shoppers, micros);
}

fn one(
    criterion: &mut Criterion,
    shop: &Definitions,
    at: &At,
    people: &Customers<'_>,
    held: &Held,
    now: i64,
) {
    let ten = shop.segment("ten").expect("defined above");
    let mut contenders = [
        contender("loop over the columns", || {
            black_box(held).ten_by_hand(now) as u64
        }),
        contender("batch", || ten.evaluate(black_box(people), at).count() as u64),
    ];
    measure(criterion, "ten conditions", &mut contenders, CUSTOMERS);
}

fn hundred(
    criterion: &mut Criterion,
    shop: &Definitions,
    at: &At,
    people: &Customers<'_>,
    (shoppers, many): (&[Shopper], &[Ten]),
    now: i64,
) {
    let names = (0..many.len()).map(|index| format!("many_{index}"));
    let segments = shop.segments().only(names).expect("defined above");
    let load = |it: &Shopper| shop.customer_from(it).unwrap_or_else(|error| panic!("{error}"));
    let customers: Vec<Customer> = shoppers.iter().map(load).collect();
    let mut contenders = [
        contender("closures over structs", || {
            let found =
                |it: &Shopper| many.iter().filter(|ten| ten.by_hand(black_box(it), now)).count() as u64;
            shoppers.iter().map(found).sum()
        }),
        contender("batch", || {
            let members = segments.evaluate(black_box(people), at);
            members.iter().map(|it| it.count() as u64).sum()
        }),
        contender("batch, counts alone", || {
            segments
                .counts(black_box(people), at)
                .into_iter()
                .map(|it| it as u64)
                .sum()
        }),
        contender("loaded customers to columns", || {
            let people = Customers::from_customers(shop, black_box(&customers)).expect("the same schema");
            let members = segments.evaluate(&people, at);
            members.iter().map(|it| it.count() as u64).sum()
        }),
    ];
    measure(criterion, "100 segments", &mut contenders, CUSTOMERS * many.len());
}

fn events(
    criterion: &mut Criterion,
    shop: &Definitions,
    at: &At,
    people: &Customers<'_>,
    shoppers: &[Shopper],
    now: i64,
) {
    fn recent(it: &Shopper, now: i64, days: i64) -> impl Iterator<Item = &Purchase> {
        it.purchases
            .iter()
            .filter(move |it| now - days * DAY < it.at.micros() && it.at.micros() <= now)
    }
    type ByHand = fn(&Shopper, i64) -> bool;
    let cases: [(&str, ByHand); 3] = [
        ("count", |it, now| recent(it, now, 90).count() >= 2),
        ("sum", |it, now| {
            recent(it, now, 365).map(|it| it.amount.units()).sum::<i64>() > 3_000_000
        }),
        ("filtered", |it, now| {
            recent(it, now, 180)
                .filter(|it| it.amount.units() > 500_000)
                .count()
                >= 2
        }),
    ];
    for (name, by_hand) in cases {
        let segment = shop.segment(name).expect("defined above");
        let mut contenders = [
            contender("loop over the events", || {
                shoppers
                    .iter()
                    .map(|it| u64::from(by_hand(black_box(it), now)))
                    .sum()
            }),
            contender("batch", || segment.evaluate(black_box(people), at).count() as u64),
        ];
        measure(criterion, &format!("events, {name}"), &mut contenders, CUSTOMERS);
    }
}

fn measure(
    criterion: &mut Criterion,
    question: &str,
    contenders: &mut [support::Contender<'_>],
    items: usize,
) {
    compare(question, items, contenders);
    let mut group = criterion.benchmark_group(question);
    group
        .throughput(Throughput::Elements(items as u64))
        .sample_size(10);
    for contender in contenders {
        group.bench_function(contender.name, |it| it.iter(|| (contender.run)()));
    }
    group.finish();
}

criterion_group!(benches, columnar);
criterion_main!(benches);
