//! JSON both ways.

use proptest::{collection::vec, prelude::*};

use super::strategies;
use crate::{
    limits::Limits,
    syntax::{ast::File, format_file, from_json, json_schema, parse_file, to_json},
};

fn limits() -> Limits {
    Limits {
        nesting: 500,
        ..Limits::default()
    }
}

/// What a text says again after it was JSON.
fn again(text: &str) -> String {
    let json = to_json(text, &limits()).unwrap_or_else(|problems| panic!("{problems:?}\n{text}"));
    from_json(&json, &limits()).unwrap_or_else(|error| panic!("{error}\n{text}\n{json}"))
}

proptest! {
    /// `[json-1]` `[json-2]`
    #[test]
    fn json_loses_nothing(items in vec(strategies::item(), 1..4), places in vec((any::<prop::sample::Index>(), any::<bool>()), 0..4)) {
        let file = File { items, ..File::default() };
        let plain = format_file(&file);
        // Comments and blank lines wherever a line ends.
        let mut lines: Vec<String> = plain.lines().map(str::to_owned).collect();
        for (place, own_line) in places {
            let line = place.index(lines.len());
            if own_line {
                lines.insert(line, "\n# of its own".to_owned());
            } else {
                lines[line].push_str("  # at the end");
            }
        }
        let text = lines.join("\n");
        let (file, problems) = parse_file(0, &text, &limits());
        prop_assume!(problems.is_empty());
        let canonical = format_file(&file);
        prop_assert_eq!(again(&text), canonical);
    }
}

#[test]
fn the_manual_goes_to_json_and_back() {
    let text = include_str!("../../../tests/golden/syntax/manual.audience");
    let (file, _) = parse_file(0, text, &limits());
    assert_eq!(again(text), format_file(&file));
}

/// `[json-3]` `[json-4]`
#[test]
fn what_is_not_of_the_form_is_refused_with_its_path() {
    let segment = |condition: &str| {
        format!(
            r#"{{"version": 1, "items": [{{"kind": "segment", "name": "a", "condition": {condition}}}]}}"#
        )
    };
    let deep = |count: usize| {
        format!(
            "{}{}",
            r#"{"kind":"not","operand":"#.repeat(count),
            "}".repeat(count)
        )
    };
    for (json, expected) in [
        ("", "EOF while parsing a value at line 1 column 0"),
        ("[]", "version: this is not version 1, the only one that is known"),
        (
            r#"{"items": []}"#,
            "version: this is not version 1, the only one that is known",
        ),
        (
            r#"{"version": 2}"#,
            "version: this is not version 1, the only one that is known",
        ),
        (r#"{"version": 1, "item": []}"#, "item: unknown member"),
        (r#"{"version": 1, "": []}"#, r#"[""]: unknown member"#),
        (r#"{"version": 1, "a\"b": []}"#, r#"["a\"b"]: unknown member"#),
        (
            r#"{"version": 1, "items": {}}"#,
            "items: expected a list, found an object",
        ),
        (
            r#"{"version": 1, "items": [{"name": "a"}]}"#,
            "items[0]: `kind` is missing",
        ),
        (
            r#"{"version": 1, "items": [{"kind": "group"}]}"#,
            "items[0].kind: unknown kind \"group\"",
        ),
        (
            &segment("3"),
            "items[0].condition: expected an object, found a number",
        ),
        (
            &segment(r#"{"kind": "not"}"#),
            "items[0].condition: `operand` is missing",
        ),
        (
            &segment(r#"{"kind": "literal", "value": 1.5}"#),
            "items[0].condition.value: expected a whole number of 64 bits, found a number",
        ),
        (
            &segment(r#"{"kind": "literal", "value": {"date": "2026-02-30"}}"#),
            "items[0].condition.value.date: no such day or time",
        ),
        (
            &segment(r#"{"kind": "compare", "op": "~", "lhs": {"kind": "now"}, "rhs": {"kind": "now"}}"#),
            "items[0].condition.op: expected one of =, !=, <, <=, >, >=, found \"~\"",
        ),
        (&segment(r#"{"kind": "and", "parts": []}"#), "items[0]: "),
        (
            &segment(r#"{"kind": "path", "steps": ["a` or true"]}"#),
            "items[0]: ",
        ),
        (
            &segment(r#"{"kind": "literal", "value": {"decimal": "1 or true"}}"#),
            "items[0]: ",
        ),
        (&segment(&deep(10_000)), "the JSON nests deeper than 3032 levels"),
        (
            r#"{"version": 1, "items": [], "items": []}"#,
            "the member `items` stands twice at line 1 column 40",
        ),
        (
            &segment(r#"{"kind": "now", "kind": "today"}"#),
            "the member `kind` stands twice at line 1",
        ),
        (
            r#"{"version": 1, "layout": [{"after": 3, "comment": "x"}]}"#,
            "layout[0]: after the end of the text",
        ),
        (
            r#"{"version": 1, "layout": [{"after": 0, "comment": "x\ncustomer {}"}]}"#,
            "layout[0]: a comment of several lines",
        ),
    ] {
        let error = from_json(json, &limits()).expect_err(json).to_string();
        assert!(error.starts_with(expected), "{json}\n{error}");
    }
}

/// `[json-5]`
#[test]
fn the_schema_beside_the_manual_is_that_of_the_reader() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/definitions.schema.json");
    if std::env::var_os("AUDIENCE_WRITE").is_some() {
        std::fs::write(path, json_schema()).expect("it can be written");
    }
    let written = std::fs::read_to_string(path).unwrap_or_default();
    assert!(written == json_schema(), "run again with AUDIENCE_WRITE=1");
}
