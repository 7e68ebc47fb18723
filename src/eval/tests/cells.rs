//! Conditions over a loaded customer's own cells: alone, joined, and at the edges of what a cell can tell.

use super::ask::Shop;
use crate::{Definitions, Zone, record};

/// With more attributes than one word of bits has room for.
fn schema() -> String {
    use std::fmt::Write;
    let mut schema = r#"customer {
        id: string key, city: string?, site: url?, age: int?, total: decimal?, score: float?, vip: bool?, born: date?,
        seen: datetime?, sex: ("f" | "m" | "x")?,
    "#
    .to_owned();
    (0..70).for_each(|it| write!(schema, "n{it}: int?, ").expect("a String takes all"));
    schema.push_str("last: string? }\nevent visits { pages: int?, note: string?, spent: decimal }");
    schema
}

fn customers() -> Vec<String> {
    let values = [
        (
            "city",
            &[
                r#""""#,
                r#""Ma""#,
                r#""M""#,
                r#""Madrid""#,
                r#""Seventh""#,
                r#""Eighthhh""#,
                r#""Eighthhhh""#,
                r#""é""#,
                r#""Mé""#,
            ][..],
        ),
        (
            "age",
            &[
                "0",
                "17",
                "18",
                "65",
                "66",
                "-1",
                "9223372036854775807",
                "-9223372036854775808",
            ],
        ),
        ("total", &["0", "-0.0001", "250", "250.0001"]),
        (
            "score",
            &[
                "0.0", "-0.0", "1.5", "-1.5", "5e-324", "-5e-324", "1.7e308", "-1.7e308",
            ],
        ),
        ("vip", &["true", "false"]),
        ("born", &[r#""1969-12-31""#, r#""2026-06-01""#, r#""2026-05-02""#]),
        (
            "seen",
            &[
                r#""2026-06-01T12:00:00Z""#,
                r#""2026-05-02T12:00:00Z""#,
                r#""2026-05-02T12:00:00.000001Z""#,
                r#""2026-06-01T12:00:00.000001Z""#,
            ],
        ),
        ("sex", &[r#""f""#, r#""m""#, r#""x""#]),
        ("n69", &["3", "4", "5"]),
        ("last", &[r#""z""#, r#""zz""#]),
    ];
    let mut customers = vec![r#"{"id": "ana"}"#.to_owned()];
    for (name, found) in values {
        customers.extend(
            found
                .iter()
                .map(|it| format!(r#"{{"id": "ana", "{name}": {it}}}"#)),
        );
    }
    for round in 0..40 {
        let members = values
            .iter()
            .enumerate()
            .filter(|(place, _)| round >> (place % 5) & 1 == 0 || round > 32);
        let members = members
            .map(|(place, (name, found))| format!(r#", "{name}": {}"#, found[(round + place) % found.len()]));
        customers.push(format!(r#"{{"id": "ana"{}}}"#, members.collect::<String>()));
    }
    customers
}

const CONDITIONS: [&str; 44] = [
    r#"city = """#,
    r#"city = "Ma""#,
    r#"city = "Seventh""#,
    r#"city = "Eighthhh""#,
    r#"city = "é""#,
    r#"city starts with "M""#,
    r#"city starts with "Ma""#,
    r#"city starts with "Eighthhh""#,
    r#"city starts with "Eighthhhh""#,
    r#"city starts with "M\u{e9}""#,
    r#"city in ["Ma", "M", "Madrid"]"#,
    r#"city in ["Ma", "Eighthhh"]"#,
    r#"city in ["", "a", "b", "c", "d", "e", "f", "g", "h", "Ma", "i", "j"]"#,
    "city is known",
    "age >= 18",
    "age between 18 and 65",
    "age in [0, 17, 66]",
    "age in [-9223372036854775808, 9223372036854775807, 5]",
    "age < 0",
    "age is unknown",
    "total > 250",
    "total in [0, 250, 3]",
    "total <= 0",
    "score > 0",
    "score >= 0",
    "score < 0",
    "score = 0",
    "score between -2 and -1",
    "score > 1",
    "score < -1",
    "vip",
    "vip is known",
    "born in last 30 days",
    "born < 1970-01-01",
    "seen in last 30 days",
    "seen > now",
    r#"sex in ["f", "x"]"#,
    r#"sex = "m""#,
    r#"sex = "f" or sex is unknown"#,
    "n69 = 4",
    "n69 in [3, 5, 9]",
    r#"last = "z""#,
    "n0 is unknown",
    "count(visits in last 30 days) = 0",
];

#[test]
fn each_condition_and_its_complement_agree_with_the_interpreter() {
    let (shop, customers) = (Shop::new(&schema()), customers());
    for condition in CONDITIONS {
        for text in [format!("({condition})"), format!("not ({condition})")] {
            shop.agrees(&text, &customers)
                .unwrap_or_else(|error| panic!("{error}"));
        }
    }
}

#[test]
fn joined_conditions_agree_with_the_interpreter() {
    let (shop, customers) = (Shop::new(&schema()), customers());
    let of = |place: usize| {
        let condition = CONDITIONS[place % CONDITIONS.len()];
        if place.is_multiple_of(3) {
            format!("not ({condition})")
        } else {
            format!("({condition})")
        }
    };
    for place in (0..CONDITIONS.len()).step_by(3) {
        let [one, two, three, four, five, six] = [1, 5, 7, 11, 13, 17].map(|step| of(place * step + step));
        for text in [
            format!("{one} and {two}"),
            format!("{one} or {two}"),
            format!("{one} and ({two} or {three}) and {four}"),
            format!("({one} or {two} or {three}) and ({four} or {five}) and {six}"),
            format!("({one} and {two}) or ({three} and {four})"),
            format!("({one} or ({two} and {three})) and {four} and ({five} or {six})"),
            format!("{one} or {two} or {three} or {four} or {five} or {six}"),
            format!("not ({one} and {two} and ({three} or {four}))"),
        ] {
            shop.agrees(&text, &customers)
                .unwrap_or_else(|error| panic!("{error}"));
        }
    }
}

struct Client {
    /// Bit by bit whether a number is 1; it is 0 elsewhere, and the last one is missing.
    ones: u32,
    city: &'static str,
}

impl Client {
    fn one(&self, place: u32) -> i64 {
        i64::from(self.ones >> place & 1)
    }
}

record! {
    impl Record for Client {
        id: |_| "ana",
        n0: |it| it.one(0),
        n1: |it| it.one(1),
        n2: |it| it.one(2),
        n3: |it| it.one(3),
        n4: |it| Some(it.one(4)).filter(|it| *it == 1),
        city: |it| it.city,
        name: |it| it.city,
    }
}

#[test]
fn joined_tests_of_a_struct_agree_wherever_one_fails() {
    let schema = r#"customer {
        id: string key, n0: int, n1: int, n2: int, n3: int, n4: int?, city: ("Ma" | "Mataro")?, name: string? filled
    }"#;
    let cities = [
        "", "M", "Ma", "Mb", "aa", "Ma\0", "\0\0", "Mataro", "Mataró", "Ma taro", " ",
    ];
    let tests = [
        "n0 = 1",
        r#"name = "Ma""#,
        "n1 = 1",
        "n2 = 1",
        r#"city = "Ma""#,
        "n3 = 1",
        "n4 = 1",
        "n0 < 2",
    ];
    for count in 1..=tests.len() {
        for joint in [" and ", " or "] {
            let either = tests[..count].join(joint);
            let turned: Vec<String> = tests[..count].iter().map(|it| format!("not ({it})")).collect();
            let both = format!("({}) and ({either})", tests[count - 1]);
            for condition in [either, turned.join(joint), both] {
                let shop = Definitions::parse(&format!("{schema}\nsegment answer = {condition}"));
                let shop = shop.unwrap_or_else(|error| panic!("{error}"));
                let bound = shop.bind::<Client>().unwrap_or_else(|error| panic!("{error}"));
                let segment = bound.segment("answer").expect("defined");
                let at = shop.at("2026-06-01T12:00:00Z".parse().expect("an instant"), &Zone::UTC);
                for (ones, city) in (0..32).flat_map(|ones| cities.map(|city| (ones, city))) {
                    let client = Client { ones, city };
                    let holds = segment.matches(&client, &at);
                    assert_eq!(
                        holds,
                        segment.interpret(&client, &at),
                        "{condition}: {ones:b} {city:?}"
                    );
                }
            }
        }
    }
}

/// Noon on 2026-06-01, in microseconds.
const NOW: i64 = 20_605 * DAY + DAY / 2;
const DAY: i64 = 86_400_000_000;

/// Events long ago and ahead of now, three at an instant; where there are many, also at the ends of windows and beside them.
fn visits(count: i64, is_complete: bool) -> String {
    let places = (0..count).map(|it| it - it % 3 - count / 4);
    let spread = places.map(|it| NOW - it * it.abs() * DAY / 24);
    let ends = [NOW, NOW - 3 * DAY, NOW - 30 * DAY, NOW - 400 * DAY, 20_574 * DAY];
    let ends = ends.into_iter().flat_map(|it| [it - 1, it, it + 1]);
    let ends = ends.filter(|_| count > 8);
    let visits = spread.chain(ends).zip(0..).map(|(at, it)| {
        let at = crate::DateTime::from_micros(at).expect("within the calendar");
        let pages = if it % 7 == 0 && !is_complete {
            "null".to_owned()
        } else {
            (it % 5 - 1).to_string()
        };
        let (spent, note) = (it % 6 - 2, it % 4);
        format!(r#"{{"at": "{at}", "pages": {pages}, "spent": {spent}.25, "note": "n{note}"}}"#)
    });
    visits.collect::<Vec<_>>().join(",")
}

#[test]
fn counts_and_sums_agree_however_many_events_there_are() {
    let shop = Shop::new(&schema());
    let counts = [0, 1, 2, 9, 17, 130].into_iter();
    let customers: Vec<String> = counts
        .flat_map(|count| [true, false].map(|is_complete| visits(count, is_complete)))
        .map(|visits| format!(r#"{{"id": "ana", "visits": [{visits}]}}"#))
        .collect();
    for of in [
        "visits in last 3 days",
        "visits in last 30 days",
        "visits in last 400 days",
        "visits",
        "visits before 2026-05-01",
    ] {
        for filter in [
            "",
            " where pages > 0",
            r#" where note = "n1""#,
            r#" where (note in ["n1", "n2"] and pages <= 2)"#,
            " where spent <= 1",
        ] {
            for bound in [0, 2, 40] {
                for text in [
                    format!("count({of}{filter}) >= {bound}"),
                    format!("count({of}{filter}) = {bound}"),
                    format!("count({of}{filter}) < {bound}"),
                    format!("sum(pages of {of}{filter}) > {bound}"),
                    format!("sum(pages of {of}{filter}) = {bound}"),
                    format!("sum(spent of {of}{filter}) >= {bound}.5"),
                    format!("(no {of}{filter}) and age is unknown"),
                ] {
                    shop.agrees(&text, &customers)
                        .unwrap_or_else(|error| panic!("{error}"));
                }
            }
        }
    }
}
