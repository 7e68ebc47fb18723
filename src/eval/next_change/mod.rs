//! When the answer changes without new data.
//!
//! A condition is walked at one instant: each part tells whether it holds, and until when that is certain ([`Held`]). The
//! walk then goes on at that instant, and so on, until the answer is another one. Certainty is never claimed too long, so that
//! the first instant with another answer is the earliest there is; and it is claimed as long as can be (a part of an `and` that
//! fails for a year makes the year certain), so that few instants are visited.

mod asked;
mod clock;
mod cycle;
mod due;
mod memory;
mod motion;
mod plan;
mod until;
mod walker;
mod way;

use std::fmt;

use self::{asked::Asked, memory::Memory, until::Until, walker::Walker};
pub(crate) use self::{
    due::{Dues, NEVER, certain_until},
    memory::Instants,
    plan::ChangePlan,
};
use crate::{
    eval::At,
    hir::{Condition, Module},
    record::Row,
    span::Span,
    value::{DateTime, Duration},
};

/// When a customer enters or leaves a segment, if nothing new becomes known of her.
///
/// Given by [`Segment::next_change`](crate::Segment::next_change). As JSON it is `{"at": "2026-06-30T10:00:00Z"}`,
/// `{"not_within": "PT315576000S"}` or `{"unknown": {"source": 0, "start": 41, "end": 60}}`.
///
/// # Example
///
/// ```
/// # use audience::{Definitions, NextChange, Zone};
/// let shop = Definitions::parse(
///     "customer { id: string key }  event purchases { amount: decimal }
///      segment recent = any purchases in last 30 days",
/// )?;
/// let ana = shop.customer_from_json(r#"{"id": "ana", "purchases": [{"at": "2026-05-31T10:00:00Z", "amount": 5}]}"#)?;
/// let at = shop.at("2026-06-01T00:00:00Z".parse()?, &Zone::UTC);
/// let change = shop.segment("recent")?.next_change(&ana, &at);
/// assert_eq!(change, NextChange::At("2026-06-30T10:00:00Z".parse()?));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum NextChange {
    /// The earliest later instant at which the answer is another one.
    At(DateTime),
    /// The answer stays as it is for so long, or until the last instant of the calendar.
    NotWithin(Duration),
    /// It cannot be told, because of this part of the rule; or more instants would have to be looked at than
    /// [`Limits::edges`](crate::Limits::edges) allows, and this is the whole rule.
    Unknown(Span),
}

impl NextChange {
    /// How far [`Segment::next_change`](crate::Segment::next_change) looks: ten years of 365.25 days.
    ///
    /// ```
    /// # use audience::NextChange;
    /// assert_eq!(NextChange::HORIZON.to_string(), "PT315576000S");
    /// ```
    pub const HORIZON: Duration = Duration::from_micros(7305 * clock::DAY / 2);
}

/// `at 2026-06-30T10:00:00Z`, `not within 3652 days`, `unknown`.
impl fmt::Display for NextChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::At(at) => write!(f, "at {at}"),
            Self::NotWithin(horizon) => {
                let days = horizon.micros() / clock::DAY;
                write!(f, "not within {days} day{}", if days == 1 { "" } else { "s" })
            }
            Self::Unknown(_) => f.write_str("unknown"),
        }
    }
}

/// The first instant after that of `at`, and at most `horizon` later, at which the condition gives another answer for the customer.
///
/// `plan` is that of the condition, or nothing at all: then it takes longer.
pub(crate) fn next_change<'a, R: Row<'a>>(
    (module, plan, condition): (&'a Module, &'a ChangePlan, &Condition),
    customer: R,
    at: &At,
    instants: &'a Instants,
    (horizon, edges): (Duration, usize),
) -> NextChange {
    let start = at.now().micros();
    let end = start.saturating_add(horizon.micros()).min(DateTime::MAX.micros());
    let mut memory = Memory::new(start..end, edges.saturating_mul(TRIES), instants);
    let mut look = |now: i64| {
        let at = instants.keep(at.moved(clock::instant(now)));
        let asked = Asked::new(module, plan, customer, at);
        Walker::new(asked, &mut memory).condition(condition)
    };
    let first = look(start);
    let mut held = first;
    for _ in 0..edges {
        match held.until {
            Until::At(next) if next <= end => {
                held = look(next);
                if held.holds != first.holds {
                    return NextChange::At(clock::instant(next));
                }
            }
            Until::At(_) | Until::Never => return NextChange::NotWithin(horizon),
            Until::Unclear(span) if span.is_empty() => return NextChange::Unknown(condition.span),
            Until::Unclear(span) => return NextChange::Unknown(span),
        }
    }
    NextChange::Unknown(condition.span)
}

/// For each instant at which a rule is looked at, so many hours or days may be tried for single parts of it.
const TRIES: usize = 10;
