//! Explanations drawn as trees.

use std::fmt;

use super::{Change, Clause, ClauseKind, Counted, Explanation, Shown, sentence::noun};
use crate::value::Value;

/// The sentence, the tree of clauses with `✓` for what holds and `✗` for what does not, and the change.
impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.reason)?;
        clause(f, &self.clause, 0)?;
        match &self.change {
            None => Ok(()),
            Some(change) => {
                let until = if self.holds { "out" } else { "in" };
                writeln!(f, "to be {until}: {change}")
            }
        }
    }
}

/// What would have to change, in one line.
impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.says())
    }
}

/// As a [`Value`] is shown, text in quotation marks and in one line; `(unknown)` and `(hidden)`.
impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Known(Value::Text(text)) => {
                let line: String = text
                    .chars()
                    .map(|it| if it.is_control() { ' ' } else { it })
                    .collect();
                write!(f, "“{line}”")
            }
            Self::Known(value) => value.fmt(f),
            Self::Unknown => f.write_str("(unknown)"),
            Self::Hidden => f.write_str("(hidden)"),
        }
    }
}

fn clause(f: &mut fmt::Formatter<'_>, it: &Clause, depth: usize) -> fmt::Result {
    let indent = depth * 2;
    let mark = if it.holds { '✓' } else { '✗' };
    let words = match (it.kind, it.holds) {
        (ClauseKind::And, true) => "all of",
        (ClauseKind::And, false) => "not all, because of",
        (ClauseKind::Or, true) => "at least one, because of",
        (ClauseKind::Or, false) => "none of",
        (ClauseKind::Not, _) => "not",
        (ClauseKind::Arm, _) if it.clauses.iter().any(|it| it.holds) => "in the case where",
        (ClauseKind::Arm, _) => "otherwise, as none holds",
        (ClauseKind::Segment | ClauseKind::Test, _) => &it.words,
    };
    writeln!(f, "{:indent$}{mark} {words}", "")?;
    let indent = indent + 4;
    for operand in &it.operands {
        writeln!(f, "{:indent$}{} is {}", "", operand.words, operand.said)?;
    }
    for counted in &it.counted {
        writeln!(f, "{:indent$}{counted}", "")?;
    }
    it.clauses
        .iter()
        .try_for_each(|inner| clause(f, inner, depth + 1))
}

/// `2 purchases, decided by that of 31 May 2026 at 00:00`.
impl fmt::Display for Counted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.count {
            Some(count) => f.write_str(&noun::counted(count, &self.collection))?,
            None => write!(f, "(hidden) {}", noun::plural(&self.collection))?,
        }
        match &self.said {
            Some(at) => write!(f, ", decided by that of {at}"),
            None => Ok(()),
        }
    }
}
