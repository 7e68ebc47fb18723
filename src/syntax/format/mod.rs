//! The canonical text of a file.
//!
//! The layout follows from the trees alone: what fits on a line stands on one line. From the source come only the
//! comments, and the blank lines between definitions and between fields.

mod block;
mod campaign;
mod expression;
mod message;
mod test;

pub(crate) use campaign::{written_campaign_clause, written_channel_clause, written_offer, written_share};
pub(crate) use message::written_clause;

use super::{
    ast::{Comment, File, Item, ItemKind, Name, Text},
    print,
};

const WIDTH: usize = 100;
const STEP: usize = 4;
const FIELD_STEP: usize = 2;

/// Writes a file as it should look: formatting the result again changes nothing.
///
/// Comments are kept. A comment inside an expression stands at the end of the line it belongs to, or before the next.
pub(crate) fn format_file(file: &File) -> String {
    let mut printer = Printer {
        out: String::new(),
        comments: &file.comments,
        blanks: &file.blanks,
        line_has_comment: false,
    };
    for item in &file.items {
        printer.comments_between(item.span.start);
        printer.begin(item.span.start);
        printer.item(item);
    }
    printer.comments_between(u32::MAX);
    if !printer.out.is_empty() {
        printer.out.push('\n');
    }
    printer.out
}

/// What `write` writes, without a comment and on one line.
fn on_one_line(write: impl FnOnce(&mut Printer<'_>)) -> String {
    let mut printer = Printer {
        out: String::new(),
        comments: &[],
        blanks: &[],
        line_has_comment: false,
    };
    write(&mut printer);
    // Only line breaks of the layout: a text has none of its own.
    let lines: Vec<_> = printer.out.lines().map(str::trim).collect();
    lines.join(" ")
}

struct Printer<'f> {
    out: String,
    /// Those still to be written.
    comments: &'f [Comment],
    blanks: &'f [u32],
    /// Nothing may follow on the current line.
    line_has_comment: bool,
}

impl<'f> Printer<'f> {
    /// Begins a line for what stood at `start`, after a blank line if there was one.
    fn begin(&mut self, start: u32) {
        if self.out.is_empty() {
            return;
        }
        self.out.push('\n');
        if self.blanks.binary_search(&start).is_ok() {
            self.out.push('\n');
        }
        self.line_has_comment = false;
    }

    /// Takes the next comment if it stood before `end`.
    fn next_comment(&mut self, end: u32) -> Option<&'f Comment> {
        let (first, rest) = self.comments.split_first()?;
        if first.span.start >= end {
            return None;
        }
        self.comments = rest;
        Some(first)
    }

    /// Writes the comments between two definitions.
    fn comments_between(&mut self, end: u32) {
        while let Some(comment) = self.next_comment(end) {
            if comment.own_line || self.line_has_comment || self.out.is_empty() {
                self.begin(comment.span.start);
            } else {
                self.out.push_str("  ");
            }
            self.comment(comment);
        }
    }

    fn comment(&mut self, comment: &Comment) {
        self.out.push('#');
        self.out.push_str(&comment.text);
        self.line_has_comment = true;
    }

    /// Begins a line inside a definition, for what stood at `start`, with the comments that stood before it.
    fn line(&mut self, indent: usize, start: u32) {
        self.comments_before(indent, start);
        self.indent(indent);
    }

    /// Writes the comments that stood before `start`: the first ends the current line, unless it had its own.
    fn comments_before(&mut self, indent: usize, start: u32) {
        while let Some(comment) = self.next_comment(start) {
            if comment.own_line || self.line_has_comment {
                self.indent(indent);
            } else {
                self.out.push_str("  ");
            }
            self.comment(comment);
        }
    }

    fn indent(&mut self, indent: usize) {
        self.out.push('\n');
        self.out.extend(std::iter::repeat_n(' ', indent));
        self.line_has_comment = false;
    }

    fn column(&self) -> usize {
        let line = self.out.rsplit('\n').next().unwrap_or_default();
        line.chars().count()
    }

    fn fits(&self, more: &str) -> bool {
        self.column() + more.chars().count() <= WIDTH
    }

    /// Tells whether a comment still to be written stood before `end`.
    fn has_comment(&self, end: u32) -> bool {
        self.comments
            .first()
            .is_some_and(|comment| comment.span.start < end)
    }

    fn item(&mut self, item: &Item) {
        let end = item.span.end;
        match &item.kind {
            ItemKind::Customer { open, fields } => {
                self.out
                    .push_str(if *open { "customer open " } else { "customer " });
                self.block(fields, 0, end);
            }
            ItemKind::Catalog {
                name,
                description,
                fields,
            } => {
                self.head("catalog ", name, description.as_ref());
                self.out.push(' ');
                self.block(fields, 0, end);
            }
            ItemKind::Event {
                name,
                description,
                fields,
            } => {
                self.head("event ", name, description.as_ref());
                self.out.push(' ');
                self.block(fields, 0, end);
            }
            ItemKind::Placement {
                name,
                catalog,
                description,
            } => {
                self.head("placement ", name, None);
                self.out.push_str(" of ");
                print::name(&mut self.out, catalog);
                self.description(description.as_ref());
            }
            ItemKind::Trait {
                name,
                description,
                value,
            } => {
                self.head("trait ", name, description.as_ref());
                self.definition(value, end);
            }
            ItemKind::Segment {
                name,
                description,
                owner,
                condition,
            } => {
                self.head("segment ", name, description.as_ref());
                if let Some(owner) = owner {
                    self.out.push_str(" owner ");
                    print::text(&mut self.out, &owner.text);
                }
                self.definition(condition, end);
            }
            ItemKind::List {
                name,
                description,
                values,
            } => {
                self.head("list ", name, description.as_ref());
                self.out.push_str(" = ");
                let mut line = String::new();
                print::literals(&mut line, values);
                self.on_one_line_or(&line, end, |printer| {
                    printer.out.push('[');
                    printer.literals(values, 0, end);
                });
            }
            ItemKind::Use { library, file } => {
                self.out.push_str("use ");
                print::name(&mut self.out, library);
                self.out.push('.');
                print::name(&mut self.out, file);
            }
            ItemKind::Message(message) => self.message(message, end),
            ItemKind::Channel(channel) => self.channel(channel, end),
            ItemKind::Campaign(campaign) => self.campaign(campaign, end),
            ItemKind::Offer(offer) => self.offer(offer, end),
            ItemKind::Holdout { share, description } => {
                self.out.push_str("holdout ");
                self.share(share);
                self.description(description.as_ref());
            }
            ItemKind::Test(test) => self.test(test, end),
        }
        // Those that no line took.
        self.comments_before(0, end);
    }

    fn head(&mut self, word: &str, name: &Name, description: Option<&Text>) {
        self.out.push_str(word);
        print::name(&mut self.out, name);
        self.description(description);
    }

    fn description(&mut self, description: Option<&Text>) {
        if let Some(description) = description {
            self.out.push(' ');
            print::text(&mut self.out, &description.text);
        }
    }

    /// Writes `line` if it fits and no comment needs a place inside of it, and else what `lines` writes.
    fn on_one_line_or(&mut self, line: &str, end: u32, lines: impl FnOnce(&mut Self)) {
        let fits = self.fits(line);
        if fits && !self.has_comment(end) {
            self.out.push_str(line);
            return;
        }
        let before = (self.out.len(), self.comments.len(), self.line_has_comment);
        lines(self);
        if fits && self.comments.len() == before.1 {
            // No line had room for the comment: it comes after, so that one line will do.
            self.out.truncate(before.0);
            self.line_has_comment = before.2;
            self.out.push_str(line);
        }
    }
}
