//! `> 59` and `< 59`: nobody with 59 is in either.

use super::{
    Code, Diagnostic, Look, Node, Span,
    tags::{Branch, NodeKind},
};
use crate::syntax::ast::{CompareOp, Expr, ExprKind};

/// More conditions beside each other are not compared.
const MOST: usize = 50;

/// A comparison of something with a limit.
struct Bound<'t> {
    value: &'t Expr,
    limit: &'t Expr,
    op: CompareOp,
    span: Span,
    condition: usize,
}

impl Look<'_> {
    /// Conditions that are meant to share out all customers, and leave some out.
    pub(super) fn gaps(&mut self, nodes: &[Node]) {
        let mut group: Vec<&Branch> = Vec::new();
        for node in nodes {
            match &node.kind {
                NodeKind::Text => {}
                NodeKind::If { branches, otherwise } if otherwise.is_empty() => group.extend(branches),
                _ => self.gap(&std::mem::take(&mut group)),
            }
        }
        self.gap(&group);
    }

    fn gap(&mut self, group: &[&Branch]) {
        if group.len() < 2 || group.len() > MOST || group.iter().any(|it| it.negated) {
            return;
        }
        let mut bounds = Vec::new();
        let mut settled = Vec::new();
        for (number, branch) in group.iter().enumerate() {
            if let Some(condition) = &branch.condition {
                bounds_of(condition, number, &mut bounds, &mut settled);
            }
        }
        let is_settled = |bound: &Bound<'_>| {
            settled
                .iter()
                .any(|(value, limit)| *value == bound.value && limit.is_none_or(|it| it == bound.limit))
        };
        for (index, second) in bounds.iter().enumerate() {
            let first = bounds[..index].iter().find(|first| {
                let other = matches!(
                    (first.op, second.op),
                    (CompareOp::Gt, CompareOp::Lt) | (CompareOp::Lt, CompareOp::Gt)
                );
                other
                    && first.condition != second.condition
                    && first.value == second.value
                    && first.limit == second.limit
            });
            let Some(first) = first.filter(|it| !is_settled(it)) else {
                continue;
            };
            let text = |span: Span| {
                let text = self.written.texts.get(span.source as usize).copied();
                text.unwrap_or_default()
                    .get(span.start as usize..span.end as usize)
                    .unwrap_or_default()
            };
            let (value, limit) = (text(second.value.span), text(second.limit.span));
            let with = if second.op == CompareOp::Lt { "<=" } else { ">=" };
            let warning = Diagnostic::new(
                Code::ValueGap,
                format!("neither condition holds where `{value}` is `{limit}`"),
            )
            .label(second.span, "this leaves it out")
            .label(first.span, "so does this")
            .help(format!("write `{value} {with} {limit}`, or `{{% else %}}`"));
            self.found.push(warning);
            return;
        }
    }
}

/// The comparisons of a condition with limits: those that leave the limit out, and what is compared otherwise.
fn bounds_of<'t>(
    expr: &'t Expr,
    condition: usize,
    bounds: &mut Vec<Bound<'t>>,
    settled: &mut Vec<(&'t Expr, Option<&'t Expr>)>,
) {
    match &expr.kind {
        ExprKind::And(parts) | ExprKind::Or(parts) => {
            for part in parts {
                bounds_of(part, condition, bounds, settled);
            }
        }
        ExprKind::Paren(inside) => bounds_of(inside, condition, bounds, settled),
        ExprKind::Compare { op, lhs, rhs, .. } => {
            let is_literal = |it: &Expr| matches!(it.kind, ExprKind::Literal(_));
            let (value, limit, op) = if is_literal(lhs) {
                let op = match op {
                    CompareOp::Lt => CompareOp::Gt,
                    CompareOp::Gt => CompareOp::Lt,
                    op => *op,
                };
                (rhs, lhs, op)
            } else {
                (lhs, rhs, *op)
            };
            if matches!(op, CompareOp::Lt | CompareOp::Gt) {
                bounds.push(Bound {
                    value,
                    limit,
                    op,
                    span: expr.span,
                    condition,
                });
            } else {
                settled.push((value, Some(limit)));
            }
        }
        ExprKind::Between { operand, .. } | ExprKind::In { operand, .. } => settled.push((operand, None)),
        _ => {}
    }
}
