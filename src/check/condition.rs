//! Expressions that are true or false.

use super::{
    Checker,
    expression::bare,
    facts,
    lint::{self, Negation},
    literal::Operand,
    path::{Found, display},
    report::type_name,
};
use crate::{
    diagnostic::{Code, Diagnostic},
    hir::{Condition, ConditionKind, Expr, ExprKind, Order, TextTest},
    span::Span,
    syntax::ast::{self, CompareOp, Literal, Set, State},
    value::{Type, Value},
};

impl Checker<'_> {
    /// Checks an expression that must be true or false.
    pub(crate) fn condition(&mut self, expr: &ast::Expr) -> Option<Condition> {
        let span = expr.span;
        match &expr.kind {
            ast::ExprKind::Paren(inner) => self.condition(inner),
            ast::ExprKind::Literal(Literal::Bool(bool)) => {
                self.constant(span, *bool);
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
                    self.report.unsupported::<()>(span, "`ignoring case` is");
                }
                self.compare(expr, *op, lhs, rhs)
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
            } => {
                if *ignoring_case {
                    self.report.unsupported::<()>(span, "`ignoring case` is");
                }
                self.membership(expr, operand, set, *negated)
            }
            ast::ExprKind::TextTest {
                test,
                operand,
                pattern,
                negated,
                ignoring_case,
            } => {
                if *ignoring_case {
                    self.report.unsupported::<()>(span, "`ignoring case` is");
                }
                self.text_test(expr, *test, operand, pattern, *negated)
            }
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
            ast::ExprKind::Anniversary { .. } => self.report.unsupported(span, "`anniversary` is"),
            ast::ExprKind::Near { .. } => self.report.unsupported(span, "`within … of` is"),
            ast::ExprKind::InSample { .. } => self.report.unsupported(span, "samples are"),
            ast::ExprKind::Rank { .. } => self.report.unsupported(span, "`in top` and `in bottom` are"),
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
        lint::mixed(parts, and, self.report);
        let before = self.negations.len();
        let mut ranges = Vec::with_capacity(parts.len());
        let mut checked = Vec::with_capacity(parts.len());
        for part in parts {
            let from = self.negations.len();
            checked.push(self.condition(part));
            ranges.push(from..self.negations.len());
        }
        let checked: Vec<Condition> = checked.into_iter().collect::<Option<_>>()?;
        if self.negations.len() > before {
            let facts: Vec<_> = checked.iter().map(|part| facts::proves(part, and)).collect();
            lint::settle(&mut self.negations, before, &ranges, &facts);
        }
        Some(checked)
    }

    /// A value as a condition: it must be a bool, and holds when known and true.
    fn holds(&mut self, expr: &ast::Expr) -> Option<Condition> {
        let value = match &expr.kind {
            ast::ExprKind::Path(path) => match self.resolve(path)? {
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
        let rhs = self.operand(rhs_written);
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
        if let Some(answer) = lint::compare_constants(order, &lhs, &rhs) {
            self.constant(expr.span, answer != negated);
        }
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
        if let (ExprKind::Constant(_), Some(false)) =
            (&low.kind, lint::compare_constants(Order::Le, &low, &high))
        {
            self.constant(expr.span, negated);
        }
        let kind = ConditionKind::Between {
            operand: Box::new(operand.clone()),
            low: Box::new(low.clone()),
            high: Box::new(high.clone()),
        };
        let condition = Condition::new(expr.span, kind);
        let operands = [(operand_written, &operand), (bounds[0], &low), (bounds[1], &high)];
        Some(self.test(expr, negated, condition, &operands))
    }

    fn membership(
        &mut self,
        expr: &ast::Expr,
        operand_written: &ast::Expr,
        set: &Set,
        negated: bool,
    ) -> Option<Condition> {
        let items = match set {
            Set::Literals { items, .. } => items,
            Set::Named(name) => return self.named_set(operand_written, name),
        };
        let operand = self.operand(operand_written)?;
        let operand = self.settle(operand)?;
        let (values, clocks) = self.set(&operand, items)?;
        let test = |kind| Condition::new(expr.span, kind);
        let constants = test(ConditionKind::In {
            operand: Box::new(operand.clone()),
            set: values.into(),
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

    fn named_set(&mut self, operand: &ast::Expr, name: &ast::Name) -> Option<Condition> {
        let path = std::slice::from_ref(name);
        if self.names.customer.members.contains_key(&name.text)
            && let Found::List(_) = self.resolve(path)?
        {
            self.operand(operand);
            let error = Diagnostic::new(Code::TypeMismatch, "`in` takes words and numbers in brackets")
                .label(name.span, "a list of the customer")
                .help(format!("write `{} contains …`", name.text));
            return self.report.fail(error);
        }
        if self.names.segments.contains(&name.text) {
            let error = Diagnostic::new(Code::TypeMismatch, format!("`{}` is a segment", name.text))
                .label(name.span, "not a list")
                .help(format!("write `in segment {}`", name.text));
            return self.report.fail(error);
        }
        self.report.unsupported(name.span, "named lists are")
    }

    /// The items of `[ … ]` as constants of the operand's type, and those that depend on the zone.
    fn set(&mut self, operand: &Expr, items: &[ast::Expr]) -> Option<(Vec<Value>, Vec<Expr>)> {
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
        right.then_some((values, clocks))
    }

    fn text_test(
        &mut self,
        expr: &ast::Expr,
        test: ast::TextTest,
        operand_written: &ast::Expr,
        pattern_written: &ast::Expr,
        negated: bool,
    ) -> Option<Condition> {
        let test = match test {
            ast::TextTest::Contains => TextTest::Contains,
            ast::TextTest::StartsWith => TextTest::StartsWith,
            ast::TextTest::EndsWith => TextTest::EndsWith,
            ast::TextTest::Matches => return self.report.unsupported(expr.span, "`matches` is"),
        };
        let operand = match self.found(operand_written) {
            Some(Found::List(list)) if test == TextTest::Contains => {
                return self.contains(expr, operand_written, &list, pattern_written, negated);
            }
            found => self.text(operand_written, found),
        };
        let pattern = self.found(pattern_written);
        let pattern = self.text(pattern_written, pattern);
        let (operand, pattern) = (operand?, pattern?);
        let kind = ConditionKind::Text {
            test,
            operand: Box::new(operand.clone()),
            pattern: Box::new(pattern.clone()),
        };
        let condition = Condition::new(expr.span, kind);
        let operands = [(operand_written, &operand), (pattern_written, &pattern)];
        Some(self.test(expr, negated, condition, &operands))
    }

    /// What was found, where it must be text.
    fn text(&mut self, expr: &ast::Expr, found: Option<Found>) -> Option<Expr> {
        let value = match &bare(expr).kind {
            ast::ExprKind::Path(path) => self.single(found?, path)?,
            _ => match found? {
                Found::Value(value) => value,
                _ => return None,
            },
        };
        if !value.ty.is_text() {
            let error = Diagnostic::new(
                Code::TypeMismatch,
                format!("{} is not text", type_name(&value.ty)),
            )
            .label(value.span, "a text is needed here");
            return self.report.fail(error);
        }
        Some(value)
    }

    fn contains(
        &mut self,
        expr: &ast::Expr,
        list_written: &ast::Expr,
        list: &super::path::List,
        item_written: &ast::Expr,
        negated: bool,
    ) -> Option<Condition> {
        let of_list = self.item_of(list)?;
        let item = self.operand(item_written)?;
        let item = self.meet_value(&of_list, item)?;
        let kind = ConditionKind::Contains {
            list: list.place,
            item: Box::new(item.clone()),
        };
        let condition = Condition::new(expr.span, kind);
        let list_value = list_as_value(list);
        let operands = [(list_written, &list_value), (item_written, &item)];
        Some(self.test(expr, negated, condition, &operands))
    }

    fn contains_each(
        &mut self,
        expr: &ast::Expr,
        operand: &ast::Expr,
        all: bool,
        set: &Set,
        negated: bool,
    ) -> Option<Condition> {
        let items = match set {
            Set::Literals { items, .. } => items,
            Set::Named(name) => return self.report.unsupported(name.span, "named lists are"),
        };
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
        let (values, clocks) = self.set(&of_list, items)?;
        let condition = |kind| Condition::new(expr.span, kind);
        let constants = condition(ConditionKind::ContainsEach {
            list: list.place,
            all,
            set: values.into(),
        });
        let whole = if clocks.is_empty() {
            constants
        } else {
            let contains = |item| {
                condition(ConditionKind::Contains {
                    list: list.place,
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
    fn item_of(&mut self, list: &super::path::List) -> Option<Expr> {
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

    fn state(
        &mut self,
        expr: &ast::Expr,
        operand_written: &ast::Expr,
        state: State,
        negated: bool,
    ) -> Option<Condition> {
        // `is not unknown` is `is known`.
        let (state, negated) = match state {
            State::Unknown => (State::Known, !negated),
            state => (state, negated),
        };
        let operand = self.found(operand_written)?;
        let (kind, value) = match (state, operand) {
            (State::Known | State::Unknown, Found::Value(value)) => {
                (ConditionKind::Known(Box::new(value.clone())), value)
            }
            (State::Known | State::Unknown, Found::List(list)) => {
                (ConditionKind::ListKnown(list.place), list_as_value(&list))
            }
            (State::Known | State::Unknown, Found::Record(record)) => {
                let kind = match record.slots {
                    Some((first, last)) if record.optional => ConditionKind::AnyKnown {
                        first: crate::hir::Place {
                            row: record.row,
                            slot: first,
                        },
                        last,
                    },
                    _ => ConditionKind::Constant(true),
                };
                let condition = Condition::new(expr.span, kind);
                return Some(if negated { condition.not() } else { condition });
            }
            (State::Empty, Found::Value(value)) if value.ty.is_text() => {
                (ConditionKind::TextEmpty(Box::new(value.clone())), value)
            }
            (State::Empty, Found::List(list)) => (ConditionKind::ListEmpty(list.place), list_as_value(&list)),
            (State::Filled, Found::Value(value)) if value.ty.is_text() => {
                (ConditionKind::TextFilled(Box::new(value.clone())), value)
            }
            (State::Filled, Found::List(list)) => {
                (ConditionKind::ListFilled(list.place), list_as_value(&list))
            }
            (state, found) => return self.wrong_state(state, &found),
        };
        let condition = Condition::new(expr.span, kind);
        if state == State::Empty {
            return Some(self.test(expr, negated, condition, &[(operand_written, &value)]));
        }
        // Presence and `is filled` say themselves what happens to missing values.
        Some(if negated { condition.not() } else { condition })
    }

    fn wrong_state<T>(&mut self, state: State, found: &Found) -> Option<T> {
        let word = if state == State::Empty { "empty" } else { "filled" };
        let (span, what) = match found {
            Found::Value(value) => (value.span, type_name(&value.ty)),
            Found::Record(record) => (record.span, "a record".to_owned()),
            Found::List(list) => (list.span, "a list".to_owned()),
        };
        let error = Diagnostic::new(Code::TypeMismatch, format!("`is {word}` is for text and lists"))
            .label(span, what)
            .help("write `is known` or `is unknown`".to_owned());
        self.report.fail(error)
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
        let condition = Condition::new(span, ConditionKind::Segment(index));
        Some(if negated { condition.not() } else { condition })
    }

    /// Warns that a condition has the same answer for everyone.
    pub(crate) fn constant(&mut self, span: Span, answer: bool) {
        let warning = Diagnostic::new(Code::ConstantCondition, format!("this is always {answer}"))
            .label(span, "the same for every customer");
        self.report.push(warning);
    }
}

/// A list as the operand of a negation: it counts only whether it may be missing.
fn list_as_value(list: &super::path::List) -> Expr {
    Expr {
        span: list.span,
        ty: Type::Bool,
        optional: list.optional,
        kind: ExprKind::Slot(list.place),
    }
}
