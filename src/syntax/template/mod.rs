//! Text of a template to its tree. Blocks are matched here, so that templates nest as deep as the limits say and no deeper.

pub(crate) mod ast;
mod blank;
mod delimiters;
mod habits;
mod recover;
mod scan;
mod tag;
mod tags;

pub use delimiters::Delimiters;

use std::ops::Range;

use self::{
    ast::{Arm, Branch, For, Inputs, Node, NodeKind, Template},
    blank::Blank,
    scan::{Piece, PieceKind},
    tag::Reader,
};
use super::{
    ast::{Expr, Name},
    limit,
};
use crate::{
    diagnostic::{Code, Diagnostic},
    limits::Limits,
    span::Span,
};

/// Reads a template: what is legible of it, and what is wrong with the rest.
///
/// Takes time linear in the length of the text, whatever it holds.
pub(crate) fn parse_template(
    source: u32,
    text: &str,
    delimiters: &Delimiters,
    limits: &Limits,
) -> (Template, Vec<Diagnostic>) {
    if let Err(diagnostic) = limit::check_length(source, text, limits) {
        return (Template::default(), vec![diagnostic]);
    }
    if let Some(flaw) = delimiters.flaw() {
        let start = Span::new(source, 0, 0);
        let error =
            Diagnostic::new(Code::InvalidLiteral, flaw).label(start, "the delimiters of this template");
        return (Template::default(), vec![error]);
    }
    let pieces = scan::pieces(text, delimiters);
    let mut blocks = Blocks {
        reader: Reader {
            source,
            text,
            limits,
            diagnostics: Vec::new(),
        },
        template: Template::default(),
        open: Vec::new(),
        blank: Blank::default(),
        refused: Vec::new(),
        crossed: Vec::new(),
        pieces: 0,
        is_comment: 0,
        own_marks: *delimiters == Delimiters::default(),
    };
    for piece in &pieces {
        let span = blocks.reader.span(&piece.range);
        if blocks.is_one_too_many(span) {
            return (Template::default(), blocks.reader.diagnostics);
        }
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
    blank: Blank,
    /// Blocks that are not supported, whose ends are no second error.
    refused: Vec<&'static str>,
    /// Ends that may still come of blocks that were crossed, each under one of two names; they are no second error.
    crossed: Vec<[&'static str; 2]>,
    /// How many placeholders, tags and texts there were.
    pieces: usize,
    /// Whether the delimiters are those of Liquid.
    own_marks: bool,
    /// How many comments are open in the lines of a `liquid` tag.
    is_comment: usize,
}

struct Open {
    /// `if`, `unless`, `case`, `for` or `capture`; [`recover::FOREIGN`] for a block of another template language.
    word: &'static str,
    span: Span,
    kind: OpenKind,
    /// What is wrong with its beginning was told, so that a missing end is no second error.
    told: bool,
    /// Whether `else` has come, and where.
    otherwise: Option<Span>,
    /// What stands after `else`.
    rest: Vec<Node>,
}

enum OpenKind {
    If(Vec<Branch>),
    /// `None` where the operand was not legible.
    Case(Option<Expr>, Vec<Arm>),
    /// `None` where the tag was not legible.
    For(Option<Box<For>>, Vec<Node>),
    /// `None` where the tag was not legible.
    Capture(Option<Name>, Vec<Node>),
}

impl Open {
    /// Where the next node goes; `None` before the first `when`, where nothing is shown.
    fn body(&mut self) -> Option<&mut Vec<Node>> {
        if self.otherwise.is_some() {
            return Some(&mut self.rest);
        }
        match &mut self.kind {
            OpenKind::If(branches) => branches.last_mut().map(|it| &mut it.body),
            OpenKind::Case(_, arms) => arms.last_mut().map(|it| &mut it.body),
            OpenKind::For(_, body) | OpenKind::Capture(_, body) => Some(body),
        }
    }
}

impl Blocks<'_> {
    /// Counts a piece; tells when there are more than the limit allows.
    fn is_one_too_many(&mut self, span: Span) -> bool {
        self.pieces += 1;
        let limit = self.reader.limits.nodes;
        if self.pieces > limit {
            let message = format!("more than {limit} placeholders, tags and texts between them");
            self.report(Diagnostic::new(Code::Limit, message).label(span, "one too many"));
        }
        self.pieces > limit
    }

    fn piece(&mut self, piece: &Piece) {
        let span = self.reader.span(&piece.range);
        match &piece.kind {
            PieceKind::Text | PieceKind::Raw => {
                if piece.kind == PieceKind::Raw {
                    self.blank.keep_raw(span.start);
                }
                self.push(span, NodeKind::Text);
                self.broken_tags(&piece.range);
            }
            PieceKind::Output(inside) => {
                if !self.is_foreign(inside, span)
                    && let Some(output) = self.reader.output(inside)
                {
                    self.push(span, NodeKind::Output(output));
                }
            }
            PieceKind::Tag { name, rest } => self.tag(span, name.clone(), rest),
            PieceKind::Unclosed { close, mark, is_tag } => {
                self.unclosed(piece, close, mark.as_ref(), *is_tag);
            }
            PieceKind::Endless { word } => {
                self.report(
                    Diagnostic::new(Code::UnbalancedTag, format!("`{word}` is not closed"))
                        .label(span, format!("expected `{{% end{word} %}}` after it")),
                );
            }
        }
    }

    fn tag(&mut self, span: Span, name: Range<usize>, rest: &Range<usize>) {
        let text = self.reader.text;
        match &text[name.clone()] {
            "if" => self.open_if("if", span, rest),
            "unless" => self.open_if("unless", span, rest),
            "elsif" => {
                let condition = self.reader.condition(rest);
                self.elsif(span, condition);
            }
            "case" => {
                let operand = self.reader.condition(rest);
                self.open("case", span, OpenKind::Case(operand, Vec::new()));
            }
            "when" => self.when(span, rest),
            "else" => self.otherwise(span, rest),
            "for" => self.open_for(span, rest),
            "capture" => {
                let name = self.reader.captured(rest);
                if name.is_none() {
                    self.hide(&text[rest.clone()]);
                }
                self.open("capture", span, OpenKind::Capture(name, Vec::new()));
            }
            word @ ("endif" | "endunless" | "endcase" | "endfor" | "endcapture") => {
                self.expect_nothing(word, rest);
                if let Some(word) = recover::block(&word[3..]) {
                    self.close(word, span);
                }
            }
            "assign" => match self.reader.assign(rest) {
                Some(assign) => self.push(span, assign),
                None => self.hide(&text[rest.clone()]),
            },
            "echo" => {
                if let Some(output) = self.reader.output(rest) {
                    self.push(span, NodeKind::Output(output));
                }
            }
            "inputs" => self.inputs(span, rest),
            "render" => {
                if let Some(render) = self.reader.render(rest) {
                    self.push(span, render);
                }
            }
            word @ ("break" | "continue") => {
                self.expect_nothing(word, rest);
                let is_break = word == "break";
                self.push(
                    span,
                    if is_break {
                        NodeKind::Break
                    } else {
                        NodeKind::Continue
                    },
                );
            }
            "skip" | "abort_message" => {
                if let Some(reason) = self.reader.skip(rest) {
                    self.push(span, NodeKind::Skip { reason });
                }
            }
            "liquid" => self.lines(rest),
            word => self.other(word, span, name, rest),
        }
    }

    /// The lines of a `liquid` tag, each of which is a tag.
    fn lines(&mut self, rest: &Range<usize>) {
        let text = self.reader.text;
        let outer = self.is_comment;
        let mut at = rest.start;
        for line in text[rest.clone()].split_inclusive('\n') {
            let start = at + (line.len() - line.trim_start().len());
            at += line.len();
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let range = start..start + line.len();
            let span = self.reader.span(&range);
            if self.is_one_too_many(span) || self.open.len() > self.reader.limits.nesting {
                return;
            }
            let length = line
                .find(|letter: char| !letter.is_alphanumeric() && letter != '_')
                .unwrap_or(line.len());
            let name = start..start + length;
            match &text[name.clone()] {
                "comment" => self.is_comment += 1,
                "endcomment" if self.is_comment > outer => self.is_comment -= 1,
                _ if self.is_comment > outer => {}
                "raw" | "endraw" | "liquid" => self.report(
                    Diagnostic::new(Code::Unsupported, format!("`{}` in a `liquid` tag", &text[name]))
                        .label(span, "stands in a tag of its own"),
                ),
                _ => self.tag(span, name.clone(), &(name.end..range.end)),
            }
        }
        if self.is_comment > outer {
            self.is_comment = outer;
            let span = self.reader.span(rest);
            self.report(
                Diagnostic::new(Code::UnbalancedTag, "`comment` is not closed")
                    .label(span, "expected a line `endcomment`"),
            );
        }
    }

    /// Stands before everything that a partial shows, so that whoever opens it sees what it takes.
    fn inputs(&mut self, span: Span, rest: &Range<usize>) {
        let fields = self.reader.inputs(rest);
        let text = self.reader.text;
        let is_blank = |node: &Node| {
            let written = text.get(node.span.start as usize..node.span.end as usize);
            node.kind == NodeKind::Text && written.is_some_and(|it| it.trim().is_empty())
        };
        if let Some(first) = &self.template.inputs {
            let first = first.span;
            self.report(
                Diagnostic::new(Code::DuplicateName, "a second `inputs`")
                    .label(span, "name all of them in one tag")
                    .label(first, "the first is here"),
            );
        } else if !self.open.is_empty() || !self.template.nodes.iter().all(is_blank) {
            self.report(
                Diagnostic::new(Code::Syntax, "`inputs` stands behind something else")
                    .label(span, "move it to the beginning"),
            );
        }
        self.template.inputs.get_or_insert(Inputs { span, fields });
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
            told: false,
            otherwise: None,
            rest: Vec::new(),
        });
    }

    fn elsif(&mut self, span: Span, condition: Option<Expr>) {
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
            _ => self.report(tags::outside("elsif", "if", span)),
        }
    }

    fn when(&mut self, span: Span, rest: &Range<usize>) {
        if self.refused.contains(&"case") {
            return;
        }
        let values = self.reader.values(rest);
        match self.open.last_mut() {
            Some(Open {
                kind: OpenKind::Case(_, arms),
                otherwise: None,
                ..
            }) => arms.push(Arm {
                span,
                values,
                body: Vec::new(),
            }),
            Some(Open {
                kind: OpenKind::Case(..),
                otherwise: Some(before),
                ..
            }) => {
                let before = *before;
                self.report(
                    Diagnostic::new(Code::UnbalancedTag, "`when` after `else`")
                        .label(span, "no branch can follow the last one")
                        .label(before, "the `else` is here"),
                );
            }
            _ => self.report(tags::outside("when", "case", span)),
        }
    }

    fn otherwise(&mut self, span: Span, rest: &Range<usize>) {
        if !self.reader.text[rest.clone()].trim().is_empty() && self.else_with_condition(span, rest) {
            return;
        }
        match self.open.last_mut() {
            Some(Open {
                word: "capture",
                span: open,
                ..
            }) => {
                let open = *open;
                self.report(
                    tags::outside("else", "if`, `case` or `for", span).label(open, "this tag is open"),
                );
            }
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
            None if self.refused.is_empty() => {
                self.report(tags::outside("else", "if`, `case` or `for", span));
            }
            None => {}
        }
    }

    fn close(&mut self, word: &'static str, span: Span) {
        let Some(position) = self.open.iter().rposition(|open| open.word == word) else {
            return self.close_nothing(word, span);
        };
        while self.open.len() > position + 1 {
            if let Some(open) = self.open.last() {
                self.crossed.push([open.word, word]);
            }
            self.close_unclosed();
        }
        self.close_last(span);
    }

    fn close_unclosed(&mut self) {
        if let Some(open) = self.open.last() {
            let (word, span) = (open.word, open.span);
            if open.told {
                return self.close_last(span);
            }
            self.report(
                Diagnostic::new(Code::UnbalancedTag, format!("`{word}` is not closed"))
                    .label(span, format!("expected `{{% end{word} %}}` after it")),
            );
            self.close_last(span);
        }
    }

    fn close_last(&mut self, end: Span) {
        let Some(mut open) = self.open.pop() else { return };
        let bodies: Vec<&mut Vec<Node>> = match &mut open.kind {
            OpenKind::If(branches) => branches.iter_mut().map(|it| &mut it.body).collect(),
            OpenKind::Case(_, arms) => arms.iter_mut().map(|it| &mut it.body).collect(),
            OpenKind::For(_, body) => vec![body],
            OpenKind::Capture(..) => Vec::new(),
        };
        if !matches!(open.word, "capture") {
            let bodies = bodies.into_iter().chain([&mut open.rest]).collect();
            self.blank.close(open.span.start, bodies, self.reader.text);
        }
        let span = open.span.to(end);
        match open.kind {
            OpenKind::If(branches) => self.push(
                span,
                NodeKind::If {
                    branches,
                    otherwise: open.rest,
                },
            ),
            OpenKind::Case(operand, arms) => {
                let otherwise = open.otherwise.map(|_| open.rest);
                self.push(
                    span,
                    NodeKind::Case {
                        operand,
                        arms,
                        otherwise,
                    },
                );
            }
            OpenKind::For(Some(mut tag), body) => {
                tag.body = body;
                tag.otherwise = open.rest;
                self.push(span, NodeKind::For(tag));
            }
            OpenKind::Capture(Some(name), body) => self.push(span, NodeKind::Capture { name, body }),
            OpenKind::For(None, _) | OpenKind::Capture(None, _) => {}
        }
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
        let body = match self.open.last_mut() {
            None => Some(&mut self.template.nodes),
            Some(open) => open.body(),
        };
        if let Some(body) = body {
            body.push(Node { span, kind });
            return;
        }
        let text = self.reader.text.get(span.start as usize..span.end as usize);
        if !matches!(kind, NodeKind::Text) || text.is_some_and(|it| !it.trim().is_empty()) {
            self.report(
                Diagnostic::new(Code::UnbalancedTag, "this stands before the first `when`")
                    .label(span, "would never be shown")
                    .help("move it in front of the `case`, or into one of its branches".to_owned()),
            );
        }
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
