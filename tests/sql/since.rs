//! A run for those alone for whom an answer may have changed leaves all others where they belong.

use std::{cell::Cell, collections::BTreeSet};

use audience::{
    At, Customer, DateTime, Definitions, HostFunction, NextChange, Type, Value, Zone,
    sql::{Dialect, Form, Mapping, Query, SqlError, Table},
};
use serde_json::json;

use super::{
    engine::{Engine, is},
    keys, mapping, shown, sqlite,
    store::{self, Stored},
    text,
};
use crate::{
    next_change::{MOMENTS, rules},
    properties::{
        self,
        case::{Case, Compiled},
        choices::Choices,
        customers::Datum,
        numbers::Numbers,
        rules::Purpose,
        schema,
    },
};

in_each_engine!(leaves_who_is_not_due, super::agree);

/// Answers that change within an hour.
#[test]
fn what_changed_in_the_last_hour_is_asked() {
    let score = HostFunction::new("score", [Type::Int], Type::Int, |args| match args {
        [audience::ValueRef::Int(it)] => Some((*it).into()),
        _ => None,
    });
    let rules = "customer { id: string key, n: int, joined: datetime }  event signups { n: int }  event buys { n: int }
        segment idle     = any signups followed by no buys within 1 month
        segment old      = joined + 1 month < now
        segment long     = now - joined > 31 days
        segment days     = days_since(joined) >= 31
        segment scored   = score(n) > 1 and days_since(joined) >= 31
        segment untouched = n > 1";
    let shop = Definitions::builder()
        .function(score)
        .source("shop", rules)
        .build()
        .unwrap_or_else(|error| panic!("{error}"));
    let mut mapping = shop.mapping(Dialect::Sqlite);
    mapping.functions.insert("score".to_owned(), "abs".into());
    let moment = |text: &str| text.parse::<DateTime>().expect("an instant");
    let customer = |id: &str, at: &str| {
        let when = Datum::DateTime(moment(at));
        let event = Datum::Record(vec![
            ("at".to_owned(), when.clone()),
            ("n".to_owned(), Datum::Int(1)),
        ]);
        Datum::Record(vec![
            ("id".to_owned(), Datum::Text(id.to_owned())),
            ("n".to_owned(), Datum::Int(5)),
            ("joined".to_owned(), when),
            ("signups".to_owned(), Datum::List(vec![event])),
            ("buys".to_owned(), Datum::List(Vec::new())),
        ])
    };
    let data = [
        customer("within", "2026-05-01T10:30:00Z"),
        customer("before", "2026-04-20T10:30:00Z"),
        customer("later", "2026-05-28T10:30:00Z"),
    ];
    let mut engine = sqlite::Sqlite::start();
    engine
        .load(&store::tables(shop.schema(), &mapping, &data, |_| &[]))
        .expect("it is stored");
    let at = shop.at(moment("2026-06-01T11:00:00Z"), &Zone::UTC);
    let asked = |since: &str, segment: &str, engine: &mut sqlite::Sqlite| {
        let segments = shop.segments().only([segment]).expect("it is there");
        let query = segments
            .to_sql_since(Dialect::Sqlite, &mapping, moment(since), &at)
            .unwrap_or_else(|error| panic!("{error}"));
        assert!(query.everyone().is_empty(), "{segment}: {:?}", query.everyone());
        let rows = engine
            .query(&query.to_string(), 2)
            .unwrap_or_else(|error| panic!("{error}\n{query}"));
        rows.iter().map(|row| shown(&row[0])).collect::<BTreeSet<_>>()
    };
    for segment in ["idle", "old", "long", "days", "scored"] {
        let found = asked("2026-06-01T10:00:00Z", segment, &mut engine);
        assert!(found.contains("within"), "{segment}: {found:?}");
        assert!(!found.contains("later"), "{segment}: {found:?}");
    }
    assert!(asked("2026-06-01T10:00:00Z", "untouched", &mut engine).is_empty());
    assert!(asked("2026-06-01T11:00:00Z", "idle", &mut engine).is_empty());
}

/// What the runs were like.
#[derive(Debug, Default)]
struct Tally {
    /// Runs for those who are due, and runs for everyone.
    runs: Cell<usize>,
    full: Cell<usize>,
    /// In the former: customers who were not asked, and those who belong elsewhere than before.
    left: Cell<usize>,
    moved: Cell<usize>,
}

fn add(counter: &Cell<usize>, number: usize) {
    counter.set(counter.get() + number);
}

fn agree(engine: &mut dyn Engine) {
    let tally = Tally::default();
    let shop = Definitions::parse(schema::SHOP).expect("the schema of the tests compiles");
    let wanted =
        properties::number_from("AUDIENCE_SQL_RULES").map_or(40, |it| it.try_into().expect("not so many"));
    properties::run(wanted, |numbers| {
        let case = Case::draw_for(Purpose::Databases, numbers, shop.schema(), schema::SHOP);
        let checked = Compiled::new(&case).and_then(|it| of_case(engine, numbers, &case, &it, &tally));
        (case, checked)
    });
    let seed = properties::number_from("AUDIENCE_SEED").unwrap_or(1);
    for number in 0..wanted as u64 {
        let mut random = rules::Random(seed.wrapping_add(number * 1_000_003));
        if let Err(error) = of_time(engine, &mut random, &tally) {
            panic!("AUDIENCE_SEED={seed}, number {number}: {error}");
        }
    }
    eprintln!("{tally:?} in {}", engine.dialect());
    assert!(
        tally.runs.get() > 0 && tally.left.get() > 0 && tally.moved.get() > 0,
        "nobody was left, or nobody moved: {tally:?}"
    );
}

/// So many segments are asked in one statement: who is due makes it deeper, and SQLite has bounds.
const FEW: usize = 2;

/// How long before it was asked the last time, in microseconds; later, when negative.
const STEPS: [i64; 8] = [
    0,
    1,
    3_600_000_000,
    86_400_000_000,
    30 * 86_400_000_000,
    366 * 86_400_000_000,
    -1,
    -86_400_000_000,
];

/// Random rules of all kinds.
fn of_case(
    engine: &mut dyn Engine,
    numbers: &Numbers,
    case: &Case,
    compiled: &Compiled,
    tally: &Tally,
) -> Result<(), String> {
    let Compiled {
        definitions,
        at,
        customers,
        ..
    } = compiled;
    let mut choices = Choices::new(&numbers.schema);
    let changed: BTreeSet<usize> = (0..customers.len()).filter(|_| choices.one_in(6)).collect();
    let step = STEPS[choices.below(STEPS.len())];
    let Some(since) = DateTime::from_micros(at.now().micros() - step) else {
        return Ok(());
    };
    let run = Run {
        definitions,
        at,
        before: &case.at_moment(definitions, since)?,
        customers,
        changed,
        keys: keys(definitions.schema(), case),
    };
    let mapping = mapping(definitions, engine.dialect(), numbers, case);
    let names: Vec<&str> = case.rules.segments.iter().map(|it| &*it.name).collect();
    run.check(
        engine,
        mapping,
        case.customers(),
        |catalog| case.items(catalog),
        &names,
        tally,
    )
}

/// Random rules about time, at an instant at which some answer is another one.
fn of_time(engine: &mut dyn Engine, random: &mut rules::Random, tally: &Tally) -> Result<(), String> {
    let (zone, now) = random.pick(MOMENTS);
    let zone = Zone::named(zone).map_err(text)?;
    let since: DateTime = now.parse().map_err(|_| "no instant")?;
    let written: Vec<String> = (0..3)
        .map(|index| format!("segment s{index} = {}", rules::rule(random)))
        .collect();
    let definitions =
        Definitions::parse(&format!("{}\n{}", rules::CONTRACT, written.join("\n"))).map_err(text)?;
    let record = Type::Record(definitions.schema().customer.clone().into());
    let (mut customers, mut data) = (Vec::new(), Vec::new());
    for number in 0..6 {
        let json = rules::customer(random, since, zone);
        let mut json: serde_json::Value = serde_json::from_str(&json).map_err(text)?;
        json["id"] = format!("customer {number}").into();
        customers.push(definitions.customer_from_json(json.to_string()).map_err(text)?);
        data.push(datum_of_customer(&definitions, &record, &json));
    }
    let start = definitions.at(since, &zone);
    let (mut since, mut now) = (
        since,
        since.micros() + STEPS[usize::try_from(random.below(8)).unwrap_or(0)],
    );
    if random.below(4) > 0 {
        for customer in &customers {
            let segment = definitions.segment("s0").map_err(text)?;
            if let NextChange::At(next) = segment.next_change(customer, &start) {
                now = next.micros() - i64::from(random.below(4) == 0);
                // From long ago, or from an hour or a microsecond ago.
                let step = random.pick(&[0, 0, 1, 3_600_000_000]);
                if step > 0 {
                    since = DateTime::from_micros(now - step).ok_or("no instant")?;
                }
                break;
            }
        }
    }
    let before = definitions.at(since, &zone);
    let now = DateTime::from_micros(now).ok_or("no instant")?;
    let run = Run {
        definitions: &definitions,
        at: &definitions.at(now, &zone),
        before: &before,
        customers: &customers,
        changed: (0..6).filter(|_| random.below(6) == 0).collect(),
        keys: (0..6).map(|number| format!("customer {number}")).collect(),
    };
    let mapping = definitions.mapping(engine.dialect());
    run.check(engine, mapping, &data, |_| &[], &["s0", "s1", "s2"], tally)
        .map_err(|error| format!("{error}\nof\n{}\nin {}", written.join("\n"), zone.name()))
}

/// A customer of the rules about time, with her events beside her attributes.
fn datum_of_customer(definitions: &Definitions, record: &Type, json: &serde_json::Value) -> Datum {
    let Datum::Record(mut fields) = datum(record, json) else {
        panic!("{json} is no customer")
    };
    for (name, event) in &definitions.schema().events {
        let mut kept = vec![audience::Field::new("at", Type::DateTime)];
        kept.extend(event.fields.iter().cloned());
        let events = Type::List(Box::new(Type::Record(kept.into())));
        fields.push((name.to_string(), datum(&events, &json[&**name])));
    }
    Datum::Record(fields)
}

fn datum(ty: &Type, json: &serde_json::Value) -> Datum {
    let instant = || json.as_str().and_then(|it| it.parse().ok());
    match (ty, json) {
        (_, serde_json::Value::Null) => Datum::Missing,
        (Type::Record(fields), _) => Datum::Record(
            fields
                .iter()
                .map(|field| (field.name.to_string(), datum(&field.ty, &json[&*field.name])))
                .collect(),
        ),
        (Type::List(item), _) => {
            let items = json.as_array().expect("a list").iter();
            Datum::List(items.map(|it| datum(item, it)).collect())
        }
        (Type::Int, _) => Datum::Int(json.as_i64().expect("an int")),
        (Type::Bool, _) => Datum::Bool(json.as_bool().expect("a bool")),
        (Type::Date, _) => Datum::Date(json.as_str().and_then(|it| it.parse().ok()).expect("a day")),
        (Type::DateTime, _) => Datum::DateTime(instant().expect("an instant")),
        _ => Datum::Text(json.as_str().expect("a text").to_owned()),
    }
}

/// One run after another.
struct Run<'r> {
    definitions: &'r Definitions,
    at: &'r At,
    before: &'r At,
    customers: &'r [Customer],
    /// Those whose data are said to have changed.
    changed: BTreeSet<usize>,
    keys: Vec<String>,
}

impl Run<'_> {
    fn check<'d>(
        &self,
        engine: &mut dyn Engine,
        mut mapping: Mapping,
        data: &'d [Datum],
        items: impl Fn(&str) -> &'d [Datum],
        names: &[&str],
        tally: &Tally,
    ) -> Result<(), String> {
        let schema = self.definitions.schema();
        let key = schema.customer.iter().find(|it| it.roles.key).expect("a key");
        let changed = json!({ "table": "the \"changed\"", "key": ["who is it"] });
        mapping.changed = Some(serde_json::from_value::<Table>(changed).expect("a table"));
        let mut tables = store::tables(schema, &mapping, data, items);
        // Twice, as nothing says that it is there but once.
        let rows = self.changed.iter().chain(&self.changed);
        tables.push(Stored {
            name: "the \"changed\"".into(),
            columns: vec![("who is it".to_owned(), store::kind(&key.ty, Form::Native))],
            rows: rows
                .map(|index| vec![store::key_of(&data[*index], &key.name)])
                .collect(),
        });
        engine.load(&tables)?;
        for names in names.chunks(1).chain(names.chunks(FEW)) {
            let segments = self
                .definitions
                .segments()
                .only(names.iter().copied())
                .map_err(text)?;
            match segments.to_sql_since(engine.dialect(), &mapping, self.before.now(), self.at) {
                Ok(query) => self.asked(engine, &query, names, tally)?,
                Err(SqlError::Refused(_)) => {}
                Err(error) => return Err(error.to_string()),
            }
        }
        Ok(())
    }

    /// Who is asked belongs where the interpreter says, and who is not belongs where she did before.
    fn asked(
        &self,
        engine: &mut dyn Engine,
        query: &Query,
        names: &[&str],
        tally: &Tally,
    ) -> Result<(), String> {
        let fault = |message: &str| {
            let (before, now) = (self.before.now(), self.at.now());
            format!("{message}\nof {names:?} at {now}, after {before}\nin\n{query}")
        };
        let everyone = !query.everyone().is_empty();
        let found = engine
            .query(&query.to_string(), query.columns().len())
            .map_err(|error| fault(&error))?;
        add(if everyone { &tally.full } else { &tally.runs }, 1);
        let mut left: BTreeSet<usize> = (0..self.keys.len()).collect();
        for row in &found {
            let key = shown(&row[0]);
            let index = self.keys.iter().position(|it| *it == key);
            let index = index.filter(|index| left.remove(index));
            let index = index.ok_or_else(|| fault(&format!("{key:?} is no customer, or comes twice")))?;
            let mut has_moved = false;
            for (name, cell) in names.iter().zip(&row[1..]) {
                let [before, now] = self.belongs(name, index)?;
                has_moved |= before != now;
                if !is(cell, Some(&Value::Bool(now))) {
                    return Err(fault(&format!("{key} belongs to {name}: {now}, {cell:?}")));
                }
            }
            add(&tally.moved, usize::from(has_moved && !everyone));
        }
        add(&tally.left, left.len());
        for index in left {
            let key = &self.keys[index];
            if self.changed.contains(&index) || everyone {
                return Err(fault(&format!("{key} was to be asked")));
            }
            for name in names {
                let [before, now] = self.belongs(name, index)?;
                if before != now {
                    return Err(fault(&format!(
                        "{key} belonged to {name}: {before}, belongs: {now}, was not asked"
                    )));
                }
            }
        }
        Ok(())
    }

    /// Whether a customer belonged, and belongs.
    fn belongs(&self, segment: &str, customer: usize) -> Result<[bool; 2], String> {
        let segment = self.definitions.segment(segment).map_err(text)?;
        Ok([self.before, self.at].map(|at| segment.interpret(&self.customers[customer], at)))
    }
}
