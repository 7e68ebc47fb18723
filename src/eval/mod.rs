//! Answers for one customer.

mod at;
pub(crate) mod interpret;
#[cfg(test)]
mod toy;

pub use at::At;
