//! How fast is one segment, simple and of ten conditions, against a hand-written closure over the same struct?

#[path = "support/random.rs"]
mod random;
#[expect(dead_code, reason = "shared with benches that ask of events")]
#[path = "support/rules.rs"]
mod rules;
#[path = "support/shopper.rs"]
mod shopper;
mod support;

use std::hint::black_box;

use audience::{At, Customer, DateTime, Definitions, Zone};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};

use random::Random;
use rules::{ATTRIBUTES, simple_by_hand, ten_by_hand};
use shopper::{COUNTRIES, DAY, SCHEMA, Shopper, now, shoppers};
use support::{Contender, compare, contender};

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
        let shop =
            Definitions::parse(&[SCHEMA, ATTRIBUTES].concat()).unwrap_or_else(|error| panic!("{error}"));
        let shoppers = shoppers(count, &COUNTRIES, 0);
        let load = |it: &Shopper| shop.customer_from(it).unwrap_or_else(|error| panic!("{error}"));
        let customers = shoppers.iter().map(load).collect();
        let mut order: Vec<usize> = (0..count).collect();
        if shuffled {
            Random(3).shuffle(&mut order);
        }
        let at = shop.at(now(), &Zone::UTC);
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
    let now = now();
    let from = DateTime::from_micros(now.micros() - 30 * DAY).expect("in range");
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
