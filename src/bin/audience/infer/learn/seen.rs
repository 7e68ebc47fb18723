//! What stands at each place of the samples.

use std::{collections::HashSet, fmt};

use audience::Limits;
use indexmap::IndexMap;
use serde::{
    Deserialize, Deserializer,
    de::{Error, MapAccess, Visitor},
};
use serde_json::value::RawValue;

use super::fits::{Fits, Plain};

/// What was seen of records of one kind: customers, events, items of a list.
#[derive(Debug, Default)]
pub(super) struct Record {
    /// How many there were.
    pub(super) count: u64,
    pub(super) members: IndexMap<String, Place>,
}

/// What was seen at one place.
#[derive(Debug, Default)]
pub(super) struct Place {
    pub(super) null: Option<u64>,
    /// Values that are no list and no object.
    pub(super) plain: Option<Values>,
    pub(super) record: Option<(u64, Record)>,
    /// Whether one of the objects is no point.
    pub(super) no_point: bool,
    pub(super) list: Option<(u64, Box<Place>)>,
    /// Whether one of the lists has no items.
    pub(super) no_items: bool,
    /// A line in which more is nested here than definitions may nest.
    pub(super) too_deep: Option<u64>,
    /// How many there were, `null` not counted.
    pub(super) count: u64,
}

/// Single values.
#[derive(Debug)]
pub(super) struct Values {
    /// The line of the first.
    pub(super) line: u64,
    /// What the first was, for comments.
    pub(super) kind: &'static str,
    /// A line with a value of another kind, and what it was.
    pub(super) other: Option<(u64, &'static str)>,
    /// A line with a value that no type takes, such as text with U+0000.
    pub(super) untyped: Option<u64>,
    /// Whether one of the texts is only white space.
    pub(super) blank: bool,
    /// A line with a whole number that an int cannot hold.
    pub(super) large: Option<u64>,
    /// The types that all of them fit, the narrowest first.
    pub(super) types: Vec<Plain>,
    /// The different texts, while they are few.
    pub(super) texts: Option<Vec<String>>,
    /// All values, while no two are the same.
    pub(super) unique: Option<HashSet<String>>,
}

/// More different texts than this are no words.
const MOST_WORDS: usize = 12;

/// How deep lists and objects may nest in a block of fields.
fn deepest() -> usize {
    Limits::default().nesting - 1
}

impl Record {
    /// Adds what stands in an object.
    pub(super) fn add(&mut self, json: &[u8], line: u64, fits: &Fits) -> Result<(), String> {
        let text = std::str::from_utf8(json).map_err(|error| error.to_string())?;
        if !text.trim_start().starts_with('{') {
            return Err("a customer is an object: {\"id\": …}".to_owned());
        }
        self.add_object(text, line, deepest(), fits)
    }

    /// Adds an object in which so many more levels may nest.
    fn add_object(&mut self, json: &str, line: u64, levels: usize, fits: &Fits) -> Result<(), String> {
        let Members(members) = serde_json::from_str(json).map_err(|error| error.to_string())?;
        self.count += 1;
        for (name, value) in members {
            let place = self.members.entry(name).or_default();
            place.add(value.get(), line, levels, fits)?;
        }
        Ok(())
    }
}

impl Place {
    fn add(&mut self, json: &str, line: u64, levels: usize, fits: &Fits) -> Result<(), String> {
        let first = json.bytes().next().unwrap_or(b'n');
        match first {
            b'n' => {
                self.null.get_or_insert(line);
                return Ok(());
            }
            b'{' | b'[' if levels == 0 => {
                self.too_deep.get_or_insert(line);
            }
            b'{' => {
                self.no_point = self.no_point || !fits.fits(Plain::Geo, json);
                let (_, record) = self.record.get_or_insert_with(|| (line, Record::default()));
                record.add_object(json, line, levels - 1, fits)?;
            }
            b'[' => {
                let (_, items) = self.list.get_or_insert_with(|| (line, Box::default()));
                let values: Vec<&RawValue> = serde_json::from_str(json).map_err(|error| error.to_string())?;
                self.no_items |= values.is_empty();
                for value in values {
                    items.add(value.get(), line, levels - 1, fits)?;
                }
            }
            _ => self.add_plain(json, first, line, fits),
        }
        self.count += 1;
        Ok(())
    }

    fn add_plain(&mut self, json: &str, first: u8, line: u64, fits: &Fits) {
        let possible = Plain::of(first);
        let kind = match first {
            b't' | b'f' => "true or false",
            b'"' => "text",
            _ => "a number",
        };
        let values = self.plain.get_or_insert_with(|| Values {
            line,
            kind,
            other: None,
            untyped: None,
            blank: false,
            large: None,
            types: possible.to_vec(),
            texts: Some(Vec::new()),
            unique: Some(HashSet::new()),
        });
        if values.kind != kind {
            values.other.get_or_insert((line, kind));
        }
        values
            .types
            .retain(|ty| possible.contains(ty) && fits.fits(*ty, json));
        if values.types.is_empty() {
            values.untyped.get_or_insert(line);
        }
        let is_whole = !json.contains(['.', 'e', 'E']);
        if kind == "a number" && is_whole && json.parse::<i64>().is_err() {
            values.large.get_or_insert(line);
        }
        let text = serde_json::from_str::<String>(json).ok();
        values.blank |= text.as_deref().is_some_and(|it| it.trim().is_empty());
        if let Some(texts) = &mut values.texts {
            match text {
                Some(text) if texts.contains(&text) => {}
                Some(text) if texts.len() < MOST_WORDS => texts.push(text),
                _ => values.texts = None,
            }
        }
        if values
            .unique
            .as_mut()
            .is_some_and(|all| !all.insert(json.to_owned()))
        {
            values.unique = None;
        }
    }
}

/// An object with its members as written, in order; none twice.
struct Members<'a>(Vec<(String, &'a RawValue)>);

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object;

        impl<'de> Visitor<'de> for Object {
            type Value = Members<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut names = HashSet::new();
                let mut members = Vec::new();
                while let Some((name, value)) = map.next_entry::<String, &RawValue>()? {
                    if !names.insert(name.clone()) {
                        return Err(A::Error::custom(format!("the member `{name}` stands twice")));
                    }
                    members.push((name, value));
                }
                Ok(Members(members))
            }
        }

        deserializer.deserialize_map(Object)
    }
}
