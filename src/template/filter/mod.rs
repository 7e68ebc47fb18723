//! Filters whose arguments are read once, when a template is compiled.

pub(super) mod date;
pub(super) mod money;
