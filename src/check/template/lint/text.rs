//! What is shown otherwise than it looks: escaped twice, not replaced at all, or the word for nothing.

use super::{Code, Diagnostic, Look, Node, NodeKind, Span, Written, literal, tags::Piped};
use crate::syntax::{
    ast::{CompareOp, Expr, ExprKind},
    template::ast::Filter,
};

/// What other languages write for what is missing.
const NOTHING: [&str; 7] = ["null", "NULL", "nil", "None", "undefined", "NaN", "nan"];

/// Filters that calculate.
const CALCULATIONS: [&str; 6] = ["plus", "minus", "times", "divided_by", "modulo", "abs"];

impl Look<'_> {
    /// A placeholder.
    pub(super) fn shown(&mut self, piped: &Piped) {
        if !self.written.is_page || piped.filters.iter().any(|it| *it.name.text == *"raw") {
            return;
        }
        if let Some(filter) = piped.filters.last()
            && matches!(&*filter.name.text, "escape" | "escape_once")
        {
            let name = &filter.name.text;
            let warning = Diagnostic::new(Code::EscapedTwice, format!("`{name}` adds nothing in a page"))
                .label(filter.span, "values are escaped by where they stand")
                .help("leave it out".to_owned());
            self.found.push(warning);
        }
        let arguments = piped.filters.iter().flat_map(|it| &it.arguments);
        for value in std::iter::once(&piped.value).chain(arguments.map(|it| &it.value)) {
            if let Some(entity) = literal(value).and_then(entity) {
                let warning =
                    Diagnostic::new(Code::EscapedTwice, format!("`{entity}` would be shown as it is"))
                        .label(value.span, "escaped once more, as every value")
                        .help("write the character itself".to_owned());
                self.found.push(warning);
            }
        }
    }

    /// A value with its filters.
    pub(super) fn piped(&mut self, piped: &Piped, is_kept: bool) {
        for (index, filter) in piped.filters.iter().enumerate() {
            match &*filter.name.text {
                "date" => {
                    let rest = piped.filters.get(index + 1..).unwrap_or_default();
                    self.date(filter, rest, is_kept);
                }
                "default" => {
                    let fallback = filter.arguments.first().map(|it| &it.value);
                    if let Some(fallback) = fallback.filter(|it| literal(it).is_some_and(is_nothing)) {
                        let warning = Diagnostic::new(Code::NullText, "the fallback is the word for nothing")
                            .label(fallback.span, "this is what is shown")
                            .help("write what the reader should see instead".to_owned());
                        self.found.push(warning);
                    }
                }
                _ => {}
            }
        }
    }

    fn date(&mut self, filter: &Filter, rest: &[Filter], is_kept: bool) {
        let Some(argument) = filter.arguments.first() else {
            return;
        };
        let Some(format) = literal(&argument.value).filter(|it| !it.is_empty()) else {
            return;
        };
        if !format.contains('%') {
            let warning = Diagnostic::new(Code::LiteralDate, "nothing of the date is shown")
                .label(argument.span, "this is shown as it is")
                .help(
                    "the parts of a date begin with `%`: `%d.%m.%Y` is 05.07.2026, `%-d %B` is 5 July"
                        .to_owned(),
                );
            self.found.push(warning);
            return;
        }
        let is_day = matches!(format, "%j" | "%-j");
        let is_calculated = rest.iter().any(|it| CALCULATIONS.contains(&&*it.name.text));
        if is_day && (is_calculated || is_kept) && !std::mem::replace(&mut self.has_day, true) {
            let warning = Diagnostic::new(Code::DayOfYear, "the day of the year begins again on 1 January")
                .label(argument.span, "a difference of two is wrong over New Year")
                .help("for the days that have passed write `days_since(x)`, for those to come `0 - days_since(x)`".to_owned());
            self.found.push(warning);
        }
    }

    /// Comparisons with the word for nothing.
    pub(super) fn compared(&mut self, condition: &Expr) {
        match &condition.kind {
            ExprKind::And(parts) | ExprKind::Or(parts) => {
                for part in parts {
                    self.compared(part);
                }
            }
            ExprKind::Not(inside) | ExprKind::Paren(inside) => self.compared(inside),
            ExprKind::Compare { op, lhs, rhs, .. } if literal(rhs).is_some_and(is_nothing) => {
                let state = match op {
                    CompareOp::Eq => "unknown",
                    CompareOp::Ne => "known",
                    _ => return,
                };
                let text = self.written.texts.get(lhs.span.source as usize).copied();
                let value = text.unwrap_or_default();
                let value = value
                    .get(lhs.span.start as usize..lhs.span.end as usize)
                    .unwrap_or_default();
                let warning = Diagnostic::new(Code::NullText, "a missing value is not the word for nothing")
                    .label(rhs.span, "a text like any other")
                    .help(format!("write `{value} is {state}`"));
                self.found.push(warning);
            }
            _ => {}
        }
    }
}

fn is_nothing(text: &str) -> bool {
    NOTHING.contains(&text)
}

/// The first entity of HTML in a text.
fn entity(text: &str) -> Option<&str> {
    text.match_indices('&').find_map(|(start, _)| {
        let near = text.as_bytes().get(start..)?.iter().take(14);
        let end = start + near.into_iter().position(|it| *it == b';')?;
        let name = text.get(start + 1..end)?;
        let digits = name.strip_prefix('#').unwrap_or(name);
        let is_name = (1..=10).contains(&digits.len()) && digits.bytes().all(|it| it.is_ascii_alphanumeric());
        is_name.then(|| &text[start..=end])
    })
}

/// A text that looks like a placeholder with a brace too few.
pub(super) struct Suspect<'t> {
    pub(super) name: &'t str,
    written: &'t str,
    span: Span,
}

impl Suspect<'_> {
    pub(super) fn told(self) -> Diagnostic {
        let inside = self.written.trim_matches(['{', '}', ' ']);
        Diagnostic::new(
            Code::BrokenPlaceholder,
            format!("`{}` is shown as it is", self.name),
        )
        .label(self.span, "this is no placeholder, but looks like one")
        .help(format!("write `{{{{ {inside} }}}}`"))
    }
}

/// `{ name }}`, `{ { name } }` and the like, whose names may be anything.
pub(super) fn broken_placeholders<'t>(written: &Written<'t>, bodies: &[&'t Vec<Node>]) -> Vec<Suspect<'t>> {
    let mut found = Vec::new();
    for nodes in bodies {
        each_text(nodes, &mut |span| {
            let text = written
                .texts
                .get(span.source as usize)
                .copied()
                .unwrap_or_default();
            let end = span.end as usize;
            let mut from = span.start as usize;
            while let Some(open) = text.get(from..end).and_then(|it| it.find('{')) {
                let open = from + open;
                from = open + 1;
                let Some(suspect) = suspect(span.source, text, open, end) else {
                    continue;
                };
                from = suspect.span.end as usize;
                found.push(suspect);
            }
        });
    }
    found
}

fn suspect(source: u32, text: &str, open: usize, end: usize) -> Option<Suspect<'_>> {
    let is_whole = text[..open].ends_with('{') || text[open + 1..end].starts_with('{');
    if is_whole {
        // Raw text, or the marks of a template that has others.
        return None;
    }
    let inside = text[open + 1..end].trim_start_matches(' ');
    let doubled = inside.strip_prefix('{');
    let inside = doubled.unwrap_or(inside).trim_start_matches(' ');
    let length = inside.find(|it: char| !it.is_alphanumeric() && it != '_')?;
    let name = &inside[..length];
    let rest = &inside[length..];
    let close = rest.find(['}', '{', '\n'])?;
    let between = rest[..close].trim();
    let after = rest[close..].strip_prefix('}')?.trim_start_matches(' ');
    let after = after.strip_prefix('}')?;
    let is_value = between.is_empty() || between.starts_with(['|', '.']);
    if length == 0 || !is_value {
        return None;
    }
    let stop = end - after.len();
    let at = |offset: usize| u32::try_from(offset).unwrap_or(u32::MAX);
    Some(Suspect {
        name,
        written: &text[open..stop],
        span: Span::new(source, at(open), at(stop)),
    })
}

fn each_text(nodes: &[Node], each: &mut dyn FnMut(Span)) {
    for node in nodes {
        if matches!(node.kind, NodeKind::Text) {
            each(node.span);
        }
        node.inside(&mut |nodes| each_text(nodes, each));
    }
}
