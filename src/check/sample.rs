//! `in sample 10% of "salt"`.

use super::Checker;
use crate::{
    diagnostic::{Code, Diagnostic},
    hir::{Condition, ConditionKind},
    span::Span,
    syntax::ast::Text,
    value::{Decimal, sample::WHOLE},
};

impl Checker<'_> {
    /// Shares are percentages, and a decimal counts ten-thousandths: they are whole numbers of millionths.
    pub(crate) fn sample(
        &mut self,
        span: Span,
        (from, to): (Decimal, Decimal),
        slice: bool,
        salt: &Text,
        negated: bool,
    ) -> Option<Condition> {
        let millionths = |share: Decimal| u32::try_from(share.units()).ok().filter(|it| *it <= WHOLE);
        let shares = millionths(from).zip(millionths(to));
        let Some((first, end)) = shares else {
            let error = Diagnostic::new(Code::InvalidLiteral, "a share is at most 100%")
                .label(span, "more than all customers");
            return self.report.fail(error);
        };
        if slice && first >= end {
            let message = if first == end {
                "this slice is empty"
            } else {
                "this slice ends before it begins"
            };
            let error = Diagnostic::new(Code::InvalidLiteral, message)
                .label(span, format!("from {from}% to {to}%"))
                .help((first > end).then(|| format!("write `{to}%..{from}%`")));
            return self.report.fail(error);
        }
        // A sample is drawn by the key.
        let names = self.names;
        if let Some(key) = names.schema.customer.iter().find(|it| it.roles.key) {
            self.note_use(span, &key.roles, || key.name.to_string());
        }
        let kind = ConditionKind::Sample {
            from: first,
            to: end,
            salt: salt.text.clone(),
        };
        let condition = Condition::new(span, kind);
        Some(if negated { condition.not() } else { condition })
    }
}
