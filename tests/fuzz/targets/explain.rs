#![no_main]
//! Any definitions and any customer: why, when next, and what is read are answered without a panic, and the answer that is
//! explained is the one that is given.

use audience::{Code, DateTime, ExplainOptions, NextChange, Segment};
use audience_fuzz::{
    pair::{self, Asked},
    put,
    random::Random,
    report::{Outcome, Report},
};
use libfuzzer_sys::{fuzz_mutator, fuzz_target};

static REPORT: Report = Report::new("explain");

fuzz_target!(|data: &[u8]| {
    let Some(asked) = std::str::from_utf8(data).ok().and_then(pair::compiled) else {
        return REPORT.count(Outcome::Refused);
    };
    let Asked {
        shop, customer, at, ..
    } = &asked;
    REPORT.count(Outcome::Compiled);
    for segment in shop.segments() {
        let answer = segment.matches(customer, at);
        let hidden = segment.explain(customer, at);
        let shown = segment.explain_with(customer, at, &ExplainOptions::default().show_personal(true));
        for explanation in [hidden, shown] {
            assert_eq!(explanation.holds(), answer, "{}", segment.name());
            assert!(!explanation.to_string().is_empty() && !explanation.reason().is_empty());
            serde_json::to_string(&explanation).expect("an explanation is JSON");
        }
        next(&asked, &segment);
        serde_json::to_string(&segment.requirements()).expect("requirements are JSON");
    }
    for computed in shop.computed_all() {
        serde_json::to_string(&computed.requirements()).expect("requirements are JSON");
    }
    let sheets = shop.describe().to_string();
    assert!(shop.segments().len() == 0 || !sheets.is_empty());
});

/// The answer is another one at the next change and the same at instants before it; what is unknown was warned of.
fn next(asked: &Asked, segment: &Segment) {
    let Asked {
        shop, customer, at, ..
    } = asked;
    let (now, answer) = (at.now().micros(), segment.matches(customer, at));
    let change = segment.next_change(customer, at);
    let end = match change {
        NextChange::At(next) => {
            assert!(next > at.now(), "{}", segment.name());
            let then = asked.at(next);
            assert_ne!(
                segment.matches(customer, &then),
                answer,
                "{} at {next}",
                segment.name()
            );
            next.micros()
        }
        NextChange::NotWithin(horizon) => now + horizon.micros() + 1,
        NextChange::Unknown(span) => {
            let mut warnings = shop.warnings().iter();
            let warned = warnings.any(|it| it.code == Code::NextChangeUnknown && it.span() == span);
            assert!(warned, "{} is unknown because of {span:?}", segment.name());
            return;
        }
    };
    let near_now = (0..49).step_by(3).map(|power| now + (1_i64 << power));
    let near_end = (0..49).step_by(3).map(|power| end - (1_i64 << power));
    let hours = (1..=12).map(|hours| now + hours * 3_600_000_000);
    for instant in near_now.chain(near_end).chain(hours) {
        let Some(instant) = DateTime::from_micros(instant).filter(|it| (now..end).contains(&it.micros()))
        else {
            continue;
        };
        let then = asked.at(instant);
        assert_eq!(
            segment.matches(customer, &then),
            answer,
            "{} at {instant}, before {change}",
            segment.name()
        );
    }
}

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
