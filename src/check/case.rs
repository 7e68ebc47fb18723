//! `case when … then … end`.

use std::collections::HashSet;

use super::{
    Checker,
    coerce::LiteralTexts,
    facts::{self, Facts},
};
use crate::{
    hir::{Condition, ConditionKind, Expr, ExprKind, Order},
    span::Span,
    syntax::ast,
    value::{Type, Value},
};

impl Checker<'_> {
    pub(crate) fn case(
        &mut self,
        span: Span,
        arms: &[(ast::Expr, ast::Expr)],
        otherwise: Option<&ast::Expr>,
    ) -> Option<Expr> {
        let mut conditions = Vec::with_capacity(arms.len());
        let mut operands = Vec::with_capacity(arms.len() + 1);
        for (condition, value) in arms {
            conditions.push(self.apart(|it| it.condition(condition)));
            operands.push(self.operand(value));
        }
        operands.extend(otherwise.map(|value| self.operand(value)));
        let agreed = self.agree(operands, LiteralTexts::Words, "results of one `case`");
        let conditions: Option<Vec<Condition>> = conditions.into_iter().collect();
        let ((ty, mut values), conditions) = (agreed?, conditions?);
        let otherwise = otherwise.and_then(|_| values.pop()).map(Box::new);
        let arms: Vec<(Condition, Expr)> = conditions.into_iter().zip(values).collect();
        let missing_arm = arms.iter().any(|(condition, value)| {
            value.optional
                && !facts::known_given(value, &facts::proves(condition, true, &self.names.conditions))
        });
        let missing_rest = match &otherwise {
            None => !is_complete(&arms),
            Some(value) if value.optional => {
                let mut facts = Facts::default();
                for (condition, _) in &arms {
                    facts.add(facts::proves(condition, false, &self.names.conditions));
                }
                !facts::known_given(value, &facts)
            }
            Some(_) => false,
        };
        Some(Expr {
            span,
            ty,
            optional: missing_arm || missing_rest,
            kind: ExprKind::Case { arms, otherwise },
        })
    }
}

/// Tells whether one of the arms holds for everyone, so that a `case` needs no `else`: one is `true`, one is the
/// complement of another, or together they cover the words of an enumeration (and `is unknown` when it may be missing).
fn is_complete(arms: &[(Condition, Expr)]) -> bool {
    let parts: Vec<&Condition> = arms
        .iter()
        .flat_map(|(condition, _)| alternatives(condition))
        .collect();
    // Complements are looked for among the first few, as each is compared with each.
    let few = &parts[..parts.len().min(32)];
    let complement = few.iter().any(|part| match &part.kind {
        ConditionKind::Constant(true) => true,
        ConditionKind::Not(inner) => few.iter().any(|other| **other == **inner),
        _ => false,
    });
    if complement {
        return true;
    }
    // What is covered, for each expression that is compared with words.
    let mut covered: Vec<Covered<'_>> = Vec::new();
    for part in parts {
        let (operand, words, missing) = match &part.kind {
            ConditionKind::Compare {
                op: Order::Eq,
                lhs,
                rhs,
            } => match (&lhs.kind, &rhs.kind) {
                (_, ExprKind::Constant(word)) => (lhs, std::slice::from_ref(word), false),
                (ExprKind::Constant(word), _) => (rhs, std::slice::from_ref(word), false),
                _ => continue,
            },
            ConditionKind::In { operand, set } => (operand, &set[..], false),
            ConditionKind::Not(inner) => match &inner.kind {
                ConditionKind::Known(operand) => (operand, &[][..], true),
                _ => continue,
            },
            _ => continue,
        };
        let position = covered.iter().position(|it| it.operand == &**operand);
        let position = match position {
            Some(position) => position,
            None if covered.len() < 32 => {
                covered.push(Covered {
                    operand,
                    words: HashSet::new(),
                    missing: !operand.optional,
                });
                covered.len() - 1
            }
            None => continue,
        };
        covered[position].missing |= missing;
        covered[position]
            .words
            .extend(words.iter().filter_map(|value| match value {
                Value::Text(word) => Some(&**word),
                _ => None,
            }));
    }
    covered.iter().any(|it| match &it.operand.ty {
        Type::Words(words) => it.missing && words.iter().all(|word| it.words.contains(&**word)),
        _ => false,
    })
}

/// The words of an enumeration for which a `case` has an arm, and whether it has one for a missing value, too.
struct Covered<'h> {
    operand: &'h Expr,
    words: HashSet<&'h str>,
    missing: bool,
}

/// The parts of an `or`, or the condition itself.
fn alternatives(condition: &Condition) -> Vec<&Condition> {
    match &condition.kind {
        ConditionKind::Or(parts) => parts.iter().flat_map(alternatives).collect(),
        _ => vec![condition],
    }
}
