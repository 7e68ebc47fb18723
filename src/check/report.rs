//! Collects what there is to say, and bounds the work spent on saying it.

use std::cell::Cell;

use super::pattern::Patterns;
use crate::{
    diagnostic::{Code, Diagnostic, Label, Severity, suggest},
    limits::Limits,
    span::Span,
    value::Type,
};

/// So many names are compared in search of near ones, all in all.
const NAMES: usize = 50_000;

/// The diagnostics of one check.
#[derive(Debug)]
pub(crate) struct Report {
    diagnostics: Vec<Diagnostic>,
    pub(crate) limits: Limits,
    /// How many names may still be compared.
    searched: Cell<usize>,
    pub(crate) patterns: Patterns,
}

impl Report {
    pub(crate) fn new(limits: &Limits) -> Self {
        Self {
            diagnostics: Vec::new(),
            limits: limits.clone(),
            searched: Cell::new(NAMES),
            patterns: Patterns::default(),
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

    /// Refuses an enumeration with so many words, when they are too many.
    pub(crate) fn check_words(&mut self, count: usize, span: Span) -> Option<()> {
        let limit = self.limits.list_items;
        if count <= limit {
            return Some(());
        }
        let message = format!("an enumeration of more than {limit} words");
        self.fail(Diagnostic::new(Code::Limit, message).label(span, "too many words"))
    }

    /// `did you mean …?`
    pub(crate) fn suggest<'n>(&self, name: &str, names: impl IntoIterator<Item = &'n str>) -> Option<String> {
        if self.is_full() {
            return None;
        }
        let left = self.searched.get();
        let mut seen = 0;
        let names = names.into_iter().take(left).inspect(|_| seen += 1);
        let help = suggest::did_you_mean(name, names);
        self.searched.set(left - seen);
        help
    }

    /// Tells whether more would only be counted. Then names are no longer searched for near ones: a hostile source may
    /// have very many of both.
    pub(crate) fn is_full(&self) -> bool {
        self.is_full_with(0)
    }

    /// Tells whether it would be full with so many more.
    pub(crate) fn is_full_with(&self, more: usize) -> bool {
        self.diagnostics.len() + more >= self.limits.diagnostics
    }

    pub(crate) fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(|it| it.severity == Severity::Error)
    }

    pub(crate) fn error_count(&self) -> usize {
        let is_error = |it: &&Diagnostic| it.severity == Severity::Error;
        self.diagnostics.iter().filter(is_error).count()
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.diagnostics.len()
    }

    /// Drops all but the first so many diagnostics, before something is checked once more.
    pub(crate) fn truncate(&mut self, count: usize) {
        self.diagnostics.truncate(count);
    }

    /// Points at one more place in each diagnostic behind so many.
    pub(crate) fn label_since(&mut self, start: usize, span: Span, text: &str) {
        for diagnostic in self.diagnostics.iter_mut().skip(start) {
            diagnostic.labels.push(Label {
                span,
                text: text.to_owned(),
            });
        }
    }

    /// Takes out all but the first so many diagnostics.
    pub(crate) fn split_off(&mut self, count: usize) -> Vec<Diagnostic> {
        self.diagnostics.split_off(count.min(self.diagnostics.len()))
    }

    /// Drops the warnings behind so many diagnostics.
    pub(crate) fn forget_warnings_since(&mut self, start: usize) {
        let rest = self.diagnostics.split_off(start.min(self.diagnostics.len()));
        let errors = rest.into_iter().filter(|it| it.severity == Severity::Error);
        self.diagnostics.extend(errors);
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
