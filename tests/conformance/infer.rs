//! Whatever one object or several show: the contract that is proposed compiles, is canonical, and loads them.

use std::collections::BTreeMap;

use audience::Definitions;
use proptest::{collection::vec, prelude::*};
use serde_json::Value;

use super::learn::{self, Samples};

/// Names that are words of the language, no names, or the names of what means something to the loader.
fn name() -> impl Strategy<Value = String> {
    let odd = prop::sample::select(vec![
        "id",
        "ID",
        "at",
        "customer",
        "Customer",
        "previous",
        "and",
        "AND",
        "not",
        "case",
        "end",
        "key",
        "open",
        "ref",
        "line_number",
        "line_number_",
        "lat",
        "lon",
        "filled",
        "optional",
        "string",
        "event",
        "segment",
        "forloop",
        "a b",
        "a-b",
        "a.b",
        "1",
        "",
        " ",
        "`",
        "\"",
        "\\",
        "\n",
        "\t",
        "#",
        "}",
        "名前",
        "größe",
        "é",
        "e\u{301}",
        "🎉",
        "\u{0}",
        "\u{feff}",
        "\u{202e}",
        "null",
        "true",
        "first",
        "size",
    ]);
    prop_oneof![
        3 => odd.prop_map(str::to_owned),
        2 => "[a-c]",
        1 => ".{0,3}",
    ]
}

fn plain() -> impl Strategy<Value = String> {
    let numbers = prop::sample::select(vec![
        "0",
        "-0",
        "-0.0",
        "1",
        "7",
        "0.1",
        "0.0001",
        "0.00001",
        "9223372036854775807",
        "9223372036854775808",
        "-9223372036854775809",
        "123456789012345678901234567890",
        "1e2",
        "1E-7",
        "1e308",
        "1e400",
        "-1e-400",
        "0.30000000000000004",
        "922337203685477.5807",
        "922337203685477.58071",
    ]);
    let texts = prop::sample::select(vec![
        "",
        " ",
        "a",
        "A\u{0}",
        "true",
        "null",
        "1",
        "1.5",
        "2026-01-31",
        "2026-02-30",
        "0000-01-01",
        "10000-01-01",
        "2026-01-31T10:20:30Z",
        "2026-01-31T10:20:30+02:00",
        "2026-01-31T25:00:00Z",
        "https://x.es",
        "http:",
        "mailto:a@b.c",
        "javascript:1",
        "\u{2028}",
        "\r\n",
        "\u{202e}",
        "🎉",
    ]);
    prop_oneof![
        Just("null".to_owned()),
        any::<bool>().prop_map(|it| it.to_string()),
        numbers.prop_map(str::to_owned),
        texts.prop_map(quoted),
        any::<i64>().prop_map(|it| it.to_string()),
        any::<f64>().prop_map(|it| Value::from(it).to_string()),
        any::<String>().prop_map(|it| quoted(&it)),
        Just(r#"{"lat": 40.4, "lon": -3.7}"#.to_owned()),
        Just("[40.4, -3.7]".to_owned()),
        Just(r#"[{"at": "2026-01-31T10:20:30Z"}]"#.to_owned()),
    ]
}

fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}

/// Of several members with one name, the last.
fn object(value: impl Strategy<Value = String>) -> impl Strategy<Value = String> {
    vec((name(), value), 0..6).prop_map(|members| {
        let members: BTreeMap<String, String> = members.into_iter().collect();
        let members = members
            .iter()
            .map(|(name, value)| format!("{}: {value}", quoted(name)));
        format!("{{{}}}", members.collect::<Vec<_>>().join(", "))
    })
}

fn sample() -> impl Strategy<Value = String> {
    let value = plain().prop_recursive(5, 40, 6, |inner| {
        let list = vec(inner.clone(), 0..4).prop_map(|it| format!("[{}]", it.join(", ")));
        prop_oneof![list, object(inner)]
    });
    object(value)
}

/// [need-9]
#[test]
fn whatever_objects_hold_their_contract_loads_them() {
    proptest!(ProptestConfig::with_cases(600), |(samples in vec(sample(), 1..3))| {
        let mut learnt = Samples::new();
        for (line, json) in (1..).zip(&samples) {
            prop_assert_eq!(learnt.add(json.as_bytes(), line), Ok(()));
        }
        let contract = learnt.definitions("samples.jsonl").expect("what is proposed can be formatted");
        let shop = Definitions::parse(&contract);
        let shop = shop.unwrap_or_else(|error| panic!("{contract}\n{error}"));
        let number = learn::line_number(&shop);
        for (line, json) in (1..).zip(&samples) {
            let customer = shop.customer_from_json(learn::numbered(json.as_bytes(), line, number));
            prop_assert!(customer.is_ok(), "{:?}\n{json}\n{contract}", customer);
        }
        // What is left out is said, and what is not left out is closed.
        let is_left_out = contract.contains("# left out: ");
        prop_assert_eq!(shop.schema().open, is_left_out, "{}", contract);
    });
}
