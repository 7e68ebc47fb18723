//! `t`: a text of the catalogue of translations, with values in its places.

use std::sync::Arc;

use super::{State, StateKind, arguments::text_of};
use crate::{
    check::template::{
        TemplateChecker,
        signature::{Parameter, Wants},
    },
    diagnostic::{Code, Diagnostic, suggest},
    filter::locale::{Category, Locale},
    hir::{
        Expr, Texts,
        template::{Filter, FilterKind, Source, TextFilter},
    },
    span::Span,
    syntax::{
        ast::{self, Literal},
        template::ast::{self as written, Argument},
    },
    value::Type,
};

/// The argument that chooses the form of a text.
const COUNT: &str = "count";

/// A text, or one for each form of a noun.
enum Said {
    One(Arc<str>),
    Forms(Vec<(Category, Arc<str>)>),
}

impl TemplateChecker<'_, '_> {
    /// What a placeholder begins with whose first filter is `t`.
    pub(super) fn translated(
        &mut self,
        key: &ast::Expr,
        filter: &written::Filter,
    ) -> Option<(Source, Vec<Filter>, State)> {
        let ast::ExprKind::Literal(Literal::Text(text)) = &key.kind else {
            let error = Diagnostic::new(Code::TypeMismatch, "`t` takes the key of a text")
                .label(key.span, "must be written out in quotes")
                .help("write it as in `{{ \"cart.title\" | t }}`".to_owned());
            return self.checker.report.fail(error);
        };
        let language = self.language(filter)?;
        let all = Arc::clone(&self.checker.names.translations);
        let Some((language, texts)) = all.of(&language) else {
            let known: Vec<&str> = all.languages().map(|it| &**it).collect();
            let help = if known.is_empty() {
                "give the catalogue to `Builder::translations`".to_owned()
            } else {
                format!("there are translations for {}", known.join(", "))
            };
            let error = Diagnostic::new(
                Code::UnknownTranslation,
                format!("no translations for `{language}`"),
            )
            .label(filter.span, "asked for here")
            .help(help);
            return self.checker.report.fail(error);
        };
        let said = self.said(texts, text, key.span, language)?;
        let named = self.named(filter)?;
        let parts: Vec<&str> = match &said {
            Said::One(text) => vec![text],
            Said::Forms(forms) => forms.iter().map(|(_, text)| &**text).collect(),
        };
        self.fits_places(filter, &parts, &named, matches!(said, Said::Forms(_)))?;
        let (source, mut filters, mut state) = self.begin(&said, &named, filter, language)?;
        let mut arguments = Vec::new();
        let mut blank = true;
        for (name, value) in &named {
            if parts.iter().any(|text| places(text).any(|it| it == *name)) {
                blank &= self.state_of(value).blank;
                arguments.push(Expr::constant(filter.span, Type::String, *name));
                arguments.push(value.clone());
            }
        }
        if !arguments.is_empty() {
            let says = |text: &&str| !without_places(text).trim().is_empty();
            state = State::of(
                StateKind::Value(Type::String),
                state.optional,
                blank && !parts.iter().all(says),
            );
            filters.push(Filter::new(
                filter.span,
                FilterKind::Text(TextFilter::Fill),
                arguments,
            ));
        }
        Some((source, filters, state))
    }

    /// The language that is written, or that of the text around, or the only one.
    fn language(&mut self, filter: &written::Filter) -> Option<Arc<str>> {
        let written = filter.arguments.iter().find(|it| is_named(it, "locale"));
        if let Some(argument) = written {
            let tag = self.text_argument(argument, "a language such as `\"es\"`")?;
            return Some(text_of(&tag).into());
        }
        self.asks_language = true;
        let all = &self.checker.names.translations;
        let only = all.languages().next().filter(|_| all.languages().len() == 1);
        if let Some(language) = self.written.language.map(Arc::from).or_else(|| only.cloned()) {
            return Some(language);
        }
        let error = Diagnostic::new(Code::UnknownTranslation, "it is not known which language this is in")
            .label(filter.span, "no language is said")
            .help("write `t: locale: \"es\"`, a part of the message for each language, or set `TemplateBuilder::language`".to_owned());
        self.checker.report.fail(error)
    }

    /// The text of a key, or its forms: `orders.one`, `orders.other`.
    fn said(&mut self, texts: &Texts, key: &str, span: Span, language: &str) -> Option<Said> {
        if let Some(text) = texts.get(key) {
            return Some(Said::One(text.clone()));
        }
        let forms: Vec<_> = Category::ALL
            .into_iter()
            .filter_map(|it| Some((it, texts.get(&*format!("{key}.{}", it.name()))?.clone())))
            .collect();
        if !forms.is_empty() {
            return Some(Said::Forms(forms));
        }
        let help = suggest::did_you_mean(key, texts.keys().map(|it| &**it));
        let error = Diagnostic::new(Code::UnknownTranslation, format!("no translation of `{key}`"))
            .label(span, format!("not a key of `{language}`"))
            .help(help);
        self.checker.report.fail(error)
    }

    /// The values that are given for the places of the text.
    fn named<'f>(&mut self, filter: &'f written::Filter) -> Option<Vec<(&'f str, Expr)>> {
        let parameter = Parameter {
            name: None,
            positional: false,
            wants: Wants::Text,
            otherwise: None,
        };
        let mut named = Vec::new();
        for argument in filter.arguments.iter().filter(|it| !is_named(it, "locale")) {
            let Some(name) = &argument.name else {
                let error = Diagnostic::new(Code::ArgumentCount, "`t` takes arguments with names")
                    .label(argument.span, "for which place of the text?")
                    .help("write it as in `t: name: first_name` where the text has `{name}`".to_owned());
                return self.checker.report.fail(error);
            };
            if named.iter().any(|(known, _)| *known == &*name.text) {
                let message = format!("`{}` is given twice", name.text);
                let error =
                    Diagnostic::new(Code::ArgumentCount, message).label(argument.span, "once is enough");
                return self.checker.report.fail(error);
            }
            let value = self.argument_or(filter, &parameter, Some(argument))?;
            named.push((&*name.text, value));
        }
        Some(named)
    }

    /// Whether every place of the texts is given something, and all that is given has its place.
    fn fits_places(
        &mut self,
        filter: &written::Filter,
        texts: &[&str],
        named: &[(&str, Expr)],
        has_forms: bool,
    ) -> Option<()> {
        let is_given = |name: &str| named.iter().any(|(known, _)| *known == name);
        let mut wanted = texts.iter().flat_map(|text| places(text));
        let count = (has_forms && !is_given(COUNT)).then_some(COUNT);
        if let Some(name) = count.or_else(|| wanted.find(|name| !is_given(name))) {
            let message = format!("the text needs `{name}`");
            let error = Diagnostic::new(Code::ArgumentCount, message)
                .label(filter.span, "not given")
                .help(format!("write `t: {name}: …`"));
            return self.checker.report.fail(error);
        }
        let has_place = |name: &str| texts.iter().any(|text| places(text).any(|it| it == name));
        let lost = named
            .iter()
            .find(|(name, _)| !(has_place(name) || has_forms && *name == COUNT));
        if let Some((name, value)) = lost {
            let error = Diagnostic::new(Code::ArgumentCount, format!("the text has no place for `{name}`"))
                .label(value.span, "would not be shown")
                .help(format!("write `{{{name}}}` in the text, or leave this out"));
            return self.checker.report.fail(error);
        }
        Some(())
    }

    /// The text, or the form that goes with the number.
    fn begin(
        &mut self,
        said: &Said,
        named: &[(&str, Expr)],
        filter: &written::Filter,
        language: &str,
    ) -> Option<(Source, Vec<Filter>, State)> {
        let constant = |text: &str| Expr::constant(filter.span, Type::String, text);
        let forms = match said {
            Said::One(text) => {
                let text = constant(text);
                let state = self.state_of(&text);
                return Some((Source::Value(text), Vec::new(), state));
            }
            Said::Forms(forms) => forms,
        };
        let (_, count) = named.iter().find(|(name, _)| *name == COUNT)?;
        if !count.ty.is_number() {
            let error = Diagnostic::new(Code::TypeMismatch, "`count` takes a number")
                .label(count.span, "chooses the form of the text");
            return self.checker.report.fail(error);
        }
        let locale = Locale::of(language).unwrap_or(Locale::ENGLISH);
        let of = |category: Category| forms.iter().find(|(it, _)| *it == category).map(|(_, text)| text);
        let rest = of(Category::Other).or_else(|| of(Category::Many));
        let lacks = locale.categories().iter().find(|it| of(**it).is_none());
        let (Some(rest), None) = (rest, lacks) else {
            let name = lacks.copied().unwrap_or(Category::Other).name();
            let error = Diagnostic::new(Code::UnknownTranslation, format!("the text has no form `{name}`"))
                .label(filter.span, format!("`{language}` has it"))
                .help("add it to the catalogue".to_owned());
            return self.checker.report.fail(error);
        };
        let mut arguments: Vec<Expr> = Category::ALL.map(|it| constant(of(it).unwrap_or(rest))).into();
        let blank = arguments.iter().any(|it| self.state_of(it).blank);
        arguments.push(constant(locale.tag));
        let state = State::of(StateKind::Value(Type::String), false, blank);
        let plural = Filter::new(filter.span, FilterKind::Plural, arguments);
        Some((Source::Value(count.clone()), vec![plural], state))
    }
}

fn is_named(argument: &Argument, name: &str) -> bool {
    argument.name.as_ref().is_some_and(|it| *it.text == *name)
}

/// The names of the places of a text, `{name}`.
fn places(text: &str) -> impl Iterator<Item = &str> {
    text.split('{').skip(1).filter_map(|rest| {
        let (name, _) = rest.split_once('}')?;
        let is_name = !name.is_empty() && name.chars().all(|it| it.is_alphanumeric() || it == '_');
        is_name.then_some(name)
    })
}

fn without_places(text: &str) -> String {
    let mut rest = text.to_owned();
    for name in places(text) {
        rest = rest.replace(&format!("{{{name}}}"), "");
    }
    rest
}
