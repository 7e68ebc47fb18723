//! Loading by example: what is kept, what is refused and in which words.

use std::sync::Arc;

use super::*;
use crate::{
    schema::{Event, Schema},
    value::{Decimal, Field, Filled, Roles, Type, ValueRef},
};

pub(super) fn field(name: &str, ty: Type) -> Field {
    Field {
        name: name.into(),
        ty,
        optional: false,
        roles: Roles::default(),
        description: None,
    }
}

pub(super) fn optional(name: &str, ty: Type) -> Field {
    Field {
        optional: true,
        ..field(name, ty)
    }
}

fn personal(mut field: Field) -> Field {
    field.roles.personal = true;
    field
}

pub(super) fn words(words: &[&str]) -> Type {
    Type::Words(words.iter().map(|word| Arc::from(*word)).collect())
}

fn record(fields: Vec<Field>) -> Type {
    Type::Record(fields.into())
}

fn list(item: Type) -> Type {
    Type::List(item.into())
}

/// A schema with each type and role.
pub(super) fn schema() -> Schema {
    let mut id = field("id", Type::String);
    id.roles.key = true;
    let filled = |words: &[&str]| {
        Some(Filled {
            except: words.iter().map(|word| Arc::from(*word)).collect(),
        })
    };
    let mut first_name = personal(optional("first_name", Type::String));
    first_name.roles.filled = filled(&["N/A"]);
    let mut surname = optional("surname", Type::String);
    surname.roles.filled = filled(&["null"]);
    let mut language = optional(
        "language",
        record(vec![{
            let mut code = field("code", Type::String);
            code.roles.filled = filled(&["xx"]);
            code
        }]),
    );
    language.description = Some("what she reads".into());
    let favorite = record(vec![
        field("sku", Type::Ref("products".into())),
        optional("stock", Type::Int),
        optional("seen", list(Type::Date)),
    ]);
    let mut schema = Schema {
        customer: vec![
            id,
            first_name,
            surname,
            language,
            personal(optional("birth_date", Type::Date)),
            personal(optional("nickname", words(&["Bo", "Lu"]))),
            personal(optional("weight", Type::Decimal)),
            personal(optional("home", Type::Geo)),
            optional("gender", words(&["female", "male", "other"])),
            optional("location", Type::Geo),
            optional("interests", list(Type::String)),
            optional("total", Type::Decimal),
            optional("nps", Type::Int),
            optional("score", Type::Float),
            optional("site", Type::Url),
            optional("seen_at", Type::DateTime),
            optional("day", Type::Date),
            optional("vip", Type::Bool),
            optional("favorites", list(favorite)),
            optional(
                "consent",
                record(vec![field("email", Type::Bool), optional("sms", Type::Bool)]),
            ),
        ],
        ..Schema::default()
    };
    let purchases = vec![
        field("amount", Type::Decimal),
        optional("quantity", Type::Int),
        optional("items", list(record(vec![field("sku", Type::String)]))),
    ];
    schema.events.insert(
        "purchases".into(),
        Event {
            description: None,
            fields: purchases,
        },
    );
    schema.events.insert("visits".into(), Event::default());
    let sku = Field::new("sku", Type::String).key();
    schema.catalogs.insert("products".into(), [sku].into());
    assert_eq!(schema.validate(), Ok(()));
    schema
}

pub(super) fn loader() -> Loader {
    static LOADER: std::sync::LazyLock<Loader> =
        std::sync::LazyLock::new(|| Loader::of(Shape::new(schema().into()).into()));
    LOADER.clone()
}

/// What a record `{"id": "a", …}` with more members is answered.
#[track_caller]
fn refused(members: &str) -> LoadError {
    let json = format!(r#"{{"id":"a",{members}}}"#);
    match loader().customer_from_json(&json) {
        Err(error) => error,
        Ok(customer) => panic!("accepted {json}: {customer:?}"),
    }
}

#[test]
fn what_is_given_is_kept() -> Result<(), LoadError> {
    let ana = loader().customer_from_json(
        "\u{feff}{\"id\": \"ana\", \"first_name\": \"\\u0041na\", \"gender\": \"male\", \"location\": [40.5, -3.5],
        \"interests\": [\"a\", \"\"], \"total\": 19.990, \"nps\": -9223372036854775808, \"score\": 1e-3, \"vip\": true,
        \"site\": \"HTTPS://x\", \"seen_at\": \"2026-01-31T09:00:00+01:00\", \"day\": \"2028-02-29\",
        \"favorites\": [{\"sku\": \"s1\", \"seen\": []}, {\"sku\": \"s2\", \"stock\": 4, \"seen\": [\"2026-01-01\"]}],
        \"consent\": {\"email\": false}, \"visits\": null, \"language\": null,
        \"purchases\": [{\"at\": \"2026-01-02T00:00:00Z\", \"amount\": \"2.5\", \"items\": [{\"sku\": \"x\"}, {\"sku\": \"y\"}]},
                        {\"at\": \"2026-01-01T00:00:00Z\", \"amount\": 1, \"quantity\": 3}]}",
    )?;
    assert_eq!(ana.key(), ValueRef::Text("ana"));
    for (path, shown) in [
        ("first_name", Some("Ana")),
        ("surname", None),
        ("gender", Some("male")),
        ("location", Some("(40.5, -3.5)")),
        ("total", Some("19.99")),
        ("nps", Some("-9223372036854775808")),
        ("score", Some("0.001")),
        ("site", Some("HTTPS://x")),
        ("seen_at", Some("2026-01-31T08:00:00Z")),
        ("day", Some("2028-02-29")),
        ("consent.email", Some("false")),
        ("consent.sms", None),
        ("language.code", None),
        ("interests", None),
        ("nothing", None),
    ] {
        assert_eq!(
            ana.get(path).map(|value| value.to_string()).as_deref(),
            shown,
            "{path}"
        );
    }
    let slot = |name: &str| {
        ana.shape
            .customer
            .find(&[name])
            .and_then(|slot| u32::try_from(slot).ok())
    };
    let rows = |name: &str| {
        slot(name)
            .and_then(|slot| (&ana).list(slot))
            .expect("the list is given")
    };
    assert_eq!(slot("gender").and_then(|slot| (&ana).word(slot)), Some(1));
    let interests = rows("interests");
    assert_eq!(
        (
            interests.len(),
            interests.get(0).text(0),
            interests.get(1).text(0)
        ),
        (2, Some("a"), Some(""))
    );
    let favorites = rows("favorites");
    assert_eq!(
        (favorites.get(1).text(0), favorites.get(1).int(1)),
        (Some("s2"), Some(4))
    );
    assert_eq!(favorites.get(0).list(2).map(TableRows::len), Some(0));
    assert_eq!(
        favorites.get(1).list(2).and_then(|seen| seen.get(0).date(0)),
        Some(20_454)
    );

    let purchases = (&ana).events(0);
    assert_eq!(
        (
            purchases.len(),
            ana.event_count("purchases"),
            ana.event_count("visits")
        ),
        (2, 2, 0)
    );
    assert!(purchases.at(0) < purchases.at(1) && purchases.sorted());
    assert_eq!(
        (purchases.get(0).decimal(1), purchases.get(1).decimal(1)),
        (Some(10_000), Some(25_000))
    );
    assert_eq!(purchases.running_sum(1, 0..2), Some((35_000, 2)));
    assert_eq!(purchases.running_sum(2, 0..2), Some((3, 1)));
    assert_eq!(purchases.running_sum(2, 1..2), Some((0, 0)));
    let bought = purchases
        .get(1)
        .list(3)
        .expect("the items moved with their purchase");
    assert_eq!(
        (bought.get(0).text(0), bought.get(1).text(0)),
        (Some("x"), Some("y"))
    );
    assert!(purchases.get(0).list(3).is_none());
    Ok(())
}

use super::table::TableRows;

#[test]
fn each_mistake_has_its_own_message() {
    use LoadErrorKind as Kind;
    for (members, kind, message) in [
        (
            r#""nps": "lots""#,
            Kind::Type,
            "nps: expected int, found text \"lots\"",
        ),
        (r#""nps": 1.0"#, Kind::Type, "nps: expected int, found 1.0"),
        (r#""nps": true"#, Kind::Type, "nps: expected int, found true"),
        (r#""nps": [1]"#, Kind::Type, "nps: expected int, found a list"),
        (r#""nps": {}"#, Kind::Type, "nps: expected int, found a record"),
        (
            r#""nps": 9223372036854775808"#,
            Kind::Range,
            "nps: 9223372036854775808 lies outside the range of int",
        ),
        (
            r#""score": 1e999"#,
            Kind::Range,
            "score: 1e999 lies outside the range of float",
        ),
        (
            r#""score": "NaN""#,
            Kind::Type,
            "score: expected float, found text \"NaN\"",
        ),
        (r#""vip": 1"#, Kind::Type, "vip: expected bool, found 1"),
        (r#""site": 1.5"#, Kind::Type, "site: expected url, found 1.5"),
        (
            r#""interests": "a""#,
            Kind::Type,
            "interests: expected a list, found text \"a\"",
        ),
        (
            r#""interests": [1]"#,
            Kind::Type,
            "interests[0]: expected string, found 1",
        ),
        (
            r#""interests": ["a", null]"#,
            Kind::NullItem,
            "interests[1]: null in a list",
        ),
        (
            r#""consent": []"#,
            Kind::Type,
            "consent: expected a record, found a list",
        ),
        (
            r#""consent": {}"#,
            Kind::Missing,
            "consent.email: required, but missing",
        ),
        (
            r#""consent": {"email": null}"#,
            Kind::Missing,
            "consent.email: required, but null",
        ),
        (
            r#""favorites": [{"sku": "a"}, {"sku": "b", "stock": "lots"}]"#,
            Kind::Type,
            "favorites[1].stock: expected int, found text \"lots\"",
        ),
        (
            r#""favorites": [{"sku": "a", "seen": ["2026-01-01", "2026-1-1"]}]"#,
            Kind::Type,
            "favorites[0].seen[1]: expected a date such as 2026-01-31, found text \"2026-1-1\"",
        ),
        (r#""contry": 1"#, Kind::UnknownMember, "contry: unknown member"),
        (
            r#""gendre": 1"#,
            Kind::UnknownMember,
            "gendre: unknown member; did you mean `gender`?",
        ),
        (
            r#""consent": {"emial": true}"#,
            Kind::UnknownMember,
            "consent.emial: unknown member; did you mean `email`?",
        ),
        (r#""nps": 1, "nps": 2"#, Kind::DuplicateMember, "nps: given twice"),
        (
            r#""nps": null, "nps": 2"#,
            Kind::DuplicateMember,
            "nps: given twice",
        ),
        (
            r#""visits": [], "visits": []"#,
            Kind::DuplicateMember,
            "visits: given twice",
        ),
        (
            r#""gender": "femal""#,
            Kind::UnknownWord,
            "gender: \"femal\" is none of (\"female\" | \"male\" | \"other\"); did you mean \"female\"?",
        ),
        (
            r#""total": 0.00001"#,
            Kind::DecimalDigits,
            "total: 0.00001 has more than four digits after the point",
        ),
        (
            r#""total": 1e15"#,
            Kind::Range,
            "total: 1e15 lies outside the range of decimal",
        ),
        (
            r#""total": "12,5""#,
            Kind::Type,
            "total: expected decimal, found text \"12,5\"",
        ),
        (
            r#""location": [90.5, 0]"#,
            Kind::Coordinates,
            "location: the latitude 90.5 lies outside ±90",
        ),
        (
            r#""location": {"lat": 0, "lon": -181}"#,
            Kind::Coordinates,
            "location: the longitude -181 lies outside ±180",
        ),
        (
            r#""location": [1e999, 0]"#,
            Kind::Coordinates,
            "location: the latitude inf lies outside ±90",
        ),
        (
            r#""location": [1]"#,
            Kind::Missing,
            "location.lon: required, but missing",
        ),
        (
            r#""location": [1, 2, 3]"#,
            Kind::Type,
            "location: a place has two coordinates, [lat, lon]",
        ),
        (
            r#""location": [1, "2"]"#,
            Kind::Type,
            "location.lon: expected float, found text \"2\"",
        ),
        (
            r#""location": {"lat": 1}"#,
            Kind::Missing,
            "location.lon: required, but missing",
        ),
        (
            r#""location": {"lat": 1, "lat": 1}"#,
            Kind::DuplicateMember,
            "location.lat: given twice",
        ),
        (
            r#""location": {"lng": 1}"#,
            Kind::UnknownMember,
            "location.lng: unknown member; a place is {\"lat\": …, \"lon\": …} or [lat, lon]",
        ),
        (
            r#""location": "x""#,
            Kind::Type,
            "location: expected geo, found text \"x\"",
        ),
        (
            r#""day": "2026-02-30""#,
            Kind::NoSuchTime,
            "day: there is no such date: \"2026-02-30\"",
        ),
        (
            r#""day": "0000-01-01""#,
            Kind::Range,
            "day: \"0000-01-01\" lies outside the years 0001 to 9999",
        ),
        (
            r#""day": 20260101"#,
            Kind::Type,
            "day: expected date, found 20260101",
        ),
        (
            r#""seen_at": "2026-01-01T25:00:00Z""#,
            Kind::NoSuchTime,
            "seen_at: there is no such datetime: \"2026-01-01T25:00:00Z\"",
        ),
        (
            r#""seen_at": "2026-01-01T00:00:00""#,
            Kind::Type,
            "seen_at: expected an offset or Z at the end, found text \"2026-01-01T00:00:00\"",
        ),
        (
            r#""surname": "a\u0000b""#,
            Kind::NulCharacter,
            "surname: text with the character U+0000",
        ),
        (
            r#""site": "javascript:alert(1)""#,
            Kind::UrlScheme,
            "site: \"javascript:alert(1)\" has none of the schemes http, https, mailto, tel",
        ),
        (
            r#""language": {"code": " "}"#,
            Kind::Blank,
            "language.code: required, but blank",
        ),
        (
            r#""language": {"code": "xx"}"#,
            Kind::Blank,
            "language.code: required, but \"xx\" counts as missing",
        ),
        (
            r#""purchases": {}"#,
            Kind::Type,
            "purchases: expected a list of events, found a record",
        ),
        (
            r#""purchases": [null]"#,
            Kind::NullItem,
            "purchases[0]: null in a list",
        ),
        (
            r#""purchases": [{"amount": 1}]"#,
            Kind::Missing,
            "purchases[0].at: required, but missing",
        ),
        (
            r#""visits": [{"at": "x"}]"#,
            Kind::Type,
            "visits[0].at: expected a datetime such as 2026-01-31T09:00:00Z (RFC 3339), found text \"x\"",
        ),
        // Personal values stay out.
        (
            r#""first_name": 5"#,
            Kind::Type,
            "first_name: expected string, found a number",
        ),
        (
            r#""first_name": true"#,
            Kind::Type,
            "first_name: expected string, found a truth value",
        ),
        (
            r#""first_name": "a\u0000b""#,
            Kind::NulCharacter,
            "first_name: text with the character U+0000",
        ),
        (
            r#""birth_date": "5 May""#,
            Kind::Type,
            "birth_date: expected a date such as 2026-01-31, found text",
        ),
        (
            r#""birth_date": "2026-02-30""#,
            Kind::NoSuchTime,
            "birth_date: there is no such date: the text",
        ),
        (
            r#""nickname": "Lulu""#,
            Kind::UnknownWord,
            "nickname: the text is none of (\"Bo\" | \"Lu\")",
        ),
        (
            r#""weight": 71.23456"#,
            Kind::DecimalDigits,
            "weight: the number has more than four digits after the point",
        ),
        (
            r#""weight": 1e20"#,
            Kind::Range,
            "weight: the number lies outside the range of decimal",
        ),
        (
            r#""weight": "heavy""#,
            Kind::Type,
            "weight: expected decimal, found text",
        ),
        (
            r#""home": [91, 2]"#,
            Kind::Coordinates,
            "home: the latitude lies outside ±90",
        ),
        (
            r#""home": ["x", 2]"#,
            Kind::Type,
            "home.lat: expected float, found text",
        ),
    ] {
        let error = refused(members);
        assert_eq!(
            (error.to_string().as_str(), error.kind()),
            (message, kind),
            "{members}"
        );
    }
}

#[test]
fn whole_records_are_refused() {
    use LoadErrorKind as Kind;
    for (json, kind, message) in [
        (
            "",
            Kind::Syntax,
            "not JSON: EOF while parsing a value at column 0",
        ),
        ("{}", Kind::Missing, "id: required, but missing"),
        ("[]", Kind::Type, "expected a record, found a list"),
        ("null", Kind::Missing, "required, but null"),
        (
            r#"{"id": "a"} x"#,
            Kind::Syntax,
            "not JSON: trailing characters at column 13",
        ),
        (
            r#"{"id": "a"}{}"#,
            Kind::Syntax,
            "not JSON: trailing characters at column 12",
        ),
        (
            r#"{"id": "a""#,
            Kind::Syntax,
            "not JSON: EOF while parsing an object at column 10",
        ),
        (
            "{\"id\": \"a\", \"nps\": 1x}",
            Kind::Syntax,
            "not JSON: expected `,` or `}` at column 21",
        ),
        (
            "{\"id\": \"\\ud800\"}",
            Kind::Syntax,
            "id: not JSON: unexpected end of hex escape at column 15",
        ),
    ] {
        let error = loader().customer_from_json(json).expect_err(json);
        assert_eq!(
            (error.to_string().as_str(), error.kind()),
            (message, kind),
            "{json}"
        );
    }
    let error = loader()
        .customer_from_json(b"{\"id\": \"\xff\"}")
        .expect_err("not UTF-8");
    assert_eq!(
        (error.kind(), error.to_string().as_str()),
        (Kind::InvalidUtf8, "the text is not UTF-8 from byte 8 on")
    );
}

#[test]
fn large_records_are_refused() {
    let limits = crate::Limits {
        record_bytes: 1_000,
        ..crate::Limits::default()
    };
    let small = loader().limits(&limits);
    assert!(small.customer_from_json(r#"{"id": "a"}"#).is_ok());
    let long = format!(r#"{{"id": "{}"}}"#, "a".repeat(1_000));
    let many = format!(
        r#"{{"id": "a", "favorites": [{}]}}"#,
        vec![r#"{"sku":""}"#; 80].join(",")
    );
    assert!(many.len() < 1_000);
    for json in [long, many] {
        assert_eq!(
            small.customer_from_json(json).map_err(|error| error.kind()),
            Err(LoadErrorKind::TooLarge)
        );
    }
}

#[test]
fn unknown_members_pass_when_asked_to_any_depth() {
    let depth = 200_000;
    let deep = format!(
        r#"{{"id":"a","x":{}1{},"nps":3}}"#,
        "[".repeat(depth),
        "]".repeat(depth)
    );
    let ana = loader()
        .ignore_unknown(true)
        .customer_from_json(&deep)
        .expect("skipped");
    assert_eq!(ana.get("nps"), Some(ValueRef::Int(3)));
    assert!(loader().customer_from_json(&deep).is_err());
    // Where a number is expected, and where none is.
    for name in ["nps", "day", "favorites", "home"] {
        let error = refused(&format!(r#""{name}":{}{}"#, "[".repeat(depth), "]".repeat(depth)));
        assert!(error.path().starts_with(name), "{error}");
    }
}

#[test]
fn options_change_what_is_accepted() {
    let loader = loader().round_decimals(true).url_schemes(["myapp"]);
    let ana = loader
        .customer_from_json(r#"{"id":"a","total":2.00005,"site":"myapp://x"}"#)
        .expect("both are allowed");
    assert_eq!(
        ana.get("total"),
        Some(ValueRef::Decimal(Decimal::from_units(20_001)))
    );
}

#[test]
fn blank_and_listed_words_are_missing_where_they_may_be() {
    for blank in ["", " ", "\u{a0}\t", "N/A"] {
        let ana = loader().customer_from_json(
            format!("{{\"id\":\"a\",\"first_name\":{blank:?}}}").replace("\\u{a0}", "\u{a0}"),
        );
        assert_eq!(ana.expect("optional").get("first_name"), None, "{blank:?}");
    }
    let ana = loader()
        .customer_from_json(r#"{"id":"a","first_name":" n/a "}"#)
        .expect("not listed");
    assert_eq!(ana.get("first_name"), Some(ValueRef::Text(" n/a ")));
}

#[test]
fn events_of_one_instant_keep_their_order() {
    let purchases: Vec<String> = (0..50)
        .map(|index| {
            format!(
                r#"{{"at":"2026-01-0{}T00:00:00Z","amount":{index}}}"#,
                1 + index % 2
            )
        })
        .collect();
    let json = format!(r#"{{"id":"a","purchases":[{}]}}"#, purchases.join(","));
    let ana = loader().customer_from_json(json).expect("valid");
    let events = (&ana).events(0);
    let amounts: Vec<_> = (0..events.len())
        .filter_map(|index| events.get(index).decimal(1))
        .collect();
    let sorted: Vec<_> = (0..50)
        .step_by(2)
        .chain((1..50).step_by(2))
        .map(|it| it * 10_000)
        .collect();
    assert_eq!(amounts, sorted);
}

#[test]
fn debug_shows_no_personal_value() {
    let ana = loader()
        .customer_from_json(
            r#"{"id":"a1","first_name":"Secret","birth_date":"1999-09-09","weight":77.7,"home":[11.5,22.5],
            "gender":"other","interests":["tea"],"favorites":[{"sku":"s"}],"visits":[{"at":"2026-01-01T00:00:00Z"}]}"#,
        )
        .expect("valid");
    let shown = format!("{ana:?}");
    assert_eq!(
        shown,
        "Customer { id: \"a1\", first_name: _, birth_date: _, nickname: _, weight: _, home: _, gender: \"other\", \
         interests: [\"tea\"], favorites: [{sku: \"s\"}], purchases: 0 events, visits: 1 events }"
    );
}

#[test]
fn what_is_inside_a_personal_list_or_record_is_personal() {
    let inner = record(vec![field("word", Type::String)]);
    let schema = Schema::builder()
        .attribute(Field::new("id", Type::String).key().sensitive())
        .attribute(Field::new("notes", list(inner.clone())).personal())
        .attribute(Field::new("secret", inner.clone()).sensitive())
        .attribute(Field::new(
            "plain",
            list(record(vec![personal(field("word", Type::String))])),
        ))
        .build()
        .expect("a valid schema");
    let loader = Loader::new(&schema).expect("a valid schema");
    let json = r#"{"id": "a", "notes": [{"word": "x"}], "secret": {"word": "y"}, "plain": [{"word": "z"}]}"#;
    let ana = loader.customer_from_json(json).expect("valid");
    assert_eq!(
        format!("{ana:?}"),
        "Customer { id: _, notes: _, secret.word: _, plain: [{word: _}] }"
    );
    for (json, message) in [
        (
            json.replace(r#""x""#, "5"),
            "notes[0].word: expected string, found a number",
        ),
        (
            json.replace(r#""y""#, "true"),
            "secret.word: expected string, found a truth value",
        ),
        (
            json.replace(r#"{"word": "y"}"#, r#""y""#),
            "secret: expected a record, found text",
        ),
        (
            json.replace(r#"[{"word": "z"}]"#, r#""z""#),
            "plain: expected a list, found text",
        ),
    ] {
        let error = loader.customer_from_json(json).expect_err(message);
        assert_eq!(error.to_string(), message);
    }
}

#[test]
fn customers_outlive_a_reload_of_the_same_schema() {
    let (one, other) = (
        Arc::new(Shape::new(schema().into())),
        Arc::new(Shape::new(schema().into())),
    );
    let ana = Loader::of(one)
        .customer_from_json(r#"{"id":"a"}"#)
        .expect("valid");
    assert!(ana.fits(&other));
    let mut changed = schema();
    changed.customer.push(optional("more", Type::Int));
    assert!(!ana.fits(&Arc::new(Shape::new(changed.into()))));
}

#[test]
fn handles_may_be_shared_between_threads() {
    fn shared<T: Send + Sync + Clone>() {}
    shared::<Customer>();
    shared::<Loader>();
    shared::<Items>();
}

#[test]
fn a_customer_takes_seven_cache_lines() {
    assert_eq!(size_of::<super::Customer>(), 448);
}
