//! How far the literal text before a placeholder has got into a style.
//!
//! Of CSS only so much is followed as tells the value of a declaration from everything else. Whatever could hide where one
//! ends (escapes, entities) makes the rest unclear, and no placeholder stands there.

/// What a style is written in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Css {
    /// Before the colon of a declaration, or in a selector: names.
    #[default]
    Name,
    /// After the colon of a declaration.
    Value,
    /// In parentheses of a value, so deep: `rgb(`, `url(`.
    Call(u8),
    /// In a text, and what it stands in.
    Text(CssQuote, CssPlace),
    /// After a `/` that may begin a comment.
    Slash(CssPlace),
    /// In a comment; whether a `*` has just come.
    Comment(bool, CssPlace),
    /// Something that this does not follow, or different parts on different branches.
    Unclear,
}

/// What a text or a comment stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CssPlace {
    Name,
    Value,
    Call(u8),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CssQuote {
    Double,
    Single,
}

impl CssQuote {
    fn byte(self) -> u8 {
        match self {
            Self::Double => b'"',
            Self::Single => b'\'',
        }
    }
}

impl From<CssPlace> for Css {
    fn from(place: CssPlace) -> Self {
        match place {
            CssPlace::Name => Self::Name,
            CssPlace::Value => Self::Value,
            CssPlace::Call(depth) => Self::Call(depth),
        }
    }
}

impl Css {
    /// Whether a number or a word may stand here.
    pub(crate) fn takes_value(self) -> bool {
        matches!(self, Self::Value)
    }

    /// Goes over one byte. `sheet` tells a style sheet, where `{` follows selectors, from the declarations of an attribute.
    pub(super) fn push(&mut self, byte: u8, sheet: bool) {
        *self = match *self {
            Self::Unclear => Self::Unclear,
            Self::Comment(star, place) => match byte {
                b'/' if star => place.into(),
                _ => Self::Comment(byte == b'*', place),
            },
            Self::Text(quote, place) => match byte {
                // A text ends with its line, whether it is closed or not.
                b'\\' | b'\n' | b'\r' | 0x0c => Self::Unclear,
                b'&' if !sheet => Self::Unclear,
                _ if byte == quote.byte() => place.into(),
                _ => Self::Text(quote, place),
            },
            Self::Slash(place) if byte == b'*' => Self::Comment(false, place),
            Self::Slash(place) => Self::from(place).after(byte, sheet),
            state => state.after(byte, sheet),
        };
    }

    fn after(self, byte: u8, sheet: bool) -> Self {
        let place = match self {
            Self::Name => CssPlace::Name,
            Self::Value => CssPlace::Value,
            Self::Call(depth) => CssPlace::Call(depth),
            state => return state,
        };
        match (byte, place) {
            (b'\\', _) | (b'{' | b'}' | b';', CssPlace::Call(_)) => Self::Unclear,
            (b'&', _) if !sheet => Self::Unclear,
            (b'/', _) => Self::Slash(place),
            (b'"', _) => Self::Text(CssQuote::Double, place),
            (b'\'', _) => Self::Text(CssQuote::Single, place),
            // `a:hover {` and `(min-width: 10px) {` have colons too, and a number or word changes no structure there either.
            (b':', CssPlace::Name) | (b')', CssPlace::Call(1)) => Self::Value,
            (b'{' | b'}' | b';', CssPlace::Name | CssPlace::Value) => Self::Name,
            (b'(', CssPlace::Value) => Self::Call(1),
            (b'(', CssPlace::Call(depth)) => depth.checked_add(1).map_or(Self::Unclear, Self::Call),
            (b')', CssPlace::Call(depth)) => Self::Call(depth - 1),
            _ => place.into(),
        }
    }
}

/// Whether a word means nothing but itself in the value of a declaration.
pub(crate) fn is_plain_word(word: &str) -> bool {
    !word.is_empty()
        && word
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'#' | b'%' | b'.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at_end_of(style: &str, sheet: bool) -> Css {
        let mut css = Css::default();
        for byte in style.bytes() {
            css.push(byte, sheet);
        }
        css
    }

    #[test]
    fn values_of_declarations_are_found() {
        for (style, takes) in [
            ("", false),
            ("color", false),
            ("color:", true),
            ("color: #", true),
            ("width: 10px; ", false),
            ("width: 10px; height: ", true),
            ("margin: 0 ", true),
            ("background: url(", false),
            ("background: url(a.png) ", true),
            ("color: rgb(1, 2", false),
            ("color: rgb(1, calc(2)", false),
            ("color: rgb(1, calc(2)) ", true),
            ("font: 'a", false),
            ("font: \"a;b\" ", true),
            ("font: \"a\\\"", false),
            ("width: /* a:b; */ ", true),
            ("/* a: ", false),
            ("width: 1 / ", true),
            ("width: \\31 ", false),
            ("width: &#49;", false),
            ("a:b:", true),
        ] {
            assert_eq!(at_end_of(style, false).takes_value(), takes, "{style}");
        }
        for (sheet, takes) in [
            ("p ", false),
            ("p { ", false),
            ("p { color: ", true),
            ("p { color: red } ", false),
            ("p { color: red; width: 1px } a { height: ", true),
            ("@media (min-width: ", true),
            ("@media screen { p { color: ", true),
            ("a & b { color: ", true),
            ("p { background: url(a;b", false),
        ] {
            assert_eq!(at_end_of(sheet, true).takes_value(), takes, "{sheet}");
        }
    }

    #[test]
    fn words_that_mean_more_than_themselves_are_refused() {
        for word in ["red", "#ff0000", "10px", "50%", "1.5", "sans-serif"] {
            assert!(is_plain_word(word), "{word}");
        }
        for word in ["", "a b", "url(x)", "a;b", "a:b", "\"", "a/*", "é", "\\31"] {
            assert!(!is_plain_word(word), "{word}");
        }
    }
}
