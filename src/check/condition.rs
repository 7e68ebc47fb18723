//! Expressions that are true or false.

use super::{
    Checker, facts,
    lint::{self, Negation},
    literal::Operand,
    path::{Found, display},
    report::type_name,
    state::record_known,
};
use crate::{
    diagnostic::{Code, Diagnostic},
    hir::{Condition, ConditionKind, Expr, Order},
    span::Span,
    syntax::{
        ast::{self, CompareOp, Literal},
        last_bare_filter,
    },
    value::Type,
};

impl Checker<'_> {
    /// Checks an expression that must be true or false.
    pub(crate) fn condition(&mut self, expr: &ast::Expr) -> Option<Condition> {
        let span = expr.span;
        match &expr.kind {
            ast::ExprKind::Paren(inner) => self.condition(inner),
            ast::ExprKind::Literal(Literal::Bool(bool)) => {
                Some(Condition::new(span, ConditionKind::Constant(*bool)))
            }
            ast::ExprKind::Not(inner) => {
                self.negated = !self.negated;
                let condition = self.condition(inner);
                self.negated = !self.negated;
                let kind = ConditionKind::Not(Box::new(condition?));
                Some(Condition::new(span, kind))
            }
            ast::ExprKind::And(parts) => {
                let parts = self.parts(parts, true)?;
                Some(Condition::new(span, ConditionKind::And(parts)))
            }
            ast::ExprKind::Or(parts) => {
                let parts = self.parts(parts, false)?;
                Some(Condition::new(span, ConditionKind::Or(parts)))
            }
            ast::ExprKind::Compare {
                op,
                lhs,
                rhs,
                ignoring_case,
            } => {
                if *ignoring_case {
                    self.compare_ignoring_case(expr, *op, [lhs, rhs])
                } else {
                    self.compare(expr, *op, lhs, rhs)
                }
            }
            ast::ExprKind::Between {
                operand,
                low,
                high,
                negated,
            } => self.between(expr, operand, [low, high], *negated),
            ast::ExprKind::In {
                operand,
                set,
                negated,
                ignoring_case,
            } => self.membership(expr, operand, set, *negated, *ignoring_case),
            ast::ExprKind::TextTest {
                test,
                operand,
                pattern,
                negated,
                ignoring_case,
            } => self.text_test(expr, *test, [operand, pattern], *negated, *ignoring_case),
            ast::ExprKind::ContainsEach {
                operand,
                all,
                set,
                negated,
            } => self.contains_each(expr, operand, *all, set, *negated),
            ast::ExprKind::Is {
                operand,
                state,
                negated,
            } => self.state(expr, operand, *state, *negated),
            ast::ExprKind::InWindow {
                operand,
                window,
                negated,
            } => self.in_window(expr, operand, window, *negated),
            ast::ExprKind::Anniversary {
                operand,
                window,
                negated,
            } => self.anniversary(expr, operand, window, *negated),
            ast::ExprKind::Near {
                operand,
                radius,
                unit,
                of,
                negated,
            } => self.near(expr, operand, (radius, *unit), of, *negated),
            ast::ExprKind::InSample {
                from,
                to,
                slice,
                salt,
                negated,
            } => self.sample(span, (*from, *to), *slice, salt, *negated),
            ast::ExprKind::Rank {
                operand,
                top,
                share,
                negated,
            } => self.rank(expr, operand, *top, *share, *negated),
            ast::ExprKind::InSegment { name, negated } => self.in_segment(span, name, *negated),
            ast::ExprKind::Quantified {
                quantifier,
                items,
                steps,
            } => self.quantified(span, *quantifier, items, steps),
            _ => self.holds(expr),
        }
    }

    /// The parts of an `and` or `or`. A negation is not warned about where another part settles what happens to a
    /// missing value.
    fn parts(&mut self, parts: &[ast::Expr], and: bool) -> Option<Vec<Condition>> {
        if self.scope.liquid {
            lint::refuse_mixed(parts, and, self.report);
        } else {
            lint::mixed(parts, and, self.report);
        }
        let before = self.negations.len();
        let mut ranges = Vec::with_capacity(parts.len());
        let mut checked = Vec::with_capacity(parts.len());
        for (index, part) in parts.iter().enumerate() {
            let from = self.negations.len();
            checked.push(self.condition(part));
            ranges.push(from..self.negations.len());
            // The parser has said that what follows may belong to the `where`, so its names cannot be looked up.
            if index + 1 < parts.len() && last_bare_filter(part).is_some() {
                return None;
            }
        }
        let checked: Vec<Condition> = checked.into_iter().collect::<Option<_>>()?;
        if self.negations.len() > before {
            let facts: Vec<_> = checked
                .iter()
                .map(|part| facts::proves(part, and, &self.names.conditions))
                .collect();
            lint::settle(&mut self.negations, before, &ranges, &facts);
        }
        Some(checked)
    }

    /// A value as a condition: it must be a bool, and holds when known and true.
    fn holds(&mut self, expr: &ast::Expr) -> Option<Condition> {
        let value = match &expr.kind {
            ast::ExprKind::Path(path) => match self.resolve(path)? {
                Found::List(list) if self.scope.liquid => {
                    return Some(Condition::new(expr.span, ConditionKind::ListKnown(list.spot)));
                }
                Found::Record(record) if self.scope.liquid => return Some(record_known(expr.span, &record)),
                Found::List(list) => {
                    let shown = display(path);
                    let error = Diagnostic::new(
                        Code::TypeMismatch,
                        format!("`{shown}` is a list, not a condition"),
                    )
                    .label(list.span, "true or false is needed here")
                    .help(format!("write `any {shown}` or `{shown} is filled`"));
                    return self.report.fail(error);
                }
                found => self.single(found, path)?,
            },
            _ => self.value(expr)?,
        };
        if value.ty != Type::Bool && self.scope.liquid {
            // As in Liquid, all that is there holds, but for `false`.
            return Some(Condition::new(expr.span, ConditionKind::Known(Box::new(value))));
        }
        if value.ty != Type::Bool {
            let named = type_name(&value.ty);
            let help = match value.ty {
                Type::Int | Type::Float | Type::Decimal => "compare it, as in `x > 0`",
                Type::DateTime | Type::Date => "compare it, as in `x in last 30 days`, or write `x is known`",
                Type::Geo => "write `x is known`",
                _ => "compare it, as in `x = \"…\"`, or write `x is known`",
            };
            let error = Diagnostic::new(Code::TypeMismatch, format!("{named} is not a condition"))
                .label(value.span, "true or false is needed here")
                .help(help.to_owned());
            return self.report.fail(error);
        }
        let condition = Condition::new(expr.span, ConditionKind::Holds(Box::new(value.clone())));
        Some(self.test(expr, false, condition, &[(expr, &value)]))
    }

    /// Finishes a test that is false for missing operands: complements it when it was negated, and notes the negation.
    pub(crate) fn test(
        &mut self,
        expr: &ast::Expr,
        negated: bool,
        condition: Condition,
        operands: &[(&ast::Expr, &Expr)],
    ) -> Condition {
        if self.negated != negated
            && !self.report.is_full_with(self.negations.len())
            && let Some(negation) = Negation::of(expr, negated, operands)
        {
            self.negations.push(negation);
        }
        if negated { condition.not() } else { condition }
    }

    fn compare(
        &mut self,
        expr: &ast::Expr,
        op: CompareOp,
        lhs_written: &ast::Expr,
        rhs_written: &ast::Expr,
    ) -> Option<Condition> {
        let lhs = self.operand(lhs_written);
        let rhs = self.operand_beside(lhs.as_ref(), rhs_written);
        let (lhs, rhs) = self.meet(lhs?, rhs?)?;
        let order = match op {
            CompareOp::Eq | CompareOp::Ne => Order::Eq,
            CompareOp::Lt => Order::Lt,
            CompareOp::Le => Order::Le,
            CompareOp::Gt => Order::Gt,
            CompareOp::Ge => Order::Ge,
        };
        if order != Order::Eq {
            self.ordered(&lhs)?;
            self.ordered(&rhs)?;
        }
        let negated = op == CompareOp::Ne;
        let kind = ConditionKind::Compare {
            op: order,
            lhs: Box::new(lhs.clone()),
            rhs: Box::new(rhs.clone()),
        };
        let condition = Condition::new(expr.span, kind);
        Some(self.test(
            expr,
            negated,
            condition,
            &[(lhs_written, &lhs), (rhs_written, &rhs)],
        ))
    }

    /// Refuses `<` and the like where there is no order.
    pub(crate) fn ordered(&mut self, expr: &Expr) -> Option<()> {
        let what = match &expr.ty {
            Type::Bool => "`bool`s",
            Type::Words(_) => "words",
            Type::Geo => "places",
            _ => return Some(()),
        };
        let error = Diagnostic::new(Code::IncompatibleTypes, format!("{what} have no order"))
            .label(expr.span, type_name(&expr.ty))
            .help("compare with `=`, `!=` or `in [ … ]`".to_owned());
        self.report.fail(error)
    }

    fn between(
        &mut self,
        expr: &ast::Expr,
        operand_written: &ast::Expr,
        bounds: [&ast::Expr; 2],
        negated: bool,
    ) -> Option<Condition> {
        let operand = self.operand(operand_written)?;
        let is_time = matches!(&operand, Operand::Typed(it) if matches!(it.ty, Type::Date | Type::DateTime));
        if is_time {
            let operand = self.settle(operand)?;
            let window = self.window_between(bounds, &operand.ty)?;
            let operand = (operand_written, &operand);
            return Some(self.window_test(expr, operand, &window, bounds.map(Some), negated));
        }
        let [low, high] = bounds.map(|bound| self.operand(bound));
        // The operand's type decides for the bounds, unless it is itself a literal.
        let (low, high) = (low?, high?);
        let (operand, low) = self.meet(operand, low)?;
        let (operand, high) = self.meet(Operand::Typed(operand), high)?;
        self.ordered(&operand)?;
        let kind = ConditionKind::Between {
            operand: Box::new(operand.clone()),
            low: Box::new(low.clone()),
            high: Box::new(high.clone()),
        };
        let condition = Condition::new(expr.span, kind);
        let operands = [(operand_written, &operand), (bounds[0], &low), (bounds[1], &high)];
        Some(self.test(expr, negated, condition, &operands))
    }

    fn in_segment(&mut self, span: Span, name: &ast::Name, negated: bool) -> Option<Condition> {
        let Some(index) = self.names.segments.get_index_of(&name.text) else {
            let names = self.names.segments.iter().map(|it| &**it);
            let help = self.report.suggest(&name.text, names);
            let error = Diagnostic::new(Code::UnknownSegment, format!("unknown segment `{}`", name.text))
                .label(name.span, "not defined")
                .help(help);
            return self.report.fail(error);
        };
        if self.names.ranked_segments.contains(&name.text) {
            self.note_rank(name.span, "segment", &name.text)?;
        }
        let names = self.names;
        self.note_use(name.span, &names.segment_roles[index], || {
            format!("in segment {}", name.text)
        });
        let condition = Condition::new(span, ConditionKind::Segment(index));
        Some(if negated { condition.not() } else { condition })
    }
}
