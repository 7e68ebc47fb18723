//! `in [ … ]`, and what a list contains.

use super::{
    Checker,
    path::{Found, List},
    report::type_name,
};
use crate::{
    diagnostic::{Code, Diagnostic},
    hir::{Condition, ConditionKind, Constants, Expr, ExprKind, Function, Order, Spot},
    syntax::ast::{self, Set},
    value::Type,
};

impl Checker<'_> {
    pub(crate) fn membership(
        &mut self,
        expr: &ast::Expr,
        operand_written: &ast::Expr,
        set: &Set,
        negated: bool,
        ignoring_case: bool,
    ) -> Option<Condition> {
        let operand = self.operand(operand_written);
        let operand = operand.and_then(|operand| self.settle(operand));
        if let Set::Named(name) = set {
            self.list_named(name)?;
        }
        let operand = operand?;
        if ignoring_case {
            return self.in_texts_ignoring_case(expr, (operand_written, &operand), set, negated);
        }
        let (values, clocks) = self.set(&operand, set)?;
        let test = |kind| Condition::new(expr.span, kind);
        let constants = test(ConditionKind::In {
            operand: Box::new(operand.clone()),
            set: values,
        });
        // Times on the zone's clock are no constants: each is a comparison of its own.
        let condition = if clocks.is_empty() {
            constants
        } else {
            let compare = |clock| {
                test(ConditionKind::Compare {
                    op: Order::Eq,
                    lhs: Box::new(operand.clone()),
                    rhs: Box::new(clock),
                })
            };
            let parts = [constants].into_iter().chain(clocks.into_iter().map(compare));
            test(ConditionKind::Or(parts.collect()))
        };
        Some(self.test(expr, negated, condition, &[(operand_written, &operand)]))
    }

    /// The items of a set as constants of the operand's type, and those that depend on the zone.
    pub(crate) fn set(&mut self, operand: &Expr, set: &Set) -> Option<(Constants, Vec<Expr>)> {
        let items = match set {
            Set::Literals(items) => items,
            Set::Named(name) => {
                let list = self.list_named(name)?;
                return Some((self.constants_of(operand, &list, name.span)?, Vec::new()));
            }
        };
        let (mut values, mut clocks) = (Vec::with_capacity(items.len()), Vec::new());
        let mut right = true;
        for item in items {
            let met = self.operand(item).and_then(|item| self.meet_value(operand, item));
            let Some(item) = met else {
                right = false;
                if self.report.is_full() {
                    break;
                }
                continue;
            };
            match item.kind {
                ExprKind::Constant(value) => values.push(value),
                ExprKind::Clock(_) => clocks.push(item),
                _ => {
                    let error = Diagnostic::new(Code::TypeMismatch, "only literals stand in brackets")
                        .label(item.span, "not a literal")
                        .help("write `x = a or x = b`".to_owned());
                    self.report.push(error);
                    right = false;
                }
            }
        }
        right.then_some((values.into(), clocks))
    }

    pub(crate) fn contains(
        &mut self,
        expr: &ast::Expr,
        list_written: &ast::Expr,
        list: &List,
        item_written: &ast::Expr,
        negated: bool,
    ) -> Option<Condition> {
        let of_list = self.item_of(list)?;
        let item = self.operand(item_written)?;
        let item = self.meet_value(&of_list, item)?;
        let kept = if matches!((&list.item, &item.ty), (Type::Ref(_), Type::Int)) {
            as_kept(&item)
        } else {
            item.clone()
        };
        let kind = ConditionKind::Contains {
            list: list.spot.clone(),
            item: Box::new(kept),
        };
        let condition = Condition::new(expr.span, kind);
        let list_value = list_as_value(list);
        let operands = [(list_written, &list_value), (item_written, &item)];
        Some(self.test(expr, negated, condition, &operands))
    }

    pub(crate) fn contains_each(
        &mut self,
        expr: &ast::Expr,
        operand: &ast::Expr,
        all: bool,
        set: &Set,
        negated: bool,
    ) -> Option<Condition> {
        let list = match self.found(operand)? {
            Found::List(list) => list,
            Found::Value(value) => {
                let named = type_name(&value.ty);
                let error = Diagnostic::new(Code::TypeMismatch, format!("{named} is not a list"))
                    .label(value.span, "`contains any` and `contains all` take a list")
                    .help("write `x contains \"a\" or x contains \"b\"`".to_owned());
                return self.report.fail(error);
            }
            Found::Record(record) => {
                let error = Diagnostic::new(Code::TypeMismatch, "a record is not a list")
                    .label(record.span, "`contains any` and `contains all` take a list");
                return self.report.fail(error);
            }
        };
        let of_list = self.item_of(&list)?;
        let (mut values, clocks) = self.set(&of_list, set)?;
        if matches!((&list.item, &of_list.ty), (Type::Ref(_), Type::Int)) {
            values.values = values.iter().map(|value| value.to_string().into()).collect();
        }
        let condition = |kind| Condition::new(expr.span, kind);
        let constants = condition(ConditionKind::ContainsEach {
            list: list.spot.clone(),
            all,
            set: values,
        });
        let whole = if clocks.is_empty() {
            constants
        } else {
            let contains = |item| {
                condition(ConditionKind::Contains {
                    list: list.spot.clone(),
                    item: Box::new(item),
                })
            };
            let parts = [constants]
                .into_iter()
                .chain(clocks.into_iter().map(contains))
                .collect();
            condition(if all {
                ConditionKind::And(parts)
            } else {
                ConditionKind::Or(parts)
            })
        };
        Some(self.test(expr, negated, whole, &[(operand, &list_as_value(&list))]))
    }

    /// A stand-in for an item of a list of plain values, to meet what it is compared with.
    fn item_of(&mut self, list: &List) -> Option<Expr> {
        let error = match &list.item {
            Type::Record(_) => Diagnostic::new(Code::TypeMismatch, "the items of this list are records")
                .label(list.span, "`contains` is for lists of plain values")
                .help("write `any … where …`".to_owned()),
            Type::Geo => Diagnostic::new(Code::TypeMismatch, "places are not compared for equality")
                .label(list.span, "a list of places"),
            ty => {
                return Some(Expr {
                    ty: self.names.value_type(ty),
                    ..list_as_value(list)
                });
            }
        };
        self.report.fail(error)
    }
}

/// A number as records keep it where it is the key of an item: as text.
fn as_kept(item: &Expr) -> Expr {
    Expr {
        span: item.span,
        ty: Type::String,
        optional: item.optional,
        kind: ExprKind::Call {
            function: Function::String,
            args: vec![item.clone()],
        },
    }
}

/// A list as the operand of a negation: it counts only whether it may be missing.
pub(crate) fn list_as_value(list: &List) -> Expr {
    Expr {
        span: list.span,
        ty: Type::Bool,
        optional: list.optional,
        kind: match &list.spot {
            Spot::Row(place) => ExprKind::Slot(*place),
            Spot::Item {
                key,
                catalog,
                slot,
                required,
            } => ExprKind::Follow {
                key: key.clone(),
                catalog: *catalog,
                slot: *slot,
                required: *required,
            },
        },
    }
}
