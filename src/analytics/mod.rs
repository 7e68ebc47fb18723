//! What is known of customers from what they bought: scores, expected purchases, churn and retention.
//!
//! Everything here is fitted in a batch, saved with serde, and asked for one customer at a time. A saved model holds
//! parameters and cut points, and no customer's key. What comes out are numbers that the language reads as ordinary
//! attributes: [`scores`] writes their part of the contract and the values of a customer.
//!
//! - [`rfm`]: scores from 1 to 5 for how recently, how often and for how much somebody bought, and named groups of them;
//! - [`lifetime`]: who is still a customer, how many purchases to expect, and what they are worth;
//! - [`retention`]: who comes back, month by month, and how many days lie between two orders;
//! - [`Orders`]: what all these need, read from the events of a [`Customer`](crate::Customer).
//!
//! `docs/analytics.md` tells of each model what it assumes, where it comes from, and when not to use it.

mod count;
mod error;
pub mod lifetime;
mod orders;
pub mod retention;
pub mod rfm;
mod saved;
pub mod scores;

pub use error::{NotEnoughData, Shortage};
pub use orders::Orders;
