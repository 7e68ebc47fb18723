//! How fast are many segments together, for one customer after the other, against as many hand-written closures over the same struct, and how does
//! that grow from 10 to 10,000 segments?

#![expect(clippy::print_stdout, reason = "the comparison is what a bench is run for")]

#[path = "support/random.rs"]
mod random;
#[path = "support/shopper.rs"]
mod shopper;
mod support;

use std::{fmt::Write, hint::black_box, time::Instant};

use audience::{At, Customer, DateTime, Definitions, Segment, SegmentSet, Zone};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};

use random::Random;
use shopper::{COUNTRIES, DAY, Device, Gender, SCHEMA, Shopper, TAGS, now, shoppers};
use support::{Contender, compare, contender};

/// Where a shop that sends everywhere sends to.
const MANY_COUNTRIES: [&str; 40] = [
    "AT", "AU", "BE", "BG", "BR", "CA", "CH", "CL", "CN", "CO", "CY", "CZ", "DE", "DK", "EE", "ES", "FI",
    "FR", "GB", "GR", "HR", "HU", "IE", "IN", "IT", "JP", "KR", "LT", "LU", "LV", "MT", "MX", "NL", "NO",
    "PL", "PT", "RO", "SE", "SI", "US",
];

const PREFIXES: [&str; 6] = ["Ma", "Mad", "Mál", "Bar", "Par", "Ber"];

/// A segment before it is written down: those conditions that it has.
struct Rule {
    countries: Vec<&'static str>,
    ages: Option<(i64, i64)>,
    email: bool,
    /// More than so much spent, or so many orders.
    worth: Option<(i64, i64)>,
    days: Option<i64>,
    without_tag: Option<&'static str>,
    devices: Option<[Device; 2]>,
    city: Option<&'static str>,
    gender: Option<Gender>,
    cart: bool,
}

impl Rule {
    /// One that has each condition but the first with that many chances in ten.
    fn draw(random: &mut Random, countries: &[&'static str], chances: usize) -> Self {
        let has = |random: &mut Random| random.below(10) < chances;
        let low = random.int(16, 40);
        let devices = [
            [Device::Mobile, Device::Desktop],
            [Device::Mobile, Device::Tablet],
            [Device::Tablet, Device::Desktop],
        ];
        Self {
            countries: (0..=random.below(8)).map(|_| *random.pick(countries)).collect(),
            ages: has(random).then(|| (low, low + random.int(10, 50))),
            email: has(random),
            worth: has(random).then(|| (random.int(0, 1_000), random.int(1, 20))),
            days: has(random).then(|| *random.pick(&[7, 14, 30, 45, 60])),
            without_tag: has(random).then(|| *random.pick(&TAGS)),
            devices: has(random).then(|| *random.pick(&devices)),
            city: has(random).then(|| *random.pick(&PREFIXES)),
            gender: has(random).then(|| *random.pick(&[Gender::Female, Gender::Male, Gender::Other])),
            cart: has(random),
        }
    }

    fn text(&self) -> String {
        let mut text = format!("country in {:?}", self.countries);
        let mut and = |condition: String| write!(text, " and {condition}").expect("a String takes all");
        if let Some((low, high)) = self.ages {
            and(format!("age between {low} and {high}"));
        }
        if self.email {
            and("consent.email".to_owned());
        }
        if let Some((spent, orders)) = self.worth {
            and(format!("(total_spent > {spent} or orders >= {orders})"));
        }
        if let Some(days) = self.days {
            and(format!("last_order_at in last {days} days"));
        }
        if let Some(tag) = self.without_tag {
            and(format!("not (tags contains {tag:?})"));
        }
        if let Some([one, other]) = self.devices {
            and(format!("device in [{:?}, {:?}]", one.word(), other.word()));
        }
        if let Some(city) = self.city {
            and(format!("city starts with {city:?}"));
        }
        if let Some(gender) = self.gender {
            and(format!("(gender = {:?} or gender is unknown)", gender.word()));
        }
        if self.cart {
            and("cart.value > 0".to_owned());
        }
        text
    }

    /// The same by hand, with the constants in the closure and no test for conditions that there are not.
    fn by_hand(&self, now: DateTime) -> Box<dyn Fn(&Shopper) -> bool> {
        let countries = self.countries.clone();
        let ages = self.ages.unwrap_or((i64::MIN, i64::MAX));
        let email = self.email;
        let (spent, orders) = self
            .worth
            .map_or((i64::MIN, 0), |(spent, orders)| (spent * 10_000, orders));
        let from = self
            .days
            .and_then(|days| DateTime::from_micros(now.micros() - days * DAY));
        let without_tag = self.without_tag;
        let devices = self.devices;
        let city = self.city;
        let gender = self.gender;
        let cart = if self.cart { 0 } else { i64::MIN };
        Box::new(move |it| {
            countries.iter().any(|country| *country == it.country)
                && (ages.0..=ages.1).contains(&it.age)
                && (!email || it.consent.email)
                && (it.total_spent.units() > spent || it.orders >= orders)
                && from.is_none_or(|from| it.last_order_at.is_some_and(|at| from < at && at <= now))
                && without_tag.is_none_or(|without| !it.tags.iter().any(|tag| tag == without))
                && devices.is_none_or(|devices| it.device.is_some_and(|it| devices.contains(&it)))
                && city.is_none_or(|prefix| it.city.as_ref().is_some_and(|city| city.starts_with(prefix)))
                && (gender.is_none() || it.gender == gender || it.gender.is_none())
                && it.cart.value.units() > cart
        })
    }
}

/// Segments and customers that they are asked about.
struct Crowd {
    shop: Definitions,
    at: At,
    shoppers: Vec<Shopper>,
    customers: Vec<Customer>,
    rules: Vec<Rule>,
}

impl Crowd {
    fn new(segments: usize, countries: &[&'static str], chances: usize) -> Self {
        let mut random = Random(11);
        let rules: Vec<_> = (0..segments)
            .map(|_| Rule::draw(&mut random, countries, chances))
            .collect();
        let mut text = SCHEMA.to_owned();
        for (index, rule) in rules.iter().enumerate() {
            writeln!(text, "segment s{index} = {}", rule.text()).expect("a String takes all");
        }
        let shop = Definitions::parse(&text).unwrap_or_else(|error| panic!("{error}"));
        let mut shoppers = shoppers((5_000_000 / segments).clamp(1_000, 5_000), countries, 0);
        random.shuffle(&mut shoppers);
        let load = |it: &Shopper| shop.customer_from(it).unwrap_or_else(|error| panic!("{error}"));
        let customers = shoppers.iter().map(load).collect();
        let at = shop.at(now(), &Zone::UTC);
        Self {
            shop,
            at,
            shoppers,
            customers,
            rules,
        }
    }

    /// How many segments all customers are in, together.
    fn contenders(&self) -> [Contender<'_>; 4] {
        let closures: Vec<_> = self.rules.iter().map(|it| it.by_hand(self.at.now())).collect();
        let in_place = self
            .shop
            .bind::<Shopper>()
            .unwrap_or_else(|error| panic!("{error}"));
        let in_place = in_place.segments();
        let segments = self.shop.segments();
        let one_by_one: Vec<Segment> = segments.iter().collect();
        let (mut of_record, mut of_customer) = (SegmentSet::new(), SegmentSet::new());
        [
            contender("closures over the struct", move || {
                let of = |it: &Shopper| closures.iter().filter(|closure| closure(it)).count();
                self.shoppers.iter().map(|it| of(black_box(it)) as u64).sum()
            }),
            contender("Record over the struct", move || {
                let mut of = |it: &Shopper| {
                    in_place.matching(it, &self.at, &mut of_record);
                    of_record.len()
                };
                self.shoppers.iter().map(|it| of(black_box(it)) as u64).sum()
            }),
            contender("Customer", move || {
                let mut of = |it: &Customer| {
                    segments.matching(it, &self.at, &mut of_customer);
                    of_customer.len()
                };
                self.customers.iter().map(|it| of(black_box(it)) as u64).sum()
            }),
            contender("Customer, one by one", move || {
                let of = |it: &Customer| one_by_one.iter().filter(|one| one.matches(it, &self.at)).count();
                self.customers.iter().map(|it| of(black_box(it)) as u64).sum()
            }),
        ]
    }
}

fn many(criterion: &mut Criterion) {
    for (kind, countries, chances) in [
        ("of ten conditions, few countries", &COUNTRIES[..], 10),
        ("of ten conditions, many countries", &MANY_COUNTRIES[..], 10),
        ("of two or three conditions, few countries", &COUNTRIES[..], 2),
    ] {
        for segments in [10, 100, 1_000, 10_000] {
            let crowd = Crowd::new(segments, countries, chances);
            let question = format!("{segments} segments {kind}");
            let begin = Instant::now();
            let mut found = SegmentSet::new();
            crowd
                .shop
                .segments()
                .matching(&crowd.customers[0], &crowd.at, &mut found);
            println!(
                "{question}: planned together in {:.1} ms",
                begin.elapsed().as_secs_f64() * 1e3
            );
            let mut contenders = crowd.contenders();
            compare(&question, crowd.shoppers.len(), &mut contenders);
            let mut group = criterion.benchmark_group(&question);
            group
                .throughput(Throughput::Elements(crowd.shoppers.len() as u64))
                .sample_size(10);
            // The closures and one by one take long for many segments, and `compare` has timed them.
            for contender in &mut contenders[1..3] {
                group.bench_function(contender.name, |it| it.iter(|| (contender.run)()));
            }
            group.finish();
        }
    }
}

criterion_group!(benches, many);
criterion_main!(benches);
