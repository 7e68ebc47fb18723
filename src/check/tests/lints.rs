//! What reasoning finds, and what it must leave alone. None of these is a guess: each answer holds for every customer.

use super::{SHOP, run, run_with};
use crate::diagnostic::{Code, Level, Lints};

/// What is found in one condition: the codes with what they point at first.
fn found(condition: &str) -> Vec<String> {
    let text = format!("{SHOP}{BASE}segment it = {condition}\n");
    let (module, diagnostics) = run(&text);
    assert!(module.is_some(), "{condition}: {diagnostics:?}");
    let about = |code| {
        matches!(
            code,
            Code::ConstantCondition | Code::Contradiction | Code::RepeatedCondition
        )
    };
    diagnostics
        .iter()
        .filter(|it| about(it.code))
        .map(|it| {
            assert!(!it.help.is_empty(), "{condition}: {it:?}");
            let span = it.span();
            format!("{} {}", it.code, &text[span.start as usize..span.end as usize])
        })
        .collect()
}

const BASE: &str = r#"
trait spent = sum(amount of e)
trait stage = case when no e then "none" when exactly 1 e then "one" else "more" end
segment rich = spent > 500
segment grown = i >= 18
segment quiet = no e in last 90 days
"#;

/// Each of these must be found. `[lint-1]` `[lint-2]` `[lint-3]`
#[test]
fn found_by_reasoning() {
    let mut wrong = Vec::new();
    for (condition, expected) in [
        // One test with one answer.
        ("true", "constant-condition true"),
        ("flag and false", "constant-condition false"),
        ("1 = 1.0", "constant-condition 1 = 1.0"),
        ("flag or \"a\" = \"b\"", "constant-condition \"a\" = \"b\""),
        ("i between 5 and 1", "constant-condition i between 5 and 1"),
        (
            "at between 2026-02-01 and 2026-01-01",
            "constant-condition at between 2026-02-01 and 2026-01-01",
        ),
        (
            "at_o between 30 days ago and 60 days ago",
            "constant-condition at_o between 30 days ago and 60 days ago",
        ),
        ("at least 0 e", "constant-condition at least 0 e"),
        ("i is known", "constant-condition i is known"),
        ("d is unknown", "constant-condition d is unknown"),
        ("count(e) >= 0", "constant-condition count(e) >= 0"),
        ("count(e) < 0", "constant-condition count(e) < 0"),
        ("month(at) > 12", "constant-condition month(at) > 12"),
        ("length(s) < 0", "constant-condition length(s) < 0"),
        ("s starts with \"\"", "constant-condition s starts with \"\""),
        ("any e in next 7 days", "constant-condition any e in next 7 days"),
        (
            "i > 9223372036854775807",
            "constant-condition i > 9223372036854775807",
        ),
        ("any e where (n > 5 and n < 3)", "contradiction n < 3"),
        (
            "\"A\" = \"a\" ignoring case",
            "constant-condition \"A\" = \"a\" ignoring case",
        ),
        ("d in top 0%", "constant-condition d in top 0%"),
        ("i = 2.5", "constant-condition i = 2.5"),
        // Two that never hold together.
        ("i > 5 and i < 3", "contradiction i < 3"),
        ("i_o > 5 and i_o <= 5", "contradiction i_o <= 5"),
        ("i > 2 and i < 3", "contradiction i < 3"),
        ("i >= 3 and not (i > 1)", "contradiction not (i > 1)"),
        ("d > 2.5 and d < 2.5001", "contradiction d < 2.5001"),
        ("f_o > 0.5 and f_o < 0.5", "contradiction f_o < 0.5"),
        ("i = 1 and i = 2", "contradiction i = 2"),
        ("i in [1, 2] and i in [3, 4]", "contradiction i in [3, 4]"),
        ("i_o = 1 and i_o is unknown", "contradiction i_o is unknown"),
        ("i_o + 1 > 3 and i_o is unknown", "contradiction i_o is unknown"),
        ("s_o = \"a\" and s_o = \"b\"", "contradiction s_o = \"b\""),
        (
            "s = \"a\" and s in [\"b\", \"c\"]",
            "contradiction s in [\"b\", \"c\"]",
        ),
        (
            "s starts with \"ab\" and s starts with \"b\"",
            "contradiction s starts with \"b\"",
        ),
        (
            "s = \"abc\" and s not contains \"b\"",
            "contradiction s not contains \"b\"",
        ),
        ("s ends with \"x\" and s is empty", "contradiction s is empty"),
        ("s_o is filled and s_o = \" \"", "contradiction s_o = \" \""),
        ("w = \"a\" and w = \"b\"", "contradiction w = \"b\""),
        ("w != \"a\" and w != \"b\"", "contradiction w != \"b\""),
        ("flag and not flag", "contradiction not flag"),
        ("flag_o and flag_o = false", "contradiction flag_o = false"),
        (
            "date > 2026-01-31 and date < 2026-02-01",
            "contradiction date < 2026-02-01",
        ),
        (
            "at in last 30 days and at before 90 days ago",
            "contradiction at before 90 days ago",
        ),
        (
            "at in last 7 days and at in next 7 days",
            "contradiction at in next 7 days",
        ),
        (
            "at before 2026-01-01 and at after 2026-06-30",
            "contradiction at after 2026-06-30",
        ),
        ("at < now and at > now", "contradiction at > now"),
        (
            "date_o in last 7 days and date_o > today",
            "contradiction date_o > today",
        ),
        ("i < i_o and i > i_o", "contradiction i > i_o"),
        ("no e and any e", "contradiction any e"),
        ("count(e) >= 3 and count(e) < 2", "contradiction count(e) < 2"),
        (
            "any e in last 30 days and no e in last 90 days",
            "contradiction no e in last 90 days",
        ),
        (
            "no e and any e where amount > 50",
            "contradiction any e where amount > 50",
        ),
        (
            "(at least 3 e where n > 10) and at most 2 e",
            "contradiction at most 2 e",
        ),
        (
            "(any e where amount > 50) and no e where amount > 10",
            "contradiction no e where amount > 10",
        ),
        (
            "(all e where n > 0) and any e where n <= 0",
            "contradiction any e where n <= 0",
        ),
        (
            "texts contains \"a\" and texts is empty",
            "contradiction texts is empty",
        ),
        (
            "texts contains all [\"a\", \"b\"] and not (texts contains \"b\")",
            "contradiction not (texts contains \"b\")",
        ),
        (
            "(any list where x > 1) and list is empty",
            "contradiction list is empty",
        ),
        (
            "size(texts) > 3 and texts is empty",
            "contradiction texts is empty",
        ),
        ("in segment rich and spent < 100", "contradiction spent < 100"),
        (
            "in segment rich and sum(amount of e) < 100",
            "contradiction sum(amount of e) < 100",
        ),
        (
            "in segment grown and not in segment grown",
            "contradiction not in segment grown",
        ),
        (
            "in segment quiet and any e in last 7 days",
            "contradiction any e in last 7 days",
        ),
        (
            "stage = \"none\" and stage = \"one\"",
            "contradiction stage = \"one\"",
        ),
        // More than two.
        (
            "i_o in [1, 2] and i_o != 1 and i_o != 2",
            "contradiction i_o in [1, 2] and i_o != 1 and i_o != 2",
        ),
        (
            "(i < 3 or i > 5) and i between 3 and 5",
            "contradiction i between 3 and 5",
        ),
        // One of two always holds.
        ("i > 5 or i <= 5", "constant-condition i <= 5"),
        ("i_o > 5 or not (i_o > 5)", "constant-condition not (i_o > 5)"),
        ("w = \"a\" or w = \"b\"", "constant-condition w = \"b\""),
        ("flag or not flag", "constant-condition not flag"),
        ("any e or no e", "constant-condition no e"),
        (
            "s_o is known or s_o is unknown",
            "constant-condition s_o is unknown",
        ),
        (
            "w_o = \"a\" or w_o = \"b\" or w_o is unknown",
            "constant-condition w_o = \"a\" or w_o = \"b\" or w_o is unknown",
        ),
        // Said twice.
        ("flag and flag", "repeated-condition flag"),
        ("i > 5 and i > 3", "repeated-condition i > 3"),
        ("i > 3 and i > 5", "repeated-condition i > 3"),
        ("i > 5 or i > 3", "repeated-condition i > 5"),
        ("i >= 3 and i > 2", "repeated-condition i > 2"),
        (
            "s = \"ab\" and s starts with \"a\"",
            "repeated-condition s starts with \"a\"",
        ),
        ("s in [\"a\", \"b\"] or s = \"a\"", "repeated-condition s = \"a\""),
        ("i_o != 1 and i_o is unknown", "repeated-condition i_o != 1"),
        ("i_o = 3 and i_o in [3, 4]", "repeated-condition i_o in [3, 4]"),
        (
            "any e in last 30 days and any e in last 90 days",
            "repeated-condition any e in last 90 days",
        ),
        ("any e and any e where n > 5", "repeated-condition any e"),
        (
            "in segment rich and spent > 100",
            "repeated-condition spent > 100",
        ),
        (
            "at in last 7 days and at in last 2 weeks",
            "repeated-condition at in last 2 weeks",
        ),
        (
            "case when i > 5 then 1 when i > 7 then 2 else 3 end = 1",
            "constant-condition i > 7",
        ),
    ] {
        if found(condition) != [expected] {
            wrong.push(format!("{condition}: {:?}", found(condition)));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// None of these is the same for everyone, and no part of it says what another does. `[lint-4]` `[lint-9]`
#[test]
fn left_alone() {
    for condition in [
        // A missing value is on neither side.
        "i_o > 5 or i_o <= 5",
        "flag_o or flag_o = false",
        "w_o = \"a\" or w_o = \"b\"",
        "i_o = i_o",
        "not (i_o > 5) and not (i_o <= 5)",
        // Something lies in between.
        "f > 0.5 and f < 0.6",
        "d > 2.5 and d < 2.5002",
        "i > 1 and i < 3",
        "date > 2026-01-30 and date < 2026-02-01",
        "s >= \"a\" and s < \"b\"",
        "s starts with \"a\" and s contains \"b\"",
        "w != \"a\" and i > 3",
        // Sums may overflow, and then are missing.
        "sum(n of e) >= 0 or sum(n of e) < 0",
        "i + 1 > 3 or i + 1 <= 3",
        // A moment that moves and one that stands still.
        "at in last 30 days and at before 2020-01-01",
        "at since 2026-01-01 and at before 90 days ago",
        // Other items.
        "(any e where n > 5) and any e where n < 3",
        "(any e where n > 5) and no e where n > 6",
        "any e in last 90 days and no e in last 30 days",
        "count(e) >= 3 and count(e) < 4",
        "(any list where x > 1) and any list where x < 1",
        "texts contains \"a\" and not (texts contains \"b\")",
        // Saying what is meant of a missing value is no repetition.
        "i_o is known and i_o > 3",
        "i_o is unknown or i_o != 3",
        // An overflow of the calendar is missing.
        "at > now - 1 day or at <= now - 1 day",
        "in segment rich and spent < 1000",
        "in segment quiet and any e",
        "stage = \"one\" or stage = \"none\"",
        "i > i_o and i < 3",
        "at in [2026-06-01T00:00:00]",
        "at not in [2026-06-01T00:00:00]",
        "at not in [2026-06-01T00:00:00, 2026-06-02T00:00:00Z]",
        "lower(s) = \"a\" and s = \"A\"",
    ] {
        assert_eq!(found(condition), Vec::<String>::new(), "{condition}");
    }
}

/// The codes of what is found about pairs of segments.
fn pairs(segments: &str, disjoint: Level) -> Vec<String> {
    let mut lints = Lints::default();
    lints.set(Code::SegmentDisjoint, disjoint);
    let text = format!("{}{segments}", SHOP.replace("segment base = flag", ""));
    let (module, diagnostics) = run_with(&text, &lints);
    assert!(module.is_some(), "{segments}: {diagnostics:?}");
    let all = diagnostics
        .iter()
        .filter(|it| it.code.as_str().starts_with("segment-"));
    all.map(|it| format!("{}: {}", it.code, it.message)).collect()
}

/// So many pigeons do not fit into one hole less, but to see it of many takes longer than anybody waits. `[lint-8]`
#[test]
fn what_takes_too_long_to_prove_is_not_told() {
    let told = |holes: usize| {
        let sits = |pigeon: usize, hole: usize| format!("p{pigeon}_{hole}");
        let all = || (0..=holes).flat_map(|pigeon| (0..holes).map(move |hole| (pigeon, hole)));
        let fields: Vec<String> = all()
            .map(|(pigeon, hole)| format!("{}: bool", sits(pigeon, hole)))
            .collect();
        let somewhere = (0..=holes).map(|pigeon| {
            let each: Vec<String> = (0..holes).map(|hole| sits(pigeon, hole)).collect();
            format!("({})", each.join(" or "))
        });
        let alone = all().flat_map(|(pigeon, hole)| {
            (0..pigeon).map(move |other| format!("(not {} or not {})", sits(pigeon, hole), sits(other, hole)))
        });
        let parts: Vec<String> = somewhere.chain(alone).collect();
        let text = format!(
            "customer {{ id: string key, {} }}\nsegment it = {}\n",
            fields.join(", "),
            parts.join(" and ")
        );
        let (module, diagnostics) = run(&text);
        assert!(module.is_some(), "{diagnostics:?}");
        !diagnostics.is_empty()
    };
    assert!(told(2), "three pigeons and two holes are soon looked at");
    let start = std::time::Instant::now();
    assert!(!told(8));
    assert!(start.elapsed().as_secs() < 20, "{:?}", start.elapsed());
}

/// `[lint-5]` `[lint-10]`
#[test]
fn segments_are_compared_in_pairs() {
    for (segments, expected) in [
        (
            "segment a = i > 5 and flag  segment b = flag and 5 < i",
            "segment-equal: the segment `b` is the same as `a`",
        ),
        (
            "segment a = not (i > 5 or flag)  segment b = i <= 5 and not flag",
            "segment-equal: the segment `b` is the same as `a`",
        ),
        (
            "segment a = i > 5  segment b = i > 3",
            "segment-inside: the segment `a` is inside `b`",
        ),
        (
            "segment a = any e  segment b = any e in last 30 days where n > 5",
            "segment-inside: the segment `b` is inside `a`",
        ),
        (
            "segment a = i > 5 and flag  segment b = i < 3",
            "segment-disjoint: the segments `a` and `b` have no customer in common",
        ),
        (
            "segment a = any e in last 30 days  segment b = any e and no e in last 90 days",
            "segment-disjoint: the segments `a` and `b` have no customer in common",
        ),
        (
            "segment a = s = \"x\" or s = \"y\"  segment b = s in [\"x\", \"y\", \"z\"] and flag or s = \"x\" or s = \"y\"",
            "segment-inside: the segment `a` is inside `b`",
        ),
    ] {
        assert_eq!(pairs(segments, Level::Warn), [expected], "{segments}");
    }
    // The nearest only.
    assert_eq!(
        pairs(
            "segment a = i > 5  segment b = i > 3  segment c = i > 1",
            Level::Allow
        ),
        [
            "segment-inside: the segment `a` is inside `b`",
            "segment-inside: the segment `b` is inside `c`"
        ]
    );
    // Put together on purpose, or nothing sure.
    for segments in [
        "segment a = flag  segment b = in segment a and i > 5",
        "segment a = flag  segment b = in segment a",
        "segment a = flag  segment b = i > 5 and in segment a  segment c = in segment b and i < 9",
        "segment a = flag  segment b = not in segment a",
        "segment a = i > 5  segment b = i < 9",
        "segment a = i > 5 and flag  segment b = i > 5 and w = \"a\"",
        "segment a = i_o > 5  segment b = i_o != 3 and flag",
        "segment a = i > 5  segment b = i < 3",
    ] {
        assert_eq!(pairs(segments, Level::Allow), Vec::<String>::new(), "{segments}");
    }
}
