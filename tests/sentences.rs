//! What the manual promises by number and its own examples do not show: what is refused on loading, and what is warned of.

use audience::{Code, CompileError, Definitions, Limits, LoadErrorKind};

const CONTRACT: &str = "customer {
    id: string key, born: date?, country: string?, spent: decimal, score: float?, device: (\"mobile\" | \"tablet\")?
    site: url?, home: geo?, tags: [string]?, email: string? personal \"where letters go\", health: string? sensitive
}
";

fn shop(text: &str) -> Definitions {
    Definitions::parse(&format!("{CONTRACT}{text}")).unwrap_or_else(|error| panic!("{error}"))
}

fn codes(result: Result<Definitions, CompileError>) -> Vec<Code> {
    let error = result.expect_err("refused");
    error.diagnostics().iter().map(|it| it.code).collect()
}

/// [write-1]
#[test]
fn definitions_stand_in_any_order_and_in_any_number_of_files() {
    let built = Definitions::builder()
        .source(
            "b.audience",
            "segment loyal = in segment rich  segment rich = spent > limit",
        )
        .source("a.audience", "trait limit = 100.0")
        .source("c.audience", CONTRACT)
        .build();
    assert_eq!(built.map(|it| it.segments().len()).ok(), Some(2));
    let bad = Definitions::builder()
        .source_bytes("d.audience", b"customer { id: string key } # \xff")
        .build();
    assert_eq!(codes(bad), [Code::InvalidUtf8]);
}

/// [type-1] [type-2] [type-4] [type-6]
#[test]
fn what_is_not_of_its_type_is_refused_on_loading() {
    use LoadErrorKind as Kind;
    let shop = shop("");
    let long = r#"{"id": "ana", "spent": 1.0, "#;
    assert!(shop.customer_from_json(format!("{long} \"score\": 2}}")).is_ok());
    for (member, path) in [
        (r#""score": "two""#, "score"),
        (r#""score": 1e999"#, "score"),
        (r#""country": "a\u0000b""#, "country"),
        (r#""home": [90.5, 0]"#, "home"),
        (r#""home": [0, 180.5]"#, "home"),
        (r#""born": "2026-02-29""#, "born"),
        (r#""born": "0000-01-01""#, "born"),
        (r#""device": "fridge""#, "device"),
        (r#""site": "javascript:alert(1)""#, "site"),
        (r#""tags": ["a", null]"#, "tags[1]"),
        (r#""tags": [["a"]]"#, "tags[0]"),
    ] {
        let error = shop
            .customer_from_json(format!("{long}{member}}}"))
            .expect_err(member);
        assert_eq!(error.path(), path, "{error}");
    }
    for (text, kind) in [
        (r#"{"id": "ana", "spent": 0.00001}"#, None),
        (r#"{"id": "ana"}"#, Some(Kind::Missing)),
        (r#"{"spent": 1}"#, Some(Kind::Missing)),
    ] {
        let error = shop.customer_from_json(text).expect_err(text);
        assert!(kind.is_none_or(|kind| error.kind() == kind), "{error}");
    }
}

/// [type-7] [type-8] [type-9]
#[test]
fn roles_follow_the_type_and_there_is_one_key() {
    assert_eq!(
        codes(Definitions::parse("customer { id: key string }")),
        [Code::UnknownType, Code::UnknownRole]
    );
    assert_eq!(
        codes(Definitions::parse("customer { id: string \"its name\" key }")),
        [Code::Syntax]
    );
    assert_eq!(
        codes(Definitions::parse("customer { id: string }")),
        [Code::InvalidKey]
    );
    assert_eq!(
        codes(Definitions::parse("customer { id: string key, other: int key }")),
        [Code::InvalidKey]
    );
    assert_eq!(
        codes(Definitions::parse("customer { id: float key }")),
        [Code::InvalidKey]
    );
}

/// [type-10]
#[test]
fn what_is_computed_from_sensitive_values_is_sensitive() {
    let shop = shop("trait ill = health is filled  trait worse = ill  segment fragile = worse");
    let found: Vec<_> = shop.warnings().iter().map(|it| it.code).collect();
    assert!(found.contains(&Code::SensitiveUse), "{found:?}");
    assert!(shop.computed("worse").is_ok_and(|it| it.roles().sensitive));
}

/// [truth-4] [truth-5]
#[test]
fn negations_over_what_may_be_missing_are_warned_of_unless_settled() {
    for (rule, warned) in [
        ("country != \"ES\"", true),
        ("not (country = \"ES\")", true),
        ("country not in [\"ES\"]", true),
        ("not country contains \"E\"", true),
        ("country is known and country != \"ES\"", false),
        ("country is unknown or country != \"ES\"", false),
        ("spent != 1.0", false),
        ("country = \"ES\"", false),
    ] {
        let shop = shop(&format!("segment a = {rule}"));
        let found = shop
            .warnings()
            .iter()
            .any(|it| it.code == Code::NegationOverMissing);
        assert_eq!(found, warned, "{rule}");
    }
}

/// [limit-4]
#[test]
fn each_limit_has_its_documented_default_and_can_be_set() {
    let manual = include_str!("../docs/language.md");
    let defaults = Limits::default();
    for (name, value) in [
        ("source_bytes", defaults.source_bytes),
        ("nesting", defaults.nesting),
        ("list_items", defaults.list_items),
        ("nodes", defaults.nodes),
        ("definitions", defaults.definitions),
        ("regex_bytes", defaults.regex_bytes),
        ("diagnostics", defaults.diagnostics),
        ("output_bytes", defaults.output_bytes),
        ("iterations", defaults.iterations),
        ("edges", defaults.edges),
        ("record_bytes", defaults.record_bytes),
    ] {
        let row = manual
            .lines()
            .find_map(|it| it.strip_prefix(&format!("| `{name}` | ")));
        let shown = row
            .and_then(|it| it.split(" | ").next())
            .unwrap_or_else(|| panic!("{name} is not in the manual"));
        let number: usize = shown
            .trim_end_matches(" MiB")
            .replace(' ', "")
            .parse()
            .expect(name);
        let number = if shown.ends_with("MiB") {
            number << 20
        } else {
            number
        };
        assert_eq!(number, value, "{name}");
    }
    for (limits, text) in [
        (
            Limits {
                source_bytes: 300,
                ..Limits::default()
            },
            " ".repeat(300),
        ),
        (
            Limits {
                nesting: 4,
                ..Limits::default()
            },
            "segment a = ((((((((spent = 1))))))))".to_owned(),
        ),
        (
            Limits {
                list_items: 2,
                ..Limits::default()
            },
            "segment a = spent in [1, 2, 3]".to_owned(),
        ),
        (
            Limits {
                nodes: 5,
                ..Limits::default()
            },
            "trait a = 1 + 2 + 3 + 4 + 5 + 6".to_owned(),
        ),
        (
            Limits {
                definitions: 2,
                ..Limits::default()
            },
            "trait a = 1  trait b = 2".to_owned(),
        ),
    ] {
        let text = format!("{CONTRACT}{text}");
        let error = Definitions::builder()
            .limits(limits.clone())
            .source("a", &text)
            .build()
            .expect_err(&text);
        assert_eq!(error.diagnostics()[0].code, Code::Limit, "{error}");
        assert!(Definitions::parse(&text).is_ok(), "{text}");
    }
    let few = Limits {
        diagnostics: 2,
        ..Limits::default()
    };
    let many = format!("{CONTRACT}segment a = x1 or x2 or x3 or x4 or x5");
    let error = Definitions::builder()
        .limits(few)
        .source("a", many)
        .build()
        .expect_err("unknown names");
    assert!(error.diagnostics().len() <= 3, "{error}");
    let small = Limits {
        record_bytes: 20,
        ..Limits::default()
    };
    let shop = Definitions::builder()
        .limits(small)
        .source("a", CONTRACT)
        .build()
        .expect("compiles");
    let error = shop
        .customer_from_json(r#"{"id": "ana", "spent": 12345}"#)
        .expect_err("too long");
    assert_eq!(error.kind(), LoadErrorKind::TooLarge);
}
