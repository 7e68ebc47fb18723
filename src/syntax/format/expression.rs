//! Expressions: on one line where they fit, else their parts on lines of their own.

use super::{Printer, STEP};
use crate::syntax::{
    ast::{Expr, ExprKind, Items, Set},
    print::{self, Level},
};

impl Printer<'_> {
    /// The `=` of a definition and what follows it.
    pub(super) fn definition(&mut self, value: &Expr, end: u32) {
        self.out.push_str(" =");
        let mut line = String::from(" ");
        print::expr(&mut line, value, Level::Or);
        self.on_one_line_or(&line, end, |printer| {
            printer.line(STEP, value.span.start);
            printer.expr(value, Level::Or, STEP);
        });
    }

    /// Writes an expression on as many lines as it takes.
    pub(super) fn expr(&mut self, expr: &Expr, least: Level, indent: usize) {
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
                self.comments_before(indent + STEP, expr.span.end);
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
    pub(super) fn literals(&mut self, items: &[Expr], indent: usize, end: u32) {
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
        self.comments_before(indent + STEP, end);
        self.line(indent, end);
        self.out.push(']');
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
        self.comments_before(indent + STEP, end);
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
}
