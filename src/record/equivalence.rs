//! JSON and `Serialize` give the same customer, or the same refusal, whatever comes in.

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde::{Serialize, Serializer};
use serde_json::{Value, json};

use super::{
    Customer, LoadError, LoadErrorKind,
    tests::{loader, schema},
};
use crate::value::{DateTime, Decimal, Geo};

fn int() -> impl Strategy<Value = Value> {
    prop_oneof![
        any::<i64>().prop_map(Value::from),
        (-9_i64..9).prop_map(Value::from),
        Just(u64::MAX.into())
    ]
}

fn number() -> impl Strategy<Value = Value> {
    let float = prop_oneof![any::<f64>(), -1e4..1e4, Just(-0.0), Just(19.99), Just(1e15)];
    let four_digits = (-100_000_i64..100_000).prop_map(|units| {
        let digits = Decimal::from_units(units).to_string();
        digits.parse::<f64>().map_or(Value::Null, Value::from)
    });
    prop_oneof![int(), four_digits, float.prop_map(Value::from)]
}

fn text() -> impl Strategy<Value = Value> {
    let samples = [
        "",
        " ",
        "N/A",
        "null",
        "xx",
        "female",
        "Bo",
        "Lu",
        "a\0b",
        "\u{a0}",
        "\"é\\\n",
        "2026-01-31",
        "2026-02-30",
        "12.5",
        "1.23456",
        "https://x",
        "javascript:x",
        "2026-01-31T09:00:00Z",
        "2026-01-31T09:00:00.25+01:00",
        "😀",
    ];
    prop_oneof![
        prop::sample::select(samples.to_vec()).prop_map(Value::from),
        any::<String>().prop_map(Value::from)
    ]
}

/// Anything, with the names of the schema.
fn anything() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        number(),
        text()
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((name(), inner), 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

fn name() -> impl Strategy<Value = String> {
    let mut names: Vec<String> = [
        "at", "amount", "items", "sku", "stock", "seen", "email", "sms", "code", "lat", "lon",
    ]
    .map(str::to_owned)
    .into();
    names.extend(schema().customer.iter().map(|field| field.name.to_string()));
    names.extend(schema().events.keys().map(ToString::to_string));
    prop_oneof![9 => prop::sample::select(names), 1 => any::<String>()]
}

fn list(item: impl Strategy<Value = Value>) -> impl Strategy<Value = Value> {
    prop::collection::vec(item, 0..4).prop_map(Value::from)
}

/// A member of the test schema with a value that fits, more or less.
fn member() -> impl Strategy<Value = (String, Value)> {
    let at = prop::sample::select(vec![
        "2026-01-02T00:00:00Z",
        "2026-01-01T00:00:00Z",
        "2026-01-01T01:00:00+01:00",
    ]);
    let day = || prop::sample::select(vec!["2026-01-31", "0001-01-01", "9999-12-31"]).prop_map(Value::from);
    let degrees = || prop_oneof![-90.0..=90.0, Just(-0.0)].prop_map(Value::from);
    let favorite = ("[a-z]{0,3}", prop::option::of(int()), list(day()))
        .prop_map(|(sku, stock, seen)| json!({"sku": sku, "stock": stock, "seen": seen}));
    let purchase = (at, -9_999_i64..9_999, prop::option::of(0..5_i64), list("[a-z]{1,3}".prop_map(|sku| json!({"sku": sku}))))
        .prop_map(|(at, amount, quantity, items)| json!({"at": at, "amount": amount, "quantity": quantity, "items": items}));
    let named = |name: &'static str, value: BoxedStrategy<Value>| {
        value.prop_map(move |value| (name.to_owned(), value))
    };
    prop_oneof![
        named("first_name", "[A-Z ]{0,4}".prop_map(Value::from).boxed()),
        named(
            "total",
            (-99_999_i64..99_999)
                .prop_map(|units| Value::from(Decimal::from_units(units).to_string()))
                .boxed()
        ),
        named("weight", (0_i64..99_999).prop_map(|cents| json!(cents)).boxed()),
        named("nps", any::<i64>().prop_map(Value::from).boxed()),
        named("score", prop::num::f64::NORMAL.prop_map(Value::from).boxed()),
        named("day", day().boxed()),
        named(
            "location",
            (degrees(), degrees())
                .prop_map(|(lat, lon)| json!([lat, lon]))
                .boxed()
        ),
        named(
            "home",
            (degrees(), degrees())
                .prop_map(|(lat, lon)| json!({"lat": lat, "lon": lon}))
                .boxed()
        ),
        named(
            "gender",
            prop::sample::select(vec!["female", "other"])
                .prop_map(Value::from)
                .boxed()
        ),
        named(
            "interests",
            list(
                ".{0,3}"
                    .prop_filter("a text", |text| !text.contains('\0'))
                    .prop_map(Value::from)
            )
            .boxed()
        ),
        named("favorites", list(favorite).boxed()),
        named(
            "consent",
            any::<bool>()
                .prop_map(|email| json!({"email": email, "sms": null}))
                .boxed()
        ),
        named("purchases", list(purchase).boxed()),
    ]
}

fn customer() -> impl Strategy<Value = Value> {
    let wild = prop::collection::vec((name(), anything()), 0..2);
    (
        prop::collection::vec(member(), 0..8),
        prop_oneof![2 => Just(Vec::new()), 1 => wild],
    )
        .prop_map(|(tame, wild)| {
            let id = ("id".to_owned(), Value::from("a"));
            Value::Object([id].into_iter().chain(tame).chain(wild).collect())
        })
}

fn compare(json: &Value) -> Result<bool, TestCaseError> {
    let told = |error: &LoadError| (error.kind(), error.path().to_owned());
    for loader in [loader(), loader().ignore_unknown(true).round_decimals(true)] {
        let from_text = loader.customer_from_json(json.to_string());
        let from_value = loader.customer_from(json);
        prop_assert_eq!(
            from_text.as_ref().map_err(told),
            from_value.as_ref().map_err(told),
            "{}",
            json
        );
    }
    Ok(loader().customer_from(json).is_ok())
}

#[test]
fn json_and_serialize_agree() {
    let (mut accepted, mut refused) = (0, 0);
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig::with_cases(500));
    let count = std::cell::RefCell::new((&mut accepted, &mut refused));
    let result = runner.run(&customer(), |json| {
        let ok = compare(&json)?;
        let mut count = count.borrow_mut();
        *(if ok { &mut *count.0 } else { &mut *count.1 }) += 1;
        Ok(())
    });
    if let Err(error) = result {
        panic!("{error}");
    }
    assert!(
        accepted > 100 && refused > 50,
        "one-sided: {accepted} accepted, {refused} refused"
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn hostile_json_gets_an_answer(mut json in customer().prop_map(|json| json.to_string().into_bytes()),
                                   at in any::<prop::sample::Index>(), bytes in any::<Vec<u8>>(), cut in 0_usize..4) {
        let at = at.index(json.len());
        let end = (at + cut).min(json.len());
        json.splice(at..end, bytes.into_iter().take(cut));
        if let Err(error) = loader().ignore_unknown(true).customer_from_json(&json) {
            prop_assert!(!error.to_string().is_empty());
        }
    }

    #[test]
    fn wild_values_agree_too(json in anything()) {
        compare(&json)?;
        compare(&json!({"id": "a", "purchases": [json.clone()], "favorites": json}))?;
    }
}

/// A value whose own `Serialize` fails.
struct Broken;

impl Serialize for Broken {
    fn serialize<S: Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
        Err(serde::ser::Error::custom("the disk is gone"))
    }
}

#[derive(Serialize)]
#[serde(rename_all = "lowercase")]
enum Gender {
    Male,
    Several { names: u8 },
}

#[derive(Serialize)]
struct Client<T> {
    id: char,
    #[serde(flatten)]
    rest: BTreeMap<&'static str, T>,
}

fn load<T: Serialize>(name: &'static str, value: T) -> Result<Customer, LoadError> {
    loader().customer_from(&Client {
        id: 'a',
        rest: BTreeMap::from([(name, value)]),
    })
}

/// What a member of that value becomes, or why it is refused.
fn kept<T: Serialize>(name: &'static str, value: T) -> String {
    match load(name, value) {
        Ok(customer) => customer
            .get(name)
            .map_or_else(|| "missing".to_owned(), |value| value.to_string()),
        Err(error) => error.to_string(),
    }
}

#[test]
fn rust_values_are_taken_by_their_meaning() -> Result<(), Box<dyn std::error::Error>> {
    let at: DateTime = "2026-01-31T09:00:00Z".parse()?;
    for (kept, expected) in [
        (kept("total", 19.99_f64), "19.99"),
        (kept("total", 0.1_f32), "0.1"),
        (
            kept("total", 0.1_f64 + 0.2),
            "total: 0.30000000000000004 has more than four digits after the point",
        ),
        (kept("total", Decimal::from_units(-5)), "-0.0005"),
        (
            kept("total", i128::MAX),
            "total: 170141183460469231731687303715884105727 lies outside the range of decimal",
        ),
        (
            kept("total", f64::NAN),
            "total: expected a finite decimal, found NaN",
        ),
        (
            kept("weight", f32::INFINITY),
            "weight: expected a finite decimal, found a number",
        ),
        (
            kept("score", f64::NAN),
            "score: expected a finite float, found NaN",
        ),
        (
            kept("score", f64::NEG_INFINITY),
            "score: expected a finite float, found -inf",
        ),
        (kept("score", 3_u8), "3"),
        (
            kept("nps", u128::MAX),
            "nps: 340282366920938463463374607431768211455 lies outside the range of int",
        ),
        (
            kept("nps", u64::MAX),
            "nps: 18446744073709551615 lies outside the range of int",
        ),
        (kept("nps", 1.0), "nps: expected int, found 1"),
        (kept("nps", Some(7_i8)), "7"),
        (kept("nps", ()), "missing"),
        (kept("nps", serde_json::Value::from(3)), "3"),
        (kept("gender", Gender::Male), "male"),
        (
            kept("gender", Gender::Several { names: 2 }),
            "gender: expected (\"female\" | \"male\" | \"other\"), found a variant with fields",
        ),
        (kept("seen_at", at), "2026-01-31T09:00:00Z"),
        (kept("location", Geo::new(1.0, 2.0)), "(1, 2)"),
        (kept("location", (1, 2.5_f32)), "(1, 2.5)"),
        (
            kept("location", (f64::NAN, 0)),
            "location.lat: expected a finite float, found NaN",
        ),
        (
            kept("location", [0.0, f64::INFINITY]),
            "location: the longitude inf lies outside ±180",
        ),
        (
            kept("location", BTreeMap::from([("lat", 1), ("lng", 2)])),
            "location.lng: unknown member; a place is {\"lat\": …, \"lon\": …} or [lat, lon]",
        ),
        (
            kept("consent", BTreeMap::from([(1, true)])),
            "consent.1: unknown member",
        ),
        (
            kept("consent", BTreeMap::from([((), true)])),
            "consent: the name of a member is text",
        ),
        (kept("surname", 'x'), "x"),
        (
            kept("surname", serde_json::json!(["x"])),
            "surname: expected string, found a list",
        ),
        (kept("day", Broken), "day: the disk is gone"),
    ] {
        assert_eq!(kept, expected);
    }
    assert_eq!(
        load("day", Broken).map_err(|error| error.kind()),
        Err(LoadErrorKind::Serialize)
    );
    Ok(())
}

#[test]
fn large_values_are_refused() {
    let limits = crate::limits::Limits {
        record_bytes: 1_000,
        ..crate::limits::Limits::default()
    };
    let long = json!({"id": "a", "surname": "x".repeat(1_001)});
    let error = loader()
        .limits(&limits)
        .customer_from(&long)
        .expect_err("too long");
    assert_eq!((error.kind(), error.path()), (LoadErrorKind::TooLarge, "surname"));
}
