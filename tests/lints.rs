//! Warnings, their levels, and what templates know of segments.

use audience::{Code, Definitions, Format, Level};

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
    assert!(codes(&[(negation, Level::Deny)]).is_err());
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
