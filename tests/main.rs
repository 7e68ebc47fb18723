//! Integration tests.

mod layering;
mod manifest;
