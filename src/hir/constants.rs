//! The constants of a set.

use std::{ops::Deref, sync::Arc};

use crate::value::Value;

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
