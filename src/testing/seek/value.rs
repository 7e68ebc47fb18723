//! Carries what a value should be back to the slots that it is made of.

use super::{DAY, Seeker};
use crate::{
    eval::At,
    function::Function,
    hir::{ArithmeticOp, Condition, Expr, ExprKind, Order, Part},
    plan::calculate,
    population::Cut,
    testing::{aim::Test, near::on_circle},
    value::{Date, DateTime, Duration, Type, Value, ValueRef, number},
};

/// So many times at most are taken to have a part that is asked for.
const MOST_TIMES: usize = 1000;
/// Of Earth, in metres.
const RADIUS: f64 = 6_371_008.8;

impl Seeker<'_> {
    /// A value of the type of an expression that anything may have.
    pub(super) fn some_value(&self, expr: &Expr) -> Option<Value> {
        Some(match &expr.ty {
            Type::Bool => Value::Bool(true),
            Type::Int => Value::Int(2),
            Type::Float => Value::Float(2.0),
            Type::Decimal => Value::Decimal("2".parse().ok()?),
            Type::String | Type::Url | Type::Ref(_) => "a".into(),
            Type::Words(words) => Value::Text(words.first()?.clone()),
            Type::Date => Value::Date(self.at.today().checked_add_days(-30)?),
            Type::DateTime => Value::DateTime(self.at.now().checked_add(Duration::from_micros(-30 * DAY))?),
            Type::Duration => Value::Duration(Duration::from_micros(DAY)),
            Type::Geo | Type::List(_) | Type::Record(_) => return None,
        })
    }

    /// Carries what an expression should be back to what it is made of.
    pub(super) fn value(&mut self, expr: &Expr, candidates: &[Value], test: &Test) {
        if self.is_over() || candidates.is_empty() {
            return;
        }
        self.referred_value(expr, candidates, test);
        match &expr.kind {
            ExprKind::Slot(place) => {
                let aim = self.slot(*place);
                aim.add(candidates, test.clone());
                aim.missing = Some(false);
            }
            ExprKind::Trait(index) => {
                let value = &self.module.traits[*index].value;
                self.of_customer(|this| this.value(value, candidates, test));
            }
            ExprKind::Condition(condition) => {
                if let [Value::Bool(holds), ..] = candidates {
                    self.condition(condition, *holds);
                }
            }
            ExprKind::Case { arms, otherwise } => self.case(arms, otherwise.as_deref(), candidates, test),
            ExprKind::Negate(inner) => {
                self.mapped(inner, candidates, |it| {
                    number::negate(it.as_ref()).map(ValueRef::to_owned)
                });
            }
            ExprKind::Arithmetic { op, lhs, rhs } => self.arithmetic(*op, lhs, rhs, candidates),
            ExprKind::Shift { operand, months } => {
                let at = self.at;
                let mut moved: Vec<Value> = candidates
                    .iter()
                    .filter_map(|it| shifted(it, months.checked_neg()?, at))
                    .collect();
                moved.retain(|it| shifted(it, *months, at).is_some_and(|it| test.accepts(&it)));
                self.value(operand, &moved, &Test::Open);
            }
            ExprKind::Folded(inner) => self.value(inner, candidates, &Test::Open),
            ExprKind::Call { function, args } => self.call(*function, args, candidates, test),
            ExprKind::Size(list) => {
                let chosen = self.below(candidates.len());
                self.so_long(list, count_of(&candidates[chosen..]));
            }
            ExprKind::Quantile { operand, parts, rank } => {
                let points = self.module.cut_points(*rank, Cut::Quantile(*parts));
                let part = usize::try_from(integer(&candidates[0]).unwrap_or(1))
                    .unwrap_or(1)
                    .max(1);
                // Up to the first point is the first part, beyond the last one the last.
                if let Some(point) = points.get(part - 1) {
                    self.beside(Order::Le, operand, &point.clone(), true);
                } else if let Some(point) = points.last() {
                    self.beside(Order::Gt, operand, &point.clone(), true);
                }
            }
            ExprKind::Aggregate { kind, value, items } => {
                self.aggregate(*kind, value.as_deref(), items, candidates);
            }
            ExprKind::Constant(_)
            | ExprKind::Clock(_)
            | ExprKind::Local(_)
            | ExprKind::Now
            | ExprKind::Today
            // Its item was looked for above.
            | ExprKind::Follow { .. }
            | ExprKind::Host { .. } => {}
        }
    }

    pub(super) fn mapped(
        &mut self,
        inner: &Expr,
        candidates: &[Value],
        back: impl Fn(&Value) -> Option<Value>,
    ) {
        let mapped: Vec<Value> = candidates.iter().filter_map(back).collect();
        self.value(inner, &mapped, &Test::Open);
    }

    pub(super) fn case(
        &mut self,
        arms: &[(Condition, Expr)],
        otherwise: Option<&Expr>,
        candidates: &[Value],
        test: &Test,
    ) {
        let gives = |value: &Expr| match self.settled(value) {
            Some(constant) => {
                let among = Test::Among(candidates.to_vec(), true);
                among.accepts(&constant) || (!matches!(test, Test::Open) && test.accepts(&constant))
            }
            None => true,
        };
        let values = arms.iter().map(|(_, value)| value).chain(otherwise);
        let fitting: Vec<usize> = values
            .enumerate()
            .filter(|(_, value)| gives(value))
            .map(|(index, _)| index)
            .collect();
        if fitting.is_empty() {
            return;
        }
        let chosen = fitting[self.below(fitting.len())];
        for (condition, _) in &arms[..chosen.min(arms.len())] {
            self.condition(condition, false);
        }
        match arms.get(chosen) {
            Some((condition, value)) => {
                self.condition(condition, true);
                self.value(value, candidates, test);
            }
            None => {
                if let Some(value) = otherwise {
                    self.value(value, candidates, test);
                }
            }
        }
    }

    pub(super) fn arithmetic(&mut self, op: ArithmeticOp, lhs: &Expr, rhs: &Expr, candidates: &[Value]) {
        use ArithmeticOp::{Add, Divide, Multiply, Subtract};
        match (self.settled(lhs), self.settled(rhs)) {
            (None, Some(constant)) => {
                let back = match op {
                    Add => Subtract,
                    Subtract => Add,
                    Multiply => Divide,
                    Divide => Multiply,
                };
                self.mapped(lhs, candidates, |it| of_two(back, it, &constant));
            }
            (Some(constant), None) => self.mapped(rhs, candidates, |it| match op {
                Add => of_two(Subtract, it, &constant),
                Subtract => of_two(Subtract, &constant, it),
                Multiply => of_two(Divide, it, &constant),
                Divide => of_two(Divide, &constant, it),
            }),
            (None, None) if op == Subtract && matches!(rhs.ty, Type::Date | Type::DateTime) => {
                // The left side is of late, so that both lie before now.
                let late = if rhs.ty == Type::Date {
                    self.at.today().checked_add_days(-10).map(Value::Date)
                } else {
                    let before = Duration::from_micros(-10 * DAY);
                    self.at.now().checked_add(before).map(Value::DateTime)
                };
                if let Some(late) = late {
                    self.value(lhs, std::slice::from_ref(&late), &Test::Open);
                    self.mapped(rhs, candidates, |it| of_two(Subtract, &late, it));
                }
            }
            (None, None) => {
                // The right side is made to change nothing, or as little as it can.
                let neutral = match op {
                    Add | Subtract => Value::Int(0),
                    Multiply | Divide => Value::Int(1),
                };
                let neutral = match &rhs.ty {
                    Type::Date | Type::DateTime => self.some_value(rhs),
                    Type::Duration => Some(Value::Duration(Duration::from_micros(0))),
                    _ => Some(neutral),
                };
                let Some(neutral) = neutral else { return };
                self.value(rhs, std::slice::from_ref(&neutral), &Test::Open);
                let back = match op {
                    Add => Subtract,
                    Subtract => Add,
                    Multiply | Divide => return self.value(lhs, candidates, &Test::Open),
                };
                self.mapped(lhs, candidates, |it| {
                    of_two(back, it, &neutral).or_else(|| Some(it.clone()))
                });
            }
            (Some(_), Some(_)) => {}
        }
    }

    pub(super) fn call(&mut self, function: Function, args: &[Expr], candidates: &[Value], test: &Test) {
        let at = self.at;
        let today = at.today();
        let Some(first) = args.first() else { return };
        match function {
            Function::Default => match (args.get(1).and_then(|it| self.settled(it)), test) {
                (Some(otherwise), Test::Open) if !candidates.contains(&otherwise) => {
                    self.value(first, candidates, test);
                }
                (Some(otherwise), _) if test.accepts(&otherwise) && self.below(2) == 0 => self.missing(first),
                _ => self.value(first, candidates, test),
            },
            Function::Min | Function::Max => {
                for arg in args {
                    self.value(arg, candidates, test);
                }
            }
            Function::Length => self.mapped(first, candidates, |it| {
                let count = usize::try_from(integer(it)?).ok().filter(|it| *it <= 10_000)?;
                Some("a".repeat(count).into())
            }),
            Function::Domain => self.mapped(first, candidates, |it| match it {
                Value::Text(it) => Some(format!("a@{it}").into()),
                _ => None,
            }),
            Function::Date => self.mapped(first, candidates, |it| match it {
                Value::Date(day) => DateTime::from_micros(at.zone().start_of(*day)).map(Value::DateTime),
                _ => None,
            }),
            Function::Year | Function::Month | Function::Day | Function::Weekday | Function::Hour => {
                // Every part that there is occurs within a year.
                let years: Vec<Date> = match function {
                    Function::Year => candidates
                        .iter()
                        .filter_map(|it| Date::from_ymd(i32::try_from(integer(it)?).ok()?, 12, 31))
                        .collect(),
                    _ => vec![today],
                };
                let days = years
                    .into_iter()
                    .flat_map(|last| (0..366).filter_map(move |it| last.checked_add_days(-it)));
                let days = days.flat_map(|day| self.times_of(function, first, day, candidates));
                let test = Test::Part(function, candidates.to_vec(), at.zone());
                let found: Vec<Value> = days.filter(|it| test.accepts(it)).take(MOST_TIMES).collect();
                self.value(first, &found, &test);
            }
            Function::Distance => {
                let (place, center) = match args.get(1).and_then(|it| self.settled(it)) {
                    Some(center) => (first, Some(center)),
                    None => (&args[1], self.settled(first)),
                };
                if let Some(Value::Geo(center)) = center {
                    let metres = candidates.iter().filter_map(|it| number::to_float(it.as_ref()));
                    let places = metres.flat_map(|it| match it {
                        ValueRef::Float(it) => on_circle(center, (it / RADIUS).to_degrees()),
                        _ => Vec::new(),
                    });
                    let places: Vec<Value> = places.collect();
                    self.value(place, &places, &Test::Open);
                }
            }
            Function::YearsSince => self.mapped(first, candidates, |it| {
                let months = i32::try_from(integer(it)?).ok()?.checked_mul(-12)?;
                today.checked_add_months(months).map(Value::Date)
            }),
            Function::DaysSince => {
                let dates = first.ty == Type::Date;
                self.mapped(first, candidates, |it| {
                    let days = integer(it)?.checked_neg()?;
                    if dates {
                        return today.checked_add_days(days).map(Value::Date);
                    }
                    let before = Duration::from_micros(days.checked_mul(DAY)?);
                    at.now().checked_add(before).map(Value::DateTime)
                });
            }
            Function::String => self.mapped(first, candidates, |it| match it {
                Value::Text(it) => it.parse().ok().map(Value::Decimal),
                _ => None,
            }),
            _ => self.value(first, candidates, &Test::Open),
        }
    }

    /// The day, or times in it: its start, or the hours that are asked for.
    fn times_of(&self, function: Function, of: &Expr, day: Date, candidates: &[Value]) -> Vec<Value> {
        if of.ty == Type::Date {
            return vec![Value::Date(day)];
        }
        let start = self.at.zone().start_of(day);
        let hours = match function {
            Function::Hour => candidates.iter().filter_map(integer).collect(),
            _ => vec![0],
        };
        let at = hours.into_iter().filter(|it| (0..24).contains(it));
        at.filter_map(|it| DateTime::from_micros(start.checked_add(it * (DAY / 24))?))
            .map(Value::DateTime)
            .collect()
    }

    pub(super) fn known(&mut self, expr: &Expr) {
        if self.is_over() {
            return;
        }
        match &expr.kind {
            ExprKind::Slot(place) => self.slot(*place).missing = Some(false),
            ExprKind::Trait(index) => {
                let value = &self.module.traits[*index].value;
                self.of_customer(|this| this.known(value));
            }
            ExprKind::Aggregate { items, .. } => self.items(items, 1, false, |_| {}),
            ExprKind::Follow { key, .. } => {
                if !self.referred_known(expr, true) {
                    self.known(key);
                }
            }
            _ => {
                if let Some(value) = self.some_value(expr) {
                    self.value(expr, std::slice::from_ref(&value), &Test::Open);
                }
            }
        }
    }

    pub(super) fn missing(&mut self, expr: &Expr) {
        if self.is_over() {
            return;
        }
        match &expr.kind {
            ExprKind::Slot(place) => self.slot(*place).missing = Some(true),
            ExprKind::Trait(index) => {
                let value = &self.module.traits[*index].value;
                self.of_customer(|this| this.missing(value));
            }
            ExprKind::Aggregate { items, .. } => self.none(items),
            ExprKind::Follow { key, .. } => {
                if !self.referred_known(expr, false) {
                    self.missing(key);
                }
            }
            ExprKind::Case { arms, .. } => {
                for (condition, _) in arms {
                    self.condition(condition, false);
                }
            }
            _ => expr.parts(&mut |part| {
                if let Part::Expr(inner) = part
                    && inner.optional
                {
                    self.missing(inner);
                }
            }),
        }
    }
}

pub(super) fn of_two(op: ArithmeticOp, lhs: &Value, rhs: &Value) -> Option<Value> {
    calculate(op, lhs.as_ref(), rhs.as_ref()).map(ValueRef::to_owned)
}

pub(super) fn shifted(value: &Value, months: i32, at: &At) -> Option<Value> {
    match value {
        Value::Date(it) => it.checked_add_months(months).map(Value::Date),
        Value::DateTime(it) => at.zone().months_later(*it, months).map(Value::DateTime),
        _ => None,
    }
}

pub(super) fn integer(value: &Value) -> Option<i64> {
    match number::to_int(value.as_ref())? {
        ValueRef::Int(it) => Some(it),
        _ => None,
    }
}

pub(super) fn count_of(candidates: &[Value]) -> usize {
    let count = candidates.first().and_then(integer).unwrap_or(0);
    usize::try_from(count).unwrap_or(0).min(50)
}

pub(super) fn is_zero(value: &Value) -> bool {
    match value {
        Value::Int(it) => *it == 0,
        Value::Decimal(it) => it.units() == 0,
        Value::Float(it) => *it == 0.0,
        _ => false,
    }
}
