//! Writes text so that it stays text at its place in a page.

use std::fmt::Write;

use super::context::Escape;
use crate::{
    filter::html,
    value::{Schemes, begins_with_http, text::any_byte},
};

/// What stands in place of a URL whose scheme is not allowed.
pub(crate) const UNSAFE_URL: &str = "#";

/// Appends `text` to `out`, escaped for its place.
#[inline]
pub(crate) fn write(escape: Escape, text: &str, out: &mut String) {
    match escape {
        // Checked when compiling: a number or a word of the schema.
        Escape::None | Escape::Css => out.push_str(text),
        Escape::Html => html::escape(text, out),
        _ => write_otherwise(escape, text, out),
    }
}

fn write_otherwise(escape: Escape, text: &str, out: &mut String) {
    match escape {
        Escape::None | Escape::Css => out.push_str(text),
        Escape::Html => html::escape(text, out),
        Escape::HtmlOnce => html::escape_once(text, out),
        Escape::Comment => comment(text, out),
        Escape::UrlWhole => whole_url(text, out),
        Escape::UrlPart => percent(text, &UNRESERVED_AND_SLASH, out),
        Escape::UrlPartNoSlash => percent(text, &UNRESERVED, out),
        Escape::JsonText => json(text, out),
        Escape::JsonValue => {
            out.push('"');
            json(text, out);
            out.push('"');
        }
    }
}

/// Quotes, backslashes and control characters with a backslash before them.
fn json(text: &str, out: &mut String) {
    let mut done = 0;
    for (at, byte) in text.bytes().enumerate() {
        let short = match byte {
            b'"' => "\\\"",
            b'\\' => "\\\\",
            b'\n' => "\\n",
            b'\r' => "\\r",
            b'\t' => "\\t",
            0..0x20 => "",
            _ => continue,
        };
        out.push_str(&text[done..at]);
        if short.is_empty() {
            let _ = write!(out, "\\u{byte:04x}");
        } else {
            out.push_str(short);
        }
        done = at + 1;
    }
    out.push_str(&text[done..]);
}

fn comment(text: &str, out: &mut String) {
    for (index, part) in text.split('-').enumerate() {
        if index > 0 {
            out.push_str("&#45;");
        }
        html::escape(part, out);
    }
}

/// What a byte becomes in a URL that stands in an attribute.
type UrlBytes = [UrlByte; 256];

#[derive(Clone, Copy, PartialEq, Eq)]
enum UrlByte {
    Stays,
    /// `&` between the parts of a query stays in the URL, and is an entity in the attribute.
    Entity,
    Encoded,
}

/// Letters, digits, `- _ . ~`, and these.
const fn url_bytes(others: &[u8]) -> UrlBytes {
    let mut table = [UrlByte::Encoded; 256];
    let mut byte = 0_u8;
    while byte < 128 {
        if byte.is_ascii_alphanumeric() {
            table[byte as usize] = UrlByte::Stays;
        }
        byte += 1;
    }
    let mut at = 0;
    while at < others.len() {
        table[others[at] as usize] = if others[at] == b'&' {
            UrlByte::Entity
        } else {
            UrlByte::Stays
        };
        at += 1;
    }
    table
}

static UNRESERVED: UrlBytes = url_bytes(b"-_.~");
static UNRESERVED_AND_SLASH: UrlBytes = url_bytes(b"-_.~/");
/// What may stand in a URL as it is; `%` too, because a whole URL is encoded already.
static WHOLE: UrlBytes = url_bytes(b"-_.~/:?#[]@!$&()*+,;=%");

/// Percent-encodes the bytes that do not stay.
fn percent(text: &str, table: &UrlBytes, out: &mut String) {
    let bytes = text.as_bytes();
    let mut done = 0;
    while let Some(run) = bytes[done..]
        .iter()
        .position(|byte| table[usize::from(*byte)] != UrlByte::Stays)
    {
        let at = done + run;
        // Bytes that stay are ASCII, so both ends of the run are ends of letters or of encoded bytes.
        out.push_str(text.get(done..at).unwrap_or_default());
        let byte = bytes[at];
        if table[usize::from(byte)] == UrlByte::Entity {
            out.push_str("&amp;");
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
        done = at + 1;
    }
    out.push_str(text.get(done..).unwrap_or_default());
}

fn whole_url(url: &str, out: &mut String) {
    // No control character stays.
    if begins_with_http(url)
        && !any_byte(
            url.as_bytes(),
            |byte| !stays_in_url(byte),
            |word| word.to_le_bytes().iter().any(|byte| !stays_in_url(*byte)),
        )
    {
        out.push_str(url);
    } else if has_safe_scheme(url) {
        percent(url, &WHOLE, out);
    } else {
        out.push_str(UNSAFE_URL);
    }
}

/// The bytes that [`WHOLE`] lets stay, in a form that compilers turn into vector instructions.
#[inline]
#[expect(clippy::needless_bitwise_bool, reason = "`||` and `&&` would become jumps")]
fn stays_in_url(byte: u8) -> bool {
    let is_printed = (byte > b' ') & (byte < 0x7f);
    let is_bracket = (byte | 2 == b'>') | (byte | 2 == b'^') | (byte > b'z') & (byte != b'~');
    let is_quote = (byte == b'"') | (byte | 1 == b'\'') | (byte == b'`');
    is_printed & !is_bracket & !is_quote
}

/// Tells whether a URL is relative or has a scheme that is allowed everywhere. Browsers skip white space and control characters in front
/// and inside, so a URL with any of them inside is not trusted.
fn has_safe_scheme(url: &str) -> bool {
    let url = url.trim_matches(|letter: char| letter <= ' ');
    let bytes = url.as_bytes();
    // All of them, whatever is found: so a compiler can look at many at a time.
    let is_control = |byte: u8| byte < b' ' || byte == 0x7f;
    if bytes.iter().fold(false, |any, byte| any | is_control(*byte)) {
        return false;
    }
    let end_of_scheme = bytes
        .iter()
        .find(|byte| matches!(byte, b':' | b'/' | b'?' | b'#'));
    end_of_scheme != Some(&b':') || Schemes::allow_everywhere(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn escaped(escape: Escape, text: &str) -> String {
        let mut out = String::new();
        write(escape, text, &mut out);
        out
    }

    #[test]
    fn text_and_attributes() {
        for (text, expected) in [
            ("", ""),
            ("Ana", "Ana"),
            ("a/b", "a/b"),
            (
                "<script>alert('1')</script>",
                "&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;",
            ),
            ("\"&amp;\"", "&quot;&amp;amp;&quot;"),
            (
                "ñandú, a text longer than one block, with & at its end",
                "ñandú, a text longer than one block, with &amp; at its end",
            ),
            ("0123456789abcde&", "0123456789abcde&amp;"),
            ("0123456789abcdef<", "0123456789abcdef&lt;"),
        ] {
            assert_eq!(escaped(Escape::Html, text), expected);
        }
        assert_eq!(
            escaped(Escape::Comment, "a --> <b>"),
            "a &#45;&#45;&gt; &lt;b&gt;"
        );
        assert_eq!(escaped(Escape::None, "<b>"), "<b>");
    }

    #[test]
    fn whole_urls() {
        for (url, expected) in [
            (
                "https://shop.example/a?b=1&c=2#d",
                "https://shop.example/a?b=1&amp;c=2#d",
            ),
            ("HTTP://x", "HTTP://x"),
            ("mailto:ana@shop.example", "mailto:ana@shop.example"),
            ("tel:+34600", "tel:+34600"),
            ("/a/b", "/a/b"),
            ("a/b:c", "a/b:c"),
            ("?q=a:b", "?q=a:b"),
            ("", ""),
            (
                "https://x/a b\"'<>`é%20",
                "https://x/a%20b%22%27%3C%3E%60%C3%A9%20",
            ),
            (" https://x ", "%20https://x%20"),
            ("javascript:alert(1)", "#"),
            ("JavaScript:alert(1)", "#"),
            (" \u{1}javascript:alert(1)", "#"),
            ("java\nscript:alert(1)", "#"),
            ("java\tscript:alert(1)", "#"),
            ("data:text/html,x", "#"),
            ("vbscript:x", "#"),
            (":x", "#"),
            ("javascript&colon;alert(1)", "javascript&amp;colon;alert(1)"),
        ] {
            assert_eq!(escaped(Escape::UrlWhole, url), expected, "{url:?}");
        }
    }

    #[test]
    fn bytes_of_urls() {
        for byte in 0..=255 {
            let stays = WHOLE[usize::from(byte)] == UrlByte::Stays;
            assert_eq!(stays_in_url(byte), stays, "{byte}");
        }
    }

    #[test]
    fn parts_of_urls() {
        assert_eq!(
            escaped(Escape::UrlPart, "a b&c=d/é?'"),
            "a%20b%26c%3Dd/%C3%A9%3F%27"
        );
        assert_eq!(
            escaped(Escape::UrlPartNoSlash, "/evil.example"),
            "%2Fevil.example"
        );
    }

    #[test]
    fn texts_of_json() {
        assert_eq!(
            escaped(Escape::JsonText, "a\"b\\c\n\u{1}\u{7f}é"),
            "a\\\"b\\\\c\\n\\u0001\u{7f}é"
        );
        assert_eq!(escaped(Escape::JsonValue, ""), "\"\"");
        for text in ["", "a", "\"\\\"", "\r\n\t\0", "ñ</script>\u{2028}"] {
            let read: String = serde_json::from_str(&escaped(Escape::JsonValue, text)).expect("it is JSON");
            assert_eq!(read, text);
        }
    }
}
