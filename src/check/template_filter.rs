//! Checks placeholders: what each filter takes and gives, and that something is shown in the end.

use std::sync::Arc;

use super::{Found, List, known_given, template::TemplateChecker, type_name};
use crate::{
    diagnostic::{Code, Diagnostic, suggest},
    hir::{
        Expr, ExprKind,
        template::{Filter, FilterKind, Output, Source},
    },
    span::Span,
    syntax::{
        ast,
        template::ast::{self as written, Argument},
    },
    value::{Type, Value},
};

/// A filter of this version: its name, and how many arguments it takes.
struct Signature {
    name: &'static str,
    least: usize,
    most: usize,
    example: &'static str,
}

const FILTERS: [Signature; 12] = [
    signature("default", 1, 1, "default: \"there\""),
    signature("upcase", 0, 0, "upcase"),
    signature("downcase", 0, 0, "downcase"),
    signature("capitalize", 0, 0, "capitalize"),
    signature("truncate", 0, 2, "truncate: 50, \"…\""),
    signature("date", 1, 1, "date: \"%d %B %Y\""),
    signature("money", 1, 1, "money: \"EUR\""),
    signature("escape", 0, 0, "escape"),
    signature("raw", 0, 0, "raw"),
    signature("join", 0, 1, "join: \", \""),
    signature("size", 0, 0, "size"),
    signature("url_encode", 0, 0, "url_encode"),
];

const fn signature(name: &'static str, least: usize, most: usize, example: &'static str) -> Signature {
    Signature {
        name,
        least,
        most,
        example,
    }
}

/// Filters of Liquid that this version does not have.
const LATER: [&str; 48] = [
    "abs",
    "append",
    "at_least",
    "at_most",
    "base64_decode",
    "base64_encode",
    "ceil",
    "compact",
    "concat",
    "divided_by",
    "escape_once",
    "find",
    "first",
    "floor",
    "has",
    "last",
    "lstrip",
    "map",
    "minus",
    "modulo",
    "newline_to_br",
    "plus",
    "prepend",
    "reject",
    "remove",
    "remove_first",
    "remove_last",
    "replace",
    "replace_first",
    "replace_last",
    "reverse",
    "round",
    "rstrip",
    "slice",
    "sort",
    "sort_natural",
    "split",
    "strip",
    "strip_html",
    "strip_newlines",
    "sum",
    "times",
    "truncatewords",
    "uniq",
    "url_decode",
    "where",
    "number",
    "plural",
];

/// What has come out of the filters so far.
struct State {
    kind: StateKind,
    /// It may be missing.
    optional: bool,
    /// It may be blank text, or a list without items.
    blank: bool,
}

#[derive(Clone)]
enum StateKind {
    /// A value of a type; of any type that shows itself as text where `default` brought two together.
    Value(Type),
    List(Type),
}

impl TemplateChecker<'_, '_> {
    pub(super) fn output(&mut self, value: &ast::Expr, filters: &[written::Filter]) -> Option<Output> {
        let (source, mut state) = self.source(value, filters.first())?;
        let mut checked = Vec::with_capacity(filters.len());
        let mut fine = true;
        for (index, filter) in filters.iter().enumerate() {
            let kind = self.filter(filter, &mut state, index + 1 == filters.len());
            fine = kind.is_some();
            let Some(kind) = kind else { break };
            let span = filter.span;
            checked.push(Filter { span, kind });
        }
        let output = Output {
            value: source,
            filters: checked,
        };
        (fine && self.shows(value, filters, &state)).then_some(output)
    }

    /// What the placeholder begins with.
    fn source(&mut self, value: &ast::Expr, first: Option<&written::Filter>) -> Option<(Source, State)> {
        if let ast::ExprKind::Path(path) = &value.kind
            && let Found::List(List {
                place,
                item,
                optional,
                ..
            }) = self.checker.resolve(path)?
        {
            let state = State {
                kind: StateKind::List(item),
                optional: optional && !self.checker.given.lists.contains(&place),
                blank: !self.checker.given.filled_lists.contains(&place),
            };
            return Some((Source::List(place), state));
        }
        // Liquid's way to name the moment of rendering.
        let is_date = first.is_some_and(|it| &*it.name.text == "date");
        let expr = match &value.kind {
            ast::ExprKind::Literal(ast::Literal::Text(text))
                if is_date && matches!(&**text, "now" | "today") =>
            {
                Expr {
                    span: value.span,
                    ty: Type::DateTime,
                    optional: false,
                    kind: ExprKind::Now,
                }
            }
            _ => self.value(value)?,
        };
        let state = self.state_of(&expr);
        Some((Source::Value(expr), state))
    }

    fn state_of(&self, expr: &Expr) -> State {
        State {
            kind: StateKind::Value(expr.ty.clone()),
            optional: !known_given(expr, &self.checker.given),
            blank: !self.checker.is_filled(expr, &self.checker.given),
        }
    }

    fn filter(&mut self, filter: &written::Filter, state: &mut State, last: bool) -> Option<FilterKind> {
        let name = &*filter.name.text;
        let Some(signature) = FILTERS.iter().find(|it| it.name == name) else {
            return self.unknown_filter(&filter.name);
        };
        let count = filter.arguments.len();
        if count < signature.least || count > signature.most {
            let takes = match (signature.least, signature.most) {
                (0, 0) => "no argument".to_owned(),
                (1, 1) => "one argument".to_owned(),
                (_, most) => format!("at most {most} arguments"),
            };
            let error = Diagnostic::new(
                Code::ArgumentCount,
                format!("the filter `{name}` takes {takes}, found {count}"),
            )
            .label(filter.span, "here")
            .help(format!("write it as in `| {}`", signature.example));
            return self.checker.report.fail(error);
        }
        if let Some(named) = filter.arguments.iter().find_map(|it| it.name.as_ref()) {
            let error = Diagnostic::new(
                Code::Unsupported,
                format!("`{name}` has no argument named `{}`", named.text),
            )
            .label(named.span, "not in this version");
            return self.checker.report.fail(error);
        }
        self.known_filter(filter, state, last)
    }

    fn known_filter(
        &mut self,
        filter: &written::Filter,
        state: &mut State,
        last: bool,
    ) -> Option<FilterKind> {
        let name = &*filter.name.text;
        let arguments = &filter.arguments;
        if let StateKind::List(item) = state.kind.clone() {
            return match name {
                "join" => self.join(filter, &item, state),
                "size" => {
                    *state = State {
                        kind: StateKind::Value(Type::Int),
                        optional: false,
                        blank: false,
                    };
                    Some(FilterKind::Size)
                }
                _ => {
                    let error = Diagnostic::new(
                        Code::TypeMismatch,
                        format!("`{name}` takes one value, found a list"),
                    )
                    .label(filter.span, "a list stands before it")
                    .help("put `join: \", \"` before it, or write `{% for … %}`".to_owned());
                    self.checker.report.fail(error)
                }
            };
        }
        let StateKind::Value(ty) = state.kind.clone() else {
            return None;
        };
        match name {
            "default" => self.default(&arguments[0], &ty, state),
            "date" => {
                if !matches!(ty, Type::Date | Type::DateTime) {
                    return self.wrong_type(filter, &ty, "a date or a datetime");
                }
                let form = self.text_argument(&arguments[0], "a form of dates such as `\"%d %B %Y\"`")?;
                *state = State {
                    kind: StateKind::Value(Type::String),
                    ..*state
                };
                state.blank = form.chars().all(char::is_whitespace);
                Some(FilterKind::Date(form))
            }
            "money" => {
                if !ty.is_number() {
                    return self.wrong_type(filter, &ty, "a number");
                }
                let code = self.text_argument(&arguments[0], "a currency such as `\"EUR\"`")?;
                *state = State {
                    kind: StateKind::Value(Type::String),
                    ..*state
                };
                Some(FilterKind::Money(code))
            }
            "join" => {
                let error = Diagnostic::new(Code::TypeMismatch, "`join` takes a list")
                    .label(filter.span, format!("{} stands before it", type_name(&ty)));
                self.checker.report.fail(error)
            }
            "raw" if !last => {
                let error = Diagnostic::new(Code::Syntax, "`raw` is not the last filter")
                    .label(filter.span, "it says how the result is written")
                    .help("put it at the end".to_owned());
                self.checker.report.fail(error)
            }
            "raw" => Some(FilterKind::Raw),
            _ => {
                self.printable(&ty, filter.span)?;
                self.text_filter(filter, state)
            }
        }
    }

    /// Filters on anything that shows itself as text.
    fn text_filter(&mut self, filter: &written::Filter, state: &mut State) -> Option<FilterKind> {
        state.kind = StateKind::Value(Type::String);
        Some(match &*filter.name.text {
            "upcase" => FilterKind::Upcase,
            "downcase" => FilterKind::Downcase,
            "capitalize" => FilterKind::Capitalize,
            "escape" => FilterKind::Escape,
            "url_encode" => FilterKind::UrlEncode,
            "size" => {
                *state = State {
                    kind: StateKind::Value(Type::Int),
                    optional: false,
                    blank: false,
                };
                FilterKind::Size
            }
            _ => {
                let length = match filter.arguments.first() {
                    None => 50,
                    Some(argument) => self.length_argument(argument)?,
                };
                let ellipsis = match filter.arguments.get(1) {
                    None => "...".into(),
                    Some(argument) => self.text_argument(argument, "a text such as `\"…\"`")?,
                };
                // Without a mark, what is left of a text may be the blanks that it begins with.
                state.blank |= ellipsis.chars().all(char::is_whitespace);
                FilterKind::Truncate { length, ellipsis }
            }
        })
    }

    fn default(&mut self, argument: &Argument, ty: &Type, state: &mut State) -> Option<FilterKind> {
        let fallback = self.value(&argument.value)?;
        self.printable(&fallback.ty, fallback.span)?;
        let other = self.state_of(&fallback);
        if let ExprKind::Constant(Value::Text(text)) = &fallback.kind
            && text.chars().all(char::is_whitespace)
        {
            let error = Diagnostic::new(Code::MayBeMissing, "the fallback is blank too")
                .label(fallback.span, "says nothing")
                .help(
                    "to leave the whole out, write `{% if … is filled %}` … `{% endif %}` around it"
                        .to_owned(),
                );
            return self.checker.report.fail(error);
        }
        // As in Liquid, `false` gives way to the fallback too.
        let gives_way = state.optional || state.blank || *ty == Type::Bool;
        state.optional = gives_way && other.optional;
        state.blank = gives_way && other.blank;
        let kept = *ty == fallback.ty || (ty.is_number() && fallback.ty.is_number());
        if !kept {
            state.kind = StateKind::Value(Type::String);
        }
        Some(FilterKind::Default(fallback))
    }

    fn join(&mut self, filter: &written::Filter, item: &Type, state: &mut State) -> Option<FilterKind> {
        if matches!(item, Type::Record(_)) {
            let error = Diagnostic::new(Code::TypeMismatch, "`join` takes a list of plain values")
                .label(filter.span, "its items are records")
                .help("write `{% for item in … %}` and name the fields".to_owned());
            return self.checker.report.fail(error);
        }
        self.printable(item, filter.span)?;
        let glue = match filter.arguments.first() {
            None => " ".into(),
            Some(argument) => self.text_argument(argument, "a text such as `\", \"`")?,
        };
        state.blank |= item.is_text() && !matches!(item, Type::Words(_) | Type::Url);
        state.kind = StateKind::Value(Type::String);
        Some(FilterKind::Join(glue))
    }

    /// Whether the result surely shows something; says what to do when it may not.
    fn shows(&mut self, value: &ast::Expr, filters: &[written::Filter], state: &State) -> bool {
        let ty = match &state.kind {
            StateKind::Value(ty) => ty,
            StateKind::List(item) => {
                let shown = self.written(value.span).to_owned();
                let help = if matches!(item, Type::Record(_)) {
                    format!("write `{{% for item in {shown} %}}` … `{{% endfor %}}`")
                } else {
                    format!("write `{{{{ {shown} | join: \", \" }}}}`")
                };
                let error = Diagnostic::new(Code::TypeMismatch, format!("`{shown}` is a list"))
                    .label(value.span, "one value is needed here")
                    .help(help);
                return self.checker.report.fail::<()>(error).is_some();
            }
        };
        if self.printable(ty, value.span).is_none() {
            return false;
        }
        if state.optional || state.blank {
            let error = self.may_be_missing(value, filters, state);
            self.checker.report.push(error);
            return false;
        }
        true
    }

    fn may_be_missing(&self, value: &ast::Expr, filters: &[written::Filter], state: &State) -> Diagnostic {
        let span = filters
            .last()
            .map_or(value.span, |filter| value.span.to(filter.span));
        let (shown, whole) = (self.written(value.span), self.written(span));
        let what = match (state.optional, state.blank) {
            (true, true) => "missing or blank",
            (true, false) => "missing",
            (false, _) => "blank",
        };
        let is_text = match &state.kind {
            StateKind::Value(ty) => ty.is_text(),
            StateKind::List(_) => true,
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

    fn printable(&mut self, ty: &Type, span: Span) -> Option<()> {
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

    fn text_argument(&mut self, argument: &Argument, needed: &str) -> Option<Arc<str>> {
        if let ExprKind::Constant(Value::Text(text)) = self.value(&argument.value)?.kind {
            return Some(text);
        }
        let error = Diagnostic::new(Code::TypeMismatch, format!("expected {needed}"))
            .label(argument.span, "must be written out in quotes");
        self.checker.report.fail(error)
    }

    fn length_argument(&mut self, argument: &Argument) -> Option<usize> {
        let value = self.value(&argument.value)?;
        let length = match value.kind {
            ExprKind::Constant(Value::Int(length)) => usize::try_from(length).ok().filter(|it| *it > 0),
            _ => None,
        };
        if length.is_none() {
            let error = Diagnostic::new(Code::TypeMismatch, "expected a number of letters, from 1")
                .label(argument.span, "must be written out");
            self.checker.report.push(error);
        }
        length
    }

    fn unknown_filter<T>(&mut self, name: &ast::Name) -> Option<T> {
        let text = &*name.text;
        if LATER.contains(&text) {
            let help = match text {
                "append" | "prepend" => "write the text beside the placeholder",
                "plus" | "minus" | "times" | "divided_by" => "calculate in the expression: `{{ a + b }}`",
                "round" | "floor" | "ceil" | "abs" => "write it as a function: `{{ round(x) }}`",
                "strip" | "lstrip" | "rstrip" => "write it as a function: `{{ trim(x) }}`",
                "where" => "choose the items in the loop: `{% for x in xs where … %}`",
                _ => "define a `trait` that computes it",
            };
            let error = Diagnostic::new(Code::Unsupported, format!("the filter `{text}` is not supported"))
                .label(name.span, "not in this version")
                .help(help.to_owned());
            return self.checker.report.fail(error);
        }
        let foreign = match text {
            "upper" | "uppercase" => Some("upcase"),
            "lower" | "lowercase" => Some("downcase"),
            "length" | "count" => Some("size"),
            "e" | "h" | "html" | "htmlescape" => Some("escape"),
            "safe" | "noescape" => Some("raw"),
            "currency" => Some("money: \"EUR\""),
            "urlencode" | "uri_encode" | "url_param_escape" => Some("url_encode"),
            "strftime" | "format_date" => Some("date: \"%d %B %Y\""),
            "fallback" | "or" => Some("default: \"…\""),
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
                .help(suggest::did_you_mean(text, FILTERS.iter().map(|it| it.name))),
        };
        self.checker.report.fail(error)
    }
}
