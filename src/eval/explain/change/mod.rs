//! The smallest change that would turn the answer.
//!
//! What can be changed are *cores*: numbers and days among the attributes, and what is counted or computed over a collection.
//! Each core has values at which one of the tests that read it may turn: the constants that it is compared with, and one step
//! below and above them. The search tries one core at one of its values, the smallest changes first, and only when none of them
//! turns the answer, several cores at once, along `and` and `or`. Nothing is told on the strength of the rule alone: the edits
//! are made on a copy of the customer, and the interpreter must give the other answer for it.

mod core;
mod deadline;
mod edit;
mod item;
mod leaf;
mod plan;
mod realise;
mod search;
mod words;

use indexmap::IndexMap;
use serde::Serialize;

use super::{Question, Shown, picture::Picture};
use crate::{span::Span, value::DateTime};

/// What would have to change for the answer to turn.
///
/// Made by [`Explanation::change`](super::Explanation::change). The edits of its leaves, made in their order, turn the answer
/// at the moment that was asked about, or at the one that is waited for; see the manual for which changes are looked for, and which is the smallest.
///
/// # Example
///
/// ```
/// # use audience::{Definitions, Zone};
/// let shop = Definitions::parse(
///     "customer { id: string key, balance: decimal }
///      event purchases { amount: decimal }
///      segment s = at least 3 purchases in last 30 days and balance > 10",
/// )?;
/// let ana = shop.customer_from_json(
///     r#"{"id": "ana", "balance": 2, "purchases": [{"at": "2026-05-04T00:00:00Z", "amount": 9}, {"at": "2026-05-20T00:00:00Z", "amount": 5}]}"#,
/// )?;
/// let at = shop.at("2026-06-01T00:00:00Z".parse()?, &Zone::UTC);
/// let explanation = shop.segment("s")?.explain(&ana, &at);
/// let change = explanation.change().ok_or("nothing would turn it")?;
/// assert_eq!(change.says(), "balance is more than 10 (now 2) and 1 more purchase, both before 3 June");
/// assert_eq!(change.leaves.len(), 2);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Change {
    says: String,
    /// The first moment at which it is too late: one of the events that count has left its window by then, the window takes in no
    /// new ones, or something else that is needed is over. Events that are added now are then added at that moment. Nothing when
    /// that is not within ten years, when the change undoes the past, and where it would tell what is hidden.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<DateTime>,
    /// The tests that have to turn, each with how.
    pub leaves: Vec<ChangedLeaf>,
}

impl Change {
    /// The whole change in words, without a capital letter and a full stop.
    #[must_use]
    pub fn says(&self) -> &str {
        &self.says
    }
}

/// A test that has to turn, and what of the customer would have to be otherwise.
///
/// ```
/// # use audience::{Definitions, Edit, Shown, Value, Zone};
/// let shop = Definitions::parse("customer { id: string key, orders: int }  segment loyal = orders >= 10")?;
/// let ana = shop.customer_from_json(r#"{"id": "ana", "orders": 7}"#)?;
/// let at = shop.at("2026-06-01T00:00:00Z".parse()?, &Zone::UTC);
/// let explanation = shop.segment("loyal")?.explain(&ana, &at);
/// let leaf = &explanation.change().ok_or("nothing would turn it")?.leaves[0];
/// assert_eq!((&leaf.from, &leaf.to), (&Shown::Known(Value::Int(7)), &Shown::Known(Value::Int(10))));
/// assert_eq!(leaf.edits, [Edit::Set { attribute: "orders".into(), value: Shown::Known(Value::Int(10)) }]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ChangedLeaf {
    /// Where the test is written.
    pub span: Span,
    /// The test as it is written, in one line of at most 200 letters.
    pub words: String,
    /// The attribute, number of events or other aggregate that changes, as it is; of any other test that turns by waiting, whether
    /// it holds.
    pub from: Shown,
    /// What it would have to be.
    pub to: Shown,
    /// In words.
    pub says: String,
    /// One way to bring it about, step by step.
    pub edits: Vec<Edit>,
}

/// One step of a change.
///
/// The items of a collection are numbered from 0: events in the order of time, those at one moment as they were given and new
/// ones after them; items of a list as they stand. Each step counts them as the steps before have left them.
///
/// ```
/// # use audience::{Edit, Shown, Value};
/// let edit = Edit::Set { attribute: "orders".into(), value: Shown::Known(Value::Int(10)) };
/// assert_eq!(serde_json::to_string(&edit).unwrap(), r#"{"set":{"attribute":"orders","value":{"known":10}}}"#);
/// ```
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Edit {
    /// An attribute gets a value.
    Set {
        /// Its path, `cart.value`.
        attribute: String,
        /// What it gets.
        value: Shown,
    },
    /// Items are added to a collection; to a list, at its end.
    Add {
        /// The event type, or the path of the list.
        collection: String,
        /// How many, all alike.
        count: u64,
        /// The item that they are copies of, but for the values of `with`.
        #[serde(skip_serializing_if = "Option::is_none")]
        like: Option<usize>,
        /// Their values by path; `at` for events; of a list of plain values, the value under the empty path.
        with: IndexMap<String, Shown>,
    },
    /// An item is removed.
    Remove {
        /// The event type, or the path of the list.
        collection: String,
        /// Which.
        index: usize,
    },
    /// A value of an item is changed.
    Alter {
        /// The event type, or the path of the list.
        collection: String,
        /// Which item.
        index: usize,
        /// The path of the value in it.
        property: String,
        /// What it gets.
        value: Shown,
    },
    /// Nothing is done until a moment, at which the answer turns.
    Wait {
        /// That moment.
        until: DateTime,
    },
}

/// The smallest change that turns the answer, if there is one.
pub(super) fn smallest(question: &Question<'_>, picture: &Picture) -> Option<Change> {
    let search = search::Search::new(question, picture);
    let found = search.smallest()?;
    Some(words::change(question, &search, &found))
}
