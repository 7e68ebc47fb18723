//! Steps of a template's paths that a value chooses: `h[key]`, `a[i]`.

use std::sync::Arc;

use super::{
    Checker,
    path::{Found, display, span_of},
    report::type_name,
};
use crate::{
    diagnostic::{Code, Diagnostic},
    hir::Expr,
    span::Span,
    syntax::ast::{self, CompareOp, Literal, Name},
    value::Type,
};

impl Checker<'_> {
    /// What a path stands for of which step `at` is chosen by a value.
    pub(super) fn chosen(&mut self, path: &[Name], at: usize) -> Option<Found> {
        let (before, step) = (&path[..at], &path[at]);
        let shown = display(before);
        let is_last = path.len() == at + 1;
        match self.resolve(before)? {
            Found::Record(record) if is_last => self.field_of(before, &record.fields, step).map(Found::Value),
            Found::Record(_) | Found::List(_) => {
                let message = "what is chosen by a value has its own name first";
                let error = Diagnostic::new(Code::Unsupported, message)
                    .label(step.span, "chosen by a value")
                    .help(format!(
                        "write `{{% assign item = {shown}{} %}}` before, and `item` here",
                        step.text
                    ));
                self.report.fail(error)
            }
            Found::Value(value) => {
                let error = Diagnostic::new(Code::UnknownProperty, format!("`{shown}` has no fields")).label(
                    step.span,
                    format!("`{shown}` is of type {}", type_name(&value.ty)),
                );
                self.report.fail(error)
            }
        }
    }

    /// The field of a record whose name a text says: of one type, whichever it is, and missing where there is none.
    fn field_of(&mut self, record: &[Name], fields: &[Arc<str>], step: &Name) -> Option<Expr> {
        let span = span_of(record).to(step.span);
        let key = self.choice(step)?;
        let checked = self.check_value(&key)?;
        let mut arms = Vec::new();
        let mut ty: Option<Type> = None;
        for field in fields {
            match &checked.ty {
                Type::Words(words) if !words.contains(field) => continue,
                Type::String | Type::Words(_) => {}
                other => {
                    let error = Diagnostic::new(Code::TypeMismatch, "a field is chosen by its name")
                        .label(step.span, format!("this is of type {}", type_name(other)))
                        .help("give a text".to_owned());
                    return self.report.fail(error);
                }
            }
            let name = Name {
                span: step.span,
                text: field.clone(),
                quoted: true,
            };
            let path: Vec<Name> = record.iter().cloned().chain([name]).collect();
            let found = match self.resolve(&path)? {
                Found::Value(value) => Some(value.ty),
                Found::List(_) | Found::Record(_) => None,
            };
            if found.is_none() || ty.as_ref().is_some_and(|it| Some(it) != found.as_ref()) {
                let error = Diagnostic::new(
                    Code::Unsupported,
                    "a value chooses among fields of one type alone",
                )
                .label(
                    step.span,
                    format!("`{}` has fields of several types", display(record)),
                )
                .help("ask for the name: `{% if key = \"a\" %}` … `{% elsif … %}`".to_owned());
                return self.report.fail(error);
            }
            ty = found;
            let is_it = ast::ExprKind::Compare {
                op: CompareOp::Eq,
                lhs: Box::new(key.clone()),
                rhs: Box::new(at(
                    step.span,
                    ast::ExprKind::Literal(Literal::Text(field.clone())),
                )),
                ignoring_case: false,
            };
            arms.push((at(step.span, is_it), at(span, ast::ExprKind::Path(path))));
        }
        if arms.is_empty() {
            return Some(super::liquid::nothing(span));
        }
        let otherwise = None;
        self.check_value(&at(span, ast::ExprKind::Case { arms, otherwise }))
    }

    /// The value that stands in the brackets of a step.
    pub(super) fn choice(&mut self, step: &Name) -> Option<ast::Expr> {
        let Some(path) = step.chosen_by() else {
            let error = Diagnostic::new(Code::Unsupported, "only a name chooses an item")
                .label(step.span, "more than a name")
                .help("give the value a name before: `{% assign key = … %}`".to_owned());
            return self.report.fail(error);
        };
        Some(at(step.span, ast::ExprKind::Path(path)))
    }
}

fn at(span: Span, kind: ast::ExprKind) -> ast::Expr {
    ast::Expr { span, kind }
}
