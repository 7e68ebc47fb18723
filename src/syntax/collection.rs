//! Collections: `any purchases in last 30 days where …`, `sum(amount of purchases)`.

use pest::iterators::Pair;

use super::{
    ast::{AggregateKind, Expr, ExprKind, Items, Name, Quantifier, Step},
    expression::{Builder, expr, next, short},
    grammar::Rule,
    literal,
};
use crate::{
    diagnostic::{Code, Diagnostic, suggest},
    span::Span,
};

impl Builder<'_> {
    pub(super) fn quantified(&self, pair: Pair<'_, Rule>) -> Expr {
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
                literal::amount(number.as_str()).unwrap_or_else(|flaw| {
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

    pub(super) fn count(&self, pair: Pair<'_, Rule>) -> ExprKind {
        let items = pair.into_inner().nth(1).expect("`count` has a collection");
        let items = self.items(items);
        ExprKind::Aggregate {
            kind: AggregateKind::Count,
            value: None,
            items: Box::new(items),
        }
    }

    pub(super) fn call(&self, function: Name, arguments: Pair<'_, Rule>) -> ExprKind {
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
            (Some(AggregateKind::Min | AggregateKind::Max) | None, None) => {}
            (Some(AggregateKind::Count), of) => self.refuse_count(span, args.first(), of.as_ref()),
            (Some(kind), Some(items)) => {
                return ExprKind::Aggregate {
                    kind,
                    value: args.pop().map(Box::new),
                    items: Box::new(items),
                };
            }
            (Some(_), None) => self.refuse_without_collection(&function.text, span, &args),
            (None, Some(items)) => {
                let names = AGGREGATES.iter().map(|(name, _)| *name);
                self.break_off(
                    Diagnostic::new(Code::Syntax, format!("`{}` takes no `of`", function.text))
                        .label(function.span, "not an aggregate")
                        .label(items.span, "only an aggregate takes a collection")
                        .help(suggest::did_you_mean(&function.text, names)),
                );
            }
        }
        ExprKind::Call { function, args }
    }

    /// `count(sku of purchases)` and `count(1 + 2)`.
    fn refuse_count(&self, span: Span, value: Option<&Expr>, of: Option<&Items>) {
        let diagnostic = Diagnostic::new(Code::Syntax, "`count` counts the items of a collection");
        let diagnostic = match (value, of) {
            (Some(value), Some(items)) => {
                let (value_span, value) = (value.span, short(self.written(value.span)));
                let items = short(self.written(items.span));
                diagnostic
                    .label(value_span, "not a collection")
                    .help(format!("for the number of items, write `count({items})`"))
                    .help(format!(
                        "for the number of different values, write `distinct({value} of {items})`"
                    ))
            }
            (Some(value), None) => diagnostic.label(value.span, "not a collection"),
            (None, _) => diagnostic.label(span, "expected a collection, as in `count(purchases)`"),
        };
        self.break_off(diagnostic);
    }

    /// `sum(amount)` and `sum(purchases.amount)`.
    fn refuse_without_collection(&self, function: &str, span: Span, args: &[Expr]) {
        let (value, collection) = match args.first().map(|it| (&it.kind, it.span)) {
            Some((ExprKind::Path(steps), span)) if steps.len() > 1 => {
                let value = steps.last().expect("there are at least two").span;
                let collection = Span {
                    end: steps[steps.len() - 2].span.end,
                    ..span
                };
                (self.written(value), self.written(collection))
            }
            Some((_, span)) => (self.written(span), "purchases"),
            None => ("amount", "purchases"),
        };
        self.break_off(
            Diagnostic::new(Code::Syntax, format!("`{function}` needs a collection"))
                .label(span, "expected `of` and a collection")
                .help(format!(
                    "say of what, as in `{function}({} of {})`",
                    short(value),
                    short(collection)
                )),
        );
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
