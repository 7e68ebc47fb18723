//! Answers for one customer.
//!
//! [`interpret`] says what a condition means; [`Machine`] runs a [`Program`](crate::plan::Program) and gives the same
//! answers fast. A template's use of it:
//!
//! ```text
//! let mut machine = Machine::with_locals(&program, customer, &at, &mut locals);
//! if machine.test(block) { … }                       // a condition: BlockId
//! match machine.value(node) { … }                    // a value: NodeId; borrowed until the next question
//! let walk = machine.open(items, limit);             // a loop: CollectionId; events in the order of time
//! let mut index = 0;
//! while machine.enter(walk, index) {                 // the item is in scope as the collection's row
//!     …
//!     index += 1;
//! }
//! machine.leave(walk);
//! ```

mod aggregate;
mod asked;
mod at;
mod call;
mod cells;
mod collection;
mod distinct;
mod events;
pub(crate) mod explain;
mod frame;
pub(crate) mod interpret;
mod machine;
mod many;
mod members;
mod next_change;
mod scratch;
mod sequence;
#[cfg(test)]
mod tests;

pub(crate) use asked::AskedOf;
pub use at::At;
pub(crate) use cells::test_cells;
pub(crate) use collection::Walk;
pub(crate) use frame::{Frame, Frames, MadeLists};
pub(crate) use machine::{Machine, key, test, test_slots};
#[cfg(feature = "batch")]
pub(crate) use machine::{accepts_text, read, test_op, test_slot};
pub(crate) use many::{Asked, matching, matching_among};
pub(crate) use members::Members;
pub use next_change::NextChange;
pub(crate) use next_change::{ChangePlan, Dues, Instants, NEVER, certain_until, next_change};
