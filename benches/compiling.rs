//! How long does it take to compile a rule of ten conditions, and does the time grow with the length alone?

mod support;

use std::hint::black_box;

use audience::Definitions;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};

use support::{compare, contender};

const CUSTOMER: &str = r#"customer {
  id: string key, country: string, age: int, gender: ("female" | "male" | "other")?,
  device: ("mobile" | "tablet" | "desktop")?, city: string?, orders: int, total_spent: decimal,
  last_order_at: datetime?, tags: [string], consent: { email: bool }, cart: { value: decimal }
}
"#;

const TEN: &str = r#" =
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

fn definitions(rules: usize) -> String {
    (0..rules).fold(CUSTOMER.to_owned(), |text, index| {
        text + &format!("segment s{index}{TEN}")
    })
}

fn compile(text: &str) -> u64 {
    let shop = Definitions::parse(black_box(text)).unwrap_or_else(|error| panic!("{error}"));
    u64::try_from(shop.segments().count()).expect("few segments")
}

/// With the warnings that take reasoning, which nobody has to wait for who does not ask.
fn compile_and_warn(text: &str) -> u64 {
    let shop = Definitions::parse(black_box(text)).unwrap_or_else(|error| panic!("{error}"));
    black_box(shop.warnings());
    u64::try_from(shop.segments().count()).expect("few segments")
}

#[expect(clippy::print_stdout, reason = "the size of the input belongs to the result")]
fn compiling(criterion: &mut Criterion) {
    let (empty, one) = (definitions(0), definitions(1));
    println!("one rule of ten conditions has {} bytes", one.len() - empty.len());
    for rules in [1, 10, 100, 1_000] {
        let text = definitions(rules);
        compare(
            &format!("parse, check and plan, {} bytes in all", text.len()),
            rules,
            &mut [
                contender("compile", || compile(&text)),
                contender("with all warnings", || compile_and_warn(&text)),
            ],
        );
    }
    let mut group = criterion.benchmark_group("compiling");
    for rules in [0, 1, 100] {
        let text = definitions(rules);
        group.throughput(Throughput::Bytes(text.len() as u64));
        group.bench_function(format!("{rules} rules"), |it| it.iter(|| compile(&text)));
    }
    group.finish();
}

criterion_group!(benches, compiling);
criterion_main!(benches);
