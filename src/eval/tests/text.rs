//! Text where case is ignored, and regular expressions.

use super::tables::{all, shown};

#[test]
fn case_is_ignored_by_simple_folding() {
    // Each pair in both directions, by every test that can ignore case.
    for (text, pattern, alike) in [
        ("Straße", "STRAẞE", true),
        ("Straße", "STRASSE", false),
        ("ὈΔΥΣΣΕΎΣ", "ὀδυσσεύς", true),
        ("σ", "ς", true),
        ("Σ", "ς", true),
        ("İ", "i", false),
        ("ı", "I", false),
        ("I", "i", true),
        ("\u{212a}", "k", true),
        ("ſ", "S", true),
        ("ǅ", "Ǆ", true),
        ("é", "É", true),
        ("e\u{301}", "É", false),
        ("ﬁ", "FI", false),
        ("", "", true),
        ("a", "", false),
    ] {
        for (text, pattern) in [(text, pattern), (pattern, text)] {
            all(
                &format!(r#""s": "{text}""#),
                &[
                    (&format!("s = \"{pattern}\" ignoring case"), alike),
                    (&format!("s != \"{pattern}\" ignoring case"), !alike),
                    (&format!("\"{pattern}\" = s ignoring case"), alike),
                    (&format!("s in [\"no\", \"{pattern}\"] ignoring case"), alike),
                    (&format!("s not in [\"no\", \"{pattern}\"] ignoring case"), !alike),
                    (&format!("trim(s) = \"{pattern}\" ignoring case"), alike),
                    (&format!("s matches \"^{pattern}$\" ignoring case"), alike),
                ],
            );
        }
    }
}

#[test]
fn parts_of_a_text_are_found_whatever_their_case() {
    all(
        r#""s": "ΟΔΟΣ Straße 5 KELVIN", "w": "b", "tags": ["kelvin"]"#,
        &[
            ("s contains \"straẞE\" ignoring case", true),
            ("s contains \"STRASSE\" ignoring case", false),
            ("s contains \"ς\" ignoring case", true),
            ("s contains \"ς s\" ignoring case", true),
            ("s contains \"\" ignoring case", true),
            ("s starts with \"οδος\" ignoring case", true),
            ("s starts with \"\" ignoring case", true),
            ("s starts with \"οδος \" ignoring case", true),
            ("s starts with \"δος\" ignoring case", false),
            ("s ends with \"\u{212a}elvin\" ignoring case", true),
            ("s ends with \"kelvin \" ignoring case", false),
            ("s not ends with \"kelvin\" ignoring case", false),
            ("lower(s) contains s ignoring case", true),
            // The capitals of ß are two letters.
            ("lower(s) contains upper(s) ignoring case", false),
            ("lower(s) contains upper(s)", false),
            ("s starts with lower(s) ignoring case", true),
            ("s in [\"x\", \"y\"] ignoring case", false),
            ("w = \"B\" ignoring case", true),
            ("w in [\"A\", \"C\"] ignoring case", false),
            ("w contains \"B\" ignoring case", true),
            ("w matches \"^[A-B]$\" ignoring case", true),
            ("w matches \"^[A-B]$\"", false),
            ("w = upper(w) ignoring case", true),
            ("\"ABC\" = \"abc\" ignoring case", true),
            (
                "case when w = \"b\" then s else \"x\" end starts with \"οδος\" ignoring case",
                true,
            ),
            ("default(s, \"x\") ends with \"kelvin\" ignoring case", true),
        ],
    );
}

/// A long set is searched; it must be in the order in which it is searched.
#[test]
fn texts_are_found_in_long_sets() {
    let words = [
        "Zürich", "ä", "Ä", "ÅRHUS", "oslo", "Malmö", "İzmir", "Ⅷ", "ⓐ", "ﬀ", "Ω", "\u{2126}", "ꭰ", "𐐀", "Z",
    ];
    let set: Vec<String> = words.iter().map(|it| format!("{it:?}")).collect();
    let set = format!("s in [{}] ignoring case", set.join(", "));
    for (text, found) in [
        ("ZÜRICH", true),
        ("århus", true),
        ("å", false),
        ("ω", true),
        ("Ꭰ", true),
        ("𐐨", true),
        ("ⅷ", true),
        ("izmir", false),
        ("FF", false),
        ("", false),
        ("zz", false),
        ("z", true),
    ] {
        all(&format!(r#""s": "{text}""#), &[(&set, found)]);
    }
}

#[test]
fn a_missing_text_is_never_found() {
    all(
        "",
        &[
            ("s = \"\" ignoring case", false),
            ("s != \"\" ignoring case", true),
            ("s in [\"\"] ignoring case", false),
            ("s contains \"\" ignoring case", false),
            ("s not starts with \"\" ignoring case", true),
            ("s = s ignoring case", false),
            ("s matches \"\"", false),
            ("s not matches \"\"", true),
            ("w = \"A\" ignoring case", false),
            ("w matches \".*\"", false),
        ],
    );
}

#[test]
fn patterns_match_anywhere() {
    all(
        r#""s": "Order 1234-AB\nsecond line", "w": "c""#,
        &[
            ("s matches \"1234\"", true),
            ("s matches \"^1234\"", false),
            ("s matches \"\\\\d{4}-[A-Z]{2}\"", true),
            ("s matches \"\\\\d{4}-[a-z]{2}\"", false),
            ("s matches \"\\\\d{4}-[a-z]{2}\" ignoring case", true),
            ("s matches \"(?i)order\"", true),
            ("s matches \"Order.*line\"", false),
            ("s matches \"(?s)Order.*line$\"", true),
            ("s matches \"(?m)^second\"", true),
            ("s matches \"\"", true),
            ("s not matches \"order\"", true),
            ("upper(s) matches \"SECOND LINE$\"", true),
            ("w matches \"[bc]\"", true),
            ("\"Ωmega\" matches \"^\\\\w+$\"", true),
            ("default(s, \"\") matches 'AB'", true),
            ("s matches 'AB' and not (s matches 'ab')", true),
        ],
    );
}

#[test]
fn functions_of_text() {
    shown(
        "\"s\": \"\u{2003}\u{85}Ana\u{200b} \u{a0}\", \"w\": \"a\"",
        &[
            ("length(s)", "8"),
            ("length(trim(s))", "4"),
            ("trim(\"  \")", ""),
            ("length(\"e\u{301}\")", "2"),
            ("length(\"👩‍👩‍👧\")", "5"),
            ("lower(\"İ\")", "i\u{307}"),
            ("upper(\"ŉ\")", "ʼN"),
            ("upper(\"ǆ\")", "Ǆ"),
            ("lower(\"ΑΣ ΑΣΑ Σ\")", "ας ασα σ"),
            ("upper(w)", "A"),
            ("domain(\"a@b@C.d\")", "C.d"),
            ("domain(\"@\")", ""),
            ("domain(\"\")", "-"),
            ("min(\"a\", \"B\")", "B"),
            ("max(\"a\", \"é\")", "é"),
            ("default(s, \"x\") = s", "true"),
            ("default(domain(w), \"none\")", "none"),
        ],
    );
}

#[test]
fn functions_of_numbers() {
    shown(
        r#""i": -7, "d": -2.5, "f": -2.5, "items": [{}, {}]"#,
        &[
            ("round(f)", "-3"),
            ("round(d)", "-3"),
            ("round(2.4999)", "2"),
            ("round(0.5)", "1"),
            ("floor(f)", "-3"),
            ("floor(d)", "-3"),
            ("ceil(f)", "-2"),
            ("ceil(d)", "-2"),
            ("round(i)", "-7"),
            ("int(f)", "-2"),
            ("int(d)", "-2"),
            ("int(float(9223372036854775807))", "-"),
            ("abs(i)", "7"),
            ("abs(-9223372036854775807 - 1)", "-"),
            ("float(d)", "-2.5"),
            ("decimal(f)", "-2.5"),
            ("decimal(i)", "-7"),
            ("decimal(9223372036854775807)", "-"),
            ("string(d)", "-2.5"),
            ("string(1.5000)", "1.5"),
            ("string(-0.0001)", "-0.0001"),
            ("string(100.0)", "100"),
            ("string(i)", "-7"),
            ("string(f)", "-2.5"),
            ("string(true)", "true"),
            ("size(items)", "2"),
            ("size(tags)", "-"),
            ("min(i, d)", "-7"),
            ("max(i, f)", "-2.5"),
            ("max(2026-01-31, 2026-02-01)", "2026-02-01"),
            ("min(now, now - 1 second)", "2026-06-01T11:59:59Z"),
            ("max(1 day, 25 hours)", "PT90000S"),
            ("default(d / 0, 3)", "3"),
        ],
    );
}
