//! Filters that there are not, and what to write instead.

use crate::{
    check::template::{TemplateChecker, signature::FILTERS},
    diagnostic::{Code, Diagnostic, suggest},
    syntax::ast::Name,
};

impl TemplateChecker<'_, '_> {
    pub(super) fn unknown_filter<T>(&mut self, name: &Name) -> Option<T> {
        let text = &*name.text;
        let foreign = match text {
            "translate" | "trans" | "i18n" => Some("t"),
            "upper" | "uppercase" => Some("upcase"),
            "lower" | "lowercase" => Some("downcase"),
            "title" | "titlecase" | "titleize" => Some("capitalize"),
            "trim" => Some("strip"),
            "striptags" | "strip_tags" => Some("strip_html"),
            "nl2br" => Some("newline_to_br"),
            "concatenate" => Some("append: \"…\""),
            "length" | "count" => Some("size"),
            "e" | "h" | "html" | "htmlescape" => Some("escape"),
            "safe" | "noescape" => Some("raw"),
            "currency" => Some("money: \"EUR\""),
            "urlencode" | "uri_encode" | "url_param_escape" => Some("url_encode"),
            "b64encode" | "base64" => Some("base64_encode"),
            "strftime" | "format_date" => Some("date: \"%d %B %Y\""),
            "fallback" | "or" => Some("default: \"…\""),
            "add" => Some("plus: 1"),
            "subtract" | "sub" => Some("minus: 1"),
            "multiply" | "mul" => Some("times: 2"),
            "divide" | "div" => Some("divided_by: 2"),
            "mod" => Some("modulo: 2"),
            "min" => Some("at_most: 9"),
            "max" => Some("at_least: 1"),
            "unique" => Some("uniq"),
            "select" | "filter" => Some("where: \"field\", value"),
            _ => None,
        };
        let error = match foreign {
            Some(ours) => Diagnostic::new(
                Code::ForeignSyntax,
                format!("the filter `{text}` is called otherwise here"),
            )
            .label(name.span, format!("write `{ours}`")),
            None => Diagnostic::new(Code::UnknownFilter, format!("unknown filter `{text}`"))
                .label(name.span, "not a filter")
                .help(suggest::did_you_mean(
                    text,
                    FILTERS.iter().map(|it| it.name).chain([super::TRANSLATE]),
                )),
        };
        self.checker.report.fail(error)
    }
}
