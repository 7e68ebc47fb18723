//! One error type per door.

use std::{cmp::Reverse, fmt};

use crate::diagnostic::{Diagnostic, Severity, Source, render};

/// Why a source did not compile: all diagnostics at once. `Display` draws them.
///
/// # Example
///
/// ```
/// # use audience::{Code, Definitions};
/// let error = Definitions::parse("customer { id: string key }  segment s = contry = \"DE\"").unwrap_err();
/// assert_eq!(error.diagnostics()[0].code, Code::UnknownAttribute);
/// assert!(error.to_string().starts_with("error[unknown-attribute]: unknown attribute `contry`"));
/// ```
#[derive(Clone, PartialEq)]
pub struct CompileError {
    diagnostics: Vec<Diagnostic>,
    omitted: usize,
    sources: Vec<Source>,
}

impl CompileError {
    /// Keeps at most `limit` diagnostics, errors rather than warnings, and counts the rest.
    pub(crate) fn new(mut diagnostics: Vec<Diagnostic>, sources: Vec<Source>, limit: usize) -> Self {
        debug_assert!(
            diagnostics.iter().any(|it| it.severity == Severity::Error),
            "an error without an error"
        );
        let omitted = diagnostics.len().saturating_sub(limit.max(1));
        if omitted > 0 {
            diagnostics.sort_by_key(|it| (Reverse(it.severity), it.span()));
            diagnostics.truncate(limit.max(1));
        }
        diagnostics.sort_by_key(Diagnostic::span);
        Self {
            diagnostics,
            omitted,
            sources,
        }
    }

    /// The errors and warnings, in the order of the text.
    #[must_use]
    pub fn diagnostics(&self) -> &[Diagnostic] {
        &self.diagnostics
    }

    /// How many more there were than [`Limits::diagnostics`](crate::Limits::diagnostics) allows to keep.
    #[must_use]
    pub fn omitted(&self) -> usize {
        self.omitted
    }

    /// The texts that the spans point into.
    #[must_use]
    pub fn sources(&self) -> &[Source] {
        &self.sources
    }
}

impl fmt::Display for CompileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&render(&self.diagnostics, &self.sources))?;
        match self.omitted {
            0 => Ok(()),
            omitted => writeln!(f, "\n… and {omitted} more"),
        }
    }
}

/// As `Display`, so that `unwrap` and `?` in `main` show the picture.
impl fmt::Debug for CompileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for CompileError {}

/// A name that the definitions do not have.
///
/// ```
/// # use audience::Definitions;
/// let shop = Definitions::parse("customer { id: string key }  segment everyone = true")?;
/// let error = shop.segment("everyome").unwrap_err();
/// assert_eq!(error.to_string(), "unknown segment `everyome`; did you mean `everyone`?");
/// # Ok::<(), audience::CompileError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown {kind} `{name}`{}", .help.as_deref().map(|it| format!("; {it}")).unwrap_or_default())]
pub struct UnknownName {
    pub(crate) kind: &'static str,
    pub(crate) name: String,
    pub(crate) help: Option<String>,
}

impl UnknownName {
    /// The name as asked for.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// A near name that may have been meant, as a question; or which names there are.
    #[must_use]
    pub fn help(&self) -> Option<&str> {
        self.help.as_deref()
    }
}

/// A segment or trait that cannot be asked.
///
/// ```
/// # use audience::{Definitions, NameError};
/// let shop = Definitions::parse("customer { id: string key, spent: decimal }  segment best = spent in top 10%")?;
/// let error = shop.segment("best").unwrap_err();
/// assert_eq!(error.to_string(), "segment `best` needs a population fitted for `spent`, and none was given");
/// assert!(matches!(shop.segment("worst"), Err(NameError::Unknown(_))));
/// # Ok::<(), audience::CompileError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NameError {
    /// The definitions do not have it.
    #[error(transparent)]
    Unknown(#[from] UnknownName),
    /// It compares a customer with the others, and no [`Population`](crate::Population) was given to the definitions.
    #[error(transparent)]
    NeedsPopulation(#[from] NeedsPopulation),
}

impl NameError {
    /// The name as asked for.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Unknown(unknown) => unknown.name(),
            Self::NeedsPopulation(needs) => &needs.name,
        }
    }
}

/// A segment or trait that compares a customer with the others, of definitions without a population.
///
/// ```
/// # use audience::{Definitions, NameError};
/// let shop = Definitions::parse("customer { id: string key, spent: decimal }  segment best = spent in top 10%")?;
/// let Err(NameError::NeedsPopulation(needs)) = shop.segment("best") else { panic!("it has none") };
/// assert_eq!((needs.name(), needs.expressions()), ("best", &["spent".to_owned()][..]));
/// # Ok::<(), audience::CompileError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{kind} `{name}` needs a population fitted for {}, and none was given", quoted(.expressions))]
pub struct NeedsPopulation {
    pub(crate) kind: &'static str,
    pub(crate) name: String,
    pub(crate) expressions: Vec<String>,
}

impl NeedsPopulation {
    /// The segment or trait.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What must be fitted, in canonical form.
    #[must_use]
    pub fn expressions(&self) -> &[String] {
        &self.expressions
    }
}

fn quoted(names: &[String]) -> String {
    let quoted: Vec<_> = names.iter().map(|it| format!("`{it}`")).collect();
    quoted.join(" and ")
}

/// A message that went beyond one of the [`Limits`](crate::Limits) while it was rendered.
///
/// It is the only way in which rendering a compiled template can fail.
///
/// ```
/// # use audience::{Definitions, Format, Inputs, Limits, Placements, Zone};
/// let mut limits = Limits::default();
/// limits.output_bytes = 8;
/// let shop = Definitions::parse("customer { id: string key filled }")?;
/// let template = shop.template_builder(Format::Text).source("mail.txt", "Dear\n{{ id }}").limits(limits).build()?;
/// let ana = shop.customer_from_json(r#"{"id": "Anastasia"}"#)?;
/// let at = shop.at("2026-06-01T00:00:00Z".parse()?, &Zone::UTC);
/// let error = template.render_into(&ana, &Inputs::default(), &Placements::new(), &at, &mut String::new()).unwrap_err();
/// assert_eq!(error.to_string(), "mail.txt:2:1: the message has more than 8 bytes");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{template}:{line}:{column}: {kind}")]
#[non_exhaustive]
pub struct LimitError {
    /// The name of the template.
    pub template: std::sync::Arc<str>,
    /// The line of the template where it happened, from 1.
    pub line: usize,
    /// The letter in that line, from 1.
    pub column: usize,
    /// Which limit.
    pub kind: LimitKind,
}

/// Which limit a message went beyond.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LimitKind {
    /// [`Limits::output_bytes`](crate::Limits::output_bytes).
    #[error("the message has more than {0} bytes")]
    OutputBytes(usize),
    /// [`Limits::scratch_bytes`](crate::Limits::scratch_bytes).
    #[error("the values made on the way to the message have more than {0} bytes")]
    ScratchBytes(usize),
    /// [`Limits::iterations`](crate::Limits::iterations).
    #[error("the loops of the message have more than {0} rounds together")]
    Iterations(usize),
}

/// Definitions in JSON that are not of the form, see [`Definitions::from_json`](crate::Definitions::from_json).
///
/// ```
/// # use audience::Definitions;
/// let error = Definitions::from_json(r#"{"version": 2}"#).unwrap_err();
/// assert_eq!(error.path(), "version");
/// assert_eq!(error.message(), "this is not version 1, the only one that is known");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{path}{}{message}", if path.is_empty() { "" } else { ": " })]
pub struct JsonError {
    path: String,
    message: String,
}

impl JsonError {
    pub(crate) fn new(path: String, message: String) -> Self {
        Self { path, message }
    }

    /// Where it is wrong: `items[2].condition.lhs`; empty for the whole.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// What is wrong.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }
}
