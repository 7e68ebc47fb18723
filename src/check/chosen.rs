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
        self.is_no_large_position(step)?;
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
        self.count_chosen(fields.len().saturating_mul(record.len() + steps(&key)), step.span)?;
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
                .help(format!(
                    "ask for each name: `{{% if {} = \"{field}\" %}}` … `{{% elsif … %}}`",
                    display(&step.chosen_by().unwrap_or_default())
                ));
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
        self.is_no_large_position(step)?;
        let Some(path) = step.chosen_by() else {
            let error = Diagnostic::new(Code::Unsupported, "only a name chooses an item")
                .label(step.span, "more than a name")
                .help("give the value a name before: `{% assign key = … %}`".to_owned());
            return self.report.fail(error);
        };
        Some(at(step.span, ast::ExprKind::Path(path)))
    }

    /// Refuses a number that is larger than those of all lists.
    fn is_no_large_position(&mut self, step: &Name) -> Option<()> {
        let digits = step.text.trim_matches(['[', ']']);
        let is_number = digits
            .trim_start_matches('-')
            .starts_with(|it: char| it.is_ascii_digit());
        if !is_number {
            return Some(());
        }
        let error = Diagnostic::new(Code::InvalidLiteral, "a position that no list has")
            .label(
                step.span,
                format!("positions are from {} to {}", i64::MIN, i64::MAX),
            )
            .help(
                "positions count from 0, and from the end when negative: `[0]` is the first, `[-1]` the last"
                    .to_owned(),
            );
        self.report.fail(error)
    }

    /// Counts what a chosen field is written out as: a comparison with the name of each field.
    fn count_chosen(&mut self, names: usize, span: Span) -> Option<()> {
        let limit = self.report.limits.nodes;
        self.chosen = self.chosen.saturating_add(names);
        if self.chosen <= limit {
            return Some(());
        }
        let message = format!("values choose among more than {limit} names of fields");
        let error = Diagnostic::new(Code::Limit, message)
            .label(span, "each place where a value chooses is compared with all fields")
            .help(
                "choose once and keep what is chosen, `{% assign item = … %}`, or ask for the names that matter"
                    .to_owned(),
            );
        self.report.fail(error)
    }
}

/// How many names a path has.
fn steps(key: &ast::Expr) -> usize {
    match &key.kind {
        ast::ExprKind::Path(path) => path.len(),
        _ => 1,
    }
}

fn at(span: Span, kind: ast::ExprKind) -> ast::Expr {
    ast::Expr { span, kind }
}
