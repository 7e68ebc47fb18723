//! Anything that implements `Serialize`, straight into the rows of a customer.

use std::fmt;

use serde::ser::{self, Impossible, Serialize, Serializer};

use super::{
    LoadError, LoadErrorKind,
    cell::Found,
    fill::{Context, Coordinates, Failed, Items, Place, Record},
    form::Node,
    table::TableBuilder,
};
use crate::value::Type;

/// Reads one record from a value into a new row.
pub(super) fn read<'l, T: Serialize + ?Sized>(
    value: &T,
    node: &'l Node,
    table: &mut TableBuilder,
    context: &mut Context<'l>,
) -> Result<(), LoadError> {
    let read = match Place::whole(node, table, context) {
        Ok(place) => value.serialize(place),
        Err(failed) => Err(failed.into()),
    };
    match (read, context.failure.take()) {
        (_, Some(failure)) => Err(failure),
        (Ok(()), None) => Ok(()),
        (Err(Refusal(message)), None) => Err(LoadError::new(
            LoadErrorKind::Serialize,
            context.path(),
            message.unwrap_or_default(),
        )),
    }
}

/// Why serializing stopped: the value's own error, or nothing when the context has the story.
#[derive(Debug)]
pub(super) struct Refusal(Option<String>);

impl From<Failed> for Refusal {
    fn from(_: Failed) -> Self {
        Self(None)
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.as_deref().unwrap_or("refused"))
    }
}

impl std::error::Error for Refusal {}

impl ser::Error for Refusal {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self(Some(message.to_string()))
    }
}

/// The items of a list, or the coordinates of a place in their order.
pub(super) enum Sequence<'c, 'l> {
    Items(Items<'c, 'l>),
    Place { place: Coordinates<'c, 'l>, next: usize },
}

/// The members of a record, or the coordinates of a place by name.
pub(super) enum Members<'c, 'l> {
    Record {
        record: Record<'c, 'l>,
        key: Option<usize>,
    },
    Place {
        place: Coordinates<'c, 'l>,
        key: Option<usize>,
    },
}

impl<'c, 'l> Place<'c, 'l> {
    fn sequence(self) -> Result<Sequence<'c, 'l>, Refusal> {
        Ok(match self.ty() {
            Some(Type::Geo) => Sequence::Place {
                place: self.coordinates()?,
                next: 0,
            },
            _ => Sequence::Items(self.items()?),
        })
    }

    fn members(self) -> Result<Members<'c, 'l>, Refusal> {
        Ok(match self.ty() {
            Some(Type::Geo) => Members::Place {
                place: self.coordinates()?,
                key: None,
            },
            _ => Members::Record {
                record: self.record()?,
                key: None,
            },
        })
    }
}

/// Writes the methods of a [`Serializer`] that take one value.
macro_rules! values {
    ($($method:ident $ty:ty => |$value:ident| $found:expr;)*) => {$(
        fn $method(self, $value: $ty) -> Result<(), Refusal> {
            Ok(self.value($found)?)
        }
    )*};
}

impl<'c, 'l> Serializer for Place<'c, 'l> {
    type Ok = ();
    type Error = Refusal;
    type SerializeSeq = Sequence<'c, 'l>;
    type SerializeTuple = Sequence<'c, 'l>;
    type SerializeTupleStruct = Sequence<'c, 'l>;
    type SerializeTupleVariant = Impossible<(), Refusal>;
    type SerializeMap = Members<'c, 'l>;
    type SerializeStruct = Members<'c, 'l>;
    type SerializeStructVariant = Impossible<(), Refusal>;

    values! {
        serialize_bool bool => |it| Found::Bool(it);
        serialize_i8 i8 => |it| Found::Int(it.into());
        serialize_i16 i16 => |it| Found::Int(it.into());
        serialize_i32 i32 => |it| Found::Int(it.into());
        serialize_i64 i64 => |it| Found::Int(it.into());
        serialize_i128 i128 => |it| Found::Int(it);
        serialize_u8 u8 => |it| Found::Int(it.into());
        serialize_u16 u16 => |it| Found::Int(it.into());
        serialize_u32 u32 => |it| Found::Int(it.into());
        serialize_u64 u64 => |it| Found::Int(it.into());
        serialize_f32 f32 => |it| Found::Single(it);
        serialize_f64 f64 => |it| Found::Float(it);
        serialize_char char => |it| Found::Text(it.encode_utf8(&mut [0; 4]));
        serialize_str &str => |it| Found::Text(it);
        serialize_bytes &[u8] => |_bytes| Found::Bytes;
    }

    fn serialize_u128(self, value: u128) -> Result<(), Refusal> {
        match i128::try_from(value) {
            Ok(value) => self.serialize_i128(value),
            Err(_) => Ok(self.value(Found::Digits(&value.to_string()))?),
        }
    }

    fn collect_str<T: fmt::Display + ?Sized>(self, value: &T) -> Result<(), Refusal> {
        Ok(self.display(value)?)
    }

    fn serialize_none(self) -> Result<(), Refusal> {
        Ok(self.value(Found::Null)?)
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Refusal> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<(), Refusal> {
        self.serialize_none()
    }

    fn serialize_unit_struct(self, _name: &'static str) -> Result<(), Refusal> {
        self.serialize_none()
    }

    /// A word of an enumeration.
    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Result<(), Refusal> {
        self.serialize_str(variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<(), Refusal> {
        value.serialize(self)
    }

    /// A record with one member, as JSON would write it.
    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<(), Refusal> {
        let mut members = self.members()?;
        members.field(variant, value)?;
        members.finish()
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Self::SerializeSeq, Refusal> {
        self.sequence()
    }

    fn serialize_tuple(self, _: usize) -> Result<Self::SerializeTuple, Refusal> {
        self.sequence()
    }

    fn serialize_tuple_struct(
        self,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTupleStruct, Refusal> {
        self.sequence()
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTupleVariant, Refusal> {
        self.value(Found::Variant)?;
        Err(Refusal(None))
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Self::SerializeMap, Refusal> {
        self.members()
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Self::SerializeStruct, Refusal> {
        self.members()
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeStructVariant, Refusal> {
        self.value(Found::Variant)?;
        Err(Refusal(None))
    }
}

impl Sequence<'_, '_> {
    fn item<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Refusal> {
        match self {
            Self::Items(items) => {
                value.serialize(items.enter()?)?;
                items.leave();
            }
            Self::Place { place, next } => {
                value.serialize(Coordinate { place, index: *next })?;
                *next += 1;
            }
        }
        Ok(())
    }

    fn finish(self) -> Result<(), Refusal> {
        match self {
            Self::Items(items) => items.finish()?,
            Self::Place { place, .. } => place.finish()?,
        }
        Ok(())
    }
}

impl Members<'_, '_> {
    fn name(&mut self, name: &str) -> Result<(), Failed> {
        match self {
            Self::Record { record, key } => *key = record.member(name)?,
            Self::Place { place, key } => *key = place.member(name)?,
        }
        Ok(())
    }

    /// A member without a key is one to be left out.
    fn value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Refusal> {
        match self {
            Self::Record { record, key } => {
                if let Some(member) = key.take() {
                    value.serialize(record.enter(member))?;
                    record.leave();
                }
            }
            Self::Place { place, key } => {
                if let Some(index) = key.take() {
                    value.serialize(Coordinate { place, index })?;
                }
            }
        }
        Ok(())
    }

    fn field<T: Serialize + ?Sized>(&mut self, name: &str, value: &T) -> Result<(), Refusal> {
        self.name(name)?;
        self.value(value)
    }

    fn finish(self) -> Result<(), Refusal> {
        match self {
            Self::Record { record, .. } => record.finish()?,
            Self::Place { place, .. } => place.finish()?,
        }
        Ok(())
    }
}

macro_rules! sequences {
    ($($part:ident $method:ident),*) => {$(
        impl ser::$part for Sequence<'_, '_> {
            type Ok = ();
            type Error = Refusal;

            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Refusal> {
                self.item(value)
            }

            fn end(self) -> Result<(), Refusal> {
                self.finish()
            }
        }
    )*};
}

sequences!(SerializeSeq serialize_element, SerializeTuple serialize_element, SerializeTupleStruct serialize_field);

impl ser::SerializeMap for Members<'_, '_> {
    type Ok = ();
    type Error = Refusal;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Refusal> {
        key.serialize(Name(self))
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Refusal> {
        self.value(value)
    }

    fn end(self) -> Result<(), Refusal> {
        self.finish()
    }
}

impl ser::SerializeStruct for Members<'_, '_> {
    type Ok = ();
    type Error = Refusal;

    fn serialize_field<T: Serialize + ?Sized>(
        &mut self,
        name: &'static str,
        value: &T,
    ) -> Result<(), Refusal> {
        self.field(name, value)
    }

    fn end(self) -> Result<(), Refusal> {
        self.finish()
    }
}

/// Takes one value and nothing else: a coordinate, or the name of a member.
trait Single: Sized {
    fn take(self, found: Found<'_>) -> Result<(), Failed>;
}

struct Coordinate<'a, 'c, 'l> {
    place: &'a mut Coordinates<'c, 'l>,
    index: usize,
}

impl Single for Coordinate<'_, '_, '_> {
    fn take(self, found: Found<'_>) -> Result<(), Failed> {
        self.place.value(self.index, found)
    }
}

struct Name<'a, 'c, 'l>(&'a mut Members<'c, 'l>);

impl Single for Name<'_, '_, '_> {
    /// Names that are no text are written as JSON writes them.
    fn take(self, found: Found<'_>) -> Result<(), Failed> {
        match found {
            Found::Text(name) => self.0.name(name),
            Found::Int(it) => self.0.name(&it.to_string()),
            Found::Bool(it) => self.0.name(&it.to_string()),
            _ => self.0.refuse_name(),
        }
    }
}

impl Members<'_, '_> {
    fn refuse_name(&mut self) -> Result<(), Failed> {
        match self {
            Self::Record { record, .. } => record.refuse_name(),
            Self::Place { place, .. } => place.member("").map(drop),
        }
    }
}

macro_rules! single {
    ($name:ident) => {
        impl Serializer for $name<'_, '_, '_> {
            type Ok = ();
            type Error = Refusal;
            type SerializeSeq = Impossible<(), Refusal>;
            type SerializeTuple = Impossible<(), Refusal>;
            type SerializeTupleStruct = Impossible<(), Refusal>;
            type SerializeTupleVariant = Impossible<(), Refusal>;
            type SerializeMap = Impossible<(), Refusal>;
            type SerializeStruct = Impossible<(), Refusal>;
            type SerializeStructVariant = Impossible<(), Refusal>;

            single! { @values
                serialize_bool bool => |it| Found::Bool(it);
                serialize_i8 i8 => |it| Found::Int(it.into());
                serialize_i16 i16 => |it| Found::Int(it.into());
                serialize_i32 i32 => |it| Found::Int(it.into());
                serialize_i64 i64 => |it| Found::Int(it.into());
                serialize_u8 u8 => |it| Found::Int(it.into());
                serialize_u16 u16 => |it| Found::Int(it.into());
                serialize_u32 u32 => |it| Found::Int(it.into());
                serialize_u64 u64 => |it| Found::Int(it.into());
                serialize_f32 f32 => |it| Found::Single(it);
                serialize_f64 f64 => |it| Found::Float(it);
                serialize_char char => |it| Found::Text(it.encode_utf8(&mut [0; 4]));
                serialize_str &str => |it| Found::Text(it);
                serialize_bytes &[u8] => |_bytes| Found::Bytes;
            }

            fn serialize_none(self) -> Result<(), Refusal> {
                Ok(self.take(Found::Null)?)
            }

            fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Refusal> {
                value.serialize(self)
            }

            fn serialize_unit(self) -> Result<(), Refusal> {
                Ok(self.take(Found::Null)?)
            }

            fn serialize_unit_struct(self, _: &'static str) -> Result<(), Refusal> {
                Ok(self.take(Found::Null)?)
            }

            fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Result<(), Refusal> {
                Ok(self.take(Found::Text(variant))?)
            }

            fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, value: &T) -> Result<(), Refusal> {
                value.serialize(self)
            }

            fn serialize_newtype_variant<T: Serialize + ?Sized>(
                self,
                _: &'static str,
                _: u32,
                _: &'static str,
                _: &T,
            ) -> Result<(), Refusal> {
                Ok(self.take(Found::Record)?)
            }

            single! { @parts
                serialize_seq (Option<usize>) Found::List;
                serialize_tuple (usize) Found::List;
                serialize_tuple_struct (&'static str, usize) Found::List;
                serialize_tuple_variant (&'static str, u32, &'static str, usize) Found::Record;
                serialize_map (Option<usize>) Found::Record;
                serialize_struct (&'static str, usize) Found::Record;
                serialize_struct_variant (&'static str, u32, &'static str, usize) Found::Record;
            }
        }
    };
    (@values $($method:ident $ty:ty => |$value:ident| $found:expr;)*) => {$(
        fn $method(self, $value: $ty) -> Result<(), Refusal> {
            Ok(self.take($found)?)
        }
    )*};
    (@parts $($method:ident ($($ty:ty),*) $found:expr;)*) => {$(
        fn $method(self, $(_: $ty),*) -> Result<Impossible<(), Refusal>, Refusal> {
            self.take($found)?;
            Err(Refusal(None))
        }
    )*};
}

single!(Coordinate);
single!(Name);
