//! Where a placeholder stands in a JSON text, such as the payload of a push message.
//!
//! [`Json`] goes over the literal text byte by byte, as RFC 8259 says. What may follow is kept as a set, so that branches
//! join where the rest of the text is right after both, and the result is valid whichever branch is taken.

use super::{Escape, Unsafe};

/// Everything that the text so far decides about what follows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Json {
    /// The objects and arrays that are open, the innermost last.
    open: Vec<Container>,
    state: State,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Container {
    Object,
    Array,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Between the items of what is open.
    Between(May),
    /// After the name of a member.
    Colon,
    /// After the colon.
    Value,
    Text(Text, Step),
    Number(Number),
    /// In `true`, `false` or `null`: what is still to come.
    Word(&'static str),
    /// Something was wrong; nothing more is said.
    Lost,
}

/// What may come between items.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct May {
    item: bool,
    comma: bool,
    close: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Text {
    Name,
    Value,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Plain,
    Backslash,
    /// Hexadecimal digits to come.
    Unicode(u8),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Number {
    Minus,
    Zero,
    Digits,
    Point,
    Fraction,
    Exponent,
    Sign,
    Power,
}

impl Number {
    fn may_end(self) -> bool {
        matches!(self, Self::Zero | Self::Digits | Self::Fraction | Self::Power)
    }

    fn next(self, byte: u8) -> Option<Self> {
        match (self, byte) {
            (Self::Minus, b'0') => Some(Self::Zero),
            (Self::Minus, b'1'..=b'9') | (Self::Digits, b'0'..=b'9') => Some(Self::Digits),
            (Self::Zero | Self::Digits, b'.') => Some(Self::Point),
            (Self::Point | Self::Fraction, b'0'..=b'9') => Some(Self::Fraction),
            (Self::Zero | Self::Digits | Self::Fraction, b'e' | b'E') => Some(Self::Exponent),
            (Self::Exponent, b'+' | b'-') => Some(Self::Sign),
            (Self::Exponent | Self::Sign | Self::Power, b'0'..=b'9') => Some(Self::Power),
            _ => None,
        }
    }
}

const BEGIN: May = May {
    item: true,
    comma: false,
    close: true,
};
const AFTER_ITEM: May = May {
    item: false,
    comma: true,
    close: true,
};
const AFTER_COMMA: May = May {
    item: true,
    comma: false,
    close: false,
};

impl Json {
    /// Objects and arrays inside each other, beyond which a text is refused.
    const DEEPEST: usize = 128;

    /// The start of a text.
    pub(crate) fn new() -> Self {
        Self {
            open: Vec::new(),
            state: State::Between(AFTER_COMMA),
        }
    }

    /// Goes over literal text; on error gives the position of the first byte that does not fit, and what does.
    pub(crate) fn advance(&mut self, literal: &str) -> Result<(), (usize, String)> {
        for (position, byte) in literal.bytes().enumerate() {
            let before = self.state;
            if self.step(byte).is_none() {
                self.state = before;
                let expected = self.expected();
                self.state = State::Lost;
                return Err((position, expected));
            }
        }
        Ok(())
    }

    /// How to write a value here.
    pub(crate) fn escape(&self) -> Result<Escape, Unsafe> {
        match self.state {
            State::Text(Text::Value, Step::Plain) | State::Lost => Ok(Escape::JsonText),
            State::Value => Ok(Escape::JsonValue),
            State::Between(may) if may.item && self.open.last() != Some(&Container::Object) => {
                Ok(Escape::JsonValue)
            }
            State::Text(Text::Name, _) => Err(Unsafe::JsonName),
            State::Between(may) if may.item => Err(Unsafe::JsonName),
            _ => Err(Unsafe::JsonPlace),
        }
    }

    /// Goes over a value written as [`Json::escape`] says.
    pub(crate) fn pass_value(&mut self) {
        match self.state {
            State::Text(_, Step::Plain) | State::Lost => {}
            State::Between(_) if self.open.last() == Some(&Container::Object) => self.state = State::Colon,
            State::Value | State::Between(_) => self.end_item(),
            _ => self.state = State::Lost,
        }
    }

    /// The place after two branches, when what follows is right after both.
    pub(crate) fn join(&self, other: &Self) -> Option<Self> {
        if self.state == State::Lost || other.state == State::Lost {
            return Some(Self {
                state: State::Lost,
                ..self.clone()
            });
        }
        if self == other {
            return Some(self.clone());
        }
        // A number may go on, but need not.
        let (one, two) = (self.settled(), other.settled());
        let (State::Between(a), State::Between(b)) = (one.state, two.state) else {
            return None;
        };
        let may = May {
            item: a.item && b.item,
            comma: a.comma && b.comma,
            close: a.close && b.close,
        };
        let goes_on = may.item || may.comma || may.close;
        (one.open == two.open && goes_on).then_some(Self {
            open: one.open,
            state: State::Between(may),
        })
    }

    /// Where each round of a loop that begins here begins: an item must follow, when one may.
    pub(crate) fn round(&self) -> Self {
        let settled = self.settled();
        match settled.state {
            State::Between(may) if may.item => Self {
                state: State::Between(AFTER_COMMA),
                ..settled
            },
            _ => settled,
        }
    }

    /// Takes an item for ended, when a round of a loop went wrong, so that the rest is looked at.
    pub(crate) fn end_round(&mut self, begin: &Self) {
        self.open.clone_from(&begin.open);
        self.end_item();
    }

    /// After an error that was told, nothing more is said.
    pub(super) fn lose(&mut self) {
        self.state = State::Lost;
    }

    /// Whether an item has just ended.
    fn is_after_item(&self) -> bool {
        self.settled().state == State::Between(AFTER_ITEM)
    }

    /// Whether the text may end here.
    pub(crate) fn is_whole(&self) -> bool {
        self.state == State::Lost || self.open.is_empty() && self.is_after_item()
    }

    /// Where the text so far has led to, for a diagnostic.
    pub(crate) fn describe(&self) -> String {
        let inside = match self.open.last() {
            None => "",
            Some(Container::Object) => " of an object",
            Some(Container::Array) => " of an array",
        };
        match self.state {
            State::Text(_, Step::Backslash | Step::Unicode(_)) => "after a backslash".to_owned(),
            State::Text(Text::Name, _) => format!("in a name{inside}"),
            State::Text(Text::Value, _) => "in a text".to_owned(),
            State::Number(number) if !number.may_end() => "in a number".to_owned(),
            State::Word(_) => "in a word".to_owned(),
            State::Colon => format!("after a name{inside}"),
            State::Value => "after the colon".to_owned(),
            State::Between(AFTER_COMMA) if self.open.is_empty() => "before the value".to_owned(),
            State::Between(AFTER_COMMA) => format!("after a comma{inside}"),
            State::Between(BEGIN) => format!("at the beginning{inside}"),
            _ if self.open.is_empty() => "after the whole value".to_owned(),
            State::Between(AFTER_ITEM) | State::Number(_) => format!("after an item{inside}"),
            _ => format!("where only the end{inside} fits"),
        }
    }

    fn step(&mut self, byte: u8) -> Option<()> {
        let is_blank = matches!(byte, b' ' | b'\t' | b'\n' | b'\r');
        match self.state {
            State::Lost => {}
            State::Text(text, step) => return self.step_in_text(text, step, byte),
            State::Number(number) => {
                if let Some(next) = number.next(byte) {
                    self.state = State::Number(next);
                } else if number.may_end() {
                    self.end_item();
                    return self.step(byte);
                } else {
                    return None;
                }
            }
            State::Word(rest) => {
                let rest = rest.strip_prefix(char::from(byte))?;
                self.state = State::Word(rest);
                if rest.is_empty() {
                    self.end_item();
                }
            }
            State::Colon | State::Value | State::Between(_) if is_blank => {}
            State::Colon => {
                if byte != b':' {
                    return None;
                }
                self.state = State::Value;
            }
            State::Value => self.begin(byte)?,
            State::Between(may) => match byte {
                b',' if may.comma && !self.open.is_empty() => self.state = State::Between(AFTER_COMMA),
                b'}' | b']' => {
                    let closes = if byte == b'}' {
                        Container::Object
                    } else {
                        Container::Array
                    };
                    if !may.close || self.open.last() != Some(&closes) {
                        return None;
                    }
                    self.open.pop();
                    self.end_item();
                }
                b'"' if may.item && self.open.last() == Some(&Container::Object) => {
                    self.state = State::Text(Text::Name, Step::Plain);
                }
                _ if may.item && self.open.last() != Some(&Container::Object) => self.begin(byte)?,
                _ => return None,
            },
        }
        Some(())
    }

    fn step_in_text(&mut self, text: Text, step: Step, byte: u8) -> Option<()> {
        let next = match (step, byte) {
            (Step::Plain, b'"') => {
                if text == Text::Name {
                    self.state = State::Colon;
                } else {
                    self.end_item();
                }
                return Some(());
            }
            (Step::Plain, b'\\') => Step::Backslash,
            (Step::Plain, 0..0x20) => return None,
            (Step::Plain, _) | (Step::Backslash, b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => {
                Step::Plain
            }
            (Step::Backslash, b'u') => Step::Unicode(4),
            (Step::Unicode(left), _) if byte.is_ascii_hexdigit() => match left {
                1 => Step::Plain,
                left => Step::Unicode(left - 1),
            },
            _ => return None,
        };
        self.state = State::Text(text, next);
        Some(())
    }

    fn begin(&mut self, byte: u8) -> Option<()> {
        self.state = match byte {
            b'"' => State::Text(Text::Value, Step::Plain),
            b'{' | b'[' if self.open.len() < Self::DEEPEST => {
                self.open.push(if byte == b'{' {
                    Container::Object
                } else {
                    Container::Array
                });
                State::Between(BEGIN)
            }
            b't' => State::Word("rue"),
            b'f' => State::Word("alse"),
            b'n' => State::Word("ull"),
            b'-' => State::Number(Number::Minus),
            b'0' => State::Number(Number::Zero),
            b'1'..=b'9' => State::Number(Number::Digits),
            _ => return None,
        };
        Some(())
    }

    fn end_item(&mut self) {
        self.state = State::Between(AFTER_ITEM);
    }

    /// With a number that may end ended.
    pub(super) fn settled(&self) -> Self {
        let mut settled = self.clone();
        if matches!(self.state, State::Number(number) if number.may_end()) {
            settled.end_item();
        }
        settled
    }

    /// What may stand where a byte did not fit.
    fn expected(&self) -> String {
        let is_object = self.open.last() == Some(&Container::Object);
        match self.settled().state {
            State::Colon => "expected `:` after the name".to_owned(),
            State::Text(_, Step::Plain) => {
                "a line break or control character must be written with a backslash, as `\\n`".to_owned()
            }
            State::Text(..) => {
                "after a backslash stand only `\" \\ / b f n r t` and `u` with four digits".to_owned()
            }
            State::Number(_) => "expected a digit".to_owned(),
            State::Word(_) => "expected `true`, `false` or `null`; texts stand in double quotes".to_owned(),
            State::Between(may) if self.open.is_empty() && !may.item => {
                "expected the end: the value is whole".to_owned()
            }
            State::Between(may) => {
                let mut fits = Vec::new();
                if may.item {
                    fits.push(if is_object {
                        "a name in double quotes"
                    } else {
                        "a value"
                    });
                }
                if may.comma {
                    fits.push("`,`");
                }
                if may.close {
                    fits.push(if is_object { "`}`" } else { "`]`" });
                }
                format!("expected {}", fits.join(" or "))
            }
            State::Value | State::Lost => "expected a value".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at_end_of(text: &str) -> Json {
        let mut json = Json::new();
        json.advance(text)
            .unwrap_or_else(|(at, expected)| panic!("{text} at {at}: {expected}"));
        json
    }

    #[test]
    fn each_place_has_its_escaping() {
        use Escape::{JsonText, JsonValue};
        for (text, expected) in [
            ("", Ok(JsonValue)),
            (" {\"a\": ", Ok(JsonValue)),
            ("{\"a\": \"x ", Ok(JsonText)),
            ("{\"a\": \"\\\\", Ok(JsonText)),
            ("[", Ok(JsonValue)),
            ("[1, ", Ok(JsonValue)),
            ("{", Err(Unsafe::JsonName)),
            ("{\"a\": 1, ", Err(Unsafe::JsonName)),
            ("{\"a", Err(Unsafe::JsonName)),
            ("{\"a\"", Err(Unsafe::JsonPlace)),
            ("{\"a\": 1", Err(Unsafe::JsonPlace)),
            ("{\"a\": 1 ", Err(Unsafe::JsonPlace)),
            ("[\"\\", Err(Unsafe::JsonPlace)),
            ("[\"\\u00", Err(Unsafe::JsonPlace)),
            ("[tr", Err(Unsafe::JsonPlace)),
            ("[] ", Err(Unsafe::JsonPlace)),
        ] {
            assert_eq!(at_end_of(text).escape(), expected, "{text}");
        }
    }

    #[test]
    fn what_does_not_fit_is_told_with_what_does() {
        for (text, at, expected) in [
            ("{a", 1, "expected a name in double quotes or `}`"),
            ("{\"a\" 1", 5, "expected `:` after the name"),
            ("{\"a\": 1,}", 8, "expected a name in double quotes"),
            ("[1 2", 3, "expected `,` or `]`"),
            ("[1,]", 3, "expected a value"),
            (
                "[nul1",
                4,
                "expected `true`, `false` or `null`; texts stand in double quotes",
            ),
            ("[01", 2, "expected `,` or `]`"),
            ("[-a", 2, "expected a digit"),
            ("[1}", 2, "expected `,` or `]`"),
            ("1,", 1, "expected the end: the value is whole"),
            (
                "[\"a\nb",
                3,
                "a line break or control character must be written with a backslash, as `\\n`",
            ),
            (
                "[\"\\x",
                3,
                "after a backslash stand only `\" \\ / b f n r t` and `u` with four digits",
            ),
        ] {
            assert_eq!(
                Json::new().advance(text),
                Err((at, expected.to_owned())),
                "{text}"
            );
        }
        assert!(Json::new().advance(&"[".repeat(128)).is_ok());
        assert!(Json::new().advance(&"[".repeat(129)).is_err());
    }

    #[test]
    fn branches_join_where_the_rest_is_right_after_both() {
        let joined = |one: &str, two: &str, rest: &str| {
            at_end_of(one)
                .join(&at_end_of(two))
                .is_some_and(|mut json| json.advance(rest).is_ok() && json.is_whole())
        };
        assert!(joined("{", "{\"a\": 1,", "\"b\": 2}"));
        assert!(joined("{\"a\": 1", "{\"a\": \"x\"", ", \"b\": 2}"));
        assert!(joined("[1", "[1, 2.5e3", "]"));
        assert!(joined("[", "[1", "]"));
        assert!(!joined("[", "[1", ", 2]"));
        assert!(!joined("[", "[1,", "]"));
        assert!(!joined("[1", "[\"a", "]"));
        assert!(!joined("[1", "{\"a\": 1", "]"));
        assert!(joined("[1", "[12", "3]"));
        assert!(!joined("[1", "[\"a\"", "3]"));
    }

    /// Texts that are nearly JSON.
    fn text() -> impl Strategy<Value = String> {
        let piece = prop::sample::select(vec![
            "{", "}", "[", "]", ",", ":", "\"", "\\", "\"a\"", "\"b\":", "1", "0", "-", "2.5", "e", "+", ".",
            "true", "false", "null", "nul", " ", "\n", "é", "\\n", "\\u00e9", "\\u12", "{\"a\": ", "[1, ",
            "]}", "}]",
        ]);
        prop::collection::vec(piece, 0..16).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 4_000, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn what_is_whole_is_what_serde_reads(text in text()) {
            let mut json = Json::new();
            let whole = json.advance(&text).is_ok() && json.is_whole();
            let reads = serde_json::from_str::<serde_json::Value>(&text).is_ok();
            // A number too large for a float and half of a surrogate pair are not errors of form.
            if whole != reads {
                prop_assert!(whole && (text.contains('e') || text.contains("\\u")), "{text}: {json:?}");
            }
        }
    }
}
