//! What the compiler says about a source: errors and warnings with a stable code, labelled spans and help.

mod code;
mod level;
mod render;
pub(crate) mod suggest;

pub use code::Code;
pub use level::Level;
pub(crate) use level::Lints;
pub use render::render;

use crate::span::Span;

/// How grave a [`Diagnostic`] is.
///
/// ```
/// # use audience::Severity;
/// assert!(Severity::Warning < Severity::Error);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// The source compiles, but probably does not say what was meant.
    Warning,
    /// The source does not compile.
    Error,
}

/// One text given to a build: a file name and its content.
///
/// ```
/// # use audience::Source;
/// let source = Source::new("shop.audience", "customer { id: string key }");
/// assert_eq!(&*source.name, "shop.audience");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// The name shown in diagnostics.
    pub name: std::sync::Arc<str>,
    /// The whole text.
    pub text: std::sync::Arc<str>,
}

impl Source {
    /// Names a text.
    pub fn new(name: impl AsRef<str>, text: impl AsRef<str>) -> Self {
        Self {
            name: name.as_ref().into(),
            text: text.as_ref().into(),
        }
    }
}

/// A span with what there is to say about it.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Label {
    /// What is pointed at.
    pub span: Span,
    /// A few words, lower case, without a full stop.
    pub text: String,
}

/// One error or warning.
///
/// The first label is where it happened; further labels tell the other half of the story ("first defined here").
///
/// ```
/// # use audience::{Code, Definitions, Severity};
/// let text = "customer { id: string key, country: string }  segment s = contry = \"DE\"";
/// let error = Definitions::parse(text).unwrap_err();
/// let diagnostic = &error.diagnostics()[0];
/// assert_eq!((diagnostic.code, diagnostic.severity), (Code::UnknownAttribute, Severity::Error));
/// assert_eq!(diagnostic.help, ["did you mean `country`?"]);
/// let place = diagnostic.labels[0].span;
/// assert_eq!(&text[place.start as usize..place.end as usize], "contry");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Diagnostic {
    /// The stable code, as in `error[unknown-attribute]`.
    pub code: Code,
    /// Error or warning.
    pub severity: Severity,
    /// One sentence, lower case, without a full stop, the user's own words in backticks.
    pub message: String,
    /// The places it is about, the main one first.
    pub labels: Vec<Label>,
    /// How to mend it, one line each.
    pub help: Vec<String>,
}

impl Diagnostic {
    /// Starts a diagnostic; the code decides whether it is an error or a warning.
    pub(crate) fn new(code: Code, message: impl Into<String>) -> Self {
        Self {
            code,
            severity: code.severity(),
            message: message.into(),
            labels: Vec::new(),
            help: Vec::new(),
        }
    }

    /// Points at a span.
    #[must_use]
    pub(crate) fn label(mut self, span: Span, text: impl Into<String>) -> Self {
        self.labels.push(Label {
            span,
            text: text.into(),
        });
        self
    }

    /// Adds a line of help when there is one.
    #[must_use]
    pub(crate) fn help(mut self, help: impl Into<Option<String>>) -> Self {
        self.help.extend(help.into());
        self
    }

    /// Where it happened.
    #[must_use]
    pub fn span(&self) -> Span {
        self.labels.first().map_or_else(Span::default, |label| label.span)
    }
}
