//! `plural`: the form of a noun beside a number.

use super::{State, StateKind};
use crate::{
    check::template::{TemplateChecker, signature::Signature},
    diagnostic::{Code, Diagnostic},
    filter::locale::{Category, Locale},
    hir::{Expr, template::Filter},
    syntax::template::ast::{self as written, Argument},
    value::Type,
};

impl TemplateChecker<'_, '_> {
    /// Whether all forms are given that the language has, and none that it has not.
    pub(super) fn plural(
        &mut self,
        filter: &written::Filter,
        (signature, given): (&Signature, &[Option<&Argument>]),
        state: &State,
    ) -> Option<(Filter, State)> {
        let [first, second, named @ .., tag] = given else {
            return None;
        };
        let tag = match tag {
            Some(tag) => self.argument_or(filter, signature.parameters.last()?, Some(tag))?,
            None => self.own_locale(filter, signature.kind, None)?,
        };
        let locale = self.locale(&tag)?;
        let mut forms: Vec<Option<&Argument>> = named.to_vec();
        for (category, argument) in [(Category::One, first), (Category::Other, second)] {
            if let Some(argument) = argument
                && let Some(again) = forms[category as usize].replace(argument)
            {
                let message = format!("`{}` is given twice", category.name());
                let error = Diagnostic::new(Code::ArgumentCount, message).label(again.span, "once is enough");
                return self.checker.report.fail(error);
            }
        }
        let is_whole = matches!(state.kind, StateKind::Value(Type::Int));
        self.has_its_forms(filter, locale, &forms, is_whole)?;
        let text = signature.parameters.first()?;
        let mut texts: Vec<Option<Expr>> = Vec::new();
        for form in forms {
            texts.push(match form {
                Some(argument) => Some(self.argument_or(filter, text, Some(argument))?),
                None => None,
            });
        }
        // What is not given is said as all other numbers are.
        let rest = [Category::Other, Category::Many];
        let rest = rest.iter().find_map(|it| texts[*it as usize].clone())?;
        let mut arguments: Vec<Expr> = texts
            .into_iter()
            .map(|it| it.unwrap_or_else(|| rest.clone()))
            .collect();
        let blank = arguments.iter().any(|it| self.state_of(it).blank);
        arguments.push(tag);
        let state = State::of(StateKind::Value(Type::String), state.optional, blank);
        Some((Filter::new(filter.span, signature.kind, arguments), state))
    }

    fn has_its_forms(
        &mut self,
        filter: &written::Filter,
        locale: &Locale,
        forms: &[Option<&Argument>],
        is_whole: bool,
    ) -> Option<()> {
        let needed = |category: &Category| {
            locale.categories().contains(category) || *category == Category::Other && !is_whole
        };
        let shown = |categories: &[Category]| {
            let names: Vec<String> = categories
                .iter()
                .map(|it| format!("{}: \"…\"", it.name()))
                .collect();
            names.join(", ")
        };
        let wanted: Vec<Category> = Category::ALL.into_iter().filter(needed).collect();
        let missing: Vec<Category> = wanted
            .iter()
            .copied()
            .filter(|it| forms[*it as usize].is_none())
            .collect();
        let help = match locale.tag {
            "en" => format!("write `plural: {}`", shown(&wanted)),
            tag => format!("write `plural: {}, locale: \"{tag}\"`", shown(&wanted)),
        };
        if !missing.is_empty() {
            let message = format!("`plural` lacks {}, which `{}` has", names(&missing), locale.tag);
            let error = Diagnostic::new(Code::ArgumentCount, message)
                .label(filter.span, "not for every number")
                .help(help);
            return self.checker.report.fail(error);
        }
        for category in Category::ALL {
            if let Some(argument) = forms[category as usize]
                && locale.lacks(category)
            {
                let name = category.name();
                let message = format!("`{}` has no form `{name}`", locale.tag);
                let error = Diagnostic::new(Code::ArgumentCount, message)
                    .label(argument.span, "would never be shown")
                    .help(help);
                return self.checker.report.fail(error);
            }
        }
        Some(())
    }
}

fn names(categories: &[Category]) -> String {
    let names: Vec<String> = categories.iter().map(|it| format!("`{}`", it.name())).collect();
    names.join(" and ")
}
