//! How fast are many segments together, for one customer after the other, against as many hand-written closures over the same struct, and how does
//! that grow from 10 to 10,000 segments?

#![expect(clippy::print_stdout, reason = "the comparison is what a bench is run for")]

#[path = "support/drawn.rs"]
mod drawn;
#[path = "support/random.rs"]
mod random;
#[path = "support/shopper.rs"]
mod shopper;
mod support;

use std::{fmt::Write, hint::black_box, time::Instant};

use audience::{At, Customer, Definitions, Segment, SegmentSet, Zone};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};

use drawn::{MANY_COUNTRIES, Rule};
use random::Random;
use shopper::{COUNTRIES, SCHEMA, Shopper, now, shoppers};
use support::{Contender, compare, contender};

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
