//! wirefilter-engine: closures over fields at places that are known when compiling. Its integers have 32 bits, so that it gets
//! times in seconds; it has no lists, so that it gets the tags as one text, and cannot ask of events.

use std::hint::black_box;

use wirefilter::{ExecutionContext, Filter, Scheme, Type};

use super::{
    Contestant, Store, bits,
    rules::Rule,
    shopper::Shopper,
    shown::{Dialect, Field, Shown, written},
};

struct Wirefilter;

impl Dialect for Wirefilter {
    fn one_of(&self, name: &str, words: &[&str]) -> String {
        let words: Vec<_> = words.iter().map(|it| format!("{it:?}")).collect();
        format!("{name} in {{{}}}", words.join(" "))
    }

    fn starts_with(&self, name: &str, prefix: &str) -> String {
        format!("{name} matches \"^{prefix}\"")
    }

    fn untagged(&self, tag: &str) -> String {
        format!("not tags contains \"|{tag}|\"")
    }

    fn instant(&self, micros: i64) -> i64 {
        seconds(micros)
    }
}

/// Rounded up, which keeps its place among whole seconds.
fn seconds(micros: i64) -> i64 {
    -(-micros).div_euclid(1_000_000)
}

fn scheme(fields: &[Field]) -> Scheme {
    let mut scheme = Scheme::default();
    for field in fields {
        let ty = match field {
            Field::Country | Field::Tags | Field::Device | Field::City | Field::Gender => Type::Bytes,
            Field::Consent => Type::Bool,
            _ => Type::Int,
        };
        let added = scheme.add_field(field.name().to_owned(), ty);
        assert!(added.is_ok(), "each field once");
    }
    scheme
}

/// The tags as one text, each between bars.
fn joined(shopper: &Shopper, fields: &[Field]) -> String {
    if !fields.contains(&Field::Tags) || shopper.tags.is_empty() {
        return String::new();
    }
    let mut text = String::with_capacity(64);
    for tag in &shopper.tags {
        text.push('|');
        text.push_str(tag);
    }
    text.push('|');
    text
}

fn fill<'a>(context: &mut ExecutionContext<'a>, shopper: &'a Shopper, tags: &'a str, fields: &[Field]) {
    let int = |int: i64| i32::try_from(int).expect("in range");
    for field in fields {
        let name = field.name();
        let set = match field.of(shopper) {
            Shown::Text(text) => context.set_field_value(name, text),
            Shown::Int(micros) if *field == Field::OrderedAt => {
                context.set_field_value(name, int(seconds(micros)))
            }
            Shown::Int(value) => context.set_field_value(name, int(value)),
            Shown::Bool(value) => context.set_field_value(name, value),
            Shown::Texts(_) => context.set_field_value(name, tags),
            Shown::Purchases(_) | Shown::Returns(_) => Ok(()),
        };
        assert!(set.is_ok(), "of the type in the scheme");
    }
}

pub(crate) fn contestant<'a>(
    rules: &[Rule],
    shoppers: &'a [Shopper],
    prebuilt: bool,
    store: &'a Store,
) -> Option<Box<dyn Contestant + 'a>> {
    let sources = written(rules, &Wirefilter)?;
    let fields = Field::of_rules(rules);
    let scheme = store.scheme.get_or_init(|| scheme(fields));
    let compile = |source: &String| match scheme.parse(source) {
        Ok(tree) => tree.compile(),
        Err(error) => panic!("{error}"),
    };
    let filters: Vec<Filter<'a>> = sources.iter().map(compile).collect();
    let tags = store
        .tags
        .get_or_init(|| shoppers.iter().map(|it| joined(it, fields)).collect());
    if !prebuilt {
        // A filter takes only texts that live as long as itself: the tags are there already.
        let mut context = ExecutionContext::new(scheme);
        return Some(Box::new(move |index: usize| {
            fill(&mut context, black_box(&shoppers[index]), &tags[index], fields);
            bits(&filters, |filter| {
                filter.execute(&context).expect("of the scheme")
            })
        }));
    }
    let contexts = shoppers.iter().zip(tags).map(|(shopper, tags)| {
        let mut context = ExecutionContext::new(scheme);
        fill(&mut context, shopper, tags, fields);
        context
    });
    let contexts: Vec<ExecutionContext<'a>> = contexts.collect();
    Some(Box::new(move |index: usize| {
        let context = black_box(&contexts[index]);
        bits(&filters, |filter| filter.execute(context).expect("of the scheme"))
    }))
}
