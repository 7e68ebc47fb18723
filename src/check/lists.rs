//! Named lists: texts or numbers without a type of their own until they meet something.

use std::sync::Arc;

use super::{
    Checker,
    definitions::{self, Definitions},
    literal::{Number, Operand},
    path::Found,
    report::{Report, type_name},
    scope::Names,
};
use crate::{
    diagnostic::{Code, Diagnostic},
    hir::{Constants, Entry, Expr, ExprKind, List},
    span::Span,
    syntax::ast::{self, Literal, Name},
    value::{Type, Value},
};

/// Reads the lists of the definitions into the names, beside those of the host. One with an error is left out: it is
/// among the broken names then.
pub(crate) fn check(definitions: &Definitions<'_>, names: &mut Names, report: &mut Report) {
    for list in definitions.lists.values() {
        let name = &list.name.text;
        if names.lists.contains_key(name) {
            let message = format!("the list `{name}` is defined twice");
            let error = Diagnostic::new(Code::DuplicateName, message)
                .label(list.name.span, "the application gives a list of this name");
            report.push(error);
        }
        match entries(list, report) {
            Some(entries) => {
                let checked = List::new(name.clone(), entries);
                names.lists.insert(name.clone(), Arc::new(checked));
            }
            None => {
                names.broken.insert(name.clone());
            }
        }
    }
}

/// The entries of a list; what is no text or number, and what is not like the first, is reported.
fn entries(list: &definitions::List<'_>, report: &mut Report) -> Option<Vec<(Option<Span>, Entry)>> {
    let mut entries: Vec<(Option<Span>, Entry)> = Vec::with_capacity(list.values.len());
    let mut first: Option<(Span, bool)> = None;
    let mut right = true;
    for value in list.values {
        let entry = match &value.kind {
            ast::ExprKind::Literal(Literal::Text(text)) => Entry::Text(text.clone()),
            ast::ExprKind::Literal(Literal::Int(int)) => Entry::Int(*int),
            ast::ExprKind::Literal(Literal::Decimal(digits)) => Entry::Point(digits.clone()),
            _ => {
                let error = Diagnostic::new(Code::TypeMismatch, "a list holds texts or numbers")
                    .label(value.span, "neither a text nor a number")
                    .help(help(value));
                report.push(error);
                right = false;
                continue;
            }
        };
        let is_text = matches!(entry, Entry::Text(_));
        let (span, expected) = *first.get_or_insert((value.span, is_text));
        if is_text != expected {
            let kinds = ["a number", "a text"];
            let error = Diagnostic::new(Code::IncompatibleTypes, "texts and numbers in one list")
                .label(value.span, kinds[usize::from(is_text)])
                .label(span, kinds[usize::from(expected)]);
            report.push(error);
            right = false;
        }
        if report.is_full() {
            break;
        }
        entries.push((Some(value.span), entry));
    }
    right.then_some(entries)
}

fn help(value: &ast::Expr) -> Option<String> {
    match &value.kind {
        ast::ExprKind::Path(path) => {
            let name = super::path::display(path);
            Some(format!("text is written in quotes: `{name:?}`"))
        }
        ast::ExprKind::Literal(Literal::Date(_) | Literal::DateTime { .. }) => {
            Some("dates stand in brackets where they are needed: `x in [2026-01-01, 2026-12-25]`".to_owned())
        }
        _ => None,
    }
}

impl Checker<'_> {
    /// The list of that name. What else has the name is told in its own words.
    pub(crate) fn list_named(&mut self, name: &Name) -> Option<Arc<List>> {
        if let Some(list) = self.names.lists.get(&name.text) {
            return Some(list.clone());
        }
        let text = &name.text;
        if self.names.customer.members.contains_key(text)
            && let Found::List(_) = self.resolve(std::slice::from_ref(name))?
        {
            let error = Diagnostic::new(Code::TypeMismatch, "`in` takes words and numbers in brackets")
                .label(name.span, "a list of the customer")
                .help(format!("write `{text} contains …`"));
            return self.report.fail(error);
        }
        if self.names.segments.contains(text) {
            let error = Diagnostic::new(Code::TypeMismatch, format!("`{text}` is a segment"))
                .label(name.span, "not a list")
                .help(format!("write `in segment {text}`"));
            return self.report.fail(error);
        }
        if self.names.is_silent(text) {
            return None;
        }
        let near = self.report.suggest(text, self.names.lists.keys().map(|it| &**it));
        let help = near.or_else(|| Some(format!("define it: `list {text} = [\"…\", \"…\"]`")));
        let error = Diagnostic::new(Code::UnknownList, format!("unknown list `{text}`"))
            .label(name.span, "no such list")
            .help(help);
        self.report.fail(error)
    }

    /// The entries of a list as values that `operand` can be equal to. Words of an enumeration must have them all.
    pub(crate) fn constants_of(&mut self, operand: &Expr, list: &Arc<List>, used: Span) -> Option<Constants> {
        let fits = match list.is_of_texts() {
            None => true,
            Some(true) => operand.ty.is_text(),
            Some(false) => operand.ty.is_number(),
        };
        if !fits {
            let kind = if list.is_of_texts() == Some(true) {
                "texts"
            } else {
                "numbers"
            };
            let ty = type_name(&operand.ty);
            let message = format!("{ty} is never in a list of {kind}");
            let error = Diagnostic::new(Code::IncompatibleTypes, message)
                .label(used, format!("a list of {kind}"))
                .label(operand.span, ty);
            return self.report.fail(error);
        }
        // Words are looked up each time; the texts that are found are the same.
        if let Type::Words(_) = operand.ty {
            self.values_of(operand, list, used)?;
        }
        list.values(&operand.ty, || self.values_of(operand, list, used))
    }

    fn values_of(&mut self, operand: &Expr, list: &List, used: Span) -> Option<Vec<Value>> {
        let mut right = true;
        let mut values = Vec::with_capacity(list.entries.len());
        for (span, entry) in &list.entries {
            let span = span.unwrap_or(used);
            let literal = match entry {
                Entry::Text(text) => Operand::Text(span, text.clone()),
                Entry::Int(int) => Operand::Number(Number::int(span, *int)),
                Entry::Point(digits) => Operand::Number(Number::point(span, digits)),
            };
            match self.fit(literal, operand).map(|it| it.kind) {
                Some(ExprKind::Constant(value)) => values.push(value),
                _ => right = false,
            }
            if self.report.is_full() {
                break;
            }
        }
        right.then_some(values)
    }
}
