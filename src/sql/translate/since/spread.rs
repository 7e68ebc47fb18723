//! Whose moments the clock passed: how far the other side of a comparison went, and which columns have moments there.

use super::{Moments, Translator, of_customers};
use crate::{
    hir::{AggregateKind, ArithmeticOp, Edge, Expr, ExprKind, Function, Window},
    plan::Steady,
    span::Span,
    sql::{
        dialect::integer,
        translate::{number::DAY, rows::Row},
    },
    value::{DateTime, Type, Value, months_later},
};

impl<'q> Translator<'q> {
    /// Between which numbers the edges of a window that follow the clock went.
    pub(super) fn edges(&mut self, window: &'q Window) -> Vec<(i64, i64)> {
        [&window.from, &window.to]
            .into_iter()
            .flatten()
            .filter_map(|edge| self.edge(edge))
            .collect()
    }

    fn edge(&mut self, edge: &'q Edge) -> Option<(i64, i64)> {
        let zone = self.at.zone();
        let module = self.module;
        let mut steady = None;
        if let Some(expr) = edge.bound.moving() {
            steady = Steady::of(expr, module);
            if steady.is_none() {
                self.passing_expr(expr);
                return None;
            }
        }
        let place = |now: DateTime| {
            edge.bound
                .resolve(now, zone, &mut |_| steady.as_ref()?.steps(now, zone))
        };
        passed(place(self.earlier()), place(self.at.now()))
    }

    /// Whether the other side is a time that follows the clock alone; then whoever has a moment that it passed is due.
    pub(super) fn beside_time(&mut self, operand: &'q Expr, time: &'q Expr) -> bool {
        if let (
            ExprKind::Call {
                function: Function::DaysSince,
                args,
            },
            ExprKind::Constant(Value::Int(days)),
        ) = (&operand.kind, &time.kind)
            && let [moment] = &**args
        {
            // So many days ago, with a day on either side.
            let (before, now, day) = if moment.ty == Type::Date {
                let today = |at| i64::from(self.at.zone().date_of(at).days());
                (today(self.earlier()), today(self.at.now()), 1)
            } else {
                (self.earlier().micros(), self.at.now().micros(), DAY)
            };
            let back = |at: i64| at.saturating_sub(days.saturating_mul(day));
            if let Some((low, high)) = ordered(back(before), back(now)) {
                self.spread(
                    moment,
                    (low.saturating_sub(2 * day), high.saturating_add(2 * day)),
                );
            }
            self.passing_expr(moment);
            return true;
        }
        if let (
            ExprKind::Arithmetic {
                op: ArithmeticOp::Subtract,
                lhs,
                rhs,
            },
            ExprKind::Constant(Value::Duration(apart)),
        ) = (&operand.kind, &time.kind)
        {
            // How far a moment is behind a time, or before it.
            let apart = apart.micros();
            for (time, moment, apart) in [(lhs, rhs, apart.saturating_neg()), (rhs, lhs, apart)] {
                if lhs.ty == Type::DateTime
                    && let Some(steady) = Steady::of(time, self.module)
                {
                    let place = |now| Some(steady.steps(now, self.at.zone())?.saturating_add(apart));
                    if let Some(range) = passed(place(self.earlier()), place(self.at.now())) {
                        self.spread(moment, range);
                    }
                    self.passing_expr(moment);
                    return true;
                }
            }
        }
        let Some(steady) = Steady::of(time, self.module) else {
            return false;
        };
        let place = |now| steady.steps(now, self.at.zone());
        if let Some(range) = passed(place(self.earlier()), place(self.at.now())) {
            self.spread(operand, range);
        }
        self.passing_expr(operand);
        true
    }

    /// Whoever may have this value in a range is due.
    pub(super) fn spread(&mut self, expr: &'q Expr, range: (i64, i64)) {
        let (low, high) = range;
        match &expr.kind {
            ExprKind::Slot(place) => match self.row(place.row) {
                Some(row) if of_customers(&row.path) => {
                    self.moment(&row, place.slot, &expr.ty, expr.span, range);
                }
                _ => self.everyone(expr.span),
            },
            ExprKind::Constant(value) => {
                let number = integer(value);
                if number.is_none_or(|it| low <= it && it <= high) {
                    self.everyone(expr.span);
                }
            }
            ExprKind::Trait(index) => {
                let module = self.module;
                if self
                    .passed
                    .as_mut()
                    .is_some_and(|it| it.spread.insert((*index, range)))
                {
                    self.of_customer(|this| this.spread(&module.traits[*index].value, range));
                }
            }
            ExprKind::Aggregate {
                kind:
                    AggregateKind::Min
                    | AggregateKind::Max
                    | AggregateKind::First
                    | AggregateKind::Last
                    | AggregateKind::Mode,
                value: Some(value),
                items,
            } => {
                let Some(row) = self.row_of_source(&items.source, expr.span) else {
                    return self.everyone(expr.span);
                };
                let before = self.rows.clone();
                self.rows.resize(usize::from(items.row), None);
                self.rows.push(Some(row));
                self.spread(value, range);
                self.rows = before;
            }
            ExprKind::Call {
                function: Function::Default | Function::Min | Function::Max,
                args,
            } => {
                for arg in args {
                    self.spread(arg, range);
                }
            }
            ExprKind::Call {
                function: Function::Date,
                args,
            } => {
                let micros = |day: i64| day.saturating_mul(DAY);
                for arg in args.iter().filter(|it| it.ty == Type::DateTime) {
                    let range = (micros(low.saturating_sub(2)), micros(high.saturating_add(3)));
                    self.spread(arg, range);
                }
            }
            ExprKind::Case { arms, otherwise } => {
                for (_, value) in arms {
                    self.spread(value, range);
                }
                if let Some(value) = otherwise {
                    self.spread(value, range);
                }
            }
            ExprKind::Shift { operand, months } => {
                let day = if expr.ty == Type::Date { 1 } else { DAY };
                self.spread(operand, before_months(range, *months, day));
            }
            ExprKind::Arithmetic { op, lhs, rhs } => match (op, &rhs.kind) {
                (ArithmeticOp::Add | ArithmeticOp::Subtract, ExprKind::Constant(Value::Duration(by))) => {
                    let by = if expr.ty == Type::Date {
                        by.micros() / DAY
                    } else {
                        by.micros()
                    };
                    let by = if *op == ArithmeticOp::Add {
                        by
                    } else {
                        by.saturating_neg()
                    };
                    self.spread(lhs, moved(range, by.saturating_neg()));
                }
                _ => self.everyone(expr.span),
            },
            _ => self.everyone(expr.span),
        }
    }

    pub(super) fn moment(&mut self, row: &Row<'q>, slot: u32, ty: &Type, span: Span, range: (i64, i64)) {
        if !of_customers(&row.path) {
            return self.everyone(span);
        }
        if let Some(passed) = &mut self.passed {
            let moments = passed
                .moments
                .entry((row.path.clone(), slot))
                .or_insert_with(|| Moments {
                    row: row.clone(),
                    ty: ty.clone(),
                    span,
                    ranges: Vec::new(),
                });
            moments.ranges.push(range);
        }
    }
}

/// The same range so much later.
pub(super) fn moved((low, high): (i64, i64), by: i64) -> (i64, i64) {
    (low.saturating_add(by), high.saturating_add(by))
}

/// Where everything lies that is in a range of days, or of instants where a day has so many microseconds, when it is so many months later.
pub(super) fn before_months((low, high): (i64, i64), months: i32, day: i64) -> (i64, i64) {
    /// A day that a month does not have counts as one up to three days earlier, a clock is up to a day from UTC, and what is cut off of the day of an instant
    /// is up to a day, too.
    const SLACK: i64 = 5;
    // Far outside of the calendar nothing lies.
    const FAR: i64 = 4_000_000;
    const MOST: i32 = 12 * 10_000;
    let back = |at: i64| match at.div_euclid(day) {
        at if (-FAR..=FAR).contains(&at) => months_later(at, -months.clamp(-MOST, MOST)),
        at => at,
    };
    let slack = |at: i64, days: i64| at.saturating_add(days).saturating_mul(day);
    (slack(back(low), -SLACK), slack(back(high), SLACK))
}

/// What lies between two places, of which each may be beyond the calendar.
fn passed(before: Option<i64>, now: Option<i64>) -> Option<(i64, i64)> {
    match (before, now) {
        (Some(before), Some(now)) => ordered(before, now),
        (None, None) => None,
        _ => Some((i64::MIN, i64::MAX)),
    }
}

/// What lies between two places, which are no range when they are one.
pub(super) fn ordered(one: i64, other: i64) -> Option<(i64, i64)> {
    (one != other).then(|| (one.min(other), one.max(other)))
}
