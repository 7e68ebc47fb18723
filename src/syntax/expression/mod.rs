//! From pest's pairs to expression trees. Precedence is settled here.

mod primary;

use std::cell::RefCell;

use pest::{
    iterators::Pair,
    pratt_parser::{Assoc, ConstPrattParser, Op},
};

use super::{
    ast::{ArithmeticOp, CompareOp, Expr, ExprKind, Literal, State},
    foreign,
    grammar::Rule,
    literal::Flaw,
};
use crate::{
    diagnostic::{Code, Diagnostic},
    span::Span,
};

/// Operators from the loosest to the tightest; those marked `false` bind like the one before them.
static OPERATORS: ConstPrattParser<Rule, 11> = ConstPrattParser::new_const([
    (Op::infix(Rule::or_op, Assoc::Left), true),
    (Op::infix(Rule::and_op, Assoc::Left), true),
    (Op::prefix(Rule::not_op), true),
    (Op::postfix(Rule::compare), true),
    (Op::postfix(Rule::is_test), false),
    (Op::postfix(Rule::tested), false),
    (Op::infix(Rule::add_op, Assoc::Left), true),
    (Op::infix(Rule::subtract_op, Assoc::Left), false),
    (Op::infix(Rule::multiply_op, Assoc::Left), true),
    (Op::infix(Rule::divide_op, Assoc::Left), false),
    (Op::prefix(Rule::negate_op), true),
]);

/// Builds trees from the pairs of one text, or of one part of it.
#[derive(Debug)]
pub(super) struct Builder<'t> {
    pub(super) source: u32,
    /// Where the parsed part begins in its source.
    pub(super) base: u32,
    /// The parsed part.
    pub(super) text: &'t str,
    pub(super) diagnostics: RefCell<Vec<Diagnostic>>,
    /// Set when a tree could not be built as meant, so that its definition must not be checked.
    pub(super) broken: std::cell::Cell<bool>,
    /// Whether the text is a template's, which compares with `nil`, `blank` and `empty` and has `a[0]`.
    pub(super) liquid: bool,
    /// Whether [`LINE_BREAK`] stands for a line break in texts.
    pub(super) breaks: bool,
}

/// What the grammar sees in the place of a line break in a text of a template.
pub(super) const LINE_BREAK: char = '\u{1}';

/// An operand on its way: 2^63 is no `int` until a `-` stands before it.
pub(super) enum Operand {
    Expr(Expr),
    Minimum(Span),
}

impl<'t> Builder<'t> {
    pub(super) fn new(source: u32, base: u32, text: &'t str) -> Self {
        Self {
            source,
            base,
            text,
            diagnostics: RefCell::default(),
            broken: std::cell::Cell::new(false),
            liquid: false,
            breaks: false,
        }
    }

    /// The tree of a pair of rule `expr`, `condition` or `operand`.
    pub(super) fn expr(&self, pair: Pair<'_, Rule>) -> Expr {
        let operand = OPERATORS
            .map_primary(|pair| self.primary(pair))
            .map_prefix(|op, rhs| Operand::Expr(self.prefix(&op, rhs)))
            .map_postfix(|lhs, op| Operand::Expr(self.postfix(self.settle(lhs), op)))
            .map_infix(|lhs, op, rhs| Operand::Expr(self.infix(self.settle(lhs), &op, self.settle(rhs))))
            .parse(pair.into_inner());
        self.settle(operand)
    }

    pub(super) fn span(&self, pair: &Pair<'_, Rule>) -> Span {
        let span = pair.as_span();
        self.span_at(span.start(), span.end())
    }

    fn span_at(&self, start: usize, end: usize) -> Span {
        let at = |offset: usize| self.base + u32::try_from(offset).expect("sources are shorter than 4 GiB");
        Span::new(self.source, at(start), at(end))
    }

    /// What the user wrote there.
    pub(super) fn written(&self, span: Span) -> &'t str {
        &self.text[(span.start - self.base) as usize..(span.end - self.base) as usize]
    }

    pub(super) fn report(&self, diagnostic: Diagnostic) {
        self.diagnostics.borrow_mut().push(diagnostic);
    }

    /// Reports what leaves no tree that could be checked.
    pub(super) fn break_off(&self, diagnostic: Diagnostic) {
        self.broken.set(true);
        self.report(diagnostic);
    }

    /// Reports a flaw of the literal that `pair` is.
    pub(super) fn flaw(&self, pair: &Pair<'_, Rule>, flaw: Flaw) {
        let start = pair.as_span().start();
        let span = self.span_at(start + flaw.range.start, start + flaw.range.end);
        self.report(
            Diagnostic::new(Code::InvalidLiteral, flaw.message)
                .label(span, "here")
                .help(flaw.help),
        );
    }

    pub(super) fn settle(&self, operand: Operand) -> Expr {
        match operand {
            Operand::Expr(expr) => expr,
            Operand::Minimum(span) => {
                self.report(
                    Diagnostic::new(Code::InvalidLiteral, "a whole number beyond the range of 64 bits")
                        .label(span, "at most 9223372036854775807"),
                );
                expr(span, ExprKind::Literal(Literal::Int(i64::MAX)))
            }
        }
    }

    fn prefix(&self, op: &Pair<'_, Rule>, rhs: Operand) -> Expr {
        let op_span = self.span(op);
        if op.as_rule() == Rule::not_op {
            if op.as_str() == "!" {
                self.report(foreign::operator(op_span, "!", "not"));
            }
            let rhs = self.settle(rhs);
            let span = op_span.to(rhs.span);
            return match rhs.kind {
                ExprKind::InSegment { name, negated: false } => {
                    expr(span, ExprKind::InSegment { name, negated: true })
                }
                ExprKind::InSample {
                    from,
                    to,
                    slice,
                    salt,
                    negated: false,
                } => expr(
                    span,
                    ExprKind::InSample {
                        from,
                        to,
                        slice,
                        salt,
                        negated: true,
                    },
                ),
                kind => expr(span, ExprKind::Not(Box::new(Expr { span: rhs.span, kind }))),
            };
        }
        match rhs {
            Operand::Minimum(number) => expr(op_span.to(number), ExprKind::Literal(Literal::Int(i64::MIN))),
            Operand::Expr(rhs) => {
                let span = op_span.to(rhs.span);
                expr(
                    span,
                    match rhs.kind {
                        // A sign belongs to its literal, so that `-5` is one. A second sign is a calculation.
                        ExprKind::Literal(Literal::Int(number))
                            if number >= 0 && !self.is_signed(rhs.span) =>
                        {
                            ExprKind::Literal(Literal::Int(-number))
                        }
                        ExprKind::Literal(Literal::Decimal(digits)) if !digits.starts_with('-') => {
                            ExprKind::Literal(Literal::Decimal(format!("-{digits}").into()))
                        }
                        kind => ExprKind::Negate(Box::new(Expr { span: rhs.span, kind })),
                    },
                )
            }
        }
    }

    /// Tells `-0` from `0`.
    fn is_signed(&self, span: Span) -> bool {
        self.written(span).starts_with('-')
    }

    fn infix(&self, lhs: Expr, op: &Pair<'_, Rule>, rhs: Expr) -> Expr {
        let span = lhs.span.to(rhs.span);
        let arithmetic = |op, lhs, rhs| {
            expr(
                span,
                ExprKind::Arithmetic {
                    op,
                    lhs: Box::new(lhs),
                    rhs: Box::new(rhs),
                },
            )
        };
        match op.as_rule() {
            Rule::add_op => arithmetic(ArithmeticOp::Add, lhs, rhs),
            Rule::subtract_op => arithmetic(ArithmeticOp::Subtract, lhs, rhs),
            Rule::multiply_op => arithmetic(ArithmeticOp::Multiply, lhs, rhs),
            Rule::divide_op => arithmetic(ArithmeticOp::Divide, lhs, rhs),
            Rule::and_op => {
                if op.as_str() == "&&" {
                    self.report(foreign::operator(self.span(op), "&&", "and"));
                }
                self.refuse_ambiguous_where(&lhs, op, &rhs);
                let mut parts = match lhs.kind {
                    ExprKind::And(parts) => parts,
                    kind => vec![Expr { span: lhs.span, kind }],
                };
                parts.push(rhs);
                expr(span, ExprKind::And(parts))
            }
            Rule::or_op => {
                if op.as_str() == "||" {
                    self.report(foreign::operator(self.span(op), "||", "or"));
                }
                self.refuse_ambiguous_where(&lhs, op, &rhs);
                let mut parts = match lhs.kind {
                    ExprKind::Or(parts) => parts,
                    kind => vec![Expr { span: lhs.span, kind }],
                };
                parts.push(rhs);
                expr(span, ExprKind::Or(parts))
            }
            rule => unreachable!("{rule:?} is no infix operator"),
        }
    }

    /// After `any purchases where gift`, an `and` could belong to the `where` or not.
    fn refuse_ambiguous_where(&self, lhs: &Expr, op: &Pair<'_, Rule>, rhs: &Expr) {
        let Some(filter) = last_bare_filter(lhs) else {
            return;
        };
        let word = if op.as_rule() == Rule::and_op { "and" } else { "or" };
        let (inner, next) = (short(self.written(filter.span)), short(self.written(rhs.span)));
        self.report(
            Diagnostic::new(
                Code::AmbiguousWhere,
                format!("it is not clear whether this `{word}` belongs to the `where`"),
            )
            .label(self.span(op), format!("this `{word}`"))
            .label(filter.span, "the condition of the `where`")
            .help(format!("if it does, write `where ({inner} {word} {next})`"))
            .help(format!("if it does not, write `where ({inner}) {word} {next}`")),
        );
    }

    fn postfix(&self, lhs: Expr, op: Pair<'_, Rule>) -> Expr {
        let second = is_test(&lhs).then(|| self.span(&op).start);
        let test = match op.as_rule() {
            Rule::compare => self.compare(lhs, op),
            Rule::is_test => self.is_test(lhs, op),
            _ => self.tested(lhs, op),
        };
        if let Some(start) = second {
            self.refuse_second_test(&test, start);
        }
        test
    }

    /// Tests do not follow each other, as in `1 < x < 5`.
    fn refuse_second_test(&self, test: &Expr, start: u32) {
        let help = match &test.kind {
            ExprKind::Compare { lhs, .. } => match &lhs.kind {
                ExprKind::Compare { rhs: middle, .. } => {
                    let written = |span| short(self.written(span));
                    let last = written(Span { start, ..test.span });
                    Some(format!(
                        "write `{} and {} {last}`",
                        written(lhs.span),
                        written(middle.span)
                    ))
                }
                _ => None,
            },
            _ => None,
        };
        self.break_off(
            Diagnostic::new(Code::Syntax, "one test follows another")
                .label(
                    Span { start, ..test.span },
                    "expected `and` or `or` before a second test",
                )
                .help(help),
        );
    }

    fn compare(&self, lhs: Expr, pair: Pair<'_, Rule>) -> Expr {
        let mut parts = pair.into_inner();
        let op_pair = next(&mut parts);
        let rhs = self.expr(next(&mut parts));
        let mut span = lhs.span.to(rhs.span);
        let ignoring_case = parts.next().map(|it| span = span.to(self.span(&it))).is_some();
        let op_span = self.span(&op_pair);
        let op = match op_pair.as_str() {
            "=" | "==" => CompareOp::Eq,
            "!=" | "<>" => CompareOp::Ne,
            "<" => CompareOp::Lt,
            "<=" => CompareOp::Le,
            ">" => CompareOp::Gt,
            ">=" => CompareOp::Ge,
            "=<" => {
                self.report(foreign::operator(op_span, "=<", "<="));
                CompareOp::Le
            }
            "=>" => {
                self.report(foreign::operator(op_span, "=>", ">="));
                CompareOp::Ge
            }
            "≠" => {
                self.report(foreign::operator(op_span, "≠", "!="));
                CompareOp::Ne
            }
            "≤" => {
                self.report(foreign::operator(op_span, "≤", "<="));
                CompareOp::Le
            }
            _ => {
                self.report(foreign::operator(op_span, "≥", ">="));
                CompareOp::Ge
            }
        };
        let equality = matches!(op, CompareOp::Eq | CompareOp::Ne);
        if self.liquid
            && equality
            && let Some((state, of)) = compared_state(&lhs, &rhs)
        {
            let operand = Box::new(of.clone());
            let (state, negated) = state;
            let negated = negated != (op == CompareOp::Ne);
            return expr(
                span,
                ExprKind::Is {
                    operand,
                    state,
                    negated,
                },
            );
        }
        if equality && matches!(rhs.kind, ExprKind::Literal(Literal::Null)) {
            let negated = op == CompareOp::Ne;
            self.report(foreign::null(
                span,
                self.written(span),
                self.written(lhs.span),
                negated,
            ));
            return expr(span, foreign::presence(lhs, negated));
        }
        expr(
            span,
            ExprKind::Compare {
                op,
                lhs: Box::new(lhs),
                rhs: Box::new(rhs),
                ignoring_case,
            },
        )
    }
}

pub(super) fn expr(span: Span, kind: ExprKind) -> Expr {
    Expr { span, kind }
}

pub(super) fn next<'i>(pairs: &mut impl Iterator<Item = Pair<'i, Rule>>) -> Pair<'i, Rule> {
    pairs.next().expect("the grammar asks for this part")
}

pub(super) fn lower(word: &str) -> String {
    word.to_ascii_lowercase()
}

/// What a template asks by comparing with `nil`, `blank` or `empty` on either side: a state, whether it is denied, and of
/// what.
fn compared_state<'e>(lhs: &'e Expr, rhs: &'e Expr) -> Option<((State, bool), &'e Expr)> {
    let state = |expr: &Expr| match &expr.kind {
        ExprKind::Literal(Literal::Null) => Some((State::Unknown, false)),
        ExprKind::Path(path) => match &**path {
            [name] if !name.quoted && &*name.text == "blank" => Some((State::Filled, true)),
            [name] if !name.quoted && &*name.text == "empty" => Some((State::Empty, false)),
            _ => None,
        },
        _ => None,
    };
    match (state(lhs), state(rhs)) {
        (None, Some(state)) => Some((state, lhs)),
        (Some(state), None) => Some((state, rhs)),
        _ => None,
    }
}

/// Tells whether a test has been applied already.
fn is_test(expr: &Expr) -> bool {
    matches!(
        expr.kind,
        ExprKind::Compare { .. }
            | ExprKind::Between { .. }
            | ExprKind::In { .. }
            | ExprKind::TextTest { .. }
            | ExprKind::ContainsEach { .. }
            | ExprKind::Is { .. }
            | ExprKind::InWindow { .. }
            | ExprKind::Anniversary { .. }
            | ExprKind::Near { .. }
            | ExprKind::Rank { .. }
    )
}

/// The condition of a bare `where` that ends this expression.
pub(crate) fn last_bare_filter(expr: &Expr) -> Option<&Expr> {
    match &expr.kind {
        ExprKind::Quantified { items, steps, .. } if steps.is_empty() => items
            .filter
            .as_ref()
            .filter(|it| !matches!(it.kind, ExprKind::Paren(_))),
        ExprKind::Not(inner) => last_bare_filter(inner),
        ExprKind::And(parts) | ExprKind::Or(parts) => last_bare_filter(parts.last()?),
        _ => None,
    }
}

/// The user's words on one line, cut where they are long.
pub(super) fn short(written: &str) -> String {
    let mut line = String::new();
    for word in written.split_whitespace() {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
        if line.len() > 60 {
            line = line.chars().take(59).collect();
            line.push('…');
            break;
        }
    }
    line
}
