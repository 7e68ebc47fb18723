//! Test blocks, and the JSON in them.

use std::fmt::Write as _;

use super::{FIELD_STEP, Printer};
use crate::syntax::{
    ast::{ExprKind, Json, JsonKind, Outcome, Said, SaidTest, Test, TestPart, TestPartKind},
    print::{self, Level},
    said::is_operator,
};

impl Printer<'_> {
    /// A test, each of its parts on a line of its own.
    pub(super) fn test(&mut self, test: &Test, end: u32) {
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
            TestPartKind::Inputs(json) => {
                self.out.push_str("inputs ");
                self.json(json, FIELD_STEP);
            }
            TestPartKind::Placement(name, json) => {
                self.out.push_str("placement ");
                print::name(&mut self.out, name);
                self.out.push(' ');
                self.json(json, FIELD_STEP);
            }
            TestPartKind::Said(said) => self.said(said),
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

    fn said(&mut self, said: &Said) {
        self.out.push_str("message ");
        if is_operator(&said.message.text) {
            // Without backticks it would be read as a condition.
            let _ = write!(self.out, "`{}`", said.message.text);
        } else {
            print::name(&mut self.out, &said.message);
        }
        match &said.outcome {
            Outcome::Sent => self.out.push_str(" sent"),
            Outcome::Skipped(reason) => {
                self.out.push_str(" skipped");
                if let Some(reason) = reason {
                    self.out.push(' ');
                    print::text(&mut self.out, &reason.text);
                }
            }
            Outcome::Says {
                part,
                negated,
                test,
                text,
            } => {
                if let Some(part) = part {
                    self.out.push(' ');
                    print::name(&mut self.out, part);
                }
                self.out.push_str(if *negated { " not " } else { " " });
                self.out.push_str(match test {
                    SaidTest::Is => "= ",
                    SaidTest::Contains => "contains ",
                    SaidTest::StartsWith => "starts with ",
                    SaidTest::EndsWith => "ends with ",
                });
                print::text(&mut self.out, &text.text);
            }
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
}
