//! A schema built in Rust, its text and its JSON say the same.

use audience::{Catalog, Definitions, Event, Field, Schema, SchemaBuilder, Type};
use proptest::{collection::vec, option, prelude::*, sample::select};

/// Plain names, reserved and special words, and names that need backticks.
fn name() -> impl Strategy<Value = String> {
    let words = [
        "a",
        "b",
        "όνομα",
        "at",
        "last",
        "day",
        "filled",
        "key",
        "personal",
        "owner",
        "customer",
        "previous",
        "segment",
        "count",
        "and",
        "not",
        "where",
        "is",
        "event",
        "catalog",
        "placement",
        "of",
        "ref",
        "string",
        "_x",
        "x1",
    ];
    prop_oneof![6 => select(words.to_vec()).prop_map(str::to_owned), 1 => "[ -_a-~é]{1,6}"]
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof!["[a-z]{1,5}", any::<String>()].prop_map(|text| text.replace('\0', ""))
}

fn ty() -> impl Strategy<Value = Type> {
    let plain = prop_oneof![
        select(vec![
            Type::Bool,
            Type::Int,
            Type::Float,
            Type::Decimal,
            Type::String,
            Type::Date,
            Type::DateTime,
            Type::Geo,
            Type::Url,
        ]),
        Just(Type::reference("products")),
        vec(text(), 1..4).prop_map(Type::words),
    ];
    plain.prop_recursive(3, 8, 3, |inner| {
        prop_oneof![
            inner.clone().prop_map(Type::list),
            vec((name(), inner, any::<bool>()), 1..4).prop_map(|fields| {
                Type::record(fields.into_iter().map(|(name, ty, optional)| {
                    let field = Field::new(name, ty);
                    if optional { field.optional() } else { field }
                }))
            }),
        ]
    })
}

fn field() -> impl Strategy<Value = Field> {
    let marks = (any::<bool>(), any::<bool>(), any::<bool>());
    (
        name(),
        ty(),
        marks,
        option::of(vec(text(), 0..3)),
        option::of(text()),
    )
        .prop_map(
            |(name, ty, (optional, personal, sensitive), filled, description)| {
                let mut field = Field::new(name, ty);
                field.optional = optional;
                field.roles.personal = personal;
                field.roles.sensitive = sensitive;
                if let Some(except) = filled.filter(|_| field.ty.is_text()) {
                    field = field.filled_except(except);
                }
                match description {
                    Some(description) => field.described(description),
                    None => field,
                }
            },
        )
}

fn builder() -> impl Strategy<Value = SchemaBuilder> {
    let key = || Field::new("id", Type::String).key();
    let event = (name(), vec(field(), 0..3), option::of(text()));
    (
        vec(field(), 0..5),
        vec(event, 0..3),
        vec(field(), 0..3),
        option::of(name()),
    )
        .prop_map(move |(attributes, events, fields, placement)| {
            let mut builder = Schema::builder().attribute(key());
            for attribute in attributes {
                builder = builder.attribute(attribute);
            }
            for (name, properties, description) in events {
                let event = Event::from(properties);
                builder = builder.event(
                    name,
                    match description {
                        Some(description) => event.described(description),
                        None => event,
                    },
                );
            }
            let catalog = Catalog::from([vec![key()], fields].concat());
            builder = builder.catalog("products", catalog);
            match placement {
                Some(name) => builder.placement(name, "products"),
                None => builder,
            }
        })
}

#[test]
fn text_and_json_bring_a_schema_back() {
    let valid = std::cell::Cell::new(0);
    let config = ProptestConfig {
        cases: 400,
        failure_persistence: None,
        ..ProptestConfig::default()
    };
    let mut runner = proptest::test_runner::TestRunner::new(config);
    let result = runner.run(&builder(), |builder| {
        let Ok(schema) = builder.build() else {
            return Ok(());
        };
        valid.set(valid.get() + 1);
        let text = schema.to_string();
        match Definitions::parse(&text) {
            Ok(definitions) => prop_assert_eq!(definitions.schema(), &schema, "{}", text),
            Err(error) => prop_assert!(false, "{}\n{}", text, error),
        }
        let json = serde_json::to_string(&schema).map_err(|error| TestCaseError::fail(error.to_string()))?;
        prop_assert_eq!(
            serde_json::from_str::<Schema>(&json).ok(),
            Some(schema),
            "{}",
            json
        );
        Ok(())
    });
    if let Err(error) = result {
        panic!("{error}");
    }
    assert!(valid.get() > 60, "only {} schemas were valid", valid.get());
}
