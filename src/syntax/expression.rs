//! From pest's pairs to expression trees. Precedence is settled here.

use std::cell::RefCell;

use pest::{
    iterators::{Pair, Pairs},
    pratt_parser::{Assoc, ConstPrattParser, Op},
};

use super::{
    ast::{
        AggregateKind, Amount, ArithmeticOp, CompareOp, Expr, ExprKind, Items, Literal, Name, Place,
        Quantifier, Set, State, Step, Text, TextTest, Unit, Window,
    },
    foreign,
    grammar::Rule,
    literal::{self, Flaw},
};
use crate::{
    diagnostic::{Code, Diagnostic, suggest},
    span::Span,
    value::Decimal,
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
}

/// An operand on its way: 2^63 is no `int` until a `-` stands before it.
enum Operand {
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

    fn settle(&self, operand: Operand) -> Expr {
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
        match op.as_rule() {
            Rule::compare => self.compare(lhs, op),
            Rule::is_test => self.is_test(lhs, op),
            _ => self.tested(lhs, op),
        }
    }

    fn compare(&self, lhs: Expr, pair: Pair<'_, Rule>) -> Expr {
        let mut parts = pair.into_inner();
        let op_pair = next(&mut parts);
        let rhs = self.expr(next(&mut parts));
        let mut span = lhs.span.to(rhs.span);
        let ignoring_case = parts.next().map(|it| span = span.to(self.span(&it))).is_some();
        let op_span = self.span(&op_pair);
        if let ExprKind::Compare { .. } | ExprKind::Between { .. } = lhs.kind {
            let middle = match &lhs.kind {
                ExprKind::Compare { rhs, .. } => self.written(rhs.span),
                _ => "…",
            };
            self.break_off(
                Diagnostic::new(Code::Syntax, "comparisons do not follow each other")
                    .label(op_span, "a second comparison")
                    .help(format!(
                        "write `{} and {} …`",
                        short(self.written(lhs.span)),
                        short(&format!("{middle} {}", op_pair.as_str()))
                    )),
            );
        }
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
            _ => {
                self.report(foreign::operator(op_span, "=>", ">="));
                CompareOp::Ge
            }
        };
        if matches!(op, CompareOp::Eq | CompareOp::Ne) && matches!(rhs.kind, ExprKind::Literal(Literal::Null))
        {
            let negated = op == CompareOp::Ne;
            self.report(foreign::null(
                span,
                self.written(span),
                self.written(lhs.span),
                negated,
            ));
            return expr(span, is(lhs, State::Unknown, negated));
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

    fn is_test(&self, lhs: Expr, pair: Pair<'_, Rule>) -> Expr {
        let mut parts = pair.into_inner().skip(1).peekable();
        let negated = parts.next_if(|it| it.as_rule() == Rule::negation).is_some();
        let last = parts.next().expect("the grammar asks for what is tested");
        let span = lhs.span.to(self.span(&last));
        let kind = match last.as_rule() {
            Rule::state => {
                let state = match lower(last.as_str()).as_str() {
                    "known" => State::Known,
                    "unknown" => State::Unknown,
                    "empty" => State::Empty,
                    _ => State::Filled,
                };
                is(lhs, state, negated)
            }
            Rule::day_window => ExprKind::InWindow {
                operand: Box::new(lhs),
                window: day_window(&last),
                negated,
            },
            Rule::is_null => {
                self.report(foreign::null(
                    span,
                    self.written(span),
                    self.written(lhs.span),
                    negated,
                ));
                is(lhs, State::Unknown, negated)
            }
            _ => {
                let rhs = self.expr(last);
                let span = lhs.span.to(rhs.span);
                let (left, right) = (short(self.written(lhs.span)), short(self.written(rhs.span)));
                let near = suggest::nearest(
                    right.as_str(),
                    [
                        "known",
                        "unknown",
                        "empty",
                        "filled",
                        "today",
                        "yesterday",
                        "tomorrow",
                    ],
                );
                let not = if negated { "not " } else { "" };
                let instead = match near {
                    Some(near) => format!("{left} is {not}{near}"),
                    None => format!("{left} {} {right}", if negated { "!=" } else { "=" }),
                };
                self.report(
                    Diagnostic::new(Code::ForeignSyntax, "`is` does not compare values")
                        .label(
                            rhs.span,
                            "expected `known`, `unknown`, `empty`, `filled` or a day such as `today`",
                        )
                        .help(format!("write `{instead}`")),
                );
                self.broken.set(true);
                return expr(
                    span,
                    ExprKind::Compare {
                        op: if negated { CompareOp::Ne } else { CompareOp::Eq },
                        lhs: Box::new(lhs),
                        rhs: Box::new(rhs),
                        ignoring_case: false,
                    },
                );
            }
        };
        expr(span, kind)
    }

    /// The tests that may have `not` before them.
    fn tested(&self, lhs: Expr, pair: Pair<'_, Rule>) -> Expr {
        let mut parts = pair.into_inner().peekable();
        let negated = parts.next_if(|it| it.as_rule() == Rule::negation).is_some();
        let test = parts.next().expect("the grammar asks for a test");
        let operand = Box::new(lhs);
        let start = operand.span;
        match test.as_rule() {
            Rule::between => {
                let [low, high] = self.bounds(test);
                expr(
                    start.to(high.span),
                    ExprKind::Between {
                        operand,
                        low: Box::new(low),
                        high: Box::new(high),
                        negated,
                    },
                )
            }
            Rule::in_set => {
                let mut parts = test.into_inner().skip(1);
                let set = parts.next().expect("`in` has a set");
                let mut span = start.to(self.span(&set));
                let set = self.set(set);
                let ignoring_case = parts.next().map(|it| span = span.to(self.span(&it))).is_some();
                expr(
                    span,
                    ExprKind::In {
                        operand,
                        set,
                        negated,
                        ignoring_case,
                    },
                )
            }
            Rule::in_rank => {
                let mut parts = test.into_inner().skip(1);
                let top = parts.next().is_some_and(|it| lower(it.as_str()) == "top");
                let share = parts.next().expect("a rank has a share");
                expr(
                    start.to(self.span(&share)),
                    ExprKind::Rank {
                        operand,
                        top,
                        share: self.percent(&share),
                        negated,
                    },
                )
            }
            Rule::contains_each => {
                let mut parts = test.into_inner().skip(1);
                let all = parts.next().is_some_and(|it| lower(it.as_str()) == "all");
                let set = parts.next().expect("`contains any` has a set");
                expr(
                    start.to(self.span(&set)),
                    ExprKind::ContainsEach {
                        operand,
                        all,
                        set: self.set(set),
                        negated,
                    },
                )
            }
            Rule::text_test => {
                let mut parts = test.into_inner();
                let op = next(&mut parts);
                let pattern = self.expr(next(&mut parts));
                let mut span = start.to(pattern.span);
                let ignoring_case = parts.next().map(|it| span = span.to(self.span(&it))).is_some();
                expr(
                    span,
                    ExprKind::TextTest {
                        test: match op.as_str().as_bytes()[0].to_ascii_lowercase() {
                            b'c' => TextTest::Contains,
                            b's' => TextTest::StartsWith,
                            b'e' => TextTest::EndsWith,
                            _ => TextTest::Matches,
                        },
                        operand,
                        pattern: Box::new(pattern),
                        negated,
                        ignoring_case,
                    },
                )
            }
            Rule::like => {
                let mut parts = test.into_inner();
                let word = next(&mut parts);
                let pattern = self.expr(next(&mut parts));
                let span = start.to(pattern.span);
                let subject = self.written(start);
                let (diagnostic, kind) =
                    foreign::like(span, subject, word.as_str(), *operand, pattern, negated);
                self.report(diagnostic);
                if kind.is_none() {
                    self.broken.set(true);
                }
                expr(span, kind.unwrap_or(ExprKind::Literal(Literal::Bool(true))))
            }
            Rule::near => {
                let mut parts = test.into_inner().skip(1);
                let radius = parts.next().expect("`within` has a radius");
                let radius = self.primary(radius);
                let radius = Box::new(self.settle(radius));
                let unit = literal::distance_unit(parts.next().expect("a radius has a unit").as_str());
                let place = parts.nth(1).expect("`of` has a place");
                let (of, end) = self.place(place);
                expr(
                    start.to(end),
                    ExprKind::Near {
                        operand,
                        radius,
                        unit,
                        of,
                        negated,
                    },
                )
            }
            Rule::anniversary => {
                let window = test.into_inner().nth(1).expect("`anniversary` has a window");
                let (window, end) = self.window(next(&mut window.into_inner()));
                expr(
                    start.to(end),
                    ExprKind::Anniversary {
                        operand,
                        window,
                        negated,
                    },
                )
            }
            _ => {
                let (window, end) = self.window(test);
                expr(
                    start.to(end),
                    ExprKind::InWindow {
                        operand,
                        window,
                        negated,
                    },
                )
            }
        }
    }

    fn bounds(&self, between: Pair<'_, Rule>) -> [Expr; 2] {
        let mut parts = between.into_inner().filter(|it| it.as_rule() == Rule::operand);
        let mut bound = || self.expr(parts.next().expect("`between` has two bounds"));
        [bound(), bound()]
    }

    fn set(&self, pair: Pair<'_, Rule>) -> Set {
        if pair.as_rule() == Rule::name {
            return Set::Named(self.name(&pair));
        }
        Set::Literals {
            span: self.span(&pair),
            items: pair.into_inner().map(|item| self.expr(item)).collect(),
        }
    }

    /// A place on the map: `(latitude, longitude)`, or a value.
    fn place(&self, operand: Pair<'_, Rule>) -> (Place, Span) {
        let mut parts = operand.clone().into_inner();
        if let (Some(only), None) = (parts.next(), parts.next())
            && only.as_rule() == Rule::paren
        {
            let span = self.span(&only);
            let mut parts = only.into_inner();
            if let (Some(latitude), Some(longitude)) = (parts.next(), parts.next())
                && longitude.as_rule() == Rule::expr
            {
                let point = Place::Point(Box::new(self.expr(latitude)), Box::new(self.expr(longitude)));
                return (point, span);
            }
        }
        let place = self.expr(operand);
        let span = place.span;
        (Place::Of(Box::new(place)), span)
    }

    /// A window of time, and its span.
    pub(super) fn window(&self, pair: Pair<'_, Rule>) -> (Window, Span) {
        let span = self.span(&pair);
        match pair.as_rule() {
            Rule::in_last => {
                let amount = next(&mut pair.into_inner());
                if amount.as_rule() == Rule::amount {
                    return (Window::InLast(self.amount(amount)), span);
                }
                let unit = amount.as_str();
                self.report(
                    Diagnostic::new(
                        Code::ForeignSyntax,
                        format!("`in last {unit}` can be read in two ways"),
                    )
                    .label(span, "the calendar period, or the time up to now?")
                    .help(format!("for the calendar period, write `in previous {unit}`"))
                    .help(format!("for the time up to now, write `in last 1 {unit}`")),
                );
                let unit = literal::unit(unit).expect("the grammar lists the units");
                (Window::Period { step: -1, unit }, span)
            }
            Rule::in_next => (Window::InNext(self.amount(next(&mut pair.into_inner()))), span),
            Rule::in_period => {
                let mut parts = pair.into_inner();
                let step = match lower(next(&mut parts).as_str()).as_str() {
                    "this" => 0,
                    "previous" => -1,
                    _ => 1,
                };
                let unit = literal::unit(next(&mut parts).as_str()).expect("the grammar lists the units");
                (Window::Period { step, unit }, span)
            }
            Rule::between => {
                let [low, high] = self.bounds(pair);
                let end = high.span;
                (Window::Between(Box::new(low), Box::new(high)), span.to(end))
            }
            Rule::bound => {
                let mut parts = pair.into_inner();
                let word = next(&mut parts);
                let bound = self.expr(next(&mut parts));
                let span = self.span(&word).to(bound.span);
                let bound = Box::new(bound);
                let window = match lower(word.as_str()).as_str() {
                    "before" => Window::Before(bound),
                    "after" => Window::After(bound),
                    _ => Window::Since(bound),
                };
                (window, span)
            }
            _ => (day_window(&pair), span),
        }
    }

    fn amount(&self, pair: Pair<'_, Rule>) -> Amount {
        let mut amount = Amount {
            count: 1,
            unit: Unit::Day,
            calendar: false,
        };
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::int => match literal::count(part.as_str()) {
                    Ok(count) => amount.count = count,
                    Err(flaw) => self.flaw(&part, flaw),
                },
                Rule::calendar_word => amount.calendar = true,
                _ => amount.unit = literal::unit(part.as_str()).expect("the grammar lists the units"),
            }
        }
        amount
    }

    fn primary(&self, pair: Pair<'_, Rule>) -> Operand {
        let span = self.span(&pair);
        let kind = match pair.as_rule() {
            Rule::text => ExprKind::Literal(Literal::Text(self.text(&pair).text)),
            Rule::int => match literal::int(pair.as_str()) {
                Ok(number) => match i64::try_from(number) {
                    Ok(number) => ExprKind::Literal(Literal::Int(number)),
                    Err(_) => return Operand::Minimum(span),
                },
                Err(flaw) => {
                    self.flaw(&pair, flaw);
                    ExprKind::Literal(Literal::Int(0))
                }
            },
            Rule::decimal => match literal::digits(pair.as_str()) {
                Ok(digits) => ExprKind::Literal(Literal::Decimal(digits.into())),
                Err(flaw) => {
                    self.flaw(&pair, flaw);
                    ExprKind::Literal(Literal::Decimal("0.0".into()))
                }
            },
            Rule::percent => ExprKind::Literal(Literal::Percent(self.percent(&pair))),
            Rule::date => {
                let date = literal::date(pair.as_str()).unwrap_or_else(|flaw| {
                    self.flaw(&pair, flaw);
                    crate::value::Date::MIN
                });
                ExprKind::Literal(Literal::Date(date))
            }
            Rule::datetime => {
                let (micros, local) = literal::datetime(pair.as_str()).unwrap_or_else(|flaw| {
                    self.flaw(&pair, flaw);
                    (0, false)
                });
                ExprKind::Literal(Literal::DateTime { micros, local })
            }
            Rule::duration => return Operand::Expr(self.duration(pair)),
            Rule::constant => match lower(pair.as_str()).as_str() {
                "true" => ExprKind::Literal(Literal::Bool(true)),
                "false" => ExprKind::Literal(Literal::Bool(false)),
                "now" => ExprKind::Now,
                _ => ExprKind::Today,
            },
            Rule::paren => {
                let mut parts = pair.into_inner();
                let inner = self.expr(next(&mut parts));
                if let Some(second) = parts.next().filter(|it| it.as_rule() == Rule::expr) {
                    let second = self.expr(second);
                    self.break_off(
                        Diagnostic::new(Code::Syntax, "a point stands only after `within … of`").label(
                            inner.span.to(second.span),
                            "expected one value between the parentheses",
                        ),
                    );
                }
                ExprKind::Paren(Box::new(inner))
            }
            Rule::case => self.case(pair),
            Rule::in_segment => ExprKind::InSegment {
                name: self.name(&next(&mut pair.into_inner())),
                negated: false,
            },
            Rule::in_sample => self.in_sample(pair),
            Rule::quantified => return Operand::Expr(self.quantified(pair)),
            Rule::count => self.count(pair),
            _ => return Operand::Expr(self.reference(pair)),
        };
        Operand::Expr(expr(span, kind))
    }

    fn duration(&self, pair: Pair<'_, Rule>) -> Expr {
        let mut parts = pair.into_inner();
        let amount = next(&mut parts);
        let span = self.span(&amount);
        let amount = self.amount(amount);
        match parts.next() {
            None => expr(span, ExprKind::Literal(Literal::Duration(amount))),
            Some(word) => {
                let ago = word.as_rule() == Rule::ago_word;
                expr(span.to(self.span(&word)), ExprKind::FromNow { amount, ago })
            }
        }
    }

    fn percent(&self, pair: &Pair<'_, Rule>) -> Decimal {
        let written = pair.as_str();
        let number = literal::digits(&written[..written.len() - 1]).and_then(|digits| {
            digits.parse().map_err(|error: crate::value::DecimalError| Flaw {
                range: 0..written.len(),
                message: error.to_string(),
                help: None,
            })
        });
        number.unwrap_or_else(|flaw| {
            self.flaw(pair, flaw);
            Decimal::ZERO
        })
    }

    fn case(&self, pair: Pair<'_, Rule>) -> ExprKind {
        let mut arms = Vec::new();
        let mut otherwise = None;
        for part in pair.into_inner() {
            let rule = part.as_rule();
            let mut exprs = part
                .into_inner()
                .filter(|it| it.as_rule() == Rule::expr)
                .map(|it| self.expr(it));
            match rule {
                Rule::arm => {
                    let condition = exprs.next().expect("an arm has a condition");
                    let value = exprs.next().expect("an arm has a value");
                    arms.push((condition, value));
                }
                Rule::otherwise => otherwise = exprs.next().map(Box::new),
                _ => {}
            }
        }
        ExprKind::Case { arms, otherwise }
    }

    fn in_sample(&self, pair: Pair<'_, Rule>) -> ExprKind {
        let mut shares = Vec::new();
        let mut salt = None;
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::percent => shares.push(self.percent(&part)),
                Rule::text => salt = Some(self.text(&part)),
                _ => {}
            }
        }
        let slice = shares.len() == 2;
        ExprKind::InSample {
            from: if slice { shares[0] } else { Decimal::ZERO },
            to: *shares.last().expect("a sample has a share"),
            slice,
            salt: salt.expect("a sample has a salt"),
            negated: false,
        }
    }

    fn quantified(&self, pair: Pair<'_, Rule>) -> Expr {
        let mut parts = pair.into_inner();
        let word = next(&mut parts);
        let start = self.span(&word);
        let quantifier = self.quantifier(word);
        let items = self.items(next(&mut parts));
        let steps: Vec<Step> = parts.map(|step| self.step(step)).collect();
        let end = steps.last().map_or(items.span, |step| step.span);
        if let Some(step) = steps.first().filter(|_| quantifier != Quantifier::Any) {
            self.break_off(
                Diagnostic::new(Code::Syntax, "`followed by` stands only after `any`")
                    .label(step.span, "this step")
                    .label(start, "expected `any`"),
            );
        }
        expr(
            start.to(end),
            ExprKind::Quantified {
                quantifier,
                items: Box::new(items),
                steps,
            },
        )
    }

    fn quantifier(&self, pair: Pair<'_, Rule>) -> Quantifier {
        let rule = pair.as_rule();
        let number = || {
            pair.into_inner().next().map_or(0, |number| {
                literal::int(number.as_str()).unwrap_or_else(|flaw| {
                    self.flaw(&number, flaw);
                    0
                })
            })
        };
        match rule {
            Rule::any_word => Quantifier::Any,
            Rule::no_word => Quantifier::No,
            Rule::all_word => Quantifier::All,
            Rule::at_least => Quantifier::AtLeast(number()),
            Rule::at_most => Quantifier::AtMost(number()),
            _ => Quantifier::Exactly(number()),
        }
    }

    /// The collection, window and filter of a pair of rule `items` or `whole_items`.
    pub(super) fn items(&self, pair: Pair<'_, Rule>) -> Items {
        let mut items = Items {
            span: Span::default(),
            collection: Vec::new(),
            window: None,
            filter: None,
        };
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::collection => {
                    items.collection = part.into_inner().map(|name| self.name(&name)).collect();
                    let first = items.collection.first().expect("a path has a step").span;
                    items.span = first.to(items.collection.last().expect("a path has a step").span);
                }
                Rule::window => {
                    let (window, span) = self.window(next(&mut part.into_inner()));
                    items.window = Some(window);
                    items.span = items.span.to(span);
                }
                Rule::where_word => {}
                _ => {
                    let filter = self.expr(part);
                    items.span = items.span.to(filter.span);
                    items.filter = Some(filter);
                }
            }
        }
        items
    }

    fn step(&self, pair: Pair<'_, Rule>) -> Step {
        let span = self.span(&pair);
        let mut parts = pair.into_inner().skip(1);
        let none = parts.next().is_some_and(|it| it.as_rule() == Rule::no_word);
        let items = self.items(parts.next().expect("a step has a collection"));
        let within = self.amount(parts.nth(1).expect("a step has a duration"));
        Step {
            span,
            none,
            items,
            within,
        }
    }

    fn count(&self, pair: Pair<'_, Rule>) -> ExprKind {
        let mut parts = pair.into_inner().skip(1);
        let items = self.items(parts.next().expect("`count` has a collection"));
        if let Some(of) = parts.next().filter(|it| it.as_rule() == Rule::of_clause) {
            let value = self.written(items.span);
            let counted = self.items(of.into_inner().nth(1).expect("`of` has a collection"));
            let counted = self.written(counted.span);
            self.break_off(
                Diagnostic::new(Code::Syntax, "`count` counts items, not values")
                    .label(items.span, "expected a collection")
                    .help(format!("for the number of items, write `count({counted})`"))
                    .help(format!(
                        "for the number of different values, write `distinct({value} of {counted})`"
                    )),
            );
        }
        ExprKind::Aggregate {
            kind: AggregateKind::Count,
            value: None,
            items: Box::new(items),
        }
    }

    /// A path or a call.
    fn reference(&self, pair: Pair<'_, Rule>) -> Expr {
        let mut parts = pair.into_inner();
        let first = self.name(&next(&mut parts));
        let start = first.span;
        let mut path = vec![first];
        for part in parts {
            if part.as_rule() == Rule::arguments {
                let name = path.pop().expect("a call has a name");
                return expr(start.to(self.span(&part)), self.call(name, part));
            }
            path.push(self.name(&part));
        }
        let span = start.to(path.last().expect("a path has a step").span);
        let is_null = path.len() == 1
            && !path[0].quoted
            && ["null", "nil"]
                .iter()
                .any(|it| it.eq_ignore_ascii_case(&path[0].text));
        if is_null {
            return expr(span, ExprKind::Literal(Literal::Null));
        }
        expr(span, ExprKind::Path(path))
    }

    fn call(&self, function: Name, arguments: Pair<'_, Rule>) -> ExprKind {
        let span = function.span.to(self.span(&arguments));
        let mut args = Vec::new();
        let mut of = None;
        for part in arguments.into_inner() {
            match part.as_rule() {
                Rule::expr => args.push(self.expr(part)),
                Rule::of_clause => {
                    let items = part.into_inner().nth(1).expect("`of` has a collection");
                    of = Some(self.items(items));
                }
                _ => {}
            }
        }
        let kind = if function.quoted {
            None
        } else {
            aggregate_kind(&function.text)
        };
        match (kind, of) {
            (Some(kind), Some(items)) => ExprKind::Aggregate {
                kind,
                value: args.pop().map(Box::new),
                items: Box::new(items),
            },
            (Some(AggregateKind::Min | AggregateKind::Max) | None, None) => ExprKind::Call { function, args },
            (Some(_), None) => {
                let argument = args.first().map_or("amount", |it| self.written(it.span));
                self.break_off(
                    Diagnostic::new(Code::Syntax, format!("`{}` needs a collection", function.text))
                        .label(span, "expected `of` and a collection")
                        .help(format!(
                            "write `{}({} of purchases)`, with the events or list in place of `purchases`",
                            function.text,
                            short(argument)
                        )),
                );
                ExprKind::Call { function, args }
            }
            (None, Some(items)) => {
                self.break_off(
                    Diagnostic::new(Code::Syntax, format!("`{}` takes no `of`", function.text))
                        .label(function.span, "not an aggregate")
                        .label(items.span, "only an aggregate takes a collection")
                        .help(suggest::did_you_mean(
                            &function.text,
                            AGGREGATES.iter().map(|(name, _)| *name),
                        )),
                );
                ExprKind::Call { function, args }
            }
        }
    }

    pub(super) fn name(&self, pair: &Pair<'_, Rule>) -> Name {
        let written = pair.as_str();
        let inner = written.strip_prefix('`').and_then(|it| it.strip_suffix('`'));
        if inner.is_some_and(|it| it.trim().is_empty()) {
            self.break_off(
                Diagnostic::new(Code::Syntax, "a name without letters")
                    .label(self.span(pair), "expected a name"),
            );
        }
        Name {
            span: self.span(pair),
            text: inner.unwrap_or(written).into(),
            quoted: inner.is_some(),
        }
    }

    pub(super) fn text(&self, pair: &Pair<'_, Rule>) -> Text {
        let (text, flaws) = literal::text(pair.as_str());
        for flaw in flaws {
            self.broken.set(true);
            self.flaw(pair, flaw);
        }
        Text {
            span: self.span(pair),
            text: text.into(),
        }
    }
}

const AGGREGATES: [(&str, AggregateKind); 9] = [
    ("count", AggregateKind::Count),
    ("sum", AggregateKind::Sum),
    ("avg", AggregateKind::Avg),
    ("min", AggregateKind::Min),
    ("max", AggregateKind::Max),
    ("first", AggregateKind::First),
    ("last", AggregateKind::Last),
    ("distinct", AggregateKind::Distinct),
    ("mode", AggregateKind::Mode),
];

fn aggregate_kind(name: &str) -> Option<AggregateKind> {
    AGGREGATES
        .iter()
        .find_map(|(word, kind)| word.eq_ignore_ascii_case(name).then_some(*kind))
}

fn expr(span: Span, kind: ExprKind) -> Expr {
    Expr { span, kind }
}

fn is(operand: Expr, state: State, negated: bool) -> ExprKind {
    ExprKind::Is {
        operand: Box::new(operand),
        state,
        negated,
    }
}

fn day_window(pair: &Pair<'_, Rule>) -> Window {
    match lower(pair.as_str()).as_str() {
        "today" => Window::Today,
        "yesterday" => Window::Yesterday,
        _ => Window::Tomorrow,
    }
}

fn next<'i>(pairs: &mut Pairs<'i, Rule>) -> Pair<'i, Rule> {
    pairs.next().expect("the grammar asks for this part")
}

fn lower(word: &str) -> String {
    word.to_ascii_lowercase()
}

/// The condition of a bare `where` that ends this expression.
pub(super) fn last_bare_filter(expr: &Expr) -> Option<&Expr> {
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
