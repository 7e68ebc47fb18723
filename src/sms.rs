//! How long a text message is: in letters of its alphabet, and in the segments that are sent and paid for.
//!
//! A text whose letters are all of the default alphabet of GSM 03.38 takes 160 of them in one segment, and 153 in each of
//! several; those of its extension (such as `€`, `[` and `~`) count twice. Any other letter turns the whole text into UTF-16, of
//! which one segment has 70 units and each of several 67. What counts twice is never parted between two segments.

/// How the letters of a text message are written.
///
/// ```
/// use audience::sms::Alphabet;
/// assert_eq!(Alphabet::of("100 €, señor"), Alphabet::Gsm);
/// assert_eq!(Alphabet::of("100 €, señor’s"), Alphabet::Utf16); // a curly apostrophe
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Alphabet {
    /// The default alphabet of GSM 03.38 and its extension.
    Gsm,
    /// All of Unicode.
    Utf16,
}

impl Alphabet {
    /// The one that a text needs.
    #[must_use]
    pub fn of(text: &str) -> Self {
        match foreign(text) {
            None => Self::Gsm,
            Some(_) => Self::Utf16,
        }
    }

    /// How many units a text may have to be sent in one segment.
    #[must_use]
    pub const fn alone(self) -> usize {
        match self {
            Self::Gsm => 160,
            Self::Utf16 => 70,
        }
    }

    /// How many units each of several segments has.
    #[must_use]
    pub const fn each(self) -> usize {
        match self {
            Self::Gsm => 153,
            Self::Utf16 => 67,
        }
    }

    /// How many units a letter takes. In the alphabet of GSM, one that it lacks is taken for one unit.
    fn units(self, letter: char) -> usize {
        match self {
            Self::Gsm => gsm(letter).unwrap_or(1),
            Self::Utf16 => letter.len_utf16(),
        }
    }
}

/// The number of segments that a text is sent in; one for an empty text.
///
/// ```
/// use audience::sms::segments;
/// assert_eq!(segments(&"a".repeat(160)), 1);
/// assert_eq!(segments(&"a".repeat(161)), 2);
/// assert_eq!(segments(&"€".repeat(80)), 1); // each counts twice
/// assert_eq!(segments(&"я".repeat(70)), 1);
/// assert_eq!(segments(&"я".repeat(71)), 2);
/// ```
#[must_use]
pub fn segments(text: &str) -> usize {
    let alphabet = Alphabet::of(text);
    if units_in(alphabet, text) <= alphabet.alone() {
        return 1;
    }
    let (mut segments, mut room) = (1, alphabet.each());
    for letter in text.chars() {
        let units = alphabet.units(letter);
        if units > room {
            segments += 1;
            room = alphabet.each();
        }
        room -= units;
    }
    segments
}

/// The number of units that a text has in its alphabet.
///
/// ```
/// use audience::sms::units;
/// assert_eq!((units("abc"), units("ab€"), units("ab👋")), (3, 4, 4));
/// ```
#[must_use]
pub fn units(text: &str) -> usize {
    units_in(Alphabet::of(text), text)
}

pub(crate) fn units_in(alphabet: Alphabet, text: &str) -> usize {
    text.chars().map(|letter| alphabet.units(letter)).sum()
}

/// The first letter that the alphabet of GSM lacks.
///
/// ```
/// assert_eq!(audience::sms::foreign("it’s"), Some('’'));
/// ```
#[must_use]
pub fn foreign(text: &str) -> Option<char> {
    text.chars().find(|letter| gsm(*letter).is_none())
}

/// How many units a letter takes in the alphabet of GSM, if it has it.
fn gsm(letter: char) -> Option<usize> {
    match letter {
        'a'..='z' | 'A'..='Z' | '0'..='9' | '\n' | '\r' | ' ' => Some(1),
        '@' | '£' | '$' | '¥' | 'è' | 'é' | 'ù' | 'ì' | 'ò' | 'Ç' | 'Ø' | 'ø' | 'Å' | 'å' | 'Δ' | '_'
        | 'Φ' | 'Γ' | 'Λ' | 'Ω' | 'Π' | 'Ψ' | 'Σ' | 'Θ' | 'Ξ' | 'Æ' | 'æ' | 'ß' | 'É' | '!' | '"' | '#'
        | '¤' | '%' | '&' | '\'' | '(' | ')' | '*' | '+' | ',' | '-' | '.' | '/' | ':' | ';' | '<' | '='
        | '>' | '?' | '¡' | 'Ä' | 'Ö' | 'Ñ' | 'Ü' | '§' | '¿' | 'ä' | 'ö' | 'ñ' | 'ü' | 'à' => {
            Some(1)
        }
        '\u{c}' | '^' | '{' | '}' | '\\' | '[' | '~' | ']' | '|' | '€' => Some(2),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// [message-20]
    #[test]
    fn what_counts_twice_is_not_parted() {
        // 152 letters, and the next takes two units: it begins the second segment.
        let text = format!("{}€{}", "a".repeat(152), "a".repeat(151));
        assert_eq!((units(&text), segments(&text)), (305, 2));
        assert_eq!(segments(&format!("{text}a")), 3);
        let text = format!("{}👋{}", "я".repeat(66), "я".repeat(65));
        assert_eq!((units(&text), segments(&text)), (133, 2));
        assert_eq!(segments(&format!("{text}я")), 3);
    }

    #[test]
    fn the_alphabet_has_its_letters() {
        let basic = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
        assert_eq!(
            basic.chars().count(),
            127,
            "the escape to the extension is no letter"
        );
        assert_eq!((units(basic), Alphabet::of(basic)), (127, Alphabet::Gsm));
        let extended = "\u{c}^{}\\[~]|€";
        assert_eq!((units(extended), Alphabet::of(extended)), (20, Alphabet::Gsm));
        for foreign in ["ç", "`", "’", "“", "–", "…", "á", "í", "ó", "ú", "\t", "Α"] {
            assert_eq!(Alphabet::of(foreign), Alphabet::Utf16, "{foreign:?}");
        }
        assert_eq!((units(""), segments("")), (0, 1));
    }

    #[test]
    fn the_edges_of_segments() {
        for (letter, alone, each) in [("a", 160, 153), ("я", 70, 67)] {
            for (count, expected) in [
                (alone, 1),
                (alone + 1, 2),
                (2 * each, 2),
                (2 * each + 1, 3),
                (3 * each, 3),
                (3 * each + 1, 4),
            ] {
                assert_eq!(
                    segments(&letter.repeat(count)),
                    expected,
                    "{count} times {letter}"
                );
            }
        }
    }
}
