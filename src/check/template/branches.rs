//! `if`, `unless` and `case`.

use super::{
    Facts, TemplateChecker,
    loops::given_in,
    meet::{Way, changes, is_about},
    proves, tags,
};
use crate::{
    diagnostic::{Code, Diagnostic},
    hir::{
        Condition, ConditionKind,
        template::{Branch, NodeKind},
    },
    span::Span,
    syntax::ast::{self, CompareOp, Literal},
    value::Type,
};

impl TemplateChecker<'_, '_> {
    /// Also says whether what follows is never reached.
    pub(super) fn branches(
        &mut self,
        branches: &[tags::Branch],
        otherwise: &[tags::Node],
    ) -> (NodeKind, bool) {
        let before = self.mark();
        let start = self.names();
        let mut given = Vec::new();
        for body in branches.iter().map(|it| &*it.body).chain([otherwise]) {
            given_in(body, &mut given);
        }
        let mut checked = Vec::with_capacity(branches.len());
        let mut ways = Vec::with_capacity(branches.len() + 1);
        // What holds behind the whole, as long as every branch so far ended.
        let mut behind = Some(Facts::default());
        for branch in branches {
            let condition = branch.condition.as_ref().and_then(|it| {
                if branch.negated {
                    self.checker.check_negation(it)
                } else {
                    self.checker.check_condition(it)
                }
            });
            let here = self.mark();
            if let Some(condition) = &condition {
                self.learn(proves(condition, true, &self.checker.names.conditions));
            }
            let (body, ends) = self.nodes(&branch.body);
            self.settle(&given);
            self.forget(&here);
            let names = std::mem::replace(&mut self.checker.scope.held, start.clone());
            ways.push(Way { body, names, ends });
            let Some(condition) = condition else {
                // The error is told; only where the branch leads in the page is still of interest.
                behind = None;
                checked.push(Condition::new(branch.span, ConditionKind::Constant(true)));
                continue;
            };
            let not = proves(&condition, false, &self.checker.names.conditions);
            behind = behind.filter(|_| ends).map(|mut facts| {
                facts.add(not.clone());
                facts
            });
            self.learn(not);
            checked.push(condition);
        }
        let (body, ends) = self.nodes(otherwise);
        self.settle(&given);
        ways.push(Way {
            body,
            names: self.names(),
            ends,
        });
        self.forget(&before);
        let names = self.meet(&start, &mut ways);
        if let Some(mut facts) = behind {
            for changed in changes(&start, &names) {
                facts.forget(&|part| is_about(changed, part));
            }
            self.learn(facts);
        }
        let all_end = ways.iter().all(|way| way.ends);
        self.set_names(names);
        let otherwise = ways.pop().map(|way| way.body).unwrap_or_default();
        let bodies = ways.into_iter().map(|way| way.body);
        let branches = checked
            .into_iter()
            .zip(bodies)
            .map(|(condition, body)| Branch { condition, body })
            .collect();
        (NodeKind::If { branches, otherwise }, all_end)
    }

    /// A `case` is an `if` that compares one value.
    pub(super) fn case(
        &mut self,
        span: Span,
        operand: Option<&ast::Expr>,
        arms: &[tags::Arm],
        otherwise: Option<&[tags::Node]>,
    ) -> (NodeKind, bool) {
        let checked = operand.and_then(|it| self.checker.check_value(it));
        let mut seen: Vec<(String, Span)> = Vec::new();
        let mut branches = Vec::with_capacity(arms.len());
        for arm in arms {
            let mut tests = Vec::new();
            for value in arm.values.iter().flatten() {
                if !self.is_new_literal(value, &mut seen) {
                    continue;
                }
                if let (Some(operand), Some(_)) = (operand, &checked) {
                    tests.push(equals(operand, value));
                }
            }
            let condition = match tests.len() {
                0 | 1 => tests.pop(),
                _ => Some(ast::Expr {
                    span: arm.span,
                    kind: ast::ExprKind::Or(tests),
                }),
            };
            branches.push(tags::Branch {
                span: arm.span,
                condition,
                negated: false,
                body: arm.body.clone(),
            });
        }
        if let (Some(value), None) = (&checked, otherwise)
            && let Type::Words(words) = &value.ty
        {
            let missing: Vec<_> = words
                .iter()
                .filter(|word| seen.iter().all(|(known, _)| *known != format!("{word:?}")))
                .collect();
            if !missing.is_empty() && arms.iter().all(|arm| arm.values.is_some()) {
                let tag = Span {
                    end: arms.first().map_or(span.end, |arm| arm.span.start),
                    ..span
                };
                let list: Vec<_> = missing.iter().take(4).map(|word| format!("`{word}`")).collect();
                let more = if missing.len() > list.len() { ", …" } else { "" };
                let warning = Diagnostic::new(
                    Code::MissingWord,
                    format!("no `when` for {}{more}", list.join(", ")),
                )
                .label(tag, "shows nothing then")
                .help("write a `when` for each, or `{% else %}`".to_owned());
                self.checker.report.push(warning);
            }
        }
        self.branches(&branches, otherwise.unwrap_or_default())
    }

    /// Whether a value of a `when` is written out, and for the first time: Liquid renders every branch that fits.
    fn is_new_literal(&mut self, value: &ast::Expr, seen: &mut Vec<(String, Span)>) -> bool {
        let key = match &value.kind {
            ast::ExprKind::Literal(Literal::Text(text)) => format!("{text:?}"),
            ast::ExprKind::Literal(literal) => format!("{literal:?}"),
            ast::ExprKind::Path(path) if path.len() == 1 && ["blank", "empty"].contains(&&*path[0].text) => {
                path[0].text.to_string()
            }
            _ => {
                let error = Diagnostic::new(Code::TypeMismatch, "a `when` takes values that are written out")
                    .label(value.span, "differs from customer to customer")
                    .help("write `{% if x = y %}` … `{% elsif … %}`".to_owned());
                self.checker.report.push(error);
                return false;
            }
        };
        if let Some((_, first)) = seen.iter().find(|(known, _)| *known == key) {
            let error = Diagnostic::new(Code::Unsupported, "a value with a second `when`")
                .label(value.span, "Liquid would show both branches")
                .label(*first, "the first is here")
                .help("put all that is to be shown into one".to_owned());
            self.checker.report.push(error);
            return false;
        }
        seen.push((key, value.span));
        true
    }
}

/// `operand = value`, as a template means it.
fn equals(operand: &ast::Expr, value: &ast::Expr) -> ast::Expr {
    use ast::{ExprKind, State};
    let span = value.span;
    let is = |state, negated| ExprKind::Is {
        operand: Box::new(operand.clone()),
        state,
        negated,
    };
    let kind = match &value.kind {
        ExprKind::Literal(Literal::Null) => is(State::Unknown, false),
        ExprKind::Path(path) if &*path[0].text == "blank" => is(State::Filled, true),
        ExprKind::Path(_) => is(State::Empty, false),
        _ => ExprKind::Compare {
            op: CompareOp::Eq,
            lhs: Box::new(operand.clone()),
            rhs: Box::new(value.clone()),
            ignoring_case: false,
        },
    };
    ast::Expr { span, kind }
}
