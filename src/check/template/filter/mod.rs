//! Checks placeholders: what each filter takes and gives, and that something is shown in the end.

mod arguments;
mod fold;
mod lists;
mod plural;
mod shown;
mod state;
mod translate;
mod unknown;

pub(super) use self::state::{Items, State, StateKind};

use self::state::{given_by, item_of};
use std::sync::Arc;

use super::{
    super::{Found, HeldKind, List, is_list_there, known_given, liquid, type_name},
    Entry, Shape, TemplateChecker,
    signature::{Signature, Wants},
};
use crate::{
    diagnostic::{Code, Diagnostic},
    hir::{
        Expr, ExprKind,
        template::{Filter, FilterKind, ListFilter, NumberFilter, Output, Source, TextFilter},
    },
    span::Span,
    syntax::{
        ast::{self, Name},
        template::ast::{self as written},
    },
    value::{Schemes, Type, Value},
};

/// The filter that stands for a whole text, and so has arguments of any names.
const TRANSLATE: &str = "t";

impl TemplateChecker<'_, '_> {
    /// A placeholder, which must show something.
    pub(in crate::check::template) fn output(&mut self, piped: &written::Piped) -> Option<Output> {
        self.is_no_fallback(&piped.value)?;
        let (output, state) = self.piped(piped)?;
        self.shows(piped, &state).then_some(output)
    }

    /// A value with its filters, and what comes out of them.
    pub(in crate::check::template) fn piped(&mut self, piped: &written::Piped) -> Option<(Output, State)> {
        let written::Piped {
            value,
            span,
            to,
            filters,
        } = piped;
        let (source, mut checked, mut state) = match filters.first() {
            first if to.is_some() => {
                let (source, state) = self.range_of_numbers([value, to.as_ref()?], *span, first)?;
                (source, Vec::new(), state)
            }
            Some(first) if &*first.name.text == TRANSLATE => self.translated(value, first)?,
            first => self.source(value, first)?,
        };
        let first = filters.first().filter(|it| &*it.name.text == TRANSLATE);
        let done = usize::from(first.is_some());
        for (index, filter) in filters.iter().enumerate().skip(done) {
            let is_text = matches!(state.kind, StateKind::Value(Type::String)) && state.constant.is_none();
            let (filter, next) = self.filter(filter, state, &filters[index + 1..])?;
            let is_said = is_text || filter.arguments.iter().any(|it| it.ty == Type::String);
            let calculates = matches!(filter.kind, FilterKind::Number(_));
            let span = filter.span;
            checked.push(filter);
            state = next;
            // What a text says may be a whole number.
            if is_said && calculates && matches!(state.kind, StateKind::Value(Type::Decimal)) {
                let kind = FilterKind::Number(NumberFilter::ToDecimal);
                checked.push(Filter::new(span, kind, Vec::new()));
            }
        }
        let output = Output {
            value: source,
            filters: checked,
            markup: state.markup,
        };
        Some((output, state))
    }

    /// What a placeholder begins with; an item of a list is reached by a filter.
    pub(in crate::check::template) fn source(
        &mut self,
        value: &ast::Expr,
        first: Option<&written::Filter>,
    ) -> Option<(Source, Vec<Filter>, State)> {
        if let ast::ExprKind::Path(path) = &value.kind {
            if let [before @ .., step] = &**path
                && !before.is_empty()
                && (step.is_chosen() || liquid::position(step).is_some())
                && let Found::List(list) = self.checker.resolve(before)?
            {
                let state = self.list_state(&list, before);
                let StateKind::List(items) = &state.kind else {
                    return None;
                };
                if items.shape.is_range {
                    self.checker.of_range(step, state.blank)?;
                }
                let position = liquid::position(step);
                let filter = match position {
                    Some(position) => item_at(step, position),
                    None => self.item_chosen_by(step)?,
                };
                let item = item_of(&state, items);
                // The list may be shorter.
                let optional = item.optional || !matches!(position, Some(0 | -1));
                let state = State { optional, ..item };
                return Some((Source::List(list.spot), vec![filter], state));
            }
            match self.checker.resolve(path)? {
                Found::List(list) => {
                    let state = self.list_state(&list, path);
                    return Some((Source::List(list.spot), Vec::new(), state));
                }
                Found::Record(record) if path.len() == 1 => {
                    if let Some((row, items)) = self.record_in_scope(&path[0]) {
                        let state = State {
                            present: record.present,
                            ..State::of(StateKind::Item(items), record.optional, false)
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

    /// A range of whole numbers as a list.
    fn range_of_numbers(
        &mut self,
        [from, to]: [&ast::Expr; 2],
        span: Span,
        first: Option<&written::Filter>,
    ) -> Option<(Source, State)> {
        let (from, to) = self.ends(from, to)?;
        if first.is_some_and(|it| &*it.name.text == TRANSLATE) {
            let error = Diagnostic::new(Code::TypeMismatch, "`t` takes the key of a text, found a range")
                .label(span, "a range");
            return self.checker.report.fail(error);
        }
        let has_items = match (&from.kind, &to.kind) {
            (ExprKind::Constant(Value::Int(from)), ExprKind::Constant(Value::Int(to))) => from <= to,
            _ => false,
        };
        let items = Items {
            ty: Type::Int,
            shape: Arc::new(Shape::of_range()),
        };
        let state = State::of(StateKind::List(items), false, !has_items);
        Some((Source::Range { from, to }, state))
    }

    /// The item of a list at a position that a value says.
    fn item_chosen_by(&mut self, step: &Name) -> Option<Filter> {
        let choice = self.checker.choice(step)?;
        let position = self.value(&choice)?;
        if position.ty != Type::Int {
            let ty = type_name(&position.ty);
            let error = Diagnostic::new(Code::TypeMismatch, "the position of an item is a whole number")
                .label(step.span, format!("this is of type {ty}"))
                .help("positions count from 0, and from the end when negative".to_owned());
            return self.checker.report.fail(error);
        }
        let kind = FilterKind::List(ListFilter::At);
        Some(Filter::new(step.span, kind, vec![position]))
    }

    /// What is known of a list that a path led to.
    fn list_state(&self, list: &List, path: &[Name]) -> State {
        let items = Items {
            ty: list.item.clone(),
            shape: list.shape.clone(),
        };
        let optional = list.optional && !is_list_there(&list.spot, &self.checker.given);
        let held = match path {
            [name] => self.checker.scope.held(&name.text),
            _ => None,
        };
        let is_filled = held.is_some_and(|it| {
            !it.blank && matches!(&it.kind, HeldKind::List { spot, .. } if *spot == list.spot)
        });
        let blank = !is_filled && !self.checker.has_items(&list.spot, &self.checker.given);
        State::of(StateKind::List(items), optional, blank)
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

    pub(in crate::check::template) fn state_of(&self, expr: &Expr) -> State {
        let optional = !known_given(expr, &self.checker.given);
        let blank = !self.checker.is_filled(expr, &self.checker.given);
        State {
            constant: match &expr.kind {
                ExprKind::Constant(value) => Some(value.clone()),
                _ => None,
            },
            ..State::of(StateKind::Value(expr.ty.clone()), optional, blank)
        }
    }

    /// A filter with what comes out of it, before those that follow.
    fn filter(
        &mut self,
        filter: &written::Filter,
        state: State,
        rest: &[written::Filter],
    ) -> Option<(Filter, State)> {
        if &*filter.name.text == TRANSLATE {
            let error = Diagnostic::new(Code::Syntax, "`t` is not the first filter")
                .label(filter.span, "takes the key of a text")
                .help("write it as in `{{ \"cart.title\" | t }}`".to_owned());
            return self.checker.report.fail(error);
        }
        let Some(signature) = Signature::of(&filter.name.text) else {
            return self.unknown_filter(&filter.name);
        };
        if signature.kind == FilterKind::Raw && !rest.is_empty() {
            let error = Diagnostic::new(Code::Syntax, "`raw` is not the last filter")
                .label(filter.span, "it says how the result is written")
                .help("put it at the end".to_owned());
            return self.checker.report.fail(error);
        }
        if signature.kind == FilterKind::Raw {
            let warning = Diagnostic::new(Code::Unescaped, "`raw` leaves out the escaping")
                .label(filter.span, "what the value says becomes part of the page")
                .help("leave it out, or allow `unescaped` where values are trusted".to_owned());
            self.checker.report.push(warning);
        }
        let given = self.given(filter, signature)?;
        self.takes(filter, signature, &state)?;
        if let StateKind::List(items) = &state.kind
            && items.shape.is_range
            && matches!(signature.name, "first" | "last" | "slice")
        {
            self.checker.of_range(&filter.name, state.blank)?;
        }
        if let (FilterKind::List(kind), StateKind::List(items)) = (signature.kind, &state.kind)
            && signature
                .parameters
                .iter()
                .any(|it| matches!(it.wants, Wants::Field | Wants::List))
        {
            return self.list_filter(filter, kind, (signature, &given), (&state, items));
        }
        if let (FilterKind::Default, StateKind::List(items)) = (signature.kind, &state.kind) {
            return self.list_or(filter, &given, (&state, items));
        }
        if signature.kind == FilterKind::Plural {
            return self.plural(filter, (signature, &given), &state);
        }
        let mut arguments = Vec::with_capacity(given.len());
        let mut states = Vec::with_capacity(given.len());
        for (parameter, argument) in signature.parameters.iter().zip(given) {
            let expr = match (parameter.wants, argument) {
                (Wants::Locale, None) => self.own_locale(filter, signature.kind, arguments.first())?,
                _ => self.argument_or(filter, parameter, argument)?,
            };
            states.push(self.state_of(&expr));
            arguments.push(expr);
        }
        let before = state.constant.clone();
        let mut state = match signature.kind {
            FilterKind::Default => self.default(&arguments, &states, state)?,
            kind => {
                let state = given_by(signature, state, &arguments, &states)?;
                fold::fold(kind, before.as_ref(), &states, state)
            }
        };
        let kind = self.kind_here(filter, signature, &state, rest)?;
        state.markup |= kind == FilterKind::Text(TextFilter::LineBreaks);
        Some((Filter::new(filter.span, kind, arguments), state))
    }

    /// What a filter does here: some depend on what it is given, or on where it stands.
    fn kind_here(
        &mut self,
        filter: &written::Filter,
        signature: &Signature,
        state: &State,
        rest: &[written::Filter],
    ) -> Option<FilterKind> {
        match signature.kind {
            FilterKind::Text(TextFilter::Slice) if matches!(state.kind, StateKind::List(_)) => {
                Some(FilterKind::List(ListFilter::Slice))
            }
            FilterKind::Text(TextFilter::NewlineToBr) if self.written.is_page => {
                if rest.is_empty() {
                    return Some(FilterKind::Text(TextFilter::LineBreaks));
                }
                if rest.iter().all(|it| &*it.name.text == "default") {
                    let error = Diagnostic::new(Code::Syntax, "`newline_to_br` is not the last filter")
                        .label(filter.span, "gives part of a page, which no other text replaces")
                        .help("put `default` before it".to_owned());
                    return self.checker.report.fail(error);
                }
                Some(signature.kind)
            }
            kind => Some(kind),
        }
    }

    fn default(&mut self, arguments: &[Expr], states: &[State], state: State) -> Option<State> {
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
        let is_url = *ty == Type::Url
            && matches!(&fallback.kind, ExprKind::Constant(Value::Text(text)) if Schemes::allow_everywhere(text));
        let kept = is_url || *ty == fallback.ty || (ty.is_number() && fallback.ty.is_number());
        Some(State {
            constant: state.constant.filter(|_| !gives_way),
            ..State::of(
                StateKind::Value(if kept { ty.clone() } else { Type::String }),
                gives_way && other.optional,
                gives_way && other.blank,
            )
        })
    }
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
    Filter::new(step.span, FilterKind::List(kind), arguments)
}

/// Of a value with its filters.
fn span_of(piped: &written::Piped) -> Span {
    let last = piped.filters.last();
    last.map_or(piped.span, |filter| piped.span.to(filter.span))
}
