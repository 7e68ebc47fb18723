//! All segments together.

use std::fmt::Write;

use audience::{Customer, Definitions, NameError, SegmentSet, Segments, Zone};

fn names<R>(segments: &Segments<R>) -> Vec<&str> {
    segments.names().collect()
}

const SHOP: &str = "customer { id: string key, orders: int, spent: decimal }
    segment loyal = orders >= 10
    segment best = spent in top 10%
    segment new = orders = 1
    segment lost = orders = 0";

#[test]
fn segments_stand_in_the_order_of_definition_or_as_named() {
    let shop = Definitions::parse(SHOP).expect("compiles");
    let segments = shop.segments();
    assert_eq!(names(&segments), ["loyal", "new", "lost"]);
    assert_eq!(
        names(&segments.only(["lost", "new", "lost"]).expect("known")),
        ["lost", "new"]
    );
    let none = segments.only([""; 0]).expect("nothing is asked for");
    assert!(none.is_empty() && none.iter().next().is_none() && none.get(0).is_none());
    let forth: Vec<_> = (&segments).into_iter().map(|it| it.name().to_owned()).collect();
    let mut back: Vec<_> = segments.iter().rev().map(|it| it.name().to_owned()).collect();
    back.reverse();
    assert_eq!(forth, back);
    let mut iter = segments.clone().into_iter();
    assert_eq!((iter.len(), format!("{iter:?}")), (3, format!("{segments:?}")));
    iter.next_back();
    assert_eq!(
        (iter.len(), format!("{iter:?}").as_str()),
        (2, r#"["loyal", "new"]"#)
    );
    for (position, name) in segments.names().enumerate() {
        assert_eq!(segments.position(name), Some(position));
        assert_eq!(
            segments.get(position).map(|it| it.name().to_owned()).as_deref(),
            Some(name)
        );
    }
    assert_eq!(segments.position("best"), None);
}

#[test]
fn names_that_are_not_among_the_segments_are_refused() {
    let shop = Definitions::parse(SHOP).expect("compiles");
    let some = shop.segments().only(["lost", "new"]).expect("known");
    let error = some.only(["new", "los"]).expect_err("unknown");
    assert_eq!(error.to_string(), "unknown segment `los`; did you mean `lost`?");
    // It is a segment, but none of these.
    let error = some.only(["loyal"]).expect_err("not among them");
    assert_eq!(error.to_string(), "unknown segment `loyal`");
    let error = some.only(["best"]).expect_err("not fitted");
    assert!(matches!(error, NameError::NeedsPopulation(_)), "{error}");
}

/// Numbers that are the same on every run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, count: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % count
    }
}

/// A condition on one of a few attributes, with one of very many constants.
fn condition(numbers: &mut Numbers) -> String {
    let number = numbers.below(3_000);
    match numbers.below(16) {
        0 => format!("town = \"t{number}\""),
        1 => format!("town in [\"t{number}\", \"t{}\", \"\"]", number / 7),
        2 => "town is empty".to_owned(),
        3 => format!("not (town = \"t{}\")", number % 50),
        4 => format!("age > {number}"),
        5 => format!("age between {} and {number}", number / 2),
        6 => format!("age in [{number}, 7, {}]", number / 3),
        7 => format!("spent < {number}.{:04}", numbers.below(10_000)),
        8 => format!("(spent > {number} or age < {})", number / 5),
        9 => format!("(sex = \"f\" or sex is unknown or age > {number})"),
        10 => format!("joined >= 20{:02}-02-01", number % 30),
        11 => "vip".to_owned(),
        12 => format!("not (town starts with \"t{}\")", number % 20),
        13 => format!(
            "sum(amount of orders in last {} days) > {number}",
            10 * (1 + number % 3)
        ),
        14 => format!(
            "at least {} orders in last {} days",
            1 + number % 4,
            1 + number % 60
        ),
        _ => format!("not (sex = \"m\" and age > {number})"),
    }
}

const MANY: &str = "customer {
    id: string key, town: string?, age: int?, spent: decimal, sex: (\"f\" | \"m\")?, joined: date?, vip: bool
} event orders { amount: decimal }\n";

fn person(numbers: &mut Numbers, shop: &Definitions) -> Customer {
    let mut json = format!(
        r#"{{"id": "a", "spent": {}, "vip": {}"#,
        numbers.below(3_000),
        numbers.below(2) == 0
    );
    let mut add = |known: u64, member: String| {
        if known > 0 {
            json += &member;
        }
    };
    let town = match numbers.below(10) {
        0 => String::new(),
        _ => format!("t{}", numbers.below(120)),
    };
    add(numbers.below(6), format!(r#", "town": "{town}""#));
    add(numbers.below(6), format!(r#", "age": {}"#, numbers.below(3_000)));
    add(
        numbers.below(3),
        format!(r#", "sex": "{}""#, ["f", "m"][usize::from(numbers.below(2) == 0)]),
    );
    add(
        numbers.below(4),
        format!(r#", "joined": "20{:02}-02-01""#, numbers.below(30) + 1),
    );
    let orders: Vec<_> = (0..numbers.below(5))
        .map(|_| {
            format!(
                r#"{{"at": "2026-05-{:02}T00:00:00Z", "amount": {}}}"#,
                1 + numbers.below(31),
                numbers.below(1_500)
            )
        })
        .collect();
    write!(json, r#", "orders": [{}]}}"#, orders.join(", ")).expect("a String takes all");
    shop.customer_from_json(&json)
        .unwrap_or_else(|error| panic!("{error}\n{json}"))
}

/// More constants than there are buckets for, conditions that only some segments have, and segments of a condition alone.
#[test]
fn many_segments_together_answer_as_each_alone() {
    for (seed, count) in [(1, 1), (2, 3), (3, 64), (4, 65), (5, 300), (6, 2_500)] {
        let mut numbers = Numbers(seed);
        let mut text = MANY.to_owned();
        for index in 0..count {
            let conditions: Vec<_> = (0..=numbers.below(4)).map(|_| condition(&mut numbers)).collect();
            let joined = conditions
                .join([" and ", " and ", " or "][usize::try_from(numbers.below(3)).expect("small")]);
            writeln!(text, "segment s{index} = {joined}").expect("a String takes all");
        }
        text += "segment nobody = false segment everybody = true";
        let shop = Definitions::parse(&text).unwrap_or_else(|error| panic!("{error}"));
        let at = shop.at("2026-06-01T00:00:00Z".parse().expect("a datetime"), &Zone::UTC);
        let elsewhere = Definitions::parse(MANY)
            .expect("compiles")
            .at(at.now(), &Zone::UTC);
        let segments = shop.segments();
        let odd: Vec<String> = segments.names().skip(1).step_by(2).map(str::to_owned).collect();
        let some = segments.only(&odd).expect("known");
        let mut found = SegmentSet::new();
        let mut members = 0;
        for _ in 0..60 {
            let person = person(&mut numbers, &shop);
            // Windows have to be resolved anew for an evaluation that was made for other definitions.
            for at in [&at, &elsewhere] {
                segments.matching(&person, at, &mut found);
                for (position, segment) in segments.iter().enumerate() {
                    let alone = segment.interpret(&person, at);
                    assert_eq!(found.contains(position), alone, "{} of {text}", segment.name());
                }
                assert_eq!(found.len(), found.iter().count());
                members += found.len();
                let names: Vec<_> = found
                    .names(&segments)
                    .filter(|name| odd.iter().any(|it| it == name))
                    .collect();
                some.matching(&person, at, &mut found);
                assert_eq!(found.names(&some).collect::<Vec<_>>(), names);
            }
        }
        // Everybody is in one segment, and nobody in another.
        let most = 120 * (count + 1);
        assert!((121..most).contains(&members), "{members} of {most}");
    }
}

#[test]
fn a_customer_of_another_schema_is_in_no_segment() {
    let shop = Definitions::parse(SHOP).expect("compiles");
    let other = Definitions::parse(MANY).expect("compiles");
    let at = shop.at("2026-06-01T00:00:00Z".parse().expect("a datetime"), &Zone::UTC);
    let ana = shop
        .customer_from_json(r#"{"id": "ana", "orders": 12, "spent": 3}"#)
        .expect("valid");
    let segments = shop.segments();
    let mut found = SegmentSet::new();
    segments.matching(&ana, &at, &mut found);
    assert_eq!(
        (format!("{found:?}"), found.is_empty()),
        ("{0}".to_owned(), false)
    );
    let ben = person(&mut Numbers(1), &other);
    assert!(segments.try_matching(&ben, &at, &mut found).is_err());
    assert!(found.is_empty());
}

struct Client {
    id: &'static str,
    city: Option<&'static str>,
}

audience::record! {
    impl Record for Client {
        id: |it| it.id,
        city: |it| it.city,
    }
}

/// Texts that are the same for longer and longer, also across the eight bytes of which a number is made, in letters of several bytes,
/// and, in structs alone, with U+0000, with which they count as missing.
#[test]
fn texts_are_told_apart_wherever_they_differ() {
    let rules = [
        r#"city = "Málaga""#,
        r#"city = "Malagas""#,
        r#"city = "Malagass""#,
        r#"city = "Malagasss""#,
        r#"city in ["Malaga", "Ma", ""]"#,
        r#"city in ["Malaga", "Malagasss"]"#,
        r#"not (city in ["Malaga", "Ma", ""])"#,
        r#"city starts with "M""#,
        r#"city starts with "Má""#,
        r#"city starts with "Malagas""#,
        r#"city starts with "Malagass""#,
        r#"city starts with "Malagasss""#,
        r#"city starts with "Malaga\u{1}""#,
        r#"city = "Malaga\u{1}""#,
        r#"city = "\u{10FFFF}""#,
        r#"not (city starts with "Ma")"#,
        r#"city = "Ma" or city = "Malaga" or city starts with "\u{10FFFF}""#,
        r#"city = """#,
        r#"id = "a" and city = "Ma""#,
        r#"id starts with "a" and city = "Ma""#,
        r#"city is unknown or city = "Ma""#,
    ];
    let mut text = String::new();
    for (place, rule) in rules.iter().enumerate() {
        // Twice each: what a single segment asks is not sorted beforehand.
        for part in ["a", "b"] {
            writeln!(text, "segment {part}{place} = {rule}").expect("a String takes all");
        }
    }
    let parse = |schema: &str| {
        Definitions::parse(&format!("{schema}\n{text}")).unwrap_or_else(|error| panic!("{error}"))
    };
    let shop = parse("customer { id: string key, city: string? }");
    let numbers = (0..70).fold(String::new(), |mut text, it| {
        write!(text, "n{it}: int?, ").expect("a String takes all");
        text
    });
    let wide = parse(&format!("customer {{ {numbers} id: string key, city: string? }}"));
    let at = shop.at("2026-06-01T00:00:00Z".parse().expect("an instant"), &Zone::UTC);
    let bound = shop.bind::<Client>().unwrap_or_else(|error| panic!("{error}"));
    let of_structs = bound.segments();
    let cities = [
        "",
        "\0",
        "M",
        "Ma",
        "Ma\0",
        "Ma\0s",
        "Má",
        "Málaga",
        "Malaga",
        "Malaga\u{1}",
        "Malaga\0",
        "Malaga\0\u{1}",
        "Malagas",
        "Malagas\0",
        "Malagas\u{1}",
        "Malagass",
        "Malagasss",
        "Malagassss",
        "malaga",
        "\u{10FFFF}",
        "\0\0\0\0\0\0\0\u{1}",
    ];
    let mut held = vec![[false; 2]; rules.len() * 2];
    let mut found = SegmentSet::new();
    for city in cities.into_iter().map(Some).chain([None]) {
        for id in ["a", "ab", "abcdefghi"] {
            let client = Client { id, city };
            of_structs.matching(&client, &at, &mut found);
            for (place, segment) in of_structs.iter().enumerate() {
                let holds = segment.interpret(&client, &at);
                assert_eq!(
                    found.contains(place),
                    holds,
                    "{city:?}, {}, together",
                    rules[place / 2]
                );
                assert_eq!(
                    segment.matches(&client, &at),
                    holds,
                    "{city:?}, {}",
                    rules[place / 2]
                );
                held[place][usize::from(holds)] = true;
            }
            // Loading refuses U+0000.
            if city.is_some_and(|it| it.contains('\0')) {
                continue;
            }
            let json = serde_json::json!({ "id": id, "city": city });
            for shop in [&shop, &wide] {
                let customer = shop
                    .customer_from(&json)
                    .unwrap_or_else(|error| panic!("{error}"));
                shop.segments().matching(&customer, &at, &mut found);
                for (place, segment) in shop.segments().iter().enumerate() {
                    let (rule, holds) = (rules[place / 2], segment.interpret(&customer, &at));
                    assert_eq!(found.contains(place), holds, "{city:?}, {rule}, together, loaded");
                    assert_eq!(segment.matches(&customer, &at), holds, "{city:?}, {rule}, loaded");
                }
            }
        }
    }
    for (place, held) in held.into_iter().enumerate() {
        assert_eq!(held, [true; 2], "{}", rules[place / 2]);
    }
}
