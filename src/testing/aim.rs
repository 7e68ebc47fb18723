//! What a customer should be like so that a condition holds, or does not.

use std::{cmp::Ordering, collections::BTreeMap, sync::Arc};

use crate::{
    function::Function,
    hir::{Order, TextTest},
    value::{Value, Zone, compare, sample, text},
};

/// What a row should be like, by its slots. Nothing of it is sure to be met; whoever needs that tests the row.
#[derive(Clone, Debug, Default)]
pub(super) struct RowAims {
    pub(super) slots: BTreeMap<u32, Aim>,
    pub(super) lists: BTreeMap<u32, Groups>,
}

/// What a customer should be like.
#[derive(Clone, Debug, Default)]
pub(super) struct Aims {
    pub(super) customer: RowAims,
    /// By the number of the event type.
    pub(super) events: BTreeMap<usize, Groups>,
}

/// What one value should be.
#[derive(Clone, Debug, Default)]
pub(super) struct Aim {
    candidates: Vec<Value>,
    tests: Vec<Test>,
    /// Whether it should be missing, or must not be.
    pub(super) missing: Option<bool>,
}

/// The items that a collection should have.
#[derive(Clone, Debug, Default)]
pub(super) struct Groups {
    pub(super) some: Vec<Group>,
    pub(super) none: Vec<Group>,
    /// Whether there should be no others.
    pub(super) only: bool,
    pub(super) missing: bool,
}

/// So many alike.
#[derive(Clone, Debug)]
pub(super) struct Group {
    pub(super) count: usize,
    /// From one microsecond up to, not including, another.
    pub(super) stretch: (i64, i64),
    pub(super) row: RowAims,
}

/// What a value is compared with.
#[derive(Clone, Debug)]
pub(super) enum Test {
    Compare(Order, Value, bool),
    Among(Vec<Value>, bool),
    Text(TextTest, String, bool),
    /// As whole numbers, the upper end not included.
    Within(i64, i64, bool),
    /// A part of a day in a zone, among these.
    Part(Function, Vec<Value>, Zone),
    /// The point of a key, in so many millionths.
    Sample {
        from: u32,
        to: u32,
        salt: Arc<str>,
        holds: bool,
    },
    /// Nothing is known of it.
    Open,
}

impl Aim {
    pub(super) fn add(&mut self, candidates: &[Value], test: Test) {
        self.candidates.extend_from_slice(candidates);
        self.tests.push(test);
    }

    /// The candidates that meet most of what is asked for.
    pub(super) fn candidates(&self) -> Vec<Value> {
        let score = |value: &Value| self.tests.iter().filter(|it| it.accepts(value)).count();
        let mut candidates = self.candidates.clone();
        candidates.extend(self.whole_text());
        let best = candidates.iter().map(score).max().unwrap_or(0);
        candidates.retain(|it| score(it) == best);
        candidates
    }

    /// The text of all parts that several tests ask for.
    fn whole_text(&self) -> Option<Value> {
        let parts = |wanted: TextTest| {
            self.tests.iter().filter_map(move |it| match it {
                Test::Text(test, pattern, true) if *test == wanted => Some(&**pattern),
                _ => None,
            })
        };
        let longest = |wanted| parts(wanted).max_by_key(|it| it.len()).unwrap_or("");
        let (start, end) = (longest(TextTest::StartsWith), longest(TextTest::EndsWith));
        let middle: String = parts(TextTest::Contains).collect();
        let whole = format!("{start}{middle}{end}");
        (!whole.is_empty()).then(|| whole.into())
    }
}

impl Groups {
    /// Adds items to those that should be there. Items of whom nothing is asked may be any of the others.
    pub(super) fn add(&mut self, mut group: Group) {
        let inside = |inner: (i64, i64), outer: (i64, i64)| outer.0 <= inner.0 && inner.1 <= outer.1;
        if group.row.is_empty() {
            let others = self.some.iter().filter(|it| inside(it.stretch, group.stretch));
            let others: usize = others.map(|it| it.count).sum();
            group.count = group.count.saturating_sub(others);
        } else {
            for other in &mut self.some {
                if other.row.is_empty() && inside(group.stretch, other.stretch) {
                    other.count = other.count.saturating_sub(group.count);
                }
            }
        }
        self.some.push(group);
    }
}

impl RowAims {
    pub(super) fn is_empty(&self) -> bool {
        self.slots.is_empty() && self.lists.is_empty()
    }

    /// Takes what others say of slots that nothing is said of yet.
    pub(super) fn merge(&mut self, other: &Self) {
        for (slot, aim) in &other.slots {
            let own = self.slots.entry(*slot).or_default();
            if own.missing != Some(true) {
                own.candidates.extend(aim.candidates.iter().cloned());
                own.tests.extend(aim.tests.iter().cloned());
                own.missing = own.missing.or(aim.missing.filter(|_| own.candidates.is_empty()));
            }
        }
        for (slot, groups) in &other.lists {
            self.lists.entry(*slot).or_insert_with(|| groups.clone());
        }
    }
}

impl Test {
    pub(super) fn accepts(&self, value: &Value) -> bool {
        match self {
            Self::Compare(op, constant, holds) => {
                let order = compare::compare(value.as_ref(), constant.as_ref());
                order.is_some_and(|order| accepts(*op, order)) == *holds
            }
            Self::Among(set, holds) => {
                set.iter().any(|it| compare::equal(it.as_ref(), value.as_ref())) == *holds
            }
            Self::Text(test, pattern, holds) => match value {
                Value::Text(whole) => {
                    let found = match test {
                        TextTest::Contains => whole.contains(pattern),
                        TextTest::StartsWith => whole.starts_with(pattern),
                        TextTest::EndsWith => whole.ends_with(pattern),
                    };
                    found == *holds
                }
                _ => false,
            },
            Self::Within(from, to, holds) => {
                let number = match value {
                    Value::Date(it) => i64::from(it.days()),
                    Value::DateTime(it) => it.micros(),
                    _ => return false,
                };
                (*from <= number && number < *to) == *holds
            }
            Self::Part(function, wanted, zone) => {
                part(*function, value, *zone).is_some_and(|it| wanted.contains(&it))
            }
            Self::Sample {
                from,
                to,
                salt,
                holds,
            } => {
                let key = match value {
                    Value::Text(it) => sample::Key::Text(it),
                    Value::Int(it) => sample::Key::Int(*it),
                    _ => return false,
                };
                let point = sample::signed(sample::point(salt, key));
                sample::range(*from, *to).is_some_and(|(low, high)| (low..=high).contains(&point)) == *holds
            }
            Self::Open => true,
        }
    }
}

/// A part of a date, or of a datetime in a zone.
pub(super) fn part(function: Function, value: &Value, zone: Zone) -> Option<Value> {
    let day = match value {
        Value::Date(it) => *it,
        Value::DateTime(it) if function == Function::Hour => return Some(Value::Int(zone.hour_of(*it))),
        Value::DateTime(it) => zone.checked_date_of(*it)?,
        _ => return None,
    };
    Some(match function {
        Function::Year => Value::Int(day.year().into()),
        Function::Month => Value::Int(day.month().into()),
        Function::Day => Value::Int(day.day().into()),
        Function::Weekday => text::weekday(day.days_from_monday()).into(),
        _ => return None,
    })
}

pub(super) fn accepts(op: Order, order: Ordering) -> bool {
    match op {
        Order::Eq => order.is_eq(),
        Order::Lt => order.is_lt(),
        Order::Le => order.is_le(),
        Order::Gt => order.is_gt(),
        Order::Ge => order.is_ge(),
    }
}
