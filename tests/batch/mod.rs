//! Customers by columns: what is refused, and what is not looked at.

mod forms;
mod refused;
