//! What a sentence for people must not have.

/// Requires a sentence without the names and notations of programs. What stands in quotation marks is somebody else's text.
#[track_caller]
pub(crate) fn check(sentence: &str) {
    let mut plain = String::new();
    let mut depth = 0;
    for letter in sentence.chars() {
        match letter {
            '“' => {
                depth += 1;
                plain.push('x');
            }
            '”' => depth -= 1,
            _ if depth == 0 => plain.push(letter),
            _ => {}
        }
    }
    for wrong in [
        "_",
        "\"",
        "`",
        "{",
        "}",
        "::",
        "Some",
        "None",
        "Value",
        "Text(",
        "Decimal(",
        "Ok(",
        "  ",
        "\n",
        "T00:",
        "1 purchases",
        "1 days",
        "NaN",
        " ,",
        "()",
        "( ",
        " )",
        "..",
    ] {
        assert!(!plain.contains(wrong), "`{wrong}` in: {sentence}");
    }
    assert!(!plain.trim().is_empty(), "nothing said");
}
