//! The functions of the language: their names and what they take and give. How they compute is with `eval`.

mod host;
mod signature;

pub use host::HostFunction;
pub(crate) use signature::{Gives, Signature, Takes};

/// A function that is built. `size` is not among them: it takes a list, not a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Function {
    Lower,
    Upper,
    Trim,
    Length,
    Abs,
    Round,
    Floor,
    Ceil,
    Min,
    Max,
    Default,
    Int,
    Float,
    Decimal,
    String,
    Date,
    Year,
    Month,
    Day,
    Weekday,
    Hour,
    YearsSince,
    DaysSince,
    Domain,
    Distance,
}

/// The words that `weekday` gives, in the order of the week.
pub(crate) const WEEKDAYS: [&str; 7] = [
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
];

impl Function {
    /// The function of that name, in lower case.
    pub(crate) fn named(name: &str) -> Option<Self> {
        signature::ALL
            .iter()
            .find(|it| it.name == name)
            .map(|it| it.function)
    }

    pub(crate) fn signature(self) -> &'static Signature {
        signature::ALL
            .iter()
            .find(|it| it.function == self)
            .expect("the table has every function")
    }

    /// As definitions write it.
    pub(crate) fn name(self) -> &'static str {
        self.signature().name
    }

    /// The names of all functions, `size` included.
    pub(crate) fn names() -> impl Iterator<Item = &'static str> {
        signature::ALL.iter().map(|it| it.name).chain(["size"])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_function_is_found_by_its_name() {
        for name in Function::names().filter(|name| *name != "size") {
            assert_eq!(Function::named(name).map(Function::name), Some(name));
        }
        assert_eq!(Function::names().count(), 26);
        assert_eq!(Function::named("LOWER"), None);
    }
}
