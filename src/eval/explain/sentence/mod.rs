//! Conditions, values and facts in plain English.
//!
//! A *phrase* names a value ("the total amount of purchases in the last 30 days"), a *predicate* says a condition without
//! answering it ("there are at least 3 purchases"), and a *fact* says how things are for one customer ("there are 2 purchases,
//! which is fewer than 3"). The *reason* lists facts. Text out of data and rules stands in quotation marks, as it is; all other words are English.

mod fact;
pub(super) mod noun;
mod phrase;
mod predicate;
pub(super) mod reason;
pub(super) mod value;
mod verb;
mod window;

use super::names::Names;
use crate::{
    hir::{Condition, Module},
    value::{Date, Zone},
};

/// Says what the parts of rules mean. The rows in scope follow the walk.
#[derive(Clone, Debug)]
pub(super) struct Wording<'q> {
    module: &'q Module,
    pub(super) names: Names<'q>,
    pub(super) zone: Zone,
    pub(super) today: Date,
    /// How many collections are open: in them, an attribute is the customer's.
    depth: usize,
    /// The row of the step before, in a sequence.
    previous: Option<u8>,
}

impl<'q> Wording<'q> {
    pub(super) fn new(module: &'q Module, zone: Zone, today: Date) -> Self {
        Self {
            module,
            names: Names::new(module),
            zone,
            today,
            depth: 0,
            previous: None,
        }
    }

    /// What a segment is called: by its description, if it has one.
    pub(super) fn segment(&self, index: usize) -> String {
        let segment = &self.module.segments[index];
        called(segment.description.as_deref(), &segment.name)
    }

    fn computed(&self, index: usize) -> String {
        let computed = &self.module.traits[index];
        called(computed.description.as_deref(), &computed.name)
    }

    /// A condition on each item of a collection that is entered, `amount is more than 5`.
    fn inside(&mut self, condition: &Condition, positive: bool) -> String {
        self.depth += 1;
        let said = self.predicate(condition, positive);
        self.depth -= 1;
        said
    }
}

fn called(description: Option<&str>, name: &str) -> String {
    match description.map(str::trim).filter(|it| !it.is_empty()) {
        Some(description) => value::quoted_up_to(description, 200),
        None => noun::words(name),
    }
}

/// `A`, `A and B`, `A, B and C`, with ` and` before the last.
pub(super) fn joined(parts: &[String], last: &str) -> String {
    match parts {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., end] => format!("{}{last} {end}", first.join(", ")),
    }
}

/// `A and B`, `A, B and C`; with parts that have commas themselves `A, and B`, `A; B; and C`.
pub(super) fn listed(parts: &[String]) -> String {
    let joins = [", ", " and ", " or "];
    let plain = parts.iter().all(|it| !joins.iter().any(|join| it.contains(join)));
    match parts {
        [first, second] if !plain => format!("{first}, and {second}"),
        [first @ .., end] if !plain && !first.is_empty() => format!("{}; and {end}", first.join("; ")),
        _ => joined(parts, " and"),
    }
}
