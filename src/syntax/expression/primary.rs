//! What operators stand between: literals, names, calls, `case`.

use pest::iterators::Pair;

use super::{
    super::{
        ast::{Expr, ExprKind, Literal, Name, Text},
        grammar::Rule,
        literal::{self, Flaw},
    },
    Builder, LINE_BREAK, Operand, expr, lower, next,
};
use crate::{
    diagnostic::{Code, Diagnostic},
    value::{Date, Decimal, DecimalError},
};

impl Builder<'_> {
    pub(in crate::syntax) fn primary(&self, pair: Pair<'_, Rule>) -> Operand {
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
                    Date::MIN
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
                let inner = Box::new(self.expr(next(&mut parts)));
                match parts.next().filter(|it| it.as_rule() == Rule::expr) {
                    Some(second) => ExprKind::Point(inner, Box::new(self.expr(second))),
                    None => ExprKind::Paren(inner),
                }
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

    pub(in crate::syntax) fn percent(&self, pair: &Pair<'_, Rule>) -> Decimal {
        let written = pair.as_str();
        let number = literal::digits(&written[..written.len() - 1]).and_then(|digits| {
            digits.parse().map_err(|error: DecimalError| Flaw {
                range: 0..written.len(),
                message: error.to_string(),
                help: None,
            })
        });
        number.unwrap_or_else(|flaw| {
            self.flaw(pair, flaw);
            // Nothing more is to be said of a share that cannot be read.
            self.broken.set(true);
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
            if part.as_rule() == Rule::element {
                path.push(self.element(part, &path));
                continue;
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

    /// A step in brackets: the name of a field, or the position of an item.
    fn element(&self, pair: Pair<'_, Rule>, before: &[Name]) -> Name {
        let span = self.span(&pair);
        let step = next(&mut pair.into_inner());
        let name = if step.as_rule() == Rule::text {
            Name {
                quoted: true,
                span,
                text: self.text(&step).text,
            }
        } else {
            Name {
                span,
                text: format!("[{}]", step.as_str()).into(),
                quoted: false,
            }
        };
        if !self.liquid {
            let list = before.last().map_or("xs", |it| &*it.text);
            let help = if name.quoted {
                format!("write `{list}.{}`", name.text)
            } else {
                format!("take one of its values: `first(x of {list})` or `last(x of {list})`")
            };
            self.break_off(
                Diagnostic::new(Code::ForeignSyntax, "brackets choose nothing here")
                    .label(span, "only templates have them")
                    .help(help),
            );
        }
        name
    }

    pub(in crate::syntax) fn name(&self, pair: &Pair<'_, Rule>) -> Name {
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

    pub(in crate::syntax) fn text(&self, pair: &Pair<'_, Rule>) -> Text {
        let (text, flaws) = literal::text(pair.as_str());
        let text = if self.breaks {
            text.replace(LINE_BREAK, "\n").into()
        } else {
            text
        };
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
