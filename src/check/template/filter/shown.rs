//! That a placeholder shows something, and what to write where it may not.

use super::{State, StateKind, span_of};
use crate::{
    check::template::TemplateChecker,
    diagnostic::{Code, Diagnostic},
    syntax::{ast, template::ast as written},
    value::Type,
};

impl TemplateChecker<'_, '_> {
    /// Whether the result surely shows something; says what to do when it may not.
    pub(super) fn shows(&mut self, piped: &written::Piped, state: &State) -> bool {
        let written::Piped {
            value, span, filters, ..
        } = piped;
        let shown = self.written(span_of(piped));
        let ty = match &state.kind {
            StateKind::Value(ty) => ty,
            StateKind::List(items) => {
                let is_record = matches!(items.ty, Type::Record(_));
                let help = if is_record && !filters.is_empty() {
                    // A loop goes through a name.
                    format!(
                        "write `{{% assign items = {shown} %}}{{% for item in items %}}` … `{{% endfor %}}`"
                    )
                } else if is_record {
                    format!("write `{{% for item in {shown} %}}` … `{{% endfor %}}`")
                } else {
                    format!("write `{{{{ {shown} | join: \", \" }}}}`")
                };
                let error = Diagnostic::new(Code::TypeMismatch, format!("`{shown}` is a list"))
                    .label(*span, "one value is needed here")
                    .help(help);
                return self.checker.report.fail::<()>(error).is_some();
            }
            StateKind::Item(items) => {
                let error = Diagnostic::new(Code::TypeMismatch, format!("`{shown}` is a record"))
                    .label(*span, "one value is needed here")
                    .help(items.example());
                return self.checker.report.fail::<()>(error).is_some();
            }
        };
        if self.printable(ty, value.span).is_none() {
            return false;
        }
        if state.optional || state.blank {
            let error = self.may_be_missing(piped, state);
            self.checker.report.push(error);
            return false;
        }
        true
    }

    fn may_be_missing(&self, piped: &written::Piped, state: &State) -> Diagnostic {
        let written::Piped { value, filters, .. } = piped;
        let span = span_of(piped);
        let (shown, whole) = (self.written(piped.span), self.written(span));
        let what = match (state.optional, state.blank) {
            (true, true) => "missing or blank",
            (true, false) => "missing",
            (false, _) => "blank",
        };
        let is_text = match &state.kind {
            StateKind::Value(ty) => ty.is_text(),
            StateKind::List(_) | StateKind::Item(_) => true,
        };
        let fallback = if is_text { "\"…\"" } else { "…" };
        let guard = if state.blank { "filled" } else { "known" };
        let mut error = Diagnostic::new(Code::MayBeMissing, format!("`{whole}` may be {what}"))
            .label(span, "what should be sent instead?")
            .help(format!(
                "write a fallback: `{{{{ {whole} | default: {fallback} }}}}`"
            ));
        let falls_back = filters.iter().any(|filter| &*filter.name.text == "default");
        if let ast::ExprKind::Path(path) = &value.kind
            && !falls_back
        {
            error = error.help(format!(
                "or show it only where it is there: `{{% if {shown} is {guard} %}}` … `{{% endif %}}`"
            ));
            if state.blank && !state.optional && filters.is_empty() {
                let field = path.last().map_or(shown, |name| &*name.text);
                error = error.help(format!(
                    "or declare `{field}` as `filled`, so that blank text is refused on loading"
                ));
            }
        }
        error
    }
}
