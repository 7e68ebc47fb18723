//! What a text may be, where some tests of it hold and others do not.

use crate::{
    hir::{Order, TextTest},
    value::{Value, text},
};

/// A test of a text against constants.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Test<'m> {
    Equals(&'m str),
    Among(&'m [Value]),
    Is(TextTest, &'m str),
    /// By code points.
    Order(Order, &'m str),
    Filled,
}

/// The texts for which all that was assumed holds; more than there are, never fewer.
#[derive(Clone, Debug, Default)]
pub(super) struct Texts<'m> {
    /// The only ones it can be, where that is known.
    only: Option<Vec<&'m str>>,
    tests: Vec<(Test<'m>, bool)>,
}

/// So many steps at most are taken to compare one list with another.
const WORK: usize = 4096;

impl<'m> Texts<'m> {
    /// Those of an enumeration.
    pub(super) fn words(words: impl Iterator<Item = &'m str>) -> Self {
        Self {
            only: Some(words.collect()),
            tests: Vec::new(),
        }
    }

    /// Leaves those for which `test` gives `holds`; `false` when none is left.
    pub(super) fn assume(&mut self, test: Test<'m>, holds: bool) -> bool {
        let (test, holds) = test.normal(holds);
        if let Some(only) = &mut self.only {
            if only.len() * test.size() <= WORK {
                only.retain(|text| test.accepts(text) == holds);
            }
            return !only.is_empty();
        }
        let some = match (test, holds) {
            (Test::Equals(only), true) => Some(vec![only]),
            (Test::Among(set), true) if set.len() <= WORK => Some(set.iter().filter_map(as_text).collect()),
            (Test::Is(_, ""), false) => return false,
            _ => None,
        };
        if let Some(mut some) = some {
            let size: usize = self.tests.iter().map(|(test, _)| test.size()).sum();
            if some.len() * size <= WORK {
                some.retain(|text| {
                    self.tests
                        .iter()
                        .all(|(test, holds)| test.accepts(text) == *holds)
                });
            }
            let is_possible = !some.is_empty();
            self.only = Some(some);
            return is_possible;
        }
        let is_possible = self
            .tests
            .iter()
            .all(|(other, other_holds)| match (holds, other_holds) {
                (true, true) => !test.excludes(*other) && !other.excludes(test),
                (true, false) => !test.implies(*other),
                (false, true) => !other.implies(test),
                (false, false) => true,
            });
        self.tests.push((test, holds));
        is_possible
    }
}

impl Test<'_> {
    /// The same said positively where that can be.
    fn normal(self, holds: bool) -> (Self, bool) {
        match self {
            Self::Order(Order::Eq, text) => (Self::Equals(text), holds),
            Self::Order(op, text) if !holds => {
                let op = match op {
                    Order::Lt => Order::Ge,
                    Order::Le => Order::Gt,
                    Order::Gt => Order::Le,
                    Order::Ge | Order::Eq => Order::Lt,
                };
                (Self::Order(op, text), true)
            }
            _ => (self, holds),
        }
    }

    fn size(self) -> usize {
        match self {
            Self::Among(set) => set.len().max(1),
            _ => 1,
        }
    }

    fn accepts(self, it: &str) -> bool {
        match self {
            Self::Equals(text) => it == text,
            Self::Among(set) => set.iter().filter_map(as_text).any(|text| it == text),
            Self::Is(TextTest::Contains, pattern) => it.contains(pattern),
            Self::Is(TextTest::StartsWith, pattern) => it.starts_with(pattern),
            Self::Is(TextTest::EndsWith, pattern) => it.ends_with(pattern),
            Self::Order(op, text) => accepts(op, it, text),
            Self::Filled => text::filled(it),
        }
    }

    /// Tells whether no text meets this one without meeting the other.
    fn implies(self, other: Self) -> bool {
        match (self, other) {
            (Self::Is(TextTest::StartsWith, ours), Self::Is(TextTest::StartsWith, theirs)) => {
                ours.starts_with(theirs)
            }
            (Self::Is(TextTest::EndsWith, ours), Self::Is(TextTest::EndsWith, theirs)) => {
                ours.ends_with(theirs)
            }
            (Self::Is(_, ours), Self::Is(TextTest::Contains, theirs)) => ours.contains(theirs),
            (Self::Is(_, ours), Self::Filled) => text::filled(ours),
            (Self::Filled, Self::Filled) => true,
            _ => false,
        }
    }

    /// Tells whether no text meets both.
    fn excludes(self, other: Self) -> bool {
        match (self, other) {
            (Self::Is(TextTest::StartsWith, ours), Self::Is(TextTest::StartsWith, theirs)) => {
                !ours.starts_with(theirs) && !theirs.starts_with(ours)
            }
            (Self::Is(TextTest::EndsWith, ours), Self::Is(TextTest::EndsWith, theirs)) => {
                !ours.ends_with(theirs) && !theirs.ends_with(ours)
            }
            // What starts with a text is not before it, and is before all that is greater without starting so.
            (Self::Is(TextTest::StartsWith, start), Self::Order(op, text)) => match op {
                Order::Lt => start >= text,
                Order::Le => start > text,
                Order::Gt | Order::Ge => start < text && !text.starts_with(start),
                Order::Eq => false,
            },
            (Self::Order(above, low), Self::Order(below, high)) => match (above, below) {
                (Order::Gt, Order::Lt | Order::Le) | (Order::Ge, Order::Lt) => high <= low,
                (Order::Ge, Order::Le) => high < low,
                _ => false,
            },
            _ => false,
        }
    }
}

fn as_text(value: &Value) -> Option<&str> {
    match value {
        Value::Text(text) => Some(text),
        _ => None,
    }
}

fn accepts(op: Order, lhs: &str, rhs: &str) -> bool {
    match op {
        Order::Eq => lhs == rhs,
        Order::Lt => lhs < rhs,
        Order::Le => lhs <= rhs,
        Order::Gt => lhs > rhs,
        Order::Ge => lhs >= rhs,
    }
}

#[cfg(test)]
mod tests {
    use proptest::{collection::vec, prelude::*};

    use super::*;

    fn pattern() -> impl Strategy<Value = &'static str> {
        prop::sample::select(vec!["", "a", "b", "ab", "ba", "aba", "abb", " ", "  ", "é", "aé"])
    }

    fn test() -> impl Strategy<Value = Test<'static>> {
        let text = prop::sample::select(vec![TextTest::Contains, TextTest::StartsWith, TextTest::EndsWith]);
        let order = prop::sample::select(vec![Order::Eq, Order::Lt, Order::Le, Order::Gt, Order::Ge]);
        prop_oneof![
            pattern().prop_map(Test::Equals),
            (text, pattern()).prop_map(|(test, pattern)| Test::Is(test, pattern)),
            (order, pattern()).prop_map(|(op, pattern)| Test::Order(op, pattern)),
            Just(Test::Filled),
        ]
    }

    proptest! {
        /// A text that meets all tests is a refutation of "none is left".
        #[test]
        fn nothing_is_ruled_out_that_exists(tests in vec((test(), any::<bool>()), 1..5), text in "[ab é]{0,4}") {
            let mut texts = Texts::default();
            let possible = tests.iter().fold(true, |possible, (test, holds)| possible & texts.assume(*test, *holds));
            let meets_all = tests.iter().all(|(test, holds)| test.accepts(&text) == *holds);
            prop_assert!(possible || !meets_all, "{tests:?} {text:?}");
        }
    }
}
