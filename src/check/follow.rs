//! Warns where the next change of an answer cannot be known, because a value moves with `now` in a way that is not followed.
//!
//! `eval::next_change` follows `now` itself, `now` with a fixed distance, and all that changes in steps: days, hours, counts of
//! events. What it meets at one instant for one customer is here told for all of them.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::report::Report;
use crate::{
    diagnostic::{Code, Diagnostic},
    hir::{
        AggregateKind, ArithmeticOp, Bound, Condition, ConditionKind, Expr, ExprKind, Function, Items,
        Module, Part, Window,
    },
    span::Span,
    value::Type,
};

/// Warns once for each place.
pub(super) fn warn(module: &Module, report: &mut Report) {
    let mut followed = Followed {
        module,
        traits: HashMap::new(),
        segments: HashSet::new(),
        lost: BTreeSet::new(),
    };
    for index in 0..module.segments.len() {
        followed.segment(index);
    }
    for span in followed.lost {
        let message = "when an answer changes by itself cannot be known because of this";
        report.push(
            Diagnostic::new(Code::NextChangeUnknown, message)
                .label(span, "moves with `now` in a way that is not followed")
                .help("compare times directly, as in `now - x > 30 days` or `x in last 30 days`".to_owned()),
        );
    }
}

/// How a value moves with `now`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    /// It stays the same for some time.
    Steps,
    /// `now`, or its opposite, and a fixed distance.
    Line(i8),
    /// One or the other of these, from customer to customer.
    Mixed,
    /// `now` moved by calendar months.
    Curve,
    Lost(Span),
}

struct Followed<'m> {
    module: &'m Module,
    traits: HashMap<usize, Way>,
    segments: HashSet<usize>,
    lost: BTreeSet<Span>,
}

impl<'m> Followed<'m> {
    fn segment(&mut self, index: usize) {
        if self.segments.insert(index) {
            self.condition(&self.module.segments[index].condition);
        }
    }

    fn condition(&mut self, condition: &'m Condition) {
        match &condition.kind {
            ConditionKind::Segment(index) => self.segment(*index),
            ConditionKind::Compare { lhs, rhs, .. } => {
                let (left, right) = (self.way(lhs), self.way(rhs));
                self.meeting(left, right, condition.span);
            }
            ConditionKind::Between { operand, low, high } => {
                let way = self.way(operand);
                for end in [low, high] {
                    let end = self.way(end);
                    self.meeting(way, end, condition.span);
                }
            }
            ConditionKind::InWindow { operand, window } => self.in_window(condition, operand, window),
            ConditionKind::Anniversary { operand, window } => {
                if self.way(operand) != Way::Steps {
                    self.lost.insert(condition.span);
                }
                self.window(window);
            }
            ConditionKind::Known(operand) => match self.way(operand) {
                Way::Lost(span) => _ = self.lost.insert(span),
                Way::Steps | Way::Line(_) | Way::Mixed | Way::Curve => {}
            },
            _ => condition.parts(&mut |part| match part {
                Part::Condition(inner) => self.condition(inner),
                Part::Expr(operand) => self.steps(operand),
                Part::Window(window) => self.window(window),
                Part::Items(items) => self.items(items),
                Part::List(spot) | Part::Slots { first: spot, .. } => {
                    if let Some(key) = spot.key() {
                        self.steps(key);
                    }
                }
            }),
        }
    }

    fn in_window(&mut self, condition: &'m Condition, operand: &'m Expr, window: &'m Window) {
        let way = self.way(operand);
        for edge in [&window.from, &window.to].into_iter().flatten() {
            let of_bound = self.bound(&edge.bound);
            self.second(way, of_bound);
            match (way, of_bound) {
                (Way::Lost(span), _) | (_, Way::Lost(span)) => _ = self.lost.insert(span),
                // A bound that steps by calendar months is followed against what stays, see `eval::next_change`.
                (Way::Steps, Way::Curve) if !matches!(edge.bound, Bound::Expr(_)) => {}
                (Way::Steps | Way::Line(1), Way::Steps | Way::Line(1)) | (Way::Mixed, Way::Steps) => {}
                _ => _ = self.lost.insert(condition.span),
            }
        }
    }

    fn items(&mut self, items: &'m Items) {
        items.parts(&mut |part| match part {
            Part::Window(window) => self.window(window),
            Part::Condition(filter) => self.condition(filter),
            Part::Expr(key) => self.steps(key),
            _ => {}
        });
    }

    /// The window of what stays in its place.
    fn window(&mut self, window: &'m Window) {
        for edge in [&window.from, &window.to].into_iter().flatten() {
            match (self.bound(&edge.bound), &edge.bound) {
                (Way::Lost(span), _) => _ = self.lost.insert(span),
                (Way::Curve | Way::Mixed | Way::Line(-1), Bound::Expr(expr)) => {
                    self.lost.insert(expr.span);
                }
                _ => {}
            }
        }
    }

    fn bound(&mut self, bound: &'m Bound) -> Way {
        match bound {
            Bound::FromNow(_) => Way::Line(1),
            Bound::MonthsFromNow(_) => Way::Curve,
            Bound::DayStart { day, .. } => match self.bound(day) {
                Way::Lost(span) => Way::Lost(span),
                _ => Way::Steps,
            },
            Bound::Expr(expr) => self.way(expr),
            _ => Way::Steps,
        }
    }

    /// Takes only what stays the same for some time.
    fn steps(&mut self, expr: &'m Expr) {
        match self.way(expr) {
            Way::Steps => {}
            Way::Lost(span) => _ = self.lost.insert(span),
            _ => _ = self.lost.insert(expr.span),
        }
    }

    /// Two values are compared, of which either may be the one that is not followed for a customer.
    fn meeting(&mut self, left: Way, right: Way, span: Span) {
        self.second(left, right);
        if let Some(span) = meet((left, right), span) {
            self.lost.insert(span);
        }
    }

    /// Tells of the second where what is made of the two tells of the first alone.
    fn second(&mut self, left: Way, right: Way) {
        if let (Way::Lost(_), Way::Lost(span)) = (left, right) {
            self.lost.insert(span);
        }
    }

    fn way(&mut self, expr: &'m Expr) -> Way {
        match &expr.kind {
            ExprKind::Now => Way::Line(1),
            ExprKind::Trait(index) => {
                if let Some(known) = self.traits.get(index) {
                    return *known;
                }
                let way = self.way(&self.module.traits[*index].value);
                self.traits.insert(*index, way);
                way
            }
            ExprKind::Condition(condition) => {
                self.condition(condition);
                Way::Steps
            }
            ExprKind::Arithmetic { op, lhs, rhs } => {
                let (left, right) = (self.way(lhs), self.way(rhs));
                self.second(left, right);
                arithmetic(expr, *op, left, right)
            }
            ExprKind::Negate(inner) => match self.way(inner) {
                Way::Line(sign) => Way::Line(-sign),
                Way::Curve => Way::Lost(expr.span),
                way => way,
            },
            ExprKind::Shift { operand, .. } => match self.way(operand) {
                Way::Line(1) if operand.kind == ExprKind::Now => Way::Curve,
                Way::Line(_) | Way::Mixed | Way::Curve => Way::Lost(expr.span),
                way => way,
            },
            ExprKind::Call { function, args } => self.call(expr, *function, args),
            ExprKind::Case { arms, otherwise } => {
                let mut way = None;
                for (condition, _) in arms {
                    self.condition(condition);
                }
                for value in arms.iter().map(|(_, value)| value).chain(otherwise.as_deref()) {
                    let value = self.way(value);
                    way = Some(way.map_or(value, |way| self.either(way, value, expr.span)));
                }
                way.unwrap_or(Way::Steps)
            }
            ExprKind::Aggregate { kind, value, items } => {
                self.items(items);
                let way = value.as_deref().map_or(Way::Steps, |value| self.way(value));
                match (kind, way) {
                    (_, Way::Steps | Way::Lost(_)) => way,
                    // The last item may be another one, or none.
                    (AggregateKind::First | AggregateKind::Last, Way::Line(_) | Way::Mixed) => Way::Mixed,
                    _ => Way::Lost(expr.span),
                }
            }
            ExprKind::Host { function, args } => {
                let pure = self.module.functions.get(*function).is_some_and(|it| it.pure);
                let way = self.of_steps(expr, args.iter());
                if pure { way } else { Way::Lost(expr.span) }
            }
            ExprKind::Constant(_)
            | ExprKind::Clock(_)
            | ExprKind::Slot(_)
            | ExprKind::Local(_)
            | ExprKind::Today => Way::Steps,
            ExprKind::Size(list) => self.of_steps(expr, list.key().into_iter()),
            ExprKind::Folded(inner)
            | ExprKind::Follow { key: inner, .. }
            | ExprKind::Quantile { operand: inner, .. } => self.of_steps(expr, [&**inner].into_iter()),
        }
    }

    fn of_steps(&mut self, expr: &Expr, args: impl Iterator<Item = &'m Expr>) -> Way {
        let ways: Vec<Way> = args.map(|arg| self.way(arg)).collect();
        all_steps(expr, &ways)
    }

    fn either(&mut self, one: Way, other: Way, span: Span) -> Way {
        self.second(one, other);
        either(one, other, span)
    }

    fn call(&mut self, expr: &Expr, function: Function, args: &'m [Expr]) -> Way {
        // Each once: calls nest.
        let ways: Vec<Way> = args.iter().map(|it| self.way(it)).collect();
        let first = ways.first().copied().unwrap_or(Way::Steps);
        let second = ways.get(1).copied().unwrap_or(Way::Steps);
        match (function, first) {
            (
                Function::Date
                | Function::Year
                | Function::Month
                | Function::Day
                | Function::Weekday
                | Function::Hour
                | Function::YearsSince
                | Function::DaysSince,
                Way::Line(1),
            ) => Way::Steps,
            (
                Function::Int
                | Function::Float
                | Function::Decimal
                | Function::Round
                | Function::Floor
                | Function::Ceil,
                _,
            ) => first,
            (Function::Default, _) => self.either(first, second, expr.span),
            (Function::Min | Function::Max, _) => {
                let chosen = self.either(first, second, expr.span);
                meet((first, second), expr.span).map_or(chosen, Way::Lost)
            }
            _ => all_steps(expr, &ways),
        }
    }
}

/// What is worked out from values that move so.
fn all_steps(expr: &Expr, ways: &[Way]) -> Way {
    if ways.iter().all(|it| *it == Way::Steps) {
        Way::Steps
    } else {
        Way::Lost(expr.span)
    }
}

/// The place to tell when two values that move so cannot be compared over time.
fn meet(ways: (Way, Way), span: Span) -> Option<Span> {
    match ways {
        (Way::Lost(span), _) | (_, Way::Lost(span)) => Some(span),
        (Way::Steps, _) | (_, Way::Steps) => None,
        (Way::Line(one), Way::Line(other)) if one == other => None,
        _ => Some(span),
    }
}

fn either(one: Way, other: Way, span: Span) -> Way {
    match (one, other) {
        (Way::Lost(_), _) => one,
        (_, Way::Lost(_)) => other,
        _ if one == other => one,
        (Way::Curve, _) | (_, Way::Curve) => Way::Lost(span),
        _ => Way::Mixed,
    }
}

fn arithmetic(expr: &Expr, op: ArithmeticOp, left: Way, right: Way) -> Way {
    let subtract = op == ArithmeticOp::Subtract;
    let sum = subtract || op == ArithmeticOp::Add;
    match (left, right) {
        (Way::Lost(_), _) => left,
        (_, Way::Lost(_)) => right,
        (Way::Steps, Way::Steps) => Way::Steps,
        (Way::Line(one), Way::Line(other)) if sum && (one == other) == subtract => Way::Steps,
        (Way::Line(sign), Way::Steps) if sum => Way::Line(sign),
        (Way::Steps, Way::Line(sign)) if sum => Way::Line(if subtract { -sign } else { sign }),
        (Way::Curve, Way::Steps) if sum && expr.ty == Type::DateTime => Way::Curve,
        (Way::Mixed, Way::Steps) | (Way::Steps, Way::Mixed) if sum => Way::Mixed,
        _ => Way::Lost(expr.span),
    }
}
