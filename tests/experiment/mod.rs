//! Experiments: the figures of other libraries, the level that is promised, the sentences, and the edges.

mod assignment;
mod edges;
mod hillstrom;
mod simulated;
mod told;
