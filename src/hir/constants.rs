//! The constants of a set, and the lists that have a name.

use std::{
    ops::Deref,
    sync::{Arc, OnceLock},
};

use crate::{
    span::Span,
    value::{Type, Value},
};

/// Values that something may be among, with the name of the list that they come from, if it has one.
///
/// All uses of a list with values of one type share its values. Two sets of the same values are equal whatever they are
/// called, because they mean the same.
///
/// ```ignore
/// let set = Constants::from(vec![Value::from("ES")]);
/// assert_eq!((set.len(), set.list), (1, None));
/// ```
#[derive(Clone, Debug)]
pub(crate) struct Constants {
    pub(crate) values: Arc<[Value]>,
    pub(crate) list: Option<Arc<str>>,
}

impl Deref for Constants {
    type Target = [Value];

    fn deref(&self) -> &[Value] {
        &self.values
    }
}

impl FromIterator<Value> for Constants {
    fn from_iter<I: IntoIterator<Item = Value>>(values: I) -> Self {
        Self {
            values: values.into_iter().collect(),
            list: None,
        }
    }
}

impl From<Vec<Value>> for Constants {
    fn from(values: Vec<Value>) -> Self {
        Self {
            values: values.into(),
            list: None,
        }
    }
}

impl PartialEq for Constants {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.values, &other.values) || self.values == other.values
    }
}

/// `list eu = ["ES", "FR"]`: texts or numbers with a name, none of which has a type before it is met.
#[derive(Debug)]
pub(crate) struct List {
    pub(crate) name: Arc<str>,
    /// All texts, or all numbers; those of a host's list stand nowhere.
    pub(crate) entries: Vec<(Option<Span>, Entry)>,
    /// The entries as texts, ints, decimals and floats, once they were asked for.
    values: [OnceLock<Arc<[Value]>>; 4],
}

/// An entry of a list.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Entry {
    Text(Arc<str>),
    Int(i64),
    /// Digits with a point.
    Point(Arc<str>),
}

impl List {
    pub(crate) fn new(name: Arc<str>, entries: Vec<(Option<Span>, Entry)>) -> Self {
        Self {
            name,
            entries,
            values: Default::default(),
        }
    }

    /// Whether its entries are texts; nothing when it has none.
    pub(crate) fn is_of_texts(&self) -> Option<bool> {
        let (_, first) = self.entries.first()?;
        Some(matches!(first, Entry::Text(_)))
    }

    /// The entries as values of a type, made the first time.
    pub(crate) fn values(&self, ty: &Type, make: impl FnOnce() -> Option<Vec<Value>>) -> Option<Constants> {
        let place = &self.values[match ty {
            Type::Int => 1,
            Type::Decimal => 2,
            Type::Float => 3,
            _ => 0,
        }];
        let values = if let Some(values) = place.get() {
            values.clone()
        } else {
            let fresh = make()?;
            place.get_or_init(|| fresh.into()).clone()
        };
        Some(Constants {
            values,
            list: Some(self.name.clone()),
        })
    }
}
