//! Windows of time.

use super::{Checker, expression::bare, report::type_name, time::months_of};
use crate::{
    diagnostic::{Code, Diagnostic},
    hir::{
        ArithmeticOp, Bound, Condition, ConditionKind, Distance, Edge, Expr, ExprKind, Function, Period,
        Window,
    },
    span::Span,
    syntax::ast::{self, Amount, Unit},
    value::{Type, Value},
};

/// A bound as meant: a moment, or a whole day.
enum Meant {
    Instant(Bound),
    Day(Bound),
}

/// Which end of a window a bound is, and whether it belongs to it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    /// `since A`, and the first of `between A and B`.
    From,
    /// `after A`.
    After,
    /// `before A`.
    Before,
    /// The second of `between A and B`.
    Until,
}

impl Checker<'_> {
    /// `x in last 30 days`, `x before 2026-01-01` and the like.
    pub(crate) fn in_window(
        &mut self,
        expr: &ast::Expr,
        operand_written: &ast::Expr,
        written: &ast::Window,
        negated: bool,
    ) -> Option<Condition> {
        let operand = self.operand(operand_written)?;
        let operand = self.settle(operand)?;
        if !matches!(operand.ty, Type::Date | Type::DateTime) {
            let error = Diagnostic::new(
                Code::TypeMismatch,
                format!("{} is neither a date nor a datetime", type_name(&operand.ty)),
            )
            .label(operand.span, "a window needs a date or a datetime");
            return self.report.fail(error);
        }
        let window = self.window(written, &operand.ty, expr.span)?;
        let bounds = bounds_of(written);
        Some(self.window_test(expr, (operand_written, &operand), &window, bounds, negated))
    }

    /// `birth_date anniversary in next 7 days` and the like.
    pub(crate) fn anniversary(
        &mut self,
        expr: &ast::Expr,
        operand_written: &ast::Expr,
        written: &ast::Window,
        negated: bool,
    ) -> Option<Condition> {
        let operand = self.operand(operand_written)?;
        let operand = self.settle(operand)?;
        let day = match operand.ty {
            Type::Date => operand,
            Type::DateTime => Expr {
                span: operand.span,
                ty: Type::Date,
                optional: operand.optional,
                kind: ExprKind::Call {
                    function: Function::Date,
                    args: vec![operand],
                },
            },
            ty => {
                let error = Diagnostic::new(
                    Code::TypeMismatch,
                    format!("{} has no anniversary", type_name(&ty)),
                )
                .label(operand.span, "a date or a datetime is needed here");
                return self.report.fail(error);
            }
        };
        let window = self.window(written, &Type::Date, expr.span)?;
        let kind = ConditionKind::Anniversary {
            operand: Box::new(day.clone()),
            window: window.clone(),
        };
        let condition = Condition::new(expr.span, kind);
        let bounds = bounds_of(written);
        Some(self.finish_window(
            (expr, negated),
            condition,
            (operand_written, &day),
            &window,
            bounds,
        ))
    }

    /// A test of an operand in a window, whose bounds were written so.
    pub(crate) fn window_test(
        &mut self,
        expr: &ast::Expr,
        operand: (&ast::Expr, &Expr),
        window: &Window,
        bounds: [Option<&ast::Expr>; 2],
        negated: bool,
    ) -> Condition {
        let kind = ConditionKind::InWindow {
            operand: Box::new(operand.1.clone()),
            window: window.clone(),
        };
        let condition = Condition::new(expr.span, kind);
        self.finish_window((expr, negated), condition, operand, window, bounds)
    }

    /// Finishes a test that is false where the operand or a bound is missing.
    fn finish_window(
        &mut self,
        (expr, negated): (&ast::Expr, bool),
        condition: Condition,
        operand: (&ast::Expr, &Expr),
        window: &Window,
        bounds: [Option<&ast::Expr>; 2],
    ) -> Condition {
        let mut operands = vec![operand];
        for (edge, written) in [&window.from, &window.to].into_iter().zip(bounds) {
            let moving = edge.as_ref().and_then(|edge| edge.bound.moving());
            operands.extend(written.zip(moving));
        }
        self.test(expr, negated, condition, &operands)
    }

    /// The window over values of type `ty`: datetimes or dates.
    pub(crate) fn window(&mut self, window: &ast::Window, ty: &Type, span: Span) -> Option<Window> {
        Some(match window {
            ast::Window::InLast(amount) if amount.calendar => {
                days_from_today(ty, 1 - self.calendar_days(span, *amount)?, 0)
            }
            ast::Window::InNext(amount) if amount.calendar => {
                days_from_today(ty, 0, self.calendar_days(span, *amount)? - 1)
            }
            ast::Window::InLast(amount) => Window {
                from: Some(Edge {
                    bound: self.step(span, *amount, ty, true)?,
                    inclusive: false,
                }),
                to: Some(now(ty, true)),
            },
            ast::Window::InNext(amount) => Window {
                from: Some(now(ty, false)),
                to: Some(Edge {
                    bound: self.step(span, *amount, ty, false)?,
                    inclusive: true,
                }),
            },
            ast::Window::Between(low, high) => self.window_between([low, high], ty)?,
            ast::Window::Before(bound) => Window {
                from: None,
                to: Some(self.edge(bound, ty, Side::Before)?),
            },
            ast::Window::After(bound) => Window {
                from: Some(self.edge(bound, ty, Side::After)?),
                to: None,
            },
            ast::Window::Since(bound) => Window {
                from: Some(self.edge(bound, ty, Side::From)?),
                to: None,
            },
            ast::Window::Today => days_from_today(ty, 0, 0),
            ast::Window::Yesterday => days_from_today(ty, -1, -1),
            ast::Window::Tomorrow => days_from_today(ty, 1, 1),
            ast::Window::Period { step, unit } => period(ty, (*step).into(), *unit),
        })
    }

    pub(crate) fn window_between(&mut self, [low, high]: [&ast::Expr; 2], ty: &Type) -> Option<Window> {
        let from = self.edge(low, ty, Side::From);
        let to = self.edge(high, ty, Side::Until);
        Some(Window {
            from: Some(from?),
            to: Some(to?),
        })
    }

    /// The bound so far before, or after, now; in days of today for dates.
    fn step(&mut self, span: Span, amount: Amount, ty: &Type, back: bool) -> Option<Bound> {
        if *ty != Type::Date {
            return Some(match self.distance(span, amount)? {
                Distance::Micros(micros) => Bound::FromNow(if back { -micros } else { micros }),
                Distance::Months(months) => Bound::MonthsFromNow(if back { -months } else { months }),
            });
        }
        Some(if months_of(amount).is_some() {
            let months = self.months(span, amount)?;
            Bound::MonthsFromToday(if back { -months } else { months })
        } else {
            let days = self.days(span, amount)?;
            Bound::FromToday(if back { -days } else { days })
        })
    }

    fn edge(&mut self, bound: &ast::Expr, ty: &Type, side: Side) -> Option<Edge> {
        if *ty == Type::Date {
            let bound = self.day_bound(bound)?;
            let inclusive = matches!(side, Side::From | Side::Until);
            return Some(Edge { bound, inclusive });
        }
        Some(match self.bound(bound)? {
            Meant::Instant(bound) => Edge {
                bound,
                inclusive: matches!(side, Side::From | Side::Until),
            },
            // A whole day: it is included to its last moment, or left out from its first.
            Meant::Day(day) => {
                let plus = i64::from(matches!(side, Side::After | Side::Until));
                Edge {
                    bound: Bound::DayStart {
                        day: Box::new(day),
                        plus,
                    },
                    inclusive: matches!(side, Side::From | Side::After),
                }
            }
        })
    }

    /// A bound of datetimes.
    fn bound(&mut self, expr: &ast::Expr) -> Option<Meant> {
        if let ast::ExprKind::FromNow { amount, ago } = &bare(expr).kind {
            let bound = self.step(expr.span, *amount, &Type::DateTime, *ago)?;
            return Some(Meant::Instant(bound));
        }
        let operand = self.operand(expr)?;
        let value = self.settle(operand)?;
        match value.ty {
            Type::DateTime => Some(Meant::Instant(instant(value))),
            Type::Date => Some(Meant::Day(day(value))),
            _ => self.no_bound(&value),
        }
    }

    /// A bound of dates.
    fn day_bound(&mut self, expr: &ast::Expr) -> Option<Bound> {
        if let ast::ExprKind::FromNow { amount, ago } = &bare(expr).kind {
            return self.step(expr.span, *amount, &Type::Date, *ago);
        }
        let operand = self.operand(expr)?;
        let value = self.settle(operand)?;
        match value.ty {
            Type::Date => Some(day(value)),
            Type::DateTime => {
                let help = match value.kind {
                    ExprKind::Now => "write `today`",
                    _ => "take its day with `date(x)`",
                };
                let error = Diagnostic::new(Code::IncompatibleTypes, "a datetime cannot bound a date")
                    .label(value.span, "`datetime`")
                    .help(help.to_owned());
                self.report.fail(error)
            }
            _ => self.no_bound(&value),
        }
    }

    fn no_bound<T>(&mut self, value: &Expr) -> Option<T> {
        let help = match value.ty {
            Type::String => Some("dates are written without quotes: `2026-01-31`".to_owned()),
            Type::Duration => Some("write `30 days ago` or `30 days from now`".to_owned()),
            _ => None,
        };
        let named = type_name(&value.ty);
        let error = Diagnostic::new(Code::TypeMismatch, format!("{named} cannot bound a window"))
            .label(value.span, "a date or a datetime is needed here")
            .help(help);
        self.report.fail(error)
    }
}

/// The bounds that were written as expressions.
fn bounds_of(window: &ast::Window) -> [Option<&ast::Expr>; 2] {
    match window {
        ast::Window::Between(low, high) => [Some(low), Some(high)],
        ast::Window::Before(bound) => [None, Some(bound)],
        ast::Window::After(bound) | ast::Window::Since(bound) => [Some(bound), None],
        _ => [None, None],
    }
}

/// From one day to another, both included, counted from today.
fn days_from_today(ty: &Type, first: i64, last: i64) -> Window {
    if *ty == Type::Date {
        let edge = |days| Edge {
            bound: Bound::FromToday(days),
            inclusive: true,
        };
        return Window {
            from: Some(edge(first)),
            to: Some(edge(last)),
        };
    }
    days_until(ty, Bound::FromToday(first), (Bound::FromToday(last), 1))
}

/// A period of the calendar, so many after the one that has today.
fn period(ty: &Type, step: i64, unit: Unit) -> Window {
    let period = match unit {
        Unit::Week => Period::Week,
        Unit::Month => Period::Month,
        Unit::Quarter => Period::Quarter,
        Unit::Year => Period::Year,
        // The grammar has no shorter ones.
        Unit::Second | Unit::Minute | Unit::Hour | Unit::Day => return days_from_today(ty, step, step),
    };
    let start = |plus| Bound::PeriodFromToday { period, plus };
    days_until(ty, start(step), (start(step + 1), 0))
}

/// From a day up to, but not including, the one so many days after another.
fn days_until(ty: &Type, from: Bound, (to, plus): (Bound, i64)) -> Window {
    let bound = |day, plus| match *ty {
        Type::Date => day,
        _ => Bound::DayStart {
            day: Box::new(day),
            plus,
        },
    };
    Window {
        from: Some(Edge {
            bound: bound(from, 0),
            inclusive: true,
        }),
        to: Some(Edge {
            bound: bound(to, plus),
            inclusive: false,
        }),
    }
}

fn now(ty: &Type, inclusive: bool) -> Edge {
    let bound = if *ty == Type::Date {
        Bound::FromToday(0)
    } else {
        Bound::FromNow(0)
    };
    Edge { bound, inclusive }
}

/// A datetime as a bound; one that is the same for every customer as such.
fn instant(value: Expr) -> Bound {
    match &value.kind {
        ExprKind::Constant(Value::DateTime(at)) => return Bound::Instant(*at),
        ExprKind::Clock(micros) => return Bound::Local(*micros),
        ExprKind::Now => return Bound::FromNow(0),
        ExprKind::Arithmetic { op, lhs, rhs } => {
            if let (ExprKind::Now, ExprKind::Constant(Value::Duration(by))) = (&lhs.kind, &rhs.kind) {
                return Bound::FromNow(signed(*op, by.micros()));
            }
        }
        ExprKind::Shift { operand, months } if operand.kind == ExprKind::Now => {
            return Bound::MonthsFromNow(*months);
        }
        _ => {}
    }
    Bound::Expr(Box::new(value))
}

/// A date as a bound; one that is the same for every customer as such.
fn day(value: Expr) -> Bound {
    match &value.kind {
        ExprKind::Constant(Value::Date(date)) => return Bound::Day(*date),
        ExprKind::Today => return Bound::FromToday(0),
        ExprKind::Arithmetic { op, lhs, rhs } => {
            if let (ExprKind::Today, ExprKind::Constant(Value::Duration(by))) = (&lhs.kind, &rhs.kind) {
                return Bound::FromToday(signed(*op, by.micros() / 86_400_000_000));
            }
        }
        ExprKind::Shift { operand, months } if operand.kind == ExprKind::Today => {
            return Bound::MonthsFromToday(*months);
        }
        _ => {}
    }
    Bound::Expr(Box::new(value))
}

fn signed(op: ArithmeticOp, by: i64) -> i64 {
    if op == ArithmeticOp::Subtract { -by } else { by }
}
