//! Negations over missing values, and `and` beside `or`: what is warned about while it is checked.

use std::ops::Range;

use super::super::{
    facts::{self, Facts},
    report::Report,
};
use crate::{
    diagnostic::{Code, Diagnostic},
    hir::{Expr, ExprKind, Spot},
    span::Span,
    syntax::{ast, quote, quote_operand},
};

/// A negated test with operands that may be missing: it holds where one of them is missing, too.
#[derive(Debug)]
pub(crate) struct Negation {
    /// Each with its name, where that is short enough.
    operands: Vec<(Expr, Option<String>)>,
    /// The negated test in the user's words, where they are few.
    test: Option<String>,
    span: Span,
}

impl Negation {
    /// The negation of the test `expr`, which was itself written with `not` or `!=` when `negated`.
    pub(crate) fn of(expr: &ast::Expr, negated: bool, operands: &[(&ast::Expr, &Expr)]) -> Option<Self> {
        let optional: Vec<_> = operands
            .iter()
            .filter(|(_, value)| value.optional)
            .map(|(written, value)| ((*value).clone(), short(quote_operand(written))))
            .collect();
        (!optional.is_empty()).then(|| Self {
            operands: optional,
            test: short(quote(expr)).map(|it| if negated { it } else { format!("not {it}") }),
            span: expr.span,
        })
    }

    /// Leaves out the operands that are known where `facts` hold; tells whether none is left.
    pub(crate) fn is_settled_by(&mut self, facts: &Facts) -> bool {
        self.operands
            .retain(|(it, _)| !facts::known_given(it, facts) && !is_known_list(it, facts));
        self.operands.is_empty()
    }

    pub(crate) fn into_warning(self) -> Diagnostic {
        let names: Option<Vec<_>> = self.operands.into_iter().map(|(_, name)| name).collect();
        let (message, help) = match (names, self.test) {
            (Some(names), Some(test)) => {
                let verb = if names.len() == 1 { "is" } else { "are" };
                let known: Vec<_> = names.iter().map(|name| format!("{name} is known and ")).collect();
                let names: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
                (
                    format!("this also holds where {} {verb} missing", names.join(" and ")),
                    format!("to leave those out write `{}{test}`", known.concat()),
                )
            }
            _ => (
                "this also holds where a value is missing".to_owned(),
                "to leave those out add `x is known and …`".to_owned(),
            ),
        };
        Diagnostic::new(Code::NegationOverMissing, message)
            .label(self.span, "a negation is true for a missing value")
            .help(help)
    }
}

/// A list stands among the operands as what lies in its place.
fn is_known_list(expr: &Expr, facts: &Facts) -> bool {
    match &expr.kind {
        ExprKind::Slot(place) => facts.lists.contains(&Spot::Row(*place)),
        ExprKind::Follow {
            key,
            catalog,
            slot,
            required,
        } => facts.lists.contains(&Spot::Item {
            key: key.clone(),
            catalog: *catalog,
            slot: *slot,
            required: *required,
        }),
        _ => false,
    }
}

/// How many parts of an `and` or `or` are looked through for what settles a negation.
const PARTS: usize = 64;

/// Drops the negations, from `first` on, that another part of the same `and` or `or` settles. `ranges` has the
/// positions of each part's negations, `facts` what each part says of the others.
pub(crate) fn settle(negations: &mut Vec<Negation>, first: usize, ranges: &[Range<usize>], facts: &[Facts]) {
    if ranges.len() > PARTS {
        return;
    }
    let mut kept = Vec::new();
    let checked = negations.split_off(first);
    for (index, mut negation) in checked.into_iter().enumerate() {
        let mut others = Facts::default();
        for (range, facts) in ranges.iter().zip(facts) {
            if !range.contains(&(first + index)) {
                others.add(facts.clone());
            }
        }
        if !negation.is_settled_by(&others) {
            kept.push(negation);
        }
    }
    negations.extend(kept);
}

/// Warns of `and` and `or` side by side without parentheses.
pub(crate) fn mixed(parts: &[ast::Expr], and: bool, report: &mut Report) {
    let other = parts.iter().find(|part| match part.kind {
        ast::ExprKind::And(_) => !and,
        ast::ExprKind::Or(_) => and,
        _ => false,
    });
    if let Some(part) = other {
        let warning = Diagnostic::new(Code::MixedAndOr, "`and` and `or` are mixed without parentheses")
            .label(part.span, "`and` binds tighter, so this is one condition")
            .help(short(quote(part)).map(|it| format!("write `({it})` if this is meant")));
        report.push(warning);
    }
}

/// Refuses what Liquid reads from right to left and we by precedence, so that no template changes its meaning unseen.
pub(crate) fn refuse_mixed(parts: &[ast::Expr], and: bool, report: &mut Report) {
    let other = parts.iter().find(|part| match part.kind {
        ast::ExprKind::And(_) => !and,
        ast::ExprKind::Or(_) => and,
        _ => false,
    });
    if let Some(part) = other {
        let error = Diagnostic::new(Code::AmbiguousMix, "`and` and `or` are mixed without parentheses")
            .label(
                part.span,
                "here `and` binds tighter, but Liquid reads from right to left",
            )
            .help(short(quote(part)).map(|it| format!("write `({it})` if this is one condition")))
            .help("or put the other part in parentheses".to_owned());
        report.push(error);
    }
}

/// An expression in the user's words, unless it is too long to quote.
pub(crate) fn short(written: String) -> Option<String> {
    (written.len() <= 100).then_some(written)
}
