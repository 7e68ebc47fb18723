#![no_main]
//! Any bytes are loaded as a customer or refused with a path; what loads gives the same answers by program and interpreter.

use std::sync::LazyLock;

use audience::{At, Definitions, LoadErrorKind, Zone};
use audience_fuzz::{
    CONTRACT, customer, definitions, put,
    random::Random,
    report::{Outcome, Report},
};
use libfuzzer_sys::{fuzz_mutator, fuzz_target};

static REPORT: Report = Report::new("customer");

/// The contract with rules about every part of a customer.
static SHOP: LazyLock<(Definitions, At)> = LazyLock::new(|| {
    let mut random = Random::new(7);
    let mut text = CONTRACT.to_owned();
    let mut rules = 0;
    // Rules made up by chance, of which those are kept that compile.
    while rules < 60 {
        let rule = format!(
            "segment r{rules} = {}\n",
            definitions::condition(&mut random, 3, definitions::Scope::Customer)
        );
        if Definitions::parse(&(CONTRACT.to_owned() + &rule)).is_ok() {
            text.push_str(&rule);
            rules += 1;
        }
    }
    let shop = Definitions::parse(&text).expect("each rule compiled alone");
    let zone = Zone::named("Europe/London").expect("in the database");
    let now = "2026-06-01T12:00:00Z".parse().expect("a datetime");
    let ana = shop
        .customer_from_json(include_str!("../seeds/customer.json"))
        .expect("of the contract");
    let population = shop.fit([&ana], &shop.at(now, &zone));
    let shop = shop.with_population(&population).expect("fitted for it");
    let at = shop.at(now, &zone);
    (shop, at)
});

fuzz_target!(|data: &[u8]| {
    let (shop, at) = &*SHOP;
    let lenient = shop
        .loader()
        .ignore_unknown(true)
        .round_decimals(true)
        .customer_from_json(data);
    match shop.customer_from_json(data) {
        Ok(customer) => {
            REPORT.count(Outcome::Compiled);
            assert!(lenient.is_ok(), "what is accepted strictly is accepted leniently");
            for segment in shop.segments() {
                let answer = segment.matches(&customer, at);
                assert_eq!(answer, segment.interpret(&customer, at), "{}", segment.name());
            }
            assert!(
                !format!("{customer:?}").contains("ana@"),
                "personal values stay out of logs"
            );
        }
        Err(error) => {
            let syntax = matches!(error.kind(), LoadErrorKind::Syntax | LoadErrorKind::InvalidUtf8);
            REPORT.count(if syntax { Outcome::Refused } else { Outcome::Parsed });
            assert!(!error.to_string().is_empty());
        }
    }
});

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    let mut random = Random::new(seed);
    match std::str::from_utf8(&data[..size]) {
        Ok(text) if !random.percent(3) => {
            let mutated = customer::mutate(text, &mut random);
            put(data, mutated.as_bytes(), max_size)
        }
        _ => libfuzzer_sys::fuzzer_mutate(data, size, max_size),
    }
});
