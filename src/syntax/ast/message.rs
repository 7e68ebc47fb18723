//! Messages as written.

use super::{Expr, Field, Name, Text};
use crate::span::Span;

/// `message NAME for SEGMENT "…" { … }`.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Message {
    pub name: Name,
    /// The segment that it is for.
    pub audience: Option<Name>,
    pub description: Option<Text>,
    /// In the order written.
    pub clauses: Vec<Clause>,
}

#[derive(Clone, Debug)]
pub(crate) struct Clause {
    pub span: Span,
    pub kind: ClauseKind,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum ClauseKind {
    Channel(Name),
    /// The word alone: nobody has to have agreed to it.
    Transactional,
    Inputs(Vec<Field>),
    /// `languages ["en", "es"] by language`.
    Languages {
        tags: Vec<Text>,
        by: Expr,
    },
    /// `unsubscribe goodbye`: the link by another name.
    Unsubscribe(Vec<Name>),
    /// `at most 2 segments`.
    AtMost {
        count: u64,
        unit: Name,
    },
    /// `subject "…"`, `subject.es "…"`, `html from "…"`.
    Part {
        name: Name,
        language: Option<Text>,
        content: Content,
    },
}

/// What a part says: the text itself, or the file that has it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Content {
    Text(Text),
    File(Text),
}

/// `message win_back_mail subject contains "Hola"`, in a test.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Said {
    pub message: Name,
    pub outcome: Outcome,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Outcome {
    Sent,
    /// For that reason, when one is written.
    Skipped(Option<Text>),
    Says {
        /// Any part when none is named.
        part: Option<Name>,
        negated: bool,
        test: SaidTest,
        text: Text,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum SaidTest {
    Is,
    Contains,
    StartsWith,
    EndsWith,
}

impl PartialEq for Clause {
    fn eq(&self, other: &Self) -> bool {
        self.kind == other.kind
    }
}
