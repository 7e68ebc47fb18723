//! What each function takes and gives.

use super::Function;

#[derive(Debug)]
pub(crate) struct Signature {
    pub(crate) function: Function,
    pub(crate) name: &'static str,
    pub(crate) takes: Takes,
    pub(crate) gives: Gives,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Takes {
    /// One text: string, words or URL.
    Text,
    /// One number.
    Number,
    /// One number, text, bool, date or datetime.
    Printable,
    Date,
    DateTime,
    DateOrDateTime,
    /// Two values that agree on a type with an order: numbers, text, dates, datetimes, durations.
    TwoOrdered,
    /// Two values that agree on a type.
    Two,
    TwoPlaces,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Gives {
    /// What it takes.
    Same,
    String,
    Int,
    Float,
    Decimal,
    Date,
    /// One of [`WEEKDAYS`](super::WEEKDAYS).
    Weekday,
}

impl Takes {
    pub(crate) fn count(self) -> usize {
        match self {
            Self::TwoOrdered | Self::Two | Self::TwoPlaces => 2,
            _ => 1,
        }
    }

    /// In a diagnostic: "`lower` takes a text".
    pub(crate) fn describe(self) -> &'static str {
        match self {
            Self::Text => "a text",
            Self::Number => "a number",
            Self::Printable => "a number, a text, a bool, a date or a datetime",
            Self::Date => "a date",
            Self::DateTime => "a datetime",
            Self::DateOrDateTime => "a date or a datetime",
            Self::TwoOrdered => "two numbers, texts, dates, datetimes or durations",
            Self::Two => "two values of one type",
            Self::TwoPlaces => "two places",
        }
    }
}

pub(super) const ALL: &[Signature] = &[
    signature(Function::Lower, "lower", Takes::Text, Gives::String),
    signature(Function::Upper, "upper", Takes::Text, Gives::String),
    signature(Function::Trim, "trim", Takes::Text, Gives::String),
    signature(Function::Length, "length", Takes::Text, Gives::Int),
    signature(Function::Abs, "abs", Takes::Number, Gives::Same),
    signature(Function::Round, "round", Takes::Number, Gives::Same),
    signature(Function::Floor, "floor", Takes::Number, Gives::Same),
    signature(Function::Ceil, "ceil", Takes::Number, Gives::Same),
    signature(Function::Min, "min", Takes::TwoOrdered, Gives::Same),
    signature(Function::Max, "max", Takes::TwoOrdered, Gives::Same),
    signature(Function::Default, "default", Takes::Two, Gives::Same),
    signature(Function::Int, "int", Takes::Number, Gives::Int),
    signature(Function::Float, "float", Takes::Number, Gives::Float),
    signature(Function::Decimal, "decimal", Takes::Number, Gives::Decimal),
    signature(Function::String, "string", Takes::Printable, Gives::String),
    signature(Function::Date, "date", Takes::DateTime, Gives::Date),
    signature(Function::Year, "year", Takes::DateOrDateTime, Gives::Int),
    signature(Function::Month, "month", Takes::DateOrDateTime, Gives::Int),
    signature(Function::Day, "day", Takes::DateOrDateTime, Gives::Int),
    signature(
        Function::Weekday,
        "weekday",
        Takes::DateOrDateTime,
        Gives::Weekday,
    ),
    signature(Function::Hour, "hour", Takes::DateTime, Gives::Int),
    signature(Function::YearsSince, "years_since", Takes::Date, Gives::Int),
    signature(
        Function::DaysSince,
        "days_since",
        Takes::DateOrDateTime,
        Gives::Int,
    ),
    signature(Function::Domain, "domain", Takes::Text, Gives::String),
    signature(Function::Distance, "distance", Takes::TwoPlaces, Gives::Float),
];

const fn signature(function: Function, name: &'static str, takes: Takes, gives: Gives) -> Signature {
    Signature {
        function,
        name,
        takes,
        gives,
    }
}
