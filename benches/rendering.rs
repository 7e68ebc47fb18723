//! How fast is an e-mail of about 6 KB, the same with products of the customer's own, without any, and a push message of 95 bytes,
//! against hand-written `push_str` with an escape by a table of bytes? And how many messages of a batch are made in a second?

#[expect(dead_code, reason = "shared with a bench that needs more of it")]
#[path = "support/letter.rs"]
mod letter;
#[expect(dead_code, reason = "shared with benches that need more of it")]
#[path = "support/random.rs"]
mod random;
mod support;

use std::hint::black_box;

use audience::{
    At, Customer, Definitions, Format, Inputs, Message, Parts, Placements, Prepared, Recipient, RenderError,
    Rendered, Type, Zone,
};
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

/// Messages whose audience is a segment, and whose parts ask for another one twice.
fn messages() -> String {
    let page = letter::template(Document::Letter, &Own);
    // A text of a definition ends with its line.
    let page = page
        .replace('\n', " ")
        .replace("</body>", "<a href=\"{{ unsubscribe }}\">No more</a></body>");
    let push = letter::template(Document::Push, &Own).replace('"', "'");
    format!(
        r#"{DEFINITIONS}
segment buyers = orders > 0 and (spent > 10 or vip)
segment spenders = spent > 500 and orders > 100 and city is known
message letter for buyers {{
  channel email
  inputs  {{ coupon: string, unsubscribe: url }}
  subject "{{{{ first_name | default: 'Hello' }}}}, {{% if in segment spenders %}}thank you{{% else %}}spring is here{{% endif %}}"
  html    '{page}'
  text    "{{% if in segment spenders %}}Thank you. {{% endif %}}{{{{ coupon }}}} {{{{ unsubscribe }}}}"
}}
message points for buyers {{
  channel push
  inputs  {{ coupon: string }}
  title   "{{% if in segment spenders %}}Thank you{{% else %}}Spring is here{{% endif %}}"
  body    "{push}"
}}
"#
    )
}

fn batches(criterion: &mut Criterion) {
    const COUNT: usize = 2_000;
    let shop = Definitions::parse(&messages()).unwrap_or_else(|error| panic!("{error}"));
    let at = shop.at("2026-06-01T00:00:00Z".parse().expect("an instant"), &Zone::UTC);
    let (clients, catalog) = (clients(COUNT), catalog());
    let (items, placements) = placed(&shop, &catalog, &clients);
    let at = at.with_items(items);
    let load = |it: &Client| shop.customer_from(it).unwrap_or_else(|error| panic!("{error}"));
    let customers: Vec<Customer> = clients.iter().map(load).collect();
    for (name, question, inputs) in [
        (
            "letter",
            "a batch of e-mails",
            &[
                ("coupon", COUPON),
                ("unsubscribe", "https://shop.example.com/u/1"),
            ][..],
        ),
        ("points", "a batch of push messages", &[("coupon", COUPON)]),
    ] {
        let message = shop.message(name).unwrap_or_else(|error| panic!("{error}"));
        let inputs = message.inputs(inputs.iter().copied()).expect("as declared");
        batch(
            criterion,
            question,
            &message,
            &recipients(&customers, &inputs, &placements),
            &at,
        );
    }
}

fn recipients<'a>(
    customers: &'a [Customer],
    inputs: &'a Inputs,
    placements: &'a [Placements],
) -> Vec<Recipient<'a>> {
    let each = customers.iter().zip(placements);
    let each = each.map(|(customer, placements)| Recipient {
        customer,
        inputs,
        placements,
    });
    each.collect()
}

#[expect(clippy::print_stdout, reason = "the rate is what a batch is about")]
fn batch(
    criterion: &mut Criterion,
    question: &str,
    message: &Message,
    recipients: &[Recipient<'_>],
    at: &At,
) {
    let see = |prepared: Result<Prepared<'_>, RenderError>| drop(black_box(prepared));
    let mut parts = Parts::new();
    let mut contenders = vec![
        contender("render_into, one by one", || {
            let each = recipients.iter().map(|it| {
                let sent = message.render_into(it.customer, it.inputs, it.placements, at, &mut parts);
                u64::from(matches!(black_box(sent), Ok(Rendered::Sent)))
            });
            each.sum()
        }),
        contender("render_many", || {
            let recipients = recipients.iter().copied();
            message
                .render_many(recipients, at, |_, prepared| see(prepared))
                .sent
        }),
    ];
    #[cfg(feature = "parallel")]
    contenders.push(contender("render_many_parallel", || {
        message
            .render_many_parallel(recipients, at, |_, prepared| see(prepared))
            .sent
    }));
    let times = compare(question, recipients.len(), &mut contenders);
    for (contender, nanoseconds) in contenders.iter().zip(times) {
        println!(
            "  {:<28}{:>10.2} million in a second",
            contender.name,
            1e3 / nanoseconds
        );
    }
    let mut group = criterion.benchmark_group(question);
    group
        .throughput(Throughput::Elements(recipients.len() as u64))
        .sample_size(20);
    for contender in &mut contenders {
        group.bench_function(contender.name, |it| it.iter(|| (contender.run)()));
    }
    group.finish();
}

criterion_group!(benches, rendering, batches);
criterion_main!(benches);
