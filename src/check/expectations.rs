//! `test` blocks: what is expected is checked as conditions are, beside the definitions.

use std::{collections::HashMap, sync::Arc};

use super::{
    Checker,
    definitions::{Definitions, duplicate},
    report::Report,
    said,
    said::Messages,
    scope::Names,
};
use crate::{
    diagnostic::{Code, Diagnostic},
    hir::{Expectation, Message, Test},
    span::Span,
    syntax::ast::{self, ExprKind, Json, JsonKind, Literal, Name, TestPartKind},
    value::{DateTime, Zone},
};

/// Checks the tests. What would be a warning in a definition is none in what is expected of it.
pub(crate) fn check(
    definitions: &Definitions<'_>,
    messages: &[Arc<Message>],
    names: &Names,
    report: &mut Report,
) -> Vec<Arc<Test>> {
    let messages = Messages {
        definitions,
        checked: messages,
    };
    let mut tests = Vec::with_capacity(definitions.tests.len());
    let mut seen: HashMap<&str, Span> = HashMap::new();
    for test in &definitions.tests {
        if let Some(first) = seen.insert(&test.name.text, test.name.span) {
            let message = format!("the test {:?} is defined twice", test.name.text);
            report.push(duplicate(message, test.name.span, first));
        }
        tests.extend(one(test, &messages, names, report).map(Arc::new));
    }
    tests
}

fn one(test: &ast::Test, messages: &Messages<'_, '_>, names: &Names, report: &mut Report) -> Option<Test> {
    let moment = moment(test, report);
    let mut customer: Option<&Json> = None;
    let mut population: Option<&Json> = None;
    let mut catalogs: Vec<(usize, Json)> = Vec::new();
    let mut given: HashMap<usize, Span> = HashMap::new();
    let mut expectations = Vec::new();
    let mut inputs: Option<&Json> = None;
    let mut placements: Vec<(usize, Json)> = Vec::new();
    let mut said = Vec::new();
    let mut right = true;
    for part in &test.parts {
        match &part.kind {
            TestPartKind::Customer(json) => {
                right &= is_record(json, report);
                if let Some(first) = customer.replace(json) {
                    let message = "a test has one customer".to_owned();
                    report.push(duplicate(message, json.span, first.span));
                }
            }
            TestPartKind::Population(json) => {
                right &= is_list(json, report);
                if let Some(first) = population.replace(json) {
                    let message = "a test has one population".to_owned();
                    report.push(duplicate(message, json.span, first.span));
                }
            }
            TestPartKind::Catalog(name, json) => {
                right &= is_list(json, report);
                match catalog(name, names, report) {
                    None => right = false,
                    Some(index) => {
                        if let Some(first) = given.insert(index, name.span) {
                            let message = format!("the items of `{}` are given twice", name.text);
                            report.push(duplicate(message, name.span, first));
                        }
                        catalogs.push((index, json.clone()));
                    }
                }
            }
            TestPartKind::Inputs(json) => {
                if let Some(first) = inputs.replace(json) {
                    let message = "the inputs are given twice".to_owned();
                    report.push(duplicate(message, json.span, first.span));
                }
            }
            TestPartKind::Placement(name, json) => match said::placement(name, names, report) {
                None => right = false,
                Some(index) if placements.iter().any(|(it, _)| *it == index) => {
                    let message = format!("the items of `{}` are given twice", name.text);
                    let error = Diagnostic::new(Code::DuplicateName, message).label(name.span, "again here");
                    report.push(error);
                }
                Some(index) => placements.push((index, json.clone())),
            },
            TestPartKind::Said(it) => match messages.said(part.span, it, names, report) {
                None => right = false,
                Some(it) => said.push(it),
            },
            TestPartKind::Expectation(expr) => {
                let warned = report.len();
                let mut checker = Checker::new(names, report);
                let condition = checker.check_condition(expr);
                let ranked = checker.is_ranked();
                report.forget_warnings_since(warned);
                match condition {
                    None => right = false,
                    Some(condition) => expectations.push(Expectation {
                        span: part.span,
                        condition,
                        ranked,
                    }),
                }
            }
        }
    }
    if let Some(json) = inputs.filter(|_| right) {
        right &= messages.inputs(json, &said, report);
    }
    let lacks = |what: &str, help: &str| {
        Diagnostic::new(Code::InvalidTest, what)
            .label(test.name.span, "in this test")
            .help(help.to_owned())
    };
    if customer.is_none() {
        let help = "write `customer { \"id\": \"ana\" }` with what is known of her";
        report.push(lacks("the test has no customer", help));
    } else if right && expectations.is_empty() && said.is_empty() {
        let help = "write what must hold: `in s`, `not in s` or any condition";
        report.push(lacks("the test expects nothing", help));
    }
    let (now, zone) = moment?;
    right.then_some(())?;
    Some(Test {
        name: test.name.text.clone(),
        span: test.name.span,
        now,
        zone,
        customer: customer?.clone(),
        catalogs,
        population: population.cloned(),
        expectations,
        inputs: inputs.cloned(),
        placements,
        said,
    })
}

/// The instant that counts as now, and the zone, which is UTC unless the test says otherwise.
fn moment(test: &ast::Test, report: &mut Report) -> Option<(DateTime, Zone)> {
    let zone = match &test.zone {
        None => Zone::UTC,
        Some(name) => match Zone::named(&name.text) {
            Ok(zone) => zone,
            Err(error) => {
                let error = Diagnostic::new(Code::InvalidLiteral, error.to_string())
                    .label(name.span, "not of the IANA time zone database");
                return report.fail(error);
            }
        },
    };
    let micros = match &test.at.kind {
        ExprKind::Literal(Literal::Date(day)) => zone.start_of(*day),
        ExprKind::Literal(Literal::DateTime { micros, local: true }) => zone.instant(*micros),
        ExprKind::Literal(Literal::DateTime { micros, local: false }) => *micros,
        _ => return None,
    };
    match DateTime::from_micros(micros) {
        Some(now) => Some((now, zone)),
        None => report.fail(
            Diagnostic::new(Code::InvalidLiteral, "a moment outside of the years 0001 to 9999")
                .label(test.at.span, "out of range"),
        ),
    }
}

fn is_record(json: &Json, report: &mut Report) -> bool {
    if !matches!(json.kind, JsonKind::List(_)) {
        return true;
    }
    let error = Diagnostic::new(Code::InvalidTest, "a customer is one object of JSON")
        .label(json.span, "a list")
        .help("the customers she is compared with stand in `population [ … ]`".to_owned());
    report.push(error);
    false
}

fn is_list(json: &Json, report: &mut Report) -> bool {
    if matches!(json.kind, JsonKind::List(_)) {
        return true;
    }
    let error = Diagnostic::new(Code::InvalidTest, "expected a list of objects in JSON")
        .label(json.span, "one object")
        .help("put brackets around it".to_owned());
    report.push(error);
    false
}

fn catalog(name: &Name, names: &Names, report: &mut Report) -> Option<usize> {
    let catalogs = &names.schema.catalogs;
    if let Some(index) = catalogs.get_index_of(&name.text) {
        return Some(index);
    }
    if names.is_silent(&name.text) {
        return None;
    }
    let help = report.suggest(&name.text, catalogs.keys().map(|it| &**it));
    let error = Diagnostic::new(Code::UnknownCatalog, format!("unknown catalogue `{}`", name.text))
        .label(name.span, "not defined")
        .help(help);
    report.fail(error)
}
