//! Tests that follow a value: `is known`, `in [ … ]`, `contains`, windows of time.

use pest::iterators::Pair;

use super::{
    ast::{Amount, CompareOp, Expr, ExprKind, Literal, Place, Set, State, TextTest, Unit, Window},
    expression::{Builder, expr, lower, next, short},
    foreign,
    grammar::Rule,
    literal,
};
use crate::{
    diagnostic::{Code, Diagnostic, suggest},
    span::Span,
};

impl Builder<'_> {
    pub(super) fn is_test(&self, lhs: Expr, pair: Pair<'_, Rule>) -> Expr {
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
                foreign::presence(lhs, negated)
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
    pub(super) fn tested(&self, lhs: Expr, pair: Pair<'_, Rule>) -> Expr {
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
                    foreign::like(span, subject, word.as_str(), *operand, &pattern, negated);
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

    pub(super) fn set(&self, pair: Pair<'_, Rule>) -> Set {
        if pair.as_rule() == Rule::name {
            return Set::Named(self.name(&pair));
        }
        let members = pair.into_inner().filter_map(|member| match member.as_rule() {
            Rule::operand => Some(self.expr(member)),
            Rule::text => Some(self.settle(self.primary(member))),
            _ => None,
        });
        Set::Literals(members.collect())
    }

    /// A place on the map: `(latitude, longitude)`, or a value.
    pub(super) fn place(&self, operand: Pair<'_, Rule>) -> (Place, Span) {
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

    pub(super) fn amount(&self, pair: Pair<'_, Rule>) -> Amount {
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
