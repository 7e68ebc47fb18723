//! The cases of `tests/conformance/segments`: definitions, customers and answers, which other implementations can be held to.
//!
//! `AUDIENCE_FIXTURES=write` draws them anew, and writes those that the interpreter, columns and SQLite answer in the same way.

use std::{
    cell::RefCell,
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use audience::{DateTime, Definitions, Value, Zone};
use serde_json::json;

use super::{compare, sqlite, tally::Tally};
use crate::properties::{
    self,
    case::{Case, Compiled},
    choices::Choices,
    customers::{Datum, Decimals},
    numbers::{Numbers, Random},
    rules::Purpose,
    schema,
};

/// So many cases over the schema that has everything, and over random ones.
const CASES: [usize; 2] = [12, 12];

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/conformance/segments")
}

#[test]
fn every_case_has_the_answers_that_are_published() {
    if env::var_os("AUDIENCE_FIXTURES").is_some_and(|it| it == "write") {
        write();
    }
    let mut cases: Vec<PathBuf> = fs::read_dir(folder())
        .expect("the cases are published")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.is_dir())
        .collect();
    cases.sort();
    assert_eq!(cases.len(), CASES.iter().sum::<usize>());
    for case in cases {
        let published = read(&case, "answers.jsonl");
        assert!(published.lines().count() > 3, "{} asks nobody", case.display());
        assert_eq!(answers(&case), published, "{}", case.display());
        assert_eq!(interpreted(&case), published, "{}", case.display());
    }
}

fn read(case: &Path, name: &str) -> String {
    let path = case.join(name);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// What the program says of a case, by columns.
fn answers(case: &Path) -> String {
    let setting: serde_json::Value = serde_json::from_str(&read(case, "case.json")).expect("JSON");
    let text = |member: &str| setting[member].as_str().expect("a text").to_owned();
    let mut command = Command::new(env!("CARGO_BIN_EXE_audience"));
    command
        .arg("eval")
        .arg(case.join("definitions.audience"))
        .arg("--customers")
        .arg(case.join("customers.jsonl"))
        .args(["--at", &text("at"), "--zone", &text("zone"), "--traits"])
        .arg("--population")
        .arg(case.join("population.json"));
    for (catalog, file) in setting["catalogs"].as_object().expect("an object") {
        let file = case.join(file.as_str().expect("a text"));
        command
            .arg("--catalog")
            .arg(format!("{catalog}={}", file.display()));
    }
    let output = command.output().expect("the program runs");
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{}: {error}", case.display());
    String::from_utf8(output.stdout).expect("UTF-8")
}

/// What the interpreter says, in the same form.
fn interpreted(case: &Path) -> String {
    let setting: serde_json::Value = serde_json::from_str(&read(case, "case.json")).expect("JSON");
    let definitions = Definitions::parse(&read(case, "definitions.audience")).expect("it compiles");
    let population = serde_json::from_str(&read(case, "population.json")).expect("a population");
    let definitions = definitions.with_population(&population).expect("its own");
    let now: DateTime = setting["at"]
        .as_str()
        .and_then(|it| it.parse().ok())
        .expect("an instant");
    let zone = Zone::named(setting["zone"].as_str().expect("a text")).expect("a zone");
    let mut at = definitions.at(now, &zone);
    for (catalog, file) in setting["catalogs"].as_object().expect("an object") {
        let items = read(case, file.as_str().expect("a text"));
        let items = definitions
            .loader()
            .items_from_json_lines(catalog, items.as_bytes());
        at = at.with_items(items.expect("items"));
    }
    let mut lines = String::new();
    let published = read(case, "answers.jsonl");
    for (customer, published) in read(case, "customers.jsonl").lines().zip(published.lines()) {
        let customer = definitions.customer_from_json(customer).expect("it loads");
        let published: serde_json::Value = serde_json::from_str(published).expect("JSON");
        let segments: Vec<String> = definitions
            .segments()
            .iter()
            .filter(|segment| segment.interpret(&customer, &at))
            .map(|segment| segment.name().to_owned())
            .collect();
        let mut line = format!("{{\"key\":{},\"segments\":{}", published["key"], json!(segments));
        let traits: Vec<String> = definitions
            .computed_all()
            .map(|computed| {
                let value = computed.interpret(&customer, &at);
                let value = value.map_or_else(|| "null".to_owned(), |it| shown(&it));
                format!("{}:{value}", json!(computed.name()))
            })
            .collect();
        line.push_str(",\"traits\":{");
        line.push_str(&traits.join(","));
        line.push_str("}}\n");
        lines.push_str(&line);
    }
    lines
}

fn shown(value: &Value) -> String {
    match value {
        Value::Bool(_) | Value::Int(_) | Value::Decimal(_) => value.to_string(),
        Value::Float(it) => json!(it).to_string(),
        Value::Geo(it) => json!([it.lat(), it.lon()]).to_string(),
        Value::Text(it) => json!(&**it).to_string(),
        _ => format!("\"{value}\""),
    }
}

/// Draws cases until there are enough, and writes them.
fn write() {
    let folder = folder();
    for entry in fs::read_dir(&folder).expect("the folder").flatten() {
        if entry.path().is_dir() {
            fs::remove_dir_all(entry.path()).expect("it can be written anew");
        }
    }
    let mut engine = sqlite::Sqlite::start();
    let shop = Definitions::parse(schema::SHOP).expect("the schema of the tests compiles");
    let seed = properties::number_from("AUDIENCE_SEED").unwrap_or(1);
    let mut seeds = Random(seed);
    let tally = RefCell::new(Tally::default());
    let mut number = 0;
    for (kind, wanted) in CASES.into_iter().enumerate() {
        for _ in 0..wanted {
            number += 1;
            let numbers = Numbers::of_seed(seeds.next());
            let case = if kind == 0 {
                Case::draw_for(Purpose::Databases, &numbers, shop.schema(), schema::SHOP)
            } else {
                let schema = schema::draw(&mut Choices::new(&numbers.schema));
                Case::draw_for(Purpose::Databases, &numbers, &schema, &schema::text(&schema))
            };
            let compiled = Compiled::new(&case).expect("it compiles");
            compare(&mut engine, &numbers, &case, &compiled, &tally).expect("SQLite agrees");
            write_case(&folder.join(format!("{number:02}")), &case, &compiled);
        }
    }
}

fn write_case(folder: &Path, case: &Case, compiled: &Compiled) {
    fs::create_dir_all(folder).expect("the folder can be written");
    let write = |name: &str, text: &str| fs::write(folder.join(name), text).expect("it can be written");
    let lines = |all: &[Datum]| -> String {
        let lines = all.iter().map(|it| it.json(Decimals::Texts) + "\n");
        lines.collect()
    };
    let text = case.rules.text_without_probes();
    let definitions = Definitions::format("definitions.audience", &text).expect("it is formatted");
    write("definitions.audience", &definitions);
    write("customers.jsonl", &lines(case.customers()));
    let mut catalogs = serde_json::Map::new();
    for catalog in compiled.definitions.schema().catalogs.keys() {
        let file = format!("{catalog}.jsonl");
        write(&file, &lines(case.items(catalog)));
        catalogs.insert(catalog.to_string(), file.into());
    }
    let (_, population) = Definitions::parse(&text)
        .map_err(|error| error.to_string())
        .and_then(|it| case.fitted(&it))
        .expect("it can be fitted");
    let population = serde_json::to_string(&population).expect("JSON");
    write("population.json", &(population + "\n"));
    let at = &compiled.at;
    let setting = json!({ "at": at.now().to_string(), "zone": at.zone().name(), "catalogs": catalogs });
    write("case.json", &format!("{setting:#}\n"));
    let json = Definitions::to_json("definitions.audience", &definitions).expect("it has a form as JSON");
    write("definitions.json", &(json + "\n"));
    write("answers.jsonl", &answers(folder));
}
