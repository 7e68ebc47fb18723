//! What stands behind the `|` of a placeholder.

pub(crate) mod date;
pub(crate) mod money;
pub(crate) mod text;
