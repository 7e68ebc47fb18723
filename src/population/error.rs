//! Why a population does not fit.

use std::fmt;

use super::{Cut, Wanted};

/// Why a [`Population`](super::Population) cannot be used with definitions: all reasons at once.
///
/// ```
/// # use audience::{Definitions, Zone};
/// let shop = Definitions::parse("customer { id: string key, a: int, b: int }  segment best = a in top 10%")?;
/// let other = Definitions::parse("customer { id: string key, a: int, b: int }  segment best = b in top 10%")?;
/// let at = shop.at("2026-06-01T00:00:00Z".parse()?, &Zone::UTC);
/// let population = shop.fit(&[], &at);
/// let error = other.with_population(&population).unwrap_err();
/// assert_eq!(error.to_string(), "the population was fitted for other definitions: it lacks `b`");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PopulationError {
    problems: Vec<PopulationProblem>,
}

/// What a population lacks.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PopulationProblem {
    /// It was fitted without this expression.
    NotFitted {
        /// In canonical form.
        expression: String,
    },
    /// The expression is written the same, but something that it refers to was changed since, or the schema was.
    OtherDefinition {
        /// In canonical form.
        expression: String,
    },
    /// The expression was fitted for other shares.
    MissingCut {
        /// In canonical form.
        expression: String,
        /// The share that is missing, such as `top 10%`.
        cut: String,
    },
}

impl PopulationProblem {
    pub(super) fn not_fitted(wanted: &Wanted, same_text: bool) -> Self {
        let expression = wanted.written.to_string();
        if same_text {
            Self::OtherDefinition { expression }
        } else {
            Self::NotFitted { expression }
        }
    }

    pub(super) fn missing_cut(wanted: &Wanted, cut: Cut) -> Self {
        Self::MissingCut {
            expression: wanted.written.to_string(),
            cut: cut.to_string(),
        }
    }

    /// The expression that it is about.
    #[must_use]
    pub fn expression(&self) -> &str {
        match self {
            Self::NotFitted { expression }
            | Self::OtherDefinition { expression }
            | Self::MissingCut { expression, .. } => expression,
        }
    }
}

impl PopulationError {
    pub(super) fn new(problems: Vec<PopulationProblem>) -> Self {
        Self { problems }
    }

    /// All that is missing.
    #[must_use]
    pub fn problems(&self) -> &[PopulationProblem] {
        &self.problems
    }
}

impl fmt::Display for PopulationProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotFitted { expression } => write!(f, "it lacks `{expression}`"),
            Self::OtherDefinition { expression } => {
                write!(f, "`{expression}` meant something else when it was fitted")
            }
            Self::MissingCut { expression, cut } => write!(f, "it lacks the {cut} of `{expression}`"),
        }
    }
}

impl fmt::Display for PopulationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the population was fitted for other definitions: ")?;
        for (index, problem) in self.problems.iter().enumerate() {
            let separator = if index == 0 { "" } else { "; " };
            write!(f, "{separator}{problem}")?;
        }
        Ok(())
    }
}

impl std::error::Error for PopulationError {}
