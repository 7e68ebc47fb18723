//! Text without its differences of case, by simple case folding: each letter has one letter that stands in its place.
//!
//! `A` and `a` become `a`; `Σ`, `σ` and `ς` become `σ`; `ẞ` becomes `ß`, which is never `ss`, because lengths stay. Without a
//! locale: `I` becomes `i` in Turkish text too, while `İ` and `ı` stand for themselves.
//!
//! A pattern is folded once, when it is compiled; the text it meets is folded letter by letter on the way, so that
//! nothing is written down.

mod table;
#[cfg(test)]
mod tests;

/// What stands in the place of a letter.
#[inline]
pub(crate) fn letter(letter: char) -> char {
    if letter.is_ascii() {
        letter.to_ascii_lowercase()
    } else {
        beyond_ascii(letter)
    }
}

fn beyond_ascii(letter: char) -> char {
    let code = u32::from(letter);
    let after = table::RUNS.partition_point(|(first, ..)| *first <= code);
    let run = after.checked_sub(1).map(|index| table::RUNS[index]);
    match run {
        Some((first, last, step, shift)) if code <= last && (code - first) % step == 0 => code
            .checked_add_signed(shift)
            .and_then(char::from_u32)
            .unwrap_or(letter),
        _ => letter,
    }
}

/// The letters that one which is folded already stands in the place of, itself left out.
#[cfg(feature = "sql")]
pub(crate) fn stands_for(folded: char) -> impl Iterator<Item = char> {
    let code = i64::from(u32::from(folded));
    table::RUNS.iter().filter_map(move |(first, last, step, shift)| {
        let source = u32::try_from(code - i64::from(*shift)).ok()?;
        let inside = (*first..=*last).contains(&source) && (source - first) % step == 0;
        inside.then(|| char::from_u32(source)).flatten()
    })
}

/// Appends the folded text.
pub(crate) fn fold(text: &str, out: &mut String) {
    out.extend(text.chars().map(letter));
}

/// The folded text.
pub(crate) fn folded(text: &str) -> String {
    text.chars().map(letter).collect()
}

/// What a text is asked where case is ignored. Patterns are folded already.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Folding {
    Is(Box<str>),
    /// Sorted.
    In(Box<[Box<str>]>),
    Starts(Box<str>),
    Ends(Box<str>),
    Contains(Needle),
}

impl Folding {
    /// The test of membership in texts that are folded already.
    pub(crate) fn among(mut texts: Vec<Box<str>>) -> Self {
        texts.sort_unstable();
        texts.dedup();
        match <[Box<str>; 1]>::try_from(texts) {
            Ok([only]) => Self::Is(only),
            Err(texts) => Self::In(texts.into()),
        }
    }

    /// Tells whether the text, folded, passes. Takes time linear in its length.
    pub(crate) fn accepts(&self, text: &str) -> bool {
        match self {
            Self::Is(pattern) => starts(text.chars(), pattern.chars()) == Some(0),
            Self::In(patterns) => {
                let order = |pattern: &str| pattern.chars().cmp(text.chars().map(letter));
                patterns.binary_search_by(|it| order(it)).is_ok()
            }
            Self::Starts(pattern) => starts(text.chars(), pattern.chars()).is_some(),
            Self::Ends(pattern) => starts(text.chars().rev(), pattern.chars().rev()).is_some(),
            Self::Contains(needle) => needle.is_in(text),
        }
    }
}

/// Compares letters with those of a pattern until either ends: how many are left when the pattern is found, nothing when
/// it is not. More than one are counted as one.
#[inline]
fn starts(mut text: impl Iterator<Item = char>, pattern: impl Iterator<Item = char>) -> Option<usize> {
    for wanted in pattern {
        if letter(text.next()?) != wanted {
            return None;
        }
    }
    Some(text.take(1).count())
}

/// A folded text to be looked for in others, by the method of Knuth, Morris and Pratt: each letter of the other text is read
/// once.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Needle {
    letters: Box<[char]>,
    /// When the letter after so many found ones is not the next: how many are found even so.
    shorter: Box<[u32]>,
}

impl Needle {
    pub(crate) fn new(folded: &str) -> Self {
        let letters: Box<[char]> = folded.chars().collect();
        let mut shorter = vec![0_u32; letters.len()];
        let mut found = 0;
        for index in 1..letters.len() {
            while found > 0 && letters[index] != letters[found] {
                found = shorter[found - 1] as usize;
            }
            if letters[index] == letters[found] {
                found += 1;
            }
            shorter[index] = u32::try_from(found).unwrap_or(0);
        }
        Self {
            letters,
            shorter: shorter.into(),
        }
    }

    fn is_in(&self, text: &str) -> bool {
        let mut found = 0;
        for read in text.chars().map(letter) {
            if found == self.letters.len() {
                return true;
            }
            while found > 0 && read != self.letters[found] {
                found = self.shorter[found - 1] as usize;
            }
            if read == self.letters[found] {
                found += 1;
            }
        }
        found == self.letters.len()
    }

    /// What is looked for.
    pub(crate) fn text(&self) -> String {
        self.letters.iter().collect()
    }
}
