//! Integration tests.

mod layering;
mod manifest;
mod recommendations;
#[path = "../examples/campaign/data.rs"]
mod retail;
