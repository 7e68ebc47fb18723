//! Why there is no query.

use crate::error::CompileError;

use super::MappingError;

/// Why a rule has no query.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum SqlError {
    /// The mapping is not of the schema.
    #[error(transparent)]
    Mapping(#[from] MappingError),
    /// Parts of the rule cannot be said in SQL so that the answer is the same: each is a diagnostic at its place, with what helps.
    #[error("{0}")]
    Refused(CompileError),
}
