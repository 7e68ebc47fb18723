//! Placeholders: how each value is written at its place, and what its filters do.

use std::sync::Arc;

use super::{Compiler, offset, problems::unsafe_place};
use crate::{
    diagnostic::{Code, Diagnostic, suggest},
    filter::locale::Locale,
    hir::{
        self, Expr, ExprKind,
        template::{
            CodeFilter, DateFilter, Each, EachKind, FilterKind, NumberFilter, Output, Source, TextFilter,
        },
    },
    plan::{Kind, NodeId, Spot},
    span::Span,
    template::{
        context::{Escape, Position, is_plain_word},
        escape,
        filter::{date::DateFormat, money::Currency},
        program::{self, Ask, Filter, OfList, Op},
    },
    value::{Type, Value, Zone},
};

impl Compiler<'_> {
    pub(super) fn output(&mut self, span: Span, output: &Output, position: &mut Position) {
        let Some(escape) = self.escape(span, &output.filters, output.markup, position) else {
            return;
        };
        if escape == Escape::Css && !is_plain(output) {
            self.diagnostics.push(
                Diagnostic::new(Code::UnsafePlace, "a placeholder in a style that may be any text")
                    .label(
                        span,
                        "only numbers and the words of an enumeration can stand here",
                    )
                    .help(
                        "compute the word: `trait colour = case when … then \"red\" else \"#222\" end`"
                            .to_owned(),
                    )
                    .help("or choose between classes with `{% if … %}`".to_owned()),
            );
            return;
        }
        if let (
            Source::Value(Expr {
                kind: ExprKind::Constant(value),
                ..
            }),
            [],
        ) = (&output.value, &*output.filters)
            && !matches!(value, Value::DateTime(_))
        {
            let mut text = String::new();
            let shown = value.to_string();
            match value {
                Value::Bool(_) | Value::Int(_) | Value::Decimal(_) | Value::Float(_)
                    if escape == Escape::JsonValue =>
                {
                    text.push_str(&shown);
                }
                _ => escape::write(escape, &shown, &mut text),
            }
            return self.push_text(&text);
        }
        let Some((source, mut filters)) = self.piped(output) else {
            return;
        };
        let escape = match (self.drop_escapes(output, &mut filters, false), escape) {
            (true, Escape::Html) => Escape::HtmlOnce,
            (_, escape) => escape,
        };
        // What `url_encode` gives needs no second encoding. Where a fallback follows, both are encoded by their place.
        let is_part = matches!(escape, Escape::UrlPart | Escape::UrlPartNoSlash);
        let fallbacks = filters
            .iter()
            .rev()
            .take_while(|it| matches!(it, Filter::Default { .. }))
            .count();
        if is_part && fallbacks > 0 {
            let last = filters.len() - fallbacks;
            if let Some(Filter::Code(CodeFilter::UrlEncode, _)) =
                last.checked_sub(1).and_then(|at| filters.get(at))
            {
                filters.remove(last - 1);
            }
        }
        let escape = match (escape, filters.last()) {
            (Escape::UrlPart | Escape::UrlPartNoSlash, Some(Filter::Code(CodeFilter::UrlEncode, _))) => {
                Escape::Html
            }
            // A whole value stands where one is wanted.
            (Escape::JsonValue, Some(Filter::Json)) => Escape::None,
            _ => escape,
        };
        let op = match (source, &*filters) {
            (program::Source::Value(node), []) => Op::Value {
                node,
                fallback: None,
                escape,
            },
            (
                program::Source::Value(node),
                [
                    Filter::Default {
                        fallback,
                        allow_false: false,
                    },
                ],
            ) => Op::Value {
                node,
                fallback: Some(*fallback),
                escape,
            },
            _ => {
                self.outputs.push(program::Output {
                    source,
                    filters,
                    escape,
                });
                Op::Output(offset(self.outputs.len() - 1))
            }
        };
        self.push(op);
    }

    /// What `escape` would do is done where a text is shown in a page; twice would be visible. An escape that ends an `assign`
    /// stays, because the checker has noted that its text is part of the page. Tells whether the last was `escape_once`.
    pub(super) fn drop_escapes(&self, output: &Output, filters: &mut Vec<Filter>, keeps_last: bool) -> bool {
        if !self.is_page || output.filters.iter().any(|it| matches!(it.kind, FilterKind::Raw)) {
            return false;
        }
        let mut shown = filters
            .iter()
            .rev()
            .skip_while(|it| matches!(it, Filter::Default { .. }));
        let is_once = matches!(shown.next(), Some(Filter::Text(TextFilter::EscapeOnce, _)));
        let last = filters.len();
        let mut at = 0;
        filters.retain(|it| {
            at += 1;
            let escapes = matches!(it, Filter::Text(TextFilter::Escape | TextFilter::EscapeOnce, _));
            !escapes || keeps_last && at == last
        });
        is_once
    }

    /// A value and the filters that it passes.
    pub(super) fn piped(&mut self, output: &Output) -> Option<(program::Source, Vec<Filter>)> {
        let filters: Option<Vec<Filter>> = output
            .filters
            .iter()
            .filter(|it| !matches!(it.kind, FilterKind::Raw))
            .map(|it| self.filter(it))
            .collect();
        let source = match &output.value {
            Source::Value(expr) => program::Source::Value(self.planner.add_value(expr)),
            Source::List(list) => {
                let (list, kind) = self.list(list);
                program::Source::List(list, kind)
            }
            Source::Range { from, to } => program::Source::Range {
                from: self.planner.add_value(from),
                to: self.planner.add_value(to),
            },
            Source::Item(row) => program::Source::Item(*row),
        };
        Some((source, filters?))
    }

    /// A list, with the kind of its items where they are plain values.
    fn list(&mut self, list: &hir::Spot) -> (Spot, Option<Kind>) {
        let kind = self.planner.kind_of_items(list);
        let list = self
            .planner
            .spot(list)
            .expect("the checker has seen its catalogue");
        (list, kind)
    }

    /// How the value is written at its place.
    pub(super) fn escape(
        &mut self,
        span: Span,
        filters: &[hir::template::Filter],
        markup: bool,
        position: &mut Position,
    ) -> Option<Escape> {
        let raw = filters.iter().find(|it| matches!(it.kind, FilterKind::Raw));
        let found = match (position.escape(), raw) {
            (Ok(_), Some(raw)) if !position.takes_raw() => {
                self.diagnostics.push(
                    Diagnostic::new(Code::UnsafePlace, format!("`raw` {}", position.describe()))
                        .label(raw.span, "stands only in the text between tags")
                        .help(
                            "leave `raw` out: here the value is shown as it is, whatever letters it has"
                                .to_owned(),
                        ),
                );
                None
            }
            (Ok(_), None) if markup && !position.takes_raw() => {
                let message = format!("a part of a page {}", position.describe());
                self.diagnostics.push(
                    Diagnostic::new(Code::UnsafePlace, message)
                        .label(span, "stands only in the text between tags")
                        .help(
                            "leave `escape` and `newline_to_br` out, and capture no tags, entities and `raw`: text is escaped where it is shown"
                                .to_owned(),
                        ),
                );
                None
            }
            (Ok(_), Some(_)) => Some(Escape::None),
            (Ok(_), None) if markup => Some(Escape::None),
            (Ok(escape), None) => Some(escape),
            (Err(reason), _) => {
                let diagnostic = unsafe_place(reason, position, span);
                self.diagnostics.push(diagnostic);
                None
            }
        };
        position.pass_value();
        found
    }

    fn filter(&mut self, filter: &hir::template::Filter) -> Option<Filter> {
        let arguments = |this: &mut Self| -> Box<[NodeId]> {
            let nodes = filter.arguments.iter().map(|it| this.planner.add_value(it));
            nodes.collect()
        };
        Some(match filter.kind {
            FilterKind::Default => Filter::Default {
                fallback: self.planner.add_value(filter.arguments.first()?),
                allow_false: matches!(
                    filter.arguments.get(1).map(|it| &it.kind),
                    Some(ExprKind::Constant(Value::Bool(true)))
                ),
            },
            FilterKind::Size => Filter::Size,
            FilterKind::Json => Filter::Json,
            FilterKind::Text(kind) => Filter::Text(kind, arguments(self)),
            FilterKind::Code(kind) => Filter::Code(kind, arguments(self)),
            FilterKind::List(kind) => Filter::List(Box::new(OfList {
                kind,
                arguments: arguments(self),
                each: filter.each.as_ref().map(|it| (it.row, self.ask(it))),
                more: filter.list.as_ref().map(|it| self.list(it)),
            })),
            FilterKind::Date(DateFilter::Format) => {
                match DateFormat::parse(written(filter, 0), locale(filter, 1)) {
                    Ok(form) => Filter::Date(form.in_zone(Zone::named(written(filter, 2)).ok())),
                    Err(unknown) => {
                        let message = format!("`{}` is no part of a date", unknown.text);
                        self.diagnostics.push(
                            Diagnostic::new(Code::InvalidLiteral, message)
                                .label(filter.span, "in this form")
                                .help(
                                    "for example `%d %B %Y` is 05 July 2026; a percent sign is written `%%`"
                                        .to_owned(),
                                ),
                        );
                        return None;
                    }
                }
            }
            FilterKind::Number(NumberFilter::Money) => {
                let code = written(filter, 0);
                let Some(currency) = Currency::of_code(code, locale(filter, 1)) else {
                    let near = suggest::nearest(code, Currency::codes());
                    self.diagnostics.push(
                        Diagnostic::new(Code::InvalidLiteral, format!("`{code}` is no currency"))
                            .label(filter.span, "expected a code of ISO 4217, such as `EUR`")
                            .help(near.map(|near| format!("did you mean `{near}`?"))),
                    );
                    return None;
                };
                Filter::Money(currency)
            }
            FilterKind::Date(DateFilter::DaysUntil) => Filter::DaysUntil,
            FilterKind::Number(NumberFilter::Grouped) => {
                let digits = self.planner.add_value(filter.arguments.first()?);
                Filter::Grouped(locale(filter, 1), digits)
            }
            FilterKind::Plural => {
                let mut forms = arguments(self).into_vec();
                forms.pop();
                Filter::Plural(locale(filter, forms.len()), forms.into())
            }
            FilterKind::Number(kind) => Filter::Number(kind, arguments(self)),
            // It only says how the result is written.
            FilterKind::Raw => return None,
        })
    }

    /// What is asked of each item of a list.
    fn ask(&mut self, each: &Each) -> Ask {
        self.planner.place(each.row, Some(Arc::clone(&each.layout)));
        let ask = match &each.kind {
            EachKind::Value(value) => Ask::Value(self.planner.add_value(value)),
            EachKind::Condition(condition) => Ask::Condition(self.planner.add_condition(condition)),
        };
        self.planner.place(each.row, None);
        ask
    }
}

/// Whether all that a placeholder can show is a number or a word that means nothing but itself in a style.
fn is_plain(output: &Output) -> bool {
    let plain = |value: &Expr| match (&value.ty, &value.kind) {
        (_, ExprKind::Constant(Value::Text(word))) => is_plain_word(word),
        (Type::Words(words), _) => words.iter().all(|word| is_plain_word(word)),
        (ty, _) => ty.is_number(),
    };
    let Source::Value(value) = &output.value else {
        return false;
    };
    plain(value)
        && output
            .filters
            .iter()
            .all(|filter| filter.kind == FilterKind::Default && filter.arguments.first().is_some_and(plain))
}

/// The text of an argument that the checker has found to be one.
fn written(filter: &hir::template::Filter, index: usize) -> &str {
    match filter.arguments.get(index).map(|it| &it.kind) {
        Some(ExprKind::Constant(Value::Text(text))) => text,
        _ => "",
    }
}

/// The locale of such an argument.
fn locale(filter: &hir::template::Filter, index: usize) -> &'static Locale {
    Locale::of(written(filter, index)).unwrap_or(Locale::ENGLISH)
}
