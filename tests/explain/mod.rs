//! Explanations: what they say, what they hide, and that the change they tell of turns the answer.

pub(crate) mod english;
mod golden;
mod promises;
mod smallest;
