#![no_main]
//! Any text is compiled as a template or answered with diagnostics that point into it; what compiles renders for every customer.

use std::sync::LazyLock;

use audience::{
    At, Code, Customer, Definitions, Format, Limits, Placements, Rendered, Template, Type, Value, Zone,
};
use audience_fuzz::{
    CONTRACT, put,
    random::Random,
    report::{Outcome, Report},
    template,
};
use libfuzzer_sys::{fuzz_mutator, fuzz_target};

static REPORT: Report = Report::new("template");

struct Shop {
    definitions: Definitions,
    customers: Vec<Customer>,
    at: At,
    placements: Placements,
}

static SHOP: LazyLock<Shop> = LazyLock::new(|| {
    let definitions = Definitions::parse(CONTRACT).expect("the contract compiles");
    let load = |json: &str| {
        definitions
            .customer_from_json(json)
            .expect("a customer of the contract")
    };
    let customers = vec![
        load(include_str!("../seeds/customer/full.json")),
        load(include_str!("../seeds/customer/least.json")),
    ];
    let products = include_bytes!("../seeds/products.jsonl");
    let items = definitions
        .loader()
        .items_from_json_lines("products", &products[..])
        .expect("items of the contract");
    let now = "2026-06-01T12:00:00Z".parse().expect("a datetime");
    let at = definitions
        .at(now, &Zone::named("Asia/Kathmandu").expect("in the database"))
        .with_items(items);
    let mut placements = Placements::new();
    placements.set(
        "recommendations",
        [
            ("a", "because <you> & we"),
            ("gone", "x"),
            ("b", "popular"),
            ("a", " "),
        ],
    );
    Shop {
        definitions,
        customers,
        at,
        placements,
    }
});

fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else {
        return REPORT.count(Outcome::Refused);
    };
    let outcome = [Format::Html, Format::Text].map(|format| compile(format, text));
    REPORT.count(outcome[0].max(outcome[1]));
});

fn compile(format: Format, text: &str) -> Outcome {
    let mut limits = Limits::default();
    limits.output_bytes = 100_000;
    limits.iterations = 1_000;
    let builder = SHOP
        .definitions
        .template_builder(format)
        .source("fuzz", text)
        .limits(limits);
    match builder
        .input("shop_url", Type::Url)
        .optional_input("coupon", Type::String)
        .build()
    {
        Ok(template) => {
            render(&template);
            Outcome::Compiled
        }
        Err(error) => {
            for label in error.diagnostics().iter().flat_map(|it| &it.labels) {
                let (start, end) = (label.span.start as usize, label.span.end as usize);
                // It may lie in a partial of the standard library.
                let source = error.sources().get(label.span.source as usize);
                let place = source.and_then(|it| it.text.get(start..end));
                assert!(place.is_some(), "{label:?}");
            }
            assert!(!error.to_string().is_empty());
            let refused = |code| {
                matches!(
                    code,
                    Code::Syntax
                        | Code::ForeignSyntax
                        | Code::Limit
                        | Code::InvalidLiteral
                        | Code::UnbalancedTag
                )
            };
            let refused = error.diagnostics().iter().any(|it| refused(it.code));
            if refused {
                Outcome::Refused
            } else {
                Outcome::Parsed
            }
        }
    }
}

/// Renders twice into a buffer that has text already: the same answer, and nothing lost.
fn render(template: &Template) {
    let Shop {
        customers,
        at,
        placements,
        ..
    } = &*SHOP;
    let inputs = template
        .inputs([("shop_url", Value::from("https://example.com/?a=\"b\"&c"))])
        .expect("a link");
    for customer in customers {
        let mut first = "before".to_owned();
        let mut second = String::new();
        let one = template.render_into(customer, &inputs, placements, at, &mut first);
        let two = template.render_into(customer, &inputs, placements, at, &mut second);
        assert_eq!(first.strip_prefix("before"), Some(second.as_str()));
        match (one, two) {
            (Ok(one), Ok(two)) => {
                assert_eq!(one, two);
                assert!(one == Rendered::Sent || second.is_empty());
            }
            (Err(one), Err(_)) => assert!(second.is_empty() && !one.to_string().is_empty()),
            (one, two) => panic!("{one:?} is not {two:?}"),
        }
    }
}

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    let mut random = Random::new(seed);
    match std::str::from_utf8(&data[..size]) {
        Ok(text) if !random.percent(3) => {
            let mutated = template::mutate(text, &mut random);
            put(data, mutated.as_bytes(), max_size)
        }
        _ => libfuzzer_sys::fuzzer_mutate(data, size, max_size),
    }
});
