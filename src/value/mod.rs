//! What attributes, properties and expressions hold.

pub(crate) mod compare;
mod decimal;
pub(crate) mod fold;
pub(crate) mod geo;
pub(crate) mod number;
pub(crate) mod sample;
pub(crate) mod text;
mod time;
mod ty;
mod url;

pub use decimal::{Decimal, DecimalError};
pub use geo::Geo;
pub use time::{Date, DateTime, Duration, TimeError, Zone, ZoneError};
pub(crate) use time::{Period, months_later, start_of_period};
pub use ty::{Field, Filled, Roles, Type};
pub(crate) use url::{Schemes, begins_with_http};

use std::{fmt, sync::Arc};

/// A value that owns its text, as [`Computed::value`](crate::Computed::value) returns it.
///
/// ```
/// # use audience::Value;
/// assert_eq!(Value::from(3), Value::Int(3));
/// assert_eq!(Value::Int(3).to_string(), "3");
/// ```
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
#[serde(untagged)]
#[non_exhaustive]
pub enum Value {
    /// True or false.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A finite binary number.
    Float(f64),
    /// An exact number with four fractional digits.
    Decimal(Decimal),
    /// Text, also of enumerations, URLs and catalogue keys.
    Text(Arc<str>),
    /// A calendar day.
    Date(Date),
    /// An instant.
    DateTime(DateTime),
    /// A span of time.
    Duration(Duration),
    /// A point on Earth.
    Geo(Geo),
}

/// A value that borrows its text from the record it was read from.
///
/// ```
/// # use audience::{Value, ValueRef};
/// assert_eq!(ValueRef::Text("Ana").to_owned(), Value::from("Ana"));
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum ValueRef<'a> {
    /// True or false.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A finite binary number.
    Float(f64),
    /// An exact number with four fractional digits.
    Decimal(Decimal),
    /// Text, also of enumerations, URLs and catalogue keys.
    Text(&'a str),
    /// A calendar day.
    Date(Date),
    /// An instant.
    DateTime(DateTime),
    /// A span of time.
    Duration(Duration),
    /// A point on Earth.
    Geo(Geo),
}

impl ValueRef<'_> {
    /// Copies the value, text included.
    #[must_use]
    pub fn to_owned(self) -> Value {
        match self {
            Self::Bool(it) => Value::Bool(it),
            Self::Int(it) => Value::Int(it),
            Self::Float(it) => Value::Float(it),
            Self::Decimal(it) => Value::Decimal(it),
            Self::Text(it) => Value::Text(it.into()),
            Self::Date(it) => Value::Date(it),
            Self::DateTime(it) => Value::DateTime(it),
            Self::Duration(it) => Value::Duration(it),
            Self::Geo(it) => Value::Geo(it),
        }
    }
}

impl Value {
    /// Borrows the value.
    #[must_use]
    pub fn as_ref(&self) -> ValueRef<'_> {
        match self {
            Self::Bool(it) => ValueRef::Bool(*it),
            Self::Int(it) => ValueRef::Int(*it),
            Self::Float(it) => ValueRef::Float(*it),
            Self::Decimal(it) => ValueRef::Decimal(*it),
            Self::Text(it) => ValueRef::Text(it),
            Self::Date(it) => ValueRef::Date(*it),
            Self::DateTime(it) => ValueRef::DateTime(*it),
            Self::Duration(it) => ValueRef::Duration(*it),
            Self::Geo(it) => ValueRef::Geo(*it),
        }
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_ref().fmt(f)
    }
}

/// Text as it is; numbers with as many digits as needed; dates and times in ISO 8601.
impl fmt::Display for ValueRef<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bool(it) => it.fmt(f),
            Self::Int(it) => it.fmt(f),
            Self::Float(it) => it.fmt(f),
            Self::Decimal(it) => it.fmt(f),
            Self::Text(it) => it.fmt(f),
            Self::Date(it) => it.fmt(f),
            Self::DateTime(it) => it.fmt(f),
            Self::Duration(it) => it.fmt(f),
            Self::Geo(it) => it.fmt(f),
        }
    }
}

macro_rules! from {
    ($($source:ty => $variant:ident),* $(,)?) => {$(
        impl From<$source> for Value {
            fn from(value: $source) -> Self {
                Self::$variant(value.into())
            }
        }
    )*};
}

from! { bool => Bool, i64 => Int, Decimal => Decimal, &str => Text, String => Text, Arc<str> => Text, Date => Date,
DateTime => DateTime, Duration => Duration, Geo => Geo }
