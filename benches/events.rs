//! How fast is a rule over windows of events, against a loop over the events?

#[expect(dead_code, reason = "shared with benches that need more of it")]
#[path = "support/random.rs"]
mod random;
mod support;

use std::hint::black_box;

use audience::{Customer, DateTime, Decimal, Definitions, Zone, record};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use serde::Serialize;

use random::Random;
use support::{compare, contender};

const DEFINITIONS: &str = "
customer { id: string key }
event purchases { amount: decimal, sku: string }
event returns { amount: decimal }

segment count = count(purchases in last 30 days) >= 2
segment sum = sum(amount of purchases in last 365 days) > 500
segment filtered = at least 2 purchases in last 30 days where amount > 50
segment all_three =
    at least 2 purchases in last 30 days where (amount > 50)
    and sum(amount of purchases in last 365 days) > 500
    and no returns in last 90 days
";

const NOW: &str = "2026-06-01T00:00:00Z";
const DAY: i64 = 86_400_000_000;

#[derive(Clone, Debug, Serialize)]
struct Shopper {
    id: String,
    purchases: Vec<Purchase>,
    returns: Vec<Return>,
}

#[derive(Clone, Debug, Serialize)]
struct Purchase {
    at: DateTime,
    amount: Decimal,
    sku: String,
}

#[derive(Clone, Debug, Serialize)]
struct Return {
    at: DateTime,
    amount: Decimal,
}

fn shoppers(count: usize) -> Vec<Shopper> {
    let mut random = Random(11);
    let now: DateTime = NOW.parse().expect("an instant");
    let times = |random: &mut Random, count: usize| {
        let mut times: Vec<i64> = (0..count)
            .map(|_| now.micros() - random.int(0, 700 * DAY))
            .collect();
        times.sort_unstable();
        times
            .into_iter()
            .map(|it| DateTime::from_micros(it).expect("in range"))
            .collect::<Vec<_>>()
    };
    (0..count)
        .map(|index| {
            let purchases = random.below(120);
            let returns = random.below(6);
            Shopper {
                id: format!("c{index}"),
                purchases: times(&mut random, purchases)
                    .into_iter()
                    .map(|at| Purchase {
                        at,
                        amount: Decimal::from_units(random.int(1, 200) * 10_000),
                        sku: format!("p{}", random.below(500)),
                    })
                    .collect(),
                returns: times(&mut random, returns)
                    .into_iter()
                    .map(|at| Return {
                        at,
                        amount: Decimal::from_units(random.int(1, 100) * 10_000),
                    })
                    .collect(),
            }
        })
        .collect()
}

record! {
    impl Record for Shopper {
        id: |it| &it.id,
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

/// Whether it lies in the last so many days.
fn is_in_last(at: DateTime, days: i64, now: DateTime) -> bool {
    now.micros() - days * DAY < at.micros() && at <= now
}

fn count_by_hand(it: &Shopper, now: DateTime) -> bool {
    it.purchases
        .iter()
        .filter(|it| is_in_last(it.at, 30, now))
        .count()
        >= 2
}

fn sum_by_hand(it: &Shopper, now: DateTime) -> bool {
    let lately = it.purchases.iter().filter(|it| is_in_last(it.at, 365, now));
    lately.map(|it| it.amount.units()).sum::<i64>() > 5_000_000
}

fn filtered_by_hand(it: &Shopper, now: DateTime) -> bool {
    let lately = it.purchases.iter().filter(|it| is_in_last(it.at, 30, now));
    lately.filter(|it| it.amount.units() > 500_000).count() >= 2
}

fn all_three_by_hand(it: &Shopper, now: DateTime) -> bool {
    filtered_by_hand(it, now)
        && sum_by_hand(it, now)
        && !it.returns.iter().any(|it| is_in_last(it.at, 90, now))
}

type ByHand = fn(&Shopper, DateTime) -> bool;

#[expect(clippy::print_stdout, reason = "the size of the input belongs to the result")]
fn events(criterion: &mut Criterion) {
    const COUNT: usize = 20_000;
    let shop = Definitions::parse(DEFINITIONS).unwrap_or_else(|error| panic!("{error}"));
    let now: DateTime = NOW.parse().expect("an instant");
    let at = shop.at(now, &Zone::UTC);
    let shoppers = shoppers(COUNT);
    let load = |it: &Shopper| shop.customer_from(it).unwrap_or_else(|error| panic!("{error}"));
    let customers: Vec<Customer> = shoppers.iter().map(load).collect();
    let bound = shop.bind::<Shopper>().unwrap_or_else(|error| panic!("{error}"));
    let events: usize = shoppers
        .iter()
        .map(|it| it.purchases.len() + it.returns.len())
        .sum();
    println!("{} events per customer on average", events / COUNT);

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
        compare(name, COUNT, &mut contenders);
        let mut group = criterion.benchmark_group(name);
        group
            .throughput(Throughput::Elements(COUNT as u64))
            .sample_size(20);
        for contender in &mut contenders {
            group.bench_function(contender.name, |it| it.iter(|| (contender.run)()));
        }
        group.finish();
    }
}

criterion_group!(benches, events);
criterion_main!(benches);
