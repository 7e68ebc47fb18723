#![no_main]
//! Any definitions asked of any customer: program and interpreter agree, also about what compares customers with each other.

use audience_fuzz::{
    pair::{self, Asked},
    put,
    random::Random,
    report::{Outcome, Report},
};
use libfuzzer_sys::{fuzz_mutator, fuzz_target};

static REPORT: Report = Report::new("evaluate");

fuzz_target!(|data: &[u8]| {
    let Some(asked) = std::str::from_utf8(data).ok().and_then(pair::compiled) else {
        return REPORT.count(Outcome::Refused);
    };
    let Asked {
        shop, customer, at, ..
    } = &asked;
    REPORT.count(Outcome::Compiled);
    for segment in shop.segments() {
        let answer = segment.interpret(customer, at);
        assert_eq!(segment.matches(customer, at), answer, "{}", segment.name());
    }
    for computed in shop.computed_all() {
        let value = computed.interpret(customer, at);
        assert_eq!(computed.value(customer, at), value, "{}", computed.name());
    }
    let population = shop.fit([customer, customer], at);
    let json = serde_json::to_string(&population).expect("a population is JSON");
    assert_eq!(
        serde_json::from_str::<audience::Population>(&json).expect("its own JSON"),
        population
    );
});

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    let mut random = Random::new(seed);
    match std::str::from_utf8(&data[..size]) {
        Ok(text) if !random.percent(3) => {
            let mutated = pair::mutate(text, &mut random);
            put(data, mutated.as_bytes(), max_size)
        }
        _ => libfuzzer_sys::fuzzer_mutate(data, size, max_size),
    }
});
