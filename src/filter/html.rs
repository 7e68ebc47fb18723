//! Text as part of a page.

use crate::value::text::{any_byte, eight, has_zero};

/// `& < > " '` as entities; `/` stays.
#[inline]
pub(crate) fn escape(text: &str, out: &mut String) {
    if any_byte(text.as_bytes(), is_special, has_special) {
        escape_each(text, out);
    } else {
        out.push_str(text);
    }
}

fn escape_each(text: &str, out: &mut String) {
    let bytes = text.as_bytes();
    let mut done = 0;
    while let Some(at) = next_special(bytes, done) {
        out.push_str(&text[done..at]);
        out.push_str(entity(bytes[at]));
        done = at + 1;
    }
    out.push_str(&text[done..]);
}

/// The same, but what is an entity already stays.
pub(crate) fn escape_once(text: &str, out: &mut String) {
    let bytes = text.as_bytes();
    let mut done = 0;
    let mut from = 0;
    while let Some(at) = next_special(bytes, from) {
        from = at + 1;
        if bytes[at] == b'&' && is_entity(&bytes[from..]) {
            continue;
        }
        out.push_str(&text[done..at]);
        out.push_str(entity(bytes[at]));
        done = from;
    }
    out.push_str(&text[done..]);
}

/// Leaves out scripts, styles and comments with all that is in them, and then every tag.
pub(crate) fn strip(text: &str, out: &mut String) {
    let start = out.len();
    let mut rest = text;
    'text: while let Some(at) = rest.find('<') {
        let (before, tag) = rest.split_at(at);
        for (open, close) in [("<script", "</script>"), ("<!--", "-->"), ("<style", "</style>")] {
            if let Some(inside) = tag.strip_prefix(open)
                && let Some((_, after)) = inside.split_once(close)
            {
                out.push_str(before);
                rest = after;
                continue 'text;
            }
        }
        out.push_str(before);
        out.push('<');
        rest = &tag[1..];
    }
    out.push_str(rest);
    strip_tags(out, start);
}

/// Leaves out every `<` with what follows up to the next `>`.
fn strip_tags(text: &mut String, start: usize) {
    let Some(last) = text[start..].rfind('>').map(|at| start + at) else {
        return;
    };
    let (mut at, mut inside) = (0, false);
    text.retain(|letter| {
        let here = at;
        at += letter.len_utf8();
        if here < start || here > last {
            return true;
        }
        match letter {
            '<' => inside = true,
            '>' if inside => {
                inside = false;
                return false;
            }
            _ => {}
        }
        !inside
    });
}

/// A `<br />` before every end of a line.
pub(crate) fn line_breaks(text: &str, mut push: impl FnMut(&str)) {
    let mut rest = text;
    while let Some((line, after)) = rest.split_once('\n') {
        push(line.strip_suffix('\r').unwrap_or(line));
        push("<br />\n");
        rest = after;
    }
    push(rest);
}

fn entity(byte: u8) -> &'static str {
    match byte {
        b'&' => "&amp;",
        b'<' => "&lt;",
        b'>' => "&gt;",
        b'"' => "&quot;",
        _ => "&#39;",
    }
}

/// Whether what follows a `&` makes an entity of it: letters, or `#` and digits, up to a `;`.
fn is_entity(bytes: &[u8]) -> bool {
    let (number, name) = match bytes.split_first() {
        Some((b'#', digits)) => (true, digits),
        _ => (false, bytes),
    };
    let length = name
        .iter()
        .take_while(|byte| {
            if number {
                byte.is_ascii_digit()
            } else {
                byte.is_ascii_alphabetic()
            }
        })
        .count();
    length > 0 && name.get(length) == Some(&b';')
}

/// The first of `& < > " '` from `from` on.
fn next_special(bytes: &[u8], from: usize) -> Option<usize> {
    let special = |byte: &u8| SPECIAL[usize::from(*byte)];
    bytes[from..].iter().position(special).map(|found| from + found)
}

#[inline]
#[expect(clippy::needless_bitwise_bool, reason = "`||` would become a jump")]
fn is_special(byte: u8) -> bool {
    // Of `&` and `'`, and of `<` and `>`, one bit differs.
    (byte == b'"') | (byte | 1 == b'\'') | (byte | 2 == b'>')
}

/// The same of eight bytes.
#[inline]
fn has_special(word: u64) -> bool {
    has_zero(word ^ eight(b'"'))
        | has_zero((word | eight(1)) ^ eight(b'\''))
        | has_zero((word | eight(2)) ^ eight(b'>'))
}

/// The same as a table, for one byte after the other.
static SPECIAL: [bool; 256] = {
    let mut table = [false; 256];
    let special = b"&<>\"'";
    let mut at = 0;
    while at < special.len() {
        table[special[at] as usize] = true;
        at += 1;
    }
    table
};

#[cfg(test)]
mod tests {
    use super::*;

    fn made(make: impl Fn(&str, &mut String), text: &str) -> String {
        let mut out = String::from("<kept>");
        make(text, &mut out);
        out.strip_prefix("<kept>").unwrap_or("overwritten").to_owned()
    }

    #[test]
    fn special_bytes() {
        for byte in 0..=255 {
            let is_it = SPECIAL[usize::from(byte)];
            assert_eq!(is_special(byte), is_it, "{byte}");
            for at in 0..8 {
                let mut word = [b'a'; 8];
                word[at] = byte;
                assert_eq!(has_special(u64::from_le_bytes(word)), is_it, "{byte} at {at}");
            }
        }
    }

    #[test]
    fn what_is_escaped_stays_so() {
        for (text, expected) in [
            ("1 < 2 & 3", "1 &lt; 2 &amp; 3"),
            ("1 &lt; 2 &amp; 3", "1 &lt; 2 &amp; 3"),
            (
                "&#39; &#x27; &; &a b; &amp",
                "&#39; &amp;#x27; &amp;; &amp;a b; &amp;amp",
            ),
            ("\"'", "&quot;&#39;"),
            ("", ""),
        ] {
            assert_eq!(made(escape_once, text), expected, "{text}");
        }
    }

    #[test]
    fn tags_are_left_out_with_what_is_no_text() {
        for (text, expected) in [
            (
                "Have <em>you</em> read <strong>Ulysses</strong>?",
                "Have you read Ulysses?",
            ),
            ("a<script type='x'>if (a < b) {}</script>b", "ab"),
            ("a<!-- > -->b<style>p{}</style>c", "abc"),
            ("a<script>b", "ab"),
            ("a < b", "a < b"),
            ("a < b > c", "a  c"),
            ("ñ<p\nx>é> <", "ñé> <"),
            ("<<a>>", ">"),
            ("<scr<script></script>ipt>x", "x"),
        ] {
            assert_eq!(made(strip, text), expected, "{text}");
        }
    }
}
