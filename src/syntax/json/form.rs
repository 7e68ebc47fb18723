//! How trees are JSON: one table gives the writer, the reader and the schema.

use std::sync::Arc;

use serde::{Serialize, Serializer, ser::SerializeMap};
use serde_json::{Map, Value, json};

/// JSON to be written, members in the order of the tables.
#[derive(Clone, Debug)]
pub(super) enum Tree {
    Null,
    Bool(bool),
    Int(i64),
    Text(Arc<str>),
    List(Vec<Tree>),
    Record(Vec<(&'static str, Tree)>),
}

impl Serialize for Tree {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Bool(it) => serializer.serialize_bool(*it),
            Self::Int(it) => serializer.serialize_i64(*it),
            Self::Text(it) => serializer.serialize_str(it),
            Self::List(items) => serializer.collect_seq(items),
            Self::Record(members) => {
                let mut map = serializer.serialize_map(Some(members.len()))?;
                for (name, value) in members {
                    map.serialize_entry(name, value)?;
                }
                map.end()
            }
        }
    }
}

/// What is wrong with JSON: where, from the inside out, and what.
#[derive(Debug)]
pub(super) struct Wrong {
    pub(super) path: Vec<String>,
    pub(super) message: String,
}

impl Wrong {
    pub(super) fn new(message: impl Into<String>) -> Self {
        Self {
            path: Vec::new(),
            message: message.into(),
        }
    }

    pub(super) fn expected(what: &str, found: &Value) -> Self {
        let found = match found {
            Value::Null => "null",
            Value::Bool(_) => "true or false",
            Value::Number(_) => "a number",
            Value::String(_) => "a text",
            Value::Array(_) => "a list",
            Value::Object(_) => "an object",
        };
        Self::new(format!("expected {what}, found {found}"))
    }

    pub(super) fn inside(mut self, step: String) -> Self {
        self.path.push(step);
        self
    }
}

pub(super) type Read<T> = Result<T, Wrong>;

/// The schemas of the types met so far, by name.
pub(super) type Schemas = Map<String, Value>;

/// Something with a form as JSON.
pub(super) trait Form: Sized {
    fn write(&self) -> Tree;

    fn read(json: &Value) -> Read<Self>;

    /// Its JSON Schema; named types are put into `schemas` and referred to.
    fn schema(schemas: &mut Schemas) -> Value;

    /// What a member is that is left out.
    fn absent() -> Option<Self> {
        None
    }

    fn is_absent(&self) -> bool {
        false
    }
}

impl Form for bool {
    fn write(&self) -> Tree {
        Tree::Bool(*self)
    }

    fn read(json: &Value) -> Read<Self> {
        json.as_bool()
            .ok_or_else(|| Wrong::expected("true or false", json))
    }

    fn schema(_: &mut Schemas) -> Value {
        json!({"type": "boolean", "default": false})
    }

    fn absent() -> Option<Self> {
        Some(false)
    }

    fn is_absent(&self) -> bool {
        !self
    }
}

macro_rules! integers {
    ($($type:ty)*) => {$(
        impl Form for $type {
            fn write(&self) -> Tree {
                // Numbers beyond the range are refused where they are read.
                Tree::Int(i64::try_from(*self).unwrap_or(i64::MAX))
            }

            fn read(json: &Value) -> Read<Self> {
                let whole = json.as_i64().ok_or_else(|| Wrong::expected("a whole number of 64 bits", json))?;
                whole.try_into().map_err(|_| Wrong::new(format!("{whole} is out of range")))
            }

            fn schema(_: &mut Schemas) -> Value {
                json!({"type": "integer"})
            }
        }
    )*};
}

integers! { i64 u64 u32 i8 }

impl Form for Arc<str> {
    fn write(&self) -> Tree {
        Tree::Text(self.clone())
    }

    fn read(json: &Value) -> Read<Self> {
        let text = json.as_str().ok_or_else(|| Wrong::expected("a text", json))?;
        Ok(text.into())
    }

    fn schema(_: &mut Schemas) -> Value {
        json!({"type": "string"})
    }
}

impl<T: Form> Form for Box<T> {
    fn write(&self) -> Tree {
        (**self).write()
    }

    fn read(json: &Value) -> Read<Self> {
        T::read(json).map(Self::new)
    }

    fn schema(schemas: &mut Schemas) -> Value {
        T::schema(schemas)
    }
}

impl<T: Form> Form for Option<T> {
    fn write(&self) -> Tree {
        self.as_ref().map_or(Tree::Null, Form::write)
    }

    fn read(json: &Value) -> Read<Self> {
        T::read(json).map(Some)
    }

    fn schema(schemas: &mut Schemas) -> Value {
        T::schema(schemas)
    }

    fn absent() -> Option<Self> {
        Some(None)
    }

    fn is_absent(&self) -> bool {
        self.is_none()
    }
}

impl<T: Form> Form for Vec<T> {
    fn write(&self) -> Tree {
        Tree::List(self.iter().map(Form::write).collect())
    }

    fn read(json: &Value) -> Read<Self> {
        let items = json.as_array().ok_or_else(|| Wrong::expected("a list", json))?;
        let each = items.iter().enumerate();
        each.map(|(index, item)| T::read(item).map_err(|wrong| wrong.inside(format!("[{index}]"))))
            .collect()
    }

    fn schema(schemas: &mut Schemas) -> Value {
        json!({"type": "array", "items": T::schema(schemas)})
    }

    fn absent() -> Option<Self> {
        Some(Self::new())
    }

    fn is_absent(&self) -> bool {
        self.is_empty()
    }
}

/// Adds a member, unless it may be left out.
pub(super) fn put<T: Form>(members: &mut Vec<(&'static str, Tree)>, name: &'static str, value: &T) {
    if !value.is_absent() {
        members.push((name, value.write()));
    }
}

/// Reads a member.
pub(super) fn take<T: Form>(members: &Map<String, Value>, name: &str) -> Read<T> {
    match members.get(name) {
        Some(json) => T::read(json).map_err(|wrong| wrong.inside(format!(".{name}"))),
        None => T::absent().ok_or_else(|| Wrong::new(format!("`{name}` is missing"))),
    }
}

/// The members of an object, none of which is another than these.
pub(super) fn members<'j>(json: &'j Value, known: &[&str]) -> Read<&'j Map<String, Value>> {
    let members = json
        .as_object()
        .ok_or_else(|| Wrong::expected("an object", json))?;
    match members.keys().find(|name| !known.contains(&name.as_str())) {
        Some(name) => Err(Wrong::new("unknown member").inside(step(name))),
        None => Ok(members),
    }
}

/// The tag of an object.
pub(super) fn kind(json: &Value) -> Read<&str> {
    let members = json
        .as_object()
        .ok_or_else(|| Wrong::expected("an object", json))?;
    let tag = members
        .get("kind")
        .ok_or_else(|| Wrong::new("`kind` is missing"))?;
    tag.as_str()
        .ok_or_else(|| Wrong::expected("a text", tag).inside(".kind".to_owned()))
}

/// An object schema; those members are required that may not be left out.
pub(super) fn object(tag: Option<&str>, properties: Vec<(&str, Value, bool)>) -> Value {
    let mut shown = Map::new();
    let mut required = Vec::new();
    if let Some(tag) = tag {
        shown.insert("kind".to_owned(), json!({"const": tag}));
        required.push("kind");
    }
    for (name, schema, is_required) in properties {
        shown.insert(name.to_owned(), schema);
        if is_required {
            required.push(name);
        }
    }
    json!({"type": "object", "properties": shown, "required": required, "additionalProperties": false})
}

/// A reference to the schema of a type, which `make` gives when it is met first.
pub(super) fn named(schemas: &mut Schemas, name: &str, make: impl FnOnce(&mut Schemas) -> Value) -> Value {
    if !schemas.contains_key(name) {
        schemas.insert(name.to_owned(), Value::Null);
        let schema = make(schemas);
        schemas.insert(name.to_owned(), schema);
    }
    json!({"$ref": format!("#/$defs/{name}")})
}

/// An object with a member for each field, the span left out.
macro_rules! record {
    ($type:ident { $($name:literal $field:ident),* $(,)? } $($span:ident)?) => {
        impl Form for $type {
            fn write(&self) -> Tree {
                let mut members = Vec::new();
                $( put(&mut members, $name, &self.$field); )*
                Tree::Record(members)
            }

            fn read(json: &Value) -> Read<Self> {
                let members = members(json, &[$($name),*])?;
                Ok(Self { $($field: take(members, $name)?,)* $($span: Span::default(),)? })
            }

            fn schema(schemas: &mut Schemas) -> Value {
                named(schemas, stringify!($type), |schemas| {
                    fn one<T: Form>(schemas: &mut Schemas, _: fn(&$type) -> &T) -> (Value, bool) {
                        (T::schema(schemas), T::absent().is_none())
                    }
                    let mut properties = Vec::new();
                    $( let (schema, required) = one(schemas, |it| &it.$field);
                    properties.push(($name, schema, required)); )*
                    object(None, properties)
                })
            }
        }
    };
}

/// An object with the name of the variant as `kind`, and a member for each field.
macro_rules! tagged {
    ($type:ident {
        $( $variant:ident $tag:literal
            $( { $( $name:literal $field:ident : $ty:ty ),* $(,)? } )?
            $( ( $( $tuple_name:literal $tuple:ident : $tuple_ty:ty ),* $(,)? ) )?
        ; )*
    }) => {
        impl Form for $type {
            fn write(&self) -> Tree {
                match self {
                    $( Self::$variant $({ $($field),* })? $(( $($tuple),* ))? => {
                        #[allow(unused_mut, reason = "some variants have no fields")]
                        let mut members = vec![("kind", Tree::Text($tag.into()))];
                        $( $( put(&mut members, $name, $field); )* )?
                        $( $( put(&mut members, $tuple_name, $tuple); )* )?
                        Tree::Record(members)
                    } )*
                }
            }

            fn read(json: &Value) -> Read<Self> {
                match kind(json)? {
                    $( $tag => {
                        #[allow(unused_variables, reason = "some variants have no fields")]
                        let members = members(json, &["kind", $( $($name),* )? $( $($tuple_name),* )?])?;
                        Ok(Self::$variant
                            $({ $($field: take::<$ty>(members, $name)?),* })?
                            $(( $(take::<$tuple_ty>(members, $tuple_name)?),* ))?)
                    } )*
                    other => Err(Wrong::new(format!("unknown kind {other:?}")).inside(".kind".to_owned())),
                }
            }

            fn schema(schemas: &mut Schemas) -> Value {
                named(schemas, stringify!($type), |schemas| {
                    let mut kinds = Vec::new();
                    $( {
                        let properties = vec![
                            $( $( ($name, <$ty>::schema(schemas), <$ty as Form>::absent().is_none()), )* )?
                            $( $(
                                ($tuple_name, <$tuple_ty>::schema(schemas), <$tuple_ty as Form>::absent().is_none()),
                            )* )?
                        ];
                        kinds.push(object(Some($tag), properties));
                    } )*
                    json!({"oneOf": kinds})
                })
            }
        }
    };
}

/// One of some words.
macro_rules! words {
    ($type:ident { $($variant:ident $word:literal),* $(,)? }) => {
        impl Form for $type {
            fn write(&self) -> Tree {
                match self { $( Self::$variant => Tree::Text($word.into()), )* }
            }

            fn read(json: &Value) -> Read<Self> {
                match json.as_str().ok_or_else(|| Wrong::expected("a text", json))? {
                    $( $word => Ok(Self::$variant), )*
                    other => Err(Wrong::new(format!("expected one of {}, found {other:?}", [$($word),*].join(", ")))),
                }
            }

            fn schema(schemas: &mut Schemas) -> Value {
                named(schemas, stringify!($type), |_| json!({"enum": [$($word),*]}))
            }
        }
    };
}

pub(super) use {record, tagged, words};

/// A member as a step of a path: `.name`, or `["a name"]` for one that would not be told from the steps around it.
fn step(name: &str) -> String {
    let is_word = |letter: char| letter.is_alphanumeric() || letter == '_';
    if !name.is_empty() && name.chars().all(is_word) {
        format!(".{name}")
    } else {
        format!("[{}]", json!(name))
    }
}
