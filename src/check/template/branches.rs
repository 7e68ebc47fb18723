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
        if let (Some(operand), Some(_)) = (operand, &checked)
            && may_meet(arms)
        {
            return self.case_by_case(span, operand, arms, otherwise.unwrap_or_default());
        }
        let mut seen: Vec<(String, Span)> = Vec::new();
        let mut branches = Vec::with_capacity(arms.len());
        for arm in arms {
            let mut tests = Vec::new();
            for value in arm.values.iter().flatten() {
                if !self.is_new(value, &mut seen) {
                    continue;
                }
                if let (Some(operand), Some(_)) = (operand, &checked) {
                    tests.push(equals(operand, value));
                }
            }
            branches.push(tags::Branch {
                span: arm.span,
                condition: any_of(tests, arm.span),
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

    /// A `case` of which several branches may fit: all that do are shown, as in Liquid, and what stands behind `else` when none does.
    fn case_by_case(
        &mut self,
        span: Span,
        operand: &ast::Expr,
        arms: &[tags::Arm],
        otherwise: &[tags::Node],
    ) -> (NodeKind, bool) {
        let told = self.checker.report.len();
        let mut changed = Vec::new();
        let mut seen = Vec::new();
        let (mut all, mut nodes) = (Vec::new(), Vec::new());
        for (index, arm) in arms.iter().enumerate() {
            let values = arm.values.as_deref().unwrap_or_default();
            if let [_, second, ..] = values
                && values.iter().any(|it| matches!(it.kind, ast::ExprKind::Path(_)))
            {
                let error = Diagnostic::new(Code::Unsupported, "one `when` with values that may be equal")
                    .label(
                        second.span,
                        "Liquid would show the branch once for each that fits",
                    )
                    .help("write a `when` for each".to_owned());
                self.checker.report.push(error);
            }
            let tests: Vec<_> = values
                .iter()
                .filter(|it| self.is_new(it, &mut seen))
                .map(|it| equals(operand, it))
                .collect();
            let mut reads = Vec::new();
            for value in values.iter().chain((index > 0).then_some(operand)) {
                names_in(value, &mut reads);
            }
            if let Some(name) = reads.iter().find(|it| changed.contains(&it.text)) {
                let error = Diagnostic::new(
                    Code::Unsupported,
                    format!("`{}` changes before it is compared", name.text),
                )
                .label(name.span, "a branch before gives it another value")
                .help("keep what is compared under another name before the `case`".to_owned());
                self.checker.report.push(error);
            }
            if let Some(way) = left_in(&arm.body).filter(|_| index + 1 < arms.len()) {
                let error = Diagnostic::new(
                    Code::Unsupported,
                    "a branch leaves the loop before others are compared",
                )
                .label(way, "what would the next branch show?")
                .help("keep it in a name and leave the loop behind the `case`".to_owned());
                self.checker.report.push(error);
            }
            given_in(&arm.body, &mut changed);
            all.append(&mut tests.clone());
            nodes.push(one_if(any_of(tests, arm.span), false, &arm.body, arm.span));
        }
        let (mut nodes, _) = self.nodes(&nodes);
        if !otherwise.is_empty() {
            // What is wrong with a value is told already.
            let none = any_of(all, span).filter(|_| self.checker.report.len() == told);
            let mut reads = Vec::new();
            if let Some(none) = &none {
                names_in(none, &mut reads);
            }
            if let Some(name) = reads.iter().find(|it| changed.contains(&it.text)) {
                let error = Diagnostic::new(
                    Code::Unsupported,
                    format!("`{}` changes before `else` is decided", name.text),
                )
                .label(name.span, "a branch gives it another value")
                .help("keep what is compared under another name before the `case`".to_owned());
                self.checker.report.push(error);
            }
            nodes.extend(self.nodes(&[one_if(none, true, otherwise, span)]).0);
        }
        let whole = NodeKind::If {
            branches: Vec::new(),
            otherwise: nodes,
        };
        (whole, false)
    }

    /// Whether a value of a `when` is there for the first time: Liquid renders every branch that fits.
    fn is_new(&mut self, value: &ast::Expr, seen: &mut Vec<(String, Span)>) -> bool {
        let key = match &value.kind {
            ast::ExprKind::Literal(Literal::Text(text)) => format!("{text:?}"),
            ast::ExprKind::Literal(Literal::Decimal(digits)) if digits.contains('.') => {
                let digits = digits.trim_end_matches('0').trim_end_matches('.');
                format!("Int({digits})")
            }
            ast::ExprKind::Literal(literal) => format!("{literal:?}"),
            ast::ExprKind::Path(path) => {
                let steps: Vec<_> = path.iter().map(|it| &*it.text).collect();
                steps.join(".")
            }
            _ => {
                let error = Diagnostic::new(Code::TypeMismatch, "a `when` takes values and names")
                    .label(value.span, "is neither")
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

/// Whether two values of a `case` may fit at once.
fn may_meet(arms: &[tags::Arm]) -> bool {
    let values = || arms.iter().flat_map(|arm| arm.values.iter().flatten());
    let is = |value: &ast::Expr, name: &str| matches!(&value.kind, ast::ExprKind::Path(path) if path.len() == 1 && &*path[0].text == name);
    let is_blank = |value: &ast::Expr| match &value.kind {
        ast::ExprKind::Literal(Literal::Text(text)) => text.trim().is_empty(),
        ast::ExprKind::Literal(literal) => matches!(literal, Literal::Null | Literal::Bool(false)),
        _ => is(value, "empty"),
    };
    let is_empty = |value: &ast::Expr| matches!(&value.kind, ast::ExprKind::Literal(Literal::Text(text)) if text.is_empty());
    let is_name = |value: &ast::Expr| {
        matches!(value.kind, ast::ExprKind::Path(_)) && !is(value, "blank") && !is(value, "empty")
    };
    values().count() > 1
        && (values().any(is_name)
            || values().any(|it| is(it, "blank")) && values().any(is_blank)
            || values().any(|it| is(it, "empty")) && values().any(is_empty))
}

fn any_of(mut tests: Vec<ast::Expr>, span: Span) -> Option<ast::Expr> {
    match tests.len() {
        0 | 1 => tests.pop(),
        _ => Some(ast::Expr {
            span,
            kind: ast::ExprKind::Or(tests),
        }),
    }
}

fn one_if(condition: Option<ast::Expr>, negated: bool, body: &[tags::Node], span: Span) -> tags::Node {
    let branch = tags::Branch {
        span,
        condition,
        negated,
        body: body.to_vec(),
    };
    tags::Node {
        span,
        kind: tags::NodeKind::If {
            branches: vec![branch],
            otherwise: Vec::new(),
        },
    }
}

/// A tag that leaves the loop around.
fn left_in(nodes: &[tags::Node]) -> Option<Span> {
    nodes.iter().find_map(|node| match &node.kind {
        tags::NodeKind::Break | tags::NodeKind::Continue => Some(node.span),
        // What stands behind its `else` is no round of it.
        tags::NodeKind::For(it) => left_in(&it.otherwise),
        _ => {
            let mut found = None;
            node.inside(&mut |nodes| found = found.or_else(|| left_in(nodes)));
            found
        }
    })
}

/// The names that a value or a test of one begins with.
fn names_in(expr: &ast::Expr, names: &mut Vec<ast::Name>) {
    use ast::ExprKind;
    match &expr.kind {
        ExprKind::Path(path) => {
            names.extend(path.first().cloned());
            names.extend(path.iter().filter_map(ast::Name::chosen_by).flatten());
        }
        ExprKind::Or(tests) => tests.iter().for_each(|it| names_in(it, names)),
        ExprKind::Is { operand, .. } => names_in(operand, names),
        ExprKind::Compare { lhs, rhs, .. } => {
            names_in(lhs, names);
            names_in(rhs, names);
        }
        _ => {}
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
        ExprKind::Path(path) if path.len() == 1 && &*path[0].text == "blank" => is(State::Filled, true),
        ExprKind::Path(path) if path.len() == 1 && &*path[0].text == "empty" => is(State::Empty, false),
        _ => ExprKind::Compare {
            op: CompareOp::Eq,
            lhs: Box::new(operand.clone()),
            rhs: Box::new(value.clone()),
            ignoring_case: false,
        },
    };
    ast::Expr { span, kind }
}
