//! Cuts text into tokens, roughly as the language does, and mutates them one by one.

use crate::random::Random;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Space,
    Comment,
    Word,
    Text,
    Number,
    Mark,
}

pub type Token = (Kind, String);

/// Every byte of the text is in one token, so that joining them gives it back.
pub fn cut(text: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let run = |test: fn(char) -> bool| rest.find(|it| !test(it)).unwrap_or(rest.len());
        let (kind, length) = match first {
            _ if first.is_whitespace() => (Kind::Space, run(char::is_whitespace)),
            '#' => (Kind::Comment, run(|it| it != '\n')),
            '"' | '\'' | '`' => (Kind::Text, quoted(rest, first)),
            '0'..='9' => (
                Kind::Number,
                run(|it| it.is_ascii_alphanumeric() || "_.:-+%".contains(it)),
            ),
            _ if first == '_' || first.is_alphabetic() => {
                (Kind::Word, run(|it| it == '_' || it.is_alphanumeric()))
            }
            _ => {
                let two = ["<=", ">=", "!=", "<>", "==", "{{", "}}", "{%", "%}", "&&", "||"];
                let length = if two.iter().any(|it| rest.starts_with(it)) {
                    2
                } else {
                    first.len_utf8()
                };
                (Kind::Mark, length)
            }
        };
        let (token, after) = rest.split_at(length);
        tokens.push((kind, token.to_owned()));
        rest = after;
    }
    tokens
}

fn quoted(rest: &str, quote: char) -> usize {
    let mut escaped = false;
    for (offset, letter) in rest.char_indices().skip(1) {
        match letter {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            _ if letter == quote => return offset + letter.len_utf8(),
            _ => {}
        }
    }
    rest.len()
}

pub fn join(tokens: &[Token]) -> String {
    tokens.iter().map(|(_, text)| text.as_str()).collect()
}

/// Words and marks that may mostly take each other's place.
const CLASSES: &[&[&str]] = &[
    &["=", "!=", "<", "<=", ">", ">=", "==", "<>"],
    &["+", "-", "*", "/"],
    &["and", "or"],
    &["any", "no"],
    &["known", "unknown", "empty", "filled"],
    &["contains", "starts with", "ends with"],
    &[
        "count", "sum", "avg", "min", "max", "first", "last", "distinct", "mode",
    ],
    &["before", "after", "since"],
    &[
        "seconds", "minutes", "hours", "days", "weeks", "months", "years", "second", "day", "week",
    ],
    &["lower", "upper", "trim", "domain", "string", "length"],
    &[
        "abs", "round", "floor", "ceil", "int", "float", "decimal", "default",
    ],
    &[
        "year",
        "month",
        "day",
        "weekday",
        "hour",
        "date",
        "years_since",
        "days_since",
    ],
    &[
        "bool", "int", "float", "decimal", "string", "date", "datetime", "geo", "url", "duration",
    ],
    &["personal", "sensitive", "filled", "key"],
    &["true", "false", "now", "today"],
    &[
        "id",
        "first_name",
        "email",
        "country",
        "device",
        "kind",
        "path",
        "category",
        "name",
    ],
    &[
        "orders", "balance", "score", "amount", "quantity", "price", "spent", "nps",
    ],
    &["birth_date", "signed_up_at", "at", "now", "today"],
    &["purchases", "page_views", "cart", "favorites"],
    &[
        "if",
        "elsif",
        "unless",
        "else",
        "endif",
        "endunless",
        "for",
        "endfor",
        "skip",
        "comment",
        "endcomment",
    ],
    &[
        "upcase",
        "downcase",
        "capitalize",
        "truncate",
        "date",
        "money",
        "escape",
        "raw",
        "join",
        "size",
        "url_encode",
        "default",
    ],
    &["{{", "{%", "{{-", "{%-"],
    &["}}", "%}", "-}}", "-%}"],
];

const NUMBERS: &[&str] = &[
    "0",
    "1",
    "2",
    "3",
    "7",
    "10",
    "100",
    "365",
    "1_000",
    "9223372036854775807",
    "9223372036854775808",
    "0.5",
    "19.99",
    "0.0001",
    "0.00001",
    "922337203685477.5807",
    "922337203685477.5808",
    "2026-01-31",
    "2024-02-29",
    "2026-02-30",
    "0001-01-01",
    "9999-12-31",
    "2026-01-31T09:00:00Z",
    "2026-03-29T02:30:00",
    "2026-01-31T09:00:00.123456+05:30",
    "10%",
    "12.5%",
    "4294967296",
    "1e5",
    "1.",
];

const TEXTS: &[&str] = &[
    "\"\"",
    "\"ES\"",
    "'FR'",
    "\"mobile\"",
    "\"female\"",
    "\"a\\\"b\"",
    "\"\\u{1F600}\"",
    "\"\\u{0}\"",
    "\"\\q\"",
    "\" \"",
    "\"é\"",
    "`First Name`",
    "`id`",
    "\"%d %B %Y\"",
    "\"EUR\"",
    "\"<b>\"",
    "\"javascript:alert(1)\"",
];

/// Puts another token of the same class in the place of one, which mostly keeps the grammar.
pub fn replace(tokens: &mut [Token], random: &mut Random) {
    let places: Vec<usize> = (0..tokens.len())
        .filter(|&at| !matches!(tokens[at].0, Kind::Space | Kind::Comment))
        .collect();
    if places.is_empty() {
        return;
    }
    for _ in 0..10 {
        let at = *random.pick(&places);
        let (kind, text) = &tokens[at];
        let new = match kind {
            Kind::Number => (*random.pick(NUMBERS)).to_owned(),
            Kind::Text => (*random.pick(TEXTS)).to_owned(),
            _ => {
                let classes: Vec<_> = CLASSES
                    .iter()
                    .filter(|class| class.contains(&text.as_str()))
                    .collect();
                if classes.is_empty() {
                    continue;
                }
                let class = *random.pick(&classes);
                (*random.pick(class)).to_owned()
            }
        };
        tokens[at].1 = new;
        return;
    }
}

/// Breaks the grammar on purpose: drops, doubles, moves or nests tokens.
pub fn damage(tokens: &mut Vec<Token>, random: &mut Random) {
    if tokens.is_empty() {
        return;
    }
    let at = random.below(tokens.len());
    match random.below(6) {
        0 => {
            tokens.remove(at);
        }
        1 => tokens.insert(at, tokens[at].clone()),
        2 => {
            let other = random.below(tokens.len());
            tokens.swap(at, other);
        }
        3 => {
            let class = *random.pick(CLASSES);
            tokens.insert(at, (Kind::Word, format!(" {} ", random.pick(class))));
        }
        4 => {
            let depth = 1 + random.below(120);
            let (open, close) = *random.pick(&[
                ("(", ")"),
                ("[", "]"),
                ("{", "}"),
                ("not ", ""),
                ("-", ""),
                ("(", ""),
            ]);
            tokens.insert(at, (Kind::Mark, close.repeat(depth)));
            tokens.insert(at, (Kind::Mark, open.repeat(depth)));
        }
        _ => {
            let letters = [
                "\u{feff}",
                "\0",
                "\r",
                "\u{2028}",
                "é",
                "\u{1F600}",
                "\"",
                "`",
                "\\",
                "#",
                "\u{202e}",
            ];
            tokens.insert(at, (Kind::Mark, (*random.pick(&letters)).to_owned()));
        }
    }
}
