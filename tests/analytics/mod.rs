//! What is known of customers from what they bought.

mod rfm;
