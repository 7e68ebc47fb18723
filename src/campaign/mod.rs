//! Who gets what, on which channel, and may she have it.
//!
//! [`Decider`] answers for one customer: it asks the rules of the definitions in a fixed order and never fails. What was
//! asked once about a customer is remembered while her other campaigns are decided.

mod codes;
mod decide;
mod hold;
mod quiet;
mod remember;

pub use codes::{CodeError, CodePool, CodeRequest, Codes};
pub(crate) use decide::{Decider, Outcome, Sent};
pub(crate) use hold::shared as words_of;
pub use hold::{Hold, HoldReason};
pub(crate) use remember::Scratch;
