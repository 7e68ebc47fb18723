//! What the application adds to the language: lists and functions.

use std::sync::Arc;

use super::builder::{Builder, offset};
use crate::{
    diagnostic::{Code, Diagnostic, Source},
    function::{Function, HostFunction},
    hir::{Entry, List},
    span::Span,
    syntax,
    value::{Type, Value},
};

/// Names that are called like functions but are built in another way.
const FORMS: [&str; 9] = [
    "count", "sum", "avg", "first", "last", "distinct", "mode", "distance", "quantile",
];

impl Builder {
    /// Adds a list of texts or of numbers, which definitions and templates use by its name, as in `email in staff`.
    ///
    /// It may be as long as memory allows: all uses share it. Among the problems that [`build`](Self::build) reports are
    /// values that are neither text nor numbers, both in one list, and a name that is taken.
    ///
    /// ```
    /// # use audience::{Definitions, Zone};
    /// let shop = Definitions::builder()
    ///     .list("staff", ["ana@shop.example", "ben@shop.example"])
    ///     .source("shop", "customer { id: string key, email: string }  segment customers = email not in staff")
    ///     .build()?;
    /// let ana = shop.customer_from_json(r#"{"id": "1", "email": "ana@shop.example"}"#)?;
    /// let at = shop.at("2026-06-01T00:00:00Z".parse()?, &Zone::UTC);
    /// assert!(!shop.segment("customers")?.matches(&ana, &at));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn list<V: Into<Value>>(
        mut self,
        name: impl AsRef<str>,
        values: impl IntoIterator<Item = V>,
    ) -> Self {
        let name = name.as_ref();
        if self.given.lists.iter().any(|list| *list.name == *name) {
            let message = format!("the list `{name}` is given twice");
            self.refuse(Code::DuplicateName, message, name, "one name, one list");
        }
        let mut entries = Vec::new();
        let mut mixed = false;
        for value in values {
            let value = value.into();
            let Some(entry) = entry(&value) else {
                let message = format!("the list `{name}` holds what is neither text nor a number");
                self.refuse(Code::TypeMismatch, message, &value.to_string(), "not of a list");
                return self;
            };
            let is_text = |entry: &Entry| matches!(entry, Entry::Text(_));
            mixed |= entries
                .first()
                .is_some_and(|(_, first)| is_text(first) != is_text(&entry));
            entries.push((None, entry));
        }
        if mixed {
            let message = format!("the list `{name}` holds texts and numbers");
            self.refuse(Code::IncompatibleTypes, message, name, "give two lists");
            return self;
        }
        let list = List::new(name.into(), entries);
        self.given.lists.push(Arc::new(list));
        self
    }

    /// Adds a function, which definitions and templates call by its name.
    ///
    /// Among the problems that [`build`](Self::build) reports are a name that is taken or not written in lower case, more
    /// than [`HostFunction::MOST_ARGUMENTS`] arguments, and types that values of expressions do not have: lists, records and
    /// references.
    pub fn function(mut self, function: HostFunction) -> Self {
        let name = function.name().to_owned();
        let shown = format!("{function:?}");
        let problem = if Function::names().chain(FORMS).any(|it| it == name) {
            Some((
                Code::DuplicateName,
                format!("`{name}` is a function of the language"),
                "give it another name",
            ))
        } else if self.given.functions.iter().any(|it| it.name() == name) {
            Some((
                Code::DuplicateName,
                format!("the function `{name}` is given twice"),
                "give it another name",
            ))
        } else if !syntax::is_plain_name(&name) || name.to_lowercase() != name {
            let message = format!("`{name}` cannot be the name of a function");
            Some((
                Code::Syntax,
                message,
                "a name of letters in lower case, digits and `_`, and no keyword",
            ))
        } else if function.takes().len() > HostFunction::MOST_ARGUMENTS {
            let message = format!(
                "the function `{name}` takes more than {} arguments",
                HostFunction::MOST_ARGUMENTS
            );
            Some((Code::ArgumentCount, message, "too many arguments"))
        } else {
            let mut types = function.takes().iter().chain([function.gives()]);
            let strange = types.find(|ty| matches!(ty, Type::List(_) | Type::Record(_) | Type::Ref(_)));
            strange.map(|ty| {
                let message = format!("`{ty}` is no type of a function's values");
                (
                    Code::InvalidType,
                    message,
                    "functions take and give single values",
                )
            })
        };
        match problem {
            Some((code, message, label)) => self.refuse(code, message, &shown, label),
            None => self.given.functions.push(function),
        }
        self
    }

    /// Reports something that the application gave, shown as a source of its own.
    fn refuse(&mut self, code: Code, message: String, shown: &str, label: &str) {
        // In a comment, so that it is not read as a definition.
        let shown = format!("# {}", shown.lines().next().unwrap_or_default());
        let span = Span::new(offset(self.sources.len()), 2, offset(shown.len()));
        self.problems
            .push(Diagnostic::new(code, message).label(span, label));
        self.sources.push(Source::new("the application", shown));
    }
}

/// A number by its digits, as a literal of the same digits.
fn entry(value: &Value) -> Option<Entry> {
    match value {
        Value::Text(text) => Some(Entry::Text(text.clone())),
        Value::Int(int) => Some(Entry::Int(*int)),
        Value::Decimal(_) => Some(point(&value.to_string())),
        Value::Float(float) if float.is_finite() => Some(point(&float.to_string())),
        _ => None,
    }
}

fn point(digits: &str) -> Entry {
    match digits.parse() {
        Ok(int) => Entry::Int(int),
        Err(_) if digits.contains('.') => Entry::Point(digits.into()),
        Err(_) => Entry::Point(format!("{digits}.0").into()),
    }
}
