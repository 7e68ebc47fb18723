//! Literals, drawn from the constants of the case.

use std::{fmt::Write, sync::Arc};

use audience::{Date, DateTime, Decimal};

use super::{Generator, Kind, Level, Piece};

impl Generator<'_, '_> {
    /// A literal of the kind; none for places, which have no literals.
    pub(super) fn literal(&mut self, kind: &Kind) -> Option<Piece> {
        Some(match kind {
            Kind::Bool => {
                self.note("true false");
                Piece::primary(if self.choices.one_in(2) { "false" } else { "true" })
            }
            Kind::Int => self.int_literal(),
            Kind::Decimal => self.decimal_literal(),
            Kind::Float => self.float_literal(),
            Kind::Text | Kind::Url | Kind::Ref => Piece::primary(self.text_literal()),
            Kind::Words(words) => {
                let word: &Arc<str> = self.choices.pick(words);
                Piece::primary(quoted(word, '"'))
            }
            Kind::Date => Piece::primary(self.choices.pick(&self.palette.dates).to_string()),
            Kind::DateTime => Piece::primary(self.instant_literal()),
            Kind::Duration => Piece::primary(self.choices.pick(&self.palette.spans).to_string()),
            Kind::Geo => return None,
        })
    }

    fn int_literal(&mut self) -> Piece {
        let int = *self.choices.pick(&self.palette.ints);
        let digits = if (1_000..1_000_000).contains(&int) && self.choices.one_in(2) {
            format!("{}_{:03}", int / 1_000, int % 1_000)
        } else {
            int.to_string()
        };
        signed(digits)
    }

    fn decimal_literal(&mut self) -> Piece {
        let decimal = *self.choices.pick(&self.palette.decimals);
        signed(with_point(decimal))
    }

    fn float_literal(&mut self) -> Piece {
        let float = *self.choices.pick(&self.palette.floats);
        let digits = format!("{float}");
        signed(if digits.contains('.') {
            digits
        } else {
            format!("{digits}.0")
        })
    }

    pub(super) fn text_literal(&mut self) -> String {
        let mark = if self.choices.one_in(3) { '\'' } else { '"' };
        quoted(self.choices.pick(&self.palette.texts).as_str(), mark)
    }

    /// A piece of one of the texts: what stands at its beginning, end or somewhere within.
    pub(super) fn part_of_a_text(&mut self) -> String {
        let text = self.choices.pick(&self.palette.texts);
        let chars: Vec<char> = text.chars().collect();
        let from = self.choices.below(chars.len() + 1);
        let to = chars.len() - self.choices.below(chars.len() - from + 1);
        let (from, to) = if self.choices.one_in(2) {
            (0, to)
        } else {
            (from, chars.len())
        };
        chars[from..to].iter().collect()
    }

    /// An instant in UTC, with an offset, or on the zone's own clock.
    pub(super) fn instant_literal(&mut self) -> String {
        let at = *self.choices.pick(&self.palette.instants);
        match self.choices.below(3) {
            0 => at.to_string(),
            1 => with_offset(at).unwrap_or_else(|| at.to_string()),
            _ => at.to_string().trim_end_matches('Z').to_owned(),
        }
    }

    /// `[ … ]` of such literals, with an int among decimals now and then.
    pub(super) fn literals(&mut self, kind: &Kind) -> String {
        let many = self.choices.one_in(24);
        let count = 1 + self.choices.below(if many { 40 } else { 4 });
        let mut items: Vec<String> = Vec::new();
        for index in 0..count {
            let item = match kind {
                Kind::Int if many => format!("{}", 3 * index),
                Kind::Int if self.choices.one_in(8) => self.decimal_literal().text,
                Kind::Decimal if self.choices.one_in(4) => self.int_literal().text,
                Kind::Text if many => quoted(&format!("word {index}"), '"'),
                kind => self.literal(kind).expect("kinds of sets have literals").text,
            };
            items.push(item);
        }
        format!("[{}]", items.join(", "))
    }
}

fn signed(digits: String) -> Piece {
    let level = if digits.starts_with('-') {
        Level::Sign
    } else {
        Level::Primary
    };
    Piece::new(level, digits)
}

fn with_point(decimal: Decimal) -> String {
    let digits = decimal.to_string();
    if digits.contains('.') {
        digits
    } else {
        format!("{digits}.0")
    }
}

fn with_offset(at: DateTime) -> Option<String> {
    let wall = at
        .micros()
        .checked_add(5_400_000_000)
        .and_then(DateTime::from_micros)?;
    Some(format!("{}+01:30", wall.to_string().trim_end_matches('Z')))
}

/// The text in quotes, with what needs an escape escaped.
pub(super) fn quoted(text: &str, mark: char) -> String {
    let mut quoted = String::from(mark);
    for c in text.chars() {
        match c {
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            c if c == mark => {
                quoted.push('\\');
                quoted.push(c);
            }
            '\u{a0}' | '\u{10ffff}' => {
                write!(quoted, "\\u{{{:X}}}", u32::from(c)).expect("a String takes all");
            }
            c => quoted.push(c),
        }
    }
    quoted.push(mark);
    quoted
}

/// A day of the case as an expression of days.
pub(super) fn day(date: Date) -> Piece {
    Piece::primary(date.to_string())
}
