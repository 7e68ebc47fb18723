//! How things are for one customer: "there are 2 purchases, which is fewer than 3".

use super::{
    noun, predicate,
    reason::{Said, Tail},
    value,
};
use crate::{
    eval::explain::tree::Explainer,
    hir::{
        AggregateKind, Condition, ConditionKind, Expr, ExprKind, Items, Order, Part, Quantifier, TextTest,
    },
    value::{DateTime, Value},
};

impl Explainer<'_> {
    /// How things are, for a condition without conditions inside.
    pub(in crate::eval::explain) fn fact(
        &mut self,
        condition: &Condition,
        holds: bool,
        hidden: bool,
    ) -> Said {
        if hidden {
            return Said::plain(self.wording.predicate(condition, holds));
        }
        let said = match &condition.kind {
            ConditionKind::Constant(it) => Some(Said::plain(format!("this is always {it}"))),
            ConditionKind::Compare { op, lhs, rhs } => self.compared(*op, lhs, rhs, holds),
            ConditionKind::Between { operand, low, high } => {
                self.missing([operand, low, high]).or_else(|| {
                    let bounds = format!("between {} and {}", self.beside(low), self.beside(high));
                    self.which(operand, holds, &bounds)
                })
            }
            ConditionKind::In { operand, set } => self.missing([operand]).or_else(|| {
                let head = self.has(operand)?;
                let ignoring = predicate::ignoring(predicate::folded(operand));
                let tail = match (holds, &set.list) {
                    (true, None) => Tail::Nothing,
                    (false, None) => {
                        let mut values = self.wording.value_by_value(set, &operand.ty);
                        if let Some(last) = values.last_mut() {
                            last.push_str(ignoring);
                        }
                        Tail::Not(values)
                    }
                    (holds, Some(_)) => {
                        let values = self.wording.values(set, &operand.ty, "or");
                        let not = if holds { "" } else { " not" };
                        Tail::Which(format!("is{not}{values}{ignoring}"))
                    }
                };
                Some(Said { head, tail })
            }),
            ConditionKind::Text {
                test,
                operand,
                pattern,
            } => self.missing([operand, pattern]).or_else(|| {
                let ignoring = predicate::ignoring(predicate::folded(operand) || predicate::folded(pattern));
                let (head, pattern) = (self.has(operand)?, self.beside(pattern));
                let verb = match (test, holds) {
                    (TextTest::Contains, true) => "contains",
                    (TextTest::Contains, false) => "does not contain",
                    (TextTest::StartsWith, true) => "starts with",
                    (TextTest::StartsWith, false) => "does not start with",
                    (TextTest::EndsWith, true) => "ends with",
                    (TextTest::EndsWith, false) => "does not end with",
                };
                let tail = Tail::Which(format!("{verb} {pattern}{ignoring}"));
                Some(Said { head, tail })
            }),
            ConditionKind::Matches { operand, pattern } => self.missing([operand]).or_else(|| {
                let (head, pattern) = (self.has(operand)?, value::quoted(&pattern.source));
                let verb = if holds { "matches" } else { "does not match" };
                let tail = Tail::Which(format!("{verb} the pattern {pattern}"));
                Some(Said { head, tail })
            }),
            ConditionKind::Holds(operand) => self.missing([operand]).or_else(|| match &operand.kind {
                ExprKind::Condition(_) => None,
                _ => self.has(operand).map(Said::plain),
            }),
            ConditionKind::TextFilled(operand) if !holds => self.missing([operand]).or_else(|| {
                let blank = self.wording.subject(operand, true, " blank");
                Some(Said::plain(blank))
            }),
            ConditionKind::TextEmpty(operand) if holds => self.missing([operand]),
            ConditionKind::TextEmpty(operand) | ConditionKind::TextFilled(operand) => {
                let missing = self.missing([operand]);
                missing.or_else(|| self.has(operand).map(Said::plain))
            }
            ConditionKind::Known(operand) => {
                let missing = self.missing([operand]);
                missing.or_else(|| self.has(operand).map(Said::plain))
            }
            ConditionKind::Anniversary { operand, window } => self.missing([operand]).or_else(|| {
                let window = self.wording.window(window);
                let no = if holds { "an" } else { "no" };
                let head = self.has(operand)?;
                let tail = Tail::Also(format!("and {no} anniversary of it is {window}"));
                Some(Said { head, tail })
            }),
            ConditionKind::Near { operand, of, within } => self
                .missing([operand, of])
                .or_else(|| self.near(operand, of, within.0, holds)),
            ConditionKind::InWindow { operand, window } => self.missing([operand]).or_else(|| {
                let window = self.wording.within(window);
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
                Some(Said::plain(self.wording.list_is(list, "unknown")))
            }
            ConditionKind::Contains { list, item } => self.missing([item]).map_or_else(
                || {
                    let item = self.beside(item);
                    let contain = self.wording.holds_items(list, holds);
                    Some(Said::plain(format!("{contain} {item}")))
                },
                Some,
            ),
            ConditionKind::Quantified { quantifier, items } => {
                Some(self.counted_fact(*quantifier, items, holds))
            }
            ConditionKind::Sequence { first, .. } if !holds => {
                let found = self.interpreter.items(first);
                found
                    .is_empty()
                    .then(|| self.there_are(0, first))
                    .map(Said::plain)
            }
            _ => None,
        };
        said.unwrap_or_else(|| Said::plain(self.wording.predicate(condition, holds)))
    }

    /// "country is unknown", for the first of the operands that is missing.
    fn missing<const N: usize>(&mut self, operands: [&Expr; N]) -> Option<Said> {
        let mut missing = operands
            .into_iter()
            .find(|it| self.interpreter.value(it).is_none())?;
        // What a calculation misses says more than the calculation.
        while let ExprKind::Call { .. }
        | ExprKind::Folded(_)
        | ExprKind::Negate(_)
        | ExprKind::Shift { .. }
        | ExprKind::Arithmetic { .. } = &missing.kind
        {
            let mut inside = None;
            missing.parts(&mut |part| match part {
                Part::Expr(inner) if inside.is_none() && self.interpreter.value(inner).is_none() => {
                    inside = Some(inner);
                }
                _ => {}
            });
            match inside {
                Some(inside) => missing = inside,
                None => break,
            }
        }
        // Nothing comes of no items at all.
        if let ExprKind::Aggregate { items, .. } = &missing.kind
            && self.interpreter.items(items).is_empty()
        {
            return Some(Said::plain(self.there_are(0, items)));
        }
        Some(Said::plain(self.wording.subject(missing, true, " unknown")))
    }

    /// "total spent is 120", "the customer signed up on 3 May 2026"; nothing when it is missing.
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
    fn which(&mut self, operand: &Expr, holds: bool, what: &str) -> Option<Said> {
        let not = if holds { "" } else { "not " };
        Some(Said {
            head: self.has(operand)?,
            tail: Tail::Which(format!("is {not}{what}")),
        })
    }

    /// "location is 12.4 km from 40.4168° N 3.7038° W, which is not within 5 km".
    fn near(&mut self, operand: &Expr, of: &Expr, chord: u64, holds: bool) -> Option<Said> {
        let (Value::Geo(place), Value::Geo(other)) =
            (self.interpreter.value(operand)?, self.interpreter.value(of)?)
        else {
            return None;
        };
        let away = value::distance(place.distance_to(other));
        let of = self.wording.phrase(of);
        let not = if holds { "" } else { "not " };
        Some(Said {
            head: self.wording.subject(operand, true, &format!(" {away} from {of}")),
            tail: Tail::Which(format!("is {not}within {}", predicate::radius(chord))),
        })
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

    fn compared(&mut self, op: Order, lhs: &Expr, rhs: &Expr, holds: bool) -> Option<Said> {
        // The constant last.
        let (op, lhs, rhs) = if predicate::is_constant(lhs) && !predicate::is_constant(rhs) {
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
        let head = match (count, &found) {
            (Some(items), Value::Int(count)) => self.there_are(count.unsigned_abs(), items),
            _ => self.has(lhs)?,
        };
        let counts = predicate::is_count(lhs) || head.starts_with("there ");
        if !holds && head.starts_with("there are no ") && matches!(op, Order::Eq | Order::Ge | Order::Gt) {
            return Some(Said::plain(head));
        }
        // Both are known, so that what does not hold has an opposite that does.
        let relation = match (op, holds) {
            (Order::Eq, true) if predicate::is_constant(rhs) => return Some(Said::plain(head)),
            (Order::Eq, true) => {
                let tail = Tail::Also(format!("the same as {beside}{ignoring}"));
                return Some(Said { head, tail });
            }
            (Order::Eq, false) => {
                let tail = Tail::Not(vec![format!("{beside}{ignoring}")]);
                return Some(Said { head, tail });
            }
            (Order::Lt, true) | (Order::Ge, false) if counts => "fewer than",
            (Order::Lt, true) | (Order::Ge, false) => predicate::relation(Order::Lt, lhs, true).trim_start(),
            (Order::Le, true) | (Order::Gt, false) => predicate::relation(Order::Le, lhs, true).trim_start(),
            (Order::Gt, true) | (Order::Le, false) => predicate::relation(Order::Gt, lhs, true).trim_start(),
            (Order::Ge, true) | (Order::Lt, false) => predicate::relation(Order::Ge, lhs, true).trim_start(),
        };
        let tail = Tail::Which(format!("is {relation} {beside}"));
        Some(Said { head, tail })
    }

    fn counted_fact(&mut self, quantifier: Quantifier, items: &Items, holds: bool) -> Said {
        if quantifier == Quantifier::All {
            return Said::plain(self.all(items, holds));
        }
        let found = self.interpreter.items(items);
        let count = found.len() as u64;
        let tail = match (quantifier, holds) {
            // None is fewer than any number, and not any other one.
            (_, false) | (Quantifier::AtMost(_), true) if count == 0 => Tail::Nothing,
            (Quantifier::AtLeast(n), true) => Tail::Which(format!("is at least {n}")),
            (Quantifier::AtLeast(n), false) => Tail::Which(format!("is fewer than {n}")),
            (Quantifier::AtMost(n), true) => Tail::Which(format!("is at most {n}")),
            (Quantifier::AtMost(n), false) => Tail::Which(format!("is more than {n}")),
            (Quantifier::Exactly(n), false) => Tail::Not(vec![n.to_string()]),
            (Quantifier::Any | Quantifier::No, _) => self.deciding(items, count),
            _ => Tail::Nothing,
        };
        Said {
            head: self.there_are(count, items),
            tail,
        }
    }

    /// "the last on 3 December 2026", where events decided.
    fn deciding(&mut self, items: &Items, count: u64) -> Tail {
        match self.last_of(items).and_then(DateTime::from_micros) {
            None => Tail::Nothing,
            Some(at) => {
                let day = value::date(self.wording.zone.date_of(at));
                let the_last = if count == 1 { "" } else { "the last " };
                Tail::Also(format!("{the_last}on {day}"))
            }
        }
    }

    /// "for 1 of 3 purchases, amount is not more than 5".
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
            (_, 1) => format!("the only {}", noun::singular(&name)),
            (true, 2) => format!("both {}", noun::plural(&name)),
            (true, _) => format!("all {}", noun::counted(total, &name)),
            (false, _) if met == 0 => format!("all {}", noun::counted(total, &name)),
            (false, _) => format!("{} of {}", total - met, noun::counted(total, &name)),
        };
        format!("for {which}{window}, {filter}")
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
