//! Comparisons: two values of one type, or numbers of different types by their mathematical value.

use std::sync::Arc;

use std::cmp::Ordering;

use super::{
    Maybe, Test, Translator, Val,
    fragment::{Sql, sql},
    number::TWO_TO_63,
};
use crate::{
    hir::{Expr, Order},
    sql::dialect::integer,
    value::{Decimal, Type, Value, compare},
};

impl Translator<'_> {
    pub(super) fn compared(&mut self, op: Order, lhs: &Expr, rhs: &Expr) -> Maybe<Test> {
        if op == Order::Eq
            && let Some((text, letters, pattern)) = self.unfolded_beside(lhs, rhs)?
        {
            let text = self.encoding.translated(text, &letters);
            return Some(Test::of(sql![text.operand(), " = ", Arc::<str>::from(pattern)]));
        }
        let (lhs, rhs) = (self.value(lhs)?, self.value(rhs)?);
        self.compare(op, lhs, rhs)
    }

    /// Whether two values are in an order.
    pub(super) fn compare(&mut self, op: Order, lhs: Val, rhs: Val) -> Maybe<Test> {
        if let Some(constant) = &rhs.constant {
            return Some(self.compare_with(op, lhs, constant));
        }
        if let Some(constant) = &lhs.constant {
            return Some(self.compare_with(op.mirrored(), rhs, constant));
        }
        let sign = sign(op);
        Some(Test::of(match (&lhs.ty, &rhs.ty) {
            (Type::Int, Type::Decimal) => self.int_beside_decimal(op, lhs, rhs),
            (Type::Decimal, Type::Int) => self.int_beside_decimal(op.mirrored(), rhs, lhs),
            (Type::Int, Type::Float) => self.int_beside_float(op, lhs, rhs),
            (Type::Float, Type::Int) => self.int_beside_float(op.mirrored(), rhs, lhs),
            // Some engines join by such a condition, and look for the same bits then.
            (Type::Float, Type::Float) if op == Order::Eq && self.encoding.tells_zeros_apart() => {
                let (lhs, rhs) = (self.logical(lhs), self.logical(rhs));
                let (lhs, rhs) = (self.encoding.one_zero(lhs), self.encoding.one_zero(rhs));
                sql![lhs.operand(), sign, rhs.operand()]
            }
            (ty, _) if lhs.native && rhs.native && self.encoding.compares(ty) => {
                sql![lhs.sql.operand(), sign, rhs.sql.operand()]
            }
            _ => {
                let (lhs, rhs) = (self.logical(lhs), self.logical(rhs));
                sql![lhs.operand(), sign, rhs.operand()]
            }
        }))
    }

    /// Whether a value is in an order to a constant, which is brought to the value's type.
    pub(super) fn compare_with(&mut self, op: Order, value: Val, constant: &Value) -> Test {
        if let Some(known) = &value.constant {
            let order = compare::compare(known.as_ref(), constant.as_ref());
            return Test::constant(order.is_some_and(|order| op.accepts(order)));
        }
        let known = self.known(&value);
        match (&value.ty, constant) {
            (Type::Int, Value::Decimal(it)) => {
                let (floor, whole) = (
                    it.units().div_euclid(Decimal::SCALE),
                    it.units() % Decimal::SCALE == 0,
                );
                self.int_with(op, value, floor, whole)
            }
            (Type::Int, Value::Float(it)) => {
                if *it >= TWO_TO_63 || *it < -TWO_TO_63 {
                    return beyond(op, *it > 0.0, known);
                }
                #[expect(clippy::cast_possible_truncation, reason = "it is whole and in range")]
                let floor = it.floor() as i64;
                self.int_with(op, value, floor, it.fract() == 0.0)
            }
            (Type::Decimal, Value::Int(it)) => match it.checked_mul(Decimal::SCALE) {
                Some(units) => self.in_form(op, value, &Value::Decimal(Decimal::from_units(units))),
                None => beyond(op, *it > 0, known),
            },
            (Type::Float, Value::Int(it)) => self.float_with(op, value, *it),
            _ => self.in_form(op, value, constant),
        }
    }

    /// Compares in the form that the value has.
    fn in_form(&mut self, op: Order, value: Val, constant: &Value) -> Test {
        let literal = self.in_form_of(&value, constant);
        Test::of(sql![value.sql.operand(), sign(op), literal])
    }

    /// A constant as it stands beside a value: in the engine's own form where the value is.
    pub(super) fn in_form_of(&self, value: &Val, constant: &Value) -> Sql {
        if value.native
            && let Some(native) = self.encoding.native(constant)
        {
            return sql![native].atom();
        }
        match (constant, integer(constant)) {
            (_, Some(int)) => Sql::int(int),
            (Value::Text(text), _) => Sql::value(Arc::clone(text)),
            _ => sql![self.encoding.literal(constant)].atom(),
        }
    }

    /// An int with a number whose floor this is, and which may be whole.
    fn int_with(&mut self, op: Order, value: Val, floor: i64, whole: bool) -> Test {
        if whole {
            return self.in_form(op, value, &Value::Int(floor));
        }
        match op {
            Order::Eq => Test::Never,
            // Beyond the floor, and not the number itself: one more at least. Of the largest there is none more.
            Order::Lt | Order::Le => self.in_form(Order::Le, value, &Value::Int(floor)),
            Order::Gt | Order::Ge => self.in_form(Order::Gt, value, &Value::Int(floor)),
        }
    }

    /// A float with an int, which may have more digits than a float holds.
    fn float_with(&mut self, op: Order, value: Val, int: i64) -> Test {
        #[expect(clippy::cast_precision_loss, reason = "the nearest one is corrected")]
        let near = int as f64;
        let order = compare::int_with_float(int, near);
        let (low, high) = match order {
            Some(Ordering::Less) => (near.next_down(), near),
            Some(Ordering::Greater) => (near, near.next_up()),
            _ => return self.in_form(op, value, &Value::Float(near)),
        };
        match op {
            Order::Eq => Test::Never,
            Order::Lt | Order::Le => self.in_form(Order::Le, value, &Value::Float(low)),
            Order::Gt | Order::Ge => self.in_form(Order::Ge, value, &Value::Float(high)),
        }
    }

    /// Whole numbers first, then whether the decimal has something behind the point.
    fn int_beside_decimal(&mut self, op: Order, int: Val, decimal: Val) -> Sql {
        let (int, units) = (self.bound(int, "int"), self.bound(decimal, "units"));
        let whole = self.encoding.quotient(units.clone(), Sql::int(10_000)).operand();
        let rest = self.encoding.remainder(units, Sql::int(10_000)).operand();
        let strict = match op {
            Order::Eq => return sql![&int, " = ", whole, " AND ", rest, " = 0"].operand(),
            Order::Lt | Order::Le => " < ",
            Order::Gt | Order::Ge => " > ",
        };
        let beside = sign(op.mirrored());
        sql![
            &int, strict, &whole, " OR ", &int, " = ", whole, " AND ", rest, beside, "0"
        ]
        .operand()
    }

    /// The same with a float, which may be beyond all whole numbers.
    fn int_beside_float(&mut self, op: Order, int: Val, float: Val) -> Sql {
        let (int, float) = (self.bound(int, "int"), self.bound(float, "float"));
        let encoding = self.encoding;
        let cut = self.bind(encoding.truncated(float.clone()), "whole");
        let (low, high) = (encoding.float(-TWO_TO_63), encoding.float(TWO_TO_63));
        let (never, always) = (
            sql!["FALSE"],
            if int.nullable {
                sql![&int, " IS NOT NULL"]
            } else {
                sql!["TRUE"]
            },
        );
        let (below, above) = match op {
            Order::Eq => (never.clone(), never),
            Order::Lt | Order::Le => (always, never),
            Order::Gt | Order::Ge => (never, always),
        };
        let whole = encoding.to_int(cut.clone());
        let inside = if op == Order::Eq {
            sql![&int, " = ", whole, " AND ", &float, " = ", &cut]
        } else {
            let strict = if matches!(op, Order::Lt | Order::Le) {
                " < "
            } else {
                " > "
            };
            // The float is beside its whole part as the int is to be beside the float.
            sql![
                &int,
                strict,
                &whole,
                " OR ",
                &int,
                " = ",
                whole,
                " AND ",
                &cut,
                sign(op),
                &float
            ]
        };
        sql![
            "CASE WHEN ",
            &float,
            " >= ",
            high,
            " THEN ",
            below,
            " WHEN ",
            &float,
            " < ",
            low,
            " THEN ",
            above,
            " ELSE ",
            inside,
            " END"
        ]
        .operand()
        .maybe()
    }

    /// Whether a value is one of the constants.
    pub(super) fn among(&mut self, value: Val, set: &[Value]) -> Test {
        if let Some(known) = &value.constant {
            return Test::constant(set.iter().any(|it| compare::equal(known.as_ref(), it.as_ref())));
        }
        let value = if value.native && !self.encoding.lists_natives() {
            Val {
                sql: self.logical(value.clone()),
                native: false,
                ..value
            }
        } else {
            value
        };
        let mut literals: Vec<Sql> = Vec::new();
        for constant in set {
            let same = match (&value.ty, constant) {
                (Type::Int, Value::Decimal(it)) => {
                    (it.units() % Decimal::SCALE == 0).then(|| Value::Int(it.units() / Decimal::SCALE))
                }
                (Type::Int, Value::Float(it)) => {
                    let whole = it.fract() == 0.0 && *it >= -TWO_TO_63 && *it < TWO_TO_63;
                    #[expect(clippy::cast_possible_truncation, reason = "it is whole and in range")]
                    whole.then_some(Value::Int(*it as i64))
                }
                (Type::Decimal, Value::Int(it)) => it
                    .checked_mul(Decimal::SCALE)
                    .map(|units| Value::Decimal(Decimal::from_units(units))),
                (Type::Float, Value::Int(it)) => {
                    #[expect(clippy::cast_precision_loss, reason = "it is looked at whether it is exact")]
                    let near = *it as f64;
                    (compare::int_with_float(*it, near) == Some(Ordering::Equal))
                        .then_some(Value::Float(near))
                }
                _ => Some(constant.clone()),
            };
            let Some(same) = same else { continue };
            let literal = self.in_form_of(&value, &same);
            if !literals.contains(&literal) {
                literals.push(literal);
            }
        }
        match literals.len() {
            0 => Test::Never,
            1 => Test::of(sql![value.sql.operand(), " = ", literals.swap_remove(0)]),
            _ => {
                let mut list = Sql::default();
                for (index, literal) in literals.into_iter().enumerate() {
                    list = if index == 0 {
                        literal
                    } else {
                        sql![list, ", ", literal]
                    };
                }
                let operand = self.told_once(value.sql, &value.ty);
                Test::of(sql![operand.operand(), " IN (", list, ")"])
            }
        }
    }
}

impl Translator<'_> {
    /// A value that the engine looks up or groups by: the two zeros are one.
    pub(super) fn told_once(&self, value: Sql, ty: &Type) -> Sql {
        if *ty == Type::Float && self.encoding.tells_zeros_apart() {
            self.encoding.one_zero(value)
        } else {
            value
        }
    }
}

/// The constant lies beyond all values: above or below them.
fn beyond(op: Order, above: bool, known: Test) -> Test {
    match (op, above) {
        (Order::Lt | Order::Le, true) | (Order::Gt | Order::Ge, false) => known,
        _ => Test::Never,
    }
}

fn sign(op: Order) -> &'static str {
    match op {
        Order::Eq => " = ",
        Order::Lt => " < ",
        Order::Le => " <= ",
        Order::Gt => " > ",
        Order::Ge => " >= ",
    }
}
