//! Types, fields and roles: what the schema says of a value.

use std::{fmt, sync::Arc};

use serde::{Deserialize, Serialize};

use super::text;

/// The type of a value, without whether it may be missing.
///
/// ```
/// # use audience::Type;
/// assert_eq!(Type::List(Type::String.into()).to_string(), "[string]");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Type {
    /// True or false.
    Bool,
    /// A 64-bit whole number.
    Int,
    /// A finite 64-bit binary number.
    Float,
    /// An exact number: a count of 1/10000 in 64 bits.
    Decimal,
    /// UTF-8 text without U+0000.
    String,
    /// One of the named words.
    Words(Arc<[Arc<str>]>),
    /// A calendar day, years 0001 to 9999.
    Date,
    /// An instant, to the microsecond.
    #[serde(rename = "datetime")]
    DateTime,
    /// An exact number of microseconds; of expressions only, never of attributes.
    Duration,
    /// Latitude and longitude in degrees.
    Geo,
    /// Text with a scheme of the allow-list.
    Url,
    /// The key of an item of the named catalogue.
    Ref(Arc<str>),
    /// A list of values or of records.
    List(Box<Type>),
    /// A nested record.
    Record(Arc<[Field]>),
}

impl Type {
    /// An enumeration of the words given.
    ///
    /// ```
    /// # use audience::Type;
    /// assert_eq!(Type::words(["a", "b"]).to_string(), r#"("a" | "b")"#);
    /// ```
    #[must_use]
    pub fn words<S: AsRef<str>>(words: impl IntoIterator<Item = S>) -> Self {
        Self::Words(words.into_iter().map(|word| word.as_ref().into()).collect())
    }

    /// A list.
    ///
    /// ```
    /// # use audience::Type;
    /// assert_eq!(Type::list(Type::String).to_string(), "[string]");
    /// ```
    #[must_use]
    pub fn list(item: Self) -> Self {
        Self::List(item.into())
    }

    /// A nested record.
    ///
    /// ```
    /// # use audience::{Field, Type};
    /// let consent = Type::record([Field::new("email", Type::Bool), Field::new("sms", Type::Bool).optional()]);
    /// assert_eq!(consent.to_string(), "{ email: bool, sms: bool? }");
    /// ```
    #[must_use]
    pub fn record(fields: impl IntoIterator<Item = Field>) -> Self {
        Self::Record(fields.into_iter().collect())
    }

    /// The key of an item of a catalogue.
    ///
    /// ```
    /// # use audience::Type;
    /// assert_eq!(Type::reference("products").to_string(), "ref products");
    /// ```
    #[must_use]
    pub fn reference(catalog: impl AsRef<str>) -> Self {
        Self::Ref(catalog.as_ref().into())
    }

    /// Tells whether the value is text: strings, words, URLs and references (whose keys are text).
    #[must_use]
    pub fn is_text(&self) -> bool {
        matches!(self, Self::String | Self::Words(_) | Self::Url)
    }

    /// Tells whether the value is a number.
    #[must_use]
    pub fn is_number(&self) -> bool {
        matches!(self, Self::Int | Self::Float | Self::Decimal)
    }
}

/// As written in a definition: `("a" | "b")`, `[string]`, `ref products`.
impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bool => f.write_str("bool"),
            Self::Int => f.write_str("int"),
            Self::Float => f.write_str("float"),
            Self::Decimal => f.write_str("decimal"),
            Self::String => f.write_str("string"),
            Self::Words(words) => {
                f.write_str("(")?;
                for (index, word) in words.iter().enumerate() {
                    write!(f, "{}{word:?}", if index == 0 { "" } else { " | " })?;
                }
                f.write_str(")")
            }
            Self::Date => f.write_str("date"),
            Self::DateTime => f.write_str("datetime"),
            Self::Duration => f.write_str("duration"),
            Self::Geo => f.write_str("geo"),
            Self::Url => f.write_str("url"),
            Self::Ref(catalog) => write!(f, "ref {catalog}"),
            Self::List(item) => write!(f, "[{item}]"),
            Self::Record(fields) => {
                f.write_str("{ ")?;
                for (index, field) in fields.iter().enumerate() {
                    let comma = if index == 0 { "" } else { ", " };
                    let mark = if field.optional { "?" } else { "" };
                    write!(f, "{comma}{}: {}{mark}", field.name, field.ty)?;
                }
                f.write_str(" }")
            }
        }
    }
}

/// A named, typed place in a record: an attribute, a property or a catalogue field.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Field {
    /// Its name.
    pub name: Arc<str>,
    /// Its type.
    #[serde(rename = "type")]
    pub ty: Type,
    /// Whether it may be missing (`?`).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub optional: bool,
    /// What else is said of it.
    #[serde(default, skip_serializing_if = "Roles::is_empty")]
    pub roles: Roles,
    /// What it is, for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<Arc<str>>,
}

impl Field {
    /// A field that every record has, without roles.
    ///
    /// ```
    /// # use audience::{Field, Type};
    /// let email = Field::new("email", Type::String).optional().personal().described("where she reads us");
    /// assert!(email.optional && email.roles.personal);
    /// ```
    #[must_use]
    pub fn new(name: impl AsRef<str>, ty: Type) -> Self {
        Self {
            name: name.as_ref().into(),
            ty,
            optional: false,
            roles: Roles::default(),
            description: None,
        }
    }

    /// It may be missing (`?`).
    #[must_use]
    pub fn optional(mut self) -> Self {
        self.optional = true;
        self
    }

    /// It is the identity of the customer, or of a catalogue's item.
    #[must_use]
    pub fn key(mut self) -> Self {
        self.roles.key = true;
        self
    }

    /// It is never shown unless asked for.
    #[must_use]
    pub fn personal(mut self) -> Self {
        self.roles.personal = true;
        self
    }

    /// It is never shown unless asked for, and its use is flagged.
    #[must_use]
    pub fn sensitive(mut self) -> Self {
        self.roles.sensitive = true;
        self
    }

    /// Text of only white space counts as missing.
    #[must_use]
    pub fn filled(mut self) -> Self {
        self.roles.filled = Some(Filled::default());
        self
    }

    /// Text of only white space counts as missing, and so do these words.
    #[must_use]
    pub fn filled_except<S: AsRef<str>>(mut self, words: impl IntoIterator<Item = S>) -> Self {
        let except = words.into_iter().map(|word| word.as_ref().into()).collect();
        self.roles.filled = Some(Filled { except });
        self
    }

    /// Text of at most so many letters.
    #[must_use]
    pub fn at_most_letters(mut self, letters: u32) -> Self {
        self.roles.letters = Some(letters);
        self
    }

    /// It is the customer's time zone, by its IANA name.
    #[must_use]
    pub fn zone(mut self) -> Self {
        self.roles.zone = true;
        self
    }

    /// It is the channel by which the customer wants to be written to.
    #[must_use]
    pub fn channel(mut self) -> Self {
        self.roles.channel = true;
        self
    }

    /// Says what it is, for people.
    #[must_use]
    pub fn described(mut self, description: impl AsRef<str>) -> Self {
        self.description = Some(description.as_ref().into());
        self
    }
}

/// What stands after a type: `key`, `personal`, `sensitive`, `filled`, `at most 30 letters`, `zone`, `channel`.
///
/// ```
/// # use audience::{Definitions, Roles};
/// let shop = Definitions::parse("customer { id: string key, email: string personal filled }")?;
/// let email = &shop.schema().customer[1].roles;
/// assert!(email.personal && email.filled.is_some() && !email.key);
/// assert_eq!(Roles { personal: false, filled: None, ..email.clone() }, Roles::default());
/// # Ok::<(), audience::CompileError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a word that stands or does not"
)]
pub struct Roles {
    /// The identity of the customer, or of a catalogue's item.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub key: bool,
    /// Never shown unless asked for.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub personal: bool,
    /// Like personal, and its use is flagged.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub sensitive: bool,
    /// Blank text counts as missing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub filled: Option<Filled>,
    /// At most so many letters (code points), so that it is known how long a message may become.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub letters: Option<u32>,
    /// The customer's time zone, by its IANA name.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub zone: bool,
    /// The channel by which the customer wants to be written to.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub channel: bool,
}

impl Roles {
    /// Tells whether a text has no more letters than it may have.
    ///
    /// ```
    /// # use audience::Roles;
    /// let short = Roles { letters: Some(3), ..Roles::default() };
    /// assert!(short.is_short("año") && !short.is_short("anno") && Roles::default().is_short("anno"));
    /// ```
    #[must_use]
    pub fn is_short(&self, text: &str) -> bool {
        // A letter has at most four bytes, and counting them all is seldom needed.
        self.letters
            .is_none_or(|most| text.len() <= most as usize || text.chars().count() <= most as usize)
    }

    /// Tells whether nothing is said.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// The role `filled`, with the words that count as missing besides blank text.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Filled {
    /// Compared exactly.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub except: Vec<Arc<str>>,
}

impl Filled {
    /// Tells whether `text` counts as there: not only white space, and none of the listed words.
    ///
    /// ```
    /// # use audience::Filled;
    /// let filled = Filled { except: vec!["N/A".into()] };
    /// assert!(filled.accepts("Ana") && !filled.accepts(" \u{a0}") && !filled.accepts("N/A"));
    /// ```
    #[must_use]
    pub fn accepts(&self, text: &str) -> bool {
        text::filled(text) && !self.except.iter().any(|word| **word == *text)
    }
}
