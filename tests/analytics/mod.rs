//! What is known of customers from what they bought.

mod cdnow;
mod lifetime;
mod retention;
mod rfm;
mod scores;
