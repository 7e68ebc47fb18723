//! The one value inside a test that can be changed, and what it must be for the test to see what it asks for.

use crate::{
    eval::{explain::picture::Picture, interpret::Interpreter},
    hir::{
        AggregateKind, ArithmeticOp, Condition, ConditionKind, Expr, ExprKind, Function, Items, Module, Part,
        Quantifier, Source, Spot,
    },
    span::Span,
    value::{Date, DateTime, Decimal, Duration, Type, Value, ValueRef, number},
};

/// Answers about one row, of the customer or of an item in scope.
type Ask<'i, 'm, 'p> = Interpreter<'m, 'p, &'p Picture>;

/// The core of an expression, in the row with that number: a slot of it or, of the customer, an aggregate. Around it are only
/// operations that can be undone, with operands that do not read the row.
pub(super) fn of(module: &Module, expr: &Expr, row: u8) -> Option<Expr> {
    match &expr.kind {
        // Of the customer, only numbers and days are changed: nobody moves to another country to get a letter.
        ExprKind::Slot(place) if row == 0 => {
            let changes = expr.ty.is_number() || matches!(expr.ty, Type::Date | Type::DateTime);
            (place.row == row && changes).then(|| expr.clone())
        }
        ExprKind::Slot(place) => (place.row == row).then(|| expr.clone()),
        ExprKind::Aggregate { kind, value, items } if row == 0 => Some(match (kind, value) {
            (AggregateKind::Count, None) => count((**items).clone()),
            _ => Expr {
                span: Span::default(),
                optional: true,
                ..expr.clone()
            },
        }),
        ExprKind::Size(list) if row == 0 => Some(count(Items {
            source: Source::List(list.clone()),
            window: None,
            filter: None,
            row: 1,
        })),
        _ => of(module, inner(module, expr, row)?, row),
    }
}

/// The number of items, as a core.
pub(super) fn count(items: Items) -> Expr {
    Expr {
        span: Span::default(),
        ty: Type::Int,
        optional: false,
        kind: ExprKind::Aggregate {
            kind: AggregateKind::Count,
            value: None,
            items: Box::new(items),
        },
    }
}

/// The items of which all have to be none for `all` to hold, or the items of any other quantifier.
pub(super) fn counted(quantifier: Quantifier, items: &Items) -> Option<Items> {
    if quantifier == Quantifier::All {
        crate::eval::explain::tree::opposite(items)
    } else {
        Some(items.clone())
    }
}

/// The operand in which the core must be.
fn inner<'e>(module: &'e Module, expr: &'e Expr, row: u8) -> Option<&'e Expr> {
    match &expr.kind {
        ExprKind::Trait(index) if row == 0 => Some(&module.traits.get(*index)?.value),
        ExprKind::Negate(inner) | ExprKind::Shift { operand: inner, .. } | ExprKind::Folded(inner) => {
            Some(inner)
        }
        ExprKind::Arithmetic { lhs, rhs, .. } => one_of(lhs, rhs, row),
        ExprKind::Call { function, args } => match (function, &args[..]) {
            (
                Function::Int
                | Function::Float
                | Function::Decimal
                | Function::Round
                | Function::Floor
                | Function::Ceil
                | Function::Abs
                | Function::Lower
                | Function::Upper
                | Function::Trim
                | Function::Date
                | Function::Year
                | Function::YearsSince
                | Function::DaysSince,
                [arg],
            ) => Some(arg),
            (Function::Default | Function::Min | Function::Max, [lhs, rhs]) => one_of(lhs, rhs, row),
            _ => None,
        },
        _ => None,
    }
}

fn one_of<'e>(lhs: &'e Expr, rhs: &'e Expr, row: u8) -> Option<&'e Expr> {
    match (is_fixed(lhs, row), is_fixed(rhs, row)) {
        (false, true) => Some(lhs),
        (true, false) => Some(rhs),
        _ => None,
    }
}

/// Whether the expression reads nothing of the row, nor of anything that may read it.
pub(super) fn is_fixed(expr: &Expr, row: u8) -> bool {
    let mut fixed = true;
    Part::Expr(expr).walk(&mut |part| {
        fixed = fixed
            && match part {
                Part::Expr(inner) => match &inner.kind {
                    ExprKind::Slot(place) => place.row != row,
                    ExprKind::Size(list) => !is_of(list, row),
                    ExprKind::Trait(_) | ExprKind::Aggregate { .. } => row != 0,
                    ExprKind::Host { .. } | ExprKind::Condition(_) => false,
                    _ => true,
                },
                Part::Items(items) => row != 0 || matches!(items.source, Source::List(_)),
                Part::List(spot) | Part::Slots { first: spot, .. } => !is_of(spot, row),
                Part::Condition(_) | Part::Window(_) => true,
            };
    });
    fixed
}

/// Whether a list or a record lies in that row; the item that has it is found by a key, which is read by itself.
fn is_of(spot: &Spot, row: u8) -> bool {
    matches!(spot, Spot::Row(place) if place.row == row)
}

/// The core of a test in a row, with the values at which the test may turn; nothing when it has none.
pub(super) fn points(
    module: &Module,
    condition: &Condition,
    row: u8,
    ask: &mut Ask<'_, '_, '_>,
) -> Option<(Expr, Vec<Value>)> {
    let mut points = Vec::new();
    let (operand, against): (&Expr, Vec<Value>) = match &condition.kind {
        ConditionKind::Compare { lhs, rhs, .. } => {
            let (operand, other) = if is_fixed(rhs, row) {
                (lhs, rhs)
            } else {
                (rhs, lhs)
            };
            if !is_fixed(other, row) {
                return None;
            }
            (operand, vec![ask.value(other)?])
        }
        ConditionKind::Between { operand, low, high } if is_fixed(low, row) && is_fixed(high, row) => {
            (operand, vec![ask.value(low)?, ask.value(high)?])
        }
        ConditionKind::In { operand, set } => (operand, set.iter().take(20).cloned().collect()),
        ConditionKind::InWindow { operand, window } => {
            let stretch = ask.stretch(window)?;
            let ends = [stretch.from, stretch.to].into_iter().flatten();
            let value = |at: i64| match operand.ty {
                Type::Date => Date::from_days(at).map(Value::Date),
                _ => DateTime::from_micros(at).map(Value::DateTime),
            };
            let now = match operand.ty {
                Type::Date => Value::Date(ask.at().today()),
                _ => Value::DateTime(ask.at().now()),
            };
            (
                operand,
                ends.filter_map(|(at, _)| value(at)).chain([now]).collect(),
            )
        }
        // Any value will do.
        ConditionKind::Known(operand) | ConditionKind::TextFilled(operand) if row == 0 => {
            (operand, vec![Value::Int(1)])
        }
        ConditionKind::Quantified { quantifier, items } if row == 0 => {
            let number = match quantifier {
                Quantifier::Any | Quantifier::No => 1,
                Quantifier::All => 0,
                Quantifier::AtLeast(n) | Quantifier::AtMost(n) | Quantifier::Exactly(n) => *n,
            };
            let number = i64::try_from(number).ok()?;
            let core = count(counted(*quantifier, items)?);
            return Some((core, around(&Value::Int(number))));
        }
        _ => return None,
    };
    let core = of(module, operand, row)?;
    // What a text would be otherwise: any other will do.
    if row == 0 {
        match &core.ty {
            Type::Words(words) => points.extend(words.iter().take(8).map(|it| Value::Text(it.clone()))),
            Type::Url => points.push(Value::from("https://example.com/other")),
            ty if ty.is_text() => points.push(Value::from("other")),
            _ => {}
        }
    }
    for value in against {
        for near in around(&value) {
            inverse(module, operand, row, &near, ask, &mut points);
        }
    }
    // Of the days and times that are not over, the first.
    if row == 0 {
        match &core.ty {
            Type::Date => points.push(Value::Date(ask.at().today())),
            Type::DateTime => points.push(Value::DateTime(ask.at().now())),
            _ => {}
        }
    }
    Some((core, points))
}

/// The side of a test that has its core.
pub(super) fn operand<'e>(module: &Module, condition: &'e Condition) -> Option<&'e Expr> {
    match &condition.kind {
        ConditionKind::Compare { lhs, rhs, .. } => [lhs, rhs]
            .into_iter()
            .map(|it| &**it)
            .find(|it| of(module, it, 0).is_some()),
        ConditionKind::Between { operand, .. }
        | ConditionKind::In { operand, .. }
        | ConditionKind::InWindow { operand, .. } => Some(operand),
        _ => None,
    }
}

/// How many values are considered on the way to the core.
const CONSIDERED: usize = 48;

/// What the core must be for the expression to be `target`, or near it: what is around the core is undone, from outside in.
fn inverse(
    module: &Module,
    expr: &Expr,
    row: u8,
    target: &Value,
    ask: &mut Ask<'_, '_, '_>,
    found: &mut Vec<Value>,
) {
    let mut expr = expr;
    let mut targets = as_type(target, &expr.ty);
    let mut undone_before = false;
    while let Some(inside) = inner(module, expr, row) {
        let mut before: Vec<Value> = Vec::new();
        for value in targets
            .iter()
            .flat_map(|target| undone(expr, inside, row, target, ask))
        {
            for value in as_type(&value, &inside.ty) {
                if before.len() < CONSIDERED && !before.contains(&value) {
                    before.push(value);
                }
            }
        }
        (targets, expr, undone_before) = (before, inside, true);
    }
    for target in targets {
        // What was undone may have been rounded.
        let near = if undone_before {
            around(&target)
        } else {
            vec![target]
        };
        for value in near {
            if !found.contains(&value) {
                found.push(value);
            }
        }
    }
}

/// The operands with which an operation gives `target`, or near it.
fn undone(expr: &Expr, inside: &Expr, row: u8, target: &Value, ask: &mut Ask<'_, '_, '_>) -> Vec<Value> {
    let zone = ask.at().zone();
    let (today, now) = (ask.at().today(), ask.at().now());
    let one = |value: Option<ValueRef<'static>>| value.map(ValueRef::to_owned);
    let values: Vec<Option<Value>> = match &expr.kind {
        ExprKind::Negate(_) => vec![one(number::negate(target.as_ref()))],
        ExprKind::Arithmetic { op, lhs, rhs } => {
            let left = is_fixed(rhs, row);
            let Some(other) = ask.value(if left { rhs } else { lhs }) else {
                return Vec::new();
            };
            let same = |value: &Value| as_type(value, &expr.ty).into_iter().next();
            // Between times there is nothing to be made alike.
            let timely = matches!(expr.ty, Type::Date | Type::DateTime | Type::Duration);
            let other = if timely { Some(other) } else { same(&other) };
            let Some(other) = other else {
                return Vec::new();
            };
            let (other, target) = (other.as_ref(), target.as_ref());
            vec![one(match (op, left) {
                (ArithmeticOp::Add, _) => number::subtract(target, other),
                (ArithmeticOp::Subtract, true) => {
                    number::add(other, target).or_else(|| number::add(target, other))
                }
                (ArithmeticOp::Subtract, false) => number::subtract(other, target),
                (ArithmeticOp::Multiply, _) => number::divide(target, other),
                (ArithmeticOp::Divide, true) => number::multiply(target, other),
                (ArithmeticOp::Divide, false) => number::divide(other, target),
            })]
        }
        ExprKind::Shift { months, .. } => match target {
            Value::Date(date) => [-1, 0, 1, 2, 3]
                .map(|plus| {
                    date.checked_add_months(-months)?
                        .checked_add_days(plus)
                        .map(Value::Date)
                })
                .into(),
            _ => Vec::new(),
        },
        ExprKind::Call { function, .. } => match (function, target) {
            (Function::Date, Value::Date(date)) => {
                vec![DateTime::from_micros(zone.start_of(*date)).map(Value::DateTime)]
            }
            (Function::Year, Value::Int(year)) => {
                let first = i32::try_from(*year)
                    .ok()
                    .and_then(|year| Date::from_ymd(year, 1, 1));
                vec![first.and_then(|it| of_day(it, &inside.ty, zone))]
            }
            (Function::YearsSince, Value::Int(years)) => {
                let years = i32::try_from(*years).ok().and_then(|it| it.checked_mul(-12));
                let day = years.and_then(|months| today.checked_add_months(months));
                // 29 February returns a day early.
                let near = [0, 1].map(|plus| day.and_then(|it| it.checked_add_days(plus)));
                near.map(|it| it.and_then(|it| of_day(it, &inside.ty, zone)))
                    .into()
            }
            (Function::DaysSince, Value::Int(days)) => vec![match inside.ty {
                Type::Date => days
                    .checked_neg()
                    .and_then(|it| today.checked_add_days(it))
                    .map(Value::Date),
                _ => days
                    .checked_mul(-86_400_000_000)
                    .and_then(|it| now.checked_add(Duration::from_micros(it)))
                    .map(Value::DateTime),
            }],
            (Function::Date | Function::Year | Function::YearsSince | Function::DaysSince, _) => Vec::new(),
            // Half a step and a whole one around, where the rounded number is the next.
            (Function::Round | Function::Floor | Function::Ceil | Function::Int, _) => {
                let middle = as_type(target, &inside.ty).pop();
                let half = Value::Decimal(Decimal::from_units(Decimal::SCALE / 2));
                let steps = [half, Value::Int(1)]
                    .into_iter()
                    .flat_map(|step| as_type(&step, &inside.ty));
                let moved = steps.flat_map(|step| {
                    let middle = middle.as_ref().map(Value::as_ref);
                    [number::add, number::subtract].map(|by| one(by(middle?, step.as_ref())))
                });
                moved.chain([middle.clone()]).collect()
            }
            _ => vec![Some(target.clone())],
        },
        // A trait is its value.
        _ => vec![Some(target.clone())],
    };
    values.into_iter().flatten().collect()
}

fn of_day(day: Date, ty: &Type, zone: crate::value::Zone) -> Option<Value> {
    match ty {
        Type::DateTime => DateTime::from_micros(zone.start_of(day)).map(Value::DateTime),
        _ => Some(Value::Date(day)),
    }
}

/// The value as one of a type: itself, or the nearest ones.
pub(super) fn as_type(value: &Value, ty: &Type) -> Vec<Value> {
    let one = |value: Option<ValueRef<'static>>| value.map(ValueRef::to_owned);
    let near = match (value, ty) {
        (Value::Int(_), Type::Int) | (Value::Float(_), Type::Float) | (Value::Decimal(_), Type::Decimal) => {
            [Some(value.clone()), None]
        }
        (Value::Int(_) | Value::Float(_), Type::Decimal) => [one(number::to_decimal(value.as_ref())), None],
        (Value::Int(_) | Value::Decimal(_), Type::Float) => [one(number::to_float(value.as_ref())), None],
        (Value::Decimal(_) | Value::Float(_), Type::Int) => {
            [number::floor, number::ceil].map(|round| one(round(value.as_ref()).and_then(number::to_int)))
        }
        (Value::Int(_) | Value::Float(_) | Value::Decimal(_), _) => [None, None],
        _ => [Some(value.clone()), None],
    };
    near.into_iter().flatten().collect()
}

/// A value with the one before it and the one after it.
pub(super) fn around(value: &Value) -> Vec<Value> {
    let near: [Option<Value>; 3] = match value {
        Value::Int(it) => [it.checked_sub(1), Some(*it), it.checked_add(1)].map(|it| it.map(Value::Int)),
        Value::Decimal(it) => {
            let units = it.units();
            [units.checked_sub(1), Some(units), units.checked_add(1)]
                .map(|it| it.map(|it| Value::Decimal(Decimal::from_units(it))))
        }
        Value::Float(it) => {
            [it.next_down(), *it, it.next_up()].map(|it| it.is_finite().then_some(Value::Float(it)))
        }
        Value::Date(it) => [-1, 0, 1].map(|days| it.checked_add_days(days).map(Value::Date)),
        Value::DateTime(it) => {
            [-1, 0, 1].map(|by| it.checked_add(Duration::from_micros(by)).map(Value::DateTime))
        }
        Value::Duration(it) => {
            let near = |by| {
                it.micros()
                    .checked_add(by)
                    .map(|it| Value::Duration(Duration::from_micros(it)))
            };
            [near(-1), near(0), near(1)]
        }
        other => [None, Some(other.clone()), None],
    };
    near.into_iter().flatten().collect()
}
