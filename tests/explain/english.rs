//! What a sentence for people must not have.

/// What only programs write.
const WRONG: &[&str] = &[
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
    " 1 purchases",
    " 1 days",
    "NaN",
    " ,",
    "()",
    "( ",
    " )",
    "..",
    "because .",
    " is is",
    " not not ",
    " the the ",
    " the customer’s the ",
    "is since ",
    " in this this ",
];

/// Requires a sentence without the names and notations of programs.
#[track_caller]
pub(crate) fn check(sentence: &str) {
    if let Err(problem) = problem(sentence) {
        panic!("{problem}");
    }
}

/// What is wrong with a sentence. What stands in quotation marks is somebody else's text.
pub(crate) fn problem(sentence: &str) -> Result<(), String> {
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
    match WRONG.iter().find(|wrong| plain.contains(**wrong)) {
        Some(wrong) => Err(format!("`{wrong}` in: {sentence}")),
        None if plain.trim().is_empty() => Err("nothing said".to_owned()),
        None => Ok(()),
    }
}
