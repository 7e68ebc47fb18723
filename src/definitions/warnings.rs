//! What compiles but probably does not say what was meant.

use std::sync::OnceLock;

use super::library::Library;
use crate::{
    check,
    diagnostic::{Diagnostic, Level, Lints, Severity, Source},
    hir::Module,
    limits::Limits,
};

/// The warnings of a set of definitions: those of the checker, and those that take reasoning, which are looked for when
/// somebody asks: a service that starts with definitions that were checked before need not wait for them.
#[derive(Debug)]
pub(super) struct Warnings {
    told: Vec<Diagnostic>,
    library: Library,
    all: OnceLock<Vec<Diagnostic>>,
}

impl Warnings {
    /// `told` are what is known without reasoning.
    pub(super) fn new(mut told: Vec<Diagnostic>, library: Library, lints: &Lints) -> Self {
        library.explain(&mut told);
        lints.apply(&mut told);
        Self {
            told,
            library,
            all: OnceLock::new(),
        }
    }

    /// What is known by now: all, when somebody has asked.
    pub(super) fn into_told(self) -> Vec<Diagnostic> {
        self.all.into_inner().unwrap_or(self.told)
    }

    /// Tells whether one that stops a build is among those told, or may be among the others.
    pub(super) fn may_stop(&self, lints: &Lints) -> bool {
        let is_denied = |code: &_| lints.level(*code) == Level::Deny;
        has_errors(&self.told) || check::REASONED.iter().any(is_denied)
    }

    /// All of them in the order of the text; looks for the others at the first time.
    pub(super) fn all(
        &self,
        module: &Module,
        sources: &[Source],
        lints: &Lints,
        limits: &Limits,
    ) -> &[Diagnostic] {
        self.all.get_or_init(|| {
            let texts: Vec<&str> = sources.iter().map(|source| &*source.text).collect();
            let mut found = check::lint(module, &texts, lints, limits);
            self.library.explain(&mut found);
            lints.apply(&mut found);
            let mut all = self.told.clone();
            all.extend(found);
            all.sort_by_key(Diagnostic::span);
            all
        })
    }
}

pub(super) fn has_errors(diagnostics: &[Diagnostic]) -> bool {
    diagnostics.iter().any(|it| it.severity == Severity::Error)
}
