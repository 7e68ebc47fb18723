//! The models against the figures of the papers, other implementations, and their own laws.

mod churn;
mod digits;
mod extremes;
mod published;
