//! What a message says to one customer.

mod context;
mod escape;
mod filter;
