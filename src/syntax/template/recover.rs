//! What is nearly a tag: told once, and read as what was meant, so that the rest of the template makes sense.

use std::ops::Range;

use super::{
    Blocks, Open, OpenKind,
    ast::{Arm, Branch},
    scan::Piece,
    tags,
};
use crate::{
    diagnostic::{Code, Diagnostic, suggest},
    span::Span,
};

/// The word of a block of another template language, such as `{{#if …}}`; what stands in it is left out.
pub(super) const FOREIGN: &str = "#";

/// The word of a block of ours.
pub(super) fn block(word: &str) -> Option<&'static str> {
    ["if", "unless", "case", "for", "capture"]
        .into_iter()
        .find(|it| *it == word)
}

impl Blocks<'_> {
    /// A `{{` or `{%` without its end.
    pub(super) fn unclosed(&mut self, piece: &Piece, close: &str, mark: Option<&Range<usize>>, is_tag: bool) {
        let text = self.reader.text;
        let span = self.reader.span(&piece.range);
        let open = &text[piece.range.clone()];
        let Some(mark) = mark else {
            let error = Diagnostic::new(Code::UnbalancedTag, format!("`{open}` is not closed")).label(
                span,
                format!("expected `{close}` before the next tag and the end of the template"),
            );
            self.report(error);
            if is_tag {
                let rest = text[piece.range.end..].trim_start_matches(['-', ' ']);
                let length = word_length(rest);
                self.stand_for(&rest[..length], span, None);
            }
            return;
        };
        let written = &text[mark.clone()];
        let error = Diagnostic::new(Code::UnbalancedTag, format!("`{open}` ends with `{written}`"))
            .label(self.reader.span(mark), format!("expected `{close}`"))
            .label(span, "it begins here")
            .help(format!("write `{close}`"));
        self.report(error);
    }

    /// Tags without the first of their marks, as in `{ if x %}`, which are text otherwise.
    pub(super) fn broken_tags(&mut self, range: &Range<usize>) {
        if !self.own_marks {
            return;
        }
        let all = self.reader.text;
        let mut from = range.start;
        for at in memchr::memchr_iter(b'%', &all.as_bytes()[range.clone()]) {
            let end = range.start + at;
            let is_end = all[end + 1..range.end].trim_start_matches(' ').starts_with('}');
            let before = &all[from.min(end)..end];
            let Some(open) = before.rfind(['{', '\n']).filter(|_| is_end) else {
                continue;
            };
            let open = from + open;
            from = end + 1;
            if all[open + 1..].starts_with('%') {
                // Raw text: elsewhere this begins a tag.
                continue;
            }
            let inside = all[open + 1..end].trim_start_matches(' ');
            let inside = inside.strip_prefix('%').unwrap_or(inside);
            let start = end - inside.len();
            let inside = inside.trim_start_matches(' ');
            let word = &inside[..word_length(inside)];
            if all.as_bytes()[open] != b'{'
                || !tags::is_tag(word)
                || inside[word.len()..].trim_start().starts_with(':')
            {
                continue;
            }
            let place = self.reader.span(&(open..start));
            let error = Diagnostic::new(Code::UnbalancedTag, format!("`{word}` is not in a tag"))
                .label(place, "this does not begin a tag")
                .help(format!("write `{{% {word} … %}}`"));
            self.report(error);
            self.stand_for(word, place, None);
        }
    }

    /// Goes on as after that tag, which was told to be wrong.
    fn stand_for(&mut self, word: &str, span: Span, rest: Option<&Range<usize>>) {
        let told = self.reader.diagnostics.len();
        let depth = self.open.len();
        let mut condition = || rest.and_then(|rest| self.reader.condition(rest));
        match word {
            "if" | "unless" => {
                let branch = Branch {
                    span,
                    condition: condition(),
                    negated: word == "unless",
                    body: Vec::new(),
                };
                let word = if word == "if" { "if" } else { "unless" };
                self.open(word, span, OpenKind::If(vec![branch]));
            }
            "elsif" => {
                let condition = condition();
                self.elsif(span, condition);
            }
            "case" => {
                let operand = condition();
                self.open("case", span, OpenKind::Case(operand, Vec::new()));
            }
            "when" => {
                if let Some(Open {
                    kind: OpenKind::Case(_, arms),
                    otherwise: None,
                    ..
                }) = self.open.last_mut()
                {
                    arms.push(Arm {
                        span,
                        values: None,
                        body: Vec::new(),
                    });
                }
            }
            "else" => {
                if let Some(open @ Open { otherwise: None, .. }) = self.open.last_mut() {
                    open.otherwise = Some(span);
                }
            }
            "for" | "capture" => {
                if let Some(rest) = rest {
                    self.hide(&self.reader.text[rest.clone()]);
                }
                let word = if word == "for" { "for" } else { "capture" };
                // What stands inside may name what the tag would have given.
                self.open(word, span, OpenKind::Capture(None, Vec::new()));
            }
            "assign" => {
                if let Some(rest) = rest {
                    self.hide(&self.reader.text[rest.clone()]);
                }
            }
            _ if word.starts_with("end") && !self.open.is_empty() => self.close_last(span),
            _ => {}
        }
        self.reader.diagnostics.truncate(told);
        if let Some(open) = self.open.get_mut(depth) {
            open.told = true;
        }
    }

    /// An `else` with something behind it; whether it was read as an `elsif`.
    pub(super) fn else_with_condition(&mut self, span: Span, rest: &Range<usize>) -> bool {
        let written = self.reader.text[rest.clone()].trim();
        let inside = self.reader.span(rest);
        let inside = Span {
            start: inside.end - u32::try_from(self.reader.text[rest.clone()].trim_start().len()).unwrap_or(0),
            ..inside
        };
        let inside = Span {
            end: inside.start + u32::try_from(written.len()).unwrap_or(0),
            ..inside
        };
        let condition = written.strip_prefix("if ").unwrap_or(written).trim_start();
        let start = rest.start + self.reader.text[rest.clone()].find(condition).unwrap_or(0);
        let (kind, help) = match self.open.last().map(|it| &it.kind) {
            Some(OpenKind::Case(..)) => ("case", format!("write `{{% when {condition} %}}`")),
            Some(OpenKind::For(..)) => (
                "for",
                format!("`else` is for when there is no item; write `{{% if {condition} %}}` inside of it"),
            ),
            _ => ("if", format!("write `{{% elsif {condition} %}}`")),
        };
        let error = Diagnostic::new(Code::ForeignSyntax, "`else` takes no condition")
            .label(inside, "this would be ignored")
            .help(help);
        self.report(error);
        let is_branch = kind == "if"
            && matches!(
                self.open.last(),
                Some(Open {
                    kind: OpenKind::If(_),
                    otherwise: None,
                    ..
                })
            );
        if is_branch {
            self.stand_for("elsif", span, Some(&(start..rest.end)));
        }
        is_branch
    }

    /// An end of a block of which there is none.
    pub(super) fn close_nothing(&mut self, word: &'static str, span: Span) {
        if let Some(index) = self.crossed.iter().rposition(|names| names.contains(&word)) {
            self.crossed.remove(index);
            return;
        }
        let open = self.open.last().filter(|it| it.word != FOREIGN);
        let Some(open) = open.map(|it| (it.word, it.span)) else {
            let error = Diagnostic::new(Code::UnbalancedTag, format!("`end{word}` without `{word}`"))
                .label(span, "closes nothing")
                .help(format!(
                    "leave it out, or write `{{% {word} … %}}` where it begins"
                ));
            return self.report(error);
        };
        let (opened, at) = open;
        let error = Diagnostic::new(Code::UnbalancedTag, format!("`end{word}` closes no `{opened}`"))
            .label(span, format!("expected `{{% end{opened} %}}`"))
            .label(at, "this tag is open")
            .help(format!("write `{{% end{opened} %}}`"));
        self.report(error);
        self.close_last(span);
    }

    /// A tag that is none of ours.
    pub(super) fn other(&mut self, word: &str, span: Span, name: Range<usize>, rest: &Range<usize>) {
        if let Some(end) = self
            .refused
            .iter()
            .rposition(|block| word.strip_prefix("end") == Some(*block))
        {
            self.refused.truncate(end);
            return;
        }
        let at = self.reader.span(&if name.is_empty() {
            span.start as usize..span.end as usize
        } else {
            name
        });
        let inner = self.open.last().map(|it| it.word).filter(|it| *it != FOREIGN);
        let (diagnostic, block) = tags::foreign(word, span, at, inner);
        self.report(diagnostic);
        let has_value = self.reader.text[rest.clone()].contains('=');
        self.refused.extend(block.filter(|it| *it != "set" || !has_value));
        let stands_for = match word {
            "elseif" | "elif" | "elsieif" => Some("elsif"),
            "end" | "fi" => Some("end"),
            "default" | "otherwise" => Some("else"),
            _ if block.is_some() => None,
            _ => suggest::nearest(word, tags::TAGS),
        };
        match stands_for {
            Some(tag) => self.stand_for(tag, span, Some(rest)),
            None => self.hide(&self.reader.text[rest.clone()]),
        }
    }

    /// Whether a placeholder is what other template languages write; told, if it is the first of a block.
    pub(super) fn is_foreign(&mut self, inside: &Range<usize>, span: Span) -> bool {
        let written = self.reader.text[inside.clone()].trim();
        let within = self.open.last().is_some_and(|it| it.word == FOREIGN);
        if within && written.starts_with('/') {
            self.close_last(span);
            return true;
        }
        if within && (written == "else" || written.starts_with("else ")) {
            return true;
        }
        let third = written.starts_with('{') && self.reader.text[span.end as usize..].starts_with('}');
        let whole = Span {
            end: span.end + u32::from(third),
            ..span
        };
        let Some(diagnostic) = tags::foreign_output(written, whole) else {
            return false;
        };
        self.report(diagnostic);
        if written.starts_with(['#', '^']) {
            self.open(FOREIGN, span, OpenKind::Capture(None, Vec::new()));
            if let Some(open) = self.open.last_mut() {
                open.told = true;
            }
        }
        true
    }
}

fn word_length(text: &str) -> usize {
    text.find(|letter: char| !letter.is_alphanumeric() && letter != '_')
        .unwrap_or(text.len())
}
