//! The standard library: every file compiles beside a documented contract, and its tests pass.

use std::{fs, path::Path};

use audience::{Code, Definitions, Field, RequiredField, Segment, Type};

const MANUAL: &str = include_str!("../docs/standard.md");

/// The contract that the page about the library shows.
pub(crate) fn contract() -> &'static str {
    let (_, rest) = MANUAL
        .split_once("```audience contract\n")
        .expect("the page shows a contract");
    rest.split_once("```").expect("closed").0
}

fn files() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/standard");
    let paths = fs::read_dir(folder).expect("a folder");
    let mut files: Vec<(String, String)> = paths
        .map(|entry| entry.expect("readable").path())
        .filter(|path| path.extension().is_some_and(|it| it == "audience"))
        .map(|path| {
            let name = path.file_stem().expect("named").to_string_lossy().into_owned();
            (name, fs::read_to_string(path).expect("readable"))
        })
        .collect();
    files.sort();
    files
}

/// [std-2] [std-5]
#[test]
fn the_tests_inside_of_every_file_pass() {
    let (mut tests, files) = (0, files());
    assert_eq!(files.len(), 11);
    for (name, text) in &files {
        let shop = Definitions::builder()
            .source("contract", contract())
            .source(name, text)
            .build()
            .unwrap_or_else(|error| panic!("{error}"));
        let mut covered: Vec<String> = Vec::new();
        let before = tests;
        for test in shop.tests() {
            tests += 1;
            let outcome = test.run();
            let problems: Vec<_> = outcome
                .failures()
                .iter()
                .map(audience::TestFailure::diagnostic)
                .collect();
            assert!(
                outcome.passed(),
                "{}",
                audience::render(&problems, shop.sources())
            );
        }
        assert!(tests > before, "{name} has no test");
        // Every segment is expected to have somebody in it by some test.
        let expected = |word: &str| text.lines().any(|line| line.trim() == word);
        let all: Vec<Segment> = shop.segments().iter().collect();
        covered.extend(
            all.iter()
                .map(|it| it.name().to_owned())
                .filter(|it| !expected(&format!("in {it}"))),
        );
        assert!(covered.is_empty(), "{name}: no test is in {covered:?}");
        assert_eq!(
            Definitions::format(name, text).as_deref(),
            Ok(text.as_str()),
            "{name} is in canonical form"
        );
    }
    assert!(tests >= 40, "{tests}");
}

/// [std-1] [std-3] [std-4]
#[test]
fn every_file_is_brought_in_by_its_name() {
    for (name, text) in files() {
        let uses = format!("use standard.{name}\nuse standard.{name}\n");
        let built = Definitions::builder()
            .source("contract", contract())
            .source("shop", uses)
            .build();
        let shop = built.unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(shop.tests().count(), 0, "the tests of the library are its own");
        assert!(
            shop.warnings().is_empty(),
            "{}",
            audience::render(shop.warnings(), shop.sources())
        );
        let segments = text.lines().filter(|line| line.starts_with("segment ")).count();
        let ranked = usize::from(name == "rfm") * segments;
        assert_eq!(shop.segments().len() + ranked, segments, "{name}");
        assert!(MANUAL.contains(&format!("### `{name}`")), "{name} is on the page");
        for line in text.lines() {
            let defined = line
                .strip_prefix("segment ")
                .or_else(|| line.strip_prefix("trait "));
            let defined = defined.and_then(|it| it.split_whitespace().next());
            if let Some(defined) = defined.filter(|it| !it.is_empty()) {
                assert!(
                    MANUAL.contains(&format!("`{defined}`")),
                    "{name}: `{defined}` is not on the page"
                );
            }
        }
    }
    let uses = |(name, _): &(String, String)| format!("use standard.{name}\n");
    let all = files().iter().map(uses).collect::<Vec<_>>().concat();
    let built = Definitions::builder()
        .source("contract", contract())
        .source("shop", all)
        .build();
    let shop = built.unwrap_or_else(|error| panic!("all together: {error}"));
    assert!(shop.segments().len() > 50);
}

/// What the page says that a file needs, which stands below its heading.
fn needed(name: &str) -> &'static str {
    let (_, rest) = MANUAL
        .split_once(&format!("### `{name}`\n"))
        .expect("it is on the page");
    let chapter = rest.split("\n### ").next().expect("up to the next");
    let (_, rest) = chapter
        .split_once("```audience needs\n")
        .unwrap_or_else(|| panic!("{name}: the page does not say what it needs"));
    rest.split_once("```").expect("closed").0
}

fn paths(fields: &[RequiredField]) -> Vec<&str> {
    fields.iter().map(|it| &*it.path).collect()
}

/// The fields that a schema has, as requirements name them: those of records by their path.
fn leaves(fields: &[Field], before: &str) -> Vec<String> {
    let each = fields.iter().flat_map(|field| match &field.ty {
        Type::Record(inner) => leaves(inner, &format!("{before}{}.", field.name)),
        _ => vec![format!("{before}{}", field.name)],
    });
    each.collect()
}

/// A file compiles beside what the page says that it needs and nothing else, and reads all of that. [std-2]
#[test]
fn what_a_file_needs_is_what_the_page_says() {
    for (name, _) in files() {
        let needed = needed(&name);
        let build = |contract: &str| {
            let builder = Definitions::builder().source("needs", contract);
            builder.source("shop", format!("use standard.{name}\n")).build()
        };
        let shop = build(needed).unwrap_or_else(|error| panic!("{name}: {error}"));
        let reads = shop.requirements();
        let schema = shop.schema();
        assert_eq!(paths(&reads.attributes), leaves(&schema.customer, ""), "{name}");
        let events: Vec<_> = reads.events.iter().map(|it| &*it.name).collect();
        assert_eq!(
            events,
            schema.events.keys().map(|it| &**it).collect::<Vec<_>>(),
            "{name}"
        );
        for event in &reads.events {
            let properties = &schema.events[&*event.name].fields;
            assert_eq!(
                paths(&event.properties),
                leaves(properties, ""),
                "{name}: {}",
                event.name
            );
        }
        let catalogs: Vec<_> = reads.catalogs.iter().map(|it| &*it.name).collect();
        assert_eq!(
            catalogs,
            schema.catalogs.keys().map(|it| &**it).collect::<Vec<_>>(),
            "{name}"
        );
        for catalog in &reads.catalogs {
            let fields = &schema.catalogs[&*catalog.name].fields;
            assert_eq!(
                paths(&catalog.fields),
                leaves(fields, ""),
                "{name}: {}",
                catalog.name
            );
        }
        // The key may be any.
        let other = needed.replace("{ id: string key", "{ number: int key");
        assert_ne!(other, needed);
        assert!(build(&other).is_ok(), "{name}");
    }
}

/// [std-3] [std-6] [std-7]
#[test]
fn what_goes_wrong_with_a_file_of_the_library_is_explained() {
    let build = |text: &str| Definitions::parse(text).expect_err("refused");
    let codes = |text: &str| {
        build(text)
            .diagnostics()
            .iter()
            .map(|it| it.code)
            .collect::<Vec<_>>()
    };
    let contract = "customer { id: string key } event purchases { amount: decimal }\n";

    let unknown = format!("{contract}use standard.lifecylce\nsegment a = in segment lapsed_30");
    assert_eq!(
        codes(&unknown),
        [Code::UnknownFile],
        "the names of the file that was meant are known"
    );
    assert!(build(&unknown).to_string().contains("did you mean `lifecycle`?"));
    assert_eq!(
        codes(&format!("{contract}use standard.weather")),
        [Code::UnknownFile]
    );
    assert_eq!(
        codes(&format!("{contract}use shop.lifecycle")),
        [Code::UnknownFile]
    );

    let twice = format!("{contract}segment lapsed_30 = id = \"a\"\nuse standard.lifecycle");
    insta::assert_snapshot!(build(&twice), @r#"
    error[duplicate-name]: the segment `lapsed_30` is defined twice
     --> standard/lifecycle.audience:9:9
      |
    9 | segment lapsed_30 "Has ordered, but not within the last 30 days" =
      |         ^^^^^^^^^ defined again here
      |
     ::: definitions:2:9
      |
    2 | segment lapsed_30 = id = "a"
      |         --------- first defined here
    3 | use standard.lifecycle
      | ---------------------- brought in here
      |
      = help: docs/standard.md says which attributes and events a file of the library needs
    "#);
    let lacking = "customer { id: string key, birth_date: date? }\nuse standard.calendar";
    let error = build(lacking).to_string();
    assert!(
        error.contains("--> standard/calendar.audience") && error.contains("brought in here"),
        "{error}"
    );
}
