//! The smallest change that would turn the answer.

use serde::Serialize;

use super::{Question, Shown, picture::Picture};
use crate::{
    span::Span,
    value::{DateTime, Value},
};

/// What would have to change.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Change {
    says: String,
    /// One for each test that has to change.
    pub leaves: Vec<ChangedLeaf>,
}

impl Change {
    /// It in words.
    #[must_use]
    pub fn says(&self) -> &str {
        &self.says
    }
}

/// One test that has to change.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ChangedLeaf {
    /// Where.
    pub span: Span,
    /// Words.
    pub words: String,
    /// From.
    pub from: Shown,
    /// To.
    pub to: Shown,
    /// Deadline.
    pub before: Option<DateTime>,
    /// Says.
    pub says: String,
    /// Edits.
    pub edits: Vec<Edit>,
}

/// Edit.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub enum Edit {
    /// Set.
    Set {
        /// Path
        attribute: String,
        /// Value
        value: Value,
    },
}

pub(super) fn smallest(_question: &Question<'_>, _picture: &Picture) -> Option<Change> {
    None
}
