//! Expressions that have a value.

use super::{
    Checker,
    coerce::LiteralTexts,
    literal::Operand,
    path::{Found, display},
    report::type_name,
    time::{is_step, is_time},
};
use crate::{
    diagnostic::{Code, Diagnostic},
    hir::{ArithmeticOp, Expr, ExprKind},
    span::Span,
    syntax::ast::{self, Name},
    value::{Decimal, Type, Value},
};

impl Checker<'_> {
    /// Checks an expression that must have a value.
    pub(crate) fn value(&mut self, expr: &ast::Expr) -> Option<Expr> {
        let span = expr.span;
        match &expr.kind {
            ast::ExprKind::Literal(literal) => self.literal(span, literal),
            ast::ExprKind::Path(path) => {
                let found = self.resolve(path)?;
                self.single(found, path)
            }
            ast::ExprKind::Now => Some(plain(span, Type::DateTime, ExprKind::Now)),
            ast::ExprKind::Today => Some(plain(span, Type::Date, ExprKind::Today)),
            ast::ExprKind::FromNow { amount, ago } => {
                self.distance(span, *amount)?;
                let operator = if *ago { '-' } else { '+' };
                let error = Diagnostic::new(Code::TypeMismatch, "this is a bound, not a value")
                    .label(span, "stands only after `before`, `after`, `since` and `between`")
                    .help(format!(
                        "write `now {operator} {amount}` for a datetime, `today {operator} {amount}` for a date"
                    ));
                self.report.fail(error)
            }
            ast::ExprKind::Paren(inner) => self.value(inner),
            ast::ExprKind::Point(lat, lon) => {
                let point = self.point(lat, lon)?;
                Some(Expr { span, ..point })
            }
            ast::ExprKind::Call { function, args } => self.call(span, function, args),
            ast::ExprKind::Case { arms, otherwise } => self.case(span, arms, otherwise.as_deref()),
            ast::ExprKind::Negate(inner) => self.negate(span, inner),
            ast::ExprKind::Arithmetic { op, lhs, rhs } => self.arithmetic(span, *op, lhs, rhs),
            ast::ExprKind::Aggregate { kind, value, items } => {
                self.aggregate(span, *kind, value.as_deref(), items)
            }
            ast::ExprKind::Not(_)
            | ast::ExprKind::And(_)
            | ast::ExprKind::Or(_)
            | ast::ExprKind::Compare { .. }
            | ast::ExprKind::Between { .. }
            | ast::ExprKind::In { .. }
            | ast::ExprKind::TextTest { .. }
            | ast::ExprKind::ContainsEach { .. }
            | ast::ExprKind::Is { .. }
            | ast::ExprKind::InWindow { .. }
            | ast::ExprKind::Anniversary { .. }
            | ast::ExprKind::Near { .. }
            | ast::ExprKind::InSegment { .. }
            | ast::ExprKind::InSample { .. }
            | ast::ExprKind::Rank { .. }
            | ast::ExprKind::Quantified { .. } => {
                let condition = self.apart(|it| it.condition(expr))?;
                Some(plain(span, Type::Bool, ExprKind::Condition(Box::new(condition))))
            }
        }
    }

    /// What an operand names, or the value that it has.
    pub(crate) fn found(&mut self, expr: &ast::Expr) -> Option<Found> {
        if let ast::ExprKind::Path(path) = &bare(expr).kind {
            return self.resolve(path);
        }
        let operand = self.operand(expr)?;
        self.settle(operand).map(Found::Value)
    }

    /// The value that a path leads to, where one value is needed.
    pub(crate) fn single(&mut self, found: Found, path: &[Name]) -> Option<Expr> {
        let shown = || display(path);
        let (span, what, help) = match found {
            Found::Value(value) => return Some(value),
            Found::List(list) => (list.span, "list", Some(list_help(&shown(), &list.item))),
            Found::Record(record) => {
                let help = record
                    .fields
                    .first()
                    .map(|field| format!("name one of its fields: `{}.{field}`", shown()));
                (record.span, "record", help)
            }
        };
        let error = Diagnostic::new(Code::TypeMismatch, format!("`{}` is a {what}", shown()))
            .label(span, "one value is needed here")
            .help(help);
        self.report.fail(error)
    }

    fn negate(&mut self, span: Span, inner: &ast::Expr) -> Option<Expr> {
        // A negative literal that is too small for an int is refused where it is read.
        let operand = self.operand(inner)?;
        let value = self.settle(operand)?;
        if !value.ty.is_number() {
            let error = Diagnostic::new(
                Code::TypeMismatch,
                format!("{} has no negative", type_name(&value.ty)),
            )
            .label(value.span, "a number is needed after `-`");
            return self.report.fail(error);
        }
        Some(Expr {
            span,
            ty: value.ty.clone(),
            optional: value.optional,
            kind: ExprKind::Negate(Box::new(value)),
        })
    }

    fn arithmetic(
        &mut self,
        span: Span,
        op: ArithmeticOp,
        lhs_written: &ast::Expr,
        rhs_written: &ast::Expr,
    ) -> Option<Expr> {
        if is_step(lhs_written) || is_step(rhs_written) {
            return self.calendar_step(span, op, lhs_written, rhs_written);
        }
        let lhs = self.operand(lhs_written);
        let rhs = self.operand(rhs_written);
        let (lhs, rhs) = (lhs?, rhs?);
        if is_time(&lhs) || is_time(&rhs) {
            let (lhs, rhs) = (self.settle(lhs)?, self.settle(rhs)?);
            return self.time_arithmetic(span, op, (lhs, lhs_written), (rhs, rhs_written));
        }
        let verb = verb(op);
        for operand in [&lhs, &rhs] {
            let is_number = match operand {
                Operand::Number(_) => true,
                Operand::Text(..) => false,
                Operand::Typed(expr) => expr.ty.is_number(),
            };
            if !is_number {
                let named = operand.type_name();
                let error = Diagnostic::new(Code::TypeMismatch, format!("{named} cannot be {verb}"))
                    .label(operand.span(), "a number is needed here");
                return self.report.fail(error);
            }
        }
        let (ty, values) = self.agree(vec![Some(lhs), Some(rhs)], LiteralTexts::String, verb)?;
        let [lhs, rhs] = <[Expr; 2]>::try_from(values).ok()?;
        let divides = op == ArithmeticOp::Divide;
        let ty = if divides && ty == Type::Int {
            Type::Decimal
        } else {
            ty
        };
        let optional = lhs.optional || rhs.optional || divides && !is_nonzero(&rhs);
        Some(Expr {
            span,
            ty,
            optional,
            kind: ExprKind::Arithmetic {
                op,
                lhs: Box::new(lhs),
                rhs: Box::new(rhs),
            },
        })
    }
}

/// An expression that is never missing.
pub(crate) fn plain(span: Span, ty: Type, kind: ExprKind) -> Expr {
    Expr {
        span,
        ty,
        optional: false,
        kind,
    }
}

/// What stands in the parentheses.
pub(crate) fn bare(expr: &ast::Expr) -> &ast::Expr {
    match &expr.kind {
        ast::ExprKind::Paren(inner) => bare(inner),
        _ => expr,
    }
}

pub(crate) fn list_help(shown: &str, item: &Type) -> String {
    if matches!(item, Type::Record(_)) {
        format!("look at its items, as in `any {shown} where …`, or take `size({shown})`")
    } else {
        format!("write `{shown} contains …`, `{shown} is empty` or `size({shown})`")
    }
}

fn is_nonzero(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Constant(Value::Int(int)) => *int != 0,
        ExprKind::Constant(Value::Decimal(decimal)) => *decimal != Decimal::ZERO,
        ExprKind::Constant(Value::Float(float)) => *float != 0.0,
        _ => false,
    }
}

pub(crate) fn verb(op: ArithmeticOp) -> &'static str {
    match op {
        ArithmeticOp::Add => "added",
        ArithmeticOp::Subtract => "subtracted",
        ArithmeticOp::Multiply => "multiplied",
        ArithmeticOp::Divide => "divided",
    }
}
