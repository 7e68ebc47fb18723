//! The tests that sources hold, ready to be run.

use std::{fmt, sync::Arc};

use super::{Definitions, Inner, Message, said};
use crate::{
    diagnostic::{Code, Diagnostic},
    eval::{self, At, interpret},
    hir::{self, AggregateKind, Condition, ConditionKind, Expectation, Expr, ExprKind, Part, Test},
    message::Compiled,
    plan::Planner,
    record::{Customer, Items, LoadError, Loader},
    schema::Schema,
    span::Span,
    syntax::{
        self,
        ast::{Json, JsonKind},
    },
    template::{Inputs, Placements},
    value::{Type, Value},
};

/// A test with what it is given, loaded.
#[derive(Debug)]
pub(super) struct Loaded {
    test: Arc<Test>,
    customer: Customer,
    items: Vec<Items>,
    population: Option<Vec<Customer>>,
    /// For what each message must say: its inputs.
    inputs: Vec<Inputs>,
    placements: Placements,
}

/// Loads what the tests are given; what does not fit the contract is reported at its place in the JSON.
pub(super) fn load(
    module: &hir::Module,
    messages: &[Compiled],
    customers: &Loader,
    problems: &mut Vec<Diagnostic>,
) -> Vec<Loaded> {
    let schema: &Schema = &module.schema;
    let mut all = Vec::with_capacity(module.tests.len());
    for test in &module.tests {
        let mut right = true;
        let mut refuse = |error: &LoadError, json: &Json| {
            let what = error.message();
            let path = error.path();
            let dot = if path.is_empty() { "" } else { ": " };
            let message = "what the test gives does not fit the contract";
            let diagnostic = Diagnostic::new(Code::InvalidTest, message)
                .label(place(json, path), format!("{path}{dot}{what}"))
                .label(test.span, "in this test");
            problems.push(diagnostic);
            right = false;
        };
        let customer = customers
            .customer_from_json(syntax::json_text(&test.customer))
            .map_err(|error| refuse(&error, &test.customer))
            .ok();
        let mut items = Vec::new();
        for (index, json) in &test.catalogs {
            let Some((catalog, _)) = schema.catalogs.get_index(*index) else {
                continue;
            };
            let each = each_of(json);
            let lines: Vec<String> = each.iter().map(syntax::json_text).collect();
            match customers.items_from_json_lines(catalog, lines.join("\n").as_bytes()) {
                Ok(given) => items.push(given),
                Err(error) => {
                    let item = error.line().and_then(|line| each.get(line - 1));
                    refuse(&error, item.unwrap_or(json));
                }
            }
        }
        let population = test.population.as_ref().map(|json| {
            let each = each_of(json).iter();
            let load = |json: &Json| {
                let other = customers.customer_from_json(syntax::json_text(json));
                other.map_err(|error| refuse(&error, json)).ok()
            };
            each.filter_map(load).collect()
        });
        let mut inputs = Vec::new();
        for said in &test.said {
            // A message with an error was left out, and the error is told.
            let head = messages
                .iter()
                .find(|it| Arc::ptr_eq(&it.message, &module.messages[said.message]));
            let Some(compiled) = head else {
                right = false;
                continue;
            };
            let given = said::inputs(&compiled.message, test.inputs.as_ref());
            match Inputs::new(&compiled.inputs, given) {
                Ok(it) => inputs.push(it),
                Err(error) => {
                    let message = format!("the inputs do not fit the message `{}`", compiled.message.name);
                    let mut diagnostic = Diagnostic::new(Code::InvalidTest, message);
                    if let Some(given) = &test.inputs {
                        diagnostic = diagnostic.label(given.span, error.to_string());
                        diagnostic = diagnostic.label(said.span, "for this message");
                    } else {
                        diagnostic = diagnostic.label(said.span, error.to_string());
                    }
                    problems.push(diagnostic);
                    right = false;
                }
            }
        }
        let mut placements = Placements::new();
        for (index, json) in &test.placements {
            let name = schema.placements.get_index(*index).map_or("", |(name, _)| name);
            match said::placed(schema, *index, json) {
                Ok(items) => placements.set(name, items),
                Err((item, problem)) => {
                    let message = format!("what the test gives is no item of `{name}`");
                    let diagnostic = Diagnostic::new(Code::InvalidTest, message).label(item.span, problem);
                    problems.push(diagnostic);
                    right = false;
                }
            }
        }
        if let Some(customer) = customer.filter(|_| right) {
            all.push(Loaded {
                test: Arc::clone(test),
                customer,
                items,
                population,
                inputs,
                placements,
            });
        }
    }
    all
}

fn each_of(json: &Json) -> &[Json] {
    match &json.kind {
        JsonKind::List(items) => items,
        _ => &[],
    }
}

/// The part of the JSON that a path leads to, or the nearest part that is there.
fn place(json: &Json, path: &str) -> Span {
    match &json.kind {
        JsonKind::Record(members) => {
            let rest = path.strip_prefix('.').unwrap_or(path);
            let follows = |name: &str| {
                let after = rest.strip_prefix(name)?;
                (after.is_empty() || after.starts_with(['.', '['])).then_some(after)
            };
            let mut found = members
                .iter()
                .filter_map(|member| Some((member, follows(&member.name)?)));
            // Of members with one name, the last is the one too many.
            match found.next_back() {
                Some((member, "")) => member.span,
                Some((member, after)) => place(&member.value, after),
                None => Span {
                    end: json.span.start + 1,
                    ..json.span
                },
            }
        }
        JsonKind::List(items) => {
            let item = path
                .strip_prefix('[')
                .and_then(|rest| rest.split_once(']'))
                .and_then(|(index, after)| Some((items.get(index.parse::<usize>().ok()?)?, after)));
            item.map_or(json.span, |(item, after)| place(item, after))
        }
        JsonKind::Plain(_) => json.span,
    }
}

/// A `test` block of the sources.
///
/// Made by [`Definitions::tests`]. Cheap to clone.
///
/// # Example
///
/// ```
/// # use audience::Definitions;
/// let shop = Definitions::parse(r#"
///     customer { id: string key, orders: int }
///     segment loyal = orders >= 10
///     test "nine are too few" at 2026-06-01T00:00:00Z { customer { "id": "ana", "orders": 9 } not in loyal }
///     test "ten are enough"   at 2026-06-01T00:00:00Z { customer { "id": "ana", "orders": 9 } in loyal }
/// "#)?;
/// let failed: Vec<_> = shop.tests().filter(|test| !test.run().passed()).collect();
/// assert_eq!(failed.len(), 1);
/// assert_eq!(failed[0].name(), "ten are enough");
/// assert_eq!(failed[0].run().failures()[0].to_string(), "`in loyal` does not hold: `orders` is 9");
/// # Ok::<(), audience::CompileError>(())
/// ```
#[derive(Clone)]
pub struct TestCase {
    inner: Arc<Inner>,
    index: usize,
}

impl TestCase {
    pub(super) fn new(inner: Arc<Inner>, index: usize) -> Self {
        Self { inner, index }
    }

    /// What it is about, as written in quotes.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.loaded().test.name
    }

    /// Where its name stands.
    #[must_use]
    pub fn span(&self) -> Span {
        self.loaded().test.span
    }

    /// Works out whether all that it expects holds.
    ///
    /// An expectation that compares the customer with others is compared with the test's own `population`, or else with the
    /// one that the definitions were given; without either it fails.
    ///
    /// Takes time proportional to what the expectations refer to; with a population of its own, all definitions are
    /// compiled once more.
    #[must_use]
    pub fn run(&self) -> TestOutcome {
        let loaded = self.loaded();
        let test = &loaded.test;
        let fitted = loaded.population.as_ref().and_then(|customers| {
            let shop = Definitions {
                inner: Arc::clone(&self.inner),
            };
            let at = self.with_items(shop.at(test.now, &test.zone));
            shop.with_population(&shop.fit(customers, &at)).ok()
        });
        let inner = fitted.as_ref().map_or(&self.inner, |shop| &shop.inner);
        let module = &inner.module;
        let is_asked = |it: &&Expectation| !it.ranked || module.cuts.is_some();
        let mut planner = Planner::new(module);
        let blocks: Vec<_> = test
            .expectations
            .iter()
            .map(|it| is_asked(&it).then(|| planner.add_condition(&it.condition)))
            .collect();
        let program = planner.finish();
        let at = self.with_items(At::new(test.now, test.zone, &program.moments));
        let mut failures = Vec::new();
        for (expectation, block) in test.expectations.iter().zip(blocks) {
            let holds = block.is_some_and(|block| eval::test(&program, &loaded.customer, &at, block));
            if holds {
                continue;
            }
            let mut actual = Vec::new();
            if block.is_some() {
                let value = |expr: &Expr| interpret::value(module, expr, &loaded.customer, &at);
                self.gather(inner, &expectation.condition, &value, &mut actual);
            }
            failures.push(TestFailure {
                span: expectation.span,
                test: test.span,
                expectation: self.written(expectation.span),
                needs_population: block.is_none(),
                actual,
                said: None,
            });
        }
        for (said, inputs) in test.said.iter().zip(&loaded.inputs) {
            let message = Message::new(Arc::clone(inner), None, said.message);
            let needs_population = message.needs_population();
            let differs = || {
                said::differs(
                    said,
                    &message,
                    &loaded.customer,
                    (inputs, &loaded.placements),
                    &at,
                )
            };
            let found = if needs_population {
                Some(String::new())
            } else {
                differs()
            };
            failures.extend(found.map(|found| TestFailure {
                span: said.span,
                test: test.span,
                expectation: self.written(said.span),
                needs_population,
                actual: Vec::new(),
                said: Some(found),
            }));
        }
        failures.sort_by_key(|it| it.span);
        TestOutcome { failures }
    }

    fn loaded(&self) -> &Loaded {
        &self.inner.tests[self.index]
    }

    fn with_items(&self, at: At) -> At {
        self.loaded()
            .items
            .iter()
            .fold(at, |at, items| at.with_items(items.clone()))
    }

    /// What stands there, on one line.
    fn written(&self, span: Span) -> String {
        let source = self.inner.sources.get(span.source as usize);
        let text = source.and_then(|it| it.text.get(span.start as usize..span.end as usize));
        let words: Vec<&str> = text.unwrap_or_default().split_whitespace().collect();
        words.join(" ")
    }

    /// The values that decided a condition: what is compared in it, and of the segments that it names what is compared there.
    fn gather(
        &self,
        inner: &Inner,
        condition: &Condition,
        value: &dyn Fn(&Expr) -> Option<Value>,
        actual: &mut Vec<(String, Option<Value>)>,
    ) {
        if actual.len() >= MOST_VALUES {
            return;
        }
        let mut add = |span: Span, value: Option<Value>| {
            let written = self.written(span);
            if !actual.iter().any(|(known, _)| *known == written) && actual.len() < MOST_VALUES {
                actual.push((written, value));
            }
        };
        match &condition.kind {
            ConditionKind::Segment(index) => {
                let meaning = &inner.module.segments[*index].condition;
                self.gather(inner, meaning, value, actual);
            }
            ConditionKind::Quantified { items, .. } => {
                let kind = ExprKind::Aggregate {
                    kind: AggregateKind::Count,
                    value: None,
                    items: items.clone(),
                };
                let count = Expr {
                    span: condition.span,
                    ty: Type::Int,
                    optional: false,
                    kind,
                };
                add(condition.span, value(&count));
            }
            _ => {
                let mut inside = Vec::new();
                condition.parts(&mut |part| match part {
                    Part::Expr(expr) if !is_plain(expr) => add(expr.span, value(expr)),
                    Part::Condition(part) => inside.push(part),
                    _ => {}
                });
                for part in inside {
                    self.gather(inner, part, value, actual);
                }
            }
        }
    }
}

/// More values are no help to a reader.
const MOST_VALUES: usize = 8;

/// Whether the text says what the value is.
fn is_plain(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Constant(_) | ExprKind::Clock(_) | ExprKind::Now | ExprKind::Today => true,
        ExprKind::Folded(inner) | ExprKind::Negate(inner) => is_plain(inner),
        ExprKind::Call { args, .. } => args.iter().all(is_plain),
        _ => false,
    }
}

impl fmt::Debug for TestCase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TestCase")
            .field("name", &self.name())
            .finish_non_exhaustive()
    }
}

/// What a test found, see [`TestCase::run`].
#[derive(Clone, Debug, PartialEq)]
pub struct TestOutcome {
    failures: Vec<TestFailure>,
}

impl TestOutcome {
    /// Whether all that was expected holds.
    #[must_use]
    pub fn passed(&self) -> bool {
        self.failures.is_empty()
    }

    /// What does not hold, in the order written.
    #[must_use]
    pub fn failures(&self) -> &[TestFailure] {
        &self.failures
    }
}

/// An expectation that does not hold.
///
/// ```
/// # use audience::Definitions;
/// let shop = Definitions::parse(
///     r#"customer { id: string key, orders: int }
///        segment loyal = orders >= 10
///        test "nine are enough" at 2026-06-01 { customer { "id": "ana", "orders": 9 } in loyal }"#,
/// )?;
/// let outcome = shop.tests().next().expect("there is one").run();
/// let failure = &outcome.failures()[0];
/// assert_eq!(failure.expectation(), "in loyal");
/// let (written, value) = failure.actual().next().expect("what was compared");
/// assert_eq!((written, value.map(ToString::to_string).as_deref()), ("orders", Some("9")));
/// # Ok::<(), audience::CompileError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct TestFailure {
    span: Span,
    test: Span,
    expectation: String,
    needs_population: bool,
    actual: Vec<(String, Option<Value>)>,
    /// What a message does.
    said: Option<String>,
}

impl TestFailure {
    /// Where the expectation stands.
    #[must_use]
    pub fn span(&self) -> Span {
        self.span
    }

    /// The expectation as written, on one line.
    #[must_use]
    pub fn expectation(&self) -> &str {
        &self.expectation
    }

    /// What is compared in it, as written, with the value that it has for the customer: nothing when it is missing. Of
    /// collections, how many items there are. Values are shown also where they are personal, as the customer is a made-up one.
    pub fn actual(&self) -> impl Iterator<Item = (&str, Option<&Value>)> {
        self.actual
            .iter()
            .map(|(written, value)| (&**written, value.as_ref()))
    }

    /// The same as a diagnostic, for [`render`](crate::render) with [`Definitions::sources`].
    #[must_use]
    pub fn diagnostic(&self) -> Diagnostic {
        let message = format!("`{}` does not hold", self.expectation);
        let mut diagnostic = Diagnostic::new(Code::FailedTest, message)
            .label(self.span, self.values())
            .label(self.test, "in this test");
        if self.needs_population {
            diagnostic = diagnostic
                .help("give the test customers to compare with: `population [{ … }, { … }]`".to_owned());
        }
        diagnostic
    }

    fn values(&self) -> String {
        if self.needs_population {
            return "there is no population to compare with".to_owned();
        }
        if let Some(said) = &self.said {
            return said.clone();
        }
        let each = self.actual.iter().map(|(written, value)| match value {
            Some(Value::Text(text)) => format!("`{written}` is {text:?}"),
            Some(value) => format!("`{written}` is {value}"),
            None => format!("`{written}` is missing"),
        });
        let all: Vec<String> = each.collect();
        if all.is_empty() {
            "not so".to_owned()
        } else {
            all.join(", ")
        }
    }
}

/// `` `in loyal` does not hold: `orders` is 9 ``.
impl fmt::Display for TestFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` does not hold: {}", self.expectation, self.values())
    }
}
