//! Literals: from what was written to what it stands for.

use std::{borrow::Cow, ops::Range};

use crate::{
    syntax::ast::{DistanceUnit, Unit},
    value::{Date, DateTime, TimeError},
};

/// Something wrong in a literal: where in it, and what to say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Flaw {
    pub(super) range: Range<usize>,
    pub(super) message: String,
    pub(super) help: Option<String>,
}

impl Flaw {
    fn new(range: Range<usize>, message: impl Into<String>) -> Self {
        Self {
            range,
            message: message.into(),
            help: None,
        }
    }

    fn help(mut self, help: &str) -> Self {
        self.help = Some(help.to_owned());
        self
    }
}

/// The text between the quotes with its escapes read; flaws keep nothing else from being read.
pub(super) fn text(literal: &str) -> (Cow<'_, str>, Vec<Flaw>) {
    let inner = &literal[1..literal.len() - 1];
    let mut flaws = Vec::new();
    if let Some(at) = inner.find(['\n', '\r']) {
        flaws.push(Flaw::new(at + 1..at + 2, "a line break inside a text").help("write `\\n`"));
    }
    if let Some(at) = inner.find('\0') {
        flaws.push(Flaw::new(at + 1..at + 2, "the character U+0000 inside a text"));
    }
    if !inner.contains('\\') {
        return (Cow::Borrowed(inner), flaws);
    }
    let mut out = String::with_capacity(inner.len());
    let mut rest = inner;
    while let Some(at) = rest.find('\\') {
        out.push_str(&rest[..at]);
        let start = inner.len() - rest.len() + at + 1;
        let escape = &rest[at + 1..];
        let len = match escape.chars().next() {
            Some(mark @ ('"' | '\'' | '\\')) => {
                out.push(mark);
                1
            }
            Some('n') => {
                out.push('\n');
                1
            }
            Some('t') => {
                out.push('\t');
                1
            }
            Some('u') => match code_point(escape) {
                Ok((c, len)) => {
                    out.push(c);
                    len
                }
                Err((message, len)) => {
                    flaws.push(Flaw::new(start..start + 1 + len, message));
                    len
                }
            },
            other => {
                let len = other.map_or(0, char::len_utf8);
                flaws.push(
                    Flaw::new(
                        start..start + 1 + len,
                        format!("unknown escape `\\{}`", &escape[..len]),
                    )
                    .help(match other {
                        Some('d' | 'D' | 'w' | 'W' | 's' | 'S' | 'b' | 'B' | 'p' | '.' | '$' | '(' | '[' | '+' | '*' | '?' | '|') => {
                            "in a text `\\\\` stands for one `\\`: a regular expression is written like `\\\\d+`"
                        }
                        _ => "escapes are `\\\"`, `\\'`, `\\\\`, `\\n`, `\\t` and `\\u{1F600}`",
                    }),
                );
                len
            }
        };
        rest = &escape[len..];
    }
    out.push_str(rest);
    (Cow::Owned(out), flaws)
}

/// Where in a literal, as written with its quotes, the byte stands that is at `offset` of the text it says.
pub(crate) fn offset_in_literal(literal: &str, offset: u32) -> u32 {
    let (mut said, mut at) = (0, 1);
    let inner = literal
        .get(1..literal.len().saturating_sub(1))
        .unwrap_or_default();
    while said < offset as usize
        && let Some(first) = inner[at - 1..].chars().next()
    {
        let rest = &inner[at - 1..];
        let (length, written) = match first {
            '\\' if rest[1..].starts_with('u') => match code_point(&rest[1..]) {
                Ok((letter, length)) => (letter.len_utf8(), 1 + length),
                Err((_, length)) => (0, 1 + length),
            },
            // Each other escape stands for one letter of one byte.
            '\\' => (1, 1 + rest[1..].chars().next().map_or(0, char::len_utf8)),
            letter => (letter.len_utf8(), letter.len_utf8()),
        };
        said += length;
        at += written;
    }
    u32::try_from(at).unwrap_or(u32::MAX)
}

/// Reads `u{1F600}`: the character and the bytes read, or what is wrong and the bytes to skip.
fn code_point(escape: &str) -> Result<(char, usize), (String, usize)> {
    let shape = || "expected one to six hexadecimal digits, as in `\\u{1F600}`".to_owned();
    let digits = escape[1..].strip_prefix('{').ok_or_else(|| (shape(), 1))?;
    let len = digits.bytes().take_while(u8::is_ascii_hexdigit).count();
    if !(1..=6).contains(&len) || !digits[len..].starts_with('}') {
        return Err((shape(), 2 + len));
    }
    let number = u32::from_str_radix(&digits[..len], 16).expect("at most six hexadecimal digits");
    match char::from_u32(number) {
        Some('\0') => Err(("the character U+0000 inside a text".to_owned(), len + 3)),
        Some(c) => Ok((c, len + 3)),
        None => Err((format!("no character has the number {number:X}"), len + 3)),
    }
}

/// The digits without `_`; `_` must stand between digits.
pub(super) fn digits(literal: &str) -> Result<Cow<'_, str>, Flaw> {
    if !literal.contains('_') {
        return Ok(Cow::Borrowed(literal));
    }
    let misplaced = literal.bytes().enumerate().find(|&(at, byte)| {
        let digit_at = |index: Option<usize>| {
            index
                .and_then(|it| literal.as_bytes().get(it))
                .is_some_and(u8::is_ascii_digit)
        };
        byte == b'_' && !(digit_at(at.checked_sub(1)) && digit_at(Some(at + 1)))
    });
    match misplaced {
        Some((at, _)) => Err(Flaw::new(at..at + 1, "`_` stands only between digits")),
        None => Ok(Cow::Owned(literal.replace('_', ""))),
    }
}

/// A whole number without sign; 2^63 is allowed, as it may follow a `-`.
pub(super) fn int(literal: &str) -> Result<u64, Flaw> {
    let number: u64 = digits(literal)?.parse().map_err(|_| too_large(literal))?;
    if number > 1 << 63 {
        return Err(too_large(literal));
    }
    Ok(number)
}

/// How many there are of something: a whole number without sign.
pub(super) fn amount(literal: &str) -> Result<u64, Flaw> {
    match int(literal)? {
        number if i64::try_from(number).is_err() => Err(too_large(literal)),
        number => Ok(number),
    }
}

fn too_large(literal: &str) -> Flaw {
    Flaw::new(0..literal.len(), "a whole number beyond the range of 64 bits")
}

/// How many seconds, days, years …: a whole number from 1.
pub(super) fn count(literal: &str) -> Result<u32, Flaw> {
    let all = 0..literal.len();
    match digits(literal)?.parse() {
        Ok(0) => Err(Flaw::new(all, "a duration of nothing").help("a duration is a whole number from 1")),
        Ok(count) => Ok(count),
        Err(_) => Err(Flaw::new(all, "a duration that is too long")),
    }
}

pub(super) fn date(literal: &str) -> Result<Date, Flaw> {
    literal
        .parse()
        .map_err(|error| time_flaw(literal, &error, "a date is written like 2026-01-31"))
}

/// Microseconds, and whether they are on the zone's own clock because no offset was written.
pub(super) fn datetime(literal: &str) -> Result<(i64, bool), Flaw> {
    DateTime::parse_literal(literal)
        .map_err(|error| time_flaw(literal, &error, "a datetime is written like 2026-01-31T09:00:00Z"))
}

fn time_flaw(literal: &str, error: &TimeError, form: &str) -> Flaw {
    let message = match error {
        TimeError::Syntax { .. } => format!("`{literal}` is not written in full"),
        TimeError::Absent => format!("`{literal}` does not exist"),
        TimeError::Range => format!("`{literal}` is outside the years 0001 to 9999"),
    };
    let flaw = Flaw::new(0..literal.len(), message);
    if matches!(error, TimeError::Syntax { .. }) {
        flaw.help(form)
    } else {
        flaw
    }
}

/// The unit of a word such as `days`, in any case.
pub(super) fn unit(word: &str) -> Option<Unit> {
    let singular = word.strip_suffix(['s', 'S']).unwrap_or(word);
    [
        ("second", Unit::Second),
        ("minute", Unit::Minute),
        ("hour", Unit::Hour),
        ("day", Unit::Day),
        ("week", Unit::Week),
        ("month", Unit::Month),
        ("quarter", Unit::Quarter),
        ("year", Unit::Year),
    ]
    .into_iter()
    .find_map(|(name, unit)| name.eq_ignore_ascii_case(singular).then_some(unit))
}

pub(super) fn distance_unit(word: &str) -> DistanceUnit {
    if word.eq_ignore_ascii_case("km") {
        DistanceUnit::Kilometre
    } else if word.eq_ignore_ascii_case("mi") {
        DistanceUnit::Mile
    } else {
        DistanceUnit::Metre
    }
}
