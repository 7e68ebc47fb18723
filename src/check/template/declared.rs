//! What a partial declares to be given, and whether it is.
//!
//! The body of such a partial is checked once with what it declares and nothing else, so that what is wrong with it is told
//! the same wherever it is rendered; and what it is given is checked where it is given.

use std::sync::Arc;

use super::{
    Held, HeldKind, TemplateChecker,
    filter::{State, StateKind},
    held::MOST_NAMES,
    meet::conversion,
    tags,
};
use crate::{
    check::{Found, Report, definitions::Definitions, liquid::nothing, schema, type_name},
    diagnostic::{Code, Diagnostic, suggest},
    hir::{Expr, ExprKind, template::Filter},
    span::Span,
    syntax::ast::{self, Literal, Name, Role, TypeKind},
    value::{Schemes, Type},
};

/// What is known of a partial.
#[derive(Clone, Debug)]
pub(super) enum Declared {
    /// It takes whatever it is given.
    Anything,
    Inputs(Arc<[Wanted]>),
    /// Its declaration or its body has an error, which is told already.
    Broken,
}

/// How a value becomes what an input is declared as.
pub(super) struct Change {
    pub(super) to: Type,
    pub(super) filter: Option<Filter>,
}

/// There is an error, and it is told already.
pub(super) struct Told;

/// One input of a partial.
#[derive(Clone, Debug)]
pub(super) struct Wanted {
    pub(super) name: Arc<str>,
    /// Where it is declared.
    pub(super) span: Span,
    pub(super) ty: Type,
    /// It may be part of a page; text then.
    pub(super) markup: bool,
    pub(super) optional: bool,
    /// It must not be blank text.
    pub(super) filled: bool,
}

impl Wanted {
    /// As the declaration has it, for messages.
    fn type_name(&self) -> String {
        if self.markup {
            "`markup`".to_owned()
        } else {
            type_name(&self.ty)
        }
    }

    /// Holds a value.
    pub(super) fn held(&self, span: Span, value: Expr) -> Held {
        Held {
            name: self.name.clone(),
            span,
            optional: value.optional,
            blank: !self.filled,
            markup: self.markup,
            kind: HeldKind::Value(value),
        }
    }

    /// Holds what lies in a local, of which no more is known than is declared.
    fn in_local(&self, span: Span, local: usize) -> Held {
        let value = Expr {
            span,
            ty: self.ty.clone(),
            optional: self.optional,
            kind: ExprKind::Local(local),
        };
        self.held(span, value)
    }
}

impl TemplateChecker<'_, '_> {
    /// What a partial declares; its body is checked the first time.
    pub(super) fn declared(&mut self, partial: usize, span: Span) -> Declared {
        if let Some((_, known)) = self.declared.iter().find(|(it, _)| *it == partial) {
            return known.clone();
        }
        let Some(inputs) = &self.written.partials[partial].1.inputs else {
            return Declared::Anything;
        };
        let Some(fields) = &inputs.fields else {
            return Declared::Broken;
        };
        // A loop around may be checked again, and forgets then what was told.
        let before = self.checker.report.len();
        let flagged = self.checker.flagged();
        let wanted = read(fields, self.checker.report);
        let declared = match wanted {
            Some(wanted) => {
                self.alone(partial, &wanted, span);
                Declared::Inputs(wanted.into())
            }
            None => Declared::Broken,
        };
        self.checker.set_flagged(flagged);
        self.checker.report.forget_warnings_since(before);
        let told = self.checker.report.split_off(before);
        let declared = if told.is_empty() {
            declared
        } else {
            Declared::Broken
        };
        self.apart.extend(told);
        self.declared.push((partial, declared.clone()));
        declared
    }

    /// Checks the body of a partial with no more known than it declares.
    fn alone(&mut self, partial: usize, wanted: &[Wanted], span: Span) {
        let places = &mut self.checker.scope.places;
        let given = wanted.iter().map(|it| it.in_local(it.span, places.local()));
        let given = given.collect();
        let known = self.checker.given.clone();
        self.inside(partial, given, span, &mut |this, body| this.fresh(body));
        self.checker.given = known;
    }

    /// Whether a partial is given all that it needs and nothing that it does not know; what may be left out is added.
    pub(super) fn is_complete(
        &mut self,
        it: &tags::Render,
        wanted: &[Wanted],
        given: &mut Vec<Held>,
        each: Option<&str>,
        span: Span,
    ) -> bool {
        let is_given = |name: &str| each == Some(name) || given.iter().any(|it| *it.name == *name);
        let (optional, missing): (Vec<_>, Vec<_>) = wanted
            .iter()
            .filter(|it| !is_given(&it.name))
            .partition(|it| it.optional);
        for it in optional {
            given.push(self.absent(it, span));
        }
        if missing.is_empty() {
            return true;
        }
        let names: Vec<_> = missing.iter().map(|it| format!("`{}`", it.name)).collect();
        let message = format!("`{}` is not given {}", it.partial.text, names.join(" and "));
        let mut error = Diagnostic::new(Code::ArgumentCount, message).label(span, "needed here");
        for it in &missing {
            error = error.label(it.span, format!("declared as {} without `?`", it.type_name()));
        }
        let written: Vec<_> = missing.iter().map(|it| format!("{}: …", it.name)).collect();
        let help = format!(
            "write `{{% render \"{}\", {} %}}`",
            it.partial.text,
            written.join(", ")
        );
        self.checker.report.push(error.help(help));
        false
    }

    /// What an input holds that is not given: what lies in a local to which nothing is ever given.
    fn absent(&mut self, wanted: &Wanted, span: Span) -> Held {
        let places = &mut self.checker.scope.places;
        let local = *self.never.get_or_insert_with(|| places.local());
        wanted.in_local(span, local)
    }

    /// The input that an argument is for.
    pub(super) fn wanted<'w>(
        &mut self,
        wanted: &'w [Wanted],
        (name, span): (&str, Span),
        partial: &ast::Text,
    ) -> Option<&'w Wanted> {
        let found = wanted.iter().find(|it| *it.name == *name);
        if found.is_none() {
            let all = || {
                let names: Vec<_> = wanted.iter().map(|it| format!("`{}`", it.name)).collect();
                format!("it takes {}", names.join(", "))
            };
            let help = suggest::did_you_mean(name, wanted.iter().map(|it| &*it.name)).unwrap_or_else(all);
            let message = format!("`{}` takes no `{name}`", partial.text);
            let error = Diagnostic::new(Code::ArgumentCount, message)
                .label(span, "not among its inputs")
                .help(help);
            self.checker.report.push(error);
        }
        found
    }

    /// A literal as what an input is; `None` for anything else.
    pub(super) fn literal(&mut self, wanted: &Wanted, value: &ast::Expr) -> Result<Option<Held>, Told> {
        let span = value.span;
        let ast::ExprKind::Literal(literal) = &value.kind else {
            return Ok(None);
        };
        let constant = match (literal, &wanted.ty) {
            (Literal::Null, _) if wanted.optional => return Ok(Some(self.absent(wanted, span))),
            (Literal::Null, _) => return self.missing(wanted, (span, true), "may be missing"),
            (Literal::Text(text), Type::Url) if Schemes::allow_everywhere(text) => {
                Expr::constant(span, Type::Url, text.clone())
            }
            (Literal::Text(_), Type::Url) => {
                let message = format!("`{}` is a URL, and this is none", wanted.name);
                let error = Diagnostic::new(Code::TypeMismatch, message)
                    .label(span, "expected https:, http:, mailto: or tel:")
                    .label(wanted.span, "declared here");
                return self.fail(error);
            }
            (Literal::Text(text), Type::Words(words)) if words.contains(text) => {
                Expr::constant(span, wanted.ty.clone(), text.clone())
            }
            (Literal::Text(text), Type::Words(words)) => {
                let told = self.checker.unknown_word(span, text, words, wanted.span);
                return told.ok_or(Told);
            }
            (Literal::Int(_) | Literal::Decimal(_), Type::Decimal | Type::Float) => {
                let number = self.checker.operand(value).ok_or(Told)?;
                let like = Expr {
                    ty: wanted.ty.clone(),
                    ..nothing(span)
                };
                self.checker.fit(number, &like).ok_or(Told)?
            }
            _ => return Ok(None),
        };
        Ok(Some(wanted.held(span, constant)))
    }

    /// Whether a value is what an input is declared as, and how it is made so where it is not yet.
    pub(super) fn fits(
        &mut self,
        wanted: &Wanted,
        (span, is_literal): (Span, bool),
        state: &State,
    ) -> Result<Option<Change>, Told> {
        let found = match &state.kind {
            StateKind::Value(_) if state.markup => "part of the page".to_owned(),
            StateKind::Value(ty) => type_name(&self.checker.names.value_type(ty)),
            StateKind::List(_) => "a list".to_owned(),
            StateKind::Item(_) => "a record".to_owned(),
        };
        let to = wanted.ty.clone();
        let fitted = match &state.kind {
            StateKind::Value(_) if state.markup => wanted.markup.then_some(None),
            StateKind::Value(ty) => match (self.checker.names.value_type(ty), &wanted.ty) {
                (from, wanted) if from == *wanted => Some(None),
                (Type::Words(few), Type::Words(many)) => {
                    let all = few.iter().all(|it| many.contains(it));
                    all.then_some(Some(Change { to, filter: None }))
                }
                (Type::Words(_) | Type::Url, Type::String) => Some(Some(Change { to, filter: None })),
                (from, _) => conversion(&from, &to, span).map(|filter| {
                    Some(Change {
                        to,
                        filter: Some(filter),
                    })
                }),
            },
            StateKind::List(_) | StateKind::Item(_) => None,
        };
        let Some(change) = fitted else {
            let message = format!("`{}` takes {}, found {found}", wanted.name, wanted.type_name());
            let error = Diagnostic::new(Code::TypeMismatch, message)
                .label(span, found)
                .label(wanted.span, "declared here");
            return self.fail(error);
        };
        if state.optional && !wanted.optional {
            return self.missing(wanted, (span, is_literal), "may be missing");
        }
        if state.blank && wanted.filled {
            return self.missing(wanted, (span, is_literal), "may be blank");
        }
        Ok(change)
    }

    /// Whether an item of a list is what an input is declared as, inside of the loop through that list.
    pub(super) fn item_fits(&mut self, wanted: &Wanted, span: Span) -> bool {
        let path = [Name {
            span,
            text: wanted.name.clone(),
            quoted: true,
        }];
        let state = match self.checker.resolve(&path) {
            Some(Found::Value(value)) => self.state_of(&value),
            Some(Found::Record(_)) => {
                let message = format!("`{}` takes {}, found a record", wanted.name, wanted.type_name());
                let error = Diagnostic::new(Code::TypeMismatch, message)
                    .label(span, "the items of this are records")
                    .label(wanted.span, "declared here");
                self.checker.report.push(error);
                return false;
            }
            _ => return false,
        };
        self.fits(wanted, (span, false), &state).is_ok()
    }

    fn missing<T>(
        &mut self,
        wanted: &Wanted,
        (span, is_literal): (Span, bool),
        what: &str,
    ) -> Result<T, Told> {
        let shown = self.written(span).to_owned();
        let name = &wanted.name;
        let is_text = wanted.ty.is_text() && wanted.ty != Type::Url;
        let help = if is_literal {
            "say something".to_owned()
        } else if is_text {
            format!(
                "give it a fallback before: `{{% assign {name} = {shown} | default: \"…\" %}}`, or write `{{% if {shown} is filled %}}` around it"
            )
        } else {
            format!("write `{{% if {shown} is known %}}` … `{{% endif %}}` around it")
        };
        let error = Diagnostic::new(Code::MayBeMissing, format!("`{name}` {what}"))
            .label(span, "what should be shown instead?")
            .label(
                wanted.span,
                if what.ends_with("blank") {
                    "declared as `filled`"
                } else {
                    "declared without `?`"
                },
            )
            .help(help);
        self.fail(error)
    }

    fn fail<T>(&mut self, error: Diagnostic) -> Result<T, Told> {
        self.checker.report.push(error);
        Err(Told)
    }
}

/// The type of what may be part of a page.
const MARKUP: &str = "markup";

/// A declaration, which keeps the rules of the inputs of a message.
fn read(written: &[ast::Field], report: &mut Report) -> Option<Vec<Wanted>> {
    let errors = report.error_count();
    if let Some(field) = written.get(MOST_NAMES) {
        let error = Diagnostic::new(Code::Limit, format!("more than {MOST_NAMES} inputs"));
        return report.fail(error.label(field.span, "one too many"));
    }
    let is_markup = |ty: &ast::Type| matches!(&ty.kind, TypeKind::Name(name) if *name.text == *MARKUP);
    let mut fields = written.to_vec();
    for field in &mut fields {
        let markup = is_markup(&field.ty);
        if let (true, TypeKind::Name(name)) = (markup, &mut field.ty.kind) {
            name.text = "string".into();
        }
        for role in &field.roles {
            let span = match role {
                Role::Filled { except, .. } if except.is_empty() && !markup => continue,
                Role::Unknown(_) | Role::Key(_) => continue,
                Role::Filled { span, .. }
                | Role::Personal(span)
                | Role::Sensitive(span)
                | Role::Zone(span)
                | Role::Channel(span)
                | Role::Letters { span, .. } => *span,
            };
            let error = Diagnostic::new(
                Code::InvalidRole,
                "a role that an input of a partial does not have",
            )
            .label(span, "leave this out")
            .help("an input of type `string` may be `filled`".to_owned());
            report.push(error);
        }
    }
    let (read, _) = schema::inputs(&Definitions::default(), &fields, report);
    if report.error_count() > errors {
        return None;
    }
    let wanted = read.into_iter().zip(written).map(|(field, written)| Wanted {
        name: field.name,
        span: written.span,
        ty: field.ty,
        markup: is_markup(&written.ty),
        optional: field.optional,
        filled: field.roles.filled.is_some(),
    });
    Some(wanted.collect())
}
