//! The definitions of `examples/campaign/shop.audience`, asked of the language and of SQLite, on a thousand real customers.
//!
//! The two sides share the file of invoice lines and nothing else: one reads customers from JSON and asks the compiled
//! segments, the other loads the raw lines into a table and asks queries written by hand.

mod queries;

use std::{collections::BTreeSet, error::Error, fs::File, sync::LazyLock};

use audience::{At, Customer, Definitions, Value, Zone};

use crate::retail;

const DEFINITIONS: &str = include_str!("../../examples/campaign/shop.audience");

/// The language's side: definitions, the moment, customers with their keys.
struct Shop {
    definitions: Definitions,
    at: At,
    customers: Vec<(String, Customer)>,
}

static SHOP: LazyLock<Shop> =
    LazyLock::new(|| Shop::open().expect("the sample and its definitions are in the repository"));

impl Shop {
    fn open() -> Result<Self, Box<dyn Error>> {
        let definitions = Definitions::parse(DEFINITIONS)?;
        let at = definitions.at(retail::NOW.parse()?, &Zone::named(retail::ZONE)?);
        let data = retail::read(File::open(retail::SAMPLE)?)?;
        let mut lines = Vec::new();
        retail::write_lines(&mut lines, &data.customers)?;
        let lines = lines.split(|byte| *byte == b'\n');
        let mut customers = Vec::new();
        for (line, customer) in lines.zip(data.customers) {
            customers.push((customer.id, definitions.customer_from_json(line)?));
        }
        Ok(Self {
            definitions,
            at,
            customers,
        })
    }

    fn keys(&self, belongs: impl Fn(&Customer) -> bool) -> BTreeSet<String> {
        let members = self.customers.iter().filter(|(_, customer)| belongs(customer));
        members.map(|(key, _)| key.clone()).collect()
    }
}

/// Fails with the customers that only one side has.
#[track_caller]
fn same(name: &str, language: &BTreeSet<String>, sql: &BTreeSet<String>) {
    let only = |a: &BTreeSet<String>, b: &BTreeSet<String>| a.difference(b).cloned().collect::<Vec<_>>();
    assert!(
        language == sql,
        "{name}: {} by the language, {} by SQL; only the language has {:?}, only SQL has {:?}",
        language.len(),
        sql.len(),
        only(language, sql),
        only(sql, language),
    );
    assert!(!sql.is_empty(), "{name} has nobody, so that nothing was compared");
}

#[test]
fn every_segment_has_the_customers_that_sql_finds() -> Result<(), Box<dyn Error>> {
    let shop = &*SHOP;
    let connection = queries::load()?;
    let names: Vec<String> = shop
        .definitions
        .segments()
        .iter()
        .map(|it| it.name().to_owned())
        .collect();
    assert!(
        names.iter().eq(queries::SEGMENTS.iter().map(|(name, _)| name)),
        "a query for each of {names:?}"
    );
    for (name, query) in queries::SEGMENTS {
        let segment = shop.definitions.segment(name)?;
        let sql = queries::keys(&connection, query)?;
        same(name, &shop.keys(|it| segment.matches(it, &shop.at)), &sql);
        same(name, &shop.keys(|it| segment.interpret(it, &shop.at)), &sql);
    }
    Ok(())
}

#[test]
fn the_definitions_are_in_canonical_form_and_without_warnings() -> Result<(), Box<dyn Error>> {
    assert_eq!(Definitions::format("shop.audience", DEFINITIONS)?, DEFINITIONS);
    assert_eq!(SHOP.definitions.warnings(), []);
    Ok(())
}

#[test]
fn every_stage_has_the_customers_that_sql_finds() -> Result<(), Box<dyn Error>> {
    let shop = &*SHOP;
    let connection = queries::load()?;
    let stage = shop.definitions.computed("stage")?;
    for (word, query) in queries::STAGES {
        let sql = queries::keys(&connection, query)?;
        let language = shop.keys(|it| {
            stage
                .value(it, &shop.at)
                .is_some_and(|value| value.to_string() == word)
        });
        same(word, &language, &sql);
    }
    Ok(())
}

#[test]
fn every_amount_adds_up_as_in_sql() -> Result<(), Box<dyn Error>> {
    let shop = &*SHOP;
    let connection = queries::load()?;
    for (name, query) in queries::AMOUNTS {
        let expected = queries::amounts(&connection, query)?;
        let computed = shop.definitions.computed(name)?;
        for (key, customer) in &shop.customers {
            let units = match computed.value(customer, &shop.at) {
                Some(Value::Decimal(value)) => Some(value.units()),
                Some(Value::Int(value)) => Some(value),
                _ => None,
            };
            assert_eq!(units, expected.get(key).copied(), "{name} of {key}");
        }
    }
    Ok(())
}

/// What `audience eval` prints for a customer.
#[cfg(feature = "cli")]
#[derive(serde::Deserialize)]
struct Line {
    key: String,
    segments: Vec<String>,
}

/// The command line gives the same segments for the same customers.
#[cfg(feature = "cli")]
#[test]
fn the_command_line_finds_the_customers_that_sql_finds() -> Result<(), Box<dyn Error>> {
    use std::{io::BufWriter, process::Command};

    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR"));
    let file = folder.join("sql_comparison_customers.jsonl");
    let data = retail::read(File::open(retail::SAMPLE)?)?;
    retail::write_lines(BufWriter::new(File::create(&file)?), &data.customers)?;
    let output = Command::new(env!("CARGO_BIN_EXE_audience"))
        .args(["eval", "examples/campaign/shop.audience", "--customers"])
        .arg(&file)
        .args(["--at", retail::NOW, "--zone", retail::ZONE])
        .output()?;
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );

    let lines: Vec<Line> = serde_json::Deserializer::from_slice(&output.stdout)
        .into_iter()
        .collect::<Result<_, _>>()?;
    assert!(
        lines
            .iter()
            .map(|it| &it.key)
            .eq(data.customers.iter().map(|it| &it.id))
    );
    let connection = queries::load()?;
    for (name, query) in queries::SEGMENTS {
        let members = lines.iter().filter(|it| it.segments.iter().any(|it| it == name));
        let keys = members.map(|it| it.key.clone()).collect();
        same(name, &keys, &queries::keys(&connection, query)?);
    }
    Ok(())
}
