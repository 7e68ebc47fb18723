//! Which warnings are given, and which of them stop a build.

use super::{Code, Diagnostic, Severity};

/// What becomes of a warning, see [`Builder::lint`](crate::Builder::lint).
///
/// ```
/// # use audience::{Code, Definitions, Level};
/// let text = "customer { id: string key, age: int }  segment nobody = age > 60 and age < 18";
/// let strict = Definitions::builder().source("shop", text).lint(Code::Contradiction, Level::Deny);
/// assert!(strict.build().is_err());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Level {
    /// Nothing is said.
    Allow,
    /// It is among the warnings.
    Warn,
    /// It is an error.
    Deny,
}

/// The levels of all warnings, where they are not those of the start.
#[derive(Clone, Debug, Default)]
pub(crate) struct Lints(Vec<(Code, Level)>);

impl Lints {
    pub(crate) fn set(&mut self, code: Code, level: Level) {
        self.0.retain(|(it, _)| *it != code);
        self.0.push((code, level));
    }

    pub(crate) fn level(&self, code: Code) -> Level {
        let set = self.0.iter().find(|(it, _)| *it == code);
        set.map_or(code.level(), |(_, level)| *level)
    }

    /// Leaves out what is allowed, and makes errors of what is denied.
    pub(crate) fn apply(&self, diagnostics: &mut Vec<Diagnostic>) {
        diagnostics.retain_mut(|it| {
            if it.code.severity() == Severity::Error {
                return true;
            }
            let level = self.level(it.code);
            if level == Level::Deny {
                it.severity = Severity::Error;
            }
            level != Level::Allow
        });
    }
}

impl Code {
    /// Whether it is told when nothing else was said: all are, but for segments that have no customer in common, because that
    /// is what most segments are made for.
    ///
    /// ```
    /// # use audience::{Code, Level};
    /// assert_eq!(Code::Contradiction.level(), Level::Warn);
    /// assert_eq!(Code::SegmentDisjoint.level(), Level::Allow);
    /// assert_eq!(Code::Syntax.level(), Level::Deny);
    /// ```
    #[must_use]
    pub fn level(self) -> Level {
        match self {
            Self::SegmentDisjoint | Self::Unescaped => Level::Allow,
            code if code.severity() == Severity::Error => Level::Deny,
            _ => Level::Warn,
        }
    }
}
