//! Functions of the application that are functions of the database too.

use audience::{
    Date, Decimal, Definitions, HostFunction, Type, Value, ValueRef,
    sql::{Dialect, Mapping, SqlError, TableName},
};
use rusqlite::functions::{Context, FunctionFlags};

use super::{
    contract::{record, text},
    duckdb::DuckDb,
    edges::at,
    engine::{Engine, is},
    postgresql::PostgreSql,
    sqlite::Sqlite,
    store,
};
use crate::properties::customers::Datum;

const RULES: &str = r#"
customer { id: string key, orders: int?, spent: decimal?, born: date?, name: string? }
trait points   = loyalty_score(orders)
trait gross    = with_tax(spent)
trait of_ints  = with_tax(orders)
trait tomorrow = next_day(born)
trait hello    = greeting(name)
segment loyal  = loyalty_score(orders) >= 50
segment costly = with_tax(spent) > 120.5
segment early  = is_early(born)
segment dear   = greeting(name) > "Dear a" and greeting("x") = "Dear x"
"#;

/// Each by its name in the application; what it is called in the database is hard to quote.
const NAMES: &[(&str, &str)] = &[
    ("loyalty_score", "crm \"score\""),
    ("with_tax", "Select"),
    ("next_day", "next'day"),
    ("is_early", "is_early"),
    ("greeting", "Dear?"),
];

fn shop() -> Definitions {
    let score = HostFunction::new("loyalty_score", [Type::Int], Type::Int, |args| match args {
        [ValueRef::Int(orders)] => Some(orders.checked_mul(10)?.into()),
        _ => None,
    });
    let with_tax = HostFunction::new("with_tax", [Type::Decimal], Type::Decimal, |args| match args {
        [ValueRef::Decimal(net)] => Some(net.checked_mul("1.21".parse().ok()?)?.into()),
        _ => None,
    });
    let next_day = HostFunction::new("next_day", [Type::Date], Type::Date, |args| match args {
        [ValueRef::Date(day)] => Some(Date::from_days(i64::from(day.days()) + 1)?.into()),
        _ => None,
    });
    let is_early = HostFunction::new("is_early", [Type::Date], Type::Bool, |args| match args {
        [ValueRef::Date(day)] => Some((day.days() < 0).into()),
        _ => None,
    });
    let greeting = HostFunction::with_missing("greeting", [Type::String], Type::String, |args| match args {
        [Some(ValueRef::Text(name))] => Some(format!("Dear {name}").into()),
        _ => Some("Dear customer".into()),
    })
    .never_missing();
    [score, with_tax, next_day, is_early, greeting]
        .into_iter()
        .fold(Definitions::builder(), audience::Builder::function)
        .source("shop", RULES)
        .build()
        .unwrap_or_else(|error| panic!("{error}"))
}

fn customers() -> Vec<Datum> {
    let customer = |index: i64, name: &str, born: Option<Date>| {
        let known = |it: Datum| if index == 0 { Datum::Missing } else { it };
        record([
            ("id", text(&format!("c{index}"))),
            ("orders", known(Datum::Int(index * 3))),
            (
                "spent",
                known(Datum::Decimal(Decimal::from_units(index * 333_333))),
            ),
            ("born", born.map_or(Datum::Missing, Datum::Date)),
            (
                "name",
                if name.is_empty() {
                    Datum::Missing
                } else {
                    text(name)
                },
            ),
        ])
    };
    vec![
        customer(0, "", None),
        customer(1, "ana", Date::from_ymd(1969, 12, 31)),
        customer(2, "B'en", Date::from_ymd(2024, 2, 28)),
        customer(-7, "É", Date::from_ymd(1, 1, 1)),
    ]
}

fn mapping(shop: &Definitions, dialect: Dialect) -> Mapping {
    let mut mapping = shop.mapping(dialect);
    for (name, called) in NAMES {
        mapping
            .functions
            .insert((*name).to_owned(), TableName::from(*called));
    }
    mapping
}

#[test]
fn sqlite_asks_its_own_functions() {
    let mut engine = Sqlite::start();
    load(&mut engine);
    let connection = engine.connection();
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC;
    let int = |name: &str, of: fn(i64) -> Option<i64>| {
        let call = move |it: &Context<'_>| Ok(it.get::<Option<i64>>(0)?.and_then(of));
        connection
            .create_scalar_function(name, 1, flags, call)
            .expect("it is registered");
    };
    let with_tax = |units: i64| {
        let net = Decimal::from_units(units);
        Some(net.checked_mul(Decimal::from_units(12_100))?.units())
    };
    int(NAMES[0].1, |orders| orders.checked_mul(10));
    int(NAMES[1].1, with_tax);
    int(NAMES[2].1, |days| Some(days + 1));
    int(NAMES[3].1, |days| Some((days < 0).into()));
    let greeting = |it: &Context<'_>| {
        let name: Option<String> = it.get(0)?;
        Ok(format!("Dear {}", name.as_deref().unwrap_or("customer")))
    };
    connection
        .create_scalar_function(NAMES[4].1, 1, flags, greeting)
        .expect("it is registered");
    answers(&mut engine);
}

#[test]
#[ignore = "tests/engines/postgresql runs it"]
fn postgresql_asks_its_own_functions() {
    let mut engine = PostgreSql::start();
    load(&mut engine);
    create(&mut engine, |name, takes, gives, body| {
        format!("CREATE FUNCTION {name}({takes}) RETURNS {gives} LANGUAGE sql AS $$ SELECT {body} $$")
    });
    answers(&mut engine);
}

#[test]
#[ignore = "tests/engines/duckdb runs it"]
fn duckdb_asks_its_own_functions() {
    let mut engine = DuckDb::start();
    load(&mut engine);
    create(&mut engine, |name, _, _, body| {
        format!("CREATE MACRO {name}(x) AS {}", body.replace("$1", "x"))
    });
    answers(&mut engine);
}

fn create(engine: &mut dyn Engine, statement: impl Fn(&str, &str, &str, &str) -> String) {
    let rounded = "CAST(ROUND(CAST($1 * 12100 AS DECIMAL(38, 4)) / 10000) AS BIGINT)";
    for ((_, name), (takes, gives, body)) in NAMES.iter().zip([
        ("bigint", "bigint", "$1 * 10"),
        ("bigint", "bigint", rounded),
        ("bigint", "bigint", "$1 + 1"),
        ("bigint", "boolean", "$1 < 0"),
        ("text", "text", "'Dear ' || COALESCE($1, 'customer')"),
    ]) {
        let statement = statement(&engine.quoted(name), takes, gives, body);
        engine
            .query(&statement, 1)
            .unwrap_or_else(|error| panic!("{error}: {statement}"));
    }
}

fn load(engine: &mut dyn Engine) {
    let shop = shop();
    let mapping = mapping(&shop, engine.dialect());
    let tables = store::tables(shop.schema(), &mapping, &customers(), |_| &[]);
    engine.load(&tables).expect("it is stored");
}

fn answers(engine: &mut dyn Engine) {
    let shop = shop();
    let (dialect, at) = (engine.dialect(), at(&shop));
    let mapping = mapping(&shop, dialect);
    let mut compare =
        |name: &str, query: Result<audience::sql::Query, SqlError>, expected: Vec<Option<Value>>| {
            let query = query.unwrap_or_else(|error| panic!("{error}"));
            let mut rows = engine
                .query(&query.to_string(), 2)
                .unwrap_or_else(|error| panic!("{dialect}: {error}\n{query}"));
            for (datum, expected) in customers().iter().zip(expected) {
                let key = store::key_of(datum, "id");
                let row = rows.iter().position(|row| row[0] == key).expect("each has a row");
                let row = rows.swap_remove(row);
                assert!(
                    is(&row[1], expected.as_ref()),
                    "{dialect}: {name} is {expected:?}, {row:?}\n{query}"
                );
            }
            assert!(rows.is_empty());
        };
    let loaded: Vec<_> = customers()
        .iter()
        .map(|it| shop.customer_from(it).expect("it loads"))
        .collect();
    for segment in &shop.segments() {
        let only = shop.segments().only([segment.name()]).expect("it is there");
        let expected = loaded.iter().map(|it| Some(segment.interpret(it, &at).into()));
        compare(
            segment.name(),
            only.to_sql(dialect, &mapping, &at),
            expected.collect(),
        );
    }
    for name in ["points", "gross", "of_ints", "tomorrow", "hello"] {
        let computed = shop.computed(name).expect("it is there");
        let expected = loaded.iter().map(|it| computed.interpret(it, &at));
        compare(name, computed.to_sql(dialect, &mapping, &at), expected.collect());
    }
}

#[test]
fn without_a_function_of_the_database_it_is_refused() {
    let shop = shop();
    let at = at(&shop);
    for dialect in Dialect::ALL {
        let asked =
            shop.segment("early")
                .expect("it is there")
                .to_sql(*dialect, &shop.mapping(*dialect), &at);
        let Err(SqlError::Refused(refusal)) = asked else {
            panic!("{dialect}: {asked:?}")
        };
        let help = &refusal.diagnostics()[0].help[0];
        assert!(help.contains("`functions.is_early`"), "{help}");
    }
}
