//! One value: from what was found in a record to the cell that keeps it.

use std::{borrow::Cow, fmt};

use super::{
    LoadErrorKind,
    table::{LARGEST, Store, span_cell, span_of, word_cell},
};
use crate::{
    diagnostic::suggest,
    schema::Slot,
    value::{Date, DateTime, Decimal, DecimalError, Geo, Schemes, TimeError, Type, Zone},
};

/// What stands in a record where a value is expected.
#[derive(Clone, Copy, Debug)]
pub(super) enum Found<'a> {
    Null,
    Bool(bool),
    /// A number as JSON writes it.
    Digits(&'a str),
    Int(i128),
    Float(f64),
    Single(f32),
    Text(&'a str),
    Bytes,
    List,
    Record,
    /// A variant of a Rust enum with several fields.
    Variant,
}

/// What a value became.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cell {
    Known(u64),
    /// Blank text where the role `filled` makes it count as missing.
    Blank,
}

/// What a text is as a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Examined {
    Text,
    /// A word of an enumeration by its position.
    Word(u32),
    /// Blank text where the role `filled` makes it count as missing.
    Blank,
}

/// Why a value is refused: what kind of mistake, and how to say it.
#[derive(Debug)]
pub(crate) struct Fault(pub(crate) LoadErrorKind, pub(crate) String);

/// How strictly values are read.
#[derive(Clone, Debug, Default)]
pub(super) struct Strictness {
    pub(super) round_decimals: bool,
    pub(super) schemes: Schemes,
}

/// The texts and places of a record being loaded.
#[derive(Debug)]
pub(super) struct StoreBuilder {
    /// How long all texts together may get.
    pub(super) limit: usize,
    text: String,
    places: Vec<Geo>,
}

impl StoreBuilder {
    pub(super) fn new(limit: usize) -> Self {
        Self {
            limit,
            text: String::new(),
            places: Vec::new(),
        }
    }

    /// What a store has, to add to it.
    pub(super) fn of(store: &Store, limit: usize) -> Self {
        Self {
            limit,
            text: store.text.to_string(),
            places: store.places.to_vec(),
        }
    }

    /// Copies the text or the place that a cell of that type stands for from another store; gives the cell for it here.
    pub(super) fn copy(&mut self, ty: &Type, cell: u64, from: &Store) -> u64 {
        match ty {
            Type::String | Type::Words(_) | Type::Url | Type::Ref(_) => match from.text_of(cell) {
                Some(text) => {
                    let start = self.text.len() as u64;
                    self.text.push_str(text);
                    start | cell >> 32 << 32
                }
                None => cell,
            },
            Type::Geo => match from.places.get(span_of(cell).0) {
                Some(place) => self.keep_place(*place),
                None => cell,
            },
            _ => cell,
        }
    }

    /// Keeps a text, unless all of them together become too long to be reached from a cell.
    fn keep(&mut self, text: &str) -> Result<u64, Fault> {
        let (start, len) = (self.text.len(), text.len());
        if start + len > self.limit.min(LARGEST) {
            return Err(Fault(
                LoadErrorKind::TooLarge,
                "the record is too large".to_owned(),
            ));
        }
        self.text.push_str(text);
        let narrow = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        Ok(span_cell(narrow(start), narrow(len)))
    }

    /// All texts, one after the other.
    pub(super) fn texts(&self) -> &str {
        &self.text
    }

    /// A text that was kept.
    pub(super) fn text(&self, cell: u64) -> &str {
        let (start, len) = span_of(cell);
        &self.text[start..start + len]
    }

    pub(super) fn keep_place(&mut self, place: Geo) -> u64 {
        self.places.push(place);
        self.places.len() as u64 - 1
    }

    pub(super) fn finish(self) -> Store {
        Store {
            text: self.text.into(),
            places: self.places.into(),
        }
    }
}

/// Reads what was found as a value of that slot.
pub(super) fn read(
    slot: &Slot,
    found: Found<'_>,
    strictness: &Strictness,
    store: &mut StoreBuilder,
) -> Result<Cell, Fault> {
    let known = match (&slot.ty, found) {
        (Type::Bool, Found::Bool(it)) => u64::from(it),
        (Type::Int, _) => int(slot, found)?.cast_unsigned(),
        (Type::Float, _) => float(slot, found)?.to_bits(),
        (Type::Decimal, _) => decimal(slot, found, strictness.round_decimals)?
            .units()
            .cast_unsigned(),
        (Type::Date, Found::Text(text)) => {
            let date: Date = text.parse().map_err(|error| time_fault(slot, text, &error))?;
            i64::from(date.days()).cast_unsigned()
        }
        (Type::DateTime, Found::Text(text)) => {
            let at: DateTime = text.parse().map_err(|error| time_fault(slot, text, &error))?;
            at.micros().cast_unsigned()
        }
        (Type::String | Type::Ref(_) | Type::Url | Type::Words(_), Found::Text(text)) => {
            return self::text(slot, text, &strictness.schemes, store);
        }
        _ => return Err(mismatch(slot, found)),
    };
    Ok(Cell::Known(known))
}

/// Reads the key of an item that is known by a number.
pub(super) fn read_int_key(slot: &Slot, found: Found<'_>, store: &mut StoreBuilder) -> Result<Cell, Fault> {
    let key = int(slot, found)?;
    store.keep(&key.to_string()).map(Cell::Known)
}

fn text(slot: &Slot, text: &str, schemes: &Schemes, store: &mut StoreBuilder) -> Result<Cell, Fault> {
    Ok(match examine(slot, text, schemes)? {
        Examined::Blank => Cell::Blank,
        Examined::Word(word) => Cell::Known(word_cell(word)),
        Examined::Text => Cell::Known(store.keep(text)?),
    })
}

/// What a text is as a value of that slot, unless it is refused there.
pub(crate) fn examine(slot: &Slot, text: &str, schemes: &Schemes) -> Result<Examined, Fault> {
    if text.contains('\0') {
        return Err(Fault(
            LoadErrorKind::NulCharacter,
            "text with the character U+0000".to_owned(),
        ));
    }
    if slot
        .roles
        .filled
        .as_ref()
        .is_some_and(|filled| !filled.accepts(text))
    {
        return Ok(Examined::Blank);
    }
    if let Some(most) = slot.roles.letters.filter(|_| !slot.roles.is_short(text)) {
        let message = format!("{} letters, and at most {most} are allowed", text.chars().count());
        return Err(Fault(LoadErrorKind::TooLong, message));
    }
    if slot.roles.zone && Zone::named(text).is_err() {
        let message = format!(
            "{} is no time zone; use an IANA name such as `Europe/Madrid`",
            quoted(slot, text)
        );
        return Err(Fault(LoadErrorKind::UnknownZone, message));
    }
    match &slot.ty {
        Type::Words(words) => {
            if let Some(word) = words.iter().position(|word| **word == *text) {
                return Ok(Examined::Word(u32::try_from(word).unwrap_or(u32::MAX)));
            }
            let near = suggest::nearest(text, words.iter().map(|word| &**word));
            let near = near
                .filter(|_| !slot.hidden())
                .map(|near| format!("; did you mean {near:?}?"));
            let message = format!(
                "{} is none of {}{}",
                quoted(slot, text),
                slot.ty,
                near.unwrap_or_default()
            );
            Err(Fault(LoadErrorKind::UnknownWord, message))
        }
        Type::Url if !schemes.allow(text) => {
            let message = format!("{} has none of the schemes {schemes}", quoted(slot, text));
            Err(Fault(LoadErrorKind::UrlScheme, message))
        }
        _ => Ok(Examined::Text),
    }
}

fn int(slot: &Slot, found: Found<'_>) -> Result<i64, Fault> {
    let parsed = match found {
        Found::Int(it) => i64::try_from(it).ok(),
        Found::Digits(digits) => match digits.parse() {
            Ok(it) => Some(it),
            Err(_) if digits.contains(['.', 'e', 'E']) => return Err(mismatch(slot, found)),
            Err(_) => None,
        },
        _ => return Err(mismatch(slot, found)),
    };
    parsed.ok_or_else(|| range(slot, found))
}

fn float(slot: &Slot, found: Found<'_>) -> Result<f64, Fault> {
    let float = match found {
        Found::Float(it) => it,
        Found::Single(it) => it.into(),
        #[expect(
            clippy::cast_precision_loss,
            reason = "the nearest float is what the digits would give too"
        )]
        Found::Int(it) => it as f64,
        Found::Digits(digits) => {
            let float: f64 = digits.parse().map_err(|_| mismatch(slot, found))?;
            return if float.is_finite() {
                Ok(float)
            } else {
                Err(range(slot, found))
            };
        }
        _ => return Err(mismatch(slot, found)),
    };
    if float.is_finite() {
        Ok(float)
    } else {
        Err(not_finite(slot, found))
    }
}

/// Floats count by their shortest digits: `19.99` is meant, not the binary number beside it.
fn decimal(slot: &Slot, found: Found<'_>, round: bool) -> Result<Decimal, Fault> {
    let digits: Cow<'_, str> = match found {
        Found::Digits(digits) | Found::Text(digits) => digits.into(),
        Found::Int(it) => it.to_string().into(),
        Found::Float(it) if it.is_finite() => format!("{it:e}").into(),
        Found::Single(it) if it.is_finite() => format!("{it:e}").into(),
        Found::Float(_) | Found::Single(_) => return Err(not_finite(slot, found)),
        _ => return Err(mismatch(slot, found)),
    };
    let parsed = if round {
        Decimal::parse_rounded(&digits)
    } else {
        digits.parse()
    };
    parsed.map_err(|error| match error {
        DecimalError::Syntax => mismatch(slot, found),
        DecimalError::Digits => {
            let message = format!(
                "{} has more than four digits after the point",
                number(slot, found)
            );
            Fault(LoadErrorKind::DecimalDigits, message)
        }
        DecimalError::Range => range(slot, found),
    })
}

/// A place from its coordinates in degrees.
pub(super) fn place(slot: &Slot, lat: f64, lon: f64) -> Result<Geo, Fault> {
    Geo::new(lat, lon).ok_or_else(|| {
        let (name, value, bound) = if (-90.0..=90.0).contains(&lat) {
            ("longitude", lon, 180)
        } else {
            ("latitude", lat, 90)
        };
        let value = if slot.hidden() {
            String::new()
        } else {
            format!(" {value}")
        };
        Fault(
            LoadErrorKind::Coordinates,
            format!("the {name}{value} lies outside ±{bound}"),
        )
    })
}

/// `expected int, found text "lots"`.
pub(super) fn mismatch(slot: &Slot, found: Found<'_>) -> Fault {
    Fault(
        LoadErrorKind::Type,
        format!("expected {}, found {}", slot.ty, found.shown(slot.hidden())),
    )
}

fn not_finite(slot: &Slot, found: Found<'_>) -> Fault {
    let what = found.shown(slot.hidden());
    Fault(
        LoadErrorKind::NotFinite,
        format!("expected a finite {}, found {what}", slot.ty),
    )
}

fn range(slot: &Slot, found: Found<'_>) -> Fault {
    let message = format!("{} lies outside the range of {}", number(slot, found), slot.ty);
    Fault(LoadErrorKind::Range, message)
}

fn time_fault(slot: &Slot, text: &str, error: &TimeError) -> Fault {
    match error {
        TimeError::Syntax { expected } => {
            let found = Found::Text(text).shown(slot.hidden());
            Fault(LoadErrorKind::Type, format!("expected {expected}, found {found}"))
        }
        TimeError::Absent => Fault(
            LoadErrorKind::NoSuchTime,
            format!("there is no such {}: {}", slot.ty, quoted(slot, text)),
        ),
        TimeError::Range => Fault(
            LoadErrorKind::Range,
            format!("{} lies outside the years 0001 to 9999", quoted(slot, text)),
        ),
    }
}

/// A text in quotes, unless it must not be shown.
fn quoted(slot: &Slot, text: &str) -> String {
    if slot.hidden() {
        "the text".to_owned()
    } else {
        format!("{:?}", shortened(text))
    }
}

fn number(slot: &Slot, found: Found<'_>) -> String {
    match found {
        _ if slot.hidden() => "the number".to_owned(),
        Found::Digits(text) | Found::Text(text) => shortened(text).into_owned(),
        Found::Int(it) => it.to_string(),
        Found::Float(it) => it.to_string(),
        Found::Single(it) => it.to_string(),
        _ => "the value".to_owned(),
    }
}

/// The beginning of a long text, enough to recognise it.
pub(super) fn shortened(text: &str) -> Cow<'_, str> {
    match text.char_indices().nth(60) {
        Some((end, _)) => format!("{}…", &text[..end]).into(),
        None => text.into(),
    }
}

impl<'a> Found<'a> {
    /// What was found in words, with its value unless that is `hidden`.
    pub(super) fn shown(self, hidden: bool) -> Shown<'a> {
        Shown { found: self, hidden }
    }
}

pub(super) struct Shown<'a> {
    found: Found<'a>,
    hidden: bool,
}

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.found {
            Found::Null => f.write_str("null"),
            Found::List => f.write_str("a list"),
            Found::Record => f.write_str("a record"),
            Found::Variant => f.write_str("a variant with fields"),
            Found::Bytes => f.write_str("bytes"),
            Found::Bool(_) if self.hidden => f.write_str("a truth value"),
            Found::Text(_) if self.hidden => f.write_str("text"),
            _ if self.hidden => f.write_str("a number"),
            Found::Bool(it) => write!(f, "{it}"),
            Found::Text(text) => write!(f, "text {:?}", shortened(text)),
            Found::Digits(digits) => f.write_str(&shortened(digits)),
            Found::Int(it) => write!(f, "{it}"),
            Found::Float(it) => write!(f, "{it}"),
            Found::Single(it) => write!(f, "{it}"),
        }
    }
}
