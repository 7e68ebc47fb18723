#![no_main]
//! Any text is compiled or answered with diagnostics that point into it; what compiles keeps its meaning when formatted.

use audience::{Code, Definitions, Parts, Placements, Type, Value, Zone};
use audience_fuzz::{
    definitions, put,
    random::Random,
    report::{Outcome, Report},
};
use libfuzzer_sys::{fuzz_mutator, fuzz_target};

static REPORT: Report = Report::new("parse");

fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else {
        return REPORT.count(Outcome::Refused);
    };
    match Definitions::parse(text) {
        Ok(shop) => {
            REPORT.count(Outcome::Compiled);
            let formatted = Definitions::format("fuzz", text).expect("what compiles can be formatted");
            assert_eq!(
                Definitions::format("fuzz", &formatted).expect("canonical text parses"),
                formatted
            );
            let again = Definitions::parse(&formatted).expect("formatting keeps the meaning");
            assert_eq!(again.segments().len(), shop.segments().len());
            answer(&shop, &again);
        }
        Err(error) => {
            let codes = error.diagnostics().iter().map(|it| it.code);
            let refused = codes.clone().any(|it| {
                matches!(
                    it,
                    Code::Syntax | Code::ForeignSyntax | Code::Limit | Code::InvalidLiteral
                )
            });
            REPORT.count(if refused {
                Outcome::Refused
            } else {
                Outcome::Parsed
            });
            for label in error.diagnostics().iter().flat_map(|it| &it.labels) {
                let source = &error.sources()[label.span.source as usize].text;
                assert!(
                    source
                        .get(label.span.start as usize..label.span.end as usize)
                        .is_some(),
                    "{label:?}"
                );
            }
            assert!(!error.to_string().is_empty());
        }
    }
});

/// The program, the interpreter, and the formatted text agree about a customer.
fn answer(shop: &Definitions, again: &Definitions) {
    let Ok(customer) = shop.customer_from_json(include_str!("../seeds/customer.json")) else {
        return;
    };
    let at = shop.at("2026-06-01T12:00:00Z".parse().expect("a datetime"), &Zone::UTC);
    for (segment, other) in shop.segments().iter().zip(again.segments()) {
        let answer = segment.matches(&customer, &at);
        assert_eq!(answer, segment.interpret(&customer, &at), "{}", segment.name());
        assert_eq!(answer, other.matches(&customer, &at), "{}", segment.name());
    }
    for message in shop.messages() {
        let values = message.requirements().inputs.iter().filter_map(|input| {
            let value = match input.ty {
                Type::Int => Value::Int(3),
                Type::Url => "https://shop.example/u".into(),
                Type::String => "ab\r\nc".into(),
                _ => return None,
            };
            Some((input.path.clone(), value))
        });
        let Ok(inputs) = message.inputs(values) else {
            continue;
        };
        let mut parts = Parts::new();
        let sent = message.render_into(&customer, &inputs, &Placements::new(), &at, &mut parts);
        let one_line = ["sender", "subject", "preheader", "title"];
        for (name, text) in parts.iter() {
            assert!(sent.is_ok());
            assert!(
                !one_line.contains(&name) || !text.contains(['\r', '\n']),
                "{name}: {text:?}"
            );
            assert!(
                name != "data" || serde_json::from_str::<serde_json::Value>(text).is_ok(),
                "{text}"
            );
        }
    }
    for computed in shop.computed_all() {
        assert_eq!(
            computed.value(&customer, &at),
            computed.interpret(&customer, &at),
            "{}",
            computed.name()
        );
    }
}

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    let mut random = Random::new(seed);
    match std::str::from_utf8(&data[..size]) {
        Ok(text) if !random.percent(3) => {
            let mutated = definitions::mutate(text, &mut random);
            put(data, mutated.as_bytes(), max_size)
        }
        _ => libfuzzer_sys::fuzzer_mutate(data, size, max_size),
    }
});
