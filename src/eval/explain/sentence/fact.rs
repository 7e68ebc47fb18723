//! How things are for one customer: "there are 2 purchases, which is fewer than 3".

use super::{noun, predicate, value};
use crate::{
    eval::explain::{Clause, ClauseKind, tree::Explainer},
    hir::{AggregateKind, Condition, ConditionKind, Expr, ExprKind, Items, Order, Quantifier, TextTest},
    value::{DateTime, Value},
};

/// How many facts a sentence names, and how many the words in parentheses.
const NAMED: [usize; 3] = [4, 2, 0];

impl Explainer<'_> {
    /// The whole reason: "Not in high value because there are no purchases."
    pub(in crate::eval::explain) fn reason(&self, segment: usize, clause: &Clause) -> String {
        let not = if clause.holds { "In" } else { "Not in" };
        let name = self.wording.segment(segment);
        let mut facts = Vec::new();
        facts_of(clause, 0, &mut facts);
        format!("{not} {name} because {}.", named(&facts, NAMED[0]))
    }

    /// How things are, for a condition without conditions inside.
    pub(in crate::eval::explain) fn fact(
        &mut self,
        condition: &Condition,
        holds: bool,
        hidden: bool,
    ) -> String {
        if hidden {
            return self.wording.predicate(condition, holds);
        }
        let said = match &condition.kind {
            ConditionKind::Constant(it) => Some(format!("this is always {it}")),
            ConditionKind::Compare { op, lhs, rhs } => self.compared(*op, lhs, rhs, holds),
            ConditionKind::Between { operand, low, high } => {
                self.missing([operand, low, high]).or_else(|| {
                    let bounds = format!("between {} and {}", self.beside(low), self.beside(high));
                    self.which(operand, holds, &bounds)
                })
            }
            ConditionKind::In { operand, set } => self.missing([operand]).or_else(|| {
                let has = self.has(operand)?;
                let values = self.wording.values(set, &operand.ty, "or");
                Some(match (holds, &set.list) {
                    (true, None) => has,
                    (true, Some(_)) => format!("{has}, which is{values}"),
                    (false, Some(_)) => format!("{has}, which is not{values}"),
                    (false, None) => format!("{has}, not{values}"),
                })
            }),
            ConditionKind::Text {
                test,
                operand,
                pattern,
            } => self.missing([operand, pattern]).or_else(|| {
                let (has, pattern) = (self.has(operand)?, self.beside(pattern));
                let verb = match (test, holds) {
                    (TextTest::Contains, true) => "contains",
                    (TextTest::Contains, false) => "does not contain",
                    (TextTest::StartsWith, true) => "starts with",
                    (TextTest::StartsWith, false) => "does not start with",
                    (TextTest::EndsWith, true) => "ends with",
                    (TextTest::EndsWith, false) => "does not end with",
                };
                Some(format!("{has}, which {verb} {pattern}"))
            }),
            ConditionKind::Matches { operand, pattern } => self.missing([operand]).or_else(|| {
                let (has, pattern) = (self.has(operand)?, value::quoted(&pattern.source));
                let verb = if holds { "matches" } else { "does not match" };
                Some(format!("{has}, which {verb} the pattern {pattern}"))
            }),
            ConditionKind::Holds(operand)
            | ConditionKind::TextEmpty(operand)
            | ConditionKind::TextFilled(operand)
            | ConditionKind::Anniversary { operand, .. } => self.missing([operand]),
            ConditionKind::Near { operand, of, .. } => self.missing([operand, of]),
            ConditionKind::InWindow { operand, window } => self.missing([operand]).or_else(|| {
                let window = self.wording.window(window);
                self.which(operand, holds, &window)
            }),
            ConditionKind::Rank {
                operand, top, share, ..
            } => self.missing([operand]).or_else(|| {
                let end = if *top { "top" } else { "bottom" };
                let part = format!("in the {end} {} of all customers", value::share(*share));
                self.which(operand, holds, &part)
            }),
            ConditionKind::Contains { list, .. }
            | ConditionKind::ContainsEach { list, .. }
            | ConditionKind::ListEmpty(list)
            | ConditionKind::ListFilled(list)
                if self.list_missing(list) =>
            {
                Some(self.wording.list_is(list, "unknown"))
            }
            ConditionKind::Quantified { quantifier, items } => {
                Some(self.counted_fact(*quantifier, items, holds))
            }
            _ => None,
        };
        said.unwrap_or_else(|| self.wording.predicate(condition, holds))
    }

    /// "country is unknown", for the first of the operands that is missing.
    fn missing<const N: usize>(&mut self, operands: [&Expr; N]) -> Option<String> {
        let missing = operands
            .into_iter()
            .find(|it| self.interpreter.value(it).is_none())?;
        Some(self.wording.subject(missing, true, " unknown"))
    }

    /// "total spent is 120", "signed up on 3 May 2026"; nothing when it is missing.
    fn has(&mut self, operand: &Expr) -> Option<String> {
        // As it is in the record, not as it is compared.
        if let ExprKind::Folded(inner) = &operand.kind {
            return self.has(inner);
        }
        let found = self.interpreter.value(operand)?;
        let said = value::value(&found, &operand.ty, self.wording.zone);
        if let Some(happened) = self.wording.happened(operand) {
            return Some(format!("{happened} on {said}"));
        }
        Some(match (&found, &operand.kind) {
            (Value::Int(count @ 0..), ExprKind::Slot(_)) if self.wording.is_several(operand) => {
                there_are(count.unsigned_abs(), &self.wording.phrase(operand), "")
            }
            _ => self.wording.subject(operand, true, &format!(" {said}")),
        })
    }

    /// "total spent is 120, which is not between 200 and 300".
    fn which(&mut self, operand: &Expr, holds: bool, what: &str) -> Option<String> {
        let has = self.has(operand)?;
        let not = if holds { "" } else { "not " };
        Some(format!("{has}, which is {not}{what}"))
    }

    /// What a value is compared with: itself, when it is the same for everyone, or what it is and its value.
    fn beside(&mut self, operand: &Expr) -> String {
        let said = self.wording.phrase(operand);
        match (&operand.kind, self.interpreter.value(operand)) {
            (ExprKind::Constant(_) | ExprKind::Clock(_), _) | (_, None) => said,
            (ExprKind::Folded(inner), Some(_)) if matches!(inner.kind, ExprKind::Constant(_)) => said,
            (_, Some(found)) => {
                format!(
                    "{said} ({})",
                    value::value(&found, &operand.ty, self.wording.zone)
                )
            }
        }
    }

    fn compared(&mut self, op: Order, lhs: &Expr, rhs: &Expr, holds: bool) -> Option<String> {
        // The constant last.
        let (op, lhs, rhs) = if is_constant(lhs) && !is_constant(rhs) {
            (mirrored(op), rhs, lhs)
        } else {
            (op, lhs, rhs)
        };
        if let Some(missing) = self.missing([lhs, rhs]) {
            return Some(missing);
        }
        let ignoring = predicate::ignoring(predicate::folded(lhs) || predicate::folded(rhs));
        let beside = self.beside(rhs);
        let found = self.interpreter.value(lhs)?;
        let count = match &lhs.kind {
            ExprKind::Aggregate {
                kind: AggregateKind::Count,
                value: None,
                items,
            } => Some(items),
            _ => None,
        };
        let has = match (count, &found) {
            (Some(items), Value::Int(count)) => self.there_are(count.unsigned_abs(), items),
            _ => self.has(lhs)?,
        };
        let counts = count.is_some() || has.starts_with("there ");
        if !holds && has.starts_with("there are no ") && matches!(op, Order::Eq | Order::Ge | Order::Gt) {
            return Some(has);
        }
        // Both are known, so that what does not hold has an opposite that does.
        let relation = match (op, holds) {
            (Order::Eq, true) if is_constant(rhs) => return Some(has),
            (Order::Eq, true) => return Some(format!("{has}, the same as {beside}{ignoring}")),
            (Order::Eq, false) => return Some(format!("{has}, not {beside}{ignoring}")),
            (Order::Lt, true) | (Order::Ge, false) if counts => "fewer than",
            (Order::Lt, true) | (Order::Ge, false) => predicate::relation(Order::Lt, lhs, true).trim_start(),
            (Order::Le, true) | (Order::Gt, false) => predicate::relation(Order::Le, lhs, true).trim_start(),
            (Order::Gt, true) | (Order::Le, false) => predicate::relation(Order::Gt, lhs, true).trim_start(),
            (Order::Ge, true) | (Order::Lt, false) => predicate::relation(Order::Ge, lhs, true).trim_start(),
        };
        Some(format!("{has}, which is {relation} {beside}"))
    }

    fn counted_fact(&mut self, quantifier: Quantifier, items: &Items, holds: bool) -> String {
        if quantifier == Quantifier::All {
            return self.all(items, holds);
        }
        let found = self.interpreter.items(items);
        let count = found.len() as u64;
        let said = self.there_are(count, items);
        let tail = match (quantifier, holds) {
            // None is fewer than any number, and not any other one.
            (_, false) if count == 0 => String::new(),
            (Quantifier::AtLeast(n), true) => format!(", which is at least {n}"),
            (Quantifier::AtLeast(n), false) => format!(", which is fewer than {n}"),
            (Quantifier::AtMost(n), true) => format!(", which is at most {n}"),
            (Quantifier::AtMost(n), false) => format!(", which is more than {n}"),
            (Quantifier::Exactly(n), false) => format!(", not {n}"),
            (Quantifier::Any | Quantifier::No, _) => self.deciding(items, count),
            _ => String::new(),
        };
        said + &tail
    }

    /// ", the last on 3 December 2026", where events decided.
    fn deciding(&mut self, items: &Items, count: u64) -> String {
        match self.last_of(items).and_then(DateTime::from_micros) {
            None => String::new(),
            Some(at) => {
                let day = value::date(self.wording.zone.date_of(at));
                if count == 1 {
                    format!(", on {day}")
                } else {
                    format!(", the last on {day}")
                }
            }
        }
    }

    /// "for 1 of 3 purchases amount is not more than 5".
    fn all(&mut self, items: &Items, holds: bool) -> String {
        let whole = Items {
            filter: None,
            ..items.clone()
        };
        let total = self.interpreter.items(&whole).len() as u64;
        let met = self.interpreter.items(items).len() as u64;
        let name = self.wording.collection(items);
        let window = self.wording.of(items) + &self.wording.after(items.window.as_ref());
        let Some(filter) = items.filter.as_ref().filter(|_| total > 0) else {
            return format!("{}{window}", there_are(total, &name, ""));
        };
        self.wording.names.enter(items);
        let filter = self.wording.inside(filter, holds);
        let which = match (holds, total) {
            (true, 1) => format!("the only {}", noun::singular(&name)),
            (true, 2) => format!("both {}", noun::plural(&name)),
            (true, _) => format!("all {}", noun::counted(total, &name)),
            (false, _) => format!("{} of {}", total - met, noun::counted(total, &name)),
        };
        format!("for {which}{window} {filter}")
    }

    /// "there are 2 purchases in the last 30 days".
    fn there_are(&mut self, count: u64, items: &Items) -> String {
        let name = self.wording.collection(items);
        let rest = self.wording.items(items, "");
        there_are(count, &name, &rest)
    }
}

fn there_are(count: u64, name: &str, rest: &str) -> String {
    format!(
        "there {} {}{rest}",
        predicate::are(count),
        noun::counted(count, name)
    )
}

/// The same for every customer, and said as what it is.
fn is_constant(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Constant(_) | ExprKind::Clock(_) => true,
        ExprKind::Folded(inner) => is_constant(inner),
        _ => false,
    }
}

/// The same comparison with the sides changed.
pub(in crate::eval::explain) fn mirrored(op: Order) -> Order {
    match op {
        Order::Eq => Order::Eq,
        Order::Lt => Order::Gt,
        Order::Le => Order::Ge,
        Order::Gt => Order::Lt,
        Order::Ge => Order::Le,
    }
}

/// The facts of a clause, each once; those of segments and of cases that were opened stand in parentheses.
fn facts_of(clause: &Clause, depth: usize, facts: &mut Vec<String>) {
    let mut inside = Vec::new();
    match clause.kind {
        ClauseKind::And | ClauseKind::Or | ClauseKind::Not | ClauseKind::Arm => {
            clause.clauses.iter().for_each(|it| facts_of(it, depth, facts));
            return;
        }
        ClauseKind::Segment | ClauseKind::Test => {
            if depth + 1 < NAMED.len() {
                clause
                    .clauses
                    .iter()
                    .for_each(|it| facts_of(it, depth + 1, &mut inside));
            }
        }
    }
    // A trait that is a condition is said by its condition.
    let fact = match (clause.fact.is_empty(), inside.is_empty()) {
        (true, _) => {
            facts.append(&mut inside);
            return;
        }
        (false, true) => clause.fact.clone(),
        (false, false) => format!("{} ({})", clause.fact, named(&inside, NAMED[depth + 1])),
    };
    if !facts.contains(&fact) {
        facts.push(fact);
    }
}

/// The facts, but only so many of them by name.
fn named(facts: &[String], most: usize) -> String {
    let mut parts = facts.to_vec();
    if facts.len() > most + 1 {
        parts.truncate(most);
        parts.push(format!("of {} other conditions", facts.len() - most));
    }
    super::listed(&parts)
}
