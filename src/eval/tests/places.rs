//! Where a customer is, and which part of a sample.

use std::fmt::Write;

use super::tables::{all, shown};
use crate::{Definitions, Zone};

const SCHEMA: &str = r"
customer { id: string key, home: geo?, shop: geo?, stores: [{ spot: geo }]? }
event visits { spot: geo? }
";

/// Asks conditions of both evaluations.
#[track_caller]
fn answers(customer: &str, table: &[(&str, bool)]) {
    let mut text = SCHEMA.to_owned();
    for (index, (condition, _)) in table.iter().enumerate() {
        writeln!(
            text,
            "segment yes_{index} = {condition}\nsegment no_{index} = not ({condition})"
        )
        .expect("a String takes all");
    }
    let shop = Definitions::parse(&text).unwrap_or_else(|error| panic!("{error}"));
    let customer = shop
        .customer_from_json(customer)
        .unwrap_or_else(|error| panic!("{error}"));
    let at = shop.at("2026-06-01T12:00:00Z".parse().expect("an instant"), &Zone::UTC);
    for (index, (condition, expected)) in table.iter().enumerate() {
        for (name, expected) in [("yes", *expected), ("no", !expected)] {
            let segment = shop.segment(&format!("{name}_{index}")).expect("defined");
            assert_eq!(segment.matches(&customer, &at), expected, "{name}: {condition}");
            assert_eq!(
                segment.interpret(&customer, &at),
                expected,
                "{name}: {condition}, interpreted"
            );
        }
    }
}

/// [place-2] [place-3]
#[test]
fn places_are_near_each_other_or_not() {
    answers(
        r#"{"id": "ana", "home": {"lat": 40.4168, "lon": -3.7038}, "shop": {"lat": 40.42, "lon": -3.7038},
            "stores": [{"spot": {"lat": 0, "lon": 180}}, {"spot": {"lat": 40.4169, "lon": -3.7038}}],
            "visits": [{"at": "2026-05-01T00:00:00Z"}, {"at": "2026-05-02T00:00:00Z", "spot": {"lat": 40.42, "lon": -3.7038}}]}"#,
        &[
            ("home within 1 m of (40.4168, -3.7038)", true),
            // 0.0032° north: 355.8 m.
            ("home within 355 m of shop", false),
            ("home within 356 m of shop", true),
            ("shop within 356 m of home", true),
            ("home within 0.355 km of (40.42, -3.7038)", false),
            ("home within 0.356 km of (40.42, -3.7038)", true),
            ("home within 0.2212 mi of shop", true),
            ("home within 0.2210 mi of shop", false),
            ("home within 20_016 km of (-40.4168, 176.2962)", true),
            ("home within 20_000 km of (-40.4168, 176.2962)", false),
            ("any stores where spot within 12 m of home", true),
            ("all stores where spot within 12 m of home", false),
            ("any stores where spot within 1 m of (0, -180)", true),
            ("any visits where spot within 1 m of shop", true),
            ("any visits where spot within 1 m of home", false),
            ("all visits where spot within 1 km of home", false),
            ("default(home, (0, 0)) within 1 km of shop", true),
            (
                "case when any visits then shop end within 1 m of (40.42, -3.7038)",
                true,
            ),
            ("(1, 2) within 1 km of (1, 2.001)", true),
            ("distance(home, shop) between 355.0 and 356.0", true),
            ("distance(home, home) = 0", true),
        ],
    );
}

#[test]
fn a_missing_place_is_nowhere() {
    answers(
        r#"{"id": "ana", "shop": {"lat": 1, "lon": 2}}"#,
        &[
            ("home within 20_016 km of (0, 0)", false),
            ("home not within 20_016 km of (0, 0)", true),
            ("shop within 20_016 km of home", false),
            ("shop within 20_016 km of (0, 0)", true),
            ("distance(home, shop) < 1000000", false),
            ("distance(home, (1, 2)) is known", false),
            ("default(home, (1, 2)) within 1 m of shop", true),
        ],
    );
}

#[test]
fn the_distance_between_cities_is_a_float() {
    shown(
        "",
        &[
            ("round(distance((40.4168, -3.7038), (41.3874, 2.1686)))", "505096"),
            ("distance((1, 2), (1, 2))", "0"),
        ],
    );
    all("", &[("distance((0, 0), (0, 180)) > 20015114.0", true)]);
}

/// Points 0.393030… and 0.802310…, see the vectors in `value::sample`.
#[test]
fn a_sample_is_the_keys_alone() {
    for (id, point) in [("ana", 0.393_030_7), ("ben", 0.802_310_6)] {
        let table = [
            ("in sample 39.3030% of \"spring-2026\"", point < 0.393_030),
            ("in sample 39.3031% of \"spring-2026\"", point < 0.393_031),
            ("in sample 39.3030%..39.3031% of \"spring-2026\"", id == "ana"),
            ("in sample 80.2310%..80.2311% of \"spring-2026\"", id == "ben"),
            ("in sample 39.3031%..80.2310% of \"spring-2026\"", false),
            ("not in sample 50% of \"spring-2026\"", id == "ben"),
            (
                "in sample 50% of \"spring-2026\" or in sample 50%..100% of \"spring-2026\"",
                true,
            ),
            (
                "in sample 50% of \"spring-2026\" and in sample 50%..100% of \"spring-2026\"",
                false,
            ),
            ("any visits where in sample 50% of \"spring-2026\"", id == "ana"),
            ("(in sample 50% of \"spring-2026\") = true", id == "ana"),
        ];
        let visit = r#""visits": [{"at": "2026-05-01T00:00:00Z"}]"#;
        answers(&format!("{{\"id\": \"{id}\", {visit}}}"), &table);
    }
}

/// An int counts by its digits; a customer of another schema with the same digits as text is in the same samples.
#[test]
fn a_number_as_key_is_its_digits() {
    let texts = Definitions::parse("customer { id: string key } segment s = in sample 50% of \"x\"")
        .expect("compiles");
    let ints =
        Definitions::parse("customer { id: int key } segment s = in sample 50% of \"x\"").expect("compiles");
    let now = "2026-06-01T12:00:00Z".parse().expect("an instant");
    let mut inside = 0;
    for key in (-50_i64..50).chain([i64::MIN, i64::MAX]) {
        let text = texts
            .customer_from_json(format!(r#"{{"id": "{key}"}}"#))
            .expect("loads");
        let int = ints
            .customer_from_json(format!(r#"{{"id": {key}}}"#))
            .expect("loads");
        let text = texts
            .segment("s")
            .expect("defined")
            .matches(&text, &texts.at(now, &Zone::UTC));
        let segment = ints.segment("s").expect("defined");
        let at = ints.at(now, &Zone::UTC);
        assert_eq!(segment.matches(&int, &at), text, "{key}");
        assert_eq!(segment.interpret(&int, &at), text, "{key}");
        inside += usize::from(text);
    }
    assert!((30..72).contains(&inside), "{inside}");
}
