//! Campaigns: who gets what, on which channel, and may she have it.

mod model;
mod order;
mod properties;
mod words;
