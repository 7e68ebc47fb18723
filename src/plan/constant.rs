//! Pass: what is the same for every customer at every moment is worked out while planning.

use crate::{
    hir::{ArithmeticOp, Expr, ExprKind, Function},
    value::{Value, ValueRef, compare, fold as folding, number, text},
};

/// A value that is the same for everybody; `None` when it is missing for everybody.
pub(crate) type Constant = Option<Value>;

/// The value of an expression that reads nothing; `Some(None)` when it is always missing, as `1 / 0`.
///
/// - arithmetic and functions of constants are constants;
/// - but nothing that depends on now or on the zone.
pub(crate) fn fold(expr: &Expr) -> Option<Constant> {
    match &expr.kind {
        ExprKind::Constant(value) => Some(Some(value.clone())),
        ExprKind::Arithmetic { op, lhs, rhs } => {
            let (lhs, rhs) = (fold(lhs)?, fold(rhs)?);
            Some(
                lhs.zip(rhs)
                    .and_then(|(lhs, rhs)| owned(calculate(*op, lhs.as_ref(), rhs.as_ref()))),
            )
        }
        ExprKind::Negate(inner) => Some(fold(inner)?.and_then(|it| owned(number::negate(it.as_ref())))),
        // Of a day: an instant goes by the clock of the zone.
        ExprKind::Shift { operand, months } => match fold(operand)? {
            Some(Value::Date(day)) => Some(day.checked_add_months(*months).map(Value::Date)),
            Some(_) => None,
            None => Some(None),
        },
        ExprKind::Folded(inner) => Some(fold(inner)?.map(|it| match it {
            Value::Text(text) => Value::from(folding::folded(&text)),
            other => other,
        })),
        ExprKind::Call { function, args } => call(*function, args),
        _ => None,
    }
}

/// One step of arithmetic.
pub(crate) fn calculate(op: ArithmeticOp, lhs: ValueRef<'_>, rhs: ValueRef<'_>) -> Option<ValueRef<'static>> {
    match op {
        ArithmeticOp::Add => number::add(lhs, rhs),
        ArithmeticOp::Subtract => number::subtract(lhs, rhs),
        ArithmeticOp::Multiply => number::multiply(lhs, rhs),
        ArithmeticOp::Divide => number::divide(lhs, rhs),
    }
}

fn owned(value: Option<ValueRef<'_>>) -> Option<Value> {
    value.map(ValueRef::to_owned)
}

fn call(function: Function, args: &[Expr]) -> Option<Constant> {
    let args = args.iter().map(fold).collect::<Option<Vec<_>>>()?;
    if function == Function::Default {
        return Some(args.into_iter().flatten().next());
    }
    let Some(args) = args.into_iter().collect::<Option<Vec<_>>>() else {
        return Some(None);
    };
    let first = args.first()?.as_ref();
    let written = |write: fn(&str, &mut String)| match first {
        ValueRef::Text(text) => {
            let mut out = String::new();
            write(text, &mut out);
            Some(Value::from(out))
        }
        _ => None,
    };
    Some(match function {
        Function::Lower => written(text::lower),
        Function::Upper => written(text::upper),
        Function::Trim => written(|text, out| out.push_str(text.trim())),
        Function::Domain => match first {
            ValueRef::Text(address) => text::domain(address).map(Value::from),
            _ => None,
        },
        Function::Distance => match (first, args.get(1)?.as_ref()) {
            (ValueRef::Geo(one), ValueRef::Geo(other)) => Some(Value::Float(one.distance_to(other))),
            _ => None,
        },
        Function::Abs => owned(number::absolute(first)),
        Function::Round => owned(number::round(first)),
        Function::Floor => owned(number::floor(first)),
        Function::Ceil => owned(number::ceil(first)),
        Function::Int => owned(number::to_int(first)),
        Function::Float => owned(number::to_float(first)),
        Function::Decimal => owned(number::to_decimal(first)),
        Function::Min | Function::Max => {
            let side = if function == Function::Min {
                std::cmp::Ordering::Less
            } else {
                std::cmp::Ordering::Greater
            };
            let values = args.iter().map(Value::as_ref);
            owned(values.reduce(|a, b| compare::extreme(a, b, side)))
        }
        _ => return None,
    })
}
