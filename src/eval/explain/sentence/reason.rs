//! The reason in one sentence, out of the facts of the clauses.

use std::{fmt, ops::Range};

use crate::eval::explain::{Clause, ClauseKind, tree::Explainer};

/// How many facts a sentence names, and how many stand in parentheses after one.
const NAMED: [usize; 2] = [4, 2];

/// A fact: how something is, and what is said of that.
#[derive(Clone, Debug, Default, PartialEq)]
pub(in crate::eval::explain) struct Said {
    /// "there are 2 purchases".
    pub(super) head: String,
    pub(super) tail: Tail,
}

/// What is said of how something is.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) enum Tail {
    #[default]
    Nothing,
    /// "“FR”" and "“DE”" in ", not “FR” or “DE”".
    Not(Vec<String>),
    /// "is fewer than 3" in ", which is fewer than 3".
    Which(String),
    /// "the last on 3 May 2026".
    Also(String),
}

impl Said {
    pub(in crate::eval::explain) fn plain(head: String) -> Self {
        Self {
            head,
            tail: Tail::Nothing,
        }
    }

    pub(in crate::eval::explain) fn is_empty(&self) -> bool {
        self.head.is_empty()
    }
}

impl fmt::Display for Said {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.head)?;
        match &self.tail {
            Tail::Nothing => Ok(()),
            Tail::Not(what) => write!(f, ", not {}", super::joined(what, " or")),
            Tail::Which(what) => write!(f, ", which {what}"),
            Tail::Also(what) => write!(f, ", {what}"),
        }
    }
}

/// All that is said of one thing, and the facts inside a definition that it names.
#[derive(Default)]
struct Point {
    head: String,
    tails: Vec<Tail>,
    inside: Vec<Point>,
}

impl Explainer<'_> {
    /// The whole reason, "Not in high value because there are no purchases.", and where in it the facts are.
    pub(in crate::eval::explain) fn reason(&self, segment: usize, clause: &Clause) -> (String, Range<usize>) {
        let not = if clause.holds { "In" } else { "Not in" };
        let name = self.wording.segment(segment);
        let mut points = Vec::new();
        collect(clause, true, &mut points);
        let mut said: Vec<String> = points.iter().take(NAMED[0] + 1).map(Point::to_string).collect();
        if points.len() > NAMED[0] + 1 {
            said.truncate(NAMED[0]);
            said.push(format!("for {} more reasons", points.len() - NAMED[0]));
        }
        let head = format!("{not} {name} because ");
        let facts = super::listed(&said);
        let range = head.len()..head.len() + facts.len();
        (format!("{head}{facts}."), range)
    }
}

/// The facts of a clause. Those inside a definition belong to the fact that names it; there, only the inmost count.
fn collect(clause: &Clause, named: bool, points: &mut Vec<Point>) {
    let inner = |named: bool| {
        let mut inside = Vec::new();
        for clause in &clause.clauses {
            collect(clause, named, &mut inside);
        }
        inside
    };
    let is_definition = matches!(clause.kind, ClauseKind::Segment | ClauseKind::Test);
    if !is_definition || clause.said.is_empty() {
        // A trait that is a condition is said by its condition.
        for point in inner(named) {
            point.add_to(points);
        }
        return;
    }
    let point = |inside| Point {
        head: clause.said.head.clone(),
        tails: vec![clause.said.tail.clone()],
        inside,
    };
    match (named, clause.kind) {
        (true, _) => point(inner(false)).add_to(points),
        (false, ClauseKind::Segment) if !clause.clauses.is_empty() => {
            for point in inner(false) {
                point.add_to(points);
            }
        }
        (false, _) => point(Vec::new()).add_to(points),
    }
}

impl Point {
    /// To those that are there, or to the one that is about the same.
    fn add_to(self, points: &mut Vec<Self>) {
        match points.iter_mut().find(|it| it.head == self.head) {
            Some(known) => {
                for tail in self.tails {
                    if !known.tails.contains(&tail) {
                        known.tails.push(tail);
                    }
                }
                if known.inside.is_empty() {
                    known.inside = self.inside;
                }
            }
            None => points.push(self),
        }
    }
}

/// "total spent is 150, which is at least 100 and less than 200".
impl fmt::Display for Point {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.head)?;
        let mut not = Vec::new();
        let mut which = Vec::new();
        let mut also = Vec::new();
        for tail in &self.tails {
            match tail {
                Tail::Nothing => {}
                Tail::Not(what) => not.extend(what.iter().cloned()),
                Tail::Which(what) => {
                    // "is at least 100 and less than 200".
                    let same_verb = what.strip_prefix("is ").filter(|_| !which.is_empty());
                    which.push(same_verb.unwrap_or(what).to_owned());
                }
                Tail::Also(what) => also.push(what.as_str()),
            }
        }
        if !not.is_empty() {
            write!(f, ", not {}", super::joined(&not, " or"))?;
        }
        if !which.is_empty() {
            write!(f, ", which {}", super::joined(&which, " and"))?;
        }
        for what in also {
            write!(f, ", {what}")?;
        }
        if !self.inside.is_empty() {
            let mut said: Vec<String> = (self.inside.iter().take(NAMED[1] + 1))
                .map(Point::to_string)
                .collect();
            if self.inside.len() > NAMED[1] + 1 {
                said.truncate(NAMED[1]);
                said.push(format!("{} more reasons", self.inside.len() - NAMED[1]));
            }
            write!(f, " ({})", super::listed(&said))?;
        }
        Ok(())
    }
}
