//! Text that is made to hurt is answered, and soon; text that only looks like it is read.

use super::{parse, tree, whole};
use crate::{
    diagnostic::Code,
    limits::Limits,
    syntax::{format_file, parse_file},
};

#[track_caller]
fn refused(text: &str, code: Code) {
    let (_, diagnostics) = parse(text);
    let start: String = text.chars().take(60).collect();
    assert!(
        diagnostics.iter().any(|it| it.code == code),
        "{start}: {:?}",
        diagnostics.iter().take(3).collect::<Vec<_>>()
    );
    for diagnostic in &diagnostics {
        assert!(
            diagnostic.message.len() < 1_000,
            "{start}: a message of {} bytes",
            diagnostic.message.len()
        );
    }
}

#[test]
fn what_nests_too_deeply_is_refused() {
    for part in [
        "(",
        "[",
        "{",
        "not ",
        "- ",
        "! ",
        "case when ",
        "any a where ",
        "f(",
        "count(a where ",
        "sum(",
        "x in [",
        "x between (",
        "x since (",
        "x within 5 km of (",
        "(any a where (",
        "((x and ",
        "x + ",
        "x * (",
        "case when x then ",
        "[{ a: ",
        "x contains any [",
    ] {
        refused(&format!("segment s = {}", part.repeat(10_000)), Code::Limit);
        refused(&format!("event e {{ a: {}", part.repeat(10_000)), Code::Limit);
    }
}

#[test]
fn a_hundred_thousand_parentheses_are_refused() {
    refused(&format!("segment s = {}", "(".repeat(100_000)), Code::Limit);
    refused(&format!("event e {{ a: {}", "[".repeat(100_000)), Code::Limit);
}

#[test]
fn what_is_too_long_is_refused() {
    refused(&"x".repeat(10_000_000), Code::Limit);
    refused(&"\u{1F600}".repeat(3_000_000), Code::Limit);
    refused(
        &format!("segment s = x in [{}1]", "\"a\",".repeat(1_000_000)),
        Code::Limit,
    );
    refused(
        &format!("segment s = x in [{}]", "word ".repeat(800_000)),
        Code::Limit,
    );
    refused(&format!("segment s = {}x", "x and ".repeat(600_000)), Code::Limit);
    refused(
        &format!("segment s = {}x", "x = 1 or ".repeat(400_000)),
        Code::Limit,
    );
    refused(&"segment s = x ".repeat(290_000), Code::Limit);
}

#[test]
fn what_makes_no_sense_is_refused() {
    for part in [
        "\"",
        "'",
        "`",
        "\"\n",
        "`\n",
        "\\",
        ")",
        "]",
        "}",
        ",",
        ";",
        ";\n",
        ".",
        "..",
        "=",
        "&&",
        "|",
        "$",
        "\u{0}",
        "\u{feff}x",
        "and ",
        "in ",
        "x ",
        "x\n",
        "9",
        "9 ",
        "9.",
        "-",
        "1-",
        "2026-01-01",
        "2026-01-01T",
        "“",
        "# \n x",
        "%",
        "10%..",
        "segment ",
        "segment\n",
        "segment s ",
        "segment s = ",
        "customer {",
        "customer { a",
        "in segment ",
        "end ",
        "then ",
        "x: int\n",
        "x: int,",
        "a: [",
        "(\"a\" | ",
        "case ",
        "of ",
        "where ",
        "\u{200d}",
        "ǆ ",
        "x $ #",
        "\"\\u{",
        "not in ",
    ] {
        refused_somehow(&part.repeat(2_000));
        refused_somehow(&format!("segment s = {}", part.repeat(2_000)));
        refused_somehow(&format!("customer {{ id: string\n {}", part.repeat(2_000)));
    }
}

#[track_caller]
fn refused_somehow(text: &str) {
    let (_, diagnostics) = parse(text);
    let start: String = text.chars().take(60).collect();
    assert!(!diagnostics.is_empty(), "{start}");
    assert!(diagnostics.len() <= 20_000, "{start}: {}", diagnostics.len());
    for diagnostic in &diagnostics {
        assert!(diagnostic.message.len() < 1_000, "{start}");
    }
}

/// Each level of the deepest nesting allowed is read once, or these would never end.
#[test]
fn the_deepest_nesting_allowed_is_read() {
    let limit = Limits::default().nesting;
    for (open, inside, close, levels) in [
        ("(", "x", ")", limit),
        ("f(", "x", ")", limit),
        ("not ", "x", "", limit),
        ("- ", "x", "", limit),
        ("x + ", "x", "", limit),
        ("any a where ", "x", "", limit),
        ("(any a where (", "x", "))", limit / 3),
        ("count(a where x = 1 and ", "x", ")", limit - 1),
        ("sum(a of b since (", "x", "))", limit / 2),
        ("case when a then ", "x", " end", limit),
        ("case when ", "x", " then a end", limit),
        ("x in [", "x", "]", limit),
        ("x within 5 km of (", "x", ")", limit),
        ("x between (", "x", ") and y", limit),
        ("(x, ", "y", ")", limit),
    ] {
        let text = format!(
            "segment s = {}{inside}{}",
            open.repeat(levels),
            close.repeat(levels)
        );
        let (file, diagnostics) = parse(&text);
        let limited = diagnostics.iter().any(|it| it.code == Code::Limit);
        assert!(!limited, "{open}: {diagnostics:?}");
        if diagnostics.is_empty() {
            let formatted = format_file(&file);
            assert_eq!(whole(&formatted).items, file.items, "{open}");
        }
        // The same with a mistake at the bottom, which makes every alternative fail.
        refused_somehow(&format!(
            "segment s = {}{inside} ? {}",
            open.repeat(levels),
            close.repeat(levels)
        ));
        let deeper = format!(
            "segment s = {}{inside}{}",
            open.repeat(limit + 1),
            close.repeat(limit + 1)
        );
        refused(&deeper, Code::Limit);
    }
}

#[test]
fn long_chains_and_lists_are_read() {
    let text = format!("segment s = {}x = 0", "x = 1 and ".repeat(5_000));
    let formatted = format_file(&whole(&text));
    assert_eq!(whole(&formatted).items, whole(&text).items);
    tree(&format!("{}x = 0", "x is known or ".repeat(5_000)));
    tree(&format!("x in [{}0]", "1, ".repeat(9_999)));
    tree(&format!("x = \"{}\"", "a\\n".repeat(500_000)));
    whole(&format!("# {}", "comment ".repeat(400_000)));
    whole(&"segment s = x = 1\n".repeat(20_000));
}

#[test]
fn limits_are_those_asked_for() {
    let text = "segment s = ((x)) or x in [1, 2, 3]  segment t = true";
    let refused = |limits: &Limits| {
        parse_file(0, text, limits)
            .1
            .iter()
            .any(|it| it.code == Code::Limit)
    };
    let with = |change: fn(&mut Limits)| {
        let mut limits = Limits::default();
        change(&mut limits);
        refused(&limits)
    };
    assert!(!with(|_| {}));
    assert!(with(|it| it.nesting = 1) && !with(|it| it.nesting = 2));
    assert!(with(|it| it.list_items = 2) && !with(|it| it.list_items = 3));
    assert!(with(|it| it.definitions = 1) && !with(|it| it.definitions = 2));
    assert!(with(|it| it.source_bytes = 52) && !with(|it| it.source_bytes = 53));
    assert!(with(|it| it.nodes = 9) && !with(|it| it.nodes = 10));
}
