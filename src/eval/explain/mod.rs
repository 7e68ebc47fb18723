//! Why a customer is in a segment or not, in a tree and in a sentence, and the smallest change that would turn it.
//!
//! Everything here asks the reference interpreter and walks the `hir`; nothing is fast. The customer is copied into a
//! [`Picture`](picture::Picture) first, of which changed copies can be made, and the change that is told is one for which the
//! interpreter has given the other answer.
//!
//! - `tree` finds the clauses that decided and what they saw;
//! - `sentence` says conditions, values and facts in plain English;
//! - `change` looks for the smallest change;
//! - `hidden` knows what must not be shown;
//! - `display` draws the tree.

mod change;
mod display;
mod hidden;
mod names;
mod picture;
mod sentence;
mod tree;

use std::{ops::Range, sync::Arc};

use serde::Serialize;

use crate::{
    diagnostic::Source,
    eval::At,
    hir::{Condition, Module},
    record::Row,
    span::Span,
    value::{Date, DateTime, Value, Zone},
};

pub use change::{Change, ChangedLeaf, Edit};
pub(crate) use hidden::Hidden;

/// What a condition asks, in plain English: "there are at least 3 purchases in the last 365 days".
pub(crate) fn in_words(module: &Module, condition: &Condition) -> String {
    // Dates are said with their year: no day is near.
    sentence::Wording::new(module, Zone::UTC, Date::MIN).predicate(condition, true)
}

/// Why a customer is in a segment, or is not.
///
/// Made by [`Segment::explain`](crate::Segment::explain). It owns all it says, `Display` draws it as a tree, and as JSON it
/// has the shape
///
/// ```text
/// { "segment": "loyal", "holds": false, "now": "2026-06-01T00:00:00Z", "zone": "UTC",
///   "reason": "Not in loyal because there are 7 orders, which is fewer than 10.",
///   "clause": { "kind": "test", "span": { "source": 0, "start": 56, "end": 68 }, "words": "orders >= 10", "holds": false,
///               "fact": "there are 7 orders, which is fewer than 10",
///               "operands": [{ "words": "orders", "value": { "known": 7 } }] },
///   "change": { "says": "orders are at least 10 (now 7)", "leaves": [ … ] } }
/// ```
///
/// where an empty list and what does not apply is left out, and `"hides": true` says that something is hidden. The value of an operand is `{"known": …}`, `"unknown"` or
/// `"hidden"`.
///
/// # Example
///
/// ```
/// # use audience::{Definitions, Zone};
/// let shop = Definitions::parse("customer { id: string key, orders: int }  segment loyal = orders >= 10")?;
/// let ana = shop.customer_from_json(r#"{"id": "ana", "orders": 7}"#)?;
/// let at = shop.at("2026-06-01T00:00:00Z".parse()?, &Zone::UTC);
/// let explanation = shop.segment("loyal")?.explain(&ana, &at);
/// assert!(!explanation.holds());
/// assert_eq!(explanation.reason(), "Not in loyal because there are 7 orders, which is fewer than 10.");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Explanation {
    segment: Arc<str>,
    holds: bool,
    now: DateTime,
    zone: &'static str,
    reason: String,
    /// Where in `reason` the facts are.
    #[serde(skip)]
    facts: Range<usize>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    hides: bool,
    clause: Clause,
    #[serde(skip_serializing_if = "Option::is_none")]
    change: Option<Change>,
}

impl Explanation {
    /// The name of the segment.
    #[must_use]
    pub fn segment(&self) -> &str {
        &self.segment
    }

    /// Whether the customer is in the segment; the same as [`Segment::matches`](crate::Segment::matches).
    #[must_use]
    pub fn holds(&self) -> bool {
        self.holds
    }

    /// The instant that counted as now.
    #[must_use]
    pub fn now(&self) -> DateTime {
        self.now
    }

    /// The reason in one sentence.
    ///
    /// Names are said as words, `total_spent` as "total spent", and a segment or trait that has a description is called by it.
    /// A sentence names at most four conditions and says how many more there are.
    #[must_use]
    pub fn reason(&self) -> &str {
        &self.reason
    }

    /// The reason without what it is the reason of: "there are 7 orders, which is fewer than 10".
    pub(crate) fn facts(&self) -> &str {
        &self.reason[self.facts.clone()]
    }

    /// An instant as the explanation says it, in its zone: "3 December 2026 at 14:05".
    ///
    /// ```
    /// # use audience::{Definitions, Zone};
    /// # let shop = Definitions::parse("customer { id: string key, orders: int }  segment loyal = orders >= 10")?;
    /// # let ana = shop.customer_from_json(r#"{"id": "ana", "orders": 7}"#)?;
    /// let at = shop.at("2026-12-03T12:00:00Z".parse()?, &Zone::named("Europe/Madrid")?);
    /// let explanation = shop.segment("loyal")?.explain(&ana, &at);
    /// assert_eq!(explanation.in_words(explanation.now()), "3 December 2026 at 13:00");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn in_words(&self, at: DateTime) -> String {
        let zone = Zone::named(self.zone).unwrap_or(Zone::UTC);
        sentence::value::instant(at, zone)
    }

    /// Whether the segment reads personal or sensitive values that were not to be shown.
    ///
    /// Then when the answer changes by itself says something of them too, such as a birthday.
    #[must_use]
    pub fn hides(&self) -> bool {
        self.hides
    }

    /// The whole condition of the segment, with those parts of it that decided.
    #[must_use]
    pub fn clause(&self) -> &Clause {
        &self.clause
    }

    /// The smallest change that would turn the answer, if there is one of the kind that is looked for.
    #[must_use]
    pub fn change(&self) -> Option<&Change> {
        self.change.as_ref()
    }
}

/// What an explanation shows.
///
/// ```
/// # use audience::{Definitions, ExplainOptions, Zone};
/// let shop = Definitions::parse("customer { id: string key, age: int personal }  segment adults = age >= 18")?;
/// let ana = shop.customer_from_json(r#"{"id": "ana", "age": 44}"#)?;
/// let at = shop.at("2026-06-01T00:00:00Z".parse()?, &Zone::UTC);
/// let adults = shop.segment("adults")?;
/// assert_eq!(adults.explain(&ana, &at).reason(), "In adults because age is at least 18.");
/// let shown = adults.explain_with(&ana, &at, &ExplainOptions::default().show_personal(true));
/// assert_eq!(shown.reason(), "In adults because age is 44, which is at least 18.");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ExplainOptions {
    show_personal: bool,
}

impl ExplainOptions {
    /// Shows personal and sensitive values, and what is computed from them, which are hidden otherwise.
    #[must_use]
    pub fn show_personal(mut self, show: bool) -> Self {
        self.show_personal = show;
        self
    }
}

/// A part of a condition that decided: why it holds, or why it does not.
///
/// ```
/// # use audience::{ClauseKind, Definitions, Zone};
/// let shop = Definitions::parse("customer { id: string key, a: int, b: int, c: int }  segment s = a > 1 and b > 1 and c > 1")?;
/// let ana = shop.customer_from_json(r#"{"id": "ana", "a": 0, "b": 5, "c": 1}"#)?;
/// let at = shop.at("2026-06-01T00:00:00Z".parse()?, &Zone::UTC);
/// let explanation = shop.segment("s")?.explain(&ana, &at);
/// let clause = explanation.clause();
/// assert_eq!((clause.kind, clause.holds), (ClauseKind::And, false));
/// // What holds does not make an `and` false: `b > 1` is not among its clauses.
/// let words: Vec<_> = clause.clauses.iter().map(|it| it.words.as_str()).collect();
/// assert_eq!(words, ["a > 1", "c > 1"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Clause {
    /// How its own clauses decide it.
    pub kind: ClauseKind,
    /// Where it is written.
    pub span: Span,
    /// As it is written, in one line of at most 200 letters.
    pub words: String,
    /// Whether it holds.
    pub holds: bool,
    /// Why, in plain English; without a capital letter and a full stop.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub fact: String,
    /// The values that it saw.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub operands: Vec<Operand>,
    /// The events and items of lists that it counted.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub counted: Vec<Counted>,
    /// The parts that decided it. A segment or trait that was explained before is not explained again.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub clauses: Vec<Clause>,
    /// The fact, in its parts.
    #[serde(skip)]
    said: sentence::reason::Said,
}

/// How the clauses inside a [`Clause`] decide it.
///
/// ```
/// assert_eq!(serde_json::to_string(&audience::ClauseKind::And).unwrap(), "\"and\"");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ClauseKind {
    /// It holds when all do: when it does not, only those that do not are there.
    And,
    /// It holds when one does: when it does, only those that do are there.
    Or,
    /// It holds when the one inside does not.
    Not,
    /// It holds when the condition of the segment does, which is inside.
    Segment,
    /// A test of values. What is inside are the arms of `case` that were taken in computing them.
    Test,
    /// The arm of a `case` that was taken; for `else`, with the conditions of the arms, which do not hold.
    Arm,
}

/// A value that a clause saw.
///
/// ```
/// # use audience::{Definitions, Shown, Zone};
/// let shop = Definitions::parse("customer { id: string key, orders: int? }  segment loyal = orders >= 10")?;
/// let ana = shop.customer_from_json(r#"{"id": "ana"}"#)?;
/// let at = shop.at("2026-06-01T00:00:00Z".parse()?, &Zone::UTC);
/// let explanation = shop.segment("loyal")?.explain(&ana, &at);
/// let operand = &explanation.clause().operands[0];
/// assert_eq!((operand.words.as_str(), &operand.value), ("orders", &Shown::Unknown));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Operand {
    /// As it is written, in one line of at most 200 letters.
    pub words: String,
    /// What it is for this customer.
    pub value: Shown,
    /// The same as people say it, in the zone.
    #[serde(skip)]
    said: String,
}

/// A value of a customer, as far as it may be shown.
///
/// ```
/// # use audience::{Shown, Value};
/// assert_eq!(Shown::Known(Value::from(3)).to_string(), "3");
/// assert_eq!(Shown::Hidden.to_string(), "(hidden)");
/// ```
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Shown {
    /// It has this value.
    Known(Value),
    /// It is missing.
    Unknown,
    /// It is personal or sensitive, and was not asked for. It may also be missing.
    Hidden,
}

/// The events, or items of a list, that lie in the window and meet the `where` of a collection.
///
/// ```
/// # use audience::{Definitions, Zone};
/// let shop = Definitions::parse("customer { id: string key }  event visits {}  segment recent = any visits in last 7 days")?;
/// let ana = shop.customer_from_json(r#"{"id": "ana", "visits": [{"at": "2026-05-30T00:00:00Z"}, {"at": "2026-05-31T00:00:00Z"}]}"#)?;
/// let at = shop.at("2026-06-01T00:00:00Z".parse()?, &Zone::UTC);
/// let explanation = shop.segment("recent")?.explain(&ana, &at);
/// let counted = &explanation.clause().counted[0];
/// assert_eq!(counted.count, Some(2));
/// assert_eq!(counted.deciding.map(|it| it.to_string()), Some("2026-05-31T00:00:00Z".to_owned()));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Counted {
    /// The event type, or the path of the list.
    pub collection: String,
    /// How many; nothing when that is hidden.
    pub count: Option<u64>,
    /// When the event that decided took place: the latest of those that count; of `first`, the earliest; of `min` and `max`, the
    /// one that has the value; of `all`, the latest that does not meet the condition, if one does not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deciding: Option<DateTime>,
    /// The same as people say it, in the zone.
    #[serde(skip)]
    said: Option<String>,
}

/// What is asked: about which segment of which definitions, and when.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Question<'q> {
    pub(crate) module: &'q Module,
    pub(crate) sources: &'q [Source],
    pub(crate) segment: usize,
    pub(crate) at: &'q At,
    pub(crate) options: &'q ExplainOptions,
}

/// Explains why the customer is in the segment or not.
pub(crate) fn explain<'a, R: Row<'a>>(question: &Question<'_>, customer: R) -> Explanation {
    let picture = picture::Picture::of(&question.module.schema, customer);
    let mut explainer = tree::Explainer::new(question, &picture);
    let definition = &question.module.segments[question.segment];
    let clause = explainer.segment_clause(question.segment);
    let (reason, facts) = explainer.reason(question.segment, &clause);
    Explanation {
        segment: Arc::clone(&definition.name),
        holds: clause.holds,
        now: question.at.now(),
        zone: question.at.zone().name(),
        reason,
        facts,
        hides: explainer.hides(&definition.condition),
        change: change::smallest(question, &picture),
        clause,
    }
}
