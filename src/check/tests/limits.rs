//! What is too much, and what is much but answered.

use super::messages;
use crate::{check::check, limits::Limits, syntax};

#[test]
fn references_count_for_the_nesting_of_what_refers() {
    let chain = |count: usize| -> String {
        let steps = (1..=count).map(|index| format!("trait t{index} = (t{} + 1)\n", index - 1));
        format!(
            "customer {{ id: string key, t0: int }}\n{}",
            steps.collect::<String>()
        )
    };
    // Each step has a parenthesis, a sum and a reference: three levels.
    assert_eq!(messages(&chain(22)), Vec::<String>::new());
    assert_eq!(
        messages(&chain(23)),
        ["limit: trait `t23` nests deeper than 64 levels"]
    );
    // What refers to one that is too deep is not reported too.
    assert_eq!(messages(&chain(24)).len(), 1);
}
/// Each text is checked within seconds, in a debug build on a busy machine; in a release build in a tenth of one.
#[test]
fn hostile_texts_are_answered() {
    let many = |count: usize, part: &str| part.repeat(count);
    let numbered = |count: usize, part: &str| -> String {
        (0..count)
            .map(|index| part.replace('#', &index.to_string()))
            .collect()
    };
    let shop = "customer { id: string key, a: int?, s: string?, flag: bool }\n";
    let words = |count| {
        format!(
            "customer {{ id: string key, w: (\"a\" {}) }}\n",
            numbered(count, "| \"word#\" ")
        )
    };
    for (name, text) in [
        (
            "negations under and",
            format!("{shop} segment x = (flag{}) and flag", many(5_000, " or a != 1")),
        ),
        (
            "facts under and",
            format!(
                "{shop} segment x = ({}flag) and (flag{})",
                many(5_000, "a = 1 and "),
                many(5_000, " or a != 1")
            ),
        ),
        (
            "unknown names",
            format!("{shop}{}", numbered(1_000, "segment s# = unknown#\n")),
        ),
        (
            "near names",
            format!(
                "customer {{ id: string key {} }} {}",
                numbered(5_000, ", attribute#: int"),
                many(200, "trait t = atribute\n")
            ),
        ),
        (
            "circles",
            format!(
                "{shop}{}",
                numbered(1_000, "segment s# = in segment t#\nsegment t# = in segment s#\n")
            ),
        ),
        (
            "one long circle",
            format!("{shop} segment s1500 = in segment s0\n{}", long_circle(1_500)),
        ),
        (
            "duplicate names",
            format!("{shop}{}", many(1_000, "segment x = flag\n")),
        ),
        ("many words", words(20_000)),
        (
            "unknown words",
            format!("{}{}", words(5_000), numbered(500, "segment s# = w = \"wrd#\"\n")),
        ),
        (
            "a long case",
            format!(
                "{shop} trait t = case {} end",
                numbered(5_000, "when a = # then \"#\" ")
            ),
        ),
        (
            "a long list",
            format!("{shop} segment x = a in [{}]", many(9_000, "1, ")),
        ),
        (
            "a wrong list",
            format!("{shop} segment x = a in [{}]", many(9_000, "flag, ")),
        ),
        (
            "many fields",
            format!(
                "customer {{ id: string key {} }} segment x = f100 > 1",
                numbered(10_000, ", f#: int")
            ),
        ),
    ] {
        let limits = Limits::default();
        let (file, diagnostics) = syntax::parse_file(0, &text, &limits);
        assert!(diagnostics.is_empty(), "{name}: {diagnostics:?}");
        let start = std::time::Instant::now();
        let (module, diagnostics) = check(&[file], &limits);
        assert!(module.is_some() || !diagnostics.is_empty(), "{name}");
        let elapsed = start.elapsed();
        assert!(elapsed.as_secs() < 10, "{name}: {elapsed:?}");
    }
}

/// `s0` refers to `s1` and so on.
fn long_circle(count: usize) -> String {
    let steps: Vec<_> = (0..count)
        .map(|index| format!("segment s{index} = in segment s{}", index + 1))
        .collect();
    steps.join("\n")
}

/// The golden files with words swapped at random: whatever that says, there is an answer, and its spans lie in the text.
#[test]
fn shuffled_definitions_are_answered() {
    let mut texts = Vec::new();
    for entry in std::fs::read_dir("tests/golden/check").expect("the folder is there") {
        let path = entry.expect("it can be read").path();
        if path.extension().is_some_and(|it| it == "audience") {
            texts.push(std::fs::read_to_string(&path).expect("it is text"));
        }
    }
    texts.sort();
    let words: Vec<&str> = texts.iter().flat_map(|text| text.split_inclusive(' ')).collect();
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut random = |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state >> 33).expect("31 bits") % below
    };
    let limits = Limits::default();
    let (mut right, mut wrong) = (0, 0);
    for _ in 0..150 {
        let text = &texts[random(texts.len())];
        let mut parts: Vec<&str> = text.split_inclusive(' ').collect();
        for _ in 0..=random(4) {
            let at = random(parts.len());
            parts[at] = words[random(words.len())];
        }
        let text = parts.concat();
        let (file, _) = syntax::parse_file(0, &text, &limits);
        let (_, diagnostics) = check(&[file], &limits);
        for label in diagnostics.iter().flat_map(|it| &it.labels) {
            let (start, end) = (label.span.start as usize, label.span.end as usize);
            assert!(
                start <= end && text.get(start..end).is_some(),
                "{label:?} in {text}"
            );
        }
        *if diagnostics.is_empty() {
            &mut right
        } else {
            &mut wrong
        } += 1;
    }
    assert!(right + wrong == 150 && wrong > 50, "{right} and {wrong}");
}
