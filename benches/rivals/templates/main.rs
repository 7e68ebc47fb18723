//! Messages by other template engines, each in the fastest way that its documentation shows for one message after another.
//! Each escapes as it does by itself; what a reader sees is the same text, and that is checked.
//!
//! **Out of the time** is what is done once for all messages: compiling the template, and bringing the catalogue into the form
//! of each engine, a value for each product that has what the message shows. So is the choice of products, of which a
//! customer has the keys; for `audience` these stand in `Placements` that are made before, and for `Customer` alone customers
//! are loaded before.
//!
//! **In the time** is what each message takes: finding its four products by their keys and putting them into a list
//! (engines that share values share them, others copy them), bringing the four fields of the customer that messages show
//! into the form of the engine, where it reads no structs, and writing the message into a buffer that is used again, where
//! the engine takes one. All escape each text that is shown, but `audience` those of the catalogue: it keeps them escaped,
//! from the first message on, which is not timed.

#[expect(dead_code, reason = "shared with a bench that shows one message more")]
#[path = "../../support/letter.rs"]
mod letter;
#[path = "../../support/random.rs"]
mod random;
mod rivals;
#[path = "../../support/mod.rs"]
mod support;

use std::hint::black_box;

use audience::{Customer, Definitions, Format, Type, Zone};

use letter::{COUPON, Client, DEFINITIONS, Document, Own, by_hand, catalog, clients, placed};
use random::Random;
use rivals::{Buffer, Rival};
use support::{Contender, compare, contender};

/// So many fit into the caches of a processor, and so many do not.
const HOT: usize = 500;
const COLD: usize = 50_000;

fn main() {
    // Cargo's tests want to see that it works.
    let is_test = cfg!(debug_assertions);
    let cold = if is_test { HOT } else { COLD };
    for (document, name) in [
        (Document::Letter, "an e-mail"),
        (Document::Page, "an e-mail without products"),
        (Document::Push, "a push message"),
    ] {
        measure(document, &format!("{name}, hot"), HOT);
        measure(document, &format!("{name}, out of cache"), cold);
    }
    compile();
}

/// The text as a reader sees it, whichever entity stands for a letter.
fn seen(message: &str) -> String {
    [
        ("&#x27;", "'"),
        ("&#39;", "'"),
        ("&#x2F;", "/"),
        ("&#x2f;", "/"),
        ("&#x3D;", "="),
        ("&#x60;", "`"),
        ("&quot;", "\""),
        ("&#34;", "\""),
        ("&lt;", "<"),
        ("&#60;", "<"),
        ("&gt;", ">"),
        ("&#62;", ">"),
        ("&#38;", "&"),
        ("&amp;", "&"),
    ]
    .into_iter()
    .fold(message.to_owned(), |text, (entity, letter)| {
        text.replace(entity, letter)
    })
}

fn measure(document: Document, question: &str, count: usize) {
    let shop = Definitions::parse(DEFINITIONS).unwrap_or_else(|error| panic!("{error}"));
    let at = shop.at("2026-06-01T00:00:00Z".parse().expect("an instant"), &Zone::UTC);
    let mut clients = clients(count);
    // No message shows them.
    clients.iter_mut().for_each(|it| it.favorites.clear());
    let load = |it: &Client| shop.customer_from(it).unwrap_or_else(|error| panic!("{error}"));
    let customers: Vec<Customer> = clients.iter().map(load).collect();
    // In memory they stand in one order and are asked in another.
    let mut order: Vec<usize> = (0..count).collect();
    Random(7).shuffle(&mut order);

    let source = letter::template(document, &Own);
    let format = match document {
        Document::Push => Format::Text,
        _ => Format::Html,
    };
    let loaded = shop.template_builder(format).source("spring", &source);
    let loaded = loaded.input("coupon", Type::String).build();
    let loaded = loaded.unwrap_or_else(|error| panic!("{error}"));
    let loaded_inputs = loaded.inputs([("coupon", COUPON)]).expect("the declared input");
    let bound = shop.bind::<Client>().unwrap_or_else(|error| panic!("{error}"));
    let bound = bound.template_builder(format).source("spring", &source);
    let bound = bound.input("coupon", Type::String).build();
    let bound = bound.unwrap_or_else(|error| panic!("{error}"));
    let bound_inputs = bound.inputs([("coupon", COUPON)]).expect("the declared input");
    let catalog = catalog();
    let (items, placements) = placed(&shop, &catalog, &clients);
    let at = at.with_items(items);

    let by_record = |index: usize, out: &mut String| {
        let sent = bound.render_into(&clients[index], &bound_inputs, &placements[index], &at, out);
        assert!(sent.is_ok(), "{sent:?}");
    };
    let by_customer = |index: usize, out: &mut String| {
        let sent = loaded.render_into(&customers[index], &loaded_inputs, &placements[index], &at, out);
        assert!(sent.is_ok(), "{sent:?}");
    };
    let rivals = rivals::all(document, &catalog);
    for index in (0..count).take(HOT) {
        let rendered = |render: &dyn Fn(usize, &mut String)| {
            let mut out = String::new();
            render(index, &mut out);
            out
        };
        let expected = rendered(&|index, out| by_hand(document, &clients[index], &catalog, out));
        assert_eq!(rendered(&by_record), expected);
        assert_eq!(rendered(&by_customer), expected);
        for rival in &rivals {
            let mut out = Buffer::default();
            rival.render(&clients[index], &mut out);
            let text = out.text + std::str::from_utf8(&out.bytes).expect("text");
            assert_eq!(seen(&text), seen(&expected), "{}", rival.name());
        }
    }

    let each = |render: &dyn Fn(usize, &mut String), out: &mut String| {
        for index in &order {
            out.clear();
            render(black_box(*index), out);
            black_box(&*out);
        }
        count as u64
    };
    let mut buffers = [String::new(), String::new(), String::new()];
    let [one, two, three] = &mut buffers;
    let mut contenders = vec![
        contender("push_str", || {
            each(
                &|index, out| by_hand(document, &clients[index], &catalog, out),
                one,
            )
        }),
        contender("audience, Record", || each(&by_record, two)),
        contender("audience, Customer", || each(&by_customer, three)),
    ];
    contenders.extend(rivals.iter().map(|rival| raced(&**rival, &clients, &order)));
    compare(question, count, &mut contenders);
}

fn raced<'a>(rival: &'a dyn Rival, clients: &'a [Client], order: &'a [usize]) -> Contender<'a> {
    let mut out = Buffer::default();
    contender(rival.name(), move || {
        for index in order {
            out.clear();
            rival.render(black_box(&clients[*index]), &mut out);
            black_box(&out);
        }
        order.len() as u64
    })
}

/// How long it takes to compile the e-mail.
fn compile() {
    let shop = Definitions::parse(DEFINITIONS).unwrap_or_else(|error| panic!("{error}"));
    let source = letter::template(Document::Letter, &Own);
    println!("the template of the e-mail has {} bytes", source.len());
    let own = || {
        let builder = shop.template_builder(Format::Html).source("spring", &source);
        let template = builder.input("coupon", Type::String).build();
        black_box(template.unwrap_or_else(|error| panic!("{error}")));
        1
    };
    let mut contenders = vec![contender("audience", own)];
    contenders.extend(rivals::compilers().into_iter().map(|(name, mut compile)| {
        contender(name, move || {
            compile();
            1
        })
    }));
    compare("compile the e-mail", 1, &mut contenders);
}
