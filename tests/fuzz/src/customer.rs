//! Writes customers as JSON that mostly follow the contract, and mutates them member by member.

use serde_json::{Map, Value, json};

use crate::{
    random::Random,
    tokens::{self, Kind},
};

/// Mutates a customer: a member most often, its text now and then.
pub fn mutate(text: &str, random: &mut Random) -> String {
    let parsed = serde_json::from_str::<Value>(text).ok().filter(Value::is_object);
    let mut customer = match parsed {
        Some(Value::Object(customer)) if !random.percent(15) => customer,
        _ => fresh(random),
    };
    for _ in 0..=random.below(3) {
        let (name, value) = member(random);
        match random.below(10) {
            0 => {
                let names: Vec<String> = customer.keys().cloned().collect();
                if let Some(name) = names.get(random.below(names.len())) {
                    customer.remove(name);
                }
            }
            1 if random.percent(20) => {
                let other = hostile(random);
                customer.insert(name.to_owned(), other);
            }
            _ => {
                customer.insert(name.to_owned(), value);
            }
        }
    }
    let text = Value::Object(customer).to_string();
    if !random.percent(20) {
        return text;
    }
    let mut cut: Vec<tokens::Token> = tokens::cut(&text);
    match random.below(4) {
        0 => tokens::damage(&mut cut, random),
        1 => space(&mut cut, random),
        2 => double_member(&mut cut, random),
        _ => number(&mut cut, random),
    }
    tokens::join(&cut)
}

fn fresh(random: &mut Random) -> Map<String, Value> {
    let mut customer = Map::new();
    customer.insert("id".into(), json!("ana"));
    customer.insert("country".into(), json!("ES"));
    customer.insert("interests".into(), json!(["music"]));
    customer.insert("orders".into(), json!(3));
    customer.insert("signed_up_at".into(), json!("2025-03-30T01:30:00Z"));
    customer.insert("consent".into(), json!({"email": true}));
    for _ in 0..random.below(8) {
        let (name, value) = member(random);
        customer.insert(name.to_owned(), value);
    }
    customer
}

/// A member as the contract wants it, now and then with a value at the edge or past it.
fn member(random: &mut Random) -> (&'static str, Value) {
    match random.below(19) {
        17 => {
            let event = |random: &mut Random| json!({"at": instant(random), "path": random.pick(&["/", "/a", ""]), "kind": "page"});
            (
                "page_views",
                Value::Array((0..random.below(6)).map(|_| event(random)).collect()),
            )
        }
        0 => ("id", text(random)),
        1 => ("first_name", text(random)),
        2 => ("email", text(random)),
        3 => ("country", text(random)),
        4 => (
            "device",
            mostly(
                random,
                &[json!("mobile"), json!("tablet"), json!(null)],
                &[json!("phone"), json!("")],
            ),
        ),
        5 => {
            let days = [
                json!("1990-02-28"),
                json!("2024-02-29"),
                json!("0001-01-01"),
                json!("9999-12-31"),
            ];
            (
                "birth_date",
                mostly(
                    random,
                    &days,
                    &[
                        json!("2025-02-29"),
                        json!("0000-01-01"),
                        json!("2025-1-1"),
                        json!(3),
                    ],
                ),
            )
        }
        6 => {
            let places = [
                json!([40.4, -3.7]),
                json!({"lat": -90, "lon": 180.0}),
                json!(null),
            ];
            (
                "home",
                mostly(
                    random,
                    &places,
                    &[json!([90.1, 0]), json!([1]), json!({"lat": 1})],
                ),
            )
        }
        7 => (
            "interests",
            Value::Array((0..random.below(5)).map(|_| text(random)).collect()),
        ),
        8 => ("orders", integer(random)),
        9 => ("nps", integer(random)),
        10 => ("balance", amount(random)),
        11 => {
            let numbers = [
                json!(0.1),
                json!(-0.0),
                json!(1e300),
                json!(5e-324),
                json!(9_007_199_254_740_993_i64),
            ];
            ("score", mostly(random, &numbers, &[json!("0.5"), json!(true)]))
        }
        12 => ("subscribed", json!(random.percent(50))),
        13 => ("signed_up_at", instant(random)),
        14 => {
            let pages = [
                json!("https://example.com/a?b=c"),
                json!("mailto:a@b.c"),
                json!("HTTP://X"),
            ];
            (
                "page",
                mostly(
                    random,
                    &pages,
                    &[json!("javascript:alert(1)"), json!(""), json!("/a")],
                ),
            )
        }
        15 => {
            let addresses = [
                json!({"city": "Madrid"}),
                json!({"city": "x", "street": "n/a"}),
                json!(null),
            ];
            (
                "address",
                mostly(
                    random,
                    &addresses,
                    &[json!({}), json!({"city": "x", "town": "y"}), json!([])],
                ),
            )
        }
        16 => {
            let item = |random: &mut Random| json!({"sku": "a", "name": text(random), "quantity": random.below(9), "price": amount(random)});
            (
                "cart",
                Value::Array((0..random.below(4)).map(|_| item(random)).collect()),
            )
        }
        _ => {
            let event = |random: &mut Random| {
                let lines: Vec<Value> = (0..random.below(3))
                    .map(|_| json!({"name": text(random), "price": amount(random), "quantity": random.below(9)}))
                    .collect();
                json!({"at": instant(random), "amount": amount(random), "category": text(random), "quantity": random.below(5), "lines": lines})
            };
            (
                "purchases",
                Value::Array((0..random.below(6)).map(|_| event(random)).collect()),
            )
        }
    }
}

/// One of the good values, or one time in thirty of the bad.
fn mostly(random: &mut Random, good: &[Value], bad: &[Value]) -> Value {
    let values = if random.below(30) == 0 { bad } else { good };
    random.pick(values).clone()
}

fn text(random: &mut Random) -> Value {
    let good = [
        "ana",
        "",
        "  ",
        "ES",
        "a\"b\\c",
        "é\u{1F600}",
        "n/a",
        "-",
        "music",
        "line\nbreak",
        "\u{202e}x",
    ]
    .map(Value::from);
    mostly(random, &good, &[json!("zero\0"), json!(3), json!(null)])
}

fn integer(random: &mut Random) -> Value {
    let good = [json!(0), json!(-1), json!(7), json!(i64::MAX), json!(i64::MIN)];
    mostly(
        random,
        &good,
        &[json!(u64::MAX), json!(1.0), json!(1.5), json!("7")],
    )
}

fn amount(random: &mut Random) -> Value {
    let good = [
        json!(1),
        json!(19.99),
        json!("0.0001"),
        json!(1e3),
        json!("922337203685477.5807"),
        json!(-5.5),
    ];
    mostly(
        random,
        &good,
        &[json!("0.00001"), json!(1e20), json!("1,5"), json!("")],
    )
}

fn instant(random: &mut Random) -> Value {
    if random.percent(50) {
        // Near the instants that `pair` asks at.
        let day = random.pick(&[
            "2026-02-28",
            "2026-03-28",
            "2026-03-29",
            "2026-05-31",
            "2026-06-01",
            "2026-10-25",
        ]);
        return json!(format!("{day}T{:02}:{}0:00Z", random.below(24), random.below(6)));
    }
    let good = [
        json!("2026-05-20T08:00:00Z"),
        json!("2026-05-20T08:00:00+02:00"),
        json!("2025-01-01T00:00:00.123456Z"),
        json!("0001-01-01T00:00:00Z"),
        json!("9999-12-31T23:59:59.999999Z"),
        json!("2027-01-01T00:00:00Z"),
    ];
    mostly(
        random,
        &good,
        &[
            json!("2026-02-30T00:00:00Z"),
            json!("2026-05-20T08:00:00"),
            json!("2026-05-20T08:00:60Z"),
            json!(0),
        ],
    )
}

/// A value that fits nowhere.
fn hostile(random: &mut Random) -> Value {
    match random.below(6) {
        0 => (0..200).fold(json!(1), |inner, _| json!([inner])),
        1 => (0..200).fold(json!(1), |inner, _| json!({"a": inner})),
        2 => Value::Null,
        3 => json!({"at": "now"}),
        4 => json!([null]),
        _ => json!("x".repeat(random.below(10_000))),
    }
}

fn space(cut: &mut [tokens::Token], random: &mut Random) {
    for (kind, text) in cut {
        if *kind == Kind::Mark && random.percent(30) {
            text.push_str(*random.pick(&[" ", "\n", "\r\n\t"]));
        }
    }
}

/// Says a member twice.
fn double_member(cut: &mut Vec<tokens::Token>, random: &mut Random) {
    if let Some(end) = cut.iter().rposition(|(_, text)| text == "}") {
        let (name, value) = member(random);
        cut.insert(end, (Kind::Mark, format!(",{}:{value}", json!(name))));
    }
}

fn number(cut: &mut [tokens::Token], random: &mut Random) {
    let odd = [
        "1e999",
        "-0",
        "0.1e-5",
        "1E2",
        "123456789012345678901234567890",
        "0.123456789012345678",
        "1e-400",
        "01",
        "1.",
        "\\u0041",
    ];
    if let Some((_, text)) = cut.iter_mut().find(|(kind, _)| *kind == Kind::Number) {
        *text = (*random.pick(&odd)).to_owned();
    }
}
