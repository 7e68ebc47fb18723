//! What the functions on text do, written into a buffer that the caller reuses.

use std::{fmt::Write, sync::LazyLock};

use regex::Regex;

use super::ValueRef;

/// Appends the full lower-case mapping of `text`, without locale.
pub(crate) fn lower(text: &str, out: &mut String) {
    if text.is_ascii() {
        out.extend(text.bytes().map(|byte| char::from(byte.to_ascii_lowercase())));
        return;
    }
    for (index, letter) in text.char_indices() {
        if letter == 'Σ' {
            out.push(if is_final(text, index) { 'ς' } else { 'σ' });
        } else {
            out.extend(letter.to_lowercase());
        }
    }
}

/// Appends the full upper-case mapping of `text`, without locale.
pub(crate) fn upper(text: &str, out: &mut String) {
    if text.is_ascii() {
        out.extend(text.bytes().map(|byte| char::from(byte.to_ascii_uppercase())));
    } else {
        out.extend(text.chars().flat_map(char::to_uppercase));
    }
}

/// Tells whether the sigma there ends a word: a cased letter comes before it and none after it, where marks and
/// apostrophes do not count (`Final_Sigma` of the Unicode standard).
fn is_final(text: &str, sigma: usize) -> bool {
    static CASED: LazyLock<Regex> = LazyLock::new(|| class("Cased"));
    static IGNORABLE: LazyLock<Regex> = LazyLock::new(|| class("Case_Ignorable"));
    let is = |class: &Regex, letter: char| class.is_match(letter.encode_utf8(&mut [0; 4]));
    let cased = |mut letters: &mut dyn Iterator<Item = char>| {
        (&mut letters)
            .find(|letter| !is(&IGNORABLE, *letter))
            .is_some_and(|letter| is(&CASED, letter))
    };
    let (before, after) = (&text[..sigma], &text[sigma + 'Σ'.len_utf8()..]);
    cased(&mut before.chars().rev()) && !cased(&mut after.chars())
}

fn class(name: &str) -> Regex {
    Regex::new(&format!(r"\p{{{name}}}")).expect("a property of the Unicode standard")
}

/// The first eight bytes as a number, which orders as they do. What is shorter ends in zeros: no text of a customer has the
/// character U+0000, so the head of a text of seven bytes at most is its own alone.
#[inline]
pub(crate) fn head(text: &str) -> u64 {
    let bytes = text.as_bytes();
    if let Some(head) = bytes.first_chunk() {
        return u64::from_be_bytes(*head);
    }
    let mut head = [0; 8];
    for (place, byte) in head.iter_mut().zip(bytes) {
        *place = *byte;
    }
    u64::from_be_bytes(head)
}

/// What follows the last `@`, or nothing without one.
pub(crate) fn domain(text: &str) -> Option<&str> {
    text.rsplit_once('@').map(|(_, domain)| domain)
}

/// Whether a letter breaks a line somewhere: controls, and the separators of lines and paragraphs.
pub(crate) fn breaks_line(letter: char) -> bool {
    letter.is_control() || matches!(letter, '\u{2028}' | '\u{2029}')
}

/// The number of code points.
pub(crate) fn length(text: &str) -> i64 {
    i64::try_from(text.chars().count()).unwrap_or(i64::MAX)
}

/// Tells whether there is more than white space.
#[inline]
pub(crate) fn filled(text: &str) -> bool {
    text.as_bytes().first().is_some_and(u8::is_ascii_graphic) || has_more_than_space(text)
}

fn has_more_than_space(text: &str) -> bool {
    !text.chars().all(char::is_whitespace)
}

/// Whether a test holds for any byte, given in two forms: of one byte, which compilers turn into vector instructions for
/// sixteen, and of eight bytes at once. The last bytes are looked at together with some before them, a second time.
#[inline]
pub(crate) fn any_byte(bytes: &[u8], of_byte: impl Fn(u8) -> bool, of_word: impl Fn(u64) -> bool) -> bool {
    let of_block = |block: &[u8; 16]| block.iter().fold(false, |any, byte| any | of_byte(*byte));
    if let (Some(start), Some(end)) = (bytes.first_chunk(), bytes.last_chunk()) {
        let mut found = of_block(start) | of_block(end);
        if bytes.len() > 32 {
            for block in bytes[16..].chunks_exact(16) {
                found |= block.first_chunk().is_some_and(of_block);
            }
        }
        return found;
    }
    if let (Some(start), Some(end)) = (bytes.first_chunk(), bytes.last_chunk()) {
        return of_word(u64::from_le_bytes(*start)) | of_word(u64::from_le_bytes(*end));
    }
    if let (Some(start), Some(end)) = (bytes.first_chunk(), bytes.last_chunk()) {
        let half = |bytes| u64::from(u32::from_le_bytes(bytes));
        return of_word(half(*start) << 32 | half(*end));
    }
    bytes.iter().any(|byte| of_byte(*byte))
}

/// Whether two texts are the same. Of texts of the same length, no jump depends on what short ones say, and nothing is called:
/// the last bytes are looked at together with some before them, a second time.
#[inline]
pub(crate) fn same(text: &str, other: &str) -> bool {
    let (text, other) = (text.as_bytes(), other.as_bytes());
    if text.len() != other.len() {
        return false;
    }
    let ends = same_ends::<8>(text, other)
        .or_else(|| same_ends::<4>(text, other))
        .or_else(|| same_ends::<2>(text, other));
    let Some(ends) = ends else {
        return text.first() == other.first();
    };
    let blocks = text.chunks_exact(8).zip(other.chunks_exact(8));
    ends && (text.len() <= 16
        || blocks
            .into_iter()
            .all(|(block, other)| block.first_chunk::<8>() == other.first_chunk()))
}

/// Whether the first and the last `N` bytes are the same, where there are as many; eight at most.
#[inline]
fn same_ends<const N: usize>(bytes: &[u8], other: &[u8]) -> Option<bool> {
    let word = |bytes: &[u8; N]| {
        let mut word = [0; 8];
        word[..N].copy_from_slice(bytes);
        u64::from_le_bytes(word)
    };
    let starts = word(bytes.first_chunk()?) ^ word(other.first_chunk()?);
    let ends = word(bytes.last_chunk()?) ^ word(other.last_chunk()?);
    Some(starts | ends == 0)
}

/// Eight times this byte.
#[inline]
pub(crate) const fn eight(byte: u8) -> u64 {
    u64::from_le_bytes([byte; 8])
}

/// Whether one of eight bytes is zero.
#[inline]
pub(crate) fn has_zero(word: u64) -> bool {
    word.wrapping_sub(eight(1)) & !word & eight(0x80) != 0
}

/// Appends what `string(value)` gives: numbers with as many digits as needed, times in ISO 8601.
pub(crate) fn show(value: ValueRef<'_>, out: &mut String) {
    write!(out, "{value}").expect("writing to a string cannot fail");
}

/// The name of a day of the week, counted from Monday.
pub(crate) fn weekday(days_from_monday: u32) -> &'static str {
    const DAYS: [&str; 7] = [
        "monday",
        "tuesday",
        "wednesday",
        "thursday",
        "friday",
        "saturday",
        "sunday",
    ];
    DAYS[days_from_monday as usize % 7]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::Decimal;

    fn written(write: impl FnOnce(&mut String)) -> String {
        let mut out = String::new();
        write(&mut out);
        out
    }

    #[test]
    fn texts_are_the_same_when_all_their_letters_are() {
        for len in 0..70 {
            let text: String = ('0'..='z').take(len).collect();
            assert!(same(&text, &text.clone()));
            assert!(!same(&text, &format!("{text}0")) && !same(&format!("{text}0"), &text));
            for place in 0..len {
                let other = [&text[..place], "~", &text[place + 1..]].concat();
                assert!(!same(&text, &other), "{text} {other}");
            }
        }
    }

    #[test]
    fn letters_change_case_by_their_full_mapping() {
        for (text, low, up) in [
            ("Ana", "ana", "ANA"),
            ("Straße", "straße", "STRASSE"),
            ("İ", "i\u{307}", "İ"),
            ("ΟΔΟΣ ΣΟΦΙΑΣ", "οδος σοφιας", "ΟΔΟΣ ΣΟΦΙΑΣ"),
            (
                "ΣΑΣ' ΑΣ'Α ΣΣ Σ Α\u{301}Σ\u{301}",
                "σας' ασ'α σς σ α\u{301}ς\u{301}",
                "ΣΑΣ' ΑΣ'Α ΣΣ Σ Α\u{301}Σ\u{301}",
            ),
            ("ﬁn", "ﬁn", "FIN"),
            ("日本 1", "日本 1", "日本 1"),
            ("", "", ""),
        ] {
            assert_eq!(written(|out| lower(text, out)), low, "{text}");
            assert_eq!(text.to_lowercase(), low, "{text}");
            assert_eq!(written(|out| upper(text, out)), up, "{text}");
        }
    }

    #[test]
    fn a_byte_is_found_wherever_it_stands() {
        let is_it = |byte| byte == b'<';
        let has_it = |word| has_zero(word ^ eight(b'<'));
        for length in 0..100 {
            let mut text = vec![b'a'; length];
            assert!(!any_byte(&text, is_it, has_it));
            for at in 0..length {
                text[at] = b'<';
                assert!(any_byte(&text, is_it, has_it), "{at} of {length}");
                text[at] = b'a';
            }
        }
    }

    #[test]
    fn parts_and_lengths() {
        assert_eq!(domain("ana@Example.COM"), Some("Example.COM"));
        assert_eq!(domain("\"a@b\"@c"), Some("c"));
        assert_eq!(domain("ana@"), Some(""));
        assert_eq!(domain("ana"), None);
        assert_eq!(length("e\u{301}👩‍👩‍👧"), 7);
        assert_eq!(length(""), 0);
        assert!(filled(" a ") && !filled(" \u{a0}\u{3000}\n") && !filled(""));
        // A zero-width space is no white space.
        assert!(filled("\u{200b}"));
    }

    #[test]
    fn values_are_shown() {
        let shown = |value| written(|out| show(value, out));
        assert_eq!(shown(ValueRef::Bool(true)), "true");
        assert_eq!(shown(ValueRef::Int(i64::MIN)), "-9223372036854775808");
        assert_eq!(shown(ValueRef::Decimal(Decimal::from_units(125_000))), "12.5");
        assert_eq!(shown(ValueRef::Float(1e21)), "1000000000000000000000");
        assert_eq!(shown(ValueRef::Float(0.1)), "0.1");
        assert_eq!(shown(ValueRef::Float(2.0)), "2");
        assert_eq!(weekday(0), "monday");
    }
}
