//! Regular expressions as engines write them.
//!
//! What a pattern of the language means is written out: classes of letters as ranges, differences of case as classes. So engines find the same, whatever their own
//! shorthands mean; only what they take for a word is their own.

use std::fmt::Write;

use regex_syntax::{
    ParserBuilder,
    hir::{Class, ClassUnicode, Hir, HirKind, Look, Repetition},
};

use crate::hir::Pattern;

/// How an engine writes what has no letters.
#[derive(Debug)]
pub(in crate::sql) struct Patterns {
    /// More often than this nothing is repeated; where it is so, with the repetitions around it.
    most: u32,
    together: bool,
    start: &'static str,
    end: &'static str,
    start_of_line: &'static str,
    end_of_line: &'static str,
    edge_of_word: &'static str,
    no_edge_of_word: &'static str,
}

impl Patterns {
    /// And those of Rust, which has the same.
    pub(in crate::sql) const RE2: Self = Self {
        most: 1000,
        together: true,
        start: r"\A",
        end: r"\z",
        start_of_line: "(?m:^)",
        end_of_line: "(?m:$)",
        edge_of_word: r"\b",
        no_edge_of_word: r"\B",
    };

    /// Its lines end in more ways than one, so that `^` and `$` are not for them.
    pub(in crate::sql) const JAVA: Self = Self {
        most: 1000,
        together: false,
        start: r"\A",
        end: r"\z",
        start_of_line: r"(?:\A|(?<=\n))",
        end_of_line: r"(?:\z|(?=\n))",
        edge_of_word: r"\b",
        no_edge_of_word: r"\B",
    };

    pub(in crate::sql) const POSTGRESQL: Self = Self {
        most: 255,
        together: false,
        start: r"\A",
        end: r"\Z",
        start_of_line: r"(?:\A|(?<=\n))",
        end_of_line: r"(?:\Z|(?=\n))",
        edge_of_word: r"\y",
        no_edge_of_word: r"\Y",
    };

    /// The pattern in the engine's own form, if it can be said there.
    pub(in crate::sql) fn write(&self, pattern: &Pattern) -> Option<String> {
        let mut parser = ParserBuilder::new()
            .case_insensitive(pattern.ignoring_case)
            .build();
        let mut text = String::new();
        self.part(&parser.parse(&pattern.source).ok()?, self.most, &mut text)?;
        Some(text)
    }

    /// `most` is how often its parts may be repeated where it stands.
    fn part(&self, part: &Hir, most: u32, text: &mut String) -> Option<()> {
        match part.kind() {
            HirKind::Empty => text.push_str("(?:)"),
            HirKind::Literal(literal) => {
                let letters = str::from_utf8(&literal.0).ok()?;
                if letters.contains('\0') {
                    return None;
                }
                letters.chars().for_each(|it| letter(it, text));
            }
            HirKind::Class(Class::Unicode(letters)) => class(letters, text)?,
            HirKind::Class(Class::Bytes(bytes)) => class(&bytes.to_unicode_class()?, text)?,
            HirKind::Look(look) => text.push_str(match look {
                Look::Start => self.start,
                Look::End => self.end,
                Look::StartLF => self.start_of_line,
                Look::EndLF => self.end_of_line,
                Look::WordUnicode | Look::WordAscii => self.edge_of_word,
                Look::WordUnicodeNegate | Look::WordAsciiNegate => self.no_edge_of_word,
                _ => return None,
            }),
            HirKind::Repetition(repetition) => self.repeated(repetition, most, text)?,
            HirKind::Capture(capture) => self.part(&capture.sub, most, text)?,
            HirKind::Concat(parts) => {
                for part in parts {
                    self.group(
                        part,
                        matches!(inside_captures(part), HirKind::Alternation(_)),
                        most,
                        text,
                    )?;
                }
            }
            HirKind::Alternation(parts) => {
                for (index, part) in parts.iter().enumerate() {
                    if index > 0 {
                        text.push('|');
                    }
                    self.part(part, most, text)?;
                }
            }
        }
        Some(())
    }

    fn group(&self, part: &Hir, grouped: bool, most: u32, text: &mut String) -> Option<()> {
        text.push_str(if grouped { "(?:" } else { "" });
        self.part(part, most, text)?;
        text.push_str(if grouped { ")" } else { "" });
        Some(())
    }

    /// Which of several occurrences is found does not matter, so nothing is lazy.
    fn repeated(&self, repetition: &Repetition, most: u32, text: &mut String) -> Option<()> {
        let Repetition { min, max, sub, .. } = repetition;
        let times = max.unwrap_or(*min);
        if times > most {
            return None;
        }
        let most = if self.together { most / times.max(1) } else { most };
        let single = match sub.kind() {
            HirKind::Class(_) => true,
            HirKind::Literal(literal) => str::from_utf8(&literal.0).is_ok_and(|it| it.chars().count() == 1),
            _ => false,
        };
        self.group(sub, !single, most, text)?;
        match (min, max) {
            (0, None) => text.push('*'),
            (1, None) => text.push('+'),
            (0, Some(1)) => text.push('?'),
            (min, None) => write!(text, "{{{min},}}").ok()?,
            (min, Some(max)) => write!(text, "{{{min},{max}}}").ok()?,
        }
        Some(())
    }
}

/// What a part is without the groups around it, which are not written.
fn inside_captures(part: &Hir) -> &HirKind {
    match part.kind() {
        HirKind::Capture(capture) => inside_captures(&capture.sub),
        kind => kind,
    }
}

/// Any of these letters. No text has U+0000.
fn class(letters: &ClassUnicode, text: &mut String) -> Option<()> {
    let ranges = letters.ranges().iter();
    let ranges: Vec<(char, char)> = ranges
        .map(|it| (it.start().max('\u{1}'), it.end()))
        .filter(|(start, end)| start <= end)
        .collect();
    if ranges.is_empty() {
        return None;
    }
    text.push('[');
    for (start, end) in ranges {
        letter(start, text);
        if end > start {
            text.push('-');
            letter(end, text);
        }
    }
    text.push(']');
    Some(())
}

/// A letter that stands for itself: with a backslash where it might not, and to some engines `<` and `>` then would be ends of words.
fn letter(letter: char, text: &mut String) {
    if letter.is_ascii_punctuation() && !matches!(letter, '<' | '>') {
        text.push('\\');
    }
    text.push(letter);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(source: &str, ignoring_case: bool) -> Option<String> {
        written_for(&Patterns::POSTGRESQL, source, ignoring_case)
    }

    fn written_for(patterns: &Patterns, source: &str, ignoring_case: bool) -> Option<String> {
        let regex = regex::Regex::new(source).expect("a pattern");
        patterns.write(&Pattern {
            source: source.into(),
            ignoring_case,
            regex,
        })
    }

    #[test]
    fn repetitions_count_together_where_the_engine_counts_them_so() {
        for (source, expected) in [
            ("a{1000}", "a{1000,1000}"),
            ("a{1001}", "none"),
            ("(a{50}){20}", "(?:a{50,50}){20,20}"),
            ("(a{50}){30}", "none"),
            ("((a{10}b){10}c+){11}", "none"),
            ("(a{50})*b{900}", "(?:a{50,50})*b{900,900}"),
        ] {
            let found = written_for(&Patterns::RE2, source, false);
            assert_eq!(found.as_deref().unwrap_or("none"), expected, "{source}");
        }
        assert_eq!(
            written("(a{50}){30}", false).as_deref(),
            Some("(?:a{50,50}){30,30}")
        );
    }

    #[test]
    fn shorthands_are_written_out() {
        for (source, expected) in [
            ("a.c", "a[\u{1}-\t\u{b}-\u{10ffff}]c"),
            (r"^[0-9]{2,3}$", r"\A[0-9]{2,3}\Z"),
            (r"(a|bc)+?d", "(?:a|bc)+d"),
            ("x(b|cd)y", "x(?:b|cd)y"),
            (r"\.\*", r"\.\*"),
            (r"[\]^-]", r"[\-\]-\^]"),
            ("<a>", "<a>"),
            (r"\bé", r"\yé"),
            ("(?m)^a$", r"(?:\A|(?<=\n))a(?:\Z|(?=\n))"),
            ("a{300}", "none"),
            ("(?i)k", "[Kk\u{212a}]"),
        ] {
            assert_eq!(
                written(source, false).as_deref().unwrap_or("none"),
                expected,
                "{source}"
            );
        }
        assert_eq!(written("k", true), written("(?i)k", false));
    }
}
