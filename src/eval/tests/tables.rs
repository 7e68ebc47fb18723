//! What the language says, by tables: each line is asked of the interpreter and of the program.

use crate::{Definitions, Value, Zone};

pub(super) const SCHEMA: &str = r#"
customer {
  id: string key, i: int?, d: decimal?, f: float?, s: string?, w: ("a" | "b" | "c")?, b: bool?
  day: date?, at: datetime?, tags: [string]?, numbers: [int]?, items: [{ n: int?, name: string? }]?
  box: { width: int?, label: string? }?
}
event e { n: int?, amount: decimal?, ratio: float?, name: string?, kind: ("x" | "y")? }
"#;

/// Noon in UTC, two in the afternoon in Madrid.
pub(super) const NOW: &str = "2026-06-01T12:00:00Z";

/// Asks one question about one customer, of every path.
#[track_caller]
pub(super) fn value_at(now: &str, customer: &str, expr: &str) -> Option<Value> {
    let text = format!("{SCHEMA}\ntrait answer = {expr}");
    let shop = Definitions::parse(&text).unwrap_or_else(|error| panic!("{error}"));
    let customer = format!(r#"{{"id": "ana", {customer}}}"#).replace(", }", "}");
    let customer = shop
        .customer_from_json(&customer)
        .unwrap_or_else(|error| panic!("{error}"));
    let zone = Zone::named("Europe/Madrid").expect("exists");
    let at = shop.at(now.parse().expect("an instant"), &zone);
    let computed = shop.computed("answer").expect("defined");
    let (answer, reference) = (computed.value(&customer, &at), computed.interpret(&customer, &at));
    assert_eq!(answer, reference, "{expr}");
    answer
}

#[track_caller]
pub(super) fn value(customer: &str, expr: &str) -> Option<Value> {
    value_at(NOW, customer, expr)
}

#[track_caller]
pub(super) fn all(customer: &str, table: &[(&str, bool)]) {
    for (condition, expected) in table {
        let expr = format!("case when {condition} then true else false end");
        assert_eq!(
            value(customer, &expr),
            Some(Value::Bool(*expected)),
            "{condition}"
        );
        let expr = format!("case when not ({condition}) then true else false end");
        assert_eq!(
            value(customer, &expr),
            Some(Value::Bool(!expected)),
            "not ({condition})"
        );
    }
}

/// The values as they are shown; `-` for a missing one.
#[track_caller]
pub(super) fn shown(customer: &str, table: &[(&str, &str)]) {
    for (expr, expected) in table {
        let found = value(customer, expr).map_or("-".to_owned(), |it| it.to_string());
        assert_eq!(found, *expected, "{expr}");
    }
}

#[test]
fn a_missing_value_fails_every_test() {
    all(
        "",
        &[
            ("i = 1", false),
            ("i != 1", true),
            ("i < 1", false),
            ("i >= 1", false),
            ("i between 0 and 9", false),
            ("i not between 0 and 9", true),
            ("i in [1, 2]", false),
            ("i not in [1, 2]", true),
            ("d > 0", false),
            ("f <= 0.5", false),
            ("s = \"\"", false),
            ("s contains \"\"", false),
            ("s starts with \"a\"", false),
            ("not (s ends with \"a\")", true),
            ("w = \"a\"", false),
            ("w != \"a\"", true),
            ("w in [\"a\", \"b\", \"c\"]", false),
            ("w contains \"a\"", false),
            ("b", false),
            ("not b", true),
            ("b = false", false),
            ("day = 2026-06-01", false),
            ("at < now", false),
            ("at in last 30 days", false),
            ("day in last 30 days", false),
            ("tags contains \"a\"", false),
            ("tags contains any [\"a\"]", false),
            ("tags contains all [\"a\"]", false),
            ("i is known", false),
            ("tags is known", false),
            ("box is known", false),
            ("s is empty", false),
            ("s is not empty", true),
            ("s is filled", false),
            ("tags is empty", false),
            ("tags is filled", false),
            ("i = i", false),
            ("i + 1 > 0", false),
            ("-i < 5", false),
            ("lower(s) = \"a\"", false),
            ("default(i, 3) = 3", true),
            ("default(b, true)", true),
            ("any items", false),
            ("no items", true),
            ("all items where n > 1", true),
            ("count(items) = 0", true),
        ],
    );
    shown(
        "",
        &[
            ("i + 1", "-"),
            ("abs(i)", "-"),
            ("default(i, 3)", "3"),
            ("count(items)", "0"),
            ("sum(n of items)", "0"),
            ("avg(n of items)", "-"),
            ("min(n of items)", "-"),
            ("first(name of items)", "-"),
            ("distinct(n of items)", "0"),
            ("size(items)", "-"),
            ("case when i > 1 then 1 end", "-"),
            ("string(i)", "-"),
            ("min(i, 1)", "-"),
        ],
    );
}

#[test]
fn numbers_of_different_types_meet_exactly() {
    all(
        r#""i": 9007199254740993, "d": 2.5, "f": 9007199254740992"#,
        &[
            ("i > f", true),
            ("i = f", false),
            ("f < i", true),
            ("i > 9007199254740992", true),
            ("d > 2", true),
            ("d = 2.5000", true),
            ("d < 3", true),
            ("d in [2, 2.5]", true),
            ("d between 2 and 3", true),
            ("i > d", true),
        ],
    );
    all(
        r#""i": 9223372036854775807, "d": -922337203685477.5808, "f": -0.0"#,
        &[
            ("i > d", true),
            ("i = 9223372036854775807", true),
            ("d < -922337203685477", true),
            ("f = 0", true),
            ("f >= 0", true),
            ("f < 0", false),
            ("i + 1 > 0", false),
            ("i + 1 is known", false),
            ("d - 1 is known", false),
        ],
    );
    shown(
        r#""i": 9223372036854775807, "d": 0.0001, "f": 1e308"#,
        &[
            ("i + 1", "-"),
            ("i - 1", "9223372036854775806"),
            ("-i", "-9223372036854775807"),
            ("i * 2", "-"),
            ("i / 2", "-"),
            ("d / 2", "0.0001"),
            ("-d / 2", "-0.0001"),
            ("d / 3", "0"),
            ("d * d", "0"),
            ("1 / 0", "-"),
            ("d / 0", "-"),
            ("f * 10", "-"),
            ("7 / 2", "3.5"),
            ("2 / 3", "0.6667"),
            ("round(2.5)", "3"),
            ("round(-2.5)", "-3"),
            ("floor(-0.5)", "-1"),
            ("ceil(-0.5)", "0"),
            ("int(-2.9)", "-2"),
            ("abs(-2.5)", "2.5"),
            ("max(1, 2.5)", "2.5"),
            ("string(d)", "0.0001"),
            ("string(1.50)", "1.5"),
            ("decimal(0.1)", "0.1"),
        ],
    );
}

#[test]
fn text_is_compared_by_code_points() {
    all(
        r#""s": "Ὀδυσσεύς", "w": "b""#,
        &[
            ("s = \"Ὀδυσσεύς\"", true),
            ("s > \"z\"", true),
            ("length(s) = 8", true),
            ("upper(s) = \"ὈΔΥΣΣΕΎΣ\"", true),
            ("lower(upper(s)) = \"ὀδυσσεύς\"", true),
            ("s ends with \"ς\"", true),
            ("s contains \"\"", true),
            ("w starts with \"b\"", true),
            ("w in [\"a\", \"b\"]", true),
            ("w = s", false),
            ("w contains \"a\"", false),
        ],
    );
    all(
        "\"s\": \" \u{a0}\"",
        &[
            ("s is empty", false),
            ("s is filled", false),
            ("trim(s) is empty", true),
            ("s is known", true),
            ("length(s) = 2", true),
        ],
    );
    shown(
        r#""s": " \"odd@name\"@Example.COM ""#,
        &[
            ("domain(trim(s))", "Example.COM"),
            ("lower(domain(s))", "example.com "),
            ("domain(\"ana\")", "-"),
            ("upper(\"straße\")", "STRASSE"),
            ("lower(string(1.5))", "1.5"),
        ],
    );
}

#[test]
fn days_and_hours_are_those_of_the_zone() {
    let late = r#""at": "2026-03-28T23:30:00Z", "day": "2000-02-29""#;
    shown(
        late,
        &[
            ("date(at)", "2026-03-29"),
            ("hour(at)", "0"),
            ("weekday(at)", "sunday"),
            ("day(at)", "29"),
            ("year(day)", "2000"),
            ("month(day)", "2"),
            ("days_since(at)", "64"),
            ("days_since(day)", "9589"),
            ("years_since(day)", "26"),
            ("today - day", "PT828489600S"),
            ("day + 1 day", "2000-03-01"),
            ("at - 1 day", "2026-03-27T23:30:00Z"),
            ("now - at", "PT5574600S"),
        ],
    );
    let years =
        |now: &str| value_at(now, r#""day": "2000-02-29""#, "years_since(day)").map(|it| it.to_string());
    assert_eq!(years("2026-02-27T22:59:59Z").as_deref(), Some("25"));
    assert_eq!(years("2026-02-27T23:00:00Z").as_deref(), Some("26"));
    assert_eq!(years("1999-12-31T00:00:00Z").as_deref(), Some("-1"));
}

#[test]
fn windows_keep_their_ends() {
    // (now - 30 days, now]: exactly 720 hours.
    for (at, last, next, exists) in [
        ("2026-05-02T12:00:00Z", false, false, true),
        ("2026-05-02T12:00:00.000001Z", true, false, true),
        ("2026-06-01T12:00:00Z", true, false, true),
        ("2026-06-01T12:00:00.000001Z", false, true, false),
        ("2026-07-01T12:00:00Z", false, true, false),
        ("2026-07-01T12:00:00.000001Z", false, false, false),
    ] {
        let customer = format!(r#""at": "{at}", "e": [{{"at": "{at}"}}]"#);
        all(
            &customer,
            &[
                ("at in last 30 days", last),
                ("at in next 30 days", next),
                ("any e in last 30 days", last),
            ],
        );
        // Events later than now do not exist.
        all(&customer, &[("any e in next 30 days", false), ("any e", exists)]);
    }
    for (day, last, next) in [
        ("2026-05-25", false, false),
        ("2026-05-26", true, false),
        ("2026-06-01", true, false),
        ("2026-06-02", false, true),
        ("2026-06-08", false, true),
        ("2026-06-09", false, false),
    ] {
        let customer = format!(r#""day": "{day}""#);
        all(
            &customer,
            &[("day in last 7 days", last), ("day in next 1 week", next)],
        );
    }
}

#[test]
fn a_day_that_bounds_instants_is_a_day_of_the_zone() {
    // Madrid goes to summer time on 29 March 2026: that day has 23 hours.
    for (at, on, before, after, since) in [
        ("2026-03-28T22:59:59.999999Z", false, true, false, false),
        ("2026-03-28T23:00:00Z", true, false, false, true),
        ("2026-03-29T21:59:59.999999Z", true, false, false, true),
        ("2026-03-29T22:00:00Z", false, false, true, true),
    ] {
        all(
            &format!(r#""at": "{at}", "day": "2026-03-29""#),
            &[
                ("at between 2026-03-29 and 2026-03-29", on),
                ("at before 2026-03-29", before),
                ("at after 2026-03-29", after),
                ("at since 2026-03-29", since),
                ("at since day", since),
                ("at after day", after),
                ("at since 2026-03-29T00:00:00", since),
            ],
        );
    }
    // A clock time that was skipped is the first moment after the gap.
    all(
        r#""at": "2026-03-29T01:00:00Z""#,
        &[
            ("at since 2026-03-29T02:30:00", true),
            ("at after 2026-03-29T02:30:00", false),
        ],
    );
    // One that occurred twice is the earlier.
    all(
        r#""at": "2025-10-26T00:30:00Z""#,
        &[
            ("at since 2025-10-26T02:30:00", true),
            ("at before 2025-10-26T02:30:00", false),
        ],
    );
}

#[test]
fn events_are_counted_summed_and_chosen() {
    let events = r#""e": [
        {"at": "2026-05-30T00:00:00Z", "n": 3, "amount": 9.5, "ratio": 0.1, "name": "b", "kind": "x"},
        {"at": "2026-05-01T00:00:00Z", "n": 1, "amount": 0.25, "ratio": 0.2, "name": "a", "kind": "y"},
        {"at": "2026-05-30T00:00:00Z", "n": 1, "ratio": 0.3, "name": "c"},
        {"at": "2026-06-02T00:00:00Z", "n": 100, "amount": 100, "ratio": 1, "name": "later"}
    ]"#;
    shown(
        events,
        &[
            ("count(e)", "3"),
            ("sum(n of e)", "5"),
            ("sum(amount of e)", "9.75"),
            ("avg(amount of e)", "4.875"),
            ("avg(n of e)", "1.6667"),
            ("sum(n of e in last 3 days)", "4"),
            ("min(n of e)", "1"),
            ("max(name of e)", "c"),
            ("first(name of e)", "a"),
            ("last(name of e)", "c"),
            ("first(name of e in last 3 days)", "b"),
            ("last(amount of e)", "-"),
            ("distinct(n of e)", "2"),
            ("distinct(kind of e)", "2"),
            ("distinct(amount of e)", "2"),
            ("sum(n of e where kind = \"x\")", "3"),
            ("sum(n * 2 of e)", "10"),
            ("count(e where amount is unknown)", "1"),
            ("distinct(upper(name) of e)", "3"),
            ("min(lower(name) of e)", "a"),
            ("max(at of e)", "2026-05-30T00:00:00Z"),
            // In the order of time: 0.2 + 0.1 + 0.3.
            ("sum(ratio of e)", "0.6000000000000001"),
        ],
    );
    all(
        events,
        &[
            ("exactly 3 e", true),
            ("at least 2 e in last 3 days", true),
            ("at most 1 e in last 3 days", false),
            ("any e where n > 50", false),
            ("all e where n < 50", true),
            ("all e where amount > 1", false),
            ("no e in last 1 day", true),
            ("any e where (n = 1 and kind = \"y\")", true),
            ("count(e) >= 2", true),
        ],
    );
}

/// [coll-5].
#[test]
fn sums_overflow_by_their_total_alone() {
    let numbers = |list: &str| format!(r#""items": [{list}]"#);
    let customer =
        numbers(r#"{"n": 9223372036854775807}, {"n": 9223372036854775807}, {"n": -9223372036854775807}"#);
    shown(
        &customer,
        &[
            ("sum(n of items)", "9223372036854775807"),
            ("avg(n of items)", "-"),
        ],
    );
    let customer = numbers(r#"{"n": 9223372036854775807}, {"n": 1}"#);
    shown(
        &customer,
        &[
            ("sum(n of items)", "-"),
            ("max(n of items)", "9223372036854775807"),
        ],
    );
    let customer = numbers(r#"{"n": 1}, {"n": 2}, {}, {"n": -2}"#);
    shown(
        &customer,
        &[
            ("avg(n of items)", "0.3333"),
            ("count(items)", "4"),
            ("last(n of items)", "-2"),
        ],
    );
}

#[test]
fn lists_are_read_in_their_order() {
    let customer =
        r#""tags": ["b", "a", "a"], "numbers": [], "items": [{"name": "z"}, {"name": "y", "n": 1}, {}]"#;
    all(
        customer,
        &[
            ("tags contains \"a\"", true),
            ("tags contains any [\"c\", \"a\"]", true),
            ("tags contains all [\"a\", \"c\"]", false),
            ("numbers is empty", true),
            ("numbers is filled", false),
            ("numbers is known", true),
            ("numbers contains 1", false),
            ("any items where name = \"y\"", true),
            ("all items where name is known", false),
            ("no items where n = 2", true),
            ("size(tags) = 3", true),
        ],
    );
    shown(
        customer,
        &[
            ("first(name of items)", "z"),
            ("last(name of items)", "-"),
            ("distinct(name of items)", "2"),
            ("size(numbers)", "0"),
        ],
    );
    all(
        r#""box": {"label": "x"}"#,
        &[
            ("box is known", true),
            ("box.width is known", false),
            ("box.width != 3", true),
        ],
    );
}

#[test]
fn a_trait_inside_where_leaves_the_item_in_scope() {
    let text = format!(
        "{SCHEMA}\ntrait positive = count(items where n + 1 > 1)\nsegment answer = any e where positive < n"
    );
    let shop = Definitions::parse(&text).unwrap_or_else(|error| panic!("{error}"));
    let at = shop.at(NOW.parse().expect("an instant"), &Zone::UTC);
    let segment = shop.segment("answer").expect("defined");
    for (n, expected) in [(1, false), (2, false), (3, true)] {
        let json = format!(
            r#"{{"id": "ana", "items": [{{"n": 1}}, {{"n": 2}}], "e": [{{"at": "2026-05-30T00:00:00Z", "n": {n}}}]}}"#
        );
        let customer = shop
            .customer_from_json(&json)
            .unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(segment.interpret(&customer, &at), expected, "{n}");
        assert_eq!(segment.matches(&customer, &at), expected, "{n}");
    }
}
