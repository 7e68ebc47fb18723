//! minijinja: compiled expressions over an object, whose values are in the form of the engine.

use std::{hint::black_box, sync::Arc};

use minijinja::{
    Environment, Expression,
    value::{Object, Value},
};

use super::{
    Contestant, Store, bits,
    rules::Rule,
    shopper::Shopper,
    shown::{Dialect, Field, Shown, Window, written},
};

struct Minijinja;

impl Dialect for Minijinja {
    const AND: &'static str = " and ";
    const OR: &'static str = " or ";

    fn one_of(&self, name: &str, words: &[&str]) -> String {
        format!("{name} in {words:?}")
    }

    fn starts_with(&self, name: &str, prefix: &str) -> String {
        format!("{name} is startingwith {prefix:?}")
    }

    fn untagged(&self, tag: &str) -> String {
        format!("{tag:?} not in tags")
    }

    fn filtered(&self, it: &Window) -> Option<String> {
        let lately = lately(it);
        Some(format!(
            "(purchases{lately}|selectattr('amount', 'gt', {})|length) >= 2",
            it.above
        ))
    }

    fn sum(&self, it: &Window) -> Option<String> {
        let lately = lately(it);
        Some(format!(
            "(purchases{lately}|sum(attribute='amount')) > {}",
            it.above
        ))
    }

    fn no_returns(&self, it: &Window) -> Option<String> {
        Some(format!(
            "(returns|select('gt', {})|select('le', {})|length) == 0",
            it.from, it.now
        ))
    }
}

fn lately(it: &Window) -> String {
    format!(
        "|selectattr('at', 'gt', {})|selectattr('at', 'le', {})",
        it.from, it.now
    )
}

/// The value of each field, at the place of the field.
#[derive(Debug)]
struct Values(Vec<Value>);

impl Object for Values {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        self.get_value_by_str(key.as_str()?)
    }

    fn get_value_by_str(self: &Arc<Self>, key: &str) -> Option<Value> {
        self.0.get(Field::named(key)? as usize).cloned()
    }
}

/// A purchase.
#[derive(Debug)]
struct Event {
    at: i64,
    amount: i64,
}

impl Object for Event {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        self.get_value_by_str(key.as_str()?)
    }

    fn get_value_by_str(self: &Arc<Self>, key: &str) -> Option<Value> {
        match key {
            "at" => Some(self.at.into()),
            "amount" => Some(self.amount.into()),
            _ => None,
        }
    }
}

fn values(shopper: &Shopper, fields: &[Field]) -> Value {
    let last = fields.iter().map(|it| *it as usize).max().unwrap_or_default();
    let mut values = vec![Value::UNDEFINED; last + 1];
    for field in fields {
        values[*field as usize] = match field.of(shopper) {
            Shown::Text(text) => text.into(),
            Shown::Int(int) => int.into(),
            Shown::Bool(bool) => bool.into(),
            Shown::Texts(texts) => texts.iter().map(|it| Value::from(it.as_str())).collect(),
            Shown::Purchases(purchases) => {
                let event = |at, amount| Value::from_object(Event { at, amount });
                let events = purchases
                    .iter()
                    .map(|it| event(it.at.micros(), it.amount.units()));
                events.collect()
            }
            Shown::Returns(returns) => returns.iter().map(|it| Value::from(it.at.micros())).collect(),
        };
    }
    Value::from_object(Values(values))
}

fn holds(expression: &Expression<'_, '_>, values: &Value) -> bool {
    match expression.eval(values) {
        Ok(value) => value.is_true(),
        Err(error) => panic!("{error}"),
    }
}

pub(crate) fn contestant<'a>(
    rules: &[Rule],
    shoppers: &'a [Shopper],
    prebuilt: bool,
    store: &'a Store,
) -> Option<Box<dyn Contestant + 'a>> {
    let environment: &'a Environment<'static> = store.environment.get_or_init(Environment::new);
    let compile = |source: String| match environment.compile_expression_owned(source) {
        Ok(expression) => expression,
        Err(error) => panic!("{error}"),
    };
    let sources = written(rules, &Minijinja)?;
    let expressions: Vec<Expression<'_, '_>> = sources.into_iter().map(compile).collect();
    let fields = Field::of_rules(rules);
    if !prebuilt {
        return Some(Box::new(move |index: usize| {
            let values = values(black_box(&shoppers[index]), fields);
            bits(&expressions, |expression| holds(expression, &values))
        }));
    }
    let prebuilt: Vec<Value> = shoppers.iter().map(|it| values(it, fields)).collect();
    Some(Box::new(move |index: usize| {
        let values = black_box(&prebuilt[index]);
        bits(&expressions, |expression| holds(expression, values))
    }))
}
