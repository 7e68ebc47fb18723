//! Text in the codes of URLs and of base64.

use std::fmt::Write;

use sha2::{Digest, Sha256};

use super::{Draft, Made, utm::utm};
use crate::{hir::template::CodeFilter, value::ValueRef};

pub(super) fn apply<'a>(
    filter: CodeFilter,
    text: &str,
    arguments: &[ValueRef<'a>],
    draft: &mut Draft,
) -> Made<'a> {
    let known = match filter {
        CodeFilter::UrlEncode => {
            form_url(text, draft.buffer());
            true
        }
        CodeFilter::UrlDecode => {
            read_url(text, draft.buffer());
            true
        }
        CodeFilter::Base64Encode => {
            write_base64(text.as_bytes(), STANDARD, draft.buffer());
            true
        }
        CodeFilter::Base64UrlSafeEncode => {
            write_base64(text.as_bytes(), URL_SAFE, draft.buffer());
            true
        }
        CodeFilter::Sha256 => {
            write_hex(&Sha256::digest(text), draft.buffer());
            true
        }
        CodeFilter::HmacSha256 => match arguments {
            [ValueRef::Text(key)] => {
                write_hex(&signature(key.as_bytes(), text.as_bytes()), draft.buffer());
                true
            }
            _ => false,
        },
        CodeFilter::Utm => {
            utm(text, arguments, draft);
            true
        }
        CodeFilter::Base64Decode => read_base64(text, STANDARD, draft.buffer()),
        CodeFilter::Base64UrlSafeDecode => read_base64(text, URL_SAFE, draft.buffer()),
    };
    if known { Made::Written } else { Made::Missing }
}

/// `a b&c` as `a+b%26c`: the letters, digits and `-_.~` stay, a blank becomes `+`.
pub(super) fn form_url(text: &str, out: &mut String) {
    for byte in text.bytes() {
        match byte {
            b' ' => out.push('+'),
            b'-' | b'_' | b'.' | b'~' => out.push(byte.into()),
            _ if byte.is_ascii_alphanumeric() => out.push(byte.into()),
            _ => _ = write!(out, "%{byte:02X}"),
        }
    }
}

/// The other way round. What is no UTF-8 becomes `�`, and a `%` without two digits stays.
fn read_url(text: &str, out: &mut String) {
    let digit = |byte: Option<&u8>| byte.and_then(|it| char::from(*it).to_digit(16));
    let bytes = text.as_bytes();
    let mut letters = Letters::default();
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        at += 1;
        let byte = match byte {
            b'+' => b' ',
            b'%' => match (digit(bytes.get(at)), digit(bytes.get(at + 1))) {
                (Some(high), Some(low)) => {
                    at += 2;
                    u8::try_from(high * 16 + low).unwrap_or(b'%')
                }
                _ => b'%',
            },
            byte => *byte,
        };
        // No text holds this character.
        let byte = if byte == 0 { 0xff } else { byte };
        letters.push(byte, out);
    }
    letters.finish(out);
}

/// The digits, and whether those behind a text may be left out.
type Alphabet = (&'static [u8; 64], bool);

const STANDARD: Alphabet = (
    b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/",
    false,
);
const URL_SAFE: Alphabet = (
    b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_",
    true,
);

fn write_base64(bytes: &[u8], (alphabet, _): Alphabet, out: &mut String) {
    for three in bytes.chunks(3) {
        let mut bits = 0_u32;
        for at in 0..3 {
            bits = bits << 8 | u32::from(three.get(at).copied().unwrap_or(0));
        }
        for at in 0..4 {
            let digit = (bits >> (18 - 6 * at)) & 63;
            out.push(if at <= three.len() {
                alphabet[digit as usize].into()
            } else {
                '='
            });
        }
    }
}

/// `false` for what is no base64, or not of a text.
fn read_base64(text: &str, (alphabet, may_be_short): Alphabet, out: &mut String) -> bool {
    let digits = text.trim_end_matches('=');
    let filled = text.len() - digits.len();
    let wanted = (4 - digits.len() % 4) % 4;
    if wanted == 3 || !(filled == wanted || may_be_short && filled == 0) {
        return false;
    }
    let mut letters = Letters::default();
    let (mut bits, mut count) = (0_u32, 0);
    for byte in digits.bytes() {
        let Some(digit) = alphabet.iter().position(|it| *it == byte) else {
            return false;
        };
        bits = bits << 6 | u32::try_from(digit).unwrap_or(0);
        count += 6;
        if count >= 8 {
            count -= 8;
            let byte = u8::try_from(bits >> count & 0xff).unwrap_or(0);
            // No text holds this character.
            if byte == 0 {
                return false;
            }
            letters.push(byte, out);
        }
        bits &= (1 << count) - 1;
    }
    letters.finish(out);
    // What is left over must be nothing, so that every text is written in one way.
    bits == 0 && !letters.broken
}

/// The keyed hash of RFC 2104.
fn signature(key: &[u8], text: &[u8]) -> [u8; 32] {
    const BLOCK: usize = 64;
    let mut block = [0; BLOCK];
    if key.len() > BLOCK {
        block[..32].copy_from_slice(&Sha256::digest(key));
    } else {
        block[..key.len()].copy_from_slice(key);
    }
    let hash = |pad: u8, text: &[u8]| {
        let hash = Sha256::new()
            .chain_update(block.map(|it| it ^ pad))
            .chain_update(text);
        <[u8; 32]>::from(hash.finalize())
    };
    hash(0x5c, &hash(0x36, text))
}

fn write_hex(bytes: &[u8], out: &mut String) {
    for byte in bytes {
        let _ = write!(out, "{byte:02x}");
    }
}

/// Letters out of their bytes.
#[derive(Default)]
struct Letters {
    bytes: [u8; 4],
    count: usize,
    /// Some were no UTF-8, and are `�`.
    broken: bool,
}

impl Letters {
    fn push(&mut self, byte: u8, out: &mut String) {
        self.bytes[self.count] = byte;
        self.count += 1;
        match str::from_utf8(&self.bytes[..self.count]) {
            Ok(letter) => {
                out.push_str(letter);
                self.count = 0;
            }
            Err(error) if error.error_len().is_some() => {
                // The last byte may begin another letter.
                let again = self.count > 1;
                self.count = 0;
                self.broken = true;
                out.push(char::REPLACEMENT_CHARACTER);
                if again {
                    self.push(byte, out);
                }
            }
            Err(_) => {}
        }
    }

    fn finish(&mut self, out: &mut String) {
        if self.count > 0 {
            self.broken = true;
            out.push(char::REPLACEMENT_CHARACTER);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(filter: CodeFilter, text: &str) -> Option<String> {
        let mut draft = Draft::new(String::new(), 1000);
        let made = apply(filter, text, &[], &mut draft);
        (made == Made::Written).then(|| draft.into_buffer())
    }

    #[test]
    fn parts_of_urls_are_written_and_read() {
        assert_eq!(
            made(CodeFilter::UrlEncode, "a b&c/ñ~").as_deref(),
            Some("a+b%26c%2F%C3%B1~")
        );
        for (text, expected) in [
            ("%27Stop%21%27+said+Fred", "'Stop!' said Fred"),
            ("a+b%26c%2f%C3%B1~", "a b&c/ñ~"),
            ("100%", "100%"),
            ("%zz%4", "%zz%4"),
            ("%C3a%B1%F0%9F", "\u{fffd}a\u{fffd}\u{fffd}"),
            ("%C3%C3%B1", "\u{fffd}ñ"),
            ("a%00b", "a\u{fffd}b"),
            ("😀%F0%9F%98%80", "😀😀"),
        ] {
            assert_eq!(
                made(CodeFilter::UrlDecode, text).as_deref(),
                Some(expected),
                "{text}"
            );
        }
    }

    #[test]
    fn texts_are_hashed_and_signed() {
        assert_eq!(
            made(CodeFilter::Sha256, "abc").as_deref(),
            Some("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        );
        let signed = |key: &[u8], text: &[u8]| {
            let mut out = String::new();
            write_hex(&signature(key, text), &mut out);
            out
        };
        // Test cases 1, 2 and 6 of RFC 4231.
        assert_eq!(
            signed(&[0x0b; 20], b"Hi There"),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
        );
        assert_eq!(
            signed(b"Jefe", b"what do ya want for nothing?"),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        );
        assert_eq!(
            signed(
                &[0xaa; 131],
                b"Test Using Larger Than Block-Size Key - Hash Key First"
            ),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
        );
    }

    #[test]
    fn base64_is_written_and_read() {
        for (text, standard, safe) in [
            ("", "", ""),
            ("f", "Zg==", "Zg=="),
            ("fo", "Zm8=", "Zm8="),
            ("foo", "Zm9v", "Zm9v"),
            ("foob", "Zm9vYg==", "Zm9vYg=="),
            ("one two three", "b25lIHR3byB0aHJlZQ==", "b25lIHR3byB0aHJlZQ=="),
            ("ÿ?>ñ", "w78/PsOx", "w78_PsOx"),
        ] {
            let ways = [
                (CodeFilter::Base64Encode, CodeFilter::Base64Decode, standard),
                (
                    CodeFilter::Base64UrlSafeEncode,
                    CodeFilter::Base64UrlSafeDecode,
                    safe,
                ),
            ];
            for (write, read, code) in ways {
                assert_eq!(made(write, text).as_deref(), Some(code));
                assert_eq!(made(read, code).as_deref(), Some(text));
            }
        }
        assert_eq!(made(CodeFilter::Base64UrlSafeDecode, "Zg").as_deref(), Some("f"));
        for text in [
            "Zg", "Z", "Z===", "Zg=", "Zh==", "Zm9v\n", "Zm9v====", "w78_PsOx", "/w==", "AA==", "=Zm9v",
        ] {
            assert_eq!(made(CodeFilter::Base64Decode, text), None, "{text}");
        }
    }
}
