//! What stands inside one placeholder or tag.

use std::{borrow::Cow, ops::Range};

use pest::{Parser, iterators::Pair};

use super::{
    ast::{Argument, Filter, For, Given, NodeKind, Over, Piped, Render},
    habits,
};
use crate::{
    diagnostic::{Code, Diagnostic},
    limits::Limits,
    span::Span,
    syntax::{
        ast::{Expr, Field, Name, Text},
        error::{self, Part},
        expression::{Builder, LINE_BREAK},
        grammar::{Grammar, Rule},
        limit,
        scan::{self, Scan, TokenKind},
    },
};

/// Reads the insides of tags of one source.
pub(super) struct Reader<'t> {
    pub(super) source: u32,
    pub(super) text: &'t str,
    pub(super) limits: &'t Limits,
    pub(super) diagnostics: Vec<Diagnostic>,
}

impl<'t> Reader<'t> {
    pub(super) fn output(&mut self, inside: &Range<usize>) -> Option<Piped> {
        self.read(Rule::placeholder, inside, |builder, parts| builder.piped(parts))
    }

    pub(super) fn condition(&mut self, inside: &Range<usize>) -> Option<Expr> {
        self.read(Rule::if_tag, inside, |builder, mut parts| {
            parts
                .find(|it| it.as_rule() == Rule::expr)
                .map(|part| builder.expr(part))
        })
    }

    /// The values of a `when`.
    pub(super) fn values(&mut self, inside: &Range<usize>) -> Option<Vec<Expr>> {
        self.read(Rule::when_tag, inside, |builder, parts| {
            let values = parts.filter(|it| it.as_rule() == Rule::operand);
            Some(values.map(|it| builder.expr(it)).collect())
        })
    }

    pub(super) fn assign(&mut self, inside: &Range<usize>) -> Option<NodeKind> {
        self.read(Rule::assign_tag, inside, |builder, mut parts| {
            let name = builder.name(&parts.next()?);
            let value = builder.piped(parts)?;
            Some(NodeKind::Assign { name, value })
        })
    }

    /// The name that a `capture` gives.
    pub(super) fn captured(&mut self, inside: &Range<usize>) -> Option<Name> {
        self.read(Rule::capture_tag, inside, |builder, mut parts| {
            let part = parts.next()?;
            if part.as_rule() == Rule::name {
                return Some(builder.name(&part));
            }
            let text = builder.text(&part);
            let known = text.text.chars().all(|it| it.is_alphanumeric() || it == '_');
            if !known || text.text.is_empty() {
                builder.break_off(
                    Diagnostic::new(Code::Syntax, "a text that is no name")
                        .label(text.span, "expected a name of letters and digits"),
                );
            }
            Some(Name {
                span: text.span,
                text: text.text,
                quoted: true,
            })
        })
    }

    /// A loop, whose bodies are still to come.
    pub(super) fn r#loop(&mut self, inside: &Range<usize>) -> Option<For> {
        self.read(Rule::for_tag, inside, |builder, parts| {
            let (mut variable, mut over, mut limit, mut offset) = (None, None, None, None);
            let (mut reversed, mut continues) = (false, false);
            for part in parts {
                match part.as_rule() {
                    Rule::name => variable = Some(builder.name(&part)),
                    Rule::whole_items => over = Some(Over::Items(builder.items(part))),
                    Rule::for_range => {
                        let mut ends = part.into_inner().filter(|it| it.as_rule() == Rule::operand);
                        let (from, to) = (builder.expr(ends.next()?), builder.expr(ends.next()?));
                        over = Some(Over::Range { from, to });
                    }
                    Rule::for_limit => limit = builder.option(part, "limit", limit.is_some()),
                    Rule::for_offset => {
                        let is_second = offset.is_some() || continues;
                        let mut inside = part.clone().into_inner();
                        continues = inside.any(|it| it.as_rule() == Rule::offset_continue);
                        offset = builder.option(part, "offset", is_second).filter(|_| !continues);
                    }
                    Rule::for_reversed => reversed = true,
                    _ => {}
                }
            }
            Some(For {
                variable: variable?,
                over: over?,
                limit,
                offset,
                continues,
                reversed,
                body: Vec::new(),
                otherwise: Vec::new(),
            })
        })
    }

    pub(super) fn render(&mut self, inside: &Range<usize>) -> Option<NodeKind> {
        self.read(Rule::render_tag, inside, |builder, parts| {
            let (mut partial, mut given, mut arguments) = (None, None, Vec::new());
            for part in parts {
                match part.as_rule() {
                    Rule::text => partial = Some(builder.text(&part)),
                    rule @ (Rule::render_with | Rule::render_for) => {
                        let (mut name, mut value) = (None, None);
                        for part in part.into_inner() {
                            match part.as_rule() {
                                Rule::operand => value = Some(builder.expr(part)),
                                Rule::name => name = Some(builder.name(&part)),
                                _ => {}
                            }
                        }
                        given = Some(Given {
                            name,
                            value: value?,
                            each: rule == Rule::render_for,
                        });
                    }
                    Rule::render_argument => arguments.push(builder.argument(part)),
                    _ => {}
                }
            }
            Some(NodeKind::Render(Box::new(Render {
                partial: partial?,
                given,
                arguments,
            })))
        })
    }

    /// What a partial declares to be given.
    pub(super) fn inputs(&mut self, inside: &Range<usize>) -> Option<Vec<Field>> {
        self.read(Rule::inputs_tag, inside, |builder, parts| {
            let fields = parts.filter(|it| it.as_rule() == Rule::field);
            Some(fields.map(|it| builder.field(it)).collect())
        })
    }

    pub(super) fn skip(&mut self, inside: &Range<usize>) -> Option<Text> {
        self.read(Rule::skip_tag, inside, |builder, mut parts| {
            parts
                .find(|it| it.as_rule() == Rule::text)
                .map(|part| builder.text(&part))
        })
    }

    pub(super) fn span(&self, range: &Range<usize>) -> Span {
        let at = |offset: usize| u32::try_from(offset).unwrap_or(u32::MAX);
        Span::new(self.source, at(range.start), at(range.end))
    }

    fn read<T>(
        &mut self,
        rule: Rule,
        inside: &Range<usize>,
        build: impl FnOnce(&Builder<'t>, pest::iterators::Pairs<'_, Rule>) -> Option<T>,
    ) -> Option<T> {
        let written = &self.text[inside.clone()];
        let start = inside.start + (written.len() - written.trim_start().len());
        let part = &self.text[start..start + written.trim().len()];
        let joined = without_line_breaks(part);
        let breaks = matches!(joined, Cow::Owned(_));
        let scan = match self.look(&joined) {
            Ok(scan) => scan,
            Err(diagnostic) => {
                self.diagnostics.push(moved(diagnostic, start));
                return None;
            }
        };
        let base = u32::try_from(start).unwrap_or(u32::MAX);
        let builder = Builder {
            liquid: true,
            breaks,
            ..Builder::new(self.source, base, part)
        };
        match Grammar::parse(rule, &scan::without_comments(&joined, 0, &scan.comments)) {
            Ok(mut pairs) => {
                let parts = pairs.next().expect("a parse gives its rule").into_inner();
                let tree = build(&builder, parts);
                let broken = builder.broken.get();
                self.diagnostics.extend(builder.diagnostics.into_inner());
                tree.filter(|_| !broken)
            }
            Err(flaw) => {
                let end = if rule == Rule::placeholder {
                    "the end of the placeholder"
                } else {
                    "the end of the tag"
                };
                let part = Part {
                    source: self.source,
                    text: part,
                    tokens: &scan.tokens,
                    end,
                };
                let mut diagnostic = error::from_pest(&flaw, &part);
                let at = diagnostic.span().start as usize;
                if let Some(help) = habits::mend(rule, part.text, &scan.tokens, at) {
                    diagnostic.help = vec![help];
                }
                self.diagnostics.push(moved(diagnostic, start));
                None
            }
        }
    }

    /// What can be said of a part before pest sees it; spans count from its start.
    fn look(&self, part: &str) -> Result<Scan, Diagnostic> {
        if part.is_empty() {
            let here = Span::new(self.source, 0, 0);
            return Err(Diagnostic::new(Code::Syntax, "nothing stands here").label(here, "expected a value"));
        }
        let scan = scan::scan(self.source, part);
        if let Some(diagnostic) = habits::of_copied_text(self.source, part, &scan.tokens) {
            return Err(diagnostic);
        }
        if let Some(token) = scan.tokens.iter().find(|it| it.kind == TokenKind::Unclosed) {
            return Err(scan::unclosed(self.source, part, *token));
        }
        limit::check_tokens(self.source, part, &scan.tokens, self.limits)?;
        Ok(scan)
    }
}

/// With another sign in the place of the line breaks inside of quotes, where that sign stands nowhere else: texts of Liquid may
/// have several lines.
fn without_line_breaks(part: &str) -> Cow<'_, str> {
    let bytes = part.as_bytes();
    if memchr::memchr(b'\n', bytes).is_none() || part.contains(LINE_BREAK) {
        return Cow::Borrowed(part);
    }
    let mut breaks = Vec::new();
    let mut at = 0;
    while let Some(quote) = bytes.get(at).copied() {
        if matches!(quote, b'"' | b'\'') {
            let mut end = at + 1;
            while bytes.get(end).is_some_and(|it| *it != quote) {
                end += 1 + usize::from(bytes[end] == b'\\');
            }
            if end >= bytes.len() {
                break;
            }
            breaks.extend(memchr::memchr_iter(b'\n', &bytes[at..end]).map(|it| at + it));
            at = end;
        }
        at += 1;
    }
    if breaks.is_empty() {
        return Cow::Borrowed(part);
    }
    let mut joined = bytes.to_vec();
    for at in breaks {
        joined[at] = LINE_BREAK as u8;
    }
    String::from_utf8(joined).map_or(Cow::Borrowed(part), Cow::Owned)
}

/// The same diagnostic, so many bytes further down.
fn moved(mut diagnostic: Diagnostic, by: usize) -> Diagnostic {
    let by = u32::try_from(by).unwrap_or(u32::MAX);
    for label in &mut diagnostic.labels {
        label.span.start = label.span.start.saturating_add(by);
        label.span.end = label.span.end.saturating_add(by);
    }
    diagnostic
}

impl Builder<'_> {
    /// A value with its filters.
    fn piped<'i>(&self, parts: impl Iterator<Item = Pair<'i, Rule>>) -> Option<Piped> {
        let (mut value, mut to, mut range) = (None, None, None);
        let mut filters = Vec::new();
        for part in parts {
            match part.as_rule() {
                Rule::expr => value = Some(self.expr(part)),
                Rule::for_range => {
                    range = Some(self.span(&part));
                    let mut ends = part.into_inner().filter(|it| it.as_rule() == Rule::operand);
                    value = ends.next().map(|it| self.expr(it));
                    to = ends.next().map(|it| self.expr(it));
                }
                Rule::filter => filters.push(self.filter(part)),
                _ => {}
            }
        }
        let value = value?;
        Some(Piped {
            span: range.unwrap_or(value.span),
            value,
            to,
            filters,
        })
    }

    /// The value of `limit:` or `offset:`.
    fn option(&self, pair: Pair<'_, Rule>, word: &str, twice: bool) -> Option<Expr> {
        let span = self.span(&pair);
        if twice {
            self.break_off(
                Diagnostic::new(Code::Syntax, format!("a second `{word}`")).label(span, "one is enough"),
            );
        }
        let value = pair.into_inner().last()?;
        if value.as_rule() == Rule::offset_continue {
            return None;
        }
        Some(self.expr(value))
    }

    fn filter(&self, pair: Pair<'_, Rule>) -> Filter {
        let span = self.span(&pair);
        let mut parts = pair.into_inner();
        let name = parts
            .find(|it| matches!(it.as_rule(), Rule::name | Rule::filter_where))
            .expect("a filter has a name");
        let name = self.name(&name);
        let arguments = parts
            .filter(|it| it.as_rule() == Rule::argument)
            .map(|it| self.argument(it))
            .collect();
        Filter {
            span: name.span.to(span),
            name,
            arguments,
        }
    }

    fn argument(&self, pair: Pair<'_, Rule>) -> Argument {
        let span = self.span(&pair);
        let (mut name, mut value) = (None, None);
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::argument_name => name = part.into_inner().next().map(|it| self.name(&it)),
                Rule::operand => value = Some(self.expr(part)),
                _ => {}
            }
        }
        Argument {
            span,
            name,
            value: value.expect("an argument has a value"),
        }
    }
}
