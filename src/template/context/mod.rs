//! Where a placeholder stands in a message, decided from the literal text before it when the template is compiled.
//!
//! [`Position`] is such a place: in plain text, in a page ([`Context`]) or in a JSON text ([`Json`]).
//!
//! [`Context`] is the tokenizer of the HTML standard reduced to what decides about escaping. It can be stopped after any
//! byte, copied, compared and joined, which a template with branches needs and a tokenizer for whole pages does not
//! offer. Tests hold it to html5gum on random pages.

mod css;
mod json;
mod names;
mod position;
mod rounds;
#[cfg(test)]
mod tests;
mod tokens;
mod url;

pub(crate) use css::{Css, is_plain_word};
use json::Json;
pub(crate) use names::{AttributeKind, Mode, Name};
pub(crate) use position::Position;
pub(crate) use rounds::{Round, Worlds};
pub(crate) use tokens::{Quote, State};
pub(crate) use url::{SchemeFromValue, Url};

use crate::record::{WAYS, Way};

/// How a value must be written to stay a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Escape {
    /// As it is.
    None,
    /// `& < > " '` as entities: text between tags and in quoted attributes.
    Html,
    /// The same, but what is an entity already stays: after `escape_once`.
    HtmlOnce,
    /// A whole URL: its scheme is looked at, and what no URL holds is percent-encoded.
    UrlWhole,
    /// A part of a URL, percent-encoded except for letters, digits and `-_.~/`.
    UrlPart,
    /// The same, `/` too, because here it would begin another host.
    UrlPartNoSlash,
    /// Text in a comment: as [`Escape::Html`], and `-` too.
    Comment,
    /// A number or a word of the schema in the value of a declaration, as it is; nothing else stands there.
    Css,
    /// Text inside the quotes of a JSON text.
    JsonText,
    /// A whole value of JSON: numbers and truth values as they are, everything else as text in quotes.
    JsonValue,
}

impl Escape {
    /// The way in which texts of catalogues are kept for such places; none where they are written as they are.
    #[inline]
    pub(crate) fn way(self) -> Option<Way> {
        const { assert!((Self::JsonValue as usize) < WAYS, "each has a number") };
        let is_changed = self != Self::None && self != Self::Css;
        is_changed.then_some(Way(self as usize))
    }
}

/// Why no value is safe at a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unsafe {
    Tag,
    AttributeName,
    Unquoted,
    Script,
    RawText,
    Style,
    Handler,
    Markup,
    UrlList,
    CodeUrl,
    Scheme,
    UnclearUrl,
    Comment,
    ConditionalComment,
    Declaration,
    JsonName,
    JsonPlace,
}

/// Everything that the text so far decides about what follows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Context {
    state: State,
    mode: Mode,
    /// The element of the tag that is open, or the one whose text is read.
    element: Name,
    /// The end tag that may be open in text where only one end tag counts; the first letters of a comment.
    candidate: Name,
    attribute: Name,
    url: Url,
    /// The tag that is open is an end tag.
    closing: bool,
    css: Css,
    /// The comment began with `[if`, so some readers take its text for a part of the page.
    conditional: bool,
    /// What those readers make of it, from the `]>` on.
    inner: Option<Box<Context>>,
    /// In a comment: the last byte was `]`, or a value stands here that may end in `-`.
    edge: Edge,
}

/// What has just been, where that matters to the next byte of a comment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Edge {
    #[default]
    None,
    Bracket,
    Value,
}

/// Why literal text cannot stand after a placeholder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Misfit {
    /// This colon makes a scheme of the value before it.
    SchemeFromValue,
    /// The end of a value and this could end the comment.
    EndOfComment,
    /// It is no JSON; what would be.
    Json(String),
}

impl Context {
    /// The start of a page.
    pub(crate) fn new() -> Self {
        Self {
            state: State::Text,
            mode: Mode::Data,
            element: Name::default(),
            candidate: Name::default(),
            attribute: Name::default(),
            url: Url::default(),
            closing: false,
            css: Css::default(),
            conditional: false,
            inner: None,
            edge: Edge::None,
        }
    }

    /// Goes over literal text; on error gives the position of the byte that does not fit the value before it.
    pub(crate) fn advance(&mut self, literal: &str) -> Result<(), (usize, Misfit)> {
        let mut first = None;
        for (position, byte) in literal.bytes().enumerate() {
            if let Err(misfit) = self.step_through(byte) {
                first.get_or_insert((position, misfit));
            }
        }
        first.map_or(Ok(()), Err)
    }

    /// Goes over one byte, also as readers of conditional comments do.
    fn step_through(&mut self, byte: u8) -> Result<(), Misfit> {
        let edge = std::mem::take(&mut self.edge);
        let inner = match &mut self.inner {
            Some(inner) => inner.step_through(byte),
            None => Ok(()),
        };
        let begins = self.conditional && self.inner.is_none() && edge == Edge::Bracket && byte == b'>';
        let outer = self.step(byte).map_err(|SchemeFromValue| Misfit::SchemeFromValue);
        if !self.conditional {
            self.inner = None;
        } else if begins {
            self.inner = Some(Box::new(Self::new()));
        } else if byte == b']' {
            self.edge = Edge::Bracket;
        }
        if edge == Edge::Value && matches!(byte, b'-' | b'!' | b'>') {
            return Err(Misfit::EndOfComment);
        }
        inner.and(outer)
    }

    /// How to write a value here.
    pub(crate) fn escape(&self) -> Result<Escape, Unsafe> {
        match self.state {
            State::Text => match self.mode {
                Mode::Data | Mode::RcData => Ok(Escape::Html),
                Mode::Script => Err(Unsafe::Script),
                Mode::RawText if self.is_sheet() => self.escape_in_style(),
                Mode::RawText | Mode::PlainText => Err(Unsafe::RawText),
            },
            State::Value(Quote::None) | State::BeforeValue => Err(Unsafe::Unquoted),
            State::Value(Quote::Double | Quote::Single) => self.escape_in_attribute(),
            State::BeforeAttributeName
            | State::AttributeName
            | State::AfterAttributeName
            | State::AfterValue
            | State::SelfClosing
            | State::WithinTag => Err(Unsafe::AttributeName),
            _ if self.conditional => match &self.inner {
                None => Err(Unsafe::ConditionalComment),
                // In text a value must not end the comment either.
                Some(inner) => inner.escape().map(|escape| match escape {
                    Escape::Html => Escape::Comment,
                    escape => escape,
                }),
            },
            State::Comment => Ok(Escape::Comment),
            state if state.is_comment() => Err(Unsafe::Comment),
            State::Declaration(_) | State::Doctype | State::BogusComment => Err(Unsafe::Declaration),
            _ if self.mode == Mode::Script => Err(Unsafe::Script),
            _ => Err(Unsafe::Tag),
        }
    }

    /// Goes over a value written as [`Context::escape`] says.
    pub(crate) fn pass_value(&mut self) {
        if let (State::Value(_), Url::Start(_)) = (self.state, &self.url) {
            self.url = Url::AfterValue;
        }
        if let Some(inner) = &mut self.inner {
            self.edge = Edge::Value;
            // The outer reader may have been in the middle of an end, which the value interrupts.
            self.state = State::Comment;
            inner.pass_value();
        }
    }

    /// The context after two branches, when what follows has one meaning after both.
    pub(crate) fn join(&self, other: &Self) -> Option<Self> {
        if self == other {
            return Some(self.clone());
        }
        let same_tag = self.element == other.element && self.closing == other.closing;
        if self.is_within_tag() && other.is_within_tag() && same_tag {
            // `<a{% if x %} class="b"{% endif %}>`: the same from the next blank, `/` or `>` on.
            let mut joined = Self {
                state: State::WithinTag,
                ..self.clone()
            };
            joined.attribute.clear();
            return Some(joined);
        }
        let mut joined = self.clone();
        if self.url != other.url {
            joined.url = Url::Unclear;
        }
        if self.css != other.css {
            joined.css = Css::Unclear;
        }
        if let (Some(inner), Some(others)) = (&self.inner, &other.inner) {
            joined.inner = Some(Box::new(inner.join(others)?));
        }
        if other.edge == Edge::Value {
            joined.edge = Edge::Value;
        }
        let same = Self {
            url: joined.url.clone(),
            css: joined.css,
            inner: joined.inner.clone(),
            edge: joined.edge,
            ..other.clone()
        };
        (same == joined).then_some(joined)
    }

    /// Whether the next byte must be a blank, `/` or `>`, because the branches before it end in different places of a tag.
    pub(crate) fn must_separate(&self) -> bool {
        self.state == State::WithinTag || self.inner.as_ref().is_some_and(|inner| inner.must_separate())
    }

    /// What the text so far has led to, for a diagnostic.
    pub(crate) fn describe(&self) -> String {
        if let Some(inner) = &self.inner {
            return format!("in a conditional comment, {}", inner.describe());
        }
        match self.state {
            State::Text if self.mode == Mode::Data => "in text".to_owned(),
            State::Text => format!("in the text of `<{}>`", self.element.as_str()),
            State::Value(quote) => {
                let kind = match quote {
                    Quote::Double => "a value in double quotes",
                    Quote::Single => "a value in single quotes",
                    Quote::None => "a value without quotes",
                };
                format!("in the attribute `{}`, {kind}", self.attribute.as_str())
            }
            State::BeforeValue => format!("in the attribute `{}`, before its value", self.attribute.as_str()),
            _ if self.is_within_tag() => format!("inside the tag `<{}`", self.element.as_str()),
            state if state.is_comment() => "in a comment".to_owned(),
            State::Declaration(_) | State::Doctype | State::BogusComment => "in a declaration".to_owned(),
            _ if self.mode == Mode::Script => "in a script".to_owned(),
            _ => "at the start of a tag".to_owned(),
        }
    }

    /// How what is open here begins, for a diagnostic.
    pub(crate) fn opened_by(&self) -> Option<String> {
        match self.state {
            State::Text if self.mode == Mode::Data => None,
            State::Text => Some(format!("<{}", self.element.as_str())),
            State::Value(Quote::Double) => Some(format!("{}=\"", self.attribute.as_str())),
            State::Value(Quote::Single) => Some(format!("{}='", self.attribute.as_str())),
            _ if self.is_within_tag() => Some(format!("<{}", self.element.as_str())),
            state if state.is_comment() => Some("<!--".to_owned()),
            _ => None,
        }
    }

    /// The name of the attribute whose value is open, for a diagnostic.
    pub(crate) fn attribute(&self) -> &str {
        match &self.inner {
            Some(inner) => inner.attribute(),
            None => self.attribute.as_str(),
        }
    }

    /// Whether nothing is open: a page may end here.
    pub(crate) fn is_between_tags(&self) -> bool {
        self.state == State::Text && matches!(self.mode, Mode::Data | Mode::PlainText)
    }

    /// Whether tags may stand here.
    pub(crate) fn is_plain_text(&self) -> bool {
        self.state == State::Text && self.mode == Mode::Data
    }

    fn escape_in_attribute(&self) -> Result<Escape, Unsafe> {
        match AttributeKind::of(self.element.as_str(), self.attribute.as_str()) {
            AttributeKind::Text => Ok(Escape::Html),
            AttributeKind::Style => self.escape_in_style(),
            AttributeKind::Handler => Err(Unsafe::Handler),
            AttributeKind::Markup => Err(Unsafe::Markup),
            AttributeKind::UrlList => Err(Unsafe::UrlList),
            kind @ (AttributeKind::Url | AttributeKind::Code) => match &self.url {
                url if url.has_other_scheme() => Err(Unsafe::Scheme),
                Url::Start(_) | Url::AfterValue | Url::Slashes if kind == AttributeKind::Code => {
                    Err(Unsafe::CodeUrl)
                }
                Url::Start(_) | Url::AfterValue => Ok(Escape::UrlWhole),
                Url::Slashes => Ok(Escape::UrlPartNoSlash),
                Url::Part => Ok(Escape::UrlPart),
                Url::Unclear | Url::Refused => Err(Unsafe::UnclearUrl),
            },
        }
    }

    fn escape_in_style(&self) -> Result<Escape, Unsafe> {
        if self.css.takes_value() {
            Ok(Escape::Css)
        } else {
            Err(Unsafe::Style)
        }
    }

    fn is_sheet(&self) -> bool {
        self.mode == Mode::RawText && self.element.as_str() == "style"
    }

    fn is_within_tag(&self) -> bool {
        matches!(
            self.state,
            State::TagName
                | State::BeforeAttributeName
                | State::AttributeName
                | State::AfterAttributeName
                | State::AfterValue
                | State::WithinTag
        )
    }
}
