//! The models against the figures of the papers, other implementations, and their own laws.

mod churn;
mod extremes;
mod published;
