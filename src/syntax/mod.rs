//! Text to `ast`, and back. The only place that knows pest.

pub(crate) mod ast;
