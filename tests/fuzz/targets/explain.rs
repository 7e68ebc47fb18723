#![no_main]
//! Any definitions and any customer: why, when next, and what is read are answered without a panic, and the answer that is
//! explained is the one that is given.

use audience::{ExplainOptions, NextChange};
use audience_fuzz::{
    pair, put,
    random::Random,
    report::{Outcome, Report},
};
use libfuzzer_sys::{fuzz_mutator, fuzz_target};

static REPORT: Report = Report::new("explain");

fuzz_target!(|data: &[u8]| {
    let compiled = std::str::from_utf8(data).ok().and_then(pair::compiled);
    let Some((shop, customer, at)) = compiled else {
        return REPORT.count(Outcome::Refused);
    };
    REPORT.count(Outcome::Compiled);
    for segment in shop.segments() {
        let answer = segment.matches(&customer, &at);
        let hidden = segment.explain(&customer, &at);
        let shown = segment.explain_with(&customer, &at, &ExplainOptions::default().show_personal(true));
        for explanation in [hidden, shown] {
            assert_eq!(explanation.holds(), answer, "{}", segment.name());
            assert!(!explanation.to_string().is_empty() && !explanation.reason().is_empty());
            serde_json::to_string(&explanation).expect("an explanation is JSON");
        }
        if let NextChange::At(next) = segment.next_change(&customer, &at) {
            assert!(next > at.now(), "{}", segment.name());
            let then = shop.at(next, &at.zone());
            assert_ne!(
                segment.matches(&customer, &then),
                answer,
                "{} at {next}",
                segment.name()
            );
        }
        serde_json::to_string(&segment.requirements()).expect("requirements are JSON");
    }
    for computed in shop.computed_all() {
        serde_json::to_string(&computed.requirements()).expect("requirements are JSON");
    }
    assert!(!shop.describe().to_string().is_empty());
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
