//! How long does it take to compile a rule of ten conditions, and a template, and does the time grow with the length alone?

#[expect(dead_code, reason = "shared with the benches that show its messages")]
#[path = "support/letter.rs"]
mod letter;
#[expect(dead_code, reason = "shared with benches that need more of it")]
#[path = "support/random.rs"]
mod random;
mod support;

use std::hint::black_box;

use audience::{Definitions, Format, Type};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};

use letter::{Document, Own};
use support::{compare, contender};

const CUSTOMER: &str = r#"customer {
  id: string key, country: string, age: int, gender: ("female" | "male" | "other")?,
  device: ("mobile" | "tablet" | "desktop")?, city: string?, orders: int, total_spent: decimal,
  last_order_at: datetime?, tags: [string], consent: { email: bool }, cart: { value: decimal }
}
"#;

/// A rule of ten conditions.
const TEN: &str = concat!(" =\n", include_str!("support/ten.audience"));

fn definitions(rules: usize) -> String {
    (0..rules).fold(CUSTOMER.to_owned(), |text, index| {
        text + &format!("segment s{index}{TEN}")
    })
}

fn compile(text: &str) -> u64 {
    let shop = Definitions::parse(black_box(text)).unwrap_or_else(|error| panic!("{error}"));
    u64::try_from(shop.segments().len()).expect("few segments")
}

/// With the warnings that take reasoning, which nobody has to wait for who does not ask.
fn compile_and_warn(text: &str) -> u64 {
    let shop = Definitions::parse(black_box(text)).unwrap_or_else(|error| panic!("{error}"));
    black_box(shop.warnings());
    u64::try_from(shop.segments().len()).expect("few segments")
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

/// A push message of 95 bytes, and pages that are as long as so many stories with four products.
fn template(stories: usize) -> (Format, String) {
    if stories == 0 {
        return (Format::Text, letter::template(Document::Push, &Own));
    }
    let story = letter::section(&Own);
    let text = format!("{}{}{}", letter::HEAD, story.repeat(stories), letter::FOOT);
    (Format::Html, text)
}

#[expect(clippy::print_stdout, reason = "what is compared is how the times grow")]
fn templates(criterion: &mut Criterion) {
    let shop = Definitions::parse(letter::DEFINITIONS).unwrap_or_else(|error| panic!("{error}"));
    let compile = |(format, text): &(Format, String)| {
        let builder = shop.template_builder(*format).source("spring", text);
        let built = builder.input("coupon", Type::String).build();
        black_box(built.unwrap_or_else(|error| panic!("{error}")));
        1
    };
    let mut group = criterion.benchmark_group("templates");
    for stories in [0, 1, 4, 32] {
        let source = template(stories);
        let bytes = source.1.len();
        let question = format!("compile a template of {bytes} bytes");
        let times = compare(&question, 1, &mut [contender("compile", || compile(&source))]);
        #[expect(clippy::cast_precision_loss, reason = "shown with one digit")]
        let of_kilobyte = times[0] * 1024.0 / bytes as f64;
        println!("  {:.1} µs per KB", of_kilobyte / 1e3);
        group.throughput(Throughput::Bytes(bytes as u64));
        group.bench_function(format!("{bytes} bytes"), |it| it.iter(|| compile(&source)));
    }
    group.finish();
}

criterion_group!(benches, compiling, templates);
criterion_main!(benches);
