//! What random rules meet too seldom: the ends of the range, names that collide, and text that only literals make.

use std::collections::BTreeSet;

use audience::{
    At, Customer, Date, Decimal, Definitions, Value, Zone,
    sql::{Dialect, Query, SqlError, Strictness},
};

use super::{
    contract::{record, text},
    engine::{Engine, is},
    store,
};
use crate::properties::customers::Datum;

const LONG: &str = "a_name_of_which_an_engine_does_not_read_all_the_letters_that_it_has";

/// Millions of columns, were all that is worked out on the way written out in the condition.
const STEPS: &str = "customer { id: string key, x: float, y: float, at: datetime, born: date }
    segment s = round(round(round(round(round(round(x) / 3.0) / 3.0) / 3.0) / 3.0) / 3.0) > 0.0
    segment t = at + 1 year not anniversary between (case when round(round(x) / 3.0) > round(y) then born else born + 1 month end) and 2010-12-30";

/// Definitions that every engine answers as the interpreter does, of one customer.
fn cases() -> Vec<(String, Datum)> {
    let at = |moment: &str| Datum::DateTime(Zone::UTC.parse(moment).expect("an instant"));
    let units = |units: i64| Datum::Decimal(Decimal::from_units(units));
    let with = |field: &'static str, value: Datum| record([("id", text("ana")), (field, value)]);
    let events = |values: Vec<Datum>| {
        let one = |value: Datum| record([("at", at("2026-01-31T12:00:00Z")), ("v", value)]);
        with("zone", Datum::List(values.into_iter().map(one).collect()))
    };
    let mut cases = Vec::new();
    for edge in [
        9_223_372_036_854_771_000,
        9_223_372_036_854_775_000,
        -9_223_372_036_854_774_999,
        i64::MIN,
    ] {
        let rules = "customer { id: string key, d: decimal }
            trait near = round(d)  trait below = floor(d)  trait above = ceil(d)
            segment s = near is known and round(d) <= d + 0.5";
        cases.push((rules.to_owned(), with("d", units(edge))));
    }
    // A number that is missing is beside none, also where the other is beyond all whole numbers.
    for ratio in [9.3e18, -9.3e18] {
        let rules = "customer { id: string key, n: int?, ratio: float }
            segment s = n < ratio  segment t = n >= ratio  segment u = n = ratio  segment v = n != ratio";
        let customer = record([("id", text("ana")), ("ratio", Datum::Float(ratio))]);
        cases.push((rules.to_owned(), customer));
    }
    for zero in [0.0, -0.0] {
        let rules = "customer { id: string key, x: float }
            segment s = x in [0.0, 1.0]  segment t = x in [-0.0, 1.0, 2.0]  segment u = x = -0.0  segment v = x not in [0.0, 1.0]
            trait t = x / x  segment w = 1.0 / x > 0.0";
        cases.push((rules.to_owned(), with("x", Datum::Float(zero))));
    }
    // Quotients at both ends of the range, and of numbers that lie far from each other.
    let denormal = f64::from_bits(1);
    let fifty = 2_f64.powi(-50);
    for (x, y) in [
        (1e-100, 0.9),
        (1e-140, -0.3),
        (1e308, denormal),
        (f64::MAX, 0.999),
        (f64::MAX, 0.5),
        (-2_f64.powi(1023), 0.5),
        (fifty, denormal),
        (fifty.next_down(), -denormal),
        (denormal, 2.0),
        (3.0 * denormal, 2.0),
        (denormal, -1.5),
        (denormal, f64::MAX),
        (1e-300, 1e300),
        (-1e-5, f64::MAX),
    ] {
        let rules = "customer { id: string key, x: float, y: float }  trait t = x / y  segment s = x / y is known  segment u = x / y = 0.0";
        let fields = [
            ("id", text("ana")),
            ("x", Datum::Float(x)),
            ("y", Datum::Float(y)),
        ];
        cases.push((rules.to_owned(), record(fields)));
    }
    // Beyond all numbers is missing, and beside none.
    for edge in [i64::MAX, i64::MIN] {
        let rules = "customer { id: string key, n: int }
            segment s = n + 1 > 5  segment t = n - 1 < 5  segment u = -n >= -5  segment v = n * 2 != 7  segment w = n * 2 not in [1, 2]";
        cases.push((rules.to_owned(), with("n", Datum::Int(edge))));
    }
    // Beside a half by the last bit, which no decimal of fewer digits tells apart.
    for beside in [0.5_f64.next_down(), (-1.5_f64).next_up(), 0.5, -1.5] {
        let rules = "customer { id: string key, x: float }  trait near = round(x)  segment s = round(x) = 0.0 or round(x) = -1.0";
        cases.push((rules.to_owned(), with("x", Datum::Float(beside))));
    }
    // Also where the month after the one that it gets to is beyond the calendar, and where a month has no such day.
    for (year, month, day) in [
        (9999, 6, 30),
        (9999, 12, 31),
        (2024, 2, 29),
        (2023, 8, 31),
        (1, 1, 31),
    ] {
        let rules = "customer { id: string key, d: date }
            trait half = d + 2 quarters  trait one = d + 1 month  trait year = d + 1 year  trait before = d - 1 month
            segment s = half is known";
        let day = audience::Date::from_ymd(year, month, day).expect("a day");
        cases.push((rules.to_owned(), with("d", Datum::Date(day))));
    }
    let event =
        |ty: &str, rest: &str| format!("customer {{ id: string key }}  event zone {{ v: {ty} }}  {rest}");
    let average = "trait mean = avg(v of zone)  segment s = mean is known";
    for ints in [
        [-922_337_203_685_478, -922_337_203_685_477],
        [922_337_203_685_477, 922_337_203_685_478],
        [-3, -4],
        [i64::MIN, i64::MIN],
        [i64::MAX, i64::MIN],
    ] {
        cases.push((event("int", average), events(ints.map(Datum::Int).to_vec())));
    }
    for pair in [[i64::MIN, i64::MIN], [-1, -2], [1, 2], [i64::MAX, 1]] {
        cases.push((event("decimal", average), events(pair.map(units).to_vec())));
    }
    // Two that are seen at the same instant: the smaller by code points, whatever the session orders by.
    let mode = r#"trait most = mode(case when v > 50 then "B" else "a" end of zone)
        trait day = mode(weekday(at) of zone)
        segment s = most = "B" and (case when id = "ana" then "a" else id end) > "B""#;
    cases.push((event("int", mode), events(vec![Datum::Int(10), Datum::Int(100)])));
    // Made of constants alone, which some engines order as the session does.
    let constants = r#"customer { id: string key, n: int }  event zone { v: int }
        segment s = trim(" B ") > "a" or default(trim("B"), "c") > "a"  segment t = max(string(today), "B") > "a"
        segment u = trim(string(today)) < "B" and n = 1  segment v = min("B" of zone) > "a" or "a" starts with "@"
        segment x = "a" starts with "@" ignoring case or string(today) starts with "@" or trim("É") contains "e" ignoring case
        segment y = domain("ana@X.com") > "a" or domain("ana@X.com") = "x.com" or max(domain("a@X"), "B") > "a"  segment w = last(trim("a ") of zone) > "B"
        segment later = 2026-06-15T14:04:56Z after (case when n = 1 then 2026-06-15 else 2026-06-16 end) or any zone since date(2026-01-15T14:04:56Z)
        segment z = max(hour(2011-12-30T10:00:00Z), n * n) > 9 and max(days_since(2011-12-30T10:00:00Z), n * n) > 9"#;
    let event_of_one = record([("at", at("2026-01-31T12:00:00Z")), ("v", Datum::Int(1))]);
    let fields = [
        ("id", text("ana")),
        ("n", Datum::Int(1)),
        ("zone", Datum::List(vec![event_of_one])),
    ];
    cases.push((constants.to_owned(), record(fields)));
    let zeros = "trait most = mode(v of zone)  trait kinds = distinct(v of zone)  segment s = most = 0.0";
    let floats = [0.0, -0.0, 1.0, 1.0].map(Datum::Float).to_vec();
    cases.push((event("float", zeros), events(floats)));
    // Two that differ by a conversion alone.
    let smallest = "segment s = min(v of zone) = 1 and min(float(v) of zone) = 1.0";
    cases.push((event("int", smallest), events(vec![Datum::Int(2), Datum::Int(1)])));
    // An item of a list has an instant like any other value, which is called as that of events.
    let items = "customer { id: string key, days: [{ at: datetime, n: int }] }
        segment s = any days where (at before 2026-03-01 and n = 1)  trait t = last(at of days)";
    let item = record([("at", at("2026-01-31T12:00:00Z")), ("n", Datum::Int(1))]);
    cases.push((items.to_owned(), with("days", Datum::List(vec![item]))));
    // Deeper than some engines read.
    let sum = "n + ".repeat(40);
    let deep = format!("customer {{ id: string key, n: int }}  trait many = {sum}n  segment s = {sum}n > 40");
    cases.push((deep, with("n", Datum::Int(1))));
    let fields = [
        ("id", text("ana")),
        ("x", Datum::Float(250.0)),
        ("y", Datum::Float(1.5)),
        ("at", at("2009-02-28T12:00:00Z")),
        ("born", Datum::Date("2008-02-29".parse().expect("a day"))),
    ];
    cases.push((STEPS.to_owned(), record(fields)));
    // A constant before an equals sign is the name of an argument to DataFusion.
    let equals = "customer { id: string key, v: bool? }  segment s = (1 > 2) = v  segment t = (1 < 2) != v  segment u = (1 < 2) = (id = \"ana\")
        trait t = (1 > 2) = v";
    cases.push((equals.to_owned(), with("v", Datum::Bool(false))));
    // Clocks that are ahead show a day that the calendar has not.
    let last = "customer { id: string key, born: date, seen: datetime }
        segment s = seen between 2026-01-01T00:00:00Z and born  segment t = seen after born  segment u = seen since born";
    let born = Datum::Date("9999-12-31".parse().expect("a day"));
    let last_of_all = [
        ("id", text("ana")),
        ("born", born),
        ("seen", at("9999-12-31T23:59:59.999999Z")),
    ];
    cases.push((last.to_owned(), record(last_of_all)));
    // An instant that there is none of in zones whose clocks are ahead.
    let first = "customer { id: string key, n: int }  trait t = year(0001-01-01T00:00:00)  segment s = date(0001-01-01T00:00:00) is known or n = 1
        segment t = any zone since date(0001-01-01T00:00:00)  event zone { v: int }";
    cases.push((first.to_owned(), with("n", Datum::Int(1))));
    // A table that is called as a step of the query would be, in a zone whose clock is a table too.
    let year = "trait most = mode(year(at) of zone)  segment s = any zone where year(at) = 2026";
    cases.push((event("int", year), events(vec![Datum::Int(1)])));
    let names = format!(
        "customer {{ id: string key, n: int }}  trait {LONG}_one = n * n  trait {LONG}_two = n * n + 1
         segment id = {LONG}_one > 3 and {LONG}_two > 3  segment VIP = n > 4  segment vip = n > 5"
    );
    cases.push((names, with("n", Datum::Int(5))));
    let sample = r#"customer { id: string key }  segment s = in sample 50% of "it's"  segment t = in sample 50%..100% of "it's""#;
    cases.push((sample.to_owned(), record([("id", text("ana"))])));
    // All that is white space, and letters that only look like it.
    let blank: String = ('\u{1}'..=char::MAX).filter(|it| it.is_whitespace()).collect();
    let trimmed = |name: &str| text(&format!("{blank}{name}{blank}"));
    let rules = r#"customer { id: string key, name: string }  trait t = trim(name)
        segment plain = trim(name) = "a b"  segment none = trim(name) is empty"#;
    for name in [
        "a b",
        "",
        "\u{200b}\u{feff}",
        "\u{180e}a\u{1f}",
        "\u{e0020}",
        "\u{2060}é",
    ] {
        cases.push((rules.to_owned(), with("name", trimmed(name))));
    }
    let printed = |ty: &str| {
        format!(
            "customer {{ id: string key, v: {ty}? }}  trait t = string(v)  segment s = string(v) != \"-1\""
        )
    };
    for edge in [
        i64::MIN,
        -10_000,
        -9_999,
        -5,
        0,
        1,
        120,
        10_000,
        123_400,
        i64::MAX,
    ] {
        cases.push((printed("decimal"), with("v", units(edge))));
        cases.push((printed("int"), with("v", Datum::Int(edge))));
    }
    for it in [true, false] {
        cases.push((printed("bool"), with("v", Datum::Bool(it))));
    }
    for (year, month, day) in [
        (1, 1, 1),
        (987, 12, 3),
        (1969, 12, 31),
        (2024, 2, 29),
        (9999, 12, 31),
    ] {
        let day = Date::from_ymd(year, month, day).expect("a day");
        cases.push((printed("date"), with("v", Datum::Date(day))));
    }
    for moment in [
        "0001-01-01T00:00:00Z",
        "1969-12-31T23:59:59.999999Z",
        "2026-10-25T00:30:00.5Z",
        "2026-01-31T12:00:09.00001Z",
        "9999-12-31T23:59:59.9Z",
    ] {
        cases.push((printed("datetime"), with("v", at(moment))));
    }
    for ty in ["decimal", "int", "bool", "date", "datetime"] {
        cases.push((printed(ty), record([("id", text("ana"))])));
    }
    cases
}

in_each_engine!(answers_at_the_edges, super::answers);

fn answers(engine: &mut dyn Engine) {
    for (rules, customer) in cases() {
        for zone in [MADRID, "Pacific/Apia"] {
            agrees(
                engine,
                &rules,
                std::slice::from_ref(&customer),
                zone,
                Strictness::Exact,
            );
        }
    }
    let (rules, customers) = zeros_beside_each_other();
    agrees(engine, rules, &customers, MADRID, Strictness::Exact);
}

/// Both zeros in two tables, and enough customers that an engine joins the tables by them.
fn zeros_beside_each_other() -> (&'static str, Vec<Datum>) {
    let rules = "customer { id: string key, x: float }  event zone { v: float }
        segment s = min(-x - 0.0 of zone) = min(v of zone)  segment t = x = -min(v of zone)";
    let at = Datum::DateTime(Zone::UTC.parse("2026-01-31T12:00:00Z").expect("an instant"));
    let of_one = |(id, x, values): (&str, f64, &[f64])| {
        let event = |v: &f64| record([("at", at.clone()), ("v", Datum::Float(*v))]);
        let events = values.iter().map(event).collect();
        record([
            ("id", text(id)),
            ("x", Datum::Float(x)),
            ("zone", Datum::List(events)),
        ])
    };
    let customers: [(&str, f64, &[f64]); 6] = [
        ("ana", 0.0, &[0.0, 0.0]),
        ("ben", 1.0, &[3.0]),
        ("cem", 0.0, &[3.0]),
        ("dan", -1.0, &[3.0]),
        ("eva", 0.5, &[-3.0]),
        ("fay", 0.1, &[]),
    ];
    (rules, customers.map(of_one).into())
}

/// Segments and traits are for each of the customers what the interpreter says; keys are texts.
pub(super) fn agrees(
    engine: &mut dyn Engine,
    rules: &str,
    customers: &[Datum],
    zone: &str,
    strictness: Strictness,
) {
    let dialect = engine.dialect();
    let shop = Definitions::parse(rules).unwrap_or_else(|error| panic!("{error}"));
    let mut mapping = shop.mapping(dialect);
    if dialect == Dialect::Sqlite && rules.contains("sample") {
        mapping
            .customers
            .samples
            .insert("it's".to_owned(), "point".to_owned());
    }
    let at = at_in(&shop, zone);
    let tables = store::tables(shop.schema(), &mapping, customers, |_| &[]);
    engine.load(&tables).expect("it is stored");
    let mut ask = |query: Result<Query, SqlError>, expected: &dyn Fn(&Customer, usize) -> Option<Value>| {
        let query = query.unwrap_or_else(|error| panic!("{dialect}: {error}\n{rules}"));
        let columns = query.columns().len();
        let told: BTreeSet<String> = query.columns().iter().map(|it| it.to_lowercase()).collect();
        assert_eq!(told.len(), columns, "{dialect}: {:?}", query.columns());
        let rows = engine
            .query(&query.to_string(), columns)
            .unwrap_or_else(|error| panic!("{dialect}: {error}\n{rules}\n{query}"));
        assert_eq!(rows.len(), customers.len(), "{dialect}: {rows:?}\n{query}");
        for datum in customers {
            let customer = shop.customer_from(datum).expect("it loads");
            let key = store::key_of(datum, "id");
            let row = rows.iter().find(|row| row[0] == key).expect("each has a row");
            for (column, cell) in row[1..].iter().enumerate() {
                let expected = expected(&customer, column);
                assert!(
                    is(cell, expected.as_ref()),
                    "{dialect}: {} is {expected:?}, {cell:?} for {datum:?}\n{rules}\n{query}",
                    query.columns()[column + 1]
                );
            }
        }
    };
    let segments = shop.segments();
    ask(
        segments.to_sql_with(dialect, &mapping, &at, strictness),
        &|customer, column| {
            let segment = segments.iter().nth(column).expect("it is there");
            Some(segment.interpret(customer, &at).into())
        },
    );
    for name in shop.describe().traits.iter().map(|it| it.name.clone()) {
        let computed = shop.computed(&name).expect("it is there");
        ask(
            computed.to_sql_with(dialect, &mapping, &at, strictness),
            &|customer, _| computed.interpret(customer, &at),
        );
    }
    // As a condition on rows, of which an engine makes more than of a column.
    for segment in &segments {
        let query = segment.to_sql_with(dialect, &mapping, &at, strictness);
        let query = query.unwrap_or_else(|error| panic!("{dialect}: {error}\n{rules}"));
        let rows = engine
            .query(&query.to_string(), 1)
            .unwrap_or_else(|error| panic!("{dialect}: {error}\n{rules}\n{query}"));
        let mut members = 0;
        for datum in customers {
            let customer = shop.customer_from(datum).expect("it loads");
            let key = store::key_of(datum, "id");
            let found = rows.iter().filter(|row| row[0] == key).count();
            let expected = usize::from(segment.interpret(&customer, &at));
            assert_eq!(found, expected, "{dialect}: of {datum:?}\n{rules}\n{query}");
            members += expected;
        }
        assert_eq!(rows.len(), members, "{dialect}: {rows:?}\n{query}");
    }
}

/// Which these engines would write out before they answer, if they ever did. A short one stays where a planner can move it.
#[test]
fn long_conditions_are_kept_apart() {
    let rules = format!("{STEPS}  segment short = round(x) > 0.0 and born is known");
    let shop = Definitions::parse(&rules).unwrap_or_else(|error| panic!("{error}"));
    for (dialect, sign) in [
        (Dialect::ClickHouse, "LIMIT 1000000000000000000"),
        (Dialect::DataFusion, "UNNEST(MAKE_ARRAY("),
        (Dialect::Spark, "EXPLODE(ARRAY("),
    ] {
        let mapping = shop.mapping(dialect);
        for (name, apart) in [("s", true), ("t", true), ("short", false)] {
            let segment = shop.segment(name).expect("it is there");
            let query = segment.to_sql(dialect, &mapping, &at(&shop));
            let query = query.unwrap_or_else(|error| panic!("{error}")).to_string();
            assert_eq!(query.contains(sign), apart, "{query}");
        }
    }
}

/// More tables than SQLite joins at once: by keys of the customer's own, of items, and worked out from events.
#[test]
fn sqlite_is_asked_for_any_number_of_joins() {
    let refs = (1..100).map(|it| format!(", fav{it}: ref goods?"));
    let segments = (1..100).map(|it| {
        format!(
            "segment s{it} = fav{it}.ago in last {it} days or count(zone in last {it} days) > {it} or fav{it}.next.ago is known
             segment t{it} = last(good.ago of zone in last {it} days) is known or date(fav{it}.ago) = today"
        )
    });
    let (refs, segments): (Vec<_>, Vec<_>) = (refs.collect(), segments.collect());
    let rules = format!(
        "customer {{ id: string key{} }}  catalog goods {{ code: string key, ago: datetime?, next: ref goods? }}
         event zone {{ good: ref goods }}\n{}",
        refs.concat(),
        segments.join("\n")
    );
    let event = record([
        (
            "at",
            Datum::DateTime(Zone::UTC.parse("2026-05-31T12:00:00Z").expect("an instant")),
        ),
        ("good", text("a")),
    ]);
    let ana = record([
        ("id", text("ana")),
        ("fav7", text("a")),
        ("zone", Datum::List(vec![event])),
    ]);
    let mut engine = super::sqlite::Sqlite::start();
    agrees(&mut engine, &rules, &[ana], MADRID, Strictness::Exact);
}

pub(super) fn at(shop: &Definitions) -> At {
    at_in(shop, MADRID)
}

pub(super) const MADRID: &str = "Europe/Madrid";

fn at_in(shop: &Definitions, zone: &str) -> At {
    let zone = Zone::named(zone).expect("a zone");
    shop.at("2026-06-01T00:00:00Z".parse().expect("an instant"), &zone)
}
