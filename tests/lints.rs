//! Warnings, their levels, and what templates know of segments.

use audience::{Code, Definitions, Format, Level, Zone};

const SHOP: &str = "customer { id: string key, orders: int?, name: string? }\n";

/// `[lint-7]`
#[test]
fn each_warning_has_a_level() {
    let text = format!("{SHOP}segment a = orders > 5 and orders < 3  segment b = orders != 1");
    let codes = |levels: &[(Code, Level)]| -> Result<Vec<Code>, Vec<Code>> {
        let start = Definitions::builder().source("shop", &text);
        let builder = levels
            .iter()
            .fold(start, |builder, (code, level)| builder.lint(*code, *level));
        match builder.build() {
            Ok(built) => Ok(built.warnings().iter().map(|it| it.code).collect()),
            Err(error) => Err(error.diagnostics().iter().map(|it| it.code).collect()),
        }
    };
    let (never, negation) = (Code::Contradiction, Code::NegationOverMissing);
    assert_eq!(codes(&[]), Ok(vec![never, negation]));
    assert_eq!(codes(&[(never, Level::Allow)]), Ok(vec![negation]));
    assert_eq!(
        codes(&[(never, Level::Allow), (negation, Level::Allow)]),
        Ok(vec![])
    );
    // Whichever stops the build, all are told.
    for denied in [never, negation] {
        assert_eq!(codes(&[(denied, Level::Deny)]), Err(vec![never, negation]));
    }
    // The last one decides, and errors stay errors.
    assert_eq!(
        codes(&[(never, Level::Deny), (never, Level::Warn)]),
        Ok(vec![never, negation])
    );
    let wrong = Definitions::builder()
        .source("shop", "segment a = nothing")
        .lint(Code::MissingCustomer, Level::Allow)
        .lint(Code::UnknownAttribute, Level::Allow)
        .build();
    assert!(wrong.is_err());
}

/// Reasoning waits until somebody asks, which must not show.
#[test]
fn warnings_that_wait_are_told_once_and_in_order() {
    let text = format!(
        "{SHOP}segment a = orders > 5 and orders < 3
        segment b = name != \"x\"
        segment c = orders in top 10%
        segment d = orders > 5
        segment e = orders > 5
        "
    );
    let shop = Definitions::parse(&text).expect("it compiles");
    let at = shop.at("2026-06-01T00:00:00Z".parse().expect("an instant"), &Zone::UTC);
    let fitted = shop.with_population(&shop.fit(&[], &at)).expect("its own");
    let codes = |shop: &Definitions| -> Vec<Code> { shop.warnings().iter().map(|it| it.code).collect() };
    let expected = [Code::Contradiction, Code::NegationOverMissing, Code::SegmentEqual];
    assert_eq!(codes(&fitted), expected);
    assert_eq!(codes(&shop), expected);
    assert_eq!(codes(&shop), expected);

    // With an error of a test's customer, which only loading finds.
    let wrong =
        format!("{text}test \"t\" at 2026-06-01T00:00:00Z {{ customer {{ \"orders\": 1 }} not in d }}");
    let error = Definitions::parse(&wrong).expect_err("the customer has no key");
    let codes: Vec<_> = error.diagnostics().iter().map(|it| it.code).collect();
    assert_eq!(codes[..3], expected);
    assert_eq!(codes.len(), 4, "{error}");
}

#[test]
fn templates_are_looked_through_too() {
    let shop = Definitions::parse(SHOP).expect("it compiles");
    let text = "{% if orders > 5 and orders < 3 %}never{% endif %}";
    let template = shop.template(Format::Text, text).expect("it compiles");
    assert_eq!(template.warnings()[0].code, Code::Contradiction);
    let strict = Definitions::builder()
        .source("shop", SHOP)
        .lint(Code::Contradiction, Level::Deny)
        .build()
        .expect("it compiles");
    assert!(strict.template(Format::Text, text).is_err());
}

#[test]
fn a_segment_proves_what_it_tests() {
    let shop = Definitions::parse(&format!(
        "{SHOP}segment reachable = name is filled and orders > 0  segment through = in segment reachable"
    ))
    .expect("it compiles");
    let good = "{% if in segment through %}Hello {{ name }}, {{ orders }}{% endif %}";
    assert!(shop.template(Format::Text, good).is_ok());
    let bad = "{% if not in segment through %}Hello {{ name }}{% endif %}";
    assert!(shop.template(Format::Text, bad).is_err());
}
