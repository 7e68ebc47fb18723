//! `offer NAME for … { … }`: who may have it, how often, and on which terms.

use super::{CampaignChecker, duplicate};
use crate::{
    check::{Facts, schema},
    hir::{Offer, Term},
    syntax::ast,
};

impl CampaignChecker<'_, '_> {
    pub(super) fn offer(&mut self, written: &ast::Offer) -> Option<Offer> {
        let before = self.report.error_count();
        let name = &written.name.text;
        let eligible = written
            .eligible
            .as_ref()
            .map(|it| self.rule(format!("the offer {name}"), it));
        let cap = written.cap.as_ref().and_then(|cap| {
            let counted = self.deliveries_with(name, cap.span);
            self.cap(cap, counted)
        });
        let mut terms: Vec<Term> = Vec::new();
        for term in &written.terms {
            let same = written.terms.iter().find(|it| it.name.text == term.name.text);
            if let Some(first) = same.filter(|it| !std::ptr::eq(*it, term)) {
                let message = format!("the term `{}` is given twice", term.name.text);
                let error = duplicate(message, term.name.span, first.name.span);
                self.report.push(error);
                continue;
            }
            let mut checker = self.checker();
            let value = term.value.as_ref().and_then(|it| checker.check_value(it));
            terms.push(Term {
                name: term.name.text.clone(),
                filled: value
                    .as_ref()
                    .is_none_or(|it| checker.is_filled(it, &Facts::default())),
                value,
            });
        }
        let whole = self.report.error_count() == before && eligible.is_none_or(|it| it.is_some());
        whole.then(|| Offer {
            name: name.clone(),
            description: schema::text_of(written.description.as_ref()),
            eligible: eligible.flatten(),
            cap,
            terms,
        })
    }
}
