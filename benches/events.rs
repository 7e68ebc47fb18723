//! How fast is a rule over windows of events, against a loop over the events? The more events there are, the longer the loop takes.

#[expect(dead_code, reason = "shared with benches that need more of it")]
#[path = "support/random.rs"]
mod random;
#[expect(dead_code, reason = "shared with benches that ask of attributes")]
#[path = "support/rules.rs"]
mod rules;
#[path = "support/shopper.rs"]
mod shopper;
mod support;

use std::hint::black_box;

use audience::{Customer, DateTime, Definitions, Zone};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};

use rules::{EVENTS, all_three_by_hand, count_by_hand, filtered_by_hand, sum_by_hand};
use shopper::{COUNTRIES, SCHEMA, Shopper, now, shoppers};
use support::{compare, contender};

type ByHand = fn(&Shopper, DateTime) -> bool;

/// Fewer purchases than this has a customer.
const PURCHASES: [usize; 3] = [24, 120, 600];

fn events(criterion: &mut Criterion) {
    for purchases in PURCHASES {
        ask(criterion, purchases);
    }
}

#[expect(clippy::print_stdout, reason = "the size of the input belongs to the result")]
fn ask(criterion: &mut Criterion, most: usize) {
    // As many purchases in all.
    let count = 2_400_000 / most;
    let shop = Definitions::parse(&[SCHEMA, EVENTS].concat()).unwrap_or_else(|error| panic!("{error}"));
    let now = now();
    let at = shop.at(now, &Zone::UTC);
    let shoppers = shoppers(count, &COUNTRIES, most);
    let load = |it: &Shopper| shop.customer_from(it).unwrap_or_else(|error| panic!("{error}"));
    let customers: Vec<Customer> = shoppers.iter().map(load).collect();
    let bound = shop.bind::<Shopper>().unwrap_or_else(|error| panic!("{error}"));
    let events: usize = shoppers
        .iter()
        .map(|it| it.purchases.len() + it.returns.len())
        .sum();
    println!("{} events per customer on average", events / count);

    let by_hand: [(&str, ByHand); 4] = [
        ("count", count_by_hand),
        ("sum", sum_by_hand),
        ("filtered", filtered_by_hand),
        ("all_three", all_three_by_hand),
    ];
    for (name, by_hand) in by_hand {
        let loaded = shop.segment(name).expect("defined above");
        let in_place = bound.segment(name).expect("defined above");
        let mut contenders = [
            contender("loop over the events", || {
                shoppers
                    .iter()
                    .map(|it| u64::from(by_hand(black_box(it), now)))
                    .sum()
            }),
            contender("Record over the struct", || {
                shoppers
                    .iter()
                    .map(|it| u64::from(in_place.matches(black_box(it), &at)))
                    .sum()
            }),
            contender("Customer", || {
                customers
                    .iter()
                    .map(|it| u64::from(loaded.matches(black_box(it), &at)))
                    .sum()
            }),
        ];
        let name = format!("{name}, fewer than {most} purchases");
        compare(&name, count, &mut contenders);
        let mut group = criterion.benchmark_group(&name);
        group
            .throughput(Throughput::Elements(count as u64))
            .sample_size(20);
        for contender in &mut contenders {
            group.bench_function(contender.name, |it| it.iter(|| (contender.run)()));
        }
        group.finish();
    }
}

criterion_group!(benches, events);
criterion_main!(benches);
