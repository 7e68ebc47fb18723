//! Conditions as what they ask: "there are at least 3 purchases in the last 30 days".

use super::{Wording, noun, value, verb};
use crate::{
    hir::{
        AggregateKind, Condition, ConditionKind, Constants, Distance, Expr, ExprKind, Items, Order,
        Quantifier, Spot, Step, TextTest,
    },
    value::{Type, Value},
};

/// How many values of a list of constants are named.
const NAMED: usize = 5;

impl Wording<'_> {
    /// What the condition asks; its exact opposite when not `positive`.
    pub(in crate::eval::explain) fn predicate(&mut self, condition: &Condition, positive: bool) -> String {
        match &condition.kind {
            ConditionKind::Constant(it) => if *it == positive { "always" } else { "never" }.to_owned(),
            ConditionKind::Not(inner) => self.predicate(inner, !positive),
            ConditionKind::And(parts) | ConditionKind::Or(parts) => {
                let and = matches!(condition.kind, ConditionKind::And(_)) == positive;
                let said: Vec<String> = (parts.iter().map(|part| (part, self.predicate(part, positive))))
                    .map(|(part, said)| match bare(&part.kind) {
                        ConditionKind::And(_) | ConditionKind::Or(_) => format!("({said})"),
                        _ => said,
                    })
                    .collect();
                super::joined(&said, if and { " and" } else { " or" })
            }
            ConditionKind::Holds(operand) => match &operand.kind {
                ExprKind::Condition(inner) => self.predicate(inner, positive),
                _ if positive || operand.optional => self.subject(operand, positive, " true"),
                _ => self.subject(operand, true, " false"),
            },
            // Where both are known, the opposite has a word of its own.
            ConditionKind::Compare { op, lhs, rhs }
                if !positive && *op != Order::Eq && !lhs.optional && !rhs.optional =>
            {
                self.wanted(condition, false)
            }
            ConditionKind::Compare { op, lhs, rhs } => {
                if *op != Order::Eq
                    && let said = relation(*op, lhs, true)
                    && let rest = format!("{said} {}", self.phrase(rhs))
                    && let Some(said) = self.occurred(lhs, positive, rest.trim_start())
                {
                    return said;
                }
                let relation = match (op, is_constant(lhs) || is_constant(rhs), positive) {
                    (Order::Eq, false, true) => " the same as",
                    (Order::Eq, false, false) => " not the same as",
                    _ => relation(*op, lhs, positive),
                };
                let rhs_said = self.phrase(rhs);
                let folded = folded(lhs) || folded(rhs);
                self.subject(
                    lhs,
                    true,
                    &format!("{relation} {rhs_said}{folded}", folded = ignoring(folded)),
                )
            }
            ConditionKind::Between { operand, low, high } => {
                let (low, high) = (self.phrase(low), self.phrase(high));
                self.subject(operand, positive, &format!(" between {low} and {high}"))
            }
            ConditionKind::In { operand, set } => {
                let values = self.values(set, &operand.ty, "or");
                self.subject(
                    operand,
                    positive,
                    &format!("{values}{}", ignoring(folded(operand))),
                )
            }
            ConditionKind::Matches { operand, pattern } => {
                let pattern = value::quoted(&pattern.source);
                let operand = self.phrase(operand);
                let verb = if positive { "matches" } else { "does not match" };
                format!("{operand} {verb} the pattern {pattern}")
            }
            ConditionKind::Text {
                test,
                operand,
                pattern,
            } => {
                let ignoring = ignoring(folded(operand) || folded(pattern));
                let (operand, pattern) = (self.phrase(operand), self.phrase(pattern));
                let verb = match (test, positive) {
                    (TextTest::Contains, true) => "contains",
                    (TextTest::Contains, false) => "does not contain",
                    (TextTest::StartsWith, true) => "starts with",
                    (TextTest::StartsWith, false) => "does not start with",
                    (TextTest::EndsWith, true) => "ends with",
                    (TextTest::EndsWith, false) => "does not end with",
                };
                format!("{operand} {verb} {pattern}{ignoring}")
            }
            ConditionKind::Contains { list, item } => {
                let item = self.phrase(item);
                format!("{} {item}", self.holds_items(list, positive))
            }
            ConditionKind::ContainsEach { list, all, set } => {
                let ty = self.item_type(list);
                let values = self.values(set, &ty, if *all { "and" } else { "or" });
                let all = match (*all && !positive, set.len()) {
                    (false, _) | (_, 0 | 1) => "",
                    (true, 2) => " both",
                    (true, _) => " all of",
                };
                format!("{}{all}{values}", self.holds_items(list, positive))
            }
            ConditionKind::Known(operand) => {
                self.subject(operand, true, if positive { " known" } else { " unknown" })
            }
            ConditionKind::AnyKnown { first, .. } => {
                let record = self.record(first);
                format!("{record} is {}", if positive { "known" } else { "unknown" })
            }
            ConditionKind::ListKnown(list) => self.list_is(list, if positive { "known" } else { "unknown" }),
            ConditionKind::TextEmpty(operand) => self.subject(operand, positive, " empty"),
            ConditionKind::ListEmpty(list) => {
                self.list_is(list, if positive { "empty" } else { "not empty" })
            }
            ConditionKind::TextFilled(operand) => self.subject(operand, positive, " filled"),
            ConditionKind::ListFilled(list) => {
                self.list_is(list, if positive { "filled" } else { "not filled" })
            }
            ConditionKind::InWindow { operand, window } => {
                let (said, within) = (self.window(window), self.within(window));
                match self.occurred(
                    operand,
                    positive,
                    if said.starts_with("this ") { &said } else { &within },
                ) {
                    Some(said) => said,
                    None => self.subject(operand, positive, &format!(" {within}")),
                }
            }
            ConditionKind::Anniversary { operand, window } => {
                let (operand, window) = (noun::the(&self.part(operand)), self.window(window));
                let an = if positive { "an" } else { "no" };
                format!("{an} anniversary of {operand} is {window}")
            }
            ConditionKind::Near { operand, of, within } => {
                let of = self.phrase(of);
                self.subject(
                    operand,
                    positive,
                    &format!(" within {} of {of}", radius(within.0)),
                )
            }
            ConditionKind::Sample { from, to, salt } => {
                let not = if positive { "" } else { "not " };
                format!(
                    "the customer is {not}in {} of the sample {}",
                    slice(*from, *to),
                    value::quoted(salt)
                )
            }
            ConditionKind::Rank {
                operand, top, share, ..
            } => {
                let end = if *top { "top" } else { "bottom" };
                self.subject(
                    operand,
                    positive,
                    &format!(" in the {end} {} of all customers", value::share(*share)),
                )
            }
            ConditionKind::Sequence { first, steps } => self.sequence(first, steps, positive),
            ConditionKind::Quantified { quantifier, items } => self.quantified(*quantifier, items, positive),
            ConditionKind::Segment(index) => {
                let not = if positive { "" } else { "not " };
                format!("the customer is {not}in {}", self.segment(*index))
            }
        }
    }

    /// What has to be for the condition to hold, or not to, when its operands are known: "total spent is less than 500".
    pub(in crate::eval::explain) fn wanted(&mut self, condition: &Condition, positive: bool) -> String {
        let ConditionKind::Compare { op, lhs, rhs } = &condition.kind else {
            return self.predicate(condition, positive);
        };
        let op = match (op, positive) {
            (Order::Lt, false) => Order::Ge,
            (Order::Le, false) => Order::Gt,
            (Order::Gt, false) => Order::Le,
            (Order::Ge, false) => Order::Lt,
            (op, _) => *op,
        };
        let (lhs, rhs) = (lhs.clone(), rhs.clone());
        let kind = ConditionKind::Compare { op, lhs, rhs };
        self.predicate(&Condition::new(condition.span, kind), positive || op != Order::Eq)
    }

    /// "total spent is …", "interests are not …", "signed up on …".
    pub(in crate::eval::explain) fn subject(&mut self, operand: &Expr, positive: bool, rest: &str) -> String {
        let said = self.phrase(operand);
        let is = if self.is_several(operand) { "are" } else { "is" };
        let not = if positive { "" } else { " not" };
        format!("{said} {is}{not}{rest}")
    }

    /// "the customer signed up", for the time that is called "signed up at"; of the item at hand, "added" or "it took place".
    pub(super) fn happened(&self, operand: &Expr) -> Option<String> {
        let ExprKind::Slot(place) = &operand.kind else {
            return None;
        };
        // That of another row is said by its row.
        if usize::from(place.row) != self.depth {
            return None;
        }
        let name = noun::words(&self.names.slot(*place)?.name());
        match (super::phrase::stem(&name, &operand.ty)?, place.row) {
            ("", _) => Some("it took place".to_owned()),
            (stem, 0) => verb::happened(stem),
            (stem, _) => verb::is_done(stem.rsplit(' ').next()?).then(|| stem.to_owned()),
        }
    }

    /// "the customer signed up in the last 7 days", "not added in the last 7 days".
    fn occurred(&self, operand: &Expr, positive: bool, when: &str) -> Option<String> {
        let happened = self.happened(operand)?;
        match (positive, happened.as_str()) {
            (true, happened) => Some(format!("{happened} {when}")),
            (false, "it took place") => Some(format!("it did not take place {when}")),
            (false, _) if self.depth == 0 => None,
            (false, happened) => Some(format!("not {happened} {when}")),
        }
    }

    /// Whether the verb after a value is that of several.
    pub(super) fn is_several(&self, operand: &Expr) -> bool {
        match &operand.kind {
            ExprKind::Slot(place) => {
                (self.names.slot(*place)).is_some_and(|it| it.ty.is_number() && noun::is_plural(&it.name()))
            }
            ExprKind::Trait(index) => {
                let computed = &self.module.traits[*index];
                computed.value.ty.is_number()
                    && computed.description.is_none()
                    && noun::is_plural(&computed.name)
            }
            _ => false,
        }
    }

    /// "interests are known", "the tags of the product that sku names are empty".
    pub(super) fn list_is(&mut self, list: &Spot, rest: &str) -> String {
        let (name, of) = self.list(list);
        let (the, is) = (article(&of), if noun::is_plural(&name) { "are" } else { "is" });
        format!("{the}{name}{of} {is} {rest}")
    }

    /// "interests contain", "interests do not contain".
    pub(super) fn holds_items(&mut self, list: &Spot, positive: bool) -> String {
        let (name, of) = self.list(list);
        let verb = match (noun::is_plural(&name), positive) {
            (true, true) => "contain",
            (true, false) => "do not contain",
            (false, true) => "contains",
            (false, false) => "does not contain",
        };
        format!("{}{name}{of} {verb}", article(&of))
    }

    pub(in crate::eval::explain) fn item_type(&self, list: &Spot) -> Type {
        let slot = self.names.spot(list);
        match slot.map(|it| it.ty) {
            Some(Type::List(item)) => *item,
            _ => Type::String,
        }
    }

    /// What a nested record is called, by one of its slots.
    pub(super) fn record(&mut self, first: &Spot) -> String {
        let path = self.names.spot(first).map(|it| it.path).unwrap_or_default();
        let steps: Vec<&str> = path.iter().map(|it| &**it).collect();
        let outer = steps.len().saturating_sub(1).max(1).min(steps.len());
        let name = noun::words(&steps[..outer].join("."));
        match first {
            Spot::Row(_) => name,
            Spot::Item { .. } => format!("the {name}{}", self.list(first).1),
        }
    }

    /// " “a”", " “a”, “b” or “c”", with a blank before it; of a list that has a name, " in the list eu".
    pub(super) fn values(&self, set: &Constants, ty: &Type, last: &str) -> String {
        if let Some(list) = &set.list {
            return format!(" in the list {}", value::quoted(&noun::words(list)));
        }
        self.each_value(set, ty, last)
    }

    /// The values one by one, the last perhaps "3 others".
    pub(super) fn value_by_value(&self, set: &[Value], ty: &Type) -> Vec<String> {
        let mut said: Vec<String> = (set.iter().take(NAMED))
            .map(|it| value::value(it, ty, self.zone))
            .collect();
        if set.len() > NAMED {
            said.push(noun::counted((set.len() - NAMED) as u64, "other"));
        }
        said
    }

    /// The values themselves, also of a list that has a name.
    pub(super) fn each_value(&self, set: &[Value], ty: &Type, last: &str) -> String {
        match &self.value_by_value(set, ty)[..] {
            [] => " none".to_owned(),
            said => format!(" {}", super::joined(said, &format!(" {last}"))),
        }
    }

    fn quantified(&mut self, quantifier: Quantifier, items: &Items, positive: bool) -> String {
        let name = self.collection(items);
        let (many, one) = (noun::plural(&name), noun::singular(&name));
        if quantifier == Quantifier::All {
            let window = self.of(items) + &self.after(items.window.as_ref());
            let filter = match &items.filter {
                Some(filter) => {
                    self.names.enter(items);
                    self.inside(filter, positive)
                }
                None => if positive { "always" } else { "never" }.to_owned(),
            };
            return if positive {
                format!("for all {many}{window}, {filter}")
            } else {
                format!("for at least 1 {one}{window}, {filter}")
            };
        }
        let (said, number) = match (quantifier, positive) {
            (Quantifier::Any | Quantifier::All, true) | (Quantifier::No, false) => {
                ("there is at least 1".to_owned(), 1)
            }
            (Quantifier::Any | Quantifier::All, false) | (Quantifier::No, true) => {
                ("there are no".to_owned(), 0)
            }
            (Quantifier::AtLeast(n), true) => (format!("there {} at least {n}", are(n)), n),
            (Quantifier::AtLeast(n), false) => (format!("there are fewer than {n}"), n),
            (Quantifier::AtMost(n), true) => (format!("there {} at most {n}", are(n)), n),
            (Quantifier::AtMost(n), false) => (format!("there are more than {n}"), n),
            (Quantifier::Exactly(n), true) => (format!("there {} exactly {n}", are(n)), n),
            (Quantifier::Exactly(n), false) => (format!("there {} not exactly {n}", are(n)), n),
        };
        let name = if number == 1 { one } else { many };
        format!("{said} {}", self.items(items, &name))
    }

    /// "a page view in the last 7 days was followed within 1 day by a purchase", "no cart addition was followed by 1 day without a
    /// purchase".
    fn sequence(&mut self, first: &Items, steps: &[Step], positive: bool) -> String {
        let name = self.collection(first);
        let one = if positive {
            noun::one_of(&name)
        } else {
            format!("no {}", noun::singular(&name))
        };
        let mut said = format!("{} was", self.items(first, &one));
        let mut before = &first.source;
        for (index, step) in steps.iter().enumerate() {
            let one = noun::one_of(&self.collection(&step.items));
            self.names.enter_as(step.items.row.saturating_sub(1), before);
            // Its filter sees two rows: its own and the one before.
            let depth = std::mem::replace(&mut self.depth, usize::from(step.items.row).saturating_sub(1));
            let previous = self.previous.replace(step.items.row.saturating_sub(1));
            let items = self.items(&step.items, &one);
            (self.depth, self.previous) = (depth, previous);
            let within = match step.within {
                Distance::Micros(micros) => value::duration(micros),
                Distance::Months(months) => value::months(months.unsigned_abs().into()),
            };
            said += if index == 0 { " " } else { ", " };
            let parts = if step.none {
                ["followed by ", &within, " without ", &items]
            } else {
                ["followed within ", &within, " by ", &items]
            };
            said.extend(parts);
            before = &step.items.source;
        }
        said
    }
}

/// "the " before the name of what is of something else.
fn article(of: &str) -> &'static str {
    if of.is_empty() { "" } else { "the " }
}

/// The condition behind negations.
fn bare(kind: &ConditionKind) -> &ConditionKind {
    match kind {
        ConditionKind::Not(inner) => bare(&inner.kind),
        kind => kind,
    }
}

pub(super) fn are(count: u64) -> &'static str {
    if count == 1 { "is" } else { "are" }
}

/// Whether a text is compared without regard to capital letters.
pub(super) fn folded(expr: &Expr) -> bool {
    matches!(expr.kind, ExprKind::Folded(_))
}

pub(super) fn ignoring(folded: bool) -> &'static str {
    if folded { ", ignoring case" } else { "" }
}

/// What stands between a value and what it is compared with, after "is": " at least", or nothing for equal.
pub(super) fn relation(op: Order, lhs: &Expr, positive: bool) -> &'static str {
    let time = matches!(lhs.ty, Type::Date | Type::DateTime);
    if is_count(lhs) && op == Order::Lt {
        return if positive {
            " fewer than"
        } else {
            " not fewer than"
        };
    }
    if lhs.ty.is_text() {
        return match (op, positive) {
            (Order::Eq, true) => "",
            (Order::Eq, false) => " not",
            (Order::Lt, true) => " sorted before",
            (Order::Lt, false) | (Order::Ge, true) => " not sorted before",
            (Order::Le, true) | (Order::Gt, false) => " not sorted after",
            (Order::Gt, true) => " sorted after",
            (Order::Le, false) => " unknown or sorted after",
            (Order::Ge, false) => " unknown or sorted before",
        };
    }
    match (op, positive, time) {
        (Order::Eq, true, _) => "",
        (Order::Eq, false, _) => " not",
        (Order::Lt, true, false) => " less than",
        (Order::Lt, false, false) => " not less than",
        (Order::Le, true, false) => " at most",
        (Order::Le, false, false) => " not at most",
        (Order::Gt, true, false) => " more than",
        (Order::Gt, false, false) => " not more than",
        (Order::Ge, true, false) => " at least",
        (Order::Ge, false, false) => " not at least",
        (Order::Lt, true, true) => " before",
        (Order::Lt, false, true) => " not before",
        (Order::Le, true, true) => " on or before",
        (Order::Le, false, true) => " not on or before",
        (Order::Gt, true, true) => " after",
        (Order::Gt, false, true) => " not after",
        (Order::Ge, true, true) => " on or after",
        (Order::Ge, false, true) => " not on or after",
    }
}

/// "10%" of a sample, or "the slice from 10% to 30%".
fn slice(from: u32, to: u32) -> String {
    if from == 0 {
        value::share(to)
    } else {
        format!("the slice from {} to {}", value::share(from), value::share(to))
    }
}

/// "5 km", "250 m", from the greatest squared chord in units of 10⁻¹⁶, on the sphere of the manual.
pub(super) fn radius(chord: u64) -> String {
    const RADIUS: f64 = 6_371_008.8;
    #[expect(clippy::cast_precision_loss, reason = "metres are said, not computed with")]
    let half = (chord as f64).sqrt() / 2e8;
    // The chord of 5 km gives a little less than 5 km back.
    value::distance((2.0 * RADIUS * half.min(1.0).asin()).round())
}

/// The same for every customer, and said as what it is.
pub(super) fn is_constant(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Constant(_) | ExprKind::Clock(_) => true,
        ExprKind::Folded(inner) => is_constant(inner),
        _ => false,
    }
}

/// Whether a value is a number of things.
pub(super) fn is_count(expr: &Expr) -> bool {
    matches!(
        &expr.kind,
        ExprKind::Size(_)
            | ExprKind::Aggregate {
                kind: AggregateKind::Count | AggregateKind::Distinct,
                ..
            }
    )
}
