//! Why a customer or an item could not be loaded.

use std::fmt;

/// Why a record was refused, with the path to what is wrong in it.
///
/// `Display` says it in one sentence: `` favorites[3].stock: expected int, found text "lots" ``. The values of
/// attributes with the role `personal` or `sensitive` are never part of it.
///
/// # Example
///
/// ```
/// # use audience::{Field, LoadErrorKind, Loader, Schema, Type};
/// # let schema = Schema::builder().attribute(Field::new("id", Type::String).key()).build()?;
/// let error = Loader::new(&schema)?.customer_from_json(r#"{"identity": "ana"}"#).unwrap_err();
/// assert_eq!((error.kind(), error.path()), (LoadErrorKind::UnknownMember, "identity"));
/// assert_eq!(error.message(), "unknown member");
/// # Ok::<(), audience::SchemaError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoadError {
    pub(super) kind: LoadErrorKind,
    pub(super) path: String,
    pub(super) message: String,
    pub(super) line: Option<usize>,
}

/// What is wrong with a record.
///
/// ```
/// # use audience::LoadErrorKind;
/// assert_eq!(format!("{:?}", LoadErrorKind::UnknownMember), "UnknownMember");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum LoadErrorKind {
    /// The text is not JSON, or goes on after the record.
    Syntax,
    /// The text is not UTF-8.
    InvalidUtf8,
    /// The record is larger than [`Limits::record_bytes`](crate::Limits::record_bytes).
    TooLarge,
    /// A member that the schema does not have.
    UnknownMember,
    /// A member that is given twice.
    DuplicateMember,
    /// A required value that is missing or null.
    Missing,
    /// A required value that is only white space, or one of the words that count as missing.
    Blank,
    /// A value of another type.
    Type,
    /// Text that is none of the words of an enumeration.
    UnknownWord,
    /// NaN or an infinity.
    NotFinite,
    /// A number or time outside the range of its type.
    Range,
    /// A decimal with more than four digits after the point.
    DecimalDigits,
    /// A latitude or longitude that is not on Earth.
    Coordinates,
    /// A day or time that does not exist.
    NoSuchTime,
    /// Text with U+0000.
    NulCharacter,
    /// Text with more letters than the schema allows.
    TooLong,
    /// Text that names no time zone where the role `zone` asks for one.
    UnknownZone,
    /// A URL whose scheme is not allowed.
    UrlScheme,
    /// A null in a list.
    NullItem,
    /// A catalogue that the schema does not have.
    UnknownCatalog,
    /// A second item with the same key.
    DuplicateKey,
    /// The reader failed.
    Io,
    /// The value's own `Serialize` failed.
    Serialize,
}

impl LoadError {
    pub(super) fn new(kind: LoadErrorKind, path: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            kind,
            path: path.into(),
            message: message.into(),
            line: None,
        }
    }

    /// What is wrong.
    #[must_use]
    pub fn kind(&self) -> LoadErrorKind {
        self.kind
    }

    /// Where it is: `favorites[3].stock`; empty for the record as a whole.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// What is wrong, without the path.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// The line, counted from 1, when the record was one of many lines.
    #[must_use]
    pub fn line(&self) -> Option<usize> {
        self.line
    }
}

impl fmt::Display for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(line) = self.line {
            write!(f, "line {line}: ")?;
        }
        if !self.path.is_empty() {
            write!(f, "{}: ", self.path)?;
        }
        f.write_str(&self.message)
    }
}

impl std::error::Error for LoadError {}
