//! Random customers: values one step from the constants of the rules, and the edges of every type.

use audience::{Date, DateTime, Decimal, Field, Schema, Type};
use serde::{
    de::{
        Deserializer, IntoDeserializer, Visitor,
        value::{Error, MapDeserializer, SeqDeserializer},
    },
    ser::{Serialize, SerializeMap, SerializeSeq, Serializer},
};

use super::{
    choices::Choices,
    palette::{Palette, moved, returning, shifted, stepped, stepped_moment},
};

/// A value of a record, as a customer's JSON or any other format may hold it.
#[derive(Clone, Debug)]
pub(crate) enum Datum {
    /// Shown as null, where [`Datum::Record`] has not left its name out.
    Missing,
    Bool(bool),
    Int(i64),
    Float(f64),
    Decimal(Decimal),
    Text(String),
    Date(Date),
    DateTime(DateTime),
    Geo(f64, f64),
    List(Vec<Datum>),
    Record(Vec<(String, Datum)>),
}

/// How [`Datum::json`] writes decimals: both are accepted from JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Decimals {
    Numbers,
    Texts,
}

impl Datum {
    pub(crate) fn json(&self, decimals: Decimals) -> String {
        match self {
            Self::Missing => "null".to_owned(),
            Self::Bool(it) => it.to_string(),
            Self::Int(it) => it.to_string(),
            Self::Float(it) => format!("{it:?}"),
            Self::Decimal(it) if decimals == Decimals::Numbers => it.to_string(),
            Self::Decimal(it) => format!("\"{it}\""),
            Self::Text(it) => serde_json::to_string(it).expect("text is JSON"),
            Self::Date(it) => format!("\"{it}\""),
            Self::DateTime(it) => format!("\"{it}\""),
            Self::Geo(lat, lon) => format!("{{\"lat\":{lat:?},\"lon\":{lon:?}}}"),
            Self::List(items) => {
                let items: Vec<String> = items.iter().map(|it| it.json(decimals)).collect();
                format!("[{}]", items.join(","))
            }
            Self::Record(fields) => {
                let fields: Vec<String> = fields
                    .iter()
                    .map(|(name, it)| {
                        let name = serde_json::to_string(name).expect("text is JSON");
                        format!("{name}:{}", it.json(decimals))
                    })
                    .collect();
                format!("{{{}}}", fields.join(","))
            }
        }
    }
}

impl Serialize for Datum {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Missing => serializer.serialize_none(),
            Self::Bool(it) => it.serialize(serializer),
            Self::Int(it) => it.serialize(serializer),
            Self::Float(it) => it.serialize(serializer),
            Self::Decimal(it) => it.serialize(serializer),
            Self::Text(it) => it.serialize(serializer),
            Self::Date(it) => it.serialize(serializer),
            Self::DateTime(it) => it.serialize(serializer),
            Self::Geo(lat, lon) => (lat, lon).serialize(serializer),
            Self::List(items) => {
                let mut list = serializer.serialize_seq(Some(items.len()))?;
                items.iter().try_for_each(|it| list.serialize_element(it))?;
                list.end()
            }
            Self::Record(fields) => {
                let mut record = serializer.serialize_map(Some(fields.len()))?;
                fields
                    .iter()
                    .try_for_each(|(name, it)| record.serialize_entry(name, it))?;
                record.end()
            }
        }
    }
}

/// For structs that derive `Deserialize`: without a format in between, which might round floats.
impl<'de> Deserializer<'de> for Datum {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self {
            Self::Missing => visitor.visit_none(),
            Self::Bool(it) => visitor.visit_bool(it),
            Self::Int(it) => visitor.visit_i64(it),
            Self::Float(it) => visitor.visit_f64(it),
            Self::Decimal(it) => visitor.visit_string(it.to_string()),
            Self::Text(it) => visitor.visit_string(it),
            Self::Date(it) => visitor.visit_string(it.to_string()),
            Self::DateTime(it) => visitor.visit_string(it.to_string()),
            Self::Geo(lat, lon) => visitor.visit_seq(SeqDeserializer::new([lat, lon].into_iter())),
            Self::List(items) => visitor.visit_seq(SeqDeserializer::new(items.into_iter())),
            Self::Record(fields) => visitor.visit_map(MapDeserializer::new(fields.into_iter())),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self {
            Self::Missing => visitor.visit_none(),
            value => visitor.visit_some(value),
        }
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 u8 u16 u32 u64 f32 f64 char str string bytes byte_buf unit unit_struct newtype_struct seq
        tuple tuple_struct map struct enum identifier ignored_any
    }
}

impl IntoDeserializer<'_> for Datum {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

/// Draws a customer of the schema.
pub(crate) fn draw(schema: &Schema, palette: &Palette, choices: &mut Choices<'_>, key: usize) -> Datum {
    let mut people = People { palette, choices };
    let mut fields: Vec<(String, Datum)> = Vec::new();
    for field in &schema.customer {
        if field.roles.key {
            let key = match field.ty {
                Type::Int => Datum::Int(i64::try_from(key).unwrap_or(0)),
                _ => Datum::Text(format!("customer {key}")),
            };
            fields.push((field.name.to_string(), key));
        } else if let Some(value) = people.field(field) {
            fields.push((field.name.to_string(), value));
        }
    }
    for (name, event) in &schema.events {
        let events = people.events(&event.fields);
        // A type of event without events may also be left out.
        if !events.is_empty() || people.choices.one_in(2) {
            fields.push((name.to_string(), Datum::List(events)));
        }
    }
    Datum::Record(fields)
}

/// Draws an item of a catalogue that is known by this text.
pub(crate) fn item(fields: &[Field], palette: &Palette, choices: &mut Choices<'_>, key: &str) -> Datum {
    let mut people = People { palette, choices };
    let fields = fields.iter().filter_map(|field| {
        let value = if field.roles.key {
            Datum::Text(key.to_owned())
        } else {
            people.field(field)?
        };
        Some((field.name.to_string(), value))
    });
    Datum::Record(fields.collect())
}

struct People<'a, 'b> {
    palette: &'a Palette,
    choices: &'a mut Choices<'b>,
}

impl People<'_, '_> {
    /// The field's value, or none where its name is left out.
    fn field(&mut self, field: &Field) -> Option<Datum> {
        if field.optional && self.choices.one_in(3) {
            return if self.choices.one_in(2) {
                Some(Datum::Missing)
            } else {
                None
            };
        }
        Some(self.value(field))
    }

    fn value(&mut self, field: &Field) -> Datum {
        let blank = |text: &str| field.roles.filled.as_ref().is_some_and(|it| !it.accepts(text));
        // A required name that must be filled takes no blank text, nor does a list whose items must be.
        let filled = |value: Datum| match value {
            Datum::Text(text) if blank(&text) => Datum::Text("filled".to_owned()),
            value => value,
        };
        match self.value_of(&field.ty) {
            Datum::List(items) => Datum::List(items.into_iter().map(filled).collect()),
            value if field.optional => value,
            value => filled(value),
        }
    }

    fn value_of(&mut self, ty: &Type) -> Datum {
        match ty {
            Type::Bool => Datum::Bool(self.choices.one_in(2)),
            Type::Int => Datum::Int(self.int()),
            Type::Float => Datum::Float(self.float()),
            Type::Decimal => Datum::Decimal(self.decimal()),
            Type::String | Type::Ref(_) => Datum::Text(self.text()),
            Type::Words(words) => Datum::Text(self.choices.pick(words).to_string()),
            Type::Date => Datum::Date(self.date()),
            Type::DateTime => Datum::DateTime(self.instant()),
            Type::Geo => {
                let (lat, lon) = *self.choices.pick(&self.palette.places);
                // The same, six metres away, and half a kilometre away.
                let off = *self.choices.pick(&[0.0, 0.0, 0.000_05, 0.004_5]);
                Datum::Geo(lat - off * lat.signum(), lon)
            }
            Type::Url => {
                let schemes = ["https://", "http://", "mailto:", "tel:"];
                let scheme = *self.choices.pick(&schemes);
                let rest = if scheme == "tel:" {
                    "+34600"
                } else {
                    *self.choices.pick(&["a.es", "ana@b.es", "a.es/É"])
                };
                Datum::Text(format!("{scheme}{rest}"))
            }
            Type::List(item) => {
                let count = self.choices.below(4);
                let mut items: Vec<Datum> = Vec::new();
                for _ in 0..count {
                    let again = items.last().filter(|_| self.choices.one_in(5)).cloned();
                    items.push(again.unwrap_or_else(|| self.value_of(item)));
                }
                Datum::List(items)
            }
            Type::Record(fields) => Datum::Record(
                fields
                    .iter()
                    .filter_map(|it| Some((it.name.to_string(), self.field(it)?)))
                    .collect(),
            ),
            other => unreachable!("no attribute is a {other}"),
        }
    }

    /// In any order, some at one instant, some twice, some after now.
    fn events(&mut self, fields: &[Field]) -> Vec<Datum> {
        let count = self.choices.below(6);
        let mut events: Vec<Datum> = Vec::new();
        for _ in 0..count {
            if self.choices.one_in(8) && !events.is_empty() {
                events.push(self.choices.pick(&events).clone());
                continue;
            }
            let at = self.instant();
            // What is still to come does not exist, so most has happened.
            let at = if at > self.palette.now && !self.choices.one_in(4) {
                self.past()
            } else {
                at
            };
            let mut event = vec![("at".to_owned(), Datum::DateTime(at))];
            for field in fields {
                if let Some(value) = self.field(field) {
                    event.push((field.name.to_string(), value));
                }
            }
            events.push(Datum::Record(event));
        }
        events
    }

    fn int(&mut self) -> i64 {
        let int = *self.choices.pick(&self.palette.ints);
        match self.choices.below(6) {
            0..=2 => int,
            3 => int.saturating_add(1),
            4 => int.saturating_sub(1),
            _ => i64::try_from(self.choices.below(40)).unwrap_or(0) - 5,
        }
    }

    fn decimal(&mut self) -> Decimal {
        let units = self.choices.pick(&self.palette.decimals).units();
        Decimal::from_units(match self.choices.below(6) {
            0..=2 => units,
            3 => units.saturating_add(1),
            4 => units.saturating_sub(1),
            // Whole, so that ints are met too.
            _ => (i64::try_from(self.choices.below(40)).unwrap_or(0) - 5) * Decimal::SCALE,
        })
    }

    fn float(&mut self) -> f64 {
        let float = *self.choices.pick(&self.palette.floats);
        match self.choices.below(6) {
            0..=2 => float,
            3 => float.next_up(),
            4 => float.next_down(),
            _ => {
                let int = *self.choices.pick(&self.palette.ints);
                #[expect(clippy::cast_precision_loss, reason = "the neighbour of an int is wanted")]
                let float = int as f64;
                float
            }
        }
    }

    fn text(&mut self) -> String {
        let text = self.choices.pick(&self.palette.texts).clone();
        match self.choices.below(8) {
            0..=3 => text,
            4 => text + "x",
            5 => format!("x{text}"),
            6 => String::new(),
            _ => text.chars().rev().skip(1).collect(),
        }
    }

    fn date(&mut self) -> Date {
        let today = self.palette.zone.date_of(self.palette.now);
        let date = match self.choices.below(6) {
            3 => returning(self.choices, today),
            4 => {
                let months = self.choices.pick(&self.palette.steps).months();
                stepped(today, if self.choices.one_in(3) { months } else { -months })
            }
            // The first of a month, or a Monday, or the day before.
            5 => {
                let month = stepped(today, i32::try_from(self.choices.below(4)).expect("small") - 2);
                let week = i64::try_from(self.choices.below(3)).expect("small") - 1;
                if self.choices.one_in(2) {
                    Date::from_ymd(month.year(), month.month(), 1).unwrap_or(today)
                } else {
                    shifted(today, 7 * week - i64::from(today.days_from_monday()))
                }
            }
            0 => *self.choices.pick(&self.palette.dates),
            1 => today,
            _ => {
                let days = self.choices.pick(&self.palette.spans).days();
                shifted(today, if self.choices.one_in(3) { days } else { -days })
            }
        };
        match self.choices.below(5) {
            0..=2 => date,
            3 => shifted(date, 1),
            _ => shifted(date, -1),
        }
    }

    /// Near an edge of a window, of a day in the zone, or of the constants.
    fn instant(&mut self) -> DateTime {
        let Palette { now, zone, .. } = *self.palette;
        let at = match self.choices.below(7) {
            5 => {
                let months = self.choices.pick(&self.palette.steps).months();
                stepped_moment(now, if self.choices.one_in(3) { months } else { -months })
            }
            6 => {
                let date = self.date();
                DateTime::from_micros(zone.start_of(date)).unwrap_or(now)
            }
            0 => *self.choices.pick(&self.palette.instants),
            1 => now,
            2 => self.past(),
            3 => moved(now, self.choices.pick(&self.palette.spans).micros()),
            _ => {
                let date = *self.choices.pick(&self.palette.dates);
                let next = self.choices.one_in(2);
                DateTime::from_micros(zone.start_of(if next { shifted(date, 1) } else { date }))
                    .unwrap_or(now)
            }
        };
        match self.choices.below(5) {
            0..=2 => at,
            3 => moved(at, 1),
            _ => moved(at, -1),
        }
    }

    fn past(&mut self) -> DateTime {
        let span = self.choices.pick(&self.palette.spans).micros();
        let span = if self.choices.one_in(2) { span / 2 } else { span };
        moved(self.palette.now, -span)
    }
}
