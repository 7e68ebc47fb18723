//! cel: programs over a resolver of variables, so that only what a rule reads is brought into its form.

use std::{hint::black_box, sync::Arc};

use cel::{
    Context, Env, ExecutionError, Program, Value,
    common::{
        traits::Indexer,
        types::{CelBool, CelInt, CelList, CelString, Kind, Type},
        value::{CowVal, StaticVal, Val},
    },
    context::VariableResolver,
};

use super::{
    Contestant, bits,
    rules::Rule,
    shopper::Shopper,
    shown::{Dialect, Field, Shown, Window, written},
};

struct Cel;

impl Dialect for Cel {
    fn one_of(&self, name: &str, words: &[&str]) -> String {
        let words: Vec<_> = words.iter().map(|it| format!("{name} == {it:?}")).collect();
        format!("({})", words.join(Self::OR))
    }

    fn starts_with(&self, name: &str, prefix: &str) -> String {
        format!("{name}.startsWith({prefix:?})")
    }

    fn untagged(&self, tag: &str) -> String {
        format!("!({tag:?} in tags)")
    }

    fn filtered(&self, it: &Window) -> Option<String> {
        Some(format!(
            "size(purchases.filter(p, p.at > {} && p.at <= {} && p.amount > {})) >= 2",
            it.from, it.now, it.above
        ))
    }
}

/// A purchase, whose fields are values already.
#[derive(Clone, Debug)]
struct Event {
    at: CelInt,
    amount: CelInt,
}

static EVENT: Type = Type::simple_type(Kind::Opaque, "Event");

impl Val for Event {
    fn get_type(&self) -> &Type {
        &EVENT
    }

    fn cel_type() -> &'static Type {
        &EVENT
    }

    fn as_indexer<'b, 'v>(&'b self) -> Option<&'b (dyn Indexer + 'v)>
    where
        Self: 'v,
    {
        Some(self)
    }

    fn clone_as_boxed<'v>(&self) -> Box<dyn Val + 'v> {
        Box::new(self.clone())
    }

    fn as_any(&self) -> Option<&dyn std::any::Any> {
        Some(self)
    }
}

impl StaticVal for Event {}

impl Indexer for Event {
    fn get<'b, 'v>(&'b self, field: &dyn Val) -> Result<CowVal<'b, 'v>, ExecutionError>
    where
        Self: 'v,
    {
        match field.downcast_ref::<CelString>().map(|it| it.inner()) {
            Some("at") => Ok(CowVal::Borrowed(&self.at)),
            Some("amount") => Ok(CowVal::Borrowed(&self.amount)),
            other => Err(ExecutionError::no_such_key(other.unwrap_or_default())),
        }
    }

    fn steal<'v>(self: Box<Self>, field: &dyn Val) -> Result<Box<dyn Val + 'v>, ExecutionError>
    where
        Self: 'v,
    {
        self.get(field).map(CowVal::into_owned)
    }
}

fn value(shown: Shown<'_>) -> Box<dyn Val + '_> {
    match shown {
        Shown::Text(text) => Box::new(CelString::from(text)),
        Shown::Int(int) => Box::new(CelInt::from(int)),
        Shown::Bool(bool) => Box::new(CelBool::from(bool)),
        Shown::Texts(texts) => {
            let texts = texts
                .iter()
                .map(|it| Box::new(CelString::from(it.as_str())) as Box<dyn Val + '_>);
            Box::new(CelList::from(texts.collect::<Vec<_>>()))
        }
        Shown::Purchases(purchases) => {
            let events = purchases.iter().map(|it| -> Box<dyn Val> {
                Box::new(Event {
                    at: it.at.micros().into(),
                    amount: it.amount.units().into(),
                })
            });
            Box::new(CelList::from(events.collect::<Vec<_>>()))
        }
        Shown::Returns(returns) => {
            let events = returns
                .iter()
                .map(|it| -> Box<dyn Val> { Box::new(CelInt::from(it.at.micros())) });
            Box::new(CelList::from(events.collect::<Vec<_>>()))
        }
    }
}

/// Values of each field in the form of the engine, at the place of the field.
struct Prebuilt<'a>(Vec<Option<Box<dyn Val + 'a>>>);

impl VariableResolver for Prebuilt<'_> {
    fn resolve<'b>(&'b self, name: &str) -> Option<CowVal<'b, 'b>> {
        let value = self.0[Field::named(name)? as usize].as_deref();
        value.map(CowVal::Borrowed)
    }
}

/// Makes the value of a variable when a rule reads it.
struct InPlace<'a>(&'a Shopper);

impl VariableResolver for InPlace<'_> {
    fn resolve<'b>(&'b self, name: &str) -> Option<CowVal<'b, 'b>> {
        Some(CowVal::Owned(value(Field::named(name)?.of(self.0))))
    }
}

fn holds(program: &Program, context: &Context<'_, '_>) -> bool {
    match Value::resolve_val(program.expression(), context) {
        Ok(value) => *value.downcast_ref::<CelBool>().expect("a condition").inner(),
        Err(error) => panic!("{error}"),
    }
}

pub(crate) fn contestant<'a>(
    rules: &[Rule],
    shoppers: &'a [Shopper],
    prebuilt: bool,
) -> Option<Box<dyn Contestant + 'a>> {
    let env = Arc::new(Env::stdlib());
    let compile = |source: &String| env.compile(source).unwrap_or_else(|error| panic!("{error}"));
    let programs: Vec<Program> = written(rules, &Cel)?.iter().map(compile).collect();
    let root = Context::with_env(env);
    if !prebuilt {
        return Some(Box::new(move |index: usize| {
            let shopper = InPlace(black_box(&shoppers[index]));
            let mut context = root.new_inner_scope();
            context.set_variable_resolver(&shopper);
            bits(&programs, |program| holds(program, &context))
        }));
    }
    let fields = Field::of_rules(rules);
    let values = shoppers.iter().map(|shopper| {
        let last = fields.iter().map(|it| *it as usize).max().unwrap_or_default();
        let mut values: Vec<_> = (0..=last).map(|_| None).collect();
        for field in fields {
            values[*field as usize] = Some(value(field.of(shopper)));
        }
        Prebuilt(values)
    });
    let values: Vec<Prebuilt<'_>> = values.collect();
    Some(Box::new(move |index: usize| {
        let mut context = root.new_inner_scope();
        context.set_variable_resolver(black_box(&values[index]));
        bits(&programs, |program| holds(program, &context))
    }))
}
