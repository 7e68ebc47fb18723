//! What the manual promises by number and its own examples do not show: what is refused on loading, and what is warned of.

use audience::{Code, CompileError, Definitions, LoadErrorKind};

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
    assert_eq!(built.map(|it| it.segments().count()).ok(), Some(2));
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
