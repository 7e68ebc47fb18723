//! Whether a value is of a type, as the loader sees it.

use audience::Definitions;

/// A type that a single value may have, from the narrowest to the widest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Plain {
    Bool,
    Int,
    Decimal,
    Float,
    Date,
    DateTime,
    Url,
    String,
    Geo,
}

/// One schema for each type, with which values are tried.
pub(super) struct Fits {
    by_type: Vec<(Plain, Definitions)>,
}

impl Plain {
    const ALL: [Self; 9] = [
        Self::Bool,
        Self::Int,
        Self::Decimal,
        Self::Float,
        Self::Date,
        Self::DateTime,
        Self::Url,
        Self::String,
        Self::Geo,
    ];

    /// As written.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Bool => "bool",
            Self::Int => "int",
            Self::Decimal => "decimal",
            Self::Float => "float",
            Self::Date => "date",
            Self::DateTime => "datetime",
            Self::Url => "url",
            Self::String => "string",
            Self::Geo => "geo",
        }
    }

    /// The types that a value may have whose JSON begins with this byte.
    pub(super) fn of(first: u8) -> &'static [Self] {
        match first {
            b't' | b'f' => &[Self::Bool],
            b'"' => &[Self::Date, Self::DateTime, Self::Url, Self::String],
            _ => &[Self::Int, Self::Decimal, Self::Float],
        }
    }
}

impl Fits {
    pub(super) fn new() -> Self {
        let schema = |ty: Plain| {
            let text = format!("customer {{ id: int key, value: {} }}", ty.name());
            (ty, Definitions::parse(&text).expect("a fixed text that compiles"))
        };
        Self {
            by_type: Plain::ALL.into_iter().map(schema).collect(),
        }
    }

    /// Tells whether the loader takes this JSON for a value of the type.
    pub(super) fn fits(&self, ty: Plain, json: &str) -> bool {
        let record = format!("{{\"id\":1,\"value\":{json}}}");
        let schema = self.by_type.iter().find(|(it, _)| *it == ty);
        schema.is_some_and(|(_, it)| it.customer_from_json(record).is_ok())
    }
}
