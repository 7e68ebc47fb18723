//! Table-driven tests from text; the pictures of all diagnostics are in `tests/golden/check`.

mod facts;
mod limits;
mod lints;
mod types;
mod windows;

use std::collections::HashSet;

use crate::{
    check::{Given, check, check_beside, lint},
    diagnostic::{Code, Diagnostic, Level, Lints, Severity, Source, render},
    hir::Module,
    limits::Limits,
    syntax,
};

/// What the tables know of a customer.
const SHOP: &str = r#"
customer {
  id: string key, flag: bool, flag_o: bool?, i: int, i_o: int?, d: decimal, d_o: decimal?, f: float, f_o: float?
  s: string, s_o: string?, w: ("a" | "b"), w_o: ("a" | "b")?, w2: ("b" | "c"), u: url, date: date, date_o: date?
  at: datetime, at_o: datetime?, g: geo, sku: ref products, texts: [string], ints_o: [int]?
  list: [{ x: int, y_o: string?, day: date, at: datetime }], list_o: [{ x: decimal }]?
  record: { a: int, b: { c: string } }, record_o: { a: int, b: { c: string } }?
}
catalog products { sku: string key }
event e { n: int, amount: decimal, ratio: float, text: string, text_o: string?, day: date, kind: ("x" | "y"), i: string }
trait of_int = i_o
trait of_words = case when flag then "one" else "two" end
segment base = flag
"#;

/// Parses and checks; the diagnostics of both, without those about pairs of segments.
fn run(text: &str) -> (Option<Module>, Vec<Diagnostic>) {
    let mut lints = Lints::default();
    for code in [Code::SegmentEqual, Code::SegmentInside, Code::SegmentDisjoint] {
        lints.set(code, Level::Allow);
    }
    run_with(text, &lints)
}

fn run_with(text: &str, lints: &Lints) -> (Option<Module>, Vec<Diagnostic>) {
    let limits = Limits::default();
    let (file, mut diagnostics) = syntax::parse_file(0, text, &limits);
    let files = [file];
    let (module, more) = check(&files, &limits);
    let warnings = module.iter().flat_map(|it| lint(it, &[text], lints, &limits));
    let mut more: Vec<_> = more.into_iter().chain(warnings).collect();
    more.sort_by_key(Diagnostic::span);
    lints.apply(&mut more);
    diagnostics.extend(more);
    (module, diagnostics)
}

/// Also what is not told unless asked for.
fn every_lint() -> Lints {
    let mut lints = Lints::default();
    lints.set(Code::SegmentDisjoint, Level::Warn);
    lints
}

/// The messages of all diagnostics, in the order of the text.
fn messages(text: &str) -> Vec<String> {
    run(text)
        .1
        .into_iter()
        .map(|it| format!("{}: {}", it.code, it.message))
        .collect()
}

#[test]
fn all_of_the_manual_checks_but_what_is_left_for_later() {
    assert_eq!(
        messages(include_str!("../../../tests/golden/syntax/manual.audience")),
        Vec::<String>::new()
    );
}

/// What this stage reports.
const CODES: &[Code] = &[
    Code::Limit,
    Code::InvalidLiteral,
    Code::InvalidPattern,
    Code::MissingCustomer,
    Code::InvalidKey,
    Code::DuplicateName,
    Code::UnknownType,
    Code::InvalidType,
    Code::UnknownRole,
    Code::InvalidRole,
    Code::UnknownCatalog,
    Code::UnknownAttribute,
    Code::UnknownProperty,
    Code::UnknownSegment,
    Code::UnknownCollection,
    Code::UnknownFunction,
    Code::ArgumentCount,
    Code::TypeMismatch,
    Code::IncompatibleTypes,
    Code::UnknownWord,
    Code::Cycle,
    Code::MissingWhere,
    Code::NegationOverMissing,
    Code::MixedAndOr,
    Code::ConstantCondition,
    Code::Contradiction,
    Code::RepeatedCondition,
    Code::SegmentEqual,
    Code::SegmentInside,
    Code::SegmentDisjoint,
    Code::FloatSum,
    Code::SensitiveUse,
];

/// The pictures of all diagnostics, each code at least once.
#[test]
fn golden() {
    let mut seen = std::cell::RefCell::new(HashSet::new());
    insta::glob!("../../../tests/golden/check", "*.audience", |path| {
        let text = std::fs::read_to_string(path).expect("glob found it");
        let name = path
            .file_stem()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        // Files about pairs of segments say so in their name; in others they are beside the point.
        let pairs = name.starts_with("segment_pairs");
        let (_, diagnostics) = if pairs {
            run_with(&text, &every_lint())
        } else {
            run(&text)
        };
        seen.borrow_mut().extend(diagnostics.iter().map(|it| it.code));
        for warning in diagnostics.iter().filter(|it| it.severity == Severity::Warning) {
            assert!(!warning.help.is_empty(), "{name}: no mend of {warning:?}");
        }
        let picture = render(&diagnostics, &[Source::new(&name, &text)]);
        insta::with_settings!({
            snapshot_path => "../../../tests/golden/check",
            prepend_module_to_snapshot => false,
            snapshot_suffix => "",
            omit_expression => true,
        }, {
            insta::assert_snapshot!(name, picture);
        });
    });
    let seen = seen.get_mut();
    let unseen: Vec<_> = CODES.iter().filter(|code| !seen.contains(code)).collect();
    assert!(unseen.is_empty(), "no golden file shows {unseen:?}");
}

/// What was read through a segment, a sample or the presence of a record was once compared with that of others.
#[test]
fn what_is_made_from_a_personal_value_is_personal_on_every_way() {
    let shop = "customer {
        id: string key personal, born: date? personal, tags: [string] personal, home: { city: string }? personal
        items: [{ price: int personal }], sku: ref products, orders: int
    }
    catalog products { sku: string key, price: int personal, tags: [string] personal, box: { width: int personal }? }
    event visits { page: string personal }
    segment young = born > 2000-01-01
    segment through = orders > 3 and in segment young
    trait own = years_since(born)
";
    for (value, expected) in [
        ("orders", false),
        ("count(visits)", false),
        ("own", true),
        ("case when in segment young then 1 else 2 end", true),
        ("case when in segment through then 1 else 2 end", true),
        ("case when in sample 50% of \"x\" then 1 else 2 end", true),
        ("case when home is known then 1 else 2 end", true),
        ("size(tags)", true),
        ("sum(price of items)", true),
        ("sku.price", true),
        ("size(sku.tags)", true),
        ("case when sku.box is known then 1 else 2 end", true),
        ("distinct(page of visits)", true),
        (
            "case when any visits followed by any visits where page = previous.page within 1 day then 1 else 2 end",
            true,
        ),
    ] {
        let found = messages(&format!("{shop}trait it = {value}\nsegment best = it in top 10%"));
        let told = found.iter().any(|it| it.starts_with("rank-of-personal"));
        assert_eq!(told, expected, "{value}: {found:?}");
    }
}

#[test]
fn definitions_stand_beside_a_given_schema() {
    let limits = Limits::default();
    let given = |text: &str| {
        let (file, _) = syntax::parse_file(0, text, &limits);
        let (module, diagnostics) = check(&[file], &limits);
        module.map_or_else(|| panic!("{diagnostics:?}"), |it| (*it.schema).clone())
    };
    let schema =
        given("customer { id: string key, a: int }  catalog c { sku: string key }  event e { x: int }");
    for (text, expected) in [
        ("segment s = a > 1 and any e where x > 1", vec![]),
        (
            "event f { sku: ref c }  placement p of c  segment s = any f where sku = \"x\"",
            vec![],
        ),
        ("segment s = b > 1", vec!["unknown attribute `b`"]),
        (
            "customer { id: string key }",
            vec!["the customer is defined twice"],
        ),
        ("event e { y: int }", vec!["the event `e` is defined twice"]),
        ("event f { y: int, y: int }", vec!["`y` is defined twice"]),
        (
            "event a { y: int }",
            vec!["`a` is both an attribute and an event"],
        ),
        (
            "trait a = 1",
            vec!["`a` is the name of an attribute and of a trait"],
        ),
    ] {
        let (file, _) = syntax::parse_file(0, text, &limits);
        let given = Given {
            schema: Some(schema.clone()),
            ..Given::default()
        };
        let (_, diagnostics) = check_beside(&given, &[file], &limits);
        let messages: Vec<_> = diagnostics.iter().map(|it| it.message.as_str()).collect();
        assert_eq!(messages, expected, "{text}");
    }
}

#[test]
fn definitions_of_all_files_stand_together() {
    let limits = Limits::default();
    let texts = [
        "segment vip = spent > 10  segment vip = true",
        "customer { id: string key, spent: int }  trait spent = 1",
        "segment vip = in segment other",
    ];
    let files: Vec<_> = (0..)
        .zip(texts)
        .map(|(source, text)| syntax::parse_file(source, text, &limits).0)
        .collect();
    let (_, diagnostics) = check(&files, &limits);
    let shown: Vec<_> = diagnostics
        .iter()
        .map(|it| {
            (
                it.message.as_str(),
                it.labels.iter().map(|label| label.span.source).collect(),
            )
        })
        .collect::<Vec<(_, Vec<u32>)>>();
    assert_eq!(
        shown,
        [
            ("the segment `vip` is defined twice", vec![0, 0]),
            ("`spent` is the name of an attribute and of a trait", vec![1, 1]),
            ("the segment `vip` is defined twice", vec![2, 0]),
            ("unknown segment `other`", vec![2]),
        ]
    );
}
