//! rhai: trees of a raw engine, optimized in full, over a scope.

use std::hint::black_box;

use rhai::{
    AST, Array, Dynamic, Engine, OptimizationLevel, Scope,
    packages::{BasicArrayPackage, CorePackage, MoreStringPackage, Package},
};

use super::{
    Contestant, bits,
    rules::Rule,
    shopper::Shopper,
    shown::{Dialect, Field, Shown, Window, written},
};

struct Rhai;

impl Dialect for Rhai {
    fn one_of(&self, name: &str, words: &[&str]) -> String {
        let words: Vec<_> = words.iter().map(|it| format!("{it:?}")).collect();
        format!("(switch {name} {{ {} => true, _ => false }})", words.join(" | "))
    }

    fn starts_with(&self, name: &str, prefix: &str) -> String {
        format!("{name}.starts_with({prefix:?})")
    }

    fn untagged(&self, tag: &str) -> String {
        format!("!({tag:?} in tags)")
    }

    fn filtered(&self, it: &Window) -> Option<String> {
        Some(format!(
            "({{ let n = 0; for (at, i) in purchases {{ \
            if at > {} && at <= {} && amounts[i] > {} {{ n += 1; }} }} n >= 2 }})",
            it.from, it.now, it.above
        ))
    }

    fn sum(&self, it: &Window) -> Option<String> {
        Some(format!(
            "({{ let sum = 0; for (at, i) in purchases {{ \
            if at > {} && at <= {} {{ sum += amounts[i]; }} }} sum > {} }})",
            it.from, it.now, it.above
        ))
    }

    fn no_returns(&self, it: &Window) -> Option<String> {
        Some(format!(
            "({{ let none = true; for at in returns {{ \
            if at > {} && at <= {} {{ none = false; break; }} }} none }})",
            it.from, it.now
        ))
    }
}

fn fill(scope: &mut Scope<'static>, shopper: &Shopper, fields: &[Field]) {
    for field in fields {
        let value: Dynamic = match field.of(shopper) {
            Shown::Text(text) => text.into(),
            Shown::Int(int) => int.into(),
            Shown::Bool(bool) => bool.into(),
            Shown::Texts(texts) => texts
                .iter()
                .map(|it| it.as_str().into())
                .collect::<Array>()
                .into(),
            // Times and amounts apart: a loop over maps would copy each of them.
            Shown::Purchases(purchases) => {
                let amounts = purchases.iter().map(|it| it.amount.units().into());
                scope.push_dynamic("amounts", amounts.collect::<Array>().into());
                let times = purchases.iter().map(|it| it.at.micros().into());
                times.collect::<Array>().into()
            }
            Shown::Returns(returns) => {
                let times = returns.iter().map(|it| it.at.micros().into());
                times.collect::<Array>().into()
            }
        };
        scope.push_dynamic(field.name(), value);
    }
}

pub(crate) fn contestant<'a>(
    rules: &[Rule],
    shoppers: &'a [Shopper],
    prebuilt: bool,
) -> Option<Box<dyn Contestant + 'a>> {
    let mut engine = Engine::new_raw();
    engine.set_optimization_level(OptimizationLevel::Full);
    CorePackage::new().register_into_engine(&mut engine);
    MoreStringPackage::new().register_into_engine(&mut engine);
    BasicArrayPackage::new().register_into_engine(&mut engine);
    let compile = |source: &String| engine.compile(source).unwrap_or_else(|error| panic!("{error}"));
    let trees: Vec<AST> = written(rules, &Rhai)?.iter().map(compile).collect();
    let holds =
        move |tree: &AST, scope: &mut Scope<'static>| match engine.eval_ast_with_scope::<bool>(scope, tree) {
            Ok(holds) => holds,
            Err(error) => panic!("{error}"),
        };
    let fields = Field::of_rules(rules);
    if !prebuilt {
        let mut scope = Scope::new();
        return Some(Box::new(move |index: usize| {
            scope.clear();
            fill(&mut scope, black_box(&shoppers[index]), fields);
            bits(&trees, |tree| holds(tree, &mut scope))
        }));
    }
    let scope = |shopper| {
        let mut scope = Scope::new();
        fill(&mut scope, shopper, fields);
        scope
    };
    let mut scopes: Vec<Scope<'_>> = shoppers.iter().map(scope).collect();
    Some(Box::new(move |index: usize| {
        let scope = black_box(&mut scopes[index]);
        bits(&trees, |tree| holds(tree, scope))
    }))
}
