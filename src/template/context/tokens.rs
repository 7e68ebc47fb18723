//! The states of the HTML standard's tokenizer (section 13.2.5), one byte at a time.
//!
//! Entities need no state: what they stand for is never a tag. Declarations are one state, because `>` ends them
//! everywhere, even inside quotes.

use super::{AttributeKind, Context, Css, Mode, SchemeFromValue, Url};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    /// Text, read as the context's mode says.
    Text,
    TagOpen,
    EndTagOpen,
    TagName,
    BeforeAttributeName,
    AttributeName,
    AfterAttributeName,
    BeforeValue,
    Value(Quote),
    AfterValue,
    SelfClosing,
    /// Branches ended in different places between the attributes of a tag; a blank, `/` or `>` must follow.
    WithinTag,
    BogusComment,
    /// After `<!`; whether one `-` has followed.
    Declaration(bool),
    Doctype,
    CommentStart,
    CommentStartDash,
    Comment,
    CommentLess,
    CommentLessBang,
    CommentLessBangDash,
    CommentLessBangDashDash,
    CommentEndDash,
    CommentEnd,
    CommentEndBang,
    /// In text with one end tag: after `<`, after `</`, in the name of an end tag.
    RawLess,
    RawEndOpen,
    RawEndName,
    ScriptEscapeStart,
    ScriptEscapeStartDash,
    ScriptEscaped,
    ScriptEscapedDash,
    ScriptEscapedDashDash,
    ScriptEscapedLess,
    ScriptEscapedEndOpen,
    ScriptEscapedEndName,
    ScriptDoubleEscapeStart,
    ScriptDoubleEscaped,
    ScriptDoubleEscapedDash,
    ScriptDoubleEscapedDashDash,
    ScriptDoubleEscapedLess,
    ScriptDoubleEscapeEnd,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Quote {
    Double,
    Single,
    None,
}

impl State {
    pub(super) fn is_comment(self) -> bool {
        matches!(
            self,
            Self::CommentStart
                | Self::CommentStartDash
                | Self::Comment
                | Self::CommentLess
                | Self::CommentLessBang
                | Self::CommentLessBangDash
                | Self::CommentLessBangDashDash
                | Self::CommentEndDash
                | Self::CommentEnd
                | Self::CommentEndBang
        )
    }
}

const BLANKS: [u8; 5] = [b'\t', b'\n', 0x0c, b'\r', b' '];

impl Context {
    /// Goes over one byte.
    pub(super) fn step(&mut self, byte: u8) -> Result<(), SchemeFromValue> {
        if let State::Value(quote) = self.state {
            return self.step_in_value(quote, byte);
        }
        if self.is_sheet() {
            self.css.push(byte, true);
        }
        self.state = match self.state {
            State::Text => self.step_in_text(byte),
            state if state.is_comment() => self.step_in_comment(byte),
            State::TagOpen
            | State::EndTagOpen
            | State::TagName
            | State::BeforeAttributeName
            | State::AttributeName
            | State::AfterAttributeName
            | State::BeforeValue
            | State::AfterValue
            | State::SelfClosing
            | State::WithinTag => self.step_in_tag(byte),
            State::BogusComment | State::Doctype if byte == b'>' => State::Text,
            State::Declaration(dash) => match byte {
                b'-' if dash => {
                    self.candidate.clear();
                    State::CommentStart
                }
                b'-' => State::Declaration(true),
                b'>' => State::Text,
                b'd' | b'D' if !dash => State::Doctype,
                _ => State::BogusComment,
            },
            State::RawLess | State::RawEndOpen | State::RawEndName => self.step_in_raw_end(byte),
            state if self.mode == Mode::Script => self.step_in_script(state, byte),
            state => state,
        };
        Ok(())
    }

    fn step_in_text(&mut self, byte: u8) -> State {
        match (byte, self.mode) {
            (b'<', Mode::Data) => State::TagOpen,
            (b'<', Mode::RcData | Mode::RawText | Mode::Script) => State::RawLess,
            _ => State::Text,
        }
    }

    fn step_in_tag(&mut self, byte: u8) -> State {
        match self.state {
            State::TagOpen => match byte {
                b'!' => State::Declaration(false),
                b'/' => State::EndTagOpen,
                b'?' => State::BogusComment,
                _ if byte.is_ascii_alphabetic() => self.open_tag(byte, false),
                _ => self.step_in_text(byte),
            },
            State::EndTagOpen => match byte {
                b'>' => State::Text,
                _ if byte.is_ascii_alphabetic() => self.open_tag(byte, true),
                _ => State::BogusComment,
            },
            State::TagName => match byte {
                b'/' => State::SelfClosing,
                b'>' => self.close_tag(),
                _ if BLANKS.contains(&byte) => State::BeforeAttributeName,
                _ => {
                    self.element.push(byte);
                    State::TagName
                }
            },
            State::BeforeAttributeName | State::SelfClosing | State::AfterValue | State::WithinTag => {
                match byte {
                    b'>' => self.close_tag(),
                    b'/' => State::SelfClosing,
                    _ if BLANKS.contains(&byte) => State::BeforeAttributeName,
                    _ => self.open_attribute(byte),
                }
            }
            State::AttributeName | State::AfterAttributeName => match byte {
                b'>' => self.close_tag(),
                b'/' => State::SelfClosing,
                b'=' => State::BeforeValue,
                _ if BLANKS.contains(&byte) => State::AfterAttributeName,
                _ if self.state == State::AfterAttributeName => self.open_attribute(byte),
                _ => {
                    self.attribute.push(byte);
                    State::AttributeName
                }
            },
            State::BeforeValue => match byte {
                b'"' => State::Value(Quote::Double),
                b'\'' => State::Value(Quote::Single),
                b'>' => self.close_tag(),
                _ if BLANKS.contains(&byte) => State::BeforeValue,
                _ => State::Value(Quote::None),
            },
            state => state,
        }
    }

    fn step_in_value(&mut self, quote: Quote, byte: u8) -> Result<(), SchemeFromValue> {
        self.state = match (quote, byte) {
            (Quote::Double, b'"') | (Quote::Single, b'\'') => self.close_attribute(State::AfterValue),
            (Quote::None, b'>') => self.close_tag(),
            (Quote::None, _) if BLANKS.contains(&byte) => self.close_attribute(State::BeforeAttributeName),
            _ => {
                let kind = AttributeKind::of(self.element.as_str(), self.attribute.as_str());
                return match kind {
                    AttributeKind::Url | AttributeKind::Code => self.url.push(byte),
                    AttributeKind::Style => {
                        self.css.push(byte, false);
                        Ok(())
                    }
                    _ => Ok(()),
                };
            }
        };
        Ok(())
    }

    fn open_tag(&mut self, byte: u8, closing: bool) -> State {
        self.closing = closing;
        self.element.clear();
        self.element.push(byte);
        State::TagName
    }

    fn close_tag(&mut self) -> State {
        self.close_attribute(State::Text);
        self.candidate.clear();
        self.mode = if self.closing {
            Mode::Data
        } else {
            Mode::after(self.element.as_str())
        };
        self.closing = false;
        if self.mode == Mode::Data {
            self.element.clear();
        }
        State::Text
    }

    fn open_attribute(&mut self, byte: u8) -> State {
        self.close_attribute(State::AttributeName);
        self.attribute.push(byte);
        State::AttributeName
    }

    fn close_attribute(&mut self, next: State) -> State {
        self.attribute.clear();
        self.url = Url::default();
        self.css = Css::default();
        next
    }

    #[expect(
        clippy::match_same_arms,
        reason = "the rows stand in the order of the standard"
    )]
    fn step_in_comment(&mut self, byte: u8) -> State {
        if matches!(self.state, State::CommentStart | State::Comment) && self.candidate.as_str().len() < 3 {
            self.candidate.push(byte);
            self.conditional = self.candidate.as_str() == "[if";
        }
        let next = match (self.state, byte) {
            (State::CommentStart, b'-') => State::CommentStartDash,
            (
                State::CommentStart
                | State::CommentStartDash
                | State::CommentEnd
                | State::CommentEndBang
                | State::CommentLessBangDashDash,
                b'>',
            ) => State::Text,
            (State::CommentStartDash | State::CommentEndDash | State::CommentLessBangDash, b'-') => {
                if self.state == State::CommentLessBangDash {
                    State::CommentLessBangDashDash
                } else {
                    State::CommentEnd
                }
            }
            (State::CommentEnd | State::CommentLessBangDashDash, b'!') => State::CommentEndBang,
            (State::CommentEnd | State::CommentLessBangDashDash, b'-') => State::CommentEnd,
            (State::CommentEndBang, b'-') => State::CommentEndDash,
            (State::CommentLess, b'!') => State::CommentLessBang,
            (State::CommentLess, b'<') => State::CommentLess,
            (State::CommentLessBang, b'-') => State::CommentLessBangDash,
            (_, b'<') => State::CommentLess,
            (_, b'-') => State::CommentEndDash,
            _ => State::Comment,
        };
        if next == State::Text {
            self.candidate.clear();
            self.conditional = false;
        }
        next
    }

    /// Text in which only the end tag of its own element counts.
    fn step_in_raw_end(&mut self, byte: u8) -> State {
        match self.state {
            State::RawLess => match byte {
                b'/' => {
                    self.candidate.clear();
                    State::RawEndOpen
                }
                b'!' if self.mode == Mode::Script => State::ScriptEscapeStart,
                _ => self.step_in_text(byte),
            },
            _ => match self.step_in_end_name(byte, State::RawEndName) {
                Some(state) => state,
                None => self.step_in_text(byte),
            },
        }
    }

    /// The name of an end tag; `None` when it is not one that ends the element.
    fn step_in_end_name(&mut self, byte: u8, naming: State) -> Option<State> {
        if byte.is_ascii_alphabetic() {
            self.candidate.push(byte);
            return Some(naming);
        }
        if self.candidate.as_str().is_empty() || self.candidate != self.element {
            return None;
        }
        let next = match byte {
            b'>' => {
                self.closing = true;
                return Some(self.close_tag());
            }
            b'/' => State::SelfClosing,
            _ if BLANKS.contains(&byte) => State::BeforeAttributeName,
            _ => return None,
        };
        self.closing = true;
        self.candidate.clear();
        self.mode = Mode::Data;
        Some(next)
    }

    /// The text of a script after `<!--`, where `</script>` may be only text.
    #[expect(
        clippy::match_same_arms,
        reason = "the rows stand in the order of the standard"
    )]
    fn step_in_script(&mut self, state: State, byte: u8) -> State {
        match (state, byte) {
            (State::ScriptEscapeStart, b'-') => State::ScriptEscapeStartDash,
            (State::ScriptEscapeStartDash, b'-') => State::ScriptEscapedDashDash,
            (State::ScriptEscapeStart | State::ScriptEscapeStartDash, _) => self.step_in_text(byte),
            (State::ScriptEscaped, b'-') => State::ScriptEscapedDash,
            (State::ScriptEscapedDash | State::ScriptEscapedDashDash, b'-') => State::ScriptEscapedDashDash,
            (State::ScriptEscapedDashDash | State::ScriptDoubleEscapedDashDash, b'>') => State::Text,
            (State::ScriptEscaped | State::ScriptEscapedDash | State::ScriptEscapedDashDash, b'<') => {
                State::ScriptEscapedLess
            }
            (State::ScriptEscaped | State::ScriptEscapedDash | State::ScriptEscapedDashDash, _) => {
                State::ScriptEscaped
            }
            (State::ScriptEscapedLess, b'/') => {
                self.candidate.clear();
                State::ScriptEscapedEndOpen
            }
            (State::ScriptEscapedLess, _) if byte.is_ascii_alphabetic() => {
                self.candidate.clear();
                self.candidate.push(byte);
                State::ScriptDoubleEscapeStart
            }
            (State::ScriptEscapedEndOpen | State::ScriptEscapedEndName, _) => {
                match self.step_in_end_name(byte, State::ScriptEscapedEndName) {
                    Some(next) => next,
                    None => self.step_in_script(State::ScriptEscaped, byte),
                }
            }
            (State::ScriptEscapedLess, _) => self.step_in_script(State::ScriptEscaped, byte),
            (
                State::ScriptDoubleEscapeStart | State::ScriptDoubleEscapeEnd,
                b'/' | b'>' | b'\t' | b'\n' | 0x0c | b'\r' | b' ',
            ) => {
                let starts = state == State::ScriptDoubleEscapeStart;
                if (self.candidate.as_str() == "script") == starts {
                    State::ScriptDoubleEscaped
                } else {
                    State::ScriptEscaped
                }
            }
            (State::ScriptDoubleEscapeStart | State::ScriptDoubleEscapeEnd, _)
                if byte.is_ascii_alphabetic() =>
            {
                self.candidate.push(byte);
                state
            }
            (State::ScriptDoubleEscapeStart, _) => self.step_in_script(State::ScriptEscaped, byte),
            (State::ScriptDoubleEscaped, b'-') => State::ScriptDoubleEscapedDash,
            (State::ScriptDoubleEscapedDash | State::ScriptDoubleEscapedDashDash, b'-') => {
                State::ScriptDoubleEscapedDashDash
            }
            (
                State::ScriptDoubleEscaped
                | State::ScriptDoubleEscapedDash
                | State::ScriptDoubleEscapedDashDash,
                b'<',
            ) => State::ScriptDoubleEscapedLess,
            (State::ScriptDoubleEscapedLess, b'/') => {
                self.candidate.clear();
                State::ScriptDoubleEscapeEnd
            }
            (State::ScriptDoubleEscapedLess | State::ScriptDoubleEscapeEnd, _) => {
                self.step_in_script(State::ScriptDoubleEscaped, byte)
            }
            _ => State::ScriptDoubleEscaped,
        }
    }
}
