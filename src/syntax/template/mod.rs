//! Text of a template to its tree. Blocks are matched here, so that templates nest as deep as the limits say and no deeper.

pub(crate) mod ast;
mod scan;
mod tag;

use std::ops::Range;

use self::{
    ast::{Branch, Node, NodeKind, Template},
    scan::{Piece, PieceKind},
    tag::{Loop, Reader},
};
use super::limit;
use crate::{
    diagnostic::{Code, Diagnostic, suggest},
    limits::Limits,
    span::Span,
};

/// Reads a template: what is legible of it, and what is wrong with the rest.
///
/// Takes time linear in the length of the text, whatever it holds.
pub(crate) fn parse_template(source: u32, text: &str, limits: &Limits) -> (Template, Vec<Diagnostic>) {
    if let Err(diagnostic) = limit::check_length(source, text, limits) {
        return (Template::default(), vec![diagnostic]);
    }
    let pieces = scan::pieces(text);
    let mut blocks = Blocks {
        reader: Reader {
            source,
            text,
            limits,
            diagnostics: Vec::new(),
        },
        template: Template::default(),
        open: Vec::new(),
        refused: Vec::new(),
    };
    if let Some(piece) = pieces.get(limits.nodes) {
        let message = format!(
            "more than {} placeholders, tags and texts between them",
            limits.nodes
        );
        let span = blocks.reader.span(&piece.range);
        return (
            blocks.template,
            vec![Diagnostic::new(Code::Limit, message).label(span, "one too many")],
        );
    }
    for piece in &pieces {
        blocks.piece(piece);
        if blocks.open.len() > limits.nesting {
            // What is deeper is not looked at: every later step goes as deep as the tree.
            return (Template::default(), blocks.reader.diagnostics);
        }
    }
    blocks.finish()
}

/// The tags whose end is still to come, and what they hold so far.
struct Blocks<'t> {
    reader: Reader<'t>,
    template: Template,
    open: Vec<Open>,
    /// Blocks that are not supported, whose ends are no second error.
    refused: Vec<&'static str>,
}

struct Open {
    /// `if`, `unless` or `for`.
    word: &'static str,
    span: Span,
    kind: OpenKind,
    /// Whether `else` has come, and where.
    otherwise: Option<Span>,
    /// What stands after `else`.
    rest: Vec<Node>,
}

enum OpenKind {
    If(Vec<Branch>),
    /// `None` where the tag was not legible.
    For(Option<Box<Loop>>, Vec<Node>),
}

impl Open {
    fn body(&mut self) -> &mut Vec<Node> {
        if self.otherwise.is_some() {
            return &mut self.rest;
        }
        match &mut self.kind {
            OpenKind::If(branches) => &mut branches.last_mut().expect("a block begins with a branch").body,
            OpenKind::For(_, body) => body,
        }
    }
}

impl Blocks<'_> {
    fn piece(&mut self, piece: &Piece) {
        let span = self.reader.span(&piece.range);
        match &piece.kind {
            PieceKind::Text => self.push(span, NodeKind::Text),
            PieceKind::Output(inside) => {
                if let Some(diagnostic) = self.foreign_output(inside, span) {
                    self.reader.diagnostics.push(diagnostic);
                } else if let Some(output) = self.reader.output(inside) {
                    self.push(span, output);
                }
            }
            PieceKind::Tag { name, rest } => self.tag(span, name.clone(), rest),
            PieceKind::Unclosed { close } => {
                let open = &self.reader.text[piece.range.clone()];
                self.report(
                    Diagnostic::new(Code::UnbalancedTag, format!("`{open}` is not closed")).label(
                        span,
                        format!("expected `{close}` before the next tag and the end of the template"),
                    ),
                );
            }
            PieceKind::Endless => {
                let word = self.reader.text[piece.range.clone()].trim_matches(['{', '%', '-', '}', ' ']);
                let word = word.to_owned();
                self.report(
                    Diagnostic::new(Code::UnbalancedTag, format!("`{word}` is not closed"))
                        .label(span, format!("expected `{{% end{word} %}}` after it")),
                );
            }
            PieceKind::Raw => self.report(unsupported("raw", span)),
        }
    }

    fn tag(&mut self, span: Span, name: Range<usize>, rest: &Range<usize>) {
        let text = self.reader.text;
        match &text[name.clone()] {
            "if" => self.open_if("if", span, rest),
            "unless" => self.open_if("unless", span, rest),
            "elsif" => self.elsif(span, rest),
            "else" => self.otherwise(span, rest),
            "for" => self.open_for(span, rest),
            word @ ("endif" | "endunless" | "endfor") => {
                self.expect_nothing(word, rest);
                self.close(&word[3..], span);
            }
            "skip" | "abort_message" => {
                if let Some(reason) = self.reader.skip(rest) {
                    self.push(span, NodeKind::Skip { reason });
                }
            }
            word => self.other(word, span, name, rest),
        }
    }

    fn open_if(&mut self, word: &'static str, span: Span, rest: &Range<usize>) {
        let condition = self.reader.condition(rest);
        let branch = Branch {
            span,
            condition,
            negated: word == "unless",
            body: Vec::new(),
        };
        self.open(word, span, OpenKind::If(vec![branch]));
    }

    fn open_for(&mut self, span: Span, rest: &Range<usize>) {
        let written = self.reader.text[rest.clone()].trim();
        if written
            .split_once(" in ")
            .is_some_and(|(_, items)| items.trim_start().starts_with('('))
        {
            self.report(
                Diagnostic::new(
                    Code::Unsupported,
                    "a `for` over a range of numbers is not supported yet",
                )
                .label(
                    span,
                    "write `for` over a list, a placement or a collection of events",
                ),
            );
            self.hide(written);
            return self.open("for", span, OpenKind::For(None, Vec::new()));
        }
        if !written.is_empty()
            && !written
                .split_whitespace()
                .any(|word| word.eq_ignore_ascii_case("in"))
        {
            let end = self.reader.span(rest).end;
            self.report(
                Diagnostic::new(Code::Syntax, "a `for` without `in`")
                    .label(
                        Span {
                            start: end,
                            end,
                            ..span
                        },
                        "of what?",
                    )
                    .help("write `{% for item in items %}`".to_owned()),
            );
            self.hide(written);
            return self.open("for", span, OpenKind::For(None, Vec::new()));
        }
        let tag = self.reader.r#loop(rest);
        if tag.is_none() {
            self.hide(written);
        }
        self.open("for", span, OpenKind::For(tag.map(Box::new), Vec::new()));
    }

    fn open(&mut self, word: &'static str, span: Span, kind: OpenKind) {
        if self.open.len() == self.reader.limits.nesting {
            let message = format!("tags nested more than {} deep", self.reader.limits.nesting);
            self.report(Diagnostic::new(Code::Limit, message).label(span, "one too deep"));
        }
        self.open.push(Open {
            word,
            span,
            kind,
            otherwise: None,
            rest: Vec::new(),
        });
    }

    fn elsif(&mut self, span: Span, rest: &Range<usize>) {
        let condition = self.reader.condition(rest);
        match self.open.last_mut() {
            Some(Open {
                kind: OpenKind::If(branches),
                otherwise: None,
                ..
            }) => {
                branches.push(Branch {
                    span,
                    condition,
                    negated: false,
                    body: Vec::new(),
                });
            }
            Some(Open {
                kind: OpenKind::If(_),
                otherwise: Some(before),
                ..
            }) => {
                let before = *before;
                self.report(
                    Diagnostic::new(Code::UnbalancedTag, "`elsif` after `else`")
                        .label(span, "no branch can follow the last one")
                        .label(before, "the `else` is here"),
                );
            }
            _ => self.report(outside("elsif", "if", span)),
        }
    }

    fn otherwise(&mut self, span: Span, rest: &Range<usize>) {
        let written = self.reader.text[rest.clone()].trim();
        if !written.is_empty() {
            let inside = self.reader.span(rest);
            let condition = written
                .strip_prefix("if ")
                .unwrap_or(written)
                .trim_start()
                .to_owned();
            self.report(
                Diagnostic::new(Code::ForeignSyntax, "`else` takes no condition")
                    .label(inside, "this would be ignored")
                    .help(format!("write `{{% elsif {condition} %}}`")),
            );
        }
        match self.open.last_mut() {
            Some(open @ Open { otherwise: None, .. }) => open.otherwise = Some(span),
            Some(Open {
                otherwise: Some(before),
                ..
            }) => {
                let before = *before;
                self.report(
                    Diagnostic::new(Code::UnbalancedTag, "a second `else`")
                        .label(span, "one is enough")
                        .label(before, "the first is here"),
                );
            }
            None if self.refused.is_empty() => self.report(outside("else", "if` or `for", span)),
            None => {}
        }
    }

    fn close(&mut self, word: &str, span: Span) {
        let Some(position) = self.open.iter().rposition(|open| open.word == word) else {
            let last = self.open.last().map(|open| (open.word, open.span));
            let mut diagnostic =
                Diagnostic::new(Code::UnbalancedTag, format!("`end{word}` without `{word}`"))
                    .label(span, "closes nothing");
            if let Some((open, at)) = last {
                diagnostic = diagnostic
                    .label(at, "this tag is open")
                    .help(format!("write `{{% end{open} %}}` to close it"));
            }
            return self.report(diagnostic);
        };
        while self.open.len() > position + 1 {
            self.close_unclosed();
        }
        self.close_last(span);
    }

    fn close_unclosed(&mut self) {
        if let Some(open) = self.open.last() {
            let (word, span) = (open.word, open.span);
            self.report(
                Diagnostic::new(Code::UnbalancedTag, format!("`{word}` is not closed"))
                    .label(span, format!("expected `{{% end{word} %}}` after it")),
            );
            self.close_last(span);
        }
    }

    fn close_last(&mut self, end: Span) {
        let Some(open) = self.open.pop() else { return };
        let span = open.span.to(end);
        match open.kind {
            OpenKind::If(branches) => self.push(
                span,
                NodeKind::If {
                    branches,
                    otherwise: open.rest,
                },
            ),
            OpenKind::For(Some(tag), body) => self.push(
                span,
                NodeKind::For {
                    variable: tag.variable,
                    items: tag.items,
                    limit: tag.limit,
                    body,
                    otherwise: open.rest,
                },
            ),
            OpenKind::For(None, _) => {}
        }
    }

    /// A tag that is none of ours.
    fn other(&mut self, word: &str, span: Span, name: Range<usize>, rest: &Range<usize>) {
        if let Some(end) = self
            .refused
            .iter()
            .rposition(|block| word.strip_prefix("end") == Some(*block))
        {
            self.refused.truncate(end);
            return;
        }
        if word == "when" && self.refused.contains(&"case") {
            return;
        }
        if let Some((block, known)) = LATER.iter().find(|(_, known)| *known == word) {
            self.report(unsupported(known, span));
            self.hide(&self.reader.text[rest.clone()]);
            if *block {
                self.refused.push(known);
            }
            return;
        }
        let instead = match word {
            "elseif" | "elif" | "elsieif" => Some(("elsif", "write `{% elsif … %}`")),
            "end" | "fi" => Some((word, "write `{% endif %}` or `{% endfor %}`")),
            "foreach" => Some((word, "write `{% for item in items %}`")),
            "set" | "let" => Some((word, "a template has no variables yet; define a `trait` instead")),
            "print" => Some((word, "write `{{ … }}`")),
            _ => None,
        };
        if let Some((_, help)) = instead {
            self.report(
                Diagnostic::new(Code::ForeignSyntax, format!("`{word}` is not a tag"))
                    .label(span, "not of this language")
                    .help(help.to_owned()),
            );
            return;
        }
        let name = self.reader.span(&if name.is_empty() {
            span.start as usize..span.end as usize
        } else {
            name
        });
        let message = if word.is_empty() {
            "a tag without a name".to_owned()
        } else {
            format!("unknown tag `{word}`")
        };
        self.report(
            Diagnostic::new(Code::Syntax, message)
                .label(name, "not a tag")
                .help(suggest::did_you_mean(word, TAGS)),
        );
    }

    /// Placeholders as other template languages write their blocks.
    fn foreign_output(&self, inside: &Range<usize>, span: Span) -> Option<Diagnostic> {
        let written = self.reader.text[inside.clone()].trim();
        let (message, help) = match written.chars().next()? {
            '#' | '/' | '^' => (
                "`{{# … }}` is not a block",
                "write `{% if … %}` … `{% endif %}`, or `{% for … %}` … `{% endfor %}`",
            ),
            '{' => ("three braces do not switch escaping off", "write `{{ … | raw }}`"),
            '>' => (
                "`{{> … }}` is not supported",
                "write the text of the other template here",
            ),
            '!' if written.starts_with("!--") || written.starts_with("! ") => (
                "`{{! … }}` is no comment",
                "write `{% comment %}` … `{% endcomment %}`",
            ),
            _ => return None,
        };
        Some(
            Diagnostic::new(Code::ForeignSyntax, message)
                .label(span, "of another template language")
                .help(help.to_owned()),
        )
    }

    fn expect_nothing(&mut self, word: &str, rest: &Range<usize>) {
        let written = self.reader.text[rest.clone()].trim();
        if !written.is_empty() {
            let span = self.reader.span(rest);
            self.report(
                Diagnostic::new(Code::Syntax, format!("nothing may follow `{word}`"))
                    .label(span, "leave this out"),
            );
        }
    }

    /// Remembers the name that a tag was to define.
    fn hide(&mut self, rest: &str) {
        let rest = rest.trim_start();
        let length = rest
            .find(|letter: char| !letter.is_alphanumeric() && letter != '_')
            .unwrap_or(rest.len());
        if length > 0 {
            self.template.broken.push(rest[..length].to_owned());
        }
    }

    fn push(&mut self, span: Span, kind: NodeKind) {
        let body = self.open.last_mut().map_or(&mut self.template.nodes, Open::body);
        body.push(Node { span, kind });
    }

    fn report(&mut self, diagnostic: Diagnostic) {
        self.reader.diagnostics.push(diagnostic);
    }

    fn finish(mut self) -> (Template, Vec<Diagnostic>) {
        while !self.open.is_empty() {
            self.close_unclosed();
        }
        (self.template, self.reader.diagnostics)
    }
}

/// The tags of this version, for suggestions.
const TAGS: [&str; 11] = [
    "if",
    "elsif",
    "else",
    "endif",
    "unless",
    "endunless",
    "for",
    "endfor",
    "skip",
    "comment",
    "endcomment",
];

/// Tags of Liquid that this version does not have; whether they are blocks.
const LATER: [(bool, &str); 17] = [
    (true, "case"),
    (false, "assign"),
    (true, "capture"),
    (false, "liquid"),
    (false, "echo"),
    (false, "render"),
    (false, "include"),
    (false, "break"),
    (false, "continue"),
    (true, "tablerow"),
    (true, "ifchanged"),
    (false, "cycle"),
    (false, "increment"),
    (false, "decrement"),
    (false, "layout"),
    (false, "section"),
    (true, "block"),
];

fn unsupported(word: &str, span: Span) -> Diagnostic {
    let help = match word {
        "case" => Some("write `{% if x = \"a\" %}` … `{% elsif x = \"b\" %}` … `{% endif %}`"),
        "assign" | "capture" => Some("define a `trait` with this value"),
        "echo" => Some("write `{{ … }}`"),
        "render" | "include" => Some("write the text of the other template here"),
        "raw" => Some("write `{{ \"{{\" }}` for two braces"),
        "break" | "continue" => Some("choose the items with `where` and `limit:`"),
        _ => None,
    };
    Diagnostic::new(Code::Unsupported, format!("the tag `{word}` is not supported"))
        .label(span, "not in this version")
        .help(help.map(str::to_owned))
}

fn outside(word: &str, of: &str, span: Span) -> Diagnostic {
    Diagnostic::new(Code::UnbalancedTag, format!("`{word}` outside of `{of}`"))
        .label(span, "belongs to nothing")
}
