//! Hostile text and hostile records: an answer or an error, on a small stack, and never a panic.

use std::{fmt::Write, thread};

use audience::{Code, CompileError, Definitions, Format, Limits, LoadError};

/// Deeper than any stack.
const DEEP: usize = 100_000;

const CUSTOMER: &str = "customer { id: string key, country: string, age: int?, tags: [string], vip: bool, \
    spent: decimal, score: float?, born: date?, seen: datetime?, home: geo?, level: (\"a\" | \"b\")?, \
    name: string? filled, cart: { items: [{ sku: string, price: decimal }] }? }  event orders { amount: decimal }\n";

/// Runs it on a stack of 2 MB. What takes exponential time does not come back from here.
#[track_caller]
fn on_a_small_stack<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    let thread = thread::Builder::new()
        .stack_size(2 << 20)
        .spawn(work)
        .expect("a thread");
    thread.join().expect("no panic")
}

fn parse(text: String) -> Result<Definitions, CompileError> {
    on_a_small_stack(move || Definitions::parse(&text))
}

#[track_caller]
fn refused(condition: &str, code: Code) {
    let error = parse(format!("{CUSTOMER}segment s = {condition}")).expect_err("must be refused");
    let codes: Vec<Code> = error.diagnostics().iter().map(|it| it.code).collect();
    assert!(codes.contains(&code), "expected {code}, found {codes:?}");
    assert!(
        codes.len() <= Limits::default().diagnostics,
        "{} diagnostics",
        codes.len()
    );
    let picture = error.to_string();
    assert!(picture.len() < 200_000, "a picture of {} bytes", picture.len());
}

/// The answer of a condition for a customer of the country ES, aged 30.
fn answer(condition: &str) -> bool {
    let text = format!("{CUSTOMER}segment s = {condition}");
    on_a_small_stack(move || {
        let shop = Definitions::parse(&text).unwrap_or_else(|error| panic!("{}", head(&error.to_string())));
        let customer = shop.customer_from_json(JSON).expect("a customer");
        let at = shop.at(
            "2026-06-01T00:00:00Z".parse().expect("an instant"),
            &audience::Zone::UTC,
        );
        let segment = shop.segment("s").expect("defined above");
        let answer = segment.matches(&customer, &at);
        assert_eq!(answer, segment.interpret(&customer, &at));
        answer
    })
}

const JSON: &str = r#"{"id": "ana", "country": "ES", "age": 30, "tags": ["x"], "vip": true, "spent": 10}"#;

fn head(text: &str) -> String {
    text.chars().take(2_000).collect()
}

/// [limit-1] [limit-3]
#[test]
fn ten_megabytes_are_refused_unread() {
    for text in [
        "x".repeat(10 << 20),
        format!("{CUSTOMER}segment s = {}", "vip and ".repeat(10 << 17)),
        " ".repeat(10 << 20),
        "\u{1F600}".repeat(10 << 18),
    ] {
        let error = parse(text).expect_err("too long");
        assert_eq!(error.diagnostics()[0].code, Code::Limit);
        assert!(error.to_string().len() < 10_000);
    }
}

#[test]
fn deep_nesting_is_refused() {
    refused(
        &format!("{}vip{}", "(".repeat(DEEP), ")".repeat(DEEP)),
        Code::Limit,
    );
    refused(&"(".repeat(DEEP), Code::Limit);
    refused(&format!("{}vip", "not ".repeat(DEEP)), Code::Limit);
    refused(&format!("age = {}1", "-".repeat(DEEP)), Code::Limit);
    refused(&format!("age = {}1", "- ".repeat(DEEP)), Code::Limit);
    refused(
        &format!("{}age{} = 1", "abs(".repeat(DEEP), ")".repeat(DEEP)),
        Code::Limit,
    );
    refused(
        &format!("{}vip{}", "case when ".repeat(DEEP), " then vip end".repeat(DEEP)),
        Code::Limit,
    );
    refused(&format!("{}vip", "any orders where ".repeat(DEEP)), Code::Limit);
    refused(
        &format!("{}amount", "sum(amount of orders where ".repeat(DEEP)),
        Code::Limit,
    );
    refused(&"[".repeat(DEEP), Code::Limit);
    // A sum adds its first two terms, then the third: it is as deep as it is long.
    refused(
        &format!("age = {}", vec!["1"; DEEP / 10].join(" + ")),
        Code::Limit,
    );
    let nested = format!(
        "customer {{ id: string key, a: {}int{} }}",
        "[".repeat(DEEP),
        "]".repeat(DEEP)
    );
    assert!(parse(nested).is_err());
    let nested = format!(
        "customer {{ id: string key, {}int{} }}",
        "a: { ".repeat(DEEP),
        "}".repeat(DEEP)
    );
    assert!(parse(nested).is_err());
}

#[test]
fn nesting_that_is_allowed_has_an_answer() {
    let nesting = Limits::default().nesting;
    for deep in [nesting - 4, nesting - 5] {
        assert!(answer(&format!("{}vip{}", "(".repeat(deep), ")".repeat(deep))));
        assert_eq!(answer(&format!("{}vip", "not ".repeat(deep))), deep % 2 == 0);
        assert!(answer(&format!(
            "age = {}age{}",
            "abs(".repeat(deep),
            ")".repeat(deep)
        )));
    }
}

#[test]
fn long_chains_are_not_deep() {
    let of = |count: usize, part: &str, word: &str| vec![part; count].join(word);
    assert!(answer(&of(10_000, "vip", " and ")));
    assert!(!answer(&format!("{} and not vip", of(10_000, "vip", " and "))));
    assert!(!answer(&of(10_000, "not vip", " or ")));
    assert!(answer(&format!("{} or vip", of(10_000, "not vip", " or "))));
    assert!(answer(&format!(
        "{} or age = 30",
        of(3_000, "country = \"FR\"", " or ")
    )));
}

#[test]
fn long_lists_are_refused_and_shorter_ones_work() {
    refused(
        &format!("country in [{}]", vec!["\"w\""; 1_000_000].join(",")),
        Code::Limit,
    );
    refused(
        &format!("age in [{}]", vec!["1"; 1_000_000].join(",")),
        Code::Limit,
    );
    let words: Vec<String> = (0..9_999).map(|index| format!("\"{index:05}\"")).collect();
    let words = words.join(", ");
    assert!(answer(&format!("country in [{words}, \"ES\"]")));
    assert!(!answer(&format!("country in [{words}]")));
}

#[test]
fn many_definitions_and_long_chains_of_references() {
    let mut text = String::from(CUSTOMER);
    for index in 0..5_000 {
        writeln!(text, "segment s{index} = vip").expect("a String takes all");
    }
    assert_eq!(parse(text).expect("many segments").segments().len(), 5_000);

    let chain = |length: usize| {
        let mut text = format!("{CUSTOMER}segment s0 = vip\n");
        for index in 1..length {
            writeln!(text, "segment s{index} = in segment s{}", index - 1).expect("a String takes all");
        }
        text
    };
    // References count as nesting, so that nothing downstream has to go deeper than the limit.
    let error = parse(chain(10_000)).expect_err("too deep");
    assert!(error.diagnostics().iter().any(|it| it.code == Code::Limit));
    assert!(parse(chain(20)).is_ok());

    // A diamond on a diamond: two ways at each step, 2^50 in all.
    let mut text = format!("{CUSTOMER}segment d0 = vip\n");
    for index in 1..50 {
        let before = index - 1;
        writeln!(
            text,
            "segment d{index} = in segment d{before} and (vip or in segment d{before})"
        )
        .expect("a String takes all");
    }
    match parse(text) {
        Ok(shop) => {
            on_a_small_stack(move || {
                let customer = shop.customer_from_json(JSON).expect("a customer");
                let at = shop.at(
                    "2026-06-01T00:00:00Z".parse().expect("an instant"),
                    &audience::Zone::UTC,
                );
                assert!(
                    shop.segment("d49")
                        .expect("defined above")
                        .matches(&customer, &at)
                );
            });
        }
        Err(error) => assert!(
            error.diagnostics().iter().all(|it| it.code == Code::Limit),
            "{error}"
        ),
    }
}

#[test]
fn circles_of_any_size_are_refused() {
    let mut text = String::from(CUSTOMER);
    for index in 0..10_000 {
        writeln!(text, "trait t{index} = t{}", (index + 1) % 10_000).expect("a String takes all");
    }
    let error = parse(text).expect_err("a circle");
    assert!(
        error
            .diagnostics()
            .iter()
            .any(|it| matches!(it.code, Code::Cycle | Code::Limit))
    );
    assert!(error.to_string().len() < 1 << 20);
}

#[test]
fn text_of_wrong_bytes_is_refused() {
    let bytes: &[&[u8]] = &[
        b"customer { id: string key } segment s = id = \"\xff\"",
        b"\xc3",
        b"\xed\xa0\x80",
        b"\xf4\x90\x80\x80",
        b"\xff\xfec\0u\0s\0",
    ];
    for bytes in bytes {
        let error = Definitions::builder()
            .source_bytes("bad", bytes)
            .build()
            .expect_err("not UTF-8");
        assert!(
            error.diagnostics().iter().any(|it| it.code == Code::InvalidUtf8),
            "{error}"
        );
    }
}

#[test]
fn strange_text_has_an_error_or_a_meaning() {
    let texts = [
        "\0",
        "\u{feff}\u{feff}",
        "\r\r\r",
        "#",
        "# a comment without an end of line",
        "`",
        "\"",
        "'\\u{",
        "'\\u{110000}'",
        "'\\u{d800}'",
        "'\\u{ffffffffffffffffffff}'",
        "`\u{202e}evil`",
        "99999999999999999999999999999999",
        "1_",
        "1__0",
        "_1_",
        "0x10",
        "1e400",
        "2026-13-01",
        "2026-02-30",
        "0000-01-01",
        "2026-01-31T25:00:00Z",
        "99999999999 days",
        "18446744073709551616 days",
        "0 days",
        "10%%",
        "in in in in",
        "at least 99999999999999999999 orders",
        "age = 9223372036854775808",
        "age = -9223372036854775809",
        "age between 1 and",
        "case end",
        "any any any",
        "sum(of of of)",
        "x matches \"(((((((((a*)*)*)*)*)*)*)*)*)\"",
        "\u{10ffff}",
        "e\u{301}",
    ];
    for text in texts {
        let _ = parse(format!("{CUSTOMER}segment s = {text}"));
        let _ = parse(text.to_owned());
        let _ = parse(format!("customer {{ {text} }}"));
        let _ = parse(format!("customer {{ id: {text} key }}"));
    }
}

/// What is large is refused, and what takes other engines for ever takes time linear in the text.
#[test]
fn regular_expressions_are_bounded() {
    refused("country matches \"(a{1000}){1000}\"", Code::Limit);
    assert!(!answer("country matches \"((((((((a+)+)+)+)+)+)+)+)+$\""));
}

fn load(json: impl Into<Vec<u8>>) -> Result<audience::Customer, LoadError> {
    let json = json.into();
    on_a_small_stack(move || {
        Definitions::parse(CUSTOMER)
            .expect("a schema")
            .customer_from_json(json)
    })
}

/// The valid record with one more member.
fn with(member: &str) -> Result<audience::Customer, LoadError> {
    load(format!("{}, {member}}}", JSON.trim_end_matches('}')))
}

#[test]
fn hostile_records_are_refused() {
    let deep = |count: usize| format!("{}{}", "[".repeat(count), "]".repeat(count));
    let objects = |count: usize| format!("{}1{}", "{\"a\":".repeat(count), "}".repeat(count));
    let members = [
        format!("\"more\": {}", deep(1_000_000)),
        format!("\"name\": {}", deep(1_000_000)),
        format!("\"name\": {}", "[".repeat(1_000_000)),
        format!("\"cart\": {}", objects(1_000_000)),
        format!("\"orders\": {}", deep(100_000)),
        format!("\"score\": {}", "9".repeat(1_000_000)),
        format!("\"score\": 1{}", "0".repeat(400)),
        "\"score\": 1e400".to_owned(),
        "\"score\": -1e999999999999999999999".to_owned(),
        "\"score\": NaN".to_owned(),
        "\"score\": \"NaN\"".to_owned(),
        "\"score\": Infinity".to_owned(),
        "\"vip\": true".to_owned(),
        "\"id\": \"bea\"".to_owned(),
        "\"\\u0069d\": \"bea\"".to_owned(),
        "\"name\": \"\\ud800\"".to_owned(),
        "\"name\": \"\\udc00\\ud800\"".to_owned(),
        "\"name\": \"a\\u0000b\"".to_owned(),
        "\"name\": \"a\nb\"".to_owned(),
        "\"name\": 'a'".to_owned(),
        "\"unknown\": 1".to_owned(),
        "\"orders\": [null]".to_owned(),
        "\"orders\": [{}]".to_owned(),
        "\"orders\": [{\"at\": \"2026-02-30T00:00:00Z\", \"amount\": 1}]".to_owned(),
        "\"orders\": [{\"at\": \"2026-02-01T00:00:00\", \"amount\": 1}]".to_owned(),
        "\"orders\": [{\"at\": \"2026-02-01T00:00:00Z\", \"amount\": 1, \"amount\": 1}]".to_owned(),
        "\"orders\": {\"at\": 1}".to_owned(),
        "\"born\": \"2025-02-29\"".to_owned(),
        "\"born\": \"0000-01-01\"".to_owned(),
        "\"born\": \"10000-01-01\"".to_owned(),
        "\"born\": 20000101".to_owned(),
        "\"seen\": \"2026-01-01T00:00:00.1234567Z\"".to_owned(),
        "\"home\": [90.1, 0]".to_owned(),
        "\"home\": [0]".to_owned(),
        "\"home\": [0, 0, 0]".to_owned(),
        "\"home\": {\"lat\": 0}".to_owned(),
        "\"level\": \"c\"".to_owned(),
        "\"level\": 1".to_owned(),
        "\"cart\": {\"items\": [{\"sku\": \"a\", \"price\": 0.00001}]}".to_owned(),
        "\"cart\": {\"items\": [{\"sku\": \"a\", \"price\": 922337203685477.5808}]}".to_owned(),
        "\"cart\": {\"items\": [{\"sku\": \"a\", \"price\": 1e1000000000}]}".to_owned(),
        "\"cart\": {\"items\": [{\"sku\": \"a\", \"price\": 1e-1000000000}]}".to_owned(),
        format!(
            "\"cart\": {{\"items\": [{{\"sku\": \"a\", \"price\": 0.{}1}}]}}",
            "0".repeat(1_000_000)
        ),
    ];
    for member in members {
        let Err(error) = with(&member) else {
            panic!("{} was accepted", head(&member))
        };
        assert!(
            error.to_string().len() < 2_000,
            "an error of {} bytes",
            error.to_string().len()
        );
    }
    let records: &[&[u8]] = &[
        b"",
        b" ",
        b"null",
        b"[]",
        b"1",
        b"{",
        b"{\"id\"",
        b"{\"id\": \"ana\"}",
        b"{\"id\": null, \"country\": \"ES\", \"tags\": [], \"vip\": true, \"spent\": 1}",
        b"{\"id\": \"\xff\", \"country\": \"ES\", \"tags\": [], \"vip\": true, \"spent\": 1}",
        b"{\"id\": \"a\", \"country\": \"ES\", \"tags\": [null], \"vip\": true, \"spent\": 1}",
        b"{\"id\": \"a\", \"country\": \"ES\", \"tags\": [[]], \"vip\": true, \"spent\": 1}",
        b"{\"id\": \"a\", \"country\": \"ES\", \"tags\": [], \"vip\": 1, \"spent\": 1}",
        b"{\"id\": \"a\", \"country\": \"ES\", \"tags\": [], \"vip\": true, \"spent\": 1} x",
        b"{\"id\": \"a\", \"country\": \"ES\", \"tags\": [], \"vip\": true, \"spent\": 1}{}",
        b"{\"id\": \"a\", \"country\": \"ES\", \"tags\": [], \"vip\": true, \"spent\": 1,}",
        b"{\"id\": \"a\", \"country\": \"ES\", \"tags\": [], \"vip\": true, \"spent\": 01}",
        b"{\"id\": \"a\", \"country\": \"ES\", \"tags\": [], \"vip\": true, \"spent\": \"1,5\"}",
    ];
    for record in records {
        assert!(
            load(*record).is_err(),
            "{} was accepted",
            String::from_utf8_lossy(record)
        );
    }
    let tags = vec!["\"x\""; 1_000_000].join(",");
    let large =
        format!("{{\"id\": \"a\", \"country\": \"ES\", \"tags\": [{tags}], \"vip\": true, \"spent\": 1}}");
    assert!(load(large).is_ok(), "large is not hostile");
}

#[test]
fn what_only_looks_hostile_is_accepted() {
    for member in [
        "\"name\": \"\\ud83d\\ude00\"",
        "\"name\": \"\\u00e9\\\"\\\\\\/\"",
        "\"score\": 1E+2",
        "\"score\": -0",
        "\"score\": 123456789012345678901234567890",
        "\"score\": 1e-999",
        "\"cart\": {\"items\": [{\"sku\": \"\", \"price\": 1.50000000}]}",
        "\"cart\": {\"items\": [{\"sku\": \"\", \"price\": \"1e3\"}]}",
        "\"cart\": null, \"orders\": null",
        "\"home\": [-90, 180.0]",
        "\"born\": \"2024-02-29\"",
    ] {
        if let Err(error) = with(member) {
            panic!("{member}: {error}");
        }
    }
}

#[test]
fn hostile_templates_are_refused() {
    let template = |text: String| {
        on_a_small_stack(move || {
            let shop = Definitions::parse(CUSTOMER).expect("a schema");
            [Format::Html, Format::Text].map(|format| shop.template(format, &text).is_err())
        })
    };
    for text in [
        "{{ (".repeat(DEEP),
        format!("{{{{ {}country{} }}}}", "(".repeat(DEEP), ")".repeat(DEEP)),
        "{% if vip %}".repeat(DEEP),
        format!("{}{}", "{% if vip %}".repeat(DEEP), "{% endif %}".repeat(DEEP)),
        "{% for tag in tags %}".repeat(DEEP),
        "x".repeat(10 << 20),
        format!("{{{{ country{} }}}}", " | upcase".repeat(1_000_000)),
        "{{".repeat(DEEP),
        "{%".repeat(DEEP),
        "{{ country".to_owned(),
        "{% if".to_owned(),
        "{% endif %}".to_owned(),
    ] {
        assert_eq!(template(text.clone()), [true, true], "{}", head(&text));
    }
    for text in [
        "<".repeat(100_000),
        "<a ".repeat(100_000),
        "<a href=\"".repeat(10_000),
        "<div>".repeat(100_000),
        "<!--".repeat(100_000),
        "&".repeat(100_000),
    ] {
        template(text);
    }
}
