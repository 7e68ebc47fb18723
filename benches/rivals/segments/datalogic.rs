//! datalogic-rs: rules of JSON logic over values in an arena, which are passed by reference.

use std::hint::black_box;

use bumpalo::Bump;
use datalogic_rs::{DataValue, Engine, Logic};
use serde_json::{Value as Json, json};

use super::{
    Contestant, Store, bits,
    rules::{EURO, Rule},
    shopper::{Device, Shopper, now},
    shown::{Field, Shown, Window},
};

fn written(rule: &Rule) -> Json {
    let var = |name: &str| json!({"var": name});
    let lately = |it: &Window, at: &str| {
        vec![
            json!({">": [{"var": at}, it.from]}),
            json!({"<=": [{"var": at}, it.now]}),
        ]
    };
    let filtered = || {
        let it = Window::of_filtered();
        let mut conditions = lately(&it, "at");
        conditions.push(json!({">": [{"var": "amount"}, it.above]}));
        json!({">=": [{"length": {"filter": [var("purchases"), {"and": conditions}]}}, 2]})
    };
    match rule {
        Rule::Simple => json!({"and": [{"===": [var("country"), "ES"]}, {">=": [var("age"), 18]}]}),
        Rule::Ten(ten) => json!({"and": [
            {"in": [var("country"), ten.countries]},
            {">=": [var("age"), ten.ages.0]},
            {"<=": [var("age"), ten.ages.1]},
            var("consent"),
            {"or": [{">": [var("spent"), ten.spent * EURO]}, {">=": [var("orders"), ten.orders]}]},
            {">": [var("ordered_at"), ten.from()]},
            {"<=": [var("ordered_at"), now().micros()]},
            {"!": {"in": [ten.tag, var("tags")]}},
            {"in": [var("device"), ten.devices.map(Device::word)]},
            {"starts_with": [var("city"), ten.prefix]},
            {"or": [{"===": [var("gender"), ten.gender.word()]}, {"===": [var("gender"), ""]}]},
            {">": [var("cart"), ten.cart * EURO]},
        ]}),
        Rule::Filtered => filtered(),
        Rule::AllThree => {
            let sum = Window::of_sum();
            let amounts = json!({"filter": [var("purchases"), {"and": lately(&sum, "at")}]});
            let add = json!({"+": [var("current.amount"), var("accumulator")]});
            json!({"and": [
                filtered(),
                {">": [{"reduce": [amounts, add, 0]}, sum.above]},
                {"none": [var("returns"), {"and": lately(&Window::of_returns(), "")}]},
            ]})
        }
    }
}

fn value<'a>(shopper: &'a Shopper, fields: &[Field], arena: &'a Bump) -> &'a DataValue<'a> {
    let values = arena.alloc_slice_fill_iter(fields.iter().map(|field| {
        let value = match field.of(shopper) {
            Shown::Text(text) => DataValue::from_borrowed_str(text),
            Shown::Int(int) => DataValue::from_i64(int),
            Shown::Bool(bool) => DataValue::bool(bool),
            Shown::Texts(texts) => {
                let texts = texts.iter().map(|it| DataValue::from_borrowed_str(it));
                DataValue::Array(arena.alloc_slice_fill_iter(texts))
            }
            Shown::Purchases(purchases) => {
                let events = purchases.iter().map(|it| {
                    let fields = [
                        ("at", DataValue::from_i64(it.at.micros())),
                        ("amount", DataValue::from_i64(it.amount.units())),
                    ];
                    DataValue::Object(arena.alloc(fields))
                });
                DataValue::Array(arena.alloc_slice_fill_iter(events))
            }
            Shown::Returns(returns) => {
                let times = returns.iter().map(|it| DataValue::from_i64(it.at.micros()));
                DataValue::Array(arena.alloc_slice_fill_iter(times))
            }
        };
        (field.name(), value)
    }));
    arena.alloc(DataValue::Object(values))
}

pub(crate) fn contestant<'a>(
    rules: &[Rule],
    shoppers: &'a [Shopper],
    prebuilt: bool,
    store: &'a Store,
) -> Option<Box<dyn Contestant + 'a>> {
    let engine = Engine::new();
    let compile = |rule: &Rule| match engine.compile(written(rule).to_string().as_str()) {
        Ok(logic) => logic,
        Err(error) => panic!("{error}"),
    };
    let logics: Vec<Logic> = rules.iter().map(compile).collect();
    let holds = move |logic: &Logic, value: &DataValue<'_>, arena: &Bump| match engine
        .evaluate(logic, value, arena)
    {
        Ok(value) => value.as_bool().expect("a condition"),
        Err(error) => panic!("{error}"),
    };
    let fields = Field::of_rules(rules);
    let mut arena = Bump::new();
    if !prebuilt {
        return Some(Box::new(move |index: usize| {
            arena.reset();
            let value = value(black_box(&shoppers[index]), fields, &arena);
            bits(&logics, |logic| holds(logic, value, &arena))
        }));
    }
    let values: Vec<&DataValue<'a>> = shoppers
        .iter()
        .map(|it| value(it, fields, &store.arena))
        .collect();
    Some(Box::new(move |index: usize| {
        arena.reset();
        let value = black_box(values[index]);
        bits(&logics, |logic| holds(logic, value, &arena))
    }))
}
