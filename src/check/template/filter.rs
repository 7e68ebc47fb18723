//! Checks placeholders: what each filter takes and gives, and that something is shown in the end.

use std::sync::Arc;

use super::{
    super::{Found, HeldKind, List, Shape, is_list_there, known_given, liquid, type_name},
    Entry, TemplateChecker,
    signature::{FILTERS, Gives, Parameter, Signature, Takes, Wants, Written},
};
use crate::{
    diagnostic::{Code, Diagnostic, suggest},
    hir::{
        Expr, ExprKind,
        template::{Filter, FilterKind, ListFilter, Output, Source},
    },
    span::Span,
    syntax::{
        ast::{self, Name},
        template::ast::{self as written, Argument},
    },
    value::{Type, Value},
};

/// Filters of Liquid that this version does not have.
const LATER: [&str; 44] = [
    "abs",
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
    "floor",
    "has",
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
#[derive(Clone, Debug)]
pub(super) struct State {
    pub(super) kind: StateKind,
    /// It may be missing.
    pub(super) optional: bool,
    /// It may be blank text, or a list without items.
    pub(super) blank: bool,
    /// It is part of a page already.
    pub(super) markup: bool,
    /// For one record that may be missing: the local that is true when it is there.
    pub(super) present: Option<usize>,
}

#[derive(Clone, Debug)]
pub(super) enum StateKind {
    /// A value of a type; of any type that shows itself as text where `default` brought two together.
    Value(Type),
    List(Items),
    /// One item of a list of records.
    Item(Items),
}

/// The items of a list.
#[derive(Clone, Debug)]
pub(super) struct Items {
    /// No list; perhaps a record.
    pub(super) ty: Type,
    pub(super) shape: Arc<Shape>,
}

impl Items {
    /// Whether one that is there may be blank text.
    fn may_be_blank(&self) -> bool {
        let filled = match &*self.shape.layout.slots {
            [slot] => slot.roles.filled.is_some(),
            _ => false,
        };
        self.ty.is_text() && !matches!(self.ty, Type::Words(_) | Type::Url) && !filled
    }

    /// What to write where an item is no value.
    fn example(&self) -> Option<String> {
        let field = self.shape.members.keys().next()?;
        Some(format!("name one of its fields, such as `{field}`"))
    }
}

impl State {
    fn count() -> Self {
        Self {
            kind: StateKind::Value(Type::Int),
            optional: false,
            blank: false,
            markup: false,
            present: None,
        }
    }

    fn text(self, blank: bool) -> Self {
        Self {
            kind: StateKind::Value(Type::String),
            blank,
            ..self
        }
    }
}

impl TemplateChecker<'_, '_> {
    /// A placeholder, which must show something.
    pub(super) fn output(&mut self, value: &ast::Expr, filters: &[written::Filter]) -> Option<Output> {
        self.is_no_fallback(value)?;
        let (output, state) = self.piped(value, filters)?;
        self.shows(value, filters, &state).then_some(output)
    }

    /// A value with its filters, and what comes out of them.
    pub(super) fn piped(
        &mut self,
        value: &ast::Expr,
        filters: &[written::Filter],
    ) -> Option<(Output, State)> {
        let (source, mut checked, mut state) = self.source(value, filters.first())?;
        for (index, filter) in filters.iter().enumerate() {
            let (filter, next) = self.filter(filter, state, index + 1 == filters.len())?;
            checked.push(filter);
            state = next;
        }
        let output = Output {
            value: source,
            filters: checked,
            markup: state.markup,
        };
        Some((output, state))
    }

    /// What a placeholder begins with; an item of a list is reached by a filter.
    pub(super) fn source(
        &mut self,
        value: &ast::Expr,
        first: Option<&written::Filter>,
    ) -> Option<(Source, Vec<Filter>, State)> {
        if let ast::ExprKind::Path(path) = &value.kind {
            if let [before @ .., step] = &**path
                && let (Some(position), false) = (liquid::position(step), before.is_empty())
                && let Found::List(list) = self.checker.resolve(before)?
            {
                let state = self.list_state(&list);
                let filter = item_at(step, position);
                let state = item_of(&state)?;
                return Some((Source::List(list.spot), vec![filter], state));
            }
            match self.checker.resolve(path)? {
                Found::List(list) => {
                    let state = self.list_state(&list);
                    return Some((Source::List(list.spot), Vec::new(), state));
                }
                Found::Record(record) if path.len() == 1 => {
                    if let Some((row, items)) = self.record_in_scope(&path[0]) {
                        let state = State {
                            kind: StateKind::Item(items),
                            optional: record.optional,
                            blank: false,
                            markup: false,
                            present: record.present,
                        };
                        return Some((Source::Item(row), Vec::new(), state));
                    }
                }
                Found::Value(value) => {
                    let held = self.checker.scope.held(&path[0].text);
                    let markup = path.len() == 1 && held.is_some_and(|it| it.markup);
                    let state = self.state_of(&value);
                    // What is captured of a page may be left out of it, as a branch may.
                    let blank = state.blank && !markup;
                    let state = State {
                        blank,
                        markup,
                        ..state
                    };
                    return Some((Source::Value(value), Vec::new(), state));
                }
                Found::Record(_) => {}
            }
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
        Some((Source::Value(expr), Vec::new(), state))
    }

    fn list_state(&self, list: &List) -> State {
        State {
            kind: StateKind::List(Items {
                ty: list.item.clone(),
                shape: list.shape.clone(),
            }),
            optional: list.optional && !is_list_there(&list.spot, &self.checker.given),
            blank: !self.checker.given.filled_lists.contains(&list.spot),
            markup: false,
            present: None,
        }
    }

    /// What the record of a loop variable, or of a name that holds one, looks like.
    fn record_in_scope(&self, name: &Name) -> Option<(u8, Items)> {
        let scope = &self.checker.scope;
        let seen = scope.entries.get(scope.first_seen()..).unwrap_or_default();
        let looped = seen.iter().rev().find_map(|entry| match entry {
            Entry::Loop {
                name: known,
                row,
                shape,
                ..
            } if *known == name.text => Some((*row, shape.clone())),
            _ => None,
        });
        let held = || match &scope.held(&name.text)?.kind {
            HeldKind::Item(item) => Some((item.row, item.shape.clone())),
            _ => None,
        };
        let (row, shape) = looped.or_else(held)?;
        let ty = Type::Record([].into());
        Some((row, Items { ty, shape }))
    }

    pub(super) fn state_of(&self, expr: &Expr) -> State {
        State {
            kind: StateKind::Value(expr.ty.clone()),
            optional: !known_given(expr, &self.checker.given),
            blank: !self.checker.is_filled(expr, &self.checker.given),
            markup: false,
            present: None,
        }
    }

    fn filter(&mut self, filter: &written::Filter, state: State, last: bool) -> Option<(Filter, State)> {
        let Some(signature) = Signature::of(&filter.name.text) else {
            return self.unknown_filter(&filter.name);
        };
        if signature.kind == FilterKind::Raw && !last {
            let error = Diagnostic::new(Code::Syntax, "`raw` is not the last filter")
                .label(filter.span, "it says how the result is written")
                .help("put it at the end".to_owned());
            return self.checker.report.fail(error);
        }
        let given = self.given(filter, signature)?;
        self.takes(filter, signature, &state)?;
        let mut arguments = Vec::with_capacity(given.len());
        let mut states = Vec::with_capacity(given.len());
        for (parameter, argument) in signature.parameters.iter().zip(given) {
            let expr = match argument {
                Some(argument) => self.argument(filter, parameter, argument)?,
                None => constant(filter.span, parameter.otherwise?),
            };
            states.push(self.state_of(&expr));
            arguments.push(expr);
        }
        let state = match signature.kind {
            FilterKind::Default => self.default(&arguments, &states, &state)?,
            _ => given_by(signature, state, &states)?,
        };
        let filter = Filter {
            span: filter.span,
            kind: signature.kind,
            arguments,
        };
        Some((filter, state))
    }

    /// The argument for each parameter, where one was given.
    fn given<'f>(
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
    fn takes(&mut self, filter: &written::Filter, signature: &Signature, state: &State) -> Option<()> {
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
            (StateKind::Value(ty), Takes::Shown | Takes::Anything) => self.printable(ty, filter.span),
            (StateKind::Value(Type::Date | Type::DateTime), Takes::Time)
            | (StateKind::List(_), Takes::List | Takes::Anything) => Some(()),
            (StateKind::Value(ty), Takes::Number) if ty.is_number() => Some(()),
            (StateKind::Value(ty), Takes::Number) => self.wrong_type(filter, ty, "a number"),
            (StateKind::Value(ty), Takes::Time) => self.wrong_type(filter, ty, "a date or a datetime"),
            (StateKind::Value(ty), Takes::List | Takes::ShownList) => {
                let error = Diagnostic::new(Code::TypeMismatch, format!("`{name}` takes a list"))
                    .label(filter.span, format!("{} stands before it", type_name(ty)));
                self.checker.report.fail(error)
            }
            (StateKind::List(items), Takes::ShownList) => {
                if matches!(items.ty, Type::Record(_)) {
                    let message = format!("`{name}` takes a list of plain values");
                    let error = Diagnostic::new(Code::TypeMismatch, message)
                        .label(filter.span, "its items are records")
                        .help("write `{% for item in … %}` and name the fields".to_owned());
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

    /// An argument, which must be there.
    fn argument(
        &mut self,
        filter: &written::Filter,
        parameter: &Parameter,
        argument: &Argument,
    ) -> Option<Expr> {
        match parameter.wants {
            Wants::Value | Wants::Text => {
                let value = self.value(&argument.value)?;
                self.printable(&value.ty, value.span)?;
                if parameter.wants == Wants::Text && !known_given(&value, &self.checker.given) {
                    let shown = self.written(value.span).to_owned();
                    let error = Diagnostic::new(Code::MayBeMissing, format!("`{shown}` may be missing"))
                        .label(
                            value.span,
                            format!("what should `{}` use instead?", filter.name.text),
                        )
                        .help(format!("write a fallback: `default({shown}, …)`"));
                    return self.checker.report.fail(error);
                }
                Some(value)
            }
            Wants::WrittenText(needed) => self.text_argument(argument, needed),
            Wants::WrittenCount => self.length_argument(argument),
            Wants::WrittenBool => {
                let value = self.value(&argument.value)?;
                if matches!(value.kind, ExprKind::Constant(Value::Bool(_))) {
                    return Some(value);
                }
                let error = Diagnostic::new(Code::TypeMismatch, "expected `true` or `false`")
                    .label(argument.span, "must be written out");
                self.checker.report.fail(error)
            }
        }
    }

    fn default(&mut self, arguments: &[Expr], states: &[State], state: &State) -> Option<State> {
        let (fallback, other) = (&arguments[0], &states[0]);
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
        let StateKind::Value(ty) = &state.kind else {
            return None;
        };
        // As in Liquid, `false` gives way to the fallback too, unless it is allowed.
        let allow_false = matches!(&arguments[1].kind, ExprKind::Constant(Value::Bool(true)));
        let gives_way = state.optional || state.blank || *ty == Type::Bool && !allow_false;
        let kept = *ty == fallback.ty || (ty.is_number() && fallback.ty.is_number());
        Some(State {
            kind: StateKind::Value(if kept { ty.clone() } else { Type::String }),
            optional: gives_way && other.optional,
            blank: gives_way && other.blank,
            markup: false,
            present: None,
        })
    }

    /// Whether the result surely shows something; says what to do when it may not.
    fn shows(&mut self, value: &ast::Expr, filters: &[written::Filter], state: &State) -> bool {
        let ty = match &state.kind {
            StateKind::Value(ty) => ty,
            StateKind::List(items) => {
                let shown = self.whole(value, filters).to_owned();
                let help = if matches!(items.ty, Type::Record(_)) {
                    format!("write `{{% for item in {shown} %}}` … `{{% endfor %}}`")
                } else {
                    format!("write `{{{{ {shown} | join: \", \" }}}}`")
                };
                let error = Diagnostic::new(Code::TypeMismatch, format!("`{shown}` is a list"))
                    .label(value.span, "one value is needed here")
                    .help(help);
                return self.checker.report.fail::<()>(error).is_some();
            }
            StateKind::Item(items) => {
                let shown = self.whole(value, filters).to_owned();
                let error = Diagnostic::new(Code::TypeMismatch, format!("`{shown}` is a record"))
                    .label(value.span, "one value is needed here")
                    .help(items.example());
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

    /// The value with its filters, as written.
    fn whole(&self, value: &ast::Expr, filters: &[written::Filter]) -> &str {
        self.written(span_of(value, filters))
    }

    fn may_be_missing(&self, value: &ast::Expr, filters: &[written::Filter], state: &State) -> Diagnostic {
        let span = span_of(value, filters);
        let (shown, whole) = (self.written(value.span), self.written(span));
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

    fn text_argument(&mut self, argument: &Argument, needed: &str) -> Option<Expr> {
        let value = self.value(&argument.value)?;
        if let ExprKind::Constant(Value::Text(_)) = value.kind {
            return Some(value);
        }
        let error = Diagnostic::new(Code::TypeMismatch, format!("expected {needed}"))
            .label(argument.span, "must be written out in quotes");
        self.checker.report.fail(error)
    }

    fn length_argument(&mut self, argument: &Argument) -> Option<Expr> {
        let value = self.value(&argument.value)?;
        if let ExprKind::Constant(Value::Int(1..)) = value.kind {
            return Some(value);
        }
        let error = Diagnostic::new(Code::TypeMismatch, "expected a number of letters, from 1")
            .label(argument.span, "must be written out");
        self.checker.report.fail(error)
    }

    fn unknown_filter<T>(&mut self, name: &ast::Name) -> Option<T> {
        let text = &*name.text;
        if LATER.contains(&text) {
            let help = match text {
                "prepend" => "write the text beside the placeholder",
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

/// What comes out of a filter other than `default`.
fn given_by(signature: &Signature, state: State, arguments: &[State]) -> Option<State> {
    let blanks: Vec<bool> = arguments.iter().map(|it| it.blank).collect();
    Some(match (signature.gives, &state.kind) {
        (Gives::Same, _) => state,
        (Gives::Text(blank), StateKind::List(items)) => {
            let before = state.blank || items.may_be_blank();
            let blank = blank(before, &blanks);
            state.text(blank)
        }
        (Gives::Text(blank), _) => {
            let blank = blank(state.blank, &blanks);
            state.text(blank)
        }
        (Gives::Count, _) => State::count(),
        (Gives::Texts, _) => State {
            kind: StateKind::List(Items {
                ty: Type::String,
                shape: Arc::new(Shape::of_plain(&Type::String)),
            }),
            blank: true,
            ..state
        },
        (Gives::Item, _) => item_of(&state)?,
        // Seen to before.
        (Gives::Fallback, _) => return None,
    })
}

/// One item of a list.
fn item_of(list: &State) -> Option<State> {
    let StateKind::List(items) = &list.kind else {
        return None;
    };
    let plain = !matches!(items.ty, Type::Record(_));
    Some(State {
        optional: list.optional || list.blank,
        blank: plain && items.may_be_blank(),
        kind: if plain {
            StateKind::Value(items.ty.clone())
        } else {
            StateKind::Item(items.clone())
        },
        markup: false,
        present: None,
    })
}

/// What takes an item of a list by its position.
fn item_at(step: &Name, position: i64) -> Filter {
    let (kind, arguments) = match position {
        0 => (ListFilter::First, Vec::new()),
        -1 => (ListFilter::Last, Vec::new()),
        _ => (
            ListFilter::At,
            vec![Expr::constant(step.span, Type::Int, position)],
        ),
    };
    Filter {
        span: step.span,
        kind: FilterKind::List(kind),
        arguments,
    }
}

fn constant(span: Span, written: Written) -> Expr {
    match written {
        Written::Text(text) => Expr::constant(span, Type::String, text),
        Written::Int(int) => Expr::constant(span, Type::Int, int),
        Written::Bool(bool) => Expr::constant(span, Type::Bool, bool),
    }
}

fn span_of(value: &ast::Expr, filters: &[written::Filter]) -> Span {
    let last = filters.last();
    last.map_or(value.span, |filter| value.span.to(filter.span))
}
