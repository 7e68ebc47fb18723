//! How fast is an e-mail of about 6 KB, the same with products of the customer's own, without any, and a push message of 95 bytes,
//! against hand-written `push_str` with an escape by a table of bytes?

#[path = "support/letter.rs"]
mod letter;
#[expect(dead_code, reason = "shared with benches that need more of it")]
#[path = "support/random.rs"]
mod random;
mod support;

use std::hint::black_box;

use audience::{Customer, Definitions, Format, Rendered, Type, Zone};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};

use letter::{COUPON, Client, DEFINITIONS, Document, Own, by_hand, catalog, clients, placed};
use support::{compare, contender};

fn rendering(criterion: &mut Criterion) {
    for (document, question) in [
        (Document::Letter, "an e-mail"),
        (Document::Favorites, "an e-mail with products of the customer"),
        (Document::Page, "an e-mail without products"),
        (Document::Push, "a push message"),
    ] {
        measure(criterion, document, question);
    }
}

#[expect(clippy::print_stdout, reason = "the size of the output belongs to the result")]
fn measure(criterion: &mut Criterion, document: Document, question: &str) {
    const COUNT: usize = 2_000;
    let shop = Definitions::parse(DEFINITIONS).unwrap_or_else(|error| panic!("{error}"));
    let at = shop.at("2026-06-01T00:00:00Z".parse().expect("an instant"), &Zone::UTC);
    let clients = clients(COUNT);
    let load = |it: &Client| shop.customer_from(it).unwrap_or_else(|error| panic!("{error}"));
    let customers: Vec<Customer> = clients.iter().map(load).collect();
    let catalog = catalog();
    let (items, placements) = placed(&shop, &catalog, &clients);
    let at = at.with_items(items);

    let source = letter::template(document, &Own);
    let format = match document {
        Document::Push => Format::Text,
        _ => Format::Html,
    };
    let loaded = shop
        .template_builder(format)
        .source("spring", &source)
        .input("coupon", Type::String);
    let loaded = loaded.build().unwrap_or_else(|error| panic!("{error}"));
    let loaded_inputs = loaded.inputs([("coupon", COUPON)]).expect("the declared input");
    let bound = shop.bind::<Client>().unwrap_or_else(|error| panic!("{error}"));
    let bound = bound
        .template_builder(format)
        .source("spring", &source)
        .input("coupon", Type::String);
    let bound = bound.build().unwrap_or_else(|error| panic!("{error}"));
    let bound_inputs = bound.inputs([("coupon", COUPON)]).expect("the declared input");

    let mut written = 0;
    for ((client, customer), placements) in clients.iter().zip(&customers).zip(&placements) {
        let mut messages = [String::new(), String::new(), String::new()];
        by_hand(document, client, &catalog, &mut messages[0]);
        let sent = [
            bound.render_into(client, &bound_inputs, placements, &at, &mut messages[1]),
            loaded.render_into(customer, &loaded_inputs, placements, &at, &mut messages[2]),
        ];
        assert!(sent.iter().all(|it| matches!(it, Ok(Rendered::Sent))), "{sent:?}");
        assert_eq!(messages[0], messages[1]);
        assert_eq!(messages[0], messages[2]);
        written += messages[0].len();
    }
    println!("{} bytes per message on average", written / COUNT);

    let (mut one, mut two, mut three) = (String::new(), String::new(), String::new());
    let mut contenders = [
        contender("push_str", || {
            let mut bytes = 0;
            for client in &clients {
                one.clear();
                by_hand(document, black_box(client), &catalog, &mut one);
                bytes += one.len() as u64;
            }
            bytes
        }),
        contender("Record over the struct", || {
            let mut bytes = 0;
            for (client, placements) in clients.iter().zip(&placements) {
                two.clear();
                let sent = bound.render_into(black_box(client), &bound_inputs, placements, &at, &mut two);
                debug_assert!(sent.is_ok());
                bytes += two.len() as u64;
            }
            bytes
        }),
        contender("Customer", || {
            let mut bytes = 0;
            for (customer, placements) in customers.iter().zip(&placements) {
                three.clear();
                let sent =
                    loaded.render_into(black_box(customer), &loaded_inputs, placements, &at, &mut three);
                debug_assert!(sent.is_ok());
                bytes += three.len() as u64;
            }
            bytes
        }),
    ];
    compare(question, COUNT, &mut contenders);
    let mut group = criterion.benchmark_group(question);
    group
        .throughput(Throughput::Bytes(written as u64))
        .sample_size(20);
    for contender in &mut contenders {
        group.bench_function(contender.name, |it| it.iter(|| (contender.run)()));
    }
    group.finish();
}

criterion_group!(benches, rendering);
criterion_main!(benches);
