//! zen-expression: bytecode over a scope of variables, by a machine that is used again.

use std::hint::black_box;

use zen_expression::{
    Expression, Scope, Variable, compile_expression, expression::Standard, variable::VariableMap, vm::VM,
};

use super::{
    Contestant, bits,
    rules::Rule,
    shopper::Shopper,
    shown::{Dialect, Field, Shown, Window, written},
};

struct Zen;

impl Dialect for Zen {
    const AND: &'static str = " and ";
    const OR: &'static str = " or ";

    fn one_of(&self, name: &str, words: &[&str]) -> String {
        let words: Vec<_> = words.iter().map(|it| format!("{name} == {it:?}")).collect();
        format!("({})", words.join(Self::OR))
    }

    fn starts_with(&self, name: &str, prefix: &str) -> String {
        format!("startsWith({name}, {prefix:?})")
    }

    fn untagged(&self, tag: &str) -> String {
        format!("not ({tag:?} in tags)")
    }

    fn filtered(&self, it: &Window) -> Option<String> {
        Some(format!(
            "count(purchases, #.at > {} and #.at <= {} and #.amount > {}) >= 2",
            it.from, it.now, it.above
        ))
    }

    fn sum(&self, it: &Window) -> Option<String> {
        Some(format!(
            "sum(map(filter(purchases, #.at > {} and #.at <= {}), #.amount)) > {}",
            it.from, it.now, it.above
        ))
    }

    fn no_returns(&self, it: &Window) -> Option<String> {
        Some(format!("none(returns, # > {} and # <= {})", it.from, it.now))
    }
}

fn scope(shopper: &Shopper, fields: &[Field]) -> Scope {
    let mut object = VariableMap::with_capacity(fields.len());
    let text = |text: &str| Variable::String(Variable::key(text));
    let int = |int: i64| Variable::Number(int.into());
    for field in fields {
        let value = match field.of(shopper) {
            Shown::Text(it) => text(it),
            Shown::Int(it) => int(it),
            Shown::Bool(it) => Variable::Bool(it),
            Shown::Texts(texts) => Variable::from_array(texts.iter().map(|it| text(it)).collect()),
            Shown::Purchases(purchases) => {
                let events = purchases.iter().map(|it| {
                    let mut event = VariableMap::with_capacity(2);
                    event.insert(Variable::key("at"), int(it.at.micros()));
                    event.insert(Variable::key("amount"), int(it.amount.units()));
                    Variable::from_object(event)
                });
                Variable::from_array(events.collect())
            }
            Shown::Returns(returns) => {
                Variable::from_array(returns.iter().map(|it| int(it.at.micros())).collect())
            }
        };
        object.insert(Variable::key(field.name()), value);
    }
    Scope::new(Variable::from_object(object))
}

pub(crate) fn contestant<'a>(
    rules: &[Rule],
    shoppers: &'a [Shopper],
    prebuilt: bool,
) -> Option<Box<dyn Contestant + 'a>> {
    let compile = |source: &String| compile_expression(source).unwrap_or_else(|error| panic!("{error}"));
    let programs: Vec<Expression<Standard>> = written(rules, &Zen)?.iter().map(compile).collect();
    let mut vm = VM::new();
    let mut holds = move |program: &Expression<Standard>, scope: &Scope| match program
        .evaluate_with_scope(scope, &mut vm)
    {
        Ok(value) => value.as_bool().expect("a condition"),
        Err(error) => panic!("{error}"),
    };
    let fields = Field::of_rules(rules);
    if !prebuilt {
        return Some(Box::new(move |index: usize| {
            let scope = scope(black_box(&shoppers[index]), fields);
            bits(&programs, |program| holds(program, &scope))
        }));
    }
    let scopes: Vec<Scope> = shoppers.iter().map(|it| scope(it, fields)).collect();
    Some(Box::new(move |index: usize| {
        let scope = black_box(&scopes[index]);
        bits(&programs, |program| holds(program, scope))
    }))
}
