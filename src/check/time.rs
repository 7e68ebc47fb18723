//! Amounts of time: exact durations, whole days, and steps of the calendar.

use super::{Checker, expression::bare, literal::Operand, report::type_name};
use crate::{
    diagnostic::{Code, Diagnostic},
    hir::{ArithmeticOp, Distance, Expr, ExprKind},
    span::Span,
    syntax::ast::{self, Amount, Literal, Unit},
    value::Type,
};

const SECOND: i64 = 1_000_000;
const DAY: i64 = 86_400 * SECOND;

impl Checker<'_> {
    /// How far an amount leads from an instant: `within 24 hours`, `3 months ago`.
    pub(crate) fn distance(&mut self, span: Span, amount: Amount) -> Option<Distance> {
        match months_of(amount) {
            Some(_) => self.months(span, amount).map(Distance::Months),
            None => self.duration(span, amount).map(Distance::Micros),
        }
    }

    /// The length of an amount in microseconds; calendar units have none.
    pub(crate) fn duration(&mut self, span: Span, amount: Amount) -> Option<i64> {
        if amount.calendar {
            return self.no_length(span, amount);
        }
        let unit = match amount.unit {
            Unit::Second => SECOND,
            Unit::Minute => 60 * SECOND,
            Unit::Hour => 3600 * SECOND,
            Unit::Day => DAY,
            Unit::Week => 7 * DAY,
            Unit::Month | Unit::Quarter | Unit::Year => return self.no_length(span, amount),
        };
        match i64::from(amount.count).checked_mul(unit) {
            Some(micros) => Some(micros),
            None => self.too_long(span, "more than 292,000 years"),
        }
    }

    /// The whole days of an amount that moves a date or bounds one.
    pub(crate) fn days(&mut self, span: Span, amount: Amount) -> Option<i64> {
        match amount.unit {
            Unit::Second | Unit::Minute | Unit::Hour => {
                let error = Diagnostic::new(Code::TypeMismatch, "a date goes by whole days")
                    .label(span, "shorter than a day")
                    .help("write it in days, weeks, months, quarters or years".to_owned());
                self.report.fail(error)
            }
            _ => Some(self.duration(span, amount)? / DAY),
        }
    }

    /// The months of an amount of months, quarters or years.
    pub(crate) fn months(&mut self, span: Span, amount: Amount) -> Option<i32> {
        let unit = match months_of(amount) {
            Some(unit) if !amount.calendar => unit,
            _ => return self.no_length(span, amount),
        };
        let months = i32::try_from(amount.count).ok();
        match months.and_then(|it| it.checked_mul(unit)) {
            Some(months) => Some(months),
            None => self.too_long(span, "longer than the calendar"),
        }
    }

    /// How many days `3 calendar days` are, which stands only after `in last` and `in next`.
    pub(crate) fn calendar_days(&mut self, span: Span, amount: Amount) -> Option<i64> {
        match amount.unit {
            Unit::Day => Some(amount.count.into()),
            _ => self.no_length(span, amount),
        }
    }

    /// Says why an amount is no duration, and what to write instead.
    fn no_length<T>(&mut self, span: Span, amount: Amount) -> Option<T> {
        let plain = Amount {
            calendar: false,
            ..amount
        };
        let (message, label, help) = match (amount.calendar, amount.unit) {
            (true, Unit::Day) => (
                format!("`{amount}` can stand only after `in last` and `in next`"),
                "counts today in, and has no length",
                format!("a length is written `{plain}`"),
            ),
            (true, unit) => (
                "`calendar` can stand only before `days`".to_owned(),
                "these are not days",
                match unit {
                    Unit::Second | Unit::Minute | Unit::Hour => format!("write `{plain}`"),
                    _ => format!("write `{plain}`, or a whole period, as in `in previous month`"),
                },
            ),
            (false, unit) => (
                format!("`{amount}` has no fixed length"),
                "months and years differ in length",
                format!(
                    "count in days, as in `{} days`, or step from a time, as in `now - {amount}` or `before {amount} ago`",
                    u64::from(amount.count) * days_about(unit)
                ),
            ),
        };
        let error = Diagnostic::new(Code::TypeMismatch, message)
            .label(span, label)
            .help(help);
        self.report.fail(error)
    }

    fn too_long<T>(&mut self, span: Span, label: &str) -> Option<T> {
        let error = Diagnostic::new(Code::InvalidLiteral, "the duration is too long").label(span, label);
        self.report.fail(error)
    }

    /// `signed_up_at + 3 months`: one side is a step of the calendar, see [`is_step`].
    pub(crate) fn calendar_step(
        &mut self,
        span: Span,
        op: ArithmeticOp,
        lhs: &ast::Expr,
        rhs: &ast::Expr,
    ) -> Option<Expr> {
        use ArithmeticOp::{Add, Divide, Multiply, Subtract};
        let (operand, step) = match (op, step_of(lhs), step_of(rhs)) {
            (Add | Subtract, _, Some(step)) => (lhs, step),
            (Add, Some(step), None) => (rhs, step),
            (_, None, None) => return None,
            (Subtract, Some((at, amount)), None) => {
                let error = Diagnostic::new(
                    Code::IncompatibleTypes,
                    format!("nothing can be subtracted from `{amount}`"),
                )
                .label(at, "has no fixed length")
                .help(format!(
                    "subtract it from a date or a datetime, as in `now - {amount}`"
                ));
                return self.report.fail(error);
            }
            (Multiply | Divide, Some((at, amount)), _) | (Multiply | Divide, None, Some((at, amount))) => {
                let verb = if op == Multiply { "multiplied" } else { "divided" };
                let error = Diagnostic::new(Code::IncompatibleTypes, format!("`{amount}` cannot be {verb}"))
                    .label(at, "has no fixed length")
                    .help("write the whole amount, as in `6 months`".to_owned());
                return self.report.fail(error);
            }
        };
        self.shift(span, operand, step, op == Subtract)
    }

    /// A date or datetime so many months, quarters or years later, or earlier.
    fn shift(
        &mut self,
        span: Span,
        operand: &ast::Expr,
        (at, amount): (Span, Amount),
        back: bool,
    ) -> Option<Expr> {
        let months = self.months(at, amount);
        let operand = self.operand(operand)?;
        let operand = self.settle(operand)?;
        let months = months?;
        if !matches!(operand.ty, Type::Date | Type::DateTime) {
            let (verb, sign) = if back { ("subtracted", '-') } else { ("added", '+') };
            let help = (operand.ty == Type::Duration).then(|| {
                format!("take one step after the other, as in `signed_up_at {sign} {amount} {sign} 3 days`")
            });
            let error = Diagnostic::new(
                Code::IncompatibleTypes,
                format!("{} and `{amount}` cannot be {verb}", type_name(&operand.ty)),
            )
            .label(operand.span, type_name(&operand.ty))
            .label(at, "steps from a date or a datetime")
            .help(help);
            return self.report.fail(error);
        }
        Some(Expr {
            span,
            ty: operand.ty.clone(),
            optional: operand.optional,
            kind: ExprKind::Shift {
                operand: Box::new(operand),
                months: if back { -months } else { months },
            },
        })
    }

    /// Sums and differences of which one side is a date, a datetime or a duration.
    pub(crate) fn time_arithmetic(
        &mut self,
        span: Span,
        op: ArithmeticOp,
        (mut lhs, mut lhs_written): (Expr, &ast::Expr),
        (mut rhs, mut rhs_written): (Expr, &ast::Expr),
    ) -> Option<Expr> {
        use ArithmeticOp::{Add, Subtract};
        // `30 days + now` is `now + 30 days`.
        if op == Add && lhs.ty == Type::Duration && rhs.ty != Type::Duration {
            std::mem::swap(&mut lhs, &mut rhs);
            std::mem::swap(&mut lhs_written, &mut rhs_written);
        }
        let ty = match (&lhs.ty, op, &rhs.ty) {
            (Type::DateTime, Subtract, Type::DateTime)
            | (Type::Date, Subtract, Type::Date)
            | (Type::Duration, Add | Subtract, Type::Duration) => Type::Duration,
            (Type::DateTime, Add | Subtract, Type::Duration) => Type::DateTime,
            (Type::Date, Add | Subtract, Type::Duration) => {
                let ast::ExprKind::Literal(Literal::Duration(amount)) = &bare(rhs_written).kind else {
                    let error =
                        Diagnostic::new(Code::TypeMismatch, "a date moves by a number of days or weeks")
                            .label(rhs.span, "a duration that may be part of a day")
                            .help(
                                "write the amount, as in `+ 30 days`, or calculate with a datetime"
                                    .to_owned(),
                            );
                    return self.report.fail(error);
                };
                self.days(rhs.span, *amount)?;
                Type::Date
            }
            _ => return self.incompatible(Code::IncompatibleTypes, &lhs, &rhs, super::expression::verb(op)),
        };
        Some(Expr {
            span,
            ty,
            optional: lhs.optional || rhs.optional,
            kind: ExprKind::Arithmetic {
                op,
                lhs: Box::new(lhs),
                rhs: Box::new(rhs),
            },
        })
    }
}

/// Tells whether an operand is a time, or a length of time.
pub(crate) fn is_time(operand: &Operand) -> bool {
    matches!(operand, Operand::Typed(expr) if matches!(expr.ty, Type::Date | Type::DateTime | Type::Duration))
}

/// Tells whether an expression is an amount of months, quarters or years.
pub(crate) fn is_step(expr: &ast::Expr) -> bool {
    step_of(expr).is_some()
}

/// The amount of months, quarters or years that an expression is.
fn step_of(expr: &ast::Expr) -> Option<(Span, Amount)> {
    let expr = bare(expr);
    match &expr.kind {
        ast::ExprKind::Literal(Literal::Duration(amount)) => months_of(*amount).map(|_| (expr.span, *amount)),
        _ => None,
    }
}

/// How many months its unit has; nothing for units of a fixed length.
pub(crate) fn months_of(amount: Amount) -> Option<i32> {
    match amount.unit {
        Unit::Month => Some(1),
        Unit::Quarter => Some(3),
        Unit::Year => Some(12),
        _ => None,
    }
}

fn days_about(unit: Unit) -> u64 {
    match unit {
        Unit::Quarter => 90,
        Unit::Year => 365,
        _ => 30,
    }
}
