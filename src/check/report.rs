//! Collects what there is to say, and bounds the work spent on saying it.

use crate::{
    diagnostic::{Code, Diagnostic, Severity, suggest},
    limits::Limits,
    span::Span,
    value::Type,
};

/// The diagnostics of one check.
#[derive(Debug)]
pub(crate) struct Report {
    diagnostics: Vec<Diagnostic>,
    /// After so many diagnostics, names are no longer searched for near ones: a hostile source may have very many of both.
    limit: usize,
}

impl Report {
    pub(crate) fn new(limits: &Limits) -> Self {
        Self {
            diagnostics: Vec::new(),
            limit: limits.diagnostics,
        }
    }

    pub(crate) fn push(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    /// Reports and gives `None`, for the end of a function whose result is then unknown.
    pub(crate) fn fail<T>(&mut self, diagnostic: Diagnostic) -> Option<T> {
        self.push(diagnostic);
        None
    }

    pub(crate) fn unsupported<T>(&mut self, span: Span, what: &str) -> Option<T> {
        self.fail(
            Diagnostic::new(Code::Unsupported, format!("{what} not supported yet"))
                .label(span, "not supported in this version"),
        )
    }

    /// `did you mean …?`
    pub(crate) fn suggest<'n>(&self, name: &str, names: impl IntoIterator<Item = &'n str>) -> Option<String> {
        if self.is_full() {
            return None;
        }
        suggest::did_you_mean(name, names)
    }

    /// Tells whether more would only be counted.
    pub(crate) fn is_full(&self) -> bool {
        self.diagnostics.len() >= self.limit
    }

    pub(crate) fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(|it| it.severity == Severity::Error)
    }

    /// All of them in the order of the text.
    pub(crate) fn finish(mut self) -> Vec<Diagnostic> {
        self.diagnostics.sort_by_key(Diagnostic::span);
        self.diagnostics
    }
}

/// A type as messages name it, in backticks; of an enumeration at most three words.
pub(crate) fn type_name(ty: &Type) -> String {
    match ty {
        Type::Words(words) if words.len() > 3 => {
            let shown: Vec<_> = words.iter().take(3).map(|word| format!("{word:?}")).collect();
            format!("`({} | …)`", shown.join(" | "))
        }
        ty => format!("`{ty}`"),
    }
}
