//! Blocks of fields, and types.

use std::fmt::Write as _;

use super::{FIELD_STEP, Printer};
use crate::syntax::{
    ast::{Field, Name, Role, Text, Type, TypeKind},
    print,
};

impl Printer<'_> {
    /// Fields in braces, on one line where they fit.
    pub(super) fn block(&mut self, fields: &[Field], indent: usize, end: u32) {
        let mut line = String::new();
        one_line_block(&mut line, fields);
        if self.fits(&line) && !self.has_comment(end) {
            self.out.push_str(&line);
            return;
        }
        self.out.push('{');
        let width = fields
            .iter()
            .map(|field| name_width(&field.name))
            .max()
            .unwrap_or(0);
        for (index, field) in fields.iter().enumerate() {
            let start = field.span.start;
            if index > 0 && self.first_of_group(start) {
                // The blank line stands before the comments of the field.
                self.trailing_comment(start);
                self.out.push('\n');
            }
            self.line(indent + FIELD_STEP, start);
            print::name(&mut self.out, &field.name);
            self.out.push(':');
            let padding = width - name_width(&field.name) + 1;
            self.out.extend(std::iter::repeat_n(' ', padding));
            self.ty(&field.ty, indent + FIELD_STEP);
            after_type(&mut self.out, field);
        }
        self.comments_before(indent + FIELD_STEP, end.saturating_sub(1));
        self.indent(indent);
        self.out.push('}');
    }

    /// Tells whether a blank line stood before a field or before the comments above it.
    pub(super) fn first_of_group(&self, start: u32) -> bool {
        let is_blank = |at: u32| self.blanks.binary_search(&at).is_ok();
        let above = self
            .comments
            .iter()
            .take_while(|comment| comment.span.start < start)
            .find(|comment| comment.own_line);
        is_blank(above.map_or(start, |comment| comment.span.start))
    }

    /// Writes the comment that ends the current line, if there is one.
    pub(super) fn trailing_comment(&mut self, end: u32) {
        if self.comments.first().is_some_and(|comment| !comment.own_line)
            && let Some(comment) = self.next_comment(end)
        {
            self.out.push_str("  ");
            self.comment(comment);
        }
    }

    fn ty(&mut self, ty: &Type, indent: usize) {
        let mut line = String::new();
        one_line_type(&mut line, ty);
        let fields = match &ty.kind {
            _ if self.fits(&line) && !self.has_comment(ty.span.end) => None,
            TypeKind::Record(fields) => Some((fields, "", "")),
            TypeKind::List(item) => match &item.kind {
                TypeKind::Record(fields) => Some((fields, "[", if item.optional { "?]" } else { "]" })),
                _ => None,
            },
            _ => None,
        };
        match fields {
            Some((fields, open, close)) => {
                self.out.push_str(open);
                self.block(fields, indent, ty.span.end);
                self.out.push_str(close);
                if ty.optional {
                    self.out.push('?');
                }
            }
            None => self.out.push_str(&line),
        }
    }
}

fn name_width(name: &Name) -> usize {
    let mut written = String::new();
    print::name(&mut written, name);
    written.chars().count()
}

fn one_line_block(out: &mut String, fields: &[Field]) {
    out.push_str("{ ");
    for (index, field) in fields.iter().enumerate() {
        if index > 0 {
            out.push_str(", ");
        }
        print::name(out, &field.name);
        out.push_str(": ");
        one_line_type(out, &field.ty);
        after_type(out, field);
    }
    out.push_str(if fields.is_empty() { "}" } else { " }" });
}

/// The roles and the description of a field.
fn after_type(out: &mut String, field: &Field) {
    for role in &field.roles {
        out.push(' ');
        match role {
            Role::Key(_) => out.push_str("key"),
            Role::Personal(_) => out.push_str("personal"),
            Role::Sensitive(_) => out.push_str("sensitive"),
            Role::Zone(_) => out.push_str("zone"),
            Role::Channel(_) => out.push_str("channel"),
            Role::Filled { except, .. } => {
                out.push_str("filled");
                if !except.is_empty() {
                    out.push_str(" except [");
                    words(out, except, ", ");
                    out.push(']');
                }
            }
            Role::Letters { most: 1, .. } => out.push_str("at most 1 letter"),
            Role::Letters { most, .. } => {
                let _ = write!(out, "at most {most} letters");
            }
            Role::Unknown(name) => print::name(out, name),
        }
    }
    if let Some(description) = &field.description {
        out.push(' ');
        print::text(out, &description.text);
    }
}

fn one_line_type(out: &mut String, ty: &Type) {
    match &ty.kind {
        TypeKind::Name(name) => print::name(out, name),
        TypeKind::Words(all) => {
            out.push('(');
            words(out, all, " | ");
            out.push(')');
        }
        TypeKind::Ref(catalog) => {
            out.push_str(if ty.optional { "(ref " } else { "ref " });
            print::name(out, catalog);
            out.push_str(if ty.optional { ")" } else { "" });
        }
        TypeKind::List(item) => {
            out.push('[');
            one_line_type(out, item);
            out.push(']');
        }
        TypeKind::Record(fields) => one_line_block(out, fields),
    }
    if ty.optional {
        out.push('?');
    }
}

pub(super) fn words(out: &mut String, words: &[Text], separator: &str) {
    for (index, word) in words.iter().enumerate() {
        if index > 0 {
            out.push_str(separator);
        }
        print::text(out, &word.text);
    }
}
