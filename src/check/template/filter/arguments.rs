//! What stands before a filter, and what it is given.

use super::{State, StateKind};
use crate::{
    check::{
        known_given,
        template::{
            TemplateChecker,
            signature::{Parameter, Signature, Takes, Wants, Written},
        },
        type_name,
    },
    diagnostic::{Code, Diagnostic, suggest},
    filter::{
        is_number,
        locale::{FORMS, Locale, NoLocale},
        moment, of_text,
    },
    hir::{Expr, ExprKind, template::FilterKind},
    span::Span,
    syntax::template::ast::{self as written, Argument},
    value::{Date, Type, Value, ValueRef, Zone},
};

impl TemplateChecker<'_, '_> {
    /// The argument for each parameter, where one was given.
    pub(super) fn given<'f>(
        &mut self,
        filter: &'f written::Filter,
        signature: &Signature,
    ) -> Option<Vec<Option<&'f Argument>>> {
        let name = signature.name;
        let parameters = signature.parameters;
        let mut given = vec![None; parameters.len()];
        let mut count = 0;
        let (least, most) = signature.positions();
        for argument in &filter.arguments {
            let Some(named) = &argument.name else {
                if let Some(place) = given[..most].get_mut(count) {
                    *place = Some(argument);
                }
                count += 1;
                continue;
            };
            let named_parameters = parameters.iter().filter_map(|it| it.name);
            let Some(index) = parameters
                .iter()
                .position(|it| it.name.is_some_and(|it| *it == *named.text))
            else {
                let help = suggest::did_you_mean(&named.text, named_parameters);
                let error = Diagnostic::new(
                    Code::ArgumentCount,
                    format!("`{name}` has no argument named `{}`", named.text),
                )
                .label(named.span, "not an argument of it")
                .help(help.unwrap_or_else(|| format!("write it as in `| {}`", signature.example)));
                return self.checker.report.fail(error);
            };
            if given[index].replace(argument).is_some() {
                let error = Diagnostic::new(Code::ArgumentCount, format!("`{}` is given twice", named.text))
                    .label(argument.span, "once is enough");
                return self.checker.report.fail(error);
            }
        }
        if count < least || count > most {
            let takes = match (least, most) {
                (0, 0) => "no argument".to_owned(),
                (1, 1) => "one argument".to_owned(),
                (least, most) if least == most => format!("{least} arguments"),
                (0, most) => format!("at most {most} argument{}", if most == 1 { "" } else { "s" }),
                (least, most) => format!("{least} to {most} arguments"),
            };
            let error = Diagnostic::new(
                Code::ArgumentCount,
                format!("the filter `{name}` takes {takes}, found {count}"),
            )
            .label(filter.span, "here")
            .help(format!("write it as in `| {}`", signature.example));
            return self.checker.report.fail(error);
        }
        Some(given)
    }

    /// Whether what stands before a filter is what it takes.
    pub(super) fn takes(
        &mut self,
        filter: &written::Filter,
        signature: &Signature,
        state: &State,
    ) -> Option<()> {
        let name = signature.name;
        if state.markup && !matches!(signature.kind, FilterKind::Raw | FilterKind::Size) {
            let error = Diagnostic::new(
                Code::TypeMismatch,
                format!("`{name}` takes text, found part of a page"),
            )
            .label(filter.span, "what stands before it was captured with tags")
            .help(
                "filter the values where they are captured, and leave out what is missing with `{% if … %}`"
                    .to_owned(),
            );
            return self.checker.report.fail(error);
        }
        match (&state.kind, signature.takes) {
            (StateKind::Value(ty), Takes::Shown | Takes::Anything | Takes::ShownOrList) => {
                self.printable(ty, filter.span)
            }
            (StateKind::Value(ty), Takes::TextOrList) if ty.is_text() => Some(()),
            (StateKind::Value(ty), Takes::TextOrList) => self.wrong_type(filter, ty, "a text or a list"),
            (StateKind::List(items), Takes::ShownOrList) if items.may_be_missing() => {
                let error = Diagnostic::new(Code::MayBeMissing, "an item may be missing")
                    .label(filter.span, "JSON says nothing of it")
                    .help("put `compact` before it".to_owned());
                self.checker.report.fail(error)
            }
            (StateKind::Value(Type::Date | Type::DateTime), Takes::Time | Takes::Moment)
            | (StateKind::Value(Type::Int), Takes::Moment)
            | (StateKind::List(_), Takes::List | Takes::Anything | Takes::TextOrList) => Some(()),
            (StateKind::List(items), Takes::Records) if items.have_fields() => Some(()),
            (StateKind::List(items), Takes::Records) => {
                let message = format!("`{name}` takes a list of records");
                let error = Diagnostic::new(Code::TypeMismatch, message)
                    .label(
                        filter.span,
                        format!("its items are {}, which have no fields", type_name(&items.ty)),
                    )
                    .help(match name {
                        "map" => "leave `map` out: the items are the values".to_owned(),
                        "has" => "write it as a condition: `{% if … contains … %}`".to_owned(),
                        _ => "choose the items in a loop: `{% for item in … %}{% if item = … %}`".to_owned(),
                    });
                self.checker.report.fail(error)
            }
            (StateKind::Value(ty), Takes::Number | Takes::Calculated) if ty.is_number() => Some(()),
            (StateKind::Value(Type::String), Takes::Calculated) => match &state.constant {
                Some(Value::Text(text)) if !is_number(text) => self.no_number(filter.span, text),
                _ => Some(()),
            },
            (StateKind::Value(Type::String), Takes::Moment) => {
                match &state.constant {
                    Some(Value::Text(text)) if moment::written(text, Date::MIN).is_none() => {
                        let error = Diagnostic::new(Code::InvalidLiteral, format!("`{text}` is no day and no instant"))
                        .label(filter.span, "would be shown as it is")
                        .help("write it as in `\"2026-01-31\"`, `\"2026-01-31 10:20\"` or `\"January 31, 2026\"`".to_owned());
                        self.checker.report.fail(error)
                    }
                    _ => Some(()),
                }
            }
            (StateKind::Value(ty), Takes::Number | Takes::Calculated) => {
                self.wrong_type(filter, ty, "a number")
            }
            (StateKind::Value(ty), Takes::Time | Takes::Moment) => {
                self.wrong_type(filter, ty, "a date or a datetime")
            }
            (StateKind::Value(ty), Takes::List | Takes::ShownList | Takes::Records) => {
                let error = Diagnostic::new(Code::TypeMismatch, format!("`{name}` takes a list"))
                    .label(filter.span, format!("{} stands before it", type_name(ty)))
                    .help(
                        ty.is_text()
                            .then(|| "`split: \", \"` makes a list of a text".to_owned()),
                    );
                self.checker.report.fail(error)
            }
            (StateKind::List(items), Takes::ShownList | Takes::ShownOrList) => {
                if items.are_records() {
                    let message = format!("`{name}` takes a list of plain values");
                    let error = Diagnostic::new(Code::TypeMismatch, message)
                        .label(filter.span, "its items are records")
                        .help(items.field().map_or_else(
                            || "write `{% for item in … %}` and name the fields".to_owned(),
                            |field| {
                                format!("put `map: \"{field}\"` before it, or write `{{% for item in … %}}`")
                            },
                        ));
                    return self.checker.report.fail(error);
                }
                self.printable(&items.ty, filter.span)
            }
            (StateKind::List(_), _) => {
                let message = format!("`{name}` takes one value, found a list");
                let error = Diagnostic::new(Code::TypeMismatch, message)
                    .label(filter.span, "a list stands before it")
                    .help("put `join: \", \"` before it, or write `{% for … %}`".to_owned());
                self.checker.report.fail(error)
            }
            (StateKind::Item(items), _) => {
                let error = Diagnostic::new(Code::TypeMismatch, format!("`{name}` takes no record"))
                    .label(filter.span, "an item with fields stands before it")
                    .help(items.example());
                self.checker.report.fail(error)
            }
        }
    }

    /// An argument, or what stands for one that was not given.
    pub(super) fn argument_or(
        &mut self,
        filter: &written::Filter,
        parameter: &Parameter,
        argument: Option<&Argument>,
    ) -> Option<Expr> {
        match argument {
            Some(argument) => self.argument(filter, parameter, argument),
            None => constant(filter.span, parameter.otherwise?),
        }
    }

    fn argument(
        &mut self,
        filter: &written::Filter,
        parameter: &Parameter,
        argument: &Argument,
    ) -> Option<Expr> {
        match parameter.wants {
            Wants::WrittenText(needed) => self.text_argument(argument, needed),
            Wants::Locale => {
                let tag = self.text_argument(argument, "a language such as `\"es\"`")?;
                self.locale(&tag)?;
                Some(tag)
            }
            Wants::Zone => {
                let zone = self.text_argument(argument, "a time zone such as `\"Europe/Madrid\"`")?;
                if let Err(error) = Zone::named(text_of(&zone)) {
                    let error = Diagnostic::new(Code::InvalidLiteral, error.to_string())
                        .label(zone.span, "not a time zone");
                    return self.checker.report.fail(error);
                }
                Some(zone)
            }
            Wants::Value => {
                let value = self.value(&argument.value)?;
                self.printable(&value.ty, value.span)?;
                Some(value)
            }
            Wants::Text => {
                let value = self.value(&argument.value)?;
                self.printable(&value.ty, value.span)?;
                self.known(filter, value)
            }
            Wants::Number | Wants::Whole => {
                let value = self.value(&argument.value)?;
                if let ExprKind::Constant(Value::Text(text)) = &value.kind {
                    return self.number_of(value.span, text, parameter.wants);
                }
                let (fits, needed) = match parameter.wants {
                    Wants::Whole => (value.ty == Type::Int, "a whole number"),
                    _ => (value.ty.is_number() || value.ty == Type::String, "a number"),
                };
                if !fits {
                    let error = Diagnostic::new(Code::TypeMismatch, format!("expected {needed}"))
                        .label(argument.value.span, format!("found {}", type_name(&value.ty)));
                    return self.checker.report.fail(error);
                }
                self.known(filter, value)
            }
            Wants::WrittenBool => {
                let value = self.value(&argument.value)?;
                if matches!(value.kind, ExprKind::Constant(Value::Bool(_))) {
                    return Some(value);
                }
                let error = Diagnostic::new(Code::TypeMismatch, "expected `true` or `false`")
                    .label(argument.span, "must be written out");
                self.checker.report.fail(error)
            }
            // Of filters on lists, which see to them.
            Wants::Field | Wants::List => None,
        }
    }

    /// The number that a text says which is written out.
    fn number_of(&mut self, span: Span, text: &str, wants: Wants) -> Option<Expr> {
        let number = if is_number(text) { of_text(text) } else { None };
        match (number.map(ValueRef::to_owned), wants) {
            (Some(Value::Int(number)), _) => Some(Expr::constant(span, Type::Int, number)),
            (Some(Value::Decimal(number)), Wants::Number) => {
                Some(Expr::constant(span, Type::Decimal, number))
            }
            _ => self.no_number(span, text),
        }
    }

    fn no_number<T>(&mut self, span: Span, text: &str) -> Option<T> {
        let error = Diagnostic::new(Code::TypeMismatch, format!("`{text}` is no number"))
            .label(span, "expected a number")
            .help("what stands in quotes is text; a name or a number is written without".to_owned());
        self.checker.report.fail(error)
    }

    /// The locale of a filter that names none: that of the language of the text, English where none is known or nothing in the
    /// form of a date depends on it.
    pub(super) fn own_locale(
        &mut self,
        filter: &written::Filter,
        kind: FilterKind,
        form: Option<&Expr>,
    ) -> Option<Expr> {
        let is_same = matches!(kind, FilterKind::Date(_)) && !form.is_some_and(|it| has_names(text_of(it)));
        self.asks_language |= !is_same;
        let Some(language) = self.written.language else {
            return Some(Expr::constant(filter.span, Type::String, "en"));
        };
        let tag = Expr::constant(filter.span, Type::String, language);
        match Locale::of(language) {
            Ok(_) => Some(tag),
            Err(_) if is_same => Some(Expr::constant(filter.span, Type::String, "en")),
            Err(reason) => {
                let error = no_locale(reason, &tag).help(format!(
                    "or write it as in English: `{}: …, locale: \"en\"`",
                    filter.name.text
                ));
                self.checker.report.fail(error)
            }
        }
    }

    /// The locale that is written there.
    pub(super) fn locale(&mut self, tag: &Expr) -> Option<&'static Locale> {
        match Locale::of(text_of(tag)) {
            Ok(locale) => Some(locale),
            Err(reason) => {
                let error = no_locale(reason, tag);
                self.checker.report.fail(error)
            }
        }
    }

    /// An argument that must be there.
    pub(super) fn known(&mut self, filter: &written::Filter, value: Expr) -> Option<Expr> {
        if known_given(&value, &self.checker.given) {
            return Some(value);
        }
        let shown = self.written(value.span).to_owned();
        let error = Diagnostic::new(Code::MayBeMissing, format!("`{shown}` may be missing"))
            .label(
                value.span,
                format!("what should `{}` use instead?", filter.name.text),
            )
            .help(format!("write a fallback: `default({shown}, …)`"));
        self.checker.report.fail(error)
    }

    pub(super) fn printable(&mut self, ty: &Type, span: Span) -> Option<()> {
        let help = match ty {
            Type::Duration => "write it as a number, as in `days_since(…)`",
            Type::Geo => "a place has no text; write an attribute that names it",
            Type::List(_) | Type::Record(_) => "name one of its fields",
            _ => return Some(()),
        };
        let error = Diagnostic::new(
            Code::TypeMismatch,
            format!("{} cannot be written into a message", type_name(ty)),
        )
        .label(span, "not text, a number or a time")
        .help(help.to_owned());
        self.checker.report.fail(error)
    }

    fn wrong_type<T>(&mut self, filter: &written::Filter, ty: &Type, needed: &str) -> Option<T> {
        let name = &filter.name.text;
        let help = match (&**name, ty) {
            ("date", Type::String) => Some(
                "declare the attribute as `date` or `datetime`; for the moment of sending write `now`"
                    .to_owned(),
            ),
            ("money", Type::String) => Some("put `money` before a `default` that is text".to_owned()),
            _ => None,
        };
        let error = Diagnostic::new(Code::TypeMismatch, format!("`{name}` takes {needed}"))
            .label(filter.span, format!("{} stands before it", type_name(ty)))
            .help(help);
        self.checker.report.fail(error)
    }

    pub(super) fn text_argument(&mut self, argument: &Argument, needed: &str) -> Option<Expr> {
        let value = self.value(&argument.value)?;
        if let ExprKind::Constant(Value::Text(_)) = value.kind {
            return Some(value);
        }
        let error = Diagnostic::new(Code::TypeMismatch, format!("expected {needed}"))
            .label(argument.span, "must be written out in quotes");
        self.checker.report.fail(error)
    }
}

/// Why a locale cannot be used.
fn no_locale(reason: NoLocale, tag: &Expr) -> Diagnostic {
    let text = text_of(tag);
    match reason {
        NoLocale::Feature => {
            Diagnostic::new(Code::Unsupported, format!("the locale `{text}` is not built in"))
                .label(tag.span, "only English is")
                .help("build `audience` with the feature `locale`".to_owned())
        }
        NoLocale::Unknown => {
            let known: Vec<&str> = Locale::tags().collect();
            Diagnostic::new(Code::InvalidLiteral, format!("unknown locale `{text}`"))
                .label(tag.span, "not one of the languages")
                .help(format!("these are known: {}", known.join(", ")))
        }
    }
}

/// Whether a form of dates has something that is not the same in all languages: names, halves of the day.
fn has_names(form: &str) -> bool {
    let directive = |rest: &str| {
        let letter = rest
            .chars()
            .find(|it| !matches!(it, '-' | '_' | '^' | '#' | ':' | '0'..='9'));
        letter.is_some_and(|it| "BbhAapPcv+r".contains(it))
    };
    FORMS.contains(&form) || form.split('%').skip(1).any(directive)
}

/// The text of a constant.
pub(super) fn text_of(value: &Expr) -> &str {
    match &value.kind {
        ExprKind::Constant(Value::Text(text)) => text,
        _ => "",
    }
}

pub(super) fn constant(span: Span, written: Written) -> Option<Expr> {
    match written {
        Written::Nothing => None,
        Written::Text(text) => Some(Expr::constant(span, Type::String, text)),
        Written::Int(int) => Some(Expr::constant(span, Type::Int, int)),
        Written::Bool(bool) => Some(Expr::constant(span, Type::Bool, bool)),
    }
}
