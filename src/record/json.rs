//! JSON straight into the rows of a customer, without a tree in between.

use std::{borrow::Cow, fmt};

use serde::{
    Deserializer,
    de::{DeserializeSeed, Error, IgnoredAny, MapAccess, SeqAccess, Visitor},
};
use serde_json::value::RawValue;

use super::{
    LoadError, LoadErrorKind,
    cell::Found,
    fill::{Context, Coordinates, Failed, Place, Record},
    form::{Member, Node},
    table::TableBuilder,
};
use crate::value::Type;

/// Reads one record of JSON into a new row.
pub(super) fn read<'l>(
    json: &[u8],
    node: &'l Node,
    table: &mut TableBuilder,
    context: &mut Context<'l>,
) -> Result<(), LoadError> {
    let mut deserializer = deserializer(json)?;
    let read = match Place::whole(node, table, context) {
        Ok(place) => place.deserialize(&mut deserializer),
        Err(failed) => Err(serde_json::Error::custom(failed)),
    };
    finish(read, deserializer, context)
}

/// Reads the value of a member that is missing in the last row.
pub(super) fn replace<'l>(
    json: &[u8],
    member: &'l Member,
    table: &mut TableBuilder,
    context: &mut Context<'l>,
) -> Result<(), LoadError> {
    let mut deserializer = deserializer(json)?;
    let read = Place::missing(member, table, context).deserialize(&mut deserializer);
    finish(read, deserializer, context)
}

type Source<'j> = serde_json::Deserializer<serde_json::de::StrRead<'j>>;

fn deserializer(json: &[u8]) -> Result<Source<'_>, LoadError> {
    let text = std::str::from_utf8(json).map_err(|error| {
        let message = format!("the text is not UTF-8 from byte {} on", error.valid_up_to());
        LoadError::new(LoadErrorKind::InvalidUtf8, "", message)
    })?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    Ok(serde_json::Deserializer::from_str(text))
}

/// Nothing may follow; if something was wrong, the context knows what.
fn finish(
    read: Result<(), serde_json::Error>,
    mut deserializer: Source<'_>,
    context: &mut Context<'_>,
) -> Result<(), LoadError> {
    let failed = read.and_then(|()| deserializer.end());
    match (failed, context.failure.take()) {
        (_, Some(failure)) => Err(failure),
        (Ok(()), None) => Ok(()),
        (Err(error), None) => Err(LoadError::new(
            LoadErrorKind::Syntax,
            context.path(),
            syntax_message(&error),
        )),
    }
}

/// Says what is wrong with the JSON; of a text of one line, the column only.
fn syntax_message(error: &serde_json::Error) -> String {
    let message = error.to_string();
    match message.strip_suffix(&format!(" at line 1 column {}", error.column())) {
        Some(what) => format!("not JSON: {what} at column {}", error.column()),
        None => format!("not JSON: {message}"),
    }
}

/// What serde carries up to [`read`]; the story is in the context.
impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("refused")
    }
}

impl<'de> DeserializeSeed<'de> for Place<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        match self.ty() {
            // Numbers are read from their digits: a decimal never passes through a float.
            Some(Type::Int | Type::Float | Type::Decimal) => {
                let raw = <&RawValue as serde::Deserialize>::deserialize(deserializer)?;
                with_raw(raw, |found| self.value(found))
            }
            _ => deserializer.deserialize_any(self),
        }
    }
}

/// Says what a raw piece of JSON is.
fn with_raw<E: Error>(raw: &RawValue, take: impl FnOnce(Found<'_>) -> Result<(), Failed>) -> Result<(), E> {
    let raw = raw.get();
    let taken = match raw.as_bytes().first() {
        Some(b'"') => {
            // A text that serde_json has just accepted as raw JSON may still have a broken surrogate escape.
            let text: Cow<'_, str> = serde_json::from_str::<Text<'_>>(raw).map_err(E::custom)?.0;
            take(Found::Text(&text))
        }
        Some(b'{') => take(Found::Record),
        Some(b'[') => take(Found::List),
        Some(b't') => take(Found::Bool(true)),
        Some(b'f') => take(Found::Bool(false)),
        Some(b'n') => take(Found::Null),
        _ => take(Found::Digits(raw)),
    };
    taken.map_err(E::custom)
}

/// Text that is borrowed where it has no escapes.
#[derive(serde::Deserialize)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

impl<'de> Visitor<'de> for Place<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value of the schema")
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        self.value(Found::Null).map_err(E::custom)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<(), E> {
        self.value(Found::Bool(value)).map_err(E::custom)
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<(), E> {
        self.value(Found::Int(value.into())).map_err(E::custom)
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<(), E> {
        self.value(Found::Int(value.into())).map_err(E::custom)
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<(), E> {
        self.value(Found::Float(value)).map_err(E::custom)
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<(), E> {
        self.value(Found::Text(value)).map_err(E::custom)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        if let Some(Type::Geo) = self.ty() {
            let mut place = self.coordinates().map_err(A::Error::custom)?;
            let mut index = 0;
            while seq
                .next_element_seed(Coordinate {
                    place: &mut place,
                    index,
                })?
                .is_some()
            {
                index += 1;
            }
            return place.finish().map_err(A::Error::custom);
        }
        let mut items = self.items().map_err(A::Error::custom)?;
        // Whether there is another item is known only after asking with a seed, which needs a row: so the row is made
        // by the seed.
        while seq.next_element_seed(Item(&mut items))?.is_some() {
            items.leave();
        }
        items.finish().map_err(A::Error::custom)?;
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        if let Some(Type::Geo) = self.ty() {
            let mut place = self.coordinates().map_err(A::Error::custom)?;
            while let Some(member) = map.next_key_seed(Name(|name: &str| place.member(name)))? {
                match member {
                    Some(index) => map.next_value_seed(Coordinate {
                        place: &mut place,
                        index,
                    })?,
                    None => drop(map.next_value::<IgnoredAny>()?),
                }
            }
            return place.finish().map_err(A::Error::custom);
        }
        let mut record: Record<'_, '_> = self.record().map_err(A::Error::custom)?;
        while let Some(member) = map.next_key_seed(Name(|name: &str| record.member(name)))? {
            match member {
                Some(member) => {
                    map.next_value_seed(record.enter(member))?;
                    record.leave();
                }
                // Skipped without recursion, however deep.
                None => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        record.finish().map_err(A::Error::custom)
    }
}

struct Item<'a, 'c, 'l>(&'a mut super::fill::Items<'c, 'l>);

impl<'de> DeserializeSeed<'de> for Item<'_, '_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        self.0
            .enter()
            .map_err(D::Error::custom)?
            .deserialize(deserializer)
    }
}

struct Coordinate<'a, 'c, 'l> {
    place: &'a mut Coordinates<'c, 'l>,
    index: usize,
}

impl<'de> DeserializeSeed<'de> for Coordinate<'_, '_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        let raw = <&RawValue as serde::Deserialize>::deserialize(deserializer)?;
        with_raw(raw, |found| self.place.value(self.index, found))
    }
}

/// Looks a member up by its name, without a copy of the name.
struct Name<F>(F);

impl<'de, T, F: FnMut(&str) -> Result<T, Failed>> DeserializeSeed<'de> for Name<F> {
    type Value = T;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<T, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<T, F: FnMut(&str) -> Result<T, Failed>> Visitor<'_> for Name<F> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a member")
    }

    fn visit_str<E: Error>(mut self, name: &str) -> Result<T, E> {
        (self.0)(name).map_err(E::custom)
    }
}
