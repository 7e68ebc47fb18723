//! From what is meant to how it is answered fast: `hir` to [`Program`].

mod moment;

pub(crate) use moment::{Moment, Moments};
