//! Reads what `--context` gives to messages: inputs and placements, by name.

use std::{fmt, sync::Arc};

use audience::{Date, DateTime, Decimal, Definitions, Items, PlacedItem, Placements, Type, Value};
use indexmap::IndexMap;
use serde::{
    Deserialize, Deserializer,
    de::{Error, MapAccess, Visitor},
};
use serde_json::value::RawValue;

/// What every message is given besides its customer.
#[derive(Debug, Default)]
pub(crate) struct Context {
    pub(crate) inputs: Vec<Input>,
    pub(crate) placements: Placements,
    /// The items that stand in placements with all their fields, one set for each catalogue.
    pub(crate) items: Vec<Items>,
}

/// A value by name.
#[derive(Debug)]
pub(crate) struct Input {
    pub(crate) name: String,
    /// What it looks like, for templates that do not say what they take.
    pub(crate) ty: Type,
    pub(crate) value: Value,
    /// As its JSON has it: text stays text.
    pub(crate) written: Value,
}

/// Items that stand in placements, as JSON lines of their catalogue.
#[derive(Default)]
struct WholeItems {
    /// By key, because two placements may show the same item; with the place of the first.
    lines: IndexMap<String, (String, String)>,
}

impl Context {
    /// Reads a JSON object: members named like a placement are lists of items, others are inputs.
    ///
    /// `given` tells whether the items of a catalogue come from elsewhere: then placements name them by key only.
    pub(crate) fn read(
        json: &[u8],
        shop: &Definitions,
        given: impl Fn(&str) -> bool,
    ) -> Result<Self, String> {
        let members: Members<'_> = serde_json::from_slice(json).map_err(|error| error.to_string())?;
        let mut context = Self::default();
        let mut whole: IndexMap<Arc<str>, WholeItems> = IndexMap::new();
        for (name, value) in members.0 {
            let Some(placement) = shop.schema().placements.get(name.as_str()) else {
                let (ty, seen) = input(value.get()).map_err(|problem| format!("{name}: {problem}"))?;
                let text = serde_json::from_str::<String>(value.get()).ok();
                context.inputs.push(Input {
                    name,
                    ty,
                    written: text.map_or_else(|| seen.clone(), Value::from),
                    value: seen,
                });
                continue;
            };
            let catalog = &placement.catalog;
            let key_field = key_of(shop, catalog);
            let entries: Vec<&RawValue> = serde_json::from_str(value.get())
                .map_err(|_| format!("{name}: expected the list of items of a placement"))?;
            let mut placed = Vec::with_capacity(entries.len());
            for (index, entry) in entries.into_iter().enumerate() {
                let path = format!("{name}[{index}]");
                let (item, fields) =
                    entry_of(entry.get(), key_field).map_err(|problem| format!("{path}: {problem}"))?;
                if !given(catalog) {
                    let set = whole.entry(catalog.clone()).or_default();
                    set.lines
                        .entry(item.key().to_owned())
                        .or_insert((path, object(&fields)));
                } else if let Some((other, _)) = fields.iter().find(|(field, _)| field != key_field) {
                    return Err(format!(
                        "{path}.{other}: the items of `{catalog}` come from --catalog"
                    ));
                }
                placed.push(item);
            }
            context.placements.set(&name, placed);
        }
        for (catalog, set) in whole {
            context.items.push(set.load(shop, &catalog)?);
        }
        Ok(context)
    }
}

impl WholeItems {
    fn load(self, shop: &Definitions, catalog: &str) -> Result<Items, String> {
        let lines: Vec<&str> = self.lines.values().map(|(_, line)| line.as_str()).collect();
        shop.loader()
            .items_from_json_lines(catalog, lines.join("\n").as_bytes())
            .map_err(|error| {
                let index = error.line().unwrap_or(1) - 1;
                let place = self
                    .lines
                    .get_index(index)
                    .map_or(catalog, |(_, (path, _))| path.as_str());
                let dot = if error.path().is_empty() { "" } else { "." };
                format!("{place}{dot}{}: {}", error.path(), error.message())
            })
    }
}

/// The name of the field that is the key of a catalogue.
fn key_of<'a>(shop: &'a Definitions, catalog: &str) -> &'a str {
    let fields = shop
        .schema()
        .catalogs
        .get(catalog)
        .map(|it| it.fields.as_slice())
        .unwrap_or_default();
    fields
        .iter()
        .find(|field| field.roles.key)
        .map_or("key", |field| &*field.name)
}

type Fields<'a> = Vec<(String, &'a RawValue)>;

/// The key and reason of an item in a placement, and its fields without the reason.
fn entry_of<'a>(json: &'a str, key_field: &str) -> Result<(PlacedItem, Fields<'a>), String> {
    let Members(mut fields) = serde_json::from_str(json)
        .map_err(|_| format!("expected an object with `{key_field}` and `reason`, found {json}"))?;
    let reason = fields
        .iter()
        .position(|(name, _)| name == "reason")
        .ok_or("`reason` is missing")?;
    let (_, reason) = fields.remove(reason);
    let reason: String = serde_json::from_str(reason.get()).map_err(|_| "`reason` is no text")?;
    let key = fields.iter().find(|(name, _)| name == key_field);
    let (_, key) = key.ok_or_else(|| format!("`{key_field}` is missing"))?;
    let key = serde_json::from_str::<String>(key.get()).unwrap_or_else(|_| key.get().to_owned());
    Ok((PlacedItem::new(key, reason), fields))
}

fn object(fields: &Fields<'_>) -> String {
    let members = fields
        .iter()
        .map(|(name, value)| format!("{}:{}", serde_json::Value::from(name.as_str()), value.get()));
    // Line breaks stand only between the tokens of JSON, and an item is one line.
    format!("{{{}}}", members.collect::<Vec<_>>().join(",")).replace(['\n', '\r'], " ")
}

/// An input and the type it has by its look: text is a day, an instant or a link when it reads as one.
fn input(json: &str) -> Result<(Type, Value), String> {
    const EXPECTED: &str = "expected text, a number, true or false";
    match serde_json::from_str(json).map_err(|error| error.to_string())? {
        serde_json::Value::Bool(truth) => Ok((Type::Bool, truth.into())),
        serde_json::Value::Number(number) => {
            if let Ok(whole) = json.parse::<i64>() {
                return Ok((Type::Int, whole.into()));
            }
            // From its digits, never through a float.
            if let Ok(decimal) = json.parse::<Decimal>() {
                return Ok((Type::Decimal, decimal.into()));
            }
            number
                .as_f64()
                .map(|it| (Type::Float, Value::Float(it)))
                .ok_or_else(|| EXPECTED.to_owned())
        }
        serde_json::Value::String(text) => {
            if let Ok(date) = text.parse::<Date>() {
                Ok((Type::Date, date.into()))
            } else if let Ok(instant) = text.parse::<DateTime>() {
                Ok((Type::DateTime, instant.into()))
            } else {
                let schemes = ["http:", "https:", "mailto:", "tel:"];
                let lower = text.to_ascii_lowercase();
                let link = schemes.iter().any(|scheme| lower.starts_with(scheme));
                Ok((if link { Type::Url } else { Type::String }, text.into()))
            }
        }
        serde_json::Value::Null => Err(format!("{EXPECTED}, found null")),
        serde_json::Value::Array(_) | serde_json::Value::Object(_) => Err(format!(
            "{EXPECTED}; only a placement takes a list, and there is none of this name"
        )),
    }
}

/// A JSON object with its members as written, in order; none twice.
struct Members<'a>(Fields<'a>);

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object;

        impl<'de> Visitor<'de> for Object {
            type Value = Members<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members: Fields<'de> = Vec::new();
                while let Some((name, value)) = map.next_entry::<String, &RawValue>()? {
                    if members.iter().any(|(other, _)| *other == name) {
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
