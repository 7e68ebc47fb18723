//! Windows of time.

use super::{Checker, expression::bare, lint, report::type_name};
use crate::{
    diagnostic::{Code, Diagnostic},
    hir::{ArithmeticOp, Bound, Condition, ConditionKind, Edge, Expr, ExprKind, Window},
    span::Span,
    syntax::ast::{self, Amount},
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
        let bounds: [Option<&ast::Expr>; 2] = match written {
            ast::Window::Between(low, high) => [Some(low), Some(high)],
            ast::Window::Before(bound) => [None, Some(bound)],
            ast::Window::After(bound) | ast::Window::Since(bound) => [Some(bound), None],
            _ => [None, None],
        };
        let window = self.window(written, &operand.ty, expr.span)?;
        Some(self.window_test(expr, (operand_written, &operand), &window, bounds, negated))
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
        if lint::is_empty_window(window) {
            self.constant(expr.span, negated);
        }
        let kind = ConditionKind::InWindow {
            operand: Box::new(operand.1.clone()),
            window: window.clone(),
        };
        let mut operands = vec![operand];
        for (edge, written) in [&window.from, &window.to].into_iter().zip(bounds) {
            let moving = edge.as_ref().and_then(|edge| edge.bound.moving());
            operands.extend(written.zip(moving));
        }
        self.test(expr, negated, Condition::new(expr.span, kind), &operands)
    }

    /// The window over values of type `ty`: datetimes or dates.
    pub(crate) fn window(&mut self, window: &ast::Window, ty: &Type, span: Span) -> Option<Window> {
        Some(match window {
            ast::Window::InLast(amount) => Window {
                from: Some(self.step(span, *amount, ty, -1, false)?),
                to: Some(now(ty, true)),
            },
            ast::Window::InNext(amount) => Window {
                from: Some(now(ty, false)),
                to: Some(self.step(span, *amount, ty, 1, true)?),
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
            ast::Window::Today
            | ast::Window::Yesterday
            | ast::Window::Tomorrow
            | ast::Window::Period { .. } => {
                return self.report.unsupported(span, "calendar periods are");
            }
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

    /// The edge so long before or after now, or so many days before or after today.
    fn step(&mut self, span: Span, amount: Amount, ty: &Type, sign: i64, inclusive: bool) -> Option<Edge> {
        let bound = if *ty == Type::Date {
            Bound::FromToday(sign * self.days(span, amount)?)
        } else {
            Bound::FromNow(sign * self.duration(span, amount)?)
        };
        Some(Edge { bound, inclusive })
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
            let micros = self.duration(expr.span, *amount)?;
            return Some(Meant::Instant(Bound::FromNow(if *ago {
                -micros
            } else {
                micros
            })));
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
            let days = self.days(expr.span, *amount)?;
            return Some(Bound::FromToday(if *ago { -days } else { days }));
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
        _ => {}
    }
    Bound::Expr(Box::new(value))
}

fn signed(op: ArithmeticOp, by: i64) -> i64 {
    if op == ArithmeticOp::Subtract { -by } else { by }
}
