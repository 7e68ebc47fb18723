//! evalexpr: operator trees over a context of its own, which finds values without hashing.

use std::hint::black_box;

use evalexpr::{Context, EvalexprError, EvalexprResult, Node, Value, build_operator_tree};

use super::{
    Contestant, bits,
    rules::Rule,
    shopper::Shopper,
    shown::{Dialect, Field, Shown, written},
};

struct Evalexpr;

impl Dialect for Evalexpr {
    fn one_of(&self, name: &str, words: &[&str]) -> String {
        let words: Vec<_> = words.iter().map(|it| format!("{it:?}")).collect();
        format!("contains(({}), {name})", words.join(", "))
    }

    fn starts_with(&self, name: &str, prefix: &str) -> String {
        format!("starts_with({name}, {prefix:?})")
    }

    fn untagged(&self, tag: &str) -> String {
        format!("!contains(tags, {tag:?})")
    }
}

/// The value of each field, at the place of the field.
struct Values(Vec<Value>);

impl Values {
    fn of(shopper: &Shopper, fields: &[Field]) -> Self {
        let last = fields.iter().map(|it| *it as usize).max().unwrap_or_default();
        let mut values = vec![Value::Empty; last + 1];
        for field in fields {
            values[*field as usize] = match field.of(shopper) {
                Shown::Text(text) => Value::String(text.to_owned()),
                Shown::Int(int) => Value::Int(int),
                Shown::Bool(bool) => Value::Boolean(bool),
                Shown::Texts(texts) => Value::Tuple(texts.iter().cloned().map(Value::String).collect()),
                Shown::Purchases(_) | Shown::Returns(_) => Value::Empty,
            };
        }
        Self(values)
    }
}

impl Context for Values {
    fn get_value(&self, identifier: &str) -> Option<&Value> {
        self.0.get(Field::named(identifier)? as usize)
    }

    fn call_function(&self, identifier: &str, argument: &Value) -> EvalexprResult<Value> {
        let holds = match (identifier, argument) {
            ("contains", Value::Tuple(arguments)) => match &arguments[..] {
                [Value::Tuple(values), value] => values.contains(value),
                _ => return Err(EvalexprError::expected_tuple(argument.clone())),
            },
            ("starts_with", Value::Tuple(arguments)) => match &arguments[..] {
                [Value::String(text), Value::String(prefix)] => text.starts_with(prefix.as_str()),
                _ => return Err(EvalexprError::expected_string(argument.clone())),
            },
            _ => return Err(EvalexprError::FunctionIdentifierNotFound(identifier.to_owned())),
        };
        Ok(Value::Boolean(holds))
    }

    fn are_builtin_functions_disabled(&self) -> bool {
        true
    }

    fn set_builtin_functions_disabled(&mut self, _: bool) -> EvalexprResult<()> {
        Err(EvalexprError::BuiltinFunctionsCannotBeEnabled)
    }
}

fn holds(node: &Node, values: &Values) -> bool {
    match node.eval_boolean_with_context(values) {
        Ok(holds) => holds,
        Err(error) => panic!("{error}"),
    }
}

pub(crate) fn contestant<'a>(
    rules: &[Rule],
    shoppers: &'a [Shopper],
    prebuilt: bool,
) -> Option<Box<dyn Contestant + 'a>> {
    let compile = |source: &String| build_operator_tree(source).unwrap_or_else(|error| panic!("{error}"));
    let nodes: Vec<Node> = written(rules, &Evalexpr)?.iter().map(compile).collect();
    let fields = Field::of_rules(rules);
    if !prebuilt {
        return Some(Box::new(move |index: usize| {
            let values = Values::of(black_box(&shoppers[index]), fields);
            bits(&nodes, |node| holds(node, &values))
        }));
    }
    let values: Vec<Values> = shoppers.iter().map(|it| Values::of(it, fields)).collect();
    Some(Box::new(move |index: usize| {
        let values = black_box(&values[index]);
        bits(&nodes, |node| holds(node, values))
    }))
}
