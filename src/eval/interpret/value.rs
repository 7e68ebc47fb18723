//! What an expression is.

use std::cmp::Ordering;

use super::{Interpreter, int, read};
use crate::{
    hir::{ArithmeticOp, Expr, ExprKind, Function},
    population::Cut,
    record::Row,
    schema::Layout,
    value::{
        DateTime, Value, ValueRef, compare, fold, number,
        sample::{self, Key},
        text,
    },
};

impl<'a, R: Row<'a>> Interpreter<'_, 'a, R> {
    /// The value of the expression, or nothing when it is missing.
    pub(crate) fn value(&mut self, expr: &Expr) -> Option<Value> {
        match &expr.kind {
            ExprKind::Constant(value) => Some(value.clone()),
            ExprKind::Clock(wall) => {
                DateTime::from_micros(self.at.zone().instant(*wall)).map(Value::DateTime)
            }
            ExprKind::Slot(place) => self.slot(*place, &expr.ty),
            ExprKind::Local(index) => self.locals.get(*index)?.clone(),
            ExprKind::Now => Some(self.at.now().into()),
            ExprKind::Today => Some(self.at.today().into()),
            ExprKind::Trait(index) => self.computed(*index),
            ExprKind::Condition(condition) => Some(Value::Bool(self.test(condition))),
            ExprKind::Arithmetic { op, lhs, rhs } => {
                let (lhs, rhs) = (self.value(lhs)?, self.value(rhs)?);
                let calculate = match op {
                    ArithmeticOp::Add => number::add,
                    ArithmeticOp::Subtract => number::subtract,
                    ArithmeticOp::Multiply => number::multiply,
                    ArithmeticOp::Divide => number::divide,
                };
                calculate(lhs.as_ref(), rhs.as_ref()).map(ValueRef::to_owned)
            }
            ExprKind::Negate(inner) => number::negate(self.value(inner)?.as_ref()).map(ValueRef::to_owned),
            ExprKind::Folded(inner) => match self.value(inner)? {
                Value::Text(text) => Some(fold::folded(&text).into()),
                _ => None,
            },
            ExprKind::Call { function, args } => self.call(*function, args),
            ExprKind::Quantile { operand, parts, rank } => {
                let value = self.value(operand)?;
                let cuts = self.module.cut_points(*rank, Cut::Quantile(*parts));
                let above = cuts.iter().filter(|cut| {
                    compare::compare(value.as_ref(), cut.as_ref()).is_some_and(Ordering::is_gt)
                });
                (!cuts.is_empty()).then(|| int(1 + above.count()))
            }
            ExprKind::Host { function, args } => {
                let args: Vec<_> = args.iter().map(|arg| self.value(arg)).collect();
                let args: Vec<_> = args.iter().map(|arg| arg.as_ref().map(Value::as_ref)).collect();
                self.module.functions.get(*function)?.value(&args)
            }
            ExprKind::Size(list) => Some(int(self.rows(list)?.len())),
            ExprKind::Case { arms, otherwise } => {
                let arm = arms.iter().find(|(condition, _)| self.test(condition));
                match (arm, otherwise) {
                    (Some((_, value)), _) => self.value(value),
                    (None, Some(value)) => self.value(value),
                    (None, None) => None,
                }
            }
            ExprKind::Aggregate { kind, value, items } => self.aggregate(*kind, value.as_deref(), items),
            ExprKind::Shift { operand, months } => match self.value(operand)? {
                Value::Date(it) => it.checked_add_months(*months).map(Value::Date),
                Value::DateTime(it) => self.at.zone().months_later(it, *months).map(Value::DateTime),
                _ => None,
            },
            ExprKind::Follow {
                key, catalog, slot, ..
            } => read(self.item(key, *catalog)?, *slot, &expr.ty),
        }
    }

    /// The customer's point in a sample.
    pub(super) fn point(&self, salt: &str) -> Option<u64> {
        let layout = Layout::of_fields(&self.module.schema.customer);
        let (slot, key) = (0..).zip(&layout.slots).find(|(_, slot)| slot.roles.key)?;
        match read(self.customer, slot, &key.ty)? {
            Value::Text(text) => Some(sample::point(salt, Key::Text(&text))),
            Value::Int(int) => Some(sample::point(salt, Key::Int(int))),
            _ => None,
        }
    }

    fn call(&mut self, function: Function, args: &[Expr]) -> Option<Value> {
        if function == Function::Default {
            return self.value(&args[0]).or_else(|| self.value(&args[1]));
        }
        let values = args
            .iter()
            .map(|arg| self.value(arg))
            .collect::<Option<Vec<_>>>()?;
        let (first, now, zone) = (values.first()?, self.at.now(), self.at.zone());
        let as_text = || match first {
            Value::Text(it) => Some(&**it),
            _ => None,
        };
        let as_date = || match first {
            Value::Date(it) => Some(*it),
            Value::DateTime(it) => zone.checked_date_of(*it),
            _ => None,
        };
        let calculated = match function {
            Function::Lower => return Some(as_text()?.to_lowercase().into()),
            Function::Upper => return Some(as_text()?.to_uppercase().into()),
            Function::Trim => return Some(as_text()?.trim().into()),
            Function::Length => return Some(text::length(as_text()?).into()),
            Function::Domain => return Some(text::domain(as_text()?)?.into()),
            Function::String => return Some(first.to_string().into()),
            Function::Date => return as_date().map(Value::Date),
            Function::Year => return Some(i64::from(as_date()?.year()).into()),
            Function::Month => return Some(i64::from(as_date()?.month()).into()),
            Function::Day => return Some(i64::from(as_date()?.day()).into()),
            Function::Weekday => return Some(text::weekday(as_date()?.days_from_monday()).into()),
            Function::Hour => match first {
                Value::DateTime(it) => return Some(zone.hour_of(*it).into()),
                _ => return None,
            },
            Function::YearsSince => {
                return Some(i64::from(as_date()?.full_years_until(self.at.today())).into());
            }
            Function::DaysSince => match first {
                Value::DateTime(it) => {
                    return Some((now.micros() - it.micros()).div_euclid(86_400_000_000).into());
                }
                Value::Date(it) => {
                    return Some((i64::from(self.at.today().days()) - i64::from(it.days())).into());
                }
                _ => return None,
            },
            Function::Min | Function::Max => {
                let side = if function == Function::Min {
                    Ordering::Less
                } else {
                    Ordering::Greater
                };
                let mut rest = values.iter().map(Value::as_ref);
                let first = rest.next()?;
                return Some(rest.fold(first, |a, b| compare::extreme(a, b, side)).to_owned());
            }
            Function::Distance => match (first, values.get(1)?) {
                (Value::Geo(one), Value::Geo(other)) => Some(ValueRef::Float(one.distance_to(*other))),
                _ => None,
            },
            Function::Abs => number::absolute(first.as_ref()),
            Function::Round => number::round(first.as_ref()),
            Function::Floor => number::floor(first.as_ref()),
            Function::Ceil => number::ceil(first.as_ref()),
            Function::Int => number::to_int(first.as_ref()),
            Function::Float => number::to_float(first.as_ref()),
            Function::Decimal => number::to_decimal(first.as_ref()),
            Function::Default => None,
        };
        calculated.map(ValueRef::to_owned)
    }
}
