//! Strategies for texts of the language that compile.

use std::{fmt::Write, sync::Arc};

use proptest::{
    collection::vec,
    option,
    prelude::{BoxedStrategy, Just, Strategy, any, prop_oneof},
    sample::select,
    strategy::Union,
};

use crate::{
    definitions::Definitions,
    schema::Schema,
    syntax::quote_name,
    template::Format,
    value::{Field, Type},
};

type Text = BoxedStrategy<String>;

/// Traits and segments over the schema of a shop, as text that compiles beside that schema; their names are `t0`, `s0` and so
/// on.
///
/// For services that take definitions from people, and for tools that read them.
///
/// ```
/// # use audience::{Definitions, testing};
/// # use proptest::prelude::*;
/// let shop = Definitions::parse("customer { id: string key, country: string?, orders: int }  event visits { path: string }")?;
/// proptest!(|(text in testing::definitions(&shop))| {
///     let formatted = Definitions::format("drawn", &text).expect("it compiles");
///     prop_assert_eq!(Definitions::format("drawn", &formatted).expect("so does this"), formatted);
/// });
/// # Ok::<(), audience::CompileError>(())
/// ```
pub fn definitions(shop: &Definitions) -> impl Strategy<Value = String> + use<> {
    let schema = shop.module().schema.clone();
    let compiles = {
        let schema = (*schema).clone();
        move |text: &String| {
            let beside = Definitions::builder()
                .schema(schema.clone())
                .source("drawn", text);
            beside.build().is_ok()
        }
    };
    let rows = Rows::of(&schema);
    let formula = prop_oneof![
        3 => rows.condition().prop_map(|it| (false, it)),
        1 => rows.value().prop_map(|it| (true, it)),
    ];
    vec((formula, any::<bool>()), 1..6)
        .prop_map(|formulas| {
            let mut text = String::new();
            let mut before: Option<usize> = None;
            for (index, ((is_trait, formula), refers)) in formulas.into_iter().enumerate() {
                let _ = match (is_trait, before) {
                    (true, _) => writeln!(text, "trait t{index} = {formula}"),
                    (false, Some(other)) if refers => {
                        writeln!(text, "segment s{index} = in segment s{other} and ({formula})")
                    }
                    (false, _) => writeln!(text, "segment s{index} = {formula}"),
                };
                if !is_trait {
                    before = Some(index);
                }
            }
            text
        })
        .prop_filter("text that compiles", compiles)
}

/// Templates that compile with the definitions of a shop: text, placeholders, conditions, its segments, and loops over
/// events.
///
/// ```
/// # use audience::{Definitions, Format, Inputs, Placements, Zone, testing};
/// # use proptest::prelude::*;
/// let shop = Definitions::parse(
///     "customer { id: string key, first_name: string? filled }  event visits { path: string }  segment new = no visits",
/// )?;
/// let at = shop.at("2026-06-01T00:00:00Z".parse()?, &Zone::UTC);
/// let (mails, people) = (testing::templates(&shop, Format::Text), testing::customers(&shop, &at));
/// proptest!(|(text in mails, ana in people)| {
///     let mail = shop.template(Format::Text, &text).expect("it compiles");
///     let mut out = String::new();
///     mail.render_into(ana.customer(), &Inputs::default(), &Placements::new(), &at, &mut out).expect("within the limits");
/// });
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn templates(shop: &Definitions, format: Format) -> impl Strategy<Value = String> + use<> {
    let schema = shop.module().schema.clone();
    let rows = Rows::of(&schema);
    let mut condition = vec![(2, rows.condition())];
    let segments: Vec<String> = shop.segments().iter().map(|it| quote_name(it.name())).collect();
    if !segments.is_empty() {
        let named = select(segments).prop_map(|it| format!("in segment {it}"));
        condition.push((1, named.boxed()));
    }
    let condition = Union::new_weighted(condition);
    let piece = prop_oneof![
        3 => "[A-Za-z ,.]{1,20}",
        3 => rows.placeholder(),
        1 => rows.r#loop(),
    ];
    let block =
        (condition, piece.clone(), option::of(piece.clone())).prop_map(|(condition, then, otherwise)| {
            match otherwise {
                Some(otherwise) => {
                    format!("{{% if {condition} %}}{then}{{% else %}}{otherwise}{{% endif %}}")
                }
                None => format!("{{% if {condition} %}}{then}{{% endif %}}"),
            }
        });
    let shop = shop.clone();
    vec(prop_oneof![2 => piece, 1 => block], 1..6)
        .prop_map(|pieces| pieces.concat())
        .prop_filter("a template that compiles", move |text| {
            shop.template(format, text).is_ok()
        })
}

/// A value that a path reaches.
#[derive(Clone, Debug)]
struct Slot {
    path: String,
    ty: Type,
}

/// The rows of a schema.
struct Rows {
    customer: Vec<Slot>,
    /// Event types and lists of records, with whether they are events.
    collections: Vec<(String, bool, Vec<Slot>)>,
}

impl Rows {
    fn of(schema: &Schema) -> Self {
        let customer = slots(&schema.customer, "");
        let events = schema.events.iter().map(|(name, event)| {
            let mut properties = slots(&event.fields, "");
            properties.push(Slot {
                path: "at".to_owned(),
                ty: Type::DateTime,
            });
            (quote_name(name), true, properties)
        });
        let lists = customer.iter().filter_map(|slot| match &slot.ty {
            Type::List(item) => match &**item {
                Type::Record(fields) => Some((slot.path.clone(), false, slots(fields, ""))),
                _ => None,
            },
            _ => None,
        });
        Self {
            collections: events.chain(lists).collect(),
            customer,
        }
    }

    /// Tests joined by `and`, `or` and `not`.
    fn condition(&self) -> Text {
        let mut tests: Vec<_> = self.customer.iter().filter_map(test).collect();
        tests.extend(self.collections.iter().map(of_items));
        if tests.is_empty() {
            tests.push(Just("true".to_owned()).boxed());
        }
        Union::new(tests)
            .prop_recursive(3, 12, 3, |inner| {
                prop_oneof![
                    vec(inner.clone(), 2..4).prop_map(|parts| format!("({})", parts.join(" and "))),
                    vec(inner.clone(), 2..4).prop_map(|parts| format!("({})", parts.join(" or "))),
                    inner.prop_map(|it| format!("not ({it})")),
                ]
            })
            .boxed()
    }

    fn value(&self) -> Text {
        let number = |it: &&Slot| it.ty.is_number();
        let mut values: Vec<Text> = Vec::new();
        for slot in self.customer.iter().filter(number) {
            let path = slot.path.clone();
            values.push((0..100_u8).prop_map(move |it| format!("{path} + {it}")).boxed());
        }
        for (name, _, items) in &self.collections {
            values.push(Just(format!("count({name})")).boxed());
            for slot in items.iter().filter(number) {
                let (name, path) = (name.clone(), slot.path.clone());
                let aggregate = select(vec!["sum", "avg", "min", "max", "last"]);
                values.push(
                    aggregate
                        .prop_map(move |it| format!("{it}({path} of {name})"))
                        .boxed(),
                );
            }
        }
        values.push(
            self.condition()
                .prop_map(|it| format!("case when {it} then \"yes\" else \"no\" end"))
                .boxed(),
        );
        Union::new(values).boxed()
    }

    fn placeholder(&self) -> Text {
        let shown = self.customer.iter().filter_map(|slot| {
            let fallback = match &slot.ty {
                Type::Int | Type::Float | Type::Decimal => "0",
                Type::String | Type::Words(_) => "\"friend\"",
                Type::Date => "2026-01-31",
                _ => return None,
            };
            Some(format!("{{{{ {} | default: {fallback} }}}}", slot.path))
        });
        let shown: Vec<String> = shown.collect();
        if shown.is_empty() {
            return Just("Hello".to_owned()).boxed();
        }
        select(shown).boxed()
    }

    fn r#loop(&self) -> Text {
        let names = self.collections.iter().filter(|(_, events, _)| *events);
        let names: Vec<String> = names.map(|(name, ..)| name.clone()).collect();
        if names.is_empty() {
            return Just("Goodbye".to_owned()).boxed();
        }
        (select(names), 1..90_u8, 1..5_u8)
            .prop_map(|(name, days, limit)| {
                format!("{{% for it in {name} in last {days} days limit: {limit} %}}{{{{ it.at }}}} {{% endfor %}}")
            })
            .boxed()
    }
}

fn slots(fields: &[Field], before: &str) -> Vec<Slot> {
    let mut found = Vec::new();
    for field in fields {
        let path = format!("{before}{}", quote_name(&field.name));
        if let Type::Record(inner) = &field.ty {
            found.extend(slots(inner, &format!("{path}.")));
        } else {
            found.push(Slot {
                path,
                ty: field.ty.clone(),
            });
        }
    }
    found
}

/// A test of a value; none where there is little to ask.
fn test(slot: &Slot) -> Option<Text> {
    let path = slot.path.clone();
    let order = || select(vec!["=", "!=", "<", "<=", ">", ">="]);
    let whole: Text = match &slot.ty {
        Type::Bool => Just(path.clone()).boxed(),
        Type::Int => {
            let path = path.clone();
            (order(), -2..1_000_i64)
                .prop_map(move |(op, it)| format!("{path} {op} {it}"))
                .boxed()
        }
        Type::Decimal | Type::Float => {
            let path = path.clone();
            let number = (order(), -2..1_000_i64, 0..4_u8);
            number
                .prop_map(move |(op, it, part)| format!("{path} {op} {it}.{}", part * 25))
                .boxed()
        }
        Type::String | Type::Ref(_) => {
            let path = path.clone();
            let text = select(vec!["=", "!=", "in"]);
            (text, "[A-Z][a-z]{0,4}")
                .prop_map(move |(op, it)| match op {
                    "in" => format!("{path} in [\"{it}\", \"ES\"]"),
                    op => format!("{path} {op} \"{it}\""),
                })
                .boxed()
        }
        Type::Url => Just(format!("{path} starts with \"https\"")).boxed(),
        Type::Words(words) => {
            let (path, words) = (path.clone(), words.iter().map(Arc::clone).collect::<Vec<_>>());
            select(words)
                .prop_map(move |it| format!("{path} = {it:?}"))
                .boxed()
        }
        Type::Date | Type::DateTime => {
            let path = path.clone();
            let window = select(vec!["in last", "in next", "not in last"]);
            (window, 1..400_u16)
                .prop_map(move |(it, days)| format!("{path} {it} {days} days"))
                .boxed()
        }
        Type::List(_) => Just(format!("{path} is filled")).boxed(),
        Type::Geo => Just(format!("{path} is known")).boxed(),
        Type::Duration | Type::Record(_) => return None,
    };
    let known = Just(format!("{path} is known"));
    Some(prop_oneof![5 => whole, 1 => known].boxed())
}

/// A test of a collection.
fn of_items((name, events, slots): &(String, bool, Vec<Slot>)) -> Text {
    let (name, events) = (name.clone(), *events);
    let tests: Vec<Text> = slots.iter().filter_map(test).collect();
    let filter = if tests.is_empty() {
        Just(None).boxed()
    } else {
        option::of(Union::new(tests)).boxed()
    };
    let quantifier = prop_oneof![
        Just("any".to_owned()),
        Just("no".to_owned()),
        (0..5_u8).prop_map(|it| format!("at least {it}")),
        (0..5_u8).prop_map(|it| format!("at most {it}")),
        (0..5_u8).prop_map(|it| format!("exactly {it}")),
    ];
    (quantifier, option::of(1..400_u16), filter)
        .prop_map(move |(quantifier, days, filter)| {
            let mut text = format!("{quantifier} {name}");
            if let Some(days) = days.filter(|_| events) {
                let _ = write!(text, " in last {days} days");
            }
            if let Some(filter) = filter {
                let _ = write!(text, " where ({filter})");
            }
            text
        })
        .boxed()
}
