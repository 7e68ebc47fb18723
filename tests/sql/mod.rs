//! Segments and traits as SQL: engines that are not ours give the answers of the interpreter.
//!
//! Random rules over random customers, as in `tests/properties`; `AUDIENCE_SEED=<number>` starts from other random numbers and
//! `AUDIENCE_SQL_RULES=<number>` sets how many rules each engine is asked. SQLite is always asked. The other engines are asked by
//! the scripts in `tests/engines`, which run the tests that are ignored otherwise.

/// A test for each engine. SQLite is a library; each of the others is started by a script, which runs what is ignored otherwise.
macro_rules! in_each_engine {
    ($name:ident, $check:path) => {
        mod $name {
            #[test]
            fn sqlite() {
                $check(&mut crate::sql::sqlite::Sqlite::start());
            }

            #[test]
            #[ignore = "tests/engines/postgresql runs it"]
            fn postgresql() {
                $check(&mut crate::sql::postgresql::PostgreSql::start());
            }

            #[test]
            #[ignore = "tests/engines/duckdb runs it"]
            fn duckdb() {
                $check(&mut crate::sql::duckdb::DuckDb::start());
            }

            #[test]
            #[ignore = "tests/engines/clickhouse runs it"]
            fn clickhouse() {
                $check(&mut crate::sql::clickhouse::ClickHouse::start());
            }

            #[test]
            #[ignore = "tests/engines/datafusion runs it"]
            fn datafusion() {
                $check(&mut crate::sql::datafusion::DataFusion::start());
            }

            #[test]
            #[ignore = "tests/engines/spark_cluster runs it"]
            fn spark() {
                $check(&mut crate::sql::spark::Spark::start());
            }
        }
    };
}

mod approximate;
mod clickhouse;
mod contract;
mod datafusion;
mod duckdb;
mod edges;
mod engine;
#[cfg(feature = "cli")]
mod fixtures;
mod functions;
mod golden;
mod json;
mod literals;
mod piped;
mod postgresql;
mod since;
mod spark;
mod sqlite;
mod store;
mod tally;
mod varied;

use std::{cell::RefCell, collections::BTreeSet, fmt::Display};

use audience::{
    Date, DateTime, Decimal, Definitions, Schema, Value,
    sql::{Dialect, Mapping, Query, SqlError},
};

use crate::properties::{
    self,
    case::{Case, Compiled},
    choices::Choices,
    numbers::Numbers,
    rules::{Named, Purpose},
    schema,
};
use engine::{Engine, Rows, is};
use store::{Cell, Kind, Stored};
use tally::Tally;

in_each_engine!(answers_as_the_interpreter, super::agree);

in_each_engine!(keeps_values_as_they_are, super::keeps_values);

/// Rules of the schema that has everything, and of random ones.
fn agree(engine: &mut dyn Engine) {
    let tally = RefCell::new(Tally::default());
    let shop = Definitions::parse(schema::SHOP).expect("the schema of the tests compiles");
    let wanted =
        properties::number_from("AUDIENCE_SQL_RULES").map_or(60, |it| it.try_into().expect("not so many"));
    properties::run(wanted, |numbers| {
        let case = Case::draw_for(Purpose::Databases, numbers, shop.schema(), schema::SHOP);
        let checked = Compiled::new(&case).and_then(|it| compare(engine, numbers, &case, &it, &tally));
        (case, checked)
    });
    properties::run(wanted / 4, |numbers| {
        let schema = schema::draw(&mut Choices::new(&numbers.schema));
        let case = Case::draw_for(Purpose::Databases, numbers, &schema, &schema::text(&schema));
        let checked = Compiled::new(&case).and_then(|it| compare(engine, numbers, &case, &it, &tally));
        (case, checked)
    });
    let tally = tally.into_inner();
    let dialect = engine.dialect();
    eprintln!("{tally}in {dialect}");
    assert!(
        tally.refused * 10 <= tally.rules,
        "{dialect} refuses more than a tenth"
    );
    assert!(tally.answers > tally.rules, "{dialect} compared next to nothing");
}

/// Each rule by itself, and then some segments in one statement.
fn compare(
    engine: &mut dyn Engine,
    numbers: &Numbers,
    case: &Case,
    compiled: &Compiled,
    tally: &RefCell<Tally>,
) -> Result<(), String> {
    let Compiled {
        definitions,
        at,
        customers,
        ..
    } = compiled;
    let dialect = engine.dialect();
    let mapping = mapping(definitions, dialect, numbers, case);
    let tables = store::tables(definitions.schema(), &mapping, case.customers(), |catalog| {
        case.items(catalog)
    });
    engine.load(&tables)?;
    // Spark takes longer for the contract than for all the rules of a case; `contract` asks it about breaches, and the others ask about such data.
    if dialect != Dialect::Spark || Choices::new(&numbers.schema).one_in(8) {
        let contract = definitions.contract_sql(dialect, &mapping).map_err(text)?;
        let breaches = engine.query(&contract.to_string(), contract.columns().len())?;
        if !breaches.is_empty() {
            return Err(format!("{breaches:?} break the contract\nin\n{contract}"));
        }
    }
    let keys = keys(definitions.schema(), case);
    let mut answered: Vec<(String, Vec<bool>)> = Vec::new();
    let rules = case.rules.segments.iter().map(|rule| (rule, None));
    let probes = case.rules.probes.iter().map(|probe| (&probe.rule, Some(probe)));
    for (index, (rule, probe)) in rules.chain(probes).enumerate() {
        let segment = definitions.segment(&rule.name).map_err(text)?;
        let query = segment.to_sql(dialect, &mapping, at);
        let refused = matches!(query, Err(SqlError::Refused(_)));
        if let Some(probe) = probe {
            tally.borrow_mut().construct(&probe.constructs, refused);
        }
        let query = match query {
            Ok(query) => query,
            Err(SqlError::Refused(error)) => {
                if probe.is_none() {
                    tally.borrow_mut().refuse(&error);
                }
                continue;
            }
            Err(error) => return Err(error.to_string()),
        };
        let asked = Asked { case, rule, query };
        let expected: Vec<bool> = customers.iter().map(|it| segment.interpret(it, at)).collect();
        asked.same_members(&keys, &expected, &asked.answer(engine, Form::of(index))?)?;
        if probe.is_none() {
            tally.borrow_mut().answered(expected.len());
        }
        answered.push((rule.name.clone(), expected));
    }
    for (index, rule) in case.rules.traits.iter().enumerate() {
        let computed = definitions.computed(&rule.name).map_err(text)?;
        let query = match computed.to_sql(dialect, &mapping, at) {
            Ok(query) => query,
            Err(SqlError::Refused(error)) => {
                tally.borrow_mut().refuse(&error);
                continue;
            }
            Err(error) => return Err(error.to_string()),
        };
        let asked = Asked { case, rule, query };
        let expected: Vec<Option<Value>> = customers.iter().map(|it| computed.interpret(it, at)).collect();
        let found = asked.answer(engine, Form::of(answered.len() + index))?;
        asked.same_values(&keys, |customer, _| expected[customer].clone(), &found)?;
        tally.borrow_mut().answered(expected.len());
    }
    // Engines have bounds on how much one statement may join.
    let mut waiting: Vec<&[(String, Vec<bool>)]> = answered.chunks(TOGETHER).rev().collect();
    let mut index = answered.len();
    while let Some(some) = waiting.pop() {
        let names: Vec<&str> = some.iter().map(|(name, _)| &**name).collect();
        let rule = &Named {
            name: "segments together".to_owned(),
            text: names.join(", "),
        };
        let together = definitions.segments().only(names).map_err(text)?;
        let query = together.to_sql(dialect, &mapping, at).map_err(text)?;
        let asked = Asked { case, rule, query };
        let expected = |customer, column: usize| Some(Value::Bool(some[column].1[customer]));
        match asked.answer(engine, Form::of(index)) {
            // What the manual says to do: fewer in one statement.
            Err(fault) if some.len() > 1 && engine.is_too_much(&fault) => {
                let (some, others) = some.split_at(some.len() / 2);
                waiting.extend([others, some]);
                tally.borrow_mut().parted += 1;
            }
            found => asked.same_values(&keys, expected, &found?)?,
        }
        index += 1;
    }
    Ok(())
}

/// So many segments are asked in one statement.
const TOGETHER: usize = 6;

/// A draft, or one with other names and forms, and with what the rules need beyond that.
fn mapping(definitions: &Definitions, dialect: Dialect, numbers: &Numbers, case: &Case) -> Mapping {
    let mut mapping = definitions.mapping(dialect);
    let mut choices = Choices::new(&numbers.palette);
    if choices.one_in(2) {
        varied::vary(&mut mapping, definitions.schema(), dialect, &mut choices);
    }
    let rules = case.rules.text();
    let salts: BTreeSet<&str> = rules
        .match_indices("\"salt ")
        .map(|(start, _)| {
            let salt = &rules[start + 1..];
            &salt[..salt.find('"').expect("a text ends")]
        })
        .collect();
    for (index, salt) in salts.iter().enumerate() {
        mapping
            .customers
            .samples
            .insert((*salt).to_owned(), format!("sample {index}"));
    }
    mapping
}

/// The keys of the customers, as texts.
fn keys(schema: &Schema, case: &Case) -> Vec<String> {
    let key = schema.customer.iter().find(|it| it.roles.key).expect("a key");
    let customers = case.customers().iter();
    customers.map(|it| shown(&store::key_of(it, &key.name))).collect()
}

fn shown(key: &Cell) -> String {
    match key {
        Cell::Int(it) => it.to_string(),
        Cell::Text(it) => it.clone(),
        other => format!("{other:?}"),
    }
}

/// How a query has its values. Each is asked in one form, as engines take long for some.
#[derive(Clone, Copy, Debug)]
enum Form {
    /// In its text.
    Written,
    /// Beside it, where the driver knows places for them.
    Bound,
}

impl Form {
    fn of(index: usize) -> Self {
        if index.is_multiple_of(2) {
            Self::Written
        } else {
            Self::Bound
        }
    }
}

/// A rule with its query.
struct Asked<'c> {
    case: &'c Case,
    rule: &'c Named,
    query: Query,
}

impl Asked<'_> {
    fn answer(&self, engine: &mut dyn Engine, form: Form) -> Result<Rows, String> {
        let columns = self.query.columns().len();
        let answer = match form {
            Form::Written => engine.query(&self.query.to_string(), columns),
            Form::Bound => {
                let (sql, values) = self.query.bound();
                engine.query_with(&sql, &values, columns)
            }
        };
        answer.map_err(|error| self.fault(None, &error))
    }

    /// Exactly those who belong, each once.
    fn same_members(&self, keys: &[String], expected: &[bool], found: &Rows) -> Result<(), String> {
        let mut members: Vec<String> = found.iter().map(|row| shown(&row[0])).collect();
        members.sort();
        let all = members.len();
        members.dedup();
        if members.len() < all {
            return Err(self.fault(None, "a customer comes twice"));
        }
        for (customer, key) in keys.iter().enumerate() {
            let found = members.binary_search(key).is_ok();
            if found != expected[customer] {
                let message = format!("the interpreter says {}, SQL {found}", expected[customer]);
                return Err(self.fault(Some(customer), &message));
            }
        }
        match members.iter().find(|it| !keys.contains(it)) {
            Some(stranger) => Err(self.fault(None, &format!("{stranger:?} is no customer"))),
            None => Ok(()),
        }
    }

    /// A row for each customer, with the values that belong to her.
    fn same_values(
        &self,
        keys: &[String],
        expected: impl Fn(usize, usize) -> Option<Value>,
        found: &Rows,
    ) -> Result<(), String> {
        if found.len() != keys.len() {
            let message = format!("{} rows for {} customers", found.len(), keys.len());
            return Err(self.fault(None, &message));
        }
        for (customer, key) in keys.iter().enumerate() {
            let row = found.iter().find(|row| shown(&row[0]) == *key);
            let row = row.ok_or_else(|| self.fault(Some(customer), "she has no row"))?;
            for (column, cell) in row[1..].iter().enumerate() {
                let expected = expected(customer, column);
                if !is(cell, expected.as_ref()) {
                    let name = &self.query.columns()[column + 1];
                    let message = format!("of {name} the interpreter says {expected:?}, SQL {cell:?}");
                    return Err(self.fault(Some(customer), &message));
                }
            }
        }
        Ok(())
    }

    /// What went wrong, with all that it takes to see why.
    fn fault(&self, customer: Option<usize>, message: &str) -> String {
        let customer = customer.map_or_else(|| "everyone".to_owned(), |it| self.case.asked(it));
        let Named { name, text } = self.rule;
        format!(
            "{message}\nof {name} = {text}\nfor {customer}\nin\n{}",
            self.query
        )
    }
}

/// What is hard to keep comes back as it was, so that whatever differs later is not the fault of the tests.
fn keeps_values(engine: &mut dyn Engine) {
    let texts = [
        "",
        " ",
        "it's",
        "a\\b",
        "\"q\"",
        "😀",
        "tab\tand\nline\r\n",
        "\u{a0}",
        "e\u{301}",
        "%_",
        ":x $1 ?",
        "null",
        "É",
    ];
    let floats = [
        0.0,
        0.1,
        -1.5,
        1e300,
        f64::MAX,
        f64::MIN_POSITIVE,
        5e-324,
        1.0_f64.next_up(),
        9_007_199_254_740_993.0,
        1e22,
    ];
    let ints = [0, 1, -1, i64::MAX, i64::MIN];
    let days = [
        Date::from_ymd(1, 1, 1),
        Date::from_ymd(9999, 12, 31),
        Date::from_ymd(2024, 2, 29),
        Date::from_ymd(1969, 12, 31),
    ];
    let dates = days.map(|it| it.expect("a day"));
    let instants = [
        "0001-01-01T00:00:00Z",
        "9999-12-31T23:59:59.999999Z",
        "1969-12-31T23:59:59.999999Z",
        "2026-10-25T00:30:00.000001Z",
    ];
    let instants = instants.map(|it| it.parse::<DateTime>().expect("an instant"));
    let mut columns = vec![
        (Kind::Text, texts.map(|it| Cell::Text(it.to_owned())).to_vec()),
        (Kind::Float, floats.map(Cell::Float).to_vec()),
        (Kind::Int, ints.map(Cell::Int).to_vec()),
        (Kind::Bool, vec![Cell::Bool(true), Cell::Bool(false)]),
        (Kind::Date, dates.map(Cell::Date).to_vec()),
    ];
    if engine.dialect() != Dialect::Sqlite {
        columns.push((
            Kind::Decimal,
            ints.map(|it| Cell::Decimal(Decimal::from_units(it))).to_vec(),
        ));
        columns.push((Kind::DateTime, instants.map(Cell::DateTime).to_vec()));
    }
    for (kind, cells) in columns {
        let rows = cells
            .iter()
            .enumerate()
            .map(|(index, cell)| vec![Cell::Int(i64::try_from(index).expect("few")), cell.clone()]);
        let mut rows: Vec<Vec<Cell>> = rows.collect();
        rows.push(vec![Cell::Int(1_000), Cell::Null]);
        let stored = Stored {
            name: "kept".into(),
            columns: vec![("n".to_owned(), Kind::Int), ("the value".to_owned(), kind)],
            rows,
        };
        engine.load(&[stored]).expect("it is stored");
        let value = engine.shown(&engine.quoted("the value"), kind);
        let found = engine
            .query(&format!("SELECT {value} FROM kept ORDER BY n ASC"), 1)
            .expect("it comes back");
        assert_eq!(found.len(), cells.len() + 1);
        for (row, cell) in found.iter().zip(cells.iter().map(Some).chain([None])) {
            assert!(
                is(&row[0], cell.map(value_of).as_ref()),
                "{:?} came back as {:?} in {}",
                cell,
                row[0],
                engine.dialect()
            );
        }
    }
}

fn value_of(cell: &Cell) -> Value {
    match cell {
        Cell::Bool(it) => Value::Bool(*it),
        Cell::Int(it) => Value::Int(*it),
        Cell::Float(it) => Value::Float(*it),
        Cell::Decimal(it) => Value::Decimal(*it),
        Cell::Text(it) => Value::from(it.as_str()),
        Cell::Date(it) => Value::Date(*it),
        Cell::DateTime(it) => Value::DateTime(*it),
        Cell::Null => panic!("nothing has no value"),
    }
}

fn text(error: impl Display) -> String {
    error.to_string()
}
