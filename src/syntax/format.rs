//! The canonical text of a file.
//!
//! The layout follows from the trees alone: what fits on a line stands on one line. From the source come only the
//! comments, and the blank lines between definitions and between fields.

use super::{
    ast::{
        Comment, Expr, ExprKind, Field, File, Item, ItemKind, Items, Json, JsonKind, Name, Role, Set, Test,
        TestPart, TestPartKind, Text, Type, TypeKind,
    },
    print::{self, Level},
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
            ItemKind::Customer { fields } => {
                self.out.push_str("customer ");
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

    /// The `=` of a definition and what follows it.
    fn definition(&mut self, value: &Expr, end: u32) {
        self.out.push_str(" =");
        let mut line = String::from(" ");
        print::expr(&mut line, value, Level::Or);
        self.on_one_line_or(&line, end, |printer| {
            printer.line(STEP, value.span.start);
            printer.expr(value, Level::Or, STEP);
        });
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

    /// Writes an expression on as many lines as it takes.
    fn expr(&mut self, expr: &Expr, least: Level, indent: usize) {
        let mut line = String::new();
        print::expr(&mut line, expr, least);
        self.on_one_line_or(&line, expr.span.end, |printer| {
            printer.lines(expr, least, indent, &line);
        });
    }

    fn lines(&mut self, expr: &Expr, least: Level, indent: usize, line: &str) {
        if print::needs_parentheses(expr, least) {
            return self.parenthesised(expr, expr.span.end, indent);
        }
        match &expr.kind {
            ExprKind::And(parts) => self.chain(parts, true, indent),
            ExprKind::Or(parts) => self.chain(parts, false, indent),
            ExprKind::Paren(inner) => self.parenthesised(inner, expr.span.end.saturating_sub(1), indent),
            ExprKind::Not(operand) => {
                self.out.push_str("not ");
                self.expr(operand, print::level_after_not(operand), indent);
            }
            ExprKind::Case { arms, otherwise } => {
                self.out.push_str("case");
                for (condition, value) in arms {
                    self.line(indent + STEP, condition.span.start);
                    self.out.push_str("when ");
                    self.expr(condition, Level::Or, indent + 2 * STEP);
                    self.out.push_str(" then ");
                    self.expr(value, Level::Or, indent + 2 * STEP);
                }
                if let Some(value) = otherwise {
                    self.line(indent + STEP, value.span.start);
                    self.out.push_str("else ");
                    self.expr(value, Level::Or, indent + 2 * STEP);
                }
                self.line(indent, expr.span.end);
                self.out.push_str("end");
            }
            ExprKind::Compare {
                op,
                lhs,
                rhs,
                ignoring_case,
            } => {
                self.expr(lhs, Level::Sum, indent);
                print::compare_op(&mut self.out, *op);
                self.expr(rhs, Level::Sum, indent);
                print::ignoring(&mut self.out, *ignoring_case);
            }
            ExprKind::In {
                operand,
                set: Set::Literals(items),
                negated,
                ignoring_case,
            } => {
                self.expr(operand, Level::Sum, indent);
                self.out.push_str(if *negated { " not in [" } else { " in [" });
                self.literals(items, indent, expr.span.end);
                print::ignoring(&mut self.out, *ignoring_case);
            }
            ExprKind::Quantified {
                quantifier,
                items,
                steps,
            } => {
                print::quantifier(&mut self.out, *quantifier);
                print::collection(&mut self.out, items);
                let has_steps = !steps.is_empty();
                self.filter(items, |filter| print::level_of_filter(filter, has_steps), indent);
                for step in steps {
                    self.line(indent + STEP, step.span.start);
                    print::step(&mut self.out, step);
                }
            }
            ExprKind::Aggregate { kind, value, items } => {
                print::aggregate_head(&mut self.out, *kind, value.as_deref());
                print::collection(&mut self.out, items);
                self.filter(items, |_| Level::Or, indent);
                self.out.push(')');
            }
            // Long, but of one piece.
            _ => self.out.push_str(line),
        }
    }

    /// What follows the `[` of a list that stood before `end`: as many literals on each line as it has room for.
    fn literals(&mut self, items: &[Expr], indent: usize, end: u32) {
        match items.first() {
            Some(first) => self.line(indent + STEP, first.span.start),
            None => self.comments_before(indent + STEP, end),
        }
        for (index, item) in items.iter().enumerate() {
            let mut word = String::new();
            print::expr(&mut word, item, Level::Sum);
            word.push(',');
            if index > 0 && (!self.fits(&format!(" {word}")) || self.has_comment(item.span.start)) {
                self.line(indent + STEP, item.span.start);
            } else if index > 0 {
                self.out.push(' ');
            }
            self.out.push_str(&word);
        }
        self.line(indent, end);
        self.out.push(']');
    }

    /// A test, each of its parts on a line of its own.
    fn test(&mut self, test: &Test, end: u32) {
        self.out.push_str("test ");
        print::text(&mut self.out, &test.name.text);
        self.out.push_str(" at ");
        print::expr(&mut self.out, &test.at, Level::Primary);
        if let Some(zone) = &test.zone {
            self.out.push_str(" zone ");
            print::text(&mut self.out, &zone.text);
        }
        self.out.push_str(" {");
        for (index, part) in test.parts.iter().enumerate() {
            let start = part.span.start;
            if index > 0 && self.first_of_group(start) {
                self.trailing_comment(start);
                self.out.push('\n');
            }
            self.line(FIELD_STEP, start);
            self.test_part(part);
        }
        self.comments_before(FIELD_STEP, end.saturating_sub(1));
        self.indent(0);
        self.out.push('}');
    }

    fn test_part(&mut self, part: &TestPart) {
        match &part.kind {
            TestPartKind::Customer(json) => {
                self.out.push_str("customer ");
                self.json(json, FIELD_STEP);
            }
            TestPartKind::Population(json) => {
                self.out.push_str("population ");
                self.json(json, FIELD_STEP);
            }
            TestPartKind::Catalog(name, json) => {
                self.out.push_str("catalog ");
                print::name(&mut self.out, name);
                self.out.push(' ');
                self.json(json, FIELD_STEP);
            }
            TestPartKind::Expectation(expr) => match &expr.kind {
                // These two words alone would be read as the beginning of something else.
                ExprKind::InSegment { name, negated }
                    if name.quoted || !["segment", "sample"].contains(&&*name.text) =>
                {
                    self.out.push_str(if *negated { "not in " } else { "in " });
                    print::name(&mut self.out, name);
                }
                _ => self.expr(expr, Level::Or, FIELD_STEP),
            },
        }
    }

    /// JSON as it was written but for the blanks: on one line where it fits, else each member and item on a line of its own.
    fn json(&mut self, json: &Json, indent: usize) {
        let mut line = String::new();
        print::json(&mut line, json);
        let fits = self.fits(&line) && !self.has_comment(json.span.end);
        let (open, close, starts) = match &json.kind {
            _ if fits => return self.out.push_str(&line),
            JsonKind::Plain(_) => return self.out.push_str(&line),
            JsonKind::List(items) => ('[', ']', items.iter().map(|it| it.span.start).collect::<Vec<_>>()),
            JsonKind::Record(members) => ('{', '}', members.iter().map(|it| it.span.start).collect()),
        };
        self.out.push(open);
        for (index, start) in starts.into_iter().enumerate() {
            if index > 0 {
                self.out.push(',');
            }
            self.line(indent + FIELD_STEP, start);
            match &json.kind {
                JsonKind::Record(members) => {
                    self.out.push_str(&members[index].written);
                    self.out.push_str(": ");
                    self.json(&members[index].value, indent + FIELD_STEP);
                }
                JsonKind::List(items) => self.json(&items[index], indent + FIELD_STEP),
                JsonKind::Plain(_) => {}
            }
        }
        self.comments_before(indent + FIELD_STEP, json.span.end.saturating_sub(1));
        self.indent(indent);
        self.out.push(close);
    }

    fn filter(&mut self, items: &Items, level: impl FnOnce(&Expr) -> Level, indent: usize) {
        if let Some(filter) = &items.filter {
            self.line(indent + STEP, filter.span.start);
            self.out.push_str("where ");
            self.expr(filter, level(filter), indent + STEP);
        }
    }

    /// Parentheses around what stood before `end`.
    fn parenthesised(&mut self, inner: &Expr, end: u32, indent: usize) {
        self.out.push('(');
        self.line(indent + STEP, inner.span.start);
        self.expr(inner, Level::Or, indent + STEP);
        self.line(indent, end);
        self.out.push(')');
    }

    fn chain(&mut self, parts: &[Expr], is_and: bool, indent: usize) {
        for (index, part) in parts.iter().enumerate() {
            if index > 0 {
                self.line(indent, part.span.start);
                self.out.push_str(if is_and { "and " } else { "or " });
            }
            let is_last = index + 1 == parts.len();
            self.expr(part, print::level_of_part(part, is_and, is_last), indent);
        }
    }

    /// Fields in braces, on one line where they fit.
    fn block(&mut self, fields: &[Field], indent: usize, end: u32) {
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
    fn first_of_group(&self, start: u32) -> bool {
        let is_blank = |at: u32| self.blanks.binary_search(&at).is_ok();
        let above = self
            .comments
            .iter()
            .take_while(|comment| comment.span.start < start)
            .find(|comment| comment.own_line);
        is_blank(above.map_or(start, |comment| comment.span.start))
    }

    /// Writes the comment that ends the current line, if there is one.
    fn trailing_comment(&mut self, end: u32) {
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
            Role::Filled { except, .. } => {
                out.push_str("filled");
                if !except.is_empty() {
                    out.push_str(" except [");
                    words(out, except, ", ");
                    out.push(']');
                }
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

fn words(out: &mut String, words: &[Text], separator: &str) {
    for (index, word) in words.iter().enumerate() {
        if index > 0 {
            out.push_str(separator);
        }
        print::text(out, &word.text);
    }
}
