//! What is known of customers from what they bought.
//!
//! Everything here is fitted in a batch, saved with serde, and asked for one customer at a time. A saved model holds
//! parameters and cut points, and no customer's key.
//!
//! - [`rfm`]: scores from 1 to 5 for how recently, how often and for how much somebody bought, and named groups of them.
//!
//! `docs/analytics.md` tells of each model what it assumes, where it comes from, and when not to use it.

mod error;
pub mod rfm;
mod saved;

pub use error::{NotEnoughData, Shortage};
