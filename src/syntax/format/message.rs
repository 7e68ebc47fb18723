//! Messages: a line for each clause, what they say in a column.

use std::fmt::Write as _;

use super::{FIELD_STEP, Printer, block::words};
use crate::syntax::{
    ast::{Clause, ClauseKind, Content, Message},
    print::{self, Level},
};

impl Printer<'_> {
    pub(super) fn message(&mut self, message: &Message, end: u32) {
        self.out.push_str("message ");
        print::name(&mut self.out, &message.name);
        if let Some(audience) = &message.audience {
            self.out.push_str(" for ");
            print::name(&mut self.out, audience);
        }
        self.description(message.description.as_ref());
        self.out.push_str(" {");
        let width = |clause| head(clause).chars().count();
        let widest = message.clauses.iter().map(width).max().unwrap_or(0);
        for (index, clause) in message.clauses.iter().enumerate() {
            let start = clause.span.start;
            if index > 0 && self.first_of_group(start) {
                self.trailing_comment(start);
                self.out.push('\n');
            }
            self.line(FIELD_STEP, start);
            let head = head(clause);
            self.out.push_str(&head);
            if !head.is_empty() {
                let padding = widest + 2 - head.chars().count();
                self.out.extend(std::iter::repeat_n(' ', padding));
            }
            self.clause(clause);
        }
        self.comments_before(FIELD_STEP, end.saturating_sub(1));
        self.indent(0);
        self.out.push('}');
    }

    /// What follows the head.
    fn clause(&mut self, clause: &Clause) {
        match &clause.kind {
            ClauseKind::Transactional => self.out.push_str("transactional"),
            ClauseKind::AtMost { count, unit } => {
                let _ = write!(self.out, "at most {count} ");
                print::name(&mut self.out, unit);
            }
            ClauseKind::Channel(name) => print::name(&mut self.out, name),
            ClauseKind::Inputs(fields) => self.block(fields, FIELD_STEP, clause.span.end),
            ClauseKind::Languages { tags, by } => {
                self.out.push('[');
                words(&mut self.out, tags, ", ");
                self.out.push_str("] by ");
                self.expr(by, Level::Or, 2 * FIELD_STEP);
            }
            ClauseKind::Unsubscribe(path) => print::path(&mut self.out, path),
            ClauseKind::Part { content, .. } => {
                let text = match content {
                    Content::Text(text) => text,
                    Content::File(name) => {
                        self.out.push_str("from ");
                        name
                    }
                };
                print::text(&mut self.out, &text.text);
            }
        }
    }
}

/// What a clause is about, and what it says of that, on one line.
pub(crate) fn written_clause(clause: &Clause) -> (String, String) {
    let head = match &clause.kind {
        ClauseKind::Transactional => "transactional".to_owned(),
        ClauseKind::AtMost { unit, .. } => format!("at most {}", unit.text),
        _ => head(clause),
    };
    (head, super::on_one_line(|printer| printer.clause(clause)))
}

/// The word that a clause begins with, when something follows it in the column.
fn head(clause: &Clause) -> String {
    let mut out = String::new();
    match &clause.kind {
        ClauseKind::Transactional | ClauseKind::AtMost { .. } => {}
        ClauseKind::Channel(_) => out.push_str("channel"),
        ClauseKind::Inputs(_) => out.push_str("inputs"),
        ClauseKind::Languages { .. } => out.push_str("languages"),
        ClauseKind::Unsubscribe(_) => out.push_str("unsubscribe"),
        ClauseKind::Part { name, language, .. } => {
            print::name(&mut out, name);
            if let Some(language) = language {
                out.push('.');
                out.push_str(&language.text);
            }
        }
    }
    out
}
