#![no_main]
//! Definitions go to JSON and back without loss, and JSON from anyone is answered with definitions or the place of what is wrong.

use audience::{Code, Definitions, JsonError};
use audience_fuzz::{
    json, put,
    random::Random,
    report::{Outcome, Report},
};
use libfuzzer_sys::{fuzz_mutator, fuzz_target};
use serde_json::Value;

static REPORT: Report = Report::new("json");

fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else {
        return REPORT.count(Outcome::Refused);
    };
    let canonical = if json::is_json(text) {
        let tree = serde_json::from_str::<Value>(text);
        match Definitions::from_json(text) {
            Ok(canonical) => canonical,
            Err(error) => {
                REPORT.count(if tree.is_ok() {
                    Outcome::Parsed
                } else {
                    Outcome::Refused
                });
                return place(&error, tree.ok().as_ref());
            }
        }
    } else {
        match Definitions::format("fuzz", text) {
            Ok(canonical) => canonical,
            Err(error) => {
                REPORT.count(Outcome::Refused);
                let json = Definitions::to_json("fuzz", text).expect_err("what has no form has no JSON");
                assert_eq!(json.to_string(), error.to_string());
                return;
            }
        }
    };
    REPORT.count(Outcome::Compiled);
    let json = Definitions::to_json("fuzz", &canonical).expect("what is canonical has a JSON");
    let again = Definitions::from_json(&json).unwrap_or_else(|error| panic!("{error}\n{canonical}\n{json}"));
    assert_eq!(again, canonical, "{json}");
    if !json::is_json(text) {
        assert_eq!(
            Definitions::to_json("fuzz", text).expect("so has what was written"),
            json
        );
    }
    same_answer(&canonical, &json);
});

/// Text and JSON compile alike.
fn same_answer(text: &str, json: &str) {
    let of_json = Definitions::builder().json("fuzz", json).build();
    match (Definitions::builder().source("fuzz", text).build(), of_json) {
        (Ok(one), Ok(other)) => {
            assert_eq!(one.warnings().len(), other.warnings().len());
            assert_eq!(one.segments().len(), other.segments().len());
        }
        (Err(one), Err(other)) => {
            let codes = |error: &audience::CompileError| -> Vec<Code> {
                error.diagnostics().iter().map(|it| it.code).collect()
            };
            assert_eq!(codes(&one), codes(&other));
        }
        (one, other) => panic!("{:?}\n{:?}\n{text}\n{json}", one.err(), other.err()),
    }
}

/// The path leads to a part of the JSON, or to where a member is missing.
fn place(error: &JsonError, tree: Option<&Value>) {
    assert!(!error.message().is_empty());
    let Some(tree) = tree else {
        return;
    };
    // What is found while the text is read has a line and a column, such as a member that stands twice.
    let is_read = error.path().is_empty() && error.message().contains(" at line ");
    let whole = is_read || error.path().is_empty() && error.message().starts_with("the JSON ");
    if whole || error.path() == "version" || error.message().starts_with("recursion limit") {
        return;
    }
    assert!(!error.path().is_empty(), "{error}");
    let mut rest = error.path();
    let mut here = tree;
    while !rest.is_empty() {
        let next = match here {
            Value::Array(items) => {
                let (number, after) = rest[1..].split_once(']').expect("a number in brackets");
                let number: usize = number.parse().expect("a number");
                items.get(number).map(|it| (it, after))
            }
            Value::Object(members) if rest.starts_with("[\"") => {
                let mut names = serde_json::Deserializer::from_str(&rest[1..]).into_iter::<String>();
                let name = names.next().expect("a name").expect("a name in quotes");
                let after = &rest[1 + names.byte_offset() + 1..];
                members.get(&name).map(|it| (it, after))
            }
            Value::Object(members) => {
                let rest = rest.strip_prefix('.').unwrap_or(rest);
                let longest = members.iter().filter(|(name, _)| rest.starts_with(name.as_str()));
                let longest = longest.max_by_key(|(name, _)| name.len());
                longest.map(|(name, it)| (it, &rest[name.len()..]))
            }
            _ => None,
        };
        let Some((inner, after)) = next else {
            panic!("{error}: no {rest} in {here}");
        };
        (here, rest) = (inner, after);
    }
}

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    let mut random = Random::new(seed);
    match std::str::from_utf8(&data[..size]) {
        Ok(text) if !random.percent(3) => {
            let mutated = json::mutate(text, &mut random);
            put(data, mutated.as_bytes(), max_size)
        }
        _ => libfuzzer_sys::fuzzer_mutate(data, size, max_size),
    }
});
